"""Write the demo shop and the two seeds that belong to it: `python -m examples.demo_shop`."""

import argparse
from pathlib import Path

from examples.demo_shop.raw_files import write_demo_shop, write_seeds
from examples.demo_shop.simulation import live

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def main() -> None:
    """Write the raw tables to `seeds/demo_shop` and the shop's own seeds beside them."""
    parser = argparse.ArgumentParser(prog="python -m examples.demo_shop", description=__doc__)
    parser.add_argument("--seeds", type=Path, default=SEEDS, help="folder of the seeds")
    seeds = parser.parse_args().seeds
    counts = write_demo_shop(seeds / "demo_shop", live())
    write_seeds(seeds)
    for table, count in counts.items():
        print(f"{table}: {count} lines")


if __name__ == "__main__":
    main()
