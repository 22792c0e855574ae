"""Forecasts in the warehouse: those of the demo shop, and why a small one has none."""

import copy
import math
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from scipy.special import hyp2f1

from tests.python.compiled import CompiledProject
from tests.python.raw_folders import write_csv
from tests.python.small_shop import Delivery, deliver, order

AS_OF = date(2026, 6, 30)
BACK_TEST_DAYS = 90
PUBLIC = ("customer_predictions", "prediction_models", "prediction_quality")
SEGMENTS = (
    *("likely_buyers", "churn_risks", "due_for_reorder"),
    *("predicted_high_value", "slipping_away"),
)


@dataclass(frozen=True)
class Buyer:
    """The purchase days of a buyer, and what each was worth, in the order of time."""

    days: tuple[date, ...]
    revenues: tuple[float, ...]

    def history(self, day: date) -> tuple[int, int, int] | None:
        """Return x, t_x and T as of a day; None before the first order."""
        known = [each for each in self.days if each <= day]
        if not known:
            return None
        return len(known) - 1, (known[-1] - known[0]).days, (day - known[0]).days

    def days_within(self, first: date, last: date) -> int:
        """Return the purchase days after one day, up to another."""
        return sum(first < day <= last for day in self.days)


@pytest.fixture(scope="module")
def buyers(whole_build: Path) -> dict[str, Buyer]:
    """Return the buyers of the demo shop, from its orders."""
    with duckdb.connect(str(whole_build), read_only=True) as connection:
        orders = connection.execute(
            "select customer_id, ordered_on, net_revenue from orders "
            "where is_valid and customer_id is not null"
        ).fetchall()
    revenues: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for customer, day, revenue in orders:
        revenues[customer][day] += float(revenue)
    return {
        customer: Buyer(tuple(sorted(days)), tuple(days[day] for day in sorted(days)))
        for customer, days in revenues.items()
    }


