"""The connector of Klaviyo: what was sent and said, up to who may be written to."""

import csv
import gzip
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

AT = "2026-05-01 10:00:00.000"
LATER = "2026-05-02 10:00:00.000"
Row = Mapping[str, Any]

ORDERS = """order_id,email,ordered_at,status,currency,subtotal_amount
1,yes@shop.example,2026-05-03,completed,USD,10
"""
METRICS = (
    *("Received Email", "Opened Email", "Clicked Email", "Bounced Email", "Marked Email as Spam"),
    *("Unsubscribed", "Subscribed to Email Marketing", "Subscribed to List", "Placed Order"),
    *("Viewed Product", "Subscribed to SMS Marketing", "Unsubscribed from SMS Marketing"),
)
METRIC_IDS = {name: f"m{number}" for number, name in enumerate(METRICS)}
PEOPLE = (
    *("yes", "no", "back", "spam", "dead", "busy", "list", "shown", "excluded", "gone", "texts"),
    "suppressed",
)


def event(number: int, person: str, metric: str, at: str = AT, **columns: Any) -> Row:
    """Return an event as Fivetran lands it."""
    return {
        "id": f"e{number}",
        "person_id": person,
        "metric_id": METRIC_IDS[metric],
        "type": metric,
        "datetime": at,
        "timestamp": at,
        "_fivetran_deleted": False,
        **columns,
    }


GRANTED = "Subscribed to Email Marketing"
EVENTS = [
    *(
        event(number, person, GRANTED, "2026-01-01 00:00:00.000")
        for number, person in enumerate(PEOPLE)
        if person != "list"
    ),
    event(100, "no", "Unsubscribed", campaign_id="news"),
    event(101, "back", "Unsubscribed"),
    event(102, "back", GRANTED, LATER),
    event(103, "spam", "Marked Email as Spam"),
    event(104, "dead", "Bounced Email", bounce="Hard", flow_id="order"),
    event(105, "busy", "Bounced Email", bounce="Soft", flow_id="cart"),
    event(106, "list", "Subscribed to List"),
    event(107, "yes", "Received Email", campaign_id="news"),
    event(108, "yes", "Opened Email", campaign_id="news", machine=True),
    event(109, "yes", "Clicked Email", campaign_id="news"),
    event(110, "yes", "Viewed Product", product="p1"),
    event(111, "yes", "Placed Order"),
    event(112, "nobody", "Received Email"),
    event(113, "yes", "Received Email", _fivetran_deleted=True),
    event(114, "gone", "Unsubscribed"),
    event(115, "texts", "Subscribed to SMS Marketing"),
    event(116, "texts", "Unsubscribed from SMS Marketing", LATER),
    # A second profile of the same address.
    event(117, "yes again", "Opened Email", campaign_id="news", machine=False),
]
NO = {"email": {"marketing": {"consent": "UNSUBSCRIBED", "consent_timestamp": "2025-01-01"}}}
SUPPRESSED = {
    "email": {
        "marketing": {
            "consent": "SUBSCRIBED",
            "suppression": [{"reason": "USER_SUPPRESSED", "timestamp": "2026-04-01T00:00:00Z"}],
        }
    }
}
PERSONS: list[Row] = [
    *(
        {
            "id": person,
            "email": f"{person}@shop.example",
            "updated": AT,
            "subscriptions": {"shown": NO, "suppressed": SUPPRESSED}.get(person),
            "_fivetran_deleted": person == "gone",
        }
        for person in PEOPLE
    ),
    {"id": "yes again", "email": "yes@shop.example", "updated": AT, "_fivetran_deleted": False},
    {"id": "nobody", "email": None, "updated": AT, "_fivetran_deleted": False},
]
TABLES: Mapping[str, Sequence[Row]] = {
    "person": PERSONS,
    "metric": [{"id": number, "name": name.upper()} for name, number in METRIC_IDS.items()],
    "campaign": [{"id": "news", "name": "May news"}],
    "flow": [
        {"id": "cart", "name": "Abandoned cart"},
        {"id": "order", "name": "Order Confirmation"},
    ],
    "global_exclusion": [{"email": "Excluded@shop.example", "reason": "manual", "timestamp": AT}],
}
SPELLINGS = {
    "renamed": {
        "bounce": "property_bounce_type",
        "machine": "property_machine_open",
        "product": "property_product_id",
    },
    "as it was": {
        "bounce": "propertyBounceType",
        "machine": "propertyMachineOpen",
        "product": "propertyProductID",
    },
}


