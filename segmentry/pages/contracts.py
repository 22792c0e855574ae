"""What BI tools and programs may count on, as pages.

Columns, types and descriptions are those of the project as it stands. A column is never null when a
data test says so, which every published build has passed. Examples are values of the last build;
those of tables with personal data are made up.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from segmentry.pages.rendering import page_template
from segmentry.reading import sql
from segmentry.records.databases import ADDRESS, BI, DATABASES
from segmentry.settings.places import check_build

INDEX = "tables/index.md"
UNION_OF_SEGMENTS = "segment_memberships"
SAMPLED_ROWS = 10_000
EXAMPLE_LENGTH = 60
MADE_UP_BY_NAME = {
    "email": "ana@example.com",
    "link_email": "ana@example.com",
    "first_name": "Ana",
    "last_name": "Example",
    "phone": "+1 555 0100",
    "birth_date": "1990-05-17",
    "identifier_type": "email",
    "identifier": "ana@example.com",
    "raw_row": '{"order_id": "1001", "status": "completed", …}',
    "row_key": "1001",
    "reason": "missing ordered_at",
    "table_name": "orders",
    "linked_in": "orders",
    "conflict": "email with too many accounts",
    "suppressed_by": "unsubscribed",
    "traits": '{"order_count": 3, "language": "en"}',
    "segments": '["buyers", "locations:US"]',
    "country_code": "AQ",
    "language": "eo",
    "gender": "not stated",
    "top_category_last_365_days": "Example goods",
}
MADE_UP_BY_TYPE = {
    "bigint": "2",
    "integer": "2",
    "boolean": "true",
    "date": "2026-06-30",
    "timestamp": "2026-06-30 18:04:00",
    "double": "0.25",
    "decimal(18,2)": "129.90",
    "varchar": "1001",
}


@dataclass(frozen=True)
class Column:
    """A column that readers may count on.

    Attributes:
        name: its name.
        data_type: its type in DuckDB.
        is_never_null: whether a data test says that it is never null.
        description: what it means.
        example: a value as text; empty when there is none.
    """

    name: str
    data_type: str
    is_never_null: bool
    description: str
    example: str


@dataclass(frozen=True)
class Contract:
    """A table that readers may count on.

    Attributes:
        table: its name.
        heading: what it stands under on the page: its folder.
        grain: what one row is.
        description: the rest of what is said of it.
        file: the DuckDB file that it is in.
        parquet: its Parquet file.
        is_personal: whether it names people.
        columns: its columns, in their order.
    """

    table: str
    heading: str
    grain: str
    description: str
    file: str
    parquet: str
    is_personal: bool
    columns: tuple[Column, ...]


def read_contracts(manifest: Mapping[str, Any], warehouse: Path) -> list[Contract]:
    """Return the contract of every published table, by heading and name.

    Args:
        manifest: what dbt read of the project.
        warehouse: the build that examples are taken from; without it there are none.

    Raises:
        SettingsError: when the warehouse can't be read.
    """
    never_null = find_never_null(manifest["nodes"].values())
    has_build = warehouse.exists()
    if has_build:
        check_build(warehouse)
    with duckdb.connect(str(warehouse), read_only=True) if has_build else nullcontext() as build:
        contracts = [
            to_contract(node, never_null, build)
            for node in manifest["nodes"].values()
            if database_of(node)
        ]
    return sorted(contracts, key=lambda contract: (contract.heading, contract.table))


def database_of(node: Mapping[str, Any]) -> str | None:
    """Return the published database that a model or seed goes to; None for neither."""
    if node["resource_type"] not in ("model", "seed"):
        return None
    by_default = BI.name if node.get("access") == "public" else None
    database: str | None = node["config"]["meta"].get("published_in", by_default)
    return database


def find_never_null(nodes: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Return the unique ids of models with their columns that a data test says are never null."""
    found = set()
    union: str | None = None
    for node in nodes:
        if node["resource_type"] == "model" and node["name"] == UNION_OF_SEGMENTS:
            union = node["unique_id"]
        test = node.get("test_metadata")
        if not test or node["config"].get("where") or node["config"]["severity"] != "ERROR":
            continue
        arguments = test["kwargs"]
        if test["name"] == "not_null":
            columns = {arguments["column_name"]}
        elif test["name"] == "never_null":
            columns = set(arguments["columns"])
        elif test["name"] == "unique_combination":
            columns = set(arguments["columns"]) - set(arguments.get("nullable", []))
        else:
            continue
        found |= {(node["attached_node"], column) for column in columns}
    # What the union of all segments never lacks, no segment lacks.
    of_union = {column for unique_id, column in found if unique_id == union}
    prefix = str(union).removesuffix(UNION_OF_SEGMENTS)
    segments = {
        node["unique_id"]
        for node in nodes
        if node["unique_id"].startswith(f"{prefix}segment_") and "segments" in node["fqn"]
    }
    return found | {(segment, column) for segment in segments for column in of_union}


