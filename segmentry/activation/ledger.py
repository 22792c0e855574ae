"""What syncs remember: who is where because of them, what platforms have still to say, the noes.

One SQLite file for all syncs of a shop. People stand in it by the keyed hash of their address; the
address itself is sealed, and kept as long as their removal may need it. Nothing is called confirmed
before a platform has confirmed it, so a process may be killed between any two statements.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from segmentry.activation.errors import SyncError
from segmentry.activation.left_out import Conflict
from segmentry.activation.platforms.interface import Value
from segmentry.state.folder import LEDGER
from segmentry.state.keys import KEY_CHECK, Keys

# The source of the noes that builds leave; others are accounts.
BUILDS = "builds"
SCHEMA_VERSION = 1
SCHEMA = """
create table if not exists meta (name text primary key, value text not null) without rowid;

create table if not exists members (
    sync text not null,
    audience text not null,
    key text not null,
    sealed blob not null,
    platform_id text,
    state text not null check (state in ('adding', 'member', 'removing', 'stranger')),
    digest text,
    changed_at text not null,
    primary key (sync, audience, key)
) without rowid;

create table if not exists jobs (
    sync text not null,
    audience text not null,
    job_id text not null,
    run_id text not null,
    sent_at text not null,
    primary key (sync, audience, job_id)
) without rowid;

create table if not exists job_rows (
    sync text not null,
    audience text not null,
    job_id text not null,
    place integer not null,
    key text not null,
    sealed blob not null,
    digest text not null,
    was_new integer not null,
    primary key (sync, audience, job_id, place)
) without rowid;

create table if not exists rejections (
    sync text not null,
    audience text not null,
    key text not null,
    digest text not null,
    reason text not null,
    times integer not null,
    rejected_at text not null,
    primary key (sync, audience, key)
) without rowid;

create table if not exists plans (
    plan_id text primary key,
    sync text not null,
    digest text not null,
    build_id text not null,
    revision integer not null,
    planned_at text not null
) without rowid;

create table if not exists runs (
    run_id text primary key,
    sync text not null,
    build_id text not null,
    started_at text not null,
    ended_at text,
    status text not null,
    added integer not null default 0,
    updated integer not null default 0,
    removed integer not null default 0,
    rejected integer not null default 0,
    waiting integer not null default 0,
    held_back integer not null default 0,
    message text not null default ''
) without rowid;

create table if not exists run_rows (
    run_id text not null,
    audience text not null,
    key text not null,
    operation text not null,
    result text not null,
    reason text not null,
    primary key (run_id, audience, key, operation)
) without rowid;

create table if not exists conflicts (
    run_id text not null,
    audience text not null,
    cause text not null,
    detail text not null,
    people integer not null,
    primary key (run_id, audience, cause, detail)
) without rowid;

create table if not exists suppressions (
    key text not null,
    source text not null,
    kind text not null,
    first_seen_at text not null,
    seen_at text not null,
    primary key (key, source)
) without rowid;

