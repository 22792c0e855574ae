"""What is visible at as_of, attributed: everything that facts and segments are computed from."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .consent import Consent, choose_address, find_consents
from .identity import Identity, Person, find_identity
from .orders import Order, ProductKey, find_orders
from .sessions import Session, find_sessions
from .settings import Settings
from .staging import Row, Staged

Facts = dict[str, Any]
_TIMESTAMPS = {
    "orders": "ordered_at",
    "refunds": "refunded_at",
    "events": "occurred_at",
    "surveys": "responded_at",
    "email_events": "occurred_at",
    "consent_events": "occurred_at",
}


@dataclass
class History:
    """The visible rows of one person; orders without tests, sessions of the person."""

    customers: list[Row] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    surveys: list[Row] = field(default_factory=list)
    email_events: list[Row] = field(default_factory=list)
    consent_events: list[Row] = field(default_factory=list)

    @property
    def valid_orders(self) -> list[Order]:
        """The person's valid orders."""
        return [order for order in self.orders if order.is_valid]


@dataclass(eq=False)
class Shop:
    """One shop as of one instant; `facts` are filled once they are computed."""

    settings: Settings
    clock: Clock
    tables: dict[str, list[Row]]
    products: dict[ProductKey, Row]
    identity: Identity
    orders: list[Order]
    sessions: list[Session]
    consents: dict[Person, dict[str, Consent]]
    addresses: dict[Person, str | None]
    histories: dict[Person, History]
    facts: dict[Person, Facts] = field(default_factory=dict)

    @property
    def valid_orders(self) -> list[Order]:
        """All valid orders, those of nobody included."""
        return [order for order in self.orders if order.is_valid]

    @property
    def buyers(self) -> list[Person]:
        """The persons with a valid order."""
        return [person for person, facts in self.facts.items() if facts["order_count"] >= 1]


def open_shop(staged: Staged, settings: Settings, clock: Clock) -> Shop:
    """Take what is visible at as_of, find the persons, and give each row to its person."""
    tables = _visible_tables(staged.tables, clock)
    identity = find_identity(tables, settings)
    orders = find_orders(tables, identity, staged.rates, clock)
    sessions = find_sessions(tables["events"], identity, clock, settings.session_gap_minutes)
    consents = find_consents(tables, identity)
    histories: dict[Person | None, History] = defaultdict(History)
    for order in orders:
        histories[order.person].orders.append(order)
    for session in sessions:
        histories[session.person].sessions.append(session)
    for row in tables["events"]:
        histories[identity.person_or_owner(row)].events.append(row)
    for row in tables["customers"]:
        histories[identity.person(row)].customers.append(row)
    for row in tables["surveys"]:
        histories[identity.person(row)].surveys.append(row)
    for row in tables["email_events"]:
        histories[identity.person(row)].email_events.append(row)
    for row in tables["consent_events"]:
        histories[identity.person(row)].consent_events.append(row)
    return Shop(
        settings=settings,
        clock=clock,
        tables=tables,
        products={(row["source_system"], row["product_id"]): row for row in tables["products"]},
        identity=identity,
        orders=orders,
        sessions=sessions,
        consents=consents,
        addresses={
            person: choose_address(identity, person, consents[person])
            for person in identity.persons
        },
        histories={person: histories[person] for person in identity.persons},
    )


def _visible_tables(tables: dict[str, list[Row]], clock: Clock) -> dict[str, list[Row]]:
    visible = dict(tables)
    for name, column in _TIMESTAMPS.items():
        visible[name] = [row for row in tables[name] if clock.is_visible(row[column])]
    visible["orders"] = [row for row in visible["orders"] if not row["is_test"]]
    visible["events"] = [row for row in visible["events"] if not row["is_bot"]]
    visible["customers"] = [
        row
        for row in tables["customers"]
        if row["created_at"] is None or clock.is_visible(row["created_at"])
    ]
    visible["marketing_spend"] = [
        row for row in tables["marketing_spend"] if row["spend_date"] <= clock.as_of_date
    ]
    return visible
