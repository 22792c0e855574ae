"""Segments that fitted models fill. Shops that are drawn are too small for a forecast.

Some are large enough for clusters, which are then given by the build.
"""

from collections.abc import Iterator

from ..shop import Shop
from .membership import Membership, Rule

MIN_BUYERS = 500


def nobody(shop: Shop) -> Iterator[Membership]:
    """Yield nobody: every forecast is withheld, and clusters are not asked for.

    Raises:
        AssertionError: when the shop is large enough to be forecast.
    """
    assert len(shop.buyers) < MIN_BUYERS
    yield from ()


PREDICTION: dict[str, Rule] = dict.fromkeys(
    (
        *("likely_buyers", "churn_risks", "due_for_reorder"),
        *("predicted_high_value", "slipping_away", "spending_clusters"),
    ),
    nobody,
)
