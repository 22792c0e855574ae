"""Segments by what was bought."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from ..identity import Person, written_id
from ..orders import Line, ProductKey
from ..shop import Facts, Shop
from ..values import round_half_away
from .membership import Membership, Rule, above, at_least, at_most, by_facts

LOYAL_ORDERS = 3
LOYAL_CATEGORY_SHARE = 0.5
HIGH_SPENDER_FACTOR = Fraction(1)
HIGH_AVERAGE_FACTOR = Fraction(3, 2)
COUPON_ORDERS = 2
COUPON_SHARE = 0.6
DISCOUNTED_ORDERS = 2
DISCOUNTED_SHARE = 0.6
THRIFTY_ORDERS = 4
THRIFTY_ITEMS_PER_ORDER = 2
THRIFTY_VIEWS_PER_PRODUCT = 2
TRENDY_ORDERS = 2
TRENDY_SHARE = 0.5
IDLE_DAYS = 180
HIGH_END_LINES = 10
HIGH_END_QUANTILE = Fraction(9, 10)
CATEGORY_REPEAT_PRODUCTS = 2
REGULAR_MONTHS = 3
REGULAR_DAYS = 1
_THURSDAY = 3


def _is_loyal(facts: Facts, shop: Shop) -> bool:
    category_share = facts["top_category_order_share_last_365_days"]
    return bool(facts["order_count_last_365_days"] >= LOYAL_ORDERS) and (
        category_share is None or category_share >= LOYAL_CATEGORY_SHARE
    )


def _is_thrifty(facts: Facts, shop: Shop) -> bool:
    bought = facts["products_bought_last_365_days"]
    viewed: int = facts["products_viewed_last_365_days"]
    return (
        facts["order_count_last_365_days"] >= THRIFTY_ORDERS
        and at_most(facts["average_items_per_order_last_365_days"], THRIFTY_ITEMS_PER_ORDER)
        and 1 <= viewed <= THRIFTY_VIEWS_PER_PRODUCT * bought
    )


def high_spenders(shop: Shop) -> Iterator[Membership]:
    """Buyers above the mean net revenue of buyers."""
    revenue = {person: Fraction(shop.facts[person]["net_revenue"]) for person in shop.buyers}
    yield from _above_mean(revenue, HIGH_SPENDER_FACTOR)


def high_average_order_value(shop: Shop) -> Iterator[Membership]:
    """Buyers whose average order is well above the mean of such averages."""
    averages = {
        person: Fraction(facts["net_revenue"]) / facts["order_count"]
        for person in shop.buyers
        for facts in [shop.facts[person]]
    }
    yield from _above_mean(averages, HIGH_AVERAGE_FACTOR)


def _above_mean(amounts: dict[Person, Fraction], factor: Fraction) -> Iterator[Membership]:
    bound = factor * sum(amounts.values(), Fraction(0)) / max(len(amounts), 1)
    for person, amount in amounts.items():
        if amount > bound:
            yield Membership(person)


def high_end_buyers(shop: Shop) -> Iterator[Membership]:
    """Buyers of a line at or above the P90 of its category's prices, and above the median."""
    prices: dict[str, list[Decimal]] = defaultdict(list)
    for order in shop.valid_orders:
        for line in order.lines:
            if line.category is not None and line.unit_price is not None:
                prices[line.category].append(line.unit_price)
    limits = {
        category: (quantile(found, HIGH_END_QUANTILE), quantile(found, Fraction(1, 2)))
        for category, found in prices.items()
        if len(found) >= HIGH_END_LINES
    }
    for person, line in _lines_bought(shop):
        if line.category in limits and line.unit_price is not None:
            high, median = limits[line.category]
            if line.unit_price >= high and line.unit_price > median:
                yield Membership(person)


def quantile(values: list[Decimal], portion: Fraction) -> Decimal:
    """Return the continuous quantile (SQL's `percentile_cont`), rounded to cents."""
    ordered = [Fraction(value) for value in sorted(values)]
    position = portion * (len(ordered) - 1)
    lower = position.numerator // position.denominator
    upper = min(lower + 1, len(ordered) - 1)
    exact = ordered[lower] + (ordered[upper] - ordered[lower]) * (position - lower)
    return round_half_away(exact, 2)


def _lines_bought(shop: Shop) -> Iterator[tuple[Person, Line]]:
    for order in shop.valid_orders:
        if order.person is not None:
            for line in order.lines:
                yield order.person, line


def category_buyers(shop: Shop) -> Iterator[Membership]:
    """Buyers of each category."""
    for person, line in _lines_bought(shop):
        if line.category is not None:
            yield Membership(person, line.category)


def category_repeat_buyers(shop: Shop) -> Iterator[Membership]:
    """Buyers of several products of a category."""
    products: dict[tuple[Person, str], set[ProductKey | None]] = defaultdict(set)
    for person, line in _lines_bought(shop):
        if line.category is not None:
            products[person, line.category].add(line.product)
    for (person, category), found in products.items():
        if len(found) >= CATEGORY_REPEAT_PRODUCTS:
            yield Membership(person, category)


