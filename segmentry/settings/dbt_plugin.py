"""The dbt-duckdb plugin that looks at the settings before dbt opens the warehouse."""

import gc
import os
import shutil
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.events.logging import AdapterLogger
from dbt.flags import get_flags
from dbt_common.exceptions import DbtBaseException
from duckdb import DuckDBPyConnection

from segmentry.errors import SettingsError
from segmentry.settings.connectors import read_connectors
from segmentry.settings.environment import check_env_file_is_loaded, contradicted
from segmentry.settings.memory import limit_memory
from segmentry.settings.own_tables import read_own_tables
from segmentry.settings.places import check_warehouse
from segmentry.settings.privacy import close_to_others, keep_private
from segmentry.settings.variables import check_variables

# Commands that read raw tables.
READING = ("build", "run")
# Targets that read the last build instead.
BESIDE_LAST_BUILD = ("what_if", "replay")


class Plugin(BasePlugin):
    """Stops a dbt that can't use its settings, in one line, before it touches anything.

    What it writes from then on is for its owner alone.
    """

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Look at the settings, once per run of dbt.

        Args:
            plugin_config: what the profile says, which is nothing.

        Raises:
            DbtBaseException: when a setting can't be used; dbt shows its text and nothing else.
        """
        flags = get_flags()  # type: ignore[no-untyped-call]
        root = Path(getattr(flags, "PROJECT_DIR", None) or ".").absolute()
        command = getattr(flags, "WHICH", None)
        try:
            check_env_file_is_loaded(root)
            check_variables(root, getattr(flags, "VARS", None) or {})
            if command in READING and getattr(flags, "TARGET", None) not in BESIDE_LAST_BUILD:
                has_connectors = bool(read_connectors(root, os.environ))
                own_tables = read_own_tables(root, os.environ, has_connectors)
                if self.creds is not None:
                    own_tables.check(root / self.creds.path)
            if self.creds is not None:
                keep_private()
                close_to_others(
                    root / (getattr(flags, "TARGET_PATH", None) or "target"),
                    root / (getattr(flags, "LOG_PATH", None) or "logs"),
                    root / self.creds.path,
                )
                check_warehouse(root / self.creds.path)
        except SettingsError as error:
            raise DbtBaseException(str(error)) from error
        for name in contradicted(root):
            AdapterLogger("Segmentry").info(f"{name} is the environment's, not that of .env.")

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Limit its memory, and remove what a killed process spilled beside the warehouse.

        Args:
            conn: the connection of the warehouse, which is locked by now.

        Raises:
            DbtBaseException: when the memory that it is given is no size.
        """
        try:
            limit_memory(conn)
        except SettingsError as error:
            raise DbtBaseException(str(error)) from error
        if self.creds is not None:
            shutil.rmtree(f"{self.creds.path}.tmp", ignore_errors=True)
        # What dbt has read of the project lives until it ends: a tenth of a build's time would go
        # into looking through it for garbage.
        gc.freeze()
