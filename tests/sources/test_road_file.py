"""A transport bureau's lines become the network that a driver finds."""

from __future__ import annotations

import math
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely

from coverage.errors import CrsError, FileError, SourceError
from coverage.sources.coordinates import convert
from coverage.sources.layer_file import LayerFile
from coverage.sources.osm_file import read_extract
from coverage.sources.osm_roads import build_graph, tabulate
from coverage.sources.road_file import read_roads
from osm_xml import Osm

# 临湘: degrees of about 100 m
LON, LAT = 113.4, 29.4
STEP = (0.001031, 0.000899)
EXTENT = (113.0, 29.0, 114.0, 30.0)
EVERYWHERE = (-180.0, -90.0, 180.0, 90.0)


def place(east, north):
    """Give degrees of a place in steps of about 100 m."""
    return (LON + east * STEP[0], LAT + north * STEP[1])


def line(*places):
    return shapely.LineString([place(*p) for p in places])


def frame(*rows, crs="EPSG:4326"):
    """Make a table of lines: every row is a geometry and its attributes."""
    names = dict.fromkeys(name for _, attributes in rows for name in attributes)
    columns = {name: [attributes.get(name) for _, attributes in rows] for name in names}
    return gpd.GeoDataFrame(columns, geometry=[shape for shape, _ in rows], crs=crs)


def write(table, path, **options):
    table.to_file(path, **options)
    return path


def read(path, extent=EXTENT, **options):
    extract, notes = read_roads(LayerFile(path, **options), extent)
    return extract, {note.code: note for note in notes}


def tags_of(path, **options):
    extract, _ = read(path, **options)
    return {way.id: dict(way.tags) for way in extract.roads}


def travel(extract, start, goal, weight="length"):
    """Give the shortest way between two places, metres or seconds; infinite where there is none."""
    graph, _ = build_graph(extract)
    at = {(round(d["x"], 6), round(d["y"], 6)): n for n, d in graph.nodes(data=True)}
    ends = [at[tuple(round(c, 6) for c in place(*p))] for p in (start, goal)]
    try:
        return nx.shortest_path_length(graph, *ends, weight=weight)
    except nx.NetworkXNoPath:
        return math.inf


BUREAU = (
    (
        line((0, 0), (10, 0)),
        {"路名": "临湘大道", "技术等级": "一级公路", "限速": "80", "路面类型": "沥青混凝土"},
    ),
    (line((10, 0), (20, 0)), {"路名": "县道012", "技术等级": "三级公路", "限速": "", "路面类型": "水泥"}),
    (line((10, 0), (10, 5)), {"路名": "", "技术等级": "四级", "限速": "40公里/小时", "路面类型": "砂石"}),
    (line((20, 0), (20, 5)), {"路名": "进村路", "技术等级": "等外", "限速": None, "路面类型": "土路"}),
)


@pytest.mark.parametrize("name", ["roads.shp", "roads.gpkg", "roads.geojson"])
def test_every_format_gives_the_same_roads(tmp_path, name):
    options = {"encoding": "GB18030"} if name.endswith(".shp") else {}
    extract, notes = read(write(frame(*BUREAU), tmp_path / name, **options))
    assert [way.id for way in extract.roads] == [1, 2, 3, 4]
    assert [dict(way.tags) for way in extract.roads] == [
        {"highway": "trunk", "oneway": "no", "name": "临湘大道", "maxspeed": "80", "surface": "paved"},
        {"highway": "secondary", "oneway": "no", "name": "县道012", "surface": "paved"},
        {"highway": "tertiary", "oneway": "no", "maxspeed": "40", "surface": "gravel"},
        {"highway": "unclassified", "oneway": "no", "name": "进村路", "surface": "ground"},
    ]
    assert travel(extract, (0, 0), (20, 5)) == pytest.approx(2500, rel=0.01)
    # vertices are those of the file, to the last digit it keeps
    first = [extract.nodes[ref] for ref in extract.roads[0].refs]
    np.testing.assert_allclose(first, [place(0, 0), place(10, 0)], rtol=0, atol=1e-9)
    assert set(notes) == {"columns_read"}
    assert "位置←图形" in notes["columns_read"].zh


