"""How far a run of dbt is: a bar in a terminal, a line per phase in a file."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from segmentry.build.messages import in_one_line

STARTING = "starting dbt"
READING_PROJECT = "reading the project"
READING_FILES = "reading the raw files"
BUILDING = "building and testing"
NOTING = "noting what was built"
PHASES = {
    "MainReportVersion": READING_PROJECT,
    "FoundStats": READING_FILES,
    "EndOfRunSummary": NOTING,
}
# Said of a node by the event that carries its message, or by what the project says of its tests.
REPEATED = {
    "LogModelResult", "LogSeedResult", "LogTestResult", "LogHookEndLine", "EndOfRunSummary",
    "RunResultWarning", "RunResultFailure", "CheckNodeTestFailure", "StatsLine",
    "LogSkipBecauseError", "SkippingDetails",
}  # fmt: skip
# dbt's own word on a data test, of which the project says what it found.
OF_TESTS = re.compile(r"\s*Got \d+ results?, configured to (fail|warn) if")


class Display(Protocol):
    """Where progress is shown."""

    def phase(self, name: str) -> None:
        """Show what is done now."""

    def node(self, name: str, index: int, total: int) -> None:
        """Show that a model, seed or test is begun: which, the how many-th, of how many."""


class Lines:
    """Progress as lines: one per phase, and one per quarter of the nodes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._quarter = 0

    def phase(self, name: str) -> None:
        """Print what is done now."""
        seconds = time.monotonic() - self._started
        self._console.print(f"{seconds:4.0f} s  {name}", highlight=False)

    def node(self, name: str, index: int, total: int) -> None:
        """Print the number of the node when another quarter has begun."""
        quarter = 1 + 4 * (index - 1) // total
        if quarter > self._quarter:
            self._quarter = quarter
            self.phase(f"{BUILDING} {index:,}/{total:,}")


class Bar:
    """Progress as a bar that moves with every node."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task(STARTING, total=None)

    def phase(self, name: str) -> None:
        """Show what is done now beside the bar."""
        self._progress.update(self._task, description=name)

    def node(self, name: str, index: int, total: int) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=index, total=total, description=name)


@contextmanager
def shown_progress(console: Console) -> Iterator[Display]:
    """Show progress on a console as long as it lasts."""
    if not console.is_terminal:
        lines = Lines(console)
        lines.phase(STARTING)
        yield lines
        return
    columns = [TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        yield Bar(progress)


def show_event(event: Mapping[str, Any], display: Display, console: Console) -> None:
    """Show what an event of dbt's log tells.

    Args:
        event: a line of dbt's log in JSON.
        display: where progress is shown.
        console: where messages are printed.
    """
    info, data = event["info"], event["data"]
    if info["name"] in PHASES:
        display.phase(PHASES[info["name"]])
    elif info["name"] == "LogStartLine":
        display.node(shorten(data["description"]), data["index"], data["total"])
    elif info["name"] == "JinjaLogInfo" or (
        info["level"] in ("warn", "error")
        and info["name"] not in REPEATED
        and not OF_TESTS.match(info["msg"])
    ):
        console.print(
            in_one_line(info["msg"]),
            style=style_of(info["level"], info["msg"]),
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def style_of(level: str, message: str) -> str:
    """Return how a message is shown: red when it stops the run, yellow when it is a warning."""
    if level == "error" or message.startswith("Failed:"):
        return "red"
    return "yellow" if level == "warn" or message.startswith("Warning:") else ""


def shorten(description: str) -> str:
    """Return the last word of dbt's description of a node: its name, at most 44 characters."""
    return description.split()[-1].rsplit("::", 1)[0][:44]
