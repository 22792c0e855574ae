"""The raw contract as the reader needs it; it is declared in dbt's sources alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column of a raw table.

    Attributes:
        name: its name, in lower case.
        type: its type in the contract: `text`, `timestamp`, `date`, `boolean`, `integer` or a
            decimal.
        is_required: whether a file without it can't be read.
    """

    name: str
    type: str
    is_required: bool

    @property
    def is_id(self) -> bool:
        """Whether it holds ids, which must come whole out of any type of file."""
        return self.type == "text" and self.name.endswith("_id")


@dataclass(frozen=True)
class Table:
    """A raw table.

    Attributes:
        name: its name.
        is_required: whether a folder without it can't be read.
        columns: its columns in the contract's order.
    """

    name: str
    is_required: bool
    columns: tuple[Column, ...]


def read_contract(declared: Iterable[Mapping[str, Any]]) -> list[Table]:
    """Return the tables of the contract as the macro `raw_contract` gives them."""
    return [
        Table(
            name=table["name"],
            is_required=table["is_required"],
            columns=tuple(
                Column(column["name"], column["type"], column["is_required"])
                for column in table["columns"]
            ),
        )
        for table in declared
    ]
