"""Builds a shop whose persons are hard to join: a long chain of accounts among many."""

from pathlib import Path

import duckdb

from benchmarks.builds import Build, build, settings_of
from benchmarks.shop import LAST_DAY

# Every account has an address of its own; the first ones also ordered with their neighbour's.
TABLES = {
    "customers": """
        select
            'c' || number as customer_id,
            'user' || number || '@shop.test' as email,
            timestamp '2025-01-01' as created_at
        from range({accounts}) as numbers(number)
    """,
    "orders": """
        select
            'o' || number as order_id,
            'c' || number as customer_id,
            'user' || number + 1 || '@shop.test' as email,
            timestamp '2025-02-01' as ordered_at,
            'completed' as status,
            'USD' as currency,
            1 as subtotal_amount
        from range({links}) as numbers(number)
    """,
}


def measure_chain(folder: Path, accounts: int, links: int) -> Build:
    """Build the identity of accounts of which the first are one person.

    Args:
        folder: an empty folder for all files.
        accounts: how many there are.
        links: how many of them share an address with the next.

    Raises:
        CalledProcessError: when the build fails.
        AssertionError: when they are not one person.
    """
    raw = folder / "raw"
    raw.mkdir()
    with duckdb.connect() as connection:
        for name, query in TABLES.items():
            query = query.format(accounts=accounts, links=links)
            connection.execute(f"copy ({query}) to '{raw / name}.parquet' (format parquet)")
    limits = f"{{max_accounts_per_person: {accounts}}}"
    settings = settings_of(raw, folder, LAST_DAY)
    measured = build(
        settings, "--exclude-resource-type=test", "--select=+int_identities", "--vars", limits
    )
    with duckdb.connect(settings["SEGMENTRY_WAREHOUSE"], read_only=True) as connection:
        sizes = connection.execute(
            "select count(distinct account_id) from int_identities group by customer_id "
            "having count(distinct account_id) > 1"
        ).fetchall()
    assert sizes == [(links + 1,)], sizes
    return measured
