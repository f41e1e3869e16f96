"""Roads with some of them closed and others built."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from coverage.errors import OptionError, name_some
from coverage.routing.cutting import (
    SAME_PLACE_M,
    Courses,
    Cut,
    courses_of,
    crossings_m,
    cut_roads,
    new_node_ids,
    with_edges,
)
from coverage.routing.joining import Joining, may_join
from coverage.routing.segments import first_text, in_tunnel
from coverage.routing.speeds import DEFAULT_SPEEDS, KPH_PER_MPS
from coverage.study_area import WGS84, Roads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from coverage.option import NewRoad, RoadClosure, Roadworks
    from coverage.routing.speeds import SpeedTable

JOIN_LIMIT_M = 100.0
"""The end of a new road joins a road that is as near as this."""
_ENDS = (0, -1)
# a straight side on the map bends by millimetres between places as near as this
_SIDE_DEG = 0.005


def apply_roadworks(
    roads: Roads,
    works: Roadworks,
    *,
    speeds: SpeedTable = DEFAULT_SPEEDS,
    sites: Sequence[tuple[float, float]] = (),
) -> Roads:
    """
    Close roads, then build new ones.

    A polygon closes what lies inside of it: roads end at its border, in nodes that both their directions
    share, and stay reachable up to there. A way or a pair of nodes closes its edges as a whole; an edge made
    of several ways goes with any of them. Each end of a new road is led to the nearest place on the nearest
    road that ambulances drive on and can turn off, at most `JOIN_LIMIT_M` away, and joins it there, at a
    junction where one is within a metre. It may join the new roads before it anywhere, and meet an end of one
    after it in the open. Motorways are joined by motorways and their slip roads alone, tunnels by
    nothing; where new roads cross anything on their way, they pass over or under it.

    Parameters
    ----------
    roads
        In a metric system.
    works
        What is closed and what is built.
    speeds
        Tells which classes of road ambulances drive on.
    sites
        Longitude and latitude of what is built at the same time: a new road may end in the open as near to
        one as `JOIN_LIMIT_M`, since it leads there.

    Returns
    -------
    Roads
        The same ones where nothing is done; otherwise edges that stay as they are come first, in their
        order. New nodes have negative ids; the edges of new roads have the ``osmid`` -1, -2 … in their order.

    Raises
    ------
    OptionError
        If a closure names a way or a road that does not exist, or closes nothing or everything; if a new
        road has a class that ambulances do not drive on or no length, or ends too far from every road.
    """
    if works.close:
        roads = _close(roads, works.close)
    if works.new:
        roads = _build(roads, works.new, speeds, sites)
    return roads


def built_by(edges: gpd.GeoDataFrame, works: Roadworks) -> NDArray[np.int64]:
    """
    Tell which edges of a table that `apply_roadworks` gave are new roads.

    Parameters
    ----------
    edges
        Of the roads after the works.
    works
        What was closed and built.

    Returns
    -------
    ndarray
        Shape (n_edges,), the new road's number in the works; -1 for all others.
    """
    number_of = {str(-1 - i): i for i in range(len(works.new))}
    # cells are numbers or texts, as the table's own ids are
    ids = edges["osmid"].astype(str).str.removesuffix(".0") if number_of else pd.Series("", edges.index)
    number = ids.map(number_of).fillna(-1).to_numpy(dtype=np.int64)
    # they stand last: what bears such an id before them was drawn by somebody else
    is_last = np.logical_and.accumulate((number >= 0)[::-1])[::-1]
    return np.where(is_last, number, -1)


def _close(roads: Roads, closures: tuple[RoadClosure, ...]) -> Roads:
    """Close roads; every closure is held against the roads as they were before any of them."""
    whole = np.zeros(len(roads.edges), dtype=np.bool_)
    polygons: list[shapely.Geometry] = []
    touched: list[NDArray[np.int64]] = []
    for i, closure in enumerate(closures):
        place = ("roads", "close", i)
        if not (closure.polygon is not None or closure.ways or closure.edges):
            raise OptionError(
                f"{_titled(closure.name, 'the closed road')} names nothing: give a polygon, ways or edges",
                zh=f"{_titled(closure.name, '封闭道路')}未指明路段：请给出 polygon、ways 或 edges",
                place=place,
            )
        if closure.ways:
            whole |= _edges_of_ways(roads, closure, place)
        if closure.edges:
            whole |= _edges_between(roads, closure, place)
        if closure.polygon is not None:
            polygons.append(_metric_polygon(roads, closure.polygon, closure, place))
            touched.append(_edges_inside(roads, polygons[-1], closure, place))
    if polygons:
        roads = _cut_out(roads, shapely.union_all(polygons), np.unique(np.concatenate(touched)), whole)
    else:
        roads = with_edges(roads, np.flatnonzero(~whole), roads.edges.iloc[:0], {})
    if roads.edges.empty:
        raise OptionError(
            "every road is closed: leave some open",
            zh="全部道路都被封闭：请至少保留一部分",
            place=("roads", "close"),
        )
    return roads


def _titled(name: str, kind: str) -> str:
    """Name a closure or a road as its planner does, if at all."""
    return f"{kind} {name}".strip()


def _edges_of_ways(roads: Roads, closure: RoadClosure, place: tuple[str | int, ...]) -> NDArray[np.bool_]:
    """Find the edges that ways of OpenStreetMap are part of."""
    edges = roads.edges
    cells = edges["osmid"].tolist() if "osmid" in edges else [None] * len(edges)
    wanted = set(closure.ways)
    ids: dict[object, set[int]] = {}
    for cell in cells:
        key = tuple(cell) if isinstance(cell, list) else cell
        if key not in ids:
            ids[key] = wanted & set(_numbers(key))
    unknown = [way for way in closure.ways if not any(way in known for known in ids.values())]
    if unknown:
        raise OptionError(
            f"the roads have no way {name_some(unknown)}: use the ids of OpenStreetMap, or give a polygon",
            zh=f"路网中没有编号为 {name_some(unknown, mark='、')} 的道路：请使用OpenStreetMap的way编号，"
            "或改用多边形",
            place=(*place, "ways"),
        )
    return np.array([bool(ids[tuple(c) if isinstance(c, list) else c]) for c in cells], dtype=np.bool_)


def _numbers(cell: object) -> Iterable[int]:
    """Give the way ids in a cell: a number, several, or a text with semicolons."""
    parts = cell if isinstance(cell, tuple) else str(cell).split(";")
    for part in parts:
        text = str(part).strip().removesuffix(".0")
        if text.lstrip("-").isdigit():
            yield int(text)


def _edges_between(roads: Roads, closure: RoadClosure, place: tuple[str | int, ...]) -> NDArray[np.bool_]:
    """Find the edges between pairs of nodes, either way."""
    u, v = (roads.edges.index.get_level_values(level) for level in (0, 1))
    closed = np.zeros(len(u), dtype=np.bool_)
    unknown = []
    for a, b in closure.edges:
        between = np.asarray(((u == a) & (v == b)) | ((u == b) & (v == a)))
        if not between.any():
            unknown.append(f"{a}–{b}")
        closed |= between
    if unknown:
        raise OptionError(
            f"no road joins the nodes {name_some(unknown)}: use the u and v of the layer road_edges",
            zh=f"以下节点之间没有道路：{name_some(unknown, mark='、')}，请使用 road_edges 图层中的 u 和 v",
            place=(*place, "edges"),
        )
    return closed


def _metric_polygon(
    roads: Roads,
    polygon: shapely.Polygon | shapely.MultiPolygon,
    closure: RoadClosure,
    place: tuple[str | int, ...],
) -> shapely.Geometry:
    """Put a closure's polygon into the roads' system, its sides bent as there."""
    if polygon.is_empty or not polygon.is_valid:
        raise OptionError(
            f"{_titled(closure.name, 'the closed road')}: the polygon's sides cross or it has no area: "
            "draw it anew",
            zh=f"{_titled(closure.name, '封闭道路')}的多边形为空或自相交：请重新绘制",
            place=(*place, "polygon"),
        )
    bent = gpd.GeoSeries([shapely.segmentize(shapely.force_2d(polygon), _SIDE_DEG)], crs=WGS84)
    metric: shapely.Geometry = bent.to_crs(roads.edges.crs).iloc[0]
    if not np.isfinite(shapely.get_coordinates(metric)).all():
        raise _nothing_inside(closure, place)
    return shapely.make_valid(metric)


def _nothing_inside(closure: RoadClosure, place: tuple[str | int, ...]) -> OptionError:
    return OptionError(
        f"{_titled(closure.name, 'the closed road')}: no road lies inside the polygon: "
        "check its places, longitude first",
        zh=f"{_titled(closure.name, '封闭道路')}：多边形内没有道路，请核对坐标（先经度，后纬度）",
        place=(*place, "polygon"),
    )


def _edges_inside(
    roads: Roads, polygon: shapely.Geometry, closure: RoadClosure, place: tuple[str | int, ...]
) -> NDArray[np.int64]:
    """Find the edges of which some part lies inside a polygon; what touches its border does not."""
    rows = np.asarray(roads.edges.sindex.query(polygon, predicate="intersects"), dtype=np.int64)
    lines = roads.edges.geometry.to_numpy()[rows]
    shapely.prepare(polygon)
    inside = shapely.contains_properly(polygon, lines)
    inside[~inside] = shapely.relate_pattern(polygon, lines[~inside], "T********")
    if not inside.any():
        raise _nothing_inside(closure, place)
    return np.sort(rows[inside])


def _cut_out(
    roads: Roads, polygon: shapely.Geometry, touched: NDArray[np.int64], whole: NDArray[np.bool_]
) -> Roads:
    """Take out what lies inside a polygon, and edges that are closed as a whole."""
    lines = roads.edges.geometry.to_numpy()[touched]
    shapely.prepare(polygon)
    inside = shapely.contains_properly(polygon, lines)
    whole = whole.copy()
    whole[touched[inside]] = True
    courses = courses_of(roads, touched[~inside])
    line, at_m = crossings_m(courses.line, shapely.boundary(polygon))
    ids = iter(new_node_ids(roads, len(at_m)).tolist())
    cuts = {}
    for number, course in enumerate(courses.line):
        inner = _apart(at_m[line == number], course.length)
        limits = np.r_[0.0, inner, course.length]
        middles = shapely.line_interpolate_point(course, (limits[1:] + limits[:-1]) / 2)
        stays = ~shapely.contains_properly(polygon, middles)
        # a border that only touches the road cuts nothing
        changes = stays[1:] != stays[:-1]
        nodes = np.array([next(ids) for _ in range(int(changes.sum()))], dtype=np.int64)
        cut = Cut(inner[changes], nodes, stays[np.r_[True, changes]])
        if not cut.stays.all():
            cuts[number] = cut
    return cut_roads(roads, courses, cuts, whole)


def _apart(at_m: NDArray[np.float64], length_m: float) -> NDArray[np.float64]:
    """Leave out cuts that are at one place with the one before or with an end."""
    apart: list[float] = []
    for at in np.sort(at_m).tolist():
        if at - (apart[-1] if apart else 0.0) > SAME_PLACE_M and length_m - at > SAME_PLACE_M:
            apart.append(at)
    return np.array(apart, dtype=np.float64)


def _build(
    roads: Roads, new: tuple[NewRoad, ...], speeds: SpeedTable, sites: Sequence[tuple[float, float]]
) -> Roads:
    """Build roads, each joined to what is there when its turn comes."""
    drawn = [_drawn(roads, road, speeds, ("roads", "new", i)) for i, road in enumerate(new)]
    ends = [shapely.get_point(line, end) for line in drawn for end in _ENDS]
    near = roads.edges.sindex.query(ends, predicate="dwithin", distance=JOIN_LIMIT_M)[1]
    courses = courses_of(roads, np.unique(near))
    joining = Joining(
        lines=list(courses.line),
        ends=list(zip(courses.tail.tolist(), courses.head.tolist(), strict=True)),
        classes=_classes_of(roads, courses, speeds),
        first_id=int(new_node_ids(roads, 1)[0]),
    )
    met: dict[tuple[int, int], int] = {}
    lonlat = np.array(sites, dtype=np.float64).reshape(-1, 2)
    goals = gpd.GeoSeries(shapely.points(lonlat), crs=WGS84).to_crs(roads.edges.crs).to_numpy()
    for i, road in enumerate(new):
        start, end = (_meet(joining, drawn, road, (i, end), met) for end in _ENDS)
        start, end = _led_to(goals, joining, drawn[i], (start, end))
        if start is None or end is None:
            raise _too_far(roads, joining, road, (i, _ENDS[int(start is not None)]), speeds)
        joining.add_line(drawn[i], (start, end), road.highway)
    n = len(courses.line)
    cuts = {number: joining.cut(number) for number in joining.cuts if number < n}
    roads = cut_roads(roads, courses, cuts, np.zeros(len(roads.edges), dtype=np.bool_))
    rows = [(i, *piece) for i in range(len(new)) for piece in joining.pieces(n + i)]
    edges = _with_columns(roads.edges, new)
    built = _rows(edges, new, rows, speeds)
    return with_edges(Roads(roads.nodes, edges), np.arange(len(edges)), built, joining.places)


def _drawn(
    roads: Roads, road: NewRoad, speeds: SpeedTable, place: tuple[str | int, ...]
) -> shapely.LineString:
    """Put a new road into the roads' system, and refuse one that nobody could drive on."""
    title, title_zh = _titled(road.name, "the new road"), _titled(road.name, "新建道路")
    if road.highway not in speeds.class_kph:
        known = sorted(speeds.class_kph)
        near = (difflib.get_close_matches(road.highway, known, n=1, cutoff=0.0) or known)[0]
        raise OptionError(
            f"{title}: ambulances have no speed on the class {road.highway}; did you mean {near}?",
            zh=f"{title_zh}：速度表中没有道路等级 {road.highway}，是否指 {near}？",
            place=(*place, "highway"),
        )
    if not np.isnan(road.maxspeed_kph) and not 0 < road.maxspeed_kph < np.inf:
        raise OptionError(
            f"{title}: the posted limit is {road.maxspeed_kph:g} km/h: give a number above 0",
            zh=f"{title_zh}：限速为 {road.maxspeed_kph:g} 公里/小时，应大于0",
            place=(*place, "maxspeed_kph"),
        )
    lonlat = np.array(road.line, dtype=np.float64).reshape(-1, 2)
    points = gpd.GeoSeries(shapely.points(lonlat), crs=WGS84).to_crs(roads.edges.crs)
    xy = shapely.get_coordinates(points.to_numpy())
    if len(xy) < len(_ENDS) or not np.isfinite(xy).all() or not np.ptp(xy, axis=0).max() > SAME_PLACE_M:
        raise OptionError(
            f"{title}: its line is no line: give two places or more, longitude first",
            zh=f"{title_zh}：线路无效，请给出两个以上的地点（先经度，后纬度）",
            place=(*place, "line"),
        )
    return shapely.LineString(xy)


