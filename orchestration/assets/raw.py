"""The raw tables, which others deliver: what is there and how new it is."""

import hashlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from orchestration.csv_reader import csv_header
from orchestration.settings import Settings

# Nothing is sniffed, and a line that can't be split is nothing.
CSV_QUERY = """
    from read_csv(
        $1, columns = $2, auto_detect = false, header = true, delim = ',', quote = '"',
        escape = '"', strict_mode = false, null_padding = true, ignore_errors = true
    )
"""

SUFFIXES = (".parquet", ".csv", ".csv.gz")


@dataclass(frozen=True)
class RawFile:
    """A file of a raw table.

    Attributes:
        path: where it is.
        size: bytes.
        changed_at: when it was last written, in nanoseconds since 1970.
    """

    path: Path
    size: int
    changed_at: int


def find_raw_files(raw_dir: Path, table: str) -> list[RawFile]:
    """Return the files of a raw table: one of its name, or any number in a folder of its name."""
    single = [raw_dir / f"{table}{suffix}" for suffix in SUFFIXES]
    folder = [path for path in (raw_dir / table).rglob("*") if path.name.endswith(SUFFIXES)]
    found = sorted(path for path in [*single, *folder] if path.is_file())
    return [RawFile(path, path.stat().st_size, path.stat().st_mtime_ns) for path in found]


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
            is_parquet = file.path.suffix == ".parquet"
            rows = (
                connection.read_parquet(str(file.path))
                if is_parquet
                else connection.sql(CSV_QUERY, params=[str(file.path), _text_columns(file.path)])
            )
            if column in (name.lower() for name in rows.columns):
                moment = f'try_cast("{column}" as timestamptz)'
                row = rows.filter(f"{moment} <= now()").aggregate(f"max({moment})").fetchone()
                newest += [row[0].astimezone(UTC)] if row and row[0] else []
    return max(newest, default=None)


def _text_columns(path: Path) -> dict[str, str]:
    return dict.fromkeys(csv_header(str(path)), "varchar")


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
        raw_dir = Settings.from_environment().raw_dir
        for name, spec in specs.items():
            if spec.key in context.selected_asset_keys:
                files = find_raw_files(raw_dir, name)
                column = tables[name]["config"]["meta"].get("own_timestamp")
                yield ObserveResult(
                    asset_key=spec.key,
                    data_version=DataVersion(digest(files)),
                    metadata=_describe(files, column),
                )

    observed: AssetsDefinition = raw_files
    return observed


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
