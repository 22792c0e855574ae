"""Writes the report of a published version beside its files."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from segmentry.activation.command import folder_of_syncs
from segmentry.activation.config import Sync, read_syncs
from segmentry.activation.errors import SyncError
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
    variables = configured_variables(ROOT)
    folder = version.folder / FOLDER
    make_folder(folder, 0o755)
    page = folder / PAGE
    html = render(
        version,
        accepted_by_day(published),
        int(variables["report_min_group"]),
        syncs=readable_syncs(),
        docs_url=str(variables["docs_url"]),
    )
    write_at_once(page, html)
    page.chmod(0o644)
    return page


def accepted_by_day(published: Path) -> Mapping[date, Sequence[str]]:
    """Return what was let through for the versions that are kept, by their day."""
    return {
        kept.manifest.as_of_date: kept.manifest.accepted
        for kept in read_stored(published).versions
        if kept.manifest.accepted
    }


def readable_syncs() -> Mapping[str, Sync] | None:
    """Return the syncs there are, by name; None when any can't be read: no report waits for it."""
    try:
        return read_syncs(folder_of_syncs())
    except SyncError:
        return None
