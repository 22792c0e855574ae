"""Publishers are killed at any moment, and readers never notice."""

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentry.records.versions import clean_up, current_version, read_version, roll_back
from tests.python.conftest import PROVE
from tests.python.published import Shop

TABLES = [
    "customer_facts",
    "orders",
    "segment_memberships",
    "segment_catalog",
    "customer_contacts",
    "email_consents",
]
PUBLISHES = 200 if PROVE else 5
READERS = 2
STEPS = {"open", "os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"}


@pytest.fixture
def shop(whole_build: Path, tmp_path: Path) -> Shop:
    """Return a shop that has published a first version of a few tables."""
    shop = Shop.copy(whole_build, tmp_path, TABLES)
    shop.publish()
    return shop


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Return where processes come from that have the program loaded, and no thread running."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.python.conftest", "tests.python.published", "pandas"])
    return context


def check_version(folder: Path) -> str:
    """Return the id of a version all of whose files are whole and belong together."""
    manifest = json.loads((folder / "manifest.json").read_text())
    build_id = manifest["build_id"]
    assert build_id == folder.name
    assert manifest["validation"]["success"] is True
    row_counts: dict[str, int] = {}
    for database, parquet in [("segmentry.duckdb", "parquet"), ("contacts.duckdb", "contacts")]:
        with duckdb.connect(str(folder / database), read_only=True) as connection:
            for (table,) in connection.execute("show tables").fetchall():
                file = folder / parquet / f"{table}.parquet"
                counts = [
                    connection.execute(
                        f"select build_id, count(*) from {source} group by build_id"
                    ).fetchall()
                    for source in (table, f"'{file}'")
                ]
                assert counts[0] == counts[1]
                ((found, rows),) = counts[0]
                assert found == build_id
                row_counts[table] = rows
    assert row_counts == manifest["row_counts"]
    return str(build_id)


def read_on(published: Path, stop: Event, report: Path) -> None:
    """Read what is current, again and again, and report which versions were met."""
    met: list[str] = []
    try:
        while not stop.is_set():
            # Once for all files: between two of them another version may become current.
            met.append(check_version((published / "current").resolve()))
        report.write_text(json.dumps(met))
    except BaseException as error:
        report.write_text(json.dumps(f"{error!r} after {len(met)} reads"))
        raise


def hold_open(folder: Path, opened: Event, stop: Event, report: Path) -> None:
    """Keep a version open from the first to the last publish, and read it all the while."""
    facts = (folder / "parquet" / "customer_facts.parquet").open("rb")
    query = "select count(*), sum(hash(orders)) from orders"
    with facts, duckdb.connect(str(folder / "segmentry.duckdb"), read_only=True) as connection:
        content = facts.read()
        first = connection.execute(query).fetchall()
        opened.set()
        is_same = True
        while not stop.is_set() and is_same:
            facts.seek(0)
            is_same = facts.read() == content and connection.execute(query).fetchall() == first
            time.sleep(0.05)
    report.write_text(json.dumps(is_same))


@contextmanager
def readers(shop: Shop, processes: ForkServerContext, folder: Path) -> Iterator[list[str]]:
    """Let processes read while a test publishes; yield the list that they leave at the end."""
    stop, opened = processes.Event(), processes.Event()
    reports = [folder / f"reader_{number}.json" for number in range(READERS)]
    held = folder / "held.json"
    running: list[BaseProcess] = [
        processes.Process(target=read_on, args=(shop.published, stop, report)) for report in reports
    ]
    version = current_version(shop.published)
    assert version
    running.append(processes.Process(target=hold_open, args=(version.folder, opened, stop, held)))
    met: list[str] = []
    for process in running:
        process.start()
    try:
        assert opened.wait(120)
        yield met
    finally:
        stop.set()
        for process in running:
            process.join(60)
    for report in reports:
        found = json.loads(report.read_text())
        assert isinstance(found, list), found
        met += found
    assert json.loads(held.read_text()) is True
    assert not version.folder.exists()


def publish_and_maybe_die(shop: Shop, started: Event, die_at: int | None, report: Path) -> None:
    """Publish; with a step to die at, kill the process just before it.

    Args:
        shop: what to publish.
        started: set when the publish begins.
        die_at: which request to the operating system to change something, counted from 0, is not
            made any more.
        report: the file that the requests of a whole publish are written to.
    """
    steps: list[str] = []

    def note_step(event: str, arguments: tuple[Any, ...]) -> None:
        # How much is read depends on how many versions there are, and harms nobody.
        is_reading = event == "open" and arguments[2] & os.O_ACCMODE == os.O_RDONLY
        is_step = event in STEPS and not is_reading
        if is_step and str(shop.published) in " ".join(map(str, arguments)):
            if len(steps) == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            steps.append(event)

    sys.addaudithook(note_step)
    started.set()
    shop.publish(keep=3)
    report.write_text(json.dumps(steps))


def test_readers_meet_whole_versions_while_publishers_are_killed(
    shop: Shop, processes: ForkServerContext, tmp_path: Path
) -> None:
    dice = random.Random(7)
    first = current_version(shop.published)
    assert first
    killed, published = 0, [first.build_id]
    with readers(shop, processes, tmp_path) as met:
        seconds = 1.0
        while len(published) <= PUBLISHES:
            shop.build_next()
            started = processes.Event()
            publisher = processes.Process(
                target=publish_and_maybe_die, args=(shop, started, None, tmp_path / "steps")
            )
            publisher.start()
            assert started.wait()
            begun = time.monotonic()
            if dice.random() < 0.6:
                time.sleep(dice.uniform(0, seconds))
                publisher.kill()
            publisher.join()
            current = current_version(shop.published)
            assert current
            if publisher.exitcode == 0:
                seconds = max(seconds / 2, time.monotonic() - begun)
                assert current.build_id > published[-1]
            else:
                assert publisher.exitcode == -signal.SIGKILL
                killed += 1
            if current.build_id != published[-1]:
                published.append(current.build_id)
    assert killed >= PUBLISHES // 4
    assert len(met) >= PUBLISHES
    assert set(met) <= set(published)
    assert len(set(met)) >= 3


def test_a_publisher_may_die_at_any_step(
    shop: Shop, processes: ForkServerContext, tmp_path: Path
) -> None:
    def run(die_at: int | None) -> int | None:
        shop.build_next()
        started = processes.Event()
        publisher = processes.Process(
            target=publish_and_maybe_die, args=(shop, started, die_at, tmp_path / "steps")
        )
        publisher.start()
        publisher.join()
        return publisher.exitcode

    for _ in range(3):
        assert run(None) == 0
    steps = json.loads((tmp_path / "steps").read_text())
    # The link is made right before `current` is switched.
    near = steps.index("os.symlink")
    outcomes = set()
    for die_at in range(len(steps)) if PROVE else range(near - 4, near + 6):
        before = current_version(shop.published)
        assert run(die_at) == -signal.SIGKILL
        after = current_version(shop.published)
        assert before and after
        outcomes.add(before == after)
        assert check_version(after.folder) == after.build_id
        # What the next publisher does first brings everything in order.
        clean_up(shop.published)
        for path in (shop.published / "versions").iterdir():
            assert read_version(shop.published, path.name).build_id == check_version(path)
        assert roll_back(shop.published).build_id < after.build_id
        roll_back(shop.published, after.build_id)
    assert outcomes == {True, False}
    assert run(None) == 0
