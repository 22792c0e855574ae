"""Runs dbt in a process of its own, the way a user does."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from segmentry.errors import DbtError
from segmentry.settings.shop import ROOT

DBT = Path(sys.executable).with_name("dbt")
DBT_ITSELF = (str(DBT),)
# A dbt that takes the project as the run before it has read it, in the same `DBT_TARGET_PATH`.
AS_READ = (sys.executable, "-m", "segmentry.project.as_read")
QUIET_SETTINGS = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}


def run_dbt(
    *arguments: str,
    project: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    program: Sequence[str] = DBT_ITSELF,
) -> str:
    """Run a dbt command to its end and return what it printed: errors, and what it was asked for.

    Args:
        arguments: the dbt command and its flags.
        project: the root of the dbt project.
        environment: environment variables on top of those of this process.
        program: `DBT_ITSELF` or `AS_READ`.

    Raises:
        DbtError: when dbt fails.
    """
    result = subprocess.run(
        [*program, "--quiet", "--no-use-colors", *arguments],
        cwd=project,
        env={**os.environ, **QUIET_SETTINGS, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise DbtError((result.stdout + result.stderr).strip())
    return result.stdout
