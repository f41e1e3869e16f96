"""Roads, townships and facilities of an import: from their files, or as the older study area has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from coverage.errors import SourceError
from coverage.sources.facility_table import read_facilities
from coverage.sources.layer_provenance import described, origin_of
from coverage.sources.notes import noted
from coverage.sources.osm_extract import (
    OsmSource,
    county_as_township,
    county_facilities,
    county_roads,
    county_townships,
    open_osm,
)
from coverage.sources.osm_file import ENDINGS as OSM_ENDINGS
from coverage.sources.osm_graphml import ENDINGS as GRAPH_ENDINGS
from coverage.sources.osm_places import settlements
from coverage.sources.osm_townships import MIN_SHARE_INSIDE
from coverage.sources.road_file import read_roads
from coverage.sources.township_table import read_townships
from coverage.study_area import County, Provenance, Roads

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.sources.frame import Frame
    from coverage.sources.import_order import Order, Outline
    from coverage.sources.layer_file import LayerFile
    from coverage.sources.layer_rows import LayerRows
    from coverage.sources.notes import Note
    from coverage.sources.osm_areas import Area
    from coverage.sources.row_account import RowAccount

SPEED_NOTE = (
    "车速为程序默认值（鸣笛）；转向限制和时段限制未计入，救护车执行任务不受其约束",
    "speeds are the program's defaults (siren); turn and time restrictions do not bind ambulances",
)


@dataclass(frozen=True)
class Layer:
    """
    One layer as it will stand, and where it came from.

    Parameters
    ----------
    table
        In the frame's system.
    provenance
        One row a source.
    notes, accounts
        What was left out, merged or assumed; what became of every row.
    """

    table: gpd.GeoDataFrame
    provenance: tuple[Provenance, ...]
    notes: tuple[Note, ...] = ()
    accounts: tuple[RowAccount, ...] = ()


def kept_provenance(order: Order, layer: str) -> tuple[Provenance, ...]:
    """Give what the older study area says of one of its layers."""
    return tuple(row for row in order.base.provenance if row.layer == layer) if order.base else ()


def known_places(order: Order, frame: Frame) -> tuple[gpd.GeoDataFrame | None, tuple[Note, ...]]:
    """
    Give the settlements whose places are known: the extract's, else the older study area's demand.

    Returns
    -------
    geopandas.GeoDataFrame or None
        ``id``, ``name`` and points; those of an extract with ``place`` and ``population`` as well.
    tuple of Note
        Population tags that hold no figure.
    """
    if order.osm is not None and order.osm.graph is None:
        return settlements(order.osm.extract, frame.crs)
    if order.base is not None:
        return order.base.demand.to_crs(frame.crs), ()
    return None, ()


def road_layer(order: Order, frame: Frame) -> tuple[Roads, Layer]:
    """
    Get the roads of the region.

    Raises
    ------
    SourceError
        If none that an ambulance may use lies within the boundary.
    """
    if order.base is not None and "roads" not in order.fresh:
        older = order.base.roads
        roads = Roads(nodes=older.nodes.to_crs(frame.crs), edges=older.edges.to_crs(frame.crs))
        if not shapely.intersects(frame.boundary, roads.edges.geometry.to_numpy()).any():
            raise SourceError(
                "no road of the study area lies inside the new boundary: give roads too, with --roads FILE",
                zh="新边界内没有该研究区的道路：请同时用 --roads 提供路网",
            )
        return roads, Layer(roads.edges, kept_provenance(order, "roads"))
    source = order.osm
    if order.roads is not None:
        source = _road_source(order.roads, frame)
    if source is None:
        raise SourceError("an import without roads")  # an order refuses this at its door
    roads, notes = county_roads(source, frame)
    provenance = described("roads", [source.provenance], notes, lead=SPEED_NOTE)
    return roads, Layer(roads.edges, provenance, notes)


def _road_source(file: LayerFile, frame: Frame) -> OsmSource:
    """Read roads from a graph or extract, or else from the lines of a map layer."""
    if file.path.name.lower().endswith((*OSM_ENDINGS, *GRAPH_ENDINGS)):
        return open_osm(file.path)
    extract, notes = read_roads(file, frame.extent)
    return OsmSource(file.name, extract, origin_of(file), notes=notes)


def township_layer(
    order: Order,
    outline: Outline,
    areas: list[Area],
    frame: Frame,
    county: County,
    places: gpd.GeoDataFrame | None,
    roads: Roads,
    tree: shapely.STRtree,
) -> Layer:
    """
    Get the townships: from OpenStreetMap or the older study area, and then as the planner's files say.

    Raises
    ------
    SourceError
        If there is none, or `--urban` names one that there is not.
    """
    if order.base is not None and "townships" not in order.fresh:
        return _kept_townships(order, frame)
    known = _known_townships(order, outline, areas, frame, county, places)
    if not order.townships:
        return known or _county_alone(order, outline, frame, county, places)
    rows = read_townships(
        order.townships,
        frame,
        known=known.table if known is not None else None,
        known_modelled=known is not None and any(row.modelled for row in known.provenance),
        roads=roads,
        road_tree=tree,
        urban=order.urban,
        county=county.name,
    )
    origins = [origin_of(file) for file in order.townships]
    provenance = described("townships", origins, rows.notes, modelled=rows.modelled, accounts=rows.accounts)
    if known is not None and _shares_polygons(rows.table, known.table):
        again = {(row.source, row.sha256) for row in provenance}
        older = (row for row in known.provenance if (row.source, row.sha256) not in again)
        provenance = (*older, *provenance)
    return Layer(rows.table, provenance, rows.notes, rows.accounts)


def _kept_townships(order: Order, frame: Frame) -> Layer:
    """Keep the older townships, but for those that lie mostly beyond a new boundary."""
    if order.base is None:
        raise SourceError("an import without townships")  # asked for where there is an older study area
    table, provenance = order.base.townships.to_crs(frame.crs), kept_provenance(order, "townships")
    if "boundary" not in order.fresh:
        return Layer(table, provenance)
    share = table.intersection(frame.boundary).area / table.area
    beyond = table["name"][share < MIN_SHARE_INSIDE].tolist()
    if len(beyond) == len(table):
        raise SourceError(
            "no township of the study area lies within the new boundary: give townships too, with "
            "--townships FILE",
            zh="新边界内没有该研究区的乡镇：请同时用 --townships 提供乡镇",
        )
    notes = noted(
        "townships_beyond",
        "townships",
        beyond,
        "townships that lie mostly beyond the new boundary, left out: {n} ({some})",
        "主要位于新边界以外、未计入的乡镇：{n}个（{some}）",
    )
    if notes:
        said = described("townships", provenance[:1], notes, modelled=any(p.modelled for p in provenance))
        provenance = (*said, *provenance[1:])
    return Layer(table[share >= MIN_SHARE_INSIDE].reset_index(drop=True), provenance, notes)


def _known_townships(
    order: Order,
    outline: Outline,
    areas: list[Area],
    frame: Frame,
    county: County,
    places: gpd.GeoDataFrame | None,
) -> Layer | None:
    """Give the townships known before the planner's files are read: the extract's, else the older ones."""
    if areas and order.osm is not None and places is not None:
        table, notes = county_townships(
            order.osm,
            areas,
            places,
            frame,
            county,
            relation=outline.relation,
            urban=() if order.townships else order.urban,
            boundary_is_union=order.boundary == "townships",
        )
        return Layer(table, described("townships", [order.osm.provenance], notes), notes)
    if order.base is not None:
        return Layer(order.base.townships.to_crs(frame.crs), kept_provenance(order, "townships"))
    return None


def _county_alone(
    order: Order, outline: Outline, frame: Frame, county: County, places: gpd.GeoDataFrame | None
) -> Layer:
    table, notes = county_as_township(frame, county, places=places, source=order.osm, urban=order.urban)
    return Layer(table, described("townships", [outline.origin], notes), notes)


def _shares_polygons(table: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> bool:
    """Tell whether any polygon is one that was known before."""
    return bool(set(shapely.to_wkb(table.geometry)) & set(shapely.to_wkb(known.geometry)))


def facility_layer(order: Order, frame: Frame, tree: shapely.STRtree) -> Layer:
    """
    Get the facilities: from the planner's files, else from OpenStreetMap, else the older ones.

    Raises
    ------
    SourceError
        If there is none.
    """
    if order.base is not None and "facilities" not in order.fresh:
        return Layer(order.base.facilities.to_crs(frame.crs), kept_provenance(order, "facilities"))
    if order.facilities:
        rows = read_facilities(order.facilities, frame, tree)
        return _layer_of("facilities", order.facilities, rows)
    if order.osm is None or order.osm.graph is not None:
        raise SourceError(
            "there are no facilities: give hospitals and ambulance stations with --facilities FILE",
            zh="没有任何急救设施：请用 --facilities 提供医院和急救站的点位文件",
        )
    table, notes = county_facilities(order.osm, frame)
    return Layer(table, described("facilities", [order.osm.provenance], notes), notes)


def _layer_of(layer: str, files: tuple[LayerFile, ...], rows: LayerRows) -> Layer:
    origins = [origin_of(file) for file in files]
    return Layer(
        rows.table,
        described(layer, origins, rows.notes, modelled=rows.modelled, accounts=rows.accounts),
        rows.notes,
        rows.accounts,
    )
