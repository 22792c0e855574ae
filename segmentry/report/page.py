"""The segment report as one HTML file: figures, charts and words of a published version."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from segmentry.activation.config import Sync
from segmentry.errors import RecordsError
from segmentry.records.databases import BI
from segmentry.records.versions import Version
from segmentry.report import charts
from segmentry.report.destinations import destinations
from segmentry.report.figures import SHOWN, Answer, Row, ask, open_version, query_names, query_text
from segmentry.report.sankey import sankey

TEMPLATES = Path(__file__).with_name("templates")
# How the values of valued segments follow each other from the top down.
STAGES = {
    "journey_stages": [
        "recent buyer", "ready to buy", "comparing", "browsing", "lapsed buyer", "inactive",
    ],
    "rfm_groups": [
        "champions", "loyal", "potential loyalists", "new", "promising",
        "need attention", "about to sleep", "cannot lose", "at risk", "hibernating",
    ],
    "value_tiers": ["top 1%", "top 5%", "top 20%", "rest"],
}  # fmt: skip
# What the trends of segments, which are most of the charts, are drawn from.
OF_TRENDS = ("catalog", "sales", "segment_days")
PRICES = ["full price", "reduced", "with a coupon"]
BUYERS = ["first orders", "repeat orders", "of nobody known"]
CAUSES = {
    "data": "the customers moved",
    "definition": "the rule changed",
    "identity": "ids became one person",
}


@dataclass(frozen=True)
class Check:
    """What the validation of the version found.

    Attributes:
        warnings: what failed without holding the version back, a sentence each.
        accepted: what was let through by name.
    """

    warnings: Sequence[str]
    accepted: Sequence[str]


def render(
    version: Version,
    accepted: Mapping[date, Sequence[str]],
    least_group: int,
    *,
    syncs: Mapping[str, Sync] | None = MappingProxyType({}),
    docs_url: str = "",
) -> str:
    """Return the report of a published version.

    Args:
        version: the version.
        accepted: what was let through on the days of it and the versions before it.
        least_group: the fewest people of a sensitive segment of whom a count is shown.
        syncs: the syncs there are, by name; None when they can't be read.
        docs_url: where the documentation is served; empty where it is not.

    Raises:
        RecordsError: when its file can't be read, or lacks tables that the report reads.
    """
    manifest = version.manifest
    try:
        with open_version(version.folder / BI.file, manifest.as_of_date, least_group) as connection:
            of_trends = {name: ask(connection, name) for name in OF_TRENDS}
            # The trends are drawn while DuckDB answers the rest.
            with ThreadPoolExecutor(1) as asking:
                names = [name for name in query_names() if name not in OF_TRENDS]
                rest = asking.submit(lambda: {name: ask(connection, name) for name in names})
                trends = draw_trends(of_trends, accepted)
            answers = dict(sorted((of_trends | rest.result()).items()))
            answers["validation"] = count_checks(manifest.validation)
    except duckdb.Error as error:
        raise RecordsError(
            f"Version {version.build_id} can't be reported on: its file is damaged, or an earlier "
            "release published it, without tables that the report reads. Publish a build anew."
        ) from error
    return (
        environment()
        .get_template("report.html")
        .render(
            manifest=manifest,
            check=read_check(manifest.validation, manifest.accepted),
            answers=answers,
            shown_sql=query_text(SHOWN),
            charts=draw_charts(answers),
            trends=trends,
            sparks=draw_sparklines(answers),
            flows=draw_flows(answers["flows"]),
            destinations=None if syncs is None else destinations(syncs, answers["catalog"]),
            docs_url=docs_url.rstrip("/"),
            causes=CAUSES,
            least_group=least_group,
            css=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
            script=Markup((TEMPLATES / "report.js").read_text(encoding="utf-8")),
        )
    )


def environment() -> Environment:
    """Return where the templates of the report are, and how they are read."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def read_check(validation: Mapping[str, Any], accepted: Sequence[str]) -> Check:
    """Return what a manifest says of its validation."""
    results = validation["results"]
    return Check(
        warnings=[f"{each['name']}: {each['message']}" for each in results if not each["success"]],
        accepted=accepted,
    )


def count_checks(validation: Mapping[str, Any]) -> Answer:
    """Return how much was asked of the version, as the answer to a query of its manifest."""
    results = validation["results"]
    counts = {
        "asked_count": len(results),
        "warning_count": sum(not each["success"] for each in results),
    }
    return Answer("validation", "", "", [Row("validation", (), counts)])


