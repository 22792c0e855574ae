"""The connector of WooCommerce: orders of both storages, from a shop's tables to the contract."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.python.conftest import skip_unless_proving
from tests.python.warehouse import BuildError, run_dbt

Row = dict[str, Any]
Tables = dict[str, list[Row]]

# id, type, status, parent, customer, email, created.
ORDERS = (
    ("10", "shop_order", "wc-completed", "0", "7", "ann@shop.example", "2026-05-01 10:00:00"),
    ("11", "shop_order", "wc-on-hold", "0", "0", "bob@shop.example", "2026-05-02 10:00:00"),
    # A child that is no refund is an order.
    ("12", "shop_order", "wc-processing", "10", "7", "ann@shop.example", "2026-05-03 10:00:00"),
    ("13", "shop_order", "wc-failed", "0", "0", "eve@shop.example", "2026-05-04 10:00:00"),
    ("14", "shop_order", "trash", "0", "0", "eve@shop.example", "2026-05-05 10:00:00"),
    ("15", "shop_order", "wc-checkout-draft", "0", "0", "", "2026-05-06 10:00:00"),
    ("16", "shop_order", "wc-refunded", "0", "7", "ann@shop.example", "2026-05-07 10:00:00"),
    ("17", "shop_order", "wc-on-its-way", "0", "0", "bob@shop.example", "2026-05-08 10:00:00"),
    ("18", "shop_subscription", "wc-active", "0", "7", "ann@shop.example", "2026-05-08 11:00:00"),
    ("20", "shop_order_refund", "wc-completed", "10", "0", "", "2026-05-09 10:00:00"),
    ("21", "shop_order_refund", "wc-completed", "10", "0", "", "2026-05-10 10:00:00"),
    ("22", "shop_order_refund", "wc-completed", "0", "0", "", "2026-05-11 10:00:00"),
    ("23", "shop_order_refund", "wc-completed", "14", "0", "", "2026-05-12 10:00:00"),
    ("24", "shop_order_refund", "wc-completed", "16", "0", "", "2026-05-13 10:00:00"),
)
CART_TAX, SHIPPING, SHIPPING_TAX = "9.5", "4.2", "0.8"
# id, order, type, name; product, quantity, subtotal, total.
ITEMS: tuple[tuple[str, ...], ...] = (
    ("9", "10", "line_item", "Shirt 👕", "1", "2", "40.005", "36.005"),
    ("100", "10", "line_item", "Cap", "2", "1", "10", "9"),
    ("101", "10", "coupon", "SPRING"),
    ("102", "10", "coupon", "AUTUMN"),
    ("103", "10", "shipping", "Flat rate"),
    ("104", "10", "fee", "Wrapping", "0", "1", "3", "3"),
    ("105", "11", "line_item", "Old shirt", "1", "1", "20", "20"),
    ("106", "12", "line_item", "Cheese by weight", "3", "0.5", "8", "8"),
    ("107", "13", "line_item", "Cap", "2", "1", "10", "10"),
    ("108", "14", "line_item", "Cap", "2", "1", "10", "10"),
    ("109", "16", "line_item", "No product", "0", "1", "5", "5"),
    ("110", "17", "line_item", "Cap, red", "2", "1", "10", "10"),
    ("111", "18", "line_item", "Cap", "2", "1", "10", "10"),
    ("112", "20", "line_item", "Shirt 👕", "1", "-1", "-18", "-18"),
    ("113", "20", "shipping", "Flat rate"),
    ("114", "21", "shipping", "Flat rate"),
    ("115", "23", "line_item", "Cap", "2", "-1", "-10", "-10"),
)
REQUIRED = {
    "wc_orders": "id,status,type,date_created_gmt",
    "woocommerce_order_items": "order_item_id,order_item_type,order_id",
    "woocommerce_order_itemmeta": "order_item_id,meta_key,meta_value",
}
META_KEYS = ("_product_id", "_qty", "_line_subtotal", "_line_total")


def item_tables(skipped: str = "") -> Tables:
    """Return the tables of items, which are the same in both storages."""
    items, facts = [], []
    for item_id, order_id, type_, name, *values in ITEMS:
        if order_id == skipped:
            continue
        items.append(
            {
                "order_item_id": item_id,
                "order_item_name": name,
                "order_item_type": type_,
                "order_id": order_id,
            }
        )
        facts += [
            {"meta_id": f"{item_id}{key}", "order_item_id": item_id}
            | {"meta_key": key, "meta_value": value}
            for key, value in zip(META_KEYS, values, strict=False)
        ]
    # What a loader lands twice counts once.
    return {
        "woocommerce_order_items": [*items, items[0]],
        "woocommerce_order_itemmeta": [*facts, facts[3]],
    }


def stored_orders() -> Tables:
    """Return the shop as high-performance order storage keeps it."""
    tables: Tables = {"wc_orders": [], "wc_order_addresses": [], "wc_order_operational_data": []}
    for order_id, type_, status, parent, customer, email, at in ORDERS:
        tables["wc_orders"].append(
            {
                "id": order_id,
                "status": status,
                "type": type_,
                "currency": "EUR",
                "tax_amount": CART_TAX,
                "customer_id": customer,
                "billing_email": email,
                "date_created_gmt": at,
                "date_updated_gmt": at,
                "parent_order_id": parent,
                "payment_method": "stripe",
            }
        )
        for kind, country, city in address_of(order_id):
            tables["wc_order_addresses"].append(
                {"order_id": order_id, "address_type": kind, "country": country, "city": city}
                | {"state": "", "postcode": "1000"}
            )
        tables["wc_order_operational_data"].append(
            {"order_id": order_id, "shipping_total_amount": SHIPPING}
            | {"shipping_tax_amount": SHIPPING_TAX}
        )
    return tables | item_tables()


def posted_orders() -> Tables:
    """Return the same shop as older ones keep it, with its products, categories and accounts."""
    tables: Tables = {"posts": [], "postmeta": []}
    for order_id, type_, status, parent, customer, email, at in ORDERS:
        tables["posts"].append(post(order_id, type_, status, "Order", at, parent))
        facts = {
            "_order_currency": "EUR",
            "_order_tax": CART_TAX,
            "_order_shipping": SHIPPING,
            "_order_shipping_tax": SHIPPING_TAX,
            "_customer_user": customer,
            "_billing_email": email,
            "_payment_method": "stripe",
        }
        for kind, country, city in address_of(order_id):
            facts |= {f"_{kind}_country": country, f"_{kind}_city": city}
            facts |= {f"_{kind}_state": "", f"_{kind}_postcode": "1000"}
        tables["postmeta"] += [
            {"post_id": order_id, "meta_key": key, "meta_value": value}
            for key, value in facts.items()
        ]
    return tables | item_tables()


def post(
    post_id: str,
    type_: str,
    status: str,
    title: str,
    at: str = "2026-01-01 10:00:00",
    parent: str = "0",
) -> Row:
    """Return a post of WordPress."""
    return {
        "ID": post_id,
        "post_type": type_,
        "post_status": status,
        "post_title": title,
        "post_parent": parent,
        "post_date_gmt": at,
        "post_modified_gmt": at,
    }


def address_of(order_id: str) -> list[tuple[str, str, str]]:
    """Return the addresses of an order: where it is sent to may be empty."""
    billing = ("billing", "DE", "Köln")
    return [billing, ("shipping", "AT", "Wien") if order_id == "10" else ("shipping", "", "")]


def with_catalogue(tables: Tables) -> Tables:
    """Return a shop with products, categories and accounts as well."""
    products = [
        post("1", "product", "publish", "Shirt"),
        post("2", "product", "trash", "Cap"),
        post("4", "product", "publish", "Never sold"),
        post("5", "page", "publish", "About us"),
    ]
    facts = [{"post_id": "4", "meta_key": "_regular_price", "meta_value": "12.5"}]
    return tables | {
        "posts": tables.get("posts", []) + products,
        "postmeta": tables.get("postmeta", []) + facts,
        "terms": [{"term_id": "1", "name": "Tops"}, {"term_id": "2", "name": "Acme"}],
        "term_taxonomy": [
            {"term_taxonomy_id": "51", "term_id": "1", "taxonomy": "product_cat"},
            {"term_taxonomy_id": "52", "term_id": "2", "taxonomy": "product_brand"},
        ],
        "term_relationships": [
            {"object_id": "1", "term_taxonomy_id": "51"},
            {"object_id": "1", "term_taxonomy_id": "52"},
        ],
        "users": [
            {"ID": "7", "user_email": "ann@shop.example", "user_registered": "2025-01-01 00:00:00"}
        ],
        "usermeta": [
            {"user_id": "7", "meta_key": "first_name", "meta_value": "Ann"},
            {"user_id": "7", "meta_key": "billing_country", "meta_value": "DE"},
        ],
    }


def both_storages() -> Tables:
    """Return a shop that keeps all orders as posts and, all but one, in `wc_orders` too.

    What the posts say of those is out of date.
    """
    tables = with_catalogue(posted_orders())
    for row in tables["posts"]:
        if row["post_type"] == "shop_order" and row["ID"] != "11":
            row["post_status"] = "wc-pending"
            row["post_modified_gmt"] = "2026-06-01 00:00:00"
    stored = stored_orders()
    return tables | {
        name: [row for row in stored[name] if row.get("id", row.get("order_id")) != "11"]
        for name in ("wc_orders", "wc_order_addresses", "wc_order_operational_data")
    }


def csv_text(rows: Sequence[Row]) -> str:
    """Return rows as CSV."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def write_tables(folder: Path, tables: Mapping[str, Sequence[Row]], prefix: str, kind: str) -> Path:
    """Write tables as files of a kind below a new folder."""
    folder.mkdir()
    for name, rows in tables.items():
        path = folder / f"{prefix}{name}.{kind}"
        if kind == "parquet":
            pq.write_table(pa.Table.from_pylist(list(rows)), path)
        elif kind == "jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        else:
            path.write_text(csv_text(rows))
    return folder


