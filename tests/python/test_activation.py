"""The guarantees of syncs, on every platform: what is sent, what never is, what a crash leaves."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from segmentry.activation.desired import SORTED, opened, wanted_rows
from segmentry.activation.difference import Kind
from segmentry.activation.errors import OutOfTimeError, PlatformError, RefusedError, SyncError
from segmentry.activation.ledger import Ledger
from segmentry.activation.plans import version_of
from segmentry.activation.platforms.interface import Job, Limits, Outcome, Profile
from segmentry.activation.platforms.klaviyo import Klaviyo
from segmentry.errors import SettingsError
from segmentry.records.databases import CONTACTS
from segmentry.settings.memory import memory_limit
from segmentry.simulators.server import Fault
from segmentry.state.keys import Keys
from tests.python.activation_shop import KEYS, ActivationShop, Person, people
from tests.python.rigs import PHONES, PLATFORMS, TELLING, Rig, rig_of

# The call that makes members.
ADDING = {
    "klaviyo": "create_import_job",
    "mailchimp": "change_segment",
    "sendgrid": "add_contacts",
    "customerio": "add_members",
}


@pytest.fixture(params=PLATFORMS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Return a sync of each platform, with twenty one-timers published."""
    with rig_of(request.param, ActivationShop(tmp_path)) as made:
        made.shop.publish(people(20))
        yield made


@pytest.fixture
def klaviyo(tmp_path: Path) -> Iterator[Rig]:
    """Return a sync of one platform, for what is the engine's alone."""
    with rig_of("klaviyo", ActivationShop(tmp_path)) as made:
        made.shop.publish(people(20))
        yield made


def emails(count: int, first: int = 0) -> set[str]:
    """Return the addresses of numbered people."""
    return {person.email for person in people(count, first).values()}


# Plan, then apply


def test_a_plan_writes_nothing(rig: Rig) -> None:
    plan = rig.plan()
    assert plan.counts[rig.audience][Kind.ADD] == 20
    assert rig.simulator.journal == []
    assert rig.members() == set()


def test_what_is_published_arrives(rig: Rig) -> None:
    result = rig.run()
    assert (result.status, result.added) == ("succeeded", 20)
    assert rig.members() == rig.ours() == emails(20)


def test_a_second_run_writes_nothing(rig: Rig) -> None:
    rig.run()
    before = rig.write_count()
    assert rig.plan().is_empty
    assert rig.apply().status == "succeeded"
    assert rig.write_count() == before


def test_who_enters_leaves_and_changes(rig: Rig) -> None:
    rig.run()
    changed = people(22)
    del changed["c0"]
    changed["c1"] = changed["c1"].but(segments=frozenset({"idle_customers"}))
    changed["c2"] = changed["c2"].but(first_name="Another")
    rig.shop.publish(changed)
    result = rig.run()
    assert (result.added, result.updated, result.removed) == (2, 1, 2)
    assert rig.members() == rig.ours() == emails(20, first=2)


def test_a_changed_address_is_another_member(rig: Rig) -> None:
    rig.run()
    changed = people(20)
    changed["c0"] = changed["c0"].but(email="new@shop.example")
    rig.shop.publish(changed)
    rig.run()
    assert rig.members() == (emails(20) - {"person0@shop.example"}) | {"new@shop.example"}


def test_apply_wants_a_plan(klaviyo: Rig) -> None:
    with pytest.raises(RefusedError, match="has no plan"):
        klaviyo.apply()


def test_apply_refuses_a_plan_of_another_version(klaviyo: Rig) -> None:
    klaviyo.plan()
    klaviyo.shop.publish(people(21))
    with pytest.raises(RefusedError, match="is current"):
        klaviyo.apply()
    assert klaviyo.members() == set()


def test_apply_refuses_a_plan_of_another_sync(klaviyo: Rig) -> None:
    klaviyo.plan()
    klaviyo.options = {"properties": {}}
    with pytest.raises(RefusedError, match="was changed"):
        klaviyo.apply()


def test_apply_refuses_a_plan_when_the_ledger_moved(klaviyo: Rig) -> None:
    klaviyo.run()
    klaviyo.shop.publish(people(21))
    klaviyo.run()
    with pytest.raises(RefusedError, match="ledger moved"):
        klaviyo.apply()


