"""Validates the working warehouse. Run as `python -m orchestration.checks`."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from orchestration.checks.data_docs import PAGE
from orchestration.checks.errors import ValidationError
from orchestration.checks.results import CheckResult, Severity, Validation
from orchestration.checks.validate import validate
from orchestration.settings import ROOT, Settings
from segmentry.settings.errors import SettingsError
from segmentry.settings.privacy import keep_private

SHOWN_IDS = 5
WIDTH_OF_A_FILE = 120


def result_table(results: list[CheckResult]) -> Table:
    """Lay failed checks out: what each is about, what was found, and a few ids."""
    table = Table(header_style="bold", box=None)
    table.add_column("", no_wrap=True)
    table.add_column("check", overflow="fold", ratio=2)
    table.add_column("what was found", overflow="fold", ratio=3)
    for result in results:
        is_blocking = result.severity is Severity.BLOCKING
        state = "[red]failed[/red]" if is_blocking else "[yellow]warning[/yellow]"
        ids = ", ".join(result.sample_ids[:SHOWN_IDS])
        table.add_row(
            state, result.name, f"{result.message}{f' For example: {ids}' if ids else ''}"
        )
    return table


def print_validation(validation: Validation, console: Console) -> None:
    """Print what a validation found.

    Args:
        validation: what was found.
        console: where it is printed.
    """
    failures, warnings = validation.failures, validation.warnings
    console.print(
        f"{validation.as_of_date}: {len(validation.results)} checks, {len(failures)} failed, "
        f"{len(warnings)} warnings.",
        highlight=False,
    )
    if validation.accepted:
        console.print(f"Accepted: {', '.join(validation.accepted)}.", highlight=False)
    if failures or warnings:
        console.print(result_table([*failures, *warnings]))


def main() -> int:
    """Validate the working warehouse: the exit code is 1 when it must not be published."""
    parser = argparse.ArgumentParser(prog="checks", description=main.__doc__)
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="NAME",
        help="let a check that failed through by its name, or by that of the segment that swings; "
        "may be given several times",
    )
    parser.add_argument(
        "--data-docs",
        type=Path,
        default=ROOT / "target" / "validation",
        metavar="FOLDER",
        help="where the page index.html goes: target/validation by default",
    )
    arguments = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
    keep_private()
    try:
        validation = validate(Settings.from_environment(), arguments.accept, arguments.data_docs)
    except (ValidationError, SettingsError) as error:
        Console(stderr=True).print(
            str(error), style="red", markup=False, highlight=False, soft_wrap=True
        )
        return 1
    print_validation(validation, console)
    console.print(f"[dim]{arguments.data_docs / PAGE}[/dim]", highlight=False, soft_wrap=True)
    return 0 if validation.success else 1


if __name__ == "__main__":
    sys.exit(main())
