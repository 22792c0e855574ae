"""Folders of temporary files, which are removed however their process ends."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO

LOCK = ".lock"


class ScratchFolder:
    """A folder for temporary files, the owner's alone.

    It goes at the end of its block, with this object, or with the process. A process that is killed
    leaves its folder to the next that makes one: a lock, which the operating system takes off,
    tells which folders are still in use.
    """

    def __init__(self, root: Path, purpose: str) -> None:
        """Make the folder, and remove those that killed processes left.

        Args:
            root: the root of the dbt project.
            purpose: the first word of its name.

        Raises:
            OSError: when it can't be made.
        """
        base = root / os.environ.get("DBT_TARGET_PATH", "target") / "scratch"
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        with hold(base):
            for folder in base.iterdir():
                if folder.is_dir() and is_abandoned(folder):
                    shutil.rmtree(folder, ignore_errors=True)
            self._folder = tempfile.TemporaryDirectory(prefix=f"{purpose}-", dir=base)
            self.path = Path(self._folder.name)
            self._lock = hold(self.path)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()
        self._lock.close()


def hold(folder: Path) -> IO[str]:
    """Lock a folder until what is returned is closed, waiting for others who have it."""
    lock = (folder / LOCK).open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def is_abandoned(folder: Path) -> bool:
    """Tell whether no process holds a folder."""
    try:
        with (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        # Its process has just ended and removes it.
        return False
    return True
