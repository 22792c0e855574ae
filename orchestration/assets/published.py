"""The published version of a day: validated, then published or kept back."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Config,
    Failure,
    FreshnessPolicy,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)
from pydantic import Field

from orchestration.asset_checks import validation_checks, validation_results
from orchestration.backfills import ONE_DAY_A_RUN
from orchestration.locks import retried_when_locked
from segmentry.checks.results import Validation
from segmentry.checks.validate import validate
from segmentry.errors import RecordsError, SegmentryError
from segmentry.publish.publish import publish
from segmentry.records.manifest import Manifest
from segmentry.settings.scratch import ScratchFolder
from segmentry.settings.shop import ROOT, Settings

PUBLISHED_VERSION = AssetKey(["published_version"])

# Built every morning: a day and a half leaves a night for repair.
ONE_A_DAY = FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=27)
)


class PublishConfig(Config):
    """What may be said when a day is started by hand."""

    accept: list[str] = Field(
        default=[],
        description="What is let through: segments whose swing in size is meant, such as "
        "one_timers, or checks that may fail, by name.",
    )
    older: bool = Field(
        default=False,
        description="Whether a day before the current version's becomes what readers meet.",
    )


def published_version(models: AssetsDefinition) -> AssetsDefinition:
    """Return the published version of a day, made of all models and seeds.

    Args:
        models: the models and seeds.
    """
    spec = AssetSpec(
        PUBLISHED_VERSION,
        deps=sorted(models.keys),
        description=(
            "The version that readers meet: every public table of one whole, validated build, "
            "published at once or not at all."
        ),
        group_name="published",
        owners=["team:analytics-engineering"],
        kinds={"duckdb", "parquet"},
        freshness_policy=ONE_A_DAY,
    )

    @multi_asset(
        name="publish",
        specs=[spec],
        check_specs=validation_checks(),
        partitions_def=models.partitions_def,
        backfill_policy=ONE_DAY_A_RUN,
        # The validation checks the tables that are published, which are not made here.
        allow_arbitrary_check_specs=True,
    )
    def publish_version(context: AssetExecutionContext, config: PublishConfig) -> Iterator[Any]:
        """Validate the warehouse and publish it."""
        settings = Settings.from_environment()
        with retried_when_locked(context, settings.warehouse):
            yield from publish_day(
                settings,
                context.partition_key_range.start,
                config.accept,
                config.older,
            )

    return publish_version


def publish_day(
    settings: Settings, day: str, accepted: Collection[str], older: bool
) -> Iterator[AssetCheckResult | MaterializeResult[Any]]:
    """Validate the warehouse and publish it; what was found is told in any case.

    Args:
        settings: the shop's warehouse and its published versions.
        day: the day that the warehouse must be built for.
        accepted: what is let through: segments whose swing is meant, names of checks.
        older: whether a day before the current version's becomes what readers meet.

    Raises:
        Failure: when it is not published; its text names the checks that failed, with the numbers.
    """
    with ScratchFolder(ROOT, "publishing") as folder:
        data_docs = folder / "validation"
        validation = check(settings, accepted, data_docs)
        yield from validation_results(validation)
        if validation.as_of_date != date.fromisoformat(day):
            raise Failure(
                f"Not published: the warehouse was built for {validation.as_of_date}, not {day}.",
                allow_retries=False,
            )
        try:
            version = publish(settings, validation, data_docs, older=older)
        except RecordsError as error:
            raise Failure(describe_refusal(validation, error), allow_retries=False) from error
    yield MaterializeResult(
        asset_key=PUBLISHED_VERSION, metadata=_describe(version.manifest, validation)
    )


def check(settings: Settings, accepted: Collection[str], data_docs: Path) -> Validation:
    """Validate the warehouse.

    Raises:
        Failure: when nothing can be said of it.
    """
    try:
        return validate(settings, accepted, data_docs)
    except SegmentryError as error:
        raise Failure(f"Not published: {error}", allow_retries=False) from error


def describe_refusal(validation: Validation, error: RecordsError) -> str:
    """Return why a day was not published: the failed checks with their numbers, no ids."""
    if validation.success:
        return f"Not published: {error}"
    failures = "\n".join(f"- {failed.name}: {failed.message}" for failed in validation.failures)
    return f"Not published: {len(validation.failures)} blocking checks failed.\n{failures}"


def _describe(manifest: Manifest, validation: Validation) -> dict[str, MetadataValue[Any]]:
    sizes = sorted(manifest.segment_sizes.items())
    return {
        "build_id": MetadataValue.text(manifest.build_id),
        "based_on": MetadataValue.text(manifest.based_on or "none"),
        "accepted": MetadataValue.text(", ".join(manifest.accepted) or "none"),
        "checks": MetadataValue.int(len(validation.results)),
        "warnings": MetadataValue.int(len(validation.warnings)),
        "rows": MetadataValue.int(sum(manifest.row_counts.values())),
        **{f"customers/{segment}": MetadataValue.int(size) for segment, size in sizes},
    }
