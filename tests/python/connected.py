"""Calls a command with connectors on, each with the tables that it needs and nothing in them.

The first argument names the systems, with commas between them, or is `all`; the others are the
command.

Models of connectors that are off are not there for dbt nor for the linter: their unit tests and
their style are asked so.
"""

import csv
import os
import sys
from collections.abc import Collection
from pathlib import Path

from segmentry.settings.connectors import CONNECTORS, FOLDER, setting_of
from segmentry.setup.systems import RAW, read_systems
from tests.python.warehouse import ROOT

FOLDERS = ROOT / "target" / "connected"
ALL = "all"


def write_empty_shops(folder: Path, names: Collection[str]) -> dict[str, str]:
    """Write the required tables of systems as headers; return the settings that name them.

    Args:
        folder: where they go.
        names: the systems; `all` for all of them.
    """
    systems = [s for s in read_systems(ROOT) if s.name != RAW and (s.name in names or ALL in names)]
    settings = {CONNECTORS: ",".join(system.name for system in systems)}
    for system in systems:
        shop = folder / system.name
        shop.mkdir(parents=True, exist_ok=True)
        settings[setting_of(system.name, FOLDER)] = str(shop)
        for each in system.tables:
            if each.table.is_required or not any(t.table.is_required for t in system.tables):
                with (shop / f"{each.table.name}.csv").open("w", newline="") as stream:
                    csv.writer(stream).writerow(column.name for column in each.table.columns)
    return settings


if __name__ == "__main__":
    os.environ.update(write_empty_shops(FOLDERS, sys.argv[1].split(",")))
    os.execvp(sys.argv[2], sys.argv[2:])
