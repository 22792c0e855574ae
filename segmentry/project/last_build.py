"""What dbt is told of the last build, so that it reads from there what it does not compute."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_last_build(manifest: Mapping[str, Any], warehouse: Path, state: Path) -> None:
    """Write where the models of the last build are, for `--defer --favor-state --state`.

    Args:
        manifest: what dbt wrote of the project when it read it; it is changed.
        warehouse: the DuckDB file of the last build, which the target attaches.
        state: the folder for it, which is made.
    """
    for node in manifest["nodes"].values():
        if node.get("relation_name"):
            node["database"] = warehouse.stem
            node["relation_name"] = ".".join(
                '"' + part.replace('"', '""') + '"'
                for part in (warehouse.stem, node["schema"], node["alias"])
            )
    state.mkdir()
    (state / "manifest.json").write_text(json.dumps(manifest))
