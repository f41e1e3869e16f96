"""Ways into edges: nothing lost, nothing turned around, times exact."""

from __future__ import annotations

import math
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import osmnx as ox
import pytest
import shapely

from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.sources.osm_file import read_extract
from coverage.sources.osm_roads import build_graph, clip, tabulate
from coverage.study_area import WGS84
from osm_xml import Osm


def graph_of(osm, tmp_path, **options):
    graph, notes = build_graph(read_extract(osm.write(tmp_path / "x.osm")), **options)
    return graph, {note.code: note for note in notes}


def edges_of(osm, tmp_path):
    return tabulate(graph_of(osm, tmp_path)[0]).edges


def naive_graph(extract):
    """Build one edge a segment and direction, straight from the ways: slow and obvious."""
    graph = nx.MultiDiGraph(crs=WGS84)
    for way in extract.roads:
        highway = way.tags["highway"]
        if highway not in DEFAULT_SPEEDS.class_kph:
            continue
        oneway = way.tags.get("oneway")
        for u, v in pairwise(way.refs):
            (x1, y1), (x2, y2) = extract.nodes[u], extract.nodes[v]
            length = ox.distance.great_circle(y1, x1, y2, x2)
            data = {"length": length, "travel_time": length / DEFAULT_SPEEDS.class_kph[highway] * 3.6}
            if oneway != "-1":
                graph.add_edge(u, v, **data)
            if oneway != "yes":
                graph.add_edge(v, u, **data)
    return graph


def town(osm):
    """Add crossing streets with bends, changes of class on the way, one-ways both along and against."""
    a, b, c, d, e, f = osm.nodes((0, 0), (1, 0.5), (2, 0), (3, 0.3), (4, 0), (5, 0))
    g, h, i, j = osm.nodes((2, 1), (2.5, 2), (2, 3), (4, 2))
    osm.way([a, b, c], highway="residential", name="First")
    osm.way([c, d, e], highway="residential", name="Second")
    osm.way([e, f], highway="tertiary")
    osm.way([c, g, h, i], highway="residential", oneway="yes")
    osm.way([i, j, e], highway="service", oneway="-1")
    osm.way([i, *osm.nodes((1, 3), (1, 4)), i], highway="residential")
    return a, c, e, f, i


def test_simplification_keeps_length_and_time(tmp_path):
    osm = Osm()
    town(osm)
    extract = read_extract(osm.write(tmp_path / "x.osm"))
    graph, _ = build_graph(extract)
    naive = naive_graph(extract)
    for weight in ("length", "travel_time"):
        assert graph.size(weight) == pytest.approx(naive.size(weight), rel=1e-12)
    edges = tabulate(graph).edges
    drawn = [
        sum(ox.distance.great_circle(y1, x1, y2, x2) for (x1, y1), (x2, y2) in pairwise(line.coords))
        for line in edges.geometry
    ]
    assert drawn == pytest.approx(edges["length"].tolist())


def test_times_between_the_ends_are_those_of_the_unsimplified_graph(tmp_path):
    osm = Osm()
    ends = town(osm)
    extract = read_extract(osm.write(tmp_path / "x.osm"))
    graph, _ = build_graph(extract)
    naive = naive_graph(extract)
    for source in ends:
        expected = nx.single_source_dijkstra_path_length(naive, source, weight="travel_time")
        found = nx.single_source_dijkstra_path_length(graph, source, weight="travel_time")
        for target in ends:
            assert found.get(target, math.inf) == pytest.approx(expected.get(target, math.inf))


def test_an_edge_ends_where_the_speed_changes_and_nowhere_else(tmp_path):
    osm = Osm()
    a, b, c, d, e = osm.nodes((0, 0), (1, 0), (2, 0), (3, 0), (4, 0))
    osm.way([a, b], highway="residential", name="North")
    osm.way([b, c], highway="residential", name="South")
    osm.way([c, d], highway="residential", surface="gravel")
    osm.way([d, e], highway="residential", surface="gravel", maxspeed="10")
    edges = edges_of(osm, tmp_path)
    assert sorted(edges.index.droplevel("key")) == sorted([(a, c), (c, a), (c, d), (d, c), (d, e), (e, d)])
    speeds = edges["speed_kph"]
    assert speeds.loc[(a, c, 0)] == pytest.approx(30)
    assert speeds.loc[(c, d, 0)] == pytest.approx(21)
    assert speeds.loc[(d, e, 0)] == pytest.approx(7)
    assert edges.loc[(a, c, 0), "name"] == "North;South"
    # any other table finds one value of each in an edge
    assert DEFAULT_SPEEDS.speeds_kph(edges) == pytest.approx(speeds.to_numpy())


