"""What the reports say of the way to definitive care, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import wording
from coverage.reports.wording import pick
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from coverage.analysis import Analysis
    from coverage.care import Care
    from coverage.reports.wording import Lang
    from coverage.standards import CareTarget
    from coverage.study_area import DemandUnit

# {p} stands for what the demand counts, as in the labels of `coverage.reports.wording`.
_WORDS: Mapping[str, tuple[str, str]] = {
    "capable": ("可救治的医院", "Hospitals that can treat it"),
    "care": ("救治链：呼救至到院", "The way to care, call to door"),
    "care_headline": (
        "呼救至到院分钟数（按{p}的中位数）；上转为卫生院到县级医院",
        "Minutes from call to door (median by {p}); referral from health centres to the county hospital",
    ),
    "caption": (
        "时限内到院{p}占比 · 达标乡镇 · 呼救至到院中位（分钟）",
        "{P} at the door in time · townships met · median, min",
    ),
    "centre": ("救治中心", "Centre"),
    "detour": ("多行中位（分钟）", "Longer way, median (min)"),
    "detour_small": ("几乎不绕行", "hardly"),
    "door_late": ("超过到院时限", "Later than the target"),
    "door_never": ("无路可到", "No way there"),
    "down": ("下转（分钟）", "Back (min)"),
    "down_same": ("下转用时与上转相同。", " The way back takes as long."),
    "down_as_up": ("同上转", "same"),
    "first": ("救护车到达（分钟）", "First ambulance (min)"),
    "flow": ("多数患者的去向", "Where most patients go"),
    "flow_past": ("虚线：更近的医院不能救治", "Dashed: a nearer hospital cannot treat it"),
    "health_centre": ("卫生院", "Health centre"),
    "hospital_id": ("救治医院编号", "Centre's id"),
    "hospital_name": ("救治医院", "Nearest centre"),
    "is_beyond": ("在县外", "Beyond the line"),
    "is_within": ("时限内到院", "In time"),
    "is_wrong": ("最近医院不能救治", "Nearest hospital cannot treat"),
    "medians": (
        "各列分别取中位，不可相加。",
        "Each column is a median of its own: they do not add up.",
    ),
    "medians_card": ("各段分别取中位，不可相加", "Each leg is a median of its own: they do not add up"),
    "n_beyond": ("其中县外（家）", "Of these beyond the line"),
    "n_capable": ("可救治机构（家）", "Capable facilities"),
    "nearest": ("到最近医院（分钟）", "To the nearest hospital (min)"),
    "nearest_id": ("最近医院编号", "Nearest hospital's id"),
    "nearest_name": ("最近医院", "Nearest hospital"),
    "no_ambulance": (
        "没有自己的救护车、须等他处来车的卫生院（{n}家）：{names}",
        "Health centres without an ambulance of their own, which wait for one from elsewhere ({n}): {names}",
    ),
    "no_ambulance_mark": ("无救护车", "no ambulance"),
    "p90": ("到院90分位（分钟）", "Call to door, 90th (min)"),
    "panel_late": ("未及时到院", "Not in time"),
    "panel_promise": (
        "{centre}：呼救至到院{target}分钟以内，{condition}",
        "{centre}: within {target} min from call to door, {condition}",
    ),
    "panel_share": ("{p}在时限内到院", "{P} in time"),
    "panel_share_road": ("居住道路在时限内到院占比", "Share of residential roads in time"),
    "referral": ("转诊", "Referral"),
    "referral_basis": (
        "转诊时间为卫生院与最先到达的县级医院之间的行车时间：{condition}，自门口出发，不含等待车辆的时间。",
        (
            "Referral times are drives between a health centre and the county hospital it reaches first: "
            "{condition}, from door to door, without the wait for a vehicle."
        ),
    ),
    "referral_hospital": ("上转医院", "Referred to"),
    "referral_hospital_id": ("上转医院编号", "Its id"),
    "referral_list": ("双向转诊（{n}）", "Referrals ({n})"),
    "referral_table": (
        "双向转诊：卫生院到县级医院的行车时间",
        "Referrals: drives from health centres to their county hospital",
    ),
    "right_id": ("应送医院编号", "Right hospital's id"),
    "right_name": ("应送医院", "Right hospital"),
    "scene": ("现场（分钟）", "On scene (min)"),
    "scene_source": ("现场时间依据", "Source of the time on scene"),
    "source": ("时限依据", "Source of the target"),
    "target": ("到院时限（分钟）", "Target (min)"),
    "served": ("最近的可救治医院，服务{p}", "nearest centre for"),
    "shown_unknown": (
        "{centre}：未填写救治中心，未评价",
        "{centre}: no centre is filled in, nothing is judged",
    ),
    "shown": (
        "{centre}：呼救至到院{target}分钟以内 {share}，达标乡镇 {met}",
        "{centre}: {share} at the door within {target} min of the call, townships met {met}",
    ),
    "tip_wrong": ("最近医院{wrong}不能救治", "Nearest {wrong} cannot treat it"),
    "tip_right": ("应送{right}，多行 {detour} 分钟", "Right {right}, {detour} min longer"),
    "tip_right_small": ("应送{right}，几乎不绕行", "Right {right}, hardly longer"),
    "tip_door": ("到院 {total} 分钟（时限 {target}）", "{total} min to the door (target {target})"),
    "tip_legs": ("各段中位（不可相加）：{legs}", "Medians (they do not add up): {legs}"),
    "tip_total": (
        "呼救至到院中位 {total} 分钟（时限 {target}）",
        "Call to door, median {total} min (target {target})",
    ),
    "tip_within": (
        "时限内到院{share}：{within} / {population}",
        "{share} at the door in time: {within} of {population}",
    ),
    "total": ("呼救至到院（分钟）", "Call to door (min)"),
    "transport": ("转运（分钟）", "Transport (min)"),
    "unreached_population": ("无路可到的{p}", "{P} without a way there"),
    "up": ("上转（分钟）", "To hospital (min)"),
    "verdict": ("判定", "Verdict"),
    "within_population": ("时限内到院{p}", "{P} in time"),
    "within_share": ("时限内到院占比", "Share in time"),
    "wrong_basis": (
        (
            "最近医院：医院、县域医疗次中心均计入，卫生院只在具备该类中心时计入。多行：这部分{p}去可救治医院比去最近医院"
            "多用的时间（中位），不足1分钟记为几乎不绕行。"
        ),
        (
            "Wrong: share of {p} whose nearest hospital cannot treat the case. A nearest hospital is a "
            "hospital or a sub-centre, or a health centre where it has the centre in question. Longer: what "
            "the right one takes more than the nearest, median of those {p}; hardly: under 1 min."
        ),
    ),
    "wrong_head": (
        "最近医院不能救治的乡镇（半数以上{p}如此）",
        "Townships whose nearest hospital cannot treat the case (for more than half of their {p})",
    ),
    "wrong_id": ("不能救治的最近医院编号", "Wrong hospital's id"),
    "wrong_line": (
        "{centre}：{people}（{share}）的最近医院不能救治，去可救治医院多行 {detour} 分钟（中位）",
        "{centre}: for {people} ({share}) the nearest hospital cannot treat it; {detour} min more (median)",
    ),
    "wrong_line_small": (
        "{centre}：{people}（{share}）的最近医院不能救治，但去可救治医院几乎不绕行（中位多 {detour} 分钟）",
        (
            "{centre}: for {people} ({share}) the nearest hospital cannot treat it, but the right one is "
            "hardly farther ({detour} min, median)"
        ),
    ),
    "wrong_name": ("不能救治的最近医院", "Nearest, which cannot treat"),
    "wrong_none": (
        "没有多数{p}的最近医院不能救治的乡镇。",
        "There is no township where the nearest hospital cannot treat the case for most of the {p}.",
    ),
    "wrong_pair": (
        "最近为{wrong}，应送{right}：{towns}",
        "nearest {wrong}, right {right}: {towns}",
    ),
    "wrong_pair_lost": (
        "最近为{wrong}，无路可到能救治的医院：{towns}",
        "nearest {wrong}, no way to one that can treat it: {towns}",
    ),
    "wrong_town": ("{town}多行{detour}分钟", "{town} {detour} min longer"),
    "wrong_town_lost": ("{town}", "{town}"),
    "wrong_towns_small": ("{towns}几乎不绕行", "{towns} hardly longer"),
    "wrong_population": ("最近医院不能救治的{p}", "{P} whose nearest hospital cannot treat"),
    "wrong_share": ("最近医院不能救治占比", "Share whose nearest cannot"),
}
# Headings where room is short: the terminal's tables and the map's panel.
_SHORT: Mapping[str, tuple[str, str]] = {
    "centre": ("类别", "Centre"),
    "target": ("时限", "Target"),
    "first": ("救护车到", "Ambulance"),
    "scene": ("现场", "Scene"),
    "transport": ("转运", "Transport"),
    "total": ("到院", "Door"),
    "p90": ("90分位", "90th"),
    "within_share": ("时限内", "In time"),
    "met": ("达标", "Met"),
    "wrong_share": ("最近院不能治", "Wrong"),
    "detour": ("多行", "Longer"),
    "name": ("乡镇", "Township"),
    "referral": ("上转", "Referral"),
    "up": ("上转", "There"),
    "down": ("下转", "Back"),
    "both_ways": ("上转、下转", "Each way"),
}


def word(key: str, lang: Lang, unit: DemandUnit = "people", **figures: object) -> str:
    """
    Give a label of the way to care.

    Parameters
    ----------
    key
        Which one; a figure goes by its column without the unit.
    lang, unit
        ``zh`` or ``en``; what the demand counts.
    **figures
        What the label has blanks for.

    Raises
    ------
    KeyError
        If there is no such label, or a blank stays empty.
    """
    counted = wording.unit_text(unit, lang)
    return pick(lang, *_WORDS[key]).format(p=counted, P=counted.capitalize(), **figures)


def short_word(key: str, lang: Lang) -> str:
    """Give a heading where room is short."""
    return pick(lang, *_SHORT[key])


def short_centre(centre: str, lang: Lang) -> str:
    """Name one of the five centres where room is short."""
    return wording.centre_text(centre, lang).removeprefix("危重").removeprefix("critical ")


def column_word(column: str, lang: Lang, unit: DemandUnit = "people") -> str:
    """Give the label of a column of `Care`, times in seconds; empty where there is none."""
    key = column.removesuffix("_s")
    if key not in _WORDS:
        return ""
    text = word(key, lang, unit)
    if column != key:
        return text.replace("分钟", "秒").replace("(min)", "(s)")
    if column.endswith("population") and unit != "people":
        text += wording.bracketed(pick(lang, "米", "m"), lang)
    return text


def layer_name(centre: str, target: CareTarget, lang: Lang) -> str:
    """Name the layer of a centre, with its target."""
    name = wording.centre_text(centre, lang)
    minutes = f"{target.target_s / MINUTE_S:g}"
    return pick(lang, f"{name}（{minutes}分钟）", f"{name[:1].upper()}{name[1:]} ({minutes} min)")


def legend_name(centre: str, target: CareTarget, lang: Lang) -> str:
    """Name a centre's hospitals on the map, and the target that verdicts are judged by."""
    name, minutes = wording.centre_text(centre, lang), f"{target.target_s / MINUTE_S:g}"
    return pick(
        lang, f"{name}救治医院（到院时限{minutes}分钟）", f"{name} centre (target {minutes} min to the door)"
    )


