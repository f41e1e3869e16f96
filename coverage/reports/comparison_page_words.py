"""Words that only the page of a comparison and its charts say, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.reports.wording import Lang
    from coverage.study_area import DemandUnit

# {p} stands for what the demand counts.
_WORDS: Mapping[str, tuple[str, str]] = {
    "advised": ("建议", "advised"),
    "after_min_head": ("方案后（分钟）", "Then (min)"),
    "as_computed": ("按假设", "As assumed"),
    "at_minutes": ("{minutes}分钟内{share}", "{share} within {minutes} min"),
    "away_head": ("缺1辆救护车，最不利时", "One ambulance away, at worst"),
    "away_of": ("{name}缺车，少{people}", "{name} misses it, {people} fewer"),
    "before_min_head": ("现状（分钟）", "Today (min)"),
    "capital_axis": ("建设投资（万元）", "Capital cost (10,000 yuan)"),
    "change_layers": ("与现状相比，谁新增、谁失去", "Who gains and who loses against today"),
    "change_of": ("{outcome} 与现状相比的变化图", "Map of the changes against today: {outcome}"),
    "colon": ("：", ": "),
    "comma": ("，", ", "),
    "contents": ("本页内容", "On this page"),
    "county": ("全县", "County"),
    "curve_table": ("各时限内到达的{p}占比", "Share of {p} reached, by minutes"),
    "curves": ("响应时间曲线", "Response-time curves"),
    "dominated": ("不如{keys}", "beaten by {keys}"),
    "each_of": ("{n}辆，每辆{each}", "{n} ambulances, {each} each"),
    "one_ambulance": ("1辆", "1 ambulance"),
    "enough": ("达到国标", "meets the norm"),
    "file_text": ("方案文件原文（{source}）", "The option file as read ({source})"),
    "by_class": ("分城区、乡镇和两种计时", "By class and on both clocks"),
    "by_class_alone": ("分城区和乡镇", "By class"),
    "frontier": ("费用与覆盖{p}", "Cost against {p} covered"),
    "gone": ("撤出（关闭、迁出或不再派车）", "goes (closes, moves away or sends nobody)"),
    "hollow": (
        "实心：在效率前沿上；空心：另有方案费用不高于它、覆盖不少于它。",
        "Solid: on the efficient frontier; hollow: another covers no less for no more.",
    ),
    "how_to_sort": (
        "点击表头可排序；可左右滑动查看全部列。",
        "Choose a heading to sort by it; scroll sideways for all columns.",
    ),
    "leader": ("首位", "the first"),
    "left_map": ("左图方案", "Option on the left"),
    "less": ("与{outcome}相比", "Against {outcome}"),
    "lifetime_axis": (
        "{years}年总费用（万元，建设加运行）",
        "Capital and {years} years' running cost (10,000 yuan)",
    ),
    "limit_all": ("{minutes}分钟", "{minutes} min"),
    "limit_rural": ("乡镇{minutes}分钟", "rural {minutes} min"),
    "limit_urban": ("城区{minutes}分钟", "urban {minutes} min"),
    "loads_line": (
        "各急救点最先到达的{p}；下行为救护车数和每辆车平均数。",
        "{P} whom each base reaches first; below, its ambulances and the number for each.",
    ),
    "losers_of": ("{n}个居民点，{people}", "{n} demand points, {people}"),
    "map_of": ("{outcome} 的覆盖图", "Coverage map: {outcome}"),
    "maps": ("地图对比", "Maps side by side"),
    "maps_line": (
        "三幅图联动：移动或缩放其中一幅，其余随之变化。点击地图后可用滚轮缩放。",
        "The three maps move together. Select a map to zoom with the wheel.",
    ),
    "minutes": ("{minutes}分钟", "{minutes} min"),
    "minutes_axis": ("响应时间（分钟）", "Response time (minutes)"),
    "money": ("{cost}万元", "{cost} × 10,000 yuan"),
    "never": ("不可达", "never"),
    "new": ("新增（新建、迁入或增配）", "new (opens, moves here or gets more)"),
    "no_ambulance": ("无救护车", "no ambulance"),
    "no_cost": ("费用未知", "cost not known"),
    "no_losers": ("没有人失去现有覆盖。", "Nobody loses the coverage they have."),
    "nothing_changes": ("没有乡镇发生变化。", "Nothing changes in any township."),
    "outside": ("不在任何乡镇", "In no township"),
    "people_lost_head": ("{p}", "{P}"),
    "place_head": ("居民点", "Place"),
    "rank_of": ("第{n}位", "no. {n}"),
    "right_map": ("右图方案", "Option on the right"),
    "ringed": ("外圈：建议的方案（{which}）。", "Ringed: advised ({which})."),
    "semicolon": ("；", "; "),
    "share_axis": ("覆盖{p}占比（%）", "Share of {p} covered (%)"),
    "short": ("缺{n}辆", "{n} short"),
    "today": ("0 现状", "0 today"),
    "today_then": ("现状 {before}，方案后 {after}", "today {before}, then {after}"),
    "township_changes": ("各乡镇新增与失去", "Gained and lost by township"),
    "tenth_mean": ("平均{minutes}分钟", "mean {minutes} min"),
    "township_head": ("乡镇", "Township"),
    "townships_line": (
        "各乡镇限时内到达的{p}占比；图标为判定。",
        "Share of {p} reached within the limit; the marks are the verdicts.",
    ),
    "unplaced": ("费用不全，未画入图中：{names}。", "Cost not known, so not on the chart: {names}."),
    "within_axis": ("限时内到达的{p}占比（%）", "Share of {p} reached within t minutes (%)"),
}
# Headings of the ranking, by its groups of columns.
_GROUPS: Mapping[str, tuple[str, str]] = {
    "coverage": ("覆盖{p}", "{P} covered"),
    "townships": ("乡镇", "Townships"),
    "times": ("响应时间（分钟）", "Response (min)"),
    "fairness": ("车辆与公平", "Fleet and equity"),
    "money": ("费用（万元）", "Money (10,000 yuan)"),
    "order": ("抽样比较", "Over the draws"),
}
_HEADS: Mapping[str, tuple[str, str]] = {
    "against_leader": ("与首位相比", "Against the first"),
    "capital": ("建设", "Capital"),
    "cost_per_person": ("每净增1人（元）", "Yuan for each more"),
    "covered": ("合计", "All"),
    "covered_share": ("占比", "Share"),
    "dominated_by": ("更优方案", "Beaten by"),
    "gained": ("新增", "Gained"),
    "gini": ("基尼系数", "Gini"),
    "lost": ("失去", "Lost"),
    "mean": ("平均", "Mean"),
    "median": ("中位", "Median"),
    "p90": ("90分位", "90th"),
    "p95": ("95分位", "95th"),
    "people_per_ambulance": ("每车人口（国标{norm}）", "People per ambulance (norm {norm})"),
    "reached": ("覆盖", "Covered"),
    "unreached": ("不可达", "Never"),
    "verdicts": ("达标 / 部分 / 未达标", "Met / partly / unmet"),
    "worst": ("最远", "Worst"),
    "worst_township": ("最差乡镇", "Worst"),
    "worst_tenth": ("最慢一成\u200b占等待", "Slowest tenth's share of waiting"),
    "yearly": ("每年", "A year"),
}
_ROAD_HEADS: Mapping[str, tuple[str, str]] = {
    "cost_per_person": ("每净增1公里（元）", "Yuan for each km more"),
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
    counted = _PEOPLE[unit][column]
    return words[key][column].format(p=counted, P=counted.capitalize(), **figures)


def group_text(key: str, lang: Lang, unit: DemandUnit) -> str:
    """Name a group of columns of the ranking."""
    column = 0 if lang == "zh" else 1
    counted = _PEOPLE[unit][column]
    return _GROUPS[key][column].format(p=counted, P=counted.capitalize())


def head_text(key: str, lang: Lang, unit: DemandUnit, **figures: object) -> str:
    """Name a column of the ranking, below the name of its group."""
    heads = _ROAD_HEADS if unit != "people" and key in _ROAD_HEADS else _HEADS
    return heads[key][0 if lang == "zh" else 1].format(**figures)
