"""What is told of published versions."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from segmentry.records.folders import CURRENT
from segmentry.records.versions import Stored, Version
from segmentry.settings.shop import ROOT, Settings


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


def versions_table(stored: Stored, published: Path) -> Table:
    """Return versions as a table for people, the latest first, and what is damaged."""
    table = Table("version", "day", "published", "continues", "customers", "", box=None)
    for version in reversed(stored.versions):
        manifest = version.manifest
        is_current = (published / CURRENT).resolve() == version.folder.resolve()
        table.add_row(
            version.build_id,
            manifest.as_of_date.isoformat(),
            f"{manifest.published_at:%Y-%m-%d %H:%M} UTC",
            manifest.based_on or "",
            f"{manifest.row_counts.get('customer_facts', 0):,}",
            "current" if is_current else "",
        )
    for build_id, damage in stored.damaged.items():
        table.add_row(build_id, "", "", "", "", f"damaged: {damage}")
    return table
