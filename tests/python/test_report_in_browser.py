"""The segment report in a browser: quiet, silent, and there for everybody."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from segmentry.report.page import render
from tests.python.browser import CHROMIUM, Browser, open_browser
from tests.python.published import Shop
from tests.python.warehouse import ROOT

# `make browsers` brings it.
AXE = ROOT / "target" / "browsers" / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = 1280, 390

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed here")


@pytest.fixture(scope="module")
def report(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of the report of the demo shop."""
    shop = Shop.copy(whole_build, tmp_path_factory.mktemp("browser"))
    page = shop.published.parent / "report.html"
    page.write_text(render(shop.publish(), {}, 5), encoding="utf-8")
    return page.as_uri()


@pytest.fixture(scope="module", params=[WIDE, NARROW])
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Yield a browser as wide as a screen, and as a phone."""
    with open_browser(request.param) as opened:
        yield opened


def in_theme(browser: Browser, theme: str) -> None:
    """Have pages drawn in the light or in the dark, as the system of a reader asks for."""
    browser.call(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}]
    )


def press(browser: Browser, key: str, code: int) -> None:
    """Press a key."""
    for kind in ("keyDown", "keyUp"):
        text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
        browser.call(
            "Input.dispatchKeyEvent",
            type=kind,
            key=key,
            code=key,
            windowsVirtualKeyCode=code,
            **text,
        )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_calls_nobody_and_no_script_fails(browser: Browser, report: str, theme: str) -> None:
    in_theme(browser, theme)
    browser.open(report)
    assert browser.evaluate("document.querySelectorAll('details.segment').length") == 73
    assert browser.errors() == []
    assert browser.calls() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wider_than_the_page(browser: Browser, report: str, theme: str) -> None:
    in_theme(browser, theme)
    browser.open(report)
    browser.evaluate(
        "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
    )
    root = "document.documentElement"
    assert browser.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: make browsers")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_fault(browser: Browser, report: str, theme: str) -> None:
    in_theme(browser, theme)
    browser.open(report)
    browser.evaluate(
        "document.querySelectorAll('details').forEach("
        "(each, place) => { each.open = place % 9 == 0; })"
    )
    browser.evaluate(AXE.read_text(encoding="utf-8"))
    violations: list[dict[str, Any]] = browser.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations.map("
        "({id, impact, nodes}) => ({id, impact, node: nodes[0].html.slice(0, 200), "
        "why: nodes[0].failureSummary})))"
    )
    assert [each for each in violations if each["impact"] in ("serious", "critical")] == []


def test_the_keyboard_reaches_everything(browser: Browser, report: str) -> None:
    in_theme(browser, "light")
    browser.open(report)
    reached = set()
    wanted = browser.evaluate(
        "[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')]"
        ".filter((each) => each.checkVisibility()).map((each, place) => "
        "{ each.dataset.place = place; return place; }).length"
    )
    for _ in range(wanted + 5):
        press(browser, "Tab", 9)
        reached.add(browser.evaluate("document.activeElement.dataset.place"))
    assert {str(place) for place in range(wanted)} <= reached


def test_a_segment_is_searched_opened_and_linked_to(browser: Browser, report: str) -> None:
    browser.open(report)
    browser.evaluate("document.querySelector('#words').focus()")
    browser.call("Input.insertText", text="coupon lov")
    shown = "[...document.querySelectorAll('#list tbody tr')].filter((row) => !row.hidden)"
    assert browser.evaluate(f"{shown}.map((row) => row.dataset.segment)") == ["coupon_lovers"]
    words = "document.querySelector('#words')"
    for text, found in (("cannot lose", "rfm_groups"), ("no such word", None)):
        browser.evaluate(f"{words}.value = '{text}'; {words}.dispatchEvent(new Event('input'))")
        assert browser.evaluate(f"{shown}.map((row) => row.dataset.segment)[0] ?? null") == found
    browser.evaluate(f"{words}.value = 'coupon lov'; {words}.dispatchEvent(new Event('input'))")
    browser.evaluate("document.querySelector('a[href=\"#segment-coupon_lovers\"]').focus()")
    press(browser, "Enter", 13)
    browser.wait_for("document.querySelector('#segment-coupon_lovers').open")
    assert browser.evaluate("document.activeElement.parentElement.id") == "segment-coupon_lovers"
    # A link from elsewhere opens it as well.
    browser.call("Page.navigate", url="about:blank")
    browser.open(f"{report}#segment-idle_customers")
    browser.wait_for("document.querySelector('#segment-idle_customers').open")
    assert browser.errors() == []


def test_the_list_is_sorted_by_any_column(browser: Browser, report: str) -> None:
    browser.open(report)
    for place, column in ((2, "customer_count"), (6, "net_revenue"), (0, None)):
        button = f"document.querySelectorAll('#list thead th')[{place}].querySelector('button')"
        cells = (
            f"[...document.querySelectorAll('#list tbody tr')].map((row) => row.children[{place}])"
            + (
                ".map((cell) => Number(cell.querySelector('data')?.value ?? -1))"
                if column
                else ".map((cell) => cell.textContent.trim())"
            )
        )
        browser.evaluate(f"{button}.click()")
        values = browser.evaluate(cells)
        assert values == sorted(values, reverse=bool(column)), column
        browser.evaluate(f"{button}.click()")
        assert browser.evaluate(cells) == sorted(values, reverse=not column), column


def test_a_chosen_theme_stays(browser: Browser, report: str) -> None:
    in_theme(browser, "light")
    browser.open(report)
    paper = "getComputedStyle(document.body).backgroundColor"
    light = browser.evaluate(paper)
    browser.evaluate("document.querySelector('#theme').click()")
    dark = browser.evaluate(paper)
    assert light != dark
    browser.open(report)
    assert browser.evaluate(paper) == dark
    browser.evaluate("localStorage.clear()")


def test_it_reads_without_scripts(browser: Browser, report: str) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(report)
        assert "Coupon lovers" in browser.evaluate("document.body.innerText")
        assert browser.evaluate("document.querySelector('.search').hidden")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_print_leaves_controls_away(browser: Browser, report: str) -> None:
    browser.open(report)
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        assert (
            browser.evaluate("getComputedStyle(document.querySelector('header.top')).display")
            == "none"
        )
        assert (
            browser.evaluate("getComputedStyle(document.body).backgroundColor")
            == "rgb(255, 255, 255)"
        )
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")


def test_a_row_without_data_is_sorted_to_the_end(browser: Browser, report: str) -> None:
    browser.open(report)
    browser.evaluate(
        "(() => { const row = document.querySelector('#list tbody tr');"
        "while (row.children.length > 2) row.lastElementChild.remove();"
        "row.insertAdjacentHTML('beforeend', '<td colspan=7>no data: needs events</td>'); })()"
    )
    for place in (2, 5):
        browser.evaluate(f"document.querySelectorAll('#list thead button')[{place}].click()")
        last = browser.evaluate("document.querySelector('#list tbody tr:last-child').innerText")
        assert "no data: needs events" in last, place
    assert browser.errors() == []
