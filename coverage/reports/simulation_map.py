"""The townships of a county by the share of calls within the limit, as plain SVG."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

import shapely

from coverage.reports import simulation_wording as words
from coverage.reports import svg, wording
from coverage.reports.chart_parts import SIZE, SMALL, WIDTH, sheet
from coverage.reports.map_style import INK
from coverage.reports.simulation_charts import named_chart
from coverage.reports.simulation_rows import group_rows, says_something
from coverage.reports.wording import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coverage.reports.wording import Lang
    from coverage.simulation import Simulation

_MAP_HEIGHT = 300.0
_MAP_CLASSES = (0.5, 0.7, 0.8, 0.9)
# One blue from dark to light: few within is dark, in grey as in colour.
_MAP_COLOURS = ("#08306b", "#2171b5", "#6baed6", "#bdd7e7", "#eff3ff")
_UNKNOWN = "url(#few)"
_HATCH = (
    '<defs><pattern id="few" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
    '<path d="M0 0V6" stroke="#777" stroke-width="2"/></pattern></defs>'
)


def map_svg(simulation: Simulation, lang: Lang) -> str:
    """
    Draw the townships in tints of one blue by the share of their calls within the limit.

    Parameters
    ----------
    simulation
        The simulated year.
    lang
        ``zh`` or ``en``.

    Notes
    -----
    The darker, the fewer; hatched where too few calls came. The figures stand on the map, so that it can be
    read without any colour.
    """
    rows = {row["id"]: row for row in group_rows(simulation.baseline, "township")}
    area = simulation.area.townships
    west, south, east, north = (float(v) for v in area.total_bounds)
    px = min(WIDTH / max(east - west, 1.0), _MAP_HEIGHT / max(north - south, 1.0))
    shift = (WIDTH - px * (east - west)) / 2
    height = px * (north - south)

    def place(at: tuple[float, float]) -> tuple[float, float]:
        return shift + px * (at[0] - west), px * (north - at[1])

    shapes, labels = [], []
    for township_id, shape in zip(area["id"], area.geometry, strict=True):
        row = rows[township_id]
        known = says_something(row, simulation.rules)
        tint = _tint(float(row["within_share"])) if known else -1
        fill = _MAP_COLOURS[tint] if known else _UNKNOWN
        path = _path(shape.simplify(1.0 / px), place)
        name = wording.one_line(row["name"])
        share = wording.share_text(float(row["within_share"])) if known else words.phrase("few", lang)
        shapes.append(
            f'<path d="{path}" fill="{fill}" stroke="{INK}" stroke-width=".8" fill-rule="evenodd">'
            f"<title>{escape(name)} {escape(share)}</title></path>"
        )
        at = place((shape.representative_point().x, shape.representative_point().y))
        labels.append((at, wording.short_name(name), share))
    parts = [
        _HATCH,
        *shapes,
        *_map_labels(labels, height),
        *_map_key(height + 14, lang),
    ]
    return sheet(
        height + 38, named_chart(words.label("map", lang), _map_summary(simulation, lang), lang), parts
    )


def _tint(share: float) -> int:
    return sum(share >= edge for edge in _MAP_CLASSES)


def _path(
    shape: shapely.geometry.base.BaseGeometry,
    place: Callable[[tuple[float, float]], tuple[float, float]],
) -> str:
    """Write the rings of polygons as one path."""
    rings = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        for ring in (part.exterior, *part.interiors):
            points = [place((float(px), float(py))) for px, py in ring.coords]
            rings.append("M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points) + "Z")
    return "".join(rings)


def _map_labels(labels: Sequence[tuple[tuple[float, float], str, str]], height: float) -> list[str]:
    """Write name and share where there is room; the table has those that find none."""
    taken: list[tuple[float, float, float, float]] = []
    parts = []
    for (px, py), name, share in labels:
        half = max(svg.text_width_px(name, SMALL), svg.text_width_px(share, SMALL)) / 2
        at_x = min(max(px, half), WIDTH - half)
        at_y = min(max(py, SIZE + 2), height - SIZE)
        box = (at_x - half, at_y - SIZE, at_x + half, at_y + SIZE)
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            continue
        taken.append(box)
        more = {"stroke": "#fff", "stroke-width": "3.5", "paint-order": "stroke", "stroke-linejoin": "round"}
        parts.append(svg.text(at_x, at_y - 2, name, "middle", size=SMALL, fill=INK, more=more))
        parts.append(
            svg.text(
                at_x, at_y + SIZE, share, "middle", size=SMALL, fill=INK, more={**more, "font-weight": "bold"}
            )
        )
    return parts


def _map_key(top: float, lang: Lang) -> list[str]:
    """Show which tint stands for which share."""
    edges = [f"{100 * edge:g}" for edge in _MAP_CLASSES]
    names = [
        f"<{edges[0]}%",
        *(f"{a}–{b}%" for a, b in pairwise(edges)),
        f"≥{edges[-1]}%",
    ]
    items = [*zip(_MAP_COLOURS, names, strict=True), (_UNKNOWN, words.phrase("few", lang))]
    step = WIDTH / len(items)
    parts = []
    for i, (fill, name) in enumerate(items):
        parts.append(
            f'<rect x="{i * step:.1f}" y="{top:.1f}" width="16" height="12" fill="{fill}" stroke="{INK}" '
            'stroke-width=".8"/>'
        )
        parts.append(svg.text(i * step + 20, top + 10.5, name, "start", size=11))
    return parts


def _map_summary(simulation: Simulation, lang: Lang) -> str:
    rows = group_rows(simulation.baseline, "township")
    said = [
        f"{wording.one_line(row['name'])} {wording.share_text(float(row['within_share']))}"
        if says_something(row, simulation.rules)
        else f"{wording.one_line(row['name'])} {words.phrase('few', lang)}"
        for row in rows
        if row["name"]
    ]
    return pick(lang, "；", "; ").join(said)