def product_buyers(shop: Shop) -> Iterator[Membership]:
    """Buyers of each tracked product."""
    for person, line in _lines_bought(shop):
        if line.product is not None and line.product in shop.settings.tracked_products:
            yield Membership(person, written_id(*line.product))


def purchase_months(shop: Shop) -> Iterator[Membership]:
    """Buyers in each month."""
    for person, day in _order_dates(shop):
        yield Membership(person, f"{day:%Y-%m}")


def _order_dates(shop: Shop) -> Iterator[tuple[Person, date]]:
    for order in shop.valid_orders:
        if order.person is not None:
            yield order.person, order.ordered_on


def black_friday_buyers(shop: Shop) -> Iterator[Membership]:
    """Buyers from Black Friday to the Monday after it, per year."""
    for person, day in _order_dates(shop):
        friday = black_friday(day.year)
        if friday <= day <= friday + timedelta(days=3):
            yield Membership(person, str(day.year))


def black_friday(year: int) -> date:
    """Return the Friday after the fourth Thursday of November."""
    thursdays = [day for day in range(1, 31) if date(year, 11, day).weekday() == _THURSDAY]
    return date(year, 11, thursdays[3]) + timedelta(days=1)


def christmas_buyers(shop: Shop) -> Iterator[Membership]:
    """Buyers from 1 to 25 December, per year."""
    for person, day in _order_dates(shop):
        if day.month == 12 and day.day <= 25:
            yield Membership(person, str(day.year))


def sale_buyers(shop: Shop) -> Iterator[Membership]:
    """Buyers during each sale of the calendar."""
    for person, day in _order_dates(shop):
        for sale_name, starts_on, ends_on in shop.settings.sale_calendar:
            if starts_on <= day <= ends_on:
                yield Membership(person, sale_name)


def monthly_regulars(shop: Shop) -> Iterator[Membership]:
    """Buyers about the same day of at least three months on end, up to now."""
    days: dict[Person, set[date]] = defaultdict(set)
    for person, day in _order_dates(shop):
        days[person].add(day)
    this_month = month_number(shop.clock.as_of_date)
    for person, found in days.items():
        for day_of_month in range(1, 32):
            months = {month_number(day) for day in found if _is_near(day, day_of_month)}
            if any(
                all(last - back in months for back in range(REGULAR_MONTHS))
                for last in (this_month, this_month - 1)
            ):
                yield Membership(person)


def month_number(day: date) -> int:
    """Return the months since year 0, so that neighbouring months differ by one."""
    return day.year * 12 + day.month - 1


def _is_near(day: date, day_of_month: int) -> bool:
    target = min(day_of_month, monthrange(day.year, day.month)[1])
    return abs(day.day - target) <= REGULAR_DAYS


PURCHASE: dict[str, Rule] = {
    "buyers": by_facts(lambda facts, shop: facts["order_count"] >= 1),
    "one_timers": by_facts(lambda facts, shop: facts["order_count"] == 1),
    "repeat_customers": by_facts(lambda facts, shop: facts["order_count"] >= 2),
    "loyal_customers": by_facts(_is_loyal),
    "high_spenders": high_spenders,
    "high_average_order_value": high_average_order_value,
    "coupon_lovers": by_facts(
        lambda facts, shop: (
            facts["coupon_order_count"] >= COUPON_ORDERS
            and at_least(facts["coupon_order_share"], COUPON_SHARE)
        )
    ),
    "discount_seekers": by_facts(
        lambda facts, shop: (
            facts["discounted_order_count"] >= DISCOUNTED_ORDERS
            and at_least(facts["discounted_order_share"], DISCOUNTED_SHARE)
        )
    ),
    "thrifty_shoppers": by_facts(_is_thrifty),
    "trendy_customers": by_facts(
        lambda facts, shop: (
            facts["new_arrival_order_count_last_365_days"] >= TRENDY_ORDERS
            and at_least(facts["new_arrival_order_share_last_365_days"], TRENDY_SHARE)
        )
    ),
    "idle_customers": by_facts(
        lambda facts, shop: (
            facts["order_count"] >= 1 and above(facts["days_since_last_activity"], IDLE_DAYS)
        )
    ),
    "high_end_buyers": high_end_buyers,
    "category_buyers": category_buyers,
    "category_repeat_buyers": category_repeat_buyers,
    "product_buyers": product_buyers,
    "purchase_months": purchase_months,
    "black_friday_buyers": black_friday_buyers,
    "christmas_buyers": christmas_buyers,
    "sale_buyers": sale_buyers,
    "monthly_regulars": monthly_regulars,
    "referrers": by_facts(lambda facts, shop: facts["share_count"] >= 1),
}
