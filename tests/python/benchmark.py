"""Measures a build and a publish of a large shop, or a build of persons that are hard to join.

    python -m tests.python.benchmark --events 1000000 --customers 100000 --orders 500000
    python -m tests.python.benchmark --identity

The shop is drawn in SQL from hashes of row numbers, so that the same sizes give the same rows.
"""

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from segmentry.publish.last_build import publish_last_build
from segmentry.records.versions import KEPT_VERSIONS
from segmentry.settings.shop import Settings
from tests.python.warehouse import run_dbt

AS_OF = "2026-06-30"
FIRST_MOMENT = "timestamp '2024-07-01 00:00:00'"
DAYS = 730
SLOWEST_SHOWN = 10
HOOK_PREFIX = "operation."
IDENTITY_FOLDER = "intermediate/identity"
CHAIN_LINKS = 10_000
IDENTITY_ACCOUNTS = 1_000_000

# A number from 0 up to 1 that is always the same for a row and a purpose.
MACROS = f"""
create macro chance(number, purpose) as (hash(number, purpose) % 1000003) / 1000003.0;
create macro one_of(choices, number, purpose) as
    choices[1 + cast(floor(chance(number, purpose) * len(choices)) as integer)];
create macro skewed(number, purpose, size) as
    cast(floor(size * pow(chance(number, purpose), 3)) as bigint);
create macro moment(number, purpose) as
    {FIRST_MOMENT} + to_seconds(cast({DAYS} * 86400.0 * sqrt(chance(number, purpose)) as bigint));
create macro account(number) as 'c' || number;
create macro mailbox(number) as 'mail' || number || '@shop.test';
create macro product(number) as 'p' || number;
"""

PRODUCT_COUNT = 5_000
MEAN_EVENTS_PER_SESSION = 8

