"""Pieces of road among directed edges: which are one road driven both ways, and which are two."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import pytest
import shapely

from coverage.routing.network import RoadNetwork
from strategies import CRS, X0_M, Y0_M


def road(*xy: tuple[float, float]) -> shapely.LineString:
    """Give a road from A over places between to B, 600 m east of it."""
    return shapely.LineString([(X0_M + x, Y0_M + y) for x, y in ((0, 0), *xy, (600, 0))])


def network_of(*edges: tuple[str, shapely.LineString, float]) -> RoadNetwork:
    """Lay edges from A to B (``AB``) or back (``BA``), each with its line as seen from A and its time."""
    graph = nx.MultiDiGraph(crs=CRS)
    for name, x in (("A", 0.0), ("B", 600.0)):
        graph.add_node(name, x=X0_M + x, y=Y0_M)
    for (u, v), line, time_s in edges:
        shape = line if u == "A" else line.reverse()
        graph.add_edge(u, v, length=line.length, geometry=shape, travel_time=time_s, highway="residential")
    return RoadNetwork.from_graph(graph)


@pytest.mark.parametrize("quick_first", [True, False])
def test_of_edges_on_one_line_the_quickest_counts_each_way(quick_first):
    edges = [("AB", road(), 40.0), ("BA", road(), 60.0), ("AB", road(), 90.0), ("BA", road(), 95.0)]
    network = network_of(*(edges if quick_first else edges[::-1]))
    ends = network.snap_points(gpd.GeoSeries(gpd.points_from_xy([X0_M, X0_M + 600], [Y0_M] * 2), crs=CRS))
    assert len(network.tail) == 1
    assert network.travel_times(ends, ends).tolist() == [[0.0, 40.0], [60.0, 0.0]]


@pytest.mark.parametrize("other", [road((150, -200), (450, 200)), road()], ids=["mirror", "straight"])
def test_roads_that_cross_at_their_midpoints_stay_two(other):
    bend = road((150, 200), (450, -200))
    network = network_of(("AB", bend, 60.0), ("BA", bend, 70.0), ("AB", other, 30.0), ("BA", other, 40.0))
    assert sorted(sorted(both_s) for both_s in zip(*network.ways_s, strict=True)) == [[30, 40], [60, 70]]
    # a house on each of them stands on its own road
    houses = gpd.GeoSeries([line.interpolate(0.25, normalized=True) for line in (bend, other)], crs=CRS)
    snapped = network.snap_points(houses)
    assert snapped.access_m == pytest.approx([0, 0], abs=1e-6)
    assert len(set(snapped.segment.tolist())) == 2
