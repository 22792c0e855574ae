"""`segmentry init` says what lies in a folder, and `segmentry doctor` what would stop a build."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentry.errors import SettingsError
from segmentry.reading.folder import read_folder
from segmentry.settings.environment import read_env_file
from segmentry.setup.env_file import with_settings, write_settings
from segmentry.setup.finding import Finding, find_shop, segments_without
from segmentry.setup.systems import read_systems
from tests.python.warehouse import ROOT

SHOPIFY = {
    "order.csv": "id,customer_id,email,created_at,financial_status,currency,"
    "shipping_address_country_code\n1,9,a@x.com,2026-06-01 10:00:00,paid,CAD,CA\n",
    "order_line.csv": "id,order_id,quantity,price\n11,1,2,10.00\n",
    "order_tag.csv": "order_id,value\n1,first\n",
    "shop.csv": "id,iana_timezone\n1,America/Toronto\n",
}
SHOPIFY_CSV = {
    "orders_export_1.csv": "Name,Email,Financial Status,Paid at,Currency,Subtotal,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Id\n"
    "#1001,a@x.com,paid,2026-06-01 10:00:00 +0200,EUR,20.00,2026-06-01 10:00:00 +0200,2,Cup,"
    "10.00,CUP,1\n",
}
WOOCOMMERCE = {
    "wpx_wc_orders.csv": "id,status,type,currency,customer_id,billing_email,date_created_gmt\n"
    "1,wc-completed,shop_order,EUR,0,a@x.com,2026-06-01 10:00:00\n",
    "wpx_woocommerce_order_items.csv": "order_item_id,order_item_name,order_item_type,order_id\n"
    "1,Cup,line_item,1\n",
    "wpx_woocommerce_order_itemmeta.csv": "meta_id,order_item_id,meta_key,meta_value\n1,1,_qty,2\n",
}
KLAVIYO = {
    "event.csv": "id,person_id,metric_id,datetime,campaign_id,flow_id\n"
    "1,p,m,2026-06-01 10:00:00,,\n",
    "metric.csv": "id,name\nm,Opened Email\n",
    "person.csv": "id,email\np,a@x.com\n",
}
RAW = {
    "orders.csv": "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"
    "1,c1,2026-06-01,completed,EUR,10\n",
}
UNKNOWN = {
    "verkauf.csv": "Bestellnummer;Bestelldatum;Kundennummer;Adresse;Artikelnummer;Menge;Preis\n"
    "A-1;01.06.2026 10:00;7;a@x.com;T1;2;1.010,50\nA-1;01.06.2026 10:00;7;a@x.com;T2;1;5,00\n"
    "A-2;13.06.2026 11:00;8;b@x.com;T1;1;1.010,50\n",
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files into a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def look(*where: Path) -> Finding:
    """Return what lies in some places."""
    return find_shop(ROOT, [str(path) for path in where], Path("/nowhere.duckdb"))


@pytest.mark.parametrize(
    ("name", "files", "guesses"),
    [
        (
            "shopify",
            SHOPIFY,
            {
                "SEGMENTRY_CURRENCY": "CAD",
                "SEGMENTRY_COUNTRY": "CA",
                "SEGMENTRY_TIMEZONE": "America/Toronto",
            },
        ),
        ("shopify_csv", SHOPIFY_CSV, {"SEGMENTRY_CURRENCY": "EUR"}),
        ("woocommerce", WOOCOMMERCE, {"SEGMENTRY_CURRENCY": "EUR"}),
    ],
)
def test_a_store_is_recognised(
    tmp_path: Path, name: str, files: Mapping[str, str], guesses: Mapping[str, str]
) -> None:
    folder = write(tmp_path / "export", files)
    finding = look(folder)
    assert list(finding.complete) == [name]
    assert finding.settings == {
        "SEGMENTRY_CONNECTORS": name,
        f"SEGMENTRY_{name.upper()}_DIR": str(folder),
        **guesses,
    }
    assert finding.has_orders
    if name != "shopify":
        assert finding.fills >= {"orders", "order_lines", "refunds"}


def test_own_files_of_the_contract_are_recognised(tmp_path: Path) -> None:
    folder = write(tmp_path / "raw", RAW)
    finding = look(folder)
    assert list(finding.complete) == ["raw"]
    assert finding.settings == {"SEGMENTRY_RAW_DIR": str(folder), "SEGMENTRY_CURRENCY": "EUR"}


def test_events_of_google_analytics_are_recognised(tmp_path: Path) -> None:
    parameter = {"key": "ga_session_id", "value": {"int_value": 1}}
    row = {
        "event_date": "20260601",
        "event_timestamp": 1780308000000000,
        "event_name": "page_view",
        "event_params": [parameter],
        "user_pseudo_id": "v1",
        "stream_id": "1",
    }
    for name in ("days/events_20260601.parquet", "folder/events/20260601.parquet"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist([row]), path)
        finding = look(tmp_path / name.partition("/")[0])
        assert list(finding.complete) == ["ga4"]
    assert not finding.has_orders


def test_systems_beside_each_other_are_one_shop(tmp_path: Path) -> None:
    """In folders of their own, in one folder, or each named by itself."""
    write(tmp_path / "apart" / "shopify", SHOPIFY)
    write(tmp_path / "apart" / "klaviyo", KLAVIYO)
    write(tmp_path / "together", {**SHOPIFY, **KLAVIYO})
    for where in (
        [tmp_path / "apart"],
        [tmp_path / "together"],
        [tmp_path / "apart" / "shopify", tmp_path / "apart" / "klaviyo"],
    ):
        finding = look(*where)
        assert set(finding.complete) == {"shopify", "klaviyo"}
        assert finding.settings["SEGMENTRY_CONNECTORS"] in ("shopify,klaviyo", "klaviyo,shopify")
        assert {"shop", "order_tag"} >= {table.name for _, table in finding.unknown}


def test_two_shops_of_a_system_have_names_of_their_own(tmp_path: Path) -> None:
    write(tmp_path / "main", SHOPIFY)
    write(tmp_path / "outlet-2", SHOPIFY)
    settings = look(tmp_path / "main", tmp_path / "outlet-2").settings
    assert settings["SEGMENTRY_CONNECTORS"] == "shopify,shopify:outlet_2"
    assert settings["SEGMENTRY_SHOPIFY_OUTLET_2_DIR"] == str(tmp_path / "outlet-2")


def test_a_schema_of_a_database_is_recognised(tmp_path: Path) -> None:
    database = tmp_path / "shop0.duckdb"
    folder = write(tmp_path / "export", SHOPIFY)
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema fivetran_shopify")
        for name in ("order", "order_line"):
            connection.execute(
                f"create table fivetran_shopify.\"{name}\" as from read_csv('{folder}/{name}.csv')"
            )
    settings = look(database).settings
    assert settings["SEGMENTRY_WAREHOUSE"] == str(database)
    assert settings["SEGMENTRY_SHOPIFY_SCHEMA"] == "fivetran_shopify"
    assert settings["SEGMENTRY_CURRENCY"] == "CAD"
    by_name = find_shop(ROOT, ["fivetran_shopify"], database).settings
    assert by_name["SEGMENTRY_SHOPIFY_SCHEMA"] == "fivetran_shopify"


def database(path: Path, schema: str, name: str = "orders") -> Path:
    """Return a DuckDB file with the orders of a shop in a schema."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            f"create table {schema}.{name} as select '1' as order_id, 'c1' as customer_id, "
            "timestamp '2026-06-01' as ordered_at, 'completed' as status, 'EUR' as currency, "
            "10.00 as subtotal_amount"
        )
    return path


