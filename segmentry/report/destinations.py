"""Where the segments of a version go: the audiences of the syncs that name them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from segmentry.activation.audiences import is_tagged
from segmentry.activation.config import Audience, Sync
from segmentry.report.figures import Row


@dataclass(frozen=True)
class Destination:
    """An audience that a segment is sent to.

    Attributes:
        sync: the name of the sync.
        platform: where it goes.
        audience: what the platform calls it.
        segment_value: the value whose people are sent; the empty text for all.
        is_enabled: whether Dagster runs the sync.
    """

    sync: str
    platform: str
    audience: str
    segment_value: str
    is_enabled: bool


def destinations(syncs: Mapping[str, Sync], catalog: Iterable[Row]) -> dict[str, list[Destination]]:
    """Return where each segment goes, those that nobody sends left out.

    An audience of everyone is sent because of no segment.

    Args:
        syncs: the syncs by name.
        catalog: a row per segment with `segment`, `destinations` and `is_sensitive`.
    """
    rows = list(catalog)
    found: dict[str, list[Destination]] = {}
    for name, sync in syncs.items():
        for audience in sync.audiences:
            for segment, value in _sent(audience, rows):
                found.setdefault(segment, []).append(
                    Destination(name, sync.platform, audience.id, value, sync.enabled)
                )
    return found


def _sent(audience: Audience, catalog: Iterable[Row]) -> list[tuple[str, str]]:
    if audience.tag is None:
        parts = [segment.partition(":") for segment in audience.segments]
        return [(segment, value) for segment, _, value in parts]
    return [
        (str(row.segment), "")
        for row in catalog
        if is_tagged(audience, row.destinations.value, row.is_sensitive.value)
    ]
