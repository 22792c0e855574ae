"""When a day is built: the job, and the schedule that starts it every morning."""

from dagster import (
    AssetsDefinition,
    AssetSelection,
    DailyPartitionsDefinition,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SkipReason,
    define_asset_job,
    schedule,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

JOB = "daily"

# Night exports have arrived, and no time zone's clocks change at five.
EVERY_MORNING = "0 5 * * *"


def daily_job(*assets: AssetsDefinition) -> UnresolvedAssetJobDefinition:
    """Return the job that builds, tests, validates and publishes one day."""
    return define_asset_job(
        JOB,
        selection=AssetSelection.assets(*assets),
        description="Builds, tests, validates and publishes one day of the shop.",
    )


def every_morning(partitions: DailyPartitionsDefinition) -> ScheduleDefinition:
    """Return the schedule that builds yesterday every morning, in the shop's time zone.

    It is off until somebody switches it on. Its run key is the day, so that a day is started once,
    however often the schedule is asked.
    """

    @schedule(
        job_name=JOB,
        name="every_morning",
        cron_schedule=EVERY_MORNING,
        execution_timezone=partitions.timezone,
        description="Builds and publishes yesterday, the shop's last complete day.",
    )
    def last_complete_day(context: ScheduleEvaluationContext) -> RunRequest | SkipReason:
        day = partitions.get_last_partition_key()
        if day is None:
            return SkipReason("No day is complete yet.")
        return RunRequest(run_key=day, partition_key=day)

    return last_complete_day
