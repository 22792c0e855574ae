"""The values of public tables lie where they can."""

from collections.abc import Iterator
from dataclasses import dataclass

from segmentry.checks.rules import Between, Check, NeverNull, NoRows
from segmentry.checks.tables import ROW_IDS


@dataclass(frozen=True)
class Range:
    """Bounds of several columns of a table, which belong to the range."""

    table: str
    columns: tuple[str, ...]
    minimum: float | None = None
    maximum: float | None = None


# Counts and sums of customers: 0 when nothing happened, never null.
CUSTOMER_COUNTS = (
    "account_count",
    "order_count",
    "order_count_last_90_days",
    "order_count_last_365_days",
    "placed_order_count",
    "discounted_order_count",
    "full_price_order_count",
    "coupon_order_count",
    "products_bought_last_365_days",
    "new_arrival_order_count_last_365_days",
    "session_count",
    "sessions_last_30_days",
    "sessions_last_90_days",
    "minutes_on_site_last_30_days",
    "product_view_count",
    "product_views_last_30_days",
    "products_viewed_last_30_days",
    "products_viewed_last_365_days",
    "lead_count",
    "share_count",
    "email_opens_last_90_days",
    "email_clicks_last_90_days",
    "review_count",
    "photo_review_count",
    "gross_revenue",
    "discount_amount",
    "refunded_amount",
)
NEVER_NULL = {
    "customer_facts": (
        *CUSTOMER_COUNTS,
        "as_of",
        "net_revenue",
        "net_revenue_last_365_days",
        "is_email_subscriber",
        "is_suppressed",
        "is_sms_subscriber",
    ),
    "orders": (
        "gross_revenue",
        "discount_amount",
        "refunded_amount",
        "net_revenue",
        "is_placed",
        "is_valid",
        "is_discounted",
        "is_coupon_order",
        "ordered_at",
        "ordered_on",
    ),
    "order_lines": ("quantity", "discount_amount", "is_valid", "ordered_at", "ordered_on"),
    "refunds": ("order_id", "refunded_amount", "refunded_at", "refunded_on"),
    "sessions": ("event_count", "add_to_cart_count", "minutes", "started_at", "ended_at"),
    "email_consents": ("customer_id", "is_subscribed", "is_suppressed"),
    "identity_map": ("customer_id",),
    "customer_merges": ("customer_id",),
    "rejected_rows": ("table_name", "reason", "raw_row"),
    "segment_memberships": ("reason",),
    "segment_sizes": (
        "customer_count",
        "entered_count",
        "left_count",
        "reach_count",
        "net_revenue",
    ),
    "segment_needs": ("used_row_count", "is_met"),
    "segment_metrics": ("customer_count", "net_revenue", "order_count", "subscriber_count"),
}
RANGES = (
    Range(
        "customer_facts",
        (
            *CUSTOMER_COUNTS,
            "days_since_last_order",
            "days_since_last_add_to_cart",
            "days_since_last_checkout",
            "days_since_latest_csat",
            "days_since_latest_nps",
            "days_since_latest_review",
            "days_since_last_activity",
            "average_items_per_order_last_365_days",
            "average_days_between_orders",
            "longest_session_minutes_last_30_days",
            "latest_nps",
        ),
        minimum=0,
    ),
    Range(
        "customer_facts",
        (
            "discounted_order_share",
            "coupon_order_share",
            "top_category_order_share_last_365_days",
            "new_arrival_order_share_last_365_days",
        ),
        minimum=0,
        maximum=1,
    ),
    Range(
        "customer_facts",
        ("recency_score", "frequency_score", "monetary_score"),
        minimum=1,
        maximum=5,
    ),
    Range("customer_facts", ("latest_csat", "previous_csat"), minimum=0, maximum=10),
    Range("customer_facts", ("latest_review",), minimum=0, maximum=5),
    Range("orders", ("gross_revenue", "discount_amount", "refunded_amount"), minimum=0),
    Range("order_lines", ("quantity",), minimum=1),
    Range("order_lines", ("unit_price", "discount_amount"), minimum=0),
    Range("refunds", ("refunded_amount",), minimum=0),
    Range("products", ("unit_price",), minimum=0),
    Range("sessions", ("event_count",), minimum=1),
    Range("id_matches", ("known_share", "best_other_share"), minimum=0, maximum=1),
    Range("sessions", ("add_to_cart_count", "minutes"), minimum=0),
    Range("identity_conflicts", ("linked_count",), minimum=2),
    Range(
        "raw_row_counts",
        (
            "raw_row_count",
            "staged_row_count",
            "rejected_row_count",
            "duplicate_key_count",
            "exact_duplicate_count",
        ),
        minimum=0,
    ),
    Range("segment_overlaps", ("customer_count",), minimum=1),
    Range("segment_overlaps", ("share_of_smaller",), minimum=0, maximum=1),
    Range(
        "segment_sizes",
        ("customer_count", "entered_count", "left_count", "reach_count"),
        minimum=0,
    ),
    Range("segment_needs", ("used_row_count",), minimum=0),
    Range(
        "segment_metrics",
        (
            "customer_count",
            "order_count",
            "subscriber_count",
            "visitor_count_last_90_days",
            "converted_visitor_count_last_90_days",
            "buyer_count_last_90_days",
            "session_count_last_90_days",
            "cart_count_last_90_days",
            "abandoned_cart_count_last_90_days",
        ),
        minimum=0,
    ),
    Range(
        "segment_metrics",
        (
            "customer_share",
            "repeat_purchase_rate",
            "coupon_order_share",
            "conversion_rate",
            "add_to_cart_rate",
            "cart_abandonment_rate",
        ),
        minimum=0,
        maximum=1,
    ),
    Range(
        "shop_metrics",
        ("conversion_rate", "add_to_cart_rate", "cart_abandonment_rate"),
        minimum=0,
        maximum=1,
    ),
    Range(
        "acquisition_costs",
        (
            "spend",
            "first_time_buyer_count",
            "customer_acquisition_cost",
            "visitor_count",
            "converted_visitor_count",
            "buyer_count",
        ),
        minimum=0,
    ),
    Range("acquisition_costs", ("conversion_rate",), minimum=0, maximum=1),
)