def test_two_runs_of_a_sync_never_work_at_once(klaviyo: Rig) -> None:
    import fcntl

    klaviyo.plan()
    with (klaviyo.shop.state / ".welcome.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SyncError, match="Another run"):
            klaviyo.apply()


# Confirmed rows only


def test_a_rejected_row_is_rejected_alone(rig: Rig) -> None:
    rig.simulator.refused["person3@shop.example"] = "not a mailbox"
    result = rig.run()
    assert (result.status, result.added, result.rejected) == ("rejected", 19, 1)
    assert rig.members() == rig.ours() == emails(20) - {"person3@shop.example"}
    rig.simulator.refused.clear()
    assert rig.run().added == 1
    assert rig.members() == rig.ours() == emails(20)


def test_a_row_that_is_rejected_three_times_waits_for_other_values(rig: Rig) -> None:
    rig.simulator.refused["person3@shop.example"] = "not a mailbox"
    for _ in range(3):
        assert rig.run().rejected == 1
    before = rig.write_count()
    result = rig.run()
    assert (result.status, result.rejected, result.waiting) == ("rejected", 0, 1)
    assert rig.write_count() == before
    rig.simulator.refused.clear()
    changed = people(20)
    changed["c3"] = changed["c3"].but(order_count=2)
    rig.shop.publish(changed)
    assert rig.run().added == 1
    assert rig.members() == emails(20)


# Converges


# Waits and retries are the same for all platforms: the others meet every fault in the long counts.
FAULTS = [
    pytest.param(
        name,
        fault,
        marks=[] if name == "klaviyo" or fault is Fault.DROPPED_AFTER else pytest.mark.prove,
    )
    for name in PLATFORMS
    for fault in Fault
]


@pytest.mark.parametrize(("rig", "fault"), FAULTS, indirect=["rig"])
def test_a_fault_at_any_call_is_made_good(rig: Rig, fault: Fault) -> None:
    rig.tries = 2
    rig.simulator.inject(fault, times=3)
    for _ in range(6):
        try:
            rig.run()
            break
        except PlatformError as error:
            assert "@" not in str(error)
    assert rig.members() == rig.ours() == emails(20)
    before = rig.write_count()
    rig.run()
    assert rig.write_count() == before


def test_an_add_that_was_applied_and_not_confirmed_is_ours(rig: Rig) -> None:
    rig.tries = 1
    rig.plan()
    rig.simulator.inject(Fault.DROPPED_AFTER, ADDING[rig.name])
    with pytest.raises(PlatformError):
        rig.apply()
    rig.tries = 4
    rig.shop.publish(people(10, first=10))
    rig.run(allow_removals=True)
    assert rig.members() == rig.ours() == emails(10, first=10)


# Only its own


def test_whom_others_added_stays(rig: Rig) -> None:
    if rig.name in ("customerio", "sendgrid"):
        pytest.skip("it does not tell who is in an audience")
    other = rig_with_other_ledger(rig)
    other.run()
    changed = people(22)
    rig.shop.publish(changed)
    rig.run()
    assert rig.members() == emails(22)
    rig.shop.publish({"c21": people(22)["c21"]})
    rig.run(allow_removals=True)
    assert rig.members() == emails(20) | {"person21@shop.example"}


def rig_with_other_ledger(rig: Rig) -> Rig:
    """Return a sync of the same audience that remembers elsewhere, as another tool does."""
    other = ActivationShop(rig.shop.folder / "other")
    shutil.copytree(rig.shop.published, other.published, symlinks=True)
    return Rig(rig.name, other, rig.simulator, rig.audience)


def test_a_lost_ledger_removes_nobody(rig: Rig) -> None:
    rig.run()
    shutil.rmtree(rig.shop.state)
    rig.shop.publish(people(10))
    rig.run()
    assert rig.members() == emails(20)


# Guards


def test_a_segment_that_lost_most_is_not_removed_without_the_flag(rig: Rig) -> None:
    rig.run()
    rig.shop.publish(people(8))
    plan = rig.plan()
    assert "would lose 12 of 20" in plan.objections[0]
    with pytest.raises(RefusedError, match="would lose 12 of 20"):
        rig.apply()
    assert rig.members() == emails(20)
    rig.run(allow_removals=True)
    assert rig.members() == emails(8)


def test_a_fifth_may_leave(klaviyo: Rig) -> None:
    klaviyo.run()
    klaviyo.shop.publish(people(16))
    assert klaviyo.run().removed == 4
    klaviyo.shop.publish(people(12))
    with pytest.raises(RefusedError, match="would lose 4 of 16"):
        klaviyo.run()


def test_who_withdrew_leaves_whatever_a_guard_says(rig: Rig) -> None:
    rig.run()
    left = people(8)
    rig.shop.publish(left | {"c9": people(10)["c9"].but(may_be_written_to=False)})
    with pytest.raises(RefusedError):
        rig.run()
    assert rig.members() == emails(20) - {"person9@shop.example"}


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"age": timedelta(hours=37)}, "37 hours old"),
        ({"is_validated": False}, "was not validated"),
    ],
)
def test_a_version_that_may_not_be_sent_is_refused(
    klaviyo: Rig, how: dict[str, object], told: str
) -> None:
    klaviyo.run()
    klaviyo.shop.publish(people(30), **how)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match=told):
        klaviyo.plan()


