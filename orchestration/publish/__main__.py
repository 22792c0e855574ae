"""Publishes the last build, or goes back. Run as `python -m orchestration.publish`."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from orchestration.publish.errors import PublishError
from orchestration.publish.folders import CURRENT
from orchestration.publish.last_build import publish_last_build
from orchestration.publish.publish import KEPT_VERSIONS
from orchestration.publish.report import print_published
from orchestration.publish.versions import Stored, current_version, read_stored, roll_back
from orchestration.settings import Settings
from segmentry.settings.errors import SettingsError
from segmentry.settings.privacy import keep_private

COMMANDS = ("publish", "roll-back", "versions")


def to_table(stored: Stored, published: Path) -> Table:
    """Return versions as a table for people, the latest first, and what is damaged."""
    table = Table("version", "day", "published", "continues", "customers", "", box=None)
    for version in reversed(stored.versions):
        manifest = version.manifest
        is_current = (published / CURRENT).resolve() == version.folder.resolve()
        table.add_row(
            version.build_id,
            manifest.as_of_date.isoformat(),
            f"{manifest.published_at:%Y-%m-%d %H:%M} UTC",
            manifest.based_on or "",
            f"{manifest.row_counts.get('customer_facts', 0):,}",
            "current" if is_current else "",
        )
    for build_id, damage in stored.damaged.items():
        table.add_row(build_id, "", "", "", "", f"damaged: {damage}")
    return table


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; without a command it is `publish`."""
    parser = argparse.ArgumentParser(prog="publish", description=main.__doc__)
    commands = parser.add_subparsers(dest="command")
    publishing = commands.add_parser("publish", help="check the last build and publish it")
    publishing.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="NAME",
        help="let a check that failed through, once, by its name or by that of the segment that "
        "swings; may be given several times",
    )
    publishing.add_argument(
        "--older",
        action="store_true",
        help="make the build current though it is for an earlier day than the current version",
    )
    publishing.add_argument(
        "--keep", type=int, default=KEPT_VERSIONS, help="how many versions stay (%(default)s)"
    )
    rolling_back = commands.add_parser("roll-back", help="make an earlier version current again")
    rolling_back.add_argument("build_id", nargs="?", help="the one before, when not named")
    commands.add_parser("versions", help="list the versions that are kept")
    has_command = bool(arguments) and arguments[0] in (*COMMANDS, "-h", "--help")
    return parser.parse_args(arguments if has_command else ["publish", *arguments])


def main() -> int:
    """Publish the last build, go back to an earlier version, or list the versions."""
    arguments = read_arguments(sys.argv[1:])
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    keep_private()
    try:
        settings = Settings.from_environment()
        if arguments.command == "versions":
            console.print(to_table(read_stored(settings.published), settings.published))
            # Says in words when `current` was damaged or lost.
            current_version(settings.published)
            return 0
        if arguments.command == "roll-back":
            version = roll_back(settings.published, arguments.build_id)
        else:
            version = publish_last_build(
                settings, arguments.accept, arguments.keep, arguments.older
            )
    except (PublishError, SettingsError) as error:
        Console(stderr=True).print(
            str(error), style="red", markup=False, highlight=False, soft_wrap=True
        )
        return 1
    if arguments.command == "publish":
        print_published(version, settings, console)
    else:
        console.print(f"Current is {version.build_id}, of {version.manifest.as_of_date}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
