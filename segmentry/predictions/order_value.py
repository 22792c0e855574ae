"""What an order is worth: the gamma-gamma model (Fader & Hardie 2013).

The values of a buyer's orders vary at random about a mean of the buyer's own, which does not depend
on how often they buy.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln, psi

from segmentry.errors import ValidationError
from segmentry.predictions.fitting import Array, maximise

# p, q and v to start from, v in mean order values.
STARTS = ((1.0, 3.0, 2.0), (5.0, 4.0, 0.5), (20.0, 2.0, 0.1))


@dataclass(frozen=True)
class RepeatValues:
    """What repeat purchases were worth, grouped; all of one length.

    Attributes:
        repeats: x, the purchase days after the first; at least 1.
        revenue: x times their mean, the net revenue of these days, in the shop's currency; above 0.
        buyers: how many buyers have both.
    """

    repeats: Array
    revenue: Array
    buyers: Array

    def __post_init__(self) -> None:
        """Refuse what the model does not speak of.

        Raises:
            ValidationError: when a value is missing or out of range.
        """
        is_possible = (
            (self.repeats >= 1) & (self.revenue > 0) & np.isfinite(self.revenue) & (self.buyers > 0)
        )
        if not np.all(is_possible):
            position = int(np.argmin(is_possible))
            raise ValidationError(
                "The value of repeat purchases can't be read: "
                f"repeat purchase days {self.repeats[position]:g}, "
                f"revenue {self.revenue[position]:g}, buyers {self.buyers[position]:g}."
            )

    def __len__(self) -> int:
        return len(self.repeats)

    def correlation(self) -> float:
        """Return Pearson's correlation of x and the mean value, -1 to 1; 0 if one is constant."""
        if not len(self):
            return 0.0
        mean_value = self.revenue / self.repeats
        frequent = self.repeats - np.average(self.repeats, weights=self.buyers)
        dear = mean_value - np.average(mean_value, weights=self.buyers)
        spread = np.sqrt((self.buyers @ frequent**2) * (self.buyers @ dear**2))
        return float(self.buyers @ (frequent * dear) / spread) if spread > 0 else 0.0


@dataclass(frozen=True)
class OrderValue:
    """The gamma-gamma model with its parameters.

    Attributes:
        p: shape of the values of a buyer's orders.
        q: shape of what differs between buyers; the mean of all is finite where it is above 1.
        v: scale of what differs between buyers, in the shop's currency.
    """

    p: float
    q: float
    v: float

    def log_likelihood(self, values: RepeatValues) -> float:
        """Return the log-likelihood of the mean values of buyers, in nats; 0 for none."""
        return _Likelihood(values).value_and_slopes(self)[0]

    def expected_value(self, repeats: Array, revenue: Array) -> Array:
        """Return what a buyer's orders are expected to be worth on average, per buyer.

        Args:
            repeats: x, the purchase days after the first; 0 for who bought once.
            revenue: the net revenue of these days, in the shop's currency; one below 0 counts as 0.

        Returns:
            In the shop's currency; it means nothing where q is 1 or less.
        """
        return self.p * (self.v + np.maximum(revenue, 0)) / (self.p * repeats + self.q - 1)


@dataclass(frozen=True)
class OrderValueFit:
    """A model that was fitted.

    Attributes:
        order_value: the model at its maximum likelihood.
        log_likelihood: there, in nats.
        buyers: how many repeat buyers it was fitted to.
        is_converged: whether it is a maximum.
        is_at_bound: whether a parameter is at the edge of what was searched.
    """

    order_value: OrderValue
    log_likelihood: float
    buyers: int
    is_converged: bool
    is_at_bound: bool


def fit_order_value(values: RepeatValues) -> OrderValueFit:
    """Return the gamma-gamma model at its maximum likelihood.

    Args:
        values: what repeat purchases were worth.

    Raises:
        ValidationError: when there is no repeat buyer.
    """
    if not len(values):
        raise ValidationError("The value of orders can't be fitted to no repeat buyer.")
    # In units of the mean value, v is of the order of 1 whatever the currency.
    scale = float(np.average(values.revenue / values.repeats, weights=values.buyers))
    likelihood = _Likelihood(replace(values, revenue=values.revenue / scale))
    maximum = maximise(likelihood.mean_and_slopes, STARTS)
    p, q, v = (float(parameter) for parameter in maximum.parameters)
    order_value = OrderValue(p, q, v * scale)
    return OrderValueFit(
        order_value,
        order_value.log_likelihood(values),
        round(float(np.sum(values.buyers))),
        maximum.is_converged,
        maximum.is_at_bound,
    )


class _Likelihood:
    """The log-likelihood of values, prepared to be asked for many parameters."""

    def __init__(self, values: RepeatValues) -> None:
        self.x, self.of_x = np.unique(values.repeats, return_inverse=True)
        self.buyers = values.buyers
        self.revenue = values.revenue
        self.buyers_of_x = np.bincount(self.of_x, values.buyers, len(self.x))
        # Sums over the buyers of each x: of ln(x z) and of ln(z), with z the mean value.
        log_revenue = np.log(values.revenue)
        self.log_revenue_of_x = np.bincount(self.of_x, values.buyers * log_revenue, len(self.x))
        self.log_mean = values.buyers @ (log_revenue - np.log(values.repeats))

    def mean_and_slopes(self, parameters: Array) -> tuple[float, Array]:
        """Return the mean log-likelihood of a buyer, and its slopes, at p, q and v."""
        value, slopes = self.value_and_slopes(OrderValue(*parameters))
        return value / np.sum(self.buyers), slopes / np.sum(self.buyers)

    def value_and_slopes(self, at: OrderValue) -> tuple[float, Array]:
        """Return the log-likelihood, and its slopes by p, q and v."""
        x, counts = self.x, self.buyers_of_x
        shape = at.p * x
        log_sum = np.log(at.v + self.revenue)
        log_sum_of_x = np.bincount(self.of_x, self.buyers * log_sum, len(x))
        gammas = gammaln(shape + at.q) - gammaln(shape) - gammaln(at.q)
        value = counts @ (gammas + at.q * np.log(at.v))
        value += shape @ self.log_revenue_of_x - self.log_mean - (shape + at.q) @ log_sum_of_x
        by_p = counts @ (x * (psi(shape + at.q) - psi(shape)))
        by_p += x @ (self.log_revenue_of_x - log_sum_of_x)
        by_q = counts @ (psi(shape + at.q) - psi(at.q) + np.log(at.v)) - np.sum(log_sum_of_x)
        per_sum = np.bincount(self.of_x, self.buyers / (at.v + self.revenue), len(x))
        by_v = np.sum(counts) * at.q / at.v - (shape + at.q) @ per_sum
        return float(value), np.array([by_p, by_q, by_v])
