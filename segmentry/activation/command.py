"""The commands that bring segments to email platforms.

Exit codes: 0 when the platform is as the published version says, 1 when a sync could not be read,
was refused or failed, 2 when it was asked wrongly, 3 when it ran and the platform did not take
every row.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from segmentry.completion import completed
from segmentry.settings.shop import ROOT, Settings
from segmentry.terminal import Json, print_json, terminal, working

SYNCS = ROOT / "orchestration" / "syncs"
ROWS_WERE_REJECTED = 3

app = typer.Typer(no_args_is_help=True)


def folder_of_syncs() -> Path:
    """Return the folder of syncs; `SEGMENTRY_SYNCS_DIR` names another."""
    return ROOT / os.environ.get("SEGMENTRY_SYNCS_DIR", SYNCS)


def _sync_names() -> list[str]:
    """Return the names of the syncs there are, also of those that can't be read."""
    # `.env` may name the folder.
    Settings.from_environment()
    return sorted(path.stem for path in folder_of_syncs().glob("*.yml"))


sync_names = completed(_sync_names)
Name = Annotated[
    str,
    typer.Argument(help="the name of its file in orchestration/syncs", autocompletion=sync_names),
]


def sync_of(name: str) -> Any:
    """Return a sync.

    Raises:
        SyncError: when there is none of the name, it can't be read, or it contradicts another.
    """
    from segmentry.activation.config import check_experiments, read_sync, read_syncs
    from segmentry.activation.errors import SyncError
    from segmentry.settings.names import nearest

    path = folder_of_syncs() / f"{name}.yml"
    if not path.is_file():
        known = [path.stem for path in folder_of_syncs().glob("*.yml")]
        raise SyncError(f"There is no sync {name} in {folder_of_syncs()}.{nearest(name, known)}")
    sync = read_sync(path)
    if sync.holdout:
        check_experiments(read_syncs(folder_of_syncs()))
    return sync


def setting_of(name: str) -> Any:
    """Return a sync, and where it works.

    Raises:
        SyncError: when there is none of the name, or it can't be used.
    """
    from segmentry.activation.config import read_syncs, rivals_of
    from segmentry.activation.plans import Setting
    from segmentry.state.keys import Keys

    settings = Settings.from_environment()
    sync = sync_of(name)
    rivals = rivals_of(name, read_syncs(folder_of_syncs())) if sync.priority else {}
    return Setting(name, sync, settings.published, settings.state, Keys.from_environment(), rivals)


@app.command()
def syncs(as_json: Json = False) -> None:
    """List the syncs: where each goes, and how its last run ended."""
    from segmentry.activation.config import read_syncs
    from segmentry.activation.ledger import last_run
    from segmentry.activation.report import syncs_table

    found = read_syncs(folder_of_syncs())
    state = Settings.from_environment().state
    last = {name: last_run(state, name) for name in found}
    if as_json:
        print_json(
            [
                {
                    "name": name,
                    "platform": sync.platform,
                    "enabled": sync.enabled,
                    "last": last[name],
                }
                for name, sync in found.items()
            ]
        )
    else:
        terminal().print(syncs_table(found, last))


@app.command()
def plan(name: Name, as_json: Json = False) -> None:
    """Show what a sync would change; nothing is written to the platform."""
    from segmentry.activation.plans import make_plan
    from segmentry.activation.report import plan_as_dict, print_plan

    with working("comparing what is published with what was sent"):
        made = make_plan(setting_of(name))
    if as_json:
        print_json(plan_as_dict(made))
    else:
        print_plan(made, terminal())
    if made.objections:
        raise typer.Exit(1)


