"""What each segment means, as pages to read.

They are written from the catalog, the models and the vars as they stand, so they can't disagree
with them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, nodes

from segmentry.errors import RecordsError
from segmentry.pages.rendering import page_template
from segmentry.project.segment_catalog import CatalogSegment, read_segment_catalog
from segmentry.records.build import read_segment_sizes
from segmentry.records.segment_needs import no_data, read_unmet_needs
from segmentry.settings.variables import configured_variables

INDEX = "segments/index.md"
# All segments are tested at once, where they are one table.
UNION_OF_SEGMENTS = "segment_memberships"
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
class SegmentCode:
    """The model of a segment, and what is asked of it.

    Attributes:
        unique_id: what dbt calls the model.
        file: the file of its rule, from the project's root.
        tests_file: the file of its unit tests, from the project's root.
        sql: the rule.
        unit_tests: what its unit tests are called.
        data_tests: what the tests of its rows are called, those of all segments at once included.
        reads: the models and seeds that it reads.
    """

    unique_id: str
    file: str
    tests_file: str
    sql: str
    unit_tests: tuple[str, ...]
    data_tests: tuple[str, ...]
    reads: tuple[str, ...]


@dataclass(frozen=True)
class SegmentDefinition:
    """Everything that is said of one segment, with the values of vars in place of their names.

    Attributes:
        segment: what the catalog says of it.
        meaning: what it means, in plain words.
        rule: what its model says of its rows.
        values: what each of its values means, where they are of its own making.
        members: its size in the warehouse, or that there is no data; empty without a warehouse.
        thresholds: the vars that decide who is in it.
        code: its model.
    """

    segment: CatalogSegment
    meaning: str
    rule: str
    values: Mapping[str, str]
    members: str
    thresholds: tuple[Threshold, ...]
    code: SegmentCode


def read_definitions(
    project: Path,
    manifest: Mapping[str, Any],
    variables: Mapping[str, Any],
    warehouse: Path | None = None,
) -> list[SegmentDefinition]:
    """Return the definition of every segment in the catalog, in its order.

    Args:
        project: the root of the dbt project.
        manifest: what dbt read of it, with the same vars.
        variables: dbt vars that are given on the command line of builds, over the configured ones.
        warehouse: the DuckDB file whose sizes are shown; none are without it.
    """
    models = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    thresholds = read_thresholds(project, variables)
    members = read_members(warehouse) if warehouse else {}
    segments = read_segment_catalog(project)
    variables_of = {
        segment.name: find_variables(f"segment_{segment.name}", models) for segment in segments
    }
    return [
        SegmentDefinition(
            segment=segment,
            meaning=with_values(segment.meaning, thresholds),
            rule=with_values(segment.rule, thresholds),
            values={value: with_values(text, thresholds) for value, text in segment.values.items()},
            members=members.get(segment.name, ""),
            thresholds=tuple(
                threshold
                for threshold in thresholds.values()
                if threshold.name in variables_of[segment.name]
            ),
            code=read_code(manifest, models[f"segment_{segment.name}"], segment.family),
        )
        for segment in segments
    ]


def read_code(manifest: Mapping[str, Any], model: Mapping[str, Any], family: str) -> SegmentCode:
    """Return the model of a segment of a family, and what is asked of it."""
    union = model["unique_id"].replace(model["name"], UNION_OF_SEGMENTS)
    nodes = manifest["nodes"].values()
    return SegmentCode(
        unique_id=model["unique_id"],
        file=model["original_file_path"],
        tests_file=f"models/segments/{family}/{model['name']}.yml",
        sql=model["raw_code"].strip(),
        unit_tests=tuple(
            sorted(
                test["name"]
                for test in manifest["unit_tests"].values()
                if test["model"] == model["name"]
            )
        ),
        data_tests=tuple(
            sorted(
                node["name"]
                for node in nodes
                if node["resource_type"] == "test"
                and node.get("attached_node") in (model["unique_id"], union)
            )
        ),
        reads=tuple(
            sorted(unique_id.rsplit(".", 1)[-1] for unique_id in model["depends_on"]["nodes"])
        ),
    )


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
    except (duckdb.Error, RecordsError):
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


def find_variables(segment: str, models: Mapping[str, Any]) -> set[str]:
    """Return the vars that decide who is in a segment.

    These are the vars of its model and of the intermediate models that it reads, and what these,
    the predictions that it reads, and the facts and forecasts that its rule names say of
    themselves, as `meta: {thresholds: […]}`: a score, say, is cut by vars far above it.
    """
    code = models[segment]["raw_code"]
    found = named_variables(code)
    for unique_id in models[segment]["depends_on"]["nodes"]:
        model = models.get(unique_id.rsplit(".", 1)[-1])
        if model and model["name"].startswith("int_"):
            found |= named_variables(model["raw_code"])
        if model:
            found |= declared_thresholds(model)
    for table in ("customer_facts", "customer_predictions"):
        for column in models[table]["columns"].values():
            if re.search(rf"\b{column['name']}\b", code):
                found |= declared_thresholds(column)
    return found


def declared_thresholds(node: Mapping[str, Any]) -> set[str]:
    """Return the vars that the YAML of a model or a column names as its thresholds."""
    return set(node["config"]["meta"].get("thresholds", ()))


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


def segment_pages(
    definitions: list[SegmentDefinition], *, has_lineage: bool, report: str = ""
) -> dict[str, str]:
    """Return the page of every segment and that of them all as Markdown, by file.

    Args:
        definitions: the segments.
        has_lineage: whether the site has the pages of models and of lineage.
        report: where the segment report is, from a page of a segment; empty where there is none.
    """
    families: dict[str, list[SegmentDefinition]] = {}
    for definition in definitions:
        families.setdefault(definition.segment.family.capitalize(), []).append(definition)
    index = page_template("segments.md").render(families=families.items())
    template = page_template("segment.md")
    return {INDEX: index} | {
        f"segments/{definition.segment.name}.md": template.render(
            definition=definition, has_lineage=has_lineage, report=report
        )
        for definition in definitions
    }
