"""Real files and their traps, each read by its own types and to its end, up to the facts."""

import gzip
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentry.reading.errors import ReadingError
from segmentry.reading.files import find_raw_files
from segmentry.reading.folder import read_folder
from tests.python.compiled import CompiledProject

# One list of rows for a single query, else one for each.
Ask = Callable[..., Any]

ORDERS = "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"


def order(order_id: object, customer_id: object = "c1", at: str = "2026-06-01") -> str:
    """Return an order as a line of CSV."""
    return f"{order_id},{customer_id},{at},completed,USD,10\n"


def write(folder: Path, name: str, content: str | bytes | Mapping[str, Any]) -> Path:
    """Write a file below a folder: text, bytes, or columns as Parquet."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Mapping):
        pq.write_table(pa.table(dict(content)), path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def orders_table(**columns: Any) -> dict[str, Any]:
    """Return orders as columns for Parquet: text, unless a column is given otherwise."""
    count = max((len(values) for values in columns.values()), default=1)
    return {
        "order_id": [str(number) for number in range(1, count + 1)],
        "customer_id": [f"c{number}" for number in range(1, count + 1)],
        "ordered_at": ["2026-06-01"] * count,
        "status": ["completed"] * count,
        "currency": ["USD"] * count,
        "subtotal_amount": ["10"] * count,
    } | columns


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return an empty raw folder."""
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def ask(compiled_project: CompiledProject, raw: Path, tmp_path: Path) -> Ask:
    """Return a function that builds from the raw folder and answers queries, one list each."""

    def build_and_ask(*queries: str, raw_dir: Path = raw, models: Sequence[str]) -> Any:
        with compiled_project.build(raw_dir, tmp_path, models) as connection:
            answers = [connection.execute(query).fetchall() for query in queries]
        return answers[0] if len(answers) == 1 else answers

    return build_and_ask


def staged_orders(ask: Ask, **options: Any) -> list[str]:
    """Return the ids of the orders that are staged from the raw folder."""
    found = ask("select order_id from stg_orders", models=["stg_orders"], **options)
    return sorted(order_id for (order_id,) in found)


# Which files are read


NAMES = (
    *("orders[1].csv", "*.csv", "?.csv", "{a,b}.csv", "[!a].csv", "it's.csv", 'a "b".csv'),
    *("a=b.csv", "é 😀 %20.csv", "two\nlines.csv", "UPPER.CSV", "deep/er/x.csv", "**.csv"),
)


def test_names_of_files_are_taken_literally(ask: Ask, raw: Path) -> None:
    """Each file is read once, whatever patterns its name would make, and no neighbour with it."""
    folder = raw / "Orders [x] * ?"
    for other in ("1", "a", "b", "orders1"):
        write(folder, f"orders/{other}.csv", ORDERS + order(other))
        write(raw / "Orders x y z", f"orders/{other}.csv", ORDERS + order(f"neighbour {other}"))
    for name in NAMES:
        write(folder, f"orders/{name}", ORDERS + order(f"csv {NAMES.index(name)}"))
        table = orders_table(order_id=[f"parquet {NAMES.index(name)}"])
        write(folder, f"orders/{name}.parquet", table)
    expected = [f"{kind} {number}" for kind in ("csv", "parquet") for number in range(len(NAMES))]
    assert staged_orders(ask, raw_dir=folder) == sorted(["1", "a", "b", "orders1", *expected])


def test_folders_may_be_called_as_files_and_end_in_any_case(ask: Ask, raw: Path) -> None:
    write(raw, "ORDERS.parquet/part-0.snappy.PARQUET", orders_table(order_id=["1"]))
    write(raw, "Orders.Csv", ORDERS + order("2"))
    write(raw, "orders/2026/06/a.csv.GZ", gzip.compress((ORDERS + order("3")).encode()))
    elsewhere = write(raw.parent, "elsewhere/b.csv", ORDERS + order("4"))
    (raw / "orders" / "link").symlink_to(elsewhere.parent)
    assert staged_orders(ask) == ["1", "2", "3", "4"]


