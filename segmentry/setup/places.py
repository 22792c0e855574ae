"""What lies in a place that a user points to: tables with their columns, whatever they are of."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from segmentry.reading import sql
from segmentry.reading.errors import ReadingError
from segmentry.reading.files import RawFile, find_raw_files, is_left_out, names_in
from segmentry.reading.looks import columns_of, rough_rows
from segmentry.settings.places import is_built

# A DuckDB file has these bytes after a checksum of eight.
DUCKDB_MAGIC, MAGIC_AT = b"DUCK", 8
OWN_SCHEMAS = ("information_schema", "pg_catalog")
# A table that tells of a schema that a build of this project has made it.
BUILD_LOG = "build_log"
SAMPLED = 20_000


@dataclass(frozen=True)
class FoundTable:
    """A table that lies somewhere.

    Attributes:
        name: its name, in lower case, without the ending of a file.
        columns: its columns, in lower case, in their order; those of its first file.
        files: its files; none for a table of a database.
        relation: the table of a database, as SQL; empty for files.
    """

    name: str
    columns: tuple[str, ...]
    files: tuple[RawFile, ...] = ()
    relation: str = ""


@dataclass(frozen=True)
class Place:
    """A folder, or a schema of a DuckDB file.

    Attributes:
        path: the folder or the DuckDB file.
        schema: the schema; empty for a folder.
        tables: the tables in it that can be looked at.
        unreadable: what can't be, with the reason.
    """

    path: Path
    schema: str
    tables: tuple[FoundTable, ...]
    unreadable: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """How it is called in a sentence."""
        return f"schema {self.schema} of {self.path}" if self.schema else str(self.path)

    def ask(
        self, table: FoundTable, question: str, is_whole: bool = False
    ) -> list[tuple[object, ...]]:
        """Return what SQL says of a table's first rows, or of all, which it calls `rows`.

        What can't be asked, as the columns are others, has no answer. Of several files the last by
        name is asked, which is the newest where they are named by days.
        """
        try:
            with duckdb.connect() as connection:
                connection.execute("set TimeZone = 'UTC'")
                if table.relation:
                    connection.execute(f"attach {sql.text(self.path)} as place (read_only)")
                    rows = connection.sql(f"from place.{table.relation}")
                else:
                    rows = rough_rows(connection, table.files[-1])
                return (
                    (rows if is_whole else rows.limit(SAMPLED)).query("rows", question).fetchall()
                )
        except (duckdb.Error, ReadingError):
            return []


def look_at_folder(folder: Path) -> list[Place]:
    """Return a folder, and the folders in it that are no table of it, as places.

    A folder that holds files alone may be a table, or the folder of a system: it is both, until
    somebody knows what its files are.

    Raises:
        ReadingError: when the folder can't be opened.
    """
    places = [_folder_as_place(folder)]
    for below in sorted(folder.iterdir()):
        if below.is_dir() and not is_left_out(below.name):
            place = _folder_as_place(below)
            if place.tables or place.unreadable:
                places.append(place)
    return places


def _folder_as_place(folder: Path) -> Place:
    tables: list[FoundTable] = []
    unreadable: list[str] = []
    names = names_in(folder)
    with duckdb.connect() as connection:
        for name in names:
            try:
                files = find_raw_files(folder, [name]).files[name]
                if files:
                    columns = tuple(columns_of(connection, files[0]))
                    if not columns:
                        raise ReadingError("it is empty: not even a header is in it")
                    tables.append(FoundTable(name, columns, tuple(files)))
            except (ReadingError, duckdb.Error, OSError, ValueError) as error:
                reason = str(error) if isinstance(error, ReadingError) else "it can't be read"
                unreadable.append(f"{name}: {reason}")
    return Place(folder, "", tuple(tables), tuple(unreadable))


def is_duckdb_file(path: Path) -> bool:
    """Tell whether a file is a database of DuckDB, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(MAGIC_AT + len(DUCKDB_MAGIC))[MAGIC_AT:] == DUCKDB_MAGIC


def look_at_database(path: Path, schema: str = "") -> Iterator[Place]:
    """Yield the schemas of a DuckDB file as places, or the one that is named.

    What a build of this project has made in it is left out.

    Raises:
        duckdb.Error: when the file can't be opened.
    """
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "select table_schema, table_name, list(lower(column_name) order by ordinal_position) "
            "from information_schema.columns where table_catalog = current_database() "
            "group by all order by all"
        ).fetchall()
    built = {row[0] for row in rows if row[1] == BUILD_LOG}
    schemas = sorted(
        name
        for name in {row[0] for row in rows}.difference(OWN_SCHEMAS, built)
        if not (built and is_built(name))
    )
    for name in schemas:
        if schema.lower() in ("", name.lower()):
            tables = tuple(
                FoundTable(
                    table.lower(),
                    tuple(columns),
                    relation=f"{sql.name(name)}.{sql.name(table)}",
                )
                for in_schema, table, columns in rows
                if in_schema == name
            )
            yield Place(path, name, tables)
