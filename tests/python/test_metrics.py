"""Metrics are the numbers of the published tables, and the page's examples are what SQL says."""

import csv
import fcntl
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.compiled import CompiledProject
from tests.python.dbt_server import PARSED
from tests.python.mf_commands import Answer, mf_environment, read_answers, run_commands
from tests.python.warehouse import ROOT, run_dbt

PAGE = ROOT / "models" / "metrics" / "README.md"
MF = Path(sys.executable).with_name("mf")
MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00")

Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class Question:
    """Metrics that are asked of MetricFlow, and SQL that has the same rows.

    Attributes:
        metrics: the metrics.
        sql: the query, with what is grouped by, then the metrics.
        group_by: what they are grouped by.
    """

    metrics: Sequence[str]
    sql: str
    group_by: Sequence[str] = ()

    def command(self, rows: Path) -> list[str]:
        """Return the arguments of `mf` that write the rows to a file."""
        group_by = ["--group-by", ",".join(self.group_by)] if self.group_by else []
        return ["query", "--metrics", ",".join(self.metrics), *group_by, "--csv", str(rows)]


# A metric, and the column of `segment_metrics` that says it of a segment and value.
OF_SEGMENTS = {
    "segment_customers": "customer_count",
    "segment_net_revenue": "net_revenue",
    "segment_orders": "order_count",
    "segment_average_order_value": "average_order_value",
    "segment_repeat_purchase_rate": "repeat_purchase_rate",
    "segment_coupon_order_share": "coupon_order_share",
    "segment_email_subscribers": "subscriber_count",
    "segment_visitors_last_90_days": "visitor_count_last_90_days",
    "converted_segment_visitors_last_90_days": "converted_visitor_count_last_90_days",
    "segment_sessions_last_90_days": "session_count_last_90_days",
    "segment_carts_last_90_days": "cart_count_last_90_days",
    "abandoned_segment_carts_last_90_days": "abandoned_cart_count_last_90_days",
    "segment_conversion_rate": "conversion_rate",
    "segment_add_to_cart_rate": "add_to_cart_rate",
    "segment_cart_abandonment_rate": "cart_abandonment_rate",
}
# The same of everybody.
OF_THE_SHOP = {
    "customers": "customer_count",
    "net_revenue": "net_revenue",
    "orders": "order_count",
    "average_order_value": "average_order_value",
    "repeat_purchase_rate": "repeat_purchase_rate",
    "coupon_order_share": "coupon_order_share",
    "email_subscribers": "subscriber_count",
    "shop_visitors_last_90_days": "visitor_count_last_90_days",
    "visitors_last_90_days": "visitor_count_last_90_days",
    "converted_visitors_last_90_days": "converted_visitor_count_last_90_days",
    "buyers_last_90_days": "buyer_count_last_90_days",
    "sessions_last_90_days": "session_count_last_90_days",
    "sessions_with_cart_last_90_days": "cart_count_last_90_days",
    "carts_last_90_days": "cart_count_last_90_days",
    "abandoned_carts_last_90_days": "abandoned_cart_count_last_90_days",
    "conversion_rate": "conversion_rate",
    "add_to_cart_rate": "add_to_cart_rate",
    "cart_abandonment_rate": "cart_abandonment_rate",
}
OF_COUNTRIES = {
    "country_visitors_last_90_days": "visitor_count_last_90_days",
    "converted_country_visitors_last_90_days": "converted_visitor_count_last_90_days",
    "country_conversion_rate": "conversion_rate",
}
OF_SESSIONS_OF_COUNTRIES = {
    "sessions_last_90_days": "session_count_last_90_days",
    "visitors_last_90_days": "visitor_count_last_90_days",
    "add_to_cart_rate": "add_to_cart_rate",
}
OF_CARTS_OF_COUNTRIES = {
    "carts_last_90_days": "cart_count_last_90_days",
    "abandoned_carts_last_90_days": "abandoned_cart_count_last_90_days",
    "cart_abandonment_rate": "cart_abandonment_rate",
}
OF_CATEGORIES = {
    "category_visitors_last_90_days": "visitor_count_last_90_days",
    "converted_category_visitors_last_90_days": "converted_visitor_count_last_90_days",
    "category_conversion_rate": "conversion_rate",
    "category_sessions_last_90_days": "session_count_last_90_days",
    "category_carts_last_90_days": "cart_count_last_90_days",
    "abandoned_category_carts_last_90_days": "abandoned_cart_count_last_90_days",
    "category_add_to_cart_rate": "add_to_cart_rate",
    "category_cart_abandonment_rate": "cart_abandonment_rate",
}
OF_MONTHS = {
    "marketing_spend": "spend",
    "first_time_buyers": "first_time_buyer_count",
    "customer_acquisition_cost": "customer_acquisition_cost",
    "monthly_visitors": "visitor_count",
    "converted_monthly_visitors": "converted_visitor_count",
    "monthly_buyers": "buyer_count",
    "monthly_conversion_rate": "conversion_rate",
}
OF_DAYS = {
    "segment_size": "customer_count",
    "segment_reach": "reach_count",
    "segment_entered": "entered_count",
    "segment_left": "left_count",
}
QUESTIONS = {
    "segments": Question(
        list(OF_SEGMENTS),
        f"select segment, segment_value, {', '.join(OF_SEGMENTS.values())} "
        "from segment_metrics where segment <> ''",
        ["segment", "membership__segment_value"],
    ),
    "the shop": Question(
        list(OF_THE_SHOP),
        f"select {', '.join(OF_THE_SHOP.values())} from segment_metrics where segment = ''",
    ),
    "countries": Question(
        [*OF_COUNTRIES],
        f"select dimension_value, {', '.join(OF_COUNTRIES.values())} from shop_metrics "
        "where dimension = 'country' union all select null, null, null, null",
        ["traffic__country_code"],
    ),
    "sessions of countries": Question(
        list(OF_SESSIONS_OF_COUNTRIES),
        f"select dimension_value, {', '.join(OF_SESSIONS_OF_COUNTRIES.values())} "
        "from shop_metrics where dimension = 'country' and session_count_last_90_days > 0",
        ["session__country_code"],
    ),
    "carts of countries": Question(
        list(OF_CARTS_OF_COUNTRIES),
        f"select dimension_value, {', '.join(OF_CARTS_OF_COUNTRIES.values())} "
        "from shop_metrics where dimension = 'country' and cart_count_last_90_days > 0",
        ["cart__country_code"],
    ),
    "categories": Question(
        list(OF_CATEGORIES),
        f"select dimension_value, {', '.join(OF_CATEGORIES.values())} from shop_metrics "
        f"where dimension = 'category' union all select null, {', '.join(['null'] * 8)}",
        ["traffic__category"],
    ),
    "months": Question(
        list(OF_MONTHS),
        f"select cast(month || '-01' as date), country_code, {', '.join(OF_MONTHS.values())} "
        "from acquisition_costs",
        ["metric_time__month", "acquisition__country_code"],
    ),
    "visitors of months": Question(
        ["visitors"],
        "select cast(month || '-01' as date), country_code, visitor_count "
        "from acquisition_costs where visitor_count > 0",
        ["metric_time__month", "session__country_code"],
    ),
    "published days": Question(
        list(OF_DAYS),
        f"select as_of_date, segment, segment_value, {', '.join(OF_DAYS.values())} "
        "from segment_sizes",
        ["metric_time__day", "segment", "segment_day__segment_value"],
    ),
    "orders of countries of customers": Question(
        [
            *("customers", "buyers", "repeat_buyers", "active_buyers", "sms_subscribers"),
            *("email_subscriber_share", "orders", "gross_revenue", "discount_amount"),
            *("refunded_amount", "net_revenue", "coupon_orders", "discounted_orders"),
            *("discounted_order_share", "customer_visitors_last_90_days"),
            *("converted_customer_visitors_last_90_days", "customer_conversion_rate"),
        ],
        """
        select
            coalesce(country_code, 'unknown'), count(*), count(*) filter (order_count > 0),
            count(*) filter (order_count > 1), count(*) filter (order_count_last_365_days > 0),
            count(*) filter (is_sms_subscriber), avg(is_email_subscriber::int),
            sum(order_count), sum(gross_revenue), sum(discount_amount), sum(refunded_amount),
            sum(net_revenue), sum(coupon_order_count), sum(discounted_order_count),
            sum(discounted_order_count) / nullif(sum(order_count), 0),
            count(*) filter (sessions_last_90_days > 0) as visitors,
            count(*) filter (sessions_last_90_days > 0 and order_count_last_90_days > 0) as buyers,
            buyers / nullif(visitors, 0)
        from customer_facts group by all
        """,
        ["customer__country_code"],
    ),
    "buyers of segments": Question(
        ["segment_buyers", "segment_repeat_buyers", "segment_coupon_orders"],
        """
        select
            segment, segment_value, count(*) filter (order_count > 0),
            count(*) filter (order_count > 1), sum(coupon_order_count)
        from segment_members inner join customer_facts using (customer_id)
        where segment <> '' group by all
        """,
        ["segment", "membership__segment_value"],
    ),
    "orders of everybody": Question(
        ["anonymous_orders", "anonymous_net_revenue", "shop_net_revenue", "ordering_customers"],
        """
        select
            date_trunc('month', ordered_on)::date, count(*) filter (customer_id is null),
            coalesce(sum(net_revenue) filter (customer_id is null), 0), sum(net_revenue),
            count(distinct customer_id)
        from orders where is_valid group by all
        """,
        ["metric_time__month"],
    ),
    "days": Question(
        ["cumulative_net_revenue"],
        """
        select
            date_day,
            (
                select sum(net_revenue) from orders
                where is_valid and customer_id is not null and ordered_on <= date_day
            ) as net_revenue
        from dates where net_revenue > 0
        """,
        ["metric_time__day"],
    ),
    "sessions of sale days": Question(
        ["sessions", "minutes_on_site", "average_session_minutes"],
        """
        select
            exists (from sale_calendar where started_on between starts_on and ends_on),
            count(*), sum(minutes), avg(minutes)
        from sessions group by all
        """,
        ["date__is_sale_day"],
    ),
    "predictions": Question(
        [
            *("predicted_value_next_365_days", "predicted_customer_value"),
            *("expected_orders_next_365_days", "churn_probability_next_90_days"),
        ],
        """
        select
            churn_band, sum(predicted_value_next_365_days), avg(predicted_value_next_365_days),
            sum(expected_orders_next_365_days), avg(churn_probability_next_90_days)
        from customer_predictions group by all
        """,
        ["customer__churn_band"],
    ),
}
# The page's examples, in its order.
EXAMPLES = (
    """
    select
        date_trunc('year', ordered_on)::date, sum(net_revenue), count(*),
        sum(net_revenue) / count(*)
    from orders where is_valid and customer_id is not null group by all
    """,
    """
    select
        exists (from sale_calendar where ordered_on between starts_on and ends_on),
        count(*), sum(net_revenue), sum(net_revenue) / count(*), avg(is_coupon_order::int)
    from orders where is_valid and customer_id is not null group by all
    """,
    """
    select
        channel, count(*) filter (order_count > 0) as buyers,
        count(*) filter (order_count > 1) / buyers, sum(net_revenue),
        avg(predicted_value_next_365_days)
    from customer_facts
    left join customer_predictions using (customer_id)
    left join (
        select customer_id, min_by(coalesce(utm_source, 'direct'), started_at) as channel
        from sessions group by all
    ) using (customer_id)
    group by all
    """,
    """
    select device_type, count(*), avg(is_abandoned::int) from carts group by all
    """,
    """
    select
        date_trunc('month', first_order_at)::date as first_ordered_on, count(*),
        avg((order_count > 1)::int)
    from customer_facts where first_ordered_on >= '2026-01-01' group by all
    """,
    """
    select
        cast(month || '-01' as date), spend, first_time_buyer_count, customer_acquisition_cost
    from acquisition_costs where country_code = 'US' and month >= '2026-01'
    """,
    """
    select tiers.segment_value, count(*), count(*) filter (is_email_subscriber)
    from segment_memberships as members
    inner join customer_facts using (customer_id)
    left join segment_memberships as tiers
        on members.customer_id = tiers.customer_id and tiers.segment = 'value_tiers'
    where members.segment = 'coupon_lovers' group by all
    """,
    """
    select segment, segment_value, customer_count, net_revenue, average_order_value
    from segment_metrics where segment = 'journey_stages'
    """,
)


