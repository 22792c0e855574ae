"""Writes the report of a published version beside its files."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from segmentry.records.folders import make_folder, write_at_once
from segmentry.records.versions import Version, read_stored
from segmentry.report.page import render
from segmentry.settings.shop import ROOT
from segmentry.settings.variables import configured_variables

FOLDER, PAGE = "report", "index.html"


def write_report(published: Path, version: Version) -> Path:
    """Write the report of a version into its folder, at once, and return where it is.

    It is no part of what the manifest names: it can be written again, after a sync, say.

    Args:
        published: the folder of published versions.
        version: the version.

    Raises:
        RecordsError: when the version can't be read.
    """
    least_group = int(configured_variables(ROOT)["report_min_group"])
    folder = version.folder / FOLDER
    make_folder(folder, 0o755)
    page = folder / PAGE
    write_at_once(page, render(version, accepted_by_day(published), least_group))
    page.chmod(0o644)
    return page


def accepted_by_day(published: Path) -> Mapping[date, Sequence[str]]:
    """Return what was let through for the versions that are kept, by their day."""
    return {
        kept.manifest.as_of_date: kept.manifest.accepted
        for kept in read_stored(published).versions
        if kept.manifest.accepted
    }
