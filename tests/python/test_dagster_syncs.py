"""Syncs as Dagster runs them: what is sent, what is told, and what starts and stops them."""

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    AssetKey,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    RunRequest,
    SensorResult,
    SkipReason,
    build_sensor_context,
    in_process_executor,
    materialize,
    partition_loading_context,
)

from orchestration import sync_sensors
from orchestration.alerts import failure_alert, stale_alert
from orchestration.assets import syncs
from orchestration.assets.syncs import declared_syncs, sync_asset, sync_key
from orchestration.partitions import daily_partitions
from orchestration.sync_checks import describe_reasons
from segmentry.activation.api import Patience
from segmentry.activation.errors import SyncError
from segmentry.activation.ledger import last_run
from segmentry.simulators.server import Fault
from segmentry.webhook import Alert
from tests.python.activation_shop import SECRET, ActivationShop, people
from tests.python.rigs import Rig, rig_of

CREDENTIAL = "TEST_API_KEY"
SYNC = """
platform: klaviyo
credentials: {{api_key: TEST_API_KEY}}
base_url: {url}
audiences:
  - {{id: {audience}, segments: [one_timers]}}
properties: {{first_name: first_name, Orders: order_count}}
"""
OFF = "\nenabled: false\n"
DEMO = {"demo_as_of": "2026-06-30", "shop_timezone": "UTC"}


