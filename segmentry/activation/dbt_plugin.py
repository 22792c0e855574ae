"""The dbt-duckdb plugin through which a build reads what syncs say and remember."""

from functools import cache

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from segmentry.activation.command import folder_of_syncs
from segmentry.settings.shop import Settings
from segmentry.state.folder import record_path
from segmentry.state.keys import Keys


class Plugin(BasePlugin):
    """Adds to SQL what syncs say and remember, and what only their key can make."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Add `sync_records`, `declared_experiments`, `address_key` and `lot_of`.

        Args:
            conn: the connection of the warehouse.
        """
        conn.create_function("sync_records", sync_records, side_effects=True)
        conn.create_function("declared_experiments", experiments_of_syncs, side_effects=True)
        conn.create_function("address_key", address_key)
        conn.create_function("lot_of", lot_of)


def sync_records(table: str) -> str:
    """Return the path of a table of syncs; empty before a sync ever ran."""
    path = record_path(Settings.from_environment().state, table)
    return str(path) if path.is_file() else ""


def experiments_of_syncs() -> str:
    """Return the experiments that syncs name, as a JSON list."""
    from segmentry.activation.holdouts import declared_experiments

    return declared_experiments(folder_of_syncs())


def address_key(email: str) -> str:
    """Return what syncs know an address by.

    Raises:
        SettingsError: when `SEGMENTRY_STATE_KEY` is not set.
    """
    return _keys().hash_of(email)


def lot_of(experiment: str, customer_id: str) -> float:
    """Return the number from 0 to below 1 that a person draws in an experiment.

    Raises:
        SettingsError: when `SEGMENTRY_STATE_KEY` is not set.
    """
    return _keys().lot_of(experiment, customer_id)


@cache
def _keys() -> Keys:
    return Keys.from_environment()
