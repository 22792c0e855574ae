"""What goes with what: published values, and plain Python on random baskets."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tests.python.compiled import NAME, CompiledProject, run_python_model
from tests.python.conftest import PROVE
from tests.python.test_examples import DATA_FOLDER, SOURCES

LAST_DAY = date(2026, 6, 30)
# As in dbt_project.yml.
MIN_BASKETS = 5
MAX_PRODUCTS = 1000
BACK_TEST_DAYS = 30
PER_CUSTOMER = 5
NEIGHBOURS = 200
SHOPS = range(100) if PROVE else range(12)
LINE_COLUMNS = {
    "source_system": "varchar",
    "order_id": "varchar",
    "line_number": "bigint",
    "customer_id": "varchar",
    "product_id": "varchar",
    "category": "varchar",
    "ordered_on": "date",
}
Pair = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """A line of a valid order."""

    order_id: str
    customer_id: str | None
    product_id: str | None
    days_ago: int
    category: str | None = None
    source_system: str = ""

    @property
    def product(self) -> str | None:
        """The product as it is written."""
        if self.product_id is None or not self.source_system:
            return self.product_id
        return f"{self.source_system}:{self.product_id}"


def orders(
    *baskets: str | Iterable[str], days_ago: int = 0, customer: str | None = None, first: int = 1
) -> list[Line]:
    """Return one order for each basket, each of a customer of its own unless one is named."""
    return [
        Line(f"o{number}", customer or f"c{number}", product, days_ago)
        for number, basket in enumerate(baskets, first)
        for product in basket
    ]


@contextmanager
def build(
    project: CompiledProject, lines: Sequence[Line], customers: Iterable[str] = ()
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Build what goes with what of valid lines, whose customers are there by themselves."""
    manifest = project.manifest
    names = {line.customer_id for line in lines if line.customer_id is not None}
    with duckdb.connect() as connection:
        connection.execute(f"attach ':memory:' as {NAME}")
        connection.execute(f"use {NAME}")
        columns = ", ".join(f"{name} {kind}" for name, kind in LINE_COLUMNS.items())
        connection.execute(f"create table int_valid_order_lines ({columns})")
        rows = pa.Table.from_pylist(
            [
                {
                    **{name: getattr(line, name, number) for name in LINE_COLUMNS},
                    "ordered_on": LAST_DAY - timedelta(days=line.days_ago),
                }
                for number, line in enumerate(lines)
            ]
        )
        if lines:
            connection.register("rows", rows)
            connection.execute("insert into int_valid_order_lines by name from rows")
        connection.execute(f"create table int_as_of as select date '{LAST_DAY}' as as_of_date")
        connection.execute("create table int_customers (customer_id varchar)")
        for name in sorted({*names, *customers}):
            connection.execute("insert into int_customers values (?)", [name])
        connection.execute(
            "create table int_products as "
            "select * from (values ('a', 'Tea')) as products(product_id, product_name)"
        )
        built = set(connection.execute("show tables").fetchall())
        waiting = [
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model" and "affinities" in node["fqn"][:-1]
        ]
        assert waiting
        while waiting:
            for node in list(waiting):
                parents = {
                    (manifest["nodes"][parent]["name"],)
                    for parent in node["depends_on"]["nodes"]
                    if parent in manifest["nodes"]
                }
                if parents <= built:
                    if node["language"] == "python":
                        run_python_model(connection, node)
                    else:
                        connection.execute(
                            f"create table {node['relation_name']} as {node['compiled_code']}"
                        )
                    built.add((node["name"],))
                    waiting.remove(node)
        yield connection


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query by the names of its columns."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# Plain Python, from the definitions alone.


def known(lines: Iterable[Line], moment: int) -> list[Line]:
    """Return the lines that are known so many days ago."""
    return [line for line in lines if line.days_ago >= moment]


def baskets_of(
    lines: Iterable[Line], moment: int, basis: str, item: str = "product"
) -> list[set[str]]:
    """Return the baskets of the 365 days before a moment that count."""
    baskets: dict[object, set[str]] = defaultdict(set)
    for line in known(lines, moment):
        basket = (line.source_system, line.order_id) if basis == "order" else line.customer_id
        name = line.product if item == "product" else line.category
        if line.days_ago < moment + 365 and name is not None and basket is not None:
            baskets[basket].add(name)
    return [basket for basket in baskets.values() if len(basket) <= MAX_PRODUCTS]


