"""Customer facts: one row per person, each group of columns by a function of its own."""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .answers import scored_answers
from .clock import Clock
from .consent import is_sms_subscriber
from .identity import Person, written_id
from .orders import ZERO, Order
from .shop import Facts, History, Shop
from .staging import Row

_MINUTE = timedelta(minutes=1)
_NOT_MARKETING = ("transactional", "service_recovery")
# The least order_count of each frequency score above 1.
_FREQUENCY_STEPS = (2, 3, 4, 6)


def compute_facts(shop: Shop) -> None:
    """Fill the shop's facts: every person's own, then the scores that compare buyers."""
    shop.facts = {person: _facts_of(shop, person) for person in shop.identity.persons}
    _add_scores(shop)


def latest(instants: Iterable[datetime | None]) -> datetime | None:
    """Return the latest of the instants that are known."""
    return max((instant for instant in instants if instant is not None), default=None)


def share(part: int | Decimal, whole: int | Decimal) -> float | None:
    """Return part / whole, correctly rounded to a float; None of nothing."""
    return None if whole == 0 else float(Fraction(part) / Fraction(whole))


def most_frequent(names: Iterable[str]) -> tuple[str | None, int]:
    """Return the most frequent name and its count, of equals the smallest by bytes."""
    counts = Counter(names)
    name = min(counts, key=lambda name: (-counts[name], name.encode()), default=None)
    return name, 0 if name is None else counts[name]


def counted_opens(shop: Shop, email_events: list[Row]) -> list[Row]:
    """Return the opens that a person, not a machine, made."""
    trusted = (False, None) if shop.settings.trust_unflagged_opens else (False,)
    return [
        row
        for row in email_events
        if row["event_type"] == "opened" and row["is_machine_open"] in trusted
    ]


def _facts_of(shop: Shop, person: Person) -> Facts:
    history, clock = shop.histories[person], shop.clock
    return {
        "customer_id": person.customer_id,
        "account_count": len(person.accounts),
        "as_of": clock.as_of,
        "as_of_date": clock.as_of_date,
        **_place_facts(person, history, clock),
        **_order_facts(history, clock),
        **_recent_order_facts(shop, history),
        "recency_score": None,
        "frequency_score": None,
        "monetary_score": None,
        **_session_facts(history, clock),
        **_event_facts(history, clock),
        **_email_facts(shop, person, history),
        **_voice_facts(history),
        **_activity_facts(shop, history),
    }


def _place_facts(person: Person, history: History, clock: Clock) -> Facts:
    located = [order.row for order in history.valid_orders if order.row["country_code"]]
    customers_row = person.customers_row
    place = max(located, key=_order_key, default=customers_row)
    birth_date = customers_row.get("birth_date")
    return {
        "country_code": place.get("country_code"),
        "region": place.get("region"),
        "city": place.get("city"),
        "language": customers_row.get("language"),
        "gender": customers_row.get("gender"),
        "age_years": None if birth_date is None else _age(birth_date, clock.as_of_date),
    }


def _order_key(row: Row) -> tuple[datetime, bytes, bytes]:
    return row["ordered_at"], row["order_id"].encode(), row["source_system"].encode()


def _age(born: date, today: date) -> int:
    has_had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not has_had_birthday)


def _order_facts(history: History, clock: Clock) -> Facts:
    orders = history.valid_orders
    placed = [order for order in history.orders if order.is_placed]
    count = len(orders)
    last_order_at = latest(order.ordered_at for order in orders)
    net_revenue = _total(order.net_revenue for order in orders)
    discounted = sum(order.is_discounted for order in orders)
    with_coupon = sum(order.has_coupon for order in orders)
    dates = [order.ordered_on for order in orders]
    return {
        "first_order_at": min((order.ordered_at for order in orders), default=None),
        "last_order_at": last_order_at,
        "days_since_last_order": clock.days_since(last_order_at),
        "order_count": count,
        "placed_order_count": len(placed),
        "last_placed_order_at": latest(order.ordered_at for order in placed),
        "gross_revenue": _total(order.subtotal_amount for order in orders),
        "discount_amount": _total(order.discount_amount for order in orders),
        "refunded_amount": _total(order.refunded_amount for order in orders),
        "net_revenue": net_revenue,
        "average_order_value": share(net_revenue, count),
        "max_order_value": max((order.net_revenue for order in orders), default=None),
        "discounted_order_count": discounted,
        "discounted_order_share": share(discounted, count),
        "full_price_order_count": count - discounted,
        "coupon_order_count": with_coupon,
        "coupon_order_share": share(with_coupon, count),
        "average_days_between_orders": (
            share((max(dates) - min(dates)).days, count - 1) if count >= 2 else None
        ),
    }


