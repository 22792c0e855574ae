"""What a product costs, where and when, and the product list that says so."""

from dataclasses import replace
from datetime import date

from examples.demo_shop.catalog import COFFEE, PRODUCTS, Product
from examples.demo_shop.dice import Dice
from examples.demo_shop.places import Place
from examples.demo_shop.records import ProductRow, RawShop, money
from examples.demo_shop.seasons import FIRST_DAY, moment_on

_COFFEE_PRICES_ROSE_ON = date(2025, 10, 1)


def list_price(product: Product, day: date) -> int:
    """Return the US price on a day, in cents: coffee was a twelfth cheaper before it rose."""
    if product.category == COFFEE and day < _COFFEE_PRICES_ROSE_ON:
        return product.price * 11 // 12 // 10 * 10
    return product.price


def local_price(product: Product, day: date, place: Place) -> int:
    """Return the price in a place's currency, in cents, to the next ten below."""
    return list_price(product, day) * place.price_level // 1000 * 10


def list_products(shop: RawShop) -> None:
    """Write the products, and those whose price rose once more as they were before."""
    for product in PRODUCTS:
        row = ProductRow(
            product_id=product.product_id,
            product_name=product.product_name,
            brand=product.brand,
            category=product.category,
            collection=product.collection,
            unit_price=money(product.price),
            unit_cost=money(product.cost),
            launched_on=product.launched_on,
        )
        is_older = product.launched_on is None or product.launched_on < _COFFEE_PRICES_ROSE_ON
        if product.category == COFFEE and is_older:
            before = money(list_price(product, FIRST_DAY))
            shop.products.append(replace(row, unit_price=before))
            rose_at = moment_on(Dice("prices"), _COFFEE_PRICES_ROSE_ON)
            row = replace(row, updated_at=rose_at)
        shop.products.append(row)
