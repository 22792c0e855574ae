"""The reference, held against cases worked out by hand from the definitions."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.python.reference import RawContractError, Settings, compute
from tests.python.reference.clock import start_of_local_day
from tests.python.reference.contract import TABLE
from tests.python.reference.reading import split_records
from tests.python.reference.segments.purchase import black_friday
from tests.python.reference.values import (
    READERS,
    decimal_reader,
    read_boolean,
    read_date,
    read_integer,
    read_timestamp,
)

Result = dict[str, list[dict[str, Any]]]
Run = Callable[..., Result]
RUN_STARTED_AT = datetime(2026, 7, 1, tzinfo=UTC)


def write_csv(path: Path, rows: list[dict[str, object]]) -> None:
    """Write rows as CSV, every column that any row has."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [",".join(columns)]
    lines += [",".join(str(row.get(column, "")) for column in columns) for row in rows]
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Compute a shop of the tables given as rows; the options are settings."""

    def compute_shop(tables: dict[str, list[dict[str, object]]], **options: Any) -> Result:
        raw_dir = Path(mkdtemp(dir=tmp_path))
        columns = ",".join(column.name for column in TABLE["orders"].columns)
        (raw_dir / "orders.csv").write_text(f"{columns}\n")
        for name, rows in tables.items():
            if rows:
                write_csv(raw_dir / f"{name}.csv", rows)
        settings = {"as_of": "2026-06-30", "run_started_at": RUN_STARTED_AT, **options}
        return compute(raw_dir, Settings(**settings))

    return compute_shop


def order(order_id: str, **columns: object) -> dict[str, object]:
    """Return a completed order of 100 USD."""
    return {
        "order_id": order_id,
        "customer_id": "1",
        "ordered_at": "2026-06-01T12:00:00Z",
        "status": "completed",
        "currency": "USD",
        "subtotal_amount": "100",
        **columns,
    }


def event(event_id: str, occurred_at: str, name: str = "page_view", **columns: object) -> Any:
    """Return an event."""
    return {"event_id": event_id, "occurred_at": occurred_at, "event_name": name, **columns}


def facts_of(result: Result, customer_id: str) -> dict[str, Any]:
    """Return the facts of one customer."""
    (row,) = [row for row in result["customer_facts"] if row["customer_id"] == customer_id]
    return row


def members(result: Result, segment: str) -> set[tuple[str, str]]:
    """Return the customers and values of a segment."""
    return {
        (row["customer_id"], row["segment_value"])
        for row in result["segment_memberships"]
        if row["segment"] == segment
    }


def reasons(result: Result, table: str) -> list[tuple[str | None, str]]:
    """Return key and reason of a table's rejected rows."""
    return sorted(
        (
            (row["row_key"], row["reason"])
            for row in result["rejected_rows"]
            if row["table_name"] == table
        ),
        key=str,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01T17:00:00+02:00", datetime(2026, 1, 1, 15)),
        ("2026-01-01 17:00:00-0130", datetime(2026, 1, 1, 18, 30)),
        ("2026-01-01T17:00+02", datetime(2026, 1, 1, 15)),
        ("2026-01-01T17:00:00.1234569Z", datetime(2026, 1, 1, 17, 0, 0, 123456)),
        ("2026-01-01", datetime(2026, 1, 1)),
        ("2026-02-29", None),
        ("2026-01-01T24:00", None),
        ("2026-01-01t17:00", None),
        (" 2026-01-01", None),
        ("2026-01-01T17:00:00 Z", datetime(2026, 1, 1, 17)),
        ("20260101", None),
    ],
)
def test_timestamps(text: str, expected: datetime | None) -> None:
    assert read_timestamp(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.345", "2.35"),
        ("-2.345", "-2.35"),
        ("2.3449999", "2.34"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("+5", "5.00"),
        ("-0.004", "0.00"),
        ("9999999999999999.99", "9999999999999999.99"),
        ("9999999999999999.995", None),
        ("1e3", None),
        (" 2.50", None),
        (".", None),
        ("1,5", None),
        ("NaN", None),
    ],
)
def test_money(text: str, expected: str | None) -> None:
    assert decimal_reader(2)(text) == (None if expected is None else Decimal(expected))


def test_other_types() -> None:
    assert [read_integer(text) for text in ("2", "-3", "+4", "2.0", " 2", "", "9" * 19)] == [
        2,
        -3,
        4,
        2,
        None,
        None,
        None,
    ]
    assert [read_boolean(text) for text in ("YES", "f", "1", "y", "true ", "ja")] == [
        True,
        False,
        True,
        True,
        True,
        None,
    ]
    assert read_date("2026-06-30T23:30:00-05:00") == date(2026, 6, 30)
    assert read_date("2026-6-30") is None
    assert READERS["rate"]("0.123456785") == Decimal("0.12345679")


def test_splitting() -> None:
    data = b'a,"b ""c""\nd",\r\n\nx"y,z\n"bad" tail,1\n"never closed,1\nafter,2\rlast,\xff'
    assert list(split_records(data)) == [
        (b'a,"b ""c""\nd",', ["a", 'b "c"\nd', ""]),
        (b'x"y,z', ['x"y', "z"]),
        (b'"bad" tail,1', None),
        (b'"never closed,1', None),
        (b"after,2", ["after", "2"]),
        (b"last,\xff", None),
    ]


