"""The dbt-duckdb plugin through which a run of dbt has a raw folder or schema read."""

import json
from collections.abc import Callable
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from segmentry.errors import SettingsError
from segmentry.reading.contract import read_contract
from segmentry.reading.erased import Erased
from segmentry.reading.errors import ReadingError
from segmentry.reading.folder import read_folder
from segmentry.reading.loading import Reading
from segmentry.reading.schema import read_schema
from segmentry.settings.scratch import ScratchFolder
from segmentry.settings.shop import Settings
from segmentry.state.tombstones import read_tombstones


class Plugin(BasePlugin):
    """Registers the SQL functions that read raw tables.

    `read_raw_folder(folder, contract, schema, connector)` reads files,
    `read_raw_schema(named, contract, schema)` the shop's own tables in the warehouse.
    """

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Create the functions on a new connection, and those that their statements call.

        Args:
            conn: the connection of the warehouse.
        """
        self._warehouse = conn
        self._scratch = ScratchFolder(Path(), "reading")
        self._erased = Erased()
        self._erased.add_functions(conn)
        conn.create_function("read_raw_folder", self.read_raw_folder, side_effects=True)
        conn.create_function("read_raw_schema", self.read_raw_schema, side_effects=True)

    def read_raw_folder(self, folder: str, contract: str, schema: str, connector: str) -> str:
        """Check a raw folder, and say how it is loaded.

        Args:
            folder: its path; empty where there is none, so that all tables are empty.
            contract: the raw contract as the macro `raw_contract` gives it, in JSON.
            schema: the schema of the raw tables, as SQL.
            connector: the connector whose tables they are; empty for the raw contract.

        Returns:
            JSON: `error`, null or what is wrong; else `messages` and `statements`. What the
            statements read lives as long as the connection.
        """
        return self._told(
            lambda: read_folder(
                Path(folder) if folder else None,
                read_contract(json.loads(contract)),
                schema,
                self._scratch.path,
                # Of what connectors read, people are left out once it has the contract's columns.
                leave_out_erased=self._erased.tombstones is not None and not connector,
                connector=connector,
            )
        )

    def read_raw_schema(self, named: str, contract: str, schema: str) -> str:
        """Check the raw tables in a schema of the warehouse, and say how they are read.

        Args:
            named: the schema of the shop's own tables.
            contract: the raw contract as the macro `raw_contract` gives it, in JSON.
            schema: the schema of the raw tables that are made, as SQL.

        Returns:
            JSON, as of a raw folder.
        """

        def read() -> Reading:
            with self._warehouse.cursor() as cursor:
                return read_schema(
                    cursor,
                    named,
                    read_contract(json.loads(contract)),
                    schema,
                    leave_out_erased=self._erased.tombstones is not None,
                )

        return self._told(read)

    def _told(self, read: Callable[[], Reading]) -> str:
        """Return as JSON what a look at raw tables gives, once it is known who was erased."""
        try:
            settings = Settings.from_environment()
            self._erased.tombstones = read_tombstones(settings.state, settings.published)
            reading = read()
        except (ReadingError, SettingsError) as error:
            return json.dumps({"error": str(error)})
        return json.dumps(
            {"error": None, "messages": reading.messages, "statements": reading.statements}
        )
