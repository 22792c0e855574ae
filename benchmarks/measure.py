"""Runs a command to its end and says what it took."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Usage:
    """What a process took.

    Attributes:
        wall_seconds: from its start to its end.
        cpu_seconds: of all cores, in user and system mode.
        peak_gigabytes: the most memory that it held at once, in 2^30 bytes.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_gigabytes: float


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Usage:
    """Run a command and return what it took.

    Args:
        command: the program and its arguments; what it prints is shown when it fails.
        folder: where it runs.
        environment: environment variables on top of those of this process.

    Raises:
        CalledProcessError: when it fails.
    """
    start = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    printed = process.stdout.read()
    # The memory of one child, not the most of any so far.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.stderr.write(printed)
        raise subprocess.CalledProcessError(process.returncode, command)
    took = Usage(
        wall_seconds=time.monotonic() - start,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_gigabytes=usage.ru_maxrss / 1024**2,
    )
    logger.info("%s: %s", took, " ".join(command))
    return took
