"""Models of purchases against published values and simulated shops, and the gate before them."""

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy.integrate import quad
from scipy.special import hyp2f1

from examples.run import default_source, run_mapping
from segmentry.errors import ValidationError
from segmentry.predictions.fitting import Array, Maximum, maximise
from segmentry.predictions.gate import (
    PASSED,
    Condition,
    Failure,
    Thresholds,
    back_test_failures,
    fit_failures,
    history_days,
    history_failures,
    outcome,
    read_thresholds,
    reason,
    value_failures,
)
from segmentry.predictions.order_value import (
    OrderValue,
    OrderValueFit,
    RepeatValues,
    fit_order_value,
)
from segmentry.predictions.predict import (
    Predictions,
    longest_back_test,
    predict,
    read_histories,
)
from segmentry.predictions.purchases import (
    BLOCK,
    Histories,
    PurchaseFit,
    PurchaseModel,
    Purchases,
    beta_quadrature,
    fit_purchases,
)
from segmentry.predictions.quality import (
    Outcomes,
    Quality,
    Quantity,
    deciles,
    measure_quality,
)
from segmentry.predictions.schemas import MODELS_SCHEMA, PREDICTIONS_SCHEMA, QUALITY_SCHEMA
from tests.python.conftest import PROVE
from tests.python.purchase_days import (
    Shop,
    Simulation,
    cdnow,
    histories,
    one,
    shop_of,
    simulate,
)
from tests.python.test_examples import source_arguments

MBG, BG = PurchaseModel.MBG_NBD, PurchaseModel.BG_NBD
THRESHOLDS = Thresholds(
    min_buyers=500,
    min_history_days=180,
    max_days_since_order=30,
    min_buyers_with_3_days=1,
    max_mean_alive=0.99,
    backtest_days=90,
    max_value_correlation=0.3,
)
CALIBRATION_END = date(1997, 9, 30)
WEEKS_39 = 273
# Fader, Hardie & Lee 2005, rounded as they print them; in weeks.
PUBLISHED = Purchases(BG, r=0.243, alpha=4.414, a=0.793, b=2.426)


def in_weeks(days: Histories) -> Histories:
    """Return histories in days as ones in weeks."""
    return dataclasses.replace(days, recency=days.recency / 7, age=days.age / 7)


def cdnow_histories() -> Histories:
    """Return what the customers of CDNOW did until 1997-09-30, in weeks."""
    with shop_of(cdnow()) as shop:
        return in_weeks(read_histories(shop.histories(CALIBRATION_END)))


# Published values.


@pytest.mark.parametrize(
    ("model", "parameters", "log_likelihood"),
    [
        (BG, {"r": 0.2426, "alpha": 4.4138, "a": 0.7931, "b": 2.4267}, -9582.43),
        (MBG, {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, -9582.13),
    ],
)
def test_purchases_of_cdnow(
    model: PurchaseModel, parameters: dict[str, float], log_likelihood: float
) -> None:
    known = cdnow_histories()
    fit = fit_purchases(model, known)
    assert fit.buyers == 2357
    assert fit.is_converged
    assert not fit.is_at_bound
    for name, value in parameters.items():
        assert getattr(fit.purchases, name) == pytest.approx(value, abs=1e-3), name
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=0.01)
    published = Purchases(model, **parameters)
    assert published.log_likelihood(known) == pytest.approx(log_likelihood, abs=0.01)
    assert published.log_likelihood(known) <= fit.log_likelihood


def test_order_values_of_cdnow() -> None:
    with shop_of(cdnow()) as shop:
        table = shop.repeat_values(CALIBRATION_END)
    values = RepeatValues(
        *(
            table[name].to_numpy().astype(np.float64)
            for name in ("repeat_purchase_days", "repeat_net_revenue", "buyers")
        )
    )
    fit = fit_order_value(values)
    assert fit.buyers == 946
    assert fit.is_converged
    assert not fit.is_at_bound
    assert fit.order_value.p == pytest.approx(6.249, abs=1e-3)
    assert fit.order_value.q == pytest.approx(3.745, abs=1e-3)
    assert fit.order_value.v == pytest.approx(15.448, abs=5e-3)
    assert fit.log_likelihood == pytest.approx(-4055.92, abs=0.005)
    assert OrderValue(6.249, 3.745, 15.448).log_likelihood(values) == pytest.approx(
        -4055.92, abs=0.005
    )
    assert values.correlation() == pytest.approx(0.114, abs=5e-4)


def test_forecasts_at_the_published_parameters() -> None:
    expected = PUBLISHED.expected_orders(one(2, 30.43, 38.86), 39)
    assert expected[0] == pytest.approx(1.226, abs=5e-4)
    some = PUBLISHED.purchase_probability(one(0, 0, 0), 39)
    assert 1 - some[0] == pytest.approx(0.57379, abs=5e-6)


@pytest.mark.parametrize("model", PurchaseModel)
def test_the_second_half_of_cdnow(model: PurchaseModel) -> None:
    """From 39 weeks, the next 39: who buys, and how often, against both naive forecasts."""
    with shop_of(cdnow()) as shop:
        table = shop.back_test(CALIBRATION_END + timedelta(days=WEEKS_39), WEEKS_39)
    known = read_histories(table)
    fit = fit_purchases(model, known)
    who, often = cdnow_quality(fit.purchases, table)
    assert who.buyers == often.buyers == 2357
    assert who.actual == pytest.approx(0.2902, abs=5e-5)
    assert often.actual == pytest.approx(0.7985, abs=5e-5)
    assert who.error <= 0.163 < who.naive_error
    assert often.error <= 0.80 < often.naive_error
    # As many as in the same span before, without the first purchase that made them buyers.
    repeats = np.abs(table["repeat_purchase_days"].to_numpy() - table["orders_after"].to_numpy())
    assert often.error < np.average(repeats, weights=table["buyers"].to_numpy())


def cdnow_quality(purchases: Purchases, table: pa.Table) -> list[Quality]:
    """Return the quality of forecasts of the second half of CDNOW, of all buyers."""
    columns = {name: table[name].to_numpy().astype(np.float64) for name in table.column_names}
    known = Histories(
        columns["repeat_purchase_days"],
        columns["recency_days"],
        columns["age_days"],
        columns["buyers"],
    )
    outcomes = Outcomes(known, columns["orders_before"], columns["orders_after"], WEEKS_39)
    return [row for row in measure_quality(purchases, outcomes) if row.decile is None]


