"""A shop's own raw tables in a schema of the warehouse: looked at first, read where they stand.

They are never written. A row's place is its `rowid`, which stays while nothing is deleted; a view,
whose rows may come in another order each time, and a table with gaps are copied before they are
read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from segmentry.reading import sql
from segmentry.reading.contract import Column, Table
from segmentry.reading.erased import (
    ORDERS,
    count_again,
    is_row_kept,
    remember_erased,
    without_erased,
)
from segmentry.reading.errors import ReadingError
from segmentry.reading.loading import (
    Reading,
    make_view,
    malformed_lines,
    start_schema,
    told_names,
)
from segmentry.reading.typed_values import (
    as_it_is,
    as_text,
    check_ids,
    looks,
    stays,
    wild_columns,
)

ROWID = "rowid"
RELATIONS = """
    select schema_name, table_name, true as is_stored
    from duckdb_tables()
    where database_name = current_database() and not internal
    union all
    select schema_name, view_name, false
    from duckdb_views()
    where database_name = current_database() and not internal
    order by all
"""


@dataclass(frozen=True)
class OwnTable:
    """A table or view of the shop's own, looked at.

    Attributes:
        table: the table of the contract.
        place: its schema and name, as people read them.
        relation: the same, as SQL.
        types: the types of its columns, by their names in lower case.
        row_count: its rows.
        wild: the columns that hold a time too far off to stay a timestamp.
        keeps_places: whether its rows keep their places while they are read.
    """

    table: Table
    place: str
    relation: str
    types: Mapping[str, str]
    row_count: int
    wild: frozenset[str]
    keeps_places: bool

    @property
    def rows(self) -> str:
        """A select of the contract's columns, `file_path` and `place_in_file`."""
        place = ROWID if self.keeps_places else "row_number() over ()"
        values = ", ".join(f"{self._value(c)} as {sql.name(c.name)}" for c in self.table.columns)
        return (
            f"select {values}, {sql.text(self.place)} as file_path, {place} as place_in_file "
            f"from {self.relation}"
        )

    def _value(self, column: Column) -> str:
        if column.name not in self.types:
            return "cast(null as varchar)"
        value, type_ = sql.name(column.name), self.types[column.name]
        if stays(type_, column) and column.name not in self.wild:
            return as_it_is(value, type_)
        return as_text(value, type_, column)


def read_schema(
    connection: duckdb.DuckDBPyConnection,
    named: str,
    tables: Sequence[Table],
    schema: str,
    leave_out_erased: bool = False,
) -> Reading:
    """Check the raw tables in a schema of the warehouse, and say how they are read.

    Names of the schema, its tables and their columns count in any case of letters.

    Args:
        connection: a connection of its own to the warehouse.
        named: the name of the schema that holds the shop's own tables.
        tables: the contract.
        schema: the schema of the raw tables that are made, as SQL.
        leave_out_erased: whether rows are left out for which `is_erased` is true.

    Raises:
        ReadingError: when there is no such schema, a table in it can't be read, or a required table
            or column is missing; its text names every such table.
    """
    connection.execute("set TimeZone = 'UTC'")
    found = _relations(connection, named)
    problems: list[str] = []
    own_tables: list[OwnTable] = []
    for table in tables:
        if table.name in found:
            try:
                own_tables.append(_look_at(connection, table, *found[table.name]))
            except ReadingError as error:
                problems.append(f"{'.'.join(found[table.name][:2])}: {error}")
        elif table.is_required:
            problems.append(f"table `{table.name}` is missing")
    for own in own_tables:
        problems += [
            f"table `{own.table.name}` lacks the required column `{column.name}` in {own.place}"
            for column in own.table.columns
            if column.is_required and column.name not in own.types
        ]
    if problems:
        raise ReadingError("; ".join(problems))
    names = {table.name for table in tables}
    unread = [name for key, (_, name, _) in found.items() if key not in names]
    return Reading(
        messages=list(_messages(named, tables, own_tables, unread)),
        statements=list(_statements(tables, own_tables, schema, leave_out_erased)),
    )


