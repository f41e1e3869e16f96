"""What the attributes of a road file mean, in the words of OpenStreetMap."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
# GB/T 917-2017: expressways have one, two or four digits, other national and provincial highways three. A
# letter for the side, and a figure, mark expressways that run beside another or link two (G15W, G4W2). The
# code of the county may follow, and bureaus put the road's name behind.
_ROUTE = re.compile(r"([gsxycz])(\d{1,4})([ewsn]\d{0,2})?(?:\d{6})?(?![0-9a-z])")
_ROUTE_CLASSES = {
    "g": "trunk",
    "s": "primary",
    "x": "secondary",
    "y": "tertiary",
    "c": "unclassified",
    "z": "unclassified",
}
_HIGHWAY_DIGITS = 3
# what is below a class has the next one; what is no expressway may be anything else
_NEXT_CLASS = {"一": "二级", "1": "二级", "二": "三级", "2": "三级", "三": "四级", "3": "四级"}
_BELOW = re.compile(r"(?:低于|不足|不到|未达)([一二三四1-4])级|([一二三四1-4])级以下")
_NO_CLASS = re.compile(r"[非无未](?:定)?等级")
_NO_EXPRESSWAY = re.compile(r"(?:非|不是|不属于)高速(?:公路)?")
# a column of a hundred thousand roads has few words
_N_WORDS = 10_000

_FIGURE = re.compile(r"([-+]?\d+)(?:\.0*)?")
_NULLS = frozenset({"", "null", "nan", "na", "none", "nil", "空", "缺", "缺失"})
_NO = _NULLS | {"no", "n", "f", "false", "0", "否", "无", "不是", "非", "off", "没有"}
_YES = frozenset({"yes", "y", "t", "true", "1", "是", "有", "on"})
_STRUCTURES = re.compile(
    r"桥|隧|高架|立交|viaduct|bridge|tunnel|trestle|aqueduct|culvert|passage|cantilever|movable"
)
_DENIED = re.compile(r"[无非不没未否]|(?:no|not|non|none|without)\b", re.IGNORECASE)
# a name that begins with a word for no: 无为大桥, 不老河大桥
_NAME = re.compile(
    r"(?!(?:无|没有?|非|不是|不在|不为|不属于|不经过?|不过|不含|不|未设|未|否)"
    r"(?:特?[大中小]|高架|立交|跨[河江线])?(?:桥梁?|隧道?)).+(?:桥|隧道)"
)
_ALONG = frozenset({"yes", "y", "true", "1", "是", "单行", "单向", "单行线", "单行道", "单向通行"})
_ALONG |= {"正向", "顺向", "顺行", "正向单行", "顺方向", "forward", "oneway"}
_DIRECTION = re.compile(r"^(?!是否).*(?:方向|direction|dir$)")
_AGAINST = frozenset({"reverse", "逆向", "反向", "逆行", "反向单行", "逆方向", "backward"})
_BOTH = (
    _NO
    | {"不单行", "非单行", "不是单行", "非单行线", "非单行道", "无单行"}
    | {"双向", "双行", "双行线", "双向通行", "双行道", "both", "twoway", "b"}
)
_SURFACES: tuple[tuple[str, str], ...] = (
    ("unpaved", "[未非无没不](?:有|是|做|经|进行)?(?:铺装|硬化|铺)|无路面"),
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
    plain = _NO_CLASS.sub("等外", _NO_EXPRESSWAY.sub("", plain))
    plain = _BELOW.sub(lambda found: _NEXT_CLASS.get(found[1] or found[2], "等外"), plain)
    return next((name for name, words in CLASS_WORDS.items() if any(word in plain for word in words)), "")


@lru_cache(maxsize=_N_WORDS)
def track_type(text: str) -> str:
    """Give ``grade1`` to ``grade5`` where Geofabrik's class of a track says so, else nothing."""
    grade = _TRACK_GRADE.fullmatch(plain_name(text))
    return f"grade{grade[1]}" if grade else ""


