"""The command that computes: `python -m benchmarks.floor RAW COMPILED DATABASE AS_OF`."""

import sys
from datetime import date
from pathlib import Path

from benchmarks.floor import compute

if __name__ == "__main__":
    raw, compiled, database, as_of = sys.argv[1:]
    compute(Path(raw), Path(compiled), Path(database), date.fromisoformat(as_of))
