"""A second import replaces what it is given and leaves everything else as it was, provenance included."""

from __future__ import annotations

import csv
import json
import math

import geopandas as gpd
import numpy as np
import osmnx as ox
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from builders import toy_area
from coverage.analysis import analyze
from coverage.errors import SourceError
from coverage.geopackage import read_study_area, write_study_area
from coverage.reports.wording import note_text
from coverage.sources.coordinates import convert
from coverage.sources.import_order import Order
from coverage.sources.layer_file import LayerFile
from coverage.sources.osm_extract import open_osm
from coverage.sources.study_area_import import import_study_area
from coverage.study_area import WGS84, County
from orders import import_extract
from osm_xml import small_county

TABLES = ("townships", "demand", "facilities")


@pytest.fixture(scope="module")
def base():
    return toy_area()


def lonlat(area, x_km, y_km):
    """Give a place by kilometres east and north of the toy county's hospital."""
    origin = area.facilities.geometry.iloc[0]
    point = gpd.GeoSeries([shapely.Point(origin.x + 1000 * x_km, origin.y + 1000 * y_km)], crs=area.crs)
    at = point.to_crs(WGS84).iloc[0]
    return at.x, at.y


def table(path, *rows):
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    return LayerFile(path, crs="wgs84")


def replaced(base, **files):
    return import_study_area(Order(county=County(base.county.stem, ""), base=base, **files))


def assert_kept(area, base, *layers):
    for layer in layers:
        if layer == "roads":
            assert_geodataframe_equal(area.roads.edges, base.roads.edges)
            assert_geodataframe_equal(area.roads.nodes, base.roads.nodes)
        elif layer == "boundary":
            assert area.boundary.equals_exact(base.boundary, 1e-3)
        else:
            assert_geodataframe_equal(getattr(area, layer), getattr(base, layer), check_dtype=False)
        kept = [row for row in area.provenance if row.layer == layer]
        assert kept == [row for row in base.provenance if row.layer == layer]


def test_facilities_alone(base, tmp_path):
    lon, lat = lonlat(base, 9.0, 0.05)
    file = table(
        tmp_path / "stations.csv",
        ["名称", "类型", "救护车", "经度", "纬度"],
        ["新站", "急救站", "2辆", lon, lat],
    )
    imported = replaced(base, facilities=(file,))
    area = imported.area
    assert area.facilities[["name", "kind", "ambulances"]].to_numpy().tolist() == [
        ["新站", "ambulance_station", 2.0]
    ]
    assert_kept(area, base, "boundary", "townships", "demand", "roads")
    (row,) = [row for row in area.provenance if row.layer == "facilities"]
    assert (row.source, len(row.sha256)) == ("stations.csv", 64)
    assert area.county == base.county
    assert (area.buffer_m, area.demand_unit) == (base.buffer_m, base.demand_unit)


def test_people_alone_and_every_one_of_them(base, tmp_path):
    places = [("东一村", "石门乡", 700, 26.0, 0.1), ("柳一村", "柳林镇", 1_300, 10.0, 0.1)]
    rows = [[t, n, p, *lonlat(base, x, y)] for n, t, p, x, y in places]
    file = table(tmp_path / "villages.csv", ["乡镇", "村名", "人口", "经度", "纬度"], *rows)
    area = replaced(base, population=file).area
    people = area.demand.groupby("township_id")["population"].sum()
    assert people.to_dict() == {"430699001": 0.0, "430699101": 1_300.0, "430699102": 700.0}
    # the totals of the townships stay: they are the county's own figures
    assert area.townships["population"].tolist() == base.townships["population"].tolist()
    assert_kept(area, base, "boundary", "facilities", "roads")


def test_totals_of_a_file_take_the_place_of_older_ones(base, tmp_path):
    file = table(
        tmp_path / "p.csv", ["乡镇", "人口"], ["柳林镇", "2.3万"], ["石门乡", 12_000], ["城关街道", 50_000]
    )
    area = replaced(base, population=file).area
    assert area.townships["population"].tolist() == pytest.approx([50_000, 23_000, 12_000])
    assert area.demand["population"].sum() == pytest.approx(85_000)
    assert "demand" in area.modelled_layers


def test_people_can_be_scaled_to_new_totals_without_new_points(base, tmp_path):
    file = table(tmp_path / "t.csv", ["乡镇", "人口"], ["柳林镇", 43_000])
    area = replaced(base, townships=(file,), scale_to_townships=True).area
    people = area.demand.groupby("township_id")["population"].sum()
    before = base.demand.groupby("township_id")["population"].sum()
    assert people.to_dict() == pytest.approx({**before.to_dict(), "430699101": 43_000})
    assert area.demand.geometry.geom_equals(base.demand.geometry).all()
    assert_kept(area, base, "boundary", "facilities", "roads")
    assert [row.layer for row in area.provenance].count("demand") == 2


