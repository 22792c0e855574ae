"""What two arms of an experiment say of each other, from sums that a database can make.

An arm is known by how many people it has and by sums over them, so that a million people are one
row. Outcomes are of each person; whoever was assigned counts, whatever became of them since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isqrt, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95
POWER = 0.8
# What is left of a sum of squares after taking off its mean, and is nothing but rounding.
ROUNDING = 1e-11


@dataclass(frozen=True)
class Arm:
    """Sums over the people of an arm.

    Attributes:
        people: how many.
        total: sum of the outcome.
        squares: sum of its squares.
        covariates: sum of each covariate; a covariate is what was known before the assignment.
        covariate_squares: sum of the product of each two covariates, row by row.
        products: sum of the product of each covariate and the outcome.
    """

    people: int
    total: float
    squares: float
    covariates: Sequence[float] = ()
    covariate_squares: Sequence[float] = ()
    products: Sequence[float] = ()

    @classmethod
    def of_sums(cls, sums: Sequence[float]) -> "Arm":
        """Return an arm of all its sums in one list, in the order of its attributes."""
        people, total, squares, *others = sums
        # Of k covariates there are k + k * k + k.
        count = isqrt(len(others) + 1) - 1
        products = count * (count + 1)
        return cls(
            int(people), total, squares, others[:count], others[count:products], others[products:]
        )

    @property
    def mean(self) -> float | None:
        """The mean outcome; None of nobody."""
        return self.total / self.people if self.people else None

    @property
    def scatter(self) -> float:
        """Sum of the squared distances of the outcome from its mean."""
        return _centred(self.squares, self.total**2 / self.people, self.squares)


@dataclass(frozen=True)
class Estimate:
    """How much the outcome of one arm is above that of the other.

    Attributes:
        difference: of the means, per person; None when an arm is empty.
        low, high: the 95 % interval; None when nothing varies or an arm has one person.
        p_value: how likely so large a difference is when there is none; None as they are.
        variance_removed: the share of the variance that covariates explain, 0 to 1.
    """

    difference: float | None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    variance_removed: float = 0.0


def plain(sent: Arm, held_out: Arm) -> Estimate:
    """Return the difference in means with the interval of Welch, for arms of unequal variance.

    Source: Welch, The generalization of Student's problem when several different population
    variances are involved, Biometrika 34 (1947).
    """
    if not (sent.people and held_out.people):
        return Estimate(None)
    difference = sent.total / sent.people - held_out.total / held_out.people
    if min(sent.people, held_out.people) < 2:
        return Estimate(difference)
    return _welch(difference, _variances(sent, held_out), (sent.people - 1, held_out.people - 1))


def cuped(sent: Arm, held_out: Arm) -> Estimate:
    """Return the difference in means, less what was different before the assignment.

    The weights of the covariates are those of the people of both arms, each against the mean of its
    own: weights of a small arm alone would fit its chance. A degree of freedom is paid for each.
    Where that gains nothing, it is the plain estimate: the interval is never wider.

    Source: Deng, Xu, Kohavi and Walker, Improving the sensitivity of online controlled experiments
    by utilizing pre-experiment data, WSDM 2013.
    """
    unadjusted = plain(sent, held_out)
    count = len(sent.covariates)
    fewest = min(sent.people, held_out.people)
    if unadjusted.low is None or unadjusted.difference is None or fewest < count + 3:
        return unadjusted
    arms = (sent, held_out)
    spreads = [_covariate_scatter(arm) for arm in arms]
    shared = [_shared_scatter(arm) for arm in arms]
    slopes = _slopes(spreads[0] + spreads[1], shared[0] + shared[1])
    variances = [
        max(float(arm.scatter - 2 * slopes @ of_both + slopes @ of_covariates @ slopes), 0.0)
        / (arm.people - 1 - count)
        / arm.people
        for arm, of_covariates, of_both in zip(arms, spreads, shared, strict=True)
    ]
    before = [np.asarray(arm.covariates) / arm.people for arm in arms]
    difference = unadjusted.difference - float(slopes @ (before[0] - before[1]))
    degrees = (sent.people - 1 - count, held_out.people - 1 - count)
    adjusted = _welch(difference, (variances[0], variances[1]), degrees)
    removed = float(1 - sum(variances) / sum(_variances(sent, held_out)))
    if adjusted.low is None or adjusted.high is None or unadjusted.high is None:
        return unadjusted
    if adjusted.high - adjusted.low >= unadjusted.high - unadjusted.low:
        return unadjusted
    return Estimate(difference, adjusted.low, adjusted.high, adjusted.p_value, removed)


def relative_lift(sent: Arm, held_out: Arm) -> float | None:
    """Return the difference as a share of the mean of who was held out; None where that is 0."""
    if sent.mean is None or not held_out.mean:
        return None
    return sent.mean / held_out.mean - 1


def sample_ratio(sent: float, held_out: float, expected: float) -> float:
    """Return how likely arms so far from what was to be expected are, by a chi-square test.

    Args:
        sent: people who are sent.
        held_out: people who are held out.
        expected: how many of both were to be held out: the sum of the shares.

    Returns:
        The p-value; a small one says that people were lost, or not drawn by lot. 1 of nobody.
    """
    people = sent + held_out
    if not people or not 0 < expected < people:
        return 1.0
    return float(stats.chisquare([sent, held_out], [people - expected, expected]).pvalue)


def smallest_difference(deviation: float, sent: float, held_out: float) -> float:
    """Return the smallest difference that is found in 80 of 100 experiments.

    Args:
        deviation: the standard deviation of the outcome.
        sent: people who are sent.
        held_out: people who are held out.

    Returns:
        In the unit of the outcome, per person; infinite when there are too few people to tell.
    """
    degrees = sent + held_out - 2
    if min(sent, held_out) < 1 or degrees < 1:
        return inf
    quantiles = stats.t.ppf([(1 + CONFIDENCE) / 2, POWER], degrees)
    return float(quantiles.sum() * deviation * sqrt(1 / sent + 1 / held_out))


def people_needed(deviation: float, difference: float, share: float) -> float:
    """Return how many people an experiment must have to show a difference in 80 of 100.

    Args:
        deviation: the standard deviation of the outcome.
        difference: in the unit of the outcome, per person.
        share: the share of them that is held out.
    """
    if difference <= 0:
        return inf
    quantiles = stats.norm.ppf([(1 + CONFIDENCE) / 2, POWER])
    return float((quantiles.sum() * deviation / difference) ** 2 / (share * (1 - share)))


def _variances(sent: Arm, held_out: Arm) -> tuple[float, float]:
    """Return the variance of each arm's mean."""
    first, second = (arm.scatter / (arm.people - 1) / arm.people for arm in (sent, held_out))
    return first, second


