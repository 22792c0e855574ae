"""Writes the audiences of a sync as files, less those who must not be written to."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from segmentry.activation.batches import in_batches
from segmentry.activation.desired import (
    BATCH,
    Wanted,
    check_keys,
    check_names,
    kinds_of,
    opened,
    wanted_in,
)
from segmentry.activation.ledger import Ledger
from segmentry.activation.left_out import count_conflicts
from segmentry.activation.plans import Setting, alone, version_of
from segmentry.activation.platforms.files import FileExport
from segmentry.activation.platforms.interface import Profile
from segmentry.activation.runs import recorded
from segmentry.activation.withdrawn import read_withdrawn


def exports_folder(state: Path) -> Path:
    """Return the folder of the exports of all syncs, beside that of what they remember."""
    return state.with_name(f"{state.name}_exports")


def export(setting: Setting, folder: Path) -> dict[str, int]:
    """Write a CSV and a Parquet file for each audience; those of the last export are replaced.

    The ledger notes an export as a run, when all files are there.

    Args:
        setting: where the sync works.
        folder: where the files go, in a folder of the sync's name.

    Returns:
        How many stand in each.

    Raises:
        SyncError: when the sync does not fit the version, or the version may not be sent.
    """
    version = version_of(setting)
    with (
        alone(setting.state, setting.name),
        closing(Ledger(setting.state, setting.keys)) as ledger,
        opened(version, setting.keys) as connection,
        recorded(ledger, setting.name, version.build_id) as run_id,
    ):
        read_withdrawn(setting.published, ledger, setting.keys)
        check_names(connection, setting.name, setting.sync)
        check_keys(connection)
        files = FileExport(folder / setting.name, kinds_of(connection, setting.sync))
        conflicts = count_conflicts(connection, setting.sync, setting.rivals)
        ledger.note_conflicts(run_id, conflicts)
        written = {}
        for place, audience in enumerate(setting.sync.audiences):
            rows = wanted_in(connection, setting.sync, place, setting.rivals, has_all=True)
            written[audience.id] = files.write(audience.id, _allowed(rows, ledger))
            ledger.count(run_id, added=written[audience.id])
    return written


def _allowed(rows: Iterator[Wanted], ledger: Ledger) -> Iterator[Profile]:
    for batch in in_batches(rows, BATCH):
        noes = ledger.noes([row.key for row in batch])
        for row in batch:
            if row.key not in noes and not row.waits_for:
                yield Profile(row.key, row.address, row.properties)
