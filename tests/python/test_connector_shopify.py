"""The connector of Shopify: one shop, however it was landed, and what its orders come to."""

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentry.activation.ledger import Ledger
from segmentry.erasure.person import Person
from tests.python.activation_shop import KEYS, SECRET
from tests.python.conftest import skip_unless_proving
from tests.python.shopify_shop import (
    DrawnShop,
    Row,
    Tables,
    airbyte,
    draw_shop,
    graphql,
    rest,
    write_csv,
    write_json_lines,
)
from tests.python.test_examples import DATA_FOLDER
from tests.python.warehouse import BuildError, run_dbt

SEEDS = DATA_FOLDER / "fivetran_schemas" / "shopify"
SELECTED = "+raw_row_counts +rejected_rows +stg_orders +stg_order_lines +stg_refunds"
TABLES = ("orders", "order_lines", "refunds", "customers", "products", "events")
SHAPES = ("rest", "graphql", "airbyte", "schema", "few")
BROKEN = '{"id": 1, "email": "ada@shop.example"'
# The sum of an order's rounded lines, and a rounding of a double, are a cent off at most.
CENT = Fraction(1, 100)

shop = draw_shop()
Amounts = dict[str, Fraction]


def erased_shop() -> Tables:
    """Return the tables of a shop of Ada, who was erased, and Ben, who was not."""
    people = (("ada", "1"), ("ben", "2"))
    ids = [(name, number, f"{name}@shop.example") for name, number in people]
    return {
        "customer": [{"id": number, "email": email} for _, number, email in ids],
        "order": [
            *({"id": f"o{n}", "email": email, **ordered()} for _, n, email in ids),
            # Known by their account alone.
            *({"id": f"a{n}", "customer_id": n, **ordered()} for _, n, _ in ids),
        ],
        "order_line": [
            {"id": f"l{kind}{n}", "order_id": f"{kind}{n}", "quantity": 1, "price": 10}
            for _, n, _ in ids
            for kind in "oa"
        ],
        "refund": [
            {"id": f"r{kind}{n}", "order_id": f"{kind}{n}", "created_at": "2026-06-02"}
            for _, n, _ in ids
            for kind in "oa"
        ],
        "order_line_refund": [
            {"id": f"x{kind}{n}", "refund_id": f"r{kind}{n}", "subtotal": 5}
            for _, n, _ in ids
            for kind in "oa"
        ],
        "abandoned_checkout": [
            {"id": n, "email": email, "created_at": "2026-06-01"} for _, n, email in ids
        ],
    }


def ordered() -> Row:
    """Return what the orders of people that may be erased have in common."""
    return {"created_at": "2026-06-01", "currency": "USD", "financial_status": "paid"}


def bury(state: Path, person: Person) -> None:
    """Leave tombstones of a person."""
    state.mkdir()
    with closing(Ledger(state, KEYS)) as ledger:
        for kind, buried in person.tombstones(KEYS):
            ledger.bury(buried, kind)


def write_appended(folder: Path, tables: Tables) -> Path:
    """Write what a loader lands that only appends: orders as they were, then as they are.

    What they are, and all other tables, are Parquet with nested columns.
    """
    earlier = [
        {
            **order,
            "updated_at": order["created_at"],
            "financial_status": "pending",
            "total_tax": 99,
            "discount_codes": [{"code": "A FORMER CODE"}],
            "line_items": [
                {
                    **line,
                    "quantity": line["quantity"] + 1,
                    "discount_allocations": [],
                    "tax_lines": [],
                }
                for line in [*order["line_items"], {**order["line_items"][0], "id": 1}]
            ],
            "refunds": [{**refund, "refund_line_items": []} for refund in order["refunds"]],
        }
        for order in tables["orders"][::2]
    ]
    write_json_lines(folder, {"orders": earlier}).rename(folder.with_name("earlier"))
    (folder / "orders").mkdir(parents=True)
    folder.with_name("earlier").joinpath("orders.jsonl").rename(folder / "orders" / "2026.jsonl")
    for name, rows_of_table in tables.items():
        below = folder / "orders" / "2025" if name == "orders" else folder
        below.mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows_of_table), below / f"{name}.parquet")
    return folder