def test_hidden_and_temporary_files_are_left_out(ask: Ask, raw: Path) -> None:
    write(raw, "orders/2026-06.csv", ORDERS + order("1"))
    for name in (".x.csv", "_x.csv", "_temporary/0/part.csv", ".2026-06.csv.swp.csv"):
        write(raw, f"orders/{name}", ORDERS + order(name))
    write(raw, ".orders.csv", ORDERS + order("hidden"))
    assert staged_orders(ask) == ["1"]


def test_what_is_not_read_is_named(raw: Path, compiled_project: CompiledProject) -> None:
    names = ["order_line.csv", "refunds.csv.zip", "products.xlsx", "orders/notes.txt", ".hidden"]
    for name in names:
        write(raw, name, "x")
    (raw / "surveys").mkdir()
    write(raw, "orders/1.csv", ORDERS)
    reading = read_folder(raw, compiled_project.contract, "raw", raw.parent)
    [message] = [message for message in reading.messages if message.startswith("Not read")]
    assert all(name in message for name in (*names, "surveys (no file in it)"))
    assert "\n" not in message and "orders/1.csv" not in message


def test_a_folder_that_leads_back_to_itself_stops_the_run(raw: Path) -> None:
    (raw / "orders").mkdir()
    (raw / "orders" / "again").symlink_to(raw / "orders")
    with pytest.raises(ReadingError, match="orders/again leads back"):
        find_raw_files(raw, ["orders"])


def test_keys_in_paths_count_below_the_tables_own_folder(ask: Ask, tmp_path: Path) -> None:
    """What a folder further up says is of no matter, and the file's own column wins."""
    raw = tmp_path / "customer_id=007" / "raw"
    without_customer = {
        name: values for name, values in orders_table().items() if name != "customer_id"
    }
    write(raw, "orders/Customer_ID=a%20b/1.parquet", without_customer | {"order_id": ["1"]})
    write(
        raw,
        "orders/customer_id=c/x=y/2.csv",
        "order_id,ordered_at,status,currency,subtotal_amount\n2,2026-06-01,completed,USD,1\n",
    )
    write(
        raw,
        "orders/customer_id=__HIVE_DEFAULT_PARTITION__/3.parquet",
        without_customer | {"order_id": ["3"]},
    )
    write(raw, "orders/customer_id=other/4.csv", ORDERS + order(4, "own"))
    found = ask(
        "select order_id, account_id from stg_orders order by order_id",
        raw_dir=raw,
        models=["stg_orders"],
    )
    assert found == [("1", "a b"), ("2", "c"), ("3", None), ("4", "own")]


# What stops the run


def pack(text: str) -> bytes:
    """Return text as gzip."""
    return gzip.compress(text.encode(), mtime=0)


PARQUET = io.BytesIO()
pq.write_table(pa.table(orders_table(order_id=[str(number) for number in range(500)])), PARQUET)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv.gz", pack(ORDERS + order(1))[:-9], "ends early"),
        ("a.csv.gz", pack(ORDERS + order(1))[:-1], "ends early"),
        ("a.csv.gz", pack(ORDERS + order(1))[:-8] + b"\1" * 8, "checksum or length"),
        ("a.csv.gz", b"plain text", "no whole gzip"),
        ("a.csv.gz", b"", "empty"),
        ("a.csv", "", "empty"),
        ("a.csv", 'order_id,"status\n1,2\n', "header"),
        ("a.csv", ORDERS.replace("customer_id", "STATUS") + order(1), "`status` twice"),
        ("a.parquet", orders_table(Status=["x"]), "`status` twice"),
        ("a.parquet", b"PAR1 nothing PAR1", "footer"),
        ("a.parquet", PARQUET.getvalue()[:-20], "footer"),
        ("a.parquet", b"PAR1" + b"\xff" * 400 + PARQUET.getvalue()[404:], "damaged"),
        ("a.parquet", orders_table(customer_id=[1.5]), "customer_id"),
        ("a.parquet", orders_table(customer_id=[2.0**53]), "customer_id"),
        ("a.parquet", orders_table(customer_id=[float("inf")]), "customer_id"),
        ("a.parquet", orders_table(customer_id=[Decimal("1.5")]), "customer_id"),
        ("a.parquet", orders_table(order_id=[1e300]), "order_id"),
    ],
)
def test_a_file_that_cant_be_read_to_its_end_stops_the_run(
    compiled_project: CompiledProject,
    raw: Path,
    name: str,
    content: str | bytes | Mapping[str, Any],
    message: str,
) -> None:
    """One line names the file and what is wrong with it."""
    write(raw, f"orders/{name}", content)
    with pytest.raises(ReadingError, match=message) as error:
        read_folder(raw, compiled_project.contract, "raw", raw.parent)
    assert f"orders/{name}" in str(error.value)
    assert "\n" not in str(error.value)


