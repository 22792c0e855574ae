"""A process that runs commands of MetricFlow, which it starts once.

`mf` takes seconds to start and to read the project, and milliseconds to answer. So the commands of
a test run one after the other in one process, as the command line would run each.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from dbt_metricflow.cli.main import cli

ROOT = Path(__file__).parents[2]
ANSWERS = "answers.json"


@dataclass(frozen=True)
class Answer:
    """What became of a command.

    Attributes:
        exit_code: its exit code.
        output: what it printed.
    """

    exit_code: int
    output: str


def mf_environment(project: Path) -> dict[str, str]:
    """Return the environment of `mf` for a folder with a project's settings and a warehouse.

    Args:
        project: holds `dbt_project.yml`, `profiles.yml`, `target/semantic_manifest.json` and
            `segmentry.duckdb`.
    """
    return {
        **os.environ,
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
        "DBT_TARGET_PATH": str(project / "target"),
        "DBT_LOG_PATH": str(project / "logs"),
        "SEGMENTRY_WAREHOUSE": str(project / "segmentry.duckdb"),
        # `mf` asks the registry of packages for a newer version of itself, and keeps the answer:
        # here nobody answers.
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "TMPDIR": str(project),
    }


def run_commands(commands: Sequence[Sequence[str]], project: Path) -> None:
    """Run commands of `mf` in one process and leave the answers in the project's folder.

    Args:
        commands: the arguments of each, without `mf`.
        project: the folder, as of `mf_environment`.
    """
    subprocess.run(
        [sys.executable, "-m", __name__, json.dumps(commands), str(project / ANSWERS)],
        cwd=ROOT,
        env=mf_environment(project),
        check=True,
    )


def read_answers(project: Path) -> list[Answer]:
    """Return what became of each command that was run."""
    return [Answer(**answer) for answer in json.loads((project / ANSWERS).read_text())]


def main() -> None:
    """Run the commands of the first argument and write the answers to the file of the second."""
    commands: list[list[str]] = json.loads(sys.argv[1])
    configuration = CLIConfiguration()
    configuration.setup(configure_file_logging=False)
    answers: list[dict[str, Any]] = []
    for command in commands:
        result = CliRunner().invoke(cli, command, obj=configuration)
        answers.append({"exit_code": result.exit_code, "output": result.output})
    Path(sys.argv[2]).write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
