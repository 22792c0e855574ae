"""Whoever is erased is out of everything that the project wrote, and does not come in again."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from segmentry.activation.errors import PlatformError
from segmentry.activation.exports import exports_folder
from segmentry.activation.ledger import Ledger, SentRow
from segmentry.activation.platforms.interface import Platform
from segmentry.activation.records import write_records
from segmentry.erasure.erase import check, erase
from segmentry.erasure.person import Person, find_person
from segmentry.erasure.places import holds
from segmentry.errors import SegmentryError, SettingsError
from segmentry.reading.erased import Erased
from segmentry.reading.folder import read_folder
from segmentry.records.databases import BI, CONTACTS
from segmentry.records.suppressions import FILE
from segmentry.records.versions import check_files, current_version, versions
from segmentry.settings.shop import Settings
from segmentry.state.tombstones import Kind, Tombstones, key_of, read_tombstones
from tests.python.activation_shop import KEYS, SECRET, ActivationShop, people
from tests.python.compiled import CompiledProject
from tests.python.published import Shop
from tests.python.rigs import PLATFORMS, rig_of
from tests.python.test_publish import FEW_TABLES

TABLES = (*FEW_TABLES, "identity_map", "customer_merges", "orders", "sessions", "rejected_rows")


@pytest.fixture(scope="module")
def published_shop(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return the demo shop with two published versions."""
    shop = Shop.copy(whole_build, tmp_path_factory.mktemp("erasure"), TABLES)
    for _ in range(2):
        shop.publish_next()
    return shop