@lru_cache(maxsize=_N_WORDS)
def class_of_route(ref: str) -> str:
    """
    Tell a road's class by its number: ``G4京港澳高速``, ``G4W2``, ``G107``, ``X012``, ``C045430682``.

    Returns
    -------
    str
        Empty where the number is not one of a Chinese highway.
    """
    found = _ROUTE.match(plain_name(ref))
    if found is None or (found[3] and found[1] not in "gs"):
        return ""
    if found[1] in "gs" and len(found[2]) != _HIGHWAY_DIGITS:
        return "motorway"
    return _ROUTE_CLASSES[found[1]]


@dataclass(frozen=True)
class Directions:
    """
    A column of travel directions.

    Parameters
    ----------
    oneway
        ``yes``, ``-1`` or ``no``, as OpenStreetMap's ``oneway``.
    unread
        Positions of the cells that could not be read, and were taken as ``no``.
    figures
        How the figures of the column were read: ``navigation`` (0 and 1 both ways, 2 along, 3 against),
        ``flags`` (1 one way, 2 both ways), or empty where it has none but 0 and 1, or none at all.
    """

    oneway: list[str]
    unread: list[int]
    figures: str


def directions(texts: Iterable[str], header: str = "") -> Directions:
    """
    Read a column of travel directions.

    What a letter or a figure means depends on the column: where there is a ``B``, ``F``, ``T`` and ``B`` are
    Geofabrik's along, against and both; else ``T`` and ``F`` are true and false. Where there is a 3, or a 2
    below a header that asks for the direction, the figures are those of navigation maps; a 2 beside 1 below
    one that asks whether there is one (``是否单行``) is the other answer, both ways. A 2 beside 0 and 1 is
    neither.

    Parameters
    ----------
    texts
        Cells; empty where nothing is known.
    header
        Of the column.
    """
    plain = [_plain_figure(text) for text in texts]
    words = dict.fromkeys(_BOTH, "no") | dict.fromkeys(_ALONG, "yes") | dict.fromkeys(_AGAINST, "-1")
    words |= {"-1": "-1", "t": "yes"}
    found = set(plain)
    if "b" in found:
        words |= {"f": "yes", "t": "-1"}
    figures = ""
    if "3" in found or ("2" in found and _DIRECTION.search(plain_name(header))):
        figures = "navigation"
        words |= {"1": "no", "2": "yes", "3": "-1"}
    elif "2" in found and "0" not in found:
        figures = "flags"
        words |= {"2": "no"}
    read = [words.get(word) for word in plain]
    unread = [i for i, word in enumerate(read) if word is None]
    return Directions([word or "no" for word in read], unread, figures)


def _plain_figure(text: str) -> str:
    """Give a cell as it is compared; of a figure without decimals the figure."""
    figure = _FIGURE.fullmatch(text.strip())
    return str(int(figure[1])) if figure else plain_name(text)


@lru_cache(maxsize=_N_WORDS)
def is_structure(text: str) -> bool | None:
    """
    Tell whether a cell about a bridge or a tunnel says that there is one; its name says so too.

    Returns
    -------
    bool or None
        None where the cell says neither.
    """
    plain = _plain_figure(text)
    if plain in _NO or plain in _YES:
        return plain in _YES
    if _DENIED.match(text.strip()):
        return bool(_NAME.fullmatch(plain))
    return True if _STRUCTURES.search(plain) else None


@lru_cache(maxsize=_N_WORDS)
def surface(text: str) -> str:
    """Give the surface as OpenStreetMap's ``surface``; a word that is not Chinese is taken as it stands."""
    found = next((name for name, words in _SURFACES if re.search(words, text)), "")
    return found or (text.strip().lower() if text.isascii() else "")


@lru_cache(maxsize=_N_WORDS)
def level(text: str) -> int:
    """Give the level of a road above (positive) or below the ground; 0 where the cell says none."""
    return int(float(text)) if re.fullmatch(r"-?[1-9](?:\.0*)?", text.strip()) else 0