def _classes_of(roads: Roads, courses: Courses, speeds: SpeedTable) -> list[str | None]:
    """Give each course's class; None where ambulances do not drive or cannot turn off."""
    edges = roads.edges.iloc[courses.row]
    usable = np.isfinite(speeds.speeds_kph(edges)) & ~in_tunnel(edges)
    classes: list[str | None] = [None] * len(courses.line)
    for number, highway in zip(courses.course[usable], first_text(edges[usable], "highway"), strict=True):
        classes[number] = classes[number] or str(highway)
    return classes


def _meet(
    joining: Joining,
    drawn: list[shapely.LineString],
    road: NewRoad,
    mine: tuple[int, int],
    met: dict[tuple[int, int], int],
) -> int | None:
    """Find the node that one end of a new road joins; None where there is nothing near."""
    if mine in met:
        return met[mine]
    number, end = mine
    point = shapely.get_point(drawn[number], end)
    distance_m, line = joining.nearest(point, road.highway)
    if distance_m <= JOIN_LIMIT_M:
        return joining.join(line, point)
    later = [(i, other) for i in range(number + 1, len(drawn)) for other in _ENDS]
    far_m = [float(shapely.distance(point, shapely.get_point(drawn[i], other))) for i, other in later]
    if not far_m or min(far_m) > JOIN_LIMIT_M:
        return None
    node = joining.add_node(point)
    met[later[int(np.argmin(far_m))]] = node
    return node


