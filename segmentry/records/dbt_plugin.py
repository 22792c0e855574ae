"""The dbt-duckdb plugin by which a build leaves what is read beside the published versions."""

from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from segmentry.records.suppressions import leave_suppressions


class Plugin(BasePlugin):
    """Adds to SQL a function that moves a file into the folder of published versions."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Add the function.

        Args:
            conn: the connection of the warehouse.
        """
        conn.create_function("leave_suppressions", self.leave_suppressions, side_effects=True)

    def leave_suppressions(self, written: str, published: str) -> str:
        """Move the file of those who must not be written to.

        Args:
            written: its path.
            published: the folder of published versions.

        Returns:
            Why the one that is there stays; empty when it was replaced.
        """
        return leave_suppressions(Path(written), Path(published))
