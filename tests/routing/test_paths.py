"""Ways against a graph solved by hand, and on any network against `travel_times` and NetworkX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from coverage.routing.network import RoadNetwork
from coverage.routing.paths import Tree, find_paths
from oracles.times import place_times
from strategies import CRS, X0_M, Y0_M, points, road_graphs

if TYPE_CHECKING:
    from coverage.routing.snapping import Snapped


def one_way_network() -> RoadNetwork:
    """
    Give six junctions with roads of 600 m and 60 s.

        A -> B -> C        A-B and B-C one-way east, C-F one-way south, F-E and E-D one-way west,
             |    |        D-A one-way north; B-E two-way.
        D <- E <- F
    """
    graph = nx.MultiDiGraph(crs=CRS)
    for name, x, y in (("A", 0, 600), ("B", 600, 600), ("C", 1200, 600),
                       ("D", 0, 0), ("E", 600, 0), ("F", 1200, 0)):  # fmt: skip
        graph.add_node(name, x=X0_M + x, y=Y0_M + y)
    for u, v in ("AB", "BC", "CF", "FE", "ED", "DA", "BE", "EB"):
        graph.add_edge(u, v, length=600.0, travel_time=60.0, highway="residential")
    return RoadNetwork.from_graph(graph)


def at(network: RoadNetwork, *xy: tuple[float, float]) -> Snapped:
    series = gpd.GeoSeries([shapely.Point(X0_M + x, Y0_M + y) for x, y in xy], crs=CRS)
    return network.snap_points(series)


def ways_of(network: RoadNetwork, paths, pair: int = 0) -> list[tuple[str, float]]:
    """Give a way as the ends of its roads, in driving order, and the share driven of each."""
    found = []
    for k in np.flatnonzero(paths.pair == pair):
        i = paths.segment[k]
        ends = str(network.node_id[network.tail[i]]), str(network.node_id[network.head[i]])
        found.append(("".join(ends if paths.along[k] else ends[::-1]), round(float(paths.part[k]), 6)))
    return found


def driven_s(network: RoadNetwork, paths) -> np.ndarray:
    """Add up the seconds of every pair's pieces."""
    whole = np.where(paths.along, network.forward_s[paths.segment], network.backward_s[paths.segment])
    return np.bincount(paths.pair, weights=paths.part * whole, minlength=len(paths.time_s))


def test_the_way_follows_the_one_ways():
    network = one_way_network()
    paths = find_paths(network, at(network, (300, 600)), at(network, (100, 600)))
    assert paths.time_s == pytest.approx([220.0])
    expected = [("AB", 0.5), ("BE", 1.0), ("ED", 1.0), ("DA", 1.0), ("AB", round(1 / 6, 6))]
    assert ways_of(network, paths) == expected


def test_many_pairs_are_searched_from_the_side_with_fewer_places():
    network = one_way_network()
    origins, hospital = at(network, (300, 600), (900, 600), (1200, 300)), at(network, (300, 0))
    paths = find_paths(network, origins, hospital.take(np.zeros(3, dtype=np.int64)))
    assert paths.time_s == pytest.approx([120.0, 180.0, 120.0])
    assert ways_of(network, paths, 0) == [("AB", 0.5), ("BE", 1.0), ("ED", 0.5)]
    assert ways_of(network, paths, 1) == [("BC", 0.5), ("CF", 1.0), ("FE", 1.0), ("ED", 0.5)]
    assert ways_of(network, paths, 2) == [("CF", 0.5), ("FE", 1.0), ("ED", 0.5)]
    assert paths.begin[paths.pair == 2].tolist() == pytest.approx([0.5, 0.0, 0.0])


def test_along_one_road_and_to_the_place_itself():
    network = one_way_network()
    there = at(network, (600, 500), (600, 100), (600, 100), (300, 600))
    ends = there.take(np.array([1, 0, 2, 3]))
    paths = find_paths(network, there, ends)
    assert paths.time_s == pytest.approx([40.0, 40.0, 0.0, 0.0])
    assert ways_of(network, paths, 0) == [("BE", round(400 / 600, 6))]
    assert ways_of(network, paths, 1) == [("EB", round(400 / 600, 6))]
    assert ways_of(network, paths, 2) == ways_of(network, paths, 3) == []


def test_no_way_and_no_road():
    graph = nx.MultiDiGraph(crs=CRS)
    for name, x in (("A", 0), ("B", 600), ("C", 5_000), ("D", 5_600)):
        graph.add_node(name, x=X0_M + x, y=Y0_M)
    for u, v in ("AB", "CD"):
        graph.add_edge(u, v, length=600.0, travel_time=60.0, highway="residential")
    network = RoadNetwork.from_graph(graph)
    places = at(network, (300, 0), (100, 0), (5_300, 0), (300, 9_000))
    paths = find_paths(
        network, places.take(np.array([0, 0, 0, 3, 0])), places.take(np.array([1, 2, 0, 0, 3]))
    )
    assert paths.time_s.tolist() == [np.inf, np.inf, 0.0, np.inf, np.inf]
    assert len(paths.pair) == 0


