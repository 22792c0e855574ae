"""Syncs audiences of any size to a simulator of Klaviyo, and measures the process that does it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

from benchmarks.builds import PROJECT
from benchmarks.measure import Usage, run
from segmentry.records.databases import BI, CONTACTS
from segmentry.records.folders import VERSIONS, switch
from segmentry.records.manifest import MANIFEST, Manifest
from segmentry.records.suppressions import FILE
from segmentry.simulators.klaviyo import KlaviyoSimulator
from segmentry.state.keys import STATE_KEY

DAYS = ("the first day", "the next day")
SYNC = """
platform: klaviyo
credentials: {{api_key: BENCHMARK_KLAVIYO_KEY}}
base_url: {base_url}
audiences:
  - {{id: {audience}, segments: [one_timers]}}
properties:
  first_name: first_name
  Orders: order_count
  Last order: last_order_at
"""
# On the next day one in a hundred has left, another has come and another has ordered again.
PEOPLE = """
    create table people as
    select
        'c' || number as customer_id,
        'person' || number || '@shop.example' as email,
        'Name ' || number as first_name,
        case when {day} = 1 and number % 100 = 50 then 2 else 1 end as order_count,
        timestamp '2026-01-01' + to_minutes(number % 250000) as last_order_at
    from range({day} * {members} // 100, {members} + {day} * {members} // 100) as numbers(number)
"""
TABLES = {
    BI: {
        "customer_facts": "select customer_id, order_count, last_order_at from people",
        "segment_memberships": """
            select customer_id, 'one_timers' as segment, '' as segment_value from people
        """,
        "segment_values": "select '' as segment, '' as segment_value limit 0",
        "segment_catalog": """
            select 'one_timers' as segment, false as is_valued, false as is_sensitive,
                'email' as destinations
        """,
    },
    CONTACTS: {
        "activation_profiles": """
            select customer_id, email, first_name, null::varchar as last_name,
                ['one_timers'] as segments
            from people
        """,
    },
}
NOES = """
    select 'no' || number || '@shop.example' as email, 'unsubscribed' as reason,
        date '2026-06-30' as as_of_date
    from range({members} // 5) as numbers(number)
"""


@dataclass(frozen=True)
class Step:
    """A command of a sync.

    Attributes:
        members: of the audience.
        day: of `DAYS`.
        command: `plan` or `apply`.
        calls: requests that it made.
        writes: those that change anything.
        usage: what its process took; the simulator's is another.
    """

    members: int
    day: str
    command: str
    calls: int
    writes: int
    usage: Usage


def measure_syncs(folder: Path, members: int) -> list[Step]:
    """Sync an audience to an empty list, and what changes by the next day.

    Args:
        folder: an empty folder for all files.
        members: how many are in the audience; a fifth as many must not be written to.

    Raises:
        CalledProcessError: when a command fails.
        AssertionError: when not everybody arrived.
    """
    steps = []
    with simulator() as platform:
        base_url, api_key, audience = platform.recv()
        (folder / "syncs").mkdir()
        text = SYNC.format(base_url=base_url, audience=audience)
        (folder / "syncs" / "everybody.yml").write_text(text, encoding="utf-8")
        environment = {
            "SEGMENTRY_ENV_FILE": "",
            "SEGMENTRY_PUBLISHED_DIR": str(folder / "published"),
            "SEGMENTRY_STATE_DIR": str(folder / "state"),
            "SEGMENTRY_SYNCS_DIR": str(folder / "syncs"),
            STATE_KEY: "the key of the benchmark, which protects nobody",
            "BENCHMARK_KLAVIYO_KEY": api_key,
        }
        for number, day in enumerate(DAYS):
            publish(folder / "published", number, members)
            for command in ("plan", "apply"):
                program = [sys.executable, "-m", "segmentry", command, "everybody"]
                usage = run(program, PROJECT, environment)
                platform.send(audience)
                calls, writes, arrived = platform.recv()
                steps.append(Step(members, day, command, calls, writes, usage))
            assert arrived == members, arrived
    return steps


def publish(published: Path, day: int, members: int) -> None:
    """Write a version with just what syncs read of it, and who must not be written to."""
    build_id = f"20260701T00000{day}-0123abcd"
    version = published / VERSIONS / build_id
    version.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(PEOPLE.format(day=day, members=members))
        for database, tables in TABLES.items():
            connection.execute(f"attach '{version / database.file}' as written")
            for table, query in tables.items():
                connection.execute(f"create table written.{table} as {query}")
            connection.execute("detach written")
        noes = NOES.format(members=members)
        connection.execute(f"copy ({noes}) to '{published / FILE}' (format parquet)")
    Manifest(
        build_id=build_id,
        as_of=datetime(2026, 7, 1, tzinfo=UTC),
        as_of_date=date(2026, 6, 30),
        invocation_id="benchmark",
        published_at=datetime.now(UTC),
        based_on=None,
        replaced=None,
        row_counts={},
        segment_sizes={},
        validation={"results": [{"name": "benchmark"}]},
        fingerprints={},
        accepted=[],
    ).write(version / MANIFEST)
    switch(published, build_id)


@contextmanager
def simulator() -> Iterator[Connection]:
    """Run a simulator of Klaviyo in a process of its own: its memory is nobody else's.

    It tells its address, its key and the id of its list; then, for each id of a list that it is
    sent, how many requests it got since, how many of them write, and how many members there are.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_simulate, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        # It ends when nobody can ask it any more.
        ours.close()
        process.join()


def _question(asked: Connection) -> str | None:
    """Return the next list that is asked about; None when nobody asks any more."""
    try:
        audience: str = asked.recv()
    except EOFError:
        return None
    return audience


def _simulate(asked: Connection) -> None:
    with KlaviyoSimulator(checks_contract=False) as platform:
        asked.send((platform.base_url, platform.api_key, platform.add_list("Everybody")))
        while audience := _question(asked):
            writes = len(list(platform.writes()))
            asked.send((len(platform.journal), writes, len(platform.members_of(audience))))
            platform.journal.clear()
