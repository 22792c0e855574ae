"""What a segment's rule yields, and the shape of rules that facts alone decide."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..identity import Person
from ..shop import Facts, Shop


@dataclass(frozen=True)
class Membership:
    """One person in a segment; the value is '' in a plain one, evidence_at is naive UTC."""

    person: Person
    value: str = ""
    evidence_at: datetime | None = None


Rule = Callable[[Shop], Iterator[Membership]]


def by_facts(
    holds: Callable[[Facts, Shop], bool], evidence: Callable[[Facts], datetime | None] | None = None
) -> Rule:
    """Return the rule of a plain segment that each person's facts decide."""

    def rule(shop: Shop) -> Iterator[Membership]:
        for person, facts in shop.facts.items():
            if holds(facts, shop):
                yield Membership(person, "", evidence(facts) if evidence else None)

    return rule


def valued(value: Callable[[Facts, Shop], str | None]) -> Rule:
    """Return the rule of a segment with at most one value per person, decided by facts."""

    def rule(shop: Shop) -> Iterator[Membership]:
        for person, facts in shop.facts.items():
            found = value(facts, shop)
            if found is not None:
                yield Membership(person, found)

    return rule


def at_least(value: Any, bound: Any) -> bool:
    """Whether a value is known and not below the bound."""
    return value is not None and bool(value >= bound)


def above(value: Any, bound: Any) -> bool:
    """Whether a value is known and above the bound."""
    return value is not None and bool(value > bound)


def at_most(value: Any, bound: Any) -> bool:
    """Whether a value is known and not above the bound."""
    return value is not None and bool(value <= bound)


def below(value: Any, bound: Any) -> bool:
    """Whether a value is known and below the bound."""
    return value is not None and bool(value < bound)
