"""Sentences and labels of a comparison, in Chinese and English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.comparing.advice import AS_GOOD_SHARE
from coverage.option import Closing
from coverage.reports import wording
from coverage.reports.area_hash import area_hash
from coverage.reports.comparison_conditions import condition_text
from coverage.reports.comparison_names import (
    at_text,
    cost_per_person_text,
    figure_text,
    full_title,
    named,
    people_text,
    points_text,
    shown_of,
    sign_text,
    title,
    trial_text,
    upper_first,
    wan_text,
)
from coverage.reports.comparison_rows import doing_text, part_row, ranking_row
from coverage.reports.proposal_models import ARROW, money_text
from coverage.reports.wording import pick
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coverage.comparison import Comparison, Outcome, Stage, Staging
    from coverage.reports.wording import Lang

__all__ = [
    "advice_text",
    "assumption_rows",
    "change_text",
    "condition_lines",
    "condition_text",
    "cost_per_person_text",
    "cost_text",
    "figure_text",
    "full_title",
    "headline",
    "label",
    "short_label",
    "sign_text",
    "title",
    "trial_text",
    "wan_text",
]

_PROVEN = 1e-6

# {p} stands for what the demand counts: people, or residential roads.
_LABELS: Mapping[str, tuple[str, str]] = {
    "action": ("措施", "What is done"),
    "advice": ("建议", "Advice"),
    "after": ("方案后", "After"),
    "against_leader": ("与首位相比", "Against the first"),
    "against_today": ("与现状相比", "Against today"),
    "ambulances": ("救护车（辆）", "Ambulances"),
    "ambulances_required": ("应配救护车（辆）", "Ambulances required"),
    "area_hash": ("研究区数据编号", "Study area id"),
    "areas": ("可达范围", "Areas within the limit"),
    "as_assumed": ("本次条件", "As assumed"),
    "assumptions": ("假设与来源", "Assumptions and sources"),
    "away": ("每处各缺1辆救护车", "Each single ambulance away"),
    "away_lost": ("缺车时失去覆盖{p}", "{P} lost while it is away"),
    "away_share": ("缺最关键1辆车时覆盖率", "Share while the most missed ambulance is away"),
    "base": ("急救点", "Base"),
    "before": ("现状", "Today"),
    "capital": ("建设投资（万元）", "Capital (万元)"),
    "change": ("覆盖变化", "Change"),
    "change_map": ("覆盖变化图", "Who gains and who loses"),
    "comparison": ("方案比选", "Options compared"),
    "conditions": ("建议的依据和条件", "What the advice stands on"),
    "cost": ("费用（万元）", "Cost (万元)"),
    "cost_axis": ("费用（万元）", "Cost (万元)"),
    "cost_per_person": ("每净增覆盖1人（元）", "Yuan for each person more"),
    "covered": ("覆盖{p}", "{P} covered"),
    "covered_share": ("覆盖率", "Share covered"),
    "curves": ("到达时间曲线", "People reached by minutes"),
    "demand_point": ("居民点", "Demand point"),
    "detail": ("内容", "How"),
    "doing": ("方案内容", "What the option does"),
    "dominated": ("另有更优方案", "Beaten by another"),
    "dominated_by": ("更优方案", "Beaten by"),
    "draws": ("抽样检验", "Random draws"),
    "first": ("方案一", "First"),
    "frontier": ("费用与覆盖", "Cost and coverage"),
    "frontier_line": ("效率前沿", "Efficient frontier"),
    "gained": ("新增覆盖{p}", "{P} gained"),
    "gini": ("到达时间基尼系数", "Gini of the response"),
    "high": ("95%区间上限（百分点）", "High, of 95 % (points)"),
    "hour": ("时刻", "Hour"),
    "hours": ("值班时段", "Hours"),
    "is_new": ("新急救点", "New base"),
    "loads": ("各急救点负荷", "Load of each base"),
    "losers": ("失去覆盖的居民点", "Demand points no longer covered"),
    "lost": ("失去覆盖{p}", "{P} lost"),
    "low": ("95%区间下限（百分点）", "Low, of 95 % (points)"),
    "mean": ("平均（分钟）", "Mean (min)"),
    "mean_difference": ("覆盖率平均差（百分点）", "Mean difference of the share (points)"),
    "median": ("中位（分钟）", "Median (min)"),
    "minutes_axis": ("到达时间（分钟）", "Response (min)"),
    "n_draws": ("抽样次数", "Draws"),
    "n_options": ("方案数", "Options"),
    "name": ("名称", "Name"),
    "net": ("比现状净增{p}", "{P} more than today"),
    "note": ("方案说明", "Note"),
    "open_in": ("所在方案", "Outcomes it is in"),
    "option": ("方案", "Option"),
    "option_file": ("方案文件", "Option file"),
    "options_text": ("方案文件原文", "The option files as they were read"),
    "order": ("排序", "Order"),
    "other_covered_share": ("另一计时口径覆盖率", "Share covered, other clock"),
    "p90": ("90分位（分钟）", "90th percentile (min)"),
    "p95": ("95分位（分钟）", "95th percentile (min)"),
    "pairs": ("两两比较", "Pair by pair"),
    "people_per_ambulance": ("每辆救护车服务人口", "People per ambulance"),
    "per_ambulance": ("每车首达{p}", "{P} reached first, per ambulance"),
    "question": ("要决定的问题", "The question"),
    "rank": ("排序", "Rank"),
    "ranking": ("方案排序", "Ranking"),
    "roadworks": ("封闭和新建道路", "Roads closed and built"),
    "robustness": ("稳健性", "Robustness"),
    "second": ("方案二", "Second"),
    "seed": ("随机数种子", "Seed"),
    "share_axis": ("覆盖率（%）", "Share covered (%)"),
    "sign": ("判断", "Verdict of the draws"),
    "situation": ("情形", "Situation"),
    "spent": ("累计投资（万元）", "Spent so far (万元)"),
    "stage": ("分期", "Stage"),
    "stage_cost": ("本期投资（万元）", "Cost of the stage (万元)"),
    "stage_order": ("排序依据", "How it is ordered"),
    "staging": ("分期实施", "In stages"),
    "total": ("投资加运行费（万元）", "Capital and running (万元)"),
    "totals": ("覆盖情况", "Totals"),
    "townships_of_option": ("各乡镇新增与失去", "Townships: gained and lost"),
    "townships": ("乡镇与方案", "Townships by option"),
    "townships_met": ("达标乡镇", "Townships met"),
    "townships_partial": ("部分达标乡镇", "Townships partly met"),
    "townships_unmet": ("未达标乡镇", "Townships unmet"),
    "trial": ("情形", "Trial"),
    "trials": ("不利情形下的覆盖率", "Share covered in harder conditions"),
    "unpriced": ("未给出费用", "Without a price"),
    "unreached": ("不可达{p}", "{P} never reached"),
    "verdict": ("判定", "Verdict"),
    "worst": ("最远（分钟）", "Worst (min)"),
    "worst_decile_covered_share": ("最差一成人口覆盖率", "Worst-served tenth: share covered"),
    "worst_decile_mean": ("最慢一成平均（分钟）", "Slowest tenth: mean (min)"),
    "worst_decile_share": ("最慢一成占等待时间", "Slowest tenth: share of all waiting"),
    "worst_township": ("覆盖率最低乡镇", "Worst township"),
    "worst_township_share": ("该乡镇覆盖率", "Its share covered"),
    "worst_trial": ("最不利情形", "Worst trial"),
    "worst_trial_share": ("最不利情形覆盖率", "Share in the worst trial"),
    "year": ("年度", "Year"),
    "yearly": ("年运行费（万元）", "Cost of a year (万元)"),
    "years": ("计入运行费年数", "Years of running cost"),
}
_ROAD_LABELS: Mapping[str, tuple[str, str]] = {
    "cost_per_person": ("每净增覆盖1公里（元）", "Yuan for each km more"),
    "curves": ("到达时间曲线", "Residential roads reached by minutes"),
    "covered_share": ("居住道路覆盖率", "Share of residential roads covered"),
    "worst_decile_covered_share": ("最差一成居住道路覆盖率", "Worst-served tenth: share covered"),
}
# Headings where room is short: the terminal's table, the page's, the PDF's.
_SHORT: Mapping[str, tuple[str, str]] = {
    "against_leader": ("与首位", "Vs 1st"),
    "capital": ("投资万元", "万元"),
    "cost_per_person": ("元/人", "¥/person"),
    "covered": ("覆盖", "Covered"),
    "covered_share": ("覆盖率", "Share"),
    "gained": ("新增", "Gained"),
    "gained_lost": ("新增/失去", "Gained/lost"),
    "lost": ("失去", "Lost"),
    "median": ("中位", "Median"),
    "net": ("净增", "Net"),
    "p90": ("90分位", "90th"),
    "p95": ("95分位", "95th"),
    "townships_met": ("达标", "Met"),
    "worst": ("最远", "Worst"),
    "worst_trial": ("最不利", "Worst trial"),
    "yearly": ("年费万元", "万元/yr"),
}
_SHORT_ROADS: Mapping[str, tuple[str, str]] = {"cost_per_person": ("元/公里", "¥/km")}
_GROUPS: Mapping[str, tuple[str, str]] = {
    "coverage": ("覆盖", "Coverage"),
    "townships": ("乡镇", "Townships"),
    "times": ("到达时间", "Response"),
    "money": ("费用", "Money"),
    "order": ("抽样检验", "Over the draws"),
    "equity": ("公平性", "Equity"),
    "fleet": ("车辆", "Ambulances"),
    "robustness": ("稳健性", "Robustness"),
}
_CHANGES: Mapping[str, tuple[str, str]] = {
    "gained": ("新增覆盖", "newly covered"),
    "lost": ("失去覆盖", "no longer covered"),
    "covered": ("仍覆盖", "covered as before"),
    "uncovered": ("仍未覆盖", "still not covered"),
}


def label(key: str, comparison: Comparison, lang: Lang) -> str:
    """
    Give the label of one of a comparison's figures, columns or charts.

    Raises
    ------
    KeyError
        If there is no such label.
    """
    unit = comparison.area.demand_unit
    words = _ROAD_LABELS[key] if unit != "people" and key in _ROAD_LABELS else _LABELS[key]
    counted = wording.unit_text(unit, lang)
    return pick(lang, *words).replace("{p}", counted).replace("{P}", counted.capitalize())


def short_label(key: str, comparison: Comparison, lang: Lang) -> str:
    """Give the label of a column where room is short; see `label`."""
    if comparison.area.demand_unit != "people" and key in _SHORT_ROADS:
        return pick(lang, *_SHORT_ROADS[key])
    return pick(lang, *_SHORT[key]) if key in _SHORT else label(key, comparison, lang)


def group_text(key: str, lang: Lang) -> str:
    """Name a group of columns of the ranking."""
    return pick(lang, *_GROUPS[key])


def nothing_text(lang: Lang) -> str:
    """Say that a list is empty."""
    return pick(lang, "无", "None")


def all_day_text(lang: Lang) -> str:
    """Say that ambulances are there round the clock."""
    return pick(lang, "全天", "round the clock")


def change_text(change: str, lang: Lang) -> str:
    """Say what becomes of a demand point: gained, lost, covered or uncovered."""
    return pick(lang, *_CHANGES[change])


def title_text(comparison: Comparison, lang: Lang) -> str:
    """Give the title of every report: the county and what this is."""
    between = pick(lang, "  ", ": ")
    what = pick(lang, "急救设施布局方案比选", "Siting options compared")
    return f"{wording.one_line(comparison.area.county.title(lang))}{between}{what}"


def headline(comparison: Comparison, lang: Lang) -> list[str]:
    """
    Give the answer in a few lines.

    Parameters
    ----------
    comparison
        The comparison.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    list of str
        The promise, its hour, and how many options; which of them is advised; how many more people are
        covered than today, gained and lost apart; what it costs. Where none is advised: that, and how far
        the best of them comes.
    """
    return [promise_text(comparison, lang), advice_text(comparison, lang), *result_lines(comparison, lang)]


def promise_text(comparison: Comparison, lang: Lang) -> str:
    """Say what is promised, at which hour, and how many options are compared."""
    county = wording.one_line(comparison.area.county.title(lang))
    promise = wording.promise_text(shown_of(comparison), lang)
    n, at = len(comparison.options), at_text(comparison.at_min)
    return pick(
        lang,
        f"{county}  {promise}，以{at}为准；比选方案{n}个",
        f"{county}: {promise}, as at {at}; {n} option{'' if n == 1 else 's'} compared",
    )


def advice_text(comparison: Comparison, lang: Lang) -> str:
    """Say which option is advised, or that none makes a clear difference."""
    advised = comparison.outcome(comparison.advice.key)
    if not advised.is_baseline:
        return pick(lang, f"建议采用{named(advised, lang)}", f"Advised: {named(advised, lang)}")
    compared = _compared(comparison)
    n = len(compared)
    if n == 0:
        return pick(
            lang,
            "各方案都改变了时限或车速表，不能与现状直接比较，不作建议",
            "Every option is judged by other limits or speeds than today: no advice is given",
        )
    if n == 1:
        return pick(
            lang,
            f"{named(compared[0], lang)}的覆盖与现状相比没有明显增加，不建议为此投入",
            f"{upper_first(named(compared[0], lang))} covers no clearly larger share than today: "
            "it is not advised",
        )
    return pick(
        lang,
        f"{n}个方案的覆盖与现状相比都没有明显增加，不建议为此投入",
        f"None of the {n} options covers a clearly larger share than today: none is advised",
    )


def _compared(comparison: Comparison) -> list[Outcome]:
    """Give the options that are judged by the same limits and speeds as the county as it is, best first."""
    outcomes = [comparison.outcome(key) for key in comparison.order]
    return [outcome for outcome in outcomes if outcome.is_comparable and not outcome.is_baseline]


def result_lines(comparison: Comparison, lang: Lang) -> list[str]:
    """Say what the advised option changes and costs; where none is advised, what the best would change."""
    advised = comparison.outcome(comparison.advice.key)
    if not advised.is_baseline:
        return [change_line(advised, comparison, lang), cost_text(advised, comparison, lang)]
    if not _compared(comparison):
        return []
    best = _compared(comparison)[0]
    if best.covered_population - comparison.baseline.covered_population <= _PROVEN:
        return [_no_more_text(comparison, lang)]
    pair = comparison.robustness.pair(best.key, comparison.baseline.key)
    interval = points_text(pair.low, pair.high, lang)
    name = named(best, lang)
    return [
        pick(
            lang,
            f"其中覆盖最多的是{name}：{change_line(best, comparison, lang)}；"
            f"抽样中覆盖率与现状之差（95%区间）为{interval}",
            f"The most is covered by {name}: {change_line(best, comparison, lang)}; "
            f"over the draws its share differs from today's by {interval} (95 % of them)",
        )
    ]


def _no_more_text(comparison: Comparison, lang: Lang) -> str:
    """Say that no option covers more people, and which brings help sooner nevertheless."""
    totals = comparison.baseline.situation.assessment.totals["all"]
    share = wording.share_text(totals.covered_share, target_share=comparison.standard.target_share)
    what = label("covered", comparison, lang)
    text = pick(
        lang,
        f"没有方案使{what}比现状净增（现状覆盖率{share}）",
        f"No option covers more than today ({share})",
    )
    soonest = min(comparison.outcomes, key=lambda outcome: outcome.response["all"].median_s)
    medians = [wording.minutes_text(o.response["all"].median_s, lang) for o in (comparison.baseline, soonest)]
    if medians[0] == medians[1]:
        return text
    return text + pick(
        lang,
        f"；中位到达时间最短的是{named(soonest, lang)}（{medians[1]}分钟，现状{medians[0]}分钟）",
        f"; the shortest median response is that of {named(soonest, lang)} ({medians[1]} min, {medians[0]} "
        "today)",
    )


def change_line(outcome: Outcome, comparison: Comparison, lang: Lang) -> str:
    """Say how many more are covered than today, gained and lost apart, and what becomes of the townships."""
    row, today = ranking_row(comparison, outcome.key), ranking_row(comparison, comparison.baseline.key)
    target = comparison.standard.target_share
    # rounded before they are told, so that the reader's own sum comes out
    whole = comparison.area.demand_unit == "people"
    gained, lost = (float(round(v)) if whole else v for v in (row.gained_population, row.lost_population))
    net = gained - lost
    shares = f" {ARROW} ".join(wording.share_text(r.covered_share, target_share=target) for r in (today, row))
    met = f" {ARROW} ".join(
        wording.met_text(o.situation.assessment.totals["all"]) for o in (comparison.baseline, outcome)
    )
    what = label("covered", comparison, lang)
    amounts = tuple(people_text(comparison, v, lang) for v in (abs(net), gained, lost))
    if net == 0 and gained == 0:
        how = pick(lang, f"{what}与现状相同", f"{what}: as today")
    elif gained == 0:
        how = pick(lang, f"{what}比现状减少{amounts[0]}", f"{what}: {amounts[0]} fewer than today")
    elif lost == 0:
        how = pick(
            lang,
            f"{what}比现状增加{amounts[0]}，无失去覆盖",
            f"{what}: {amounts[0]} more than today, none lost",
        )
    else:
        more = pick(lang, "净增" if net >= 0 else "净减", "more" if net >= 0 else "fewer")
        how = pick(
            lang,
            f"{what}比现状{more}{amounts[0]}（新增{amounts[1]}，失去{amounts[2]}）",
            f"{what}: {amounts[0]} {more} than today ({amounts[1]} gained, {amounts[2]} lost)",
        )
    return pick(
        lang,
        f"{how}，覆盖率 {shares}，达标乡镇 {met}",
        f"{how}; share {shares}, townships met {met}",
    )


def cost_text(outcome: Outcome, comparison: Comparison, lang: Lang) -> str:
    """Say what an option costs to build and to run, over the years, and for each person more."""
    cost = outcome.cost
    not_given = pick(lang, "未给出", "not given")
    capital = money_text(cost.capital_wan, lang) if math.isfinite(cost.capital_wan) else not_given
    parts = [pick(lang, f"建设投资{capital}", f"Capital {capital}"), _yearly_text(outcome, lang)]
    if math.isfinite(cost.total_wan):
        total, years = money_text(abs(cost.total_wan), lang), f"{cost.years:g}"
        saved_zh, saved_en = ("节省", " saved") if cost.total_wan < 0 else ("", "")
        span = f"{years} year{'' if cost.years == 1 else 's'}"
        parts.append(pick(lang, f"按{years}年合计{saved_zh}{total}", f"{total}{saved_en} over {span}"))
    if math.isfinite(outcome.cost_per_person_yuan):
        yuan = cost_per_person_text(comparison, outcome.cost_per_person_yuan)
        by_people = comparison.area.demand_unit == "people"
        parts.append(
            pick(
                lang,
                f"每净增覆盖1{'人' if by_people else '公里'}{yuan}元",
                f"{yuan} yuan for each {'person' if by_people else 'km'} more",
            )
        )
    return pick(lang, "，", ", ").join(parts)


def _yearly_text(outcome: Outcome, lang: Lang) -> str:
    yearly = outcome.cost.yearly_wan
    if math.isnan(yearly):
        return pick(lang, "年运行费未给出", "cost of a year not given")
    if yearly == 0:
        return pick(lang, "年运行费不变", "the cost of a year unchanged")
    amount = money_text(abs(yearly), lang)
    return (
        pick(lang, f"年运行费增加{amount}", f"{amount} more a year")
        if yearly > 0
        else pick(lang, f"年运行费减少{amount}", f"{amount} less a year")
    )


def legend_text(lang: Lang) -> str:
    """Say what ``≈`` means in the ranking."""
    return pick(
        lang,
        "≈ 抽样检验中与首位无明显差异，先后不表示优劣",
        "≈ no clear difference from the first over the draws: the order says nothing of which is better",
    )


def condition_line(comparison: Comparison, lang: Lang) -> str:
    """Give the weightiest thing that the advice stands on, and how many more there are, if any."""
    lines = condition_lines(comparison, lang)
    if not lines:
        return ""
    more = len(lines) - 1
    rest = pick(lang, f"另有{more}条，见 compare.html", f"{more} more in compare.html")
    return (
        pick(lang, "依据和条件：", "Grounds and conditions: ")
        + lines[0]
        + (wording.bracketed(rest, lang) if more else "")
    )


def condition_lines(comparison: Comparison, lang: Lang) -> list[str]:
    """Give what the advice hangs on, a sentence each, the weightiest first."""
    return [condition_text(condition, comparison, lang) for condition in comparison.advice.conditions]


def assumption_rows(comparison: Comparison, lang: Lang) -> list[tuple[str, str]]:
    """
    Say what was assumed, and how figures are counted: item and text.

    Parameters
    ----------
    comparison
        The comparison.
    lang
        ``zh`` or ``en``.
    """
    shown = shown_of(comparison)
    return [
        (wording.label_of("program", shown, lang), f"emergency-coverage {__version__}"),
        (label("area_hash", comparison, lang), study_area_id(comparison)),
        (wording.label_of("standard", shown, lang), wording.standard_text(shown, lang)),
        (wording.label_of("bases", shown, lang), wording.bases_text(shown, lang)),
        (wording.label_of("snapping", shown, lang), wording.walking_text(lang)),
        (
            wording.label_of("speed_source", shown, lang),
            wording.speed_source_text(comparison.speeds.source, lang),
        ),
        *method_rows(comparison, lang),
    ]


def study_area_id(comparison: Comparison) -> str:
    """Give the letters by which the study area's contents are known."""
    return area_hash(comparison.area)


