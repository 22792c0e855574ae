"""Raw files to rows of text: CSV by fixed rules, Parquet as DuckDB writes its values as text."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from .contract import TABLES, Table

TextRow = dict[str, str | None]
_SUFFIXES = (".csv", ".csv.gz", ".parquet")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_UNQUOTED_FIELD = re.compile(rb"[^,\r\n]*")
_QUOTED_FIELD = re.compile(rb'"([^"]*+(?:""[^"]*+)*+)"(?=[,\r\n]|\Z)')


class RawContractError(Exception):
    """A required table or column is missing."""


@dataclass
class RawTable:
    """The rows of one table, contract columns only, and the lines that couldn't be split."""

    rows: list[TextRow] = field(default_factory=list)
    malformed: list[bytes] = field(default_factory=list)


def read_raw(raw_dir: Path) -> dict[str, RawTable]:
    """Read every table of the contract; RawContractError names what is missing."""
    return {table.name: _read_table(raw_dir, table) for table in TABLES}


def _read_table(raw_dir: Path, table: Table) -> RawTable:
    files = _files_of(raw_dir, table.name)
    raw = RawTable()
    if not files:
        if table.name == "orders":
            raise RawContractError(f"table orders is missing in {raw_dir}")
        return raw
    seen: set[str] = set()
    for file in files:
        header, records, malformed = (
            _read_parquet(file) if file.suffix == ".parquet" else _read_csv(file)
        )
        names = [name.lower() for name in header]
        seen.update(names)
        raw.malformed += malformed
        for record in records:
            # The first of two columns of one name counts.
            values = dict(zip(reversed(names), reversed(record), strict=True))
            raw.rows.append({name: values.get(name) or None for name in table.text_columns})
    for column in table.columns:
        if column.is_required and column.name not in seen:
            raise RawContractError(f"column {table.name}.{column.name} is missing in {raw_dir}")
    return raw


def _files_of(raw_dir: Path, name: str) -> list[Path]:
    single = [raw_dir / f"{name}{suffix}" for suffix in _SUFFIXES]
    nested = [path for path in (raw_dir / name).rglob("*") if path.name.endswith(_SUFFIXES)]
    return sorted(path for path in [*single, *nested] if path.is_file())


def _read_parquet(file: Path) -> tuple[list[str], list[list[str | None]], list[bytes]]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        result = connection.execute(
            "select columns(*)::varchar from read_parquet(?, hive_partitioning = false)",
            [str(file)],
        )
        names = [column[0] for column in result.description or []]
        return names, [list(row) for row in result.fetchall()], []


def _read_csv(file: Path) -> tuple[list[str], list[list[str | None]], list[bytes]]:
    data = file.read_bytes()
    if file.name.endswith(".gz"):
        data = gzip.decompress(data)
    header: list[str] | None = None
    records: list[list[str | None]] = []
    malformed: list[bytes] = []
    for text, fields in split_records(data.removeprefix(b"\xef\xbb\xbf")):
        if header is None:
            if fields is None:
                raise RawContractError(f"the header of {file} can't be split")
            header = fields
        elif fields is None or len(fields) != len(header):
            malformed.append(text)
        else:
            records.append(list(fields))
    return header or [], records, malformed


def split_records(data: bytes) -> Iterator[tuple[bytes, list[str] | None]]:
    """Yield each record's bytes and its fields; None for a line that breaks the rules."""
    position = 0
    while position < len(data):
        end = _LINE_END.match(data, position)
        if end is not None:
            position = end.end()
            continue
        fields, stop = _split_record(data, position)
        if fields is None:
            line_end = _LINE_END.search(data, position)
            stop = line_end.start() if line_end else len(data)
        yield data[position:stop], fields
        end = _LINE_END.match(data, stop)
        position = end.end() if end else stop


def _split_record(data: bytes, position: int) -> tuple[list[str] | None, int]:
    fields: list[str] = []
    while True:
        is_quoted = data.startswith(b'"', position)
        match = (_QUOTED_FIELD if is_quoted else _UNQUOTED_FIELD).match(data, position)
        if match is None:
            return None, position
        value = match[1].replace(b'""', b'"') if is_quoted else match[0]
        try:
            fields.append(value.decode())
        except UnicodeDecodeError:
            return None, position
        position = match.end()
        if not data.startswith(b",", position):
            return fields, position
        position += 1
