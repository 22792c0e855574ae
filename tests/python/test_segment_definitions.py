"""The page of definitions says what the project does, whatever is changed in it."""

import re
from pathlib import Path

import pytest
import yaml
from markupsafe import escape

from segmentry.pages.segment_definitions import PAGES, SegmentDefinition, read_definitions, render
from segmentry.project.segment_catalog import read_segment_catalog
from segmentry.settings.variables import configured_variables
from tests.python.pages import assert_sound_and_silent
from tests.python.projects import copy_project
from tests.python.warehouse import ROOT


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> list[SegmentDefinition]:
    """Return the definitions of the project as it stands."""
    return read_definitions(ROOT, tmp_path_factory.mktemp("target"), {})


@pytest.mark.parametrize("page", PAGES)
def test_every_segment_with_its_vars_and_their_values(
    definitions: list[SegmentDefinition], page: str
) -> None:
    text = render(definitions, page)
    catalog = read_segment_catalog()
    configured = configured_variables(ROOT, {})
    assert [definition.segment for definition in definitions] == catalog
    for segment, definition in zip(catalog, definitions, strict=True):
        part = text.partition(f'id="{segment.name}"')[2].partition(' id="')[0]
        for shown in (
            *(segment.label, definition.meaning, segment.owner, *segment.destinations),
            *(segment.exclusive_group, *definition.values, *definition.values.values()),
        ):
            assert (str(escape(shown)) if page.endswith("html") else shown) in part
        assert definition.values.keys() == segment.values.keys()
        (model,) = (ROOT / "models" / "segments").rglob(f"segment_{segment.name}.sql")
        variables = re.findall(r"var\(['\"](\w+)['\"]\)", model.read_text(encoding="utf-8"))
        assert set(variables) <= {threshold.name for threshold in definition.thresholds}
        for threshold in definition.thresholds:
            value = configured[threshold.name]
            assert yaml.safe_load(threshold.value) == value
            assert re.search(rf"{threshold.name}\W.*\W{re.escape(threshold.value)}\W", part)


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
    given = read_definitions(project, tmp_path / "target", {"cart_abandoners_days": 8765})
    for page in PAGES:
        text = render(given, page)
        assert "4321" in text
        assert "8765" in text


def test_the_page_is_sound_and_calls_nobody(definitions: list[SegmentDefinition]) -> None:
    assert_sound_and_silent(render(definitions, "definitions.html"))
