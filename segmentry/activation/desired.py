"""Who is to be in which audience, and with which properties: what a published version says."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import duckdb

from segmentry.activation.audiences import members_of
from segmentry.activation.config import Sync
from segmentry.activation.errors import RefusedError, SyncError
from segmentry.activation.left_out import (
    NOBODY,
    add_assignments,
    check_deliveries,
    drawn_in,
    is_drawing,
    left_out_of,
)
from segmentry.activation.platforms.interface import Value
from segmentry.records.databases import BI, CONTACTS
from segmentry.records.versions import Version
from segmentry.settings.memory import limit_memory
from segmentry.settings.names import nearest
from segmentry.settings.scratch import ScratchFolder
from segmentry.settings.shop import ROOT
from segmentry.state.keys import Keys

# Rows that are in memory at once.
BATCH = 10_000
# Bytes that are sorted in memory; of a larger audience the rest is on disk meanwhile.
SORTED = 256 * 1024**2
HAS_NO_LOT = "has drawn no lot yet: the next build draws it, once the experiment has begun"
CONTACT_COLUMNS = ("first_name", "last_name", "phone", "segments")
# Null once its owner takes back the consent to text messages: then the platform must not keep it.
CONSENTED = "phone"


@dataclass(frozen=True)
class Wanted:
    """A person who is to be in an audience.

    Attributes:
        audience: its id.
        key: the keyed hash of their address.
        address: trimmed and in lower case.
        properties: what the platform is to know, by its own names. A person's properties travel
            with the first of their audiences.
        digest: changes with the properties.
        waits_for: why they are not added yet; empty when they are. Whoever is there stays.
    """

    audience: str
    key: str
    address: str
    properties: dict[str, Value]
    digest: str
    waits_for: str = ""


@contextmanager
def opened(version: Version, keys: Keys) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the files of a version, with the macro `key_of` for the keyed hash of an address.

    The variable `as_of_date` is the day of the version.

    What does not fit into memory is on disk meanwhile, in a folder that is the owner's alone and
    goes with the process.
    """
    inner, outer = keys.blocks
    with ScratchFolder(ROOT, "syncing") as folder, duckdb.connect() as connection:
        limit_memory(connection, enough=SORTED)
        # Two hold twice as much at once, and are hardly faster.
        connection.execute("set threads = 1")
        connection.execute("set temp_directory = $folder", {"folder": str(folder)})
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"attach '{version.folder / BI.file}' as bi (read_only)")
        connection.execute(f"attach '{version.folder / CONTACTS.file}' as contacts (read_only)")
        connection.execute("set variable inner_block = $block", {"block": inner})
        connection.execute("set variable outer_block = $block", {"block": outer})
        connection.execute(
            """
            create macro key_of(address) as sha256(
                getvariable('outer_block')
                || unhex(sha256(getvariable('inner_block') || encode(address)))
            )
            """
        )
        connection.execute("set variable as_of_date = $day", {"day": version.manifest.as_of_date})
        add_assignments(connection)
        yield connection


def check_names(connection: duckdb.DuckDBPyConnection, name: str, sync: Sync) -> None:
    """Refuse segments, values of their own making and facts that the version does not have.

    Raises:
        SyncError: naming them, and what may be meant.
    """
    check_deliveries(connection, name, sync)
    catalog = {
        segment: is_valued
        for segment, is_valued in connection.execute(
            "select segment, is_valued from bi.segment_catalog"
        ).fetchall()
    }
    # Those that the shop's data give, such as countries, may be any.
    values: dict[str, list[str]] = dict(
        connection.execute(
            "select segment, list(segment_value) from bi.segment_values group by segment"
        ).fetchall()
    )
    for audience in sync.audiences:
        for segment in audience.segments:
            plain, _, value = segment.partition(":")
            if plain not in catalog:
                raise SyncError(
                    f"The sync {name} names the segment {plain}, which is not in the catalog."
                    f"{nearest(plain, catalog)}"
                )
            if value and not catalog[plain]:
                raise SyncError(f"The sync {name} names {segment}, and {plain} has no values.")
            if value and value not in values.get(plain, [value]):
                raise SyncError(
                    f"The sync {name} names {segment}, and {plain} has no such value."
                    f"{nearest(value, values[plain])}"
                )
    known = _column_types(connection)
    for fact in sync.properties.values():
        if fact not in known:
            raise SyncError(
                f"The sync {name} sends {fact}, which is no column of customer_facts."
                f"{nearest(fact, known)}"
            )