def test_whole_ids_of_any_size_come_through(ask: Ask, raw: Path) -> None:
    """Integers and decimals are exact, floating-point numbers below 2^53."""
    ids = {
        "int64": pa.array([2**63 - 1], pa.int64()),
        "uint64": pa.array([2**64 - 1], pa.uint64()),
        "decimal": pa.array([Decimal(10**30 + 1)], pa.decimal128(38, 1)),
        "double": pa.array([float(2**53 - 1)], pa.float64()),
        "float": pa.array([1001.0], pa.float32()),
        "nan": pa.array([float("nan")], pa.float64()),
        "text": pa.array(["007"], pa.string()),
        "dictionary": pa.array(["x"]).dictionary_encode(),
        "bytes": pa.array(["São".encode()], pa.binary()),
    }
    for name, values in ids.items():
        write(raw, f"orders/{name}.parquet", orders_table(order_id=[name], customer_id=values))
    found = ask("select order_id, account_id from stg_orders", models=["stg_orders"])
    assert dict(found) == {
        "int64": str(2**63 - 1),
        "uint64": str(2**64 - 1),
        "decimal": str(10**30 + 1),
        "double": str(2**53 - 1),
        "float": "1001",
        "nan": None,
        "text": "007",
        "dictionary": "x",
        "bytes": "São",
    }


def test_integers_in_columns_for_fractions_are_exact_or_unreadable(ask: Ask, raw: Path) -> None:
    write(raw, "orders.csv", ORDERS + order(1))
    numbers = [1.0, 2.5, float(2**53 - 1), float(2**53), 1e17, float("nan"), float("-inf")]
    typed: dict[str, list[Any]] = {
        "float": numbers,
        "decimal": [Decimal("2.00"), Decimal("2.50")],
    }
    for name, values in typed.items():
        count = len(values)
        lines = {
            "order_id": ["1"] * count,
            "line_number": list(range(count)) if name == "float" else [7, 8],
            "quantity": values,
        }
        write(raw, f"order_lines/{name}.parquet", lines)
    staged, rejected = ask(
        "select line_number, quantity from stg_order_lines order by line_number",
        "select row_key, reason from rejected_rows order by row_key",
        models=["stg_order_lines", "rejected_rows"],
    )
    assert staged == [(0, 1), (2, 2**53 - 1), (7, 2)]
    assert rejected == [
        *((f"1|{line}", "unreadable quantity") for line in (1, 3, 4)),
        ("1|5", "missing quantity"),
        *((f"1|{line}", "unreadable quantity") for line in (6, 8)),
    ]


# Consent, whatever the type