def met_text(row: pd.Series[float]) -> str:
    """Give the townships met of those judged, from a row of `Care.totals`."""
    judged = row["townships_met"] + row["townships_partial"] + row["townships_unmet"]
    return f"{row['townships_met']:.0f}/{judged:.0f}" if judged else wording.DASH


def source_text(source: str, lang: Lang) -> str:
    """Name the source of a figure; where there is none, say that it is assumed."""
    return wording.one_line(source) or pick(lang, "程序假定，无公开依据", "assumed, no published figure")


def standard_text(analysis: Analysis, lang: Lang) -> str:
    """Put into words how the way to care is counted and judged."""
    target = f"{analysis.standard.target_share * 100:g}%"
    people = wording.unit_text(analysis.area.demand_unit, lang)
    return pick(
        lang,
        "呼救至到院＝救护车到达（自接警起计时）＋现场时间＋从患者处到最近一家可救治医院的行车时间；"
        f"乡镇内不少于{target}的{people}在时限内到院，即为达标。最近医院指最先到达的医院、县域医疗次中心或该类中心，"
        "不论能否救治；不具备该类中心的卫生院不计入。各段和合计分别取中位，不可相加。"
        "转诊时间为卫生院与最先到达的县级医院之间的行车时间，上转和下转按各自行车方向计算："
        f"{wording.condition_text(analysis.condition, lang)}，自门口出发，不含等待车辆的时间。",
        "Call to door = the first ambulance, counted from the call, plus the time on scene, plus the drive "
        "from the patient to the nearest hospital that can treat the case; a township is met when at least "
        f"{target} of its {people} get to the door in time. The nearest hospital is the hospital, sub-centre "
        "or centre of the kind that is reached first, able or not; a health centre without the centre does "
        "not count. Each leg and their sum are medians of their own, which do not add up. Referral times are "
        "drives between a health centre and the county hospital it reaches first, each along its own "
        f"direction: {wording.condition_text(analysis.condition, lang)}, from door to door, without the wait "
        "for a vehicle.",
    )


