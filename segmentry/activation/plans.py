"""What a sync would change, and what may stop it."""

import fcntl
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from segmentry.activation.config import Sync
from segmentry.activation.desired import (
    check_keys,
    check_names,
    check_version,
    opened,
    wanted_rows,
)
from segmentry.activation.difference import Change, Kind, changes, count
from segmentry.activation.errors import RefusedError, SyncError
from segmentry.activation.ledger import Ledger, State
from segmentry.activation.left_out import Conflict, count_conflicts
from segmentry.activation.withdrawn import read_withdrawn
from segmentry.records.versions import Version, current_version
from segmentry.state.keys import Keys, masked

# Rows of each kind that a plan shows.
SAMPLES = 3
Counts = dict[str, dict[Kind, int]]


@dataclass(frozen=True)
class Plan:
    """What a sync would change.

    Attributes:
        plan_id: by which it is applied.
        sync: the name of the sync.
        build_id: the published version that it is of.
        counts: rows by audience and by what is done with them.
        sizes: members that are there because of us, by audience.
        samples: some rows of each kind, their addresses masked.
        objections: why a guard would stop it; empty when none would.
        conflicts: who is in an audience and held back from it, and by what.
    """

    plan_id: str
    sync: str
    build_id: str
    counts: Counts
    sizes: dict[str, int]
    samples: list[tuple[Kind, str, str]]
    objections: list[str]
    conflicts: list[Conflict]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be written."""
        writing = (Kind.ADD, Kind.UPDATE, Kind.REMOVE, Kind.WITHDRAW)
        return not any(kinds[kind] for kinds in self.counts.values() for kind in writing)


@dataclass(frozen=True)
class Setting:
    """Where a sync works.

    Attributes:
        name: of the sync.
        sync: what it says.
        published: the folder of published versions.
        state: the folder of the ledger.
        keys: by which people are known.
        rivals: the syncs that come before it in its group, by name.
    """

    name: str
    sync: Sync
    published: Path
    state: Path
    keys: Keys
    rivals: Mapping[str, Sync] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Characters that change with anything that decides who is sent what."""
        return " ".join([self.sync.digest, *(sync.digest for sync in self.rivals.values())])

    @property
    def account(self) -> str:
        """Which account it writes to; syncs of one account share what it says of noes."""
        names = sorted(self.sync.credentials.values())
        return " ".join([self.sync.platform, self.sync.base_url or "", *names])


def make_plan(setting: Setting) -> Plan:
    """Compare what is published with the ledger, and write nothing to the platform.

    Raises:
        SyncError: when the sync does not fit the version, or the version may not be sent.
    """
    version = version_of(setting)
    with (
        closing(Ledger(setting.state, setting.keys)) as ledger,
        opened(version, setting.keys) as connection,
    ):
        check_fit(setting, connection)
        read_withdrawn(setting.published, ledger, setting.keys)
        samples: list[tuple[Kind, str, str]] = []
        counts = count(_sampled(changes_of(setting, connection, ledger), samples, ledger))
        there = sizes(ledger, setting.name)
        made = Plan(
            plan_id=secrets.token_hex(4),
            sync=setting.name,
            build_id=version.build_id,
            counts=counts,
            sizes=there,
            samples=samples,
            objections=objections(setting, counts, there),
            conflicts=conflicts_of(setting, connection),
        )
        ledger.save_plan(
            made.plan_id,
            setting.name,
            setting.digest,
            version.build_id,
            ledger.revision(setting.name),
        )
    return made


def version_of(setting: Setting) -> Version:
    """Return the version that is current, if it may be sent.

    Raises:
        RefusedError: when there is none, it was not validated, or is too old.
    """
    version = current_version(setting.published)
    if version is None:
        raise RefusedError(
            f"Nothing is published in {setting.published} yet: `segmentry publish` does it."
        )
    check_version(version, setting.sync.guards.max_age_hours, datetime.now(UTC))
    return version


def check_fit(setting: Setting, connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse a sync that does not fit a version, before anything is asked of the platform.

    Raises:
        SyncError: when it names what the version does not have, or addresses are missing or double.
    """
    check_names(connection, setting.name, setting.sync)
    check_keys(connection)


def changes_of(
    setting: Setting, connection: duckdb.DuckDBPyConnection, ledger: Ledger
) -> Iterator[Change]:
    """Yield every row that a version wants somewhere, or that is there because of us.

    Nothing else may be asked of the connection until the last of them.
    """
    wanted = wanted_rows(connection, setting.sync, setting.rivals)
    yield from changes(wanted, ledger, setting.name, setting.sync.guards.rejections)


def conflicts_of(setting: Setting, connection: duckdb.DuckDBPyConnection) -> list[Conflict]:
    """Return who is in an audience and held back from it, and by what."""
    return count_conflicts(connection, setting.sync, setting.rivals)


def check_plan(setting: Setting, version: Version, ledger: Ledger) -> None:
    """Refuse to run without a plan, or with one that is not of this moment any more."""
    again = f"Plan again: segmentry plan {setting.name}."
    planned = ledger.plan(setting.name)
    if planned is None:
        raise RefusedError(f"The sync {setting.name} has no plan. {again}")
    if planned["build_id"] != version.build_id:
        raise RefusedError(
            f"The plan is of version {planned['build_id']}, and {version.build_id} is current. "
            f"{again}"
        )
    if planned["digest"] != setting.digest:
        raise RefusedError(
            f"The sync {setting.name}, or one that comes before it, was changed after its plan. "
            f"{again}"
        )
    if planned["revision"] != ledger.revision(setting.name):
        raise RefusedError(f"The ledger moved after the plan of {setting.name}. {again}")


def objections(setting: Setting, counts: Counts, sizes: Mapping[str, int]) -> list[str]:
    """Return why a run would be stopped: audiences that would lose more than the guard allows."""
    against = []
    allowed = setting.sync.guards.max_removal_share
    for audience, kinds in counts.items():
        leaving, there = kinds[Kind.REMOVE], sizes.get(audience, 0)
        if there and leaving / there > allowed:
            against.append(
                f"{audience} would lose {leaving:,} of {there:,} members, and "
                f"guards.max_removal_share allows {allowed:.0%}: look at the segment, then plan "
                f"again and run segmentry apply {setting.name} --allow-removals."
            )
    return against


def sizes(ledger: Ledger, sync: str) -> dict[str, int]:
    """Return how many rows of each audience are there because of us."""
    rows_of: dict[str, int] = {}
    for (audience, state), rows in ledger.counts(sync).items():
        if state is not State.STRANGER:
            rows_of[audience] = rows_of.get(audience, 0) + rows
    return rows_of


def _sampled(
    rows: Iterable[Change], samples: list[tuple[Kind, str, str]], ledger: Ledger
) -> Iterator[Change]:
    """Pass rows on, and keep the address of the first few of each kind."""
    seen: dict[Kind, int] = {}
    for row in rows:
        seen[row.kind] = seen.get(row.kind, 0) + 1
        if row.kind is not Kind.KEEP and seen[row.kind] <= SAMPLES:
            address = (
                row.wanted.address
                if row.wanted
                else ledger.keys.unseal(row.member.sealed)
                if row.member
                else ""
            )
            samples.append((row.kind, row.audience, masked(address)))
        yield row


@contextmanager
def alone(state: Path, sync: str) -> Iterator[None]:
    """Hold a sync against other runs of it; the lock ends with its process, however that ends."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (state / f".{sync}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SyncError(
                f"Another run of the sync {sync} is at work: wait for its end."
            ) from None
        yield
