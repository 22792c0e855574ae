"""The command `segmentry erase`."""

from typing import Annotated

import typer

from segmentry.settings.shop import Settings
from segmentry.terminal import print_json, terminal

app = typer.Typer()


@app.command()
def erase(
    people: Annotated[
        list[str] | None,
        typer.Argument(metavar="PERSON", help="email addresses or customer ids, several at once"),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="search all that was written for whoever was erased")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="don't ask again")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="one JSON document, for programs, with --check")
    ] = False,
) -> None:
    """Take people out of platforms, the state, published versions and what comes in again."""
    if check:
        _check(people or [], as_json)
        return
    from segmentry.activation.command import folder_of_syncs
    from segmentry.activation.config import read_syncs
    from segmentry.erasure.erase import erase as take_out
    from segmentry.state.keys import Keys

    if not people:
        raise typer.BadParameter("name somebody, or search with --check")
    settings = Settings.from_environment()
    if not yes:
        removed = "all that builds made, in the schema main and beside it, from the warehouse"
        typer.confirm(
            f"Erase {len(people):,} for good, from every platform and version, and remove "
            f"{removed if settings.own_schemas else 'the warehouse'} {settings.warehouse}, which "
            "the next build makes anew?",
            abort=True,
        )
    console = terminal()
    take_out(
        people,
        settings,
        Keys.from_environment(),
        read_syncs(folder_of_syncs()),
        tell=lambda text: console.print(text, markup=False, highlight=False),
    )
    console.print(
        "Erased. Raw files and tables are the shop's own and stay: rows of whoever was erased are "
        "left out as they are read. After the next build: segmentry erase --check",
        style="green",
    )


def _check(people: list[str], as_json: bool) -> None:
    from segmentry.erasure.erase import check

    found = list(check(people, Settings.from_environment()))
    if as_json:
        rows = [{"file": str(f.path), "place": f.place, "count": f.count} for f in found]
        print_json(rows)
    elif found:
        for place in found:
            where = f"{place.path}: {place.place}" if place.place else str(place.path)
            terminal().print(f"{where}: {place.count:,}", style="red", markup=False)
    else:
        terminal().print("Nobody who was erased is in anything that was written.", style="green")
    if found:
        raise typer.Exit(1)
