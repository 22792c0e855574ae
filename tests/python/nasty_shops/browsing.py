"""Tricks with events: sessions, visitors, product views and carts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.python.nasty_shops.days import MICROSECOND
from tests.python.nasty_shops.shop import Identity, Shop, Value

AROUND = (-MICROSECOND, timedelta(), MICROSECOND)
ZERO = timedelta()


def _visit(
    shop: Shop, start: datetime, offsets: Iterable[timedelta], name: str, **values: Value
) -> None:
    """Add one event at each offset from the start."""
    for offset in offsets:
        shop.event(start + offset, name, **values)


def gaps_around_the_limit(shop: Shop) -> None:
    """Add neighbours exactly as far apart as one session allows, and a microsecond beside."""
    gap = timedelta(minutes=shop.profile.session_gap_minutes)
    for shift in AROUND:
        person = shop.person()
        start = shop.days.ago(7, hours=10)
        offsets = (ZERO, gap + shift, 2 * (gap + shift))
        _visit(shop, start, offsets, "page_view", **person.visitor_columns())


def sessions_named_by_the_shop(shop: Shop) -> None:
    """Add events of one session_id hours apart, mixed with events that have none."""
    person = shop.person()
    session, start = shop.new_id("session"), shop.days.ago(12, hours=1)
    hours = [timedelta(hours=hour) for hour in (0, 5, 9)]
    _visit(shop, start, hours, "view_item", **person.visitor_columns(), session_id=session)
    between = [timedelta(hours=hour, minutes=20) for hour in (0, 0.2, 5)]
    _visit(shop, start, between, "page_view", **person.visitor_columns())


def session_of_two_visitors(shop: Shop) -> None:
    """Add one session_id used by two visitors, by accounts, emails, and in another system."""
    session, start = shop.new_id("session"), shop.days.ago(5)
    person = shop.person()
    shop.event(start, "login", **person.visitor_columns(), session_id=session)
    shop.event(start, "share", **shop.person(person.system).visitor_columns(), session_id=session)
    for identity in (
        Identity(person.system, person.account, person.email),
        Identity(person.system, email=person.email),
        Identity("elsewhere", anonymous=person.anonymous),
        Identity(person.system),
    ):
        shop.event(
            start + timedelta(minutes=4),
            "view_item",
            **identity.visitor_columns(),
            session_id=session,
        )


def visitors_without_anonymous_id(shop: Shop) -> None:
    """Add visitors known by account or email only, with and without a session_id, or not at all."""
    person = shop.person()
    for identity in (
        Identity(person.system, person.account),
        Identity(person.system, email=f" {str(person.email).upper()}"),
        Identity(person.system, "ghost" + shop.new_id("c"), "a@@b.test"),
        Identity(person.system, email="info@shop.example"),
        Identity(person.system),
    ):
        for session in (None, shop.new_id("session")):
            start = shop.days.ago(6, hours=shop.random.randint(1, 20))
            offsets = (ZERO, timedelta(minutes=5))
            _visit(
                shop, start, offsets, "view_item", **identity.visitor_columns(), session_id=session
            )


def pauses_of_accounts_and_emails(shop: Shop) -> None:
    """Add visitors without anonymous_id who pause just as long as a session allows, or longer."""
    gap = timedelta(minutes=shop.profile.session_gap_minutes)
    for shift in AROUND:
        person = shop.person()
        start = shop.days.ago(9, hours=10)
        offsets = (ZERO, gap + shift, 2 * (gap + shift))
        by_account = Identity(person.system, person.account).visitor_columns()
        _visit(shop, start, offsets, "add_to_cart", **by_account)
        by_email = Identity(person.system, email=person.email).visitor_columns()
        _visit(shop, start + gap / 2, offsets, "view_item", **by_email)
        # A browser's events and those of a session id of its own bridge no pause of the account.
        browser = {**by_account, "anonymous_id": person.anonymous}
        shop.event(start + gap / 2, "page_view", **browser)
        shop.event(start + gap / 2, "search", **by_account, session_id=shop.new_id("session"))
        shop.event(start, "page_view", **{**by_account, "source_system": "elsewhere"})


def events_of_bots(shop: Shop) -> None:
    """Add events of bots that would link a session, own a browser, or be somebody's only row."""
    gap = timedelta(minutes=shop.profile.session_gap_minutes)
    for is_bot in (True, False, None, "perhaps"):
        person, other = shop.person(), shop.person()
        start = shop.days.ago(10)
        shop.event(start, "view_item", **person.visitor_columns(), product_id="p")
        shop.event(start + 2 * gap, "view_item", **person.visitor_columns(), product_id="p")
        machine: dict[str, Value] = {**person.visitor_columns(), "is_bot": is_bot}
        shop.event(start + gap, "add_to_cart", **{**machine, "customer_id": other.account})
        shop.event(shop.days.ago(0), "purchase", **machine)
        lone = Identity(person.system, None, f"{shop.new_id('crawler')}@mail.test")
        shop.event(start, "page_view", **lone.columns(), is_bot=is_bot)


def visitors_of_an_unusable_account(shop: Shop) -> None:
    """Add sessions of a till whose account is cut off, with an email and without."""
    system, till = shop.system(), shop.new_id("till")
    emails = [
        f"{shop.new_id('buyer')}@mail.test" for _ in range(shop.profile.max_emails_per_account + 1)
    ]
    for email in emails:
        shop.order(source_system=system, customer_id=till, email=email)
    session = shop.new_id("session")
    for identity in (Identity(system, till, emails[0]), Identity(system, till)):
        shop.event(shop.days.ago(3), "share", **identity.visitor_columns(), session_id=session)


