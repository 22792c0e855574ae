"""Parquet files as selects of the contract's columns, each file by its own types.

A type that the contract takes as it is stays, as long as all files of the table agree on it; any
other value becomes the text that means the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from segmentry.reading import sql
from segmentry.reading.contract import Column, is_nested
from segmentry.reading.errors import ReadingError, reason_of
from segmentry.reading.files import RawFile
from segmentry.reading.typed_values import (
    as_it_is,
    as_text,
    check_ids,
    looks,
    stays,
    wild_columns,
)


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file that was looked at.

    Attributes:
        file: the file.
        schema: the name and the type of each of its columns, in its order.
        row_count: its rows, by its footer.
        wild: the columns, in lower case, that hold a time too far off to stay a timestamp.
    """

    file: RawFile
    schema: tuple[tuple[str, str], ...]
    row_count: int
    wild: frozenset[str]

    @property
    def types(self) -> dict[str, str]:
        """The types by the columns' names in lower case."""
        return {name.lower(): type_ for name, type_ in self.schema}


def read_parquet_file(
    connection: duckdb.DuckDBPyConnection, file: RawFile, columns: Sequence[Column]
) -> ParquetFile:
    """Look at a Parquet file, to its end.

    Args:
        connection: a connection of its own to DuckDB.
        file: the file.
        columns: the contract's columns.

    Raises:
        ReadingError: when the file can't be read to its end, or holds ids that a floating-point or
            decimal column has spoilt.
    """
    try:
        with pq.ParquetFile(file.path) as opened:
            names = [name.lower() for name in opened.schema_arrow.names]
            row_count = opened.metadata.num_rows
    except (pa.ArrowException, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise ReadingError(f"it can't be read: {reason_of(error)}") from error
        raise ReadingError("it is no whole Parquet file: its footer can't be read") from error
    if twice := [c.name for c in columns if names.count(c.name) > 1]:
        raise ReadingError(f"it has the column `{twice[0]}` twice")
    source = f"read_parquet({sql.path(file.path)}, hive_partitioning = false)"
    try:
        described = connection.execute(f"describe select * from {source}").fetchall()
        schema = tuple((name, type_) for name, type_, *_ in described)
        asked = looks(columns, {name.lower(): type_ for name, type_ in schema})
        values = ", ".join(sql.name(c.name) for c in columns if c.name in names) or "null"
        # Counts may come from the footer alone; a digest reads every value.
        questions = ["count(*)", f"bit_xor(hash({values}))", *asked.values()]
        ((read_count, _, *answers),) = connection.execute(
            f"select {', '.join(questions)} from {source}"
        ).fetchall()
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise ReadingError("it is damaged: not all of its values can be read") from error
    if read_count != row_count:
        raise ReadingError("it is damaged: it has other rows than its footer says")
    found = dict(zip(asked, answers, strict=True))
    check_ids(columns, found)
    return ParquetFile(file, schema, row_count, wild_columns(found))


def select_rows(
    files: Sequence[ParquetFile], columns: Sequence[Column], native: Mapping[str, str]
) -> str:
    """Return the select of the contract's columns from files that have one schema.

    Args:
        files: the files, alike in their schemas, wild columns and the keys in their paths.
        columns: the contract's columns.
        native: the columns that stay what they are, with their type; all others become text.

    Returns:
        A select of those columns, `file_path` and `place_in_file`, the row's place in its file.
    """
    first = files[0]
    selected = [f"{_value(first, column, native)} as {sql.name(column.name)}" for column in columns]
    paths = ", ".join(sql.path(found.file.path) for found in files)
    return (
        f"select {', '.join(selected)}, filename as file_path, file_row_number as place_in_file "
        f"from read_parquet([{paths}], filename = true, file_row_number = true, "
        "hive_partitioning = false)"
    )


def native_types(
    files: Sequence[ParquetFile], columns: Sequence[Column], is_alone: bool
) -> dict[str, str]:
    """Return the columns of a table that stay what they are, with their type.

    Args:
        files: the Parquet files of the table.
        columns: the contract's columns.
        is_alone: whether the table has no other files.
    """
    native: dict[str, str] = {}
    for column in columns if is_alone else ():
        types = {found.types.get(column.name, "") for found in files} - {""}
        if column.is_nested and types and all(map(is_nested, types)):
            native[column.name] = column.type
            continue
        is_in_path = any(column.name in found.file.keys for found in files)
        is_wild = any(column.name in found.wild for found in files)
        if len(types) == 1 and not is_in_path and not is_wild:
            (type_,) = types
            if stays(type_, column):
                native[column.name] = type_
    return native


def _value(found: ParquetFile, column: Column, native: Mapping[str, str]) -> str:
    type_ = found.types.get(column.name)
    name = sql.name(column.name)
    if column.name in native:
        type_ = native[column.name]
        if column.name not in found.types:
            return f"cast(null as {type_})"
        if column.is_nested:
            # By the names of fields: one that a file lacks is null, one more is left out.
            return f"try_cast({name} as {type_})"
        return as_it_is(name, type_)
    if type_:
        return as_text(name, type_, column)
    if column.name in found.file.keys:
        return sql.key_in_path("filename", found.file.root, column.name)
    return "cast(null as varchar)"