def method_rows(comparison: Comparison, lang: Lang) -> list[tuple[str, str]]:
    """Say what comparing assumes beside what every report does: item and text."""
    rows = [
        (pick(lang, "时刻", "Hour"), _hour_text(comparison, lang)),
        (pick(lang, "新增与失去", "Gained and lost"), _counting_text(lang)),
        (label("cost", comparison, lang), _basis_text(comparison, lang)),
        (label("order", comparison, lang), order_text(comparison, lang)),
        (label("advice", comparison, lang), _advice_rule_text(lang)),
        *robustness_rows(comparison, lang),
    ]
    if comparison.stagings:
        rows.append((label("staging", comparison, lang), _staging_text(lang)))
    return rows


def robustness_rows(comparison: Comparison, lang: Lang) -> list[tuple[str, str]]:
    """Say what the trials, the draws and the missing ambulances assume: item and text."""
    rows = []
    if comparison.robustness.trials:
        rows.append((label("trials", comparison, lang), _trials_text(comparison, lang)))
    if comparison.robustness.draws.n:
        rows.append((label("draws", comparison, lang), _draws_text(comparison, lang)))
    if comparison.robustness.away:
        rows.append((label("away", comparison, lang), _away_text(lang)))
    return rows


def staging_text(staging: Staging, comparison: Comparison, lang: Lang) -> str:
    """Say how the order of an option's parts was found, whether it looks at money, and where people lose."""
    if len(staging.stages) == 1:
        return pick(lang, "各项在同一期完成，不必排先后", "All in one stage: there is nothing to order")
    parts = [_search_text(staging, lang)]
    if not staging.is_priced:
        parts.append(
            pick(lang, "有措施未给出投资，各项按同等费用计", "costs are missing, so each part counts alike")
        )
    falling = _falling_stages(staging, comparison)
    if falling:
        parts.append(_falling_text(staging, falling, lang))
    return pick(lang, "；", "; ").join(parts)