def events_at_the_same_instant(shop: Shop) -> None:
    """Add sessions whose first events tie, each with another person, product and utm_source."""
    at = shop.days.ago(4)
    system = shop.system()
    people = [shop.person(system) for _ in range(2)]
    visitor, session = shop.new_id("v"), shop.new_id("session")
    for identifier, person, source in zip(("Z", "a", "é"), (None, *people), "xyz", strict=True):
        shop.event(
            at,
            "view_item",
            source_system=system,
            event_id=identifier + shop.new_id("tie"),
            anonymous_id=visitor,
            customer_id=person.account if person else None,
            session_id=session,
            product_id=f"product {source}",
            utm_source=source,
        )


def session_known_late(shop: Shop) -> None:
    """Add sessions whose first event has no person, or belongs to another person than the rest."""
    first = shop.person()
    second = shop.person(first.system)
    start, visitor = shop.days.ago(11), shop.new_id("v")
    for minutes, account in enumerate((None, second.account, first.account, None)):
        shop.event(
            start + timedelta(minutes=minutes),
            shop.pick(("add_to_cart", "view_item", "search")),
            source_system=first.system,
            anonymous_id=visitor,
            customer_id=account,
        )


def sessions_across_midnight(shop: Shop) -> None:
    """Add sessions that start before local midnight and end after it, also at the window's edge."""
    for edge in (
        shop.days.window_start(30),
        shop.days.window_start(90),
        shop.days.midnight(shop.days.last_day - timedelta(days=3)),
        shop.days.end,
    ):
        minutes = [timedelta(minutes=minute) for minute in (-11, -2, 0, 9)]
        _visit(shop, edge, minutes, "view_item", **shop.person().visitor_columns())
        tight = [-MICROSECOND, ZERO]
        _visit(shop, edge, tight, "add_to_cart", **shop.person().visitor_columns())


def anonymous_visits(shop: Shop) -> None:
    """Add visitors without any person, and events without any identifier or with unknown names."""
    visitor, system = shop.new_id("v"), shop.system()
    start = shop.days.ago(8)
    minutes = [timedelta(minutes=minute) for minute in (0, 3, 60, 61)]
    _visit(shop, start, minutes, "view_item", source_system=system, anonymous_id=visitor)
    for name in ("page_view", "Purchase", "ADD_TO_CART", " view_item", "💥"):
        shop.event(start, name, source_system=system)
        shop.event(start, name, **shop.person().visitor_columns())


def views_of_products(shop: Shop) -> None:
    """Add views of no product, of unknown ones, of one id in two systems, and tied ones."""
    for system in shop.profile.systems:
        person = shop.person(system)
        shop.product(source_system=system, product_id="same", category="apple", brand=system)
        at = shop.days.ago(2)
        for identifier, product in (("a", "same"), ("Z", "unheard of"), ("é", "same"), ("z", None)):
            shop.event(
                at,
                "view_item",
                **person.visitor_columns(),
                event_id=identifier + shop.new_id("view"),
                product_id=product,
            )
        shop.event(shop.days.ago(29), "view_item", **person.columns(), product_id="old")
        shop.event(shop.days.ago(364), "view_item", **person.columns(), product_id="older")


def views_told_apart_by_their_system(shop: Shop) -> None:
    """Add views of one instant and event_id, each in another source system and of a product."""
    email, identifier = f"{shop.new_id('viewer')}@mail.test", shop.new_id("tie")
    for system, initial in zip(shop.profile.systems, "zyxw", strict=False):
        shop.event(
            shop.days.ago(3),
            "view_item",
            source_system=system,
            email=email,
            event_id=identifier,
            product_id=shop.new_id(initial),
        )


def events_at_window_edges(shop: Shop) -> None:
    """Add views around the first instant of each window and around as_of."""
    for edge in (*map(shop.days.window_start, (30, 90, 365)), shop.days.end):
        person = shop.person()
        for shift in AROUND:
            columns = person.visitor_columns()
            shop.event(edge + shift, "view_item", **columns, product_id=shop.new_id("p"))


def carts_and_their_ends(shop: Shop) -> None:
    """Add carts completed by a purchase or a placed order before, at, or up to a day after them."""
    at = shop.days.ago(6)
    for shift in (*AROUND, timedelta(hours=24), timedelta(hours=24) + MICROSECOND):
        person = shop.person()
        shop.event(at, "add_to_cart", **person.visitor_columns())
        if shop.chance(0.5):
            shop.event(at + shift, "purchase", **person.visitor_columns())
        else:
            status = shop.pick(("pending", "completed", "cancelled"))
            shop.order(**person.columns(), ordered_at=at + shift, status=status)
    shop.event(at, "add_to_cart", source_system=shop.system(), anonymous_id=shop.new_id("v"))


def devices_that_tie(shop: Shop) -> None:
    """Add people with two devices, browsers and sources equally often, nulls the most often."""
    person = shop.person()
    for days, device in enumerate(("mobile", "Mobile", None, None, "mobile", "Mobile")):
        shop.event(
            shop.days.ago(days * 18),
            "page_view",
            **person.visitor_columns(),
            device_type=device,
            browser=device,
            utm_source=shop.pick((None, "direct", "ads")),
        )


TRICKS = (
    gaps_around_the_limit,
    sessions_named_by_the_shop,
    session_of_two_visitors,
    visitors_without_anonymous_id,
    pauses_of_accounts_and_emails,
    events_of_bots,
    visitors_of_an_unusable_account,
    events_at_the_same_instant,
    session_known_late,
    sessions_across_midnight,
    anonymous_visits,
    views_of_products,
    views_told_apart_by_their_system,
    events_at_window_edges,
    carts_and_their_ends,
    devices_that_tie,
)
