"""What a dispatcher is told, in Chinese and English: the answer, the way, the hospital, what is left."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import TYPE_CHECKING

import shapely

from coverage.assessment import is_within
from coverage.care import has_centre
from coverage.dispatch.checking import newest_stale
from coverage.dispatch.landmarks import names_near
from coverage.errors import name_some
from coverage.reports import wording
from coverage.reports.dispatch_shown import live_side, planned_side
from coverage.reports.road_words import class_word
from coverage.reports.wording import pick
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.assessment import Totals
    from coverage.dispatch.answer import Decision, Destination, Dispatch, Route, Step, UnitTime
    from coverage.dispatch.units import Fleet, LeftOut, Unit
    from coverage.reports.wording import Lang
    from coverage.study_area import StudyArea

NAMED = 3
"""Townships that a sentence names; the table has all of them."""

_STATES = {
    "idle": ("待命", "idle"),
    "returning": ("返程", "returning"),
    "busy": ("任务中", "on a job"),
}
_HOLES = {
    "late": ("有车可到，但超时", "reached, but late"),
    "unreachable": ("没有可派的车能到", "reached by no unit that can be sent"),
    "off_network": ("远离道路", "far from any road"),
}
_REASONS = {
    "stale": ("位置过时", "too old"),
    "ahead": ("时间晚于现在", "time in the future"),
    "duplicate": ("另有更新的一条", "followed by a later report"),
    "contradictory": ("同一时刻有两条不同的记录", "two different reports of one moment"),
    "off_network": ("远离所有道路", "far from every road"),
    "no_position": ("没有坐标", "no position"),
    "swapped": ("经纬度可能写反", "longitude and latitude seem swapped"),
    "no_id": ("没有车辆编号", "no id"),
    "no_state": ("状态无法识别", "unknown state"),
    "no_time": ("没有时间", "no time"),
    "no_date": ("时间缺日期", "its time has no date"),
    "too_fast": ("与上一位置相距过远，不可能驶到", "impossibly far from the position before"),
    "off_duty": ("所属急救点此时不值班", "its base is not staffed at this hour"),
}
# How a turn is told after "drive for so long": into a road, and where the road goes on under its name.
_TURNS: Mapping[str, tuple[str, str, str]] = {
    "straight": ("直行进入", "直行", "continue straight"),
    "slight_left": ("向左前方驶入", "向左前方行驶", "bear left"),
    "left": ("左转进入", "左转", "turn left"),
    "sharp_left": ("向左后方转入", "向左后方转弯", "turn sharp left"),
    "slight_right": ("向右前方驶入", "向右前方行驶", "bear right"),
    "right": ("右转进入", "右转", "turn right"),
    "sharp_right": ("向右后方转入", "向右后方转弯", "turn sharp right"),
    "u_turn": ("掉头驶入", "掉头", "make a U-turn"),
}
_COMPASS = (
    ("北", "north"), ("东北", "north-east"), ("东", "east"), ("东南", "south-east"),
    ("南", "south"), ("西南", "south-west"), ("西", "west"), ("西北", "north-west"),
)  # fmt: skip
_DAY_S = 86_400.0
_FIRST_M = 60.0
_SHORTEST_END_S = 6.0  # a tenth of a minute
# What is off the road at the beginning and at the end of a way.
_ENDS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "route_1": (
        ("从停车处驶上道路{minutes}分钟", "{minutes} min from where it stands to the road"),
        ("离开道路后步行{minutes}分钟到患者身边", "{minutes} min on foot from the road to the patient"),
    ),
    "route_2": (
        ("从患者身边步行{minutes}分钟到道路", "{minutes} min on foot from the patient to the road"),
        ("从道路进入院区{minutes}分钟", "{minutes} min from the road to the door"),
    ),
}
# The same in a word, for the sum.
_END_PARTS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "route_1": (("驶上道路", "to the road"), ("步行", "on foot")),
    "route_2": (("步行", "on foot"), ("进入院区", "to the door")),
}
_LABELS: Mapping[str, tuple[str, str]] = {
    "answer": ("派车结论", "Answer"),
    "arrival": ("到达（分）", "There (min)"),
    "as_planned": ("车辆全部在位时", "With every unit at its base"),
    "base": ("急救点", "Base"),
    "call": ("呼救地点", "The call"),
    "centres": ("救治能力", "Centres"),
    "cover": ("各车首达范围（连线）", "First unit, by lines"),
    "covered_after": ("出动期间", "Meanwhile"),
    "covered_before": ("此刻", "Now"),
    "drive": ("途中（分）", "On the way (min)"),
    "first_unit": ("首达车辆", "First unit"),
    "fleet": ("全部车辆（{n}）", "All units ({n})"),
    "holes": ("此刻的空白点（{n}）", "Holes now ({n})"),
    "hospitals": ("医院", "Hospitals"),
    "incident": ("呼救地点", "The call"),
    "left_out": ("未采用的位置（{n}）", "Positions left out ({n})"),
    "leg_1": ("出车路线（实线）", "To the patient (solid)"),
    "leg_2": ("送医路线（虚线）", "To the hospital (dashed)"),
    "legs": ("路线", "Routes"),
    "limit": ("限时", "Limit"),
    "live": ("此刻", "Now"),
    "losses": ("出动期间的缺口（限时内{whom}）", "What is lacking meanwhile ({whom} within the limit)"),
    "planned": ("全部在位", "All at base"),
    "position": ("位置时间", "Position"),
    "reason": ("原因", "Reason"),
    "route_1": ("出车路线：{km}，{minutes}", "To the patient: {km}, {minutes}"),
    "route_2": ("送医路线：{km}，{minutes}", "To the hospital: {km}, {minutes}"),
    "state": ("状态", "State"),
    "title": ("救护车调度", "Ambulance dispatch"),
    "to_door": ("分钟，呼救至到院", "min from the call to its door"),
    "to_hospital": ("分钟，送医车程", "min to the hospital"),
    "to_patient": ("分钟到患者身边", "min to the patient"),
    "township": ("乡镇", "Township"),
    "townships": ("各乡镇此刻（{n}）", "Townships now ({n})"),
    "uncovered": ("空白点（限时内无车可到）", "Holes: nobody in time"),
    "unit": ("车辆", "Unit"),
    "units": ("可派车辆", "Units that can be sent"),
    "units_layer": ("车辆", "Units"),
    "verdict": ("判定", "Verdict"),
    "where": ("地点", "Place"),
}
_LIVE: Mapping[str, tuple[str, str]] = {
    "age_min": ("{n}分钟前", "{n} min ago"),
    "age_s": ("{n}秒前", "{n} s ago"),
    "fresh": ("画面生成于{age}，本页每{n}秒重新读取", "made {age}, the page looks again every {n} s"),
    "old": (
        "画面已过时：{age}的情况，请检查程序和位置文件是否仍在更新",
        "This picture is old ({age}): see whether the program runs and the positions still come",
    ),
    "share_now": ("此刻{now}，全部在位时{planned}", "{now} now, {planned} with every unit at its base"),
    "rest": ("另有{n}处，见 dispatch.json", "{n} more: see dispatch.json"),
    "send": ("派{name}", "Send {name}"),
    "there_in": ("{minutes}分钟可到", "there in {minutes} min"),
}
LIVE_WORDS = ("age_min", "age_s", "fresh", "old")
"""What the page says by itself, from the viewer's own clock; the blanks are filled there."""


