"""Coordinate systems as Chinese planners meet them: WGS84, CGCS2000, GCJ-02, BD-09 and those of EPSG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from coverage.errors import CrsError
from coverage.sources.osm_tags import plain_name
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

    Pair = tuple[NDArray[np.float64], NDArray[np.float64]]

SYSTEM_NAMES: Mapping[str, tuple[str, str]] = {
    "wgs84": ("WGS84 (GPS, OpenStreetMap)", "WGS84（GPS、OpenStreetMap）"),
    "cgcs2000": ("CGCS2000 (surveys, Tianditu)", "国家2000（测绘成果、天地图）"),
    "gcj02": ("GCJ-02 (AMap, Tencent)", "GCJ-02（高德、腾讯）"),
    "bd09": ("BD-09 (Baidu)", "BD-09（百度）"),
}
"""What each system is called, and whose maps use it: in English and in Chinese."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "wgs84": ("wgs84", "wgs1984", "wgs", "gps84", "gps", "crs84", "openstreetmap", "osm", "谷歌地球"),
    "cgcs2000": (
        *("cgcs2000", "cgcs", "国家2000", "大地2000", "国家大地2000", "2000国家", "2000国家大地", "2000大地"),
        *("2000", "天地图", "tianditu"),
    ),
    "gcj02": (
        *("gcj02", "gcj2", "gcj", "火星", "mars", "国测局"),
        *("高德", "amap", "autonavi", "gaode", "腾讯", "tencent", "qq"),
    ),
    "bd09": ("bd09ll", "bd09", "bd9", "百度", "baidu"),
}
_FILLERS = (
    *("坐标系统", "坐标系", "坐标", "经纬度", "经度", "纬度", "地图", "坐标拾取器"),
    *("coordinates", "coordinate", "system", "ogc", "maps", "map", "crs", "lonlat", "lnglat"),
)
_SYSTEM_OF = {word: system for system, words in _WORDS.items() for word in words}
_TOKEN = "|".join(sorted((*_SYSTEM_OF, *_FILLERS), key=len, reverse=True))
_PHRASE = re.compile(rf"(?:{_TOKEN})+")
# of an authority, its version and its code, only the code tells systems apart
_URN = re.compile(
    r"\s*(?:urn:(?:x-)?ogc:def:crs:|https?://(?:www\.)?opengis\.net/def/crs/)(EPSG|OGC)[:/][^:/]*[:/](\w+)\s*",
    re.IGNORECASE,
)
_EPSG = re.compile(r"(?:.*epsg)?(\d{4,6})")
_OWN_NAMES = {4326: "wgs84", 4490: "cgcs2000"}

# Krasovsky 1940
_SEMI_MAJOR_AXIS_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 1 - (1 - 1 / 298.3) ** 2
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
# Every shift within the box is below 0.02 degrees.
_MARGIN_DEG = 0.1
_BAIDU_PERIOD = np.pi * 3000.0 / 180.0
_CONVERGED_DEG = 1e-11
_MAX_ROUNDS = 30
_MAX_LON, _MAX_LAT = 180.0, 90.0


