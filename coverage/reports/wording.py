"""Every sentence and label of the reports, in Chinese and English, in one place."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, Any, Literal

from coverage.assessment import is_within
from coverage.errors import name_some
from coverage.reports.display_width import ELLIPSIS, shorten
from coverage.reports.road_words import road_word
from coverage.reports.shown import bases_are_assumed, is_access, is_planned
from coverage.routing.snapping import SNAP_LIMIT_M, WALKING_KPH
from coverage.standards import MINUTE_S, PEOPLE_PER_AMBULANCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from coverage.analysis import Analysis, Note
    from coverage.assessment import Totals
    from coverage.norms import ServiceRadius
    from coverage.reports.shown import Shown
    from coverage.standards import ResponseStandard
    from coverage.study_area import DemandUnit, Provenance

Lang = Literal["zh", "en"]

DASH = "—"
_TEN_THOUSAND = 10_000
_WHOLE_KM_FROM = 100.0
_NAME_COLUMNS = 40

_VERDICTS = {
    "met": ("达标", "met"),
    "partial": ("部分达标", "partial"),
    "unmet": ("未达标", "unmet"),
    "unknown": ("未评价", "not judged"),
}
_STATES = {
    "covered": ("限时内到达", "within the limit"),
    "late": ("超时到达", "late"),
    "unreachable": ("道路不通", "no road path"),
    "off_network": ("远离道路", "far from any road"),
}
_CLASSES = {"urban": ("城区", "urban"), "rural": ("乡镇", "rural"), "all": ("合计", "all")}
_KINDS = {
    "hospital": ("医院", "hospital"),
    "ambulance_station": ("急救站", "ambulance station"),
    "subcentre": ("县域医疗次中心", "county sub-centre"),
    "health_centre": ("卫生院", "township health centre"),
    "clinic": ("诊所", "clinic"),
}
_CENTRES = {
    "chest_pain": ("胸痛", "chest pain"),
    "stroke": ("卒中", "stroke"),
    "trauma": ("创伤", "trauma"),
    "maternal": ("危重孕产妇", "critical maternal"),
    "newborn": ("危重新生儿", "critical newborn"),
}
_SERVICE_TIMES = {
    "scene": ("现场处置时间", "time on scene"),
    "handover": ("院内交接时间", "time of handover"),
    "transport_share": ("送院比例", "share taken to hospital"),
}
_CLOCKS = {
    "call": ("自接警起计时", "counted from the call"),
    "departure": ("自出车起计时", "counted from departure"),
}
_PROFILES = {
    "national": ("各地通行（城区15、乡镇30分钟）", "as most counties publish it (15 and 30 min)"),
    "yongzhou": ("永州（城区10、乡镇30分钟）", "Yongzhou (10 and 30 min)"),
}
_ACCESS_PROFILE = ("自行就医", "people's own travel")
_USUAL_TARGET_SHARE = 0.9
_CONDITIONS = {
    "siren": ("鸣笛行车", "driving with the siren"),
    "normal": ("平时行车（不鸣笛）", "driving without the siren"),
    "night": ("夜间行车", "driving at night"),
    "peak": ("高峰行车", "driving at peak hours"),
    "rain": ("雨天行车", "driving in rain"),
}
_LAYERS = {
    "boundary": ("边界", "boundary"),
    "townships": ("乡镇", "townships"),
    "demand": ("居民点", "demand points"),
    "facilities": ("急救设施", "facilities"),
    "roads": ("道路", "roads"),
}

# {p} stands for what the demand counts: people, or residential roads where nobody knows how many people.
_LABELS: Mapping[str, tuple[str, str]] = {
    "access_m": ("离道路（米）", "Off the road (m)"),
    "ambulances": ("救护车（辆）", "Ambulances"),
    "ambulances_required": ("应配救护车（辆）", "Ambulances required"),
    "analysis": ("急救圈覆盖分析", "Emergency coverage analysis"),
    "areas": ("可达范围", "Areas within the limit"),
    "assumptions": ("假设", "Assumptions"),
    "bands": ("按到达时间分段的{p}", "{P} by minutes to arrival"),
    "bases": ("急救点", "Bases"),
    "boundary": ("县域边界", "County boundary"),
    "catchments": ("急救点首达范围", "Catchments of the bases"),
    "centres": ("救治中心", "Centres"),
    "class": ("类别", "Class"),
    "clock": ("计时起点", "Clock"),
    "code": ("代码", "Code"),
    "condition": ("行车条件", "Driving condition"),
    "conditions": ("行车条件系数", "Factors by driving condition"),
    "count": ("数量", "Count"),
    "county": ("县（市、区）", "County"),
    "covered_population": ("限时内{p}", "{P} within the limit"),
    "covered_share": ("覆盖率", "Share covered"),
    "date": ("数据日期", "Date"),
    "demand": ("居民点", "Demand points"),
    "demand_point": ("居民点", "Demand point"),
    "facilities": ("急救设施", "Facilities"),
    "facility_id": ("首达急救点编号", "First base id"),
    "facility_name": ("首达急救点", "First base"),
    "factor": ("系数", "Factor"),
    "factors": ("速度系数", "Speed factors"),
    "figure": ("数值", "Figure"),
    "first_population": ("首达{p}", "{P} reached first"),
    "handling": ("接警受理（秒）", "Call handling (s)"),
    "figures_hash": ("结果编号", "Result id"),
    "highway": ("道路等级（OSM highway）", "Road class (OSM highway)"),
    "id": ("编号", "Id"),
    "is_base": ("派车急救点", "Sends ambulances"),
    "item": ("项目", "Item"),
    "kind": ("类型", "Kind"),
    "largest_gap": ("最大缺口", "Largest gap"),
    "late_population": ("超时到达{p}", "{P} reached late"),
    "latitude": ("纬度（WGS84）", "Latitude (WGS84)"),
    "layer": ("图层", "Layer"),
    "licence": ("许可", "Licence"),
    "limit": ("限时（分钟）", "Limit (min)"),
    "longitude": ("经度（WGS84）", "Longitude (WGS84)"),
    "median": ("中位（分钟）", "Median (min)"),
    "modelled": ("模型推算", "Modelled"),
    "n_rejected": ("未使用的行", "Rows not used"),
    "name": ("名称", "Name"),
    "norm": ("国家标准", "National norm"),
    "norms": ("国家配置标准（国卫医发〔2020〕19号）", "National norms (国卫医发〔2020〕19号)"),
    "note": ("说明", "Note"),
    "notes": ("使用须知", "Before relying on these figures"),
    "off_network_population": ("远离道路{p}", "{P} far from any road"),
    "on_network": ("已接入路网", "On the road network"),
    "other_clock": ("另一计时口径", "The other clock"),
    "own_turnout": ("出车准备（秒）", "Own turnout (s)"),
    "p90": ("90分位（分钟）", "90th percentile (min)"),
    "population": ("{p}", "{P}"),
    "profile": ("标准方案", "Profile"),
    "program": ("程序版本", "Program version"),
    "provenance": ("数据来源", "Sources"),
    "radius": ("服务半径", "Service radius"),
    "radius_limit": ("半径上限（公里）", "Radius allowed (km)"),
    "radius_road_p90": ("90%的{p}道路距离（公里）", "90% of {p} within, by road (km)"),
    "radius_road_share": ("道路距离内占比", "Share within, by road"),
    "radius_straight_p90": ("90%的{p}直线距离（公里）", "90% of {p} within, straight (km)"),
    "radius_straight_share": ("直线距离内占比", "Share within, straight"),
    "reach": ("可达性", "Reach"),
    "response": ("到达时间（分钟）", "Response (min)"),
    "roads": ("道路", "Roads"),
    "rural_limit": ("乡镇限时（分钟）", "Rural limit (min)"),
    "seat_state": ("驻地可达", "Seat reached"),
    "seat_time": ("驻地到达（分钟）", "At the seat (min)"),
    "sentence": ("口径", "In words"),
    "sha256": ("SHA-256", "SHA-256"),
    "smoothness": ("路面平整度（smoothness）", "Smoothness"),
    "snapping": ("离路步行", "Off the road"),
    "source": ("来源", "Source"),
    "speed_kph": ("速度（公里/小时）", "Speed (km/h)"),
    "speed_now_kph": ("本次采用（公里/小时）", "In this analysis (km/h)"),
    "speed_source": ("速度表来源", "Source of the speeds"),
    "speeds": ("速度表", "Speed table"),
    "standard": ("响应标准", "The promise"),
    "state": ("到达情况", "State"),
    "surface": ("路面（surface）", "Surface"),
    "tag": ("标签值", "Tag value"),
    "target_share": ("达标比例", "Target share"),
    "totals": ("合计", "Totals"),
    "township": ("所在乡镇", "Township"),
    "township_id": ("所在乡镇编号", "Township id"),
    "township_name": ("乡镇", "Township"),
    "townships": ("乡镇", "Townships"),
    "townships_met": ("达标乡镇", "Townships met"),
    "townships_partial": ("部分达标乡镇", "Townships partly met"),
    "townships_unknown": ("未评价乡镇", "Townships not judged"),
    "townships_unmet": ("未达标乡镇", "Townships unmet"),
    "tracktype": ("机耕路等级（tracktype）", "Track type"),
    "turnout": ("出车准备（秒）", "Turnout (s)"),
    "uncovered": ("未覆盖居民点", "Demand points not covered"),
    "unreachable_population": ("道路不通{p}", "{P} without a road path"),
    "urban_limit": ("城区限时（分钟）", "Urban limit (min)"),
    "value": ("取值", "Value"),
    "verdict": ("判定", "Verdict"),
    "within_limit": ("{minutes}分钟内", "Within {minutes} min"),
    "worst": ("最远（分钟）", "Worst (min)"),
}
# Where people travel themselves: nobody is sent, nobody is called.
_ACCESS_LABELS: Mapping[str, tuple[str, str]] = {
    "areas": ("限时内可就医的范围", "Areas from which one arrives within the limit"),
    "bands": ("按路程时间分段的{p}", "{P} by minutes of travel"),
    "bases": ("医院、次中心", "Hospitals and sub-centres"),
    "facilities": ("医疗机构", "Facilities"),
    "facility_id": ("最近医院或次中心编号", "Nearest hospital or sub-centre, id"),
    "facility_name": ("最近医院或次中心", "Nearest hospital or sub-centre"),
    "first_population": ("以此为最近的{p}", "{P} nearest to it"),
    "is_base": ("医院或次中心", "Hospital or sub-centre"),
    "response": ("路程（分钟）", "Travel (min)"),
    "seat_time": ("驻地路程（分钟）", "From the seat (min)"),
    "within_limit": ("{minutes}分钟内可就医", "Within {minutes} min of care"),
}
_SHEETS = {
    "summary": ("结论", "Summary"),
    "townships": ("乡镇", "Townships"),
    "facilities": ("急救点", "Facilities"),
    "uncovered": ("未覆盖居民点", "Not covered"),
    "sources": ("假设与来源", "Assumptions and sources"),
    "proposal_sites": ("推荐站点", "Proposed sites"),
    "proposal_townships": ("乡镇前后对比", "Before and after"),
    "proposal_subcentres": ("推荐次中心", "Proposed sub-centres"),
    "proposal_lost": ("失去覆盖居民点", "No longer covered"),
    "proposal_uncovered": ("方案后未覆盖居民点", "Not covered after it"),
    "proposal_added": ("新增覆盖居民点", "Newly covered"),
    "proposal_sweep": ("数量-覆盖曲线", "Sites and coverage"),
    "proposal_candidates": ("候选点", "Candidates"),
    "comparison_ranking": ("方案排序", "Ranking"),
    "comparison_townships": ("乡镇×方案", "Townships by option"),
    "comparison_robustness": ("稳健性", "Robustness"),
    "comparison_staging": ("分期", "Stages"),
    "simulation_units": ("救护车", "Ambulances"),
    "simulation_hours": ("小时", "Hours"),
    "simulation_groups": ("分组", "Groups"),
    "simulation_curve": ("响应时间曲线", "Response curve"),
    "simulation_differences": ("方案差异", "Differences"),
    "simulation_rules": ("规则与来源", "Rules"),
    "calibration_classes": ("车速", "Speeds"),
    "calibration_hours": ("时段", "Hours"),
    "calibration_trips": ("出车记录", "Trips"),
    "calibration_method": ("方法", "Method"),
    "care_totals": ("救治链汇总", "Way to care"),
    "care_townships": ("救治链", "Way to care by township"),
    "care_referrals": ("转诊", "Referrals"),
}
# Headings where room is short: the terminal's table.
_SHORT = {
    "name": ("乡镇", "Township"),
    "class": ("类别", "Class"),
    "limit": ("限时", "Limit"),
    "population": ("人口", "People"),
    "covered_share": ("覆盖", "Covered"),
    "median": ("中位", "Median"),
    "p90": ("90分位", "90th"),
    "worst": ("最远", "Worst"),
    "facility_name": ("首达急救点", "First base"),
    "verdict": ("判定", "Verdict"),
}
_SHORT_ROADS = {"population": ("居住道路", "Roads"), "covered_share": ("占比", "Share")}


def one_line(text: object) -> str:
    """
    Make any name safe to print: one line, without control or direction-changing characters.

    Parameters
    ----------
    text
        A name from a table; line breaks and tabs become single spaces.

    Notes
    -----
    Removed are Unicode's control characters (Cc), those that turn the direction of the text around them,
    lone surrogates and non-characters; joiners inside emoji stay.
    """
    spaced = " ".join(str(text).split())
    if spaced.isprintable():
        return spaced
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return "".join(
        c
        for c in spaced
        if unicodedata.category(c) not in {"Cc", "Cs"}
        and unicodedata.bidirectional(c) not in turning
        and c not in "\u200e\u200f\u061c\ufeff\ufffe\uffff"
    )


def short_name(text: object) -> str:
    """Make a name safe to print inside a sentence; a very long one is cut."""
    cut = shorten(one_line(text), _NAME_COLUMNS)
    if not cut.endswith(ELLIPSIS):
        return cut
    # no bracket may stay open
    for left, right in ("（）", "()"):
        if cut.count(left) > cut.count(right):
            cut = cut[: cut.rindex(left)].rstrip() + ELLIPSIS
    return cut


def label(key: str, lang: Lang, unit: DemandUnit = "people", *, access: bool = False) -> str:
    """
    Give the label of a figure, a column or a layer.

    Parameters
    ----------
    key
        One of the reports' labels: the figure's name without its unit (``median``, ``covered_share``).
    lang
        ``zh`` or ``en``.
    unit
        What the demand counts; where it is road, no label speaks of people.
    access
        Whether people travel themselves; then no label speaks of ambulances.

    Raises
    ------
    KeyError
        If there is no such label.
    """
    if key == "covered_share" and unit != "people":
        return pick(lang, "居住道路里程占比", "Share of residential roads")
    counted = unit_text(unit, lang)
    words = _ACCESS_LABELS[key] if access and key in _ACCESS_LABELS else _LABELS[key]
    return pick(lang, *words).replace("{p}", counted).replace("{P}", counted.capitalize())


def label_of(key: str, shown: Shown, lang: Lang) -> str:
    """Give the label of a figure as it is to be called in what is shown; see `label`."""
    return label(key, lang, shown.area.demand_unit, access=is_access(shown))


def column_label(column: str, lang: Lang, unit: DemandUnit = "people", *, access: bool = False) -> str:
    """
    Give the label of a table's column in its own unit, seconds and metres; empty where there is none.

    Parameters
    ----------
    column
        A column of `Assessment`: ``median_s``, ``covered_population``.
    lang, unit, access
        As in `label`.
    """
    key = column.removesuffix("_s")
    if key not in _LABELS:
        return ""
    text = label(key, lang, unit, access=access)
    if column != key:
        text = text.replace("分钟", "秒").replace("(min)", "(s)")
    elif column.endswith("population") and unit != "people":
        text += bracketed(pick(lang, "米", "m"), lang)
    return text


def short_label(key: str, lang: Lang, unit: DemandUnit = "people") -> str:
    """Give the label of a column where room is short; see `label`."""
    if unit != "people" and key in _SHORT_ROADS:
        return pick(lang, *_SHORT_ROADS[key])
    return pick(lang, *_SHORT[key])


def sheet_name(key: str, lang: Lang) -> str:
    """Name a sheet of a workbook: summary, townships, sources and the others."""
    return pick(lang, *_SHEETS[key])


def unit_text(unit: DemandUnit, lang: Lang) -> str:
    """Name what the demand counts: people or residential roads."""
    return pick(lang, "人口", "people") if unit == "people" else pick(lang, "居住道路", "residential roads")


def verdict_text(verdict: str, lang: Lang) -> str:
    """Name a verdict: met, partial, unmet or unknown."""
    return pick(lang, *_VERDICTS[verdict])


def state_text(state: str, lang: Lang) -> str:
    """Name a demand point's state: covered, late, unreachable or off_network."""
    return pick(lang, *_STATES[state])