def build(warehouse: Path, select: str) -> None:
    """Build some models with what they stand on."""
    run_dbt(
        *("build", "--quiet", "--no-write-json", f"--select={select}"),
        *("--exclude-resource-type=test", "--exclude-resource-type=unit_test"),
        raw_dir=None,
        warehouse=warehouse,
        variables={"as_of": "2026-06-30", "reporting_currency": "EUR"},
    )


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a warehouse of one shop, landed in four ways."""
    skip_unless_proving()
    folder = tmp_path_factory.mktemp("woocommerce")
    warehouse = folder / "segmentry.duckdb"
    with duckdb.connect(str(warehouse)) as landed:
        landed.execute("create schema landed")
        for name, rows in with_catalogue(stored_orders()).items():
            table = pa.Table.from_pylist(rows)
            landed.register("rows", table)
            landed.execute(f'create table landed."shop1_{name}" as from rows')
            landed.unregister("rows")
    homes = {
        "": write_tables(folder / "stored", with_catalogue(stored_orders()), "wp_", "csv"),
        "_POSTS": write_tables(folder / "posts", with_catalogue(posted_orders()), "wpx9", "jsonl"),
        "_BOTH": write_tables(folder / "both", both_storages(), "", "parquet"),
    }
    # A shop that has just opened: what is required is there, and empty.
    homes["_NEW"] = folder / "new"
    homes["_NEW"].mkdir()
    for name, columns in REQUIRED.items():
        (homes["_NEW"] / f"{name}.csv").write_text(f"{columns}\n")
    with pytest.MonkeyPatch.context() as patch:
        shops = (
            "woocommerce",
            *(f"woocommerce:{shop}" for shop in ("posts", "both", "new", "table")),
        )
        patch.setenv("SEGMENTRY_CONNECTORS", ",".join(shops))
        for shop, home in homes.items():
            patch.setenv(f"SEGMENTRY_WOOCOMMERCE{shop}_DIR", str(home))
        patch.setenv("SEGMENTRY_WOOCOMMERCE_TABLE_SCHEMA", "landed")
        build(warehouse, "+raw_row_counts")
    with duckdb.connect(str(warehouse), read_only=True) as opened:
        yield opened


Ask = duckdb.DuckDBPyConnection


def rows(connection: Ask, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query, amounts as text."""
    return [
        tuple(None if value is None else str(value) for value in row)
        for row in connection.execute(query).fetchall()
    ]


