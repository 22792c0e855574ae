"""The command `segmentry experiment`: what one can show, how it stands, what came out."""

from typing import Annotated, Any

import typer

from segmentry.activation.command import sync_names
from segmentry.settings.shop import Settings
from segmentry.terminal import Json, print_json, terminal

app = typer.Typer(no_args_is_help=True)


@app.command()
def plan(
    name: Annotated[
        str, typer.Argument(help="of a sync that names a holdout", autocompletion=sync_names)
    ],
    as_json: Json = False,
) -> None:
    """Show the smallest lift that the audiences of a sync can show, and how long it takes."""
    from segmentry.activation.command import sync_of
    from segmentry.activation.errors import SyncError
    from segmentry.experiments.planning import plan_experiment
    from segmentry.experiments.readout import number, plan_table

    sync = sync_of(name)
    if sync.holdout is None:
        raise SyncError(
            f"The sync {name} names no experiment: add `holdout:` with name, share, starts_on, "
            "ends_on and outcome_days."
        )
    planned = plan_experiment(_version(), sync, sync.holdout)
    if as_json:
        print_json(planned)
        return
    console = terminal()
    console.print(
        f"[bold]{planned.experiment}[/bold] holds out {planned.share:.0%} of {planned.people:,} "
        "people"
        + (
            f", and {planned.newcomers:,.1f} come a day."
            if planned.newcomers is not None
            else "; no history tells how many come."
        )
    )
    days = sync.holdout.outcome_days
    observed = (
        f"Who was in them {days} days ago" if planned.were_members else "Who is in them today"
    )
    means = (f"{number(base.mean)} {base.outcome.replace('_', ' ')}" for base in planned.baselines)
    console.print(f"{observed}, in the last {days} days, per person: {', '.join(means)}.")
    console.print(plan_table(planned))
    console.print(
        "[dim]The smallest lift that 80 of 100 such experiments find, in a 95 % interval and "
        "without what is adjusted; first as the sync says, then for other lengths.[/dim]"
    )


@app.command()
def status(as_json: Json = False) -> None:
    """Show how experiments stand: who is in which arm, and what is still to be waited for."""
    from segmentry.activation.command import folder_of_syncs
    from segmentry.activation.config import check_experiments, read_syncs
    from segmentry.experiments.readout import read_status, status_table

    syncs = read_syncs(folder_of_syncs())
    check_experiments(syncs)
    rows = read_status(_version(), syncs)
    if as_json:
        print_json(rows)
    else:
        terminal().print(status_table(rows) if rows else "There is no experiment.")


@app.command()
def results(
    experiment: Annotated[str | None, typer.Argument(help="one of them; all without")] = None,
    as_json: Json = False,
) -> None:
    """Show what came out: means, difference, interval and lift, plain and adjusted."""
    from segmentry.activation.errors import SyncError
    from segmentry.experiments.readout import read_results, remarks, results_table
    from segmentry.settings.names import nearest

    rows = read_results(_version())
    known = {row["experiment"] for row in rows}
    if experiment is not None and experiment not in known:
        raise SyncError(
            f"Nobody is assigned in an experiment {experiment}.{nearest(experiment, known)}"
        )
    rows = [row for row in rows if experiment in (None, row["experiment"])]
    if as_json:
        print_json(rows)
    elif not rows:
        terminal().print("There is no experiment.")
    else:
        terminal().print(results_table(rows))
        for remark in remarks(rows):
            terminal().print(remark, markup=False)


def _version() -> Any:
    """Return the version that is current.

    Raises:
        RefusedError: when there is none, or it is older than experiments.
    """
    from segmentry.activation.errors import RefusedError
    from segmentry.records.versions import current_version

    version = current_version(Settings.from_environment().published)
    if version is None or "experiment_results" not in version.manifest.row_counts:
        raise RefusedError("No version is published that knows experiments: build and publish.")
    return version
