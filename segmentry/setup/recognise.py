"""Which systems the tables of a place are of, and what is missing of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from segmentry.setup.places import FoundTable, Place
from segmentry.setup.systems import RAW, System, SystemTable


@dataclass(frozen=True)
class Recognised:
    """A system of which a place has tables.

    Attributes:
        system: the system.
        place: where they are.
        tables: the tables that are there, each with what it was found as.
        lacking: tables that are called as one of the system, and the required columns they lack.
        missing: required tables that are not there.
    """

    system: System
    place: Place
    tables: Mapping[SystemTable, list[FoundTable]]
    lacking: Mapping[str, list[str]]
    missing: Sequence[SystemTable]

    @property
    def is_complete(self) -> bool:
        """Whether a build can read it."""
        return bool(self.tables) and not self.lacking and not self.missing

    @property
    def fills(self) -> set[str]:
        """The tables of the raw contract that it has rows for."""
        return {name for table in self.tables for name in table.fills}

    @property
    def absent(self) -> list[SystemTable]:
        """The tables that may be there and are not, nor what may stand in for them."""
        there = {table.table.name for table in self.tables}
        return [
            table
            for table in self.system.tables
            if table not in self.tables and table.table.stand_in not in there
        ]


@dataclass
class _Claim:
    tables: dict[SystemTable, list[FoundTable]] = field(default_factory=dict)
    lacking: dict[str, list[str]] = field(default_factory=dict)


def recognise(place: Place, systems: Sequence[System]) -> tuple[list[Recognised], list[FoundTable]]:
    """Return the systems of which a place has tables, and the tables that are of none.

    A table is of the system that knows most of its columns, by name, among those that have a table
    called so and find all the columns there that they need. One that lacks some is told with the
    system of which it is nearest to being complete, where no other has it.

    Args:
        place: the place.
        systems: the systems that can be read.
    """
    claims = {system.name: _Claim() for system in systems}
    unknown: list[FoundTable] = []
    for found in place.tables:
        columns = frozenset(found.columns)
        fitting = [
            (len(table.columns & columns), system, table)
            for system in systems
            for table in system.tables
            if table.is_called(found.name)
        ]
        whole = [(n, system, t) for n, system, t in fitting if t.required_columns <= columns]
        if not fitting or (not whole and max(n for n, _, _ in fitting) < LEAST_KNOWN):
            unknown.append(found)
            continue
        _, system, table = max(whole or fitting, key=lambda claim: claim[0])
        claim = claims[system.name]
        if whole:
            claim.tables.setdefault(table, []).append(found)
        else:
            claim.lacking[found.name] = sorted(table.required_columns - columns)
    found_systems: list[Recognised] = []
    for system in systems:
        claim = claims[system.name]
        if claim.tables or claim.lacking:
            names = {table.table.name for table in claim.tables}
            missing = [
                table
                for table in system.tables
                if table.table.is_required and not names & {table.table.name, table.table.stand_in}
            ]
            found_systems.append(Recognised(system, place, claim.tables, claim.lacking, missing))
    return found_systems, unknown


# So many columns of a table by name make it likely that it is meant, though some are missing.
LEAST_KNOWN = 2


def is_store(recognised: Recognised) -> bool:
    """Tell whether a system has orders, and issues the ids of a shop."""
    return "orders" in recognised.fills or recognised.system.name == RAW