def test_orders_are_what_was_sold_before_tax(connection: Ask) -> None:
    """Subtotals and discounts are those of lines; fees, shipping and tax are no merchandise."""
    assert rows(
        connection,
        "select order_id, customer_id, email, status, subtotal_amount, discount_amount, "
        "country_code, city from woocommerce__orders "
        "where connector = 'woocommerce' and left_out is null order by order_id",
    ) == [
        ("10", "7", "ann@shop.example", "completed", "50.01", "5.00", "AT", "Wien"),
        ("11", None, "bob@shop.example", "pending", "20.00", "0.00", "DE", "Köln"),
        ("12", "7", "ann@shop.example", "completed", "8.00", "0.00", "DE", "Köln"),
        ("13", None, "eve@shop.example", "cancelled", "10.00", "0.00", "DE", "Köln"),
        ("16", "7", "ann@shop.example", "completed", "5.00", "0.00", "DE", "Köln"),
        ("17", None, "bob@shop.example", "on-its-way", "10.00", "0.00", "DE", "Köln"),
    ]
    assert rows(
        connection,
        "select ordered_at, updated_at, currency, shipping_amount, tax_amount, coupon_code, "
        "payment_method, delivery_method, postal_code, is_test from woocommerce__orders "
        "where connector = 'woocommerce' and order_id = '10'",
    ) == [
        (
            "2026-05-01 10:00:00",
            "2026-05-01 10:00:00",
            "EUR",
            "4.20",
            "10.30",
            "AUTUMN",
            "stripe",
            "Flat rate",
            "1000",
            None,
        )
    ]


