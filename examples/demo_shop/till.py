"""The shop's stall on the Saturday market, whose till issues ids of its own.

The till knows regulars by a card, and rings up everyone else on its account 0, now and then with an
address for the receipt.
"""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import count

from examples.demo_shop.catalog import CERAMICS, PRODUCTS, SWEETS, TEA, Product, choose
from examples.demo_shop.dice import Dice
from examples.demo_shop.people import Person
from examples.demo_shop.records import (
    Customer,
    Order,
    OrderLine,
    ProductRow,
    RawShop,
    money,
)
from examples.demo_shop.seasons import END, FIRST_DAY, LAST_DAY, days_between

TILL = "till"
_WALK_IN_ACCOUNT = "0"
_CARD_HOLDERS = 12
_LOCAL_TIME = timezone(timedelta(hours=-8))
_GOODS = [
    product
    for product in PRODUCTS
    if product.category in (TEA, SWEETS, CERAMICS)
    and product.launched_on is None
    and product.price < 5000
]


def _till_id(product: Product) -> str:
    return str(101 + _GOODS.index(product))


def _list_goods(shop: RawShop) -> None:
    shop.products.extend(
        ProductRow(
            product_id=_till_id(product),
            product_name=product.product_name,
            brand=product.brand,
            category=product.category,
            collection=None,
            unit_price=money(product.price),
            unit_cost=money(product.cost),
            launched_on=None,
            source_system=TILL,
        )
        for product in _GOODS
    )


def _ring_up(
    shop: RawShop, dice: Dice, order_id: str, day: date, customer_id: str, email: str | None
) -> datetime:
    """Write one sale on a market day and return its time."""
    at = datetime(day.year, day.month, day.day, 9, tzinfo=_LOCAL_TIME) + timedelta(
        seconds=dice.between(0, 6 * 3600)
    )
    goods = choose(dice, _GOODS, dice.between(1, 3))
    lines = [
        OrderLine(
            order_id=order_id,
            line_number=line_number,
            product_id=_till_id(product),
            quantity=dice.between(1, 2),
            unit_price=money(product.price),
            source_system=TILL,
        )
        for line_number, product in enumerate(goods, start=1)
    ]
    subtotal = Decimal(0)
    for line in lines:
        subtotal += line.quantity * line.unit_price
    shop.order_lines.extend(lines)
    shop.orders.append(
        Order(
            order_id=order_id,
            customer_id=customer_id,
            email=email,
            ordered_at=at,
            currency="USD",
            subtotal_amount=subtotal,
            tax_amount=money(0),
            payment_method=dice.pick(("cash", "card", "card")),
            delivery_method="shop_pickup",
            country_code="US",
            region="OR",
            city="Portland",
            source_system=TILL,
        )
    )
    return at


def hold_market(shop: RawShop, people: list[Person]) -> None:
    """Write the stall's goods, its card holders and its sales on two Saturdays in three.

    Card holders and walk-ins who leave an address are customers of the web shop, too.
    """
    dice = Dice("till")
    _list_goods(shop)
    neighbours = [person for person in people if person.place.city == "Portland"]
    card_holders = neighbours[:: len(neighbours) // _CARD_HOLDERS][:_CARD_HOLDERS]
    first_sales: dict[str, datetime] = {}
    numbers = count(1)
    for day in days_between(FIRST_DAY, LAST_DAY):
        if day.weekday() != 5 or not dice.chance(66):
            continue
        for _ in range(dice.between(1, 4)):
            order_id = str(next(numbers))
            if dice.chance(45):
                number = dice.between(0, len(card_holders) - 1)
                card = f"{number + 1:03d}"
                at = _ring_up(shop, dice, order_id, day, card, None)
                first_sales.setdefault(card, at)
            else:
                email = dice.pick(neighbours).email if dice.chance(40) else None
                _ring_up(shop, dice, order_id, day, _WALK_IN_ACCOUNT, email)
    for number, person in enumerate(card_holders):
        card = f"{number + 1:03d}"
        shop.customers.append(
            Customer(
                customer_id=card,
                email=person.email,
                first_name=person.name.first,
                last_name=person.name.last,
                created_at=first_sales.get(card, END - timedelta(days=30)),
                country_code="US",
                region="OR",
                city="Portland",
                source_system=TILL,
            )
        )
