"""One day of the shop: built, tested, validated and published in one step."""

from collections.abc import Iterator
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    BackfillPolicy,
    Config,
    DagsterRunStatus,
    DailyPartitionsDefinition,
    Failure,
    RunsFilter,
    multi_asset,
)
from dagster_dbt import DbtCliResource
from pydantic import Field

from orchestration.asset_checks import dbt_checks, validation_checks
from orchestration.assets.dbt import DbtGraph, build_day
from orchestration.assets.published import publish_day, published_spec
from orchestration.locks import retried_when_locked
from orchestration.partitions import day_before
from orchestration.settings import Settings

# DuckDB has one writer: runs that write the warehouse wait for each other.
WRITER_POOL = "duckdb_writer"


class DayConfig(Config):
    """What may be said when a day is started by hand."""

    accept: list[str] = Field(
        default=[], description="Segments whose swing in size is let through, such as one_timers."
    )


def day_asset(graph: DbtGraph, partitions: DailyPartitionsDefinition) -> AssetsDefinition:
    """Return everything that is made in a day as one step.

    One step, because a day is published whole or not at all, and because Dagster orders the days of
    a backfill by steps: a day is built on the published version of the day before, not beside it.
    """

    @multi_asset(
        name="shop_day",
        specs=[*graph.specs, published_spec(graph)],
        check_specs=[
            *dbt_checks(graph.specs, graph.manifest, graph.translator, graph.project),
            *validation_checks(),
        ],
        partitions_def=partitions,
        backfill_policy=BackfillPolicy.multi_run(max_partitions_per_run=1),
        pool=WRITER_POOL,
    )
    def shop_day(
        context: AssetExecutionContext, config: DayConfig, dbt: DbtCliResource
    ) -> Iterator[Any]:
        """Build, test, validate and publish one day."""
        day = context.partition_key
        require_day_before(context, day)
        with retried_when_locked():
            yield from build_day(context, dbt, graph, day)
            yield from publish_day(Settings.from_environment(), day, config.accept)

    return shop_day


def require_day_before(context: AssetExecutionContext, day: str) -> None:
    """Stop a backfill at the first day that failed, instead of building on the day before it.

    Backfills of assets wait for each day by themselves; those of the job are queued all at once.

    Raises:
        Failure: when the same backfill holds the day before and did not publish it.
    """
    backfill = context.run.tags.get("dagster/backfill")
    if backfill is None:
        return
    tags = {"dagster/backfill": backfill, "dagster/partition": day_before(day)}
    runs = context.instance.get_runs(RunsFilter(tags=tags))
    if runs and not any(run.status is DagsterRunStatus.SUCCESS for run in runs):
        raise Failure(f"Not built: the day before {day} was not published.", allow_retries=False)
