"""The two charts of a comparison as plain SVG: cost against people covered, and the response-time curves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from coverage.assessment import is_within
from coverage.reports import svg, wording
from coverage.reports.chart_parts import (
    BOTTOM,
    LABELS_PX,
    LEFT,
    LINE_PX,
    SIZE,
    SMALL,
    TOP,
    WIDTH,
    end_labels,
    grid,
    keys_in_row,
    limit_parts,
    line_key,
    outcome_look,
    scale,
    sheet,
    stroke,
    x_axis,
)
from coverage.reports.comparison_page_words import word
from coverage.reports.display_width import wrapped
from coverage.reports.map_style import INK
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from coverage.comparison import Comparison, Outcome
    from coverage.reports.wording import Lang

_RIGHT = 462.0
_MARK_PX = 5.5
_HALO = {"stroke": "#fff", "stroke-width": "3", "paint-order": "stroke", "stroke-linejoin": "round"}
_CURVE_STEP_S = 15.0
_MINUTE_STEPS, _MAX_MINUTE_TICKS = (1, 2, 5, 10, 15, 20, 30, 60), 9
_SHORTEST_MIN, _LONGEST_MIN = 30.0, 180.0
_MOST = 0.99  # of those whom somebody reaches: as far as the curves must be followed


def _name(outcome: Outcome, lang: Lang) -> str:
    if outcome.is_baseline:
        return word("today", lang)
    return f"{outcome.key} {wording.one_line(outcome.option.name)}".strip()


def _share(outcome: Outcome) -> float:
    return outcome.situation.assessment.totals["all"].covered_share


def _share_text(outcome: Outcome) -> str:
    standard = outcome.situation.standard
    return wording.share_text(_share(outcome), target_share=standard.target_share)


# ---- cost against people covered ----


@dataclass(frozen=True)
class _Mark:
    """An outcome of known cost: its place, and whether another covers no fewer for no more."""

    outcome: Outcome
    position: int
    cost: float
    percent: float
    is_dominated: bool
    is_advised: bool


def frontier_svg(comparison: Comparison, lang: Lang) -> str:
    """
    Draw what each option costs against the share of people it covers.

    Parameters
    ----------
    comparison
        The comparison.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    str
        An SVG element that stands for itself, every text in it escaped.

    Notes
    -----
    Every outcome is a mark with its letter: the county as it is a square, options circles; hollow where
    another outcome covers no fewer people for no more money. The others are the efficient frontier, drawn as
    the most that a sum buys. Options without a known cost have no place on the chart and are named below it.
    The axes do not begin at nothing, as a chart of differences is read by them; their ticks say so.
    """
    marks = _marks(comparison)
    x_ticks, y_ticks = _cost_ticks([m.cost for m in marks]), _percent_ticks([m.percent for m in marks])
    x, y = scale(x_ticks, LEFT, _RIGHT), scale(y_ticks, BOTTOM, TOP)
    title = word("frontier", lang, comparison.area.demand_unit)
    below = _below(comparison, marks, lang)
    height = BOTTOM + 46 + LINE_PX * len(below)
    parts = [
        *grid(y_ticks, y, _RIGHT),
        *x_axis(x_ticks, x, _cost_axis(comparison, lang), _RIGHT),
        svg.text(0, 14, word("share_axis", lang, comparison.area.demand_unit), "start", size=SMALL),
        _frontier_line(marks, x, y),
        *_mark_parts(marks, x, y),
        *(svg.text(0, BOTTOM + 56 + LINE_PX * i, line, "start", size=SMALL) for i, line in enumerate(below)),
    ]
    return sheet(height, f"{title}{word('colon', lang)}{_frontier_summary(comparison, lang)}", parts)


def _marks(comparison: Comparison) -> list[_Mark]:
    marks = []
    for position, outcome in enumerate(comparison.outcomes):
        cost, share = comparison.cost_wan(outcome), _share(outcome)
        if math.isfinite(cost) and math.isfinite(share):
            dominated, advised = bool(outcome.dominated_by), outcome.key == comparison.advice.key
            marks.append(_Mark(outcome, position, cost, 100 * share, dominated, advised))
    return marks


def _cost_ticks(costs: Sequence[float]) -> list[float]:
    low, high = min([0.0, *costs]), max([0.0, *costs])
    return svg.ticks(low, high if high > low else low + 1.0)


def _percent_ticks(percents: Sequence[float]) -> list[float]:
    """Give ticks around shares; a tick above the whole says nothing."""
    if not percents:
        return [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    low, high = min(percents), max(percents)
    margin = max(0.5, 0.08 * (high - low))
    return svg.ticks(max(low - margin, 0.0), min(high + margin, 100.0))


def _cost_axis(comparison: Comparison, lang: Lang) -> str:
    years = f"{comparison.baseline.cost.years:g}"
    return word(f"{comparison.basis}_axis", lang, years=years)


def _frontier(marks: Sequence[_Mark]) -> list[tuple[float, float]]:
    """Give cost and share of what is not dominated, the cheapest first."""
    return sorted((m.cost, m.percent) for m in marks if not m.is_dominated)


def _frontier_line(marks: Sequence[_Mark], x: Callable[[float], float], y: Callable[[float], float]) -> str:
    """Draw the most that a sum covers: level from one outcome's cost to the next one's, then up."""
    best = _frontier(marks)
    if not best:
        return ""
    steps = "".join(f"H{x(cost):.1f}V{y(percent):.1f}" for cost, percent in best[1:])
    start = f"M{x(best[0][0]):.1f} {y(best[0][1]):.1f}"
    return f'<path d="{start}{steps}H{_RIGHT:g}" fill="none" stroke="#8894a3" stroke-width="1.6"/>'


def _mark_parts(
    marks: Sequence[_Mark], x: Callable[[float], float], y: Callable[[float], float]
) -> list[str]:
    """Draw the marks, the best on top, and a label beside each that touches nothing else."""
    drawn = sorted(marks, key=lambda m: (not m.is_dominated, m.is_advised, -m.position))
    parts = [_mark(m, x(m.cost), y(m.percent)) for m in drawn]
    line = _frontier(marks)
    at: dict[tuple[int, int], list[_Mark]] = {}
    for m in marks:
        at.setdefault((round(x(m.cost)), round(y(m.percent))), []).append(m)
    boxes = [_around(px, py, _MARK_PX + 3, _MARK_PX + 3) for px, py in at]
    boxes += [(x(a[0]), y(a[1]) - 1, x(b[0]), y(a[1]) + 1) for a, b in pairwise(line)]
    boxes += [(x(b[0]) - 1, y(b[1]), x(b[0]) + 1, y(a[1])) for a, b in pairwise(line)]
    for (px, py), here in at.items():
        keys = ", ".join(m.outcome.key for m in here)
        label, share = keys, _share_text(here[0].outcome)
        width = svg.text_width_px(f"{label} {share}", SIZE)
        cx, cy = _free_place(px, py, width, boxes)
        boxes.append(_around(cx, cy, width / 2, 8))
        if math.hypot(cx - px, cy - py) > width / 2 + 3 * _MARK_PX:
            parts.append(f'<path d="M{px} {py}L{cx:.1f} {cy:.1f}" stroke="#8894a3" stroke-width=".8"/>')
        attributes = " ".join(f'{k}="{v}"' for k, v in _HALO.items())
        parts.append(
            f'<text x="{cx:.1f}" y="{cy + 4.5:.1f}" text-anchor="middle" font-size="{SIZE:g}" fill="{INK}" '
            f'{attributes}><tspan font-weight="bold">{escape(label)}</tspan>'
            f'<tspan font-size="{SMALL:g}"> {escape(share)}</tspan></text>'
        )
    return parts


def _mark(mark: _Mark, px: float, py: float) -> str:
    colour = outcome_look(mark.position).colour
    inside = "#fff" if mark.is_dominated else colour
    ring = (
        f'<circle cx="{px:.1f}" cy="{py:.1f}" r="{_MARK_PX + 4:g}" fill="none" stroke="{INK}" '
        'stroke-width="1.3"/>'
        if mark.is_advised
        else ""
    )
    if mark.outcome.is_baseline:
        side = 2 * _MARK_PX - 1
        shape = f'<rect x="{px - side / 2:.1f}" y="{py - side / 2:.1f}" width="{side:g}" height="{side:g}"'
    else:
        shape = f'<circle cx="{px:.1f}" cy="{py:.1f}" r="{_MARK_PX:g}"'
    return f'{ring}{shape} fill="{inside}" stroke="{colour}" stroke-width="2"/>'


def _around(x: float, y: float, half_width: float, half_height: float) -> tuple[float, float, float, float]:
    return x - half_width, y - half_height, x + half_width, y + half_height


def _touch(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _free_place(
    x: float, y: float, width: float, boxes: Sequence[tuple[float, float, float, float]]
) -> tuple[float, float]:
    """Give the middle of the nearest free place for a label of a mark, inside the chart."""
    half = width / 2
    sides = [(0, -1), (1, 0), (-1, 0), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1)]
    for far, (dx, dy) in product((0, 16, 32, 48, 64, 80, 96, 112), sides):
        cx = x + dx * (half + _MARK_PX + 7 + far)
        cy = y + dy * (_MARK_PX + 12 + far)
        box = _around(cx, cy, half, 8)
        inside = box[0] >= LEFT and box[2] <= WIDTH and box[1] >= TOP - 14 and box[3] <= BOTTOM - 1
        if inside and not any(_touch(box, other) for other in boxes):
            return cx, cy
    return min(max(x, LEFT + half), WIDTH - half), y - _MARK_PX - 12


def _below(comparison: Comparison, marks: Sequence[_Mark], lang: Lang) -> list[str]:
    """Say what the marks mean, and name what has no place on the chart."""
    texts = [word("hollow", lang)] if any(m.is_dominated for m in marks) else []
    if any(m.is_advised for m in marks):
        texts.append(word("ringed", lang, which=_advised(comparison, lang)))
    placed = {m.outcome.key for m in marks}
    unplaced = [o for o in comparison.outcomes if o.key not in placed]
    if unplaced:
        names = word("semicolon", lang).join(
            f"{wording.short_name(_name(o, lang))}{word('comma', lang)}{_share_text(o)}" for o in unplaced
        )
        texts.append(word("unplaced", lang, names=names))
    columns = int(WIDTH / svg.text_width_px("0", SMALL))
    return [line for text in texts for line in wrapped(text, columns)]


def _advised(comparison: Comparison, lang: Lang) -> str:
    return wording.short_name(_name(comparison.outcome(comparison.advice.key), lang))


def _frontier_summary(comparison: Comparison, lang: Lang) -> str:
    """Give the chart's figures as a sentence: cost, share and by what an outcome is dominated."""
    said = []
    for outcome in comparison.outcomes:
        cost = comparison.cost_wan(outcome)
        money = word("money", lang, cost=f"{cost:,.6g}") if math.isfinite(cost) else word("no_cost", lang)
        parts = [_name(outcome, lang), money, _share_text(outcome)]
        if outcome.dominated_by:
            parts.append(word("dominated", lang, keys=", ".join(outcome.dominated_by)))
        said.append(word("comma", lang).join(parts))
    return word("semicolon", lang).join(said)


