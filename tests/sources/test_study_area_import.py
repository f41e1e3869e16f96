"""An extract into a whole study area, and every file that cannot become one."""

from __future__ import annotations

import hashlib
import json
import math

import geopandas as gpd
import osmnx as ox
import pyogrio
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from coverage.errors import CoverageError, CrsError, FileError, SourceError
from coverage.geopackage import read_study_area, write_study_area
from coverage.sources.osm_file import read_extract
from coverage.sources.osm_roads import build_graph
from coverage.sources.study_area_import import N_STAGES
from coverage.study_area import WGS84, County
from orders import import_extract
from osm_xml import ORIGIN, STEP, Osm, small_county

COUNTY = County("shi", "")


def brought_in(osm, tmp_path, name="x.osm", **options):
    options = {"county": COUNTY, "boundary": 1, "township_level": 8, "buffer_m": 2_000.0, **options}
    return import_extract(osm.write(tmp_path / name), **options)


def note(imported, code):
    return next((n for n in imported.notes if n.code == code), None)


def outline(west=0.0, south=0.0, east=40.0, north=20.0):
    (lon, lat), (dx, dy) = ORIGIN, STEP
    return shapely.box(lon + west * dx, lat + south * dy, lon + east * dx, lat + north * dy)


def geojson(path, *shapes):
    features = [
        {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(s)} for s in shapes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def refused(kind, osm, tmp_path, **options):
    """Import, and give the error's two lines."""
    with pytest.raises(kind) as caught:
        brought_in(osm, tmp_path, **options)
    assert isinstance(caught.value, CoverageError)
    assert caught.value.line("zh") != caught.value.line("en")
    return caught.value.line("en")


def test_a_small_county_comes_in_whole(tmp_path):
    imported = brought_in(small_county(), tmp_path)
    area = imported.area
    assert (area.county.name, area.county.name_en, area.county.stem) == ("试县", "Shi", "shi")
    assert area.townships[["id", "name", "class", "population"]].to_numpy().tolist() == [
        ["r2", "西乡", "rural", 2_000.0],
        ["r3", "东乡", "urban", 900.0],
    ]
    assert area.demand.groupby("township_id")["population"].sum().to_dict() == pytest.approx(
        {"r2": 2_000, "r3": 900}
    )
    assert area.facilities[["id", "name", "kind"]].to_numpy().tolist() == [["n102", "人民医院", "hospital"]]
    assert area.demand_unit == "people"
    assert area.modelled_layers == ("demand",)
    assert area.boundary.area == pytest.approx(4_000 * 2_000, rel=0.01)
    seat = area.townships.set_index("name").loc["西乡", ["seat_lon", "seat_lat"]].tolist()
    assert seat == pytest.approx([ORIGIN[0] + 10 * STEP[0], ORIGIN[1] + 10.2 * STEP[1]])
    assert note(imported, "townships_urban").ids == ("东乡",)
    assert all(n.text("zh") and n.text("en") for n in imported.notes)


def test_what_is_given_beats_what_the_relation_says(tmp_path):
    county = County("shi", "自取名", "Own", "430000")
    assert brought_in(small_county(), tmp_path, county=county).area.county == county


@pytest.mark.parametrize("name", ["x.osm", "x.osm.gz", "x.osm.bz2", "x.osm.pbf"])
def test_every_kind_of_extract_gives_the_same(tmp_path, name):
    area = brought_in(small_county(), tmp_path, name).area
    same = brought_in(small_county(), tmp_path, "same.osm").area
    assert_geodataframe_equal(area.demand, same.demand)
    assert len(area.roads.edges) == len(same.roads.edges)


def test_provenance_names_the_file_its_date_and_its_hash(tmp_path):
    path = small_county().write(tmp_path / "县.osm.pbf")
    area = import_extract(path, county=COUNTY, boundary=1, township_level=8).area
    assert [p.layer for p in area.provenance] == ["boundary", "townships", "demand", "facilities", "roads"]
    for row in area.provenance:
        assert row.source == "县.osm.pbf"
        assert row.date == "2024-05-06T07:08:09Z"
        assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert "ODbL" in row.licence
    assert [p.modelled for p in area.provenance] == [False, False, True, False, False]


def assert_same_area(area, again):
    for name in ("townships", "demand", "facilities"):
        assert_geodataframe_equal(
            getattr(area, name),
            getattr(again, name),
            check_less_precise=True,
            check_dtype=False,
            check_like=True,
        )
    for name in ("nodes", "edges"):
        assert_geodataframe_equal(
            getattr(area.roads, name),
            getattr(again.roads, name),
            check_less_precise=True,
            check_dtype=False,
            check_like=True,
        )
    assert area.boundary.equals_exact(again.boundary, 1e-3)
    assert (area.county, area.provenance, area.buffer_m, area.demand_unit) == (
        again.county,
        again.provenance,
        again.buffer_m,
        again.demand_unit,
    )


def test_the_file_gives_back_what_was_imported(tmp_path):
    area = brought_in(small_county(), tmp_path).area
    write_study_area(area, tmp_path / "shi.gpkg")
    assert_same_area(area, read_study_area(tmp_path / "shi.gpkg"))


def test_the_roads_make_a_graph_of_osmnx(tmp_path):
    graph = brought_in(small_county(), tmp_path).area.roads.to_graph()
    assert ox.stats.edge_length_total(graph) > 0
    nodes, edges = ox.convert.graph_to_gdfs(graph)
    assert len(nodes) == graph.number_of_nodes()
    assert {"osmid", "highway", "length", "oneway", "speed_kph", "travel_time"} <= set(edges.columns)


def test_stages_are_announced(tmp_path):
    stages = []
    brought_in(small_county(), tmp_path, progress=lambda en, zh: stages.append((en, zh)))
    assert len(stages) == N_STAGES


def test_the_buffer_decides_which_roads_beyond_the_boundary_come_in(tmp_path):
    osm = small_county()
    osm.road((0, 25), (12, 25), highway="secondary")
    wide = brought_in(osm, tmp_path, buffer_m=800.0).area
    narrow = brought_in(osm, tmp_path, buffer_m=300.0).area
    assert "secondary" in set(wide.roads.edges["highway"])
    assert "secondary" not in set(narrow.roads.edges["highway"])
    assert (wide.buffer_m, narrow.buffer_m) == (800.0, 300.0)


# Boundaries


def test_a_boundary_that_misses_members_names_them_and_offers_a_file(tmp_path):
    line = refused(SourceError, small_county().without("way", 13), tmp_path)
    assert "13" in line
    assert "--boundary FILE" in line


def test_a_township_that_misses_members_is_named_and_left_out(tmp_path):
    clipped = small_county().without("way", 13)
    imported = brought_in(clipped, tmp_path, boundary=geojson(tmp_path / "b.geojson", outline()))
    assert imported.area.townships["name"].tolist() == ["西乡"]
    left_out = note(imported, "townships_incomplete")
    assert left_out.ids == ("东乡",)
    assert "13" in left_out.en
    assert note(imported, "people_outside_townships").ids == ("东乡",)
    assert imported.area.demand.loc[imported.area.demand["township_id"] == "", "population"].sum() == 900


def test_the_union_of_the_townships_is_a_boundary(tmp_path):
    whole = brought_in(small_county(), tmp_path, boundary="townships")
    assert whole.area.boundary.area == pytest.approx(4_000 * 2_000, rel=0.01)
    assert whole.area.county.name == "shi"
    part = brought_in(small_county().without("way", 13), tmp_path, boundary="townships")
    assert part.area.boundary.area == pytest.approx(2_000 * 2_000, rel=0.01)
    assert note(part, "townships_incomplete").ids == ("东乡",)


def test_neighbours_are_not_taken_for_townships(tmp_path):
    osm = small_county()
    neighbour = osm.nodes((40, 0), (60, 0), (60, 20), (40, 20))
    osm.area(neighbour, admin_level="8", name="邻乡")
    far = osm.nodes((40, 20), (60, 20))
    osm.relation(
        [("way", osm.way(far), "outer"), ("way", 999, "outer")],
        type="boundary",
        boundary="administrative",
        admin_level="8",
        name="残乡",
    )
    imported = brought_in(osm, tmp_path)
    assert imported.area.townships["name"].tolist() == ["西乡", "东乡"]
    assert note(imported, "townships_beyond").ids == ("邻乡",)
    assert note(imported, "neighbours_incomplete").ids == ("残乡",)
    assert note(imported, "townships_incomplete") is None


def test_without_a_level_the_county_is_one_township(tmp_path):
    imported = brought_in(small_county(), tmp_path, township_level=None)
    assert imported.area.townships[["id", "name", "class"]].to_numpy().tolist() == [["shi", "试县", "rural"]]
    assert note(imported, "county_is_township") is not None


def test_wrong_relation_and_level_say_what_there_is(tmp_path):
    assert "2 西乡 (level 8)" in refused(SourceError, small_county(), tmp_path, boundary=77)
    line = refused(SourceError, small_county(), tmp_path, township_level=9)
    assert "6 (1), 8 (2)" in line
    assert "--township-level" in refused(
        SourceError, small_county(), tmp_path, boundary="townships", township_level=None
    )


@pytest.mark.parametrize("ring", [[(0, 0), (40, 20), (40, 0), (0, 20)], [(0, 0), (40, 0), (40, 20)]])
def test_a_boundary_relation_that_crosses_itself_or_stays_open(tmp_path, ring):
    osm = small_county()
    refs = osm.nodes(*ring)
    closed = [*refs, refs[0]] if len(ring) == 4 else refs
    osm.relation([("way", osm.way(closed), "outer")], 7, type="boundary", boundary="administrative")
    line = refused(SourceError, osm, tmp_path, boundary=7)
    assert ("crosses itself" if len(ring) == 4 else "does not close") in line


BAD_SHAPES = {
    "line": (shapely.LineString([(9.5, 47), (9.6, 47.1)]), "is of lines"),
    "point": (shapely.Point(9.5, 47), "is of points"),
    "crossing": (shapely.Polygon([(9.5, 47), (9.55, 47.02), (9.55, 47), (9.5, 47.02)]), "crosses itself"),
    "far": (shapely.box(10.3, 29.2, 10.7, 29.8), "km from the roads"),
    "silent in China": (shapely.box(113.3, 29.2, 113.7, 29.8), "b.geojson@gcj02"),
    "swapped": (shapely.box(29.2, 113.3, 29.8, 113.7), "swapped"),
    "empty ground": (outline(0, 18, 4, 20), "no road"),
}


@pytest.mark.parametrize("name", BAD_SHAPES)
def test_boundary_files_that_are_none(tmp_path, name):
    shape, words = BAD_SHAPES[name]
    path = geojson(tmp_path / "b.geojson", shape)
    line = refused((SourceError, CrsError), small_county(), tmp_path, boundary=path, township_level=None)
    assert words in line


def test_boundary_files_without_anything_in_them(tmp_path):
    nothing = geojson(tmp_path / "none.geojson")
    assert "no shape" in refused(SourceError, small_county(), tmp_path, boundary=nothing)
    (tmp_path / "empty.geojson").touch()
    assert "is empty" in refused(FileError, small_county(), tmp_path, boundary=tmp_path / "empty.geojson")
    (tmp_path / "text.gpkg").write_text("no database", encoding="utf-8")
    assert "cannot be read" in refused(FileError, small_county(), tmp_path, boundary=tmp_path / "text.gpkg")
    assert "does not exist" in refused(FileError, small_county(), tmp_path, boundary=tmp_path / "no.shp")
    (tmp_path / "b.csv").write_text("lon,lat", encoding="utf-8")
    assert "kind" in refused(FileError, small_county(), tmp_path, boundary=tmp_path / "b.csv")


@pytest.mark.parametrize(("ending", "driver"), [(".gpkg", "GPKG"), (".shp", "ESRI Shapefile")])
def test_boundary_files_in_other_forms_and_systems(tmp_path, ending, driver):
    path = tmp_path / f"b{ending}"
    halves = gpd.GeoSeries([outline(0, 0, 20, 20), outline(20, 0, 40, 20)], crs=WGS84).to_crs("EPSG:2056")
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=halves), path, driver=driver)
    area = brought_in(small_county(), tmp_path, boundary=path).area
    assert area.boundary.area == pytest.approx(4_000 * 2_000, rel=0.01)
    boundary, townships, *_ = area.provenance
    assert (boundary.source, townships.source) == (path.name, "x.osm")