# When something happened: before the instant that the build is for. Consents and what stands on
# them are left out: an account's agreement is known as it is now.
MOMENTS = {
    "customer_facts": (
        "first_order_at",
        "last_order_at",
        "last_placed_order_at",
        "first_seen_at",
        "last_session_at",
        "last_product_view_at",
        "last_add_to_cart_at",
        "last_checkout_at",
        "last_purchase_event_at",
        "last_share_at",
        "last_email_engagement_at",
        "last_marketing_engagement_at",
        "latest_csat_at",
        "latest_nps_at",
        "latest_review_at",
        "last_activity_at",
    ),
    "orders": ("ordered_at",),
    "order_lines": ("ordered_at",),
    "refunds": ("refunded_at",),
    "sessions": ("started_at", "ended_at"),
    "email_consents": ("bounced_at", "unsubscribed_at", "complained_at"),
}


def range_checks() -> Iterator[Check]:
    """Yield what must hold of the values of public tables."""
    for table, columns in NEVER_NULL.items():
        for column in columns:
            yield Check(f"{table}_{column}_is_never_null", table, NeverNull(column))
    for bounds in RANGES:
        for column in bounds.columns:
            between = Between(column, bounds.minimum, bounds.maximum)
            yield Check(f"{bounds.table}_{column}_is_in_range", bounds.table, between)
    for table, columns in MOMENTS.items():
        for column in columns:
            query = (
                f"select {ROW_IDS[table]} as id from checked "
                f"where {column} >= (select as_of from int_as_of)"
            )
            none_later = NoRows(query, f"rows whose {column} is not before the build's instant")
            yield Check(f"{table}_{column}_is_before_as_of", table, none_later)