def class_text(township_class: str, lang: Lang) -> str:
    """Name a class of townships: urban, rural, or all of them."""
    return pick(lang, *_CLASSES[township_class])


def totals_text(township_class: str, lang: Lang) -> str:
    """Name a row of totals: urban, rural or all."""
    name = class_text(township_class, lang)
    return name if township_class == "all" else pick(lang, f"{name}合计", f"all {name}")


def kind_text(kind: str, lang: Lang) -> str:
    """Name a kind of facility."""
    return pick(lang, *_KINDS[kind])


def centres_text(centres: str, lang: Lang) -> str:
    """Name the centres of a facility, given separated by ``;``."""
    names = [one_line(name) for name in centres.split(";") if name.strip()]
    return pick(lang, "、", ", ").join(pick(lang, *_CENTRES.get(name, (name, name))) for name in names)


def centre_text(centre: str, lang: Lang) -> str:
    """Name one of the five centres."""
    return pick(lang, *_CENTRES.get(centre, (one_line(centre),) * 2))


def clock_text(clock: str, lang: Lang) -> str:
    """Say from which moment the minutes are counted: ``call`` or ``departure``."""
    return pick(lang, *_CLOCKS[clock])


def condition_text(condition: str, lang: Lang) -> str:
    """Name a driving condition; one of a planner's own table goes by its own name."""
    return pick(lang, *_CONDITIONS.get(condition, (one_line(condition),) * 2))


