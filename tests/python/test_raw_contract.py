"""A raw folder from end to end: what stops a run, what only warns, and that nothing is lost."""

import hashlib
import io
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.python.conftest import PROVE
from tests.python.nasty_shops import draw_shop, write_shop
from tests.python.nasty_shops.contract import KEYS, OWN_TIMESTAMP, all_columns
from tests.python.nasty_shops.days import Days
from tests.python.raw_folders import (
    Row,
    Tables,
    csv_bytes,
    parquet_bytes,
    write_csv_gz,
    write_folder,
    write_parquet,
    write_parts,
)
from tests.python.reference.settings import Settings
from tests.python.reference.values import read_timestamp
from tests.python.warehouse import ROOT, BuildError, dbt_vars, run_dbt

Contents = dict[str, Counter[str]]

SHOP_SEED = 3
BUILD = (
    "build",
    "--no-write-json",
    "--exclude-resource-type=test",
    "--exclude-resource-type=unit_test",
)
# What is no answer about the shop: inner steps, and the records of how the models were built.
NOT_PUBLIC = ("base_", "stg_", "int_", "model_fingerprints", "build_log")
# Tables that speak of the raw rows themselves, whatever day the facts are computed for.
RAW_STATISTICS = (
    "id_matches",
    "key_collisions",
    "raw_row_counts",
    "rejected_rows",
    "segment_needs",
    "unreadable_values",
)
ORDERS_HEADER = "order_id,customer_id,ordered_at,status,currency,subtotal_amount,country_code\n"
ORDER = "1,ana,2026-06-01T10:00:00Z,completed,USD,10.00,DE\n"


def public_contents(warehouse: Path, leave_out: tuple[str, ...] = ()) -> Contents:
    """Return the rows of every table that people query, as text, however they are ordered."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'main'"
            ).fetchall()
            if not row[0].startswith((*NOT_PUBLIC, *leave_out))
        ]
        return {
            table: Counter(
                row[0]
                for row in connection.execute(
                    f'select cast(rows as varchar) from "{table}" as rows'
                ).fetchall()
            )
            for table in tables
        }


def assert_same_contents(found: Contents, expected: Contents) -> None:
    """Fail with the tables and the first rows in which two warehouses differ."""
    assert sorted(found) == sorted(expected)
    for table, rows in expected.items():
        surplus, missing = found[table] - rows, rows - found[table]
        assert not surplus and not missing, (table, list(surplus)[:3], list(missing)[:3])


def query(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for everything that the tests of this module share."""
    return tmp_path_factory.mktemp("raw contract")


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Return the rows of a nasty shop."""
    return draw_shop(SHOP_SEED).rows


@pytest.fixture(scope="module")
def settings(folder: Path) -> Settings:
    """Return the settings of the same shop."""
    return write_shop(folder / "as the generator writes it", SHOP_SEED)


@pytest.fixture(scope="module")
def build(folder: Path, settings: Settings) -> Callable[[Path], Path]:
    """Return a function that builds a warehouse of the shop from a raw folder."""

    def build_from(raw_dir: Path) -> Path:
        warehouse = folder / f"built from {raw_dir.name}" / "segmentry.duckdb"
        warehouse.parent.mkdir(exist_ok=True)
        run_dbt(*BUILD, raw_dir=raw_dir, warehouse=warehouse, variables=dbt_vars(settings))
        return warehouse

    return build_from


@pytest.fixture(scope="module")
def csv_folder(folder: Path, tables: Tables) -> Path:
    """Return the shop as one CSV file per table."""
    return write_folder(folder / "csv", tables)


@pytest.fixture(scope="module")
def built(build: Callable[[Path], Path], csv_folder: Path) -> Path:
    """Return the warehouse of the shop."""
    return build(csv_folder)


@pytest.fixture(scope="module")
def contents(built: Path) -> Contents:
    """Return what the warehouse of the shop held after its first build."""
    found = public_contents(built)
    assert len(found["customer_facts"]) > 20
    return found


# What stops a run


def write_orders(raw_dir: Path, header: str = ORDERS_HEADER, name: str = "orders.csv") -> None:
    """Write a file of one order."""
    path = raw_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + ORDER)


def leave_out_orders(raw_dir: Path) -> None:
    """Give a folder with customers alone."""
    raw_dir.mkdir()
    (raw_dir / "customers.csv").write_text("customer_id\nana\n")


def give_no_folder(raw_dir: Path) -> None:
    """Give the name of a folder that isn't there."""


