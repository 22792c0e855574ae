"""The folders and files of a shop, and what is said of one that can't be used."""

import os
import shutil
from pathlib import Path

import duckdb

from segmentry.errors import SettingsError

# Names of a database that DuckDB has taken, or that a schema of the warehouse has.
TAKEN_NAMES = {
    "main", "temp", "system", "memory", "information_schema", "pg_catalog", "published",
    "landed_raw", "replayed",
}  # fmt: skip
# The schemas in which builds make tables, and how those begin that connectors and readers have.
BUILT_SCHEMAS, BUILT_PREFIXES = (
    ("main", "published", "replayed", "syncs"),
    ("connector_", "landed_"),
)
OTHER_SCHEMA = (
    "have the loader land them in a schema of their own, or export them as files with "
    "`export database '<folder>' (format parquet)` and name that folder instead"
)
# Bytes below which a disk is full: DuckDB and dbt write some before anything is built.
LEAST_FREE_BYTES = 20_000_000
HELD = "is held by another process"


def check_raw_folder(folder: Path) -> None:
    """Refuse a raw folder that is none or can't be read.

    Raises:
        SettingsError: saying what is there instead, and how to name the right one.
    """
    remedy = "set SEGMENTRY_RAW_DIR to the folder that holds orders.csv or orders.parquet."
    if not folder.exists():
        raise SettingsError(f"The raw folder {folder} is not there: {remedy}")
    if not folder.is_dir():
        raise SettingsError(f"The raw folder {folder} is a file: {remedy}")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise SettingsError(
            f"The raw folder {folder} can't be read by this user: give it the right to, or {remedy}"
        )


def check_raw_schema(schema: str, warehouse: Path) -> None:
    """Refuse a schema of a warehouse that is not there, or one in which builds write.

    Raises:
        SettingsError: saying what to do instead.
    """
    check_is_not_built("SEGMENTRY_RAW_SCHEMA", schema)
    if not warehouse.exists():
        raise SettingsError(
            f"SEGMENTRY_RAW_SCHEMA names a schema of the warehouse {warehouse}, which is not "
            "there: set SEGMENTRY_WAREHOUSE to the DuckDB file that holds the shop's tables."
        )


def check_is_not_built(setting: str, schema: str) -> None:
    """Refuse a schema in which builds write: what stands there is not the shop's own.

    Args:
        setting: the environment variable that names it.
        schema: the schema.

    Raises:
        SettingsError: saying what to do instead.
    """
    if is_built(schema):
        raise SettingsError(
            f"{setting} can't be {schema}, in which builds make tables of their own: "
            f"{OTHER_SCHEMA}."
        )


def is_built(schema: str) -> bool:
    """Tell whether a schema of the warehouse is one in which builds make their tables."""
    return schema.lower() in BUILT_SCHEMAS or schema.lower().startswith(BUILT_PREFIXES)


def check_warehouse(warehouse: Path) -> None:
    """Refuse a warehouse that can't be written.

    Raises:
        SettingsError: saying why, and what to do.
    """
    check_warehouse_name(warehouse)
    folder = warehouse.parent
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise SettingsError(
            f"The folder {folder} of the warehouse {what}: make it, or set SEGMENTRY_WAREHOUSE to "
            "a file in another."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingsError(
            f"The folder {folder} of the warehouse can't be written by this user: give it the "
            "right to, or set SEGMENTRY_WAREHOUSE to a file in another."
        )
    if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
        raise SettingsError(f"The disk of {folder} is full: make room, and build again.")
    if not warehouse.exists():
        return
    try:
        duckdb.connect(str(warehouse)).close()
    except duckdb.Error as error:
        raise SettingsError(why_not_opened(warehouse, error)) from error


def check_warehouse_name(warehouse: Path) -> None:
    """Refuse a name that the database can't be called by.

    Raises:
        SettingsError: saying which names can be used.
    """
    name = warehouse.stem
    if name.lower() in TAKEN_NAMES or not name or any(sign in name for sign in "'\"`."):
        raise SettingsError(
            f"The warehouse can't be called {warehouse.name}: a database has its file's name, "
            f"which holds no quotes or dots and is none of {', '.join(sorted(TAKEN_NAMES))}. Set "
            "SEGMENTRY_WAREHOUSE to another, such as warehouse/shop.duckdb."
        )


def check_build(warehouse: Path) -> None:
    """Refuse to read a warehouse that is not there or can't be opened.

    Raises:
        SettingsError: saying why, and what to do.
    """
    if not warehouse.is_file():
        raise SettingsError(f"There is no build at {warehouse}: run `make build` first.")
    try:
        duckdb.connect(str(warehouse), read_only=True).close()
    except duckdb.Error as error:
        raise SettingsError(why_not_opened(warehouse, error)) from error


def why_not_opened(warehouse: Path, error: duckdb.Error) -> str:
    """Return in the project's own words why DuckDB can't open a warehouse, and what to do."""
    text = str(error)
    if "Could not set lock" in text or "already open" in text or "different configuration" in text:
        return (
            f"The warehouse {warehouse} {HELD}: wait until its build has ended, or close the "
            "program that has it open."
        )
    if "not a valid DuckDB database" in text:
        return f"{warehouse} is no DuckDB file: set SEGMENTRY_WAREHOUSE to another."
    if "version" in text and "storage" in text:
        return (
            f"The warehouse {warehouse} was written by another version of DuckDB: remove it and "
            "build again; tables of the shop's own in it have to be loaded again."
        )
    if "space left" in text:
        return f"The disk of {warehouse.parent} is full: make room, and build again."
    if warehouse.is_dir():
        return f"The warehouse {warehouse} is a folder: set SEGMENTRY_WAREHOUSE to a file."
    if not os.access(warehouse, os.R_OK | os.W_OK):
        return f"This user can't read and write the warehouse {warehouse}: give it the right to."
    return (
        f"The warehouse {warehouse} can't be opened: it is damaged. Remove it and build again; "
        "tables of the shop's own in it have to be loaded again."
    )
