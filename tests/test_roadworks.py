"""Closed roads end at the border of what is closed; new ones meet the roads that are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coverage.errors import OptionError
from coverage.geopackage import read_study_area
from coverage.option import NewRoad, RoadClosure, Roadworks
from coverage.roadworks import apply_roadworks
from coverage.routing.network import RoadNetwork
from coverage.routing.speeds import DEFAULT_SPEEDS, KPH_PER_MPS, frozen_table
from coverage.sources.osm_file import read_extract
from coverage.sources.osm_roads import build_graph
from coverage.study_area import Roads
from road_grids import (
    as_drawn,
    box_of,
    graph_outside,
    lonlat_of,
    make_roads,
    polygon_of,
    random_polygons,
    random_roads,
    seconds,
    timed_graph,
    two_way,
)

if TYPE_CHECKING:
    from coverage.study_area import StudyArea

STRAIGHT = {1: (0.0, 0.0), 2: (1_000.0, 0.0)}


def close_area(roads: Roads, polygon: shapely.Geometry) -> Roads:
    return apply_roadworks(roads, Roadworks(close=(RoadClosure(polygon=polygon),)))


def close_named(roads: Roads, **named) -> Roads:
    return apply_roadworks(roads, Roadworks(close=(RoadClosure(**named),)))


def road(*places: tuple[float, float], highway: str = "secondary", **kwargs) -> NewRoad:
    return NewRoad("new", highway, tuple(lonlat_of(p) for p in places), **kwargs)


def build(roads: Roads, *new: NewRoad) -> Roads:
    return apply_roadworks(roads, Roadworks(new=new))


def plan(roads: Roads) -> dict[tuple[int, int], tuple[float, float]]:
    """Give every edge's length as stored and as drawn, rounded to decimetres."""
    index, lengths = roads.edges.index, roads.edges["length"]
    return {
        (u, v): (round(stored, 1), round(line.length, 1))
        for (u, v, _), stored, line in zip(index, lengths, roads.edges.geometry, strict=True)
    }


# --- closures -----------------------------------------------------------------------------------------


def test_nothing_done_is_the_same_roads():
    roads = make_roads(two_way(1, 2), STRAIGHT)
    assert apply_roadworks(roads, Roadworks()) is roads


def test_what_lies_outside_of_a_polygon_stays_and_both_ways_share_the_new_nodes():
    rows = [{**row, "length": 1_100.0, "name": "S1"} for row in two_way(1, 2)]
    after = close_area(make_roads(rows, STRAIGHT), box_of(400, -50, 600, 50))
    assert plan(after) == {
        (1, -1): (440.0, 400.0),
        (-1, 1): (440.0, 400.0),
        (-2, 2): (440.0, 400.0),
        (2, -2): (440.0, 400.0),
    }
    assert set(after.edges["name"]) == {"S1"}
    assert list(after.nodes.index) == [1, 2, -1, -2] or list(after.nodes.index) == [1, 2, -2, -1]
    lonlat = after.nodes.loc[-1, ["x", "y"]].to_numpy(dtype=float)
    assert lonlat == pytest.approx(lonlat_of((400.0, 0.0)), abs=1e-7)
    for (u, v, _), line in after.edges.geometry.items():
        assert line.coords[0] == after.nodes.geometry[u].coords[0]
        assert line.coords[-1] == after.nodes.geometry[v].coords[0]
    assert after.edges.dtypes.equals(make_roads(rows, STRAIGHT).edges.dtypes)


def test_a_oneway_road_stays_one_way():
    after = close_area(make_roads([{"u": 1, "v": 2, "oneway": True}], STRAIGHT), box_of(400, -50, 600, 50))
    assert set(plan(after)) == {(1, -1), (-2, 2)}
    assert after.edges["oneway"].all()


