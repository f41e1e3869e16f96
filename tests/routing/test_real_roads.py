"""Times on real road networks against NetworkX, node by node."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
import shapely

from coverage.routing.isochrones import isochrones
from coverage.routing.network import RoadNetwork
from coverage.routing.snapping import Snapped
from coverage.sources.osm_file import read_extract
from coverage.sources.osm_roads import build_graph
from oracles.times import place_times


@pytest.fixture(scope="module", params=["liechtenstein.osm.pbf", "porto.osm.pbf"])
def roads(request, shared_file):
    graph, _ = build_graph(read_extract(shared_file(request.param)))
    return graph, RoadNetwork.from_graph(graph)


def junctions(network: RoadNetwork, n: int, seed: int) -> Snapped:
    chosen = np.random.default_rng(seed).choice(np.flatnonzero(network.is_open), n, replace=False)
    return Snapped(chosen, np.zeros(n), np.zeros(n))


def assert_same_ms(found_s, expected_s):
    found_s, expected_s = np.asarray(found_s), np.asarray(expected_s)
    np.testing.assert_array_equal(np.isfinite(found_s), np.isfinite(expected_s))
    reached = np.isfinite(found_s)
    assert reached.any()
    np.testing.assert_allclose(found_s[reached], expected_s[reached], rtol=0, atol=1e-3)


def test_every_node_has_networkxs_time(roads):
    graph, network = roads
    places = junctions(network, 12, seed=1)
    sources = {network.node_id[network.tail[s]] for s in places.segment}
    expected = nx.multi_source_dijkstra_path_length(graph, sources, weight="travel_time")
    assert_same_ms(
        network.nearest(places).time_s, [expected.get(n, math.inf) for n in network.node_id.tolist()]
    )


def test_the_other_way_round_too(roads):
    """Transport runs from the patient: against the response, on reversed roads."""
    graph, network = roads
    hospital = junctions(network, 1, seed=2)
    patients = junctions(network, 400, seed=3)
    (node,) = (network.node_id[network.tail[s]] for s in hospital.segment)
    to_node = nx.single_source_dijkstra_path_length(graph.reverse(), node, weight="travel_time")
    from_node = nx.single_source_dijkstra_path_length(graph, node, weight="travel_time")
    nodes = [network.node_id[network.tail[s]] for s in patients.segment]
    transport_s, response_s = (
        network.travel_times(patients, hospital)[:, 0],
        network.travel_times(hospital, patients)[0],
    )
    assert_same_ms(transport_s, [to_node.get(n, math.inf) for n in nodes])
    assert_same_ms(response_s, [from_node.get(n, math.inf) for n in nodes])
    assert not np.allclose(transport_s, response_s, atol=1.0)


def test_places_along_the_roads_are_cut_roads(roads):
    _, network = roads
    if len(network.tail) > 20_000:
        pytest.skip("the oracle cuts every road: on the small country only")
    rng = np.random.default_rng(4)
    origins, destinations = (
        Snapped(rng.choice(np.flatnonzero(network.is_open), n), rng.uniform(0, 1, n), rng.uniform(0, 200, n))
        for n in (5, 60)
    )
    expected = place_times(network, origins, destinations, origins.yard_s, destinations.walk_s)
    assert_same_ms(network.travel_times(origins, destinations), expected)
    assert_same_ms(network.nearest(origins).at(destinations)[0], expected.min(axis=0))


def test_areas_hold_what_the_times_say(roads):
    _, network = roads
    station = junctions(network, 1, seed=5)
    reach = network.nearest(station)
    rng = np.random.default_rng(6)
    places = Snapped(
        rng.choice(np.flatnonzero(network.is_open), 20_000), rng.uniform(0, 1, 20_000), np.zeros(20_000)
    )
    time_s, _ = reach.at(places)
    points = shapely.line_interpolate_point(
        network.geometry[places.segment], places.fraction, normalized=True
    )
    for area in isochrones(reach, [900.0, 1800.0]):
        inside, within = shapely.contains(area.polygon, points), time_s <= area.limit_s
        assert (inside & ~within).sum() < 0.03 * within.sum()
        assert (~inside & within).sum() < 0.03 * within.sum()
