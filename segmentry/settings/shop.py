"""Where a shop's data is: the environment variables that say so, in one place."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmentry.settings.connectors import Connector, read_connectors
from segmentry.settings.environment import load_env_file
from segmentry.settings.own_tables import DEMO, OwnTables, read_own_tables
from segmentry.settings.places import check_warehouse
from segmentry.settings.project import project_folder
from segmentry.settings.variables import check_variables

# The project that this process works on. Commands refuse one that is none, and never change it.
ROOT = project_folder(Path.cwd())
DEMO_SHOP = ROOT / DEMO
DEFAULT_WAREHOUSE = ROOT / "warehouse" / "segmentry.duckdb"


@dataclass(frozen=True)
class Settings:
    """The folders and files of one shop.

    Attributes:
        raw_dir: the folder of raw files; None where there is none.
        warehouse: the DuckDB file that dbt builds.
        published: the folder of published versions.
        state: the folder of what syncs remember, and of the days that were replayed.
        connectors: those that are on.
        raw_schema: the schema of the warehouse that holds the shop's own tables; empty where none
            does.
    """

    raw_dir: Path | None
    warehouse: Path
    published: Path
    state: Path = ROOT / "state"
    connectors: Sequence[Connector] = ()
    raw_schema: str = ""

    @property
    def is_demo(self) -> bool:
        """Whether this is the demo shop that ships with the project."""
        return self.raw_dir == DEMO_SHOP and not self.connectors

    @property
    def own_schemas(self) -> frozenset[str]:
        """The schemas of the warehouse, in lower case, that are the shop's own and only read."""
        named = (self.raw_schema, *(connector.schema for connector in self.connectors))
        return frozenset(schema.lower() for schema in named if schema)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from environment variables, those of this process by default.

        What `.env` at the project's root sets is put into the environment of this process first,
        as far as it is not there, so that the programs that it calls have it as well.

        `SEGMENTRY_RAW_DIR` is the demo shop when neither it nor `SEGMENTRY_RAW_SCHEMA` nor
        `SEGMENTRY_CONNECTORS` is set, `SEGMENTRY_WAREHOUSE` the project's own file.
        `SEGMENTRY_PUBLISHED_DIR` is, when unset, `published/` in the project for the project's own
        warehouse; any other warehouse publishes beside itself, `shop.duckdb` to
        `shop_published/`, so that no build mixes its history with another's. So does
        `SEGMENTRY_STATE_DIR`, with `state/` and `shop_state/`. Relative paths start at the
        project's root, as they do for dbt.

        Raises:
            SettingsError: when `.env` can't be read, a connector has no tables to read, or both a
                folder and a schema are named.
        """
        if environment is None:
            load_env_file(ROOT)
            environment = os.environ
        connectors = read_connectors(ROOT, environment)
        own_tables = read_own_tables(ROOT, environment, bool(connectors))
        warehouse = environment.get("SEGMENTRY_WAREHOUSE")
        warehouse_file = ROOT / warehouse if warehouse else DEFAULT_WAREHOUSE

        def folder(kind: str) -> Path:
            if named := environment.get(f"SEGMENTRY_{kind.upper()}_DIR"):
                return ROOT / named
            if warehouse_file == DEFAULT_WAREHOUSE:
                return ROOT / kind
            return warehouse_file.with_name(f"{warehouse_file.stem}_{kind}")

        return cls(
            raw_dir=own_tables.folder,
            warehouse=warehouse_file,
            published=folder("published"),
            state=folder("state"),
            connectors=connectors,
            raw_schema=own_tables.schema,
        )

    def check(self, variables: Mapping[str, Any]) -> None:
        """Refuse what dbt would refuse, before anybody waits for it.

        Args:
            variables: the vars that dbt is given with --vars.

        Raises:
            SettingsError: when a var, a folder, a schema or the warehouse can't be used.
        """
        check_variables(ROOT, variables)
        OwnTables(self.raw_dir, self.raw_schema).check(self.warehouse)
        check_warehouse(self.warehouse)
