"""A county's boundary from a file a planner has: GeoJSON, GeoPackage or Shapefile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from coverage.errors import CrsError, SourceError
from coverage.sources.coordinates import to_wgs84, undeclared
from coverage.sources.osm_file import check_file
from coverage.sources.shape_words import shape_words
from coverage.sources.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from coverage.sources.layer_file import LayerFile
    from coverage.sources.notes import Note

ENDINGS = (".geojson", ".json", ".gpkg", ".shp")
_MAX_LAT = 90.0
_MAX_LON = 180.0


def read_boundary(file: LayerFile) -> tuple[shapely.Polygon | shapely.MultiPolygon, tuple[Note, ...]]:
    """
    Read a boundary; the polygons of a file with several are one.

    Parameters
    ----------
    file
        Of a GeoPackage with several layers, the one called ``boundary`` is read, else the first with a
        geometry.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        WGS84, valid.
    tuple of Note
        What the file left open.

    Raises
    ------
    FileError
        If the file is missing, empty, damaged, or of another kind.
    CrsError
        If its reference system is neither declared nor known, or its coordinates are not in it.
    SourceError
        If it holds no polygon, a line or point, or a polygon that crosses itself.
    """
    path = file.path
    check_file(path, ENDINGS)
    table, notes = read_table(file, "boundary")
    if table.geometry is None:
        raise SourceError(
            f"{path} is a table without shapes: give a polygon of the county",
            zh=f"{path} 是没有图形的表：请提供县域边界面",
        )
    shapes = table.geometry[~(table.geometry.isna() | table.geometry.is_empty)]
    if shapes.empty:
        raise SourceError(
            f"{path} holds no shape: give a polygon of the county",
            zh=f"{path} 中没有图形：请提供县域边界面",
        )
    others = {kind for kind in shapes.geom_type if kind not in ("Polygon", "MultiPolygon")}
    if others:
        kinds, kinds_zh = shape_words(others)
        raise SourceError(
            f"the boundary in {path} is of {kinds}: give a polygon, the outline closed and filled",
            zh=f"{path} 中的边界是{kinds_zh}，不是面：请提供闭合的边界面",
        )
    broken = shapes[~shapes.is_valid]
    if not broken.empty:
        # such as Self-intersection[113.45 29.47]
        _, _, place = shapely.is_valid_reason(broken.iloc[0]).rstrip("]").partition("[")
        at, at_zh = (f" at {place}", f"（{place} 处）") if place else ("", "")
        raise SourceError(
            f"the boundary in {path} crosses itself or is broken{at}: mend the polygon, for example with Fix "
            "geometries in QGIS",
            zh=f"{path} 中的边界面自相交或无效{at_zh}：请先修复，例如用QGIS的“修正几何图形”",
        )
    if not table.system:
        raise undeclared(str(path), path.name)
    return _united(path, to_wgs84(shapes, table.system, name=table.name)), notes


def _united(path: Path, shapes: gpd.GeoSeries) -> shapely.Polygon | shapely.MultiPolygon:
    """Unite shapes (WGS84), and make sure that they lie on Earth."""
    union = shapely.force_2d(shapes.union_all())
    west, south, east, north = union.bounds
    # comparisons with NaN or infinity are false, so these are refused too
    if not (-_MAX_LON <= west <= east <= _MAX_LON and -_MAX_LAT <= south <= north <= _MAX_LAT):
        raise CrsError(
            f"the boundary in {path} reaches to {west:g}, {south:g}, {east:g}, {north:g} and not "
            "degrees on Earth: set the file's true reference system, and longitude before latitude",
            zh=f"{path} 中的边界坐标范围为 {west:g}, {south:g}, {east:g}, {north:g}，不是经纬度："
            "请设置正确的坐标系，且经度在前、纬度在后",
        )
    if not isinstance(union, shapely.Polygon | shapely.MultiPolygon):
        raise SourceError(
            f"{path} holds no polygon: give one of the county", zh=f"{path} 中没有面：请提供县域边界面"
        )
    return union
