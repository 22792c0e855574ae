"""Builds a shop, its next day and their published versions, and measures each."""

import json
import shutil
import sys
from collections.abc import Collection, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.measure import Usage, run
from benchmarks.outputs import differing_rows
from benchmarks.shop import LAST_DAY, Shop

PROJECT = Path(__file__).parents[1]
SEGMENTS_IN_POLARS = (
    "one_timers",
    "loyal_customers",
    "high_spenders",
    "coupon_lovers",
    "idle_customers",
    "cart_abandoners",
)
DBT = str(Path(sys.executable).with_name("dbt"))


@dataclass(frozen=True)
class Build:
    """A build of a shop with its data tests.

    Attributes:
        usage: what dbt took, from its start to its end.
        seconds_by_kind: the seconds of all models, tests, seeds and hooks, each from its own start
            to its own end: some run at the same time.
        seconds_by_model: the same of each model.
        seconds_around: the seconds before the first and after the last of them: dbt starts, reads
            what it knows of the project, and writes what it did.
    """

    usage: Usage
    seconds_by_kind: dict[str, float]
    seconds_by_model: dict[str, float]
    seconds_around: float


@dataclass(frozen=True)
class Measurement:
    """A shop, built and published on two days.

    Attributes:
        scale: the size of the shop.
        raw_gigabytes: its raw files.
        parse: dbt reads the project for the first time.
        full_build: everything but the last day is built from nothing.
        next_build: the last day has come.
        publish: the first version is validated and published.
        next_publish: so is the next.
        floor: the facts and memberships of the last day, computed by SQL written by hand.
        polars: the facts and six segments of the last day, computed in Polars, if it is installed.
        warehouse_gigabytes: the warehouse of the last day.
        published_gigabytes: the version of the last day.
    """

    scale: float
    raw_gigabytes: float
    parse: Usage
    full_build: Build
    next_build: Build
    publish: Usage
    next_publish: Usage
    floor: Usage
    polars: Usage | None
    warehouse_gigabytes: float
    published_gigabytes: float


def measure_builds(shop: Shop) -> Measurement:
    """Build and publish a shop as of its last day but one, then of its last.

    What earlier measurements left in its folder is removed.

    Args:
        shop: the raw files.

    Raises:
        CalledProcessError: when a build, publish or another way to compute the same fails.
        ValueError: when that has other rows than the build.
    """
    folder = shop.folder / "built"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    settings = settings_of(shop.raw, folder, LAST_DAY - timedelta(days=1))
    shop.take_back_last_day()
    parse = run([DBT, "--quiet", "parse"], PROJECT, settings)
    full_build = build(settings)
    first_publish = publish(settings)
    shop.deliver_last_day()
    settings = settings_of(shop.raw, folder, LAST_DAY)
    next_build = build(settings)
    next_publish = publish(settings)
    return Measurement(
        scale=shop.scale,
        raw_gigabytes=size_of(shop.raw),
        parse=parse,
        full_build=full_build,
        next_build=next_build,
        publish=first_publish,
        next_publish=next_publish,
        floor=compute_floor(shop.raw, folder),
        polars=compute_in_polars(shop.raw, folder),
        warehouse_gigabytes=(folder / "segmentry.duckdb").stat().st_size / 1024**3,
        published_gigabytes=size_of((folder / "published" / "current").resolve()),
    )


def settings_of(raw: Path, folder: Path, as_of: date) -> dict[str, str]:
    """Return the environment of a build as of the end of a day; all it writes is in a folder."""
    return {
        "SEGMENTRY_ENV_FILE": "",
        "SEGMENTRY_RAW_DIR": str(raw),
        "SEGMENTRY_WAREHOUSE": str(folder / "segmentry.duckdb"),
        "SEGMENTRY_PUBLISHED_DIR": str(folder / "published"),
        "SEGMENTRY_AS_OF": str(as_of),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_LOG_LEVEL_FILE": "none",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def build(settings: Mapping[str, str], *arguments: str) -> Build:
    """Build everything that a warehouse holds, with data tests, the way a user does."""
    command = [DBT, "--quiet", "build", "--exclude-resource-type=unit_test", *arguments]
    usage = run(command, PROJECT, settings)
    results = json.loads((Path(settings["DBT_TARGET_PATH"]) / "run_results.json").read_text())
    return read_build(usage, results["results"])


def read_build(usage: Usage, results: list[dict[str, Any]]) -> Build:
    """Return what dbt says of the nodes that it ran."""
    kinds: dict[str, float] = {}
    models: dict[str, float] = {}
    for result in results:
        kind, _, name = result["unique_id"].split(".", 2)
        kinds[kind] = kinds.get(kind, 0) + result["execution_time"]
        if kind == "model":
            models[name] = result["execution_time"]
    moments = [
        datetime.fromisoformat(timing[end].removesuffix("Z"))
        for result in results
        for timing in result["timing"]
        for end in ("started_at", "completed_at")
    ]
    busy = (max(moments) - min(moments)).total_seconds()
    return Build(usage, kinds, models, usage.wall_seconds - busy)


def publish(settings: Mapping[str, str]) -> Usage:
    """Validate and publish what was built."""
    return run([sys.executable, "-m", "segmentry", "publish"], PROJECT, settings)


def compute_floor(raw: Path, folder: Path) -> Usage:
    """Compute by hand what was built last, and see that it is the same.

    Args:
        raw: the raw folder that was built.
        folder: what the build wrote.

    Raises:
        CalledProcessError: when it can't be computed.
        ValueError: when rows differ.
    """
    database = folder / "floor" / "segmentry.duckdb"
    database.parent.mkdir()
    compiled = folder / "target" / "compiled" / "segmentry" / "models"
    usage = compute("benchmarks.floor", raw, compiled, database, LAST_DAY)
    see_no_difference(folder / "segmentry.duckdb", database)
    return usage


def compute_in_polars(raw: Path, folder: Path) -> Usage | None:
    """Compute facts and six segments in Polars, if it is here, and see that they are the same.

    Args:
        raw: the raw folder that was built.
        folder: what the build wrote.

    Raises:
        CalledProcessError: when they can't be computed.
        ValueError: when rows differ.
    """
    if not find_spec("polars"):
        return None
    output = folder / "polars"
    usage = compute("benchmarks.polars_script", raw, output, LAST_DAY)
    see_no_difference(folder / "segmentry.duckdb", output, SEGMENTS_IN_POLARS)
    return usage


def compute(module: str, *arguments: object) -> Usage:
    """Run another way to compute what a build computes."""
    command = [sys.executable, "-m", module, *(str(argument) for argument in arguments)]
    return run(command, PROJECT, {})


def see_no_difference(
    warehouse: Path, other: Path, segments: Collection[str] | None = None
) -> None:
    """Compare a build with what was computed in another way, in a process of its own.

    A child starts with the memory of its parent in its account: what is measured next would have
    that of the comparison.

    Args:
        warehouse: the DuckDB file that was built.
        other: what was written in the other way.
        segments: which segments it holds; all, if none are named.

    Raises:
        ValueError: when rows differ.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as processes:
        counts = processes.submit(differing_rows, warehouse, other, segments).result()
    differing = {table: count for table, count in counts.items() if count}
    if differing:
        raise ValueError(f"{other} has other rows than the build: {differing}.")


def size_of(folder: Path) -> float:
    """Return the gigabytes of the files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files) / 1024**3