create table if not exists tombstones (
    key text primary key,
    kind text not null,
    erased_at text not null
) without rowid;
"""


# What builds are told, by the table that they read it from.
TABLES = {
    "sync_runs": "select * from runs order by started_at, run_id",
    "sync_rows": "select *, key as address_key from run_rows order by run_id, audience, key",
    "sync_conflicts": "select * from conflicts order by run_id, audience, cause, detail",
    "sync_ledger": "select *, key as address_key from members order by sync, audience, key",
    # What builds know themselves is no news to them.
    "suppressions": f"""
        select *, key as address_key from suppressions
        where source <> '{BUILDS}' order by key, source
    """,
}


class State(StrEnum):
    """How a row of an audience stands.

    A stranger was there before us and is nobody's to remove.
    """

    ADDING = "adding"
    MEMBER = "member"
    REMOVING = "removing"
    STRANGER = "stranger"


@dataclass(frozen=True)
class Member:
    """Who is in an audience, or may be, because of a sync.

    Attributes:
        audience: its id.
        key: the keyed hash of the address.
        sealed: the address, encrypted.
        platform_id: what the platform calls them, where it told.
        state: what is known.
        digest: of the properties that the platform has confirmed; None when that is not known.
    """

    audience: str
    key: str
    sealed: bytes
    platform_id: str | None
    state: State
    digest: str | None


@dataclass(frozen=True)
class SentRow:
    """A row that is on its way.

    Attributes:
        key: the keyed hash of the address.
        address: where emails go to.
        properties: what is sent.
        digest: of the properties.
        was_new: whether the ledger did not know the row before.
    """

    key: str
    address: str
    properties: Mapping[str, Value]
    digest: str
    was_new: bool


@dataclass(frozen=True)
class OpenJob:
    """A job whose end is not known yet.

    Attributes:
        audience: the id of the audience.
        job_id: what the platform calls it.
        rows: what was sent, in its order.
    """

    audience: str
    job_id: str
    rows: list[SentRow]


def now() -> str:
    """Return this moment in ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def new_run_id() -> str:
    """Return an id for a run that begins now; ids sort by time."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def last_run(folder: Path, sync: str, *statuses: str) -> dict[str, Any] | None:
    """Return the last run of a sync, for readers who have no key.

    Args:
        folder: where the file is.
        sync: its name.
        statuses: only a run that ended in one of these; none stands for any.

    Returns:
        The run; None when there is none, or no file yet.
    """
    path = folder / LEDGER
    if not path.is_file():
        return None
    of_statuses = f"and status in ({', '.join('?' * len(statuses))})" if statuses else ""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute(
            f"select * from runs where sync = ? {of_statuses} "
            "order by started_at desc, run_id desc limit 1",
            (sync, *statuses),
        ).fetchone()
    return dict(row) if row else None


def was_written_with(folder: Path, keys: Keys) -> bool:
    """Tell whether people are known by these keys in the file; also where there is none yet.

    Args:
        folder: where the file is, which is only read.
        keys: to be tried.

    Raises:
        sqlite3.Error: when the file can't be read.
    """
    path = folder / LEDGER
    if not path.is_file():
        return True
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute("select value from meta where name = 'key'").fetchone()
    return row is None or row[0] == keys.hash_of(KEY_CHECK)


class Ledger:
    """The file, opened by one process for a while; readers need not wait for it."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        """Open the file, or make it.

        Args:
            folder: where it is; for its owner alone.
            keys: by which people are known in it.

        Raises:
            SyncError: when it can't be opened, or was written with other keys.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        self.path = folder / LEDGER
        self.keys = keys
        self._connection = self._opened()
        try:
            self._connection.executescript(SCHEMA)
            self._check_keys()
        except sqlite3.DatabaseError as error:
            raise SyncError(f"The ledger {self.path} can't be read: {error}.") from None
        for path in folder.glob(f"{LEDGER}*"):
            path.chmod(0o600)

    def _opened(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=30)
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
        except sqlite3.Error as error:
            raise SyncError(f"The ledger {self.path} can't be opened: {error}.") from None
        connection.row_factory = sqlite3.Row
        return connection

    def _check_keys(self) -> None:
        wanted = self.keys.hash_of(KEY_CHECK)
        self._connection.execute("insert or ignore into meta values ('key', ?)", (wanted,))
        self._connection.execute(
            "insert or ignore into meta values ('schema', ?)", (str(SCHEMA_VERSION),)
        )
        if self.meta("key") != wanted:
            raise SyncError(
                f"The ledger {self.path} was written with another SEGMENTRY_STATE_KEY: set that "
                "one. With a new key nobody in it is known any more."
            )
        if self.meta("schema") != str(SCHEMA_VERSION):
            raise SyncError(f"The ledger {self.path} is of another release of the project.")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do what follows whole or not at all."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def meta(self, name: str) -> str | None:
        """Return a value of the file itself."""
        row = self._one("select value from meta where name = ?", name)
        return row["value"] if row else None

    def set_meta(self, name: str, value: str) -> None:
        """Keep a value of the file itself."""
        self._connection.execute("insert or replace into meta values (?, ?)", (name, value))

    # Members

    def revision(self, sync: str) -> int:
        """Return a number that grows with every change of a sync's members."""
        return int(self.meta(f"revision {sync}") or 0)

    def _touch(self, sync: str) -> None:
        self.set_meta(f"revision {sync}", str(self.revision(sync) + 1))

    def members(self, sync: str) -> Iterator[Member]:
        """Yield all rows of a sync by audience and key, as they are at the start.

        It reads beside the connection that writes, so that what changes meanwhile changes nothing.
        """
        connection = self._opened()
        try:
            connection.execute("begin")
            for row in connection.execute(
                "select * from members where sync = ? order by audience, key", (sync,)
            ):
                yield _member(row)
        finally:
            connection.close()

    def counts(self, sync: str) -> dict[tuple[str, State], int]:
        """Return how many rows there are, by audience and state."""
        rows = self._all(
            "select audience, state, count(*) as rows from members where sync = ? "
            "group by audience, state",
            sync,
        )
        return {(row["audience"], State(row["state"])): row["rows"] for row in rows}

    def start_adding(self, sync: str, audience: str, rows: Sequence[SentRow]) -> None:
        """Note that rows are about to be sent: from now on they may be on the platform."""
        with self.transaction():
            self._connection.executemany(
                """
                insert into members values (?, ?, ?, ?, null, 'adding', null, ?)
                on conflict do update set
                    sealed = excluded.sealed,
                    state = case when state = 'stranger' then 'stranger' else 'adding' end,
                    digest = null,
                    changed_at = excluded.changed_at
                """,
                [(sync, audience, row.key, self.keys.seal(row.address), now()) for row in rows],
            )
            self._touch(sync)

    def confirm_added(
        self, sync: str, audience: str, rows: Iterable[SentRow], platform_ids: dict[str, str]
    ) -> None:
        """Note that a platform has confirmed rows."""
        self._connection.executemany(
            """
            update members set
                state = case when state = 'stranger' then 'stranger' else 'member' end,
                digest = ?,
                platform_id = coalesce(?, platform_id),
                changed_at = ?
            where sync = ? and audience = ? and key = ?
            """,
            [
                (row.digest, platform_ids.get(row.key), now(), sync, audience, row.key)
                for row in rows
            ],
        )
        self._touch(sync)

    def forget(self, sync: str, audience: str, keys: Iterable[str]) -> None:
        """Note that rows are not on the platform because of us."""
        self._connection.executemany(
            "delete from members where sync = ? and audience = ? and key = ?",
            [(sync, audience, key) for key in keys],
        )
        self._touch(sync)

    def start_removing(self, sync: str, audience: str, keys: Iterable[str]) -> None:
        """Note that rows are about to be taken out."""
        with self.transaction():
            self._connection.executemany(
                """
                update members set state = 'removing', changed_at = ?
                where sync = ? and audience = ? and key = ?
                """,
                [(now(), sync, audience, key) for key in keys],
            )
            self._touch(sync)

    def add_strangers(self, sync: str, audience: str, addresses: Iterable[str]) -> int:
        """Note who is in an audience and not because of us; return how many are new."""
        before = self._connection.total_changes
        self._connection.executemany(
            "insert or ignore into members values (?, ?, ?, ?, null, 'stranger', null, ?)",
            [
                (sync, audience, self.keys.hash_of(address), self.keys.seal(address), now())
                for address in addresses
            ],
        )
        return self._connection.total_changes - before

    def start_looking(self) -> None:
        """Begin to note whom a platform has in an audience."""
        self._connection.execute("create temp table if not exists seen (key text primary key)")
        self._connection.execute("delete from seen")

    def see(self, keys: Iterable[str]) -> None:
        """Note whom a platform has."""
        self._connection.executemany(
            "insert or ignore into seen values (?)", [(key,) for key in keys]
        )

    def forget_unseen(self, sync: str, audience: str) -> int:
        """Forget the rows of an audience that the platform does not have; return how many."""
        rows = self._connection.execute(
            "delete from members where sync = ? and audience = ? "
            "and key not in (select key from seen)",
            (sync, audience),
        ).rowcount
        self._touch(sync)
        return rows

    def adopt(self, sync: str, audience: str) -> int:
        """Call the strangers of an audience ours; return how many there were."""
        rows = self._connection.execute(
            "update members set state = 'member', changed_at = ? "
            "where sync = ? and audience = ? and state = 'stranger'",
            (now(), sync, audience),
        ).rowcount
        self._touch(sync)
        return rows

    # Jobs

    def store_job(
        self, sync: str, audience: str, job_id: str, run_id: str, rows: Sequence[SentRow]
    ) -> None:
        """Keep a job before anybody asks for its end."""
        with self.transaction():
            self._connection.execute(
                "insert or replace into jobs values (?, ?, ?, ?, ?)",
                (sync, audience, job_id, run_id, now()),
            )
            self._connection.executemany(
                "insert or replace into job_rows values (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        sync,
                        audience,
                        job_id,
                        place,
                        row.key,
                        self._sealed(row),
                        row.digest,
                        row.was_new,
                    )
                    for place, row in enumerate(rows)
                ],
            )

    def open_jobs(self, sync: str) -> list[OpenJob]:
        """Return the jobs of a sync whose end is not known, the earliest first."""
        jobs = self._all(
            "select audience, job_id from jobs where sync = ? order by sent_at, job_id", sync
        )
        return [OpenJob(job["audience"], job["job_id"], self._rows_of(sync, job)) for job in jobs]

    def _rows_of(self, sync: str, job: sqlite3.Row) -> list[SentRow]:
        rows = self._all(
            "select * from job_rows where sync = ? and audience = ? and job_id = ? order by place",
            sync,
            job["audience"],
            job["job_id"],
        )
        return [self._sent_row(row) for row in rows]

    def _sent_row(self, row: sqlite3.Row) -> SentRow:
        address, properties = json.loads(self.keys.unseal(row["sealed"]))
        return SentRow(row["key"], address, properties, row["digest"], bool(row["was_new"]))

    def _sealed(self, row: SentRow) -> bytes:
        """Return what the end of a job is understood by, encrypted."""
        return self.keys.seal(json.dumps([row.address, dict(row.properties)]))

    def close_job(self, sync: str, audience: str, job_id: str) -> None:
        """Forget a job whose end is known."""
        for table in ("jobs", "job_rows"):
            self._connection.execute(
                f"delete from {table} where sync = ? and audience = ? and job_id = ?",
                (sync, audience, job_id),
            )

    # Rejections

    def reject(
        self, sync: str, audience: str, digests: dict[str, str], reasons: dict[str, str]
    ) -> None:
        """Count rejections: one more of the same for the same values, or the first.

        Args:
            sync: its name.
            audience: its id.
            digests: of the values that were rejected, by key.
            reasons: why, by key.
        """
        self._connection.executemany(
            """
            insert into rejections values (?, ?, ?, ?, ?, 1, ?)
            on conflict do update set
                times = case
                    when reason = excluded.reason and digest = excluded.digest then times + 1
                    else 1
                end,
                reason = excluded.reason,
                digest = excluded.digest,
                rejected_at = excluded.rejected_at
            """,
            [(sync, audience, key, digests[key], reason, now()) for key, reason in reasons.items()],
        )

    def accept(self, sync: str, audience: str, keys: Iterable[str]) -> None:
        """Forget the rejections of rows that were taken or are not sent any more."""
        self._connection.executemany(
            "delete from rejections where sync = ? and audience = ? and key = ?",
            [(sync, audience, key) for key in keys],
        )

    def waiting(self, sync: str, rejections: int) -> dict[tuple[str, str], tuple[str, str]]:
        """Return digest and reason of the rows that wait for other values, by audience and key.

        Args:
            sync: its name.
            rejections: how many of the same make a row wait.
        """
        rows = self._all("select * from rejections where sync = ? and times >= ?", sync, rejections)
        return {(row["audience"], row["key"]): (row["digest"], row["reason"]) for row in rows}

    # Noes

    def suppress(self, source: str, kinds: Mapping[str, str], seen_at: str) -> int:
        """Keep that addresses must not be written to; return how many were not known.

        Args:
            source: who said so: an account, or the builds.
            kinds: why, by the keyed hash of the address.
            seen_at: when, in ISO 8601.
        """
        with self.transaction():
            known = self._count_suppressions(source)
            self._connection.executemany(
                """
                insert into suppressions values (?, ?, ?, ?, ?)
                on conflict do update set kind = excluded.kind, seen_at = excluded.seen_at
                """,
                [(key, source, kind, seen_at, seen_at) for key, kind in kinds.items()],
            )
            return self._count_suppressions(source) - known

    def _count_suppressions(self, source: str) -> int:
        row = self._one("select count(*) as rows from suppressions where source = ?", source)
        assert row
        return int(row["rows"])

    def drop_suppressions(self, source: str, before: str) -> None:
        """Forget what a source said before a moment and did not say again.

        Args:
            source: who has said all it knows since.
            before: the moment at which it began to, in ISO 8601.
        """
        self._connection.execute(
            "delete from suppressions where source = ? and seen_at < ?", (source, before)
        )

    def noes(self, keys: Sequence[str]) -> dict[str, str]:
        """Return which of these must not be written to, and why: erased, or the kind of a no."""
        found: dict[str, str] = {}
        for start in range(0, len(keys), 500):
            chunk = list(keys[start : start + 500])
            marks = ", ".join("?" * len(chunk))
            found |= {
                row["key"]: row["kind"]
                for row in self._all(
                    f"select key, min(kind) as kind from suppressions where key in ({marks}) "
                    "group by key",
                    *chunk,
                )
            }
            found |= {
                row["key"]: "erased"
                for row in self._all(f"select key from tombstones where key in ({marks})", *chunk)
            }
        return found

    def bury(self, keys: Iterable[str], kind: str) -> None:
        """Leave tombstones.

        Args:
            keys: keyed hashes of identifiers.
            kind: what they are of, as `address`.
        """
        with self.transaction():
            self._connection.executemany(
                "insert or ignore into tombstones values (?, ?, ?)",
                [(key, kind, now()) for key in keys],
            )

    def platform_ids(self, sync: str, keys: Sequence[str]) -> dict[str, str]:
        """Return what the platform of a sync calls people, by key, where it is known."""
        marks = ", ".join("?" * len(keys))
        rows = self._all(
            f"select key, platform_id from members where sync = ? and key in ({marks}) "
            "and platform_id is not null",
            sync,
            *keys,
        )
        return {row["key"]: row["platform_id"] for row in rows}

    def forget_people(self, keys: Iterable[str]) -> None:
        """Forget all that is known of people but their tombstones, down to the bytes of the file.

        Args:
            keys: the keyed hashes of their addresses.
        """
        tables = ("members", "job_rows", "rejections", "run_rows", "suppressions")
        with self.transaction():
            for table in tables:
                self._connection.executemany(
                    f"delete from {table} where key = ?", [(key,) for key in keys]
                )
        self._connection.execute("vacuum")
        self._connection.execute("pragma wal_checkpoint(truncate)")

    # Plans and runs

    def save_plan(self, plan_id: str, sync: str, digest: str, build_id: str, revision: int) -> None:
        """Keep a plan; it replaces the one before."""
        with self.transaction():
            self._connection.execute("delete from plans where sync = ?", (sync,))
            self._connection.execute(
                "insert into plans values (?, ?, ?, ?, ?, ?)",
                (plan_id, sync, digest, build_id, revision, now()),
            )

    def plan(self, sync: str) -> sqlite3.Row | None:
        """Return the last plan of a sync."""
        return self._one("select * from plans where sync = ?", sync)

    def start_run(self, run_id: str, sync: str, build_id: str) -> None:
        """Note that a run begins; one that was cut off before is called so."""
        with self.transaction():
            self._connection.execute(
                "update runs set status = 'cut off', ended_at = ? "
                "where sync = ? and status = 'running'",
                (now(), sync),
            )
            self._connection.execute(
                "insert into runs (run_id, sync, build_id, started_at, status) "
                "values (?, ?, ?, ?, 'running')",
                (run_id, sync, build_id, now()),
            )

    def count(self, run_id: str, **counts: int) -> None:
        """Add to the counts of a run."""
        sets = ", ".join(f"{name} = {name} + ?" for name in counts)
        self._connection.execute(
            f"update runs set {sets} where run_id = ?", (*counts.values(), run_id)
        )

    def note_conflicts(self, run_id: str, conflicts: Iterable[Conflict]) -> None:
        """Keep who was held back from which audience by what."""
        with self.transaction():
            self._connection.executemany(
                "insert or replace into conflicts values (?, ?, ?, ?, ?)",
                [(run_id, c.audience, c.cause, c.detail, c.people) for c in conflicts],
            )

    def end_run(self, run_id: str, status: str, message: str) -> None:
        """Note how a run ended; the message names nobody."""
        self._connection.execute(
            "update runs set status = ?, message = ?, ended_at = ? where run_id = ?",
            (status, message, now(), run_id),
        )

    def synced(self) -> set[str]:
        """Return the syncs that ever ran."""
        return {row["sync"] for row in self._all("select distinct sync from runs")}

    def run(self, run_id: str) -> sqlite3.Row:
        """Return a run."""
        row = self._one("select * from runs where run_id = ?", run_id)
        assert row
        return row

    def runs(self, sync: str, limit: int = 10) -> list[sqlite3.Row]:
        """Return the last runs of a sync, the latest first."""
        return self._all(
            "select * from runs where sync = ? order by started_at desc, run_id desc limit ?",
            sync,
            limit,
        )

    def note_rows(
        self, run_id: str, audience: str, operation: str, result: str, reasons: dict[str, str]
    ) -> None:
        """Keep what became of rows that were not taken.

        Args:
            run_id: the run.
            audience: its id.
            operation: `add`, `update` or `remove`.
            result: `rejected`, `waiting` or `held back`.
            reasons: why, by key.
        """
        self._connection.executemany(
            "insert or replace into run_rows values (?, ?, ?, ?, ?, ?)",
            [(run_id, audience, key, operation, result, reason) for key, reason in reasons.items()],
        )

    def rows_of_run(self, run_id: str) -> list[sqlite3.Row]:
        """Return the rows that a run did not bring to the platform."""
        return self._all("select * from run_rows where run_id = ? order by audience, key", run_id)

    def rows_of_table(self, table: str) -> Iterator[sqlite3.Row]:
        """Yield what builds are told of a table."""
        yield from self._connection.execute(TABLES[table])

    def _one(self, query: str, *values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
        return row

    def _all(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return self._connection.execute(query, values).fetchall()


def _member(row: sqlite3.Row) -> Member:
    return Member(
        row["audience"],
        row["key"],
        row["sealed"],
        row["platform_id"],
        State(row["state"]),
        row["digest"],
    )
