"""WooCommerce with high-performance order storage: its tables as a loader copies them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from examples.demo_shop.records import Customer, ProductRow, RawShop
from examples.demo_shop.systems.sales import (
    Repayment,
    Sale,
    SoldLine,
    sales_of,
    told_lines,
    written_email,
)
from examples.demo_shop.systems.system import System
from examples.demo_shop.systems.tables import write_csv

LOSSES = {
    "customers.birth_date": "WooCommerce has no date of birth",
    "customers.gender": "WooCommerce has no gender",
    "customers.accepts_marketing": "WooCommerce has no consent: a newsletter's plugin or tool has",
    "customers.accepts_marketing_updated_at": "WooCommerce has no consent",
    "orders.anonymous_id": "WooCommerce does not know the browser of an order",
    "orders.is_test": "WooCommerce does not tell test orders from others: they count",
    "products.collection": "WooCommerce has no collections",
    "products.unit_cost": "WooCommerce has no cost that the connector reads",
}
CHANGES = {
    "orders.email": "always there: where only an account was known, the account's address",
    "order_lines.discount_amount": "a coupon is spread over the lines of its order",
    "products.unit_price": "the price in the latest order, in that order's currency",
    "products.launched_on": "the day of a product's page, which every product has",
}
_PREFIX = "wp_"
_STATES = {"completed": "wc-completed", "pending": "wc-on-hold", "cancelled": "wc-cancelled"}
# What was sold from the start has a page since then.
_OPENED_ON = date(2024, 3, 1)


def carry(shop: RawShop) -> RawShop:
    """Return what WooCommerce's tables tell, as rows of raw tables."""
    sales = sales_of(shop)
    prices = {
        sold.line.product_id: sold.line.unit_price
        for sale in sorted(sales, key=lambda sale: sale.order.ordered_at)
        for sold in sale.lines
    }
    return RawShop(
        customers=shop.customers,
        products=[
            replace(
                product,
                unit_price=prices.get(product.product_id, product.unit_price),
                launched_on=product.launched_on or _OPENED_ON,
            )
            for product in shop.products
        ],
        orders=[
            replace(sale.order, email=written_email(sale), discount_amount=sale.discount)
            for sale in sales
        ],
        order_lines=[line for sale in sales for line in told_lines(sale)],
        refunds=shop.refunds,
    )


class _Tables:
    """The tables while they are filled; items of orders and refunds have ids of one row."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.item_ids = count(1)
        self.meta_ids = count(1)

    def add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)

    def describe(self, table: str, thing: str, thing_id: str, **facts: Any) -> None:
        """Add a row per fact."""
        for key, value in facts.items():
            if value is not None:
                row = {"meta_id": next(self.meta_ids), thing: thing_id}
                self.add(table, **row, meta_key=key, meta_value=value)

    def add_item(self, order_id: str, kind: str, name: str, **facts: Any) -> None:
        """Add what stands in an order or a refund."""
        item_id = str(next(self.item_ids))
        self.add(
            "woocommerce_order_items",
            order_item_id=item_id,
            order_item_name=name,
            order_item_type=kind,
            order_id=order_id,
        )
        self.describe("woocommerce_order_itemmeta", "order_item_id", item_id, **facts)


def write(folder: Path, shop: RawShop) -> None:
    """Write WooCommerce's tables."""
    tables = _Tables()
    for customer in shop.customers:
        _add_customer(tables, customer)
    _add_products(tables, shop.products)
    for sale in sales_of(shop):
        _add_order(tables, sale)
        for repayment in sale.repayments:
            _add_refund(tables, sale, repayment)
    for name, rows in tables.rows.items():
        write_csv(folder / f"{_PREFIX}{name}.csv", rows)


def _add_customer(tables: _Tables, customer: Customer) -> None:
    tables.add(
        "users",
        ID=customer.customer_id,
        user_login=customer.email,
        user_email=customer.email,
        user_registered=customer.created_at,
    )
    tables.describe(
        "usermeta",
        "user_id",
        customer.customer_id,
        first_name=customer.first_name,
        last_name=customer.last_name,
        locale=customer.language,
        billing_phone=customer.phone,
        billing_country=customer.country_code,
        billing_state=customer.region,
        billing_city=customer.city,
        billing_postcode=customer.postal_code,
    )


