"""Polygons of townships from a planner's map file: where they really lie, mended where that can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from coverage.errors import CrsError
from coverage.sources.coordinates import SYSTEM_NAMES, to_wgs84, undeclared
from coverage.sources.notes import Note, noted
from coverage.sources.osm_townships import MIN_SHARE_INSIDE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from coverage.sources.frame import Frame
    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table

MIN_AREA_M2 = 10_000.0
"""A polygon smaller than this is no township: what is left of a broken one, or a stray click."""
_POLYGON_DIMENSION = 2
_SHIFTED = ("wgs84", "gcj02", "bd09")
_ALIKE = {"cgcs2000": "wgs84"}
# outlines of one county from two sources differ by a few hundredths of its land, and so does a shift
_MAX_MISFIT = 0.10
_MAX_RATIO = 2 / 3
# readings that are the same but for rounding are no other system
_MIN_GAIN = 0.001
_KINDS: Mapping[str, tuple[str, str]] = {
    "Point": ("a point", "点"),
    "MultiPoint": ("points", "多点"),
    "LineString": ("a line", "线"),
    "MultiLineString": ("lines", "线"),
    "LinearRing": ("a line", "线"),
    "GeometryCollection": ("a collection without a polygon", "不含面的集合"),
}


def has_polygons(table: Table) -> bool:
    """Tell whether a table has any shape of an area."""
    shapes = table.geometry
    return shapes is not None and bool(
        (shapely.get_dimensions(shapes.to_numpy()) == _POLYGON_DIMENSION).any()
    )


def read_polygons(
    table: Table, sieve: RowSieve, frame: Frame
) -> tuple[NDArray[np.object_], tuple[Note, ...]]:
    """
    Read the polygons of a table's rows.

    Parameters
    ----------
    table
        With shapes.
    sieve
        Told which rows cannot be used: shapes that are no polygons or have no area, and those that lie
        mostly beyond the boundary.
    frame
        The county.

    Returns
    -------
    ndarray
        Shape (n,), valid polygons in `frame.crs`; None where a row has no shape or is rejected.
    tuple of Note
        What was mended, and whether the file seems to be in another coordinate system.

    Raises
    ------
    CrsError
        If the file does not say its coordinate system, or cannot be in the one it says.
    """
    raw = _usable_shapes(table, sieve)
    if not table.system:
        raise _undeclared(table, raw, frame)
    try:
        metric = _in_metres(table, raw, table.system, frame)
    except CrsError as error:
        fit, fit_zh = _fitting(table, raw, frame)
        raise CrsError(f"{error}{fit and f'; {fit}'}", zh=f"{error.zh}{fit_zh and f'；{fit_zh}'}") from error
    broken = ~shapely.is_missing(metric) & ~shapely.is_valid(metric)
    metric[broken] = shapely.make_valid(metric[broken], method="structure", keep_collapsed=False)
    metric = np.array([_areal(shape) for shape in metric], dtype=object)
    _check_near(table, raw, metric, frame)
    area_m2 = shapely.area(metric)
    sieve.reject(
        ~shapely.is_missing(metric) & ~(area_m2 >= MIN_AREA_M2),
        "shape_unusable",
        "the polygon is broken and cannot be mended, or is smaller than a hectare: draw it anew",
        "边界面已损坏且无法修复，或面积不足1公顷：请重新绘制",
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        share = shapely.area(shapely.intersection(metric, frame.boundary)) / area_m2
    sieve.reject(
        share < MIN_SHARE_INSIDE,
        "outside_area",
        "the polygon lies beyond the county's boundary, {percent:.0f} % of it within: leave it out, or check "
        "the coordinate system",
        "边界面主要位于县界以外（界内仅占{percent:.0f}%）：请删除该行，或核对坐标系",
        percent=100 * np.nan_to_num(share),
    )
    alive = sieve.alive
    mended = [str(name) for name in table.texts("name")[broken & alive]]
    notes = noted(
        "townships_repaired",
        "townships",
        mended,
        "townships whose outline crosses itself, mended: {n} ({some})",
        "边界自相交、已修复的乡镇：{n}个（{some}）",
    )
    metric[~alive] = None
    return metric, (*notes, *_fit_notes(table, raw, frame))


def _usable_shapes(table: Table, sieve: RowSieve) -> NDArray[np.object_]:
    """Give the shapes that are polygons, None for all others."""
    shapes = np.full(len(table), None, dtype=object)
    if table.geometry is not None:
        shapes = table.geometry.to_numpy().astype(object)
    there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    kinds = [shape.geom_type if here else "" for shape, here in zip(shapes, there, strict=True)]
    sieve.reject(
        there & (shapely.get_dimensions(shapes) != _POLYGON_DIMENSION),
        "shape_unusable",
        "the shape is {kind}, not a polygon: draw the outline as a polygon (closed lines become one with "
        "QGIS: Lines to polygons)",
        "图形是{kind_zh}，不是面：请绘制边界面（闭合的边界线可用QGIS的“线转多边形”转换）",
        kind=[_KINDS.get(kind, (kind, kind))[0] for kind in kinds],
        kind_zh=[_KINDS.get(kind, (kind, kind))[1] for kind in kinds],
    )
    sieve.reject(
        there & ~np.isfinite(shapely.bounds(shapes)).all(axis=1),
        "shape_unusable",
        "the polygon has vertices without coordinates: draw it anew",
        "边界面含有无坐标的顶点：请重新绘制",
    )
    shapes[~(there & sieve.alive)] = None
    return shapes


def _in_metres(table: Table, raw: NDArray[np.object_], system: str, frame: Frame) -> NDArray[np.object_]:
    """Read shapes in a system, and put them into the frame's."""
    degrees = to_wgs84(gpd.GeoSeries(raw), system, name=table.name)
    return np.array(degrees.to_crs(frame.crs).to_numpy(), dtype=object)


