"""Numbers of a built warehouse that are worth a plot over time."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from segmentry.records.build import read_segment_sizes

COLUMNS_QUERY = """
    select table_name, column_name, data_type
    from duckdb_columns()
    where database_name = current_database() and schema_name = 'main'
    order by table_name, column_index
"""


@dataclass(frozen=True)
class TableFacts:
    """What a table or view holds.

    Attributes:
        row_count: its rows; None where they may not be shown.
        columns: its columns in order, name and type.
        customer_count: for the model of a segment, its distinct customers.
    """

    row_count: int | None
    columns: list[tuple[str, str]]
    customer_count: int | None = None


SHOP_QUERY = """
    select
        count(*) as customers,
        count(case when order_count > 0 then 1 end) as buyers,
        coalesce(sum(order_count), 0) as orders,
        coalesce(sum(net_revenue), 0) as net_revenue,
        count(case when is_email_subscriber then 1 end) as email_subscribers
    from customer_facts
"""


@dataclass(frozen=True)
class ShopFacts:
    """How large a shop is, as a version says it.

    Attributes:
        customers: all that are known.
        buyers: those with a valid order.
        orders: valid orders of theirs.
        net_revenue: what they paid less what was refunded, in the reporting currency.
        email_subscribers: those who may be sent marketing email.
    """

    customers: int
    buyers: int
    orders: int
    net_revenue: float
    email_subscribers: int


def read_shop_facts(database: Path) -> ShopFacts:
    """Return how large the shop of a published database, or of a warehouse, is.

    Raises:
        duckdb.Error: when it is not there, or has no facts.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        ((customers, buyers, orders, revenue, subscribers),) = connection.execute(
            SHOP_QUERY
        ).fetchall()
    return ShopFacts(customers, buyers, int(orders), float(revenue), subscribers)


def read_table_facts(warehouse: Path, tables: Iterable[str]) -> dict[str, TableFacts]:
    """Return what tables and views of a warehouse hold, by name.

    Raises:
        duckdb.IOException: when the warehouse is not there or another process writes it.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        columns: dict[str, list[tuple[str, str]]] = {}
        for table, column, data_type in connection.execute(COLUMNS_QUERY).fetchall():
            columns.setdefault(table, []).append((column, data_type))
        built = sorted(set(tables) & columns.keys())
        counts = " union all ".join(f"select '{name}', count(*) from main.{name}" for name in built)
        row_counts = connection.execute(counts).fetchall() if built else []
        has_segments = {"segment_catalog", "segment_memberships"} <= columns.keys()
        by_segment = read_segment_sizes(connection) if has_segments else {}
    sizes = {f"segment_{segment}": size for segment, size in by_segment.items()}
    return {
        name: TableFacts(
            row_count=row_count,
            columns=columns[name],
            customer_count=sizes.get(name),
        )
        for name, row_count in row_counts
    }
