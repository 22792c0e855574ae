"""What is computed in several ways, and whether the rows are the same."""

from collections.abc import Collection
from pathlib import Path

import duckdb

from segmentry.settings.memory import limit_memory

FACTS = (
    "order_facts",
    "browsing_facts",
    "email_facts",
    "voice_facts",
    "profile_facts",
    "activity_facts",
)
MEMBERSHIPS = "segment_memberships"
# The family of segments that stand on fitted models, which nobody writes by hand.
PREDICTION = "prediction"
FITTED = sorted(
    path.stem.removeprefix("segment_")
    for path in (Path(__file__).parents[1] / "models" / "segments" / PREDICTION).glob("*.sql")
)


def differing_rows(
    warehouse: Path, other: Path, segments: Collection[str] | None = None
) -> dict[str, int]:
    """Return how many rows of each output only one of a build and another way has.

    Fractions are compared to nine places: Polars divides by a constant by multiplying with its
    reciprocal.

    Args:
        warehouse: the DuckDB file that was built.
        other: a DuckDB file, or a folder with a Parquet file for each output.
        segments: which segments the other way computes; all but those of fitted models, if none
            are named.
    """
    with duckdb.connect() as connection:
        limit_memory(connection)
        connection.execute(f"attach '{warehouse}' as built (read_only)")
        if other.is_file():
            connection.execute(f"attach '{other}' as other (read_only)")
        else:
            connection.execute("attach ':memory:' as other")
            for table in (*FACTS, MEMBERSHIPS):
                connection.execute(
                    f"create view other.{table} as from read_parquet('{other / table}.parquet')"
                )
        counts = {table: _differing_rows_of(connection, table, "true") for table in FACTS}
        names = ", ".join(f"'{segment}'" for segment in segments or FITTED)
        condition = f"segment {'in' if segments else 'not in'} ({names})"
        counts[MEMBERSHIPS] = _differing_rows_of(connection, MEMBERSHIPS, condition)
        return counts


def _differing_rows_of(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    columns = ", ".join(
        f"round({name}, 9)" if column_type == "DOUBLE" else name
        for name, column_type, *_ in connection.execute(f"describe built.{table}").fetchall()
    )
    built = f"select {columns} from built.{table} where {condition}"
    other = f"select {columns} from other.{table}"
    ((count,),) = connection.execute(
        f"""
        select count(*) from (
            ({built} except all {other}) union all ({other} except all {built})
        ) as differing_rows
        """
    ).fetchall()
    return int(count)
