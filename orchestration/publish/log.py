"""The log of publishes and roll-backs, `log.jsonl`: one line each, the latest last."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from orchestration.publish.folders import write_at_once

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
        accepted: the segments whose swing was let through.
    """

    at: datetime
    action: Action
    from_build: str | None
    to_build: str
    accepted: list[str]


def read_log(published: Path) -> list[LogEntry]:
    """Return all entries, the earliest first; none when nothing was ever published."""
    path = published / LOG
    if not path.exists():
        return []
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [
        LogEntry(
            at=datetime.fromisoformat(line["at"]),
            action=Action(line["action"]),
            from_build=line["from"],
            to_build=line["to"],
            accepted=line["accepted"],
        )
        for line in lines
    ]


def add_to_log(
    published: Path, action: Action, from_build: str | None, to_build: str, accepted: list[str]
) -> None:
    """Add one entry, as of now."""
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "action": action,
        "from": from_build,
        "to": to_build,
        "accepted": accepted,
    }
    path = published / LOG
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    write_at_once(path, f"{before}{json.dumps(entry)}\n")