def test_files_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "orders" / "2026"
    folder.mkdir(parents=True)
    write_csv(folder / "a.csv", [order("1")])
    write_csv(folder / "b.csv", [dict(reversed(order("2").items()))])
    (folder / "b.csv").write_bytes(b"\xef\xbb\xbf" + (folder / "b.csv").read_bytes().upper())
    duckdb.sql(
        "select '3' as order_id, '' as customer_id, timestamptz '2026-06-01 12:00:00+00' as"
        " ordered_at, 'completed' as status, 'USD' as currency, 7.5 as subtotal_amount"
    ).write_parquet(str(tmp_path / "orders" / "c.parquet"))
    result = compute(tmp_path, Settings(as_of="2026-06-30", run_started_at=RUN_STARTED_AT))
    assert {row["order_id"]: row["customer_id"] for row in result["orders"]} == {
        "1": "1",
        "2": "1",
        "3": None,
    }
    # Names of columns, statuses and currencies are read in any case.
    assert reasons(result, "orders") == []


def test_missing_table_and_column(tmp_path: Path) -> None:
    settings = Settings(as_of="2026-06-30", run_started_at=RUN_STARTED_AT)
    with pytest.raises(RawContractError, match="table orders"):
        compute(tmp_path, settings)
    (tmp_path / "orders.csv").write_text("order_id,ordered_at,status,currency\n")
    with pytest.raises(RawContractError, match=r"orders\.subtotal_amount"):
        compute(tmp_path, settings)


def test_rejection_in_order_of_the_rules(run: Run) -> None:
    result = run(
        {
            "orders": [
                order("good"),
                order("good"),
                order("", status="?"),
                order("late", ordered_at="x", currency=""),
                order("odd", status="shipped", discount_amount="-1"),
                order("minus", subtotal_amount="-1", tax_amount="-1"),
                order("future", ordered_at="2026-07-02T00:00:01Z"),
                order("nearly", ordered_at="2026-07-02T00:00:00Z"),
                order("yen", currency="JPY", ordered_at="2026-05-31T00:00:00Z"),
                order("yen2", currency="JPY"),
            ],
            "order_lines": [
                {"order_id": "good", "line_number": "1", "quantity": "0", "unit_price": "-1"},
                {"order_id": "good", "line_number": "2", "quantity": "2.5", "unit_price": "1"},
                {"order_id": "none", "line_number": "1", "quantity": "1", "unit_price": "1"},
                {"order_id": "odd", "line_number": "1", "quantity": "1", "unit_price": "1"},
                {"order_id": "yen2", "line_number": "1", "quantity": "1", "unit_price": "1"},
            ],
            "exchange_rates": [
                {"rate_date": "2026-06-01", "currency": "JPY", "rate": "0.01"},
                {"rate_date": "2026-06-02", "currency": "JPY", "rate": "0"},
            ],
        }
    )
    assert reasons(result, "orders") == [
        ("", "missing order_id"),
        ("future", "ordered_at in the future"),
        ("late", "unreadable ordered_at"),
        ("minus", "subtotal_amount negative"),
        ("odd", "unknown status"),
        ("yen", "no exchange rate"),
    ]
    assert reasons(result, "order_lines") == [
        ("good|1", "quantity not positive"),
        ("good|2", "unreadable quantity"),
        ("none|1", "unknown order"),
        ("odd|1", "order rejected"),
    ]
    assert reasons(result, "exchange_rates") == [("2026-06-02|JPY", "rate not positive")]
    counts = {row["table_name"]: row for row in result["row_counts"]}
    assert counts["orders"] == {
        "table_name": "orders",
        "raw_rows": 10,
        "staged_rows": 3,
        "rejected_rows": 6,
        "exact_duplicates": 1,
    }
    for row in result["row_counts"]:
        assert row["raw_rows"] == (
            row["staged_rows"] + row["rejected_rows"] + row["exact_duplicates"]
        )


def test_best_of_a_key(run: Run) -> None:
    # A version that fails an earlier check never wins; the greatest updated_at does.
    result = run(
        {
            "orders": [
                order("a", updated_at="2026-06-03", subtotal_amount="10"),
                order("a", updated_at="2026-06-04", subtotal_amount="-20"),
                order("a", updated_at="", subtotal_amount="30"),
                order("a", updated_at="2026-06-02", ordered_at="2026-06-20", subtotal_amount="40"),
                order("a", source_system="web", subtotal_amount="50"),
            ],
        }
    )
    assert {row["source_system"]: row["subtotal_amount"] for row in result["orders"]} == {
        "": Decimal(10),
        "web": Decimal(50),
    }
    assert reasons(result, "orders") == [
        ("a", "duplicate key"),
        ("a", "duplicate key"),
        ("a", "subtotal_amount negative"),
    ]


def test_midnight_that_does_not_exist() -> None:
    # São Paulo began summer time at midnight: 2018-11-04 starts at 01:00 (UTC-2).
    assert start_of_local_day(date(2018, 11, 4), ZoneInfo("America/Sao_Paulo")) == datetime(
        2018, 11, 4, 3
    )
    assert start_of_local_day(date(2026, 7, 1), ZoneInfo("Europe/Athens")) == datetime(
        2026, 6, 30, 21
    )


