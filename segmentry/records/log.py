"""The log of publishes and roll-backs, `log.jsonl`: one line each, the latest last."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from segmentry.records.folders import write_at_once

LOG = "log.jsonl"


class Action(StrEnum):
    """What moved `current`."""

    PUBLISH = "publish"
    ROLL_BACK = "roll-back"


@dataclass(frozen=True)
class LogEntry:
    """One move of `current`.

    Attributes:
        at: when, in UTC.
        action: what moved it.
        from_build: the version that was current before; None before the first.
        to_build: the version that is current since.
        accepted: what was let through: segments whose swing was meant, names of other checks.
    """

    at: datetime
    action: Action
    from_build: str | None
    to_build: str
    accepted: list[str]


@dataclass(frozen=True)
class Log:
    """The log as far as it can be read.

    Attributes:
        entries: one per line that can be read, the earliest first.
        is_damaged: whether a line can't be read.
    """

    entries: list[LogEntry]
    is_damaged: bool


def read_log(published: Path) -> Log:
    """Return what the log says; nothing when nothing was ever published, or the log is lost."""
    path = published / LOG
    if not path.exists():
        return Log([], False)
    entries: list[LogEntry] = []
    is_damaged = False
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entries.append(read_entry(line))
        except (ValueError, KeyError, TypeError):
            is_damaged = True
    return Log(entries, is_damaged)


def read_entry(line: str) -> LogEntry:
    """Return the entry in a line.

    Raises:
        ValueError, KeyError, TypeError: when it is none.
    """
    content = json.loads(line)
    return LogEntry(
        at=datetime.fromisoformat(content["at"]).astimezone(UTC),
        action=Action(content["action"]),
        from_build=content["from"],
        to_build=content["to"],
        accepted=content["accepted"],
    )


def write_log(published: Path, entries: Sequence[LogEntry], was_damaged: bool) -> None:
    """Write the log anew; one that was damaged stays beside it, named by the moment."""
    path = published / LOG
    if was_damaged:
        path.rename(path.with_name(f"log.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.jsonl"))
    write_at_once(path, "".join(map(to_line, entries)))


def to_line(entry: LogEntry) -> str:
    """Return an entry as a line of the log."""
    content = {
        "at": entry.at.isoformat(timespec="seconds"),
        "action": entry.action,
        "from": entry.from_build,
        "to": entry.to_build,
        "accepted": entry.accepted,
    }
    return f"{json.dumps(content)}\n"


def add_to_log(published: Path, entry: LogEntry) -> None:
    """Add one entry."""
    path = published / LOG
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    write_at_once(path, f"{before}{to_line(entry)}")
