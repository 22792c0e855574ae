"""The history of segments: the models' SQL against plain Python, over random series of days."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.python.reference.history import Day, Place, Stay, Version, next_version, transitions
from tests.python.warehouse import run_dbt

# In the order in which they are built.
MODELS = (
    "int_history_base",
    "int_published_ids",
    "int_changed_persons",
    "int_published_stays",
    "customer_merges",
    "segment_definitions",
    "segment_history",
    "segment_transitions",
    "segment_moves",
    "int_published_sizes",
    "int_replayed_sizes",
    "segment_sizes",
)
TABLES = """
    create table int_as_of (as_of_date date);
    create table int_written_ids (written_id text, customer_id text, linked_in text,
        linked_at timestamp, link_source_system text, link_account_id text, link_email text);
    create table segment_fingerprints (segment text, lineage_fingerprint text);
    create table segment_memberships (customer_id text, segment text, segment_value text);
    create table int_customers (customer_id text);
    create table stg_published_versions (build_id text, as_of_date date, based_on text,
        is_current boolean);
    create table stg_published_customers (build_id text, customer_id text);
    create table stg_published_customer_merges (build_id text, former_customer_id text,
        customer_id text, linked_in text, linked_at timestamp, link_source_system text,
        link_account_id text, link_email text);
    create table stg_published_segment_definitions (build_id text, segment text,
        lineage_fingerprint text, defined_on date, as_of_date date);
    create table stg_published_segment_history (build_id text, customer_id text, segment text,
        segment_value text, entered_on date, entered_cause text, exited_on date,
        exited_cause text, as_of_date date);
    create table stg_published_segment_sizes (build_id text, as_of_date date, segment text,
        segment_value text, customer_count bigint, entered_count bigint, left_count bigint,
        definition text, reach_count bigint, net_revenue decimal(18, 2), is_replayed boolean);
    create table stg_replayed_segment_sizes (as_of_date date, segment text, segment_value text,
        customer_count bigint, entered_count bigint, left_count bigint, definition text,
        reach_count bigint, net_revenue decimal(18, 2));
    create table segment_catalog (segment text, is_valued boolean);
    create table segment_needs (segment text, is_met boolean);
    create view segment_metrics as
        select segment, segment_value, count(*) as customer_count, 0 as subscriber_count,
            0.00 as net_revenue
        from segment_memberships group by all
        union all
        select segment, '*', count(distinct customer_id), 0, 0.00
        from segment_memberships where segment_value <> '' group by segment;
