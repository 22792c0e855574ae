"""The addresses that must not be written to, as the last build knows them: beside `current`.

A build that is not published still knows who withdrew. So each build leaves the file as soon as its
consent models and their tests have passed, and a refused publish takes nothing of it back.
"""

import os
import shutil
from collections.abc import Collection
from datetime import date
from pathlib import Path

import duckdb

from segmentry.reading import sql
from segmentry.records.folders import in_words, make_folder, sync

FILE = "suppressions.parquet"


def leave_suppressions(written: Path, published: Path) -> str:
    """Move a file that a build has written to where syncs look for it, at once or not at all.

    A build for an earlier day does not replace what a later one knew.

    Args:
        written: Parquet with `email`, `reason` and `as_of_date`; it is removed.
        published: the folder of published versions, made when it is missing.

    Returns:
        Why it stays as it was; empty when it was replaced.

    Raises:
        RecordsError: when the folder can't be written.
    """
    place = published / FILE
    try:
        known, mine = _as_of(place), _as_of(written)
        if known and mine and known > mine:
            return (
                f"{place} stays as it is: it is of {known}, and this build is for {mine}. Who "
                "withdrew since must stay in it."
            )
        with in_words(published):
            make_folder(published, 0o755)
            draft = published / f".{FILE}"
            shutil.copyfile(written, draft)
            draft.chmod(0o600)
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            draft.replace(place)
        return ""
    finally:
        written.unlink(missing_ok=True)


def take_out(published: Path, emails: Collection[str]) -> None:
    """Write the file anew without some addresses, at once or not at all.

    Args:
        published: the folder of published versions.
        emails: trimmed and in lower case.

    Raises:
        RecordsError: when the folder can't be written.
        duckdb.Error: when the file is damaged.
    """
    place = published / FILE
    if not place.is_file():
        return
    draft = published / f".{FILE}"
    with in_words(published), duckdb.connect() as connection:
        draft.touch(mode=0o600)
        connection.execute("set variable emails = $emails", {"emails": sorted(emails)})
        connection.execute(
            f"copy (from {sql.path(place)} where not list_contains(getvariable('emails'), email)) "
            f"to {sql.text(draft)} (format parquet)"
        )
        draft.chmod(0o600)
        sync(draft)
        draft.replace(place)


def _as_of(path: Path) -> date | None:
    """Return the day that a file is of; None when it is not there, empty or damaged."""
    try:
        with duckdb.connect() as connection:
            row = connection.execute(
                "select max(as_of_date) from read_parquet($path)", {"path": str(path)}
            ).fetchone()
    except duckdb.Error:
        return None
    day: date | None = row[0] if row else None
    return day