def _search_text(staging: Staging, lang: Lang) -> str:
    if not staging.is_best:
        return pick(
            lang,
            "措施较多，逐项选取最划算者，不保证最优",
            "Too many parts to try every order: the best next one each time",
        )
    if staging.is_priced and not any(stage.cost_wan for stage in staging.stages):
        return pick(
            lang,
            "各项都不需投资，资金不影响先后，增设在前、撤并在后",
            "Nothing costs money, which leaves the order open: what is built first, what closes last",
        )
    return pick(lang, "已比较各种先后，没有更好的顺序", "No other order is better")


def _falling_stages(staging: Staging, comparison: Comparison) -> list[int]:
    """Number the stages that cover fewer people than the one before, the first of them against today."""
    option, stages = comparison.outcome(staging.key).option, staging.stages
    is_on_todays_terms = not (option.standard or option.speeds or option.roads)
    today = comparison.baseline.covered_population if is_on_todays_terms else -math.inf
    covered = [today, *(stage.covered_population for stage in stages)]
    return [i for i in range(1, len(covered)) if covered[i] < covered[i - 1] - _PROVEN]


def _falling_text(staging: Staging, falling: Sequence[int], lang: Lang) -> str:
    numbers = pick(lang, "、", ", ").join(map(str, falling))
    text = pick(
        lang,
        f"第{numbers}期完成后覆盖减少",
        f"fewer are covered once stage{'' if len(falling) == 1 else 's'} {numbers} "
        f"{'is' if len(falling) == 1 else 'are'} done",
    )
    n = len(staging.stages)
    is_closing = all(isinstance(part, Closing) for i in falling for part in staging.stages[i - 1].parts)
    if not is_closing:
        return text
    text += pick(lang, "：撤并会减少覆盖", ": closing takes coverage away")
    # they are last already, which is to be said where something else comes before them
    is_last = len(falling) < n and falling[0] == n - len(falling) + 1
    return text + (pick(lang, "，宜放在最后", " and had better come last") if is_last else "")


