"""Where a shop's own tables of the raw contract are: in a folder, in the warehouse, or nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from segmentry.errors import SettingsError
from segmentry.settings.places import check_raw_folder, check_raw_schema

RAW_DIR, RAW_SCHEMA = "SEGMENTRY_RAW_DIR", "SEGMENTRY_RAW_SCHEMA"
DEMO = Path("seeds") / "demo_shop"


@dataclass(frozen=True)
class OwnTables:
    """Where a shop's own tables are.

    Attributes:
        folder: the folder of raw files; None where there is none.
        schema: the schema of the warehouse that holds them; empty where none does.
    """

    folder: Path | None
    schema: str

    def check(self, warehouse: Path) -> None:
        """Refuse a folder or a schema that can't be read.

        Args:
            warehouse: the DuckDB file that dbt builds.

        Raises:
            SettingsError: saying what is there instead, and how to name the right one.
        """
        if self.folder is not None:
            check_raw_folder(self.folder)
        if self.schema:
            check_raw_schema(self.schema, warehouse)


def read_own_tables(
    project: Path, environment: Mapping[str, str], has_connectors: bool
) -> OwnTables:
    """Return where the settings say that a shop's own tables are: the demo shop, when nowhere.

    Args:
        project: the root of the dbt project, where relative paths start.
        environment: the environment variables.
        has_connectors: whether connectors are on, beside which a shop needs no tables of its own.

    Raises:
        SettingsError: when both a folder and a schema are named.
    """
    folder, schema = environment.get(RAW_DIR), environment.get(RAW_SCHEMA, "")
    if folder and schema:
        raise SettingsError(
            f"{RAW_DIR} and {RAW_SCHEMA} are both set, and a shop's own tables are read from one "
            f"place: unset {RAW_DIR} to read the tables of the schema {schema}, or {RAW_SCHEMA} to "
            f"read the files of {folder}."
        )
    if folder:
        return OwnTables(project / folder, "")
    is_demo = not schema and not has_connectors
    return OwnTables(project / DEMO if is_demo else None, schema)