def test_headers_that_a_shapefile_cut_within_a_character_are_known(tmp_path):
    """Ten bytes hold three Chinese characters in UTF-8 and a piece of the fourth."""
    table = frame(*BUREAU)
    names = list(table.columns.drop("geometry"))
    path = write(table.rename(columns={n: f"F{i}" for i, n in enumerate(names)}), tmp_path / "roads.shp")
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    for i, name in enumerate(names, start=1):
        raw[32 * i : 32 * i + 11] = name.encode()[:10].ljust(11, b"\0")
    path.with_suffix(".dbf").write_bytes(raw)
    tags = tags_of(path)
    assert [own["highway"] for own in tags.values()] == ["trunk", "secondary", "tertiary", "unclassified"]
    assert tags[1]["name"] == "临湘大道"
    assert tags[3]["surface"] == "gravel"


@pytest.mark.parametrize("cpg", [True, False])
def test_a_shapefile_in_gb18030(tmp_path, cpg):
    path = write(frame(*BUREAU), tmp_path / "roads.shp", encoding="GB18030")
    if not cpg:
        path.with_suffix(".cpg").unlink()
    assert tags_of(path)[1]["name"] == "临湘大道"


def test_a_shapefile_without_its_system_must_declare_it(tmp_path):
    path = write(frame(*BUREAU), tmp_path / "roads.shp", encoding="GB18030")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match=r"roads\.shp@gcj02") as caught:
        read(path)
    assert "roads.shp@EPSG:4547" in caught.value.line("zh")
    for options in ({"crs": "wgs84"}, {"default_crs": "国家2000"}):
        assert len(read(path, **options)[0].roads) == 4


@pytest.mark.parametrize("system", ["gcj02", "bd09", "cgcs2000", "EPSG:4547", "EPSG:4526"])
def test_lines_of_any_system_land_where_they_belong(tmp_path, system):
    table = frame(*BUREAU)
    raw = shapely.get_coordinates(table.geometry.to_numpy())
    moved = convert(raw[:, 0], raw[:, 1], source="wgs84", target=system)
    shapes = shapely.set_coordinates(table.geometry.to_numpy().copy(), np.column_stack([moved.x, moved.y]))
    path = write(table.set_geometry(gpd.GeoSeries(shapes, crs="EPSG:4326")), tmp_path / "roads.gpkg")
    extract, _ = read(path, crs=system)
    found = np.array([extract.nodes[ref] for way in extract.roads for ref in way.refs])
    np.testing.assert_allclose(found, raw, rtol=0, atol=1e-8)


def test_geofabriks_columns(tmp_path):
    table = frame(
        (
            line((0, 0), (10, 0)),
            {"fclass": "primary", "oneway": "F", "maxspeed": 70, "bridge": "T", "layer": 1},
        ),
        (
            line((10, 0), (20, 0)),
            {"fclass": "secondary", "oneway": "T", "maxspeed": 0, "bridge": "F", "layer": 0},
        ),
        (line((20, 0), (30, 0)), {"fclass": "track_grade5", "oneway": "B", "maxspeed": 0, "bridge": "F"}),
        (line((30, 0), (40, 0)), {"fclass": "footway", "oneway": "B", "maxspeed": 0, "bridge": "F"}),
        (line((0, 0), (0, 5)), {"fclass": "unknown", "oneway": "B", "maxspeed": 0, "bridge": "F"}),
    )
    table["code"], table["osm_id"], table["tunnel"] = 5113, "4711", "F"
    path = write(table, tmp_path / "gis_osm_roads_free_1.shp", encoding="UTF-8")
    extract, notes = read(path)
    tags = [dict(way.tags) for way in extract.roads]
    assert tags == [
        {"highway": "primary", "oneway": "yes", "maxspeed": "70", "bridge": "yes", "layer": "1"},
        {"highway": "secondary", "oneway": "-1"},
        {"highway": "track", "oneway": "no", "tracktype": "grade5"},
        {"highway": "road", "oneway": "no"},
    ]
    assert notes["roads_not_driven"].ids == ("4",)
    assert "footway: 1" in notes["roads_not_driven"].zh
    assert notes["road_class_missing"].ids == ("5",)
    assert travel(extract, (0, 0), (10, 0)) == pytest.approx(1000, rel=0.01)
    assert travel(extract, (10, 0), (0, 0)) == math.inf
    assert travel(extract, (10, 0), (20, 0)) == math.inf
    assert travel(extract, (20, 0), (10, 0)) == pytest.approx(1000, rel=0.01)


