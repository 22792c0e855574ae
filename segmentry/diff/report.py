"""What differs between two versions, for people."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from segmentry.diff.comparison import Comparison, TableChange


def print_comparison(found: Comparison, console: Console) -> None:
    """Print what differs between two versions; what stayed as it was is counted."""
    console.print(f"[bold]{found.after}[/bold], of {found.day_after},")
    console.print(f"against [bold]{found.before}[/bold], of {found.day_before}.")
    console.print()
    console.print(_shop(found))
    for name, (was, is_now) in found.settings.items():
        line = f"Setting {name}: {was or 'unknown'} → {is_now or 'unknown'}."
        console.print(line, style="yellow", markup=False)
    changed = [segment for segment in found.segments if segment.has_changed]
    if changed:
        console.print()
        console.print(_segments(found))
    same = len(found.segments) - len(changed)
    console.print(f"{same:,} segments are as they were." if changed else "No segment has changed.")
    if not found.knows_merges:
        console.print(
            "Who became one person is not known: customer_merges can't be read of both versions.",
            style="dim",
        )
    for table in found.tables:
        console.print(_table(table), markup=False)


def _shop(found: Comparison) -> Table:
    table = Table("", "before", "after", "change", box=None, header_style="dim")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, (was, is_now) in found.shop.items():
        if was is not None or is_now is not None:
            change = "" if was is None or is_now is None else f"{is_now - was:+,}"
            shown = ("unknown" if number is None else f"{number:,}" for number in (was, is_now))
            table.add_row(name.replace("_", " "), *shown, change)
    return table


def _segments(found: Comparison) -> Table:
    table = Table(
        "segment", "before", "after", "entered", "left", "definition", box=None, header_style="dim"
    )
    for column in table.columns[1:3]:
        column.justify = "right"
    for segment in found.segments:
        if segment.has_changed:
            table.add_row(
                segment.segment,
                f"{segment.customers_before:,}",
                f"{segment.customers_after:,}",
                _causes(segment.entered),
                _causes(segment.left),
                "" if segment.definition == "same" else segment.definition,
            )
    return table


def _causes(counts: Mapping[str, int]) -> str:
    """Return how many came or went, and why where they did not simply move."""
    return ", ".join(
        f"{count:,}{'' if cause == 'moved' else f' {cause}'}" for cause, count in counts.items()
    )


def _table(table: TableChange) -> str:
    if table.what != "changed":
        return f"Table {table.table} is {table.what}."
    told = [f"{name} ({kind}) is new" for name, kind in table.added.items()]
    told += [f"{name} ({kind}) is gone" for name, kind in table.removed.items()]
    told += [f"{name} was {was} and is {is_now}" for name, (was, is_now) in table.retyped.items()]
    return f"Table {table.table}: {', '.join(told)}."
