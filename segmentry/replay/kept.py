"""The days that were replayed: two tables in the folder of what a shop remembers, counts alone."""

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
    "shop_sizes": "as_of_date",
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
    path = replayed_path(state, "shop_sizes")
    if not path.is_file():
        return []
    found = duckdb.execute(
        f"select as_of_date, definitions from read_parquet({sql.path(path)}) order by as_of_date"
    ).fetchall()
    kept = []
    for wanted, (day, by) in zip(days, found, strict=False):
        if (day, by) != (wanted, definitions):
            break
        kept.append(wanted)
    return kept


def keep_day(state: Path, database: Path, day: date, kept: Collection[date], by: str) -> None:
    """Add a day that was computed to those that are kept; others go.

    Args:
        state: the folder of what a shop remembers.
        database: the DuckDB file that holds the day.
        day: the day.
        kept: the days before it that stay.
        by: a digest of the definitions that it was computed by.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        for table, order in TABLES.items():
            path = replayed_path(state, table)
            digest = f", {sql.text(by)} as definitions" if table == "shop_sizes" else ""
            rows = (
                f"select * exclude (is_replayed){digest} from {table} "
                f"where as_of_date = date '{day}' and not is_replayed"
            )
            if kept:
                listed = ", ".join(f"date '{each}'" for each in kept)
                rows += (
                    f" union all by name select * from read_parquet({sql.path(path)}) "
                    f"where as_of_date in ({listed})"
                )
            draft = path.with_suffix(".draft")
            connection.execute(
                f"copy (from ({rows}) order by {order}) to {sql.text(draft)} "
                "(format parquet, compression zstd)"
            )
            draft.replace(path)
