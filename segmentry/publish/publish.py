"""Publishes a build: at once, or not at all."""

import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

from segmentry.checks.results import Validation
from segmentry.errors import PublishError
from segmentry.publish.writing import write_database
from segmentry.reading import sql
from segmentry.records.build import (
    HistoryBase,
    check_whole,
    open_build,
    read_fingerprints,
    read_history_base,
    read_invocation_id,
    read_latest_published,
    read_moment,
    read_public_columns,
    read_segment_sizes,
    read_settings,
    remember_published,
    sample,
)
from segmentry.records.databases import DATABASES
from segmentry.records.folders import VERSIONS, publisher_lock, switch, sync, sync_folder
from segmentry.records.log import add_to_log
from segmentry.records.manifest import MANIFEST, Manifest
from segmentry.records.versions import (
    KEPT_VERSIONS,
    Version,
    clean_up,
    current_version,
    entry_of,
    prune,
    read_version,
    versions,
)
from segmentry.settings.shop import Settings

DATA_DOCS = "validation"
# Where DuckDB writes what does not fit into memory, as long as a version is written and audited.
SPILL = "spill"
# Validates the files of a version, written from a build into a folder; the last one is for pages.
Audit: TypeAlias = Callable[[duckdb.DuckDBPyConnection, Path, Path], Validation]
# The macro `check_nothing_is_published` says the same before a build.
HISTORY_REMEDY = (
    "its history would begin anew. Bring the folder back, or set SEGMENTRY_PUBLISHED_DIR to where "
    "it is. If nothing of it is needed, remove the warehouse and build again."
)


def publish(
    settings: Settings,
    audit: Audit,
    keep: int = KEPT_VERSIONS,
    older: bool = False,
) -> Version:
    """Publish the build that stands in the warehouse, and make it current.

    A build that is published already is left as it is. Whatever stops a publish, an error or a
    kill, readers keep meeting the version that they met before.

    Args:
        settings: the warehouse, and the folder of published versions.
        audit: validates the files of a version before anybody reads them.
        keep: how many of the latest versions stay on disk.
        older: whether a build for an earlier day than the current version's becomes current.

    Returns:
        The version that is current now.

    Raises:
        PublishError: when the build is not whole, not valid, or continues another version than the
            current one; when it can't be written.
    """
    published = settings.published
    with publisher_lock(published):
        clean_up(published)
        with open_build(settings.warehouse) as build:
            check_whole(build)
            invocation_id = read_invocation_id(build)
            current = current_version(published)
            if current and current.manifest.invocation_id == invocation_id:
                return current
            if current is None and (known := read_latest_published(build)):
                raise PublishError(
                    f"{published} holds no version, and this warehouse was published as {known}: "
                    f"{HISTORY_REMEDY}"
                )
            base = read_history_base(build)
            check_base(base, current)
            if not older:
                check_day(read_moment(build)[1], current)
            draft = write_draft(published, build, invocation_id, base, audit)
        build_id = draft.name.removeprefix(".")
        draft.rename(draft.with_name(build_id))
        sync(draft.parent)
        switch(published, build_id)
        version = read_version(published, build_id)
        # It is published. What of the rest can't be done now, the next publisher does.
        with suppress(OSError):
            add_to_log(published, entry_of(version))
            prune(published, keep)
        remember_published(settings.warehouse, build_id)
        return version


def check_validation(validation: Validation) -> None:
    """Hold back a version whose checks failed.

    Raises:
        PublishError: naming each failed check with its numbers and some ids.
    """
    if not validation.success:
        failures = "".join(
            f"\n- {failure.name}: {failure.message}"
            + (f" For instance {sample(failure.sample_ids)}." if failure.sample_ids else "")
            for failure in validation.failures
        )
        names = " ".join(failure.name for failure in validation.failures)
        raise PublishError(
            f"{len(validation.failures):,} checks failed:{failures}\n"
            "Mend the cause and build again, or let through what is meant: make publish "
            f'ACCEPT="{names}"'
        )