def give_no_bytes(raw_dir: Path) -> None:
    """Give a file without even a header."""
    raw_dir.mkdir()
    (raw_dir / "orders.csv").write_bytes(b"")


def leave_out_a_required_column(raw_dir: Path) -> None:
    """Give orders without their status."""
    write_orders(raw_dir, ORDERS_HEADER.replace("status", "state"))


def leave_out_a_required_column_of_one_part(raw_dir: Path) -> None:
    """Give a whole file of events and one without a column."""
    write_orders(raw_dir)
    (raw_dir / "events").mkdir()
    (raw_dir / "events" / "1.csv").write_text("event_id,occurred_at,event_name\n")
    (raw_dir / "events" / "2.csv").write_text("event_id,event_name\n")


def give_a_column_twice(raw_dir: Path) -> None:
    """Give orders with two columns of one name."""
    write_orders(raw_dir, ORDERS_HEADER.replace("country_code", "Status"))


FAILURES: dict[str, tuple[Callable[[Path], None], Mapping[str, Any], str]] = {
    "no orders": (leave_out_orders, {}, r"folder `{folder}` .*table `orders` is missing\."),
    "no folder": (
        give_no_folder,
        {},
        r"folder {folder} is not there: set SEGMENTRY_RAW_DIR to the folder that holds orders",
    ),
    "no bytes": (
        give_no_bytes,
        {},
        r"folder `{folder}` can not be read: orders\.csv: it is empty: not even a header is in "
        r"it\.$",
    ),
    "no status": (
        leave_out_a_required_column,
        {},
        r"folder `{folder}` can not be read: table `orders` lacks the required column `status` "
        r"in {folder}/orders\.csv\.$",
    ),
    "no occurred_at in one part": (
        leave_out_a_required_column_of_one_part,
        {},
        r"folder `{folder}` can not be read: table `events` lacks the required column "
        r"`occurred_at` in {folder}/events/2\.csv\.$",
    ),
    "status twice": (
        give_a_column_twice,
        {},
        r"folder `{folder}` can not be read: orders\.csv: it has the column `status` twice\.$",
    ),
    "unknown time zone": (
        write_orders,
        {"shop_timezone": "Europe/Atlantis"},
        r"The var shop_timezone is `Europe/Atlantis`: expected an IANA name",
    ),
    "unreadable as_of": (
        write_orders,
        {"as_of": "30.06.2026"},
        r"The var as_of is `30\.06\.2026`: expected a date",
    ),
    "as_of at an hour that isn't": (
        write_orders,
        {"as_of": "2026-06-30T24:00:00Z"},
        r"The var as_of is `2026-06-30T24:00:00Z`: expected a date",
    ),
    "as_of on a day that isn't": (
        write_orders,
        {"as_of": "2026-02-30"},
        r"The var as_of is `2026-02-30`: expected a date",
    ),
}


SHORT = ("no orders", "no status", "no occurred_at in one part", "unknown time zone")


@pytest.mark.parametrize(
    "failure",
    [
        failure if failure in SHORT else pytest.param(failure, marks=pytest.mark.prove)
        for failure in FAILURES
    ],
)
def test_a_bad_folder_stops_the_run_and_harms_nothing(
    tmp_path: Path, built: Path, failure: str
) -> None:
    """One error says what is wrong and where; the warehouse of before has not one byte changed."""
    prepare, variables, message = FAILURES[failure]
    raw_dir = tmp_path / "bad folder"
    prepare(raw_dir)
    before = hashlib.sha256(built.read_bytes()).digest()
    with pytest.raises(BuildError) as error:
        run_dbt(*BUILD, raw_dir=raw_dir, warehouse=built, variables=variables)
    output = str(error.value)
    pattern = message.replace("{folder}", re.escape(str(raw_dir)))
    assert re.search(pattern, output, re.MULTILINE), output
    assert output.count("Encountered an error") == 1
    assert "Traceback" not in output
    assert hashlib.sha256(built.read_bytes()).digest() == before


# What doesn't


@pytest.mark.prove
def test_orders_alone_are_enough(tmp_path: Path) -> None:
    """Each table and column that is not there is named in one line."""
    raw_dir = tmp_path / "raw"
    write_orders(raw_dir)
    warehouse = tmp_path / "segmentry.duckdb"
    output = run_dbt(*BUILD, raw_dir=raw_dir, warehouse=warehouse)
    [line] = [line for line in output.splitlines() if "taken as empty" in line]
    assert f"Not in {raw_dir}, taken as empty: " in line
    named = line.split("taken as empty: ")[1].split(", ")
    assert {name for name in named if "." not in name} == set(KEYS) - {"orders"}
    assert "orders.email" in named and "orders.country_code" not in named
    assert query(
        warehouse, "select customer_id, country_code, net_revenue from customer_facts"
    ) == [("ana", "DE", 10)]


