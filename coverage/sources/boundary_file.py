"""A county's boundary from a file a planner has: GeoJSON, GeoPackage or Shapefile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import shapely

from coverage.errors import CrsError, SourceError
from coverage.sources.osm_file import check_file, unreadable
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from pathlib import Path

ENDINGS = (".geojson", ".json", ".gpkg", ".shp")
_MAX_LAT = 90.0
_MAX_LON = 180.0


def read_boundary(path: Path) -> shapely.Polygon | shapely.MultiPolygon:
    """
    Read a boundary; the polygons of a file with several are one.

    Parameters
    ----------
    path
        Of a GeoPackage with several layers, the one called ``boundary`` is read, else the first with a
        geometry.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        WGS84, valid.

    Raises
    ------
    FileError
        If the file is missing, empty, damaged, or of another kind.
    CrsError
        If it has no reference system, or coordinates that are not in it.
    SourceError
        If it holds no polygon, a line or point, or a polygon that crosses itself.
    """
    check_file(path, ENDINGS)
    table = read_layer(path, "boundary")
    shapes = table.geometry[~(table.geometry.isna() | table.geometry.is_empty)]
    if shapes.empty:
        raise SourceError(
            f"{path} holds no shape: give a polygon of the county",
            zh=f"{path} 中没有图形：请提供县域边界面",
        )
    others = sorted({kind for kind in shapes.geom_type if kind not in ("Polygon", "MultiPolygon")})
    if others:
        raise SourceError(
            f"the boundary in {path} is a {' and '.join(others)}: give a polygon, the outline closed "
            "and filled",
            zh=f"{path} 中的边界是 {'、'.join(others)}，不是面：请提供闭合的边界面",
        )
    broken = shapes[~shapes.is_valid]
    if not broken.empty:
        reason = shapely.is_valid_reason(broken.iloc[0])
        raise SourceError(
            f"the boundary in {path} crosses itself or is broken ({reason}): mend the polygon, "
            "for example with Fix geometries in QGIS",
            zh=f"{path} 中的边界面自相交或无效（{reason}）：请先修复，例如用QGIS的“修正几何图形”",
        )
    return _in_degrees(path, shapes)


def read_layer(path: Path, preferred: str) -> gpd.GeoDataFrame:
    """
    Read one layer of a file: the one called `preferred`, else the first with shapes.

    Raises
    ------
    FileError
        If the file is damaged or of another kind.
    SourceError
        If it is a table without shapes.
    """
    try:
        layers = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
        layer = preferred if preferred in layers else layers[0] if layers else None
        table = pyogrio.read_dataframe(path, layer=layer)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        shapely.errors.ShapelyError,
        OSError,
        ValueError,
    ) as error:
        raise unreadable(path, error) from error
    if not isinstance(table, gpd.GeoDataFrame):
        raise SourceError(
            f"{path} is a table without shapes: give shapes with coordinates",
            zh=f"{path} 是没有图形的表：请提供带坐标的图形",
        )
    return table


def _in_degrees(path: Path, shapes: gpd.GeoSeries) -> shapely.Polygon | shapely.MultiPolygon:
    if shapes.crs is None:
        raise CrsError(
            f"{path} does not say its reference system: add it (a .prj file beside a Shapefile)",
            zh=f"{path} 没有坐标系信息：请补上（Shapefile需附.prj文件）",
        )
    union = shapely.force_2d(shapes.to_crs(WGS84).union_all())
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
