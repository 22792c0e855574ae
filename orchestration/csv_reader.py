"""The dbt-duckdb plugin that splits CSV files strictly and loses no line.

DuckDB's own reader trims around quotes, accepts surplus commas and lets one stray quote swallow
the rest of a file. Files whose every line stands on its own are therefore split in SQL (see the
macro `load_csv`), and only those with quoted line breaks or broken lines come here.
"""

import csv
import gzip
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

BATCH_RECORDS = 50_000

csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True)
class Record:
    """One record of a CSV file: its fields, or its text when it can't be split."""

    fields: list[str] | None
    text: str | None


class LineBuffer:
    """An iterator over physical lines that can take lines back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.taken.append(line)
        return line

    def give_back_all_but_first(self) -> None:
        """Return every taken line but the first, to be read again."""
        self._returned.extendleft(reversed(self.taken[1:]))


def open_text(path: str) -> TextIO:
    """Open a CSV or gzipped CSV file as UTF-8, bytes that are none marked as surrogates."""
    opener: Any = gzip.open if path.endswith(".gz") else open
    stream = opener(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")
    return cast(TextIO, stream)


def is_valid_utf8(text: str) -> bool:
    """Say whether text holds no byte that could not be decoded."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def printable(lines: list[str]) -> str:
    """Join physical lines to one text without its line end, bad bytes replaced."""
    text = "".join(lines).rstrip("\r\n")
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def records(lines: Iterable[str], field_count: int) -> Iterator[Record]:
    """Split lines into records, strictly and one after the other.

    Args:
        lines: physical lines with their line ends.
        field_count: how many fields a record must have.

    Yields:
        A record with its fields; or, where a record has another number of fields, its whole text;
        or, where a line breaks the rules of quoting or of UTF-8, the text of that one line, after
        which splitting starts again at the next line. Blank lines are passed over.
    """
    buffer = LineBuffer(lines)
    while True:
        buffer.taken = []
        try:
            fields = next(csv.reader(buffer, strict=True))
        except StopIteration:
            return
        except csv.Error:
            buffer.give_back_all_but_first()
            yield Record(None, printable(buffer.taken[:1]))
            continue
        if not all(is_valid_utf8(line) for line in buffer.taken):
            buffer.give_back_all_but_first()
            yield Record(None, printable(buffer.taken[:1]))
        elif fields and len(fields) != field_count:
            yield Record(None, printable(buffer.taken))
        elif fields:
            yield Record(fields, None)


def csv_header(path: str) -> list[str]:
    """Return the column names in the header of a CSV file, none when the file is empty."""
    with open_text(path) as stream:
        return [printable([name]).strip().lower() for name in next(csv.reader(stream), [])]


class Plugin(BasePlugin):
    """Registers `csv_header(path)` and `split_csv(path, field_count)` as SQL functions."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Create the functions on a new connection.

        Args:
            conn: the connection of the warehouse.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="segmentry-csv-")
        conn.create_function("csv_header", csv_header, side_effects=True)
        conn.create_function("split_csv", self.split_csv, side_effects=True)

    def split_csv(self, path: str, field_count: int) -> str:
        """Split a CSV file into a temporary Parquet file of records.

        Args:
            path: the CSV file, gzipped when its name ends with `.gz`.
            field_count: how many columns its header has.

        Returns:
            The Parquet file: `fields`, a list of text, and `text`, of which one is null in each
            row. It lives as long as the connection.
        """
        schema = pa.schema({"fields": pa.list_(pa.string()), "text": pa.string()})
        target = Path(tempfile.mkstemp(suffix=".parquet", dir=self._folder.name)[1])
        with open_text(path) as stream, pq.ParquetWriter(target, schema) as writer:
            next(csv.reader(stream), None)
            rows = records(stream, field_count)
            while batch := list(islice(rows, BATCH_RECORDS)):
                columns = [[row.fields for row in batch], [row.text for row in batch]]
                writer.write_batch(pa.record_batch(columns, schema=schema))
        return str(target)
