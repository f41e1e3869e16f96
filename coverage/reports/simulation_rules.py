"""The rules of a simulated year in words, each with where it comes from and whether it is assumed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coverage.reports import wording
from coverage.reports.simulation_wording import per_day_text
from coverage.reports.wording import pick
from coverage.simulation import COMMAND_LINE, HOURS_OF_WEEK, Rules
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.reports.wording import Lang
    from coverage.simulation import Duration, Simulation

_LAWS: Mapping[str, tuple[str, str]] = {
    "fixed": ("固定", "fixed"),
    "exponential": ("指数分布", "exponential"),
    "lognormal": ("对数正态分布", "log-normal"),
    "gamma": ("伽马分布", "gamma"),
}
_SOURCES: Mapping[str, tuple[str, str]] = {
    "Auckland": (
        "新西兰奥克兰的救护车模拟研究，非国内数据",
        "an ambulance simulation of Auckland, not Chinese",
    ),
}
_DEFAULT = ("程序默认值", "the program's default")
_COMMAND_LINE = ("命令行给出", "given on the command line")
_UNSAID = ("未注明来源", "source not given")
_ITEMS: Mapping[str, tuple[str, str]] = {
    "days": ("天数", "days"),
    "replications": ("重复次数", "replications"),
    "seed": ("随机种子", "seed"),
    "dispatch": ("派车规则", "rule"),
    "busy_share": ("车辆占用率", "busy share"),
}
"""Rules that share a row."""
_PER_DAY_H = 24


@dataclass(frozen=True)
class RuleRow:
    """A rule: what it is about, what it says, where it comes from, and whether it is assumed."""

    item: str
    text: str
    source: str
    is_assumed: bool


def rule_rows(simulation: Simulation, lang: Lang) -> list[RuleRow]:
    """
    Put the rules into words.

    Parameters
    ----------
    simulation
        The simulated year.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    list of RuleRow
        How calls come, then what happens to a call in the order of time, then how it is played.
    """
    return [
        *_call_rows(simulation, lang),
        *_time_rows(simulation, lang),
        *_dispatch_rows(simulation, lang),
        *_play_rows(simulation, lang),
    ]


def _origin(rules: Rules, lang: Lang, *names: str) -> tuple[str, bool]:
    """Say where rules come from, each where they differ, and whether all are the program's own."""
    by_source: dict[str, list[str]] = {}
    for name in names:
        by_source.setdefault(_source(rules, name, lang), []).append(name)
    default = pick(lang, *_DEFAULT)
    if len(by_source) == 1:
        (source,) = by_source
        return source, source == default
    said = []
    for source, mine in by_source.items():
        what = pick(lang, "、", ", ").join(pick(lang, *_ITEMS[name]) for name in mine)
        said.append(pick(lang, f"{what}：{source}", f"{what}: {source}"))
    return pick(lang, "；", "; ").join(said), False


def _source(rules: Rules, name: str, lang: Lang) -> str:
    """Say where one rule comes from."""
    if name in rules.sources:
        given = rules.sources[name]
        return pick(lang, *_COMMAND_LINE) if given == COMMAND_LINE else wording.one_line(given)
    is_usual = getattr(rules, name) == getattr(Rules(), name)
    return pick(lang, *(_DEFAULT if is_usual else _UNSAID))


def _call_rows(simulation: Simulation, lang: Lang) -> list[RuleRow]:
    rules, past = simulation.rules, simulation.rules.past_calls
    per_day = per_day_text(rules.calls_per_day)
    rows = [
        RuleRow(
            pick(lang, "呼救数量", "Calls"),
            pick(
                lang,
                f"平均每天{per_day}次，随机到达（泊松过程）",
                f"{per_day} a day on average, at random (Poisson)",
            ),
            *_origin(rules, lang, "calls_per_day"),
        )
    ]
    where, when = pick(lang, "呼救地点", "Where they come from"), pick(lang, "呼救时间", "When they come")
    if past is not None:
        source = wording.one_line(past.source)
        n, days = f"{len(past.time_s):,}", f"{past.n_days:g}"
        drawn = pick(lang, f"从{n}次历史呼救（{days}天）中抽取", f"drawn from {n} past calls ({days} days)")
        rows += [
            RuleRow(where, drawn, source, is_assumed=False),
            RuleRow(when, drawn, source, is_assumed=False),
        ]
    else:
        who = wording.unit_text(simulation.area.demand_unit, lang)
        rows += [
            RuleRow(
                where,
                pick(lang, f"按各居民点的{who}比例", f"from every demand point, in proportion to its {who}"),
                pick(lang, *_DEFAULT),
                is_assumed=True,
            ),
            RuleRow(when, _profile_text(rules, lang), *_origin(rules, lang, "hour_of_week")),
        ]
    if len(rules.priorities) > 1 or rules.priorities[0].name:
        rows.append(
            RuleRow(
                pick(lang, "优先级", "Priorities"),
                _priorities_text(simulation, lang),
                *_origin(rules, lang, "priorities"),
            )
        )
    if rules.centre_shares:
        text = pick(lang, "、", ", ").join(
            f"{wording.centres_text(name, lang)} {100 * share:g}%"
            for name, share in rules.centre_shares.items()
        )
        rows.append(
            RuleRow(
                pick(lang, "需专科中心救治", "Need one of the five centres"),
                text,
                *_origin(rules, lang, "centre_shares"),
            )
        )
    return rows


