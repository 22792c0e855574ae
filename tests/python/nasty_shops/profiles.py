"""What kind of shop a seed stands for: its zone, its as_of, its size and its guards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random

from tests.python.nasty_shops.days import Days

CALENDARS: tuple[tuple[str, date | datetime | str], ...] = (
    ("UTC", date(2026, 6, 30)),
    ("UTC", "2024-02-29"),
    ("UTC", datetime(2025, 8, 31, 12, 30, 15, 250000)),
    # The day on which clocks go forward, and a black Friday weekend.
    ("America/New_York", "2026-03-08"),
    ("America/New_York", date(2025, 11, 30)),
    ("America/New_York", "2026-03-08T07:00:00.000001Z"),
    ("Asia/Kolkata", "2026-01-01"),
    ("Asia/Kolkata", datetime(2026, 3, 1, 18, 30, tzinfo=UTC)),
    # A day without midnight: as the last one, and as the first of the last 30.
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", "2026-04-06"),
    # A midnight that strikes twice: as the bound, and as the first of the last 30 days.
    ("America/Havana", "2025-11-01"),
    ("America/Havana", date(2025, 12, 1)),
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Sao_Paulo", date(2019, 2, 16)),
    ("Asia/Beirut", "2026-03-29"),
    ("Asia/Beirut", "2026-03-28T22:30:00Z"),
    ("Asia/Beirut", date(2025, 10, 25)),
    # Apia had no 30 December 2011.
    ("Pacific/Apia", date(2012, 1, 10)),
    ("Pacific/Apia", "2011-12-30"),
    # Clocks that move by half an hour.
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2025-10-05T11:45:00"),
)
"""Time zones, each with an as_of at which its days are odd."""

EXTREMES: dict[int, str] = {
    7: "one order",
    11: "no order",
    13: "only orders",
    17: "all null",
    19: "sparse",
}
"""Shops that lack nearly everything, by the seed's remainder of division by twenty."""


@dataclass(frozen=True)
class Profile:
    """How one shop is drawn and under which settings it is computed."""

    days: Days
    reporting_currency: str
    systems: tuple[str, ...]
    people: int
    trick_share: float
    extreme: str | None
    id_salt: str
    shop_country: str
    max_accounts_per_email: int
    max_emails_per_account: int
    max_accounts_per_person: int
    new_arrival_days: int
    session_gap_minutes: int
    feedback_valid_days: int
    trust_unflagged_opens: bool
    affinities_min_baskets: int
    has_numbers_for_ids: bool

    def themes(self) -> list[str]:
        """Name what this profile alone brings into a shop."""
        return [
            f"zone {self.days.zone}",
            f"as_of {type(self.days.as_of).__name__} {self.days.as_of}",
            f"reporting currency {self.reporting_currency}",
            f"extreme {self.extreme}",
            f"{len(self.systems)} source systems",
            *(("small guards",) if self.max_accounts_per_email < 10 else ("default guards",)),
            *(("small persons",) if self.max_accounts_per_person < 50 else ("default persons",)),
            *(("trusted opens",) if self.trust_unflagged_opens else ("distrusted opens",)),
            *(("salted",) if self.id_salt else ()),
            *(("numbers for ids",) if self.has_numbers_for_ids else ("texts for ids",)),
        ]


def _mostly(random: Random, default: int, others: Sequence[int]) -> int:
    return default if random.random() < 0.5 else random.choice(others)


def draw_profile(seed: int, random: Random) -> Profile:
    """Draw the profile of a seed; zones and extremes take turns, the rest is chance."""
    zone, as_of = CALENDARS[seed % len(CALENDARS)]
    return Profile(
        days=Days(zone, as_of),
        reporting_currency=random.choice(("USD", "USD", "EUR", "JPY")),
        systems=random.choice((("",), ("", "web"), ("web", "till|1"), ("", "shöp", "web", "7"))),
        people=random.choice((20, 30, 40, 60, 90, 140)),
        trick_share=random.choice((0.3, 0.6, 0.8, 0.95)),
        extreme=EXTREMES.get(seed % 20),
        id_salt=random.choice(("", "", "pepper", "sälz")),
        shop_country=random.choice(("US", "US", "DE")),
        max_accounts_per_email=_mostly(random, 10, (2, 3)),
        max_emails_per_account=_mostly(random, 10, (2, 3)),
        max_accounts_per_person=_mostly(random, 50, (3, 5)),
        new_arrival_days=_mostly(random, 30, (1, 14)),
        session_gap_minutes=_mostly(random, 30, (1, 20)),
        feedback_valid_days=_mostly(random, 365, (30, 90)),
        trust_unflagged_opens=random.random() < 0.3,
        affinities_min_baskets=(1, 2, 5)[seed % 3],
        has_numbers_for_ids=random.random() < 0.3,
    )
