"""What-if tells what a build would do, and leaves the warehouse alone."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentry.__main__ import main
from segmentry.errors import SegmentryError
from segmentry.records.last_build import BuiltModel, LastBuild
from segmentry.what_if.changes import Change, find_affected, find_changes
from segmentry.what_if.computation import WhatIf, what_if
from segmentry.what_if.movements import Movement
from segmentry.what_if.report import MAX_MARKDOWN_LENGTH, to_markdown
from segmentry.what_if.scratch import Definition
from tests.python.projects import copy_project
from tests.python.warehouse import ROOT, run_dbt

WITHOUT_TESTS = ["--exclude-resource-type=test", "--exclude-resource-type=unit_test"]


@pytest.fixture(scope="module")
def warehouse(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a warehouse of the demo shop; whatever is asked of it, its bytes stay the same."""
    path = tmp_path_factory.mktemp("last_build") / whole_build.name
    shutil.copyfile(whole_build, path)
    before = hashlib.sha256(path.read_bytes()).digest()
    yield path
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert not path.with_suffix(".duckdb.wal").exists()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project whose rules can be changed."""
    return copy_project(tmp_path / "project")


def query(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def names(movements: list[Movement]) -> set[str]:
    """Return the segments of movements."""
    return {movement.segment for movement in movements}


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that a file holds exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.prove
def test_a_threshold_moves_its_segment_alone(warehouse: Path) -> None:
    result = what_if(ROOT, warehouse, {"idle_customers_days": 120})
    expected = query(
        warehouse,
        "select customer_id, net_revenue from customer_facts where order_count >= 1 "
        "and days_since_last_activity between 121 and 180 order by net_revenue desc, customer_id",
    )
    assert expected
    (movement,) = result.moving
    assert movement.segment == "idle_customers"
    assert movement.entering == len(expected)
    assert movement.leaving == movement.changing_value == 0
    assert movement.customers_after == movement.customers_before + len(expected)
    assert movement.revenue_entering == sum(revenue for _, revenue in expected)
    assert movement.revenue_leaving == 0
    assert movement.entering_sample == [customer_id for customer_id, _ in expected[:5]]
    assert movement.leaving_sample == []
    assert result.changes == [Change("segment_idle_customers", "idle_customers_days 180 → 120")]
    assert len(result.movements) == query(warehouse, "select count(*) from segment_catalog")[0][0]

    comment = to_markdown(result)
    assert f"| idle_customers | {movement.customers_before:,} |" in comment
    assert "one_timers" not in comment
    assert f"{len(result.movements) - 1} segments stay the same." in comment


@pytest.mark.prove
def test_an_unchanged_project_moves_nothing(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGMENTRY_WAREHOUSE", str(warehouse))
    assert main(["what-if"]) == 0
    printed = capsys.readouterr().out
    assert "No definition has changed." in printed
    assert "No segment moves" in printed


@pytest.mark.prove
def test_changed_rules_in_the_working_tree(warehouse: Path, project: Path) -> None:
    purchase = project / "models" / "segments" / "purchase"
    edit(purchase / "segment_one_timers.sql", "order_count = 1", "order_count in (1, 2)")
    edit(purchase / "segment_coupon_lovers.sql", "select\n", "-- Only a comment.\nselect\n")
    edit(
        project / "models" / "segments" / "place" / "segment_locations.sql",
        "coalesce(customers.country_code, 'unknown') as segment_value",
        "coalesce(lower(customers.country_code), 'unknown') as segment_value",
    )
    result = what_if(project, warehouse, {})
    assert set(result.changes) == {
        Change("segment_locations", "another rule"),
        Change("segment_one_timers", "another rule"),
    }
    by_segment = {movement.segment: movement for movement in result.moving}
    assert by_segment.keys() == {"one_timers", "locations"}
    ((twice,),) = query(warehouse, "select count(*) from customer_facts where order_count = 2")
    assert (by_segment["one_timers"].entering, by_segment["one_timers"].leaving) == (twice, 0)
    locations = by_segment["locations"]
    assert (locations.entering, locations.leaving) == (0, 0)
    ((known,),) = query(warehouse, "select count(country_code) from customer_facts")
    assert locations.changing_value == known


@pytest.mark.prove
def test_a_changed_fact_moves_only_segments_that_depend_on_it(warehouse: Path) -> None:
    result = what_if(ROOT, warehouse, {"new_arrival_days": 400})
    assert result.changes == [Change("int_valid_order_lines", "new_arrival_days 30 → 400")]
    assert names(result.moving) == {"trendy_customers"} & names(result.movements)


@pytest.mark.prove
def test_what_if_agrees_with_the_build(warehouse: Path, tmp_path: Path) -> None:
    """Rules of identity go through the components of the graph; the build's vars are kept."""
    variables = {"max_accounts_per_email": 1, "high_spenders_mean_multiple": 2.0}
    result = what_if(ROOT, warehouse, variables)
    built = tmp_path / "segmentry.duckdb"
    run_dbt("build", *WITHOUT_TESTS, raw_dir=None, warehouse=built, variables=variables)
    with duckdb.connect(str(built), read_only=True) as connection:
        connection.execute(f"attach '{warehouse}' as before (read_only)")
        for movement in result.movements:
            entering, leaving = (
                connection.execute(
                    f"select count(*) from (select customer_id from {one}.segment_memberships "
                    "where segment = $segment except select customer_id "
                    f"from {other}.segment_memberships where segment = $segment)",
                    {"segment": movement.segment},
                ).fetchall()[0][0]
                for one, other in (("segmentry", "before"), ("before", "segmentry"))
            )
            assert (movement.entering, movement.leaving) == (entering, leaving)
        changed, moved = (
            {
                name
                for (name,) in connection.execute(
                    "select model_name from segmentry.model_fingerprints as now inner join "
                    f"before.model_fingerprints as before using (model_name) "
                    f"where now.{column} <> before.{column}"
                ).fetchall()
            }
            for column in ("fingerprint", "lineage_fingerprint")
        )
    assert result.moving
    assert changed == {"int_identity_links", "segment_high_spenders"}
    assert changed | {"customer_facts", "segment_one_timers", "segment_memberships"} <= moved
    assert not {name for name in moved if name.startswith(("base_", "stg_"))}

    again = what_if(ROOT, built, {})
    assert (again.changes, again.moving) == ([], [])


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"idle_customer_days": 120}, "Is idle_customers_days meant"),
        ({"as_of": "2026-01-01"}, "The day is that of the last build"),
        pytest.param(
            {"shop_timezone": "Europe/Paris"},
            "how they are read, in base_order_lines, base_orders",
            marks=pytest.mark.prove,
        ),
        ({"idle_customers_days": "no_number"}, "expected a whole number from 0 up"),
    ],
)
def test_what_it_cannot_say(warehouse: Path, variables: dict[str, Any], message: str) -> None:
    with pytest.raises(SegmentryError, match=message):
        what_if(ROOT, warehouse, variables)