def _recent_order_facts(shop: Shop, history: History) -> Facts:
    def of_last(days: int) -> list[Order]:
        orders = history.valid_orders
        return [order for order in orders if shop.clock.is_recent_date(order.ordered_on, days)]

    year = of_last(365)
    lines = [line for order in year for line in order.lines]
    top_category, top_count = most_frequent(
        category for order in year for category in order.categories
    )
    new_arrivals = sum(order.has_new_arrival(shop.settings.new_arrival_days) for order in year)
    return {
        "order_count_last_90_days": len(of_last(90)),
        "order_count_last_365_days": len(year),
        "net_revenue_last_365_days": _total(order.net_revenue for order in year),
        "average_items_per_order_last_365_days": share(
            sum(line.quantity for line in lines), len(year)
        ),
        "products_bought_last_365_days": len(
            {line.product for line in lines if line.product is not None}
        ),
        "top_category_last_365_days": top_category,
        "top_category_order_share_last_365_days": (
            None if top_category is None else share(top_count, len(year))
        ),
        "new_arrival_order_count_last_365_days": new_arrivals,
        "new_arrival_order_share_last_365_days": share(new_arrivals, len(year)),
    }


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _session_facts(history: History, clock: Clock) -> Facts:
    def of_last(days: int) -> list[timedelta]:
        return [
            session.length
            for session in history.sessions
            if clock.is_recent_date(session.started_on, days)
        ]

    month = of_last(30)
    return {
        "last_session_at": latest(session.started_at for session in history.sessions),
        "session_count": len(history.sessions),
        "sessions_last_30_days": len(month),
        "sessions_last_90_days": len(of_last(90)),
        "minutes_on_site_last_30_days": sum(month, timedelta(0)) / _MINUTE,
        "longest_session_minutes_last_30_days": max(month) / _MINUTE if month else None,
    }


def _event_facts(history: History, clock: Clock) -> Facts:
    def named(name: str) -> list[Row]:
        return [event for event in history.events if event["event_name"] == name]

    def last(name: str) -> datetime | None:
        return latest(event["occurred_at"] for event in named(name))

    def products_of_last(days: int) -> int:
        recent = [view for view in with_product if clock.is_recent(view["occurred_at"], days)]
        return len({(view["source_system"], view["product_id"]) for view in recent})

    views = named("view_item")
    with_product = [view for view in views if view["product_id"] is not None]
    last_viewed = max(with_product, key=_view_key, default=None)
    return {
        "product_view_count": len(views),
        "product_views_last_30_days": sum(
            clock.is_recent(view["occurred_at"], 30) for view in views
        ),
        "products_viewed_last_30_days": products_of_last(30),
        "products_viewed_last_365_days": products_of_last(365),
        "last_product_view_at": last("view_item"),
        "last_viewed_product_id": (
            None
            if last_viewed is None
            else written_id(last_viewed["source_system"], last_viewed["product_id"])
        ),
        "last_add_to_cart_at": last("add_to_cart"),
        "last_checkout_at": last("begin_checkout"),
        "last_purchase_event_at": last("purchase"),
        "lead_count": len(named("generate_lead")),
        "share_count": len(named("share")),
    }


def _view_key(view: Row) -> tuple[datetime, bytes, bytes]:
    return view["occurred_at"], view["event_id"].encode(), view["source_system"].encode()


def _email_facts(shop: Shop, person: Person, history: History) -> Facts:
    def marketing_of_last_90_days(rows: list[Row]) -> int:
        return sum(
            row["campaign_type"] not in _NOT_MARKETING
            and shop.clock.is_recent(row["occurred_at"], 90)
            for row in rows
        )

    address = shop.addresses[person]
    consent = None if address is None else shop.consents[person][address]
    opens, clicks = _engagement(shop, history)
    return {
        "is_email_subscriber": consent is not None and consent.is_subscribed,
        "is_suppressed": consent is not None and consent.is_suppressed,
        "is_sms_subscriber": is_sms_subscriber(person, history.consent_events),
        "email_opens_last_90_days": marketing_of_last_90_days(opens),
        "email_clicks_last_90_days": marketing_of_last_90_days(clicks),
        "last_email_engagement_at": latest(row["occurred_at"] for row in (*opens, *clicks)),
    }