def test_a_month_without_the_flag_takes_nothing_from_the_next(ask: Ask, raw: Path) -> None:
    """What `false` means in one file does not depend on another, nor on the type it has there."""
    yes = datetime(2026, 1, 1)
    no = datetime(2026, 3, 1)
    flags: dict[str, tuple[Any, bool]] = {
        "boolean": (pa.array([False]), False),
        "double": (pa.array([0.0]), False),
        "float": (pa.array([0.0], pa.float32()), False),
        "integer": (pa.array([0], pa.int8()), False),
        "decimal": (pa.array([Decimal("0.0")]), False),
        "text": (pa.array([" FALSE "]), False),
        "word": (pa.array(["unsubscribed"]), False),
        "bytes": (pa.array([b"no"]), False),
        "no value": (pa.nulls(1), True),
        "no number": (pa.array([float("nan")]), True),
        "true": (pa.array([1.0]), True),
        "timestamp": (pa.array([no]), False),
    }
    for name, (flag, _) in flags.items():
        table = {
            "customer_id": [name],
            "email": [f"{name.replace(' ', '.')}@example.com"],
            "accepts_marketing": flag,
            "accepts_marketing_updated_at": [no],
        }
        write(raw, f"customers/{name}.parquet", table)
    write(raw, "customers/none.parquet", {"customer_id": ["no flag"], "email": ["n@example.com"]})
    write(raw, "customers/csv.csv", "customer_id,accepts_marketing\nfrom csv,n\n")
    names = [*flags, "no flag"]
    consents = {
        "consent_id": names,
        "customer_id": names,
        "occurred_at": [yes] * len(names),
        "channel": ["email"] * len(names),
        "state": ["granted"] * len(names),
    }
    write(raw, "consent_events.parquet", consents)
    write(raw, "orders.parquet", orders_table(customer_id=["boolean"]))
    subscribers, profiles, unreadable = ask(
        "select customer_id from customer_facts where is_email_subscriber",
        "select customer_id from activation_profiles",
        "select table_name, column_name, value_count from unreadable_values",
        models=["activation_profiles", "unreadable_values"],
    )
    expected = {(name,) for name, (_, is_yes) in flags.items() if is_yes} | {("no flag",)}
    assert set(subscribers) == set(profiles) == expected
    # A word and a date are no answer, and no answer is no.
    assert unreadable == [("customers", "accepts_marketing", 2)]


def test_only_a_clear_yes_is_a_yes(ask: Ask, raw: Path) -> None:
    """Every word that is a no, or can't be read, is a no."""
    yes = ["true", "T", " yes", "Y", "on", "1", "1.0"]
    no = ["0.0", "N", "n", "off", "FALSE ", "False", "0", "-", "Nein", "opt-out", "2", "01"]
    lines = [f'c{number},"{word}"\n' for number, word in enumerate([*yes, *no, ""])]
    write(raw, "orders.csv", ORDERS + order(1))
    write(raw, "customers.csv", "customer_id,accepts_marketing\n" + "".join(lines))
    accepts, unreadable = ask(
        "select account_id, accepts_marketing from stg_customers",
        "select value_count from unreadable_values",
        models=["stg_customers", "unreadable_values"],
    )
    answers = [True] * len(yes) + [False] * len(no) + [None]
    assert dict(accepts) == {f"c{number}": answer for number, answer in enumerate(answers)}
    assert unreadable == [(5,)]


def test_an_order_that_may_be_a_test_is_no_revenue(ask: Ask, raw: Path) -> None:
    header = ORDERS.strip() + ",is_test\n"
    lines = [f"{order(number).strip()},{word}\n" for number, word in enumerate(["", "0", "1", "?"])]
    write(raw, "orders/1.csv", header + "".join(lines))
    write(raw, "orders/2.parquet", orders_table(order_id=["double"], is_test=[1.0]))
    write(raw, "orders/3.parquet", orders_table(order_id=["empty"], is_test=pa.nulls(1)))
    tests, rejected = ask(
        "select order_id from stg_orders where is_test order by order_id",
        "select row_key, reason from rejected_rows",
        models=["rejected_rows", "stg_orders"],
    )
    assert tests == [("2",), ("double",)]
    assert rejected == [("3", "unreadable is_test")]


# Times, numbers, words and texts


WRITTEN = {
    "2026-11-23 09:24:59 -0500": "2026-11-23 14:24:59",
    "2026-11-23 09:24:59 UTC": "2026-11-23 09:24:59",
    "2026-11-23T09:24:59.5+02:00": "2026-11-23 07:24:59.5",
    "2026-11-23 09:24 +0530": "2026-11-23 03:54:00",
    "2026-11-23 09:24Z": "2026-11-23 09:24:00",
    "2026-11-23": "2026-11-23 00:00:00",
    "1970-01-01": "1970-01-01 00:00:00",
    "1970-01-01T01:00:00+01:00": "1970-01-01 00:00:00",
    "1970-01-01T00:59:59+01:00": None,
    "1969-12-31T23:30:00-01:00": "1970-01-01 00:30:00",
    "1969-12-31T23:59:59": None,
    "0001-01-01": None,
    "9999-12-31T23:59:59-01:00": None,
    "2026-11-23 09:24:59  -0500": None,
    "2026-11-23 09:24:59 EST": None,
    "2026-02-30": None,
    "1767225600": None,
}


