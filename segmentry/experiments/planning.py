"""What an experiment can show, before it starts: the smallest lift, and how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from segmentry.activation.audiences import is_in, members_of
from segmentry.activation.config import Holdout, Sync
from segmentry.experiments.statistics import smallest_difference
from segmentry.records.databases import BI
from segmentry.records.versions import Version
from segmentry.settings.memory import limit_memory

# For how many days people could be assigned, beside those that the sync says.
LENGTHS = (1, 14, 28, 56, 91, 182, 364)
# Days of the past by which it is told how many come.
PAST_DAYS = 28
OUTCOMES = ("buyers", "orders", "net_revenue")


@dataclass(frozen=True)
class Baseline:
    """What the people of an audience bought in as many days as will count.

    Attributes:
        outcome: what is counted of each.
        mean: per person.
        deviation: standard deviation between people.
    """

    outcome: str
    mean: float
    deviation: float


@dataclass(frozen=True)
class Prospect:
    """What an experiment shows that assigns people for some days.

    Attributes:
        days: for how many people are assigned.
        ready_after: days from its start until all outcomes are known.
        people: how many are assigned by then.
        smallest_lifts: by outcome, the smallest relative lift that 80 of 100 such experiments find;
            None where nobody buys.
    """

    days: int
    ready_after: int
    people: int
    smallest_lifts: dict[str, float | None]


@dataclass(frozen=True)
class Planned:
    """What is known of an experiment beforehand.

    Attributes:
        experiment: its name.
        share: that is held out.
        people: in its audiences today, whether they may be written to or not.
        newcomers: how many come a day, by the last weeks; None where no history tells.
        were_members: whether the baselines are of who was in the audiences as many days ago as will
            count; else the history does not go so far, and they are of who is in them today.
        baselines: what these bought since.
        prospects: by the days of assigning; the first are those that the sync says.
    """

    experiment: str
    share: float
    people: int
    newcomers: float | None
    were_members: bool
    baselines: list[Baseline]
    prospects: list[Prospect]


def plan_experiment(version: Version, sync: Sync, holdout: Holdout) -> Planned:
    """Say what an experiment can show, as if its days were like those before the version.

    Args:
        version: whose people are looked at.
        sync: whose audiences it is of.
        holdout: its terms.
    """
    with duckdb.connect() as connection:
        limit_memory(connection)
        connection.execute(f"attach '{version.folder / BI.file}' as bi (read_only)")
        connection.execute("set variable day = $day", {"day": version.manifest.as_of_date})
        connection.execute(f"create temp table members as {_members(sync)}")
        ((people,),) = connection.execute("select count(*) from members").fetchall()
        newcomers = _newcomers(connection, sync)
        were_members = _choose_observed(connection, sync, holdout.outcome_days)
        baselines = _baselines(connection, holdout.outcome_days)
    said = (holdout.ends_on - holdout.starts_on).days + 1
    # Where nobody comes, or it is not known who does, more days are not more people.
    others = [length for length in LENGTHS if length != said] if newcomers else []
    prospects = [
        _prospect(length, holdout, int(people + (newcomers or 0) * (length - 1)), baselines)
        for length in (said, *others)
    ]
    return Planned(
        holdout.name, holdout.share, people, newcomers, were_members, baselines, prospects
    )


def _prospect(days: int, holdout: Holdout, people: int, baselines: Sequence[Baseline]) -> Prospect:
    held_out = people * holdout.share
    smallest = {
        base.outcome: smallest_difference(base.deviation, people - held_out, held_out) / base.mean
        if base.mean > 0
        else None
        for base in baselines
    }
    return Prospect(days, days - 1 + holdout.outcome_days, people, smallest)


def _members(sync: Sync) -> str:
    """Return a select of who is in an audience, whether they may be written to or not."""
    return " union ".join(
        "select customer_id from bi.customer_facts" if audience.everyone else members_of(audience)
        for audience in sync.audiences
    )


def _newcomers(connection: duckdb.DuckDBPyConnection, sync: Sync) -> float | None:
    """Return how many people a day are in a segment of the sync for the first time."""
    if any(audience.everyone for audience in sync.audiences):
        return None
    segments = " or ".join(is_in(audience) for audience in sync.audiences)
    ((days, count),) = connection.execute(
        f"""
        with

        firsts as (
            select customer_id, min(entered_on) as entered_on
            from bi.segment_history
            where {segments}
            group by customer_id
        ),

        -- On the first published day everybody entered.
        days as (
            select greatest(min(entered_on), getvariable('day') - {PAST_DAYS}) as after_day
            from bi.segment_history
        )

        select
            any_value(getvariable('day') - days.after_day),
            count(*) filter (where firsts.entered_on > days.after_day)
        from days
        left join firsts on true
        """
    ).fetchall()
    return count / days if days else None


def _choose_observed(connection: duckdb.DuckDBPyConnection, sync: Sync, days: int) -> bool:
    """Make a table of the people whose orders are looked at, and tell whether they are of then.

    Who is idle today has not bought of late, by definition: what idle customers do is told by those
    who were idle some days ago.
    """
    if not any(audience.everyone for audience in sync.audiences):
        segments = " or ".join(is_in(audience) for audience in sync.audiences)
        connection.execute(
            f"""
            create temp table observed as
            select distinct customer_id
            from bi.segment_history
            where ({segments})
                and entered_on <= getvariable('day') - {days}
                and coalesce(exited_on > getvariable('day') - {days}, true)
            """
        )
        if connection.execute("select 1 from observed limit 1").fetchall():
            return True
    connection.execute("create or replace temp table observed as from members")
    return False


def _baselines(connection: duckdb.DuckDBPyConnection, days: int) -> list[Baseline]:
    ((*figures,),) = connection.execute(
        """
        with

        sums as (
            select
                observed.customer_id,
                count(orders.customer_id) as orders,
                least(count(orders.customer_id), 1) as buyers,
                coalesce(cast(sum(orders.net_revenue) as double), 0) as net_revenue
            from observed
            left join bi.orders as orders
                on observed.customer_id = orders.customer_id
                and orders.is_valid
                and orders.ordered_on > getvariable('day') - cast($days as integer)
            group by observed.customer_id
        )

        select
            avg(buyers), stddev_samp(buyers), avg(orders), stddev_samp(orders),
            avg(net_revenue), stddev_samp(net_revenue)
        from sums
        """,
        {"days": days},
    ).fetchall()
    return [
        Baseline(outcome, figures[2 * place] or 0.0, figures[2 * place + 1] or 0.0)
        for place, outcome in enumerate(OUTCOMES)
    ]
