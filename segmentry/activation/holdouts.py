"""The experiments that syncs name, as a build reads them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from segmentry.activation.config import Audience, Sync, check_experiments, read_syncs


def declared_experiments(folder: Path) -> str:
    """Return the experiments of a folder of syncs, as a JSON list with a row for each way in.

    Raises:
        SyncError: when a sync can't be read, or two of them disagree about an experiment: nobody is
            assigned in doubt.
    """
    return json.dumps(list(_rows(read_syncs(folder))), ensure_ascii=True)


def _rows(syncs: Mapping[str, Sync]) -> Iterator[dict[str, Any]]:
    check_experiments(syncs)
    for sync in syncs.values():
        if sync.holdout is None:
            continue
        terms = sync.holdout.model_dump(mode="json")
        experiment = terms.pop("name")
        for audience in sync.audiences:
            for way in _ways_into(audience):
                yield {"experiment": experiment, **terms, **way}


def _ways_into(audience: Audience) -> Iterator[dict[str, str | None]]:
    """Yield the segments, or the destination, by which people are in; neither is everybody."""
    for segment in audience.segments:
        plain, _, value = segment.partition(":")
        yield {"segment": plain, "segment_value": value, "destination": None}
    if not audience.segments:
        yield {"segment": None, "segment_value": None, "destination": audience.tag}
