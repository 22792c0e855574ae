"""What all commands have in common: one document for programs, completion, and errors."""

import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import pytest
import typer

from segmentry import completion
from segmentry.__main__ import app, main
from segmentry.activation.command import sync_names
from segmentry.checks.results import CheckResult, Severity, Validation
from segmentry.errors import SettingsError
from segmentry.settings.shop import ROOT
from segmentry.terminal import plain
from segmentry.what_if.changes import Change
from segmentry.what_if.computation import WhatIf
from segmentry.what_if.movements import Movement
from tests.python.activation_shop import SECRET
from tests.python.published import Shop


@pytest.fixture(scope="module")
def demo(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return the demo shop with two published versions."""
    shop = Shop.copy(whole_build, tmp_path_factory.mktemp("commands"))
    for _ in range(2):
        shop.publish_next()
    return shop


@pytest.fixture
def shop(demo: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    """Return it as what commands work on."""
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(demo.settings.warehouse))
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(demo.published))
    monkeypatch.setenv("SEGMENTRY_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("SEGMENTRY_STATE_KEY", SECRET)
    working = Path.cwd()
    yield demo
    os.chdir(working)


def no_number(name: str) -> NoReturn:
    raise AssertionError(f"{name} is no JSON")


def document(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    """Return the one document that a command prints for programs."""
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out, parse_constant=no_number)


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (["versions"], {"versions", "damaged"}),
        (["diff"], {"before", "after", "shop", "segments", "tables"}),
        (["explain", "C0003"], {"customer_id", "facts", "segments", "decision"}),
        (["summary"], {"shop", "raw_rows", "forecasts", "segments", "settings", "unmet_needs"}),
        (["status", "example_files"], {"runs", "sizes", "open_jobs"}),
        (["publish"], {"build_id", "is_current"}),
    ],
)
def test_a_command_prints_one_object(
    shop: Shop, capsys: pytest.CaptureFixture[str], command: list[str], names: set[str]
) -> None:
    assert names <= document(capsys, *command).keys()


@pytest.mark.parametrize(
    "command", [["profile"], ["syncs"], ["experiment", "status"], ["experiment", "results"]]
)
def test_a_command_prints_one_list(
    shop: Shop, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert isinstance(document(capsys, *command), list)


def test_documents_say_what_people_are_shown(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = document(capsys, "versions")["versions"]
    assert [version["is_current"] for version in kept] == [False, True]
    summary = document(capsys, "summary")
    assert main(["summary"]) == 0
    assert f"{summary['shop']['customers']:,} customers" in capsys.readouterr().out
    assert sum(version["customers"] for version in kept) == 2 * summary["shop"]["customers"]
    slowest = document(capsys, "profile", "--slowest", "3")
    assert len(slowest) == 3
    assert slowest == sorted(slowest, key=lambda node: -node["seconds"])


def test_roll_back_tells_what_is_current(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = document(capsys, "versions")["versions"]
    assert document(capsys, "roll-back")["build_id"] == first["build_id"]
    assert document(capsys, "roll-back", second["build_id"])["is_current"]


@pytest.mark.parametrize("success", [True, False])
def test_a_build_tells_its_outcome_and_shows_the_rest_elsewhere(
    shop: Shop,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    success: bool,
) -> None:
    monkeypatch.setattr("segmentry.build.dbt_build.run_build", lambda *arguments: success)
    content = document(capsys, "build", code=int(not success))
    assert content["success"] == success
    assert content["warehouse"] == str(shop.settings.warehouse)
    if success:
        assert content["published"] is None and content["summary"]["shop"]["customers"] > 1000


@pytest.mark.parametrize("names", [[], ["a check"]])
def test_a_check_tells_what_it_found(
    shop: Shop,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    names: list[str],
) -> None:
    failures = [CheckResult(name, "table", Severity.BLOCKING, False, "it failed") for name in names]
    validation = Validation(date(2026, 6, 30), "id", [], failures)
    monkeypatch.setattr(
        "segmentry.publish.last_build.check_last_build", lambda *arguments: validation
    )
    content = document(capsys, "check", code=len(names))
    assert content["success"] == (not names)
    assert [result["name"] for result in content["results"]] == names


def test_a_what_if_tells_who_moves(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    movement = Movement("buyers", 3, 2, 0, 1, 0, Decimal("0"), Decimal("9.50"), [], ["c1"])
    result = WhatIf(datetime(2026, 7, 1), date(2026, 6, 30), [Change("a", "b")], [movement])
    monkeypatch.setattr("segmentry.what_if.computation.what_if", lambda *arguments: result)
    content = document(capsys, "what-if")
    assert content["changes"] == [{"model": "a", "what": "b"}]
    assert content["movements"][0]["revenue_leaving"] == 9.5


def test_an_error_leaves_stdout_empty(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(tmp_path / "none.duckdb"))
    assert main(["summary", "--json"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and "`make build`" in told.err


@dataclass
class Amount:
    """A row of a table."""

    value: Decimal


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2026, 6, 30, 18), "2026-06-30T18:00:00+00:00"),
        (datetime(2026, 6, 30, 18, tzinfo=UTC), "2026-06-30T18:00:00+00:00"),
        (date(2026, 6, 30), "2026-06-30"),
        (Decimal("514688.23"), 514688.23),
        (math.nan, None),
        (math.inf, None),
        ({"a": (1, {Decimal("2")})}, {"a": [1, [2.0]]}),
        ([Amount(Decimal("1.5"))], [{"value": 1.5}]),
        (Path("a/b"), "a/b"),
        ("é", "é"),
    ],
)
def test_what_tables_hold_is_json(value: Any, expected: Any) -> None:
    assert plain(value) == expected


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError, match="object can't be written"):
        plain([object()])


# Completion


def complete(words: str) -> list[str]:
    """Return what a shell is offered for a line that is being typed."""
    environment = {
        "_SEGMENTRY_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    result = subprocess.run(
        [sys.executable, "-m", "segmentry"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == ""
    return result.stdout.split()


def test_a_shell_completes_ids_syncs_and_segments(shop: Shop) -> None:
    newest_first = sorted(path.name for path in (shop.published / "versions").iterdir())[::-1]
    assert complete("segmentry roll-back ") == newest_first
    assert complete("segmentry diff 2") == newest_first
    assert "example_klaviyo" in complete("segmentry plan example_k")
    assert complete("segmentry publish --accept one_t") == ["one_timers"]
    assert "explain" in complete("segmentry exp")


def test_completion_is_never_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEGMENTRY_ENV_FILE", str(tmp_path / "missing.env"))
    assert completion.build_ids("") == sync_names("") == []
    assert complete("segmentry roll-back ") == complete("segmentry plan ") == []
    monkeypatch.setenv("SEGMENTRY_ENV_FILE", "")
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(tmp_path / "nowhere"))
    assert completion.build_ids("") == []

    def broken() -> list[str]:
        raise SettingsError("broken")

    assert completion.completed(broken)("") == []


def test_the_command_loads_in_a_moment() -> None:
    """What takes seconds is loaded by the commands that need it."""
    code = "import sys, segmentry.__main__; print(*sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"great_expectations", "dbt", "dagster", "pandas", "scipy", "numpy", "pyarrow"}
    assert not heavy & set(printed)


def test_the_readme_names_every_command() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Commands\n")[2]
    table = table.partition("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name for cell in cells for name in re.findall(r"[a-z][a-z-]+", cell)}
    commands = typer.main.get_group(app).commands
    assert commands.keys() - named == set()
    assert all(command.help for command in commands.values())
