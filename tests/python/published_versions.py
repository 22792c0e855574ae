"""Publishes a warehouse the way the history expects it, without any of a publisher's care."""

import json
from pathlib import Path

import duckdb

TABLES = {
    "parquet": ("customer_facts", "segment_history", "segment_definitions", "segment_transitions"),
    "contacts": ("customer_merges",),
}


def publish(warehouse: Path, published: Path, build_id: str) -> Path:
    """Write the tables that a later build reads, and a manifest, and make them current.

    Args:
        warehouse: the DuckDB file of a build.
        published: the folder of published versions.
        build_id: the name of the version.

    Returns:
        The folder of the version.
    """
    version = published / "versions" / build_id
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for folder, tables in TABLES.items():
            (version / folder).mkdir(parents=True)
            for table in tables:
                path = str(version / folder / f"{table}.parquet").replace("'", "''")
                connection.execute(f"copy (select * from {table}) to '{path}' (format parquet)")
        ((as_of_date,),) = connection.execute("select as_of_date from int_as_of").fetchall()
        ((based_on,),) = connection.execute("select build_id from history_base").fetchall()
    manifest = {"build_id": build_id, "as_of_date": str(as_of_date), "based_on": based_on}
    (version / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    link = published / "next"
    link.symlink_to(Path("versions") / build_id)
    link.rename(published / "current")
    return version
