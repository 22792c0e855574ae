"""Every check notices what breaks it, and nothing that was found names a person."""

import hashlib
import json
import re
import shutil
import socket
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from segmentry.__main__ import main
from segmentry.checks.data_docs import render_data_docs
from segmentry.checks.declaration import count_checks
from segmentry.checks.declared import audited_tests
from segmentry.checks.definitions import DEFINITION_CHECK
from segmentry.checks.raw_tables import read_raw_tables
from segmentry.checks.results import CheckResult, Severity, Validation
from segmentry.checks.rules import DbtTest, Unique
from segmentry.checks.shop import SHOP_SETTINGS, ShopSetting
from segmentry.checks.sizes import SIZE_CHECK, VANISHED_CHECK, allowed_sizes
from segmentry.checks.thresholds import read_thresholds
from segmentry.checks.validate import Subject, answer_checks, collect, read_subject
from segmentry.errors import ValidationError
from segmentry.project.segment_catalog import read_segment_catalog
from segmentry.publish.last_build import check_last_build
from segmentry.publish.publish import write_databases
from segmentry.records.build import open_build, read_public_columns, read_settings
from segmentry.records.data_tests import read_data_tests
from segmentry.records.folders import switch
from segmentry.records.log import LOG, add_to_log
from segmentry.records.manifest import MANIFEST, Manifest
from segmentry.records.recent_sizes import recent_sizes
from segmentry.records.versions import (
    Version,
    current_build_id,
    entry_of,
    line_of_current,
    read_version,
    roll_back,
)
from segmentry.settings.shop import Settings
from tests.python.checks_breaks import Break, breaks
from tests.python.compiled import CompiledProject

DAY = date(2026, 6, 30)
VIEWS = "select view_name from duckdb_views() where schema_name = 'main'"


def manifest_of(
    build_id: str,
    as_of_date: date,
    sizes: Mapping[str, int],
    fingerprints: Mapping[str, str],
    accepted: Collection[str] = (),
) -> Manifest:
    """Return what a published version says of itself; checks read only what is given."""
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    return Manifest(
        build_id=build_id,
        as_of=moment,
        as_of_date=as_of_date,
        invocation_id="",
        published_at=moment,
        based_on=None,
        replaced=None,
        row_counts={},
        segment_sizes=dict(sizes),
        validation={},
        fingerprints=dict(fingerprints),
        accepted=list(accepted),
    )


def publish_manifest(settings: Settings, manifest: Manifest) -> Path:
    """Make a version current that holds nothing but its manifest, and return its folder."""
    published, build_id = settings.published, manifest.build_id
    folder = published / "versions" / build_id
    folder.mkdir(parents=True)
    before = current_build_id(published)
    replace(manifest, replaced=before).write(folder / MANIFEST)
    switch(published, build_id)
    add_to_log(published, entry_of(read_version(published, build_id)))
    return folder


PARTS = 12


