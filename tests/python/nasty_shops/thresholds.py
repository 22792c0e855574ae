"""People who stand exactly at, just below and just above what a segment asks for."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from tests.python.nasty_shops.days import MICROSECOND
from tests.python.nasty_shops.shop import Identity, Shop, Value

AROUND = (-MICROSECOND, timedelta(), MICROSECOND)


def _buyer(shop: Shop, days_ago: Iterable[int], **values: Value) -> Identity:
    """Add a person with one order on each of those days."""
    person = shop.person()
    for days in days_ago:
        shop.order(**person.columns(), ordered_at=shop.days.ago(days), **values)
    return person


def _visits(shop: Shop, person: Identity, days_ago: Iterable[int], name: str) -> None:
    """Add one session of one event on each of those days."""
    for days in days_ago:
        shop.event(shop.days.ago(days), name, **person.visitor_columns())


def loyal_customers(shop: Shop) -> None:
    """Add two, three and four orders in a year, of which half or fewer hold one category."""
    system = shop.system()
    product = shop.product(source_system=system, category="apple")
    for orders, with_category in ((2, 2), (3, 0), (3, 1), (3, 2), (4, 1), (4, 2)):
        person = shop.person(system)
        for index in range(orders):
            order = shop.order(**person.columns(), ordered_at=shop.days.ago(40 * index))
            if index < with_category:
                shop.line(order, product)
    for shift in AROUND:
        person = _buyer(shop, (1, 2))
        at = shop.days.window_start(365) + shift
        shop.order(**person.columns(), ordered_at=at)


def shares_of_coupons(shop: Shop) -> None:
    """Add buyers with coupon or discount on three of five orders, two of four and the like."""
    for orders, reduced in ((5, 3), (3, 2), (1, 1), (4, 2), (2, 2), (10, 6), (10, 5)):
        for reduction in ({"coupon_code": "SAVE"}, {"discount_amount": "0.01"}):
            person = _buyer(shop, range(orders - reduced))
            for days in range(reduced):
                at = shop.days.ago(days + 3, hours=5)
                shop.order(**person.columns(), ordered_at=at, **reduction)


def thrifty_shoppers(shop: Shop) -> None:
    """Add buyers of two items an order, or a little more, with as many views as allowed."""
    for items, views in ((8, 8), (9, 8), (8, 9), (8, 0), (8, 1), (7, 7)):
        system = shop.system()
        person = shop.person(system)
        products = [shop.product(source_system=system) for _ in range(10)]
        for index in range(4):
            order = shop.order(**person.columns(), ordered_at=shop.days.ago(300 - index))
            quantity = 2 + items - 8 if index == 3 else 2
            shop.line(order, products[index], quantity=quantity)
        for product in products[:views]:
            shop.event(
                shop.days.ago(100),
                "view_item",
                **person.visitor_columns(),
                product_id=product["product_id"],
            )


def trendy_customers(shop: Shop) -> None:
    """Add buyers of products just launched on one of two, two of four, two of five orders."""
    for orders, arrivals in ((2, 1), (4, 2), (5, 2), (2, 2)):
        system = shop.system()
        person = shop.person(system)
        for index in range(orders):
            launched_on = shop.days.last_day - timedelta(days=40 * index)
            product = shop.product(source_system=system, launched_on=launched_on)
            order = shop.order(**person.columns(), ordered_at=shop.days.ago(40 * index))
            if index < arrivals:
                shop.line(order, product)


def idle_people(shop: Shop) -> None:
    """Add buyers and visitors last active 60 and 61, 180 and 181 days ago."""
    for days in (60, 61, 180, 181):
        _buyer(shop, (days,))
        visitor = shop.person()
        _visits(shop, visitor, (days,), "view_item")
        opened = _buyer(shop, (400,))
        shop.email_event(
            shop.days.ago(days), "opened", **opened.columns(), is_machine_open=shop.pick((0, None))
        )
        cancelled = shop.person()
        _visits(shop, cancelled, (days,), "view_item")
        shop.order(**cancelled.columns(), ordered_at=shop.days.ago(days), status="cancelled")


def high_end_buyers(shop: Shop) -> None:
    """Add categories of nine to eleven lines, with prices at the 90th percentile and median.

    Lines whose price is not known are no lines of the ten.
    """
    system = shop.system()
    prices_of_categories: tuple[Sequence[int | None], ...] = (
        range(1, 10),
        range(1, 11),
        [5] * 10,
        range(11),
        [*range(1, 10), None],
        [*range(1, 11), None, None],
        [None] * 10,
    )
    for prices in prices_of_categories:
        product = shop.product(source_system=system, category=f"{shop.new_id('high end')}")
        for price in prices:
            anonymous = Identity(system, anonymous=shop.new_id("v"))
            buyer = shop.pick((shop.person(system), anonymous))
            order = shop.order(**buyer.visitor_columns(), ordered_at=shop.days.ago(30))
            shop.line(order, product, unit_price=price)


def category_repeats(shop: Shop) -> None:
    """Add one product twice, two products of one category, and one id in two systems."""
    for system in shop.profile.systems:
        products = [
            shop.product(source_system=system, product_id=name, category="repeat")
            for name in ("repeat 1", "repeat 2")
        ]
        for chosen in ((0, 0), (0, 1)):
            person = shop.person(system)
            for index in chosen:
                shop.line(shop.order(**person.columns()), products[index])
    email = f"{shop.new_id('everywhere')}@mail.test"
    for system in shop.profile.systems:
        order = shop.order(source_system=system, email=email)
        shop.line(order, product_id="repeat 1")


def holidays(shop: Shop) -> None:
    """Add orders around both ends of black Friday's weekend and of the days before Christmas."""
    year = shop.days.last_day.year - 1
    november = date(year, 11, 1)
    fourth_thursday = november + timedelta(days=(3 - november.weekday()) % 7 + 21)
    days = (
        fourth_thursday + timedelta(days=1),
        fourth_thursday + timedelta(days=5),
        date(year, 12, 1),
        date(year, 12, 26),
        date(year + 1, 1, 1),
    )
    for day in days:
        for shift in AROUND:
            person = shop.person()
            shop.order(**person.columns(), ordered_at=shop.days.midnight(day) + shift)