def pairs_of(baskets: list[set[str]]) -> dict[Pair, dict[str, Any]]:
    """Return what each pair that enough baskets have in common is measured by."""
    single = Counter(item for basket in baskets for item in basket)
    both = Counter(pair for basket in baskets for pair in combinations(sorted(basket), 2))
    return {
        (one, other): {
            "baskets_with_both": count,
            "basket_count": len(baskets),
            "support": Fraction(count, len(baskets)),
            "confidence": Fraction(count, single[one]),
            "other_confidence": Fraction(count, single[other]),
            "lift": Fraction(count * len(baskets), single[one] * single[other]),
            "jaccard": Fraction(count, single[one] + single[other] - count),
        }
        for (one, other), count in both.items()
        if count >= MIN_BASKETS
    }


def bought_by(lines: Iterable[Line]) -> dict[str, set[str]]:
    """Return what each customer ever bought."""
    bought: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        if line.customer_id is not None and line.product is not None:
            bought[line.customer_id].add(line.product)
    return bought


def going_with(
    pairs: dict[Pair, dict[str, Any]], bought: set[str], number: int
) -> list[tuple[str, int, int]]:
    """Return the products that go best with what was bought: score in billionths, of how many."""
    near: dict[str, list[tuple[Fraction, str]]] = defaultdict(list)
    for (one, other), measures in pairs.items():
        near[one].append((-measures["jaccard"], other))
        near[other].append((-measures["jaccard"], one))
    found: dict[str, list[int]] = defaultdict(list)
    for product in bought:
        for jaccard, other in sorted(near[product])[:NEIGHBOURS]:
            if other not in bought:
                found[other].append(int(-jaccard * 10**9 + Fraction(1, 2)))
    best = sorted(found, key=lambda other: (-sum(found[other]), other))[:number]
    return [(other, sum(found[other]), len(found[other])) for other in best]


def most_bought(lines: Sequence[Line], moment: int) -> list[tuple[str, int]]:
    """Return the products by the orders that hold them."""
    counts = Counter(item for basket in baskets_of(lines, moment, "order") for item in basket)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def quality_of(lines: Sequence[Line]) -> dict[str, Any]:
    """Return how many were hit by ten of what they would have been shown thirty days ago."""
    before, now = bought_by(known(lines, BACK_TEST_DAYS)), bought_by(lines)
    pairs = pairs_of(baskets_of(lines, BACK_TEST_DAYS, "customer"))
    popular = [product for product, _ in most_bought(lines, BACK_TEST_DAYS)]
    tested = [customer for customer in before if now[customer] - before[customer]]
    hits = {"affinity": 0, "popular": 0}
    for customer in tested:
        bought, new = before[customer], now[customer] - before[customer]
        often = [product for product in popular if product not in bought][:10]
        best = [product for product, _, _ in going_with(pairs, bought, 10)] or often
        hits["affinity"] += not new.isdisjoint(best)
        hits["popular"] += not new.isdisjoint(often)
    return {
        "customer_count": len(tested),
        "affinity_hit_count": hits["affinity"],
        "popular_hit_count": hits["popular"],
        "is_affinity_used": hits["affinity"] >= hits["popular"],
    }


def recommendations_of(lines: Sequence[Line], customers: Iterable[str]) -> list[tuple[Any, ...]]:
    """Return what each customer is recommended, with place, product, score and basis."""
    bought, popular = bought_by(lines), most_bought(lines, 0)
    pairs = pairs_of(baskets_of(lines, 0, "customer"))
    is_affinity_used = quality_of(lines)["is_affinity_used"]
    found = []
    for customer in customers:
        best = going_with(pairs, bought[customer], PER_CUSTOMER) if is_affinity_used else []
        often = [item for item in popular if item[0] not in bought[customer]][:PER_CUSTOMER]
        shown = [(product, score / 10**9, "affinity") for product, score, _ in best] or [
            (product, float(count), "popularity") for product, count in often
        ]
        found += [(customer, place, *product) for place, product in enumerate(shown, 1)]
    return sorted(found)


