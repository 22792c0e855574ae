"""The command `segmentry diff`."""

from typing import Annotated

import typer

from segmentry.completion import build_ids
from segmentry.settings.shop import Settings
from segmentry.terminal import Json, print_json, terminal, working

app = typer.Typer()


@app.command()
def diff(
    before: Annotated[
        str | None,
        typer.Argument(
            metavar="[VERSION]",
            help="the one that was replaced, by default",
            autocompletion=build_ids,
        ),
    ] = None,
    after: Annotated[
        str | None,
        typer.Argument(
            metavar="[VERSION]", help="the current one, by default", autocompletion=build_ids
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what differs between two published versions: definitions, sizes, who moved and why."""
    from segmentry.diff.comparison import compare, named_versions
    from segmentry.diff.report import print_comparison

    versions = named_versions(Settings.from_environment().published, before, after)
    with working("comparing"):
        found = compare(*versions)
    if as_json:
        print_json(found)
    else:
        print_comparison(found, terminal())