@pytest.mark.filterwarnings("ignore:Non closed ring")  # the reading library's own word on it
def test_a_boundary_whose_ring_is_not_closed(tmp_path):
    path = tmp_path / "open.geojson"
    west, south, east, north = outline().bounds
    ring = [[west, south], [east, south], [east, north], [west, north]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert "open.geojson" in refused(CoverageError, small_county(), tmp_path, boundary=path)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_shapefile_without_a_reference_system(tmp_path):
    path = tmp_path / "b.shp"
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=[outline()]), path, driver="ESRI Shapefile")
    assert "b.shp@cgcs2000" in refused(CrsError, small_county(), tmp_path, boundary=path)


# Classes, seats


def test_urban_by_name_by_subdistrict_by_settlement(tmp_path):
    osm = small_county()
    imported = brought_in(osm, tmp_path, urban=["西乡"])
    assert imported.area.townships["class"].tolist() == ["urban", "urban"]
    osm.node(10, 12, place="town", name="西镇")
    # the seat of a 乡 or 镇 is tagged town all over China: that alone makes nothing urban
    assert brought_in(osm, tmp_path).area.townships["class"].tolist() == ["rural", "urban"]
    osm.node(11, 12, place="city", name="西城")
    assert brought_in(osm, tmp_path).area.townships["class"].tolist() == ["urban", "urban"]
    line = refused(SourceError, osm, tmp_path, urban=["西鄉"])
    assert "西鄉" in line
    assert "西乡" in line


