"""The connectors of Segment and RudderStack: tables of events, from a folder and a schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.conftest import skip_unless_proving
from tests.python.projects import copy_project
from tests.python.warehouse import ROOT, BuildError, run_dbt

ORDERED = {
    "id": "o1",
    "anonymous_id": "a1",
    "user_id": "c1",
    "timestamp": "2026-06-01T12:05:00+02:00",
    "received_at": "2026-06-09T00:00:00Z",
    "order_id": "77",
    "currency": "EUR",
    "shipping": 3,
    "discount": "1.5",
    "coupon": "JUNE",
    "products": '[{"product_id": 17, "price": 4.5, "quantity": 2}, {"sku": "mug", "price": "7"}]',
}
TABLES: dict[str, list[dict[str, Any]]] = {
    "identifies": [
        {"id": "i1", "anonymous_id": "a1", "user_id": "c1", "email": "ann@shop.example"},
        {"id": "i2", "user_id": "c2", "email": "bo@shop.example"},
    ],
    "pages": [{"id": "p1", "anonymous_id": "a1", "context_page_path": "/home"}],
    "screens": [{"id": "s1", "anonymous_id": "a2"}],
    "tracks": [
        {"id": "l1", "anonymous_id": "a1", "event": "product_list_viewed"},
        {"id": "o1", "anonymous_id": "a1", "event": "order_completed"},
        {"id": "w1", "anonymous_id": "a1", "event": "wishlist_printed"},
        {"id": "w2", "event": "lead_captured"},
    ],
    "product_list_viewed": [
        {"id": "l1", "anonymous_id": "a1", "products": '[{"product_id": "tea"}, {}]'}
    ],
    "order_completed": [ORDERED, ORDERED | {"id": "o2", "timestamp": "2026-06-01T10:06:00Z"}],
}
AT = {"timestamp": "2026-06-01T10:00:00Z"}
SERVER = "told by a server: nobody was on the site"
ELSEWHERE = "it is read from the table of its event"
EVENTS = [
    ("i1", "identify", "a1", "c1", "ann@shop.example", None, None, None),
    ("i2", "identify", None, "c2", "bo@shop.example", None, None, SERVER),
    ("l1", "view_item_list", "a1", None, None, None, None, ELSEWHERE),
    ("l1:1", "view_item_list", "a1", None, None, "tea", None, None),
    ("l1:2", "view_item_list", "a1", None, None, None, None, None),
    ("o1", "purchase", "a1", None, None, None, None, ELSEWHERE),
    ("o1:1", "purchase", "a1", "c1", None, "17", "77", None),
    ("o1:2", "purchase", "a1", "c1", None, "mug", "77", None),
    ("o2:1", "purchase", "a1", "c1", None, "17", "77", None),
    ("o2:2", "purchase", "a1", "c1", None, "mug", "77", None),
    ("p1", "page_view", "a1", None, None, None, None, None),
    ("s1", "screen_view", "a2", None, None, None, None, None),
    ("w1", "wishlist_printed", "a1", None, None, None, None, None),
    ("w2", "generate_lead", None, None, None, None, None, None),
]  # fmt: skip
SHOWN = (
    "select event_id, event_name, anonymous_id, customer_id, email, product_id, order_id, left_out "
    "from {}__events order by event_id"
)


def write_tables(folder: Path) -> None:
    """Write the tables as JSON lines, and one that no connector knows."""
    folder.mkdir()
    for name, rows in TABLES.items():
        lines = "".join(json.dumps(AT | row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines)
    (folder / "wishlist_printed.csv").write_text("id,timestamp\nw1,2026-06-01T10:00:00Z\n")


def land_tables(warehouse: Path, folder: Path) -> None:
    """Write the tables into a schema of a warehouse, typed, some of them Parquet's way."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("create schema landed")
        for name in TABLES:
            connection.execute(
                f"create table landed.{name} as from read_json_auto('{folder}/{name}.jsonl')"
            )


