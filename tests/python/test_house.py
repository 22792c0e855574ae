"""The rooms of the house: which may know of which, and what a change of one reaches."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.compiled import CompiledProject
from tests.python.projects import copy_project
from tests.python.warehouse import ROOT, run_dbt

# Each room reads those before it, and itself.
ROOMS = (
    "staging",
    "intermediate",
    "facts",
    "predictions",
    "segments",
    "membership",
    "metrics",
    "activation",
)
# Marts hang on facts and predictions, and nothing but metrics and activation reads them.
READERS_OF_MARTS = {"marts", "metrics", "activation"}
# Macros that look at other models through dbt's graph.
LOOKING = re.compile(r"segment_models\(\)|model_fingerprints\(\)|\bgraph\b")


def room_of(node: Mapping[str, Any]) -> str:
    """Return the room of a model: its first folder."""
    return str(node["fqn"][1])


def reads(manifest: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield every model with each model that it reads."""
    nodes = manifest["nodes"]
    for node in nodes.values():
        if node["resource_type"] == "model":
            for parent in node["depends_on"]["nodes"]:
                if parent.startswith("model."):
                    yield node, nodes[parent]


def ancestors(manifest: Mapping[str, Any], unique_id: str) -> set[str]:
    """Return everything above a node."""
    found: set[str] = set()
    waiting = [unique_id]
    while waiting:
        new = set(manifest["parent_map"].get(waiting.pop(), [])) - found
        found |= new
        waiting += new
    return found


def test_models_read_only_what_comes_before_them(compiled_project: CompiledProject) -> None:
    for model, parent in reads(compiled_project.manifest):
        room, read = room_of(model), room_of(parent)
        said = f"{model['name']} in {room} reads {parent['name']} in {read}"
        if read == "marts":
            assert room in READERS_OF_MARTS, said
        elif room == "marts":
            assert read in ("staging", "intermediate", "facts", "predictions"), said
        else:
            assert ROOMS.index(read) <= ROOMS.index(room), said


def test_no_model_looks_forward_through_the_graph(compiled_project: CompiledProject) -> None:
    """Whoever asks dbt of the segments stands behind them all."""
    manifest = compiled_project.manifest
    segments = {name for name in manifest["nodes"] if name.startswith("model.segmentry.segment_")}
    segments = {name for name in segments if room_of(manifest["nodes"][name]) == "segments"}
    looking = [
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and LOOKING.search(node["raw_code"])
    ]
    assert looking
    for name in looking:
        assert segments <= ancestors(manifest, name), name


def test_whatever_is_published_is_somebodys(compiled_project: CompiledProject) -> None:
    """Every published model is one of an exposure; segments are read through their memberships."""
    manifest = compiled_project.manifest
    exposed = {
        parent
        for exposure in manifest["exposures"].values()
        for parent in exposure["depends_on"]["nodes"]
    }
    published = {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and node["access"] == "public"
        and room_of(node) != "segments"
        and node["config"]["meta"].get("published_in", "bi")
    }
    assert published
    assert published - exposed == set()


def test_the_raw_tables_are_those_of_the_contract(compiled_project: CompiledProject) -> None:
    manifest = compiled_project.manifest
    code = manifest["macros"]["macro.segmentry.raw_table_names"]["macro_sql"]
    assert set(re.findall(r"'(\w+)'", code)) == {table.name for table in compiled_project.contract}


@pytest.mark.parametrize(
    ("model", "number"),
    [("voice_facts", 13), ("profile_facts", 8), ("email_facts", 5), ("int_order_places", 8)],
)
def test_few_segments_stand_on_a_subject(
    model: str, number: int, compiled_project: CompiledProject
) -> None:
    manifest = compiled_project.manifest
    standing = [
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and room_of(node) == "segments"
        and f"model.segmentry.{model}" in ancestors(manifest, name)
    ]
    assert len(standing) == number, sorted(standing)


def fingerprints(project: Path) -> dict[str, str]:
    """Return the digest of every segment with all that it stands on."""
    printed = run_dbt(
        *("--quiet", "run-operation", "print_fingerprints"),
        raw_dir=None,
        warehouse=project.parent / "segmentry.duckdb",
        project_dir=project,
    )
    (line,) = (line for line in printed.splitlines() if line.startswith("{"))
    return {
        definition["name"]: definition["lineage_fingerprint"]
        for definition in json.loads(line).values()
    }


def replace_once(path: Path, old: str, new: str) -> None:
    """Replace a text that a file holds once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_change_reaches_the_definitions_below_it_alone(
    whole_build: Path, compiled_project: CompiledProject, tmp_path: Path
) -> None:
    """Another tie-breaker of answers, then another accepted value of the raw contract."""
    manifest = compiled_project.manifest
    segments = {
        node["name"]: ancestors(manifest, name)
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and room_of(node) == "segments"
    }
    with duckdb.connect(str(whole_build), read_only=True) as connection:
        before = dict(
            connection.execute(
                "select model_name, lineage_fingerprint from model_fingerprints"
            ).fetchall()
        )
    project = copy_project(tmp_path / "project")
    replace_once(
        project / "models" / "facts" / "voice_facts.sql",
        "order by responded_at desc, response_id desc",
        "order by responded_at desc, response_id asc",
    )
    changed = fingerprints(project)
    assert {name for name in segments if changed[name] != before[name]} == {
        name for name, above in segments.items() if "model.segmentry.voice_facts" in above
    }
    replace_once(
        project / "models" / "staging" / "raw" / "_raw__sources.yml",
        "accepted_values: [csat, nps, review, profile]",
        "accepted_values: [csat, nps, review]",
    )
    contract = fingerprints(project)
    below = {
        name.rsplit(".", 1)[-1]
        for name in manifest["nodes"]
        if "source.segmentry.raw.surveys" in ancestors(manifest, name)
    }
    assert {name for name in contract if contract[name] != changed[name]} == below & set(contract)


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports, wherever it does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_the_program_knows_nothing_of_dagster() -> None:
    for path in (ROOT / "segmentry").rglob("*.py"):
        named = {name.split(".")[0] for name in imports(path)}
        assert not named & {"dagster", "dagster_dbt", "orchestration"}, path
    for path in (ROOT / "orchestration").rglob("*.py"):
        if path.name != "__init__.py":
            named = imports(path)
            assert {name.split(".")[0] for name in named} & {"dagster", "dagster_dbt"} or any(
                name.startswith("orchestration") for name in named
            ), f"{path} is no part of Dagster"


def test_no_two_rooms_of_the_program_import_each_other() -> None:
    rooms: dict[str, set[str]] = {}
    for path in (ROOT / "segmentry").rglob("*.py"):
        parts = path.relative_to(ROOT / "segmentry").parts
        if len(parts) > 1:
            named = {name.split(".")[1] for name in imports(path) if name.startswith("segmentry.")}
            rooms.setdefault(parts[0], set()).update(named - {parts[0]})
    assert {"checks", "publish", "records", "what_if"} <= rooms.keys()
    reached = {room: set(named) for room, named in rooms.items()}
    for _ in rooms:
        for room, named in reached.items():
            reached[room] = named.union(*(reached.get(other, ()) for other in named))
    assert [room for room, named in reached.items() if room in named] == []
