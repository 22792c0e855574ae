"""The connector of Shopify's exports: from the admin's CSV files to the contract."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentry.reading.contract import Column, Table
from segmentry.reading.errors import ReadingError
from segmentry.reading.files import find_raw_files
from segmentry.reading.folder import read_folder
from tests.python.conftest import skip_unless_proving
from tests.python.warehouse import run_dbt

OLD_COLUMNS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfillment Date,Accepts Marketing,"
    "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing City,Billing Zip,Billing Province,Billing Country,Shipping City,"
    "Shipping Zip,Shipping Province,Shipping Country,Notes,Cancelled at,Payment Method,"
    "Refunded Amount"
)
OLD_HEADER = next(csv.reader([OLD_COLUMNS]))
NEW_HEADER = [
    *(name.replace("Fulfillment Date", "Fulfilled at") for name in OLD_HEADER),
    *("Id", "Tags", "Lineitem discount", "Billing Province Name", "Shipping Province Name"),
]


def order(name: str, at: str = "2026-05-01 09:59:00 +0200", **columns: str) -> dict[str, str]:
    """Return the first line of an order: one piece of 100.00, 20.00 of tax on top of it."""
    return {
        "name": name,
        "email": "ann@shop.example",
        "financial_status": "paid",
        "currency": "EUR",
        "subtotal": "100.00",
        "shipping": "0.00",
        "taxes": "20.00",
        "total": "120.00",
        "created_at": at,
        "lineitem_quantity": "1",
        "lineitem_name": "Shirt - L",
        "lineitem_price": "100.00",
        "lineitem_sku": "SH-L",
        "lineitem_taxable": "true",
    } | columns


def line(name: str, **columns: str) -> dict[str, str]:
    """Return a further line of an order."""
    return {"name": name, "email": "ann@shop.example", "lineitem_quantity": "1"} | columns


def export(rows: Sequence[dict[str, str]], header: Sequence[str], delimiter: str = ",") -> bytes:
    """Return rows as the admin exports them, with a byte-order mark."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    names = [column.lower().replace(" ", "_") for column in header]
    for row in rows:
        assert not row.keys() - set(names), row
        writer.writerow([row.get(name, "") for name in names])
    return stream.getvalue().encode("utf-8-sig")


