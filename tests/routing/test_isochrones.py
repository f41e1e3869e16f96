"""Areas within a limit: nested, valid, with holes, and true to the times on the roads."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from coverage.errors import NetworkError
from coverage.routing.isochrones import OFF_ROAD_M, catchments, isochrones
from coverage.routing.network import RoadNetwork
from coverage.routing.snapping import Snapped
from strategies import CRS, X0_M, Y0_M, points, road_graphs

SPACING_M = 200.0


def grid_graph(n: int = 31, *, hole: bool = False) -> nx.MultiDiGraph:
    """Give streets every 200 m at 36 km/h, two-way; with a lake in the middle where asked."""
    graph = nx.MultiDiGraph(crs=CRS)
    middle = range(n // 2 - 7, n // 2 + 8)
    there = {(i, j) for i in range(n) for j in range(n) if not (hole and i in middle and j in middle)}
    for i, j in there:
        graph.add_node((i, j), x=X0_M + SPACING_M * i, y=Y0_M + SPACING_M * j)
    for i, j in there:
        for other in ((i + 1, j), (i, j + 1)):
            if other in there:
                for u, v in (((i, j), other), (other, (i, j))):
                    graph.add_edge(u, v, length=SPACING_M, travel_time=20.0, highway="residential")
    return graph


def at(network: RoadNetwork, *xy: tuple[float, float]) -> Snapped:
    return network.snap_points(gpd.GeoSeries([shapely.Point(X0_M + x, Y0_M + y) for x, y in xy], crs=CRS))


def test_the_area_on_a_street_grid_is_the_diamond_of_the_city_block_metric():
    network = RoadNetwork.from_graph(grid_graph())
    (area,) = isochrones(network.nearest(at(network, (3000, 3000))), [150.0])
    # 150 s at 10 m/s: |x| + |y| <= 1500 m
    diamond = shapely.Point(X0_M + 3000, Y0_M + 3000).buffer(1500, quad_segs=1)
    assert area.polygon.is_valid
    assert not area.touches_edge
    assert area.polygon.symmetric_difference(diamond).area < 0.08 * diamond.area


def test_the_area_holds_what_the_times_say_along_the_roads():
    network = RoadNetwork.from_graph(grid_graph())
    reach = network.nearest(at(network, (2630, 3000), (900, 5100)))
    areas = isochrones(reach, [120.0, 200.0])
    rng = np.random.default_rng(1)
    segment = rng.integers(0, len(network.tail), 4000)
    samples = Snapped(segment, rng.uniform(0, 1, 4000), np.zeros(4000))
    time_s, _ = reach.at(samples)
    where = shapely.line_interpolate_point(network.geometry[segment], samples.fraction, normalized=True)
    for area in areas:
        inside, truly = shapely.contains(area.polygon, where), time_s <= area.limit_s
        assert (inside & ~truly).sum() / truly.sum() < 0.03
        assert (~inside & truly).sum() / truly.sum() < 0.01


def test_a_lake_without_roads_is_a_hole():
    network = RoadNetwork.from_graph(grid_graph(hole=True))
    (area,) = isochrones(network.nearest(at(network, (0, 0))), [2000.0])
    lake = shapely.Point(X0_M + 3000, Y0_M + 3000)
    assert len(area.polygon.interiors) == 1
    assert not area.polygon.contains(lake)
    # the shore's roads lie 1,600 m from the middle; ground beyond the walk's bound is never covered
    assert shapely.Polygon(area.polygon.interiors[0]).contains(lake.buffer(1600 - OFF_ROAD_M - 200))


def test_the_area_goes_halfway_to_a_road_that_is_not_reached():
    graph = nx.MultiDiGraph(crs=CRS)
    for name, y in (("near", 0.0), ("island", 700.0)):
        for end, x in (("w", 0.0), ("e", 1000.0)):
            graph.add_node(name + end, x=X0_M + x, y=Y0_M + y)
        graph.add_edge(f"{name}w", f"{name}e", length=1000.0, travel_time=100.0, highway="residential")
    network = RoadNetwork.from_graph(graph)
    (area,) = isochrones(network.nearest(at(network, (0, 0))), [300.0])
    # the cells at 300 m are reached, those at 400 m are not: the outline runs between them
    assert area.polygon.contains(shapely.box(X0_M, Y0_M, X0_M + 1000, Y0_M + 350))
    assert area.polygon.bounds[3] < Y0_M + 400


def test_the_area_says_when_it_touches_the_edge_of_the_roads():
    network = RoadNetwork.from_graph(grid_graph())
    small, large = isochrones(network.nearest(at(network, (3000, 3000))), [100.0, 330.0])
    assert (small.touches_edge, large.touches_edge) == (False, True)


def test_nothing_reached_is_an_empty_area():
    network = RoadNetwork.from_graph(grid_graph(4))
    (area,) = isochrones(network.nearest(at(network, (0, 0)), start_s=500.0), [100.0])
    assert area.polygon.is_empty
    assert not area.touches_edge


@pytest.mark.parametrize("limits", [[], [0.0], [300.0, 200.0], [float("nan")], [100.0, float("inf")]])
def test_limits_that_make_no_areas_are_refused(limits):
    network = RoadNetwork.from_graph(grid_graph(4))
    with pytest.raises(NetworkError, match="limits"):
        isochrones(network.nearest(at(network, (0, 0))), limits)


def test_a_grid_too_fine_for_the_extent_is_refused():
    network = RoadNetwork.from_graph(grid_graph(31))
    with pytest.raises(NetworkError, match="wider spacing"):
        isochrones(network.nearest(at(network, (0, 0))), [100.0], cell_m=1.0)


def test_catchments_divide_the_ground_between_two_stations():
    network = RoadNetwork.from_graph(grid_graph())
    stations = gpd.GeoDataFrame({"id": ["w", "e"], "name": ["西站", "东站"]}, geometry=[None, None], crs=CRS)
    within = shapely.box(X0_M, Y0_M, X0_M + 6000, Y0_M + 5000)
    reach = network.nearest(at(network, (1000, 3000), (5000, 3000)))
    areas = catchments(reach, stations, within=within).set_index("facility_id").geometry
    west = shapely.box(X0_M, Y0_M, X0_M + 3000, Y0_M + 5000)
    assert areas["w"].symmetric_difference(west).area < 0.03 * west.area
    assert areas["w"].intersection(areas["e"]).area < 0.001 * within.area
    assert areas.union_all().area == pytest.approx(within.area, rel=0.01)


@settings(deadline=None, max_examples=80)
@given(graph=road_graphs(), origins=points())
def test_shorter_areas_lie_inside_longer_ones(graph, origins):
    network = RoadNetwork.from_graph(graph)
    start = network.snap_points(gpd.GeoSeries(shapely.points(origins), crs=CRS))
    if not start.on_network.any():
        return
    areas = isochrones(network.nearest(start), [60.0, 150.0, 400.0])
    for area in areas:
        assert area.polygon.is_valid
        assert isinstance(area.polygon, shapely.Polygon | shapely.MultiPolygon)
    for short, long in pairwise(areas):
        assert shapely.difference(short.polygon, long.polygon).area < 1e-3
