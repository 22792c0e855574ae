"""The connector of Google Analytics 4: one raw event per item, each file computed once.

Events are drawn with parameters in any order, items or none, ids that are missing and transactions
that are told again. What is kept from build to build is held against a build from nothing.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentry.activation.ledger import Ledger
from segmentry.state.tombstones import Kind, key_of
from tests.python.activation_shop import KEYS, SECRET
from tests.python.conftest import skip_unless_proving
from tests.python.warehouse import BuildError, run_dbt

TYPES = {
    "event_date": "varchar",
    "event_timestamp": "bigint",
    "event_name": "varchar",
    "event_params": (
        "struct(key varchar, value struct(string_value varchar, int_value bigint, "
        "float_value double, double_value double))[]"
    ),
    "user_id": "varchar",
    "user_pseudo_id": "varchar",
    "stream_id": "varchar",
    "device": "struct(category varchar, web_info struct(browser varchar))",
    "geo": "struct(country varchar, city varchar)",
    "collected_traffic_source": (
        "struct(manual_source varchar, manual_medium varchar, manual_campaign_name varchar, "
        "gclid varchar)"
    ),
    "ecommerce": "struct(transaction_id varchar, purchase_revenue double)",
    "items": "struct(item_id varchar, item_name varchar, price double)[]",
}
LAST_DAY = 20260630
Event = dict[str, Any]


class Export:
    """A folder of exported events, and a warehouse that keeps what it computed of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events = folder / "ga4"
        self.orders = folder / "raw"
        self.warehouse = folder / "kept" / "segmentry.duckdb"
        for path in (self.events, self.orders, self.warehouse.parent):
            path.mkdir()
        (self.orders / "orders.csv").write_text(
            "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"
            "t1,c1,2026-06-01,completed,USD,10\n"
        )
        self.dice = random.Random(7)
        self.files: dict[str, list[Event]] = {}
        self.number = 0

    def event(self, day: int) -> Event:
        """Draw an event of a day."""
        dice = self.dice
        self.number += 1
        noon = datetime.strptime(f"{day} 12", "%Y%m%d %H").replace(tzinfo=UTC)
        occurred_at = noon + timedelta(seconds=self.number, microseconds=dice.randrange(10**6))
        params: dict[str, Any] = {
            "page_location": {"string_value": f"https://shop.example/p/{dice.randrange(9)}?a=b"},
            "engagement_time_msec": {"int_value": self.number},
            "value": {"double_value": 0.1 * self.number},
        }
        if dice.random() < 0.8:
            params["ga_session_id"] = {"int_value": dice.randrange(3)}
        name = dice.choice(["page_view", "view_item", "view_item_list", "purchase", "scroll"])
        count = {"page_view": 0, "scroll": 0, "view_item": 1}.get(name, dice.randrange(4))
        items = [{"item_id": dice.choice(["tea", "mug", None])} for _ in range(count)]
        transaction = dice.choice(["t1", "t2", "t3", None]) if name == "purchase" else None
        return {
            "event_date": str(day),
            "event_timestamp": int(occurred_at.timestamp()) * 10**6 + occurred_at.microsecond,
            "event_name": name,
            "event_params": [{"key": key, "value": value} for key, value in params.items()],
            "user_id": dice.choice(["c1", "c2", None]),
            "user_pseudo_id": dice.choice(["v1", "v2", None]),
            "stream_id": "77",
            "device": {"category": "mobile", "web_info": {"browser": "Safari"}},
            "geo": {"country": dice.choice(["Germany", "Türkiye", "(not set)"])},
            "ecommerce": {"transaction_id": transaction},
            "items": items if items or dice.random() < 0.5 else None,
        }

    def write(self, name: str, events: list[Event]) -> None:
        """Write a file of events, as JSON lines or Parquet by its name."""
        self.files[name] = events
        lines = "".join(json.dumps(event) + "\n" for event in events)
        path = self.events / name
        if name.endswith(".jsonl"):
            path.write_text(lines)
            return
        source = path.with_name(f".{name}.jsonl")
        source.write_text(lines)
        with duckdb.connect() as connection:
            connection.execute(f"copy (from {read_json(source)}) to '{path}' (format parquet)")
        source.unlink()

    def draw(self, day: int, name: str) -> None:
        """Write a file of new events."""
        self.write(name, [self.event(day) for _ in range(12)])

    def build(self, warehouse: Path, models: str = "+ga4__events") -> None:
        """Build some models of the files as they are now."""
        warehouse.parent.mkdir(exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SEGMENTRY_CONNECTORS", "ga4,ga4:app")
            patch.setenv("SEGMENTRY_GA4_DIR", str(self.events))
            patch.setenv("SEGMENTRY_GA4_APP_SCHEMA", "landed")
            patch.setenv("SEGMENTRY_STATE_KEY", SECRET)
            land_tables(warehouse)
            run_dbt(
                *("build", "--quiet", "--no-write-json", "--select", models),
                *("--exclude-resource-type=test", "--exclude-resource-type=unit_test"),
                raw_dir=self.orders,
                warehouse=warehouse,
                variables={"as_of": "2026-06-30"},
            )


def read_json(path: Path) -> str:
    """Return a table of a file of JSON lines, typed as the export is."""
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in TYPES.items())
    return f"read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"


