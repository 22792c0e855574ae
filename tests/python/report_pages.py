"""Reads a segment report as a reader would: its numbers, and the query, row and column of each."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb

VOID = {"br", "input", "link", "meta", "hr", "img"}
# Where digits are no figures: words, headings, code, drawings.
WORDS = {
    "caption",
    "code",
    "h1",
    "h2",
    "h3",
    "h4",
    "option",
    "pre",
    "script",
    "style",
    "svg",
    "th",
    "title",
}


@dataclass(frozen=True)
class Number:
    """A number on the page.

    Attributes:
        query: the query that it names.
        key: its row there.
        column: its column there.
        value: its value, exactly.
        text: how it is written.
    """

    query: str
    key: tuple[str, ...]
    column: str
    value: str
    text: str


class ReportPage(HTMLParser):
    """A report, read.

    Attributes:
        numbers: its numbers, in their order.
        stray: texts with digits that name no query.
        queries: the queries that it shows, by name; what is run before them under ``.
        texts: all text by the id of the nearest element that has one.
        ids: its anchors.
        links: where its links lead.
    """

    def __init__(self, html: str) -> None:
        """Read a page."""
        super().__init__()
        self.numbers: list[Number] = []
        self.stray: list[str] = []
        self.queries: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self._open: list[tuple[str, dict[str, str]]] = []
        self._summary = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        named = {name: value or "" for name, value in attrs}
        if "id" in named:
            self.ids.add(named["id"])
        if tag == "a":
            self.links.add(named["href"])
        if tag == "summary":
            self._summary = ""
        if tag not in VOID:
            self._open.append((tag, named))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Pass over an element without content."""

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        opened, _ = self._open.pop()
        assert opened == tag, f"<{opened}> ends as </{tag}>"

    def handle_data(self, data: str) -> None:
        """Note a text."""
        tags = [tag for tag, _ in self._open]
        owner = self._nearest("id")
        self.texts[owner] = self.texts.get(owner, "") + data
        if "summary" in tags and "code" in tags:
            self._summary = data
        if tags and tags[-1] == "pre":
            self.queries[self._summary] = self.queries.get(self._summary, "") + data
        if not re.search(r"\d", data):
            return
        if "data" in tags:
            _, named = self._open[-1]
            key = self._nearest("data-key")
            self.numbers.append(
                Number(
                    self._nearest("data-query"),
                    tuple(json.loads(key)) if key else (),
                    named["data-column"],
                    named["value"],
                    data,
                )
            )
        elif not WORDS.intersection(tags) and not any(
            "data-words" in named for _, named in self._open
        ):
            self.stray.append(data.strip())

    def _nearest(self, attribute: str) -> str:
        for _, named in reversed(self._open):
            if attribute in named:
                return named[attribute]
        return ""


def plain(value: Any) -> str:
    """Return a value as the page writes it for programs."""
    return value.isoformat() if isinstance(value, date) else str(value)


def answers(page: ReportPage, file: Path) -> dict[tuple[str, tuple[str, ...], str], str]:
    """Return what the queries that a page shows answer on a file, by query, key and column.

    Args:
        page: the report.
        file: `segmentry.duckdb` of its version.
    """
    found: dict[tuple[str, tuple[str, ...], str], str] = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(page.queries[""])
        for name, sql in page.queries.items():
            if name:
                found |= {(name, *place): value for place, value in _answer(connection, sql)}
    return found


def _answer(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> Iterator[tuple[tuple[tuple[str, ...], str], str]]:
    key = re.search(r"^-- key: (.*)", sql, re.MULTILINE)
    named = key[1].split(", ") if key else []
    result = connection.execute(sql)
    columns = [column[0] for column in result.description]
    for row in result.fetchall():
        values = dict(zip(columns, map(plain, row), strict=True))
        for column in columns:
            yield (tuple(values[name] for name in named), column), values[column]