def test_cdnow_passes_the_gate() -> None:
    with shop_of(cdnow()) as shop:
        predictions = predicted(shop, CALIBRATION_END)
    purchases, value, back_test = predictions.models.to_pylist()
    assert (purchases["outcome"], value["outcome"]) == (PASSED, PASSED)
    assert (purchases["reason"], value["reason"]) == (None, None)
    assert purchases["alpha"] == pytest.approx(7 * 6.183, abs=7e-3)
    assert purchases["brier_score"] < purchases["naive_brier_score"]
    assert purchases["mean_absolute_error"] < purchases["naive_mean_absolute_error"]
    assert back_test["as_of_date"] == date(1997, 7, 2)
    assert predictions.predictions.num_rows > 0


# Formulas.

# The published formula with 80 digits.
EXACT_ORDERS = [
    (MBG, (0.5, 43.0, 0.9, 1.6), (400, 1000, 1001), 121.57091111932),
    (MBG, (0.5, 43.0, 0.9, 1.6), (3000, 3999, 4000), 260.31211811367),
    (BG, (0.243, 30.9, 0.793, 2.426), (150, 1400, 1400), 34.806854066722),
    (MBG, (0.6, 60.0, 1.0000001, 2.0), (3, 200, 250), 2.291892099754),
    (MBG, (0.6, 60.0, 0.001, 0.5), (12, 300, 310), 12.423549295781),
    (MBG, (0.5, 2.0, 0.3, 1.2), (0, 0, 0), 26.124647894793),
    (MBG, (50.0, 2000.0, 100.0, 300.0), (30, 700, 1400), 1.2013404860748e-7),
]


@pytest.mark.parametrize(("model", "parameters", "history", "exact"), EXACT_ORDERS)
def test_expected_orders_keep_their_digits(
    model: PurchaseModel,
    parameters: tuple[float, float, float, float],
    history: tuple[float, float, float],
    exact: float,
) -> None:
    """For frequent buyers, at a = 1, and at spans far longer than alpha + T."""
    found = Purchases(model, *parameters).expected_orders(one(*history), 365)
    assert found[0] == pytest.approx(exact, rel=1e-8)


def test_expected_orders_at_four_hundred_times_alpha() -> None:
    found = Purchases(BG, 0.5, 1.0, 0.3, 1.2).expected_orders(one(0, 0, 0), 365)
    assert found[0] == pytest.approx(43.780459483642, rel=1e-6)


@pytest.mark.parametrize("model", PurchaseModel)
@pytest.mark.parametrize(
    "history", [(0, 0, 0), (0, 0, 90), (1, 30, 30), (2, 200, 320), (7, 90, 91)]
)
def test_forecasts_are_the_published_formulas(
    model: PurchaseModel, history: tuple[float, float, float]
) -> None:
    r, alpha, a, b = 0.6, 55.0, 0.7, 2.2
    purchases, known, span = Purchases(model, r, alpha, a, b), one(*history), 90.0
    x, recency, age = history
    chances = x + 1 if model is MBG else x
    odds = a / (b + chances - 1) * ((alpha + age) / (alpha + recency)) ** (r + x) if chances else 0
    none = ((alpha + age) / (alpha + age + span)) ** (r + x)
    gauss = hyp2f1(r + x, b + chances, a + b + chances - 1, span / (alpha + age + span))
    orders = (a + b + chances - 1) / (a - 1) * (1 - none * gauss) / (1 + odds)
    alive = 1 / (1 + odds)
    assert purchases.probability_alive(known)[0] == pytest.approx(alive, rel=1e-12)
    some = purchases.purchase_probability(known, span)
    assert some[0] == pytest.approx(alive * (1 - none), rel=1e-12)
    assert purchases.expected_orders(known, span)[0] == pytest.approx(orders, rel=1e-9)


def likelihood_of_one(purchases: Purchases, history: tuple[float, float, float]) -> float:
    """Return the likelihood of a history of MBG/NBD as the mean over rates and leaving."""
    x, recency, age = history
    generator = np.random.default_rng(5)
    rate = generator.gamma(purchases.r, 1 / purchases.alpha, 2_000_000)
    leaving = generator.beta(purchases.a, purchases.b, 2_000_000)
    stayed = (1 - leaving) ** (x + 1) * rate**x * np.exp(-rate * age)
    left = leaving * (1 - leaving) ** x * rate**x * np.exp(-rate * recency)
    return float(np.mean(stayed + left))


@pytest.mark.parametrize("history", [(0, 0, 0), (0, 0, 3), (1, 2, 2), (3, 1.5, 4)])
def test_the_likelihood_is_that_of_the_story(history: tuple[float, float, float]) -> None:
    purchases = Purchases(MBG, 1.5, 2.0, 1.2, 2.5)
    found = np.exp(purchases.log_likelihood(one(*history)))
    assert found == pytest.approx(likelihood_of_one(purchases, history), rel=0.01)


@pytest.mark.parametrize(("first", "second"), [(0.05, 1.5), (0.8, 2.4), (1.0, 1.0), (2.0, 3000.0)])
def test_quadrature_has_the_moments_of_the_beta_distribution(first: float, second: float) -> None:
    nodes, weights = beta_quadrature(first, second)
    moment = 1.0
    for power in range(8):
        assert weights @ nodes**power == pytest.approx(moment, rel=1e-9)
        moment *= (first + power) / (first + second + power)


def test_half_of_the_buyers_return_within_the_median() -> None:
    purchases = Purchases(MBG, 0.6, 55.0, 0.7, 2.2)
    for known in (one(1, 30, 30), one(4, 200, 230), one(60, 400, 401)):
        wait = purchases.median_wait(known)[0]
        assert purchases.purchase_probability(known, wait)[0] == pytest.approx(0.5, rel=1e-9)


