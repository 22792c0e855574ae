"""Builds models from the SQL that dbt has compiled once: many small shops in the time of one.

What dbt does around the SQL (hooks, tests, records of what was built) is left out, so this is for
tests of what comes out of raw files; whole builds by dbt itself are tested elsewhere.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
from duckdb.sqltypes import DOUBLE, VARCHAR

from segmentry.experiments.dbt_plugin import Plugin as Experiments
from segmentry.identity.dbt_plugin import Plugin as Identity
from segmentry.reading.contract import Table, read_contract
from segmentry.reading.folder import read_folder
from segmentry.reading.schema import read_schema
from tests.python.activation_shop import KEYS
from tests.python.warehouse import ROOT, run_dbt

# The warehouse's file; relations are named after it.
NAME = "segmentry"
LANDED = f'"{NAME}"."landed_raw"'


@dataclass(frozen=True)
class CompiledProject:
    """The models of the project as dbt compiled them.

    Attributes:
        manifest: dbt's manifest, compiled SQL included.
        contract: the raw contract.
    """

    manifest: Mapping[str, Any]
    contract: list[Table]

    @contextmanager
    def build(
        self,
        raw_dir: Path | str,
        folder: Path,
        models: Iterable[str],
        seeds: Mapping[str, Path] = MappingProxyType({}),
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Read raw tables and build some models with everything above them.

        Args:
            raw_dir: the raw folder, or the schema of a warehouse that is in its place already.
            folder: where the warehouse goes.
            models: the names of the models, or of singular tests, which become views.
            seeds: files that stand for those of the project, by the name of the seed.

        Yields:
            A connection to the warehouse.

        Raises:
            ReadingError: when they can't be read.
        """
        with duckdb.connect(str(folder / f"{NAME}.duckdb")) as connection:
            connection.execute("set TimeZone = 'UTC'")
            add_functions(connection)
            if isinstance(raw_dir, str):
                reading = read_schema(connection.cursor(), raw_dir, self.contract, LANDED)
            else:
                reading = read_folder(raw_dir, self.contract, LANDED, folder)
            for statement in reading.statements:
                connection.execute(statement)
            for name in self._in_order(models):
                node = self.manifest["nodes"].get(name, {})
                if node.get("language") == "python":
                    run_python_model(connection, node)
                    continue
                for statement in self._statements(name, seeds):
                    connection.execute(statement)
            yield connection

    def _in_order(self, models: Iterable[str]) -> list[str]:
        """Return the nodes that some models stand on, and those models, parents first."""
        ordered: dict[str, None] = {}

        def visit(node: str) -> None:
            if node not in ordered:
                for parent in self.manifest["parent_map"][node]:
                    visit(parent)
                ordered[node] = None

        names = {node["name"]: unique_id for unique_id, node in self.manifest["nodes"].items()}
        for model in models:
            visit(names[model])
        return list(ordered)

    def _statements(self, name: str, seeds: Mapping[str, Path]) -> Iterator[str]:
        if name.startswith("source."):
            source = self.manifest["sources"][name]
            if (schema := source["source_name"]) in ("published", "syncs"):
                columns = ", ".join(
                    f"{column['name']} {column['data_type']}"
                    for column in source["columns"].values()
                )
                yield f'create schema if not exists "{NAME}"."{schema}"'
                yield f"create or replace table {source['relation_name']} ({columns})"
            return
        node = self.manifest["nodes"][name]
        relation, materialized = node["relation_name"], node["config"]["materialized"]
        if materialized == "seed":
            path = seeds.get(node["name"], ROOT / node["original_file_path"])
            types = json.dumps(node["config"].get("column_types") or {})
            yield (
                f"create table {relation} as from read_csv('{path}', header = true, "
                f"all_varchar = {'false' if types != '{}' else 'true'}, types = {types})"
            )
        elif materialized == "connected_components":
            yield f"create temp table edges as {node['compiled_code']}"
            yield f"create table {relation} as {COMPONENTS}"
        else:
            kind = "view" if materialized in ("view", "test") else "table"
            relation = relation or f'"{NAME}"."main"."{node["name"]}"'
            yield f"create {kind} {relation} as {node['compiled_code']}"


def run_python_model(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> None:
    """Run a Python model as dbt compiled it, and make a table of what it returns."""
    code: dict[str, Any] = {}
    exec(node["compiled_code"], code)
    read = code["dbtObj"](lambda relation: connection.query(f"select * from {relation}"))
    rows = code["model"](read, connection)
    connection.register("returned", rows)
    connection.execute(f"create table {node['relation_name']} as from returned")
    connection.unregister("returned")


def add_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Add to SQL what dbt's plugins add and models call."""
    connection.create_function("address_key", lambda email: email, [VARCHAR], VARCHAR)
    connection.create_function(
        "lot_of", lambda name, who: KEYS.lot_of(name, who), [VARCHAR, VARCHAR], DOUBLE
    )
    Experiments("experiments", {}).configure_connection(connection)
    Identity("identity", {}).configure_connection(connection)


# As dbt's materialization gives them, for graphs that are small.
COMPONENTS = """
    with recursive

    neighbours as (
        select node_a as node, node_b as neighbour from edges where node_b is not null
        union all
        select node_b, node_a from edges where node_b is not null
        union all
        select node_a, node_a from edges
    ),

    reached as (
        select node, neighbour from neighbours
        union
        select reached.node, neighbours.neighbour
        from reached inner join neighbours on reached.neighbour = neighbours.node
    )

    select node as node_id, min(neighbour) as component_id from reached group by node
"""


def compile_project(folder: Path, as_of: str) -> None:
    """Have dbt compile all models for a shop in UTC, US dollars and the United States.

    Args:
        folder: where dbt's files go.
        as_of: the day that everything is computed for.
    """
    warehouse = folder / f"{NAME}.duckdb"
    run_dbt("--quiet", "compile", raw_dir=None, warehouse=warehouse, variables={"as_of": as_of})


def read_compiled(folder: Path) -> CompiledProject:
    """Return what `compile_project` left in a folder."""
    manifest = json.loads((folder / f"{NAME}.target" / "manifest.json").read_bytes())
    return CompiledProject(manifest, declared_contract(manifest))


def declared_contract(manifest: Mapping[str, Any]) -> list[Table]:
    """Return the raw contract as the sources' YAML declares it."""
    return read_contract(
        {
            "name": source["name"],
            "is_required": source["config"]["meta"].get("required", False),
            "columns": [
                {
                    "name": column["name"],
                    "type": column["data_type"],
                    "is_required": column["config"]["meta"].get("required", False),
                }
                for column in source["columns"].values()
            ],
        }
        for source in manifest["sources"].values()
        if source["source_name"] == "raw"
    )