def test_a_header_alone_builds_everything_empty(tmp_path: Path) -> None:
    raw_dir = tmp_path / "raw"
    raw_dir.mkdir()
    (raw_dir / "orders.csv").write_text(ORDERS_HEADER)
    warehouse = tmp_path / "segmentry.duckdb"
    run_dbt("build", "--exclude-resource-type=unit_test", raw_dir=raw_dir, warehouse=warehouse)
    found = public_contents(warehouse)
    assert not found["customer_facts"] and not found["segment_memberships"]
    assert query(warehouse, "select sum(raw_row_count) from raw_row_counts") in ([(0,)], [(None,)])


TEXTS = (
    "Zoë 😀👩‍👩‍👧",
    "two\nlines",
    "two\r\nlines and a tab\t.",
    'she said "no", twice',
    "\u202eright to left שלום العربية",
    "comma, semicolon; pipe| backslash\\ 'quote'",
    "e\u0301 combined",
    "  blanks around  ",
    "NULL",
)
BROKEN = (
    b"1,ana",
    b"9,ana,2026-06-01,completed,USD,1,x,surplus",
    b'"1"x,ana,2026-06-01,completed,USD,1,x',
    b"caf\xe9,ana,2026-06-01,completed,USD,1,x",
    b"   ",
    b'2,"never closed,2026-06-01,completed,USD,1,x',
)


def test_nothing_is_lost(tmp_path: Path) -> None:
    """Text comes through as it is, and of broken lines the text is kept."""
    raw_dir = tmp_path / "raw"
    raw_dir.mkdir()
    (raw_dir / "orders.csv").write_bytes(
        b"\n".join([ORDERS_HEADER.encode().strip(), *BROKEN[:3], ORDER.encode(), *BROKEN[2:], b""])
        + ORDER.encode()
    )
    customers = [
        {"customer_id": f"c{number}", "first_name": text, "city": text}
        for number, text in enumerate(TEXTS)
    ]
    columns = ("first_name", "customer_id", "city")
    repeated = [*customers, customers[0], customers[0], {"first_name": "of nobody"}]
    (raw_dir / "customers.csv").write_bytes(csv_bytes(columns, repeated))
    warehouse = tmp_path / "segmentry.duckdb"
    run_dbt(*BUILD, raw_dir=raw_dir, warehouse=warehouse)

    names = query(
        warehouse,
        "select first_name, city from customer_contacts inner join customer_facts using"
        " (customer_id) where customer_id <> 'ana' order by customer_id",
    )
    assert names == [(text, text) for text in TEXTS]

    rejects = query(
        warehouse,
        "select table_name, row_key, reason, raw_row from rejected_rows order by table_name",
    )
    lines = [json.loads(reject[3])["line"] for reject in rejects if reject[0] == "orders"]
    assert sorted(lines) == sorted(line.decode("utf-8", "replace") for line in BROKEN)
    assert rejects[0][:3] == ("customers", "", "missing customer_id")
    assert json.loads(rejects[0][3])["first_name"] == "of nobody"

    counts = query(
        warehouse,
        "select table_name, raw_row_count, staged_row_count, rejected_row_count,"
        " exact_duplicate_count from raw_row_counts where raw_row_count > 0 order by table_name",
    )
    assert counts == [
        ("customers", len(TEXTS) + 3, len(TEXTS), 1, 2),
        ("orders", len(BROKEN) + 3, 1, len(BROKEN), 2),
    ]


# The same rows, however they come


@pytest.mark.parametrize(
    ("name", "write_table"),
    [
        pytest.param("it's gzipped", write_csv_gz, marks=pytest.mark.prove),
        pytest.param("parquet", write_parquet, marks=pytest.mark.prove),
        pytest.param('parts of "weeks"', write_parts, marks=pytest.mark.prove),
    ],
)
def test_formats_give_the_same_tables(
    folder: Path,
    tables: Tables,
    contents: Contents,
    build: Callable[[Path], Path],
    name: str,
    write_table: Callable[[Path, str, Sequence[Row]], None],
) -> None:
    """One folder is named relative to the project, the others have blanks and quotes."""
    raw_dir = write_folder(folder / name, tables, write_table)
    if name == "parquet":
        raw_dir = Path(os.path.relpath(raw_dir, ROOT))
    assert_same_contents(public_contents(build(raw_dir)), contents)


