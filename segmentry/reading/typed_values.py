"""Values of typed columns, as Parquet files and tables of the warehouse have them.

A type that the contract takes as it is stays; any other value becomes the text that means the same:
ids without `.0`, bytes as UTF-8, NaN as null, what JSON quotes without its quotes.
"""

from collections.abc import Mapping, Sequence

from segmentry.reading import sql
from segmentry.reading.contract import Column, is_nested
from segmentry.reading.errors import ReadingError

INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
FLOATS = ("FLOAT", "DOUBLE")
ZONED = "TIMESTAMP WITH TIME ZONE"
TIMESTAMPS = (
    "TIMESTAMP",
    ZONED,
    "TIMESTAMP_S",
    "TIMESTAMP_MS",
    "TIMESTAMP_NS",
)
# What staging reads as it is, by the contract's type.
NATIVE = {
    "timestamp": (*TIMESTAMPS, "DATE"),
    "date": ("DATE", *TIMESTAMPS),
    "boolean": ("BOOLEAN",),
    "integer": INTEGERS,
    "decimal": (*INTEGERS, "DECIMAL", *FLOATS),
    "text": ("VARCHAR",),
}
# The years that a timestamp may have to be written as text at all.
FIRST_INSTANT, LAST_INSTANT = "timestamp '0001-01-01'", "timestamp '9999-12-31 23:59:59.999999'"
# Floating-point numbers are whole and exact below it.
EXACT_BELOW = 2**53


def looks(columns: Sequence[Column], types: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Return what is asked of columns whose type may hold what the contract can't take.

    Args:
        columns: the contract's columns.
        types: the types of those that are there, by name.

    Returns:
        What a select of the rows is to answer, as SQL, by the column and what is looked for.
    """
    asked: dict[tuple[str, str], str] = {}
    for column in columns:
        if column.name not in types:
            continue
        type_, value = types[column.name], sql.name(column.name)
        if column.is_id and _is_fractional(type_):
            asked[column.name, "spoilt"] = (
                f"count(case when not {_is_missing(value, type_)} "
                f"and not {_is_whole(value, type_)} then 1 end)"
            )
        elif type_ in TIMESTAMPS or type_ == "DATE":
            asked[column.name, "wild"] = (
                f"count(case when {value} is not null and not {_is_in_calendar(value)} then 1 end)"
            )
    return asked


def check_ids(columns: Sequence[Column], answers: Mapping[tuple[str, str], int]) -> None:
    """Refuse ids that a floating-point or decimal column has spoilt.

    Args:
        columns: the contract's columns.
        answers: what the rows say to what `looks` asks.

    Raises:
        ReadingError: when ids are no whole numbers, or may be others than were written.
    """
    for column in columns:
        if spoilt := answers.get((column.name, "spoilt")):
            raise ReadingError(
                f"its column `{column.name}` is of a type for fractions, and {spoilt:,} of its ids "
                "are no whole numbers below 2^53: write ids as text or as integers"
            )


def wild_columns(answers: Mapping[tuple[str, str], int]) -> frozenset[str]:
    """Return the columns that hold a time too far off to stay a timestamp."""
    return frozenset(name for (name, look), answer in answers.items() if look == "wild" and answer)


def stays(type_: str, column: Column) -> bool:
    """Tell whether the contract takes a type as it is."""
    return _base(type_) in NATIVE.get(_base(column.type), ())


def as_it_is(value: str, type_: str) -> str:
    """Return an expression for a value whose type stays: NaN is null."""
    return f"case when not isnan({value}) then {value} end" if type_ in FLOATS else value


def as_text(value: str, type_: str, column: Column) -> str:
    """Return an expression for the text that means the same as a value of a type.

    Args:
        value: the value, as SQL.
        type_: its type in DuckDB.
        column: the contract's column that it is for.
    """
    written = f"cast({value} as varchar)"
    if type_ == "BLOB":
        return f"coalesce(try(decode({value})), {written})"
    if type_ in TIMESTAMPS:
        far_off = f"coalesce(epoch_us({value}) || ' microseconds after 1970', 'infinite')"
        instant = f"cast({value} at time zone 'UTC' as varchar)" if type_ == ZONED else written
        return (
            f"case when {_is_in_calendar(value)} then {instant} "
            f"when {value} is not null then {far_off} end"
        )
    if _is_fractional(type_):
        if _base(column.type) == "decimal":
            # Without the exponent that very small and very large numbers are written with, and
            # without zeros at the end, so that a number is the same text from every type.
            digits = f"cast(try_cast({written} as decimal(38, 18)) as varchar)"
            number = f"coalesce(rtrim(rtrim({digits}, '0'), '.'), {written})"
        else:
            digits = f"cast(cast({value} as hugeint) as varchar)"
            inexact = f"{written} || ' or so'" if column.type == "integer" else written
            number = (
                f"case when {_is_whole(value, type_)} then {digits} "
                f"when {value} = trunc({value}) then {inexact} else {written} end"
            )
        return f"case when not {_is_missing(value, type_)} then {number} end"
    if type_ == "JSON":
        return (
            f"case json_type({value}) when 'VARCHAR' then {value} ->> '$' "
            f"when 'NULL' then null else {written} end"
        )
    if is_nested(type_):
        return f"cast(to_json({value}) as varchar)"
    return value if type_ == "VARCHAR" else written


def _is_in_calendar(value: str) -> str:
    # A type with another unit reaches further than a timestamp can be cast.
    instant = f"try_cast({value} as timestamp)"
    return f"coalesce({instant} between {FIRST_INSTANT} and {LAST_INSTANT}, false)"


def _is_fractional(type_: str) -> bool:
    return type_ in FLOATS or _base(type_) == "DECIMAL"


def _is_missing(value: str, type_: str) -> str:
    return f"({value} is null or isnan({value}))" if type_ in FLOATS else f"({value} is null)"


def _is_whole(value: str, type_: str) -> str:
    is_exact = f" and abs({value}) < {EXACT_BELOW}" if type_ in FLOATS else ""
    return f"({value} = trunc({value}){is_exact})"


def _base(type_: str) -> str:
    return type_.split("(")[0]
