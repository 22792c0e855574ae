"""Segments by where and who a person is, what they said of themselves, and what they use."""

from collections.abc import Iterator

from ..answers import profile_answers
from ..facts import most_frequent
from ..orders import Order
from ..shop import Facts, Shop
from .membership import Membership, Rule, by_facts, valued
from .satisfaction import COMPLAINT_QUESTION

TECHNOLOGY_DAYS = 90
# The least age of each band, the oldest first.
AGE_BANDS = (
    (65, "65+"),
    (55, "55-64"),
    (45, "45-54"),
    (35, "35-44"),
    (25, "25-34"),
    (18, "18-24"),
    (0, "under 18"),
)


def _is_abroad(facts: Facts, shop: Shop) -> bool:
    return facts["country_code"] not in (None, shop.settings.shop_country)


def _local_city(facts: Facts, shop: Shop) -> str | None:
    city: str | None = facts["city"]
    return city if facts["country_code"] == shop.settings.shop_country else None


def _foreign_city(facts: Facts, shop: Shop) -> str | None:
    if facts["city"] is None or not _is_abroad(facts, shop):
        return None
    return f"{facts['city']}, {facts['country_code']}"


def _age_band(facts: Facts, shop: Shop) -> str | None:
    age = facts["age_years"]
    bands = (band for least, band in AGE_BANDS if age is not None and age >= least)
    return next(bands, None)


def _gender_age_band(facts: Facts, shop: Shop) -> str | None:
    gender, age_band = facts["gender"], _age_band(facts, shop)
    return None if gender is None or age_band is None else f"{gender} {age_band}"


def profiles(shop: Shop) -> Iterator[Membership]:
    """Persons by their newest answer to each question about themselves."""
    for person, history in shop.histories.items():
        for question_key, response in profile_answers(history.surveys).items():
            if question_key != COMPLAINT_QUESTION:
                yield Membership(person, f"{question_key}: {response['answer']}")


def _by_event_column(column: str) -> Rule:
    def rule(shop: Shop) -> Iterator[Membership]:
        for person, history in shop.histories.items():
            name, _ = most_frequent(
                event[column]
                for event in history.events
                if event[column] is not None
                and shop.clock.is_recent(event["occurred_at"], TECHNOLOGY_DAYS)
            )
            if name is not None:
                yield Membership(person, name)

    return rule


def origins(shop: Shop) -> Iterator[Membership]:
    """Persons by where most of their sessions came from."""
    for person, history in shop.histories.items():
        origin, _ = most_frequent(
            session.events[0]["utm_source"] or "direct"
            for session in history.sessions
            if shop.clock.is_recent_date(session.started_on, TECHNOLOGY_DAYS)
        )
        if origin is not None:
            yield Membership(person, origin)


def _by_order_column(column: str) -> Rule:
    def rule(shop: Shop) -> Iterator[Membership]:
        for person, history in shop.histories.items():
            orders: list[Order] = history.valid_orders
            name, _ = most_frequent(
                order.row[column] for order in orders if order.row[column] is not None
            )
            if name is not None:
                yield Membership(person, name)

    return rule


PLACE_PERSON_NEED_TECHNOLOGY: dict[str, Rule] = {
    "locations": valued(lambda facts, shop: facts["country_code"] or "unknown"),
    "locals": by_facts(lambda facts, shop: facts["country_code"] == shop.settings.shop_country),
    "non_locals": by_facts(_is_abroad),
    "city_locals": valued(_local_city),
    "foreign_cities": valued(_foreign_city),
    "languages": valued(lambda facts, shop: facts["language"]),
    "age_bands": valued(_age_band),
    "gender_age_bands": valued(_gender_age_band),
    "profiles": profiles,
    "devices": _by_event_column("device_type"),
    "browsers": _by_event_column("browser"),
    "origins": origins,
    "delivery_methods": _by_order_column("delivery_method"),
    "payment_methods": _by_order_column("payment_method"),
}
