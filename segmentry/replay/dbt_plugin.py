"""The dbt-duckdb plugin through which a build reads the days that were replayed."""

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from segmentry.replay.kept import DEMO, replayed_path
from segmentry.settings.shop import Settings


class Plugin(BasePlugin):
    """Adds to SQL a function that tells where the replayed days are."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Add the function.

        Args:
            conn: the connection of the warehouse.
        """
        conn.create_function("replayed_days", replayed_days, side_effects=True)


def replayed_days(table: str, is_demo: bool) -> str:
    """Return the path of a table of replayed days; empty before the first replay.

    Args:
        table: its name, as `shop_sizes`.
        is_demo: whether the demo shop is built as of its own day, with which some days ship.
    """
    path = replayed_path(Settings.from_environment().state, table)
    if not path.is_file() and is_demo:
        path = replayed_path(DEMO, table)
    return str(path) if path.is_file() else ""
