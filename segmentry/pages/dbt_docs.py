"""dbt's documentation of models and columns, and the lineage of columns, as pages in one file each.

Neither holds compiled SQL or a path of this machine: compiled SQL has the settings of the shop in
it, the salt of its ids among them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmentry.errors import PagesError
from segmentry.pages.rendering import page_template
from segmentry.project.dbt_command import QUIET_SETTINGS, run_dbt
from segmentry.settings.places import check_build

COLIBRI = Path(sys.executable).with_name("colibri")
INDEX = "lineage/index.md"
MODELS = "lineage/dbt.html"
COLUMNS = "lineage/columns.html"
# Of errors that each column has, the first say what is wrong.
SHOWN_ERRORS = 3
# What a manifest says of a node that is nobody's but this machine's.
OF_THE_MACHINE = {"build_path", "compiled_code", "compiled_path", "extra_ctes", "root_path"}


@dataclass(frozen=True)
class Model:
    """A model in the list of all.

    Attributes:
        unique_id: what dbt calls it.
        name: its name.
        grain: what one row is.
    """

    unique_id: str
    name: str
    grain: str


def read_manifest(
    project: Path, target: Path, variables: Mapping[str, Any], warehouse: Path
) -> dict[str, Any]:
    """Return what dbt reads of a project; where there is a build, with the catalog of its columns.

    Args:
        project: the root of the dbt project.
        target: the folder that dbt writes to.
        variables: dbt vars that are given on the command line of builds.
        warehouse: the last build, which may not be there.

    Raises:
        DbtError: when dbt can't read the project.
        SettingsError: when the warehouse can't be read.
    """
    command = ["parse"]
    if warehouse.exists():
        check_build(warehouse)
        command = ["docs", "generate"]
    run_dbt(
        *(*command, "--vars", json.dumps(dict(variables), default=str)),
        project=project,
        environment={"DBT_TARGET_PATH": str(target), "SEGMENTRY_WAREHOUSE": str(warehouse)},
    )
    manifest: dict[str, Any] = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def model_page(manifest: Mapping[str, Any]) -> str:
    """Return the list of all models, by folder, as Markdown."""
    folders: dict[str, list[Model]] = {}
    for node in sorted(manifest["nodes"].values(), key=lambda node: (node["fqn"], node["name"])):
        if node["resource_type"] == "model":
            grain = " ".join(node["description"].split()).partition(". ")[0].removesuffix(".")
            folders.setdefault(" / ".join(node["fqn"][1:-1]), []).append(
                Model(node["unique_id"], node["name"], f"{grain}.")
            )
    return page_template("models.md").render(folders=folders.items())


def write_dbt_docs(target: Path, manifest: Mapping[str, Any], folder: Path) -> None:
    """Write dbt's documentation as one file.

    Args:
        target: the folder that `dbt docs generate` wrote to.
        manifest: the manifest that it wrote.
        folder: where the pages of the site go.
    """
    shown = {
        kind: {
            unique_id: {name: value for name, value in node.items() if name not in OF_THE_MACHINE}
            for unique_id, node in content.items()
        }
        if kind == "nodes"
        else content
        for kind, content in manifest.items()
    }
    page = (target / "index.html").read_text(encoding="utf-8")
    catalog = (target / "catalog.json").read_text(encoding="utf-8")
    for placeholder, content in (("MANIFEST", json.dumps(shown)), ("CATALOG", catalog)):
        page = page.replace(f'"{placeholder}.JSON INLINE DATA"', content)
    (folder / MODELS).parent.mkdir(parents=True, exist_ok=True)
    (folder / MODELS).write_text(page, encoding="utf-8")


def write_lineage(target: Path, folder: Path) -> None:
    """Write the lineage of columns as one file.

    Args:
        target: the folder that `dbt docs generate` wrote to.
        folder: where the pages of the site go.

    Raises:
        PagesError: when it can't be made.
    """
    written = target / "lineage"
    result = subprocess.run(
        [
            *(str(COLIBRI), "generate", "--light", "--disable-telemetry"),
            *("--manifest", str(target / "manifest.json")),
            *("--catalog", str(target / "catalog.json")),
            *("--output-dir", str(written)),
        ],
        env={**os.environ, **QUIET_SETTINGS},
        capture_output=True,
        text=True,
        check=False,
    )
    said = (result.stdout + result.stderr).strip()
    errors = [line for line in said.splitlines() if "[ERROR]" in line]
    if result.returncode != 0 or errors:
        what = "\n".join(errors[:SHOWN_ERRORS]) or said
        raise PagesError(f"The lineage of columns can't be made:\n{what}")
    (folder / COLUMNS).parent.mkdir(parents=True, exist_ok=True)
    (folder / COLUMNS).write_bytes((written / "index.html").read_bytes())