def test_who_has_left_as_likely_as_not_has_no_median() -> None:
    # With a = b, a one-time buyer of age 0 is active with a probability of one half.
    known = histories((0, 0, 0, 1), (0, 0, 1, 1))
    for a, b, is_known in ((1.0, 1.0, False), (1.0, 0.999, False), (1.0, 1.001, True)):
        purchases = Purchases(MBG, 0.6, 55.0, a, b)
        assert np.isnan(purchases.median_wait(known)[0]) != is_known
        assert np.isnan(purchases.median_wait(known)[1])


def test_more_time_brings_more_orders() -> None:
    purchases = Purchases(MBG, 0.6, 55.0, 0.7, 2.2)
    known = histories((0, 0, 40, 1), (3, 100, 120, 1), (20, 300, 500, 1))
    for shorter, longer in ((1, 30), (30, 90), (90, 365)):
        for forecast in (purchases.purchase_probability, purchases.expected_orders):
            assert np.all(forecast(known, shorter) < forecast(known, longer))
        assert np.all(
            purchases.purchase_probability(known, longer) < purchases.expected_orders(known, longer)
        )
    # In a short while, nobody buys twice.
    moment = 1e-6
    chance = purchases.purchase_probability(known, moment)
    assert purchases.expected_orders(known, moment) == pytest.approx(chance, rel=1e-5)


def test_the_value_of_an_order_lies_between_the_buyers_own_and_that_of_all() -> None:
    model = OrderValue(p=6.25, q=3.74, v=15.44)
    of_all = 6.25 * 15.44 / 2.74
    found = model.expected_value(np.array([0.0, 1, 10, 1000, 2]), np.array([0.0, 90, 900, 9e4, -5]))
    assert found[0] == pytest.approx(of_all)
    assert of_all < found[1] < found[2] < found[3] < 90
    assert found[3] == pytest.approx(90, rel=0.01)
    # Refunds of more than was bought count as nothing.
    assert found[4] == pytest.approx(6.25 * 15.44 / (12.5 + 2.74))


def test_the_density_of_order_values_adds_up() -> None:
    model = OrderValue(p=2.5, q=3.0, v=20.0)

    def density(mean_value: float) -> float:
        values = RepeatValues(np.array([3.0]), np.array([3 * mean_value]), np.array([1.0]))
        return float(np.exp(model.log_likelihood(values)))

    total, _ = quad(density, 0, np.inf)
    mean, _ = quad(lambda value: value * density(value), 0, np.inf)
    assert total == pytest.approx(1, rel=1e-6)
    assert mean == pytest.approx(2.5 * 20 / 2, rel=1e-6)


# Simulated shops.

