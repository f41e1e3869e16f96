"""What a comparison's outcomes, trials, signs and figures are called, in Chinese and English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from coverage.reports import people_counts, wording
from coverage.reports.shown import outcome_side
from coverage.reports.wording import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coverage.comparison import Comparison, Sign, TrialCode
    from coverage.option import Option
    from coverage.reports.shown import Side
    from coverage.reports.wording import Lang

_TRIALS: Mapping[str, tuple[str, str]] = {
    "speed_90": ("速度降低10%", "speeds 10 % lower"),
    "speed_80": ("速度降低20%", "speeds 20 % lower"),
    "peak": ("高峰时段", "peak hours"),
    "night": ("夜间（02:00）", "night (02:00)"),
    "rain": ("雨天", "rain"),
}
_SHORT_TRIALS: Mapping[str, tuple[str, str]] = {
    "speed_90": ("降速10%", "−10%"),
    "speed_80": ("降速20%", "−20%"),
    "peak": ("高峰", "peak"),
    "night": ("夜间", "night"),
    "rain": ("雨天", "rain"),
}
_SHORT_SIGNS: Mapping[str, tuple[str, str]] = {
    "more": ("较多", "more"),
    "fewer": ("较少", "fewer"),
    "no_difference": ("≈", "≈"),
}
_SIGNS: Mapping[str, tuple[str, str]] = {
    "more": ("明显较多", "clearly more"),
    "fewer": ("明显较少", "clearly fewer"),
    "no_difference": ("无明显差异", "no clear difference"),
}
_YUAN_FIGURES = 3


class AnyOutcome(Protocol):
    """The county as it is or with an option, in a comparison or a simulated year."""

    @property
    def key(self) -> str:
        """``0``, ``A``, ``B``, …"""

    @property
    def option(self) -> Option:
        """What is done."""

    @property
    def is_baseline(self) -> bool:
        """Whether nothing is done."""


def shown_of(comparison: Comparison) -> Side:
    """Give the county as it is as something to show."""
    return outcome_side(comparison, comparison.baseline)


def title(outcome: AnyOutcome, lang: Lang) -> str:
    """Name an outcome: ``现状``, or its letter and name, a very long one cut."""
    if outcome.is_baseline:
        return pick(lang, "现状", "Today")
    return f"{outcome.key} {wording.short_name(outcome.option.name)}".rstrip()


def full_title(outcome: AnyOutcome, lang: Lang) -> str:
    """Name an outcome without cutting anything."""
    if outcome.is_baseline:
        return title(outcome, lang)
    return f"{outcome.key} {wording.one_line(outcome.option.name)}".rstrip()


def named(outcome: AnyOutcome, lang: Lang) -> str:
    """Name an outcome inside a sentence."""
    if outcome.is_baseline:
        return pick(lang, "现状", "today")
    name = wording.short_name(outcome.option.name)
    return pick(lang, f"方案{outcome.key}“{name}”", f"option {outcome.key} ({name})")


def all_named(keys: Iterable[str], comparison: Comparison, lang: Lang) -> str:
    """Name several outcomes inside a sentence."""
    return pick(lang, "、", ", ").join(named(comparison.outcome(key), lang) for key in keys)


def trial_text(code: TrialCode | str, lang: Lang) -> str:
    """Name a trial: slower speeds, or a driving condition."""
    return pick(lang, *_TRIALS[code])


def short_trial_text(code: TrialCode | str, lang: Lang) -> str:
    """Name a trial where room is short."""
    return pick(lang, *_SHORT_TRIALS[code])


def short_sign_text(sign: Sign | None, lang: Lang) -> str:
    """Say what the paired draws say where room is short: ``≈`` for no clear difference."""
    return wording.DASH if sign is None else pick(lang, *_SHORT_SIGNS[sign])


def upper_first(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def sign_text(sign: Sign | None, lang: Lang) -> str:
    """Say what the paired draws say of two outcomes; a dash where an outcome is held against itself."""
    return wording.DASH if sign is None else pick(lang, *_SIGNS[sign])


def at_text(at_min: int) -> str:
    """Give an hour of the day."""
    return f"{at_min // 60:02}:{at_min % 60:02}"


def figure_text(comparison: Comparison, value: float, lang: Lang) -> str:
    """Give people in full, so that parts add up, or a length of road; a dash where there is no number."""
    return people_counts.figure_text(shown_of(comparison), value, lang)


def people_text(comparison: Comparison, value: float, lang: Lang) -> str:
    """Give people in full with their word, or a length of road; see `figure_text`."""
    return people_counts.count_text(shown_of(comparison), value, lang)


def signed_text(comparison: Comparison, value: float, lang: Lang) -> str:
    """Give more people with a plus, fewer with a minus, and 0 for neither."""
    text = figure_text(comparison, abs(value), lang)
    return text if not value or math.isnan(value) or text == "0" else ("+" if value > 0 else "−") + text


def wan_text(wan: float, lang: Lang) -> str:
    """Give money in 万元 without its unit; words where it is not given."""
    return f"{wan:,.10g}" if math.isfinite(wan) else pick(lang, "未给出", "not given")


def per_unit_yuan(comparison: Comparison, yuan: float) -> float:
    """Give yuan per person as they are, yuan per metre of road by the kilometre."""
    return yuan if comparison.area.demand_unit == "people" else yuan * 1000


def cost_per_person_text(comparison: Comparison, yuan: float) -> str:
    """Give yuan for each person more (or kilometre of road), to three figures; a dash where unknown."""
    value = per_unit_yuan(comparison, yuan)
    if not math.isfinite(value):
        return wording.DASH
    places = max(0, len(str(round(abs(value)))) - _YUAN_FIGURES)
    return f"{round(round(value), -places):,}".replace("-", "−")


def points_text(low: float, high: float, lang: Lang) -> str:
    """Give an interval of shares in percentage points, with signs."""
    figures = [signed_points(value) for value in (low, high)]
    return pick(lang, f"{figures[0]}至{figures[1]}个百分点", f"{figures[0]} to {figures[1]} points")


def signed_points(share: float) -> str:
    """Give a difference of shares in percentage points, with its sign."""
    tenths = round(share * 1000)
    return f"{'+' if tenths > 0 else '−' if tenths < 0 else ''}{abs(tenths) / 10:.1f}"
