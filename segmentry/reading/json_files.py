"""Files of JSON lines, one object a line, as selects of text.

An object's keys are its columns, in any case of letters. A value becomes the text that means the
same: a text itself, a number as it stands, an object or a list as JSON.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from segmentry.reading import sql
from segmentry.reading.contract import Column
from segmentry.reading.csv_files import BATCH_RECORDS, CsvFile, lines_of
from segmentry.reading.csv_text import Header, is_unicode, open_text, printable, scan, told_in_words
from segmentry.reading.errors import ReadingError
from segmentry.reading.files import RawFile

LINES = pa.schema({"line": pa.string()})


def read_json_file(
    connection: duckdb.DuckDBPyConnection,
    file: RawFile,
    columns: Sequence[Column],
    scratch: Path,
) -> CsvFile:
    """Look at a file of JSON lines, to its end.

    Args:
        connection: a connection of its own to DuckDB.
        file: the file.
        columns: the contract's columns.
        scratch: a folder for a file whose lines DuckDB would not tell apart.

    Returns:
        What a CSV file with those of the columns that occur would be.

    Raises:
        ReadingError: when the file is empty or can't be read to its end, is one document rather
            than lines, or has a column of the contract twice.
    """
    seen = scan(file.path)
    lines, row_count = "", seen.line_count
    if seen.is_plain and seen.rare_byte is not None:
        lines = lines_of(file, seen.rare_byte)
        if _count_lines(connection, lines) != row_count:
            lines = ""
    if not lines:
        lines, row_count = _write_lines(file, scratch)
    if not row_count:
        raise ReadingError("it is empty: not even one object is in it")
    keys = _keys_of(connection, lines)
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(key.strip().lower(), []).append(key)
    present = [column.name for column in columns if column.name in found]
    if twice := [name for name in present if len(found[name]) > 1]:
        raise ReadingError(f"it has the column `{twice[0]}` twice")
    if _is_document(_first_line(connection, lines).lstrip(), has_objects=bool(keys)):
        raise ReadingError("it is one JSON document: write one object a line")
    values = ", ".join(f"line ->> {sql.text('$.' + _quoted(found[name][0]))}" for name in present)
    records = (
        f"select case when is_record then [{values or 'null'}]::varchar[] end as fields, "
        "case when not is_record then line end as malformed_line "
        f"from (select line, {_is_object('line')} as is_record from {lines} "
        "where trim(line, ' \t\r') <> '') as lines"
    )
    return CsvFile(file, Header(tuple(present), ",", 0), row_count, records)


def _is_document(first: str, has_objects: bool) -> bool:
    if not has_objects:
        return first.startswith(("[", "{"))
    if not first.startswith("["):
        return False
    try:
        json.loads(first)
    except ValueError:
        return True
    return False


def _is_object(line: str) -> str:
    # Not all that is valid to the one function is to the other. Of a key that is there twice,
    # nobody can say which is meant.
    keys = f"json_keys({line})"
    return (
        f"coalesce(json_valid({line}) and try(json_type({line})) = 'OBJECT' "
        f"and try(len({keys}) = len(list_distinct({keys}))), false)"
    )


def _quoted(key: str) -> str:
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _count_lines(connection: duckdb.DuckDBPyConnection, lines: str) -> int:
    try:
        ((count,),) = connection.execute(
            f"select count(*) from {lines} where trim(line, ' \t\r') <> ''"
        ).fetchall()
    except duckdb.Error:
        return -1
    return int(count)


def _keys_of(connection: duckdb.DuckDBPyConnection, lines: str) -> list[str]:
    rows = connection.execute(
        f"select distinct unnest(json_keys(line)) from {lines} where {_is_object('line')}"
    ).fetchall()
    return sorted(key for (key,) in rows)


def _first_line(connection: duckdb.DuckDBPyConnection, lines: str) -> str:
    row = connection.execute(
        f"select line from {lines} where trim(line, ' \t\r') <> '' limit 1"
    ).fetchone()
    return str(row[0]) if row else ""


def _write_lines(file: RawFile, scratch: Path) -> tuple[str, int]:
    with NamedTemporaryFile(suffix=".parquet", dir=scratch, delete=False) as target:
        pass
    row_count = 0
    with (
        told_in_words(),
        open_text(file.path) as stream,
        pq.ParquetWriter(target.name, LINES) as writer,
    ):
        for batch in _batches(stream):
            writer.write_batch(pa.record_batch([batch], schema=LINES))
            row_count += len(batch)
    return f"read_parquet({sql.path(Path(target.name))})", row_count


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for line in lines:
        if line.strip():
            batch.append(line.strip("\r\n") if is_unicode(line) else printable([line]))
        if len(batch) == BATCH_RECORDS:
            yield batch
            batch = []
    yield batch
