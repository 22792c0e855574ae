"""Buyers who buy alike: tables in, tables out.

- *Buyers*, one row each: `customer_id`; `net_revenue` (of all time, in the shop's currency),
  `order_count` (at least 1), `full_price_share` (of their orders, 0 to 1) and
  `days_since_last_order`; and what of these they are compared by: `log_net_revenue`
  (ln(1 + net revenue), which counts as 0 below 0), `log_order_count` (ln), `full_price_share` as
  it is, and `log_days_since_last_order` (ln(1 + days)). The logarithms are given, so that SQL,
  which says for each buyer what centroid is the nearest, takes the very same numbers.
- *Published*, one row per cluster of the last published version, none before the first: `cluster`,
  and the columns `centroid_…`, `overall_mean_…` and `overall_deviation_…` of the result.

A coordinate is (value - mean) / deviation, with the mean and deviation of all buyers. Of several
nearest centroids the one with the smallest number is taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import count

import numpy as np
import pyarrow as pa
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from segmentry.errors import ValidationError
from segmentry.predictions.cluster_names import name_clusters, traits_of
from segmentry.predictions.fitting import Array
from segmentry.predictions.kmeans import (
    Labels,
    choose_centroids,
    nearest,
    settle,
    silhouette,
)
from segmentry.predictions.schemas import CLUSTERS_SCHEMA, SCALES

MIN_CLUSTERS = 3
MAX_CLUSTERS = 8
# Buyers on whom numbers of clusters and starts are tried, and of them those whose distances to each
# other are taken. The best try goes on over all buyers.
TRIED_BUYERS = 20_000
JUDGED_BUYERS = 2_000
# Other clusters than the published ones must be better by so much of a silhouette. What is found
# anew each day differs by less for no reason, and a fifth of a small shop's buyers would move.
MIN_GAIN = 0.02


def fit_clusters(buyers: pa.Table, published: pa.Table) -> pa.Table:
    """Return the clusters of buyers, in the order of their numbers (CLUSTERS_SCHEMA).

    There are 3 to 8, as many as have the greatest mean silhouette; the published ones go on, as
    many as they are, while these are not clearly better. There are none where less than three
    buyers differ. `average_…` is the mean of a cluster's buyers;
    `centroid_…` is in standard deviations from the mean of all, and `overall_mean_…` and
    `overall_deviation_…` are that mean and deviation, which is 1 where all buyers are alike.
    `silhouette` is that of the clusters returned, on a sample.

    Args:
        buyers: see above, in any order.
        published: see above.

    Raises:
        ValidationError: when a table lacks a column or has nulls.
    """
    buyers = buyers.sort_by("customer_id")
    told, scaled = _columns(buyers, SCALES), _columns(buyers, SCALES.values())
    if not len(buyers):
        return CLUSTERS_SCHEMA.empty_table()
    mean, deviation = _spread(scaled)
    points = (scaled - mean) / deviation
    drawn = _drawn(buyers)
    tried, judged = points[drawn[:TRIED_BUYERS]], points[drawn[:JUDGED_BUYERS]]
    most = min(MAX_CLUSTERS, len(np.unique(tried, axis=0)))
    if most < MIN_CLUSTERS:
        return CLUSTERS_SCHEMA.empty_table()

    known = (_unscaled(published) - mean) / deviation
    centroids = settle(points, choose_centroids(tried, judged, range(MIN_CLUSTERS, most + 1)))
    if MIN_CLUSTERS <= len(known) <= most:
        continued = settle(points, known)
        if _silhouette(judged, centroids) < _silhouette(judged, continued) + MIN_GAIN:
            centroids = continued
    centroids = _by_revenue(centroids, points, told)
    numbers = number_clusters(centroids, known, published["cluster"].to_pylist())
    in_order = np.argsort(numbers)
    centroids, numbers = centroids[in_order], numbers[in_order]
    labels = nearest(points, centroids)
    columns: dict[str, Array | Labels] = {
        "cluster": numbers,
        "customer_count": np.bincount(labels, minlength=len(numbers)),
        **_named("average", SCALES, _averages(told, labels, len(numbers))),
        **_named("centroid", SCALES.values(), centroids),
        **_named("overall_mean", SCALES.values(), np.tile(mean, (len(numbers), 1))),
        **_named("overall_deviation", SCALES.values(), np.tile(deviation, (len(numbers), 1))),
        "silhouette": np.full(len(numbers), _silhouette(judged, centroids)),
    }
    named = columns | {"cluster_name": _names(columns)}
    return pa.table({name: named[name] for name in CLUSTERS_SCHEMA.names}, CLUSTERS_SCHEMA)


def number_clusters(centroids: Array, known: Array, known_numbers: Sequence[int]) -> Labels:
    """Return the numbers of clusters: those of the known ones that they go on, and free ones.

    Clusters are matched so that the sum of their distances is the least.

    Args:
        centroids: those to number; of several without a match the first gets the smallest number.
        known: those that have numbers, on the same scale; none at first.
        known_numbers: their numbers, from 1.
    """
    numbers = np.zeros(len(centroids), dtype=np.intp)
    rows, columns = linear_sum_assignment(cdist(centroids, known))
    numbers[rows] = np.asarray(known_numbers, dtype=np.intp)[columns]
    taken = set(numbers.tolist())
    free = (number for number in count(1) if number not in taken)
    for row in np.flatnonzero(numbers == 0):
        numbers[row] = next(free)
    return numbers


def _columns(table: pa.Table, names: Iterable[str]) -> Array:
    """Return columns of numbers side by side.

    Raises:
        ValidationError: when one is missing or has nulls.
    """
    columns = []
    for name in names:
        if name not in table.column_names:
            raise ValidationError(f"A table of clusters lacks the column {name}.")
        if table[name].null_count:
            raise ValidationError(f"The column {name} of a table of clusters has nulls.")
        columns.append(table[name].cast(pa.float64()).to_numpy())
    return np.column_stack(columns)


def _spread(scaled: Array) -> tuple[Array, Array]:
    """Return mean and deviation of each column; those of one that is alike throughout are exact."""
    is_alike = scaled.min(axis=0) == scaled.max(axis=0)
    mean = np.where(is_alike, scaled[0], scaled.mean(axis=0))
    return mean, np.where(is_alike, 1.0, scaled.std(axis=0))


def _drawn(buyers: pa.Table) -> Labels:
    """Return the positions of buyers in an order of chance that is the same from day to day."""
    lots = [
        blake2b(customer_id.encode(), digest_size=8).digest()
        for customer_id in buyers["customer_id"].to_pylist()
    ]
    return np.argsort(np.frombuffer(b"".join(lots), dtype=">u8"), kind="stable")


def _averages(told: Array, labels: Labels, clusters: int) -> Array:
    """Return a row per cluster with the mean of each column over its buyers."""
    sizes = np.bincount(labels, minlength=clusters)
    sums = [np.bincount(labels, column, minlength=clusters) for column in told.T]
    return np.column_stack(sums) / sizes[:, np.newaxis]


def _by_revenue(centroids: Array, points: Array, told: Array) -> Array:
    """Return centroids by their buyers' mean net revenue, greatest first; ties by themselves."""
    revenue = _averages(told, nearest(points, centroids), len(centroids))[:, 0]
    return centroids[np.lexsort([*-centroids.T[::-1], -revenue])]


def _silhouette(points: Array, centroids: Array) -> float:
    return silhouette(points, nearest(points, centroids))


def _unscaled(published: pa.Table) -> Array:
    """Return the centroids of a version, of which each has a mean and deviation of its own day."""
    mean, deviation, centroid = (
        _columns(published, (f"{kind}_{scale}" for scale in SCALES.values()))
        for kind in ("overall_mean", "overall_deviation", "centroid")
    )
    return mean + deviation * centroid


def _named(kind: str, names: Iterable[str], columns: Array) -> dict[str, Array]:
    return {f"{kind}_{name}": column for name, column in zip(names, columns.T, strict=True)}


def _names(columns: Mapping[str, Array | Labels]) -> list[str]:
    """Return the name of each cluster, by what is known of it."""
    traits = {}
    for row, number in enumerate(columns["cluster"].tolist()):
        centroid = {name: columns[f"centroid_{scale}"][row] for name, scale in SCALES.items()}
        traits[number] = traits_of(centroid, columns["average_order_count"][row])
    return list(name_clusters(traits).values())
