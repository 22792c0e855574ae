"""Takes a person out of published versions: files are written anew, their ids stay."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from segmentry.checks.data_docs import write_data_docs
from segmentry.checks.results import Validation
from segmentry.erasure.person import Identifier, Person
from segmentry.publish.publish import DATA_DOCS, file_sizes, show_pages
from segmentry.reading import sql
from segmentry.records.build import BUILD_ID
from segmentry.records.databases import DATABASES, Database
from segmentry.records.folders import sync
from segmentry.records.manifest import MANIFEST, Manifest
from segmentry.records.versions import Version
from segmentry.settings.memory import limit_memory
from segmentry.state.keys import Keys
from segmentry.state.tombstones import ADDRESS

SOURCE = "coalesce(raw_row ->> 'source_system', '')"
# Which rows of a table are the person's, by a column that it may have.
OF_PERSON = {
    "customer_id": "customer_id in (from customers)",
    "former_customer_id": "former_customer_id in (from customers)",
    "other_customer_id": "other_customer_id in (from customers)",
    "visitor_id": "(source_system, visitor_id) in (from visitors)",
    "identifier": """
        identifier_type = 'account' and (source_system, identifier) in (from accounts)
        or identifier_type = 'anonymous_id' and (source_system, identifier) in (from visitors)
    """,
    "address_key": "address_key in (from address_keys)",
    "raw_row": f"""
        ({SOURCE}, raw_row ->> 'customer_id') in (from accounts)
        or ({SOURCE}, raw_row ->> 'anonymous_id') in (from visitors)
        or ({SOURCE}, raw_row ->> 'order_id') in (from orders)
    """,
}


def erase_from_version(version: Version, person: Person, keys: Keys) -> int:
    """Write a version anew without a person; call it under the publisher's lock.

    Files are replaced one by one, the manifest last, so that a reader meets each of them whole. A
    version that does not know the person stays as it is.

    Args:
        version: a published version.
        person: who is to be erased.
        keys: by which syncs know people.

    Returns:
        How many rows were taken out of its tables.

    Raises:
        duckdb.Error, OSError: when its files can't be read or written; what is left is found by
            the next erasure of the same person.
    """
    with _opened(version, person, keys) as connection:
        counts = {database: _count_rows(connection, database) for database in DATABASES}
        rows = sum(sum(of_database.values()) for of_database in counts.values())
        if not rows:
            return 0
        known = [customer for (customer,) in connection.execute("from customers").fetchall()]
        drafts: dict[Path, Path] = {}
        row_counts: dict[str, int] = {}
        for database in DATABASES:
            if counts[database]:
                drafts |= _rewrite(connection, version, database, counts[database])
                row_counts |= _row_counts(connection, version.folder / f".{database.file}")
    for draft, path in drafts.items():
        sync(draft)
        draft.replace(path)
    manifest = _without(version.manifest, row_counts, known)
    write_data_docs(Validation.from_dict(manifest.validation), version.folder / DATA_DOCS)
    show_pages(version.folder / DATA_DOCS)
    draft = version.folder / f".{MANIFEST}"
    sizes = {
        name: size
        for name, size in file_sizes(version.folder).items()
        if name in version.manifest.files
    }
    replace(manifest, files=sizes).write(draft)
    draft.chmod(0o644)
    sync(draft)
    draft.replace(version.folder / MANIFEST)
    sync(version.folder)
    return rows


@contextmanager
def _opened(version: Version, person: Person, keys: Keys) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the files of a version beside tables of what the person is known by in it."""
    with duckdb.connect() as connection:
        limit_memory(connection)
        for database in DATABASES:
            connection.execute(
                f"attach {sql.text(version.folder / database.file)} as {database.name} (read_only)"
            )
        connection.execute("set variable emails = $emails", {"emails": sorted(person.emails)})
        connection.execute("create table customers (customer_id varchar)")
        connection.execute("create table address_keys (address_key varchar)")
        for name in ("accounts", "visitors"):
            connection.execute(f"create table {name} (source_system varchar, identifier varchar)")
        _insert(connection, "customers", [(customer,) for customer in person.customers])
        _insert(connection, "address_keys", [(keys.hash_of(email),) for email in person.emails])
        _insert(connection, "accounts", person.accounts)
        _insert(connection, "visitors", person.visitors)
        # Another version may know them by another id.
        connection.execute(
            """
            insert into customers
            select customer_id from contacts.identity_map
            where identifier_type = 'email' and list_contains(getvariable('emails'), identifier)
                or identifier_type = 'account' and (source_system, identifier) in (from accounts)
            """
        )
        connection.execute(
            "create table orders as select source_system, order_id from bi.orders "
            "where customer_id in (from customers)"
        )
        yield connection


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: Iterable[tuple[str] | Identifier],
) -> None:
    for row in rows:
        marks = ", ".join("?" * len(row))
        connection.execute(f"insert into {table} values ({marks})", row)


