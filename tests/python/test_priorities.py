"""Who is left out by rank and by caps: one audience of a group for each, and not too often."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentry.activation.config import Sync, rivals_of
from segmentry.activation.errors import RefusedError, SyncError
from segmentry.activation.ledger import Ledger
from segmentry.activation.left_out import Cause, Conflict
from segmentry.records.databases import BI
from segmentry.records.folders import CURRENT
from tests.python.activation_shop import KEYS, SECRET, ActivationShop, Person, people
from tests.python.rigs import PLATFORMS, Rig, rig_of
from tests.python.test_syncs import command

BOTH = frozenset({"one_timers", "idle_customers"})
CAP = {"max_deliveries": {"count": 3, "days": 7}}


def sync(rank: int, segments: list[str], **options: Any) -> Sync:
    """Return a sync of the group `mail`."""
    return Sync.model_validate(
        {
            "platform": "files",
            "audiences": [{"id": "a", "segments": segments}],
            "priority": {"group": "mail", "rank": rank},
            **options,
        }
    )


def crowd(both: int = 2, size: int = 20) -> dict[str, Person]:
    """Return one-timers, some of whom are idle customers as well."""
    crowd_ = people(size)
    for number in range(both):
        crowd_[f"c{number}"] = crowd_[f"c{number}"].but(segments=BOTH)
    return crowd_


def emails(crowd_: dict[str, Person], without: int = 0) -> set[str]:
    """Return the addresses of some people, less the first few."""
    return {person.email for person in list(crowd_.values())[without:]}


@pytest.fixture(params=PLATFORMS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Return a sync of each platform."""
    with rig_of(request.param, ActivationShop(tmp_path)) as made:
        yield made


@pytest.fixture
def second(rig: Rig) -> Rig:
    """Return a sync that comes after another, which sends idle customers."""
    rig.options = {"priority": {"group": "mail", "rank": 2}}
    rig.rivals = {"first": sync(1, ["idle_customers"])}
    return rig


def test_who_is_in_several_audiences_gets_the_first_alone(second: Rig) -> None:
    second.shop.publish(crowd())
    assert second.plan().conflicts == [Conflict(second.audience, Cause.PRIORITY, "first", 2)]
    second.apply()
    assert second.members() == second.ours() == emails(crowd(), without=2)
    second.shop.publish(crowd(both=3))
    assert second.run().removed == 1
    assert second.members() == emails(crowd(), without=3)
    second.shop.publish(crowd(both=0))
    assert second.run().added == 3


def test_a_guard_stops_a_rank_that_takes_out_too_many(second: Rig) -> None:
    second.shop.publish(crowd(both=0))
    second.run()
    second.shop.publish(crowd(both=10))
    with pytest.raises(RefusedError, match="would lose 10 of 20"):
        second.run()
    assert len(second.members()) == 20


def test_a_plan_is_of_the_ranks_of_then(second: Rig) -> None:
    second.shop.publish(crowd())
    second.plan()
    second.rivals = {}
    with pytest.raises(RefusedError, match="one that comes before it, was changed"):
        second.apply()


def test_whom_the_first_holds_out_is_not_sent_by_the_second(second: Rig) -> None:
    """Else the first would be held against the second, and not against nothing."""
    terms = {"share": 0.5, "starts_on": "2026-06-01", "ends_on": "2026-07-31", "outcome_days": 30}
    second.rivals = {"first": sync(1, ["idle_customers"], holdout={"name": "lift", **terms})}
    drawn = crowd()
    drawn["c0"] = drawn["c0"].but(arm="held_out")
    second.shop.publish(drawn)
    second.run()
    assert second.members() == emails(drawn, without=2)


def test_within_a_sync_the_first_audience_counts(tmp_path: Path) -> None:
    with rig_of("klaviyo", ActivationShop(tmp_path)) as rig:
        other = rig.simulator.add_list("Idle")
        rig.options = {
            "priority": {"group": "mail", "rank": 1},
            "audiences": [
                {"id": other, "segments": ["idle_customers"]},
                {"id": rig.audience, "segments": ["one_timers"]},
            ],
        }
        rig.shop.publish(crowd())
        assert rig.plan().conflicts == [Conflict(rig.audience, Cause.PRIORITY, other, 2)]
        rig.apply()
        assert rig.members() == emails(crowd(), without=2)
        assert rig.simulator.members_of(other) == emails(crowd()) - rig.members()


