"""The command `segmentry explain`."""

from contextlib import suppress
from typing import Annotated, Any

import typer

from segmentry.settings.shop import Settings
from segmentry.terminal import Json, print_json, terminal

app = typer.Typer()


@app.command()
def explain(
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="an email address or a customer id")
    ],
    source_system: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="the system of the account, where two have its id"),
    ] = None,
    warehouse: Annotated[
        bool, typer.Option("--warehouse", help="of the working build, published or not")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what is known of a customer, and why they were or were not written to."""
    from segmentry.activation.command import folder_of_syncs
    from segmentry.activation.config import Sync, read_syncs
    from segmentry.errors import SegmentryError
    from segmentry.explain.explanation import explain as tell
    from segmentry.explain.person import find_person
    from segmentry.explain.report import print_explanation
    from segmentry.explain.source import open_source

    settings = Settings.from_environment()
    keys, erased = _known_by(settings)
    syncs: dict[str, Sync] = {}
    # Whoever meets a sync that can't be read is told all the rest.
    with suppress(SegmentryError):
        syncs = read_syncs(folder_of_syncs())
    with open_source(settings, warehouse) as source:
        person = find_person(source, customer, source_system, erased)
        told = tell(source, person, syncs, keys)
    if as_json:
        print_json(told)
    else:
        print_explanation(told, terminal())


def _known_by(settings: Settings) -> tuple[Any, Any]:
    """Return by which keys syncs know people, and who was erased; None for what can't be told.

    Support need not know the secret, nor be let into the folder of what syncs remember. Published
    versions hold nobody who was erased, whoever reads them.
    """
    import sqlite3

    from segmentry.activation.ledger import was_written_with
    from segmentry.errors import SettingsError
    from segmentry.state.keys import Keys
    from segmentry.state.tombstones import read_tombstones

    try:
        keys = Keys.from_environment()
        if not was_written_with(settings.state, keys):
            return None, None
        return keys, read_tombstones(settings.state, settings.published)
    except (SettingsError, sqlite3.Error, OSError):
        return None, None
