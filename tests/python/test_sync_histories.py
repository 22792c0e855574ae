"""Random histories of people, platforms and crashes: what must hold of a sync whatever happens."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from segmentry.activation import engine, plans, runs
from segmentry.activation.api import Patience
from segmentry.activation.config import Sync
from segmentry.activation.desired import Wanted, digest_of
from segmentry.activation.errors import JobLostError, PlatformError
from segmentry.activation.ledger import Ledger, now
from segmentry.activation.plans import Setting, make_plan
from segmentry.activation.platforms.interface import (
    Job,
    Limits,
    Outcome,
    Profile,
    Suppression,
    SuppressionKind,
    Value,
)
from tests.python.activation_shop import KEYS
from tests.python.conftest import PROVE

HISTORIES = 10_000 if PROVE else 500
# A disk that need not be waited for, where there is one: nothing here survives the machine.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
AUDIENCE = "welcome"
NUMBERS = st.integers(0, 5)
# What a person drew in an experiment, if they did yet.
SENT, HELD_OUT, UNDRAWN = "sent", "held out", "undrawn"
ARMS = st.sampled_from([SENT, SENT, HELD_OUT, UNDRAWN])
SYNC = Sync.model_validate(
    {
        "platform": "klaviyo",
        "credentials": {"api_key": "KEY"},
        "audiences": [{"id": AUDIENCE, "segments": ["one_timers"]}],
    }
)


class KilledError(BaseException):
    """The end of the process: nothing that comes after it happens."""


class Platform:
    """A platform in memory that fails as it is told, and knows what it must never be asked."""

    limits = Limits(added=2, removed=2, body_bytes=10**6, profile_bytes=10**5)

    def __init__(self) -> None:
        self.there: dict[str, dict[str, Value]] = {}
        self.suppressed: set[str] = set()
        # Whom nobody may send any more; kept by the history.
        self.forbidden: set[str] = set()
        # Whom an experiment leaves out, or has not drawn yet.
        self.left_out: set[str] = set()
        self.refused: set[str] = set()
        self.works_later = False
        self.jobs: dict[str, list[Profile]] = {}
        self.faults: list[str] = []
        self.strangers: set[str] = set()
        self.write_count = 0

    def close(self) -> None:
        """Nothing is open."""

    def size_of(self, profile: Profile) -> int:
        """Return a small size."""
        return 100

    def prepare(self, audience_id: str, properties: Sequence[str]) -> None:
        """Everything is there."""

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Fail before or after what is done, when it is told to."""
        fault = self.faults.pop() if self.faults else ""
        if fault == "refused":
            raise PlatformError("The platform did not answer.")
        if fault == "killed before":
            raise KilledError
        yield
        if fault == "dropped":
            raise PlatformError("The connection failed.")
        if fault == "killed after":
            raise KilledError

    def add(self, audience_id: str, profiles: Sequence[Profile]) -> Job | Outcome:
        """Make members, now or when the end of the job is asked for."""
        self.write_count += 1
        assert not {profile.address for profile in profiles} & (self.forbidden | self.left_out)
        with self.failing():
            if not self.works_later:
                return self._take(profiles)
            job_id = f"job {self.write_count}"
            self.jobs[job_id] = list(profiles)
        return Job(job_id)

    def finish(self, job: Job, audience_id: str, profiles: Sequence[Profile]) -> Outcome | None:
        """End a job."""
        with self.failing():
            if job.job_id not in self.jobs:
                raise JobLostError("The platform does not know the job.")
            sent = self.jobs[job.job_id]
            assert [profile.address for profile in sent] == [
                profile.address for profile in profiles
            ]
            return self._take(sent)

    def _take(self, profiles: Sequence[Profile]) -> Outcome:
        rejected = {}
        for profile in profiles:
            if profile.address in self.refused:
                rejected[profile.key] = "not a mailbox"
            else:
                self.there[profile.address] = dict(profile.properties)
        return Outcome(rejected)

    def remove(self, audience_id: str, profiles: Sequence[Profile]) -> Outcome:
        """Take members out, but for those that others have added."""
        self.write_count += 1
        assert not {profile.address for profile in profiles} & self.strangers
        with self.failing():
            for profile in profiles:
                self.there.pop(profile.address, None)
        return Outcome()

    def member_count(self, audience_id: str) -> int:
        """Return how many there are."""
        return len(self.there)

    def members(self, audience_id: str) -> Iterator[str]:
        """Return who is there."""
        return iter(sorted(self.there))

    def suppressions(self, latest: bool = False) -> Iterator[Suppression]:
        """Yield whom it writes to no more."""
        for address in sorted(self.suppressed):
            yield Suppression(address.upper(), SuppressionKind.UNSUBSCRIBED)

    def erase(self, profile: Profile) -> None:
        """Forget a person."""
        self.there.pop(profile.address, None)


