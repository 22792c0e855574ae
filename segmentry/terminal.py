"""Where commands print what they found: for people, or as one JSON document for programs."""

import json
import math
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.status import Status

WIDTH_OF_A_FILE = 120
# What every command that has it says of it.
Json = Annotated[bool, typer.Option("--json", help="one JSON document, for programs")]


def terminal() -> Console:
    """Return where results are printed; a file gets lines of a fixed width."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE, highlight=False)


def working(text: str) -> Status:
    """Show on stderr, as long as it lasts, what a command is at; nothing where nobody watches."""
    return Console(stderr=True).status(text)


def print_json(content: Any) -> None:
    """Print the one document that a command with `--json` writes to stdout.

    Args:
        content: mappings, collections, dataclasses and what tables hold; see `plain`.
    """
    sys.stdout.write(json.dumps(plain(content), indent=2, allow_nan=False) + "\n")


def plain(content: Any) -> Any:
    """Return what JSON can hold of a value.

    Dates and times are ISO 8601, and times without a zone are UTC, as in every table; amounts are
    numbers, and a number that is none is null.
    """
    match content:
        case None | bool() | int() | str():
            return content
        case float() | Decimal():
            return float(content) if math.isfinite(content) else None
        case datetime():
            return (content if content.tzinfo else content.replace(tzinfo=UTC)).isoformat()
        case date():
            return content.isoformat()
        case Path():
            return str(content)
        case Mapping():
            return {str(name): plain(value) for name, value in content.items()}
        case Collection():
            return [plain(value) for value in content]
        case _ if is_dataclass(content) and not isinstance(content, type):
            return plain(asdict(content))
        case _:
            raise TypeError(f"{type(content).__name__} can't be written as JSON")