NEW_ORDERS = [
    # Three lines, a discount on the whole and one of a line within it, sent elsewhere than billed.
    order(
        "#1001",
        id="501",
        subtotal="230.00",
        shipping="5.00",
        taxes="47.00",
        total="282.00",
        discount_code="SPRING",
        discount_amount="20.00",
        lineitem_discount="5.00",
        lineitem_sku="'007",
        shipping_method="Express",
        payment_method="PayPal",
        billing_country="DE",
        billing_city="Köln",
        shipping_country="NL",
        shipping_city="'s-Hertogenbosch",
        shipping_zip="'1234AB",
        shipping_province="NB",
        shipping_province_name="Noord-Brabant",
    ),
    line("#1001", lineitem_quantity="2", lineitem_name="Cap 🧢, red\nnew", lineitem_price="25.00"),
    line("#1001", lineitem_name="Shirt - L", lineitem_price="100.00", lineitem_sku="SH-L"),
    # Taxes within: 120.00 in all, 20.00 of it tax, of a taxed line and shipping alone.
    order(
        "#1002",
        id="502",
        subtotal="160.00",
        shipping="20.00",
        taxes="20.00",
        total="180.00",
        refunded_amount="180.00",
    ),
    line("#1002", lineitem_name="Book", lineitem_price="60.00", lineitem_taxable="false"),
    # A shirt and a gift card, part of it paid back; the card is known by its name.
    order("#1003", id="503", subtotal="150.00", total="170.00", refunded_amount="30.00"),
    line("#1003", lineitem_name="Gift Card - $50.00", lineitem_price="50.00"),
    order(
        "#1004", id="504", lineitem_name="Gift Card - $100.00", lineitem_sku="", refunded_amount="9"
    ),
    order("#1005", id="505", cancelled_at="2026-05-02 09:00:00 +0200"),
    order("#1006", id="506", financial_status="voided"),
    order("#1007", id="507", financial_status="expired"),
    order("#1008", id="508", financial_status="pending"),
    order("#1009", id="509", financial_status="authorized"),
    order("#1010", id="510", financial_status="partially_refunded", email=""),
    # A row without a line.
    order("#1011", id="511", lineitem_quantity="", lineitem_name="", lineitem_price=""),
]
# A later file holds an order again, one line less in it; it has no ids.
LATER_ORDERS = [
    order("#1001", subtotal="100.00", total="120.00"),
    order("#900", "2020-01-01 10:00:00 -0500", billing_country="US", billing_zip="'00123"),
]
OLD_CUSTOMERS = """First Name,Last Name,Email,Accepts Marketing,Company,Address1,City,Province,\
Province Code,Country,Country Code,Zip,Phone,Total Spent,Total Orders,Tags,Note,Tax Exempt
Ann,Old,ann@shop.example,yes,,Road 1,Köln,Nordrhein,NW,Germany,DE,'00123,'+491234,1,1,,,no
No,Body,,no,,,,,,,,,'+49555,0,0,,,no
"""
NEW_CUSTOMERS = """Customer ID;First Name;Last Name;Email;Accepts Email Marketing;\
Default Address City;Default Address Province Code;Default Address Country Code;\
Default Address Zip;Phone;Accepts SMS Marketing
'77;Ann;New;ann@shop.example;no;Köln;NW;DE;'50667;'+491234;yes
'78;Bob;Bee;bob@shop.example;yes;;;;;;no
'79;Eve;Who;eve@shop.example;perhaps;;;;;;no
"""
OLD_PRODUCTS = """Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,\
Option2 Name,Option2 Value,Variant SKU,Variant Price,Image Src,Gift Card,Cost per item
shirt,Shirt,<p>soft</p>,Acme,Tops,,true,Size,L,,,SH-L,100.00,a.jpg,false,40.00
shirt,,,,,,,,M,,,'007,90.00,b.jpg,,41.00
shirt,,,,,,,,,,,,,c.jpg,,
cap,Cap 🧢,,Acme,,,false,Title,Default Title,,,,25.00,,false,
card,Gift Card,,Shop,,,true,Denomination,$50.00,,,,50.00,,true,
card,,,,,,,,$100.00,,,,100.00,,,
"""
NEW_PRODUCTS = """Title,URL handle,Vendor,Product category,Type,Published on online store,Status,\
SKU,Option1 name,Option1 value,Option2 name,Option2 value,Price,Cost per item,Gift card
Shoe,shoe,Acme,,Shoes,TRUE,Active,SHOE-1,Size,40,Colour,Red,80,30,FALSE
"""


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a warehouse of two shops, one of new exports and one of old ones."""
    skip_unless_proving()
    folder = tmp_path_factory.mktemp("shopify_csv")
    shop, other = folder / "shop", folder / "other"
    (shop / "orders_export").mkdir(parents=True)
    (shop / "orders_export" / "may.csv").write_bytes(export(NEW_ORDERS, NEW_HEADER))
    (shop / "Orders_Export_2.csv.gz").write_bytes(
        gzip.compress(export([], NEW_HEADER) + b"torn;line\n")
    )
    (shop / "customers_export.csv").write_text(NEW_CUSTOMERS)
    (shop / "products_export_1.csv").write_text(OLD_PRODUCTS)
    (shop / "products_export_2.csv").write_text(NEW_PRODUCTS)
    other.mkdir()
    (other / "orders_export_1.csv").write_bytes(export(NEW_ORDERS[:3], NEW_HEADER))
    (other / "orders_export_2.csv").write_bytes(export(LATER_ORDERS, OLD_HEADER, "\t"))
    (other / "customers_export_1.csv").write_text(OLD_CUSTOMERS)
    warehouse = folder / "segmentry.duckdb"
    with duckdb.connect(str(warehouse)) as landed:
        landed.execute("create schema landed")
        for number in (1, 2):
            landed.execute(
                f'create table landed."Orders_Export_{number}" as from read_csv('
                f"'{other / f'orders_export_{number}.csv'}', all_varchar = true)"
            )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGMENTRY_CONNECTORS", "shopify_csv,shopify_csv:old,shopify_csv:landed")
        patch.setenv("SEGMENTRY_SHOPIFY_CSV_DIR", str(shop))
        patch.setenv("SEGMENTRY_SHOPIFY_CSV_OLD_DIR", str(other))
        patch.setenv("SEGMENTRY_SHOPIFY_CSV_LANDED_SCHEMA", "landed")
        run_dbt(
            *("build", "--quiet", "--no-write-json", "--select=+raw_row_counts"),
            *("--exclude-resource-type=test", "--exclude-resource-type=unit_test"),
            raw_dir=None,
            warehouse=warehouse,
            variables={"as_of": "2026-06-30", "reporting_currency": "EUR"},
        )
    with duckdb.connect(str(warehouse), read_only=True) as opened:
        yield opened


Ask = duckdb.DuckDBPyConnection


def rows(connection: Ask, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query, values as text."""
    return [
        tuple(None if value is None else str(value) for value in row)
        for row in connection.execute(query).fetchall()
    ]


