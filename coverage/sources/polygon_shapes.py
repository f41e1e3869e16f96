"""Polygons out of a map file: closed, whole, and in a coordinate system that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from coverage.errors import SourceError
from coverage.sources.coordinates import to_wgs84, undeclared
from coverage.sources.shape_words import shape_words

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.sources.tables import Table


@dataclass(frozen=True)
class Polygons:
    """
    What messages call the polygons of a file, in English and in Chinese.

    Parameters
    ----------
    subject
        ``the boundary``, ``边界``.
    wanted
        What to give: ``a polygon of the county``, ``县域边界面``.
    """

    subject: tuple[str, str]
    wanted: tuple[str, str]


def read_polygons(table: Table, what: Polygons) -> gpd.GeoSeries:
    """
    Give the polygons of a table in WGS84.

    Parameters
    ----------
    table
        As `coverage.sources.tables.read_table` gives it; features without a shape are passed over.
    what
        How messages call them.

    Raises
    ------
    SourceError
        If there is no shape, a line or point, or a polygon that crosses itself.
    CrsError
        If the reference system is neither declared nor known, or the coordinates are not in it.
    """
    path = table.file.path
    (en, zh), (wanted, wanted_zh) = what.subject, what.wanted
    if table.geometry is None:
        raise SourceError(
            f"{path} is a table without shapes: give {wanted}", zh=f"{path} 是没有图形的表：请提供{wanted_zh}"
        )
    shapes = table.geometry[~(table.geometry.isna() | table.geometry.is_empty)]
    if shapes.empty:
        raise SourceError(f"{path} holds no shape: give {wanted}", zh=f"{path} 中没有图形：请提供{wanted_zh}")
    others = {kind for kind in shapes.geom_type if kind not in ("Polygon", "MultiPolygon")}
    if others:
        kinds, kinds_zh = shape_words(others)
        raise SourceError(
            f"{en} in {path} is of {kinds}: give a polygon, the outline closed and filled",
            zh=f"{path} 中的{zh}是{kinds_zh}，不是面：请提供闭合的{zh}面",
        )
    broken = shapes[~shapes.is_valid]
    if not broken.empty:
        # such as Self-intersection[113.45 29.47]
        _, _, place = shapely.is_valid_reason(broken.iloc[0]).rstrip("]").partition("[")
        at, at_zh = (f" at {place}", f"（{place} 处）") if place else ("", "")
        raise SourceError(
            f"{en} in {path} crosses itself or is broken{at}: mend the polygon, for example with Fix "
            "geometries in QGIS",
            zh=f"{path} 中的{zh}面自相交或无效{at_zh}：请先修复，例如用QGIS的“修正几何图形”",
        )
    if not table.system:
        raise undeclared(str(path), path.name)
    return to_wgs84(shapes, table.system, name=table.name)
