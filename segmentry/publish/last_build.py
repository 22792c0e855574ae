"""Publishes the last build: checks it first, and publishes it when it is sound."""

from segmentry.checks.validate import validate
from segmentry.publish.publish import publish
from segmentry.records.versions import Version
from segmentry.settings.scratch import ScratchFolder
from segmentry.settings.shop import ROOT, Settings


def publish_last_build(
    settings: Settings, accepted: list[str], keep: int, older: bool = False
) -> Version:
    """Check the last build and publish it.

    Args:
        settings: the warehouse, and the folder of published versions.
        accepted: what is let through: segments whose swing is meant, names of checks.
        keep: how many of the latest versions stay on disk.
        older: whether a build for an earlier day than the current version's becomes current.

    Raises:
        SegmentryError: when it can't be checked, or may not be published.
    """
    with ScratchFolder(ROOT, "publishing") as folder:
        data_docs = folder / "validation"
        validation = validate(settings, accepted, data_docs)
        return publish(settings, validation, data_docs, keep, older)
