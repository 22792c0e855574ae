"""What an order costs: sales, coupons, shipping and tax."""

from dataclasses import dataclass
from datetime import date

from examples.demo_shop.catalog import Product
from examples.demo_shop.places import Place
from examples.demo_shop.prices import local_price
from examples.demo_shop.records import OrderLine, money
from examples.demo_shop.seasons import sale_on

_COUPON_PERCENT = {
    "WELCOME10": 10, "TEATIME10": 10, "FRIENDS20": 20, "HARVEST15": 15, "FORMUM": 10,
}  # fmt: skip
_FREE_SHIPPING_FROM = 6000
_SHIPPING = 590


@dataclass(frozen=True)
class Bill:
    """The lines and the totals of an order, in cents of its currency."""

    lines: tuple[OrderLine, ...]
    subtotal: int
    discount: int
    shipping: int
    tax: int
    coupon_code: str | None


def ring_up(
    order_id: str,
    basket: tuple[tuple[Product, int], ...],
    place: Place,
    day: date,
    claimed_coupon: str | None,
    *,
    takes_sale_coupon: bool,
) -> Bill:
    """Return the bill of a basket.

    A sale for everyone comes off each line; a coupon comes off the whole order, and one that the
    visitor brought goes before the one of the sale.
    """
    sale = sale_on(day)
    sale_percent = sale.percent_off if sale and not sale.coupon_code else 0
    sale_coupon = sale.coupon_code if sale and takes_sale_coupon else None
    coupon_code = claimed_coupon or sale_coupon
    lines, subtotal, discount = [], 0, 0
    for line_number, (product, quantity) in enumerate(basket, start=1):
        price = local_price(product, day, place)
        line_discount = price * quantity * sale_percent // 100
        subtotal += price * quantity
        discount += line_discount
        lines.append(
            OrderLine(
                order_id=order_id,
                line_number=line_number,
                product_id=product.product_id,
                quantity=quantity,
                unit_price=money(price),
                discount_amount=money(line_discount) if line_discount else None,
            )
        )
    if coupon_code:
        discount += (subtotal - discount) * _COUPON_PERCENT[coupon_code] // 100
    merchandise = subtotal - discount
    return Bill(
        lines=tuple(lines),
        subtotal=subtotal,
        discount=discount,
        shipping=0 if merchandise >= _FREE_SHIPPING_FROM else _SHIPPING,
        tax=merchandise * place.tax // 100,
        coupon_code=coupon_code,
    )
