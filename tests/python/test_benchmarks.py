"""Shops of any size are the same shop each time, and what is measured is what was built."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.builds import Build, Measurement, measure_builds, read_build
from benchmarks.kept import keep, read
from benchmarks.measure import Usage
from benchmarks.outputs import FACTS, MEMBERSHIPS, differing_rows
from benchmarks.predictions import STEPS, measure_predictions
from benchmarks.report import (
    growth,
    predictions_to_markdown,
    ratios,
    syncs_to_markdown,
    to_markdown,
)
from benchmarks.shop import GROWING, LAST_DAY, Shop, write_shop
from benchmarks.syncs import measure_syncs
from tests.python.warehouse import ROOT

SCALE = 0.004
MOMENTS = {
    "customers": "created_at",
    "orders": "ordered_at",
    "surveys": "responded_at",
    "email_events": "occurred_at",
    "consent_events": "occurred_at",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return a small shop."""
    return write_shop(tmp_path_factory.mktemp("shop"), SCALE)


def rows(path: Path, columns: str) -> list[tuple[Any, ...]]:
    """Return what is asked of Parquet files."""
    return duckdb.sql(f"select {columns} from read_parquet('{path}') as file_rows").fetchall()


def test_the_same_scale_gives_the_same_shop(shop: Shop, tmp_path: Path) -> None:
    again = write_shop(tmp_path / "again", SCALE)
    for path in sorted(shop.folder.rglob("*.parquet")):
        other = again.folder / path.relative_to(shop.folder)
        digest = "count(*), sum(hash(file_rows))"
        assert rows(path, digest) == rows(other, digest)


def test_a_shop_has_the_rows_of_its_scale(shop: Shop) -> None:
    for table, rows_at_scale_1 in GROWING.items():
        counted = "count(distinct session_id)" if table == "events" else "count(*)"
        ((count,),) = rows(shop.folder / "*" / table / "*.parquet", counted)
        assert count == rows_at_scale_1 * SCALE
    ((events, keys),) = rows(
        shop.folder / "*" / "events" / "*.parquet", "count(*), count(distinct event_id)"
    )
    assert events == keys == pytest.approx(100e6 * SCALE, rel=0.02)


@pytest.mark.parametrize(("table", "moment"), MOMENTS.items())
def test_the_last_day_is_a_file_of_its_own(shop: Shop, table: str, moment: str) -> None:
    ((first,),) = rows(shop.folder / "last_day" / table / "*.parquet", f"min({moment})::date")
    assert first == LAST_DAY
    ((last,),) = rows(shop.raw / table / "*.parquet", f"max({moment})::date")
    assert last <= LAST_DAY


def test_the_last_day_comes_and_goes(shop: Shop) -> None:
    before = {path: path.stat().st_size for path in shop.raw.rglob("*.parquet")}
    shop.deliver_last_day()
    assert len(list(shop.raw.rglob("*.parquet"))) == len(before) + len(GROWING)
    shop.take_back_last_day()
    shop.take_back_last_day()
    assert {path: path.stat().st_size for path in shop.raw.rglob("*.parquet")} == before


def measurement(scale: float, factor: float) -> Measurement:
    """Return a measurement in which everything took a number of seconds."""
    usage = Usage(wall_seconds=factor, cpu_seconds=factor, peak_gigabytes=factor)
    build = Build(usage, {"model": factor, "test": 1}, {"orders": factor, "products": 0.1}, 2)
    return Measurement(
        scale=scale,
        raw_gigabytes=1,
        parse=usage,
        full_build=build,
        next_build=replace(
            build, usage=replace(usage, cpu_seconds=factor / 2), seconds_by_model={"orders": 1}
        ),
        publish=usage,
        next_publish=usage,
        floor=replace(usage, cpu_seconds=factor / 4),
        polars=replace(usage, cpu_seconds=factor / 8),
        warehouse_gigabytes=1,
        published_gigabytes=1,
    )


