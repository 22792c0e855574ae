"""The rows of a query over the published file, as JSON on stdout: what each page's data come from.

Without a query it prints the folder of the version that is current, so that a whole build reads one
version, which `SEGMENTRY_DASHBOARD_VERSION` then names.
"""

import json
import os
import sys
from decimal import Decimal
from pathlib import Path

import duckdb

from segmentry.settings.shop import Settings


def current_version() -> Path:
    """Return the folder of the version that is current, which does not change with a publish.

    Raises:
        SystemExit: when nothing is published.
    """
    current = Settings.from_environment().published / "current"
    if not (current / "segmentry.duckdb").exists():
        raise SystemExit(f"Nothing is published as {current}: run make demo, or make publish.")
    return current.resolve()


def read_rows(version: Path, query: str) -> list[dict[str, object]]:
    """Return the rows of a query over the published file.

    Args:
        version: the folder of a version; queries find it in the variable `version`.
        query: the SQL.
    """
    with duckdb.connect(str(version / "segmentry.duckdb"), read_only=True) as connection:
        connection.execute("set variable version = ?", [str(version)])
        result = connection.execute(query)
        columns = [column for column, *_ in result.description]
        return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


def plain(value: object) -> object:
    """Return what JSON can hold in the place of what it can't."""
    return float(value) if isinstance(value, Decimal) else str(value)[:10]


def main() -> None:
    """Answer the query of the file that the command names."""
    named = os.environ.get("SEGMENTRY_DASHBOARD_VERSION")
    version = Path(named) if named else current_version()
    if len(sys.argv) == 1:
        print(version)
    else:
        rows = read_rows(version, Path(sys.argv[1]).read_text(encoding="utf-8"))
        json.dump(rows, sys.stdout, default=plain, separators=(",", ":"))


if __name__ == "__main__":
    main()
