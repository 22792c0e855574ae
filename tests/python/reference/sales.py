"""Products, order lines and refunds as they are published: amounts in reporting currency."""

from decimal import Decimal
from typing import Any

from .orders import ZERO, Order, convert
from .shop import Shop
from .staging import Rates, Row

_PRODUCT_COLUMNS = (
    *("source_system", "product_id", "product_name", "brand", "category", "collection"),
    *("unit_price", "unit_cost", "launched_on"),
)


def products(shop: Shop) -> list[dict[str, Any]]:
    """Return the shop's products as it states them."""
    return [{name: row[name] for name in _PRODUCT_COLUMNS} for row in shop.tables["products"]]


def order_lines(shop: Shop, rates: Rates) -> list[dict[str, Any]]:
    """Return the lines of visible orders that are no tests."""
    orders = _orders(shop)
    return [
        {
            "source_system": row["source_system"],
            "order_id": row["order_id"],
            "line_number": row["line_number"],
            "customer_id": _customer_id(order),
            "product_id": row["product_id"],
            "quantity": row["quantity"],
            "unit_price": None
            if row["unit_price"] is None
            else _converted(row["unit_price"], order, rates, shop),
            "discount_amount": _converted(row["discount_amount"] or ZERO, order, rates, shop),
            "is_valid": order.is_valid,
            "ordered_at": order.ordered_at,
        }
        for row in shop.tables["order_lines"]
        if (order := orders.get(_key(row))) is not None
    ]


def refunds(shop: Shop, rates: Rates) -> list[dict[str, Any]]:
    """Return the visible refunds of visible orders that are no tests."""
    orders = _orders(shop)
    return [
        {
            "source_system": row["source_system"],
            "refund_id": row["refund_id"],
            "order_id": row["order_id"],
            "customer_id": _customer_id(order),
            "refunded_amount": _converted(row["amount"], order, rates, shop),
            "refunded_at": row["refunded_at"],
            "refunded_on": shop.clock.local_date(row["refunded_at"]),
        }
        for row in shop.tables["refunds"]
        if (order := orders.get(_key(row))) is not None
    ]


def _orders(shop: Shop) -> dict[tuple[str, str], Order]:
    return {_key(order.row): order for order in shop.orders}


def _key(row: Row) -> tuple[str, str]:
    return row["source_system"], row["order_id"]


def _customer_id(order: Order) -> str | None:
    return None if order.person is None else order.person.customer_id


def _converted(amount: Decimal, order: Order, rates: Rates, shop: Shop) -> Decimal:
    rate = rates.rate(order.row["currency"], shop.clock.local_date(order.ordered_at))
    if rate is None:
        raise AssertionError("staging keeps no order without an exchange rate")
    return convert(amount, rate)
