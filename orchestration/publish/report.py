"""What is told of a version that has just been published."""

from pathlib import Path

from rich.console import Console

from orchestration.publish.folders import CURRENT
from orchestration.publish.versions import Version
from orchestration.settings import ROOT, Settings


def shown(path: Path) -> Path:
    """Return a path as it is shown: one in the project starts at its root."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def print_published(version: Version, settings: Settings, console: Console) -> None:
    """Say which version readers meet, where, and which expectations it breaks as warnings.

    Args:
        version: the version that is current now.
        settings: the folder of published versions.
        console: where that is shown.
    """
    results = version.manifest.validation["results"]
    warnings = [result for result in results if not result["success"]]
    console.print(
        f"Published as [bold]{version.build_id}[/bold], of {version.manifest.as_of_date}: "
        f"{len(results):,} expectations asked, {len(warnings)} with a warning.",
        highlight=False,
    )
    for result in warnings:
        console.print(
            f"Warning: {result['name']}: {result['message']}",
            style="yellow",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    current = shown(settings.published / CURRENT)
    console.print(
        f"For BI: {current}/segmentry.duckdb and {current}/parquet. "
        f"What was asked and answered: {current}/validation/index.html",
        style="dim",
        highlight=False,
        soft_wrap=True,
    )