def to_contract(
    node: Mapping[str, Any],
    never_null: set[tuple[str, str]],
    build: duckdb.DuckDBPyConnection | None,
) -> Contract:
    """Return the contract of a model or seed of dbt's manifest."""
    (database,) = (database for database in DATABASES if database.name == database_of(node))
    types = {column["name"]: type_of(node, column) for column in node["columns"].values()}
    if database.is_personal:
        examples = {name: made_up(name, data_type) for name, data_type in types.items()}
    else:
        examples = read_examples(build, node["name"], list(types)) if build else {}
    grain, _, description = " ".join(node["description"].split()).partition(". ")
    return Contract(
        table=node["name"],
        heading="seeds" if node["resource_type"] == "seed" else " / ".join(node["fqn"][1:-1]),
        grain=grain.removesuffix(".") + ".",
        description=description,
        file=database.file,
        parquet=f"{database.parquet}/{node['name']}.parquet",
        is_personal=database.is_personal,
        columns=tuple(
            Column(
                name=column["name"],
                data_type=types[column["name"]],
                is_never_null=(node["unique_id"], column["name"]) in never_null,
                description=" ".join(column["description"].split()),
                example=examples.get(column["name"], ""),
            )
            for column in node["columns"].values()
        ),
    )


def type_of(node: Mapping[str, Any], column: Mapping[str, Any]) -> str:
    """Return the type of a column in DuckDB's words; seeds say it apart from their columns."""
    named = column["data_type"] or node["config"]["column_types"][column["name"]]
    return {"string": "varchar"}.get(named, str(named))


def made_up(name: str, data_type: str) -> str:
    """Return an example of a column with personal data that is no one's."""
    return MADE_UP_BY_NAME.get(name) or MADE_UP_BY_TYPE.get(data_type, "…")


def read_examples(
    build: duckdb.DuckDBPyConnection, table: str, columns: list[str]
) -> dict[str, str]:
    """Return a value in the middle of each column of a table, as far as there is one."""
    middles = ", ".join(f"quantile_disc({sql.name(name)}, 0.5)" for name in columns)
    try:
        rows = build.execute(
            f"select {middles} from (from {sql.name(table)} limit {SAMPLED_ROWS})"
        ).fetchall()
    except (duckdb.BinderException, duckdb.CatalogException):
        # The build is older than the table, or than one of its columns.
        return {}
    return {
        name: shorten(str(value))
        for name, value in zip(columns, rows[0], strict=True)
        if value not in (None, "") and not re.search(ADDRESS, str(value))
    }


def shorten(text: str) -> str:
    """Return a text, its end cut off when it is too long for a table."""
    return text if len(text) <= EXAMPLE_LENGTH else text[: EXAMPLE_LENGTH - 2] + " …"


def table_pages(contracts: list[Contract]) -> dict[str, str]:
    """Return a page for each heading and that of all tables as Markdown, by file."""
    pages: dict[str, list[Contract]] = {}
    for contract in contracts:
        pages.setdefault(f"{contract.heading.replace(' / ', '-')}.md", []).append(contract)
    template = page_template("tables.md")
    return {INDEX: page_template("all_tables.md").render(pages=pages.items())} | {
        f"tables/{page}": template.render(heading=tables[0].heading, contracts=tables)
        for page, tables in pages.items()
    }
