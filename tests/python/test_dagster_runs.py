"""Days that Dagster really builds and publishes: good ones, bad ones and held ones."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from dagster import (
    AssetKey,
    DagsterEventType,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
)

from orchestration import locks
from orchestration.alerts import failure_alert, is_recovery
from orchestration.asset_checks import EXPECTATIONS
from orchestration.definitions import shop_definitions
from segmentry.records.versions import Version, current_version, versions
from segmentry.settings.shop import Settings
from tests.python.small_shop import Delivery, day, deliver, shop_environment

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
        return Settings(self.raw_dir, self.folder / "segmentry.duckdb", self.folder / "published")

    @property
    def raw_dir(self) -> Path:
        """The folder of raw files."""
        return self.folder / "raw"

    @property
    def current(self) -> Version | None:
        """The version that readers meet."""
        return current_version(self.settings.published)

    def run(self, number: int) -> ExecuteInProcessResult:
        """Let Dagster build, validate and publish a day, the first being 1."""
        return self.definitions.resolve_job_def("daily").execute_in_process(
            partition_key=day(number),
            instance=self.instance,
            raise_on_error=False,
        )


def told(result: ExecuteInProcessResult) -> str:
    """Return what people are told of a run that failed."""
    return failure_alert(result.dagster_run, result.get_step_failure_events()).text


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Return a small shop whose days Dagster can run."""
    for name, value in shop_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    with DagsterInstance.local_temp() as instance:
        yield Shop(tmp_path, shop_definitions(), instance)


@pytest.mark.prove
def test_days_of_a_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    a_day_is_built_checked_and_published(shop)
    a_file_that_doubles_a_segment_is_kept_back(shop)
    a_folder_that_cant_be_read_is_not_tried_again(shop)
    the_next_good_run_recovers_and_waits_for_a_held_warehouse(shop, monkeypatch)
    no_log_or_page_names_a_person(shop)


def no_log_or_page_names_a_person(shop: Shop) -> None:
    """Search what Dagster keeps of its runs, output of dbt included, and the validation's page."""
    contacts = shop.settings.published / "current" / "contacts.duckdb"
    with duckdb.connect(str(contacts), read_only=True) as connection:
        emails = connection.execute("select email from customer_contacts").fetchall()
    assert len(emails) > 100
    history = Path(shop.instance.root_directory)
    page = shop.settings.published / "current" / "validation" / "index.html"
    files = [page, *(file for file in history.rglob("*") if file.is_file())]
    texts = [file.read_bytes() for file in files]
    assert any(b"facts_reconcile_with_orders" in text for text in texts)
    assert not any(email.encode() in text for (email,) in emails for text in texts)


def a_day_is_built_checked_and_published(shop: Shop) -> None:
    """Build the first day: everything is made and checked, with numbers to plot."""
    deliver(shop.raw_dir, Delivery(days=1))
    result = shop.run(1)
    assert result.success
    graph = shop.definitions.resolve_asset_graph()
    made = {
        event.materialization.asset_key: event.materialization.metadata
        for event in result.get_asset_materialization_events()
    }
    assert made.keys() == graph.materializable_asset_keys
    checked = {
        (evaluation.asset_key, evaluation.check_name)
        for evaluation in result.get_asset_check_evaluations()
    }
    assert checked == {(key.asset_key, key.name) for key in graph.asset_check_keys}
    by_name = {key.path[-1]: metadata for key, metadata in made.items()}
    assert by_name["segment_one_timers"]["customers"].value == 123
    assert by_name["segment_one_timers"]["dagster/row_count"].value == 123
    assert by_name["segment_referrers"]["customers"].value == 0
    assert by_name["orders"]["dagster/row_count"].value == 283
    assert by_name["orders"]["Execution Duration"].value
    assert "customers" not in by_name["segment_metrics"]
    version = by_name.pop("published_version")
    assert version["customers/one_timers"].value == 123
    folder = shop.current.folder if shop.current else Path()
    with duckdb.connect(str(folder / "segmentry.duckdb"), read_only=True) as connection:
        ((customers, buyers, orders, revenue),) = connection.execute(
            "select count(*), countif(order_count > 0), sum(order_count), sum(net_revenue) "
            "from customer_facts"
        ).fetchall()
    assert version["customers"].value == customers > 0
    assert (version["buyers"].value, version["orders"].value) == (buyers, orders)
    assert version["net_revenue"].value == float(revenue)
    files = shop.current.manifest.files if shop.current else {}
    assert version["bytes"].value == sum((folder / name).stat().st_size for name in files) > 0
    assert version["warehouse_bytes"].value == shop.settings.warehouse.stat().st_size
    assert float(str(version["seconds"].value)) > 0
    assert Path(str(version["validation"].value)).samefile(folder / "validation" / "index.html")
    rejects = next(
        check
        for check in result.get_asset_check_evaluations()
        if check.check_name == "no_row_is_rejected"
    )
    assert rejects.passed or "rejected as" in str(rejects.description)
    page = by_name.pop("segment_report")["page"].value
    assert Path(str(page)).samefile(folder / "report" / "index.html")
    assert all("dagster/column_schema" in metadata for metadata in by_name.values())
    assert shop.current and shop.current.manifest.as_of_date.isoformat() == day(1)


def a_file_that_doubles_a_segment_is_kept_back(shop: Shop) -> None:
    """Build the second day from a file with a wave of newcomers: 326 one-timers instead of 123."""
    before = shop.current
    deliver(shop.raw_dir, Delivery(days=2, newcomers=200))
    result = shop.run(2)
    assert not result.success
    assert shop.current == before
    assert result.retry_attempts_for_node("publish") == 0
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    (swing,) = [check for check in failed if check.asset_key == AssetKey("segment_one_timers")]
    assert swing.check_name == EXPECTATIONS
    assert "326" in str(swing.description)
    text = told(result)
    assert "one_timers" in text
    assert "326" in text
    assert "@" not in text


def a_folder_that_cant_be_read_is_not_tried_again(shop: Shop) -> None:
    """Build the second day from a file that lacks a column."""
    before = shop.current
    (shop.raw_dir / "orders.csv").write_text("order_id,status\n1,completed\n")
    result = shop.run(2)
    assert not result.success
    assert shop.current == before
    assert result.retry_attempts_for_node("dbt_build") == 0
    assert "The raw folder" in told(result)
    assert "lacks the required column `ordered_at`" in told(result)


def release(instance: DagsterInstance, holder: subprocess.Popen[str]) -> None:
    """End the process that holds the warehouse as soon as the latest run waits for it."""
    waits = DagsterEventType.STEP_UP_FOR_RETRY
    while not any(
        instance.all_logs(record.dagster_run.run_id, of_type=waits)
        for record in instance.get_run_records(limit=1)
    ):
        time.sleep(0.5)
    holder.terminate()


def the_next_good_run_recovers_and_waits_for_a_held_warehouse(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Build the second day from a good file, while another process has the warehouse."""
    monkeypatch.setattr(locks, "SECONDS_TO_WAIT", 2)
    deliver(shop.raw_dir, Delivery(days=2))
    command = [sys.executable, "-c", HOLD, str(shop.settings.warehouse), "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        threading.Thread(target=release, args=(shop.instance, holder), daemon=True).start()
        result = shop.run(2)
    assert result.success
    assert result.retry_attempts_for_node("dbt_build") > 0
    assert is_recovery(shop.instance, result.dagster_run)
    first, second = versions(shop.settings.published)
    assert second.manifest.as_of_date.isoformat() == day(2)
    assert second.manifest.based_on == first.build_id
