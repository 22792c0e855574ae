"""What differs between two published versions: definitions, sizes, who moved and why, in counts."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from segmentry.errors import RecordsError
from segmentry.reading import sql
from segmentry.records.databases import BI, DATABASES, Database
from segmentry.records.versions import Version, current_version, read_version
from segmentry.settings.memory import limit_memory

BEFORE, AFTER = "before", "after"
# What a version says of its shop, by column of customer_facts; one that lacks it says nothing.
SHOP_NUMBERS = {
    "customers": ("customer_id", "count(*)"),
    "buyers": ("order_count", "count(*) filter (where order_count > 0)"),
    "orders": ("order_count", "coalesce(sum(order_count), 0)"),
    "net_revenue": ("net_revenue", "coalesce(sum(net_revenue), 0)"),
    "subscribers": ("is_email_subscriber", "count(*) filter (where is_email_subscriber)"),
}
COLUMNS_QUERY = """
    select table_name, column_name, data_type
    from duckdb_columns()
    inner join duckdb_tables() using (database_name, schema_name, table_name)
    where database_name = $database
"""
# Of every segment who is in, and of whoever came or went why: as in `segment_history`, ids that
# became one person come first, then a definition that changed, and the rest has moved.
MOVES_QUERY = """
    with

    members_before as (
        select distinct segment, customer_id from {before}
    ),

    members_after as (
        select distinct segment, customer_id from {after}
    ),

    members as (
        select
            segment,
            customer_id,
            members_before.customer_id is not null as is_before,
            members_after.customer_id is not null as is_after
        from members_before
        full outer join members_after using (segment, customer_id)
    ),

    explained as (
        select
            members.*,
            case
                when merged.customer_id is not null then 'merged'
                when is_before and people.customer_id is null then 'moved'
                when changed.segment is not null then 'definition changed'
                else 'moved'
            end as cause
        from members
        left join merged on members.customer_id = merged.customer_id
        left join people on members.customer_id = people.customer_id
        left join changed on members.segment = changed.segment
    )

    select
        segment,
        count(*) filter (where is_before) as customers_before,
        count(*) filter (where is_after) as customers_after,
        {counts}
    from explained
    group by segment
"""
CAUSES = ("moved", "definition changed", "merged")


@dataclass(frozen=True)
class SegmentChange:
    """What became of a segment.

    Attributes:
        segment: its name.
        definition: `new`, `gone`, `changed`, or `same`.
        customers_before: its customers in the earlier version.
        customers_after: its customers in the later one.
        entered: customers who were not in it before, by cause.
        left: customers who are no longer in it, by cause.
    """

    segment: str
    definition: str
    customers_before: int
    customers_after: int
    entered: dict[str, int]
    left: dict[str, int]

    @property
    def has_changed(self) -> bool:
        """Whether its definition is another, or anybody came or went."""
        return self.definition != "same" or bool(self.entered or self.left)


@dataclass(frozen=True)
class TableChange:
    """What became of the columns of a table.

    Attributes:
        table: its name.
        what: `new`, `gone`, or `changed`.
        added: columns that it had not, with their type.
        removed: columns that it has no more, with their type.
        retyped: columns of another type: the one before and the one after.
    """

    table: str
    what: str
    added: dict[str, str]
    removed: dict[str, str]
    retyped: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions; counts alone, and nobody by name.

    Attributes:
        before: the id of the one that is compared with.
        after: the id of the other.
        day_before: the last day that the one knows of.
        day_after: the last day that the other knows of.
        settings: settings of the shop that differ: their value before and after, None for none.
        shop: customers, buyers, orders, net revenue and subscribers, before and after; None where
            a version does not tell.
        segments: every segment of either, by name.
        tables: the tables whose columns differ, by name; of those alone that the caller may read.
        knows_merges: whether it is known who became one person: customer_merges of both tells it.
    """

    before: str
    after: str
    day_before: date
    day_after: date
    settings: dict[str, tuple[str | None, str | None]]
    shop: dict[str, tuple[int | Decimal | None, int | Decimal | None]]
    segments: list[SegmentChange]
    tables: list[TableChange]
    knows_merges: bool