def test_own_tables_in_a_schema_are_named_with_their_file(tmp_path: Path) -> None:
    """Also a schema that is called as the raw contract is, by its file or by its name."""
    shop = database(tmp_path / "shop0.duckdb", "Raw")
    for finding in (look(shop), find_shop(ROOT, ["raw"], shop)):
        assert list(finding.complete) == ["raw"]
        assert finding.settings == {
            "SEGMENTRY_RAW_SCHEMA": "Raw",
            "SEGMENTRY_WAREHOUSE": str(shop),
            "SEGMENTRY_CURRENCY": "EUR",
        }
        assert finding.superseded == {"SEGMENTRY_RAW_DIR"}
    write_settings(tmp_path, {"SEGMENTRY_RAW_DIR": "exports", "SEGMENTRY_COUNTRY": "DE"})
    path = write_settings(tmp_path, finding.settings, without=finding.superseded)
    assert "SEGMENTRY_RAW_DIR" not in path.read_text()
    assert "SEGMENTRY_COUNTRY=DE" in path.read_text()


def test_tables_that_a_build_can_not_read_are_told(tmp_path: Path) -> None:
    """Those in the schema where builds make theirs, and those of several files."""
    finding = look(database(tmp_path / "in_main.duckdb", "main"))
    assert not finding.has_orders
    assert "schema main of" in finding.unreadable[0]
    assert "export database '<folder>' (format parquet)" in finding.unreadable[0]
    shop = database(tmp_path / "shop0.duckdb", "own")
    other = tmp_path / "other.duckdb"
    folder = write(tmp_path / "export", KLAVIYO)
    with duckdb.connect(str(other)) as connection:
        connection.execute("create schema klaviyo")
        for name in KLAVIYO:
            connection.execute(
                f"create table klaviyo.{Path(name).stem} as from read_csv('{folder / name}')"
            )
    with pytest.raises(SettingsError, match=r"in several DuckDB files, .*other.* and .*shop0"):
        look(shop, other)


