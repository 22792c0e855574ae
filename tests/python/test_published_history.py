"""The history from published version to published version, by real builds of a small shop."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest

from segmentry.settings.shop import Settings
from tests.python import published
from tests.python.activation_shop import KEYS, SECRET
from tests.python.raw_folders import Row, write_folder
from tests.python.warehouse import ROOT, BuildError, run_dbt

BUILD = ("build", "--exclude-resource-type=unit_test")
BASE = ("run", "--select", "int_as_of", "int_history_base", "history_base")
SIZES = ("run", "--select", "int_as_of", "+int_published_sizes", "stg_published_segment_history")
DAMAGED = {
    "base": "versions/first/manifest.json",
    "current": "current",
    "manifest": "current/manifest.json",
}
OLD_TABLES = {
    "parquet/segment_history": "'ana' as customer_id, 'buyers' as segment, '' as segment_value, "
    "date '2026-06-01' as entered_on, null as exited_on, 'data' as entered_cause, "
    "null as exited_cause, date '2026-06-01' as as_of_date",
    "parquet/segment_definitions": "'buyers' as segment, 'f' as lineage_fingerprint, "
    "date '2026-06-01' as defined_on, date '2026-06-01' as as_of_date",
    "parquet/customer_facts": "'ana' as customer_id",
    "contacts/customer_merges": "'a' as former_customer_id, 'ana' as customer_id, "
    "'orders' as linked_in, null as linked_at, null as link_source_system, "
    "null as link_account_id, null as link_email",
}
# Of a version from before sizes told whether a day was replayed.
OLD_SIZES = (
    "date '2026-06-01' as as_of_date, 'buyers' as segment, '' as segment_value, "
    "1 as customer_count, 1 as entered_count, 0 as left_count, 1 as reach_count, "
    "10.00 as net_revenue, 'f' as definition"
)
EXPERIMENT = """
platform: files
audiences: [{id: all, everyone: true}]
holdout:
  {name: lift, share: 0.5, starts_on: 2026-06-01, ends_on: 2026-06-30, outcome_days: 1}
