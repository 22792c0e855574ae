"""What Dagster is told of the project: assets, checks, days, and what starts and watches a run."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dagster import (
    AssetCheckResult,
    AssetKey,
    AssetSelection,
    BackfillPolicy,
    DagsterInstance,
    DailyPartitionsDefinition,
    Definitions,
    Output,
    RunRequest,
    SensorResult,
    SkipReason,
    build_schedule_context,
    build_sensor_context,
    evaluate_automation_conditions,
    partition_loading_context,
)
from dagster._core.instance.config import PoolGranularity
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from orchestration.asset_checks import what_is_asked, with_findings
from orchestration.assets.dbt import read_findings, shown_facts, with_facts
from orchestration.assets.published import PUBLISHED_VERSION
from orchestration.assets.raw import digest, files_of_tables, newest_timestamp
from orchestration.assets.syncs import SYNCS
from orchestration.definitions import defs
from orchestration.partitions import as_of_day, daily_partitions, day_before, day_of_run
from orchestration.resources import changed_at
from orchestration.runbook import RUNBOOK, section
from orchestration.schedules import every_morning
from orchestration.sensors import is_late, late_version, new_raw_files
from segmentry.project.segment_catalog import read_segment_catalog
from segmentry.project.small_groups import shown_sizes
from segmentry.records.table_facts import TableFacts
from segmentry.settings.shop import DEMO_SHOP, ROOT

DEMO = {"demo_as_of": "2026-06-30", "shop_timezone": "UTC"}
RAW = {"SEGMENTRY_RAW_DIR": "somewhere", "SEGMENTRY_FIRST_DAY": "2026-01-01"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """Return what dbt says of the project."""
    content: dict[str, Any] = json.loads((ROOT / "target" / "manifest.json").read_bytes())
    return content


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """Return a Dagster of its own."""
    with DagsterInstance.local_temp() as instance:
        yield instance


def nodes(manifest: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] in kinds]


def test_the_definitions_hold_together() -> None:
    Definitions.validate_loadable(defs)


def test_every_model_and_seed_is_an_asset_with_group_owner_and_description(
    manifest: dict[str, Any],
) -> None:
    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
    for node in nodes(manifest, "model", "seed"):
        spec = specs[AssetKey(node["name"])]
        layer = "seeds" if node["resource_type"] == "seed" else node["fqn"][1]
        assert spec.group_name == layer
        assert [owner for owner in spec.owners if owner.startswith("team:")]
        assert node["description"].strip() in str(spec.description)
        columns = spec.metadata["dagster/column_schema"].columns if node["columns"] else []
        assert {column.name for column in columns} == set(node["columns"])


def test_every_asset_says_what_to_do_when_it_fails() -> None:
    """In a sentence, with the section of the runbook beside it in full."""
    sections = (ROOT / RUNBOOK).read_text().split("\n## ")
    titles = {text.partition("\n")[0]: text for text in sections}
    for spec in defs.resolve_all_asset_specs():
        assert spec.description and "**When it fails:**" in spec.description, spec.key
        named = re.search(r"More under \*(.*)\* in `orchestration/RUNBOOK.md`", spec.description)
        assert named, spec.key
        shown = spec.metadata["runbook"].value
        assert shown.startswith(f"## {named[1]}\n"), spec.key
        assert titles[named[1]].strip() in shown
    with pytest.raises(KeyError):
        section("A section that is not there")


def test_every_check_says_what_it_asks(manifest: dict[str, Any]) -> None:
    graph = defs.resolve_asset_graph()
    asked = {key.name: graph.get_check_spec(key).description for key in graph.asset_check_keys}
    assert all(asked.values()), [name for name, text in asked.items() if not text]
    assert asked["facts_reconcile_with_orders"] == (
        "The order facts of each customer are the counts and, to the cent, the sums of their "
        "orders."
    )
    arguments: dict[str, Any] = {"column_name": "state", "values": ["granted", "withdrawn"]}
    test: dict[str, Any] = {"test_metadata": {"name": "accepted_values", "kwargs": arguments}}
    assert what_is_asked(test) == "Accepted values: state of granted, withdrawn."
    limits: dict[str, Any] = {"columns": ["share", "rate"], "minimum": 0, "maximum": None}
    test = {"test_metadata": {"name": "within_range", "kwargs": limits}}
    assert what_is_asked(test) == "Within range: share, rate from 0."


def test_a_few_people_of_a_sensitive_segment_are_no_number() -> None:
    sensitive = next(segment.name for segment in read_segment_catalog() if segment.is_sensitive)
    few, some = {sensitive: 4, "one_timers": 4}, {sensitive: 5, "one_timers": 0}
    assert shown_sizes(few) == {"one_timers": 4}
    assert shown_sizes(some) == some
    assert shown_sizes({sensitive: 0}) == {sensitive: 0}
    columns = [("customer_id", "VARCHAR")]
    facts = shown_facts(
        {
            f"segment_{sensitive}": TableFacts(4, columns, 4),
            "segment_one_timers": TableFacts(4, columns, 4),
            "orders": TableFacts(3, columns),
        }
    )
    shown = {name: with_facts(Output(None, name), each).metadata for name, each in facts.items()}
    assert shown[f"segment_{sensitive}"].keys() == {"dagster/column_schema"}
    assert shown["segment_one_timers"]["customers"].value == 4
    assert shown["orders"]["dagster/row_count"].value == 3
    assert "customers" not in shown["orders"]


def test_a_check_tells_what_its_test_found() -> None:
    def said(text: str, name: str = "JinjaLogInfo") -> Any:
        info = {"name": name, "msg": text}
        return DbtCoreCliEventMessage({"info": info, "data": {}}, {})

    messages = [
        said("Failed: totals_agree: expected 3: found 2."),
        said("Warning: few_rejects: 1 rejected."),
        said("Failed: no_word_of_ours: x", name="Other"),
        said("Not in the folder: y"),
    ]
    findings = read_findings(messages)
    assert findings == {"totals_agree": "expected 3: found 2.", "few_rejects": "1 rejected."}
    found = AssetCheckResult(passed=False, check_name="totals_agree", metadata={"rows": 1})
    told = with_findings(found, findings)
    assert told.description == "expected 3: found 2."
    assert (told.passed, told.metadata) == (False, found.metadata)
    other = AssetCheckResult(passed=True, check_name="other")
    assert with_findings(other, findings) is other


def test_a_segment_is_shown_with_its_owner_and_family_of_the_catalog() -> None:
    spec = defs.resolve_assets_def("segment_coupon_lovers").specs_by_key[
        AssetKey("segment_coupon_lovers")
    ]
    assert list(spec.owners) == ["team:promotions"]
    assert spec.tags["segmentry/family"] == "purchase"
    assert spec.tags["segmentry/sensitive"] == "false"


def test_raw_tables_are_looked_at_and_not_made(manifest: dict[str, Any]) -> None:
    graph = defs.resolve_asset_graph()
    for source in manifest["sources"].values():
        if source["source_name"] == "raw":
            key = AssetKey(["raw", source["name"]])
            assert key in graph.observable_asset_keys
            assert key not in graph.materializable_asset_keys


def test_every_data_test_is_a_check_and_no_unit_test_is(manifest: dict[str, Any]) -> None:
    checks = {key.name for key in defs.resolve_asset_graph().asset_check_keys}
    assert {test["name"] for test in nodes(manifest, "test")} <= checks
    assert not {test["name"] for test in manifest["unit_tests"].values()} & checks


def test_a_test_of_several_models_is_shown_at_the_one_that_is_built_last() -> None:
    keys = {key.name: key.asset_key for key in defs.resolve_asset_graph().asset_check_keys}
    assert keys["facts_reconcile_with_orders"] == AssetKey("customer_facts")


def test_a_version_is_published_when_every_model_is_there(manifest: dict[str, Any]) -> None:
    parents = defs.resolve_asset_graph().get(PUBLISHED_VERSION).parent_keys
    assert {AssetKey(node["name"]) for node in nodes(manifest, "model", "seed")} <= parents


def test_a_failed_data_test_keeps_the_version_back() -> None:
    graph = defs.resolve_asset_graph()
    (key,) = [key for key in graph.asset_check_keys if key.name == "facts_reconcile_with_orders"]
    assert graph.get(key).blocking


def test_a_backfill_makes_one_day_a_run() -> None:
    for name in ("customer_facts", "published_version"):
        definition = defs.resolve_assets_def(name)
        assert definition.backfill_policy == BackfillPolicy.multi_run(max_partitions_per_run=1)


def test_a_day_holds_no_sync() -> None:
    graph = defs.resolve_asset_graph()
    syncs = {key for key in graph.materializable_asset_keys if key.path[0] == SYNCS}
    assert AssetKey([SYNCS, "example_klaviyo"]) in syncs
    assert not syncs & defs.resolve_job_def("daily").asset_layer.selected_asset_keys
    assert not defs.resolve_job_def(SYNCS).asset_layer.selected_asset_keys
    for key in syncs:
        assert graph.get(key).parent_keys == {PUBLISHED_VERSION}
        assert graph.get(key).partitions_def is None


def test_one_run_writes_at_a_time_and_a_sync_is_in_nobodys_way(tmp_path: Path) -> None:
    shutil.copy(ROOT / "orchestration" / "dagster_home" / "dagster.yaml", tmp_path)
    with DagsterInstance.from_config(str(tmp_path)) as served:
        bounds = served.get_concurrency_config()
    assert bounds.pool_config.pool_granularity is PoolGranularity.RUN
    assert bounds.pool_config.default_pool_limit == 1
    assert bounds.run_queue_config and bounds.run_queue_config.max_concurrent_runs > 2
    for name in ("customer_facts", "published_version"):
        assert defs.resolve_assets_def(name).op.pool == "warehouse"
    assert defs.resolve_assets_def(AssetKey([SYNCS, "example_klaviyo"])).op.pool == SYNCS


def test_the_first_days_of_a_new_machine_are_built_one_by_one(tmp_path: Path) -> None:
    """A pool bounds nothing until a run has asked for it."""
    shutil.copy(ROOT / "orchestration" / "dagster_home" / "dagster.yaml", tmp_path)
    with DagsterInstance.from_config(str(tmp_path)) as served:
        queue = served.get_concurrency_config().run_queue_config
        assert queue and {
            (limit["key"], limit["limit"]) for limit in queue.tag_concurrency_limits
        } == {("dagster/partition", 1), ("dagster/backfill", 1)}


@pytest.mark.parametrize(
    ("day", "before"),
    [
        pytest.param("2026-06-30", "2026-06-29", id="any day"),
        pytest.param("2028-03-01", "2028-02-29", id="after a leap day"),
        pytest.param("2027-03-01", "2027-02-28", id="after a February without one"),
        pytest.param("2026-01-01", "2025-12-31", id="the first of a year"),
    ],
)
def test_a_day_becomes_a_setting_and_a_day_before(
    day: str, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGMENTRY_AS_OF", "2020-01-01")
    with as_of_day(day):
        assert os.environ["SEGMENTRY_AS_OF"] == day
    assert os.environ["SEGMENTRY_AS_OF"] == "2020-01-01"
    monkeypatch.delenv("SEGMENTRY_AS_OF")
    with as_of_day(day):
        assert os.environ["SEGMENTRY_AS_OF"] == day
    assert "SEGMENTRY_AS_OF" not in os.environ
    assert day_before(day) == before


def test_the_day_of_a_run_is_in_its_tags() -> None:
    assert day_of_run({"dagster/partition": "2026-06-30"}) == "2026-06-30"
    assert day_of_run({"dagster/asset_partition_range_start": "2026-06-30"}) == "2026-06-30"
    assert day_of_run({}) == ""


@pytest.mark.parametrize("day", ["2027-02-29", "30.06.2026", "today"])
def test_what_is_no_day_is_refused(day: str) -> None:
    with pytest.raises(ValueError), as_of_day(day):
        pass


@pytest.mark.parametrize(
    ("timezone", "now", "last"),
    [
        pytest.param(
            "UTC", "2026-06-30T23:59:59+00:00", "2026-06-29", id="a day that still goes on"
        ),
        pytest.param("UTC", "2026-07-01T00:00:00+00:00", "2026-06-30", id="a day that just ended"),
        pytest.param("UTC", "2028-03-01T12:00:00+00:00", "2028-02-29", id="a leap day"),
        pytest.param(
            "America/New_York", "2026-07-01T03:59:59+00:00", "2026-06-29", id="not midnight there"
        ),
        pytest.param(
            "America/New_York", "2026-07-01T04:00:00+00:00", "2026-06-30", id="midnight there"
        ),
        pytest.param(
            "America/New_York", "2026-03-09T03:59:59+00:00", "2026-03-07", id="a day of 23 hours"
        ),
        pytest.param(
            "America/New_York", "2026-03-09T04:00:00+00:00", "2026-03-08", id="23 hours are over"
        ),
        pytest.param(
            "America/New_York", "2026-11-02T04:59:59+00:00", "2026-10-31", id="a day of 25 hours"
        ),
        pytest.param(
            "America/New_York", "2026-11-02T05:00:00+00:00", "2026-11-01", id="25 hours are over"
        ),
    ],
)
def test_the_last_day_is_the_shops_yesterday(timezone: str, now: str, last: str) -> None:
    partitions = daily_partitions(DEMO | {"shop_timezone": timezone}, RAW)
    with partition_loading_context(datetime.fromisoformat(now)):
        assert partitions.get_last_partition_key() == last


def test_days_begin_where_the_environment_says() -> None:
    partitions = daily_partitions(DEMO, RAW | {"SEGMENTRY_FIRST_DAY": "2026-02-27"})
    assert partitions.get_first_partition_key() == "2026-02-27"
    with pytest.raises(ValueError):
        daily_partitions(DEMO, RAW | {"SEGMENTRY_FIRST_DAY": "yesterday"})


def test_the_demo_shop_ends_with_its_own_last_day() -> None:
    with partition_loading_context(datetime(2030, 1, 1, tzinfo=UTC)):
        assert daily_partitions(DEMO, {}).get_last_partition_key() == "2026-06-30"
        own_tables = daily_partitions(DEMO, {"SEGMENTRY_RAW_SCHEMA": "raw"})
        assert own_tables.get_last_partition_key() == "2029-12-31"


def test_the_schedule_starts_yesterday_once() -> None:
    schedule = every_morning(daily_partitions(DEMO | {"shop_timezone": "Europe/Paris"}, RAW))
    assert schedule.execution_timezone == "Europe/Paris"
    with partition_loading_context(datetime(2026, 7, 1, 3, tzinfo=UTC)):
        request = schedule(build_schedule_context())
    assert isinstance(request, RunRequest)
    assert (request.partition_key, request.run_key) == ("2026-06-30", "2026-06-30")


def test_the_schedule_waits_for_the_first_day() -> None:
    schedule = every_morning(daily_partitions(DEMO, RAW))
    with partition_loading_context(datetime(2025, 12, 31, tzinfo=UTC)):
        assert isinstance(schedule(build_schedule_context()), SkipReason)


class RawFolder:
    """A raw folder under the eyes of the sensor, with Dagster's memory between two looks."""

    def __init__(self, folder: Path, instance: DagsterInstance) -> None:
        self.folder = folder
        self.instance = instance
        self.cursor: str | None = None
        self.sensor = new_raw_files(daily_partitions(DEMO, RAW), ["customers", "orders"])

    def write(self, name: str, text: str) -> None:
        """Deliver a file."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)

    def look(self) -> list[RunRequest]:
        """Let the sensor look once and return what it starts."""
        with (
            partition_loading_context(datetime(2026, 7, 1, 9, tzinfo=UTC)),
            build_sensor_context(instance=self.instance, cursor=self.cursor) as context,
        ):
            result = self.sensor(context)
        assert isinstance(result, SensorResult | SkipReason)
        if isinstance(result, SkipReason):
            return []
        self.cursor = result.cursor
        return list(result.run_requests or [])


@pytest.fixture
def raw_folder(
    tmp_path: Path, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> RawFolder:
    """Return an empty raw folder that the environment names."""
    monkeypatch.setenv("SEGMENTRY_RAW_DIR", str(tmp_path))
    return RawFolder(tmp_path, instance)


def test_an_empty_folder_starts_nothing(raw_folder: RawFolder) -> None:
    raw_folder.write("readme.txt", "no table")
    assert raw_folder.look() == []
    assert raw_folder.cursor is None


def test_new_files_start_the_last_complete_day_when_they_stay_as_they_are(
    raw_folder: RawFolder,
) -> None:
    raw_folder.write("orders.csv", "order_id\n1\n")
    assert raw_folder.look() == []
    raw_folder.write("orders.csv", "order_id\n1\n2\n")
    assert raw_folder.look() == []
    (request,) = raw_folder.look()
    assert request.partition_key == "2026-06-30"
    assert raw_folder.look() == []


def test_files_below_a_folder_and_new_names_count(raw_folder: RawFolder) -> None:
    raw_folder.write("orders.csv", "order_id\n1\n")
    raw_folder.look()
    first = raw_folder.look()
    raw_folder.write("customers/2026/june.csv", "customer_id\n1\n")
    raw_folder.look()
    second = raw_folder.look()
    assert first[0].run_key != second[0].run_key


def test_the_same_files_have_the_same_run_key(raw_folder: RawFolder) -> None:
    raw_folder.write("orders.csv", "order_id\n1\n")
    raw_folder.look()
    first = raw_folder.look()
    raw_folder.cursor = None
    raw_folder.look()
    assert raw_folder.look()[0].run_key == first[0].run_key


def test_a_file_of_the_same_size_written_again_is_another(raw_folder: RawFolder) -> None:
    raw_folder.write("orders.csv", "order_id\n1\n")
    before = digest(files_of_tables(raw_folder.folder, ["orders"])["orders"])
    os.utime(raw_folder.folder / "orders.csv", ns=(1, 1))
    assert digest(files_of_tables(raw_folder.folder, ["orders"])["orders"]) != before


def test_tables_of_the_warehouse_are_not_watched(
    instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGMENTRY_RAW_SCHEMA", "raw")
    with build_sensor_context(instance=instance) as context:
        result = new_raw_files(daily_partitions(DEMO, RAW), ["orders"])(context)
    assert isinstance(result, SkipReason)
    assert result.skip_message == (
        "Tables of the warehouse can't be watched: the schedule reads them."
    )


def test_the_newest_order_of_the_demo_is_seen() -> None:
    newest = newest_timestamp(files_of_tables(DEMO_SHOP, ["orders"])["orders"], "ordered_at")
    assert newest and datetime(2026, 6, 29, tzinfo=UTC) < newest < datetime(2026, 7, 1, tzinfo=UTC)


def test_times_that_are_wrong_or_to_come_are_not_new(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        'Ordered_At,order_id\n2026-06-30T17:00:00+02:00,1\nsoon,2\n2999-01-01,3\n"2026-01-01,4\n'
    )
    newest = newest_timestamp(files_of_tables(tmp_path, ["orders"])["orders"], "ordered_at")
    assert newest == datetime(2026, 6, 30, 15, tzinfo=UTC)


def test_raw_tables_are_observed(instance: DagsterInstance) -> None:
    job = defs.resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        instance=instance, asset_selection=[AssetKey(["raw", "orders"])]
    )
    (event,) = result.get_asset_observation_events()
    metadata = event.asset_observation_data.asset_observation.metadata
    assert metadata["files"].value == 2
    assert metadata["bytes"].value


@pytest.mark.parametrize(
    ("hour", "published", "late"),
    [
        pytest.param(8, "2026-06-29", False, id="before nine"),
        pytest.param(9, "2026-06-29", True, id="at nine"),
        pytest.param(9, "2026-06-30", False, id="published"),
        pytest.param(9, None, False, id="nothing was ever published"),
    ],
)
def test_a_version_is_late_when_yesterday_is_not_published_by_nine(
    hour: int, published: str | None, late: bool
) -> None:
    now = datetime(2026, 7, 1, hour, tzinfo=ZoneInfo("Europe/Paris"))
    assert is_late(now, "2026-06-30", published) is late


def test_the_sensor_of_a_late_version_says_nothing_before_the_first_publish(
    tmp_path: Path, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(tmp_path / "published"))
    with build_sensor_context(instance=instance) as context:
        result = late_version(daily_partitions(DEMO, RAW))(context)
    assert isinstance(result, SkipReason)
    assert result.skip_message == "Not late."


def test_raw_tables_are_looked_at_every_hour(instance: DagsterInstance) -> None:
    def ask(time: datetime, cursor: Any) -> Any:
        return evaluate_automation_conditions(
            defs=defs,
            instance=instance,
            asset_selection=AssetSelection.groups("raw", include_sources=True),
            evaluation_time=time,
            cursor=cursor,
        )

    start = ask(datetime(2026, 6, 30, 10, 30, tzinfo=UTC), None)
    within = ask(datetime(2026, 6, 30, 10, 59, tzinfo=UTC), start.cursor)
    after = ask(datetime(2026, 6, 30, 11, 1, tzinfo=UTC), within.cursor)
    assert [start.total_requested, within.total_requested, after.total_requested] == [0, 0, 11]


def test_a_changed_model_asks_for_a_new_manifest(tmp_path: Path) -> None:
    for name in ("models", "macros", "seeds", "tests/generic", "tests/singular", "profiles"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "dbt_project.yml").touch()
    model = tmp_path / "models" / "orders.sql"
    model.touch()
    os.utime(model, (4e9, 4e9))
    assert changed_at(tmp_path) == 4e9
    model.unlink()
    os.utime(tmp_path / "models", (5e9, 5e9))
    assert changed_at(tmp_path) == 5e9


def test_days_are_partitions_of_everything_that_is_made() -> None:
    for key in ("customer_facts", "segment_catalog", "published_version"):
        partitions = defs.resolve_assets_def(key).partitions_def
        assert isinstance(partitions, DailyPartitionsDefinition)
