"""What dbt's data tests ask: declared beside the models, noted by every build as it asked them."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from segmentry.records.build import read_rows

# What a published table may be compared with besides other published tables.
AS_OF = "int_as_of"


@dataclass(frozen=True)
class DataTest:
    """A data test of dbt.

    Attributes:
        name: its name.
        table: the model or seed that it is about; of a singular test the first that it reads.
        parents: every model and seed that it reads.
        kind: the generic test, `not_null`; empty for a singular one.
        columns: the columns that it is about, as far as it says so.
        minimum: the smallest value of a range.
        maximum: the greatest value of a range.
        stops_publishing: whether it must hold of what is published: a warning of a build need not,
            unless its `meta: {stops_publishing: true}` says so.
        expectation: what holds, in words; empty when no build has asked it.
        shown_columns: the columns whose values may be told of a row that breaks it.
        query: the SQL that selects what breaks it; empty when no build has asked it.
    """

    name: str
    table: str
    parents: tuple[str, ...]
    kind: str
    columns: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    stops_publishing: bool
    expectation: str = ""
    shown_columns: tuple[str, ...] = ()
    query: str = ""

    def is_answered_by(self, tables: Collection[str]) -> bool:
        """Tell whether some tables, and the instant of the build, are all that it asks."""
        return self.table in tables and {*self.parents} <= {*tables, AS_OF}


def read_data_tests(build: duckdb.DuckDBPyConnection) -> list[DataTest]:
    """Return the data tests that the last run of dbt asked, as it asked them.

    Raises:
        RecordsError: when no build noted any.
    """
    rows = read_rows(build, "select node, expectation, shown_columns, query from data_tests")
    return [
        read_node(json.loads(node), expectation, tuple(json.loads(shown_columns)), query)
        for node, expectation, shown_columns, query in rows
    ]


def declared_data_tests(manifest: Mapping[str, Any]) -> list[DataTest]:
    """Return the data tests of a project, by dbt's manifest."""
    nodes = manifest["nodes"].values()
    return [read_node(node) for node in nodes if node["resource_type"] == "test"]


def public_tables(manifest: Mapping[str, Any]) -> set[str]:
    """Return the models and seeds that are published, by dbt's manifest."""
    nodes: Iterable[Mapping[str, Any]] = manifest["nodes"].values()
    return {
        str(node["name"])
        for node in nodes
        if node["resource_type"] in ("model", "seed")
        and node["config"]["meta"].get(
            "published_in", "bi" if node.get("access") == "public" else None
        )
    }


def read_node(
    node: Mapping[str, Any],
    expectation: str = "",
    shown_columns: tuple[str, ...] = (),
    query: str = "",
) -> DataTest:
    """Return a data test by what dbt's manifest says of it."""
    parents = tuple(str(name).rsplit(".", 1)[-1] for name in node["depends_on"]["nodes"])
    attached = node.get("attached_node")
    generic = node.get("test_metadata") or {"name": "", "kwargs": {}}
    arguments = generic["kwargs"]
    column = arguments.get("column_name")
    return DataTest(
        name=node["name"],
        table=str(attached).rsplit(".", 1)[-1] if attached else parents[0] if parents else "",
        parents=parents,
        kind=generic["name"],
        columns=tuple(arguments.get("columns") or ([column] if column else ())),
        minimum=arguments.get("minimum"),
        maximum=arguments.get("maximum"),
        stops_publishing=str(node["config"]["severity"]).lower() == "error"
        or bool((node["config"].get("meta") or {}).get("stops_publishing")),
        expectation=expectation,
        shown_columns=shown_columns,
        query=query,
    )
