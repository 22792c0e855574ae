"""The dashboard is built of what is published: its numbers are the file's, and it calls nobody.

Its packages are installed by `make dashboard`; without them the tests that build it are skipped,
and without Chromium those that open it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.browser import CHROMIUM, open_browser
from tests.python.published import Shop
from tests.python.warehouse import ROOT

DASHBOARD = ROOT / "examples" / "dashboard"
PACKAGES = DASHBOARD / "node_modules"
BUILT = ("node_modules", "dist", ".observablehq")
PAGES = ("index", "orders", "carts", "segments/index", "segments/loyal_customers")


@dataclass(frozen=True)
class Site:
    """A built dashboard.

    Attributes:
        folder: its files.
        file: the published file that it is of.
        segments: the segments of the shop and whether each says something personal.
    """

    folder: Path
    file: Path
    segments: dict[str, bool]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the published file."""
        with duckdb.connect(str(self.file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def data(self, name: str) -> list[dict[str, Any]]:
        """Return the rows that pages read of a file."""
        (file,) = (self.folder / "_file" / "data").glob(f"{name}.*.json")
        rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        return rows


@pytest.fixture(scope="module")
def site(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return the dashboard of the demo, in a copy of its folder, with a day published before."""
    if not PACKAGES.exists():
        pytest.skip(f"no {PACKAGES.relative_to(ROOT)}: make dashboard installs them")
    folder = tmp_path_factory.mktemp("dashboard")
    shop = Shop.copy(whole_build, folder)
    shop.execute(
        "delete from segment_sizes where is_replayed",
        "insert into segment_sizes by name select * replace (as_of_date - 40 as as_of_date, "
        "customer_count // 2 as customer_count, 'another' as definition) from segment_sizes",
    )
    shop.publish()
    project = folder / "dashboard"
    shutil.copytree(DASHBOARD, project, ignore=shutil.ignore_patterns(*BUILT))
    (project / "node_modules").symlink_to(PACKAGES)
    run_build(project, shop.published)
    file = shop.published / "current" / "segmentry.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        segments = dict(
            connection.execute("select segment, is_sensitive from segment_catalog").fetchall()
        )
    return Site(project / "dist", file, segments)


def run_build(project: Path, published: Path) -> None:
    """Build a dashboard of a folder of published versions."""
    done = subprocess.run(
        ["npm", "run", "build"],
        cwd=project,
        env={
            **os.environ,
            "SEGMENTRY_PUBLISHED_DIR": str(published),
            "SEGMENTRY_PYTHON": sys.executable,
            "SEGMENTRY_PROJECT_DIR": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_segment_but_the_personal_has_a_page(site: Site) -> None:
    pages = {page.stem for page in (site.folder / "segments").glob("*.html")} - {"index"}
    assert pages == {name for name, is_sensitive in site.segments.items() if not is_sensitive}
    assert any(site.segments.values())


def test_nothing_is_told_of_a_customer_or_a_personal_segment(site: Site) -> None:
    customers = [name for (name,) in site.ask("select customer_id from customer_facts")]
    personal = {name for name, is_sensitive in site.segments.items() if is_sensitive}
    files = list((site.folder / "_file").rglob("*.json"))
    assert len(files) == len(list((DASHBOARD / "src" / "data").glob("*.sql")))
    for file in files:
        texts = set(texts_of(json.loads(file.read_text(encoding="utf-8"))))
        assert not texts & {*customers, *personal}


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text within a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_of(part)


def test_segments_have_the_numbers_of_the_file(site: Site) -> None:
    people = dict(
        site.ask("select segment, count(distinct customer_id) from segment_memberships group by 1")
    )
    reach = dict(
        site.ask(
            "select segment, count(distinct customer_id) from segment_memberships "
            "semi join (from customer_facts where is_email_subscriber) using (customer_id) "
            "group by 1"
        )
    )
    rows = {row["segment"]: row for row in site.data("segments")}
    assert rows.keys() == {name for name, is_personal in site.segments.items() if not is_personal}
    for name, row in rows.items():
        size = people.get(name, 0)
        assert (row["customer_count"], row["reach_count"]) == (size, reach.get(name, 0))
        assert row["growth"] == size - size // 2


def test_months_add_up_to_all_orders(site: Site) -> None:
    ((count, revenue),) = site.ask("select count(*), sum(net_revenue) from orders where is_valid")
    months = site.data("months")
    assert sum(row["order_count"] for row in months) == count
    assert sum(row["net_revenue"] for row in months) == pytest.approx(float(revenue), abs=0.01)
    buyers = len(site.ask("from customer_facts where order_count > 0"))
    assert sum(row["order_count"] for row in months if row["source"] == "new") == buyers
    assert (
        sum(
            row["customer_count"]
            for row in {row["cohort"]: row for row in site.data("cohorts")}.values()
        )
        <= buyers
    )


def test_a_changed_rule_is_marked(site: Site) -> None:
    days = [row for row in site.data("sizes") if row["segment"] == "loyal_customers"]
    assert [row["has_changed_rule"] for row in days] == [None, True]


def test_no_file_names_another_server(site: Site) -> None:
    for file in site.folder.rglob("*"):
        if file.suffix in (".html", ".css", ".js", ".json"):
            hosts = re.findall(r"https?://([\w.-]+)", file.read_text(encoding="utf-8"))
            assert {*hosts} <= {"www.w3.org"}, file


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """Serve the dashboard on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site.folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_show_the_numbers_fit_and_call_nobody(site: Site, address: str, width: int) -> None:
    with open_browser(width) as browser:
        for page in PAGES:
            browser.open(f"{address}/{page}.html")
            for number in expected_numbers(site, page):
                browser.wait_for(f"document.body.innerText.includes({json.dumps(number)})")
            browser.wait_for("!document.querySelector('observablehq-loading')")
            assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), page
            assert browser.errors() == []
            assert {url for url in browser.calls() if not url.startswith(address)} == set()


def expected_numbers(site: Site, page: str) -> list[str]:
    """Return numbers that a page must show, by queries over the published file."""
    ((customers, buyers, revenue, subscribers),) = site.ask(
        "select count(*), count(*) filter (order_count > 0), sum(net_revenue), "
        "count(*) filter (is_email_subscriber) from customer_facts"
    )
    ((loyal, worth),) = site.ask(
        "select count(*), sum(net_revenue) from customer_facts "
        "semi join segment_loyal_customers using (customer_id)"
    )
    ((left,),) = site.ask(
        "select round(100 * cart_abandonment_rate, 1) from segment_metrics where segment = ''"
    )
    ((orders,),) = site.ask(
        "select count(*) from orders, (select max(as_of_date) as day from customer_facts) "
        "where is_valid and country_code = 'US' and ordered_on > day - 365"
    )
    return {
        "index": [f"{customers:,}", f"{buyers:,}", f"{revenue:,.0f} USD", f"{subscribers:,}"],
        "orders": ["US", f"{orders:,}"],
        "carts": [f"{left:.1f}%"],
        "segments/index": ["Loyal customers", f"{loyal:,}", f"{worth:,.0f} USD"],
        "segments/loyal_customers": ["Loyal customers", f"{loyal:,}", f"{worth:,.0f} USD"],
    }[page]


def test_nothing_published_is_said(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(DASHBOARD / "query.py")],
        env={**os.environ, "SEGMENTRY_PUBLISHED_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"Nothing is published as {tmp_path / 'current'}: run make demo, or make publish.\n"
    )


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((DASHBOARD / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 200
    assert not any("resolved" in package for package in packages.values())
    assert all("integrity" in package or package.get("inBundle") for package in packages.values())