def test_an_empty_source_is_refused(klaviyo: Rig) -> None:
    klaviyo.shop.publish({})
    with pytest.raises(RefusedError, match="nobody who may be written to"):
        klaviyo.plan()


@pytest.mark.parametrize("value", ["person0@shop.example", " PERSON0@shop.example", "", None])
def test_double_and_missing_addresses_are_refused(klaviyo: Rig, value: str | None) -> None:
    build_id = klaviyo.shop.publish(people(3))
    path = klaviyo.shop.published / "versions" / build_id / CONTACTS.file
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update activation_profiles set email = ? where customer_id = 'c1'", [value]
        )
    with pytest.raises(RefusedError, match="missing or double"):
        klaviyo.plan()


# Consent wins


def test_who_withdrew_between_plan_and_apply_is_not_sent(rig: Rig) -> None:
    rig.plan()
    rig.shop.withdraw("person3@shop.example")
    result = rig.apply()
    assert (result.added, result.held_back) == (19, 1)
    assert rig.members() == emails(20) - {"person3@shop.example"}
    sent = b"".join(entry.request.body for entry in rig.simulator.journal)
    assert b"person3@" not in sent


def test_a_no_in_the_middle_of_a_run_holds(klaviyo: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Klaviyo, "limits", Limits(5, 5, 5_000_000, 100_000))
    add = Klaviyo.add

    def add_and_say_no(
        platform: Klaviyo, audience_id: str, profiles: Sequence[Profile]
    ) -> Job | Outcome:
        sent = {profile.address for profile in profiles}
        klaviyo.shop.withdraw(*sorted(emails(20) - sent))
        return add(platform, audience_id, profiles)

    monkeypatch.setattr(Klaviyo, "add", add_and_say_no)
    result = klaviyo.run()
    assert (result.added, result.held_back) == (5, 15)
    assert len(klaviyo.members()) == 5


def test_whom_the_platform_suppressed_is_taken_out_and_stays_out(rig: Rig) -> None:
    if rig.name not in TELLING:
        pytest.skip("its Track API does not tell whom it writes to no more")
    rig.run()
    rig.suppress("person3@shop.example")
    rig.run()
    assert rig.members() == rig.ours() == emails(20) - {"person3@shop.example"}
    changed = people(20)
    changed["c3"] = changed["c3"].but(order_count=9)
    rig.shop.publish(changed)
    before = rig.write_count()
    rig.run()
    assert rig.write_count() == before


def test_nobody_is_written_to_while_the_noes_are_lost(klaviyo: Rig) -> None:
    (klaviyo.shop.published / "suppressions.parquet").unlink()
    with pytest.raises(SyncError, match="who must not be written to"):
        klaviyo.plan()


def test_erased_people_are_never_sent(rig: Rig) -> None:
    ledger = Ledger(rig.shop.state, KEYS)
    ledger.bury([KEYS.hash_of("person3@shop.example")], "address")
    ledger.close()
    assert rig.run().held_back == 1
    assert rig.members() == emails(20) - {"person3@shop.example"}


# Values


