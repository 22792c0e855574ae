"""A shop on Shopify, drawn by chance, in the shapes in which loaders land it."""

import csv
import io
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]

ORDERS = 40
START = datetime(2026, 1, 1, 9, 30)
STATUSES = (
    *("paid", "paid", "paid", "pending", "authorized", "partially_paid"),
    *("refunded", "partially_refunded", "voided", "expired"),
)
CONSENTS = ("SUBSCRIBED", "UNSUBSCRIBED", "NOT_SUBSCRIBED", "PENDING", "INVALID", "REDACTED")
# What the customer was shown: nothing of it may come through.
PRESENTMENT = Decimal("1.37")


def text(at: datetime) -> str:
    """Return a moment as loaders write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S+00:00")


@dataclass(frozen=True)
class Line:
    """A line of an order."""

    line_id: int
    product_id: int
    quantity: int
    price: Decimal
    own_discount: Decimal
    allocations: Sequence[Decimal]
    taxes: Sequence[Decimal]
    is_gift_card: bool

    @property
    def amount(self) -> Decimal:
        """What it costs before discounts."""
        return self.price * self.quantity

    @property
    def discount(self) -> Decimal:
        """What is taken off it."""
        return sum(self.allocations, Decimal()) if self.allocations else self.own_discount

    def net_share(self, taxes_included: bool) -> Fraction:
        """Return what is left of a price of it without taxes."""
        paid = Fraction(self.amount - self.discount)
        if not taxes_included or paid <= 0:
            return Fraction(1)
        return 1 - Fraction(sum(self.taxes, Decimal())) / paid


@dataclass(frozen=True)
class Refund:
    """A refund: its lines with what each gives back, and its adjustments by kind."""

    refund_id: int
    created_at: datetime
    lines: Sequence[tuple[int, Line, Decimal]]
    adjustments: Sequence[tuple[int, str, Decimal]]


@dataclass(frozen=True)
class Order:
    """An order."""

    order_id: int
    customer_id: int
    created_at: datetime
    processed_at: datetime | None
    updated_at: datetime
    cancelled_at: datetime | None
    status: str
    is_test: bool
    is_deleted: bool
    taxes_included: bool
    shipping: Decimal
    codes: Sequence[str]
    gateways: Sequence[str]
    delivery: Sequence[str]
    address: Row
    lines: Sequence[Line]
    refunds: Sequence[Refund]

    @property
    def tax(self) -> Decimal:
        """All taxes on its lines."""
        return sum((tax for line in self.lines for tax in line.taxes), Decimal())


@dataclass(frozen=True)
class DrawnShop:
    """A shop."""

    orders: Sequence[Order]
    customers: Sequence[Row]
    products: Sequence[Row]
    checkouts: Sequence[Row] = field(default_factory=list)


def draw_shop(seed: int = 1) -> DrawnShop:
    """Return a shop of forty orders with every trap of the rules among them."""
    chance = random.Random(seed)
    customers = [
        {
            "id": 7000 + number,
            "email": f"customer{number}@shop.example",
            "first_name": f"First {number}",
            "state": CONSENTS[number % len(CONSENTS)],
            "consented": START + timedelta(days=number),
            "created": START - timedelta(days=number),
            "updated": START + timedelta(days=50),
            "city": f"City {number}",
        }
        for number in range(12)
    ]
    products = [
        {
            "id": 500 + number,
            "title": f"Product {number}",
            "vendor": "Leaf",
            "type": "Tea",
            "published": START - timedelta(days=number),
            "updated": START,
            "variants": [
                (9000 + number * 10 + v, Decimal(chance.randrange(100, 5000)) / 100, Decimal(v + 1))
                for v in range(1 + number % 3)
            ],
            "collections": sorted(chance.sample(["Autumn", "Winter", "Spring"], number % 3)),
        }
        for number in range(10)
    ]
    checkouts = [
        {
            "id": 300 + number,
            "customer": 7000 + number,
            "created": START + timedelta(hours=number),
            "completed": START + timedelta(days=1) if number % 2 else None,
        }
        for number in range(6)
    ]
    orders = [draw_order(chance, number) for number in range(ORDERS)]
    return DrawnShop(orders, customers, products, checkouts)


def draw_order(chance: random.Random, number: int) -> Order:
    """Return an order; its number decides which trap is in it."""
    created = START + timedelta(days=number, minutes=chance.randrange(600))
    lines = [draw_line(chance, number, position) for position in range(1 + number % 4)]
    refunds = []
    if number % 3 == 0:
        for part in range(1 + number % 2):
            given_back = [
                (
                    400000 + number * 100 + part * 10 + position,
                    line,
                    (line.amount - line.discount) / (2 if number % 2 else 1),
                )
                for position, line in enumerate(lines)
                if position % 2 == part
            ]
            adjustments = [
                (600000 + number * 100 + part * 10 + k, kind, amount)
                for k, (kind, amount) in enumerate(
                    (
                        ("refund_discrepancy", Decimal(-number) / 4),
                        ("shipping_refund", Decimal("-5")),
                        ("refund_discrepancy", Decimal("0.75")),
                    )[: number % 4]
                )
            ]
            at = created + timedelta(days=3 + part)
            refunds.append(Refund(200000 + number * 10 + part, at, given_back, adjustments))
    return Order(
        order_id=100000 + number,
        customer_id=7000 + number % 12,
        created_at=created,
        processed_at=created - timedelta(hours=1) if number % 2 else None,
        updated_at=created + timedelta(days=9),
        cancelled_at=created + timedelta(days=1) if number % 11 == 5 else None,
        status=STATUSES[number % len(STATUSES)],
        is_test=number % 13 == 4,
        is_deleted=number % 17 == 6,
        taxes_included=number % 2 == 0,
        shipping=Decimal(number % 5),
        codes=[f"CODE{n}" for n in range(number % 3, 0, -1)],
        gateways=["stripe", "gift_card"][: number % 3],
        delivery=["Post", "Express"][: number % 3],
        address={"country_code": "DE", "province": "BE", "city": "Berlin", "zip": f"{number:05}"},
        lines=lines,
        refunds=refunds,
    )


def draw_line(chance: random.Random, number: int, position: int) -> Line:
    """Return a line of an order."""
    price = Decimal(chance.randrange(100, 9000)) / 100
    quantity = chance.randrange(1, 4)
    amount = price * quantity
    kind = (number + position) % 5
    # Nothing is taken off; by allocation; by the line's own total; by both; all of it.
    allocations = {1: [amount / 10, Decimal("0.50")], 3: [amount / 4], 4: [amount]}.get(kind, [])
    own = {2: amount / 5, 3: amount / 2, 4: Decimal()}.get(kind, Decimal())
    allocations = [value.quantize(Decimal("0.01")) for value in allocations]
    own = own.quantize(Decimal("0.01"))
    paid = amount - (sum(allocations, Decimal()) if allocations else own)
    rates = [Decimal("0.10"), Decimal("0.07")][: 1 + number % 2] if kind != 4 else []
    return Line(
        line_id=300000 + number * 10 + position,
        product_id=500 + (number + position) % 10,
        quantity=quantity,
        price=price,
        own_discount=own,
        allocations=allocations,
        taxes=[(paid * rate).quantize(Decimal("0.01")) for rate in rates],
        is_gift_card=(number + position) % 7 == 3,
    )


def money_set(name: str, amount: Decimal) -> Row:
    """Return an amount as GraphQL's columns: the shop's own, and what the customer was shown."""
    return {
        f"{name}_shop_amount": amount,
        f"{name}_shop_currency_code": "USD",
        f"{name}_pres_amount": amount * PRESENTMENT,
        f"{name}_pres_currency_code": "CAD",
    }


def money_pair(amount: Decimal) -> Row:
    """Return an amount as REST nests it."""
    return {
        "shop_money": {"amount": str(amount), "currency_code": "USD"},
        "presentment_money": {"amount": str(amount * PRESENTMENT), "currency_code": "CAD"},
    }


def prefixed(prefix: str, values: Row) -> Row:
    """Return columns with a prefix to their names."""
    return {f"{prefix}_{name}": value for name, value in values.items()}


def of_order(order: Order) -> Row:
    """Return the columns of an order that both interfaces name alike."""
    return {
        "id": order.order_id,
        "customer_id": order.customer_id,
        "email": f"customer{order.customer_id - 7000}@shop.example",
        "created_at": text(order.created_at),
        "processed_at": text(order.processed_at) if order.processed_at else None,
        "updated_at": text(order.updated_at),
        "cancelled_at": text(order.cancelled_at) if order.cancelled_at else None,
        "taxes_included": order.taxes_included,
        "test": order.is_test,
        **prefixed("shipping_address", order.address),
        "_fivetran_deleted": order.is_deleted,
    }


def rest(shop: DrawnShop) -> Tables:
    """Return the shop as Fivetran lands it from the REST interface."""
    tables: Tables = shared_tables(shop)
    tables["inventory_item"] = [
        {"id": variant + 1, "cost": cost}
        for product in shop.products
        for variant, _, cost in product["variants"]
    ]
    tables["customer"] = [
        {
            **of_customer(customer),
            "default_address_id": customer["id"] * 10,
            "accepts_marketing": True,
            "email_marketing_consent_consent_updated_at": text(customer["consented"]),
        }
        for customer in shop.customers
    ]
    for name in ("order", "order_line", "tax_line", "discount_allocation", "refund"):
        tables[name] = []
    for order in shop.orders:
        tables["order"].append(
            {
                **of_order(order),
                "financial_status": order.status,
                "currency": "USD",
                "presentment_currency": "CAD",
                "total_tax": order.tax,
                "total_shipping_price_set": json.dumps(money_pair(order.shipping)),
            }
        )
        for index, line in enumerate(order.lines, 1):
            tables["order_line"].append(
                {
                    "id": line.line_id,
                    "order_id": order.order_id,
                    "index": index,
                    "product_id": line.product_id,
                    "quantity": line.quantity,
                    "price": line.price,
                    "price_set": json.dumps(money_pair(line.price)),
                    "total_discount": line.own_discount,
                    "gift_card": line.is_gift_card,
                }
            )
            tables["tax_line"] += [
                {"order_line_id": line.line_id, "index": number, "price": tax}
                for number, tax in enumerate(line.taxes)
            ]
            tables["discount_allocation"] += [
                {"order_line_id": line.line_id, "index": number, "amount": amount}
                for number, amount in enumerate(line.allocations)
            ]
        for refund in order.refunds:
            tables["refund"].append(
                {
                    "id": refund.refund_id,
                    "order_id": order.order_id,
                    "created_at": text(refund.created_at),
                    "processed_at": None,
                }
            )
            tables.setdefault("order_line_refund", []).extend(
                {
                    "id": number,
                    "refund_id": refund.refund_id,
                    "order_line_id": line.line_id,
                    "subtotal": amount,
                }
                for number, line, amount in refund.lines
            )
            tables.setdefault("order_adjustment", []).extend(
                {"id": number, "refund_id": refund.refund_id, "amount": amount, "kind": kind}
                for number, kind, amount in refund.adjustments
            )
    return tables


def graphql(shop: DrawnShop) -> Tables:
    """Return the shop as Fivetran lands it from the GraphQL interface."""
    tables: Tables = shared_tables(shop)
    tables["inventory_item"] = [
        {"id": variant + 1, "unit_cost_amount": cost, "unit_cost_currency_code": "USD"}
        for product in shop.products
        for variant, _, cost in product["variants"]
    ]
    tables["customer"] = [
        {
            **of_customer(customer),
            "email_marketing_consent_updated_at": text(customer["consented"]),
        }
        for customer in shop.customers
    ]
    names = ("order", "order_line", "order_line_tax_line", "discount_allocation", "refund")
    for name in (*names, "refund_line_item", "order_adjustment"):
        tables[name] = []
    for order in shop.orders:
        tables["order"].append(
            {
                **of_order(order),
                "display_financial_status": order.status.upper(),
                "currency_code": "USD",
                "presentment_currency_code": "CAD",
                **money_set("total_tax_set", order.tax),
                **money_set("total_shipping_price_set", order.shipping),
            }
        )
        for line in order.lines:
            tables["order_line"].append(
                {
                    "id": line.line_id,
                    "order_id": order.order_id,
                    "product_id": line.product_id,
                    "quantity": line.quantity,
                    **money_set("original_total_set", line.amount),
                    **money_set("total_discount_set", line.own_discount),
                    "is_gift_card": line.is_gift_card,
                }
            )
            tables["order_line_tax_line"] += [
                {"order_line_id": line.line_id, "index": number, **money_set("price_set", tax)}
                for number, tax in enumerate(line.taxes)
            ]
            tables["discount_allocation"] += [
                {
                    "order_line_id": line.line_id,
                    "index": number,
                    **money_set("allocated_amount_set", amount),
                }
                for number, amount in enumerate(line.allocations)
            ]
        for refund in order.refunds:
            tables["refund"].append(
                {
                    "id": refund.refund_id,
                    "order_id": order.order_id,
                    "created_at": text(refund.created_at),
                }
            )
            tables["refund_line_item"] += [
                {
                    "id": number,
                    "refund_id": refund.refund_id,
                    "order_line_id": line.line_id,
                    **money_set("subtotal_set", amount),
                }
                for number, line, amount in refund.lines
            ]
            tables["order_adjustment"] += [
                {
                    "id": number,
                    "refund_id": refund.refund_id,
                    **money_set("amount_set", amount),
                    "reason": kind.upper(),
                }
                for number, kind, amount in refund.adjustments
            ]
    return tables


def of_customer(customer: Row) -> Row:
    """Return the columns of an account that both interfaces name alike."""
    return {
        "id": customer["id"],
        "email": customer["email"],
        "first_name": customer["first_name"],
        "created_at": text(customer["created"]),
        "updated_at": text(customer["updated"]),
        "email_marketing_consent_state": customer["state"],
    }


def shared_tables(shop: DrawnShop) -> Tables:
    """Return the tables that Fivetran lands alike from both interfaces."""
    return {
        "order_discount_code": [
            {"order_id": order.order_id, "index": number, "code": code}
            for order in shop.orders
            for number, code in enumerate(order.codes)
        ],
        "order_shipping_line": [
            {"id": order.order_id * 10 + number, "order_id": order.order_id, "title": title}
            for order in shop.orders
            for number, title in enumerate(order.delivery)
        ],
        "transaction": [
            {
                "id": order.order_id * 10 + number,
                "order_id": order.order_id,
                "gateway": gateway,
                "kind": "SALE",
                "status": "SUCCESS",
            }
            for order in shop.orders
            for number, gateway in enumerate(order.gateways)
        ],
        "customer_address": [
            {
                "id": customer["id"] * 10 + number,
                "customer_id": customer["id"],
                "is_default": number == 0,
                "city": customer["city"] if number == 0 else "elsewhere",
            }
            for customer in shop.customers
            for number in (1, 0)
        ],
        "product": [
            {
                "id": product["id"],
                "title": product["title"],
                "vendor": product["vendor"],
                "product_type": product["type"],
                "published_at": text(product["published"]),
                "updated_at": text(product["updated"]),
            }
            for product in shop.products
        ],
        "product_variant": [
            {
                "id": variant,
                "product_id": product["id"],
                "price": price,
                "inventory_item_id": variant + 1,
            }
            for product in shop.products
            for variant, price, _ in product["variants"]
        ],
        "collection": [
            {"id": number, "title": title}
            for number, title in enumerate(("Autumn", "Spring", "Winter"))
        ],
        "collection_product": [
            {
                "collection_id": ("Autumn", "Spring", "Winter").index(title),
                "product_id": product["id"],
            }
            for product in shop.products
            for title in product["collections"]
        ],
        "abandoned_checkout": [
            {
                "id": checkout["id"],
                "customer_id": checkout["customer"],
                "created_at": text(checkout["created"]),
                "completed_at": text(checkout["completed"]) if checkout["completed"] else None,
            }
            for checkout in shop.checkouts
        ],
    }


def airbyte(shop: DrawnShop) -> Tables:
    """Return the shop as Airbyte lands it: what belongs to an order is nested in it."""
    fivetran = shared_tables(shop)
    return {
        "orders": [airbyte_order(order) for order in shop.orders],
        "customers": [
            {
                "id": customer["id"],
                "email": customer["email"],
                "first_name": customer["first_name"],
                "created_at": text(customer["created"]),
                "updated_at": text(customer["updated"]),
                "email_marketing_consent": {
                    "state": customer["state"].lower(),
                    "opt_in_level": "single_opt_in",
                    "consent_updated_at": text(customer["consented"]),
                },
                "default_address": {"city": customer["city"], "default": True},
            }
            for customer in shop.customers
        ],
        "products": fivetran["product"],
        "product_variants": fivetran["product_variant"],
        "inventory_items": [
            {"id": variant + 1, "cost": str(cost)}
            for product in shop.products
            for variant, _, cost in product["variants"]
        ],
        "collections": fivetran["collection"],
        "collects": fivetran["collection_product"],
        "abandoned_checkouts": [
            {**checkout, "customer": {"id": checkout["customer_id"]}}
            for checkout in fivetran["abandoned_checkout"]
        ],
        # A stream that misses refunds which their orders hold: it is not read.
        "order_refunds": [{"id": 1, "order_id": 1}],
    }


def airbyte_order(order: Order) -> Row:
    """Return an order as Airbyte lands it."""
    own = of_order(order)
    for name in ("customer_id", "_fivetran_deleted", *prefixed("shipping_address", order.address)):
        del own[name]
    return {
        **own,
        "deleted_at": text(order.updated_at) if order.is_deleted else None,
        "financial_status": order.status,
        "currency": "USD",
        "presentment_currency": "CAD",
        "total_tax": float(order.tax),
        "total_tax_set": money_pair(order.tax),
        "total_shipping_price_set": money_pair(order.shipping),
        "customer": {"id": order.customer_id, "email": own["email"]},
        "shipping_address": order.address,
        "payment_gateway_names": list(order.gateways),
        "discount_codes": [
            {"code": code, "amount": "1", "type": "shipping"} for code in order.codes
        ],
        "shipping_lines": [{"title": title, "price": "1"} for title in order.delivery],
        "line_items": [
            {
                "id": line.line_id,
                "product_id": line.product_id,
                "quantity": line.quantity,
                "price": float(line.price),
                "price_set": money_pair(line.price),
                "total_discount": str(line.own_discount),
                "gift_card": line.is_gift_card,
                "discount_allocations": [
                    {"amount": str(amount), "amount_set": money_pair(amount)}
                    for amount in line.allocations
                ],
                "tax_lines": [
                    {"price": float(tax), "price_set": money_pair(tax)} for tax in line.taxes
                ],
            }
            for line in order.lines
        ],
        "refunds": [
            {
                "id": refund.refund_id,
                "order_id": order.order_id,
                "created_at": text(refund.created_at),
                "refund_line_items": [
                    {
                        "id": number,
                        "line_item_id": line.line_id,
                        "subtotal": float(amount),
                        "subtotal_set": money_pair(amount),
                    }
                    for number, line, amount in refund.lines
                ],
                "order_adjustments": [
                    {"id": number, "amount": str(amount), "kind": kind, "reason": kind}
                    for number, kind, amount in refund.adjustments
                ],
            }
            for refund in order.refunds
        ],
    }


def write_csv(folder: Path, tables: Mapping[str, Sequence[Row]]) -> Path:
    """Write tables as CSV files into a new folder and return it."""
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        stream = io.StringIO(newline="")
        columns = list(dict.fromkeys(column for row in rows for column in row)) or ["id"]
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        (folder / f"{name}.csv").write_text(stream.getvalue())
    return folder


def write_json_lines(folder: Path, tables: Mapping[str, Sequence[Row]]) -> Path:
    """Write tables as files of JSON lines into a new folder and return it."""
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        lines = "".join(json.dumps(row, default=str) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines)
    return folder
