"""The list of all checks, which is the same on every day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from segmentry.checks.catalog import catalog_checks, read_exclusive_groups
from segmentry.checks.completeness import completeness_checks
from segmentry.checks.consent import consent_checks
from segmentry.checks.definitions import definition_checks
from segmentry.checks.keys import key_checks
from segmentry.checks.ranges import range_checks
from segmentry.checks.raw_tables import raw_checks, read_raw_tables
from segmentry.checks.results import Severity
from segmentry.checks.rules import Check
from segmentry.checks.shop import shop_checks
from segmentry.checks.sizes import size_checks
from segmentry.checks.thresholds import Thresholds, read_thresholds
from segmentry.project.segment_catalog import read_segment_catalog
from segmentry.records.versions import Version


@dataclass(frozen=True)
class DeclaredCheck:
    """A check as it is known without a warehouse.

    Attributes:
        name: its name, unique and the same on every day.
        table: the table that it is about.
        severity: what a failure does.
    """

    name: str
    table: str
    severity: Severity


def declared_checks() -> list[DeclaredCheck]:
    """Return every check that a validation answers, in its order."""
    checks = all_checks(read_thresholds({}), [], date.min, 0, frozenset())
    return [DeclaredCheck(check.name, check.table, check.severity) for check in checks]


def all_checks(
    thresholds: Thresholds,
    versions: list[Version],
    as_of_date: date,
    longest_pause: int,
    accepted: Collection[str],
) -> list[Check]:
    """Return every check with the bounds that hold for one build.

    Args:
        thresholds: the limits of the build.
        versions: the versions that led to the current one, oldest first.
        as_of_date: the day of the build.
        longest_pause: days from one day with orders to the next, at most, in the last year.
        accepted: what is let through: segments whose swing is meant, names of checks.
    """
    segments = read_segment_catalog()
    return [
        *key_checks(),
        *range_checks(),
        *completeness_checks([segment.name for segment in segments]),
        *consent_checks(),
        *catalog_checks(segments, read_exclusive_groups()),
        *raw_checks(read_raw_tables(), thresholds, longest_pause),
        *size_checks(segments, versions, as_of_date, thresholds, accepted),
        *definition_checks(segments, versions),
        *shop_checks(versions),
    ]
