"""Tricks with orders, lines, refunds and money."""

from datetime import timedelta
from decimal import Decimal

from tests.python.nasty_shops.days import MICROSECOND
from tests.python.nasty_shops.shop import BRANDS, WINDOWS, Shop

AROUND = (-MICROSECOND, timedelta(), MICROSECOND)
HUGE = Decimal("99999999999.99")


def _foreign(shop: Shop) -> str:
    """Return a currency that only the trick itself has rates of."""
    shop.issued += 1
    return f"Q{shop.issued}"


def orders_at_window_edges(shop: Shop) -> None:
    """Add orders on, and a microsecond beside, the first instant of each window and as_of."""
    for edge in (*map(shop.days.window_start, WINDOWS), shop.days.end):
        person = shop.person()
        for shift in AROUND:
            shop.order(**person.columns(), ordered_at=edge + shift)


def rates_by_local_date(shop: Shop) -> None:
    """Add a rate that changes on a local day, with orders around both of its midnights."""
    currency, day = _foreign(shop), shop.days.last_day - timedelta(days=20)
    shop.rate(day - timedelta(days=1), currency, "2")
    shop.rate(day, currency, "3.5")
    shop.rate(day + timedelta(days=1), currency, "0.25")
    person = shop.person()
    for edge in (shop.days.midnight(day), shop.days.midnight(day + timedelta(days=1))):
        for shift in AROUND:
            shop.order(
                **person.columns(), ordered_at=edge + shift, currency=currency, subtotal_amount="10"
            )


def rates_too_late_or_never(shop: Shop) -> None:
    """Add orders in a currency without a rate, or with the first rate on the day after."""
    currency, day = _foreign(shop), shop.days.last_day - timedelta(days=20)
    shop.rate(day, currency, "1.5")
    person = shop.person()
    for days in (21, 20, 19):
        order = shop.order(**person.columns(), ordered_at=shop.days.ago(days), currency=currency)
        shop.line(order)
        shop.refund(order)
    shop.order(**person.columns(), currency="XXX")


def rates_that_are_no_rates(shop: Shop) -> None:
    """Add rates zero, negative, unreadable or too small to write, and of the own currency."""
    currency, day = _foreign(shop), shop.days.last_day - timedelta(days=40)
    for shift, rate in enumerate(("2.5", "0", "-1", "abc", "0.000000001", "", "1e3", " 4")):
        shop.add(
            "exchange_rates",
            rate_date=day + timedelta(days=shift),
            currency=currency,
            rate=rate,
        )
    shop.rate(day, shop.profile.reporting_currency, "7")
    shop.order(**shop.person().columns(), ordered_at=shop.days.ago(5), currency=currency)


def rates_that_contradict(shop: Shop) -> None:
    """Add two rates of one currency and day, which nothing but their text tells apart."""
    currency = _foreign(shop)
    for rate in ("1.1", "1.2", "1.10", "1.3"):
        shop.rate(shop.days.last_day - timedelta(days=30), currency, rate)
    shop.order(**shop.person().columns(), ordered_at=shop.days.ago(5), currency=currency)


def halves_of_a_cent(shop: Shop) -> None:
    """Add amounts that end, once converted or as written, exactly between two cents."""
    currency = _foreign(shop)
    shop.rate(shop.days.last_day - timedelta(days=900), currency, "0.5")
    person = shop.person()
    for amount in ("0.01", "0.05", "1.15", "2.675", "10.005", "0.005", "0.015", ".5", "5.", "+3"):
        order = shop.order(
            **person.columns(),
            currency=shop.pick((currency, currency, shop.profile.reporting_currency)),
            subtotal_amount=amount,
            discount_amount=shop.pick((None, "0.01", "0.005", "0.0049")),
        )
        shop.line(order, unit_price=amount)
        shop.refund(order, amount=shop.pick(("0.01", "0.03", "0.005")))


def rates_with_many_decimals(shop: Shop) -> None:
    """Add rates of eight decimals and more, and orders whose converted amounts are long."""
    currency = _foreign(shop)
    shop.rate(shop.days.last_day - timedelta(days=900), currency, "1.000000005")
    shop.rate(shop.days.last_day - timedelta(days=90), currency, "0.123456785")
    for days in (100, 80):
        shop.order(
            **shop.person().columns(),
            ordered_at=shop.days.ago(days),
            currency=currency,
            subtotal_amount=shop.pick(("12345678.91", "333333.33")),
        )


def huge_and_tiny_amounts(shop: Shop) -> None:
    """Add amounts as large as a shop can dream of, zero, negative, and too long to be read."""
    person = shop.person()
    for amount in (HUGE, HUGE, "0", "0.00", "-0.00", "-0.001", "-0.01", "-5", "1" + "0" * 17):
        shop.order(**person.columns(), subtotal_amount=amount)