def _count_rows(connection: duckdb.DuckDBPyConnection, database: Database) -> dict[str, int]:
    """Return how many rows of each table of a database are the person's, where there are any."""
    counts = {}
    for table, condition in _conditions(connection, database).items():
        ((count,),) = connection.execute(
            f"select count(*) from {database.name}.{sql.name(table)} where {condition}"
        ).fetchall()
        if count:
            counts[table] = count
    return counts


def _conditions(connection: duckdb.DuckDBPyConnection, database: Database) -> dict[str, str]:
    """Return the condition that a row is the person's, by table."""
    columns = connection.execute(
        """
        select table_name, column_name, data_type
        from duckdb_columns()
        inner join duckdb_tables() using (database_name, table_name)
        where database_name = $database
        order by table_name, column_index
        """,
        {"database": database.name},
    ).fetchall()
    conditions: dict[str, list[str]] = {}
    for table, column, data_type in columns:
        of_table = conditions.setdefault(table, [])
        if column in OF_PERSON:
            of_table.append(OF_PERSON[column])
        # Where no address may stand none is looked for.
        if database.is_personal and data_type.startswith("VARCHAR"):
            text = f"lower(trim(cast({sql.name(column)} as varchar)))"
            addresses = f"list_append(regexp_extract_all({text}, {sql.text(ADDRESS)}), {text})"
            of_table.append(f"list_has_any({addresses}, getvariable('emails'))")
    return {
        table: f"coalesce({' or '.join(f'({part})' for part in parts)}, false)"
        for table, parts in conditions.items()
        if parts
    }


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    version: Version,
    database: Database,
    counts: dict[str, int],
) -> dict[Path, Path]:
    """Write the files of a database that change beside themselves; return which replaces which."""
    path = version.folder / database.file
    draft = path.with_name(f".{path.name}")
    draft.unlink(missing_ok=True)
    connection.execute(f"attach {sql.text(draft)} as rewritten")
    connection.execute(f"copy from database {database.name} to rewritten (schema)")
    conditions = _conditions(connection, database)
    for (table,) in connection.execute(
        "select table_name from duckdb_tables() where database_name = 'rewritten'"
    ).fetchall():
        condition = conditions.get(table, "false") if table in counts else "false"
        connection.execute(
            f"insert into rewritten.{sql.name(table)} "
            f"from {database.name}.{sql.name(table)} where not {condition}"
        )
    drafts = {draft: path}
    metadata = f"{{{BUILD_ID}: {sql.text(version.build_id)}}}"
    for file in sorted((version.folder / database.parquet).glob("*.parquet")):
        # A segment is a view of the memberships.
        if file.stem in counts or file.stem.startswith("segment_"):
            written = file.with_name(f".{file.name}")
            connection.execute(
                f"copy (from rewritten.{sql.name(file.stem)}) to {sql.text(written)} "
                f"(format parquet, compression zstd, kv_metadata {metadata})"
            )
            drafts[written] = file
    connection.execute("checkpoint rewritten")
    connection.execute("detach rewritten")
    for written in drafts:
        written.chmod(database.file_mode)
    return drafts


def _row_counts(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, int]:
    """Return the rows of every table and view of a database."""
    connection.execute(f"attach {sql.text(path)} as rewritten (read_only)")
    names = connection.execute(
        """
        select table_name from duckdb_tables() where database_name = 'rewritten'
        union all
        select view_name from duckdb_views() where database_name = 'rewritten' and not internal
        """
    ).fetchall()
    counts = {}
    for (name,) in names:
        ((counts[name],),) = connection.execute(
            f"select count(*) from rewritten.{sql.name(name)}"
        ).fetchall()
    connection.execute("detach rewritten")
    return counts


def _without(manifest: Manifest, row_counts: dict[str, int], customers: list[str]) -> Manifest:
    """Return a manifest that says that somebody was taken out, and names them nowhere."""
    validation = Validation.from_dict(manifest.validation)
    results = [
        replace(result, sample_ids=[id_ for id_ in result.sample_ids if id_ not in customers])
        for result in validation.results
    ]
    return replace(
        manifest,
        row_counts=manifest.row_counts | row_counts,
        validation=replace(validation, results=results).to_dict(),
        erased_at=[*manifest.erased_at, datetime.now(UTC).isoformat(timespec="seconds")],
    )
