"""The experiments that syncs name, as a build reads them."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from segmentry.activation.config import Audience, Holdout, Sync, read_sync
from segmentry.activation.errors import SyncError


def declared_experiments(folder: Path) -> str:
    """Return the experiments of a folder of syncs, as a JSON list with a row for each way in.

    A sync that can't be read, or whose terms another contradicts, sends nobody and says why when it
    runs; until then nobody is assigned by it, and the build goes on.
    """
    syncs = list(_readable(folder))
    terms: dict[str, list[Holdout]] = {}
    for sync in syncs:
        if sync.holdout:
            terms.setdefault(sync.holdout.name, []).append(sync.holdout)
    rows = [
        {"experiment": holdout.name, **holdout.model_dump(mode="json", exclude={"name"}), **way}
        for sync in syncs
        if (holdout := sync.holdout) and all(other == holdout for other in terms[holdout.name])
        for audience in sync.audiences
        for way in _ways_into(audience)
    ]
    return json.dumps(rows)


def _readable(folder: Path) -> Iterator[Sync]:
    for path in sorted(folder.glob("*.yml")):
        with suppress(SyncError):
            yield read_sync(path)


def _ways_into(audience: Audience) -> Iterator[dict[str, str | None]]:
    """Yield the segments, or the destination, by which people are in; neither is everybody."""
    for segment in audience.segments:
        plain, _, value = segment.partition(":")
        yield {"segment": plain, "segment_value": value, "destination": None}
    if not audience.segments:
        yield {"segment": None, "segment_value": None, "destination": audience.tag}