# ---- share of people within t minutes ----


def curves_svg(comparison: Comparison, lang: Lang) -> str:
    """
    Draw the share of people who are reached within t minutes, a step curve an outcome.

    Parameters
    ----------
    comparison
        The comparison.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    str
        An SVG element that stands for itself, every text in it escaped.

    Notes
    -----
    Every outcome's times are its own, on its own clock, speeds and roads; the share is of all people of the
    county, so that a curve ends below the whole where some are never reached. The limits of the promise are
    upright lines. Curves are told apart by colour, by dashes and by the label at their end.
    """
    to = _last_minute(comparison)
    right = WIDTH - LABELS_PX
    x_ticks, y_ticks = _minute_ticks(to), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    x = scale([0.0, to], LEFT, right)
    y = scale(y_ticks, BOTTOM, TOP)
    grid_s = _grid_s(comparison, to)
    curves = [_within(outcome, grid_s) for outcome in comparison.outcomes]
    unit = comparison.area.demand_unit
    access = comparison.standard.is_access
    title = word("curves", lang, unit, access=access)
    parts = [
        *grid(y_ticks, y, right),
        *x_axis(x_ticks, x, word("minutes_axis", lang, access=access), right),
        svg.text(0, 14, word("within_axis", lang, unit), "start", size=SMALL),
        *limit_parts(comparison.standard, x, lang),
        # the county as it is lies on top: where an option changes nothing, it is what one must see
        *(_curve(i, grid_s, shares, x, y) for i, shares in reversed(list(enumerate(curves)))),
        *line_key([o.key for o in comparison.outcomes]),
        *end_labels([o.key for o in comparison.outcomes], [shares[-1] for shares in curves], y, right),
    ]
    rows = math.ceil(len(curves) / keys_in_row())
    return sheet(
        BOTTOM + 46 + LINE_PX * rows,
        f"{title}{word('colon', lang)}{_curves_summary(comparison, lang)}",
        parts,
    )