"""
FIRST_DAY, SECOND_DAY = date(2026, 6, 1), date(2026, 6, 4)


def order(order_id: str, ordered_at: str, **columns: str) -> Row:
    """Return a completed order of ten dollars."""
    return {
        "order_id": order_id,
        "ordered_at": ordered_at,
        "status": "completed",
        "currency": "USD",
        "subtotal_amount": "10.00",
        **columns,
    }


def account(customer_id: str, created_at: str, email: str) -> Row:
    """Return an account that subscribed when it was made."""
    return {
        "customer_id": customer_id,
        "created_at": created_at,
        "email": email,
        "accepts_marketing": "true",
        "accepts_marketing_updated_at": created_at,
    }


EARLY = {
    "customers": [
        account("ana", "2026-01-01", "ana@x.example"),
        account("bob", "2026-01-02", "bob@x.example"),
        account("bobby", "2026-01-03", "bobby@x.example"),
    ],
    "orders": [
        order("1", "2026-05-01", customer_id="ana"),
        order("2", "2026-05-01", email="gina@x.example"),
        order("3", "2026-05-01", customer_id="bobby"),
        order("4", "2025-12-31", customer_id="ida"),
        order("5", "2026-05-01", customer_id="zoe"),
    ],
}
# Ana buys again, Gina registers, Bobby turns out to be Bob, and nothing is left of Zoe.
LATE = {
    "customers": [
        *EARLY["customers"],
        account("gina", "2026-06-03", "gina@x.example"),
    ],
    "orders": [
        *EARLY["orders"][:-1],
        order("6", "2026-06-03", customer_id="ana"),
        order("7", "2026-06-03", customer_id="bobby", email="bob@x.example"),
    ],
}


class Shop:
    """A shop whose warehouse is built and published, in a folder with a quote in its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "ana's shop"
        self.folder.mkdir()
        self.warehouse = self.folder / "segmentry.duckdb"

    def run(self, command: tuple[str, ...], as_of: date, raw: Path, **variables: object) -> str:
        """Run a dbt command for a day and return what it printed."""
        variables = {"as_of": as_of.isoformat(), **variables}
        return run_dbt(*command, raw_dir=raw, warehouse=self.warehouse, variables=variables)

    def publish(self) -> str:
        """Publish the warehouse as it is and return the version's id."""
        settings = Settings.from_environment({"SEGMENTRY_WAREHOUSE": str(self.warehouse)})
        return published.Shop(settings).publish().build_id

    def read(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query in their order."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def stays(self, segment: str) -> Mapping[str, tuple[Any, ...]]:
        """Return each customer's only stay in a segment: entered on and by, exited on and by."""
        rows = self.read(
            "select customer_id, entered_on, entered_cause, exited_on, exited_cause "
            f"from segment_history where segment = '{segment}' order by customer_id"
        )
        assert len(rows) == len({customer_id for customer_id, *_ in rows})
        return {customer_id: tuple(stay) for customer_id, *stay in rows}


def check_profiles(shop: Shop) -> None:
    """Every fact that does not tick by itself is a trait of those who may be sent."""
    facts = [name for name, *_ in shop.read("describe customer_facts")]
    ticking = re.compile(r"customer_id$|as_of|age_years$|days_since_")
    profiles = shop.read("select customer_id, email, traits from activation_profiles order by 1")
    assert [profile[:2] for profile in profiles] == [
        (name, f"{name}@x.example") for name in ("ana", "bob", "bobby")
    ]
    for *_, traits in profiles:
        assert list(json.loads(traits)) == [name for name in facts if not ticking.match(name)]
    assert json.loads(profiles[0][2])["last_order_at"] == "2026-05-01T00:00:00Z"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return a shop; dbt reads the project once for all that is asked of it."""
    return Shop(tmp_path_factory.mktemp("shop"))


def assignments(shop: Shop) -> dict[str, tuple[str, date]]:
    """Return what each customer drew, and when."""
    rows = shop.read("select customer_id, arm, assigned_on from experiment_assignments")
    return {customer_id: (arm, assigned_on) for customer_id, arm, assigned_on in rows}


@pytest.mark.prove
def test_history_goes_on_from_version_to_version(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "syncs").mkdir()
    (tmp_path / "syncs" / "mail.yml").write_text(EXPERIMENT)
    monkeypatch.setenv("SEGMENTRY_SYNCS_DIR", str(tmp_path / "syncs"))
    monkeypatch.setenv("SEGMENTRY_STATE_KEY", SECRET)
    early = write_folder(tmp_path / "early", EARLY)
    late = write_folder(tmp_path / "late", LATE)

    shop.run(BUILD, FIRST_DAY, early)
    since_first = (FIRST_DAY, "data", None, None)
    ((guest,),) = shop.read("select customer_id from customer_facts where customer_id like 'g%'")
    assert guest.startswith("guest:")
    assert shop.stays("buyers") == dict.fromkeys(("ana", "bobby", guest, "ida", "zoe"), since_first)
    assert shop.read("select * from customer_merges") == []
    assert shop.read("select * from history_base") == [(None, None, None)]
    check_profiles(shop)
    drawn = assignments(shop)
    assert drawn == {
        customer_id: ("held_out" if KEYS.lot_of("lift", customer_id) < 0.5 else "sent", FIRST_DAY)
        for customer_id in ("ana", "bob", "bobby", guest, "ida", "zoe")
    }
    first = shop.publish()

    shop.run(BUILD, SECOND_DAY, late, idle_customers_days=150)
    assert shop.read("select * from history_base") == [(first, FIRST_DAY, first)]
    assert shop.stays("buyers") == {
        **dict.fromkeys(("ana", "bob", "gina", "ida"), since_first),
        "zoe": (FIRST_DAY, "data", SECOND_DAY, "data"),
    }
    assert shop.stays("one_timers") == {
        "ana": (FIRST_DAY, "data", SECOND_DAY, "data"),
        "bob": (FIRST_DAY, "data", SECOND_DAY, "identity"),
        "gina": since_first,
        "ida": since_first,
        "zoe": (FIRST_DAY, "data", SECOND_DAY, "data"),
    }
    assert shop.stays("repeat_customers") == {
        "ana": (SECOND_DAY, "data", None, None),
        "bob": (SECOND_DAY, "identity", None, None),
    }
    assert shop.stays("idle_customers") == {"ida": (SECOND_DAY, "definition", None, None)}
    assert shop.read(
        "select former_customer_id, customer_id, linked_in, link_account_id, link_email "
        "from customer_merges order by 1"
    ) == [
        ("bobby", "bob", "customers", "bobby", "bobby@x.example"),
        (guest, "gina", "customers", "gina", "gina@x.example"),
    ]
    assert shop.read(
        "select from_segment, customer_count from segment_transitions "
        f"where as_of_date = '{SECOND_DAY}' and to_segment = 'repeat_customers' "
        "and from_segment = 'one_timers'"
    ) == [("one_timers", 1)]
    assert shop.read(
        f"select segment from segment_definitions where defined_on = '{SECOND_DAY}'"
    ) == [("idle_customers",)]
    assert shop.read(
        "select as_of_date, customer_count, entered_count, left_count, reach_count, net_revenue "
        "from segment_sizes where segment = 'one_timers' order by as_of_date"
    ) == [
        (FIRST_DAY, 5, 5, 0, 2, Decimal("50.00")),
        (SECOND_DAY, 2, 0, 3, 1, Decimal("20.00")),
    ]
    # Lots follow renamings, and are drawn no second time.
    assert assignments(shop) == {
        **{customer_id: drawn[customer_id] for customer_id in ("ana", "bob", "ida", "zoe")},
        "gina": drawn[guest],
    }
    assert {row[0] for row in shop.read("select outcome from experiment_results")} == {
        "buyers",
        "orders",
        "net_revenue",
    }
    second = shop.publish()

    shop.run(BASE, SECOND_DAY, late)
    assert shop.read("select * from history_base") == [(first, FIRST_DAY, second)]
    told = shop.run(BASE, FIRST_DAY, late)
    assert f"The published version {second} knows of later days than this build" in told
    assert shop.read("select * from history_base") == [(first, FIRST_DAY, second)]


def publish_old(published: Path, tables: Mapping[str, str], others: Collection[str] = ()) -> None:
    """Publish a version as an older program would have.

    Args:
        published: the folder of versions.
        tables: the one row of each file, as SQL.
        others: tables that its manifest tells of and that it lacks.
    """
    version = published / "versions" / "old"
    for table, row in tables.items():
        (version / table).parent.mkdir(parents=True, exist_ok=True)
        file = version / f"{table}.parquet"
        duckdb.sql(f"copy (select {row}) to '{file}' (format parquet)")
    manifest = {
        "build_id": "old",
        "as_of_date": FIRST_DAY.isoformat(),
        "based_on": None,
        "row_counts": dict.fromkeys([*(table.split("/")[1] for table in tables), *others], 1),
    }
    (version / "manifest.json").write_text(json.dumps(manifest))
    (published / "current").symlink_to("versions/old")


@pytest.mark.parametrize("is_told", [False, pytest.param(True, marks=pytest.mark.prove)])
def test_a_version_older_than_a_table_has_no_rows_in_it(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    """Its manifest says so; a file that the manifest tells of must be there."""
    raw = write_folder(tmp_path / "raw", EARLY)
    publish_old(tmp_path / "published", OLD_TABLES, ("segment_sizes",) if is_told else ())
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(tmp_path / "published"))
    if is_told:
        with pytest.raises(BuildError, match="segment_sizes"):
            shop.run(SIZES, SECOND_DAY, raw)
    else:
        shop.run(SIZES, SECOND_DAY, raw)
        assert shop.read("select build_id from int_history_base") == [("old",)]
        assert shop.read("select customer_id from stg_published_segment_history") == [("ana",)]
        assert shop.read("select * from int_published_sizes") == []


def test_a_version_older_than_a_column_has_what_it_means(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its days were published on these days, not replayed."""
    raw = write_folder(tmp_path / "raw", EARLY)
    publish_old(tmp_path / "published", OLD_TABLES | {"parquet/segment_sizes": OLD_SIZES})
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(tmp_path / "published"))
    shop.run(SIZES, SECOND_DAY, raw)
    assert shop.read(
        "select as_of_date, segment, reach_count, definition from int_published_sizes"
    ) == [(FIRST_DAY, "buyers", 1, "f")]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("base", "stands on first, which is gone"),
        ("current", "points to no version"),
        ("manifest", "manifest.json is damaged: make another version current"),
    ],
)
def test_a_damaged_history_stops_the_build(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str, message: str
) -> None:
    """Rather than begin anew without a word."""
    raw = write_folder(tmp_path / "raw", EARLY)
    published = tmp_path / "published"
    for build_id in ("first", "second"):
        version = published / "versions" / build_id
        version.mkdir(parents=True)
        manifest = {"build_id": build_id, "as_of_date": "2026-06-01", "based_on": "first"}
        (version / "manifest.json").write_text(json.dumps(manifest))
    (published / "current").symlink_to("versions/second")
    damaged = published / DAMAGED[damage]
    damaged.unlink()
    if damage == "manifest":
        damaged.write_text("[]")
    monkeypatch.setenv("SEGMENTRY_PUBLISHED_DIR", str(published))
    with pytest.raises(BuildError, match=message):
        shop.run(BASE, FIRST_DAY, raw)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"SEGMENTRY_WAREHOUSE": "warehouse/segmentry.duckdb"},
        {"SEGMENTRY_WAREHOUSE": f"{ROOT}//warehouse/./segmentry.duckdb"},
        {"SEGMENTRY_WAREHOUSE": "./warehouse/segmentry.duckdb"},
        {"SEGMENTRY_WAREHOUSE": "/data/it's.mine/shop.v2.duckdb"},
        {"SEGMENTRY_WAREHOUSE": "/data.d/shop"},
        {"SEGMENTRY_WAREHOUSE": "/data/.duckdb"},
        {"SEGMENTRY_WAREHOUSE": "", "SEGMENTRY_PUBLISHED_DIR": ""},
        {"SEGMENTRY_PUBLISHED_DIR": "elsewhere/published/"},
        {"SEGMENTRY_WAREHOUSE": "/data/segmentry.duckdb", "SEGMENTRY_PUBLISHED_DIR": "/elsewhere"},
    ],
)
@pytest.mark.parametrize("root", [str(ROOT), "."])
def test_dbt_looks_where_versions_are_published(root: str, environment: dict[str, str]) -> None:
    """The root is what dbt knows of it: a path, or `.` when it was told so."""
    returned: list[str] = []
    jinja = jinja2.Environment(extensions=["jinja2.ext.do"])
    jinja.globals |= {"return": returned.append, "modules": {"re": re}}
    source = (ROOT / "macros" / "published" / "published_folder.sql").read_text()
    published_folder = jinja.from_string(source).module.published_folder  # type: ignore[attr-defined]
    published_folder(
        environment.get("SEGMENTRY_PUBLISHED_DIR", ""),
        environment.get("SEGMENTRY_WAREHOUSE", ""),
        root,
    )
    expected = Settings.from_environment(environment).published
    is_named_whole = str(ROOT) in str(environment)
    if root == "." and not is_named_whole:
        assert [str(ROOT / folder) for folder in returned] == [str(expected)]
    elif root != ".":
        assert returned == [str(expected)]
