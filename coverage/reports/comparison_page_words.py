"""Words that only the page of a comparison and its charts say, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.reports.wording import Lang
    from coverage.study_area import DemandUnit

# {p} stands for what the demand counts.
_WORDS: Mapping[str, tuple[str, str]] = {
    "at_minutes": ("{minutes}分钟内{share}", "{share} within {minutes} min"),
    "capital_axis": ("建设投资（万元）", "Capital cost (10,000 yuan)"),
    "colon": ("：", ": "),
    "comma": ("，", ", "),
    "curves": ("响应时间曲线", "Response-time curves"),
    "dominated": ("不如{keys}", "dominated by {keys}"),
    "frontier": ("费用与覆盖{p}", "Cost against {p} covered"),
    "hollow": (
        "实心：在有效前沿上；空心：另有方案花费不多、覆盖不少。",
        "Solid: on the efficient frontier; hollow: another covers no less for no more.",
    ),
    "lifetime_axis": (
        "{years}年总费用（万元，建设加运行）",
        "Capital and {years} years' running cost (10,000 yuan)",
    ),
    "limit_all": ("{minutes}分钟", "{minutes} min"),
    "limit_rural": ("乡镇{minutes}分钟", "rural {minutes} min"),
    "limit_urban": ("城区{minutes}分钟", "urban {minutes} min"),
    "minutes_axis": ("响应时间（分钟）", "Response time (minutes)"),
    "money": ("{cost}万元", "{cost} × 10,000 yuan"),
    "no_cost": ("费用未知", "cost not known"),
    "ringed": ("外圈：建议的方案（{which}）。", "Ringed: advised ({which})."),
    "semicolon": ("；", "; "),
    "share_axis": ("覆盖{p}占比（%）", "Share of {p} covered (%)"),
    "today": ("0 现状", "0 today"),
    "unplaced": ("费用不全，未画入图中：{names}。", "Cost not known, so not on the chart: {names}."),
    "within_axis": ("限时内到达的{p}占比（%）", "Share of {p} reached within t minutes (%)"),
}
# Where people travel themselves: nobody responds.
_ACCESS_WORDS: Mapping[str, tuple[str, str]] = {
    "curves": ("到达时间曲线", "Travel-time curves"),
    "minutes_axis": ("到达医院用时（分钟）", "Time to the hospital (minutes)"),
}
_PEOPLE: Mapping[DemandUnit, tuple[str, str]] = {
    "people": ("人口", "people"),
    "residential_road_m": ("居住道路", "residential roads"),
}


def word(
    key: str, lang: Lang, unit: DemandUnit = "people", *, access: bool = False, **figures: object
) -> str:
    """
    Give one of the page's own words; parameters as in `coverage.reports.map_words.word`.

    Raises
    ------
    KeyError
        If there is no such word, or a blank stays empty.
    """
    column = 0 if lang == "zh" else 1
    words = _ACCESS_WORDS if access and key in _ACCESS_WORDS else _WORDS
    return words[key][column].format(p=_PEOPLE[unit][column], **figures)
