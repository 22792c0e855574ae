"""The shop's calendar: its two years, its sales, and how busy a day or an hour is."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate

from examples.demo_shop.dice import Dice

FIRST_DAY = date(2024, 7, 1)
LAST_DAY = date(2026, 6, 30)
END = datetime(2026, 7, 1, tzinfo=UTC)
LAST_SECOND = END - timedelta(seconds=1)


@dataclass(frozen=True)
class Sale:
    """A sale on all days from `starts_on` to `ends_on`, by coupon or for everyone."""

    sale_name: str
    starts_on: date
    ends_on: date
    percent_off: int
    coupon_code: str | None = None


SALES = (
    Sale("Harvest Tea Week 2024", date(2024, 9, 16), date(2024, 9, 22), 15, "HARVEST15"),
    Sale("Black Friday 2024", date(2024, 11, 29), date(2024, 12, 2), 25),
    Sale("Winter Sale 2025", date(2024, 12, 27), date(2025, 1, 8), 30),
    Sale("Mother's Day 2025", date(2025, 5, 2), date(2025, 5, 11), 10, "FORMUM"),
    Sale("Midsummer Sale 2025", date(2025, 6, 13), date(2025, 6, 22), 20),
    Sale("Harvest Tea Week 2025", date(2025, 9, 15), date(2025, 9, 21), 15, "HARVEST15"),
    Sale("Black Friday 2025", date(2025, 11, 28), date(2025, 12, 1), 25),
    Sale("Winter Sale 2026", date(2025, 12, 27), date(2026, 1, 7), 30),
    Sale("Mother's Day 2026", date(2026, 5, 1), date(2026, 5, 10), 10, "FORMUM"),
    Sale("Midsummer Sale 2026", date(2026, 6, 12), date(2026, 6, 21), 20),
)

# Cold months sell tea, and December sells gifts; Sundays browse and Fridays go out.
_MONTH_WEIGHTS = (10, 9, 8, 8, 9, 8, 7, 7, 9, 11, 17, 21)
_WEEKDAY_WEIGHTS = (11, 10, 10, 10, 8, 9, 12)
_SALE_FACTOR = 2
_HOUR_WEIGHTS = (6, 4, 2, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 9, 8, 8, 9, 11, 13, 15, 17, 17, 14, 10)
_HOURS = dict(enumerate(_HOUR_WEIGHTS))


def sale_on(day: date) -> Sale | None:
    """Return the sale that runs on a day, if one does."""
    return next((sale for sale in SALES if sale.starts_on <= day <= sale.ends_on), None)


def days_between(first: date, last: date) -> list[date]:
    """Return all days from `first` to `last`, both included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _busyness(day: date) -> int:
    """Return how much traffic a day draws, relative to other days; the shop grows by a third."""
    growth = 30 + (day - FIRST_DAY).days // 70
    weight = growth * _MONTH_WEIGHTS[day.month - 1] * _WEEKDAY_WEIGHTS[day.weekday()]
    return weight * _SALE_FACTOR if sale_on(day) else weight


_DAYS = days_between(FIRST_DAY, LAST_DAY)
_BUSYNESS_UNTIL = list(accumulate(_busyness(day) for day in _DAYS))


def busy_day(dice: Dice, first: date, last: date) -> date:
    """Return a day of the shop's two years from `first` to `last`, rather a busy one."""
    start = max((first - FIRST_DAY).days, 0)
    end = min((last - FIRST_DAY).days, len(_DAYS) - 1)
    before = _BUSYNESS_UNTIL[start - 1] if start else 0
    drawn = dice.between(before + 1, _BUSYNESS_UNTIL[end])
    return _DAYS[bisect_left(_BUSYNESS_UNTIL, drawn)]


def moment_on(dice: Dice, day: date) -> datetime:
    """Return an instant of the day, rather in the evening, and never in its last half hour."""
    hour = dice.weighted(_HOURS)
    minute = dice.between(0, 29 if hour == 23 else 59)
    return datetime.combine(day, time(hour, minute, dice.between(0, 59)), tzinfo=UTC)