def test_stored_times_are_shared_out_as_lengths_are():
    rows = [{**row, "travel_time": 120.0} for row in two_way(1, 2)]
    after = close_area(make_roads(rows, STRAIGHT), box_of(400, -50, 2_000, 50))
    assert after.edges["travel_time"].tolist() == pytest.approx([48.0, 48.0], rel=1e-4)


def test_an_edge_wholly_inside_goes_with_the_node_that_has_no_road_left():
    nodes = {1: (0.0, 0.0), 2: (1_000.0, 0.0), 3: (1_500.0, 0.0), 4: (0.0, 900.0)}
    after = close_area(make_roads([*two_way(1, 2), *two_way(2, 3)], nodes), box_of(990, -50, 2_000, 50))
    assert {(u, v) for u, v, _ in after.edges.index} == {(1, -1), (-1, 1)}
    # node 4 never had a road, and is none of the closure's business
    assert set(after.nodes.index) == {1, 4, -1}


def test_a_road_through_a_hole_of_the_polygon_stays_there():
    hole = [(450.0, -20.0), (550.0, -20.0), (550.0, 20.0), (450.0, 20.0)]
    outer = ((400.0, -50.0), (600.0, -50.0), (600.0, 50.0), (400.0, 50.0))
    after = close_area(make_roads(two_way(1, 2), STRAIGHT), polygon_of(*outer, holes=[hole]))
    drawn = sorted(line.length for line in after.edges.geometry)
    assert drawn == pytest.approx([100, 100, 400, 400, 400, 400], abs=0.1)


def test_an_edge_that_crosses_several_times_keeps_every_part_outside():
    # three times through the box, with 100 m of road inside each time
    via = [(200.0, 300.0), (300.0, 300.0), (300.0, -300.0), (400.0, -300.0), (400.0, 300.0), (1_000.0, 300.0)]
    roads = make_roads(two_way(1, 2, via=[(200.0, 0.0), *via]), STRAIGHT)
    after = close_area(roads, box_of(100, 50, 500, 150))
    assert len(after.edges) == 8
    assert after.edges["length"].sum() == pytest.approx(roads.edges["length"].sum() - 6 * 100, abs=0.5)
    inside = as_drawn(box_of(100, 50, 500, 150)).intersection(shapely.union_all(after.edges.geometry))
    assert inside.length < 0.01


def test_a_polygon_that_a_road_only_touches_cuts_nothing():
    nodes = {**STRAIGHT, 3: (500.0, 100.0), 4: (500.0, 500.0)}
    roads = make_roads([*two_way(1, 2, via=[(500.0, 0.0)]), *two_way(3, 4)], nodes)
    # its lowest corner lies on the road between 1 and 2, whose vertex it is
    after = close_area(roads, polygon_of((500, 0), (600, 200), (400, 200)))
    assert plan(after)[1, 2] == plan(roads)[1, 2]
    assert {(u, v) for u, v, _ in after.edges.index} == {(1, 2), (2, 1), (-1, 4), (4, -1)}


def test_a_loop_is_cut_open_and_both_its_ways_fit():
    via = [(0.0, 300.0), (300.0, 300.0), (300.0, 0.0)]
    roads = make_roads([*two_way(1, 2), *two_way(1, 1, via=via)], STRAIGHT)
    after = close_area(roads, box_of(100, 250, 200, 350))
    loop = {pair: lengths for pair, lengths in plan(after).items() if pair not in ((1, 2), (2, 1))}
    assert loop == {(1, -1): (400, 400), (-1, 1): (400, 400), (-2, 1): (700, 700), (1, -2): (700, 700)}
    net = RoadNetwork.from_roads(after)
    assert np.isfinite(net.forward_s).all()
    assert np.isfinite(net.backward_s).all()


