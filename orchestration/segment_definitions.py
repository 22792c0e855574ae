"""What each segment means, as a page to read. Run as `python -m orchestration.segment_definitions`.

The page is written from the catalog, the models and the vars as they stand, so it can't disagree
with them.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, nodes

from orchestration.dbt_command import DbtError, run_dbt
from orchestration.pages import page_template
from orchestration.publish.build import read_segment_sizes
from orchestration.publish.errors import PublishError
from orchestration.segment_catalog import read_segment_catalog
from orchestration.segment_needs import no_data, read_unmet_needs
from orchestration.settings import ROOT, Settings
from segmentry.settings.environment import load_env_file
from segmentry.settings.errors import SettingsError
from segmentry.settings.privacy import keep_private
from segmentry.settings.variables import check_variables, configured_variables, read_variables

PAGES = ("definitions.html", "definitions.md")
# The day of a build is no part of what a segment means.
NO_THRESHOLDS = {"as_of", "demo_as_of"}


@dataclass(frozen=True)
class Threshold:
    """A dbt var that decides who is in a segment.

    Attributes:
        name: the var.
        value: its value as configured, as text.
        reason: the comment that stands above it; empty when none does.
    """

    name: str
    value: str
    reason: str


@dataclass(frozen=True)
class SegmentDefinition:
    """Everything the page says of one segment.

    Attributes:
        segment: its name in the tables.
        label: its name for people.
        family: the heading that it stands under.
        description: what it means, in plain words.
        rule: what its model says of its rows, with the values of the vars that it names.
        needs: the raw tables without which it is empty; `customers or orders` where either will do.
        members: its size in the warehouse, or that there is no data; empty without a warehouse.
        thresholds: the vars of its model and of the intermediate models that it reads.
        owner: the team that answers for it.
        typical_use: what marketing does with it.
        destinations: where its members may be sent to.
        exclusive_group: the group of segments of which a customer is in only one; may be empty.
        is_sensitive: whether it is sent nowhere unless listed by name.
    """

    segment: str
    label: str
    family: str
    description: str
    rule: str
    needs: tuple[str, ...]
    members: str
    thresholds: tuple[Threshold, ...]
    owner: str
    typical_use: str
    destinations: tuple[str, ...]
    exclusive_group: str
    is_sensitive: bool


def read_definitions(
    project: Path, target: Path, variables: Mapping[str, Any], warehouse: Path | None = None
) -> list[SegmentDefinition]:
    """Return the definition of every segment in the catalog, in its order.

    Args:
        project: the root of the dbt project.
        target: the folder that dbt writes to.
        variables: dbt vars that are given on the command line of builds, over the configured ones.
        warehouse: the DuckDB file whose sizes are shown; none are without it.

    Raises:
        DbtError: when dbt can't read the project.
    """
    run_dbt(
        "parse",
        "--vars",
        json.dumps(dict(variables), default=str),
        project=project,
        environment={"DBT_TARGET_PATH": str(target)},
    )
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    models = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    thresholds = read_thresholds(project, variables)
    members = read_members(warehouse) if warehouse else {}
    return [
        SegmentDefinition(
            segment=row["segment"],
            label=row["label"],
            family=row["family"],
            description=row["description"],
            rule=with_values(models[f"segment_{row['segment']}"]["description"], thresholds),
            needs=tuple(
                need if isinstance(need, str) else " or ".join(need)
                for need in models[f"segment_{row['segment']}"]["config"]["meta"]["needs"]
            ),
            members=members.get(row["segment"], ""),
            thresholds=tuple(
                thresholds[name]
                for name in thresholds
                if name in find_variables(f"segment_{row['segment']}", models)
            ),
            owner=row["owner"],
            typical_use=row.get("typical_use") or "",
            destinations=tuple(re.findall(r"[^\s,;]+", row["destinations"] or "")),
            exclusive_group=row["exclusive_group"] or "",
            is_sensitive=row["is_sensitive"] == "true",
        )
        for row in read_segment_catalog(project)
    ]


def read_members(warehouse: Path) -> dict[str, str]:
    """Return how many customers each segment of a warehouse has, or that there is no data.

    Nothing is told of a warehouse that is not there, not whole, or being written.
    """
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            query = "select max(as_of_date) from customer_facts"
            ((as_of_date,),) = connection.execute(query).fetchall()
            sizes = read_segment_sizes(connection)
            unmet_needs = read_unmet_needs(connection)
    except (duckdb.Error, PublishError):
        return {}
    return {
        segment: no_data(unmet_needs[segment])
        if segment in unmet_needs
        else f"{size:,} {'customer' if size == 1 else 'customers'} at the end of {as_of_date}"
        for segment, size in sizes.items()
    }


def with_values(description: str, thresholds: Mapping[str, Threshold]) -> str:
    """Return a description in which the vars that it names in backticks are their values."""

    def value(name: re.Match[str]) -> str:
        threshold = thresholds.get(name[1])
        return threshold.value.strip("[]") if threshold else name[0]

    return re.sub(r"`(\w+)`", value, " ".join(description.split()))


def find_variables(model: str, models: Mapping[str, Any]) -> set[str]:
    """Return the vars of a segment's model and of the intermediate models that it reads itself."""
    read = {unique_id.rsplit(".", 1)[-1] for unique_id in models[model]["depends_on"]["nodes"]}
    sources = [model, *(name for name in read if name.startswith("int_") and name in models)]
    return set().union(*(named_variables(models[name]["raw_code"]) for name in sources))


