"""CSV files are split strictly, nothing is lost, and both ways of splitting them agree."""

import csv
import gzip
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segmentry.reading.csv_files import read_csv_file, split_strictly
from segmentry.reading.csv_text import read_header, records
from segmentry.reading.errors import ReadingError
from segmentry.reading.files import RawFile, find_raw_files
from tests.python.reference.reading import split_records

Split = list[list[str] | str]

HEADER = b"first,second,third\n"
LINE_END = re.compile(rb"\r\n|\n|\r")

# Pieces out of which a hostile file is put together.
PIECES = (
    *(b"a", b"1", b" ", b",", b",", b'"', b'""', b'"a,b"', b"\n", b"\n", b"\r\n", b"\r"),
    *(b"\xff", b"\xe2\x82", b"\x00", b"\x1f", b"\x1f\x1e", b"\xef\xbb\xbf", b"\\", b"#"),
    *("é".encode(), "e\u0301".encode(), "😀".encode(), "\u2028".encode(), "\x85".encode()),
    *(b"a,b,c\n", b'"a","b","c"\n', b'x,"never closed\n', b'"two\nlines",b,c\n', b'"a"b,c,d\n'),
)
hostile_bytes = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)
tables_of_text = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.text(max_size=8), min_size=width, max_size=width), max_size=12
    )
)
lines_of_bytes = st.lists(
    st.lists(
        st.sampled_from([piece for piece in PIECES if not LINE_END.search(piece)]), max_size=8
    ).map(b"".join),
    max_size=30,
)


def split(data: bytes, field_count: int = 3) -> Split:
    """Split the lines of a file without its header; what can't be split comes as its text."""
    stream = io.TextIOWrapper(io.BytesIO(data), "utf-8", errors="surrogateescape", newline="")
    return [
        record.text or "" if record.fields is None else record.fields
        for record in records(stream, field_count)
    ]


def expected_split(data: bytes, field_count: int = 3) -> Split:
    """Split the same lines by the reference."""
    return [
        text.decode("utf-8", "replace")
        if fields is None or len(fields) != field_count
        else list(fields)
        for text, fields in split_records(data)
    ]


Reader = Callable[[bytes], Split]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a raw folder of one CSV file to write to, one example after the other."""
    return tmp_path_factory.mktemp("csv")


def only_file(folder: Path, data: bytes, name: str = "orders.csv") -> RawFile:
    """Write the only file of a raw folder and return it as it is found."""
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    [file] = find_raw_files(folder, ["orders"]).files["orders"]
    return file


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection for all examples: to make one takes longer than to read a file."""
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def read(connection: duckdb.DuckDBPyConnection, folder: Path) -> Reader:
    """Return the way in which a build reads the records after the header."""

    def read_file(data: bytes) -> Split:
        found = read_csv_file(connection, only_file(folder, data), [], folder)
        rows = connection.execute(found.records).fetchall()
        assert found.row_count == len(rows)
        assert all((fields is None) != (line is None) for fields, line in rows)
        return [line if fields is None else fields for fields, line in rows]

    return read_file


