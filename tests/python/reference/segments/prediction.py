"""Segments of what buyers will do. Shops that are drawn are too small for a forecast."""

from collections.abc import Iterator

from ..shop import Shop
from .membership import Membership, Rule

MIN_BUYERS = 500


def nobody(shop: Shop) -> Iterator[Membership]:
    """Yield nobody: every forecast is withheld.

    Raises:
        AssertionError: when the shop is large enough to be forecast.
    """
    assert len(shop.buyers) < MIN_BUYERS
    yield from ()


PREDICTION: dict[str, Rule] = dict.fromkeys(
    (
        *("likely_buyers", "churn_risks", "due_for_reorder"),
        *("predicted_high_value", "slipping_away"),
    ),
    nobody,
)
