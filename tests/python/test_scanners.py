"""A program that opens every email makes nobody a reader, from raw files to segments.

The definitions count a click as a click: no raw column says that a program made one. The last test
holds that too, so that whoever changes it changes it knowingly.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.raw_folders import Row, Tables, write_folder
from tests.python.warehouse import run_dbt

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
EMAILS = 12
PEOPLE = (
    *("scanned", "unflagged", "opener", "twice", "clicker", "silent"),
    *("clicked_by_scanner", "clicked_and_scanned", "quick"),
)
FACTS = """
    select
        customer_id, email_opens_last_90_days, email_clicks_last_90_days,
        last_email_engagement_at, last_marketing_engagement_at
    from email_facts
"""
NOTHING = (0, 0, None, None)


def weeks_ago(number: int) -> datetime:
    """Return noon of a day so many weeks before the shop's last."""
    return AS_OF - timedelta(weeks=number, hours=12)


def email_events() -> list[Row]:
    """Return what became of a weekly newsletter that was sent to everybody."""
    numbers = count()

    def event(customer_id: str, kind: str, at: datetime, is_machine_open: str = "") -> Row:
        return {
            "event_id": f"e{next(numbers)}",
            "occurred_at": at.isoformat(),
            "event_type": kind,
            "customer_id": customer_id,
            "campaign_type": "newsletter",
            "is_machine_open": is_machine_open,
        }

    rows = []
    for week in range(1, EMAILS + 1):
        at = weeks_ago(week)
        rows += [event(person, "delivered", at) for person in PEOPLE]
        # A gateway fetches every picture as soon as an email arrives, and once more.
        rows += [event("scanned", "opened", at, "true") for _ in range(2)]
        rows.append(event("unflagged", "opened", at))
        if week <= 3:
            rows.append(event("opener", "opened", at, "false"))
        if week <= 2:
            rows.append(event("twice", "opened", at, "false"))
            rows.append(event("twice", "opened", at, "true"))
    rows.append(event("clicker", "opened", weeks_ago(2), "true"))
    rows.append(event("clicker", "clicked", weeks_ago(2) + timedelta(minutes=3)))
    # Twenty clicks within a second, wherever the second begins; and one less.
    for person, clicks in (("clicked_by_scanner", 20), ("clicked_and_scanned", 20), ("quick", 19)):
        rows += [
            event(person, "clicked", weeks_ago(1) + timedelta(milliseconds=500 + 50 * number))
            for number in range(clicks)
        ]
    rows.append(event("clicked_and_scanned", "clicked", weeks_ago(1) + timedelta(hours=1)))
    return rows


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the warehouse of a shop whose customers all said yes to its newsletter."""
    folder = tmp_path_factory.mktemp("scanners")
    tables: Tables = {
        "customers": [
            {
                "customer_id": person,
                "email": f"{person}@shop.example",
                "accepts_marketing": "true",
                "accepts_marketing_updated_at": "2026-01-01T00:00:00Z",
            }
            for person in PEOPLE
        ],
        "orders": [
            {
                "order_id": "1",
                "customer_id": "silent",
                "ordered_at": "2026-01-02T00:00:00Z",
                "status": "completed",
                "currency": "USD",
                "subtotal_amount": "10",
            }
        ],
        "email_events": email_events(),
    }
    raw = write_folder(folder / "raw", tables)
    warehouse = folder / "segmentry.duckdb"
    run_dbt(
        "build",
        "--quiet",
        "--exclude-resource-type=unit_test",
        "--exclude-resource-type=test",
        "--select=+segment_newsletter_readers +activity_facts",
        raw_dir=raw,
        warehouse=warehouse,
        variables={"as_of": "2026-06-30"},
    )
    return warehouse


def rows_of(warehouse: Path, query: str) -> dict[str, Any]:
    """Return the rows of a query by their first column."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {key: rest for key, *rest in connection.execute(query).fetchall()}


def test_only_a_persons_opens_and_clicks_are_engagement(built: Path) -> None:
    facts = {person: tuple(values) for person, values in rows_of(built, FACTS).items()}
    naive = {week: weeks_ago(week).replace(tzinfo=None) for week in (1, 2)}
    clicked_at = naive[2] + timedelta(minutes=3)
    assert facts["scanned"] == facts["unflagged"] == facts["silent"] == NOTHING
    assert facts["opener"] == (3, 0, naive[1], naive[1])
    assert facts["twice"] == (2, 0, naive[1], naive[1])
    assert facts["clicker"] == (0, 1, clicked_at, clicked_at)


def test_a_scanned_mailbox_is_no_reader_and_one_click_is_one(built: Path) -> None:
    readers = rows_of(built, "select customer_id, reason from segment_newsletter_readers")
    assert readers.keys() == {"opener", "clicker", "clicked_and_scanned", "quick"}
    assert readers["clicker"] == ["0 opens and 1 click in 90 days"]


def test_what_a_scanner_opens_is_no_activity(built: Path) -> None:
    active = rows_of(built, "select customer_id, last_activity_at from activity_facts")
    assert active["scanned"] == active["unflagged"] == active["clicked_by_scanner"] == [None]
    assert active["clicker"] != [None]


def test_what_clicks_faster_than_people_do_is_a_program(built: Path) -> None:
    facts = rows_of(built, FACTS)
    assert tuple(facts["clicked_by_scanner"]) == NOTHING
    assert facts["clicked_and_scanned"][:2] == [0, 1]
    assert facts["quick"][:2] == [0, 19]
