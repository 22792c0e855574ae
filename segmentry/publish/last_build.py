"""Publishes the last build: writes its files, validates them, and makes them what readers meet."""

from collections.abc import Collection
from pathlib import Path

import duckdb

from segmentry.checks.results import Validation
from segmentry.checks.validate import validate
from segmentry.publish.publish import Audit, publish, write_databases
from segmentry.records.build import open_build
from segmentry.records.versions import Version
from segmentry.settings.scratch import ScratchFolder
from segmentry.settings.shop import ROOT, Settings


def audit_of(settings: Settings, accepted: Collection[str]) -> Audit:
    """Return the audit of a shop's versions.

    Args:
        settings: the warehouse, and the folder of published versions.
        accepted: what is let through: segments whose swing is meant, names of checks.
    """

    def audit(build: duckdb.DuckDBPyConnection, folder: Path, data_docs: Path) -> Validation:
        return validate(build, folder, settings, accepted, data_docs)

    return audit


def publish_last_build(
    settings: Settings, accepted: Collection[str], keep: int, older: bool = False
) -> Version:
    """Validate the last build as it would be read, and publish it.

    Args:
        settings: the warehouse, and the folder of published versions.
        accepted: what is let through: segments whose swing is meant, names of checks.
        keep: how many of the latest versions stay on disk.
        older: whether a build for an earlier day than the current version's becomes current.

    Raises:
        SegmentryError: when it can't be validated, or may not be published.
    """
    return publish(settings, audit_of(settings, accepted), keep, older)


def check_last_build(settings: Settings, accepted: Collection[str], data_docs: Path) -> Validation:
    """Validate the last build as it would be read, and publish nothing.

    Args:
        settings: the warehouse, and the folder of published versions.
        accepted: what is let through: segments whose swing is meant, names of checks.
        data_docs: the folder that the page about it is written to.

    Raises:
        SegmentryError: when it can't be validated.
    """
    with ScratchFolder(ROOT, "checking") as folder, open_build(settings.warehouse) as build:
        write_databases(build, folder, build_id="")
        return validate(build, folder, settings, accepted, data_docs)