@pytest.mark.prove
def test_a_schema_of_the_warehouse_gives_the_same_tables(
    folder: Path,
    tables: Tables,
    contents: Contents,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The shop's own tables are in a schema called raw, every other one is a view."""
    warehouse = folder / "built from tables" / "segmentry.duckdb"
    warehouse.parent.mkdir()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema raw; create schema elsewhere")
        for number, (table, rows) in enumerate(tables.items()):
            connection.from_arrow(
                pq.read_table(io.BytesIO(parquet_bytes(all_columns(table), rows)))
            ).create(f"{'elsewhere' if number % 2 else 'raw'}.{table}")
            if number % 2:
                connection.execute(f"create view raw.{table} as from elsewhere.{table}")
    before = own_rows(warehouse)
    monkeypatch.setenv("SEGMENTRY_RAW_SCHEMA", "Raw")
    for _ in range(2 if PROVE else 1):
        run_dbt(*BUILD, raw_dir=None, warehouse=warehouse, variables=dbt_vars(settings))
        assert_same_contents(public_contents(warehouse), contents)
    assert own_rows(warehouse) == before


def own_rows(warehouse: Path) -> list[Any]:
    """Return what the shop's own tables hold, row by row."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, sql from duckdb_tables() "
            "where schema_name in ('raw', 'elsewhere') order by all"
        ).fetchall()
        return [
            (made, connection.execute(f"select rowid, t from {schema}.{name} as t").fetchall())
            for schema, name, made in tables
        ]


@pytest.mark.prove
def test_a_second_run_gives_the_same_tables(
    build: Callable[[Path], Path], csv_folder: Path, built: Path, contents: Contents
) -> None:
    assert build(csv_folder) == built
    assert_same_contents(public_contents(built), contents)


# A past day


def is_later(row: Row, column: str, bound: datetime) -> bool:
    """Say whether a row's own timestamp can be read and is not before the bound."""
    instant = read_timestamp(row.get(column) or "")
    return instant is not None and instant >= bound.astimezone(UTC).replace(tzinfo=None)


def without_later_rows(tables: Tables, bound: datetime) -> Tables:
    """Leave out every key of which all versions are later; one of them may decide what counts.

    Ids that are addresses are one however they are written: here all are taken so.
    """
    earlier: dict[str, list[Row]] = {}
    for table, rows in tables.items():
        versions: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in rows:
            names = ("source_system", *KEYS[table])
            versions[tuple((row.get(name) or "").strip().lower() for name in names)].append(row)
        column = OWN_TIMESTAMP.get(table)
        earlier[table] = [
            row
            for group in versions.values()
            for row in group
            if column is None or not all(is_later(row, column, bound) for row in group)
        ]
    return earlier


@pytest.mark.prove
@pytest.mark.parametrize("past_day_seed", range(100, 110))
def test_a_past_day_knows_nothing_of_later_rows(tmp_path: Path, past_day_seed: int) -> None:
    """An earlier as_of gives what a folder gave in which the later rows did not stand yet."""
    shop = draw_shop(past_day_seed)
    days = shop.profile.days
    past_day = days.last_day - timedelta(days=45)
    settings = replace(write_shop(tmp_path / "drawn", past_day_seed), as_of=past_day)
    earlier = without_later_rows(shop.rows, Days(days.zone, past_day).end)
    assert sum(map(len, earlier.values())) < sum(map(len, shop.rows.values()))
    found = []
    without_data = []
    for name, tables in (("all", shop.rows), ("earlier", earlier)):
        warehouse = tmp_path / f"{name}.duckdb"
        raw_dir = write_folder(tmp_path / name, tables)
        run_dbt(*BUILD, raw_dir=raw_dir, warehouse=warehouse, variables=dbt_vars(settings))
        found.append(public_contents(warehouse, leave_out=RAW_STATISTICS))
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            unmet = "select segment from segment_needs where not is_met"
            without_data.append({segment for (segment,) in connection.execute(unmet).fetchall()})
    assert found[1]["customer_facts"]
    # A segment whose tables have later rows alone has nobody; without a row nothing is known of it.
    all_data, earlier_data = without_data
    for row in list(found[0]["segment_sizes"]):
        if any(f"'segment': {segment}," in row for segment in earlier_data - all_data):
            assert "'customer_count': 0," in row
            del found[0]["segment_sizes"][row]
    assert_same_contents(*found)
