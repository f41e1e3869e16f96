"""Lines join where a driver could turn, and nowhere else."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.sources.road_topology import LOOSE_END_M, SAME_PLACE_M, TIED_END_M, Drawn, connect


def drawn(*lines, structure=(), motorway=(), level=None):
    """Give lines as drawn; `structure` and `motorway` name lines, `level` maps them."""
    numbers = range(len(lines))
    return Drawn(
        np.array([point for line in lines for point in line], dtype=float),
        np.repeat(np.arange(len(lines)), [len(line) for line in lines]),
        np.array([i in structure for i in numbers]),
        np.array([i in motorway for i in numbers]),
        np.array([(level or {}).get(i, 0) for i in numbers]),
    )


def graph_of(network):
    """Give the network as a graph of segments, its nodes called by their place."""
    graph = nx.Graph()
    places = [tuple(np.round(place, 3).tolist()) for place in network.nodes]
    rows = list(zip(network.line.tolist(), network.node.tolist(), strict=True))
    for (line, a), (other, b) in pairwise(rows):
        if line == other:
            graph.add_edge(places[a], places[b], m=float(np.hypot(*(network.nodes[a] - network.nodes[b]))))
    return graph


def distance_m(network, a, b):
    try:
        return nx.shortest_path_length(graph_of(network), a, b, weight="m")
    except nx.NetworkXNoPath:
        return np.inf


STREET = [(0, 0), (100, 0)]


def test_lines_that_cross_meet():
    network = connect(drawn(STREET, [(50, -50), (50, 50)]))
    assert distance_m(network, (0, 0), (50, 50)) == pytest.approx(100)
    assert (network.n_crossings, network.n_apart, len(network.joined)) == (1, 0, 0)


@pytest.mark.parametrize(
    "options",
    [{"structure": [1]}, {"structure": [0]}, {"motorway": [0]}, {"level": {1: 1}}, {"level": {0: -1}}],
    ids=str,
)
def test_over_and_under_do_not_meet(options):
    network = connect(drawn(STREET, [(50, -50), (50, 50)], **options))
    assert distance_m(network, (0, 0), (50, 50)) == np.inf
    assert (network.n_crossings, network.n_apart) == (0, 1)


def test_roads_of_one_level_above_the_ground_meet():
    network = connect(drawn(STREET, [(50, -50), (50, 50)], level={0: 1, 1: 1}))
    assert distance_m(network, (0, 0), (50, 50)) == pytest.approx(100)


def test_a_common_vertex_is_a_junction_whatever_the_lines_are():
    ramp = [(50, 0), (50, 50)]
    network = connect(drawn([(0, 0), (50, 0), (100, 0)], ramp, motorway=[0, 1], level={1: 1}))
    assert distance_m(network, (0, 0), (50, 50)) == pytest.approx(100)
    assert len(network.joined) == network.n_crossings == 0


def test_vertices_that_rounding_moved_are_one():
    network = connect(drawn(STREET, [(100 + 0.9 * SAME_PLACE_M, 0), (200, 0)]))
    assert distance_m(network, (0, 0), (200, 0)) == pytest.approx(200, abs=0.1)
    assert len(network.joined) == 0


@pytest.mark.parametrize("gap_m", [0.0, 0.03, 0.5, LOOSE_END_M - 0.01])
def test_a_side_road_that_stops_short_is_drawn_on(gap_m):
    network = connect(drawn(STREET, [(50, gap_m), (50, 50)]))
    # vertices stay where they were drawn
    assert distance_m(network, (0, 0), (50, 50)) == pytest.approx(100, abs=SAME_PLACE_M)
    assert network.joined.tolist() == [1]
    assert network.n_crossings == 0


def test_a_side_road_that_stops_farther_off_is_left_alone():
    network = connect(drawn(STREET, [(50, LOOSE_END_M + 0.01), (50, 50)]))
    assert distance_m(network, (0, 0), (50, 50)) == np.inf
    assert len(network.joined) == 0


def test_a_side_road_that_goes_too_far_is_joined_once():
    network = connect(drawn(STREET, [(50, -0.3), (50, 50)]))
    assert distance_m(network, (0, 0), (50, 50)) == pytest.approx(100)
    assert (network.n_crossings, len(network.joined)) == (1, 0)
    # the stump stays, and leads nowhere else
    assert graph_of(network).degree[(50, -0.3)] == 1


def test_the_ends_of_one_road_in_two_parts_are_joined():
    network = connect(drawn(STREET, [(102, 0), (200, 0)]))
    assert distance_m(network, (0, 0), (200, 0)) == pytest.approx(200)
    assert len(network.joined) == 1


def test_two_side_roads_that_share_their_end_are_joined_to_the_road():
    sides = [(50, 0.3), (0, 50)], [(50, 0.3), (100, 50)]
    network = connect(drawn(STREET, *sides))
    assert distance_m(network, (0, 0), (0, 50)) < 130
    far = [[(x, y + TIED_END_M) for x, y in side] for side in sides]
    assert distance_m(connect(drawn(STREET, *far)), (0, 0), (0, 50 + TIED_END_M)) == np.inf


def test_an_end_under_a_bridge_is_not_joined_but_an_end_at_its_end_is():
    beside = [(50, 1), (50, 50)]
    network = connect(drawn(STREET, beside, structure=[0]))
    assert distance_m(network, (0, 0), (50, 50)) == np.inf
    behind = [(101, 0), (200, 0)]
    network = connect(drawn(STREET, behind, structure=[0], level={0: 1}))
    assert distance_m(network, (0, 0), (200, 0)) == pytest.approx(200)


def test_the_end_of_a_bridge_is_joined_to_the_road_it_leads_to():
    network = connect(drawn(STREET, [(50, 1), (50, 50)], structure=[1], level={1: 1}))
    assert distance_m(network, (0, 0), (50, 50)) == pytest.approx(100)


def test_a_ramp_that_ends_on_a_motorway_is_joined():
    network = connect(drawn(STREET, [(50, 0.4), (80, 50)], motorway=[0, 1]))
    assert distance_m(network, (0, 0), (80, 50)) < 120


def test_three_roads_through_one_point_make_one_junction():
    network = connect(drawn(STREET, [(50, -50), (50, 50)], [(20, -30), (80, 30)]))
    assert graph_of(network).degree[(50, 0)] == 6
    assert network.n_crossings == 3


def test_a_road_that_crosses_at_anothers_vertex_is_counted_once():
    network = connect(drawn([(0, 0), (50, 0), (100, 0)], [(50, -50), (50, 50)]))
    assert graph_of(network).degree[(50, 0)] == 4
    assert network.n_crossings == 1


def length_m(network):
    return graph_of(network).size("m")


@pytest.mark.parametrize("step_m", [0.02, 0.04, 0.06])
def test_a_line_keeps_its_length_however_close_its_vertices_are(step_m):
    straight = [(x, 0.0) for x in np.arange(0, 100 + step_m / 2, step_m)]
    network = connect(drawn(straight, [(50.003, 0), (50.003, 80)], [(100, 0), (200, 0)]))
    assert len(set(network.line.tolist())) == 3
    assert length_m(network) == pytest.approx(280, abs=0.1)
    assert distance_m(network, (0, 0), (50.003, 80)) == pytest.approx(130, abs=0.1)
    assert distance_m(network, (0, 0), (200, 0)) == pytest.approx(200, abs=0.1)


def test_a_dense_curve_is_as_long_as_it_was_drawn():
    turn = np.arange(0, np.pi / 2, 0.04 / 30)
    arc = np.column_stack([30 * np.sin(turn), 30 - 30 * np.cos(turn)]).tolist()
    network = connect(drawn([(-50, 0), *arc, (30, 80)]))
    assert length_m(network) == pytest.approx(50 + 15 * np.pi + 50, abs=0.1)
    assert network.n_crossings == 0


@pytest.mark.parametrize("offset_m", [0.0, 0.02])
def test_dense_lines_on_top_of_each_other_do_not_collapse(offset_m):
    lines = [[(x, k * offset_m) for x in np.arange(k * 0.01, 100, 0.04)] for k in range(3)]
    network = connect(drawn(*lines))
    start, end = tuple(np.round(lines[0][0], 3)), tuple(np.round(lines[0][-1], 3))
    assert set(network.line.tolist()) == {0, 1, 2}
    found = nx.shortest_path_length(
        graph_of(network), start, min(graph_of(network), key=lambda p: abs(p[0] - end[0])), weight="m"
    )
    assert found == pytest.approx(100, abs=0.3)


def test_a_line_that_comes_back_to_itself_is_closed():
    ring = connect(drawn([(0, 0), (100, 0), (100, 100), (0, 0.03)]))
    assert len(ring.nodes) == 3
    loop = connect(drawn([(-50, 0), (0, 0), (100, 0), (100, 100), (0, 0.03)]))
    assert len(loop.nodes) == 4


UNDER = [[(50, -50), (50, 0)], [(50, 0), (50, 50)]]


@pytest.mark.parametrize("options", [{"motorway": [0]}, {"structure": [0]}, {"level": {0: 1}}], ids=str)
def test_two_parts_of_a_road_that_meet_right_under_another_are_an_underpass(options):
    network = connect(drawn(STREET, *UNDER, **options))
    assert distance_m(network, (0, 0), (50, 50)) == np.inf
    assert distance_m(network, (50, -50), (50, 50)) == pytest.approx(100)
    assert network.n_apart > 0
    assert len(network.joined) == 0


@pytest.mark.parametrize("options", [{"motorway": [1, 2]}, {"structure": [1, 2]}], ids=str)
@pytest.mark.parametrize("off_m", [0.0, 0.3])
def test_two_parts_of_a_bridge_or_motorway_that_meet_right_over_a_road_pass_over_it(options, off_m):
    over = [[(x, y + off_m) for x, y in part] for part in UNDER]
    network = connect(drawn(STREET, *over, **options))
    assert distance_m(network, (0, 0), (50, 50 + off_m)) == np.inf
    assert distance_m(network, (50, -50 + off_m), (50, 50 + off_m)) == pytest.approx(100)


@pytest.mark.parametrize("bridge", [1, 2])
@pytest.mark.parametrize("off_m", [0.0, 0.3])
def test_a_bridge_and_its_road_that_meet_on_another_road_join_it(bridge, off_m):
    parts = [[(x, y + off_m) for x, y in part] for part in UNDER]
    network = connect(drawn(STREET, *parts, structure=[bridge]))
    assert distance_m(network, (0, 0), (50, 50 + off_m)) == pytest.approx(100 + off_m)


def test_two_ramps_that_share_their_end_on_a_motorway_join_it():
    ramps = [(50, 0), (80, 50)], [(50, 0), (20, 50)]
    network = connect(drawn(STREET, *ramps, motorway=[0, 1, 2]))
    assert distance_m(network, (0, 0), (80, 50)) == pytest.approx(50 + np.hypot(30, 50))
    assert network.n_apart == 0


def test_a_slip_of_the_pen_is_no_crossing():
    network = connect(drawn([(0, 0), (50, 0), (50.1, 0.1), (50, 0.2), (49.9, -0.1), (100, -0.1)]))
    assert network.n_crossings == 0


@pytest.mark.parametrize("gap_m", [0.0, 0.03, 2.0])
def test_a_side_road_never_joins_a_motorway_along_its_way(gap_m):
    network = connect(drawn(STREET, [(50, gap_m), (50, 50)], motorway=[0]))
    assert distance_m(network, (0, 0), (50, 50)) == np.inf
    assert len(network.joined) == 0


def test_a_motorway_goes_on_as_a_road_and_ends_on_one():
    onward = connect(drawn(STREET, [(101, 0), (200, 0)], motorway=[0]))
    assert distance_m(onward, (0, 0), (200, 0)) == pytest.approx(200)
    for gap_m in (0.0, 1.0):
        onto = connect(drawn(STREET, [(50, gap_m), (50, 50)], motorway=[1]))
        assert distance_m(onto, (0, 0), (50, 50)) == pytest.approx(100)


def test_two_side_roads_that_share_their_end_a_metre_off_are_left_alone():
    network = connect(drawn(STREET, [(50, 1.0), (0, 50)], [(50, 1.0), (100, 50)]))
    assert distance_m(network, (0, 0), (0, 50)) == np.inf


def test_lines_without_length_vanish():
    network = connect(drawn([(5, 5), (5, 5)], STREET, [(7, 7), (7, 7.01)]))
    assert set(network.line.tolist()) == {1, 2}
    assert len(connect(drawn([(5, 5), (5, 5)])).node) == 0


def test_roads_side_by_side_and_on_top_of_each_other_do_no_harm():
    network = connect(drawn(STREET, STREET, [(20, 0), (80, 0)], [(0, 4), (100, 4)]))
    assert distance_m(network, (0, 0), (100, 0)) == pytest.approx(100)
    assert (0, 4) in graph_of(network)


def test_vertices_are_those_that_were_drawn():
    lines = drawn(STREET, [(50, 2), (50, 50)])
    network = connect(lines)
    old = network.vertex >= 0
    np.testing.assert_array_equal(network.nodes[old], lines.points[network.vertex[old]])
    assert network.nodes[~old].tolist() == [[50, 0]]


def city(rng, n, *, noded):
    """Draw streets west to east and south to north; cut and with a vertex at every crossing if `noded`."""
    xs = np.sort(rng.choice(np.arange(0, 2000, 50), n, replace=False)).astype(float)
    ys = np.sort(rng.choice(np.arange(0, 2000, 50), n, replace=False)).astype(float)
    if not noded:
        across = [[(xs[0], y), (xs[-1], y)] for y in ys]
        return across + [[(x, ys[0]), (x, ys[-1])] for x in xs]
    parts = [[(a, y), (b, y)] for y in ys for a, b in pairwise(xs)]
    return parts + [[(x, a), (x, b)] for x in xs for a, b in pairwise(ys)]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 8), st.floats(0, 2 * np.pi))
def test_streets_without_nodes_give_the_paths_of_streets_with_nodes(seed, n, angle):
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    graphs = []
    for noded in (True, False):
        lines = city(np.random.default_rng(seed), n, noded=noded)
        network = connect(drawn(*[(np.array(line) @ turn).tolist() for line in lines]))
        straight = network.nodes @ turn.T
        graph = nx.Graph()
        places = [tuple(np.round(place).tolist()) for place in straight]
        rows = list(zip(network.line.tolist(), network.node.tolist(), strict=True))
        for (line, a), (other, b) in pairwise(rows):
            if line == other:
                graph.add_edge(places[a], places[b], m=float(np.hypot(*(straight[a] - straight[b]))))
        graphs.append(graph)
    first, second = graphs
    assert set(first) == set(second)
    assert nx.utils.edges_equal(first.edges, second.edges)
    start = min(first)
    lengths = [nx.single_source_dijkstra_path_length(g, start, weight="m") for g in graphs]
    assert lengths[0] == pytest.approx(lengths[1], abs=0.01)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_and_the_sense_of_lines_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    lines = [rng.uniform(0, 300, (3, 2)).tolist() for _ in range(12)]
    order = rng.permutation(len(lines))
    turned = [lines[i][:: rng.choice([1, -1])] for i in order]
    first, second = connect(drawn(*lines)), connect(drawn(*turned))
    lengths = [graph_of(network).size("m") for network in (first, second)]
    assert lengths[0] == pytest.approx(lengths[1], abs=0.05)
    assert first.n_crossings == second.n_crossings
    parts = [nx.number_connected_components(graph_of(network)) for network in (first, second)]
    assert parts[0] == parts[1]
