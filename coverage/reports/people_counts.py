"""People in full, so that the parts of a sum are seen to add up to it, or a length of road."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.reports import wording

if TYPE_CHECKING:
    from coverage.reports.shown import Shown
    from coverage.reports.wording import Lang


def figure_text(shown: Shown, value: float, lang: Lang) -> str:
    """Give people in full (13,652), or a length of road; a dash where there is no number."""
    if shown.area.demand_unit != "people" or math.isnan(value):
        return wording.table_population_text(shown, value, lang)
    return "<1" if 0 < value < 1 else f"{round(value):,}"


def count_text(shown: Shown, value: float, lang: Lang) -> str:
    """Give people in full with their word (13,652人), or a length of road; see `figure_text`."""
    text = figure_text(shown, value, lang)
    if shown.area.demand_unit != "people" or text == wording.DASH:
        return text
    return f"{text}人" if lang == "zh" else f"{text} people"
