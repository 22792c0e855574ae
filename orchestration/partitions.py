"""The days that are built: one partition a day, in the shop's time zone."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from dagster import DailyPartitionsDefinition

from segmentry.settings.connectors import CONNECTORS
from segmentry.settings.own_tables import RAW_DIR, RAW_SCHEMA

AS_OF = "SEGMENTRY_AS_OF"
FIRST_DAY = "2026-01-01"


def daily_partitions(
    variables: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> DailyPartitionsDefinition:
    """Return the days that can be built; the last is yesterday, the shop's last complete day.

    The demo shop's last day is the demo's own, so that the demo never goes stale.

    Args:
        variables: the project's vars: `shop_timezone` and `demo_as_of`.
        environment: `SEGMENTRY_FIRST_DAY` is the first day that can be built, such as 2026-01-01.

    Raises:
        ValueError: when the first day is no date.
    """
    first_day = date.fromisoformat(environment.get("SEGMENTRY_FIRST_DAY") or FIRST_DAY)
    day_after_demo = date.fromisoformat(variables["demo_as_of"]) + timedelta(days=1)
    is_own_shop = any(environment.get(name) for name in (RAW_DIR, RAW_SCHEMA, CONNECTORS))
    return DailyPartitionsDefinition(
        start_date=first_day.isoformat(),
        end_date=None if is_own_shop else day_after_demo.isoformat(),
        timezone=variables["shop_timezone"],
    )


@contextmanager
def as_of_day(day: str) -> Iterator[None]:
    """Have the programs that this process calls compute everything for the end of a day.

    An environment variable leaves dbt the project that it has read: with other --vars it reads it
    again, every day.

    Args:
        day: the day, as 2026-06-30.

    Raises:
        ValueError: when it is no date.
    """
    before = os.environ.get(AS_OF)
    os.environ[AS_OF] = date.fromisoformat(day).isoformat()
    try:
        yield
    finally:
        if before is None:
            del os.environ[AS_OF]
        else:
            os.environ[AS_OF] = before


def day_of_run(tags: Mapping[str, str]) -> str:
    """Return the day that a run builds, by its tags; empty for a run of no day.

    A run of a backfill has a range of days, of which the first is the last as well.
    """
    return tags.get("dagster/partition") or tags.get("dagster/asset_partition_range_start") or ""


def day_before(day: str) -> str:
    """Return the day before a day, both as 2026-06-30."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
