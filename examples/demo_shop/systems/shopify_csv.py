"""Shopify's exports: what an admin saves as orders_export.csv and its like."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from examples.demo_shop.records import Customer, ProductRow, RawShop, Refund
from examples.demo_shop.systems.sales import Sale, sales_of, written_email
from examples.demo_shop.systems.shopify import cancelled_at, financial_status
from examples.demo_shop.systems.system import System
from examples.demo_shop.systems.tables import write_csv

LOSSES = {
    "customers.created_at": "the export has no date of an account",
    "customers.language": "the export has no language",
    "customers.birth_date": "Shopify has no date of birth",
    "customers.gender": "Shopify has no gender",
    "customers.accepts_marketing_updated_at": "the export has no date of a consent",
    "orders.customer_id": "an exported order names an address, and no account",
    "orders.anonymous_id": "Shopify does not know the browser of an order",
    "orders.is_test": "the export does not tell test orders from others: they count",
    "products.collection": "the export has no collections",
    "products.launched_on": "the export has no date of a product",
}
CHANGES = {
    "customers.accepts_marketing": "who was never asked says no",
    "orders.email": "always there: where only an account was known, the account's address",
    "refunds.refund_id": "the order's id: an export has one sum of refunds per order",
    "refunds.refunded_at": "the order's time: the export has no date of a refund",
}


def carry(shop: RawShop) -> RawShop:
    """Return what the exports tell, as rows of raw tables."""
    sales = sales_of(shop)
    return RawShop(
        customers=[
            replace(customer, accepts_marketing=bool(customer.accepts_marketing))
            for customer in shop.customers
        ],
        products=shop.products,
        orders=[
            replace(sale.order, email=written_email(sale), discount_amount=sale.discount)
            for sale in sales
        ],
        order_lines=shop.order_lines,
        refunds=[refund for sale in sales for refund in _refunds(sale)],
    )


def _refunds(sale: Sale) -> Iterator[Refund]:
    if sale.repayments:
        yield replace(
            sale.repayments[0].refund,
            refund_id=sale.order.order_id,
            refunded_at=sale.order.ordered_at,
            amount=sale.refunded,
        )


def write(folder: Path, shop: RawShop) -> None:
    """Write the exports."""
    orders = [row for sale in sales_of(shop) for row in _order_rows(sale)]
    write_csv(folder / "orders_export.csv", orders)
    write_csv(folder / "customers_export.csv", [_customer(row) for row in shop.customers])
    write_csv(folder / "products_export.csv", [_product(row) for row in shop.products])


def _order_rows(sale: Sale) -> Iterator[dict[str, Any]]:
    """Yield a row per line; what is said of the order stands in the first one alone."""
    of_order = _of_order(sale)
    for number, sold in enumerate(sale.lines):
        of_line = {
            "Lineitem quantity": sold.line.quantity,
            "Lineitem name": sold.product.product_name,
            "Lineitem price": sold.line.unit_price,
            "Lineitem compare at price": None,
            "Lineitem sku": sold.line.product_id,
            "Lineitem requires shipping": True,
            "Lineitem taxable": True,
            "Lineitem fulfillment status": "fulfilled",
            "Lineitem discount": sold.line.discount_amount,
        }
        said = of_order if number == 0 else dict.fromkeys(of_order)
        yield {**said, "Name": of_order["Name"], "Email": of_order["Email"], **of_line}


def _of_order(sale: Sale) -> dict[str, Any]:
    order = sale.order
    address = {
        "City": order.city,
        "Zip": _quoted(order.postal_code),
        "Province": order.region,
        "Country": order.country_code,
    }
    return {
        "Name": f"#{order.order_id}",
        "Email": written_email(sale),
        "Financial Status": financial_status(sale),
        "Paid at": _written(None if order.status == "pending" else order.ordered_at),
        "Fulfillment Status": "fulfilled" if order.status == "completed" else "unfulfilled",
        "Accepts Marketing": "no",
        "Currency": order.currency,
        "Subtotal": sale.merchandise,
        "Shipping": sale.shipping,
        "Taxes": sale.tax,
        "Total": sale.total,
        "Discount Code": order.coupon_code,
        "Discount Amount": sale.discount,
        "Shipping Method": order.delivery_method,
        "Created at": _written(order.ordered_at),
        **{f"Billing {name}": value for name, value in address.items()},
        **{f"Shipping {name}": value for name, value in address.items()},
        "Cancelled at": _written(cancelled_at(order)),
        "Payment Method": order.payment_method,
        "Refunded Amount": sale.refunded,
        "Id": order.order_id,
        "Source": "web",
    }


def _written(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M:%S %z}" if at else None


def _quoted(text: str | None) -> str | None:
    """Return a text with the apostrophe that keeps a spreadsheet from reading it as a number."""
    return f"'{text}" if text else None


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "Customer ID": _quoted(customer.customer_id),
        "First Name": customer.first_name,
        "Last Name": customer.last_name,
        "Email": customer.email,
        "Accepts Email Marketing": "yes" if customer.accepts_marketing else "no",
        "Default Address Company": None,
        "Default Address City": customer.city,
        "Default Address Province Code": customer.region,
        "Default Address Country Code": customer.country_code,
        "Default Address Zip": _quoted(customer.postal_code),
        "Phone": _quoted(customer.phone),
        "Accepts SMS Marketing": "no",
    }


def _product(product: ProductRow) -> dict[str, Any]:
    return {
        "Handle": product.product_id.lower(),
        "Title": product.product_name,
        "Vendor": product.brand,
        "Type": product.category,
        "Published": True,
        "Option1 Name": "Title",
        "Option1 Value": "Default Title",
        "Variant SKU": product.product_id,
        "Variant Price": product.unit_price,
        "Gift Card": False,
        "Cost per item": product.unit_cost,
        "Status": "active",
    }


SHOPIFY_CSV = System(
    name="shopify_csv",
    connector="shopify_csv",
    fills=("customers", "products", "orders", "order_lines", "refunds"),
    losses=LOSSES,
    changes=CHANGES,
    write=write,
    carry=carry,
)