def test_ranks_are_of_syncs_that_are_enabled_and_of_one_group() -> None:
    syncs = {
        "first": sync(1, ["a"]),
        "third": sync(3, ["a"]),
        "off": sync(2, ["a"], enabled=False),
        "elsewhere": sync(1, ["a"], priority={"group": "push", "rank": 1}),
        "plain": sync(1, ["a"], priority=None),
        "fourth": sync(4, ["a"]),
    }
    assert list(rivals_of("fourth", syncs)) == ["first", "third"]
    assert list(rivals_of("off", syncs)) == ["first"]
    assert rivals_of("first", syncs) == rivals_of("plain", syncs) == {}
    with pytest.raises(SyncError, match="third and again both have the rank 3"):
        rivals_of("fourth", syncs | {"again": sync(3, ["a"])})


def test_who_had_enough_is_left_out_until_the_days_are_over(rig: Rig) -> None:
    rig.options = CAP
    tired = crowd(both=0)
    tired["c0"] = tired["c0"].but(delivered=3)
    tired["c1"] = tired["c1"].but(delivered=2)
    rig.shop.publish(tired)
    assert rig.plan().conflicts == [Conflict(rig.audience, Cause.CAP, "3 in 7 days", 1)]
    run_id = rig.apply().run_id
    assert rig.members() == rig.ours() == emails(tired, without=1)
    ledger = Ledger(rig.shop.state, KEYS)
    (row,) = ledger.rows_of_table("sync_conflicts")
    ledger.close()
    assert tuple(row) == (run_id, rig.audience, "cap", "3 in 7 days", 1)
    rig.shop.publish(crowd(both=0))
    rig.run()
    assert rig.members() == emails(tired)


@pytest.mark.parametrize(("days_ago", "counts"), [(0, True), (6, True), (7, False), (-1, False)])
def test_days_are_those_up_to_the_version(tmp_path: Path, days_ago: int, counts: bool) -> None:
    with rig_of("klaviyo", ActivationShop(tmp_path)) as rig:
        rig.options = CAP
        tired = people(3)
        tired["c0"] = tired["c0"].but(delivered=3)
        rig.shop.publish(tired)
        with duckdb.connect(str(rig.shop.published / CURRENT / BI.file)) as connection:
            connection.execute(
                f"update email_deliveries set delivered_on = delivered_on - {days_ago}"
            )
        rig.run()
        assert len(rig.members()) == (2 if counts else 3)


def test_a_cap_wants_a_version_that_knows_deliveries(tmp_path: Path) -> None:
    with rig_of("klaviyo", ActivationShop(tmp_path)) as rig:
        rig.options = CAP
        rig.shop.publish(people(3))
        with duckdb.connect(str(rig.shop.published / CURRENT / BI.file)) as connection:
            connection.execute("drop table email_deliveries")
        with pytest.raises(RefusedError, match="older than email_deliveries"):
            rig.plan()


def test_the_first_of_several_causes_counts(second: Rig) -> None:
    terms = {"share": 0.5, "starts_on": "2026-06-01", "ends_on": "2026-07-31", "outcome_days": 30}
    second.options |= CAP | {"holdout": {"name": "lift", **terms}}
    drawn = {key: person.but(arm="sent") for key, person in crowd(both=3).items()}
    drawn["c0"] = drawn["c0"].but(arm="held_out", delivered=9)
    drawn["c1"] = drawn["c1"].but(delivered=9)
    drawn["c5"] = drawn["c5"].but(delivered=9)
    second.shop.publish(drawn)
    assert second.plan().conflicts == [
        Conflict(second.audience, Cause.CAP, "3 in 7 days", 1),
        Conflict(second.audience, Cause.HOLDOUT, "lift", 1),
        Conflict(second.audience, Cause.PRIORITY, "first", 2),
    ]


def test_commands_find_who_comes_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = ActivationShop(tmp_path)
    shop.publish(crowd())
    for name, value in {
        "SEGMENTRY_ENV_FILE": "",
        "SEGMENTRY_PUBLISHED_DIR": str(shop.published),
        "SEGMENTRY_STATE_DIR": str(shop.state),
        "SEGMENTRY_STATE_KEY": SECRET,
        "SEGMENTRY_SYNCS_DIR": str(tmp_path / "syncs"),
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "syncs").mkdir()
    for rank, segment in enumerate(("idle_customers", "one_timers"), 1):
        (tmp_path / "syncs" / f"number{rank}.yml").write_text(
            f"platform: files\naudiences: [{{id: a, segments: [{segment}]}}]\n"
            f"priority: {{group: mail, rank: {rank}}}\n"
        )
    code, printed, _ = command(capsys, "plan", "number2", "--json")
    assert code == 0
    assert json.loads(printed)["conflicts"] == [
        {"audience": "a", "cause": "priority", "detail": "number1", "people": 2}
    ]
    assert "2 left out, who are in an audience of number1." in command(capsys, "plan", "number2")[1]
    code, printed, _ = command(capsys, "apply", "number2", "--json")
    assert json.loads(printed) == {"a": 18}