def live_word(key: str, lang: Lang, **figures: object) -> str:
    """Give a sentence with its blanks filled, or left as they are where no figure is given."""
    text = pick(lang, *_LIVE[key])
    return text.format(**figures) if figures else text


def label(key: str, lang: Lang, **figures: object) -> str:
    """Give a heading of the dispatcher's page or table."""
    return pick(lang, *_LABELS[key]).format(**figures)


def losses_label(dispatch: Dispatch, lang: Lang) -> str:
    """Head what townships lose meanwhile, with what is counted."""
    return label("losses", lang, whom=_whom(dispatch, lang))


def base_names(dispatch: Dispatch) -> dict[str, str]:
    """Give the names of the facilities by id, as units belong to them."""
    facilities = dispatch.area.facilities
    names = map(wording.one_line, facilities["name"])
    return {key: name or key for key, name in zip(facilities["id"], names, strict=True)}


def state_text(state: str, lang: Lang) -> str:
    """Name what a unit does: idle, returning or busy."""
    return pick(lang, *_STATES[state])


def hole_text(state: str, lang: Lang) -> str:
    """Say why nobody is in time at a demand point at this moment."""
    return pick(lang, *_HOLES[state])


def unit_name(unit: Unit) -> str:
    """Name a unit as a dispatcher calls it."""
    return wording.one_line(unit.name) or wording.one_line(unit.id)


