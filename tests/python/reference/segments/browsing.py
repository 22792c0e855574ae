"""Segments by what was looked at and put into carts."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from ..identity import Person
from ..shop import Facts, Shop
from ..staging import Row
from .membership import Membership, Rule, above, at_least, by_facts, valued

CART_DAYS = 30
CART_REST = timedelta(hours=1)
REGISTERED_SESSIONS = 3
CURIOUS_SESSIONS = 1
CURIOUS_DAYS_WITHOUT_ORDER = 90
INDECISIVE_SESSIONS = 5
INDECISIVE_VIEWS = 10
INDECISIVE_MINUTES = 20
IDLE_VISITOR_DAYS = 60
RETURNING_SESSIONS = 2
ENGAGED_MINUTES = 5
FOCUSED_TIME_TO_ORDER = timedelta(minutes=10)
SINGLE_ITEM_VIEWS = 3
SINGLE_ITEM_DAYS = 30
DEEP_VIEWS = 5
DEEP_DAYS = 30
BRAND_FAN_VIEWS = 3
BRAND_FAN_SHARE = 0.8
BRAND_FAN_DAYS = 90
CATEGORY_BROWSER_DAYS = 90
COMPARING_PRODUCTS = 2


def _has_abandoned_cart(facts: Facts, shop: Shop) -> bool:
    carted_at = facts["last_add_to_cart_at"]
    return bool(
        shop.clock.is_recent(carted_at, CART_DAYS)
        and carted_at <= shop.clock.as_of - CART_REST
        and not at_least(facts["last_placed_order_at"], carted_at)
        and not at_least(facts["last_purchase_event_at"], carted_at)
    )


def _is_registered_browser(facts: Facts, shop: Shop) -> bool:
    return bool(
        (facts["account_count"] >= 1 or facts["lead_count"] >= 1)
        and facts["placed_order_count"] == 0
        and facts["sessions_last_90_days"] >= REGISTERED_SESSIONS
    )


def _is_curious(facts: Facts, shop: Shop) -> bool:
    return (
        facts["sessions_last_30_days"] >= CURIOUS_SESSIONS
        and facts["order_count"] >= 1
        and above(facts["days_since_last_order"], CURIOUS_DAYS_WITHOUT_ORDER)
    )


def _is_indecisive(facts: Facts, shop: Shop) -> bool:
    return bool(
        facts["sessions_last_30_days"] >= INDECISIVE_SESSIONS
        and facts["product_views_last_30_days"] >= INDECISIVE_VIEWS
        and facts["minutes_on_site_last_30_days"] >= INDECISIVE_MINUTES
        and facts["order_count_last_90_days"] == 0
    )


def _is_idle_visitor(facts: Facts, shop: Shop) -> bool:
    return (
        facts["placed_order_count"] == 0
        and facts["product_view_count"] >= 1
        and above(facts["days_since_last_activity"], IDLE_VISITOR_DAYS)
    )


def product_focused_shoppers(shop: Shop) -> Iterator[Membership]:
    """Persons with a valid order within minutes of the start of a session."""
    for person, history in shop.histories.items():
        starts = [session.started_at for session in history.sessions]
        if any(
            start <= order.ordered_at <= start + FOCUSED_TIME_TO_ORDER
            for order in history.valid_orders
            for start in starts
        ):
            yield Membership(person)


def product_views(shop: Shop, person: Person, days: int) -> list[Row]:
    """Return the person's views of a product in the last so many days."""
    return [
        event
        for event in shop.histories[person].events
        if event["event_name"] == "view_item"
        and event["product_id"] is not None
        and shop.clock.is_recent(event["occurred_at"], days)
    ]


def single_item_researchers(shop: Shop) -> Iterator[Membership]:
    """Persons whose several views are all of one product."""
    for person in shop.histories:
        views = product_views(shop, person, SINGLE_ITEM_DAYS)
        products = {(view["source_system"], view["product_id"]) for view in views}
        if len(views) >= SINGLE_ITEM_VIEWS and len(products) == 1:
            yield Membership(person)


def deep_researchers(shop: Shop) -> Iterator[Membership]:
    """Persons with a session of many views of one product."""
    for person, history in shop.histories.items():
        for session in history.sessions:
            views = Counter(
                event["product_id"]
                for event in session.events
                if event["event_name"] == "view_item" and event["product_id"] is not None
            )
            is_recent = shop.clock.is_recent_date(session.started_on, DEEP_DAYS)
            if is_recent and any(count >= DEEP_VIEWS for count in views.values()):
                yield Membership(person)


def _viewed(shop: Shop, person: Person, days: int, column: str) -> Counter[str]:
    """Count views by a column of the product, where it is known."""
    values = (
        shop.products.get((view["source_system"], view["product_id"]), {}).get(column)
        for view in product_views(shop, person, days)
    )
    return Counter(value for value in values if value is not None)


def brand_fans(shop: Shop) -> Iterator[Membership]:
    """Persons nearly all of whose views are of one brand."""
    for person in shop.histories:
        brands = _viewed(shop, person, BRAND_FAN_DAYS, "brand")
        for brand, count in brands.items():
            if count >= BRAND_FAN_VIEWS and count / brands.total() >= BRAND_FAN_SHARE:
                yield Membership(person, brand)


def category_browsers(shop: Shop) -> Iterator[Membership]:
    """Persons who looked at a category that they never bought."""
    for person, history in shop.histories.items():
        bought = {category for order in history.valid_orders for category in order.categories}
        for category in _viewed(shop, person, CATEGORY_BROWSER_DAYS, "category"):
            if category not in bought:
                yield Membership(person, category)


def journey_stage(facts: Facts, shop: Shop) -> str:
    """Return the first stage that holds."""
    if facts["order_count_last_90_days"] >= 1:
        return "recent buyer"
    if shop.clock.is_recent(facts["last_add_to_cart_at"], CART_DAYS) or shop.clock.is_recent(
        facts["last_checkout_at"], CART_DAYS
    ):
        return "ready to buy"
    if facts["products_viewed_last_30_days"] >= COMPARING_PRODUCTS:
        return "comparing"
    if facts["sessions_last_30_days"] >= 1:
        return "browsing"
    return "lapsed buyer" if facts["order_count"] >= 1 else "inactive"


BROWSING: dict[str, Rule] = {
    "cart_abandoners": by_facts(_has_abandoned_cart, lambda facts: facts["last_add_to_cart_at"]),
    "added_to_cart": by_facts(
        lambda facts, shop: shop.clock.is_recent(facts["last_add_to_cart_at"], CART_DAYS),
        lambda facts: facts["last_add_to_cart_at"],
    ),
    "registered_browsers": by_facts(_is_registered_browser),
    "curious_browsers": by_facts(_is_curious),
    "indecisive_shoppers": by_facts(_is_indecisive),
    "idle_visitors": by_facts(_is_idle_visitor),
    "returning_visitors": by_facts(
        lambda facts, shop: facts["session_count"] >= RETURNING_SESSIONS
    ),
    "engaged_browsers": by_facts(
        lambda facts, shop: at_least(facts["longest_session_minutes_last_30_days"], ENGAGED_MINUTES)
    ),
    "product_focused_shoppers": product_focused_shoppers,
    "single_item_researchers": single_item_researchers,
    "deep_researchers": deep_researchers,
    "brand_fans": brand_fans,
    "category_browsers": category_browsers,
    "journey_stages": valued(journey_stage),
}
