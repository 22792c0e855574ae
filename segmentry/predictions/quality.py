"""How right a forecast was: calibration, and errors against what needs no model."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from segmentry.errors import ValidationError
from segmentry.predictions.fitting import Array
from segmentry.predictions.purchases import Histories, Purchases

GROUPS = 10
# Equal histories have equal probabilities, up to this many digits.
DIGITS = 12


class Quantity(StrEnum):
    """What is forecast for a span."""

    PURCHASE_PROBABILITY = "purchase_probability"
    EXPECTED_ORDERS = "expected_orders"


@dataclass(frozen=True)
class Outcomes:
    """What buyers did within a span, and before it, grouped; all of one length.

    Attributes:
        histories: until the span began, one element per group of buyers.
        orders_before: their purchase days, the first one included, within as long a span before.
        orders_after: their purchase days within the span.
        span: its length, in the unit of the histories.
    """

    histories: Histories
    orders_before: Array
    orders_after: Array
    span: float

    def __post_init__(self) -> None:
        """Refuse numbers of orders that are none.

        Raises:
            ValidationError: when one is missing or negative.
        """
        for orders in (self.orders_before, self.orders_after):
            if not np.all(orders >= 0):
                raise ValidationError("The orders of the back-test are missing or below 0.")


@dataclass(frozen=True)
class Quality:
    """How right the forecasts of a quantity were for some buyers.

    Attributes:
        quantity: what was forecast.
        decile: 1 to 10, by purchase probability in ascending order; None for all buyers.
        buyers: how many.
        predicted: mean of the forecasts.
        actual: mean of what happened: the share that bought, or orders per buyer.
        error: Brier score of the purchase probability, or mean absolute error of the orders.
        naive_error: the same of the naive forecast: everybody buys with the share that bought of
            all buyers (which nobody knew before, so that it is hard to beat), or orders as often as
            in as long a span before.
    """

    quantity: Quantity
    decile: int | None
    buyers: int
    predicted: float
    actual: float
    error: float
    naive_error: float


def measure_quality(purchases: Purchases, outcomes: Outcomes) -> list[Quality]:
    """Return the quality of both forecasts, of all buyers first, and then by decile.

    A tenth of the buyers is in each decile, as far as buyers with the same probability allow; one
    without buyers is left out.

    Args:
        purchases: the model, fitted to what was known when the span began.
        outcomes: what happened; none when there is no buyer.
    """
    histories = outcomes.histories
    if not len(histories):
        return []
    probability = purchases.purchase_probability(histories, outcomes.span)
    bought = (outcomes.orders_after > 0).astype(np.float64)
    base_rate = np.average(bought, weights=histories.buyers)
    expected = purchases.expected_orders(histories, outcomes.span)
    orders = outcomes.orders_after
    compared = {
        Quantity.PURCHASE_PROBABILITY: (
            probability,
            bought,
            (probability - bought) ** 2,
            (base_rate - bought) ** 2,
        ),
        Quantity.EXPECTED_ORDERS: (
            expected,
            orders,
            np.abs(expected - orders),
            np.abs(outcomes.orders_before - orders),
        ),
    }
    decile = deciles(probability, histories.buyers)
    return [
        Quality(
            quantity,
            number,
            round(float(np.sum(histories.buyers[chosen]))),
            *(
                float(np.average(column[chosen], weights=histories.buyers[chosen]))
                for column in columns
            ),
        )
        for quantity, columns in compared.items()
        for number, chosen in _groups(decile)
    ]


def _groups(decile: npt.NDArray[np.int64]) -> Iterator[tuple[int | None, npt.NDArray[np.bool_]]]:
    """Yield which rows are in each group: all, then each decile that has some."""
    yield None, np.full(len(decile), True)
    for number in np.unique(decile):
        yield int(number), decile == number


def deciles(probability: Array, buyers: Array) -> npt.NDArray[np.int64]:
    """Return the decile of each row, 1 to 10, by the mid-rank of the buyers with its probability.

    Args:
        probability: of each row.
        buyers: how many buyers each row has.
    """
    _, inverse = np.unique(np.round(probability, DIGITS), return_inverse=True)
    equal = np.bincount(inverse, buyers)
    rank = (np.cumsum(equal) - equal / 2) / np.sum(equal)
    return np.minimum(np.floor(rank * GROUPS), GROUPS - 1).astype(np.int64)[inverse] + 1