def test_timestamps_as_shops_write_them(ask: Ask, raw: Path) -> None:
    lines = [order(number, at=written) for number, written in enumerate(WRITTEN)]
    write(raw, "orders.csv", ORDERS + "".join(lines))
    staged, rejected = ask(
        "select order_id, cast(ordered_at as varchar) from stg_orders",
        "select row_key, reason from rejected_rows",
        models=["rejected_rows", "stg_orders"],
    )
    found = dict(staged) | {order_id: None for order_id, _ in rejected}
    assert dict(zip(WRITTEN, (found[str(n)] for n in range(len(WRITTEN))), strict=True)) == WRITTEN
    assert {reason for _, reason in rejected} == {"unreadable ordered_at"}


MOMENTS: dict[str, Any] = {
    "us": pa.array([datetime(2026, 6, 1)], pa.timestamp("us")),
    "ns": pa.array([datetime(2026, 6, 1)], pa.timestamp("ns")),
    "seconds": pa.array([datetime(2026, 6, 1)], pa.timestamp("s")),
    "zone": pa.array([datetime(2026, 6, 1, tzinfo=UTC)], pa.timestamp("us", tz="America/New_York")),
    "date": pa.array([date(2026, 6, 1)], pa.date32()),
    "text": pa.array(["2026-06-01T02:00:00+02:00"]),
}
NO_MOMENTS: dict[str, Any] = {
    "minus infinity": pa.array([-(2**63) + 1], pa.timestamp("us")),
    "the smallest number": pa.array([-(2**63)], pa.timestamp("us")),
    "the largest number": pa.array([2**63 - 1], pa.timestamp("us")),
    "290,000 BC": pa.array([-9_213_000_000_000_000_000], pa.timestamp("us")),
    "1 BC": pa.array([-62_135_596_800_000_001], pa.timestamp("us")),
    "1969": pa.array([-1], pa.timestamp("us")),
    "10000": pa.array([253_402_300_800_000_000], pa.timestamp("us")),
    "epoch": pa.array([1_767_225_600_000], pa.int64()),
    "float": pa.array([1.7e18], pa.float64()),
    "date of long ago": pa.array([-1_000_000], pa.date32()),
}


@pytest.mark.parametrize("alone", [True, False])
def test_a_placeholder_for_a_time_costs_its_row_alone(ask: Ask, raw: Path, alone: bool) -> None:
    """One odd moment, alone in its type or beside good ones of the same type, stops nothing."""
    for name, values in {**MOMENTS, **NO_MOMENTS}.items():
        is_odd = name in NO_MOMENTS
        if is_odd and not alone and values.type == pa.timestamp("us"):
            both = pa.concat_arrays([values, MOMENTS["us"]])
            table = orders_table(order_id=[name, f"beside {name}"], ordered_at=both)
        else:
            table = orders_table(order_id=[name], ordered_at=values)
        write(raw, f"orders/{name}.parquet", table)
    staged, rejected = ask(
        "select order_id, cast(ordered_at as varchar) from stg_orders",
        "select row_key, reason from rejected_rows",
        models=["rejected_rows", "stg_orders"],
    )
    assert {moment for _, moment in staged} == {"2026-06-01 00:00:00"}
    assert {name for name, _ in staged if not name.startswith("beside ")} == set(MOMENTS)
    assert dict(rejected) == dict.fromkeys(NO_MOMENTS, "unreadable ordered_at")