def called(unit: Unit, dispatch: Dispatch, lang: Lang) -> str:
    """Name a unit in a sentence; one that goes by the name of its base is that base's ambulance."""
    name, base = unit_name(unit), base_names(dispatch).get(unit.facility_id, "")
    number = name.removeprefix(base).strip()
    if not base or not name.startswith(base) or not (number == "" or number.isdecimal()):
        return name
    if lang == "zh":
        return base + (f"{number}号" if number else "") + "救护车"
    return f"the ambulance {number + ' ' if number else ''}of {base}"


def length_text(metres: float, lang: Lang) -> str:
    """Give a length as a driver is told it: tens of metres, or kilometres with one decimal."""
    tens = max(round(metres / 10) * 10, 10)
    if tens < 1000:  # noqa: PLR2004 - metres of a kilometre
        return pick(lang, f"{tens}米", f"{tens} m")
    return pick(lang, f"{metres / 1000:.1f}公里", f"{metres / 1000:.1f} km")


def moment_text(moment: str) -> str:
    """Give a moment without what its reader knows: date and time as its own clock shows them."""
    return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def age_s(unit: Unit, dispatch: Dispatch) -> float:
    """Say how old a unit's position is at the picture's moment, seconds; NaN where it has no time."""
    if not (unit.time and dispatch.fleet.at):
        return math.nan
    moments = (datetime.fromisoformat(text) for text in (dispatch.fleet.at, unit.time))
    now, then = (m if m.tzinfo else m.astimezone() for m in moments)
    return (now - then).total_seconds()


def age_text(unit: Unit, dispatch: Dispatch, lang: Lang) -> str:
    """Say how old a unit's position is; a dash where it is its base's."""
    seconds = age_s(unit, dispatch)
    if math.isnan(seconds):
        return wording.DASH
    if seconds < 2 * MINUTE_S:
        return pick(lang, f"{max(seconds, 0):.0f}秒前", f"{max(seconds, 0):.0f} s ago")
    return pick(lang, f"{seconds / MINUTE_S:.0f}分钟前", f"{seconds / MINUTE_S:.0f} min ago")


def picture_text(dispatch: Dispatch, lang: Lang) -> str:
    """Say of which moment the picture is."""
    if not dispatch.fleet.is_live:
        return pick(
            lang,
            "没有实时位置：按每辆救护车都在所属急救点待命计算",
            "No live positions: every ambulance is taken to wait at its base",
        )
    return pick(lang, f"画面时间 {moment_text(dispatch.fleet.at)}", f"As of {moment_text(dispatch.fleet.at)}")


def basis_text(dispatch: Dispatch, lang: Lang) -> str:
    """Say from where response starts at this moment."""
    n = sum(unit.state != "busy" for unit in dispatch.fleet.units)
    if not dispatch.fleet.is_live:
        return pick(
            lang,
            f"此刻的覆盖按{n}辆救护车都在所属急救点待命计算",
            f"What is held now is counted from {n} ambulances waiting at their bases",
        )
    return pick(
        lang,
        f"此刻的覆盖按{n}辆可派车辆报告的位置计算，任务中的车辆不计；返程车辆不计出车准备时间",
        f"What is held now is counted from where the {n} units that can be sent stand; those on a job "
        "are left out, and those returning need no turnout",
    )


def headline(dispatch: Dispatch, lang: Lang) -> list[str]:
    """
    Give the answer: who is sent, how soon, where to; then the place; then what the county lacks meanwhile.

    Parameters
    ----------
    dispatch
        The answer.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    list of str
        The first line is the answer by itself; without a call it is the picture of the county.
    """
    if dispatch.decision is None:
        held = [holding_text(dispatch, lang), fallen_text(dispatch, lang)] if dispatch.now else []
        return [fleet_text(dispatch, lang), *held]
    return [
        answer_text(dispatch, dispatch.decision, lang),
        place_text(dispatch, dispatch.decision, lang),
        meanwhile_text(dispatch, lang),
    ]


