"""The shop's raw tables and seeds as files: compressed CSV that depends on nothing but rows."""

import csv
import gzip
import io
import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import Field, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Protocol

from examples.demo_shop.blemishes import CUT_OFF, MALFORMED, Row, add_flaws
from examples.demo_shop.records import RawShop
from examples.demo_shop.seasons import SALES
from examples.demo_shop.till import TILL

_SHARED_EMAILS = (
    "info@shop.example",
    "noreply@shop.example",
    "orders@relay.marketplace.example",
    "reception@hotel.example",
)


class _Record(Protocol):
    """Any of the row classes."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def as_text(value: str | int | bool | Decimal | date | datetime | None) -> str:
    """Return a value as the raw contract writes it; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        text = value.isoformat(timespec="seconds")
        return text.removesuffix("+00:00") + "Z" if value.tzinfo is UTC else text
    return value.isoformat() if isinstance(value, date) else str(value)


def as_row(record: _Record) -> Row:
    """Return a record as text by column."""
    return {column.name: as_text(getattr(record, column.name)) for column in fields(record)}


def _csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _write_compressed(path: Path, text: str) -> None:
    """Write a file that holds neither its own name nor the time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as compressed:
        compressed.write(text.encode())


def _quarter(row: Row) -> str:
    """Return the quarter of an event's month, as `2025-Q1`."""
    year, month = row["occurred_at"][:4], int(row["occurred_at"][5:7])
    return f"{year}-Q{(month + 2) // 3}"


def _web_files(table: str, records: Sequence[_Record]) -> dict[str, str]:
    """Return the text of the web shop's files of a table by file name, flaws included."""
    rows = [as_row(record) for record in records]
    columns = list(rows[0])
    files: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        files[_quarter(row) if table == "events" else "webshop"].append(row)
    first = next(iter(files))
    files[first] = add_flaws(table, files[first])
    texts = {name: _csv(rows_of_file, columns) for name, rows_of_file in files.items()}
    header, *lines = texts[first].splitlines(keepends=True)
    malformed = MALFORMED.get(table, "")
    texts[first] = "".join([header, malformed, *lines, CUT_OFF.get(table, "")])
    return texts


def _till_file(records: Sequence[_Record]) -> str:
    """Return the text of the till's file, which has only the columns that the till fills."""
    rows = [as_row(record) for record in records]
    columns = [column for column in rows[0] if any(row[column] for row in rows)]
    return _csv(rows, columns)


def write_demo_shop(folder: Path, shop: RawShop) -> dict[str, int]:
    """Replace a folder by the shop's raw tables.

    Args:
        folder: where the tables go; what it held before is removed.
        shop: the rows.

    Returns:
        The number of lines per table, headers left out.

    """
    if folder.exists():
        shutil.rmtree(folder)
    counts: dict[str, int] = {}
    for column in fields(RawShop):
        table, records = column.name, getattr(shop, column.name)
        of_till = [row for row in records if getattr(row, "source_system", None) == TILL]
        of_web = [row for row in records if getattr(row, "source_system", None) != TILL]
        texts = _web_files(table, of_web)
        if of_till:
            texts["till"] = _till_file(of_till)
        for name, text in texts.items():
            is_alone = len(texts) == 1
            path = folder / f"{table}.csv.gz" if is_alone else folder / table / f"{name}.csv.gz"
            _write_compressed(path, text)
        counts[table] = sum(text.count("\n") - 1 for text in texts.values())
    return counts


def write_rows(folder: Path, shop: RawShop) -> None:
    """Write the rows of a shop as they are, a file per table that has any."""
    for column in fields(RawShop):
        if rows := [as_row(record) for record in getattr(shop, column.name)]:
            _write_compressed(folder / f"{column.name}.csv.gz", _csv(rows, list(rows[0])))


def write_seeds(folder: Path) -> None:
    """Write the seeds that belong to the shop: its sales, and addresses that many people share."""
    sales = [
        {
            "sale_name": sale.sale_name,
            "starts_on": sale.starts_on.isoformat(),
            "ends_on": sale.ends_on.isoformat(),
        }
        for sale in SALES
    ]
    (folder / "sale_calendar.csv").write_text(_csv(sales, list(sales[0])), encoding="utf-8")
    emails = [{"email": email} for email in _SHARED_EMAILS]
    (folder / "shared_emails.csv").write_text(_csv(emails, ["email"]), encoding="utf-8")
