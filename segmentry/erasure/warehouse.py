"""Removes what was built from the warehouse, down to the bytes of its file."""

from collections.abc import Callable, Collection
from pathlib import Path

import duckdb

from segmentry.errors import SegmentryError
from segmentry.reading import sql
from segmentry.settings.places import is_built
from segmentry.settings.privacy import wal_of

SCHEMAS = """
    select schema_name from duckdb_schemas()
    where database_name = current_database() and not internal
"""
MAIN_RELATIONS = """
    select 'view', view_name from duckdb_views()
    where database_name = current_database() and schema_name = 'main' and not internal
    union all
    select 'table', table_name from duckdb_tables()
    where database_name = current_database() and schema_name = 'main' and not internal
"""


def remove_built(
    warehouse: Path, own_schemas: Collection[str], tell: Callable[[str], None]
) -> None:
    """Remove the warehouse; where tables of the shop's own lie in it, all in the builds' schemas.

    Rows that were deleted live on in the pages of a file, so that what stays is copied into a new
    one, which takes the place of the old one at once.

    Args:
        warehouse: the DuckDB file; it may not be there.
        own_schemas: the schemas, in lower case, that are the shop's own.
        tell: told what was done.

    Raises:
        SegmentryError: when what stays can't be copied; the file is then as it was, but for what
            was built.
    """
    if not warehouse.exists():
        return
    if own_schemas:
        _keep_own(warehouse)
        tell("what was built was removed from the warehouse; the next build makes it anew")
        return
    for path in (warehouse, wal_of(warehouse)):
        path.unlink(missing_ok=True)
    tell("the warehouse was removed; the next build makes it anew, from the raw files")


def _keep_own(warehouse: Path) -> None:
    fresh = warehouse.with_name(f"{warehouse.name}.fresh")
    fresh.unlink(missing_ok=True)
    try:
        with duckdb.connect() as connection:
            # Under its own name, which views of the shop's may hold.
            name, copy = sql.name(warehouse.stem), sql.name(fresh.name)
            connection.execute(f"attach {sql.text(warehouse)} as {name}")
            connection.execute(f"use {name}")
            for (schema,) in connection.execute(SCHEMAS).fetchall():
                if is_built(schema) and schema != "main":
                    connection.execute(f"drop schema {sql.name(schema)} cascade")
            for kind, relation in connection.execute(MAIN_RELATIONS).fetchall():
                connection.execute(f"drop {kind} main.{sql.name(relation)}")
            connection.execute(f"attach {sql.text(fresh)} as {copy}")
            connection.execute(f"copy from database {name} to {copy}")
    except duckdb.Error as error:
        fresh.unlink(missing_ok=True)
        wal_of(fresh).unlink(missing_ok=True)
        raise SegmentryError(
            f"The shop's own tables in {warehouse} can't be copied into a new file "
            f"({type(error).__name__}), and what was built lives on in the pages of the old one: "
            "copy them yourself, remove the file, and erase again."
        ) from error
    fresh.chmod(warehouse.stat().st_mode & 0o777)
    fresh.replace(warehouse)
    wal_of(warehouse).unlink(missing_ok=True)
