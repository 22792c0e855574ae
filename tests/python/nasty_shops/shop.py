"""A raw folder while it is being drawn: its rows, and helpers that add rows by default values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import TypeVar

from tests.python.nasty_shops.contract import COLUMNS
from tests.python.nasty_shops.days import LATEST, MICROSECOND, Days
from tests.python.nasty_shops.profiles import Profile

Value = str | int | Decimal | date | datetime | bool | None
Row = dict[str, str | None]
Choice = TypeVar("Choice")

WINDOWS = (30, 60, 90, 180, 365)
COUNTRIES = ("US", "US", "US", "DE", "GB", "BR", "IN", None)
CITIES = ("Austin", "Köln", "São Paulo", "القاهرة", "New\nYork", 'St. "John"', "Reno, NV", None)
CATEGORIES = ("Zebra", "apple", "Éclair", "éclair", "😀 toys", "ﬁgs", "a,b", None)
BRANDS = ("Acme", "acme", "Ümlaut", None)
TRUE = ("true", "TRUE", "t", "1", "Yes", "y", "On", "1.0")
FALSE = ("False", "f", "0", "no", "N", "OFF", "0.0")
OFFSETS = (timedelta(hours=2), timedelta(hours=-5), timedelta(hours=5, minutes=30))


@dataclass(frozen=True)
class Identity:
    """The identifiers that a row may carry of its person."""

    system: str
    account: str | None = None
    email: str | None = None
    anonymous: str | None = None

    def columns(self) -> dict[str, Value]:
        """Return source system, account and email as columns of any table that holds people."""
        return {"source_system": self.system, "customer_id": self.account, "email": self.email}

    def visitor_columns(self) -> dict[str, Value]:
        """Return the same with the anonymous_id, which orders and events carry."""
        return {**self.columns(), "anonymous_id": self.anonymous}


@dataclass
class Shop:
    """The tables of one shop, grown row by row."""

    random: Random
    profile: Profile
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    themes: set[str] = field(default_factory=set)
    malformed: bool = True
    issued: int = 0

    @property
    def days(self) -> Days:
        """The shop's calendar."""
        return self.profile.days

    def pick(self, choices: Sequence[Choice]) -> Choice:
        """Draw one of several."""
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        """Return true in that share of draws."""
        return self.random.random() < share

    def new_id(self, prefix: str) -> str:
        """Return an id that no row has yet; ids differ in length and case, so order is by bytes."""
        self.issued += 1
        if self.profile.has_numbers_for_ids:
            return str(self.issued)
        return f"{prefix}{self.pick(('', '0', 'Z', 'a', 'é'))}{self.issued}"

    def moment(self) -> datetime:
        """Draw an instant, often on or next to one that decides something."""
        draw = self.random.random()
        if draw < 0.12:
            edge = self.pick((self.days.end, *map(self.days.window_start, WINDOWS)))
            instant = edge + self.pick((-MICROSECOND, timedelta(), MICROSECOND))
        elif draw < 0.17:
            instant = self.days.end + timedelta(hours=self.random.uniform(0, 400))
        elif draw < 0.85:
            instant = self.days.end - timedelta(seconds=self.random.randint(1, 400 * 86400))
        else:
            instant = self.days.end - timedelta(microseconds=self.random.randint(1, 10**14))
        return min(instant, LATEST)

    def written(self, instant: datetime) -> str:
        """Write an instant in one of the forms of ISO 8601, to the microsecond where it has one."""
        offset = self.pick(OFFSETS)
        local = instant.astimezone(timezone(offset))
        naive = instant.astimezone(UTC).replace(tzinfo=None)
        forms = [
            *[naive.isoformat() + "Z"] * 4,
            naive.isoformat(),
            naive.isoformat(sep=" "),
            naive.isoformat(timespec="microseconds") + "+00:00",
            local.isoformat(),
            local.isoformat(sep=" ", timespec="microseconds"),
        ]
        if naive.second == naive.microsecond == 0:
            forms.append(naive.isoformat(timespec="minutes") + "Z")
        if naive.microsecond % 1000 == 0:
            forms.append(naive.isoformat(timespec="milliseconds") + "Z")
        return self.pick(forms)

    def text(self, value: Value) -> str | None:
        """Write a value as a shop's export would; an empty text is a null."""
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            return self.pick(TRUE if value else FALSE)
        if isinstance(value, datetime):
            return self.written(value)
        return value.isoformat() if isinstance(value, date) else str(value)

    def add(self, table: str, **values: Value) -> Row:
        """Add one row; columns that are not named are null."""
        row = {column: self.text(value) for column, value in values.items()}
        self.rows[table].append(row)
        return row

    def system(self) -> str:
        """Draw one of the shop's source systems."""
        return self.pick(self.profile.systems)

    def amount(self, highest: int = 200) -> Decimal:
        """Draw an amount of money of up to `highest` units, in hundredths."""
        return Decimal(self.random.randint(1, highest * 100)) / 100

    def identity(self, system: str | None = None) -> Identity:
        """Draw an account, an email and an anonymous_id that nobody has, without any row."""
        account, visitor = self.new_id("c"), self.new_id("v")
        return Identity(
            self.system() if system is None else system, account, f"{account}@mail.test", visitor
        )

    def person(self, system: str | None = None, **values: Value) -> Identity:
        """Draw a new identity and add its customers row."""
        identity = self.identity(system)
        self.customer(**{**identity.columns(), **values})
        return identity

    def customer(self, **values: Value) -> Row:
        """Add a customers row."""
        defaults: dict[str, Value] = {
            "created_at": self.days.ago(self.random.randint(1, 900)),
            "first_name": self.pick(("Ana", "José", "李", "O'Neil", None)),
            "last_name": self.pick(("Smith", "Müller", "حداد", None)),
            "phone": self.pick(("+1 555 0100", "0049-30-1", None)),
            "country_code": self.pick(COUNTRIES),
            "city": self.pick(CITIES),
            "language": self.pick(("en", "de", "pt-BR", None)),
            "gender": self.pick(("female", "male", "other", None)),
        }
        return self.add("customers", **{**defaults, **values})

    def product(self, **values: Value) -> Row:
        """Add a products row."""
        defaults: dict[str, Value] = {
            "source_system": self.system(),
            "product_id": self.new_id("p"),
            "product_name": self.pick(("Lamp", 'Screen 5"', "椅子")),
            "brand": self.pick(BRANDS),
            "category": self.pick(CATEGORIES),
            "unit_price": self.amount(),
            "launched_on": self.days.last_day - timedelta(days=self.random.randint(-5, 800)),
        }
        return self.add("products", **{**defaults, **values})

    def order(self, **values: Value) -> Row:
        """Add an order, completed and in reporting currency unless said otherwise."""
        defaults: dict[str, Value] = {
            "order_id": self.new_id("o"),
            "ordered_at": self.days.ago(self.random.randint(0, 400)),
            "status": "completed",
            "currency": self.profile.reporting_currency,
            "subtotal_amount": self.amount(),
        }
        return self.add("orders", **{**defaults, **values})

    def line(self, order: Row, product: Row | None = None, **values: Value) -> Row:
        """Add a line to an order, of a product where one is given."""
        key = (order.get("source_system"), order["order_id"])
        number = 1 + sum(
            (line.get("source_system"), line["order_id"]) == key
            for line in self.rows["order_lines"]
        )
        defaults: dict[str, Value] = {
            "source_system": order.get("source_system"),
            "order_id": order["order_id"],
            "line_number": number,
            "product_id": product["product_id"] if product else None,
            "quantity": self.random.randint(1, 3),
            "unit_price": self.amount(),
        }
        return self.add("order_lines", **{**defaults, **values})

    def refund(self, order: Row, **values: Value) -> Row:
        """Add a refund of an order."""
        defaults: dict[str, Value] = {
            "source_system": order.get("source_system"),
            "refund_id": self.new_id("r"),
            "order_id": order["order_id"],
            "refunded_at": self.days.ago(0, hours=1),
            "amount": Decimal("1.00"),
        }
        return self.add("refunds", **{**defaults, **values})

    def event(self, occurred_at: datetime, event_name: str, **values: Value) -> Row:
        """Add an event."""
        defaults: dict[str, Value] = {"event_id": self.new_id("e")}
        named: dict[str, Value] = {"occurred_at": occurred_at, "event_name": event_name}
        return self.add("events", **{**defaults, **named, **values})

    def survey(self, responded_at: datetime, survey_type: str, **values: Value) -> Row:
        """Add a survey response."""
        defaults: dict[str, Value] = {"response_id": self.new_id("s")}
        named: dict[str, Value] = {"responded_at": responded_at, "survey_type": survey_type}
        return self.add("surveys", **{**defaults, **named, **values})

    def email_event(self, occurred_at: datetime, event_type: str, **values: Value) -> Row:
        """Add an email event."""
        defaults: dict[str, Value] = {"event_id": self.new_id("m")}
        named: dict[str, Value] = {"occurred_at": occurred_at, "event_type": event_type}
        return self.add("email_events", **{**defaults, **named, **values})

    def consent(self, occurred_at: datetime, state: str, **values: Value) -> Row:
        """Add a consent event, on channel email unless said otherwise."""
        defaults: dict[str, Value] = {"consent_id": self.new_id("k"), "channel": "email"}
        named: dict[str, Value] = {"occurred_at": occurred_at, "state": state}
        return self.add("consent_events", **{**defaults, **named, **values})

    def rate(self, rate_date: date, currency: str, rate: str) -> Row:
        """Add an exchange rate."""
        return self.add("exchange_rates", rate_date=rate_date, currency=currency, rate=rate)
