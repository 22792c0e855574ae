"""Google Analytics 4, as it exports to BigQuery: a Parquet file per month, parameters nested."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from examples.demo_shop.records import Event, RawShop
from examples.demo_shop.systems.places import COUNTRIES
from examples.demo_shop.systems.system import System
from examples.demo_shop.systems.tables import write_parquet

LOSSES = {
    "events.email": "no address may be sent to Google",
}
CHANGES = {
    "events.session_id": "there is none where the browser's id is refused",
    "events": "what known robots do is not exported",
}
_STREAM = "4711"
_SITE = "https://shop.example"
_PARAM = pa.struct(
    {
        "key": pa.string(),
        "value": pa.struct(
            {
                "string_value": pa.string(),
                "int_value": pa.int64(),
                "float_value": pa.float64(),
                "double_value": pa.float64(),
            }
        ),
    }
)
_SOURCE = {"source": pa.string(), "medium": pa.string(), "name": pa.string()}
_COLLECTED = {
    "manual_source": pa.string(),
    "manual_medium": pa.string(),
    "manual_campaign_name": pa.string(),
    "gclid": pa.string(),
}
_SCHEMA = pa.schema(
    {
        "event_date": pa.string(),
        "event_timestamp": pa.int64(),
        "event_name": pa.string(),
        "event_params": pa.list_(_PARAM),
        "user_id": pa.string(),
        "user_pseudo_id": pa.string(),
        "stream_id": pa.string(),
        "platform": pa.string(),
        "device": pa.struct(
            {
                "category": pa.string(),
                "operating_system": pa.string(),
                "web_info": pa.struct({"browser": pa.string()}),
            }
        ),
        "geo": pa.struct({"country": pa.string()}),
        "traffic_source": pa.struct(_SOURCE),
        "collected_traffic_source": pa.struct(_COLLECTED),
        "ecommerce": pa.struct({"transaction_id": pa.string()}),
        "items": pa.list_(pa.struct({"item_id": pa.string(), "quantity": pa.int64()})),
    }
)


def carry(shop: RawShop) -> RawShop:
    """Return what the export tells, as rows of raw tables."""
    return RawShop(
        events=[
            replace(event, session_id=event.session_id if event.anonymous_id else None)
            for event in shop.events
            if not event.is_bot
        ]
    )


def write(folder: Path, shop: RawShop) -> None:
    """Write a file per month."""
    session_starts: dict[str, datetime] = {}
    first_sources: dict[str, dict[str, str | None]] = {}
    months: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in sorted(shop.events, key=lambda event: event.occurred_at):
        if event.is_bot:
            continue
        started_at = session_starts.setdefault(event.session_id or "", event.occurred_at)
        source = {"source": event.utm_source, "medium": event.utm_medium, "name": None}
        first = first_sources.setdefault(event.anonymous_id or "", source)
        months[f"{event.occurred_at:%Y%m}"].append(_row(event, started_at, first))
    for month, rows in months.items():
        write_parquet(folder / f"events_{month}.parquet", rows, _SCHEMA)


def _row(event: Event, started_at: datetime, first: dict[str, str | None]) -> dict[str, Any]:
    is_tagged = bool(event.utm_source or event.utm_medium or event.utm_campaign)
    return {
        "event_date": f"{event.occurred_at:%Y%m%d}",
        "event_timestamp": int(event.occurred_at.timestamp()) * 1_000_000,
        "event_name": event.event_name,
        "event_params": list(_params(event, started_at)),
        "user_id": event.customer_id,
        "user_pseudo_id": event.anonymous_id,
        "stream_id": _STREAM,
        "platform": "WEB",
        "device": {
            "category": event.device_type,
            "operating_system": event.operating_system,
            "web_info": {"browser": event.browser},
        },
        "geo": {"country": COUNTRIES[event.country_code or ""]},
        "traffic_source": first,
        "collected_traffic_source": {
            "manual_source": event.utm_source,
            "manual_medium": event.utm_medium,
            "manual_campaign_name": event.utm_campaign,
            "gclid": None,
        }
        if is_tagged
        else None,
        "ecommerce": {"transaction_id": event.order_id} if event.order_id else None,
        "items": [{"item_id": event.product_id, "quantity": 1}] if event.product_id else [],
    }


def _params(event: Event, started_at: datetime) -> Iterator[dict[str, Any]]:
    if event.session_id:
        yield _param("ga_session_id", int_value=int(started_at.timestamp()))
    if event.page_path:
        yield _param("page_location", string_value=f"{_SITE}{event.page_path}")
    if event.referrer:
        yield _param("page_referrer", string_value=event.referrer)


def _param(key: str, **value: str | int) -> dict[str, Any]:
    return {"key": key, "value": value}


GA4 = System(
    name="ga4",
    connector="ga4",
    fills=("events",),
    losses=LOSSES,
    changes=CHANGES,
    write=write,
    carry=carry,
)
