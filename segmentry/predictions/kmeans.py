"""K-means, and how many clusters there are.

Lloyd's iterations start from seeds of k-means++ (Arthur & Vassilvitskii 2007); the number of
clusters is that with the greatest silhouette (Rousseeuw 1987). The same points in the same order
give the same centroids, whatever the number of threads: no sum is left to BLAS, which divides its
sums among as many as there are.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.cluster.vq import vq
from scipy.spatial.distance import cdist

from segmentry.predictions.fitting import Array

Labels = npt.NDArray[np.intp]

SEED = 8
STARTS = 5
# Rounds until nothing moves are a few dozen; rounding could let two centroids take turns for ever.
MAX_ROUNDS = 1000


def squared_distances(points: Array, centroids: Array) -> Array:
    """Return a row per point and a column per centroid, summed in the order of the coordinates.

    Args:
        points: a row each.
        centroids: a row each, with as many coordinates.
    """
    squares = np.empty((len(points), len(centroids)))
    for column, centroid in enumerate(centroids):
        total = np.zeros(len(points))
        for axis, coordinate in enumerate(centroid):
            total += (points[:, axis] - coordinate) ** 2
        squares[:, column] = total
    return squares


def nearest(points: Array, centroids: Array) -> Labels:
    """Return the place of the centroid that each point is nearest to; of equals the first."""
    labels: Labels = np.argmin(squared_distances(points, centroids), axis=1)
    return labels


def settle(points: Array, centroids: Array) -> Array:
    """Return the centroids to which Lloyd's iterations lead, when nothing moves any more.

    A centroid that no point is nearest to moves to the point that is furthest from its own.

    Args:
        points: a row each; at least as many different ones as there are centroids.
        centroids: where to begin, a row each.
    """
    before: Labels | None = None
    for _ in range(MAX_ROUNDS):
        labels, distances = vq(points, centroids, check_finite=False)
        if before is not None and np.array_equal(labels, before):
            break
        before = labels
        centroids = _means(points, labels, len(centroids))
        if empty := np.flatnonzero(np.isnan(centroids[:, 0])).tolist():
            centroids[empty] = points[np.argsort(-distances, kind="stable")[: len(empty)]]
    return centroids


def _means(points: Array, labels: Labels, count: int) -> Array:
    """Return the mean of the points of each label; not a number where there is none."""
    sizes = np.bincount(labels, minlength=count)
    sums = [np.bincount(labels, axis, minlength=count) for axis in points.T]
    with np.errstate(invalid="ignore"):
        return np.column_stack(sums) / sizes[:, np.newaxis]


def seed_centroids(points: Array, count: int, generator: np.random.Generator) -> Array:
    """Return some of the points, each drawn by the square of its distance to those drawn before.

    Args:
        points: a row each; at least `count` different ones.
        count: how many to draw.
        generator: the source of chance.
    """
    chosen = [min(int(generator.random() * len(points)), len(points) - 1)]
    nearest = squared_distances(points, points[chosen])[:, 0]
    while len(chosen) < count:
        reached = np.cumsum(nearest)
        drawn = int(np.searchsorted(reached, generator.random() * reached[-1], side="right"))
        chosen.append(min(drawn, len(points) - 1))
        nearest = np.minimum(nearest, squared_distances(points, points[chosen[-1:]])[:, 0])
    return points[chosen]


def best_centroids(points: Array, count: int) -> Array:
    """Return the centroids with the least squared distances that several starts lead to.

    Args:
        points: a row each; at least `count` different ones.
        count: how many clusters.
    """
    found = []
    for start in range(STARTS):
        generator = np.random.Generator(np.random.PCG64([SEED, count, start]))
        centroids = settle(points, seed_centroids(points, count, generator))
        inertia = float(np.sum(np.min(squared_distances(points, centroids), axis=1)))
        found.append((inertia, centroids))
    return min(found, key=lambda start: start[0])[1]


def silhouette(points: Array, labels: Labels) -> float:
    """Return how much nearer points are to their own cluster than to the next, -1 to 1, on average.

    A point that is alone in its cluster counts 0; everything is 0 where there is one cluster.

    Args:
        points: a row each, a few thousand: every one is held against every other.
        labels: the cluster of each point.
    """
    between = cdist(points, points)
    kinds, own = np.unique(labels, return_inverse=True)
    if len(kinds) < 2:
        return 0.0
    sizes = np.bincount(own)
    sums = np.column_stack([between[:, own == kind].sum(axis=1) for kind in range(len(kinds))])
    rows = np.arange(len(own))
    inside = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    largest = np.maximum(inside, outside)
    is_told = (sizes[own] > 1) & (largest > 0)
    widths = np.divide(outside - inside, largest, out=np.zeros(len(own)), where=is_told)
    return float(widths.mean())


def choose_centroids(points: Array, sample: Array, counts: Iterable[int]) -> Array:
    """Return the best centroids of that number of clusters which has the greatest silhouette.

    Of equals the smaller number is taken.

    Args:
        points: a row each.
        sample: those of them that the silhouette is taken of.
        counts: the numbers of clusters to try, ascending; at most as many as different points.
    """
    found = []
    for count in counts:
        centroids = best_centroids(points, count)
        found.append((silhouette(sample, nearest(sample, centroids)), centroids))
    return max(found, key=lambda attempt: attempt[0])[1]
