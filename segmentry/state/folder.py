"""The files in the folder of what syncs remember, `SEGMENTRY_STATE_DIR`, and what points to it."""

from pathlib import Path

LEDGER = "syncs.sqlite"
RECORDS = "records"
# Beside the published versions: that people were erased, and when, so that no build forgets it.
ERASURES = "erasures.jsonl"


def record_path(state: Path, table: str) -> Path:
    """Return where a table is that syncs leave for builds.

    Args:
        state: the folder.
        table: its name, as `sync_runs`.
    """
    return state / RECORDS / f"{table}.parquet"