def answer_text(dispatch: Dispatch, decision: Decision, lang: Lang) -> str:
    """Put unit, minutes, limit and hospital into one line."""
    first = decision.units[0]
    minutes = wording.minutes_text(first.response_s, lang, limit_s=decision.limit_s)
    name = wording.short_name(called(first.unit, dispatch, lang))
    kept = limit_text(first, decision, lang)
    going = pick(
        lang,
        f"派{apart(name).rstrip()}，{minutes}分钟到达患者身边（{kept}）",
        f"Send {name}: beside the patient in {minutes} min ({kept})",
    )
    if dispatch.standard.clock == "departure":
        # the hospital's minutes count from the call: both moments are named
        from_call = wording.minutes_text(first.call_s, lang)
        going = pick(
            lang,
            f"派{apart(name).rstrip()}，出车后{minutes}分钟到达患者身边（{kept}；呼救后{from_call}分钟）",
            f"Send {name}: beside the patient {minutes} min after it leaves "
            f"({kept}; {from_call} min after the call)",
        )
    return going + pick(lang, "；", "; ") + destination_text(decision, lang)


def apart(name: str) -> str:
    """Set a name off from Chinese words around it where it begins or ends in letters or figures."""
    before = " " if name[:1].isascii() else ""
    after = " " if name[-1:].isascii() else ""
    return before + name + after


def limit_text(time: UnitTime, decision: Decision, lang: Lang) -> str:
    """Say which limit holds, and whether a unit keeps it."""
    limit = f"{decision.limit_s / MINUTE_S:g}"
    kept = pick(lang, "限时内", "kept") if time.is_within else pick(lang, "超时", "late")
    return pick(lang, f"限时{limit}分钟，{kept}", f"limit {limit} min, {kept}")


def destination_text(decision: Decision, lang: Lang) -> str:
    """Say where the patient is taken, and how soon."""
    to = decision.destination
    if to is None:
        return pick(lang, "送往何处请人工确定", "where to take the patient must be decided")
    name = wording.short_name(to.facility_name) or wording.short_name(to.facility_id)
    beyond = pick(lang, "（县域外）", " (beyond the county)") if to.is_beyond else ""
    if math.isfinite(to.door_s):
        minutes = wording.minutes_text(to.door_s, lang, limit_s=target_s(to))
        return pick(
            lang,
            f"送{apart(name).rstrip()}{beyond}，呼救后{minutes}分钟到院{_target_text(to, lang)}",
            f"to {name}{beyond}, at its door {minutes} min after the call{_target_text(to, lang)}",
        )
    minutes = wording.minutes_text(to.transport_s, lang)
    return pick(
        lang,
        f"送{apart(name).rstrip()}{beyond}，车程{minutes}分钟",
        f"to {name}{beyond}, a drive of {minutes} min",
    )


def target_s(to: Destination) -> float:
    """Give the target from the call to the door, seconds; ``inf`` where there is none."""
    return to.target_s if math.isfinite(to.target_s) else math.inf


def hospital_text(to: Destination, lang: Lang) -> str:
    """Name the hospital, with its target where there is one."""
    name = wording.short_name(to.facility_name) or wording.short_name(to.facility_id)
    beyond = pick(lang, "（县域外）", " (beyond the county)") if to.is_beyond else ""
    return name + beyond + _target_text(to, lang)


def _target_text(to: Destination, lang: Lang) -> str:
    if not math.isfinite(to.target_s):
        return ""
    target = f"{to.target_s / MINUTE_S:g}"
    kept = is_within(to.door_s, to.target_s)
    return pick(
        lang,
        f"（目标{target}分钟，{'可达到' if kept else '超出'}）",
        f" (target {target} min, {'kept' if kept else 'missed'})",
    )


def place_text(dispatch: Dispatch, decision: Decision, lang: Lang) -> str:
    """Say where the call comes from, what the patient needs, and how far off the road it is."""
    where = wording.one_line(decision.township_name) or wording.one_line(decision.township_id)
    if where:
        where += wording.bracketed(wording.class_text(decision.township_class, lang), lang)
    else:
        where = pick(lang, "不在任何乡镇范围内，按乡镇限时计", "in no township, held to the rural limit")
    parts = [where, f"{decision.lon:.5f}, {decision.lat:.5f}"]
    if decision.access_m >= 1:
        off = length_text(decision.access_m, lang)
        parts.append(pick(lang, f"离道路约{off}", f"about {off} off the road"))
    if decision.centre:
        case = wording.centres_text(decision.centre, lang)
        parts.append(pick(lang, f"病情：{case}", f"case: {case}"))
    parts.append(wording.condition_text(dispatch.condition, lang))
    return pick(lang, "地点：", "Place: ") + pick(lang, "；", "; ").join(parts)