def test_words_and_numbers_are_read_as_people_write_them(ask: Ask, raw: Path) -> None:
    header = "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"
    write(
        raw,
        "orders.csv",
        header + "1,c1,2026-06-01, Completed ,usd,10.005\n2,c1,2026-06-01,done,USD,1\n",
    )
    write(
        raw,
        "order_lines.csv",
        "order_id,line_number,quantity,unit_price\n"
        "1,1.0,2.0,\n1,4000000000,1,5\n1,2,2.5,5\n1,3,1,-1\n",
    )
    orders, lines, rejected = ask(
        "select order_id, status, currency, subtotal_amount from stg_orders",
        "select line_number, quantity, unit_price from stg_order_lines order by 1",
        "select table_name, row_key, reason from rejected_rows order by 1, 2",
        models=["rejected_rows", "stg_orders", "stg_order_lines"],
    )
    assert orders == [("1", "completed", "USD", Decimal("10.01"))]
    assert lines == [(1, 2, None), (4_000_000_000, 1, Decimal("5.00"))]
    assert rejected == [
        ("order_lines", "1|2", "unreadable quantity"),
        ("order_lines", "1|3", "unit_price negative"),
        ("orders", "2", "unknown status"),
    ]


def test_amounts_mean_the_same_in_every_type(ask: Ask, raw: Path) -> None:
    amounts: dict[str, Any] = {
        "text": ["2.675"],
        "double": [2.675],
        "decimal": [Decimal("2.675")],
        "tiny": pa.array([1e-7]),
        "integer": pa.array([3]),
        "nan": [float("nan")],
        "infinity": [float("inf")],
        "large": [1e17],
    }
    for name, values in amounts.items():
        write(raw, f"orders/{name}.parquet", orders_table(order_id=[name], subtotal_amount=values))
    staged, rejected = ask(
        "select order_id, subtotal_amount from stg_orders",
        "select row_key, reason from rejected_rows",
        models=["rejected_rows", "stg_orders"],
    )
    assert dict(staged) == {
        **dict.fromkeys(("text", "double", "decimal"), Decimal("2.68")),
        "tiny": Decimal("0.00"),
        "integer": Decimal("3.00"),
    }
    assert dict(rejected) == {
        "nan": "missing subtotal_amount",
        "infinity": "unreadable subtotal_amount",
        "large": "unreadable subtotal_amount",
    }


TYPED = {
    "jo@example.com": "(email)",
    "ask jo@example.com, or ann@shop.example.org!": "ask (email) or (email)",
    "jo＠example．com": "(email)",
    "JO@LOCALHOST": "(email)",
    "jo@example.com,ann@example.org;x": "(email)",
    "jo@\u00a0example.com": "(email)",
    "@shop": "@shop",
    "two @ 5.00": "two @ 5.00",
    "a@b": "a@b",
}


def test_an_address_typed_into_a_page_is_nobodys(ask: Ask, raw: Path) -> None:
    """It is read as `(email)` in every column that BI shows, in rejected rows too."""
    write(raw, "orders.csv", ORDERS + order(1))
    header = "event_id,occurred_at,event_name,utm_source,device_type\n"
    lines = [f'{n},2026-06-01,view_item,"{text}","{text}"\n' for n, text in enumerate(TYPED)]
    rejected_lines = [line.replace("2026-06-01", "some day") for line in lines]
    write(raw, "events.csv", header + "".join(lines))
    write(raw, "events/rejected.csv", header + "".join(rejected_lines).replace("view_item,", ","))
    staged, rejected = ask(
        "select utm_source, device_type from stg_events order by cast(event_id as integer)",
        "select raw_row from rejected_rows order by cast(row_key as integer)",
        models=["stg_events", "rejected_rows"],
    )
    assert staged == [(read, read) for read in TYPED.values()]
    assert [json.loads(row)["utm_source"] for (row,) in rejected] == list(TYPED.values())


def test_bytes_that_separate_nothing_are_text(ask: Ask, raw: Path) -> None:
    """Control characters stand in values, at the start of a line and all in one file."""
    text = "".join(map(chr, (*range(1, 9), *range(14, 32), 127)))
    odd = "\x1f\x1e\x1d\x1c"
    lines = [f"{odd}1,c1,2026-06-01,completed,USD,10\n", f"2,{text},2026-06-01,completed,USD,10\n"]
    write(raw, "orders.csv", ORDERS + "".join(lines))
    found = ask("select order_id, account_id from stg_orders", models=["stg_orders"])
    assert sorted(found) == sorted([(f"{odd}1", "c1"), ("2", text)])


