"""Segment and RudderStack: a table per event, with its properties as columns."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from examples.demo_shop.records import Event, RawShop
from examples.demo_shop.systems.places import COUNTRIES
from examples.demo_shop.systems.system import System
from examples.demo_shop.systems.tables import without_empty_columns, write_csv

CHANGES = {
    "events": "who registers or signs in is identified as well, which is an event of its own",
    "events.browser": "a robot's is not told",
}
_TABLES = {
    "page_view": "pages",
    "view_item_list": "product_list_viewed",
    "search": "products_searched",
    "view_item": "product_viewed",
    "add_to_cart": "product_added",
    "view_cart": "cart_viewed",
    "begin_checkout": "checkout_started",
    "purchase": "order_completed",
    "sign_up": "signed_up",
    "login": "signed_in",
    "share": "product_shared",
}
# An event of the shop's own, which stands among all events alone.
_OWN_NAMES = {"generate_lead": "lead_generated"}
_IDENTIFYING = ("sign_up", "login")
_SYSTEMS = {
    "iOS": "iPhone; CPU iPhone OS 17_5 like Mac OS X",
    "iPadOS": "iPad; CPU OS 17_5 like Mac OS X",
    "Android": "Linux; Android 14; Pixel 8",
    "Windows": "Windows NT 10.0; Win64; x64",
    "macOS": "Macintosh; Intel Mac OS X 10_15_7",
    "Linux": "X11; Linux x86_64",
}
_ENGINES = {
    "Safari": "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5{mobile} Safari/605.1.15",
    "Chrome": "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0{mobile} Safari/537.36",
    "Firefox": "Gecko/20100101 Firefox/127.0",
    "Crawler": "(compatible; Crawler/1.0)",
}


def _agent(event: Event) -> str:
    """Return what the browser says that it is."""
    mobile = " Mobile" if event.device_type == "mobile" else ""
    engine = _ENGINES[event.browser or ""].format(mobile=mobile)
    return f"Mozilla/5.0 ({_SYSTEMS[event.operating_system or '']}) {engine}"


def _identifications(shop: RawShop) -> Iterator[Event]:
    """Yield the moments at which somebody is identified; without a browser nobody is."""
    for event in shop.events:
        if event.event_name in _IDENTIFYING and event.anonymous_id:
            yield replace(event, event_id=f"{event.event_id}-identify", event_name="identify")


def carry(shop: RawShop) -> RawShop:
    """Return what the tables tell, as rows of raw tables."""
    return RawShop(
        events=[
            replace(event, browser=None if event.is_bot else event.browser)
            for event in (*shop.events, *_identifications(shop))
        ]
    )


def write(folder: Path, shop: RawShop, *, has_sessions: bool) -> None:
    """Write a table per event, pages, all events in short, and who was identified."""
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in shop.events:
        row = _row(event, has_sessions=has_sessions)
        table = _TABLES.get(event.event_name)
        if table:
            tables[table].append(row)
        if table != "pages":
            name = table or _OWN_NAMES[event.event_name]
            tables["tracks"].append({**row, "product_id": None, "order_id": None, "event": name})
    for event in _identifications(shop):
        tables["identifies"].append(_row(event, has_sessions=has_sessions))
    for name, rows in tables.items():
        write_csv(folder / f"{name}.csv", without_empty_columns(rows))


def _row(event: Event, *, has_sessions: bool) -> dict[str, Any]:
    return {
        "id": event.event_id,
        "anonymous_id": event.anonymous_id,
        "user_id": event.customer_id,
        "event": None,
        "timestamp": event.occurred_at,
        "received_at": event.occurred_at,
        "email": event.email,
        "context_page_path": event.page_path,
        "context_page_referrer": event.referrer,
        "context_campaign_source": event.utm_source,
        "context_campaign_medium": event.utm_medium,
        "context_campaign_name": event.utm_campaign,
        "context_user_agent": _agent(event),
        "context_os_name": event.operating_system,
        "context_location_country": COUNTRIES[event.country_code or ""],
        "context_session_id": event.session_id if has_sessions else None,
        "product_id": event.product_id,
        "order_id": event.order_id,
    }


SEGMENT = System(
    name="segment",
    connector="segment",
    fills=("events",),
    losses={"events.session_id": "Segment counts no sessions: a pause tells them apart"},
    changes=CHANGES,
    write=partial(write, has_sessions=False),
    carry=carry,
)
RUDDERSTACK = System(
    name="rudderstack",
    connector="rudderstack",
    fills=("events",),
    losses={},
    changes=CHANGES,
    write=partial(write, has_sessions=True),
    carry=carry,
)
