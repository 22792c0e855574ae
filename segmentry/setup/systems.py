"""What each system's tables look like, read from the sources that dbt declares."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from segmentry.reading.contract import Table, read_contract
from segmentry.reading.files import is_called
from segmentry.settings.connectors import MODELS, known_systems

RAW_SOURCES = Path("models") / "staging" / "raw" / "_raw__sources.yml"
# The raw contract is a system as any: the shop's own files, in the shape that nothing maps.
RAW = "raw"


@dataclass(frozen=True)
class SystemTable:
    """A table that a system has.

    Attributes:
        table: its name and columns, and whether it has to be there.
        fills: the tables of the raw contract that it is read for.
    """

    table: Table
    fills: frozenset[str]

    def is_called(self, name: str) -> bool:
        """Tell whether a file, folder or table of a name, in lower case, is of this table."""
        return is_called(name, self.table.name, self.table.files, self.table.any_prefix)

    @property
    def columns(self) -> frozenset[str]:
        """The names of its columns, in lower case."""
        return frozenset(column.name.lower() for column in self.table.columns)

    @property
    def required_columns(self) -> frozenset[str]:
        """The columns without which it can't be read, in lower case."""
        return frozenset(c.name.lower() for c in self.table.columns if c.is_required)


@dataclass(frozen=True)
class System:
    """A system whose tables can be read as they are.

    Attributes:
        name: as `SEGMENTRY_CONNECTORS` names it; `raw` for the raw contract.
        tables: its tables.
    """

    name: str
    tables: tuple[SystemTable, ...]


def read_systems(project: Path) -> list[System]:
    """Return the systems that can be read: the raw contract first, then the connectors by name."""
    files = [project / RAW_SOURCES, *sorted((project / MODELS).glob("*/_*__sources.yml"))]
    sources = {
        source["name"]: source
        for path in files
        for source in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["sources"]
    }
    return [System(name, tuple(_tables(sources[name]))) for name in (RAW, *known_systems(project))]


def _tables(source: Mapping[str, Any]) -> Iterator[SystemTable]:
    for declared in source["tables"]:
        meta = _meta(source) | _meta(declared)
        (table,) = read_contract(
            [
                {
                    **meta,
                    "name": declared["name"],
                    "is_required": meta.get("required", False),
                    "columns": [
                        {
                            "name": column["name"],
                            "type": column["data_type"],
                            "is_required": _meta(column).get("required", False),
                        }
                        for column in declared["columns"]
                    ],
                }
            ]
        )
        fills = {meta.get("fills", declared["name"]), *meta.get("also_fills", ())}
        yield SystemTable(table, frozenset(fills))


def _meta(declared: Mapping[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = declared.get("config", {}).get("meta", {})
    return meta