def spelled(rows: Sequence[Row], names: Mapping[str, str]) -> list[Row]:
    """Return events with their properties named as a loader names them."""
    return [{names.get(key, key): value for key, value in row.items()} for row in rows]


def columns_of(rows: Sequence[Row]) -> list[str]:
    """Return the columns that any row has."""
    return list(dict.fromkeys(key for row in rows for key in row))


def csv_bytes(rows: Sequence[Row]) -> bytes:
    """Return rows as CSV, what is nested as JSON."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns_of(rows), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {k: json.dumps(v) if isinstance(v, dict) else v for k, v in row.items()} for row in rows
    )
    return stream.getvalue().encode()


def parquet_bytes(rows: Sequence[Row]) -> bytes:
    """Return rows as Parquet, by their own types."""
    stream = io.BytesIO()
    arrays = {name: [row.get(name) for row in rows] for name in columns_of(rows)}
    pq.write_table(pa.table(arrays), stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def connection(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a warehouse of one account landed twice: as CSV, and as Parquet and JSON lines."""
    skip_unless_proving()
    folder = tmp_path_factory.mktemp("klaviyo")
    csv_folder, other_folder, raw_folder = folder / "csv", folder / "other", folder / "raw"
    for made in (csv_folder, other_folder, raw_folder):
        made.mkdir()
    (raw_folder / "orders.csv").write_text(ORDERS)
    tables = {**TABLES, "event": spelled(EVENTS, SPELLINGS["renamed"])}
    for name, rows in tables.items():
        (csv_folder / f"{name}.csv.gz").write_bytes(gzip.compress(csv_bytes(rows)))
    tables["event"] = spelled(EVENTS, SPELLINGS["as it was"])
    for name, rows in tables.items():
        if name in ("metric", "event"):
            (other_folder / f"{name}.parquet").write_bytes(parquet_bytes(rows))
        else:
            lines = "".join(json.dumps(row) + "\n" for row in rows)
            (other_folder / f"{name}.jsonl").write_text(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGMENTRY_CONNECTORS", "klaviyo,klaviyo:other")
        patch.setenv("SEGMENTRY_KLAVIYO_DIR", str(csv_folder))
        patch.setenv("SEGMENTRY_KLAVIYO_OTHER_DIR", str(other_folder))
        warehouse = folder / "segmentry.duckdb"
        run_dbt(
            "build",
            "--quiet",
            "--no-write-json",
            "--exclude-resource-type=test",
            "--exclude-resource-type=unit_test",
            "--select=+raw_row_counts +rejected_rows +int_email_consents +int_customer_sms",
            raw_dir=raw_folder,
            warehouse=warehouse,
            variables={"as_of": "2026-06-30", "web_user_id_source_system": "shopify"},
        )
    with duckdb.connect(str(warehouse), read_only=True) as opened:
        yield opened


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query, sorted."""
    return sorted(connection.execute(query).fetchall(), key=str)


def test_whoever_said_no_is_not_written_to(connection: duckdb.DuckDBPyConnection) -> None:
    """A no of an event, of a profile, of an exclusion, of whoever was deleted since."""
    subscribed = rows(
        connection,
        "select split_part(email, '@', 1) from int_email_consents where is_subscribed",
    )
    assert [name for (name,) in subscribed] == ["back", "busy", "texts", "yes"]
    suppressed = rows(
        connection,
        "select split_part(email, '@', 1), suppressed_by from int_email_consents "
        "where suppressed_by is not null",
    )
    assert suppressed == [
        ("dead", "bounced"),
        ("gone", "unsubscribed"),
        ("no", "unsubscribed"),
        ("spam", "complained"),
    ]
    assert rows(connection, "select is_sms_subscriber from int_customer_sms") == [(False,)]


def test_emails_say_what_was_sent_and_what_became_of_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(
        connection,
        "select event_id, event_type, campaign_id, campaign_type, is_machine_open, bounce_type "
        "from klaviyo__email_events where connector = 'klaviyo' and left_out is null",
    ) == [
        ("e100", "unsubscribed", "news", "newsletter", None, None),
        ("e101", "unsubscribed", None, None, None, None),
        ("e103", "complained", None, None, None, None),
        ("e104", "bounced", "order", "transactional", None, "hard"),
        ("e105", "bounced", "cart", "promotion", None, "soft"),
        ("e107", "delivered", "news", "newsletter", None, None),
        ("e108", "opened", "news", "newsletter", True, None),
        ("e109", "clicked", "news", "newsletter", None, None),
        ("e114", "unsubscribed", None, None, None, None),
        ("e117", "opened", "news", "newsletter", False, None),
    ]


def test_what_is_done_on_the_site_is_of_the_shops_products(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(
        connection, "select source_system, event_id, event_name, product_id, email from base_events"
    ) == [
        ("shopify", "klaviyo:e110", "view_item", "p1", "yes@shop.example"),
        ("shopify", "klaviyo:other:e110", "view_item", "p1", "yes@shop.example"),
    ]


def test_both_spellings_and_all_formats_say_the_same(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for table, hidden in (
        ("email_events", "connector, file_path, place_in_file, source_system"),
        ("consent_events", "connector, file_path, place_in_file, source_system"),
        ("events", "connector, file_path, place_in_file, event_id"),
    ):
        one, other = (
            rows(
                connection,
                f"select * exclude ({hidden}) from klaviyo__{table} where connector = '{name}'",
            )
            for name in ("klaviyo", "klaviyo:other")
        )
        assert one == other and one, table


def test_no_event_is_lost(connection: duckdb.DuckDBPyConnection) -> None:
    """Each event is a row of a table of the contract, or left out of one for a reason."""
    counted = rows(
        connection,
        "select distinct event_id from klaviyo__email_events where connector = 'klaviyo' union "
        "select consent_id from klaviyo__consent_events where connector = 'klaviyo' "
        "and consent_id not like '%:%' union "
        "select split_part(event_id, ':', 2) from klaviyo__events where connector = 'klaviyo'",
    )
    assert counted == sorted((row["id"],) for row in EVENTS)
    assert rows(
        connection,
        "select left_out, count(*) from klaviyo__email_events where connector = 'klaviyo' "
        "and left_out is not null group by left_out",
    ) == [
        ("a metric that is not mapped: PLACED ORDER", 1),
        ("a metric that is not mapped: SUBSCRIBED TO LIST", 1),
        ("a person whose address is not known", 1),
        ("deleted in Klaviyo", 1),
    ]
    assert rows(
        connection,
        "select table_name, raw_row_count, staged_row_count, left_out_row_count "
        "from raw_row_counts where connector = 'klaviyo'",
    ) == [("consent_events", 21, 21, 1), ("email_events", 10, 10, 4), ("events", 1, 1, 0)]
    assert rows(connection, "select * from rejected_rows") == []
    for table in ("email_events", "consent_events", "events"):
        assert (
            rows(
                connection,
                f"select file_path, place_in_file from klaviyo__{table} "
                "group by file_path, place_in_file having count(*) > 1",
            )
            == []
        )


@pytest.mark.prove
def test_orders_come_from_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("id,email\n")
    monkeypatch.setenv("SEGMENTRY_CONNECTORS", "klaviyo")
    monkeypatch.setenv("SEGMENTRY_KLAVIYO_DIR", str(tmp_path))
    with pytest.raises(BuildError) as error:
        run_dbt(
            *("run", "--no-write-json", "--select", "base_klaviyo__people"),
            raw_dir=None,
            warehouse=tmp_path / "segmentry.duckdb",
        )
    said = " ".join(str(error.value).split())
    assert "No connector that is on brings what every shop needs" in said
    assert "SEGMENTRY_RAW_DIR" in said and "table `orders` is missing" in said
