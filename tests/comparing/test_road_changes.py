"""What is drawn of roadworks: closed to the border of what is closed, new to where it joins, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings

from comparisons import toy_comparison
from coverage.comparing.road_changes import closed_roads, new_roads
from coverage.option import NewRoad, RoadClosure, Roadworks
from coverage.roadworks import apply_roadworks
from road_grids import (
    X0_M,
    Y0_M,
    as_drawn,
    box_of,
    lonlat_of,
    make_roads,
    random_polygons,
    random_roads,
    two_way,
)

if TYPE_CHECKING:
    from coverage.study_area import Roads

CROSS = {1: (0.0, 0.0), 2: (1_000.0, 0.0), 3: (2_000.0, 0.0), 4: (1_000.0, 800.0)}


def cross() -> Roads:
    """Give a road of two edges, and a third to the north from where they meet."""
    return make_roads([*two_way(1, 2, osmid=11), *two_way(2, 3, osmid=12), *two_way(2, 4, osmid=13)], CROSS)


def line_of(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(X0_M + x, Y0_M + y) for x, y in places])


def assert_same(found: shapely.Geometry, expected: shapely.Geometry, by_m: float = 1.0) -> None:
    assert shapely.hausdorff_distance(found, expected, densify=0.05) <= by_m


def test_of_a_road_that_is_cut_only_the_closed_part_is_drawn_and_once():
    works = Roadworks(close=(RoadClosure("bridge", polygon=box_of(400, -50, 600, 50)),))
    closed = closed_roads(cross(), works)
    assert closed["name"].tolist() == ["bridge"]
    assert_same(closed.geometry[0], line_of((400, 0), (600, 0)))
    assert closed.geometry[0].length == pytest.approx(200, abs=1.1)


def test_whole_ways_and_edges_are_drawn_as_one_line_a_closure():
    works = Roadworks(close=(RoadClosure("street", ways=(11, 12)), RoadClosure(edges=((4, 2),))))
    closed = closed_roads(cross(), works)
    assert closed["name"].tolist() == ["street", ""]
    assert_same(closed.geometry[0], line_of((0, 0), (2_000, 0)), 0)
    assert closed.geometry[0].geom_type == "LineString"
    assert_same(closed.geometry[1], line_of((1_000, 0), (1_000, 800)), 0)


def test_a_new_road_reaches_the_roads_it_joins_and_those_are_not_drawn():
    road = NewRoad("shortcut", "primary", (lonlat_of((500, 30)), lonlat_of((920, 500))))
    works = Roadworks(new=(road,))
    after = apply_roadworks(cross(), works)
    new = new_roads(after, works)
    assert new["name"].tolist() == ["shortcut"]
    assert_same(new.geometry[0], line_of((500, 0), (500, 30), (920, 500), (1_000, 500)))
    assert len(closed_roads(cross(), works)) == 0


def test_a_road_that_is_rebuilt_where_it_was_closed_is_both():
    road = NewRoad("again", "primary", (lonlat_of((380, 0)), lonlat_of((620, 0))))
    works = Roadworks((RoadClosure("old", polygon=box_of(400, -50, 600, 50)),), (road,))
    assert_same(closed_roads(cross(), works).geometry[0], line_of((400, 0), (600, 0)))
    new = new_roads(apply_roadworks(cross(), works), works)
    assert_same(new.geometry[0], line_of((380, 0), (620, 0)))


def test_new_roads_that_meet_each_keep_their_own_name_and_lines():
    first = NewRoad("", "primary", (lonlat_of((500, 0)), lonlat_of((950, 600))))
    second = NewRoad("branch", "primary", (lonlat_of((725, 300)), lonlat_of((1_000, 300))), oneway=True)
    works = Roadworks(new=(first, second))
    new = new_roads(apply_roadworks(cross(), works), works)
    assert new["name"].tolist() == ["", "branch"]
    assert_same(new.geometry[0], line_of((500, 0), (950, 600), (1_000, 600)))
    assert_same(new.geometry[1], line_of((725, 300), (1_000, 300)))


@settings(max_examples=40, deadline=None)
@given(random_roads(), random_polygons())
def test_what_is_drawn_as_closed_is_what_lies_inside(roads, polygon):
    drawn = as_drawn(polygon)
    lines = roads.edges.geometry.union_all()
    inside = shapely.intersection(lines, drawn)
    assume(inside.length > 5)
    assume(not shapely.covers(drawn, roads.edges.geometry.to_numpy()).all())
    closed = closed_roads(roads, Roadworks(close=(RoadClosure(polygon=polygon),))).geometry[0]
    assert closed.difference(inside.buffer(1)).length < 1e-6
    # roads that cross within the closure share the half metre beside what is left of them
    borders = len(shapely.get_coordinates(shapely.intersection(lines, drawn.boundary)))
    assert closed.length == pytest.approx(inside.length, abs=3.0 * (borders + 1) + 0.01 * inside.length)


def test_outcomes_know_what_their_options_close_and_build():
    comparison = toy_comparison()
    for outcome in comparison.outcomes:
        works = outcome.option.roads
        for table, wanted in ((outcome.closed_roads, works.close), (outcome.new_roads, works.new)):
            assert isinstance(table, gpd.GeoDataFrame)
            assert table.crs == comparison.area.crs
            assert table["name"].tolist() == [one.name for one in wanted]
            assert not table.geometry.is_empty.any()
    assert np.isfinite(comparison.outcome("F").new_roads.total_bounds).all()