def test_a_line_that_crosses_itself_is_cut_where_it_is_and_not_where_it_crosses():
    # a ramp that passes under itself at (300, 0)
    via = [(600.0, 0.0), (600.0, 300.0), (300.0, 300.0), (300.0, -300.0), (1_000.0, -300.0)]
    roads = make_roads([{"u": 1, "v": 2, "via": via}], STRAIGHT)
    after = close_area(roads, box_of(290, 100, 310, 200))
    assert len(after.edges) == 2
    assert sorted(round(line.length) for line in after.edges.geometry) == [1_300, 1_400]


def test_copies_of_an_edge_are_cut_together_and_keep_their_keys():
    rows = [*two_way(1, 2), *({**row, "key": 1, "highway": "primary"} for row in two_way(1, 2))]
    after = close_area(make_roads(rows, STRAIGHT), box_of(400, -50, 600, 50))
    assert after.edges.index.is_unique
    assert len(after.edges) == 8
    assert len(after.nodes) == 4
    primary = after.edges[after.edges["highway"] == "primary"]
    assert set(primary.index.get_level_values("key")) == {1}


def test_roads_that_cross_at_the_border_are_not_joined_there():
    nodes = {1: (0.0, 0.0), 2: (1_000.0, 0.0), 3: (500.0, -500.0), 4: (500.0, 500.0)}
    roads = make_roads([*two_way(1, 2), *two_way(3, 4)], nodes)
    # the corner of the box is where the two roads pass over each other
    after = close_area(roads, box_of(500, 0, 700, 100).union(box_of(500, -1, 700, 1)).envelope)
    graph = after.to_graph()
    assert not nx.has_path(graph, 1, 3)


def test_two_closures_that_meet_are_one():
    roads = make_roads(two_way(1, 2), STRAIGHT)
    parts = (box_of(300, -50, 520, 50), box_of(500, -50, 600, 50))
    both = apply_roadworks(roads, Roadworks(close=tuple(RoadClosure(polygon=p) for p in parts)))
    assert plan(both) == plan(close_area(roads, box_of(300, -50, 600, 50)))


def test_ways_and_pairs_of_nodes_close_their_edges_both_ways():
    nodes = {**STRAIGHT, 3: (1_500.0, 0.0), 4: (2_000.0, 0.0)}
    rows = [*two_way(1, 2, osmid="7;8"), *two_way(2, 3, osmid="9"), *two_way(3, 4, osmid="10")]
    roads = make_roads([*rows, {"u": 2, "v": 3, "key": 1, "via": [(1_200.0, 99.0)], "osmid": "11"}], nodes)
    assert {(u, v) for u, v, _ in close_named(roads, ways=(8, 10)).edges.index} == {(2, 3), (3, 2)}
    assert set(plan(close_named(roads, edges=((3, 2),)))) == {(1, 2), (2, 1), (3, 4), (4, 3)}
    mixed = close_named(roads, ways=(10,), edges=((2, 3),), polygon=box_of(400, -50, 600, 50))
    assert set(plan(mixed)) == {(1, -1), (-1, 1), (-2, 2), (2, -2)}


@pytest.mark.parametrize(
    "cells", [[7, 7, 8, 8], [[7, 9], [9, 7], 8, 8], ["7", "7;9", "8", "8"], [7.0, 7.0, 8.0, 8.0]]
)
def test_way_ids_are_read_however_the_table_has_them(cells):
    roads = make_roads([*two_way(1, 2), *two_way(2, 3)], {**STRAIGHT, 3: (1_500.0, 0.0)})
    roads = Roads(roads.nodes, roads.edges.assign(osmid=cells))
    assert set(plan(close_named(roads, ways=(7,)))) == {(2, 3), (3, 2)}


