"""The named segments: one function each, grouped by family."""

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


def find_memberships(shop: Shop) -> dict[str, set[Membership]]:
    """Return the members of every segment, each customer and value once."""
    return {segment: set(rule(shop)) for segment, rule in RULES.items()}