def monthly_regulars(shop: Shop) -> None:
    """Add orders about one day of two, three and four months in a row, also on the 31st."""
    first_of_month = shop.days.last_day.replace(day=1)
    for day in (1, 2, 15, 28, 29, 30, 31):
        for months in (2, 3, 4):
            person = shop.person()
            month = _previous_month(first_of_month) if shop.chance(0.7) else first_of_month
            month = _previous_month(_previous_month(month)) if shop.chance(0.2) else month
            for _ in range(months):
                length = ((month + timedelta(days=31)).replace(day=1) - month).days
                chosen = min(day, length) + shop.pick((-1, 0, 0, 1, 2))
                ordered_on = month.replace(day=max(1, min(chosen, length)))
                at = shop.days.midnight(ordered_on) + shop.pick((timedelta(), timedelta(hours=9)))
                shop.order(**person.columns(), ordered_at=at)
                month = _previous_month(month)


def _previous_month(first_of_month: date) -> date:
    return (first_of_month - timedelta(days=1)).replace(day=1)


def carts_at_the_edges(shop: Shop) -> None:
    """Add carts an hour before as_of and 30 days before, and carts beside a purchase."""
    for edge in (shop.days.end - timedelta(hours=1), shop.days.window_start(30)):
        for shift in AROUND:
            shop.event(edge + shift, "add_to_cart", **shop.person().visitor_columns())
    at = shop.days.ago(5)
    for shift in AROUND:
        for status in ("completed", "pending", "cancelled", None):
            person = shop.person()
            shop.event(at, "add_to_cart", **person.visitor_columns())
            if status:
                shop.order(**person.columns(), ordered_at=at + shift, status=status)
            else:
                shop.event(at + shift, "purchase", **person.visitor_columns())


def browsers(shop: Shop) -> None:
    """Add registered people, leads, guests and earlier buyers of two to five sessions."""
    for days in ((3, 50), (3, 50, 89), (3, 50, 90), (1, 2, 3, 4), (1, 2, 3, 4, 5)):
        _visits(shop, shop.person(), days, "page_view")
        guest = Identity(shop.system(), None, f"{shop.new_id('lead')}@mail.test", None)
        _visits(shop, guest, days, "generate_lead")
        pending = shop.person()
        _visits(shop, pending, days, "page_view")
        shop.order(**pending.columns(), status=shop.pick(("pending", "cancelled")))
    for idle in (89, 90, 91):
        curious = _buyer(shop, (idle,))
        _visits(shop, curious, (shop.pick((29, 30)),), "page_view")


def indecisive_shoppers(shop: Shop) -> None:
    """Add people of four or five sessions, nine or ten views, twenty minutes or just less."""
    for sessions, views, missing in ((5, 10, 0), (5, 10, 1), (4, 10, 0), (5, 9, 0)):
        person = _buyer(shop, (shop.pick((89, 90, 200)),))
        for index in range(sessions):
            length = timedelta(minutes=20) / sessions - MICROSECOND * (missing if index == 0 else 0)
            start = shop.days.ago(index + 1, hours=9)
            session_views = views // sessions + (index < views % sessions)
            for view in range(session_views):
                at = start + length * view / max(1, session_views - 1)
                shop.event(at, "view_item", **person.visitor_columns(), session_id=f"visit {index}")


def long_sessions(shop: Shop) -> None:
    """Add sessions of five minutes, and a microsecond beside, at both ends of 30 days."""
    for start in (shop.days.window_start(30), shop.days.ago(3)):
        for shift in AROUND:
            person = shop.person()
            for at in (start, start + timedelta(minutes=5) + shift):
                shop.event(at, "page_view", **person.visitor_columns(), session_id="long")


