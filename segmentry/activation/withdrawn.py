"""The noes that builds know, whether they were published or not."""

from pathlib import Path

import duckdb

from segmentry.activation.batches import in_batches
from segmentry.activation.errors import SyncError
from segmentry.activation.ledger import BUILDS, Ledger, now
from segmentry.records.suppressions import FILE
from segmentry.state.keys import Keys


def read_withdrawn(published: Path, ledger: Ledger, keys: Keys) -> None:
    """Learn the noes of the last build, when its file changed since they were read.

    Args:
        published: the folder of published versions, where builds leave the file.
        ledger: keeps them.
        keys: by which people are known.

    Raises:
        SyncError: when the file is lost or can't be read: nobody is written to in doubt.
    """
    path = published / FILE
    try:
        status = path.stat()
    except FileNotFoundError:
        raise SyncError(
            f"{path} is not there, which says who must not be written to: build the shop again."
        ) from None
    digest = f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"
    if ledger.meta("suppressions") == digest:
        return
    started = now()
    try:
        with duckdb.connect() as connection:
            rows = connection.execute(
                "select email, reason from read_parquet($path)", {"path": str(path)}
            )
            for batch in in_batches(iter(rows.fetchone, None), 10_000):
                kinds = {keys.hash_of(email): reason for email, reason in batch}
                ledger.suppress(BUILDS, kinds, started)
    except duckdb.Error as error:
        raise SyncError(f"{path} can't be read: {str(error).splitlines()[0]}") from None
    ledger.drop_suppressions(BUILDS, started)
    ledger.set_meta("suppressions", digest)