@dataclass(frozen=True)
class Converted:
    """
    Points in another system.

    Parameters
    ----------
    x, y
        Longitude and latitude in degrees, or easting and northing in metres; of the shape that went in.
    outside_china
        True where the point lies outside the box in which GCJ-02 and BD-09 are defined, infinitely far
        included; False where a coordinate is NaN.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    outside_china: NDArray[np.bool_]


def parse_system(text: str) -> str:
    """
    Recognize a coordinate system by what planners call it.

    Parameters
    ----------
    text
        A system's name or the map it was taken from (``GCJ-02``, ``高德``, ``百度坐标系``, ``国家2000``,
        ``天地图``), an EPSG code (``EPSG:4547``, ``epsg 4547``, ``4547``) or a URN or web address of one, of
        whatever version; in any case and width. A bare ``2000`` is CGCS2000.

    Returns
    -------
    str
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``; EPSG:4326 and EPSG:4490 go by their names.

    Raises
    ------
    CrsError
        If the words are unknown or contradict each other, or EPSG has no such code for maps.
    """
    urn = _URN.fullmatch(text)
    plain = plain_name(f"{urn[1]}:{urn[2]}" if urn else text)
    if _PHRASE.fullmatch(plain):
        systems = {_SYSTEM_OF[word] for word in re.findall(_TOKEN, plain) if word in _SYSTEM_OF}
        if len(systems) == 1:
            return systems.pop()
    code = _EPSG.fullmatch(plain)
    if code is None:
        raise CrsError(
            f"“{text}” is no coordinate system known here: write wgs84 (gps), cgcs2000 (国家2000, tianditu), "
            "gcj02 (amap, tencent), bd09 (baidu) or EPSG:n",
            zh=f"无法识别坐标系“{text}”：请写 wgs84（GPS）、cgcs2000（国家2000、天地图）、gcj02（高德、腾讯）"
            "、bd09（百度）或 EPSG:n",
        )
    return _OWN_NAMES.get(int(code[1])) or _checked_epsg(int(code[1]))


def undeclared(name: str, file: str, *, more: tuple[str, str] = ("", "")) -> CrsError:
    """
    Make the error of a file that does not say its coordinate system.

    Parameters
    ----------
    name
        The file, with its sheet, as messages call it.
    file
        What the system is to be written behind, as the file is named on the command line.
    more
        What else may help, in English and in Chinese.
    """
    return CrsError(
        f"{name} does not say its coordinate system: write it behind the name, {file}@gcj02 (AMap, DataV), "
        f"{file}@wgs84 (GPS, OpenStreetMap), {file}@cgcs2000 (surveys, Tianditu) or, in metres, "
        f"{file}@EPSG:4547{more[0]}",
        zh=f"{name} 没有注明坐标系：请写在文件名后，例如 {file}@gcj02（高德、DataV）、{file}@wgs84"
        f"（GPS、OpenStreetMap）、{file}@cgcs2000（测绘成果、天地图），平面坐标如 {file}@EPSG:4547{more[1]}",
    )


@lru_cache
def _checked_epsg(code: int) -> str:
    try:
        crs = pyproj.CRS.from_epsg(code)
    except pyproj.exceptions.CRSError as error:
        raise _no_map_system(code) from error
    if not (crs.is_geographic or crs.is_projected):
        raise _no_map_system(code)
    return f"EPSG:{code}"


def _no_map_system(code: int) -> CrsError:
    return CrsError(
        f"EPSG:{code} is no coordinate system of a map: look the code up (CGCS2000: EPSG:4490 in degrees, "
        "EPSG:4513 to EPSG:4554 in metres)",
        zh=f"EPSG:{code} 不是地图坐标系：请核对代码（国家2000：经纬度为 EPSG:4490，"
        "三度带平面坐标为 EPSG:4513 至 EPSG:4554）",
    )


def convert(x: ArrayLike, y: ArrayLike, *, source: str, target: str = "wgs84") -> Converted:
    """
    Convert points between any two systems.

    GCJ-02 shifts WGS84 by a polynomial with sines in longitude and latitude, on the ellipsoid of Krasovsky
    1940; BD-09 turns GCJ-02 about the origin and shifts it again. Both are taken as published [1]_ [2]_.
    The inverses are iterated until the forward shift meets the point to 1e-11 degrees, about a micrometre.
    CGCS2000 is taken as equal to WGS84, from which it differs by centimetres. EPSG codes go through PROJ with
    the easting (or longitude) as x; PROJ knows no shift for Xian 1980 (EPSG:4610 and its zones), whose points
    stay some tens of metres off.

    The published shift holds within a box, 72.004 to 137.8347 degrees east and 0.8293 to 55.8271 degrees
    north (WGS84), which has neighbouring countries in it; points outside are the same in all of GCJ-02, BD-09
    and WGS84. At the rim of the box the shift ends abruptly: within some hundred metres of it two points of
    WGS84, one shifted and one not, may share their GCJ-02, which then is read as the one within; and some
    GCJ-02 belong to no point, and stay as they are. No place in China is nearer to the rim than 100 km.

    Parameters
    ----------
    x, y
        Longitude and latitude in degrees, or easting and northing; any shape, broadcast to each other.
        The northing of Chinese surveys is often called x and stands first: they are to be given as y.
    source, target
        As `parse_system` takes them.

    Returns
    -------
    Converted
        New arrays. A point with a NaN or an infinite coordinate is left as it stands; a point that lies
        outside of what `source` or `target` can express is infinite.

    Raises
    ------
    CrsError
        If a system is unknown.

    References
    ----------
    .. [1] Wikipedia, "Restrictions on geographic data in China", sections GCJ-02 and BD-09,
       https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China
    .. [2] eviltransform, https://github.com/googollee/eviltransform: constants, box and test points.
    """
    source, target = parse_system(source), parse_system(target)
    raw_x, raw_y = (
        np.array(a) for a in np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float), subok=False)
    )
    finite = np.isfinite(raw_x) & np.isfinite(raw_y)
    new_x, new_y = raw_x.copy(), raw_y.copy()
    lon, lat = _into_wgs84(raw_x[finite], raw_y[finite], source)
    outside = np.array(~(np.isnan(raw_x) | np.isnan(raw_y)))
    outside[finite] = ~_in_box(lon, lat)
    if _datum(source) != _datum(target):
        new_x[finite], new_y[finite] = _from_wgs84(lon, lat, target)
    return Converted(new_x, new_y, outside)


def to_wgs84(shapes: gpd.GeoSeries, system: str, *, name: str = "") -> gpd.GeoSeries:
    """
    Read shapes in a system that is known from elsewhere.

    Parameters
    ----------
    shapes
        Of any kind; what they say of their own system does not count. x is the longitude or the easting:
        files that have the northing first, as Chinese surveys often do, are to be turned before.
    system
        As `parse_system` takes it.
    name
        How messages call the file they are from.

    Returns
    -------
    geopandas.GeoSeries
        WGS84, without heights, aligned with `shapes`; None and empty shapes stay so.

    Raises
    ------
    CrsError
        If the system is unknown, a vertex comes to lie beyond the degrees of the Earth, or all are degrees
        where the system has metres.
    """
    system = parse_system(system)
    raw = shapely.get_coordinates(shapes.to_numpy())
    moved = convert(raw[:, 0], raw[:, 1], source=system)
    where, where_zh = (f"{name}: ", f"{name}：") if name else ("", "")
    try:
        _check_metres(raw, system)
        _check_degrees(raw, moved, system)
    except CrsError as error:
        raise CrsError(f"{where}{error}", zh=f"{where_zh}{error.zh}") from error
    new = np.column_stack([moved.x, moved.y])
    flat = shapely.force_2d(shapes.to_numpy())
    # set_coordinates changes the array it is given; force_2d has made a new one
    return gpd.GeoSeries(shapely.set_coordinates(flat, new), index=shapes.index, crs=WGS84)


def _datum(system: str) -> str:
    return "wgs84" if system == "cgcs2000" else system


def _into_wgs84(x: NDArray[np.float64], y: NDArray[np.float64], system: str) -> Pair:
    """Read finite points as WGS84."""
    if system.startswith("EPSG:"):
        return _transform(x, y, system, WGS84)
    lon, lat = x.copy(), y.copy()
    if system in _SHIFTS:
        near = np.flatnonzero(_in_box(x, y, _MARGIN_DEG))
        found_lon, found_lat = _invert(_SHIFTS[system], x[near], y[near])
        inside = _in_box(found_lon, found_lat)
        lon[near[inside]], lat[near[inside]] = found_lon[inside], found_lat[inside]
    return lon, lat


def _from_wgs84(lon: NDArray[np.float64], lat: NDArray[np.float64], system: str) -> Pair:
    """Write points in WGS84, which may be infinite, in another system."""
    if system.startswith("EPSG:"):
        return _transform(lon, lat, WGS84, system)
    x, y = lon.copy(), lat.copy()
    if system in _SHIFTS:
        inside = _in_box(lon, lat)
        x[inside], y[inside] = _SHIFTS[system](lon[inside], lat[inside])
    return x, y


def _in_box(lon: NDArray[np.float64], lat: NDArray[np.float64], margin_deg: float = 0.0) -> NDArray[np.bool_]:
    return (
        (lon >= _WEST - margin_deg)
        & (lon <= _EAST + margin_deg)
        & (lat >= _SOUTH - margin_deg)
        & (lat <= _NORTH + margin_deg)
    )


def _gcj02_of(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Pair:
    """Shift WGS84 to GCJ-02."""
    x, y = lon - 105.0, lat - 35.0
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    root = np.sqrt(np.abs(x))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * (x + y) + 0.1 * root
    east_m += (ripple + _sines(x, 150.0, 300.0)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += (ripple + _sines(y, 160.0, 320.0)) * 2.0 / 3.0
    # radii of curvature of the ellipsoid: of the prime vertical and of the meridian
    bulge = 1.0 - _ECCENTRICITY_SQUARED * np.sin(np.radians(lat)) ** 2
    normal_m = _SEMI_MAJOR_AXIS_M / np.sqrt(bulge)
    meridian_m = normal_m * (1.0 - _ECCENTRICITY_SQUARED) / bulge
    parallel_m = normal_m * np.cos(np.radians(lat))
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _sines(t: NDArray[np.float64], twelfth: float, thirtieth: float) -> NDArray[np.float64]:
    angle = np.pi * t
    short = 20.0 * np.sin(angle) + 40.0 * np.sin(angle / 3.0)
    return short + twelfth * np.sin(angle / 12.0) + thirtieth * np.sin(angle / 30.0)


def _bd09_of(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Pair:
    """Shift WGS84 to BD-09, by way of GCJ-02."""
    x, y = _gcj02_of(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(_BAIDU_PERIOD * y)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(_BAIDU_PERIOD * x)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


_SHIFTS: Mapping[str, Callable[[NDArray[np.float64], NDArray[np.float64]], Pair]] = {
    "gcj02": _gcj02_of,
    "bd09": _bd09_of,
}


def _invert(
    shift: Callable[[NDArray[np.float64], NDArray[np.float64]], Pair],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> Pair:
    """Find the points that a shift carries to (x, y); each round leaves at most 3 % of the error."""
    lon, lat = x.copy(), y.copy()
    for _ in range(_MAX_ROUNDS):
        at_x, at_y = shift(lon, lat)
        lon -= at_x - x
        lat -= at_y - y
        if max(np.abs(at_x - x).max(initial=0.0), np.abs(at_y - y).max(initial=0.0)) < _CONVERGED_DEG:
            break
    return lon, lat


def _transform(x: NDArray[np.float64], y: NDArray[np.float64], source: str, target: str) -> Pair:
    new_x, new_y = _transformer(source, target).transform(x, y)
    return np.asarray(new_x, dtype=np.float64), np.asarray(new_y, dtype=np.float64)


@lru_cache
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _check_metres(raw: NDArray[np.float64], system: str) -> None:
    """Refuse degrees that are declared as metres: they would lie near the origin of the projection."""
    if not system.startswith("EPSG:") or pyproj.CRS(system).is_geographic:
        return
    there = raw[np.isfinite(raw).all(axis=1)]
    if len(there) and (np.abs(there) <= (_MAX_LON, _MAX_LAT)).all():
        x, y = there[0]
        raise CrsError(
            f"the coordinates are degrees ({x:.10g}, {y:.10g}), and {system} has metres: declare wgs84, "
            "cgcs2000 or gcj02 (AMap)",
            zh=f"坐标是经纬度（{x:.10g}, {y:.10g}），而 {system} 是平面坐标系（米）："
            "请声明 wgs84、cgcs2000 或 gcj02（高德）",
        )


def _check_degrees(raw: NDArray[np.float64], moved: Converted, system: str) -> None:
    """Refuse vertices that are nowhere on Earth, and say what seems to be wrong."""
    known = ~np.isnan(raw).any(axis=1)
    with np.errstate(invalid="ignore"):
        beyond = known & ~((np.abs(moved.x) <= _MAX_LON) & (np.abs(moved.y) <= _MAX_LAT))
    if not beyond.any():
        return
    x, y = raw[np.argmax(beyond)]
    if system.startswith("EPSG:"):
        advice = f"they do not fit {system}: declare the true system; the easting is x, the northing y"
        advice_zh = f"与 {system} 不符：请声明正确的坐标系，且横坐标（东向）在前、纵坐标（北向）在后"
    elif abs(x) <= _MAX_LAT < abs(y) <= _MAX_LON:
        advice = (
            "longitude and latitude are swapped: give the longitude as x (QGIS: Swap X and Y coordinates)"
        )
        advice_zh = "经纬度颠倒：应经度在前、纬度在后（可用QGIS的“交换X和Y坐标”）"
    else:
        advice = "these are no degrees: declare the projected system, such as EPSG:4547"
        advice_zh = "不是经纬度：请声明平面坐标系，例如 EPSG:4547"
    raise CrsError(
        f"{int(beyond.sum())} of {len(raw)} vertices, the first at {x:.10g}, {y:.10g}, lie nowhere on Earth "
        f"when read as {system}; {advice}",
        zh=f"按 {system} 读取时，{len(raw)} 个顶点中有 {int(beyond.sum())} 个不在地球范围内"
        f"（第一个：{x:.10g}, {y:.10g}）；{advice_zh}",
    )
