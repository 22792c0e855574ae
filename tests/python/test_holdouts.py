"""Who is held out by an experiment is sent nowhere, on every platform, whatever happens."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from segmentry.activation.config import Sync, check_experiments, read_syncs
from segmentry.activation.difference import Kind
from segmentry.activation.errors import PlatformError, RefusedError, SyncError
from segmentry.activation.exports import export
from segmentry.activation.holdouts import declared_experiments
from segmentry.activation.ledger import Ledger
from segmentry.activation.left_out import Cause, Conflict
from segmentry.activation.plans import Setting
from segmentry.simulators.server import Fault
from tests.python.activation_shop import AS_OF_DATE, KEYS, ActivationShop, Person, people
from tests.python.conftest import PROVE
from tests.python.killed_sync import run_until_write
from tests.python.rigs import PLATFORMS, Rig, rig_of

HOLDOUT = {
    "name": "lift",
    "share": 0.25,
    "starts_on": AS_OF_DATE - timedelta(days=10),
    "ends_on": AS_OF_DATE + timedelta(days=10),
    "outcome_days": 30,
}
# A killed run in each so many writes; the long counts kill it at every one.
STEP = 1 if PROVE else 9


def crowd(size: int = 20, first: int = 0) -> dict[str, Person]:
    """Return people of whom every fourth drew the held-out arm."""
    return {
        key: person.but(arm="held_out" if number % 4 == 3 else "sent")
        for number, (key, person) in enumerate(people(size, first).items(), first)
    }


def sent(crowd_: dict[str, Person]) -> set[str]:
    """Return the addresses of who drew the other arm."""
    return {person.email for person in crowd_.values() if person.arm == "sent"}


@pytest.fixture(params=PLATFORMS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Return a sync of each platform, in an experiment."""
    with rig_of(request.param, ActivationShop(tmp_path)) as made:
        made.options = {"holdout": HOLDOUT}
        yield made


@pytest.fixture
def klaviyo(tmp_path: Path) -> Iterator[Rig]:
    """Return a sync of one platform, for what is the engine's alone."""
    with rig_of("klaviyo", ActivationShop(tmp_path)) as made:
        made.options = {"holdout": HOLDOUT}
        yield made


def test_the_held_out_are_never_sent(rig: Rig) -> None:
    rig.shop.publish(crowd())
    assert rig.plan().conflicts == [Conflict(rig.audience, Cause.HOLDOUT, "lift", 5)]
    assert rig.apply().added == 15
    changed = {key: person.but(order_count=2) for key, person in crowd(24).items()}
    rig.shop.publish(changed)
    assert rig.run().status == "succeeded"
    assert rig.members() == rig.ours() == sent(changed)
    told = repr(rig.simulator.journal)
    assert all(person.email not in told for person in changed.values() if person.arm != "sent")


@pytest.mark.parametrize("fault", [Fault.DROPPED_BEFORE, Fault.DROPPED_AFTER])
def test_faults_send_nobody_who_is_held_out(klaviyo: Rig, fault: Fault) -> None:
    klaviyo.shop.publish(crowd())
    klaviyo.plan()
    klaviyo.simulator.inject(fault, "create_import_job", times=2)
    with suppress(PlatformError):
        klaviyo.apply()
    klaviyo.run()
    assert klaviyo.members() == sent(crowd())


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == "klaviyo" else pytest.mark.prove)
        for name in PLATFORMS
    ],
)
def test_killed_runs_send_nobody_who_is_held_out(name: str, tmp_path: Path) -> None:
    with rig_of(name, ActivationShop(tmp_path)) as rig:
        rig.options = {"holdout": HOLDOUT}
        for turn, number in enumerate(count(1, STEP)):
            wanted = crowd(12, first=turn % 3)
            rig.shop.publish(wanted)
            is_killed = run_until_write(rig, number)
            assert rig.members() <= sent(wanted) | sent(crowd(20))
            if not is_killed:
                break
            rig.run(allow_removals=True)
            assert rig.members() == rig.ours() == sent(wanted)


