"""The dbt-duckdb plugin through which a build reads the days that were replayed."""

import os

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from segmentry.replay.kept import DEMO, replayed_path
from segmentry.settings.environment import SHOP_VARIABLES
from segmentry.settings.shop import DEMO_SHOP, Settings


class Plugin(BasePlugin):
    """Adds to SQL a function that tells where the replayed days are."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Add the function.

        Args:
            conn: the connection of the warehouse.
        """
        conn.create_function("replayed_days", replayed_days, side_effects=True)


def replayed_days(table: str, has_variables: bool) -> str:
    """Return the path of a table of replayed days; empty before the first replay.

    Of the demo shop, as it is when nobody asks for another day, currency or threshold, it is what
    ships with it, until it is replayed.

    Args:
        table: its name, as `shop_sizes`.
        has_variables: whether the build was given vars.
    """
    settings = Settings.from_environment()
    path = replayed_path(settings.state, table)
    is_plain = not has_variables and not any(os.environ.get(name) for name in SHOP_VARIABLES)
    if not path.is_file() and is_plain and settings.raw_dir == DEMO_SHOP:
        path = replayed_path(DEMO, table)
    return str(path) if path.is_file() else ""