def named_variables(code: str) -> set[str]:
    """Return the vars that the Jinja of a model names."""
    tree = Environment(extensions=["jinja2.ext.do"]).parse(code)
    return {
        str(call.args[0].value)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name == "var"
        and isinstance(call.args[0], nodes.Const)
    } - NO_THRESHOLDS


def read_thresholds(project: Path, variables: Mapping[str, Any]) -> dict[str, Threshold]:
    """Return the vars of `dbt_project.yml` by name, in its order.

    The comment of a var is the one that opens its paragraph; the name of a segment or table that
    the comment starts with is left out.
    """
    text = (project / "dbt_project.yml").read_text(encoding="utf-8")
    values = configured_variables(project) | dict(variables)
    reasons: dict[str, str] = {}
    for paragraph in text.partition("\nvars:\n")[2].split("\n\n"):
        comment: list[str] = []
        is_comment_open = True
        for line in paragraph.splitlines():
            if found := re.match(r"  #\s*(.*)", line):
                comment = [*comment, found[1]] if is_comment_open else [found[1]]
                is_comment_open = True
            elif found := re.match(r"  (\w+):", line):
                reasons[found[1]] = as_sentence(" ".join(comment))
                is_comment_open = False
    return {
        name: Threshold(name, as_text(value), reasons.get(name, ""))
        for name, value in values.items()
    }


def as_sentence(comment: str) -> str:
    """Return a comment without the name of a segment that it starts with, and with a capital."""
    sentence = re.sub(r"^[a-z_]+: ", "", comment)
    return sentence[:1].upper() + sentence[1:]


def as_text(value: Any) -> str:
    """Return the value of a var as dbt_project.yml has it."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def render(definitions: list[SegmentDefinition], page: str) -> str:
    """Return the page in the language that its name ends with, html or md."""
    families: dict[str, list[SegmentDefinition]] = {}
    for definition in definitions:
        families.setdefault(definition.family.capitalize(), []).append(definition)
    return page_template(page).render(families=families.items())


def main() -> int:
    """Write what each segment means to target/definitions.html and target/definitions.md."""
    parser = argparse.ArgumentParser(prog="definitions", description=main.__doc__)
    parser.add_argument("--vars", default="{}", help="dbt vars that builds are given")
    target = ROOT / "target"
    keep_private()
    arguments = parser.parse_args()
    try:
        load_env_file(ROOT)
        variables = read_variables(arguments.vars)
        check_variables(ROOT, variables)
        warehouse = Settings.from_environment().warehouse
        definitions = read_definitions(ROOT, target, variables, warehouse)
    except (DbtError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    for page in PAGES:
        (target / page).write_text(render(definitions, page), encoding="utf-8")
        print(f"target/{page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