@app.command()
def apply(
    name: Name,
    allow_removals: Annotated[
        bool, typer.Option("--allow-removals", help="remove more than the guard allows, this once")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run the last plan of a sync."""
    from segmentry.activation.accounts import connect
    from segmentry.activation.api import Patience
    from segmentry.activation.engine import apply as run
    from segmentry.activation.exports import export, exports_folder
    from segmentry.activation.report import print_result, result_as_dict

    setting = setting_of(name)
    if setting.sync.platform == "files":
        written = export(setting, exports_folder(setting.state))
        if as_json:
            print_json(written)
        else:
            for audience, rows in written.items():
                terminal().print(f"{audience}: {rows:,} written")
        return
    patience = Patience(seconds=setting.sync.max_seconds)
    progress = Console(stderr=True)
    result = run(
        setting,
        connect(name, setting.sync, patience),
        patience,
        allow_removals,
        tell=lambda text: progress.print(f"[dim]{text}[/dim]", highlight=False),
    )
    if as_json:
        print_json(result_as_dict(result))
    else:
        print_result(result, _rows_of(setting, result.run_id), terminal())
    if result.status != "succeeded":
        raise typer.Exit(ROWS_WERE_REJECTED)


@app.command()
def status(name: Name, as_json: Json = False) -> None:
    """Show who is where because of a sync, and its last runs."""
    from contextlib import closing

    from segmentry.activation.ledger import Ledger
    from segmentry.activation.report import print_status

    setting = setting_of(name)
    with closing(Ledger(setting.state, setting.keys)) as ledger:
        runs = [dict(run) for run in ledger.runs(name)]
        sizes = [
            {"audience": audience, "state": state, "rows": rows}
            for (audience, state), rows in ledger.counts(name).items()
        ]
        jobs = [{"audience": job.audience, "job": job.job_id} for job in ledger.open_jobs(name)]
    if as_json:
        print_json({"runs": runs, "sizes": sizes, "open_jobs": jobs})
    else:
        print_status(name, runs, sizes, jobs, terminal())


@app.command()
def pull_suppressions(name: Name) -> None:
    """Learn from the account of a sync who must not be written to any more."""
    from contextlib import closing

    from segmentry.activation.accounts import connect
    from segmentry.activation.api import Patience
    from segmentry.activation.ledger import Ledger
    from segmentry.activation.noes import pull_all
    from segmentry.activation.records import write_records

    setting = setting_of(name)
    platform = connect(name, setting.sync, Patience(seconds=setting.sync.max_seconds))
    with closing(Ledger(setting.state, setting.keys)) as ledger:
        with working("asking the platform for its noes"):
            for audience in setting.sync.audiences:
                platform.prepare(audience.id, [])
            new = pull_all(platform, ledger, setting.account)
        write_records(ledger)
    terminal().print(f"{new:,} addresses are new among those that {name} writes to no more.")


@app.command()
def reconcile(
    name: Name,
    adopt: Annotated[
        bool,
        typer.Option(
            help="call those ours who are wanted and already there, as after a lost ledger"
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Hold the ledger against the platform's own members, and mend the ledger.

    Whom the platform lost is added by the next run; who is there and not ours is never removed.
    """
    from segmentry.activation.accounts import connect
    from segmentry.activation.api import Patience
    from segmentry.activation.reconcile import reconcile as hold_against
    from segmentry.activation.report import print_reconciled

    setting = setting_of(name)
    platform = connect(name, setting.sync, Patience(seconds=setting.sync.max_seconds))
    with working("asking the platform for its members"):
        found = hold_against(setting, platform, adopt)
    if as_json:
        print_json(found)
    else:
        print_reconciled(name, found, terminal())


@app.command()
def sync_schema() -> None:
    """Print the JSON schema by which editors check a sync's file."""
    from segmentry.activation.config import json_schema

    sys.stdout.write(json_schema())


def _rows_of(setting: Any, run_id: str) -> list[dict[str, Any]]:
    from contextlib import closing

    from segmentry.activation.ledger import Ledger

    with closing(Ledger(setting.state, setting.keys)) as ledger:
        return [dict(row) for row in ledger.rows_of_run(run_id)]
