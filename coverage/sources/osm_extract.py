"""Layers of a study area from an OpenStreetMap extract, a graph of OSMnx's work, or another file of roads."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import osmnx as ox
import shapely

from coverage.errors import SourceError
from coverage.sources import osm_graphml
from coverage.sources.notes import Note
from coverage.sources.osm_file import ENDINGS, OsmExtract, check_file, read_extract, sha256_of
from coverage.sources.osm_places import facilities as osm_facilities
from coverage.sources.osm_roads import build_graph, clip, tabulate
from coverage.sources.osm_tags import plain_name
from coverage.sources.osm_townships import centre_of, classify, seats, select_townships
from coverage.study_area import WGS84, County, Provenance, Roads

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from coverage.sources.frame import Frame
    from coverage.sources.osm_areas import Area
    from coverage.sources.osm_file import OsmObject

OSM_LICENCE = "ODbL 1.0, © OpenStreetMap contributors"
NOTHING = OsmExtract("", (), (), (), (), {}, {})


@dataclass(frozen=True)
class OsmSource:
    """
    What was read of one file or download.

    Parameters
    ----------
    name
        How messages call it: the file's name.
    extract
        Its objects; empty for a graph.
    provenance
        Where it came from; the layer is filled in for each that is made of it.
    graph
        Road tables (WGS84) and notes, where it is a graph of OSMnx, which knows nothing but roads.
    notes
        What reading it left out or assumed.
    """

    name: str
    extract: OsmExtract
    provenance: Provenance
    graph: tuple[Roads, tuple[Note, ...]] | None = None
    notes: tuple[Note, ...] = field(default=())


def open_osm(path: Path) -> OsmSource:
    """
    Read an extract (.osm.pbf, .osm, .osm.gz, .osm.bz2), or a road graph saved by OSMnx (.graphml).

    Raises
    ------
    FileError
        If the file is missing, empty, cut short, or not what its ending says.
    CrsError, SourceError
        If a graph does not say its reference system, or holds no road.
    """
    check_file(path, (*ENDINGS, *osm_graphml.ENDINGS))
    if path.name.lower().endswith(osm_graphml.ENDINGS):
        graph = osm_graphml.read_graphml(path)
        origin = Provenance("", path.name, "", OSM_LICENCE, sha256_of(path))
        return OsmSource(path.name, NOTHING, origin, graph)
    extract = read_extract(path)
    origin = Provenance("", path.name, extract.date, OSM_LICENCE, sha256_of(path))
    return OsmSource(path.name, extract, origin)


def check_reach(source: OsmSource, frame: Frame) -> None:
    """
    Refuse a boundary that the roads of an extract do not come near, before any work is done on them.

    Raises
    ------
    SourceError
        If so, or if there is no road.
    """
    if source.graph is not None:
        return
    nodes = source.extract.nodes
    ends = [nodes[w.refs[0]] for w in source.extract.roads if w.refs and w.refs[0] in nodes]
    if not ends:
        raise _no_road(source)
    extent = shapely.box(*np.min(ends, axis=0), *np.max(ends, axis=0))
    if not gpd.GeoSeries([extent], crs=WGS84).to_crs(frame.crs).iloc[0].intersects(frame.region):
        raise _far_away(source, frame, extent)


def county_roads(source: OsmSource, frame: Frame) -> tuple[Roads, tuple[Note, ...]]:
    """
    Get the roads of a county and its surroundings, in its metric system.

    Raises
    ------
    SourceError
        If no road that an ambulance may use lies within the boundary.
    """
    if source.graph is not None:
        roads, notes = source.graph
    else:
        graph, notes = build_graph(source.extract, frame.extent)
        if not graph.number_of_edges():
            raise _no_road_inside(source)
        roads = tabulate(graph)
    if roads.edges.empty:
        raise _no_road(source)
    clipped, fragment_notes = clip(roads, frame.region, frame.crs)
    if clipped.edges.empty:
        raise _far_away(source, frame, shapely.box(*roads.edges.total_bounds))
    if not shapely.intersects(frame.boundary, clipped.edges.geometry.to_numpy()).any():
        raise _no_road_inside(source)
    return clipped, (*source.notes, *notes, *fragment_notes)


def _no_road(source: OsmSource) -> SourceError:
    return SourceError(
        f"{source.name} holds no road that an ambulance may use: get an extract with roads",
        zh=f"{source.name} 中没有救护车可通行的道路：请换用含道路的数据",
    )


def _no_road_inside(source: OsmSource) -> SourceError:
    return SourceError(
        f"no road of {source.name} that an ambulance may use lies inside the boundary: check the boundary",
        zh=f"边界内没有 {source.name} 中救护车可通行的道路：请检查边界",
    )


def _far_away(source: OsmSource, frame: Frame, extent: shapely.Polygon) -> SourceError:
    """Say how far a boundary is from roads whose extent (WGS84) it does not reach."""
    centre = gpd.GeoSeries([frame.boundary.centroid], crs=frame.crs).to_crs(WGS84).iloc[0]
    near = shapely.shortest_line(centre, extent).coords[-1]
    away_km = float(ox.distance.great_circle(centre.y, centre.x, near[1], near[0])) / 1000
    return SourceError(
        f"the boundary lies {away_km:,.0f} km from the roads of {source.name}: check that both are of the "
        "same county, longitude before latitude",
        zh=f"边界距离 {source.name} 中的道路约{away_km:,.0f}公里：请确认两者属于同一县域，"
        "且经度在前、纬度在后",
    )


def county_townships(
    source: OsmSource,
    areas: Sequence[Area],
    places: gpd.GeoDataFrame,
    frame: Frame,
    county: County,
    *,
    relation: OsmObject | None,
    urban: Sequence[str],
    boundary_is_union: bool,
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """
    Choose the townships among administrative areas, class them and find their seats.

    Parameters
    ----------
    source
        The extract.
    areas
        Assembled relations of the townships' level.
    places
        Settlements, in the frame's system.
    frame, county
        The county.
    relation
        The county's own, None where the outline is from elsewhere.
    urban
        Names of townships to class urban.
    boundary_is_union
        The boundary is nothing but the union of the townships.

    Returns
    -------
    geopandas.GeoDataFrame
        As in `StudyArea.townships`.
    tuple of Note
        Which were left out, and which are urban.

    Raises
    ------
    SourceError
        If no whole township lies within the boundary, or `urban` names one that there is not.
    """
    table, chosen, notes = select_townships(
        areas, frame.boundary, frame.crs, boundary_is_union=boundary_is_union
    )
    if len(table) == 1:
        notes = (_single_township(str(table["name"].iloc[0])), *notes)
    centre = centre_of(relation, source.extract) if relation is not None else None
    if centre is not None:
        county_seat = gpd.GeoSeries([shapely.Point(centre)], crs=WGS84).to_crs(frame.crs).iloc[0]
    else:
        namesakes = places.geometry[[plain_name(n) == plain_name(county.name) for n in places["name"]]]
        county_seat = next((p for p in namesakes if frame.boundary.intersects(p)), None)
    classes, class_notes = classify(table, places, urban, county_seat)
    where = np.array(seats(table, chosen, places, source.extract), dtype=float).reshape(-1, 2)
    described = table.assign(seat_lon=where[:, 0], seat_lat=where[:, 1])
    described.insert(2, "class", classes)
    return described, (*notes, *class_notes)


def _single_township(name: str) -> Note:
    return Note(
        "single_township",
        "townships",
        f"the boundary holds one township only ({name}): check that it is the county's, and the level",
        f"县界内只有1个乡镇（{name}）：请核对县界编号和 --township-level",
        1,
        (name,),
    )


def county_as_township(
    frame: Frame,
    county: County,
    *,
    places: gpd.GeoDataFrame | None = None,
    source: OsmSource | None = None,
    urban: Sequence[str] = (),
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """
    Take the whole county for one township, where none are known.

    Parameters
    ----------
    frame, county
        The county.
    places, source
        Settlements and the extract they are from, to find the seat; None where there is none.
    urban
        The county's name, where it is to be classed urban.

    Raises
    ------
    SourceError
        If `urban` names anything else.
    """
    note = Note(
        "county_is_township",
        "townships",
        "no townships are known: the whole county counts as one; for more give --townships FILE, or an "
        ".osm.pbf and --township-level",
        "没有乡镇边界：全县按一个乡镇计；如需分乡镇，请用 --townships 提供乡镇文件，"
        "或用 .osm.pbf 数据并给出 --township-level",
        1,
    )
    table = gpd.GeoDataFrame(
        {"id": [county.stem], "name": [county.name], "population": [math.nan]},
        geometry=[frame.boundary],
        crs=frame.crs,
    )
    # a whole county holds its seat and its towns without being one: no settlement may class it
    nowhere = gpd.GeoDataFrame({"name": [], "place": []}, geometry=[], crs=frame.crs)
    classes, class_notes = classify(table, nowhere, urban, None)
    seat = (math.nan, math.nan)
    if places is not None and source is not None:
        seat = seats(table, [None], places, source.extract)[0]
    table = table.assign(seat_lon=seat[0], seat_lat=seat[1])
    table.insert(2, "class", classes)
    return table, (note, *class_notes)


def county_facilities(source: OsmSource, frame: Frame) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """
    List the facilities of an extract within the county and its surroundings.

    Raises
    ------
    SourceError
        If there is none.
    """
    table, notes = osm_facilities(source.extract, frame.region, frame.crs)
    if table.empty:
        raise SourceError(
            f"{source.name} holds no hospital, clinic or ambulance station within the buffer: "
            "give their points with --facilities FILE",
            zh=f"{source.name} 在缓冲区内没有医院、门诊或急救站：请用 --facilities 提供设施点位文件",
        )
    return table, notes
