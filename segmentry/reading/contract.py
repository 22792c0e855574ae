"""The raw contract as the reader needs it; it is declared in dbt's sources alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column of a raw table.

    Attributes:
        name: its name, in lower case.
        type: its type in the contract: `text`, `timestamp`, `date`, `boolean`, `integer`, a
            decimal, or a struct or list as DuckDB writes them.
        is_required: whether a file without it can't be read.
    """

    name: str
    type: str
    is_required: bool

    @property
    def is_id(self) -> bool:
        """Whether it holds ids, which must come whole out of any type of file."""
        return self.type == "text" and (self.name == "id" or self.name.endswith(("_id", " id")))

    @property
    def is_nested(self) -> bool:
        """Whether it holds structs or lists."""
        return is_nested(self.type)


@dataclass(frozen=True)
class Table:
    """A raw table.

    Attributes:
        name: its name.
        is_required: whether a folder without it can't be read.
        columns: its columns in the contract's order.
        stand_in: another table that may be there in its place; empty for none.
        files: how the names of its files begin, a star at the end, where they are not its name.
        any_prefix: whether its name may follow a prefix, which all such tables have in common.
    """

    name: str
    is_required: bool
    columns: tuple[Column, ...]
    stand_in: str = ""
    files: str = ""
    any_prefix: bool = False


def is_nested(type_: str) -> bool:
    """Tell whether a type of DuckDB is a struct, a map or a list."""
    return type_.endswith("]") or type_.upper().startswith(("STRUCT(", "MAP("))


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
            stand_in=table.get("stand_in") or "",
            files=table.get("files") or "",
            any_prefix=bool(table.get("any_prefix")),
        )
        for table in declared
    ]
