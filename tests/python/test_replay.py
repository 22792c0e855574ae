"""Replayed days are those that builds of these days would have found, and nothing else changes."""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from examples.demo_shop.replayed_days import ship
from segmentry.__main__ import main
from segmentry.errors import RecordsError, ReplayError
from segmentry.replay.computation import check_definitions, replay
from segmentry.replay.days import Plan, days_back, months_before, plan_replay
from segmentry.replay.dbt_plugin import replayed_days
from segmentry.replay.kept import DEMO, TABLES, kept_days, replayed_path
from segmentry.replay.report import said_of_left_out, said_of_result
from segmentry.settings.scratch import is_abandoned
from segmentry.settings.shop import Settings
from tests.python.raw_folders import Row, Tables, write_folder
from tests.python.reference.history import Day, Version, next_version
from tests.python.warehouse import ROOT, run_dbt

WITHOUT_TESTS = ("--exclude-resource-type=test", "--exclude-resource-type=unit_test")
SIZES = ("build", *WITHOUT_TESTS, "--select", "+segment_sizes", "+shop_sizes", "orders")
LAST_DAY, DAYS = date(2026, 6, 30), [date(2026, 5, 30), date(2026, 6, 23)]
DEMO_DAYS = 13
RECORDED = "as_of_date, segment, segment_value, customer_count, entered_count, left_count"
COLUMNS = f"{RECORDED}, reach_count, net_revenue, definition"


def order(order_id: str, ordered_at: str, **columns: str) -> Row:
    """Return a completed order of ten dollars."""
    return {
        "order_id": order_id,
        "ordered_at": ordered_at,
        "status": "completed",
        "currency": "USD",
        "subtotal_amount": "10.00",
        **columns,
    }


def account(customer_id: str, created_at: str, email: str = "") -> Row:
    """Return an account that subscribed when it was made."""
    return {
        "customer_id": customer_id,
        "created_at": created_at,
        "email": email or f"{customer_id}@x.example",
        "accepts_marketing": "true",
        "accepts_marketing_updated_at": created_at,
    }


def visit(event_id: str, occurred_at: str, customer_id: str, event_name: str) -> Row:
    """Return an event of an account."""
    return {
        "event_id": event_id,
        "occurred_at": occurred_at,
        "event_name": event_name,
        "customer_id": customer_id,
        "anonymous_id": f"browser of {customer_id}",
        "product_id": "p",
    }


# Ana buys again and says no, Gina registers, Bobby turns out to be Bob, Ida falls asleep, Cyd
# leaves a cart and Zoe comes late, each between two of the days; nobody ever answers a survey.
ROWS: Tables = {
    "customers": [
        account("ana", "2026-01-01"),
        account("bob", "2026-01-02"),
        account("bobby", "2026-01-03"),
        account("gina", "2026-06-03"),
        account("zoe", "2026-06-25"),
    ],
    "orders": [
        order("1", "2026-05-01", customer_id="ana"),
        order("2", "2026-05-02", email="gina@x.example"),
        order("3", "2026-05-03", customer_id="bobby"),
        order("4", "2025-12-10", customer_id="ida"),
        order("5", "2026-06-03", customer_id="ana"),
        order("6", "2026-06-10", customer_id="bobby", email="bob@x.example"),
        order("7", "2026-06-25", customer_id="zoe"),
    ],
    "events": [
        visit("1", "2026-05-20 10:00:00", "cyd", "view_item"),
        visit("2", "2026-06-20 10:00:00", "cyd", "add_to_cart"),
        visit("3", "2026-06-26 10:00:00", "cyd", "purchase"),
    ],
    "consent_events": [
        {
            "consent_id": "1",
            "occurred_at": "2026-06-05",
            "email": "ana@x.example",
            "channel": "email",
            "state": "withdrawn",
        }
    ],
}