@pytest.mark.parametrize(
    ("closure", "key", "says"),
    [
        (RoadClosure(ways=(7, 99)), ("ways",), "no way 99"),
        (RoadClosure(edges=((1, 2), (1, 9))), ("edges",), "1–9"),
        (RoadClosure("桥", polygon=box_of(0, 500, 100, 600)), ("polygon",), "no road lies inside"),
        (
            RoadClosure(polygon=shapely.transform(box_of(0, -9, 9, 9), np.fliplr)),
            ("polygon",),
            "longitude first",
        ),
        (RoadClosure(polygon=polygon_of((0, -9), (9, 9), (9, -9), (0, 9))), ("polygon",), "cross"),
        (RoadClosure(polygon=shapely.Polygon()), ("polygon",), "draw it anew"),
        (RoadClosure("桥"), (), "names nothing"),
    ],
)
def test_a_closure_that_fits_no_road_says_where(closure, key, says):
    roads = make_roads([*two_way(1, 2, osmid="7"), *two_way(2, 3, osmid="8")], {**STRAIGHT, 3: (1_500, 0)})
    works = Roadworks(close=(RoadClosure(ways=(8,)), closure))
    with pytest.raises(OptionError, match=says) as caught:
        apply_roadworks(roads, works)
    assert caught.value.place == ("roads", "close", 1, *key)
    assert caught.value.zh != str(caught.value)


def test_a_road_table_without_way_ids_has_no_way():
    with pytest.raises(OptionError, match="no way 7"):
        close_named(make_roads(two_way(1, 2), STRAIGHT), ways=(7,))


def test_closing_every_road_is_refused():
    with pytest.raises(OptionError, match="every road"):
        close_area(make_roads(two_way(1, 2), STRAIGHT), box_of(-99, -99, 1_099, 99))


def test_nobody_is_put_onto_a_closed_piece():
    roads = make_roads(two_way(1, 2), STRAIGHT)
    after = RoadNetwork.from_roads(close_area(roads, box_of(400, -50, 600, 50)))
    lon, lat = lonlat_of((450.0, 10.0))
    placed = after.snap(lon, lat)
    assert placed.access_m[0] == pytest.approx(np.hypot(50, 10), abs=0.1)
    assert placed.fraction[0] in (0.0, 1.0)


# --- new roads ----------------------------------------------------------------------------------------

CROSSROADS = {1: (0.0, 0.0), 2: (1_000.0, 0.0), 3: (0.0, 1_000.0), 4: (1_000.0, 1_000.0)}


@pytest.fixture
def ladder() -> Roads:
    """Give two roads side by side, 1 km apart, that do not meet."""
    return make_roads([*two_way(1, 2, length=1_100.0), *two_way(3, 4)], CROSSROADS)


def test_a_new_road_splits_the_roads_it_meets_in_both_directions(ladder):
    after = build(ladder, road((300.0, 20.0), (300.0, 980.0)))
    south, north = -1, -2
    assert plan(after) == {
        (1, south): (330.0, 300.0),
        (south, 1): (330.0, 300.0),
        (south, 2): (770.0, 700.0),
        (2, south): (770.0, 700.0),
        (3, north): (300.0, 300.0),
        (north, 3): (300.0, 300.0),
        (north, 4): (700.0, 700.0),
        (4, north): (700.0, 700.0),
        (south, north): pytest.approx((1_000.0, 1_000.0), abs=1.0),
        (north, south): pytest.approx((1_000.0, 1_000.0), abs=1.0),
    }
    times = seconds(timed_graph(after), [1, 3])
    assert times[0, 1] == pytest.approx((330 / 30 + 1_000 / 60 + 300 / 30) * KPH_PER_MPS, abs=0.1)
    assert times[1, 0] == pytest.approx(times[0, 1])


def test_its_length_is_measured_on_the_ground(ladder):
    after = build(ladder, road((0.0, 0.0), (0.0, 1_000.0)))
    # the drawn one is the shorter by the scale of this part of the UTM zone
    assert after.edges.loc[(1, 3, 0), "length"] == pytest.approx(1_000 / 0.99984, abs=0.1)