def test_a_null_overwrites_nothing_unless_the_sync_says_so(rig: Rig) -> None:
    rig.run()
    before = str(rig_profile(rig, "person3@shop.example"))
    changed = people(20)
    changed["c3"] = changed["c3"].but(first_name=None)
    rig.shop.publish(changed)
    rig.run()
    assert "Name 3" in str(rig_profile(rig, "person3@shop.example"))
    assert "Name 3" in before
    rig.options = {"clear_nulls": True}
    rig.run()
    assert "Name 3" not in str(rig_profile(rig, "person3@shop.example"))


def test_a_phone_number_goes_with_the_consent_to_text_messages(rig: Rig) -> None:
    rig.options = {"properties": {PHONES[rig.name]: "phone"}}
    agreed = people(20)
    agreed["c3"] = agreed["c3"].but(phone="+15550103")
    rig.shop.publish(agreed)
    rig.run()
    assert "+15550103" in str(rig_profile(rig, "person3@shop.example"))
    rig.shop.publish(people(20))
    assert rig.run().updated == 1
    assert "+15550103" not in str(rig_profile(rig, "person3@shop.example"))
    assert rig.members() == emails(20)


def test_a_version_without_phone_numbers_says_so(klaviyo: Rig) -> None:
    build_id = klaviyo.shop.publish(people(3))
    path = klaviyo.shop.published / "versions" / build_id / CONTACTS.file
    with duckdb.connect(str(path)) as connection:
        connection.execute("alter table activation_profiles drop column phone")
    klaviyo.run()
    klaviyo.options = {"properties": {"phone": "phone"}}
    with pytest.raises(SyncError, match="sends phone, which is no column"):
        klaviyo.plan()


def rig_profile(rig: Rig, address: str) -> object:
    """Return what the platform knows of a person."""
    if rig.name == "mailchimp":
        return rig.simulator.profile_of(rig.audience.partition("/")[0], address)
    return rig.simulator.profile_of(address)


def test_properties_travel_with_the_first_audience_alone(klaviyo: Rig) -> None:
    second = klaviyo.simulator.add_list("Devices")
    klaviyo.options = {
        "audiences": [
            {"id": klaviyo.audience, "segments": ["one_timers"]},
            {"id": second, "segments": ["devices:mobile"]},
        ]
    }
    both = people(2)
    both["c0"] = both["c0"].but(segments=frozenset({"one_timers", "devices:mobile"}))
    both["c1"] = both["c1"].but(segments=frozenset({"devices:tablet"}))
    klaviyo.shop.publish(both)
    klaviyo.run()
    assert klaviyo.members() == klaviyo.simulator.members_of(second) == {"person0@shop.example"}
    both["c0"] = both["c0"].but(order_count=7)
    klaviyo.shop.publish(both)
    assert klaviyo.run().updated == 1
    assert "'orders': 7" in str(rig_profile(klaviyo, "person0@shop.example"))


def test_properties_travel_with_the_audience_that_the_sync_names_first(klaviyo: Rig) -> None:
    # Audiences come in the order of their ids.
    audiences = [{"id": name, "segments": ["one_timers"]} for name in ("z", "m", "a")]
    klaviyo.options = {"audiences": audiences}
    sync = klaviyo.sync
    version = version_of(klaviyo.setting)
    with opened(version, KEYS) as connection:
        rows = list(wanted_rows(connection, sync, {}))
    assert [row.audience for row in rows] == ["a"] * 20 + ["m"] * 20 + ["z"] * 20
    assert [(row.audience, row.key) for row in rows] == sorted(
        (row.audience, row.key) for row in rows
    )
    assert {row.audience for row in rows if row.properties} == {"z"}


def test_what_is_sorted_is_within_a_limit_and_in_a_folder_of_its_own(klaviyo: Rig) -> None:
    with opened(version_of(klaviyo.setting), KEYS) as connection:
        assert memory_limit(connection) == SORTED
        row = connection.execute("select current_setting('temp_directory')").fetchone()
        folder = Path(str(row and row[0]))
        assert folder.stat().st_mode & 0o777 == folder.parent.stat().st_mode & 0o777 == 0o700
    assert folder.parent.name == "scratch"
    assert not folder.exists()


