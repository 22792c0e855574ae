"""The dbt-duckdb plugin through which a build knows which code its Python models call."""

import ast
import hashlib
from functools import cache
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection
from duckdb.sqltypes import VARCHAR


class Plugin(BasePlugin):
    """Adds to SQL a digest of this package."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Add `digest_of_predictions`.

        Args:
            conn: the connection of the warehouse.
        """
        conn.create_function("digest_of_predictions", digest_of_code, [], VARCHAR)


@cache
def digest_of_code() -> str:
    """Return a digest of what the package computes: comments and white space are no part of it."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(ast.dump(ast.parse(path.read_bytes())).encode())
    return digest.hexdigest()