def fleet_text(dispatch: Dispatch, lang: Lang) -> str:
    """Count the units by what they do."""
    counts = {state: sum(u.state == state for u in dispatch.fleet.units) for state in _STATES}
    ready = counts["idle"] + counts["returning"]
    busy = pick(lang, f"任务中{counts['busy']}辆", f"{counts['busy']} on a job")
    if not ready:
        return pick(lang, f"此刻没有可派的车（{busy}）", f"No unit can be sent now ({busy})")
    return pick(
        lang,
        f"可派{ready}辆（待命{counts['idle']}，返程{counts['returning']}），{busy}",
        f"{ready} units can be sent ({counts['idle']} idle, {counts['returning']} returning), {busy}",
    )


def busy_text(dispatch: Dispatch, lang: Lang) -> str:
    """Name the units that are on a job; empty where there is none."""
    busy = [unit_name(unit) for unit in dispatch.fleet.units if unit.state == "busy"]
    if not busy:
        return ""
    return pick(
        lang,
        f"任务中{len(busy)}辆：{name_some(busy, mark='、')}",
        f"On a job ({len(busy)}): {name_some(busy)}",
    )


def holding_text(dispatch: Dispatch, lang: Lang) -> str:
    """Say what the promise holds at this moment, and what it would with every unit at its base."""
    now, planned = live_side(dispatch).assessment.totals["all"], dispatch.planned.totals["all"]
    return pick(
        lang,
        f"此刻限时内{_whom(dispatch, lang)}{_share(dispatch, now)}，达标乡镇{wording.met_text(now)}；"
        f"车辆全部在位时为{_share(dispatch, planned)}，{wording.met_text(planned)}",
        f"Within the limit now: {_share(dispatch, now)} of {_whom(dispatch, lang)}, townships met "
        f"{wording.met_text(now)}; with every unit at its base {_share(dispatch, planned)}, "
        f"{wording.met_text(planned)}",
    )


def fallen_text(dispatch: Dispatch, lang: Lang) -> str:
    """Name the townships of which fewer are held now than with every unit at its base."""
    now, planned = live_side(dispatch).assessment.townships, dispatch.planned.townships
    lost = (planned["covered_population"] - now["covered_population"]).to_numpy()
    order = [i for i in (-lost).argsort(kind="stable") if lost[i] > 0]
    if not order:
        return pick(
            lang, "没有乡镇比车辆全部在位时差", "No township is worse off than with every unit at its base"
        )
    names = [wording.short_name(now["name"].iloc[i]) for i in order[:NAMED]]
    people = wording.people_text(planned_side(dispatch), float(lost[order].sum()), lang)
    more = len(order) - len(names)
    listed = pick(lang, "、", ", ").join(names)
    listed += pick(lang, f"等{len(order)}个乡镇", f" and {more} more") if more else ""
    return pick(
        lang,
        f"比车辆全部在位时少覆盖{people}：{listed}",
        f"Not held as with every unit at its base ({people}): {listed}",
    )


def _whom(dispatch: Dispatch, lang: Lang) -> str:
    return wording.unit_text(dispatch.area.demand_unit, lang)


def _share(dispatch: Dispatch, totals: Totals) -> str:
    return wording.share_text(totals.covered_share, target_share=dispatch.standard.target_share)


def meanwhile_text(dispatch: Dispatch, lang: Lang) -> str:
    """Say what the county loses while the first unit is away; empty without a call."""
    if dispatch.decision is None:
        return ""
    if dispatch.meanwhile is None:
        return pick(
            lang,
            "这是唯一可派的车：出动期间全县没有可派的车",
            "It is the only unit that can be sent: meanwhile the county has none",
        )
    losses, shown = dispatch.losses, planned_side(dispatch)
    if losses.empty:
        return pick(
            lang, "出动期间其他地方的覆盖不受影响", "While it is away nobody else loses their coverage"
        )
    now, then = (live_side(dispatch).assessment.totals["all"], dispatch.meanwhile.totals["all"])
    lost = wording.people_text(shown, now.covered_population - then.covered_population, lang)
    names = [wording.short_name(name) for name in losses["name"].head(NAMED)]
    more = len(losses) - len(names)
    listed = pick(lang, "、", ", ").join(names)
    listed += pick(lang, f"等{len(losses)}个乡镇", f" and {more} more") if more else ""
    return pick(
        lang,
        f"出动期间限时内{_whom(dispatch, lang)}由{_share(dispatch, now)}降至{_share(dispatch, then)}"
        f"（少{lost}），受影响：{listed}",
        f"While it is away, {_whom(dispatch, lang)} within the limit fall from {_share(dispatch, now)} to "
        f"{_share(dispatch, then)} ({lost} fewer): {listed}",
    )


