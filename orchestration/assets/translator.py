"""How a dbt node is shown as an asset: its group, owner, tags and description."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dagster_dbt import DagsterDbtTranslator

from orchestration.runbook import NOT_BUILT, section, when_it_fails
from segmentry.project.segment_catalog import CatalogSegment

DEFAULT_OWNER = "analytics engineering"


class Translator(DagsterDbtTranslator):
    """Shows models by layer, and segments with the owner and family of the segment catalog."""

    def __init__(self, catalog: Iterable[CatalogSegment]) -> None:
        """Take the segments of the project."""
        super().__init__()
        self._segments = {f"segment_{segment.name}": segment for segment in catalog}

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the layer of a model, which is its first folder, or the kind of anything else."""
        return _get_layer(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Return the segment's owner, else the owner of the dbt group, as a team."""
        segment = self._segments.get(dbt_resource_props["name"])
        return [_get_team(segment.owner if segment else _get_owner(dbt_resource_props))]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """Return dbt's own tags and, for a segment, its family and whether it is sensitive."""
        tags = super().get_tags(dbt_resource_props)
        segment = self._segments.get(dbt_resource_props["name"])
        return {**tags, **(_get_segment_tags(segment) if segment else {})}

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the documentation, and what to do when it fails; the SQL is in the repository."""
        description = _get_description(dbt_resource_props)
        return f"{description}\n\n{when_it_fails(_get_layer(dbt_resource_props))}"

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what dbt says of its columns, and the section of the runbook."""
        metadata = super().get_metadata(dbt_resource_props)
        return {**metadata, "runbook": section(NOT_BUILT)}


def _get_layer(node: Mapping[str, Any]) -> str:
    if node["resource_type"] == "source":
        return str(node["source_name"])
    return "seeds" if node["resource_type"] == "seed" else str(node["fqn"][1])


def _get_owner(node: Mapping[str, Any]) -> str:
    # Dagster puts the whole dbt group where dbt has its name.
    group = node.get("group")
    if isinstance(group, Mapping):
        return str(group["owner"]["name"])
    return str(node["config"].get("meta", {}).get("owner", DEFAULT_OWNER))


def _get_team(owner: str) -> str:
    return "team:" + re.sub(r"[^a-z0-9]+", "-", owner.lower()).strip("-")


def _get_segment_tags(segment: CatalogSegment) -> dict[str, str]:
    return {
        "segmentry/family": segment.family,
        "segmentry/sensitive": str(segment.is_sensitive).lower(),
    }


def _get_description(node: Mapping[str, Any]) -> str:
    return str(node["description"]).strip() or f"The {node['resource_type']} {node['name']}."
