"""What a customer is likely to buy next, by what others bought together."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from ..identity import Person
from ..shop import Shop
from .membership import Membership, Rule

BASKET_DAYS = 365


def next_categories(shop: Shop) -> Iterator[Membership]:
    """Buyers, by the category never bought that goes best with one of their latest order."""
    buyers: dict[str, set[Person]] = defaultdict(set)
    for order in shop.valid_orders:
        if order.person is not None and shop.clock.is_recent(order.ordered_at, BASKET_DAYS):
            for category in order.categories:
                buyers[category].add(order.person)
    for person, history in shop.histories.items():
        orders = history.valid_orders
        latest = max((order.ordered_at for order in orders), default=None)
        bought = {category for order in orders for category in order.categories}
        last_bought = {
            category
            for order in orders
            if order.ordered_at == latest
            for category in order.categories
        }
        found = [
            (-Fraction(len(both), len(buyers[category] | buyers[other])), other)
            for category in last_bought
            for other in buyers.keys() - bought
            if len(both := buyers[category] & buyers[other]) >= shop.settings.affinities_min_baskets
        ]
        if found:
            yield Membership(person, min(found)[1], latest)


NEXT_CATEGORIES: dict[str, Rule] = {"next_categories": next_categories}