def test_classes_are_taken_from_the_number_else_unknown_and_counted(tmp_path):
    table = frame(
        (line((0, 0), (1, 0)), {"道路等级": "", "路线编号": "G107"}),
        (line((1, 0), (2, 0)), {"道路等级": None, "路线编号": "X012430682"}),
        (line((2, 0), (3, 0)), {"道路等级": "甲类", "路线编号": ""}),
        (line((3, 0), (4, 0)), {"道路等级": "甲类", "路线编号": ""}),
        (line((4, 0), (5, 0)), {"道路等级": "乙类", "路线编号": ""}),
        (line((5, 0), (6, 0)), {"道路等级": "", "路线编号": ""}),
        (line((6, 0), (7, 0)), {"道路等级": "省道", "路线编号": "G107"}),
    )
    extract, notes = read(write(table, tmp_path / "roads.gpkg"))
    classes = [way.tags["highway"] for way in extract.roads]
    assert classes == ["trunk", "secondary", "road", "road", "road", "road", "primary"]
    assert notes["road_class_by_number"].ids == ("1", "2")
    assert notes["road_class_unknown"].ids == ("3", "4", "5")
    assert "甲类: 2、乙类: 1" in notes["road_class_unknown"].zh
    assert "30 km/h" in notes["road_class_unknown"].en
    assert notes["road_class_missing"].ids == ("6",)


def test_a_file_without_any_attribute_is_a_network_all_the_same(tmp_path):
    table = gpd.GeoDataFrame(geometry=[line((0, 0), (10, 0)), line((5, -5), (5, 5))], crs="EPSG:4326")
    extract, notes = read(write(table, tmp_path / "roads.geojson"))
    assert notes["road_class_missing"].count == 2
    assert travel(extract, (0, 0), (5, 5)) == pytest.approx(1000, rel=0.01)


def test_what_cannot_be_read_is_named_and_passed_over(tmp_path):
    table = frame(
        (line((0, 0), (1, 0)), {"class": "primary", "单行": "潮汐", "限速": "看标志"}),
        (line((1, 0), (2, 0)), {"class": "primary", "单行": "是", "限速": "50; 40"}),
        (line((2, 0), (3, 0)), {"class": "primary", "单行": "否", "限速": "30 mph"}),
    )
    path = write(table, tmp_path / "roads.gpkg")
    _, notes = read(path)
    tags = tags_of(path)
    assert [tags[i].get("oneway") for i in (1, 2, 3)] == ["no", "yes", "no"]
    assert [tags[i].get("maxspeed") for i in (1, 2)] == [None, "40"]
    assert float(tags[3]["maxspeed"]) == pytest.approx(48.28, abs=0.01)
    assert notes["road_oneway_unknown"].ids == ("1",)
    assert "潮汐" in notes["road_oneway_unknown"].zh
    assert notes["road_maxspeed_unknown"].ids == ("1",)
    assert "看标志" in notes["road_maxspeed_unknown"].zh


CLASS = {"道路等级": "四级"}
CROSS = (line((0, 0), (10, 0)), line((5, -5), (5, 5)))


@pytest.mark.parametrize(
    ("word", "noted", "apart"),
    [("无桥", False, False), ("0.00", False, False), ("<Null>", False, False), ("其他", True, False)]
    + [("是", False, True)],
)
def test_words_about_bridges(tmp_path, word, noted, apart):
    extract, notes = read(
        write(frame(*((way, {**CLASS, "桥梁": word}) for way in CROSS)), tmp_path / "r.gpkg")
    )
    assert (travel(extract, (0, 0), (5, 5)) == math.inf) == apart
    assert ("road_structure_unknown" in notes) == noted
    if noted:
        assert notes["road_structure_unknown"].ids == ("1", "2")
        assert "其他" in notes["road_structure_unknown"].zh


@pytest.mark.parametrize(
    ("header", "oneway", "said"),
    [("是否单行", ["yes", "no"], "1为单行"), ("通行方向", ["no", "yes"], "2为顺画线方向")],
)
def test_figures_of_directions_are_read_by_their_header_and_it_is_said(tmp_path, header, oneway, said):
    table = frame(*((way, {**CLASS, header: i}) for i, way in enumerate(CROSS, 1)))
    path = write(table, tmp_path / "r.gpkg")
    assert [tags["oneway"] for tags in tags_of(path).values()] == oneway
    assert said in read(path)[1]["road_oneway_figures"].zh


