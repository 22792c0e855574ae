"""Clusters of buyers against plain computations on simulated shops, and their way through SQL."""

import itertools
import math
from collections.abc import Sequence
from time import process_time

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from segmentry.errors import ValidationError
from segmentry.predictions import clusters, kmeans
from segmentry.predictions.cluster_names import Trait, name_clusters, traits_of
from segmentry.predictions.clusters import fit_clusters, number_clusters
from segmentry.predictions.fitting import Array
from segmentry.predictions.kmeans import (
    best_centroids,
    choose_centroids,
    nearest,
    seed_centroids,
    settle,
    silhouette,
)
from segmentry.predictions.schemas import CLUSTERS_SCHEMA, SCALES
from tests.python.compiled import CompiledProject
from tests.python.conftest import PROVE

NOTHING = CLUSTERS_SCHEMA.empty_table()
SEEDS = range(20 if PROVE else 4)

# Net revenue, orders, share at full price and days since the last: one kind of buyer a line.
KINDS = (
    (5000.0, 40.0, 0.9, 3.0),
    (20.0, 1.0, 0.1, 3.0),
    (20.0, 1.0, 0.9, 600.0),
    (5000.0, 40.0, 0.1, 600.0),
    (300.0, 6.0, 0.5, 40.0),
    (5000.0, 1.0, 0.9, 40.0),
    (20.0, 40.0, 0.5, 600.0),
    (300.0, 1.0, 0.1, 600.0),
)


def generator_of(seed: int) -> np.random.Generator:
    """Return a source of chance."""
    return np.random.default_rng(seed)


def buyers_of(told: Array, ids: Sequence[str] | None = None) -> pa.Table:
    """Return buyers with their net revenue, orders, share at full price and days, a row each."""
    revenue, orders, share, days = np.asarray(told, dtype=np.float64).reshape(-1, 4).T
    return pa.table(
        {
            "customer_id": pa.array(
                ids or [f"buyer {number:06}" for number in range(len(revenue))], pa.string()
            ),
            "net_revenue": revenue,
            "order_count": orders,
            "full_price_share": share,
            "days_since_last_order": days,
            "log_net_revenue": np.log(1 + np.maximum(revenue, 0)),
            "log_order_count": np.log(orders),
            "log_days_since_last_order": np.log(1 + days),
        }
    )


def kinds_of_buyers(
    count: int, size: int, generator: np.random.Generator
) -> tuple[Array, list[int]]:
    """Return buyers of some kinds that lie far apart, and the kind of each."""
    kind_of = np.repeat(np.arange(count), size)
    told = np.array(KINDS)[kind_of]
    told[:, 0] *= generator.lognormal(0, 0.1, len(told))
    told[:, 2] += generator.uniform(-0.05, 0.05, len(told))
    told[:, 3] = np.round(told[:, 3] * generator.lognormal(0, 0.1, len(told)))
    return told, kind_of.tolist()


def usual_buyers(count: int, generator: np.random.Generator) -> Array:
    """Return buyers as shops have them, who fall into no groups."""
    orders = generator.geometric(0.5, count).astype(np.float64)
    revenue = np.round(orders * generator.lognormal(4, 0.7, count), 2)
    share = np.round(generator.beta(2, 2, count) * orders) / orders
    days = generator.integers(0, 700, count).astype(np.float64)
    return np.column_stack([revenue, orders, share, days])


def points_of(buyers: pa.Table, found: pa.Table) -> Array:
    """Return the coordinates of buyers by the mean and deviation that were found."""
    return np.column_stack(
        [
            (buyers[scale].to_numpy() - found[f"overall_mean_{scale}"][0].as_py())
            / found[f"overall_deviation_{scale}"][0].as_py()
            for scale in SCALES.values()
        ]
    )


def centroids_of(found: pa.Table) -> Array:
    """Return the centroids that were found, a row each."""
    return np.column_stack([found[f"centroid_{scale}"].to_numpy() for scale in SCALES.values()])


def assigned(buyers: pa.Table, found: pa.Table) -> list[int]:
    """Return the number of the cluster of each buyer, computed one by one."""
    centroids = centroids_of(found).tolist()
    numbers = found["cluster"].to_pylist()
    result = []
    for point in points_of(buyers, found).tolist():
        distances = [
            sum((one - other) ** 2 for one, other in zip(point, centroid, strict=True))
            for centroid in centroids
        ]
        result.append(numbers[distances.index(min(distances))])
    return result


