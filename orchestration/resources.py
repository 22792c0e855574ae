"""What assets are given to work with: the dbt project and the program that runs it."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

from dagster_dbt import DbtCliResource, DbtProject

from segmentry.project.dbt_command import DBT, run_dbt
from segmentry.settings.shop import ROOT

# What dbt reads of the project. A folder's own time tells of files that were removed.
READ_BY_DBT = ("models", "macros", "seeds", "tests/generic", "tests/singular", "profiles")


def dbt_project(folder: Path = ROOT) -> DbtProject:
    """Return the dbt project with a manifest that tells of the project as it is now.

    Every process that loads the definitions asks; only the first after a change waits for dbt.

    Raises:
        DbtError: when dbt can't read the project.
    """
    project = DbtProject(project_dir=folder)
    manifest = project.manifest_path
    manifest.parent.mkdir(exist_ok=True)
    with (manifest.parent / ".parsing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not manifest.exists() or manifest.stat().st_mtime < changed_at(folder):
            run_dbt(
                "parse",
                project=folder,
                environment={"DBT_TARGET_PATH": str(manifest.parent)},
            )
    return project


def changed_at(folder: Path) -> float:
    """Return when what dbt reads of a project was last changed, in seconds since 1970."""
    return max(path.stat().st_mtime for path in read_by_dbt(folder))


def read_by_dbt(folder: Path) -> Iterator[Path]:
    """Return the files and folders that a manifest depends on."""
    yield folder / "dbt_project.yml"
    for name in READ_BY_DBT:
        yield folder / name
        yield from (folder / name).rglob("*")


def dbt_program(project: DbtProject) -> DbtCliResource:
    """Return the dbt that is installed beside this Python, whatever else is on the path."""
    return DbtCliResource(project_dir=project, dbt_executable=str(DBT))