def test_semicolons_and_tabs_separate_fields(
    ask: Ask, raw: Path, compiled_project: CompiledProject
) -> None:
    write(raw, "orders/1.csv", (ORDERS + order(1)).replace(",", ";"))
    write(raw, "orders/2.csv", (ORDERS + order(2)).replace(",", "\t"))
    write(raw, "orders/3.csv", (ORDERS + order(3)).encode("utf-16"))
    write(raw, "orders/4.csv", ORDERS + order(4) + order("4;5;6;7;8;9;0;1"))
    assert staged_orders(ask) == ["1", "2", "3", "4", "4;5;6;7;8;9;0;1"]
    reading = read_folder(raw, compiled_project.contract, "raw", raw.parent)
    assert "Split at semicolons: orders/1.csv" in reading.messages
    assert "Split at tabs: orders/2.csv" in reading.messages


# Versions and duplicates


def test_of_equal_versions_the_later_file_and_line_counts(ask: Ask, raw: Path) -> None:
    """Paths are compared by their bytes; an exact duplicate stands at its last line."""
    pending = order(1).replace("completed", "pending")
    write(raw, "orders/2026-06-29.csv", ORDERS + order(1) + pending + order(2))
    write(raw, "orders/2026-06-30.csv", ORDERS + order(1) + order(2).replace("c1", "c9"))
    write(raw, "orders/Z.csv", ORDERS + order(3).replace("c1", "c3"))
    write(raw, "orders/é.parquet", orders_table(order_id=["3"], customer_id=["late"]))
    staged, counts = ask(
        "select order_id, status, account_id from stg_orders order by order_id",
        "select raw_row_count, rejected_row_count, exact_duplicate_count from raw_row_counts "
        "where table_name = 'orders'",
        models=["raw_row_counts", "stg_orders"],
    )
    assert staged == [
        ("1", "completed", "c1"),
        ("2", "completed", "c9"),
        ("3", "completed", "late"),
    ]
    assert counts == [(7, 3, 1)]


def test_of_equal_versions_of_an_order_line_the_later_in_its_file_counts(
    ask: Ask, raw: Path
) -> None:
    """The line of the file, that is, and not the line of the order."""
    write(raw, "orders.csv", ORDERS + order(1))
    header = "order_id,line_number,quantity\n"
    write(raw, "order_lines.csv", header + "1,5,1\n1,5,3\n1,5,2\n1,4,1\n1,4,9\n")
    write(raw, "refunds.csv", "refund_id,order_id,refunded_at,amount\n")
    found = ask(
        "select line_number, quantity from stg_order_lines order by line_number",
        models=["stg_order_lines"],
    )
    assert found == [(4, 9), (5, 2)]


def test_a_row_is_the_same_in_files_of_any_type(ask: Ask, raw: Path) -> None:
    """What a Parquet file types is written as people write it, and then compared."""
    moment = "2026-06-01 12:00:00.12"
    header = "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"
    write(raw, "orders/1.csv", header + f"1,7,{moment},completed,USD,42.49\n")
    at = datetime.fromisoformat(moment + "0000").replace(tzinfo=UTC)
    for name, instants, amounts in (
        ("2", pa.array([at], pa.timestamp("us", "America/New_York")), pa.array([42.49])),
        ("3", pa.array([at], pa.timestamp("ns", "UTC")), pa.array([42.49], pa.float32())),
        ("4", pa.array([at.replace(tzinfo=None)]), pa.array([Decimal("42.4900000")])),
    ):
        columns = orders_table(
            customer_id=pa.array([7.0]), ordered_at=instants, subtotal_amount=amounts
        )
        write(raw, f"orders/{name}.parquet", columns)
    [counts] = ask(
        "select staged_row_count, rejected_row_count, exact_duplicate_count from raw_row_counts "
        "where table_name = 'orders'",
        models=["raw_row_counts"],
    )
    assert counts == (1, 0, 3)


