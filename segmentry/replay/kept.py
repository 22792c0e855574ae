"""Where the days are that were replayed."""

from pathlib import Path

from segmentry.settings.shop import ROOT

# What ships with the demo shop, made by `make demo-replay`.
DEMO = ROOT / "examples" / "demo_shop"
FOLDER = "replayed"


def replayed_path(folder: Path, table: str) -> Path:
    """Return where a table of replayed days is.

    Args:
        folder: the folder of what a shop remembers, or that of the demo shop.
        table: its name, as `shop_sizes`.
    """
    return folder / FOLDER / f"{table}.parquet"
