"""What two arms say of each other: against SciPy's formulas, and on shops whose lift is known."""

from dataclasses import dataclass
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from segmentry.experiments.statistics import (
    Arm,
    Estimate,
    cuped,
    people_needed,
    plain,
    relative_lift,
    sample_ratio,
    smallest_difference,
)

Numbers = NDArray[np.float64]
NONE = np.zeros((0, 0))


def arm_of(outcome: Numbers, covariates: Numbers = NONE) -> Arm:
    """Return the sums of an arm.

    Args:
        outcome: of each person.
        covariates: a row for each covariate, with a value for each person.
    """
    return Arm(
        len(outcome),
        float(outcome.sum()),
        float((outcome**2).sum()),
        tuple(covariates.sum(axis=1)),
        tuple((covariates @ covariates.T).ravel()),
        tuple(covariates @ outcome) if len(covariates) else (),
    )


@dataclass(frozen=True)
class Experiment:
    """People of a shop, half of what they do being their own habit.

    Attributes:
        sent, held_out: their orders.
        before_sent, before_held_out: their orders and revenue of the year before.
    """

    sent: Numbers
    held_out: Numbers
    before_sent: Numbers
    before_held_out: Numbers

    @property
    def arms(self) -> tuple[Arm, Arm]:
        """The sums of both arms."""
        return arm_of(self.sent, self.before_sent), arm_of(self.held_out, self.before_held_out)


def shop(generator: np.random.Generator, lift: float, people: int, share: float) -> Experiment:
    """Return an experiment with a lift of the mean, which is 0.4 orders."""
    rates = generator.gamma(0.8, 0.5, people)
    before = generator.poisson(4 * rates).astype(float)
    revenue = before * generator.lognormal(3, 0.6, people)
    is_held_out = generator.random(people) < share
    after = generator.poisson(rates * np.where(is_held_out, 1, 1 + lift)).astype(float)
    covariates = np.vstack([before, revenue])
    return Experiment(
        after[~is_held_out],
        after[is_held_out],
        covariates[:, ~is_held_out],
        covariates[:, is_held_out],
    )


cents = st.integers(0, 100_000).map(lambda amount: amount / 100)
samples = st.lists(cents, min_size=2, max_size=40).map(np.array)


@given(samples, samples)
def test_the_plain_estimate_is_the_test_of_welch(first: Numbers, second: Numbers) -> None:
    estimate = plain(arm_of(first), arm_of(second))
    assert estimate.difference == pytest.approx(first.mean() - second.mean(), abs=1e-9)
    if max(first.std(), second.std()) < 1e-6:
        return
    told = stats.ttest_ind(first, second, equal_var=False)
    interval = told.confidence_interval(0.95)
    size = 1e-6 * max(first.max(), second.max())
    assert estimate.p_value == pytest.approx(told.pvalue, abs=1e-6)
    assert estimate.low == pytest.approx(interval.low, abs=size)
    assert estimate.high == pytest.approx(interval.high, abs=size)


def test_one_covariate_is_weighed_as_by_the_formula() -> None:
    """The weight is that of the regression over both arms, each against the mean of its own."""
    generator = np.random.default_rng(1)
    before = generator.normal(10, 3, 1000)
    after = 2 * before + generator.normal(0, 1, 1000) + np.repeat([1.0, 0.0], 500)
    sent, held_out = (
        arm_of(after[part], before[None, part]) for part in (slice(500), slice(500, 1000))
    )
    estimate = cuped(sent, held_out)
    centred = [before[part] - before[part].mean() for part in (slice(500), slice(500, 1000))]
    weight = sum(
        x @ after[part] for x, part in zip(centred, (slice(500), slice(500, 1000)), strict=True)
    ) / sum(x @ x for x in centred)
    adjusted = after - weight * before
    told = stats.ttest_ind(adjusted[:500], adjusted[500:], equal_var=False)
    interval = told.confidence_interval(0.95)
    assert estimate.difference == pytest.approx(adjusted[:500].mean() - adjusted[500:].mean())
    # A degree of freedom is paid for the covariate.
    assert estimate.low == pytest.approx(interval.low, rel=0.01)
    assert estimate.high == pytest.approx(interval.high, rel=0.01)
    assert estimate.variance_removed == pytest.approx(36 / 37, abs=0.01)


def test_people_in_sums_are_people() -> None:
    """A million people with the size of money lose no digit that matters."""
    generator = np.random.default_rng(2)
    outcome = generator.lognormal(9, 1, 1_000_000).round(2)
    sent, held_out = outcome[:900_000], outcome[900_000:]
    told = stats.ttest_ind(sent, held_out, equal_var=False)
    estimate = plain(arm_of(sent), arm_of(held_out))
    assert estimate.p_value == pytest.approx(told.pvalue, rel=1e-6)


def count_of(
    experiments: int, lift: float, people: int = 4000, share: float = 0.2
) -> dict[str, int]:
    """Return how many experiments cover the lift and how many call it none, by estimate."""
    generator = np.random.default_rng(20260701)
    counts = dict.fromkeys(("covered", "found", "covered adjusted", "found adjusted"), 0)
    for _ in range(experiments):
        sent, held_out = shop(generator, lift, people, share).arms
        unadjusted, adjusted = plain(sent, held_out), cuped(sent, held_out)
        for name, estimate in (("", unadjusted), (" adjusted", adjusted)):
            assert estimate.low is not None
            assert estimate.high is not None
            assert estimate.p_value is not None
            counts[f"covered{name}"] += estimate.low <= 0.4 * lift <= estimate.high
            counts[f"found{name}"] += estimate.p_value < 0.05
        assert width(adjusted) <= 1.01 * width(unadjusted)
        assert adjusted.variance_removed >= 0
    return counts


