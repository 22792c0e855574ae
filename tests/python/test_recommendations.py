"""Products that go best with those of each customer, against sums that are taken one by one."""

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentry.predictions import recommendations
from segmentry.predictions.recommendations import nearest_products
from segmentry.predictions.schemas import NEAREST_SCHEMA

Pairs = dict[tuple[int, int], int]
BILLION = 10**9


def bought_table(bought: set[tuple[int, int]]) -> pa.Table:
    """Return customers with their products as a table."""
    rows = sorted(bought)
    return pa.table(
        {
            "customer_number": pa.array([row[0] for row in rows], pa.int64()),
            "item_key": pa.array([row[1] for row in rows], pa.int64()),
        }
    )


def neighbours_table(neighbours: Pairs) -> pa.Table:
    """Return products with their neighbours as a table."""
    return pa.table(
        {
            "item_key": pa.array([pair[0] for pair in neighbours], pa.int64()),
            "neighbour_key": pa.array([pair[1] for pair in neighbours], pa.int64()),
            "jaccard_billionths": pa.array(list(neighbours.values()), pa.int64()),
        }
    )


def expected(
    bought: set[tuple[int, int]], neighbours: Pairs, most: int
) -> list[tuple[int, int, int, int, int]]:
    """Return customer, rank, product, number of terms and sum."""
    found = []
    for customer in sorted({customer for customer, _ in bought}):
        own = {item for other, item in bought if other == customer}
        terms: dict[int, list[int]] = defaultdict(list)
        for (item, near), jaccard in neighbours.items():
            if item in own and near not in own:
                terms[near].append(jaccard)
        best = sorted(terms, key=lambda near: (-sum(terms[near]), near))[:most]
        found += [
            (customer, rank, near, len(terms[near]), sum(terms[near]))
            for rank, near in enumerate(best, 1)
        ]
    return found


def told(table: pa.Table) -> list[tuple[int, ...]]:
    """Return the rows of a result without the moment."""
    names = [name for name in NEAREST_SCHEMA.names if name != "is_back_test"]
    return sorted(zip(*(table[name].to_pylist() for name in names), strict=True))


@given(
    st.sets(st.tuples(st.integers(1, 6), st.integers(1, 9)), max_size=30),
    st.dictionaries(
        st.tuples(st.integers(1, 12), st.integers(1, 12)).filter(lambda pair: pair[0] != pair[1]),
        st.sampled_from([1, 2, BILLION // 3, BILLION // 2, BILLION]),
        max_size=40,
    ),
    st.integers(1, 4),
    st.integers(1, 3),
)
def test_they_are_the_greatest_sums(
    bought: set[tuple[int, int]], neighbours: Pairs, most: int, at_once: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recommendations, "CUSTOMERS_AT_ONCE", at_once)
        found = nearest_products(bought_table(bought), neighbours_table(neighbours), most, False)
    assert found.schema == NEAREST_SCHEMA
    assert told(found) == expected(bought, neighbours, most)


def test_the_order_of_rows_changes_nothing() -> None:
    generator = np.random.default_rng(3)
    pairs = {tuple(map(int, generator.integers(1, 40, 2))) for _ in range(400)}
    neighbours = {
        (item, near): int(generator.integers(1, BILLION)) for item, near in pairs if item != near
    }
    bought = {(number % 20, int(generator.integers(1, 40))) for number in range(300)}
    one, other = bought_table(bought), neighbours_table(neighbours)
    found = nearest_products(one, other, 5, True)
    one, other = (table.take(generator.permutation(len(table))) for table in (one, other))
    assert nearest_products(one, other, 5, True) == found
    assert set(found["is_back_test"].to_pylist()) == {True}


def test_the_largest_sum_is_exact() -> None:
    """Of forty thousand products all go with one, as well as can be, and one with another."""
    many = 40_000
    neighbours = {(item, many + 1): BILLION for item in range(many)}
    neighbours[many - 1, many + 2] = BILLION
    bought = {(1, item) for item in range(many)}
    found = nearest_products(bought_table(bought), neighbours_table(neighbours), 5, False)
    assert told(found) == [(1, 1, many + 1, many, many * BILLION), (1, 2, many + 2, 1, BILLION)]