def test_orders_are_filled_from_their_first_row(connection: Ask) -> None:
    assert rows(
        connection,
        "select order_id, ordered_at, status, subtotal_amount, discount_amount, shipping_amount, "
        "tax_amount from shopify_csv__orders "
        "where connector = 'shopify_csv' and left_out is null order by order_id",
    ) == [
        ("501", "2026-05-01 07:59:00", "completed", "250.00", "20.00", "5.00", "47.00"),
        # 20 of 120 is tax: 100 and 20 are 83.33 and 16.67 without, the book is 60 as it was.
        ("502", "2026-05-01 07:59:00", "completed", "133.33", "0.00", "16.67", "20.00"),
        ("503", "2026-05-01 07:59:00", "completed", "100.00", "0.00", "0.00", "20.00"),
        ("504", "2026-05-01 07:59:00", "completed", "0.00", "0.00", "0.00", "20.00"),
        ("505", "2026-05-01 07:59:00", "cancelled", "100.00", "0.00", "0.00", "20.00"),
        ("506", "2026-05-01 07:59:00", "cancelled", "100.00", "0.00", "0.00", "20.00"),
        ("507", "2026-05-01 07:59:00", "cancelled", "100.00", "0.00", "0.00", "20.00"),
        ("508", "2026-05-01 07:59:00", "pending", "100.00", "0.00", "0.00", "20.00"),
        ("509", "2026-05-01 07:59:00", "pending", "100.00", "0.00", "0.00", "20.00"),
        ("510", "2026-05-01 07:59:00", "completed", "100.00", "0.00", "0.00", "20.00"),
        ("511", "2026-05-01 07:59:00", "completed", "0.00", "0.00", "0.00", "20.00"),
    ]
    assert rows(
        connection,
        "select customer_id, email, currency, coupon_code, payment_method, delivery_method, "
        "country_code, region, city, postal_code, is_test from shopify_csv__orders "
        "where connector = 'shopify_csv' and order_id = '501'",
    ) == [
        (
            None,
            "ann@shop.example",
            "EUR",
            "SPRING",
            "PayPal",
            "Express",
            "NL",
            "Noord-Brabant",
            "'s-Hertogenbosch",
            "1234AB",
            None,
        )
    ]


