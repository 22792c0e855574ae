"""Writes the tables of a build as the files of a version."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import duckdb

from segmentry.errors import PublishError
from segmentry.reading import sql
from segmentry.records.build import BUILD_ID, PublicColumn, read_segments
from segmentry.records.databases import ADDRESS, Database
from segmentry.records.folders import make_folder
from segmentry.records.last_build import MEMBERSHIPS

# What the database is called while it is written.
ALIAS = "written_version"


def write_database(
    build: duckdb.DuckDBPyConnection,
    database: Database,
    columns: Iterable[PublicColumn],
    folder: Path,
    build_id: str,
) -> dict[str, int]:
    """Write the tables of a database as one DuckDB file and one Parquet file each.

    Every table ends with the column `build_id`, and every Parquet file names it in its metadata.

    Args:
        build: a connection to the warehouse.
        database: which of the two it is.
        columns: the public columns, those of a table together.
        folder: the folder of the version, which nobody else can enter yet.
        build_id: the id of the version.

    Returns:
        The rows of every table.

    Raises:
        PublishError: when a text of a database that names nobody holds an email address.
    """
    file, parquet = folder / database.file, folder / database.parquet
    make_folder(parquet, database.folder_mode)
    tables = {
        table: list(group)
        for table, group in groupby(
            (column for column in columns if column.database == database.name),
            lambda column: column.table,
        )
    }
    segments = {f"segment_{segment}": segment for segment in read_segments(build)}
    row_counts = {}
    build.execute(f"attach {sql.text(file)} as {ALIAS}")
    build.execute("begin")
    # A segment is a view of the memberships, which must be there before it.
    for table in sorted(tables, key=lambda table: (table in segments, table)):
        target = f"{ALIAS}.{sql.name(table)}"
        names = ", ".join(sql.name(column.name) for column in tables[table])
        if table in segments:
            create_segment(build, table, segments[table], names)
        else:
            build.execute(
                f"create table {target} as "
                f"select {names}, {sql.text(build_id)} as {BUILD_ID} from {sql.name(table)}"
            )
            if not database.is_personal:
                check_for_addresses(build, table)
        describe(build, target, "view" if table in segments else "table", tables[table])
        metadata = f"{{{BUILD_ID}: {sql.text(build_id)}}}"
        build.execute(
            f"copy (from {target}) to {sql.text(parquet / f'{table}.parquet')} "
            f"(format parquet, compression zstd, kv_metadata {metadata})"
        )
        ((row_counts[table],),) = build.execute(f"select count(*) from {target}").fetchall()
    build.execute("commit")
    build.execute(f"checkpoint {ALIAS}")
    build.execute(f"detach {ALIAS}")
    for path in (file, *parquet.iterdir()):
        path.chmod(database.file_mode)
    return row_counts


def create_segment(
    build: duckdb.DuckDBPyConnection, table: str, segment: str, columns: str
) -> None:
    """Create a published segment: a view of its rows in the published memberships."""
    ((source,),) = build.execute("select current_database()").fetchall()
    # A view names no database when it is made in the one that is in use.
    build.execute(f"use {ALIAS}")
    build.execute(
        f"create view {sql.name(table)} as select {columns}, {BUILD_ID} "
        f"from {MEMBERSHIPS} where segment = {sql.text(segment)}"
    )
    build.execute(f"use {sql.name(source)}")


def describe(
    build: duckdb.DuckDBPyConnection, target: str, kind: str, columns: Iterable[PublicColumn]
) -> None:
    """Give a published table and its columns their documentation, which BI tools show."""
    comments = [f"comment on column {target}.{BUILD_ID} is 'The version that the row is of.'"]
    for column in columns:
        comments += [
            f"comment on {kind} {target} is {sql.text(column.table_description)}",
            f"comment on column {target}.{sql.name(column.name)} is {sql.text(column.description)}",
        ]
    build.execute(";\n".join(dict.fromkeys(comments)))


def check_for_addresses(build: duckdb.DuckDBPyConnection, table: str) -> None:
    """Hold back a published table in which a shop's free text or ids name people.

    Raises:
        PublishError: when a text holds an email address; it names columns and counts.
    """
    description = build.execute(f"select * from {ALIAS}.{sql.name(table)} limit 0").description
    texts = [name for name, data_type, *_ in description if "VARCHAR" in str(data_type)]
    counts = ", ".join(
        f"count(case when regexp_matches(cast({sql.name(name)} as varchar), '[@＠]') "
        f"and regexp_matches(cast({sql.name(name)} as varchar), {sql.text(ADDRESS)}) then 1 end)"
        for name in texts
    )
    (totals,) = build.execute(f"select {counts} from {ALIAS}.{sql.name(table)}").fetchall()
    found = [
        f"{table}.{name} in {total:,} rows"
        for name, total in zip(texts, totals, strict=True)
        if total
    ]
    if found:
        raise PublishError(
            f"Email addresses stand where BI tools would show them: {', '.join(found)}. Take them "
            "out of the raw data: account ids, places, codes and names must not be addresses."
        )