def test_what_is_left_out_says_why(connection: Ask) -> None:
    assert rows(
        connection,
        "select order_id, left_out from woocommerce__orders "
        "where connector = 'woocommerce' and left_out is not null order by order_id",
    ) == [
        ("14", "in the trash"),
        ("15", "a draft"),
        ("18", "a shop_subscription is no order"),
        *((refund, "a refund is no order") for refund in ("20", "21", "22", "23", "24")),
    ]
    assert rows(
        connection,
        "select order_id, line_number, product_id, quantity, unit_price, discount_amount, left_out "
        "from woocommerce__order_lines where connector = 'woocommerce' "
        "and order_id in ('10', '12', '14', '16', '18', '20') "
        "order by order_id, left_out nulls first, line_number",
    ) == [
        ("10", "1", "1", "2", "20.00", "4.00", None),
        ("10", "2", "2", "1", "10.00", "1.00", None),
        ("10", "1", "1", "2", "20.00", "4.00", "another row holds the line"),
        ("10", "2", None, None, None, "0.00", "no merchandise: coupon"),
        ("10", "3", None, None, None, "0.00", "no merchandise: coupon"),
        ("10", "5", None, "1", "3.00", "0.00", "no merchandise: fee"),
        ("10", "4", None, None, None, "0.00", "no merchandise: shipping"),
        ("12", "1", "3", "1", "8.00", "0.00", None),
        ("14", "1", "2", "1", "10.00", "0.00", "in the trash"),
        ("16", "1", None, "1", "5.00", "0.00", None),
        ("18", "1", "2", "1", "10.00", "0.00", "of a shop_subscription"),
        ("20", "1", None, None, None, "0.00", "no merchandise: shipping"),
        ("20", "1", "1", "-1", "18.00", "0.00", "of a shop_order_refund"),
    ]


def test_refunds_are_of_merchandise_alone(connection: Ask) -> None:
    assert rows(
        connection,
        "select refund_id, order_id, refunded_at, amount, left_out from woocommerce__refunds "
        "where connector = 'woocommerce' order by refund_id",
    ) == [
        ("20", "10", "2026-05-09 10:00:00", "18.00", None),
        ("21", "10", "2026-05-10 10:00:00", "0.00", "nothing of merchandise was refunded"),
        ("22", "0", "2026-05-11 10:00:00", "0.00", "a refund of no order"),
        ("23", "14", "2026-05-12 10:00:00", "10.00", "its order: in the trash"),
        (
            "24",
            "16",
            "2026-05-13 10:00:00",
            "0.00",
            "an amount of which nobody knows what was refunded",
        ),
    ]


