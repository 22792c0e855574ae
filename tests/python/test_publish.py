"""A build is published whole and checked, as one version, or not at all."""

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentry.__main__ import main
from segmentry.checks.results import CheckResult, Severity
from segmentry.errors import RecordsError
from segmentry.publish.report import told_warnings
from segmentry.records.folders import switch
from segmentry.records.log import Action, read_log
from segmentry.records.versions import (
    Version,
    clean_up,
    current_build_id,
    current_version,
    roll_back,
    versions,
)
from tests.python.published import Shop

DAY = date(2026, 6, 30)
CONTACTS = {
    "activation_profiles",
    "customer_contacts",
    "email_consents",
    "identity_map",
    "customer_merges",
    "identity_conflicts",
    "identity_suggestions",
    "key_collisions",
    "rejected_rows",
    "sync_ledger",
    "sync_rows",
}
IDENTIFIERS = {"email", "first_name", "last_name", "phone", "birth_date", "raw_row"}
FEW_TABLES = ["customer_facts", "segment_memberships", "segment_catalog", "customer_contacts"]


@pytest.fixture
def shop(whole_build: Path, tmp_path: Path) -> Shop:
    """Return a shop whose build may be published, with a few public tables."""
    return Shop.copy(whole_build, tmp_path, FEW_TABLES)