def _engagement(shop: Shop, history: History) -> tuple[list[Row], list[Row]]:
    clicks = [row for row in history.email_events if row["event_type"] == "clicked"]
    mailboxes: dict[tuple[Any, ...], list[datetime]] = {}
    for click in clicks:
        mailboxes.setdefault(_mailbox(click), []).append(click["occurred_at"])
    counted = [
        click
        for click in clicks
        if sum(
            abs(click["occurred_at"] - other) <= timedelta(seconds=1)
            for other in mailboxes[_mailbox(click)]
        )
        < shop.settings.scanner_min_clicks_per_second
    ]
    return counted_opens(shop, history.email_events), counted


def _mailbox(row: Row) -> tuple[Any, ...]:
    return row["source_system"], row["customer_id"], row["email"]


def _voice_facts(history: History) -> Facts:
    csat = scored_answers(history.surveys, "csat")
    nps = scored_answers(history.surveys, "nps")
    scored_reviews = scored_answers(history.surveys, "review")
    reviews = [response for response in history.surveys if response["survey_type"] == "review"]
    return {
        "latest_csat": float(csat[-1].score) if csat else None,
        "previous_csat": float(csat[-2].score) if len(csat) >= 2 else None,
        "latest_csat_at": csat[-1].responded_at if csat else None,
        "latest_nps": float(nps[-1].score) if nps else None,
        "latest_nps_at": nps[-1].responded_at if nps else None,
        "latest_review": float(scored_reviews[-1].score) if scored_reviews else None,
        "latest_review_at": scored_reviews[-1].responded_at if scored_reviews else None,
        "review_count": len(reviews),
        "photo_review_count": sum(response["has_photo"] is True for response in reviews),
    }


def _activity_facts(shop: Shop, history: History) -> Facts:
    opens, clicks = _engagement(shop, history)
    last_activity_at = latest(
        [
            *(order.ordered_at for order in history.valid_orders),
            *(event["occurred_at"] for event in (*history.events, *opens, *clicks)),
            *(response["responded_at"] for response in history.surveys),
        ]
    )
    seen: list[datetime | None] = [
        *(row["created_at"] for row in history.customers),
        *(order.ordered_at for order in history.orders),
        *(row["responded_at"] for row in history.surveys),
        *(
            row["occurred_at"]
            for row in (*history.events, *history.email_events, *history.consent_events)
        ),
    ]
    return {
        "first_seen_at": min((instant for instant in seen if instant is not None), default=None),
        "last_activity_at": last_activity_at,
        "days_since_last_activity": shop.clock.days_since(last_activity_at),
    }


def _add_scores(shop: Shop) -> None:
    buyers = [shop.facts[person] for person in shop.buyers]
    # From the worst: the longest ago, the least revenue.
    recencies = sorted(-facts["days_since_last_order"] for facts in buyers)
    revenues = sorted(facts["net_revenue"] for facts in buyers)
    for facts in buyers:
        facts["recency_score"] = _fifth(-facts["days_since_last_order"], recencies)
        facts["monetary_score"] = _fifth(facts["net_revenue"], revenues)
        facts["frequency_score"] = 1 + sum(
            facts["order_count"] >= step for step in _FREQUENCY_STEPS
        )


def _fifth(value: int | Decimal, all_values: list[Any]) -> int:
    as_bad_or_worse = bisect_right(all_values, value)
    return math.ceil(Fraction(5 * as_bad_or_worse, len(all_values)))


def rank_by(rows: list[Facts], value: Callable[[Facts], Any]) -> list[int]:
    """Return each row's rank by ascending value, as SQL's `rank`: equals share the least."""
    values = [value(facts) for facts in rows]
    first: dict[Any, int] = {}
    for position, found in enumerate(sorted(values), start=1):
        first.setdefault(found, position)
    return [first[found] for found in values]
