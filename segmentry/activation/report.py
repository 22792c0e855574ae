"""What people and programs are shown of syncs; addresses are masked, keys are cut."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from segmentry.activation.config import Sync
from segmentry.activation.difference import Kind
from segmentry.activation.engine import Result
from segmentry.activation.left_out import Cause
from segmentry.activation.plans import Plan

SHOWN = {
    Kind.ADD: "add",
    Kind.UPDATE: "update",
    Kind.REMOVE: "remove",
    Kind.WITHDRAW: "take out: a no",
    Kind.KEEP: "as it is",
    Kind.HOLD_BACK: "held back",
    Kind.WAIT: "waiting",
}
CAUSES = {
    Cause.HOLDOUT: "held out by the experiment",
    Cause.PRIORITY: "who are in an audience of",
    Cause.CAP: "who had deliveries:",
}
STYLES = {
    "succeeded": "green",
    "running": "yellow",
    "rejected": "yellow",
    "out of time": "yellow",
    "refused": "red",
    "failed": "red",
    "cut off": "red",
}
# Digits of a keyed hash that tell rows apart.
KEY_DIGITS = 12


def syncs_table(syncs: Mapping[str, Sync], last: Mapping[str, Mapping[str, Any] | None]) -> Table:
    """Return the syncs, and how the last run of each ended."""
    table = Table("sync", "platform", "audiences", "scheduled", "last run", "ended", box=None)
    for name, sync in syncs.items():
        run = last[name]
        table.add_row(
            name,
            sync.platform,
            f"{len(sync.audiences):,}",
            "yes" if sync.enabled else "no",
            run["started_at"][:16].replace("T", " ") if run else "never",
            _status(run["status"]) if run else "",
        )
    return table


def print_plan(plan: Plan, console: Console) -> None:
    """Print what a sync would change, audience by audience, with a few rows of each kind."""
    console.print(f"[bold]{plan.sync}[/bold], version {plan.build_id}")
    table = Table("audience", "ours now", *SHOWN.values(), box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for audience, kinds in plan.counts.items():
        counts = (f"{kinds[kind]:,}" if kinds[kind] else "" for kind in SHOWN)
        table.add_row(audience, f"{plan.sizes.get(audience, 0):,}", *counts)
    console.print(table)
    for conflict in plan.conflicts:
        console.print(
            f"{conflict.audience}: {conflict.people:,} left out, {CAUSES[conflict.cause]} "
            f"{conflict.detail}.",
            markup=False,
        )
    for kind, audience, address in plan.samples:
        console.print(f"[dim]  {SHOWN[kind]}: {address} in {audience}[/dim]")
    for objection in plan.objections:
        console.print(objection, style="red")
    if plan.is_empty:
        console.print("Nothing to write: the platform is as this version says.", style="green")
    elif not plan.objections:
        console.print(f"Nothing was written. To run it: segmentry apply {plan.sync}")


def plan_as_dict(plan: Plan) -> dict[str, Any]:
    """Return a plan for programs."""
    return {
        "plan_id": plan.plan_id,
        "sync": plan.sync,
        "build_id": plan.build_id,
        "audiences": {
            audience: {"ours": plan.sizes.get(audience, 0)}
            | {kind.value: rows for kind, rows in kinds.items()}
            for audience, kinds in plan.counts.items()
        },
        "conflicts": [asdict(conflict) for conflict in plan.conflicts],
        "objections": plan.objections,
        "is_empty": plan.is_empty,
    }


def print_result(result: Result, rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print what a run did, and the rows that it did not bring to the platform."""
    console.print(
        f"{_status(result.status)}: {result.added:,} added, {result.updated:,} updated, "
        f"{result.removed:,} removed, {result.rejected:,} rejected, {result.waiting:,} waiting, "
        f"{result.held_back:,} held back."
    )
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        reasons.setdefault((row["audience"], row["result"], row["reason"]), []).append(row["key"])
    if not reasons:
        return
    table = Table("audience", "result", "reason", "rows", "such as", box=None)
    for (audience, outcome, reason), keys in sorted(reasons.items()):
        shown = ", ".join(key[:KEY_DIGITS] for key in keys[:3])
        table.add_row(audience, outcome, reason, f"{len(keys):,}", shown)
    console.print(table)


def result_as_dict(result: Result) -> dict[str, Any]:
    """Return what a run did for programs."""
    return asdict(result)


def print_status(
    name: str,
    runs: Sequence[Mapping[str, Any]],
    sizes: Sequence[Mapping[str, Any]],
    jobs: Sequence[Mapping[str, Any]],
    console: Console,
) -> None:
    """Print who is where because of a sync, and its last runs."""
    console.print(f"[bold]{name}[/bold]")
    table = Table("audience", "state", "rows", box=None)
    for size in sizes:
        table.add_row(size["audience"], size["state"], f"{size['rows']:,}")
    console.print(table if sizes else "Nobody is anywhere because of it yet.")
    if jobs:
        console.print(f"{len(jobs):,} jobs have not told their end; the next run asks for it.")
    if runs:
        names = ("added", "updated", "removed", "rejected", "waiting", "held_back")
        history = Table("run", "status", *(name.replace("_", " ") for name in names), box=None)
        for run in runs:
            counts = (f"{run[name]:,}" for name in names)
            history.add_row(run["run_id"], _status(run["status"]), *counts)
        console.print(history)
        if runs[0]["message"]:
            console.print(runs[0]["message"], markup=False)


def print_reconciled(name: str, found: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print how the ledger and the platform differed."""
    console.print(f"[bold]{name}[/bold]")
    for audience in found:
        if audience["ours"] is None:
            console.print(f"{audience['audience']}: the platform does not tell its members.")
            continue
        adopted = f", {audience['adopted']:,} adopted" if audience["adopted"] else ""
        console.print(
            f"{audience['audience']}: {audience['ours']:,} ours, {audience['lost']:,} that the "
            f"platform lost, {audience['strangers']:,} who are not ours{adopted}."
        )


def _status(status: str) -> str:
    return f"[{STYLES.get(status, 'default')}]{status}[/]"