def test_accounts_that_are_addresses_are_shown_as_digests(ask: Ask, raw: Path) -> None:
    """Two spellings are one account, and its address stands where accounts are looked up alone."""
    header = "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"
    lines = [
        f"{number},{account},2026-06-01,completed,USD,1\n"
        for number, account in enumerate(("Ana@x.com", " ana@X.com ", "b＠x．com", "plain"))
    ]
    write(raw, "orders.csv", header + "".join(lines))
    write(raw, "customers.csv", "customer_id,first_name\nANA@X.COM,old\nana@x.com,new\n")
    events = "event_id,occurred_at,event_name,customer_id\n1,2026-06-01,share,ANA@x.com\n"
    write(raw, "events.csv", events)
    shown, visitors, accounts = ask(
        "select identifier, customer_id from identity_map order by identifier",
        "select visitor_id, customer_id from sessions",
        "select account_id, first_name from stg_customers",
        models=["identity_map", "sessions", "stg_customers"],
    )
    ana, wide = (
        f"account:{hashlib.md5(account.encode()).hexdigest()[:16]}"
        for account in ("ana@x.com", "b＠x．com")
    )
    assert shown == [("ana@x.com", ana), ("b＠x．com", wide), ("plain", "plain")]
    assert visitors == [(ana, ana)]
    assert accounts == [("ana@x.com", "new")]


def test_keys_that_two_systems_share_are_told(ask: Ask, raw: Path) -> None:
    write(
        raw,
        "orders.csv",
        ORDERS + order("A", "ann") + order("A", "bob") + order("B") + order("B", at="2026-06-02"),
    )
    found = ask(
        "select table_name, key_count, sample_keys from key_collisions", models=["key_collisions"]
    )
    assert found == [("orders", 1, "A")]


# Ids of another system


def many_orders(**columns: Any) -> dict[str, Any]:
    """Return 100 orders of as many customers."""
    ids = [str(number) for number in range(100)]
    return orders_table(order_id=ids, customer_id=ids, source_system=["shopify"] * 100) | columns


@pytest.mark.parametrize(
    ("source_system", "known", "is_told"),
    [("ga4", 100, True), ("ga4", 51, True), ("ga4", 50, False), ("shopify", 100, False)],
)
def test_ids_of_another_source_system_are_told(
    ask: Ask, raw: Path, source_system: str, known: int, is_told: bool
) -> None:
    write(raw, "orders.parquet", many_orders())
    ids = [str(number) if number < known else f"x{number}" for number in range(100)]
    events = {
        "event_id": [str(number) for number in range(100)],
        "occurred_at": ["2026-06-01"] * 100,
        "event_name": ["purchase"] * 100,
        "order_id": ids,
        "source_system": [source_system] * 100,
    }
    write(raw, "events.parquet", events)
    [match], told = ask(
        "select id_count, known_share, best_other_source_system, best_other_share from id_matches",
        "select finding from ids_are_known_in_their_source_system",
        models=["id_matches", "ids_are_known_in_their_source_system"],
    )
    if source_system == "shopify":
        assert match == (100, 1.0, None, None)
    else:
        assert match == (100, 0.0, "shopify", known / 100)
    assert bool(told) == is_told
    if is_told:
        assert (
            "`ga4`" in told[0][0] and "`shopify`" in told[0][0] and "events.order_id" in told[0][0]
        )


def test_ids_written_by_spreadsheets_and_pandas_are_told(ask: Ask, raw: Path) -> None:
    write(raw, "customers.csv", "customer_id\n'1\n'2\n")
    write(raw, "orders/plain.csv", ORDERS + order(1, 1))
    write(raw, "orders/pandas.csv", ORDERS + order(2, "1.0") + order(3, "") + order(4, "2.0"))
    found = ask(
        "select finding from ids_are_written_alike order by finding",
        models=["ids_are_written_alike"],
    )
    assert len(found) == 2
    assert "customer_id of customers" in found[0][0] and "apostrophe" in found[0][0]
    assert "orders/pandas.csv" in found[1][0] and "`.0`" in found[1][0]


def test_the_files_are_counted_without_the_loader(ask: Ask, raw: Path) -> None:
    """A file that loses lines while it is loaded does not balance."""
    write(raw, "orders.csv", ORDERS + order(1) + "broken\n\n" + order(2))
    [(count,)] = ask("select row_count from landed_raw.files", models=["raw_row_counts"])
    assert count == 3
