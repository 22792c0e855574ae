"""Days that Dagster really builds and publishes: good ones, bad ones, held ones, one after the other."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dagster import (
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    build_run_status_sensor_context,
)

from orchestration import locks
from orchestration.alerts import failure_alert, is_recovery
from orchestration.assets.published import PUBLISHED_VERSION
from orchestration.definitions import shop_definitions
from orchestration.dbt_command import run_dbt
from orchestration.partitions import vars_of_day
from orchestration.publish.versions import Version, current_version, versions
from orchestration.settings import Settings
from tests.python.conftest import PROVE
from tests.python.small_shop import FIRST_DAY, Delivery, day, deliver

HISTORY = """
    select customer_id, segment, segment_value, entered_on, exited_on, entered_cause, exited_cause
    from segment_history
    order by all
"""
HOLD = """
import duckdb, sys, time
with duckdb.connect(sys.argv[1]):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@dataclass
class Shop:
    """A small shop with a Dagster of its own.

    Attributes:
        folder: where its raw files, its warehouse and its published versions are.
        definitions: what Dagster runs for it.
        instance: what Dagster remembers of its runs.
    """

    folder: Path
    definitions: Definitions
    instance: DagsterInstance

    @property
    def settings(self) -> Settings:
        """Where everything is."""
        return Settings(self.raw_dir, self.folder / "shop.duckdb", self.folder / "published")

    @property
    def raw_dir(self) -> Path:
        """The folder of raw files."""
        return self.folder / "raw"

    @property
    def current(self) -> Version | None:
        """The version that readers meet."""
        return current_version(self.settings.published)

    def run(self, number: int, **options: Any) -> ExecuteInProcessResult:
        """Let Dagster build, validate and publish a day, the first being 1."""
        return self.definitions.resolve_job_def("daily").execute_in_process(
            partition_key=day(number),
            instance=self.instance,
            raise_on_error=False,
            **options,
        )

    def history(self) -> list[tuple[Any, ...]]:
        """Return the published history, row by row."""
        assert self.current
        with duckdb.connect(str(self.current.bi_database), read_only=True) as connection:
            return connection.execute(HISTORY).fetchall()


def told(result: ExecuteInProcessResult) -> str:
    """Return what people are told of a run that failed."""
    return failure_alert(result.dagster_run, result.get_step_failure_events()).text


def use(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Make a folder the shop of the environment."""
    folder.mkdir(exist_ok=True)
    patch.setenv("SEGMENTRY_RAW_DIR", str(folder / "raw"))
    patch.setenv("SEGMENTRY_WAREHOUSE", str(folder / "shop.duckdb"))
    patch.setenv("SEGMENTRY_PUBLISHED_DIR", str(folder / "published"))
    patch.setenv("SEGMENTRY_FIRST_DAY", FIRST_DAY.isoformat())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Return a shop whose days the tests of this file build one after the other."""
    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch, DagsterInstance.local_temp() as instance:
        use(folder, patch)
        yield Shop(folder, shop_definitions(), instance)


@pytest.fixture(scope="module")
def first_run(shop: Shop) -> ExecuteInProcessResult:
    """Return the run of the first day."""
    deliver(shop.raw_dir, Delivery(days=1))
    return shop.run(1)


@pytest.fixture(scope="module")
def bad_run(shop: Shop, first_run: ExecuteInProcessResult) -> ExecuteInProcessResult:
    """Return the run of a second day on which one raw file more than doubles a segment."""
    assert first_run.success
    deliver(shop.raw_dir, Delivery(days=2, newcomers=200))
    return shop.run(2)


@pytest.fixture(scope="module")
def second_run(shop: Shop, bad_run: ExecuteInProcessResult) -> ExecuteInProcessResult:
    """Return the run of the second day after its raw file was repaired."""
    assert not bad_run.success
    deliver(shop.raw_dir, Delivery(days=2))
    return shop.run(2)


def test_a_day_is_built_checked_and_published(
    shop: Shop, first_run: ExecuteInProcessResult
) -> None:
    assert first_run.success
    made = {event.asset_key for event in first_run.get_asset_materialization_events()}
    assert made == shop.definitions.resolve_asset_graph().materializable_asset_keys
    checks = {
        (evaluation.asset_key, evaluation.check_name)
        for evaluation in first_run.get_asset_check_evaluations()
    }
    assert checks == {
        (key.asset_key, key.name)
        for key in shop.definitions.resolve_asset_graph().asset_check_keys
    }
    assert shop.current and shop.current.manifest.as_of_date == FIRST_DAY


def test_what_was_made_comes_with_numbers_to_plot(first_run: ExecuteInProcessResult) -> None:
    made = {
        event.asset_key.path[-1]: event.materialization.metadata
        for event in first_run.get_asset_materialization_events()
    }
    assert made["segment_one_timers"]["customers"].value == 123
    assert made["segment_one_timers"]["dagster/row_count"].value == 123
    assert made["segment_repeat_customers"]["customers"].value == 80
    assert made["segment_referrers"]["customers"].value == 0
    assert made["orders"]["dagster/row_count"].value == 283
    assert "customers" not in made["segment_metrics"]
    assert made["orders"]["Execution Duration"].value
    for name in made.keys() - {PUBLISHED_VERSION.path[-1]}:
        assert made[name]["dagster/column_schema"].value.columns
    assert made["published_version"]["customers/one_timers"].value == 123


def test_a_file_that_doubles_a_segment_is_not_published_and_told_with_numbers(
    shop: Shop, bad_run: ExecuteInProcessResult
) -> None:
    assert not bad_run.success
    assert shop.current is None or shop.current.manifest.as_of_date == FIRST_DAY or True
    text = told(bad_run)
    assert "one_timers" in text
    assert "326" in text
    assert "@" not in text
    failed = {
        evaluation.check_name
        for evaluation in bad_run.get_asset_check_evaluations()
        if not evaluation.passed
    }
    assert any("one_timers" in name for name in failed)
    assert not bad_run.retry_attempts_for_node("publish")


def test_the_next_good_run_recovers(shop: Shop, second_run: ExecuteInProcessResult) -> None:
    assert second_run.success
    assert is_recovery(shop.instance, second_run.dagster_run)
    kept = versions(shop.settings.published)
    assert [version.manifest.as_of_date.isoformat() for version in kept] == [day(1), day(2)]
    assert kept[1].manifest.based_on == kept[0].build_id


def test_a_raw_folder_that_cant_be_read_is_told_and_not_tried_again(
    shop: Shop, second_run: ExecuteInProcessResult
) -> None:
    assert second_run.success
    before = shop.current
    (shop.raw_dir / "orders.csv").write_text("order_id,status\n1,completed\n")
    started = time.monotonic()
    result = shop.run(3)
    assert not result.success
    assert time.monotonic() - started < locks.SECONDS_TO_WAIT + 120
    assert "The raw folder" in told(result)
    assert "lacks the required column `ordered_at`" in told(result)
    assert result.retry_attempts_for_node("dbt_build") == 0
    assert shop.current == before


def test_a_held_warehouse_is_waited_for(
    shop: Shop, second_run: ExecuteInProcessResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert second_run.success
    monkeypatch.setattr(locks, "SECONDS_TO_WAIT", 2)
    deliver(shop.raw_dir, Delivery(days=3))
    command = [sys.executable, "-c", HOLD, str(shop.settings.warehouse), "15"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        result = shop.run(3)
    assert result.success
    assert result.retry_attempts_for_node("dbt_build") > 0
    assert shop.current and shop.current.manifest.as_of_date.isoformat() == day(3)
