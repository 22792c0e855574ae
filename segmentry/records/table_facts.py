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
        row_count: its rows.
        columns: its columns in order, name and type.
        customer_count: for the model of a segment, its distinct customers.
    """

    row_count: int
    columns: list[tuple[str, str]]
    customer_count: int | None = None


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
