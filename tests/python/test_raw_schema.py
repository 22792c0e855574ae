"""A shop's own tables in a schema of the warehouse: read as files are, and never written."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentry.errors import SettingsError
from segmentry.reading.erased import Erased
from segmentry.reading.errors import ReadingError
from segmentry.reading.schema import read_schema
from segmentry.settings.own_tables import OwnTables, read_own_tables
from segmentry.state.tombstones import Tombstones
from tests.python.activation_shop import KEYS
from tests.python.compiled import LANDED, NAME, CompiledProject
from tests.python.nasty_shops import draw_shop
from tests.python.nasty_shops.contract import all_columns
from tests.python.test_erasure import ADA, ROWS, is_adas
from tests.python.warehouse import ROOT, BuildError, run_dbt

ORDER = {
    "order_id": "'1'",
    "customer_id": "'c1'",
    "ordered_at": "'2026-06-01'",
    "status": "'completed'",
    "currency": "'USD'",
    "subtotal_amount": "'10'",
}
STAGED = """
    select order_id, account_id as customer_id, ordered_at, subtotal_amount, is_test from stg_orders
"""
MODELS = ("customer_facts", "segment_memberships", "raw_row_counts", "rejected_rows")
A_DAY = "timestamp '2026-06-01'"
FAR_OFF = "'infinity'::timestamp"
Fill = Callable[..., Path]


@pytest.fixture
def warehouse(tmp_path: Path) -> Fill:
    """Return a function that runs SQL on the warehouse of a test and returns the file."""

    def fill(*statements: str) -> Path:
        path = tmp_path / f"{NAME}.duckdb"
        with duckdb.connect(str(path)) as connection:
            for statement in statements:
                connection.execute(statement)
        return path

    return fill


def select(**values: str) -> str:
    """Return a select of one order, of which some values are given as SQL."""
    return "select " + ", ".join(f"{value} as {name}" for name, value in (ORDER | values).items())


def digests(path: Path) -> dict[str, Any]:
    """Return what each table of a warehouse holds, in its order, beside what builds make."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, sql from duckdb_tables() "
            "where schema_name not in ('main', 'published', 'syncs') "
            "and not starts_with(schema_name, 'landed_')"
        ).fetchall()
        return {
            made: connection.execute(
                f'select rowid, t from {NAME}."{schema}"."{table}" as t'
            ).fetchall()
            for schema, table, made in tables
        }


