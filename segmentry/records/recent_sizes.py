"""What the published versions tell of the segments' recent history."""

from collections.abc import Sequence
from datetime import date

from segmentry.records.versions import Version


def recent_sizes(
    versions: Sequence[Version], segment: str, as_of_date: date, days: int
) -> list[int]:
    """Return the sizes of a segment that a build is compared with, oldest first.

    Of each day before that of the build the version published last counts. Once a swing was let
    through, the segment's history starts anew with that version, even with one of the same day:
    what was accepted is what is expected from then on.

    Args:
        versions: the versions that led to the current one, oldest first.
        segment: the segment's name.
        as_of_date: the day of the build.
        days: how many days count at most, the latest ones.
    """
    sizes: dict[date, int] = {}
    for manifest in (version.manifest for version in versions):
        is_accepted = segment in manifest.accepted
        if segment not in manifest.fingerprints or manifest.as_of_date > as_of_date:
            continue
        if is_accepted:
            sizes = {}
        if manifest.as_of_date < as_of_date or is_accepted:
            sizes[manifest.as_of_date] = manifest.segment_sizes.get(segment, 0)
    return [sizes[day] for day in sorted(sizes)[-days:]]
