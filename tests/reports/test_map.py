"""The map's page as text: what it says, what it draws, and that nothing in it loads or runs unasked."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from builders import ODD_NAMES, toy_analysis, toy_area
from coverage.analysis import analyze
from coverage.errors import FileError, TilesError
from coverage.reports import map as county_map
from coverage.reports.map import map_data, render_map, write_map
from coverage.reports.map_geometry import (
    ROAD_CLASSES,
    dot_radius_px,
    label_points,
    pack_lines,
    pack_numbers,
    pack_points,
    pack_polygon,
    road_lines,
)
from coverage.reports.map_page import json_block
from coverage.reports.map_tiles import parse_tiles
from coverage.reports.map_words import word
from coverage.reports.wording import label, one_line
from html_page import Page, unpack

UTM = "EPSG:32649"


@pytest.fixture(scope="module")
def page():
    return Page(render_map(toy_analysis(), "zh"))


def unpack_yx(text):
    return np.cumsum(np.array(unpack(text)).reshape(-1, 2), axis=0) * 1e-5


# ---- packing


def test_numbers_pack_to_the_published_example():
    # the encoded polyline format's own example: 38.5, -120.2
    assert pack_numbers([3850000, -12020000]) == "_p~iF~ps|U"


@given(st.lists(st.integers(-(2**60), 2**60)))
def test_numbers_come_back_as_they_went(values):
    packed = pack_numbers(values)
    assert unpack(packed) == values
    assert not set(packed) & set("<>&\"'")


def test_lines_keep_their_places_to_a_metre():
    lines = gpd.GeoSeries(
        [
            shapely.LineString([(113.1, 29.2), (113.45678, 29.47)]),
            shapely.LineString([(113.3, 29.1), (113.2, 29.1), (113, 29)]),
        ],
        crs="EPSG:4326",
    )
    packed = pack_lines(lines)
    assert unpack(packed["n"]) == [2, 3]
    expected = [[29.2, 113.1], [29.47, 113.45678], [29.1, 113.3], [29.1, 113.2], [29, 113]]
    assert unpack_yx(packed["yx"]) == pytest.approx(np.array(expected), abs=6e-6)


def test_points_are_packed_in_order():
    points = gpd.GeoSeries(shapely.points([(113.5, 29.5), (113.4, 29.6)]), crs="EPSG:4326")
    assert unpack_yx(pack_points(points)) == pytest.approx(np.array([[29.5, 113.5], [29.6, 113.4]]))


def test_polygons_keep_parts_and_holes():
    with_hole = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    packed = pack_polygon(shapely.MultiPolygon([with_hole, shapely.box(5, 5, 6, 6)]), "EPSG:4326")
    assert unpack(packed["p"]) == [2, 1]
    assert unpack(packed["n"]) == [5, 5, 5]


def test_every_road_is_drawn_once_and_cut_at_the_surroundings():
    area = toy_area()
    west, south, _, north = area.boundary.bounds
    within = shapely.box(west, south, west + 15_000, north)  # to x = 9 km of the toy county
    lines = road_lines(area.roads, within, tolerance_m=5)
    assert set(lines) == set(ROAD_CLASSES)
    assert lines["primary"].length.sum() == pytest.approx(15_000, abs=1)
    assert lines["minor"].length.sum() == pytest.approx(
        4 * 4_000 + 2_000, abs=1
    )  # the footway counts as minor
    assert lines["service"].empty  # the tracks lie farther east


def test_of_an_edge_with_several_classes_the_weightiest_counts():
    area = toy_area()
    edges = area.roads.edges.copy()
    edges["highway"] = [["residential", "trunk"] if i % 2 else "tertiary; track" for i in range(len(edges))]
    lines = road_lines(replace(area.roads, edges=edges), area.boundary, tolerance_m=5)
    assert {name for name, series in lines.items() if len(series)} <= {"motorway", "tertiary"}


def test_a_name_stands_inside_its_polygon():
    horseshoe = shapely.box(0, 0, 1000, 1000).difference(shapely.box(300, 300, 700, 1000))
    polygons = gpd.GeoSeries([horseshoe, shapely.box(0, 0, 10, 10)], crs=UTM)
    assert label_points(polygons).within(polygons).all()


def test_dots_grow_with_the_root_of_the_people():
    radius = dot_radius_px(np.array([400.0, 100.0, 0.0]), 400.0)
    assert radius[0] / radius[1] == pytest.approx(2)
    assert radius[2] > 0


# ---- the file


def test_the_page_loads_nothing(page):
    for tag, attributes in page.elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "audio", "video", "form"}
        assert not {"src", "srcset", "data", "action", "style"} & set(attributes)
        assert tag == "a" or attributes.get("href", "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]
    styles = "".join(page.raw["style"])
    assert "@import" not in styles
    assert "url(" not in styles
    assert "sourceMappingURL" not in "".join(page.raw["script"])


def test_the_policy_names_the_scripts_by_hash(page):
    data, *scripts = page.raw["script"]
    assert json.loads(data)
    policy = page.policy()
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == " ".join(f"'sha256-{d}'" for d in digests)
    assert policy["img-src"] == "data:"


def test_the_page_names_its_language_and_title(page):
    html = next(a for tag, a in page.elements if tag == "html")
    assert html["lang"] == "zh-CN"
    assert "小康县急救圈覆盖图" in page.text
    english = Page(render_map(toy_analysis(), "en"))
    assert next(a for tag, a in english.elements if tag == "html")["lang"] == "en"
    assert "Xiaokang: Emergency coverage" in english.text


def test_the_same_analysis_gives_the_same_page():
    assert render_map(toy_analysis(), "zh") == render_map(toy_analysis.__wrapped__(), "zh")


def test_the_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "analyze.html"
    path.write_text("old", encoding="utf-8")
    write_map(toy_analysis(), path, lang="en")
    text = path.read_bytes()
    assert text.startswith(b"<!DOCTYPE html>")
    assert text.endswith(b"</html>")
    assert b"\r" not in text
    assert [p.name for p in tmp_path.iterdir()] == ["analyze.html"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(FileError):
        write_map(toy_analysis(), tmp_path / "taken" / "analyze.html")


def test_too_many_roads_are_drawn_coarser(monkeypatch):
    monkeypatch.setattr(county_map, "MAX_ROADS_CHARS", 1)
    roads = map_data(toy_analysis(), "zh")["roads"]
    assert roads["primary"]["n"]
    assert not roads["minor"]["n"]
    assert not roads["service"]["n"]


# ---- every name is text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_odd_names_stay_text(lang):
    plain, odd = (Page(render_map(toy_analysis(odd_names=flag), lang)) for flag in (False, True))
    tags = [
        [tag for tag, _ in page.elements if tag not in {"li", "button", "span", "small", "p"}]
        for page in (plain, odd)
    ]
    assert tags[0] == tags[1]
    assert sum(tag == "script" for tag in tags[1]) == 4
    names = {f["name"] for f in odd.data["facilities"]} | {t["name"] for t in odd.data["townships"]}
    assert names == {one_line(name) for name in ODD_NAMES[:3]}
    assert one_line(ODD_NAMES[1]) in odd.text


def test_braces_in_a_name_are_no_template_and_a_closing_tag_closes_nothing():
    area = toy_area()
    facilities = area.facilities.copy()
    facilities["name"] = ["</script><script>alert(1)</script>", "{{ 7 * 7 }}{% raw %}{# x #}", "<!-- <b>"]
    page = Page(render_map(analyze(replace(area, facilities=facilities)), "zh"))
    assert {f["name"] for f in page.data["facilities"]} == set(facilities["name"])
    assert "{{ 7 * 7 }}{% raw %}{# x #}" in page.text
    assert sum(tag == "script" for tag, _ in page.elements) == 4


def test_json_cannot_leave_its_block():
    text = json_block({"a": "</script><!--&\u2028\u2029"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"a": "</script><!--&\u2028\u2029"}
    with pytest.raises(ValueError, match="Out of range"):
        json_block({"a": float("inf")})


# ---- what it says


def test_the_panel_answers_first(page):
    for part in (
        "小康县",
        "城区15分钟 / 乡镇30分钟，自接警起计时",
        "1/3 达标乡镇",
        "82.6% 覆盖人口",
        "自出车起",
    ):
        assert part in page.text
    assert page.text.index("1/3") < page.text.index("乡镇明细")


def test_another_driving_condition_is_said_beside_the_promise():
    page = Page(render_map(toy_analysis(condition="night"), "zh"))
    assert "自接警起计时，夜间行车" in page.text


def test_townships_are_listed_by_their_gap(page):
    rows = [a["data-township"] for tag, a in page.elements if tag == "tr" and "data-township" in a]
    assert rows == ["430699102", "430699101", "430699001"]


def test_a_popup_has_the_full_row(page):
    partial = next(t for t in page.data["townships"] if t["verdict"] == "partial")
    rows = dict(map(tuple, partial["rows"]))
    for key in (
        "class",
        "limit",
        "population",
        "covered_population",
        "covered_share",
        "median",
        "p90",
        "worst",
    ):
        assert label(key, "zh") in rows
    assert rows[label("facility_name", "zh")] == "柳林急救站"
    assert partial["bands"]
    assert max(share for _, share, _, _ in partial["bands"]) == 1


def test_only_uncovered_people_are_dots():
    analysis = toy_analysis()
    demand = analysis.assessment.demand
    dots = map_data(analysis, "zh")["dots"]
    assert sum(len(group["name"]) for group in dots) == (demand["state"] != "covered").sum()
    assert all(len(g["name"]) == len(g["tip"]) == len(g["radius"]) == len(unpack_yx(g["yx"])) for g in dots)


def test_areas_are_drawn_widest_first(page):
    assert [area["layer"] for area in page.data["areas"]] == ["area-1800", "area-900"]


def test_layers_and_legend_know_each_other(page):
    boxes = {a["value"] for tag, a in page.elements if tag == "input"}
    named = {name for _, a in page.elements for name in a.get("data-layers", "").split()}
    assert named <= boxes
    drawn = {thing["layer"] for key in ("areas", "dots", "facilities") for thing in page.data[key]}
    assert drawn | {"verdict", "names", "catchments", "roads"} <= boxes


def test_sources_standard_and_disclaimer_stand_at_the_foot(page):
    analysis = toy_analysis()
    for provenance in analysis.area.provenance:
        assert one_line(provenance.source) in page.text
    for part in (
        "内部工作图，不作为行政区域界线依据",
        "ODbL 1.0",
        "2024-05-01",
        "高速公路（motorway） 90",
        "鸣笛行车",
        "接警受理60秒",
    ):
        assert part in page.text
    assert re.search(r"结果编号 [0-9a-f]{12}", page.text)


def test_modelled_data_has_a_banner_only_where_there_is_any():
    banner = "模型数据，并非实测：居民点、道路"
    with_model, without = (Page(render_map(toy_analysis(modelled=flag), "zh")) for flag in (True, False))
    assert ("p", "banner") in [(tag, a.get("class")) for tag, a in with_model.elements]
    assert banner in with_model.text
    assert banner not in without.text


def test_assumed_ambulances_are_said_in_a_banner():
    page = Page(render_map(toy_analysis(ambulances_known=False), "en"))
    assert "assumed" in page.text.split("Townships met")[0]


@pytest.mark.parametrize(("lang", "banned"), [("zh", "人口"), ("en", "people")])
def test_a_share_of_roads_is_never_called_people(lang, banned):
    page = Page(render_map(toy_analysis(demand_unit="residential_road_m"), lang))
    assert word("road_share", lang) in page.text
    data = json.dumps(page.data, ensure_ascii=False)
    for text in (page.text, data):
        assert banned not in text.lower()


# ---- background tiles


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("osm", "https://tile.openstreetmap.org"),
        ("tianditu:abc123", "https://*.tianditu.gov.cn"),
        ("https://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org"),
        ("http://{s}.tiles.example.org:8080/{z}/{x}/{y}{r}.png", "http://*.tiles.example.org:8080"),
        ("http://10.0.0.7:8080/{z}/{x}/{y}.png", "http://10.0.0.7:8080"),
    ],
)
def test_tiles_open_the_policy_for_their_host_alone(text, host):
    tiles = parse_tiles(text)
    page = Page(render_map(toy_analysis(), "zh", tiles))
    assert page.policy()["img-src"] == f"data: {host}"
    assert [tile["url"] for tile in page.data["tiles"]] == list(tiles.urls)
    assert tiles.credit[0] in page.text
    assert "tiles" in {a["value"] for tag, a in page.elements if tag == "input"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "google",
        "tianditu:",
        "ftp://example.org/{z}/{x}/{y}.png",
        "https://example.org/tile.png",
        "https://example.org/{z}/{x}.png",
        "https://example.org/{z}/{x}/{y}/{secret}.png",
        "https://example.org; script-src */{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}.png",
    ],
)
def test_what_is_no_tile_service_is_refused(text):
    with pytest.raises(TilesError, match="tiles") as caught:
        parse_tiles(text)
    assert "底图" in caught.value.zh or "密钥" in caught.value.zh


def test_a_tianditu_key_is_quoted():
    assert all(url.endswith("tk=a%26b%22") for url in parse_tiles('tianditu:a&b"').urls)