def test_lines_meet_products_by_their_sku(connection: Ask) -> None:
    """A line without one is known by its name; gift cards and rows without a line are none."""
    assert rows(
        connection,
        "select order_id, line_number, product_id, quantity, unit_price, discount_amount, left_out "
        "from shopify_csv__order_lines where connector = 'shopify_csv' "
        "and order_id in ('501', '502', '503', '504', '511') order by order_id, line_number",
    ) == [
        ("501", "1", "007", "1", "100.00", "5.00", None),
        ("501", "2", "Cap 🧢, red\nnew", "2", "25.00", "0.00", None),
        ("501", "3", "SH-L", "1", "100.00", "0.00", None),
        ("502", "1", "SH-L", "1", "83.33", "0.00", None),
        ("502", "2", "Book", "1", "60.00", "0.00", None),
        ("503", "1", "SH-L", "1", "100.00", "0.00", None),
        ("503", "2", "Gift Card - $50.00", "1", "50.00", "0.00", "a gift card is no merchandise"),
        ("504", "1", "Gift Card - $100.00", "1", "100.00", "0.00", "a gift card is no merchandise"),
        ("511", "1", "SH-L", None, None, "0.00", "a row without a line"),
    ]
    assert rows(
        connection,
        "select product_id, product_name, brand, category, unit_price, unit_cost, left_out "
        "from shopify_csv__products where connector = 'shopify_csv' "
        "order by file_path, place_in_file",
    ) == [
        ("SH-L", "Shirt - L", "Acme", "Tops", "100.00", "40.00", None),
        ("007", "Shirt - M", "Acme", "Tops", "90.00", "41.00", None),
        ("Shirt", "Shirt", "Acme", "Tops", None, None, "a further picture of a product"),
        ("Cap 🧢", "Cap 🧢", "Acme", None, "25.00", None, None),
        ("Gift Card - $50.00", "Gift Card - $50.00", "Shop", None, "50.00", None, None),
        ("Gift Card - $100.00", "Gift Card - $100.00", "Shop", None, "100.00", None, None),
        ("SHOE-1", "Shoe - 40 / Red", "Acme", "Shoes", "80.00", "30.00", None),
    ]


def test_refunds_are_no_more_than_merchandise_cost(connection: Ask) -> None:
    assert rows(
        connection,
        "select refund_id, order_id, refunded_at, amount, left_out from shopify_csv__refunds "
        "where connector = 'shopify_csv' order by refund_id",
    ) == [
        ("502", "502", "2026-05-01 07:59:00", "133.33", None),
        ("503", "503", "2026-05-01 07:59:00", "30.00", None),
        ("504", "504", "2026-05-01 07:59:00", "0.00", "nothing of merchandise was refunded"),
    ]


def test_customers_of_old_and_new_headers(connection: Ask) -> None:
    """Without an id the address is the account; a yes has no date; what can't be read is a no."""
    assert rows(
        connection,
        "select connector, customer_id, email, phone, last_name, accepts_marketing, country_code, "
        "region, city, postal_code, accepts_marketing_updated_at, left_out "
        "from shopify_csv__customers order by connector, last_name",
    ) == [
        ("shopify_csv", "78", "bob@shop.example", None, "Bee", "True", *[None] * 6),
        (
            "shopify_csv",
            "77",
            "ann@shop.example",
            "+491234",
            "New",
            "False",
            "DE",
            "NW",
            "Köln",
            "50667",
            None,
            None,
        ),
        ("shopify_csv", "79", "eve@shop.example", None, "Who", "False", *[None] * 6),
        (
            "shopify_csv:old",
            None,
            None,
            "+49555",
            "Body",
            "False",
            *([None] * 5),
            "neither an id nor an address",
        ),
        (
            "shopify_csv:old",
            "ann@shop.example",
            "ann@shop.example",
            "+491234",
            "Old",
            "True",
            "DE",
            "Nordrhein",
            "Köln",
            "00123",
            None,
            None,
        ),
    ]