def test_as_of_is_an_exclusive_bound_in_the_shops_zone(run: Run) -> None:
    orders = {
        "orders": [
            order("in", ordered_at="2026-06-30T20:59:59.999999Z"),
            order("out", ordered_at="2026-06-30T21:00:00Z"),
        ]
    }
    for as_of in ("2026-06-30", date(2026, 6, 30), "2026-06-30T21:00:00Z", "2026-06-30 21:00"):
        result = run(orders, as_of=as_of, shop_timezone="Europe/Athens")
        assert [row["order_id"] for row in result["orders"]] == ["in"]
        facts = facts_of(result, "1")
        assert facts["as_of"] == datetime(2026, 6, 30, 21)
        assert facts["as_of_date"] == date(2026, 6, 30)
        assert facts["days_since_last_order"] == 0


def test_last_days_window(run: Run) -> None:
    # 90 days up to 2026-06-30 are 2026-04-02 to 2026-06-30.
    result = run(
        {
            "orders": [
                order("1", ordered_at="2026-04-01T23:59:59Z"),
                order("2", ordered_at="2026-04-02T00:00:00Z"),
            ]
        }
    )
    assert facts_of(result, "1")["order_count_last_90_days"] == 1
    assert facts_of(result, "1")["order_count"] == 2


def test_refunds_discounts_and_currency(run: Run) -> None:
    # 10.05 EUR at 1.1 is 11.055, so 11.06; the refund of 3.05 is 3.355, so 3.36.
    result = run(
        {
            "orders": [
                order("a", currency="EUR", subtotal_amount="10.05", discount_amount="20"),
                order("b", currency="EUR", subtotal_amount="10.05", discount_amount="1"),
                order("c", discount_amount="40"),
                order("d", discount_amount="40"),
                order("e", status="pending"),
                order("f", is_test="yes"),
                order("g", subtotal_amount="0"),
            ],
            "refunds": [
                {"refund_id": "1", "order_id": "b", "refunded_at": "2026-06-02", "amount": "3.05"},
                {"refund_id": "2", "order_id": "c", "refunded_at": "2026-06-02", "amount": "60"},
                {"refund_id": "3", "order_id": "d", "refunded_at": "2026-07-01", "amount": "60"},
                {"refund_id": "4", "order_id": "d", "refunded_at": "2026-06-30", "amount": "59.99"},
            ],
            "exchange_rates": [
                {"rate_date": "2026-05-30", "currency": "EUR", "rate": "1.1"},
                {"rate_date": "2026-06-02", "currency": "EUR", "rate": "2"},
            ],
        }
    )
    orders = {row["order_id"]: row for row in result["orders"]}
    assert {order_id for order_id, row in orders.items() if row["is_valid"]} == set("abdg")
    assert orders["a"]["net_revenue"] == 0
    assert orders["a"]["discount_amount"] == Decimal("11.06")
    assert orders["b"]["net_revenue"] == Decimal("6.60")
    assert orders["d"]["net_revenue"] == Decimal("0.01")
    facts = facts_of(result, "1")
    assert facts["order_count"] == 4
    assert facts["placed_order_count"] == 6
    assert facts["net_revenue"] == Decimal("6.61")
    assert facts["gross_revenue"] == Decimal("122.12")


def test_a_chain_of_links_is_one_person(run: Run) -> None:
    result = run(
        {
            "customers": [
                {"customer_id": "2", "email": " A@x.com ", "created_at": "2026-01-02"},
                {"customer_id": "1", "email": "b@x.com", "created_at": "2026-01-03"},
            ],
            "orders": [
                order("1", customer_id="3", email="a@X.com"),
                order("2", customer_id="3", email="b@x.com"),
                order("3", customer_id="", email="b@x.com"),
                order("4", customer_id="9", email="b@x.com", is_test="true"),
            ],
            "surveys": [
                {
                    "response_id": "1",
                    "responded_at": "2026-06-01",
                    "survey_type": "nps",
                    "customer_id": "1",
                    "email": "other@x.com",
                    "score": "9",
                }
            ],
        }
    )
    facts = facts_of(result, "2")
    assert (facts["account_count"], facts["order_count"], facts["latest_nps"]) == (3, 3, 9.0)
    # The address typed into a survey is somebody, but not linked.
    assert len(result["customer_facts"]) == 2
    assert {row["identifier"] for row in result["identity_map"]} == {
        *("1", "2", "3"),
        *("a@x.com", "b@x.com", "other@x.com"),
    }


def test_guest_id_is_salted(run: Run) -> None:
    # printf 'saltguest@x.com' | md5sum
    result = run({"orders": [order("1", customer_id="", email="Guest@x.com")]}, id_salt="salt")
    assert [row["customer_id"] for row in result["customer_facts"]] == ["guest:e86ab42c25415fda"]


def test_account_that_is_an_address_is_written_as_a_digest(run: Run) -> None:
    # printf 'saltana@x.com' | md5sum
    accounts = ("Ana@x.com", " ana@X.com ", "plain")
    orders = [order(str(number), customer_id=account) for number, account in enumerate(accounts)]
    result = run({"orders": orders}, id_salt="salt")
    assert {row["customer_id"] for row in result["customer_facts"]} == {
        "account:0020548b88d8636c",
        "plain",
    }


def test_guards(run: Run) -> None:
    result = run(
        {
            "orders": [
                order("1", customer_id="till", email="a@x.com"),
                order("2", customer_id="till", email="b@x.com"),
                order("3", customer_id="till", email="c@x.com"),
                order("4", customer_id="till", email=""),
                order("5", customer_id="p", email="family@x.com"),
                order("6", customer_id="q", email="family@x.com"),
                order("7", customer_id="r", email="family@x.com"),
                order("8", customer_id="", email="family@x.com"),
            ]
        },
        max_emails_per_account=2,
        max_accounts_per_email=2,
    )
    persons = {row["order_id"]: row["customer_id"] for row in result["orders"]}
    assert persons["4"] is None
    assert persons["8"] is None
    assert {persons["5"], persons["6"], persons["7"]} == {"p", "q", "r"}
    assert all(persons[order_id].startswith("guest:") for order_id in "123")
    assert len({persons[order_id] for order_id in "123"}) == 3