def test_a_table_of_townships_updates_what_it_names(base, tmp_path):
    file = table(tmp_path / "t.csv", ["乡镇", "城乡分类", "人口"], ["柳林", "城区", "2.2万"])
    imported = replaced(base, townships=(file,))
    townships = imported.area.townships.set_index("name")
    assert townships.loc["柳林镇", "class"] == "urban"
    assert townships.loc["柳林镇", "population"] == 22_000
    assert townships.loc["石门乡", "population"] == 12_345
    assert_kept(imported.area, base, "boundary", "facilities", "roads")
    assert_geodataframe_equal(imported.area.demand, base.demand)
    sources = [row.source for row in imported.area.provenance if row.layer == "townships"]
    assert sources == ["国家统计局区划代码", "t.csv"]


def test_a_table_that_is_imported_again_is_named_once(base, tmp_path):
    file = table(tmp_path / "t.csv", ["乡镇", "人口"], ["石门乡", 9000])
    area = base
    for _ in range(3):
        area = replaced(area, townships=(file,)).area
    sources = [row.source for row in area.provenance if row.layer == "townships"]
    assert sources == [*(row.source for row in base.provenance if row.layer == "townships"), "t.csv"]
    table(tmp_path / "t.csv", ["乡镇", "人口"], ["石门乡", 9001])
    changed = replaced(area, townships=(file,)).area
    assert [row.source for row in changed.provenance if row.layer == "townships"] == [*sources, "t.csv"]


def test_new_outlines_of_townships_take_their_people_over(base, tmp_path):
    west, east = base.townships.geometry.iloc[0], base.townships.geometry.iloc[1:].union_all()
    shapes = gpd.GeoDataFrame({"名称": ["城关街道", "东乡"]}, geometry=[west, east], crs=base.crs).to_crs(
        WGS84
    )
    path = tmp_path / "t.geojson"
    path.write_text(shapes.to_crs(WGS84).to_json(), encoding="utf-8")
    area = replaced(base, townships=(LayerFile(path, crs="wgs84"),)).area
    assert area.townships["name"].tolist() == ["城关街道", "东乡"]
    before = base.demand.groupby("township_id")["population"].sum()
    after = area.demand.groupby("township_id")["population"].sum()
    ids = area.townships.set_index("name")["id"]
    assert after[ids["城关街道"]] == before["430699001"]
    assert after[ids["东乡"]] == before["430699101"] + before["430699102"]
    beyond = base.demand["township_id"] == ""  # one settlement of the toy county lies outside of its outline
    assert area.demand["population"].sum() == base.demand.loc[~beyond, "population"].sum()


def test_a_new_outline_of_the_county_leaves_out_who_lives_beyond(base, tmp_path):
    narrow = shapely.box(*base.townships.geometry.iloc[:2].total_bounds)
    shapes = gpd.GeoSeries([narrow], crs=base.crs).to_crs(WGS84)
    (tmp_path / "b.geojson").write_text(shapes.to_json(), encoding="utf-8")
    inner = base.townships.iloc[:2].to_crs(WGS84)
    (tmp_path / "t.geojson").write_text(inner[["name", "geometry"]].to_json(), encoding="utf-8")
    imported = replaced(
        base,
        boundary=LayerFile(tmp_path / "b.geojson", crs="wgs84"),
        townships=(LayerFile(tmp_path / "t.geojson", crs="wgs84"),),
    )
    inside = base.demand["township_id"].isin(base.townships["id"].iloc[:2])
    assert imported.area.demand["population"].sum() == base.demand.loc[inside, "population"].sum()
    (note,) = [n for n in imported.notes if n.code == "demand_beyond"]
    assert note.count == int((~inside).sum())
    lost = base.demand.loc[~inside, "population"].sum()
    assert f"{lost:,.0f}" in note.en
    assert f"{lost:,.0f}" in note.zh


def test_a_new_outline_alone_leaves_out_whole_townships_and_their_people(base, tmp_path):
    west = shapely.box(*base.townships.geometry.iloc[:2].total_bounds)
    shapes = gpd.GeoSeries([west], crs=base.crs).to_crs(WGS84)
    (tmp_path / "b.geojson").write_text(shapes.to_json(), encoding="utf-8")
    imported = replaced(base, boundary=LayerFile(tmp_path / "b.geojson", crs="wgs84"))
    assert imported.area.townships["name"].tolist() == ["城关街道", "柳林镇"]
    kept = base.demand["township_id"].isin(["430699001", "430699101"])
    assert imported.area.demand["population"].sum() == base.demand.loc[kept, "population"].sum()
    codes = {note.code for note in imported.notes}
    assert {"townships_beyond", "demand_beyond"} <= codes


