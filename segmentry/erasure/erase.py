"""Erases people: from platforms, the state, published versions, exports and the warehouse."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from segmentry.activation.accounts import connect
from segmentry.activation.api import Patience
from segmentry.activation.config import Sync
from segmentry.activation.errors import SyncError
from segmentry.activation.exports import exports_folder
from segmentry.activation.ledger import Ledger
from segmentry.activation.plans import alone
from segmentry.activation.platforms.interface import Platform, Profile
from segmentry.activation.records import write_records
from segmentry.erasure.person import Person, find_person
from segmentry.erasure.places import Found, holds, search, written_by_dbt, written_files
from segmentry.erasure.versions import erase_from_version
from segmentry.erasure.warehouse import remove_built
from segmentry.errors import SegmentryError
from segmentry.records.folders import VERSIONS, publisher_lock
from segmentry.records.folders import sync as sync_file
from segmentry.records.suppressions import take_out
from segmentry.records.versions import clean_up, read_stored
from segmentry.settings.places import check_build
from segmentry.settings.shop import Settings
from segmentry.state.folder import ERASURES
from segmentry.state.keys import Keys, masked
from segmentry.state.tombstones import read_tombstones

FILES = "files"


def erase(
    wanted: Sequence[str],
    settings: Settings,
    keys: Keys,
    syncs: Mapping[str, Sync],
    tell: Callable[[str], None],
) -> None:
    """Take people out of all that the project wrote and out of the platforms of all syncs.

    Tombstones come first: from then on nobody of them is sent or read again, whatever happens. The
    platforms come next; when one of them can't be reached, nothing else is touched, and the same
    command goes on from there.

    Args:
        wanted: their email addresses or customer ids.
        settings: where the shop is.
        keys: by which syncs know people.
        syncs: those of the shop, by name.
        tell: told what was done, in words that name nobody.

    Raises:
        SegmentryError: when somebody is not known, a build, publish or sync is at work, or a
            platform can't be asked.
    """
    people = [find_person(settings.published, name) for name in wanted]
    with ExitStack() as held, closing(Ledger(settings.state, keys)) as ledger:
        for name in sorted({*syncs, *ledger.synced()}):
            held.enter_context(alone(settings.state, name))
        held.enter_context(publisher_lock(settings.published))
        if settings.warehouse.exists():
            check_build(settings.warehouse)
        for person in people:
            for kind, buried in person.tombstones(keys):
                ledger.bury(buried, kind)
        _note(settings.published, len(people))
        told = ledger.synced()
        if gone := sorted(told - syncs.keys()):
            raise SyncError(
                f"The syncs {', '.join(gone)} ran once and have no file any more: where they went, "
                "nobody can be erased. Bring their files back from the history of the project."
            )
        addresses = {email for person in people for email in person.emails}
        for name in sorted(told):
            if syncs[name].platform != FILES:
                _erase_from_platform(name, syncs[name], addresses, ledger, keys)
                tell(f"{name}: erased from {syncs[name].platform}")
        ledger.forget_people([keys.hash_of(address) for address in addresses])
        write_records(ledger)
        tell("erased from what syncs remember")
        _erase_from_published(settings.published, people, keys, tell)
        _remove_exports(settings.state, addresses, tell)
        remove_built(settings.warehouse, settings.own_schemas, tell)
        _remove_traces(addresses, tell)


def check(wanted: Sequence[str], settings: Settings) -> Iterator[Found]:
    """Yield where people who were erased still stand in what the project wrote.

    Args:
        wanted: addresses to search for in every byte, whatever the file; may be empty.
        settings: where the shop is.

    Raises:
        SegmentryError: when nobody was ever erased, or a file is in use or can't be read.
    """
    tombstones = read_tombstones(settings.state, settings.published)
    if tombstones is None:
        raise SyncError(f"Nobody was erased yet, as far as {settings.state} knows.")
    for name in wanted:
        if "@" in name and not tombstones.has_address(name):
            raise SyncError(f"{masked(name)} was not erased: segmentry erase <address> does it.")
    addresses = {name.strip().lower() for name in wanted if "@" in name}
    files = written_files(settings, exports_folder(settings.state))
    try:
        yield from search(files, tombstones, addresses, settings)
    except (duckdb.Error, OSError) as error:
        raise SyncError(
            f"A file can't be searched ({type(error).__name__}): wait for the end of a build that "
            "is at work, then check again."
        ) from error


def _note(published: Path, people: int) -> None:
    """Leave beside the versions that people were erased, so that no build forgets to ask whom."""
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "people": people}
    path = published / ERASURES
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    path.chmod(0o644)
    sync_file(path)


def _erase_from_platform(
    name: str, sync: Sync, addresses: set[str], ledger: Ledger, keys: Keys
) -> None:
    """Have addresses deleted from the account of a sync, whoever brought them there."""
    platform: Platform = connect(name, sync, Patience(seconds=sync.max_seconds))
    ids = ledger.platform_ids(name, [keys.hash_of(address) for address in addresses])
    try:
        for audience in sync.audiences:
            platform.prepare(audience.id, [])
        for address in sorted(addresses):
            key = keys.hash_of(address)
            platform.erase(Profile(key, address, {}, ids.get(key)))
    finally:
        platform.close()


def _erase_from_published(
    published: Path, people: Sequence[Person], keys: Keys, tell: Callable[[str], None]
) -> None:
    clean_up(published)
    stored = read_stored(published)
    if stored.damaged:
        raise SegmentryError(
            f"What is in {', '.join(sorted(stored.damaged))} can't be read, so that nobody can be "
            f"erased from it: remove it from {published / VERSIONS}, or bring it back."
        )
    for version in stored.versions:
        rows = sum(erase_from_version(version, person, keys) for person in people)
        if rows:
            tell(f"version {version.build_id}: {rows:,} rows erased")
    take_out(published, {email for person in people for email in person.emails})


def _remove_exports(state: Path, addresses: set[str], tell: Callable[[str], None]) -> None:
    """Remove the exported audiences that hold an address: the next export leaves it out."""
    for path in sorted(exports_folder(state).glob("*/*.csv")):
        if holds(path, addresses):
            path.unlink()
            path.with_suffix(".parquet").unlink(missing_ok=True)
            tell(
                f"the export {path.stem} was removed; segmentry apply {path.parent.name} writes it"
            )


def _remove_traces(addresses: set[str], tell: Callable[[str], None]) -> None:
    """Remove what dbt wrote of its last runs and quotes an address, as a failed statement may."""
    for path in written_by_dbt():
        if holds(path, addresses):
            path.unlink()
            tell(f"{path.name} of dbt's last run was removed")
