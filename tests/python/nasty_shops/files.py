"""How the tables of a shop are written: formats, folders, headers and malformed lines."""

import gzip
import io
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from tests.python.nasty_shops.contract import COLUMNS, KINDS, REQUIRED, all_columns
from tests.python.nasty_shops.shop import Row, Shop

FILE_THEMES = tuple(
    f"file {name}"
    for name in (
        *("csv", "csv.gz", "parquet", "folder", "nested folder", "mixed folder", "header only"),
        *("table missing", "column missing", "extra column", "columns shuffled", "header case"),
        *("byte order mark", "line end \\n", "line end \\r\\n", "line end \\r", "blank lines"),
        *("no last line end", "all quoted", "native timestamp", "native date", "native integer"),
        *("native money", "native boolean", "empty text in parquet"),
    )
)
"""What may happen to the files of a shop, malformed lines apart."""

CANONICAL = {
    "timestamp": re.compile(
        r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?(Z|[+-]\d\d:\d\d)?"
    ),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "integer": re.compile(r"0|[1-9]\d{0,9}", re.ASCII),
    "money": re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,2})?", re.ASCII),
    "boolean": re.compile(r"true|false|t|f|1|0|yes|no", re.IGNORECASE),
}
"""The texts of which a column may hold nothing else to be written with its own type."""


def render_files(shop: Shop) -> dict[str, bytes]:
    """Return the content of every file of the raw folder by its relative path."""
    files: dict[str, bytes] = {}
    for table in COLUMNS:
        files.update(_render_table(shop, table))
    return files


def _render_table(shop: Shop, table: str) -> dict[str, bytes]:
    rows = [dict(row) for row in shop.rows[table]]
    shop.random.shuffle(rows)
    if table != "orders" and shop.chance(0.5 if not rows else 0.04):
        shop.themes.add("file table missing")
        return {}
    if not rows:
        shop.themes.add("file header only")
    if shop.profile.extreme != "one order" and shop.chance(0.5):
        parts = shop.random.randint(2, 4)
        return _render_folder(shop, table, [rows[start::parts] for start in range(parts)])
    kind = shop.pick(("csv", "csv.gz", "parquet"))
    return {f"{table}.{kind}": _render_file(shop, table, rows, kind)}


def _render_folder(shop: Shop, table: str, parts: list[list[Row]]) -> dict[str, bytes]:
    shop.themes.add("file folder")
    files, kinds = {}, set()
    for number, rows in enumerate(parts):
        kind = shop.pick(("csv", "csv.gz", "parquet"))
        nested = shop.chance(0.3)
        shop.themes |= {"file nested folder"} if nested else set()
        folder = f"{table}/2026/week {number}" if nested else table
        files[f"{folder}/part-{number}.{kind}"] = _render_file(shop, table, rows, kind)
        kinds.add(kind)
    shop.themes |= {"file mixed folder"} if len(kinds) > 1 else set()
    return files


def _render_file(shop: Shop, table: str, rows: list[Row], kind: str) -> bytes:
    shop.themes.add(f"file {kind}")
    columns = _columns(shop, table, rows)
    if "legacy_note" in columns:
        for row in rows:
            row["legacy_note"] = shop.pick(("", "old, but kept", 'a "note"'))
    if kind == "parquet":
        return _parquet(shop, columns, rows)
    content = _csv(shop, columns, rows)
    return gzip.compress(content, mtime=0) if kind == "csv.gz" else content


def _columns(shop: Shop, table: str, rows: list[Row]) -> list[str]:
    """Draw the file's columns: optional ones may be missing, others are added or moved."""
    columns = list(all_columns(table))
    for column in all_columns(table):
        empty = all(not row.get(column) for row in rows)
        if column not in REQUIRED[table] and shop.chance(0.5 if empty else 0.01):
            shop.themes.add("file column missing")
            columns.remove(column)
    if shop.chance(0.2):
        shop.themes.add("file extra column")
        columns.append("legacy_note")
    if shop.chance(0.4):
        shop.themes.add("file columns shuffled")
        shop.random.shuffle(columns)
    return columns


def _header(shop: Shop, columns: list[str]) -> list[str]:
    """Return the names as the file spells them, of which the case means nothing."""
    if shop.chance(0.8):
        return columns
    shop.themes.add("file header case")
    return [shop.pick((str.upper, str.title))(column) for column in columns]


def _field(shop: Shop, value: str | None, quoted: bool) -> str:
    """Write one CSV field; Python's own writer would never leave a stray quote bare."""
    if not value:
        return '""' if quoted and shop.chance(0.5) else ""
    must = value[0] == '"' or any(character in value for character in ",\r\n")
    if must or quoted or ('"' in value and shop.chance(0.5)):
        return '"' + value.replace('"', '""') + '"'
    return value


