"""The command `segmentry`, or `python -m segmentry`: build, publish, and ask what a change does.

Each command loads what it needs when it runs: Great Expectations takes seconds, and a roll-back
needs none of it.
"""

import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from segmentry.activation.command import app as syncs
from segmentry.completion import build_ids, segments
from segmentry.diff.command import app as diff
from segmentry.erasure.command import app as erasure
from segmentry.errors import SegmentryError
from segmentry.experiments.command import app as experiments
from segmentry.explain.command import app as explain
from segmentry.records.versions import KEPT_VERSIONS, Version
from segmentry.replay.command import app as replay
from segmentry.report.command import app as report
from segmentry.settings.privacy import keep_private
from segmentry.settings.project import PROJECT_DIR, check_project
from segmentry.settings.shop import ROOT, Settings
from segmentry.settings.variables import check_variables, read_variables
from segmentry.setup.command import doctor, init
from segmentry.terminal import Json, print_json, terminal, working

app = typer.Typer(
    name="segmentry",
    help="From a shop's raw files to named customer segments.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(explain)
app.add_typer(diff)
app.add_typer(report)
app.add_typer(syncs)
app.add_typer(erasure)
app.add_typer(replay)
app.add_typer(
    experiments,
    name="experiment",
    help="Did it work: what an experiment can show, how it stands, what came out.",
)
Vars = Annotated[str, typer.Option("--vars", help="dbt vars: '{idle_customers_days: 120}'")]
Accept = Annotated[
    list[str],
    typer.Option(
        metavar="NAME",
        autocompletion=segments,
        help="let a check that failed through, once, by its name or by that of the segment that "
        "swings; may be given several times",
    ),
]


@app.callback()
def in_project() -> None:
    """Refuse to work where there is no project."""
    check_project(ROOT)
    if os.environ.get(PROJECT_DIR):
        # Programs that are called work in another folder, in which a relative path means another.
        os.environ[PROJECT_DIR] = str(ROOT)


# In the order in which a new user needs them.
app.command()(init)
app.command()(doctor)


@app.command()
def build(
    given: Vars = "{}",
    publish: Annotated[bool, typer.Option(help="validate and publish what was built")] = False,
    as_json: Json = False,
) -> None:
    """Build the warehouse, test it, and print its summary.

    What is built is said by `.env`, by the environment and by --vars; with none of them, it is the
    demo shop. Data is tested here; unit tests, which look at the code alone, are for `make test`.
    """
    from segmentry.build.dbt_build import run_build
    from segmentry.build.summary import print_summary, read_summary
    from segmentry.publish.report import shown, version_as_dict

    console = Console(stderr=as_json)
    os.chdir(ROOT)
    settings = Settings.from_environment()
    settings.check(read_variables(given))
    shop = ", ".join(
        ([str(shown(settings.raw_dir))] if settings.raw_dir else [])
        + ([f"schema {settings.raw_schema} of the warehouse"] if settings.raw_schema else [])
        + [connector.name for connector in settings.connectors]
    )
    shop = "The demo shop" if settings.is_demo else shop
    console.print(f"[bold]{shop}[/bold]: from raw data to segments")
    started = time.monotonic()
    if not run_build(["build", "--exclude-resource-type", "unit_test", "--vars", given], console):
        console.print("The build failed; what failed stands above.", style="red")
        if as_json:
            print_json({"success": False, "warehouse": settings.warehouse})
        raise typer.Exit(1)
    print_summary(settings.warehouse, console)
    version = publish_build(settings, console) if publish else None
    seconds = time.monotonic() - started
    if as_json:
        print_json(
            {
                "success": True,
                "warehouse": settings.warehouse,
                "seconds": round(seconds, 1),
                "published": version and version_as_dict(version, settings.published),
                "summary": read_summary(settings.warehouse),
            }
        )
    console.print(f"[dim]{seconds:.0f} seconds; the warehouse is {shown(settings.warehouse)}[/dim]")
    console.print(
        "[dim]What each segment means: make docs. What a threshold moves: "
        "make what-if VARS='{idle_customers_days: 120}'[/dim]"
    )


def publish_build(
    settings: Settings,
    console: Console,
    accepted: Sequence[str] = (),
    keep: int = KEPT_VERSIONS,
    older: bool = False,
) -> Version:
    """Validate and publish the last build; say and return which version readers meet."""
    from segmentry.publish.last_build import publish_last_build
    from segmentry.publish.report import print_published

    with working("validating and publishing"):
        version = publish_last_build(settings, list(accepted), keep, older)
    print_published(version, settings, console)
    report_on(settings, version, console)
    return version


def report_on(settings: Settings, version: Version, console: Console) -> None:
    """Write the report of a version that was just published, which stands whatever comes of it."""
    from segmentry.publish.report import shown
    from segmentry.report.writing import write_report

    try:
        with working("writing the report"):
            write_report(settings.published, version)
    except SegmentryError as error:
        console.print(f"There is no report: {error}", style="yellow", markup=False, soft_wrap=True)
        return
    page = shown(settings.published) / "current" / "report" / "index.html"
    console.print(f"For people: {page}", style="bold", highlight=False, soft_wrap=True)


@app.command()
def publish(
    accept: Accept = [],  # noqa: B006
    older: Annotated[
        bool,
        typer.Option(
            "--older", help="publish though it is for an earlier day than the current version"
        ),
    ] = False,
    keep: Annotated[int, typer.Option(help="how many versions stay")] = KEPT_VERSIONS,
    as_json: Json = False,
) -> None:
    """Check the last build and make it the version that readers meet."""
    from segmentry.publish.report import version_as_dict

    settings = Settings.from_environment()
    console = Console(stderr=True) if as_json else terminal()
    version = publish_build(settings, console, accept, keep, older)
    if as_json:
        print_json(version_as_dict(version, settings.published))


@app.command()
def roll_back(
    build_id: Annotated[
        str | None,
        typer.Argument(help="the one before, when not named", autocompletion=build_ids),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make an earlier version current again."""
    from segmentry.publish.report import version_as_dict
    from segmentry.records.versions import roll_back as go_back

    published = Settings.from_environment().published
    version = go_back(published, build_id)
    if as_json:
        print_json(version_as_dict(version, published))
    else:
        terminal().print(f"Current is {version.build_id}, of {version.manifest.as_of_date}.")


@app.command()
def versions(as_json: Json = False) -> None:
    """List the versions that are kept."""
    from segmentry.publish.report import version_as_dict, versions_table
    from segmentry.records.versions import current_version, read_stored

    published = Settings.from_environment().published
    stored = read_stored(published)
    if as_json:
        kept = [version_as_dict(version, published) for version in stored.versions]
        print_json({"versions": kept, "damaged": stored.damaged})
    else:
        terminal().print(versions_table(stored, published))
    # Says in words when `current` was damaged or lost.
    current_version(published)


@app.command()
def check(
    accept: Accept = [],  # noqa: B006
    data_docs: Annotated[
        Path, typer.Option(metavar="FOLDER", help="where the page index.html goes")
    ] = ROOT / "target" / "validation",
    as_json: Json = False,
) -> None:
    """Validate the working warehouse: the exit code is 1 when it must not be published."""
    from segmentry.checks.data_docs import PAGE
    from segmentry.checks.report import print_validation
    from segmentry.publish.last_build import check_last_build

    with working("validating"):
        validation = check_last_build(Settings.from_environment(), accept, data_docs)
    if as_json:
        print_json(validation.to_dict())
    else:
        print_validation(validation, terminal())
        terminal().print(f"[dim]{data_docs / PAGE}[/dim]", soft_wrap=True)
    if not validation.success:
        raise typer.Exit(1)


@app.command()
def what_if(
    given: Vars = "{}",
    markdown: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Markdown for a pull request, `-` to print it"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what changed thresholds and rules would do to the segments, before they are merged."""
    from segmentry.what_if.computation import what_if as compute
    from segmentry.what_if.report import print_table, to_markdown

    warehouse = Settings.from_environment().warehouse
    with working("computing what changed, beside the last build"):
        result = compute(ROOT, warehouse, read_variables(given))
    if as_json:
        print_json(result)
    elif markdown is None:
        print_table(result, terminal())
    elif markdown == "-":
        sys.stdout.write(to_markdown(result))
    else:
        Path(markdown).write_text(to_markdown(result), encoding="utf-8")


@app.command()
def summary(
    warehouse: Annotated[Path | None, typer.Argument()] = None, as_json: Json = False
) -> None:
    """Print the summary of a warehouse: the one of the settings, or the one that is named."""
    from segmentry.build.summary import print_summary, read_summary

    named = warehouse or Settings.from_environment().warehouse
    if as_json:
        print_json(read_summary(named))
    else:
        print_summary(named, Console())


@app.command()
def profile(
    slowest: Annotated[int, typer.Option(min=1, help="how many models and tests are shown")] = 15,
    as_json: Json = False,
) -> None:
    """Show where the time of the last build went: its slowest models and tests, and their share."""
    from segmentry.build.profile import print_profile, read_profile

    warehouse = Settings.from_environment().warehouse
    if as_json:
        print_json(read_profile(warehouse)[:slowest])
    else:
        print_profile(warehouse, slowest, terminal())


@app.command()
def docs(given: Vars = "{}") -> None:
    """Write the documentation as a site that needs no server: target/site/index.html."""
    from segmentry.pages.site import build_site
    from segmentry.publish.report import shown

    settings = Settings.from_environment()
    variables = read_variables(given)
    check_variables(ROOT, variables)
    with working("reading the project and writing its pages"):
        start = build_site(ROOT, ROOT / "target", settings, variables)
    if not settings.warehouse.exists():
        print("There is no build yet: the site has no sizes, no examples and no lineage.")
    print(shown(start))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of the project.

    Args:
        arguments: the command and its options; those of the process by default.

    Returns:
        The exit code: 1 when the command could not do what was asked, 2 when it was asked wrongly.
    """
    keep_private()
    try:
        typer.main.get_command(app).main(
            args=None if arguments is None else list(arguments), prog_name="segmentry"
        )
    except SystemExit as end:
        return int(end.code or 0)
    except SegmentryError as error:
        Console(stderr=True).print(
            str(error), style="red", markup=False, highlight=False, soft_wrap=True
        )
    except Exception:
        from segmentry.activation.api import without_addresses

        # What a library says of an error may quote a row.
        sys.stderr.write(without_addresses(traceback.format_exc()))
    return 1


if __name__ == "__main__":
    sys.exit(main())
