"""What is kept of events files from build to build is what a build from nothing computes.

A shop's events arrive in files that come late, grow, are replaced, renamed and taken away, with
rows that repeat over files and rows of the future; days go back and forth, settings change, builds
end half-way. After each step the kept tables are held against those of an empty warehouse.
"""

import csv
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.conftest import PROVE
from tests.python.warehouse import run_dbt

STEPS = 20 if PROVE else 2
TABLES = ("int_event_days", "int_product_days", "int_purchase_events", "base_rejected_rows")
DAYS = 30 if PROVE else 10
DAILY_TABLES = ("customer_facts", "segment_memberships", *TABLES) if PROVE else TABLES[:3]
KEPT = ("int_file_event_days", "int_file_product_days", "int_file_purchases")
HEADER = (
    "event_id", "occurred_at", "event_name", "anonymous_id", "customer_id", "session_id",
    "product_id", "is_bot",
)  # fmt: skip
NAMES = ("page_view", "view_item", "view_item", "add_to_cart", "purchase", "share", "")
Row = tuple[str, ...]


class Shop:
    """A raw folder whose events change, a warehouse that keeps, and the settings of its builds."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.raw = folder / "raw"
        self.events = self.raw / "events"
        self.events.mkdir(parents=True)
        (self.raw / "orders.csv").write_text(
            "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"
            "1,c1,2026-06-01,completed,USD,10\n"
        )
        self.dice = random.Random(seed)
        self.files: dict[str, list[Row]] = {}
        self.variables: dict[str, Any] = {"as_of": "2026-06-10", "max_rejected_share": 1}
        self.number = 0
        self.arrive()
        self.arrive()

    def row(self) -> Row:
        """Draw an event; some share an earlier one's id, are bots', unfit or of the future."""
        dice = self.dice
        self.number += 1
        number = dice.randrange(self.number) if dice.random() < 0.1 else self.number
        day, minute = dice.randrange(1, 15), dice.randrange(0, 24 * 60, 7)
        occurred_at = f"2026-06-{day:02} {minute // 60:02}:{minute % 60:02}:00"
        return (
            f"e{number}",
            dice.choice([occurred_at] * 30 + ["soon", "2999-01-01 00:00:00"]),
            dice.choice(NAMES),
            dice.choice(["v1", "v2", "v3", ""]),
            dice.choice(["c1", "c2", "", ""]),
            dice.choice(["s1", "s2", "", ""]),
            dice.choice(["tea", "mug", ""]),
            dice.choice(["false"] * 10 + ["true", "maybe"]),
        )

    def write(self, name: str, rows: list[Row]) -> None:
        """Write a file of events, as CSV or Parquet by its name."""
        self.files[name] = rows
        path = self.events / name
        if name.endswith(".csv"):
            with path.open("w", newline="") as stream:
                csv.writer(stream).writerows([HEADER, *rows])
            return
        with duckdb.connect() as connection:
            connection.execute(f"create table rows ({', '.join(f'{c} varchar' for c in HEADER)})")
            connection.executemany(
                f"insert into rows values ({', '.join('?' * len(HEADER))})", rows
            )
            connection.execute(f"copy rows to '{path}' (format parquet)")

    def arrive(self) -> None:
        """Add a file, whose rows may be late."""
        name = f"{self.dice.randrange(1000):03}.{self.dice.choice(['csv', 'parquet'])}"
        self.write(name, [self.row() for _ in range(self.dice.randrange(1, 40))])

    def grow(self) -> None:
        """Add rows to a file."""
        name = self.dice.choice(sorted(self.files))
        self.write(name, self.files[name] + [self.row() for _ in range(5)])

    def correct(self) -> None:
        """Replace the rows of a file by as many others."""
        name = self.dice.choice(sorted(self.files))
        self.write(name, [self.row() for _ in self.files[name]])

    def repeat(self) -> None:
        """Add a file of rows that stand in another."""
        rows = self.files[self.dice.choice(sorted(self.files))]
        self.write(f"again{self.number}.csv", self.dice.sample(rows, min(3, len(rows))))

    def remove(self) -> None:
        """Take a file away."""
        if len(self.files) > 1:
            name = self.dice.choice(sorted(self.files))
            del self.files[name]
            (self.events / name).unlink()

    def rename(self) -> None:
        """Give a file another name, which decides between rows that share a key."""
        name = self.dice.choice(sorted(self.files))
        other = f"{'a' if self.dice.random() < 0.5 else 'z'}{self.number}{Path(name).suffix}"
        (self.events / name).rename(self.events / other)
        self.files[other] = self.files.pop(name)

    def another_day(self) -> None:
        """Ask for another day, or for a moment of one."""
        day = f"2026-06-{self.dice.randrange(1, 16):02}"
        self.variables["as_of"] = self.dice.choice(
            [day, f"{day}T{self.dice.randrange(24):02}:30:00"]
        )

    def another_setting(self) -> None:
        """Set another time zone and pause."""
        self.variables["shop_timezone"] = self.dice.choice(["UTC", "Europe/Berlin", "Asia/Tokyo"])
        self.variables["session_gap_minutes"] = self.dice.choice([30, 60])

    def nothing(self) -> None:
        """Change nothing, as before a second run."""

    def build(self, warehouse: Path, models: str) -> None:
        """Build some models, as the files and settings now are."""
        run_dbt(
            "build", "--quiet", "--no-write-json", "--exclude-resource-type=unit_test",
            "--exclude-resource-type=test",
            "--select", models, raw_dir=self.raw, warehouse=warehouse, variables=self.variables,
        )  # fmt: skip

    def check(self, kept: Path, fresh: Path, tables: Sequence[str], said: object) -> None:
        """Build tables on what a warehouse keeps and from nothing: they are the same."""
        models = " ".join(f"+{table}" for table in tables)
        self.build(kept, models)
        fresh.parent.mkdir()
        self.build(fresh, models)
        assert contents(kept, tables) == contents(fresh, tables), said


def contents(warehouse: Path, tables: Sequence[str]) -> dict[str, list[Any]]:
    """Return the rows of the tables that stand on events, in an order of their own."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return {
            table: sorted(connection.execute(f"select * from {table}").fetchall(), key=repr)
            for table in tables
        }