def route_text(heading: str, route: Route, lang: Lang) -> str:
    """Name a way, with its length and its minutes, which add up: on wheels, off the road, and together."""
    total, *ends = (_tenths(seconds) for seconds in (route.total_s, route.leave_s, route.arrive_s))
    drive = total - sum(ends)
    parts = [
        (ends[0], _END_PARTS[heading][0]),
        (drive, ("行车", "driving")),
        (ends[1], _END_PARTS[heading][1]),
    ]
    parts = [(tenths, words) for tenths, words in parts if tenths > 0]
    minutes = pick(lang, f"{total / 10:.1f}分钟", f"{total / 10:.1f} min")
    if any(ends):
        zh = "，".join(f"{words[0]}{tenths / 10:.1f}分钟" for tenths, words in parts)
        en = " + ".join(f"{tenths / 10:.1f} min {words[1]}" for tenths, words in parts)
        minutes = pick(lang, f"{zh}，共{minutes}", f"{en} = {minutes}")
    return label(heading, lang, km=length_text(route.length_m, lang), minutes=minutes)


def _tenths(seconds: float) -> int:
    """Give tenths of a minute."""
    return round(seconds / MINUTE_S * 10) if seconds >= _SHORTEST_END_S else 0


def turn_lines(route: Route, lang: Lang, area: StudyArea | None = None) -> list[tuple[str, str]]:
    """
    Give a turn list as a driver reads it: along which road for how long, then where to turn.

    Parameters
    ----------
    route
        The way.
    lang
        ``zh`` or ``en``.
    area
        Names settlements beside turns into roads without a name; none where not given.

    Returns
    -------
    list of (str, str)
        The turn at the line's end, and the line.
    """
    lines: list[tuple[str, str]] = []
    near = names_near(area, route.steps) if area else [""] * len(route.steps)
    for i, (step, then) in enumerate(zip(route.steps[:-1], route.steps[1:], strict=True)):
        road, length = _road(step.road, step.highway, lang), length_text(step.length_m, lang)
        heading = _heading(route, lang) if i == 0 else ""
        if lang == "zh":
            begin = f"出发{f'向{heading}' if heading else ''}，" if i == 0 else ""
            along = f"{begin}沿{apart(road)}行驶{length}"
        else:
            begin = f"Start {heading}along " if i == 0 else "Follow "
            along = f"{begin}{road} for {length}"
        lines.append((then.turn, along + _turn(step.road, then, near[i + 1], lang)))
    return lines


def _road(name: str, highway: str, lang: Lang) -> str:
    named = wording.one_line(name).replace(";", "/")
    return named or class_word(highway, lang)


def _turn(before: str, then: Step, near: str, lang: Lang) -> str:
    if then.turn == "arrive":
        return pick(lang, "，到达", ", and arrive")
    into, alone, english = _TURNS.get(then.turn, _TURNS["straight"])
    if then.road and then.road == before:
        return pick(lang, f"，{alone}，仍沿该路行驶", f", {english}, staying on it")
    name = _road(then.road, then.highway, lang)
    place = wording.short_name(near) if not then.road else ""
    at_zh, at_en = (f"在{place}附近", f" near {place}") if place else ("", "")
    # set apart from the verb where it begins in letters; nothing follows it
    return pick(lang, f"，{at_zh}{into}{apart(name).rstrip()}", f", {english} {_onto(english)} {name}{at_en}")


def _onto(english: str) -> str:
    return "into" if english.startswith("turn") else "onto"


