"""The raw contract: the tables, their keys, and the type of every column."""

from dataclasses import dataclass

EVENT_TYPES = ("delivered", "opened", "clicked", "bounced", "unsubscribed", "complained")
CAMPAIGN_TYPES = ("newsletter", "promotion", "transactional", "service_recovery")
ENUMERATIONS = {
    ("orders", "status"): ("pending", "completed", "cancelled"),
    ("surveys", "survey_type"): ("csat", "nps", "review", "profile"),
    ("email_events", "event_type"): EVENT_TYPES,
    ("email_events", "campaign_type"): CAMPAIGN_TYPES,
    ("email_events", "bounce_type"): ("hard", "soft"),
    ("consent_events", "channel"): ("email", "sms"),
    ("consent_events", "state"): ("granted", "withdrawn"),
}
SHOWN = {
    *("country_code", "region", "city", "postal_code", "language"),
    *("gender", "product_name", "brand", "category", "collection"),
    *("coupon_code", "payment_method", "delivery_method", "event_name", "device_type"),
    *("browser", "operating_system", "utm_source", "utm_medium", "utm_campaign"),
    *("question_key", "answer", "campaign_id", "campaign", "channel"),
}
POSITIVE = {("order_lines", "quantity"), ("refunds", "amount"), ("exchange_rates", "rate")}


@dataclass(frozen=True)
class Column:
    """A column: its type, whether it is required, and the values it may hold (none: any).

    A `shown` text is one that BI tools show; a `word` is one of the allowed values.
    """

    name: str
    kind: str
    is_required: bool
    allowed: tuple[str, ...]
    is_positive: bool

    @property
    def is_amount(self) -> bool:
        """Whether a negative value of this column is an error."""
        return self.name.endswith("_amount") or self.name in ("amount", "unit_price")


@dataclass(frozen=True)
class Table:
    """A table: its columns in contract order, the key columns first."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    own_timestamp: str | None
    has_source_system: bool
    has_updated_at: bool

    @property
    def text_columns(self) -> tuple[str, ...]:
        """Every contract column, source_system first and updated_at last where they exist."""
        return (
            *(("source_system",) if self.has_source_system else ()),
            *(column.name for column in self.columns),
            *(("updated_at",) if self.has_updated_at else ()),
        )


def _column(table: str, declaration: str) -> Column:
    name, _, kind = declaration.partition(":")
    required = name.endswith("*")
    name = name.rstrip("*")
    return Column(
        name=name,
        kind=kind or _kind_of_text(table, name),
        is_required=required,
        allowed=ENUMERATIONS.get((table, name), ()),
        is_positive=(table, name) in POSITIVE,
    )


def _kind_of_text(table: str, name: str) -> str:
    if (table, name) in ENUMERATIONS:
        return "word"
    if name == "currency":
        return name
    if name == "customer_id":
        return "account"
    return "shown" if name in SHOWN else "text"


def _table(
    name: str,
    key: str,
    columns: str,
    own_timestamp: str | None = None,
    has_source_system: bool = True,
    has_updated_at: bool = False,
) -> Table:
    keys = tuple(_column(name, part) for part in key.split())
    return Table(
        name=name,
        key=tuple(column.name for column in keys),
        columns=keys + tuple(_column(name, part) for part in columns.split()),
        own_timestamp=own_timestamp,
        has_source_system=has_source_system,
        has_updated_at=has_updated_at,
    )


# A column is written name, `*` when required, and `:kind` when it is no text.
TABLES = (
    _table(
        "customers",
        "customer_id*",
        "email phone first_name last_name created_at:timestamp country_code region city"
        " postal_code language birth_date:date gender accepts_marketing:boolean"
        " accepts_marketing_updated_at:timestamp",
        own_timestamp="created_at",
        has_updated_at=True,
    ),
    _table(
        "products",
        "product_id*",
        "product_name brand category collection unit_price:money unit_cost:money launched_on:date",
        has_updated_at=True,
    ),
    _table(
        "orders",
        "order_id*",
        "customer_id email anonymous_id ordered_at*:timestamp status* currency*"
        " subtotal_amount*:money discount_amount:money shipping_amount:money tax_amount:money"
        " coupon_code payment_method delivery_method country_code region city postal_code"
        " is_test:boolean",
        own_timestamp="ordered_at",
        has_updated_at=True,
    ),
    _table(
        "order_lines",
        "order_id* line_number*:integer",
        "product_id quantity*:integer unit_price:money discount_amount:money",
        has_updated_at=True,
    ),
    _table(
        "refunds",
        "refund_id*",
        "order_id* refunded_at*:timestamp amount*:money",
        own_timestamp="refunded_at",
        has_updated_at=True,
    ),
    _table(
        "events",
        "event_id*",
        "occurred_at*:timestamp event_name* anonymous_id customer_id email session_id product_id"
        " order_id is_bot:boolean page_path device_type browser operating_system country_code"
        " utm_source utm_medium utm_campaign referrer",
        own_timestamp="occurred_at",
    ),
    _table(
        "surveys",
        "response_id*",
        "responded_at*:timestamp survey_type* customer_id email order_id product_id question_key"
        " score:score score_max:score answer has_photo:boolean",
        own_timestamp="responded_at",
        has_updated_at=True,
    ),
    _table(
        "email_events",
        "event_id*",
        "occurred_at*:timestamp event_type* customer_id email campaign_id campaign_type"
        " is_machine_open:boolean bounce_type",
        own_timestamp="occurred_at",
    ),
    _table(
        "consent_events",
        "consent_id*",
        "occurred_at*:timestamp customer_id email channel* state* source",
        own_timestamp="occurred_at",
    ),
    _table(
        "marketing_spend",
        "spend_date*:date channel* country_code campaign",
        "currency* amount*:money",
        has_source_system=False,
    ),
    _table(
        "exchange_rates",
        "rate_date*:date currency*",
        "rate*:rate",
        has_source_system=False,
    ),
)
TABLE = {table.name: table for table in TABLES}