def read(project: CompiledProject, path: Path, schema: str = "raw") -> list[str]:
    """Return what there is to say of the tables in a schema."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return read_schema(connection, schema, project.contract, LANDED).messages


# Types


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"ordered_at": "timestamptz '2026-06-01 10:00:00+02'"}, {"ordered_at": "08:00:00"}),
        ({"ordered_at": "timestamp '2026-06-01 10:00:00'"}, {"ordered_at": "10:00:00"}),
        ({"ordered_at": "date '2026-06-01'"}, {"ordered_at": "00:00:00"}),
        ({"ordered_at": "timestamp_ns '2026-06-01 10:00:00'"}, {"ordered_at": "10:00:00"}),
        ({"order_id": "17::double"}, {"order_id": "17"}),
        ({"order_id": "17::decimal(9, 2)"}, {"order_id": "17"}),
        ({"order_id": "12345678901234567890::hugeint"}, {"order_id": "12345678901234567890"}),
        ({"order_id": "12345678901234567890::json"}, {"order_id": "12345678901234567890"}),
        ({"order_id": "uuid '5db30370-0000-4000-8000-000000000000'"}, {"order_id": "5db30370"}),
        ({"order_id": "'b'::enum('a', 'b')"}, {"order_id": "b"}),
        ({"order_id": "'x y'::blob"}, {"order_id": "x y"}),
        ({"order_id": """'"A \\"1\\""'::json"""}, {"order_id": 'A "1"'}),
        ({"customer_id": "'null'::json"}, {"customer_id": "None"}),
        ({"customer_id": "''"}, {"customer_id": "None"}),
        ({"customer_id": "'nan'::double"}, {"customer_id": "None"}),
        ({"subtotal_amount": "10.005::double"}, {"subtotal_amount": "10.01"}),
        ({"subtotal_amount": "10.005::decimal(38, 10)"}, {"subtotal_amount": "10.01"}),
        ({"subtotal_amount": "10::utinyint"}, {"subtotal_amount": "10.00"}),
        ({"is_test": "0::integer"}, {"is_test": "False"}),
        ({"is_test": "0::double"}, {"is_test": "False"}),
        ({"is_test": "'no'"}, {"is_test": "False"}),
        ({"is_test": "false"}, {"is_test": "False"}),
    ],
)
def test_each_type_is_read_as_what_it_means(
    warehouse: Fill,
    compiled_project: CompiledProject,
    tmp_path: Path,
    given: Mapping[str, str],
    expected: Mapping[str, str],
) -> None:
    warehouse("create schema raw", f"create table raw.orders as {select(**given)}")
    with compiled_project.build("raw", tmp_path, ["stg_orders"]) as connection:
        rows = connection.execute(STAGED)
        names = [name for name, *_ in rows.description]
        found = [dict(zip(names, map(str, row), strict=True)) for row in rows.fetchall()]
    assert len(found) == 1
    for name, value in expected.items():
        assert value in found[0][name]


def test_ids_that_a_type_has_spoilt_stop_the_build(
    warehouse: Fill, compiled_project: CompiledProject
) -> None:
    path = warehouse(
        "create schema raw",
        f"create table raw.Orders as {select(order_id='1.5::double')} "
        f"union all {select(order_id='(2::bigint ** 53)::double')}",
    )
    with pytest.raises(ReadingError, match=r"raw\.Orders: its column .* and 2 of its ids"):
        read(compiled_project, path)


def test_a_time_far_off_is_told_and_costs_its_row_alone(
    warehouse: Fill, compiled_project: CompiledProject, tmp_path: Path
) -> None:
    warehouse(
        "create schema raw",
        f"create table raw.orders as {select(ordered_at=FAR_OFF)} "
        f"union all {select(order_id='2', ordered_at=A_DAY)}",
    )
    with compiled_project.build("raw", tmp_path, ["stg_orders", "rejected_rows"]) as connection:
        assert connection.execute("select order_id from stg_orders").fetchall() == [("2",)]
        rejected = connection.execute("select reason, raw_row from rejected_rows").fetchall()
    assert [reason for reason, _ in rejected] == ["unreadable ordered_at"]
    assert '"ordered_at":"infinite"' in rejected[0][1]


# Names, views, tables with gaps


@pytest.mark.parametrize("schema", ["raw", "RAW", 'My "own" shop\'s'])
def test_names_count_in_any_case_and_as_they_are(
    warehouse: Fill, compiled_project: CompiledProject, tmp_path: Path, schema: str
) -> None:
    quoted = '"' + schema.replace('"', '""') + '"'
    columns = ", ".join(f'"{name}" as "{name.upper()}"' for name in ORDER)
    warehouse(
        f"create schema {quoted}",
        f'create table {quoted}."ORDERS" as select {columns} from ({select()})',
        f"create table {quoted}.order_notes as select 1 as a",
    )
    path = tmp_path / f"{NAME}.duckdb"
    told = read(compiled_project, path, schema.lower())
    assert told[0].startswith(f"Not in the schema {schema.lower()}, taken as empty: customers, ")
    assert "orders.is_test" in told[0] and "orders.order_id" not in told[0]
    assert told[1].endswith("since no raw table is called so: order_notes")
    with compiled_project.build(schema.lower(), tmp_path, ["stg_orders"]) as connection:
        assert connection.execute("select order_id from stg_orders").fetchall() == [("1",)]
        files = connection.execute(f"select file_path, row_count from {LANDED}.files").fetchall()
    assert files == [(f"{schema}/ORDERS", 1)]


@pytest.mark.parametrize(
    ("made", "is_copied"),
    [
        ("create table raw.orders as {rows}", False),
        ("create view raw.orders as {rows}", True),
        (
            "create table raw.orders as {rows}; "
            "delete from raw.orders where subtotal_amount = 11; "
            "insert into raw.orders {rows} limit 1 offset 2",
            True,
        ),
        ("create table raw.orders as select *, 12 - subtotal_amount as rowid from ({rows})", True),
    ],
)
def test_the_later_row_of_a_table_counts(
    warehouse: Fill, compiled_project: CompiledProject, tmp_path: Path, made: str, is_copied: bool
) -> None:
    """A view, a table with gaps and one with a column `rowid` are copied, to keep their places."""
    rows = f"select * replace (i as subtotal_amount) from ({select()}), range(10, 13) t(i)"
    warehouse("create schema raw", *made.format(rows=rows).split("; "))
    with compiled_project.build("raw", tmp_path, ["stg_orders"]) as connection:
        assert connection.execute("select subtotal_amount from stg_orders").fetchall() == [(12,)]
        copied = connection.execute(
            "select table_name from duckdb_tables() where table_name like '%copied'"
        ).fetchall()
    assert copied == ([("orders__copied",)] if is_copied else [])


def test_empty_tables_are_a_shop_without_orders(
    warehouse: Fill, compiled_project: CompiledProject, tmp_path: Path
) -> None:
    warehouse("create schema raw", f"create table raw.orders as {select()} limit 0")
    with compiled_project.build("raw", tmp_path, MODELS) as connection:
        assert connection.execute("from customer_facts").fetchall() == []


# What is missing


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        ((), "no table is in a schema of that name; there are no tables at all"),
        (("create schema raw",), "no table is in a schema of that name"),
        (
            ("create schema other", "create table other.orders (order_id text)"),
            "no table is in a schema of that name; there are tables in other",
        ),
        (
            ("create schema raw", "create table raw.customers (email text)"),
            "table `orders` is missing; table `customers` lacks the required column `customer_id` "
            "in raw/customers",
        ),
        (
            ("create schema raw", f"create table raw.Orders as {select()}",
             "alter table raw.orders drop status"),
            "table `orders` lacks the required column `status` in raw/Orders",
        ),
        (
            ("create schema raw", f"create table raw.x as {select()}",
             "create view raw.orders as from raw.x", "drop table raw.x"),
            "raw.orders: it can't be read: Catalog Error: Table with name x does not exist!",
        ),
        (
            ("create schema raw", f"create table raw.x as {select()}",
             "create view raw.orders as select * replace (customer_id::int as customer_id) "
             "from raw.x"),
            "raw.orders: not all of its rows can be read (ConversionException)",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_in_one_line(
    warehouse: Fill, compiled_project: CompiledProject, statements: tuple[str, ...], told: str
) -> None:
    with pytest.raises(ReadingError) as error:
        read(compiled_project, warehouse(*statements))
    assert told in str(error.value) and "\n" not in str(error.value)


# Whoever was erased


@pytest.mark.parametrize("kind", ["table", "view"])
def test_rows_of_the_erased_are_as_if_they_had_never_come(
    warehouse: Fill, compiled_project: CompiledProject, tmp_path: Path, kind: str
) -> None:
    buried = Tombstones(KEYS, frozenset().union(*(keys for _, keys in ADA.tombstones(KEYS))))
    path = warehouse("create schema whole", "create schema kept")
    for table, lines in ROWS.items():
        for schema in ("whole", "kept"):
            left = [line for line in lines if schema == "whole" or not is_adas(table, line)]
            file = tmp_path / f"{schema}_{table}.csv"
            file.write_text("\n".join([*left, ""]))
            warehouse(
                f"create table {schema}.{table}__file as from read_csv('{file}', "
                "all_varchar = true)",
                f"create {kind} {schema}.{table} as from {schema}.{table}__file",
            )

    def loaded(schema: str, tombstones: Tombstones | None) -> list[Any]:
        erased = Erased()
        erased.tombstones = tombstones
        with duckdb.connect(str(path)) as connection:
            erased.add_functions(connection)
            reading = read_schema(
                connection.cursor(), schema, compiled_project.contract, LANDED, bool(tombstones)
            )
            for statement in reading.statements:
                connection.execute(statement)
            tables = [
                connection.execute(
                    "select * exclude (file_path, place_in_file) "
                    f"from {LANDED}.{table} order by all"
                ).fetchall()
                for table in ROWS
            ]
            counts = connection.execute(
                f"select table_name, row_count from {LANDED}.files order by all"
            ).fetchall()
        return [tables, counts]

    assert loaded("whole", buried) == loaded("kept", None) != loaded("whole", None)


# Against files


def test_typed_tables_are_what_typed_files_are(
    warehouse: Fill, compiled_project: CompiledProject, tmp_path: Path
) -> None:
    """A nasty shop, its columns of the types that DuckDB takes them for."""
    rows = draw_shop(5).rows
    (tmp_path / "parquet").mkdir()
    (tmp_path / "from_files").mkdir()
    warehouse("create schema raw")
    for table, table_rows in rows.items():
        columns = all_columns(table)
        values = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        with duckdb.connect() as connection:
            names = ", ".join(f'"{column}" varchar' for column in columns)
            connection.execute(f"create table drawn ({names})")
            if table_rows:
                connection.executemany(
                    f"insert into drawn values ({values})",
                    [[row.get(column) or None for column in columns] for row in table_rows],
                )
            connection.execute(f"copy drawn to '{tmp_path / table}.csv'")
            connection.execute(
                f"copy (from read_csv('{tmp_path / table}.csv', header = true, "
                f"sample_size = -1)) to '{tmp_path / 'parquet' / table}.parquet'"
            )
        warehouse(f"create table raw.{table} as from '{tmp_path / 'parquet' / table}.parquet'")
    before = digests(tmp_path / f"{NAME}.duckdb")
    found = []
    for raw, folder in ((tmp_path / "parquet", tmp_path / "from_files"), ("raw", tmp_path)):
        with compiled_project.build(raw, folder, MODELS) as connection:
            found.append(
                [connection.execute(f"from {model} order by all").fetchall() for model in MODELS]
            )
    assert found[0][0] and found[0][1]
    for from_files, from_tables in zip(*found, strict=True):
        assert from_files == from_tables
    assert digests(tmp_path / f"{NAME}.duckdb") == before


# Settings


def test_a_folder_and_a_schema_contradict_each_other(tmp_path: Path) -> None:
    both = {"SEGMENTRY_RAW_DIR": "exports", "SEGMENTRY_RAW_SCHEMA": "raw"}
    with pytest.raises(SettingsError, match="SEGMENTRY_RAW_DIR and SEGMENTRY_RAW_SCHEMA are both"):
        read_own_tables(ROOT, both, has_connectors=False)
    assert read_own_tables(ROOT, {"SEGMENTRY_RAW_SCHEMA": "raw"}, False) == OwnTables(None, "raw")
    assert read_own_tables(ROOT, {}, True) == OwnTables(None, "")
    assert read_own_tables(ROOT, {}, False) == OwnTables(ROOT / "seeds" / "demo_shop", "")


@pytest.mark.parametrize("schema", ["main", "Main", "landed_raw", "published", "connector_ga4"])
def test_the_schemas_of_builds_are_refused(warehouse: Fill, schema: str) -> None:
    with pytest.raises(SettingsError, match=f"can't be {schema}, in which builds make tables"):
        OwnTables(None, schema).check(warehouse())


def test_a_warehouse_that_is_not_there_has_no_schema(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="set SEGMENTRY_WAREHOUSE to the DuckDB file that"):
        OwnTables(None, "raw").check(tmp_path / "segmentry.duckdb")


# dbt


def test_nothing_is_harmed_by_a_schema_that_can_not_be_read(
    warehouse: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build before stays as it was, and so do the shop's own tables, called raw as well."""
    path = warehouse("create schema raw", f"create table raw.orders as {select()}")
    monkeypatch.setenv("SEGMENTRY_RAW_SCHEMA", "raw")
    command = ("run", "--quiet", "--no-write-json", "--select", "+stg_orders")
    variables = {"as_of": "2026-06-30"}
    before = digests(path)
    run_dbt(*command, raw_dir=None, warehouse=path, variables=variables)
    warehouse("alter table raw.orders rename to sales")
    with pytest.raises(BuildError) as error:
        run_dbt(*command, raw_dir=None, warehouse=path, variables=variables)
    told = " ".join(str(error.value).split())
    assert (
        "The schema `raw` of the warehouse, which SEGMENTRY_RAW_SCHEMA names, can not be read: "
        "table `orders` is missing."
    ) in told
    warehouse("alter table raw.sales rename to orders")
    assert digests(path) == before
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select order_id from main.stg_orders").fetchall() == [("1",)]
    monkeypatch.setenv("SEGMENTRY_RAW_SCHEMA", "main")
    with pytest.raises(BuildError, match="in which builds make tables of their own"):
        run_dbt(*command, raw_dir=None, warehouse=path, variables=variables)
    monkeypatch.setenv("SEGMENTRY_RAW_SCHEMA", "raw")
    with pytest.raises(BuildError, match="are both set"):
        run_dbt(*command, raw_dir=tmp_path, warehouse=path, variables=variables)
