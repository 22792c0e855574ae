"""Tricks with rows that must be rejected, and with rows that only look so."""

from datetime import UTC, datetime, timedelta

from tests.python.nasty_shops.contract import (
    COLUMNS,
    ENUMERATED,
    KINDS,
    OWN_TIMESTAMP,
    REQUIRED,
)
from tests.python.nasty_shops.shop import Row, Shop

FAR_FUTURE = datetime(2999, 1, 1, tzinfo=UTC)
UNREADABLE = {
    "timestamp": (
        *("soon", "2026-02-30T10:00:00Z", "31/12/2025", "1767225600", "infinity", "epoch"),
        *(" 2025-01-01T00:00:00Z", "2025-01-01T25:00:00Z", "12:00"),
    ),
    "date": ("soon", "2026-02-30", "31/12/2025", "infinity", "epoch", " 2025-01-01"),
    "boolean": ("maybe", "2", "on", " true"),
    "integer": ("2.0", "abc", "1e2", "0x10", " 2", "1_000", "２", "٣"),
    "money": ("abc", "1,5", "$5", "1e3", "NaN", "Infinity", " 2.50", "1" + "0" * 16, "١٫٥"),
    "score": ("abc", "4/5", "NaN", "1e1", " 4"),
    "rate": ("abc", "NaN", "Infinity", "1/2"),
}
"""Texts that can't be read as the type."""


def _copy(shop: Shop, table: str) -> Row | None:
    """Add a copy of some row of the table under a key of its own, and return it."""
    if not shop.rows[table]:
        return None
    row = {**shop.pick(shop.rows[table]), COLUMNS[table][0]: shop.new_id("bad")}
    if table == "exchange_rates":
        row["rate_date"] = (shop.days.last_day - timedelta(days=9)).isoformat()
    if table == "marketing_spend":
        row["spend_date"] = shop.days.last_day.isoformat()
    shop.rows[table].append(row)
    return row


def required_values_missing(shop: Shop) -> None:
    """Add one row for each required column of each table, which lacks it."""
    for table, columns in REQUIRED.items():
        for column in columns:
            row = _copy(shop, table)
            if row:
                row[column] = None


def required_values_unreadable(shop: Shop) -> None:
    """Add one row for each required column that is no text, which can't be read."""
    for table, columns in REQUIRED.items():
        for column in columns:
            row = _copy(shop, table) if column in KINDS else None
            if row:
                row[column] = shop.pick(UNREADABLE[KINDS[column]])


def optional_values_unreadable(shop: Shop) -> None:
    """Add rows whose optional values can't be read: the value is null and the row counts."""
    for table, columns in COLUMNS.items():
        for column in columns:
            if column not in KINDS or column in REQUIRED[table]:
                continue
            for text in UNREADABLE[KINDS[column]]:
                row = _copy(shop, table) if shop.chance(0.5) else None
                if row:
                    row[column] = text


def enumerations_unknown(shop: Shop) -> None:
    """Add rows whose required enumerated column holds another value, or one in capitals."""
    for table, column in ENUMERATED:
        for change in (str.upper, str.title, lambda text: text + " ", lambda text: "other"):
            row = _copy(shop, table)
            if row and row[column]:
                row[column] = change(str(row[column]))


def several_things_wrong(shop: Shop) -> None:
    """Add rows that break two rules, of which the first one is the reason."""
    for table, columns in REQUIRED.items():
        for _ in range(2):
            row = _copy(shop, table)
            if row:
                for column in shop.random.sample(columns, min(2, len(columns))):
                    row[column] = shop.pick((None, "abc", "-1"))


def rows_of_the_far_future(shop: Shop) -> None:
    """Add rows dated long after any run."""
    for table, column in OWN_TIMESTAMP.items():
        row = _copy(shop, table)
        if row:
            row[column] = shop.written(FAR_FUTURE)
    row = _copy(shop, "customers")
    if row:
        row["accepts_marketing"] = "true"
        row["accepts_marketing_updated_at"] = shop.written(FAR_FUTURE)


def negative_amounts(shop: Shop) -> None:
    """Add rows with an amount or price below zero, by a cent or by less than half of one."""
    for table, columns in COLUMNS.items():
        for column in columns:
            if KINDS.get(column) != "money" or column == "unit_cost":
                continue
            for text in ("-0.01", "-0.004", "-0.005"):
                row = _copy(shop, table)
                if row:
                    row[column] = text


def negative_costs(shop: Shop) -> None:
    """Add products whose cost is below zero, which nothing forbids."""
    shop.product(unit_cost="-1.00")


def refunds_not_positive(shop: Shop) -> None:
    """Add refunds of nothing, of less than nothing, and of what rounds to nothing."""
    order = shop.order(**shop.person().columns())
    for amount in ("0", "0.00", "-1", "0.004", "0.005"):
        shop.refund(order, amount=amount)


def orders_rejected_with_their_lines(shop: Shop) -> None:
    """Add rejected orders, each for another reason, whose lines and refunds go with them."""
    for column, text in (
        ("ordered_at", "soon"),
        ("status", None),
        ("subtotal_amount", "-1"),
        ("currency", None),
    ):
        order = shop.order(**shop.person().columns())
        shop.line(order)
        shop.refund(order)
        order[column] = text


def every_line_is_wrong(shop: Shop) -> None:
    """Add an order of which no line counts, and one whose only refund does not."""
    order = shop.order(**shop.person().columns())
    for _ in range(2):
        shop.line(order, quantity=shop.pick(("0", "2.0", None)))
    shop.refund(order, amount="-3")


TRICKS = (
    required_values_missing,
    required_values_unreadable,
    optional_values_unreadable,
    enumerations_unknown,
    several_things_wrong,
    rows_of_the_far_future,
    negative_amounts,
    negative_costs,
    refunds_not_positive,
    orders_rejected_with_their_lines,
    every_line_is_wrong,
)