def test_a_road_that_is_driven_one_way_with_a_posted_limit(ladder):
    after = build(ladder, road((300.0, 0.0), (300.0, 1_000.0), oneway=True, maxspeed_kph=40.0))
    new = after.edges[after.edges["highway"] == "secondary"]
    assert list(new.index) == [(-1, -2, 0)]
    assert new["oneway"].all()
    assert DEFAULT_SPEEDS.speeds_kph(after.edges).max() == 40.0
    assert DEFAULT_SPEEDS.speeds_kph(ladder.edges).max() == 30.0


def test_an_end_within_a_metre_of_a_junction_meets_there(ladder):
    after = build(ladder, road((0.8, 30.0), (0.5, 970.0)))
    assert set(plan(after)) == {*plan(ladder), (1, 3), (3, 1)}
    assert set(build(ladder, road((1.2, 30.0), (0.5, 970.0))).nodes.index) == {1, 2, 3, 4, -1}


def test_two_roads_that_end_within_a_metre_meet_in_one_node(ladder):
    after = build(ladder, road((300.0, 5.0), (300.0, 990.0)), road((300.9, -5.0), (900.0, 990.0)))
    assert len(after.nodes) == 4 + 3


def test_a_bypass_leaves_a_road_and_comes_back_to_it(ladder):
    after = build(ladder, road((200.0, 0.0), (500.0, -300.0), (800.0, 0.0), highway="trunk"))
    at = {node: point.x - 640_000 for node, point in after.nodes.geometry.items() if node < 0}
    assert sorted(round(x) for x in at.values()) == [200, 800]
    assert after.edges.index.is_unique
    assert seconds(timed_graph(after), [1, 2])[0, 1] == pytest.approx(
        (2 * 220 / 30 + 2 * np.hypot(300, 300) / 80) * KPH_PER_MPS, abs=0.1
    )


def test_a_second_road_between_two_junctions_gets_a_key_of_its_own(ladder):
    after = build(ladder, road((0.0, 0.0), (500.0, 200.0), (1_000.0, 0.0)))
    assert {(1, 2, 1), (2, 1, 1)} <= set(after.edges.index)


@pytest.mark.parametrize("other_way", [False, True])
def test_new_roads_end_on_each_other_in_either_order(ladder, other_way):
    main, branch = road((300.0, 0.0), (300.0, 1_000.0)), road((310.0, 500.0), (900.0, 1_000.0))
    assert len(build(ladder, main, branch).nodes) == 4 + 4
    # a road in two parts, the first of which ends in the open until the second is there
    halves = [road((600.0, 0.0), (600.0, 500.0)), road((600.0, 560.0), (600.0, 1_000.0), highway="trunk")]
    after = build(ladder, *(halves[::-1] if other_way else halves))
    assert len(after.nodes) == 4 + 3
    assert np.isfinite(seconds(timed_graph(after), [1, 2, 3, 4])).all()
    assert after.edges.loc[after.edges["highway"] == "trunk", "length"].tolist() == pytest.approx(
        [500 if not other_way else 440] * 2, abs=1
    )


def test_where_new_roads_cross_they_pass_over_each_other(ladder):
    after = build(ladder, road((300.0, 0.0), (700.0, 1_000.0)), road((700.0, 0.0), (300.0, 1_000.0)))
    assert len(after.nodes) == 4 + 4


def test_the_nearest_road_that_may_be_joined_is_joined():
    nodes = {**CROSSROADS, 5: (0.0, 60.0), 6: (1_000.0, 60.0), 7: (0.0, 40.0), 8: (1_000.0, 40.0)}
    nodes |= {9: (0.0, 50.0), 10: (1_000.0, 50.0)}
    rows = [
        *two_way(1, 2),
        *two_way(3, 4),
        *two_way(5, 6, highway="motorway"),
        *two_way(9, 10, highway="footway"),
    ]
    rows += two_way(7, 8, tunnel="yes")
    roads = make_roads(rows, nodes)
    after = build(roads, road((300.0, 55.0), (300.0, 990.0)))
    assert {1, 2} <= {v for u, v, _ in after.edges.index if u == -1}
    # a slip road is what joins a motorway
    slip = build(roads, road((300.0, 55.0), (300.0, 990.0), highway="motorway_link"))
    assert {5, 6} <= {v for u, v, _ in slip.edges.index if u == -1}


