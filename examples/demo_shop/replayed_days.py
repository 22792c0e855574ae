"""Ship the demo shop's past with it: `python -m examples.demo_shop.replayed_days STATE`.

Its sizes on past days are copied from the state folder of a build of it that was replayed. They
name no definition: they go by those of the project, to which a test holds them.
"""

import argparse
from pathlib import Path

import duckdb

from segmentry.reading import sql
from segmentry.replay.kept import DEMO, TABLES, replayed_path

# What is shipped of a table, where that is not all.
COLUMNS = {
    "segment_sizes": "* replace (cast(null as varchar) as definition)",
    "shop_sizes": "* exclude (definitions)",
}


def ship(state: Path, folder: Path = DEMO) -> None:
    """Copy the replayed days of a state folder, without what they were computed by.

    Args:
        state: the state folder.
        folder: that of the demo shop.
    """
    for table in TABLES:
        path = replayed_path(folder, table)
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = sql.path(replayed_path(state, table))
        duckdb.execute(
            f"copy (select {COLUMNS.get(table, '*')} from read_parquet({kept})) "
            f"to {sql.text(path)} (format parquet, compression zstd)"
        )


def main() -> None:
    """Copy the days of the state folder that is named."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.demo_shop.replayed_days",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("state", type=Path, help="state folder of a build that was replayed")
    ship(parser.parse_args().state)


if __name__ == "__main__":
    main()
