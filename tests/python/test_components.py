"""The materialization `connected_components` against union-find, on graphs of every shape."""

import random
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.python.conftest import PROVE
from tests.python.warehouse import ROOT, run_dbt

Edge = tuple[int | None, int | None]
Graph = list[Edge]

CHAIN_LENGTH = 10_000
PROJECT = """
name: segmentry
config-version: 2
profile: segmentry
macro-paths: ["macros"]
models:
  +materialized: connected_components
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = """
segmentry:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: "{{ env_var('SEGMENTRY_WAREHOUSE') }}", threads: 1}
"""


def chain(numbers: list[int]) -> Graph:
    """Return a chain of nodes in the order given."""
    return list(pairwise(numbers))


def shuffled_chain() -> Graph:
    """Return a long chain whose nodes are numbered at random."""
    numbers = list(range(CHAIN_LENGTH + 1))
    random.Random(1).shuffle(numbers)
    return chain(numbers)


def zigzag_chain() -> Graph:
    """Return a long chain of which every other node has a smaller number than its neighbours."""
    half = CHAIN_LENGTH // 2
    return chain(
        [number for pair in zip(range(half), range(half, 2 * half), strict=True) for number in pair]
    )


def random_graph(seed: int) -> Graph:
    """Return a graph of random size and density, with repeats, loops and odd numbers as nodes."""
    draw = random.Random(seed)
    nodes = [draw.randrange(-(2**62), 2**62) for _ in range(draw.randint(2, 400))]
    edge_count = int(len(nodes) * draw.choice((0.2, 0.5, 0.9, 1.1, 3)))
    return [(draw.choice(nodes), draw.choice(nodes)) for _ in range(edge_count)]


GRAPHS: dict[str, Callable[[], Graph]] = {
    "no_edge": lambda: [],
    "one_edge": lambda: [(2, 1)],
    "loop": lambda: [(7, 7), (8, 9)],
    "both_directions": lambda: [(1, 2), (2, 1), (1, 2)],
    "missing_ends": lambda: [(1, None), (None, 2), (None, None), (3, 4)],
    "star": lambda: [(CHAIN_LENGTH, leaf) for leaf in range(CHAIN_LENGTH)],
    "star_of_least": lambda: [(0, leaf) for leaf in range(1, CHAIN_LENGTH)],
    "ring": lambda: [(node, (node + 1) % 5000) for node in range(5000)],
    "tree": lambda: [(node, node // 2) for node in range(1, CHAIN_LENGTH)],
    "rising_chain": lambda: chain(list(range(CHAIN_LENGTH + 1))),
    "falling_chain": lambda: chain(list(range(CHAIN_LENGTH, -1, -1))),
    "shuffled_chain": shuffled_chain,
    "zigzag_chain": zigzag_chain,
    "pairs": lambda: [(2 * node, 2 * node + 1) for node in range(CHAIN_LENGTH)],
    **{f"random_{seed}": lambda seed=seed: random_graph(seed) for seed in range(12)},  # type: ignore[misc]
}


def components(graph: Graph) -> dict[int, int]:
    """Return the smallest node that can be reached from each node, by union-find."""
    parents: dict[int, int] = {}

    def root(node: int) -> int:
        parents.setdefault(node, node)
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for left, right in graph:
        if left is not None and right is not None:
            low, high = sorted((root(left), root(right)))
            parents[high] = low
    return {node: root(node) for node in parents}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the components of all graphs in a project that has this one materialization."""
    folder = tmp_path_factory.mktemp("components")
    for name in ("materializations", "cross_database"):
        shutil.copytree(ROOT / "macros" / name, folder / "macros" / name)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE)
    (folder / "models").mkdir()
    for name, draw in GRAPHS.items():
        graph = draw()
        ends = {
            "node_a": pa.array([edge[0] for edge in graph], pa.int64()),
            "node_b": pa.array([edge[1] for edge in graph], pa.int64()),
        }
        pq.write_table(pa.table(ends), folder / f"{name}.parquet")
        (folder / "models" / f"{name}.sql").write_text(
            f"select node_a, node_b from read_parquet('{folder / name}.parquet')"
        )
    path = folder / "segmentry.duckdb"
    run_dbt("run", raw_dir=None, warehouse=path, project_dir=folder)
    if PROVE:
        # The second run finds the tables of the first.
        run_dbt("run", raw_dir=None, warehouse=path, project_dir=folder)
    return path


def test_components_are_those_of_union_find(warehouse: Path) -> None:
    for name, draw in GRAPHS.items():
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            rows = connection.execute(f"select node_id, component_id from {name}").fetchall()
        assert len(rows) == len(dict(rows)), name
        assert dict(rows) == components(draw()), name


def test_nothing_is_left_behind(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute("select table_name from information_schema.tables").fetchall()
    assert sorted(name for (name,) in tables) == sorted(GRAPHS)