def test_one_ways_run_one_way(tmp_path):
    osm = Osm()
    a, b, c, d = osm.nodes((0, 0), (1, 0), (2, 0), (3, 0))
    osm.way([a, b], highway="motorway")
    osm.way([c, b], highway="primary", oneway="-1")
    osm.way([c, d], highway="primary")
    edges = edges_of(osm, tmp_path)
    assert sorted(edges.index.droplevel("key")) == sorted([(a, b), (b, c), (c, d), (d, c)])
    assert edges.loc[(b, c, 0), "oneway"]
    assert not edges.loc[(c, d, 0), "oneway"]
    assert edges.loc[(b, c, 0)].geometry.coords[0] == pytest.approx((9.501317, 47.0))


def test_a_roundabout_is_left_in_its_direction(tmp_path):
    osm = Osm()
    a, b, c, out = osm.nodes((0, 0), (1, 0), (0.5, 1), (2, 0))
    osm.way([a, b, c, a], highway="primary", junction="roundabout")
    osm.way([b, out], highway="primary")
    graph, _ = graph_of(osm, tmp_path)
    assert nx.shortest_path_length(graph, out, b, weight="length") > 0
    ring = [(u, v) for u, v in graph.edges() if out not in (u, v)]
    assert sorted(ring) == sorted([(a, b), (b, a)])


def test_limits_of_each_direction(tmp_path):
    osm = Osm()
    a, b = osm.nodes((0, 0), (1, 0))
    osm.way([a, b], highway="primary", maxspeed__forward="60", maxspeed__backward="20")
    edges = edges_of(osm, tmp_path)
    assert edges.loc[(a, b, 0), "speed_kph"] == pytest.approx(60)
    assert edges.loc[(b, a, 0), "speed_kph"] == pytest.approx(20)


def test_parallel_roads_between_two_nodes_both_stay(tmp_path):
    osm = Osm()
    a, b, c = osm.nodes((0, 0), (1, 0), (2, 0))
    north, south = osm.nodes((0.5, 1), (0.5, -2))
    for middle in (north, south):
        osm.way([a, middle, b], highway="residential", oneway="yes")
    osm.way([b, osm.node(1.5, 1), c], highway="residential", oneway="yes")
    osm.way([b, osm.node(1.5, -1), c], highway="residential", oneway="yes")
    edges = edges_of(osm, tmp_path)
    assert len(edges) == 4
    assert sorted(edges.index.droplevel("key")) == [(a, b), (a, b), (b, c), (b, c)]


def test_a_road_drawn_twice_is_one_road_the_quicker(tmp_path):
    osm = Osm()
    a, b = osm.nodes((0, 0), (1, 0))
    osm.way([a, b], highway="track")
    osm.way([b, a], highway="primary")
    edges = edges_of(osm, tmp_path)
    assert len(edges) == 2
    assert set(edges["highway"]) == {"primary"}


def test_a_lonely_ring_is_not_lost(tmp_path):
    osm = Osm()
    a, b, c, d = osm.nodes((0, 0), (5, 0), (5, 5), (0, 5))
    osm.way([a, b, c], highway="residential")
    osm.way([c, d, a], highway="residential")
    edges = edges_of(osm, tmp_path)
    assert edges["length"].sum() == pytest.approx(2 * 4 * 500, rel=0.01)


def test_a_way_with_missing_nodes_is_cut_into_its_whole_parts(tmp_path):
    osm = Osm()
    a, b, c, d, e = osm.nodes((0, 0), (1, 0), (2, 0), (3, 0), (4, 0))
    way = osm.way([a, b, c, d, e], highway="primary")
    graph, notes = graph_of(osm.without("node", c), tmp_path)
    assert sorted(graph.edges()) == sorted([(a, b), (b, a), (d, e), (e, d)])
    assert (notes["ways_cut"].count, notes["ways_cut"].ids) == (1, (str(way),))
    assert str(way) in notes["ways_cut"].en
    assert str(way) in notes["ways_cut"].zh


def test_what_is_left_out_is_counted(tmp_path):
    osm = Osm()
    osm.road((0, 0), (1, 0))
    barred = osm.road((0, 1), (1, 1), motor_vehicle="no")
    closed = osm.road((0, 2), (1, 2), construction="yes")
    ferry = osm.way(osm.nodes((0, 3), (1, 3)), route="ferry")
    on_ferry = osm.road((0, 4), (1, 4), route="ferry")
    osm.road((0, 5), (1, 5), highway="footway")
    graph, notes = graph_of(osm, tmp_path)
    assert graph.number_of_edges() == 2
    assert notes["roads_barred"].ids == (str(barred),)
    assert notes["roads_closed"].ids == (str(closed),)
    assert set(notes["ferries"].ids) == {str(ferry), str(on_ferry)}
    assert set(notes) == {"roads_barred", "roads_closed", "ferries"}


