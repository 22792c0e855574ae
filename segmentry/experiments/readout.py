"""What a published version says of experiments: who is in which arm, and what came out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
from rich.table import Table

from segmentry.activation.config import Sync
from segmentry.experiments.planning import Planned
from segmentry.records.databases import BI
from segmentry.records.versions import Version
from segmentry.settings.memory import limit_memory

Row = dict[str, Any]


def read_results(version: Version) -> list[Row]:
    """Return `experiment_results`, by experiment and outcome."""
    return _rows(version, "select * exclude (build_id) from bi.experiment_results order by all")


def read_status(version: Version, syncs: Mapping[str, Sync]) -> list[Row]:
    """Return how each experiment stands that a sync names, or that people were assigned in.

    Args:
        version: what is published.
        syncs: those of the shop, by name.
    """
    assigned = {
        row["experiment"]: row
        for row in _rows(
            version,
            """
            select
                experiment,
                count(*) filter (where arm = 'sent') as sent,
                count(*) filter (where arm = 'held_out') as held_out,
                count(*) filter (where not is_complete) as pending,
                cast(min(assigned_on) as varchar) as first_assigned_on,
                cast(max(assigned_on) as varchar) as last_assigned_on
            from bi.experiment_outcomes
            group by experiment
            """,
        )
    }
    day = version.manifest.as_of_date
    nobody: Row = {"sent": 0, "held_out": 0, "pending": 0}
    nobody |= dict.fromkeys(("first_assigned_on", "last_assigned_on"))
    said = {sync.holdout.name: sync.holdout for sync in syncs.values() if sync.holdout}
    rows = []
    for experiment in sorted(said.keys() | assigned.keys()):
        terms = said.get(experiment)
        of_syncs = [
            name for name, sync in syncs.items() if sync.holdout and sync.holdout.name == experiment
        ]
        stage = _stage(day, terms.starts_on, terms.ends_on, terms.held_out_until) if terms else None
        rows.append(
            {"experiment": experiment, "syncs": of_syncs, "stage": stage or "named by no sync"}
            | (terms.model_dump(mode="json", exclude={"name"}) if terms else {})
            | (assigned.get(experiment) or nobody)
        )
    return rows


def _stage(day: date, starts_on: date, ends_on: date, held_out_until: date) -> str:
    if day < starts_on:
        return "not begun"
    if day <= ends_on:
        return "running"
    return "waiting for outcomes" if day <= held_out_until else "over"


def _rows(version: Version, query: str) -> list[Row]:
    with duckdb.connect() as connection:
        limit_memory(connection)
        connection.execute(f"attach '{version.folder / BI.file}' as bi (read_only)")
        found = connection.execute(query)
        names = [column for column, *_ in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def status_table(rows: Sequence[Row]) -> Table:
    """Return how experiments stand."""
    table = Table("experiment", "syncs", "stage", "days", "share", box=None)
    for name in ("sent", "held out", "pending"):
        table.add_column(name, justify="right")
    for row in rows:
        has_terms = "share" in row
        table.add_row(
            row["experiment"],
            ", ".join(row["syncs"]),
            row["stage"],
            f"{row['starts_on']} to {row['ends_on']} + {row['outcome_days']}" if has_terms else "",
            f"{row['share']:.0%}" if has_terms else "",
            *(f"{row[name]:,}" for name in ("sent", "held_out", "pending")),
        )
    return table


def results_table(rows: Sequence[Row]) -> Table:
    """Return what came out, the adjusted estimate below the plain one where it tells more."""
    table = Table("experiment", "outcome", box=None)
    for name in (
        "sent",
        "held out",
        "difference",
        "95 % interval",
        "lift",
        "p",
        "variance removed",
    ):
        table.add_column(name, justify="right")
    for row in rows:
        if row["is_withheld"]:
            table.add_row(row["experiment"], row["outcome"], *[""] * 3, "withheld", "", "", "")
            continue
        table.add_row(
            row["experiment"],
            row["outcome"],
            number(row["sent_mean"]),
            number(row["held_out_mean"]),
            *_estimate(row, ""),
            "",
        )
        if row["variance_removed"]:
            removed = f"{row['variance_removed']:.0%}"
            table.add_row("", "adjusted", "", "", *_estimate(row, "adjusted_"), removed)
    return table


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return what has to be known of results, experiment by experiment."""
    told = []
    for experiment, row in {row["experiment"]: row for row in rows}.items():
        if row["is_withheld"]:
            told.append(
                f"{experiment} says nothing: arms so uneven have a chance of "
                f"{row['sample_ratio_p_value']:.1e} (1 in 1,000 is allowed). The share was changed "
                "while it ran, or people were lost from one arm: begin anew under another name."
            )
        elif row["pending_people_count"]:
            told.append(
                f"{experiment} is not final: {row['pending_people_count']:,} people have days left "
                f"in which what they buy counts, {row['sent_people_count']:,} who are sent and "
                f"{row['held_out_people_count']:,} who are held out are counted."
            )
        else:
            told.append(
                f"{experiment} is final, of {row['sent_people_count']:,} people who are sent and "
                f"{row['held_out_people_count']:,} who are held out."
            )
    return told


def plan_table(planned: Planned) -> Table:
    """Return what an experiment can show, by the days for which people are assigned."""
    table = Table("assigning days", "result after days", "people", box=None)
    for base in planned.baselines:
        table.add_column(f"lift of {base.outcome.replace('_', ' ')}", justify="right")
    for place, prospect in enumerate(planned.prospects):
        lifts = prospect.smallest_lifts.values()
        table.add_row(
            f"{prospect.days:,}",
            f"{prospect.ready_after:,}",
            f"{prospect.people:,}",
            *("nobody buys" if lift is None else f"{lift:.0%}" for lift in lifts),
            style="bold" if not place else None,
        )
    return table


def _estimate(row: Row, kind: str) -> tuple[str, str, str, str]:
    low, high = row[f"{kind}difference_low"], row[f"{kind}difference_high"]
    lift, p_value = row[f"{kind}relative_lift"], row[f"{kind}p_value"]
    return (
        number(row[f"{kind}difference"]),
        "" if low is None else f"{number(low)} to {number(high)}",
        "" if lift is None else f"{lift:+.1%}",
        "" if p_value is None else f"{p_value:.3f}",
    )


def number(value: float | None) -> str:
    """Return a figure per person; large ones have fewer digits."""
    if value is None:
        return ""
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:,.4f}"