def test_placeholders_are_nobodys_accounts(run: Run) -> None:
    result = run(
        {
            "customers": [
                {"customer_id": "GUEST", "email": "a@x.com", "accepts_marketing": "true"},
                {"customer_id": "guests", "email": "real@x.com"},
            ],
            "orders": [
                order("1", customer_id=" guest ", email="a@x.com"),
                order("2", customer_id="guest", email="b@x.com"),
                order("3", customer_id="Guest", email="", anonymous_id="v"),
                order("4", customer_id="guest", email="", source_system="web"),
                order("5", customer_id="1", email="a@x.com"),
                order("6", customer_id="guests", email=""),
            ],
            "consent_events": [
                {
                    "consent_id": "1",
                    "occurred_at": "2026-06-01",
                    "customer_id": "guest",
                    "channel": "email",
                    "state": "withdrawn",
                }
            ],
        },
        shared_accounts=frozenset({"Guest"}),
        max_accounts_per_email=1,
    )
    persons = {row["order_id"]: row["customer_id"] for row in result["orders"]}
    # The placeholder is no second account of the address, so the address keeps its one.
    assert (persons["1"], persons["5"], persons["6"]) == ("1", "1", "guests")
    assert persons["2"].startswith("guest:")
    assert persons["3"] is persons["4"] is None
    assert {row["identifier"] for row in result["identity_map"]} == {
        *("1", "guests", "a@x.com", "b@x.com", "real@x.com"),
    }
    assert facts_of(result, "1")["account_count"] == 1
    # A consent of the placeholder alone is nobody's; its customers row speaks for its address.
    assert facts_of(result, "1")["is_email_subscriber"] is True


def test_a_component_too_large_stays_apart(run: Run) -> None:
    orders = [order(str(i), customer_id=str(i), email="a@x.com") for i in range(3)]
    result = run({"orders": orders}, max_accounts_per_person=2)
    assert len(result["customer_facts"]) == 4
    assert [row["customer_id"] for row in result["orders"]] == ["0", "1", "2"]


def test_anonymous_ids_have_one_owner_or_none(run: Run) -> None:
    result = run(
        {
            "events": [
                event("1", "2026-06-01T10:00:00Z", anonymous_id="own", customer_id="1"),
                event("2", "2026-06-01T10:10:00Z", anonymous_id="own"),
                event("3", "2026-06-01T10:00:00Z", anonymous_id="tablet", customer_id="1"),
                event("4", "2026-06-01T10:10:00Z", anonymous_id="tablet", customer_id="2"),
                event("5", "2026-06-01T10:40:00.000001Z", anonymous_id="tablet"),
                event("6", "2026-06-01T10:10:00Z", anonymous_id="own", source_system="b"),
                event("7", "2026-06-01T10:10:00Z", customer_id="2"),
                event("8", "2026-06-01T10:10:00Z", session_id="s"),
            ],
            "orders": [
                order("1", customer_id="", anonymous_id="own"),
                order("2", customer_id="2", anonymous_id="own", is_test="1"),
            ],
        }
    )
    assert [row["customer_id"] for row in result["orders"]] == ["1"]
    sessions = sorted(
        (row["customer_id"] or "", row["length_seconds"], row["event_count"])
        for row in result["sessions"]
    )
    # own; tablet with 1 first; tablet after the gap; the same id of another system; the account.
    assert sessions == [("", 0.0, 1), ("", 0.0, 1), ("1", 600.0, 2), ("1", 600.0, 2), ("2", 0.0, 1)]


def test_every_visitor_has_sessions(run: Run) -> None:
    result = run(
        {
            "events": [
                event("1", "2026-06-01T10:00:00Z", customer_id="1"),
                event("2", "2026-06-01T10:30:00Z", customer_id="1", email="a@x.com"),
                event("3", "2026-06-01T11:00:00.000001Z", customer_id="1"),
                event("4", "2026-06-01T10:45:00Z", customer_id="1", anonymous_id="v"),
                event("5", "2026-06-01T10:45:00Z", customer_id="1", session_id="s"),
                event("6", "2026-06-01T10:45:00Z", customer_id="1", source_system="b"),
                event("7", "2026-06-01T10:00:00Z", customer_id="Guest", email="a@x.com"),
                event("8", "2026-06-01T10:01:00Z", email=" A@x.com"),
                event("9", "2026-06-01T10:02:00Z", customer_id=" guest "),
            ]
        },
        shared_accounts=frozenset({"guest"}),
    )
    sessions = sorted((row["length_seconds"], row["event_count"]) for row in result["sessions"])
    # The browser, the named session, the account of b and the account after its pause; the email;
    # the account before its pause.
    assert sessions == [(0.0, 1), (0.0, 1), (0.0, 1), (0.0, 1), (60.0, 2), (1800.0, 2)]
    assert facts_of(result, "1")["session_count"] == 4


