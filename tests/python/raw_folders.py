"""Writes raw folders for tests: the rows of a shop in any of the formats of the contract."""

import csv
import gzip
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.python.nasty_shops.contract import all_columns

Row = Mapping[str, str | None]
Tables = Mapping[str, Sequence[Row]]


def csv_bytes(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Return rows as CSV with a header."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([row.get(column) or "" for column in columns] for row in rows)
    return stream.getvalue().encode()


def write_csv(folder: Path, table: str, rows: Sequence[Row]) -> None:
    """Write a table as one CSV file."""
    (folder / f"{table}.csv").write_bytes(csv_bytes(all_columns(table), rows))


def write_csv_gz(folder: Path, table: str, rows: Sequence[Row]) -> None:
    """Write a table as one gzipped CSV file."""
    content = csv_bytes(all_columns(table), rows)
    (folder / f"{table}.csv.gz").write_bytes(gzip.compress(content))


def write_parquet(folder: Path, table: str, rows: Sequence[Row]) -> None:
    """Write a table as one Parquet file of text."""
    (folder / f"{table}.parquet").write_bytes(parquet_bytes(all_columns(table), rows))


def parquet_bytes(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Return rows as Parquet, all columns text."""
    arrays = [
        pa.array([row.get(column) or None for row in rows], pa.string()) for column in columns
    ]
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=list(columns)), stream)
    return stream.getvalue()


def write_parts(folder: Path, table: str, rows: Sequence[Row]) -> None:
    """Write a table as CSV files that follow each other, each with its columns turned."""
    columns = all_columns(table)
    third = len(rows) // 3 + 1
    for number in range(3):
        part = folder / table / f"week {number}" / "part.csv"
        part.parent.mkdir(parents=True)
        turned = (*columns[number:], *columns[:number], "column_of_no_contract")
        part.write_bytes(csv_bytes(turned[:: -1 if number else 1], rows[number * third :][:third]))


def write_folder(
    folder: Path,
    tables: Tables,
    write_table: Callable[[Path, str, Sequence[Row]], None] = write_csv,
) -> Path:
    """Write every table into a new folder and return it."""
    folder.mkdir(parents=True)
    for table, rows in tables.items():
        write_table(folder, table, rows)
    return folder