def load_schema(warehouse: Path, tables: Mapping[str, Sequence[Row]], folder: Path) -> None:
    """Put tables into a schema of a warehouse, by the types that their values have."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("create schema landed")
        for name in tables:
            file = folder / f"{name}.csv"
            connection.execute(
                f"create table landed.\"{name}\" as from read_csv('{file}', sample_size = -1)"
            )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse of one shop that was landed in several ways, and of others beside it."""
    skip_unless_proving()
    folder = tmp_path_factory.mktemp("shopify")
    tables = rest(shop)
    folders = {
        "rest": write_csv(folder / "rest", tables),
        "graphql": write_csv(folder / "graphql", graphql(shop)),
        "airbyte": write_json_lines(folder / "airbyte", airbyte(shop)),
        "appended": write_appended(folder / "appended", airbyte(shop)),
        "erased": write_csv(folder / "erased", erased_shop()),
        "few": write_csv(folder / "few", {"order": [without(row) for row in tables["order"]]}),
    }
    with (folders["airbyte"] / "orders.jsonl").open("a") as stream:
        stream.write("no object\n")
    (folders["erased"] / "customers.jsonl").write_text(f'{BROKEN}\n{{"id": 3}}\n')
    if SEEDS.is_dir():
        for shape in ("", "gql_"):
            made = folders.setdefault(f"seeds{shape[:3]}", folder / f"seeds{shape}")
            made.mkdir()
            for path in SEEDS.glob(f"shopify_{shape}*_data.csv"):
                name = path.stem.removeprefix(f"shopify_{shape}").removesuffix("_data")
                if shape or not name.startswith("gql_"):
                    shutil.copy(path, made / f"{name}.csv")
    raw = folder / "raw"
    raw.mkdir()
    (raw / "exchange_rates.csv").write_text(
        "rate_date,currency,rate\n"
        + "".join(f"2000-01-01,{code},1\n" for code in ("GBP", "CAD", "EUR", "AUD"))
    )
    file = folder / "segmentry.duckdb"
    load_schema(file, tables, folders["rest"])
    bury(folder / "state", Person({"ada@shop.example"}, {("shopify:erased", "1")}))
    with pytest.MonkeyPatch.context() as patch:
        connectors = [*(f"shopify:{name}" for name in folders), "shopify:schema"]
        patch.setenv("SEGMENTRY_CONNECTORS", ",".join(connectors))
        for name, landed in folders.items():
            patch.setenv(f"SEGMENTRY_SHOPIFY_{name.upper()}_DIR", str(landed))
        patch.setenv("SEGMENTRY_SHOPIFY_SCHEMA_SCHEMA", "landed")
        patch.setenv("SEGMENTRY_STATE_DIR", str(folder / "state"))
        patch.setenv("SEGMENTRY_STATE_KEY", SECRET)
        run_dbt(
            "run",
            "--quiet",
            "--no-write-json",
            f"--select={SELECTED}",
            raw_dir=raw,
            warehouse=file,
            variables={"as_of": "2026-06-30"},
        )
    return file


def without(row: Row) -> Row:
    """Return an order with the columns that are required alone, and those that rules ask for."""
    return {name: row[name] for name in ("id", "created_at", "financial_status", "currency")}