@pytest.mark.parametrize(
    ("new", "key", "says"),
    [
        (road((300.0, 0.0), (300.0, 400.0)), "line", "400 m from the nearest road"),
        (road((300.0, 150.0), (300.0, 990.0)), "line", "150 m from the nearest road"),
        (road((300.0, 0.0), (300.0, 990.0), highway="secundary"), "highway", "did you mean secondary"),
        (road((300.0, 0.0), (300.0, 990.0), highway="footway"), "highway", "footway"),
        (road((300.0, 0.0)), "line", "no line"),
        (road((300.0, 0.0), (300.0, 0.0)), "line", "no line"),
        (NewRoad("x", "primary", ((29.4, 113.4), (29.5, 113.5))), "line", "longitude first"),
        (NewRoad("x", "primary", ((np.nan, 29.0), (113.0, 29.0))), "line", "longitude first"),
        (road((300.0, 0.0), (300.0, 990.0), maxspeed_kph=-1.0), "maxspeed_kph", "above 0"),
        (road((300.0, 0.0), (300.0, 990.0), maxspeed_kph=np.inf), "maxspeed_kph", "above 0"),
    ],
)
def test_a_road_that_cannot_be_built_says_why(ladder, new, key, says):
    works = Roadworks(new=(road((900.0, 0.0), (900.0, 990.0)), new))
    with pytest.raises(OptionError, match=says) as caught:
        apply_roadworks(ladder, works)
    assert caught.value.place == ("roads", "new", 1, key)
    assert caught.value.zh != str(caught.value)


def test_a_class_with_a_speed_in_the_planners_table_can_be_built(ladder):
    speeds = replace(DEFAULT_SPEEDS, class_kph=frozen_table({**DEFAULT_SPEEDS.class_kph, "path": 10.0}))
    works = Roadworks(new=(road((300.0, 0.0), (300.0, 990.0), highway="path"),))
    assert "path" in set(apply_roadworks(ladder, works, speeds=speeds).edges["highway"])


def test_a_new_road_fits_the_table_it_comes_into(ladder):
    edges = ladder.edges.assign(
        osmid=[1, 1, 2, 2], reversed=[False, True] * 2, lanes=2, ref="S1", speed_kph=30.0, travel_time=1.0
    )
    after = build(Roads(ladder.nodes, edges), road((0.0, 0.0), (0.0, 1_000.0), maxspeed_kph=50.0))
    new = after.edges.loc[(1, 3, 0)]
    assert (new["osmid"], new["oneway"], new["name"], new["maxspeed"]) == (-1, False, "new", "50")
    assert new["speed_kph"] == 50.0
    assert new["travel_time"] == pytest.approx(new["length"] * KPH_PER_MPS / 50.0)
    assert new[["lanes", "ref"]].isna().all()
    for name in ("osmid", "reversed", "oneway", "length", "highway"):
        assert after.edges[name].dtype == edges[name].dtype, name
    assert after.edges["name"].isna().sum() == len(edges)


def test_a_bridge_replaces_the_one_that_is_closed():
    roads = make_roads(two_way(1, 2), STRAIGHT)
    bridge = road((390.0, 0.0), (400.0, 30.0), (600.0, 30.0), (610.0, 0.0))
    closure = RoadClosure(polygon=box_of(400, -20, 600, 20))
    after = apply_roadworks(roads, Roadworks(close=(closure,), new=(bridge,)))
    times = seconds(timed_graph(after), [1, 2])
    assert times[0, 1] == pytest.approx((780 / 30 + (200 + 2 * np.hypot(10, 30)) / 60) * KPH_PER_MPS, abs=0.1)
    assert np.isinf(seconds(timed_graph(close_area(roads, closure.polygon)), [1, 2])[0, 1])