def test_products_are_posts_or_else_what_was_sold(connection: Ask) -> None:
    """A product in the trash is what the latest order calls it; accounts have an address."""
    assert rows(
        connection,
        "select product_id, product_name, brand, category, unit_price, launched_on, left_out "
        "from woocommerce__products where connector = 'woocommerce' "
        "order by product_id, left_out nulls first",
    ) == [
        ("1", "Shirt", "Acme", "Tops", "20.00", "2026-01-01", None),
        ("2", "Cap, red", None, None, "10.00", None, None),
        ("2", "Cap", None, None, "10.00", "2026-01-01", "in the trash"),
        ("3", "Cheese by weight", None, None, "16.00", None, None),
        ("4", "Never sold", None, None, "12.50", "2026-01-01", None),
    ]
    assert rows(
        connection,
        "select customer_id, email, first_name, country_code, created_at, accepts_marketing "
        "from woocommerce__customers where connector = 'woocommerce'",
    ) == [("7", "ann@shop.example", "Ann", "DE", "2025-01-01 00:00:00", None)]


def test_both_storages_say_the_same(connection: Ask) -> None:
    """Orders, lines and refunds of posts, of both at once, and of tables of the warehouse."""
    for table in ("orders", "order_lines", "refunds", "products", "customers"):
        columns = "* exclude (connector, source_system, file_path, place_in_file)"
        one, *others = (
            rows(
                connection,
                f"select {columns} from woocommerce__{table} where connector = '{connector}' "
                "and (left_out is null or left_out <> 'another row holds the order') order by all",
            )
            for connector in (
                *("woocommerce", "woocommerce:posts", "woocommerce:both", "woocommerce:table"),
            )
        )
        assert one
        for other in others:
            assert other == one, table


def test_an_order_that_stands_in_both_counts_once(connection: Ask) -> None:
    found = rows(
        connection,
        "select order_id, count(*), count(*) filter (left_out is null) from woocommerce__orders "
        "where connector = 'woocommerce:both' and order_id in ('10', '11') group by order_id "
        "order by order_id",
    )
    assert found == [("10", "2", "1"), ("11", "1", "1")]


def test_no_row_is_lost(connection: Ask) -> None:
    """An unknown state is rejected, its lines with it, and nothing else is."""
    assert rows(
        connection,
        "select connector, table_name, raw_row_count, staged_row_count, rejected_row_count, "
        "left_out_row_count from raw_row_counts "
        "where connector in ('woocommerce', 'woocommerce:both') order by connector, table_name",
    ) == [
        ("woocommerce", "customers", "1", "1", "0", "0"),
        ("woocommerce", "order_lines", "7", "6", "1", "11"),
        ("woocommerce", "orders", "6", "5", "1", "8"),
        ("woocommerce", "products", "4", "4", "0", "1"),
        ("woocommerce", "refunds", "1", "1", "0", "4"),
        ("woocommerce:both", "customers", "1", "1", "0", "0"),
        ("woocommerce:both", "order_lines", "7", "6", "1", "11"),
        ("woocommerce:both", "orders", "6", "5", "1", "21"),
        ("woocommerce:both", "products", "4", "4", "0", "1"),
        ("woocommerce:both", "refunds", "1", "1", "0", "9"),
    ]
    new = "select sum(raw_row_count) from raw_row_counts where connector = 'woocommerce:new'"
    assert rows(connection, new) in ([("0",)], [(None,)])
    for (table,) in rows(
        connection,
        "select distinct table_name from information_schema.tables "
        "where table_name like 'woocommerce\\_\\_%' escape '\\'",
    ):
        twice = (
            f"select file_path from {table} group by file_path, place_in_file having count(*) > 1"
        )
        assert rows(connection, twice) == [], table


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (
            {"wp_wc_orders": "id", "wp2_posts": "id"},
            ("several prefixes", "`wp_` of wp_wc_orders", "`wp2_` of wp2_posts"),
        ),
        (
            {"wp_wc_orders": "id"},
            ("lacks the table `woocommerce_order_items`", "woocommerce needs"),
        ),
    ],
)
@pytest.mark.prove
def test_a_schema_that_can_not_be_read_is_told(
    made: Mapping[str, str], told: Sequence[str], tmp_path: Path
) -> None:
    warehouse = tmp_path / "segmentry.duckdb"
    with duckdb.connect(str(warehouse)) as landed:
        landed.execute("create schema landed")
        for table, column in made.items():
            landed.execute(f'create table landed."{table}" ({column} varchar)')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGMENTRY_CONNECTORS", "woocommerce")
        patch.setenv("SEGMENTRY_WOOCOMMERCE_SCHEMA", "landed")
        with pytest.raises(BuildError) as error:
            build(warehouse, "raw_row_counts")
    printed = " ".join(str(error.value).split())
    assert all(words in printed for words in told), printed