@pytest.mark.parametrize(
    ("factor", "exponent"), [(10, "1.00"), (1, "0.00"), (100, "2.00"), (31.6227766, "1.50")]
)
def test_growth_is_the_exponent(factor: float, exponent: str) -> None:
    told = growth(measurement(0.1, 1), measurement(1, factor))
    assert told.splitlines()[-1] == "| next day's build " + f"| {exponent} " * 4 + "|"


def test_builds_are_held_against_other_ways() -> None:
    told = ratios(measurement(0.1, 3)).splitlines()[2:]
    assert told == [
        "| full build / SQL by hand | 1.0 | 4.0 | 1.0 |",
        "| next day's build / SQL by hand | 1.0 | 2.0 | 1.0 |",
        "| full build / Polars | 1.0 | 8.0 | 1.0 |",
        "| next day's build / full build | 1.0 | 0.5 | 1.0 |",
    ]
    assert ratios(replace(measurement(0.1, 3), polars=None)).splitlines()[2:] == told[:2] + told[3:]


@pytest.mark.parametrize("has_polars", [True, False])
def test_what_was_measured_is_kept(tmp_path: Path, has_polars: bool) -> None:
    measured = measurement(0.1, 3)
    if not has_polars:
        measured = replace(measured, polars=None)
    keep([measured, measurement(1, 30)], tmp_path / "kept.json")
    assert read(tmp_path / "kept.json") == [measured, measurement(1, 30)]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"scale": 1}]', '[{"usage": {"usage": 1}}]'])
def test_a_file_of_something_else_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    if text == "{}":
        assert read(path) == []
        return
    with pytest.raises(ValueError, match=r"other\.json holds no measurements"):
        read(path)


def test_every_model_of_predictions_is_in_a_step() -> None:
    models = ROOT / "models"
    paths = [*(models / "predictions").rglob("*"), *(models / "intermediate/likeness").rglob("*")]
    names = {path.stem for path in paths if path.suffix in (".sql", ".py")}
    named = [model for step in STEPS.values() for model in step]
    assert sorted(named) == sorted(names | {"identity_suggestions"})


def test_steps_of_predictions_and_their_growth_are_told() -> None:
    usage = Usage(wall_seconds=10, cpu_seconds=20, peak_gigabytes=1)
    small = Build(usage, {}, {"fitted_models": 2.0, "orders": 3.0}, 1)
    large = Build(usage, {}, {"fitted_models": 20.0, "orders": 300.0}, 1)
    told = predictions_to_markdown({0.1: small, 1: large}).splitlines()
    assert "| fit | 2.0 | 20.0 | 1.00 |" in told
    assert "| clusters | 0.0 | 0.0 | - |" in told
    assert "| all that they read | 3.0 | 300.0 | 2.00 |" in told
    assert "| 0.1 | 10 | 20 | 1.0 |" in told


@pytest.mark.prove
def test_predictions_are_built_without_events(tmp_path: Path) -> None:
    measured = measure_predictions(tmp_path, SCALE)
    assert {model for step in STEPS.values() for model in step} <= measured.seconds_by_model.keys()
    assert not (tmp_path / "raw" / "events").exists()


def test_growth_is_drawn(tmp_path: Path) -> None:
    plot = pytest.importorskip("benchmarks.plot", reason="make benchmark installs what draws")
    plot.draw([measurement(0.1, 3), measurement(1, 30)], tmp_path / "growth.svg")
    drawn = (tmp_path / "growth.svg").read_text()
    for text in ("CPU, s", "peak memory, GB", *plot.STEPS):
        assert f">{text}</text>" in drawn


def write_outputs(path: Path) -> None:
    """Write every output to a DuckDB file, with a row of each of three segments."""
    with duckdb.connect(str(path)) as connection:
        for table in (*FACTS, MEMBERSHIPS):
            connection.execute(
                f"create table {table} as select range as a, range / 3 as b, "
                "['x', 'y', 'z'][range + 1] as segment from range(3)"
            )