def _last_minute(comparison: Comparison) -> float:
    """Give how far the curves are followed: until nearly all are there whom anybody reaches."""
    longest = max(comparison.standard.urban_s, comparison.standard.rural_s) / MINUTE_S
    needed = max(_SHORTEST_MIN, 1.25 * longest)
    for outcome in comparison.outcomes:
        shares = _within(outcome, np.arange(1, _LONGEST_MIN + 1) * MINUTE_S)
        enough = np.flatnonzero(shares >= _MOST * shares[-1])
        needed = max(needed, float(enough[0] + 1))
    return math.ceil(needed / 5) * 5.0


def _minute_ticks(to: float) -> list[float]:
    step = next(s for s in _MINUTE_STEPS if to / s <= _MAX_MINUTE_TICKS)
    return [float(t) for t in range(0, int(to) + 1, step)]


def _grid_s(comparison: Comparison, to: float) -> NDArray[np.float64]:
    """Give the times at which the curves are drawn, those of every limit among them."""
    standards = [outcome.situation.standard for outcome in comparison.outcomes]
    limits = [limit for s in standards for limit in (s.urban_s, s.rural_s) if limit <= to * MINUTE_S]
    return np.union1d(np.arange(0.0, to * MINUTE_S + 1e-6, _CURVE_STEP_S), limits)


