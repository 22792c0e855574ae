"""Sizes of the shop and its segments on a first published day; what segments can't do without."""

from collections.abc import Iterable
from typing import Any

from .metrics import ALL_VALUES, members_by_place
from .segments import RULES
from .segments.membership import Membership
from .shop import Shop

# Per segment the raw tables without which it is empty; of tables in one tuple any one is enough.
Needs = tuple[tuple[str, ...], ...]
_ORDERS = (("orders",),)
_LINES = (*_ORDERS, ("order_lines",))
_CATEGORIES = (*_LINES, ("products",))
_EVENTS = (("events",),)
_SURVEYS = (("surveys",),)
_ACCOUNTS = (("customers",),)
_CONSENT = (("customers", "consent_events"),)
_PLACE = (("customers", "orders"),)
NEEDS: dict[str, Needs] = {
    **dict.fromkeys(RULES, _ORDERS),
    **dict.fromkeys(("locations", "journey_stages"), ()),
    **dict.fromkeys(("locals", "non_locals", "city_locals", "foreign_cities"), _PLACE),
    **dict.fromkeys(("languages", "age_bands", "gender_age_bands"), _ACCOUNTS),
    **dict.fromkeys(("category_buyers", "category_repeat_buyers"), _CATEGORIES),
    **dict.fromkeys(("high_end_buyers", "trendy_customers"), _CATEGORIES),
    **dict.fromkeys(
        ("likely_buyers", "churn_risks", "due_for_reorder", "slipping_away"),
        (*_ORDERS, ("forecast of purchases",)),
    ),
    "spending_clusters": (*_ORDERS, ("clusters of buyers",)),
    "predicted_high_value": (*_ORDERS, ("forecast of order values",)),
    "product_buyers": _LINES,
    "next_categories": _CATEGORIES,
    "thrifty_shoppers": (*_LINES, *_EVENTS),
    "email_subscribers": _CONSENT,
    "sms_subscribers": (*_ACCOUNTS, ("consent_events",)),
    "newsletter_readers": (("email_events",), *_CONSENT),
    **dict.fromkeys(
        (
            *("cart_abandoners", "added_to_cart", "registered_browsers", "indecisive_shoppers"),
            *("idle_visitors", "returning_visitors", "engaged_browsers", "referrers"),
            *("single_item_researchers", "deep_researchers", "devices", "browsers", "origins"),
        ),
        _EVENTS,
    ),
    **dict.fromkeys(("curious_browsers", "product_focused_shoppers"), (*_EVENTS, *_ORDERS)),
    **dict.fromkeys(("brand_fans", "category_browsers"), (*_EVENTS, ("products",))),
    **dict.fromkeys(
        (
            *("satisfied_customers", "neutral_customers", "dissatisfied_customers"),
            *("nps_promoters", "nps_passives", "nps_detractors", "complainers", "profiles"),
            *("positive_reviewers", "negative_reviewers", "photo_reviewers"),
        ),
        _SURVEYS,
    ),
    **dict.fromkeys(("csat_improved", "csat_not_improved"), (*_SURVEYS, ("email_events",))),
}
VALUED = frozenset(
    {
        *("category_buyers", "category_repeat_buyers", "product_buyers", "purchase_months"),
        *("black_friday_buyers", "christmas_buyers", "sale_buyers", "brand_fans"),
        *("category_browsers", "journey_stages", "complainers", "locations", "city_locals"),
        *("foreign_cities", "languages", "age_bands", "gender_age_bands", "profiles"),
        *("delivery_methods", "payment_methods", "devices", "browsers", "origins"),
        *("value_tiers", "rfm_groups", "churn_risks", "next_categories", "spending_clusters"),
    }
)


def segment_needs(counts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each raw table or forecast that a segment needs, and whether the need is met.

    Args:
        counts: the staged rows of each raw table, and the buyers of each forecast that is shown.
    """
    used = {row["table_name"]: row["staged_rows"] for row in counts}
    return [
        {
            "segment": segment,
            "need": " or ".join(need),
            "table_name": table,
            "used_row_count": used.get(table, 0),
            "is_met": any(used.get(other, 0) > 0 for other in need),
        }
        for segment, needs in NEEDS.items()
        for need in needs
        for table in need
    ]


def segment_sizes(
    shop: Shop, memberships: dict[str, set[Membership]], counts: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the sizes of a first published day: everyone has entered and nobody left.

    Args:
        shop: the shop.
        memberships: the members of every segment.
        counts: the staged rows of each raw table.
    """
    without_data = {row["segment"] for row in segment_needs(counts) if not row["is_met"]}
    members = members_by_place(memberships)
    for segment in RULES.keys() - without_data:
        members.setdefault((segment, ALL_VALUES if segment in VALUED else ""), [])
    return [
        {
            "as_of_date": shop.clock.as_of_date,
            "segment": segment,
            "segment_value": value,
            "customer_count": len(persons),
            "entered_count": len(persons),
            "left_count": 0,
            "reach_count": sum(shop.facts[person]["is_email_subscriber"] for person in persons),
            "net_revenue": sum(shop.facts[person]["net_revenue"] for person in persons),
        }
        for (segment, value), persons in members.items()
    ]


def shop_sizes(shop: Shop) -> list[dict[str, Any]]:
    """Return the sizes of the whole shop on a first published day."""
    facts = list(shop.facts.values())
    return [
        {
            "as_of_date": shop.clock.as_of_date,
            "customer_count": len(facts),
            "buyer_count": sum(row["order_count"] > 0 for row in facts),
            "subscriber_count": sum(row["is_email_subscriber"] for row in facts),
            "order_count": sum(row["order_count"] for row in facts),
            "net_revenue": sum(row["net_revenue"] for row in facts),
        }
    ]
