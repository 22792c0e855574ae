"""Files of JSON lines: one object is one row, a value its text, and no line is lost."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentry.reading.contract import Column, Table
from segmentry.reading.errors import ReadingError
from segmentry.reading.files import find_raw_files
from segmentry.reading.folder import read_folder
from segmentry.reading.json_files import read_json_file

Rows = list[list[str | None] | str]
Reader = Callable[..., Rows]

COLUMNS = (
    Column("id", "text", True),
    Column("note", "text", False),
    Column("list", "struct(id varchar)[]", False),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of one file to write to, one example after the other."""
    return tmp_path_factory.mktemp("json")


@pytest.fixture(scope="module")
def read(folder: Path) -> Iterator[Reader]:
    """Yield a function that reads a file: rows by their columns, malformed lines as text."""
    with duckdb.connect() as connection:

        def read_file(data: bytes | str, name: str = "orders.jsonl") -> Rows:
            for earlier in folder.iterdir():
                earlier.unlink()
            (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
            [file] = find_raw_files(folder, ["orders"]).files["orders"]
            found = read_json_file(connection, file, COLUMNS, folder)
            rows = connection.execute(found.records).fetchall()
            assert found.row_count == len(rows)
            assert all((fields is None) != (line is None) for fields, line in rows)
            places = {name: n for n, name in enumerate(found.header.columns)}
            return [
                line
                if fields is None
                else [fields[places[c.name]] if c.name in places else None for c in COLUMNS]
                for fields, line in rows
            ]

        yield read_file


CASES: dict[str, tuple[str, Rows]] = {
    "plain": ('{"id": "1", "note": "x"}\n', [["1", "x", None]]),
    "no last line end": ('{"id": 1}\n{"id": 2}', [["1", None, None], ["2", None, None]]),
    "a key is missing": ('{"id": 1}\n{"note": "x"}\n', [["1", None, None], [None, "x", None]]),
    "null is none, the empty text is text": (
        '{"id": null, "note": ""}\n',
        [[None, "", None]],
    ),
    "keys in any case": ('{"ID": 1, " Note ": "x"}\n', [["1", "x", None]]),
    "other keys": ('{"id": 1, "x": {"y": [1]}, "a.b": 2, "": 3, "q\\"": 4}\n', [["1", None, None]]),
    "numbers as they stand": (
        '{"id": 9007199254740993, "note": 0.1}\n{"id": 18446744073709551615, "note": -3}\n'
        '{"id": 7, "note": true}\n',
        [
            ["9007199254740993", "0.1", None],
            ["18446744073709551615", "-3", None],
            ["7", "true", None],
        ],
    ),
    "nested values": (
        '{"id": 1, "list": [{"id": 9007199254740993, "n": null}], "note": {"a": "b"}}\n',
        [["1", '{"a":"b"}', '[{"id":9007199254740993,"n":null}]']],
    ),
    "text of many scripts": (
        '{"id": "😀", "note": "\\ud83d\\ude00 שלום \\u00e9 a\\nb\\t\\"c\\""}\n',
        [["😀", '😀 שלום é a\nb\t"c"', None]],
    ),
    "blank lines": (
        '\n  \n{"id": 1}\n\r\n\t\n{"id": 2}\n\n',
        [["1", None, None], ["2", None, None]],
    ),
    "malformed lines": (
        '{"id": 1}\n{"id": 2\nnot json\n{"id": 3}, \n[1]\n"text"\n4\nnull\n{"id": 5}\n',
        [
            ["1", None, None],
            '{"id": 2',
            "not json",
            '{"id": 3}, ',
            "[1]",
            '"text"',
            "4",
            "null",
            ["5", None, None],
        ],
    ),
    "a comma too many is forgiven": ('{"id": 1,}\n', [["1", None, None]]),
    "blanks around": ('  {"id" : 1 }  \n', [["1", None, None]]),
    "an empty object": ('{}\n{"id": 1}\n', [[None, None, None], ["1", None, None]]),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_one_object_is_one_row(read: Reader, name: str, line_end: str) -> None:
    text, expected = CASES[name]
    assert read(text.replace("\r\n", "\n").replace("\n", line_end)) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_other_encodings_say_so(read: Reader, encoding: str) -> None:
    text = '{"id": 1, "note": "Zoë 😀"}\nbroken\n'
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    assert read((mark + text).encode(encoding)) == [["1", "Zoë 😀", None], "broken"]


@pytest.mark.parametrize("name", ["orders.json", "orders.ndjson", "ORDERS.JSONL"])
def test_files_may_end_otherwise(read: Reader, name: str) -> None:
    assert read('{"id": 1}\n', name) == [["1", None, None]]


def test_what_is_packed_is_read_to_its_end(read: Reader) -> None:
    data = b"".join(b'{"id": %d}\n' % number for number in range(1000))
    rows = read(gzip.compress(data), "orders.jsonl.gz")
    assert rows == [[str(number), None, None] for number in range(1000)]
    two = gzip.compress(b'{"id": 1}\n') + gzip.compress(b'{"id": 2}\n')
    assert read(two, "orders.jsonl.gz") == [["1", None, None], ["2", None, None]]
    with pytest.raises(ReadingError, match="cut short"):
        read(gzip.compress(data)[:-20], "orders.jsonl.gz")


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 1}, {"id": 2}]',
        '[\n{"id": 1},\n{"id": 2}\n]\n',
        '{\n  "id": 1\n}\n',
        '\n\n[\n  {\n    "id": 1\n  }\n]\n',
    ],
)
def test_one_document_is_told(read: Reader, text: str) -> None:
    with pytest.raises(ReadingError, match="one object a line"):
        read(text)