def named_versions(
    published: Path, before: str | None, after: str | None
) -> tuple[Version, Version]:
    """Return the two versions that are meant.

    Args:
        published: the folder of published versions.
        before: the id of the one to compare with; the one that the other replaced, when None.
        after: the id of the other; the current one, when None.

    Raises:
        RecordsError: when one of them is not known.
    """
    later = read_version(published, after) if after else current_version(published)
    if later is None:
        raise RecordsError(f"Nothing is published in {published} yet: `segmentry publish` does it.")
    earlier = before or later.manifest.replaced
    if earlier is None:
        raise RecordsError(
            f"{later.build_id} replaced no version. Name two: `segmentry versions` lists them."
        )
    return read_version(published, earlier), later


def compare(before: Version, after: Version) -> Comparison:
    """Return what differs between two versions.

    Args:
        before: the one to compare with.
        after: the other.

    Raises:
        RecordsError: when a file of theirs can't be read.
    """
    old, new = before.manifest, after.manifest
    settings = {
        name: (old.settings.get(name), new.settings.get(name))
        for name in sorted(old.settings.keys() | new.settings.keys())
        if old.settings.get(name) != new.settings.get(name)
    }
    with _opened(before, after) as connection:
        columns = {side: _columns(connection, side) for side in (BEFORE, AFTER)}
        numbers = {side: _numbers(connection, side, columns[side]) for side in (BEFORE, AFTER)}
        merges = "customer_merges"
        knows_merges = all(merges in columns[side] for side in (BEFORE, AFTER))
        return Comparison(
            before=before.build_id,
            after=after.build_id,
            day_before=old.as_of_date,
            day_after=new.as_of_date,
            settings=settings,
            shop={name: (numbers[BEFORE][name], numbers[AFTER][name]) for name in SHOP_NUMBERS},
            segments=_segments(connection, before, after, columns, knows_merges),
            tables=_tables(columns[BEFORE], columns[AFTER]),
            knows_merges=knows_merges,
        )


