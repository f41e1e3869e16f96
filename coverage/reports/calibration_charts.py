"""Charts of a calibration: predicted against observed times, speeds with intervals, factors by hours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.reports import calibration_wording as words
from coverage.reports import svg
from coverage.reports.chart_parts import BOTTOM, LEFT, SIZE, SMALL, TOP, WIDTH, grid, scale, sheet, x_axis
from coverage.reports.map_style import INK
from coverage.reports.wording import one_line, pick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coverage.calibration import Calibration
    from coverage.reports.wording import Lang

_RIGHT = WIDTH - 16.0
_TRIP, _ODD, _GIVEN = "#0072B2", "#C44E00", "#8894A3"
_ROW_PX = 22.0
_NAME_PX = 190.0
_SHOWN_QUANTILE = 0.99


def scatter_svg(calibration: Calibration, column: str, lang: Lang) -> str:
    """
    Draw every trip's predicted against its observed time; on the line both agree.

    Parameters
    ----------
    calibration
        The calibration.
    column
        Of `Calibration.trips`: ``before_s`` or ``held_out_s``; both charts have the same axes.
    lang
        ``zh`` or ``en``.
    """
    trips = calibration.trips
    usual = trips[~trips["is_outlier"]] if (~trips["is_outlier"]).any() else trips
    most = max(
        float(usual[name].quantile(_SHOWN_QUANTILE)) for name in ("travel_s", "before_s", "held_out_s")
    )
    ticks = svg.ticks(0.0, most / 60)
    x, y = scale(ticks, LEFT, _RIGHT), scale(ticks, BOTTOM, TOP)
    name = words.label("scatter_before" if column == "before_s" else "scatter_after", lang)
    parts = [
        *grid(ticks, y, _RIGHT),
        *x_axis(ticks, x, words.label("observed_axis", lang), _RIGHT),
        svg.text(LEFT, TOP - 12, words.label("predicted_axis", lang), "start", size=SMALL),
        _diagonal(),
    ]
    n_beyond = 0
    for observed_s, predicted_s, is_odd in zip(
        trips["travel_s"], trips[column], trips["is_outlier"], strict=True
    ):
        if max(observed_s, predicted_s) / 60 > ticks[-1]:
            n_beyond += 1
            continue
        parts.append(_dot(x(observed_s / 60), y(predicted_s / 60), is_odd=bool(is_odd)))
    if n_beyond:
        beyond = pick(lang, f"另有{n_beyond}次在图外", f"{n_beyond} more lie beyond")
        parts.append(svg.text(_RIGHT, TOP - 12, beyond, "end", size=SMALL))
    return sheet(BOTTOM + 46, name, parts)


def _diagonal() -> str:
    line = f"M{LEFT:g} {BOTTOM:g}L{_RIGHT:g} {TOP:g}"
    return f'<path d="{line}" stroke="{INK}" stroke-width="1" stroke-dasharray="4 3"/>'


def _dot(x: float, y: float, *, is_odd: bool) -> str:
    if is_odd:
        return f'<path d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6" stroke="{_ODD}" stroke-width="1.2"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{_TRIP}" fill-opacity=".45"/>'


def speeds_svg(calibration: Calibration, lang: Lang) -> str:
    """Draw the speed of every class that was driven on, its interval, and the speed that was given."""
    rows = [row for row in calibration.classes.to_dict("records") if row["n_trips"]]
    names = [words.class_text(row["highway"], lang) for row in rows]
    marks = [
        (row["before_kph"], row["after_kph"], row["low_kph"], row["high_kph"], bool(row["is_measured"]))
        for row in rows
    ]
    return _interval_chart(names, marks, words.label("speeds", lang), words.label("speed_axis", lang))


def hours_svg(calibration: Calibration, lang: Lang) -> str:
    """Draw the factor of all hours, its interval, and the factor that was given."""
    rows = calibration.hours.to_dict("records")
    names = [f"{row['hours'].replace(',', ' ')}" for row in rows]
    given = calibration.before.conditions
    marks = [
        (given[row["condition"]], row["factor"], row["low"], row["high"], bool(row["is_measured"]))
        for row in rows
    ]
    return _interval_chart(names, marks, words.label("by_hours", lang), words.label("factor_axis", lang))


def _interval_chart(
    names: Sequence[str],
    marks: Sequence[tuple[float, float, float, float, bool]],
    title: str,
    axis: str,
) -> str:
    """Draw rows of given figure (bar), figure told (dot, hollow where not measured) and interval (line)."""
    every = [value for mark in marks for value in mark[:4] if math.isfinite(value)] or [0.0, 1.0]
    ticks = svg.ticks(min(0.0, *every), max(every))
    x = scale(ticks, _NAME_PX, _RIGHT)
    bottom = TOP + _ROW_PX * max(len(names), 1)
    parts = []
    last = -math.inf
    for tick in ticks:
        parts.append(
            f'<path d="M{x(tick):.1f} {TOP - 8:g}V{bottom:.1f}" stroke="{svg.GRID}" stroke-width="1"/>'
        )
        half = svg.text_width_px(svg.tick_text(tick), SMALL) / 2
        if x(tick) - half >= last + 6:
            parts.append(svg.text(x(tick), bottom + 16, svg.tick_text(tick), "middle", size=SMALL))
            last = x(tick) + half
    parts.append(svg.text((_NAME_PX + _RIGHT) / 2, bottom + 34, axis, "middle", size=SMALL))
    for i, (name, mark) in enumerate(zip(names, marks, strict=True)):
        at = TOP + _ROW_PX * (i + 0.5)
        parts.append(svg.text(_NAME_PX - 8, at + 4, _cut(name), "end", size=SMALL, fill=INK))
        parts += _mark_parts(mark, x, at)
    return sheet(bottom + 44, title, parts)


def _mark_parts(
    mark: tuple[float, float, float, float, bool], x: Callable[[float], float], at: float
) -> list[str]:
    given, told, low, high, is_measured = mark
    parts = [f'<path d="M{x(given):.1f} {at - 7:.1f}v14" stroke="{_GIVEN}" stroke-width="3"/>']
    if math.isfinite(low) and math.isfinite(high):
        parts.append(f'<path d="M{x(low):.1f} {at:.1f}H{x(high):.1f}" stroke="{_TRIP}" stroke-width="2"/>')
    fill = _TRIP if is_measured else "#fff"
    parts.append(f'<circle cx="{x(told):.1f}" cy="{at:.1f}" r="4.5" fill="{fill}" stroke="{_TRIP}"/>')
    return parts


def _cut(name: str) -> str:
    """Cut a name to the room that it has."""
    text = one_line(name)
    while svg.text_width_px(text, SIZE) > _NAME_PX and len(text) > 1:
        text = text.rstrip("…")[:-1] + "…"
    return text