def test_clipping_keeps_whole_edges_that_touch(tmp_path):
    osm = Osm()
    a, b, c, d = osm.nodes((0, 0), (15, 0), (30, 0), (60, 0))
    osm.way([a, b], highway="primary")
    osm.way([b, c], highway="secondary")
    osm.way([c, d], highway="tertiary")
    roads = tabulate(graph_of(osm, tmp_path)[0])
    crs = roads.nodes.estimate_utm_crs()
    region = gpd.GeoSeries([shapely.Point(9.5, 47.0)], crs=WGS84).to_crs(crs).buffer(2000).iloc[0]
    clipped, notes = clip(roads, region, crs)
    assert set(clipped.edges["highway"]) == {"primary", "secondary"}
    assert set(clipped.nodes.index) == {a, b, c}
    assert clipped.edges.crs == clipped.nodes.crs == crs
    assert clipped.edges["length"].sum() == pytest.approx(2 * 3000, rel=0.01)
    assert notes == ()


def test_short_fragments_are_dropped_and_counted_and_long_ones_stay(tmp_path):
    osm = Osm()
    osm.road((0, 0), (50, 0))
    long = osm.road((0, 10), (11, 10))
    short = osm.road((0, 20), (9, 20))
    roads = tabulate(graph_of(osm, tmp_path)[0])
    crs = roads.nodes.estimate_utm_crs()
    clipped, notes = clip(roads, shapely.box(*roads.edges.to_crs(crs).total_bounds), crs)
    assert str(long) in set(clipped.edges["osmid"])
    assert str(short) not in set(clipped.edges["osmid"])
    assert [note.code for note in notes] == ["fragments"]
    assert notes[0].ids == (str(short),)
    assert "0.9 km" in notes[0].en


def test_the_longest_part_stays_however_short(tmp_path):
    osm = Osm()
    osm.road((0, 0), (2, 0))
    osm.road((0, 5), (1, 5))
    roads = tabulate(graph_of(osm, tmp_path)[0])
    crs = roads.nodes.estimate_utm_crs()
    clipped, notes = clip(roads, shapely.box(*roads.edges.to_crs(crs).total_bounds), crs)
    assert len(clipped.edges) == 2
    assert notes[0].count == 1


def test_ways_wholly_outside_the_box_are_passed_over(tmp_path):
    osm = Osm()
    osm.road((0, 0), (1, 0))
    osm.road((500, 500), (501, 500))
    graph, _ = graph_of(osm, tmp_path, within=(9.4, 46.9, 9.6, 47.1))
    assert graph.number_of_edges() == 2


@pytest.fixture(scope="session")
def liechtenstein_roads(shared_file):
    extract = read_extract(shared_file("liechtenstein.osm.pbf"))
    return extract, build_graph(extract)[0]


def test_a_real_network_keeps_its_length(liechtenstein_roads):
    extract, graph = liechtenstein_roads
    drawn = sum(data["length"] * (1.0 if data["oneway"] else 0.5) for _, _, data in graph.edges(data=True))
    ways = {part for _, _, osmid in graph.edges(data="osmid") for part in osmid.split(";")}
    expected = 0.0
    for way in extract.roads:
        if str(way.id) in ways:
            points = [extract.nodes[ref] for ref in way.refs]
            expected += sum(
                ox.distance.great_circle(y1, x1, y2, x2) for (x1, y1), (x2, y2) in pairwise(points)
            )
    # a few stretches are drawn twice
    assert drawn == pytest.approx(expected, rel=1e-4)


def test_a_real_network_has_homogeneous_edges(liechtenstein_roads):
    _, graph = liechtenstein_roads
    edges = tabulate(graph).edges
    assert DEFAULT_SPEEDS.speeds_kph(edges) == pytest.approx(edges["speed_kph"].to_numpy())


def test_ids_below_zero_as_editors_give_them(tmp_path):
    osm = Osm()
    a, b = osm.node(0, 0, -1), osm.node(1, 0, -2)
    osm.way([a, b], -3, highway="residential")
    graph, _ = graph_of(osm, tmp_path)
    assert sorted(graph.edges()) == [(-2, -1), (-1, -2)]
