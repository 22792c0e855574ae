"""What a new customer costs, per country and month."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from .facts import share
from .identity import Person
from .metrics import UNKNOWN
from .orders import ZERO, Order, convert
from .shop import Shop
from .staging import Rates
from .traffic import Actor, order_actor, session_actor


@dataclass
class _Month:
    spend: Decimal = ZERO
    first_time_buyers: set[Person] = field(default_factory=set)
    buyers: set[Actor] = field(default_factory=set)
    visitors: set[Actor] = field(default_factory=set)


def acquisition_costs(shop: Shop, rates: Rates) -> list[dict[str, Any]]:
    """Return spend, first-time buyers, visitors and what follows from them."""
    months: dict[tuple[str, str], _Month] = defaultdict(_Month)
    for spend in shop.tables["marketing_spend"]:
        rate = rates.rate(spend["currency"], spend["spend_date"])
        if rate is None:
            raise AssertionError("staging keeps no spend without an exchange rate")
        months[_cell(spend["country_code"], spend["spend_date"])].spend += convert(
            spend["amount"], rate
        )
    for session in shop.sessions:
        cell = _cell(session.events[0]["country_code"], session.started_on)
        months[cell].visitors.add(session_actor(session))
    for order in shop.valid_orders:
        cell = _cell(order.row["country_code"], order.ordered_on)
        months[cell].buyers.add(order_actor(order, shop))
    for person, history in shop.histories.items():
        if history.valid_orders:
            first = min(history.valid_orders, key=_order_key)
            cell = _cell(first.row["country_code"], first.ordered_on)
            months[cell].first_time_buyers.add(person)
    return [
        {
            "country_code": country_code,
            "month": month,
            "spend": found.spend,
            "first_time_buyers": len(found.first_time_buyers),
            "customer_acquisition_cost": share(found.spend, len(found.first_time_buyers)),
            "visitors": len(found.visitors),
            "conversion_rate": share(len(found.visitors & found.buyers), len(found.visitors)),
        }
        for (country_code, month), found in months.items()
    ]


def _cell(country_code: str | None, day: date) -> tuple[str, str]:
    return country_code or UNKNOWN, day.isoformat()[: len("2026-06")]


def _order_key(order: Order) -> tuple[Any, ...]:
    row = order.row
    return order.ordered_at, row["order_id"].encode(), row["source_system"].encode()
