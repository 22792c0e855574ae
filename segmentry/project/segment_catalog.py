"""The catalog of segments: what the YAML beside each rule says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from segmentry.settings.shop import ROOT


@dataclass(frozen=True)
class CatalogSegment:
    """What the project says of a segment; texts name vars in backticks.

    Attributes:
        name: its key.
        family: the folder of its model.
        label: its name for people.
        meaning: who is in it, in a sentence for marketers.
        rule: what its model says of its rows.
        typical_use: what marketing does with it.
        owner: the team that answers for it.
        needs: the raw tables without which it is empty; `customers or orders` where either will do.
        destinations: where its members are sent to; none for nowhere.
        exclusive_group: the group of segments of which a customer is in only one; may be empty.
        is_sensitive: whether it is sent nowhere unless listed by name.
        values: what each of its values means, where they are of its own making.
    """

    name: str
    family: str
    label: str
    meaning: str
    rule: str
    typical_use: str
    owner: str
    needs: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    exclusive_group: str = ""
    is_sensitive: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


def read_segment_catalog(project: Path = ROOT) -> list[CatalogSegment]:
    """Return the segments of a project, by family and name.

    Args:
        project: the root of the dbt project.
    """
    paths = sorted((project / "models" / "segments").glob("*/segment_*.yml"))
    return [
        read_segment(path.parent.name, model)
        for path in paths
        for model in read_models(path.read_text(encoding="utf-8"))
    ]


def read_models(text: str) -> list[dict[str, Any]]:
    """Return the models of a YAML; its unit tests, the most of it, are not read."""
    models: list[dict[str, Any]] = yaml.load(
        text.partition("\nunit_tests:\n")[0], yaml.CSafeLoader
    )["models"]
    return models


def read_segment(family: str, model: Mapping[str, Any]) -> CatalogSegment:
    """Return what the YAML of a segment's model says; what it lacks, dbt tells before a build."""
    meta = model.get("config", {}).get("meta", {})
    return CatalogSegment(
        name=model["name"].removeprefix("segment_"),
        family=family,
        label=meta.get("label", ""),
        meaning=meta.get("meaning", ""),
        rule=model.get("description", ""),
        typical_use=meta.get("typical_use", ""),
        owner=meta.get("owner", ""),
        needs=tuple(
            need if isinstance(need, str) else " or ".join(need) for need in meta.get("needs", ())
        ),
        destinations=tuple(meta.get("destinations", ())),
        exclusive_group=meta.get("exclusive_group", ""),
        is_sensitive=meta.get("is_sensitive", False),
        values=meta.get("values", {}),
    )
