"""A sync in a process of its own, which dies at a chosen write to its ledger."""

import multiprocessing
import os
import re
import signal
import sqlite3
from types import SimpleNamespace
from typing import Any

from tests.python.activation_shop import ActivationShop
from tests.python.rigs import Rig, generous_limits

WRITE = re.compile(r"\s*(insert|update|delete|begin|commit)", re.IGNORECASE)
# The modules are loaded once; each process starts from there.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.python.killed_sync"])


def run_until_write(rig: Rig, number: int) -> bool:
    """Plan and apply a sync, and kill it with SIGKILL before a write.

    Args:
        rig: the sync.
        number: which write, from 1.

    Returns:
        Whether it was killed; it ended by itself when it has fewer writes.
    """
    credentials = {
        name: getattr(rig.simulator, name)
        for name in ("api_key", "site_id", "base_url")
        if hasattr(rig.simulator, name)
    }
    process = PROCESSES.Process(
        target=_run,
        args=(rig.name, rig.shop.folder, rig.audience, credentials, rig.options, number),
    )
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _run(
    name: str,
    folder: Any,
    audience: str,
    credentials: dict[str, str],
    options: dict[str, Any],
    number: int,
) -> None:
    left = number

    def count(statement: str) -> None:
        nonlocal left
        if WRITE.match(statement):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    connect = sqlite3.connect

    def counting(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = counting  # type: ignore[assignment]
    rig = Rig(name, ActivationShop(folder), SimpleNamespace(**credentials), audience, options)
    with generous_limits(name):
        rig.run(allow_removals=True)