def test_a_class_that_is_blank_is_taken_from_the_next_column_with_one(tmp_path):
    rows = [("三级", "国道"), ("", "县道"), ("甲类", "省道"), ("甲类", ""), ("", "甲类"), ("", "")]
    lines = [line((0, i), (1, i)) for i in range(len(rows))]
    table = frame(*((way, {"技术等级": a, "行政等级": b}) for way, (a, b) in zip(lines, rows, strict=True)))
    extract, notes = read(write(table, tmp_path / "r.gpkg"))
    classes = [way.tags["highway"] for way in extract.roads]
    assert classes == ["secondary", "secondary", "primary", "road", "road", "road"]
    assert notes["road_class_unknown"].ids == ("4", "5")
    assert notes["road_class_missing"].ids == ("6",)


def test_the_drawing_order_of_gdal_is_no_level(tmp_path):
    rows = [(CROSS[0], {"highway": "primary", "z_order": 6}), (CROSS[1], {"highway": "road", "z_order": 3})]
    extract, _ = read(write(frame(*rows), tmp_path / "r.gpkg"))
    assert travel(extract, (0, 0), (5, 5)) == pytest.approx(1000, rel=0.01)


def test_a_parallel_expressway_is_a_motorway_and_passes_over_the_county_road(tmp_path):
    rows = [(CROSS[0], {"路线编号": "G4W2"}), (CROSS[1], {"路线编号": "X012"})]
    extract, _ = read(write(frame(*rows), tmp_path / "r.gpkg"))
    assert travel(extract, (0, 0), (5, 5)) == math.inf


def test_motorways_without_a_direction_are_driven_both_ways(tmp_path):
    table = frame((line((0, 0), (10, 0)), {"等级": "高速公路"}))
    extract, _ = read(write(table, tmp_path / "roads.gpkg"))
    assert travel(extract, (10, 0), (0, 0)) == travel(extract, (0, 0), (10, 0)) < math.inf


def test_columns_may_be_named_by_the_planner(tmp_path):
    table = frame((line((0, 0), (10, 0)), {"dj": "二级", "type": "乡道"}))
    path = write(table, tmp_path / "roads.gpkg")
    assert tags_of(path)[1]["highway"] == "tertiary"
    assert tags_of(path, columns={"道路等级": "dj"})[1]["highway"] == "primary"


def test_parts_heights_gaps_and_empty_shapes(tmp_path):
    table = frame(
        (shapely.MultiLineString([line((0, 0), (1, 0)), line((1, 0), (1, 1))]), {"class": "primary"}),
        (None, {"class": "primary"}),
        (shapely.LineString(), {"class": "primary"}),
        (shapely.force_3d(line((1, 1), (2, 1)), 55.0), {"class": "primary"}),
        (line((3, 3), (3, 3)), {"class": "primary"}),
    )
    extract, notes = read(write(table, tmp_path / "roads.gpkg"))
    assert [way.id for way in extract.roads] == [1, 1, 4]
    assert all(len(position) == 2 for position in extract.nodes.values())
    assert notes["roads_without_line"].ids == ("2", "3", "5")
    assert travel(extract, (0, 0), (2, 1)) == pytest.approx(300, rel=0.01)


def test_joints_are_counted(tmp_path):
    table = frame(
        (line((0, 0), (10, 0)), {"class": "primary", "name": "a"}),
        (line((5, 0.01), (5, 5)), {"class": "primary", "name": "b"}),
        (line((7, -5), (7, 5)), {"class": "primary", "name": "c"}),
        (line((8, -5), (8, 5)), {"class": "motorway", "name": "d"}),
        (line((9, -5), (9, 5)), {"class": "primary", "name": "e", "桥梁": "是"}),
    )
    extract, notes = read(write(table, tmp_path / "roads.gpkg"))
    assert notes["road_ends_joined"].ids == ("2",)
    assert "1" in notes["road_crossings_joined"].en
    assert notes["road_crossings_apart"].en.endswith(": 2")
    assert notes["road_crossings_apart"].zh.endswith("2处")
    assert travel(extract, (0, 0), (5, 5)) == pytest.approx(1000, rel=0.01)
    assert travel(extract, (0, 0), (7, 5)) == pytest.approx(1200, rel=0.01)
    assert travel(extract, (0, 0), (8, 5)) == travel(extract, (0, 0), (9, 5)) == math.inf


