"""The commands `init` and `doctor`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from segmentry.settings.environment import load_env_file
from segmentry.settings.shop import DEFAULT_WAREHOUSE, ROOT
from segmentry.terminal import Json, print_json, terminal

if TYPE_CHECKING:
    from segmentry.setup.finding import Finding

SHOWN = 8


def init(
    where: Annotated[
        list[str],
        typer.Argument(help="folders of files, a DuckDB file, or a schema of the warehouse"),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="print, and write nothing")] = False,
    as_json: Json = False,
) -> None:
    """Look at what you have, say what it is and what is missing, and write `.env`.

    The systems that connectors know are recognised by their tables and columns. For files that
    none knows, a mapping is proposed: a file of plain selects beside them, to read and change.
    """
    from segmentry.setup.env_file import write_settings
    from segmentry.setup.finding import find_shop, mapping_path

    load_env_file(ROOT)
    warehouse = ROOT / os.environ.get("SEGMENTRY_WAREHOUSE", str(DEFAULT_WAREHOUSE))
    finding = find_shop(ROOT, where, warehouse)
    is_written = finding.has_orders and not dry_run
    mapping = mapping_path(finding) if finding.proposal.text else None
    is_kept = mapping is not None and mapping.exists()
    if is_written:
        if mapping is not None and not is_kept:
            mapping.write_text(finding.proposal.text, encoding="utf-8")
        write_settings(ROOT, finding.settings, without=finding.superseded)
    if as_json:
        print_json(_content(finding, mapping, is_written))
    else:
        _print_finding(finding, mapping, is_kept, is_written, dry_run)
    if not finding.has_orders:
        raise typer.Exit(1)


def doctor(as_json: Json = False) -> None:
    """Look for what would stop a build or spoil its numbers, and say for each what to do.

    The exit code is 1 when something would stop a build.
    """
    from segmentry.setup.doctor import Outcome, examine

    os.chdir(ROOT)
    load_env_file(ROOT)
    found = list(examine(ROOT))
    has_fault = any(each.outcome is Outcome.FAULT for each in found)
    if as_json:
        print_json(found)
    else:
        console = terminal()
        marks = {Outcome.FINE: "[green]ok[/]", Outcome.WARNING: "[yellow]look[/]"}
        for each in found:
            mark = marks.get(each.outcome, "[red]FAULT[/]")
            told = f"{mark} [bold]{escape(each.subject)}[/]: {escape(each.told)}"
            console.print(told, soft_wrap=True)
            if each.remedy:
                console.print(f"     {escape(each.remedy)}", soft_wrap=True)
        console.print(
            "Mend what is marked as a fault, then: segmentry doctor"
            if has_fault
            else "Next: segmentry build"
        )
    if has_fault:
        raise typer.Exit(1)


def _content(finding: "Finding", mapping: Path | None, is_written: bool) -> dict[str, Any]:
    from segmentry.setup.finding import segments_without

    return {
        "systems": {
            name: {
                "place": each.place.shown,
                "tables": sorted(table.table.name for table in each.tables),
                "absent": sorted(table.table.name for table in each.absent),
                "missing": sorted(table.table.name for table in each.missing),
                "lacking": each.lacking,
                "is_complete": each.is_complete,
            }
            for name, each in finding.recognised.items()
        },
        "unknown": [table.name for _, table in finding.unknown],
        "unreadable": finding.unreadable,
        "empty_segments": segments_without(ROOT, finding.fills),
        "mapping": mapping,
        "edits": finding.proposal.edits,
        "settings": finding.settings,
        "is_written": is_written,
    }


def _print_finding(
    finding: "Finding", mapping: Path | None, is_kept: bool, is_written: bool, dry_run: bool
) -> None:
    from segmentry.setup.finding import FACTS, segments_without

    console = terminal()
    for name, each in finding.recognised.items():
        label = "tables in the shape of the raw contract" if name == "raw" else name
        console.print(f"[bold]{label}[/bold] in {escape(each.place.shown)}", soft_wrap=True)
        if each.tables:
            _print_list(console, "  there", [t.table.name for t in each.tables])
        if each.is_complete and each.absent:
            _print_list(console, "  not there, taken as empty", [t.table.name for t in each.absent])
        for found, columns in each.lacking.items():
            console.print(
                f"  [red]{escape(found)} lacks {', '.join(f'`{c}`' for c in columns)}[/red]: it is "
                f"not read until it has, or is called otherwise.",
                soft_wrap=True,
            )
        for table in each.missing:
            instead = f" (or `{table.table.stand_in}`)" if table.table.stand_in else ""
            console.print(
                f"  [red]`{table.table.name}`{instead} is missing[/red]: export it as well; "
                f"without it {label} is not read.",
                soft_wrap=True,
            )
    for line in finding.unreadable:
        console.print(f"[red]Can't be read[/red]: {escape(line)}", soft_wrap=True)
    if finding.unknown:
        names = [table.name for _, table in finding.unknown]
        _print_list(console, "Not read, as no connector needs them", names)
    if mapping is not None:
        _print_mapping(console, finding, mapping, is_kept, is_written)
    if not finding.has_orders:
        console.print(
            "[red]Nothing here holds orders, without which there is nothing to build.[/red]"
        )
        console.print("Next: segmentry init <the folder that holds the orders> " + "…")
        return
    missing = segments_without(ROOT, finding.fills)
    for need, segments in missing.items():
        facts = FACTS.get(need, "")
        told = f" ({facts})" if facts else ""
        _print_list(console, f"Without {need}{told}, these segments stay empty", segments)
    console.print("[bold].env[/bold]" + (" would get" if dry_run else " now has"))
    for name, value in finding.settings.items():
        console.print(f"  {name}={escape(value)}", soft_wrap=True)
    if "SEGMENTRY_TIMEZONE" not in finding.settings:
        console.print(
            "  Days begin at midnight UTC unless you set SEGMENTRY_TIMEZONE=Europe/Paris."
        )
    console.print("  Set SEGMENTRY_ID_SALT to a secret of your own: guests' ids are made with it.")
    console.print(
        "Next: " + ("segmentry init, without --dry-run" if dry_run else "segmentry doctor")
    )


def _print_mapping(
    console: Console, finding: "Finding", mapping: Path, is_kept: bool, is_written: bool
) -> None:
    made = ", ".join(finding.proposal.fills)
    if is_kept:
        console.print(f"[bold]{escape(str(mapping))}[/bold] is there and stays as it is.")
        return
    verb = "is" if is_written else "would be"
    console.print(
        f"[bold]{escape(str(mapping))}[/bold] {verb} a mapping of these files to {made}: read it, "
        "and change what is wrong.",
        soft_wrap=True,
    )
    for edit in finding.proposal.edits:
        console.print(f"  [yellow]Look at[/yellow]: {escape(edit)}", soft_wrap=True)
    if not is_written:
        console.print(escape(finding.proposal.text), soft_wrap=True)


def _print_list(console: Console, label: str, names: list[str]) -> None:
    more = len(names) - SHOWN
    told = ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
    console.print(f"{label}: {escape(told)}", soft_wrap=True)
