"""The likeliest mistakes of a new user print what TROUBLESHOOTING.md says they print."""

import io
import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from rich.console import Console

from segmentry.build.messages import in_one_line
from segmentry.build.progress import show_event, shown_progress
from segmentry.build.summary import print_summary
from segmentry.checks.results import CheckResult, Severity
from segmentry.checks.shop import SHOP_SETTINGS, tell_change
from segmentry.errors import RecordsError, SegmentryError, SettingsError
from segmentry.publish.last_build import publish_last_build
from segmentry.settings.environment import contradicted, load_env_file
from segmentry.settings.memory import limit_memory
from segmentry.settings.places import check_raw_folder, check_warehouse
from segmentry.settings.shop import Settings
from segmentry.settings.variables import (
    check_variables,
    configured_variables,
    declared_variables,
    read_variables,
)
from segmentry.what_if.computation import what_if
from tests.python.dbt_server import close_warehouse, read_project
from tests.python.warehouse import ROOT

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
ORDERS = "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"
Usage = namedtuple("Usage", ["total", "used", "free"])


def documented() -> list[str]:
    """Return the messages of the page, each on one line."""
    page = (ROOT / "TROUBLESHOOTING.md").read_text(encoding="utf-8")
    return [" ".join(block.split()) for block in re.findall(r"```text\n(.*?)```", page, re.DOTALL)]


def assert_documented(message: str, folder: Path) -> None:
    """Assert that a message is one line and stands on the page, the shop's folder being /shop."""
    assert "\n" not in message
    assert message.replace(str(folder), "/shop") in documented()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a shop that the environment names."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "orders.csv").write_text(ORDERS)
    monkeypatch.setenv("SEGMENTRY_RAW_DIR", str(tmp_path / "raw"))
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(tmp_path / "segmentry.duckdb"))
    return tmp_path


def settings_error(command: Callable[[], Any]) -> str:
    """Return the message with which a command stops."""
    with pytest.raises(SettingsError) as error:
        command()
    return str(error.value)


# dbt, in this process; the project is read once.


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manifest]:
    """Return the project as dbt reads it."""
    folder = tmp_path_factory.mktemp("dbt")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("DBT_TARGET_PATH", str(folder / "target"))
        patch.setenv("DBT_LOG_PATH", str(folder / "logs"))
        patch.setenv("SEGMENTRY_WAREHOUSE", str(folder / "segmentry.duckdb"))
        manifest = read_project("segmentry", ())
        assert manifest
        yield manifest


def run(manifest: Manifest, *arguments: str) -> tuple[bool, list[str]]:
    """Run dbt; return whether it succeeded and what it told: its own error, or the project's words.

    Args:
        manifest: the project.
        arguments: the command and its flags.
    """
    told: list[str] = []

    def listen(event: Any) -> None:
        if event.info.name == "JinjaLogInfo":
            told.append(event.info.msg)

    result = dbtRunner(manifest=manifest, callbacks=[listen]).invoke(
        ["--quiet", "--no-partial-parse", *arguments]
    )
    close_warehouse()
    return result.success, [*told, in_one_line(str(result.exception or ""))]


