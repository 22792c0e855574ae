"""The files of an export: what stands in them, who may read them, and what a crash leaves."""

import csv
import os
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from segmentry.activation.errors import PlatformError
from segmentry.activation.platforms.files import FileExport
from segmentry.activation.platforms.interface import Profile, Value
from segmentry.settings.shop import ROOT

Kind = type[str | int | float | bool]
KINDS: dict[str, Kind] = {"name": str, "orders": int, "share": float, "is_new": bool}


def profile(address: str, **properties: Value) -> Profile:
    return Profile(f"key of {address}", address, properties)


def texts(folder: Path, audience: str = "vips") -> list[list[str]]:
    with (folder / f"{audience}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def table(folder: Path, audience: str = "vips") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / f"{audience}.parquet").to_pylist()
    return rows


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "export"


def test_both_files_say_the_same(folder: Path) -> None:
    rows = [
        profile("ana@example.com", is_new=True, share=0.25, orders=-3, name="Ana"),
        profile("bo@example.com", name=None, share=2, unasked="x"),
    ]
    assert FileExport(folder, KINDS).write("vips", iter(rows)) == 2
    assert texts(folder) == [
        ["email", "name", "orders", "share", "is_new"],
        ["ana@example.com", "Ana", "-3", "0.25", "true"],
        ["bo@example.com", "", "", "2", ""],
    ]
    nulls = dict.fromkeys(KINDS)
    assert table(folder) == [
        {"email": "ana@example.com", "name": "Ana", "orders": -3, "share": 0.25, "is_new": True},
        {**nulls, "email": "bo@example.com", "share": 2.0},
    ]
    assert files(folder) == ["vips.csv", "vips.parquet"]


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_formulas_are_texts(folder: Path, start: str) -> None:
    kinds: dict[str, Kind] = {f"{start}name": str}
    rows = [Profile("1", f"{start}a@example.com", {f"{start}name": f"{start}1+2"})]
    FileExport(folder, kinds).write("vips", iter(rows))
    assert texts(folder) == [
        ["email", f"'{start}name"],
        [f"'{start}a@example.com", f"'{start}1+2"],
    ]
    assert table(folder) == [{"email": f"{start}a@example.com", f"{start}name": f"{start}1+2"}]


@pytest.mark.parametrize(
    "text",
    ['"', 'say "hi", twice', "two\nlines", "two\r\nlines", "Zoë 🎉 名前 مرحبا", "'", ";", " "],
)
def test_any_text_comes_back(folder: Path, text: str) -> None:
    FileExport(folder, {"name": str}).write("vips", iter([profile("ana@example.com", name=text)]))
    assert texts(folder)[1] == ["ana@example.com", text]
    assert table(folder)[0]["name"] == text
    assert (folder / "vips.csv").read_bytes().startswith(b"email,name\r\n")


def test_an_empty_audience_has_columns(folder: Path) -> None:
    assert FileExport(folder, KINDS).write("vips", iter([])) == 0
    assert texts(folder) == [["email", *KINDS]]
    schema = pq.read_schema(folder / "vips.parquet")
    assert schema.names == ["email", *KINDS]
    assert [str(kind) for kind in schema.types] == ["string", "string", "int64", "double", "bool"]


def test_an_audience_without_properties(folder: Path) -> None:
    assert FileExport(folder, {}).write("vips", iter([profile("ana@example.com")])) == 1
    assert texts(folder) == [["email"], ["ana@example.com"]]
    assert table(folder) == [{"email": "ana@example.com"}]


def test_a_property_is_not_called_as_the_address(folder: Path) -> None:
    with pytest.raises(PlatformError, match="The column email"):
        FileExport(folder, {"email": str})


def test_rows_are_read_as_they_are_written(folder: Path) -> None:
    sizes = []

    def rows() -> Iterator[Profile]:
        for number in range(25_000):
            if number in (10_000, 20_000):
                drafts = [path.stat().st_size for path in folder.glob(".vips.csv.part")]
                sizes.append(drafts[0])
            yield profile(f"p{number}@example.com", orders=number)

    assert FileExport(folder, {"orders": int}).write("vips", rows()) == 25_000
    assert 100_000 < sizes[0] < sizes[1] - 100_000
    assert len(texts(folder)) == 25_001
    assert pq.ParquetFile(folder / "vips.parquet").metadata.num_row_groups == 3


def broken(rows: list[Profile]) -> Iterator[Profile]:
    yield from rows
    raise RuntimeError("the warehouse went away")


def test_a_failure_half_way_leaves_the_old_files(folder: Path) -> None:
    export = FileExport(folder, {"orders": int})
    export.write("vips", iter([profile("ana@example.com", orders=1)]))
    before = [(folder / name).read_bytes() for name in files(folder)]
    with pytest.raises(RuntimeError):
        export.write(
            "vips", broken([profile(f"p{n}@example.com", orders=n) for n in range(10_001)])
        )
    assert files(folder) == ["vips.csv", "vips.parquet"]
    assert [(folder / name).read_bytes() for name in files(folder)] == before
    export.write("vips", iter([profile("bo@example.com", orders=2)]))
    assert texts(folder)[1:] == [["bo@example.com", "2"]]
    assert table(folder) == [{"email": "bo@example.com", "orders": 2}]


def test_what_a_killed_run_left_is_removed(folder: Path) -> None:
    export = FileExport(folder, {})
    export.write("vips", iter([profile("ana@example.com")]))
    killed = f"""
        import os, signal
        from pathlib import Path
        from segmentry.activation.platforms.files import FileExport
        from segmentry.activation.platforms.interface import Profile

        def rows():
            yield Profile("1", "bo@example.com")
            os.kill(os.getpid(), signal.SIGKILL)

        FileExport(Path({str(folder)!r}), {{}}).write("another", rows())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(killed)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert files(folder) == [
        ".another.csv.part",
        ".another.parquet.part",
        "vips.csv",
        "vips.parquet",
    ]
    (folder / ".mine.txt").touch()
    export.write("vips", iter([profile("cy@example.com")]))
    assert files(folder) == [".mine.txt", "vips.csv", "vips.parquet"]
    assert texts(folder)[1:] == [["cy@example.com"]]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_only_the_owner_reads_them(folder: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        FileExport(folder, {}).write("vips", iter([profile("ana@example.com")]))
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in files(folder):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_folder_that_others_may_enter_is_refused(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(PlatformError, match="chmod 700"):
        FileExport(folder, {}).write("vips", iter([profile("ana@example.com")]))
    assert files(folder) == []


def test_one_at_a_time(folder: Path) -> None:
    export = FileExport(folder, {})

    def rows() -> Iterator[Profile]:
        with pytest.raises(PlatformError, match="Another process"):
            FileExport(folder, {}).write("others", iter([]))
        yield profile("ana@example.com")

    assert export.write("vips", rows()) == 1
    assert files(folder) == ["vips.csv", "vips.parquet"]


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "export").touch()
    with pytest.raises(PlatformError, match=r"export can't be written"):
        FileExport(tmp_path / "export", {}).write("vips", iter([]))


@pytest.mark.parametrize(
    "audience", ["", ".", "..", "../vips", "a/b", ".vips", "a\n", "a\0b", "-a"]
)
def test_names_that_are_none_for_a_file(folder: Path, audience: str) -> None:
    with pytest.raises(PlatformError, match="name of an export"):
        FileExport(folder, {}).write(audience, iter([]))
    assert not folder.exists()


@pytest.mark.parametrize("audience", ["vips", "win back 2026", "devices:mobile", "Größe_1.b-c"])
def test_names_of_files(folder: Path, audience: str) -> None:
    FileExport(folder, {}).write(audience, iter([]))
    assert files(folder) == [f"{audience}.csv", f"{audience}.parquet"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((int, value) for value in (1.5, True, 2**70, "many")),
        *((float, value) for value in (True, 2**60 + 1, "0.5")),
        *((str, value) for value in (7, "\ud800")),
        (bool, 1),
    ],
)
def test_a_value_of_another_kind_is_named_by_its_column(
    folder: Path, kind: Kind, value: Value
) -> None:
    with pytest.raises(PlatformError, match=r"^orders has a value that is no") as caught:
        FileExport(folder, {"orders": kind}).write(
            "vips", iter([profile("ana@example.com", orders=value)])
        )
    assert repr(value) not in str(caught.value) and "ana@" not in str(caught.value)
    assert files(folder) == []
