"""A study area from an OpenStreetMap extract, or from a graph of OSMnx's work."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import osmnx as ox
import shapely

from coverage.errors import SourceError
from coverage.sources import osm_graphml
from coverage.sources.boundary_file import read_boundary
from coverage.sources.facility_file import read_facilities
from coverage.sources.notes import Note, noted
from coverage.sources.osm_file import ENDINGS, OsmExtract, check_file, read_extract, sha256_of
from coverage.sources.osm_places import facilities as osm_facilities
from coverage.sources.osm_places import settlements as osm_settlements
from coverage.sources.osm_roads import build_graph, clip, tabulate
from coverage.sources.osm_tags import parse_population, plain_name
from coverage.sources.osm_townships import (
    centre_of,
    classify,
    relation_boundary,
    seats,
    select_townships,
    township_areas,
    union_of,
)
from coverage.sources.population import Demand, demand_points
from coverage.sources.progress import Stage, no_progress
from coverage.study_area import WGS84, County, Provenance, Roads, StudyArea, metric_crs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

    from coverage.sources.osm_areas import Area
    from coverage.sources.osm_file import OsmObject

N_STAGES = 5
MAX_BUFFER_M = 200_000.0
OSM_LICENCE = "ODbL 1.0, © OpenStreetMap contributors"
Boundary = int | Path | Literal["townships"]
"""Id of a relation, a file with a polygon, or the union of the townships."""


@dataclass(frozen=True)
class Imported:
    """
    A study area, and what a planner should know of how it came about.

    Parameters
    ----------
    area
        The study area.
    notes
        What was left out, merged or assumed, layer by layer.
    """

    area: StudyArea
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Frame:
    """The county's outline in its metric system, and what lies around it."""

    boundary: shapely.Polygon | shapely.MultiPolygon
    region: shapely.Polygon | shapely.MultiPolygon
    crs: CRS
    relation: OsmObject | None


def import_osm_extract(
    path: Path,
    *,
    county: County,
    boundary: Boundary,
    township_level: int | None = None,
    buffer_m: float = 20_000.0,
    urban: Sequence[str] = (),
    facilities: Path | None = None,
    progress: Stage = no_progress,
) -> Imported:
    """
    Make a study area from one file.

    Parameters
    ----------
    path
        Extract (.osm.pbf, .osm, .osm.gz, .osm.bz2), or a road graph saved by OSMnx (.graphml), which knows
        neither townships nor facilities.
    county
        Names of the county; where `name` is empty, the boundary relation's names are taken.
    boundary
        Id of the boundary's relation, a polygon file, or ``townships`` for the union of all whole ones.
    township_level
        ``admin_level`` of the townships; None makes the whole county one.
    buffer_m
        How far beyond the boundary roads and facilities reach, metres.
    urban
        Names of townships to class urban, besides those that are by their tags.
    facilities
        File of points that takes the place of the facilities on OpenStreetMap.
    progress
        Called as each of `N_STAGES` stages begins.

    Raises
    ------
    FileError
        If a file is missing, empty, cut short, or not what its ending says.
    CrsError
        If a file does not say its reference system, or it cannot be right.
    SourceError
        If the boundary cannot be made, no township or road lies within it, or there is no facility.
    """
    _check_buffer(buffer_m)
    progress("reading the extract", "读取数据")
    check_file(path, (*ENDINGS, *osm_graphml.ENDINGS))
    if path.name.lower().endswith(osm_graphml.ENDINGS):
        graph_roads = osm_graphml.read_graphml(path)
        extract = OsmExtract("", (), (), (), (), {}, {})
    else:
        graph_roads = None
        extract = read_extract(path)
    progress("outline and townships", "边界与乡镇")
    level = township_level if graph_roads is None else None
    areas = [] if level is None else township_areas(extract, level)
    frame = _frame(extract, boundary, areas, buffer_m, is_graph=graph_roads is not None)
    if graph_roads is None:
        _check_reach(path, extract, frame)
    county = _named(county, frame.relation)
    townships, chosen, notes = _townships(areas, frame, county, boundary_is_union=boundary == "townships")
    progress("settlements and facilities", "居民点与医疗机构")
    places, place_notes = osm_settlements(extract, frame.crs)
    sites, site_notes = _facilities(path, extract, frame, facilities)
    townships, class_notes = _described(townships, chosen, places, extract, frame, county, urban)
    progress("roads", "道路")
    roads, road_notes = _roads(path, graph_roads or extract, frame)
    progress("people", "人口")
    demand = _demand(townships, places, roads, frame, county)
    notes = (*notes, *road_notes, *place_notes, *site_notes, *class_notes, *demand.notes)
    area = StudyArea(
        county=county,
        boundary=frame.boundary,
        townships=townships.assign(population=demand.township_people),
        demand=demand.points,
        facilities=sites,
        roads=roads,
        provenance=_provenance(path, extract.date, boundary, facilities, demand, notes),
        buffer_m=buffer_m,
        demand_unit=demand.unit,
    )
    return Imported(area, notes)