def test_1_the_raw_folder_is_missing_or_a_file(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_documented(settings_error(lambda: check_raw_folder(shop / "exports")), shop)
    file = shop / "raw" / "orders.csv"
    message = settings_error(lambda: check_raw_folder(file))
    assert message.startswith(f"The raw folder {file} is a file: set SEGMENTRY_RAW_DIR to")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    message = settings_error(lambda: check_raw_folder(shop / "raw"))
    assert "can't be read by this user: give it the right to, or set SEGMENTRY_RAW_DIR" in message


def test_2_and_3_no_orders_or_a_column_of_another_name(shop: Path, manifest: Manifest) -> None:
    orders = shop / "raw" / "orders.csv"
    orders.write_text(ORDERS.replace("ordered_at", "created_at"))
    for written, words in (
        (True, f"table `orders` lacks the required column `ordered_at` in {orders}"),
        (False, "table `orders` is missing"),
    ):
        if not written:
            orders.unlink()
        success, told = run(manifest, "build", "--select", "int_as_of")
        assert not success
        assert words in told[-1]
        assert str(shop / "raw") in told[-1]
        assert any(words.replace(str(shop), "/shop") in message for message in documented())
        with duckdb.connect(str(shop / "segmentry.duckdb"), read_only=True) as connection:
            assert connection.execute("from duckdb_tables()").fetchall() == []


def test_4_most_rows_are_unreadable(shop: Path, manifest: Manifest) -> None:
    rows = (
        "1,ann,30.06.2026,completed,USD,10",
        "2,bob,01.07.2026,completed,USD,10",
        "3,cid,2026-06-29,paid,USD,10",
        "4,dan,2026-06-29,completed,USD,10",
    )
    (shop / "raw" / "orders.csv").write_text(ORDERS + "\n".join(rows) + "\n")
    success, told = run(
        manifest,
        "build",
        "--select=+rejected_share_is_small",
        "--indirect-selection=cautious",
        "--exclude-resource-type=unit_test",
    )
    assert not success
    (failed,) = [line for line in told if line.startswith("Failed:")]
    assert_documented(failed, shop)
    with duckdb.connect(str(shop / "segmentry.duckdb"), read_only=True) as connection:
        findings = connection.execute(
            "select finding from build_log where status = 'fail'"
        ).fetchall()
    assert findings == [(failed.removeprefix("Failed: "),)]


def test_5_a_var_is_unknown_or_unreadable(shop: Path, manifest: Manifest) -> None:
    given = "{reporting_curency: EUR, idle_customers_days: many}"
    message = settings_error(lambda: check_variables(ROOT, read_variables(given), {}))
    assert_documented(message, shop)
    success, told = run(manifest, "build", "--select", "int_as_of", "--vars", given)
    assert not success
    assert told[-1] == message
    assert not (shop / "segmentry.duckdb").exists()


def test_6_a_setting_is_unknown_or_unreadable(shop: Path) -> None:
    (shop / ".env").write_text("SEGMENTRY_TIMEZON=Europe/Paris\n")
    assert_documented(settings_error(lambda: load_env_file(shop, {})), shop)
    environment = {"SEGMENTRY_TIMEZONE": "New York", "SEGMENTRY_AS_OF": "30.06.2026"}
    assert_documented(settings_error(lambda: check_variables(ROOT, {}, environment)), shop)
    with duckdb.connect() as connection:
        limit = {"SEGMENTRY_MEMORY_LIMIT": "much"}
        assert_documented(settings_error(lambda: limit_memory(connection, limit)), shop)
    named = {"SEGMENTRY_ENV_FILE": "other.env"}
    message = settings_error(lambda: load_env_file(shop, named))
    assert message == f"The settings in {shop}/other.env can't be read: no such file or directory."


def test_7_dbt_is_called_by_itself(
    shop: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file = shop / "shop.env"
    env_file.write_text("SEGMENTRY_RAW_DIR=~/raw\nSEGMENTRY_TIMEZONE=Europe/Paris\n")
    monkeypatch.setenv("SEGMENTRY_ENV_FILE", str(env_file))
    monkeypatch.delenv("SEGMENTRY_RAW_DIR")
    success, told = run(manifest, "build", "--select", "int_as_of")
    assert not success
    message = told[-1].replace(f"--file {env_file} ", "").replace(str(env_file), ".env")
    assert_documented(message, shop)
    environment = dict(os.environ)
    load_env_file(ROOT, environment)
    assert environment["SEGMENTRY_RAW_DIR"] == os.path.expanduser("~/raw")
    assert environment["SEGMENTRY_TIMEZONE"] == "Europe/Paris"


def test_8_the_warehouse_cant_be_written(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = shop / "segmentry.duckdb"
    command = [sys.executable, "-c", HOLD, str(warehouse)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        assert_documented(settings_error(lambda: check_warehouse(warehouse)), shop)
        with pytest.raises(RecordsError, match="is held by another process"):
            publish_last_build(Settings(shop, warehouse, shop / "published"), [], 1)
        with pytest.raises(SegmentryError, match="is held by another process"):
            what_if(ROOT, warehouse, {})
        holder.communicate("\n")
    assert_documented(settings_error(lambda: check_warehouse(shop / "nowhere" / "a.duckdb")), shop)
    assert_documented(settings_error(lambda: check_warehouse(shop / "main.duckdb")), shop)
    for name in ("temp", "Temp", "landed_raw", "sh'op", 'sh"op', "a.b"):
        message = settings_error(partial(check_warehouse, shop / f"{name}.duckdb"))
        assert message.startswith(f"The warehouse can't be called {name}.duckdb: ")
    (shop / "folder.duckdb").mkdir()
    (shop / "text.duckdb").write_text("no database, but long enough to hold the head of one" * 99)
    assert "is a folder" in settings_error(lambda: check_warehouse(shop / "folder.duckdb"))
    assert "no DuckDB file" in settings_error(lambda: check_warehouse(shop / "text.duckdb"))
    assert "is a file" in settings_error(lambda: check_warehouse(shop / "text.duckdb" / "a.duckdb"))
    check_warehouse(warehouse)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1, 1, 0))
    message = settings_error(lambda: check_warehouse(warehouse))
    assert message == f"The disk of {shop} is full: make room, and build again."
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "give it the right to" in settings_error(lambda: check_warehouse(warehouse))


def test_9_there_is_no_build(shop: Path) -> None:
    warehouse = shop / "segmentry.duckdb"
    silent = Console(file=io.StringIO())
    message = settings_error(lambda: print_summary(warehouse, silent))
    assert_documented(message, shop)
    with pytest.raises(RecordsError) as refused:
        publish_last_build(Settings(shop, warehouse, shop / "published"), [], 1)
    with pytest.raises(SegmentryError) as unanswered:
        what_if(ROOT, warehouse, {})
    assert str(refused.value) == str(unanswered.value) == message
    duckdb.connect(str(warehouse)).close()
    message = settings_error(lambda: print_summary(warehouse, silent))
    assert message == (f"{warehouse} holds no whole build: run `make build`, and see what it says.")


def test_10_other_settings_than_published(shop: Path) -> None:
    """That such a build is held back is a test of the checks."""
    setting = SHOP_SETTINGS[0]
    result = CheckResult(
        setting.check, "customer_facts", Severity.BLOCKING, False, "", sample_ids=["UTC"]
    )
    message = tell_change(setting, {"shop_timezone": "America/New_York"}, result)
    assert_documented(message, shop)


# What a value may be


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("as_of", ["2026-06-30", "2026-06-30T18:00:00+02:00", "", None], ["2026-02-30", 20260630]),
        ("idle_customers_days", [0, 180], [-1, 1.5, "180", True, None]),
        ("max_rejected_share", [0, 0.05, 1], [-0.1, 1.1, "5 %"]),
        ("high_spenders_mean_multiple", [0, 1, 2.5], [-1, "twice"]),
        ("trust_unflagged_opens", [True, False], [1, "yes"]),
        ("value_tiers_percent", [[1, 5, 20], [10]], [[], [0.5], [101], 5, ["1"]]),
        ("max_raw_age_days", [{"orders": 5}, {"orders": 0}], [{"order": 5}, {"orders": -1}, 3]),
        ("shop_timezone", ["Europe/Paris", "UTC"], ["Europe/Atlantis", "", 1, "../etc/passwd"]),
        ("reporting_currency", ["EUR"], ["eur", "EURO", "", 1]),
        ("shop_country", ["FR"], ["fr", "FRA", "", 1]),
    ],
)
def test_values_are_of_the_type_of_their_default(
    name: str, good: list[Any], bad: list[Any]
) -> None:
    for value in good:
        check_variables(ROOT, {name: value}, {})
    for value in bad:
        message = settings_error(partial(check_variables, ROOT, {name: value}, {}))
        assert message.startswith(f"The var {name} is `{value}`: expected ")


