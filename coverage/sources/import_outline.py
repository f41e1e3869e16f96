"""The county's outline and names, for an import."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import geopandas as gpd

from coverage.errors import SourceError
from coverage.sources.boundary_file import ENDINGS, read_boundary
from coverage.sources.import_order import Order, Outline
from coverage.sources.layer_provenance import origin_of
from coverage.sources.osm_townships import relation_boundary, township_areas, union_of
from coverage.study_area import WGS84, County, Provenance

if TYPE_CHECKING:
    from coverage.sources.osm_areas import Area


def candidate_areas(order: Order) -> list[Area]:
    """Assemble the administrative areas of the extract that may be townships."""
    if order.osm is None or order.osm.graph is not None or order.township_level is None:
        return []
    return township_areas(order.osm.extract, order.township_level)


def county_outline(order: Order, areas: list[Area]) -> Outline:
    """
    Get the county's outline.

    Parameters
    ----------
    order
        The files of the import.
    areas
        Assembled townships of the extract, for their union.

    Raises
    ------
    SourceError
        If it cannot be made.
    """
    boundary = order.boundary
    if boundary is None or "boundary" not in order.fresh:
        return _older_outline(order)
    if isinstance(boundary, Outline):
        return boundary
    if isinstance(boundary, int):
        return _relation_outline(order, boundary)
    if boundary != "townships":
        polygon, notes = read_boundary(boundary)
        return Outline(polygon, origin_of(boundary), notes=notes)
    if areas and order.osm is not None:
        return Outline(union_of(areas), order.osm.provenance)
    drawn = [file for file in order.townships if file.path.suffix.lower() in ENDINGS]
    if drawn:
        # the townships of a file are united as a boundary of several polygons is
        polygon, notes = read_boundary(drawn[0])
        return Outline(polygon, origin_of(drawn[0]), notes=notes)
    raise SourceError(
        "there are no outlines of townships to unite: give them with --townships FILE (.shp, .gpkg or "
        ".geojson), or their admin_level with --township-level, or a polygon with --boundary FILE",
        zh="没有乡镇边界可合并：请用 --townships 提供乡镇边界（.shp、.gpkg 或 .geojson），"
        "或用 --township-level 给出乡镇的行政级别，或用 --boundary 提供边界面文件",
    )


def _older_outline(order: Order) -> Outline:
    """Give the outline of the study area that is being updated."""
    if order.base is None:
        raise SourceError("an import without a boundary")  # an order refuses this at its door
    polygon = gpd.GeoSeries([order.base.boundary], crs=order.base.crs).to_crs(WGS84).iloc[0]
    return Outline(polygon, Provenance("boundary", ""))


def _relation_outline(order: Order, relation_id: int) -> Outline:
    if order.osm is None:
        raise SourceError(
            "--boundary-relation needs the extract it is in: give --osm FILE, or a polygon with "
            "--boundary FILE",
            zh="--boundary-relation 需要含该关系的数据：请用 --osm 提供文件，或用 --boundary 提供边界面文件",
        )
    if order.osm.graph is not None:
        raise SourceError(
            "a road graph knows no boundary: give a polygon with --boundary FILE",
            zh="路网文件没有边界：请用 --boundary 提供边界面文件",
        )
    relation, polygon = relation_boundary(order.osm.extract, relation_id)
    return Outline(polygon, order.osm.provenance, relation)


def county_names(order: Order, outline: Outline) -> County:
    """Fill in the names a planner did not give: the relation's, else the older ones, else the stem."""
    given = order.county
    tags = outline.relation.tags if outline.relation is not None else {}
    older = order.base.county if order.base is not None else County(given.stem, "")
    return dataclasses.replace(
        given,
        name=given.name or tags.get("name", "") or older.name or given.stem,
        name_en=given.name_en or tags.get("name:en", "") or older.name_en,
        code=given.code or older.code,
    )
