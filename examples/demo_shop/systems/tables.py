"""Tables of a system as files: CSV as loaders and exports write it, JSON lines and Parquet."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from examples.demo_shop.raw_files import as_text


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV with a header; a table without rows is not there, as with loaders."""
    if not rows:
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: as_text(value) for name, value in row.items()} for row in rows)


def write_json_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as JSON, one in a line."""
    lines = (json.dumps(row, ensure_ascii=False, default=as_text) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_parquet(path: Path, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> None:
    """Write rows as Parquet with the columns of a schema."""
    pq.write_table(pa.Table.from_pylist(rows, schema), path)


def without_empty_columns(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without the columns that none of them fills, which some loaders never make."""
    filled = {name for row in rows for name, value in row.items() if value is not None}
    return [{name: row[name] for name in row if name in filled} for row in rows]
