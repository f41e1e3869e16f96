"""Parts that the charts of every report share: sheet, axes, lines that tell outcomes apart, their labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from coverage.reports import svg
from coverage.reports.comparison_page_words import word
from coverage.reports.map_style import INK
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coverage.reports.wording import Lang
    from coverage.standards import ResponseStandard

WIDTH = 480
"""Of every chart, in its own units; the height follows from what it says."""
LEFT, TOP, BOTTOM = 46.0, 44.0, 276.0
"""Where the axes stand."""
SIZE, SMALL = 13.0, 12.0
LINE_PX = 17.0
LABELS_PX = 34.0
"""Room beside the curves' ends."""

_KEY_PX, _SAMPLE_PX = 52.0, 28.0

# From Okabe and Ito, and from Tol, dark enough for thin lines; neighbours differ in dash as well.
_COLOURS = ("#0072B2", "#C44E00", "#00755A", "#AA4499", "#7A5200", "#332288")
_DASHES = ("", "8 3", "2.5 2.5", "10 3 2.5 3", "5 2.5 1.5 2.5 1.5 2.5", "14 4")


@dataclass(frozen=True)
class Look:
    """How an outcome is drawn wherever it has a line or a mark of its own: colour and dashes."""

    colour: str
    dash: str
    width: float


