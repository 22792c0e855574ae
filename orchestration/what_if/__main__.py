"""Shows what changed thresholds and rules would do. Run as `python -m orchestration.what_if`."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from orchestration.settings import ROOT, Settings
from orchestration.what_if.computation import what_if
from orchestration.what_if.errors import WhatIfError
from orchestration.what_if.report import print_table, to_markdown
from segmentry.settings.errors import SettingsError
from segmentry.settings.privacy import keep_private
from segmentry.settings.variables import read_variables

WIDTH_OF_A_FILE = 120


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
    keep_private()
    arguments = parser.parse_args()
    console = Console(stderr=True)
    try:
        warehouse = Settings.from_environment().warehouse
        with console.status("Computing what changed, beside the last build …"):
            result = what_if(ROOT, warehouse, read_variables(arguments.vars))
    except (WhatIfError, SettingsError) as error:
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