TABLES = {
    "customers": """
        select account(range) as customer_id, mailbox(range) as email,
            one_of(['Ana', 'José', '李', 'Zoë'], range, 'name') as first_name,
            one_of(['US', 'US', 'DE', 'GB', 'BR'], range, 'country') as country_code,
            moment(range, 'created') as created_at,
            chance(range, 'accepts') < 0.4 as accepts_marketing
        from range($customers)
    """,
    "products": f"""
        select product(range) as product_id, 'Product ' || range as product_name,
            'category ' || range % 40 as category, 'brand ' || range % 90 as brand,
            cast(1 + chance(range, 'price') * 200 as decimal(18, 2)) as unit_price,
            cast(moment(range, 'launch') as date) as launched_on
        from range({PRODUCT_COUNT})
    """,
    # A third of the orders are a guest's; an account's order sometimes has another mailbox.
    "orders": """
        select 'o' || range as order_id,
            case when chance(range, 'guest') >= 0.33 then account(buyer) end as customer_id,
            case when chance(range, 'other mailbox') < 0.03
                then mailbox(buyer + $customers) else mailbox(buyer) end as email,
            'v' || skewed(range, 'visitor', $customers * 3) as anonymous_id,
            moment(range, 'ordered') as ordered_at,
            case when chance(range, 'status') < 0.95 then 'completed' else 'cancelled' end
                as status,
            one_of(['USD', 'USD', 'USD', 'EUR', 'GBP'], range, 'currency') as currency,
            cast(5 + 300 * pow(chance(range, 'amount'), 3) as decimal(18, 2)) as subtotal_amount,
            case when chance(range, 'discount') < 0.2 then cast(4 as decimal(18, 2)) end
                as discount_amount,
            case when chance(range, 'coupon') < 0.1 then 'SAVE' end as coupon_code,
            one_of(['US', 'US', 'DE', 'GB', null], range, 'country') as country_code
        from (select range, skewed(range, 'buyer', $customers) as buyer from range($orders))
    """,
    "order_lines": f"""
        select 'o' || orders.range as order_id, lines.range + 1 as line_number,
            product(skewed(orders.range * 10 + lines.range, 'line', {PRODUCT_COUNT})) as product_id,
            1 + orders.range % 3 as quantity, cast(19.9 as decimal(18, 2)) as unit_price
        from range($orders) as orders
        inner join range(4) as lines
            on lines.range <= 4 * pow(chance(orders.range, 'lines'), 2)
    """,
    "refunds": """
        select 'r' || range as refund_id, 'o' || range * 25 as order_id,
            moment(range, 'refunded') as refunded_at, cast(5 as decimal(18, 2)) as amount
        from range(cast($orders / 25 as bigint))
    """,
    # Visitors come again and again; some sign in, half of the tools issue session ids.
    "events": f"""
        select 'e' || session || '-' || number as event_id,
            began + to_seconds(number * cast(20 + 200 * chance(session, 'pace') as bigint))
                as occurred_at,
            one_of(
                ['page_view', 'view_item', 'view_item', 'search', 'add_to_cart', 'begin_checkout'],
                session * 100 + number, 'name'
            ) as event_name,
            'v' || visitor as anonymous_id,
            case when chance(session, 'signed in') < 0.15 and number > 1
                then account(visitor % $customers) end as customer_id,
            case when session % 2 = 0 then 's' || session end as session_id,
            product(skewed(session * 100 + number, 'viewed', {PRODUCT_COUNT})) as product_id,
            '/page/' || number as page_path,
            one_of(['mobile', 'desktop', 'tablet'], visitor, 'device') as device_type,
            one_of(['google', 'newsletter', null, null], session, 'source') as utm_source
        from (
            select sessions.range as session, events.range as number,
                skewed(sessions.range, 'visitor', $customers * 3) as visitor,
                moment(sessions.range, 'session') as began
            from range(cast(1.2 * $events / {MEAN_EVENTS_PER_SESSION} as bigint)) as sessions
            inner join range(5 * {MEAN_EVENTS_PER_SESSION}) as events
                on events.range < 1
                - {MEAN_EVENTS_PER_SESSION} * ln(1 - chance(sessions.range, 'length'))
            order by began, session, number
            limit $events
        )
    """,
    "surveys": """
        select 'a' || range as response_id, moment(range, 'answered') as responded_at,
            one_of(['csat', 'nps', 'review'], range, 'type') as survey_type,
            account(skewed(range, 'respondent', $customers)) as customer_id,
            floor(chance(range, 'score') * 6) as score
        from range(cast($orders / 10 as bigint))
    """,
    "email_events": """
        select 'm' || range as event_id, moment(range, 'mailed') as occurred_at,
            one_of(['delivered', 'delivered', 'opened', 'clicked'], range, 'type') as event_type,
            mailbox(skewed(range, 'reader', $customers)) as email,
            'newsletter' as campaign_type, chance(range, 'machine') < 0.5 as is_machine_open
        from range($orders)
    """,
    "consent_events": """
        select 'k' || range as consent_id, moment(range, 'consented') as occurred_at,
            mailbox(range * 2) as email, 'email' as channel,
            one_of(['granted', 'granted', 'withdrawn'], range, 'state') as state
        from range(cast($customers / 2 as bigint))
    """,
    "exchange_rates": """
        select cast(range as date) as rate_date, currency, cast(1.1 as decimal(18, 8)) as rate
        from range(date '2024-01-01', date '2026-07-01', interval 7 day),
            unnest(['EUR', 'GBP']) as currencies(currency)
    """,
}

# Accounts with a mailbox each; the first ones also ordered with their neighbour's.
IDENTITY_TABLES = {
    "customers": """
        select account(range) as customer_id, mailbox(range) as email,
            moment(range, 'created') as created_at
        from range($accounts)
    """,
    "orders": """
        select 'o' || range as order_id, account(range) as customer_id,
            mailbox((range + 1) % $accounts) as email, moment(range, 'ordered') as ordered_at,
            'completed' as status, 'USD' as currency, 1 as subtotal_amount
        from range(cast($links / 2 as bigint))
    """,
}


@dataclass(frozen=True)
class Measurement:
    """Seconds and memory of one build.

    Attributes:
        seconds: from start to end of the process.
        peak_gigabytes: the most memory that it held.
        node_seconds: the seconds of each node by its unique id.
        folders: the folder of each model's file by its unique id.
    """

    seconds: float
    peak_gigabytes: float
    node_seconds: dict[str, float]
    folders: dict[str, str]

    def of_folder(self, folder: str) -> dict[str, float]:
        """Return the seconds of the models in a folder below `models`."""
        return {
            node: seconds
            for node, seconds in self.node_seconds.items()
            if self.folders.get(node) == f"models/{folder}"
        }


