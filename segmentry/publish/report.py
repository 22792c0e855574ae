"""What is told of published versions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from segmentry.checks.definitions import DEFINITION_CHECK
from segmentry.records.build import sample
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
    for warning in told_warnings(warnings):
        console.print(
            f"Warning: {warning}",
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


def told_warnings(warnings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is said of warnings: a line each, but one for all definitions that changed.

    A changed fact or macro changes the definition of every segment below it.
    """
    marker = DEFINITION_CHECK.partition("{}")[2]
    changed = [
        result["name"].removeprefix("segment_").removesuffix(marker)
        for result in warnings
        if result["name"].endswith(marker)
    ]
    lines = [
        f"{result['name']}: {result['message']}"
        for result in warnings
        if len(changed) == 1 or not result["name"].endswith(marker)
    ]
    if len(changed) > 1:
        lines.append(
            f"the definitions of {len(changed)} segments are not the published ones: "
            f"{sample(changed)}. Who enters and leaves stands on the page of the validation."
        )
    return lines


def version_as_dict(version: Version, published: Path) -> dict[str, Any]:
    """Return what programs are told of a version; its manifest, `manifest.json`, says the rest.

    Args:
        version: the version.
        published: the folder of published versions.
    """
    manifest = version.manifest
    return {
        "build_id": version.build_id,
        "as_of_date": manifest.as_of_date,
        "published_at": manifest.published_at,
        "continues": manifest.based_on,
        "replaced": manifest.replaced,
        "customers": manifest.row_counts.get("customer_facts", 0),
        "is_current": is_current(version, published),
        "folder": version.folder,
    }


def is_current(version: Version, published: Path) -> bool:
    """Tell whether a version is the one that readers meet."""
    return (published / CURRENT).resolve() == version.folder.resolve()


def versions_table(stored: Stored, published: Path) -> Table:
    """Return versions as a table for people, the latest first, and what is damaged."""
    table = Table("version", "day", "published", "continues", "customers", "", box=None)
    for version in reversed(stored.versions):
        manifest = version.manifest
        table.add_row(
            version.build_id,
            manifest.as_of_date.isoformat(),
            f"{manifest.published_at:%Y-%m-%d %H:%M} UTC",
            manifest.based_on or "",
            f"{manifest.row_counts.get('customer_facts', 0):,}",
            "current" if is_current(version, published) else "",
        )
    for build_id, damage in stored.damaged.items():
        table.add_row(build_id, "", "", "", "", f"damaged: {damage}")
    return table
