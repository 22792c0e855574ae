"""Shopify, as Fivetran lands its REST interface: one CSV file per table."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from examples.demo_shop.records import (
    Customer,
    Event,
    Order,
    ProductRow,
    RawShop,
    money,
)
from examples.demo_shop.systems.checkouts import abandoned_checkouts
from examples.demo_shop.systems.sales import Sale, sales_of, told_lines, written_email
from examples.demo_shop.systems.system import System
from examples.demo_shop.systems.tables import write_csv

LOSSES = {
    "customers.language": "Shopify asks nobody for a language that the connector reads",
    "customers.birth_date": "Shopify has no date of birth",
    "customers.gender": "Shopify has no gender",
    "orders.anonymous_id": "Shopify does not know the browser of an order",
}
CHANGES = {
    "orders.email": "always there: where only an account was known, the account's address",
    "order_lines.discount_amount": "a coupon is spread over the lines of its order",
    "events": "an abandoned checkout is a filled cart and a checkout beside those of the site",
}
_STATES = {"completed": "paid", "pending": "authorized", "cancelled": "voided"}


def carry(shop: RawShop) -> RawShop:
    """Return what Shopify's tables tell, as rows of raw tables."""
    sales = sales_of(shop)
    return RawShop(
        customers=shop.customers,
        products=shop.products,
        orders=[
            replace(sale.order, email=written_email(sale), discount_amount=sale.discount)
            for sale in sales
        ],
        order_lines=[line for sale in sales for line in told_lines(sale)],
        refunds=shop.refunds,
        events=list(_checkout_events(shop)),
    )


def _checkout_events(shop: RawShop) -> Iterator[Event]:
    system = next((order.source_system for order in shop.orders), None)
    for checkout in abandoned_checkouts(shop):
        for event_name in ("add_to_cart", "begin_checkout"):
            yield Event(
                event_id=f"checkout:{checkout.checkout_id}:{event_name}",
                occurred_at=checkout.begun_at,
                event_name=event_name,
                customer_id=checkout.customer_id,
                email=checkout.email,
                source_system=system,
            )


def write(folder: Path, shop: RawShop) -> None:
    """Write Shopify's tables."""
    sales = sales_of(shop)
    tables = {
        "customer": [_customer(customer) for customer in shop.customers],
        "customer_address": [_address(customer) for customer in shop.customers],
        "product": [_product(product) for product in shop.products],
        "product_variant": [_variant(product) for product in shop.products],
        "inventory_item": [_item(product) for product in shop.products],
        **_collections(shop.products),
        "order": [_order(sale) for sale in sales],
        "order_line": [row for sale in sales for row in _lines(sale)],
        "tax_line": [row for sale in sales for row in _taxes(sale)],
        "discount_allocation": [row for sale in sales for row in _allocations(sale)],
        "order_discount_code": [_code(sale) for sale in sales if sale.order.coupon_code],
        "order_shipping_line": [_shipping(sale) for sale in sales if sale.order.delivery_method],
        "transaction": [_payment(sale) for sale in sales if sale.order.payment_method],
        **_refunds(sales),
        "abandoned_checkout": [
            {
                "id": checkout.checkout_id,
                "email": checkout.email,
                "customer_id": checkout.customer_id,
                "created_at": checkout.begun_at,
                "completed_at": None,
                "_fivetran_deleted": False,
            }
            for checkout in abandoned_checkouts(shop)
        ],
    }
    for name, rows in tables.items():
        write_csv(folder / f"{name}.csv", rows)


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.customer_id,
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "phone": customer.phone,
        "created_at": customer.created_at,
        "updated_at": customer.updated_at,
        "state": "enabled",
        "default_address_id": f"{customer.customer_id}-1",
        "email_marketing_consent_state": consent_state(customer),
        "email_marketing_consent_consent_updated_at": customer.accepts_marketing_updated_at,
        "_fivetran_deleted": False,
    }


def consent_state(customer: Customer) -> str:
    """Return Shopify's word for what an account said to marketing."""
    if customer.accepts_marketing is None:
        return "NOT_SUBSCRIBED"
    return "SUBSCRIBED" if customer.accepts_marketing else "UNSUBSCRIBED"


def _address(customer: Customer) -> dict[str, Any]:
    return {
        "id": f"{customer.customer_id}-1",
        "customer_id": customer.customer_id,
        "city": customer.city,
        "province": customer.region,
        "country_code": customer.country_code,
        "zip": customer.postal_code,
        "is_default": True,
    }


def _product(product: ProductRow) -> dict[str, Any]:
    return {
        "id": product.product_id,
        "title": product.product_name,
        "handle": product.product_id.lower(),
        "vendor": product.brand,
        "product_type": product.category,
        "published_at": published_at(product),
        "updated_at": product.updated_at,
        "status": "active",
        "_fivetran_deleted": False,
    }


def published_at(product: ProductRow) -> datetime | None:
    """Return the first moment of the day on which a product was launched."""
    day = product.launched_on
    return datetime.combine(day, time(), UTC) if day else None


def _variant(product: ProductRow) -> dict[str, Any]:
    return {
        "id": f"{product.product_id}-1",
        "product_id": product.product_id,
        "sku": product.product_id,
        "title": "Default Title",
        "price": product.unit_price,
        "inventory_item_id": f"{product.product_id}-stock",
    }


def _item(product: ProductRow) -> dict[str, Any]:
    return {
        "id": f"{product.product_id}-stock",
        "sku": product.product_id,
        "cost": product.unit_cost,
        "_fivetran_deleted": False,
    }


