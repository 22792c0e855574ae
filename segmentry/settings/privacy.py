"""What the project writes for itself is for its owner alone, whatever the process's umask is.

Warehouse, logs, compiled SQL and temporary files hold people's data, or may quote it. Only what is
published is for others, and its files are opened one by one.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def keep_private() -> None:
    """Have every file that this process creates from now on be its owner's alone.

    Processes that it starts inherit that.
    """
    os.umask(0o077)


def close_to_others(target: Path, logs: Path, warehouse: Path) -> None:
    """Take from others what they may do with files of before, or of a dbt that was just started.

    Args:
        target: dbt's folder of compiled files.
        logs: the folder of dbt's logs.
        warehouse: the DuckDB file.
    """
    for path in [target, *target.rglob("*"), *own_logs(logs), warehouse, wal_of(warehouse)]:
        # A link leads elsewhere, and what is another user's is for them to close.
        with suppress(OSError):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & 0o700)


def own_logs(logs: Path) -> Iterator[Path]:
    """Return dbt's logs; the folder too when nothing else is in it."""
    written = [path for path in logs.glob("*") if path.name.startswith("dbt.log")]
    yield from written
    if written and len(written) == len(list(logs.glob("*"))):
        yield logs


def wal_of(warehouse: Path) -> Path:
    """Return the file that DuckDB writes changes to before they are in the warehouse."""
    return warehouse.with_name(f"{warehouse.name}.wal")