@dataclass(frozen=True)
class Shop:
    """A build of a day, and what was replayed after it."""

    warehouse: Path

    @property
    def settings(self) -> Settings:
        """Where the shop is."""
        return Settings.from_environment({"SEGMENTRY_WAREHOUSE": str(self.warehouse)})

    def read(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def replayed(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """Return the rows of a table that were replayed, in order."""
        path = replayed_path(self.settings.state, table)
        return duckdb.execute(f"select {columns} from '{path}' order by all").fetchall()


def build(raw: Path | None, folder: Path, day: date) -> Shop:
    """Build a day from nothing."""
    folder.mkdir()
    shop = Shop(folder / "segmentry.duckdb")
    run_dbt(*SIZES, raw_dir=raw, warehouse=shop.warehouse, variables={"as_of": str(day)})
    return shop


def files_of(folder: Path) -> dict[str, bytes]:
    """Return a digest of every file below a folder, but for what replays keep and dbt's own."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).digest()
        for path in folder.rglob("*")
        if path.is_file() and not {"replayed", "shop.target", "shop.logs"} & set(path.parts)
    }


def call(shop: Shop, *arguments: str) -> subprocess.Popen[str]:
    """Start a replay of two days in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "segmentry", "replay", "--months", "1", *arguments],
        cwd=ROOT,
        env=os.environ | {"SEGMENTRY_WAREHOUSE": str(shop.warehouse)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the raw folder of the last day."""
    return write_folder(tmp_path_factory.mktemp("raw") / "raw", ROWS)


@pytest.fixture(scope="module")
def shop(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Yield a build of the last day, replayed once for all workers, which stays as it is."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "replayed_shop"
    with (shared / "replayed_shop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "replayed_shop.json").exists():
            (shared / "replayed_shop.json").write_text(replayed_shop(raw, folder))
    before = files_of(folder)
    yield Shop(folder / "segmentry.duckdb")
    assert files_of(folder) == before


def replayed_shop(raw: Path, folder: Path) -> str:
    """Build and replay a shop, and return what the replay printed; nothing else changes."""
    shop = build(raw, folder, LAST_DAY)
    published = folder / "segmentry_published" / "versions" / "of_another_day"
    published.mkdir(parents=True)
    (published / "manifest.json").write_text("{}")
    before = files_of(folder)
    process = call(shop, "--json")
    printed, told = process.communicate()
    assert process.returncode == 0, told
    result = json.loads(printed)
    assert [day["as_of_date"] for day in result["days"]] == [str(day) for day in DAYS]
    assert not any(day["is_kept"] for day in result["days"])
    assert "2 days replayed" in told
    assert files_of(folder) == before
    return printed


@pytest.fixture(scope="module")
def then(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Shop]:
    """Return a build from nothing of each day that was replayed."""
    folder = tmp_path_factory.mktemp("then")
    return [build(raw, folder / str(day), day) for day in DAYS]


def day_of(shop: Shop, as_of_date: date) -> Day:
    """Return what a build found, as the reference of the history takes it."""
    catalog = shop.read("select segment, is_valued from segment_catalog")
    return Day(
        as_of_date,
        dict(shop.read("select written_id, customer_id from int_written_ids")),
        frozenset(
            (who, (segment, value))
            for who, segment, value in shop.read(
                "select customer_id, segment, segment_value from segment_memberships"
            )
        ),
        dict(shop.read("select segment, lineage_fingerprint from segment_fingerprints")),
        frozenset(segment for segment, is_valued in catalog if is_valued),
    )


@pytest.mark.prove
def test_replayed_days_are_what_builds_of_these_days_find(shop: Shop, then: list[Shop]) -> None:
    """Sizes are those of builds from nothing, moves those of the reference between them."""
    found = shop.replayed("segment_sizes", COLUMNS)
    expected = set()
    version: Version | None = None
    for day, built in zip(DAYS, then, strict=True):
        version = next_version(day_of(built, day), version)
        moves = {place: size for (on, place), size in version.sizes.items() if on == day}
        sizes = {
            (segment, value): rest
            for segment, value, *rest in built.read(
                "select segment, segment_value, reach_count, net_revenue, definition "
                "from segment_sizes where not is_replayed"
            )
        }
        # Of a value that lost its last customer only the move tells.
        gone = {place for place, size in moves.items() if size.left and place not in sizes}
        for place in sizes.keys() | gone:
            size = moves[place]
            rest = sizes.get(place, [0, 0, size.definition])
            expected.add((day, *place, size.customers, size.entered, size.left, *rest))
    assert set(found) == expected
    assert len(found) == len(expected)
    rows = {row[:3]: row[3:6] for row in found}
    assert rows[DAYS[0], "one_timers", ""] == (4, 4, 0)
    assert rows[DAYS[1], "one_timers", ""] == (2, 0, 2)
    assert rows[DAYS[1], "repeat_customers", ""] == (2, 2, 0)
    assert rows[DAYS[1], "idle_customers", ""] == (1, 1, 0)
    assert rows[DAYS[1], "added_to_cart", ""] == (1, 1, 0)
    # Of surveys there is no data.
    assert not [segment for _, segment, _ in rows if segment in ("nps_promoters", "complainers")]


@pytest.mark.prove
def test_the_replayed_shop_is_that_of_builds_of_these_days(shop: Shop, then: list[Shop]) -> None:
    columns = "as_of_date, customer_count, buyer_count, subscriber_count, order_count, net_revenue"
    built = [row for each in then for row in each.read(f"select {columns} from shop_sizes")]
    assert shop.replayed("shop_sizes", columns) == built
    assert [row[1:4] for row in built] == [(6, 4, 3), (5, 4, 2)]


@pytest.mark.prove
def test_replayed_flows_lead_people_to_where_they_are(shop: Shop, then: list[Shop]) -> None:
    """From where a build of the day has them, under whatever id, whoever they have become since."""
    catalog = shop.read(
        "select segment, is_valued, exclusive_group, is_sensitive from segment_catalog"
    )
    followed = {
        name for name, valued, group, sensitive in catalog if valued and group and not sensitive
    }
    now = dict(shop.read("select written_id, customer_id from int_written_ids"))
    expected: Counter[tuple[Any, ...]] = Counter()
    for day, built in zip(DAYS, then, strict=True):
        places: dict[tuple[str, str], list[str | None]] = {}
        for side, each in enumerate((built, shop)):
            for who, segment, value in each.read(
                "select customer_id, segment, segment_value from segment_memberships"
            ):
                if segment in followed:
                    place = places.setdefault((segment, now[who]), [None, None])
                    place[side] = max(place[side] or "", value)
        for (segment, _), (was, now_is) in places.items():
            expected[day, LAST_DAY, segment, was, now_is] += 1
    found = shop.replayed("segment_flows")
    assert {row[:-1]: row[-1] for row in found} == expected
    assert len(found) == len(expected)
    # Gina's guest order and Bobby are those of Gina and Bob by now, each one person.
    of_stages = [row for row in found if row[0] == DAYS[0] and row[2] == "journey_stages"]
    assert sum(row[-1] for row in of_stages) == 6


@pytest.mark.prove
def test_the_next_build_has_the_replayed_days(shop: Shop, raw: Path, tmp_path: Path) -> None:
    """Beside its own, which is not replayed."""
    folder = tmp_path / "next"
    shutil.copytree(shop.warehouse.parent / "segmentry_state", folder / "segmentry_state")
    shutil.copyfile(shop.warehouse, folder / "segmentry.duckdb")
    following = Shop(folder / "segmentry.duckdb")
    models = (
        "stg_replayed_segment_sizes+",
        "stg_replayed_segment_flows+",
        "stg_replayed_shop_sizes+",
    )
    variables = {"as_of": str(LAST_DAY)}
    run_dbt(
        *("run", "--select", *models, "--exclude", "activation_profiles"),
        raw_dir=raw,
        warehouse=following.warehouse,
        variables=variables,
    )
    days = "select as_of_date, is_replayed from {} group by all order by 1"
    for table in ("segment_sizes", "shop_sizes"):
        assert following.read(days.format(table)) == [
            (DAYS[0], True),
            (DAYS[1], True),
            (LAST_DAY, False),
        ]
    assert following.read(
        f"select {COLUMNS} from segment_sizes where is_replayed order by all"
    ) == shop.replayed("segment_sizes", COLUMNS)
    flows = "before_on as as_of_date, until_on, segment, from_value, to_value, customer_count"
    assert following.read(f"select {flows} from replayed_flows order by all") == shop.replayed(
        "segment_flows"
    )
    today = f"select {COLUMNS} from segment_sizes where not is_replayed order by all"
    assert following.read(today) == shop.read(today)


@pytest.mark.prove
def test_what_was_replayed_is_kept_until_its_definitions_change(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(shop.warehouse))
    before = [replayed_path(shop.settings.state, table).read_bytes() for table in TABLES]
    assert main(["replay", "--months", "1"]) == 0
    assert "2 days there already" in capsys.readouterr().out
    assert before == [replayed_path(shop.settings.state, table).read_bytes() for table in TABLES]

    plan = plan_replay(shop.warehouse, 1)
    state = shop.settings.state
    assert kept_days(state, plan.days, plan.definitions) == DAYS
    assert kept_days(state, plan.days, "others") == []
    # Who came and went since another day is another number.
    assert kept_days(state, [date(2026, 4, 30), *DAYS], plan.definitions) == []
    assert kept_days(state, [DAYS[0], date(2026, 6, 22)], plan.definitions) == DAYS[:1]
    assert kept_days(state / "nothing", plan.days, plan.definitions) == []


@pytest.mark.prove
def test_other_definitions_than_the_last_builds_are_refused(shop: Shop) -> None:
    plan = plan_replay(shop.warehouse, 1)
    check_definitions(shop.warehouse, plan)
    with pytest.raises(ReplayError, match="changed since the last build: run `make build`"):
        check_definitions(shop.warehouse, replace(plan, definitions="others"))


@pytest.mark.prove
def test_a_killed_replay_goes_on(shop: Shop, raw: Path, tmp_path: Path) -> None:
    """It leaves a scratch folder, which the next one removes, and the day that it had come to."""
    again = build(raw, tmp_path / "again", LAST_DAY)
    process = call(again)
    first = replayed_path(again.settings.state, "shop_sizes")
    deadline = time.monotonic() + 300
    while not first.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    # With the dbt that it has called.
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert [row[0] for row in again.replayed("shop_sizes", "as_of_date")] == DAYS[:1]
    # Others that are in use belong to replays of other tests.
    left = set(filter(is_abandoned, (ROOT / "target" / "scratch").glob("replay-*")))
    assert left

    process = call(again, "--json")
    printed, told = process.communicate()
    assert process.returncode == 0, told
    assert [day["is_kept"] for day in json.loads(printed)["days"]] == [True, False]
    assert "1 of them there already" in told
    assert not left & set((ROOT / "target" / "scratch").glob("replay-*"))
    for table in TABLES:
        assert again.replayed(table) == shop.replayed(table)


@pytest.fixture
def few(tmp_path: Path) -> Shop:
    """Return a warehouse with what a plan asks of a build of 2026-06-30, and nobody in it."""
    warehouse = tmp_path / "few.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            create table int_as_of as select timestamp '2026-07-01' as as_of,
                date '2026-06-30' as as_of_date;
            create table model_fingerprints as select 'segment_memberships' as model_name,
                'f' as fingerprint, '{}' as variables, '{}' as command_line_variables,
                timestamp '2026-07-01' as built_at;
            create table segment_memberships (segment text);
            create table customer_facts (customer_id text);
            create table segment_catalog (segment text);
            create table segment_fingerprints as select 'buyers' as segment,
                'f' as lineage_fingerprint;
            create table orders (ordered_on date);
            create table shop_sizes as select date '2026-06-30' as as_of_date,
                false as is_replayed;
            """
        )
    return Shop(warehouse)


def plan_of(shop: Shop, change: str, months: int = 1) -> Plan:
    """Plan a replay after a change of the warehouse."""
    with duckdb.connect(str(shop.warehouse)) as connection:
        connection.execute(change)
    return plan_replay(shop.warehouse, months)


def test_days_before_the_first_order_are_left_out(few: Shop) -> None:
    plan = plan_of(few, "insert into orders values ('2026-05-30'), ('2026-06-29')", 2)
    assert (plan.days, plan.too_early) == (DAYS, [date(2026, 4, 30)])
    assert list(said_of_left_out(plan)) == [
        "1 day left out: the first order was placed on 2026-05-30."
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("insert into orders values ('2026-06-30')", "the first order was placed on 2026-06-30"),
        ("delete from orders", "there is no order"),
    ],
)
def test_a_new_shop_has_nothing_to_replay(
    few: Shop,
    change: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan_of(few, change)
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(few.warehouse))
    assert main(["replay", "--months", "1"]) == 0
    told = capsys.readouterr().out
    assert f"2 days left out: {why}." in told
    assert "Nothing to replay before 2026-06-30." in told
    assert not few.settings.state.exists()


