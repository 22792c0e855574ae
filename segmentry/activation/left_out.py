"""Who is in an audience and not sent to it: by an experiment, by rank, or by a cap."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from segmentry.activation.audiences import as_text, members_of
from segmentry.activation.config import Sync
from segmentry.activation.errors import RefusedError

NOBODY = "select null as customer_id where false"
# The day of the version, as the connection to it knows it.
DAY = "getvariable('as_of_date')"
ASSIGNMENTS = "experiment_assignments"
NO_ASSIGNMENTS = "select null as experiment, null as customer_id, null as arm where false"
DELIVERIES = "email_deliveries"


class Cause(StrEnum):
    """What holds somebody back."""

    HOLDOUT = "holdout"
    PRIORITY = "priority"
    CAP = "cap"


@dataclass(frozen=True)
class Conflict:
    """People of an audience who are not sent to it.

    Attributes:
        audience: its id.
        cause: what holds them back; of several the first counts, as they stand in `Cause`.
        detail: which experiment; which sync, or audience of the same, comes first; which cap.
        people: how many, of those who may be written to.
    """

    audience: str
    cause: Cause
    detail: str
    people: int


def add_assignments(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a view of who is in which arm; a version from before experiments has nobody in it."""
    rows = f"from bi.{ASSIGNMENTS}" if ASSIGNMENTS in _tables(connection) else NO_ASSIGNMENTS
    connection.execute(f"create temp view {ASSIGNMENTS} as {rows}")


def check_deliveries(connection: duckdb.DuckDBPyConnection, name: str, sync: Sync) -> None:
    """Refuse a cap where the version does not tell who had how many emails.

    Raises:
        RefusedError: saying so.
    """
    if sync.max_deliveries and DELIVERIES not in _tables(connection):
        raise RefusedError(
            f"The sync {name} says max_deliveries, and the published version is older than "
            f"{DELIVERIES}: build and publish a newer one."
        )


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {
        table
        for (table,) in connection.execute(
            "select table_name from information_schema.tables where table_catalog = 'bi'"
        ).fetchall()
    }


def left_out_of(sync: Sync, place: int, rivals: Mapping[str, Sync]) -> str:
    """Return a select of who is left out of the audience at a place of a sync, and the first cause.

    It is empty when the sync names no cause.

    Args:
        sync: what it says.
        place: of the audience.
        rivals: the syncs that come before it in its group, by name.
    """
    selects = [
        f"select customer_id, {number} as number, '{cause}' as cause, {as_text(detail)} as detail "
        f"from ({people})"
        for number, (cause, detail, people) in enumerate(_causes(sync, place, rivals))
    ]
    if not selects:
        return ""
    return f"""
        select customer_id, arg_min(cause, number) as cause, arg_min(detail, number) as detail
        from ({" union all ".join(selects)})
        group by customer_id
    """


def drawn_in(sync: Sync) -> str:
    """Return a select of who has drawn a lot in the experiment of a sync."""
    if sync.holdout is None:
        return NOBODY
    return f"select customer_id from {ASSIGNMENTS} where experiment = {as_text(sync.holdout.name)}"


def is_drawing(sync: Sync) -> str:
    """Return the condition that people still have to draw before they are added."""
    if sync.holdout is None:
        return "false"
    return f"{DAY} <= date '{sync.holdout.ends_on}'"


def count_conflicts(
    connection: duckdb.DuckDBPyConnection, sync: Sync, rivals: Mapping[str, Sync]
) -> list[Conflict]:
    """Return who is held back from each audience by what.

    Args:
        connection: to a version.
        sync: what it says.
        rivals: the syncs that come before it in its group, by name.
    """
    return [
        Conflict(audience.id, Cause(cause), detail, people)
        for place, audience in enumerate(sync.audiences)
        if (left_out := left_out_of(sync, place, rivals))
        for cause, detail, people in connection.execute(
            f"""
            select left_out.cause, left_out.detail, count(*)
            from ({members_of(audience)}) as members
            inner join contacts.activation_profiles as profiles
                on members.customer_id = profiles.customer_id
            inner join ({left_out}) as left_out
                on members.customer_id = left_out.customer_id
            group by left_out.cause, left_out.detail
            order by left_out.cause, left_out.detail
            """
        ).fetchall()
    ]


def _causes(sync: Sync, place: int, rivals: Mapping[str, Sync]) -> Iterator[tuple[Cause, str, str]]:
    """Yield each cause that may leave people out, its detail, and a select of them."""
    if sync.holdout:
        held_out = (
            f"{drawn_in(sync)} and arm = 'held_out' "
            f"and {DAY} <= date '{sync.holdout.held_out_until}'"
        )
        yield Cause.HOLDOUT, sync.holdout.name, held_out
    if sync.priority:
        for name, rival in rivals.items():
            # Whoever a rival holds out is no more ours: else we would be what it is compared with.
            yield Cause.PRIORITY, name, " union ".join(map(members_of, rival.audiences))
        for audience in sync.audiences[:place]:
            yield Cause.PRIORITY, audience.id, members_of(audience)
    if cap := sync.max_deliveries:
        had_enough = (
            f"select customer_id from bi.{DELIVERIES} "
            f"where delivered_on > {DAY} - {cap.days} and delivered_on <= {DAY} "
            f"group by customer_id having sum(delivery_count) >= {cap.count}"
        )
        yield Cause.CAP, f"{cap.count} in {cap.days} days", had_enough