def test_what_a_build_made_is_no_shop(whole_build: Path) -> None:
    finding = look(whole_build)
    assert not finding.recognised
    assert not finding.unknown


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    header = SHOPIFY["order.csv"].replace("id,customer_id", "no,customer_id", 1)
    finding = look(write(tmp_path / "a", {**SHOPIFY, "order.csv": header}))
    assert finding.recognised["shopify"].lacking == {"order": ["id"]}
    assert not finding.complete
    lines_alone = {"order_line.csv": SHOPIFY["order_line.csv"]}
    (missing,) = look(write(tmp_path / "b", lines_alone)).recognised["shopify"].missing[:1]
    assert missing.table.name == "order"


def test_empty_and_broken_files_are_told(tmp_path: Path) -> None:
    assert not look(write(tmp_path / "nothing", {})).has_orders
    folder = write(tmp_path / "broken", {"orders.csv": "", "events.csv": 'a,"b\n'})
    (folder / "customers.csv.gz").write_bytes(b"\x1f\x8b\x08cut")
    finding = look(folder)
    assert not finding.has_orders
    assert sorted(line.rpartition("/")[2] for line in finding.unreadable) == [
        "customers: it ends early: the gzip is cut short",
        "events: a quote in its header is not closed",
        "orders: it is empty: not even a header is in it",
    ]
    with pytest.raises(SettingsError, match="There is no folder and no DuckDB file"):
        look(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="is a file: name the folder that it lies in"):
        look(folder / "orders.csv")


def test_a_proposed_mapping_reads_files_that_nobody_knows(tmp_path: Path) -> None:
    """German, with commas for points, several lines an order, and an address by its values."""
    folder = write(tmp_path / "verkauf", UNKNOWN)
    finding = look(folder)
    assert finding.proposal.fills == ["orders", "order_lines", "products"]
    assert finding.proposal.edits == ["No column names a currency: `USD` is a guess."]
    (folder / "mapping.sql").write_text(finding.proposal.text, encoding="utf-8")
    contract = [table.table for table in read_systems(ROOT)[0].tables]
    with duckdb.connect() as connection:
        for statement in read_folder(folder, contract, "raw", tmp_path).statements:
            connection.execute(statement)
        orders = connection.execute(
            "select order_id, cast(ordered_at as varchar), customer_id, email, status, "
            "cast(subtotal_amount as varchar) from raw.orders order by all"
        ).fetchall()
        lines = connection.execute(
            "select order_id, product_id, quantity, cast(unit_price as varchar) "
            "from raw.order_lines order by all"
        ).fetchall()
    assert orders == [
        ("A-1", "2026-06-01 10:00:00", "7", "a@x.com", "completed", "2026.0000"),
        ("A-2", "2026-06-13 11:00:00", "8", "b@x.com", "completed", "1010.5000"),
    ]
    assert lines == [
        ("A-1", "T1", "2", "1010.50"),
        ("A-1", "T2", "1", "5.00"),
        ("A-2", "T1", "1", "1010.50"),
    ]


