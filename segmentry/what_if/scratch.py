"""The project as it stands, run by dbt into a scratch database beside the last build."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmentry.errors import DbtError, WhatIfError
from segmentry.project.dbt_command import run_dbt
from segmentry.project.last_build import write_last_build


@dataclass(frozen=True)
class Definition:
    """A model or seed of the project as it stands.

    Attributes:
        fingerprint: the digest of its definition.
        variables: the vars that its definition names, with their values.
        parents: the models and seeds that it reads.
        is_staging: whether it reads what is raw.
    """

    fingerprint: str
    variables: dict[str, Any]
    parents: frozenset[str]
    is_staging: bool


@dataclass(frozen=True)
class Scratch:
    """A scratch database in which changed models are computed from the rest of the last build.

    Attributes:
        folder: an empty folder, for the database and dbt's files.
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
        """The DuckDB file that the changed models are written to."""
        return self.folder / "what_if_scratch.duckdb"

    def read_definitions(self) -> dict[str, Definition]:
        """Return every model and seed of the project by name.

        Raises:
            WhatIfError: when dbt can't read the project.
        """
        printed = self.run_dbt("run-operation", "print_fingerprints").strip().splitlines()
        fingerprints = json.loads(printed[-1])
        nodes = self.read_manifest()["nodes"]
        return {
            entry["name"]: Definition(
                fingerprint=entry["fingerprint"],
                variables=entry["variables"],
                parents=frozenset(
                    fingerprints[parent]["name"]
                    for parent in nodes[unique_id]["depends_on"].get("nodes", [])
                    if parent in fingerprints
                ),
                is_staging=nodes[unique_id]["path"].startswith("staging/"),
            )
            for unique_id, entry in fingerprints.items()
        }

    def compute(self, names: Iterable[str]) -> None:
        """Build models and seeds; whatever else they read is the last build's.

        Raises:
            WhatIfError: when one of them fails.
        """
        state = self.folder / "last_build"
        write_last_build(self.read_manifest(), self.warehouse, state)
        self.run_dbt(
            "build",
            "--exclude-resource-type=test",
            "--exclude-resource-type=unit_test",
            "--defer",
            "--favor-state",
            "--state",
            str(state),
            "--select",
            *sorted(names),
        )

    def read_manifest(self) -> dict[str, Any]:
        """Return what dbt wrote of the project when it read it."""
        manifest: dict[str, Any] = json.loads(
            (self.folder / "target" / "manifest.json").read_text(encoding="utf-8")
        )
        return manifest

    def run_dbt(self, *arguments: str) -> str:
        """Run a dbt command against the scratch database and return what it printed."""
        try:
            return run_dbt(
                *arguments,
                "--target=what_if",
                "--vars",
                json.dumps(dict(self.variables), default=str),
                project=self.project,
                environment={
                    "SEGMENTRY_SCRATCH": str(self.database),
                    "SEGMENTRY_WAREHOUSE": str(self.warehouse),
                    "DBT_TARGET_PATH": str(self.folder / "target"),
                    "DBT_LOG_PATH": str(self.folder / "logs"),
                },
            )
        except DbtError as error:
            raise WhatIfError(
                f"The changed project can't be computed. dbt says:\n{error}"
            ) from error