@dataclass
class Stage:
    """A shop, a simulator of a platform, and a Dagster that knows the syncs between them.

    Attributes:
        rig: the shop and the simulator.
        instance: what Dagster remembers.
        folder: of the syncs.
    """

    rig: Rig
    instance: DagsterInstance
    folder: Path

    def write(self, name: str = "welcome", more: str = "", text: str = SYNC) -> None:
        """Write the file of a sync."""
        written = text.format(url=self.rig.simulator.base_url, audience=self.rig.audience)
        (self.folder / f"{name}.yml").write_text(written + more)

    def run(self, name: str = "welcome", **tags: str) -> ExecuteInProcessResult:
        """Have Dagster run a sync."""
        asset = sync_asset(name, declared_syncs(self.folder)[name])
        return materialize([asset], instance=self.instance, raise_on_error=False, tags=tags)

    def number(self, result: ExecuteInProcessResult, counted: str) -> Any:
        """Return how many rows a run counted in the audience."""
        return metadata(result)[f"{self.rig.audience}/{counted}"]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Return twenty one-timers, published for production, and one sync that is on."""
    shop, folder = ActivationShop(tmp_path), tmp_path / "syncs"
    folder.mkdir()
    with rig_of("klaviyo", shop) as rig:
        shop.publish(people(20))
        for name, value in {
            "SEGMENTRY_PUBLISHED_DIR": str(shop.published),
            "SEGMENTRY_STATE_DIR": str(shop.state),
            "SEGMENTRY_STATE_KEY": SECRET,
            "SEGMENTRY_SYNCS_DIR": str(folder),
            "SEGMENTRY_ENVIRONMENT": "production",
            CREDENTIAL: rig.simulator.api_key,
        }.items():
            monkeypatch.setenv(name, value)
        made = Stage(rig, DagsterInstance.ephemeral(), folder)
        made.write()
        yield made


@pytest.fixture
def kept(stage: Stage, tmp_path: Path) -> Iterator[Callable[[], list[bytes]]]:
    """Give the stage a Dagster that keeps everything, and return a look at all that it keeps."""
    folder = tmp_path / "dagster"
    folder.mkdir()
    with DagsterInstance.local_temp(str(folder)) as stage.instance:
        yield lambda: [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def metadata(result: ExecuteInProcessResult) -> dict[str, Any]:
    """Return what a run says of what it made."""
    (event,) = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


def failed_checks(result: ExecuteInProcessResult) -> dict[str, AssetCheckSeverity]:
    """Return the checks that failed in a run."""
    found = result.get_asset_check_evaluations()
    return {check.check_name: check.severity for check in found if not check.passed}


def told(result: ExecuteInProcessResult) -> str:
    """Return what people are told of a run that failed."""
    alert = failure_alert(result.dagster_run, result.get_step_failure_events())
    assert alert.title == "The sync welcome did not succeed"
    assert "@" not in alert.text
    return alert.text


# What is sent


def test_a_dry_run_writes_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEGMENTRY_ENVIRONMENT")
    result = stage.run()
    assert result.success
    assert failed_checks(result) == {}
    assert stage.rig.simulator.journal == []
    assert metadata(result)["result"] == "dry run: SEGMENTRY_ENVIRONMENT is not production"
    assert stage.number(result, "added") == 20


def test_production_brings_what_is_published(stage: Stage) -> None:
    result = stage.run()
    assert result.success
    assert failed_checks(result) == {}
    assert stage.rig.members() == {person.email for person in people(20).values()}
    assert stage.number(result, "added") == 20
    changed = people(22)
    del changed["c0"]
    changed["c1"] = changed["c1"].but(first_name="Another")
    changed["c2"] = changed["c2"].but(may_be_written_to=False)
    build_id = stage.rig.shop.publish(changed)
    result = stage.run()
    counts = [stage.number(result, counted) for counted in syncs.COUNTED]
    assert counts == [2, 1, 2, 0, 0, 0]
    run = last_run(stage.rig.shop.state, "welcome")
    assert run
    known = {name: metadata(result)[name] for name in ("result", "build_id", "run_id")}
    assert known == {"result": "succeeded", "build_id": build_id, "run_id": run["run_id"]}


@pytest.mark.parametrize(
    ("more", "tags", "why"),
    [
        pytest.param(OFF, {}, "enabled is false", id="off"),
        pytest.param("", {"dagster/partition": "2026-06-01"}, "days or a backfill", id="a day"),
        pytest.param("", {"dagster/backfill": "abc"}, "days or a backfill", id="a backfill"),
    ],
)
def test_what_is_off_and_past_days_send_nothing(
    stage: Stage, more: str, tags: dict[str, str], why: str
) -> None:
    stage.write(more=more)
    result = stage.run(**tags)
    assert result.success
    assert why in metadata(result)["result"]
    assert stage.rig.simulator.journal == []


def test_files_are_written_in_production_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.write("sheet", text="platform: files\naudiences: [{{id: vips, everyone: true}}]\n")
    monkeypatch.setenv("SEGMENTRY_ENVIRONMENT", "staging")
    exports = stage.rig.shop.folder / "state_exports"
    assert metadata(stage.run("sheet"))["vips/added"] == 20
    assert not exports.exists()
    monkeypatch.setenv("SEGMENTRY_ENVIRONMENT", "production")
    assert metadata(stage.run("sheet"))["vips/added"] == 20
    assert (exports / "sheet" / "vips.csv").exists()
    run = last_run(stage.rig.shop.state, "sheet")
    assert run
    assert (run["status"], run["added"]) == ("succeeded", 20)


# What is told


def test_rejected_rows_are_no_success(stage: Stage) -> None:
    stage.rig.simulator.refused["person3@shop.example"] = "not a mailbox"
    for _ in range(3):
        result = stage.run()
        assert not result.success
        assert failed_checks(result) == {"no_rejected_rows": AssetCheckSeverity.ERROR}
        assert stage.number(result, "rejected") == 1
    assert "did not bring 1 rows" in told(result)
    assert "1 rejected: " in told(result)
    assert "not a mailbox" in told(result)
    assert "orchestration/RUNBOOK.md, A sync has rejected rows" in told(result)
    waiting = stage.run()
    assert not waiting.success
    assert failed_checks(waiting) == {"no_rejected_rows": AssetCheckSeverity.WARN}
    assert stage.number(waiting, "waiting") == 1
    stage.write(more=OFF)
    assert failed_checks(stage.run()) == {"no_rejected_rows": AssetCheckSeverity.WARN}


def test_reasons_are_told_by_how_many_rows_have_them() -> None:
    reasons = {("list", "rejected", f"reason {number}"): number for number in range(1, 13)}
    lines = describe_reasons(reasons).splitlines()
    assert (lines[0], lines[-1]) == ("- list: 12 rejected: reason 12", "- and 2 other reasons")
    assert len(lines) == 11


def test_removals_over_the_guard_are_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.run()
    stage.rig.shop.publish(people(10))
    before = stage.rig.write_count()
    result = stage.run()
    assert not result.success
    assert failed_checks(result) == {"within_guards": AssetCheckSeverity.ERROR}
    assert stage.rig.write_count() == before
    assert "would lose 10 of 20 members" in told(result)
    assert "segmentry apply welcome --allow-removals" in told(result)
    monkeypatch.delenv("SEGMENTRY_ENVIRONMENT")
    dry = stage.run()
    assert dry.success
    assert failed_checks(dry) == {"within_guards": AssetCheckSeverity.ERROR}
    assert stage.number(dry, "removed") == 10


def test_a_version_that_is_too_old_is_refused(stage: Stage) -> None:
    stage.rig.shop.publish(people(20), age=timedelta(hours=40))
    result = stage.run()
    assert failed_checks(result) == {"within_guards": AssetCheckSeverity.ERROR}
    assert "was refused: " in told(result)
    assert stage.rig.simulator.journal == []


@pytest.mark.parametrize("variable", ["SEGMENTRY_STATE_KEY", CREDENTIAL])
def test_what_the_environment_lacks_is_told(
    stage: Stage, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(variable)
    assert variable in told(stage.run())


def test_a_file_that_cant_be_read_fails_alone(stage: Stage) -> None:
    stage.write("another")
    stage.write(text=SYNC.replace("segments", "segmnts"))
    declared = declared_syncs(stage.folder)
    assert isinstance(declared["welcome"], SyncError)
    result = stage.run()
    assert "welcome.yml:6: audiences.0" in told(result)
    assert "welcome.yml:6" in str(sync_asset("welcome", declared["welcome"]).specs)
    assert stage.run("another").success


def test_a_platform_that_does_not_answer_is_asked_again_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segmentry.activation.api.Patience", partial(Patience, tries=1))
    monkeypatch.setattr(syncs, "SECONDS_TO_WAIT", 0)
    stage.rig.simulator.inject(Fault.UNAVAILABLE, "create_import_job", times=2)
    result = stage.run()
    assert result.success
    assert result.retry_attempts_for_node("sync_welcome") == 2
    assert len(stage.rig.members()) == 20
    stage.rig.shop.publish(people(21))
    stage.rig.simulator.inject(Fault.UNAVAILABLE, "create_import_job", times=9)
    result = stage.run()
    assert result.retry_attempts_for_node("sync_welcome") == syncs.MAX_RETRIES
    assert "did not" in told(result)


def test_a_run_without_time_goes_on_in_the_next(stage: Stage) -> None:
    stage.write(more="max_seconds: 0.000001\n")
    result = stage.run()
    assert result.retry_attempts_for_node("sync_welcome") == 0
    assert "the next one goes on from here" in told(result)
    run = last_run(stage.rig.shop.state, "welcome")
    assert run
    assert run["status"] == "out of time"


def test_of_an_unforeseen_error_no_word_is_kept(
    stage: Stage, kept: Callable[[], list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "anna" + "@shop.example"

    def broken(*_: object) -> None:
        raise RuntimeError(f"could not convert {address} to a number")

    monkeypatch.setattr("segmentry.activation.plans.make_plan", broken)
    assert "The sync welcome stopped with RuntimeError; the run shows where." in told(stage.run())
    assert any(b"stopped with RuntimeError" in text for text in kept())
    assert not any(address.encode() in text for text in kept())


def test_nothing_that_dagster_keeps_names_a_person_or_holds_a_secret(
    stage: Stage,
    kept: Callable[[], list[bytes]],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.rig.simulator.refused["person3@shop.example"] = "person3@shop.example is not a mailbox"
    stage.run()
    stage.rig.shop.publish(people(5))
    stage.run()
    monkeypatch.setenv(CREDENTIAL, "another-secret")
    stage.run()
    texts = [*kept(), caplog.text.encode()]
    for said in (b"confirmed", b"is not a mailbox", b"would lose", b"refuses the credentials"):
        assert any(said in text for text in texts), said
    secrets = (stage.rig.simulator.api_key, "another-secret", SECRET, "@shop.example", "Name 7")
    assert not [secret for secret in secrets for text in texts if secret.encode() in text]


# What starts syncs, and what tells that they don't run


def look(stage: Stage, day: str = "2026-07-01", names: tuple[str, ...] = ("welcome",)) -> Any:
    """Let the sensor look for a new version, on a day; yesterday's is the one that is sent."""
    partitions = daily_partitions(DEMO, {"SEGMENTRY_RAW_DIR": "somewhere"})
    with (
        partition_loading_context(datetime.fromisoformat(f"{day}T05:30:00+00:00")),
        build_sensor_context(instance=stage.instance) as context,
    ):
        return sync_sensors.new_version(partitions, names)(context)


