"""Computes what the project as it stands would do to the segments of the last build."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from segmentry.errors import WhatIfError
from segmentry.records.last_build import read_last_build
from segmentry.settings.scratch import ScratchFolder
from segmentry.settings.variables import check_variables
from segmentry.what_if.changes import Change, find_affected, find_changes
from segmentry.what_if.movements import Movement, compare_memberships
from segmentry.what_if.scratch import Scratch

DAY = {"as_of", "demo_as_of"}


@dataclass(frozen=True)
class WhatIf:
    """What today's definitions do to the segments of the last build.

    Attributes:
        built_at: when the last build started, UTC.
        as_of_date: the last day that it knows of.
        changes: the models whose definition isn't the one they were built by.
        movements: every segment, whether it moves or not.
    """

    built_at: datetime
    as_of_date: date
    changes: list[Change]
    movements: list[Movement]

    @property
    def moving(self) -> list[Movement]:
        """The segments in which anyone moves, those with most movement first."""
        return sorted(
            (movement for movement in self.movements if movement.has_moved),
            key=lambda movement: (-movement.entering - movement.leaving, movement.segment),
        )


def what_if(project: Path, warehouse: Path, variables: Mapping[str, Any]) -> WhatIf:
    """Compute what the project as it stands would do to the segments of the last build.

    Args:
        project: the root of the dbt project.
        warehouse: the DuckDB file of the last build, which is only read.
        variables: dbt vars to change; all others are as configured, or as the last build had them.

    Raises:
        SegmentryError: when there is no build, a var is unknown, raw rows would be read in another
            way, or the changed project fails.
    """
    last_build = read_last_build(warehouse)
    check_thresholds(project, variables)
    given = last_build.command_line_variables | dict(variables) | {"as_of": str(last_build.as_of)}
    with ScratchFolder(project, "what-if") as folder:
        scratch = Scratch(folder, project, warehouse.absolute(), given)
        definitions = scratch.read_definitions()
        changes = find_changes(definitions, last_build)
        affected = find_affected(definitions, changes)
        if affected:
            scratch.compute(affected)
        movements = compare_memberships(warehouse, scratch.database, affected)
    return WhatIf(last_build.built_at, last_build.as_of_date, changes, movements)


def check_thresholds(project: Path, variables: Mapping[str, Any]) -> None:
    """Refuse vars that can't be used, and the day of the build, which changes no rule.

    Raises:
        SettingsError: when one is not the project's.
        WhatIfError: when the day is among them.
    """
    for name in DAY & variables.keys():
        raise WhatIfError(f"The day is that of the last build: the var {name} can't be given.")
    check_variables(project, variables)
