"""Which models a change concerns."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from segmentry.errors import WhatIfError
from segmentry.records.last_build import MEMBERSHIPS, LastBuild
from segmentry.what_if.scratch import Definition


@dataclass(frozen=True)
class Change:
    """A model that today's definitions would build differently.

    Attributes:
        model: its name.
        what: what changed, in words.
    """

    model: str
    what: str


def find_changes(definitions: Mapping[str, Definition], last_build: LastBuild) -> list[Change]:
    """Return the memberships and the models above them whose definition isn't the one built.

    A model that a partial build has left behind, older than one that it reads, is among them.
    """
    changes = []
    for name in order_above_memberships(definitions):
        definition = definitions[name]
        built = last_build.models.get(name)
        if built is None:
            changes.append(Change(name, "new"))
        elif built.fingerprint != definition.fingerprint:
            changes.append(Change(name, describe(built.variables, definition.variables)))
        elif not definition.is_staging and any(
            last_build.models[parent].built_at > built.built_at
            for parent in definition.parents & last_build.models.keys()
        ):
            changes.append(Change(name, "older than what it reads"))
    return changes


def describe(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say which vars of a changed model have other values, or that the rule itself is another."""
    differences = [
        f"{name} {before.get(name, 'unused')} → {after.get(name, 'unused')}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name, "unused") != after.get(name, "unused")
    ]
    return ", ".join(differences) or "another rule"


def find_affected(definitions: Mapping[str, Definition], changes: list[Change]) -> set[str]:
    """Return the changed models and every model between them and the memberships.

    Raises:
        WhatIfError: when raw rows would be read in another way.
    """
    affected = {change.model for change in changes}
    for name in order_above_memberships(definitions):
        if affected & definitions[name].parents:
            affected.add(name)
    staging = sorted(name for name in affected if definitions[name].is_staging)
    if staging:
        raise WhatIfError(
            "What-if starts from the rows that the last build has read, and this changes how they "
            f"are read, in {', '.join(staging)} ({summarize(changes)}). Build it beside the last "
            "build and compare the two: SEGMENTRY_WAREHOUSE=warehouse/other.duckdb dbt build"
        )
    return affected


def summarize(changes: Iterable[Change], style: Callable[[str], str] = str) -> str:
    """Name what changed and where, the names of models in a style."""
    models: dict[str, list[str]] = {}
    for change in changes:
        models.setdefault(change.what, []).append(style(change.model))
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in models.items())


def order_above_memberships(definitions: Mapping[str, Definition]) -> list[str]:
    """Return the memberships and every model and seed above them, parents first."""
    if MEMBERSHIPS not in definitions:
        raise WhatIfError(f"The project has no model {MEMBERSHIPS}.")
    wanted: set[str] = set()
    waiting = [MEMBERSHIPS]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting.extend(definitions[name].parents)
    return list(
        TopologicalSorter(
            {name: sorted(definitions[name].parents) for name in sorted(wanted)}
        ).static_order()
    )
