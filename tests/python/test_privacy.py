"""What the project writes for itself is its owner's alone, and nothing of it stays behind."""

import multiprocessing
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.assets.dbt import remove_killed
from segmentry.records.databases import ADDRESS
from segmentry.settings.scratch import ScratchFolder
from tests.python.dbt_server import DBT, ROOT
from tests.python.projects import copy_project

FOR_OTHERS = 0o077


@contextmanager
def open_umask() -> Iterator[None]:
    """Let others have all they can, as some machines do."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def open_paths(folder: Path) -> list[str]:
    """Return what below a folder others may read or change, now that its folders let them in."""
    return [
        f"{path.relative_to(folder)} {path.stat().st_mode & 0o777:o}"
        for path in [folder, *folder.rglob("*")]
        if not path.is_symlink() and path.stat().st_mode & FOR_OTHERS
    ]


def test_a_build_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    with open_umask():
        project = copy_project(tmp_path / "project")
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("SEGMENTRY_")
        }
        # A warehouse and a target folder of before, which were open to all.
        (project / "target").mkdir()
        (project / "target" / "manifest.json").write_text("{}")
        (project / "warehouse" / "segmentry.duckdb.tmp").mkdir(parents=True)
        (project / "warehouse" / "segmentry.duckdb.tmp" / "spilled").write_text("by a killed build")
        subprocess.run(
            [str(DBT), "--quiet", "run", "--select", "int_as_of"],
            cwd=project,
            env=environment | {"SEGMENTRY_RAW_DIR": str(ROOT / "seeds" / "demo_shop")},
            check=True,
        )
    assert (project / "warehouse" / "segmentry.duckdb").stat().st_mode & 0o777 == 0o600
    assert not (project / "warehouse" / "segmentry.duckdb.tmp").exists()
    assert open_paths(project / "target") == []
    assert open_paths(project / "logs") == []
    assert list((project / "target" / "scratch").iterdir()) == [
        project / "target" / "scratch" / ".lock"
    ]


@pytest.mark.parametrize("program", ["segmentry/__main__.py", "orchestration/definitions.py"])
def test_every_command_keeps_what_it_writes_private(program: str) -> None:
    """A process takes others' rights off before it does anything, also off what it starts."""
    assert "    keep_private()\n" in (ROOT / program).read_text()


def hold_scratch(root: Path, ready: Path) -> None:
    """Make a temporary folder, and be killed in the middle."""
    with ScratchFolder(root, "reading") as folder:
        (folder / "orders.parquet").write_text("people's data")
        ready.write_text(folder.name)
        signal.pause()


def test_what_a_killed_process_left_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    base = tmp_path / "target" / "scratch"
    ready = tmp_path / "ready"
    process = multiprocessing.get_context("spawn").Process(
        target=hold_scratch, args=(tmp_path, ready)
    )
    process.start()
    while not (ready.exists() and ready.read_text()):
        assert process.is_alive()
    left = base / ready.read_text()
    # While it lives, its folder is its own.
    with ScratchFolder(tmp_path, "publishing") as folder:
        assert (left / "orders.parquet").exists()
        assert folder.stat().st_mode & FOR_OTHERS == base.stat().st_mode & FOR_OTHERS == 0
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert (left / "orders.parquet").exists()
    with ScratchFolder(tmp_path, "publishing") as folder:
        assert not left.exists()
        assert sorted(path.name for path in base.iterdir()) == sorted([".lock", folder.name])
    assert [path.name for path in base.iterdir()] == [".lock"]


def test_what_a_killed_run_of_dbt_left_is_removed_by_the_next(tmp_path: Path) -> None:
    for name in ("killed", "failed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dbt.log").write_text("a row")
    (tmp_path / "failed" / "run_results.json").write_text("{}")
    remove_killed(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["failed"]


def test_published_texts_are_searched_for_what_models_take_out() -> None:
    macro = (ROOT / "macros" / "cross_database" / "address_pattern.sql").read_text()
    assert ADDRESS in macro
    for address in ("jo@localhost", "jo＠shop．example", "jo@shop.example", "mailto:jo@LOCALHOST"):
        assert re.search(ADDRESS, f"see {address}")
    for text in ("jo", "jo@", "@jo", "4 @ 5 €", "jo@shop"):
        assert not re.search(ADDRESS, text)
