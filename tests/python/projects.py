"""Copies of the project in which a test may change a seed or a line of SQL."""

import csv
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.python.warehouse import ROOT

COPIED = (
    "models",
    "macros",
    "seeds",
    "profiles",
    "orchestration",
    "segmentry",
    "tests/generic",
    "tests/singular",
)
DEMO_SHOP = "demo_shop"


def copy_project(folder: Path) -> Path:
    """Copy what dbt needs of the project, its demo shop's files left out, into a new folder."""
    folder.mkdir(parents=True)
    for name in COPIED:
        if (ROOT / name).exists():
            ignored = shutil.ignore_patterns("__pycache__", f"{DEMO_SHOP}")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("dbt_project.yml", "profiles/profiles.yml"):
        shutil.copyfile(ROOT / name, folder / Path(name).name)
    return folder


def write_seed(project: Path, name: str, header: str, rows: Sequence[Sequence[object]]) -> None:
    """Replace a seed of a copied project."""
    with (project / "seeds" / f"{name}.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def shared_emails() -> frozenset[str]:
    """Return the addresses of the project's seed of shared emails."""
    with (ROOT / "seeds" / "shared_emails.csv").open(newline="") as stream:
        return frozenset(row["email"] for row in csv.DictReader(stream))


def shared_accounts() -> frozenset[str]:
    """Return the customer ids of the project's seed of ids that are no account's."""
    with (ROOT / "seeds" / "shared_accounts.csv").open(newline="") as stream:
        return frozenset(row["customer_id"] for row in csv.DictReader(stream))


def sale_calendar() -> tuple[tuple[str, date, date], ...]:
    """Return name, first and last day of the sales of the project's seed."""
    with (ROOT / "seeds" / "sale_calendar.csv").open(newline="") as stream:
        return tuple(
            (
                row["sale_name"],
                date.fromisoformat(row["starts_on"]),
                date.fromisoformat(row["ends_on"]),
            )
            for row in csv.DictReader(stream)
        )


def tracked_products() -> frozenset[tuple[str, str]]:
    """Return source system and id of the products of the project's seed."""
    with (ROOT / "seeds" / "tracked_products.csv").open(newline="") as stream:
        return frozenset(
            (row["source_system"], row["product_id"]) for row in csv.DictReader(stream)
        )