def layer_text(layer: str, lang: Lang) -> str:
    """Name a layer of the study area."""
    return pick(lang, *_LAYERS.get(layer, (one_line(layer),) * 2))


def yes_text(value: object, lang: Lang) -> str:
    """Say yes or no."""
    return pick(lang, "是", "yes") if value else pick(lang, "否", "no")


def bracketed(text: str, lang: Lang) -> str:
    """Put a text into brackets."""
    return pick(lang, f"（{text}）", f" ({text})")


def within_text(limit_s: float, lang: Lang, *, access: bool = False) -> str:
    """Name the area reached within a limit given in seconds, or whence one arrives within it."""
    return label("within_limit", lang, access=access).format(minutes=f"{limit_s / MINUTE_S:g}")


def band_text(lower_s: float, upper_s: float, lang: Lang) -> str:
    """Name a band of response times, edges in seconds; the last one has no upper edge."""
    low, high = f"{lower_s / MINUTE_S:g}", f"{upper_s / MINUTE_S:g}"
    if math.isinf(upper_s):
        return pick(lang, f"{low}分钟以上", f"over {low} min")
    return pick(lang, f"{low}–{high}分钟", f"{low}–{high} min")


def minutes_text(seconds: float, lang: Lang, *, limit_s: float = math.inf) -> str:
    """
    Give a time in minutes with one decimal.

    Parameters
    ----------
    seconds
        ``inf`` reads as never reached, NaN as a dash.
    lang
        ``zh`` or ``en``.
    limit_s
        A time above this limit is never rounded down to it.
    """
    if math.isnan(seconds):
        return DASH
    if math.isinf(seconds):
        return pick(lang, "不可达", "never")
    tenths = round(seconds / MINUTE_S * 10)
    # 15.04 minutes must not read as 15.0 beside a verdict that calls it late
    if math.isfinite(limit_s) and not is_within(seconds, limit_s):
        tenths = max(tenths, math.floor(limit_s / MINUTE_S * 10) + 1)
    return f"{tenths / 10:.1f}"


def reach_text(median_s: float, p90_s: float, *, all_reached: bool, lang: Lang) -> str:
    """Say in words how many are never reached, where a time in minutes cannot: ``inf`` has no number."""
    if math.isnan(median_s):
        return DASH
    if math.isinf(median_s):
        return pick(lang, "半数以上不可达", "over half never reached")
    if math.isinf(p90_s):
        return pick(lang, "一成以上不可达", "over a tenth never reached")
    return (
        pick(lang, "全部可达", "all reached")
        if all_reached
        else pick(lang, "少数不可达", "a few never reached")
    )


def seat_text(seat_time_s: float, lang: Lang) -> str:
    """Say whether a township's seat is reached at all, or not known."""
    if math.isnan(seat_time_s):
        return pick(lang, "驻地未知", "seat not known")
    return pick(lang, "不可达", "never reached") if math.isinf(seat_time_s) else pick(lang, "可达", "reached")


def base_text(shown: Shown, is_base: object, lang: Lang) -> str:
    """Say whether a facility counts (ambulances start, or people go there), and whether that is assumed."""
    if is_base and bases_are_assumed(shown):
        return pick(lang, "是（推定）", "yes (assumed)")
    return yes_text(is_base, lang)


def share_text(share: float, *, target_share: float = 1.0) -> str:
    """
    Give a share in per cent with one decimal.

    Parameters
    ----------
    share
        NaN reads as a dash; a share above nothing never reads as 0.0 %.
    target_share
        A share below the target, or below the whole, is never rounded up to it.
    """
    if math.isnan(share):
        return DASH
    tenths = round(share * 1000)
    for goal in (target_share, 1.0):
        if share < goal * (1 - 1e-9) and tenths >= round(goal * 1000, 6):
            tenths = math.ceil(round(goal * 1000, 6)) - 1
    return "<0.1%" if share > 0 and tenths == 0 else f"{tenths / 10:.1f}%"


def population_text(shown: Shown, value: float, lang: Lang) -> str:
    """
    Give a number of people as one says it, or a length of road.

    Parameters
    ----------
    shown
        Says what the demand counts.
    value
        People (three figures are given; from 10,000 in Chinese in 万), or metres of road (given in km).
    lang
        ``zh`` or ``en``.
    """
    if math.isnan(value):
        return DASH
    if shown.area.demand_unit != "people":
        return _km_text(value, lang)
    if lang == "zh" and round(value) >= _TEN_THOUSAND:
        return f"{value / _TEN_THOUSAND:,.1f}万"
    return count_text(value)


def table_population_text(shown: Shown, value: float, lang: Lang) -> str:
    """Give a number of people in full (81,200), as a column of a table wants it, or a length of road."""
    return count_text(value) if shown.area.demand_unit == "people" else _km_text(value, lang)


def people_text(shown: Shown, value: float, lang: Lang) -> str:
    """Give a number of people with the word for it (1.1万人; 11,000 people), or a length of road."""
    text = population_text(shown, value, lang)
    if shown.area.demand_unit != "people" or text == DASH:
        return text
    return pick(lang, f"{text}人", f"{text} people")


def count_text(value: float) -> str:
    """Round a number to three figures and group its thousands; a part of one reads as ``<1``."""
    if math.isnan(value):
        return DASH
    if 0 < value < 1:
        return "<1"
    whole = round(value)
    places = max(0, len(str(abs(whole))) - 3)
    return f"{round(whole, -places):,}"


def headline(analysis: Analysis, lang: Lang) -> list[str]:
    """
    Give the answer in three lines.

    Parameters
    ----------
    analysis
        The analysis.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    list of str
        The promise and its clock; townships met and people covered on both clocks; the largest gap.
    """
    title, promise = short_name(analysis.area.county.title(lang)), promise_text(analysis, lang)
    first = pick(lang, f"{title}  {promise}", f"{title}: {promise}")
    return [first, _result_line(analysis, lang), gap_text(analysis, lang)]