class SyncHistory(RuleBasedStateMachine):
    """People come, change and say no; the platform fails; the process dies; runs go on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="history-", dir=MEMORY))
        self.platform = Platform()
        self.people: dict[int, tuple[str, int]] = {}
        self.arms: dict[int, str] = {}
        self.withdrawn: set[str] = set()

    @property
    def setting(self) -> Setting:
        """Where the sync works."""
        return Setting("history", SYNC, self.folder, self.folder / "state", KEYS)

    @rule(number=NUMBERS, orders=st.integers(1, 2), arm=ARMS)
    def come_or_change(self, number: int, orders: int, arm: str) -> None:
        """Somebody comes, and draws a lot when it is the first time, or orders again."""
        self.arms.setdefault(number, arm)
        address = self.people.get(number, (f"person{number}@x.example", 0))[0]
        self.people[number] = (address, orders)

    @rule(number=NUMBERS, arm=st.sampled_from([SENT, HELD_OUT]))
    def draw(self, number: int, arm: str) -> None:
        """Somebody draws who had not yet."""
        if self.arms.get(number) == UNDRAWN:
            self.arms[number] = arm

    @rule(number=NUMBERS)
    def leave(self, number: int) -> None:
        """Somebody leaves the segment."""
        self.people.pop(number, None)

    @rule(number=NUMBERS)
    def change_address(self, number: int) -> None:
        """Somebody has another address."""
        if number in self.people:
            address, orders = self.people[number]
            self.people[number] = (f"new-{address}", orders)

    @rule(number=NUMBERS)
    def withdraw(self, number: int) -> None:
        """Somebody says no to the shop."""
        if number in self.people:
            self.withdrawn.add(self.people[number][0])
            self.platform.forbidden.add(self.people[number][0])

    @rule(number=NUMBERS)
    def be_suppressed_on_the_platform(self, number: int) -> None:
        """Somebody says no to the platform."""
        if number in self.people:
            self.platform.suppressed.add(self.people[number][0])
            self.platform.forbidden.add(self.people[number][0])

    @rule(number=NUMBERS)
    def be_erased(self, number: int) -> None:
        """Somebody is erased."""
        if number in self.people:
            address = self.people[number][0]
            with closing(Ledger(self.setting.state, KEYS)) as ledger:
                ledger.bury([KEYS.hash_of(address)], "address")
            self.platform.forbidden.add(address)

    @rule(number=NUMBERS)
    def be_added_by_others(self, number: int) -> None:
        """Somebody is in the audience whom the sync does not know."""
        address = f"person{number}@x.example"
        with closing(Ledger(self.setting.state, KEYS)) as ledger:
            ours = {member.key for member in ledger.members("history")}
        pending = {profile.address for job in self.platform.jobs.values() for profile in job}
        is_known = KEYS.hash_of(address) in ours or address in pending
        if address not in self.platform.there and not is_known:
            self.platform.there[address] = {}
            self.platform.strangers.add(address)

    @rule(number=NUMBERS)
    def be_refused(self, number: int) -> None:
        """Have the platform refuse somebody from now on, or no longer."""
        self.platform.refused ^= {f"person{number}@x.example"}

    @rule(works_later=st.booleans(), forgets=st.booleans())
    def change_ways(self, works_later: bool, forgets: bool) -> None:
        """Have the platform work at once or later, and perhaps forget its jobs."""
        self.platform.works_later = works_later
        if forgets:
            self.platform.jobs.clear()

    @rule(
        faults=st.lists(
            st.sampled_from(["", "refused", "dropped", "killed before", "killed after"]),
            max_size=3,
        )
    )
    def run(self, faults: list[str]) -> None:
        """Run, and be cut off somewhere, or nowhere."""
        self.platform.faults = list(faults)
        try:
            self.plan_and_apply()
        except (PlatformError, KilledError):
            pass
        finally:
            self.platform.faults = []

    @precondition(lambda self: self.people)
    @rule()
    def settle(self) -> None:
        """Nothing fails any more: a run later all is as it should be."""
        self.platform.refused.clear()
        for _ in range(2):
            # Rows that wait do so until their values change.
            with closing(Ledger(self.setting.state, KEYS)) as ledger:
                keys = [KEYS.hash_of(address) for address, _ in self.people.values()]
                ledger.accept("history", AUDIENCE, keys)
            self.plan_and_apply()
        sendable = {
            address: {"orders": orders}
            for number, (address, orders) in self.people.items()
            if address not in self.platform.forbidden and self.arms[number] == SENT
        }
        ours = {
            address: properties
            for address, properties in self.platform.there.items()
            if address not in self.platform.strangers or address in sendable
        }
        assert ours == sendable
        assert self.platform.strangers <= self.platform.there.keys()
        with closing(Ledger(self.setting.state, KEYS)) as ledger:
            assert {KEYS.unseal(member.sealed) for member in ledger.members("history")} == set(
                self.platform.there
            )
        before = self.platform.write_count
        self.plan_and_apply()
        assert self.platform.write_count == before

    def plan_and_apply(self) -> None:
        """Run the sync once."""
        self.platform.left_out = {
            address for number, (address, _) in self.people.items() if self.arms[number] != SENT
        }
        version: Any = SimpleNamespace(build_id="build")
        patience = Patience(first_wait=0, sleep=lambda seconds: None)
        with (
            patch.object(plans, "version_of", lambda setting: version),
            patch.object(engine, "version_of", lambda setting: version),
            patch.object(plans, "opened", self.opened),
            patch.object(engine, "opened", self.opened),
            patch.object(plans, "check_names", lambda *arguments: None),
            patch.object(plans, "check_keys", lambda *arguments: None),
            patch.object(plans, "wanted_rows", self.wanted_rows),
            patch.object(plans, "read_withdrawn", self.read_withdrawn),
            patch.object(engine, "read_withdrawn", self.read_withdrawn),
            patch.object(runs, "write_records", lambda ledger: None),
        ):
            make_plan(self.setting)
            engine.apply(self.setting, self.platform, patience, allow_removals=True)

    @contextmanager
    def opened(self, *arguments: Any) -> Iterator[None]:
        """Open nothing."""
        yield

    def wanted_rows(self, *arguments: Any) -> Iterator[Wanted]:
        """Yield who is wanted, by key."""
        rows = {
            KEYS.hash_of(address): (address, orders, self.arms[number] == UNDRAWN)
            for number, (address, orders) in self.people.items()
            if self.arms[number] != HELD_OUT
        }
        for key, (address, orders, waits) in sorted(rows.items()):
            properties: dict[str, Value] = {"orders": orders}
            digest = digest_of(properties)
            yield Wanted(AUDIENCE, key, address, properties, digest, "no lot" if waits else "")

    def read_withdrawn(self, published: Path, ledger: Ledger, keys: Any) -> None:
        """Learn who withdrew."""
        kinds = {keys.hash_of(address): "withdrawn" for address in self.withdrawn}
        ledger.suppress("builds", kinds, now())

    def teardown(self) -> None:
        """Settle at the end of every history."""
        try:
            if self.people:
                self.settle()
        finally:
            shutil.rmtree(self.folder)


def test_whatever_happens_the_platform_ends_as_it_should() -> None:
    run_state_machine_as_test(
        SyncHistory,
        settings=settings(max_examples=HISTORIES, stateful_step_count=12, deadline=None),
    )
