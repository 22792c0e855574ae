"""The systems whose tables are read as they are, and where each has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from segmentry.errors import SettingsError
from segmentry.settings.names import nearest
from segmentry.settings.places import check_is_not_built

CONNECTORS = "SEGMENTRY_CONNECTORS"
# What of a connector a setting gives: SEGMENTRY_SHOPIFY_EU_DIR is the folder of `shopify:eu`.
FOLDER, SCHEMA = "DIR", "SCHEMA"
MODELS = Path("models") / "connectors"


@dataclass(frozen=True)
class Connector:
    """A connector that is on.

    Attributes:
        name: the system, or the system and which of several shops: `shopify`, `shopify:eu`.
        folder: the folder of its tables; None where they lie in a schema of the warehouse.
        schema: that schema; empty where they lie in a folder.
    """

    name: str
    folder: Path | None
    schema: str

    @property
    def system(self) -> str:
        """The system, whichever of its shops this is."""
        return system_of(self.name)


def system_of(connector: str) -> str:
    """Return the system of a connector: that of `shopify:eu` is `shopify`."""
    return connector.partition(":")[0]


def known_systems(project: Path) -> list[str]:
    """Return the systems that connectors know: the folders that hold models called after them."""
    folders = (path for path in (project / MODELS).iterdir() if path.is_dir())
    return sorted(path.name for path in folders if any(path.glob(f"{path.name}__*.sql")))


def setting_of(connector: str, name: str) -> str:
    """Return the environment variable of a connector: `shopify:eu` and DIR, for one."""
    return f"SEGMENTRY_{re.sub('[^A-Z0-9]', '_', connector.upper())}_{name}"


def named_connectors(named: str) -> list[str]:
    """Return the connectors of a list with commas, in lower case, each once."""
    names = (name.strip().lower() for name in named.split(","))
    return list(dict.fromkeys(name for name in names if name))


def read_connectors(project: Path, environment: Mapping[str, str]) -> list[Connector]:
    """Return the connectors that `SEGMENTRY_CONNECTORS` names.

    Args:
        project: the root of the dbt project, where relative paths start.
        environment: the environment variables.

    Raises:
        SettingsError: when no connector is called so, nothing says where its tables are, or it is
            where builds write.
    """
    names = named_connectors(environment.get(CONNECTORS, ""))
    systems = known_systems(project) if names else []
    if unknown := [name for name in names if system_of(name) not in systems]:
        raise SettingsError(
            f"{CONNECTORS} names `{unknown[0]}`, which no connector is called: there are "
            f"{', '.join(systems)}.{nearest(unknown[0], systems)}"
        )
    connectors: list[Connector] = []
    for name in names:
        folder = environment.get(setting_of(name, FOLDER))
        schema = environment.get(setting_of(name, SCHEMA), "")
        if not folder and not schema:
            raise SettingsError(
                f"The connector {name} is on, and nothing says where its tables are: set "
                f"{setting_of(name, FOLDER)} to a folder of files, or {setting_of(name, SCHEMA)} "
                "to a schema of the warehouse."
            )
        if not folder:
            check_is_not_built(setting_of(name, SCHEMA), schema)
        path = project / folder if folder else None
        if path is not None and not path.is_dir():
            raise SettingsError(
                f"The folder {path} of the connector {name} is not there: set "
                f"{setting_of(name, FOLDER)} to the folder that holds its tables."
            )
        connectors.append(Connector(name, path, "" if folder else schema))
    return connectors