def draw(seed: int) -> list[Line]:
    """Draw lines around the bounds of both moments, of few products, in two source systems."""
    chance = random.Random(seed)
    days = [0, 1, 29, 30, 31, 100, 200, 334, 335, 364, 365, 366, 394, 395, 396, 700]
    products = [*"abcdefghij"[: chance.choice((3, 6, 10))], "till:a", "é", None]
    lines = []
    for number in range(chance.choice((0, 1, 40, 150, 300))):
        order_id = f"o{number // 2}"
        source_system = ("", "till")[number % 2]
        customer_id = chance.choice((None, *(f"c{chance.randrange(40)}" for _ in range(9))))
        day = chance.choice(days) if chance.random() < 0.5 else chance.choice(days[:6])
        taste = chance.choice(products)
        for _ in range(chance.choice((1, 1, 2, 3, 5))):
            product = taste if chance.random() < 0.3 else chance.choice(products)
            category = None if product is None else product[-1:].upper()
            lines.append(Line(order_id, customer_id, product, day, category, source_system))
    return lines


@pytest.mark.parametrize("seed", SHOPS)
def test_random_shops_agree_with_plain_python(seed: int, compiled_project: CompiledProject) -> None:
    lines = draw(seed)
    customers = sorted({*bought_by(lines), "nobody", *(f"c{number}" for number in range(40))})
    with build(compiled_project, lines, customers) as connection:
        for moment, is_back_test in ((0, False), (BACK_TEST_DAYS, True)):
            for basis in ("order", "customer"):
                for item in ("product", "category"):
                    expected = pairs_of(baskets_of(lines, moment, basis, item))
                    if is_back_test and (basis, item) != ("customer", "product"):
                        expected = {}
                    found = {
                        (row["item"], row["other_item"]): row
                        for row in rows_of(
                            connection,
                            f"select * from affinities where is_back_test = {is_back_test} "
                            f"and basis = '{basis}' and item_type = '{item}'",
                        )
                    }
                    assert found.keys() == expected.keys()
                    for pair, measures in expected.items():
                        for measure, value in measures.items():
                            assert found[pair][measure] == pytest.approx(float(value), rel=1e-12)
        (quality,) = rows_of(connection, "select * from recommendation_quality")
        recommended = connection.execute(
            "select customer_id, recommendation_rank, product_id, score, basis "
            "from customer_recommendations order by customer_id, recommendation_rank"
        ).fetchall()
    expected_quality = quality_of(lines)
    assert {name: quality[name] for name in expected_quality} == expected_quality
    assert recommended == recommendations_of(lines, customers)


def test_random_shops_are_of_every_kind() -> None:
    """Both outcomes of the back-test, pairs of both moments, and recommendations of both kinds."""
    shops = [draw(seed) for seed in SHOPS]
    assert {quality_of(lines)["is_affinity_used"] for lines in shops} == {True, False}
    assert {bool(pairs_of(baskets_of(lines, 30, "customer"))) for lines in shops} == {True, False}
    kinds = {
        row[-1] for lines in shops for row in recommendations_of(lines, sorted(bought_by(lines)))
    }
    assert kinds == {"affinity", "popularity"}
    assert {len(lines) for lines in shops} >= {0}


def pairs_found(connection: duckdb.DuckDBPyConnection, basis: str) -> dict[Pair, int]:
    """Return the pairs of the day, with the baskets that hold both."""
    rows = connection.execute(
        "select product_id, other_product_id, baskets_with_both from product_affinities "
        f"where basis = '{basis}'"
    ).fetchall()
    return {(one, other): count for one, other, count in rows}


def test_pairs_have_five_baskets_in_common(compiled_project: CompiledProject) -> None:
    """The same product twice is no pair with itself, and makes no basket more."""
    lines = orders("aab", "ba", "ab", "ab", "ab", "ac", "ac", "ac", "ac", "a", "d")
    with build(compiled_project, lines) as connection:
        assert pairs_found(connection, "order") == {("a", "b"): 5}
        assert pairs_found(connection, "customer") == {("a", "b"): 5}
        (row,) = rows_of(connection, "select * from product_affinities where basis = 'order'")
    assert (row["product_basket_count"], row["other_product_basket_count"]) == (10, 5)
    assert (row["basket_count"], row["jaccard"]) == (11, 0.5)


