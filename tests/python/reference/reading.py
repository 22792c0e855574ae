"""Raw files to rows of text, in the order of their paths and places, by rules written out here."""

import gzip
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow.parquet as pq

from .contract import TABLES, Table

TextRow = dict[str, str | None]
_SUFFIXES = (".csv.gz", ".csv", ".parquet")
_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__"
_LINE_END = re.compile(rb"\r\n|\n|\r")
_QUOTED_FIELD = re.compile(rb'"([^"]*+(?:""[^"]*+)*+)"')


class RawContractError(Exception):
    """A required table or column is missing, or a file can't be read."""


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
    if not files and table.name == "orders":
        raise RawContractError(f"table orders is missing in {raw_dir}")
    for file in files:
        is_parquet = file.name.lower().endswith(".parquet")
        header, records, malformed = _read_parquet(file) if is_parquet else _read_csv(file)
        names = [name.strip().lower() for name in header]
        in_path = _keys_in_path(file.relative_to(raw_dir).parts[1:-1])
        for column in table.columns:
            if column.is_required and column.name not in (*names, *in_path):
                raise RawContractError(f"column {table.name}.{column.name} is missing in {file}")
        raw.malformed += malformed
        for record in records:
            values = in_path | dict(zip(names, record, strict=True))
            raw.rows.append({name: values.get(name) or None for name in table.text_columns})
    return raw


def _files_of(raw_dir: Path, name: str) -> list[Path]:
    found: list[Path] = []
    for entry in raw_dir.iterdir():
        stem = next(
            (entry.name[: -len(end)] for end in _SUFFIXES if entry.name.lower().endswith(end)),
            entry.name,
        )
        if stem.lower() == name:
            found += _files_below(entry) if entry.is_dir() else [entry]
    return sorted(
        (file for file in found if file.name.lower().endswith(_SUFFIXES)),
        key=lambda file: str(file).encode(),
    )


def _files_below(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if not entry.name.startswith((".", "_")):
            yield from _files_below(entry) if entry.is_dir() else [entry]


def _keys_in_path(folders: tuple[str, ...]) -> dict[str, str | None]:
    pairs = [folder.split("=", 1) for folder in folders if "=" in folder]
    return {key.lower(): None if value == _NULL_FOLDER else unquote(value) for key, value in pairs}


def _read_parquet(file: Path) -> tuple[list[str], list[list[str | None]], list[bytes]]:
    table = pq.ParquetFile(file).read()
    columns = [[_written(value.as_py()) for value in column] for column in table.columns]
    return table.column_names, [list(row) for row in zip(*columns, strict=True)], []


def _written(value: Any) -> str | None:
    """Write a value of a Parquet file as the text that a CSV file would hold."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float | Decimal):
        if math.isnan(value):
            return None
        is_whole = math.isfinite(value) and value == int(value)
        return str(int(value)) if is_whole else format(Decimal(str(value)), "f")
    if isinstance(value, datetime):
        instant = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return instant.isoformat(" ")
    return None if value is None else str(value)


def _read_csv(file: Path) -> tuple[list[str], list[list[str | None]], list[bytes]]:
    data = file.read_bytes()
    if file.name.lower().endswith(".gz"):
        data = gzip.decompress(data)
    data = _as_utf_8(file, data)
    delimiter = _delimiter_of(data)
    header: list[str] | None = None
    records: list[list[str | None]] = []
    malformed: list[bytes] = []
    for text, fields in split_records(data, delimiter):
        if header is None:
            if fields is None:
                raise RawContractError(f"the header of {file} can't be split")
            header = fields
        elif fields is None or len(fields) != len(header):
            malformed.append(text)
        else:
            records.append(list(fields))
    return header or [], records, malformed


def _as_utf_8(file: Path, data: bytes) -> bytes:
    """Take off a byte-order mark and bring UTF-16 to UTF-8, halves of letters left as they are."""
    encoding = _UTF_16_MARKS.get(data[:2])
    if encoding is None:
        return data.removeprefix(_UTF_8_MARK)
    try:
        return data[2:].decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise RawContractError(f"{file} ends in the middle of a letter") from error


def _delimiter_of(data: bytes) -> bytes:
    """Return the most frequent of three delimiters outside the quotes of the first line."""
    counts = {b",": 0, b";": 0, b"\t": 0}
    is_quoted = False
    for code in data.lstrip(b"\r\n"):
        letter = bytes([code])
        if letter == b'"':
            is_quoted = not is_quoted
        elif not is_quoted and letter in b"\r\n":
            break
        elif not is_quoted and letter in counts:
            counts[letter] += 1
    return max(counts, key=lambda letter: counts[letter])


def split_records(data: bytes, delimiter: bytes = b",") -> Iterator[tuple[bytes, list[str] | None]]:
    """Yield each record's bytes and its fields; None for a line that breaks the rules."""
    position = 0
    while position < len(data):
        end = _LINE_END.match(data, position)
        if end is not None:
            position = end.end()
            continue
        fields, stop = _split_record(data, position, delimiter)
        if fields is None:
            line_end = _LINE_END.search(data, position)
            stop = line_end.start() if line_end else len(data)
        yield data[position:stop], fields
        end = _LINE_END.match(data, stop)
        position = end.end() if end else stop


def _split_record(data: bytes, position: int, delimiter: bytes) -> tuple[list[str] | None, int]:
    fields: list[str] = []
    unquoted_field = re.compile(b"[^\r\n" + delimiter + b"]*")
    while True:
        is_quoted = data.startswith(b'"', position)
        match = (_QUOTED_FIELD if is_quoted else unquoted_field).match(data, position)
        if match is None or data[match.end() : match.end() + 1] not in (
            b"",
            b"\r",
            b"\n",
            delimiter,
        ):
            return None, position
        value = match[1].replace(b'""', b'"') if is_quoted else match[0]
        try:
            fields.append(value.decode())
        except UnicodeDecodeError:
            return None, position
        position = match.end()
        if not data.startswith(delimiter, position):
            return fields, position
        position += 1