def plain(value: Any) -> str:
    """Return a value of a file or a query as the other would have it, numbers to nine digits."""
    text = "" if value is None else MIDNIGHT.sub(r"\1", str(value))
    try:
        return f"{float(text):.9g}"
    except ValueError:
        return text


def plain_rows(rows: Iterable[Iterable[Any]]) -> Rows:
    """Return rows to compare, in one order."""
    return sorted(tuple(plain(value) for value in row) for row in rows)


def examples() -> list[list[str]]:
    """Return the arguments of each `mf query` on the page."""
    lines = re.findall(r"^\$ mf (query .*)$", PAGE.read_text(), re.MULTILINE)
    return [shlex.split(line) for line in lines]


@dataclass(frozen=True)
class Asked:
    """What MetricFlow said of the demo shop, and the warehouse that it asked.

    Attributes:
        folder: the project as `mf` reads it, and a file of rows by the name of each command.
        warehouse: the warehouse, which nothing writes to.
        answers: what became of each command, by its name.
    """

    folder: Path
    warehouse: Path
    answers: dict[str, Answer]

    @property
    def metrics(self) -> set[str]:
        """The names of all metrics."""
        manifest = json.loads((self.folder / "target" / "semantic_manifest.json").read_text())
        return {metric["name"] for metric in manifest["metrics"]}

    def rows(self, name: str, columns: Sequence[str] = ()) -> Rows:
        """Return the rows of an answer, with its columns in this order, or as they came."""
        with (self.folder / f"{name}.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        return plain_rows([row[name] for name in columns or row] for row in rows)

    def query(self, sql: str) -> Rows:
        """Return the rows of a query over the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return plain_rows(connection.execute(sql).fetchall())


def prepare_project(whole_build: Path, folder: Path) -> None:
    """Put into a folder what `mf` reads: settings, what the metrics are, and a warehouse."""
    (folder / "target").mkdir(parents=True)
    shutil.copyfile(whole_build, folder / "segmentry.duckdb")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(ROOT / name, folder / name)
    # Whatever dbt is asked, it reads the project and says what the metrics are.
    run_dbt("ls", "--select", "dates", raw_dir=None, warehouse=folder / "segmentry.duckdb")
    parsed = PARSED / "segmentry"
    with (parsed / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        shutil.copy(parsed / "semantic_manifest.json", folder / "target")


@pytest.fixture(scope="module")
def asked(whole_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Ask everything of the demo shop, in one process of MetricFlow, once for all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "metrics"
    commands = {
        "validate": ["validate-configs"],
        "saved": ["list", "saved-queries"],
        **{name: asked.command(folder / f"{name}.csv") for name, asked in QUESTIONS.items()},
        **{
            f"example {number}": [*example, "--csv", str(folder / f"example {number}.csv")]
            for number, example in enumerate(examples())
        },
    }
    with (shared / "metrics.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            prepare_project(whole_build, folder)
            run_commands(list(commands.values()), folder)
    answers = dict(zip(commands, read_answers(folder), strict=True))
    for name, answer in answers.items():
        assert answer.exit_code == 0, f"{name}: {answer.output}"
    return Asked(folder, whole_build, answers)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_metric_is_what_the_published_table_says(name: str, asked: Asked) -> None:
    question = QUESTIONS[name]
    rows = asked.rows(name, [*question.group_by, *question.metrics])
    assert rows == asked.query(question.sql)
    assert any(any(row) for row in rows)


def test_every_metric_is_compared(asked: Asked) -> None:
    compared = {metric for question in QUESTIONS.values() for metric in question.metrics}
    assert compared == asked.metrics


def test_the_examples_of_the_page_say_what_sql_says(asked: Asked) -> None:
    assert len(examples()) == len(EXAMPLES)
    for number, sql in enumerate(EXAMPLES):
        rows = asked.rows(f"example {number}")
        assert rows == asked.query(sql), examples()[number]
        assert len(rows) > 1


def test_the_configuration_is_valid_and_computable(asked: Asked) -> None:
    """Issues would be listed, and errors would have ended the command with another exit code."""
    assert "•" not in asked.answers["validate"].output
    assert "revenue_by_month" in asked.answers["saved"].output


def test_the_command_prints_what_the_page_shows(asked: Asked) -> None:
    """The first example, by `mf` itself."""
    result = subprocess.run(
        [str(MF), *examples()[0], "--quiet"],
        cwd=ROOT,
        env=mf_environment(asked.folder),
        capture_output=True,
        text=True,
        check=True,
    )
    block = re.findall(r"```console\n\$ mf .*\n((?:.+\n)+?)```", PAGE.read_text())[0]
    assert result.stdout == block


def test_a_shop_without_anything_has_days_and_no_carts(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    columns = "order_id,ordered_at,status,currency,subtotal_amount,email,customer_id\n"
    (raw / "orders.csv").write_text(columns)
    models = ["dates", "carts", "customer_dimensions", "segment_member_facts"]
    with compiled_project.build(raw, tmp_path, models) as connection:
        days = connection.execute("select min(date_day), max(date_day), count(*) from dates")
        assert plain_rows(days.fetchall()) == [("2026-01-01", "2026-12-31", "365")]
        for model in models[1:]:
            assert connection.execute(f"select count(*) from {model}").fetchone() == (0,)