def test_before_lots_are_drawn_nobody_is_added_and_who_is_there_stays(rig: Rig) -> None:
    """As with a version from before the sync named the experiment."""
    rig.options = {}
    rig.shop.publish(people(8))
    rig.run()
    rig.options = {"holdout": HOLDOUT}
    undrawn = {key: person.but(order_count=3) for key, person in people(12).items()}
    rig.shop.publish(undrawn)
    plan = rig.plan()
    assert plan.counts[rig.audience][Kind.HOLD_BACK] == 4
    result = rig.apply()
    assert (result.added, result.updated, result.removed, result.held_back) == (0, 8, 0, 4)
    assert rig.members() == {person.email for person in people(8).values()}

    rig.shop.publish(crowd(12))
    rig.run(allow_removals=True)
    assert rig.members() == rig.ours() == sent(crowd(12))


def test_before_it_starts_nobody_is_added(klaviyo: Rig) -> None:
    klaviyo.options = {"holdout": HOLDOUT | {"starts_on": AS_OF_DATE + timedelta(days=1)}}
    klaviyo.shop.publish(people(4))
    assert klaviyo.run().held_back == 4
    assert klaviyo.members() == set()


def test_a_guard_stops_an_experiment_that_takes_out_too_many(klaviyo: Rig) -> None:
    klaviyo.options = {}
    klaviyo.shop.publish(people(20))
    klaviyo.run()
    klaviyo.options = {"holdout": HOLDOUT}
    klaviyo.shop.publish(crowd())
    with pytest.raises(RefusedError, match="would lose 5 of 20"):
        klaviyo.run()
    assert len(klaviyo.members()) == 20


@pytest.mark.parametrize(("days", "is_held"), [(30, True), (31, False)])
def test_they_are_sent_when_their_outcomes_are_known(
    klaviyo: Rig, days: int, is_held: bool
) -> None:
    """Whoever comes after the last day draws no lot and is sent."""
    ends_on = AS_OF_DATE - timedelta(days=days)
    starts_on = ends_on - timedelta(days=10)
    klaviyo.options = {"holdout": HOLDOUT | {"starts_on": starts_on, "ends_on": ends_on}}
    late = people(2, first=20)
    klaviyo.shop.publish(crowd() | late)
    klaviyo.run()
    everybody = {person.email for person in (crowd() | late).values()}
    drawn = sent(crowd()) | {person.email for person in late.values()}
    assert klaviyo.members() == (drawn if is_held else everybody)


def test_who_turns_out_to_be_held_out_is_taken_out(rig: Rig) -> None:
    """Two people become one, and the earlier lot is that of the one who was held out."""
    rig.shop.publish(crowd())
    rig.run()
    merged = crowd()
    merged["c3"] = merged["c3"].but(email=merged["c0"].email)
    del merged["c0"]
    rig.shop.publish(merged)
    rig.run()
    assert rig.members() == sent(crowd()) - {"person0@shop.example"}


def test_a_sync_that_changes_holds_out_the_same(klaviyo: Rig) -> None:
    klaviyo.shop.publish(crowd())
    klaviyo.run()
    klaviyo.options |= {"properties": {"name": "first_name"}, "clear_nulls": True}
    klaviyo.run()
    assert klaviyo.members() == sent(crowd())
    # Without the experiment nobody is held out any more.
    del klaviyo.options["holdout"]
    klaviyo.run()
    assert len(klaviyo.members()) == 20


def test_who_said_no_is_no_conflict(klaviyo: Rig) -> None:
    silent = {key: person.but(may_be_written_to=False) for key, person in crowd().items()}
    klaviyo.shop.publish(crowd(4) | {key: silent[key] for key in ("c7", "c8")})
    assert klaviyo.plan().conflicts == [Conflict(klaviyo.audience, Cause.HOLDOUT, "lift", 1)]
    klaviyo.apply()
    assert klaviyo.members() == sent(crowd(4))


