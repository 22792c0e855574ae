"""The tables of the page on connectors: `python -m examples.demo_shop.systems.page` prints them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path

from examples.demo_shop.records import RawShop
from examples.demo_shop.systems.effects import FACTS, SEGMENTS
from examples.demo_shop.systems.known import SYSTEMS

MODELS = Path(__file__).resolve().parents[3] / "models" / "connectors"


def page_tables() -> list[str]:
    """Return the tables: what systems fill, what they do not tell, and what that changes."""
    return [_filled(), _differences(), _effects()]


def _filled() -> str:
    """Return which raw tables a connector has a model for."""
    names = list(SYSTEMS)
    rows = [
        [table, *("yes" if _has_model(name, table) else "" for name in names)]
        for table in (column.name for column in fields(RawShop))
    ]
    return _markdown(["raw table", *names], rows)


def _has_model(name: str, table: str) -> bool:
    return (MODELS / name / f"{name}__{table}.sql").is_file()


def _differences() -> str:
    """Return what each system does not tell, or tells otherwise."""
    rows = []
    for name, system in SYSTEMS.items():
        for what, why in system.losses.items():
            rows.append([name, f"`{what}`", "is empty", why])
        for what, how in system.changes.items():
            rows.append([name, f"`{what}`", "differs", how])
    return _markdown(["system", "raw column or table", "what", "why"], rows)


def _effects() -> str:
    """Return the facts and segments of the demo that change, by the reason."""
    rows = [
        *([_listed(names), "facts", why] for why, names in _by_reason(FACTS)),
        *([_listed(names), "segments", why] for why, names in _by_reason(SEGMENTS)),
    ]
    return _markdown(["what changes", "of", "why"], rows)


def _by_reason(effects: Mapping[str, str]) -> Iterable[tuple[str, list[str]]]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for name, why in effects.items():
        reasons[why].append(name)
    return reasons.items()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _markdown(header: list[str], rows: Iterable[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> None:
    """Print the tables."""
    print("\n\n".join(page_tables()))


if __name__ == "__main__":
    main()
