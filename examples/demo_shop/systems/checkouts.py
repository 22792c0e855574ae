"""Checkouts that nobody finished, as a system that sells keeps them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from examples.demo_shop.records import RawShop

_FINISHED_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Checkout:
    """A checkout of somebody whom the shop knows by account or address."""

    checkout_id: str
    begun_at: datetime
    customer_id: str | None
    email: str | None


def abandoned_checkouts(shop: RawShop) -> list[Checkout]:
    """Return the checkouts that no order of the same account or address follows within an hour."""
    ordered: dict[str, list[datetime]] = defaultdict(list)
    for order in shop.orders:
        for person in (order.customer_id, (order.email or "").strip().lower()):
            if person:
                ordered[person].append(order.ordered_at)
    begun = [
        event
        for event in shop.events
        if event.event_name == "begin_checkout" and not event.is_bot
        if (person := event.customer_id or event.email)
        and not any(
            event.occurred_at <= at <= event.occurred_at + _FINISHED_WITHIN
            for at in ordered[person]
        )
    ]
    return [
        Checkout(f"{number:05d}", event.occurred_at, event.customer_id, event.email)
        for number, event in enumerate(begun, start=1)
    ]