def test_sensitive_segments_are_sent_by_name_alone(klaviyo: Rig) -> None:
    aged = Person("aged@shop.example", frozenset({"age_bands:25-34"}))
    klaviyo.shop.publish(people(1) | {"aged": aged})
    klaviyo.options = {"audiences": [{"id": klaviyo.audience, "tag": "email"}]}
    klaviyo.run()
    assert klaviyo.members() == {"person0@shop.example"}
    klaviyo.options = {"audiences": [{"id": klaviyo.audience, "segments": ["age_bands:25-34"]}]}
    klaviyo.run(allow_removals=True)
    assert klaviyo.members() == {"aged@shop.example"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"audiences": [{"id": "x", "segments": ["one_timer"]}]}, "Is one_timers meant"),
        ({"audiences": [{"id": "x", "segments": ["one_timers:a"]}]}, "has no values"),
        ({"audiences": [{"id": "x", "segments": ["age_bands:25-43"]}]}, "Is 25-34 meant"),
        ({"properties": {"orders": "order_counts"}}, "Is order_count meant"),
    ],
)
def test_names_that_are_not_there_are_told(
    klaviyo: Rig, options: dict[str, object], told: str
) -> None:
    klaviyo.options = options
    with pytest.raises(SyncError, match=told):
        klaviyo.plan()


def test_a_value_of_the_shops_data_may_be_nobodys_today(klaviyo: Rig) -> None:
    klaviyo.options = {
        "audiences": [
            {"id": klaviyo.audience, "segments": ["devices:watch", "age_bands:35-44", "one_timers"]}
        ]
    }
    assert klaviyo.run().added == 20


def test_a_tag_finds_segments_of_several_destinations(klaviyo: Rig) -> None:
    idle = Person("idle@shop.example", frozenset({"idle_customers"}))
    klaviyo.shop.publish(people(1) | {"idle": idle})
    klaviyo.options = {"audiences": [{"id": klaviyo.audience, "tag": "ads"}]}
    klaviyo.run()
    assert klaviyo.members() == {"idle@shop.example"}


def test_who_came_by_others_while_a_run_failed_is_never_removed(klaviyo: Rig) -> None:
    klaviyo.tries = 1
    klaviyo.simulator.inject(Fault.DROPPED_BEFORE, "create_import_job")
    with pytest.raises(PlatformError):
        klaviyo.run()
    # They are fewer than the rows that were on their way.
    klaviyo.simulator.add_profile("late@shop.example", klaviyo.audience)
    klaviyo.shop.publish(people(20) | {"late": Person("late@shop.example")})
    klaviyo.run()
    klaviyo.shop.withdraw("late@shop.example")
    klaviyo.run()
    assert klaviyo.members() == emails(20) | {"late@shop.example"}


# Time


def test_a_run_that_is_out_of_time_goes_on_in_the_next(rig: Rig) -> None:
    rig.seconds = 0
    with pytest.raises(OutOfTimeError):
        rig.run()
    rig.seconds = 60
    rig.run()
    assert rig.members() == rig.ours() == emails(20)


# Private


def test_nothing_that_is_kept_or_told_names_anybody(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rig.simulator.refused["person3@shop.example"] = "person3@shop.example is not a mailbox"
    rig.run()
    rig.shop.publish(people(4))
    with pytest.raises(RefusedError) as refusal:
        rig.run()
    kept = b"".join(path.read_bytes() for path in rig.shop.state.rglob("*") if path.is_file())
    told = "\n".join([*rig.told, caplog.text, str(refusal.value)])
    for secret in ("shop.example", rig.simulator.api_key):
        assert secret.encode() not in kept
        assert secret not in told
    assert all(path.stat().st_mode & 0o077 == 0 for path in rig.shop.state.glob("syncs*"))


def test_another_key_is_refused(klaviyo: Rig) -> None:
    klaviyo.run()
    other = Keys.from_environment({"SEGMENTRY_STATE_KEY": "x" * 40})
    with pytest.raises(SyncError, match="another SEGMENTRY_STATE_KEY"):
        Ledger(klaviyo.shop.state, other)


@pytest.mark.parametrize("secret", ["", "short"])
def test_a_key_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(SettingsError, match="SEGMENTRY_STATE_KEY must hold"):
        Keys.from_environment({"SEGMENTRY_STATE_KEY": secret})