SEEDS = range(9) if PROVE else range(1)
SIMULATED = [
    (MBG, 0.6, 60.0, 0.6, 1.8),
    (MBG, 0.3, 20.0, 0.9, 1.6),
    (MBG, 1.5, 90.0, 0.4, 3.0),
    (MBG, 2.5, 200.0, 1.5, 2.0),
    (BG, 0.25, 31.0, 0.8, 2.4),
    (BG, 1.0, 70.0, 0.5, 1.0),
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("truth", [Purchases(*row) for row in SIMULATED], ids=repr)
def test_simulated_buyers_are_recovered_and_do_as_predicted(truth: Purchases, seed: int) -> None:
    """Fitted to 500 days of 10,000 buyers, and tried on the 90 after them."""
    end, span = 500.0, 90.0
    shop = simulate(truth, 10_000, end + span, seed, arrival_days=400)
    known = shop.histories(end)
    fit = fit_purchases(truth.model, known)
    assert fit.is_converged
    assert not fit.is_at_bound
    # Twice the difference is chi-squared with four degrees of freedom, beyond 23.5 once in 10,000.
    gain = 2 * (fit.log_likelihood - truth.log_likelihood(known))
    assert 0 <= gain < 23.5
    for purchases in (truth, fit.purchases):
        orders = shop.orders(end, end + span)
        probability = purchases.purchase_probability(known, span)
        deviation = np.sqrt(np.mean(probability * (1 - probability)) / len(known))
        assert abs(np.mean(orders > 0) - np.mean(probability)) < 4 * deviation
        surprise = orders - purchases.expected_orders(known, span)
        assert abs(np.mean(surprise)) < 4 * np.std(surprise) / np.sqrt(len(known))
        # The same of those who bought once and of the others, so that no mistake hides another.
        for chosen in (known.repeats == 0, known.repeats > 0, known.recency < known.age / 2):
            parts = probability[chosen]
            deviation = np.sqrt(np.mean(parts * (1 - parts)) / len(parts))
            assert abs(np.mean(orders[chosen] > 0) - np.mean(parts)) < 4 * deviation


def test_simulated_order_values_are_recovered() -> None:
    truth = OrderValue(p=4.0, q=3.0, v=25.0)
    generator = np.random.default_rng(11)
    repeats = generator.integers(1, 12, 20_000).astype(np.float64)
    scale = generator.gamma(truth.q, 1 / truth.v, 20_000)
    values = RepeatValues(repeats, generator.gamma(truth.p * repeats, 1 / scale), np.ones(20_000))
    fit = fit_order_value(values)
    assert fit.is_converged
    assert 0 <= 2 * (fit.log_likelihood - truth.log_likelihood(values)) < 21.1
    next_orders = generator.gamma(truth.p, 1 / scale)
    for model in (truth, fit.order_value):
        for chosen in (repeats > 0, repeats == 1, values.revenue / repeats > 60):
            surprise = (next_orders - model.expected_value(repeats, values.revenue))[chosen]
            assert abs(np.mean(surprise)) < 3 * np.std(surprise) / np.sqrt(len(surprise))


# Whatever the data.


def some_histories() -> Histories:
    """Return histories of 3,000 buyers, in whole days."""
    shop = simulate(Purchases(MBG, 0.6, 60.0, 0.6, 1.8), 3000, 400, seed=2, arrival_days=300)
    known = shop.histories(400)
    age = np.floor(known.age)
    recency = np.minimum(np.where(known.repeats > 0, np.ceil(known.recency), 0), age)
    return Histories(known.repeats, recency, age, known.buyers)


def grouped(known: Histories) -> Histories:
    """Return the distinct histories with their numbers of buyers."""
    rows = np.stack([known.repeats, known.recency, known.age], axis=1)
    distinct, inverse = np.unique(rows, axis=0, return_inverse=True)
    buyers = np.bincount(inverse.ravel(), known.buyers).astype(np.float64)
    return Histories(distinct[:, 0], distinct[:, 1], distinct[:, 2], buyers)


@pytest.mark.parametrize("model", PurchaseModel)
def test_grouping_changes_nothing(model: PurchaseModel) -> None:
    known = some_histories()
    together = grouped(known)
    assert len(together) < len(known)
    purchases = Purchases(model, 0.5, 40.0, 0.7, 2.0)
    assert purchases.log_likelihood(known) == pytest.approx(
        purchases.log_likelihood(together), rel=1e-12
    )
    apart, fit = fit_purchases(model, known), fit_purchases(model, together)
    for name in ("r", "alpha", "a", "b"):
        assert getattr(fit.purchases, name) == pytest.approx(
            getattr(apart.purchases, name), rel=1e-4
        )


@pytest.mark.parametrize("model", PurchaseModel)
def test_blocks_leave_out_nobody(model: PurchaseModel) -> None:
    known, times = some_histories(), 3 * BLOCK // 3000
    many = Histories(
        *(
            np.tile(column, times)
            for column in (known.repeats, known.recency, known.age, known.buyers)
        )
    )
    assert len(many) > 2 * BLOCK
    purchases = Purchases(model, 0.5, 40.0, 0.7, 2.0)
    assert purchases.log_likelihood(many) == pytest.approx(
        times * purchases.log_likelihood(known), rel=1e-12
    )


@pytest.mark.parametrize("model", PurchaseModel)
def test_weeks_and_days_say_the_same(model: PurchaseModel) -> None:
    days = some_histories()
    weeks = in_weeks(days)
    by_days, by_weeks = fit_purchases(model, days), fit_purchases(model, weeks)
    for name, factor in (("r", 1), ("alpha", 7), ("a", 1), ("b", 1)):
        assert getattr(by_days.purchases, name) == pytest.approx(
            factor * getattr(by_weeks.purchases, name), rel=1e-6
        )
    per_week = np.log(7) * np.sum(days.repeats)
    assert by_days.log_likelihood == pytest.approx(by_weeks.log_likelihood - per_week, rel=1e-9)
    for forecast in ("purchase_probability", "expected_orders"):
        assert getattr(by_days.purchases, forecast)(days, 70) == pytest.approx(
            getattr(by_weeks.purchases, forecast)(weeks, 10), rel=1e-5
        )
    wait = by_days.purchases.median_wait(days)
    is_soon = wait < 1000
    assert np.sum(is_soon) > 500
    assert wait[is_soon] == pytest.approx(
        7 * by_weeks.purchases.median_wait(weeks)[is_soon], rel=1e-4
    )


@pytest.mark.parametrize(
    "known",
    [
        one(0, 0, 0),
        one(0, 0, 100),
        one(5, 100, 100),
        histories(*((0, 0, age, 10) for age in range(0, 300, 10))),
        histories(*((x, 10 * x, 10 * x, 3) for x in range(1, 9))),
        histories((0, 0, 0, 40), (1, 1, 1, 5)),
        histories((3999, 3999, 4000, 1), (0, 0, 3000, 20), (2, 5, 900, 10)),
    ],
    ids=["today", "one", "faithful", "once", "never-silent", "young", "daily"],
)
@pytest.mark.parametrize("model", PurchaseModel)
@pytest.mark.filterwarnings("error")
def test_odd_shops_are_fitted_and_scored(model: PurchaseModel, known: Histories) -> None:
    fit = fit_purchases(model, known)
    purchases = fit.purchases
    assert np.isfinite(fit.log_likelihood)
    alive = purchases.probability_alive(known)
    assert np.all((alive >= 0) & (alive <= 1))
    some = purchases.purchase_probability(known, 365)
    assert np.all((some >= 0) & (some <= alive))
    assert np.all(purchases.expected_orders(known, 365) >= some * (1 - 1e-9))
    wait = purchases.median_wait(known)
    assert np.all(np.isnan(wait) == (alive <= 0.5))
    assert np.all(wait[alive > 0.5] > 0)


def test_no_history_is_no_likelihood_and_no_fit() -> None:
    none = histories()
    assert Purchases(MBG, 1, 1, 1, 1).log_likelihood(none) == 0
    assert len(Purchases(MBG, 1, 1, 1, 1).expected_orders(none, 30)) == 0
    with pytest.raises(ValidationError, match="no buyer"):
        fit_purchases(MBG, none)
    nothing = RepeatValues(np.array([]), np.array([]), np.array([]))
    assert nothing.correlation() == 0
    with pytest.raises(ValidationError, match="no repeat buyer"):
        fit_order_value(nothing)


@pytest.mark.parametrize(
    "row",
    [
        (-1, 0, 10, 1),
        (0, 1, 10, 1),
        (1, 11, 10, 1),
        (1, -1, 10, 1),
        (1, 1, 10, 0),
        (1, 1, np.inf, 1),
        (1, np.nan, 10, 1),
    ],
)
def test_impossible_histories_are_refused(row: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValidationError, match="No buyer can have"):
        histories((1, 5, 10, 1), row)


@pytest.mark.parametrize("row", [(0, 5, 1), (1, 0, 1), (1, -2, 1), (1, np.nan, 1), (1, 5, 0)])
def test_impossible_values_are_refused(row: tuple[float, float, float]) -> None:
    with pytest.raises(ValidationError, match="can't be read"):
        RepeatValues(*(np.array([value], dtype=np.float64) for value in row))


def test_a_search_says_when_it_ends_at_a_bound() -> None:
    """One likelihood with a top at 2 and 3, and one that rises for ever with the first."""

    def top(at: Array) -> tuple[float, Array]:
        distance = np.log(at / [2, 3])
        return -float(distance @ distance), -2 * distance / at

    def slope(at: Array) -> tuple[float, Array]:
        value, slopes = top(at)
        rising = np.array([6 * np.log(at[0]) / at[0], 0])
        return value + 3 * float(np.log(at[0])) ** 2, slopes + rising

    inside = maximise(top, [(1, 1), (100, 0.1)])
    assert inside.parameters == pytest.approx([2, 3], rel=1e-5)
    assert dataclasses.astuple(inside)[1:] == (True, False)
    edge: Maximum = maximise(slope, [(5, 1)])
    assert edge.parameters == pytest.approx([1e4, 3], rel=1e-5)
    assert dataclasses.astuple(edge)[1:] == (True, True)


def test_a_search_says_when_it_found_no_top() -> None:
    def broken(at: Array) -> tuple[float, Array]:
        return float(-at @ at), np.ones_like(at)

    assert not maximise(broken, [(1, 1)]).is_converged


# The gate.


def shop_histories(
    buyers: int = 500, history: int = 180, idle: int = 0, frequent: int = 1
) -> Histories:
    """Return a shop that just passes: so many buyers, days from first order to last, and so on."""
    age = history + idle
    return histories(
        (2, history, age, frequent),
        (1, history // 2, age, 100),
        (0, 0, age, buyers - frequent - 100),
    )


def purchase_fit(is_converged: bool = True, is_at_bound: bool = False) -> PurchaseFit:
    """Return a fit of which nothing else is asked."""
    return PurchaseFit(Purchases(MBG, 0.6, 60, 0.6, 1.8), -1.0, 500, is_converged, is_at_bound)


@pytest.mark.parametrize(
    ("changed", "condition", "words"),
    [
        (
            {"buyers": 499},
            Condition.ENOUGH_BUYERS,
            "Only 499 of the 500 buyers that a forecast needs.",
        ),
        ({"buyers": 500}, None, ""),
        ({"buyers": 501}, None, ""),
        (
            {"history": 179},
            Condition.LONG_HISTORY,
            "Only 179 of the 180 days from the first order to the last that a forecast needs.",
        ),
        ({"history": 180, "idle": 30}, None, ""),
        ({"history": 181}, None, ""),
        ({"idle": 29}, None, ""),
        ({"idle": 30}, None, ""),
        (
            {"idle": 31},
            Condition.RECENT_ORDER,
            "The last order is 31 days old; a forecast needs one of the last 30 days.",
        ),
        ({"frequent": 1}, None, ""),
        ({"frequent": 2}, None, ""),
    ],
)
def test_the_gate_asks_for_enough_history(
    changed: dict[str, int], condition: Condition | None, words: str
) -> None:
    found = history_failures(shop_histories(**changed), THRESHOLDS)
    assert outcome(found) == (condition or PASSED)
    assert reason(found) == (words or None)


@pytest.mark.parametrize(("frequent", "passes"), [(6, False), (7, True), (8, True)])
def test_the_gate_asks_for_buyers_of_three_days(frequent: int, passes: bool) -> None:
    thresholds = dataclasses.replace(THRESHOLDS, min_buyers_with_3_days=7)
    found = history_failures(shop_histories(frequent=frequent), thresholds)
    assert (not found) == passes
    if found:
        assert found[0].condition is Condition.ENOUGH_REPEATS
        assert reason(found) == (
            "Buyers with orders on three days or more: 6 of the 7 that a forecast needs."
        )


def test_two_days_are_not_three() -> None:
    found = history_failures(histories((1, 200, 200, 600)), THRESHOLDS)
    assert [failure.condition for failure in found] == [Condition.ENOUGH_REPEATS]


def test_every_condition_of_the_history_is_told() -> None:
    found = history_failures(one(0, 0, 400, 12), THRESHOLDS)
    assert [failure.condition for failure in found] == [
        Condition.ENOUGH_BUYERS,
        Condition.LONG_HISTORY,
        Condition.RECENT_ORDER,
        Condition.ENOUGH_REPEATS,
    ]
    assert outcome(found) == "too_few_buyers"
    words = reason(found)
    assert words
    assert words.startswith("Only 12 of the 500 buyers that a forecast needs. Only 0 of the 180")


@pytest.mark.parametrize(("mean_alive", "passes"), [(0.9899, True), (0.99, False), (0.9901, False)])
def test_the_gate_asks_that_some_have_left(mean_alive: float, passes: bool) -> None:
    # A fit that ran to its bound for that reason says the reason alone.
    found = fit_failures(purchase_fit(is_at_bound=not passes), mean_alive, THRESHOLDS)
    assert [failure.condition for failure in found] == (
        [] if passes else [Condition.DROPOUT_IDENTIFIED]
    )
    if mean_alive == 0.99:
        assert reason(found) == (
            "Who has left can't be told from these orders: 99.00% of all buyers would still be "
            "active, and a forecast needs less than 99.00%."
        )


@pytest.mark.parametrize(
    ("fit", "condition", "words"),
    [
        (purchase_fit(), None, None),
        (
            purchase_fit(is_converged=False),
            Condition.CONVERGED,
            "The model of purchases found no best fit.",
        ),
        (
            purchase_fit(is_at_bound=True),
            Condition.OFF_BOUNDS,
            "The best fit of the model of purchases is at the edge of its range.",
        ),
    ],
)
def test_the_gate_asks_for_a_fit(
    fit: PurchaseFit, condition: Condition | None, words: str | None
) -> None:
    found = fit_failures(fit, 0.5, THRESHOLDS)
    assert outcome(found) == (condition or PASSED)
    assert reason(found) == words


def overall(who: tuple[float, float], often: tuple[float, float]) -> list[Quality]:
    """Return a back-test with errors, and naive ones, of who buys and how often."""
    return [
        Quality(Quantity.PURCHASE_PROBABILITY, None, 500, 0.3, 0.3, *who),
        Quality(Quantity.PURCHASE_PROBABILITY, 1, 500, 0.3, 0.3, 9, 0),
        Quality(Quantity.EXPECTED_ORDERS, None, 500, 0.9, 0.9, *often),
    ]


@pytest.mark.parametrize(("error", "passes"), [(0.1799, True), (0.18, False), (0.1801, False)])
def test_the_gate_asks_for_better_probabilities(error: float, passes: bool) -> None:
    found = back_test_failures(overall((error, 0.18), (0.4, 0.5)), 90)
    assert (not found) == passes
    if error == 0.18:
        assert found[0].condition is Condition.BETTER_PROBABILITIES
        assert reason(found) == (
            "Over the last 90 days, the forecast of who buys was no better than the same chance "
            "for all: error 0.1800 against 0.1800."
        )


@pytest.mark.parametrize(("error", "passes"), [(0.4999, True), (0.5, False), (0.5001, False)])
def test_the_gate_asks_for_better_numbers_of_orders(error: float, passes: bool) -> None:
    found = back_test_failures(overall((0.1, 0.18), (error, 0.5)), 60)
    assert (not found) == passes
    if error == 0.5:
        assert found[0].condition is Condition.BETTER_ORDERS
        assert reason(found) == (
            "Over the last 60 days, the forecast of how many orders a buyer places was no better "
            "than as many as in the 60 days before: off by 0.5000 against 0.5000."
        )


def test_the_gate_asks_for_a_back_test() -> None:
    found = back_test_failures([], 90)
    assert found == [Failure(Condition.BACK_TESTED, "There is no past to try the forecast on.")]


def value_fit(
    q: float = 3.0, is_converged: bool = True, is_at_bound: bool = False
) -> OrderValueFit:
    """Return a fit of order values."""
    return OrderValueFit(OrderValue(6.0, q, 15.0), -1.0, 500, is_converged, is_at_bound)


def values_with(correlation_sign: float) -> RepeatValues:
    """Return values that grow, or fall, with the number of orders, by and large."""
    repeats = np.array([1.0, 2, 3, 4])
    mean_value = 50 + correlation_sign * np.array([1.0, -1, 2, 1])
    return RepeatValues(repeats, repeats * mean_value, np.array([9.0, 8, 7, 6]))


@pytest.mark.parametrize(("sign", "words"), [(1, "spend more"), (-1, "spend less")])
@pytest.mark.parametrize(("beyond", "passes"), [(-1e-6, False), (0, True), (1e-6, True)])
def test_the_gate_asks_that_value_and_frequency_are_apart(
    sign: float, words: str, beyond: float, passes: bool
) -> None:
    values = values_with(sign)
    # The four buyers written out.
    pairs = np.repeat(
        np.stack([values.repeats, values.revenue / values.repeats]),
        values.buyers.astype(int),
        axis=1,
    )
    correlation = np.corrcoef(pairs)[0, 1]
    assert values.correlation() == pytest.approx(correlation, rel=1e-9)
    limit = abs(values.correlation()) + beyond
    thresholds = dataclasses.replace(THRESHOLDS, max_value_correlation=limit)
    found = value_failures(value_fit(), values, True, thresholds)
    assert (not found) == passes
    if found:
        assert found[0].condition is Condition.VALUE_INDEPENDENT
        assert reason(found) == (
            f"Buyers who buy more often {words} per order (correlation {correlation:.3f}), which "
            f"the model of order values rules out beyond {limit:.3f}."
        )


@pytest.mark.parametrize(("q", "passes"), [(0.999, False), (1.0, False), (1.001, True)])
def test_the_gate_asks_for_a_mean_value(q: float, passes: bool) -> None:
    found = value_failures(value_fit(q=q), values_with(0), True, THRESHOLDS)
    assert (not found) == passes
    if found:
        assert found[0].condition is Condition.VALUE_FINITE
        assert f"(q is {q:.3f}, and a forecast needs more than 1)" in found[0].reason


def test_the_value_is_withheld_without_purchases_or_a_fit() -> None:
    values = values_with(0)
    cases: list[tuple[OrderValueFit | None, bool, Condition]] = [
        (value_fit(), False, Condition.PURCHASES_PASSED),
        (None, True, Condition.VALUE_FITTED),
        (value_fit(is_converged=False), True, Condition.VALUE_FITTED),
        (value_fit(is_at_bound=True), True, Condition.VALUE_OFF_BOUNDS),
    ]
    for fit, has_purchases, condition in cases:
        found = value_failures(fit, values, has_purchases, THRESHOLDS)
        assert [failure.condition for failure in found] == [condition]


def test_thresholds_are_vars() -> None:
    variables: dict[str, Any] = {
        f"prediction_{name}": value for name, value in dataclasses.asdict(THRESHOLDS).items()
    }
    assert read_thresholds(variables | {"other": "x"}) == THRESHOLDS
    for name in variables:
        for wrong in ("many", None, -1):
            with pytest.raises(ValidationError, match=name):
                read_thresholds(variables | {name: wrong})
    del variables["prediction_min_buyers"]
    with pytest.raises(ValidationError, match="prediction_min_buyers"):
        read_thresholds(variables)


@pytest.mark.parametrize(("history", "days"), [(269, 89), (270, 90), (300, 90), (180, 60), (2, 0)])
def test_a_back_test_is_a_third_of_the_history_at_most(history: int, days: int) -> None:
    known = shop_histories(history=history, idle=25)
    assert history_days(known) == history
    assert longest_back_test(known, THRESHOLDS) == days


# Quality.


def test_quality_is_measured_by_group() -> None:
    purchases = Purchases(MBG, 0.6, 55.0, 0.7, 2.2)
    known = histories((0, 0, 300, 6), (0, 0, 300, 2), (5, 280, 300, 1), (5, 280, 300, 1))
    outcomes = Outcomes(known, np.array([0.0, 0, 2, 1]), np.array([0.0, 1, 3, 0]), 90)
    quality = measure_quality(purchases, outcomes)
    low, _, high, _ = purchases.purchase_probability(known, 90)
    few, _, many, _ = purchases.expected_orders(known, 90)
    all_who, low_who, high_who, all_often, low_often, high_often = quality
    assert [row.quantity for row in quality] == 3 * [Quantity.PURCHASE_PROBABILITY] + 3 * [
        Quantity.EXPECTED_ORDERS
    ]
    # Eight buyers share a probability: they are in the decile of the fourth.
    assert [row.decile for row in quality] == 2 * [None, 5, 10]
    assert [row.buyers for row in quality] == 2 * [10, 8, 2]
    assert all_who.predicted == pytest.approx((8 * low + 2 * high) / 10)
    assert (all_who.actual, low_who.actual, high_who.actual) == pytest.approx((0.3, 0.25, 0.5))
    assert low_who.error == pytest.approx((6 * low**2 + 2 * (1 - low) ** 2) / 8)
    assert all_who.naive_error == pytest.approx(0.3 * 0.7)
    assert high_who.naive_error == pytest.approx((0.7**2 + 0.3**2) / 2)
    assert all_often.predicted == pytest.approx((8 * few + 2 * many) / 10)
    assert (low_often.actual, high_often.actual) == pytest.approx((0.25, 1.5))
    assert high_often.error == pytest.approx((abs(many - 3) + many) / 2)
    assert all_often.naive_error == pytest.approx((2 * 1 + 1 + 1) / 10)


def test_deciles_hold_a_tenth_each() -> None:
    probability = np.linspace(1, 0, 200)
    found = deciles(probability, np.ones(200))
    assert np.bincount(found).tolist() == [0] + 10 * [20]
    assert (found[0], found[-1]) == (10, 1)
    # Grouped or not, a buyer is in the same decile.
    rounded = np.round(probability, 2)
    distinct, inverse, counts = np.unique(rounded, return_inverse=True, return_counts=True)
    assert np.array_equal(
        deciles(distinct, counts.astype(np.float64))[inverse], deciles(rounded, np.ones(200))
    )


# Tables.


def predicted(shop: Shop, as_of_date: date, thresholds: Thresholds = THRESHOLDS) -> Predictions:
    """Return what a shop is predicted."""
    known = shop.histories(as_of_date)
    days = longest_back_test(read_histories(known), thresholds)
    return predict(
        known,
        shop.repeat_values(as_of_date),
        shop.back_test(as_of_date, days),
        as_of_date,
        days,
        thresholds,
    )


FIRST_DAY = date(2025, 1, 1)
LAST_DAY = FIRST_DAY + timedelta(days=500)


def simulation() -> Simulation:
    """Return what 4,000 buyers did within 501 days."""
    truth = Purchases(MBG, 0.6, 60.0, 0.6, 1.8)
    return simulate(truth, 4000, 501, seed=4, arrival_days=450)


def tables_of_simulation() -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return the tables that the simulated shop is predicted from."""
    with shop_of(simulation().purchases(FIRST_DAY, seed=5)) as shop:
        return shop.histories(LAST_DAY), shop.repeat_values(LAST_DAY), shop.back_test(LAST_DAY, 90)


def test_a_shop_is_predicted() -> None:
    with shop_of(simulation().purchases(FIRST_DAY, seed=5)) as shop:
        known = read_histories(shop.histories(LAST_DAY))
        found = predicted(shop, LAST_DAY)
    assert found.predictions.schema == PREDICTIONS_SCHEMA
    assert found.models.schema == MODELS_SCHEMA
    assert found.quality.schema == QUALITY_SCHEMA
    purchases, value, back_test = found.models.to_pylist()
    assert [row["purpose"] for row in (purchases, value, back_test)] == [
        "forecast",
        "forecast",
        "back_test",
    ]
    assert [row["model"] for row in (purchases, value, back_test)] == [
        "mbg_nbd",
        "gamma_gamma",
        "mbg_nbd",
    ]
    assert (purchases["outcome"], value["outcome"]) == ("passed", "passed")
    assert (back_test["outcome"], back_test["as_of_date"]) == (None, LAST_DAY - timedelta(days=90))
    assert purchases["buyers"] == 4000
    assert value["buyers"] == np.sum(known.buyers[known.repeats > 0])
    assert purchases["back_test_days"] == 90
    assert 0 < purchases["mean_probability_alive"] < 1
    assert abs(value["value_correlation"]) < 0.3

    model = Purchases(MBG, *(purchases[name] for name in ("r", "alpha", "a", "b")))
    table = found.predictions
    assert table["repeat_purchase_days"].to_pylist() == known.repeats.tolist()
    assert table["recency_days"].to_pylist() == known.recency.tolist()
    assert table["age_days"].to_pylist() == known.age.tolist()
    for name, expected in (
        ("probability_alive", model.probability_alive(known)),
        ("purchase_probability_next_30_days", model.purchase_probability(known, 30)),
        ("purchase_probability_next_90_days", model.purchase_probability(known, 90)),
        ("purchase_probability_next_365_days", model.purchase_probability(known, 365)),
        ("expected_orders_next_365_days", model.expected_orders(known, 365)),
    ):
        assert table[name].null_count == 0
        assert table[name].to_numpy() == pytest.approx(expected, rel=1e-12), name
    median = np.array(table["median_days_to_next_order"].to_pylist(), dtype=np.float64)
    wait = model.median_wait(known)
    with np.errstate(invalid="ignore"):
        wait = np.where(wait <= 36_525, wait, np.nan)
    assert median == pytest.approx(wait, nan_ok=True)
    assert 0 < table["median_days_to_next_order"].null_count < len(known)

    rows = found.quality.to_pylist()
    overall_rows = [row for row in rows if row["decile"] is None]
    assert [row["quantity"] for row in overall_rows] == ["purchase_probability", "expected_orders"]
    assert overall_rows[0]["error"] == purchases["brier_score"]
    assert overall_rows[1]["naive_error"] == purchases["naive_mean_absolute_error"]
    assert {row["as_of_date"] for row in rows} == {LAST_DAY}
    for name in ("purchase_probability", "expected_orders"):
        of_deciles = [row for row in rows if row["quantity"] == name and row["decile"]]
        assert sum(row["buyers"] for row in of_deciles) == back_test["buyers"]


def test_the_order_of_rows_changes_no_digit() -> None:
    tables = list(tables_of_simulation())
    generator = np.random.default_rng(6)
    shuffled = [table.take(generator.permutation(len(table))) for table in tables]
    found = predict(tables[0], tables[1], tables[2], LAST_DAY, 90, THRESHOLDS)
    again = predict(shuffled[0], shuffled[1], shuffled[2], LAST_DAY, 90, THRESHOLDS)
    assert found == again


def test_a_shop_without_buyers_is_predicted_nothing() -> None:
    nobody = [table.slice(0, 0) for table in tables_of_simulation()]
    found = predict(nobody[0], nobody[1], nobody[2], LAST_DAY, 0, THRESHOLDS)
    assert found.predictions == PREDICTIONS_SCHEMA.empty_table()
    assert found.quality == QUALITY_SCHEMA.empty_table()
    purchases, value = found.models.to_pylist()
    assert purchases["outcome"] == "too_few_buyers"
    assert purchases["reason"] == "Only 0 of the 500 buyers that a forecast needs."
    assert (purchases["buyers"], purchases["r"]) == (0, None)
    assert value["outcome"] == "purchases_withheld"


def test_repeat_purchases_that_were_refunded_have_no_value_to_fit() -> None:
    known, values, back_test = tables_of_simulation()
    refunded = pa.table(
        {
            "repeat_purchase_days": [1, 2],
            "repeat_net_revenue": [0.0, -5.0],
            "buyers": [40, 2],
        }
    )
    found, with_refunded, only_refunded = (
        predict(known, given, back_test, LAST_DAY, 90, THRESHOLDS).models.to_pylist()[1]
        for given in (
            values,
            pa.concat_tables([values, refunded], promote_options="permissive"),
            refunded,
        )
    )
    assert found == with_refunded
    assert only_refunded["outcome"] == "value_not_converged"
    assert only_refunded["reason"] == "No repeat purchase was worth anything."
    assert (only_refunded["buyers"], only_refunded["q"]) == (0, None)


@pytest.mark.prove
def test_a_million_buyers_are_fitted_and_scored_within_ten_seconds() -> None:
    """With the back-test. The computing time is counted, whatever else the machine does."""
    truth = Purchases(MBG, 0.6, 60.0, 0.5, 1.8)
    as_of_date = FIRST_DAY + timedelta(days=1460)
    shop_rows = simulate(truth, 1_000_000, 1461, seed=3, arrival_days=1461)
    with shop_of(shop_rows.purchases(FIRST_DAY, seed=5)) as shop:
        tables = shop.histories(as_of_date), shop.repeat_values(as_of_date)
        back_test = shop.back_test(as_of_date, 90)
    started = process_time()
    found = predict(*tables, back_test, as_of_date, 90, THRESHOLDS)
    seconds = process_time() - started
    assert found.predictions.num_rows > 400_000
    assert seconds < 10


def test_a_shop_with_too_few_buyers_is_not_fitted() -> None:
    with shop_of(simulation().purchases(FIRST_DAY, seed=5)) as shop:
        found = predicted(shop, LAST_DAY, dataclasses.replace(THRESHOLDS, min_buyers=4001))
    assert found.predictions.num_rows == found.quality.num_rows == 0
    purchases = found.models.to_pylist()[0]
    assert purchases["reason"] == "Only 4,000 of the 4,001 buyers that a forecast needs."
    assert (purchases["buyers"], purchases["log_likelihood"]) == (4000, None)


def test_the_value_may_fail_where_purchases_pass() -> None:
    with shop_of(simulation().purchases(FIRST_DAY, seed=5)) as shop:
        found = predicted(shop, LAST_DAY, dataclasses.replace(THRESHOLDS, max_value_correlation=0))
    purchases, value, _ = found.models.to_pylist()
    assert purchases["outcome"] == "passed"
    assert value["outcome"] == "value_correlated"
    assert value["q"] is not None
    assert found.predictions.num_rows > 0


@pytest.mark.parametrize(
    ("position", "change", "message"),
    [
        (0, lambda table: table.drop_columns("age_days"), "lacks the column age_days"),
        (1, lambda table: table.drop_columns("buyers"), "lacks the column buyers"),
        (2, lambda table: table.drop_columns("orders_before"), "lacks the column orders_before"),
        (0, lambda table: pa.concat_tables([table, nulls_of(table)]), "has nulls"),
        (2, lambda table: with_negative(table, "orders_after"), "below 0"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    position: int, change: Callable[[pa.Table], pa.Table], message: str
) -> None:
    tables = list(tables_of_simulation())
    tables[position] = change(tables[position])
    with pytest.raises(ValidationError, match=message):
        predict(tables[0], tables[1], tables[2], LAST_DAY, 90, THRESHOLDS)


def nulls_of(table: pa.Table) -> pa.Table:
    """Return a row of nulls."""
    return pa.Table.from_pylist([{}], schema=table.schema)


def with_negative(table: pa.Table, column: str) -> pa.Table:
    """Return a table with a column below 0."""
    position = table.column_names.index(column)
    return table.set_column(position, column, pa.array([-1] * len(table)))


@pytest.mark.parametrize("days", [0, 91])
def test_a_back_test_of_the_wrong_length_is_refused(days: int) -> None:
    with pytest.raises(ValidationError, match="within 1 to 90"):
        predict(*tables_of_simulation(), LAST_DAY, days, THRESHOLDS)


# Real shops.


@pytest.mark.parametrize(
    ("name", "as_of_date", "condition", "mean_alive"),
    [
        ("uci_online_retail", date(2011, 12, 9), Condition.DROPOUT_IDENTIFIED, 0.9995),
        ("complete_journey", date(2017, 12, 31), Condition.BETTER_ORDERS, 0.968),
    ],
)
def test_real_shops_are_withheld(
    name: str, as_of_date: date, condition: Condition, mean_alive: float, tmp_path: Path
) -> None:
    given = source_arguments(name)
    source = Path(given[1]) if given else default_source(name)
    assert source
    run_mapping(name, source, tmp_path / "raw")
    zone = "America/New_York" if name == "complete_journey" else "UTC"
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"""
            select
                customer_id,
                cast(ordered_at at time zone 'UTC' at time zone '{zone}' as date) as ordered_on,
                cast(subtotal_amount as double) as net_revenue
            from read_parquet('{tmp_path / "raw" / "orders.parquet"}')
            """
        ).to_arrow_table()
    with shop_of(rows) as shop:
        found = predicted(shop, as_of_date)
    assert found.predictions.num_rows == 0
    purchases, value, _ = found.models.to_pylist()
    assert purchases["outcome"] == condition
    assert purchases["mean_probability_alive"] == pytest.approx(mean_alive, abs=0.001)
    assert value["outcome"] == Condition.PURCHASES_PASSED
