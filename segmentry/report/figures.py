"""The figures of the report: what its queries answer on the files of a published version.

Each query stands in a file of its own, `queries/<name>.sql`, with a sentence on what it says and
the columns of its key. A figure knows the query, the row and the column that it is of, and carries
them onto the page: whoever doubts a number can ask for it again.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

import duckdb
from markupsafe import Markup, escape

QUERIES = Path(__file__).with_name("queries")
# Makes the views that the other queries read.
SHOWN = "shown"
NOTHING = "–"
# Amounts below it are shown with cents.
ROUNDED_FROM = 1_000
# Columns whose days stand for their months.
MONTHS = ("month", "cohort")


@dataclass(frozen=True)
class Figure:
    """One value that a query answered.

    Attributes:
        value: the value; None where nothing is known or shown.
        query: the name of the query.
        key: the values of the key of its row.
        column: its column.
    """

    value: Any
    query: str
    key: tuple[Any, ...]
    column: str

    def __bool__(self) -> bool:
        """Whether anything is known, and is not 0 or empty."""
        return bool(self.value)

    def __str__(self) -> str:
        """Return the value for people."""
        return written(self.value, self.column)

    def __html__(self) -> Markup:
        """Return it as HTML that says where it comes from."""
        if not self.is_measured:
            return escape(str(self))
        return Markup(
            '<data value="{}" data-query="{}" data-key="{}" data-column="{}">{}</data>'
        ).format(plain(self.value), self.query, key_text(self.key), self.column, str(self))

    @property
    def in_row(self) -> Markup:
        """The figure as HTML in a row of a table that names the query and the key."""
        if not self.is_measured:
            return escape(str(self))
        return Markup('<data value="{}" data-column="{}">{}</data>').format(
            plain(self.value), self.column, str(self)
        )

    @property
    def is_measured(self) -> bool:
        """Whether it is a number or a day, not a text."""
        return self.value is not None and not isinstance(self.value, str | bool)

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None


class Row:
    """A row of an answer; its columns are attributes, each a figure."""

    def __init__(self, query: str, key: tuple[Any, ...], values: Mapping[str, Any]) -> None:
        """Hold the values of a row by column."""
        self.query, self.key, self.values = query, key, values

    def __getattr__(self, column: str) -> Figure:
        """Return the figure of a column."""
        try:
            return Figure(self.values[column], self.query, self.key, column)
        except KeyError:
            raise AttributeError(f"{self.query} has no column {column}") from None

    @property
    def key_text(self) -> str:
        """The key as the page carries it."""
        return key_text(self.key)


@dataclass(frozen=True)
class Answer:
    """What a query answered.

    Attributes:
        name: the query.
        sql: the query itself.
        says: what it says, in words.
        rows: its rows, in its order.
    """

    name: str
    sql: str
    says: str
    rows: Sequence[Row]

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    @property
    def only(self) -> Row:
        """The one row of a query that has no key."""
        (row,) = self.rows
        return row

    @cached_property
    def by_first(self) -> Mapping[Any, list[Row]]:
        """The rows by the first column of their key, in their order."""
        groups: dict[Any, list[Row]] = {}
        for row in self.rows:
            groups.setdefault(row.key[0], []).append(row)
        return groups

    @cached_property
    def by_key(self) -> Mapping[tuple[Any, ...], Row]:
        """The rows by their key."""
        return {row.key: row for row in self.rows}


def query_names() -> list[str]:
    """Return the names of all queries."""
    return sorted(path.stem for path in QUERIES.glob("*.sql") if path.stem != SHOWN)


def query_text(name: str) -> str:
    """Return a query as it stands in its file."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def open_version(file: Path, as_of_date: date, least_group: int) -> duckdb.DuckDBPyConnection:
    """Open the BI file of a version for the queries of the report.

    Args:
        file: `segmentry.duckdb` of the version.
        as_of_date: the day of the version.
        least_group: the fewest people of a sensitive segment of whom a count is shown.

    Raises:
        duckdb.Error: when it can't be read, or was published by a release without the tables that
            the report reads.
    """
    connection = duckdb.connect(str(file), read_only=True)
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"set variable as_of_date = date '{as_of_date.isoformat()}'")
    connection.execute(f"set variable report_min_group = {int(least_group)}")
    connection.execute(query_text(SHOWN))
    return connection


def ask(connection: duckdb.DuckDBPyConnection, name: str) -> Answer:
    """Return the answer to a query.

    Args:
        connection: as `open_version` opens it.
        name: the name of the query.
    """
    sql = query_text(name)
    head = takewhile(lambda line: line.startswith("-- "), sql.splitlines())
    comment = " ".join(line.removeprefix("-- ") for line in head)
    says, _, key = comment.partition(" key: ")
    result = connection.execute(sql)
    columns = [column[0] for column in result.description]
    places = [columns.index(column) for column in key.split(", ")] if key else []
    rows = [
        Row(name, tuple(values[place] for place in places), dict(zip(columns, values, strict=True)))
        for values in result.fetchall()
    ]
    return Answer(name, sql, says, rows)


def written(value: Any, column: str = "") -> str:
    """Return a value for people: shares in percent, changes with their sign."""
    sign = "+" if value and re.search(r"(^|_)change($|_)", column) else ""
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%-d %b %Y, %H:%M}"
        case date():
            return f"{value:%b %Y}" if column in MONTHS else f"{value:%-d %b %Y}"
        case int():
            text = f"{value:{sign},}"
        case Decimal():
            places = 0 if abs(value) >= ROUNDED_FROM else 2
            text = f"{value:{sign},.{places}f}"
        case float():
            is_share = column.endswith(("_share", "_rate"))
            text = f"{100 * value:{sign},.1f}%" if is_share else f"{value:{sign},.2f}"
        case _:
            return str(value)
    return text.replace("-", "−")


def plain(value: Any) -> str:
    """Return a value as programs read it."""
    return value.isoformat() if isinstance(value, date) else str(value)


def key_text(key: Sequence[Any]) -> str:
    """Return a key as the page carries it: a JSON list."""
    return json.dumps([plain(value) for value in key], ensure_ascii=False) if key else ""
