"""CSV files as selects of text: by DuckDB where it reads the same lines, else split strictly.

A file in which every line is a whole record by itself is split in SQL. Any other goes through the
strict splitter into a temporary Parquet file of records first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from segmentry.reading import sql
from segmentry.reading.contract import Column
from segmentry.reading.csv_text import (
    Header,
    Scan,
    count_text_lines,
    open_text,
    read_header,
    records,
    scan,
    told_in_words,
)
from segmentry.reading.errors import ReadingError
from segmentry.reading.files import RawFile

BATCH_RECORDS = 50_000
RECORDS = pa.schema({"fields": pa.list_(pa.string()), "malformed_line": pa.string()})


@dataclass(frozen=True)
class CsvFile:
    """A CSV file that was looked at.

    Attributes:
        file: the file.
        header: its header.
        row_count: its records and lines that can't be split, counted without DuckDB.
        records: a select that gives, of each, `fields` (a list of text) or `malformed_line`, in
            the file's order.
    """

    file: RawFile
    header: Header
    row_count: int
    records: str


def read_csv_file(
    connection: duckdb.DuckDBPyConnection,
    file: RawFile,
    columns: Sequence[Column],
    scratch: Path,
) -> CsvFile:
    """Look at a CSV file, to its end.

    Args:
        connection: a connection of its own to DuckDB.
        file: the file.
        columns: the contract's columns.
        scratch: a folder for what has to be split strictly.

    Raises:
        ReadingError: when the file is empty or can't be read to its end, or its header can't be
            split or has a column of the contract twice.
    """
    header = read_header(file.path)
    seen = scan(file.path)
    if not header.columns:
        raise ReadingError("it is empty: not even a header is in it")
    for column in columns:
        if header.columns.count(column.name) > 1:
            raise ReadingError(f"it has the column `{column.name}` twice")
    if header.line_count == 1 and seen.is_plain and seen.rare_byte is not None:
        row_count = seen.line_count - 1
        lines = split_lines(file, header, seen, seen.rare_byte)
        if _reads_the_same(connection, lines, row_count, seen.has_quotes):
            return CsvFile(file, header, row_count, lines)
    return split_strictly(file, header, scratch)


def split_lines(file: RawFile, header: Header, seen: Scan, rare_byte: bytes) -> str:
    """Return the select that splits a file whose every line is a record by itself.

    Args:
        file: the file.
        header: its header.
        seen: what its bytes say.
        rare_byte: a byte that is not in it; with it as the separator a line is one field.
    """
    delimiter = sql.text(header.delimiter)
    fields = f"string_split(line, {delimiter})"
    is_record = f"len(line) - len(replace(line, {delimiter}, '')) = {len(header.columns) - 1}"
    if seen.has_quotes:
        field = f'([^"{header.delimiter}]*|"([^"]|"")*")'
        quoted = (
            f"list_transform(regexp_extract_all({delimiter} || line, "
            f"""'{header.delimiter}("(?:[^"]|"")*"|[^"{header.delimiter}]*)', 1), """
            "lambda field: case when starts_with(field, '\"') "
            "then replace(field[2:-2], '\"\"', '\"') else field end)"
        )
        is_record = (
            f"case when contains(line, '\"') then regexp_full_match(line, "
            f"'{field}({header.delimiter}{field})*') and len({quoted}) = {len(header.columns)} "
            f"else {is_record} end"
        )
        fields = f"case when contains(line, '\"') then {quoted} else {fields} end"
    return (
        f"select case when is_record then {fields} end as fields, "
        f"case when not is_record then line end as malformed_line "
        f"from (select line, {is_record} as is_record from {lines_of(file, rare_byte, skip=1)} "
        "where line is not null) as lines"
    )


def lines_of(file: RawFile, rare_byte: bytes, skip: int = 0) -> str:
    """Return the table function that reads a plain file as lines: the column `line`.

    Args:
        file: the file.
        rare_byte: a byte that is not in it.
        skip: how many lines at its start are left out.
    """
    return (
        f"read_csv({sql.path(file.path)}, auto_detect = false, header = false, skip = {skip}, "
        f"strict_mode = false, columns = {{'line': 'varchar'}}, delim = '{rare_byte.decode()}', "
        f"quote = '', escape = '', new_line = '\\n', compression = '{file.format.compression}', "
        "hive_partitioning = false)"
    )


def _reads_the_same(
    connection: duckdb.DuckDBPyConnection, lines: str, row_count: int, has_quotes: bool
) -> bool:
    try:
        ((read_count, malformed_count),) = connection.execute(
            f"select count(*), count(malformed_line) from ({lines})"
        ).fetchall()
    except duckdb.Error:
        return False
    return bool(read_count == row_count) and not (has_quotes and malformed_count)


def split_strictly(file: RawFile, header: Header, scratch: Path) -> CsvFile:
    """Split a CSV file into a temporary Parquet file of records.

    Args:
        file: the file.
        header: its header.
        scratch: the folder of that file.

    Raises:
        ReadingError: when the file can't be read to its end.
    """
    with NamedTemporaryFile(suffix=".parquet", dir=scratch, delete=False) as target:
        pass
    row_count = line_count = 0
    with (
        told_in_words(),
        open_text(file.path) as stream,
        pq.ParquetWriter(target.name, RECORDS) as writer,
    ):
        for _ in range(header.line_count):
            line_count += bool(next(stream).strip("\r\n"))
        found = records(stream, len(header.columns), header.delimiter)
        while batch := list(islice(found, BATCH_RECORDS)):
            columns = [[record.fields for record in batch], [record.text for record in batch]]
            writer.write_batch(pa.record_batch(columns, schema=RECORDS))
            row_count += len(batch)
            line_count += sum(record.line_count for record in batch)
    if line_count != count_text_lines(file.path):
        raise ReadingError("lines of it were lost while it was split; is it being written?")
    select = f"select fields, malformed_line from read_parquet({sql.path(Path(target.name))})"
    return CsvFile(file, header, row_count, select)
