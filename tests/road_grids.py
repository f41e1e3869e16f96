"""Small road tables made by hand or at random, and an oracle that cuts them another way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from hypothesis import strategies as st
from pyproj import Transformer

from coverage.routing.speeds import DEFAULT_SPEEDS, KPH_PER_MPS
from coverage.study_area import WGS84, Roads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CRS = "EPSG:32649"
X0_M, Y0_M = 640_000.0, 3_262_000.0
_TO_WGS84 = Transformer.from_crs(CRS, WGS84, always_xy=True)

Place = tuple[float, float]


def make_roads(rows: Iterable[dict[str, object]], nodes: dict[int, Place]) -> Roads:
    """
    Make road tables.

    Parameters
    ----------
    rows
        Directed edges: ``u``, ``v`` and where wanted ``key``, ``via`` (places between), ``length`` and tags;
        `two_way` gives both directions.
    nodes
        Metres from the origin of the tests.
    """
    table = []
    for given in rows:
        row = dict(given)
        via = [tuple(place) for place in row.pop("via", ())]
        line = shapely.LineString([_metric(place) for place in (nodes[row["u"]], *via, nodes[row["v"]])])
        table.append(
            {
                "key": 0,
                "highway": "residential",
                "oneway": False,
                "length": line.length,
                "geometry": line,
                **row,
            }
        )
    edges = gpd.GeoDataFrame(table, geometry="geometry", crs=CRS).set_index(["u", "v", "key"])
    lonlat = [lonlat_of(place) for place in nodes.values()]
    points = gpd.GeoDataFrame(
        {"x": [lon for lon, _ in lonlat], "y": [lat for _, lat in lonlat]},
        index=list(nodes),
        geometry=[shapely.Point(_metric(place)) for place in nodes.values()],
        crs=CRS,
    ).rename_axis(index="osmid")
    return Roads(points, edges)


def two_way(u: int, v: int, *, via: Sequence[Place] = (), **tags: object) -> list[dict[str, object]]:
    """Give both directions of a road."""
    there, back = {"u": u, "v": v, "via": via, **tags}, {"u": v, "v": u, "via": via[::-1], **tags}
    return [there, {**back, "key": there.get("key", 0) + 1} if u == v else back]


def lonlat_of(place: Place) -> Place:
    """Give a place in degrees."""
    lon, lat = _TO_WGS84.transform(*_metric(place))
    return float(lon), float(lat)


def polygon_of(*places: Place, holes: Sequence[Sequence[Place]] = ()) -> shapely.Polygon:
    """Give a polygon in degrees."""
    return shapely.Polygon([lonlat_of(p) for p in places], [[lonlat_of(p) for p in hole] for hole in holes])


def box_of(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    """Give a box in degrees."""
    return polygon_of((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def as_drawn(polygon: shapely.Geometry) -> shapely.Geometry:
    """Give a polygon in metres, its sides bent as on the map."""
    return gpd.GeoSeries([shapely.segmentize(polygon, 0.005)], crs=WGS84).to_crs(CRS).iloc[0]


def timed_graph(roads: Roads) -> nx.MultiDiGraph:
    """Give the roads as a graph whose edges know their seconds."""
    kph = DEFAULT_SPEEDS.speeds_kph(roads.edges)
    edges = roads.edges.assign(travel_time=roads.edges["length"] * KPH_PER_MPS / kph)
    return Roads(roads.nodes, edges).to_graph()


def seconds(graph: nx.MultiDiGraph, nodes: Iterable[object]) -> np.ndarray:
    """Give the travel times between some nodes, infinite where there is no way."""
    nodes = list(nodes)
    times = {u: nx.single_source_dijkstra_path_length(graph, u, weight="travel_time") for u in nodes}
    return np.array([[times[u].get(v, np.inf) for v in nodes] for u in nodes])


def graph_outside(roads: Roads, polygon: shapely.Geometry) -> nx.MultiDiGraph:
    """Cut every edge by itself with the difference of its line and a polygon: slower, and by other means."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_nodes_from(roads.nodes.index)
    seconds_of = roads.edges["length"] * KPH_PER_MPS / DEFAULT_SPEEDS.speeds_kph(roads.edges)
    for ((u, v, _), line), whole_s in zip(roads.edges.geometry.items(), seconds_of, strict=True):
        for part in shapely.get_parts(line.difference(polygon)):
            if part.is_empty:
                continue
            ends = []
            for node, x in ((u, part.coords[0]), (v, part.coords[-1])):
                at_end = np.hypot(*np.subtract(x, line.coords[0 if node == u and not ends else -1])) < 1e-6
                ends.append(node if at_end else (frozenset((u, v)), round(x[0]), round(x[1])))
            graph.add_edge(*ends, travel_time=whole_s * part.length / line.length)
    return graph


@st.composite
def random_roads(draw) -> Roads:
    """Draw a network with one-ways, parallel roads, copies, loops and lengths unlike the drawn ones."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(3, 9))
    xy = rng.uniform(0, 2_000, (n, 2))
    nodes = {i + 1: (float(x), float(y)) for i, (x, y) in enumerate(xy)}
    rows: list[dict[str, object]] = []
    taken: dict[tuple[int, int], int] = {}
    for _ in range(draw(st.integers(2, 2 * n))):
        u, v = (int(i) for i in rng.integers(0, n, 2))
        bends = (xy[u] + xy[v]) / 2 + rng.normal(0, 200, (2, 2))
        # the oracle would take a line that crosses itself for a crossroads
        simple = shapely.LineString([xy[u], *bends, xy[v]]).is_simple
        via = bends.tolist() if simple else bends[:1].tolist()
        tags = {"highway": str(rng.choice(["residential", "primary", "track"])), "via": via}
        ways = two_way(u + 1, v + 1, **tags)[: 1 if rng.random() < 0.3 else 2]
        ways += ways if rng.random() < 0.2 else []
        stretch = float(rng.uniform(0.9, 1.3))
        for way in ways:
            pair = (way["u"], way["v"])
            taken[pair] = taken.get(pair, -1) + 1
            rows.append({**way, "key": taken[pair], "oneway": len(ways) == 1, "stretch": stretch})
    roads = make_roads(rows, nodes)
    return Roads(roads.nodes, roads.edges.assign(length=roads.edges["length"] * roads.edges["stretch"]))


@st.composite
def random_polygons(draw) -> shapely.Polygon | shapely.MultiPolygon:
    """Draw a box, a slanted triangle, a ring with a hole, or two boxes; in degrees."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x, y = rng.uniform(0, 1_500, 2)
    side = rng.uniform(50, 1_200)
    kind = draw(st.sampled_from(["box", "triangle", "ring", "two"]))
    if kind == "triangle":
        return polygon_of((x, y), (x + side, y + side / 3), (x + side / 4, y + side))
    if kind == "ring":
        hole = [(x + side * i, y + side * j) for i, j in ((0.3, 0.3), (0.7, 0.3), (0.6, 0.7))]
        return polygon_of((x, y), (x + side, y), (x + side, y + side), (x, y + side), holes=[hole])
    if kind == "two":
        return shapely.MultiPolygon([box_of(0, 0, x, y), box_of(x + 1, y + 1, x + side, y + side)])
    return box_of(x, y, x + side, y + side)


def _metric(place: Sequence[float]) -> Place:
    return X0_M + place[0], Y0_M + place[1]
