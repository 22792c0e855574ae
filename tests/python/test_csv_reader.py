"""CSV files are split strictly, nothing is lost, and both ways of splitting them agree."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import jinja2
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchestration.csv_reader import Plugin, csv_header, records
from tests.python.reference.reading import split_records
from tests.python.warehouse import ROOT

Split = list[list[str] | str]

HEADER = b"first,second,third\n"
LINE_END = re.compile(rb"\r\n|\n|\r")
MACROS = ("cross_database/sql_text.sql", "raw/csv_fields.sql", "raw/csv_lines.sql")

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


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a CSV file to write to, one example after the other."""
    return tmp_path_factory.mktemp("csv") / "file.csv"


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that has the plugin's functions."""
    with duckdb.connect() as connection:
        Plugin("csv_reader", {}).configure_connection(connection)
        yield connection


@pytest.fixture(scope="module")
def macros() -> jinja2.environment.TemplateModule:
    """Return the macros that split lines in SQL."""
    source = "".join((ROOT / "macros" / name).read_text() for name in MACROS)
    return jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(source).module


class SqlSplitter:
    """Splits a file with the SQL of the macros, as `load_csv_files` does."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        macros: jinja2.environment.TemplateModule,
        path: Path,
    ) -> None:
        self._connection = connection
        self._macros = macros
        self._path = path

    def __call__(self, data: bytes, field_count: int = 3) -> Split | None:
        """Return the records of a file with a header, None when it is not for SQL to split."""
        self._path.write_bytes(data)
        lines = getattr(self._macros, "csv_lines")(str(self._path), field_count)  # noqa: B009
        fields = getattr(self._macros, "csv_fields")("line")  # noqa: B009
        execute = self._connection.execute
        execute(f"create or replace temp table csv_lines as {lines}")
        broken = execute(
            "select count(*) filter (not is_record), (select count(*) from csv_line_errors)"
            " from csv_lines"
        ).fetchall()[0]
        found = None
        if sum(broken) == 0:
            found = [row[0] for row in execute(f"select {fields} from csv_lines").fetchall()]
        execute("drop table csv_lines; drop table csv_line_errors; drop table csv_scans")
        return found


@pytest.fixture(scope="module")
def split_in_sql(
    connection: duckdb.DuckDBPyConnection,
    macros: jinja2.environment.TemplateModule,
    path: Path,
) -> SqlSplitter:
    """Return the way of splitting a file in SQL."""
    return SqlSplitter(connection, macros, path)


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
    assert csv_header(str(file)) == expected


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_function_of_the_connection_splits_a_file(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, suffix: str
) -> None:
    """Fields and texts go into one file, of which a line has one or the other."""
    data = b'\xef\xbb\xbffirst,second\r\n1,"two\r\nlines"\r\nbroken\r\n'
    file = tmp_path / f"file{suffix}"
    file.write_bytes(gzip.compress(data) if suffix == ".csv.gz" else data)
    assert connection.execute("select csv_header(?)", [str(file)]).fetchall() == [
        (["first", "second"],)
    ]
    [(target,)] = connection.execute("select split_csv(?, 2)", [str(file)]).fetchall()
    assert pq.read_table(target).to_pylist() == [
        {"fields": ["1", "two\r\nlines"], "text": None},
        {"fields": None, "text": "broken"},
    ]


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
def test_sql_splits_as_the_reader_does_or_leaves_it(split_in_sql: SqlSplitter, data: bytes) -> None:
    """A file that SQL takes on gives the records of the strict reader, and no broken line."""
    found = split_in_sql(HEADER + data)
    assert found is None or found == split(data)


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
def test_sql_takes_on_what_has_no_line_breaks(
    split_in_sql: SqlSplitter, rows: list[list[str]], line_end: str, mark: bytes
) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(
        [["first", "second", "third"], *rows]
    )
    assert split_in_sql(mark + stream.getvalue().encode()) == rows


@given(data=hostile_bytes, field_count=st.integers(1, 4))
def test_sql_and_reader_agree_on_any_width(
    split_in_sql: SqlSplitter, data: bytes, field_count: int
) -> None:
    found = split_in_sql(b"header\n" + data, field_count)
    assert found is None or found == split(data, field_count)
