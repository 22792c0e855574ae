"""A run of a sync as the ledger and, after it, builds know it."""

from collections.abc import Iterator
from contextlib import contextmanager

from segmentry.activation.api import without_addresses
from segmentry.activation.errors import OutOfTimeError, RefusedError, SyncError
from segmentry.activation.ledger import Ledger, new_run_id
from segmentry.activation.records import write_records


@contextmanager
def recorded(ledger: Ledger, sync: str, build_id: str) -> Iterator[str]:
    """Note that a run began and how it ended, and leave the records for builds.

    Args:
        ledger: what syncs remember.
        sync: the name of the sync.
        build_id: the version that is sent.

    Yields:
        The id of the run. It succeeded if it ended without an error and no row of it is left.
    """
    run_id = new_run_id()
    ledger.start_run(run_id, sync, build_id)
    try:
        yield run_id
    except SyncError as error:
        ledger.end_run(run_id, _status_of(error), without_addresses(str(error)))
        raise
    else:
        counted = ledger.run(run_id)
        left = counted["rejected"] + counted["waiting"]
        message = f"{left:,} rows were not taken." if left else ""
        ledger.end_run(run_id, "rejected" if left else "succeeded", message)
    finally:
        write_records(ledger)


def _status_of(error: SyncError) -> str:
    match error:
        case RefusedError():
            return "refused"
        case OutOfTimeError():
            return "out of time"
        case _:
            return "failed"
