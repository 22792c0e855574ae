"""What came in: new enough, and rarely of nobody."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from segmentry.checks.results import Severity
from segmentry.checks.rules import Check, Figure, NoRows
from segmentry.checks.thresholds import Thresholds
from segmentry.settings.shop import ROOT

SOURCES = ROOT / "models" / "staging" / "raw" / "_raw__sources.yml"

# Without orders nothing is right; the other tables may be late, or not there at all.
REQUIRED = "orders"
# A shop that was closed for ten days at Christmas has no order for longer without having lost any.
PAUSES_WAITED = 3
NEVER = 1_000_000
# The table of an audit with a column per raw table: how old its newest row is, in days.
AGES = "raw_table_ages"


def read_raw_tables(sources: Path = SOURCES) -> dict[str, str | None]:
    """Return the tables of the raw contract, each with the column that dates its rows, if any."""
    contract = yaml.load(sources.read_text(encoding="utf-8"), yaml.CSafeLoader)
    tables = next(source["tables"] for source in contract["sources"] if source["name"] == "raw")
    dates = {}
    for table in tables:
        meta = table.get("config", {}).get("meta", {})
        dates[table["name"]] = meta.get("own_timestamp") or meta.get("own_date")
    return dates


def raw_checks(
    tables: Mapping[str, str | None], thresholds: Thresholds, longest_pause: int
) -> Iterator[Check]:
    """Yield what must hold of the age of raw tables and of the identities in them.

    Args:
        tables: the raw tables, each with the column that dates its rows, if any.
        thresholds: the limits of the build.
        longest_pause: days from one day with orders to the next, at most, in the last year.
    """
    limits = dict(thresholds.max_raw_age_days)
    limits[REQUIRED] = max(limits[REQUIRED], PAUSES_WAITED * longest_pause)
    for table in (table for table, column in tables.items() if column):
        yield Check(
            f"stg_{table}_is_fresh",
            f"stg_{table}",
            Figure(
                f"select * from {AGES}",
                table,
                f"the newest row of {table} is {{value:.1f}} days old",
                maximum=limits.get(table),
            ),
            Severity.BLOCKING if table == REQUIRED else Severity.WARNING,
        )
    yield Check(
        "identity_conflicts_are_absent",
        "identity_conflicts",
        NoRows(
            "select conflict as id from checked as conflicts",
            "identifiers that are nobody's or were left unjoined",
        ),
        Severity.WARNING,
    )
    yield Check(
        "identity_conflicts_are_few",
        "identity_conflicts",
        Figure(
            conflict_share_query(),
            "conflict_share",
            "{value:.2%} of all identifiers are nobody's or were left unjoined",
            maximum=thresholds.max_identity_conflict_share,
        ),
    )


def age_query(tables: Mapping[str, str | None]) -> str:
    """Return the query for the days between each table's newest row and the instant of the build.

    Rows from after that instant don't count, so that a past day is judged by what was there then.
    A table without rows is not late, except the one that is required. A date lasts to its end.
    """
    columns = []
    for table, column in tables.items():
        if not column:
            continue
        if column.endswith("_date"):
            ended_at = f"cast({column} + 1 as timestamp)"
            seen = f"{column} <= as_of_date"
        else:
            ended_at = column
            seen = f"{column} < as_of"
        nothing = NEVER if table == REQUIRED else 0
        columns.append(
            f"""(
                select
                    case
                        when count({column}) = 0 then {nothing}
                        else greatest(0, date_diff('second', max({ended_at}), max(as_of))) / 86400.0
                    end
                from stg_{table}
                cross join int_as_of
                where {seen}
            ) as {table}"""
        )
    return f"select {', '.join(columns)}"


def pause_query() -> str:
    """Return the query for the most days from one day with orders to the next, in the last year."""
    return """
        select coalesce(max(pause), 0) as longest_pause
        from (
            select ordered_on - lag(ordered_on) over (order by ordered_on) as pause
            from (
                select distinct cast(ordered_at as date) as ordered_on
                from stg_orders
                cross join int_as_of
                where ordered_at >= as_of - interval 1 year and ordered_at < as_of
            ) as days
        ) as pauses
    """


def conflict_share_query() -> str:
    """Return the query for the identifiers in conflict as a share of all identifiers."""
    return """
        select
            coalesce(
                conflict_count / nullif(cast(conflict_count + identifier_count as double), 0), 0
            ) as conflict_share
        from (
            select
                (select count(*) from identity_conflicts) as conflict_count,
                (select count(*) from identity_map) as identifier_count
        ) as counts
    """
