"""A warehouse that another process holds: the one failure that goes away by waiting."""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import RetryRequested

# Whoever else writes the warehouse is at work for minutes: 30 tries are five minutes.
MAX_RETRIES = 30
SECONDS_TO_WAIT = 10

# DuckDB has one writer; these are the first words of what it tells everybody else.
LOCK_MESSAGE = "Could not set lock on file"


def is_locked(error: BaseException | None) -> bool:
    """Tell whether an error, or what caused it, is that another process holds the file."""
    return error is not None and (LOCK_MESSAGE in str(error) or is_locked(error.__cause__))


@contextmanager
def retried_when_locked() -> Iterator[None]:
    """Turn an error that another process caused by holding the warehouse into a request to retry.

    Raises:
        RetryRequested: when the warehouse is locked; any other error as it is.
    """
    try:
        yield
    except Exception as error:
        if is_locked(error):
            raise RetryRequested(
                max_retries=MAX_RETRIES, seconds_to_wait=SECONDS_TO_WAIT
            ) from error
        raise
