"""Roads that are closed at the moment, from a map or an option's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from coverage.errors import OptionError, SourceError
from coverage.option import RoadClosure, Roadworks
from coverage.options.reading import read_closures
from coverage.roadworks import apply_roadworks
from coverage.sources.boundary_file import ENDINGS
from coverage.sources.coordinates import to_wgs84, undeclared
from coverage.sources.osm_file import check_file
from coverage.sources.shape_words import shape_words
from coverage.sources.tables import read_table
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from coverage.sources.layer_file import LayerFile
    from coverage.sources.tables import Table
    from coverage.study_area import StudyArea

BESIDE_M = 15.0
"""A line or point closes the roads as near to it as this: people draw beside the road's own course."""
_POLYGONS = ("Polygon", "MultiPolygon")
_OTHERS = ("LineString", "MultiLineString", "Point", "MultiPoint")
_NAMES = ("name", "NAME", "Name", "名称", "路段", "道路", "地点")


def read_closed_roads(file: LayerFile, area: StudyArea) -> Roadworks:
    """
    Read which roads are closed.

    Parameters
    ----------
    file
        A map of polygons (what lies inside is closed), lines drawn over roads or across them, or points; or
        a TOML with ``[[roads.close]]`` as option files have it.
    area
        The county whose roads they are.

    Raises
    ------
    FileError
        If the file is missing, empty, damaged, or of another kind.
    CrsError
        If its reference system is neither declared nor known, or its coordinates are not in it.
    SourceError
        If it holds no shape.
    OptionError
        If a shape lies on no road, a way or a pair of nodes is none of the county's, or nothing stays open.
    """
    if file.path.suffix.lower() == ".toml":
        works = Roadworks(read_closures(file.path))
    else:
        check_file(file.path, ENDINGS)
        works = Roadworks(_closures(read_table(file, "zones")[0], area))
    try:
        apply_roadworks(area.roads, works)
    except OptionError as error:
        raise OptionError(
            f"{file.path}: {error}", zh=f"{file.path}：{error.zh}", place=error.place
        ) from error
    return works


def _closures(table: Table, area: StudyArea) -> tuple[RoadClosure, ...]:
    """Make a closure of every shape of a map."""
    path = table.file.path
    shapes = gpd.GeoSeries([]) if table.geometry is None else table.geometry
    shapes = shapes[~(shapes.isna() | shapes.is_empty)]
    if shapes.empty:
        raise SourceError(
            f"{path} holds no shape: give the closed roads as polygons or lines",
            zh=f"{path} 中没有图形：请提供封闭道路的面或线",
        )
    kinds = shapes.geom_type
    strange = set(kinds) - {*_POLYGONS, *_OTHERS}
    if strange:
        words, words_zh = shape_words(strange)
        raise SourceError(
            f"{path} holds {words}: give the closed roads as polygons or lines",
            zh=f"{path} 中有{words_zh}：请提供封闭道路的面或线",
        )
    if not table.system:
        raise undeclared(str(path), path.name)
    metric = to_wgs84(shapes, table.system, name=table.name).to_crs(area.crs)
    is_line = ~kinds.isin(_POLYGONS).to_numpy()
    metric = metric.where(~is_line, metric.buffer(BESIDE_M))
    names = _names(table)
    rows = np.flatnonzero(table.cells.index.isin(shapes.index)).tolist()
    polygons = metric.to_crs(WGS84).to_numpy()
    return tuple(
        RoadClosure(names[row], polygon=shapely.force_2d(polygon))
        for row, polygon in zip(rows, polygons, strict=True)
    )


def _names(table: Table) -> list[str]:
    """Give what the rows are called, where they are; their numbers otherwise."""
    column = next((name for name in _NAMES if name in table.cells), None)
    own = table.cells[column].astype(str).tolist() if column else [""] * len(table)
    return [name or f"#{row}" for name, row in zip(own, table.row.tolist(), strict=True)]