def write_tables(folder: Path, tables: dict[str, str], sizes: dict[str, int]) -> None:
    """Write one Parquet file per table.

    Args:
        folder: where the files go.
        tables: the SQL of each table, sizes as `$name`.
        sizes: the numbers to put in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        for table, query in tables.items():
            for name, size in sizes.items():
                query = query.replace(f"${name}", str(size))
            connection.execute(f"copy ({query}) to '{folder / table}.parquet' (format parquet)")


def measure_build(warehouse: Path, raw_dir: Path, variables: dict[str, Any]) -> Measurement:
    """Build everything from a raw folder, tests included, and measure it."""
    start = time.monotonic()
    run_dbt("build", raw_dir=raw_dir, warehouse=warehouse, variables={"as_of": AS_OF, **variables})
    seconds = time.monotonic() - start
    target = warehouse.with_suffix(".target")
    results = json.loads((target / "run_results.json").read_text())["results"]
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    return Measurement(
        seconds=seconds,
        peak_gigabytes=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2,
        node_seconds={result["unique_id"]: result["execution_time"] for result in results},
        folders={
            name: str(Path(node["original_file_path"]).parent) for name, node in nodes.items()
        },
    )


def measure_publish(warehouse: Path, raw_dir: Path) -> float:
    """Return the seconds that validating and publishing a build take; versions go beside it."""
    settings = Settings.from_environment(
        {"SEGMENTRY_WAREHOUSE": str(warehouse), "SEGMENTRY_RAW_DIR": str(raw_dir)}
    )
    start = time.monotonic()
    publish_last_build(settings, accepted=[], keep=KEPT_VERSIONS)
    return time.monotonic() - start


def print_seconds(title: str, seconds: dict[str, float]) -> None:
    """Print seconds per node, the slowest first."""
    print(f"\n{title}: {sum(seconds.values()):.1f} s")
    for node, value in sorted(seconds.items(), key=lambda entry: -entry[1])[:SLOWEST_SHOWN]:
        print(f"{value:9.2f}  {node}")


def print_measurement(measurement: Measurement, is_identity: bool) -> None:
    """Print the machine and where the time went."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB")
    print(f"DuckDB {duckdb.__version__}, Python {platform.python_version()}")
    print(
        f"whole build with tests: {measurement.seconds:.1f} s, "
        f"{measurement.peak_gigabytes:.1f} GB at most"
    )
    hooks = {
        node: seconds
        for node, seconds in measurement.node_seconds.items()
        if node.startswith(HOOK_PREFIX)
    }
    print_seconds("hook that reads the raw folder", hooks)
    if is_identity:
        print_seconds("models of persons", measurement.of_folder(IDENTITY_FOLDER))
    others = {
        node: seconds for node, seconds in measurement.node_seconds.items() if node not in hooks
    }
    print_seconds("models, seeds and tests, the slowest", others)


def main() -> None:
    """Draw a shop, build and publish it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=500_000)
    parser.add_argument(
        "--identity",
        action="store_true",
        help=f"a chain of {CHAIN_LINKS:,} links among {IDENTITY_ACCOUNTS:,} accounts instead",
    )
    parser.add_argument("--folder", type=Path, help="where to keep the files; a temporary folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="segmentry-benchmark-") as temporary:
        folder = (arguments.folder or Path(temporary)).absolute()
        raw_dir, warehouse = folder / "raw", folder / "warehouse.duckdb"
        # The versions of a shop that the environment names are neither read nor added to.
        os.environ.pop("SEGMENTRY_PUBLISHED_DIR", None)
        if arguments.identity:
            sizes = {"accounts": IDENTITY_ACCOUNTS, "links": CHAIN_LINKS}
            write_tables(raw_dir, IDENTITY_TABLES, sizes)
            variables = {"max_accounts_per_person": IDENTITY_ACCOUNTS}
        else:
            sizes = {name: getattr(arguments, name) for name in ("events", "customers", "orders")}
            write_tables(raw_dir, TABLES, sizes)
            # Visitors drawn at random share their browsers, more than a shop's do.
            variables = {"max_identity_conflict_share": 1}
        measurement = measure_build(warehouse, raw_dir, variables)
        print_measurement(measurement, arguments.identity)
        if not arguments.identity:
            print(f"\nvalidated and published in {measure_publish(warehouse, raw_dir):.1f} s")


if __name__ == "__main__":
    main()
