"""Where what is known of a customer is read: a published version, or the working build."""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from segmentry.errors import RecordsError
from segmentry.reading import sql
from segmentry.records.build import BUILD_ID, open_build, read_moment
from segmentry.records.databases import DATABASES
from segmentry.records.suppressions import FILE
from segmentry.records.versions import current_version
from segmentry.settings.memory import limit_memory
from segmentry.settings.shop import Settings
from segmentry.state.folder import record_path

Row = dict[str, Any]
# What the last build left of who must not be written to, published or not: `email`, `reason`.
NOES = "noes"
# What platforms said of whom they don't write to: `address_key`, `source`, `kind`,
# `first_seen_at`.
SUPPRESSIONS = "suppressions"
# What syncs leave after every run, so that nobody waits for the next build to see what they did.
RECORDS = ("sync_runs", "sync_rows", "sync_ledger", SUPPRESSIONS)


@dataclass
class Source:
    """The tables of a shop, opened for reading.

    A version of before may lack a table or a column, and the caller may not see all of them: what
    is not there has no rows.

    Attributes:
        connection: to all of them.
        build_id: of the version; None for the working build.
        as_of_date: the last day that it knows of.
        shows_contacts: whether the caller may see what names people.
        relations: what each table is called, by its name.
        columns: those of each relation.
    """

    connection: duckdb.DuckDBPyConnection
    build_id: str | None
    as_of_date: date
    shows_contacts: bool
    relations: dict[str, str] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)

    def rows(
        self,
        table: str,
        column: str,
        values: Collection[str],
        also: Mapping[str, str] | None = None,
    ) -> list[Row]:
        """Return the rows of a table that have one of some values in a column, in their order.

        Args:
            table: its name.
            column: the column.
            values: the values, to the letter.
            also: values that other columns must have as well.

        Returns:
            Each row by column, without the id of the version.
        """
        wanted = {column: list(values)} | {name: [value] for name, value in (also or {}).items()}
        relation = self.relations.get(table)
        if relation is None or not values or not wanted.keys() <= set(self.columns[table]):
            return []
        shown = [name for name in self.columns[table] if name != BUILD_ID]
        conditions = (
            f"{sql.name(name)} in ({', '.join('?' * len(each))})" for name, each in wanted.items()
        )
        found = self.connection.execute(
            f"select {', '.join(map(sql.name, shown))} from {relation} "
            f"where {' and '.join(conditions)} order by all",
            [value for each in wanted.values() for value in each],
        ).fetchall()
        return [dict(zip(shown, row, strict=True)) for row in found]

    def has_rows(self, table: str) -> bool:
        """Tell whether a table is there and has any row."""
        relation = self.relations.get(table)
        if relation is None:
            return False
        return bool(self.connection.execute(f"from {relation} limit 1").fetchall())

    def add(self, table: str, relation: str) -> None:
        """Make a relation known by the name of a table, instead of another of that name."""
        described = self.connection.execute(f"describe from {relation}").fetchall()
        self.relations[table] = relation
        self.columns[table] = [name for name, *_ in described]

    def add_database(self, database: str) -> None:
        """Make the tables of an attached database known by their names."""
        found = self.connection.execute(
            """
            select table_name, list(column_name order by column_index)
            from duckdb_columns()
            where database_name = $database and schema_name = 'main'
            group by table_name
            """,
            {"database": database},
        ).fetchall()
        for table, columns in found:
            self.relations[table] = f"{sql.name(database)}.main.{sql.name(table)}"
            self.columns[table] = columns


@contextmanager
def open_source(settings: Settings, is_working_build: bool = False) -> Iterator[Source]:
    """Open the version that readers meet, or the working build, and what syncs did since.

    Args:
        settings: where the shop is.
        is_working_build: whether the warehouse is read, published or not.

    Raises:
        RecordsError: when there is nothing to read, or it can't be read.
    """
    if is_working_build:
        with open_build(settings.warehouse) as build:
            source = Source(build, None, read_moment(build)[1], shows_contacts=True)
            source.add_database(settings.warehouse.stem)
            _add_files(source, settings)
            yield source
        return
    version = current_version(settings.published)
    if version is None:
        raise RecordsError(
            f"Nothing is published in {settings.published} yet: publish the last build with "
            "`segmentry publish`, or look into it with --warehouse."
        )
    with duckdb.connect() as connection:
        limit_memory(connection)
        source = Source(connection, version.build_id, version.manifest.as_of_date, False)
        for database in DATABASES:
            path = version.folder / database.file
            if database.is_personal:
                source.shows_contacts = _may_read(path)
                if not source.shows_contacts:
                    continue
            try:
                connection.execute(f"attach {sql.text(path)} as {database.name} (read_only)")
            except duckdb.Error as error:
                raise RecordsError(
                    f"{path} can't be read: it is damaged. Go back to a version that is whole: "
                    "`segmentry versions` lists them, `segmentry roll-back` goes there."
                ) from error
            source.add_database(database.name)
        _add_files(source, settings)
        yield source


def _add_files(source: Source, settings: Settings) -> None:
    """Make known what builds and syncs leave as files, as far as the caller may read them."""
    files = {table: record_path(settings.state, table) for table in RECORDS}
    files[NOES] = settings.published / FILE
    for table, path in files.items():
        if _may_read(path):
            try:
                source.add(table, f"read_parquet({sql.path(path)})")
            except duckdb.Error as error:
                raise RecordsError(
                    f"{path} can't be read: it is damaged. The next build, or the next run of a "
                    "sync, writes it anew."
                ) from error


def _may_read(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)
