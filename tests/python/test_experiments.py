"""What experiments say: the models on a shop whose lift is known, and the commands on a version."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from segmentry.records.databases import BI
from segmentry.records.folders import CURRENT
from tests.python.activation_shop import AS_OF_DATE, ActivationShop, people
from tests.python.compiled import NAME, CompiledProject, add_functions
from tests.python.test_syncs import command

MODELS = ("experiment_outcomes", "experiment_arms", "experiment_results")
TABLES = """
    create table int_as_of as select date '2026-06-30' as as_of_date;
    create table experiment_assignments (experiment varchar, customer_id varchar, arm varchar,
        assigned_on date, share double, outcome_days bigint, expected_orders double);
    create table orders (customer_id varchar, ordered_on date, net_revenue decimal(18, 2),
        is_valid boolean);
"""
OUTCOME_DAYS = 30
SYNC = f"""
platform: files
audiences:
  - {{id: all, segments: [one_timers, "devices:mobile"]}}
holdout:
  name: lift
  share: 0.25
  starts_on: {AS_OF_DATE + timedelta(days=1)}
  ends_on: {AS_OF_DATE + timedelta(days=7)}
  outcome_days: 30
"""


def build(project: CompiledProject, connection: duckdb.DuckDBPyConnection) -> None:
    """Compute the models of experiments anew."""
    nodes = {node["name"]: node for node in project.manifest["nodes"].values()}
    for model in MODELS:
        connection.execute(f"create or replace table {model} as {nodes[model]['compiled_code']}")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a warehouse of a shop that has nobody yet, with the functions of the plugin."""
    with duckdb.connect(str(tmp_path / f"{NAME}.duckdb")) as connection:
        add_functions(connection)
        connection.execute(TABLES)
        yield connection


def fill(connection: duckdb.DuckDBPyConnection, size: int, share: float = 0.2) -> None:
    """Assign people over ten days, and have them order; who is sent does so more often."""
    generator = np.random.default_rng(7)
    days = [AS_OF_DATE - timedelta(days=int(n)) for n in generator.integers(35, 45, size)]
    is_held_out = generator.random(size) < share
    rates = generator.gamma(1, 1, size)
    assignments = {
        "experiment": ["lift"] * size,
        "customer_id": [f"c{number}" for number in range(size)],
        "arm": np.where(is_held_out, "held_out", "sent").tolist(),
        "assigned_on": days,
        "share": [share] * size,
        "outcome_days": [OUTCOME_DAYS] * size,
        # Nothing was expected of whoever had not bought.
        "expected_orders": np.where(rates > 0.1, 5 * rates, None).tolist(),
    }
    connection.register("assigned", pa.table(assignments))
    connection.execute("insert into experiment_assignments by name from assigned")
    before = generator.poisson(3 * rates)
    after = generator.poisson(0.4 * rates * np.where(is_held_out, 1, 1.5))
    orders: dict[str, list[Any]] = {"customer_id": [], "ordered_on": [], "net_revenue": []}
    for number, day in enumerate(days):
        offsets = [-int(n) for n in generator.integers(0, 365, before[number])]
        offsets += [int(n) for n in generator.integers(1, OUTCOME_DAYS + 1, after[number])]
        orders["customer_id"] += [f"c{number}"] * len(offsets)
        orders["ordered_on"] += [day + timedelta(days=offset) for offset in offsets]
        orders["net_revenue"] += [
            round(float(n), 2) for n in generator.lognormal(3, 0.5, len(offsets))
        ]
    connection.register("ordered", pa.table(orders))
    connection.execute(
        "insert into orders select customer_id, ordered_on, net_revenue, true from ordered"
    )