def test_events_of_bots_count_nowhere(run: Run) -> None:
    result = run(
        {
            "events": [
                event("1", "2026-06-01T10:00:00Z", customer_id="1", anonymous_id="v"),
                event("2", "2026-06-01T10:20:00Z", anonymous_id="v", is_bot="true"),
                event("3", "2026-06-01T10:40:00Z", anonymous_id="v", is_bot="no"),
                event("4", "2026-06-01T10:41:00Z", "share", anonymous_id="v", is_bot="perhaps"),
                event("5", "2026-06-01T10:00:00Z", customer_id="2", anonymous_id="v", is_bot="1"),
            ]
        }
    )
    assert [row["customer_id"] for row in result["customer_facts"]] == ["1"]
    assert (facts_of(result, "1")["session_count"], facts_of(result, "1")["share_count"]) == (2, 1)
    (counts,) = [row for row in result["row_counts"] if row["table_name"] == "events"]
    assert (counts["raw_rows"], counts["staged_rows"]) == (5, 5)


def test_undated_false_always_wins(run: Run) -> None:
    def is_subscribed(*customers: dict[str, object], **tables: Any) -> bool:
        rows = [
            {"customer_id": str(i), "email": "a@x.com", **row} for i, row in enumerate(customers)
        ]
        result = run({"customers": rows, **tables})
        (consent,) = result["email_consents"]
        return bool(consent["is_subscribed"])

    granted = {
        "consent_id": "1",
        "occurred_at": "2026-06-01",
        "email": "a@x.com",
        "channel": "email",
        "state": "granted",
    }
    unsubscribed = {
        "event_id": "1",
        "occurred_at": "2026-06-01",
        "event_type": "unsubscribed",
        "email": "a@x.com",
    }
    assert is_subscribed({"accepts_marketing": "true"})
    assert not is_subscribed({"accepts_marketing": "false"}, consent_events=[granted])
    dated: dict[str, object] = {
        "accepts_marketing": "false",
        "accepts_marketing_updated_at": "2026-05-31",
    }
    assert is_subscribed(dated, consent_events=[granted])
    assert not is_subscribed(
        {**dated, "accepts_marketing_updated_at": "2026-06-01"}, consent_events=[granted]
    )
    # An unsubscription at the moment of the grant stands; one before it is over.
    assert not is_subscribed({}, consent_events=[granted], email_events=[unsubscribed])
    assert is_subscribed(
        {},
        consent_events=[granted],
        email_events=[{**unsubscribed, "occurred_at": "2026-05-31T23:59:59Z"}],
    )
    # A grant dated after as_of counts when it stands on a customers row.
    assert is_subscribed(
        {"accepts_marketing": "true", "accepts_marketing_updated_at": "2026-07-15"},
        email_events=[unsubscribed],
    )


def test_email_is_the_first_that_may_be_written_to(run: Run) -> None:
    result = run(
        {
            "customers": [{"customer_id": "1", "email": "z@x.com", "accepts_marketing": "true"}],
            "consent_events": [
                {
                    "consent_id": "1",
                    "occurred_at": "2026-06-01",
                    "customer_id": "1",
                    "email": "b@x.com",
                    "channel": "email",
                    "state": "granted",
                },
                {
                    "consent_id": "2",
                    "occurred_at": "2026-06-01",
                    "customer_id": "1",
                    "email": "a@x.com",
                    "channel": "sms",
                    "state": "granted",
                },
            ],
            "email_events": [
                {
                    "event_id": "1",
                    "occurred_at": "2026-06-01",
                    "event_type": "bounced",
                    "bounce_type": "odd",
                    "email": "z@x.com",
                },
            ],
        }
    )
    (contact,) = result["customer_contacts"]
    assert contact["email"] == "b@x.com"
    assert facts_of(result, "1")["is_email_subscriber"] is True
    assert facts_of(result, "1")["is_suppressed"] is False


def test_a_complaint_reaches_every_address(run: Run) -> None:
    links = [
        {
            "consent_id": address,
            "occurred_at": "2026-06-01",
            "customer_id": "1",
            "email": address,
            "channel": "email",
            "state": "granted",
        }
        for address in ("a@x.com", "b@x.com")
    ]
    complaint = {
        "event_id": "1",
        "occurred_at": "2026-06-02",
        "event_type": "complained",
        "email": "a@x.com",
    }
    result = run({"consent_events": links, "email_events": [complaint]})
    assert [row["is_suppressed"] for row in result["email_consents"]] == [True, True]


def test_text_messages_need_a_phone_and_a_grant(run: Run) -> None:
    def is_subscriber(phone: str, *states: tuple[str, str], **columns: object) -> bool:
        consents: list[dict[str, object]] = [
            {
                "consent_id": str(number),
                "occurred_at": occurred_at,
                "customer_id": "1",
                "channel": "sms",
                "state": state,
                **columns,
            }
            for number, (occurred_at, state) in enumerate(states)
        ]
        customer: dict[str, object] = {"customer_id": "1", "email": "a@x.com", "phone": phone}
        result = run({"customers": [customer], "consent_events": consents})
        return bool(facts_of(result, "1")["is_sms_subscriber"])

    assert is_subscriber("+1", ("2026-06-01", "granted"))
    assert not is_subscriber("", ("2026-06-01", "granted"))
    assert not is_subscriber("+1")
    assert is_subscriber("+1", ("2026-06-01", "withdrawn"), ("2026-06-02", "granted"))
    assert not is_subscriber("+1", ("2026-06-02", "withdrawn"), ("2026-06-02", "granted"))
    assert not is_subscriber("+1", ("2026-06-03", "withdrawn"), ("2026-06-02", "granted"))
    assert is_subscriber("+1", ("2026-06-01", "granted"), ("2026-07-01", "withdrawn"))
    assert not is_subscriber("+1", ("2026-06-01", "granted"), channel="email")
    by_email = {"customer_id": "", "email": "A@x.com"}
    assert is_subscriber("+1", ("2026-06-01", "granted"), **by_email)


