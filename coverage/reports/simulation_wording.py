"""What the reports of a simulated year say, in Chinese and English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.reports import wording
from coverage.reports.comparison_names import named, signed_points, title, upper_first
from coverage.reports.simulation_rows import (
    answer,
    busiest,
    difference,
    everyone,
    figure,
    group_rows,
    judges_alike,
    n_calls,
    says_something,
    shown_of,
    too_few,
)
from coverage.reports.wording import pick
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from coverage.reports.simulation_rows import Difference
    from coverage.reports.wording import Lang
    from coverage.simulation import Estimate, SimulatedOutcome, Simulation

_YEAR_DAYS = 365
_LABELS: Mapping[str, tuple[str, str]] = {
    "against_today": ("与现状相比", "Against today"),
    "base": ("急救点", "Base"),
    "busiest": ("最忙车辆", "Busiest ambulance"),
    "busy_h_per_day": ("每天占用（小时）", "Busy a day (h)"),
    "busy_units": ("平均占用车辆", "Ambulances busy"),
    "calls": ("呼救（次）", "Calls"),
    "calls_served": ("出车（次）", "Calls served"),
    "charts": ("响应时间与时段", "Response and the hours of the day"),
    "class": ("类别", "Class"),
    "contents": ("本页内容", "On this page"),
    "curve": ("响应时间累积曲线", "Cumulative response times"),
    "curve_table": ("各分钟内到达的呼救占比", "Share of calls reached, by minutes"),
    "difference": ("差值", "Difference"),
    "differences": ("方案差异", "Differences between options"),
    "door_median_s": ("到院中位（分钟）", "Call to door, median (min)"),
    "door_p90_s": ("到院90分位（分钟）", "Call to door, 90th percentile (min)"),
    "high": ("95%区间上限", "95% interval, to"),
    "hospitals": ("送达医院", "Hospitals"),
    "hour": ("时段", "Hour"),
    "hours": ("一天各时段", "Hours of the day"),
    "hours_busy": ("各时段平均占用的救护车", "Ambulances busy, by hour of the day"),
    "hours_within": ("各时段限时内到达占比", "Share within the limit, by hour of the day"),
    "is_assumed": ("是否假设", "Assumed"),
    "item": ("项目", "Item"),
    "kind": ("分组", "Group"),
    "low": ("95%区间下限", "95% interval, from"),
    "lost_share": ("无车可派", "Lost"),
    "map": ("各乡镇限时内到达占比", "Share within the limit by township"),
    "mean_s": ("平均（分钟）", "Mean (min)"),
    "measure": ("指标", "Measure"),
    "median_s": ("中位（分钟）", "Median (min)"),
    "number": ("车号", "No."),
    "option": ("方案", "Option"),
    "outcomes": ("各方案结果", "Results"),
    "overtime_h_per_day": ("其中班外（小时/天）", "Of it beyond its shift (h a day)"),
    "p90_s": ("90分位（分钟）", "90th percentile (min)"),
    "priorities": ("按优先级和病种", "By priority and centre"),
    "rule": ("内容", "What"),
    "rules": ("模拟规则与来源", "The rules, and where they come from"),
    "share": ("占比", "Share"),
    "simulation": ("急救呼叫模拟", "Simulated emergency calls"),
    "source": ("来源", "Source"),
    "townships": ("各乡镇", "Townships"),
    "unhindered_share": ("若当班车都在站待命", "Were every ambulance on duty free at its post"),
    "unit": ("救护车", "Ambulance"),
    "units": ("救护车占用率", "How busy each ambulance is"),
    "unreached_share": ("无法到达", "Unreached"),
    "utilisation": ("占用率", "Utilisation"),
    "verdict": ("结论", "In words"),
    "waiting": ("等待、无车与送达", "Waiting, lost, and the way to hospital"),
    "wait_mean_s": ("平均等待（分钟）", "Mean wait (min)"),
    "waited_share": ("等待空闲车", "Waited"),
    "within_share": ("限时内", "Within limit"),
}
_SHORT: Mapping[str, tuple[str, str]] = {
    "against_today": ("与现状相比", "Against today"),
    "busiest": ("最忙车", "Busiest"),
    "calls": ("呼救", "Calls"),
    "lost_share": ("无车", "Lost"),
    "mean_s": ("平均", "Mean"),
    "median_s": ("中位", "Median"),
    "p90_s": ("90分位", "90th"),
    "waited_share": ("等车", "Waited"),
    "within_share": ("限时内", "Within"),
}
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "clear_better": ("明显较好", "clearly better"),
    "clear_worse": ("明显较差", "clearly worse"),
    "no_difference": ("无明显差异", "no clear difference"),
    "unknown": ("无法判断", "cannot be told"),
    "every_call": ("全部呼救", "Every call"),
    "few": ("次数过少", "too few calls"),
    "outside": ("不在任何乡镇", "In no township"),
}


def label(key: str, lang: Lang) -> str:
    """Give the name of a figure, a column or a section."""
    return pick(lang, *_LABELS[key])


def short_label(key: str, lang: Lang) -> str:
    """Give the name of a column where room is short."""
    return pick(lang, *_SHORT[key])


def phrase(key: str, lang: Lang) -> str:
    """Give one of the words that stand in cells."""
    return pick(lang, *_SENTENCES[key])


def title_text(simulation: Simulation, lang: Lang) -> str:
    """Give the title of a report: the county and what this is."""
    name = wording.short_name(simulation.area.county.title(lang))
    return f"{name}  {label('simulation', lang)}"


def headline(simulation: Simulation, lang: Lang) -> list[str]:
    """
    Give the answer: the promise, what the year says of it, what of the options, and how busy it is.

    Parameters
    ----------
    simulation
        The simulated year.
    lang
        ``zh`` or ``en``.
    """
    name = wording.short_name(simulation.area.county.title(lang))
    promise = wording.promise_text(shown_of(simulation), lang) + _hours_text(simulation, lang)
    lines = [pick(lang, f"{name}  {promise}", f"{name}: {promise}"), year_text(simulation, lang)]
    if simulation.options:
        lines.append(answer_text(simulation, lang))
    caution = caution_text(simulation, lang)
    return [*lines, busy_text(simulation, lang), *([caution] if caution else [])]


def _hours_text(simulation: Simulation, lang: Lang) -> str:
    """Name the hours that have driving conditions of their own; empty where there are none."""
    hours = simulation.speeds.hours
    if not hours:
        return ""
    spans = wording.names_text([wording.one_line(span) for span in hours], lang)
    return pick(
        lang,
        f"；以下时段另有行车条件（见模拟规则）：{spans}",
        f"; other driving conditions (see the rules) at {spans}",
    )


def caution_text(simulation: Simulation, lang: Lang) -> str:
    """Say what the intervals hold and what they do not; empty where there are none."""
    if simulation.rules.replications == 1 or not says_something(
        everyone(simulation.baseline), simulation.rules
    ):
        return ""
    return pick(
        lang,
        "95%区间只反映呼救的偶然性，不反映处置时间、车速等设定是否准确：适合比较方案，不宜据此承诺具体百分比",
        "The 95% intervals hold the chance of the calls, not whether service times and speeds are right: "
        "good for comparing options, not for promising a percentage",
    )


def per_day_text(calls: float) -> str:
    """Give a number of calls a day, with one decimal at most, or two figures below one call."""
    return f"{calls:.2g}" if calls < 1 else f"{calls:,.1f}".removesuffix(".0")


def played_text(simulation: Simulation, lang: Lang) -> str:
    """Say how long and how often is played."""
    rules = simulation.rules
    days, calls, n = f"{rules.days:g}", per_day_text(rules.calls_per_day), rules.replications
    what = pick(lang, "模拟一年" if rules.days == _YEAR_DAYS else f"模拟{days}天", f"{days} simulated days")
    return pick(
        lang,
        f"{what}（每天{calls}次呼救，{f'重复{n}次' if n > 1 else '只模拟1次'}）",
        f"{what} ({calls} calls a day, {f'{n} replications' if n > 1 else 'a single replication'})",
    )


def year_text(simulation: Simulation, lang: Lang) -> str:
    """Say what share of the calls is within the limit, and what it would be with no ambulance busy."""
    row, rules = everyone(simulation.baseline), simulation.rules
    within = figure(row, "within_share")
    target = simulation.standard.target_share
    played = played_text(simulation, lang)
    if n_calls(row, rules) == 0:
        return pick(lang, f"{played}：没有呼救，无法评价", f"{played}: no calls, nothing can be said")
    if not says_something(row, rules):
        n = f"{n_calls(row, rules):.0f}"
        return pick(
            lang,
            f"{played}：合计仅{n}次呼救，次数过少，无法评价；请增加天数（--days）或重复次数（--replications）",
            f"{played}: {n} calls in all are too few to say anything; play more days (--days) or "
            "replications (--replications)",
        )
    share = share_interval_text(within, lang, target_share=target)
    free = wording.share_text(row["unhindered_share"], target_share=target)
    return pick(
        lang,
        f"{played}：限时内到达 {share}；若当班救护车都在站待命，为 {free}，{_business_text(row, lang)}",
        f"{played}: {share} of the calls reached within the limit; were every ambulance on duty free at its "
        f"post, {free} would be: {_business_text(row, lang)}",
    )


def _business_text(row: Mapping[str, Any], lang: Lang) -> str:
    """Say what it costs that ambulances are out, as the two figures are printed."""
    cost = (round(1000 * row["unhindered_share"]) - round(1000 * row["within_share"])) / 10
    if cost > 0:
        return pick(
            lang,
            f"即因车辆外出而降低{cost:.1f}个百分点",
            f"business costs {cost:.1f} points",
        )
    if cost == 0:
        return pick(lang, "车辆外出没有造成可见的影响", "business makes no visible difference")
    return pick(
        lang,
        "实际更高，因为返程或刚完成任务的车辆有时更近",
        "the year is better, since a unit on its way back or just clear is sometimes nearer",
    )


def nearer_text(simulation: Simulation, lang: Lang) -> str:
    """Name the townships that do better than with every ambulance at its post; empty where none does."""
    rules = simulation.rules
    names = [
        str(row["name"]) or phrase("outside", lang)
        for row in group_rows(simulation.baseline, "township")
        if says_something(row, rules)
        and round(1000 * row["within_share"]) > round(1000 * row["unhindered_share"])
    ]
    if not names:
        return ""
    found = wording.names_text(names, lang)
    return pick(
        lang,
        f"以下乡镇的占比高于“当班车都在站待命”时：返程或刚完成任务的车辆有时比站内车辆更近，且不需出车准备：{found}",
        "Higher than with every ambulance free at its post, since a unit on its way back or just clear may "
        f"be nearer and needs no turnout: {found}",
    )


def order_text(lang: Lang) -> str:
    """Say how to read the utilisation of ambulances that share a base."""
    return pick(
        lang,
        "同一急救点的车辆按车号依次派出：末号车占用率低，说明很少需要同时派出这么多车，不表示该车闲置或工作不力。",
        "Units of one base are sent in the order of their numbers: a low figure of the last one says how "
        "rarely so many are out at once, not that this one does less than it could.",
    )


def answer_text(simulation: Simulation, lang: Lang) -> str:
    """Say which option is clearly better, by how many points, or that no difference is clear."""
    found = answer(simulation)
    if found.code == "one_replication":
        return pick(
            lang,
            "只模拟1次，不能判断方案之间的差异是否明显；请用 --replications 20 重复模拟",
            "With one replication nobody can tell whether the options differ; play more, such as "
            "--replications 20",
        )
    if found.code == "few_calls":
        return pick(
            lang, "呼救次数过少，不能判断方案之间的差异", "Too few calls to tell whether the options differ"
        )
    first = next(o for o in simulation.options if o.key == found.keys[0])
    gain = difference_text(difference(simulation, first.key, "within_share"), "within_share", lang)
    who, own = named(first, lang), _own_promise(simulation, first, lang)
    if found.code == "best":
        rest = (
            pick(lang, "，也明显好于其他方案", ", and clearly better than the other options")
            if len(simulation.options) > 1
            else ""
        )
        text = pick(
            lang,
            f"{who}明显好于现状{rest}：限时内到达 {gain}",
            f"{who} is clearly better than today{rest}: {gain}",
        )
    elif found.code == "level":
        others = names_text(simulation, found.keys[1:], lang)
        text = pick(
            lang,
            f"{who}明显好于现状：限时内到达 {gain}；与{others}相比无明显差异",
            f"{who} is clearly better than today: {gain}; against {others} there is no clear difference",
        )
    elif found.code == "worse":
        text = pick(
            lang,
            f"所有方案均明显差于现状；差距最小的是{who}：{gain}",
            f"Every option is clearly worse than today; the nearest is {who}: {gain}",
        )
    else:
        text = pick(
            lang,
            f"没有方案明显好于现状；数值最高的是{who}：{gain}，区间含0或为负",
            f"No option is clearly better than today; the highest is {who}: {gain}",
        )
    return upper_first(text + own)


def _own_promise(simulation: Simulation, outcome: SimulatedOutcome, lang: Lang) -> str:
    if judges_alike(simulation, outcome):
        return ""
    return pick(
        lang,
        "（该方案按其自身标准计算，不能直接相比）",
        " (judged by a standard of its own, which does not compare one to one)",
    )


def names_text(simulation: Simulation, keys: tuple[str, ...], lang: Lang) -> str:
    """Name several options inside a sentence."""
    by_key = {outcome.key: outcome for outcome in simulation.outcomes}
    return pick(lang, "、", ", ").join(named(by_key[key], lang) for key in keys)


def busy_text(simulation: Simulation, lang: Lang) -> str:
    """Say how busy the ambulances are, and how many calls wait, are lost or cannot be reached."""
    row, unit = everyone(simulation.baseline), busiest(simulation.baseline)
    parts = []
    if unit is not None:
        share = wording.share_text(unit["utilisation"])
        name = unit_text(unit, lang)
        parts.append(
            pick(
                lang,
                f"最忙的救护车（{name}）占用率 {share}",
                f"the busiest ambulance ({name}) is busy {share} of its time",
            )
        )
    parts.append(_waited_text(row, lang) if simulation.rules.wait else _lost_text(row, lang))
    if row["unreached_share"] > 0:
        never = wording.share_text(row["unreached_share"])
        parts.append(pick(lang, f"{never} 的呼救道路不可达", f"{never} of the calls are on no road"))
    return upper_first(pick(lang, "；", "; ").join(parts))


def _waited_text(row: Mapping[str, Any], lang: Lang) -> str:
    if not row["waited_share"] > 0:
        return pick(lang, "没有呼救需要等待空闲车", "no call waits for a free one")
    waited, wait = wording.share_text(row["waited_share"]), minutes_text(row["wait_mean_s"], lang)
    return pick(
        lang,
        f"{waited} 的呼救须等待空闲车，平均等待 {wait} 分钟",
        f"{waited} of the calls wait for a free one, {wait} min on average",
    )


def _lost_text(row: Mapping[str, Any], lang: Lang) -> str:
    if not row["lost_share"] > 0:
        return pick(lang, "没有呼救遇到无车可派", "a free one for every call")
    lost = wording.share_text(row["lost_share"])
    return pick(lang, f"{lost} 的呼救无车可派", f"{lost} of the calls find no free one")


def unit_text(unit: Mapping[str, Any], lang: Lang) -> str:
    """Name an ambulance by its base and its number there."""
    base = wording.short_name(unit["facility_name"]) or wording.one_line(unit["facility_id"])
    return pick(lang, f"{base} {unit['number']:g}号车", f"{base} no. {unit['number']:g}")


def few_text(simulation: Simulation, lang: Lang) -> str:
    """Name the townships of which too few calls came to say anything; empty where there is none."""
    rows = too_few(simulation)
    if not rows:
        return ""
    names = wording.names_text([str(row["name"]) or phrase("outside", lang) for row in rows], lang)
    return pick(
        lang,
        f"以下乡镇呼救次数过少（全部重复合计不足30次），数值不作判断：{names}",
        f"Too few calls (fewer than 30 over all replications) to say anything: {names}",
    )


# ---- figures ----


def share_interval_text(found: Estimate, lang: Lang, *, target_share: float = 1.0) -> str:
    """Give a share with its interval."""
    share = wording.share_text(found.value, target_share=target_share)
    return share + interval_bracket(share_bounds_text(found, lang), lang)


def share_bounds_text(found: Estimate, lang: Lang) -> str:
    """Give the interval of a share; empty where there is none."""
    if math.isnan(found.low):
        return ""
    low, high = (f"{round(1000 * bound) / 10:.1f}" for bound in (found.low, found.high))
    return pick(lang, f"{low}–{high}%", f"{low} to {high}%")


def interval_bracket(text: str, lang: Lang) -> str:
    """Put an interval into brackets, and say what it is."""
    return pick(lang, f"（95%区间 {text}）", f" (95% interval {text})") if text else ""


def minutes_text(seconds: float, lang: Lang) -> str:
    """Give minutes with one decimal; a dash where there is no number."""
    return wording.minutes_text(seconds, lang)


def minutes_bounds_text(found: Estimate, lang: Lang) -> str:
    """Give the interval of a time; empty where there is none."""
    if math.isnan(found.low):
        return ""
    low, high = (minutes_text(max(bound, 0.0), lang) for bound in (found.low, found.high))
    return pick(lang, f"{low}–{high}", f"{low} to {high}")


def count_text(value: float) -> str:
    """Give a mean number of calls, with one decimal below a hundred."""
    if math.isnan(value):
        return wording.DASH
    few = 100
    return f"{value:,.1f}" if value < few and value != round(value) else f"{value:,.0f}"


def is_share(measure: str) -> bool:
    """Tell whether a measure is a share."""
    return measure.endswith("_share")


def signed_text(value: float, measure: str) -> str:
    """Give a difference with its sign: percentage points, or minutes."""
    if math.isnan(value):
        return wording.DASH
    if is_share(measure):
        return signed_points(value)
    # a tenth of a minute is a thousandth of what `signed_points` is given
    return signed_points(value / MINUTE_S / 100)


def difference_text(found: Difference, measure: str, lang: Lang) -> str:
    """Give a difference with its interval and its unit."""
    unit = pick(lang, *(("个百分点", " points") if is_share(measure) else ("分钟", " min")))
    value = signed_text(found.value, measure) + unit
    if math.isnan(found.low):
        return value
    low, high = (signed_text(bound, measure) for bound in (found.low, found.high))
    return value + interval_bracket(pick(lang, f"{low}至{high}", f"{low} to {high}"), lang)


def verdict_key(found: Difference, measure: str) -> str:
    """Say whether a difference is clear, and which way: more calls within, less time, fewer that wait."""
    if math.isnan(found.low):
        return "unknown"
    if not found.is_clear:
        return "no_difference"
    is_better = (found.value > 0) == (measure == "within_share")
    return "clear_better" if is_better else "clear_worse"


def outcome_names(simulation: Simulation, lang: Lang) -> list[str]:
    """Name the outcomes."""
    return [title(outcome, lang) for outcome in simulation.outcomes]


def hour_text(hour: int) -> str:
    """Name an hour of the day."""
    return f"{hour:02}:00–{hour + 1:02}:00"


def group_kind_text(group: str, lang: Lang) -> str:
    """Name a kind of group: class, township, priority, centre or hospital."""
    return pick(lang, *_KINDS[group])


def group_name(group: str, row: Mapping[str, Any], lang: Lang) -> str:
    """Name a group of calls."""
    if group == "class":
        return wording.class_text(str(row["id"]), lang)
    if group == "centre":
        return wording.centres_text(str(row["id"]), lang)
    if group == "all":
        return wording.class_text("all", lang)
    named_so = wording.one_line(row["name"]) or wording.one_line(row["id"])
    return named_so or phrase("outside" if group == "township" else "every_call", lang)


def measure_text(measure: str, lang: Lang) -> str:
    """Name a measure without its unit."""
    return pick(lang, *_MEASURES[measure])


_KINDS: Mapping[str, tuple[str, str]] = {
    "all": ("全部", "All"),
    "class": ("类别", "Class"),
    "township": ("乡镇", "Township"),
    "priority": ("优先级", "Priority"),
    "centre": ("所需专科中心", "Centre needed"),
    "hospital": ("送达医院", "Hospital"),
}
_MEASURES: Mapping[str, tuple[str, str]] = {
    "within_share": ("限时内到达占比", "Share within the limit"),
    "mean_s": ("平均响应时间", "Mean response"),
    "median_s": ("中位响应时间", "Median response"),
    "p90_s": ("90分位响应时间", "90th percentile of response"),
    "waited_share": ("等待空闲车的占比", "Share that waited"),
    "lost_share": ("无车可派的占比", "Share lost"),
}
