"""How much memory DuckDB may hold."""

import math
import os
import re
from collections.abc import Mapping

import duckdb

from segmentry.errors import SettingsError

MEMORY_LIMIT = "SEGMENTRY_MEMORY_LIMIT"
# Bytes that serve a shop of a hundred million events. DuckDB by itself would take four fifths of
# the machine, most of it for pages that nobody reads again.
ENOUGH = 6 * 1024**3
UNITS = {"bytes": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}


def limit_memory(
    connection: duckdb.DuckDBPyConnection,
    environment: Mapping[str, str] = os.environ,
    enough: int = ENOUGH,
) -> None:
    """Let DuckDB hold no more memory than it needs, or than it was given; the rest goes to disk.

    Args:
        connection: a connection to the database.
        environment: may give another limit, such as `12GB`.
        enough: the bytes that it needs.

    Raises:
        SettingsError: when that is no size.
    """
    given = environment.get(MEMORY_LIMIT)
    if not given and memory_limit(connection) <= enough:
        return
    try:
        connection.execute("set memory_limit = $limit", {"limit": given or f"{enough} bytes"})
    except duckdb.Error as error:
        raise SettingsError(f"{MEMORY_LIMIT} is {given}, which is no size such as 12GB.") from error


def memory_limit(connection: duckdb.DuckDBPyConnection) -> float:
    """Return the bytes that DuckDB may hold."""
    row = connection.execute("select current_setting('memory_limit')").fetchone()
    found = re.fullmatch(r"([\d.]+) (\w+)", str(row and row[0]))
    return float(found[1]) * UNITS.get(found[2], math.inf) if found else 0