def check_base(base: HistoryBase, current: Version | None) -> None:
    """Hold back a build that began from another version than the current one.

    Raises:
        PublishError: when something was published or rolled back since the build began.
    """
    current_build_id = current.build_id if current else None
    if base.current_build_id != current_build_id:
        raise PublishError(
            f"The build began when {base.current_build_id or 'nothing'} was published, and "
            f"{current_build_id or 'nothing'} is now: its history would be another's. Build again."
        )


def check_day(as_of_date: date, current: Version | None) -> None:
    """Hold back a build for an earlier day than the current version's.

    Raises:
        PublishError: naming both days.
    """
    if current and as_of_date < current.manifest.as_of_date:
        raise PublishError(
            f"The build is for {as_of_date}, and readers have {current.manifest.as_of_date}: they "
            "would be set back. Build for a later day, or, if that is meant, make publish OLDER=1 "
            "(in Dagster: older: true)."
        )


def write_draft(
    published: Path,
    build: duckdb.DuckDBPyConnection,
    invocation_id: str,
    base: HistoryBase,
    audit: Audit,
) -> Path:
    """Write a version, all of it on the disk, into a folder that is hidden and closed to others.

    What is audited are the files, as readers will meet them.

    Returns:
        The folder: a dot and the id of the version.

    Raises:
        PublishError: when the build holds what must not be published, the audit finds that it must
            not be, or it can't be written.
    """
    published_at = datetime.now(UTC).replace(microsecond=0)
    # Ids sort by time, whatever the clock does.
    for version in versions(published)[-1:]:
        published_at = max(published_at, version.manifest.published_at + timedelta(seconds=1))
    build_id = f"{published_at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    draft = published.absolute() / VERSIONS / f".{build_id}"
    try:
        draft.mkdir(mode=0o700)
        row_counts = write_databases(build, draft, build_id)
        validation = audit(build, draft, draft / DATA_DOCS)
        shutil.rmtree(draft / SPILL, ignore_errors=True)
        check_validation(validation)
        show_pages(draft / DATA_DOCS)
        as_of, as_of_date = read_moment(build)
        Manifest(
            build_id=build_id,
            as_of=as_of,
            as_of_date=as_of_date,
            invocation_id=invocation_id,
            published_at=published_at,
            based_on=base.based_on,
            replaced=base.current_build_id,
            row_counts=row_counts,
            segment_sizes=read_segment_sizes(build),
            validation=describe_validation(validation),
            fingerprints=read_fingerprints(build),
            accepted=validation.accepted,
            settings=read_settings(build),
            files=file_sizes(draft),
        ).write(draft / MANIFEST)
        (draft / MANIFEST).chmod(0o644)
        draft.chmod(0o755)
        sync_folder(draft)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, duckdb.Error):
            raise PublishError(why_not_written(published, error)) from error
        raise
    return draft


def write_databases(
    build: duckdb.DuckDBPyConnection, folder: Path, build_id: str
) -> dict[str, int]:
    """Write the public tables of a build into a folder, and spill there what memory can't hold.

    Returns:
        The rows of every table.

    Raises:
        PublishError: when the build holds what must not be published.
    """
    build.execute(f"set temp_directory = {sql.text(folder / SPILL)}")
    columns = read_public_columns(build)
    row_counts: dict[str, int] = {}
    for database in DATABASES:
        row_counts |= write_database(build, database, columns, folder, build_id)
    return row_counts


def file_sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of every file below a folder, by its path in it."""
    return {
        str(path.relative_to(folder)): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def why_not_written(published: Path, error: duckdb.Error) -> str:
    """Return in the project's own words why a version can't be written: DuckDB's may quote rows."""
    if "space left" in str(error).lower():
        return f"The disk of {published} is full: make room, and publish again."
    return (
        f"The version can't be written to {published} ({type(error).__name__}): see that this user "
        "may write there, build again and publish again."
    )


def describe_validation(validation: Validation) -> dict[str, Any]:
    """Return a validation without the texts of exceptions, which may quote a row."""
    results = [replace(result, exception=None) for result in validation.results]
    return replace(validation, results=results).to_dict()


def show_pages(folder: Path) -> None:
    """Let everybody read a folder of pages, if there is one."""
    for path in [folder, *folder.rglob("*")] if folder.exists() else []:
        path.chmod(0o755 if path.is_dir() else 0o644)
