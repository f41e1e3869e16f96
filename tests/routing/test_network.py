"""Travel times against a graph solved by hand, NetworkX, and properties that no network may break."""

from __future__ import annotations

import dataclasses
import math

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import NetworkError
from coverage.routing.network import RoadNetwork
from oracles.times import node_times, place_times
from strategies import CRS, X0_M, Y0_M, points, road_graphs

WALK_MPS, YARD_MPS = 4 / 3.6, 20 / 3.6


def one_way_graph(**crs) -> nx.MultiDiGraph:
    """
    Give the six-node graph solved by hand below; every road is 600 m and takes 60 s.

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
    graph.graph.update(crs)
    return graph


def at(network: RoadNetwork, *xy: tuple[float, float]):
    series = gpd.GeoSeries([shapely.Point(X0_M + x, Y0_M + y) for x, y in xy], crs=CRS)
    return network.snap_points(series)


def by_name(network: RoadNetwork, values) -> dict[str, float]:
    return dict(zip(network.node_id.tolist(), values.tolist(), strict=True))


def test_nearest_runs_along_the_one_ways_from_a_place_on_a_road():
    network = RoadNetwork.from_graph(one_way_graph())
    # halfway along A -> B, 30 m off the road: 5.4 s through the yard, then 30 s to B
    found = network.nearest(at(network, (300, 630)))
    yard_s = 30 / YARD_MPS
    expected = {"B": 30, "C": 90, "E": 90, "F": 150, "D": 150, "A": 210}
    assert by_name(network, found.time_s) == pytest.approx({k: v + yard_s for k, v in expected.items()})


def test_a_place_behind_on_the_same_one_way_is_a_whole_round_away():
    network = RoadNetwork.from_graph(one_way_graph())
    origin, ahead, behind = at(network, (300, 600)), at(network, (500, 600)), at(network, (100, 600))
    assert network.travel_times(origin, ahead)[0, 0] == pytest.approx(20)
    # 30 to B, 60 to E, 60 to D, 60 to A, 10 along A -> B
    assert network.travel_times(origin, behind)[0, 0] == pytest.approx(220)


def test_a_place_a_hair_behind_itself_on_a_one_way_is_no_round_away():
    network = RoadNetwork.from_graph(one_way_graph())
    here = at(network, (300, 600))
    again = dataclasses.replace(here, fraction=here.fraction + 1e-10)
    np.testing.assert_allclose(network.travel_times(again, here), [[0.0]], atol=1e-3)
    time_s, _ = network.nearest(again).at(here)
    np.testing.assert_allclose(time_s, [0.0], atol=1e-3)


def test_response_and_transport_differ():
    network = RoadNetwork.from_graph(one_way_graph())
    base, patient = at(network, (600, 600)), at(network, (1200, 600))
    assert network.travel_times(base, patient)[0, 0] == pytest.approx(60)
    assert network.travel_times(patient, base)[0, 0] == pytest.approx(60 + 60 + 60)


def test_the_walk_to_the_patient_is_at_stretcher_pace():
    network = RoadNetwork.from_graph(one_way_graph())
    base, patient = at(network, (600, 300)), at(network, (700, 400))
    assert patient.access_m == pytest.approx([100])
    assert network.travel_times(base, patient)[0, 0] == pytest.approx(10 + 100 / WALK_MPS)


def test_parallel_edges_take_the_quickest_and_islands_are_infinite():
    graph = one_way_graph()
    graph.add_edge("A", "B", length=600.0, travel_time=20.0, highway="residential")
    graph.add_node("X", x=X0_M + 5000, y=Y0_M)
    graph.add_node("Y", x=X0_M + 5600, y=Y0_M)
    graph.add_edge("X", "Y", length=600.0, travel_time=60.0, highway="residential")
    network = RoadNetwork.from_graph(graph)
    times = network.travel_times(at(network, (0, 600)), at(network, (600, 600), (5300, 0), (50_000, 0)))
    assert times.tolist() == [[20.0, math.inf, math.inf]]


def test_a_line_drawn_against_its_edge_is_turned_around():
    plain, turned = one_way_graph(), one_way_graph()
    for graph in (plain, turned):
        for u, v, data in graph.edges(data=True):
            line = shapely.LineString([(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in (u, v)])
            data["geometry"] = line.reverse() if graph is turned else line
    places = (200, 600), (1200, 100)
    times = [
        network.travel_times(at(network, *places), at(network, (500, 600), (100, 0)))
        for network in (RoadNetwork.from_graph(plain), RoadNetwork.from_graph(turned))
    ]
    np.testing.assert_allclose(times[1], times[0])
    assert times[0][0, 0] == pytest.approx(30)


def test_nobody_is_reached_from_the_expressway_or_inside_a_tunnel():
    graph = one_way_graph()
    for n, y in (("P", 1000), ("Q", 1000), ("S", 800), ("T", 800)):
        graph.add_node(n, x=X0_M + (0 if n in "PS" else 1200), y=Y0_M + y)
    graph.add_edge("P", "Q", length=1200.0, travel_time=48.0, highway="motorway")
    graph.add_edge("S", "T", length=1200.0, travel_time=48.0, highway="primary", tunnel="yes")
    network = RoadNetwork.from_graph(graph)
    patient = at(network, (300, 950), (300, 790))
    assert patient.access_m == pytest.approx([350, 190])  # to A-B, past both


def test_each_facility_starts_at_its_own_time():
    network = RoadNetwork.from_graph(one_way_graph())
    both = at(network, (0, 600), (600, 600))
    found = network.nearest(both, start_s=[0.0, 100.0])
    time_s, facility = found.at(at(network, (600, 600), (1200, 600)))
    assert time_s == pytest.approx([60, 120])
    assert facility.tolist() == [0, 0]


def test_cutoff_leaves_the_rest_unreached():
    network = RoadNetwork.from_graph(one_way_graph())
    start = at(network, (0, 600))
    found = network.nearest(start, cutoff_s=120)
    expected = {"A": 0, "B": 60, "C": 120, "E": 120, "D": math.inf, "F": math.inf}
    assert by_name(network, found.time_s) == expected
    assert (found.facility == np.where(np.isfinite(found.time_s), 0, -1)).all()
    assert network.travel_times(start, at(network, (1200, 300)), cutoff_s=120).tolist() == [[math.inf]]


def test_distance_by_road_counts_the_metres_off_it():
    network = RoadNetwork.from_graph(one_way_graph())
    distance_m = network.nearest_distance_m(at(network, (0, 620)), at(network, (600, 300), (300, 610)))
    assert distance_m == pytest.approx([20 + 900, 20 + 300 + 10])


def test_distance_by_road_respects_one_ways():
    network = RoadNetwork.from_graph(one_way_graph())
    # C to B is C-F-E-B; back along A -> B is B-E-D-A and 100 m more
    assert network.nearest_distance_m(at(network, (1200, 600)), at(network, (600, 600))) == pytest.approx(
        [1800]
    )
    assert network.nearest_distance_m(at(network, (300, 600)), at(network, (100, 600))) == pytest.approx(
        [300 + 1800 + 100]
    )


def test_distance_along_one_road_counts_the_metres_off_it_at_both_ends():
    network = RoadNetwork.from_graph(one_way_graph())
    base, patient = at(network, (100, 630)), at(network, (500, 610))
    assert network.nearest_distance_m(base, patient) == pytest.approx([30 + 400 + 10])


def test_a_place_at_a_junction_uses_every_road_of_it():
    network = RoadNetwork.from_graph(one_way_graph())
    middle_of_b_e = at(network, (600, 300))
    # 5 cm beyond the start of B -> C, 5 cm before the end of A -> B: both are B
    past, before = at(network, (600.05, 600)), at(network, (599.95, 600))
    assert network.travel_times(past, middle_of_b_e)[0, 0] == pytest.approx(30)
    assert network.travel_times(middle_of_b_e, before)[0, 0] == pytest.approx(30)


def test_snap_takes_lon_lat_and_passes_unknown_points():
    network = RoadNetwork.from_graph(one_way_graph())
    lonlat = gpd.GeoSeries([shapely.Point(X0_M + 300, Y0_M + 630)], crs=CRS).to_crs(4326)
    snapped = network.snap([lonlat.x[0], math.nan], [lonlat.y[0], 29.0])
    assert snapped.access_m[0] == pytest.approx(30, abs=1e-3)
    assert snapped.on_network.tolist() == [True, False]
    assert snapped.access_m[1] == math.inf


def test_off_network_keeps_its_distance():
    network = RoadNetwork.from_graph(one_way_graph())
    snapped = at(network, (600, 1600 + 0.5))
    assert not snapped.on_network[0]
    assert snapped.access_m[0] == pytest.approx(1000.5)


def test_times_follow_the_speed_table_where_the_graph_has_none():
    graph = one_way_graph()
    for _, _, data in graph.edges(data=True):
        del data["travel_time"]
    network = RoadNetwork.from_graph(graph)  # residential, 30 km/h, 600 m
    assert np.unique(network.time_graph.data) == pytest.approx([72.0])
    slow = RoadNetwork.from_graph(graph, condition="normal")
    assert np.unique(slow.time_graph.data) == pytest.approx([72.0 / 0.7])


def test_a_class_that_is_not_for_ambulances_gets_no_speed():
    graph = one_way_graph()
    for u, v, data in graph.edges(data=True):
        del data["travel_time"]
        data["highway"] = ["footway", "steps"] if (u, v) == ("A", "B") else "residential"
    network = RoadNetwork.from_graph(graph)
    assert network.n_without_speed == 1
    assert len(network.tail) == 6  # B-E is one segment


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda g: g.remove_edges_from(list(g.edges)), "no roads"),
        (lambda g: g.nodes["A"].pop("x"), "coordinate 'x'"),
        (lambda g: [d.clear() for _, _, d in g.edges(data=True)], "travel_time nor highway"),
        (lambda g: [d.update(travel_time=-1) for _, _, d in g.edges(data=True)], "negative travel time"),
        (
            lambda g: [(d.pop("travel_time"), d.update(highway="steps")) for _, _, d in g.edges(data=True)],
            "no road is open",
        ),
    ],
)
def test_a_graph_that_cannot_be_searched_is_refused(change, message):
    graph = one_way_graph()
    change(graph)
    with pytest.raises(NetworkError, match=message):
        RoadNetwork.from_graph(graph)


def test_no_facility_near_a_road_is_refused():
    network = RoadNetwork.from_graph(one_way_graph())
    with pytest.raises(NetworkError, match="no facility lies near a road"):
        network.nearest(at(network, (90_000, 0)))


@settings(deadline=None, max_examples=150)
@given(graph=road_graphs(), seeds=st.lists(st.integers(0, 8), min_size=1, max_size=3))
def test_node_times_are_networkx_times(graph, seeds):
    network = RoadNetwork.from_graph(graph)
    nodes = list(graph.nodes)
    chosen = [nodes[i % len(nodes)] for i in seeds]
    series = gpd.GeoSeries([shapely.Point(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in chosen], crs=CRS)
    snapped = network.snap_points(series)
    at_node = snapped.on_network & (snapped.access_m == 0) & np.isin(snapped.fraction, (0, 1))
    if not at_node.all():  # an isolated node lies on no road
        return
    found = network.nearest(snapped)
    expected = node_times(graph, dict.fromkeys(chosen, 0.0))
    assert by_name(network, found.time_s) == pytest.approx(expected, abs=1e-6)


@settings(deadline=None, max_examples=150)
@given(graph=road_graphs(), origins=points(), destinations=points())
def test_place_times_are_networkx_times_with_every_road_cut(graph, origins, destinations):
    network = RoadNetwork.from_graph(graph)
    start, end = (
        network.snap_points(gpd.GeoSeries(shapely.points(xy), crs=CRS), snap_limit_m=250)
        for xy in (origins, destinations)
    )
    expected = place_times(network, start, end, start.access_m / YARD_MPS, end.access_m / WALK_MPS)
    # one origin at a time searches forward, all to one destination searches backward
    forward = np.vstack([network.travel_times(start.take(np.array([i])), end) for i in range(len(start))])
    backward = np.hstack([network.travel_times(start, end.take(np.array([j]))) for j in range(len(end))])
    for found in (network.travel_times(start, end), forward, backward):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    if start.on_network.any():
        time_s, facility = network.nearest(start).at(end)
        np.testing.assert_allclose(time_s, expected.min(axis=0), rtol=0, atol=1e-6)
        reached = np.flatnonzero(np.isfinite(time_s))
        np.testing.assert_allclose(expected[facility[reached], reached], time_s[reached], rtol=0, atol=1e-6)
        assert (facility[~np.isfinite(time_s)] == -1).all()


@settings(deadline=None, max_examples=60)
@given(graph=road_graphs(), origins=points(), destinations=points(), more=points(most=2))
def test_one_more_facility_never_worsens_a_time(graph, origins, destinations, more):
    network = RoadNetwork.from_graph(graph)
    end = network.snap_points(gpd.GeoSeries(shapely.points(destinations), crs=CRS))
    few = network.snap_points(gpd.GeoSeries(shapely.points(origins), crs=CRS))
    many = network.snap_points(gpd.GeoSeries(shapely.points(np.vstack([origins, more])), crs=CRS))
    if few.on_network.any():
        before, _ = network.nearest(few).at(end)
        after, _ = network.nearest(many).at(end)
        assert (after <= before + 1e-9).all()


@settings(deadline=None, max_examples=60)
@given(graph=road_graphs(), origins=points(), destinations=points(), seed=st.integers(0, 99))
def test_renaming_reordering_and_the_round_trip_change_nothing(graph, origins, destinations, seed):
    rng = np.random.default_rng(seed)
    shuffled = nx.MultiDiGraph(crs=CRS)
    names = {n: int(i) for n, i in zip(graph.nodes, rng.permutation(graph.number_of_nodes()), strict=True)}
    for n in rng.permutation(list(graph.nodes)).tolist():
        shuffled.add_node(names[n], **graph.nodes[n])
    edges = list(graph.edges(data=True))
    for i in rng.permutation(len(edges)).tolist():
        shuffled.add_edge(names[edges[i][0]], names[edges[i][1]], **edges[i][2])
    first = RoadNetwork.from_graph(graph)
    tables = []
    for network in (first, RoadNetwork.from_graph(shuffled), RoadNetwork.from_graph(first.to_graph())):
        start, end = (
            network.snap_points(gpd.GeoSeries(shapely.points(xy), crs=CRS)) for xy in (origins, destinations)
        )
        tables.append(network.travel_times(start, end))
    np.testing.assert_allclose(tables[1], tables[0], rtol=0, atol=1e-6)
    np.testing.assert_allclose(tables[2], tables[0], rtol=0, atol=1e-3)


def test_on_reversed_roads_the_facility_is_the_place_people_go_to():
    network = RoadNetwork.from_graph(one_way_graph())
    hospital, patient = at(network, (600, 610)), at(network, (1200, 640))
    # B -> C is one-way: from the hospital 60 s, to it round by F and E 180 s
    yard_s, walk_s = 10 / YARD_MPS, 40 / WALK_MPS
    assert network.travel_times(hospital, patient)[0, 0] == pytest.approx(yard_s + 60 + walk_s)
    back = network.reversed()
    assert back.travel_times(hospital, patient)[0, 0] == pytest.approx(yard_s + 180 + walk_s)
    assert back.nearest(hospital).at(patient)[0] == pytest.approx([yard_s + 180 + walk_s])
    assert network.reversed() is back


@settings(deadline=None)
@given(graph=road_graphs(), seeds=st.lists(st.integers(0, 8), min_size=1, max_size=3))
def test_times_on_reversed_roads_are_networkx_times_on_the_reversed_graph(graph, seeds):
    network = RoadNetwork.from_graph(graph).reversed()
    nodes = sorted({seed % len(network.node_id) for seed in seeds})
    starts = network.snap_points(
        gpd.GeoSeries(shapely.points(network.x_m[nodes], network.y_m[nodes]), crs=network.crs)
    )
    on_road = starts.access_m < 1e-6
    if not on_road.any():
        return
    oracle = place_times(network, starts, starts, starts.yard_s, starts.walk_s)
    np.testing.assert_allclose(network.travel_times(starts, starts), oracle, atol=1e-6)
    sources = {network.node_id[n]: 0.0 for n, near in zip(nodes, on_road, strict=True) if near}
    expected = node_times(graph.reverse(), sources)
    found = network.nearest(starts.only(on_road)).time_s
    assert by_name(network, found) == pytest.approx(expected, abs=1e-3)


def test_times_within_a_limit_keep_zero_and_leave_out_the_rest():
    network = RoadNetwork.from_graph(one_way_graph())
    origins, places = at(network, (0, 600), (600, 600)), at(network, (600, 600), (1200, 600), (50_000, 0))
    for first, last in ((origins, places), (places, origins)):
        found = network.travel_times_within(first, last, 60.0)
        full = network.travel_times(first, last)
        stored = np.full(full.shape, math.inf)
        row = np.repeat(np.arange(len(first)), np.diff(found.indptr))
        stored[row, found.indices] = found.data
        assert stored.tolist() == np.where(full <= 60.0, full, math.inf).tolist()
        assert 0.0 in found.data
        assert found.has_sorted_indices


@settings(deadline=None)
@given(
    graph=road_graphs(),
    origins=points(),
    destinations=points(most=9),
    limit_s=st.one_of(st.just(0.0), st.just(math.inf), st.floats(0, 600)),
)
def test_times_within_a_limit_are_those_of_the_whole_table(graph, origins, destinations, limit_s):
    network = RoadNetwork.from_graph(graph)
    first, last = (
        network.snap_points(gpd.GeoSeries.from_xy(*xy.T, crs=CRS)) for xy in (origins, destinations)
    )
    found = network.travel_times_within(first, last, limit_s)
    full = network.travel_times(first, last)
    stored = np.full(full.shape, math.inf)
    stored[np.repeat(np.arange(len(first)), np.diff(found.indptr)), found.indices] = found.data
    # a time without end is no time, whatever the limit
    assert np.isfinite(found.data).all()
    np.testing.assert_array_equal(stored, np.where(full <= limit_s, full, math.inf))
