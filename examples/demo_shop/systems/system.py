"""What a system is: the raw tables that it holds, and how its own tables come of their rows."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from examples.demo_shop.records import RawShop


@dataclass(frozen=True)
class System:
    """A system that a connector reads, in one of the shapes that it is landed in.

    Attributes:
        name: its name.
        connector: the connector that reads it.
        fills: the raw tables whose rows it holds in the place of the shop's own files.
        losses: the columns of those rows that it does not tell, as `table.column`, and why.
        changes: what it tells otherwise, as `table.column` or `table`, and how.
        write: writes its tables into a folder, from the rows of all raw tables.
        carry: returns the rows that its tables tell, as rows of raw tables; what it tells otherwise
            is as it tells it, and columns that `losses` names are still to be emptied.
    """

    name: str
    connector: str
    fills: tuple[str, ...]
    losses: Mapping[str, str]
    changes: Mapping[str, str]
    write: Callable[[Path, RawShop], None]
    carry: Callable[[RawShop], RawShop]

    @property
    def issues_ids(self) -> bool:
        """Whether ids of customers, orders and products are its own."""
        return "orders" in self.fills

    def carried(self, shop: RawShop) -> RawShop:
        """Return what the system's tables tell of a shop."""
        lost: dict[str, list[str]] = defaultdict(list)
        for name in self.losses:
            table, column = name.split(".")
            lost[table].append(column)
        told = self.carry(shop)
        return replace(
            told,
            **{
                table: [replace(row, **dict.fromkeys(columns)) for row in getattr(told, table)]
                for table, columns in lost.items()
            },
        )
