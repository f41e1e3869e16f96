"""Where the road data end, and how far a grid can reach."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import shapely

from coverage.routing.isochrones import isochrones
from coverage.routing.network import RoadNetwork
from strategies import CRS, X0_M, Y0_M


def streets(there) -> RoadNetwork:
    """Give two-way streets every kilometre at 60 km/h between the places that are `there`."""
    graph = nx.MultiDiGraph(crs=CRS)
    for i, j in there:
        graph.add_node((i, j), x=X0_M + 1000.0 * i, y=Y0_M + 1000.0 * j)
    for i, j in there:
        for other in ((i + 1, j), (i, j + 1)):
            if other in there:
                for u, v in (((i, j), other), (other, (i, j))):
                    graph.add_edge(u, v, length=1000.0, travel_time=60.0, highway="tertiary")
    return RoadNetwork.from_graph(graph)


def touches(network: RoadNetwork, i: float, j: float, limit_s: float) -> bool:
    place = gpd.GeoSeries([shapely.Point(X0_M + 1000 * i, Y0_M + 1000 * j)], crs=CRS)
    (area,) = isochrones(network.nearest(network.snap_points(place)), [limit_s])
    return area.touches_edge


def test_the_edge_follows_the_data_into_a_bay():
    """An L of roads: the inner corner is an edge, though the hull around everything is far away."""
    network = streets({(i, j) for i in range(40) for j in range(40) if i < 20 or j < 20})
    assert touches(network, 19, 30, 120)
    assert touches(network, 30, 19, 120)
    assert not touches(network, 10, 10, 300)


def test_a_province_gets_a_wider_grid_by_itself():
    graph = nx.MultiDiGraph(crs=CRS)
    for name, x, y in (("a", 0, 0), ("b", 600_000, 0), ("c", 600_000, 500_000)):
        graph.add_node(name, x=X0_M + x, y=Y0_M + y)
    for u, v, length_m in (("a", "b", 600_000.0), ("b", "a", 600_000.0), ("b", "c", 500_000.0)):
        graph.add_edge(u, v, length=length_m, travel_time=length_m / 20, highway="primary")
    network = RoadNetwork.from_graph(graph)
    place = gpd.GeoSeries([shapely.Point(X0_M + 300_000, Y0_M)], crs=CRS)
    (area,) = isochrones(network.nearest(network.snap_points(place)), [1800.0])
    west, _, east, _ = area.polygon.bounds
    # half an hour at 20 m/s both ways, to within a wide cell and the walk off the road
    assert abs((east - west) - 72_000) < 3_000
