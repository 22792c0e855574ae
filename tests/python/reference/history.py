"""The history of segments across published versions: who was in, from when to when, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

Place = tuple[str, str]
"""A segment and a value."""
ALL_VALUES = "*"


@dataclass(frozen=True)
class Stay:
    """One stay: `exited_on` is the first day after it, None while it lasts."""

    customer_id: str
    place: Place
    entered_on: date
    entered_cause: str
    exited_on: date | None = None
    exited_cause: str | None = None


@dataclass(frozen=True)
class Size:
    """How large a place was on a day: who is in it, who came and went since the day before it.

    `definition` is the segment's fingerprint, None when the segment is no more.
    """

    customers: int
    entered: int
    left: int
    definition: str | None


@dataclass(frozen=True)
class Day:
    """What a build finds in the data.

    Attributes:
        as_of_date: the day it is of.
        owners: whose each written id is: id → customer_id.
        memberships: the customers in each segment and value.
        definitions: the fingerprint of each segment.
        valued: the segments whose members hold values.
    """

    as_of_date: date
    owners: Mapping[str, str]
    memberships: frozenset[tuple[str, Place]]
    definitions: Mapping[str, str]
    valued: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Version:
    """What a build leaves for the builds after it, once it is published.

    Attributes:
        as_of_date: the day that it is of.
        known_until: the last day that its history knows of.
        based_on: the version that its history stands on.
        stays: its history.
        definitions: the fingerprints that its history goes by, and since when.
        sizes: how large each place was on each published day.
        customers: the ids of its customers.
        merges: who the ids are now that no longer are: id → customer_id.
    """

    as_of_date: date
    known_until: date
    based_on: "Version | None"
    stays: frozenset[Stay]
    definitions: Mapping[str, tuple[str, date]]
    sizes: Mapping[tuple[date, Place], Size]
    customers: frozenset[str]
    merges: Mapping[str, str]

    def who_was(self, published_id: str) -> str | None:
        """Return the customer that an id meant in this version, None when it never saw it."""
        if published_id in self.customers:
            return published_id
        if published_id in self.merges:
            return self.merges[published_id]
        return published_id if any(s.customer_id == published_id for s in self.stays) else None

    def published_ids(self) -> set[str]:
        """Return every id that this version knows to have been published."""
        return set(self.customers) | set(self.merges) | {stay.customer_id for stay in self.stays}


def next_version(day: Day, current: Version | None) -> Version:
    """Compute what a build makes of a day, given the version that is published."""
    base = current
    if current is not None and current.known_until >= day.as_of_date:
        base = current.based_on
    renamed = _renamed(day, base, current)
    customers = frozenset(day.owners.values())
    merges = {old: new for old, new in renamed.items() if new is not None and new != old}
    if current is not None and current.known_until > day.as_of_date:
        return replace(
            current, as_of_date=day.as_of_date, based_on=base, customers=customers, merges=merges
        )
    return Version(
        as_of_date=day.as_of_date,
        known_until=day.as_of_date,
        based_on=base,
        stays=_next_stays(day, base, renamed),
        definitions={
            segment: (
                fingerprint,
                base.definitions[segment][1]
                if base and _is_kept(base, segment, fingerprint)
                else day.as_of_date,
            )
            for segment, fingerprint in day.definitions.items()
        },
        sizes={**(base.sizes if base else {}), **_sizes_of(day, base, renamed)},
        customers=customers,
        merges=merges,
    )


def _sizes_of(
    day: Day, base: Version | None, renamed: Mapping[str, str | None]
) -> dict[tuple[date, Place], Size]:
    """Hold who is where against who was, by today's ids; all values of a segment are `*`."""
    open_stays = [stay for stay in base.stays if stay.exited_on is None] if base else []
    was = _by_place(
        (renamed[stay.customer_id] or stay.customer_id, stay.place) for stay in open_stays
    )
    now = _by_place(day.memberships)
    moved = {place for place in was if was[place] - now.get(place, set())}
    empty = {(segment, ALL_VALUES if segment in day.valued else "") for segment in day.definitions}
    sizes = {}
    for place in now.keys() | moved | empty:
        here, before = now.get(place, set()), was.get(place, set())
        definition = day.definitions.get(place[0])
        sizes[day.as_of_date, place] = Size(
            len(here), len(here - before), len(before - here), definition
        )
    return sizes