def _within(outcome: Outcome, grid_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of people reached within each time, shape (n_times,)."""
    demand = outcome.demand
    people = demand["population"].to_numpy(dtype=float)
    total = people.sum()
    if total <= 0:
        return np.zeros(len(grid_s))
    within = is_within(demand["after_s"].to_numpy(dtype=float)[None, :], grid_s[:, None])
    return np.asarray(within @ people / total, dtype=np.float64)


def _curve(
    position: int,
    grid_s: NDArray[np.float64],
    shares: NDArray[np.float64],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> str:
    path, level = f"M{x(0.0):.1f} {y(0.0):.1f}", f"{y(0.0):.1f}"
    for time_s, share in zip(grid_s, shares, strict=True):
        now = f"{y(100 * float(share)):.1f}"
        if now != level:
            path, level = f"{path}H{x(float(time_s) / MINUTE_S):.1f}V{now}", now
    return f'<path d="{path}H{x(float(grid_s[-1]) / MINUTE_S):.1f}" {stroke(outcome_look(position))}/>'


def _curves_summary(comparison: Comparison, lang: Lang) -> str:
    """Give the curves at the limits of the promise as a sentence."""
    standard = comparison.standard
    limits = sorted({standard.urban_s, standard.rural_s})
    said = []
    for outcome in comparison.outcomes:
        shares = _within(outcome, np.array(limits))
        at = [
            word("at_minutes", lang, minutes=f"{limit / MINUTE_S:g}", share=wording.share_text(float(share)))
            for limit, share in zip(limits, shares, strict=True)
        ]
        said.append(word("comma", lang).join([_name(outcome, lang), *at]))
    return word("semicolon", lang).join(said)


_TABLE_MIN = (5, 8, 10, 12, 15, 20, 25, 30, 40, 60)


def curve_table(comparison: Comparison, lang: Lang) -> dict[str, list[list[str]]]:
    """
    Give the curves as a table, for those who cannot see them.

    Returns
    -------
    dict
        ``heads``: one row, minutes; ``rows``: an outcome each, its name and the share reached within them.
    """
    standard = comparison.standard
    limits = {standard.urban_s / MINUTE_S, standard.rural_s / MINUTE_S}
    minutes = sorted(limits | {float(m) for m in _TABLE_MIN})
    grid_s = np.array(minutes) * MINUTE_S
    heads = [word("minutes", lang, minutes=f"{m:g}") for m in minutes]
    rows = [
        [_name(outcome, lang), *(wording.share_text(float(share)) for share in _within(outcome, grid_s))]
        for outcome in comparison.outcomes
    ]
    return {"heads": [heads], "rows": rows}
