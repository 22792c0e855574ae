"""The dbt-duckdb plugin through which a build reads phone numbers."""

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection
from duckdb.func import SPECIAL
from duckdb.sqltypes import VARCHAR

from segmentry.identity.phones import phone_number


class Plugin(BasePlugin):
    """Adds to SQL the form of phone numbers in which they can be compared."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Add `phone_number`, which is null for what is none.

        Args:
            conn: the connection of the warehouse.
        """
        conn.create_function(
            "phone_number", phone_number, [VARCHAR, VARCHAR], VARCHAR, null_handling=SPECIAL
        )