def land_tables(warehouse: Path) -> None:
    """Write the tables of an app into a warehouse: of a whole day, and of two in progress."""
    rows = {
        "events_20260629": ("whole", "t9", 3),
        "events_intraday_20260629": ("in progress", "t9", 1),
        "EVENTS_intraday_20260630": ("in progress", "t9", 4),
        "pseudonymous_users_20260629": ("nobody", "", 1),
    }
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists landed")
        for number, (table, (user, transaction, hour)) in enumerate(rows.items()):
            connection.execute(
                f"create or replace table landed.{table} as select '20260629' as event_date, "
                f"epoch_us(timestamp '2026-06-29') + {hour} * 3600000000 as event_timestamp, "
                f"'purchase' as event_name, null::{TYPES['event_params']} as event_params, "
                f"'{user}' as user_id, {number} as user_pseudo_id, "
                f"{{'transaction_id': '{transaction}'}} as ecommerce, "
                "[{'item_id': 'tea'}, {'item_id': 'mug'}] as items"
            )


def ask(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query, in an order of their own."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return sorted(connection.execute(query).fetchall(), key=repr)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """Return an export of six days, the last in progress, that was built once."""
    skip_unless_proving()
    export = Export(tmp_path_factory.mktemp("ga4"))
    for day in range(LAST_DAY - 5, LAST_DAY):
        export.draw(day, f"events_{day}.{'jsonl' if day % 2 else 'parquet'}")
    export.draw(LAST_DAY, f"events_intraday_{LAST_DAY}.parquet")
    export.build(export.warehouse, "+ga4__events +raw_row_counts +rejected_rows")
    return export


def expected(files: dict[str, list[Event]]) -> Iterator[tuple[Any, ...]]:
    """Yield what the connector makes of files, in words of its own."""
    first: dict[str, tuple[int, str, int]] = {}
    for name in sorted(files):
        for place, event in enumerate(files[name]):
            transaction = event["ecommerce"]["transaction_id"]
            moment = (event["event_timestamp"], name, place)
            if transaction and moment < first.get(transaction, (10**20, "", 0)):
                first[transaction] = moment
    for name in files:
        for place, event in enumerate(files[name]):
            params = {param["key"]: param["value"] for param in event["event_params"]}
            visitor, session = event["user_pseudo_id"], params.get("ga_session_id")
            transaction = event["ecommerce"]["transaction_id"]
            is_repeat = transaction and first[transaction] != (
                event["event_timestamp"],
                name,
                place,
            )
            for item in event["items"] or [{"item_id": None}]:
                yield (
                    name,
                    datetime(1970, 1, 1) + timedelta(microseconds=event["event_timestamp"]),
                    event["event_name"],
                    visitor,
                    event["user_id"],
                    f"{visitor}:77:{session['int_value']}" if visitor and session else None,
                    item["item_id"],
                    transaction,
                    params["page_location"]["string_value"].split("?")[0].split("example")[1],
                    {"Germany": "DE", "Türkiye": "TR"}.get(event["geo"]["country"]),
                    "repeat of a purchase" if is_repeat else None,
                )


SHOWN = """
    select
        parse_filename(file_path), occurred_at, event_name, anonymous_id, customer_id, session_id,
        product_id, order_id, page_path, country_code, left_out
    from ga4__events
    where connector = 'ga4'
"""


def test_each_event_is_one_row_per_item(export: Export) -> None:
    assert ask(export.warehouse, SHOWN) == sorted(expected(export.files), key=repr)


def test_places_and_ids_are_unique(export: Export) -> None:
    ((rows, places, ids),) = ask(
        export.warehouse,
        "select count(*), count(distinct (file_path, place_in_file)), count(distinct event_id) "
        "from ga4__events",
    )
    assert rows == places == ids > len(export.files)


def test_every_row_is_counted(export: Export) -> None:
    counts = ask(
        export.warehouse,
        "select connector, raw_row_count, staged_row_count, left_out_row_count "
        "from raw_row_counts where connector <> 'raw'",
    )
    left_out = Counter(bool(row[-1]) for row in expected(export.files))
    assert counts == [
        ("ga4", left_out[False], left_out[False], left_out[True]),
        ("ga4:app", 2, 2, 4),
    ]


def test_tables_of_a_warehouse_are_found_by_their_names(export: Export) -> None:
    """The table of a whole day replaces that of the day in progress, whose purchase was earlier."""
    rows = ask(
        export.warehouse,
        "select distinct file_path, customer_id, left_out from ga4__events "
        "where connector = 'ga4:app'",
    )
    assert rows == [
        ("ga4:app/EVENTS_intraday_20260630", "in progress", "repeat of a purchase"),
        ("ga4:app/events_20260629", "whole", None),
        (
            "ga4:app/events_intraday_20260629",
            "in progress",
            "the table of the whole day replaces it",
        ),
    ]


def contents(warehouse: Path) -> list[tuple[Any, ...]]:
    """Return all that the connector made, without where files lie."""
    return ask(
        warehouse, "select * replace (parse_filename(file_path) as file_path) from ga4__events"
    )


def test_the_order_of_parameters_is_nothing(export: Export) -> None:
    before = contents(export.warehouse)
    for name, events in export.files.items():
        for event in events:
            export.dice.shuffle(event["event_params"])
        export.write(name, events)
    fresh = export.folder / "shuffled" / "segmentry.duckdb"
    export.build(fresh)
    assert contents(fresh) == before


def mark(warehouse: Path) -> None:
    """Change what is kept, to see what is computed again."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update ga4__event_rows set browser = 'kept'")


