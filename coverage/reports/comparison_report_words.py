"""Words that only the report for the meeting says, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import wording
from coverage.reports.comparison_names import at_text, people_text, shown_of
from coverage.reports.proposal_models import ARROW
from coverage.reports.wording import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.comparison import Comparison
    from coverage.reports.wording import Lang

_WORDS: Mapping[str, tuple[str, str]] = {
    "advised": ("建议", "Advised"),
    "ambulances": ("救护车 / 应配", "Ambulances of those required"),
    "answer": ("建议", "In one sentence"),
    "away": ("缺1辆车", "One away"),
    "brief": ("会议材料", "For the meeting"),
    "capital": ("建设投资", "Capital"),
    "conditions": ("建议的依据和条件", "What the advice stands on"),
    "covered": ("覆盖{p}", "{P} covered"),
    "doing": ("内容", "What it does"),
    "gaps": ("现状缺口较大的乡镇", "The largest gaps today"),
    "legend": ("图例", "Legend"),
    "met": ("达标乡镇", "Townships met"),
    "method": ("比较方法和假设", "How it was compared, and what was assumed"),
    "missing": ("未覆盖{p}", "{P} not covered"),
    "gini": ("基尼系数", "Gini"),
    "mean": ("平均", "Mean"),
    "more": ("……另有{n}项，见 compare.xlsx", "… and {n} more: see compare.xlsx"),
    "more_table": (
        "覆盖率（城区、乡镇和另一计时口径）、响应时间（分钟）与公平",
        "Share covered (urban, rural, other clock), response (min) and equity",
    ),
    "more_conditions": ("……另有{n}条，见 compare.html", "… and {n} more: see compare.html"),
    "option": ("方案", "Option"),
    "options": ("备选方案", "The options"),
    "other_clock": ("另一口径", "Other clock"),
    "page": ("第{page}页，共{pages}页", "Page {page} of {pages}"),
    "per_ambulance": ("每车人口", "People per ambulance"),
    "question": ("要决定的问题", "The question"),
    "result": ("比选结果与建议", "What comes out, and what is advised"),
    "sources": ("口径与数据来源", "Method and sources"),
    "total": ("{n}年合计", "Over {n} years"),
    "two_maps": ("现状与方案", "Today and with the option"),
    "unit": ("费用单位：万元", "Money in 万元 (10,000 yuan)"),
    "worst_tenth": ("最慢一成占等待", "Slowest tenth of waiting"),
    "worst_township": ("最差乡镇", "Worst township"),
    "yearly": ("年运行费", "Yearly"),
}
_NOBODY = 1e-9
_ORDER = ("question", "options", "two_maps", "result")


def word(key: str, lang: Lang, unit: str = "people", **figures: object) -> str:
    """
    Give one of the report's own words.

    Raises
    ------
    KeyError
        If there is no such word, or a blank stays empty.
    """
    counted = wording.unit_text("people" if unit == "people" else "residential_road_m", lang)
    return pick(lang, *_WORDS[key]).format(p=counted, P=counted.capitalize(), **figures)


def heading(key: str, lang: Lang) -> str:
    """Give the heading of a page, numbered as such papers are."""
    n = _ORDER.index(key)
    return pick(lang, f"{'一二三四'[n]}、", f"{n + 1}  ") + word(key, lang)


def question_text(comparison: Comparison, lang: Lang) -> str:
    """Say what is promised, what is kept of it today, and what is to be decided."""
    shown, totals = shown_of(comparison), comparison.baseline.situation.assessment.totals["all"]
    county = wording.short_name(comparison.area.county.title(lang))
    share = wording.share_text(totals.covered_share, target_share=comparison.standard.target_share)
    outside = totals.population - totals.covered_population
    # the rounding of sums must leave nobody outside
    is_kept = outside <= _NOBODY * totals.population
    missing = people_text(comparison, outside, lang)
    met, n = wording.met_text(totals), len(comparison.options)
    promise, at = wording.promise_text(shown, lang), at_text(comparison.at_min)
    people = comparison.area.demand_unit == "people"
    return pick(
        lang,
        f"{county}的急救响应承诺为：{promise}。按{at}的力量测算，现有布局使{share}的"
        f"{'人口' if people else '居住道路'}在限时内可到达，达标乡镇{met}{'。' if is_kept else '，'}"
        + ("" if is_kept else f"尚有{missing}{'' if people else '居住道路'}不在限时内。")
        + (
            "现有1个布局方案，请决定是否投入。"
            if n == 1
            else f"现有{n}个布局方案，请决定采用哪一个，以及是否投入。"
        ),
        f"{county} promises: {promise}. As at {at}, {share} of its "
        f"{'people' if people else 'residential roads'} are within the limit today, townships met {met}"
        + (". " if is_kept else f"; {missing}{'' if people else ' of residential roads'} are not. ")
        + (
            "There is one option: is it worth its money?"
            if n == 1
            else f"There are {n} options: which of them, if any, is worth its money?"
        ),
    )


def caption(comparison: Comparison, key: str, lang: Lang) -> str:
    """Give the figures below a map: share and townships met, against today."""
    target = comparison.standard.target_share
    outcomes = [comparison.baseline] if key == "0" else [comparison.baseline, comparison.outcome(key)]
    totals = [outcome.situation.assessment.totals["all"] for outcome in outcomes]
    shares = f" {ARROW} ".join(wording.share_text(t.covered_share, target_share=target) for t in totals)
    met = f" {ARROW} ".join(wording.met_text(t) for t in totals)
    return pick(lang, f"覆盖率 {shares}，达标乡镇 {met}", f"Share covered {shares}, townships met {met}")
