"""A raw folder whose files have columns of their own, and a `mapping.sql` that maps them.

It holds one statement a table of the contract: `create view orders as select …`. It selects from
the files by their names without the ending; their columns are text, read as strictly as any.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from segmentry.reading import sql
from segmentry.reading.contract import Column, Table
from segmentry.reading.errors import ReadingError, reason_of
from segmentry.reading.files import find_raw_files, names_in
from segmentry.reading.looks import columns_of

MAPPING = "mapping.sql"
VIEW = re.compile(
    r"^\s*create\s+(?:or\s+replace\s+)?view\s+(\"?)(\w+)\1\s+as\s+(.*)$", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class MappedTable:
    """A table of the contract that the mapping makes.

    Attributes:
        table: the table.
        query: its select, over the files' tables.
    """

    table: Table
    query: str


def has_mapping(folder: Path) -> bool:
    """Tell whether a raw folder comes with a mapping."""
    return (folder / MAPPING).is_file()


def tables_of_files(folder: Path) -> list[Table]:
    """Return a table of text for each file or folder of files, with the columns of its files.

    Raises:
        ReadingError: when the folder or the header of a file can't be read.
    """
    tables: list[Table] = []
    names = names_in(folder)
    with duckdb.connect() as connection:
        for name in names:
            columns: dict[str, Column] = {}
            for file in find_raw_files(folder, [name]).files[name]:
                try:
                    found = columns_of(connection, file)
                except (duckdb.Error, OSError) as error:
                    raise ReadingError(f"{file.shown}: it can't be read") from error
                columns.update({c: Column(c, "text", is_required=False) for c in found if c})
            if columns:
                tables.append(Table(name, False, tuple(columns.values())))
    return tables


def read_mapping(folder: Path, contract: Sequence[Table]) -> list[MappedTable]:
    """Return the tables that a folder's mapping makes.

    Raises:
        ReadingError: when it can't be read, or holds anything but one view a table of the contract.
    """
    try:
        text = (folder / MAPPING).read_text(encoding="utf-8")
    except OSError as error:
        raise ReadingError(f"{MAPPING} can't be read: {reason_of(error)}") from error
    except UnicodeDecodeError as error:
        raise ReadingError(f"{MAPPING} is not UTF-8") from error
    tables = {table.name: table for table in contract}
    mapped: dict[str, MappedTable] = {}
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise ReadingError(f"{MAPPING}: {_first_line(error)}") from error
    for statement in statements:
        code = re.sub(r"^(\s*--[^\n]*\n)+", "", statement.query.strip() + "\n").strip()
        found = VIEW.match(code.rstrip(";"))
        if not found:
            raise ReadingError(f"{MAPPING}: write each table as `create view orders as select …`")
        name = found[2].lower()
        if name not in tables:
            known = ", ".join(tables)
            raise ReadingError(
                f"{MAPPING} makes `{name}`, which is no raw table: there are {known}"
            )
        if name in mapped:
            raise ReadingError(f"{MAPPING} makes `{name}` twice")
        mapped[name] = MappedTable(tables[name], found[3])
    return list(mapped.values())


def check_mapping(
    mapped: Sequence[MappedTable], files: Sequence[Table], statements: Sequence[str], schema: str
) -> dict[str, frozenset[str]]:
    """Try a mapping on what the files hold; return the columns of each table that it makes.

    Args:
        mapped: the tables that it makes.
        files: the tables of the files.
        statements: SQL that loads them into a schema.
        schema: that schema.

    Raises:
        ReadingError: when a select can't be run, or lacks a column that is required.
    """
    columns: dict[str, frozenset[str]] = {}
    problems: list[str] = []
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for statement in statements:
            connection.execute(statement)
        for each in mapped:
            name = each.table.name
            query = over_files(each, files, schema)
            try:
                described = connection.execute(f"describe {query}").fetchall()
                connection.execute(f"select count(columns(*)) from ({query})")
            except duckdb.Error as error:
                problems.append(f"{MAPPING}, {name}: {_first_line(error)}")
                continue
            columns[name] = frozenset(row[0].lower() for row in described)
            for column in each.table.columns:
                if column.is_required and column.name not in columns[name]:
                    problems.append(
                        f"{MAPPING}: table `{name}` lacks the required column `{column.name}`"
                    )
    if problems:
        raise ReadingError("; ".join(problems))
    return columns


def over_files(mapped: MappedTable, files: Sequence[Table], schema: str) -> str:
    """Return the select of a mapped table, with the files' tables under their own names."""
    tables = ", ".join(
        f"{sql.name(file.name)} as (select * from {schema}.{sql.name(file.name)})" for file in files
    )
    return f"with {tables} select * from ({mapped.query})"


def load_mapped(
    mapped: MappedTable, query: str, present: frozenset[str], schema: str, kept: str
) -> Iterator[str]:
    """Yield the statements that make a table of the contract from its select.

    Args:
        mapped: the table.
        query: its select.
        present: the columns that the select has.
        schema: the schema of the raw tables, as SQL.
        kept: the condition that a row stays.
    """
    name = mapped.table.name
    target = f"{schema}.{sql.name(name + '__mapped')}"
    values = ", ".join(
        f"rows.{sql.name(c.name)}" if c.name in present else f"null::varchar as {sql.name(c.name)}"
        for c in mapped.table.columns
    )
    yield (
        f"create or replace table {target} as select {values}, {sql.text(MAPPING)} as file_path, "
        f"row_number() over () as place_in_file from ({query}) as rows where {kept}"
    )
    yield f"drop view if exists {schema}.{sql.name(name)}"
    yield f"create view {schema}.{sql.name(name)} as select * from {target}"


def _first_line(error: duckdb.Error) -> str:
    return str(error).split("\n", maxsplit=1)[0]
