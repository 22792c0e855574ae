"""Who would enter and leave each segment."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from segmentry.records.last_build import MEMBERSHIPS

SAMPLE_SIZE = 5

MOVEMENTS_QUERY = """
    with

    members_before as (
        select
            segment,
            customer_id,
            list(segment_value order by segment_value) as segment_values
        from {memberships_before}
        group by segment, customer_id
    ),

    members_after as (
        select
            segment,
            customer_id,
            list(segment_value order by segment_value) as segment_values
        from {memberships_after}
        group by segment, customer_id
    ),

    members as (
        select
            segment,
            customer_id,
            members_before.segment_values is not null as is_before,
            members_after.segment_values is not null as is_after,
            is_before and not is_after as leaves,
            is_after and not is_before as enters,
            is_before and is_after
            and members_before.segment_values <> members_after.segment_values as changes_value,
            coalesce(facts_before.net_revenue, 0) as revenue_before,
            coalesce(facts_after.net_revenue, 0) as revenue_after
        from members_before
        full outer join members_after using (segment, customer_id)
        left join {facts_before} as facts_before using (customer_id)
        left join {facts_after} as facts_after using (customer_id)
    ),

    segments as (
        select segment from {catalog}
        union
        select segment from members
    )

    select
        segments.segment,
        count(*) filter (where is_before) as customers_before,
        count(*) filter (where is_after) as customers_after,
        count(*) filter (where enters) as entering,
        count(*) filter (where leaves) as leaving,
        count(*) filter (where changes_value) as changing_value,
        coalesce(sum(revenue_after) filter (where enters), 0) as revenue_entering,
        coalesce(sum(revenue_before) filter (where leaves), 0) as revenue_leaving,
        coalesce(
            (list(customer_id order by revenue_after desc, customer_id) filter (where enters))
            [1:{sample_size}],
            []
        ) as entering_sample,
        coalesce(
            (list(customer_id order by revenue_before desc, customer_id) filter (where leaves))
            [1:{sample_size}],
            []
        ) as leaving_sample
    from segments
    left join members on segments.segment = members.segment
    group by segments.segment
    order by segments.segment
"""


@dataclass(frozen=True)
class Movement:
    """What happens to one segment.

    Attributes:
        segment: its name.
        customers_before: its customers in the last build.
        customers_after: its customers by today's definitions.
        entering: how many of them it hasn't now.
        leaving: how many it has now and would lose.
        changing_value: how many stay with another segment value, such as another age band.
        revenue_entering: net revenue of those who enter, in the reporting currency.
        revenue_leaving: net revenue of those who leave, in the reporting currency.
        entering_sample: ids of up to five who enter, those worth most first.
        leaving_sample: ids of up to five who leave, those worth most first.
    """

    segment: str
    customers_before: int
    customers_after: int
    entering: int
    leaving: int
    changing_value: int
    revenue_entering: Decimal
    revenue_leaving: Decimal
    entering_sample: list[str]
    leaving_sample: list[str]

    @property
    def has_moved(self) -> bool:
        """Whether anyone enters, leaves or gets another value."""
        return bool(self.entering or self.leaving or self.changing_value)


def compare_memberships(
    warehouse: Path, scratch: Path, computed: Collection[str]
) -> list[Movement]:
    """Compare the memberships of the last build with those by today's definitions.

    Args:
        warehouse: the DuckDB file of the last build.
        scratch: the DuckDB file that holds what was computed; it need not exist when nothing was.
        computed: the models in it; all others are the last build's.

    Returns:
        One movement per segment that either side knows of, by name.
    """
    memberships, facts = (
        f"{'scratch' if name in computed else 'last_build'}.{name}"
        for name in (MEMBERSHIPS, "customer_facts")
    )
    with duckdb.connect() as connection:
        attach(connection, warehouse, "last_build")
        if computed:
            attach(connection, scratch, "scratch")
        cursor = connection.execute(
            MOVEMENTS_QUERY.format(
                memberships_before=f"last_build.{MEMBERSHIPS}",
                memberships_after=memberships,
                facts_before="last_build.customer_facts",
                facts_after=facts,
                catalog="last_build.segment_catalog",
                sample_size=SAMPLE_SIZE,
            )
        )
        names = [column[0] for column in cursor.description]
        return [Movement(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def attach(connection: duckdb.DuckDBPyConnection, database: Path, alias: str) -> None:
    """Attach a DuckDB file for reading only."""
    path = str(database).replace("'", "''")
    connection.execute(f"attach '{path}' as {alias} (read_only)")
