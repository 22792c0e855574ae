"""Plans and applies a sync: brings a platform to what the published version says.

It may be killed between any two statements. Before a call the ledger notes what may be on the
platform from now on; after it, what the platform has confirmed. A run begins by asking for the jobs
that an earlier one left behind, and sends everything else again that was not confirmed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

import duckdb

from segmentry.activation.api import Patience, without_addresses
from segmentry.activation.batches import in_batches
from segmentry.activation.desired import opened
from segmentry.activation.difference import Change, Kind, count
from segmentry.activation.errors import JobLostError, RefusedError, RequestError
from segmentry.activation.ledger import Ledger, OpenJob, SentRow, State
from segmentry.activation.noes import pull, pull_latest
from segmentry.activation.plans import (
    Counts,
    Setting,
    alone,
    changes_of,
    check_fit,
    check_plan,
    conflicts_of,
    objections,
    sizes,
    version_of,
)
from segmentry.activation.platforms.interface import Job, Outcome, Platform, Profile
from segmentry.activation.runs import recorded
from segmentry.activation.withdrawn import read_withdrawn

# Jobs that a platform works at while more is sent.
OPEN_JOBS = 4
# Statuses of a request that is refused for what is in it.
OF_ITS_CONTENT = (400, 413, 422)
# Rows that are noted at once.
NOTED = 100
# Of a request, what is not profiles.
ENVELOPE_BYTES = 4_096


@dataclass(frozen=True)
class Result:
    """What a run did.

    Attributes:
        run_id: by which its rows are looked up.
        status: `succeeded`, or `rejected` when a platform did not take every row.
        added, updated, removed, rejected, waiting, held_back: rows.
        audiences: the same by audience; an audience without any is not named.
    """

    run_id: str
    status: str
    added: int
    updated: int
    removed: int
    rejected: int
    waiting: int
    held_back: int
    audiences: dict[str, dict[str, int]]


def apply(
    setting: Setting,
    platform: Platform,
    patience: Patience,
    allow_removals: bool = False,
    tell: Callable[[str], None] = lambda text: None,
) -> Result:
    """Run the last plan of a sync.

    Whoever must not be written to is taken out even when a guard stops everything else.

    Args:
        setting: where it works.
        platform: the account.
        patience: how long it may take.
        allow_removals: whether more may be removed than the guard allows.
        tell: told what is going on, in words that name nobody.

    Raises:
        RefusedError: when there is no plan, something moved since, or a guard stops it.
        PlatformError: when the platform does; the next run goes on from there.
        SyncError: when another run of the sync is at work.
    """
    with (
        alone(setting.state, setting.name),
        closing(Ledger(setting.state, setting.keys)) as ledger,
    ):
        version = version_of(setting)
        check_plan(setting, version, ledger)
        with opened(version, setting.keys) as connection:
            run = Run(setting, platform, patience, ledger, connection, tell)
            return run.apply(version.build_id, allow_removals)


class Run:
    """One run of one sync."""

    def __init__(
        self,
        setting: Setting,
        platform: Platform,
        patience: Patience,
        ledger: Ledger,
        connection: duckdb.DuckDBPyConnection,
        tell: Callable[[str], None],
    ) -> None:
        """Begin nothing yet."""
        self.setting = setting
        self.name = setting.name
        self.sync = setting.sync
        self.platform = platform
        self.patience = patience
        self.ledger = ledger
        self.connection = connection
        self.tell = tell
        self.run_id = ""
        self.audiences: dict[str, Counter[str]] = {}

    def apply(self, build_id: str, allow_removals: bool) -> Result:
        """Bring the platform to what the version says."""
        with recorded(self.ledger, self.name, build_id) as run_id:
            self.run_id = run_id
            self._apply(allow_removals)
        counted = self.ledger.run(run_id)
        names = ("added", "updated", "removed", "rejected", "waiting", "held_back")
        audiences = {audience: dict(rows) for audience, rows in self.audiences.items()}
        counts = {name: counted[name] for name in names}
        return Result(run_id, counted["status"], audiences=audiences, **counts)

    def _apply(self, allow_removals: bool) -> None:
        check_fit(self.setting, self.connection)
        for audience in self.sync.audiences:
            self.platform.prepare(audience.id, list(self.sync.properties))
        if new := pull(self.platform, self.ledger, self.setting.account):
            self.tell(f"{new:,} addresses are new among those that the platform writes to no more")
        for job in self.ledger.open_jobs(self.name):
            self.tell(f"asking for the job {job.job_id} of an earlier run")
            self._finish(job)
        self._look_for_strangers()
        counts = count(self._changes())
        self.ledger.note_conflicts(self.run_id, conflicts_of(self.setting, self.connection))
        # Nobody who said no waits for anything else.
        self._remove_all(Kind.WITHDRAW, counts)
        against = objections(self.setting, counts, sizes(self.ledger, self.name))
        if against and not allow_removals:
            raise RefusedError(" ".join(against))
        self._note_left_out(counts)
        self._add_all(counts)
        self._remove_all(Kind.REMOVE, counts)

    def _changes(self) -> Iterator[Change]:
        return changes_of(self.setting, self.connection, self.ledger)

    def _look_for_strangers(self) -> None:
        """Learn who is in an audience and not because of us: they are never removed."""
        counts = self.ledger.counts(self.name)
        for audience in self.sync.audiences:
            there = self.platform.member_count(audience.id)
            # Rows that were on their way when a run was cut off are perhaps not there.
            known = sum(
                counts.get((audience.id, state), 0) for state in (State.MEMBER, State.STRANGER)
            )
            if there is None or there <= known:
                continue
            members = self.platform.members(audience.id)
            if members is None:
                continue
            strangers = 0
            for batch in in_batches(members, NOTED):
                with self.ledger.transaction():
                    strangers += self.ledger.add_strangers(self.name, audience.id, batch)
            if strangers:
                self.tell(f"{strangers:,} members of {audience.id} are not ours, and stay")

    def _count(self, audience: str, **counts: int) -> None:
        self.ledger.count(self.run_id, **counts)
        self.audiences.setdefault(audience, Counter()).update(counts)

    # Rows that are not sent

    def _note_left_out(self, counts: Counts) -> None:
        kinds = {Kind.HOLD_BACK: ("held_back", "held back"), Kind.WAIT: ("waiting", "waiting")}
        if not any(of_audience[kind] for of_audience in counts.values() for kind in kinds):
            return
        left_out = (change for change in self._changes() if change.kind in kinds)
        for changes_ in in_batches(left_out, NOTED):
            with self.ledger.transaction():
                for change in changes_:
                    column, result = kinds[change.kind]
                    self._count(change.audience, **{column: 1})
                    self.ledger.note_rows(
                        self.run_id, change.audience, "add", result, {change.key: change.reason}
                    )

    # Adding and updating

    def _add_all(self, counts: Counts) -> None:
        kinds = (Kind.ADD, Kind.UPDATE)
        if not any(of_audience[kind] for of_audience in counts.values() for kind in kinds):
            return
        sent = (change for change in self._changes() if change.kind in kinds)
        waiting: list[OpenJob] = []
        for audience, of_audience in groupby(sent, key=lambda change: change.audience):
            for batch in self._fitting(audience, of_audience):
                waiting += self._add(audience, batch)
                while len(waiting) >= OPEN_JOBS:
                    self._finish(waiting.pop(0))
        for job in waiting:
            self._finish(job)

    def _fitting(self, audience: str, rows: Iterable[Change]) -> Iterator[list[Change]]:
        """Yield rows that fit into a call; what is too large by itself is rejected here."""
        limits = self.platform.limits
        batch: list[Change] = []
        size = ENVELOPE_BYTES
        for row in rows:
            bytes_ = self.platform.size_of(self._profile(row))
            if bytes_ > limits.profile_bytes:
                reason = f"larger than the {limits.profile_bytes:,} bytes that the platform takes"
                self._reject(audience, {row.key: _digest(row)}, {row.key: reason})
                continue
            if batch and (len(batch) == limits.added or size + bytes_ > limits.body_bytes):
                yield batch
                batch, size = [], ENVELOPE_BYTES
            batch.append(row)
            size += bytes_
        if batch:
            yield batch

    def _profile(self, change: Change) -> Profile:
        assert change.wanted
        return Profile(
            change.key,
            change.wanted.address,
            change.wanted.properties,
            change.member.platform_id if change.member else None,
        )

    def _add(self, audience: str, batch: Sequence[Change]) -> Iterator[OpenJob]:
        """Send a batch, less those who have said no meanwhile; yield the jobs that it becomes."""
        read_withdrawn(self.setting.published, self.ledger, self.setting.keys)
        pull_latest(self.platform, self.ledger, self.setting.account)
        noes = self.ledger.noes([change.key for change in batch])
        batch = [change for change in batch if change.key not in noes]
        if noes:
            with self.ledger.transaction():
                self._count(audience, held_back=len(noes))
                self.ledger.note_rows(self.run_id, audience, "add", "held back", noes)
        if not batch:
            return
        rows = [
            SentRow(
                change.key,
                change.wanted.address,
                change.wanted.properties,
                change.wanted.digest,
                change.member is None,
            )
            for change in batch
            if change.wanted
        ]
        self.ledger.start_adding(self.name, audience, rows)
        yield from self._send(audience, [self._profile(change) for change in batch], rows)

    def _send(
        self, audience: str, profiles: Sequence[Profile], rows: Sequence[SentRow]
    ) -> Iterator[OpenJob]:
        """Send rows; a call that is refused as a whole is halved until its row is found."""
        try:
            answer = self.platform.add(audience, profiles)
        except RequestError as error:
            if error.status not in OF_ITS_CONTENT:
                raise
            if len(rows) == 1:
                self._confirm(audience, rows, Outcome({rows[0].key: str(error)}))
                return
            half = len(rows) // 2
            yield from self._send(audience, profiles[:half], rows[:half])
            yield from self._send(audience, profiles[half:], rows[half:])
            return
        if isinstance(answer, Job):
            self.ledger.store_job(self.name, audience, answer.job_id, self.run_id, rows)
            yield OpenJob(audience, answer.job_id, list(rows))
        else:
            self._confirm(audience, rows, answer)

    def _finish(self, job: OpenJob) -> None:
        """Wait for the end of a job, and note what became of its rows."""
        profiles = [Profile(row.key, row.address, row.properties) for row in job.rows]
        seconds = self.patience.first_wait
        while True:
            try:
                outcome = self.platform.finish(Job(job.job_id), job.audience, profiles)
            except JobLostError as error:
                self.tell(f"the job {job.job_id} is lost, its rows are sent again: {error}")
                self.ledger.close_job(self.name, job.audience, job.job_id)
                return
            if outcome is not None:
                break
            self.patience.wait(seconds, self.sync.platform)
            seconds = min(2 * seconds, self.patience.longest_wait)
        self._confirm(job.audience, job.rows, outcome, job.job_id)

    def _confirm(
        self, audience: str, rows: Sequence[SentRow], outcome: Outcome, job_id: str | None = None
    ) -> None:
        taken = [row for row in rows if row.key not in outcome.rejected]
        added = sum(row.was_new for row in taken)
        digests = {row.key: row.digest for row in rows}
        with self.ledger.transaction():
            self.ledger.confirm_added(self.name, audience, taken, dict(outcome.platform_ids))
            self.ledger.accept(self.name, audience, [row.key for row in taken])
            self.ledger.forget(
                self.name,
                audience,
                [row.key for row in rows if row.key in outcome.rejected and row.was_new],
            )
            self._note_rejects(audience, "add", digests, outcome.rejected)
            self._count(audience, added=added, updated=len(taken) - added)
            if job_id:
                self.ledger.close_job(self.name, audience, job_id)
        self.tell(f"{audience}: {len(taken):,} confirmed, {len(outcome.rejected):,} rejected")

    def _reject(self, audience: str, digests: dict[str, str], reasons: Mapping[str, str]) -> None:
        with self.ledger.transaction():
            self._note_rejects(audience, "add", digests, reasons)

    def _note_rejects(
        self,
        audience: str,
        operation: str,
        digests: dict[str, str],
        reasons: Mapping[str, str],
    ) -> None:
        told = {key: without_addresses(reason) for key, reason in reasons.items()}
        self.ledger.reject(self.name, audience, digests, told)
        self.ledger.note_rows(self.run_id, audience, operation, "rejected", told)
        self._count(audience, rejected=len(told))

    # Removing

    def _remove_all(self, kind: Kind, counts: Counts) -> None:
        if not any(of_audience[kind] for of_audience in counts.values()):
            return
        removed = (change for change in self._changes() if change.kind is kind)
        for audience, of_audience in groupby(removed, key=lambda change: change.audience):
            for batch in in_batches(of_audience, self.platform.limits.removed):
                self._remove(audience, batch)

    def _remove(self, audience: str, batch: Sequence[Change]) -> None:
        keys = [change.key for change in batch]
        profiles = [
            Profile(
                change.key,
                self.setting.keys.unseal(change.member.sealed),
                {},
                change.member.platform_id,
            )
            for change in batch
            if change.member
        ]
        self.ledger.start_removing(self.name, audience, keys)
        outcome = self.platform.remove(audience, profiles)
        gone = [key for key in keys if key not in outcome.rejected]
        with self.ledger.transaction():
            self.ledger.forget(self.name, audience, gone)
            self.ledger.accept(self.name, audience, gone)
            self._note_rejects(audience, "remove", dict.fromkeys(keys, ""), outcome.rejected)
            self._count(audience, removed=len(gone))
        self.tell(f"{audience}: {len(gone):,} removed, {len(outcome.rejected):,} rejected")


def _digest(change: Change) -> str:
    assert change.wanted
    return change.wanted.digest