@pytest.fixture
def settings(
    published_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """Return a copy of it that a test may erase from, with a ledger and an export."""
    monkeypatch.setenv("SEGMENTRY_STATE_KEY", SECRET)
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    monkeypatch.setattr("segmentry.erasure.places.DAGSTER", tmp_path / "dagster")
    folder = tmp_path / "shop"
    shutil.copytree(published_shop.published.parent, folder, symlinks=True)
    moved = published_shop.moved_to(folder).settings
    yield Settings(moved.raw_dir, moved.warehouse, moved.published, folder / "state")


def contacts(settings: Settings, query: str) -> list[tuple[str, ...]]:
    """Return the rows of a query over the contacts of the current version."""
    file = settings.published / "current" / CONTACTS.file
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def somebody(settings: Settings) -> tuple[str, str]:
    """Return the customer id and an address of who is known by the most."""
    ((customer, email),) = contacts(
        settings,
        """
        select customer_id, min(identifier) filter (where identifier_type = 'email')
        from identity_map
        group by customer_id
        having bool_or(identifier_type = 'email') and bool_or(identifier_type = 'anonymous_id')
        order by count(*) desc, customer_id
        limit 1
        """,
    )
    return customer, email


def rows_by_table(folder: Path) -> dict[str, int]:
    """Return the rows of each table and view of a version."""
    counts = {}
    for file in (BI.file, CONTACTS.file):
        with duckdb.connect(str(folder / file), read_only=True) as connection:
            names = connection.execute(
                "select table_name from information_schema.tables order by table_name"
            ).fetchall()
            for (name,) in names:
                ((counts[name],),) = connection.execute(f'select count(*) from "{name}"').fetchall()
    return counts


def remember(settings: Settings, *addresses: str) -> None:
    """Have syncs know some addresses in every table of theirs."""
    with closing(Ledger(settings.state, KEYS)) as ledger:
        rows = [SentRow(KEYS.hash_of(email), email, {}, "digest", True) for email in addresses]
        ledger.start_adding("mail", "list", rows)
        ledger.store_job("mail", "list", "job", "run", rows)
        for row in rows:
            ledger.reject("mail", "list", {row.key: "digest"}, {row.key: "no"})
            ledger.note_rows("run", "list", "add", "rejected", {row.key: "no"})
            ledger.suppress("klaviyo KEY", {row.key: "bounced"}, "2026-06-01T00:00:00+00:00")
        write_records(ledger)


def test_a_person_is_out_of_everything_that_was_written(settings: Settings) -> None:
    customer, email = somebody(settings)
    person = find_person(settings.published, email)
    assert find_person(settings.published, customer) == person
    assert person.emails and person.visitors
    remember(settings, *person.emails, "other@shop.example")
    export = exports_folder(settings.state) / "files" / "everyone.csv"
    export.parent.mkdir(parents=True)
    export.write_text(f"email\n{email}\n")
    logs = settings.state.parent.parent / "logs"
    logs.mkdir()
    (logs / "dbt.log").write_text(f"failed on {email.upper()}\n")
    before = {
        version.build_id: rows_by_table(version.folder) for version in versions(settings.published)
    }
    told: list[str] = []

    erase([email], settings, KEYS, {}, told.append)

    assert list(check([*person.emails, customer], settings)) == []
    assert not settings.warehouse.exists() and not export.exists()
    assert not any(address in text for address in person.emails for text in told)
    with closing(Ledger(settings.state, KEYS)) as ledger:
        assert [member.key for member in ledger.members("mail")] == [
            KEYS.hash_of("other@shop.example")
        ]
        assert ledger.noes([KEYS.hash_of(address) for address in person.emails]) == {
            KEYS.hash_of(address): "erased" for address in person.emails
        }
    for version in versions(settings.published):
        check_files(version)
        counts = rows_by_table(version.folder)
        assert counts == version.manifest.row_counts
        lost = {name: before[version.build_id][name] - count for name, count in counts.items()}
        assert lost["customer_facts"] == lost["customer_contacts"] == 1
        assert lost["identity_map"] == (
            len(person.emails) + len(person.accounts) + len(person.visitors)
        )
        assert lost["orders"] > 0 and lost["segment_memberships"] > 0
        assert len(version.manifest.erased_at) == 1
    assert current_version(settings.published)


def test_tables_of_the_shop_in_the_warehouse_stay(settings: Settings) -> None:
    """They are the shop's own, as raw files are; what was built is gone down to the bytes."""
    _, email = somebody(settings)
    own = replace(settings, raw_dir=None, raw_schema="RAW")
    with duckdb.connect(str(own.warehouse)) as connection:
        connection.execute("create schema raw; create schema landed_raw")
        connection.execute("create table raw.orders as select 'Ada' as email, 1 as order_id")
        connection.execute("create view raw.customers as from raw.orders")
        connection.execute(f"create table landed_raw.orders as select '{email}' as email")
        connection.execute(f"create table main.notes as select '{email}' as note")
    mode = own.warehouse.stat().st_mode
    told: list[str] = []
    erase([email], own, KEYS, {}, told.append)
    assert "what was built was removed from the warehouse; the next build makes it anew" in told
    assert not holds(own.warehouse, {email})
    assert own.warehouse.stat().st_mode == mode
    with duckdb.connect(str(own.warehouse), read_only=True) as connection:
        relations = connection.execute(
            "select table_schema, table_name from information_schema.tables order by all"
        ).fetchall()
        assert relations == [("raw", "customers"), ("raw", "orders")]
        assert connection.execute("from raw.customers").fetchall() == [("Ada", 1)]
    assert list(check([email], own)) == []
    with duckdb.connect(str(own.warehouse)) as connection:
        connection.execute(f"insert into raw.orders values ('{email}', 2)")
    assert list(check([email], own)) == []
    with duckdb.connect(str(own.warehouse)) as connection:
        connection.execute("create table main.stg_orders as from raw.orders")
    assert [found.place for found in check([email], own)] == ["stg_orders.email"]


def test_nothing_of_others_is_touched(settings: Settings, published_shop: Shop) -> None:
    customer, _ = somebody(settings)
    erase([customer], settings, KEYS, {}, lambda text: None)
    for version in versions(published_shop.published):
        old = version.folder
        new = settings.published / "versions" / version.build_id
        for database in (BI, CONTACTS):
            with duckdb.connect() as connection:
                connection.execute(f"attach '{old / database.file}' as old (read_only)")
                connection.execute(f"attach '{new / database.file}' as new (read_only)")
                tables = connection.execute(
                    "select table_name, list(column_name), any_value(comment) "
                    "from duckdb_columns() where database_name = 'old' group by table_name"
                ).fetchall()
                for table, columns, comment in tables:
                    assert connection.execute(
                        "select any_value(comment) from duckdb_columns() "
                        f"where database_name = 'new' and table_name = '{table}'"
                    ).fetchone() == (comment,)
                    if "customer_id" in columns:
                        differing = connection.execute(
                            f"select count(*) from ((from old.{table} where customer_id <> ? "
                            f"except all from new.{table}) union all "
                            f"(from new.{table} except all from old.{table}))",
                            [customer],
                        ).fetchone()
                        assert differing == (0,), table
                    parquet = new / database.parquet / f"{table}.parquet"
                    assert connection.execute(
                        f"select (select count(*) from new.{table}) "
                        f"= (select count(*) from '{parquet}')"
                    ).fetchone() == (True,), table
            for file in (new / database.file, *(new / database.parquet).iterdir()):
                assert file.stat().st_mode & 0o777 == database.file_mode


def test_the_check_finds_whoever_is_still_there(settings: Settings) -> None:
    _, email = somebody(settings)
    person = find_person(settings.published, email)
    with closing(Ledger(settings.state, KEYS)) as ledger:
        for kind, keys in person.tombstones(KEYS):
            ledger.bury(keys, kind)
    found = list(check([email], settings))
    places = {(place.path.name, place.place) for place in found}
    assert {
        (CONTACTS.file, "identity_map.identifier"),
        (CONTACTS.file, "customer_contacts.email"),
        (BI.file, "customer_facts.customer_id"),
        ("orders.parquet", "parquet.customer_id"),
        (CONTACTS.file, ""),
    } <= places


def test_the_check_refuses_who_was_never_erased(settings: Settings) -> None:
    with pytest.raises(SegmentryError, match="Nobody was erased yet"):
        list(check([], settings))
    _, email = somebody(settings)
    erase([email], settings, KEYS, {}, lambda text: None)
    with pytest.raises(SegmentryError, match=r"o…@s….example was not erased"):
        list(check(["other@shop.example"], settings))


def test_who_is_not_known_is_told_and_an_address_is_erased_anyway(settings: Settings) -> None:
    with pytest.raises(SegmentryError, match="knows a customer nobody"):
        erase(["nobody"], settings, KEYS, {}, lambda text: None)
    erase(["Unknown@Shop.example "], settings, KEYS, {}, lambda text: None)
    with closing(Ledger(settings.state, KEYS)) as ledger:
        key = KEYS.hash_of("unknown@shop.example")
        assert ledger.noes([key]) == {key: "erased"}


def test_a_second_erasure_changes_nothing(settings: Settings) -> None:
    _, email = somebody(settings)
    erase([email], settings, KEYS, {}, lambda text: None)
    files = {
        path: path.stat().st_mtime_ns
        for path in (settings.published / "versions").rglob("*")
        if path.is_file()
    }
    told: list[str] = []
    erase([email], settings, KEYS, {}, told.append)
    assert told == ["erased from what syncs remember"]
    assert all(path.stat().st_mtime_ns == changed for path, changed in files.items())


def test_an_erasure_that_was_cut_off_is_ended_by_the_next(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, email = somebody(settings)
    replaced: list[Path] = []
    replace = Path.replace

    def dying(self: Path, target: Path) -> Path:
        if len(replaced) == 3:
            raise KeyboardInterrupt
        replaced.append(self)
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", dying)
        with pytest.raises(KeyboardInterrupt):
            erase([email], settings, KEYS, {}, lambda text: None)
    erase([email], settings, KEYS, {}, lambda text: None)
    assert list(check([email], settings)) == []
    for version in versions(settings.published):
        check_files(version)
        assert rows_by_table(version.folder) == version.manifest.row_counts


def test_the_noes_of_the_last_build_lose_the_address(settings: Settings) -> None:
    _, email = somebody(settings)
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select '{email}' as email union all select 'other@shop.example') "
            f"to '{settings.published / FILE}' (format parquet)"
        )
    erase([email], settings, KEYS, {}, lambda text: None)
    with duckdb.connect() as connection:
        left = connection.execute(f"from '{settings.published / FILE}'").fetchall()
    assert left == [("other@shop.example",)]
    assert (settings.published / FILE).stat().st_mode & 0o777 == 0o600