def _add_products(tables: _Tables, products: list[ProductRow]) -> None:
    term_ids: dict[tuple[str, str], str] = {}
    for product in products:
        listed_at = datetime.combine(product.launched_on or _OPENED_ON, time(), UTC)
        tables.add(
            "posts",
            ID=product.product_id,
            post_type="product",
            post_status="publish",
            post_title=product.product_name,
            post_parent="0",
            post_date_gmt=listed_at,
            post_modified_gmt=product.updated_at or listed_at,
        )
        tables.describe(
            "postmeta",
            "post_id",
            product.product_id,
            _regular_price=product.unit_price,
            _price=product.unit_price,
            _sku=product.product_id,
        )
        for taxonomy, name in (("product_cat", product.category), ("product_brand", product.brand)):
            if not name:
                continue
            if (taxonomy, name) not in term_ids:
                term_id = term_ids[taxonomy, name] = str(len(term_ids) + 1)
                tables.add("terms", term_id=term_id, name=name, slug=name.lower())
                row = {"term_taxonomy_id": term_id, "term_id": term_id}
                tables.add("term_taxonomy", **row, taxonomy=taxonomy)
            tables.add(
                "term_relationships",
                object_id=product.product_id,
                term_taxonomy_id=term_ids[taxonomy, name],
            )


def _add_order(tables: _Tables, sale: Sale) -> None:
    order = sale.order
    tables.add(
        "wc_orders",
        id=order.order_id,
        status="wc-refunded" if sale.is_refunded_in_full else _STATES[order.status],
        type="shop_order",
        currency=order.currency,
        tax_amount=sale.tax,
        total_amount=sale.total,
        customer_id=order.customer_id or "0",
        billing_email=written_email(sale),
        date_created_gmt=order.ordered_at,
        date_updated_gmt=order.updated_at,
        parent_order_id="0",
        payment_method=order.payment_method,
    )
    for kind in ("billing", "shipping"):
        tables.add(
            "wc_order_addresses",
            order_id=order.order_id,
            address_type=kind,
            city=order.city,
            state=order.region,
            postcode=order.postal_code,
            country=order.country_code,
            email=written_email(sale) if kind == "billing" else None,
        )
    tables.add(
        "wc_order_operational_data",
        order_id=order.order_id,
        created_via="checkout",
        prices_include_tax=False,
        shipping_total_amount=sale.shipping,
        shipping_tax_amount=Decimal("0.00"),
        discount_total_amount=sale.discount,
        discount_tax_amount=Decimal("0.00"),
    )
    for sold in sale.lines:
        tables.add_item(
            order.order_id,
            "line_item",
            sold.product.product_name,
            _product_id=sold.line.product_id,
            _variation_id="0",
            _qty=sold.line.quantity,
            _line_subtotal=sold.amount,
            _line_total=sold.paid,
            _line_tax=sold.tax,
        )
    if order.coupon_code:
        tables.add_item(order.order_id, "coupon", order.coupon_code, discount_amount=sale.discount)
    if order.delivery_method:
        tables.add_item(order.order_id, "shipping", order.delivery_method, cost=sale.shipping)


def _add_refund(tables: _Tables, sale: Sale, repayment: Repayment) -> None:
    refund = repayment.refund
    tables.add(
        "wc_orders",
        id=refund.refund_id,
        status="wc-completed",
        type="shop_order_refund",
        currency=sale.order.currency,
        tax_amount=Decimal("0.00"),
        total_amount=-refund.amount,
        customer_id="0",
        billing_email=None,
        date_created_gmt=refund.refunded_at,
        date_updated_gmt=refund.refunded_at,
        parent_order_id=refund.order_id,
        payment_method=None,
    )
    for sold, quantity, amount in _given_back(repayment):
        tables.add_item(
            refund.refund_id,
            "line_item",
            sold.product.product_name,
            _product_id=sold.line.product_id,
            _variation_id="0",
            _qty=-quantity,
            _line_subtotal=-amount,
            _line_total=-amount,
            _line_tax=Decimal("0.00"),
        )


def _given_back(repayment: Repayment) -> Iterator[tuple[SoldLine, int, Decimal]]:
    """Yield what was given back of each line; what is beyond stands with the first."""
    beyond = -repayment.discrepancy
    for line in repayment.lines:
        yield line.sold, line.quantity, line.subtotal + beyond
        beyond = Decimal("0.00")


WOOCOMMERCE = System(
    name="woocommerce",
    connector="woocommerce",
    fills=("customers", "products", "orders", "order_lines", "refunds"),
    losses=LOSSES,
    changes=CHANGES,
    write=write,
    carry=carry,
)
