"""The types that a column of texts may have in a Parquet file, as tools write them."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from tests.python.nasty_shops.contract import KINDS

Texts = Sequence[str | None]

TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,8})?", re.ASCII)
INTEGER = re.compile(r"(\+?\d{1,15})(\.0+)?", re.ASCII)
WHOLE = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)
BOOLEAN = re.compile(r"(true|t|yes|y|on|1|1\.0)|(false|f|no|n|off|0|0\.0)", re.IGNORECASE)


def _instant(text: str) -> datetime:
    if not TIMESTAMP.fullmatch(text):
        raise ValueError(text)
    instant = datetime.fromisoformat(text)
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def _millisecond(text: str) -> datetime:
    instant = _instant(text)
    if instant.microsecond % 1000:
        raise ValueError(text)
    return instant


def _whole(text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _integer(text: str) -> int:
    match = INTEGER.fullmatch(text)
    if not match:
        raise ValueError(text)
    return int(match[1])


def _number(text: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _truth(text: str) -> bool:
    match = BOOLEAN.fullmatch(text)
    if not match:
        raise ValueError(text)
    return match[1] is not None


def _day(text: str) -> datetime:
    if len(text) != len("2026-06-30"):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _column(read: Callable[[str], Any], type_: pa.DataType) -> Callable[[Texts], pa.Array]:
    """Return a maker of arrays that raises ValueError where a text does not fit the type."""

    def make(texts: Texts) -> pa.Array:
        return pa.array([read(text) if text else None for text in texts], type_)

    return make


INSTANTS = {
    "timestamp": _column(_instant, pa.timestamp("us")),
    "timestamp in milliseconds": _column(_millisecond, pa.timestamp("ms")),
    "timestamp in nanoseconds": _column(_instant, pa.timestamp("ns")),
    "timestamp in UTC": _column(_instant, pa.timestamp("us", "UTC")),
    "timestamp in a zone": _column(_instant, pa.timestamp("us", "America/New_York")),
}
WHOLE_NUMBERS = {
    "integer": pa.int64(),
    "small integer": pa.int32(),
    "integer as a double": pa.float64(),
    "integer as a decimal": pa.decimal128(20, 2),
}
NUMBERS = {
    "money": _column(_number, pa.decimal128(18, 2)),
    "long decimal": _column(_number, pa.decimal128(30, 10)),
    "money as a double": _column(lambda text: float(_number(text)), pa.float64()),
    "money as a float": _column(lambda text: float(_number(text)), pa.float32()),
    "money as an integer": _column(_whole, pa.int64()),
}
MAKERS: dict[str, dict[str, Callable[[Texts], pa.Array]]] = {
    "timestamp": INSTANTS,
    "date": {
        "date": _column(_day, pa.date32()),
        "date as a timestamp": _column(_day, pa.timestamp("us")),
    },
    "integer": {name: _column(_integer, type_) for name, type_ in WHOLE_NUMBERS.items()},
    "money": NUMBERS,
    "score": NUMBERS,
    "rate": NUMBERS,
    "boolean": {
        "boolean": _column(_truth, pa.bool_()),
        "boolean as an integer": _column(lambda text: int(_truth(text)), pa.int8()),
        "boolean as a double": _column(lambda text: float(_truth(text)), pa.float64()),
    },
    "id": {f"id as {name}": _column(_whole, type_) for name, type_ in WHOLE_NUMBERS.items()},
    "text": {
        "text": _column(str, pa.string()),
        "text as bytes": _column(str.encode, pa.binary()),
        "text as a category": _column(str, pa.dictionary(pa.int32(), pa.string())),
    },
}
"""Makers of arrays by the kind of a column, each with its theme."""


def kind_of(column: str) -> str:
    """Return the kind of a column by which its types are drawn."""
    return KINDS.get(column, "id" if column.endswith("_id") else "text")


def is_typed(column: str, text: str | None) -> bool:
    """Say whether a text fits a type of its column other than text itself."""
    return not text or any(_fits(maker, [text]) for maker in MAKERS[kind_of(column)].values())


def _fits(maker: Callable[[Texts], pa.Array], texts: Texts) -> bool:
    try:
        maker(texts)
    except (ValueError, TypeError, OverflowError):
        return False
    return True


def fitting_types(column: str, texts: Texts) -> dict[str, Callable[[Texts], pa.Array]]:
    """Return the makers whose type holds all of the texts; null alone fits a column of nulls."""
    if not any(texts):
        return {"null": lambda nulls: pa.nulls(len(nulls))}
    makers = MAKERS[kind_of(column)]
    return {name: maker for name, maker in makers.items() if _fits(maker, texts)}