def _areal(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """Leave the points and lines out of a mended shape."""
    if shape is None or isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        return shape
    parts = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == _POLYGON_DIMENSION]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _undeclared(table: Table, raw: NDArray[np.object_], frame: Frame) -> CrsError:
    """Say which system a file without one is likely to be in."""
    fit, fit_zh = _fitting(table, raw, frame)
    if not fit:
        return undeclared(table.name, table.file.name)
    return CrsError(
        f"{table.name} does not say its coordinate system: {fit}",
        zh=f"{table.name} 没有注明坐标系：{fit_zh}",
    )


def _check_near(table: Table, raw: NDArray[np.object_], metric: NDArray[np.object_], frame: Frame) -> None:
    """Refuse a file none of whose outlines comes near the county."""
    away_m = float(np.nanmin(shapely.distance(metric, frame.boundary), initial=np.inf))
    if away_m <= frame.buffer_m or not np.isfinite(away_m):
        return
    system = SYSTEM_NAMES.get(table.system, (table.system, table.system))
    advice, advice_zh = _advice(table, raw, frame)
    raise CrsError(
        f"{table.name}: read as {system[0]} all outlines lie {away_m / 1000:,.0f} km or more from the "
        f"county; unless the file is another county's, {advice}",
        zh=f"{table.name}：按{system[1]}读取时，全部边界面距县界{away_m / 1000:,.0f}公里以上；"
        f"如非其他县的文件，{advice_zh}",
    )


def _advice(table: Table, raw: NDArray[np.object_], frame: Frame) -> tuple[str, str]:
    """Tell how to declare a system, and which one the county's boundary speaks for."""
    fit, fit_zh = _fitting(table, raw, frame)
    if fit:
        return fit, fit_zh
    return (
        f"add the system to the file's name, for instance {table.file.name}@gcj02 or @EPSG:4547",
        f"请在文件名后注明坐标系，例如 {table.file.name}@gcj02 或 @EPSG:4547",
    )


def _fitting(table: Table, raw: NDArray[np.object_], frame: Frame) -> tuple[str, str]:
    """Name the system which the county's boundary speaks for; empty where it speaks for none."""
    misfits = _misfits(table, raw, _SHIFTED, frame)
    best = min(misfits, key=lambda name: misfits[name], default="")
    if not best or misfits[best] > _MAX_MISFIT:
        return "", ""
    fit, fit_zh = SYSTEM_NAMES[best]
    return (
        f"write {table.file.name}@{best}: read as {fit} the outlines fit the county best",
        f"请写 {table.file.name}@{best}：按{fit_zh}读取时与县界最吻合",
    )


def _fit_notes(table: Table, raw: NDArray[np.object_], frame: Frame) -> tuple[Note, ...]:
    """Say so where the outlines fit the county's boundary markedly better in another system."""
    declared = _ALIKE.get(table.system, table.system)
    misfits = _misfits(table, raw, (declared, *_SHIFTED), frame)
    best = min(misfits, key=lambda name: misfits[name], default=declared)
    if (
        declared not in misfits
        or best == declared
        or misfits[best] > _MAX_MISFIT
        or misfits[best] > _MAX_RATIO * misfits[declared]
        or misfits[best] > misfits[declared] - _MIN_GAIN
        or best not in SYSTEM_NAMES
    ):
        return ()
    now, then = f"{100 * misfits[declared]:.1f}", f"{100 * misfits[best]:.1f}"
    system = SYSTEM_NAMES.get(table.system, (table.system, table.system))
    other, file = SYSTEM_NAMES[best], table.file.name
    return (
        Note(
            "system_doubtful",
            "townships",
            f"{table.name}: read as {system[0]} the outlines and the county's boundary differ by {now} % of "
            f"its land, read as {other[0]} by {then} %; unless you are sure, import it as {file}@{best}",
            f"{table.name}：边界面按{system[1]}读取时，与县界相差县域面积的{now}%；按{other[1]}读取时仅{then}%。"
            f"如不能确认，请改为 {file}@{best} 重新导入",
        ),
    )


def _misfits(
    table: Table, raw: NDArray[np.object_], systems: tuple[str, ...], frame: Frame
) -> dict[str, float]:
    """Measure the land in either of outlines and boundary alone, in shares of the county's, by system."""
    shapes = raw[~shapely.is_missing(raw)]
    found: dict[str, float] = {}
    for system in dict.fromkeys(systems):
        try:
            metric = shapely.make_valid(_in_metres(table, shapes, system, frame))
        except CrsError:  # metres that are no degrees
            continue
        differing = shapely.union_all(metric).symmetric_difference(frame.boundary)
        found[system] = differing.area / frame.boundary.area
    return found
