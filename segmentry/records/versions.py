"""The published versions of a shop: which there are, which is current, and the way back.

What was published is known by the versions themselves: each has a manifest, which names the version
that it replaced. The log tells when `current` moved, and is written anew when it was damaged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from segmentry.errors import RecordsError
from segmentry.records.folders import (
    CURRENT,
    VERSIONS,
    in_words,
    publisher_lock,
    remove_drafts,
    remove_version,
    switch,
)
from segmentry.records.log import Action, LogEntry, add_to_log, read_log, write_log
from segmentry.records.manifest import MANIFEST, Manifest

# How many of the latest stay, when nothing else is asked for.
KEPT_VERSIONS = 14


@dataclass(frozen=True)
class Version:
    """A published version.

    Attributes:
        folder: where its files are; the path that does not change with the next publish.
        manifest: what it says of itself.
    """

    folder: Path
    manifest: Manifest

    @property
    def build_id(self) -> str:
        """Its id."""
        return self.manifest.build_id


@dataclass(frozen=True)
class Stored:
    """What stands in the folder of versions.

    Attributes:
        versions: the published versions, the earliest first.
        damaged: what is wrong with the others, by the name of their folder.
    """

    versions: list[Version]
    damaged: dict[str, str]


def read_stored(published: Path) -> Stored:
    """Return what stands in the folder of versions.

    Raises:
        RecordsError: when the folder can't be read.
    """
    folder = published / VERSIONS
    stored = Stored([], {})
    with in_words(published):
        folders = [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    for name in sorted(path.name for path in folders if not path.name.startswith(".")):
        try:
            stored.versions.append(read_version(published, name))
        except RecordsError as error:
            stored.damaged[name] = str(error)
    return stored


def versions(published: Path) -> list[Version]:
    """Return the published versions whose manifest can be read, the earliest first."""
    return read_stored(published).versions


def read_version(published: Path, build_id: str) -> Version:
    """Return a version.

    Raises:
        RecordsError: when it is not there, or its manifest is damaged.
    """
    folder = (published / VERSIONS / build_id).absolute()
    if Path(build_id).name != build_id or not folder.is_dir():
        raise RecordsError(
            f"There is no version {build_id} in {published}: `segmentry versions` lists those that "
            "are kept."
        )
    try:
        manifest = Manifest.read(folder / MANIFEST)
    except FileNotFoundError as error:
        raise RecordsError(f"Version {build_id} has lost its manifest.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordsError(f"The manifest of version {build_id} can't be read.") from error
    if manifest.build_id != build_id:
        raise RecordsError(f"The manifest of version {build_id} is that of {manifest.build_id}.")
    return Version(folder, manifest)


def check_files(version: Version) -> None:
    """Refuse a version that has not all the files, as large as they were, that its manifest names.

    Raises:
        RecordsError: naming the first file that is lost or damaged.
    """
    for name, size in version.manifest.files.items():
        file = version.folder / name
        if not file.is_file():
            raise RecordsError(f"Version {version.build_id} has lost its file {name}.")
        if file.stat().st_size != size:
            raise RecordsError(
                f"Version {version.build_id} is damaged: {name} has {file.stat().st_size:,} bytes, "
                f"and had {size:,} when it was published."
            )


def current_build_id(published: Path) -> str | None:
    """Return the id of the version that readers meet; None when `current` is not there.

    Raises:
        RecordsError: when `current` is anything but a link to a version.
    """
    link = published / CURRENT
    with in_words(published):
        if link.is_symlink():
            target = link.readlink()
            if (published / target).parent.resolve() == (published / VERSIONS).resolve():
                return target.name
        elif not link.exists():
            return None
    raise RecordsError(
        f"{link} is no link to a version. Move it away, and make a version current. "
        f"{way_back(published)}"
    )


def current_version(published: Path) -> Version | None:
    """Return the version that readers meet; None before the first publish.

    Raises:
        RecordsError: when it, or `current`, was damaged or lost; it tells the way back.
    """
    build_id = current_build_id(published)
    if build_id is None:
        if was_published(published):
            raise RecordsError(
                f"{published / CURRENT} is lost: versions are there, and none is current. "
                f"{way_back(published)}"
            )
        return None
    try:
        return read_version(published, build_id)
    except RecordsError as error:
        raise RecordsError(f"The current version is lost. {error} {way_back(published)}") from error


def was_published(published: Path) -> bool:
    """Tell whether any version was ever current here.

    A single version without a log is a first publish that was cut short before it became current.
    """
    stored = read_stored(published)
    count = len(stored.versions) + len(stored.damaged)
    return count > 1 or (count == 1 and bool(read_log(published).entries))


def way_back(published: Path) -> str:
    """Return in words what to do when the current version is lost."""
    for version in reversed(versions(published)):
        try:
            check_files(version)
        except RecordsError:
            continue
        return f"The last one that is whole: make roll-back BUILD={version.build_id}"
    return f"None is whole: bring {published} back from a backup."


def line_of_current(published: Path) -> list[Version]:
    """Return the kept versions that led to the current one, and that one, the earliest first.

    Each replaced the one before, as its manifest tells. What was published and then rolled back,
    before the current version or after it, led nowhere and is not among them.

    Raises:
        RecordsError: when the current one was damaged.
    """
    current = current_version(published)
    kept = {version.build_id: version for version in versions(published)}
    line: list[Version] = []
    while current and current not in line:
        line.append(current)
        current = kept.get(current.manifest.replaced or "")
    return line[::-1]


def roll_back(published: Path, build_id: str | None = None) -> Version:
    """Make an earlier version current again; what was published since stays where it is.

    The next build continues the history of the version that is current then. This is also the way
    out when the current version, or the link to it, was damaged.

    Args:
        published: the folder of published versions.
        build_id: the version; None for the one that the current one replaced.

    Raises:
        RecordsError: when there is no such version, it was damaged, or another process publishes.
    """
    with publisher_lock(published):
        if build_id is None:
            current = current_version(published)
            if current is None:
                raise RecordsError(
                    f"Nothing is published in {published} yet: `segmentry publish` does it."
                )
            build_id = current.manifest.replaced
            if build_id is None:
                raise RecordsError(
                    f"No version is known that came before {current.build_id}: name one that "
                    "`segmentry versions` lists."
                )
        version = read_version(published, build_id)
        check_files(version)
        before = current_build_id(published)
        if before == build_id:
            raise RecordsError(
                f"Version {build_id} is current already: `segmentry versions` lists the others."
            )
        complete_log(published)
        switch(published, build_id)
        add_to_log(published, roll_back_now(before, build_id))
    return version


def complete_log(published: Path) -> None:
    """Add what the log lacks; call it under the lock.

    That is one entry when a publisher died right after it moved `current`. A log that is lost, cut
    or can't be read is written anew, as far as the versions tell what it said.
    """
    log = read_log(published)
    current = current_build_id(published)
    stored = versions(published)
    were_current = {current, *(version.manifest.replaced for version in stored)}
    missing = were_current - {entry.to_build for entry in log.entries}
    lost = [entry_of(version) for version in stored if version.build_id in missing]
    # What stands in the log stands in its order, whatever the clock did.
    entries = sorted([*log.entries, *lost], key=lambda entry: entry.at) if lost else log.entries
    if log.is_damaged or lost:
        write_log(published, entries, log.is_damaged)
    last = entries[-1].to_build if entries else None
    if current and current != last:
        add_to_log(published, roll_back_now(last, current))


def entry_of(version: Version) -> LogEntry:
    """Return what the log says of the publish of a version."""
    manifest = version.manifest
    return LogEntry(
        manifest.published_at,
        Action.PUBLISH,
        manifest.replaced,
        version.build_id,
        manifest.accepted,
    )


def roll_back_now(from_build: str | None, to_build: str) -> LogEntry:
    """Return what the log says of a roll-back at this moment."""
    return LogEntry(datetime.now(UTC), Action.ROLL_BACK, from_build, to_build, [])


def clean_up(published: Path) -> None:
    """Bring a folder in order that a publisher left when it died; call it under the lock.

    No version is removed, whether the log knows it or not.
    """
    complete_log(published)
    remove_drafts(published)


def prune(published: Path, keep: int) -> None:
    """Remove old versions; call it under the lock.

    Args:
        published: the folder of published versions.
        keep: how many of the latest stay. The current one stays too, the one that it replaced, and
            those whose history a version that stays continues; so does whatever was damaged.
    """
    kept = {version.build_id: version for version in versions(published)}
    staying = set(list(kept)[-keep:])
    if current := current_version(published):
        staying |= {current.build_id, current.manifest.replaced or current.build_id}
    staying |= bases(kept[build_id] for build_id in staying & kept.keys())
    for build_id, version in kept.items():
        if build_id not in staying:
            remove_version(version.folder)


def bases(kept: Iterable[Version]) -> set[str]:
    """Return the versions whose history some versions continue."""
    return {version.manifest.based_on for version in kept if version.manifest.based_on}
