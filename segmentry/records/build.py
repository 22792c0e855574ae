"""The build that is to be published, as it stands in the warehouse."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from segmentry.errors import RecordsError, SettingsError
from segmentry.reading import sql
from segmentry.settings.memory import limit_memory
from segmentry.settings.places import check_build, why_not_opened

SAMPLE_SIZE = 10
# The vars that every day of a shop has in common.
SHOP_SETTINGS = ("shop_timezone", "reporting_currency", "shop_country")
# The column that every published table ends with.
BUILD_ID = "build_id"


@dataclass(frozen=True)
class PublicColumn:
    """A column that others may read.

    Attributes:
        table: its model or seed.
        database: the published database that it goes to: `bi` or `contacts`.
        table_description: what the documentation says of the table.
        name: its name.
        description: what the documentation says of it.
    """

    table: str
    database: str
    table_description: str
    name: str
    description: str


@dataclass(frozen=True)
class HistoryBase:
    """What the history of a build continues.

    Attributes:
        based_on: the version that the history continues; None for a first one.
        current_build_id: the version that was current when the build began; None for none.
    """

    based_on: str | None
    current_build_id: str | None


@contextmanager
def open_build(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory that reads a warehouse; no build can change the warehouse then.

    Raises:
        RecordsError: when there is no warehouse, or a build is writing it.
    """
    with duckdb.connect(config={"preserve_insertion_order": "false"}) as opened:
        try:
            check_build(warehouse)
            limit_memory(opened)
        except SettingsError as error:
            raise RecordsError(str(error)) from error
        try:
            # Views of a warehouse name it as dbt does, by its file.
            opened.execute(
                f"attach {sql.text(warehouse)} as {sql.name(warehouse.stem)} (read_only)"
            )
            opened.execute(f"use {sql.name(warehouse.stem)}")
        except duckdb.Error as error:
            raise RecordsError(why_not_opened(warehouse, error)) from error
        yield opened


def read_invocation_id(build: duckdb.DuckDBPyConnection) -> str:
    """Return dbt's id of the last run; empty when that was killed.

    Raises:
        RecordsError: when no build ever noted one.
    """
    ((invocation_id,),) = read_rows(build, "select max(invocation_id) from build_log")
    return invocation_id or ""


def check_whole(build: duckdb.DuckDBPyConnection) -> None:
    """Hold back a run of dbt that did not build and test everything.

    Raises:
        RecordsError: naming what failed or was left out.
    """
    # A message of dbt may quote rows: names, status and counts are all that is told.
    outcomes = read_rows(
        build,
        """
        select
            node_name,
            status,
            coalesce(failures, 0),
            status in ('success', 'pass')
            or (resource_type = 'test' and status = 'warn')
        from build_log
        order by node_name
        """,
    )
    if not outcomes:
        raise RecordsError("The last build did not end; build again before you publish.")
    missing = [name for name, status, _, _ in outcomes if status in ("not run", "skipped")]
    failed = [
        f"{name} ({status}{f', {failures:,} rows' if failures else ''})"
        for name, status, failures, is_good in outcomes
        if not is_good and status not in ("not run", "skipped")
    ]
    if failed:
        raise RecordsError(f"{len(failed)} failed in the last build: {sample(failed)}.")
    if missing:
        raise RecordsError(
            f"The last run of dbt was no whole build: {len(missing):,} of {len(outcomes):,} "
            f"models, seeds and tests were not run: {sample(missing)}."
        )


def read_moment(build: duckdb.DuckDBPyConnection) -> tuple[datetime, date]:
    """Return the instant that the build is for, and the last day that it knows of."""
    ((as_of, as_of_date),) = read_rows(build, "select as_of, as_of_date from int_as_of")
    return as_of.replace(tzinfo=UTC), as_of_date


def read_history_base(build: duckdb.DuckDBPyConnection) -> HistoryBase:
    """Return what the history of the build continues."""
    ((based_on, current_build_id),) = read_rows(
        build, "select build_id, current_build_id from history_base"
    )
    return HistoryBase(based_on, current_build_id)


def read_public_columns(build: duckdb.DuckDBPyConnection) -> list[PublicColumn]:
    """Return the columns that others may read, by table.

    Raises:
        RecordsError: when a model names a database that there is not, or a column `build_id`.
    """
    columns = [
        PublicColumn(*row)
        for row in read_rows(
            build,
            """
            select table_name, published_in, table_description, column_name, column_description
            from public_columns
            order by table_name, column_position
            """,
        )
    ]
    if unknown := {column.database for column in columns} - {"bi", "contacts"}:
        raise RecordsError(f"published_in is bi or contacts, not {', '.join(sorted(unknown))}.")
    if taken := [column.table for column in columns if column.name == BUILD_ID]:
        raise RecordsError(
            f"{sample(taken)}: {BUILD_ID} is the column that publishing adds. Name it otherwise, "
            "or say `meta: {published_in: null}` of a table that is nobody's business."
        )
    return columns


def read_segment_sizes(build: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many customers every segment of the catalog has."""
    return dict(
        read_rows(
            build,
            """
            select catalog.segment, count(distinct memberships.customer_id)
            from segment_catalog as catalog
            left join segment_memberships as memberships
                on catalog.segment = memberships.segment
            group by catalog.segment
            order by catalog.segment
            """,
        )
    )


def read_segments(build: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the segments of the catalog."""
    rows = read_rows(build, "select segment from segment_catalog order by segment")
    return [segment for (segment,) in rows]


def read_fingerprints(build: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return by which definition every segment of the catalog was built."""
    return dict(
        read_rows(
            build,
            """
            select catalog.segment, fingerprints.lineage_fingerprint
            from segment_catalog as catalog
            inner join model_fingerprints as fingerprints
                on 'segment_' || catalog.segment = fingerprints.model_name
            order by catalog.segment
            """,
        )
    )


def read_settings(build: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the settings of the shop by which the build was made, by var."""
    (values,) = read_rows(
        build,
        "select "
        + ", ".join(f"max(json_extract_string(variables, '$.{name}'))" for name in SHOP_SETTINGS)
        + " from model_fingerprints",
    )
    return {name: value for name, value in zip(SHOP_SETTINGS, values, strict=True) if value}


def read_latest_published(build: duckdb.DuckDBPyConnection) -> str | None:
    """Return the version that the warehouse was last published as; None when it never was."""
    tables = read_rows(
        build,
        "select 1 from duckdb_tables() where schema_name = 'published' "
        "and table_name = 'own_versions'",
    )
    rows = read_rows(build, "select max(build_id) from published.own_versions") if tables else []
    return rows[0][0] if rows else None


def remember_published(warehouse: Path, build_id: str) -> None:
    """Note in a warehouse as which version it was published.

    By that a later build notices that the folder of published versions was emptied. A warehouse
    that somebody reads just then goes without: the next publish notes it.
    """
    with suppress(duckdb.Error), duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists published")
        connection.execute("create table if not exists published.own_versions (build_id varchar)")
        connection.execute("insert into published.own_versions values (?)", [build_id])


def read_rows(build: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over a build.

    Raises:
        RecordsError: when a table is missing that every build writes.
    """
    try:
        return build.execute(query).fetchall()
    except duckdb.CatalogException as error:
        raise RecordsError(
            "The warehouse lacks a table that every build writes; build it again."
        ) from error


def sample(names: list[str]) -> str:
    """Return the first names of a list, and how many more there are."""
    more = len(names) - SAMPLE_SIZE
    return ", ".join(names[:SAMPLE_SIZE]) + (f" and {more:,} more" if more > 0 else "")
