"""The dbt vars of the project: their values, and what is wrong with those that a run is given.

Which vars there are, and of which type each is, stands in `dbt_project.yml` alone: a value must be
of the type of the value there.
"""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from jinja2 import Environment

from segmentry.errors import SettingsError
from segmentry.settings.environment import SHOP_VARIABLES
from segmentry.settings.names import nearest

DAYS = ("as_of", "demo_as_of")
# The largest value of numbers whose name says what they are; none is below 0.
LARGEST = {"_share": 1, "_percentile": 1, "_percent": 100}


def declared_variables(project: Path) -> dict[str, Any]:
    """Return the vars as `dbt_project.yml` has them, Jinja included."""
    text = (project / "dbt_project.yml").read_text(encoding="utf-8")
    variables: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)["vars"]
    return variables


def configured_variables(
    project: Path, environment: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """Return the vars of a project as dbt knows them, without --vars.

    Args:
        project: the root of the dbt project.
        environment: gives the settings of the shop.
    """

    def env_var(name: str, default: str) -> str:
        return environment.get(name, default)

    jinja = Environment()
    return {
        name: jinja.from_string(value).render(env_var=env_var) if isinstance(value, str) else value
        for name, value in declared_variables(project).items()
    }


def read_variables(text: str) -> dict[str, Any]:
    """Read vars as dbt's --vars does: YAML, a mapping from names to values.

    Raises:
        SettingsError: when it is something else.
    """
    try:
        variables = yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise SettingsError("--vars can't be read: expected YAML, '{name: value}'.") from error
    if not isinstance(variables, dict):
        raise SettingsError("--vars can't be read: expected YAML, '{name: value}'.")
    return variables


def check_variables(
    project: Path, given: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> None:
    """Refuse vars that no model knows or that can't be what they are meant to be.

    Args:
        project: the root of the dbt project.
        given: the vars of --vars.
        environment: gives the settings of the shop.

    Raises:
        SettingsError: naming every such var, what was expected, and where to set it.
    """
    if problems := list(find_problems(project, given, environment)):
        raise SettingsError(" ".join(problems))


def find_problems(
    project: Path, given: Mapping[str, Any], environment: Mapping[str, str]
) -> Iterator[str]:
    """Yield one sentence per var that can't be used."""
    declared = configured_variables(project, environment)
    for name, value in given.items():
        if name not in declared:
            yield f"dbt_project.yml has no var {name}.{nearest(str(name), declared)}"
        elif wanted := expected(name, value, declared[name]):
            yield f"The var {name} is `{value}`: expected {wanted}."
    for setting, name in SHOP_VARIABLES.items():
        if setting in environment and name not in given:
            value = declared[name]
            if wanted := expected(name, value, value):
                yield f"{setting} is `{value}`: expected {wanted}."


def expected(name: str, value: Any, default: Any) -> str:
    """Return what a var must be, in words; nothing when it is that.

    Args:
        name: the var.
        value: its value.
        default: its value in `dbt_project.yml`, which says its type.
    """
    if name in DAYS:
        is_day = value is None or value == "" or is_instant(value)
        return "" if is_day else "a date (2026-06-30) or a UTC timestamp (2026-06-30T18:00:00)"
    if name == "shop_timezone":
        return "" if is_timezone(value) else "an IANA name such as Europe/Paris"
    if name == "reporting_currency":
        return "" if is_code(value, 3) else "a currency of ISO 4217 such as EUR"
    if name == "shop_country":
        return "" if is_code(value, 2) else "a country of ISO 3166 such as FR"
    return expected_of_type(name, value, default)


def expected_of_type(name: str, value: Any, default: Any) -> str:
    """Return what a var must be, in words, by the type of its default; nothing when it is that."""
    match default:
        case bool():
            return "" if isinstance(value, bool) else "true or false"
        case int() | float():
            return expected_number(name, value, isinstance(default, int))
        case list():
            is_list = isinstance(value, list) and bool(value)
            is_right = is_list and not any(
                expected_of_type(name, each, default[0]) for each in value
            )
            return "" if is_right else f"a list of numbers such as {default}"
        case dict():
            if not isinstance(value, dict) or not value.keys() <= default.keys():
                return f"values by name: {', '.join(default)}"
            wrong = [key for key in value if expected_of_type(name, value[key], default[key])]
            return f"numbers from 0 up, also of {', '.join(wrong)}" if wrong else ""
        case _:
            return "" if isinstance(value, str) else "a text"


def expected_number(name: str, value: Any, is_whole: bool) -> str:
    """Return which number a var must be, in words; nothing when it is that."""
    largest = next((most for end, most in LARGEST.items() if name.endswith(end)), None)
    kinds = int if is_whole else int | float
    is_number = isinstance(value, kinds) and not isinstance(value, bool)
    if is_number and 0 <= value <= (value if largest is None else largest):
        return ""
    return ("a whole number" if is_whole else "a number") + (
        " from 0 up" if largest is None else f" from 0 to {largest}"
    )


def is_instant(value: Any) -> bool:
    """Tell whether a value is a date or a timestamp, or the text of one."""
    if not isinstance(value, str):
        return isinstance(value, date)
    # A date alone is 10 characters: `2026-W27-1` and `20260630` are dates of ISO 8601 as well.
    if not re.match(r"\d{4}-\d\d-\d\d", value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_timezone(value: Any) -> bool:
    """Tell whether a value is the name of a time zone."""
    try:
        ZoneInfo(value)
    except (TypeError, ValueError, OSError, LookupError):
        return False
    return True


def is_code(value: Any, length: int) -> bool:
    """Tell whether a value is a code of so many capital letters."""
    return isinstance(value, str) and bool(re.fullmatch(f"[A-Z]{{{length}}}", value))
