"""The raw tables, which others deliver: what is there and how new it is."""

import hashlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    BetaWarning,
    DataVersion,
    MetadataValue,
    ObserveResult,
    multi_observable_source_asset,
)

from orchestration.assets.dbt import DbtGraph
from orchestration.automation import looked_at_every_hour
from segmentry.reading.errors import ReadingError
from segmentry.reading.files import RawFile, find_raw_files, names_in
from segmentry.reading.looks import rough_rows
from segmentry.settings.shop import Settings


def files_of_tables(raw_dir: Path, tables: Sequence[str]) -> dict[str, list[RawFile]]:
    """Return the files of raw tables; none when the folder can't be read, as the build will say."""
    try:
        return find_raw_files(raw_dir, tables).files
    except ReadingError:
        return {table: [] for table in tables}


def files_below(folder: Path) -> list[RawFile]:
    """Return the files that a folder of a connector holds; none when it can't be read."""
    try:
        names = names_in(folder)
        return [file for found in find_raw_files(folder, names).files.values() for file in found]
    except (ReadingError, OSError):
        return []


def digest(files: Sequence[RawFile]) -> str:
    """Return 16 characters that change with the name, size or time of any file."""
    lines = "\n".join(f"{file.path}\t{file.size}\t{file.changed_at}" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def newest_timestamp(files: Sequence[RawFile], column: str) -> datetime | None:
    """Return the newest time in a column of raw files that is not in the future, in UTC.

    A rough look to tell how new a delivery is: what can't be read is passed over here, and counted
    and rejected when the table is staged.
    """
    newest: list[datetime] = []
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for file in files:
            try:
                rows = rough_rows(connection, file)
                if column in (name.lower() for name in rows.columns):
                    moment = f'try_cast("{column}" as timestamptz)'
                    row = rows.filter(f"{moment} <= now()").aggregate(f"max({moment})").fetchone()
                    newest += [row[0].astimezone(UTC)] if row and row[0] else []
            except (ReadingError, duckdb.Error):
                continue
    return max(newest, default=None)


def raw_tables(graph: DbtGraph) -> dict[str, Mapping[str, Any]]:
    """Return the raw contract's tables by name, as dbt's sources."""
    sources = graph.manifest["sources"].values()
    return {source["name"]: source for source in sources if source["source_name"] == "raw"}


def raw_assets(graph: DbtGraph) -> AssetsDefinition:
    """Return the raw tables as assets that are looked at, never made."""
    tables = raw_tables(graph)
    specs = {
        name: graph.translator.get_asset_spec(
            graph.manifest, source["unique_id"], graph.project
        ).replace_attributes(
            automation_condition=looked_at_every_hour(), kinds={"file"}, deps=[], skippable=True
        )
        for name, source in tables.items()
    }

    # Marked as beta, and the only one that gives what it observes an owner.
    warnings.filterwarnings("ignore", "Function `multi_observable", category=BetaWarning)

    @multi_observable_source_asset(  # type: ignore[untyped-decorator]
        specs=list(specs.values()), name="raw_files", can_subset=True
    )
    def raw_files(context: AssetExecutionContext) -> Iterator[ObserveResult]:
        """Look at the files of each raw table: how many, how large, how new."""
        settings = Settings.from_environment()
        raw_dir = settings.raw_dir
        found = files_of_tables(raw_dir, list(specs)) if raw_dir else {name: [] for name in specs}
        for name, spec in specs.items():
            if spec.key in context.selected_asset_keys:
                files = found[name]
                column = tables[name]["config"]["meta"].get("own_timestamp")
                yield ObserveResult(
                    asset_key=spec.key,
                    data_version=DataVersion(digest(files)),
                    metadata={"read_from": _place(settings), **_describe(files, column)},
                )

    observed: AssetsDefinition = raw_files
    return observed


def _place(settings: Settings) -> MetadataValue[Any]:
    """Return where a shop's own tables are; those in the warehouse can't be looked at here."""
    if settings.raw_schema:
        return MetadataValue.text(f"schema {settings.raw_schema} of {settings.warehouse}")
    return MetadataValue.path(settings.raw_dir) if settings.raw_dir else MetadataValue.null()


def _describe(files: Sequence[RawFile], column: str | None) -> dict[str, MetadataValue[Any]]:
    described: dict[str, MetadataValue[Any]] = {
        "files": MetadataValue.int(len(files)),
        "bytes": MetadataValue.int(sum(file.size for file in files)),
    }
    if files:
        written = max(file.changed_at for file in files) / 1e9
        described["written_at"] = MetadataValue.timestamp(datetime.fromtimestamp(written, UTC))
    newest = newest_timestamp(files, column) if column else None
    if newest:
        described["dagster/last_updated_timestamp"] = MetadataValue.timestamp(newest)
    return described