CASES: dict[str, tuple[bytes, Split]] = {
    "plain": (b"a,b,c\n", [["a", "b", "c"]]),
    "no last line end": (b"a,b,c", [["a", "b", "c"]]),
    "quoted": (b'"a","b,""c""",""\n', [["a", 'b,"c"', ""]]),
    "blanks are text": (b" a , b ,\tc\n", [[" a ", " b ", "\tc"]]),
    "a quote inside a bare field": (b'5" screen,b,c\n', [['5" screen', "b", "c"]]),
    "blank lines": (b"\n\na,b,c\n\r\n\nd,e,f\n\n", [["a", "b", "c"], ["d", "e", "f"]]),
    "a line of blanks": (b"   \na,b,c\n", ["   ", ["a", "b", "c"]]),
    "carriage returns": (b"a,b,c\r\nd,e,f\rg,h,i", [list("abc"), list("def"), list("ghi")]),
    "a quoted line break": (b'"a\r\nb",c,d\n', [["a\r\nb", "c", "d"]]),
    "too few": (b"a,b\nc,d,e\n", ["a,b", ["c", "d", "e"]]),
    "too many": (b"a,b,c,\nc,d,e\n", ["a,b,c,", ["c", "d", "e"]]),
    "too few on two lines": (b'"a\nb",c\nd,e,f\n', ['"a\nb",c', ["d", "e", "f"]]),
    "text after a quote": (b'"a"b,c,d\ne,f,g\n', ['"a"b,c,d', ["e", "f", "g"]]),
    "a quote never closed": (
        b'a,"b,c\nd,e,f\ng,h,i\n',
        ['a,"b,c', ["d", "e", "f"], ["g", "h", "i"]],
    ),
    "it starts again at the next line": (
        b'"a\nb,"c",d\ne"x,f,g\n',
        ['"a', ["b", "c", "d"], ['e"x', "f", "g"]],
    ),
    "no UTF-8": (b"caf\xe9,b,c\nd,e,f\n", ["caf\ufffd,b,c", ["d", "e", "f"]]),
    "no UTF-8 on the second line": (
        b'"a\nb\xff",c,d\ne,f,g\n',
        ['"a', 'b\ufffd",c,d', ["e", "f", "g"]],
    ),
    "text of many scripts": (
        "😀,שלום,\u202eabc\n".encode(),
        [["😀", "שלום", "\u202eabc"]],
    ),
    "nothing": (b"", []),
}


@pytest.mark.parametrize("name", CASES)
def test_lines_are_split_strictly(name: str) -> None:
    data, expected = CASES[name]
    assert split(data) == expected
    assert expected_split(data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a,b\n1,2\n", ["a", "b"]),
        (b"\xef\xbb\xbfA, B \r\n1,2\r\n", ["a", "b"]),
        (b'"a","b,c"\n', ["a", "b,c"]),
        (b"a", ["a"]),
        (b"", []),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_header(tmp_path: Path, suffix: str, data: bytes, expected: list[str]) -> None:
    file = tmp_path / f"file{suffix}"
    file.write_bytes(gzip.compress(data) if suffix == ".csv.gz" else data)
    assert list(read_header(file).columns) == expected


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [
        (b"a,b;c,d\n1;2;3;4\n", ","),
        (b"a;b;c,d\n", ";"),
        (b"a\tb\tc,d\n", "\t"),
        (b'"a,b,c,d";b;c\n', ";"),
        (b"a\n1;2\n", ","),
        (b"a;b,c\n", ","),
    ],
)
def test_the_header_says_what_separates_fields(tmp_path: Path, data: bytes, delimiter: str) -> None:
    """The most frequent of comma, semicolon and tab outside quotes; of equals the first."""
    file = tmp_path / "file.csv"
    file.write_bytes(data)
    assert read_header(file).delimiter == delimiter


@pytest.mark.parametrize(
    "data", [b'a,"b\n1,2\n', b'a,"b', b'"a"b,c\n1,2\n', b'"a,b,c\n' + b"1,2,3\n" * 400_000]
)
def test_a_header_with_wrong_quotes_stops_the_run(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(data)
    with pytest.raises(ReadingError, match="header"):
        read_header(file)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_a_byte_order_mark_is_read(read: Reader, encoding: str) -> None:
    text = '\ufeffa;b\r\n1;"Zoë 😀"\r\nbroken\r\n'
    assert read(text.encode(encoding)) == [["1", "Zoë 😀"], "broken"]


def test_utf_16_that_ends_in_the_middle_of_a_letter_stops_the_run(read: Reader) -> None:
    with pytest.raises(ReadingError, match="ends early"):
        read("\ufeffa,b\n1,2\n".encode("utf-16-le")[:-1])


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        (name, delimiter)
        for name, (data, _) in CASES.items()
        for delimiter in (b",", b";", b"\t")
        if delimiter == b"," or delimiter not in data
    ],
)
def test_a_build_reads_what_is_split_strictly(read: Reader, name: str, delimiter: bytes) -> None:
    data, expected = CASES[name]
    text = delimiter.decode()
    changed = [
        entry.replace(",", text)
        if isinstance(entry, str)
        else [field.replace(",", text) for field in entry]
        for entry in expected
    ]
    header = HEADER.replace(b",", delimiter)
    assert read(header + data.replace(b",", delimiter)) == changed