def test_a_version_of_the_last_day_starts_each_sync_once(stage: Stage) -> None:
    (request,) = look(stage).run_requests
    assert isinstance(request, RunRequest)
    assert list(request.asset_selection or []) == [AssetKey(["syncs", "welcome"])]
    assert look(stage).run_requests[0].run_key == request.run_key
    build_id = stage.rig.shop.publish(people(21))
    assert look(stage).run_requests[0].run_key == f"welcome {build_id}"


def test_a_past_day_starts_nothing(stage: Stage) -> None:
    assert isinstance(look(stage, "2026-07-02"), SkipReason)


def test_a_run_that_used_its_time_is_followed_by_another_if_it_got_on() -> None:
    run = {"run_id": "r1", "build_id": "b1", "added": 5, "updated": 0, "removed": 0}
    ended = {**run, "status": "out of time"}
    assert sync_sensors.run_key("welcome", "b1", ended) == "welcome b1 after r1"
    for last in (None, {**run, "status": "failed"}, {**ended, "added": 0}):
        assert sync_sensors.run_key("welcome", "b1", last) == "welcome b1"
    assert sync_sensors.run_key("welcome", "b2", ended) == "welcome b2"


def watch(stage: Stage, cursor: str | None) -> tuple[list[AssetCheckEvaluation], str | None]:
    """Let the sensor look for stale syncs; return the checks that it changed, and what it knows."""
    with build_sensor_context(instance=stage.instance, cursor=cursor) as context:
        result = sync_sensors.stale_syncs(["welcome"])(context)
    assert isinstance(result, SensorResult)
    checks = [event for event in result.asset_events if isinstance(event, AssetCheckEvaluation)]
    return checks, result.cursor


