"""Runs dbt and shows how far it is.

dbt runs in a process of its own: its logger, its adapters and DuckDB keep files open until a
process ends, and what comes next needs the warehouse.
"""

import json
import os
import subprocess

from rich.console import Console

from segmentry.build.progress import show_event, shown_progress
from segmentry.project.dbt_command import DBT, QUIET_SETTINGS


def run_build(arguments: list[str], console: Console) -> bool:
    """Run a dbt command in a process of its own and show how far it is.

    Args:
        arguments: the dbt command and its flags.
        console: where progress, the project's messages and failures are shown.

    Returns:
        Whether everything passed.
    """
    command = [str(DBT), "--no-use-colors", "--log-format", "json", *arguments]
    with (
        shown_progress(console) as display,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, **QUIET_SETTINGS}
        ) as process,
    ):
        for line in process.stdout or ():
            if line.startswith("{"):
                show_event(json.loads(line), display, console)
        success = process.wait() == 0
        if success:
            display.phase("built and tested")
    return success