def rows(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Return the results by outcome."""
    found = connection.execute("from experiment_results")
    names = [column for column, *_ in found.description or ()]
    results = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["outcome"]: row for row in results}


def test_what_was_expected_removes_more_of_the_variance(
    warehouse: duckdb.DuckDBPyConnection, compiled_project: CompiledProject
) -> None:
    fill(warehouse, 3000)
    build(compiled_project, warehouse)
    expected = rows(warehouse)
    warehouse.execute("update experiment_assignments set expected_orders = null")
    build(compiled_project, warehouse)
    for outcome, row in rows(warehouse).items():
        assert expected[outcome]["difference"] == pytest.approx(row["difference"])
        assert expected[outcome]["variance_removed"] > row["variance_removed"] + 0.01


def test_results_are_what_the_people_did(
    warehouse: duckdb.DuckDBPyConnection, compiled_project: CompiledProject
) -> None:
    fill(warehouse, 3000)
    build(compiled_project, warehouse)
    assigned = dict(
        warehouse.execute(
            "select customer_id, (arm, assigned_on) from experiment_assignments"
        ).fetchall()
    )
    bought: dict[str, list[float]] = {customer: [] for customer in assigned}
    for customer, day, revenue in warehouse.execute(
        "select customer_id, ordered_on, net_revenue from orders"
    ).fetchall():
        if 1 <= (day - assigned[customer][1]).days <= OUTCOME_DAYS:
            bought[customer].append(float(revenue))
    measures: dict[str, Callable[[list[float]], float]] = {
        "buyers": bool,
        "orders": len,
        "net_revenue": sum,
    }
    found = rows(warehouse)
    assert found.keys() == measures.keys()
    for outcome, measure in measures.items():
        sent, held_out = (
            np.array([measure(bought[c]) for c in assigned if assigned[c][0] == arm], dtype=float)
            for arm in ("sent", "held_out")
        )
        row = found[outcome]
        told = stats.ttest_ind(sent, held_out, equal_var=False)
        interval = told.confidence_interval(0.95)
        assert (row["sent_people_count"], row["held_out_people_count"]) == (
            len(sent),
            len(held_out),
        )
        assert row["pending_people_count"] == 0
        assert row["difference"] == pytest.approx(sent.mean() - held_out.mean())
        assert row["relative_lift"] == pytest.approx(sent.mean() / held_out.mean() - 1)
        assert row["difference_low"] == pytest.approx(interval.low)
        assert row["difference_high"] == pytest.approx(interval.high)
        assert row["p_value"] == pytest.approx(told.pvalue, rel=1e-4, abs=1e-12)
        assert row["variance_removed"] > 0.02
        adjusted = row["adjusted_difference_high"] - row["adjusted_difference_low"]
        assert adjusted < row["difference_high"] - row["difference_low"]
    assert found["orders"]["adjusted_difference_low"] > 0
    assert not found["orders"]["is_withheld"]


def test_arms_that_were_not_drawn_say_nothing(
    warehouse: duckdb.DuckDBPyConnection, compiled_project: CompiledProject
) -> None:
    fill(warehouse, 3000)
    warehouse.execute(
        "delete from experiment_assignments where arm = 'held_out' and hash(customer_id) % 4 = 0"
    )
    build(compiled_project, warehouse)
    for row in rows(warehouse).values():
        assert row["is_withheld"]
        assert row["sample_ratio_p_value"] < 0.001
        assert {row[name] for name in row if "difference" in name or "mean" in name} == {None}


def test_a_shop_without_experiments_has_empty_tables(
    warehouse: duckdb.DuckDBPyConnection, compiled_project: CompiledProject
) -> None:
    build(compiled_project, warehouse)
    assert [warehouse.sql(f"from {model}").fetchall() for model in MODELS] == [[], [], []]


@pytest.fixture
def shop(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    warehouse: duckdb.DuckDBPyConnection,
    compiled_project: CompiledProject,
) -> ActivationShop:
    """Return a shop that published an experiment, and has a sync that names it."""
    fill(warehouse, 800)
    # The days of a few are not over.
    warehouse.execute(
        "update experiment_assignments set assigned_on = date '2026-06-15' "
        "where customer_id in ('c0', 'c1')"
    )
    build(compiled_project, warehouse)
    made = ActivationShop(tmp_path)
    made.publish(people(800))
    warehouse.execute(f"attach '{made.published / CURRENT / BI.file}' as bi")
    for model in ("experiment_outcomes", "experiment_results", "orders"):
        warehouse.execute(f"create table bi.{model} as select *, 'test' as build_id from {model}")
    warehouse.execute(
        "create table bi.segment_history as select customer_id, segment, segment_value, "
        "date '2026-06-20' + cast(range % 11 as integer) as entered_on, null::date as exited_on "
        "from bi.segment_memberships positional join range(800)"
    )
    warehouse.execute("detach bi")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "syncs").mkdir()
    (tmp_path / "syncs" / "mail.yml").write_text(SYNC)
    (tmp_path / "syncs" / "plain.yml").write_text(
        "platform: files\naudiences: [{id: a, everyone: true}]\n"
    )
    return made


def test_experiments_from_plan_to_results(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed, _ = command(capsys, "experiment", "plan", "mail", "--json")
    assert code == 0
    planned = json.loads(printed)
    assert planned["people"] == 800
    # 800 entered on eleven days, and on the first of them everybody did.
    assert planned["newcomers"] == pytest.approx(727 / 10, abs=0.1)
    first, *others = planned["prospects"]
    assert (first["days"], first["ready_after"]) == (7, 36)
    assert first["people"] == pytest.approx(800 + 6 * 72.7, abs=1)
    lifts = [other["smallest_lifts"]["buyers"] for other in others]
    assert lifts == sorted(lifts, reverse=True)
    assert all(lift > 0 for lift in lifts)
    code, printed, _ = command(capsys, "experiment", "plan", "mail")
    assert code == 0
    assert "holds out 25% of 800 people, and 72.7 come a day" in printed
    assert "Who is in them today, in the last 30 days" in printed

    code, printed, _ = command(capsys, "experiment", "status", "--json")
    assert code == 0
    (row,) = json.loads(printed)
    assert (row["syncs"], row["stage"], row["pending"]) == (["mail"], "not begun", 2)
    assert row["sent"] + row["held_out"] == 800
    assert "not begun" in command(capsys, "experiment", "status")[1]

    code, printed, _ = command(capsys, "experiment", "results", "lift", "--json")
    assert code == 0
    assert [row["outcome"] for row in json.loads(printed)] == ["buyers", "net_revenue", "orders"]
    code, printed, _ = command(capsys, "experiment", "results")
    assert code == 0
    assert "adjusted" in printed
    assert "lift is not final: 2 people have days left" in printed


def test_what_people_do_is_told_by_who_was_there_before(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten days ago a few were in, who bought nothing since; all others did."""
    (shop.folder / "syncs" / "mail.yml").write_text(
        SYNC.replace("outcome_days: 30", "outcome_days: 10")
    )
    with duckdb.connect(str(shop.published / CURRENT / BI.file)) as connection:
        connection.execute("delete from orders")
        connection.execute(
            "insert into orders select customer_id, date '2026-06-21', 10, true, 'test' "
            "from segment_history where entered_on > date '2026-06-20'"
        )
    code, printed, _ = command(capsys, "experiment", "plan", "mail", "--json")
    assert code == 0
    planned = json.loads(printed)
    assert planned["were_members"]
    assert {base["mean"] for base in planned["baselines"]} == {0}
    assert planned["prospects"][0]["smallest_lifts"]["orders"] is None


def test_what_can_not_be_told_of_experiments_is_said(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, told = command(capsys, "experiment", "plan", "plain")
    assert (code, "names no experiment" in told) == (1, True)
    code, _, told = command(capsys, "experiment", "plan", "mial")
    assert (code, "Is mail meant?" in told) == (1, True)
    code, _, told = command(capsys, "experiment", "results", "lifd")
    assert (code, "Is lift meant?" in told) == (1, True)
    (shop.published / CURRENT).unlink()
    assert command(capsys, "experiment", "status")[0] == 1


def test_an_experiment_that_no_sync_names_any_more_is_read_out(
    shop: ActivationShop, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.folder / "syncs" / "mail.yml").unlink()
    code, printed, _ = command(capsys, "experiment", "status", "--json")
    assert (code, json.loads(printed)[0]["stage"]) == (0, "named by no sync")
    assert "named by no sync" in command(capsys, "experiment", "status")[1]
    assert command(capsys, "experiment", "results")[0] == 0
