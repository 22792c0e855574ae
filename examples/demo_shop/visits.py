"""A visit to the shop as a persona intends it, before it leaves any rows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from examples.demo_shop.catalog import Product, assortment, choose
from examples.demo_shop.dice import Dice
from examples.demo_shop.seasons import moment_on


class Outcome(Enum):
    """How a visit ends."""

    LOOKED = "looked"
    LEFT_CART = "left a cart"
    BOUGHT = "bought"


@dataclass(frozen=True)
class Visit:
    """One visit: what is looked at in this order, and what goes into the cart.

    `pace` is the mean number of seconds between two steps; `extra` is one more event, such as
    `share` or `generate_lead`; a `claimed_coupon` is one that the visitor types in, whatever the
    shop itself has on offer; a visit with `is_unhappy` ends in an order that goes wrong.
    """

    starts_at: datetime
    outcome: Outcome
    viewed: tuple[Product, ...]
    basket: tuple[tuple[Product, int], ...] = ()
    pace: int = 40
    extra: str | None = None
    claimed_coupon: str | None = None
    is_unhappy: bool = False


@dataclass(frozen=True)
class Shopper:
    """The taste of one person, and the visits that come of it."""

    dice: Dice
    category: str
    brand: str

    def wander(self, day: date, count: int) -> tuple[Product, ...]:
        """Return products that this person would look at: two in three of the own category."""
        own = choose(self.dice, assortment(day, category=self.category), (2 * count + 2) // 3)
        others = [product for product in assortment(day) if product.category != self.category]
        return own + choose(self.dice, others, count - len(own))

    def look(
        self,
        day: date,
        viewed: tuple[Product, ...],
        *,
        pace: int = 40,
        extra: str | None = None,
    ) -> Visit:
        """Return a visit that only looks."""
        at = moment_on(self.dice, day)
        return Visit(at, Outcome.LOOKED, viewed, pace=pace, extra=extra)

    def leave_cart(self, day: date, viewed: tuple[Product, ...], *, pace: int = 40) -> Visit:
        """Return a visit that fills a cart with what it saw last, and goes."""
        at = moment_on(self.dice, day)
        return Visit(at, Outcome.LEFT_CART, viewed, ((viewed[-1], 1),), pace=pace)

    def buy(
        self,
        day: date,
        products: tuple[Product, ...],
        *,
        most: int = 2,
        pace: int = 40,
        browses: int = 1,
        extra: str | None = None,
        coupon: str | None = None,
        is_unhappy: bool = False,
    ) -> Visit:
        """Return a visit that buys the products.

        Args:
            day: the day of the visit.
            products: what is bought.
            most: the most pieces of one product.
            pace: the mean number of seconds between two steps.
            browses: how many more products are looked at first.
            extra: one more event.
            coupon: a coupon that the visitor brings along.
            is_unhappy: whether something goes wrong with the order.

        """
        at = moment_on(self.dice, day)
        first_looked_at = self.wander(day, browses) if browses else ()
        viewed = tuple(dict.fromkeys(first_looked_at + products))
        basket = tuple((product, self.dice.between(1, most)) for product in products)
        return Visit(at, Outcome.BOUGHT, viewed, basket, pace, extra, coupon, is_unhappy)
