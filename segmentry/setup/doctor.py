"""What would stop a build or spoil its numbers, looked for before anybody waits for one."""

import importlib.metadata
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import duckdb
import yaml
from packaging.requirements import Requirement

from segmentry.errors import SegmentryError
from segmentry.reading.contract import Table
from segmentry.reading.errors import ReadingError
from segmentry.reading.files import find_raw_files
from segmentry.reading.folder import read_folder
from segmentry.reading.mapping import has_mapping
from segmentry.reading.schema import read_schema
from segmentry.settings.memory import limit_memory, memory_limit
from segmentry.settings.scratch import ScratchFolder
from segmentry.settings.shop import Settings
from segmentry.settings.variables import configured_variables, find_problems
from segmentry.setup.guesses import currencies_of, guess_settings, newest_order
from segmentry.setup.places import Place, look_at_database, look_at_folder
from segmentry.setup.recognise import Recognised, is_store, recognise
from segmentry.setup.systems import RAW, System, read_systems

LOCK = "requirements.lock"
# A build needs about so many times what the raw files take: tables, their copies, what it spills.
DISK_PER_RAW = 3
STALE_AFTER = timedelta(days=3)
OTHERS = 0o077


class Outcome(StrEnum):
    """What came of a look."""

    FINE = "fine"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        subject: what was looked at.
        outcome: a fault stops a build.
        told: what was found.
        remedy: what to do; empty where nothing is.
    """

    subject: str
    outcome: Outcome
    told: str
    remedy: str = ""


def fine(subject: str, told: str) -> Diagnosis:
    """Return that something is as it should be."""
    return Diagnosis(subject, Outcome.FINE, told)


def warning(subject: str, told: str, remedy: str) -> Diagnosis:
    """Return that something is allowed, and may be not meant."""
    return Diagnosis(subject, Outcome.WARNING, told, remedy)


def fault(subject: str, told: str, remedy: str) -> Diagnosis:
    """Return that something would stop a build."""
    return Diagnosis(subject, Outcome.FAULT, told, remedy)


def examine(project: Path, environment: Mapping[str, str] = os.environ) -> Iterator[Diagnosis]:
    """Yield what a look at everything that a build needs has found, in that order.

    Args:
        project: the root of the project.
        environment: the environment, what `.env` says included.
    """
    yield from packages(project)
    yield from profile(project, environment)
    try:
        settings = Settings.from_environment()
        settings.check({})
    except SegmentryError as error:
        yield fault("settings", str(error), "")
        return
    if problems := list(find_problems(project, {}, environment)):
        yield fault("settings", " ".join(problems), "Correct it in .env, or in dbt_project.yml.")
    else:
        yield fine("settings", "they can be used")
    yield from secrets(settings, environment)
    systems = read_systems(project)
    found: list[Recognised] = []
    has_connectors = bool(settings.connectors)
    if settings.raw_dir is not None:
        yield from raw_folder(settings.raw_dir, systems, has_connectors, found)
    if settings.raw_schema:
        yield from raw_schema(
            settings.warehouse, settings.raw_schema, systems, has_connectors, found
        )
    for connector in settings.connectors:
        place = (
            look_at_folder(connector.folder)[0]
            if connector.folder
            else _schema(settings.warehouse, connector.schema)
        )
        yield from connected(connector.name, connector.system, place, systems, found)
    if not settings.is_demo:
        stores = [each for each in found if is_store(each)]
        yield from shop(stores, project, environment)
        yield from rates(found, stores, project, environment)
        yield from freshness(stores)
    yield from machine(settings)


def packages(project: Path) -> Iterator[Diagnosis]:
    """Tell whether the packages are those of the lock file."""
    path = project / LOCK
    if not path.exists():
        return
    lines = re.findall(r"^([a-z0-9].*?)\s*\\?$", path.read_text("utf-8"), re.M)
    locked = [Requirement(line) for line in lines]
    wanted = {
        each.name: next(iter(each.specifier)).version
        for each in locked
        if each.marker is None or each.marker.evaluate()
    }
    other = sorted(name for name, version in wanted.items() if _version(name) != version)
    if other:
        shown = ", ".join(other[:5]) + (f" and {len(other) - 5} more" if len(other) > 5 else "")
        yield warning(
            "packages",
            f"{shown}: not installed, or of another version than {LOCK} says",
            "Install what is locked: make .venv/.ready, or pip install -r requirements.lock.",
        )
    else:
        yield fine("packages", f"the {len(wanted)} of {LOCK}")


def profile(project: Path, environment: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Tell whether dbt has a profile of the project to connect with."""
    folders = (environment.get("DBT_PROFILES_DIR") or project, project / "profiles")
    path = next((p for f in folders if (p := Path(f) / "profiles.yml").exists()), None)
    if path is None:
        yield fault(
            "profile", "there is no profiles.yml", f"Copy profiles/profiles.yml to {project}."
        )
        return
    try:
        outputs = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["segmentry"][
            "outputs"
        ]
    except (yaml.YAMLError, KeyError, TypeError):
        told = f"{path} has no profile `segmentry` with outputs"
        yield fault("profile", told, "Take the one of profiles/profiles.yml.")
        return
    yield fine("profile", f"{path.name}: {', '.join(outputs)}")


