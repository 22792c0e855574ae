"""What a user's files and tables are, what is missing, and which settings a build of them needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from segmentry.errors import SettingsError
from segmentry.project.segment_catalog import read_segment_catalog
from segmentry.reading.errors import ReadingError
from segmentry.reading.mapping import MAPPING
from segmentry.settings.connectors import FOLDER, SCHEMA, setting_of
from segmentry.settings.own_tables import RAW_DIR, RAW_SCHEMA
from segmentry.settings.places import OTHER_SCHEMA, is_built
from segmentry.setup.guesses import guess_settings
from segmentry.setup.places import (
    FoundTable,
    Place,
    is_duckdb_file,
    look_at_database,
    look_at_folder,
)
from segmentry.setup.proposal import Proposal, propose
from segmentry.setup.recognise import Recognised, is_store, recognise
from segmentry.setup.systems import RAW, System, read_systems

# What is known of customers only by a table of the raw contract, beside segments.
FACTS = {
    "customers": "when people signed up, their names and birthdays",
    "products": "categories, brands and new arrivals",
    "order_lines": "what was bought",
    "refunds": "what was given back",
    "events": "visits, carts and searches",
    "surveys": "satisfaction and reviews",
    "email_events": "who opens and clicks",
    "consent_events": "who said yes and no, and when",
    "marketing_spend": "what a new customer costs",
}


@dataclass
class Finding:
    """What a look at the user's places has found.

    Attributes:
        recognised: the systems, each with the name that `SEGMENTRY_CONNECTORS` has for it.
        unknown: tables of no system, with their place.
        unreadable: what can't be looked at, with the reason.
        settings: the settings of a build, by name.
        proposal: a mapping of the unknown tables, where nothing else has orders.
        mapped: the folder that the mapping is for; None without one.
    """

    recognised: dict[str, Recognised] = field(default_factory=dict)
    unknown: list[tuple[Place, FoundTable]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    proposal: Proposal = field(default_factory=Proposal)
    mapped: Path | None = None

    @property
    def complete(self) -> dict[str, Recognised]:
        """The systems that a build can read, by name."""
        return {name: each for name, each in self.recognised.items() if each.is_complete}

    @property
    def has_orders(self) -> bool:
        """Whether a build has the orders without which there are no customers to speak of."""
        return any(is_store(each) for each in self.complete.values()) or bool(self.proposal.text)

    @property
    def superseded(self) -> set[str]:
        """The settings that contradict those that were found."""
        places = {RAW_DIR, RAW_SCHEMA}
        return places.difference(self.settings) if places.intersection(self.settings) else set()

    @property
    def fills(self) -> set[str]:
        """The tables of the raw contract that have rows."""
        return set(self.proposal.fills).union(*(each.fills for each in self.complete.values()))


def find_shop(project: Path, where: Sequence[str], warehouse: Path) -> Finding:
    """Return what lies in folders, DuckDB files and schemas.

    Args:
        project: the root of the project.
        where: folders, DuckDB files, or names of schemas of the warehouse.
        warehouse: the DuckDB file that the project builds.

    Raises:
        SettingsError: when one of them is none of that or can't be opened, or two DuckDB files hold
            what is to be read.
    """
    systems = read_systems(project)
    finding = Finding()
    for named in where:
        places = look_at(named, warehouse)
        _add(finding, places, systems)
    _name_settings(finding)
    if not finding.has_orders and finding.unknown:
        _propose(finding)
    return finding


def look_at(named: str, warehouse: Path) -> list[Place]:
    """Return what a folder, a DuckDB file or a schema of the warehouse holds, as places.

    Raises:
        SettingsError: when it is none of them, or can't be opened.
    """
    path = Path(named).expanduser()
    try:
        if path.is_dir():
            return look_at_folder(path.absolute())
        if path.is_file() and is_duckdb_file(path):
            return list(look_at_database(path.absolute()))
        if path.is_file():
            raise SettingsError(
                f"{named} is a file: name the folder that it lies in, where one file or folder is "
                "one table."
            )
        places = list(look_at_database(warehouse, named)) if warehouse.is_file() else []
    except (ReadingError, OSError) as error:
        raise SettingsError(f"{named} can't be looked at: {error}.") from error
    except duckdb.Error as error:
        raise SettingsError(
            f"{named} can't be opened: it is no whole DuckDB file, of a newer version, or held by "
            "another program."
        ) from error
    if not places:
        raise SettingsError(
            f"There is no folder and no DuckDB file {named}, and no schema of {warehouse} is "
            "called so."
        )
    return places


def segments_without(project: Path, fills: set[str]) -> dict[str, list[str]]:
    """Return the labels of the segments that stay empty, by the table of the contract they need.

    Args:
        project: the root of the project.
        fills: the tables of the raw contract that have rows.
    """
    missing: dict[str, list[str]] = {}
    for segment in read_segment_catalog(project):
        for need in segment.needs:
            tables = need.split(" or ")
            is_of_tables = all(table in FACTS or table == "orders" for table in tables)
            if is_of_tables and not fills.intersection(tables):
                missing.setdefault(need, []).append(segment.label)
                break
    return missing


def _add(finding: Finding, places: Sequence[Place], systems: Sequence[System]) -> None:
    known_folders: set[Path] = set()
    unknown: list[tuple[Place, FoundTable]] = []
    for place in places:
        if place.path in known_folders:
            continue
        found, left = recognise(place, systems)
        if found and is_built(place.schema):
            finding.unreadable.append(
                f"{place.shown}: builds make tables of their own there, so {OTHER_SCHEMA}"
            )
            continue
        for each in found:
            finding.recognised[_name_of(each, finding)] = each
            for tables in each.tables.values():
                known_folders.update(file.path.parent for table in tables for file in table.files)
        unknown += [(place, table) for table in left]
        finding.unreadable += [f"{place.path / name}" for name in place.unreadable]
    recognised = {each.place.path for each in finding.recognised.values() if not each.place.schema}
    finding.unknown += [
        (place, table)
        for place, table in unknown
        if not any(file.path.parent != place.path for file in table.files)
        or not any(file.path.parent in recognised for file in table.files)
    ]


def _name_of(found: Recognised, finding: Finding) -> str:
    name = found.system.name
    if name not in finding.recognised:
        return name
    label = found.place.schema or found.place.path.name
    shop = "".join(letter if letter.isalnum() else "_" for letter in label.lower())
    return f"{name}:{shop}"


def _name_settings(finding: Finding) -> None:
    complete = finding.complete
    connectors = [name for name in complete if name.partition(":")[0] != RAW]
    if connectors:
        finding.settings["SEGMENTRY_CONNECTORS"] = ",".join(connectors)
    for name, each in complete.items():
        if name == RAW:
            setting = RAW_SCHEMA if each.place.schema else RAW_DIR
        elif name in connectors:
            setting = setting_of(name, SCHEMA if each.place.schema else FOLDER)
        else:
            continue
        finding.settings[setting] = each.place.schema or str(each.place.path)
    databases = sorted({each.place.path for each in complete.values() if each.place.schema})
    if len(databases) > 1:
        raise SettingsError(
            f"The tables lie in several DuckDB files, {' and '.join(map(str, databases))}, and a "
            "build reads the schemas of one: copy them into one file, or name one of them."
        )
    if databases:
        finding.settings["SEGMENTRY_WAREHOUSE"] = str(databases[0])
    stores = [each for each in complete.values() if is_store(each)]
    finding.settings |= guess_settings(stores)


def _propose(finding: Finding) -> None:
    folders: dict[Path, tuple[Place, list[FoundTable]]] = {}
    for place, table in finding.unknown:
        if not place.schema:
            folders.setdefault(place.path, (place, []))[1].append(table)
    for folder, (place, tables) in folders.items():
        proposal = propose(place, tables, finding.settings.get("SEGMENTRY_CURRENCY", "USD"))
        if proposal.text:
            finding.proposal, finding.mapped = proposal, folder
            finding.settings[RAW_DIR] = str(folder)
            finding.unknown = [pair for pair in finding.unknown if pair[0] is not place]
            return


def mapping_path(finding: Finding) -> Path:
    """Return where the proposed mapping is written: beside the files that it maps."""
    return (finding.mapped or Path()) / MAPPING