def test_scores_on_their_scales(run: Run) -> None:
    def response(response_id: str, kind: str, score: str, **columns: object) -> dict[str, object]:
        return {
            "response_id": response_id,
            "responded_at": "2026-06-01",
            "survey_type": kind,
            "customer_id": "1",
            "score": score,
            **columns,
        }

    result = run(
        {
            "surveys": [
                response("1", "csat", "4", score_max="5"),
                response("2", "csat", "9"),
                response("3", "csat", "11"),
                response("4", "csat", "1", score_max="0"),
                response("5", "review", "8", score_max="10", has_photo="yes"),
                response("6", "review", ""),
                response("7", "nps", "4", score_max="5"),
            ]
        }
    )
    facts = facts_of(result, "1")
    assert (facts["latest_csat"], facts["previous_csat"]) == (9.0, 8.0)
    assert (facts["latest_review"], facts["review_count"], facts["photo_review_count"]) == (4, 2, 1)
    assert facts["latest_nps"] == 4.0
    assert members(result, "satisfied_customers") == {("1", "")}
    assert members(result, "nps_detractors") == {("1", "")}
    assert members(result, "positive_reviewers") == {("1", "")}


def test_service_recovery(run: Run) -> None:
    recovery = {
        "event_id": "1",
        "occurred_at": "2026-03-01T00:00:00Z",
        "event_type": "delivered",
        "campaign_type": "service_recovery",
    }
    csat = {"survey_type": "csat"}
    answers = [
        ("in time", "3", "2026-02-01", "2026-03-31T00:00:00Z", "4"),
        ("too late", "3", "2026-02-01", "2026-03-31T00:00:01Z", "4"),
        ("content before", "9", "2026-02-01", "2026-03-02", "10"),
        ("no better", "8.9", "2020-01-01", "2026-03-02", "8.9"),
    ]
    surveys: list[dict[str, object]] = []
    for name, before, before_at, after_at, after in answers:
        who = {**csat, "customer_id": name}
        surveys.append(
            {**who, "response_id": f"{name} 1", "responded_at": before_at, "score": before}
        )
        surveys.append(
            {**who, "response_id": f"{name} 2", "responded_at": after_at, "score": after}
        )
    emails: list[dict[str, object]] = [
        {**recovery, "event_id": name, "customer_id": name} for name, *_ in answers
    ]
    result = run({"surveys": surveys, "email_events": emails})
    assert members(result, "csat_improved") == {("in time", "")}
    assert members(result, "csat_not_improved") == {("no better", "")}


def test_born_on_29_february(run: Run) -> None:
    customers: list[dict[str, object]] = [{"customer_id": "1", "birth_date": "2008-02-29"}]
    before = run({"customers": customers}, as_of="2026-02-28")
    after = run({"customers": customers}, as_of="2026-03-01")
    assert facts_of(before, "1")["age_years"] == 17
    assert facts_of(after, "1")["age_years"] == 18
    assert members(after, "age_bands") == {("1", "18-24")}


def test_recency_frequency_monetary(run: Run) -> None:
    # Of six buyers 1, 3, 3, 4, 5, 6 are as bad or worse: a sixth of five times that, rounded up.
    days = {"a": 1, "b": 5, "c": 5, "d": 10, "e": 20, "f": 30}
    dates = {name: f"2026-06-{day:02}" for name, day in days.items()} | {"a": "2026-03-01"}
    result = run(
        {
            "orders": [
                order(name, customer_id=name, ordered_at=dates[name], subtotal_amount=day)
                for name, day in days.items()
            ]
        }
    )
    scores = {
        row["customer_id"]: (row["recency_score"], row["frequency_score"], row["monetary_score"])
        for row in result["customer_facts"]
    }
    assert scores == {
        "a": (1, 1, 1),
        "b": (3, 1, 3),
        "c": (3, 1, 3),
        "d": (4, 1, 4),
        "e": (5, 1, 5),
        "f": (5, 1, 5),
    }
    assert members(result, "rfm_groups") == {
        ("a", "hibernating"),
        ("b", "about to sleep"),
        ("c", "about to sleep"),
        ("d", "promising"),
        ("e", "new"),
        ("f", "new"),
    }
    # One of six is more than 5 % and less than 20 %.
    assert members(result, "value_tiers") == {
        ("f", "top 20%"),
        *((name, "rest") for name in "abcde"),
    }


def test_whoever_ordered_last_has_the_best_recency(run: Run) -> None:
    last_day = [order(f"last {n}", customer_id=f"last {n}") for n in range(13)]
    before = [
        order(f"{n}", customer_id=f"{n}", ordered_at=f"2026-05-{n + 1:02}") for n in range(17)
    ]
    result = run({"orders": [*last_day, *before]}, as_of="2026-06-01")
    scores = {row["customer_id"]: row["recency_score"] for row in result["customer_facts"]}
    assert {scores[f"last {n}"] for n in range(13)} == {5}
    assert [scores[f"{n}"] for n in range(17)] == [1] * 6 + [2] * 6 + [3] * 5


