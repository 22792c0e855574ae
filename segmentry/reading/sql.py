"""Texts, names and paths as DuckDB's SQL has them."""

import re
from pathlib import Path

# What Spark and Hive write for null in a path.
NULL_IN_PATH = "__HIVE_DEFAULT_PARTITION__"


def text(value: str | Path) -> str:
    """Return a text as a literal."""
    return "'" + str(value).replace("'", "''") + "'"


def name(value: str) -> str:
    """Return a name, quoted."""
    return '"' + value.replace('"', '""') + '"'


def path(value: Path) -> str:
    """Return a path as a literal that matches this file alone: DuckDB takes paths for patterns."""
    return text("".join(f"[{letter}]" if letter in "[*?" else letter for letter in str(value)))


def key_in_path(path_column: str, root: Path, key: str) -> str:
    """Return an expression for what a folder `key=value` below a table's own folder says.

    Args:
        path_column: the column of a file's path.
        root: the raw folder.
        key: the key, in lower case.
    """
    below = f"substring({path_column}, {len(str(root)) + 1})"
    pattern = f"(?i)^/[^/]+/(?:.*/)?{re.escape(key)}=([^/]*)/"
    return (
        f"nullif(nullif(url_decode(regexp_extract({below}, {text(pattern)}, 1)), "
        f"{text(NULL_IN_PATH)}), '')"
    )