def stage_text(stage: Stage, outcome: Outcome, lang: Lang) -> str:
    """Say what is done in a stage of an option, in the words in which the option itself is told."""
    rows = (part_row(part, outcome, lang) for part in stage.parts)
    return pick(lang, "；", "; ").join(doing_text(row, lang) for row in rows)


def _hour_text(comparison: Comparison, lang: Lang) -> str:
    at = at_text(comparison.at_min)
    return pick(
        lang,
        f"假设为{at}：此时无人值班的急救点不计；夜间情形按02:00",
        f"Assumed to be {at}: bases that nobody staffs then do not count; the trial at night is at 02:00",
    )


def _counting_text(lang: Lang) -> str:
    return pick(
        lang,
        "逐个居民点与现状对比，新增减失去等于净增；各方案按其自身的响应标准和速度计算",
        "Counted demand point by demand point against today: gained less lost is the net. Each option is "
        "held to its own promise and speeds",
    )


def _basis_text(comparison: Comparison, lang: Lang) -> str:
    years = f"{comparison.baseline.cost.years:g}"
    if comparison.basis == "lifetime":
        return pick(
            lang,
            f"假设按{years}年计：建设投资加{years}年运行费（扣除节省），不折现；1万元＝10,000元",
            f"Assumed: capital and {years} years of running cost, savings taken off, not discounted; "
            "1 万元 is 10,000 yuan",
        )
    return pick(
        lang,
        "假设只比建设投资：至少一个方案给出了投资而没有给出年运行费；1万元＝10,000元",
        "Assumed: capital alone, since at least one option gives its capital and not its running cost; "
        "1 万元 is 10,000 yuan",
    )


