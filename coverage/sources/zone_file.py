"""Zones where nothing may be built, from a map file a planner has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.errors import SourceError
from coverage.sources.boundary_file import ENDINGS
from coverage.sources.osm_file import check_file
from coverage.sources.polygon_shapes import Polygons, read_polygons
from coverage.sources.tables import read_table

if TYPE_CHECKING:
    from coverage.sources.frame import Frame
    from coverage.sources.layer_file import LayerFile

_WORDS = Polygons(("a no-build zone", "禁建区"), ("the zones as polygons", "禁建区范围面"))


def read_zones(file: LayerFile, frame: Frame) -> shapely.Polygon | shapely.MultiPolygon:
    """
    Read no-build zones.

    Parameters
    ----------
    file
        GeoJSON, GeoPackage or Shapefile of polygons; of several layers, one called ``zones`` is read.
    frame
        The county.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        All zones as one, in the frame's system.

    Raises
    ------
    FileError
        If the file is missing, empty, damaged, or of another kind.
    CrsError
        If its reference system is neither declared nor known, or its coordinates are not in it.
    SourceError
        If it holds no polygon, a line or point, a polygon that crosses itself, or none in the county or its
        surroundings.
    """
    check_file(file.path, ENDINGS)
    table, _ = read_table(file, "zones")
    polygons = read_polygons(table, _WORDS).to_crs(frame.crs)
    zones: shapely.Polygon | shapely.MultiPolygon = shapely.force_2d(polygons.union_all())
    if not np.isfinite(shapely.bounds(zones)).all() or not zones.intersects(frame.region):
        raise SourceError(
            f"the no-build zones in {file.path} lie outside the county and its surroundings: check their "
            "coordinate system",
            zh=f"{file.path} 中的禁建区不在县域及周边范围内：请核对坐标系",
        )
    return zones
