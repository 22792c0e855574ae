"""The raw contract as the generator knows it.

It is written out a second time on purpose: a wrong declaration in the project must show as a
difference, which it could not if the generator read the same declaration.
"""

COLUMNS: dict[str, tuple[str, ...]] = {
    "customers": (
        "customer_id",
        *("email", "phone", "first_name", "last_name", "created_at", "country_code", "region"),
        *("city", "postal_code", "language", "birth_date", "gender", "accepts_marketing"),
        "accepts_marketing_updated_at",
    ),
    "products": (
        "product_id",
        *("product_name", "brand", "category", "collection", "unit_price", "unit_cost"),
        "launched_on",
    ),
    "orders": (
        "order_id",
        *("customer_id", "email", "anonymous_id", "ordered_at", "status", "currency"),
        *("subtotal_amount", "discount_amount", "shipping_amount", "tax_amount", "coupon_code"),
        *("payment_method", "delivery_method", "country_code", "region", "city", "postal_code"),
        "is_test",
    ),
    "order_lines": (
        *("order_id", "line_number", "product_id", "quantity", "unit_price", "discount_amount"),
    ),
    "refunds": ("refund_id", "order_id", "refunded_at", "amount"),
    "events": (
        "event_id",
        *("occurred_at", "event_name", "anonymous_id", "customer_id", "email", "session_id"),
        *("product_id", "order_id", "is_bot", "page_path", "device_type", "browser"),
        *(
            "operating_system",
            "country_code",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "referrer",
        ),
    ),
    "surveys": (
        "response_id",
        *("responded_at", "survey_type", "customer_id", "email", "order_id", "product_id"),
        *("question_key", "score", "score_max", "answer", "has_photo"),
    ),
    "email_events": (
        "event_id",
        *("occurred_at", "event_type", "customer_id", "email", "campaign_id", "campaign_type"),
        *("is_machine_open", "bounce_type"),
    ),
    "consent_events": (
        "consent_id",
        *("occurred_at", "customer_id", "email", "channel", "state", "source"),
    ),
    "marketing_spend": ("spend_date", "channel", "country_code", "campaign", "currency", "amount"),
    "exchange_rates": ("rate_date", "currency", "rate"),
}
"""The columns of each table in contract order, source_system and updated_at apart."""

KEYS: dict[str, tuple[str, ...]] = {
    "customers": ("customer_id",),
    "products": ("product_id",),
    "orders": ("order_id",),
    "order_lines": ("order_id", "line_number"),
    "refunds": ("refund_id",),
    "events": ("event_id",),
    "surveys": ("response_id",),
    "email_events": ("event_id",),
    "consent_events": ("consent_id",),
    "marketing_spend": ("spend_date", "channel", "country_code", "campaign"),
    "exchange_rates": ("rate_date", "currency"),
}
"""The columns that name a row, besides its source_system."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "customers": ("customer_id",),
    "products": ("product_id",),
    "orders": ("order_id", "ordered_at", "status", "currency", "subtotal_amount"),
    "order_lines": ("order_id", "line_number", "quantity"),
    "refunds": ("refund_id", "order_id", "refunded_at", "amount"),
    "events": ("event_id", "occurred_at", "event_name"),
    "surveys": ("response_id", "responded_at", "survey_type"),
    "email_events": ("event_id", "occurred_at", "event_type"),
    "consent_events": ("consent_id", "occurred_at", "channel", "state"),
    "marketing_spend": ("spend_date", "channel", "currency", "amount"),
    "exchange_rates": ("rate_date", "currency", "rate"),
}
"""The columns without which a row is rejected."""

OWN_TIMESTAMP: dict[str, str] = {
    "customers": "created_at",
    "orders": "ordered_at",
    "refunds": "refunded_at",
    "events": "occurred_at",
    "surveys": "responded_at",
    "email_events": "occurred_at",
    "consent_events": "occurred_at",
}
"""The timestamp that dates a row of the table."""

ENUMERATED: tuple[tuple[str, str], ...] = (
    ("orders", "status"),
    ("surveys", "survey_type"),
    ("email_events", "event_type"),
    ("email_events", "campaign_type"),
    ("email_events", "bounce_type"),
    ("consent_events", "channel"),
    ("consent_events", "state"),
)
"""The columns that hold one of a few named values."""

KINDS: dict[str, str] = {
    **dict.fromkeys(
        ("created_at", "accepts_marketing_updated_at", "ordered_at", "refunded_at"), "timestamp"
    ),
    **dict.fromkeys(("occurred_at", "responded_at", "updated_at"), "timestamp"),
    **dict.fromkeys(("birth_date", "launched_on", "spend_date", "rate_date"), "date"),
    **dict.fromkeys(("accepts_marketing", "is_test", "is_bot", "has_photo"), "boolean"),
    "is_machine_open": "boolean",
    **dict.fromkeys(("line_number", "quantity"), "integer"),
    **dict.fromkeys(("unit_price", "unit_cost", "subtotal_amount", "discount_amount"), "money"),
    **dict.fromkeys(("shipping_amount", "tax_amount", "amount"), "money"),
    **dict.fromkeys(("score", "score_max"), "score"),
    "rate": "rate",
}
"""The type of each column that is not text."""

UNSCOPED = ("marketing_spend", "exchange_rates")
"""Tables whose rows belong to no source system."""

VERSIONED = ("customers", "products", "orders", "order_lines", "refunds", "surveys")
"""Tables whose rows may carry updated_at."""


def all_columns(table: str) -> tuple[str, ...]:
    """Return every contract column of a table, source_system and updated_at last."""
    scope = () if table in UNSCOPED else ("source_system",)
    version = ("updated_at",) if table in VERSIONED else ()
    return (*COLUMNS[table], *scope, *version)
