"""Visits and orders of everyone, anonymous visitors included, and the rates between them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .facts import share
from .identity import Person
from .orders import Order
from .sessions import Session, Visitor, visitor_of
from .shop import Shop

RATE_DAYS = 90
_TIME_TO_COMPLETE = timedelta(hours=24)
# Whoever visits or buys: the person, else the visitor, else nobody but the order itself.
Actor = Person | Visitor | Order


@dataclass
class Traffic:
    """Sessions, the carts among them, and valid orders, all of the last 90 days."""

    sessions: list[Session] = field(default_factory=list)
    carts: list[Session] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


def session_actor(session: Session) -> Actor:
    """Return who made the visit."""
    return session.person or session.visitor


def order_actor(order: Order, shop: Shop) -> Actor:
    """Return who made the order."""
    return order.person or visitor_of(order.row, shop.identity) or order


def recent_traffic(shop: Shop) -> Traffic:
    """Return the traffic of the last 90 days."""
    sessions = [
        session
        for session in shop.sessions
        if shop.clock.is_recent_date(session.started_on, RATE_DAYS)
    ]
    return Traffic(
        sessions=sessions,
        carts=[session for session in sessions if _has_cart(session)],
        orders=[
            order
            for order in shop.valid_orders
            if shop.clock.is_recent_date(order.ordered_on, RATE_DAYS)
        ],
    )


def completed_carts(shop: Shop, carts: Iterable[Session]) -> set[Session]:
    """Return the carts bought in the session or the 24 hours after it.

    A purchase event or a placed order counts, of the same person or of the same visitor.
    """
    purchases: dict[Any, list[Any]] = {}
    for event in shop.tables["events"]:
        if event["event_name"] == "purchase":
            for actor in (
                shop.identity.person_or_owner(event),
                visitor_of(event, shop.identity),
            ):
                purchases.setdefault(actor, []).append(event["occurred_at"])
    for order in shop.orders:
        if order.is_placed:
            for actor in (order.person, visitor_of(order.row, shop.identity)):
                purchases.setdefault(actor, []).append(order.ordered_at)
    purchases.pop(None, None)
    return {
        cart
        for cart in carts
        if any(
            cart.started_at <= instant <= cart.started_at + cart.length + _TIME_TO_COMPLETE
            for actor in (cart.person, cart.visitor)
            for instant in purchases.get(actor, [])
        )
    }


def rates(shop: Shop, traffic: Traffic, completed: set[Session]) -> dict[str, float | None]:
    """Return conversion, add-to-cart and cart abandonment rate of some traffic.

    Only who came can have been converted: buyers without a session are left out.
    """
    visitors = {session_actor(session) for session in traffic.sessions}
    buyers = {order_actor(order, shop) for order in traffic.orders}
    abandoned = sum(cart not in completed for cart in traffic.carts)
    return {
        "conversion_rate": share(len(visitors & buyers), len(visitors)),
        "add_to_cart_rate": share(len(traffic.carts), len(traffic.sessions)),
        "cart_abandonment_rate": share(abandoned, len(traffic.carts)),
    }


def _has_cart(session: Session) -> bool:
    return any(event["event_name"] == "add_to_cart" for event in session.events)