def test_categories_and_new_arrivals(run: Run) -> None:
    lines = [("1", "tea"), ("1", "cup"), ("2", "tea"), ("3", "unknown"), ("4", "cup")]
    result = run(
        {
            "orders": [order(number) for number in "1234"],
            "order_lines": [
                {
                    "order_id": number,
                    "line_number": position,
                    "product_id": product,
                    "quantity": 2,
                    "unit_price": 1,
                }
                for position, (number, product) in enumerate(lines)
            ],
            "products": [
                {"product_id": "tea", "category": "Tea", "launched_on": "2026-05-02"},
                {"product_id": "cup", "category": "Cups", "launched_on": "2026-05-01"},
            ],
        }
    )
    facts = facts_of(result, "1")
    assert facts["top_category_last_365_days"] == "Cups"
    assert facts["top_category_order_share_last_365_days"] == 0.5
    assert facts["average_items_per_order_last_365_days"] == 2.5
    assert facts["products_bought_last_365_days"] == 3
    # 2026-05-02 is 30 days before the orders, 2026-05-01 is 31.
    assert facts["new_arrival_order_count_last_365_days"] == 2
    assert members(result, "loyal_customers") == {("1", "")}
    assert members(result, "trendy_customers") == {("1", "")}


def test_high_end_buyers(run: Run) -> None:
    # Prices 1 to 10: the P90 is 1 + 0.9 * 9 = 9.1, so 10 alone reaches it.
    result = run(
        {
            "orders": [order(str(price), customer_id=str(price)) for price in range(1, 11)],
            "order_lines": [
                {
                    "order_id": price,
                    "line_number": 1,
                    "product_id": "p",
                    "quantity": 1,
                    "unit_price": price,
                }
                for price in range(1, 11)
            ],
            "products": [{"product_id": "p", "category": "c"}],
        }
    )
    assert members(result, "high_end_buyers") == {("10", "")}


def test_calendar_segments(run: Run) -> None:
    assert black_friday(2024) == date(2024, 11, 29)
    assert black_friday(2025) == date(2025, 11, 28)
    days = ["2024-11-28", "2024-12-02", "2025-12-02", "2025-12-25", "2025-12-26"]
    result = run(
        {"orders": [order(day, ordered_at=day) for day in days]},
        sale_calendar=(("winter", date(2025, 12, 26), date(2026, 1, 6)),),
    )
    assert members(result, "black_friday_buyers") == {("1", "2024")}
    assert members(result, "christmas_buyers") == {("1", "2024"), ("1", "2025")}
    assert members(result, "sale_buyers") == {("1", "winter")}
    assert members(result, "purchase_months") == {
        ("1", "2024-11"),
        ("1", "2024-12"),
        ("1", "2025-12"),
    }


@pytest.mark.parametrize(
    ("days", "is_regular"),
    [
        (["2026-01-31", "2026-02-27", "2026-03-30"], True),
        (["2026-01-31", "2026-03-01", "2026-03-31"], False),
        (["2026-01-10", "2026-02-12", "2026-03-11"], True),
        (["2026-01-10", "2026-02-13", "2026-03-11"], False),
        (["2025-12-31", "2026-01-31", "2026-02-28"], True),
        (["2025-11-30", "2025-12-31", "2026-01-31"], False),
    ],
)
def test_monthly_regulars(run: Run, days: list[str], is_regular: bool) -> None:
    orders = [order(day, ordered_at=day) for day in days]
    result = run({"orders": orders}, as_of="2026-03-31")
    assert members(result, "monthly_regulars") == ({("1", "")} if is_regular else set())


def test_cart_abandoners(run: Run) -> None:
    def carted(occurred_at: str, **tables: Any) -> bool:
        cart = event("1", occurred_at, "add_to_cart", customer_id="1")
        result = run({"orders": [], "events": [cart], **tables})
        return bool(members(result, "cart_abandoners"))

    assert carted("2026-06-30T23:00:00Z")
    assert not carted("2026-06-30T23:00:00.000001Z")
    assert carted("2026-06-01T00:00:00Z")
    assert not carted("2026-05-31T23:59:59Z")
    assert not carted("2026-06-01T12:00:00Z", orders=[order("1", status="pending")])
    assert carted("2026-06-01T12:00:00.000001Z", orders=[order("1", status="pending")])
    assert carted("2026-06-01T12:00:00Z", orders=[order("1", status="cancelled")])


def test_product_focused_shoppers(run: Run) -> None:
    for start, is_member in (
        ("2026-06-01T11:50:00Z", True),
        ("2026-06-01T11:49:59Z", False),
        ("2026-06-01T12:00:01Z", False),
    ):
        visit = event("1", start, customer_id="1", anonymous_id="v")
        result = run({"orders": [order("1")], "events": [visit]})
        assert bool(members(result, "product_focused_shoppers")) is is_member


def test_brand_fans(run: Run) -> None:
    products = [
        {"product_id": "a", "brand": "A"},
        {"product_id": "b", "brand": "B"},
        {"product_id": "c"},
    ]
    views = [
        event(str(number), "2026-06-01", "view_item", customer_id="1", product_id=product)
        for number, product in enumerate("aaaabcc")
    ]
    # Four of five views of a known brand.
    assert members(run({"products": products, "events": views}), "brand_fans") == {("1", "A")}


