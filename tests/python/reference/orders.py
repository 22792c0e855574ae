"""Orders in reporting currency, with their lines and the products behind them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from .clock import Clock
from .identity import Identity, Person
from .staging import Rates, Row
from .values import round_half_away

ProductKey = tuple[str, str]
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Line:
    """An order line; the product's facts are None where the product is not known, as the price."""

    product: ProductKey | None
    category: str | None
    launched_on: date | None
    quantity: int
    unit_price: Decimal | None


@dataclass(eq=False)
class Order:
    """A visible order that is no test; amounts in reporting currency."""

    row: Row
    person: Person | None
    ordered_on: date
    is_placed: bool
    is_valid: bool
    is_discounted: bool
    subtotal_amount: Decimal
    discount_amount: Decimal
    refunded_amount: Decimal
    lines: list[Line] = field(default_factory=list)

    @property
    def ordered_at(self) -> datetime:
        """When the order was made, naive UTC."""
        instant: datetime = self.row["ordered_at"]
        return instant

    @property
    def net_revenue(self) -> Decimal:
        """The subtotal less discount and refunds."""
        return self.subtotal_amount - self.discount_amount - self.refunded_amount

    @property
    def has_coupon(self) -> bool:
        """Whether a coupon code stands on the order."""
        return self.row["coupon_code"] is not None

    @property
    def categories(self) -> set[str]:
        """The known categories of the order's lines."""
        return {line.category for line in self.lines if line.category is not None}

    def has_new_arrival(self, new_arrival_days: int) -> bool:
        """Whether a product of it was launched at most so many days before the order's date."""
        return any(
            line.launched_on is not None
            and 0 <= (self.ordered_on - line.launched_on).days <= new_arrival_days
            for line in self.lines
        )


def find_orders(
    tables: dict[str, list[Row]], identity: Identity, rates: Rates, clock: Clock
) -> list[Order]:
    """Return the visible orders that are no tests, with their lines and visible refunds."""
    products = {(row["source_system"], row["product_id"]): row for row in tables["products"]}
    lines_of: dict[tuple[str, str], list[Row]] = defaultdict(list)
    refunds_of: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for row in tables["order_lines"]:
        lines_of[row["source_system"], row["order_id"]].append(row)
    for row in tables["refunds"]:
        refunds_of[row["source_system"], row["order_id"]].append(row["amount"])
    orders = []
    for row in tables["orders"]:
        key = (row["source_system"], row["order_id"])
        rate = rates.rate(row["currency"], clock.local_date(row["ordered_at"]))
        if rate is None:
            raise AssertionError("staging keeps no order without an exchange rate")
        order = _order(row, refunds_of[key], rate, identity, clock)
        order.lines = [_line(line, products, rate) for line in lines_of[key]]
        orders.append(order)
    return orders


def convert(amount: Decimal, rate: Decimal) -> Decimal:
    """Convert an amount at a rate (reporting currency per unit), rounded to cents."""
    return round_half_away(Fraction(amount) * Fraction(rate), 2)


def _order(
    row: Row, refunds: list[Decimal], rate: Decimal, identity: Identity, clock: Clock
) -> Order:
    subtotal = row["subtotal_amount"]
    discount = min(row["discount_amount"] or ZERO, subtotal)
    refunded = sum(refunds, ZERO)
    is_fully_refunded = refunded > 0 and refunded >= subtotal - discount
    return Order(
        row=row,
        person=identity.person_or_owner(row),
        ordered_on=clock.local_date(row["ordered_at"]),
        is_placed=row["status"] in ("pending", "completed"),
        is_valid=row["status"] == "completed" and not is_fully_refunded,
        is_discounted=discount > 0 or row["coupon_code"] is not None,
        subtotal_amount=convert(subtotal, rate),
        discount_amount=convert(discount, rate),
        refunded_amount=sum((convert(refund, rate) for refund in refunds), ZERO),
    )


def _line(row: Row, products: dict[ProductKey, Row], rate: Decimal) -> Line:
    product = None if row["product_id"] is None else (row["source_system"], row["product_id"])
    known = products.get(product, {}) if product else {}
    return Line(
        product=product,
        category=known.get("category"),
        launched_on=known.get("launched_on"),
        quantity=row["quantity"],
        unit_price=None if row["unit_price"] is None else convert(row["unit_price"], rate),
    )
