"""What a warehouse knows of its last build."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from segmentry.errors import RecordsError, SettingsError
from segmentry.settings.places import check_build

MEMBERSHIPS = "segment_memberships"


@dataclass(frozen=True)
class BuiltModel:
    """By which definition a model or seed was built.

    Attributes:
        fingerprint: the digest of its definition.
        variables: the vars that its definition names, with their values.
        built_at: when the run that built it started, UTC.
    """

    fingerprint: str
    variables: dict[str, Any]
    built_at: datetime


@dataclass(frozen=True)
class LastBuild:
    """What the last build of a warehouse left behind.

    Attributes:
        as_of: the instant it was computed for, UTC.
        as_of_date: the last day it knows of, in the shop's time zone.
        models: its models and seeds by name.
        command_line_variables: the vars that were given with --vars.
    """

    as_of: datetime
    as_of_date: date
    models: dict[str, BuiltModel]
    command_line_variables: dict[str, Any]

    @property
    def built_at(self) -> datetime:
        """When the run that built the memberships started, UTC."""
        return self.models[MEMBERSHIPS].built_at


def read_last_build(warehouse: Path) -> LastBuild:
    """Read what a warehouse knows of its last build.

    Args:
        warehouse: the DuckDB file, which is opened for reading only.

    Raises:
        RecordsError: when there is no build in it, or it can't be opened.
    """
    try:
        check_build(warehouse)
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            rows = connection.execute(
                "select model_name, fingerprint, variables, command_line_variables, built_at "
                "from model_fingerprints"
            ).fetchall()
            moments = connection.execute("select as_of, as_of_date from int_as_of").fetchall()
            for table in (MEMBERSHIPS, "customer_facts", "segment_catalog"):
                connection.execute(f"select * from {table} limit 1")
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise RecordsError(
            f"{warehouse} holds no complete build: run `make build` first."
        ) from error
    except SettingsError as error:
        raise RecordsError(str(error)) from error
    given = {name: variables for name, _, _, variables, _ in rows}
    if MEMBERSHIPS not in given or not moments:
        raise RecordsError(f"{warehouse} holds no complete build: run `make build` first.")
    models = {
        name: BuiltModel(fingerprint, json.loads(variables), built_at)
        for name, fingerprint, variables, _, built_at in rows
    }
    as_of, as_of_date = moments[0]
    return LastBuild(as_of, as_of_date, models, json.loads(given[MEMBERSHIPS]))