def _by_place(memberships: Iterable[tuple[str, Place]]) -> dict[Place, set[str]]:
    """Return the customers of each place, and under `*` those of any value of its segment."""
    customers: dict[Place, set[str]] = {}
    for customer_id, (segment, value) in memberships:
        customers.setdefault((segment, value), set()).add(customer_id)
        if value:
            customers.setdefault((segment, ALL_VALUES), set()).add(customer_id)
    return customers


def _is_kept(base: Version, segment: str, fingerprint: str | None) -> bool:
    return segment in base.definitions and base.definitions[segment][0] == fingerprint


def _renamed(day: Day, base: Version | None, current: Version | None) -> dict[str, str | None]:
    """Say of every id ever published who it is today, None when nobody knows."""
    versions = [version for version in (base, current) if version is not None]
    renamed: dict[str, str | None] = {}
    for published_id in set().union(*(version.published_ids() for version in versions)):
        was = next(
            who for version in versions if (who := version.who_was(published_id)) is not None
        )
        renamed[published_id] = day.owners.get(published_id, day.owners.get(was))
    return renamed


def _next_stays(
    day: Day, base: Version | None, renamed: Mapping[str, str | None]
) -> frozenset[Stay]:
    today = day.as_of_date
    changed_persons: set[str] = set()
    for published_id, now in renamed.items():
        before = base.who_was(published_id) if base else None
        if before is not None and now is not None and before != now:
            changed_persons |= {before, now}

    def cause(customer_id: str, segment: str) -> str:
        if customer_id in changed_persons:
            return "identity"
        if customer_id not in day.owners.values() or base is None:
            return "data"
        kept = _is_kept(base, segment, day.definitions.get(segment))
        return "data" if kept else "definition"

    result = set()
    still_in = set()
    for stay in _joined(base.stays if base else (), renamed, today):
        membership = (stay.customer_id, stay.place)
        if stay.exited_on is not None:
            result.add(stay)
        elif membership in day.memberships:
            result.add(stay)
            still_in.add(membership)
        else:
            why = cause(stay.customer_id, stay.place[0])
            result.add(
                Stay(*membership, stay.entered_on, stay.entered_cause, today, why),
            )
    for customer_id, place in day.memberships - still_in:
        result.add(Stay(customer_id, place, today, cause(customer_id, place[0])))
    return frozenset(result)


def _joined(stays: Iterable[Stay], renamed: Mapping[str, str | None], today: date) -> list[Stay]:
    """Bring stays under today's ids: days in a row, by whichever id, are one stay."""
    groups: dict[tuple[str, Place], list[Stay]] = {}
    for stay in stays:
        customer_id = renamed[stay.customer_id] or stay.customer_id
        groups.setdefault((customer_id, stay.place), []).append(stay)
    result = []
    for (customer_id, place), group in groups.items():
        days_in = {
            stay.entered_on + timedelta(number)
            for stay in group
            for number in range(((stay.exited_on or today) - stay.entered_on).days)
        }
        for first in sorted(days_in):
            if first - timedelta(1) in days_in:
                continue
            after = first
            while after in days_in:
                after += timedelta(1)
            begun_by = [stay.entered_cause for stay in group if stay.entered_on == first]
            ended_by = [stay.exited_cause or "" for stay in group if stay.exited_on == after]
            is_open = any(stay.exited_on is None for stay in group) and after == today
            result.append(
                Stay(customer_id, place, first, min(begun_by))
                if is_open
                else Stay(customer_id, place, first, min(begun_by), after, max(ended_by))
            )
    return result


def transitions(stays: Iterable[Stay]) -> dict[tuple[date, Place, Place], int]:
    """Count who left one place and entered another on the same day, ('', '') being none."""
    left: dict[tuple[str, date], set[Place]] = {}
    entered: dict[tuple[str, date], set[Place]] = {}
    for stay in stays:
        if stay.entered_cause == "data":
            entered.setdefault((stay.customer_id, stay.entered_on), set()).add(stay.place)
        if stay.exited_on is not None and stay.exited_cause == "data":
            left.setdefault((stay.customer_id, stay.exited_on), set()).add(stay.place)
    counts: dict[tuple[date, Place, Place], int] = {}
    for customer_id, day in left.keys() | entered.keys():
        none = {("", "")}
        pairs = product(left.get((customer_id, day), none), entered.get((customer_id, day), none))
        for origin, destination in pairs:
            key = (day, origin, destination)
            counts[key] = counts.get(key, 0) + 1
    return counts