def values(rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    """Return rows as charts take them: numbers that are floats."""
    return [
        {
            name: float(value) if hasattr(value, "as_tuple") else value
            for name, value in row.values.items()
        }
        for row in rows
    ]


def draw_charts(answers: Mapping[str, Answer]) -> dict[str, Markup]:
    """Return the charts of the shop, by the query that they draw; none of an empty answer."""
    month = {"field": "month", **charts.month_axis()}
    count = {"type": "quantitative", "axis": {"tickCount": 4, "format": "~s"}}
    drawn: dict[str, Markup] = {}

    def add(name: str, says: str, x: Mapping[str, Any], y: Mapping[str, Any], **more: Any) -> None:
        if rows := values(answers[name].rows):
            drawn[name] = charts.bars(says, rows, x, y, **more)

    add(
        "revenue_months",
        "Net revenue by month, of first and of repeat orders",
        month,
        {"field": "net_revenue", "title": None, **count},
        series="buyers",
        order=BUYERS,
    )
    add(
        "price_months",
        "Orders by month, at full price, reduced and with a coupon",
        month,
        {"field": "order_count", "title": None, **count},
        series="price",
        order=PRICES,
    )
    share = {"type": "quantitative", "title": None, "axis": {"format": "%", "tickCount": 4}}
    answer = {"type": "nominal", "title": None, "sort": None, "axis": {"labelAngle": 0}}
    add(
        "carts",
        "Cart abandonment rate by kind of visitor",
        {"field": "visitor_kind", **answer},
        {"field": "cart_abandonment_rate", **share},
    )
    for measure in ("CSAT", "NPS", "Review"):
        rows = values(answers["satisfaction"].by_first.get(measure, []))
        if rows:
            drawn[f"satisfaction_{measure}"] = charts.bars(
                f"Repeat purchase rate by the latest answer, {measure}",
                rows,
                {"field": "answer", **answer, "title": measure},
                {"field": "repeat_purchase_rate", **share},
            )
    return drawn


def draw_trends(
    answers: Mapping[str, Answer], accepted: Mapping[date, Sequence[str]]
) -> dict[str, Markup]:
    """Return the size of every segment over time: sales shaded, changed rules, accepted swings."""
    labels = {row.segment.value: row.label.value for row in answers["catalog"]}
    sales = values(answers["sales"].rows)
    return {
        segment: charts.trend(
            f"Size of {labels.get(segment, segment)} over time",
            known,
            "customer_count",
            "customers",
            marks(segment, known, accepted),
            sales,
        )
        for segment, rows in answers["segment_days"].by_first.items()
        if len(known := [row for row in values(rows) if row["customer_count"] is not None]) > 1
    }


def marks(
    segment: str, days: Sequence[Mapping[str, Any]], accepted: Mapping[date, Sequence[str]]
) -> list[dict[str, Any]]:
    """Return what happened to a segment on its days, apart from people who moved."""
    marked = []
    for row in days:
        what = [
            *(["new rule"] if row["is_new_rule"] else []),
            *(["accepted swing"] if segment in accepted.get(row["day"], ()) else []),
        ]
        if what:
            marked.append({"day": row["day"], "what": ", ".join(what)})
    return marked


def draw_sparklines(answers: Mapping[str, Answer]) -> dict[str, Markup]:
    """Return the size of every segment over time, as small as a word."""
    return {
        segment: charts.sparkline([(row["day"], row["customer_count"]) for row in values(rows)])
        for segment, rows in answers["segment_days"].by_first.items()
    }


def draw_flows(flows: Answer) -> dict[str, dict[date, Markup]]:
    """Return by segment and earlier day who moved from which value to which."""
    drawn: dict[str, dict[date, Markup]] = {}
    for segment, rows in flows.by_first.items():
        spans: dict[tuple[date, date], list[tuple[str, str, int]]] = {}
        for row in rows:
            move = (row.from_value.value, row.to_value.value, row.customer_count.value)
            spans.setdefault((row.before_on.value, row.until_on.value), []).append(move)
        drawn[segment] = {
            before: sankey(
                f"Moves between {segment.replace('_', ' ')} from {before} to {until}",
                moves,
                STAGES[segment],
            )
            for (before, until), moves in spans.items()
        }
    return drawn
