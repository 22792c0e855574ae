"""A warehouse that another process holds: the one failure that goes away by waiting."""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import RetryRequested

from segmentry.settings.places import HELD

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
