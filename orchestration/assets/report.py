"""The segment report of the published version, for people."""

import time

from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    Failure,
    MaterializeResult,
    MetadataValue,
    asset,
)

from orchestration.assets.published import PUBLISHED_VERSION
from orchestration.backfills import ONE_DAY_A_RUN
from orchestration.runbook import NOT_PUBLISHED, section, see
from segmentry.errors import SegmentryError
from segmentry.records.versions import current_version
from segmentry.report.writing import write_report
from segmentry.settings.shop import Settings


def segment_report(version: AssetsDefinition) -> AssetsDefinition:
    """Return the report of the version that readers meet.

    Args:
        version: the published version.
    """

    @asset(
        name="segment_report",
        deps=[PUBLISHED_VERSION],
        partitions_def=version.partitions_def,
        backfill_policy=ONE_DAY_A_RUN,
        group_name="published",
        owners=["team:analytics-engineering"],
        kinds={"html"},
        description=(
            "What the current version says of the shop and of every segment, as one page.\n\n"
            "**When it fails:** what is published stands: mend the cause and materialize it alone. "
            f"{see(NOT_PUBLISHED)}"
        ),
        metadata={"runbook": section(NOT_PUBLISHED)},
    )
    def write_page(context: AssetExecutionContext) -> MaterializeResult[None]:
        """Write the report of the current version."""
        published = Settings.from_environment().published
        started = time.monotonic()
        try:
            current = current_version(published)
            if current is None:
                raise Failure(f"Nothing is published in {published} yet.", allow_retries=False)
            page = write_report(published, current)
        except SegmentryError as error:
            raise Failure(f"No report: {error}", allow_retries=False) from error
        return MaterializeResult(
            metadata={
                "page": MetadataValue.path(page),
                "build_id": MetadataValue.text(current.build_id),
                "bytes": MetadataValue.int(page.stat().st_size),
                "seconds": MetadataValue.float(round(time.monotonic() - started, 2)),
            }
        )

    return write_page