def _csv(shop: Shop, columns: list[str], rows: list[Row]) -> bytes:
    line_end = shop.pick(("\n", "\n", "\n", "\r\n", "\r"))
    shop.themes.add(f"file line end {line_end!r}".replace("'", ""))
    quoted = shop.chance(0.2)
    shop.themes |= {"file all quoted"} if quoted else set()
    lines = [
        ",".join(_field(shop, row.get(column), quoted) for column in columns).encode()
        for row in rows
    ]
    if shop.malformed and shop.chance(0.4):
        _insert_malformed_lines(shop, lines, len(columns))
    if shop.chance(0.2):
        shop.themes.add("file blank lines")
        for _ in range(3):
            lines.insert(shop.random.randint(0, len(lines)), b"")
    lines.insert(0, ",".join(_header(shop, columns)).encode())
    mark = b""
    if shop.chance(0.15):
        shop.themes.add("file byte order mark")
        mark = b"\xef\xbb\xbf"
    last = line_end.encode()
    if shop.chance(0.2):
        shop.themes.add("file no last line end")
        last = b""
    return mark + line_end.encode().join(lines) + last


def _too_few(shop: Shop, fields: int) -> bytes:
    return b",".join([b"few"] * max(1, fields - 1))


def _too_many(shop: Shop, fields: int) -> bytes:
    return b",".join([b"many"] * (fields + shop.random.randint(1, 3)))


def _blanks_alone(shop: Shop, fields: int) -> bytes:
    return b"   "


def _text_after_quote(shop: Shop, fields: int) -> bytes:
    return b",".join([b'"closed"early', *[b"x"] * (fields - 1)])


def _blank_after_quote(shop: Shop, fields: int) -> bytes:
    return b",".join([*[b"x"] * (fields - 1), b'"closed" '])


def _text_after_quoted_lines(shop: Shop, fields: int) -> bytes:
    return b'"first line\nsecond line" third,' + b",".join([b"x"] * (fields - 1))


def _too_few_on_two_lines(shop: Shop, fields: int) -> bytes:
    return b'"one\nrecord of two lines",x,"and ""three"" fields"'


def _invalid_encoding(shop: Shop, fields: int) -> bytes:
    return b",".join([b"caf\xe9", *[b"x"] * (fields - 1)])


def _invalid_encoding_on_two_lines(shop: Shop, fields: int) -> bytes:
    return b",".join([b'"first line\nsecond \xff\xfe line"', *[b"x"] * (fields - 1)])


def _quote_never_closed(shop: Shop, fields: int) -> bytes:
    return b",".join([b"x", b'"never closed', *[b""] * (fields - 2)])


MALFORMED: tuple[Callable[[Shop, int], bytes], ...] = (
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


def _insert_malformed_lines(shop: Shop, lines: list[bytes], fields: int) -> None:
    """Put a few malformed lines anywhere; a quote that never closes mostly comes last."""
    for _ in range(shop.random.randint(1, 4)):
        chosen = shop.random.randrange(len(MALFORMED))
        position = shop.random.randint(0, len(lines))
        if MALFORMED[chosen] is _quote_never_closed and shop.chance(0.8):
            position = len(lines)
        lines.insert(position, MALFORMED[chosen](shop, fields))
        shop.themes.add(MALFORMED_THEMES[chosen])


def _parquet(shop: Shop, columns: list[str], rows: list[Row]) -> bytes:
    empty = ""
    native = shop.chance(0.4)
    arrays = []
    for column in columns:
        texts = [row.get(column) or None for row in rows]
        kind = KINDS.get(column, "text")
        if native and _is_canonical(kind, texts):
            shop.themes.add(f"file native {kind}")
            arrays.append(_native(kind, texts))
            continue
        if None in texts and shop.chance(0.2):
            shop.themes.add("file empty text in parquet")
            texts = [text or shop.pick((None, empty)) for text in texts]
        arrays.append(pa.array(texts, pa.string()))
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=_header(shop, columns)), buffer)
    return buffer.getvalue()


def _is_canonical(kind: str, texts: Sequence[str | None]) -> bool:
    known = [text for text in texts if text]
    if not known or kind not in CANONICAL:
        return False
    if not all(CANONICAL[kind].fullmatch(text) for text in known):
        return False
    try:
        _native(kind, known)
    except ValueError:
        return False
    return True


def _native(kind: str, texts: Sequence[str | None]) -> pa.Array:
    """Return the texts as an array of the type that their kind has in a warehouse."""
    if kind == "timestamp":
        return pa.array([_instant(text) if text else None for text in texts], pa.timestamp("us"))
    if kind == "date":
        days = [date.fromisoformat(text) if text else None for text in texts]
        return pa.array(days, pa.date32())
    if kind == "integer":
        return pa.array([int(text) if text else None for text in texts], pa.int64())
    if kind == "money":
        amounts = [Decimal(text) if text else None for text in texts]
        return pa.array(amounts, pa.decimal128(18, 2))
    truths = [text.lower() in ("true", "t", "1", "yes") if text else None for text in texts]
    return pa.array(truths, pa.bool_())


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
