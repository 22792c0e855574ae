"""When and how often buyers buy: MBG/NBD and BG/NBD.

While active, a buyer buys at random at a rate of their own, gamma distributed with shape r and rate
alpha. After a purchase they leave for good with a probability of their own, beta distributed with a
and b. In BG/NBD (Fader, Hardie & Lee 2005) they may leave after each repeat purchase; in MBG/NBD
(Batislam, Denizel & Filiztekin 2007; Hoppe & Wagner 2007) after the first one as well, so that who
bought once may have left.

Times are in the unit of the histories: in days, alpha is in days, and a forecast is for days.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.special import expit, gammaln, psi

from segmentry.errors import ValidationError
from segmentry.predictions.fitting import Array, maximise

# Nodes of the quadrature of expected orders: it errs by less than 1e-9 of them for spans up to a
# hundred times alpha + T, and by 1e-6 at four hundred times.
NODES = 64
# Shapes r, a and b to start from; alpha follows from the mean rate.
STARTS = ((0.3, 0.8, 2.5), (1.0, 0.1, 1.0), (0.5, 2.0, 0.5), (3.0, 0.3, 3.0))
# Of so many distinct histories, evenly taken, the best start is found.
SAMPLE = 20_000
# Distinct histories that are computed at a time: below 10,000, OpenBLAS wakes no threads, which
# take ten times as long as the work where other processes are busy.
BLOCK = 8192


class PurchaseModel(StrEnum):
    """Which purchases a buyer may leave after."""

    MBG_NBD = "mbg_nbd"
    BG_NBD = "bg_nbd"


@dataclass(frozen=True)
class Histories:
    """What buyers did, grouped: one element per distinct history, or more; all of one length.

    Attributes:
        repeats: x, the purchase days after the first.
        recency: t_x, the time from the first purchase day to the last.
        age: T, the time from the first purchase day to the day of the forecast.
        buyers: how many buyers have this history.
    """

    repeats: Array
    recency: Array
    age: Array
    buyers: Array

    def __post_init__(self) -> None:
        """Refuse what no buyer can have done.

        Raises:
            ValidationError: when a value is missing or impossible.
        """
        with np.errstate(invalid="ignore"):
            is_possible = (
                (self.repeats >= 0)
                & (self.recency >= 0)
                & (self.recency <= self.age)
                & np.isfinite(self.age)
                & ((self.repeats > 0) | (self.recency == 0))
                & (self.buyers > 0)
            )
        if not np.all(is_possible):
            position = int(np.argmin(is_possible))
            raise ValidationError(
                "No buyer can have such a history: "
                f"repeat purchase days {self.repeats[position]:g}, "
                f"recency {self.recency[position]:g}, age {self.age[position]:g}, "
                f"buyers {self.buyers[position]:g}."
            )

    def __len__(self) -> int:
        return len(self.repeats)


@dataclass(frozen=True)
class Purchases:
    """A model of purchases with its parameters.

    Attributes:
        model: which.
        r: shape of the purchase rates.
        alpha: rate of the purchase rates, in the unit of the times.
        a: first shape of the probabilities of leaving.
        b: second shape of the probabilities of leaving.
    """

    model: PurchaseModel
    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, histories: Histories) -> float:
        """Return the log-likelihood of histories, in nats; 0 for none."""
        return _Likelihood(self.model, histories).value_and_slopes(self)[0]

    def probability_alive(self, histories: Histories) -> Array:
        """Return the probability that a buyer has not left, 0 to 1, per history."""
        alive: Array = expit(-self._log_odds_of_having_left(histories))
        return alive

    def purchase_probability(self, histories: Histories, span: float) -> Array:
        """Return the probability of at least one purchase day within a span, 0 to 1, per history.

        Args:
            histories: what buyers did until now.
            span: the time from now on.
        """
        alpha_and_age = self.alpha + histories.age
        none = -(self.r + histories.repeats) * np.log1p(span / alpha_and_age)
        return self.probability_alive(histories) * -np.expm1(none)

    def expected_orders(self, histories: Histories, span: float) -> Array:
        """Return the expected number of purchase days within a span, per history.

        The published formula is a difference of terms that grow without limit as the purchases
        do, and has a pole at a = 1. It equals P(alive) times the mean of
        (1 - (1 + p u)^-(r + x)) / p, with u = span / (alpha + T), over the probability of leaving p
        of a buyer who has not left, which is beta distributed. This mean is taken by Gauss-Jacobi
        quadrature (Golub & Welsch 1969).

        Args:
            histories: what buyers did until now.
            span: the time from now on.
        """
        expected = np.empty(len(histories))
        reach = span / (self.alpha + histories.age)
        order = np.argsort(histories.repeats, kind="stable")
        repeats, starts = np.unique(histories.repeats[order], return_index=True)
        for x, positions in zip(repeats, np.split(order, starts)[1:], strict=True):
            nodes, weights = beta_quadrature(self.a, self.b + float(self.chances(x)))
            none = -(self.r + x) * np.log1p(np.multiply.outer(reach[positions], nodes))
            # Not by BLAS, for the reason given at BLOCK.
            expected[positions] = np.einsum("ij,j->i", -np.expm1(none), weights / nodes)
        return self.probability_alive(histories) * expected

    def median_wait(self, histories: Histories) -> Array:
        """Return the time from now until half of such buyers have bought again, per history.

        It is NaN where at least half never will, as P(alive) <= 0.5, and may be infinite in
        floating point. The mean is infinite for many.
        """
        alive = self.probability_alive(histories)
        returning = np.where(alive > 0.5, alive, np.nan)
        with np.errstate(over="ignore", divide="ignore"):
            exponent = -np.log1p(-0.5 / returning) / (self.r + histories.repeats)
            return (self.alpha + histories.age) * np.expm1(exponent)

    def chances(self, repeats: Array) -> Array:
        """Return how often somebody who has not left could have."""
        return repeats + 1 if self.model is PurchaseModel.MBG_NBD else repeats

    def _log_odds_of_having_left(self, histories: Histories) -> Array:
        silence = np.log((self.alpha + histories.age) / (self.alpha + histories.recency))
        leaving = self.log_odds_of_leaving(histories.repeats)
        return leaving + (self.r + histories.repeats) * silence

    def log_odds_of_leaving(self, repeats: Array) -> Array:
        """Return the log-odds of leaving after the last of so many repeat purchases."""
        chances = self.chances(repeats)
        odds = np.full(len(repeats), -np.inf)
        could = chances > 0
        odds[could] = np.log(self.a) - np.log(self.b + chances[could] - 1)
        return odds


@dataclass(frozen=True)
class PurchaseFit:
    """A model that was fitted.

    Attributes:
        purchases: the model at its maximum likelihood.
        log_likelihood: there, in nats.
        buyers: how many it was fitted to.
        is_converged: whether it is a maximum.
        is_at_bound: whether a parameter is at the edge of what was searched.
    """

    purchases: Purchases
    log_likelihood: float
    buyers: int
    is_converged: bool
    is_at_bound: bool


def fit_purchases(model: PurchaseModel, histories: Histories) -> PurchaseFit:
    """Return a model of purchases at its maximum likelihood.

    Args:
        model: which.
        histories: what buyers did.

    Raises:
        ValidationError: when there is no buyer.
    """
    if not len(histories):
        raise ValidationError("A model of purchases can't be fitted to no buyer.")
    # In units of the oldest buyer's age, alpha is of the order of 1 whatever the unit.
    scale = float(np.max(histories.age)) or 1.0
    scaled = replace(histories, recency=histories.recency / scale, age=histories.age / scale)
    bought = float(histories.buyers @ histories.repeats)
    wait = float(scaled.buyers @ scaled.age) / max(bought, 1.0)
    rough = maximise(
        _Likelihood(model, _sample(scaled)).mean_and_slopes,
        [(r, r * wait, a, b) for r, a, b in STARTS],
    )
    # At the edge everything is level, and nothing would lead away from it.
    maximum = maximise(
        _Likelihood(model, scaled).mean_and_slopes,
        [np.clip(rough.parameters, 0.01, 100.0).tolist()],
    )
    r, alpha, a, b = (float(parameter) for parameter in maximum.parameters)
    purchases = Purchases(model, r, alpha * scale, a, b)
    return PurchaseFit(
        purchases,
        purchases.log_likelihood(histories),
        round(float(np.sum(histories.buyers))),
        maximum.is_converged,
        maximum.is_at_bound,
    )


def _sample(histories: Histories) -> Histories:
    every = slice(None, None, -(-len(histories) // SAMPLE))
    return Histories(
        histories.repeats[every],
        histories.recency[every],
        histories.age[every],
        histories.buyers[every],
    )


class _Likelihood:
    """The log-likelihood of histories, prepared to be asked for many parameters.

    What depends on x, t_x or T alone is computed once per distinct value, and the rest in blocks.
    """

    def __init__(self, model: PurchaseModel, histories: Histories) -> None:
        self.model = model
        self.buyers = histories.buyers
        self.x, self.of_x = np.unique(histories.repeats, return_inverse=True)
        self.recency, self.of_recency = np.unique(histories.recency, return_inverse=True)
        self.age, self.of_age = np.unique(histories.age, return_inverse=True)
        self.buyers_of_x = np.bincount(self.of_x, self.buyers, len(self.x))
        self.buyers_of_age = np.bincount(self.of_age, self.buyers, len(self.age))
        bought = self.buyers * histories.repeats
        self.bought_of_age = np.bincount(self.of_age, bought, len(self.age))

    def mean_and_slopes(self, parameters: Array) -> tuple[float, Array]:
        """Return the mean log-likelihood of a buyer, and its slopes, at r, alpha, a and b."""
        value, slopes = self.value_and_slopes(Purchases(self.model, *parameters))
        return value / np.sum(self.buyers), slopes / np.sum(self.buyers)

    def value_and_slopes(self, at: Purchases) -> tuple[float, Array]:
        """Return the log-likelihood, and its slopes by r, alpha, a and b."""
        x, buyers, chances = self.x, self.buyers_of_x, at.chances(self.x)
        shapes = at.r * self.buyers_of_age + self.bought_of_age
        log_age, per_age = np.log(at.alpha + self.age), 1 / (at.alpha + self.age)
        of_purchases = gammaln(at.r + x) - gammaln(at.r) + at.r * np.log(at.alpha)
        of_staying = gammaln(at.a + at.b) - gammaln(at.a + at.b + chances)
        of_staying += gammaln(at.b + chances) - gammaln(at.b)
        value = buyers @ (of_purchases + of_staying) - shapes @ log_age
        by_r = buyers @ (psi(at.r + x) - psi(at.r) + np.log(at.alpha))
        by_r -= self.buyers_of_age @ log_age
        by_alpha = np.sum(buyers) * at.r / at.alpha - shapes @ per_age
        staying = psi(at.a + at.b) - psi(at.a + at.b + chances)
        by_a = buyers @ staying
        by_b = buyers @ (staying + psi(at.b + chances) - psi(at.b))

        of_leaving, left_of_x, of_silence = self._left(at, log_age, per_age)
        could = chances > 0
        by_a += np.sum(left_of_x) / at.a
        by_b -= np.sum(left_of_x[could] / (at.b + chances[could] - 1))
        slopes = np.array([by_r + of_silence[0], by_alpha + of_silence[1], by_a, by_b])
        return float(value + of_leaving), slopes

    def _left(self, at: Purchases, log_age: Array, per_age: Array) -> tuple[float, Array, Array]:
        """Return what those who may have left add.

        Args:
            at: the model.
            log_age: ln(alpha + T) of each distinct T.
            per_age: 1 / (alpha + T) of each distinct T.

        Returns:
            Their log-likelihood, how many are expected to have left by distinct x, and the slopes
            by r and alpha.
        """
        leaving, shapes = at.log_odds_of_leaving(self.x), at.r + self.x
        log_recency = np.log(at.alpha + self.recency)
        per_recency = 1 / (at.alpha + self.recency)
        value, left_of_x, slopes = 0.0, np.zeros(len(self.x)), np.zeros(2)
        for start in range(0, len(self.buyers), BLOCK):
            block = slice(start, start + BLOCK)
            of_x, of_age, of_recency = self.of_x[block], self.of_age[block], self.of_recency[block]
            buyers, shape = self.buyers[block], shapes[of_x]
            silence = log_age[of_age] - log_recency[of_recency]
            log_odds = leaving[of_x] + shape * silence
            # ln(1 + e^z) and 1 / (1 + e^-z), without an overflow.
            smaller = np.exp(-np.abs(log_odds))
            value += float(buyers @ (np.maximum(log_odds, 0) + np.log1p(smaller)))
            left = buyers * np.where(log_odds > 0, 1, smaller) / (1 + smaller)
            left_of_x += np.bincount(of_x, left, len(self.x))
            faster = per_age[of_age] - per_recency[of_recency]
            slopes += [left @ silence, left @ (shape * faster)]
        return value, left_of_x, slopes


def beta_quadrature(first: float, second: float) -> tuple[Array, Array]:
    """Return nodes within 0 to 1 and weights that sum to 1, for means over a beta distribution.

    Args:
        first: its first shape.
        second: its second shape.
    """
    n = np.arange(NODES, dtype=np.float64)
    total = 2 * n + first + second - 2
    centre = np.empty(NODES)
    centre[0] = first / (first + second)
    centre[1:] = 0.5 + (first - second) * (first + second - 2) / (2 * total[1:] * (total[1:] + 2))
    n, total = n[1:], total[1:]
    # At n = 1 two factors cancel, which may both be 0.
    ratio = np.ones(NODES - 1)
    ratio[1:] = (n[1:] + first + second - 2) / (total[1:] - 1)
    width = n * (n + first - 1) * (n + second - 1) * ratio / (total**2 * (total + 1))
    nodes, vectors = eigh_tridiagonal(centre, np.sqrt(width))
    return np.maximum(nodes, np.finfo(np.float64).tiny), vectors[0] ** 2
