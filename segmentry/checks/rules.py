"""The kinds of rules that a check can hold, each of which Great Expectations pushes down as SQL."""

from dataclasses import dataclass
from typing import TypeAlias

from segmentry.checks.results import Severity


@dataclass(frozen=True)
class NeverNull:
    """No row is without a value in a column."""

    column: str


@dataclass(frozen=True)
class Unique:
    """No two rows have the same value in a column."""

    column: str


@dataclass(frozen=True)
class Between:
    """Every value of a column lies within bounds, which belong to the range; null is no value."""

    column: str
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class NoRows:
    """A query finds nothing.

    Attributes:
        query: selects the ids of what breaks the rule as `id`, and nothing else, so that no other
            value can get into a result. `checked` stands for the table that is checked.
        finds: what it would find, in words that follow a number: `orders of an unknown customer`.
    """

    query: str
    finds: str


@dataclass(frozen=True)
class DbtTest:
    """The query of a data test of dbt finds nothing.

    Attributes:
        query: selects what breaks the rule, as dbt compiled it.
        expectation: what holds, in words that follow `expected`.
    """

    query: str
    expectation: str


@dataclass(frozen=True)
class Figure:
    """A number that one query measures lies within bounds, which belong to the range.

    Attributes:
        query: one row with a column per figure; checks with the same query share its run.
        column: the column of this figure.
        tells: the sentence that tells the figure, which stands for `{value}`.
        minimum: the smallest value that holds.
        maximum: the greatest value that holds.
    """

    query: str
    column: str
    tells: str
    minimum: float | None = None
    maximum: float | None = None


Rule: TypeAlias = NeverNull | Unique | Between | NoRows | DbtTest | Figure


@dataclass(frozen=True)
class Check:
    """One thing that must hold before a warehouse is published.

    Attributes:
        name: unique among all checks, and the same on every day.
        table: the table that it is about.
        rule: what must hold.
        severity: what a failure does.
        shown_columns: the columns whose values tell which rows break it; none is personal.
    """

    name: str
    table: str
    rule: Rule
    severity: Severity = Severity.BLOCKING
    shown_columns: tuple[str, ...] = ()
