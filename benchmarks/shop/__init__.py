"""Writes a large clean shop of any size in the shape of the raw contract, as Parquet.

The rows are drawn in SQL, one file a table beside this one, from hashes of row numbers: the same
scale gives the same shop. What happens in time happens in the order of its numbers, from 2023-07-01
to 2026-06-30, so that a range of numbers is a range of days.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

SQL = Path(__file__).parent
LAST_DAY = date(2026, 6, 30)
DAY_COUNT = 1096
MONTHS = [f"{2023 + (6 + month) // 12}-{(6 + month) % 12 + 1:02d}" for month in range(36)]
# Rows at scale 1; of events, sessions of eight events on average.
CUSTOMERS = 1_000_000
GROWING = {
    "customers": CUSTOMERS,
    "orders": 5_000_000,
    "order_lines": 15_000_000,
    "refunds": 250_000,
    "surveys": 1_000_000,
    "email_events": 20_000_000,
    "consent_events": 500_000,
    "events": 12_500_000,
}
# Rows at any scale.
PRODUCTS = 20_000
FIXED = {"products": PRODUCTS, "exchange_rates": 165, "marketing_spend": 6 * DAY_COUNT}


@dataclass(frozen=True)
class Shop:
    """A shop on disk.

    Attributes:
        folder: where it is.
        scale: its size; 1 has a million customers and a hundred million events.
    """

    folder: Path
    scale: float

    @property
    def raw(self) -> Path:
        """The raw folder: all days but the last, and the last once it was delivered."""
        return self.folder / "raw"

    def deliver_last_day(self) -> None:
        """Add the files of the last day to the raw folder."""
        for path in self._last_day_files():
            (self.raw / path.parent.name / path.name).hardlink_to(path)

    def take_back_last_day(self) -> None:
        """Take the files of the last day out of the raw folder again, if they are there."""
        for path in self._last_day_files():
            (self.raw / path.parent.name / path.name).unlink(missing_ok=True)

    def _last_day_files(self) -> list[Path]:
        return sorted((self.folder / "last_day").rglob("*.parquet"))


@dataclass(frozen=True)
class Part:
    """A file of a table: the rows of a range of numbers."""

    table: str
    path: Path
    first_number: int
    end_number: int
    count: int


def write_shop(folder: Path, scale: float, without: Collection[str] = ()) -> Shop:
    """Write a shop, unless it is there.

    Args:
        folder: where its files go.
        scale: its size; 1 has a million customers and a hundred million events.
        without: tables that are left out.
    """
    shop = Shop(folder, scale)
    is_whole = folder / f"scale_{scale:g}"
    if is_whole.exists():
        return shop
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
        connection.execute(f"set variable customers = {int(CUSTOMERS * scale)}")
        connection.execute(f"set variable products = {PRODUCTS}")
        for part in parts(folder, scale):
            if part.table in without:
                continue
            part.path.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"set variable first_number = {part.first_number}")
            connection.execute(f"set variable end_number = {part.end_number}")
            connection.execute(f"set variable count = {part.count}")
            query = (SQL / f"{part.table}.sql").read_text(encoding="utf-8")
            connection.execute(f"copy ({query}) to '{part.path}' (format parquet)")
    is_whole.touch()
    return shop


def parts(folder: Path, scale: float) -> Iterator[Part]:
    """Yield the files of a shop: events by month, and what grows with its last day by itself."""
    for table, count in FIXED.items():
        yield Part(table, folder / "raw" / f"{table}.parquet", 0, count, count)
    for table, rows in GROWING.items():
        count = int(rows * scale)
        history = count - count // DAY_COUNT
        names = MONTHS if table == "events" else ["history"]
        for place, name in enumerate(names):
            first, end = (history * month // len(names) for month in (place, place + 1))
            yield Part(table, folder / "raw" / table / f"{name}.parquet", first, end, count)
        path = folder / "last_day" / table / f"{LAST_DAY}.parquet"
        yield Part(table, path, history, count, count)
