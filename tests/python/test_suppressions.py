"""The no that can't wait: what builds leave of who must not be written to, published or not."""

import os
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from segmentry.errors import RecordsError
from segmentry.records.suppressions import FILE, leave_suppressions
from tests.python.warehouse import BuildError, run_dbt


def write(path: Path, *emails: str, day: date = date(2026, 6, 30)) -> Path:
    """Write a file as a build does."""
    with duckdb.connect() as connection:
        connection.execute("create table noes (email varchar, reason varchar, as_of_date date)")
        for email in emails:
            connection.execute("insert into noes values (?, 'bounced', ?)", [email, day])
        connection.execute(f"copy noes to '{path}' (format parquet)")
    return path


def read(published: Path) -> list[str]:
    """Return the addresses in the file beside the published versions."""
    with duckdb.connect() as connection:
        rows = connection.execute(f"select email from '{published / FILE}' order by email")
        return [email for (email,) in rows.fetchall()]


def test_the_file_is_its_owners_alone_and_the_folder_is_made(tmp_path: Path) -> None:
    written = write(tmp_path / "written", "a@shop.example")
    mask = os.umask(0)
    try:
        assert leave_suppressions(written, tmp_path / "published") == ""
    finally:
        os.umask(mask)
    assert read(tmp_path / "published") == ["a@shop.example"]
    assert (tmp_path / "published" / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "published").iterdir()] == [FILE]
    assert not written.exists()


def test_a_later_build_replaces_it_and_an_earlier_day_does_not(tmp_path: Path) -> None:
    published = tmp_path / "published"
    leave_suppressions(write(tmp_path / "1", "a@x.example"), published)
    later = write(tmp_path / "2", "b@x.example", day=date(2026, 7, 1))
    assert leave_suppressions(later, published) == ""
    assert read(published) == ["b@x.example"]
    told = leave_suppressions(write(tmp_path / "3", "a@x.example"), published)
    assert "stays as it is: it is of 2026-07-01, and this build is for 2026-06-30" in told
    assert read(published) == ["b@x.example"]


def test_an_empty_and_a_damaged_file_are_replaced(tmp_path: Path) -> None:
    published = tmp_path / "published"
    leave_suppressions(write(tmp_path / "1"), published)
    assert read(published) == []
    (published / FILE).write_bytes(b"torn")
    leave_suppressions(write(tmp_path / "2", "a@x.example"), published)
    assert read(published) == ["a@x.example"]


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "published").write_text("a file")
    written = write(tmp_path / "1", "a@x.example")
    with pytest.raises(RecordsError, match="is a file where a folder is needed"):
        leave_suppressions(written, tmp_path / "published")


NOT_SUBSCRIBED = "select email from email_consents where not is_subscribed order by email"


def not_subscribed(warehouse: Path) -> list[str]:
    """Return the addresses of a build that must not be written to."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [email for (email,) in connection.execute(NOT_SUBSCRIBED).fetchall()]


def test_a_build_leaves_everybody_who_is_not_subscribed(whole_build: Path) -> None:
    left = read(whole_build.with_name(f"{whole_build.stem}_published"))
    assert left == not_subscribed(whole_build)
    assert len(left) > 100


def test_a_build_that_fails_elsewhere_still_leaves_them(tmp_path: Path) -> None:
    warehouse = tmp_path / "segmentry.duckdb"
    command = ("build", "--exclude-resource-type=unit_test", "--select=+email_consents")
    with pytest.raises(BuildError, match="does not exist"):
        run_dbt(*command, raw_dir=None, warehouse=warehouse)
    assert read(tmp_path / "segmentry_published") == not_subscribed(warehouse)


def test_a_build_without_the_consents_or_their_tests_leaves_nothing(
    tmp_path: Path, whole_build: Path
) -> None:
    warehouse = tmp_path / whole_build.name
    shutil.copyfile(whole_build, warehouse)
    run_dbt("build", "--select=email_consents", raw_dir=None, warehouse=warehouse)
    assert not warehouse.with_name(f"{warehouse.stem}_published").exists()
