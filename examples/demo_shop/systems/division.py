"""Which rows of the shop lie in its systems, and which in its own files."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from examples.demo_shop.records import RawShop
from examples.demo_shop.systems.system import System
from examples.demo_shop.till import TILL

_KEYS = {"customers": "customer_id", "products": "product_id", "orders": "order_id"}
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def web_shop(shop: RawShop, systems: Sequence[System]) -> RawShop:
    """Return the web shop's rows, each as it was last, with the ids of the system that sells."""
    store = next((system.connector for system in systems if system.issues_ids), None)
    return RawShop(
        **{
            table: _settled(table, [_of_system(row, store) for row in rows if not _is_tills(row)])
            for table, rows in tables_of(shop).items()
        }
    )


def own_files(shop: RawShop, systems: Sequence[System]) -> RawShop:
    """Return what no system holds: the till's rows, and tables that none of them has."""
    filled = {table for system in systems for table in system.fills}
    web = tables_of(web_shop(shop, systems))
    return RawShop(
        **{
            table: [
                *([] if table in filled else web[table]),
                *(row for row in rows if _is_tills(row)),
            ]
            for table, rows in tables_of(shop).items()
        }
    )


def carried_shop(shop: RawShop, systems: Sequence[System]) -> RawShop:
    """Return all rows that can be read of a shop whose rows lie in systems and own files."""
    web = web_shop(shop, systems)
    return joined([*(system.carried(web) for system in systems), own_files(shop, systems)])


def known_shop(shop: RawShop, systems: Sequence[System]) -> RawShop:
    """Return all rows of a shop as its own files would hold them, ids as its systems have them."""
    tills = {
        table: [row for row in rows if _is_tills(row)] for table, rows in tables_of(shop).items()
    }
    return joined([web_shop(shop, systems), RawShop(**tills)])


def joined(parts: Iterable[RawShop]) -> RawShop:
    """Return the rows of several shops as those of one."""
    whole = RawShop()
    for part in parts:
        for table, rows in tables_of(part).items():
            getattr(whole, table).extend(rows)
    return whole


def tables_of(shop: RawShop) -> dict[str, list[Any]]:
    """Return the rows of each raw table."""
    return {table.name: getattr(shop, table.name) for table in fields(shop)}


def _is_tills(row: Any) -> bool:
    return getattr(row, "source_system", None) == TILL


def _of_system(row: Any, store: str | None) -> Any:
    return replace(row, source_system=store) if hasattr(row, "source_system") else row


def _settled(table: str, rows: list[Any]) -> list[Any]:
    """Return the last version of each row, where a table has versions."""
    if table not in _KEYS:
        return rows
    versions = sorted(rows, key=lambda row: row.updated_at or _EARLIEST)
    last = {getattr(row, _KEYS[table]): row for row in versions}
    return [row for row in rows if row is last[getattr(row, _KEYS[table])]]
