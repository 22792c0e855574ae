"""What a validation found, for a terminal."""

from rich.console import Console
from rich.table import Table

from segmentry.checks.results import CheckResult, Severity, Validation

SHOWN_IDS = 5


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
