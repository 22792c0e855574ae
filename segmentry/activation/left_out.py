"""Who is in an audience and not sent to it: by an experiment, by rank, or by a cap."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from segmentry.activation.audiences import as_text, members_of
from segmentry.activation.config import Sync

NOBODY = "select null as customer_id where false"
# The day of the version, as the connection to it knows it.
DAY = "getvariable('as_of_date')"
# Tables of a version that a version of before may lack, as if nobody stood in them.
LATER_TABLES = {
    "experiment_assignments": "null as experiment, null as customer_id, null as arm",
    "email_deliveries": "null as customer_id, null as delivered_on, null as delivery_count",
}


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
        detail: which experiment, the audience of which sync, or which cap.
        people: how many, of those who may be written to.
    """

    audience: str
    cause: Cause
    detail: str
    people: int


def add_later_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a view of each table that the version may lack."""
    there = {
        table
        for (table,) in connection.execute(
            "select table_name from information_schema.tables where table_catalog = 'bi'"
        ).fetchall()
    }
    for table, columns in LATER_TABLES.items():
        rows = f"from bi.{table}" if table in there else f"select {columns} where false"
        connection.execute(f"create temp view {table} as {rows}")


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
    return (
        "select customer_id from experiment_assignments "
        f"where experiment = {as_text(sync.holdout.name)}"
    )


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