def test_facilities_of_a_file_beyond_the_buffer_are_rejected_by_name(tmp_path):
    path = tmp_path / "f.geojson"
    at_home = outline().centroid
    swapped = shapely.Point(at_home.y, at_home.x)
    table = gpd.GeoDataFrame(
        {"name": ["近站", "远站"], "kind": ["hospital", "hospital"]}, geometry=[at_home, swapped], crs=WGS84
    )
    path.write_text(table.to_json(), encoding="utf-8")
    imported = brought_in(small_county(), tmp_path, facilities=path)
    assert imported.area.facilities["name"].tolist() == ["近站"]
    (account,) = imported.accounts
    assert (account.n_read, account.n_used) == (2, 1)
    assert [(r.row, r.name, r.code) for r in account.rejects] == [(2, "远站", "coordinates_swapped")]


def test_a_town_makes_urban_what_is_no_chinese_township(tmp_path):
    osm = small_county()
    osm.area(osm.nodes((1, 1), (8, 1), (8, 9), (1, 9)), 9, admin_level="10", name="Triesen")
    osm.road((2, 2), (7, 2))
    osm.node(3, 3, place="village", name="Triesen")
    assert brought_in(osm, tmp_path, township_level=10).area.townships["class"].tolist() == ["rural"]
    osm.node(4, 4, place="town", name="Triesen-Stadt")
    assert brought_in(osm, tmp_path, township_level=10).area.townships["class"].tolist() == ["urban"]


