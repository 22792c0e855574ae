"""Publishes the last build: checks it first, and publishes it when it is sound."""

from orchestration.publish.errors import PublishError
from orchestration.publish.publish import publish
from orchestration.publish.versions import Version
from orchestration.settings import ROOT, Settings
from segmentry.settings.scratch import ScratchFolder


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
        PublishError: when it may not be published.
    """
    # Great Expectations takes seconds to load, and a roll-back needs none of it.
    from orchestration.checks.errors import ValidationError
    from orchestration.checks.validate import validate

    with ScratchFolder(ROOT, "publishing") as folder:
        data_docs = folder / "validation"
        try:
            validation = validate(settings, accepted, data_docs)
        except ValidationError as error:
            raise PublishError(str(error)) from error
        return publish(settings, validation, data_docs, keep, older)