@contextmanager
def _opened(before: Version, after: Version) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the databases of two versions that the caller may read, `before_bi` and so on.

    What names people is open only where both can be read, so that nothing seems to be gone.
    """
    versions = {BEFORE: before, AFTER: after}
    with duckdb.connect() as connection:
        limit_memory(connection)
        for database in DATABASES:
            paths = {side: version.folder / database.file for side, version in versions.items()}
            if database.is_personal and not all(os.access(p, os.R_OK) for p in paths.values()):
                continue
            for side, path in paths.items():
                try:
                    connection.execute(
                        f"attach {sql.text(path)} as {_name(side, database)} (read_only)"
                    )
                except duckdb.Error as error:
                    raise RecordsError(
                        f"{path} can't be read: it is lost or damaged. Compare other versions: "
                        "`segmentry versions` lists them."
                    ) from error
        yield connection


def _name(side: str, database: Database) -> str:
    return f"{side}_{database.name}"


def _columns(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, dict[str, str]]:
    """Return the type of each column of each table of a version."""
    tables: dict[str, dict[str, str]] = {}
    for database in DATABASES:
        rows = connection.execute(COLUMNS_QUERY, {"database": _name(side, database)}).fetchall()
        for table, column, data_type in rows:
            tables.setdefault(table, {})[column] = data_type
    return tables


def _numbers(
    connection: duckdb.DuckDBPyConnection, side: str, columns: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    known = columns.get("customer_facts", {})
    asked = [
        expression if column in known else "null" for column, expression in SHOP_NUMBERS.values()
    ]
    if not known:
        return dict.fromkeys(SHOP_NUMBERS)
    (row,) = connection.execute(
        f"select {', '.join(asked)} from {side}_{BI.name}.customer_facts"
    ).fetchall()
    return dict(zip(SHOP_NUMBERS, row, strict=True))


def _segments(
    connection: duckdb.DuckDBPyConnection,
    before: Version,
    after: Version,
    columns: Mapping[str, Mapping[str, Mapping[str, str]]],
    knows_merges: bool,
) -> list[SegmentChange]:
    old, new = before.manifest.fingerprints, after.manifest.fingerprints
    definitions = {name: _definition(name, old, new) for name in old.keys() | new.keys()}
    moves = {}
    if all("segment_memberships" in columns[side] for side in (BEFORE, AFTER)):
        _add_causes(connection, definitions, columns, knows_merges)
        moves = _moves(connection)
    nothing: tuple[int, int, dict[str, int], dict[str, int]] = (0, 0, {}, {})
    return [
        SegmentChange(name, definitions.get(name, "same"), *moves.get(name, nothing))
        for name in sorted(definitions.keys() | moves.keys())
    ]


def _definition(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    if name not in old:
        return "new"
    if name not in new:
        return "gone"
    return "same" if old[name] == new[name] else "changed"


def _add_causes(
    connection: duckdb.DuckDBPyConnection,
    definitions: Mapping[str, str],
    columns: Mapping[str, Mapping[str, Mapping[str, str]]],
    knows_merges: bool,
) -> None:
    """Make tables of segments whose definition changed, ids that merged, and who is still there."""
    changed = [name for name, definition in definitions.items() if definition != "same"]
    connection.execute(
        "create temp table changed as select unnest(cast($changed as varchar[])) as segment",
        {"changed": changed},
    )
    if knows_merges:
        pairs = {
            side: f"select former_customer_id, customer_id from {side}_contacts.customer_merges"
            for side in (BEFORE, AFTER)
        }
        connection.execute(
            f"""
            create temp table differing as
            ({pairs[AFTER]} except {pairs[BEFORE]})
            union
            ({pairs[BEFORE]} except {pairs[AFTER]})
            """
        )
        connection.execute(
            "create temp table merged as select customer_id from differing "
            "union select former_customer_id from differing"
        )
    else:
        connection.execute("create temp table merged (customer_id varchar)")
    people = "customer_facts" if "customer_facts" in columns[AFTER] else "segment_memberships"
    connection.execute(
        f"create temp table people as select distinct customer_id from {AFTER}_{BI.name}.{people}"
    )


def _moves(
    connection: duckdb.DuckDBPyConnection,
) -> dict[str, tuple[int, int, dict[str, int], dict[str, int]]]:
    """Return sizes before and after, who entered and who left by cause, of each segment."""
    conditions = ("is_after and not is_before", "is_before and not is_after")
    counts = ", ".join(
        f"count(*) filter (where {condition} and cause = {sql.text(cause)})"
        for condition in conditions
        for cause in CAUSES
    )
    rows = connection.execute(
        MOVES_QUERY.format(
            before=f"{BEFORE}_{BI.name}.segment_memberships",
            after=f"{AFTER}_{BI.name}.segment_memberships",
            counts=counts,
        )
    ).fetchall()
    return {
        segment: (
            was,
            is_now,
            _by_cause(moved[: len(CAUSES)]),
            _by_cause(moved[len(CAUSES) :]),
        )
        for segment, was, is_now, *moved in rows
    }


def _by_cause(counts: list[int]) -> dict[str, int]:
    return {cause: count for cause, count in zip(CAUSES, counts, strict=True) if count}


def _tables(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> list[TableChange]:
    changes = []
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, {}), after.get(table, {})
        if old != new:
            changes.append(
                TableChange(
                    table,
                    "changed" if old and new else "new" if new else "gone",
                    {name: kind for name, kind in new.items() if name not in old},
                    {name: kind for name, kind in old.items() if name not in new},
                    {
                        name: (old[name], new[name])
                        for name in old
                        if name in new and old[name] != new[name]
                    },
                )
            )
    return changes