def test_an_order_in_two_files_is_what_the_later_one_says(connection: Ask) -> None:
    """Also where one of them has no ids; a line that is no longer there is gone."""
    assert rows(
        connection,
        "select order_id, subtotal_amount, postal_code, left_out from shopify_csv__orders "
        "where connector = 'shopify_csv:old' order by file_path, place_in_file",
    ) == [
        ("501", "250.00", "1234AB", "a later file holds the order"),
        ("#1001", "250.00", None, "a further line of an order"),
        ("#1001", "250.00", None, "a further line of an order"),
        ("#1001", "100.00", None, None),
        ("#900", "100.00", "00123", None),
    ]
    assert rows(
        connection,
        "select order_id, product_id, left_out from shopify_csv__order_lines "
        "where connector = 'shopify_csv:old' order by file_path, place_in_file",
    ) == [
        ("501", "007", "a later file holds the order"),
        ("501", "Cap 🧢, red\nnew", "a later file holds the order"),
        ("501", "SH-L", "a later file holds the order"),
        ("#1001", "SH-L", None),
        ("#900", "SH-L", None),
    ]


def test_files_may_be_tables_of_the_warehouse(connection: Ask) -> None:
    for table in ("orders", "order_lines", "refunds"):
        columns = "* exclude (connector, source_system, file_path, place_in_file)"
        one, other = (
            rows(
                connection,
                f"select {columns} from shopify_csv__{table} where connector = '{connector}' "
                "order by all",
            )
            for connector in ("shopify_csv:old", "shopify_csv:landed")
        )
        assert one == other, table


def test_no_row_is_lost(connection: Ask) -> None:
    assert rows(
        connection,
        "select connector, table_name, raw_row_count, staged_row_count, rejected_row_count, "
        "left_out_row_count from raw_row_counts "
        "where connector in ('shopify_csv', 'shopify_csv:old') and raw_row_count > 0 "
        "order by connector, table_name",
    ) == [
        ("shopify_csv", "customers", "3", "3", "0", "0"),
        ("shopify_csv", "order_lines", "12", "12", "0", "3"),
        ("shopify_csv", "orders", "12", "11", "1", "4"),
        ("shopify_csv", "products", "6", "6", "0", "1"),
        ("shopify_csv", "refunds", "2", "2", "0", "1"),
        ("shopify_csv:old", "customers", "1", "1", "0", "1"),
        ("shopify_csv:old", "order_lines", "2", "2", "0", "3"),
        ("shopify_csv:old", "orders", "2", "2", "0", "3"),
    ]


# How the reader finds tables by patterns and behind prefixes


def names_found(folder: Path, **options: Any) -> dict[str, list[str]]:
    """Return the files that are found of each table."""
    found = find_raw_files(folder, ["orders_export", "posts", "wc_orders"], **options)
    return {table: [file.shown for file in files] for table, files in found.files.items() if files}


def test_patterns_are_taken_literally_but_for_their_star(tmp_path: Path) -> None:
    read = ["Orders_Export-2026.CSV", "orders_export (1).csv.gz", "orders_export 2/a.csv"]
    for name in (*read, "orders_export*.txt", "my_orders_export.csv", "ordersXexport.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a\n1\n")
    assert names_found(tmp_path, patterns={"orders_export": "orders_export*"}) == {
        "orders_export": sorted(read)
    }
    assert names_found(tmp_path) == {}


def test_tables_follow_one_prefix(tmp_path: Path) -> None:
    prefixed = {"posts", "wc_orders"}
    for name in ("WP_posts.csv", "wp_wc_orders.csv", "wp_posts_old.csv"):
        (tmp_path / name).write_text("a\n1\n")
    assert names_found(tmp_path, prefixed=prefixed) == {
        "posts": ["WP_posts.csv"],
        "wc_orders": ["wp_wc_orders.csv"],
    }
    assert names_found(tmp_path) == {}
    (tmp_path / "posts.csv").write_text("a\n1\n")
    with pytest.raises(
        ReadingError, match=r"prefixes, `wp_` of WP_posts.csv and none of posts.csv"
    ):
        names_found(tmp_path, prefixed=prefixed)


def test_a_table_that_no_file_is_of_is_told_with_its_pattern(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("name\n1\n")
    name = Column("name", "text", is_required=True)
    table = Table("orders_export", True, (name,), files="orders_export*")
    with pytest.raises(
        ReadingError, match=r"`orders_export`, of files called `orders_export\*`, is"
    ):
        read_folder(tmp_path, [table], "raw", tmp_path)
