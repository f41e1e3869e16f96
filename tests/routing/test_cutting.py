"""Roads cut at places along them: the same ways in the same time, in more pieces."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coverage.routing.cutting import Cut, along_m, courses_of, crossings_m, cut_roads, new_node_ids, pieces_of
from coverage.routing.network import RoadNetwork
from coverage.routing.snapping import Snapped
from road_grids import make_roads, random_roads, seconds, timed_graph, two_way

TEE = {1: (0.0, 0.0), 2: (1_000.0, 0.0), 3: (500.0, 500.0)}


def cut_at(roads, rows, part, *, stays=None):
    """Cut the courses of some edges at a part of their length."""
    courses = courses_of(roads, np.asarray(rows))
    ids = new_node_ids(roads, len(courses.line))
    cuts = {
        i: Cut(np.array([part * line.length]), ids[i : i + 1], np.array(stays or [True, True]))
        for i, line in enumerate(courses.line)
    }
    return cut_roads(roads, courses, cuts, np.zeros(len(roads.edges), dtype=bool))


def test_both_directions_and_copies_take_one_course_and_parallel_roads_another():
    rows = [*two_way(1, 2), {"u": 1, "v": 2, "key": 1}, {"u": 1, "v": 2, "key": 2, "via": [(500.0, 300.0)]}]
    roads = make_roads([*rows, *two_way(2, 3)], TEE)
    courses = courses_of(roads, np.array([1]))
    by_course = {frozenset(courses.row[courses.course == i].tolist()) for i in range(len(courses.line))}
    assert by_course == {frozenset({0, 1, 2}), frozenset({3})}


def test_directions_drawn_a_hand_apart_share_their_new_node():
    rows = two_way(1, 2, via=[(500.0, 0.0)])
    rows[1]["via"] = [(500.0, 0.1)]
    after = cut_at(make_roads(rows, TEE), [0], 0.25)
    assert {(u, v) for u, v, _ in after.edges.index} == {(1, -1), (-1, 1), (-1, 2), (2, -1)}
    assert len(RoadNetwork.from_roads(after).tail) == 2


def test_a_line_drawn_against_its_edge_is_turned_round():
    roads = make_roads(two_way(1, 2), TEE)
    lines = shapely.reverse(roads.edges.geometry.to_numpy())
    after = cut_at(type(roads)(roads.nodes, roads.edges.set_geometry(lines)), [0], 0.25)
    drawn = {(u, v): round(line.length) for (u, v, _), line in after.edges.geometry.items()}
    assert sorted(drawn.values()) == [250, 250, 750, 750]
    for (u, v, _), line in after.edges.geometry.items():
        assert line.coords[0] == after.nodes.geometry[u].coords[0]
        assert line.coords[-1] == after.nodes.geometry[v].coords[0]


def test_new_nodes_have_ids_below_all_others():
    roads = make_roads([*two_way(1, 2), *two_way(-7, 3)], {**TEE, -7: (0.0, 500.0)})
    assert new_node_ids(roads, 2).tolist() == [-8, -9]


def test_pieces_share_their_ends_and_keep_the_vertices():
    line = shapely.LineString([(0, 0), (100, 0), (100, 100), (0, 100)])
    pieces = pieces_of(line, np.array([50.0, 100.0, 250.0]))
    assert [p.length for p in pieces] == [50, 50, 150, 50]
    assert [list(p.coords) for p in pieces[:3]] == [
        [(0, 0), (50, 0)],
        [(50, 0), (100, 0)],
        [(100, 0), (100, 100), (50, 100)],
    ]
    assert pieces_of(line, np.empty(0))[0].equals(line)


def test_metres_along_start_anew_on_every_line():
    xy = np.array([[0, 0], [3, 4], [3, 5], [100, 0], [100, 2]], dtype=float)
    assert along_m(xy, np.array([0, 0, 0, 1, 1])).tolist() == [0, 5, 6, 0, 2]
    assert along_m(xy[:0], np.empty(0, dtype=np.int64)).tolist() == []


def test_crossings_are_found_on_every_side_and_both_ends_of_what_lies_on_the_border():
    lines = np.array([shapely.LineString([(0, 0), (10, 0), (10, 10), (0, 10)])], dtype=object)
    line, at = crossings_m(lines, shapely.LineString([(5, -5), (5, 20)]))
    assert sorted(at) == [5, 25]
    assert line.tolist() == [0, 0]
    _, at = crossings_m(lines, shapely.LineString([(10, 2), (10, 7)]))
    assert sorted(set(at)) == [12, 17]
    assert len(crossings_m(lines, shapely.LineString([(50, 0), (60, 0)]))[0]) == 0


def test_pieces_that_do_not_stay_go_and_so_do_nodes_without_a_road():
    after = cut_at(make_roads([*two_way(1, 2), *two_way(2, 3)], TEE), [0], 0.5, stays=[False, True])
    assert {(u, v) for u, v, _ in after.edges.index} == {(2, 3), (3, 2), (-1, 2), (2, -1)}
    assert set(after.nodes.index) == {2, 3, -1}


def test_nobody_elses_tables_change():
    roads = make_roads([*two_way(1, 2), *two_way(2, 3)], TEE)
    nodes, edges = roads.nodes.copy(), roads.edges.copy()
    cut_at(roads, [0], 0.5)
    assert roads.nodes.equals(nodes)
    assert roads.edges.equals(edges)


@settings(max_examples=60, deadline=None)
@given(random_roads(), st.floats(0.05, 0.95), st.integers(0, 2**32 - 1))
def test_cutting_changes_no_travel_time(roads, part, seed):
    after = cut_at(roads, np.arange(len(roads.edges)), part)
    assert after.edges.index.is_unique
    assert after.edges["length"].sum() == pytest.approx(roads.edges["length"].sum(), rel=1e-12)
    nodes = list(roads.nodes.index)
    np.testing.assert_allclose(
        seconds(timed_graph(after), nodes), seconds(timed_graph(roads), nodes), rtol=0, atol=1e-6
    )
    # and places beside the roads, in the middle of edges, keep theirs too
    before, now = RoadNetwork.from_roads(roads), RoadNetwork.from_roads(after)
    rng = np.random.default_rng(seed)
    lines = before.geometry[rng.integers(len(before.tail), size=8)]
    points = shapely.line_interpolate_point(lines, rng.random(8), normalized=True)
    # the last decimetre of an edge counts as its end, and there are more ends now
    ends = shapely.union_all([*node_points(before), *node_points(now)])
    points = points[shapely.distance(points, ends) > 0.2]
    assume(len(points) > 1)
    # where roads cross without meeting, a place may lie on either
    one_road = [sum(shapely.distance(before.geometry, p) < 1e-3) == 1 for p in points]
    points = points[np.array(one_road)]
    assume(len(points) > 1)
    np.testing.assert_allclose(between(now, points), between(before, points), rtol=0, atol=1e-6)


def node_points(net: RoadNetwork) -> list[shapely.Point]:
    return [shapely.Point(x, y) for x, y in zip(net.x_m, net.y_m, strict=True)]


def between(net: RoadNetwork, points: np.ndarray) -> np.ndarray:
    distance = shapely.distance(net.geometry[:, None], points)
    segment = distance.argmin(axis=0)
    lines = net.geometry[segment]
    fraction = shapely.line_locate_point(lines, points) / shapely.length(lines)
    places = Snapped(segment, fraction, np.zeros(len(points)))
    return net.travel_times(places, places)