def _relations(
    connection: duckdb.DuckDBPyConnection, named: str
) -> dict[str, tuple[str, str, bool]]:
    """Return the tables and views of a schema by their names in lower case, as they are written.

    Raises:
        ReadingError: when there is no such schema.
    """
    rows: list[tuple[str, str, bool]] = connection.execute(RELATIONS).fetchall()
    found = {
        name.lower(): (schema, name, is_stored)
        for schema, name, is_stored in rows
        if schema.lower() == named.lower()
    }
    if not found:
        others = sorted({schema for schema, _, _ in rows})
        told = (
            f"there are tables in {', '.join(others)}" if others else "there are no tables at all"
        )
        raise ReadingError(f"no table is in a schema of that name; {told}")
    return found


def _look_at(
    connection: duckdb.DuckDBPyConnection, table: Table, schema: str, name: str, is_stored: bool
) -> OwnTable:
    ((database,),) = connection.execute("select current_database()").fetchall()
    relation = ".".join(map(sql.name, (database, schema, name)))
    try:
        described = connection.execute(f"describe select * from {relation}").fetchall()
    except duckdb.Error as error:
        raise ReadingError(f"it can't be read: {str(error).partition(chr(10))[0]}") from error
    types = {column.lower(): type_ for column, type_, *_ in described}
    asked = looks(table.columns, types)
    values = ", ".join(sql.name(c.name) for c in table.columns if c.name in types) or "null"
    has_places = is_stored and ROWID not in types
    # A view may fail on a value: a digest reads every one.
    to_the_end = f"max({ROWID})" if has_places else f"bit_xor(hash({values}))"
    questions = ", ".join(["count(*)", to_the_end, *asked.values()])
    try:
        ((count, last, *answers),) = connection.execute(
            f"select {questions} from {relation}"
        ).fetchall()
    except duckdb.Error as error:
        # What it quotes may be somebody's.
        raise ReadingError(
            f"not all of its rows can be read ({type(error).__name__}): select them to see which"
        ) from error
    found = dict(zip(asked, answers, strict=True))
    check_ids(table.columns, found)
    return OwnTable(
        table=table,
        place=f"{schema}/{name}",
        relation=relation,
        types=types,
        row_count=count,
        wild=wild_columns(found),
        keeps_places=has_places and count == (0 if last is None else last + 1),
    )


def _messages(
    named: str, tables: Sequence[Table], own_tables: Sequence[OwnTable], unread: Sequence[str]
) -> Iterator[str]:
    there = {own.table.name: own for own in own_tables}
    absent = [table.name for table in tables if table.name not in there]
    absent += [
        f"{own.table.name}.{column.name}"
        for own in own_tables
        for column in own.table.columns
        if column.name not in own.types
    ]
    if absent:
        yield f"Not in the schema {named}, taken as empty: {', '.join(absent)}"
    if unread:
        yield (
            f"Not read in the schema {named}, since no raw table is called so: {told_names(unread)}"
        )


def _statements(
    tables: Sequence[Table], own_tables: Sequence[OwnTable], schema: str, leave_out_erased: bool
) -> Iterator[str]:
    yield from start_schema(schema, leave_out_erased)
    there = {own.table.name: own for own in own_tables}
    for table in sorted(tables, key=lambda table: table.name != ORDERS):
        if table.name in there:
            yield from _load(there[table.name], schema, leave_out_erased)
        else:
            yield make_view(schema, table, [])
    if leave_out_erased:
        yield from count_again(schema, [])
    yield malformed_lines(schema)


def _load(own: OwnTable, schema: str, leave_out_erased: bool) -> Iterator[str]:
    # Nothing tells when a table changed: it is another one in each build.
    yield (
        f"insert into {schema}.files values ({sql.text(own.table.name)}, {sql.text(own.place)}, "
        f"0, now() at time zone 'UTC', {own.row_count})"
    )
    if leave_out_erased:
        yield from remember_erased(schema, own.table, own.rows)
    if own.keeps_places:
        rows = without_erased(schema, own.rows) if leave_out_erased else own.rows
    else:
        copied = f"{schema}.{sql.name(own.table.name + '__copied')}"
        values = {c.name: f"rows.{sql.name(c.name)}" for c in own.table.columns}
        kept = is_row_kept(own.table, values) if leave_out_erased else "true"
        yield f"create table {copied} as select * from ({own.rows}) as rows where {kept}"
        rows = f"select * from {copied}"
    yield make_view(schema, own.table, [rows])
