"""A Sankey diagram: who was in which value then, and is in which now."""

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

WIDTH, NODE, GAP, HEIGHT = 400, 10, 8, 300
LABEL_AT = 14
# Labels of thin values would stand on each other.
LABEL_APART = 11
# A single person of a million stays visible.
THINNEST = 0.6


def sankey(says: str, flows: Sequence[tuple[str, str, int]], order: Sequence[str]) -> Markup:
    """Return flows between two days as SVG.

    Args:
        says: what it shows, for those who hear it.
        flows: from which value, to which, and how many people.
        order: the values from the top down; others follow, in grey.
    """
    names = [*order, *sorted({name for flow in flows for name in flow[:2]}.difference(order))]
    colours = dict.fromkeys(names, "var(--muted)") | {
        name: f"var(--series-{place % 6 + 1})" for place, name in enumerate(order)
    }
    sides = [
        {name: sum(flow[2] for flow in flows if flow[side] == name) for name in names}
        for side in (0, 1)
    ]
    total = max(1, sum(flow[2] for flow in flows))
    most = max(sum(1 for size in side.values() if size) for side in sides)
    scale = (HEIGHT - GAP * max(0, most - 1)) / total
    tops = [_tops(side, scale) for side in sides]
    used = [dict(side) for side in tops]
    ribbons, nodes = [], []
    ranks = {name: rank for rank, name in enumerate(names)}
    for source, target, count in sorted(flows, key=lambda flow: (ranks[flow[0]], ranks[flow[1]])):
        thick = count * scale
        start, end = used[0][source] + thick / 2, used[1][target] + thick / 2
        used[0][source] += thick
        used[1][target] += thick
        middle = WIDTH / 2
        curve = (
            f"M{NODE},{start:.1f}C{middle},{start:.1f} {middle},{end:.1f} {WIDTH - NODE},{end:.1f}"
        )
        ribbons.append(
            f'<path d="{curve}" fill="none" stroke="{colours[source]}" '
            f'stroke-width="{max(thick, THINNEST):.1f}" stroke-opacity=".35"/>'
        )
    for side, x in ((0, 0), (1, WIDTH - NODE)):
        label = -math.inf
        for name, top in tops[side].items():
            height = sides[side][name] * scale
            label = max(top + height / 2 + 4, label + LABEL_APART)
            at, anchor = (x + LABEL_AT, "start") if side == 0 else (x - LABEL_AT + NODE, "end")
            nodes.append(
                f'<rect x="{x}" y="{top:.1f}" width="{NODE}" height="{max(height, 1):.1f}" '
                f'fill="{colours[name]}"/><text x="{at}" y="{label:.1f}" '
                f'text-anchor="{anchor}">{escape(name)}</text>'
            )
    size = f'viewBox="0 -6 {WIDTH} {HEIGHT + 12}" width="{WIDTH}" height="{HEIGHT + 12}"'
    return Markup(
        f'<svg class="sankey" role="img" aria-label="{escape(says)}" {size}>'
        f"{''.join(ribbons)}{''.join(nodes)}</svg>"
    )


def _tops(sizes: Mapping[str, int], scale: float) -> dict[str, float]:
    tops: dict[str, float] = {}
    y = 0.0
    for name, size in sizes.items():
        if size:
            tops[name] = y
            y += size * scale + GAP
    return tops
