"""A raw folder, checked to the end of every file before anything is touched, then loaded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import duckdb

from segmentry.reading import sql
from segmentry.reading.contract import Column, Table
from segmentry.reading.csv_files import CsvFile, read_csv_file
from segmentry.reading.csv_text import DELIMITERS
from segmentry.reading.erased import (
    ORDERS,
    count_again,
    is_kept,
    is_row_kept,
    remember_erased,
    without_erased,
)
from segmentry.reading.errors import ReadingError
from segmentry.reading.files import Format, RawFile, RawFolder, find_raw_files
from segmentry.reading.json_files import read_json_file
from segmentry.reading.loading import (
    OWN_TABLES,
    Reading,
    make_view,
    malformed_lines,
    start_schema,
    told_names,
)
from segmentry.reading.mapping import (
    MAPPING,
    MappedTable,
    check_mapping,
    has_mapping,
    load_mapped,
    over_files,
    read_mapping,
    tables_of_files,
)
from segmentry.reading.parquet_files import (
    ParquetFile,
    native_types,
    read_parquet_file,
    select_rows,
)

DELIMITER_NAMES = {";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True)
class RawTable:
    """The files of a raw table, looked at.

    Attributes:
        table: the table of the contract.
        csv: its CSV files, by path.
        parquet: its Parquet files, by path.
    """

    table: Table
    csv: list[CsvFile] = field(default_factory=list)
    parquet: list[ParquetFile] = field(default_factory=list)

    @property
    def row_counts(self) -> list[tuple[RawFile, int]]:
        """The files with the rows and lines that are in them, counted without DuckDB."""
        return [
            *((found.file, found.row_count) for found in self.csv),
            *((found.file, found.row_count) for found in self.parquet),
        ]

    def columns_of(self) -> Iterator[tuple[RawFile, frozenset[str]]]:
        """Yield the columns of each file, those of its path included, in lower case."""
        for csv in self.csv:
            yield csv.file, csv.file.keys.union(csv.header.columns)
        for parquet in self.parquet:
            yield parquet.file, parquet.file.keys.union(parquet.types)


def read_folder(
    folder: Path | None,
    tables: Sequence[Table],
    schema: str,
    scratch: Path,
    leave_out_erased: bool = False,
    connector: str = "",
) -> Reading:
    """Check a raw folder, and say how it is loaded.

    A folder with a mapping has files of its own shape, which the mapping makes the contract's.

    Args:
        folder: the raw folder; None where there is none, so that all tables are empty.
        tables: the contract.
        schema: the schema of the raw tables in the warehouse, as SQL.
        scratch: a folder for CSV files that have to be split strictly; the statements read it.
        leave_out_erased: whether rows are left out for which `is_erased` is true.
        connector: the connector whose tables these are, of which only missing tables are named,
            as their columns differ from shop to shop; empty for the raw contract.

    Raises:
        ReadingError: when the folder or a file of a table can't be read, or a required table or
            column is missing; its text names every such file.
    """
    if folder and not connector and has_mapping(folder):
        return _read_mapped_folder(folder, tables, schema, scratch, leave_out_erased)
    names = [table.name for table in tables]
    patterns = {table.name: table.files for table in tables if table.files}
    prefixed = {table.name for table in tables if table.any_prefix}
    found = RawFolder({name: [] for name in names}, [])
    if folder:
        found = find_raw_files(folder, names, patterns, prefixed)
    problems: list[str] = []
    raw_tables: list[RawTable] = []
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table in tables:
            raw_table = RawTable(table)
            for file in found.files[table.name]:
                try:
                    _look_at(connection, file, raw_table, scratch)
                except ReadingError as error:
                    problems.append(f"{file.shown}: {error}")
            raw_tables.append(raw_table)
    for raw_table in raw_tables:
        table = raw_table.table
        is_there = bool(found.files[table.name] or found.files.get(table.stand_in))
        if table.is_required and not is_there:
            instead = f" (or `{table.stand_in}`)" if table.stand_in else ""
            called = f", of files called `{table.files}`," if table.files else ""
            problems.append(f"table `{table.name}`{instead}{called} is missing")
        problems += _missing(raw_table)
    if problems:
        raise ReadingError("; ".join(problems))
    return Reading(
        messages=list(_messages(folder, raw_tables, found.unread, connector)) if folder else [],
        statements=list(_statements(raw_tables, schema, leave_out_erased, connector)),
    )


def _read_mapped_folder(
    folder: Path,
    tables: Sequence[Table],
    schema: str,
    scratch: Path,
    leave_out_erased: bool,
) -> Reading:
    mapped = read_mapping(folder, tables)
    made = {each.table.name for each in mapped}
    if missing := [table.name for table in tables if table.is_required and table.name not in made]:
        raise ReadingError(f"{MAPPING} makes no table `{missing[0]}`, which has to be there")
    files = tables_of_files(folder)
    checked = "files"
    statements = read_folder(folder, files, checked, scratch, connector=MAPPING).statements
    columns = check_mapping(mapped, files, statements, checked)
    landed = beside(schema, "files")
    loading = read_folder(folder, files, landed, scratch, connector=MAPPING)
    return Reading(
        messages=[
            f"Mapped in {folder} by {MAPPING}: {', '.join(sorted(made))}",
            f"Not in {MAPPING}, taken as empty: "
            + ", ".join(table.name for table in tables if table.name not in made),
        ],
        statements=[
            *loading.statements,
            *_statements([RawTable(t) for t in tables], schema, leave_out_erased, ""),
            *_mapped_statements(mapped, files, columns, schema, landed, leave_out_erased),
        ],
    )


def _mapped_statements(
    mapped: Sequence[MappedTable],
    files: Sequence[Table],
    columns: Mapping[str, frozenset[str]],
    schema: str,
    landed: str,
    leave_out_erased: bool,
) -> Iterator[str]:
    for each in sorted(mapped, key=lambda each: each.table.name != ORDERS):
        name = each.table.name
        present = columns[name]
        values = {
            c.name: f"rows.{sql.name(c.name)}" if c.name in present else "null"
            for c in each.table.columns
        }
        kept = is_row_kept(each.table, values) if leave_out_erased else "true"
        yield from load_mapped(each, over_files(each, files, landed), present, schema, kept)
        # Whatever file of the folder changes, the table is another.
        yield (
            f"insert into {schema}.files select {sql.text(name)}, {sql.text(MAPPING)}, "
            f"(select sum(byte_count) from {landed}.files), "
            f"(select max(changed_at) from {landed}.files), "
            f"(select count(*) from {schema}.{sql.name(name)})"
        )
    yield (
        f"insert into {schema}.malformed_lines select {sql.text(OWN_TABLES)}, "
        f"{sql.text(ORDERS)}, line from {landed}.malformed_lines"
    )
    # The lines of a shop's own files are counted with the rows of their table.
    yield (
        f"update {schema}.files set row_count = row_count + "
        f"(select count(*) from {landed}.malformed_lines) where table_name = {sql.text(ORDERS)}"
    )


def beside(schema: str, name: str) -> str:
    """Return the schema beside another whose name ends with a name of its own, both as SQL."""
    is_quoted = schema.endswith('"')
    return f"{schema.removesuffix(chr(34))}_{name}{chr(34) if is_quoted else ''}"


def _look_at(
    connection: duckdb.DuckDBPyConnection, file: RawFile, raw_table: RawTable, scratch: Path
) -> None:
    columns = raw_table.table.columns
    if file.format is Format.PARQUET:
        raw_table.parquet.append(read_parquet_file(connection, file, columns))
    else:
        read = read_json_file if file.format.is_json else read_csv_file
        raw_table.csv.append(read(connection, file, columns, scratch))


def _missing(raw_table: RawTable) -> Iterator[str]:
    table = raw_table.table
    for file, present in raw_table.columns_of():
        for column in table.columns:
            if column.is_required and column.name not in present:
                yield (
                    f"table `{table.name}` lacks the required column `{column.name}` in "
                    f"{file.root / file.shown}"
                )


def _messages(
    folder: Path, raw_tables: Sequence[RawTable], unread: Sequence[str], connector: str
) -> Iterator[str]:
    absent: list[str] = []
    there = {raw_table.table.name for raw_table in raw_tables if raw_table.csv or raw_table.parquet}
    for raw_table in raw_tables:
        table = raw_table.table
        present = [columns for _, columns in raw_table.columns_of()]
        if not present:
            absent += [table.name] if table.stand_in not in there else []
            continue
        known = frozenset[str]().union(*present)
        if not connector:
            absent += [f"{table.name}.{c.name}" for c in table.columns if c.name not in known]
    if absent:
        yield f"Not in {folder}, taken as empty: {', '.join(absent)}"
    if unread:
        kind = f"table of {connector}" if connector else "raw table"
        yield f"Not read in {folder}, since no {kind} is called so: {told_names(unread)}"
    split = [(csv.header.delimiter, csv.file.shown) for raw in raw_tables for csv in raw.csv]
    for delimiter, files in groupby(sorted(split), key=lambda pair: pair[0]):
        if delimiter != DELIMITERS[0]:
            names = [name for _, name in files]
            yield f"Split at {DELIMITER_NAMES[delimiter]}: {told_names(names)}"


def _statements(
    raw_tables: Sequence[RawTable], schema: str, leave_out_erased: bool, connector: str
) -> Iterator[str]:
    yield from start_schema(schema, leave_out_erased)
    for raw_table in sorted(raw_tables, key=lambda raw_table: raw_table.table.name != ORDERS):
        for file, row_count in raw_table.row_counts:
            yield (
                f"insert into {schema}.files values ({sql.text(file.table)}, "
                f"{sql.text(file.path)}, {file.size}, make_timestamp_ns({file.changed_at}), "
                f"{row_count})"
            )
        yield from _load(raw_table, schema, leave_out_erased)
    if leave_out_erased:
        yield from count_again(schema, [raw.table.name for raw in raw_tables if raw.csv])
    malformed = " union all ".join(
        f"select {sql.text(connector or OWN_TABLES)} as connector, "
        f"{sql.text(raw_table.table.name)} as table_name, malformed_line as line "
        f"from {schema}.{sql.name(raw_table.table.name + '__csv')} where malformed_line is not null"
        for raw_table in raw_tables
        if raw_table.csv
    )
    yield malformed_lines(schema, malformed)


def _load(raw_table: RawTable, schema: str, leave_out_erased: bool) -> Iterator[str]:
    table = raw_table.table
    csv_relation = f"{schema}.{sql.name(f'{table.name}__csv')}"
    names = [sql.name(column.name) for column in table.columns]
    selects = list(_parquet_selects(raw_table))
    if leave_out_erased:
        for rows in selects:
            yield from remember_erased(schema, table, rows)
        selects = [without_erased(schema, rows) for rows in selects]
    if raw_table.csv:
        declared = [f"{name} varchar" for name in (*names, "malformed_line", "file_path")]
        yield f"create table {csv_relation} ({', '.join(declared)})"
        for csv in raw_table.csv:
            values = {column.name: _csv_value(csv, column) for column in table.columns}
            yield (
                f"insert into {csv_relation} select {', '.join(values.values())}, "
                f"malformed_line, {sql.text(csv.file.path)} from ({csv.records})"
                f"{f' where {is_kept(table, values)}' if leave_out_erased else ''}"
            )
        selects.append(
            f"select {', '.join(names)}, file_path, rowid as place_in_file from {csv_relation} "
            "where malformed_line is null"
        )
    yield make_view(schema, table, selects)


def _parquet_selects(raw_table: RawTable) -> Iterator[str]:
    columns = raw_table.table.columns
    native = native_types(raw_table.parquet, columns, is_alone=not raw_table.csv)
    alike: dict[tuple[object, ...], list[ParquetFile]] = {}
    for found in raw_table.parquet:
        alike.setdefault((found.schema, found.file.keys), []).append(found)
    for files in alike.values():
        yield select_rows(files, columns, native)


def _csv_value(csv: CsvFile, column: Column) -> str:
    if column.name in csv.header.columns:
        return f"fields[{csv.header.columns.index(column.name) + 1}]"
    if column.name in csv.file.keys:
        return sql.key_in_path(sql.text(csv.file.path), csv.file.root, column.name)
    return "null"
