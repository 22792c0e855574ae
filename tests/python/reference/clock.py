"""The instant `as_of`, the shop's calendar, and the windows that end on it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from .settings import Settings
from .values import read_date, read_timestamp

_DATE_LENGTH = len("2026-06-30")


@dataclass(frozen=True)
class Clock:
    """An exclusive upper bound (naive UTC) and the shop's time zone."""

    as_of: datetime
    zone: ZoneInfo

    @cached_property
    def as_of_date(self) -> date:
        """The shop-local date of the last microsecond before as_of."""
        return self.local_date(self.as_of - timedelta(microseconds=1))

    def local_date(self, instant: datetime) -> date:
        """Return the shop-local date of a naive UTC instant."""
        try:
            return instant.replace(tzinfo=UTC).astimezone(self.zone).date()
        except OverflowError:
            # The first or last day that there is, a day off in this zone.
            return instant.date()

    def is_visible(self, instant: datetime | None) -> bool:
        """Whether the instant lies before as_of."""
        return instant is not None and instant < self.as_of

    def is_recent(self, instant: datetime | None, days: int) -> bool:
        """Whether the instant's date is one of the last so many days, as_of_date included."""
        return instant is not None and self.is_recent_date(self.local_date(instant), days)

    def is_recent_date(self, day: date, days: int) -> bool:
        """Whether the shop-local date is one of the last so many days, as_of_date included."""
        return self.as_of_date - timedelta(days=days) < day <= self.as_of_date

    def days_since(self, instant: datetime | None) -> int | None:
        """Return the whole days from the instant's date to as_of_date."""
        return None if instant is None else (self.as_of_date - self.local_date(instant)).days


def clock_of(settings: Settings) -> Clock:
    """Return the clock; ValueError when as_of is text that is neither date nor timestamp."""
    zone = ZoneInfo(settings.shop_timezone)
    as_of = settings.as_of
    if isinstance(as_of, str):
        read = read_date if len(as_of) == _DATE_LENGTH else read_timestamp
        value = read(as_of)
        if value is None:
            raise ValueError(f"as_of {as_of!r} is neither a date nor a timestamp")
        as_of = value
    if isinstance(as_of, datetime):
        instant = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
    else:
        instant = start_of_local_day(as_of + timedelta(days=1), zone)
    return Clock(as_of=instant, zone=zone)


def start_of_local_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant (naive UTC) whose local date is the day, or later if it has none."""
    calendar = Clock(as_of=datetime.max, zone=zone)
    instant = datetime(day.year, day.month, day.day) - timedelta(hours=15)
    # By the minute, then by the second: some zones change their clocks a minute after midnight,
    # and the oldest offsets are no whole minutes.
    while calendar.local_date(instant) < day:
        instant += timedelta(minutes=1)
    while calendar.local_date(instant - timedelta(seconds=1)) >= day:
        instant -= timedelta(seconds=1)
    return instant
