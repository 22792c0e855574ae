"""Metrics per segment, and of the whole shop by country and category."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from .facts import share
from .identity import Person
from .orders import ZERO
from .segments.membership import Membership
from .sessions import Session
from .shop import Facts, Shop
from .traffic import Traffic, completed_carts, rates, recent_traffic

UNKNOWN = "unknown"
ALL_VALUES = "*"


def segment_metrics(shop: Shop, memberships: dict[str, set[Membership]]) -> list[dict[str, Any]]:
    """Return a row per segment and value, one of all values, and one of everyone under ''."""
    traffic = recent_traffic(shop)
    completed = completed_carts(shop, traffic.carts)
    traffic_of: dict[Person | None, Traffic] = defaultdict(Traffic)
    for session in traffic.sessions:
        traffic_of[session.person].sessions.append(session)
    for cart in traffic.carts:
        traffic_of[cart.person].carts.append(cart)
    for order in traffic.orders:
        traffic_of[order.person].orders.append(order)
    members = members_by_place(memberships)
    rows = [
        {
            "segment": segment,
            "segment_value": value,
            "population": "known customers",
            **_customer_metrics(shop, persons),
            **rates(shop, _joined(traffic_of[person] for person in persons), completed),
        }
        for (segment, value), persons in members.items()
    ]
    everyone = {
        "segment": "",
        "segment_value": "",
        "population": "all visitors",
        **_customer_metrics(shop, shop.identity.persons),
        **rates(shop, traffic, completed),
    }
    return [everyone, *rows]


def members_by_place(
    memberships: dict[str, set[Membership]],
) -> dict[tuple[str, str], list[Person]]:
    """List the members of each segment and value, and under '*' those of any value."""
    members: dict[tuple[str, str], dict[Person, None]] = defaultdict(dict)
    for segment, found in memberships.items():
        for membership in found:
            members[segment, membership.value][membership.person] = None
            if membership.value:
                members[segment, ALL_VALUES][membership.person] = None
    return {place: list(persons) for place, persons in members.items()}


def _joined(parts: Iterable[Traffic]) -> Traffic:
    joined = Traffic()
    for part in parts:
        joined.sessions += part.sessions
        joined.carts += part.carts
        joined.orders += part.orders
    return joined


def _customer_metrics(shop: Shop, persons: list[Person]) -> dict[str, Any]:
    facts = [shop.facts[person] for person in persons]
    net_revenue, orders = _net_revenue(facts), _sum(facts, "order_count")
    buyers = sum(row["order_count"] >= 1 for row in facts)
    return {
        "customers": len(persons),
        "customer_share": share(len(persons), len(shop.facts)),
        "net_revenue": net_revenue,
        "net_revenue_share": share(net_revenue, _net_revenue(shop.facts.values())),
        "orders": orders,
        "average_order_value": share(net_revenue, orders),
        "repeat_purchase_rate": share(sum(row["order_count"] > 1 for row in facts), buyers),
        "coupon_order_share": share(_sum(facts, "coupon_order_count"), orders),
        "subscribers": _sum(facts, "is_email_subscriber"),
    }


def _sum(facts: Iterable[Facts], column: str) -> int:
    return sum(row[column] for row in facts)


def _net_revenue(facts: Iterable[Facts]) -> Decimal:
    return sum((row["net_revenue"] for row in facts), ZERO)


def shop_metrics(shop: Shop) -> list[dict[str, Any]]:
    """Return the rates of everyone per country, and per category that was seen or bought."""
    traffic = recent_traffic(shop)
    completed = completed_carts(shop, traffic.carts)
    parts: dict[tuple[str, str], Traffic] = defaultdict(Traffic)
    for session in traffic.sessions:
        parts["country", session.events[0]["country_code"] or UNKNOWN].sessions.append(session)
        for category in _categories(shop, session, ("view_item", "add_to_cart")):
            parts["category", category].sessions.append(session)
    for cart in traffic.carts:
        parts["country", cart.events[0]["country_code"] or UNKNOWN].carts.append(cart)
        for category in _categories(shop, cart, ("add_to_cart",)):
            parts["category", category].carts.append(cart)
    for order in traffic.orders:
        parts["country", order.row["country_code"] or UNKNOWN].orders.append(order)
        for category in order.categories:
            parts["category", category].orders.append(order)
    return [
        {"dimension": dimension, "dimension_value": value, **rates(shop, part, completed)}
        for (dimension, value), part in parts.items()
    ]


def _categories(shop: Shop, session: Session, event_names: tuple[str, ...]) -> set[str]:
    categories = (
        shop.products.get((event["source_system"], event["product_id"]), {}).get("category")
        for event in session.events
        if event["event_name"] in event_names
    )
    return {category for category in categories if category is not None}