@pytest.fixture(scope="module")
def connection(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a connection to that warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as opened:
        yield opened


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query, sorted."""
    return sorted(connection.execute(query).fetchall(), key=str)


def contract_rows(
    connection: duckdb.DuckDBPyConnection, table: str, shape: str
) -> list[tuple[Any, ...]]:
    """Return the rows of a table that one landing gives, without where they stood."""
    hidden = ["connector", "source_system", "file_path", "place_in_file"]
    # GraphQL and Airbyte know when a refund or its order was changed, REST does not.
    hidden += ["updated_at"] if table == "refunds" else []
    return rows(
        connection,
        f"select * exclude ({', '.join(hidden)}) from shopify__{table} "
        f"where connector = 'shopify:{shape}'",
    )


@pytest.mark.parametrize("shape", ["graphql", "airbyte", "schema"])
@pytest.mark.parametrize("table", TABLES)
def test_a_shop_is_the_same_however_it_was_landed(
    connection: duckdb.DuckDBPyConnection, table: str, shape: str
) -> None:
    """REST as files, GraphQL, Airbyte's nested orders, and REST in a schema of the warehouse."""
    landed = contract_rows(connection, table, "rest")
    assert landed and contract_rows(connection, table, shape) == landed


@pytest.mark.parametrize("table", ["orders", "order_lines", "refunds"])
def test_an_order_that_is_landed_again_counts_as_it_was_last(
    connection: duckdb.DuckDBPyConnection, table: str
) -> None:
    """Its former versions are counted; their lines and refunds do not add to those of the last."""
    once, again = (
        rows(
            connection,
            f"select * exclude (source_system) from stg_{table} "
            f"where source_system = 'shopify:{shape}'",
        )
        for shape in ("airbyte", "appended")
    )
    assert once and again == once
    ((former,),) = connection.execute(
        "select count(*) from shopify__order_lines where connector = 'shopify:appended' "
        "and left_out = 'an earlier version of the order'"
    ).fetchall()
    assert former == sum(len(order.lines) + 1 for order in shop.orders[::2] if not order.is_deleted)


def expected_amounts(shop: DrawnShop) -> tuple[Amounts, Amounts, Amounts]:
    """Return what orders cost, what was taken off them, and what was refunded, by their ids."""
    subtotals: Amounts = {}
    discounts: Amounts = {}
    refunds: Amounts = {}
    for order in shop.orders:
        lines = [line for line in order.lines if not line.is_gift_card]
        shares = [line.net_share(order.taxes_included) for line in lines]
        subtotals[str(order.order_id)] = sum(
            (Fraction(line.amount) * share for line, share in zip(lines, shares, strict=True)),
            Fraction(),
        )
        discounts[str(order.order_id)] = sum(
            (Fraction(line.discount) * share for line, share in zip(lines, shares, strict=True)),
            Fraction(),
        )
        for refund in order.refunds:
            of_lines = sum(
                (
                    Fraction(amount) * line.net_share(order.taxes_included)
                    for _, line, amount in refund.lines
                    if not line.is_gift_card
                ),
                Fraction(),
            )
            beyond = sum(
                (a for _, kind, a in refund.adjustments if kind == "refund_discrepancy"), Decimal()
            )
            refunds[str(refund.refund_id)] = of_lines - Fraction(beyond)
    return subtotals, discounts, refunds


def amounts(connection: duckdb.DuckDBPyConnection, query: str) -> Amounts:
    """Return the amounts of a query by their ids."""
    return {str(key): Fraction(amount) for key, amount in connection.execute(query).fetchall()}


def assert_alike(found: Amounts, expected: Amounts) -> None:
    """Check that there are the same amounts, to the cent."""
    assert found.keys() == expected.keys()
    far = {
        key: (found[key], expected[key]) for key in found if abs(found[key] - expected[key]) > CENT
    }
    assert not far


def test_amounts_are_those_of_the_shop(connection: duckdb.DuckDBPyConnection) -> None:
    subtotals, discounts, refunds = expected_amounts(shop)
    assert any(amount <= 0 for amount in refunds.values()) and len(set(subtotals.values())) > 30
    where = "where connector = 'shopify:rest'"
    orders = "select order_id, {} from shopify__orders " + where
    assert_alike(amounts(connection, orders.format("subtotal_amount")), subtotals)
    assert_alike(amounts(connection, orders.format("discount_amount")), discounts)
    of_refunds = "select refund_id, amount from shopify__refunds " + where
    assert_alike(amounts(connection, of_refunds), refunds)
    left_out = rows(connection, f"select refund_id, left_out from shopify__refunds {where}")
    deleted = {str(r.refund_id) for order in shop.orders if order.is_deleted for r in order.refunds}
    assert {
        key: reason for key, reason in left_out if reason is not None and key not in deleted
    } == {
        key: "nothing of merchandise was refunded"
        for key, amount in refunds.items()
        if amount <= 0 and key not in deleted
    }


def test_states_of_orders_and_consents_are_those_of_the_shop(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = rows(
        connection,
        "select order_id, status, is_test, coupon_code, ordered_at, left_out is not null, "
        "tax_amount, shipping_amount, currency from shopify__orders "
        "where connector = 'shopify:airbyte'",
    )
    closed = {"voided": "cancelled", "expired": "cancelled"}
    opened = {"pending": "pending", "authorized": "pending"}
    assert found == [
        (
            str(order.order_id),
            "cancelled" if order.cancelled_at else (closed | opened).get(order.status, "completed"),
            order.is_test,
            min(order.codes, default=None),
            order.processed_at or order.created_at,
            order.is_deleted,
            order.tax,
            order.shipping,
            "USD",
        )
        for order in shop.orders
    ]
    consents = rows(
        connection,
        "select customer_id, accepts_marketing, accepts_marketing_updated_at "
        "from shopify__customers where connector = 'shopify:graphql'",
    )
    said = {"SUBSCRIBED": True, "UNSUBSCRIBED": False}
    assert consents == [
        (
            str(customer["id"]),
            said.get(customer["state"]),
            customer["consented"] if customer["state"] in said else None,
        )
        for customer in shop.customers
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_row_is_used_rejected_or_left_out(
    connection: duckdb.DuckDBPyConnection, shape: str
) -> None:
    whole = shape != "few"
    expected = {
        "orders": len(shop.orders),
        "order_lines": sum(len(order.lines) for order in shop.orders) * whole,
        "refunds": sum(len(order.refunds) for order in shop.orders) * whole,
        "customers": len(shop.customers) * whole,
        "products": len(shop.products) * whole,
        "events": 2 * len(shop.checkouts) * whole,
    }
    connector = f"shopify:{shape}"
    for table, count in expected.items():
        ((found, places),) = connection.execute(
            f"select count(*), count(distinct (file_path, place_in_file)) from shopify__{table} "
            f"where connector = '{connector}'"
        ).fetchall()
        assert (found, places) == (count, count), table
    counted = dict(
        connection.execute(
            "select table_name, raw_row_count + left_out_row_count from raw_row_counts "
            f"where connector = '{connector}'"
        ).fetchall()
    )
    malformed = {"orders": 1} if shape == "airbyte" else {}
    assert counted == {
        table: count + malformed.get(table, 0) for table, count in expected.items() if count
    }
    unbalanced = rows(
        connection,
        "select * from raw_row_counts where raw_row_count <> "
        "staged_row_count + rejected_row_count + exact_duplicate_count",
    )
    assert unbalanced == []


def test_malformed_lines_count_for_the_table_that_they_would_fill(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(
        connection,
        "select table_name, raw_row, count(*) from rejected_rows where reason = 'malformed line' "
        "group by all",
    ) == [("orders", '{"line":"no object"}', 1)]


def test_whoever_was_erased_does_not_come_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Neither they nor their orders, with lines and refunds; nor in a line that can't be split."""
    left = {
        "customers": ("customer_id", ["2", "3"]),
        "orders": ("order_id", ["a2", "o2"]),
        "order_lines": ("order_id", ["a2", "o2"]),
        "refunds": ("order_id", ["a2", "o2"]),
        "events": ("event_id", ["checkout:2:add_to_cart", "checkout:2:begin_checkout"]),
    }
    for table, (column, expected) in left.items():
        found = rows(
            connection, f"select {column} from shopify__{table} where connector = 'shopify:erased'"
        )
        assert [value for (value,) in found] == expected, table
    for table in ("landed_raw.malformed_lines", "rejected_rows", "base_malformed_lines"):
        assert (
            rows(connection, f"select 1 from {table} as found where found::varchar like '%ada%'")
            == []
        )


def test_no_table_of_the_warehouse_holds_whoever_was_erased(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Nor what their files were read into, in columns that only the system knows."""
    tables = rows(
        connection,
        "select format('{}.\"{}\"', table_schema, table_name) from information_schema.tables "
        "where table_type = 'BASE TABLE'",
    )
    assert tables
    for (table,) in tables:
        question = f"select 1 from {table} as found where found::varchar ilike '%ada@shop%'"
        assert rows(connection, question) == [], table


def read_seed(name: str) -> list[dict[str, str]]:
    """Return the rows of one of Fivetran's seeds; none where it is not there."""
    path = SEEDS / f"shopify_{name}_data.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def sums(table: Sequence[Mapping[str, str]], key: str, *names: str) -> dict[str, Fraction]:
    """Return the sum of an amount, under the first name that it has, for each key."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for row in table:
        found[row[key]] += Fraction(next(row[name] for name in names if row.get(name)))
    return found


def seed_amounts(shape: str) -> tuple[Amounts, Amounts, Amounts]:
    """Return subtotals, discounts and refunds of Fivetran's seeds, as the rules say."""
    newer = read_seed(f"{shape}order_line_tax_line")
    renamed = {row["order_line_id"] for row in newer}
    taxes = sums(
        [*newer, *(r for r in read_seed(f"{shape}tax_line") if r["order_line_id"] not in renamed)],
        "order_line_id",
        *("price", "price_set_shop_amount"),
    )
    allocated = sums(
        read_seed(f"{shape}discount_allocation"),
        "order_line_id",
        *("amount", "allocated_amount_set_shop_amount"),
    )
    included = {
        row["id"]: row["taxes_included"].lower() == "true" for row in read_seed(f"{shape}order")
    }
    subtotals: Amounts = {order: Fraction() for order in included}
    discounts: Amounts = {order: Fraction() for order in included}
    shares: Amounts = {}
    gift_cards = set()
    for line in read_seed(f"{shape}order_line"):
        if (line.get("gift_card") or line.get("is_gift_card") or "").lower() == "true":
            gift_cards.add(line["id"])
            continue
        total = line.get("original_total_set_shop_amount")
        amount = Fraction(total) if total else Fraction(line["price"]) * int(line["quantity"])
        own = line.get("total_discount") or line.get("total_discount_set_shop_amount") or 0
        discount = allocated.get(line["id"], Fraction(own))
        paid = amount - discount
        is_net = not included.get(line["order_id"]) or paid <= 0
        shares[line["id"]] = Fraction(1) if is_net else 1 - taxes[line["id"]] / paid
        if line["order_id"] in included:
            subtotals[line["order_id"]] += amount * shares[line["id"]]
            discounts[line["order_id"]] += discount * shares[line["id"]]
    refunds: Amounts = {row["id"]: Fraction() for row in read_seed(f"{shape}refund")}
    refunded = {
        row["id"]: row
        for name in ("order_line_refund", "refund_line_item")
        for row in read_seed(f"{shape}{name}")
    }
    for row in refunded.values():
        if row["refund_id"] in refunds and row["order_line_id"] not in gift_cards:
            given = row.get("subtotal") or row.get("subtotal_set_shop_amount") or "0"
            share = shares.get(row["order_line_id"], Fraction(1))
            refunds[row["refund_id"]] += Fraction(given) * share
    for row in read_seed(f"{shape}order_adjustment"):
        kind = row.get("kind") or row["reason"]
        if row["refund_id"] in refunds and kind.lower() == "refund_discrepancy":
            refunds[row["refund_id"]] -= Fraction(
                row.get("amount") or row["amount_set_shop_amount"]
            )
    return subtotals, discounts, refunds


@pytest.mark.parametrize("shape", ["", "gql_"])
def test_fivetrans_own_rows_come_to_what_the_rules_say(
    connection: duckdb.DuckDBPyConnection, shape: str
) -> None:
    if not SEEDS.is_dir():
        pytest.skip(f"no rows of Fivetran in {SEEDS}: set SEGMENTRY_EXAMPLE_DATA")
    subtotals, discounts, refunds = seed_amounts(shape)
    where = f"where connector = 'shopify:seeds{shape[:3]}'"
    orders = "select order_id, {} from shopify__orders " + where
    assert_alike(amounts(connection, orders.format("subtotal_amount")), subtotals)
    assert_alike(amounts(connection, orders.format("discount_amount")), discounts)
    assert_alike(
        amounts(connection, f"select refund_id, amount from shopify__refunds {where}"), refunds
    )
    net = {order: subtotals[order] - discounts[order] for order in subtotals}
    found = amounts(
        connection,
        f"select order_id, subtotal_amount - discount_amount from shopify__orders {where}",
    )
    assert_alike(found, net)
    lines = rows(connection, f"select 1 from shopify__order_lines {where}")
    assert len(lines) == len(read_seed(f"{shape}order_line"))
    deleted = {
        row["id"]
        for row in read_seed(f"{shape}order")
        if row.get("_fivetran_deleted", "").lower() == "true"
    }
    left_out = rows(
        connection, f"select order_id from shopify__orders {where} and left_out is not null"
    )
    assert {order for (order,) in left_out} == deleted


def refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, connectors: str = "shopify", **settings: str
) -> str:
    """Return what a build says that is refused, in one line."""
    monkeypatch.setenv("SEGMENTRY_CONNECTORS", "shopify")
    for name, value in settings.items():
        monkeypatch.setenv(f"SEGMENTRY_{name}", value)
    with pytest.raises(BuildError) as error:
        run_dbt(
            *("run", "--no-write-json", "--select", "base_shopify__checkouts"),
            raw_dir=None,
            warehouse=tmp_path / "segmentry.duckdb",
            variables={"as_of": "2026-06-30", "connectors": connectors},
        )
    return " ".join(str(error.value).split())


@pytest.mark.prove
def test_what_is_missing_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A table, a column in a file or in the warehouse, a place, a connector."""
    said = refused(monkeypatch, tmp_path, "shopify, shopfy", SHOPIFY_DIR=str(tmp_path))
    assert "The var connectors names `shopfy`, which no connector is called" in said
    assert "shopify" in said.split("there are")[1]

    monkeypatch.delenv("SEGMENTRY_SHOPIFY_DIR")
    said = refused(monkeypatch, tmp_path)
    assert "The connector shopify is on, and nothing says where its tables are" in said
    assert "SEGMENTRY_SHOPIFY_DIR" in said and "SEGMENTRY_SHOPIFY_SCHEMA" in said

    folder = write_csv(tmp_path / "landed", {"refund": [{"id": 1}]})
    said = refused(monkeypatch, tmp_path, SHOPIFY_DIR=str(folder))
    assert f"The folder of shopify `{folder}` can not be read" in said
    assert "table `order` (or `orders`) is missing" in said
    assert "table `refund` lacks the required column `order_id`" in said

    monkeypatch.delenv("SEGMENTRY_SHOPIFY_DIR")
    with duckdb.connect(str(tmp_path / "segmentry.duckdb")) as opened:
        opened.execute("create schema landed; create table landed.customer (id bigint)")
    said = refused(monkeypatch, tmp_path, SHOPIFY_SCHEMA="landed")
    assert "The schema landed lacks the table `order` (or `orders`)" in said
    assert "SEGMENTRY_SHOPIFY_SCHEMA" in said
    with duckdb.connect(str(tmp_path / "segmentry.duckdb")) as opened:
        opened.execute('create table landed."order" (email text)')
    said = refused(monkeypatch, tmp_path, SHOPIFY_SCHEMA="landed")
    assert "lacks the column `id`" in said and '"landed"."order"' in said
