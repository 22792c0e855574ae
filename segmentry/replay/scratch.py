"""A past day, computed by dbt beside the last build and left for the day after it to stand on."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from segmentry.errors import DbtError, ReplayError
from segmentry.project.dbt_command import AS_READ, DBT_ITSELF, run_dbt
from segmentry.project.last_build import write_last_build
from segmentry.reading import sql
from segmentry.records.folders import CURRENT, VERSIONS
from segmentry.records.manifest import MANIFEST

# What sizes stand on and another day, or another day before it, changes; all else is the last
# build's. Merges are what the next day needs beside the sizes to know who is who.
WANTED = ("segment_sizes", "shop_sizes", "customer_merges")
CHANGED_BY = ("int_as_of+", "source:published+", "source:replayed+")
# Numbers of clusters mean nothing but in their day: those of each replayed day go on from today's.
CLUSTERS = "cluster_profiles"


@dataclass(frozen=True)
class Scratch:
    """A scratch database and a scratch folder of versions, in which one day follows the other.

    Attributes:
        folder: an empty folder, for the database, the versions and dbt's files.
        project: the root of the dbt project.
        warehouse: the DuckDB file of the last build, which is only read.
        variables: the dbt vars of every run.
    """

    folder: Path
    project: Path
    warehouse: Path
    variables: Mapping[str, Any]

    @property
    def database(self) -> Path:
        """The DuckDB file that days are computed in."""
        return self.folder / "replay_scratch.duckdb"

    def begin(self, day: date) -> None:
        """Read the project, and stand the first day on today's clusters and nothing else.

        Args:
            day: the first that is computed.

        Raises:
            ReplayError: when dbt can't read the project.
        """
        self._run_dbt(day, "parse")
        write_last_build(self._manifest(), self.warehouse, self._last_build)
        self._publish(day - timedelta(days=1))

    def compute(self, day: date) -> None:
        """Compute a day, and leave it for the next one to stand on.

        Raises:
            ReplayError: when dbt can't compute it.
        """
        selected = [f"{changing},+{wanted}" for changing in CHANGED_BY for wanted in WANTED]
        self._run_dbt(
            day,
            *("run", "--no-write-json", "--defer", "--favor-state"),
            *("--state", str(self._last_build), "--select", *selected),
            program=AS_READ,
        )
        self._publish(day)

    @property
    def _last_build(self) -> Path:
        return self.folder / "last_build"

    @property
    def _published(self) -> Path:
        return self.folder / "published"

    def _manifest(self) -> dict[str, Any]:
        path = self.folder / "target" / "manifest.json"
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return manifest

    def _publish(self, day: date) -> None:
        """Make the only version there is of what the next day needs of a day."""
        shutil.rmtree(self._published, ignore_errors=True)
        version = self._published / VERSIONS / str(day)
        row_counts = {}
        with duckdb.connect() as connection:
            connection.execute(f"attach {sql.text(self.warehouse)} as last_build (read_only)")
            connection.execute(f"attach {sql.text(self.database)} as scratch")
            computed = {
                table
                for (table,) in connection.execute(
                    "select table_name from duckdb_tables() where database_name = 'scratch'"
                ).fetchall()
            }
            for source in self._manifest()["sources"].values():
                name, file = source["name"], source["config"]["meta"].get("file")
                is_clusters = name == CLUSTERS
                if source["source_name"] != "published" or not (
                    is_clusters or (file and name in computed)
                ):
                    continue
                columns = ", ".join(sql.name(column) for column in source["columns"])
                table = f"{'last_build' if is_clusters else 'scratch'}.{name}"
                path = version / file
                path.parent.mkdir(parents=True, exist_ok=True)
                ((row_counts[name],),) = connection.execute(
                    f"copy (select {columns} from (select *, {sql.text(str(day))} as build_id "
                    f"from {table})) to {sql.text(path)} (format parquet)"
                ).fetchall()
        manifest = {
            "build_id": str(day),
            "as_of_date": str(day),
            "based_on": None,
            "row_counts": row_counts,
        }
        (version / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        (self._published / CURRENT).symlink_to(version)

    def _run_dbt(self, day: date, *arguments: str, program: Sequence[str] = DBT_ITSELF) -> None:
        """Run a dbt command for a day against the scratch database."""
        try:
            run_dbt(
                *arguments,
                "--target=replay",
                "--vars",
                json.dumps({**self.variables, "as_of": str(day)}, default=str),
                project=self.project,
                environment={
                    "SEGMENTRY_SCRATCH": str(self.database),
                    "SEGMENTRY_WAREHOUSE": str(self.warehouse),
                    "SEGMENTRY_PUBLISHED_DIR": str(self._published),
                    "DBT_TARGET_PATH": str(self.folder / "target"),
                    "DBT_LOG_PATH": str(self.folder / "logs"),
                    # What is printed says it all.
                    "DBT_LOG_LEVEL_FILE": "none",
                },
                program=program,
            )
        except DbtError as error:
            raise ReplayError(f"{day} can't be computed. dbt says:\n{error}") from error
