"""The demo shop through its systems is the demo shop, but for what is listed.

Each system's tables are read by its connector, and what comes out is held against the rows that
went in. What a system does not tell, or tells otherwise, stands in its `losses` and `changes`:
everything there makes a difference, and nothing else does.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from examples.demo_shop.raw_files import write_rows
from examples.demo_shop.records import RawShop
from examples.demo_shop.simulation import live
from examples.demo_shop.systems.division import (
    carried_shop,
    known_shop,
    own_files,
    tables_of,
    web_shop,
)
from examples.demo_shop.systems.effects import FACTS, SEGMENTS, SHOWN_SYSTEMS
from examples.demo_shop.systems.known import SYSTEMS, systems_named
from examples.demo_shop.systems.page import page_tables
from examples.demo_shop.systems.shopify import SHOPIFY
from examples.demo_shop.systems.shops import OWN_FILES, write_shops
from examples.demo_shop.systems.system import System
from tests.python.warehouse import ROOT, run_dbt

WAREHOUSE = "segmentry.duckdb"
PAGE = ROOT / "models" / "connectors" / "README.md"
# Two months hold every kind of row.
SINCE = datetime(2026, 5, 1, tzinfo=UTC)
MIXES = (SHOWN_SYSTEMS, ("shopify_csv", "segment"), ("woocommerce", "rudderstack"))
# What identifies a row, whatever its system calls it.
KEYS = {
    "customers": ("customer_id",),
    "products": ("product_id",),
    "orders": ("order_id",),
    "order_lines": ("order_id", "line_number"),
    "refunds": ("order_id",),
    "events": ("event_id",),
    "email_events": ("event_id",),
    "consent_events": ("occurred_at", "email", "channel"),
}
# Google Analytics gives no ids: tests of its connector ask how those of events and sessions come.
MADE_IDS = {"events": {"event_id", "session_id"}}


@pytest.fixture(scope="module")
def shop() -> RawShop:
    """Return the rows of the shop, without flaws."""
    return live()


@pytest.fixture(scope="module")
def late_shop(shop: RawShop) -> RawShop:
    """Return the rows of its last months."""
    orders = [order for order in shop.orders if order.ordered_at >= SINCE]
    ids = {(order.source_system, order.order_id) for order in orders}
    return replace(
        shop,
        orders=orders,
        order_lines=[row for row in shop.order_lines if (row.source_system, row.order_id) in ids],
        refunds=[row for row in shop.refunds if (row.source_system, row.order_id) in ids],
        events=[row for row in shop.events if row.occurred_at >= SINCE],
        email_events=[row for row in shop.email_events if row.occurred_at >= SINCE],
        consent_events=[row for row in shop.consent_events if row.occurred_at >= SINCE],
    )


@pytest.fixture(scope="module")
def connected(
    late_shop: RawShop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a warehouse with what all connectors make of their systems, one beside the other."""
    folder = tmp_path_factory.mktemp("systems")
    web = web_shop(late_shop, [SHOPIFY])
    for system in SYSTEMS.values():
        (folder / system.name).mkdir()
        system.write(folder / system.name, web)
    write_rows(folder / OWN_FILES, own_files(late_shop, list(SYSTEMS.values())))
    warehouse = folder / WAREHOUSE
    build(folder, list(SYSTEMS.values()), warehouse, select="+path:models/connectors")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


def build(
    folder: Path, systems: Sequence[System], warehouse: Path, select: str | None = None
) -> None:
    """Build a warehouse of systems and the own files beside them, as of the demo's day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGMENTRY_CONNECTORS", ",".join(system.connector for system in systems))
        patch.setenv("SEGMENTRY_AS_OF", "2026-06-30")
        for system in systems:
            setting = f"SEGMENTRY_{system.connector.upper()}_DIR"
            patch.setenv(setting, str(folder / system.name))
        run_dbt(
            "build",
            "--exclude-resource-type=test",
            "--exclude-resource-type=unit_test",
            "--quiet",
            *(("--select", select) if select else ()),
            raw_dir=folder / OWN_FILES,
            warehouse=warehouse,
        )


def told(value: Any, column: str) -> Any:
    """Return a value as it compares: moments in UTC, amounts whatever their digits."""
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None)
    if column.startswith("is_"):
        return bool(value)
    if column == "discount_amount":
        return value or Decimal(0)
    return value


def columns_of(row: Any, *left_out: str) -> list[str]:
    """Return the columns of a raw table's row, but for some."""
    return [column.name for column in fields(row) if column.name not in left_out]


