"""Whoever adds a segment and forgets a step is told which, with the file to edit."""

from pathlib import Path

import pytest
import yaml

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
from {{{{ ref('customer_facts') }}}} as customers
"""
ENTRY = """
  - name: segment_{segment}
    description: One row per customer.
    columns: *segment_columns
"""
ROW = "small_baskets,Small baskets,purchase,Text.,team,,false,false,,Use.\n"
MOVED = "\nbuyers,Buyers,need,"
PURCHASE = "models/segments/purchase"
YAML = f"{PURCHASE}/_purchase__models.yml"


ORDER = {
    "order_id": "1",
    "ordered_at": "2026-06-01",
    "status": "completed",
    "currency": "USD",
    "subtotal_amount": "10",
}


def outcome(raw: Path, project: Path) -> str:
    """Return what dbt says when the catalog is held against the models, which fails."""
    with pytest.raises(BuildError) as error:
        run_dbt(
            *("build", "--quiet", "--select", "segment_catalog", "segment_catalog_matches_models"),
            raw_dir=raw,
            warehouse=project.parent / "shop.duckdb",
            project_dir=project,
        )
    return str(error.value)


def without_unit_test(project: Path) -> list[str]:
    """Return for each segment without a unit test where one is to be added."""
    result = []
    for model in sorted((project / "models" / "segments").rglob("segment_*.sql")):
        files = sorted(model.parent.glob("*.yml"))
        texts = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
        tested = {test["model"] for text in texts for test in text.get("unit_tests", [])}
        if model.stem not in tested:
            places = " or ".join(str(file.relative_to(project)) for file in files)
            segment = model.stem.removeprefix("segment_")
            result.append(f"Segment {segment}: add a unit test of {model.stem} to {places}.")
    return result


def test_every_segment_has_a_unit_test() -> None:
    assert without_unit_test(ROOT) == []


def test_a_forgotten_step_names_the_segment_and_the_file(tmp_path: Path) -> None:
    """One segment is described and nothing else, one is only in the catalog."""
    project = copy_project(tmp_path / "project")
    described, written = project / YAML, project / PURCHASE
    text = described.read_text(encoding="utf-8")
    entries = ENTRY.format(segment="big_baskets")
    described.write_text(text.replace("\nunit_tests:", f"{entries}\nunit_tests:"), encoding="utf-8")
    (written / "segment_big_baskets.sql").write_text(RULE.format(segment="big_baskets"))
    catalog = project / "seeds" / "segment_catalog.csv"
    rows = catalog.read_text(encoding="utf-8").replace("\nbuyers,Buyers,purchase,", MOVED)
    catalog.write_text(rows + ROW, encoding="utf-8")

    assert without_unit_test(project) == [
        f"Segment big_baskets: add a unit test of segment_big_baskets to {YAML}."
    ]
    raw = write_folder(tmp_path / "raw", {"orders": [ORDER]})
    told = outcome(raw, project)
    for line in (
        "Segment big_baskets: add its row to seeds/segment_catalog.csv.",
        "Segment big_baskets: add it to the list in models/membership/segment_memberships.sql.",
        f"Segment big_baskets: say in {YAML} which raw tables it is empty without",
        "Segment buyers: its family in seeds/segment_catalog.csv is need, its folder purchase.",
        "Segment small_baskets: write its rule in "
        "models/segments/<family>/segment_small_baskets.sql",
    ):
        assert line in told
    assert "macro" not in told


@pytest.mark.prove
def test_a_segment_that_is_not_described_is_told_before_the_build(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    written = project / PURCHASE
    raw = write_folder(tmp_path / "raw", {"orders": [ORDER]})
    (written / "segment_huge_baskets.sql").write_text(RULE.format(segment="huge_baskets"))
    told = outcome(raw, project)
    assert f"Segment huge_baskets: describe the model segment_huge_baskets in {YAML}" in told