def orders_soon_after_arrival(shop: Shop) -> None:
    """Add orders at the start of a session and ten minutes later, and a microsecond beside."""
    start = shop.days.ago(20)
    for edge in (start, start + timedelta(minutes=10)):
        for shift in AROUND:
            person = shop.person()
            shop.event(start, "view_item", **person.visitor_columns())
            shop.order(**person.columns(), ordered_at=edge + shift)


def researchers(shop: Shop) -> None:
    """Add people with two to five views of one product, and with a view of another or none."""
    for views in (("x",) * 2, ("x",) * 3, ("x", "x", "x", "y"), ("x",) * 4, ("x",) * 5):
        person = shop.person()
        start = shop.days.ago(shop.pick((3, 29, 30)))
        for index, product in enumerate((*views, None)):
            shop.event(
                start + timedelta(seconds=index),
                "view_item",
                **person.visitor_columns(),
                product_id=product,
            )


def fans_of_brands(shop: Shop) -> None:
    """Add people of whose views two of two, four of five and so on are of one brand."""
    system = shop.system()
    products = [
        shop.product(source_system=system, brand=brand, category=category)
        for brand, category in (("Acme", "apple"), ("acme", "Zebra"), (None, None))
    ]
    for chosen in ((0, 0), (0, 0, 0), (0, 0, 0, 0, 1), (0, 0, 0, 1), (0, 0, 0, 2, 2)):
        person = shop.person(system)
        for index in chosen:
            shop.event(
                shop.days.ago(shop.pick((2, 89))),
                "view_item",
                **person.visitor_columns(),
                product_id=products[index]["product_id"],
            )
    shop.line(shop.order(**person.columns()), products[0])


def ages_at_band_edges(shop: Shop) -> None:
    """Add people with birthdays around today at each edge, on 29 February, and unborn."""
    today = shop.days.last_day
    for age in (0, 17, 18, 24, 25, 34, 35, 44, 45, 54, 55, 64, 65, 120):
        for shift in (-1, 0, 1):
            day = today + timedelta(days=shift)
            birth_year = day.year - age
            birth_day = 28 if (day.month, day.day) == (2, 29) else day.day
            shop.customer(
                source_system=shop.system(),
                customer_id=shop.new_id("aged"),
                birth_date=date(birth_year, day.month, birth_day),
            )
    for birth_date in ("2000-02-29", "1996-02-29", "2996-01-01", "1990-02-30", "31/12/1990"):
        shop.person(birth_date=birth_date)


def newsletter_readers(shop: Shop) -> None:
    """Add subscribers and others with two or three opens or a click, at most 90 days ago."""
    for opens, clicks, days in ((2, 0, 5), (3, 0, 5), (0, 1, 89), (0, 1, 90), (3, 0, 90)):
        for state in ("granted", "withdrawn"):
            person = shop.person()
            shop.consent(shop.days.ago(100), state, **person.columns())
            for kind in ("opened",) * opens + ("clicked",) * clicks:
                shop.email_event(
                    shop.days.ago(days),
                    kind,
                    **person.columns(),
                    is_machine_open=False,
                    campaign_type="newsletter",
                )


def ranks_that_tie(shop: Shop) -> None:
    """Add people of one to seven orders, several with the same days and the same revenue."""
    for orders in (1, 2, 3, 4, 5, 6, 7):
        for days in (10, 10, 30):
            _buyer(shop, range(days, days + orders), subtotal_amount="12.00")


def crowds_on_the_last_day(shop: Shop) -> None:
    """Add many buyers of one order on the same few days and of the same few amounts."""
    for days, buyers in ((0, shop.random.randint(5, 40)), (40, 7), (300, 3)):
        for _ in range(buyers):
            amount = shop.pick(("9.99", "10", "10", "250"))
            _buyer(shop, (days,), subtotal_amount=amount)


def journeys(shop: Shop) -> None:
    """Add people at each stage of a journey, on the last day that counts and a day early."""
    for days in (29, 30, 89, 90):
        _buyer(shop, (days,))
        for name in ("begin_checkout", "add_to_cart", "page_view"):
            _visits(shop, shop.person(), (days,), name)
        comparing = shop.person()
        _views_of_two_products(shop, comparing, shop.days.ago(days))


def _views_of_two_products(shop: Shop, person: Identity, at: datetime) -> None:
    for product in ("first", "second"):
        shop.event(at, "view_item", **person.visitor_columns(), product_id=product)


TRICKS = (
    loyal_customers,
    shares_of_coupons,
    thrifty_shoppers,
    trendy_customers,
    idle_people,
    high_end_buyers,
    category_repeats,
    holidays,
    monthly_regulars,
    carts_at_the_edges,
    browsers,
    indecisive_shoppers,
    long_sessions,
    orders_soon_after_arrival,
    researchers,
    fans_of_brands,
    ages_at_band_edges,
    newsletter_readers,
    ranks_that_tie,
    crowds_on_the_last_day,
    journeys,
)
