"""`segmentry diff` counts what differs between two versions, and names nobody."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentry.__main__ import main
from segmentry.diff.comparison import Comparison, SegmentChange, compare, named_versions
from segmentry.records.databases import BI, CONTACTS
from segmentry.records.manifest import MANIFEST
from segmentry.records.versions import Version, read_version
from tests.python.activation_shop import AS_OF_DATE, ActivationShop, Person
from tests.python.conftest import PROVE
from tests.python.published import Shop

MERGES = "(former_customer_id varchar, customer_id varchar)"


def version_of(shop: ActivationShop, build_id: str) -> Version:
    return read_version(shop.published, build_id)


def say(version: Version, **changes: Any) -> None:
    """Have the manifest of a version say something else."""
    replace(version.manifest, **changes).write(version.folder / MANIFEST)


def change(version: Version, *statements: str, file: str = CONTACTS.file) -> None:
    """Change a database of a version."""
    with duckdb.connect(str(version.folder / file)) as connection:
        for statement in statements:
            connection.execute(statement)


def merge(version: Version, *pairs: tuple[str, str]) -> None:
    """Have a version know of former ids and what became of them."""
    change(version, f"create table customer_merges {MERGES}")
    for former, customer in pairs:
        change(version, f"insert into customer_merges values ('{former}', '{customer}')")


def two_versions(
    folder: Path, before: Mapping[str, Person], after: Mapping[str, Person]
) -> tuple[ActivationShop, Version, Version]:
    """Publish two versions of which the second replaced the first."""
    shop = ActivationShop(folder)
    first, second = shop.publish(before), shop.publish(after)
    say(version_of(shop, second), replaced=first, as_of_date=AS_OF_DATE + timedelta(days=1))
    return shop, version_of(shop, first), version_of(shop, second)


def by_name(found: Comparison) -> dict[str, SegmentChange]:
    return {segment.segment: segment for segment in found.segments}


def person(number: int, *segments: str, **changes: Any) -> Person:
    return Person(f"person{number}@shop.example", frozenset(segments), **changes)


def test_who_came_and_went_is_counted_by_cause(tmp_path: Path) -> None:
    """1 stays; 2 moves; 3 became 1; 4 is gone; 5 came; the rule of `idle_customers` changed."""
    _, first, second = two_versions(
        tmp_path,
        {
            "c1": person(1, "one_timers"),
            "c2": person(2, "one_timers", "idle_customers"),
            "c3": person(3, "one_timers", "idle_customers"),
            "c4": person(4, "one_timers", "idle_customers"),
        },
        {
            "c1": person(1, "one_timers", "idle_customers"),
            "c2": person(2),
            "c5": person(5, "one_timers", "idle_customers"),
        },
    )
    merge(first)
    merge(second, ("c3", "c1"))
    say(first, fingerprints={"one_timers": "a", "idle_customers": "a", "dropped": "a"})
    say(second, fingerprints={"one_timers": "a", "idle_customers": "b", "added": "a"})
    found = compare(_again(first), _again(second))
    segments = by_name(found)
    assert segments["one_timers"] == SegmentChange(
        "one_timers", "same", 4, 2, {"moved": 1}, {"moved": 2, "merged": 1}
    )
    assert segments["idle_customers"] == SegmentChange(
        "idle_customers",
        "changed",
        3,
        2,
        {"merged": 1, "definition changed": 1},
        {"moved": 1, "definition changed": 1, "merged": 1},
    )
    assert segments["dropped"].definition == "gone"
    assert segments["added"].definition == "new"
    assert found.knows_merges


def _again(version: Version) -> Version:
    return read_version(version.folder.parents[1], version.build_id)


ALL = ("one_timers", "idle_customers", "devices:mobile", "devices:desktop")
PEOPLE = st.dictionaries(
    st.sampled_from([f"c{number}" for number in range(8)]),
    st.frozensets(st.sampled_from(ALL)),
    min_size=1,
)


@settings(
    max_examples=60 if PROVE else 12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=PEOPLE, after=PEOPLE, merged=st.sets(st.integers(0, 7), max_size=2))
def test_counts_are_those_of_the_sets(
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[str, frozenset[str]],
    after: dict[str, frozenset[str]],
    merged: set[int],
) -> None:
    _, first, second = two_versions(
        tmp_path_factory.mktemp("sets"),
        {name: Person(f"{name}@shop.example", held) for name, held in before.items()},
        {name: Person(f"{name}@shop.example", held) for name, held in after.items()},
    )
    ids = [f"c{number}" for number in sorted(merged)]
    merge(first)
    merge(second, *((customer, "c0") for customer in ids))
    touched = {*ids, "c0"} if ids else set()

    def members(people: dict[str, frozenset[str]], segment: str) -> set[str]:
        return {name for name, held in people.items() if segment in {s.split(":")[0] for s in held}}

    found = by_name(compare(first, second))
    for segment in {name.split(":")[0] for name in ALL}:
        was, is_now = members(before, segment), members(after, segment)
        if not was | is_now:
            assert segment not in found
            continue
        told = found[segment]
        assert (told.customers_before, told.customers_after) == (len(was), len(is_now))
        # No version says by which definition: none has changed.
        for counts, moved in ((told.entered, is_now - was), (told.left, was - is_now)):
            causes = Counter("merged" if name in touched else "moved" for name in moved)
            assert counts == causes


def test_the_shop_its_settings_and_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, first, second = two_versions(
        tmp_path,
        {"c1": person(1, "one_timers"), "c2": person(2, order_count=0)},
        {
            "c1": person(1, "one_timers", order_count=3),
            "c2": person(2, order_count=0, may_be_written_to=False),
            "c3": person(3, "one_timers"),
        },
    )
    say(first, settings={"reporting_currency": "USD", "shop_timezone": "UTC"})
    say(second, settings={"reporting_currency": "EUR", "shop_timezone": "UTC"})
    change(
        second,
        "alter table segment_catalog add column owner varchar",
        "alter table customer_facts alter last_order_at type date",
        "drop table email_deliveries",
        "create table notes (customer_id varchar)",
        file=BI.file,
    )
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    assert main(["diff", first.build_id, second.build_id, "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["settings"] == {"reporting_currency": ["USD", "EUR"]}
    assert content["shop"] == {
        "customers": [2, 3],
        "buyers": [1, 2],
        "orders": [1, 4],
        "net_revenue": [10.5, 42.0],
        "subscribers": [2, 2],
    }
    tables = {table.pop("table"): table for table in content["tables"]}
    assert tables["segment_catalog"] == {
        "what": "changed",
        "added": {"owner": "VARCHAR"},
        "removed": {},
        "retyped": {},
    }
    assert tables["customer_facts"]["retyped"] == {"last_order_at": ["TIMESTAMP", "DATE"]}
    assert (tables["email_deliveries"]["what"], tables["notes"]["what"]) == ("gone", "new")
    assert len(tables) == 4
    assert main(["diff"]) == 0
    told = capsys.readouterr().out
    assert "Setting reporting_currency: USD → EUR." in told
    assert "Table segment_catalog: owner (VARCHAR) is new." in told
    assert "+31.50" in told and "one_timers" in told
    assert not re.search(r"\bc[123]\b|@|Name", f"{told} {json.dumps(content)}")


def test_by_default_it_is_the_current_one_against_the_one_before(tmp_path: Path) -> None:
    shop, first, second = two_versions(tmp_path, {"c1": person(1)}, {"c1": person(1)})
    third = version_of(shop, shop.publish({"c1": person(1)}))
    say(third, replaced=second.build_id)

    def named(*ids: str | None) -> tuple[str, str]:
        before, after = named_versions(shop.published, *ids)
        return before.build_id, after.build_id

    assert named(None, None) == (second.build_id, third.build_id)
    assert named(first.build_id, None) == (first.build_id, third.build_id)
    assert named(third.build_id, first.build_id) == (third.build_id, first.build_id)


def test_what_can_not_be_compared_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = ActivationShop(tmp_path)
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    for arguments in ([], ["20200101T000000-00000000"]):
        assert main(["diff", *arguments]) == 1
        assert "`segmentry publish`" in capsys.readouterr().err
    first = shop.publish({"c1": person(1)})
    wrong: list[tuple[list[str], str]] = [
        ([], "replaced no version"),
        (["20200101T000000-00000000"], "`segmentry versions`"),
        ([first, "../elsewhere"], "There is no version"),
    ]
    for arguments, told in wrong:
        assert main(["diff", *arguments]) == 1
        assert told in capsys.readouterr().err
    second = shop.publish({"c1": person(1)})
    (version_of(shop, second).folder / BI.file).write_bytes(b"torn")
    assert main(["diff", first]) == 1
    assert "is lost or damaged" in capsys.readouterr().err


def test_a_version_of_before_that_lacks_tables_is_compared_all_the_same(tmp_path: Path) -> None:
    _, first, second = two_versions(
        tmp_path, {"c1": person(1, "one_timers")}, {"c2": person(2, "one_timers")}
    )
    change(
        first,
        "drop table segment_memberships",
        "alter table customer_facts drop column net_revenue",
        file=BI.file,
    )
    found = compare(first, second)
    assert found.shop["customers"] == (1, 1)
    assert found.shop["net_revenue"] == (None, second_revenue(second))
    assert not found.knows_merges
    assert found.segments == []
    change(first, "drop table customer_facts", file=BI.file)
    assert compare(first, second).shop["customers"] == (None, 1)


def second_revenue(version: Version) -> Any:
    with duckdb.connect(str(version.folder / BI.file), read_only=True) as connection:
        ((revenue,),) = connection.execute("select sum(net_revenue) from customer_facts").fetchall()
    return revenue


def test_who_may_not_read_contacts_is_told_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first, second = two_versions(
        tmp_path, {"c1": person(1, "one_timers")}, {"c2": person(2, "one_timers")}
    )
    merge(first)
    merge(second, ("c1", "c2"))
    assert by_name(compare(first, second))["one_timers"].entered == {"merged": 1}
    monkeypatch.setattr("segmentry.diff.comparison.os.access", lambda path, mode: False)
    found = compare(first, second)
    assert by_name(found)["one_timers"].entered == {"moved": 1}
    assert not found.knows_merges and found.tables == []


def test_the_demo_shop_is_as_its_memberships_say(whole_build: Path, tmp_path: Path) -> None:
    """A definition changes, and some leave: sizes are those of the manifests."""
    shop = Shop.copy(
        whole_build,
        tmp_path,
        ["customer_facts", "segment_memberships", "segment_catalog", "customer_merges"],
    )
    before = shop.publish()
    shop.execute(
        "delete from segment_memberships where segment = 'buyers' and customer_id < 'C0100'",
        "update model_fingerprints set lineage_fingerprint = 'another' "
        "where model_name = 'segment_buyers'",
    )
    after = shop.publish_next(AS_OF_DATE + timedelta(days=1))
    found = by_name(compare(before, after))
    for segment, size in after.manifest.segment_sizes.items():
        told = found[segment]
        assert (told.customers_before, told.customers_after) == (
            before.manifest.segment_sizes[segment],
            size,
        )
        assert told.has_changed == (segment == "buyers")
    gone = before.manifest.segment_sizes["buyers"] - after.manifest.segment_sizes["buyers"]
    assert gone > 0
    assert found["buyers"].definition == "changed"
    assert found["buyers"].left == {"definition changed": gone}