def targets_text(care: Care, lang: Lang) -> list[str]:
    """Give target and time on scene of every centre with their sources, a line each."""
    lines = []
    for centre, target in care.standard.targets.items():
        door, scene = f"{target.target_s / MINUTE_S:g}", f"{target.scene_s / MINUTE_S:g}"
        source, scene_source = (
            source_text(text, lang).rstrip("。.") for text in (target.source, target.scene_source)
        )
        name = wording.centre_text(centre, lang)
        lines.append(
            pick(
                lang,
                f"{name}：到院时限{door}分钟（{source}）；现场{scene}分钟（{scene_source}）",
                f"{name}: {door} min to the door ({source}); {scene} min on scene ({scene_source})",
            )
        )
    return lines


def targets_line(care: Care, lang: Lang) -> str:
    """Give the targets with their sources in one paragraph."""
    lines = targets_text(care, lang)
    return pick(lang, f"到院时限：{'。'.join(lines)}。", f"Targets. {'. '.join(lines)}.")


def share_text(share: float, analysis: Analysis) -> str:
    """Give a share of people at the door in time; never rounded up to the target."""
    return wording.share_text(share, target_share=analysis.standard.target_share)


def minutes_range_text(seconds: pd.Series[float], lang: Lang) -> str:
    """Give the minutes of several drives: one figure, or the least and the most; a dash for none."""
    if not len(seconds):
        return wording.DASH
    low, high = (wording.minutes_text(value, lang) for value in (seconds.min(), seconds.max()))
    return low if low == high else f"{low}–{high}"


def hospital_text(name: str, lang: Lang, *, is_beyond: bool) -> str:
    """Name a hospital, and say where it lies beyond the county line; a dash where there is none."""
    text = wording.one_line(name) or wording.DASH
    return text + wording.bracketed(pick(lang, "县外", "beyond the line"), lang) if is_beyond else text


def care_assumptions(analysis: Analysis, care: Care, lang: Lang) -> list[tuple[str, str]]:
    """Say what holds for the figures of the way to care: item and text."""
    item = word("care", lang)
    return [(item, text) for text in (standard_text(analysis, lang), *targets_text(care, lang))]
