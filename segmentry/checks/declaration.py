"""The list of all checks: what dbt's data tests declare, and what they can't say."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from segmentry.checks.catalog import catalog_is_built
from segmentry.checks.declared import declared_checks
from segmentry.checks.definitions import definition_checks
from segmentry.checks.raw_tables import raw_checks, read_raw_tables
from segmentry.checks.rules import Check
from segmentry.checks.shop import shop_checks
from segmentry.checks.sizes import size_checks
from segmentry.checks.thresholds import Thresholds, read_thresholds
from segmentry.project.segment_catalog import CatalogSegment, read_segment_catalog
from segmentry.records.data_tests import declared_data_tests, public_tables
from segmentry.records.versions import Version


def count_checks(manifest: Mapping[str, Any]) -> Counter[str]:
    """Return how many checks a validation asks of each table, by dbt's manifest."""
    public = public_tables(manifest)
    columns = {
        node["name"]: list(node["columns"])
        for node in manifest["nodes"].values()
        if node["name"] in public
    }
    declared = declared_checks(declared_data_tests(manifest), columns)
    segments = read_segment_catalog()
    others = other_checks(segments, read_thresholds({}), [], date.min, 0, ())
    return Counter(check.table for check in [*declared, *others])


def other_checks(
    segments: Sequence[CatalogSegment],
    thresholds: Thresholds,
    versions: list[Version],
    as_of_date: date,
    longest_pause: int,
    accepted: Collection[str],
) -> list[Check]:
    """Return the checks that no data test of dbt can say.

    They compare a build with what was published before, with the project that publishes it, and
    with the limits of its age.

    Args:
        segments: the segments of the project.
        thresholds: the limits of the build.
        versions: the versions that led to the current one, oldest first.
        as_of_date: the day of the build.
        longest_pause: days from one day with orders to the next, at most, in the last year.
        accepted: what is let through: segments whose swing is meant, names of checks.
    """
    return [
        catalog_is_built(segments),
        *raw_checks(read_raw_tables(), thresholds, longest_pause),
        *size_checks(segments, versions, as_of_date, thresholds, accepted),
        *definition_checks(segments, versions),
        *shop_checks(versions),
    ]
