"""Where commands print what they found."""

import sys

from rich.console import Console

WIDTH_OF_A_FILE = 120


def terminal() -> Console:
    """Return where results are printed; a file gets lines of a fixed width."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE, highlight=False)