def width(estimate: Estimate) -> float:
    """Return how wide an interval is."""
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.high - estimate.low


@pytest.mark.parametrize("lift", [0.0, 0.15])
def test_intervals_cover_what_is_true(lift: float) -> None:
    """Of 300 intervals 285 should; chance alone brings 13 more or fewer once in a thousand."""
    counts = count_of(300, lift, people=1500)
    for name in ("", " adjusted"):
        assert 272 <= counts[f"covered{name}"] <= 298, counts
        if lift == 0:
            assert 2 <= counts[f"found{name}"] <= 28, counts


@pytest.mark.prove
@pytest.mark.parametrize(
    ("people", "share"), [(300, 0.5), (1000, 0.1), (4000, 0.2), (20_000, 0.05)]
)
@pytest.mark.parametrize("lift", [0.0, 0.15])
def test_of_a_hundred_intervals_93_to_97_cover_what_is_true(
    lift: float, people: int, share: float
) -> None:
    experiments = 3000
    counts = count_of(experiments, lift, people, share)
    for name in ("", " adjusted"):
        assert 0.93 <= counts[f"covered{name}"] / experiments <= 0.97, counts
        if lift == 0:
            assert 0.03 <= counts[f"found{name}"] / experiments <= 0.07, counts


def test_an_empty_arm_says_nothing() -> None:
    nobody, some = arm_of(np.array([])), arm_of(np.array([1.0, 0.0, 2.0]))
    for estimate in (plain(some, nobody), cuped(nobody, some), plain(nobody, nobody)):
        assert estimate == Estimate(None)
    assert nobody.mean is None
    assert relative_lift(some, nobody) is None
    assert relative_lift(nobody, some) is None


def test_one_person_has_no_interval() -> None:
    one, some = arm_of(np.array([3.0])), arm_of(np.array([1.0, 0.0, 2.0]))
    assert plain(one, some) == Estimate(2.0)
    assert cuped(some, one) == Estimate(-2.0)


def test_nothing_varies_when_nobody_buys() -> None:
    zeros = arm_of(np.zeros(50), np.ones((1, 50)))
    assert plain(zeros, zeros) == Estimate(0.0)
    assert cuped(zeros, zeros) == Estimate(0.0)
    assert relative_lift(zeros, zeros) is None


@pytest.mark.parametrize("constant", [0.0, 1.0, 0.1, 12345.67])
def test_a_constant_covariate_changes_nothing(constant: float) -> None:
    """Neither alone nor beside one that says something."""
    generator = np.random.default_rng(3)
    before, after = generator.normal(5, 1, (2, 400))
    after += before
    flat = np.full(400, constant)
    parts = (slice(100), slice(100, 400))
    alone = [arm_of(after[part], flat[None, part]) for part in parts]
    assert cuped(*alone) == plain(*alone)
    told = cuped(*(arm_of(after[part], before[None, part]) for part in parts))
    both = cuped(*(arm_of(after[part], np.vstack([before, flat])[:, part]) for part in parts))
    twice = cuped(*(arm_of(after[part], np.vstack([before, before])[:, part]) for part in parts))
    assert both.difference == pytest.approx(told.difference)
    assert twice.difference == pytest.approx(told.difference)


@given(
    st.integers(2, 200),
    st.integers(2, 2000),
    st.integers(0, 2**32 - 1),
    st.floats(0, 5),
)
def test_covariates_never_widen_an_interval(
    few: int, many: int, seed: int, strength: float
) -> None:
    generator = np.random.default_rng(seed)
    before = generator.exponential(1, (2, few + many))
    after = strength * before[0] + generator.exponential(1, few + many)
    sent = arm_of(after[few:], before[:, few:])
    held_out = arm_of(after[:few], before[:, :few])
    assert width(cuped(sent, held_out)) <= width(plain(sent, held_out))


def test_arms_that_chance_would_not_make_are_told() -> None:
    assert sample_ratio(9000, 1000, 1000) == pytest.approx(1)
    told = stats.chisquare([8900, 1100], [9000, 1000]).pvalue
    assert sample_ratio(8900, 1100, 1000) == pytest.approx(told)
    assert told < 0.001
    assert sample_ratio(0, 0, 0) == 1
    generator = np.random.default_rng(4)
    drawn = generator.binomial(10_000, 0.1, 2000)
    told_of = sum(sample_ratio(10_000 - n, n, 1000) < 0.001 for n in drawn)
    assert told_of <= 8


def test_the_smallest_difference_is_found_in_80_of_100() -> None:
    """By the noncentral distribution of t, and counted."""
    smallest = smallest_difference(2.0, 900, 100)
    shift = smallest / (2.0 * (1 / 900 + 1 / 100) ** 0.5)
    limit = stats.t.ppf(0.975, 998)
    assert stats.nct.sf(limit, 998, shift) == pytest.approx(0.8, abs=0.005)
    generator = np.random.default_rng(5)
    found = sum(
        (
            plain(
                arm_of(generator.normal(smallest, 2, 900)), arm_of(generator.normal(0, 2, 100))
            ).p_value
            or 1
        )
        < 0.05
        for _ in range(500)
    )
    assert 360 <= found <= 440
    assert people_needed(2.0, smallest, 0.1) == pytest.approx(1000, rel=0.01)
    assert smallest_difference(2.0, 1, 0) == inf
    assert people_needed(2.0, 0, 0.1) == inf