def test_roads_alone_from_an_extract_that_holds_more(tmp_path):
    whole = import_extract(
        small_county().write(tmp_path / "old.osm"),
        county=County("shi", ""),
        boundary=1,
        township_level=8,
        buffer_m=2_000.0,
    ).area
    osm = small_county()
    osm.road((5, 5), (35, 5), highway="secondary")
    osm.node(20, 5, amenity="hospital", name="新医院")
    source = open_osm(osm.write(tmp_path / "new.osm"))
    area = replaced(whole, osm=source, replace=frozenset({"roads"})).area
    assert "secondary" in set(area.roads.edges["highway"])
    assert_kept(area, whole, "boundary", "townships", "facilities", "demand")
    assert [row.source for row in area.provenance if row.layer == "roads"] == ["new.osm"]


def test_roads_alone_from_a_graph_of_osmnx(base, tmp_path):
    graph = base.roads.to_graph()
    ox.io.save_graphml(graph, tmp_path / "roads.graphml")
    area = replaced(base, roads=LayerFile(tmp_path / "roads.graphml")).area
    assert area.roads.edges["length"].sum() == pytest.approx(
        base.roads.edges.loc[base.roads.edges["highway"] != "footway", "length"].sum()
    )
    assert_kept(area, base, "boundary", "townships", "facilities", "demand")


def test_every_layer_in_a_system_of_its_own(base, tmp_path):
    """The same places in four systems give the same study area."""
    places = base.facilities.to_crs(WGS84).geometry
    found = []
    for system in ("wgs84", "gcj02", "bd09", "EPSG:4549"):
        moved = convert(places.x.to_numpy(), places.y.to_numpy(), source="wgs84", target=system)
        rows = [
            [name, kind, x, y]
            for name, kind, x, y in zip(
                base.facilities["name"], base.facilities["kind"], moved.x, moved.y, strict=True
            )
        ]
        path = tmp_path / f"{system.replace(':', '')}.csv"
        table(path, ["名称", "类型", "x", "y"], *rows)
        found.append(replaced(base, facilities=(LayerFile(path, crs=system),)).area.facilities.geometry)
    for points in found:
        assert np.max(points.distance(base.facilities.geometry)) < 0.01


def test_what_cannot_be_done_is_said_before_any_file_is_read(base, tmp_path):
    county, missing = County("toy", ""), LayerFile(tmp_path / "missing.csv")
    for wishes, words in (
        ({"county": County("neu", "")}, "--osm FILE or --roads FILE"),
        ({"county": county, "roads": missing}, "--boundary"),
        ({"county": county, "base": base}, "nothing to import"),
        ({"county": county, "base": base, "replace": frozenset({"roads"})}, "--replace roads"),
        ({"county": county, "base": base, "replace": frozenset({"demand"})}, "--population FILE"),
        (
            {
                "county": county,
                "base": base,
                "facilities": (missing,),
                "population": missing,
                "replace": frozenset({"facilities"}),
            },
            "--replace population",
        ),
        ({"county": county, "base": base, "facilities": (missing,), "max_demand": 0}, "--max-demand"),
        ({"county": county, "base": base, "facilities": (missing,), "buffer_m": 9_000.0}, "--buffer-km"),
    ):
        with pytest.raises(SourceError, match=words) as caught:
            Order(**wishes)
        assert caught.value.line("zh") != caught.value.line("en")


SEATS = (("城关街道", 0.5, 0.0), ("柳林镇", 10.0, 0.0), ("石门乡", 26.0, 0.1))


def seats_table(path, base, without=()):
    places = [[n, *(lonlat(base, x, y) if n not in without else ("", "")), 10_000] for n, x, y in SEATS]
    return table(path, ["乡镇", "经度", "纬度", "人口"], *places)


def from_tables(base, tmp_path, townships):
    """Import a bureau's roads, an outline, a list of townships and one of stations, without OpenStreetMap."""
    roads = base.roads.edges.reset_index()
    roads = roads[roads["u"] < roads["v"]][["highway", "geometry"]].to_crs(WGS84)
    (tmp_path / "roads.geojson").write_text(roads.to_json(), encoding="utf-8")
    outline = gpd.GeoSeries([base.boundary], crs=base.crs).to_crs(WGS84)
    (tmp_path / "outline.geojson").write_text(outline.to_json(), encoding="utf-8")
    stations = table(
        tmp_path / "s.csv", ["名称", "类型", "经度", "纬度"], ["县医院", "医院", *lonlat(base, 0, 0.1)]
    )
    return import_study_area(
        Order(
            county=County("neu", "新县"),
            roads=LayerFile(tmp_path / "roads.geojson", crs="wgs84"),
            boundary=LayerFile(tmp_path / "outline.geojson", crs="wgs84"),
            townships=(townships,),
            facilities=(stations,),
            buffer_m=4_000.0,
        )
    )


