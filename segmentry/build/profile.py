"""Where the time of the last build went."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from segmentry.errors import SettingsError
from segmentry.settings.places import check_build

NODES_QUERY = """
    select
        node_name,
        resource_type,
        seconds
    from build_log
    where status <> 'not run'
    order by seconds desc, node_name
"""
KINDS = {"model": "models", "test": "data tests", "seed": "seeds"}


@dataclass(frozen=True)
class Node:
    """A model, seed or data test of a build.

    Attributes:
        name: its name.
        resource_type: `model`, `seed` or `test`.
        seconds: how long it ran; several run at once, so that the sum is more than the build took.
    """

    name: str
    resource_type: str
    seconds: float


def read_profile(warehouse: Path) -> list[Node]:
    """Return what the last build ran, the slowest first.

    Args:
        warehouse: the DuckDB file that was built.

    Raises:
        SettingsError: when there is no build to read.
    """
    check_build(warehouse)
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            nodes = [Node(*row) for row in connection.execute(NODES_QUERY).fetchall()]
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise SettingsError(
            f"{warehouse} does not say how long its models took: run `make build`."
        ) from error
    if not nodes:
        raise SettingsError(f"The last build of {warehouse} did not end: run `make build`.")
    return nodes


def print_profile(warehouse: Path, slowest: int, console: Console) -> None:
    """Print the slowest models and tests of the last build, and their share of its work.

    Args:
        warehouse: the DuckDB file that was built.
        slowest: how many are shown.
        console: where they are printed.

    Raises:
        SettingsError: when there is no build to read.
    """
    nodes = read_profile(warehouse)
    total = sum(node.seconds for node in nodes)
    table = Table(header_style="bold", box=None)
    table.add_column("slowest", overflow="fold")
    table.add_column("kind")
    table.add_column("seconds", justify="right")
    table.add_column("share", justify="right")
    for node in nodes[:slowest]:
        table.add_row(
            node.name, node.resource_type, f"{node.seconds:.2f}", f"{share(node.seconds, total)} %"
        )
    console.print(table)
    console.print()
    for kind, shown in KINDS.items():
        seconds = [node.seconds for node in nodes if node.resource_type == kind]
        console.print(
            f"{len(seconds):,} {shown} took {sum(seconds):.1f} seconds, "
            f"{share(sum(seconds), total)} % of the work."
        )
    console.print("[dim]Several ran at once: the build took less than all of them together.[/dim]")


def share(part: float, total: float) -> str:
    """Return a share of a whole in per cent, as text; of nothing it is 0."""
    return f"{100 * part / total if total else 0:.0f}"
