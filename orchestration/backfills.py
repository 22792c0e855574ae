"""Backfills: past days, one after the other, each on the published version of the one before."""

from dagster import (
    AssetExecutionContext,
    BackfillPolicy,
    DagsterRunStatus,
    Failure,
    RunsFilter,
)

from orchestration.partitions import day_before, day_of_run

# The first words of a day of a backfill that was left out.
LEFT_OUT = "Not built:"

# Runs of a backfill are queued in the order of their days, and the queue lets out one at a time.
ONE_DAY_A_RUN = BackfillPolicy.multi_run(max_partitions_per_run=1)


def require_day_before(context: AssetExecutionContext, day: str) -> None:
    """Stop a backfill at the first day that failed, instead of building on the day before it.

    Dagster can't say this in the graph of assets: a self-dependent asset is never in one run with
    the assets that it is made of.

    Raises:
        Failure: when the same backfill holds the day before and did not publish it.
    """
    backfill = context.run.tags.get("dagster/backfill")
    if backfill is None:
        return
    runs = context.instance.get_runs(RunsFilter(tags={"dagster/backfill": backfill}))
    before = [run for run in runs if day_of_run(run.tags) == day_before(day)]
    if before and not any(run.status is DagsterRunStatus.SUCCESS for run in before):
        raise Failure(f"{LEFT_OUT} the day before {day} was not published.", allow_retries=False)
