"""The summary of a warehouse for people: what went in, who came out, and what they are worth."""

import argparse
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from orchestration.segment_needs import no_data, read_unmet_needs
from orchestration.settings import DEFAULT_WAREHOUSE

WIDE = 110

SHOP_QUERY = """
    select
        max(as_of_date) as as_of_date,
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


def segments_table(
    rows: list[dict[str, Any]], unmet_needs: dict[str, str], with_reasons: bool
) -> Table:
    """Lay the segments out by family, with size, share, revenue and, if asked, one reason.

    Args:
        rows: the segments.
        unmet_needs: by segment the raw tables without which it has no data.
        with_reasons: whether there is room for a reason.
    """
    table = Table(title="Segments", title_justify="left", header_style="bold", box=None)
    table.add_column("segment", no_wrap=True, width=34)
    for name in ("customers", "share", "revenue"):
        table.add_column(name, justify="right", no_wrap=True, width=9)
    if with_reasons:
        table.add_column("why its best customer is in it", style="dim", no_wrap=True)
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
            cells, reason = [cells[0], "no data", "", ""], no_data(needs)
        table.add_row(*cells, *([reason] if with_reasons else []))
    return table


def print_summary(warehouse: Path, console: Console) -> None:
    """Print what a warehouse holds.

    Args:
        warehouse: the DuckDB file that was built.
        console: where it is printed.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        shop = fetch(connection, SHOP_QUERY)[0]
        rows = fetch(connection, ROWS_QUERY)[0]
        segments = fetch(connection, SEGMENTS_QUERY)
        unmet_needs = read_unmet_needs(connection)
    console.print()
    console.print(
        f"As of the end of [bold]{shop['as_of_date']}[/bold]: {shop['customers']:,} customers, "
        f"{shop['buyers']:,} of them buyers, {shop['orders']:,.0f} valid orders, net revenue "
        f"{shop['net_revenue']:,.2f}, {shop['subscribers']:,} email subscribers."
    )
    console.print(
        f"{rows['raw_rows']:,.0f} raw rows: {rows['staged_rows']:,.0f} used, "
        f"{rows['older_versions']:,.0f} older versions, {rows['exact_duplicates']:,.0f} exact "
        f"duplicates, {rows['rejected_rows']:,.0f} rejected with their reason."
    )
    console.print()
    with_reasons = console.width >= WIDE
    console.print(segments_table(segments, unmet_needs, with_reasons))
    if not with_reasons:
        for needs in sorted(set(unmet_needs.values())):
            labels = [row["label"] for row in segments if unmet_needs.get(row["segment"]) == needs]
            console.print(f"[dim]{no_data(needs)}[/dim] ({', '.join(labels)})")


def main() -> None:
    """Print the summary of the warehouse named on the command line."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("warehouse", type=Path, nargs="?", default=DEFAULT_WAREHOUSE)
    print_summary(parser.parse_args().warehouse, Console())


if __name__ == "__main__":
    main()