def test_conflicts_are_left_for_builds(klaviyo: Rig) -> None:
    klaviyo.shop.publish(crowd())
    run_id = klaviyo.run().run_id
    ledger = Ledger(klaviyo.shop.state, KEYS)
    (row,) = ledger.rows_of_table("sync_conflicts")
    ledger.close()
    assert tuple(row) == (run_id, klaviyo.audience, "holdout", "lift", 5)


def test_an_export_holds_out_as_well(tmp_path: Path) -> None:
    shop = ActivationShop(tmp_path)
    undrawn = people(1, first=50)
    shop.publish(crowd() | undrawn)
    audiences = [{"id": "all", "everyone": True}]
    sync = Sync.model_validate({"platform": "files", "audiences": audiences, "holdout": HOLDOUT})
    written = export(Setting("sheet", sync, shop.published, shop.state, KEYS), tmp_path / "exports")
    assert written == {"all": 15}


# What builds read of the files of syncs

SYNC = """
platform: files
audiences:
  - {{id: a, segments: [buyers, "devices:mobile"]}}
  - {{id: b, tag: email}}
  - {{id: c, everyone: true}}
holdout:
  {{name: lift, share: {share}, starts_on: 2026-06-01, ends_on: 2026-06-30, outcome_days: 14}}
"""


def test_builds_read_each_way_into_an_experiment(tmp_path: Path) -> None:
    assert declared_experiments(tmp_path / "none") == "[]"
    (tmp_path / "one.yml").write_text(SYNC.format(share=0.1))
    (tmp_path / "plain.yml").write_text("platform: files\naudiences: [{id: a, everyone: true}]\n")
    terms: dict[str, Any] = {
        "experiment": "lift",
        "share": 0.1,
        "starts_on": date(2026, 6, 1).isoformat(),
        "ends_on": date(2026, 6, 30).isoformat(),
        "outcome_days": 14,
    }
    names = ("segment", "segment_value", "destination")
    ways = [
        ("buyers", "", None),
        ("devices", "mobile", None),
        (None, None, "email"),
        (None, None, None),
    ]
    assert json.loads(declared_experiments(tmp_path)) == [
        terms | dict(zip(names, way, strict=True)) for way in ways
    ]


def test_two_syncs_may_share_an_experiment_on_the_same_terms(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text(SYNC.format(share=0.1))
    (tmp_path / "two.yml").write_text(SYNC.format(share=0.1))
    assert len(json.loads(declared_experiments(tmp_path))) == 8
    (tmp_path / "two.yml").write_text(SYNC.format(share=0.2))
    with pytest.raises(SyncError, match="one and two name the experiment lift"):
        check_experiments(read_syncs(tmp_path))


def test_what_can_not_be_read_stops_no_build(tmp_path: Path) -> None:
    """Its sync says why; nobody is assigned by it."""
    (tmp_path / "one.yml").write_text(SYNC.format(share=0.1))
    (tmp_path / "broken.yml").write_text("platform: [")
    assert len(json.loads(declared_experiments(tmp_path))) == 4
    (tmp_path / "two.yml").write_text(SYNC.format(share=0.2))
    assert declared_experiments(tmp_path) == "[]"


def test_lots_are_even_and_of_each_experiment_by_itself() -> None:
    ids = [f"c{number}" for number in range(20_000)]
    lots = {name: [KEYS.lot_of(name, key) for key in ids] for name in ("a", "b")}
    assert lots["a"] == [KEYS.lot_of("a", key) for key in ids]
    assert all(0 <= lot < 1 for lot in lots["a"])
    for name in lots:
        assert sum(lot < 0.1 for lot in lots[name]) == pytest.approx(2000, abs=150)
    both = sum(first < 0.1 and second < 0.1 for first, second in zip(*lots.values(), strict=True))
    assert both == pytest.approx(200, abs=50)