def _led_to(
    goals: NDArray[np.object_],
    joining: Joining,
    line: shapely.LineString,
    nodes: tuple[int | None, int | None],
) -> tuple[int | None, int | None]:
    """Let one end of a new road that meets no other be free where it leads to what is built with it."""
    if (nodes[0] is None) == (nodes[1] is None) or not len(goals):
        return nodes
    free = int(nodes[1] is None)
    point = shapely.get_point(line, _ENDS[free])
    if shapely.distance(point, goals).min() > JOIN_LIMIT_M:
        return nodes
    node = joining.add_node(point)
    return (nodes[0], node) if free else (node, nodes[1])


def _too_far(
    roads: Roads, joining: Joining, road: NewRoad, mine: tuple[int, int], speeds: SpeedTable
) -> OptionError:
    """Say how far an end of a new road is from the nearest road that it may join."""
    number, end = mine
    lon, lat = road.line[end]
    point = gpd.GeoSeries([shapely.Point(lon, lat)], crs=WGS84).to_crs(roads.edges.crs).iloc[0]
    edges = roads.edges[~in_tunnel(roads.edges) & np.isfinite(speeds.speeds_kph(roads.edges))]
    may = [may_join(road.highway, str(name)) for name in first_text(edges, "highway")]
    lines = edges.geometry.to_numpy()[np.array(may, dtype=np.bool_)]
    far_m = min([*shapely.distance(point, lines).tolist(), joining.nearest(point, road.highway)[0]])
    return OptionError(
        f"{_titled(road.name, 'the new road')}: its end at {lon:.5f}, {lat:.5f} is {far_m:,.0f} m from the "
        f"nearest road it can join: draw it to within {JOIN_LIMIT_M:.0f} m of one",
        zh=f"{_titled(road.name, '新建道路')}：端点 {lon:.5f}, {lat:.5f} 距最近的可接入道路 {far_m:,.0f} 米，"
        f"请画到距道路 {JOIN_LIMIT_M:.0f} 米以内",
        place=("roads", "new", number, "line"),
    )


