"""What must hold before a forecast is shown, and why one is withheld, in words for a shop owner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import numpy as np

from segmentry.errors import ValidationError
from segmentry.predictions.order_value import OrderValueFit, RepeatValues
from segmentry.predictions.purchases import Histories, PurchaseFit
from segmentry.predictions.quality import Quality, Quantity

PREFIX = "prediction_"


@dataclass(frozen=True)
class Thresholds:
    """The limits of the gate: vars of the dbt project, which have `prediction_` before their names.

    Attributes:
        min_buyers: how many buyers there are at least.
        min_history_days: days from the first order to the last, at least.
        max_days_since_order: days from the last order to the day of the forecast, at most.
        min_buyers_with_3_days: how many buyers have bought on three days, at least.
        max_mean_alive: the mean of P(alive), 0 to 1, is below it.
        backtest_days: the span that forecasts are tried on, at most.
        max_value_correlation: of purchase days and their mean value, 0 to 1, in size, at most.
    """

    min_buyers: int
    min_history_days: int
    max_days_since_order: int
    min_buyers_with_3_days: int
    max_mean_alive: float
    backtest_days: int
    max_value_correlation: float


def read_thresholds(variables: Mapping[str, Any]) -> Thresholds:
    """Return the limits that the vars of a build give.

    Args:
        variables: by their names in `dbt_project.yml`; others may be among them.

    Raises:
        ValidationError: when one is missing, no number, or negative.
    """
    read: dict[str, Any] = {}
    for field in fields(Thresholds):
        name = PREFIX + field.name
        try:
            kind = float if field.type is float else int
            read[field.name] = kind(variables[name])
        except (KeyError, TypeError, ValueError) as error:
            raise ValidationError(f"The var {name} can't be read: {error}") from error
        if not read[field.name] >= 0:
            raise ValidationError(f"The var {name} is {read[field.name]}; it can't be below 0.")
    return Thresholds(**read)


class Condition(StrEnum):
    """What must hold; a forecast is withheld with the name of what does not."""

    ENOUGH_BUYERS = "too_few_buyers"
    LONG_HISTORY = "short_history"
    RECENT_ORDER = "no_recent_order"
    ENOUGH_REPEATS = "too_few_repeat_buyers"
    DROPOUT_IDENTIFIED = "dropout_not_identified"
    CONVERGED = "not_converged"
    OFF_BOUNDS = "at_bound"
    BACK_TESTED = "not_back_tested"
    BETTER_PROBABILITIES = "purchase_probability_no_better"
    BETTER_ORDERS = "expected_orders_no_better"
    PURCHASES_PASSED = "purchases_withheld"
    VALUE_FITTED = "value_not_converged"
    VALUE_OFF_BOUNDS = "value_at_bound"
    VALUE_FINITE = "value_not_finite"
    VALUE_INDEPENDENT = "value_correlated"


PASSED = "passed"


@dataclass(frozen=True)
class Failure:
    """A condition that does not hold.

    Attributes:
        condition: which.
        reason: a sentence with the shop's own numbers.
    """

    condition: Condition
    reason: str


def outcome(failures: Sequence[Failure]) -> str:
    """Return `passed`, or the first condition that does not hold."""
    return failures[0].condition if failures else PASSED


def reason(failures: Sequence[Failure]) -> str | None:
    """Return why a forecast is withheld, a sentence for each condition; None when it is not."""
    return " ".join(failure.reason for failure in failures) or None


def history_days(histories: Histories) -> float:
    """Return the days from the first order to the last; 0 for no buyer."""
    if not len(histories):
        return 0.0
    return float(np.max(histories.age) - _days_since_order(histories))


def _days_since_order(histories: Histories) -> float:
    return float(np.min(histories.age - histories.recency))


def history_failures(histories: Histories, thresholds: Thresholds) -> list[Failure]:
    """Return what does not hold of what buyers did; a model is fitted when nothing is found.

    Args:
        histories: in days.
        thresholds: the limits.
    """
    buyers = round(float(np.sum(histories.buyers)))
    frequent = round(float(np.sum(histories.buyers[histories.repeats >= 2])))
    failures = []
    if buyers < thresholds.min_buyers:
        failures.append(
            Failure(
                Condition.ENOUGH_BUYERS,
                f"Only {buyers:,} of the {thresholds.min_buyers:,} buyers that a forecast needs.",
            )
        )
    if not buyers:
        return failures
    days, idle = history_days(histories), _days_since_order(histories)
    if days < thresholds.min_history_days:
        failures.append(
            Failure(
                Condition.LONG_HISTORY,
                f"Only {days:,.0f} of the {thresholds.min_history_days:,} days from the first "
                "order to the last that a forecast needs.",
            )
        )
    if idle > thresholds.max_days_since_order:
        failures.append(
            Failure(
                Condition.RECENT_ORDER,
                f"The last order is {idle:,.0f} days old; a forecast needs one of the last "
                f"{thresholds.max_days_since_order:,} days.",
            )
        )
    if frequent < thresholds.min_buyers_with_3_days:
        failures.append(
            Failure(
                Condition.ENOUGH_REPEATS,
                f"Buyers with orders on three days or more: {frequent:,} of the "
                f"{thresholds.min_buyers_with_3_days:,} that a forecast needs.",
            )
        )
    return failures


def fit_failures(fit: PurchaseFit, mean_alive: float, thresholds: Thresholds) -> list[Failure]:
    """Return what does not hold of a fitted model of purchases.

    Where nobody seems to have left, nothing else is said: such a fit runs to a bound as well.

    Args:
        fit: the model, and how it was found.
        mean_alive: the mean of P(alive) over buyers, 0 to 1.
        thresholds: the limits.
    """
    if mean_alive >= thresholds.max_mean_alive:
        return [
            Failure(
                Condition.DROPOUT_IDENTIFIED,
                f"Who has left can't be told from these orders: {mean_alive:.2%} of all buyers "
                f"would still be active, and a forecast needs less than "
                f"{thresholds.max_mean_alive:.2%}.",
            )
        ]
    return _search_failures(
        fit.is_converged, fit.is_at_bound, Condition.CONVERGED, Condition.OFF_BOUNDS, "purchases"
    )


def _search_failures(
    is_converged: bool, is_at_bound: bool, converged: Condition, off_bounds: Condition, what: str
) -> list[Failure]:
    failures = []
    if not is_converged:
        failures.append(Failure(converged, f"The model of {what} found no best fit."))
    if is_at_bound:
        failures.append(
            Failure(off_bounds, f"The best fit of the model of {what} is at the edge of its range.")
        )
    return failures


def back_test_failures(quality: Sequence[Quality], span: int) -> list[Failure]:
    """Return what does not hold of how right forecasts were on the shop's own past.

    Args:
        quality: of both quantities, with that of all buyers.
        span: the days that were forecast.
    """
    overall = {row.quantity: row for row in quality if row.decile is None}
    if not overall:
        return [Failure(Condition.BACK_TESTED, "There is no past to try the forecast on.")]
    who, often = overall[Quantity.PURCHASE_PROBABILITY], overall[Quantity.EXPECTED_ORDERS]
    failures = []
    if who.error >= who.naive_error:
        failures.append(
            Failure(
                Condition.BETTER_PROBABILITIES,
                f"Over the last {span} days, the forecast of who buys was no better than the same "
                f"chance for all: error {who.error:.4f} against {who.naive_error:.4f}.",
            )
        )
    if often.error >= often.naive_error:
        failures.append(
            Failure(
                Condition.BETTER_ORDERS,
                f"Over the last {span} days, the forecast of how many orders a buyer places was no "
                f"better than as many as in the {span} days before: off by {often.error:.4f} "
                f"against {often.naive_error:.4f}.",
            )
        )
    return failures


def value_failures(
    fit: OrderValueFit | None, values: RepeatValues, has_purchases: bool, thresholds: Thresholds
) -> list[Failure]:
    """Return what does not hold of the forecast of what an order is worth.

    Args:
        fit: the model, and how it was found; None when there was nothing to fit.
        values: what it was fitted to.
        has_purchases: whether the forecast of purchases passed.
        thresholds: the limits.
    """
    if not has_purchases:
        return [
            Failure(
                Condition.PURCHASES_PASSED,
                "The value of orders is not forecast where purchases are not.",
            )
        ]
    if fit is None:
        return [Failure(Condition.VALUE_FITTED, "No repeat purchase was worth anything.")]
    failures = _search_failures(
        fit.is_converged,
        fit.is_at_bound,
        Condition.VALUE_FITTED,
        Condition.VALUE_OFF_BOUNDS,
        "order values",
    )
    if fit.order_value.q <= 1:
        failures.append(
            Failure(
                Condition.VALUE_FINITE,
                "Order values differ so much between buyers that they have no mean (q is "
                f"{fit.order_value.q:.3f}, and a forecast needs more than 1).",
            )
        )
    correlation = values.correlation()
    if abs(correlation) > thresholds.max_value_correlation:
        failures.append(
            Failure(
                Condition.VALUE_INDEPENDENT,
                f"Buyers who buy more often spend {'more' if correlation > 0 else 'less'} per "
                f"order (correlation {correlation:.3f}), which the model of order values rules out "
                f"beyond {thresholds.max_value_correlation:.3f}.",
            )
        )
    return failures
