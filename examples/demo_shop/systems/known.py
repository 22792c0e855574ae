"""The systems that the demo shop can be written for."""

from collections.abc import Sequence

from examples.demo_shop.systems.ga4 import GA4
from examples.demo_shop.systems.klaviyo import KLAVIYO
from examples.demo_shop.systems.shopify import SHOPIFY
from examples.demo_shop.systems.shopify_csv import SHOPIFY_CSV
from examples.demo_shop.systems.system import System
from examples.demo_shop.systems.tracking import RUDDERSTACK, SEGMENT
from examples.demo_shop.systems.woocommerce import WOOCOMMERCE

SYSTEMS = {
    system.name: system
    for system in (SHOPIFY, SHOPIFY_CSV, WOOCOMMERCE, GA4, SEGMENT, RUDDERSTACK, KLAVIYO)
}


def systems_named(names: Sequence[str]) -> list[System]:
    """Return the systems of some names.

    Raises:
        ValueError: when no system has a name, or two hold the rows of one raw table.
    """
    if unknown := [name for name in names if name not in SYSTEMS]:
        raise ValueError(f"no system is called {unknown[0]}: there are {', '.join(SYSTEMS)}")
    systems = [SYSTEMS[name] for name in dict.fromkeys(names)]
    holders: dict[str, str] = {}
    for system in systems:
        for table in system.fills:
            other = holders.setdefault(table, system.name)
            if other != system.name:
                raise ValueError(f"{other} and {system.name} both hold {table}: name one of them")
    return systems
