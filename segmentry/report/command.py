"""The command `segmentry report`."""

from typing import Annotated

import typer

from segmentry.completion import build_ids
from segmentry.errors import RecordsError
from segmentry.settings.shop import Settings
from segmentry.terminal import Json, print_json, terminal, working

app = typer.Typer()


@app.command()
def report(
    build_id: Annotated[
        str | None,
        typer.Argument(
            metavar="[VERSION]", help="the current one, by default", autocompletion=build_ids
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the segment report of a published version anew, as a page beside its files."""
    from segmentry.publish.report import shown
    from segmentry.records.versions import current_version, read_version
    from segmentry.report.writing import write_report

    published = Settings.from_environment().published
    version = read_version(published, build_id) if build_id else current_version(published)
    if version is None:
        raise RecordsError(
            f"Nothing is published in {published} yet: `segmentry publish` writes a report as well."
        )
    with working("writing the report"):
        page = write_report(published, version)
    if as_json:
        print_json({"build_id": version.build_id, "page": page})
    else:
        terminal().print(str(shown(page)), soft_wrap=True)