def discounts_of_every_size(shop: Shop) -> None:
    """Add discounts null, zero, equal to the subtotal, above it, unreadable and negative."""
    person = shop.person()
    for discount in (None, "0", "0.004", "10", "10.01", "500", "abc", "-1"):
        shop.order(**person.columns(), subtotal_amount="10", discount_amount=discount)
    shop.order(**person.columns(), subtotal_amount="0", discount_amount="3")


def refunds_of_every_size(shop: Shop) -> None:
    """Add orders given back not at all, in part, but for a cent, in full and beyond."""
    for pieces in ((), ("4",), ("8.99",), ("9",), ("4.5", "4.5"), ("12",), ("8.995",)):
        person = shop.person()
        order = shop.order(
            **person.columns(),
            ordered_at=shop.days.ago(60),
            subtotal_amount="10",
            discount_amount="1",
        )
        for piece in pieces:
            shop.refund(order, amount=piece)


def refunds_of_nothing(shop: Shop) -> None:
    """Add orders that cost nothing, with and without a refund."""
    for discount in ("10", "11"):
        order = shop.order(
            **shop.person().columns(), subtotal_amount="10", discount_amount=discount
        )
        if shop.chance(0.5):
            shop.refund(order, amount="0.01")
    free = shop.order(**shop.person().columns(), subtotal_amount="0")
    shop.refund(free, amount="0.01")


def refunds_around_as_of(shop: Shop) -> None:
    """Add full refunds a microsecond before as_of, at it and after it, and before their order."""
    for at in (
        *(shop.days.end + shift for shift in AROUND),
        shop.days.end + timedelta(days=2),
        shop.days.ago(90),
    ):
        order = shop.order(
            **shop.person().columns(), ordered_at=shop.days.ago(60), subtotal_amount="10"
        )
        shop.refund(order, refunded_at=at, amount="10")


def refunds_at_the_rate_of_the_order(shop: Shop) -> None:
    """Add a full refund in a currency whose rate has changed since, and fell to half a cent."""
    currency = _foreign(shop)
    shop.rate(shop.days.last_day - timedelta(days=100), currency, "0.5")
    shop.rate(shop.days.last_day - timedelta(days=30), currency, "9")
    for pieces in (("10.01",), ("5.01", "5"), ("5", "5")):
        order = shop.order(
            **shop.person().columns(),
            ordered_at=shop.days.ago(60),
            currency=currency,
            subtotal_amount="10.01",
        )
        for piece in pieces:
            shop.refund(order, amount=piece)


def coupons_of_every_kind(shop: Shop) -> None:
    """Add coupons absent, of blanks, of a real code, with and without a discount."""
    person = shop.person()
    for coupon in (None, " ", "SAVE10", "0", "émoji🎁"):
        for discount in (None, "0", "2"):
            shop.order(
                **person.columns(),
                coupon_code=coupon,
                discount_amount=discount,
                subtotal_amount="20",
            )


def states_of_orders(shop: Shop) -> None:
    """Add orders pending, cancelled and of unknown states, tests in every spelling of a boolean."""
    for status in ("pending", "cancelled", "completed", "Completed", "paid", " completed"):
        shop.order(**shop.person().columns(), status=status)
    for is_test in ("true", "T", "1", "yes", "YES", "no", "0", "F", "maybe", "2", None):
        order = shop.order(**shop.person().columns(), is_test=is_test)
        shop.line(order)
        shop.refund(order)


def lines_of_missing_orders(shop: Shop) -> None:
    """Add lines and refunds of orders unknown, rejected, test, pending, and of another system."""
    ghost = {"order_id": shop.new_id("ghost"), "source_system": shop.text(shop.system())}
    rejected = shop.order(**shop.person().columns(), currency="XXX")
    late = shop.order(**shop.person().columns(), ordered_at=shop.days.end + timedelta(days=1))
    test = shop.order(**shop.person().columns(), is_test=True)
    pending = shop.order(**shop.person().columns(), status="pending")
    for order in (ghost, rejected, late, test, pending):
        shop.line(order)
        shop.refund(order)
    order = shop.order(**shop.person().columns())
    shop.line(order, source_system="elsewhere")
    shop.refund(order, source_system="elsewhere")


def numbers_on_lines(shop: Shop) -> None:
    """Add quantities and prices that are no integers or no money, or not positive."""
    order = shop.order(**shop.person().columns())
    for quantity in ("2.0", "0", "-1", "+2", "007", "1_000", " 2", "1e2", "２", "0x1", "abc"):
        shop.line(order, quantity=quantity)
    for price in ("0", "-1", "1e3", "NaN", "Infinity", " 2.50", "1,5", "$5", "2.005"):
        shop.line(order, unit_price=price)


