"""The flaws that real exports have, put into clean rows: a few of each kind.

Every flaw takes a clean row, some way down its file, and writes a copy of it with some columns
changed below it. Keys are changed too, unless a flaw is about the key, so that no clean row is
hurt.
"""

from dataclasses import dataclass

Row = dict[str, str]


@dataclass(frozen=True)
class Flaw:
    """A copy of the row at `percent` of the file, with `changes`."""

    percent: int
    changes: Row


FLAWS: dict[str, tuple[Flaw, ...]] = {
    "customers": (
        Flaw(20, {"customer_id": ""}),
        Flaw(60, {"customer_id": "", "email": "", "created_at": ""}),
    ),
    "products": (Flaw(70, {"product_id": "OLD-01", "unit_price": "-12.00"}),),
    "orders": (
        Flaw(5, {"order_id": "90001", "status": "shipped?"}),
        Flaw(15, {"order_id": "90002", "subtotal_amount": "-24.80"}),
        Flaw(25, {"order_id": "90003", "currency": "SEK"}),
        Flaw(35, {"order_id": "90004", "ordered_at": ""}),
        Flaw(45, {"order_id": "90005", "ordered_at": "2099-01-01T00:00:00Z"}),
        Flaw(55, {"order_id": "90006", "subtotal_amount": "twelve"}),
        Flaw(65, {"order_id": "90007", "shipping_amount": "-5.90"}),
    ),
    "order_lines": (
        Flaw(10, {"line_number": "91", "quantity": "0"}),
        Flaw(20, {"line_number": "92", "quantity": "2.0"}),
        Flaw(30, {"line_number": "93", "unit_price": "-9.80"}),
        Flaw(40, {"order_id": "99999"}),
        Flaw(50, {"order_id": "90001"}),
        Flaw(60, {"line_number": ""}),
    ),
    "refunds": (
        Flaw(30, {"refund_id": "f9001", "amount": "0.00"}),
        Flaw(60, {"refund_id": "f9002", "order_id": "99998"}),
        Flaw(80, {"refund_id": "f9003", "order_id": "90002"}),
    ),
    "events": (
        Flaw(30, {"event_id": "e900001", "occurred_at": ""}),
        Flaw(50, {"event_id": "e900002", "occurred_at": "2099-06-30T12:00:00Z"}),
        Flaw(70, {"event_id": "e900003", "event_name": ""}),
        Flaw(90, {"page_path": "/retried"}),
    ),
    "surveys": (
        Flaw(20, {"response_id": "r9001", "survey_type": "poll"}),
        Flaw(50, {"response_id": "r9002", "responded_at": "yesterday"}),
        Flaw(75, {"response_id": "r9003", "survey_type": "csat", "score": "99"}),
    ),
    "email_events": (
        Flaw(20, {"event_id": "m90001", "event_type": "snoozed"}),
        Flaw(50, {"event_id": "", "occurred_at": ""}),
        Flaw(80, {"event_id": "m90002", "campaign_type": "raffle"}),
    ),
    "consent_events": (
        Flaw(40, {"consent_id": "k9001", "channel": "carrier pigeon"}),
        Flaw(60, {"consent_id": "k9002", "state": ""}),
    ),
    "marketing_spend": (
        Flaw(50, {"campaign": "typo", "amount": "-90.00"}),
        Flaw(70, {"campaign": "fjord", "currency": "SEK"}),
    ),
    "exchange_rates": (Flaw(50, {"currency": "EUR", "rate": "0"}),),
}

# How many rows of a table stand twice, word for word.
REPEATED = {
    "customers": 3, "orders": 6, "order_lines": 8, "events": 40, "surveys": 3, "email_events": 12,
}  # fmt: skip

MALFORMED = {
    "customers": 'C9001,"Bo" Larkin,broken quotes\n',
    "orders": '10007,C0003,"half" a line\n',
    "events": "e0000\n",
    "email_events": 'm00000,2025-01-07T09:00:00Z,"opened"?,\n',
}

# The last export of the surveys was cut off in the middle of a sentence.
CUT_OFF = {"surveys": 'r9999,2026-06-30T18:40:12Z,review,,,,TEA-01,,5,5,"Lovely, but the li'}


def add_flaws(table: str, rows: list[Row]) -> list[Row]:
    """Return the rows of a table's file with the table's flawed and repeated rows among them."""
    additions: list[tuple[int, Row]] = []
    for flaw in FLAWS.get(table, ()):
        index = len(rows) * flaw.percent // 100
        additions.append((index, {**rows[index], **flaw.changes}))
    count = REPEATED.get(table, 0)
    for number in range(count):
        index = len(rows) * (2 * number + 1) // (2 * count)
        additions.append((index, rows[index]))
    flawed = list(rows)
    for index, row in sorted(additions, key=lambda addition: addition[0], reverse=True):
        flawed.insert(index + 1, row)
    return flawed