@pytest.fixture(scope="module")
def whole(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Yield a shop that has published everything, for tests that only look."""
    shop = Shop.copy(whole_build, tmp_path_factory.mktemp("whole"))
    with umask(0o000):
        shop.publish(accepted=["one_timers"])
    yield shop


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Create files under another umask."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def current(shop: Shop) -> Version:
    """Return the version that a shop has published."""
    version = current_version(shop.published)
    assert version
    return version


def query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over a DuckDB file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def snapshot(folder: Path) -> dict[str, object]:
    """Return every path below a folder, and of files and links what they hold."""
    return {
        str(path.relative_to(folder)): path.readlink()
        if path.is_symlink()
        else path.is_file() and hashlib.sha256(path.read_bytes()).digest()
        for path in folder.rglob("*")
        if path.name != ".lock"
    }


def failed_check(severity: Severity) -> CheckResult:
    """Return a check that found three customers."""
    return CheckResult(
        name="customer_facts_order_count_is_plausible",
        table="customer_facts",
        severity=severity,
        success=False,
        message="3 of 1,073 customers have more than 1,000 orders.",
        observed={"failed": 3},
        sample_ids=["C0001", "C0002", "C0003"],
    )


def test_a_version_holds_every_row_of_every_public_table(whole: Shop) -> None:
    version = current(whole)
    assert set(version.manifest.row_counts) == {
        table for (table,) in whole.query("select distinct table_name from public_columns")
    }
    for file, folder, is_personal in [
        ("segmentry.duckdb", "parquet", False),
        ("contacts.duckdb", "contacts", True),
    ]:
        tables = {table for (table,) in query(version.folder / file, "show tables")}
        assert (tables == CONTACTS) is is_personal
        assert {path.stem for path in (version.folder / folder).iterdir()} == tables
        with duckdb.connect() as connection:
            connection.execute(f"attach '{whole.settings.warehouse}' as segmentry (read_only)")
            connection.execute(f"attach '{version.folder / file}' as version (read_only)")
            connection.execute("use segmentry")
            for table in tables:
                copies = [
                    f"version.{table}",
                    f"read_parquet('{version.folder / folder / table}.parquet')",
                ]
                expected = f"select *, '{version.build_id}' from {table}"
                for copy in copies:
                    differing = connection.execute(
                        f"select count(*) from ((from {copy} except all {expected}) "
                        f"union all ({expected} except all from {copy}))"
                    ).fetchall()
                    assert differing == [(0,)], table
                    described = connection.execute(f"describe from {copy}").fetchall()
                    assert described[-1][:2] == ("build_id", "VARCHAR")
                ((rows,),) = connection.execute(f"select count(*) from {table}").fetchall()
                assert version.manifest.row_counts[table] == rows


def test_a_version_says_what_it_is(whole: Shop) -> None:
    version = current(whole)
    manifest = json.loads((whole.published / "current" / "manifest.json").read_text())
    ((invocation_id,),) = whole.query("select distinct invocation_id from build_log")
    assert manifest["build_id"] == version.build_id == version.folder.name
    assert manifest["as_of"] == "2026-07-01T00:00:00+00:00"
    assert manifest["as_of_date"] == "2026-06-30"
    assert manifest["invocation_id"] == invocation_id
    assert manifest["based_on"] is None
    assert manifest["accepted"] == ["one_timers"]
    assert manifest["validation"]["success"] is True
    assert manifest["segment_sizes"] == dict(
        whole.query(
            "select segment, (select count(distinct customer_id) from segment_memberships "
            "where segment_memberships.segment = segment_catalog.segment) from segment_catalog"
        )
    )
    assert manifest["fingerprints"] == dict(
        whole.query(
            "select replace(model_name, 'segment_', ''), lineage_fingerprint "
            "from model_fingerprints where model_name in "
            "(select 'segment_' || segment from segment_catalog)"
        )
    )
    assert set(manifest["fingerprints"]) == set(manifest["segment_sizes"])
    metadata = query(
        version.folder / "segmentry.duckdb",
        f"select decode(value) from parquet_kv_metadata('{version.folder}/parquet/*.parquet') "
        "where decode(key) = 'build_id'",
    )
    assert set(metadata) == {(version.build_id,)}
    assert len(metadata) == len(list((version.folder / "parquet").iterdir()))


def test_bi_tools_see_the_documentation(whole: Shop) -> None:
    database = current(whole).folder / "segmentry.duckdb"
    undocumented = "where not internal and coalesce(comment, '') = ''"
    assert query(database, f"select table_name from duckdb_tables() {undocumented}") == []
    assert (
        query(database, f"select table_name, column_name from duckdb_columns() {undocumented}")
        == []
    )


def test_who_may_read_what_is_no_matter_of_the_umask(whole: Shop) -> None:
    with umask(0o077):
        whole.build_next()
        whole.publish()
    for version in versions(whole.published):
        for path in version.folder.rglob("*"):
            is_personal = path.relative_to(version.folder).parts[0].startswith("contacts")
            expected = (0o700 if is_personal else 0o755) if path.is_dir() else 0o644
            if is_personal and path.is_file():
                expected = 0o600
            assert stat.S_IMODE(path.stat().st_mode) == expected, path
        assert stat.S_IMODE(version.folder.stat().st_mode) == 0o755
        names = {path.name for path in version.folder.iterdir()} - {"validation"}
        assert names == {
            "segmentry.duckdb",
            "contacts.duckdb",
            "parquet",
            "contacts",
            "manifest.json",
        }
    assert (versions(whole.published)[0].folder / "validation" / "static" / "style.css").exists()
    for name in ("", "versions", "log.jsonl"):
        mode = stat.S_IMODE((whole.published / name).stat().st_mode)
        assert mode == (0o644 if name == "log.jsonl" else 0o755)


CONTROLS = re.compile(rb"[\x00-\x1f]+")
CONTACT = re.compile(rb"[@+]")


def test_no_published_file_for_bi_names_a_person(whole: Shop) -> None:
    version = current(whole)
    addresses = {
        address
        for (address,) in whole.query(
            "select identifier from identity_map where identifier_type = 'email' "
            "union select email from customer_contacts union select email from email_consents "
            "union select email from shared_emails union select lower(email) from base_events "
            "union select lower(email) from base_orders union select phone from customer_contacts"
        )
        if address
    }
    assert len(addresses) > 1000
    for source in [
        f"'{version.folder}/parquet/{path.name}'" for path in (version.folder / "parquet").iterdir()
    ]:
        with duckdb.connect() as connection:
            rows = connection.execute(f"from {source}")
            assert not {name for name, *_ in rows.description} & IDENTIFIERS
            texts = {str(value).lower() for row in rows.fetchall() for value in row}
        assert not texts & addresses, source
        assert not [text for text in texts if "@" in text], source
    # What was deleted or replaced while a file was written would still stand in its bytes.
    assert all("@" in address or address.startswith("+") for address in addresses)
    files = [version.folder / "segmentry.duckdb", version.folder / "manifest.json"]
    for file in files:
        # No control character stands in an address, so none reaches over one.
        runs = {run for run in CONTROLS.split(file.read_bytes().lower()) if CONTACT.search(run)}
        content = b"\n".join(runs)
        assert not [address for address in addresses if address.encode() in content], file


def test_sessions_of_visitors_known_by_email_alone_are_published_without_it(whole: Shop) -> None:
    rows = query(
        current(whole).folder / "segmentry.duckdb",
        "select visitor_id from sessions where visitor_type = 'email'",
    )
    assert rows
    assert all(visitor_id.startswith("guest:") for (visitor_id,) in rows)


def test_a_build_is_published_once(shop: Shop) -> None:
    first = shop.publish()
    before = snapshot(shop.published)
    assert shop.publish() == first
    assert snapshot(shop.published) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("delete from build_log", "did not end"),
        (
            "update build_log set status = 'fail', failures = 1234, message = 'ann@shop.example' "
            "where node_name = 'orders_key_is_unique'",
            r"^1 failed in the last build: orders_key_is_unique \(fail, 1,234 rows\)\.$",
        ),
        (
            "update build_log set status = 'error' where node_name like 'segment_%'",
            r"failed in the last build: .* and [\d,]+ more",
        ),
        (
            "update build_log set status = 'not run' where node_name = 'orders'",
            r"no whole build: 1 of [\d,]+ .* were not run: orders\.$",
        ),
        (
            "update build_log set status = 'skipped' where node_name = 'orders'",
            "were not run: orders",
        ),
        ("update history_base set current_build_id = null", "began when nothing was published"),
        ("update history_base set current_build_id = 'other'", "began when other was published"),
        (
            "update customer_facts set city = 'ann@shop.example' where order_count > 10",
            r"customer_facts\.city in [\d,]+ rows",
        ),
        (
            "update public_columns set published_in = 'nowhere' where table_name like 'c%'",
            "not nowhere",
        ),
        (
            "update public_columns set column_name = 'build_id' where column_name = 'as_of'",
            r"^customer_facts: build_id is the column",
        ),
        ("drop table int_as_of", "build it again"),
        ("drop table public_columns", "build it again"),
    ],
)
def test_what_must_not_be_published_leaves_everything_as_it_was(
    shop: Shop, change: str, message: str
) -> None:
    shop.publish()
    shop.build_next()
    shop.execute(change)
    before = snapshot(shop.published)
    with pytest.raises(RecordsError, match=message) as caught:
        shop.publish()
    assert "ann@shop.example" not in str(caught.value)
    assert snapshot(shop.published) == before
    # And once it is mended, it is published as if nothing had been.
    assert len(versions(shop.published)) == 1


def test_a_warning_stops_nothing(shop: Shop) -> None:
    shop.execute(
        "update build_log set status = 'warn', severity = 'warn' "
        "where node_name = 'no_row_is_rejected'"
    )
    version = shop.publish(failed_check(Severity.WARNING))
    (result,) = version.manifest.validation["results"]
    assert result["observed"] == {"failed": 3}
    assert version.manifest.validation["success"] is True


def test_definitions_that_changed_are_one_line() -> None:
    changed = [
        {"name": f"segment_{name}_definition_is_as_published", "message": f"{name} has another."}
        for name in ("buyers", "one_timers")
    ]
    other = {"name": "identity_conflicts_are_absent", "message": "4."}
    assert told_warnings([changed[0], other]) == [
        "segment_buyers_definition_is_as_published: buyers has another.",
        "identity_conflicts_are_absent: 4.",
    ]
    told = told_warnings([*changed, other])
    assert told[0] == "identity_conflicts_are_absent: 4."
    assert told[1:] == [
        "the definitions of 2 segments are not the published ones: buyers, one_timers. Who enters "
        "and leaves stands on the page of the validation."
    ]


def test_a_failed_check_stops_and_is_told(shop: Shop) -> None:
    with pytest.raises(RecordsError) as caught:
        shop.publish(failed_check(Severity.BLOCKING), failed_check(Severity.WARNING))
    assert str(caught.value) == (
        "1 checks failed:\n- customer_facts_order_count_is_plausible: 3 of 1,073 customers have "
        "more than 1,000 orders. For instance C0001, C0002, C0003.\n"
        "Mend the cause and build again, or let through what is meant: "
        'make publish ACCEPT="customer_facts_order_count_is_plausible"'
    )
    assert current_version(shop.published) is None


def test_a_warehouse_that_is_missing_or_being_written_is_not_published(
    shop: Shop, tmp_path: Path
) -> None:
    warehouse = shop.settings.warehouse
    warehouse.rename(tmp_path / "elsewhere")
    with pytest.raises(RecordsError, match="run `make build` first"):
        shop.publish()
    warehouse.write_text("no database")
    with pytest.raises(RecordsError, match="is no DuckDB file"):
        shop.publish()


def test_one_publisher_at_a_time(shop: Shop) -> None:
    shop.publish()
    shop.build_next()
    with (shop.published / ".lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RecordsError, match="Another process is publishing"):
            shop.publish()
        with pytest.raises(RecordsError, match="Another process is publishing"):
            roll_back(shop.published)
    shop.publish()


def test_a_folder_that_cannot_be_written_is_told(shop: Shop) -> None:
    shop.published.write_text("a file")
    with pytest.raises(RecordsError, match="is a file where a folder is needed: move it away"):
        shop.publish()


def test_a_log_keeps_its_order_when_the_clock_steps_back(shop: Shop) -> None:
    shop.publish()
    shop.publish_next()
    path = shop.published / "log.jsonl"
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    first["at"], second["at"] = second["at"], "2026-01-01T00:00:00+00:00"
    path.write_text(f"{json.dumps(first)}\n{json.dumps(second)}\n")
    before = path.read_text()
    clean_up(shop.published)
    assert path.read_text() == before


def test_a_full_disk_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    first = shop.publish()
    shop.build_next()

    def no_space(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("segmentry.publish.publish.sync_folder", no_space)
    with pytest.raises(RecordsError, match=f"The disk of {shop.published} is full: make room"):
        shop.publish()
    assert versions(shop.published) == [first]
    assert [path.name for path in (shop.published / "versions").iterdir()] == [first.build_id]


def test_an_earlier_day_is_published_only_when_that_is_meant(shop: Shop) -> None:
    shop.publish_next(DAY)
    again = shop.publish_next(DAY)
    shop.build_next(DAY - timedelta(days=1))
    with pytest.raises(RecordsError, match=f"is for 2026-06-29, and readers have {DAY}: .* OLDER"):
        shop.publish()
    assert current_version(shop.published) == again
    older = shop.publish(older=True)
    assert current_version(shop.published) == older
    # From there on, days go forward again.
    assert shop.publish_next(DAY).manifest.replaced == older.build_id


def test_an_empty_folder_under_a_published_warehouse_is_told(shop: Shop) -> None:
    first = shop.publish()
    shutil.rmtree(shop.published)
    shop.build_next()
    with pytest.raises(RecordsError, match=f"holds no version, .* published as {first.build_id}"):
        shop.publish()
    assert not list((shop.published / "versions").iterdir())


def test_a_day_published_again_continues_the_same_version(shop: Shop) -> None:
    first = shop.publish_next(DAY)
    second = shop.publish_next(DAY + timedelta(days=1))
    again = shop.publish_next(DAY + timedelta(days=1))
    assert second.manifest.based_on == again.manifest.based_on == first.build_id
    assert shop.publish_next(DAY + timedelta(days=2)).manifest.based_on == again.build_id


def test_roll_back_returns_to_what_was_replaced(shop: Shop) -> None:
    first = shop.publish(accepted=["buyers"])
    bad = shop.publish_next(DAY + timedelta(days=1))
    assert roll_back(shop.published) == first == current_version(shop.published)
    mended = shop.publish_next(DAY + timedelta(days=1))
    assert mended.manifest.based_on == first.build_id
    # The version before the mended one is not the bad one, though that was published in between.
    assert roll_back(shop.published) == first
    with pytest.raises(RecordsError, match="No version is known that came before"):
        roll_back(shop.published)
    assert roll_back(shop.published, mended.build_id) == mended
    assert [version.build_id for version in versions(shop.published)] == sorted(
        [first.build_id, bad.build_id, mended.build_id]
    )
    moves = [
        (Action.PUBLISH, None, first, ["buyers"]),
        (Action.PUBLISH, first, bad, []),
        (Action.ROLL_BACK, bad, first, []),
        (Action.PUBLISH, first, mended, []),
        (Action.ROLL_BACK, mended, first, []),
        (Action.ROLL_BACK, first, mended, []),
    ]
    assert [
        (entry.action, entry.from_build, entry.to_build, entry.accepted)
        for entry in read_log(shop.published).entries
    ] == [
        (action, replaced and replaced.build_id, version.build_id, accepted)
        for action, replaced, version, accepted in moves
    ]


def test_roll_back_refuses_what_is_not_there(shop: Shop) -> None:
    with pytest.raises(RecordsError, match="Nothing is published"):
        roll_back(shop.published)
    version = shop.publish()
    before = snapshot(shop.published)
    with pytest.raises(RecordsError, match="There is no version 20200101"):
        roll_back(shop.published, "20200101T000000-00000000")
    with pytest.raises(RecordsError, match="There is no version"):
        roll_back(shop.published, "../versions")
    with pytest.raises(RecordsError, match="is current already"):
        roll_back(shop.published, version.build_id)
    assert snapshot(shop.published) == before


def test_old_versions_are_removed_and_what_is_needed_stays(shop: Shop) -> None:
    days = [DAY + timedelta(days=number) for number in range(5)]
    published = [shop.publish_next(day, keep=2).build_id for day in days]
    # The latest two, and what the earlier of them continues.
    assert [version.build_id for version in versions(shop.published)] == published[-3:]
    roll_back(shop.published)
    # Published again and again, a day keeps the version that it continues.
    again = [shop.publish_next(days[4], keep=2).build_id for _ in range(3)]
    assert [version.build_id for version in versions(shop.published)] == [
        published[3],
        *again[-2:],
    ]
    assert current(shop).manifest.based_on == published[3]
    stored = {path.name for path in (shop.published / "versions").iterdir()}
    assert stored == {version.build_id for version in versions(shop.published)}


def test_ids_sort_by_time_whatever_the_clock_does(shop: Shop) -> None:
    first = shop.publish()
    tomorrow = f"{first.manifest.published_at + timedelta(days=1):%Y%m%dT%H%M%S}-00000000"
    renamed = first.folder.with_name(tomorrow)
    first.folder.rename(renamed)
    manifest = json.loads((renamed / "manifest.json").read_text())
    manifest["build_id"] = tomorrow
    manifest["published_at"] = (first.manifest.published_at + timedelta(days=1)).isoformat()
    (renamed / "manifest.json").write_text(json.dumps(manifest))
    switch(shop.published, tomorrow)
    assert shop.publish_next().build_id > tomorrow


def test_what_a_dead_publisher_left_is_cleaned_up(shop: Shop) -> None:
    first = shop.publish()
    second = shop.publish_next()
    log = shop.published / "log.jsonl"
    (shop.published / "versions" / ".20260101T000000-00000000").mkdir()
    # Died between the switch and the log.
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:1]))
    clean_up(shop.published)
    assert [entry.to_build for entry in read_log(shop.published).entries] == [
        first.build_id,
        second.build_id,
    ]
    stored = {path.name for path in (shop.published / "versions").iterdir()}
    assert stored == {first.build_id, second.build_id}
    # The same of a roll-back.
    switch(shop.published, first.build_id)
    clean_up(shop.published)
    assert read_log(shop.published).entries[-1].action is Action.ROLL_BACK
    assert current_build_id(shop.published) == first.build_id


def test_a_damaged_manifest_is_told(shop: Shop) -> None:
    version = shop.publish()
    (version.folder / "manifest.json").write_text("{")
    with pytest.raises(RecordsError, match="can't be read"):
        current_version(shop.published)


def test_the_command_line(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = shop.publish()
    second = shop.publish_next()
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(shop.settings.warehouse))
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(shop.published))
    assert main(["versions"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert second.build_id in lines[1]
    assert lines[1].rstrip().endswith("current")
    assert first.build_id in lines[2]
    assert main(["roll-back"]) == 0
    assert f"Current is {first.build_id}, of 2026-06-30." in capsys.readouterr().out
    assert main(["roll-back"]) == 1
    assert "No version is known" in capsys.readouterr().err


def test_a_command_that_is_asked_wrongly_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["roll-back", "one", "two"], ["publish", "--no-such"], ["no-such"]):
        assert main(arguments) == 2
        assert "Usage: segmentry" in capsys.readouterr().err