def test_a_build_that_does_not_know_who_was_erased_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_tombstones(settings.state, settings.published) is None
    _, email = somebody(settings)
    erase([email], settings, KEYS, {}, lambda text: None)
    known = read_tombstones(settings.state, settings.published)
    assert known and known.has_address(email.upper()) and not known.has_address("other@x.example")
    with pytest.raises(SettingsError, match="set SEGMENTRY_STATE_DIR to the folder that does"):
        read_tombstones(settings.state.with_name("lost"), settings.published)
    monkeypatch.setenv("SEGMENTRY_STATE_KEY", "another secret, long enough for anybody")
    with pytest.raises(SettingsError, match="by another SEGMENTRY_STATE_KEY"):
        read_tombstones(settings.state, settings.published)
    monkeypatch.delenv("SEGMENTRY_STATE_KEY")
    with pytest.raises(SettingsError, match="must hold a secret"):
        read_tombstones(settings.state, settings.published)


# Platforms


@pytest.mark.parametrize("name", PLATFORMS)
def test_platforms_delete_the_person_and_get_them_no_more(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    nobody = Settings(tmp_path / "raw", tmp_path / "no.duckdb", tmp_path / "no", tmp_path / "state")
    address = "person1@shop.example"
    with rig_of(name, ActivationShop(tmp_path)) as rig:
        rig.shop.publish(people(3))
        rig.run()
        syncs = {"welcome": rig.sync}

        def unreachable(*_: object, **__: object) -> Platform:
            raise PlatformError("It does not answer.")

        monkeypatch.setattr("segmentry.erasure.erase.connect", unreachable)
        with pytest.raises(PlatformError):
            erase([address], nobody, KEYS, syncs, lambda text: None)
        assert address in rig.ours()

        monkeypatch.setattr(
            "segmentry.erasure.erase.connect", lambda name, sync, patience: rig.platform(patience)
        )
        erase([address], nobody, KEYS, syncs, lambda text: None)
        assert address not in rig.members() | rig.ours()
        rig.run()
        assert rig.members() == rig.ours() == {"person0@shop.example", "person2@shop.example"}


def test_a_sync_whose_file_is_gone_is_told(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "state", KEYS)) as ledger:
        ledger.start_run("run", "welcome", "build")
    shop = Settings(tmp_path / "raw", tmp_path / "no.duckdb", tmp_path / "no", tmp_path / "state")
    with pytest.raises(SegmentryError, match="The syncs welcome ran once and have no file"):
        erase(["a@shop.example"], shop, KEYS, {}, lambda text: None)