def test_segments_that_stay_empty_are_those_whose_tables_are_missing() -> None:
    everything = {name for table in read_systems(ROOT)[0].tables for name in table.fills}
    assert segments_without(ROOT, everything) == {}
    without = segments_without(ROOT, everything - {"surveys"})
    assert list(without) == ["surveys"]
    assert "NPS detractors" in without["surveys"]
    assert segments_without(ROOT, {"orders", "customers"}).keys() >= {"events", "email_events"}


def test_other_settings_stay_as_they_are(tmp_path: Path) -> None:
    text = "# mine\nSEGMENTRY_CURRENCY=EUR\nOTHER='a b'\n"
    assert with_settings(
        text, {"SEGMENTRY_CURRENCY": "CAD", "SEGMENTRY_RAW_DIR": "/it's here"}
    ) == ("# mine\nSEGMENTRY_CURRENCY=CAD\nOTHER='a b'\nSEGMENTRY_RAW_DIR='/it\\'s here'\n")
    settings = {"SEGMENTRY_RAW_DIR": "/a 'b' \\ ü", "SEGMENTRY_CURRENCY": "EUR"}
    write_settings(tmp_path, settings)
    write_settings(tmp_path, settings)
    assert read_env_file(tmp_path, {}) == settings


def segmentry(*arguments: str, project: Path, **environment: str) -> tuple[int, Any]:
    """Run a command on a project that is a folder of links to this one; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "segmentry", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SEGMENTRY_ENV_FILE": ".env", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project of its own: links to this one's files, with no `.env`."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("dbt_project.yml", "models", "seeds", "macros", "profiles", "requirements.lock"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "warehouse").mkdir()
    (folder / ".env").write_text("# of this shop\n")
    return folder


def test_a_new_user_is_led_from_init_to_build(project: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "export", SHOPIFY)
    code, printed = segmentry("init", str(folder), "--dry-run", project=project)
    assert code == 0
    assert printed.splitlines()[-1] == "Next: segmentry init, without --dry-run"
    assert (project / ".env").read_text() == "# of this shop\n"
    code, printed = segmentry("init", str(folder), project=project)
    assert code == 0
    assert printed.splitlines()[-1] == "Next: segmentry doctor"
    assert "Without surveys (satisfaction and reviews), these segments stay empty: " in printed
    assert "SEGMENTRY_CONNECTORS=shopify\n" in (project / ".env").read_text()
    code, printed = segmentry("doctor", project=project)
    assert code == 0, printed
    assert "ok shopify: 2 tables in" in printed
    assert "look salt: SEGMENTRY_ID_SALT is not set" in printed
    assert printed.splitlines()[-1] == "Next: segmentry build"
    (folder / "order.csv").write_text("no\n1\n")
    code, printed = segmentry("doctor", "--json", project=project)
    assert code == 1
    faults = [each for each in json.loads(printed) if each["outcome"] == "fault"]
    assert [each["subject"] for each in faults] == ["shopify"]
    assert "order" in faults[0]["told"]
    assert faults[0]["remedy"] == "Export it as well."


def test_the_doctor_looks_at_own_tables_in_the_warehouse(project: Path, tmp_path: Path) -> None:
    """Named by a setting or not, whole, and with a column that has gone."""
    shop = database(tmp_path / "shop0.duckdb", "raw")
    database(shop, "raw", "sales")
    named = {"SEGMENTRY_WAREHOUSE": str(shop)}
    code, printed = segmentry("doctor", project=project, **named)
    assert code == 0, printed
    assert f"look shop: schema raw of {shop} has a table `orders`, which nothing reads" in printed
    assert "If that is your shop: segmentry init raw" in printed
    code, printed = segmentry("init", "raw", project=project, **named)
    assert code == 0, printed
    assert "SEGMENTRY_RAW_SCHEMA=raw\n" in (project / ".env").read_text()
    code, printed = segmentry("doctor", project=project)
    assert code == 0, printed
    assert f"ok raw tables: 1 tables in schema raw of {shop} can be read" in printed
    assert "since no raw table is called so: sales" in printed
    assert "look currency: USD, and most orders speak of EUR" not in printed
    with duckdb.connect(str(shop)) as connection:
        connection.execute("alter table raw.orders drop status")
    code, printed = segmentry("doctor", project=project)
    assert code == 1
    assert "FAULT raw tables: schema raw of" in printed
    assert "lacks the required column `status` in raw/orders" in printed


def test_nothing_is_written_where_there_is_nothing_to_build(project: Path, tmp_path: Path) -> None:
    code, printed = segmentry("init", str(write(tmp_path / "k", KLAVIYO)), project=project)
    assert code == 1
    assert printed.splitlines()[-1].startswith("Next: segmentry init <the folder that holds")
    assert (project / ".env").read_text() == "# of this shop\n"


@pytest.mark.parametrize(
    ("environment", "subject", "told"),
    [
        ({"SEGMENTRY_RAW_DIR": "{raw}", "SEGMENTRY_CURRENCY": "GBP"}, "currency", "speak of EUR"),
        (
            {"SEGMENTRY_RAW_DIR": "{raw}"},
            "rates",
            "in EUR as well, and there are no exchange_rates",
        ),
        (
            {"SEGMENTRY_RAW_DIR": "{raw}"},
            "freshness",
            "the newest order is of 2026-06-01 00:00 UTC",
        ),
        ({"DBT_PROFILES_DIR": "{raw}"}, "profile", "has no profile `segmentry`"),
        ({"SEGMENTRY_RAW_DIR": "{raw}/nowhere"}, "settings", "is not there"),
        ({"SEGMENTRY_RAW_SCHEMA": "raw"}, "settings", "is not there: set SEGMENTRY_W"),
        ({"SEGMENTRY_RAW_SCHEMA": "main"}, "settings", "in which builds make tables of their own"),
        (
            {"SEGMENTRY_RAW_SCHEMA": "raw", "SEGMENTRY_RAW_DIR": "{raw}"},
            "settings",
            "are both set",
        ),
        ({"SEGMENTRY_RAW_DIR": "{raw}", "SEGMENTRY_TIMEZONE": "Mars"}, "settings", "IANA name"),
        ({"SEGMENTRY_CONNECTORS": "shopfy"}, "settings", "Is shopify meant"),
        ({"SEGMENTRY_CONNECTORS": "shopify"}, "settings", "SEGMENTRY_SHOPIFY_DIR"),
        (
            {"SEGMENTRY_CONNECTORS": "shopify", "SEGMENTRY_SHOPIFY_SCHEMA": "main"},
            "settings",
            "SEGMENTRY_SHOPIFY_SCHEMA can't be main, in which builds make tables of their own",
        ),
        (
            {"SEGMENTRY_CONNECTORS": "shopify", "SEGMENTRY_SHOPIFY_DIR": "{raw}"},
            "shopify",
            "no table of it is in",
        ),
    ],
)
def test_each_fault_is_told_with_what_to_do(
    project: Path, tmp_path: Path, environment: Mapping[str, str], subject: str, told: str
) -> None:
    raw = write(tmp_path / "raw", {**RAW, "profiles.yml": "other: {}"})
    named = {name: value.format(raw=raw) for name, value in environment.items()}
    _, printed = segmentry("doctor", "--json", project=project, **named)
    found = [each for each in json.loads(printed) if each["outcome"] != "fine"]
    assert any(told in each["told"] for each in found if each["subject"] == subject), found
