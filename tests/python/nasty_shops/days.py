"""Local days and instants as seen from the instant a shop is computed at."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MICROSECOND = timedelta(microseconds=1)
LATEST = datetime(2026, 10, 31, tzinfo=UTC)
"""No row that is not meant to lie in the future is later than this."""


@dataclass(frozen=True)
class Days:
    """The shop's local calendar around as_of."""

    zone: str
    as_of: date | datetime | str

    def midnight(self, day: date) -> datetime:
        """Return the first instant (UTC) of a local day, also where 00:00 is skipped or twice."""
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The exclusive bound (UTC) that as_of stands for."""
        as_of = self.as_of
        if isinstance(as_of, str):
            as_of = date.fromisoformat(as_of) if len(as_of) == 10 else datetime.fromisoformat(as_of)
        if not isinstance(as_of, datetime):
            return self.midnight(as_of + timedelta(days=1))
        return as_of.astimezone(UTC) if as_of.tzinfo else as_of.replace(tzinfo=UTC)

    @property
    def last_day(self) -> date:
        """The local date of the last microsecond that counts."""
        return self.local_date(self.end - MICROSECOND)

    def local_date(self, instant: datetime) -> date:
        """Return the shop-local date of an instant."""
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def window_start(self, days: int) -> datetime:
        """Return the first instant (UTC) of the last `days` days."""
        return self.midnight(self.last_day - timedelta(days=days - 1))

    def ago(self, days: int, hours: float = 12) -> datetime:
        """Return an instant `hours` after the local midnight `days` days ago, before as_of."""
        midnight = self.midnight(self.last_day - timedelta(days=days))
        return min(midnight + timedelta(hours=hours), self.end - MICROSECOND)
