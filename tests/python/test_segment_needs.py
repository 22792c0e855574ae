"""What a segment is said to need is what it can't be had without, table by table.

The reference computes shops whole and without each table; the comparison of the two implementations
holds the needs that the models declare against those of the reference.
"""

from collections.abc import Collection
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from tests.python.conftest import PROVE
from tests.python.nasty_shops import draw_shop, write_shop
from tests.python.projects import shared_emails
from tests.python.reference.clock import clock_of
from tests.python.reference.facts import compute_facts
from tests.python.reference.reading import read_raw
from tests.python.reference.segments import RULES, find_memberships
from tests.python.reference.segments.prediction import nobody
from tests.python.reference.settings import Settings
from tests.python.reference.shop import open_shop
from tests.python.reference.sizes import NEEDS
from tests.python.reference.staging import Staged, stage
from tests.python.test_agreement import sales_around, some_products

# The first are small and have members nearly everywhere. Each further shop can only show that
# something is not needed after all.
SEEDS = tuple(dict.fromkeys((6, 1, 3, *range(20 if PROVE else 8))))
# Segments that shops of this size can have.
POSSIBLE = {segment for segment, rule in RULES.items() if rule is not nobody}
# Tables of which each may stand for the other; the long run removes every two tables.
PAIRS = {frozenset(need) for needs in NEEDS.values() for need in needs if len(need) == 2}


def members_without(staged: Staged, settings: Settings, removed: Collection[str]) -> frozenset[str]:
    """Return the segments that have members when some tables have no rows."""
    tables = {name: [] if name in removed else rows for name, rows in staged.tables.items()}
    shop = open_shop(replace(staged, tables=tables), settings, clock_of(settings))
    compute_facts(shop)
    return frozenset(segment for segment, members in find_memberships(shop, {}).items() if members)


def removals(tables: Collection[str]) -> set[frozenset[str]]:
    """Return the tables that are taken away: none, one, or two."""
    pairs = set(map(frozenset, combinations(tables, 2))) if PROVE else PAIRS
    return {frozenset(), *(frozenset({table}) for table in tables), *pairs}


def needed(removed: frozenset[str]) -> set[str]:
    """Return the segments that are empty without some tables, as declared."""
    return {
        segment
        for segment, needs in NEEDS.items()
        if any(removed.issuperset(need) for need in needs)
    }


@pytest.mark.prove
def test_needs_are_what_segments_cannot_do_without(tmp_path: Path) -> None:
    """Neither more nor less: of tables that stand for each other, none is needed alone."""
    survivors: dict[frozenset[str], set[str]] = {}
    for seed in SEEDS:
        shop = draw_shop(seed)
        settings = write_shop(
            tmp_path / str(seed),
            seed,
            shared_emails=shared_emails(),
            tracked_products=some_products(shop),
            sale_calendar=sales_around(shop.profile.days.last_day),
        )
        staged = stage(read_raw(tmp_path / str(seed)), settings, clock_of(settings))
        for removed in removals(staged.tables):
            found = survivors.setdefault(removed, set())
            if not PROVE and POSSIBLE - found <= needed(removed):
                continue
            members = members_without(staged, settings, removed)
            assert members.isdisjoint(needed(removed)), f"shop {seed} without {sorted(removed)}"
            found |= members
        if all(POSSIBLE - found <= needed(removed) for removed, found in survivors.items()):
            return
    missing = {
        " and ".join(sorted(removed)): sorted(POSSIBLE - found - needed(removed))
        for removed, found in survivors.items()
    }
    assert not any(missing.values()), f"empty without, though not declared: {missing}"
