"""What the attributes of a road file mean, in the words of OpenStreetMap."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.sources.osm_tags import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNKNOWN_CLASS = "road"
"""
Class of a road whose own is not known.

It is OpenStreetMap's word for just that, and slower than any class a through road has, so that a road nobody
has described never covers more people than it should.
"""

CLASS_WORDS: Mapping[str, tuple[str, ...]] = {
    # not for ambulances, or not yet
    "construction": ("在建", "建设中", "未通车", "施工"),
    "proposed": ("规划", "拟建", "待建"),
    "footway": ("人行", "步行", "步道", "游步", "登山道", "绿道"),
    "cycleway": ("自行车", "非机动车"),
    "railway": ("铁路", "轨道", "地铁"),
    "ferry": ("轮渡", "渡口", "航线"),
    # a ramp carries the word of its road as well, so it comes first
    "motorway_link": ("匝道", "互通"),
    "trunk_link": ("连接线", "辅道", "辅路"),
    # technical classes: design speeds 120-80, 100-60, 80-60, 40-30 and 30-20 km/h
    "motorway": ("高速", "expressway", "freeway"),
    "trunk": ("一级", "1级", "国道", "国家级", "快速路", "快速干道", "nationalroad", "nationalhighway"),
    "primary": ("二级", "2级", "省道", "省级", "主干", "provincialroad", "provincialhighway"),
    "secondary": ("三级", "3级", "县道", "县级", "次干", "countyroad"),
    "tertiary": ("四级", "4级", "乡道", "镇道", "乡级", "支路", "支线", "townshiproad"),
    "track": ("机耕", "田间", "生产路", "林道", "防火道", "便道"),
    "living_street": ("小区", "巷", "弄堂", "胡同"),
    "residential": ("街道", "街坊", "居住", "生活道路", "localroad"),
    "service": ("内部道路", "停车场", "厂区", "院内", "引道"),
    "unclassified": (
        *(
            "等外",
            "村道",
            "村路",
            "村级",
            "组道",
            "通村",
            "通组",
            "入户",
            "农村",
            "乡村",
            "专用公路",
            "专用道",
        ),
        "villageroad",
    ),
}
"""
Words for the classes of Chinese roads, looked for in this order within a cell.

The technical classes of highways (JTG B01-2014), the administrative ones and the classes of city streets
(CJJ 37-2012) share one column: what has the same design speed, or the same place in OpenStreetMap's usage for
China, has the same class. Words of OpenStreetMap and of Geofabrik's ``fclass`` are taken as they stand.
"""

_OSM_OTHERS = (
    *("footway", "path", "pedestrian", "steps", "cycleway", "bridleway", "construction", "proposed"),
    *("corridor", "elevator", "platform", "raceway", "via_ferrata"),
)
_OSM_CLASSES = {plain_name(c): c for c in (*DEFAULT_SPEEDS.class_kph, *_OSM_OTHERS)}
_TRACK_GRADE = re.compile(r"trackgrade([1-5])")
# GB/T 917-2017: expressways have one, two or four digits, other national and provincial highways three. The
# code of the county may follow.
_ROUTE = re.compile(r"([gsxycz])(\d{1,4})(?:\d{6})?")
_ROUTE_CLASSES = {
    "g": "trunk",
    "s": "primary",
    "x": "secondary",
    "y": "tertiary",
    "c": "unclassified",
    "z": "unclassified",
}
_HIGHWAY_DIGITS = 3
# a column of a hundred thousand roads has few words
_N_WORDS = 10_000

_NO = frozenset({"", "no", "n", "f", "false", "0", "00", "否", "无", "不是", "非", "none", "off"})
_ALONG = frozenset({"yes", "y", "true", "1", "是", "单行", "单向", "单行线", "单行道", "单向通行"})
_ALONG |= {"正向", "顺向", "顺行", "正向单行", "顺方向", "forward", "oneway"}
_AGAINST = frozenset({"reverse", "逆向", "反向", "逆行", "反向单行", "逆方向", "backward"})
_BOTH = _NO | {"双向", "双行", "双行线", "双向通行", "双行道", "both", "twoway", "b"}
_SURFACES: tuple[tuple[str, str], ...] = (
    ("unpaved", "未铺装|未硬化|非铺装|非硬化|无路面"),
    ("paved", "混凝土|水泥|沥青|柏油|油路|铺装|硬化|砼"),
    ("gravel", "砂石|碎石|砾石|卵石|级配|石渣|砂砾|弹石|块石"),
    ("ground", "土|泥"),
    ("unpaved", "简易"),
)


@lru_cache(maxsize=_N_WORDS)
def road_class(text: str) -> str:
    """
    Read a road's class.

    Parameters
    ----------
    text
        ``secondary``, ``track_grade3``, ``二级公路``, ``县道``, ``X``, ``城市主干路`` …

    Returns
    -------
    str
        A value of OpenStreetMap's ``highway``; classes without a speed are not for ambulances. Empty where
        the word is unknown.
    """
    plain = plain_name(text)
    if plain in _OSM_CLASSES:
        return _OSM_CLASSES[plain]
    if plain in _ROUTE_CLASSES:
        return _ROUTE_CLASSES[plain]
    if _TRACK_GRADE.fullmatch(plain):
        return "track"
    return next((name for name, words in CLASS_WORDS.items() if any(word in plain for word in words)), "")


@lru_cache(maxsize=_N_WORDS)
def track_type(text: str) -> str:
    """Give ``grade1`` to ``grade5`` where Geofabrik's class of a track says so, else nothing."""
    grade = _TRACK_GRADE.fullmatch(plain_name(text))
    return f"grade{grade[1]}" if grade else ""


