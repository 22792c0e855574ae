"""What starts syncs, and what tells that one has not run for too long."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from dagster import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    AssetSelection,
    DailyPartitionsDefinition,
    DefaultSensorStatus,
    RunRequest,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    define_asset_job,
    sensor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.alerts import stale_alert
from orchestration.assets.syncs import SYNCS, declared_sync, sync_key
from orchestration.sync_checks import FRESH, why_stale
from segmentry.activation.command import folder_of_syncs
from segmentry.activation.config import Sync
from segmentry.activation.ledger import last_run
from segmentry.errors import RecordsError
from segmentry.records.versions import current_version
from segmentry.settings.environment import ENVIRONMENT, PRODUCTION, is_production
from segmentry.settings.shop import Settings
from segmentry.webhook import channels_from_environment, notify


def syncs_job(names: Collection[str]) -> UnresolvedAssetJobDefinition:
    """Return the job of the syncs that run by themselves."""
    return define_asset_job(
        SYNCS,
        selection=AssetSelection.assets(*map(sync_key, names)),
        description="Brings email platforms to the newest published version.",
    )


def new_version(partitions: DailyPartitionsDefinition, names: Collection[str]) -> SensorDefinition:
    """Return the sensor that runs each sync when a version of the last complete day is current.

    It is off until somebody switches it on. A version is current when its checks have passed, so a
    refused publish starts nothing; nor does one of a past day, as in a backfill, and a roll-back
    meets run keys that were used. A run that used up its time and brought something is followed by
    another.
    """

    @sensor(
        job_name=SYNCS,
        name="sync_new_version",
        minimum_interval_seconds=60,
        description="Runs each sync when a version of the last complete day is published.",
    )
    def published(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        settings = Settings.from_environment()
        try:
            version = current_version(settings.published)
        except RecordsError as error:
            return SkipReason(str(error))
        day = partitions.get_last_partition_key()
        if version is None or day is None:
            return SkipReason("Nothing is published yet.")
        if version.manifest.as_of_date.isoformat() < day:
            return SkipReason(f"{day} is not published yet, and past days are not sent.")
        return SensorResult(
            run_requests=[
                RunRequest(
                    run_key=run_key(name, version.build_id, last_run(settings.state, name)),
                    asset_selection=[sync_key(name)],
                )
                for name in names
            ]
        )

    return published


def run_key(name: str, build_id: str, last: Mapping[str, Any] | None) -> str:
    """Return by what Dagster knows the run of a sync that is due, so that it is started once.

    Args:
        name: of the sync.
        build_id: the version.
        last: its last run by the ledger. One that used up its time and brought something is gone on
            from; one that brought nothing would for ever.
    """
    goes_on = (
        last
        and (last["status"], last["build_id"]) == ("out of time", build_id)
        and last["added"] + last["updated"] + last["removed"]
    )
    return f"{name} {build_id} after {last['run_id']}" if last and goes_on else f"{name} {build_id}"


def stale_syncs(names: Collection[str]) -> SensorDefinition:
    """Return the sensor that keeps the check `fresh` of each sync and tells when it begins to fail.

    A check that runs with the sync would never say that the sync does not run.
    """

    @sensor(
        name="tell_stale_syncs",
        minimum_interval_seconds=600,
        default_status=DefaultSensorStatus.RUNNING,
        description="Tells people when a sync has not come to its end for longer than it allows.",
    )
    def stale(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        if not is_production():
            return SkipReason(f"{ENVIRONMENT} is not {PRODUCTION}: nothing is sent from here.")
        before: dict[str, str] = json.loads(context.cursor or "{}")
        found = staleness(names, datetime.now(UTC))
        for name in sorted(found.keys() - before.keys()):
            notify(stale_alert(name, found[name]), channels_from_environment(), context.log)
        return SensorResult(
            asset_events=[
                _evaluation(name, found.get(name))
                for name in sorted(found.keys() ^ before.keys())
                if name in names
            ],
            cursor=json.dumps(found),
            skip_reason=" ".join(found.values()) or "Every sync is fresh.",
        )

    return stale


def staleness(names: Collection[str], now: datetime) -> dict[str, str]:
    """Return which syncs are stale, in words; a file that can't be read fails its run instead."""
    folder = folder_of_syncs()
    read = {name: declared_sync(folder / f"{name}.yml") for name in names}
    return {
        name: why
        for name, sync in read.items()
        if isinstance(sync, Sync) and (why := why_stale(name, sync, now))
    }


def _evaluation(name: str, why: str | None) -> AssetCheckEvaluation:
    return AssetCheckEvaluation(
        asset_key=sync_key(name),
        check_name=FRESH,
        passed=why is None,
        metadata={},
        severity=AssetCheckSeverity.ERROR,
        description=why,
    )
