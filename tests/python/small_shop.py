"""A shop of a few hundred orders, small enough to be built day after day in a test."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from tests.python.raw_folders import Row, write_csv

FIRST_DAY = date(2026, 6, 26)
ONE_TIMERS = 120
REPEAT_CUSTOMERS = 80


@dataclass(frozen=True)
class Delivery:
    """What a shop delivers on a morning.

    Attributes:
        days: the days of June 2026 from the first on of which orders are delivered.
        newcomers: customers with one order on the last of these days, beside the usual few.
    """

    days: int
    newcomers: int = 0


def orders(delivery: Delivery) -> list[Row]:
    """Return the orders of a delivery: a past of a hundred days, and three newcomers a day."""
    past = [
        order(f"one-{number}", 1, FIRST_DAY - timedelta(days=number % 100 + 1))
        for number in range(ONE_TIMERS)
    ] + [
        order(f"two-{number}", turn, FIRST_DAY - timedelta(days=turn * (number % 40 + 1)))
        for number in range(REPEAT_CUSTOMERS)
        for turn in (1, 2)
    ]
    days = [FIRST_DAY + timedelta(days=number) for number in range(delivery.days)]
    usual = [order(f"new-{day}-{number}", 1, day) for day in days for number in range(3)]
    wave = [order(f"wave-{number}", 1, days[-1]) for number in range(delivery.newcomers)]
    return [*past, *usual, *wave]


def order(customer: str, turn: int, day: date) -> Row:
    """Return a completed order of a customer at noon."""
    return {
        "order_id": f"{customer}-{turn}",
        "customer_id": customer,
        "email": f"{customer}@shop.example",
        "ordered_at": datetime.combine(day, time(12)).isoformat(),
        "status": "completed",
        "currency": "USD",
        "subtotal_amount": str(20 + turn),
    }


def deliver(folder: Path, delivery: Delivery) -> None:
    """Write the raw folder of a delivery, in place of the one before."""
    folder.mkdir(exist_ok=True)
    write_csv(folder, "orders", orders(delivery))


def day(number: int) -> str:
    """Return a day by its number, the first being 1, as 2026-06-26."""
    return (FIRST_DAY + timedelta(days=number - 1)).isoformat()


def shop_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a shop in a folder: raw files, warehouse, published versions."""
    return {
        "SEGMENTRY_RAW_DIR": str(folder / "raw"),
        "SEGMENTRY_WAREHOUSE": str(folder / "segmentry.duckdb"),
        "SEGMENTRY_PUBLISHED_DIR": str(folder / "published"),
        "SEGMENTRY_SYNCS_DIR": str(folder / "syncs"),
        "SEGMENTRY_FIRST_DAY": FIRST_DAY.isoformat(),
    }