@pytest.mark.parametrize("text", ["", "\n\n", "  \n"])
def test_an_empty_file_is_told(read: Reader, text: str) -> None:
    with pytest.raises(ReadingError, match="it is empty"):
        read(text)


def test_a_column_that_is_there_twice_is_told(read: Reader) -> None:
    with pytest.raises(ReadingError, match="column `id` twice"):
        read('{"id": 1, "ID": 2}\n')


def test_a_key_that_an_object_has_twice_makes_its_line_malformed(read: Reader) -> None:
    """Which of the two is meant, nobody can say."""
    assert read('{"id": 1, "id": 2}\n{"id": 3}\n') == ['{"id": 1, "id": 2}', ["3", None, None]]


def test_bytes_that_are_no_utf_8_are_marked(read: Reader) -> None:
    assert read(b'{"id": 1, "note": "caf\xe9"}\n{"id": 2}\n') == [
        ["1", "caf\ufffd", None],
        ["2", None, None],
    ]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.lists(st.fixed_dictionaries({"id": values, "note": values}), min_size=1, max_size=8))
def test_what_a_writer_writes_comes_back(read: Reader, rows: list[dict[str, object]]) -> None:
    for ascii_alone in (True, False):
        data = "".join(json.dumps(row, ensure_ascii=ascii_alone) + "\n" for row in rows)
        found = read(data)
        for row, fields in zip(rows, found, strict=True):
            assert not isinstance(fields, str)
            for value, text in zip((row["id"], row["note"]), fields, strict=False):
                if value is None or isinstance(value, str):
                    assert text == value
                else:
                    assert text is not None and json.loads(text) == value


@given(
    st.lists(st.sampled_from(['{"id": 1}', "{", "}", "", " ", '"', "x", '{"id": "é\\n"}', "[]"]))
)
def test_no_line_is_lost(read: Reader, lines: list[str]) -> None:
    filled = [line for line in lines if line.strip()]
    has_objects = any(line.startswith('{"') for line in filled)
    if not filled or (filled[0] in ("{", "[]") and not has_objects):
        return
    found = read("\n".join(lines))
    malformed = [line for line in filled if not line.startswith('{"')]
    assert [row for row in found if isinstance(row, str)] == malformed
    assert len(found) == len(filled)


def test_json_lines_lie_beside_other_files(tmp_path: Path) -> None:
    """In one table, nested values by the names of their fields."""
    (tmp_path / "raw" / "orders").mkdir(parents=True)
    (tmp_path / "raw" / "orders" / "a.jsonl").write_text('{"ID": 1, "list": [{"id": 2}]}\nbroken\n')
    (tmp_path / "raw" / "orders" / "b.csv").write_text('id,list\n3,"[{""id"": 4}]"\n')
    table = Table("orders", True, COLUMNS)
    reading = read_folder(tmp_path / "raw", [table], "raw", tmp_path, connector="shopify:eu")
    with duckdb.connect() as connection:
        for statement in reading.statements:
            connection.execute(statement)
        rows = connection.execute("select id, list from raw.orders order by id").fetchall()
        assert rows == [("1", '[{"id":2}]'), ("3", '[{"id": 4}]')]
        malformed = connection.execute("from raw.malformed_lines").fetchall()
        assert malformed == [("shopify:eu", "orders", "broken")]
        counts = connection.execute("select row_count from raw.files order by all").fetchall()
        assert counts == [(1,), (2,)]
