"""The curve of people covered against the number of new sites, drawn as inline SVG, and as a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from coverage.reports import proposal_wording as words
from coverage.reports import svg, wording
from coverage.reports.curve import curve_rows
from coverage.reports.map_style import INK
from coverage.reports.proposal_counts import figure_text
from coverage.reports.proposal_models import proven_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from coverage.proposal import Proposal
    from coverage.reports.wording import Lang

WIDTH, HEIGHT = 312, 190
_RIGHT, _TOP, _BOTTOM = 286.0, 32.0, 150.0
_DIGIT_PX = 6.6
_MIN_LABEL_PX = 36.0
_MAX_COUNT_TICKS = 12
_TEN_THOUSAND = 10_000.0
_LINE = "#0b5394"


@dataclass(frozen=True)
class _Point:
    """A point of the curve: new sites, what is covered, in the axis' unit, and whether it is proven."""

    count: int
    covered: float
    share: str
    proven: bool


def sweep_chart(proposal: Proposal, lang: Lang) -> dict[str, Any]:
    """
    Draw the curve, and give its figures as a table.

    Parameters
    ----------
    proposal
        With a sweep of one point or more.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    dict
        ``svg``: markup, every text in it escaped; ``heads`` and ``rows``: the table, today first.

    Notes
    -----
    Points are told apart without colour: today a square, proven ones solid, others hollow. The axis of what
    is covered does not begin at nothing, as the curve is read by its differences; its ticks say so.
    """
    points, scale = _points(proposal, lang)
    return {"svg": _svg(points, scale, proposal, lang), **_table(proposal, lang)}


def _points(proposal: Proposal, lang: Lang) -> tuple[list[_Point], float]:
    """Give the points in the axis' unit, and how many people or metres that unit is."""
    totals, target = proposal.before.assessment.totals["all"], proposal.after.standard.target_share
    if proposal.area.demand_unit != "people":
        scale = 1000.0
    else:
        scale = _TEN_THOUSAND if lang == "zh" and totals.population >= _TEN_THOUSAND else 1.0
    rows = [(0, totals.covered_population, totals.covered_share, True)]
    rows += [
        (p.count, p.covered_population, p.covered_share, p.plan.status == "optimal") for p in proposal.sweep
    ]
    return [
        _Point(count, covered / scale, wording.share_text(share, target_share=target), proven)
        for count, covered, share, proven in rows
    ], scale


def _svg(points: Sequence[_Point], scale: float, proposal: Proposal, lang: Lang) -> str:
    ticks = svg.ticks(min(p.covered for p in points), max(p.covered for p in points))
    most = max(p.count for p in points)
    left = 8 + _DIGIT_PX * max(len(svg.tick_text(tick)) for tick in ticks)
    summary = "; ".join(f"{p.count}: {p.covered:,.6g} ({p.share})" for p in points)
    x = {p.count: left + (_RIGHT - left) * p.count / most for p in points}

    def y(value: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (value - ticks[0]) / (ticks[-1] - ticks[0])

    title = words.chart_title(proposal, lang)
    name = escape(f"{title}: {summary}")
    return "".join(
        (
            f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}">',
            *_grid(ticks, y, left),
            *_count_axis(most, left, proposal, lang),
            svg.text(0, 11, words.chart_axis(proposal, scale, lang), "start"),
            *_curve(points, x, y),
            "</svg>",
        )
    )


def _grid(ticks: Sequence[float], y: Callable[[float], float], left: float) -> list[str]:
    parts = []
    for tick in ticks:
        parts.append(
            f'<path d="M{left:.1f} {y(tick):.1f}H{_RIGHT + 22:g}" stroke="{svg.GRID}" stroke-width="1"/>'
        )
        parts.append(svg.text(left - 6, y(tick) + 4, svg.tick_text(tick), "end"))
    return parts


def _count_axis(most: int, left: float, proposal: Proposal, lang: Lang) -> list[str]:
    step = math.ceil(most / _MAX_COUNT_TICKS)
    parts = [f'<path d="M{left:.1f} {_BOTTOM:g}H{_RIGHT + 22:g}" stroke="{svg.TEXT}" stroke-width="1.2"/>']
    for count in range(0, most + 1, step):
        at = left + (_RIGHT - left) * count / most
        parts.append(f'<path d="M{at:.1f} {_BOTTOM:g}v4" stroke="{svg.TEXT}"/>')
        parts.append(svg.text(at, _BOTTOM + 16, str(count), "middle"))
    name = words.label("count", proposal, lang)
    return [*parts, svg.text((left + _RIGHT) / 2, HEIGHT - 6, name, "middle")]


def _curve(points: Sequence[_Point], x: Mapping[int, float], y: Callable[[float], float]) -> list[str]:
    """Draw line and marks, and write the shares where there is room for them."""
    path = "L".join(f"{x[p.count]:.1f} {y(p.covered):.1f}" for p in points)
    parts = [f'<path d="M{path}" fill="none" stroke="{_LINE}" stroke-width="2"/>']
    labelled = -math.inf
    for p in points:
        at_x, at_y = x[p.count], y(p.covered)
        if p.count == 0:
            parts.append(f'<rect x="{at_x - 4:.1f}" y="{at_y - 4:.1f}" width="8" height="8" fill="{INK}"/>')
        else:
            inside = _LINE if p.proven else "#fff"
            parts.append(
                f'<circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="4.2" fill="{inside}" stroke="{_LINE}" '
                'stroke-width="2"/>'
            )
        if at_x - labelled >= _MIN_LABEL_PX:
            labelled = at_x
            # the curve climbs to the right of today: its label stands below the line
            at = (at_x + 9, at_y + 4, "start") if p.count == 0 else (at_x, at_y - 9, "middle")
            parts.append(svg.text(at[0], at[1], p.share, at[2]))
    return parts


def _table(proposal: Proposal, lang: Lang) -> dict[str, Any]:
    target, today = proposal.after.standard.target_share, words.label("before", proposal, lang)
    keys = ("count", "covered", "gained", "step", "covered_share", "townships_met", "proof")
    return {
        "heads": [words.short_label(key, proposal, lang) for key in keys],
        "rows": [
            [
                str(row.count),
                figure_text(proposal, row.covered_population, lang),
                words.signed_text(proposal, row.gained, lang),
                words.signed_text(proposal, row.step, lang),
                wording.share_text(row.covered_share, target_share=target),
                str(row.townships_met),
                proven_text(row.plan, lang) if row.plan else today,
            ]
            for row in curve_rows(proposal)
        ],
    }