@pytest.fixture(scope="module")
def demo(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a built warehouse of the demo shop."""
    return copy_and_change(whole_build, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def sound(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse of the demo shop in which no check fails: its conflicts are left out.

    Public views are tables there, so that their rows can be changed.
    """
    with open_build(demo) as build:
        checked = {test.table for test in read_data_tests(build)}
        public = {column.table for column in read_public_columns(build)}
    views = [str(name) for (name,) in ask(demo, VIEWS)]
    statements = [
        statement for name in views if name in checked & public for statement in view_as_table(name)
    ]
    folder = tmp_path_factory.mktemp("sound")
    return copy_and_change(demo, folder, "delete from identity_conflicts", *statements)


def view_as_table(name: str) -> tuple[str, ...]:
    """Return statements that make a table of a view, so that its rows can be changed."""
    return (
        f"create table rows_of_view as select * from {name}",
        f"drop view {name}",
        f"alter table rows_of_view rename to {name}",
    )


@pytest.fixture
def settings(sound: Path, tmp_path: Path) -> Settings:
    """Return the settings of a sound warehouse with nothing published."""
    return settings_of(sound, tmp_path)


def settings_of(warehouse: Path, folder: Path) -> Settings:
    """Return settings whose published versions are in a folder of their own."""
    return Settings(raw_dir=folder, warehouse=warehouse, published=folder / "published")


def change(warehouse: Path, *statements: str) -> None:
    """Change a warehouse."""
    with duckdb.connect(str(warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def ask(warehouse: Path, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def copy_and_change(warehouse: Path, folder: Path, *statements: str) -> Path:
    """Return a changed copy of a warehouse, under its name: views name their database."""
    copy = folder / warehouse.name
    shutil.copyfile(warehouse, copy)
    change(copy, *statements)
    return copy


@cache
def written(warehouse: Path, changed_at: int) -> Path:
    """Return a folder with the files that would be published of a warehouse, written once."""
    folder = warehouse.with_suffix(f".{changed_at}")
    (folder / "version").mkdir(parents=True)
    with open_build(warehouse) as build:
        write_databases(build, folder / "version", "a-build")
        collect(build, folder / "version", folder / warehouse.name)
    return folder


@contextmanager
def audited(
    settings: Settings, accepted: Collection[str] = (), same_public: Path | None = None
) -> Iterator[Subject]:
    """Yield what is validated of a warehouse: the files that would be published.

    They are those of another warehouse where that has the same public tables.
    """
    warehouse = same_public or settings.warehouse
    folder = written(warehouse, warehouse.stat().st_mtime_ns)
    with TemporaryDirectory() as scratch, open_build(settings.warehouse) as build:
        database = Path(scratch) / warehouse.name
        if same_public:
            collect(build, folder / "version", database)
        else:
            shutil.copy(folder / warehouse.name, database)
        yield read_subject(build, folder / "version", database, settings, accepted)


def check_tables(
    settings: Settings,
    tables: Collection[str],
    *changes: str,
    same_public: Path | None = None,
) -> list[CheckResult]:
    """Return the results of the checks of some tables, after changes of what is audited."""
    with audited(settings, same_public=same_public) as subject:
        change(subject.database, *changes)
        checks = [check for check in subject.checks if check.table in tables]
        return answer_checks(replace(subject, checks=checks)).results


def failed(results: Iterable[CheckResult]) -> set[str]:
    """Return the names of failed checks."""
    return {result.name for result in results if not result.success}


def sizes_of(warehouse: Path) -> dict[str, int]:
    """Return the distinct customers of every segment that has any."""
    rows = ask(
        warehouse,
        "select segment, count(distinct customer_id) from segment_memberships group by segment",
    )
    return {str(segment): int(str(count)) for segment, count in rows}


def fingerprints_of(warehouse: Path) -> dict[str, str]:
    """Return by which definition every segment was built."""
    names = {f"segment_{segment.name}": segment.name for segment in read_segment_catalog()}
    rows = ask(warehouse, "select model_name, lineage_fingerprint from model_fingerprints")
    return {names[str(name)]: str(digest) for name, digest in rows if name in names}


def test_the_demo_shop_may_be_published(demo: Path, tmp_path: Path) -> None:
    """The warehouse is only read, and let go of."""
    before = hashlib.sha256(demo.read_bytes()).digest()
    validation = check_last_build(settings_of(demo, tmp_path), [], tmp_path / "docs")
    assert hashlib.sha256(demo.read_bytes()).digest() == before
    duckdb.connect(str(demo)).close()
    assert validation.success
    assert validation.as_of_date == DAY
    assert failed(validation.results) == {"identity_conflicts_are_absent"}
    names = [result.name for result in validation.results]
    assert len(names) == len(set(names))
    (row,) = ask(demo, "select distinct invocation_id from build_log")
    assert validation.invocation_id == row[0]
    assert validation.accepted == []
    assert Validation.from_dict(json.loads(json.dumps(validation.to_dict()))) == validation


def test_what_is_asked_is_known_without_a_build(
    settings: Settings, compiled_project: CompiledProject
) -> None:
    """By the manifest of dbt, which Dagster reads before anything is built."""
    with audited(settings) as subject:
        assert count_checks(compiled_project.manifest) == Counter(
            check.table for check in subject.checks
        )


def declared_breaks(settings: Settings) -> list[Break]:
    """Return a change for every check that is declared as a data test of a published table."""
    with open_build(settings.warehouse) as build:
        columns: dict[str, list[str]] = {}
        for column in read_public_columns(build):
            columns.setdefault(column.table, []).append(column.name)
        tests = audited_tests(read_data_tests(build), columns)
    return list(breaks(tests, columns))


def fill_empty_tables(warehouse: Path, tables: Collection[str]) -> None:
    """Give tables without a few rows some, which break nothing that the demo's own rows don't."""
    values = {
        "VARCHAR": "'x' || n",
        "BIGINT": "n + 2",
        "DOUBLE": "0.5",
        "VARCHAR[]": "['x']",
        "TIMESTAMP": "timestamp '2026-06-01'",
        "DATE": "date '2026-06-01'",
        "BOOLEAN": "true",
        "DECIMAL(18,2)": "1.00",
    }
    # Of these there are few to choose from.
    fixed = {
        "as_of_date": "int_as_of.as_of_date",
        "status": "'rejected'",
        "operation": "'add'",
        "result": "'rejected'",
        "state": "'member'",
        "arm": "'sent'",
        "cause": "'cap'",
        "outcome": "'orders'",
    }
    with duckdb.connect(str(warehouse)) as connection:
        for table in tables:
            ((count,),) = connection.execute(f"select count(*) from {table}").fetchall()
            columns = connection.execute(f"describe {table}").fetchall()
            selected = ", ".join(
                f"{fixed.get(name) or values.get(kind, 'null')} as {name}"
                for name, kind, *_ in columns
            )
            if count < 3:
                connection.execute(
                    f"insert into {table} select {selected} from range(3) as rows(n), int_as_of"
                )


@pytest.fixture(scope="module")
def filled(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sound warehouse with rows to break in every table."""
    warehouse = copy_and_change(sound, tmp_path_factory.mktemp("filled"))
    tables = {item.check.table for item in declared_breaks(settings_of(sound, sound.parent))}
    fill_empty_tables(warehouse, sorted(tables))
    return warehouse


def is_of_dbt(item: Break) -> bool:
    """Say whether a break is of a test of dbt, not of a rule of a column."""
    return isinstance(item.check.rule, DbtTest | Unique)


def answer(settings: Settings, *, of_dbt: bool) -> dict[str, CheckResult]:
    """Return the results of all tests of dbt that are declared, or of all other rules, by name."""
    names = {item.check.name for item in declared_breaks(settings) if is_of_dbt(item) == of_dbt}
    with audited(settings) as subject:
        checks = [check for check in subject.checks if check.name in names]
        results = answer_checks(replace(subject, checks=checks)).results
    assert {result.name for result in results} == names
    return {result.name: result for result in results}


@pytest.mark.parametrize("parity", [0, 1])
def test_what_is_broken_is_noticed(parity: int, filled: Path, tmp_path: Path) -> None:
    """Of the rules of columns every other one is broken, and no other is noticed."""
    items = [
        item for item in declared_breaks(settings_of(filled, tmp_path)) if not is_of_dbt(item)
    ][parity::2]
    warehouse = copy_and_change(filled, tmp_path, *(item.sql for item in items))
    results = answer(settings_of(warehouse, tmp_path), of_dbt=False)
    rules = {name for name in results if name.endswith(("_is_never_null", "_is_in_range"))}
    broken = {item.check.name for item in items}
    assert failed(results.values()) & rules == broken
    for name in broken:
        assert results[name].exception is None
        assert results[name].observed["failing"] != 0


def test_what_breaks_a_test_of_dbt_is_noticed(filled: Path, tmp_path: Path) -> None:
    items = [item for item in declared_breaks(settings_of(filled, tmp_path)) if is_of_dbt(item)]
    warehouse = copy_and_change(filled, tmp_path, *(item.sql for item in items))
    results = answer(settings_of(warehouse, tmp_path), of_dbt=True)
    assert {item.check.name for item in items} <= failed(results.values())
    assert [result.name for result in results.values() if result.exception is not None] == []
    told = results["rejected_share_is_small"].message
    assert "Mend the export, or raise max_rejected_share" in told


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_broken_is_noticed_alone(part: int, sound: Path, tmp_path: Path) -> None:
    """A part of the breaks, so that the workers share them, each in the files that were written."""
    settings = settings_of(sound, tmp_path)
    items = list(declared_breaks(settings))
    tables = {item.check.table for item in items}
    for item in items[part::PARTS]:
        ((count,),) = ask(sound, f"select count(*) from {item.check.table}")
        if int(str(count)) >= 5:
            named = tables & set(re.findall(r"\w+", item.sql))
            changes = [statement for name in sorted(named) for statement in view_as_table(name)]
            results = check_tables(settings, {item.check.table}, *changes, item.sql)
            assert item.check.name in failed(results), item.sql


def test_raw_tables_and_identities_are_checked(sound: Path, tmp_path: Path) -> None:
    conflict = (
        "insert into identity_conflicts select 'device of several persons', 'anonymous_id', '', "
        "cast(number as varchar), 2, as_of_date from int_as_of, range({}) as numbers(number)"
    )
    dated = {table: column for table, column in read_raw_tables().items() if column}
    old = [
        f"drop view stg_{table}; create table stg_{table} as select cast(as_of - interval 400 day "
        f"as {'date' if column.endswith('_date') else 'timestamp'}) as {column} from int_as_of"
        for table, column in dated.items()
    ]
    warehouse = copy_and_change(sound, tmp_path, conflict.format(10_000), *old)
    tables = {"identity_conflicts", *(f"stg_{table}" for table in dated)}
    assert failed(check_tables(settings_of(warehouse, tmp_path), tables)) == {
        "identity_conflicts_are_absent",
        "identity_conflicts_are_few",
        *(f"stg_{table}_is_fresh" for table in dated),
    }


def test_the_catalog_is_that_of_the_project(sound: Path, tmp_path: Path) -> None:
    sql = "delete from segment_catalog where segment = 'languages'"
    warehouse = copy_and_change(sound, tmp_path, sql)
    results = check_tables(settings_of(warehouse, tmp_path), {"segment_catalog"})
    assert failed(results) == {"segment_catalog_is_that_of_the_project"}


def test_a_check_without_an_answer_has_failed(settings: Settings) -> None:
    """One column that is gone takes no more than its checks; its table takes all of them."""
    results = check_tables(
        settings,
        {"customer_facts", "sessions"},
        "create or replace view kept_facts as from customer_facts",
        "create table facts as select * exclude (lead_count) from kept_facts",
        "drop view kept_facts",
        "drop view customer_facts",
        "alter table facts rename to customer_facts",
        "drop view sessions",
    )
    unanswered = {result.name for result in results if result.exception is not None}
    assert unanswered == failed(results)
    assert unanswered == {
        "customer_facts_lead_count_is_never_null",
        "customer_facts_lead_count_is_in_range",
        *(result.name for result in results if result.table == "sessions"),
    }
    validation = Validation(DAY, "", [], results)
    assert not validation.success


def test_an_exception_tells_no_value(settings: Settings) -> None:
    results = check_tables(
        settings,
        {"sessions"},
        "create table kept_sessions as select * replace ('ada@shop.test' as utm_source) "
        "from sessions",
        "create or replace view sessions as "
        "select * replace (cast(utm_source as double) as minutes) from kept_sessions",
    )
    exceptions = {result.name: result.exception for result in results if not result.success}
    assert "Conversion Error" in str(exceptions["sessions_minutes_is_in_range"])
    assert "ada" not in json.dumps(Validation(DAY, "", [], results).to_dict())


SECOND = 1 / 86_400


@pytest.mark.parametrize(
    "days, earlier, is_fresh",
    [
        (3, [], True),
        (3 + SECOND, [], False),
        # Three times the longest pause of the last year: from one day with orders to the next.
        pytest.param(3 + SECOND, [4, 5], False, marks=pytest.mark.prove),
        (9, [12, 13, 14], True),
        (9 + SECOND, [12 + SECOND, 13, 14], False),
        pytest.param(30, [40, 50], True, marks=pytest.mark.prove),
        pytest.param(30 + SECOND, [40 + SECOND, 50], False, marks=pytest.mark.prove),
        # What was longer ago is another year's.
        pytest.param(5, [6, 370, 400], False, marks=pytest.mark.prove),
    ],
)
def test_orders_may_be_as_old_as_their_limit(
    days: float, earlier: list[float], is_fresh: bool, sound: Path, tmp_path: Path
) -> None:
    """Orders from after the build's instant don't make an old day fresh."""
    ages = ", ".join(str(round(age * 86_400e6)) for age in [days, *earlier])
    warehouse = copy_and_change(
        sound,
        tmp_path,
        "drop view stg_orders",
        f"create table stg_orders as select as_of - to_microseconds(unnest([{ages}])) "
        "as ordered_at from int_as_of union all select as_of from int_as_of",
    )
    settings = settings_of(warehouse, tmp_path)
    (result,) = check_tables(settings, {"stg_orders"}, same_public=sound)
    assert result.success is is_fresh, result.message
    assert result.severity is Severity.BLOCKING


@pytest.mark.parametrize(
    "name, break_it",
    [
        ("stg_orders_is_fresh", "delete from base_orders"),
        pytest.param(
            "customer_facts_order_count_is_in_range",
            "update customer_facts set order_count = -1",
            marks=pytest.mark.prove,
        ),
        ("facts_reconcile_with_orders", "delete from orders"),
    ],
)
def test_every_check_is_let_through_by_its_name(
    name: str, break_it: str, sound: Path, tmp_path: Path
) -> None:
    settings = settings_of(copy_and_change(sound, tmp_path, break_it), tmp_path)
    for accepted, outcome in (([], [name]), ([name], [])):
        with audited(settings, accepted) as subject:
            checks = [check for check in subject.checks if check.name == name]
            validation = answer_checks(replace(subject, checks=checks))
        assert [failure.name for failure in validation.failures] == outcome
        assert validation.accepted == accepted
    with (
        pytest.raises(ValidationError, match=f"no check or segment {name}s to accept. Is {name} "),
        audited(settings, [f"{name}s"]),
    ):
        pass


def test_only_orders_must_be_there(sound: Path, tmp_path: Path) -> None:
    tables = ("orders", "surveys", "exchange_rates")
    warehouse = copy_and_change(sound, tmp_path, *(f"delete from base_{name}" for name in tables))
    settings = settings_of(warehouse, tmp_path)
    staged = {f"stg_{name}" for name in tables}
    results = check_tables(settings, staged, same_public=sound)
    assert failed(results) == {"stg_orders_is_fresh"}


def test_limits_are_those_of_the_build(sound: Path, tmp_path: Path) -> None:
    """A var that dbt was given counts, before the value of dbt_project.yml."""
    warehouse = copy_and_change(
        sound,
        tmp_path,
        "insert into identity_conflicts select 'device of several persons', 'anonymous_id', '', "
        "'a tablet', 2, as_of_date from int_as_of",
        "update model_fingerprints set command_line_variables = "
        "'{\"max_identity_conflict_share\": 0.00001}'",
    )
    results = check_tables(settings_of(warehouse, tmp_path), {"identity_conflicts"})
    assert "identity_conflicts_are_few" in failed(results)
    assert read_thresholds({}).max_identity_conflict_share == 0.1
    with pytest.raises(ValidationError, match="can't be read"):
        read_thresholds({"max_raw_age_days": 3})


def test_sizes_swing_beyond_share_and_customers() -> None:
    """Just below, at and above half of the expected size, and fifty customers."""
    thresholds = replace(
        read_thresholds({}), max_segment_swing_share=0.5, min_segment_swing_customers=50
    )
    assert allowed_sizes(Fraction(200), thresholds) == (100, 300)
    assert allowed_sizes(Fraction(201), thresholds) == (101, 301)
    assert allowed_sizes(Fraction(60), thresholds) == (11, 109)
    assert allowed_sizes(Fraction(0), thresholds) == (0, 49)
    assert allowed_sizes(Fraction(401, 2), thresholds) == (101, 300)
    # A share that floating point can't hold is taken as it is written.
    tenth = replace(thresholds, max_segment_swing_share=0.1, min_segment_swing_customers=1)
    assert allowed_sizes(Fraction(30), tenth) == (27, 33)


def version(build_id: str, day: int, size: int | None, accepted: Collection[str] = ()) -> Version:
    """Return a version of a day of June with a size of the segment buyers, None for no segment."""
    sizes = {"buyers": size} if size else {}
    fingerprints = {"buyers": "a"} if size is not None else {}
    manifest = manifest_of(build_id, date(2026, 6, day), sizes, fingerprints, accepted)
    return Version(Path(), manifest)


def test_recent_history_is_one_size_a_day() -> None:
    versions = [version(f"{day:02}", day, 100 + day) for day in range(1, 13)]
    assert recent_sizes(versions, "buyers", date(2026, 6, 10), 3) == [107, 108, 109]
    assert recent_sizes(versions, "buyers", date(2026, 6, 1), 3) == []
    republished = [*versions, version("13", 9, 500)]
    assert recent_sizes(republished, "buyers", date(2026, 6, 10), 3) == [107, 108, 500]


def test_an_accepted_swing_starts_a_new_history() -> None:
    versions = [
        version("01", 1, 100),
        version("02", 2, 100),
        version("03", 3, 300, ["buyers"]),
        version("04", 4, 310),
    ]
    assert recent_sizes(versions, "buyers", date(2026, 6, 5), 7) == [300, 310]
    assert recent_sizes(versions[:3], "buyers", date(2026, 6, 3), 7) == [300]
    assert recent_sizes(versions[:2], "buyers", date(2026, 6, 3), 7) == [100, 100]


def test_a_segment_without_members_has_the_size_0_and_a_new_one_has_none() -> None:
    versions = [version("01", 1, None), version("02", 2, 0), version("03", 3, 5)]
    assert recent_sizes(versions, "buyers", date(2026, 6, 4), 7) == [0, 5]


def publish_days(
    settings: Settings, sizes: Mapping[str, int], accepted: Collection[str] = (), hour: int = 0
) -> None:
    """Write versions of the three days before the demo's last, with the same sizes."""
    fingerprints = fingerprints_of(settings.warehouse)
    for days in (3, 2, 1):
        build_id = f"20260{700 - days}T{hour:02}0000-00000000"
        day = DAY - timedelta(days=days)
        publish_manifest(settings, manifest_of(build_id, day, sizes, fingerprints, accepted))


def size_results(settings: Settings, accepted: Collection[str] = ()) -> Validation:
    """Return what is found about sizes, definitions and the settings of the shop."""
    names = {SIZE_CHECK, DEFINITION_CHECK}
    with audited(settings, accepted) as subject:
        checks = [
            check
            for check in subject.checks
            if check.name in {VANISHED_CHECK, *(setting.check for setting in SHOP_SETTINGS)}
            or any(check.name.endswith(name.partition("{}")[2]) for name in names)
        ]
        return answer_checks(replace(subject, checks=checks))


@pytest.mark.parametrize("parity", [0, 1])
def test_the_swing_of_every_segment_is_noticed(parity: int, settings: Settings) -> None:
    """Those that are sent somewhere stop publishing, the others are told."""
    sizes = sizes_of(settings.warehouse)
    segments = [segment for segment in read_segment_catalog()][parity::2]
    swung = {segment.name: 3 * sizes.get(segment.name, 0) + 500 for segment in segments}
    publish_days(settings, sizes | swung)
    validation = size_results(settings)
    assert {result.name for result in validation.failures} == {
        SIZE_CHECK.format(segment.name) for segment in segments if segment.destinations
    }
    assert {result.name for result in validation.warnings} == {
        SIZE_CHECK.format(segment.name) for segment in segments if not segment.destinations
    }
    for result in validation.failures:
        assert float(result.observed["value"]) < float(result.observed["minimum"])


@pytest.mark.parametrize("past, success", [(184, False), (185, True), (553, True), (555, False)])
def test_a_synced_segment_swings_just_beyond_half(
    past: int, success: bool, settings: Settings
) -> None:
    """One-timers of the demo are 277: one and a half times 184.67, half of 554."""
    sizes = sizes_of(settings.warehouse)
    assert sizes["one_timers"] == 277
    publish_days(settings, sizes | {"one_timers": past})
    results = {result.name: result for result in check_tables(settings, {"segment_one_timers"})}
    result = results[SIZE_CHECK.format("one_timers")]
    assert result.success is success
    assert result.severity is Severity.BLOCKING


def test_an_accepted_swing_passes_and_is_recorded(settings: Settings) -> None:
    sizes = sizes_of(settings.warehouse)
    publish_days(settings, sizes | {"one_timers": 1, "buyers": 1})
    validation = size_results(settings, ["one_timers", "locals"])
    assert [result.name for result in validation.failures] == [SIZE_CHECK.format("buyers")]
    assert validation.accepted == ["one_timers"]
    messages = {result.name: result.message for result in validation.results}
    assert messages[SIZE_CHECK.format("one_timers")].startswith("Accepted: ")
    assert "277 customers" in messages[SIZE_CHECK.format("one_timers")]
    with (
        pytest.raises(ValidationError, match="no check or segment no_such to accept"),
        audited(settings, ["no_such"]),
    ):
        pass


def test_what_was_rolled_back_is_no_history(settings: Settings) -> None:
    """Neither while the version before it is current, nor once others were published since."""
    sizes = sizes_of(settings.warehouse)
    publish_days(settings, sizes)
    sound_build_id = current_build_id(settings.published)
    publish_days(settings, {"buyers": 1}, hour=1)
    assert not size_results(settings).success
    roll_back(settings.published, sound_build_id)
    assert size_results(settings).success
    publish_days(settings, sizes, hour=2)
    assert size_results(settings).success
    line = [version.build_id for version in line_of_current(settings.published)]
    assert [build_id[9:11] for build_id in line] == ["00", "00", "00", "02", "02", "02"]


def test_a_version_whose_publisher_died_before_it_told_the_log_has_its_history(
    settings: Settings,
) -> None:
    publish_days(settings, sizes_of(settings.warehouse))
    log = settings.published / LOG
    *told, _ = log.read_text().splitlines(keepends=True)
    log.write_text("".join(told))
    assert len(line_of_current(settings.published)) == 3


def test_a_segment_that_vanished_stops_publishing_until_accepted(settings: Settings) -> None:
    sizes = sizes_of(settings.warehouse)
    fingerprints = fingerprints_of(settings.warehouse) | {"gone": "a"}
    publish_manifest(
        settings, manifest_of("20260629T1", DAY - timedelta(days=1), sizes, fingerprints)
    )
    (failure,) = size_results(settings).failures
    assert failure.name == VANISHED_CHECK
    assert failure.sample_ids == ["gone"]
    validation = size_results(settings, ["gone"])
    assert validation.success
    assert validation.accepted == ["gone"]


@pytest.mark.parametrize("setting", SHOP_SETTINGS, ids=lambda setting: setting.variable)
def test_a_changed_setting_of_the_shop_stops_publishing_until_accepted(
    setting: ShopSetting, settings: Settings
) -> None:
    """A version of before settings were noted is continued by any, one of the same by the same."""
    with open_build(settings.warehouse) as build:
        built = read_settings(build)
    assert built == {
        "shop_timezone": "UTC", "reporting_currency": "USD", "shop_country": "US"
    }  # fmt: skip
    sizes = sizes_of(settings.warehouse)
    day = DAY - timedelta(days=1)
    manifest = manifest_of("20260629T1", day, sizes, fingerprints_of(settings.warehouse))
    publish_manifest(settings, manifest)
    assert size_results(settings).success
    publish_manifest(settings, replace(manifest, build_id="20260629T2", settings=built))
    assert size_results(settings).success
    changed = built | {setting.variable: "another's"}
    publish_manifest(settings, replace(manifest, build_id="20260629T3", settings=changed))
    (failure,) = size_results(settings).failures
    assert failure.name == setting.check
    assert failure.message == (
        f"The {setting.label} of the published version is another's, that of this build "
        f"{built[setting.variable]}: set {setting.environment}=another's in .env and build again, "
        f"or, if the change is meant, publish with ACCEPT={setting.check}."
    )
    validation = size_results(settings, [setting.check])
    assert validation.success
    assert validation.accepted == [setting.check]


def test_a_manifest_of_before_settings_were_noted_is_read(tmp_path: Path) -> None:
    path = tmp_path / MANIFEST
    manifest_of("20260629T1", DAY, {}, {}).write(path)
    content = json.loads(path.read_text())
    del content["settings"]
    path.write_text(json.dumps(content))
    assert Manifest.read(path).settings == {}


def publish_memberships(settings: Settings, folder: Path, *statements: str) -> None:
    """Write what a published version holds for BI, with changes."""
    path = folder / "segmentry.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{settings.warehouse}' as warehouse (read_only)")
        for table in ("segment_memberships", "customer_facts", "segment_catalog"):
            connection.execute(f"create table {table} as select * from warehouse.{table}")
        for statement in statements:
            connection.execute(statement)


def test_a_changed_definition_tells_whom_it_moves(settings: Settings) -> None:
    """Nobody's definition is new but two: one changed, one never published."""
    sizes = sizes_of(settings.warehouse)
    fingerprints = fingerprints_of(settings.warehouse) | {"one_timers": "another"}
    del fingerprints["locals"]
    folder = publish_manifest(
        settings, manifest_of("20260629T1", DAY - timedelta(days=1), sizes, fingerprints)
    )
    ids = ask(
        settings.warehouse,
        "select customer_id from segment_memberships where segment = 'one_timers' "
        "order by customer_id limit 2",
    )
    stayed, entered = (str(customer_id) for (customer_id,) in ids)
    publish_memberships(
        settings,
        folder,
        f"delete from segment_memberships where segment = 'one_timers' "
        f"and customer_id = '{entered}'",
        "insert into segment_memberships (customer_id, segment, segment_value) "
        "values ('left', 'one_timers', '')",
        "delete from segment_memberships where segment = 'locals'",
    )
    validation = size_results(settings)
    assert validation.success
    results = {result.name: result for result in validation.warnings}
    assert set(results) == {DEFINITION_CHECK.format(name) for name in ("one_timers", "locals")}
    result = results[DEFINITION_CHECK.format("one_timers")]
    assert result.observed["entering"] == result.observed["leaving"] == 1
    assert result.sample_ids == [entered, "left"]
    assert stayed not in result.sample_ids
    assert "1 customers enter" in result.message
    assert results[DEFINITION_CHECK.format("locals")].observed["entering"] == sizes["locals"]


def test_a_swing_that_a_changed_definition_explains_is_a_warning(settings: Settings) -> None:
    sizes = sizes_of(settings.warehouse) | {"one_timers": 1, "buyers": 1}
    fingerprints = fingerprints_of(settings.warehouse) | {"one_timers": "another"}
    folder = publish_manifest(
        settings, manifest_of("20260629T1", DAY - timedelta(days=1), sizes, fingerprints)
    )
    publish_memberships(settings, folder)
    validation = size_results(settings)
    assert [result.name for result in validation.failures] == [SIZE_CHECK.format("buyers")]
    assert {result.name for result in validation.warnings} == {
        SIZE_CHECK.format("one_timers"),
        DEFINITION_CHECK.format("one_timers"),
    }


@pytest.mark.parametrize("parity", [0, 1])
def test_the_changed_definition_of_every_segment_is_told(parity: int, settings: Settings) -> None:
    sizes = sizes_of(settings.warehouse)
    changed = {segment.name: "another" for segment in read_segment_catalog()[parity::2]}
    fingerprints = fingerprints_of(settings.warehouse) | changed
    publish_manifest(settings, manifest_of("20260630T1", DAY, sizes, fingerprints))
    validation = size_results(settings)
    assert validation.success
    assert failed(validation.results) == {DEFINITION_CHECK.format(name) for name in changed}
    # The version holds no memberships to compare with.
    for result in validation.warnings:
        assert result.exception is not None


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection to another machine."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    yield


@pytest.mark.usefixtures("no_network")
def test_nothing_that_is_shown_names_a_person(
    demo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Whatever breaks: results, page and printed lines hold no address, name, phone or raw row."""
    warehouse = copy_and_change(
        demo,
        tmp_path,
        "update customer_contacts set customer_id = email where customer_id in "
        "(select customer_id from customer_contacts where email is not null limit 5)",
        "update rejected_rows set as_of_date = null",
        "update identity_map set customer_id = null",
        "insert into identity_map select * from identity_map",
        "insert into sessions select * from sessions",
    )
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(warehouse))
    docs = tmp_path / "docs"
    assert main(["check", "--data-docs", str(docs)]) == 1
    printed = capfd.readouterr()
    shown = printed.out + printed.err + (docs / "index.html").read_text(encoding="utf-8")
    assert [path.name for path in docs.iterdir()] == ["index.html"]
    assert "customer_contacts_customer_id_is_in_customer_facts" in shown
    assert "(hidden: an address)" in shown
    assert "@" not in shown.replace("@media", "")
    # What BI would show is refused before anything is asked.
    change(warehouse, "update segment_memberships set customer_id = 'ada@shop.test'")
    assert main(["check", "--data-docs", str(docs)]) == 1
    refused = capfd.readouterr().err
    assert "segment_memberships.customer_id in" in refused and "@" not in refused
    people = ask(demo, "select first_name || ' ' || last_name, phone from customer_contacts")
    assert not [text for row in people for text in row if text and str(text) in shown]


def test_the_page_calls_nobody() -> None:
    results = [
        CheckResult("a_check", "a_table", Severity.BLOCKING, False, "<b>&</b>", {"value": 0.5}),
        CheckResult("another", "a_table", Severity.WARNING, True, "Fine."),
    ]
    page = render_data_docs(Validation(DAY, "an-id", ["buyers"], results))
    for call in ("http", "//", "src=", "<script", "<link", "url(", "@import"):
        assert call not in page
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in page
    assert "Must not be published" in page
    assert 'name="viewport"' in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.prove
def test_the_command_says_that_nothing_was_found(
    sound: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(sound))
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(tmp_path / "published"))
    assert main(["check", "--data-docs", str(tmp_path / "docs")]) == 0
    assert "0 failed, 0 warnings" in capsys.readouterr().out


def test_the_command_says_that_nothing_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(tmp_path / "nothing.duckdb"))
    assert main(["check", "--data-docs", str(tmp_path / "docs")]) == 1
    assert "run `make build` first" in capsys.readouterr().err