def test_an_unquoted_date_is_a_day() -> None:
    check_variables(ROOT, read_variables("{as_of: 2026-06-30, demo_as_of: 2026-06-29}"), {})


@pytest.mark.parametrize("text", ["{as_of", "as_of", "[1]", "3"])
def test_vars_are_a_mapping(text: str) -> None:
    assert "expected YAML" in settings_error(lambda: read_variables(text))


def test_every_var_may_be_given_its_default() -> None:
    check_variables(ROOT, configured_variables(ROOT, {}), {})
    assert declared_variables(ROOT).keys() == configured_variables(ROOT, {}).keys()


# One place for settings


def test_the_environment_counts_before_the_file_and_vars_before_both(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# a shop\nexport SEGMENTRY_TIMEZONE='Europe/Paris'\nSEGMENTRY_CURRENCY=EUR # euro\n"
        "SEGMENTRY_ID_SALT=\nOTHER=1\n"
    )
    environment = {"SEGMENTRY_TIMEZONE": "Asia/Tokyo"}
    assert contradicted(tmp_path, environment) == ["SEGMENTRY_TIMEZONE"]
    load_env_file(tmp_path, environment)
    assert environment == {"SEGMENTRY_TIMEZONE": "Asia/Tokyo", "SEGMENTRY_CURRENCY": "EUR"}
    shutil.copyfile(ROOT / "dbt_project.yml", tmp_path / "dbt_project.yml")
    configured = configured_variables(tmp_path, environment)
    assert configured["shop_timezone"] == "Asia/Tokyo"
    assert configured["reporting_currency"] == "EUR"
    assert configured["shop_country"] == "US"
    # A setting that can't be used does not matter where a var is given.
    check_variables(ROOT, {"shop_timezone": "UTC"}, {"SEGMENTRY_TIMEZONE": "nowhere"})