def rows_of(warehouse: Path, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query of a warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def model_of(warehouse: Path, model: str, purpose: str) -> dict[str, Any]:
    """Return a row of `prediction_models`."""
    (row,) = rows_of(
        warehouse,
        f"from prediction_models where model = '{model}' and purpose = '{purpose}'",
    )
    return row


@dataclass(frozen=True)
class Forecast:
    """MBG/NBD written down from its formulas, one buyer at a time.

    Attributes:
        x, t_x, age: the history, in days.
        r, alpha, a, b: the parameters.
    """

    x: int
    t_x: int
    age: int
    r: float
    alpha: float
    a: float
    b: float

    @property
    def alive(self) -> float:
        """The probability not to have left."""
        silence = ((self.alpha + self.age) / (self.alpha + self.t_x)) ** (self.r + self.x)
        return float(1 / (1 + self.a / (self.b + self.x) * silence))

    def buys_within(self, days: int) -> float:
        """Return the probability to buy within so many days."""
        quiet = (self.alpha + self.age) / (self.alpha + self.age + days)
        return float(self.alive * (1 - quiet ** (self.r + self.x)))

    def orders_within(self, days: int) -> float:
        """Return the expected purchase days within so many days."""
        quiet = (self.alpha + self.age) / (self.alpha + self.age + days)
        series = hyp2f1(
            self.r + self.x,
            self.b + self.x + 1,
            self.a + self.b + self.x,
            days / (self.alpha + self.age + days),
        )
        many = (self.a + self.b + self.x) / (self.a - 1)
        return float(many * (1 - quiet ** (self.r + self.x) * series)) * self.alive

    def next_on(self, day: date) -> date | None:
        """Return the day by the end of which half of such buyers have bought again."""
        if self.alive <= 0.5:
            return None
        never_yet = 1 - 0.5 / self.alive
        wait = (self.alpha + self.age) * (never_yet ** (-1 / (self.r + self.x)) - 1)
        return day + timedelta(days=math.ceil(wait)) if wait <= 36_525 else None


def forecast_of(model: dict[str, Any], history: tuple[int, int, int]) -> Forecast:
    """Return the forecast of a history by the parameters of a model."""
    return Forecast(*history, *(model[name] for name in ("r", "alpha", "a", "b")))


def test_forecasts_are_those_of_the_formulas(whole_build: Path, buyers: dict[str, Buyer]) -> None:
    purchases = model_of(whole_build, "mbg_nbd", "forecast")
    value = model_of(whole_build, "gamma_gamma", "forecast")
    assert purchases["outcome"] == value["outcome"] == "passed"
    assert purchases["buyers"] == len(buyers)
    assert value["buyers"] == sum(
        len(buyer.days) > 1 and sum(buyer.revenues[1:]) > 0 for buyer in buyers.values()
    )
    found = {row["customer_id"]: row for row in rows_of(whole_build, "from customer_predictions")}
    assert found.keys() == buyers.keys()
    for customer, buyer in buyers.items():
        row, history = found[customer], buyer.history(AS_OF)
        assert history is not None
        forecast = forecast_of(purchases, history)
        assert (row["repeat_purchase_days"], row["recency_days"], row["age_days"]) == history
        assert row["as_of_date"] == AS_OF
        assert row["probability_alive"] == pytest.approx(forecast.alive, rel=1e-9)
        for days in (30, 90, 365):
            name = f"purchase_probability_next_{days}_days"
            assert row[name] == pytest.approx(forecast.buys_within(days), rel=1e-9), name
        churn = 1 - forecast.buys_within(90)
        assert row["churn_probability_next_90_days"] == pytest.approx(churn, rel=1e-9)
        assert row["churn_band"] == (
            "low" if churn < 0.33 else "medium" if churn <= 0.66 else "high"
        )
        orders = forecast.orders_within(365)
        assert row["expected_orders_next_365_days"] == pytest.approx(orders, rel=1e-6)
        repeat_revenue = max(sum(buyer.revenues[1:]), 0.0)
        order_value = (value["p"] * (value["v"] + repeat_revenue)) / (
            value["p"] * history[0] + value["q"] - 1
        )
        assert float(row["expected_order_value"]) == pytest.approx(order_value, abs=0.0051)
        predicted = orders * order_value
        assert float(row["predicted_value_next_365_days"]) == pytest.approx(
            predicted, rel=1e-6, abs=0.0051
        )
        historic = sum(buyer.revenues)
        assert float(row["historic_value"]) == pytest.approx(historic, abs=0.0051)
        assert float(row["total_value"]) == pytest.approx(
            historic + predicted, rel=1e-6, abs=0.0101
        )
        assert row["expected_next_order_on"] == forecast.next_on(AS_OF)
        assert row["prediction_status"] == "complete"


def test_the_back_test_knows_nothing_of_the_days_that_it_forecasts(
    whole_build: Path, buyers: dict[str, Buyer]
) -> None:
    began = AS_OF - timedelta(days=BACK_TEST_DAYS)
    forecast = model_of(whole_build, "mbg_nbd", "forecast")
    tried = model_of(whole_build, "mbg_nbd", "back_test")
    assert (forecast["back_test_days"], tried["as_of_date"]) == (BACK_TEST_DAYS, began)
    known = {customer: buyer for customer, buyer in buyers.items() if buyer.history(began)}
    assert tried["buyers"] == len(known)
    missed: list[float] = []
    naively_missed: list[int] = []
    squared: list[float] = []
    bought: list[bool] = []
    for buyer in known.values():
        history = buyer.history(began)
        assert history is not None
        expected = forecast_of(tried, history)
        orders = buyer.days_within(began, AS_OF)
        before = buyer.days_within(began - timedelta(days=BACK_TEST_DAYS), began)
        missed.append(abs(expected.orders_within(BACK_TEST_DAYS) - orders))
        naively_missed.append(abs(before - orders))
        bought.append(orders > 0)
        squared.append((expected.buys_within(BACK_TEST_DAYS) - (orders > 0)) ** 2)
    share = sum(bought) / len(bought)
    assert forecast["mean_absolute_error"] == pytest.approx(sum(missed) / len(missed), rel=1e-6)
    assert forecast["naive_mean_absolute_error"] == pytest.approx(sum(naively_missed) / len(missed))
    assert forecast["brier_score"] == pytest.approx(sum(squared) / len(squared), rel=1e-9)
    assert forecast["naive_brier_score"] == pytest.approx(share * (1 - share))
    quality = rows_of(whole_build, "from prediction_quality where decile = 0 order by quantity")
    assert [(row["error"], row["naive_error"]) for row in quality] == [
        (forecast["mean_absolute_error"], forecast["naive_mean_absolute_error"]),
        (forecast["brier_score"], forecast["naive_brier_score"]),
    ]
    assert quality[1]["actual"] == pytest.approx(share)


def test_members_are_those_of_the_forecasts(whole_build: Path) -> None:
    rows = rows_of(
        whole_build,
        "from customer_predictions inner join order_facts using (customer_id) "
        "select customer_predictions.*, order_count",
    )
    # Whoever shares a rank shares that of the first.
    fifth = len(rows) / 5
    by_value = sorted((row["predicted_value_next_365_days"] for row in rows), reverse=True)
    by_past = sorted((row["historic_value"] for row in rows), reverse=True)
    expected: dict[str, set[tuple[str, str]]] = {segment: set() for segment in SEGMENTS}
    for row in rows:
        customer = row["customer_id"]
        if row["purchase_probability_next_30_days"] >= 0.5:
            expected["likely_buyers"].add((customer, ""))
        if row["order_count"] >= 2:
            expected["churn_risks"].add((customer, row["churn_band"]))
        expected_on = row["expected_next_order_on"]
        if expected_on and abs((expected_on - AS_OF).days) <= 7:
            expected["due_for_reorder"].add((customer, ""))
        if by_value.index(row["predicted_value_next_365_days"]) < fifth:
            expected["predicted_high_value"].add((customer, ""))
        if row["probability_alive"] < 0.5 and by_past.index(row["historic_value"]) < fifth:
            expected["slipping_away"].add((customer, ""))
    assert all(expected.values())
    members = rows_of(whole_build, "from segment_memberships")
    for segment, customers in expected.items():
        assert customers == {
            (row["customer_id"], row["segment_value"])
            for row in members
            if row["segment"] == segment
        }, segment


def built(project: CompiledProject, raw: Path, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the public tables and segments of forecasts of a shop."""
    models = [*PUBLIC, *(f"segment_{segment}" for segment in SEGMENTS)]
    with project.build(raw, folder, models) as connection:
        found = {}
        for model in models:
            result = connection.execute(f"from {model}")
            names = [column[0] for column in result.description]
            found[model] = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
        return found


def assert_withheld(found: dict[str, list[dict[str, Any]]], status: str) -> None:
    """Assert that buyers are told why they are not forecast, and nobody is in a segment."""
    for row in found["customer_predictions"]:
        assert row["prediction_status"] == status
        assert row["historic_value"] is not None
        for name, value in row.items():
            if "probability" in name or "expected" in name or "predicted" in name:
                assert value is None, name
    for segment in SEGMENTS:
        assert found[f"segment_{segment}"] == []


def test_a_small_shop_is_told_why_it_has_no_forecast(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    deliver(tmp_path / "raw", Delivery(days=5))
    found = built(compiled_project, tmp_path / "raw", tmp_path)
    assert len(found["customer_predictions"]) == 215
    assert_withheld(
        found,
        "withheld: Only 215 of the 500 buyers that a forecast needs. Only 104 of the 180 days from "
        "the first order to the last that a forecast needs. Buyers with orders on three days or "
        "more: 0 of the 1 that a forecast needs.",
    )
    assert [row["outcome"] for row in found["prediction_models"]] == [
        "too_few_buyers",
        "purchases_withheld",
    ]
    assert found["prediction_quality"] == []


def test_a_shop_of_one_order_is_told_as_well(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    (tmp_path / "raw").mkdir()
    write_csv(tmp_path / "raw", "orders", [order("only", 1, AS_OF)])
    found = built(compiled_project, tmp_path / "raw", tmp_path)
    assert len(found["customer_predictions"]) == 1
    assert_withheld(
        found,
        "withheld: Only 1 of the 500 buyers that a forecast needs. Only 0 of the 180 days from the "
        "first order to the last that a forecast needs. Buyers with orders on three days or more: "
        "0 of the 1 that a forecast needs.",
    )


def test_whoever_wants_no_forecast_has_empty_tables(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    manifest = copy.deepcopy(dict(compiled_project.manifest))
    settings = manifest["nodes"]["model.segmentry.prediction_settings"]
    assert settings["compiled_code"].rstrip().endswith("where True")
    settings["compiled_code"] = settings["compiled_code"].rstrip().removesuffix("True") + "false"
    deliver(tmp_path / "raw", Delivery(days=5))
    found = built(replace(compiled_project, manifest=manifest), tmp_path / "raw", tmp_path)
    assert not any(found.values())
