"""Segments whose definition changed since the last published version, and whom that moves."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from segmentry.checks.results import CheckResult, Severity
from segmentry.checks.rules import Check, Figure
from segmentry.project.segment_catalog import CatalogSegment
from segmentry.records.databases import BI
from segmentry.records.versions import Version
from segmentry.what_if.movements import Movement, compare_memberships

DEFINITION_CHECK = "segment_{}_definition_is_as_published"


def definition_checks(
    segments: Sequence[CatalogSegment], versions: list[Version]
) -> Iterator[Check]:
    """Yield a warning per segment, for when its definition is not the published one.

    Args:
        segments: the segments of the catalog.
        versions: the versions that led to the current one, oldest first.
    """
    query = changes_query(segments, versions[-1].manifest.fingerprints if versions else None)
    for segment in segments:
        yield Check(
            DEFINITION_CHECK.format(segment.name),
            f"segment_{segment.name}",
            Figure(
                query,
                segment.name,
                f"definitions of {segment.name} that are not the published one: {{value:.0f}}",
                maximum=0,
            ),
            Severity.WARNING,
        )


def changes_query(segments: Sequence[CatalogSegment], published: Mapping[str, str] | None) -> str:
    """Return the query that says of each segment whether its definition is another.

    The fingerprint covers the segment's model, its vars and everything above it.

    Args:
        segments: the segments of the catalog.
        published: the published fingerprints by segment; None when nothing was published.
    """
    columns = ",\n".join(
        f"count(case when model_name = 'segment_{segment.name}'"
        f" and lineage_fingerprint <> '{published.get(segment.name, '')}' then 1 end)"
        f" as {segment.name}"
        if published is not None
        else f"0 as {segment.name}"
        for segment in segments
    )
    return f"select {columns} from model_fingerprints"


def read_movements(version: Version, bi_file: Path) -> dict[str, Movement]:
    """Return who entered and left each segment since a published version.

    Args:
        version: the published version.
        bi_file: the DuckDB file that is checked.
    """
    movements = compare_memberships(
        version.folder / BI.file, bi_file, {"segment_memberships", "customer_facts"}
    )
    return {movement.segment: movement for movement in movements}


def tell_movement(result: CheckResult, movement: Movement, version: Version) -> CheckResult:
    """Return the result of a changed definition with what it moves.

    Args:
        result: the warning that the definition is another.
        movement: who entered and left since it was published.
        version: the published version.
    """
    is_new = movement.segment not in version.manifest.fingerprints
    what = "was not" if is_new else "has another definition than"
    return CheckResult(
        name=result.name,
        table=result.table,
        severity=result.severity,
        success=False,
        message=(
            f"{movement.segment} {what} in version {version.build_id}: "
            f"{movement.entering:,} customers enter (net revenue {movement.revenue_entering:,.2f}),"
            f" {movement.leaving:,} leave ({movement.revenue_leaving:,.2f}),"
            f" {movement.changing_value:,} change their value;"
            f" {movement.customers_before:,} before, {movement.customers_after:,} now."
        ),
        observed={
            "customers_before": movement.customers_before,
            "customers_after": movement.customers_after,
            "entering": movement.entering,
            "leaving": movement.leaving,
            "changing_value": movement.changing_value,
            "revenue_entering": float(movement.revenue_entering),
            "revenue_leaving": float(movement.revenue_leaving),
        },
        sample_ids=[*movement.entering_sample, *movement.leaving_sample],
    )
