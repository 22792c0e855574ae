"""Text to typed values, exactly as the raw contract reads them; None is "can't be read"."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(?: ?(Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?))?)?"
)
_FIRST_YEAR = 1970
_INTEGER = re.compile(r"([+-]?[0-9]+)(?:\.0+)?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_BOOLEANS = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1", "1.0"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0", "0.0"), False),
}
_BLANKS = " \t\n\v\f\r"
_WORD = re.compile(r"[^ \t\n\f\r]+")
_ADDRESS = re.compile(r"[^@＠][@＠](?:[^@＠]+[.．。][^@＠]|localhost)", re.IGNORECASE)
_DECIMAL_DIGITS = 18


def read_timestamp(text: str) -> datetime | None:
    """Read an ISO 8601 timestamp from 1970 on as naive UTC, cut off after the microsecond."""
    instant = _read_instant(text)
    return instant if instant is not None and instant.year >= _FIRST_YEAR else None


def _read_instant(text: str) -> datetime | None:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    microsecond = int((match[7] or "").ljust(6, "0")[:6])
    try:
        written = datetime(year, month, day, hour, minute, second, microsecond)
        offset = _read_offset(match[8] or "Z")
        return None if offset is None else written - offset
    except (ValueError, OverflowError):
        return None


def _read_offset(text: str) -> timedelta | None:
    if text in ("Z", "UTC"):
        return timedelta(0)
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        return None
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if text[0] == "-" else offset


def read_date(text: str) -> date | None:
    """Read a date; of a full timestamp the date as written counts."""
    return date.fromisoformat(text[:10]) if _read_instant(text) is not None else None


def read_boolean(text: str) -> bool | None:
    """Read one of the words of the contract, in any case and with blanks around."""
    return _BOOLEANS.get(read_word(text))


def read_word(text: str) -> str:
    """Read a word of which the case and the blanks around mean nothing."""
    return text.strip(_BLANKS).lower()


def read_currency(text: str) -> str:
    """Read a currency code of which the case and the blanks around mean nothing."""
    return text.strip(_BLANKS).upper()


def read_account(text: str) -> str:
    """Read the id of an account; one that holds an `@` is compared as addresses are."""
    return read_word(text) if may_be_address(text) else text


def may_be_address(text: str) -> bool:
    """Say whether a text holds an `@`, be it in its full width."""
    return "@" in text or "＠" in text


def without_addresses(text: str) -> str:
    """Put `(email)` in the place of every word that holds what looks like an email address."""
    return _WORD.sub(lambda word: "(email)" if _ADDRESS.search(word[0]) else word[0], text)


def read_integer(text: str) -> int | None:
    """Read digits with an optional sign, within 64 bits; `2.0` is 2."""
    match = _INTEGER.fullmatch(text)
    if match is None:
        return None
    value = int(match[1])
    return value if -(2**63) <= value < 2**63 else None


def decimal_reader(places: int) -> Callable[[str], Decimal | None]:
    """Return a reader of decimal(18, places); a value that doesn't fit can't be read."""

    def read(text: str) -> Decimal | None:
        if _DECIMAL.fullmatch(text) is None:
            return None
        value = round_half_away(Fraction(Decimal(text)), places)
        return value if abs(Fraction(value)) < 10 ** (_DECIMAL_DIGITS - places) else None

    return read


def round_half_away(value: Fraction, places: int) -> Decimal:
    """Round to so many decimal places, halves away from zero, exactly."""
    scaled = int(abs(value) * 10**places + Fraction(1, 2))
    is_negative = value < 0 and scaled > 0
    return Decimal((int(is_negative), tuple(int(digit) for digit in str(scaled)), -places))


READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "account": read_account,
    "word": read_word,
    "currency": read_currency,
    "shown": without_addresses,
    "timestamp": read_timestamp,
    "date": read_date,
    "boolean": read_boolean,
    "integer": read_integer,
    "money": decimal_reader(2),
    "rate": decimal_reader(8),
    "score": decimal_reader(4),
}
