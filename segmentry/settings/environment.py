"""The file `.env` at the project's root, which every command reads beside the environment."""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from dotenv import dotenv_values

from segmentry.errors import SettingsError
from segmentry.settings.connectors import (
    CONNECTORS,
    FOLDER,
    SCHEMA,
    named_connectors,
    setting_of,
)
from segmentry.settings.names import nearest

PREFIX = "SEGMENTRY_"
# Names where the program runs; only production writes to email platforms by itself.
ENVIRONMENT = "SEGMENTRY_ENVIRONMENT"
PRODUCTION = "production"
# Names another file than `.env`, or none when it is empty: a machine may hold several shops.
ENV_FILE = "SEGMENTRY_ENV_FILE"
DEFAULT_ENV_FILE = ".env"
FOLDERS = (
    "SEGMENTRY_RAW_DIR",
    "SEGMENTRY_WAREHOUSE",
    "SEGMENTRY_PUBLISHED_DIR",
    "SEGMENTRY_STATE_DIR",
    "SEGMENTRY_SYNCS_DIR",
)
# The dbt vars of a shop, by the variable that gives them when --vars does not.
SHOP_VARIABLES = {
    "SEGMENTRY_TIMEZONE": "shop_timezone",
    "SEGMENTRY_CURRENCY": "reporting_currency",
    "SEGMENTRY_COUNTRY": "shop_country",
    "SEGMENTRY_AS_OF": "as_of",
}
KNOWN = (
    *FOLDERS,
    *SHOP_VARIABLES,
    "SEGMENTRY_RAW_SCHEMA",
    CONNECTORS,
    "SEGMENTRY_ID_SALT",
    "SEGMENTRY_STATE_KEY",
    ENVIRONMENT,
    "SEGMENTRY_MEMORY_LIMIT",
    "SEGMENTRY_FIRST_DAY",
    "SEGMENTRY_ALERT_WEBHOOK",
    "SEGMENTRY_ALERT_SLACK_URL",
)


def read_env_file(root: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the settings of a project's `.env`, or of the file that `SEGMENTRY_ENV_FILE` names.

    A folder that begins with `~` is in the home folder, as in a shell. Other programs' variables
    are left out.

    Args:
        root: the project's root, where relative paths start.
        environment: may name another file, or none.

    Raises:
        SettingsError: when a setting is unknown, or the file is named and can't be read.
    """
    name = environment.get(ENV_FILE, DEFAULT_ENV_FILE)
    path = root / name
    if not name or (ENV_FILE not in environment and not path.exists()):
        return {}
    try:
        values = dotenv_values(stream=path.open(encoding="utf-8"), interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings in {path} can't be read: {reason(error)}.") from error
    settings = {name: value for name, value in values.items() if name.startswith(PREFIX) and value}
    for name in settings:
        if name not in KNOWN and not names_tables_of_a_connector(name, settings):
            raise SettingsError(f"{path} has the unknown setting {name}.{nearest(name, KNOWN)}")
    for name in settings:
        if name.endswith("_DIR"):
            settings[name] = os.path.expanduser(settings[name])
    return settings


def names_tables_of_a_connector(name: str, settings: Mapping[str, str]) -> bool:
    """Tell whether a setting says where a connector has its tables that other settings name."""
    connectors = named_connectors(settings.get(CONNECTORS, ""))
    return name in {setting_of(each, part) for each in connectors for part in (FOLDER, SCHEMA)}


def load_env_file(root: Path, environment: MutableMapping[str, str] = os.environ) -> None:
    """Put the settings of a project's `.env` into the environment, which keeps what it has.

    Raises:
        SettingsError: when the file can't be read or has an unknown setting.
    """
    for name, value in read_env_file(root, environment).items():
        environment.setdefault(name, value)


def is_production(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether this is where syncs may write to email platforms by themselves."""
    return environment.get(ENVIRONMENT) == PRODUCTION


def check_env_file_is_loaded(root: Path, environment: Mapping[str, str] = os.environ) -> None:
    """Refuse to work without the settings of `.env`, as a dbt does that is called by itself.

    Raises:
        SettingsError: naming what is missing and how to run dbt with it.
    """
    missing = [name for name in read_env_file(root, environment) if name not in environment]
    if missing:
        name = environment.get(ENV_FILE, DEFAULT_ENV_FILE)
        run = "dotenv run" if name == DEFAULT_ENV_FILE else f"dotenv --file {name} run"
        raise SettingsError(
            f"{name} sets {', '.join(missing)}, which dbt does not read by itself: "
            f"call it as `{run} -- dbt build`, or build with `make build`."
        )


def contradicted(root: Path, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the settings of `.env` that the environment has with another value, which counts."""
    settings = read_env_file(root, environment).items()
    return [name for name, value in settings if environment.get(name, value) != value]


def reason(error: OSError | UnicodeDecodeError) -> str:
    """Return in words why a file or folder can't be used."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not text in UTF-8"
    return (error.strerror or type(error).__name__).lower()
