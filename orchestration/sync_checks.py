"""What is asked of every sync, and of its last run."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
)

from segmentry.activation.command import folder_of_syncs
from segmentry.activation.config import Sync
from segmentry.activation.ledger import last_run
from segmentry.settings.environment import is_production
from segmentry.settings.shop import Settings

NO_REJECTED_ROWS = "no_rejected_rows"
WITHIN_GUARDS = "within_guards"
FRESH = "fresh"
# Statuses of a run that brought everything but the rows that it names.
TO_ITS_END = ("succeeded", "rejected")
REASONS_TOLD = 10
# Rows by audience, result (`rejected` or `waiting`) and reason.
Reasons = Mapping[tuple[str, str, str], int]


def sync_checks(key: AssetKey) -> list[AssetCheckSpec]:
    """Return what is asked of a sync."""
    asked = {
        NO_REJECTED_ROWS: "The platform took every row; rows that wait after rejections count.",
        WITHIN_GUARDS: "No guard stops it: no audience loses more than the sync allows, and the "
        "published version is validated, new enough, and has people in it.",
        FRESH: "Its last run that came to its end is no older than guards.max_age_hours.",
    }
    return [
        AssetCheckSpec(name, asset=key, description=description)
        for name, description in asked.items()
    ]


def no_rejected_rows(key: AssetKey, reasons: Reasons) -> AssetCheckResult:
    """Return whether a platform took every row; rows that only wait are a warning."""
    is_rejected = any(result == "rejected" for _, result, _ in reasons)
    return AssetCheckResult(
        asset_key=key,
        check_name=NO_REJECTED_ROWS,
        passed=not reasons,
        severity=AssetCheckSeverity.ERROR if is_rejected else AssetCheckSeverity.WARN,
        description=describe_reasons(reasons),
        metadata={"rows": sum(reasons.values())},
    )


def describe_reasons(reasons: Reasons) -> str:
    """Return why rows were not taken, a line for each reason, the most frequent first."""
    by_rows = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    lines = [
        f"- {audience}: {rows:,} {result}: {reason}"
        for (audience, result, reason), rows in by_rows[:REASONS_TOLD]
    ]
    more = len(by_rows) - REASONS_TOLD
    return "\n".join([*lines, f"- and {more:,} other reasons"] if more > 0 else lines)


def within_guards(key: AssetKey, objections: Sequence[str]) -> AssetCheckResult:
    """Return whether a guard stops a sync."""
    return AssetCheckResult(
        asset_key=key,
        check_name=WITHIN_GUARDS,
        passed=not objections,
        description=" ".join(objections),
    )


def fresh(key: AssetKey, stale: str | None) -> AssetCheckResult:
    """Return whether a sync is fresh, or why not."""
    return AssetCheckResult(
        asset_key=key, check_name=FRESH, passed=stale is None, description=stale
    )


def why_stale(name: str, sync: Sync, now: datetime) -> str | None:
    """Return that a sync is stale, with the hours; None when it is not, or need not run.

    A sync that never came to its end is as old as its file.

    Args:
        name: of the sync.
        sync: what it says.
        now: the time, with its zone.
    """
    if not (sync.enabled and is_production()):
        return None
    run = last_run(Settings.from_environment().state, name, *TO_ITS_END)
    written = (folder_of_syncs() / f"{name}.yml").stat().st_mtime
    since = datetime.fromisoformat(run["ended_at"]) if run else datetime.fromtimestamp(written, UTC)
    hours = (now - since).total_seconds() / 3600
    allowed = sync.guards.max_age_hours
    if hours <= allowed:
        return None
    what = "came to its end last" if run else "never came to its end; its file was written"
    return (
        f"The sync {name} {what} {hours:,.0f} hours ago, and guards.max_age_hours allows "
        f"{allowed:,.0f}."
    )
