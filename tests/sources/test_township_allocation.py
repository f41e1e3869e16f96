"""Land shared out among seats: by hand, against NetworkX, and as a partition of whatever land there is."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import CRS, X0_M, Y0_M
from coverage.errors import NetworkError, SourceError
from coverage.geopackage import read_study_area
from coverage.routing.network import RoadNetwork
from coverage.sources.township_allocation import SPACING_M, allocate_townships, sample_roads
from coverage.study_area import WGS84, Roads


def roads_of(*ways: tuple[str, bool, list[tuple[float, float]]]) -> Roads:
    """Lay straight roads: class, whether one-way, and the places (km) that they join."""
    places = sorted({place for _, _, line in ways for place in line})
    number = {place: i for i, place in enumerate(places)}
    rows = []
    for highway, oneway, line in ways:
        for a, b in pairwise(line):
            for start, end in ((a, b),) if oneway else ((a, b), (b, a)):
                shape = shapely.LineString([point(*start), point(*end)])
                row = {"u": number[start], "v": number[end], "highway": highway, "oneway": oneway}
                rows.append(row | {"key": len(rows), "length": shape.length, "geometry": shape})
    nodes = gpd.GeoDataFrame(
        index=pd.Index(list(number.values()), name="osmid"), geometry=[point(*p) for p in places], crs=CRS
    )
    degrees = nodes.geometry.to_crs(WGS84)
    nodes = nodes.assign(x=degrees.x, y=degrees.y)
    return Roads(nodes, gpd.GeoDataFrame(rows, crs=CRS).set_index(["u", "v", "key"]))


def point(x_km: float, y_km: float) -> shapely.Point:
    return shapely.Point(X0_M + 1000 * x_km, Y0_M + 1000 * y_km)


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(*point(x0, y0).coords[0], *point(x1, y1).coords[0])


def seats_at(*places: tuple[float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries([point(*place) for place in places], crs=CRS)


def assert_partition(polygons, land) -> None:
    tolerance = 1e-6 * land.area
    assert all(shapely.is_valid(polygon) for polygon in polygons)
    assert shapely.union_all(polygons).symmetric_difference(land).area < tolerance
    assert sum(polygon.area for polygon in polygons) == pytest.approx(land.area, abs=tolerance)


def test_a_road_of_one_class_is_cut_halfway():
    land = box(0, -2, 10, 2)
    roads = roads_of(("secondary", False, [(0, 0), (1, 0), (9, 0), (10, 0)]))
    found = allocate_townships(seats_at((1, 0), (9, 0)), land, roads)
    assert (found.n_islands, found.n_exclaves) == (0, 0)
    west, east = found.polygons
    assert west.symmetric_difference(box(0, -2, 5, 2)).area < 4_000 * SPACING_M
    assert_partition((west, east), land)


def test_samples_stand_in_the_middle_of_their_stretches():
    roads = roads_of(("secondary", False, [(0, 0), (1, 0)]))
    samples = sample_roads(seats_at((0, 0.3), (1, 0.3)), box(-1, -1, 2, 1), roads)
    assert samples.y_m[:2].tolist() == [Y0_M + 300] * 2
    assert sorted(samples.x_m[2:] - X0_M) == pytest.approx(np.arange(SPACING_M / 2, 1000, SPACING_M))


def test_a_quicker_road_reaches_farther():
    # 4 km at 40 km/h and the same at 20 leave the edge where both take as long
    roads = roads_of(("secondary", False, [(0, 0), (5, 0)]), ("track", False, [(5, 0), (10, 0)]))
    land = box(0, -1, 10, 1)
    west, _ = allocate_townships(seats_at((0, 0), (10, 0)), land, roads).polygons
    network = RoadNetwork.from_roads(roads)
    fast_s, slow_s = (float(network.forward_s[network.highway == name][0]) for name in ("secondary", "track"))
    edge_km = 5 + 5 * (slow_s - fast_s) / 2 / slow_s
    assert edge_km > 6
    assert west.bounds[2] == pytest.approx(X0_M + 1000 * edge_km, abs=SPACING_M)


def test_a_one_way_belongs_to_the_seat_it_comes_from():
    # from the east seat straight; from the west seat only round the long way
    roads = roads_of(
        ("secondary", True, [(10, 0), (0, 0)]),
        ("secondary", True, [(0, 0), (0, 8), (10, 8), (10, 0)]),
    )
    land = box(-1, -1, 11, 1)
    west, east = allocate_townships(seats_at((0, 0), (10, 0)), land, roads).polygons
    assert east.contains(point(1, 0))
    assert west.contains(point(0, 0))
    assert west.area < 0.15 * land.area


def test_a_road_that_no_seat_reaches_goes_to_the_nearest_seat_whole():
    land = box(0, -6, 10, 2)
    roads = roads_of(
        ("secondary", False, [(0, 0), (10, 0)]),
        # its western end is the nearest to any seat: to the west one
        ("residential", False, [(1, -5), (8, -5)]),
        ("residential", False, [(9, -4), (9.5, -4)]),
    )
    found = allocate_townships(seats_at((1, 0), (9, 0)), land, roads)
    west, east = found.polygons
    assert found.n_islands == 2
    assert west.contains(point(7.5, -5.5))
    assert east.contains(point(9.2, -4))
    assert_partition(found.polygons, land)


def test_roads_beyond_the_land_carry_vehicles_and_own_nothing():
    # the road north of the land is nearer to its upper half, and the east seat's
    land = box(0, 0, 10, 2)
    roads = roads_of(
        ("secondary", False, [(0, 0.5), (4, 0.5)]), ("secondary", False, [(9, 0.5), (9, 2.2), (0, 2.2)])
    )
    west, east = allocate_townships(seats_at((1, 0.5), (9, 0.5)), land, roads).polygons
    assert west.contains(point(2, 1.9))
    assert east.contains(point(9, 1.9))


def test_a_piece_cut_off_from_its_seat_goes_to_the_neighbour_with_the_longest_edge():
    # the quick way round outside brings the east seat to a village in the midst of the west's tracks
    land = box(0, -3, 20, 3)
    roads = roads_of(
        ("track", False, [(0, 0), (5, 0), (8, 0)]),
        ("track", False, [(5, 0), (5, 2.8)]),
        ("secondary", False, [(18, 0), (18, 6), (5, 6), (5, 2.8)]),
        ("track", False, [(18, 0), (10, 0)]),
    )
    seats = seats_at((0, 0), (18, 0))
    found = allocate_townships(seats, land, roads)
    assert found.n_exclaves == 1
    assert [polygon.geom_type for polygon in found.polygons] == ["Polygon", "Polygon"]
    assert found.polygons[0].contains(point(5, 2.7))
    assert_partition(found.polygons, land)


def test_land_in_pieces_keeps_its_pieces():
    land = shapely.union_all([box(0, -1, 4, 1), box(6, -1, 10, 1)])
    roads = roads_of(("secondary", False, [(0, 0), (10, 0)]), ("secondary", False, [(7, 0), (7, 1)]))
    found = allocate_townships(seats_at((1, 0), (3, 0)), land, roads)
    assert found.n_exclaves == 0
    assert found.polygons[1].geom_type == "MultiPolygon"
    assert_partition(found.polygons, land)


def test_one_seat_has_all_the_land_and_one_without_a_road_nearby_its_own_place():
    land = box(0, -9, 10, 9)
    roads = roads_of(("secondary", False, [(0, 0), (10, 0)]))
    (alone,) = allocate_townships(seats_at((2, 0)), land, roads).polygons
    assert alone.equals(land)
    _, remote = allocate_townships(seats_at((2, 0), (5, 8.5)), land, roads).polygons
    assert remote.contains(point(5, 8.5))


def test_nothing_to_share_out_is_refused():
    roads = roads_of(("secondary", False, [(0, 0), (10, 0)]))
    with pytest.raises(SourceError, match="no seat"):
        allocate_townships(seats_at(), box(0, 0, 1, 1), roads)
    with pytest.raises(SourceError, match="in one place: 1"):
        allocate_townships(seats_at((0, 0), (0, 0)), box(0, 0, 1, 1), roads)
    with pytest.raises(SourceError, match="no land"):
        allocate_townships(seats_at((0, 0)), shapely.Polygon(), roads)
    footway = roads_of(("footway", False, [(0, 0), (10, 0)]))
    with pytest.raises(NetworkError):
        allocate_townships(seats_at((0, 0), (1, 0)), box(0, 0, 1, 1), footway)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_whatever_the_land_and_the_roads_it_is_shared_out_whole(seed, n_seats):
    rng = np.random.default_rng(seed)
    land = shapely.union_all(
        [box(0, 0, 6, 6), box(8, 0, 9, 2)] + [shapely.buffer(point(*rng.uniform(0, 9, 2)), 900.0)]
    ).difference(shapely.buffer(point(*rng.uniform(0, 6, 2)), 700.0))
    places = [tuple(place) for place in rng.uniform(-1, 9, (8, 2)).tolist()]
    classes = ("secondary", "residential", "track")
    pairs = rng.choice(len(places), (10, 2))
    ways = [
        (classes[i % 3], bool(rng.random() < 0.4), [places[a], places[b]])
        for i, (a, b) in enumerate(pairs.tolist())
        if a != b
    ]
    seats = seats_at(*rng.uniform(0, 6, (n_seats, 2)).tolist())
    roads = roads_of(*ways)
    found = allocate_townships(seats, land, roads)
    assert_partition(found.polygons, land)
    again = allocate_townships(seats, land, roads)
    assert all(a.equals_exact(b, 0) for a, b in zip(found.polygons, again.polygons, strict=True))


def grid_roads(rng: np.random.Generator) -> Roads:
    """Lay a bent grid of 5 by 5 km, some roads one-way, of three classes."""
    at = {
        (i, j): (i + rng.uniform(-0.2, 0.2), j + rng.uniform(-0.2, 0.2)) for i in range(6) for j in range(6)
    }
    pairs = [((i, j), (i + 1, j)) for i in range(5) for j in range(6)]
    pairs += [((i, j), (i, j + 1)) for i in range(6) for j in range(5)]
    ways = []
    for a, b in pairs:
        one_way = bool(rng.random() < 0.25)
        if one_way and rng.random() < 0.5:
            a, b = b, a  # noqa: PLW2901
        ways.append((str(rng.choice(["secondary", "residential", "track"])), one_way, [at[a], at[b]]))
    return roads_of(*ways)


def owners_by_networkx(roads: Roads, seats: gpd.GeoSeries, step_m: float):
    """Walk every road in small steps, and ask NetworkX who is there first; seats stand at junctions."""
    graph = RoadNetwork.from_roads(roads).to_graph()
    xy = {node: (p.x, p.y) for node, p in roads.nodes.geometry.items()}
    near = {node: np.hypot(seats.x - x, seats.y - y) for node, (x, y) in xy.items()}
    home = {min(near, key=lambda node, i=i: near[node][i]): i for i in range(len(seats))}
    times, paths = nx.multi_source_dijkstra(graph, set(home), weight="travel_time")
    places, owners = [], []
    for u, v, row in roads.edges.reset_index()[["u", "v", "geometry"]].itertuples(index=False):
        ways = [(u, v), (v, u)]
        along = np.arange(step_m / 2, row.length, step_m) / row.length
        arrivals = []
        for (start, end), part in zip(ways, (along, 1 - along), strict=True):
            s = graph.edges[start, end, 0]["travel_time"] if graph.has_edge(start, end) else np.inf
            arrivals.append(
                (times.get(start, np.inf) + part * s, home[paths[start][0]] if start in paths else -1)
            )
        (a_s, a), (b_s, b) = arrivals
        places.append(shapely.get_coordinates(row.interpolate(along, normalized=True)))
        owners.append(np.where(a_s <= b_s, a, b))
    return np.concatenate(places), np.concatenate(owners)


@pytest.mark.parametrize("seed", range(6))
def test_every_place_belongs_to_the_seat_of_its_nearest_road_as_networkx_has_it(seed):
    rng = np.random.default_rng(seed)
    roads = grid_roads(rng)
    seats = gpd.GeoSeries(roads.nodes.geometry.to_numpy()[rng.choice(36, 4, replace=False)], crs=CRS)
    land = box(-1, -1, 6, 6)
    found = allocate_townships(seats, land, roads)
    places, owners = owners_by_networkx(roads, seats, 10.0)
    asked = rng.uniform(-1, 6, (400, 2)) * 1000 + (X0_M, Y0_M)
    distance_m = np.hypot(*(asked[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
    first_m = np.stack([np.where(owners == i, distance_m, np.inf).min(axis=1) for i in (0, 1, 2, 3, -1)])
    nearest = first_m.argmin(axis=0)
    # a sample stands for 50 m of road either way, so that a place with two claims as good is anybody's
    ranked = np.sort(first_m, axis=0)
    asked_for = (ranked[1] - ranked[0] > SPACING_M) & (nearest < 4)
    inside = shapely.contains_xy(np.array(found.polygons, dtype=object)[:, None], *asked.T)
    assert found.n_exclaves == 0
    assert asked_for.sum() > 200
    assert (inside.argmax(axis=0) == nearest)[asked_for].all()
    assert_partition(found.polygons, land)


@pytest.fixture(scope="module")
def linxiang():
    return read_study_area(Path(__file__).resolve().parents[2] / "data" / "boundaries" / "linxiang.gpkg")


def test_the_shipped_county_is_shared_out_as_its_townships_lie(linxiang):
    seats = linxiang.seats().dropna()
    found = allocate_townships(seats, linxiang.boundary, linxiang.roads)
    assert_partition(found.polygons, linxiang.boundary)
    for polygon, seat in zip(found.polygons, seats, strict=True):
        assert polygon.geom_type == "Polygon"
        assert polygon.intersects(seat)
