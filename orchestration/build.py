"""Builds a warehouse with dbt and shows what came out. Run as `python -m orchestration.build`.

What is built is said as for dbt itself: by `SEGMENTRY_RAW_DIR`, `SEGMENTRY_WAREHOUSE` and `--vars`.
With none of them, it is the demo shop. Data is tested here; unit tests, which look at the code
alone, are left to `make test`.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from orchestration.dbt_command import DBT
from orchestration.publish.errors import PublishError
from orchestration.publish.folders import CURRENT
from orchestration.publish.last_build import publish_last_build
from orchestration.publish.publish import KEPT_VERSIONS
from orchestration.settings import DEMO_SHOP, ROOT, Settings
from orchestration.summary import print_summary


def build(arguments: list[str], console: Console) -> bool:
    """Run a dbt command in a process of its own and show a bar that moves with every node.

    Args:
        arguments: the dbt command and its flags.
        console: where the bar, dbt's messages and its failures are shown.

    Returns:
        Whether everything passed.
    """
    command = [str(DBT), "--no-use-colors", "--log-format", "json", *arguments]
    columns = [TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn()]
    with (
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
    ):
        task = progress.add_task("reading the project", total=None)
        for line in process.stdout or ():
            event = json.loads(line) if line.startswith("{") else {"info": {}, "data": {}}
            info, data = event["info"], event["data"]
            if info.get("name") == "LogStartLine":
                progress.update(
                    task,
                    completed=data["index"],
                    total=data["total"],
                    description=shorten(data["description"]),
                )
            elif info.get("level") in ("warn", "error") or info.get("name") == "JinjaLogInfo":
                progress.console.print(info["msg"], markup=False, highlight=False)
        success = process.wait() == 0
        if success:
            progress.update(task, description="built and tested")
    return success


def shorten(description: str) -> str:
    """Return the last word of dbt's description of a node: its name, at most 44 characters."""
    return description.split()[-1].rsplit("::", 1)[0][:44]


def shown(path: Path) -> Path:
    """Return a path as it is shown: one in the project starts at its root."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


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
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return False
    results = version.manifest.validation["results"]
    warnings = sum(not result["success"] for result in results)
    console.print(
        f"Published as [bold]{version.build_id}[/bold]: {len(results):,} expectations asked, "
        f"{warnings} with a warning."
    )
    current = shown(settings.published / CURRENT)
    console.print(
        f"[dim]For BI: {current}/segmentry.duckdb and {current}/parquet. "
        f"What was asked and answered: {current}/validation/index.html[/dim]"
    )
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
    os.chdir(ROOT)
    settings = Settings.from_environment()
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