# What comes in again

ROWS = {
    "customers": [
        "source_system,customer_id,email,first_name",
        'web,17,Ada@Shop.example,"Ada, the first"',
        "pos,17,other@shop.example,Ben",
        "web,18,,Cleo",
    ],
    "orders": [
        "source_system,order_id,customer_id,email,anonymous_id,ordered_at,status,currency,subtotal_amount",
        "web,o1,17,,,2026-05-01,paid,USD,10",
        "web,o2,,ADA@shop.example ,,2026-05-02,paid,USD,10",
        "pos,o1,17,,,2026-05-03,paid,USD,10",
        "web,o3,,,v1,2026-05-03,paid,USD,10",
        "web,o4,18,,v2,2026-05-03,paid,USD,ten",
    ],
    "order_lines": [
        "source_system,order_id,line_number,product_id,quantity,unit_price",
        "web,o1,1,p,1,10",
        "pos,o1,1,p,1,10",
        "web,o4,1,p,1,10",
    ],
    "refunds": [
        "source_system,refund_id,order_id,refunded_at,amount",
        "web,r1,o2,2026-05-04,1",
        "pos,r1,o1,2026-05-04,1",
    ],
    "events": [
        "source_system,event_id,occurred_at,event_name,anonymous_id,customer_id,email",
        "web,e1,2026-05-01,page_view,v1,,",
        "web,e2,2026-05-01,page_view,v2,,",
        "web,e3,2026-05-01,page_view,v9,17,",
        "web,e4,2026-05-01,page_view,v9,,ada@shop.example",
    ],
    "products": ["source_system,product_id,product_name", "web,17,ada@shop.example"],
}
# The rows of the person, by the start of their lines.
OF_ADA = ("web,17,", "web,o1,", "web,o2,", "web,o3,", "web,r1,", "web,e1,", "web,e3,", "web,e4,")
ADA = Person(emails={"ada@shop.example"}, accounts={("web", "17")}, visitors={("web", "v1")})