def promise_text(shown: Shown, lang: Lang) -> str:
    """Put limits, clock, driving condition and whatever is not as usual into one line."""
    standard = shown.standard
    urban, rural = f"{standard.urban_s / MINUTE_S:g}", f"{standard.rural_s / MINUTE_S:g}"
    if is_access(shown):
        parts = [
            pick(
                lang,
                f"居民自行前往，{urban}分钟内到达最近的医院或次中心",
                f"by people's own travel, within {urban} min of the nearest hospital or sub-centre",
            )
        ]
    else:
        parts = [
            pick(lang, f"城区{urban}分钟 / 乡镇{rural}分钟", f"{urban} min urban / {rural} min rural"),
            clock_text(standard.clock, lang),
        ]
    parts.append(condition_text(shown.condition, lang))
    if standard.target_share != _USUAL_TARGET_SHARE:
        target = f"{standard.target_share * 100:g}%"
        parts.append(pick(lang, f"达标线{target}", f"met from {target}"))
    if shown.speeds.source != "default":
        table = one_line(shown.speeds.source)
        parts.append(pick(lang, f"速度表{table}", f"speeds of {table}"))
    return pick(lang, "，", ", ").join(parts)


def profile_text(standard: ResponseStandard, lang: Lang) -> str:
    """Name a promise's profile."""
    if standard.is_access:
        return pick(lang, *_ACCESS_PROFILE)
    profile = standard.profile
    return pick(lang, *_PROFILES[profile]) if profile in _PROFILES else one_line(profile)


def speed_source_text(source: str, lang: Lang) -> str:
    """Name the origin of a speed table."""
    return pick(lang, "程序默认值", "the program's defaults") if source == "default" else one_line(source)


def _result_line(analysis: Analysis, lang: Lang) -> str:
    mine, other = (a.totals["all"] for a in (analysis.assessment, analysis.other_clock))
    target = analysis.standard.target_share
    share, other_share = (share_text(t.covered_share, target_share=target) for t in (mine, other))
    covered, all_of_them = (
        population_text(analysis, value, lang) for value in (mine.covered_population, mine.population)
    )
    unknown = mine.townships_unknown
    people = analysis.area.demand_unit == "people"
    what = pick(
        lang,
        "覆盖人口" if people else "覆盖居住道路里程占比",
        "people covered" if people else "share of residential roads covered",
    )
    other_clock = clock_text(analysis.other_clock.standard.clock, lang)
    return pick(
        lang,
        f"达标乡镇 {met_text(mine)}{f'（另有{unknown}个未评价）' if unknown else ''}，"
        f"{what} {share}（{covered}/{all_of_them}）；{other_clock}为 {met_text(other)}，{other_share}",
        f"Townships met {met_text(mine)}{f' ({unknown} more not judged)' if unknown else ''}, "
        f"{what} {share} ({covered} of {all_of_them}); {other_clock} {met_text(other)}, {other_share}",
    )


def met_text(totals: Totals) -> str:
    """Give the townships met of those that could be judged, as ``9/14``."""
    judged = totals.townships_met + totals.townships_partial + totals.townships_unmet
    return f"{totals.townships_met}/{judged}"


def gap_text(shown: Shown, lang: Lang) -> str:
    """Name the township with the most people outside the promise, and what reaches it."""
    townships = shown.assessment.townships
    uncovered = townships["population"] - townships["covered_population"]
    # the rounding of sums must leave no gap where there is none
    uncovered = uncovered.where(uncovered > 1e-9 * townships["population"], 0.0)
    people = shown.area.demand_unit == "people"
    if not (uncovered > 0).any():
        outside = _gap_outside_text(shown, lang)
        if outside:
            return outside
        unknown = shown.assessment.totals["all"].townships_unknown
        return pick(
            lang,
            f"{'已评价的' if unknown else ''}各乡镇{'居民' if people else '居住道路'}均在限时内"
            + (f"（另有{unknown}个乡镇没有居民数据，未评价）" if unknown else ""),
            f"No gap: {'everyone' if people else 'every residential road'} is reached within the limit"
            + (f" in the townships that are judged ({unknown} more have no people)" if unknown else ""),
        )
    largest = int(uncovered.to_numpy().argmax())
    row = townships.iloc[largest]
    name, base = short_name(row["name"]), short_name(row["facility_name"])
    missing = people_text(shown, float(uncovered.iloc[largest]), lang)
    roads = "" if shown.area.demand_unit == "people" else pick(lang, "居住道路", " of residential roads")
    access = is_access(shown)
    if not base:
        return pick(
            lang,
            f"缺口最大：{name}（{'无医院或次中心可达' if access else '无急救点可达'}，未覆盖{roads} {missing}）",
            f"Largest gap: {name} ({'no road to any hospital' if access else 'no base reaches it'}, "
            f"{missing}{roads} not covered)",
        )
    times = {0.5: row["median_s"], 0.9: row["p90_s"]}
    # a median inside the limit does not explain a gap: the slowest tenth does
    quantiles = [0.5] if times[0.5] > row["limit_s"] else [0.5, 0.9]
    reach = pick(lang, "、", ", ").join(_quantile_text(share, times[share], row, lang) for share in quantiles)
    rest = _all_uncovered_text(shown, str(row["id"]), lang)
    nearest = pick(lang, "最近的是", "nearest:") if access else pick(lang, "最近急救点", "nearest base")
    return pick(
        lang,
        f"缺口最大：{name}（{nearest} {base}，{reach}，未覆盖{roads} {missing}）{rest}",
        f"Largest gap: {name} ({nearest} {base}, {reach}, {missing}{roads} not covered){rest}",
    )


def _gap_outside_text(shown: Shown, lang: Lang) -> str:
    """Say that nobody lives here, or who is uncovered in no township; empty where neither is so."""
    everyone = shown.assessment.totals["all"]
    missing = everyone.population - everyone.covered_population
    if everyone.population <= 0:
        return pick(lang, "没有需求数据，无法评价", "No demand: nothing can be judged")
    if missing <= 1e-9 * everyone.population:
        return ""
    amount = people_text(shown, missing, lang)
    return pick(
        lang,
        f"各乡镇内均在限时内；不属任何乡镇的居民点未覆盖 {amount}",
        f"No gap in any township; {amount} in no township not covered",
    )


def _quantile_text(share: float, time_s: float, row: pd.Series[Any], lang: Lang) -> str:
    half = share == 0.5  # noqa: PLR2004
    zh, en = ("中位", "median") if half else ("90分位", "90th percentile")
    if math.isinf(time_s):
        return pick(lang, f"{zh}不可达", f"{'half' if half else 'a tenth'} is never reached")
    minutes = minutes_text(time_s, lang, limit_s=row["limit_s"])
    return pick(lang, f"{zh} {minutes} 分钟", f"{en} {minutes} min")


def _all_uncovered_text(shown: Shown, but: str, lang: Lang) -> str:
    """Name the townships of which nothing is covered, besides the one named already."""
    townships = shown.assessment.townships
    rows = townships[(townships["verdict"] == "unmet") & (townships["id"] != but)]
    names = names_text(map(short_name, rows["name"]), lang)
    return pick(lang, f"；全部未覆盖：{names}", f"; nothing covered: {names}") if len(rows) else ""


def standard_text(shown: Shown, lang: Lang) -> str:
    """Put the promise, its clock and its yardstick into words."""
    s = shown.standard
    urban, rural = f"{s.urban_s / MINUTE_S:g}", f"{s.rural_s / MINUTE_S:g}"
    people = shown.area.demand_unit == "people"
    target = f"{s.target_share * 100:g}%"
    condition = condition_text(shown.condition, lang)
    if is_access(shown):
        return pick(
            lang,
            f"居民自行前往最近的医院或县域医疗次中心，{urban}分钟内到达；乡镇内不少于{target}的"
            f"{'人口' if people else '居住道路里程'}在限时内可到达，即为达标。自出门起计时，"
            f"含步行至道路和行驶；{condition}。",
            f"People travel to the nearest hospital or county sub-centre by themselves and arrive within "
            f"{urban} min; a township is met when at least {target} of its "
            f"{'people' if people else 'residential roads'} {'are' if people else 'is'} that near. Minutes are "
            f"counted from the door and include the walk to the road and the drive; {condition}.",
        )
    zh_parts = f"接警受理{s.handling_s:g}秒、出车准备{s.turnout_s:g}秒（急救点另有数据的，以其数据为准）、"
    en_parts = (
        f"{s.handling_s:g} s of call handling, {s.turnout_s:g} s of turnout "
        "(a base's own figure where known), "
    )
    counted = s.clock == "call"
    return pick(
        lang,
        f"救护车到达患者身边的限时：城区{urban}分钟，乡镇{rural}分钟；乡镇内不少于{target}的"
        f"{'人口' if people else '居住道路里程'}在限时内可到达，即为达标。{clock_text(s.clock, lang)}，"
        f"含{zh_parts if counted else ''}行驶、下车步行至患者身边；{condition}。",
        f"An ambulance is beside the patient within {urban} min in urban and {rural} min in rural townships; "
        f"a township is met when at least {target} of its {'people' if people else 'residential roads'} "
        f"{'are' if people else 'is'} within the limit. Minutes are {clock_text(s.clock, lang)} and include "
        f"{en_parts if counted else ''}the drive and the walk from the road; {condition}.",
    )


