"""A warehouse that another process holds: the one failure that goes away by waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster import AssetExecutionContext, Failure, RetryRequested

from segmentry.settings.places import HELD

# The pool of what writes the warehouse.
WAREHOUSE = "warehouse"

# Whoever else writes the warehouse is at work for minutes: 30 tries are five minutes.
MAX_RETRIES = 30
SECONDS_TO_WAIT = 10

# DuckDB has one writer; these are words of what it, and the project for it, tells everybody else.
LOCK_MESSAGES = ("Could not set lock on file", HELD)


def is_locked(error: BaseException | None) -> bool:
    """Tell whether an error, or what caused it, is that another process holds the file."""
    if error is None:
        return False
    return any(words in str(error) for words in LOCK_MESSAGES) or is_locked(error.__cause__)


@contextmanager
def retried_when_locked(context: AssetExecutionContext, warehouse: Path) -> Iterator[None]:
    """Turn an error that another process caused by holding the warehouse into a request to retry.

    Args:
        context: says how often the step was tried already.
        warehouse: the DuckDB file.

    Raises:
        RetryRequested: when the warehouse is locked.
        Failure: when it is locked still, in the project's own words; any other error as it is.
    """
    try:
        yield
    except Exception as error:
        if is_locked(error):
            if context.retry_number >= MAX_RETRIES:
                minutes = MAX_RETRIES * SECONDS_TO_WAIT // 60
                raise Failure(
                    f"The warehouse {warehouse.name} {HELD}, and was for {minutes} minutes: end "
                    "that, and start the day again.",
                    allow_retries=False,
                ) from error
            raise RetryRequested(
                max_retries=MAX_RETRIES, seconds_to_wait=SECONDS_TO_WAIT
            ) from error
        raise