def test_a_new_road_does_not_end_on_a_closed_one():
    roads = make_roads([*two_way(1, 2), *two_way(3, 4)], CROSSROADS)
    closure = RoadClosure(polygon=box_of(250, -20, 600, 20))
    works = Roadworks(close=(closure,), new=(road((300.0, 0.0), (300.0, 1_000.0)),))
    after = apply_roadworks(roads, works)
    line = after.edges[after.edges["highway"] == "secondary"].geometry.iloc[0]
    # led to the place where the open road ends
    assert line.coords[0][0] - 640_000 == pytest.approx(250.0, abs=0.1)


# --- whatever the network -----------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(random_roads(), random_polygons())
def test_a_closure_takes_what_is_inside_and_nothing_else(roads, polygon):
    drawn = as_drawn(polygon)
    lines = roads.edges.geometry.to_numpy()
    inside = shapely.length(shapely.intersection(lines, drawn)) / shapely.length(lines)
    assume(inside.max() > 1e-4)
    assume((inside < 1).any())
    after = close_area(roads, polygon)
    left = (roads.edges["length"] * (1 - inside)).sum()
    assert after.edges["length"].sum() == pytest.approx(left, abs=0.02 * len(lines) + 1e-6 * left)
    assert after.edges.index.is_unique
    still_inside = shapely.length(shapely.intersection(after.edges.geometry.to_numpy(), drawn))
    assert still_inside.max() < 0.05
    nodes = [node for node in roads.nodes.index if node in after.nodes.index]
    now = seconds(timed_graph(after), nodes)
    np.testing.assert_allclose(now, seconds(graph_outside(roads, drawn), nodes), rtol=1e-6, atol=0.02)
    assert (now >= seconds(timed_graph(roads), nodes) - 1e-6).all()


