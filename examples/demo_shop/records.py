"""The rows of the raw tables, one class per table, with the columns in the order of the file."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Customer:
    """An account."""

    customer_id: str
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    created_at: datetime | None = None
    country_code: str | None = None
    region: str | None = None
    city: str | None = None
    postal_code: str | None = None
    language: str | None = None
    birth_date: date | None = None
    gender: str | None = None
    accepts_marketing: bool | None = None
    accepts_marketing_updated_at: datetime | None = None
    source_system: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ProductRow:
    """A product as the shop lists it."""

    product_id: str
    product_name: str
    brand: str | None
    category: str | None
    collection: str | None
    unit_price: Decimal
    unit_cost: Decimal
    launched_on: date | None
    source_system: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order, with its amounts in `currency`."""

    order_id: str
    customer_id: str | None = None
    email: str | None = None
    anonymous_id: str | None = None
    ordered_at: datetime
    status: str = "completed"
    currency: str
    subtotal_amount: Decimal
    discount_amount: Decimal | None = None
    shipping_amount: Decimal | None = None
    tax_amount: Decimal | None = None
    coupon_code: str | None = None
    payment_method: str | None = None
    delivery_method: str | None = None
    country_code: str | None = None
    region: str | None = None
    city: str | None = None
    postal_code: str | None = None
    is_test: bool | None = None
    source_system: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """A product of an order; `unit_price` in the order's currency."""

    order_id: str
    line_number: int
    product_id: str | None
    quantity: int
    unit_price: Decimal
    discount_amount: Decimal | None = None
    source_system: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Refund:
    """Money given back for an order's merchandise, in the order's currency."""

    refund_id: str
    order_id: str
    refunded_at: datetime
    amount: Decimal
    source_system: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something a visitor did on the site."""

    event_id: str
    occurred_at: datetime
    event_name: str
    anonymous_id: str | None = None
    customer_id: str | None = None
    email: str | None = None
    session_id: str | None = None
    product_id: str | None = None
    order_id: str | None = None
    is_bot: bool = False
    page_path: str | None = None
    device_type: str | None = None
    browser: str | None = None
    operating_system: str | None = None
    country_code: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    referrer: str | None = None
    source_system: str | None = None


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A person's answer to one question."""

    response_id: str
    responded_at: datetime
    survey_type: str
    customer_id: str | None = None
    email: str | None = None
    order_id: str | None = None
    product_id: str | None = None
    question_key: str | None = None
    score: int | None = None
    score_max: int | None = None
    answer: str | None = None
    has_photo: bool | None = None
    source_system: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class EmailEvent:
    """What became of an email that the shop sent."""

    event_id: str
    occurred_at: datetime
    event_type: str
    customer_id: str | None = None
    email: str | None = None
    campaign_id: str | None = None
    campaign_type: str | None = None
    is_machine_open: bool | None = None
    bounce_type: str | None = None
    source_system: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConsentEvent:
    """A person's yes or no to marketing on one channel."""

    consent_id: str
    occurred_at: datetime
    customer_id: str | None = None
    email: str | None = None
    channel: str
    state: str
    source: str | None = None
    source_system: str | None = None


@dataclass(frozen=True, kw_only=True)
class MarketingSpend:
    """What one campaign cost in one country and month, in `currency`."""

    spend_date: date
    channel: str
    country_code: str | None
    campaign: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ExchangeRate:
    """Units of the reporting currency (USD) per unit of `currency`."""

    rate_date: date
    currency: str
    rate: Decimal


@dataclass(frozen=True, kw_only=True)
class RawShop:
    """All rows of the eleven raw tables."""

    customers: list[Customer] = field(default_factory=list)
    products: list[ProductRow] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    order_lines: list[OrderLine] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)
    email_events: list[EmailEvent] = field(default_factory=list)
    consent_events: list[ConsentEvent] = field(default_factory=list)
    marketing_spend: list[MarketingSpend] = field(default_factory=list)
    exchange_rates: list[ExchangeRate] = field(default_factory=list)


def money(cents: int) -> Decimal:
    """Return cents as an amount with two decimals."""
    return Decimal(cents).scaleb(-2)
