"""Turns as a driver is told them, from the course of the road at the junction."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from builders import CRS, X0_M, Y0_M
from coverage.dispatch.route import RoadBook
from coverage.routing.network import RoadNetwork
from coverage.routing.paths import Tree
from coverage.study_area import Roads


def book(*roads) -> tuple[RoadBook, RoadNetwork]:
    """
    Lay roads, each a name, its course in metres and where it is not primary its class; they meet where
    their ends are. A class that ends in > is driven one way.
    """
    ends = sorted({place for _, line, *_ in roads for place in (line[0], line[-1])})
    number = {place: i for i, place in enumerate(ends)}
    rows = []
    for name, line, *more in roads:
        highway = (more or ["primary"])[0]
        for course in (line, line[::-1])[: 1 if highway.endswith(">") else 2]:
            shape = shapely.LineString([(X0_M + x, Y0_M + y) for x, y in course])
            rows.append({"u": number[course[0]], "v": number[course[-1]], "key": len(rows),
                         "highway": highway.rstrip(">"), "length": shape.length, "name": name or None,
                         "ref": None, "geometry": shape})  # fmt: skip
    edges = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS).set_index(["u", "v", "key"])
    points = [shapely.Point(X0_M + x, Y0_M + y) for x, y in ends]
    nodes = gpd.GeoDataFrame({"x": 0.0, "y": 0.0}, index=pd.Index(range(len(ends))), geometry=points, crs=CRS)
    tables = Roads(nodes=nodes, edges=edges)
    network = RoadNetwork.from_roads(tables)
    return RoadBook.of(tables, network), network


def steps(of, start: tuple[float, float], end: tuple[float, float]):
    roads, network = of
    ends = [shapely.Point(X0_M + x, Y0_M + y) for x, y in (start, end)]
    origin, there = (network.snap_shapes(np.array([place], dtype=object)) for place in ends)
    way = Tree.grow(network, origin).trace(there)[0]
    return roads.route(way, ends[1], leave_s=0.0, arrive_s=0.0).steps


@pytest.mark.parametrize(
    ("degrees", "turn"),
    [
        (0, "straight"), (15, "straight"), (30, "slight_left"), (90, "left"), (130, "left"),
        (150, "sharp_left"), (-30, "slight_right"), (-90, "right"), (-150, "sharp_right"), (-174, "u_turn"),
    ],
)  # fmt: skip
def test_turns_are_named_by_their_degrees(degrees, turn):
    # driving east, then turning to the left by so many degrees
    x, y = 300 * math.cos(math.radians(degrees)), 300 * math.sin(math.radians(degrees))
    found = steps(book(("甲", [(-300, 0), (0, 0)]), ("乙", [(0, 0), (x, y)])), (-200, 0), (x / 2, y / 2))
    assert [(step.turn, step.road) for step in found] == [("start", "甲"), (turn, "乙"), ("arrive", "")]


def test_pieces_of_one_road_are_one_step_until_it_is_turned_into():
    cross = book(
        ("甲", [(0, 0), (300, 0)]), ("甲", [(300, 0), (600, 50)]), ("乙", [(300, 0), (300, 300)]),
        ("甲", [(600, 50), (600, 400)]), ("乙", [(600, 50), (900, 50)]),
    )  # fmt: skip
    found = steps(cross, (10, 0), (600, 390))
    assert [(step.turn, step.road) for step in found] == [
        ("start", "甲"), ("left", "甲"), ("arrive", ""),
    ]  # fmt: skip
    assert found[0].length_m == pytest.approx(290 + math.hypot(300, 50), abs=0.1)


def test_a_bend_without_a_junction_is_no_turn():
    bend = book(("甲", [(0, 0), (300, 0)]), ("甲", [(300, 0), (300, 300)]))
    assert [step.turn for step in steps(bend, (10, 0), (300, 290))] == ["start", "arrive"]
    unnamed = book(("", [(0, 0), (300, 0)]), ("", [(300, 0), (300, 300)]))
    assert [step.turn for step in steps(unnamed, (10, 0), (300, 290))] == ["start", "arrive"]


def test_the_width_of_a_dual_carriageway_is_no_step():
    # north, over the first carriageway, left into the second 12 m on
    dual = book(
        ("甲", [(0, -300), (0, 0)]), ("", [(0, 0), (0, 12)]), ("乙", [(-300, 12), (0, 12)]),
        ("丙", [(-300, 0), (0, 0)]),
    )  # fmt: skip
    found = steps(dual, (0, -200), (-200, 12))
    assert [(step.turn, step.road) for step in found] == [("start", "甲"), ("left", "乙"), ("arrive", "")]
    assert sum(step.length_m for step in found) == pytest.approx(200 + 12 + 200, abs=0.1)


def test_straight_on_without_a_name_a_change_of_class_is_no_step():
    roads, network = book(
        ("", [(0, 0), (300, 0)]), ("", [(300, 0), (600, 40)]), ("甲", [(300, 0), (300, 90)]),
    )  # fmt: skip
    network.highway[
        np.hypot(*(np.array([g.centroid.coords[0] for g in network.geometry]) - (X0_M + 450, Y0_M + 20)).T)
        < 1
    ] = "track"
    assert [step.turn for step in steps((roads, network), (10, 0), (550, 33))] == ["start", "arrive"]


def test_a_road_without_a_name_that_goes_on_is_one_step():
    found = steps(book(("", [(0, 0), (300, 0)]), ("", [(300, 0), (600, 200)]), ("甲", [(300, 0), (300, 90)])),
                  (10, 0), (450, 100))  # fmt: skip
    assert [(step.turn, step.road) for step in found] == [("start", ""), ("arrive", "")]


@pytest.mark.parametrize("name", ["", "甲"])
@pytest.mark.parametrize(
    ("degrees", "other", "turn"),
    [
        (30, 0, "slight_left"),
        (-40, 5, "slight_right"),
        # a fork like a Y: neither is the one that goes on
        (25, -25, "slight_left"),
        (30, -38, "slight_left"),
        # the way goes on, the other bears off
        (15, -30, None),
        (25, 60, None),
        (30, -60, None),
    ],
)
def test_a_fork_is_told_where_the_same_road_seems_to_go_on_straighter(name, degrees, other, turn):
    places = [
        (300 * math.cos(math.radians(angle)), 300 * math.sin(math.radians(angle)))
        for angle in (degrees, other)
    ]
    fork = book((name, [(-300, 0), (0, 0)]), (name, [(0, 0), places[0]]), (name, [(0, 0), places[1]]))
    told = [step.turn for step in steps(fork, (-200, 0), places[0])]
    assert told == ["start", *([turn] if turn else []), "arrive"]


def test_a_straighter_road_of_another_name_or_that_is_barred_is_no_fork():
    bend = ("甲", [(-300, 0), (0, 0)]), ("甲", [(0, 0), (260, 150)])
    for other in (("乙", [(0, 0), (300, 0)]), ("甲", [(300, 0), (0, 0)], "primary>")):
        assert [step.turn for step in steps(book(*bend, other), (-200, 0), (260, 150))] == ["start", "arrive"]
    open_way = ("甲", [(0, 0), (300, 0)], "primary>")
    assert [step.turn for step in steps(book(*bend, open_way), (-200, 0), (260, 150))][1] == "slight_left"


def test_a_short_road_at_the_end_is_a_step_of_its_own():
    found = steps(book(("甲", [(-300, 0), (0, 0)]), ("乙", [(0, 0), (0, 20)])), (-200, 0), (0, 20))
    assert [(step.turn, step.road) for step in found] == [("start", "甲"), ("left", "乙"), ("arrive", "")]
    assert found[1].length_m == pytest.approx(20, abs=0.1)


def test_a_turn_is_what_it_comes_to_behind_the_junction_s_curve():
    # the kerb bends away at a right angle within 4 m, the road itself leads straight on
    kerb = book(("甲", [(-300, 0), (0, 0)]), ("乙", [(0, 0), (0, 4), (300, 4)]))
    assert [step.turn for step in steps(kerb, (-200, 0), (300, 4))] == ["start", "straight", "arrive"]


def test_a_step_is_of_the_class_of_its_longest_road():
    found = steps(
        book(("甲", [(0, 0), (100, 0)], "residential"), ("甲", [(100, 0), (600, 0)], "secondary")),
        (10, 0), (590, 0),
    )  # fmt: skip
    assert [(step.road, step.highway) for step in found] == [("甲", "secondary"), ("", "")]