def check_keys(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many may be written to; refuse addresses that are missing or double.

    Raises:
        RefusedError: when there are such, or nobody at all.
    """
    ((rows, addresses, customers),) = connection.execute(
        """
        select
            count(*),
            count(distinct lower(trim(email))) filter (where trim(email) <> ''),
            count(distinct customer_id)
        from contacts.activation_profiles
        """
    ).fetchall()
    if not rows:
        raise RefusedError("The published version has nobody who may be written to.")
    if not rows == addresses == customers:
        raise RefusedError(
            f"activation_profiles has {rows:,} rows of {customers:,} customers with {addresses:,} "
            "addresses: one is missing or double, and nothing is sent."
        )
    return int(rows)


def wanted_rows(
    connection: duckdb.DuckDBPyConnection, sync: Sync, rivals: Mapping[str, Sync]
) -> Iterator[Wanted]:
    """Yield who is to be where, by audience and key in ascending order.

    A batch is in memory at a time; the rest is sorted on disk, one audience after the other.

    Args:
        connection: to a version.
        sync: what it says.
        rivals: the syncs that come before it in its group, by name.
    """
    for place in sorted(range(len(sync.audiences)), key=lambda place: sync.audiences[place].id):
        yield from wanted_in(connection, sync, place, rivals)


def wanted_in(
    connection: duckdb.DuckDBPyConnection,
    sync: Sync,
    place: int,
    rivals: Mapping[str, Sync],
    has_all: bool = False,
) -> Iterator[Wanted]:
    """Yield who is to be in the audience at a place of the sync's, by key in ascending order.

    Args:
        connection: to a version.
        sync: what it says.
        place: of the audience.
        rivals: the syncs that come before it in its group, by name.
        has_all: whether everybody has their properties here, in however many audiences they are.
    """
    types = _column_types(connection)
    facts = "".join(f", {_shown(fact, types[fact])}" for fact in sync.properties.values())
    audience = sync.audiences[place]
    earlier = " union ".join(members_of(other) for other in sync.audiences[:place])
    rows = connection.execute(
        f"""
        select
            key_of(lower(trim(profiles.email))) as key,
            lower(trim(profiles.email)) as address,
            earlier.customer_id is null as is_first,
            drawn.customer_id is null and {is_drawing(sync)} as has_no_lot
            {facts}
        from ({members_of(audience)}) as members
        inner join contacts.activation_profiles as profiles
            on members.customer_id = profiles.customer_id
        left join bi.customer_facts as facts on members.customer_id = facts.customer_id
        left join ({earlier or NOBODY}) as earlier on members.customer_id = earlier.customer_id
        left join ({drawn_in(sync)}) as drawn on members.customer_id = drawn.customer_id
        left join ({left_out_of(sync, place, rivals) or NOBODY}) as left_out
            on members.customer_id = left_out.customer_id
        where left_out.customer_id is null
        order by key
        """
    )
    names = list(sync.properties.items())
    while batch := rows.fetchmany(BATCH):
        for key, address, is_first, has_no_lot, *values in batch:
            properties = (
                {
                    name: value
                    for (name, fact), value in zip(names, values, strict=True)
                    if value is not None or sync.clear_nulls or fact == CONSENTED
                }
                if is_first or has_all
                else {}
            )
            yield Wanted(
                audience.id,
                key,
                address,
                properties,
                digest_of(properties),
                HAS_NO_LOT if has_no_lot else "",
            )


def kinds_of(
    connection: duckdb.DuckDBPyConnection, sync: Sync
) -> dict[str, type[str | int | float | bool]]:
    """Return what kind of value each property of a sync has."""
    types = _column_types(connection)
    return {name: _kind(types[fact]) for name, fact in sync.properties.items()}


def _kind(column_type: str) -> type[str | int | float | bool]:
    if column_type.endswith("INT") or column_type == "INTEGER":
        return int
    if column_type == "DOUBLE" or column_type.startswith("DECIMAL"):
        return float
    return bool if column_type == "BOOLEAN" else str


def digest_of(properties: dict[str, Value]) -> str:
    """Return sixteen characters that change with any property."""
    text = json.dumps(properties, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _column_types(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    facts = {
        column: kind
        for column, kind, *_ in connection.execute("describe bi.customer_facts").fetchall()
        if column != "build_id"
    }
    profiles = connection.execute("describe contacts.activation_profiles").fetchall()
    published = {column for column, *_ in profiles}
    # A version of before may lack what is a column by now.
    return facts | {column: "VARCHAR" for column in CONTACT_COLUMNS if column in published}


def _shown(fact: str, kind: str) -> str:
    """Return a fact as every platform takes it: text, number, truth, or a date in ISO 8601."""
    if fact == "segments":
        return "array_to_string(profiles.segments, ',')"
    if fact in CONTACT_COLUMNS:
        return f"profiles.{fact}"
    if kind == "TIMESTAMP":
        return f"strftime(facts.{fact}, '%Y-%m-%dT%H:%M:%SZ')"
    if kind == "DATE":
        return f"strftime(facts.{fact}, '%Y-%m-%d')"
    if kind.startswith("DECIMAL"):
        return f"cast(facts.{fact} as double)"
    return f"facts.{fact}"


def check_version(version: Version, max_age_hours: float, now: datetime) -> None:
    """Refuse a version that was not validated or is too old.

    Args:
        version: what is published.
        max_age_hours: hours since then that are allowed.
        now: the moment, with its time zone.

    Raises:
        RefusedError: saying which.
    """
    results = version.manifest.validation.get("results", [])
    if not results:
        raise RefusedError(f"Version {version.build_id} was not validated.")
    hours = (now - version.manifest.published_at).total_seconds() / 3600
    if hours > max_age_hours:
        raise RefusedError(
            f"Version {version.build_id} is {hours:,.0f} hours old, and the sync allows "
            f"{max_age_hours:,.0f}: publish a newer one, or raise guards.max_age_hours."
        )