def test_a_seat_that_was_missing_gets_its_land_from_the_mended_list(base, tmp_path):
    first = from_tables(base, tmp_path, seats_table(tmp_path / "t.csv", base, without=("柳林镇",))).area
    assert first.townships["name"].tolist() == ["城关街道", "石门乡"]
    head = ["村", "所属乡镇", "常住人口", "经度", "纬度"]
    rows = [["甲村", "柳林镇", 700, *lonlat(base, 9, 0)], ["乙村", "柳林镇", 300, "", ""]]
    rows.append(["丙村", "城关街道", 200, *lonlat(base, 0, 0)])
    imported = replaced(
        first,
        townships=(seats_table(tmp_path / "mended.csv", base),),
        population=table(tmp_path / "v.csv", head, *rows),
    )
    area = imported.area
    assert sorted(area.townships["name"]) == ["城关街道", "柳林镇", "石门乡"]
    assert area.townships.area.sum() == pytest.approx(area.boundary.area)
    assert area.townships.union_all().symmetric_difference(area.boundary).area < 1.0
    ids = area.townships.set_index("name")["id"]
    people = area.demand.groupby("township_id")["population"].sum()
    assert people[ids["柳林镇"]] == pytest.approx(1_000)
    assert people[ids["城关街道"]] == pytest.approx(200)
    assert "townships" in area.modelled_layers
    (note,) = [note for note in imported.notes if note.code == "townships_divided"]
    assert "城关街道" in note.zh
    assert "柳林镇" in note.zh


def test_a_county_from_lines_and_tables_alone(base, tmp_path):
    """No OpenStreetMap at all: a bureau's roads, an outline, a list of townships, stations and villages."""
    imported = from_tables(base, tmp_path, seats_table(tmp_path / "t.csv", base))
    area = imported.area
    assert area.townships["name"].tolist() == ["城关街道", "柳林镇", "石门乡"]
    assert "townships" in area.modelled_layers
    assert area.townships.union_all().symmetric_difference(area.boundary).area < 1.0
    people = area.demand.groupby("township_id")["population"].sum()
    assert people.tolist() == pytest.approx([10_000] * 3)
    assert area.demand_unit == "people"
    assert not math.isnan(area.townships["seat_lon"].iloc[0])
    assert json.dumps([row.source for row in area.provenance], ensure_ascii=False).count("roads.geojson") == 1


def test_rejected_rows_are_told_by_every_result(base, tmp_path):
    head = ["名称", "类型", "救护车", "经度", "纬度"]
    good = ["甲站", "急救站", "2辆", *lonlat(base, 9.0, 0.05)]
    rows = [good, ["乙站", "急救站", 1, "", ""], ["丙站", "急救站", 1, "", ""], ["合计", "", 4, "", ""]]
    file = table(tmp_path / "stations.csv", head, *rows)
    imported = replaced(base, facilities=(file,))
    (row,) = [row for row in imported.area.provenance if row.layer == "facilities"]
    assert row.n_rejected == 2  # the total misses nothing
    assert "读取4行" in row.note
    assert "4 rows read" in row.note
    write_study_area(imported.area, tmp_path / "toy.gpkg")
    again = read_study_area(tmp_path / "toy.gpkg")
    assert [p.n_rejected for p in again.provenance] == [p.n_rejected for p in imported.area.provenance]
    analysis = analyze(again)
    (note,) = [n for n in analysis.notes if n.code == "rows_rejected"]
    assert (note.n, note.names) == (2, ("stations.csv (2)",))
    assert "stations.csv" in note_text(note, analysis, "zh")
    assert [n.code for n in imported.notes if n.code == "many_rejects"] == []


def test_a_file_of_which_most_rows_fail_is_doubted_as_a_whole(base, tmp_path):
    lon, lat = lonlat(base, 9.0, 0.05)
    rows = [["甲站", "急救站", lon, lat], *([f"第{i}站", "急救站", lat, lon] for i in range(3))]
    file = table(tmp_path / "stations.csv", ["名称", "类型", "经度", "纬度"], *rows)
    (note,) = [n for n in replaced(base, facilities=(file,)).notes if n.code == "many_rejects"]
    assert "75%" in note.en
    assert "75%" in note.zh
    assert note.count == 3
