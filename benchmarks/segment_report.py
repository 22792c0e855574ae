"""Writes the segment report of a shop as large as wanted: the published one, many times over."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.builds import PROJECT
from benchmarks.measure import Usage, run
from segmentry.records.databases import BI
from segmentry.records.folders import CURRENT, VERSIONS
from segmentry.records.manifest import MANIFEST
from segmentry.records.versions import current_version
from segmentry.report.writing import FOLDER, PAGE
from segmentry.settings.shop import Settings

# What the report reads a row of per customer or order, and the columns that tell copies apart.
COPIED = {
    "customer_facts": ("customer_id",),
    "customer_predictions": ("customer_id",),
    "orders": ("customer_id", "order_id"),
    "segment_history": ("customer_id",),
    "segment_memberships": ("customer_id",),
}


@dataclass(frozen=True)
class Report:
    """A report that was written.

    Attributes:
        customers: those of the shop.
        memberships: theirs.
        usage: what writing it took, the start of the command included.
        size: of the page, in bytes.
    """

    customers: int
    memberships: int
    usage: Usage
    size: int


def measure_report(folder: Path, customers: int) -> Report:
    """Write the report of the current version with so many customers, or a few more.

    Args:
        folder: where the larger version is made.
        customers: how many there are at least.

    Raises:
        SystemExit: when nothing is published.
    """
    version = current_version(Settings.from_environment().published)
    if version is None:
        sys.exit("Nothing is published: make demo")
    larger = folder / VERSIONS / version.build_id
    larger.mkdir(parents=True)
    for name in (BI.file, MANIFEST):
        shutil.copy(version.folder / name, larger)
    (folder / CURRENT).symlink_to(Path(VERSIONS) / version.build_id)
    with duckdb.connect(str(larger / BI.file)) as connection:
        times = -(-customers // version.manifest.row_counts["customer_facts"])
        for table, columns in COPIED.items():
            named = ", ".join(f"{column} || '-' || copy as {column}" for column in columns)
            connection.execute(
                f"insert into {table} select * exclude (copy) replace ({named}) "
                f"from {table} cross join range(1, {times}) as copies(copy)"
            )
        counts = [
            connection.execute(f"select count(*) from {table}").fetchone()
            for table in ("customer_facts", "segment_memberships")
        ]
    usage = run(
        [sys.executable, "-m", "segmentry", "report"],
        PROJECT,
        {"SEGMENTRY_PUBLISHED_DIR": str(folder), "SEGMENTRY_ENV_FILE": ""},
    )
    (found, memberships) = (count[0] for count in counts if count)
    return Report(found, memberships, usage, (larger / FOLDER / PAGE).stat().st_size)
