"""Writes the shops of some systems, and the shop's own files beside them."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from examples.demo_shop.raw_files import write_rows
from examples.demo_shop.records import RawShop
from examples.demo_shop.systems.division import own_files, web_shop
from examples.demo_shop.systems.system import System

OWN_FILES = "own_files"


def write_shops(folder: Path, shop: RawShop, systems: Sequence[System]) -> None:
    """Replace a folder by one folder per system, and one of the shop's own files.

    Args:
        folder: where they go; what it held before is removed.
        shop: the rows of the shop, without flaws.
        systems: the systems.
    """
    if folder.exists():
        shutil.rmtree(folder)
    web = web_shop(shop, systems)
    for system in systems:
        (folder / system.name).mkdir(parents=True)
        system.write(folder / system.name, web)
    write_rows(folder / OWN_FILES, own_files(shop, systems))
