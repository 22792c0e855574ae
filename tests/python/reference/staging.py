"""Raw rows to staged rows: equal rows once, bad rows aside with one reason each."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .clock import Clock
from .contract import TABLE, Table
from .reading import RawTable, TextRow
from .settings import Settings
from .values import READERS, read_timestamp, without_addresses

Row = dict[str, Any]
_FUTURE_TOLERANCE = timedelta(days=1)


class Rates:
    """Exchange rates: units of the reporting currency per unit of another."""

    def __init__(self, rows: list[Row], reporting_currency: str) -> None:
        self._reporting_currency = reporting_currency
        self._rates: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for row in rows:
            self._rates[row["currency"]].append((row["rate_date"], row["rate"]))
        for rates in self._rates.values():
            rates.sort()

    def rate(self, currency: str, day: date) -> Decimal | None:
        """Return the newest rate on or before the day; None where there is none."""
        if currency == self._reporting_currency:
            return Decimal(1)
        rates = self._rates.get(currency, [])
        position = bisect_right(rates, day, key=lambda rate: rate[0])
        return rates[position - 1][1] if position else None


@dataclass
class Staged:
    """Typed rows by table, what was set aside, and the counts of both."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    rejected: list[Row] = field(default_factory=list)
    counts: list[Row] = field(default_factory=list)
    unreadable: list[Row] = field(default_factory=list)
    collisions: list[Row] = field(default_factory=list)
    rates: Rates = field(default_factory=lambda: Rates([], ""))


@dataclass(frozen=True)
class _Candidate:
    text: TextRow
    values: Row
    unreadable: frozenset[str]
    place: int


def stage(raw: dict[str, RawTable], settings: Settings, clock: Clock) -> Staged:
    """Stage every table, the ones that others look up first."""
    staged = Staged()
    _stage_table(staged, TABLE["exchange_rates"], raw, settings, clock)
    staged.rates = Rates(staged.tables["exchange_rates"], settings.reporting_currency)
    for name, table in TABLE.items():
        if name not in ("exchange_rates", "order_lines", "refunds"):
            _stage_table(staged, table, raw, settings, clock)
    rejected_orders = {
        reject["key"] for reject in staged.rejected if reject["table_name"] == "orders"
    }
    for name in ("order_lines", "refunds"):
        _stage_table(staged, TABLE[name], raw, settings, clock, rejected_orders)
    return staged


def _stage_table(
    staged: Staged,
    table: Table,
    raw: dict[str, RawTable],
    settings: Settings,
    clock: Clock,
    rejected_orders: set[tuple[Any, ...]] | None = None,
) -> None:
    rows, malformed = raw[table.name].rows, raw[table.name].malformed
    rows = [_without_addresses(table, row) for row in rows]
    # The last of equal rows is the one that stays, at its place.
    distinct = {_as_text(table, row): place for place, row in enumerate(rows)}
    distinct_malformed = sorted(set(malformed))
    rejected: list[Row] = [
        {"table_name": table.name, "row_key": None, "reason": "malformed line", "key": None}
        for _ in distinct_malformed
    ]

    def reject(candidate: _Candidate, reason: str) -> None:
        rejected.append(
            {
                "table_name": table.name,
                "row_key": _row_key(table, candidate.text),
                "reason": reason,
                "key": _key(table, candidate.values),
            }
        )

    good: dict[tuple[Any, ...], list[_Candidate]] = defaultdict(list)
    for place in distinct.values():
        candidate = _read_row(table, rows[place], place)
        reason = _reason(table, candidate, staged.rates, settings, clock)
        if reason is None:
            good[_key(table, candidate.values)].append(candidate)
        else:
            reject(candidate, reason)
    best: list[_Candidate] = []
    for versions in good.values():
        winner = max(versions, key=_precedence(table))
        best.append(winner)
        for candidate in versions:
            if candidate is not winner:
                reject(candidate, "duplicate key")
    kept = best
    if rejected_orders is not None:
        orders = {_key(TABLE["orders"], row) for row in staged.tables["orders"]}
        kept = []
        for candidate in best:
            order = (candidate.values["source_system"], candidate.values["order_id"])
            if order in orders:
                kept.append(candidate)
            else:
                reject(candidate, "order rejected" if order in rejected_orders else "unknown order")
    staged.tables[table.name] = [candidate.values for candidate in kept]
    staged.rejected += rejected
    staged.unreadable += [
        {"table_name": table.name, "column_name": name, "value_count": count}
        for name, count in Counter(
            name for candidate in kept for name in candidate.unreadable
        ).items()
    ]
    collisions = [
        key
        for key, versions in good.items()
        if "customer_id" not in table.key
        and len({version.values.get("customer_id") for version in versions} - {None}) > 1
    ]
    if collisions:
        staged.collisions.append({"table_name": table.name, "key_count": len(collisions)})
    staged.counts.append(
        {
            "table_name": table.name,
            "raw_rows": len(rows) + len(malformed),
            "staged_rows": len(kept),
            "rejected_rows": len(rejected),
            "exact_duplicates": len(rows)
            - len(distinct)
            + len(malformed)
            - len(distinct_malformed),
        }
    )