def test_orders_of_one_customer_are_one_basket(compiled_project: CompiledProject) -> None:
    lines = [
        *(Line(f"first {number}", f"c{number}", "a", 3) for number in range(5)),
        *(Line(f"second {number}", f"c{number}", "b", 2) for number in range(5)),
        *orders(*["ac"] * 9, customer="regular", first=100),
    ]
    with build(compiled_project, lines) as connection:
        assert pairs_found(connection, "order") == {("a", "c"): 9}
        assert pairs_found(connection, "customer") == {("a", "b"): 5}


@pytest.mark.parametrize(
    ("days_ago", "is_in_day", "is_in_back_test"),
    [
        (0, True, False),
        (29, True, False),
        (30, True, True),
        (364, True, True),
        (365, False, True),
        (394, False, True),
        (395, False, False),
    ],
)
def test_bounds_of_both_moments(
    days_ago: int, is_in_day: bool, is_in_back_test: bool, compiled_project: CompiledProject
) -> None:
    with build(compiled_project, orders(*["ab"] * 5, days_ago=days_ago)) as connection:
        rows = connection.execute(
            "select is_back_test from affinities where basis = 'customer' and item_type = 'product'"
        ).fetchall()
    assert ((False,) in rows) == is_in_day
    assert ((True,) in rows) == is_in_back_test


@pytest.mark.parametrize(("products", "is_left_out"), [(MAX_PRODUCTS, False), (1001, True)])
def test_a_basket_that_is_too_large_is_left_out(
    products: int, is_left_out: bool, compiled_project: CompiledProject
) -> None:
    large = [f"p{number:04}" for number in range(products)]
    lines = [*orders(*[["p0000", "p0001"]] * 4), *orders(large, first=9)]
    with build(compiled_project, lines) as connection:
        expected = {} if is_left_out else {("p0000", "p0001"): 5}
        assert pairs_found(connection, "order") == expected
        assert pairs_found(connection, "customer") == expected


def test_recommendations_say_with_how_many_products_they_go(
    compiled_project: CompiledProject,
) -> None:
    lines = [*orders(*["abc"] * 5), *orders("ab", customer="ann", first=9)]
    with build(compiled_project, lines, ["nobody"]) as connection:
        rows = rows_of(
            connection, "select * from customer_recommendations order by recommendation_rank"
        )
        (quality,) = rows_of(connection, "select * from recommendation_quality")
    assert quality["customer_count"] == 0
    assert quality["affinity_hit_rate_at_10"] is quality["popular_hit_rate_at_10"] is None
    assert quality["is_affinity_used"]
    (ann,) = (row for row in rows if row["customer_id"] == "ann")
    assert (ann["product_id"], ann["basis"]) == ("c", "affinity")
    assert ann["reason"] == "bought with 2 of your products"
    assert ann["score"] == pytest.approx(10 / 6, abs=1e-8)
    shown = [row for row in rows if row["customer_id"] == "nobody"]
    assert [(row["product_id"], row["score"]) for row in shown] == [("a", 6), ("b", 6), ("c", 5)]
    assert shown[0]["product_name"] == "Tea"
    assert shown[0]["reason"] == "among the most bought, 6 orders in 365 days"
    # Who has everything is shown nothing.
    assert {row["customer_id"] for row in rows} == {"ann", "nobody"}


def losing_shop() -> list[Line]:
    """Return a shop in which b goes with a, and who had a bought c, which most others had."""
    return [
        *orders(*["ab"] * 5, days_ago=90),
        *orders(*["c"] * 9, days_ago=90, first=20),
        *orders("a", days_ago=60, customer="ann", first=40),
        *orders("c", days_ago=3, customer="ann", first=41),
    ]


