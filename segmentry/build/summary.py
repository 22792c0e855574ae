"""The summary of a warehouse for people: what went in, who came out, and what they are worth."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from segmentry.errors import RecordsError, SettingsError
from segmentry.records.build import read_settings
from segmentry.records.segment_needs import read_unmet_needs
from segmentry.settings.places import check_build

WIDE = 110

SHOP_QUERY = """
    select
        (select as_of from int_as_of) as as_of,
        (select as_of_date from int_as_of) as as_of_date,
        count(*) as customers,
        count(case when order_count > 0 then 1 end) as buyers,
        coalesce(sum(order_count), 0) as orders,
        coalesce(sum(net_revenue), 0) as net_revenue,
        count(case when is_email_subscriber then 1 end) as subscribers
    from customer_facts
"""

ROWS_QUERY = """
    select
        sum(raw_row_count) as raw_rows,
        sum(staged_row_count) as staged_rows,
        sum(rejected_row_count - duplicate_key_count) as rejected_rows,
        sum(duplicate_key_count) as older_versions,
        sum(exact_duplicate_count) as exact_duplicates
    from raw_row_counts
"""

FORECAST_QUERY = """
    select
        prediction_status,
        count(*) as buyers,
        sum(expected_orders_next_365_days) as orders,
        sum(predicted_value_next_365_days) as revenue
    from customer_predictions
    group by prediction_status
"""

BACK_TEST_QUERY = """
    select
        prediction_models.back_test_days as days,
        prediction_quality.predicted,
        prediction_quality.actual
    from prediction_quality
    inner join prediction_models on
        prediction_models.purpose = 'forecast' and prediction_models.model = 'mbg_nbd'
    where prediction_quality.quantity = 'purchase_probability' and prediction_quality.decile = 0
"""

RECOMMENDATIONS_QUERY = """
    select
        customer_count as customers,
        tested_as_of_date as tested_on,
        affinity_hit_rate_at_10 as affinity,
        popular_hit_rate_at_10 as popularity,
        is_affinity_used
    from recommendation_quality
    where customer_count > 0
"""

SEGMENTS_QUERY = """
    with

    members as (
        select
            segment,
            customer_id,
            min(reason) as reason
        from segment_memberships
        group by segment, customer_id
    ),

    sizes as (
        select
            members.segment,
            count(*) as customers,
            sum(customer_facts.net_revenue) as net_revenue,
            max_by(members.reason, customer_facts.net_revenue) as example
        from members
        inner join customer_facts on members.customer_id = customer_facts.customer_id
        group by members.segment
    ),

    values_per_segment as (
        select
            segment,
            count(distinct nullif(segment_value, '')) as value_count
        from segment_memberships
        group by segment
    )

    select
        segment_catalog.segment,
        segment_catalog.family,
        segment_catalog.label,
        coalesce(sizes.customers, 0) as customers,
        sizes.customers / (select count(*) from customer_facts) as share,
        coalesce(sizes.net_revenue, 0) as net_revenue,
        coalesce(values_per_segment.value_count, 0) as value_count,
        sizes.example
    from segment_catalog
    left join sizes on segment_catalog.segment = sizes.segment
    left join values_per_segment on segment_catalog.segment = values_per_segment.segment
    order by segment_catalog.family, customers desc, segment_catalog.label
"""


def fetch(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """Run a query and return its rows as dicts by column name."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def forecast_sentence(forecast: dict[str, Any], back_test: dict[str, Any], currency: str) -> str:
    """Return in words what buyers will do, and how right that was before; or why it is withheld.

    Args:
        forecast: of all buyers, with its status.
        back_test: what was forecast of the last days; empty where it is withheld.
        currency: the shop's.
    """
    status = str(forecast["prediction_status"])
    if forecast["orders"] is None:
        return f"No forecast of purchases. {status.removeprefix('withheld: ')}"
    said = (
        f"Expected within 365 days: {forecast['orders']:,.0f} orders of {forecast['buyers']:,} "
        f"buyers"
    )
    if forecast["revenue"] is not None:
        said += f", worth {forecast['revenue']:,.0f} {currency}"
    said += (
        f". Forecast of the last {back_test['days']} days without knowing them: "
        f"{back_test['predicted']:.0%} of buyers buy; {back_test['actual']:.0%} did."
    )
    if forecast["revenue"] is None:
        said += f" Their value is not forecast: {status.removeprefix('order values withheld: ')}"
    return said


def recommendations_sentence(quality: dict[str, Any]) -> str:
    """Return in words how well recommendations would have done lately, and what is used.

    Args:
        quality: of recommendations, tested on at least one customer.
    """
    shown = (
        "what goes with their products" if quality["is_affinity_used"] else "what is bought most"
    )
    return (
        f"Ten products recommended on {quality['tested_on']} would have hit what "
        f"{quality['affinity']:.0%} of {quality['customers']:,} customers bought next by what goes "
        f"with their products, {quality['popularity']:.0%} by what is bought most: they are shown "
        f"{shown}."
    )


