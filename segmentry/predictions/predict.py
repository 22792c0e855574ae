"""Tables in, tables out: what SQL gives of buyers, and what it joins to them again.

All days are whole days of the shop's calendar. *Purchase days* are days with at least one valid
order; orders of one day count once.

- *Histories*, one row per distinct history at the day of the forecast: `repeat_purchase_days`
  (purchase days less one), `recency_days` (from the first purchase day to the last), `age_days`
  (from the first purchase day to the day of the forecast), `buyers`.
- *Repeat values*, one row per distinct value of buyers with `repeat_purchase_days` of 1 or more:
  `repeat_purchase_days`, `repeat_net_revenue` (net revenue of the purchase days after the first, in
  the shop's currency), `buyers`. Rows of 0 or less are left out here.
- *Back-test*, one row per distinct history and outcome of who had bought by the day
  `back_test_days` before that of the forecast: the columns of histories as of that day, and
  `orders_before` and `orders_after`: purchase days within the `back_test_days` that end with that
  day, and within those after it up to the day of the forecast. It has one row for none of both, and
  every purchase day is in one span at most.

What an order of a buyer is expected to be worth is a formula of the parameters of `gamma_gamma`,
which SQL computes: p * (v + revenue) / (p * repeat_purchase_days + q - 1), with the buyer's
`repeat_net_revenue` as revenue, or 0 where it is below 0 or there is none.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from segmentry.errors import ValidationError
from segmentry.predictions.fitting import Array
from segmentry.predictions.gate import (
    PASSED,
    Failure,
    Thresholds,
    back_test_failures,
    fit_failures,
    history_days,
    history_failures,
    outcome,
    reason,
    value_failures,
)
from segmentry.predictions.order_value import OrderValueFit, RepeatValues, fit_order_value
from segmentry.predictions.purchases import (
    Histories,
    PurchaseFit,
    PurchaseModel,
    Purchases,
    fit_purchases,
)
from segmentry.predictions.quality import Outcomes, Quality, Quantity, measure_quality
from segmentry.predictions.schemas import (
    KEY,
    MODELS_SCHEMA,
    ORDERS_SPAN,
    PREDICTIONS_SCHEMA,
    QUALITY_SCHEMA,
    SPANS,
)

# A median further away says nothing, and its date may be none: it is null.
MAX_MEDIAN_DAYS = 36_525

FORECAST = "forecast"
BACK_TEST = "back_test"
GAMMA_GAMMA = "gamma_gamma"


@dataclass(frozen=True)
class Predictions:
    """What buyers can be expected to do.

    Attributes:
        predictions: one row per distinct history, in the order of its key (PREDICTIONS_SCHEMA);
            none when the gate withholds the forecast of purchases. Probabilities are 0 to 1; the
            median days count from the day of the forecast, and are null where at least half of such
            buyers never buy again, or not within a hundred years.
        models: one row per model and purpose (MODELS_SCHEMA): `mbg_nbd` and `gamma_gamma` for the
            `forecast`, and `mbg_nbd` for the `back_test`, as of its day, when it was fitted.
            `outcome` is `passed`, or what withholds the forecast, with the `reason` in words.
            Parameters are null where nothing was fitted. alpha is in days, v in the currency.
        quality: one row per quantity and decile, and with a null decile of all buyers
            (QUALITY_SCHEMA); none when there was no back-test.
    """

    predictions: pa.Table
    models: pa.Table
    quality: pa.Table


def predict(
    histories: pa.Table,
    repeat_values: pa.Table,
    back_test: pa.Table,
    as_of_date: date,
    back_test_days: int,
    thresholds: Thresholds,
) -> Predictions:
    """Fit the models to what buyers did, try them on the last days, and predict what passes.

    The three tables can also be had one by one: `fit_models`, then the two others from its table.

    Args:
        histories: see above.
        repeat_values: see above.
        back_test: see above; of no buyer where the history is too short.
        as_of_date: the day of the forecast.
        back_test_days: how long before it the back-test begins: `longest_back_test`.
        thresholds: the limits of the gate.

    Raises:
        ValidationError: when a table lacks a column or holds what can't be, or the back-test is
            longer than it may be.
    """
    models = fit_models(histories, repeat_values, back_test, as_of_date, back_test_days, thresholds)
    return Predictions(
        score_histories(histories, models), models, quality_of_back_test(back_test, models)
    )


def fit_models(
    histories: pa.Table,
    repeat_values: pa.Table,
    back_test: pa.Table,
    as_of_date: date,
    back_test_days: int,
    thresholds: Thresholds,
) -> pa.Table:
    """Return the models of a day, and whether their forecasts pass; arguments as for `predict`."""
    known = read_histories(histories)
    values = _read_values(repeat_values)
    outcomes = _read_outcomes(back_test, back_test_days)
    figures: dict[str, Any] = {"buyers": round(float(np.sum(known.buyers)))}
    back_fit: PurchaseFit | None = None
    failures = history_failures(known, thresholds)
    if not failures:
        fit = fit_purchases(PurchaseModel.MBG_NBD, known)
        alive = fit.purchases.probability_alive(known)
        mean_alive = float(np.average(alive, weights=known.buyers))
        quality: list[Quality] = []
        if len(outcomes.histories):
            _check_span(back_test_days, known, thresholds)
            back_fit = fit_purchases(PurchaseModel.MBG_NBD, outcomes.histories)
            quality = measure_quality(back_fit.purchases, outcomes)
        failures = fit_failures(fit, mean_alive, thresholds)
        failures += back_test_failures(quality, back_test_days)
        figures = _of_purchases(fit) | _of_quality(quality, back_test_days)
        figures["mean_probability_alive"] = mean_alive
    forecast = {"as_of_date": as_of_date, "purpose": FORECAST}
    rows = [
        forecast | {"model": str(PurchaseModel.MBG_NBD)} | figures | _of_gate(failures),
        forecast | _of_value(values, not failures, thresholds),
    ]
    if back_fit:
        back_test_date = as_of_date - timedelta(days=back_test_days)
        rows.append({"as_of_date": back_test_date, "purpose": BACK_TEST} | _of_purchases(back_fit))
    return pa.Table.from_pylist(rows, schema=MODELS_SCHEMA)


def score_histories(histories: pa.Table, models: pa.Table) -> pa.Table:
    """Return what is predicted for each distinct history (PREDICTIONS_SCHEMA).

    Args:
        histories: see above.
        models: what `fit_models` returned for them.
    """
    forecast = _row_of(models, FORECAST)
    if forecast is None or forecast["outcome"] != PASSED:
        return PREDICTIONS_SCHEMA.empty_table()
    purchases, known = _purchases_of(forecast), read_histories(histories)
    median = purchases.median_wait(known)
    with np.errstate(invalid="ignore"):
        median = np.where(median <= MAX_MEDIAN_DAYS, median, np.nan)
    columns = [
        *(column.astype(np.int32) for column in (known.repeats, known.recency, known.age)),
        purchases.probability_alive(known),
        *(purchases.purchase_probability(known, span) for span in SPANS),
        purchases.expected_orders(known, ORDERS_SPAN),
        median,
    ]
    # What is not a number in NumPy is null in Arrow.
    arrays = [pa.array(column, from_pandas=True) for column in columns]
    return pa.table(arrays, schema=PREDICTIONS_SCHEMA)


def quality_of_back_test(back_test: pa.Table, models: pa.Table) -> pa.Table:
    """Return how right the forecasts of the back-test were (QUALITY_SCHEMA).

    Args:
        back_test: see above.
        models: what `fit_models` returned for it.
    """
    forecast, tried = _row_of(models, FORECAST), _row_of(models, BACK_TEST)
    if forecast is None or tried is None:
        return QUALITY_SCHEMA.empty_table()
    outcomes = _read_outcomes(back_test, forecast["back_test_days"])
    rows = [
        {"as_of_date": forecast["as_of_date"]} | asdict(row)
        for row in measure_quality(_purchases_of(tried), outcomes)
    ]
    return pa.Table.from_pylist(rows, schema=QUALITY_SCHEMA)


def longest_back_test(histories: Histories, thresholds: Thresholds) -> int:
    """Return the days of the back-test: as the var says, but at most a third of the history.

    SQL computes the same: least(prediction_backtest_days, floor(history days / 3)), with the days
    from the first order of all buyers to the last.

    Args:
        histories: in days.
        thresholds: the limits of the gate.
    """
    return min(thresholds.backtest_days, int(history_days(histories) // 3))


def read_histories(table: pa.Table) -> Histories:
    """Return the histories of a table, in the order of its key, so that sums are always the same.

    Args:
        table: with the columns of histories.

    Raises:
        ValidationError: when a column is missing, or a history is impossible.
    """
    return Histories(*_columns(table, (*KEY, "buyers"), KEY))


def _read_values(table: pa.Table) -> RepeatValues:
    names = ("repeat_purchase_days", "repeat_net_revenue", "buyers")
    repeats, revenue, buyers = _columns(table, names, names)
    is_worth = revenue > 0
    return RepeatValues(repeats[is_worth], revenue[is_worth], buyers[is_worth])


def _read_outcomes(table: pa.Table, span: int) -> Outcomes:
    outcomes = ("orders_before", "orders_after")
    *history, before, after = _columns(table, (*KEY, "buyers", *outcomes), (*KEY, *outcomes))
    return Outcomes(Histories(*history), before, after, span)


def _columns(table: pa.Table, names: tuple[str, ...], key: tuple[str, ...]) -> list[Array]:
    """Return columns as numbers, in the order of a key.

    Raises:
        ValidationError: when one is missing or holds a null.
    """
    for name in names:
        if name not in table.column_names:
            raise ValidationError(f"A table of predictions lacks the column {name}.")
        if table[name].null_count:
            raise ValidationError(f"The column {name} of a table of predictions has nulls.")
    columns = {name: table[name].cast(pa.float64()).to_numpy() for name in names}
    order = np.lexsort([columns[name] for name in reversed(key)])
    return [columns[name][order] for name in names]


def _check_span(span: int, histories: Histories, thresholds: Thresholds) -> None:
    longest = longest_back_test(histories, thresholds)
    if not 0 < span <= longest:
        raise ValidationError(f"A back-test of {span} days is not within 1 to {longest}.")


def _row_of(models: pa.Table, purpose: str) -> dict[str, Any] | None:
    """Return the row of the model of purchases; None when it was not fitted for that."""
    rows: list[dict[str, Any]] = models.to_pylist()
    key = (PurchaseModel.MBG_NBD, purpose)
    return next((row for row in rows if (row["model"], row["purpose"]) == key), None)


def _purchases_of(row: dict[str, Any]) -> Purchases:
    return Purchases(PurchaseModel(row["model"]), row["r"], row["alpha"], row["a"], row["b"])


def _of_purchases(fit: PurchaseFit) -> dict[str, Any]:
    return asdict(fit.purchases) | _of_search(fit)


def _of_value(values: RepeatValues, has_purchases: bool, thresholds: Thresholds) -> dict[str, Any]:
    row: dict[str, Any] = {"model": GAMMA_GAMMA, "buyers": round(float(np.sum(values.buyers)))}
    fit = fit_order_value(values) if has_purchases and len(values) else None
    if fit:
        row |= asdict(fit.order_value) | _of_search(fit)
        row["value_correlation"] = values.correlation()
    return row | _of_gate(value_failures(fit, values, has_purchases, thresholds))


def _of_search(fit: PurchaseFit | OrderValueFit) -> dict[str, Any]:
    return {
        "buyers": fit.buyers,
        "log_likelihood": fit.log_likelihood,
        "is_converged": fit.is_converged,
        "is_at_bound": fit.is_at_bound,
    }


def _of_quality(quality: list[Quality], span: int) -> dict[str, Any]:
    overall = {row.quantity: row for row in quality if row.decile is None}
    if not overall:
        return {}
    who = overall[Quantity.PURCHASE_PROBABILITY]
    often = overall[Quantity.EXPECTED_ORDERS]
    return {
        "back_test_days": span,
        "brier_score": who.error,
        "naive_brier_score": who.naive_error,
        "mean_absolute_error": often.error,
        "naive_mean_absolute_error": often.naive_error,
    }


def _of_gate(failures: list[Failure]) -> dict[str, Any]:
    return {"outcome": str(outcome(failures)), "reason": reason(failures)}
