"""What syncs did, as Parquet files for the next build: beside the ledger, moved in place whole."""

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from segmentry.activation.batches import in_batches
from segmentry.activation.ledger import Ledger
from segmentry.records.folders import sync
from segmentry.state.folder import record_path

BATCH = 10_000
TEXT, COUNT, MOMENT = pa.string(), pa.int64(), pa.timestamp("us")
# The columns of each table in their order, as the models of their names have them.
TABLES: dict[str, dict[str, pa.DataType]] = {
    "sync_runs": {
        "run_id": TEXT,
        "sync": TEXT,
        "build_id": TEXT,
        "status": TEXT,
        "started_at": MOMENT,
        "ended_at": MOMENT,
        "added": COUNT,
        "updated": COUNT,
        "removed": COUNT,
        "rejected": COUNT,
        "waiting": COUNT,
        "held_back": COUNT,
        "message": TEXT,
    },
    "sync_rows": {
        "run_id": TEXT,
        "audience": TEXT,
        "address_key": TEXT,
        "operation": TEXT,
        "result": TEXT,
        "reason": TEXT,
    },
    "sync_conflicts": {
        "run_id": TEXT,
        "audience": TEXT,
        "cause": TEXT,
        "detail": TEXT,
        "people": COUNT,
    },
    "sync_ledger": {
        "sync": TEXT,
        "audience": TEXT,
        "address_key": TEXT,
        "state": TEXT,
        "changed_at": MOMENT,
    },
    "suppressions": {
        "address_key": TEXT,
        "source": TEXT,
        "kind": TEXT,
        "first_seen_at": MOMENT,
    },
}


def write_records(ledger: Ledger) -> None:
    """Write what the ledger knows, each table at once or not at all.

    A file is its owner's alone. What a killed run left is replaced by the next.

    Args:
        ledger: what syncs remember.

    Raises:
        OSError: when the folder can't be written.
    """
    for table, columns in TABLES.items():
        path = record_path(ledger.path.parent, table)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft = path.with_name(f".{path.name}")
        draft.touch(mode=0o600)
        _write(draft, columns, ledger.rows_of_table(table))
        sync(draft)
        draft.replace(path)


def _write(path: Path, columns: Mapping[str, pa.DataType], rows: Iterator[sqlite3.Row]) -> None:
    schema = pa.schema(list(columns.items()))
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in in_batches(rows, BATCH):
            values = {name: [_value(row[name], columns[name]) for row in batch] for name in columns}
            writer.write_table(pa.table(values, schema=schema))


def _value(value: Any, kind: pa.DataType) -> Any:
    """Return a value of the ledger as a table has it: moments are UTC and bear no zone."""
    if kind is MOMENT and value is not None:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    return value