def test_a_subdistrict_is_urban(tmp_path):
    osm = small_county()
    corner = osm.nodes((1, 1), (8, 1), (8, 9), (1, 9))
    osm.area(corner, 9, admin_level="10", name="长安街道")
    osm.road((2, 2), (7, 2))
    imported = brought_in(osm, tmp_path, township_level=10)
    assert imported.area.townships["class"].tolist() == ["urban"]
    assert math.isnan(imported.area.townships["seat_lon"].iloc[0])


def test_a_relations_own_centre_is_the_seat(tmp_path):
    osm = small_county()
    centre = osm.node(12, 3)
    kind, number, body, tags = next(o for o in osm.objects if o[:2] == ("relation", 2))
    osm.objects.remove((kind, number, body, tags))
    body += f'<member type="node" ref="{centre}" role="label"/>'
    osm.objects.append((kind, number, body, tags))
    townships = brought_in(osm, tmp_path).area.townships.set_index("name")
    assert townships.loc["西乡", "seat_lat"] == pytest.approx(ORIGIN[1] + 3 * STEP[1])


# Files


def spoiled(tmp_path):
    whole = small_county().write(tmp_path / "whole.osm.pbf").read_bytes()
    xml = small_county().text().encode()
    return {
        "missing.osm.pbf": None,
        "empty.osm.pbf": b"",
        "empty.osm": b"",
        "text.osm.pbf": b"this is a text that calls itself an extract " * 9,
        "half.osm.pbf": whole[: len(whole) // 2],
        "half.osm": xml[: len(xml) // 2],
        "binary.osm": whole,
        "xml.osm.pbf": xml,
        "page.osm": b"<html><body>404</body></html>",
        "plain.osm.gz": xml[:100],
        "plain.osm.bz2": xml,
        "table.csv": b"a,b",
        "text.graphml": b"no graph",
        "page.graphml": b"<html/>",
    }


@pytest.mark.parametrize(
    "name",
    [
        "missing.osm.pbf",
        "empty.osm.pbf",
        "empty.osm",
        "text.osm.pbf",
        "half.osm.pbf",
        "half.osm",
        "binary.osm",
        "xml.osm.pbf",
        "page.osm",
        "plain.osm.gz",
        "plain.osm.bz2",
        "table.csv",
        "text.graphml",
        "page.graphml",
    ],
)
def test_files_that_are_not_what_they_say(tmp_path, name):
    content = spoiled(tmp_path)[name]
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    boundary = geojson(tmp_path / "b.geojson", outline()) if name.endswith(".graphml") else 1
    with pytest.raises(FileError) as caught:
        import_extract(path, county=COUNTY, boundary=boundary, township_level=8, facilities=None)
    assert name in caught.value.line("en")
    assert name in caught.value.line("zh")
    assert "\n" not in caught.value.line("zh")


def test_an_extract_without_roads_or_facilities(tmp_path):
    osm = small_county()
    roadless = Osm()
    roadless.objects = [o for o in osm.objects if "highway" not in o[3]]
    assert "holds no road" in refused(SourceError, roadless, tmp_path)
    assert "--facilities FILE" in refused(SourceError, osm.without("node", 102), tmp_path)


@pytest.mark.parametrize("buffer_m", [-1.0, math.nan, math.inf, 200_001.0, 1e303])
def test_a_buffer_that_is_none(tmp_path, buffer_m):
    assert "--buffer-km" in refused(SourceError, small_county(), tmp_path, buffer_m=buffer_m)


# Facilities of the planner's own


def facility_file(path, **columns):
    points = [shapely.Point(ORIGIN[0] + 10 * STEP[0], ORIGIN[1] + 10 * STEP[1])]
    table = gpd.GeoDataFrame({name: [value] for name, value in columns.items()}, geometry=points, crs=WGS84)
    pyogrio.write_dataframe(table, path, driver="GeoJSON")
    return path


def test_facilities_from_a_file_take_the_place_of_those_on_the_map(tmp_path):
    path = facility_file(tmp_path / "f.geojson", name="急救站", kind="ambulance_station", ambulances=2)
    area = brought_in(small_county(), tmp_path, facilities=path).area
    assert area.facilities[["id", "name", "kind", "ambulances"]].to_numpy().tolist() == [
        ["f1", "急救站", "ambulance_station", 2.0]
    ]
    assert area.provenance[3].source == "f.geojson"


def test_facility_files_that_cannot_be_used(tmp_path):
    odd = facility_file(tmp_path / "kind.geojson", kind="bakery")
    assert "bakery" in refused(SourceError, small_county(), tmp_path, facilities=odd)
    text = facility_file(tmp_path / "count.geojson", kind="hospital", ambulances="two or three")
    assert "two or three" in refused(SourceError, small_county(), tmp_path, facilities=text)
    none = geojson(tmp_path / "none.geojson")
    assert "none.geojson" in refused(CoverageError, small_county(), tmp_path, facilities=none)


# Graphs of OSMnx


def test_a_graph_of_osmnx_comes_in(tmp_path):
    extract = read_extract(small_county().write(tmp_path / "x.osm"))
    graph = build_graph(extract)[0]
    u, v, key = next(iter(graph.edges(keys=True)))
    # OSMnx's own imputed speed must not be trusted
    graph.edges[u, v, key]["speed_kph"] = 999.0
    graph.add_edge(u, v, osmid=7, highway="footway", length=10.0, oneway=False)
    ox.io.save_graphml(graph, tmp_path / "x.graphml")
    imported = import_extract(
        tmp_path / "x.graphml",
        county=County("shi", "试县"),
        boundary=geojson(tmp_path / "b.geojson", outline()),
        township_level=8,
        buffer_m=2_000.0,
        facilities=facility_file(tmp_path / "f.geojson", kind="hospital"),
    )
    area = imported.area
    same = brought_in(small_county(), tmp_path).area
    assert sorted(area.roads.edges["travel_time"]) == pytest.approx(sorted(same.roads.edges["travel_time"]))
    assert set(area.roads.edges["highway"]) == {"primary", "residential"}
    assert area.demand_unit == "residential_road_m"
    assert {n.code for n in imported.notes} >= {"county_is_township", "roads_barred", "demand_by_road_length"}
    write_study_area(area, tmp_path / "shi.gpkg")
    assert_same_area(area, read_study_area(tmp_path / "shi.gpkg"))


def test_a_graph_without_boundary_or_facilities(tmp_path):
    graph = build_graph(read_extract(small_county().write(tmp_path / "x.osm")))[0]
    ox.io.save_graphml(graph, tmp_path / "x.graphml")
    for boundary, words in (
        (1, "--boundary FILE"),
        (geojson(tmp_path / "b.geojson", outline()), "--facilities"),
    ):
        with pytest.raises(SourceError, match=words):
            import_extract(tmp_path / "x.graphml", county=County("shi", "试县"), boundary=boundary)


# The real thing


@pytest.fixture(scope="session")
def liechtenstein(shared_file):
    path = shared_file("liechtenstein.osm.pbf")
    return import_extract(path, county=County("liechtenstein", ""), boundary=1155955, township_level=8)


def test_liechtenstein(liechtenstein, tmp_path):
    area = liechtenstein.area
    assert len(area.townships) == 11
    assert area.county.name == "Liechtenstein"
    assert area.demand["population"].sum() == pytest.approx(37_059, rel=0.01)
    assert area.boundary.area == pytest.approx(160.5e6, rel=0.01)
    assert area.facilities["name"].tolist() == ["Liechtensteinisches Landesspital"]
    classes = area.townships.set_index("name")["class"]
    assert classes[classes == "urban"].index.tolist() == ["Vaduz"]
    assert "Feldkirch" in note(liechtenstein, "neighbours_incomplete").ids
    assert note(liechtenstein, "townships_incomplete") is None
    write_study_area(area, tmp_path / "liechtenstein.gpkg")
    assert_same_area(area, read_study_area(tmp_path / "liechtenstein.gpkg"))


def test_a_piece_cut_out_of_liechtenstein(shared_file, tmp_path):
    osmium = pytest.importorskip("osmium")
    source, piece = str(shared_file("liechtenstein.osm.pbf")), tmp_path / "south.osm.pbf"
    kept = {
        n.id
        for n in osmium.FileProcessor(source, osmium.osm.NODE)
        if 9.47 < n.location.lon < 9.60 and 47.05 < n.location.lat < 47.16
    }
    with osmium.SimpleWriter(str(piece)) as writer:
        for thing in osmium.FileProcessor(source):
            if thing.is_relation() or (
                thing.id in kept if thing.is_node() else kept & {n.ref for n in thing.nodes}
            ):
                writer.add(thing)
    with pytest.raises(SourceError, match="misses its member ways"):
        import_extract(piece, county=COUNTY, boundary=1155955, township_level=8)
    boundary = geojson(tmp_path / "b.geojson", shapely.box(9.48, 47.06, 9.59, 47.15))
    imported = import_extract(piece, county=COUNTY, boundary=boundary, township_level=None)
    assert note(imported, "ways_cut").count > 0
    assert len(imported.area.roads.edges) > 1_000