@lru_cache(maxsize=_N_WORDS)
def class_of_route(ref: str) -> str:
    """
    Tell a road's class by its number: ``G4``, ``G107``, ``S208``, ``X012``, ``Y123``, ``C045430682``.

    Returns
    -------
    str
        Empty where the number is not one of a Chinese highway.
    """
    found = _ROUTE.fullmatch(plain_name(ref))
    if found is None:
        return ""
    if found[1] in "gs" and len(found[2]) != _HIGHWAY_DIGITS:
        return "motorway"
    return _ROUTE_CLASSES[found[1]]


def directions(texts: Iterable[str]) -> tuple[list[str], list[int]]:
    """
    Read a column of travel directions.

    What a letter or a figure means depends on the column: where there is a ``B``, ``F``, ``T`` and ``B`` are
    Geofabrik's along, against and both; else ``T`` and ``F`` are true and false. Where there is a 2 or a 3,
    the figures are those of navigation maps: 0 and 1 both ways, 2 along and 3 against.

    Parameters
    ----------
    texts
        Cells; empty where nothing is known.

    Returns
    -------
    list of str
        ``yes``, ``-1`` or ``no``, as OpenStreetMap's ``oneway``.
    list of int
        Positions of the cells that could not be read, and were taken as ``no``.
    """
    cells = [text.strip() for text in texts]
    plain = ["-1" if cell in ("-1", "-1.0") else plain_name(cell.removesuffix(".0")) for cell in cells]
    words = dict.fromkeys(_BOTH, "no") | dict.fromkeys(_ALONG, "yes") | dict.fromkeys(_AGAINST, "-1")
    words |= {"-1": "-1", "t": "yes"}
    if "b" in plain:
        words |= {"f": "yes", "t": "-1"}
    if {"2", "3"} & set(plain):
        words |= {"1": "no", "2": "yes", "3": "-1"}
    read = [words.get(word) for word in plain]
    return [word or "no" for word in read], [i for i, word in enumerate(read) if word is None]


@lru_cache(maxsize=_N_WORDS)
def is_yes(text: str) -> bool:
    """Tell whether a cell about a bridge or a tunnel says that there is one; its name says so too."""
    return plain_name(text.removesuffix(".0")) not in _NO


@lru_cache(maxsize=_N_WORDS)
def surface(text: str) -> str:
    """Give the surface as OpenStreetMap's ``surface``; a word that is not Chinese is taken as it stands."""
    found = next((name for name, words in _SURFACES if re.search(words, text)), "")
    return found or (text.strip().lower() if text.isascii() else "")


@lru_cache(maxsize=_N_WORDS)
def level(text: str) -> int:
    """Give the level of a road above (positive) or below the ground; 0 where the cell says none."""
    return int(float(text)) if re.fullmatch(r"-?[1-9](?:\.0*)?", text.strip()) else 0
