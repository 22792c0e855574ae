"""Which past days a replay computes."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from segmentry.errors import RecordsError
from segmentry.records.last_build import LastBuild, read_last_build


@dataclass(frozen=True)
class Plan:
    """The days that a replay computes, and those that it leaves out.

    Attributes:
        last_build: what is known of the last build, from which they are counted back.
        definitions: a digest of the definitions of all its segments.
        first_ordered_on: the day of the first order; None where there is none.
        days: the days to compute, the oldest first.
        published: days that were published, whose sizes stay as they were published.
        too_early: days before the first order.
    """

    last_build: LastBuild
    definitions: str
    first_ordered_on: date | None
    days: list[date]
    published: list[date]
    too_early: list[date]


def plan_replay(warehouse: Path, months: int) -> Plan:
    """Say which days a replay computes.

    Args:
        warehouse: the DuckDB file of the last build, which is only read.
        months: how many months to go back, at least 1.

    Raises:
        RecordsError: when there is no whole build in it, or an older program made it.
    """
    last_build = read_last_build(warehouse)
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            ((first_ordered_on,),) = connection.execute(
                "select min(ordered_on) from orders"
            ).fetchall()
            published = {
                day
                for (day,) in connection.execute(
                    "select as_of_date from shop_sizes where not is_replayed"
                ).fetchall()
            }
            definitions = read_definitions(connection)
    except duckdb.CatalogException as error:
        raise RecordsError(
            f"{warehouse} lacks what a replay asks for: run `make build` first."
        ) from error
    wanted = days_back(last_build.as_of_date, months)
    too_early = [day for day in wanted if first_ordered_on is None or day < first_ordered_on]
    return Plan(
        last_build=last_build,
        definitions=definitions,
        first_ordered_on=first_ordered_on,
        days=[day for day in wanted if day not in published and day not in too_early],
        published=[day for day in wanted if day in published],
        too_early=too_early,
    )


def read_definitions(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a digest of the definitions of all segments of a build."""
    ((digest,),) = connection.execute(
        "select md5(string_agg(segment || ' ' || lineage_fingerprint, ' ' order by segment)) "
        "from segment_fingerprints"
    ).fetchall()
    return str(digest)


def days_back(day: date, months: int) -> list[date]:
    """Return the same day of each of some months before, and the day a week before; oldest first.

    A month that has no such day gives its last one.
    """
    return sorted(
        {day - timedelta(days=7)} | {months_before(day, number + 1) for number in range(months)}
    )


def months_before(day: date, months: int) -> date:
    """Return the same day some months before, or the last of that month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