def kept(warehouse: Path) -> set[str]:
    """Return the files whose rows were not computed again."""
    rows = ask(warehouse, "select distinct file_path from ga4__events where browser = 'kept'")
    return {Path(path).name for (path,) in rows}


def test_what_is_kept_is_what_a_build_from_nothing_computes(export: Export) -> None:
    """Old files are kept, the last three days and tables are not; files come, change and go."""
    export.build(export.warehouse)
    before = contents(export.warehouse)
    mark(export.warehouse)
    export.build(export.warehouse)
    old = {f"events_{day}" for day in range(LAST_DAY - 5, LAST_DAY - 2)}
    assert {name.split(".")[0] for name in kept(export.warehouse)} == old

    # The day in progress is over, a late day changes, an older one comes, another goes.
    export.draw(LAST_DAY, f"events_{LAST_DAY}.jsonl")
    changed = f"events_{LAST_DAY - 4}.parquet"
    changed = changed if changed in export.files else f"events_{LAST_DAY - 4}.jsonl"
    export.write(changed, export.files[changed][3:])
    os.utime(export.events / changed, (1, 1))
    export.draw(LAST_DAY - 9, f"events_{LAST_DAY - 9}.parquet")
    gone = next(name for name in export.files if str(LAST_DAY - 5) in name)
    (export.events / gone).unlink()
    del export.files[gone]
    export.build(export.warehouse)
    assert {name.split(".")[0] for name in kept(export.warehouse)} == {f"events_{LAST_DAY - 3}"}
    fresh = export.folder / "fresh" / "segmentry.duckdb"
    export.build(fresh)
    # What is kept of a file of lines also keeps where they stood among those of other files.
    unmarked = (
        "select * exclude (browser, place_in_file), "
        "row_number() over (partition by file_path order by place_in_file) from ga4__events"
    )
    assert ask(export.warehouse, unmarked) == ask(fresh, unmarked)
    assert contents(fresh) != before
    replaced = f"events_intraday_{LAST_DAY}.parquet"
    assert set(
        ask(fresh, f"select left_out from ga4__events where file_path like '%/{replaced}'")
    ) == {("the table of the whole day replaces it",)}


def test_whoever_is_erased_is_out_of_what_is_kept(export: Export) -> None:
    export.build(export.warehouse)
    named = "select count(*) from ga4__event_rows where anonymous_id = 'v1'"
    assert ask(export.warehouse, named) != [(0,)]
    with closing(Ledger(export.warehouse.with_name("segmentry_state"), KEYS)) as ledger:
        ledger.bury([key_of(KEYS, Kind.VISITOR, "", "v1")], Kind.VISITOR)
    others = "select * from ga4__event_rows where anonymous_id is distinct from 'v1'"
    before = ask(export.warehouse, others)
    export.build(export.warehouse)
    assert ask(export.warehouse, named) == [(0,)]
    assert ask(export.warehouse, others) == before


@pytest.mark.prove
def test_a_folder_without_events_is_named(tmp_path: Path) -> None:
    export = Export(tmp_path)
    export.draw(LAST_DAY, f"happenings_{LAST_DAY}.parquet")
    with pytest.raises(
        BuildError, match=r"table `events`, of files called `events_\*`, is missing"
    ):
        export.build(export.warehouse)
