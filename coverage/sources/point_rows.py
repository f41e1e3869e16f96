"""Rows of a table put in their places, and those that cannot be where they say rejected with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from coverage.errors import CrsError
from coverage.sources.coordinates import SYSTEM_NAMES, convert, parse_system
from coverage.sources.notes import Note, noted
from coverage.sources.system_fit import best_system, fit_notes
from coverage.sources.table_values import parse_degrees, parse_pairs
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.sources.frame import Frame
    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_MAX_LON, _MAX_LAT = 180.0, 90.0
# a projection is only trusted around its own zone
_NEAR_DEG = 3.0
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_UNKNOWN = "?"


@dataclass(frozen=True)
class Placed:
    """
    Where the rows of a table are.

    Parameters
    ----------
    points
        In the frame's system, aligned with the table's rows; None where a row has no place or was rejected.
    notes
        What a planner should know of them.
    """

    points: gpd.GeoSeries
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class RawPoints:
    """
    Coordinates as they stand in a file.

    Parameters
    ----------
    x, y
        Shape (n,); NaN where empty or unreadable.
    missing
        Shape (n,); True where a row has neither, or only zeros.
    unreadable
        Shape (n,); True where a cell is no coordinate.
    unusable
        Shape (n,); True where a shape is neither point nor area.
    is_area
        Shape (n,); True where the point is one inside an area.
    """

    x: Floats
    y: Floats
    missing: Bools
    unreadable: Bools
    unusable: Bools
    is_area: Bools


def raw_points(table: Table) -> RawPoints:
    """Read the coordinates of a table: of its shapes, else of its columns."""
    return _of_shapes(table) if table.geometry is not None else _of_columns(table)


def place_points(
    table: Table,
    sieve: RowSieve,
    frame: Frame,
    roads: shapely.STRtree | None,
    *,
    required: bool = True,
) -> Placed:
    """
    Put the rows of a table in their places.

    Rejects rows whose coordinates are missing, unreadable, swapped, no degrees, of an unknown system, outside
    China (in systems that hold there alone), or beyond the frame's region.

    Parameters
    ----------
    table, sieve
        The rows; only those alive are looked at.
    frame
        The county and its buffer.
    roads
        Road lines in the frame's system, against which the declared coordinate system is checked.
    required
        False lets rows without coordinates pass, unplaced.

    Returns
    -------
    Placed
        A point for every row that is alive and has coordinates.

    Raises
    ------
    CrsError
        If the coordinate system is neither declared nor known.
    """
    raw = raw_points(table)
    _reject_unread(table, sieve, raw, required=required)
    there = sieve.alive & ~raw.missing
    systems = _systems(table, sieve, there)
    there &= sieve.alive
    if (systems[there] == "").any():
        raise _undeclared(table, raw, there, frame, roads)
    x, y = np.full(len(table), np.nan), np.full(len(table), np.nan)
    notes: list[Note] = []
    for system in sorted(set(systems[there])):
        own = there & (systems == system)
        x[own], y[own] = _place(raw, own, system, sieve, frame)
        if roads is not None:
            kept = own & sieve.alive
            arguments = (raw.x[kept], raw.y[kept], system, roads, frame)
            notes += fit_notes(*arguments, layer=sieve.layer, file=table.file.name)
    placed = sieve.alive & np.isfinite(x)
    points = np.full(len(table), None, dtype=object)
    points[placed] = shapely.points(x[placed], y[placed])
    notes += _area_note(table, sieve.layer, raw.is_area & placed)
    return Placed(gpd.GeoSeries(points, crs=frame.crs), tuple(notes))


def _of_shapes(table: Table) -> RawPoints:
    shapes = np.asarray(table.geometry, dtype=object)
    kinds = shapely.get_type_id(shapes)
    single = (kinds == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    is_area = np.isin(kinds, _POLYGONS) & ~shapely.is_empty(shapes)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    unusable = ~(missing | single | is_area | (kinds == shapely.GeometryType.POINT))
    points = shapes.copy()
    points[missing | unusable] = None
    points[single] = shapely.get_geometry(shapes[single], 0)
    points[is_area] = shapely.point_on_surface(shapely.make_valid(shapes[is_area]))
    x, y = shapely.get_x(points), shapely.get_y(points)
    missing |= (x == 0) & (y == 0)
    broken = ~(missing | unusable) & ~(np.isfinite(x) & np.isfinite(y))
    return RawPoints(x, y, missing, broken, unusable, is_area)


def _of_columns(table: Table) -> RawPoints:
    if table.has("lon") and table.has("lat"):
        (x, bad_x), (y, bad_y) = (parse_degrees(table.texts(axis).tolist()) for axis in ("lon", "lat"))
        empty, unreadable = np.isnan(x) & np.isnan(y) & ~bad_x & ~bad_y, bad_x | bad_y
    else:
        x, y, unreadable = parse_pairs(table.texts("lonlat").tolist())
        empty = np.isnan(x) & ~unreadable
    no = np.zeros(len(table), dtype=bool)
    return RawPoints(x, y, empty | ((x == 0) & (y == 0)), unreadable, no, no)


def _reject_unread(table: Table, sieve: RowSieve, raw: RawPoints, *, required: bool) -> None:
    """Reject rows whose coordinates cannot be read, or are not there."""
    sieve.reject(
        raw.unusable,
        "shape_unusable",
        "is neither a point nor an area: draw a point",
        "图形既不是点也不是面：请改为点",
    )
    lon, lat = table.texts("lon"), table.texts("lat")
    shown = [", ".join(filter(None, cells)) for cells in zip(lon, lat, table.texts("lonlat"), strict=True)]
    sieve.reject(
        raw.unreadable,
        "coordinates_unreadable",
        "coordinates “{shown}” are no pair of numbers: write degrees such as 113.4504 and 29.4768",
        "坐标“{shown}”不是有效数字：请填写十进制度数，例如113.4504和29.4768",
        shown=shown,
    )
    half = ~raw.missing & (np.isnan(raw.x) != np.isnan(raw.y))
    sieve.reject(
        half,
        "coordinates_missing",
        "has but one of longitude and latitude ({shown}): fill in the other",
        "经纬度只填了一个（{shown}）：请补全",
        shown=shown,
    )
    if required:
        sieve.reject(
            raw.missing & (raw.x == 0),
            "coordinates_missing",
            "coordinates 0, 0 stand for none: look the place up on a map and fill them in",
            "坐标为0，等于没有填：请在地图上查找该点并补填经纬度",
        )
        drawn = table.geometry is not None
        sieve.reject(
            raw.missing,
            "coordinates_missing",
            "has no shape: draw a point, or leave the row out"
            if drawn
            else "has no coordinates: look the place up on a map and fill them in",
            "没有图形：请补画该点，或删除该行" if drawn else "没有坐标：请在地图上查找该点并补填经纬度",
        )


def _systems(table: Table, sieve: RowSieve, there: Bools) -> NDArray[np.object_]:
    """Give every row's coordinate system: its own where it names one, else the file's."""
    systems = np.full(len(table), table.system, dtype=object)
    if table.file.crs or not table.has("system"):
        return systems
    words = table.texts("system")
    known = {word: _parse(word) for word in set(words[there]) if word}
    for word, system in known.items():
        systems[words == word] = system
    sieve.reject(
        there & (systems == _UNKNOWN),
        "system_unknown",
        "coordinate system “{word}” is not known: write wgs84, cgcs2000, gcj02, bd09 or EPSG:n",
        "坐标系“{word}”无法识别：请填写 WGS84、CGCS2000、GCJ-02（高德）、BD-09（百度）或 EPSG:n",
        word=words,
    )
    if known and not table.system:
        sieve.reject(
            there & (systems == ""),
            "system_unknown",
            "names no coordinate system, though other rows do: fill it in",
            "未注明坐标系，而其他行已注明：请补填",
        )
    return systems


def _parse(word: str) -> str:
    try:
        return parse_system(word)
    except CrsError:
        return _UNKNOWN


def _place(raw: RawPoints, own: Bools, system: str, sieve: RowSieve, frame: Frame) -> tuple[Floats, Floats]:
    """Give rows of one system their metric coordinates, and reject those that are not in the region."""
    x, y = np.where(own, raw.x, np.nan), np.where(own, raw.y, np.nan)
    is_geographic = not system.startswith("EPSG:") or pyproj.CRS(system).is_geographic
    inside, metric_x, metric_y, lon, lat, outside_china = _locate(x, y, system, frame)
    turned = _locate(np.where(inside, np.nan, y), x, system, frame)[0]
    if is_geographic:
        turned |= own & (np.abs(y) > _MAX_LAT) & (np.abs(y) <= _MAX_LON) & (np.abs(x) <= _MAX_LAT)
    named = dict(zip(("en", "zh"), SYSTEM_NAMES.get(system, (system, system)), strict=True))
    values = {"x": x, "y": y}
    hint, hint_zh = _swap_hint(sieve.table)
    sieve.reject(
        turned,
        "coordinates_swapped",
        f"longitude {{x:.10g}} and latitude {{y:.10g}} are swapped: turn them round{hint}",
        f"经度 {{x:.10g}} 和纬度 {{y:.10g}} 填反了：请对调{hint_zh}",
        **values,
    )
    if is_geographic:
        sieve.reject(
            own & ((np.abs(x) > _MAX_LON) | (np.abs(y) > _MAX_LAT)),
            "coordinates_not_degrees",
            "{x:.10g}, {y:.10g} are no degrees; projected metres need their system declared, such as "
            "{file}@EPSG:4547",
            "{x:.10g}, {y:.10g} 不是经纬度；若为平面坐标（米），请声明坐标系，例如 {file}@EPSG:4547",
            file=sieve.table.file.path.name,
            **values,
        )
    if system in ("gcj02", "bd09"):
        sieve.reject(
            own & ~inside & outside_china,
            "outside_china",
            f"{{x:.10g}}, {{y:.10g}} lie outside China, where {named['en']} does not hold: correct them",
            f"{{x:.10g}}, {{y:.10g}} 位于中国境外，不适用{named['zh']}：请更正坐标",
            **values,
        )
    where = (metric_x, metric_y, lon, lat)
    _reject_far(sieve, own & ~inside, where, frame, values, metres=not is_geographic)
    return metric_x[own], metric_y[own]


def _swap_hint(table: Table) -> tuple[str, str]:
    """Say how to swap the columns of a whole file, as Chinese surveys need it: their x is the northing."""
    if table.geometry is not None or not (table.has("lon") and table.has("lat")):
        return "", ""
    lon, lat = (table.headers[axis].replace("{", "{{").replace("}", "}}") for axis in ("lon", "lat"))
    return (
        f"; where the whole file has them so: --column lon={lat} --column lat={lon}",
        f"；若整个文件都如此，可用 --column 经度={lat} --column 纬度={lon}",
    )


def _locate(
    x: Floats, y: Floats, system: str, frame: Frame
) -> tuple[Bools, Floats, Floats, Floats, Floats, Bools]:
    """Tell whether points lie in the region, their metres, their degrees, and whether outside China."""
    moved = convert(x, y, source=system)
    lon, lat = moved.x, moved.y
    west, south, east, north = frame.extent
    near = (lon > west - _NEAR_DEG) & (lon < east + _NEAR_DEG)
    near &= (lat > south - _NEAR_DEG) & (lat < north + _NEAR_DEG)
    metric_x, metric_y = np.full(len(x), np.nan), np.full(len(x), np.nan)
    to_metric = pyproj.Transformer.from_crs(WGS84, frame.crs, always_xy=True)
    metric_x[near], metric_y[near] = to_metric.transform(lon[near], lat[near])
    inside = np.zeros(len(x), dtype=bool)
    inside[near] = shapely.intersects_xy(frame.region, metric_x[near], metric_y[near])
    return inside, metric_x, metric_y, lon, lat, moved.outside_china


_WIDER = (", or import roads that reach farther (--buffer-km)", "，或导入范围更大的路网（--buffer-km）")


def _reject_far(
    sieve: RowSieve,
    far: Bools,
    where: tuple[Floats, Floats, Floats, Floats],
    frame: Frame,
    values: dict[str, Floats],
    *,
    metres: bool,
) -> None:
    """Reject rows beyond the region, and say how far beyond the boundary they lie."""
    metric_x, metric_y, lon, lat = where
    away_m = np.full(len(far), np.inf)
    near = far & np.isfinite(metric_x)
    away_m[near] = shapely.distance(frame.boundary, shapely.points(metric_x[near], metric_y[near]))
    remote = far & ~near & (np.abs(lon) <= _MAX_LON) & (np.abs(lat) <= _MAX_LAT)
    if remote.any():
        centre = gpd.GeoSeries([frame.boundary.centroid], crs=frame.crs).to_crs(WGS84).iloc[0]
        n = int(remote.sum())
        ends = (np.full(n, centre.x), np.full(n, centre.y), lon[remote], lat[remote])
        away_m[remote] = pyproj.Geod(ellps="WGS84").inv(*ends)[2]
    buffer_km = f"{frame.buffer_m / 1000:g}"
    # a new site stands in the county: roads that reach farther would not help it
    wider, wider_zh = ("", "") if sieve.layer == "candidates" else _WIDER
    hint = "; degrees need no EPSG code of metres" if metres else ""
    hint_zh = "；若填写的是经纬度，请不要声明平面坐标系" if metres else ""
    sieve.reject(
        far & np.isfinite(away_m),
        "outside_area",
        f"{{x:.10g}}, {{y:.10g}} lie {{km:,.1f}} km beyond the boundary, and up to {buffer_km} km count: "
        f"correct the coordinates or their system{wider}{hint}",
        f"{{x:.10g}}, {{y:.10g}} 距县界{{km:,.1f}}公里，超出{buffer_km}公里缓冲范围："
        f"请核对坐标或坐标系{wider_zh}{hint_zh}",
        km=away_m / 1000,
        **values,
    )
    sieve.reject(
        far,
        "outside_area",
        f"{{x:.10g}}, {{y:.10g}} lie nowhere on Earth in the declared system: correct one of them{hint}",
        f"{{x:.10g}}, {{y:.10g}} 在声明的坐标系中不存在：请核对坐标或坐标系{hint_zh}",
        **values,
    )


def _undeclared(
    table: Table, raw: RawPoints, there: Bools, frame: Frame, roads: shapely.STRtree | None
) -> CrsError:
    """Ask for the coordinate system, and name the one that fits the roads."""
    file = table.file.name
    best = best_system(raw.x[there], raw.y[there], roads, frame) if roads is not None else None
    wanted = best[0] if best is not None else "gcj02"
    words, words_zh = SYSTEM_NAMES[wanted]
    likely = f"; read as {words} they fit the roads best, {best[1]:.0f} m off on average" if best else ""
    likely_zh = f"；按{words_zh}读取与道路最吻合，平均相距{best[1]:.0f}米" if best else ""
    return CrsError(
        f"{table.name} does not say the coordinate system of its points: declare it, as in {file}@{wanted} "
        f"(gcj02 for AMap and DataV, bd09 for Baidu, wgs84 for GPS){likely}",
        zh=f"{table.name} 没有注明坐标系：请声明，例如 {file}@{wanted}"
        f"（高德、DataV为gcj02，百度为bd09，GPS为wgs84）{likely_zh}",
    )


def _area_note(table: Table, layer: str, where: Bools) -> tuple[Note, ...]:
    rows = table.row[where].tolist()
    names = [name or str(row) for name, row in zip(table.texts("name")[where], rows, strict=True)]
    return noted(
        "areas_as_points",
        layer,
        rows,
        f"{table.name}: areas, each taken by a point inside it: {{n}} ({{some}})",
        f"{table.name}：{{n}}个面按其内部一点定位（{{some}}）",
        named=names,
    )
