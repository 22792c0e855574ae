"""How the tables of a shop are written: formats, folders, names, columns and their types."""

import gzip
import io
from collections import defaultdict
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from tests.python.nasty_shops.contract import COLUMNS, REQUIRED, all_columns
from tests.python.nasty_shops.csv_text import CSV_THEMES, csv_bytes, spelled_header
from tests.python.nasty_shops.parquet_types import MAKERS, fitting_types, is_typed, kind_of
from tests.python.nasty_shops.shop import Row, Shop

KINDS_OF_FILE = ("csv", "csv.gz", "parquet")
KEYS_IN_PATHS = (
    *("source_system", "currency", "status", "event_name", "channel", "survey_type"),
    *("event_type", "country_code", "is_test", "is_bot", "category", "spend_date"),
)
LONGEST_KEY = 60
NULL_IN_PATH = "__HIVE_DEFAULT_PARTITION__"
PARQUET_THEMES = tuple(
    f"file {name}" for name in ("null", *(name for makers in MAKERS.values() for name in makers))
)
FILE_THEMES = (
    *(f"file {kind}" for kind in KINDS_OF_FILE),
    *(
        f"file {name}"
        for name in (
            *("folder", "nested folder", "mixed folder", "beside a folder", "key in path"),
            *("key in path and file", "clean rows apart", "odd name", "name in capitals"),
            *("left out", "header only", "table missing", "column missing", "extra column"),
            *("columns shuffled", "empty text in parquet"),
        )
    ),
    *CSV_THEMES,
    *PARQUET_THEMES,
)
"""What may happen to the files of a shop, malformed lines apart."""


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
    name = _capitals(shop, table)
    if shop.profile.extreme == "one order" or shop.chance(0.4):
        return _render_file(shop, table, name, rows)
    if shop.chance(0.2):
        shop.themes.add("file beside a folder")
        half = len(rows) // 2
        return {
            **_render_file(shop, table, name, rows[:half]),
            **_render_folder(shop, table, table, rows[half:]),
        }
    return _render_folder(shop, table, name, rows)


def _render_folder(shop: Shop, table: str, name: str, rows: list[Row]) -> dict[str, bytes]:
    shop.themes.add("file folder")
    files: dict[str, bytes] = {}
    for number, (place, part, absent) in enumerate(_parts(shop, table, rows)):
        nested = shop.chance(0.3)
        shop.themes |= {"file nested folder"} if nested else set()
        folder = f"{name}/{place}2026/week {number}" if nested else f"{name}/{place}"
        odd = shop.chance(0.2)
        shop.themes |= {"file odd name"} if odd else set()
        stem = shop.pick(("part [0]*?", "it's a=b", "é 😀 %20", "two\nlines")) if odd else "part"
        path = f"{folder.rstrip('/')}/{stem}-{number}"
        files.update(_render_file(shop, table, path, part, absent))
    kinds = {path.lower().rpartition(".")[2] for path in files}
    shop.themes |= {"file mixed folder"} if len(kinds) > 1 else set()
    if shop.chance(0.2):
        shop.themes.add("file left out")
        left_out = shop.pick(("_part.csv", ".part.parquet", "_temporary/0/part.csv", "notes.txt"))
        files[f"{name}/{left_out}"] = b"not,to be\nread"
    return files


def _parts(shop: Shop, table: str, rows: list[Row]) -> list[tuple[str, list[Row], str | None]]:
    """Deal rows to files: the folder of each, its rows, and the column that the folder tells."""
    keys = [column for column in all_columns(table) if column in KEYS_IN_PATHS]
    key = shop.pick(keys) if keys and shop.chance(0.25) else None
    if key and all(len((row.get(key) or "").encode()) <= LONGEST_KEY for row in rows):
        return _parts_by_key(shop, key, rows)
    if shop.chance(0.5):
        shop.themes.add("file clean rows apart")
        untyped = () if shop.profile.has_numbers_for_ids else ("id",)
        columns = [column for column in all_columns(table) if kind_of(column) not in untyped]
        clean = [row for row in rows if all(is_typed(name, row.get(name)) for name in columns)]
        rest = [row for row in rows if row not in clean]
        half = len(clean) // 2
        return [("", part, None) for part in (clean[:half], clean[half:], rest)]
    count = shop.random.randint(2, 4)
    return [("", rows[start::count], None) for start in range(count)]


def _parts_by_key(shop: Shop, key: str, rows: list[Row]) -> list[tuple[str, list[Row], str | None]]:
    shop.themes.add("file key in path")
    by_value: defaultdict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        by_value[row.get(key) or None].append(row)
    written = key.upper() if shop.chance(0.3) else key
    parts: list[tuple[str, list[Row], str | None]] = []
    for value, part in by_value.items():
        told = NULL_IN_PATH if value is None else quote(value, safe="|")
        if shop.chance(0.1):
            shop.themes.add("file key in path and file")
            parts.append((f"{written}=another/", part, None))
        else:
            parts.append((f"{written}={told}/", part, key))
    return parts or [("", rows, None)]


def _capitals(shop: Shop, name: str) -> str:
    """Return a name, sometimes in capitals, which mean nothing."""
    if shop.chance(0.9):
        return name
    shop.themes.add("file name in capitals")
    return name.upper()


def _render_file(
    shop: Shop, table: str, path: str, rows: list[Row], absent: str | None = None
) -> dict[str, bytes]:
    kind = shop.pick(KINDS_OF_FILE)
    shop.themes.add(f"file {kind}")
    columns = [column for column in _columns(shop, table, rows) if column != absent]
    if "legacy_note" in columns:
        for row in rows:
            row["legacy_note"] = shop.pick(("", "old, but kept", 'a "note"'))
    if kind == "parquet":
        content = _parquet(shop, columns, rows)
    else:
        content = csv_bytes(shop, columns, rows)
        content = gzip.compress(content, mtime=0) if kind == "csv.gz" else content
    return {f"{path}.{_capitals(shop, kind)}": content}


def _columns(shop: Shop, table: str, rows: list[Row]) -> list[str]:
    """Draw the file's columns: optional ones may be missing, others are added or moved."""
    columns = list(all_columns(table))
    for column in all_columns(table):
        empty = all(not row.get(column) for row in rows)
        if column not in REQUIRED[table] and shop.chance(0.5 if empty else 0.02):
            shop.themes.add("file column missing")
            columns.remove(column)
    if shop.chance(0.2):
        shop.themes.add("file extra column")
        columns.append("legacy_note")
    if shop.chance(0.4):
        shop.themes.add("file columns shuffled")
        shop.random.shuffle(columns)
    return columns


def _parquet(shop: Shop, columns: list[str], rows: list[Row]) -> bytes:
    typed = shop.pick((0.0, 0.5, 1.0, 1.0))
    arrays = []
    for column in columns:
        texts = [row.get(column) or None for row in rows]
        types = fitting_types(column, texts) if shop.chance(typed) else {}
        if types:
            name = shop.pick(list(types))
            shop.themes.add(f"file {name}")
            arrays.append(types[name](texts))
            continue
        if None in texts and shop.chance(0.2):
            shop.themes.add("file empty text in parquet")
            texts = [text or shop.pick((None, "")) for text in texts]
        arrays.append(pa.array(texts, pa.string()))
    buffer = io.BytesIO()
    table = pa.Table.from_arrays(arrays, names=spelled_header(shop, columns))
    pq.write_table(table, buffer)
    return buffer.getvalue()
