"""A shop of its own for tests of publishing: a copy of a whole build, and publishes from it."""

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from segmentry.checks.results import CheckResult, Validation
from segmentry.publish.publish import publish
from segmentry.records.build import read_invocation_id, read_moment
from segmentry.records.versions import KEPT_VERSIONS, Version, current_version, read_version
from segmentry.settings.shop import Settings

# What a publish asks of a build, besides what it publishes.
ASKED = (
    "build_log",
    "history_base",
    "int_as_of",
    "model_fingerprints",
    "public_columns",
    "segment_catalog",
    "segment_memberships",
)


@dataclass(frozen=True)
class Shop:
    """A warehouse and the folder that it is published to.

    Attributes:
        settings: where both are.
    """

    settings: Settings

    @classmethod
    def copy(cls, whole_build: Path, folder: Path, tables: Sequence[str] = ()) -> "Shop":
        """Copy a whole build into a folder, ready to be published.

        Args:
            whole_build: the warehouse.
            folder: where the copy goes.
            tables: the few that are public, so that a publish takes little time, and that the copy
                holds beside what publishing asks; all when none is named.
        """
        warehouse = folder / "segmentry.duckdb"
        shop = cls(Settings(folder / "raw", warehouse, folder / "published"))
        if tables:
            listed = ", ".join(f"'{name}'" for name in tables)
            with duckdb.connect() as connection:
                connection.execute(f"attach '{whole_build}' as {whole_build.stem} (read_only)")
                connection.execute(f"attach '{warehouse}' as few")
                connection.execute(f"use {whole_build.stem}")
                for name in sorted({*tables, *ASKED}):
                    connection.execute(f"create table few.{name} as from {name}")
            shop.execute(f"delete from public_columns where table_name not in ({listed})")
        else:
            shutil.copy(whole_build, warehouse)
        shop.build_next()
        return shop

    @property
    def published(self) -> Path:
        """The folder of published versions."""
        return self.settings.published

    def execute(self, *statements: str) -> None:
        """Change the warehouse."""
        with duckdb.connect(str(self.settings.warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the warehouse."""
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def build_next(self, as_of_date: date | None = None) -> None:
        """Turn the warehouse into that of another build, begun from what is current now.

        Args:
            as_of_date: its day; the same as before when None. The history continues the latest
                version of an earlier day, as a build's does.
        """
        day = as_of_date or self.query("select as_of_date from int_as_of")[0][0]
        current = current_version(self.published)
        base = current
        while base and base.manifest.as_of_date >= day:
            based_on = base.manifest.based_on
            base = read_version(self.published, based_on) if based_on else None
        self.execute(
            f"update build_log set invocation_id = '{uuid.uuid4()}'",
            f"update int_as_of set as_of_date = '{day}', as_of = date '{day}' + interval 1 day",
            "delete from history_base",
            "insert into history_base values ("
            + ", ".join(
                f"'{value}'" if value else "null"
                for value in (
                    base and base.build_id,
                    base and base.manifest.as_of_date,
                    current and current.build_id,
                )
            )
            + ")",
        )

    def publish(
        self,
        *failures: CheckResult,
        keep: int = KEPT_VERSIONS,
        accepted: Sequence[str] = (),
        older: bool = False,
    ) -> Version:
        """Publish the build that stands in the warehouse; its audit finds these failures."""

        def audit(build: duckdb.DuckDBPyConnection, folder: Path, data_docs: Path) -> Validation:
            (data_docs / "static").mkdir(parents=True)
            (data_docs / "index.html").write_text("<!doctype html>")
            (data_docs / "static" / "style.css").write_text("")
            return Validation(
                as_of_date=read_moment(build)[1],
                invocation_id=read_invocation_id(build),
                accepted=list(accepted),
                results=list(failures),
            )

        return publish(self.settings, audit, keep, older)

    def publish_next(self, as_of_date: date | None = None, keep: int = KEPT_VERSIONS) -> Version:
        """Build and publish."""
        self.build_next(as_of_date)
        return self.publish(keep=keep)

    def moved_to(self, folder: Path) -> "Shop":
        """Return the shop as it stands in a copy of its folder."""
        settings = self.settings
        return Shop(
            Settings(
                folder / (settings.raw_dir or Path()).name,
                folder / settings.warehouse.name,
                folder / settings.published.name,
            )
        )