def is_adas(table: str, line: str) -> bool:
    """Tell whether a line is of the person who is erased."""
    return table != "products" and line.startswith(OF_ADA)


def write_csv(folder: Path, table: str, lines: list[str]) -> None:
    """Write a table as CSV."""
    (folder / f"{table}.csv").write_text("\n".join([*lines, ""]))


def write_parquet(folder: Path, table: str, lines: list[str]) -> None:
    """Write a table as Parquet, types as DuckDB takes them."""
    write_csv(folder, table, lines)
    file = folder / f"{table}.csv"
    with duckdb.connect() as connection:
        connection.execute(f"copy (from '{file}') to '{folder / table}.parquet' (format parquet)")
    file.unlink()


def write_days(folder: Path, table: str, lines: list[str]) -> None:
    """Write a table as a folder of one file per row."""
    (folder / table).mkdir()
    for number, line in enumerate(lines[1:]):
        write_parquet(folder / table, f"part{number}", [lines[0], line])


def loaded(
    folder: Path, project: CompiledProject, scratch: Path, buried: Tombstones | None
) -> dict[str, list[tuple[object, ...]]]:
    """Return the raw tables of a folder as a build reads them, without where a row stood."""
    erased = Erased()
    erased.tombstones = buried
    with duckdb.connect() as connection:
        erased.add_functions(connection)
        reading = read_folder(folder, project.contract, "raw", scratch, buried is not None)
        for statement in reading.statements:
            connection.execute(statement)
        found = {
            table: connection.execute(
                f"select * exclude (file_path, place_in_file) from raw.{table} order by all"
            ).fetchall()
            for table in ROWS
        }
        found["counts"] = connection.execute(
            "select table_name, sum(row_count) from raw.files group by table_name order by all"
        ).fetchall()
        found["malformed"] = connection.execute(
            "select table_name, line from raw.malformed_lines"
        ).fetchall()
        return found


@pytest.mark.parametrize("write", [write_csv, write_parquet, write_days])
def test_raw_rows_of_the_erased_are_as_if_they_had_never_come(
    write: object, tmp_path: Path, compiled_project: CompiledProject
) -> None:
    for name in ("with", "without", "scratch"):
        (tmp_path / name).mkdir()
    for table, lines in ROWS.items():
        kept = [line for line in lines if not is_adas(table, line)]
        write(tmp_path / "with", table, lines)  # type: ignore[operator]
        write(tmp_path / "without", table, kept)  # type: ignore[operator]
    buried = Tombstones(KEYS, frozenset().union(*(keys for _, keys in ADA.tombstones(KEYS))))
    scratch = tmp_path / "scratch"
    left = loaded(tmp_path / "with", compiled_project, scratch, buried)
    assert left == loaded(tmp_path / "without", compiled_project, scratch, None)
    assert left != loaded(tmp_path / "with", compiled_project, scratch, None)


def test_a_line_that_can_not_be_split_and_names_the_erased_is_left_out(
    tmp_path: Path, compiled_project: CompiledProject
) -> None:
    (tmp_path / "raw").mkdir()
    for table, lines in ROWS.items():
        write_csv(tmp_path / "raw", table, lines)
    broken = ["web,17,ada@shop.example,Ada,and,more", "web,19,ben@shop.example,Ben,and,more"]
    write_csv(tmp_path / "raw", "customers", [*ROWS["customers"], *broken])
    buried = Tombstones(KEYS, frozenset({key_of(KEYS, Kind.ADDRESS, "", "ada@shop.example")}))
    found = loaded(tmp_path / "raw", compiled_project, tmp_path, buried)
    assert found["malformed"] == [("customers", broken[1])]
    assert ("customers", 3) in found["counts"]
