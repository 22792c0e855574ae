"""The page of definitions says what the project does, whatever is changed in it."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from markupsafe import escape

from orchestration.segment_catalog import read_segment_catalog
from orchestration.segment_definitions import PAGES, SegmentDefinition, read_definitions, render
from tests.python.warehouse import ROOT

PROJECT_PARTS = ["dbt_project.yml", "profiles.yml", "profiles", "macros", "models", "seeds"]
VOID = {"meta", "br", "hr", "link", "img", "input"}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> list[SegmentDefinition]:
    """Return the definitions of the project as it stands."""
    return read_definitions(ROOT, tmp_path_factory.mktemp("target"), {})


class Page(HTMLParser):
    """Checks that tags are closed in order, and collects what a page loads and links to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            elif name == "href":
                self.links.add(value or "")
            elif name in ("src", "srcset", "action"):
                self.loads.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag


@pytest.mark.parametrize("page", PAGES)
def test_every_segment_with_its_vars_and_their_values(
    definitions: list[SegmentDefinition], page: str
) -> None:
    text = render(definitions, page)
    catalog = read_segment_catalog()
    configured = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    assert [definition.segment for definition in definitions] == [row["segment"] for row in catalog]
    for row, definition in zip(catalog, definitions, strict=True):
        part = text.partition(f'id="{row["segment"]}"')[2].partition(' id="')[0]
        for name in ("label", "description", "owner", "destinations", "exclusive_group"):
            assert (str(escape(row[name])) if page.endswith("html") else row[name]) in part
        (model,) = (ROOT / "models" / "segments").rglob(f"segment_{row['segment']}.sql")
        variables = re.findall(r"var\(['\"](\w+)['\"]\)", model.read_text(encoding="utf-8"))
        assert set(variables) <= {threshold.name for threshold in definition.thresholds}
        for threshold in definition.thresholds:
            value = configured[threshold.name]
            assert yaml.safe_load(threshold.value) == value
            assert re.search(rf"{threshold.name}\W.*\W{re.escape(threshold.value)}\W", part)


def test_every_segment_has_a_typical_use() -> None:
    assert [row["segment"] for row in read_segment_catalog() if not row["typical_use"]] == []


def test_thresholds_say_why(definitions: list[SegmentDefinition]) -> None:
    by_name = {
        threshold.name: threshold
        for definition in definitions
        for threshold in definition.thresholds
    }
    assert by_name["idle_customers_days"].reason == "Half a year without a sign of life."
    assert by_name["cart_abandoners_min_hours"].reason.startswith("A cart is cold after a month")
    assert all(threshold.reason for threshold in by_name.values())


def test_a_changed_var_changes_the_page(tmp_path: Path) -> None:
    for part in PROJECT_PARTS:
        source, copy = ROOT / part, tmp_path / part
        if source.is_dir():
            shutil.copytree(source, copy)
        else:
            shutil.copy(source, copy)
    configuration = tmp_path / "dbt_project.yml"
    text = configuration.read_text(encoding="utf-8")
    changed = text.replace("idle_customers_days: 180", "idle_customers_days: 4321")
    assert changed != text
    configuration.write_text(changed, encoding="utf-8")
    given = read_definitions(tmp_path, tmp_path / "target", {"cart_abandoners_days": 8765})
    for page in PAGES:
        text = render(given, page)
        assert "4321" in text
        assert "8765" in text


def test_the_page_is_sound_and_calls_nobody(definitions: list[SegmentDefinition]) -> None:
    text = render(definitions, "definitions.html")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.loads == []
    assert page.links == {f"#{name}" for name in page.ids}
    assert "://" not in text
    assert "url(" not in text
    assert "@import" not in text