def _check_buffer(buffer_m: float) -> None:
    if not 0 <= buffer_m <= MAX_BUFFER_M:  # false for NaN too
        most = f"{MAX_BUFFER_M / 1000:g}"
        raise SourceError(
            f"the buffer is {buffer_m / 1000:g} km: give 0 to {most} with --buffer-km",
            zh=f"缓冲距离为 {buffer_m / 1000:g} 公里：--buffer-km 应为0至{most}",
        )


def _frame(
    extract: OsmExtract, boundary: Boundary, areas: Sequence[Area], buffer_m: float, *, is_graph: bool
) -> _Frame:
    """Get the boundary, choose the metric system it asks for, and draw the buffer around it."""
    relation: OsmObject | None = None
    outline: shapely.Polygon | shapely.MultiPolygon
    if isinstance(boundary, Path):
        outline = read_boundary(boundary)
    elif is_graph:
        raise SourceError(
            "a road graph knows no boundary: give a polygon with --boundary FILE",
            zh="路网文件没有边界：请用 --boundary 提供边界面文件",
        )
    elif boundary == "townships" and not areas:
        raise SourceError(
            "there are no townships to unite: give their admin_level with --township-level, or a polygon "
            "with --boundary FILE",
            zh="没有乡镇可合并：请用 --township-level 给出乡镇的行政级别，或用 --boundary 提供边界面文件",
        )
    elif isinstance(boundary, int):
        relation, outline = relation_boundary(extract, boundary)
    else:
        outline = union_of(areas)
    series = gpd.GeoSeries([outline], crs=WGS84)
    crs = metric_crs(series)
    metric = series.to_crs(crs).iloc[0]
    return _Frame(metric, metric.buffer(buffer_m), crs, relation)


def _named(county: County, relation: OsmObject | None) -> County:
    """Fill in the names a planner did not give: the relation's, else the stem."""
    tags = relation.tags if relation is not None else {}
    return dataclasses.replace(
        county,
        name=county.name or tags.get("name", "") or county.stem,
        name_en=county.name_en or tags.get("name:en", ""),
    )


def _townships(
    areas: Sequence[Area], frame: _Frame, county: County, *, boundary_is_union: bool
) -> tuple[gpd.GeoDataFrame, list[Area | None], tuple[Note, ...]]:
    """Choose the townships; without any the county is its own only one."""
    if areas:
        table, chosen, notes = select_townships(
            areas, frame.boundary, frame.crs, boundary_is_union=boundary_is_union
        )
        if len(table) == 1:
            notes = (_single_township(str(table["name"].iloc[0])), *notes)
        return table, list(chosen), notes
    note = Note(
        "county_is_township",
        "townships",
        "no townships are known: the whole county counts as one; for more give an .osm.pbf and "
        "--township-level",
        "没有乡镇边界：全县按一个乡镇计；如需分乡镇，请用 .osm.pbf 数据并给出 --township-level",
        1,
    )
    table = gpd.GeoDataFrame(
        {"id": [county.stem], "name": [county.name], "population": [math.nan]},
        geometry=[frame.boundary],
        crs=frame.crs,
    )
    return table, [None], (note,)


