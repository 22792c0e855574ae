"""What the published versions tell of the segments' recent history."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class PublishedSizes:
    """What one published version says of its segments.

    Attributes:
        build_id: the version.
        as_of_date: the day it is for.
        sizes: distinct customers by segment; a segment without any may be left out.
        fingerprints: by which definition each segment of the version was built.
        accepted: the segments whose swing was let through.
        folder: where the version lies.
    """

    build_id: str
    as_of_date: date
    sizes: Mapping[str, int]
    fingerprints: Mapping[str, str]
    accepted: frozenset[str]
    folder: Path


def read_published(published: Path) -> list[PublishedSizes]:
    """Return the published versions up to the current one, oldest first.

    What was published and then rolled back is newer than the current version and left out.

    Args:
        published: the folder of published versions; it need not exist.
    """
    current = published / "current"
    if not current.exists():
        return []
    newest = current.resolve().name
    manifests = sorted((published / "versions").glob("[!.]*/manifest.json"))
    return [read_version(path) for path in manifests if path.parent.name <= newest]


def read_version(manifest: Path) -> PublishedSizes:
    """Read what the manifest of a version says of its segments."""
    contents = json.loads(manifest.read_text(encoding="utf-8"))
    return PublishedSizes(
        build_id=contents["build_id"],
        as_of_date=date.fromisoformat(contents["as_of_date"]),
        sizes=contents["segment_sizes"],
        fingerprints=contents["fingerprints"],
        accepted=frozenset(contents["accepted"]),
        folder=manifest.parent,
    )


def recent_sizes(
    versions: list[PublishedSizes], segment: str, as_of_date: date, days: int
) -> list[int]:
    """Return the sizes of a segment that a build is compared with, oldest first.

    Of each day before that of the build the version published last counts. Once a swing was let
    through, the segment's history starts anew with that version, even with one of the same day:
    what was accepted is what is expected from then on.

    Args:
        versions: the published versions, oldest first.
        segment: the segment's name.
        as_of_date: the day of the build.
        days: how many days count at most, the latest ones.
    """
    sizes: dict[date, int] = {}
    for version in versions:
        is_accepted = segment in version.accepted
        if segment not in version.fingerprints or version.as_of_date > as_of_date:
            continue
        if is_accepted:
            sizes = {}
        if version.as_of_date < as_of_date or is_accepted:
            sizes[version.as_of_date] = version.sizes.get(segment, 0)
    return [sizes[day] for day in sorted(sizes)[-days:]]