"""
FIRST_DAY = date(2026, 6, 1)
IDS = ("guest:1", "guest:2", "web:1", "web:2", "web:3", "web:4")
PLACES: tuple[Place, ...] = (("buyers", ""), ("stages", "new"), ("stages", "old"), ("idle", ""))
MISTAKES = (
    ("segment_moves", "places.entered_on < as_of", "places.entered_on <= as_of"),
    ("segment_moves", "where segment_value <> ''", "where false"),
    (
        "int_published_sizes",
        "case when base.is_earlier_day then base.current_build_id else base.build_id end",
        "base.current_build_id",
    ),
    ("int_history_base", "as_of.as_of_date > current", "as_of.as_of_date >= current"),
    (
        "int_history_base",
        "current_versions.as_of_date > as_of",
        "current_versions.as_of_date >= as_of",
    ),
    (
        "int_published_ids",
        "coalesce(current_ids.customer_id, targets.customer_id)",
        "current_ids.customer_id",
    ),
    (
        "int_published_ids",
        "case when ids.version_rank = 1 then ids.published_as end",
        "ids.published_as",
    ),
)
NO_LINK = (None,) * 5
SEGMENTS = sorted({segment for segment, _ in PLACES})
VALUED = frozenset(segment for segment, value in PLACES if value)


class Models:
    """The compiled SQL of the history's models, run on a few rows."""

    def __init__(self, compiled: dict[str, str]) -> None:
        self.compiled = compiled
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute(TABLES)

    def fill(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Replace the rows of a table."""
        self.connection.execute(f"delete from {table}")
        listed = list(rows)
        if listed:
            marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in listed)
            values = [value for row in listed for value in row]
            self.connection.execute(f"insert into {table} values {marks}", values)

    def read(self, query: str) -> set[tuple[Any, ...]]:
        """Return the rows of a query, none of which stands twice."""
        rows = self.connection.execute(query).fetchall()
        assert len(rows) == len(set(rows))
        return set(rows)

    def build(self, day: Day, current: Version | None) -> None:
        """Build a day upon a published version."""
        self.fill("int_as_of", [(day.as_of_date,)])
        self.fill("int_written_ids", [(*item, *NO_LINK) for item in day.owners.items()])
        self.fill("segment_fingerprints", day.definitions.items())
        self.fill("segment_catalog", [(name, name in day.valued) for name in day.definitions])
        self.fill("int_customers", [(name,) for name in set(day.owners.values())])
        self.fill("segment_memberships", [(who, *place) for who, place in day.memberships])
        versions = {"current": current, "base": current.based_on if current else None}
        known = {name: version for name, version in versions.items() if version is not None}
        self.fill(
            "stg_published_versions",
            [
                (name, version.as_of_date, "base" if version.based_on else None, name == "current")
                for name, version in known.items()
            ],
        )
        self.fill(
            "stg_published_customers",
            [(name, who) for name, version in known.items() for who in version.customers],
        )
        self.fill(
            "stg_published_customer_merges",
            [
                (name, *merge, *NO_LINK)
                for name, version in known.items()
                for merge in version.merges.items()
            ],
        )
        self.fill(
            "stg_published_segment_definitions",
            [
                (name, segment, *definition, version.known_until)
                for name, version in known.items()
                for segment, definition in version.definitions.items()
            ],
        )
        self.fill(
            "stg_published_segment_history",
            [
                (name, *row(stay), version.known_until)
                for name, version in known.items()
                for stay in version.stays
            ],
        )
        self.fill(
            "stg_published_segment_sizes",
            [
                (name, *size, 0, 0, False)
                for name, version in known.items()
                for size in size_rows(version)
            ],
        )
        for model, sql in self.compiled.items():
            self.connection.execute(f"create or replace table {model} as {sql}")


def row(stay: Stay) -> tuple[object, ...]:
    """Return a stay as the models write it."""
    return (
        stay.customer_id,
        *stay.place,
        stay.entered_on,
        stay.entered_cause,
        stay.exited_on,
        stay.exited_cause,
    )


def size_rows(version: Version) -> set[tuple[object, ...]]:
    """Return the sizes of a version as the models write them."""
    return {
        (as_of_date, *place, size.customers, size.entered, size.left, size.definition)
        for (as_of_date, place), size in version.sizes.items()
    }


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """Compile the models of the history."""
    warehouse = tmp_path_factory.mktemp("history") / "segmentry.duckdb"
    run_dbt("compile", "--select", *MODELS, raw_dir=None, warehouse=warehouse)
    folder = warehouse.with_suffix(".target") / "compiled"
    compiled = {}
    for model in MODELS:
        (path,) = folder.rglob(f"{model}.sql")
        compiled[model] = path.read_text().replace('"segmentry"."main".', "")
    return Models(compiled)


@st.composite
def days(draw: st.DrawFn, as_of_date: date) -> Day:
    """Draw who is who, who is where and what the segments mean on a day."""
    persons = draw(st.lists(st.sampled_from((None, 0, 1, 2)), min_size=len(IDS), max_size=len(IDS)))
    groups: dict[int, list[str]] = {}
    for written_id, person in zip(IDS, persons, strict=True):
        if person is not None:
            groups.setdefault(person, []).append(written_id)
    names = {person: draw(st.sampled_from(group)) for person, group in groups.items()}
    owners = {who: names[person] for person, group in groups.items() for who in group}
    # A project has at least one segment.
    first, *others = SEGMENTS
    fingerprint = st.sampled_from("12")
    definitions = draw(
        st.fixed_dictionaries({first: fingerprint}, optional=dict.fromkeys(others, fingerprint))
    )
    possible = [
        (who, place) for who in names.values() for place in PLACES if place[0] in definitions
    ]
    memberships = draw(st.sets(st.sampled_from(possible))) if possible else set()
    return Day(as_of_date, owners, frozenset(memberships), definitions, VALUED)


@st.composite
def series(draw: st.DrawFn) -> list[tuple[Day, bool]]:
    """Draw builds one after the other, and whether each is published.

    Days go on, are skipped, come again and go back; most things stay as they were.
    """
    result: list[tuple[Day, bool]] = []
    as_of_date = FIRST_DAY
    for may_resemble in draw(st.lists(st.booleans(), min_size=1, max_size=8)):
        as_of_date += timedelta(draw(st.sampled_from((1, 1, 1, 2, 5, 0, 0, -1, -3))))
        day = draw(days(as_of_date))
        if result and may_resemble:
            last = result[-1][0]
            owners = draw(st.sampled_from((last.owners, day.owners)))
            definitions = draw(st.sampled_from((last.definitions, day.definitions)))
            memberships = frozenset(
                (who, place)
                for who, place in last.memberships | day.memberships
                if who in owners.values() and place[0] in definitions
            )
            day = Day(as_of_date, owners, memberships, definitions, VALUED)
        result.append((day, draw(st.sampled_from((True, True, True, False)))))
    return result


def check_agreement(models: Models, builds: list[tuple[Day, bool]]) -> None:
    """Hold what the models make of a series of builds against the reference, build by build."""
    current: Version | None = None
    for day, is_published in builds:
        models.build(day, current)
        expected = next_version(day, current)
        found = models.read(
            "select customer_id, segment, segment_value, entered_on, entered_cause, exited_on, "
            "exited_cause, as_of_date from segment_history"
        )
        assert found == {(*row(stay), expected.known_until) for stay in expected.stays}
        found = models.read("select former_customer_id, customer_id from customer_merges")
        assert found == set(expected.merges.items())
        found = models.read(
            "select segment, lineage_fingerprint, defined_on, as_of_date from segment_definitions"
        )
        assert found == {
            (segment, *definition, expected.known_until)
            for segment, definition in expected.definitions.items()
        }
        found = models.read(
            "select as_of_date, from_segment, from_segment_value, to_segment, to_segment_value, "
            "customer_count from segment_transitions"
        )
        assert found == {
            (moved_on, *origin, *destination, count)
            for (moved_on, origin, destination), count in transitions(expected.stays).items()
        }
        found = models.read(
            "select as_of_date, segment, segment_value, customer_count, entered_count, left_count, "
            "definition from segment_sizes"
        )
        assert found == size_rows(expected)
        if is_published:
            current = expected


# Each example is several builds, so a third of the usual number.
@settings(max_examples=settings().max_examples // 3)
@given(series())
def test_history_is_that_of_the_reference(models: Models, builds: list[tuple[Day, bool]]) -> None:
    check_agreement(models, builds)


@pytest.mark.prove
@pytest.mark.parametrize(("model", "old", "new"), MISTAKES)
def test_a_mistake_is_noticed(models: Models, model: str, old: str, new: str) -> None:
    assert models.compiled[model].count(old) == 1
    mistaken = Models(models.compiled | {model: models.compiled[model].replace(old, new)})

    @settings(max_examples=300, phases=[Phase.generate], derandomize=True)
    @given(series())
    def check(builds: list[tuple[Day, bool]]) -> None:
        check_agreement(mistaken, builds)

    with pytest.raises(AssertionError):
        check()


@given(series())
def test_a_day_that_is_published_again_is_replaced(builds: list[tuple[Day, bool]]) -> None:
    """However often, and with whatever in between of that day or earlier ones."""
    current: Version | None = None
    for day, is_published in builds:
        once = next_version(day, current)
        again = next_version(day, once)
        assert (again.stays, again.definitions) == (once.stays, once.definitions)
        assert again.sizes == once.sizes
        assert (again.based_on, again.merges) == (once.based_on, once.merges)
        if once.known_until == day.as_of_date:
            here = {(s.customer_id, s.place) for s in once.stays if s.exited_on is None}
            assert here == day.memberships
        if is_published:
            current = once
