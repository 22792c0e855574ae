"""The warehouse's definitions once more in plain Python: obviously right rather than fast.

It shares nothing with the SQL, so that the two can be held against each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .acquisition import acquisition_costs
from .clock import clock_of
from .facts import compute_facts
from .likeness import identity_suggestions
from .metrics import segment_metrics, shop_metrics
from .overlaps import segment_overlaps
from .reading import RawContractError, read_raw
from .sales import order_lines, products, refunds
from .segments import find_memberships
from .segments.membership import Membership
from .settings import Settings
from .shop import Shop, open_shop
from .sizes import segment_needs, segment_sizes, shop_sizes
from .staging import stage

__all__ = ["Forecast", "RawContractError", "Settings", "compute"]

Rows = list[dict[str, Any]]
_CONTACT_COLUMNS = ("first_name", "last_name", "phone", "birth_date")


@dataclass(frozen=True)
class Forecast:
    """What a fitted model says of a shop, which is proved elsewhere.

    Attributes:
        members: of each segment that a model fills, customer_id, value and evidence_at.
        buyers: how many each forecast was fitted to, by its name among the needs of segments.
    """

    members: Mapping[str, set[tuple[str, str, datetime | None]]]
    buyers: Mapping[str, int]


def compute(raw_dir: Path, settings: Settings, forecast: Forecast | None = None) -> dict[str, Rows]:
    """Compute every table from a folder of raw files.

    RawContractError says which required table or column is missing. A shop that is large enough for
    a forecast comes with one.
    """
    clock = clock_of(settings)
    staged = stage(read_raw(raw_dir), settings, clock)
    shop = open_shop(staged, settings, clock)
    compute_facts(shop)
    given = _members(shop, forecast) if forecast else {}
    memberships = find_memberships(shop, given)
    counts = staged.counts + [
        {"table_name": name, "staged_rows": buyers}
        for name, buyers in (forecast.buyers if forecast else {}).items()
    ]
    return {
        "customer_facts": list(shop.facts.values()),
        "customer_contacts": _customer_contacts(shop),
        "email_consents": _email_consents(shop),
        "identity_map": _identity_map(shop),
        "identity_suggestions": identity_suggestions(shop),
        "rejected_rows": [
            {name: reject[name] for name in ("table_name", "row_key", "reason")}
            for reject in staged.rejected
        ],
        "row_counts": staged.counts,
        "unreadable_values": staged.unreadable,
        "key_collisions": staged.collisions,
        "orders": _orders(shop),
        "products": products(shop),
        "order_lines": order_lines(shop, staged.rates),
        "refunds": refunds(shop, staged.rates),
        "sessions": _sessions(shop),
        "segment_memberships": _segment_memberships(shop, memberships),
        "segment_overlaps": segment_overlaps(memberships),
        "segment_metrics": segment_metrics(shop, memberships),
        "segment_sizes": segment_sizes(shop, memberships, counts),
        "shop_sizes": shop_sizes(shop),
        "segment_needs": segment_needs(counts),
        "shop_metrics": shop_metrics(shop),
        "acquisition_costs": acquisition_costs(shop, staged.rates),
    }


def _members(shop: Shop, forecast: Forecast) -> dict[str, set[Membership]]:
    persons = {person.customer_id: person for person in shop.identity.persons}
    return {
        segment: {Membership(persons[who], value, at) for who, value, at in members}
        for segment, members in forecast.members.items()
    }


def _customer_contacts(shop: Shop) -> Rows:
    return [
        {
            "customer_id": person.customer_id,
            "email": shop.addresses[person],
            **{name: person.customers_row.get(name) for name in _CONTACT_COLUMNS},
        }
        for person in shop.identity.persons
    ]


def _email_consents(shop: Shop) -> Rows:
    return [
        {
            "customer_id": person.customer_id,
            "email": email,
            "is_subscribed": consent.is_subscribed,
            "is_suppressed": consent.is_suppressed,
        }
        for person, consents in shop.consents.items()
        for email, consent in consents.items()
    ]


def _identity_map(shop: Shop) -> Rows:
    identity = shop.identity
    found = [
        *(("account", *account, person) for account, person in identity.by_account.items()),
        *(("email", "", email, person) for email, person in identity.by_email.items()),
        *(("anonymous_id", *visitor, person) for visitor, person in identity.owners.items()),
    ]
    return [
        {
            "identifier_type": identifier_type,
            "source_system": source_system,
            "identifier": identifier,
            "customer_id": person.customer_id,
        }
        for identifier_type, source_system, identifier, person in found
    ]


def _orders(shop: Shop) -> Rows:
    return [
        {
            "source_system": order.row["source_system"],
            "order_id": order.row["order_id"],
            "customer_id": None if order.person is None else order.person.customer_id,
            "is_valid": order.is_valid,
            "is_placed": order.is_placed,
            "subtotal_amount": order.subtotal_amount,
            "discount_amount": order.discount_amount,
            "refunded_amount": order.refunded_amount,
            "net_revenue": order.net_revenue,
        }
        for order in shop.orders
    ]


def _sessions(shop: Shop) -> Rows:
    return [
        {
            "customer_id": None if session.person is None else session.person.customer_id,
            "started_at": session.started_at,
            "length_seconds": session.length.total_seconds(),
            "event_count": len(session.events),
        }
        for session in shop.sessions
    ]


def _segment_memberships(shop: Shop, memberships: dict[str, set[Membership]]) -> Rows:
    return [
        {
            "customer_id": membership.person.customer_id,
            "segment": segment,
            "segment_value": membership.value,
            "evidence_at": membership.evidence_at,
            "as_of_date": shop.clock.as_of_date,
        }
        for segment, members in memberships.items()
        for membership in members
    ]
