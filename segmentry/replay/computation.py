"""Computes past days, one after the other, and keeps their sizes."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from segmentry.errors import ReplayError
from segmentry.replay.days import Plan, read_definitions
from segmentry.replay.kept import keep_day, kept_days, replay_lock
from segmentry.replay.scratch import Scratch
from segmentry.settings.scratch import ScratchFolder
from segmentry.settings.shop import Settings


@dataclass(frozen=True)
class ReplayedDay:
    """A day that is there now.

    Attributes:
        as_of_date: the day.
        is_kept: whether an earlier replay has computed it.
        seconds: how long it took; 0 when it was kept.
    """

    as_of_date: date
    is_kept: bool
    seconds: float = 0


def replay(plan: Plan, settings: Settings, project: Path, again: bool) -> Iterator[ReplayedDay]:
    """Compute the days of a plan beside the last build, the oldest first, and keep their sizes.

    What an earlier replay has computed by the same definitions is kept. Neither the warehouse nor
    what is published is touched; the next build reads the days.

    Args:
        plan: the days.
        settings: the warehouse of the last build, and the folder of what the shop remembers.
        project: the root of the dbt project.
        again: whether to compute also what an earlier replay has.

    Yields:
        Each day, when it is there.

    Raises:
        ReplayError: when a day can't be computed, or by other definitions than the last build.
    """
    if not plan.days:
        return
    with replay_lock(settings.state):
        kept = [] if again else kept_days(settings.state, plan.days, plan.definitions)
        for day in kept:
            yield ReplayedDay(day, is_kept=True)
        missing = plan.days[len(kept) :]
        if not missing:
            return
        with ScratchFolder(project, "replay") as folder:
            scratch = Scratch(
                folder,
                project,
                settings.warehouse.absolute(),
                plan.last_build.command_line_variables,
            )
            # Of the day before, its counts are kept; who was where, nobody has.
            before = kept[-1:]
            scratch.begin((before or missing)[0])
            for day in (*before, *missing):
                started = time.monotonic()
                scratch.compute(day)
                check_definitions(scratch.database, plan)
                if day in missing:
                    keep_day(
                        settings.state,
                        scratch.database,
                        settings.warehouse,
                        day,
                        kept,
                        plan.definitions,
                    )
                    kept.append(day)
                    yield ReplayedDay(day, False, round(time.monotonic() - started, 1))


def check_definitions(database: Path, plan: Plan) -> None:
    """Refuse days by other definitions than those of the last build: no curve could show them.

    Raises:
        ReplayError: saying what to do.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        if read_definitions(connection) != plan.definitions:
            raise ReplayError(
                "The definitions of segments have changed since the last build: run `make build`, "
                "and replay after it."
            )