def _profile_text(rules: Rules, lang: Lang) -> str:
    """Say how calls are spread over the hours of the week."""
    weights = rules.hour_of_week
    if len(weights) != HOURS_OF_WEEK or not sum(weights):
        return pick(lang, "一周各小时相同", "evenly over all hours")
    by_hour = [sum(weights[hour::_PER_DAY_H]) for hour in range(_PER_DAY_H)]
    most, least = by_hour.index(max(by_hour)), by_hour.index(min(by_hour))
    mean = sum(by_hour) / _PER_DAY_H
    high, low = f"{by_hour[most] / mean:.2g}", f"{by_hour[least] / mean:.2g}"
    return pick(
        lang,
        f"按小时和星期的权重；最多为{most}时（平均的{high}倍），最少为{least}时（{low}倍）",
        f"by hour and day of the week; most at {most}:00 ({high} times the mean), least at {least}:00 "
        f"({low} times)",
    )


def _priorities_text(simulation: Simulation, lang: Lang) -> str:
    parts = []
    for priority in simulation.rules.priorities:
        said = [f"{100 * priority.share:g}%"]
        if priority.condition:
            said.append(wording.condition_text(priority.condition, lang))
        if not math.isnan(priority.transport_share):
            taken = f"{100 * priority.transport_share:g}%"
            said.append(pick(lang, f"送院{taken}", f"{taken} taken to hospital"))
        parts.append(f"{wording.one_line(priority.name)} {pick(lang, '、', ', ').join(said)}")
    return pick(lang, "；", "; ").join(parts)


def _time_rows(simulation: Simulation, lang: Lang) -> list[RuleRow]:
    rules, standard = simulation.rules, simulation.standard
    promise = pick(lang, "响应标准", "the promise")
    handling, turnout = f"{standard.handling_s:g}", f"{standard.turnout_s:g}"
    rows = [
        _duration_row(
            pick(lang, "接警受理", "Call handling"), rules.handling, _origin(rules, lang, "handling"), lang
        )
        if rules.handling is not None
        else RuleRow(
            pick(lang, "接警受理", "Call handling"),
            pick(lang, f"{handling}秒，固定", f"{handling} s, fixed"),
            promise,
            is_assumed=False,
        )
    ]
    if rules.turnout_s:
        spans = pick(lang, "；", "; ").join(
            pick(lang, f"{wording.one_line(span)} {s:g}秒", f"{wording.one_line(span)} {s:g} s")
            for span, s in rules.turnout_s.items()
        )
        rows.append(RuleRow(pick(lang, "出车准备", "Turnout"), spans, *_origin(rules, lang, "turnout_s")))
    else:
        rows.append(
            RuleRow(
                pick(lang, "出车准备", "Turnout"),
                pick(
                    lang,
                    f"{turnout}秒，急救点另有数据的以其为准；返程途中改派和刚完成任务的车辆不计",
                    f"{turnout} s, or the base's own figure; none for a unit on its way back or just clear",
                ),
                promise,
                is_assumed=False,
            )
        )
    rows.append(_travel_row(simulation, lang))
    origin = _origin(rules, lang, "scene")
    rows.append(_duration_row(pick(lang, "现场处置", "On scene"), rules.scene, origin, lang))
    taken = f"{100 * rules.transport_share:g}%"
    source, assumed = _origin(rules, lang, "transport_share")
    rows.append(
        RuleRow(
            pick(lang, "送院比例", "Taken to hospital"),
            pick(
                lang,
                f"{taken}；送往行车时间最短、能够救治的医院",
                f"{taken}, to the hospital nearest by drive that can treat the case",
            ),
            pick(lang, *_SOURCES["Auckland"]) if assumed else source,
            assumed,
        )
    )
    origin = _origin(rules, lang, "handover")
    rows.append(_duration_row(pick(lang, "院内交接", "Handover"), rules.handover, origin, lang))
    return rows


