"""Charts of a simulated year as plain SVG: response curve, hours of the day, differences, bars."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from coverage.reports import simulation_wording as words
from coverage.reports import svg, wording
from coverage.reports.chart_parts import (
    BOTTOM,
    LABELS_PX,
    LEFT,
    LINE_PX,
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
from coverage.reports.comparison_names import full_title
from coverage.reports.map_style import INK
from coverage.reports.simulation_rows import difference, records
from coverage.reports.wording import pick
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coverage.reports.simulation_rows import Difference
    from coverage.reports.wording import Lang
    from coverage.simulation import SimulatedOutcome, Simulation

_PERCENTS = [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
_MINUTE_TICKS = [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
_HOUR_TICKS = [0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0]
_BAND = "#d6dbe2"
_CLEAR_PX = 4.5


def curve_svg(simulation: Simulation, lang: Lang) -> str:
    """
    Draw the share of all calls that are reached within t minutes, a line an outcome, with the limits.

    Parameters
    ----------
    simulation
        The simulated year.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    str
        An SVG element that stands for itself, every text in it escaped.
    """
    right = WIDTH - LABELS_PX
    x, y = scale(_MINUTE_TICKS, LEFT, right), scale(_PERCENTS, BOTTOM, TOP)
    lines = [
        [(float(row["minute"]), 100 * float(row["share"])) for _, row in o.response_curve.iterrows()]
        for o in simulation.outcomes
    ]
    first = simulation.baseline.response_curve
    band = [
        (float(m), 100 * float(low), 100 * float(high))
        for m, low, high in zip(first["minute"], first["share_low"], first["share_high"], strict=True)
    ]
    parts = [
        svg.text(0, 14, pick(lang, "到达的呼救占比（%）", "Calls reached (%)"), "start", size=SMALL),
        _band(band, x, y),
        *grid(_PERCENTS, y, right),
        *x_axis(_MINUTE_TICKS, x, pick(lang, "响应时间（分钟）", "Response time (min)"), right),
        *limit_parts(simulation.standard, x, lang),
        *_lines(lines, x, y),
        *_keys(simulation, lines, y, right),
    ]
    return sheet(
        _height(simulation),
        named_chart(words.label("curve", lang), curve_summary(simulation, lang), lang),
        parts,
    )


def curve_summary(simulation: Simulation, lang: Lang) -> str:
    """Give the curves at the limits of the promise as a sentence."""
    standard = simulation.standard
    limits = sorted({standard.urban_s, standard.rural_s})
    said = []
    for outcome in simulation.outcomes:
        curve = outcome.response_curve.set_index("minute")["share"]
        at = [
            pick(lang, f"{minute}分钟内{share}", f"{share} within {minute} min")
            for minute, share in (
                (f"{int(limit // MINUTE_S)}", wording.share_text(float(curve[int(limit // MINUTE_S)])))
                for limit in limits
                if int(limit // MINUTE_S) in curve.index
            )
        ]
        said.append(pick(lang, "，", ", ").join([full_title(outcome, lang), *at]))
    return pick(lang, "；", "; ").join(said)


def hours_svg(simulation: Simulation, figure: str, lang: Lang) -> str:
    """
    Draw a figure by hour of the day, a line an outcome; the interval of the county as it is lies behind.

    Parameters
    ----------
    simulation
        The simulated year.
    figure
        ``within_share`` or ``busy_units``.
    lang
        ``zh`` or ``en``.
    """
    is_share = figure == "within_share"
    by = 100.0 if is_share else 1.0
    right = WIDTH - LABELS_PX
    lines = [_by_hour(outcome, figure, by) for outcome in simulation.outcomes]
    highest = max((value for line in lines for _, value in line if math.isfinite(value)), default=1.0)
    ticks = _PERCENTS if is_share else svg.ticks(0.0, highest)
    x, y = scale(_HOUR_TICKS, LEFT, right), scale(ticks, BOTTOM, TOP)
    hours = simulation.baseline.hours
    band = [
        (float(hour) + 0.5, by * float(low), by * float(high))
        for hour, low, high in zip(
            hours["hour"], hours[f"{figure}_low"], hours[f"{figure}_high"], strict=True
        )
    ]
    title = words.label("hours_within" if is_share else "hours_busy", lang)
    unit = (
        pick(lang, "限时内到达占比（%）", "Within the limit (%)")
        if is_share
        else pick(lang, "平均占用车辆（辆）", "Ambulances busy")
    )
    parts = [
        svg.text(0, 14, unit, "start", size=SMALL),
        _band([(h, low, min(high, ticks[-1])) for h, low, high in band], x, y),
        *grid(ticks, y, right),
        *x_axis(_HOUR_TICKS, x, pick(lang, "时刻", "Hour of the day"), right),
        *_lines(lines, x, y),
        *_keys(simulation, lines, y, right),
    ]
    return sheet(
        _height(simulation), named_chart(title, _hours_summary(simulation, figure, lang), lang), parts
    )


def _by_hour(outcome: SimulatedOutcome, figure: str, by: float) -> list[tuple[float, float]]:
    """Give the middle of each hour, and the figure then."""
    hours = outcome.hours
    return [(float(h) + 0.5, by * float(v)) for h, v in zip(hours["hour"], hours[figure], strict=True)]


def _hours_summary(simulation: Simulation, figure: str, lang: Lang) -> str:
    said = []
    for outcome in simulation.outcomes:
        known = [row for row in records(outcome.hours) if not math.isnan(row[figure])]
        if not known:
            continue
        low, high = (find(known, key=lambda row: float(row[figure])) for find in (min, max))
        texts = [
            wording.share_text(float(row[figure]))
            if figure == "within_share"
            else f"{float(row[figure]):.2f}"
            for row in (low, high)
        ]
        at = [words.hour_text(int(row["hour"])) for row in (low, high)]
        said.append(
            pick(
                lang,
                f"{full_title(outcome, lang)}，最低{texts[0]}（{at[0]}），最高{texts[1]}（{at[1]}）",
                f"{full_title(outcome, lang)}, lowest {texts[0]} ({at[0]}), highest {texts[1]} ({at[1]})",
            )
        )
    return pick(lang, "；", "; ").join(said)


def differences_svg(simulation: Simulation, lang: Lang) -> str:
    """
    Draw how far each option is from the county as it is, with its interval: share of calls within the limit.

    Parameters
    ----------
    simulation
        The simulated year, with an option at least.
    lang
        ``zh`` or ``en``.

    Notes
    -----
    A clear difference is a full mark, any other a hollow one, so that print without colour tells them apart.
    """
    groups = (("all", "all"), ("class", "urban"), ("class", "rural"))
    rows = [
        (o, group_id, difference(simulation, o.key, "within_share", group=group, group_id=group_id))
        for o in simulation.options
        for group, group_id in groups
    ]
    rows = [row for row in rows if not math.isnan(row[2].value)]
    bounds = [100 * v for *_, d in rows for v in (d.value, d.low, d.high, 0.0) if math.isfinite(v)]
    ticks = svg.ticks(min(bounds, default=-1.0), max(bounds, default=1.0))
    left, right, top = 118.0, WIDTH - 14.0, 30.0
    x = scale(ticks, left, right)
    bottom = top + 22.0 * len(rows) + 6
    parts = [
        svg.text(0, 14, pick(lang, "与现状相差（百分点）", "Against today (points)"), "start", size=SMALL),
        *(f'<path d="M{x(t):.1f} {top:g}V{bottom:g}" stroke="{svg.GRID}"/>' for t in ticks),
        f'<path d="M{x(0.0):.1f} {top:g}V{bottom:g}" stroke="{INK}" stroke-width="1.4"/>',
    ]
    parts += [svg.text(x(t), bottom + 16, _signed_tick(t), "middle", size=SMALL) for t in ticks]
    positions = {o.key: i for i, o in enumerate(simulation.outcomes)}
    for i, (outcome, group_id, found) in enumerate(rows):
        at = top + 22.0 * i + 15
        name = f"{outcome.key} {wording.class_text(group_id, lang)}"
        parts.append(svg.text(0, at + 4, name, "start", size=SMALL, fill=INK))
        parts.append(_whisker(found, positions[outcome.key], x, at))
    return sheet(
        bottom + 24,
        named_chart(words.label("differences", lang), _differences_summary(rows, lang), lang),
        parts,
    )


def _whisker(found: Difference, position: int, x: Callable[[float], float], at: float) -> str:
    """Draw a difference and its interval."""
    look, middle = outcome_look(position), x(100 * found.value)
    line = ""
    if math.isfinite(found.low):
        low, high = x(100 * found.low), x(100 * found.high)
        line = (
            f'<path d="M{low:.1f} {at - 4:.1f}v8M{high:.1f} {at - 4:.1f}v8M{low:.1f} {at:.1f}H{high:.1f}" '
            f'fill="none" stroke="{look.colour}" stroke-width="1.8"/>'
        )
    fill = look.colour if found.is_clear else "#fff"
    return (
        f'{line}<circle cx="{middle:.1f}" cy="{at:.1f}" r="{_CLEAR_PX}" fill="{fill}" '
        f'stroke="{look.colour}" stroke-width="1.8"/>'
    )


def _differences_summary(rows: Sequence[tuple[SimulatedOutcome, str, Difference]], lang: Lang) -> str:
    said = [
        f"{full_title(outcome, lang)} {wording.class_text(group_id, lang)} "
        f"{words.difference_text(found, 'within_share', lang)} "
        f"{words.phrase(words.verdict_key(found, 'within_share'), lang)}"
        for outcome, group_id, found in rows
    ]
    return pick(lang, "；", "; ").join(said)


def _signed_tick(tick: float) -> str:
    text = svg.tick_text(abs(tick))
    return text if tick == 0 else ("+" if tick > 0 else "−") + text


def bar_svg(share: float, lang: Lang) -> str:
    """Draw a share as a bar, to be put beside its figure; it says itself what it shows."""
    width = 100 * min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
    name = f"{words.label('share', lang)} {wording.share_text(share)}"
    return (
        f'<svg class="share-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(name)}"><rect width="100" height="8" fill="#e4e8ee"/>'
        f'<rect width="{width:.1f}" height="8" fill="#0b5394"/></svg>'
    )


# ---- parts ----


def named_chart(title: str, summary: str, lang: Lang) -> str:
    """Put a chart into words: what it is, and what it shows."""
    return f"{title}{pick(lang, '：', ': ')}{summary}"


def _height(simulation: Simulation) -> float:
    return BOTTOM + 46 + LINE_PX * math.ceil(len(simulation.outcomes) / keys_in_row())


def _keys(
    simulation: Simulation,
    lines: Sequence[Sequence[tuple[float, float]]],
    y: Callable[[float], float],
    right: float,
) -> list[str]:
    """Tell the lines apart: a sample of each below, and its letter at its end."""
    keys = [outcome.key for outcome in simulation.outcomes]
    ends = [_last(line) / 100 for line in lines]
    return [*line_key(keys), *end_labels(keys, ends, y, right)]


def _last(line: Sequence[tuple[float, float]]) -> float:
    """Give the last value that there is."""
    return next((value for _, value in reversed(line) if math.isfinite(value)), 0.0)


def _lines(
    lines: Sequence[Sequence[tuple[float, float]]],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> list[str]:
    """Draw the lines, the county as it is on top; a gap where there is no value."""
    parts = []
    for i, line in reversed(list(enumerate(lines))):
        path, pen = "", "M"
        for at, value in line:
            if math.isfinite(value):
                path, pen = f"{path}{pen}{x(at):.1f} {y(value):.1f}", "L"
            else:
                pen = "M"
        if path:
            parts.append(f'<path d="{path}" {stroke(outcome_look(i))}/>')
    return parts


def _band(
    band: Sequence[tuple[float, float, float]], x: Callable[[float], float], y: Callable[[float], float]
) -> str:
    """Draw an interval as a grey band; nothing where there is none."""
    known = [point for point in band if math.isfinite(point[1])]
    if not known:
        return ""
    above = "L".join(f"{x(at):.1f} {y(high):.1f}" for at, _, high in known)
    below = "L".join(f"{x(at):.1f} {y(low):.1f}" for at, low, _ in reversed(known))
    return f'<path d="M{above}L{below}Z" fill="{_BAND}"/>'