def test_a_row_that_only_one_has_is_seen(tmp_path: Path) -> None:
    built, floor = tmp_path / "built.duckdb", tmp_path / "floor.duckdb"
    write_outputs(built)
    write_outputs(floor)
    assert set(differing_rows(built, floor).values()) == {0}
    with duckdb.connect(str(floor)) as connection:
        connection.execute("update email_facts set a = 0 where a = 1")
        connection.execute("update voice_facts set b = b + 1e-8 where a = 1")
        connection.execute("update order_facts set b = b + 1e-12 where a = 1")
    changed = {"email_facts": 2, "voice_facts": 2}
    assert {table: n for table, n in differing_rows(built, floor).items() if n} == changed


def test_only_segments_that_were_computed_are_compared(tmp_path: Path) -> None:
    built, folder = tmp_path / "built.duckdb", tmp_path / "polars"
    write_outputs(built)
    folder.mkdir()
    with duckdb.connect(str(built)) as connection:
        for table in (*FACTS, MEMBERSHIPS):
            chosen = "where segment <> 'z'" if table == MEMBERSHIPS else ""
            connection.execute(
                f"copy (from {table} {chosen}) to '{folder / table}.parquet' (format parquet)"
            )
    assert set(differing_rows(built, folder, ["x", "y"]).values()) == {0}
    assert differing_rows(built, folder, ["x"])[MEMBERSHIPS] == 1
    assert differing_rows(built, folder)[MEMBERSHIPS] == 1


def test_the_slowest_models_are_named_first(shop: Shop) -> None:
    told = to_markdown([measurement(0.1, 5)], slowest=1)
    assert "| `orders` | 5.0 | 1.0 |" in told
    assert "products" not in told


def test_times_overlap_but_what_is_around_them_does_not() -> None:
    def node(kind: str, name: str, start: int, end: int) -> dict[str, object]:
        moments = [f"2026-06-30T00:00:{second:02d}Z" for second in (start, end)]
        timing = [{"name": "execute", "started_at": moments[0], "completed_at": moments[1]}]
        return {
            "unique_id": f"{kind}.segmentry.{name}",
            "execution_time": float(end - start),
            "timing": timing,
        }

    usage = Usage(wall_seconds=20, cpu_seconds=30, peak_gigabytes=1)
    results = [node("model", "a", 3, 9), node("model", "b", 4, 9), node("test", "c", 9, 13)]
    assert read_build(usage, results) == Build(
        usage, {"model": 11, "test": 4}, {"a": 6, "b": 5}, seconds_around=10
    )


def test_a_sync_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    steps = measure_syncs(tmp_path, members=200)
    assert [(step.day, step.command, step.writes) for step in steps] == [
        ("the first day", "plan", 0),
        ("the first day", "apply", 1),
        ("the next day", "plan", 0),
        # Two came, two have ordered, two left.
        ("the next day", "apply", 2),
    ]
    assert [step.calls > 0 for step in steps] == [False, True, False, True]
    told = syncs_to_markdown(steps)
    assert "| 200 members, the first day: plan | 0 | 0 |" in told
    assert "peak memory, MB |" in told


@pytest.mark.prove
def test_a_shop_is_built_and_published_on_two_days(shop: Shop) -> None:
    measured = measure_builds(shop)
    assert (measured.polars is not None) == (find_spec("polars") is not None)
    assert (
        measured.full_build.seconds_by_model.keys() == measured.next_build.seconds_by_model.keys()
    )
    with duckdb.connect(str(shop.folder / "built" / "segmentry.duckdb"), read_only=True) as built:
        ((day, orders),) = built.execute(
            "select max(as_of_date), (select count(*) from orders) from customer_facts"
        ).fetchall()
    assert day == LAST_DAY
    assert orders == GROWING["orders"] * SCALE
