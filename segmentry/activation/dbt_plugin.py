"""The dbt-duckdb plugin through which a build reads what syncs remember."""

from functools import cache

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from segmentry.settings.shop import Settings
from segmentry.state.folder import record_path
from segmentry.state.keys import Keys


class Plugin(BasePlugin):
    """Adds to SQL what tells where a table of syncs is, and the keyed hash of an address."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Add the functions `sync_records(table)` and `address_key(email)`.

        Args:
            conn: the connection of the warehouse.
        """
        conn.create_function("sync_records", sync_records, side_effects=True)
        conn.create_function("address_key", address_key)


def sync_records(table: str) -> str:
    """Return the path of a table of syncs; empty before a sync ever ran."""
    path = record_path(Settings.from_environment().state, table)
    return str(path) if path.is_file() else ""


def address_key(email: str) -> str:
    """Return what syncs know an address by.

    Raises:
        SyncError: when `SEGMENTRY_STATE_KEY` is not set.
    """
    return _keys().hash_of(email)


@cache
def _keys() -> Keys:
    return Keys.from_environment()
