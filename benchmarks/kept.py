"""Keeps what was measured in a JSON file, from which it is shown again."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.builds import Build, Measurement
from benchmarks.measure import Usage


def keep(measurements: Sequence[Measurement], path: Path) -> None:
    """Write measurements to a file."""
    text = json.dumps([asdict(measurement) for measurement in measurements], indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def read(path: Path) -> list[Measurement]:
    """Return the measurements of a file that `keep` wrote.

    Raises:
        OSError: when it can't be read.
        ValueError: when it holds something else.
    """
    try:
        return [_measurement(kept) for kept in json.loads(path.read_text(encoding="utf-8"))]
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"{path} holds no measurements.") from error


def _measurement(kept: dict[str, Any]) -> Measurement:
    return Measurement(**{name: _value(value) for name, value in kept.items()})


def _value(kept: Any) -> Any:
    """Return a build, what a process took, or a number."""
    if not isinstance(kept, dict):
        return kept
    return Build(**kept | {"usage": Usage(**kept["usage"])}) if "usage" in kept else Usage(**kept)
