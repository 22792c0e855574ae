"""No model compares every row with every other: what DuckDB would do is asked of every one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.compiled import NAME, CompiledProject, add_functions

PAIRS = re.compile("NESTED_LOOP|BLOCKWISE_NL|CROSS_PRODUCT")
# A comment that says how many pairs there can be, whatever the size of the shop.
BOUND = re.compile(r"^\s*-- Bound: ", re.MULTILINE)


@pytest.fixture
def shop(whole_build: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that finds the demo shop, built, by the names that models compile to."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{whole_build}' as {whole_build.stem} (read_only)")
        connection.execute(f"use {whole_build.stem}")
        connection.execute("set TimeZone = 'UTC'")
        add_functions(connection)
        yield connection


def operators(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the operators of a plan, the topmost first."""
    yield plan
    for child in plan.get("children", []):
        yield from operators(child)


def pairs(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    """Return the operators of a query that compare all rows of two sides, neither of one row."""
    ((_, estimated),) = connection.execute(f"explain (format json) {query}").fetchall()
    if not PAIRS.search(estimated):
        return []
    ((_, measured),) = connection.execute(f"explain (analyze, format json) {query}").fetchall()
    found = []
    for operator in operators(json.loads(measured)):
        name = operator.get("operator_type", "")
        rows = [child["operator_cardinality"] for child in operator.get("children", [])]
        if PAIRS.search(name) and 1 not in rows:
            found.append(f"{name} of {' x '.join(map(str, rows))} rows")
    return found


def test_no_model_compares_all_rows_with_all(
    shop: duckdb.DuckDBPyConnection, whole_build: Path, compiled_project: CompiledProject
) -> None:
    problems = {}
    for node in compiled_project.manifest["nodes"].values():
        if (
            node["resource_type"] == "model"
            and node["language"] == "sql"
            and not BOUND.search(node["raw_code"])
        ):
            query = node["compiled_code"].replace(f'"{NAME}".', f'"{whole_build.stem}".')
            if found := pairs(shop, query):
                problems[node["name"]] = found
    assert problems == {}


def test_a_condition_on_one_side_alone_is_noticed(shop: duckdb.DuckDBPyConnection) -> None:
    query = (
        "select count(*) from orders left join order_lines "
        "on orders.country_code = 'DE' and orders.order_id = order_lines.order_id"
    )
    assert pairs(shop, query)
    assert not pairs(shop, query.replace("orders.country_code = 'DE' and ", ""))
