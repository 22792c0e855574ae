"""Segments by what a buyer is worth."""

from collections.abc import Iterator
from fractions import Fraction

from ..facts import rank_by
from ..shop import Facts, Shop
from .membership import Membership, Rule, valued

TIERS = (
    (Fraction(1, 100), "top 1%"),
    (Fraction(5, 100), "top 5%"),
    (Fraction(20, 100), "top 20%"),
    (Fraction(1), "rest"),
)
RFM_HISTORY_DAYS = 90
# Group, recency scores, frequency scores.
RFM_GROUPS = (
    ("champions", (5,), (4, 5)),
    ("loyal", (3, 4), (4, 5)),
    ("potential loyalists", (4, 5), (2, 3)),
    ("new", (5,), (1,)),
    ("promising", (4,), (1,)),
    ("need attention", (3,), (3,)),
    ("about to sleep", (3,), (1, 2)),
    ("at risk", (1, 2), (3, 4)),
    ("cannot lose", (1, 2), (5,)),
    ("hibernating", (1, 2), (1, 2)),
)


def value_tiers(shop: Shop) -> Iterator[Membership]:
    """Buyers by their rank in net revenue, each in the highest tier that holds."""
    buyers = shop.buyers
    ranks = rank_by([shop.facts[person] for person in buyers], lambda facts: -facts["net_revenue"])
    for person, rank in zip(buyers, ranks, strict=True):
        tier = next(name for limit, name in TIERS if Fraction(rank, len(buyers)) <= limit)
        yield Membership(person, tier)


def rfm_groups(shop: Shop) -> Iterator[Membership]:
    """Buyers by their scores, once the shop has sold for long enough to compare them."""
    first_sale = min((order.ordered_on for order in shop.valid_orders), default=None)
    if first_sale is not None and (shop.clock.as_of_date - first_sale).days >= RFM_HISTORY_DAYS:
        yield from valued(rfm_group)(shop)


def rfm_group(facts: Facts, shop: Shop) -> str | None:
    """Return the group of a buyer's recency and frequency scores."""
    return next(
        (
            name
            for name, recency, frequency in RFM_GROUPS
            if facts["recency_score"] in recency and facts["frequency_score"] in frequency
        ),
        None,
    )


VALUE: dict[str, Rule] = {"value_tiers": value_tiers, "rfm_groups": rfm_groups}
