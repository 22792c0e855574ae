"""What syncs leave for builds: tables of runs, rows and members, and the noes of platforms."""

import os
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from segmentry.activation.errors import OutOfTimeError, PlatformError, RefusedError
from segmentry.activation.ledger import Ledger
from segmentry.activation.records import TABLES, write_records
from segmentry.activation.runs import recorded
from segmentry.state.folder import record_path
from tests.python.activation_shop import KEYS, SECRET
from tests.python.warehouse import BuildError, run_dbt

BUILD = "20260701T000000-0123abcd"
SEEN = "2026-06-01T00:00:00+00:00"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return the ledger of a shop without a sync."""
    return Ledger(tmp_path / "state", KEYS)


def rows(ledger: Ledger, table: str) -> list[tuple[object, ...]]:
    """Return what builds are told of a table."""
    with duckdb.connect() as connection:
        path = record_path(ledger.path.parent, table)
        return connection.execute(f"from '{path}'").fetchall()


def test_a_run_that_leaves_rows_behind_is_no_success(ledger: Ledger) -> None:
    with recorded(ledger, "mail", BUILD) as run_id:
        ledger.count(run_id, added=5, rejected=1)
        ledger.note_rows(run_id, "list", "add", "rejected", {"key": "bad phone"})
    ((_, sync, _, status, started_at, ended_at, added, *_, message),) = rows(ledger, "sync_runs")
    assert (sync, status, added, message) == ("mail", "rejected", 5, "1 rows were not taken.")
    assert started_at < ended_at  # type: ignore[operator]
    assert rows(ledger, "sync_rows") == [(run_id, "list", "key", "add", "rejected", "bad phone")]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RefusedError("too many would leave"), "refused"),
        (OutOfTimeError("an hour is over"), "out of time"),
        (PlatformError("it refuses a@shop.example"), "failed"),
    ],
)
def test_how_a_run_ended_is_left_whatever_stopped_it(
    ledger: Ledger, error: Exception, status: str
) -> None:
    with pytest.raises(type(error)), recorded(ledger, "mail", BUILD):
        raise error
    ((*_, message),) = found = rows(ledger, "sync_runs")
    assert found[0][3] == status
    assert message and "a@shop" not in str(message)


def test_the_files_are_their_owners_alone_and_replaced_whole(ledger: Ledger) -> None:
    mask = os.umask(0)
    try:
        write_records(ledger)
        write_records(ledger)
    finally:
        os.umask(mask)
    folder = record_path(ledger.path.parent, "sync_runs").parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} == {f"{table}.parquet" for table in TABLES}
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert pq.read_table(path).num_rows == 0


def test_noes_of_builds_are_no_news_to_them(ledger: Ledger) -> None:
    ledger.suppress("builds", {"known": "bounced"}, SEEN)
    ledger.suppress("klaviyo KEY", {"new": "suppressed"}, SEEN)
    ledger.suppress("klaviyo KEY", {"new": "complained"}, "2026-06-09T00:00:00+00:00")
    write_records(ledger)
    ((key, account, kind, first_seen_at),) = rows(ledger, "suppressions")
    assert (key, account, kind, str(first_seen_at)) == (
        "new",
        "klaviyo KEY",
        "complained",
        "2026-06-01 00:00:00",
    )


def write_shop(folder: Path) -> Path:
    """Write a shop of four customers who said yes in May."""
    folder.mkdir()
    customers = [f"{n},c{n}@shop.example,true,2026-05-01" for n in range(1, 5)]
    header = "customer_id,email,accepts_marketing,accepts_marketing_updated_at"
    (folder / "customers.csv").write_text("\n".join([header, *customers, ""]))
    (folder / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,status,currency,subtotal_amount\n"
        "o1,1,2026-05-02,paid,USD,10\n"
    )
    return folder


def test_a_build_reads_who_platforms_write_to_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ledger: Ledger
) -> None:
    noes = {"c1": "suppressed", "c2": "bounced", "c3": "unsubscribed"}
    for name, kind in noes.items():
        # The day of the build ends before the platform told of the last.
        seen = "2026-07-02T00:00:00+00:00" if name == "c3" else SEEN
        ledger.suppress("klaviyo KEY", {KEYS.hash_of(f"{name}@shop.example"): kind}, seen)
    with recorded(ledger, "mail", BUILD):
        pass
    monkeypatch.setenv("SEGMENTRY_STATE_DIR", str(ledger.path.parent))
    shop, warehouse = write_shop(tmp_path / "raw"), tmp_path / "segmentry.duckdb"
    command = ["build", "--select", "+email_consents", "+sync_runs", "+sync_rows", "+sync_ledger"]
    command += ["--exclude", "resource_type:unit_test", "resource_type:test"]
    variables = {"as_of": "2026-06-30"}

    with pytest.raises(BuildError, match="SEGMENTRY_STATE_KEY must hold a secret"):
        run_dbt(*command, raw_dir=shop, warehouse=warehouse, variables=variables)

    monkeypatch.setenv("SEGMENTRY_STATE_KEY", SECRET)
    run_dbt(*command, raw_dir=shop, warehouse=warehouse, variables=variables)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            "select email[:2], is_subscribed, suppressed_by from email_consents order by email"
        ).fetchall()
        runs = connection.execute("select sync, sent_build_id, status from sync_runs").fetchall()
    assert found == [
        ("c1", False, "suppressed"),
        ("c2", False, "bounced"),
        ("c3", True, None),
        ("c4", True, None),
    ]
    assert runs == [("mail", BUILD, "succeeded")]
