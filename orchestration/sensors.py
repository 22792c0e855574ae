"""What Dagster watches: new raw files, runs that failed and recovered, a version that is late."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dagster import (
    DagsterRunStatus,
    DailyPartitionsDefinition,
    DefaultSensorStatus,
    RunFailureSensorContext,
    RunRequest,
    RunStatusSensorContext,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    run_failure_sensor,
    run_status_sensor,
    sensor,
)

from orchestration.alerts import failure_alert, is_recovery, late_alert, lost_alert, recovery_alert
from orchestration.assets.raw import digest, files_below, files_of_tables
from orchestration.backfills import LEFT_OUT
from orchestration.schedules import JOB
from segmentry.errors import RecordsError
from segmentry.records.versions import current_version
from segmentry.settings.shop import Settings
from segmentry.webhook import Alert, channels_from_environment, notify

# Yesterday is built at five; by nine people open their reports.
LATE_AFTER = timedelta(hours=9)


def new_raw_files(partitions: DailyPartitionsDefinition, tables: Sequence[str]) -> SensorDefinition:
    """Return the sensor that builds the last complete day when raw files arrive or change.

    It is off until somebody switches it on. Files that changed since the last look may still be
    being written; they are built once they stayed as they were. The run key names day and files: no
    delivery is built twice, and a folder that fails is not tried again until a file changes.
    """

    @sensor(
        job_name=JOB,
        name="new_raw_files",
        minimum_interval_seconds=60,
        description="Builds the last complete day when raw files arrive or change.",
    )
    def changed_files(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        settings = Settings.from_environment()
        raw_files = files_of_tables(settings.raw_dir, tables) if settings.raw_dir else {}
        files = [file for found in raw_files.values() for file in found]
        for connector in settings.connectors:
            files += files_below(connector.folder) if connector.folder else []
        if not files and settings.own_schemas:
            return SkipReason("Tables of the warehouse can't be watched: the schedule reads them.")
        day = partitions.get_last_partition_key()
        if not files or day is None:
            return SkipReason("There are no raw files." if not files else "No day is complete.")
        found = digest(files)
        cursor = json.loads(context.cursor or "{}")
        if found == cursor.get("built"):
            return SkipReason("No file changed.")
        if found != cursor.get("seen"):
            return SensorResult(
                skip_reason="Files changed; they are built when they stay as they are.",
                cursor=json.dumps(cursor | {"seen": found}),
            )
        return SensorResult(
            run_requests=[RunRequest(run_key=f"{day} {found}", partition_key=day)],
            cursor=json.dumps({"seen": found, "built": found}),
        )

    return changed_files


@run_failure_sensor(
    name="tell_failure",
    default_status=DefaultSensorStatus.RUNNING,
    description="Tells people that a day was not published, and why.",
)
def tell_failure(context: RunFailureSensorContext) -> None:
    """Tell that a run failed; the first one of a backfill, not the days that it left out."""
    alert = failure_alert(context.dagster_run, context.get_step_failure_events())
    if not alert.text.startswith(LEFT_OUT):
        notify(alert, channels_from_environment(), context.log)


@run_status_sensor(
    run_status=DagsterRunStatus.SUCCESS,
    name="tell_recovery",
    default_status=DefaultSensorStatus.RUNNING,
    description="Tells people that a day was published again after a failure.",
)
def tell_recovery(context: RunStatusSensorContext) -> None:
    """Tell that a day was published, when the run before it failed."""
    run = context.dagster_run
    if is_recovery(context.instance, run):
        notify(recovery_alert(run), channels_from_environment(), context.log)


def is_late(now: datetime, last_day: str | None, published_day: str | None) -> bool:
    """Tell whether yesterday should have been published by now.

    Args:
        now: the time in the shop's time zone.
        last_day: the last day that can be built, such as 2026-06-30; None before the first.
        published_day: the day of the version that readers meet; None when there is none.
    """
    due = now.replace(hour=0, minute=0, second=0, microsecond=0) + LATE_AFTER
    return bool(published_day and last_day and published_day < last_day and now >= due)


def late_version(partitions: DailyPartitionsDefinition) -> SensorDefinition:
    """Return the sensor that tells when no run failed, yet yesterday is not published by nine.

    A schedule that is off, a daemon that was down and a roll-back look like this. Nothing is late
    before the first publish.
    """

    @sensor(
        name="tell_late_version",
        minimum_interval_seconds=600,
        default_status=DefaultSensorStatus.RUNNING,
        description="Tells people when yesterday is not published by nine in the morning.",
    )
    def late(context: SensorEvaluationContext) -> SkipReason:
        try:
            version = current_version(Settings.from_environment().published)
        except RecordsError as error:
            return tell_once(context, str(error), lost_alert(str(error)))
        published_day = version.manifest.as_of_date.isoformat() if version else None
        last_day = partitions.get_last_partition_key()
        now = datetime.now(ZoneInfo(partitions.timezone))
        if not is_late(now, last_day, published_day):
            return SkipReason("Not late.")
        return tell_once(context, str(last_day), late_alert(str(last_day), str(published_day)))

    return late


def tell_once(context: SensorEvaluationContext, reason: str, alert: Alert) -> SkipReason:
    """Tell people, unless they were told the same at the look before."""
    if context.cursor == reason:
        return SkipReason(f"{alert.title}, which was told.")
    notify(alert, channels_from_environment(), context.log)
    context.update_cursor(reason)
    return SkipReason(f"{alert.title}.")