def test_published_days_stay_as_they_were_published(few: Shop) -> None:
    """What was replayed earlier is none of them."""
    plan = plan_of(
        few,
        "insert into orders values ('2025-01-01'); "
        "insert into shop_sizes values ('2026-06-23', false), ('2026-05-30', true)",
    )
    assert (plan.days, plan.published) == (DAYS[:1], DAYS[1:])
    assert list(said_of_left_out(plan)) == ["1 day left out: published, which stays as it was."]


def test_what_a_plan_can_not_read_is_told(few: Shop, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="run `make build` first"):
        plan_replay(tmp_path / "none.duckdb", 1)
    with pytest.raises(RecordsError, match="lacks what a replay asks for: run `make build` first"):
        plan_of(few, "drop table shop_sizes")


def test_days_are_counted_back_from_the_last_build() -> None:
    assert days_back(LAST_DAY, 1) == DAYS
    assert len(days_back(LAST_DAY, 12)) == DEMO_DAYS
    assert days_back(date(2026, 3, 31), 1) == [date(2026, 2, 28), date(2026, 3, 24)]
    # The 7th of a month of seven days is none; a week before may be a month before.
    assert days_back(date(2026, 3, 7), 1) == [date(2026, 2, 7), date(2026, 2, 28)]
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert months_before(date(2026, 1, 31), 1) == date(2025, 12, 31)
    assert months_before(date(2026, 5, 31), 12) == date(2025, 5, 31)
    assert months_before(date(2026, 12, 31), 1) == date(2026, 11, 30)