def test_metres_are_metres_to_the_east_as_well(tmp_path):
    """A gap of 2.8 m is within the reach of a loose end; by degrees alone it would be 3.2 m."""
    rows = [(line((0, -5), (0, 5)), CLASS), (line((0.028, 0), (5, 0)), CLASS)]
    extract, notes = read(write(frame(*rows), tmp_path / "r.gpkg"))
    assert travel(extract, (0, 5), (5, 0)) == pytest.approx(1000, rel=0.01)
    assert notes["road_ends_joined"].ids == ("2",)


def test_parts_without_length_are_noted(tmp_path):
    rows = [(line((0, 0), (1, 0)), CLASS)]
    rows.append((shapely.MultiLineString([line((1, 0), (2, 0)), line((1, 1), (1, 1))]), CLASS))
    extract, notes = read(write(frame(*rows), tmp_path / "r.gpkg"))
    assert [way.id for way in extract.roads] == [1, 2]
    assert notes["roads_without_length"].ids == ("2",)


def test_a_line_from_a_drawing_program_stays_whole(tmp_path):
    dense = shapely.segmentize(line((0, 0), (3, 0)), 4e-7)
    assert len(dense.coords) > 5_000
    extract, notes = read(write(frame((dense, CLASS), (line((3, 0), (4, 0)), CLASS)), tmp_path / "r.gpkg"))
    assert [way.id for way in extract.roads] == [1, 2]
    assert travel(extract, (0, 0), (4, 0)) == pytest.approx(400, rel=0.01)
    assert "roads_without_length" not in notes


def test_roads_far_outside_are_passed_over(tmp_path):
    table = frame(
        (line((0, 0), (1, 0)), {"class": "primary"}),
        (shapely.LineString([(116.3, 39.9), (116.4, 39.9)]), {"class": "甲类"}),
    )
    extract, notes = read(write(table, tmp_path / "roads.gpkg"))
    assert [way.id for way in extract.roads] == [1]
    assert "road_class_unknown" not in notes


def test_roads_of_another_county_are_refused(tmp_path):
    path = write(frame(*BUREAU), tmp_path / "roads.gpkg")
    with pytest.raises(SourceError, match=r"none into the county.*116\.00") as caught:
        read(path, (116.0, 39.0, 117.0, 40.0))
    assert "113.40" in caught.value.line("zh")


@pytest.mark.parametrize(
    ("shapes", "en", "zh"),
    [
        ([shapely.Point(LON, LAT)], "points, and no line", "没有可用的线"),
        ([shapely.box(LON, LAT, LON + 1, LAT + 1)], "polygons, and no line", "没有可用的线"),
        ([None, None], "no shapes", "没有图形"),
    ],
)
def test_files_without_lines_are_refused(tmp_path, shapes, en, zh):
    table = gpd.GeoDataFrame({"class": ["primary"] * len(shapes)}, geometry=shapes, crs="EPSG:4326")
    path = write(table, tmp_path / "roads.geojson")
    with pytest.raises(SourceError, match=en) as caught:
        read(path)
    assert zh in caught.value.line("zh")


def test_files_without_roads_for_ambulances_are_refused(tmp_path):
    table = frame((line((0, 0), (1, 0)), {"class": "步行街"}), (line((1, 0), (2, 0)), {"class": "铁路"}))
    path = write(table, tmp_path / "roads.gpkg")
    with pytest.raises(SourceError, match="footway: 1, railway: 1") as caught:
        read(path)
    assert "没有救护车可通行的道路" in caught.value.line("zh")