def lines_of_odd_products(shop: Shop) -> None:
    """Add lines of products null, unknown, of another system, or without category."""
    system = shop.system()
    order = shop.order(**shop.person(system).columns())
    plain = shop.product(source_system=system, category=None, brand=None)
    foreign = shop.product(source_system="elsewhere", category="foreign")
    shop.line(order, plain)
    shop.line(order, foreign)
    shop.line(order, product_id="unheard of")
    shop.line(order, product_id=None)
    shop.line(order, plain, quantity=2)


def new_arrivals_at_the_edges(shop: Shop) -> None:
    """Add orders of products launched on the day, on the last counted day, and beside them."""
    system = shop.system()
    person = shop.person(system)
    ordered_on = shop.days.last_day - timedelta(days=10)
    arrival_days = shop.profile.new_arrival_days
    for age in (-1, 0, arrival_days, arrival_days + 1):
        product = shop.product(source_system=system, launched_on=ordered_on - timedelta(days=age))
        for shift in (timedelta(), timedelta(days=1) - MICROSECOND):
            at = shop.days.midnight(ordered_on) + shift
            shop.line(shop.order(**person.columns(), ordered_at=at), product)
    for launched_on in ("soon", "2026-02-30", "infinity", "2010-01-01T10:00:00Z"):
        odd = shop.product(source_system=system, launched_on=launched_on)
        shop.line(shop.order(**person.columns()), odd)


def categories_that_tie(shop: Shop) -> None:
    """Add people whose top categories tie, or whose orders hold several or no category."""
    system = shop.system()
    products = [
        shop.product(source_system=system, category=category, brand=brand)
        for category, brand in zip(("apple", "Zebra", "éclair", None), BRANDS, strict=True)
    ]
    for baskets in (((0,), (1,)), ((0, 1), (2,), (3,)), ((3,),), ((0, 0), (0, 1), ())):
        person = shop.person(system)
        for basket in baskets:
            order = shop.order(**person.columns(), ordered_at=shop.days.ago(30))
            for index in basket:
                shop.line(order, products[index])


def places_that_tie(shop: Shop) -> None:
    """Add people whose latest orders are of one instant, or name no country."""
    person = shop.person(country_code="BR")
    at = shop.days.ago(3)
    for order_id, country, city in (("z", "DE", None), ("Z", "US", "Austin"), ("é", "FR", "Lyon")):
        shop.order(
            **person.columns(),
            order_id=order_id + shop.new_id("tie"),
            ordered_at=at,
            country_code=country,
            city=city,
        )
    shop.order(**person.columns(), ordered_at=shop.days.ago(1), city="Nowhere", country_code=None)
    shop.order(**shop.person(country_code="GB").columns(), country_code=None, city="Unplaced")


def methods_that_tie(shop: Shop) -> None:
    """Add people who paid and received as often one way as another, or in no known way."""
    for methods in (("card", "Card", "card", "Card"), (None, None, "invoice"), (None,)):
        person = shop.person()
        for method in methods:
            shop.order(**person.columns(), payment_method=method, delivery_method=method)


def spend_on_marketing(shop: Shop) -> None:
    """Add spend around as_of, with null keys, all currencies, and amounts below zero."""
    own = shop.profile.reporting_currency
    for days, country, currency, amount in (
        (0, "US", own, "10"),
        (-1, "US", own, "20"),
        (5, None, own, "7.005"),
        (5, None, own, "8"),
        (40, "DE", "GBP", "30"),
        (40, "DE", "XXX", "30"),
        (41, "US", own, "-1"),
        (42, "US", own, "0"),
        (43, "", own, "abc"),
    ):
        shop.add(
            "marketing_spend",
            spend_date=shop.days.last_day - timedelta(days=days),
            channel=shop.pick(("search", "social")),
            country_code=country,
            campaign=shop.pick((None, "spring")),
            currency=currency,
            amount=amount,
        )


TRICKS = (
    orders_at_window_edges,
    rates_by_local_date,
    rates_too_late_or_never,
    rates_that_are_no_rates,
    rates_that_contradict,
    halves_of_a_cent,
    rates_with_many_decimals,
    huge_and_tiny_amounts,
    discounts_of_every_size,
    refunds_of_every_size,
    refunds_of_nothing,
    refunds_around_as_of,
    refunds_at_the_rate_of_the_order,
    coupons_of_every_kind,
    states_of_orders,
    lines_of_missing_orders,
    numbers_on_lines,
    lines_of_odd_products,
    new_arrivals_at_the_edges,
    categories_that_tie,
    places_that_tie,
    methods_that_tie,
    spend_on_marketing,
)
