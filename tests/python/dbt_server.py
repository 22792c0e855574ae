"""A process that runs dbt commands on the project, which it has read before.

To start dbt and to read the project takes longer than most of what tests ask of it. So this process
does both once, and for each command it forks: the fork has the environment, the vars and the output
that a dbt process of its own would have. Of them, only the name of the warehouse stands in what was
read, and the systems that are connected decide which models are on: it is read once for each. Of a
copy of the project only what a test has changed is read.
"""

import fcntl
import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import IO
from unittest.mock import patch

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

ROOT = Path(__file__).parents[2]
DBT = Path(sys.executable).with_name("dbt")
PARSED = ROOT / "target" / "parsed"
# What dbt has read before, in a target folder.
READ_BEFORE = "partial_parse.msgpack"


class DbtServer:
    """The process, as tests talk to it; it ends with them."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        project: Path,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        output: Path,
    ) -> bool:
        """Run one dbt command on the project, or on a copy of it.

        Args:
            project: the root of the project.
            arguments: the command and its flags.
            environment: all environment variables; `SEGMENTRY_WAREHOUSE` is the DuckDB file.
            output: the file that receives what dbt prints.

        Returns:
            Whether dbt succeeded.
        """
        assert self._process.stdin and self._process.stdout
        request = [str(project), list(arguments), dict(environment), str(output)]
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return bool(json.loads(self._process.stdout.readline()))


@cache
def read_project(name: str, systems: tuple[str, ...]) -> Manifest | None:
    """Return the project as dbt reads it, None when it can't.

    Args:
        name: the name of the warehouse, which stands in the name of every table.
        systems: the systems whose connectors are on.
    """
    folder = folder_of(name, systems)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return parse(ROOT, folder, name, systems)


def read_copy(project: Path, name: str, systems: tuple[str, ...]) -> Manifest | None:
    """Return a copy of the project as dbt reads it, None when it can't; it may change any time.

    Args:
        project: the root of the copy.
        name: the name of the warehouse.
        systems: the systems whose connectors are on.
    """
    read_project(name, systems)
    folder = project / "target" / "parsed"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder_of(name, systems) / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        shutil.copyfile(folder_of(name, systems) / READ_BEFORE, folder / READ_BEFORE)
    return parse(project, folder, name, systems)


def folder_of(name: str, systems: tuple[str, ...]) -> Path:
    """Return where dbt leaves what it read of the project."""
    return PARSED / "-".join((name, *systems))


def parse(project: Path, folder: Path, name: str, systems: tuple[str, ...]) -> Manifest | None:
    """Have dbt read a project, and return None when it can't.

    What it read before is used, unless it can't make sense of that: it doesn't forget the unit
    tests of models that are gone.

    Args:
        project: the root of the project.
        folder: where dbt leaves what it read, and finds what it read before.
        name: the name of the warehouse.
        systems: the systems whose connectors are on.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SEGMENTRY_")}
    # As `make tested` reads the project, and the same for all copies: with another name of the
    # warehouse, or a setting of another test, dbt would read everything again.
    settings = {"SEGMENTRY_ENV_FILE": "", "SEGMENTRY_WAREHOUSE": f"target/tested/{name}.duckdb"}
    if systems:
        settings["SEGMENTRY_CONNECTORS"] = ",".join(systems)
    command = ["--quiet", "parse", "--target-path", str(folder), "--log-path", str(folder)]
    with chdir(project), patch.dict(os.environ, kept | settings, clear=True):
        for flags in ([], ["--no-partial-parse"]):
            result = dbtRunner().invoke([*command, *flags]).result
            if isinstance(result, Manifest):
                return result
    return None


def run_in_fork(
    project: str, arguments: list[str], environment: dict[str, str], output: str
) -> bool:
    """Run a dbt command in a fork of this process and return whether it succeeded."""
    connectors = environment.get("SEGMENTRY_CONNECTORS", "").split(",")
    systems = tuple(sorted({connector.split(":")[0].strip() for connector in connectors} - {""}))
    name = Path(environment["SEGMENTRY_WAREHOUSE"]).stem
    is_copy = Path(project) != ROOT
    manifest = read_copy(Path(project), name, systems) if is_copy else read_project(name, systems)
    if manifest is None:
        # What can't be read is told by a process of its own: in a fork, dbt's parser waits forever.
        return run_in_process(project, arguments, environment, output)
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    os.chdir(project)
    with open(output, "w") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    # The fork ends with its command, and its memory with it.
    gc.disable()
    success = dbtRunner(manifest=manifest).invoke(arguments).success
    close_warehouse()
    sys.stdout.flush()
    os._exit(0 if success else 1)


def run_in_process(
    project: str, arguments: list[str], environment: dict[str, str], output: str
) -> bool:
    """Run a dbt command in a process of its own and return whether it succeeded."""
    command = [str(DBT), *arguments]
    with open(output, "w") as stream:
        result = subprocess.run(
            command, cwd=project, env=environment, stdout=stream, stderr=stream, check=False
        )
    return result.returncode == 0


def close_warehouse() -> None:
    """Close the warehouse of a dbt command, which dbt leaves open until its process ends."""
    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager.env().close()
        DuckDBConnectionManager.close_all_connections()


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Run one command after the other, as long as there are requests."""
    for request in requests:
        print(json.dumps(run_in_fork(*json.loads(request))), file=answers, flush=True)


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    # Whatever dbt prints while it reads the project is no answer.
    os.dup2(2, 1)
    serve(sys.stdin, answers)