@pytest.mark.parametrize(
    ("ending", "more"),
    [
        (b"", []),
        (b"\0" * 100, []),
        (gzip.compress(b"", mtime=0), []),
        (gzip.compress(b"3,4\n", mtime=0), [(["3", "4"], None)]),
    ],
)
def test_a_gzip_of_several_parts_is_read_to_its_end(
    tmp_path: Path, ending: bytes, more: list[tuple[list[str], None]]
) -> None:
    file = tmp_path / "orders.csv.gz"
    file.write_bytes(gzip.compress(b"a,b\n1,2\n", mtime=0) + ending)
    [found] = find_raw_files(tmp_path, ["orders"]).files["orders"]
    with duckdb.connect() as connection:
        read_file = read_csv_file(connection, found, [], tmp_path)
        rows = connection.execute(read_file.records).fetchall()
    assert rows == [(["1", "2"], None), *more]


@given(
    rows=tables_of_text, line_end=st.sampled_from(["\n", "\r\n", "\r"]), quotes_all=st.booleans()
)
def test_what_a_writer_writes_comes_back(
    rows: list[list[str]], line_end: str, quotes_all: bool
) -> None:
    stream = io.StringIO(newline="")
    # The writer of Python 3.11 leaves a line break bare that is not its own.
    has_bare_break = any("\r" in field or "\n" in field for row in rows for field in row)
    if quotes_all or has_bare_break:
        csv.writer(stream, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(stream, lineterminator=line_end).writerows(rows)
    width = len(rows[0]) if rows else 1
    assert split(stream.getvalue().encode(), width) == rows


@given(data=hostile_bytes)
def test_whatever_is_in_the_file_is_split_as_the_reference_does(data: bytes) -> None:
    assert split(data) == expected_split(data)


@given(lines=lines_of_bytes, line_end=st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_no_line_is_lost(lines: list[bytes], line_end: bytes) -> None:
    """Each line carries a mark of its own, which must turn up once, in a record or a reject."""
    marks = [f"<{number}>" for number in range(len(lines))]
    marked = zip(lines, marks, strict=True)
    data = line_end.join(mark.encode() + line for line, mark in marked)
    found = split(data)
    text = "".join(entry if isinstance(entry, str) else "".join(entry) for entry in found)
    assert [text.count(mark) for mark in marks] == [1] * len(marks)


@given(data=hostile_bytes)
@example(data=b"")
@example(data=b"\n")
@example(data=b"a,b,c\x00\n")
@example(data=b"a,b\x1f\x1e\x1d\x1cb,c\n")
@example(data=b'"e\xcc\x81","\xcc\x81",""\n')
@example(data=b"a,b,c\r\nd,e,f\rg,h,i\n")
@example(data=b"a,b," + b"c" * 3_000_000 + b"\n")
@example(data=b"a,b,c\n" + bytes(range(1, 10)) + b"," + bytes(range(14, 32)) + b",\x7f\n")
def test_a_build_reads_any_file_as_the_reference_does(read: Reader, data: bytes) -> None:
    assert read(HEADER + data) == expected_split(data)


@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
            min_size=3,
            max_size=3,
        ),
        max_size=12,
    ),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_a_build_reads_what_a_writer_wrote(
    read: Reader, rows: list[list[str]], line_end: str, mark: bytes
) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(
        [["first", "second", "third"], *rows]
    )
    assert read(mark + stream.getvalue().encode()) == rows


@given(lines=st.lists(st.lists(st.text("ab", max_size=3), min_size=3, max_size=3), max_size=12))
def test_plain_lines_are_left_to_duckdb(
    connection: duckdb.DuckDBPyConnection, folder: Path, lines: list[list[str]]
) -> None:
    """What needs no strict splitting is not split strictly, which would take much longer."""
    data = HEADER + b"".join(",".join(line).encode() + b"\n" for line in lines)
    found = read_csv_file(connection, only_file(folder, data), [], folder)
    assert "read_csv" in found.records
    strict = split_strictly(found.file, found.header, folder)
    assert strict.row_count == found.row_count
