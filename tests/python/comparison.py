"""Compares the warehouse with the reference implementation, row by row."""

import math
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.python.reference.segments import RULES

Row = dict[str, Any]
RULES_FOLDER = "tests/python/reference/segments/"


@dataclass(frozen=True)
class Comparison:
    """How a table of the reference is found in the warehouse.

    Attributes:
        table: its name in the reference.
        query: the SQL that gives the same columns from the warehouse.
        key: the columns that identify a row.
    """

    table: str
    query: str
    key: tuple[str, ...]


COMPARISONS = [
    Comparison("customer_facts", "select * from customer_facts", ("customer_id",)),
    Comparison("customer_contacts", "select * from customer_contacts", ("customer_id",)),
    Comparison("email_consents", "select * from email_consents", ("customer_id", "email")),
    Comparison(
        "identity_map",
        "select * from identity_map",
        ("identifier_type", "source_system", "identifier"),
    ),
    Comparison(
        "identity_suggestions",
        "select * from identity_suggestions",
        ("customer_id", "other_customer_id"),
    ),
    Comparison(
        "rejected_rows",
        "select table_name, row_key, reason, count(*) as copies from rejected_rows group by all",
        ("table_name", "row_key", "reason"),
    ),
    Comparison(
        "row_counts",
        "select table_name, raw_row_count as raw_rows, staged_row_count as staged_rows, "
        "rejected_row_count as rejected_rows, exact_duplicate_count as exact_duplicates "
        "from raw_row_counts",
        ("table_name",),
    ),
    Comparison(
        "unreadable_values",
        "select * from unreadable_values",
        ("table_name", "column_name"),
    ),
    Comparison("key_collisions", "select * from key_collisions", ("table_name",)),
    Comparison(
        "orders",
        "select *, gross_revenue as subtotal_amount from orders",
        ("source_system", "order_id"),
    ),
    Comparison("products", "select * from products", ("source_system", "product_id")),
    Comparison(
        "order_lines",
        "select * from order_lines",
        ("source_system", "order_id", "line_number"),
    ),
    Comparison("refunds", "select * from refunds", ("source_system", "refund_id")),
    Comparison(
        "sessions",
        "select customer_id, started_at, round(minutes * 60, 6) as length_seconds, event_count, "
        "count(*) as copies from sessions group by all",
        ("customer_id", "started_at", "length_seconds", "event_count"),
    ),
    Comparison(
        "segment_memberships",
        "select * from segment_memberships",
        ("customer_id", "segment", "segment_value"),
    ),
    Comparison(
        "segment_overlaps",
        "select *, customer_count as customers from segment_overlaps",
        ("segment_a", "segment_b"),
    ),
    Comparison(
        "segment_metrics",
        "select *, customer_count as customers, order_count as orders, "
        "subscriber_count as subscribers from segment_metrics",
        ("segment", "segment_value"),
    ),
    Comparison(
        "segment_sizes",
        "select * from segment_sizes where not is_replayed",
        ("as_of_date", "segment", "segment_value"),
    ),
    Comparison("shop_sizes", "select * from shop_sizes where not is_replayed", ("as_of_date",)),
    Comparison("segment_needs", "select * from segment_needs", ("segment", "need", "table_name")),
    Comparison("shop_metrics", "select * from shop_metrics", ("dimension", "dimension_value")),
    Comparison(
        "acquisition_costs",
        "select *, first_time_buyer_count as first_time_buyers, visitor_count as visitors "
        "from acquisition_costs",
        ("country_code", "month"),
    ),
]


def plain(value: Any) -> Any:
    """Bring a value to a form in which equal values are equal: numbers to 9 decimals."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return round(value, 9)
    return value


def is_equal(expected: Any, found: Any) -> bool:
    """Say whether two values agree, floating-point numbers to a relative 1e-9."""
    if isinstance(expected, int | float | Decimal) and isinstance(found, int | float | Decimal):
        return math.isclose(float(expected), float(found), rel_tol=1e-9, abs_tol=1e-9)
    return bool(expected == found)


def with_copies(rows: list[Row]) -> list[Row]:
    """Count equal rows, for tables whose rows have no key of their own."""
    counts: dict[tuple[tuple[str, Any], ...], int] = {}
    for row in rows:
        entry = tuple((name, plain(value)) for name, value in row.items())
        counts[entry] = counts.get(entry, 0) + 1
    return [dict(entry) | {"copies": count} for entry, count in counts.items()]


def differences(
    comparison: Comparison, expected_rows: list[Row], found_rows: list[Row], ignore: set[str]
) -> list[str]:
    """Describe every row that only one side has and every value that differs."""

    def keyed(rows: list[Row]) -> dict[tuple[Any, ...], Row]:
        result: dict[tuple[Any, ...], Row] = {}
        for row in rows:
            key = tuple(plain(row[name]) for name in comparison.key)
            if key in result:
                raise AssertionError(f"{comparison.table}: {key} stands twice")
            result[key] = row
        return result

    expected, found = keyed(expected_rows), keyed(found_rows)
    lines = [
        f"{comparison.table} {key}: missing"
        for key in sorted(expected.keys() - found.keys(), key=str)
    ]
    lines += [
        f"{comparison.table} {key}: too many"
        for key in sorted(found.keys() - expected.keys(), key=str)
    ]
    for key in sorted(expected.keys() & found.keys(), key=str):
        for column, value in expected[key].items():
            if column not in ignore and not is_equal(value, found[key][column]):
                other = found[key][column]
                lines.append(
                    f"{comparison.table} {key} {column}: expected {value!r}, found {other!r}"
                )
    return lines


def segments_of(row: Row) -> set[str]:
    """Return the segments that a row is about; none in most tables."""
    return {row[name] for name in ("segment", "segment_a", "segment_b") if name in row}


def compare(expected: dict[str, list[Row]], warehouse: Path) -> list[str]:
    """Compare every table of the reference with the warehouse.

    Args:
        expected: what the reference computed, by table.
        warehouse: the DuckDB file that dbt built.

    Returns:
        One line per difference; none when all agree.
    """
    result: list[str] = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        segments = {
            row[0] for row in connection.execute("select segment from segment_catalog").fetchall()
        }
        without_rule = segments - RULES.keys()
        result += [
            f"segment {segment}: write its rule in {RULES_FOLDER} once more, from its sentence"
            for segment in sorted(without_rule)
        ]
        result += [
            f"segment {segment}: has a rule in {RULES_FOLDER} and no row in segment_catalog"
            for segment in sorted(RULES.keys() - segments)
        ]
        for comparison in COMPARISONS:
            cursor = connection.execute(comparison.query)
            names = [column[0] for column in cursor.description]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            rows = expected[comparison.table]
            if comparison.table in ("sessions", "rejected_rows"):
                rows = with_copies(rows)
            found = [row for row in found if without_rule.isdisjoint(segments_of(row))]
            result += differences(comparison, rows, found, ignore={"evidence_at"})
    return result
