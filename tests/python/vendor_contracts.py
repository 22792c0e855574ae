"""The vendors' own descriptions of their APIs, which the project does not hold, repaired."""

import json
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from segmentry.settings.shop import ROOT
from segmentry.simulators.contract import Contract, SentRequest
from segmentry.simulators.server import Entry

SPECS = ROOT.parent / "shared" / "specs"

needs_specs = pytest.mark.skipif(
    not SPECS.is_dir(), reason=f"the vendors' API descriptions are not in {SPECS}"
)


def repaired(description: Any) -> Any:
    """Return a description that is as strict as it is meant to be.

    `nullable: true` without a `type` switches off what a schema says, and a header with a default
    counts as sent.
    """
    if isinstance(description, list):
        return [repaired(part) for part in description]
    if not isinstance(description, dict):
        return description
    parts = {name: repaired(part) for name, part in description.items()}
    if parts.get("nullable") is True and "type" not in parts:
        del parts["nullable"]
        parts = {"anyOf": [parts, {"enum": [None]}]}
    if parts.get("in") == "header" and isinstance(parts.get("schema"), dict):
        parts["schema"].pop("default", None)
    return parts


def description_of(path: Path) -> dict[str, Any]:
    """Return a vendor's file, repaired."""
    text = path.read_text(encoding="utf-8")
    read = json.loads(text) if path.suffix == ".json" else yaml.load(text, yaml.CSafeLoader)
    return dict(repaired(read))


def cut_down(description: dict[str, Any], used_paths: Collection[str]) -> dict[str, Any]:
    """Return some paths of a description and what they refer to: the whole takes long to read.

    Places in paths hold any text; their descriptions are left out.
    """
    paths = {path: without_places(description["paths"][path]) for path in used_paths}
    components = {"securitySchemes": description["components"].get("securitySchemes", {})}
    waiting: list[Any] = [paths]
    while waiting:
        text = json.dumps(waiting.pop())
        for kind, name in re.findall(r'"#/components/(\w+)/([^"]+)"', text):
            there = components.setdefault(kind, {})
            if name not in there:
                there[name] = description["components"][kind][name]
                waiting.append(there[name])
    return {**description, "paths": paths, "components": components}


def without_places(described: Any) -> Any:
    """Return what is described of a path without the parameters that stand in the path."""
    if not isinstance(described, dict):
        return described
    parts = {name: without_places(part) for name, part in described.items()}
    if isinstance(parameters := parts.get("parameters"), list):
        parts["parameters"] = [each for each in parameters if each.get("in") != "path"]
    return parts


def sent_of(entry: Entry) -> SentRequest:
    """Return what stands in a journal as a contract looks at it."""
    request = entry.request
    return SentRequest(
        request.method.lower(), request.url, dict(request.headers), request.body or None
    )


def check_all(entries: Iterable[Entry], contracts: Iterable[tuple[str, Contract]]) -> None:
    """Hold requests against the first contract whose paths begin as theirs do.

    Args:
        entries: of a journal.
        contracts: with the beginning of their paths.

    Raises:
        ContractError: when one would not be taken.
    """
    known = list(contracts)
    for entry in entries:
        path = urlsplit(entry.request.url).path
        next(contract for start, contract in known if path.startswith(start)).check(sent_of(entry))
