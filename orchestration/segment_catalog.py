"""The catalog of segments as its seed has it."""

import csv
from pathlib import Path

from orchestration.settings import ROOT


def read_segment_catalog(project: Path = ROOT) -> list[dict[str, str]]:
    """Return the rows of the catalog in its order, by column.

    Args:
        project: the root of the dbt project.
    """
    path = project / "seeds" / "segment_catalog.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
