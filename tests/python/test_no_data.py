"""A segment of which there is no data is not shown as one that nobody is in."""

from io import StringIO
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from segmentry.build.summary import (
    forecast_sentence,
    print_summary,
    recommendations_sentence,
)
from segmentry.pages.segment_definitions import read_members
from segmentry.records.segment_needs import read_unmet_needs

TABLES = """
    create table segment_catalog as select * from (values
        ('buyers', 'Buyers', 'purchase'), ('referrers', 'Referrers', 'purchase'),
        ('fans', 'Fans', 'purchase'), ('idle', 'Idle', 'purchase')
    ) as catalog (segment, label, family);
    create table customer_facts as
        select 'a' as customer_id, date '2026-06-30' as as_of_date, 1 as order_count,
            10.00 as net_revenue, true as is_email_subscriber;
    create table segment_memberships as
        select 'a' as customer_id, 'buyers' as segment, '' as segment_value, 'one order' as reason;
    create table segment_needs as select * from (values
        ('buyers', 'orders', 'orders', true), ('idle', 'orders', 'orders', true),
        ('referrers', 'events', 'events', false), ('fans', 'events', 'events', false),
        ('fans', 'customers or surveys', 'customers', false),
        ('fans', 'customers or surveys', 'surveys', false)
    ) as needs (segment, need, table_name, is_met);
    create table customer_predictions as
        select 'withheld: Only 1 of the 500 buyers that a forecast needs.' as prediction_status,
            null::double as expected_orders_next_365_days,
            null::decimal(18, 2) as predicted_value_next_365_days;
    create table prediction_models (purpose text, model text, back_test_days integer);
    create table prediction_quality
        (quantity text, decile integer, predicted double, actual double);
    create table recommendation_quality (customer_count bigint, tested_as_of_date date,
        affinity_hit_rate_at_10 double, popular_hit_rate_at_10 double, is_affinity_used boolean);
    create table int_as_of as
        select timestamp '2026-07-01' as as_of, date '2026-06-30' as as_of_date;
    create table model_fingerprints as
        select json('{"shop_timezone": "UTC", "reporting_currency": "USD"}') as variables;
    create table raw_row_counts as
        select 1 as raw_row_count, 1 as staged_row_count, 0 as rejected_row_count,
            0 as duplicate_key_count, 0 as exact_duplicate_count;
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Return a warehouse with one buyer, of a shop that has orders and nothing else."""
    path = tmp_path / "segmentry.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
    return path


@pytest.mark.parametrize("width", [80, 130])
def test_the_summary_says_what_is_needed(warehouse: Path, width: int) -> None:
    console = Console(file=StringIO(), width=width)
    print_summary(warehouse, console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    rows = {
        line.split()[0]: line.split()[1:] for line in shown.splitlines() if line.startswith("  ")
    }
    assert rows["Buyers"][:4] == ["1", "100.0", "%", "10"]
    assert rows["Idle"] == ["0", "0.0", "%", "0"]
    assert rows["Referrers"][:2] == rows["Fans"][:2] == ["no", "data"]
    words = " ".join(shown.split())
    assert "Referrers no data needs events" in words
    assert "Fans no data needs customers or surveys, events" in words
    assert "No forecast of purchases. Only 1 of the 500 buyers that a forecast needs." in words


def test_the_summary_says_how_right_the_forecast_was() -> None:
    forecast = {"prediction_status": "complete", "buyers": 1200, "orders": 3210.4, "revenue": 98765}
    back_test = {"days": 90, "predicted": 0.431, "actual": 0.428}
    assert forecast_sentence(forecast, back_test, "EUR") == (
        "Expected within 365 days: 3,210 orders of 1,200 buyers, worth 98,765 EUR. Forecast of the "
        "last 90 days without knowing them: 43% of buyers buy; 43% did."
    )
    no_value = {
        **forecast,
        "revenue": None,
        "prediction_status": "order values withheld: Buyers who buy more often spend more.",
    }
    assert forecast_sentence(no_value, back_test, "EUR") == (
        "Expected within 365 days: 3,210 orders of 1,200 buyers. Forecast of the last 90 days "
        "without knowing them: 43% of buyers buy; 43% did. Their value is not forecast: Buyers who "
        "buy more often spend more."
    )


def test_the_summary_says_how_recommendations_did() -> None:
    quality = {
        "customers": 1234,
        "tested_on": "2026-05-31",
        "affinity": 0.391,
        "popularity": 0.204,
        "is_affinity_used": True,
    }
    told = (
        "Ten products recommended on 2026-05-31 would have hit what 39% of 1,234 customers bought "
    )
    told += "next by what goes with their products, 20% by what is bought most: they are shown "
    assert recommendations_sentence(quality) == f"{told}what goes with their products."
    popular = {**quality, "is_affinity_used": False}
    assert recommendations_sentence(popular) == f"{told}what is bought most."


def test_the_page_of_definitions_says_what_is_needed(warehouse: Path) -> None:
    assert read_members(warehouse) == {
        "buyers": "1 customer at the end of 2026-06-30",
        "idle": "0 customers at the end of 2026-06-30",
        "referrers": "no data: needs events",
        "fans": "no data: needs customers or surveys, events",
    }
    assert read_members(warehouse.with_name("no.duckdb")) == {}


def test_a_warehouse_of_before_lacks_nothing(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop table segment_needs")
        assert read_unmet_needs(connection) == {}
