"""The published version of a day: validated, then published or kept back."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
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
from orchestration.locks import WAREHOUSE, retried_when_locked
from orchestration.runbook import NOT_PUBLISHED, section, see
from segmentry.checks.results import Validation
from segmentry.checks.validate import validate
from segmentry.errors import RecordsError, SegmentryError
from segmentry.project.small_groups import shown_sizes
from segmentry.publish.publish import publish
from segmentry.records.databases import BI
from segmentry.records.last_build import read_last_build
from segmentry.records.manifest import Manifest
from segmentry.records.table_facts import read_shop_facts
from segmentry.records.versions import Version
from segmentry.settings.shop import Settings

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


def published_version(models: AssetsDefinition, manifest: Mapping[str, Any]) -> AssetsDefinition:
    """Return the published version of a day, made of all models and seeds.

    Args:
        models: the models and seeds.
        manifest: what dbt says of them.
    """
    spec = AssetSpec(
        PUBLISHED_VERSION,
        deps=sorted(models.keys),
        description=(
            "The version that readers meet: every public table of one whole, validated build, "
            "published at once or not at all.\n\n**When it fails:** readers keep the version "
            "before. The failed checks, *expectations* of each table, say with their numbers why "
            f"the day was kept back. {see(NOT_PUBLISHED)}"
        ),
        metadata={"runbook": section(NOT_PUBLISHED)},
        group_name="published",
        owners=["team:analytics-engineering"],
        kinds={"duckdb", "parquet"},
        freshness_policy=ONE_A_DAY,
    )

    @multi_asset(
        name="publish",
        specs=[spec],
        check_specs=validation_checks(manifest),
        partitions_def=models.partitions_def,
        backfill_policy=ONE_DAY_A_RUN,
        pool=WAREHOUSE,
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
    """Validate what was built and publish it; what was found is told in any case.

    Args:
        settings: the shop's warehouse and its published versions.
        day: the day that the warehouse must be built for.
        accepted: what is let through: segments whose swing is meant, names of checks.
        older: whether a day before the current version's becomes what readers meet.

    Raises:
        Failure: when it is not published; its text names the checks that failed, with the numbers.
    """
    found: list[Validation] = []

    def audit(build: duckdb.DuckDBPyConnection, folder: Path, data_docs: Path) -> Validation:
        found.append(validate(build, folder, settings, accepted, data_docs))
        return found[-1]

    started = time.monotonic()
    try:
        built_for = read_last_build(settings.warehouse).as_of_date
        if built_for != date.fromisoformat(day):
            raise RecordsError(f"the warehouse was built for {built_for}, not {day}.")
        version = publish(settings, audit, older=older)
    except SegmentryError as error:
        for validation in found:
            yield from validation_results(validation)
        raise Failure(describe_refusal(found, error), allow_retries=False) from error
    validation = found[0] if found else Validation.from_dict(version.manifest.validation)
    yield from validation_results(validation)
    yield MaterializeResult(
        asset_key=PUBLISHED_VERSION,
        metadata={
            **_describe(version.manifest, validation),
            "validation": MetadataValue.path(version.folder / "validation" / "index.html"),
            "seconds": MetadataValue.float(round(time.monotonic() - started, 1)),
            **_sizes(version, settings.warehouse),
        },
    )


def describe_refusal(found: Sequence[Validation], error: SegmentryError) -> str:
    """Return why a day was not published: the failed checks with their numbers, no ids."""
    failed = [failure for validation in found for failure in validation.failures]
    if not failed:
        return f"Not published: {error}"
    failures = "\n".join(f"- {failure.name}: {failure.message}" for failure in failed)
    return f"Not published: {len(failed)} blocking checks failed.\n{failures}"


def _describe(manifest: Manifest, validation: Validation) -> dict[str, MetadataValue[Any]]:
    return {
        "build_id": MetadataValue.text(manifest.build_id),
        "based_on": MetadataValue.text(manifest.based_on or "none"),
        "accepted": MetadataValue.text(", ".join(manifest.accepted) or "none"),
        "checks": MetadataValue.int(len(validation.results)),
        "warnings": MetadataValue.int(len(validation.warnings)),
    }


def _sizes(version: Version, warehouse: Path) -> dict[str, MetadataValue[Any]]:
    """Return how large the shop, its files and its segments are, to be plotted over days."""
    segments = sorted(shown_sizes(version.manifest.segment_sizes).items())
    shop = read_shop_facts(version.folder / BI.file)
    return {
        "customers": MetadataValue.int(shop.customers),
        "buyers": MetadataValue.int(shop.buyers),
        "orders": MetadataValue.int(shop.orders),
        "net_revenue": MetadataValue.float(shop.net_revenue),
        "email_subscribers": MetadataValue.int(shop.email_subscribers),
        "bytes": MetadataValue.int(sum(version.manifest.files.values())),
        "warehouse_bytes": MetadataValue.int(warehouse.stat().st_size),
        "rows": MetadataValue.int(sum(version.manifest.row_counts.values())),
        **{f"customers/{segment}": MetadataValue.int(size) for segment, size in segments},
    }