def norms_text(analysis: Analysis, lang: Lang) -> list[str]:
    """Put the national norms beside the county: its ambulances, and how far people live from a base."""
    source = pick(lang, "国家标准（国卫医发〔2020〕19号）：", "National norms (国卫医发〔2020〕19号): ")
    return [line for line in (source + ambulances_text(analysis, lang), radii_text(analysis, lang)) if line]


def ambulances_text(analysis: Analysis, lang: Lang) -> str:
    """Hold the county's ambulances against one for every 30,000 people."""
    norms = analysis.norms
    known = not math.isnan(norms.ambulances)
    have = f"{norms.ambulances:g}"
    if norms.ambulances_required < 0:
        return pick(
            lang,
            f"救护车{have + '辆，' if known else '数量未知，'}缺少居民数量，无法核对配备",
            f"{have + ' ambulances' if known else 'number of ambulances unknown'}; "
            "cannot be checked without population figures",
        )
    need, per = norms.ambulances_required, PEOPLE_PER_AMBULANCE
    if not known:
        return pick(
            lang,
            f"救护车数量未知，按每{per // _TEN_THOUSAND}万人1辆应配{need}辆",
            f"number of ambulances unknown, {need} required (one per {per:,} people)",
        )
    short = need - norms.ambulances
    unknown = analysis.assessment.totals["all"].townships_unknown
    return pick(
        lang,
        f"救护车{have}辆，按每{per // _TEN_THOUSAND}万人1辆应配{need}辆，"
        + (f"缺{short:g}辆" if short > 0 else "已满足")
        + (f"（不含{unknown}个没有居民数据的乡镇）" if unknown else ""),
        f"{have} ambulances of {need} required (one per {per:,} people), "
        + (f"{short:g} short" if short > 0 else "enough")
        + (f" ({unknown} townships without people not counted)" if unknown else ""),
    )


def radii_text(analysis: Analysis, lang: Lang) -> str:
    """Say which share of the people live within the norms' radius, by straight line and by road."""
    people = analysis.area.demand_unit == "people"
    what = pick(
        lang,
        "服务半径内人口占比" if people else "服务半径内居住道路里程占比",
        "Share of people within the radius" if people else "Share of residential roads within the radius",
    )
    parts = [_radius_text(r, lang) for r in analysis.norms.radii if r.population > 0]
    if not parts:
        return ""
    return pick(lang, f"{what}：{'；'.join(parts)}", f"{what}: {'; '.join(parts)}")


def _radius_text(radius: ServiceRadius, lang: Lang) -> str:
    where = class_text(radius.township_class, lang)
    straight, road = share_text(radius.straight_share), share_text(radius.road_share)
    return pick(
        lang,
        f"{where}{radius.norm_m / 1000:g}公里 直线{straight}、道路{road}",
        f"{where} {radius.norm_m / 1000:g} km {straight} straight, {road} by road",
    )


def note_line(note: Note, shown: Shown, lang: Lang) -> str:
    """Give a note as a line for the terminal."""
    return pick(lang, "注意：", "note: ") + note_text(note, shown, lang)


def bases_text(shown: Shown, lang: Lang) -> str:
    """Say where response starts, and whether that is known or assumed."""
    n = int(shown.assessment.facilities["is_base"].sum())
    when = pick(lang, "方案后，", "After the plan: ") if is_planned(shown) else ""
    return when + _bases_text(shown, n, lang)


def _bases_text(shown: Shown, n: int, lang: Lang) -> str:
    if is_access(shown):
        return pick(
            lang,
            f"医院、县域医疗次中心共{n}处，居民以其中最近的一处就医计",
            f"Hospitals and county sub-centres: {n}; people are taken to travel to the nearest",
        )
    if bases_are_assumed(shown):
        return pick(
            lang,
            f"派车急救点{n}处，为推定：救护车数量均未知，按每家医院、每个急救站各有救护车计",
            f"Bases: {n}, assumed: no ambulance count is known, "
            "every hospital and ambulance station counts as one",
        )
    return pick(
        lang,
        f"派车急救点{n}处，以救护车不少于1辆为准",
        f"Bases: {n}, the facilities with an ambulance or more",
    )


def walking_text(lang: Lang, *, access: bool = False) -> str:
    """Say how points off the road are reached."""
    who = "people" if access else "crews"
    walk, limit = f"{WALKING_KPH:g}", f"{SNAP_LIMIT_M / 1000:g}"
    return pick(
        lang,
        f"离开道路的部分按步行{walk}公里/小时计；距道路超过{limit}公里的点计为远离道路，不参与计算",
        f"off the road {who} walk at {walk} km/h; points more than {limit} km from any road are not reached",
    )


def title_text(shown: Shown, lang: Lang, what: str = "analysis") -> str:
    """Give the title of a report: the county and what this is, by the key of its label."""
    return f"{short_name(shown.area.county.title(lang))}  {label(what, lang)}"


def modelled_text(shown: Shown, lang: Lang) -> str:
    """Give the banner that names the layers which are not observed; empty where all are."""
    layers = [layer_text(layer, lang) for layer in shown.area.modelled_layers]
    if not layers:
        return ""
    return pick(
        lang,
        f"模型数据，并非实测：{'、'.join(layers)}",
        f"Modelled, not observed: {', '.join(layers)}",
    )


def disclaimer_text(lang: Lang) -> str:
    """Say what the map is not."""
    return pick(
        lang,
        "内部工作图，不作为行政区域界线依据",
        "Internal working map; no authority on administrative boundaries",
    )


def provenance_text(provenance: Provenance, lang: Lang) -> str:
    """Give one source in one line: layer, source, date, licence, and whether it is modelled."""
    parts = [one_line(p) for p in (provenance.source, provenance.date, provenance.licence) if p]
    if provenance.modelled:
        parts.append(pick(lang, "模型推算", "modelled"))
    if provenance.n_rejected:
        n = provenance.n_rejected
        parts.append(pick(lang, f"{n:,}行未使用", f"{n:,} rows not used"))
    return pick(
        lang, f"{layer_text(provenance.layer, lang)}：", f"{layer_text(provenance.layer, lang)}: "
    ) + pick(lang, "；", "; ").join(parts)


def note_text(note: Note, shown: Shown, lang: Lang) -> str:
    """
    Put a note into one line that ends with what to do.

    Parameters
    ----------
    note
        One of the analysis' notes.
    shown
        Says what the demand counts.
    lang
        ``zh`` or ``en``.
    """
    layers = note.code == "modelled"
    if note.code == "centre_beyond":
        centre, facility, km = note.names[:3]
        return pick(lang, *_NOTES[note.code]).format(
            centre=centre_text(centre, lang), name=short_name(facility), km=km
        )
    if note.code.startswith("calibration_"):
        return _calibration_note(note, lang)
    if note.code == "simulation_times_assumed":
        names = pick(lang, "、", ", ").join(pick(lang, *_SERVICE_TIMES[name]) for name in note.names)
        return pick(lang, *_NOTES[note.code]).format(names=names)
    if note.code in {"centre_nowhere", "care_assumed", "simulation_no_centre"}:
        names = names_text((centre_text(name, lang) for name in note.names), lang)
        return pick(lang, *_NOTES[note.code]).format(n=note.n, names=names)
    names = names_text((layer_text(n, lang) for n in note.names) if layers else note.names, lang)
    access = is_access(shown) and note.code in _ACCESS_NOTES
    return pick(lang, *(_ACCESS_NOTES if access else _NOTES)[note.code]).format(
        n=note.n,
        names=names,
        weight=people_text(shown, note.population, lang),
        limit=f"{SNAP_LIMIT_M / 1000:g}",
    )