def secrets(settings: Settings, environment: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Tell whether the secrets are set, and files are their owner's alone."""
    if settings.is_demo:
        yield fine("shop", "the demo shop, as no folder, schema or connector is named")
        yield from unnamed_schemas(settings.warehouse)
        return
    if not environment.get("SEGMENTRY_ID_SALT"):
        yield warning(
            "salt",
            "SEGMENTRY_ID_SALT is not set: ids of guests can be guessed from their address",
            "Set it to a long secret of your own before you publish, and keep it.",
        )
    for path in (settings.warehouse, settings.published, settings.state):
        if path.exists() and path != settings.published and path.stat().st_mode & OTHERS:
            yield warning(
                "permissions", f"{path} can be read by others", f"Close it: chmod go= {path}"
            )


def raw_folder(
    folder: Path, systems: list[System], has_connectors: bool, found: list[Recognised]
) -> Iterator[Diagnosis]:
    """Tell whether a raw folder can be read to the end of every file."""
    contract = _contract(systems, has_connectors)
    try:
        with ScratchFolder(Path(), "doctor") as scratch:
            reading = read_folder(folder, contract, "raw", scratch)
    except ReadingError as error:
        yield fault("raw files", f"{folder}: {error}", "Mend the export, or name another folder.")
        return
    place = look_at_folder(folder)[0]
    if not has_mapping(folder):
        found += [each for each in recognise(place, systems)[0] if each.system.name == RAW]
    files = find_raw_files(folder, [table.name for table in contract]).files
    count = sum(map(len, files.values()))
    yield fine("raw files", f"{folder}: {count} files can be read to their end")
    for message in reading.messages:
        yield warning("raw files", message, "Nothing is to be done if that is meant.")


def raw_schema(
    warehouse: Path,
    schema: str,
    systems: list[System],
    has_connectors: bool,
    found: list[Recognised],
) -> Iterator[Diagnosis]:
    """Tell whether the shop's own tables in the warehouse can be read."""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            reading = read_schema(connection, schema, _contract(systems, has_connectors), "raw")
    except ReadingError as error:
        remedy = "Mend the tables, or name another schema: segmentry init <schema>."
        yield fault("raw tables", f"schema {schema} of {warehouse}: {error}", remedy)
        return
    place = _schema(warehouse, schema)
    recognised = [each for each in recognise(place, systems)[0] if each.system.name == RAW]
    found += recognised
    count = sum(len(each.tables) for each in recognised)
    yield fine("raw tables", f"{count} tables in {place.shown} can be read")
    for message in reading.messages:
        yield warning("raw tables", message, "Nothing is to be done if that is meant.")


def unnamed_schemas(warehouse: Path) -> Iterator[Diagnosis]:
    """Tell of tables of a shop that lie in the warehouse and that no setting names."""
    if not warehouse.exists():
        return
    for place in look_at_database(warehouse):
        if any(table.name == "orders" for table in place.tables):
            yield warning(
                "shop",
                f"{place.shown} has a table `orders`, which nothing reads",
                f"If that is your shop: segmentry init {place.schema}",
            )


def connected(
    name: str, system: str, place: Place, systems: list[System], found: list[Recognised]
) -> Iterator[Diagnosis]:
    """Tell whether the tables of a connector are there and have the columns that they need."""
    (wanted,) = (each for each in systems if each.name == system)
    recognised, _ = recognise(place, [wanted])
    if not recognised:
        told = f"no table of it is in {place.shown}"
        yield fault(name, told, "Point it at the tables: segmentry init <folder or schema>.")
        return
    (each,) = recognised
    found.append(each)
    for table, columns in each.lacking.items():
        told = f"{table} in {place.shown} lacks {', '.join(columns)}"
        yield fault(name, told, "Export it with these columns.")
    for missing in each.missing:
        told = f"the table {missing.table.name} is not in {place.shown}"
        yield fault(name, told, "Export it as well.")
    if each.is_complete:
        yield fine(name, f"{len(each.tables)} tables in {place.shown}")
    for line in place.unreadable:
        yield fault(name, f"{place.path / line}", "Export it again, whole.")


def shop(
    stores: list[Recognised], project: Path, environment: Mapping[str, str]
) -> Iterator[Diagnosis]:
    """Tell whether time zone, currency and country are what the orders speak of."""
    variables = configured_variables(project, environment)
    guesses = guess_settings(stores)
    labels = {
        "SEGMENTRY_CURRENCY": ("currency", "reporting_currency"),
        "SEGMENTRY_COUNTRY": ("country", "shop_country"),
        "SEGMENTRY_TIMEZONE": ("time zone", "shop_timezone"),
    }
    for setting, (label, variable) in labels.items():
        value, guess = str(variables[variable]), guesses.get(setting, "")
        if guess and guess != value:
            told = f"{value}, and most orders speak of {guess}"
            yield warning(label, told, f"Set {setting}={guess}, or bring exchange_rates for both.")
        elif not environment.get(setting) and not guess:
            yield warning(label, f"{value}, which nobody has set", f"Set {setting} if it is wrong.")
        else:
            yield fine(label, value)


def rates(
    found: list[Recognised],
    stores: list[Recognised],
    project: Path,
    environment: Mapping[str, str],
) -> Iterator[Diagnosis]:
    """Tell whether orders in other currencies have a rate."""
    own = str(configured_variables(project, environment)["reporting_currency"])
    others = sorted(currencies_of(stores).difference({own}))
    if not others:
        yield fine("rates", f"none is needed: orders are in {own}")
    elif any("exchange_rates" in each.fills for each in found):
        yield fine("rates", f"exchange_rates is there, for orders in {', '.join(others)}")
    else:
        told = f"orders are in {', '.join(others)} as well, and there are no exchange_rates"
        yield warning("rates", told, "They will be rejected: bring exchange_rates as well.")


def freshness(stores: list[Recognised]) -> Iterator[Diagnosis]:
    """Tell how old the newest order is."""
    newest = newest_order(stores)
    if newest is None:
        return
    told = f"the newest order is of {newest:%Y-%m-%d %H:%M} UTC"
    if datetime.now(UTC) - newest > STALE_AFTER:
        yield warning("freshness", told, "Look whether the export still runs.")
    else:
        yield fine("freshness", told)


def machine(settings: Settings) -> Iterator[Diagnosis]:
    """Tell whether disk and memory suffice."""
    folders = [settings.raw_dir, *(connector.folder for connector in settings.connectors)]
    size = sum(
        path.stat().st_size
        for folder in folders
        if folder
        for path in folder.rglob("*")
        if path.is_file()
    )
    free = shutil.disk_usage(settings.warehouse.parent).free
    told = f"{free / 1e9:,.1f} GB free beside the warehouse, {size / 1e9:,.2f} GB of raw files"
    if free < DISK_PER_RAW * size:
        yield warning("disk", told, f"Make room: a build takes about {DISK_PER_RAW} times of it.")
    else:
        yield fine("disk", told)
    with duckdb.connect() as connection:
        limit_memory(connection)
        yield fine("memory", f"DuckDB may hold {memory_limit(connection) / 1e9:,.1f} GB")


def _contract(systems: list[System], has_connectors: bool) -> list[Table]:
    """Return the raw contract, of which no table has to be there where connectors are on."""
    tables = (table.table for table in systems[0].tables)
    return [replace(t, is_required=t.is_required and not has_connectors) for t in tables]


def _schema(warehouse: Path, schema: str) -> Place:
    places = list(look_at_database(warehouse, schema)) if warehouse.exists() else []
    return places[0] if places else Place(warehouse, schema, ())


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