@settings(max_examples=60, deadline=None)
@given(random_roads(), st.integers(0, 2**32 - 1))
def test_a_new_road_makes_no_way_longer(roads, seed):
    rng = np.random.default_rng(seed)
    lines = roads.edges.geometry.to_numpy()
    ends = [lines[rng.integers(len(lines))].interpolate(rng.random(), normalized=True) for _ in range(2)]
    assume(ends[0].distance(ends[1]) > 1)
    places = [(end.x - 640_000 + rng.normal(0, 20), end.y - 3_262_000) for end in ends]
    works = Roadworks(new=(road(*places, oneway=bool(rng.random() < 0.5)),))
    after = apply_roadworks(roads, works)
    nodes = list(roads.nodes.index)
    now, before = seconds(timed_graph(after), nodes), seconds(timed_graph(roads), nodes)
    assert (now <= before + 1e-6).all()
    # without the new road, all that was done is to cut others in two
    old = Roads(after.nodes, after.edges[after.edges["highway"] != "secondary"])
    np.testing.assert_allclose(seconds(timed_graph(old), nodes), before, rtol=0, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(random_roads(), random_polygons(), st.integers(0, 2**32 - 1))
def test_closing_and_building_apart_from_each_other_may_be_done_in_either_order(roads, polygon, seed):
    rng = np.random.default_rng(seed)
    apart = roads.edges[shapely.distance(roads.edges.geometry.to_numpy(), as_drawn(polygon)) > 150]
    inside = shapely.intersects(roads.edges.geometry.to_numpy(), as_drawn(polygon).buffer(-1))
    assume(len(apart) and inside.any())
    lines = apart.geometry.to_numpy()
    ends = [lines[rng.integers(len(lines))].interpolate(rng.random(), normalized=True) for _ in range(2)]
    assume(ends[0].distance(ends[1]) > 1)
    new = road(*((end.x - 640_000, end.y - 3_262_000) for end in ends))
    line = gpd.GeoSeries([shapely.LineString(ends)])
    assume(line.distance(as_drawn(polygon)).iloc[0] > 1)
    closing, building = Roadworks(close=(RoadClosure(polygon=polygon),)), Roadworks(new=(new,))
    one = apply_roadworks(apply_roadworks(roads, closing), building)
    other = apply_roadworks(apply_roadworks(roads, building), closing)
    nodes = [node for node in roads.nodes.index if node in one.nodes.index]
    np.testing.assert_allclose(
        seconds(timed_graph(one), nodes), seconds(timed_graph(other), nodes), rtol=0, atol=1e-6
    )


# --- real roads ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def linxiang() -> StudyArea:
    return read_study_area(Path(__file__).resolve().parents[1] / "data" / "boundaries" / "linxiang.gpkg")


def hospital_times(area: StudyArea, roads: Roads) -> np.ndarray:
    net = RoadNetwork.from_roads(roads)
    facilities = net.snap_points(area.facilities.geometry)
    return net.travel_times(facilities, net.snap_points(area.demand.geometry)).min(axis=0)


def test_closing_the_only_road_to_a_village_cuts_off_that_village_and_nobody_else(linxiang):
    roads = linxiang.roads
    # 60 m of the one road that leads to them
    middle = roads.edges.loc[(3060, 3068, 0)].geometry.interpolate(0.5, normalized=True)
    section = gpd.GeoSeries([middle.buffer(30)], crs=linxiang.crs).to_crs("EPSG:4326").iloc[0]
    after = apply_roadworks(roads, Roadworks(close=(RoadClosure("桥", polygon=section),)))
    before_s, now_s = hospital_times(linxiang, roads), hospital_times(linxiang, after)
    lost = np.isinf(now_s) & np.isfinite(before_s)
    assert linxiang.demand["population"][lost].sum() == pytest.approx(2_009.0)
    assert lost.sum() == 1
    np.testing.assert_allclose(now_s[~lost], before_s[~lost], rtol=0, atol=1e-6)
    # a bridge beside it brings them back, at nearly the time they had
    line = roads.edges.loc[(3060, 3068, 0)].geometry
    at_m = line.project(middle)
    ends = gpd.GeoSeries([line.interpolate(at_m - 35), line.interpolate(at_m + 35)], crs=linxiang.crs)
    bridge = NewRoad("新桥", "tertiary", tuple((p.x, p.y) for p in ends.to_crs("EPSG:4326")))
    mended = apply_roadworks(roads, Roadworks(close=(RoadClosure("桥", polygon=section),), new=(bridge,)))
    np.testing.assert_allclose(hospital_times(linxiang, mended), before_s, rtol=0, atol=2.0)


def test_what_a_flood_leaves_of_a_real_network_is_what_the_other_means_leave(shared_file):
    graph, _ = build_graph(read_extract(shared_file("liechtenstein.osm.pbf")))
    nodes, edges = osmnx.graph_to_gdfs(graph)
    roads = Roads(nodes.to_crs("EPSG:32632"), edges.to_crs("EPSG:32632"))
    flood = shapely.Point(9.515, 47.14).buffer(0.012).difference(shapely.Point(9.52, 47.14).buffer(0.004))
    after = close_area(roads, flood)
    bent = gpd.GeoSeries([shapely.segmentize(flood, 0.005)], crs="EPSG:4326").to_crs("EPSG:32632").iloc[0]
    some = [node for node in roads.nodes.index[::200] if node in after.nodes.index]
    now, other = seconds(timed_graph(after), some), seconds(graph_outside(roads, bent), some)
    np.testing.assert_allclose(now, other, rtol=1e-6, atol=0.02)
    assert not np.allclose(now, seconds(timed_graph(roads), some), atol=1.0)