def _heading(route: Route, lang: Lang) -> str:
    """Say in which direction a way begins; empty where it has no length."""
    line = route.geometry
    start, ahead = line.interpolate(0.0), line.interpolate(min(_FIRST_M, line.length))
    if shapely.equals(start, ahead):
        return ""
    bearing = math.degrees(math.atan2(ahead.x - start.x, ahead.y - start.y))
    zh, en = _COMPASS[round(bearing / 45) % 8]
    return pick(lang, zh, f"{en} ")


def end_lines(heading: str, route: Route, lang: Lang) -> tuple[str, str]:
    """Say what is walked or driven off the road before and after it; empty where that takes no while."""
    first, last = (
        pick(lang, *words).format(minutes=f"{_tenths(seconds) / 10:.1f}") if _tenths(seconds) else ""
        for words, seconds in zip(_ENDS[heading], (route.leave_s, route.arrive_s), strict=True)
    )
    return first, last


def left_out_text(left_out: LeftOut, lang: Lang) -> str:
    """Say which report is not used, and why."""
    name = wording.short_name(left_out.unit_id) or pick(lang, "无编号", "no id")
    row = wording.bracketed(pick(lang, f"第{left_out.row}行", f"row {left_out.row}"), lang)
    detail = _detail_text(wording.one_line(left_out.detail), lang)
    why = reason_text(left_out, lang) + (wording.bracketed(detail, lang) if detail else "")
    return name + (row if left_out.row > 0 else "") + pick(lang, "：", ": ") + why


def _detail_text(detail: str, lang: Lang) -> str:
    """Put a figure with its unit, or a moment, as people say it."""
    if span := re.fullmatch(r"(\d+) s", detail):
        return span_text(float(span[1]), lang)
    if far := re.fullmatch(r"([\d.]+) km(?:, (\d+) km/h)?", detail):
        zh = f"{far[1]}公里" + (f"，时速{far[2]}公里" if far[2] else "")
        return pick(lang, zh, detail)
    try:
        return datetime.fromisoformat(detail).strftime("%H:%M:%S")
    except ValueError:
        return detail


def span_text(seconds: float, lang: Lang) -> str:
    """Give a span of time in seconds, minutes or days, whichever has a figure that is easy to read."""
    if seconds < 2 * MINUTE_S:
        return pick(lang, f"{seconds:.0f}秒", f"{seconds:.0f} s")
    if seconds < 2 * _DAY_S:
        return pick(lang, f"{seconds / MINUTE_S:.0f}分钟", f"{seconds / MINUTE_S:.0f} min")
    return pick(lang, f"{seconds / _DAY_S:.0f}天", f"{seconds / _DAY_S:.0f} days")


def reason_text(left_out: LeftOut, lang: Lang) -> str:
    """Say why a report is not used."""
    return pick(lang, *_REASONS[left_out.reason])


def note_lines(dispatch: Dispatch, lang: Lang) -> list[str]:
    """Give what a dispatcher must know before relying on the answer, each with what to do about it."""
    shown, decision = planned_side(dispatch), dispatch.decision
    lines = _destination_notes(dispatch, decision, lang) if decision else []
    if dispatch.closed_m > 0:
        km = f"{dispatch.closed_m / 1000:.1f}"
        lines.append(
            pick(
                lang,
                f"已避开封闭道路（双向合计{km}公里）。通车后请更新封路文件",
                f"Closed roads are avoided ({km} km, both directions counted). "
                "Change the file when they open again",
            )
        )
    lines += _fleet_notes(dispatch.fleet, lang)
    if dispatch.fleet.left_out:
        listed = [left_out_text(one, lang) for one in dispatch.fleet.left_out[:NAMED]]
        n, more = len(dispatch.fleet.left_out), len(dispatch.fleet.left_out) - len(listed)
        rest = pick(lang, f"；另有{more}条", f"; and {more} more") if more else ""
        lines.append(
            pick(lang, f"{n}条位置未采用：", f"Positions left out ({n}): ")
            + pick(lang, "；", "; ").join(listed)
            + rest
            + pick(lang, "。请核对车载定位", ". Check what the vehicles report")
        )
    if not dispatch.fleet.is_live:
        lines.append(
            pick(
                lang,
                "没有实时位置，按每辆救护车都在所属急救点待命计算。可用 --vehicles 提供车辆位置与状态",
                "Without live positions every ambulance is taken to wait at its base. "
                "Give --vehicles with positions and states",
            )
        )
    return [*lines, *(wording.note_text(note, shown, lang) for note in dispatch.notes)]


