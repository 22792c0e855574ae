"""Segments of what buyers will do. Shops that are drawn are too small for a forecast."""

from collections.abc import Iterator

from ..shop import Shop
from .membership import Membership, Rule

MIN_BUYERS = 500
CLUSTERS_MIN_BUYERS = 100


def nobody(shop: Shop) -> Iterator[Membership]:
    """Yield nobody: every forecast is withheld.

    Raises:
        AssertionError: when the shop is large enough to be forecast.
    """
    assert len(shop.buyers) < MIN_BUYERS
    yield from ()


def nobody_in_a_cluster(shop: Shop) -> Iterator[Membership]:
    """Yield nobody: there are too few buyers to fall into clusters.

    Raises:
        AssertionError: when there are enough.
    """
    assert len(shop.buyers) < CLUSTERS_MIN_BUYERS
    yield from ()


PREDICTION: dict[str, Rule] = {
    **dict.fromkeys(
        (
            *("likely_buyers", "churn_risks", "due_for_reorder"),
            *("predicted_high_value", "slipping_away"),
        ),
        nobody,
    ),
    "spending_clusters": nobody_in_a_cluster,
}