def test_no_build(tmp_path: Path) -> None:
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    with pytest.raises(SegmentryError, match="run `make build` first"):
        what_if(ROOT, empty, {})
    result = subprocess.run(
        [sys.executable, "-m", "segmentry", "what-if"],
        cwd=ROOT,
        env=os.environ | {"SEGMENTRY_WAREHOUSE": str(tmp_path / "missing.duckdb")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "run `make build` first" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "missing.duckdb").exists()


def test_models_that_a_partial_build_left_behind_count_as_changed() -> None:
    def definition(*parents: str, is_staging: bool = False) -> Definition:
        return Definition("same", {}, frozenset(parents), is_staging)

    early = datetime(2026, 6, 30, 12)
    definitions = {
        "stg_orders": definition(is_staging=True),
        "customer_facts": definition("stg_orders"),
        "segment_one_timers": definition("customer_facts"),
        "segment_locations": definition("customer_facts"),
        "segment_memberships": definition("segment_one_timers", "segment_locations"),
        "segment_metrics": definition("segment_memberships"),
    }
    models = {name: BuiltModel("same", {}, early) for name in definitions}
    build = LastBuild(early, early.date(), models, {})
    assert find_changes(definitions, build) == []

    late = replace(models["segment_one_timers"], built_at=early + timedelta(minutes=1))
    partial = replace(build, models=models | {"segment_one_timers": late})
    changes = find_changes(definitions, partial)
    assert changes == [Change("segment_memberships", "older than what it reads")]

    other = definitions | {
        "customer_facts": replace(definitions["customer_facts"], fingerprint="x")
    }
    changes = find_changes(other, build)
    assert changes == [Change("customer_facts", "another rule")]
    assert find_affected(other, changes) == definitions.keys() - {"stg_orders", "segment_metrics"}


def test_markdown_fits_a_comment() -> None:
    """However many segments move and however long their ids are."""
    still = Movement("still", 9, 9, 0, 0, 0, Decimal(0), Decimal(0), [], [])
    ids = [f"{number}|`\n" + "x" * 200 for number in range(5)]
    moving = [
        Movement(f"segment_{number}", 9, 8, 1000, 1001, 3, Decimal(7), Decimal(5), ids, ids)
        for number in range(2000)
    ]
    changes = [Change(f"model_{number}", "another rule") for number in range(500)]
    moment = datetime(2026, 6, 30, 12)
    for movements in (moving, moving[:100], moving[:1]):
        result = WhatIf(moment, date(2026, 6, 29), changes, [*movements, still, still])
        comment = to_markdown(result)
        assert len(comment) < MAX_MARKDOWN_LENGTH
        assert "2 segments stay the same." in comment
        assert "| still |" not in comment
        rows = [line for line in comment.splitlines() if line.startswith("| segment_")]
        left_out = len(movements) - len(rows)
        assert (f"{left_out} more segments move." in comment) == bool(left_out)
        assert {row.replace("\\|", "").count("|") for row in rows} == {9}