def outcome_look(position: int) -> Look:
    """
    Give the look of the outcome at `position` among a comparison's outcomes; 0 is the county as it is.

    Notes
    -----
    Colour and dashes run through their lists at different paces, so that the first 36 options differ in one
    of both at least and neighbours in both; the county as it is has the ink of the text, and a thicker line.
    """
    if position == 0:
        return Look(INK, "", 2.4)
    i, n = position - 1, len(_COLOURS)
    return Look(_COLOURS[i % n], _DASHES[(i + i // n) % len(_DASHES)], 1.8)


def line_sample(position: int) -> str:
    """Give a sample of an outcome's line, to be drawn in a box of 24 by 16."""
    return f'<path d="M0 8H24" {stroke(outcome_look(position))}/>'


def stroke(look: Look) -> str:
    """Give the attributes of a line."""
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    return f'fill="none" stroke="{look.colour}" stroke-width="{look.width:g}"{dash}'


def sheet(height: float, name: str, parts: Sequence[str]) -> str:
    """Put a chart together; it stands for itself in any page or document."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" font-family="sans-serif" role="img" '
        f'aria-label="{escape(name)}">'
    )
    return "".join((head, *parts, "</svg>"))


def grid(ticks: Sequence[float], y: Callable[[float], float], right: float) -> list[str]:
    """Draw lines across, a tick each, with their figures on the left."""
    parts = []
    for tick in ticks:
        parts.append(f'<path d="M{LEFT:g} {y(tick):.1f}H{right:g}" stroke="{svg.GRID}" stroke-width="1"/>')
        parts.append(svg.text(LEFT - 6, y(tick) + 4, svg.tick_text(tick), "end", size=SMALL))
    return parts


def x_axis(
    ticks: Sequence[float], x: Callable[[float], float], title: str, right: float, *, thinned: bool = True
) -> list[str]:
    """Draw the axis below; ticks whose figures would touch have none."""
    parts = [f'<path d="M{LEFT:g} {BOTTOM:g}H{right:g}" stroke="{svg.TEXT}" stroke-width="1.2"/>']
    last = -math.inf
    for tick in ticks:
        label = svg.tick_text(tick)
        half = svg.text_width_px(label, SMALL) / 2
        parts.append(f'<path d="M{x(tick):.1f} {BOTTOM:g}v4" stroke="{svg.TEXT}"/>')
        if not thinned or x(tick) - half >= last + 6:
            parts.append(svg.text(x(tick), BOTTOM + 17, label, "middle", size=SMALL))
            last = x(tick) + half
    return [*parts, svg.text((LEFT + right) / 2, BOTTOM + 36, title, "middle", size=SMALL)]


def scale(ticks: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    """Give where a value stands between two ends, by the first and the last tick."""
    first, last = ticks[0], ticks[-1]
    return lambda value: start + (end - start) * (value - first) / (last - first)


def limit_parts(standard: ResponseStandard, x: Callable[[float], float], lang: Lang) -> list[str]:
    """Draw the limits of the promise, their names above the chart."""
    limits = {standard.urban_s: "urban", standard.rural_s: "rural"}
    if standard.urban_s == standard.rural_s:
        limits = {standard.urban_s: "all"}
    named = [
        (x(limit_s / MINUTE_S), word(f"limit_{name}", lang, minutes=f"{limit_s / MINUTE_S:g}"))
        for limit_s, name in sorted(limits.items())
    ]
    # where the names of two limits would touch, they stand away from each other
    room = sum(svg.text_width_px(label, SMALL) for _, label in named) / 2 + 8
    is_tight = len(named) > 1 and named[1][0] - named[0][0] < room
    parts = []
    for i, (at, label) in enumerate(named):
        parts.append(
            f'<path d="M{at:.1f} {TOP - 4:g}V{BOTTOM:g}" stroke="{INK}" stroke-width=".9" '
            'stroke-dasharray="3 3"/>'
        )
        shift, anchor = (((3, "end"), (-3, "start"))[i]) if is_tight else (0, "middle")
        parts.append(svg.text(at + shift, TOP - 8, label, anchor, size=SMALL, fill=INK))
    return parts


def keys_in_row() -> int:
    """Give how many samples `line_key` puts side by side."""
    return int(WIDTH // _KEY_PX)


def line_key(keys: Sequence[str]) -> list[str]:
    """Show a sample of every curve's line with its letter, below the chart."""
    parts = []
    for i, key in enumerate(keys):
        row, column = divmod(i, keys_in_row())
        left, at = column * _KEY_PX, BOTTOM + 54 + LINE_PX * row
        parts.append(f'<path d="M{left:g} {at:g}h{_SAMPLE_PX:g}" {stroke(outcome_look(i))}/>')
        parts.append(svg.text(left + _SAMPLE_PX + 4, at + 4.5, key, "start", size=SMALL, fill=INK))
    return parts


def end_labels(
    keys: Sequence[str], ends: Sequence[float], y: Callable[[float], float], right: float
) -> list[str]:
    """Write every curve's letter beside its end, apart from each other, with a line to where it belongs."""
    order = sorted(range(len(keys)), key=lambda i: (-ends[i], i))
    places = spread([y(100 * ends[i]) for i in order], gap=SIZE + 1, low=TOP, high=BOTTOM)
    parts = []
    for i, at in zip(order, places, strict=True):
        look, end = outcome_look(i), y(100 * ends[i])
        parts.append(
            f'<path d="M{right:g} {end:.1f}L{right + 14:g} {at:.1f}" fill="none" stroke="{look.colour}" '
            'stroke-width="1"/>'
        )
        more = {"font-weight": "bold"}
        parts.append(svg.text(right + 17, at + 4.5, keys[i], "start", size=SIZE, fill=look.colour, more=more))
    return parts


def spread(wanted: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """
    Move places apart until none is nearer than `gap` to the next, as little as that takes.

    Parameters
    ----------
    wanted
        Ascending.
    gap
        Least distance; smaller where the room does not hold all.
    low, high
        The room.
    """
    if len(wanted) > 1:
        gap = min(gap, (high - low) / (len(wanted) - 1))
    groups: list[list[float]] = []  # of each: the sum of where its places would begin, and their number
    for i, place in enumerate(wanted):
        groups.append([place - i * gap, 1.0])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
            last = groups.pop()
            groups[-1] = [groups[-1][0] + last[0], groups[-1][1] + last[1]]
    starts = [total / n for total, n in groups for _ in range(int(n))]
    top = high - gap * (len(wanted) - 1)
    return [min(max(start, low), top) + i * gap for i, start in enumerate(starts)]
