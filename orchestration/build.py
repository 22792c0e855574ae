"""Builds a warehouse with dbt and shows what came out. Run as `python -m orchestration.build`.

What is built is said by `.env`, by the environment and by `--vars`; with none of them, it is the
demo shop. Data is tested here; unit tests, which look at the code alone, are left to `make test`.
"""

import argparse
import json
import os
import subprocess
import sys
import time

from rich.console import Console

from orchestration.dbt_command import DBT, QUIET_SETTINGS
from orchestration.publish.errors import PublishError
from orchestration.publish.last_build import publish_last_build
from orchestration.publish.publish import KEPT_VERSIONS
from orchestration.publish.report import print_published, shown
from orchestration.settings import DEMO_SHOP, ROOT, Settings
from orchestration.summary import print_summary
from segmentry.build.progress import show_event, shown_progress
from segmentry.settings.errors import SettingsError
from segmentry.settings.privacy import keep_private
from segmentry.settings.variables import read_variables


def build(arguments: list[str], console: Console) -> bool:
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


def print_error(message: str, console: Console) -> None:
    """Print what stops a command."""
    console.print(message, style="red", markup=False, highlight=False, soft_wrap=True)


def publish(settings: Settings, console: Console) -> bool:
    """Validate and publish the last build, and say which version readers meet.

    Args:
        settings: the warehouse, and the folder of published versions.
        console: where that is shown.

    Returns:
        Whether it was published.
    """
    try:
        with console.status("validating and publishing"):
            version = publish_last_build(settings, [], KEPT_VERSIONS)
    except PublishError as error:
        print_error(str(error), console)
        return False
    print_published(version, settings, console)
    return True


def main() -> int:
    """Build the warehouse, test it, and print its summary.

    Returns:
        The exit code: 0 when everything was built and passed.
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--vars", default="{}", help="dbt vars as YAML")
    parser.add_argument(
        "--publish", action="store_true", help="validate and publish what was built"
    )
    arguments = parser.parse_args()
    console = Console()
    keep_private()
    os.chdir(ROOT)
    try:
        settings = Settings.from_environment()
        settings.check(read_variables(arguments.vars))
    except SettingsError as error:
        print_error(str(error), console)
        return 1
    shop = "The demo shop" if settings.raw_dir == DEMO_SHOP else shown(settings.raw_dir)
    console.print(f"[bold]{shop}[/bold]: from raw files to segments")
    started = time.monotonic()
    command = ["build", "--exclude-resource-type", "unit_test", "--vars", arguments.vars]
    if not build(command, console):
        console.print("The build failed; what failed stands above.", style="red")
        return 1
    print_summary(settings.warehouse, console)
    if arguments.publish and not publish(settings, console):
        return 1
    console.print(
        f"[dim]{time.monotonic() - started:.0f} seconds; "
        f"the warehouse is {shown(settings.warehouse)}[/dim]"
    )
    console.print(
        "[dim]What each segment means: make docs. What a threshold moves: "
        "make what-if VARS='{idle_customers_days: 120}'[/dim]"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