def _single_township(name: str) -> Note:
    return Note(
        "single_township",
        "townships",
        f"the boundary holds one township only ({name}): check that it is the county's, and the level",
        f"县界内只有1个乡镇（{name}）：请核对县界编号和 --township-level",
        1,
        (name,),
    )


def _described(
    townships: gpd.GeoDataFrame,
    chosen: Sequence[Area | None],
    places: gpd.GeoDataFrame,
    extract: OsmExtract,
    frame: _Frame,
    county: County,
    urban: Sequence[str],
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """Add the townships' classes and seats."""
    centre = centre_of(frame.relation, extract) if frame.relation is not None else None
    county_seat = None
    if centre is not None:
        county_seat = gpd.GeoSeries([shapely.Point(centre)], crs=WGS84).to_crs(frame.crs).iloc[0]
    else:
        namesakes = places.geometry[[plain_name(n) == plain_name(county.name) for n in places["name"]]]
        county_seat = next((p for p in namesakes if frame.boundary.intersects(p)), None)
    if all(area is None for area in chosen):
        # a whole county holds its seat and its towns without being one
        classes, notes = classify(townships, places.iloc[:0], urban, None)
    else:
        classes, notes = classify(townships, places, urban, county_seat)
    where = np.array(seats(townships, chosen, places, extract), dtype=float).reshape(-1, 2)
    described = townships.assign(seat_lon=where[:, 0], seat_lat=where[:, 1])
    described.insert(2, "class", classes)
    return described, notes


def _check_reach(path: Path, extract: OsmExtract, frame: _Frame) -> None:
    """Refuse a boundary that the roads do not come near, before any work is done on them."""
    ends = [extract.nodes[w.refs[0]] for w in extract.roads if w.refs and w.refs[0] in extract.nodes]
    if not ends:
        raise _no_road(path)
    extent = shapely.box(*np.min(ends, axis=0), *np.max(ends, axis=0))
    if not gpd.GeoSeries([extent], crs=WGS84).to_crs(frame.crs).iloc[0].intersects(frame.region):
        raise _far_away(path, frame, extent)


def _roads(
    path: Path, source: OsmExtract | tuple[Roads, tuple[Note, ...]], frame: _Frame
) -> tuple[Roads, tuple[Note, ...]]:
    """Get the roads of the region, and make sure that some lie within the boundary."""
    if isinstance(source, tuple):
        roads, notes = source
    else:
        west, south, east, north = gpd.GeoSeries([frame.region], crs=frame.crs).to_crs(WGS84).total_bounds
        graph, notes = build_graph(source, (west, south, east, north))
        if not graph.number_of_edges():
            raise _no_road_inside(path)
        roads = tabulate(graph)
    if roads.edges.empty:
        raise _no_road(path)
    clipped, fragment_notes = clip(roads, frame.region, frame.crs)
    if clipped.edges.empty:
        raise _far_away(path, frame, shapely.box(*roads.edges.total_bounds))
    if not shapely.intersects(frame.boundary, clipped.edges.geometry.to_numpy()).any():
        raise _no_road_inside(path)
    return clipped, (*notes, *fragment_notes)


def _no_road(path: Path) -> SourceError:
    return SourceError(
        f"{path.name} holds no road that an ambulance may use: get an extract with roads",
        zh=f"{path.name} 中没有救护车可通行的道路：请换用含道路的数据",
    )


def _no_road_inside(path: Path) -> SourceError:
    return SourceError(
        f"no road of {path.name} that an ambulance may use lies inside the boundary: check the boundary",
        zh=f"边界内没有 {path.name} 中救护车可通行的道路：请检查边界",
    )


def _far_away(path: Path, frame: _Frame, extent: shapely.Polygon) -> SourceError:
    """Say how far a boundary is from roads whose extent (WGS84) it does not reach."""
    centre = gpd.GeoSeries([frame.boundary.centroid], crs=frame.crs).to_crs(WGS84).iloc[0]
    near = shapely.shortest_line(centre, extent).coords[-1]
    away_km = float(ox.distance.great_circle(centre.y, centre.x, near[1], near[0])) / 1000
    return SourceError(
        f"the boundary lies {away_km:,.0f} km from the roads of {path.name}: check that both are of the same "
        "county, longitude before latitude",
        zh=f"边界距离 {path.name} 中的道路约{away_km:,.0f}公里：请确认两者属于同一县域，且经度在前、纬度在后",
    )


def _facilities(
    path: Path, extract: OsmExtract, frame: _Frame, file: Path | None
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """Get the facilities from the planner's file, or else from the extract."""
    if file is not None:
        given = read_facilities(file, frame.crs)
        far = given[~shapely.intersects(frame.region, given.geometry.to_numpy())]
        return given, noted(
            "facilities_far",
            "facilities",
            far["id"].tolist(),
            "facilities beyond the buffer around the county: {n} ({some}); are lon and lat swapped?",
            "位于县界缓冲范围以外的设施：{n}处（{some}）；请核对经纬度是否颠倒",
            named=[name or own_id for name, own_id in zip(far["name"], far["id"], strict=True)],
        )
    table, notes = osm_facilities(extract, frame.region, frame.crs)
    if table.empty:
        raise SourceError(
            f"{path.name} holds no hospital, clinic or ambulance station within the buffer: "
            "give their points with --facilities FILE",
            zh=f"{path.name} 在缓冲区内没有医院、门诊或急救站：请用 --facilities 提供设施点位文件",
        )
    return table, notes


def _demand(
    townships: gpd.GeoDataFrame, places: gpd.GeoDataFrame, roads: Roads, frame: _Frame, county: County
) -> Demand:
    """Place the people of the settlements inside the county."""
    land = shapely.union_all([frame.boundary, *townships.geometry])
    shapely.prepare(land)
    inside = places[shapely.intersects(land, places.geometry.to_numpy())].reset_index(drop=True)
    tags = frame.relation.tags if frame.relation is not None else {}
    return demand_points(
        townships,
        inside,
        roads.edges,
        county_name=county.name,
        county_people=parse_population(tags.get("population")),
    )


def _provenance(
    path: Path, date: str, boundary: Boundary, facilities: Path | None, demand: Demand, notes: Sequence[Note]
) -> tuple[Provenance, ...]:
    """Say for every layer which file it came from and what was done to it."""
    osm = Provenance("", path.name, date, OSM_LICENCE, sha256_of(path))
    rows = dict.fromkeys(("boundary", "townships", "demand", "facilities", "roads"), osm)
    files = {"boundary": boundary, "facilities": facilities}
    if any(note.code == "county_is_township" for note in notes):
        files["townships"] = boundary
    for layer, file in files.items():
        if isinstance(file, Path):
            rows[layer] = Provenance("", file.name, sha256=sha256_of(file))
    return tuple(
        dataclasses.replace(
            row,
            layer=layer,
            note=_layer_note(layer, demand, [note for note in notes if note.layer == layer]),
            modelled=layer == "demand" and demand.modelled,
        )
        for layer, row in rows.items()
    )


def _layer_note(layer: str, demand: Demand, notes: Sequence[Note]) -> str:
    """Put a layer's notes into one text, in Chinese and then in English."""
    zh, en = [note.zh for note in notes], [note.en for note in notes]
    if layer == "demand" and demand.modelled and demand.unit == "people":
        zh.insert(0, "人口按居民点标注值和乡镇总人口沿居住区及低等级道路分摊，不是实测分布")
        en.insert(
            0, "people are spread along residential and minor roads from settlements' and townships' figures"
        )
    if layer == "roads":
        zh.insert(0, "车速为程序默认值（鸣笛）；转向限制和时段限制未计入，救护车执行任务不受其约束")
        en.insert(
            0, "speeds are the program's defaults (siren); turn and time restrictions do not bind ambulances"
        )
    return "；".join(zh) + (" | " if zh else "") + "; ".join(en)