@pytest.mark.parametrize(
    ("name", "table"),
    [(system.name, table) for system in SYSTEMS.values() for table in system.fills],
)
def test_connector_reads_what_its_system_tells(
    connected: duckdb.DuckDBPyConnection, late_shop: RawShop, name: str, table: str
) -> None:
    """Row for row, what comes out of a system's tables is what went in."""
    rows = getattr(SYSTEMS[name].carried(web_shop(late_shop, [SHOPIFY])), table)
    columns = columns_of(rows[0], "source_system", "updated_at", *MADE_IDS.get(table, ()))
    sent = Counter(tuple(told(getattr(row, column), column) for column in columns) for row in rows)
    query = f"select {', '.join(columns)} from {name}__{table} where left_out is null"
    read = Counter(
        tuple(told(value, column) for value, column in zip(row, columns, strict=True))
        for row in connected.execute(query).fetchall()
    )
    assert sent - read == Counter()
    assert read - sent == Counter()


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_difference_is_listed_and_is_one(shop: RawShop, name: str) -> None:
    """What a system tells differs from what is known in what it lists, and in nothing else."""
    system = SYSTEMS[name]
    carried = tables_of(system.carried(web_shop(shop, [system])))
    known = tables_of(web_shop(shop, [system]))
    differences = {
        difference
        for table in carried
        if carried[table]
        for difference in differences_of(table, known[table], carried[table])
    }
    assert differences == {*system.losses, *system.changes}


def differences_of(table: str, known: list[Any], carried: list[Any]) -> Iterator[str]:
    """Yield the columns in which rows of two tables differ, and the table when rows do."""
    by_key = {key_of(table, row): row for row in known}
    if by_key.keys() != {key_of(table, row) for row in carried}:
        yield table
    pairs = [(by_key[key], row) for row in carried if (key := key_of(table, row)) in by_key]
    for column in columns_of(carried[0], "source_system"):
        if any(
            told(getattr(before, column), column) != told(getattr(after, column), column)
            for before, after in pairs
        ):
            yield f"{table}.{column}"


def key_of(table: str, row: Any) -> tuple[Any, ...]:
    """Return what identifies a row of a raw table."""
    return tuple(getattr(row, column) for column in KEYS[table])


def test_page_lists_what_is_not_carried() -> None:
    """The page of connectors has the tables that follow from the systems."""
    page = PAGE.read_text(encoding="utf-8")
    assert [table for table in page_tables() if table not in page] == []


@pytest.fixture(scope="module", params=MIXES, ids=",".join)
def mix(
    request: pytest.FixtureRequest, shop: RawShop, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a folder with the shop built from systems, and from rows of its own files."""
    systems = systems_named(request.param)
    folder = tmp_path_factory.mktemp("mix")
    write_shops(folder / "systems", shop, systems)
    build(folder / "systems", systems, folder / "systems" / WAREHOUSE)
    for name, rows in (("carried", carried_shop), ("known", known_shop)):
        write_rows(folder / name / OWN_FILES, rows(shop, systems))
        if name == "carried" or request.param == SHOWN_SYSTEMS:
            build(folder / name, [], folder / name / WAREHOUSE)
    return folder


@pytest.mark.prove
@pytest.mark.parametrize("table", ["customer_facts", "segment_memberships"])
def test_shop_of_systems_is_that_of_its_rows(mix: Path, table: str) -> None:
    """The same facts and memberships, row for row, whatever the rows lie in."""
    with attached(mix, "carried") as connection:
        assert rows_apart(connection, f"select * from {{shop}}.{table}", "carried") == []


@pytest.mark.prove
@pytest.mark.parametrize("mix", [SHOWN_SYSTEMS], indirect=True, ids=",".join)
def test_what_is_lost_shows_in_what_is_listed(mix: Path) -> None:
    """Facts and segments differ from those of all that is known where the page says so."""
    with attached(mix, "known") as connection:
        described = connection.execute("describe from_known.customer_facts").fetchall()
        facts = {
            fact
            for fact, *_ in described
            if rows_apart(
                connection, f"select customer_id, {fact} from {{shop}}.customer_facts", "known"
            )
        }
        query = "select segment from {shop}.segment_memberships group by segment"
        names = connection.execute(query.format(shop="from_known")).fetchall()
        segments = {
            segment
            for (segment,) in names
            if rows_apart(
                connection,
                "select customer_id, segment_value from {shop}.segment_memberships "
                f"where segment = '{segment}'",
                "known",
            )
        }
    assert facts == {*FACTS}
    assert segments == {*SEGMENTS}


def attached(folder: Path, name: str) -> duckdb.DuckDBPyConnection:
    """Return a connection to the shop built from systems and from rows of its own files."""
    connection = duckdb.connect()
    for kind in ("systems", name):
        connection.execute(f"attach '{folder / kind / WAREHOUSE}' as from_{kind} (read_only)")
    return connection


def rows_apart(connection: duckdb.DuckDBPyConnection, query: str, other: str) -> list[Any]:
    """Return the rows that a query finds in one of two shops alone, a few at most.

    Args:
        connection: a connection to both.
        query: the query, `{shop}` in the place of the name of the shop.
        other: the name of the one that is built from rows of its own files.
    """
    one, two = query.format(shop="from_systems"), query.format(shop=f"from_{other}")
    apart = f"(({one}) except all ({two})) union all (({two}) except all ({one})) limit 5"
    return connection.execute(apart).fetchall()
