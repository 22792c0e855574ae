"""`make serve`: the page in a real browser, and backfills that its daemon carries out."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentry.project.dbt_command import run_dbt
from segmentry.publish.last_build import publish_last_build
from segmentry.records.versions import KEPT_VERSIONS, current_version
from segmentry.settings.shop import Settings
from tests.python.dagster_server import DagsterServer, Run
from tests.python.small_shop import Delivery, deliver, shop_environment

BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
# What each page must have come to show.
PAGES = {
    "/asset-groups": "segments",
    "/locations/orchestration.definitions/jobs/daily": "daily",
    "/automation": "every_morning",
}
PATIENCE_IN_SECONDS = 180
# Ten days, up to the demo shop's last: each is built in whole, and once more beside the backfill.
DEMO_DAYS = [(date(2026, 6, 21) + timedelta(days=number)).isoformat() for number in range(10)]

HISTORY = """
    select customer_id, segment, segment_value, entered_on, exited_on, entered_cause, exited_cause
    from segment_history
    order by all
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DagsterServer]:
    """Return a Dagster that serves a small shop."""
    deliver(tmp_path / "raw", Delivery(days=1))
    server = DagsterServer(tmp_path / "dagster_home", shop_environment(tmp_path))
    server.start()
    yield server
    server.kill()


@pytest.mark.prove
@pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
@pytest.mark.parametrize("page", PAGES)
def test_the_page_shows_without_an_error(page: str, server: DagsterServer, tmp_path: Path) -> None:
    deadline = time.monotonic() + PATIENCE_IN_SECONDS
    shown = browse(server.url + page, tmp_path / "browser")
    while PAGES[page] not in shown and time.monotonic() < deadline:
        shown = browse(server.url + page, tmp_path / "browser")
    assert PAGES[page] in shown


def browse(url: str, profile: Path) -> str:
    """Open a page in Chromium and return what it came to hold; no error was logged."""
    shown = subprocess.run(
        [
            str(BROWSER),
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            f"--user-data-dir={profile}",
            "--virtual-time-budget=20000",
            "--dump-dom",
            url,
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_IN_SECONDS,
        check=True,
    )
    said = [line for line in shown.stderr.splitlines() if "CONSOLE" in line]
    assert not [line for line in said if re.search(r"error|exception", line, re.IGNORECASE)]
    return shown.stdout


@pytest.fixture
def demo_server(tmp_path: Path) -> Iterator[DagsterServer]:
    """Return a Dagster that serves the demo shop."""
    server = DagsterServer(tmp_path / "dagster_home", demo_environment(tmp_path))
    server.start()
    yield server
    server.kill()


def demo_environment(folder: Path) -> dict[str, str]:
    """Return the environment of the demo shop, whose raw files are the project's own."""
    environment = shop_environment(folder) | {"SEGMENTRY_FIRST_DAY": DEMO_DAYS[0]}
    del environment["SEGMENTRY_RAW_DIR"]
    return environment


@pytest.mark.prove
def test_a_backfill_that_is_killed_half_way_equals_daily_runs(
    demo_server: DagsterServer, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(max_workers=1) as beside:
        daily = beside.submit(built_day_by_day, tmp_path / "daily")
        backfilled_in_two_goes(demo_server, tmp_path)
        assert history(tmp_path) == history(daily.result())


def backfilled_in_two_goes(server: DagsterServer, folder: Path) -> None:
    """Start a backfill, kill everything half-way, and ask for the days that are missing."""
    server.backfill(DEMO_DAYS)
    wait(server, lambda runs: succeeded(runs) >= len(DEMO_DAYS) // 2)
    server.kill()
    server.start()
    for run in server.runs():
        if run.status not in ("SUCCESS", "FAILURE", "CANCELED"):
            server.terminate(run.run_id)
    published = current_day(folder)
    server.backfill([day for day in DEMO_DAYS if day > published])
    wait(server, lambda runs: current_day(folder) == DEMO_DAYS[-1])


def wait(server: DagsterServer, is_done: Callable[[list[Run]], bool]) -> None:
    """Wait until runs are done, at most half an hour after the last one that ended well."""
    ended, deadline = 0, time.monotonic() + 1800
    while not is_done(runs := server.runs()):
        if succeeded(runs) > ended:
            ended, deadline = succeeded(runs), time.monotonic() + 1800
        assert time.monotonic() < deadline
        time.sleep(5)


def succeeded(runs: list[Run]) -> int:
    """Return how many runs ended well."""
    return sum(run.status == "SUCCESS" for run in runs)


def current_day(folder: Path) -> str:
    """Return the day that readers of a shop meet."""
    version = current_version(folder / "published")
    assert version
    return version.manifest.as_of_date.isoformat()


def history(folder: Path) -> list[tuple[Any, ...]]:
    """Return the history that readers of a shop meet, row by row."""
    version = current_version(folder / "published")
    assert version
    with duckdb.connect(str(version.folder / "segmentry.duckdb"), read_only=True) as connection:
        return connection.execute(HISTORY).fetchall()


def built_day_by_day(folder: Path) -> Path:
    """Build and publish the same days by hand in a folder of their own."""
    folder.mkdir()
    environment = demo_environment(folder)
    settings = Settings.from_environment(environment)
    for day in DEMO_DAYS:
        arguments = ("build", "--exclude-resource-type=unit_test")
        run_dbt(*arguments, environment={**environment, "SEGMENTRY_AS_OF": day})
        publish_last_build(settings, [], KEPT_VERSIONS)
    return folder
