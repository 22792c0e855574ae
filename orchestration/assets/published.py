"""The published version of a day: validated, then published or kept back."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetDep,
    AssetKey,
    AssetSpec,
    Failure,
    FreshnessPolicy,
    MaterializeResult,
    MetadataValue,
    TimeWindowPartitionMapping,
)

from orchestration.asset_checks import validation_results
from orchestration.assets.dbt import DbtGraph
from orchestration.checks.errors import ValidationError
from orchestration.checks.results import Validation
from orchestration.checks.validate import validate
from orchestration.publish.errors import PublishError
from orchestration.publish.manifest import Manifest
from orchestration.publish.publish import publish
from orchestration.settings import Settings

PUBLISHED_VERSION = AssetKey(["published_version"])

# Built every morning: a day and a half leaves a night for repair.
ONE_A_DAY = FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=27)
)


def published_spec(graph: DbtGraph) -> AssetSpec:
    """Return the asset of a day's published version.

    It depends on the version of the day before, on which its history stands; that is what makes a
    backfill go day by day.
    """
    day_before = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    models = [spec.key for spec in graph.specs if _is_public(graph, spec)]
    return AssetSpec(
        PUBLISHED_VERSION,
        deps=[*models, AssetDep(PUBLISHED_VERSION, partition_mapping=day_before)],
        description=(
            "The version that readers meet: every public table of one whole, validated build, "
            "published at once or not at all."
        ),
        group_name="published",
        owners=["team:analytics-engineering"],
        kinds={"duckdb", "parquet"},
        freshness_policy=ONE_A_DAY,
        metadata={"table_name": "published/current"},
    )


def _is_public(graph: DbtGraph, spec: AssetSpec) -> bool:
    node = graph.manifest["nodes"][spec.metadata["dagster_dbt/unique_id"]]
    return bool(node["config"].get("access") == "public" or node["resource_type"] == "seed")


def publish_day(
    settings: Settings, day: str, accepted: Collection[str]
) -> Iterator[AssetCheckResult | MaterializeResult[Any]]:
    """Validate the warehouse and publish it; what was found is told in any case.

    Args:
        settings: the shop's warehouse and its published versions.
        day: the day that the warehouse must be built for.
        accepted: segments whose swing is let through.

    Raises:
        Failure: when it is not published; its text names the checks that failed, with the numbers.
    """
    with TemporaryDirectory() as folder:
        data_docs = Path(folder)
        validation = check(settings, accepted, data_docs)
        yield from validation_results(validation.results)
        if validation.as_of_date != date.fromisoformat(day):
            raise Failure(
                f"Not published: the warehouse was built for {validation.as_of_date}, not {day}.",
                allow_retries=False,
            )
        try:
            version = publish(settings, validation, data_docs)
        except PublishError as error:
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
    except ValidationError as error:
        raise Failure(f"Not published: {error}", allow_retries=False) from error


def describe_refusal(validation: Validation, error: PublishError) -> str:
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