def plain_silhouette(points: Sequence[Sequence[float]], labels: Sequence[int]) -> float:
    """Return the mean silhouette by its definition."""
    if len(set(labels)) < 2:
        return 0.0
    widths = []
    for own, point in enumerate(points):
        distances: dict[int, list[float]] = {label: [] for label in labels}
        for other, label in enumerate(labels):
            if other != own:
                distances[label].append(math.dist(point, points[other]))
        inside = distances.pop(labels[own])
        if not inside:
            widths.append(0.0)
            continue
        a = sum(inside) / len(inside)
        b = min(sum(outside) / len(outside) for outside in distances.values())
        widths.append((b - a) / max(a, b) if max(a, b) else 0.0)
    return sum(widths) / len(widths)


# What is found.


@pytest.mark.parametrize("count", range(3, 9))
@pytest.mark.parametrize("seed", SEEDS)
def test_groups_that_lie_apart_are_found_again(count: int, seed: int) -> None:
    told, kind_of = kinds_of_buyers(count, 60, generator_of(seed))
    buyers = buyers_of(told)
    found = fit_clusters(buyers, NOTHING)
    assert found["cluster"].to_pylist() == list(range(1, count + 1))
    assert found["customer_count"].to_pylist() == [60] * count
    assert len(set(zip(kind_of, assigned(buyers, found), strict=True))) == count
    assert found["silhouette"][0].as_py() > 0.7


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_said_of_clusters_is_true_of_their_buyers(seed: int) -> None:
    told = usual_buyers(700, generator_of(seed))
    told[:5, 0] = -10
    buyers = buyers_of(told)
    found = fit_clusters(buyers, NOTHING)
    labels = np.array(assigned(buyers, found))
    points = points_of(buyers, found)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(points.std(axis=0), 1, atol=1e-12)
    assert 3 <= len(found) <= 8
    for row, centroid in zip(found.to_pylist(), centroids_of(found), strict=True):
        own = labels == row["cluster"]
        assert row["customer_count"] == np.count_nonzero(own)
        averages = [row[f"average_{name}"] for name in SCALES]
        np.testing.assert_allclose(averages, told[own].mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(centroid, points[own].mean(axis=0), atol=1e-12)
        expected = plain_silhouette(points.tolist(), labels.tolist())
        assert row["silhouette"] == pytest.approx(expected, abs=1e-12)
    revenue = found["average_net_revenue"].to_pylist()
    assert revenue == sorted(revenue, reverse=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_number_of_clusters_has_the_greatest_silhouette(seed: int) -> None:
    points = generator_of(seed).normal(size=(150, 4))
    sample = points[:100]
    chosen = choose_centroids(points, sample, range(3, 9))
    silhouettes = {}
    for count in range(3, 9):
        labels = nearest(sample, best_centroids(points, count))
        silhouettes[count] = plain_silhouette(sample.tolist(), labels.tolist())
    assert len(chosen) == max(silhouettes, key=lambda count: silhouettes[count])
    np.testing.assert_array_equal(chosen, best_centroids(points, len(chosen)))


def test_of_equal_silhouettes_the_smaller_number_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kmeans, "silhouette", lambda points, labels: 0.5)
    points = generator_of(0).normal(size=(50, 4))
    assert len(choose_centroids(points, points, range(3, 9))) == 3


def test_silhouettes_of_odd_clusters() -> None:
    points = np.array([[0.0], [0.0], [1.0], [5.0]])
    for labels in itertools.product(range(3), repeat=4):
        measured = silhouette(points, np.array(labels))
        assert measured == pytest.approx(plain_silhouette(points.tolist(), labels)), labels
    assert silhouette(points, np.zeros(4, dtype=np.intp)) == 0
    same = np.zeros((4, 2))
    assert silhouette(same, np.array([0, 0, 1, 1])) == 0


# The same data, the same clusters.


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_rows_does_not_matter(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Fewer are tried than there are, and fewer judged than tried.
    monkeypatch.setattr(clusters, "TRIED_BUYERS", 300)
    monkeypatch.setattr(clusters, "JUDGED_BUYERS", 100)
    buyers = buyers_of(usual_buyers(900, generator_of(seed)))
    first_day = fit_clusters(buyers, NOTHING)
    shuffled = buyers.take(generator_of(seed).permutation(len(buyers)))
    assert fit_clusters(shuffled, NOTHING).equals(first_day)
    backwards = first_day.take(list(reversed(range(len(first_day)))))
    assert fit_clusters(shuffled, backwards).equals(fit_clusters(buyers, first_day))
    assert fit_clusters(pa.concat_tables([buyers[500:], buyers[:500]]), NOTHING).equals(first_day)


def test_who_is_tried_stays_so_as_the_shop_grows() -> None:
    ids = [f"buyer {number}" for number in range(1000)]
    before = clusters._drawn(pa.table({"customer_id": ids[::2]}))
    after = clusters._drawn(pa.table({"customer_id": ids}))
    were_there = [position // 2 for position in after.tolist() if position % 2 == 0]
    assert were_there == before.tolist()
    # No matter of when somebody came: among the first hundred drawn, half are of the newer half.
    assert 30 <= sum(position >= 500 for position in after[:100].tolist()) <= 70


# Numbers of the next day.


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_stay_as_the_shop_grows(seed: int) -> None:
    generator = generator_of(seed)
    told, kind_of = kinds_of_buyers(5, 60, generator)
    ids = [f"buyer {number:06}" for number in range(len(told))]
    found = fit_clusters(buyers_of(told, ids), NOTHING)
    numbers = dict(zip(kind_of, assigned(buyers_of(told), found), strict=True))
    # Two clusters with as many buyers as before, whose ranks in revenue are turned about.
    grown = told * np.array([1.0, 1.0, 1.0, 1.1])
    grown[np.array(kind_of) == 0, 0] /= 30
    more, more_kinds = kinds_of_buyers(5, 20, generator)
    grown, kind_of = np.vstack([grown, more]), kind_of + more_kinds
    more[:, 0] = np.where(np.array(more_kinds) == 0, more[:, 0] / 30, more[:, 0])
    grown[-len(more) :] = more
    order = generator.permutation(len(grown))
    buyers = buyers_of(grown[order], [f"another {number:06}" for number in order.tolist()])
    next_day = fit_clusters(buyers, found)
    assert next_day["cluster"].to_pylist() == [1, 2, 3, 4, 5]
    expected = [numbers[kind_of[position]] for position in order.tolist()]
    assert assigned(buyers, next_day) == expected
    revenue = next_day["average_net_revenue"].to_pylist()
    assert revenue != sorted(revenue, reverse=True)


def test_a_drift_of_the_mean_moves_no_number() -> None:
    told, kind_of = kinds_of_buyers(4, 50, generator_of(1))
    found = fit_clusters(buyers_of(told), NOTHING)
    numbers = dict(zip(kind_of, assigned(buyers_of(told), found), strict=True))
    # Nine in ten are of one kind now, so that the mean is at another place, and the spread less.
    more = np.repeat(told[:50], 36, axis=0)
    grown, kinds = np.vstack([told, more]), kind_of + [0] * len(more)
    next_day = fit_clusters(buyers_of(grown), found)
    assert abs(next_day["overall_mean_log_net_revenue"][0].as_py()) > 8
    expected = [numbers[kind] for kind in kinds]
    assert assigned(buyers_of(grown), next_day) == expected


def test_new_clusters_take_free_numbers_and_lost_ones_leave_theirs() -> None:
    def day(kinds: Sequence[int], published: pa.Table) -> dict[int, int]:
        told, kind_of = kinds_of_buyers(8, 50, generator_of(2))
        is_there = np.isin(kind_of, kinds)
        buyers = buyers_of(told[is_there])
        found = fit_clusters(buyers, published)
        days.append(found)
        own = np.array(kind_of)[is_there].tolist()
        return dict(zip(own, assigned(buyers, found), strict=True))

    days: list[pa.Table] = []
    # By mean net revenue: the kinds 0, 5 and 3 spend 5000, 4 spends 300, 1 and 2 spend 20.
    first = day([0, 4, 1, 2], NOTHING)
    assert first[0] == 1
    assert first[4] == 2
    assert {first[1], first[2]} == {3, 4}
    second = day([0, 1, 2], days[-1])
    assert second == {kind: first[kind] for kind in (0, 1, 2)}
    # 2 is free again, then 5: the one that spends more takes the smaller.
    third = day([0, 1, 2, 3, 7], days[-1])
    assert third == {**second, 3: 2, 7: 5}


@pytest.mark.parametrize("seed", range(30))
def test_matching_is_the_nearest_altogether(seed: int) -> None:
    generator = generator_of(seed)
    count, known_count = generator.integers(1, 6, 2).tolist()
    centroids = generator.normal(size=(count, 4))
    known = generator.normal(size=(known_count, 4))
    known_numbers = generator.permutation(8)[:known_count] + 1
    numbers = number_clusters(centroids, known, known_numbers.tolist()).tolist()
    assert len(set(numbers)) == count

    def cost(pairs: Sequence[tuple[int, int]]) -> float:
        return sum(math.dist(centroids[row], known[column]) for row, column in pairs)

    matched = min(count, known_count)
    least = min(
        cost(list(zip(rows, columns, strict=True)))
        for rows in itertools.permutations(range(count), matched)
        for columns in itertools.combinations(range(known_count), matched)
    )
    place = {number: column for column, number in enumerate(known_numbers.tolist())}
    free = iter(number for number in range(1, 20) if number not in place)
    kept = [(row, place[number]) for row, number in enumerate(numbers) if number in place]
    if count >= known_count:
        assert len(kept) == known_count
        new = [number for number in numbers if number not in place]
        assert new == [next(free) for _ in new]
    assert len(kept) == matched
    assert cost(kept) == pytest.approx(least)


@pytest.mark.parametrize(("gain", "is_kept"), [(0.019, True), (0.021, False)])
def test_published_clusters_go_on_until_others_are_clearly_better(
    gain: float, is_kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyers = buyers_of(usual_buyers(400, generator_of(3)))
    anew = fit_clusters(buyers, NOTHING)
    count = 8 if len(anew) < 8 else 3
    centroids = best_centroids(points_of(buyers, anew), count)
    published = pa.table(
        {
            "cluster": list(range(1, count + 1)),
            **{
                f"centroid_{scale}": centroids[:, place]
                for place, scale in enumerate(SCALES.values())
            },
            **{
                name: [anew[name][0].as_py()] * count
                for name in anew.column_names
                if name.startswith("overall_")
            },
        }
    )
    monkeypatch.setattr(
        clusters,
        "_silhouette",
        lambda points, centroids: 0.5 if len(centroids) == count else 0.5 + gain,
    )
    found = fit_clusters(buyers, published)
    assert len(found) == (count if is_kept else len(anew))


@pytest.mark.parametrize("seed", SEEDS)
def test_days_on_which_little_happens_move_few(seed: int) -> None:
    generator = generator_of(seed)
    told = usual_buyers(400, generator)
    found, before = NOTHING, None
    for _ in range(6):
        buyers = buyers_of(told)
        found = fit_clusters(buyers, found)
        after = np.array(assigned(buyers, found))
        if before is not None:
            assert np.mean(after != before) < 0.1
        before = after
        told[:, 3] += 1
        told[generator.integers(0, len(told), 2), 3] = 0


# Little to tell apart.


@pytest.mark.parametrize(
    "told",
    [
        [],
        [KINDS[0]],
        [KINDS[0], KINDS[1]],
        [KINDS[0]] * 200,
        [KINDS[0], KINDS[1]] * 100,
    ],
    ids=["nobody", "one", "two", "all alike", "two kinds"],
)
def test_less_than_three_who_differ_are_no_clusters(told: list[tuple[float, ...]]) -> None:
    assert fit_clusters(buyers_of(np.array(told)), NOTHING).equals(NOTHING)
    published = fit_clusters(buyers_of(np.array(KINDS[:4] * 10)), NOTHING)
    assert fit_clusters(buyers_of(np.array(told)), published).equals(NOTHING)


@pytest.mark.parametrize("copies", [1, 2, 60])
@pytest.mark.parametrize("kinds", [3, 4, 8])
def test_as_many_clusters_as_different_buyers(kinds: int, copies: int) -> None:
    told = np.array(KINDS[:kinds] * copies)
    found = fit_clusters(buyers_of(told), NOTHING)
    if copies == 1:
        # Who is alone in a cluster says nothing of how well it is told apart.
        assert 3 <= len(found) <= kinds
        return
    assert len(found) == kinds
    assert found["customer_count"].to_pylist() == [copies] * kinds
    assert found["silhouette"][0].as_py() == 1
    # Fewer are left of them than were published.
    left = told[told[:, 2] != 0.5]
    fewer = fit_clusters(buyers_of(left), found)
    assert fewer["customer_count"].to_pylist() == [copies] * len(np.unique(left, axis=0))
    assert set(fewer["cluster"].to_pylist()) <= set(found["cluster"].to_pylist())


@pytest.mark.parametrize("feature", range(4))
@pytest.mark.parametrize("value", [1.0, 0.1])
def test_what_is_alike_in_all_tells_nobody_apart(feature: int, value: float) -> None:
    told = usual_buyers(300, generator_of(4))
    told[:, feature] = value if feature != 1 else 3.0
    found = fit_clusters(buyers_of(told), NOTHING)
    scale = list(SCALES.values())[feature]
    assert found[f"overall_deviation_{scale}"].to_pylist() == [1.0] * len(found)
    assert found[f"centroid_{scale}"].to_pylist() == [0.0] * len(found)
    assert found[f"overall_mean_{scale}"][0] == buyers_of(told)[scale][0]
    assert 3 <= len(found) <= 8


def test_a_table_that_lacks_something_is_refused() -> None:
    buyers = buyers_of(usual_buyers(10, generator_of(5)))
    with pytest.raises(ValidationError, match="lacks the column log_order_count"):
        fit_clusters(buyers.drop_columns(["log_order_count"]), NOTHING)
    with_null = buyers.set_column(1, "net_revenue", pa.array([None] + [1.0] * 9))
    with pytest.raises(ValidationError, match="net_revenue of a table of clusters has nulls"):
        fit_clusters(with_null, NOTHING)
    with pytest.raises(ValidationError, match="lacks the column overall_mean_log_net_revenue"):
        fit_clusters(buyers, NOTHING.drop_columns(["overall_mean_log_net_revenue"]))


# K-means.


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", [1, 3, 8])
def test_nothing_moves_in_the_end(seed: int, count: int) -> None:
    points = generator_of(seed).normal(size=(200, 4))
    centroids = best_centroids(points, count)
    labels = nearest(points, centroids)
    for label in range(count):
        np.testing.assert_allclose(centroids[label], points[labels == label].mean(axis=0))
    np.testing.assert_array_equal(settle(points, centroids), centroids)


def test_the_best_of_several_starts_is_taken() -> None:
    points = generator_of(6).normal(size=(200, 4))

    def inertia(centroids: Array) -> float:
        return sum(
            min(math.dist(point, centroid) ** 2 for centroid in centroids.tolist())
            for point in points.tolist()
        )

    tried = [
        settle(
            points,
            seed_centroids(
                points, 6, np.random.Generator(np.random.PCG64([kmeans.SEED, 6, start]))
            ),
        )
        for start in range(kmeans.STARTS)
    ]
    inertias = [inertia(centroids) for centroids in tried]
    assert len(set(inertias)) > 1
    np.testing.assert_array_equal(best_centroids(points, 6), tried[inertias.index(min(inertias))])


def test_a_centroid_that_nobody_is_near_to_moves_to_the_furthest_point() -> None:
    points = np.array([[0.0], [1.0], [2.0], [10.0]])
    settled = settle(points, np.array([[1.0], [100.0], [101.0]]))
    assert sorted(settled[:, 0].tolist()) == [0.5, 2.0, 10.0]


@pytest.mark.parametrize("seed", SEEDS)
def test_seeds_are_different_points(seed: int) -> None:
    points = np.repeat(generator_of(seed).normal(size=(8, 4)), [500, 1, 1, 1, 1, 1, 1, 1], axis=0)
    seeds = seed_centroids(points, 8, generator_of(seed))
    assert len(np.unique(seeds, axis=0)) == 8


def test_of_equally_near_centroids_the_first_is_taken() -> None:
    points = np.array([[0.0, 0.0], [3.0, 0.0]])
    assert nearest(points, np.array([[1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]])).tolist() == [0, 0]


# Names.


def traits(revenue: float, orders: float, share: float, days: float, count: float) -> list[Trait]:
    """Return the traits of a centroid."""
    return traits_of(dict(zip(SCALES, (revenue, orders, share, days), strict=True)), count)


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (traits(0, 1.5, 0.9, 0, 7), "frequent, full price"),
        (traits(0, -0.7, 0, 1.1, 1.1), "one-time, long ago"),
        (traits(0, -0.7, 0, 1.1, 1.11), "few orders, long ago"),
        (traits(0.49, -0.49, 0.49, -0.49, 2), "average"),
        (traits(0.5, 0, 0, 0, 2), "high spending"),
        (traits(-0.5, 0, -0.5, 0, 2), "low spending, on discount"),
        (traits(0.6, 0.7, 0.8, -0.9, 5), "full price, recent"),
        (traits(1, 1, 1, 1, 5), "high spending, frequent"),
    ],
)
def test_names_say_what_is_out_of_the_ordinary(found: list[Trait], name: str) -> None:
    assert name_clusters({1: found}) == {1: name}


def test_names_are_told_apart() -> None:
    both = traits(2, 2, 0, 0, 5)
    named = name_clusters(
        {
            1: traits(2, 2, 1, 0, 5),
            2: both,
            3: both,
            4: traits(0, 0, 0, 0, 2),
            5: traits(0, 0, 0.4, 0, 2),
            7: traits(-2, 0, 0, 0, 2),
        }
    )
    assert named == {
        1: "high spending, frequent, full price",
        2: "high spending, frequent (2)",
        3: "high spending, frequent (3)",
        4: "average (4)",
        5: "average (5)",
        7: "low spending",
    }


@pytest.mark.parametrize("seed", range(50))
def test_no_two_clusters_share_a_name(seed: int) -> None:
    coarse = np.round(generator_of(seed).normal(size=(8, 4)))
    named = name_clusters(
        {
            row + 1: traits(values[0], values[1], values[2], values[3], 2)
            for row, values in enumerate(coarse.tolist())
        }
    )
    assert len(set(named.values())) == 8
    assert list(named) == list(range(1, 9))


# In SQL.


@pytest.mark.parametrize("seed", SEEDS)
def test_sql_assigns_the_nearest_centroid(compiled_project: CompiledProject, seed: int) -> None:
    buyers = buyers_of(usual_buyers(2000, generator_of(seed)))
    found = fit_clusters(buyers, NOTHING)
    cluster_inputs = buyers.append_column("as_of_date", pa.nulls(len(buyers), pa.date32()))
    with duckdb.connect(":memory:") as connection:
        connection.execute("attach ':memory:' as segmentry")
        connection.register("inputs", cluster_inputs)
        connection.register("found", found)
        connection.execute("create table segmentry.main.cluster_inputs as from inputs")
        connection.execute("create table segmentry.main.fitted_clusters as from found")
        query = compiled_project.manifest["nodes"]["model.segmentry.customer_clusters"]
        rows = connection.execute(
            f"select cluster, distance_to_centroid from ({query['compiled_code']}) "
            "order by customer_id"
        ).fetchall()
    expected = assigned(buyers, found)
    assert [cluster for cluster, _ in rows] == expected
    centroids = dict(zip(found["cluster"].to_pylist(), centroids_of(found), strict=True))
    points = points_of(buyers, found)
    distances = [
        math.dist(point, centroids[number])
        for point, number in zip(points.tolist(), expected, strict=True)
    ]
    np.testing.assert_allclose([distance for _, distance in rows], distances, atol=1e-12)
    counts = pc.value_counts(pa.array(expected)).to_pylist()
    assert {row["values"]: row["counts"] for row in counts} == dict(
        zip(found["cluster"].to_pylist(), found["customer_count"].to_pylist(), strict=True)
    )


def test_many_buyers_take_seconds() -> None:
    buyers = buyers_of(usual_buyers(100_000, generator_of(0)))
    started = process_time()
    fit_clusters(buyers, NOTHING)
    assert process_time() - started < 10