def _with_columns(edges: gpd.GeoDataFrame, new: tuple[NewRoad, ...]) -> gpd.GeoDataFrame:
    """Give the edges the columns that new roads have something to say in."""
    limited = any(road.maxspeed_kph > 0 for road in new)
    wanted = {"osmid": True, "name": any(road.name for road in new), "maxspeed": limited}
    return edges.assign(**{name: None for name, known in wanted.items() if known and name not in edges})


def _rows(
    edges: gpd.GeoDataFrame,
    new: tuple[NewRoad, ...],
    pieces: list[tuple[int, int, int, shapely.LineString]],
    speeds: SpeedTable,
) -> gpd.GeoDataFrame:
    """Give new roads as rows of the edge table: one a direction of travel."""
    ways = [(i, u, v, line) for i, u, v, line in pieces]
    ways += [(i, v, u, line.reverse()) for i, u, v, line in pieces if not new[i].oneway]
    lines = gpd.GeoSeries([line for *_, line in ways], crs=edges.crs)
    ellipsoid = pyproj.Geod(ellps="WGS84")
    roads = [new[i] for i, *_ in ways]
    known: dict[Any, list[Any]] = {
        # as map editors number what is not in OpenStreetMap yet
        "osmid": [-1 - i for i, *_ in ways],
        "highway": [road.highway for road in roads],
        "name": [road.name or None for road in roads],
        "oneway": [road.oneway for road in roads],
        "maxspeed": [f"{r.maxspeed_kph:g}" if r.maxspeed_kph > 0 else None for r in roads],
        "length": [ellipsoid.geometry_length(line) for line in lines.to_crs(WGS84)],
    }
    known[edges.geometry.name] = lines.tolist()
    columns = {name: _cells(known.get(name), edges[name].dtype, len(ways)) for name in edges}
    table = gpd.GeoDataFrame(columns, geometry=edges.geometry.name, crs=edges.crs)
    if "speed_kph" in table:
        table = table.assign(speed_kph=speeds.speeds_kph(table))
    if "travel_time" in table:
        table = table.assign(travel_time=table["length"] * KPH_PER_MPS / speeds.speeds_kph(table))
    return table.set_index(_free_keys(edges, [(u, v) for _, u, v, _ in ways]))


