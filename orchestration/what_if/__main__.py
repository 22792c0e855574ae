"""Shows what changed thresholds and rules would do. Run as `python -m orchestration.what_if`."""

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from orchestration.settings import ROOT, Settings
from orchestration.what_if.computation import what_if
from orchestration.what_if.errors import WhatIfError
from orchestration.what_if.report import print_table, to_markdown

WIDTH_OF_A_FILE = 120


def read_variables(text: str) -> dict[str, Any]:
    """Read dbt vars as dbt's --vars does: YAML, a mapping from names to values.

    Raises:
        WhatIfError: when it is something else.
    """
    try:
        variables = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise WhatIfError(f"--vars can't be read: {error}") from error
    if not isinstance(variables, dict):
        raise WhatIfError("--vars can't be read: expected '{name: value}'.")
    return variables


def main() -> int:
    """Show what changed thresholds and rules would do to the segments, before they are merged."""
    parser = argparse.ArgumentParser(prog="what_if", description=main.__doc__)
    parser.add_argument(
        "--vars", default="{}", help="dbt vars to change: '{idle_customers_days: 120}'"
    )
    parser.add_argument(
        "--markdown",
        nargs="?",
        const="-",
        metavar="FILE",
        help="Markdown for a pull request, printed or written to a file",
    )
    arguments = parser.parse_args()
    console = Console(stderr=True)
    warehouse = Settings.from_environment().warehouse
    try:
        with console.status("Computing what changed, beside the last build …"):
            result = what_if(ROOT, warehouse, read_variables(arguments.vars))
    except WhatIfError as error:
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    if arguments.markdown is None:
        print_table(result, Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE))
    elif arguments.markdown == "-":
        sys.stdout.write(to_markdown(result))
    else:
        Path(arguments.markdown).write_text(to_markdown(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