def test_recommendations_fall_back_where_they_lose(compiled_project: CompiledProject) -> None:
    """Ten of what is bought most are all that there is: only fewer products lose."""
    lines = losing_shop()
    with build(compiled_project, lines) as connection:
        (quality,) = rows_of(connection, "select * from recommendation_quality")
        rows = rows_of(connection, "select * from customer_recommendations")
    assert (quality["affinity_hit_rate_at_10"], quality["popular_hit_rate_at_10"]) == (0, 1)
    assert not quality["is_affinity_used"]
    assert quality["tested_as_of_date"] == LAST_DAY - timedelta(days=BACK_TEST_DAYS)
    assert {row["basis"] for row in rows} == {"popularity"}
    (ann,) = (row for row in rows if row["customer_id"] == "ann")
    assert ann["product_id"] == "b"
    assert ann["reason"].endswith("5 orders in 365 days, which foretold more than what goes along")
    won = [line if line.order_id != "o41" else Line("o41", "ann", "b", 3) for line in losing_shop()]
    with build(compiled_project, won) as connection:
        (quality,) = rows_of(connection, "select * from recommendation_quality")
    assert (quality["affinity_hit_count"], quality["popular_hit_count"]) == (1, 1)
    assert quality["is_affinity_used"]


def test_no_orders(compiled_project: CompiledProject) -> None:
    with build(compiled_project, [], ["nobody"]) as connection:
        (quality,) = rows_of(connection, "select * from recommendation_quality")
        counts = [
            connection.execute(f"select count(*) from {table}").fetchone()
            for table in ("product_affinities", "category_affinities", "customer_recommendations")
        ]
    assert quality["customer_count"] == 0
    assert quality["is_affinity_used"]
    assert counts == [(0,)] * 3


def test_one_order(compiled_project: CompiledProject) -> None:
    with build(compiled_project, orders("a"), ["nobody"]) as connection:
        rows = rows_of(connection, "select * from customer_recommendations")
    assert [(row["customer_id"], row["product_id"]) for row in rows] == [("nobody", "a")]


def test_products_of_two_source_systems_are_two(compiled_project: CompiledProject) -> None:
    lines = [
        Line(f"o{number}", None, "a", 0, source_system=source_system)
        for number in range(5)
        for source_system in ("", "till")
    ]
    with build(compiled_project, lines, ["nobody"]) as connection:
        rows = rows_of(
            connection, "select * from customer_recommendations order by recommendation_rank"
        )
        assert pairs_found(connection, "order") == {}
    assert [row["product_id"] for row in rows] == ["a", "till:a"]


# Published by mlxtend as its example of association rules, of the same file.
CUPS, PLATES = "SET/6 RED SPOTTY PAPER CUPS", "SET/6 RED SPOTTY PAPER PLATES"
GREEN, RED = "ALARM CLOCK BAKELIKE GREEN", "ALARM CLOCK BAKELIKE RED"


def test_published_rules_of_french_baskets(
    tmp_path: Path, compiled_project: CompiledProject
) -> None:
    """392 baskets by invoice; the days are squeezed into the year before the day of the build."""
    source = DATA_FOLDER / str(SOURCES["uci_online_retail"])
    if not source.exists():
        pytest.skip(f"the file of UCI Online Retail is not at {source}")
    raw = tmp_path / "raw"
    raw.mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create table lines as
            select
                InvoiceNo as order_id,
                row_number() over () as line_number,
                trim(Description) as product_id,
                1 as quantity,
                1 as unit_price,
                date '2026-06-29'
                - cast(floor((date '2011-12-09' - cast(InvoiceDate as date)) / 2) as integer)
                    as ordered_at
            from '{source}'
            where Country = 'France' and InvoiceNo not like '%C%' and Description is not null
            """
        )
        connection.execute(
            f"""
            copy (
                select order_id, min(ordered_at) as ordered_at, 'completed' as status,
                    'USD' as currency, 1 as subtotal_amount
                from lines group by order_id
            ) to '{raw}/orders.parquet'
            """
        )
        connection.execute(f"copy (select * from lines) to '{raw}/order_lines.parquet'")
    with compiled_project.build(raw, tmp_path, ["product_affinities"]) as connection:
        rows = {
            (row["product_id"], row["other_product_id"]): row
            for row in rows_of(connection, "select * from product_affinities where basis = 'order'")
        }
    cups = rows[CUPS, PLATES]
    assert cups["basket_count"] == 392
    assert round(cups["support"], 6) == 0.122449
    assert round(cups["confidence"], 6) == 0.888889
    assert round(cups["lift"], 6) == 6.968889
    clocks = rows[GREEN, RED]
    assert round(clocks["support"], 6) == 0.079082
    assert round(clocks["confidence"], 6) == 0.815789
    assert round(clocks["lift"], 6) == 8.642959
