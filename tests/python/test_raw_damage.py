"""Damaged raw files: each is read whole, as the reference reads it, or stops the run by name."""

import gzip
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from segmentry.reading.errors import ReadingError
from segmentry.reading.folder import read_folder
from tests.python.compiled import CompiledProject
from tests.python.conftest import PROVE
from tests.python.raw_folders import csv_bytes, parquet_bytes
from tests.python.reference.contract import TABLE
from tests.python.reference.reading import RawTable, TextRow, read_raw

DAMAGES = 2_000 if PROVE else 100
# The table in which damage is done; orders are there, so that the folder is whole.
TABLE_NAME = "customers"
COLUMNS = TABLE[TABLE_NAME].text_columns

SPECIAL = (b'"', b"\n", b"\r", b",", b";", b"\0", b"\xff", b"\x1f", b"\xef\xbb\xbf")

Damage = Callable[[random.Random, bytes], bytes]


def cut_short(dice: random.Random, data: bytes) -> bytes:
    """Leave out the end."""
    return data[: dice.randrange(len(data))]


def bytes_changed(dice: random.Random, data: bytes) -> bytes:
    """Change one to three bytes to any others."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        changed[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(changed)


def special_bytes_put_in(dice: random.Random, data: bytes) -> bytes:
    """Put in a few of the bytes that mean something to a reader."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        piece = dice.choice(SPECIAL)
        place = dice.randrange(len(changed))
        changed[place:place] = piece
    return bytes(changed)


def a_stretch_left_out(dice: random.Random, data: bytes) -> bytes:
    """Leave out a stretch in the middle."""
    start = dice.randrange(len(data))
    return data[:start] + data[start + dice.randint(1, 200) :]


def a_stretch_twice(dice: random.Random, data: bytes) -> bytes:
    """Repeat a stretch, as a copy that was begun anew."""
    start = dice.randrange(len(data))
    return data[: start + dice.randint(1, 200)] + data[start:]


DAMAGES_DONE: tuple[Damage, ...] = (
    cut_short,
    bytes_changed,
    special_bytes_put_in,
    a_stretch_left_out,
    a_stretch_twice,
)


def draw_rows(dice: random.Random) -> list[TextRow]:
    """Return customers with texts that make readers stumble, most of them plain."""
    texts = ("plain", "", 'a "quoted" word', "two\nlines", "comma, here", "é😀", " blank ", "x;y")
    is_plain = dice.random() < 0.5
    rows: list[TextRow] = []
    for number in range(dice.randint(1, 60)):
        values = ("p" if is_plain else dice.choice(texts) for _ in COLUMNS)
        rows.append({**dict(zip(COLUMNS, values, strict=True)), "customer_id": f"c{number}"})
    return rows


def write_damaged(dice: random.Random, raw: Path) -> list[TextRow]:
    """Write a raw folder with one whole and one damaged file, and return what was to be read."""
    rows = draw_rows(dice)
    folder = raw / TABLE_NAME
    folder.mkdir(parents=True)
    (folder / "whole.csv").write_bytes(csv_bytes(COLUMNS, rows[:5]))
    kind = dice.choice(("csv", "csv.gz", "parquet"))
    data = (parquet_bytes if kind == "parquet" else csv_bytes)(COLUMNS, rows)
    damage = dice.choice(DAMAGES_DONE)
    # A gzip is damaged from within, before it was packed, or from without.
    is_within = kind == "csv.gz" and dice.random() < 0.5
    if kind == "csv.gz":
        data = gzip.compress(damage(dice, data) if is_within else data)
    (folder / f"damaged.{kind}").write_bytes(data if is_within else damage(dice, data))
    (raw / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"
        "1,c1,2026-06-01,completed,USD,1\n"
    )
    return [{name: row[name] or None for name in COLUMNS} for row in (*rows[:5], *rows)]


def read_by_reference(raw: Path, intended: list[TextRow]) -> RawTable:
    """Return what the reference reads.

    Its library refuses a Parquet file whose pages count their values wrong, even where nothing is
    lost by it; then nothing counts but what was to be read.
    """
    try:
        return read_raw(raw)[TABLE_NAME]
    except pa.ArrowInvalid:
        return RawTable(rows=intended)


@pytest.mark.parametrize("part", range(4))
def test_damaged_files_are_read_whole_or_stop_the_run(
    compiled_project: CompiledProject, tmp_path: Path, part: int
) -> None:
    """Nothing is lost, nothing doubled, and nothing read otherwise than the reference does."""
    stopped = 0
    for number in range(part, DAMAGES, 4):
        raw = tmp_path / str(number)
        intended = write_damaged(random.Random(number), raw)
        try:
            reading = read_folder(raw, compiled_project.contract, "raw", tmp_path)
        except ReadingError as error:
            assert "customers/damaged" in str(error), number
            assert "\n" not in str(error), number
            stopped += 1
            continue
        expected = read_by_reference(raw, intended)
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            for statement in reading.statements:
                connection.execute(statement)
            names = ", ".join(f"nullif({name}, '')" for name in COLUMNS)
            rows = connection.execute(f"select {names} from raw.{TABLE_NAME}").fetchall()
            lines = connection.execute("select line from raw.malformed_lines").fetchall()
            [(count,)] = connection.execute(
                f"select sum(row_count) from raw.files where table_name = '{TABLE_NAME}'"
            ).fetchall()
        assert count == len(rows) + len(lines), number
        wanted = Counter(tuple(row[name] for name in COLUMNS) for row in expected.rows)
        assert Counter(rows) == wanted, number
        assert len(lines) == len(expected.malformed), number
    assert stopped > DAMAGES // 4 // 10
