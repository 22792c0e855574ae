"""SQL that makes the raw tables in a schema of the warehouse, whatever they are read from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from segmentry.reading import sql
from segmentry.reading.contract import Table

# What stands for a connector where the tables are the shop's own.
OWN_TABLES = "raw"
NAMES_SHOWN = 20


@dataclass(frozen=True)
class Reading:
    """What a raw folder or schema holds, and how it is loaded.

    Attributes:
        messages: what there is to say of it, a line each.
        statements: SQL that makes the raw tables in a schema, in their order.
    """

    messages: list[str]
    statements: list[str]


def start_schema(schema: str, leave_out_erased: bool) -> Iterator[str]:
    """Yield the statements that begin a schema of raw tables, empty whatever was read before.

    Args:
        schema: the schema, as SQL.
        leave_out_erased: whether rows are left out for which `is_erased` is true.
    """
    yield f"drop schema if exists {schema} cascade"
    yield f"create schema {schema}"
    yield (
        f"create table {schema}.files (table_name varchar, file_path varchar, "
        "byte_count bigint, changed_at timestamp, row_count bigint)"
    )
    if leave_out_erased:
        yield f"create table {schema}.erased_rows (file_path varchar, place_in_file bigint)"


def make_view(schema: str, table: Table, selects: Sequence[str]) -> str:
    """Return the statement that makes a raw table of selects of its rows.

    Args:
        schema: the schema of the raw tables, as SQL.
        table: the table of the contract.
        selects: the selects, which give its columns, `file_path` and `place_in_file`; none make an
            empty table.
    """
    # Typed, so that what is united with it keeps its types.
    empty = ", ".join(
        f"null::{'varchar' if c.type == 'text' else c.type} as {sql.name(c.name)}"
        for c in table.columns
    )
    nothing = f"select {empty}, ''::varchar as file_path, 0 as place_in_file where false"
    return (
        f"create view {schema}.{sql.name(table.name)} as {' union all '.join(selects) or nothing}"
    )


def malformed_lines(schema: str, lines: str = "") -> str:
    """Return the statement that makes the table of lines that can't be split.

    Args:
        schema: the schema of the raw tables, as SQL.
        lines: a select of `connector`, `table_name` and `line`; none where there are no files.
    """
    nothing = (
        "select ''::varchar as connector, ''::varchar as table_name, ''::varchar as line limit 0"
    )
    return f"create table {schema}.malformed_lines as {lines or nothing}"


def told_names(names: Sequence[str]) -> str:
    """Return names in a line, of many the first."""
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
