"""A what-if for people: as a table, and as Markdown for a pull request."""

from collections.abc import Callable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from segmentry.what_if.changes import summarize
from segmentry.what_if.computation import WhatIf
from segmentry.what_if.movements import Movement

MAX_MARKDOWN_LENGTH = 60_000
MAX_CHANGES = 20
MAX_ID_LENGTH = 40

HEADINGS = (
    "segment",
    "now",
    "after",
    "enter",
    "leave",
    "new value",
    "revenue in",
    "revenue out",
)


def against(result: WhatIf) -> str:
    """Name the build that is compared with."""
    return f"Against the build of {result.built_at:%Y-%m-%d %H:%M} UTC, as of {result.as_of_date}."


def changed(result: WhatIf, style: Callable[[str], str]) -> str:
    """Name the changed models, the name of each in a style."""
    if not result.changes:
        return "No definition has changed."
    more = len(result.changes) - MAX_CHANGES
    listed = summarize(result.changes[:MAX_CHANGES], style)
    return f"Changed: {listed}" + (f" and {more} more." if more > 0 else ".")


def unmoved(result: WhatIf) -> str:
    """Say how many segments stay the same."""
    count = len(result.movements) - len(result.moving)
    if not result.moving:
        return f"No segment moves: all {count} stay the same."
    if not count:
        return "Every segment moves."
    return f"{count} segment{' stays' if count == 1 else 's stay'} the same."


def cells(movement: Movement) -> list[str]:
    """Return what the columns say of a segment."""
    counts = (
        movement.customers_before,
        movement.customers_after,
        movement.entering,
        movement.leaving,
        movement.changing_value,
    )
    amounts = (movement.revenue_entering, movement.revenue_leaving)
    return [
        movement.segment,
        *(f"{count:,}" for count in counts),
        *(f"{amount:,.0f}" for amount in amounts),
    ]


def samples(movement: Movement, style: Callable[[str], str]) -> str:
    """Name some of those who enter and leave, the id of each in a style."""
    return "; ".join(
        f"{verb} {', '.join(style(shorten(customer_id)) for customer_id in ids)}"
        + (", …" if count > len(ids) else "")
        for verb, ids, count in (
            ("enter", movement.entering_sample, movement.entering),
            ("leave", movement.leaving_sample, movement.leaving),
        )
        if ids
    )


def shorten(text: str) -> str:
    """Return an id on one line, at most 40 characters long."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_ID_LENGTH else line[: MAX_ID_LENGTH - 1] + "…"


def print_table(result: WhatIf, console: Console) -> None:
    """Print what moves, segment by segment, and some of those who do."""
    console.print(against(result))
    console.print(changed(result, lambda name: f"[bold]{escape(name)}[/bold]"), highlight=False)
    console.print()
    if result.moving:
        table = Table(header_style="bold", box=None)
        for heading in HEADINGS:
            table.add_column(
                heading, justify="left" if heading == "segment" else "right", no_wrap=True
            )
        for movement in result.moving:
            table.add_row(*cells(movement))
        console.print(table)
        console.print()
    for movement in result.moving:
        if who := samples(movement, escape):
            console.print(f"[bold]{movement.segment}[/bold]: {who}", highlight=False)
    console.print(unmoved(result))


def code(text: str) -> str:
    """Return a text as code inside a Markdown table or list."""
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`"


def to_markdown(result: WhatIf) -> str:
    """Return the what-if as a comment for a pull request, shorter than 60,000 characters.

    What doesn't fit is counted, not shown; the segments with most movement come first.
    """
    heading = ["### What this does to the segments", "", against(result), changed(result, code), ""]
    rows = [f"| {' | '.join(cells(movement))} |" for movement in result.moving]
    listed = [
        f"- {movement.segment}: {who}"
        for movement in result.moving
        if (who := samples(movement, code))
    ]
    space = MAX_MARKDOWN_LENGTH - 1_000 - len("\n".join(heading))
    rows, rows_left_out = fit(rows, space)
    listed, listed_left_out = fit(listed, space - len("\n".join(rows)))
    lines = heading
    if rows:
        columns = " | ".join(name.capitalize() for name in HEADINGS)
        lines += [f"| {columns} |", "|---" + "|---:" * (len(HEADINGS) - 1) + "|", *rows, ""]
    if rows_left_out:
        lines += [f"{rows_left_out} more segments move.", ""]
    lines += [unmoved(result)]
    if listed:
        lines += ["", "<details><summary>Some of those who move</summary>", "", *listed]
        lines += [f"- … and in {listed_left_out} more segments"] if listed_left_out else []
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def fit(lines: list[str], space: int) -> tuple[list[str], int]:
    """Return the first lines that fit into a number of characters, and how many do not."""
    for count, line in enumerate(lines):
        space -= len(line) + 1
        if space < 0:
            return lines[:count], len(lines) - count
    return lines, 0
