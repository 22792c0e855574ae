"""Which project a command works on: a folder with the `dbt_project.yml` of Segmentry."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from segmentry.errors import SettingsError

# Names the project, wherever a command is called.
PROJECT_DIR = "SEGMENTRY_PROJECT_DIR"
PROJECT_FILE = "dbt_project.yml"
NAME = re.compile(r"""^name:\s*(['"]?)segmentry\1\s*(#.*)?$""", re.MULTILINE)
SOURCE_TREE = Path(__file__).parents[2]


def is_project(folder: Path) -> bool:
    """Tell whether a folder is the root of a project of Segmentry."""
    try:
        return bool(NAME.search((folder / PROJECT_FILE).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        return False


def project_folder(
    working: Path, environment: Mapping[str, str] = os.environ, source_tree: Path = SOURCE_TREE
) -> Path:
    """Return the root of the project that a command works on.

    That is the folder that `SEGMENTRY_PROJECT_DIR` names; else the nearest one at or above the
    working directory that is a project; else the source tree that this package lies in. Where
    there is none of them it is the working directory, which `check_project` refuses.

    Args:
        working: the working directory.
        environment: may name the project.
        source_tree: the folder that holds the package.
    """
    if named := environment.get(PROJECT_DIR):
        return (working / Path(named).expanduser()).resolve()
    places = (working, *working.parents, source_tree)
    return next((folder for folder in places if is_project(folder)), working)


def check_project(folder: Path, environment: Mapping[str, str] = os.environ) -> None:
    """Refuse to work where there is no project.

    Raises:
        SettingsError: saying where one was looked for, and what to do.
    """
    if is_project(folder):
        return
    if environment.get(PROJECT_DIR):
        raise SettingsError(
            f"{PROJECT_DIR} names {folder}, which is no project of Segmentry: it has no "
            f"{PROJECT_FILE} with `name: segmentry`. Set it to the folder that does."
        )
    raise SettingsError(
        f"There is no project of Segmentry in {folder} or above it: no {PROJECT_FILE} with "
        f"`name: segmentry`. Go into the folder of your project, or set {PROJECT_DIR} to it."
    )