def test_a_stale_sync_is_told_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts: list[Alert] = []
    monkeypatch.setattr(sync_sensors, "notify", lambda alert, *_: alerts.append(alert))
    assert watch(stage, None)[0] == []
    hours_ago = (datetime.now(UTC) - timedelta(hours=40)).timestamp()
    os.utime(stage.folder / "welcome.yml", (hours_ago, hours_ago))
    (check,), cursor = watch(stage, None)
    assert (check.check_name, check.passed) == ("fresh", False)
    assert "never came to its end; its file was written 40 hours ago" in str(check.description)
    again, cursor = watch(stage, cursor)
    assert again == []
    assert alerts == [stale_alert("welcome", str(check.description))]
    assert "orchestration/RUNBOOK.md, A sync is stale" in alerts[0].text
    tags = {"dagster/backfill": "abc"}
    assert failed_checks(stage.run(**tags)) == {"fresh": AssetCheckSeverity.ERROR}
    assert stage.run().success
    (recovered,), _ = watch(stage, cursor)
    assert recovered.passed


@pytest.mark.parametrize("text", [SYNC + OFF, SYNC.replace("klaviyo", "pigeon")])
def test_what_is_off_or_cant_be_read_is_not_stale(stage: Stage, text: str) -> None:
    stage.write(text=text)
    os.utime(stage.folder / "welcome.yml", (0, 0))
    assert sync_sensors.staleness(["welcome"], datetime.now(UTC)) == {}


def test_nothing_is_stale_outside_production(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEGMENTRY_ENVIRONMENT")
    with build_sensor_context(instance=stage.instance) as context:
        assert isinstance(sync_sensors.stale_syncs(["welcome"])(context), SkipReason)


def test_a_run_that_was_killed_names_its_sync(stage: Stage) -> None:
    run = stage.run().dagster_run._replace(asset_selection=frozenset({sync_key("welcome")}))
    alert = failure_alert(run, [])
    assert alert.title == "The sync welcome did not succeed"
    assert "killed" in alert.text


def test_the_job_holds_the_syncs_that_are_on(stage: Stage) -> None:
    stage.write("off", more=OFF)
    stage.write("broken", text="platform: pigeon\n")
    stage.write("with spaces, and dots")
    declared = declared_syncs(stage.folder)
    names = [name for name in declared if syncs.is_scheduled(declared[name])]
    assert names == ["broken", "welcome", "with spaces, and dots"]
    definitions = Definitions(
        assets=[sync_asset(*each) for each in declared.items()],
        jobs=[sync_sensors.syncs_job(names)],
        executor=in_process_executor,
    )
    assert {sync_key(name) for name in declared} <= (
        definitions.resolve_asset_graph().materializable_asset_keys
    )
    job = definitions.resolve_job_def("syncs")
    assert job.asset_layer.selected_asset_keys == {sync_key(name) for name in names}
    result = job.execute_in_process(
        instance=stage.instance, asset_selection=[sync_key("with spaces, and dots")]
    )
    assert len(result.get_asset_materialization_events()) == 1
    assert len(result.get_asset_check_evaluations()) == 3