def _calibration_note(note: Note, lang: Lang) -> str:
    """Put a note of a calibration into one line: it names trips, driving conditions or road classes."""
    names, counter = [road_word(name, lang) for name in note.names], "个"
    if note.code in {"calibration_outliers", "calibration_left_out"}:
        names, counter = list(note.names), "次"
    elif note.code in {"calibration_hours_few", "calibration_conditions_kept"}:
        names, counter = [condition_text(name, lang) for name in note.names], "种"
    return pick(lang, *_NOTES[note.code]).format(n=note.n, names=names_text(names, lang, counter=counter))


_NOTES: Mapping[str, tuple[str, str]] = {
    "cut_off_units": (
        "以下{n}辆车所在的道路已封闭，附近没有通行道路，不派：{names}。如能放行，请在封路文件中去掉该路段",
        (
            "units whose own road is closed, with no open road near by, which are not sent ({n}): {names}. "
            "If they are let through, take that road out of the closed ones"
        ),
    ),
    "cut_off_facilities": (
        "以下{n}处急救设施门前的道路已封闭，附近没有通行道路，不出车也不接收患者：{names}。如能放行，请在封路文件中去掉该路段",
        (
            "facilities whose own road is closed, with no open road near by, which send nobody and receive "
            "nobody ({n}): {names}. If ambulances are let through, take that road out of the closed ones"
        ),
    ),
    "cut_off_patient": (
        "因道路封闭，患者离可通行的道路远了{names}米，需用担架转运到路边。请核实能否放行",
        (
            "the closed roads put the patient {names} m farther from a road that is open, which is walked with "
            "the stretcher. Ask whether the ambulance is let through"
        ),
    ),
    "planned_nobody": (
        "没有一处急救点有救护车能开上道路，“全部在位”的各项数字都为零。请核对设施表的救护车数量和封闭道路",
        (
            "no base has an ambulance that gets onto a road, so all figures with every unit at its base are zero. "
            "See the ambulance counts of the facilities, and the closed roads"
        ),
    ),
    "modelled": (
        "模型数据，并非实测：{names}。请用 coverage import 导入实测数据后再作为决策依据",
        "modelled, not observed: {names}. Import observed data with coverage import before deciding on it",
    ),
    "rows_rejected": (
        "导入时有{n}行数据未使用：{names}。结果不含这些行，请按研究区文件旁的 .rejected.xlsx 更正后重新导入",
        (
            "rows that the import could not use ({n}): {names}. The figures are without them: mend them as the "
            ".rejected.xlsx beside the study area says, and import again"
        ),
    ),
    "road_share": (
        (
            "居民数量未知，{n}个居民点按居住道路里程计权，各项比例均为居住道路里程占比。"
            "请在 coverage import 时提供村庄或乡镇的居民数"
        ),
        (
            "population unknown: demand is weighed by road length at {n} points, every share is a share of "
            "residential roads. Give coverage import the figures of villages or townships"
        ),
    ),
    "ambulances_assumed": (
        "救护车数量均未知，推定以下{n}处医院、急救站有救护车：{names}。请用QGIS打开研究区文件（.gpkg），在 facilities 图层填写 ambulances",
        (
            "no ambulance count is known; every hospital and ambulance station is assumed to have one ({n}): "
            "{names}. Fill in ambulances in the layer facilities of the study area's .gpkg, for instance with QGIS"
        ),
    ),
    "ambulances_unknown": (
        "以下{n}处医院、急救站救护车数量未知，未计为急救点：{names}。如有救护车，请在研究区文件的 facilities 图层填写 ambulances",
        (
            "hospitals and ambulance stations without a known ambulance count, not counted as bases ({n}): "
            "{names}. If they have any, fill in ambulances in the layer facilities"
        ),
    ),
    "facility_off_network": (
        "以下{n}处急救设施距道路超过{limit}公里，不参与计算：{names}。请核对坐标或补充道路",
        (
            "facilities more than {limit} km from any road, which send nobody ({n}): {names}. "
            "Check their coordinates or add the road"
        ),
    ),
    "demand_off_network": (
        "{n}个居民点（{weight}）距道路超过{limit}公里，计为未覆盖：{names}。请核对坐标或补充道路",
        (
            "demand points more than {limit} km from any road, not covered ({n}, {weight}): {names}. "
            "Check their coordinates or add the road"
        ),
    ),
    "demand_unreachable": (
        "{n}个居民点（{weight}）没有道路可达，计为未覆盖：{names}。请检查附近是否有断头路、单行线或禁行路段",
        (
            "demand points without a road path from any base, not covered ({n}, {weight}): {names}. "
            "Look for gaps, one-ways or barred roads nearby"
        ),
    ),
    "demand_outside_townships": (
        "{n}个居民点（{weight}）不在任何乡镇内，按乡镇限时计入合计：{names}。请核对坐标或乡镇界线",
        (
            "demand points in no township, counted in the totals by the rural limit ({n}, {weight}): "
            "{names}. Check their coordinates or the townships' outlines"
        ),
    ),
    "townships_without_people": (
        "以下{n}个乡镇没有居民数据，未评价：{names}。请补充居民点",
        "townships without demand, not judged ({n}): {names}. Add their settlements",
    ),
    "seats_unknown": (
        "以下{n}个乡镇驻地位置未知，驻地到达时间留空：{names}。请在研究区文件的 townships 图层填写 seat_lon、seat_lat",
        "townships whose seat is not known, nor the time there ({n}): {names}. Fill in seat_lon and seat_lat in the layer townships",
    ),
    "roads_without_speed": (
        "{n}个路段的道路等级不在速度表中，按不可通行处理。如救护车可以通行，请在速度表中补充该等级",
        (
            "road edges of a class without a speed, not driven on ({n}). "
            "Add the class to the speed table if ambulances may use it"
        ),
    ),
    "area_touches_edge": (
        (
            "{names}分钟范围已到道路数据边缘，实际范围可能更大。"
            "若有县界外更远的道路数据，请用更大的 --buffer-km 重新导入"
        ),
        (
            "the area within {names} min touches the edge of the road data and may reach farther. "
            "Where there are roads beyond, import again with a larger --buffer-km"
        ),
    ),
    "everyone_covered": (
        "所有居民点（{weight}）均已在限时内，无需新增站点。可收紧时限再测算",
        "everyone ({weight}) is within the limit already: nothing is proposed. Try a stricter limit",
    ),
    "target_reached": (
        "现状已达到覆盖目标{names}，无需新增站点。可提高 --reach 再测算",
        "the share to reach, {names}, is reached already: nothing is proposed. Try a higher --reach",
    ),
    "nothing_gained": (
        "仍有{n}个居民点（{weight}）未覆盖，但任何候选点都不能使覆盖增加：{names}。请补充离其更近的候选点（--candidates）",
        (
            "no candidate adds anybody, though demand points remain uncovered ({n}, {weight}): {names}. "
            "Give nearer candidates (--candidates)"
        ),
    ),
    "fewer_suffice": (
        "要求新增{names}处，{n}处已达到同样效果，其余没有增益，未列入方案",
        "{names} sites were asked for; {n} do as much, and the others, which add nothing, are left out",
    ),
    "plan_unproven": (
        "求解在证明最优之前停止，最好方案至多还能改进{names}。请增大 --time-limit 再算",
        (
            "the search stopped before its proof: the best plan is at most {names} better than this one. "
            "Give it more time with --time-limit"
        ),
    ),
    "plan_unbounded": (
        "求解在得到上界之前停止，无法说明方案与最优相差多少。请增大 --time-limit 再算",
        (
            "the search stopped before it had a bound: how far the plan is from the best is not known. "
            "Give it more time with --time-limit"
        ),
    ),
    "plan_heuristic": (
        "贪心法逐个选点，不保证最优。请以 --model maximal-covering 求得可证明的最优方案",
        "greedy adding takes one site after another and proves nothing. Use --model maximal-covering for the optimum",
    ),
    "sweep_unproven": (
        "曲线上新增以下数量时未能证明最优：{names}。请增大 --time-limit 再算",
        "points of the curve that are not proven, by number of sites: {names}. Give them more time with --time-limit",
    ),
    "sweep_cut": (
        "曲线未算完（被中断），以下数量没有结果：{names}。如需要请重新运行",
        "the curve was interrupted: there is no result for these numbers of sites: {names}. Run it again if you need them",
    ),
    "out_of_reach": (
        "{n}个居民点（{weight}）从任何站点、任何候选点出发都超出时限：{names}。请补充更近的候选点，或改善道路",
        (
            "demand points that neither a site nor a candidate reaches within the limit ({n}, {weight}): {names}. "
            "Give nearer candidates, or mend the roads"
        ),
    ),
    "demand_left_out": (
        "{n}个居民点（{weight}）从任何候选点都不可达，未参与选址计算：{names}。请核对坐标和道路",
        (
            "demand points that the model leaves out, since no site can serve them ({n}, {weight}): {names}. "
            "Check their coordinates and the roads"
        ),
    ),
    "candidates_generated": (
        "{n}处候选点由程序根据现有机构、乡镇驻地、居民点和路口生成，未经现场踏勘。请核实用地和建设条件，或用 --candidates 给出自选点",
        (
            "the candidates ({n}) are the program's own: facilities, township seats, settlements and junctions, "
            "not surveyed. Check land and access, or give places of your own with --candidates"
        ),
    ),
    "candidates_widened": (
        "候选点过多，间距已放宽到{names}公里，保留{n}处。如需更密请用 --candidates 给出候选点",
        (
            "there were too many candidates: they were thinned to {names} km, {n} remain. "
            "Where they must be denser, give them with --candidates"
        ),
    ),
    "candidates_outside": (
        "{n}处候选点在县域之外，未使用：{names}。请核对坐标",
        "candidates outside the county, not used ({n}): {names}. Check their coordinates",
    ),
    "candidates_off_network": (
        "{n}处候选点距道路超过{limit}公里，未使用：{names}。请核对坐标或补充道路",
        "candidates more than {limit} km from any road, not used ({n}): {names}. Check their coordinates or add the road",
    ),
    "candidates_no_build": (
        "{n}处候选点位于禁建区内，未使用：{names}。如可建设请修改禁建区文件",
        "candidates in a no-build zone, not used ({n}): {names}. Change the zones where one may build",
    ),
    "candidates_too_near": (
        "{n}处候选点与现有站点的间距不足，未使用：{names}。如需保留请减小 --spacing-km",
        "candidates nearer to an existing site than the spacing, not used ({n}): {names}. Lower --spacing-km to keep them",
    ),
    "candidates_other_kind": (
        "{n}处候选点是为另一类设施准备的，未使用：{names}。请核对候选点表的类型列",
        "candidates meant for another kind of facility, not used ({n}): {names}. Check the kind in the list",
    ),
    "candidates_exist": (
        "{n}处候选点已是现有站点，未使用：{names}。无需处理",
        "candidates that are existing sites already, not used ({n}): {names}. Nothing needs to be done",
    ),
    "candidates_repeated": (
        "{n}处候选点重复列出，只计一次：{names}。请核对候选点表",
        "candidates listed more than once, used once ({n}): {names}. Check the list",
    ),
    "nothing_moved": (
        "允许调整现有站点（最多{n}处），但调整不能使更多人在限时内，现有站点保持不动",
        "existing sites might move (at most {n}), but that brings nobody more inside: all of them stay",
    ),
    "none_may_move": (
        "允许调整，但现有{n}处站点都不能调整（县外站点和要求保留的站点不调整）。请减少 --keep 中的站点",
        (
            "existing sites might move, but none of the {n} may: those of other counties never do, nor those that "
            "are to be kept. Name fewer with --keep"
        ),
    ),
    "ambulances_moved": (
        "关闭站点的{n}辆救护车转到就近的新站点（优先一站对一站），已计入其车辆数：{names}。可在方案文件中调整",
        (
            "ambulances of bases that close, counted at new sites near them, one base to one site where there are "
            "enough ({n}): {names}. Change that in the option file"
        ),
    ),
    "sweep_full": (
        "新增{n}处时，候选点能覆盖的居民已全部覆盖，更多数量没有增益，不再求解",
        "with {n} new sites everybody is covered whom any candidate reaches: more add nothing, and are not solved for",
    ),
    "budget_ample": (
        "预算高于全部{n}处候选点的费用合计（{names}万元），费用不构成限制。请核对金额单位（万元）",
        (
            "the budget is above what all {n} candidates cost together ({names} 万元), so that money limits nothing. "
            "Check its unit: 万元, 10,000 yuan"
        ),
    ),
    "candidates_rejected": (
        "候选点文件有{n}行未使用：{names}。原因和处理办法见 propose.rejected.xlsx，请更正后重新运行",
        (
            "rows of the candidates that could not be used ({n}): {names}. Mend them as propose.rejected.xlsx says, "
            "and run it again"
        ),
    ),
    "cost_unknown": (
        "{n}处推荐站点费用未知，未计入合计：{names}。请在候选点表填写费用，或用 --cost 给出",
        "proposed sites whose cost is not known, not in the sum ({n}): {names}. Give it in the list, or with --cost",
    ),
    "option_unpriced": (
        "{n}个方案有未给出建设费用的项目，其总费用按未知处理：{names}。请在方案文件中填写 capital_wan（不花钱写0）",
        "options in which something has no capital cost, so that their cost counts as unknown ({n}): {names}. Give capital_wan in the option's file, 0 where it is free",
    ),
    "option_no_yearly": (
        "{n}个方案未给出年运行费用：{names}。方案之间只比较建设费用；请在方案文件中填写 yearly_wan",
        "options without a yearly cost ({n}): {names}. Options are compared by capital alone; give yearly_wan in the option's file",
    ),
    "option_other_standard": (
        "{n}个方案改变了标准或准备时间，其覆盖按各自的标准计算，不能与其他方案直接相比：{names}",
        "options that change the promise or its delays ({n}): {names}. Each is judged by its own, so that they do not compare one to one",
    ),
    "option_other_speeds": (
        "{n}个方案改变了行车速度表：{names}。增益中有一部分来自车速假设",
        "options that change the speed table ({n}): {names}. Part of what they gain is an assumption about speeds",
    ),
    "option_roads_changed": (
        "{n}个方案改变了路网（封闭或新建道路）：{names}",
        "options that close or build roads ({n}): {names}",
    ),
    "option_hours": (
        "{n}处急救点不是全天值班，只在值班时段计入：{names}。请同时查看夜间结果",
        "bases that are not staffed round the clock and count only while they are ({n}): {names}. See the figures at night as well",
    ),
    "calibration_no_better": (
        "对未参与校准的出车，校准后的车速并不比原车速更准：请先核对记录的时间和坐标，再决定是否采用",
        (
            "on trips that were held out the calibrated speeds are no better than the given ones: check times and "
            "coordinates of the trips before using them"
        ),
    ),
    "calibration_left_out": (
        "{n}次出车未用（{names}）：两端之间没有道路，或路程太短，或没有用时。如数量较多，请核对坐标系",
        (
            "trips left out, without a way by road between their ends, too short, or without a time ({n}): "
            "{names}; where these are many, check the coordinate system"
        ),
    ),
    "calibration_outliers": (
        "以下出车的用时明显异常，已降权，不影响结果：{names}。请核对这些记录的时间",
        "trips whose times are odd, which do not move the speeds: {names}; check their clocks",
    ),
    "calibration_too_little": (
        "以下道路等级行驶太少，无法单独得出车速，随已测等级调整：{names}。补充更多出车记录后重新校准",
        (
            "road classes driven too little to tell their speeds, which move with the measured ones: {names}; "
            "calibrate again with more trips"
        ),
    ),
    "calibration_never_driven": (
        "以下道路等级没有出车经过，随已测等级调整：{names}。如有实测车速，请在 calibrate.toml 中更正",
        (
            "road classes that no trip drove on, which move with the measured ones: {names}; where their "
            "speeds are known, write them into calibrate.toml"
        ),
    ),
    "calibration_hours_few": (
        "以下时段的出车太少，系数保持原值：{names}。补充这些时段的记录后重新校准",
        "hours with too few trips, whose factors stay as given: {names}; add trips of these hours",
    ),
    "calibration_conditions_kept": (
        "以下行车条件没有对应的时段，系数保持原值：{names}。如已不适用，请在 calibrate.toml 中更正",
        (
            "driving conditions without hours of their own, whose factors stay as given: {names}; where they no "
            "longer hold, write others into calibrate.toml"
        ),
    ),
    "calibration_odd_speeds": (
        "以下道路等级得出的车速不合常理：{names}。请核对坐标系、时间和道路等级后再采用",
        (
            "road classes whose speeds are beyond reason: {names}; check coordinate system, times and road "
            "classes before using them"
        ),
    ),
    "calibration_whole_minutes": (
        "所有用时都是整分钟，短途误差较大。如系统记录到秒，请导出到秒的时间",
        "all times are whole minutes, which blurs short trips; export seconds where the log has them",
    ),
    "calibration_not_settled": (
        "部分出车在两条用时相近的路线间反复，车速与路线未能完全稳定，已取拟合最好的一轮。增加出车记录后会更稳定",
        (
            "some trips swing between two ways that are about as quick, and speeds and ways did not come to rest: "
            "the round that fits best is taken; more trips steady it"
        ),
    ),
    "simulation_once": (
        "只模拟了1次，所有数值没有区间，不能区分偶然与差异。请用 --replications 20 重复模拟",
        "one replication: no figure has an interval, and chance looks like difference. Give --replications 20",
    ),
    "simulation_overloaded": (
        (
            "以下情形中救护车平均占用率达到85%以上，呼救排队几乎不会清空，等待时间取决于模拟天数：{names}"
            "（0为现状）。请核对日均呼救量和救护车数量"
        ),
        (
            "ambulances busy for 85% of their time or more ({names}; 0 is today): queues hardly ever empty, and "
            "waits depend on the days that are played. Check the calls a day and the number of ambulances"
        ),
    ),
    "simulation_times_assumed": (
        (
            "{names}为程序默认值，来自新西兰奥克兰的救护车模拟研究，并非国内数据。"
            "请在规则文件（--rules）中填写本地数值"
        ),
        (
            "defaults from an ambulance simulation of Auckland, not Chinese ones: {names}. "
            "Give local figures in a rules file (--rules)"
        ),
    ),
    "simulation_calls_modelled": (
        "呼救地点按居民分布推算，并非实际记录。请用 --calls 提供历史呼救记录",
        "where calls come from follows where people live, not records. Give past calls with --calls",
    ),
    "simulation_hours_even": (
        "呼救在一周各小时均匀发生，没有高峰。请用 --calls 提供历史呼救记录，或在规则文件中给出时段分布",
        (
            "calls come evenly over the hours of the week, with no peak. Give past calls with --calls, or a "
            "profile in the rules file"
        ),
    ),
    "simulation_one_condition": (
        "全天按同一行车条件计算，不分高峰和夜间。请在速度表的 [hours] 中给出各时段的行车条件（coverage calibrate 可由行车记录得出）",
        (
            "one driving condition all day, no peak and no night. Give the conditions by hour in [hours] of the "
            "speed table (coverage calibrate finds them from recorded trips)"
        ),
    ),
    "simulation_no_centre": (
        "没有任何机构具备以下中心，相应患者送往最近的医院：{names}。请在研究区文件的 facilities 图层填写 centres",
        (
            "centres that no facility has, whose patients go to the nearest hospital: {names}. "
            "Fill in centres in the layer facilities"
        ),
    ),
    "simulation_no_door": (
        "以下情形中有需要送院的患者没有医院可到（0为现状）：{names}。请检查医院是否齐全、道路是否相通",
        (
            "patients who should be taken to a hospital and can reach none ({names}; 0 is today). "
            "Check that the hospitals are there and the roads join"
        ),
    ),
    "simulation_no_way_back": (
        "以下情形中有救护车没有道路返回站点，按去程时间计（0为现状）：{names}。请检查单行线和断头路",
        (
            "ambulances that no road leads back from where a job ends, taken to need as long as the way there "
            "({names}; 0 is today). Check one-way roads and gaps"
        ),
    ),
    "simulation_few_calls": (
        "以下{n}个乡镇呼救次数过少（全部重复合计不足30次），数值不作判断：{names}。请增加 --days 或 --replications",
        (
            "townships with too few calls (fewer than 30 over all replications) to say anything ({n}): {names}. "
            "Play more days or replications"
        ),
    ),
    "option_changes_nothing": (
        "{n}个方案的结果与现状完全相同：{names}。请核对方案文件",
        "options that leave every response as it is ({n}): {names}. Check their files",
    ),
    "centres_unknown": (
        (
            "{n}处设施均未填写救治中心，各类到院时间无法评价，仅给出转诊时间。请在研究区文件的 facilities 图层填写 centres"
            "（chest_pain、stroke、trauma、maternal、newborn，多个用分号分隔）"
        ),
        (
            "none of the {n} facilities has a centre filled in: the way to definitive care is not judged, only "
            "referral times are given. Fill in centres in the layer facilities (chest_pain, stroke, trauma, "
            "maternal, newborn, several separated by ;)"
        ),
    ),
    "centre_beyond": (
        "县内没有{centre}中心，县外最近的是{name}，距县界直线{km}公里。请核实是否接收本县患者，并确认道路数据已延伸到该处",
        (
            "no {centre} centre in the county; the nearest beyond is {name}, {km} km from the county line in a "
            "straight line. Check that it takes the county's patients, and that the road data reach it"
        ),
    ),
    "centre_nowhere": (
        "以下{n}类救治中心县内没有，设施表中县外也没有：{names}。到院时间均计为不可达，请把接收本县患者的县外医院补充到设施表",
        (
            "centres that no facility has, neither in the county nor beyond ({n}): {names}. Nobody gets to one; "
            "add the hospitals beyond the county line that take its patients to the facilities"
        ),
    ),
    "care_assumed": (
        "以下{n}类的到院时限没有公开依据，为程序假定：{names}。如有本地要求，请用 --care-targets 给出",
        (
            "call-to-door targets for which no published figure is known, assumed by the program ({n}): {names}. "
            "Give your own with --care-targets"
        ),
    ),
}
# Where people travel themselves; all other notes say the same.
_ACCESS_NOTES: Mapping[str, tuple[str, str]] = {
    "out_of_reach": (
        "{n}个居民点（{weight}）到任何医院、次中心和候选点都超出时限：{names}。请补充更近的候选点，或改善道路",
        (
            "demand points from which neither a hospital, a sub-centre nor a candidate is within the limit "
            "({n}, {weight}): {names}. Give nearer candidates, or mend the roads"
        ),
    ),
    "nothing_moved": (
        "允许调整现有次中心（最多{n}处），但调整不能使更多人在限时内，现有次中心保持不动",
        "existing sub-centres might move (at most {n}), but that brings nobody more inside: all of them stay",
    ),
    "facility_off_network": (
        "以下{n}处医疗机构距道路超过{limit}公里，不参与计算：{names}。请核对坐标或补充道路",
        (
            "facilities more than {limit} km from any road, which nobody reaches ({n}): {names}. "
            "Check their coordinates or add the road"
        ),
    ),
    "demand_unreachable": (
        "{n}个居民点（{weight}）没有道路通往任何医院或次中心，计为未覆盖：{names}。请检查附近是否有断头路、单行线或禁行路段",
        (
            "demand points without a road path to any hospital or sub-centre, not covered ({n}, {weight}): "
            "{names}. Look for gaps, one-ways or barred roads nearby"
        ),
    ),
    "roads_without_speed": (
        "{n}个路段的道路等级不在速度表中，按不可通行处理。如车辆可以通行，请在速度表中补充该等级",
        (
            "road edges of a class without a speed, not driven on ({n}). "
            "Add the class to the speed table if cars may use it"
        ),
    ),
}


def pick(lang: Lang, zh: str, en: str) -> str:
    """Give the text of a language."""
    return zh if lang == "zh" else en


def names_text(names: Iterable[str], lang: Lang, *, counter: str = "个") -> str:
    """Name the first few of many, each on one line, and count them all, in Chinese with their `counter`."""
    every = [short_name(name) for name in names]
    if lang == "en":
        return name_some(every)
    text = name_some(every, mark="、")
    some, more, _ = text.rpartition(" … (")
    return f"{some}等{len(every)}{counter}" if more else text


def _km_text(metres: float, lang: Lang) -> str:
    km = metres / 1000
    figure = f"{km:,.0f}" if km >= _WHOLE_KM_FROM else f"{km:.1f}"
    return pick(lang, f"{figure}公里", f"{figure} km")