def segments_table(rows: list[dict[str, Any]], unmet_needs: dict[str, str], is_wide: bool) -> Table:
    """Lay the segments out by family, with size, share, revenue and one reason.

    In a narrow terminal labels and reasons take several lines.

    Args:
        rows: the segments.
        unmet_needs: by segment the raw tables without which it has no data.
        is_wide: whether the terminal is.
    """
    table = Table(title="Segments", title_justify="left", header_style="bold", box=None)
    table.add_column("segment", no_wrap=is_wide, width=34 if is_wide else 26)
    for name, width in (("customers", 9), ("share", 7), ("revenue", 9)):
        table.add_column(name, justify="right", no_wrap=True, width=width)
    table.add_column("why its best customer is in it", style="dim", overflow="fold")
    family = None
    for row in rows:
        if row["family"] != family:
            family = row["family"]
            table.add_row(f"[bold cyan]{family}[/bold cyan]")
        values = f" [dim]({row['value_count']} values)[/dim]" if row["value_count"] else ""
        cells = [
            f"  {row['label']}{values}",
            f"{row['customers']:,}",
            f"{100 * (row['share'] or 0):.1f} %",
            f"{row['net_revenue']:,.0f}",
        ]
        reason = row["example"] or ""
        if needs := unmet_needs.get(row["segment"]):
            cells, reason = [cells[0], "no data", "", ""], f"needs {needs}"
        table.add_row(*cells, escape(reason))
    return table


def moment(as_of: datetime, as_of_date: date, timezone: str) -> str:
    """Return in words for when a warehouse was built: the end of a day, or a time of the day.

    Args:
        as_of: the instant, in UTC without saying so.
        as_of_date: the last day that it knows of.
        timezone: the time zone of the shop.
    """
    local = as_of.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone))
    # The end of a day is the first instant of the next one.
    if local.date() > as_of_date:
        return f"the end of [bold]{as_of_date}[/bold]"
    return f"[bold]{local:%Y-%m-%d %H:%M}[/bold] in {timezone}"


def read_summary(warehouse: Path) -> dict[str, Any]:
    """Return what a warehouse holds.

    Args:
        warehouse: the DuckDB file that was built.

    Returns:
        `shop` and `raw_rows`, one row each; `forecasts`, `back_tests` and `recommendations`, whose
        rows are none where there is nothing to say; `segments`, a row each; `settings` by var; and
        `unmet_needs`, by segment the raw tables without which it has no data.

    Raises:
        SettingsError: when there is no whole build to read.
    """
    check_build(warehouse)
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            return {
                "shop": fetch(connection, SHOP_QUERY)[0],
                "raw_rows": fetch(connection, ROWS_QUERY)[0],
                "forecasts": fetch(connection, FORECAST_QUERY),
                "back_tests": fetch(connection, BACK_TEST_QUERY),
                "recommendations": fetch(connection, RECOMMENDATIONS_QUERY),
                "segments": fetch(connection, SEGMENTS_QUERY),
                "settings": read_settings(connection),
                "unmet_needs": read_unmet_needs(connection),
            }
    except (duckdb.CatalogException, duckdb.BinderException, RecordsError) as error:
        raise SettingsError(
            f"{warehouse} holds no whole build: run `make build`, and see what it says."
        ) from error


def print_summary(warehouse: Path, console: Console) -> None:
    """Print what a warehouse holds.

    Args:
        warehouse: the DuckDB file that was built.
        console: where it is printed.

    Raises:
        SettingsError: when there is no whole build to read.
    """
    read = read_summary(warehouse)
    shop, rows, settings = read["shop"], read["raw_rows"], read["settings"]
    back_test = read["back_tests"][0] if read["back_tests"] else {}
    as_of = moment(shop["as_of"], shop["as_of_date"], settings["shop_timezone"])
    console.print()
    console.print(
        f"As of {as_of}: {shop['customers']:,} customers, "
        f"{shop['buyers']:,} of them buyers, {shop['orders']:,.0f} valid orders, net revenue "
        f"{shop['net_revenue']:,.2f} {settings['reporting_currency']}, "
        f"{shop['subscribers']:,} email subscribers.",
        soft_wrap=True,
    )
    console.print(
        f"{rows['raw_rows']:,.0f} raw rows: {rows['staged_rows']:,.0f} used, "
        f"{rows['older_versions']:,.0f} older versions, {rows['exact_duplicates']:,.0f} exact "
        f"duplicates, {rows['rejected_rows']:,.0f} rejected with their reason.",
        soft_wrap=True,
    )
    for forecast in read["forecasts"]:
        said = forecast_sentence(forecast, back_test, settings["reporting_currency"])
        console.print(escape(said), soft_wrap=True)
    for quality in read["recommendations"]:
        console.print(recommendations_sentence(quality), soft_wrap=True)
    console.print()
    console.print(
        segments_table(read["segments"], read["unmet_needs"], is_wide=console.width >= WIDE)
    )
