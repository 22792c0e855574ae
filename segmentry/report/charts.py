"""Charts as SVG, drawn by Vega-Lite without a browser.

Colours are variables of the page's style sheet, so that one drawing is right in the light and in
the dark. Beside every chart the page has a table of the same rows.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import vl_convert
from markupsafe import Markup

# Wide enough to read, narrow enough for a phone.
WIDTH, HEIGHT = 400, 180
SERIES = [f"var(--series-{number})" for number in range(1, 7)]
INK, MUTED, LINE = "var(--ink)", "var(--muted)", "var(--line)"
CONFIG = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelFontSize": 12.5,
        "titleFontSize": 12.5,
    },
    "legend": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12.5,
        "orient": "top",
        "title": None,
        "symbolType": "square",
        "padding": 0,
    },
}
DAYS_FEW = 62
# Beyond this part of its width a chart has no room for a text to the right.
ROOM_UNTIL = 0.7
NEEDLESS = re.compile(
    r' (role|aria-\w+|pointer-events|class|font-family)="[^"]*"'
    r'| (opacity|stroke-width)="1"| [xy]2="0"'
    r'|<path [^>]*d="(M0,0h0v0h0Z)?"[^>]*/>'
)


def draw(says: str, layers: Mapping[str, Any], height: int = HEIGHT) -> Markup:
    """Return a chart as SVG.

    Args:
        says: what it shows, for those who hear it.
        layers: its data, marks and encodings, as Vega-Lite takes them.
        height: in pixels, without the axes.
    """
    chart = {
        "width": WIDTH,
        "height": height,
        "config": CONFIG,
        **layers,
    }
    svg = vl_convert.vegalite_to_svg(json.loads(json.dumps(chart, default=str)))
    return Markup(labelled(svg, says))


def labelled(svg: str, says: str) -> str:
    """Return an SVG as one image with a text, without what only a page of its own needs."""
    opening, _, rest = svg.partition(">")
    width, height = (re.search(rf'{side}="([\d.]+)"', opening)[1] for side in ("width", "height"))  # type: ignore[index]
    label = Markup.escape(says)
    # Marks that nobody can reach one by one are one image; what is so by itself need not be said.
    rest = re.sub(NEEDLESS, "", rest)
    rest = re.sub(r"(\d+\.\d)\d+", r"\1", rest)
    # Vega numbers its clips as long as the process lives; on a page they are told apart by chart.
    drawing = hashlib.md5(re.sub(r"clip\d+", "", rest).encode(), usedforsecurity=False).hexdigest()
    clips = list(dict.fromkeys(re.findall(r"clip\d+", rest)))
    for place, clip in enumerate(clips):
        rest = re.sub(rf"\b{clip}\b", f"clip-{drawing[:8]}-{place}", rest)
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}">{rest}'
    )


def day_axis(days: Sequence[Any]) -> dict[str, Any]:
    """Return the axis of days: months, or days where few are known."""
    few = len(days) > 1 and (max(days) - min(days)).days <= DAYS_FEW
    return {
        "type": "temporal",
        "timeUnit": "utcyearmonthdate",
        "title": None,
        "axis": {
            "format": "%-d %b" if few else "%b %y",
            "labelAngle": 0,
            "tickCount": 4,
            "grid": False,
            "labelOverlap": True,
        },
    }


def month_axis() -> dict[str, Any]:
    """Return the axis of months."""
    return {
        "type": "temporal",
        "timeUnit": "utcyearmonth",
        "title": None,
        "axis": {"format": "%b %y", "labelAngle": 0, "tickCount": 4, "grid": False},
    }


def trend(
    says: str,
    days: Sequence[Mapping[str, Any]],
    column: str,
    title: str,
    marked: Sequence[Mapping[str, Any]] = (),
    sales: Sequence[Mapping[str, Any]] = (),
) -> Markup:
    """Return a line over days, with marks where something happened.

    Args:
        says: what it shows, for those who hear it.
        days: rows with `day`, the column and `is_replayed`.
        column: what is drawn.
        title: of the axis.
        marked: rows with `day` and `what`.
        sales: rows with `starts_on` and `ends_on`, on which it is shaded.
    """
    x = day_axis([row["day"] for row in days])
    first, last = min(row["day"] for row in days), max(row["day"] for row in days)
    on_sale = [
        {"day": max(row["starts_on"], first), "end": min(row["ends_on"] + timedelta(1), last)}
        for row in sales
        if row["starts_on"] <= last and row["ends_on"] >= first
    ]
    shaded = {
        "data": {"values": on_sale},
        "mark": {"type": "rect", "color": SERIES[2], "opacity": 0.25},
        "encoding": {"x": {"field": "day", **x}, "x2": {"field": "end"}},
    }
    line = {
        "data": {"values": [dict(row) for row in days]},
        "encoding": {
            "x": {"field": "day", **x},
            "y": {
                "field": column,
                "type": "quantitative",
                "title": title,
                "axis": {"tickCount": 4, "format": "~s"},
            },
        },
        "layer": [
            {"mark": {"type": "line", "color": SERIES[0], "strokeWidth": 2}},
            {
                "mark": {
                    "type": "point",
                    "filled": True,
                    "size": 34,
                    "opacity": 1,
                    "color": SERIES[0],
                },
                "transform": [{"filter": "!datum.is_replayed"}],
            },
        ],
    }
    rules = {
        "data": {
            "values": [
                {**row, "end": (row["day"] - first).days > ROOM_UNTIL * (last - first).days}
                for row in marked
            ]
        },
        "encoding": {"x": {"field": "day", **x}},
        "layer": [
            {"mark": {"type": "rule", "color": SERIES[1], "strokeDash": [4, 3]}},
            {
                "mark": {
                    "type": "text",
                    "align": {"expr": "datum.end ? 'right' : 'left'"},
                    "dx": {"expr": "datum.end ? -3 : 3"},
                    "y": 8,
                    "fontSize": 10,
                    "color": INK,
                },
                "encoding": {"text": {"field": "what"}},
            },
        ],
    }
    layers = [*([shaded] if on_sale else []), line, *([rules] if marked else [])]
    return draw(says, {"layer": layers}, height=130)


def bars(
    says: str,
    rows: Sequence[Mapping[str, Any]],
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    series: str | None = None,
    order: Sequence[str] = (),
) -> Markup:
    """Return bars, stacked by a series where one is given.

    Args:
        says: what it shows, for those who hear it.
        rows: the rows.
        x: the encoding of the horizontal axis.
        y: the encoding of the vertical axis.
        series: the column that bars are stacked by.
        order: the values of the series in their order.
    """
    colour: dict[str, Any] = {"value": SERIES[0]}
    if series:
        colour = {
            "field": series,
            "type": "nominal",
            "scale": {"domain": list(order), "range": SERIES[: len(order)]},
        }
    return draw(
        says,
        {
            "data": {"values": [dict(row) for row in rows]},
            "mark": {"type": "bar", "cornerRadiusEnd": 1.5},
            "encoding": {"x": dict(x), "y": dict(y), "color": colour},
        },
    )


def sparkline(days: Sequence[tuple[date, float | None]]) -> Markup:
    """Return a line without axes, as small as a word; nothing of fewer than two values.

    Args:
        days: days and their values, in order.
    """
    known = [(day, value) for day, value in days if value is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(value for _, value in known), max(value for _, value in known)
    span, first, last = (high - low) or 1, days[0][0], days[-1][0]
    points = " ".join(
        f"{2 + 76 * (day - first).days / (last - first).days:.1f},"
        f"{18 - 16 * (value - low) / span:.1f}"
        for day, value in known
    )
    return Markup(
        '<svg class="sparkline" viewBox="0 0 80 20" width="80" height="20" aria-hidden="true">'
        f'<polyline points="{points}"/></svg>'
    )
