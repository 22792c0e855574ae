"""The published versions of a shop: which there are, which is current, and the way back."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestration.publish.errors import PublishError
from orchestration.publish.folders import (
    CURRENT,
    VERSIONS,
    publisher_lock,
    remove_hidden,
    remove_version,
    switch,
)
from orchestration.publish.log import Action, add_to_log, read_log
from orchestration.publish.manifest import MANIFEST, Manifest


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


def current_build_id(published: Path) -> str | None:
    """Return the id of the version that readers meet; None before the first publish."""
    link = published / CURRENT
    return link.readlink().name if link.is_symlink() else None


def current_version(published: Path) -> Version | None:
    """Return the version that readers meet; None before the first publish.

    Raises:
        PublishError: when it was damaged.
    """
    build_id = current_build_id(published)
    return read_version(published, build_id) if build_id else None


def read_version(published: Path, build_id: str) -> Version:
    """Return a version.

    Raises:
        PublishError: when it is not there, or was damaged.
    """
    folder = (published / VERSIONS / build_id).absolute()
    try:
        return Version(folder, Manifest.read(folder / MANIFEST))
    except FileNotFoundError as error:
        raise PublishError(f"There is no version {build_id} in {published}.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishError(f"The manifest of version {build_id} can't be read.") from error


def versions(published: Path) -> list[Version]:
    """Return the versions that were published and are kept, the earliest first.

    Raises:
        PublishError: when one was damaged.
    """
    return [read_version(published, build_id) for build_id in kept_build_ids(published)]


def kept_build_ids(published: Path) -> list[str]:
    """Return the ids of the versions that were published and are kept, the earliest first.

    A version is published by becoming current, which the log tells. One whose publisher died just
    before that is none.
    """
    once_current = {entry.to_build for entry in read_log(published)}
    once_current.add(current_build_id(published) or "")
    return sorted(once_current & set(stored_build_ids(published)))


def stored_build_ids(published: Path) -> list[str]:
    """Return the ids of the versions that are complete on disk, published or not."""
    folder = published / VERSIONS
    if not folder.is_dir():
        return []
    return [path.name for path in folder.iterdir() if not path.name.startswith(".")]


def line_of_current(published: Path) -> list[Version]:
    """Return the kept versions that led to the current one, and that one, the earliest first.

    Each replaced the one before, as the log tells. What was published and then rolled back, before
    the current version or after it, led nowhere and is not among them.

    Raises:
        PublishError: when one was damaged.
    """
    replaced = replaced_versions(published)
    line: list[str] = []
    build_id = current_build_id(published)
    while build_id and build_id not in line:
        line.append(build_id)
        build_id = replaced.get(build_id)
    stored = set(stored_build_ids(published))
    return [read_version(published, build_id) for build_id in reversed(line) if build_id in stored]


def roll_back(published: Path, build_id: str | None = None) -> Version:
    """Make an earlier version current again; what was published since stays where it is.

    The next build continues the history of the version that is current then.

    Args:
        published: the folder of published versions.
        build_id: the version; None for the one that the current one replaced.

    Raises:
        PublishError: when there is no such version, or another process publishes.
    """
    with publisher_lock(published):
        complete_log(published)
        current = current_build_id(published)
        if current is None:
            raise PublishError(f"Nothing is published in {published} yet.")
        target = build_id or replaced_versions(published)[current]
        if target is None:
            raise PublishError(f"No version is known that came before {current}.")
        if target == current:
            raise PublishError(f"Version {current} is current already.")
        if target not in kept_build_ids(published):
            raise PublishError(f"There is no version {target} in {published}.")
        version = read_version(published, target)
        switch(published, target)
        add_to_log(published, Action.ROLL_BACK, current, target, [])
    return version


def replaced_versions(published: Path) -> dict[str, str | None]:
    """Return, by version, the one that was current when it was published; None for the first."""
    entries = read_log(published)
    replaced = {
        entry.to_build: entry.from_build for entry in entries if entry.action is Action.PUBLISH
    }
    # A publisher that died right after it moved `current` still owes its entry.
    if current := current_build_id(published):
        replaced.setdefault(current, entries[-1].to_build if entries else None)
    return replaced


def complete_log(published: Path) -> None:
    """Add the entry that a publisher which died right after it moved `current` still owed."""
    current = current_version(published)
    entries = read_log(published)
    logged = entries[-1].to_build if entries else None
    if current is None or current.build_id == logged:
        return
    is_new = all(entry.to_build != current.build_id for entry in entries)
    add_to_log(
        published,
        Action.PUBLISH if is_new else Action.ROLL_BACK,
        logged,
        current.build_id,
        current.manifest.accepted if is_new else [],
    )


def clean_up(published: Path) -> None:
    """Bring a folder in order that a publisher left when it died; call it under the lock."""
    complete_log(published)
    remove_hidden(published)
    for build_id in set(stored_build_ids(published)) - set(kept_build_ids(published)):
        remove_version(published / VERSIONS / build_id)


def prune(published: Path, keep: int) -> None:
    """Remove old versions; call it under the lock.

    Args:
        published: the folder of published versions.
        keep: how many of the latest stay. The current one stays too, the one that it replaced, and
            those whose history a version that stays continues.
    """
    kept = kept_build_ids(published)
    staying = set(kept[-keep:])
    if current := current_build_id(published):
        staying |= {current, replaced_versions(published)[current] or current}
    staying |= bases(published, staying & set(kept))
    for build_id in kept:
        if build_id not in staying:
            remove_version(published / VERSIONS / build_id)


def bases(published: Path, build_ids: Iterable[str]) -> set[str]:
    """Return the versions whose history some versions continue."""
    based_on = (read_version(published, build_id).manifest.based_on for build_id in build_ids)
    return {build_id for build_id in based_on if build_id}