def build(
    warehouse: Path, folder: Path, systems: str, select: str, project: Path | None = None
) -> str:
    """Build some models; with a project of its own, what was seen completed are the orders."""
    raw = folder.parent / ("nothing" if project else "raw")
    raw.mkdir(exist_ok=True)
    if not project:
        (raw / "orders.csv").write_text(
            "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"
            "1,c1,2026-06-01,completed,EUR,10\n"
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGMENTRY_CONNECTORS", systems)
        patch.setenv("SEGMENTRY_SEGMENT_DIR", str(folder))
        patch.setenv("SEGMENTRY_SHOPIFY_DIR", str(folder))
        patch.setenv("SEGMENTRY_RUDDERSTACK_SCHEMA", "landed")
        return run_dbt(
            *("build", "--no-write-json", "--select", select),
            *("--exclude-resource-type=test", "--exclude-resource-type=unit_test"),
            raw_dir=raw,
            warehouse=warehouse,
            variables={"as_of": "2026-06-30", "reporting_currency": "EUR"},
            project_dir=project or ROOT,
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of tables."""
    folder = tmp_path_factory.mktemp("tracking") / "segment"
    write_tables(folder)
    return folder


@pytest.fixture(scope="module")
def connection(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a warehouse of what both systems landed of the same calls."""
    skip_unless_proving()
    warehouse = folder.parent / "segmentry.duckdb"
    land_tables(warehouse, folder)
    printed = build(
        warehouse, folder, "segment,rudderstack", "+raw_row_counts +rejected_rows +stg_events"
    )
    assert "no table of segment is called so: wishlist_printed.csv" in printed
    with duckdb.connect(str(warehouse), read_only=True) as opened:
        opened.execute("set TimeZone = 'UTC'")
        yield opened


@pytest.mark.parametrize("system", ["segment", "rudderstack"])
def test_calls_are_events(connection: duckdb.DuckDBPyConnection, system: str) -> None:
    assert connection.execute(SHOWN.format(system)).fetchall() == EVENTS


def test_the_time_is_that_of_the_call(connection: duckdb.DuckDBPyConnection) -> None:
    for system in ("segment", "rudderstack"):
        rows = connection.execute(
            f"select distinct cast(occurred_at as varchar) from {system}__events "
            "where event_id like 'o1:%'"
        ).fetchall()
        assert rows == [("2026-06-01 10:05:00",)]


def test_every_row_is_counted(connection: duckdb.DuckDBPyConnection) -> None:
    """What both systems landed of a call is one event, of which one copy counts."""
    counts = connection.execute(
        "select table_name, sum(raw_row_count), sum(staged_row_count), sum(left_out_row_count), "
        "sum(exact_duplicate_count + rejected_row_count) "
        "from raw_row_counts where connector <> 'raw' group by table_name"
    ).fetchall()
    kept = sum(row[-1] is None for row in EVENTS)
    assert counts == [("events", 2 * kept, kept, 2 * (len(EVENTS) - kept), kept)]


@pytest.mark.prove
def test_completed_orders_are_orders_where_the_var_says_so(folder: Path, tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    settings = project / "dbt_project.yml"
    settings.write_text(
        settings.read_text().replace("segment_orders: false", "segment_orders: true")
    )
    warehouse = tmp_path / "segmentry.duckdb"
    build(warehouse, folder, "segment", "+raw_row_counts +stg_orders +stg_order_lines", project)
    with duckdb.connect(str(warehouse), read_only=True) as built:
        orders = built.execute(
            "select order_id, account_id, anonymous_id, cast(ordered_at as varchar), status, "
            "currency, subtotal_amount::double, discount_amount::double, coupon_code "
            "from stg_orders"
        ).fetchall()
        lines = built.execute(
            "select line_number, product_id, quantity, unit_price::double from stg_order_lines "
            "order by all"
        ).fetchall()
    assert orders == [
        ("77", "c1", "a1", "2026-06-01 10:05:00", "completed", "EUR", 16.0, 1.5, "JUNE")
    ]
    assert lines == [(1, "17", 2, 4.5), (2, "mug", 1, 7.0)]
    with pytest.raises(BuildError, match=r"segment_orders is true, and the orders of\s+shopify"):
        build(warehouse, folder, "segment,shopify", "stg_orders", project)


@pytest.mark.prove
def test_a_folder_without_calls_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "segment"
    folder.mkdir()
    (folder / "users.csv").write_text("id\n1\n")
    with pytest.raises(BuildError, match=r"table `pages` \(or `tracks`\)\s+is missing"):
        build(tmp_path / "segmentry.duckdb", folder, "segment", "segment__events")