def collection_ids(products: list[ProductRow]) -> dict[str, str]:
    """Return the id of each collection by its title."""
    titles = sorted({product.collection for product in products if product.collection})
    return {title: str(number) for number, title in enumerate(titles, start=1)}


def _collections(products: list[ProductRow]) -> dict[str, list[dict[str, Any]]]:
    ids = collection_ids(products)
    return {
        "collection": [
            {"id": number, "title": title, "_fivetran_deleted": False}
            for title, number in ids.items()
        ],
        "collection_product": [
            {"collection_id": ids[product.collection], "product_id": product.product_id}
            for product in products
            if product.collection
        ],
    }


def financial_status(sale: Sale) -> str:
    """Return Shopify's word for how far an order is paid."""
    if sale.order.status == "completed" and sale.repayments:
        return "refunded" if sale.is_refunded_in_full else "partially_refunded"
    return _STATES[sale.order.status]


def cancelled_at(order: Order) -> datetime | None:
    """Return when an order was cancelled."""
    return (order.updated_at or order.ordered_at) if order.status == "cancelled" else None


def _order(sale: Sale) -> dict[str, Any]:
    order = sale.order
    shipping = f'{{"shop_money":{{"amount":"{sale.shipping}","currency_code":"{order.currency}"}}}}'
    return {
        "id": order.order_id,
        "name": f"#{order.order_id}",
        "customer_id": order.customer_id,
        "email": written_email(sale),
        "created_at": order.ordered_at,
        "processed_at": order.ordered_at,
        "updated_at": order.updated_at,
        "cancelled_at": cancelled_at(order),
        "financial_status": financial_status(sale),
        "currency": order.currency,
        "presentment_currency": order.currency,
        "taxes_included": False,
        "test": bool(order.is_test),
        "source_name": "web",
        "total_line_items_price": order.subtotal_amount,
        "total_discounts": sale.discount,
        "subtotal_price": sale.merchandise,
        "total_tax": sale.tax,
        "total_price": sale.total,
        "total_shipping_price_set": shipping,
        "shipping_address_country_code": order.country_code,
        "shipping_address_province": order.region,
        "shipping_address_city": order.city,
        "shipping_address_zip": order.postal_code,
        "_fivetran_deleted": False,
    }


def _lines(sale: Sale) -> Iterator[dict[str, Any]]:
    for sold in sale.lines:
        yield {
            "id": sold.line_id,
            "order_id": sale.order.order_id,
            "index": sold.line.line_number,
            "product_id": sold.line.product_id,
            "variant_id": f"{sold.line.product_id}-1",
            "sku": sold.line.product_id,
            "title": sold.product.product_name,
            "vendor": sold.product.brand,
            "quantity": sold.line.quantity,
            "price": sold.line.unit_price,
            "total_discount": sold.line.discount_amount or money(0),
            "gift_card": False,
            "taxable": True,
            "_fivetran_deleted": False,
        }


def _taxes(sale: Sale) -> Iterator[dict[str, Any]]:
    for sold in sale.lines:
        if sold.tax:
            yield {"order_line_id": sold.line_id, "index": 0, "title": "Tax", "price": sold.tax}


def _allocations(sale: Sale) -> Iterator[dict[str, Any]]:
    for sold in sale.lines:
        if sold.discount:
            yield {
                "order_line_id": sold.line_id,
                "index": 0,
                "discount_application_index": 0,
                "amount": sold.discount,
            }


def _code(sale: Sale) -> dict[str, Any]:
    return {
        "order_id": sale.order.order_id,
        "index": 0,
        "code": sale.order.coupon_code,
        "type": "percentage",
        "amount": sale.discount,
    }


def _shipping(sale: Sale) -> dict[str, Any]:
    return {
        "id": f"{sale.order.order_id}-1",
        "order_id": sale.order.order_id,
        "title": sale.order.delivery_method,
        "price": sale.shipping,
    }


def _payment(sale: Sale) -> dict[str, Any]:
    return {
        "id": f"{sale.order.order_id}-1",
        "order_id": sale.order.order_id,
        "kind": "authorization" if sale.order.status == "pending" else "sale",
        "status": "success",
        "gateway": sale.order.payment_method,
        "amount": sale.total,
        "currency": sale.order.currency,
    }


def _refunds(sales: list[Sale]) -> dict[str, list[dict[str, Any]]]:
    repayments = [
        (sale.order.order_id, repayment) for sale in sales for repayment in sale.repayments
    ]
    return {
        "refund": [
            {
                "id": repayment.refund.refund_id,
                "order_id": order_id,
                "created_at": repayment.refund.refunded_at,
                "processed_at": repayment.refund.refunded_at,
                "restock": True,
            }
            for order_id, repayment in repayments
        ],
        "order_line_refund": [
            {
                "id": f"{repayment.refund.refund_id}-{number}",
                "refund_id": repayment.refund.refund_id,
                "order_line_id": line.sold.line_id,
                "quantity": line.quantity,
                "subtotal": line.subtotal,
                "total_tax": money(0),
            }
            for _, repayment in repayments
            for number, line in enumerate(repayment.lines, start=1)
        ],
        "order_adjustment": [
            {
                "id": f"{repayment.refund.refund_id}-0",
                "order_id": order_id,
                "refund_id": repayment.refund.refund_id,
                "amount": repayment.discrepancy,
                "tax_amount": money(0),
                "kind": "refund_discrepancy",
                "reason": "Refund discrepancy",
            }
            for order_id, repayment in repayments
            if repayment.discrepancy
        ],
    }


SHOPIFY = System(
    name="shopify",
    connector="shopify",
    fills=("customers", "products", "orders", "order_lines", "refunds"),
    losses=LOSSES,
    changes=CHANGES,
    write=write,
    carry=carry,
)