def order_text(comparison: Comparison, lang: Lang) -> str:
    """Say what the order of the ranking means, and what it does not."""
    counted = wording.unit_text(comparison.area.demand_unit, lang)
    return pick(
        lang,
        f"覆盖{counted}多者在前，相同时费用低者在前。抽样检验显示“无明显差异”的方案，先后不表示优劣。"
        "“更优方案”指费用不高于、覆盖不少于该方案，且至少一项更好者",
        f"Most {counted} covered first, the cheaper first where the coverage is equal. Where the draws show "
        "no clear difference the order says nothing of which is better. An option is beaten by those that "
        "cover no less for no more money, and are better in one of both",
    )


def _advice_rule_text(lang: Lang) -> str:
    points = f"{AS_GOOD_SHARE * 100:g}"
    return pick(
        lang,
        f"在明显多于现状的方案中取覆盖最多的；费用较低的，若覆盖率按现有数据、97.5%的抽样和各不利情形都至多低"
        f"{points}个百分点，视为同样好，取费用低者；没有方案明显多于现状时，与现状同样好而节省费用的可取，否则不建议",
        "Of the options that cover clearly more than today, the one that covers most; a cheaper one is as "
        f"good where its share is at most {points} point lower, as computed, in 97.5 % of the draws and in "
        "every harder condition, and is then advised. Where no option covers clearly more, it is one that "
        "saves money and is as good as today, if there is one",
    )


