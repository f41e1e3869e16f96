"""Road classes and surfaces in a Chinese planner's words, beside OpenStreetMap's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage.reports.wording import Lang

_ZH = {
    "motorway": "高速公路",
    "motorway_link": "高速公路匝道",
    "trunk": "国道、快速路",
    "trunk_link": "快速路匝道",
    "primary": "国省干线",
    "primary_link": "干线连接道",
    "secondary": "省县道",
    "secondary_link": "省县道连接道",
    "tertiary": "县乡道",
    "tertiary_link": "县乡道连接道",
    "unclassified": "村道",
    "residential": "居住区、集镇道路",
    "road": "等级未定的道路",
    "living_street": "生活街道",
    "service": "内部道路",
    "busway": "公交专用道",
    "bus_guideway": "导轨公交道",
    "track": "机耕道、林道",
    "unpaved": "未铺装",
    "gravel": "砾石",
    "fine_gravel": "细砾石",
    "compacted": "压实土石",
    "dirt": "土路",
    "earth": "土路",
    "ground": "自然地面",
    "grass": "草地",
    "grass_paver": "植草砖",
    "mud": "泥地",
    "sand": "沙地",
    "pebblestone": "卵石",
    "rock": "岩石",
    "stone": "石面",
    "woodchips": "木屑",
    "cobblestone": "块石",
    "unhewn_cobblestone": "毛石",
    "bad": "差",
    "very_bad": "很差",
    "horrible": "极差",
    "very_horrible": "恶劣",
    "impassable": "难以通行",
    "grade5": "最松软一级",
}
# In a turn list, where several words for one class would read as several roads.
_SPOKEN = {
    "trunk": "国道",
    "residential": "街巷道路",
    "road": "无名道路",
    "track": "机耕道",
}


def class_word(highway: str, lang: Lang) -> str:
    """Name a class of road in words alone, as a driver is told of one that has no name."""
    if lang == "zh":
        return _SPOKEN.get(highway) or _ZH.get(highway, "无名道路")
    return "the " + (highway.replace("_", " ") if highway in _ZH else "unnamed") + " road"


def road_word(value: str, lang: Lang) -> str:
    """Give a tag's value as a reader of `lang` knows it, with OpenStreetMap's own word beside it."""
    return f"{_ZH[value]}（{value}）" if lang == "zh" and value in _ZH else value
