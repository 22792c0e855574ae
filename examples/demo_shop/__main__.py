"""Write the demo shop and the two seeds that belong to it: `python -m examples.demo_shop`.

With `--system shopify,klaviyo,ga4 --output FOLDER` the same shop is written as those systems land
it in a warehouse, a folder each, and what none of them holds as the shop's own files.
"""

import argparse
from pathlib import Path

from examples.demo_shop.raw_files import write_demo_shop, write_seeds
from examples.demo_shop.simulation import live
from examples.demo_shop.systems.known import SYSTEMS, systems_named
from examples.demo_shop.systems.shops import write_shops

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def main() -> None:
    """Write the raw tables to `seeds/demo_shop` and the shop's own seeds beside them."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.demo_shop",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", type=Path, default=SEEDS, help="folder of the seeds")
    parser.add_argument("--system", default="", help=f"systems: {', '.join(SYSTEMS)}")
    parser.add_argument("--output", type=Path, help="folder of the systems' folders")
    arguments = parser.parse_args()
    names = [name.strip().lower() for name in arguments.system.split(",") if name.strip()]
    if bool(names) != bool(arguments.output):
        parser.error("--system and --output belong together")
    if names:
        try:
            systems = systems_named(names)
        except ValueError as error:
            parser.error(str(error))
        write_shops(arguments.output, live(), systems)
        return
    seeds = arguments.seeds
    counts = write_demo_shop(seeds / "demo_shop", live())
    write_seeds(seeds)
    for table, count in counts.items():
        print(f"{table}: {count} lines")


if __name__ == "__main__":
    main()
