"""A county's boundary from a file a planner has: GeoJSON, GeoPackage or Shapefile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from coverage.errors import CrsError, SourceError
from coverage.sources.osm_file import check_file
from coverage.sources.polygon_shapes import Polygons, read_polygons
from coverage.sources.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from coverage.sources.layer_file import LayerFile
    from coverage.sources.notes import Note

ENDINGS = (".geojson", ".json", ".gpkg", ".shp")
_WORDS = Polygons(("the boundary", "边界"), ("a polygon of the county", "县域边界面"))
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
    return _united(path, read_polygons(table, _WORDS)), notes


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