def _as_text(table: Table, row: TextRow) -> tuple[str, ...]:
    return tuple(row[name] or "" for name in table.text_columns)


def _key(table: Table, values: Row) -> tuple[Any, ...]:
    scope = (values["source_system"],) if table.has_source_system else ()
    return scope + tuple(values[name] for name in table.key)


def _row_key(table: Table, text: TextRow) -> str:
    parts = [text[name] or "" for name in table.key]
    source_system = text.get("source_system")
    return "|".join([source_system, *parts] if source_system else parts)


def _without_addresses(table: Table, row: TextRow) -> TextRow:
    shown = {column.name for column in table.columns if column.kind == "shown"}
    return {
        name: without_addresses(value) if value and name in shown else value
        for name, value in row.items()
    }


def _read_row(table: Table, text: TextRow, place: int) -> _Candidate:
    values: Row = {}
    unreadable = set()
    for column in table.columns:
        written = text[column.name]
        value = None if written is None else READERS[column.kind](written)
        if written is not None and value is None:
            unreadable.add(column.name)
        if column.allowed and not column.is_required and value not in column.allowed:
            value = None
        values[column.name] = value
    values["source_system"] = text.get("source_system") or ""
    updated_at = text.get("updated_at")
    values["updated_at"] = None if updated_at is None else read_timestamp(updated_at)
    if updated_at is not None and values["updated_at"] is None:
        unreadable.add("updated_at")
    if "accepts_marketing" in unreadable:
        values["accepts_marketing"] = False
    return _Candidate(text, values, frozenset(unreadable), place)


def _reason(
    table: Table, candidate: _Candidate, rates: Rates, settings: Settings, clock: Clock
) -> str | None:
    values = candidate.values
    for column in table.columns:
        if column.is_required and values[column.name] is None:
            problem = "unreadable" if column.name in candidate.unreadable else "missing"
            return f"{problem} {column.name}"
        if column.name == "is_test" and "is_test" in candidate.unreadable:
            return "unreadable is_test"
    for column in table.columns:
        if column.is_required and column.allowed and values[column.name] not in column.allowed:
            return f"unknown {column.name}"
    for column in table.columns:
        if column.is_positive and values[column.name] <= 0:
            return f"{column.name} not positive"
    for column in table.columns:
        value = values[column.name]
        if column.is_amount and value is not None and value < 0:
            return f"{column.name} negative"
    if table.own_timestamp is not None:
        own = values[table.own_timestamp]
        latest = settings.run_started_at.astimezone(UTC).replace(tzinfo=None) + _FUTURE_TOLERANCE
        if own is not None and own > latest:
            return f"{table.own_timestamp} in the future"
    if table.name == "orders":
        if rates.rate(values["currency"], clock.local_date(values["ordered_at"])) is None:
            return "no exchange rate"
    elif (
        table.name == "marketing_spend"
        and rates.rate(values["currency"], values["spend_date"]) is None
    ):
        return "no exchange rate"
    return None


def _precedence(table: Table) -> Callable[[_Candidate], tuple[Any, ...]]:
    def precedence(candidate: _Candidate) -> tuple[Any, ...]:
        own = candidate.values[table.own_timestamp] if table.own_timestamp else None
        return (
            _null_least(candidate.values["updated_at"]),
            _null_least(own),
            candidate.place,
        )

    return precedence


def _null_least(instant: datetime | None) -> tuple[bool, datetime]:
    return instant is not None, instant or datetime.min
