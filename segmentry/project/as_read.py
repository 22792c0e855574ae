"""Runs a dbt command on the project as the one before it has read it: `python -m`, with arguments.

With other vars dbt reads the whole project again, which takes longer than to compute a day. No file
of the project is read otherwise because of the day that a run is for.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.constants import PARTIAL_PARSE_FILE_NAME
from dbt.contracts.graph.manifest import Manifest


def main(arguments: Sequence[str]) -> int:
    """Run a dbt command on what `DBT_TARGET_PATH` holds of the project.

    Args:
        arguments: the command and its flags.

    Returns:
        The exit code.
    """
    read = Path(os.environ["DBT_TARGET_PATH"]) / PARTIAL_PARSE_FILE_NAME
    manifest = Manifest.from_msgpack(read.read_bytes())
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    result = dbtRunner(manifest=manifest).invoke(list(arguments))
    if result.exception is not None:
        print(result.exception)
    return 0 if result.success else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
