"""Tricks with rows that must be rejected, and with rows that only look so."""

from collections.abc import Callable
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
        *(" 2025-01-01T00:00:00Z", "2025-01-01T25:00:00Z", "12:00", "2025-1-1", "0001-01-01"),
        *("1900-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00+00:01"),
        *("9999-12-31T23:59:59-00:01", "2025-01-01T10:00:00  Z", "2025-01-01T10:00:00 GMT"),
    ),
    "date": ("soon", "2026-02-30", "31/12/2025", "infinity", "epoch", " 2025-01-01", "0000-01-01"),
    "boolean": ("maybe", "2", "ja", "nein", "tr ue", "\u00a0true", "01", "true.", "-1"),
    "integer": (
        *("2.5", "2.", "abc", "1e2", "0x10", " 2", "1_000", "２", "٣", "2.0.0", "9" * 19),
        *("NaN", "-", "1,000"),
    ),
    "money": ("abc", "1,5", "$5", "1e3", "NaN", "Infinity", " 2.50", "1" + "0" * 16, "١٫٥"),
    "score": ("abc", "4/5", "NaN", "1e1", " 4"),
    "rate": ("abc", "NaN", "Infinity", "1/2"),
}
"""Texts that can't be read as the type."""

WRITTEN_ODDLY = {
    "timestamp": (
        *("2018-01-01 10:00:00 +02:00", "2018-01-01T10:00 UTC", "2018-01-01 10:00:00UTC"),
        *("2018-01-01T10:00:00+0200", "2018-01-01T10:00-05", "2018-01-01T10:00:00.1234567891Z"),
        *("2018-01-01", "2018-01-01 10:00", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00+01:00"),
    ),
    "date": ("2018-01-01T23:59:59Z", "2018-01-01 00:00:00 +14:00", "0001-01-01", "9999-12-31"),
    "boolean": (" true", "\tYES\n", "oN", "1.0", "Off ", "0.0", "N", "y"),
    "integer": ("2.0", "+3.00", "007", "4.000000000000000000000", "+0001"),
    "money": ("+5", "5.", ".5", "0005.1", "2.675", "-0.00", "1.005000000000000000001"),
    "score": ("+4", "4.", ".5", "4.00004", "4.00005"),
    "rate": ("+1", "1.", ".5", "1.000000005"),
}
"""Texts that can be read as the type, whatever they look like."""

SPELLINGS: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.title,
    str.swapcase,
    lambda word: f" {word}\t",
    lambda word: f"\n{word.upper()}\r\n",
)
"""Spellings that mean nothing."""

OTHER_WORDS: tuple[Callable[[str], str], ...] = (
    lambda word: "other",
    lambda word: f"\u00a0{word}",
    lambda word: f"{word}!",
    lambda word: f"{word[:1]} {word[1:]}",
)
"""Spellings that make another word of it."""


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


def values_written_oddly(shop: Shop) -> None:
    """Add rows whose values are written as few tools would, and can be read all the same."""
    for table, columns in COLUMNS.items():
        for column in columns:
            for text in WRITTEN_ODDLY.get(KINDS.get(column, "text"), ()):
                row = _copy(shop, table) if shop.chance(0.5) else None
                if row:
                    row[column] = text


def words_in_odd_spelling(shop: Shop) -> None:
    """Add rows whose words and currencies are in any case of letters, with blanks around."""
    currencies = [(table, "currency") for table in COLUMNS if "currency" in COLUMNS[table]]
    for table, column in (*ENUMERATED, *currencies):
        for spell in SPELLINGS:
            row = _copy(shop, table)
            if row and row.get(column):
                row[column] = spell(str(row[column]))


def words_unknown(shop: Shop) -> None:
    """Add rows whose word is another one, or holds what is no blank to be taken off."""
    for table, column in ENUMERATED:
        for change in OTHER_WORDS:
            row = _copy(shop, table)
            if row and row.get(column):
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
    values_written_oddly,
    words_in_odd_spelling,
    words_unknown,
    several_things_wrong,
    rows_of_the_far_future,
    negative_amounts,
    negative_costs,
    refunds_not_positive,
    orders_rejected_with_their_lines,
    every_line_is_wrong,
)