def test_a_table_without_shapes_is_refused(tmp_path):
    path = tmp_path / "roads.csv"
    path.write_text("路名,道路等级\n某路,二级\n", encoding="utf-8-sig")
    with pytest.raises(SourceError):
        read(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(FileError):
        read(tmp_path / "roads.shp")


def test_swapped_axes_are_told(tmp_path):
    table = frame(*BUREAU).to_crs("EPSG:4526")
    table = table.set_geometry(table.geometry.map(lambda g: shapely.transform(g, lambda p: p[:, ::-1])))
    path = write(table, tmp_path / "roads.gpkg")
    with pytest.raises(CrsError, match="easting is x"):
        read(path)


def block(n):
    """Draw a block of streets by the way they run, west to east and south to north."""
    across = [[(x, y) for x in range(n)] for y in range(n)]
    return across + [[(x, y) for y in range(n)] for x in range(n)]


@pytest.mark.parametrize("weight", ["length", "travel_time"])
def test_lines_without_nodes_give_the_paths_of_openstreetmap(tmp_path, weight):
    n = 5
    osm = Osm()
    corners = {(x, y): osm.node(x, y) for x in range(n) for y in range(n)}
    classes = ["primary", "residential", "tertiary", "secondary", "residential"] * 2
    rows = []
    for i, (street, highway) in enumerate(zip(block(n), classes, strict=True)):
        tags = {"highway": highway, **({"oneway": "yes"} if i in (1, 7) else {})}
        osm.way([corners[p] for p in street], **tags)
        ends = [(9.50 + x * 0.001317, 47.00 + y * 0.000899) for x, y in (street[0], street[-1])]
        rows.append((shapely.LineString(ends), {"highway": highway, "oneway": tags.get("oneway", "no")}))
    noded, _ = build_graph(read_extract(osm.write(tmp_path / "x.osm")))
    extract, _ = read(write(frame(*rows), tmp_path / "roads.gpkg"), EVERYWHERE)
    drawn, _ = build_graph(extract)
    graphs = [
        nx.relabel_nodes(g, {k: (round(d["x"], 6), round(d["y"], 6)) for k, d in g.nodes(data=True)})
        for g in (noded, drawn)
    ]
    assert set(graphs[0]) == set(graphs[1])
    lengths = [dict(nx.all_pairs_dijkstra_path_length(g, weight=weight)) for g in graphs]
    for start in graphs[0]:
        assert lengths[0][start] == pytest.approx(lengths[1][start], abs=0.02)


@pytest.fixture(scope="module")
def liechtenstein(shared_file):
    graph, _ = build_graph(read_extract(shared_file("liechtenstein.osm.pbf")))
    return graph


def test_real_roads_written_as_lines_come_back_as_they_were(tmp_path, liechtenstein):
    edges = tabulate(liechtenstein).edges.reset_index()
    edges["shape"] = edges.geometry.normalize().to_wkb()
    lines = edges[edges["oneway"] | ~edges.duplicated("shape")].copy()
    lines["oneway"] = np.where(lines["oneway"], "yes", "no")
    names = ["highway", "maxspeed", "surface", "bridge", "tunnel", "name", "ref", "oneway"]
    path = write(lines[[*names, "geometry"]], tmp_path / "roads.shp", encoding="UTF-8")
    extract, notes = read(path, EVERYWHERE)
    again, _ = build_graph(extract)
    assert again.size("length") == pytest.approx(liechtenstein.size("length"), rel=1e-4)
    # a few ends that stop short of a road on purpose are joined to it
    assert notes["road_ends_joined"].count < 10
    assert "road_maxspeed_unknown" not in notes
    at = {(round(d["x"], 7), round(d["y"], 7)): n for n, d in again.nodes(data=True)}
    both = {
        n: at[key]
        for n, d in liechtenstein.nodes(data=True)
        if (key := (round(d["x"], 7), round(d["y"], 7))) in at
    }
    assert len(both) > 0.99 * len(liechtenstein)
    rng = np.random.default_rng(5)
    differences = []
    for start in rng.choice(list(both), 5, replace=False).tolist():
        before = nx.single_source_dijkstra_path_length(liechtenstein, start, weight="travel_time")
        after = nx.single_source_dijkstra_path_length(again, both[start], weight="travel_time")
        assert {both[n] for n in before if n in both} <= set(after)
        differences += [after[both[n]] - s for n, s in before.items() if n in both]
    differences = np.array(differences)
    # lines hold less than tags: limits that differ by direction, and turns that no one can drive
    assert np.median(np.abs(differences)) < 0.1
    assert np.quantile(np.abs(differences), 0.95) < 30


def test_neighbours_in_the_file_stay_neighbours(tmp_path):
    """Of a line that crosses the rim of the extent, everything stays."""
    table = frame((line((-1000, 0), (0, 0), (1, 0)), {"class": "primary"}))
    extract, _ = read(write(table, tmp_path / "roads.gpkg"), (LON, LAT - 0.1, LON + 1, LAT + 0.1))
    assert len(extract.roads[0].refs) == 3
    assert all(b == a + 1 for a, b in pairwise(sorted(extract.nodes)))