def _welch(
    difference: float, variances: tuple[float, float], degrees: tuple[float, float]
) -> Estimate:
    variance = sum(variances)
    if variance <= 0:
        return Estimate(difference)
    shared = 1 / sum((v / variance) ** 2 / d for v, d in zip(variances, degrees, strict=True))
    error = sqrt(variance)
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, shared)) * error
    p_value = 2 * float(stats.t.sf(abs(difference) / error, shared))
    return Estimate(difference, difference - reach, difference + reach, p_value)


def _covariate_scatter(arm: Arm) -> NDArray[np.float64]:
    totals = np.asarray(arm.covariates, dtype=float)
    squares = np.asarray(arm.covariate_squares, dtype=float).reshape(len(totals), len(totals))
    sizes = np.sqrt(np.outer(np.diag(squares), np.diag(squares)))
    means = np.outer(totals, totals) / arm.people
    left: NDArray[np.float64] = np.vectorize(_centred, otypes=[float])(squares, means, sizes)
    return left


def _shared_scatter(arm: Arm) -> NDArray[np.float64]:
    totals = np.asarray(arm.covariates, dtype=float)
    products = np.asarray(arm.products, dtype=float)
    own = np.diag(np.asarray(arm.covariate_squares, dtype=float).reshape(len(totals), len(totals)))
    sizes = np.sqrt(own * arm.squares)
    means = totals * arm.total / arm.people
    left: NDArray[np.float64] = np.vectorize(_centred, otypes=[float])(products, means, sizes)
    return left


def _centred(products: float, of_means: float, size: float) -> float:
    """Return a sum of products less that of the means; 0 where only rounding is left."""
    left = products - of_means
    return 0.0 if abs(left) <= ROUNDING * size else left


def _slopes(spread: NDArray[np.float64], joint: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least-squares weights; covariates that are constant or say the same share them.

    Each is brought to its own scale first, so that money and counts are alike.
    """
    scales = np.sqrt(np.diag(spread))
    safe = np.where(scales > 0, scales, 1.0)
    standard = np.linalg.pinv(spread / np.outer(safe, safe), rcond=1e-9, hermitian=True)
    slopes: NDArray[np.float64] = standard @ (joint / safe) / safe
    return slopes
