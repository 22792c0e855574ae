"""Whoever adds a segment and forgets a step is told which, with the file to edit."""

from pathlib import Path

import pytest
import yaml

from segmentry.project.segment_catalog import read_segment_catalog
from tests.python.projects import copy_project
from tests.python.raw_folders import write_folder
from tests.python.warehouse import ROOT, BuildError, run_dbt

RULE = """
select
    customers.customer_id,
    '{segment}' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_order_at as evidence_at,
    'always' as reason
from {{{{ ref('order_facts') }}}} as customers
"""
SEGMENTS = Path("models/segments/purchase")
ORDER = {
    "order_id": "1",
    "ordered_at": "2026-06-01",
    "status": "completed",
    "currency": "USD",
    "subtotal_amount": "10",
}


def described(segment: str, without: str = "") -> str:
    """Return the YAML of one-timers as that of another segment, without a line of its `meta`."""
    text = (ROOT / SEGMENTS / "segment_one_timers.yml").read_text(encoding="utf-8")
    head = text.partition("\nunit_tests:")[0].replace("one_timers", segment)
    lines = [line for line in head.splitlines() if not line.strip().startswith(f"{without}:")]
    return "\n".join(lines) + "\n"


def outcome(raw: Path, project: Path) -> str:
    """Return what dbt says of a project in which something was forgotten."""
    with pytest.raises(BuildError) as error:
        run_dbt(
            *("build", "--quiet", "--select", "int_as_of"),
            raw_dir=raw,
            warehouse=project.parent / "segmentry.duckdb",
            project_dir=project,
        )
    return str(error.value)


def without_unit_test(project: Path) -> list[str]:
    """Return for each segment without a unit test where one is to be added."""
    result = []
    for model in sorted((project / "models" / "segments").rglob("segment_*.sql")):
        file = model.with_suffix(".yml")
        text = (
            yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader) if file.exists() else {}
        )
        if model.stem not in {test["model"] for test in text.get("unit_tests", [])}:
            segment, place = model.stem.removeprefix("segment_"), file.relative_to(project)
            result.append(f"Segment {segment}: add a unit test of {model.stem} to {place}.")
    return result


def test_every_segment_has_a_unit_test() -> None:
    assert without_unit_test(ROOT) == []


def test_every_segment_is_in_its_family() -> None:
    for segment in read_segment_catalog():
        assert (ROOT / f"models/segments/{segment.family}/segment_{segment.name}.sql").exists()


@pytest.mark.prove
def test_a_forgotten_step_names_the_segment_and_the_file(tmp_path: Path) -> None:
    """One segment is not described; of the others something is left out, and neither is listed."""
    project = copy_project(tmp_path / "project")
    forgotten = {"big_baskets": "needs", "small_baskets": "meaning"}
    for segment in (*forgotten, "huge_baskets"):
        rule = project / SEGMENTS / f"segment_{segment}.sql"
        rule.write_text(RULE.format(segment=segment))
        if segment in forgotten:
            rule.with_suffix(".yml").write_text(described(segment, forgotten[segment]))
    assert without_unit_test(project) == [
        f"Segment {segment}: add a unit test of segment_{segment} to "
        f"{SEGMENTS}/segment_{segment}.yml."
        for segment in sorted([*forgotten, "huge_baskets"])
    ]
    told = outcome(write_folder(tmp_path / "raw", {"orders": [ORDER]}), project)
    listed = "add it to the list in models/membership/segment_memberships.sql."
    for line in (
        f"Segment big_baskets: say in {SEGMENTS}/segment_big_baskets.yml, under `meta`, its "
        "`needs`: the raw tables without which it is empty",
        f"Segment big_baskets: {listed}",
        f"Segment small_baskets: say in {SEGMENTS}/segment_small_baskets.yml, under `meta`, its "
        "`meaning`.",
        f"Segment small_baskets: {listed}",
        "Segment huge_baskets: describe the model segment_huge_baskets in "
        f"{SEGMENTS}/segment_huge_baskets.yml",
        f"Segment huge_baskets: {listed}",
    ):
        assert line in told
    assert "macro" not in told
