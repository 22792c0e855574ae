"""The pages of segments say what the project does, whatever is changed in it."""

import re
from pathlib import Path

import pytest
import yaml

from segmentry.pages.dbt_docs import read_manifest
from segmentry.pages.rendering import as_code, prose
from segmentry.pages.segment_definitions import SegmentDefinition, read_definitions, segment_pages
from segmentry.project.segment_catalog import read_segment_catalog
from segmentry.settings.variables import configured_variables
from tests.python.compiled import CompiledProject
from tests.python.projects import copy_project
from tests.python.warehouse import ROOT


@pytest.fixture(scope="module")
def definitions(compiled_project: CompiledProject) -> list[SegmentDefinition]:
    """Return the definitions of the project as it stands."""
    return read_definitions(ROOT, compiled_project.manifest, {})


def test_every_segment_with_its_vars_and_their_values(
    definitions: list[SegmentDefinition],
) -> None:
    pages = segment_pages(definitions, has_lineage=True)
    catalog = read_segment_catalog()
    configured = configured_variables(ROOT, {})
    assert [definition.segment for definition in definitions] == catalog
    for segment, definition in zip(catalog, definitions, strict=True):
        part = pages[f"segments/{segment.name}.md"]
        assert f"[{segment.label}]({segment.name}.md)" in pages["segments/index.md"]
        assert part.startswith(f"# {segment.label}\n")
        for shown in (
            *(definition.meaning, definition.rule, segment.owner, *segment.destinations),
            *(segment.exclusive_group, *definition.values, *definition.values.values()),
        ):
            assert prose(shown) in part
        assert definition.values.keys() == segment.values.keys()
        (model,) = (ROOT / "models" / "segments").rglob(f"segment_{segment.name}.sql")
        variables = re.findall(r"var\(['\"](\w+)['\"]\)", model.read_text(encoding="utf-8"))
        assert set(variables) <= {threshold.name for threshold in definition.thresholds}
        for threshold in definition.thresholds:
            value = configured[threshold.name]
            assert yaml.safe_load(threshold.value) == value
            assert f"| `{threshold.name}` | {as_code(threshold.value)} |" in part


def test_the_rule_gives_its_numbers(definitions: list[SegmentDefinition]) -> None:
    """The value of every threshold that the model of a segment names, and the name of none."""
    for definition in definitions:
        (model,) = (ROOT / "models" / "segments").rglob(f"segment_{definition.segment.name}.sql")
        named = set(re.findall(r"var\(['\"](\w+)['\"]\)", model.read_text(encoding="utf-8")))
        for threshold in definition.thresholds:
            assert threshold.name not in definition.rule
            if threshold.name in named - {"reporting_currency", "shop_timezone"}:
                value = threshold.value.strip("[]")
                assert re.search(rf"(?<![\w.]){re.escape(value)}(?![\w])", definition.rule), (
                    definition.rule
                )


def test_thresholds_are_those_of_the_facts_that_a_rule_names(
    definitions: list[SegmentDefinition],
) -> None:
    shown = {
        definition.segment.name: {threshold.name for threshold in definition.thresholds}
        for definition in definitions
    }
    assert shown["rfm_groups"] == {
        "rfm_groups_min_history_days",
        *(f"frequency_score_{score}_min_orders" for score in (2, 3, 4, 5)),
    }
    assert shown["churn_risks"] == {
        "churn_risks_min_orders",
        "churn_band_medium_min",
        "churn_band_medium_max",
    }
    assert "affinities_min_baskets" in shown["next_categories"]
    assert "new_arrival_days" in shown["trendy_customers"]
    assert "session_gap_minutes" in shown["returning_visitors"]
    assert "trust_unflagged_opens" in shown["newsletter_readers"] & shown["idle_customers"]
    assert shown["buyers"] == set()
    # A threshold that bears the name of a segment is shown with it.
    for segment, names in shown.items():
        own = {name for name in configured_variables(ROOT, {}) if name.startswith(f"{segment}_")}
        assert own <= names


def test_every_segment_has_a_typical_use() -> None:
    assert [segment.name for segment in read_segment_catalog() if not segment.typical_use] == []


def test_thresholds_say_why(definitions: list[SegmentDefinition]) -> None:
    by_name = {
        threshold.name: threshold
        for definition in definitions
        for threshold in definition.thresholds
    }
    assert by_name["idle_customers_days"].reason == "Half a year without a sign of life."
    assert by_name["cart_abandoners_min_hours"].reason.startswith("A cart is cold after a month")
    assert all(threshold.reason for threshold in by_name.values())


@pytest.mark.prove
def test_a_changed_var_changes_the_page(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    configuration = project / "dbt_project.yml"
    text = configuration.read_text(encoding="utf-8")
    changed = text.replace("idle_customers_days: 180", "idle_customers_days: 4321")
    assert changed != text
    configuration.write_text(changed, encoding="utf-8")
    variables = {"cart_abandoners_days": 8765}
    manifest = read_manifest(project, tmp_path / "target", variables, tmp_path / "none.duckdb")
    given = read_definitions(project, manifest, variables)
    pages = segment_pages(given, has_lineage=False)
    assert "4321" in pages["segments/idle_customers.md"]
    assert "8765" in pages["segments/cart_abandoners.md"]


def test_the_rule_and_its_tests_stand_beside_the_meaning(
    definitions: list[SegmentDefinition],
) -> None:
    for definition in definitions:
        code = definition.code
        assert (ROOT / code.file).read_text(encoding="utf-8").strip() == code.sql
        assert code.reads
        assert code.unit_tests
        said = (ROOT / code.tests_file).read_text(encoding="utf-8")
        assert all(f"- name: {name}\n" in said for name in code.unit_tests)
        assert "segment_memberships_key_is_unique" in code.data_tests
    coupons = segment_pages(definitions, has_lineage=True, report="../report/index.html")[
        "segments/coupon_lovers.md"
    ]
    assert "- coupon lovers use two coupons in three of five orders\n" in coupons
    assert "It reads `order_facts`." in coupons
    # Whoever is not built yet is in no report.
    assert "report" not in coupons


def test_members_are_in_the_report(compiled_project: CompiledProject, whole_build: Path) -> None:
    definitions = read_definitions(ROOT, compiled_project.manifest, {}, whole_build)
    pages = segment_pages(definitions, has_lineage=True, report="../report/index.html")
    assert (
        "customers at the end of 2026-06-30; [in the report](../report/index.html#segment-buyers)"
        in pages["segments/buyers.md"]
    )