def _fleet_notes(fleet: Fleet, lang: Lang) -> list[str]:
    """Tell what is wrong with the positions as a whole, and bases that nobody knows."""
    lines, newest = [], newest_stale(fleet)
    if newest is not None:
        when = f"{newest:%Y-%m-%d %H:%M:%S}"
        lines.append(
            pick(
                lang,
                f"所有位置都已过时，最新的一条是{when}。请核对位置文件是否仍在更新；"
                "核对旧文件请用 --now 给出当时的时刻",
                f"All positions are too old, the newest is of {when}. See whether the file is still written; "
                "for an old file add --now with the moment",
            )
        )
    if fleet.unknown_bases:
        names = [wording.short_name(name) for name in fleet.unknown_bases[:NAMED]]
        n, more = len(fleet.unknown_bases), len(fleet.unknown_bases) - len(names)
        rest_zh, rest_en = (f"等{n}个", f" and {more} more") if more else ("", "")
        lines.append(
            pick(
                lang,
                f"设施表中没有这些所属急救点：{'、'.join(names)}{rest_zh}。车辆照常可派，请核对名称",
                f"Bases that are no facility: {', '.join(names)}{rest_en}. "
                "Their vehicles are used as they stand; check the names",
            )
        )
    return lines


def _destination_notes(dispatch: Dispatch, decision: Decision, lang: Lang) -> list[str]:
    """Tell where the hospital is not the nearest, or not one that is known to treat the case."""
    to, facilities = decision.destination, dispatch.area.facilities
    able = dict(zip(facilities["id"], has_centre(facilities, decision.centre), strict=True))
    if to is None:
        return [_nowhere_note(decision, lang, is_known=any(able.values()))]
    if decision.centre is None:
        return []
    case = wording.centres_text(decision.centre, lang)
    name, nearest = (
        wording.short_name(own) or wording.short_name(key)
        for own, key in ((to.facility_name, to.facility_id), (to.nearest_name, to.nearest_id))
    )
    if to.fallback or not able.get(to.facility_id, False):
        return [_fallback_note(to, case, name, lang)]
    if to.nearest_id == to.facility_id:
        return []
    more = wording.minutes_text(to.transport_s - to.nearest_s, lang)
    return [
        pick(
            lang,
            f"最近的医院{apart(nearest)}没有{case}中心；送{apart(name).rstrip()}，车程多{more}分钟",
            f"The nearest hospital, {nearest}, has no {case} centre; {name} takes {more} min longer to reach",
        )
    ]


def _fallback_note(to: Destination, case: str, name: str, lang: Lang) -> str:
    """Tell why the hospital named is no centre for the case."""
    why = {
        "unfilled": ("设施表未填写救治中心", "No centres are filled in"),
        "unreachable": (
            f"没有道路通往有{case}中心的医院",
            f"No road leads to a hospital with a {case} centre",
        ),
    }.get(to.fallback, (f"所知的医院都没有{case}中心", f"No known hospital has a {case} centre"))
    return pick(
        lang,
        f"{why[0]}，送最近的{apart(name).rstrip()}。请先电话确认，或在设施表中补充救治中心",
        f"{why[1]}; {name} is the nearest. Call ahead, or add the centres to the facilities",
    )


def untimed_text(decision: Decision, lang: Lang) -> str:
    """Count the units that can be sent and come later than those listed; empty where there is none."""
    n = len(decision.untimed)
    return pick(lang, f"另有{n}辆更远", f"{n} more, later than these") if n else ""


def _nowhere_note(decision: Decision, lang: Lang, *, is_known: bool) -> str:
    """Tell why no hospital is named."""
    case = wording.centres_text(decision.centre, lang) if decision.centre else ""
    what_zh, what_en = (f"{case}中心", f"{case} centre") if case else ("医院", "hospital")
    if is_known:
        return pick(
            lang,
            f"没有道路通往任何{what_zh}，未给出送医路线。请检查封闭道路和断头路",
            f"No road leads to any {what_en}, so no destination is given. Look for closed roads and gaps",
        )
    return pick(
        lang,
        f"设施表中没有{what_zh}，未给出送医路线。请在设施表中补充，含县域外的",
        f"No facility is a {what_en}, so no destination is given. "
        "Add it to the facilities, beyond the county too",
    )
