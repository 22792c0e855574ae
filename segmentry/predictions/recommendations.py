"""Which products go best with those of each customer: many sums, as products of sparse matrices.

A shop of a million customers has a thousand million pairs of a customer's product and a neighbour
of it. Customers are taken some thousand at a time, so that memory does not grow with the shop.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_array

from segmentry.predictions.schemas import NEAREST_SCHEMA

Integers = npt.NDArray[np.int64]

CUSTOMERS_AT_ONCE = 4096
# A sum and the number of its terms fit into one integer: a jaccard is below 2 ^ 30 billionths, and
# of 65,535 products at most, the sum is below 2 ^ 46. What was bought goes with itself so badly
# that no sum makes up for it.
COUNT_BITS = 16
MOST_PRODUCTS = 2**COUNT_BITS - 1
BOUGHT = -(2**62)


def nearest_products(
    bought: pa.Table, neighbours: pa.Table, most: int, is_back_test: bool
) -> pa.Table:
    """Return the products that go best with those of each customer, and that they had not bought.

    Args:
        bought: one row per customer and product that has neighbours or is one: `customer_number`,
            `item_key`.
        neighbours: one row per product and neighbour: `item_key`, `neighbour_key`,
            `jaccard_billionths` (1 to a thousand million).
        most: how many are returned of each customer, at most.
        is_back_test: which moment it is, as it is returned.

    Returns:
        One row per customer and place (NEAREST_SCHEMA): those with the greatest sum of jaccard to
        the customer's products, of equals the smallest key. Customers without any are left out.
    """
    customer, of_customer = np.unique(_numbers(bought, "customer_number"), return_inverse=True)
    item = _numbers(bought, "item_key")
    of_item, near = (_numbers(neighbours, name) for name in ("item_key", "neighbour_key"))
    items = np.unique(np.concatenate([item, of_item, near]))
    terms = (_numbers(neighbours, "jaccard_billionths") << COUNT_BITS) + 1
    itself = np.arange(len(items))
    places = (
        np.concatenate([np.searchsorted(items, of_item), itself]),
        np.concatenate([np.searchsorted(items, near), itself]),
    )
    terms = np.concatenate([terms, np.full(len(items), BOUGHT)])
    jaccard = csr_array((terms, places), shape=(len(items), len(items)))
    marks = np.ones(len(item), dtype=np.int64)
    baskets = csr_array(
        (marks, (of_customer, np.searchsorted(items, item))), shape=(len(customer), len(items))
    )
    found = [
        np.concatenate(column)
        for column in zip(
            (np.empty(0, dtype=np.int64),) * 4, *_best(baskets, jaccard, most), strict=True
        )
    ]
    row, rank, column, term = found
    return pa.table(
        [
            np.full(len(row), is_back_test),
            customer[row],
            rank,
            items[column],
            term & MOST_PRODUCTS,
            term >> COUNT_BITS,
        ],
        schema=NEAREST_SCHEMA,
    )


def _best(
    baskets: csr_array, jaccard: csr_array, most: int
) -> Iterator[tuple[Integers, Integers, Integers, Integers]]:
    """Yield row, rank, column and term of the best products, some thousand customers at a time."""
    for start in range(0, baskets.shape[0], CUSTOMERS_AT_ONCE):
        chosen = baskets[start : start + CUSTOMERS_AT_ONCE]
        terms = chosen @ jaccard
        for first, end in zip(terms.indptr[:-1], terms.indptr[1:], strict=True):
            _keep_best(terms.data[first:end], most)
        kept = np.flatnonzero(terms.data > 0)
        row = np.searchsorted(terms.indptr, kept, side="right") - 1
        column, term = terms.indices[kept], terms.data[kept]
        order = np.lexsort([column, -(term >> COUNT_BITS), row])
        row, column, term = row[order], column[order].astype(np.int64), term[order]
        rank = np.arange(len(row)) - np.searchsorted(row, row) + 1
        is_kept = rank <= most
        yield row[is_kept] + start, rank[is_kept], column[is_kept], term[is_kept]


def _keep_best(terms: Integers, most: int) -> None:
    """Set to 0 what is worse than the worst of the best; equals of that stay."""
    if len(terms) > most:
        scores = terms >> COUNT_BITS
        terms[scores < np.partition(scores, -most)[-most]] = 0


def _numbers(table: pa.Table, name: str) -> Integers:
    numbers: Integers = table[name].to_numpy().astype(np.int64, copy=False)
    return numbers