def _duration_row(item: str, duration: Duration, origin: tuple[str, bool], lang: Lang) -> RuleRow:
    mean = f"{duration.mean_s / MINUTE_S:g}"
    law = pick(lang, *_LAWS[duration.law])
    if duration.law in ("lognormal", "gamma"):
        law += pick(lang, f"，变异系数{duration.cv:g}", f", coefficient of variation {duration.cv:g}")
    text = pick(lang, f"平均{mean}分钟，{law}", f"{mean} min on average, {law}")
    if duration.source in _SOURCES:
        return RuleRow(item, text, pick(lang, *_SOURCES[duration.source]), is_assumed=True)
    source = wording.one_line(duration.source)
    return RuleRow(item, text, source, is_assumed=False) if source else RuleRow(item, text, *origin)


def _travel_row(simulation: Simulation, lang: Lang) -> RuleRow:
    speeds = simulation.speeds
    usual = wording.condition_text(simulation.condition, lang)
    text = pick(lang, f"全天{usual}", f"{usual}, all day")
    if speeds.hours:
        spans = pick(lang, "、", ", ").join(
            f"{wording.one_line(span)} {wording.condition_text(name, lang)}"
            for span, name in speeds.hours.items()
        )
        text = pick(lang, f"{spans}；其余时段{usual}", f"{spans}; {usual} otherwise")
    is_default = speeds.source == "default"
    return RuleRow(
        pick(lang, "行车", "Driving"), text, wording.speed_source_text(speeds.source, lang), is_default
    )


def _dispatch_rows(simulation: Simulation, lang: Lang) -> list[RuleRow]:
    rules, named = simulation.rules, ["dispatch"]
    text = pick(lang, "派最先到达的空闲车", "the free unit that is there first")
    if rules.dispatch == "preparedness":
        named.append("busy_share")
        busy = f"{100 * rules.busy_share:g}%"
        text = pick(
            lang,
            f"在能限时到达的空闲车中，派离开后全县备勤损失最小的一辆（车辆占用率按{busy}计）；"
            "均不能限时到达的，派最先到达的",
            f"among the free units that keep the limit, the one whose absence costs the county least (units "
            f"busy {busy} of the time); the first to arrive where none keeps it",
        )
    redirect = (
        pick(lang, "返程途中可以改派", "a unit on its way back may be sent")
        if rules.redirect
        else pick(lang, "返回后才能再派", "a unit is sent again only once it is back")
    )
    queue = (
        pick(
            lang,
            "无空闲车时呼救排队，按优先级、先后顺序",
            "a call waits where no unit is free, by priority and then by arrival",
        )
        if rules.wait
        else pick(
            lang,
            "无空闲车时由邻县支援，计为未在限时内",
            "with no unit free a neighbour comes: not within the limit",
        )
    )
    rows = [
        RuleRow(pick(lang, "派车", "Dispatch"), text, *_origin(rules, lang, *named)),
        RuleRow(pick(lang, "返程改派", "On the way back"), redirect, *_origin(rules, lang, "redirect")),
        RuleRow(pick(lang, "无空闲车", "None free"), queue, *_origin(rules, lang, "wait")),
    ]
    names = _facility_names(simulation)
    if rules.shifts:
        said = pick(lang, "；", "; ").join(
            f"{names.get(s.facility_id, wording.one_line(s.facility_id))} {s.ambulances} × {s.hours}"
            for s in rules.shifts
        )
        rows.append(RuleRow(pick(lang, "班次", "Shifts"), said, *_origin(rules, lang, "shifts")))
    if rules.standby:
        said = pick(lang, "；", "; ").join(
            f"{wording.one_line(s.name) or f'{s.lon:.4f}, {s.lat:.4f}'}"
            + wording.bracketed(
                f"{names.get(s.facility_id, wording.one_line(s.facility_id))} {s.ambulances} × "
                f"{s.hours or pick(lang, '全天', 'always')}",
                lang,
            )
            for s in rules.standby
        )
        rows.append(RuleRow(pick(lang, "待命点", "Standby places"), said, *_origin(rules, lang, "standby")))
    return rows


def _facility_names(simulation: Simulation) -> dict[str, str]:
    """Name every facility that any outcome has."""
    found: dict[str, str] = {}
    for outcome in simulation.outcomes:
        groups = outcome.groups[outcome.groups["group"] == "hospital"]
        for facility_id, name in zip(groups["id"], groups["name"], strict=True):
            found.setdefault(str(facility_id), wording.short_name(name))
    return found


def _play_rows(simulation: Simulation, lang: Lang) -> list[RuleRow]:
    rules = simulation.rules
    days, warm = f"{rules.days:g}", f"{rules.warm_up_s / 3600:g}"
    text = pick(
        lang,
        f"{days}天，重复{rules.replications}次，随机种子{rules.seed}；各方案使用相同的呼救；"
        f"开头{warm}小时不计",
        f"{days} days, {rules.replications} replications, seed {rules.seed}; the same calls for every "
        f"option; the first {warm} hours are not counted",
    )
    return [
        RuleRow(pick(lang, "模拟", "Simulation"), text, *_origin(rules, lang, "days", "replications", "seed"))
    ]