def test_no_file_is_no_settings(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SEGMENTRY_TIMEZONE=Europe/Paris\n")
    environment = {"SEGMENTRY_ENV_FILE": ""}
    load_env_file(tmp_path, environment)
    assert environment == {"SEGMENTRY_ENV_FILE": ""}


# Progress


def event(name: str, level: str = "info", msg: str = "", **data: Any) -> Mapping[str, Any]:
    """Return an event of dbt's log."""
    return {"info": {"name": name, "level": level, "msg": msg}, "data": data}


def test_a_file_gets_a_line_per_phase_and_what_the_project_says() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=200)
    nodes = [
        event("LogStartLine", index=number, total=8, description="sql table model main.m")
        for number in range(1, 9)
    ]
    with shown_progress(console) as display:
        for each in (
            event("MainReportVersion"),
            event("FoundStats"),
            *nodes,
            event("LogTestResult", "error", "FAIL 1 small"),
            event("RunResultError", "error", "  Got 1 result, configured to fail if != 0"),
            event("JinjaLogInfo", msg="Failed: small: orders: 3 of 4 rows were rejected."),
            event(
                "RunResultError", "error", "  Runtime Error in model m\n  No space left on device"
            ),
        ):
            show_event(each, display, console)
    lines = [re.sub(r"^ *\d+ s  ", "", line) for line in stream.getvalue().splitlines()]
    assert lines == [
        "starting dbt",
        "reading the project",
        "reading the raw files",
        "building and testing 1/8",
        "building and testing 3/8",
        "building and testing 5/8",
        "building and testing 7/8",
        "Failed: small: orders: 3 of 4 rows were rejected.",
        "The disk is full: make room, and build again. What was published is unharmed.",
    ]


def test_headings_and_traces_of_dbt_are_left_out() -> None:
    message = (
        "Encountered an error:\nCompilation Error in operation segmentry-on-run-start-0 "
        "(./dbt_project.yml)\n  The raw folder is empty.\n  \n  > in macro check_raw_files "
        "(macros/raw/check_raw_files.sql)\n  > called by macro prepare_raw (macros/raw/x.sql)"
    )
    assert in_one_line(message) == "The raw folder is empty."
