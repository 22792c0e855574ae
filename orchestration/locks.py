"""A warehouse that another process holds: the one failure that goes away by waiting."""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import RetryRequested

# Whoever else writes the warehouse is at work for minutes: 30 tries are five minutes.
MAX_RETRIES = 30
SECONDS_TO_WAIT = 10

# DuckDB has one writer; these are the first words of what it tells everybody else.
LOCK_MESSAGE = "Could not set lock on file"


def is_locked(message: object) -> bool:
    """Tell whether an error, or the text of one, is DuckDB's word for a file in other hands."""
    return LOCK_MESSAGE in str(message)


def retry_later() -> RetryRequested:
    """Return the request to run the step again in a moment."""
    return RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=SECONDS_TO_WAIT)


@contextmanager
def retried_when_locked() -> Iterator[None]:
    """Turn an error, or its cause, that is a locked warehouse into a request to run again.

    Raises:
        RetryRequested: when the warehouse is locked; any other error as it is.
    """
    try:
        yield
    except Exception as error:
        if is_locked(error) or is_locked(error.__cause__):
            raise retry_later() from error
        raise
