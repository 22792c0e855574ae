"""Names that were mistyped."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ` Is <name> meant?` with the nearest known name, or nothing when none is near."""
    similar = difflib.get_close_matches(name, list(known), n=1)
    return f" Is {similar[0]} meant?" if similar else ""
