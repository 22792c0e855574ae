"""Builds a warehouse from a raw folder with dbt, the way a user does."""

import json
import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.python.dbt_server import DbtServer
from tests.python.reference.settings import Settings

ROOT = Path(__file__).parents[2]
SEEDS = {
    "identity_links",
    "sale_calendar",
    "shared_accounts",
    "shared_emails",
    "tracked_products",
}
NOT_VARS = {"run_started_at", "id_salt", *SEEDS}


class BuildError(Exception):
    """A dbt command that ended with a non-zero exit; its text is what dbt printed."""


def run_dbt(
    *arguments: str,
    raw_dir: Path | None,
    warehouse: Path,
    variables: Mapping[str, Any] | None = None,
    salt: str = "",
    project_dir: Path = ROOT,
) -> str:
    """Run one dbt command and return what it printed.

    Commands share what dbt read of the project, and read of a copy what is changed there.

    Args:
        arguments: the command and its flags, such as `"build"`.
        raw_dir: the folder of raw files; None for the demo shop.
        warehouse: the DuckDB file; dbt's own files go beside it.
        variables: dbt vars.
        salt: the salt of guest ids.
        project_dir: the dbt project.

    Raises:
        BuildError: when dbt fails.
    """
    environment = {
        **os.environ,
        "SEGMENTRY_WAREHOUSE": str(warehouse),
        "SEGMENTRY_ID_SALT": salt,
        "DBT_TARGET_PATH": str(warehouse.with_suffix(".target")),
        "DBT_LOG_PATH": str(warehouse.with_suffix(".logs")),
        # What is printed says it all; the log of every step takes a tenth of the time.
        "DBT_LOG_LEVEL_FILE": "none",
    }
    environment.pop("SEGMENTRY_RAW_DIR", None)
    if raw_dir is not None:
        environment["SEGMENTRY_RAW_DIR"] = str(raw_dir)
    command = ["--no-use-colors", *arguments, "--vars", json.dumps(variables or {})]
    output = warehouse.with_suffix(".output")
    succeeded = dbt_server().run(project_dir, command, environment, output)
    printed = output.read_text()
    if not succeeded:
        raise BuildError(printed)
    return printed


@cache
def dbt_server() -> DbtServer:
    """Return the process that runs the commands of this one."""
    return DbtServer()


def dbt_vars(settings: Settings) -> dict[str, Any]:
    """Return the dbt vars that say what the settings say."""
    values = {
        field.name: getattr(settings, field.name)
        for field in fields(settings)
        if field.name not in NOT_VARS
    }
    if isinstance(settings.as_of, date | datetime):
        values["as_of"] = settings.as_of.isoformat()
    return values | {"max_rejected_share": 1}


def build_warehouse(
    raw_dir: Path | None,
    settings: Settings,
    warehouse: Path,
    project_dir: Path = ROOT,
    select: str | None = None,
) -> None:
    """Build seeds and models, without tests, from a raw folder.

    Args:
        raw_dir: the folder of raw files; None for the demo shop.
        settings: the vars and the salt; the seeds are those of the project.
        warehouse: the DuckDB file.
        project_dir: the dbt project.
        select: the nodes to build; None for all.

    Raises:
        BuildError: when dbt fails.
    """
    run_dbt(
        "build",
        "--exclude-resource-type=test",
        "--exclude-resource-type=unit_test",
        "--quiet",
        "--no-write-json",
        *(("--select", select) if select else ()),
        raw_dir=raw_dir,
        warehouse=warehouse,
        variables=dbt_vars(settings),
        salt=settings.id_salt,
        project_dir=project_dir,
    )
