"""The files of published versions: moved and removed such that a crash harms nothing."""

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segmentry.errors import RecordsError

CURRENT = "current"
VERSIONS = "versions"
LOCK = ".lock"
# A version that is being written or removed: a dot before its id.
DRAFT = re.compile(r"\.\d{8}T\d{6}-[0-9a-f]{8}")


@contextmanager
def publisher_lock(published: Path) -> Iterator[None]:
    """Hold the folder of published versions against other publishers; make it when it is missing.

    The lock is the operating system's and ends with its process, however that ends. Readers need
    none.

    Raises:
        RecordsError: when another process holds it, or the folder can't be written, now or later.
    """
    with in_words(published):
        make_folder(published, 0o755)
        make_folder(published / VERSIONS, 0o755)
        descriptor = os.open(published / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RecordsError(
                    f"Another process is publishing to {published}: wait for its end and try again."
                ) from error
            yield
        finally:
            os.close(descriptor)


@contextmanager
def in_words(published: Path) -> Iterator[None]:
    """Say what the operating system refuses in the folder of published versions.

    Raises:
        RecordsError: naming the file and what to do.
    """
    try:
        yield
    except OSError as error:
        place = error.filename or published
        if error.errno == errno.ENOSPC:
            text = f"The disk of {published} is full: make room, and publish again."
        elif isinstance(error, FileExistsError | NotADirectoryError):
            text = (
                f"{place} is a file where a folder is needed: move it away, or set "
                "SEGMENTRY_PUBLISHED_DIR to another folder."
            )
        else:
            text = (
                f"{place} can't be used ({(error.strerror or type(error).__name__).lower()}): give "
                "this user the right to read and write it, or set SEGMENTRY_PUBLISHED_DIR to "
                "another folder."
            )
        raise RecordsError(text) from error


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder, unless it is there, with a mode that the process's umask has no say in."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(mode)


def sync_folder(folder: Path) -> None:
    """Wait until every file and folder below a folder, and the folder itself, is on the disk."""
    for path, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(path, name))
        sync(Path(path))


def sync(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_at_once(path: Path, text: str) -> None:
    """Replace a file such that a reader, and a crash, meet the old text or the new."""
    draft = path.with_name(f".{path.name}")
    draft.write_text(text, encoding="utf-8")
    draft.chmod(0o644)
    sync(draft)
    draft.rename(path)
    sync(path.parent)


def switch(published: Path, build_id: str) -> None:
    """Point `current` at a version, in one step."""
    link = published / f".{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(VERSIONS, build_id))
    link.rename(published / CURRENT)
    sync(published)


def remove_version(folder: Path) -> None:
    """Remove a version; cut short, what is left is hidden and goes with `remove_drafts`.

    A reader that has one of its files open keeps it: the file is gone when the last one closes it.
    """
    hidden = folder.with_name(f".{folder.name}")
    folder.rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def remove_drafts(published: Path) -> None:
    """Remove what publishers that died, or could not remove a version, left behind."""
    for path in (published / VERSIONS).iterdir():
        if DRAFT.fullmatch(path.name) and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
