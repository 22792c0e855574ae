"""What a build must take at least: its facts and memberships in DuckDB's SQL, written by hand.

It computes the six facts tables and the memberships of a benchmark shop, row for row as the project
does, but for those that stand on fitted models, from files that are known to be clean and of one
shape: nothing is typed, checked, rejected, recorded, tested or published, and only what such a shop
holds is thought of. What segments read is
named as in the project, for their selects are the project's own; all beneath them is in the SQL
files beside this one, a file a step.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.outputs import PREDICTION
from segmentry.settings.memory import limit_memory

SQL = Path(__file__).parent
SEEDS = Path(__file__).parents[2] / "seeds"
STEPS = (
    "as_of",
    "accounts",
    "orders",
    "order_lines",
    "sessions",
    "product_views",
    "emails",
    "surveys",
    "facts",
)
# What a segment of a fitted model holds here.
NOBODY = """
    select
        null::varchar as customer_id, null::varchar as segment, null::varchar as segment_value,
        null::date as as_of_date, null::timestamp as evidence_at, null::varchar as reason
    where false
"""


def compute(raw: Path, compiled: Path, database: Path, as_of: date) -> None:
    """Compute the facts and memberships of a shop as of the end of a day.

    Args:
        raw: the raw folder of a benchmark shop.
        compiled: the folder of models as dbt compiled them; only those of segments and of
            `segment_memberships` are read. They name the relations of `segmentry.duckdb`.
        database: the file to write, named `segmentry.duckdb` for their sake; there must be none.
        as_of: the day.
    """
    with duckdb.connect(str(database)) as connection:
        connection.execute("set threads = 2")
        limit_memory(connection)
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"set variable as_of = timestamp '{as_of + timedelta(days=1)}'")
        for statement in (*_sources(raw), *_steps(), *_segments(compiled)):
            connection.execute(statement)


def _sources(raw: Path) -> Iterator[str]:
    """Yield statements that name the raw files and the seeds that segments read."""
    yield "create schema raw"
    for path in sorted(raw.iterdir()):
        files = path / "*.parquet" if path.is_dir() else path
        yield f"create view raw.{path.stem} as from read_parquet('{files}')"
    yield f"create table sale_calendar as from read_csv('{SEEDS / 'sale_calendar.csv'}')"
    yield (
        f"create table tracked_products as "
        f"from read_csv('{SEEDS / 'tracked_products.csv'}', all_varchar = true)"
    )


def _steps() -> Iterator[str]:
    for step in STEPS:
        yield (SQL / f"{step}.sql").read_text(encoding="utf-8")


def _segments(compiled: Path) -> Iterator[str]:
    """Yield statements that make each segment a view, and all of them the memberships."""
    for path in sorted((compiled / "segments").rglob("segment_*.sql")):
        if path.parent.name == PREDICTION:
            yield f"create view {path.stem} as {NOBODY}"
            continue
        yield f"create view {path.stem} as {path.read_text(encoding='utf-8')}"
    memberships = (compiled / "membership" / "segment_memberships.sql").read_text(encoding="utf-8")
    yield f"create table segment_memberships as {memberships}"
