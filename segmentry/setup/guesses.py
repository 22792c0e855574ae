"""What the settings of a shop may be, by what stands in its orders."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeGuard

from segmentry.reading import sql
from segmentry.setup.places import FoundTable, Place
from segmentry.setup.recognise import Recognised

# Columns of a store's table of orders, or of the shop itself, by what they say.
CURRENCIES = ("currency", "currency_code", "order_currency")
COUNTRIES = (
    "country_code", "shipping_address_country_code", "billing_address_country_code",
    "shipping country", "billing country", "country",
)  # fmt: skip
ZONES = ("iana_timezone",)
TIMES = (
    "ordered_at",
    "processed_at",
    "created_at",
    "created at",
    "date_created_gmt",
    "post_date_gmt",
)
# The table of a shop's own settings, which loaders land beside its orders.
SHOP_TABLE = "shop"
HOME_SHARE = 0.5


def guess_settings(stores: Sequence[Recognised]) -> dict[str, str]:
    """Return the currency, country and time zone that the data of stores speak of, by setting.

    The currency is that of most orders, the country the one where more than half of them go, the
    time zone the shop's own; what can't be told is left out.
    """
    settings: dict[str, str] = {}
    for store in stores:
        for place, table in _tables_of_orders(store):
            currency, _ = _most_frequent(place, table, CURRENCIES, "[A-Za-z]{3}")
            country, share = _most_frequent(place, table, COUNTRIES, "[A-Za-z]{2}")
            if currency:
                settings.setdefault("SEGMENTRY_CURRENCY", currency.upper())
            if country and share > HOME_SHARE:
                settings.setdefault("SEGMENTRY_COUNTRY", country.upper())
        for table in store.place.tables:
            if table.name == SHOP_TABLE:
                zone, _ = _most_frequent(store.place, table, ZONES, "[A-Za-z_]+/.+|UTC")
                if zone:
                    settings.setdefault("SEGMENTRY_TIMEZONE", zone)
    return settings


def currencies_of(stores: Sequence[Recognised]) -> set[str]:
    """Return the currencies of the orders that were looked at."""
    found: set[str] = set()
    for store in stores:
        for place, table in _tables_of_orders(store):
            for column in CURRENCIES:
                if column in table.columns:
                    name = f"upper(trim(cast({sql.name(column)} as varchar)))"
                    rows = place.ask(table, f"select distinct {name} from rows where {name} <> ''")
                    found.update(str(row[0]) for row in rows)
    return found


def newest_order(stores: Sequence[Recognised]) -> datetime | None:
    """Return when the newest order was placed that is not in the future, UTC."""
    newest: list[datetime] = []
    for store in stores:
        for place, table in _tables_of_orders(store):
            for column in TIMES:
                if column in table.columns:
                    at = f"try_cast({sql.name(column)} as timestamptz)"
                    question = f"select max({at}) from rows where {at} <= now()"
                    rows = place.ask(table, question, is_whole=True)
                    newest += [row[0].astimezone(UTC) for row in rows if _is_time(row[0])]
                    break
    return max(newest, default=None)


def _is_time(value: object) -> TypeGuard[datetime]:
    return isinstance(value, datetime)


def _tables_of_orders(store: Recognised) -> Iterator[tuple[Place, FoundTable]]:
    for table, found in store.tables.items():
        if "orders" in table.fills:
            for each in found:
                yield store.place, each


def _most_frequent(
    place: Place, table: FoundTable, columns: Sequence[str], pattern: str
) -> tuple[str, float]:
    for column in columns:
        if column in table.columns:
            name = f"trim(cast({sql.name(column)} as varchar))"
            rows = place.ask(
                table,
                f"select {name}, count(*) / sum(count(*)) over () from rows "
                f"where {name} <> '' group by 1 order by 2 desc, 1 limit 1",
            )
            if rows and re.fullmatch(pattern, str(rows[0][0])):
                return str(rows[0][0]), float(str(rows[0][1]))
    return "", 0.0
