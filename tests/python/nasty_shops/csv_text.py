"""How a table is written as CSV: delimiters, encodings, line ends, headers and malformed lines."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.python.nasty_shops.shop import Row, Shop

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
ENCODINGS = {
    "utf-8": b"",
    "utf-8 with a mark": b"\xef\xbb\xbf",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
}
CSV_THEMES = (
    *(f"file split at {name}" for name in DELIMITERS.values()),
    *(f"file in {encoding}" for encoding in ENCODINGS),
    *("file line end \\n", "file line end \\r\\n", "file line end \\r", "file blank lines"),
    *("file no last line end", "file all quoted", "file header case", "file header blanks"),
)
"""What may happen to a CSV file, malformed lines apart."""


@dataclass(frozen=True)
class Line:
    """What a malformed line is made for: its file's delimiter and number of columns."""

    delimiter: bytes
    fields: int

    def of(self, *first: bytes, rest: bytes = b"x") -> bytes:
        """Return a line that begins with some fields and has others up to its full number."""
        return self.delimiter.join([*first, *[rest] * (self.fields - len(first))])


def spelled_header(shop: Shop, columns: list[str]) -> list[str]:
    """Return the names as the file spells them, of which the case means nothing."""
    if shop.chance(0.8):
        return columns
    shop.themes.add("file header case")
    return [shop.pick((str.upper, str.title))(column) for column in columns]


def csv_bytes(shop: Shop, columns: list[str], rows: list[Row]) -> bytes:
    """Return rows as a CSV file of some dialect and encoding."""
    delimiter = shop.pick((",", ",", ",", ";", "\t"))
    shop.themes.add(f"file split at {DELIMITERS[delimiter]}")
    line_end = shop.pick(("\n", "\n", "\n", "\r\n", "\r"))
    shop.themes.add(f"file line end {line_end!r}".replace("'", ""))
    quoted = shop.chance(0.2)
    shop.themes |= {"file all quoted"} if quoted else set()
    lines = [
        delimiter.join(
            _field(shop, row.get(column), delimiter, quoted) for column in columns
        ).encode()
        for row in rows
    ]
    if shop.malformed and shop.chance(0.4):
        _insert_malformed_lines(shop, lines, Line(delimiter.encode(), len(columns)))
    if shop.chance(0.2):
        shop.themes.add("file blank lines")
        for _ in range(3):
            lines.insert(shop.random.randint(0, len(lines)), b"")
    header = spelled_header(shop, columns)
    if shop.chance(0.1):
        shop.themes.add("file header blanks")
        header = [f" {column} " for column in header]
    lines.insert(0, delimiter.join(header).encode())
    last = line_end.encode()
    if shop.chance(0.2):
        shop.themes.add("file no last line end")
        last = b""
    return _encoded(shop, line_end.encode().join(lines) + last)


def _encoded(shop: Shop, content: bytes) -> bytes:
    """Bring UTF-8 to some encoding; bytes that are none become halves of letters in UTF-16."""
    encoding = shop.pick(("utf-8", "utf-8", "utf-8", *ENCODINGS))
    shop.themes.add(f"file in {encoding}")
    if encoding.startswith("utf-16"):
        text = content.decode("utf-8", "surrogateescape")
        content = text.encode(encoding, "surrogatepass")
    return ENCODINGS[encoding] + content


def _field(shop: Shop, value: str | None, delimiter: str, quoted: bool) -> str:
    """Write one CSV field; Python's own writer would never leave a stray quote bare."""
    if not value:
        return '""' if quoted and shop.chance(0.5) else ""
    must = value[0] == '"' or any(character in value for character in f"{delimiter}\r\n")
    if must or quoted or ('"' in value and shop.chance(0.5)):
        return '"' + value.replace('"', '""') + '"'
    return value


def _too_few(shop: Shop, line: Line) -> bytes:
    return line.delimiter.join([b"few"] * max(1, line.fields - 1))


def _too_many(shop: Shop, line: Line) -> bytes:
    return line.delimiter.join([b"many"] * (line.fields + shop.random.randint(1, 3)))


def _blanks_alone(shop: Shop, line: Line) -> bytes:
    return b"   "


def _text_after_quote(shop: Shop, line: Line) -> bytes:
    return line.of(b'"closed"early')


def _blank_after_quote(shop: Shop, line: Line) -> bytes:
    return line.delimiter.join([*[b"x"] * (line.fields - 1), b'"closed" '])


def _text_after_quoted_lines(shop: Shop, line: Line) -> bytes:
    return line.of(b'"first line\nsecond line" third')


def _too_few_on_two_lines(shop: Shop, line: Line) -> bytes:
    return line.delimiter.join((b'"one\nrecord of two lines"', b"x", b'"and ""three"" fields"'))


def _invalid_encoding(shop: Shop, line: Line) -> bytes:
    return line.of(b"caf\xe9")


def _invalid_encoding_on_two_lines(shop: Shop, line: Line) -> bytes:
    return line.of(b'"first line\nsecond \xff\xfe line"')


def _quote_never_closed(shop: Shop, line: Line) -> bytes:
    return line.of(b"x", b'"never closed', rest=b"")


MALFORMED: tuple[Callable[[Shop, Line], bytes], ...] = (
    _too_few,
    _too_many,
    _blanks_alone,
    _text_after_quote,
    _blank_after_quote,
    _text_after_quoted_lines,
    _too_few_on_two_lines,
    _invalid_encoding,
    _invalid_encoding_on_two_lines,
    _quote_never_closed,
)
"""Makers of lines that can't be split into as many fields as the header has."""

MALFORMED_THEMES = tuple(f"malformed{maker.__name__.replace('_', ' ')}" for maker in MALFORMED)


def _insert_malformed_lines(shop: Shop, lines: list[bytes], line: Line) -> None:
    """Put a few malformed lines anywhere; a quote that never closes mostly comes last."""
    for _ in range(shop.random.randint(1, 4)):
        chosen = shop.random.randrange(len(MALFORMED))
        position = shop.random.randint(0, len(lines))
        if MALFORMED[chosen] is _quote_never_closed and shop.chance(0.8):
            position = len(lines)
        lines.insert(position, MALFORMED[chosen](shop, line))
        shop.themes.add(MALFORMED_THEMES[chosen])
