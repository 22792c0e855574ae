"""The sizes of segments against their own recent history."""

import math
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from fractions import Fraction
from statistics import median

from segmentry.checks.results import Severity
from segmentry.checks.rules import Check, Figure, NoRows
from segmentry.checks.thresholds import Thresholds
from segmentry.project.segment_catalog import CatalogSegment
from segmentry.records.recent_sizes import recent_sizes
from segmentry.records.versions import Version

SIZE_CHECK = "segment_{}_size_is_near_its_recent_history"
VANISHED_CHECK = "segment_catalog_keeps_the_published_segments"


def size_checks(
    segments: Sequence[CatalogSegment],
    versions: list[Version],
    as_of_date: date,
    thresholds: Thresholds,
    accepted: Collection[str],
) -> Iterator[Check]:
    """Yield what must hold of the sizes of segments.

    A swing of a segment that is sent somewhere stops publishing; of others it is told.

    Args:
        segments: the segments of the catalog.
        versions: the versions that led to the current one, oldest first.
        as_of_date: the day of the build.
        thresholds: the limits of the build.
        accepted: the segments that may vanish.
    """
    query = size_query(segments)
    for segment in segments:
        sizes = recent_sizes(versions, segment.name, as_of_date, thresholds.segment_size_days)
        if sizes:
            expected = Fraction(median(map(Fraction, sizes)))
            minimum, maximum = allowed_sizes(expected, thresholds)
            days = "day" if len(sizes) == 1 else "days"
            history = f"the median of {len(sizes)} published {days} is {float(expected):,.1f}"
        else:
            minimum, maximum = 0, None
            history = "no size was published before"
        yield Check(
            SIZE_CHECK.format(segment.name),
            f"segment_{segment.name}",
            Figure(
                query,
                segment.name,
                f"{segment.name} has {{value:,.0f}} customers; {history}",
                minimum,
                maximum,
            ),
            Severity.BLOCKING if segment.destinations else Severity.WARNING,
        )
    missing = sorted(vanished_segments(segments, versions) - set(accepted))
    rows = " union all ".join(f"select '{segment}' as id" for segment in missing)
    yield Check(
        VANISHED_CHECK,
        "segment_catalog",
        NoRows(
            f"select published.id from ({rows or 'select null as id where false'}) as published "
            "where published.id not in (select segment from checked as catalog)",
            "published segments that are no more",
        ),
    )


def allowed_sizes(expected: Fraction, thresholds: Thresholds) -> tuple[int, int]:
    """Return the smallest and the greatest size that is no swing.

    A swing is further from the expected size than `max_segment_swing_share` of it (of 1 when none
    is expected), and by `min_segment_swing_customers` or more.

    Args:
        expected: the size that recent history makes expect.
        thresholds: the limits of the build.
    """
    share = Fraction(str(thresholds.max_segment_swing_share)) * max(expected, Fraction(1))
    customers = thresholds.min_segment_swing_customers
    minimum = min(math.ceil(expected - share), math.floor(expected - customers) + 1)
    maximum = max(math.floor(expected + share), math.ceil(expected + customers) - 1)
    return max(minimum, 0), maximum


def vanished_segments(
    segments: Sequence[CatalogSegment], versions: list[Version]
) -> frozenset[str]:
    """Return the segments of the current version that the catalog no longer has."""
    published = versions[-1].manifest.fingerprints.keys() if versions else set()
    return frozenset(published - {segment.name for segment in segments})


def size_query(segments: Sequence[CatalogSegment]) -> str:
    """Return the query for the distinct customers of each segment, counted in one pass."""
    columns = ",\n".join(
        f"coalesce(max(case when segment = '{segment.name}' then customers end), 0)"
        f" as {segment.name}"
        for segment in segments
    )
    return f"""
        select
            {columns}
        from (
            select
                segment,
                count(distinct customer_id) as customers
            from segment_memberships
            group by segment
        ) as sizes
    """