def test_overlaps_and_metrics(run: Run) -> None:
    cart = event("1", "2026-06-01T10:00:00Z", "add_to_cart", anonymous_id="v", session_id="s")
    other = event("2", "2026-06-03T10:00:00Z", "add_to_cart", anonymous_id="w", session_id="s")
    result = run(
        {
            "orders": [
                order("1", ordered_at="2026-06-02T10:00:00Z", anonymous_id="v", country_code="US"),
                order("2", ordered_at="2025-06-02", coupon_code="X", country_code="US"),
                order("3", customer_id="2", ordered_at="2025-07-02"),
            ],
            "events": [cart, other],
            "marketing_spend": [
                {
                    "spend_date": "2025-06-30",
                    "channel": "search",
                    "country_code": "US",
                    "currency": "USD",
                    "amount": "30",
                },
                {"spend_date": "2026-07-01", "channel": "search", "currency": "USD", "amount": "9"},
            ],
        }
    )
    overlaps = {
        (row["segment_a"], row["segment_b"]): (row["customers"], row["share_of_smaller"])
        for row in result["segment_overlaps"]
    }
    assert overlaps["buyers", "one_timers"] == (1, 1.0)
    assert ("one_timers", "repeat_customers") not in overlaps
    metrics = {(row["segment"], row["segment_value"]): row for row in result["segment_metrics"]}
    buyers = metrics["buyers", ""]
    assert (buyers["customers"], buyers["orders"], buyers["net_revenue"]) == (2, 3, Decimal(300))
    assert (buyers["repeat_purchase_rate"], buyers["coupon_order_share"]) == (0.5, 1 / 3)
    # Of the known customers' one cart the order 24 hours later is the purchase.
    assert (buyers["conversion_rate"], buyers["cart_abandonment_rate"]) == (1.0, 0.0)
    assert (metrics["", ""]["conversion_rate"], metrics["", ""]["cart_abandonment_rate"]) == (
        0.5,
        0.5,
    )
    (june,) = [row for row in result["acquisition_costs"] if row["month"] == "2025-06"]
    assert (june["country_code"], june["spend"], june["first_time_buyers"]) == ("US", 30, 1)
    assert june["customer_acquisition_cost"] == 30.0
    assert all(row["spend"] == 0 for row in result["acquisition_costs"] if row is not june)


def test_who_buys_without_a_session_is_no_visitor(run: Run) -> None:
    """Ten buyers of whom two came: the rate is of the two."""
    result = run(
        {
            "orders": [order(str(n), customer_id=f"c{n}", country_code="US") for n in range(10)],
            "events": [
                event("a", "2026-06-01T11:00:00Z", customer_id="c1", country_code="US"),
                event("b", "2026-06-01T11:00:00Z", customer_id="c2", country_code="MX"),
            ],
        }
    )
    metrics = {(row["segment"], row["segment_value"]): row for row in result["segment_metrics"]}
    rates = {row["dimension_value"]: row["conversion_rate"] for row in result["shop_metrics"]}
    assert metrics["", ""]["conversion_rate"] == 1.0
    assert metrics["buyers", ""]["conversion_rate"] == 1.0
    assert rates == {"US": 1.0, "MX": 0.0}
    (june,) = [row for row in result["acquisition_costs"] if row["country_code"] == "US"]
    assert june["conversion_rate"] == 1.0


def test_lines_without_a_price_count_for_categories_alone(run: Run) -> None:
    prices = ["349.00", *[""] * 3]
    result = run(
        {
            "products": [{"product_id": "bed", "category": "beds"}],
            "orders": [order(str(n), customer_id=f"c{n}") for n in range(4)],
            "order_lines": [
                {
                    "order_id": str(n),
                    "line_number": "1",
                    "product_id": "bed",
                    "quantity": "1",
                    "unit_price": price,
                }
                for n, price in enumerate(prices)
            ],
        }
    )
    assert members(result, "category_buyers") == {(f"c{n}", "beds") for n in range(4)}
    assert members(result, "high_end_buyers") == set()
    assert reasons(result, "order_lines") == []
    assert [row["unit_price"] for row in result["order_lines"]] == [Decimal("349.00"), *[None] * 3]


@pytest.mark.parametrize(("first_on", "has_groups"), [("2026-04-01", True), ("2026-04-02", False)])
def test_recency_says_something_after_90_days(run: Run, first_on: str, has_groups: bool) -> None:
    """Whoever the first valid order was of; one that was cancelled was no beginning."""
    result = run(
        {
            "orders": [
                order("1", ordered_at="2025-01-01", status="cancelled"),
                order("2", customer_id="", ordered_at=first_on),
                order("3", ordered_at="2026-06-30"),
            ]
        }
    )
    assert members(result, "rfm_groups") == ({("1", "new")} if has_groups else set())


def test_sizes_of_a_first_day(run: Run) -> None:
    """Valued segments have a row over all values, and one with 0 where there is data."""
    result = run(
        {"orders": [order("1"), order("2", customer_id="2", ordered_at="2026-05-01")]},
    )
    sizes = {
        (row["segment"], row["segment_value"]): (row["customer_count"], row["net_revenue"])
        for row in result["segment_sizes"]
    }
    assert sizes["purchase_months", "2026-05"] == (1, 100)
    assert sizes["purchase_months", "*"] == (2, 200)
    assert sizes["repeat_customers", ""] == (0, 0)
    assert sizes["christmas_buyers", "*"] == (0, 0)
    assert not [place for place in sizes if place[0] in ("returning_visitors", "category_buyers")]
    unmet = {row["need"] for row in result["segment_needs"] if not row["is_met"]}
    assert {"events", "customers or consent_events"} <= unmet
    assert unmet.isdisjoint({"orders", "customers or orders"})