def test_a_folder_that_can_not_be_written_is_told(few: Shop, tmp_path: Path) -> None:
    plan = plan_of(few, "insert into orders values ('2026-01-01')")
    (tmp_path / "file").touch()
    settings = replace(few.settings, state=tmp_path / "file" / "state")
    with pytest.raises(ReplayError, match="set SEGMENTRY_STATE_DIR to another folder"):
        next(replay(plan, settings, ROOT, again=False))
    assert said_of_result(plan, []) == "Nothing to replay before 2026-06-30."


def test_the_demo_shop_has_its_past(whole_build: Path) -> None:
    """Marked as replayed, and by the definitions of the project."""
    built = Shop(whole_build)
    assert built.read("select count(*), min(as_of_date) from shop_sizes where is_replayed") == [
        (DEMO_DAYS, date(2025, 6, 30))
    ]
    assert built.read(
        "select count(*) from segment_sizes left join segment_fingerprints using (segment) "
        "where is_replayed and definition is distinct from lineage_fingerprint"
    ) == [(0,)]


@pytest.mark.parametrize(
    ("name", "value"),
    [("SEGMENTRY_CURRENCY", "EUR"), ("SEGMENTRY_AS_OF", "2026-05-01"), ("SEGMENTRY_RAW_DIR", "/")],
)
def test_the_past_of_the_demo_shop_is_no_other_shops(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is it that of the demo by other settings, nor what was replayed by oneself."""
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(tmp_path / "demo.duckdb"))
    shipped = replayed_path(DEMO, "shop_sizes")
    assert replayed_days("shop_sizes", has_variables=False) == str(shipped)
    assert replayed_days("shop_sizes", has_variables=True) == ""
    with monkeypatch.context() as patch:
        patch.setenv(name, value)
        assert replayed_days("shop_sizes", has_variables=False) == ""
    own = replayed_path(tmp_path / "demo_state", "shop_sizes")
    own.parent.mkdir(parents=True)
    own.touch()
    assert replayed_days("shop_sizes", has_variables=False) == str(own)


@pytest.mark.prove
def test_what_ships_with_the_demo_shop_is_a_replay_of_it(whole_build: Path, tmp_path: Path) -> None:
    """`make demo-replay` renews it."""
    shutil.copyfile(whole_build, tmp_path / whole_build.name)
    fresh = Shop(tmp_path / whole_build.name)
    plan = plan_replay(fresh.warehouse, 12)
    assert len(plan.days) == DEMO_DAYS
    for _ in replay(plan, fresh.settings, ROOT, again=False):
        pass
    ship(fresh.settings.state, tmp_path / "shipped")
    for table in TABLES:
        shipped, replayed = (
            duckdb.execute(f"from '{replayed_path(folder, table)}' order by all").fetchall()
            for folder in (DEMO, tmp_path / "shipped")
        )
        assert shipped == replayed, f"{table} is not what a replay computes: make demo-replay"