def _cells(values: list[Any] | None, dtype: Any, n: int) -> pd.Series[Any]:
    """Give a column of a table's own kind, with what is known in it."""
    kinds = pd.api.types
    if values is None:
        values = [False if kinds.is_bool_dtype(dtype) else None] * n
        dtype = np.float64 if kinds.is_integer_dtype(dtype) else dtype
    elif kinds.is_float_dtype(dtype):
        values = [np.nan if value is None else float(value) for value in values]
    elif kinds.is_string_dtype(dtype) and not kinds.is_object_dtype(dtype):
        values = [None if value is None else str(value) for value in values]
    column: pd.Series[Any] = pd.Series(values, dtype=dtype)
    return column


def _free_keys(edges: gpd.GeoDataFrame, ends: list[tuple[int, int]]) -> pd.MultiIndex:
    """Give each new edge a key that no edge between the same nodes has."""
    u, v, key = (edges.index.get_level_values(level).to_numpy() for level in range(3))
    near = np.isin(u, [start for start, _ in ends])
    next_key: dict[tuple[int, int], int] = {}
    for start, end, taken in zip(u[near].tolist(), v[near].tolist(), key[near].tolist(), strict=True):
        next_key[start, end] = max(next_key.get((start, end), 0), int(taken) + 1)
    index = []
    for pair in ends:
        index.append((*pair, next_key.get(pair, 0)))
        next_key[pair] = index[-1][2] + 1
    return pd.MultiIndex.from_tuples(index, names=edges.index.names)
