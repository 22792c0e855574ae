"""The named segments: one function each, grouped by family."""

from collections.abc import Mapping

from ..shop import Shop
from .browsing import BROWSING
from .email import EMAIL
from .membership import Membership, Rule
from .place_person_need_technology import PLACE_PERSON_NEED_TECHNOLOGY
from .prediction import PREDICTION
from .purchase import PURCHASE
from .satisfaction import SATISFACTION
from .value import VALUE

RULES: dict[str, Rule] = {
    **PURCHASE,
    **EMAIL,
    **BROWSING,
    **SATISFACTION,
    **PLACE_PERSON_NEED_TECHNOLOGY,
    **VALUE,
    **PREDICTION,
}


def find_memberships(
    shop: Shop, given: Mapping[str, set[Membership]]
) -> dict[str, set[Membership]]:
    """Return the members of every segment, each customer and value once.

    Args:
        shop: the shop.
        given: the members of segments that a model fills, which is proved elsewhere.
    """
    return {
        segment: given[segment] if segment in given else set(rule(shop))
        for segment, rule in RULES.items()
    }