def _trials_text(comparison: Comparison, lang: Lang) -> str:
    names = pick(lang, "、", ", ").join(trial_text(t.code, lang) for t in comparison.robustness.trials)
    return pick(lang, f"假设情形：{names}，逐一重新计算", f"Assumed, each computed anew: {names}")


_SDS: Mapping[str, tuple[str, str]] = {
    "speed": ("整体速度", "all speeds"),
    "class_speed": ("各等级道路速度", "speeds of each road class"),
    "delay": ("受理和出车时间", "handling and turnout"),
    "people": ("各居民点{p}", "{p} of each demand point"),
}


def _draws_text(comparison: Comparison, lang: Lang) -> str:
    draws, counted = comparison.robustness.draws, wording.unit_text(comparison.area.demand_unit, lang)
    sds = pick(lang, "、", ", ").join(
        f"{pick(lang, *_SDS.get(key, (key, key))).replace('{p}', counted)} {value * 100:g}%"
        for key, value in draws.sd.items()
    )
    return pick(
        lang,
        f"假设的误差（标准差）：{sds}；抽样{draws.n}次（随机数种子{draws.seed}），各方案用同一组抽样。"
        "覆盖更多的抽样超过半数，且占有差异的抽样97.5%以上，才称为明显较多，否则为无明显差异",
        f"Assumed errors (standard deviations): {sds}; {draws.n} draws (seed {draws.seed}), the same for "
        "every option. One covers clearly more where it does so in most draws, and in 97.5 % of those that "
        "differ; else there is no clear difference",
    )


def _away_text(lang: Lang) -> str:
    return pick(
        lang,
        "假设每处急救点各有1辆救护车外出，只有1辆车的急救点即不能派车，其余不变",
        "Assumed: one ambulance of one base is out, which leaves a base of a single one without any; all "
        "others are there",
    )


def _staging_text(lang: Lang) -> str:
    return pick(
        lang,
        "假设各项措施可分年实施，按每年资金能换得的覆盖最多排序",
        "Assumed: the parts can be built one by one; ordered so that each year's money buys the most",
    )
