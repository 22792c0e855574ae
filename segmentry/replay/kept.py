"""The days that were replayed: tables in the folder of what a shop remembers, counts alone."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from segmentry.errors import ReplayError
from segmentry.reading import sql
from segmentry.settings.scratch import hold
from segmentry.settings.shop import ROOT

# What ships with the demo shop: `make demo-replay`.
DEMO = ROOT / "examples" / "demo_shop"
FOLDER = "replayed"
# By which the rows of a table are in order. The last one tells which days are there.
TABLES = {
    "segment_sizes": "as_of_date, segment, segment_value",
    "segment_flows": "as_of_date, segment, from_value, to_value",
    "shop_sizes": "as_of_date",
}
# Of a day and a digest of the definitions that it was computed by. `last_build` is attached.
ROWS = {
    "segment_sizes": """
        select * exclude (is_replayed) from segment_sizes
        where as_of_date = {day} and not is_replayed
    """,
    # Whom two of the day's customers have become is one customer.
    "segment_flows": """
        with

        segments as (
            select segment from last_build.segment_catalog
            where is_valued and exclusive_group is not null and not is_sensitive
        ),

        stays as (
            select ids.customer_id, stays.segment, stays.segment_value, true as is_before
            from segment_memberships as stays
            inner join last_build.int_written_ids as ids on stays.customer_id = ids.written_id

            union all

            select customer_id, segment, segment_value, false
            from last_build.segment_memberships
        ),

        moves as (
            select
                segment,
                customer_id,
                max(segment_value) filter (is_before) as from_value,
                max(segment_value) filter (not is_before) as to_value
            from stays
            semi join segments using (segment)
            group by segment, customer_id
        )

        select
            {day} as as_of_date,
            (select max(as_of_date) from last_build.int_as_of) as until_on,
            segment,
            from_value,
            to_value,
            count(*) as customer_count
        from moves
        group by segment, from_value, to_value
    """,
    "shop_sizes": """
        select * exclude (is_replayed), {definitions} as definitions from shop_sizes
        where as_of_date = {day} and not is_replayed
    """,
}


def replayed_path(folder: Path, table: str) -> Path:
    """Return where a table of replayed days is.

    Args:
        folder: the folder of what a shop remembers, or that of the demo shop.
        table: its name, as `shop_sizes`.
    """
    return folder / FOLDER / f"{table}.parquet"


@contextmanager
def replay_lock(state: Path) -> Iterator[None]:
    """Hold the replayed days against other replays, waiting for them; make their folder.

    Raises:
        ReplayError: when the folder can't be written.
    """
    folder = state / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = hold(folder)
    except OSError as error:
        raise ReplayError(
            f"{folder} can't be written ({(error.strerror or 'unknown').lower()}): give this user "
            "the right to, or set SEGMENTRY_STATE_DIR to another folder."
        ) from error
    with lock:
        yield


def kept_days(state: Path, days: Sequence[date], definitions: str) -> list[date]:
    """Return the days that need not be computed again: the first ones, without a gap.

    What a day says of who came and went stands on the day before it, so a day is kept where all
    before it are, and nothing older was replayed.

    Args:
        state: the folder of what a shop remembers.
        days: the days that are wanted, the oldest first.
        definitions: a digest of the definitions that they must have been computed by.
    """
    if not all(replayed_path(state, table).is_file() for table in TABLES):
        return []
    path = replayed_path(state, "shop_sizes")
    found = duckdb.execute(
        f"select as_of_date, definitions from read_parquet({sql.path(path)}) order by as_of_date"
    ).fetchall()
    kept = []
    for wanted, (day, by) in zip(days, found, strict=False):
        if (day, by) != (wanted, definitions):
            break
        kept.append(wanted)
    return kept


def keep_day(
    state: Path, database: Path, last_build: Path, day: date, kept: Collection[date], by: str
) -> None:
    """Add a day that was computed to those that are kept; others go.

    Args:
        state: the folder of what a shop remembers.
        database: the DuckDB file that holds the day.
        last_build: that of the last build, which the day leads to.
        day: the day.
        kept: the days before it that stay.
        by: a digest of the definitions that it was computed by.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"attach {sql.text(last_build)} as last_build (read_only)")
        for table, order in TABLES.items():
            path = replayed_path(state, table)
            rows = ROWS[table].format(day=f"date '{day}'", definitions=sql.text(by))
            if kept:
                listed = ", ".join(f"date '{each}'" for each in kept)
                rows = (
                    f"from ({rows}) union all by name select * from read_parquet({sql.path(path)}) "
                    f"where as_of_date in ({listed})"
                )
            draft = path.with_suffix(".draft")
            connection.execute(
                f"copy (from ({rows}) order by {order}) to {sql.text(draft)} "
                "(format parquet, compression zstd)"
            )
            draft.replace(path)