def test_of_parallel_roads_the_quicker_is_driven():
    graph = nx.MultiDiGraph(crs=CRS)
    for name, x in (("A", 0), ("B", 600)):
        graph.add_node(name, x=X0_M + x, y=Y0_M)
    bend = shapely.LineString([(X0_M, Y0_M), (X0_M + 300, Y0_M + 200), (X0_M + 600, Y0_M)])
    graph.add_edge("A", "B", length=600.0, travel_time=90.0, highway="track")
    graph.add_edge("A", "B", length=bend.length, travel_time=50.0, highway="primary", geometry=bend)
    for name, x in (("Y", -600), ("Z", 1_200)):
        graph.add_node(name, x=X0_M + x, y=Y0_M)
    graph.add_edge("Y", "A", length=600.0, travel_time=60.0, highway="residential")
    graph.add_edge("B", "Z", length=600.0, travel_time=60.0, highway="residential")
    network = RoadNetwork.from_graph(graph)
    paths = find_paths(network, at(network, (-300, 0)), at(network, (900, 0)))
    assert paths.time_s == pytest.approx([110.0])
    assert network.highway[paths.segment].tolist() == ["residential", "primary", "residential"]


def test_a_tree_ends_at_its_limit():
    network = one_way_network()
    root, there = at(network, (300, 600)), at(network, (900, 600), (1200, 300), (600, 300), (100, 600))
    whole, near = Tree.grow(network, root), Tree.grow(network, root, limit_s=60.5)
    assert whole.at(there)[0] == pytest.approx([60, 120, 60, 220])
    assert near.at(there)[0] == pytest.approx([60, np.inf, 60, np.inf])
    assert near.at(there)[1].tolist() == [0, -1, 0, -1]
    assert [len(way) for way in near.trace(there)] == [2, 0, 2, 0]
    # along one road as well
    assert np.isinf(Tree.grow(network, root, limit_s=10).at(at(network, (500, 600)))[0]).all()


def test_as_many_origins_as_destinations():
    network = one_way_network()
    with pytest.raises(ValueError, match="2 origins and 1 destinations"):
        find_paths(network, at(network, (0, 0), (1, 0)), at(network, (0, 0)))


@given(road_graphs(), points(), points(), st.booleans())
def test_ways_take_the_times_they_say_and_hang_together(graph, starts, ends, turn):
    network = RoadNetwork.from_graph(graph)
    origins, destinations = (
        network.snap_points(gpd.GeoSeries(shapely.points(xy), crs=CRS)) for xy in (starts, ends)
    )
    if turn:
        network = network.reversed()
    nothing = np.zeros(len(origins)), np.zeros(len(destinations))
    table = network.travel_times(origins, destinations, leave_s=nothing[0], arrive_s=nothing[1])
    row, column = (k.ravel() for k in np.indices(table.shape))
    paths = find_paths(network, origins.take(row), destinations.take(column))
    np.testing.assert_allclose(paths.time_s, table.ravel(), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(table, place_times(network, origins, destinations, *nothing), atol=1e-3)
    is_found = np.isfinite(paths.time_s)
    np.testing.assert_allclose(driven_s(network, paths)[is_found], paths.time_s[is_found], atol=1e-3)
    for pair in range(len(row)):
        _hangs_together(network, paths, pair, origins.take(row[[pair]]), destinations.take(column[[pair]]))


def _hangs_together(network, paths, pair, origin, destination) -> None:
    """See that each piece begins where the one before ends, from the origin to the destination."""
    mine = np.flatnonzero(paths.pair == pair)
    lines = network.geometry[paths.segment[mine]]
    finish = paths.begin[mine] + np.where(paths.along[mine], 1, -1) * paths.part[mine]
    stops = [_xy(network, origin)]
    for line, start, stop in zip(lines, paths.begin[mine], finish, strict=True):
        assert np.hypot(*(_on(line, start) - stops[-1])) < 0.1
        stops.append(_on(line, stop))
    if np.isfinite(paths.time_s[pair]):
        assert np.hypot(*(stops[-1] - _xy(network, destination))) < 0.1


def _on(line: shapely.LineString, share: float) -> np.ndarray:
    return shapely.get_coordinates(line.interpolate(share, normalized=True))[0]


def _xy(network: RoadNetwork, place: Snapped) -> np.ndarray:
    return _on(network.geometry[place.segment[0]], place.fraction[0]) if place.on_network[0] else np.zeros(2)


@given(road_graphs(), points(), points())
def test_a_tree_of_many_roots_reaches_each_place_from_the_nearest(graph, starts, ends):
    network = RoadNetwork.from_graph(graph)
    roots, places = (network.snap_points(gpd.GeoSeries(shapely.points(xy), crs=CRS)) for xy in (starts, ends))
    wait_s = np.arange(len(roots), dtype=np.float64) * 3
    table = network.travel_times(roots, places, leave_s=wait_s, arrive_s=np.zeros(len(places)))
    tree = Tree.grow(network, roots, wait_s=wait_s)
    time_s, root = tree.at(places)
    np.testing.assert_allclose(time_s, table.min(axis=0), rtol=1e-9, atol=1e-6)
    for k, way in enumerate(tree.trace(places)):
        if np.isfinite(time_s[k]):
            whole = [(network.forward_s if p.along else network.backward_s)[p.segment] * p.part for p in way]
            assert sum(whole) + wait_s[root[k]] == pytest.approx(time_s[k], abs=1e-3)
