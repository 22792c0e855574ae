"""Orders as systems that sell keep them: what of a discount, a tax and a refund falls to a line."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import count

from examples.demo_shop.records import (
    Customer,
    Order,
    OrderLine,
    ProductRow,
    RawShop,
    Refund,
    money,
)

_CENT = money(1)
_NOTHING = money(0)


@dataclass(frozen=True)
class SoldLine:
    """A line of an order.

    Attributes:
        line_id: an id that no other line has.
        line: the line.
        product: what was bought.
        discount: what of the order's discount falls to it.
        tax: what of the order's tax falls to it.
    """

    line_id: str
    line: OrderLine
    product: ProductRow
    discount: Decimal
    tax: Decimal

    @property
    def amount(self) -> Decimal:
        """What its pieces cost before the discount."""
        return self.line.unit_price * self.line.quantity

    @property
    def paid(self) -> Decimal:
        """What they cost after it."""
        return self.amount - self.discount


@dataclass(frozen=True)
class RefundedLine:
    """What of a line was given back: so many pieces, for what was paid for them."""

    sold: SoldLine
    quantity: int
    subtotal: Decimal


@dataclass(frozen=True)
class Repayment:
    """A refund with its lines; what it differs by from their sum is its discrepancy."""

    refund: Refund
    lines: tuple[RefundedLine, ...]

    @property
    def discrepancy(self) -> Decimal:
        """What was given back beyond the lines, as a negative amount."""
        return sum((line.subtotal for line in self.lines), _NOTHING) - self.refund.amount


@dataclass(frozen=True)
class Sale:
    """An order with everything that belongs to it."""

    order: Order
    customer: Customer | None
    lines: tuple[SoldLine, ...]
    repayments: tuple[Repayment, ...]

    @property
    def discount(self) -> Decimal:
        """The discount on the whole order."""
        return self.order.discount_amount or _NOTHING

    @property
    def shipping(self) -> Decimal:
        """What was charged for shipping."""
        return self.order.shipping_amount or _NOTHING

    @property
    def tax(self) -> Decimal:
        """What was charged in taxes, on top of prices without them."""
        return self.order.tax_amount or _NOTHING

    @property
    def merchandise(self) -> Decimal:
        """What the goods cost after the discount."""
        return self.order.subtotal_amount - self.discount

    @property
    def total(self) -> Decimal:
        """What was to pay."""
        return self.merchandise + self.shipping + self.tax

    @property
    def refunded(self) -> Decimal:
        """What was given back of it."""
        return sum((repayment.refund.amount for repayment in self.repayments), _NOTHING)

    @property
    def is_refunded_in_full(self) -> bool:
        """Whether all that the goods cost was given back."""
        return bool(self.repayments) and self.refunded >= self.merchandise


def sales_of(shop: RawShop) -> list[Sale]:
    """Return the orders of a shop in the order of its table."""
    lines: dict[str, list[OrderLine]] = defaultdict(list)
    refunds: dict[str, list[Refund]] = defaultdict(list)
    for line in shop.order_lines:
        lines[line.order_id].append(line)
    for refund in shop.refunds:
        refunds[refund.order_id].append(refund)
    products = {product.product_id: product for product in shop.products}
    customers = {customer.customer_id: customer for customer in shop.customers}
    line_ids = count(1)
    sales = []
    for order in shop.orders:
        sold = _sold_lines(order, lines[order.order_id], products, line_ids)
        repaid = tuple(_repayment(refund, sold) for refund in refunds[order.order_id])
        customer = customers.get(order.customer_id or "")
        sales.append(Sale(order, customer, sold, repaid))
    return sales


def written_email(sale: Sale) -> str | None:
    """Return an order's address as systems keep it: the account's where it has none of its own."""
    known = sale.order.email or (sale.customer.email if sale.customer else None)
    return known.strip().lower() if known else None


def told_lines(sale: Sale) -> Iterator[OrderLine]:
    """Yield an order's lines, each with what of the whole discount falls to it."""
    for sold in sale.lines:
        yield replace(sold.line, discount_amount=sold.discount)


def _sold_lines(
    order: Order,
    lines: Sequence[OrderLine],
    products: dict[str, ProductRow],
    line_ids: "count[int]",
) -> tuple[SoldLine, ...]:
    own = [line.discount_amount or _NOTHING for line in lines]
    left = [
        line.unit_price * line.quantity - discount
        for line, discount in zip(lines, own, strict=True)
    ]
    of_order = (order.discount_amount or _NOTHING) - sum(own, _NOTHING)
    discounts = [a + b for a, b in zip(own, _spread(of_order, left), strict=True)]
    paid = [
        line.unit_price * line.quantity - discount
        for line, discount in zip(lines, discounts, strict=True)
    ]
    taxes = _spread(order.tax_amount or _NOTHING, paid)
    return tuple(
        SoldLine(str(next(line_ids)), line, products[line.product_id or ""], discount, tax)
        for line, discount, tax in zip(lines, discounts, taxes, strict=True)
    )


def _spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Return an amount in parts by weight, to the cent; the parts add up to it."""
    whole = sum(weights, _NOTHING)
    parts, given, weighed = [], _NOTHING, _NOTHING
    for weight in weights:
        weighed += weight
        share = weighed / whole if whole else Decimal(1)
        due = (amount * share).quantize(_CENT, ROUND_HALF_UP)
        parts.append(due - given)
        given = due
    return parts


def _repayment(refund: Refund, sold: Sequence[SoldLine]) -> Repayment:
    """Return a refund of the whole order by its lines, any other by a piece of its first line."""
    if refund.amount == sum((line.paid for line in sold), _NOTHING):
        whole = tuple(RefundedLine(line, line.line.quantity, line.paid) for line in sold)
        return Repayment(refund, whole)
    first = sold[0]
    piece = (first.paid / first.line.quantity).quantize(_CENT, ROUND_HALF_UP)
    return Repayment(refund, (RefundedLine(first, 1, piece),))
