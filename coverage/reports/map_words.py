"""Words that only the map says, in Chinese and English; all others are in `coverage.reports.wording`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.reports.wording import Lang
    from coverage.study_area import DemandUnit

# {p} stands for what the demand counts, as in the labels of `coverage.reports.wording`.
_WORDS: Mapping[str, tuple[str, str]] = {
    "areas": ("可达范围", "Areas"),
    "base": ("{kind}（派车）", "{kind}, sends ambulances"),
    "base_tiles": ("在线底图", "Online background"),
    "call": ("自接警起", "From the call"),
    "close": ("关闭", "Close"),
    "closed_road": ("封闭道路", "closed road"),
    "comma": ("，", ", "),
    "departure": ("自出车起", "From departure"),
    "dot_size": ("圆点越大，{p}越多", "The larger, the more {p}"),
    "facilities": ("急救设施", "Facilities"),
    "gap": ("未覆盖", "Not covered"),
    "ground": ("底图", "Base"),
    "layers": ("图层", "Layers"),
    "legend": ("图例", "Legend"),
    "met": ("达标乡镇", "Townships met"),
    "more": ("展开或收起", "Show more or less"),
    "names": ("乡镇名称", "Township names"),
    "norms": ("对照国家配置标准", "Beside the national norms"),
    "notes": ("使用须知（{n}）", "Before relying on it ({n})"),
    "new_road": ("新建道路", "new road"),
    "no_base": ("{kind}（不派车）", "{kind}, sends nobody"),
    "of_people": ("覆盖{p}", "{P} covered"),
    "of_road": ("覆盖居住道路占比", "Share of residential roads covered"),
    "people": ("{p}", "{P}"),
    "promise": ("承诺", "The promise"),
    "rest": ("另有{n}处，见工作簿", "{n} more: see the workbook"),
    "road_share": (
        "居民数量未知：各项比例均为居住道路里程占比",
        "Population unknown: every share is a share of residential roads",
    ),
    "roads": ("道路（等级高者粗）", "Roads, thicker by class"),
    "roads_layer": ("道路", "Roads"),
    "sources": ("口径与数据来源", "Method and sources"),
    "speeds": ("行车速度（公里/小时，{condition}，{source}）：", "Speeds in km/h ({condition}, {source}): "),
    "summary": ("结论", "Summary"),
    "tip_covered": ("覆盖{share}：{covered} / {population}", "{share} covered: {covered} of {population}"),
    "tip_times": (
        "中位 {median} 分钟 · 最远 {worst} 分钟（限时 {limit}）",
        "Median {median} min · worst {worst} min (limit {limit})",
    ),
    "tip_first": (
        "首达 {population}，限时内 {covered}",
        "First for {population}, {covered} within the limit",
    ),
    "tip_response": ("{state}：{minutes} 分钟（限时 {limit}）", "{state}: {minutes} min (limit {limit})"),
    "title": ("急救圈覆盖图", "Emergency coverage"),
    "totals": ("覆盖率 · 达标乡镇数", "Share covered · townships met"),
    "township_table": ("乡镇明细（{n}），缺口大者在前", "Townships ({n}), largest gap first"),
    "uncovered": ("未覆盖居民点", "Demand points not covered"),
    "uncovered_list": ("未覆盖居民点（{n}）", "Demand points not covered ({n})"),
    "verdict": ("乡镇判定", "Verdict by township"),
    "version": ("程序版本 {version} · 结果编号 {hash}", "Version {version} · result {hash}"),
    "whole": ("显示全县", "Show the whole county"),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
}
# Where people travel themselves: nobody is sent.
_ACCESS_WORDS: Mapping[str, tuple[str, str]] = {
    "base": ("{kind}", "{kind}"),
    "facilities": ("医疗机构", "Facilities"),
    "no_base": ("{kind}（不计入）", "{kind}, not counted"),
    "tip_first": (
        "以此为最近 {population}，限时内 {covered}",
        "Nearest for {population}, {covered} within the limit",
    ),
}
_PEOPLE: Mapping[DemandUnit, tuple[str, str]] = {
    "people": ("人口", "people"),
    "residential_road_m": ("居住道路", "residential roads"),
}


def word(
    key: str, lang: Lang, unit: DemandUnit = "people", *, access: bool = False, **figures: object
) -> str:
    """
    Give one of the map's own words.

    Parameters
    ----------
    key
        Which one.
    lang
        ``zh`` or ``en``.
    unit
        What the demand counts; where it is road, no word speaks of people.
    access
        Whether people travel themselves; then no word speaks of ambulances.
    **figures
        What the word has blanks for.

    Raises
    ------
    KeyError
        If there is no such word, or a blank stays empty.
    """
    column = 0 if lang == "zh" else 1
    counted = _PEOPLE[unit][column]
    words = _ACCESS_WORDS if access and key in _ACCESS_WORDS else _WORDS
    return words[key][column].format(p=counted, P=counted.capitalize(), **figures)