def plain_rows(name: str, count: int) -> list[Row]:
    """Return events that are nobody else's."""
    return [
        (f"{name} {number}", "2026-06-03 10:00:00", "share", "v1", "", "", "", "false")
        for number in range(count)
    ]


def test_files_that_did_not_change_are_not_read_again(tmp_path: Path) -> None:
    """What stands in the warehouse of such a file stays, right or wrong, until all is asked for."""
    shop = Shop(tmp_path, 1)
    for name in shop.files.keys() | {"new.csv"}:
        shop.write(name, plain_rows(name, 20))
    kept = tmp_path / "segmentry.duckdb"
    models = " ".join(f"+{table}" for table in TABLES)

    def marked() -> set[str]:
        with duckdb.connect(str(kept), read_only=True) as connection:
            rows = connection.execute(
                "select distinct file_path from int_file_event_days where event_count = 999"
            )
            return {Path(path).name for (path,) in rows.fetchall()}

    def mark() -> None:
        with duckdb.connect(str(kept)) as connection:
            connection.execute("update int_file_event_days set event_count = 999")

    shop.build(kept, models)
    mark()
    everything = marked()
    assert everything == set(shop.files)
    shop.write("new.csv", plain_rows("new.csv", 21))
    shop.variables["as_of"] = "2026-06-05"
    shop.build(kept, models)
    assert marked() == everything - {"new.csv"}
    shop.variables["session_gap_minutes"] = 45
    shop.build(kept, models)
    assert marked() == set()


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(1, 6))
def test_what_is_kept_is_what_a_build_from_nothing_computes(tmp_path: Path, seed: int) -> None:
    shop = Shop(tmp_path, seed)
    kept = tmp_path / "segmentry.duckdb"
    changes: list[Callable[[], None]] = [
        shop.arrive, shop.grow, shop.correct, shop.repeat, shop.remove, shop.rename,
        shop.another_day, shop.another_setting, shop.nothing,
    ]  # fmt: skip
    done: list[str] = []
    for step in range(STEPS):
        for change in shop.dice.sample(changes, shop.dice.randrange(1, 4)) if step else ():
            change()
            done.append(change.__name__)
        if shop.dice.random() < 0.3:
            # A build that ends half-way.
            shop.build(kept, f"+{shop.dice.choice(KEPT)}")
            done.append("half a build")
        shop.check(kept, tmp_path / f"{step}" / "segmentry.duckdb", TABLES, done)
        done.append("build")


def test_every_day_of_a_month_is_a_build_from_nothing_as_of_that_day(tmp_path: Path) -> None:
    """Each day brings a file, in which some rows are late and some too early."""
    shop = Shop(tmp_path, 7)
    kept = tmp_path / "segmentry.duckdb"
    for day in range(DAYS):
        shop.variables["as_of"] = str(date(2026, 6, 1) + timedelta(day))
        shop.arrive()
        shop.check(kept, tmp_path / f"{day}" / "segmentry.duckdb", DAILY_TABLES, day)
