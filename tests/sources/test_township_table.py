"""Townships from planners' files over a county of three, each bad row by itself, and the real Linxiang."""

from __future__ import annotations

import csv
import dataclasses
import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import CRS, X0_M, Y0_M, toy_area
from coverage.errors import CrsError, SourceError
from coverage.geopackage import read_study_area
from coverage.sources.coordinates import convert, to_wgs84
from coverage.sources.frame import Frame, frame_of
from coverage.sources.layer_file import parse_layer_file
from coverage.sources.township_rows import CLASS_WORDS, MAX_PEOPLE, asked_class, parse_class
from coverage.sources.township_table import read_townships
from coverage.study_area import WGS84, Roads

AREA = toy_area()
FRAME = Frame(AREA.boundary, AREA.townships.crs, 20_000.0)
ROAD_TREE = shapely.STRtree(AREA.roads.edges.geometry.to_numpy())
WEST, MIDDLE, EAST = AREA.townships["name"].tolist()


def read(*files, known=AREA.townships, roads=AREA.roads, frame=FRAME, columns=None, **options):
    layer_files = [dataclasses.replace(parse_layer_file(str(file)), columns=columns or {}) for file in files]
    return read_townships(layer_files, frame, known=known, roads=roads, road_tree=ROAD_TREE, **options)


def sheet(tmp_path, *rows: dict, name="townships.csv") -> Path:
    """Write a table as Excel in China saves it; coordinates are WGS84."""
    path = tmp_path / name
    headers = list(dict.fromkeys(header for row in rows for header in row))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, headers)
        writer.writeheader()
        writer.writerows(rows)
    return path


def at(x_km: float, y_km: float) -> dict[str, str]:
    """Give a place of the toy county as the cells of its seat."""
    point = gpd.GeoSeries([shapely.Point(X0_M + 1000 * x_km, Y0_M + 1000 * y_km)], crs=CRS).to_crs(WGS84)
    return {"经度（WGS84）": f"{point.x.item():.6f}", "纬度（WGS84）": f"{point.y.item():.6f}"}


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(X0_M + 1000 * x0, Y0_M + 1000 * y0, X0_M + 1000 * x1, Y0_M + 1000 * y1)


def outlines(tmp_path, *rows: tuple[str, shapely.Geometry | None], name="outlines.gpkg", **columns) -> Path:
    table = gpd.GeoDataFrame(
        {"名称": [name for name, _ in rows], **columns}, geometry=[g for _, g in rows], crs=CRS
    )
    table.to_file(tmp_path / name)
    return tmp_path / name


def rejects(rows) -> list[tuple[int, str, str]]:
    return [(r.row, r.name, r.code) for account in rows.accounts for r in account.rejects]


def only_reject(rows):
    (reject,) = [reject for account in rows.accounts for reject in account.rejects]
    assert reject.zh != reject.en
    assert "{" not in reject.zh + reject.en
    return reject


def note(rows, code: str):
    found = [note for note in rows.notes if note.code == code]
    assert len(found) == 1, [note.code for note in rows.notes]
    return found[0]


def named(rows, name: str) -> pd.Series:
    return rows.table.set_index("name").loc[name]


def test_what_a_row_says_takes_the_place_of_what_was_known_and_the_rest_stays(tmp_path):
    file = sheet(
        tmp_path,
        {"乡镇": "小康县石门乡人民政府", "城乡分类": "", "常住人口": "1.3万", **at(26, 0)},
        {"乡镇": "柳林", "城乡分类": "城镇", "常住人口": "", "经度（WGS84）": "", "纬度（WGS84）": ""},
    )
    rows = read(file)
    assert rows.table["id"].tolist() == AREA.townships["id"].tolist()
    assert rows.table["name"].tolist() == [WEST, MIDDLE, EAST]
    assert rows.table["class"].tolist() == ["urban", "urban", "rural"]
    assert rows.table["population"].tolist() == [52_000, 21_500, 13_000]
    assert rows.table.geometry.geom_equals(AREA.townships.geometry).all()
    assert rows.table["seat_lon"].tolist()[:2] == AREA.townships["seat_lon"].tolist()[:2]
    assert named(rows, EAST)["seat_lon"] == pytest.approx(float(at(26, 0)["经度（WGS84）"]))
    assert [(a.n_read, a.n_used, a.n_merged) for a in rows.accounts] == [(2, 2, 0)]
    assert note(rows, "townships_unnamed").ids == (WEST,)
    assert not rows.modelled
    dataclasses.replace(AREA, townships=rows.table)  # a study area accepts it


def test_of_several_files_the_last_one_holds(tmp_path):
    first = sheet(tmp_path, {"名称": EAST, "人口": "1", "城乡分类": "城区"}, name="a.csv")
    second = sheet(tmp_path, {"名称": EAST, "人口": "2"}, name="b.csv")
    rows = read(first, second)
    assert named(rows, EAST)["population"] == 2
    assert named(rows, EAST)["class"] == "urban"
    assert [a.n_used for a in rows.accounts] == [1, 1]


def test_the_order_of_the_files_decides_whether_they_have_shapes_or_not(tmp_path):
    table = sheet(tmp_path, {"名称": EAST, "代码": "430699201", "人口": "1", "城乡分类": "城区"})
    shapes = outlines(tmp_path, (EAST, box(18, -8, 32, 8)), 人口=["2"], 代码=["430699202"])
    last_shapes, last_table = read(table, shapes), read(shapes, table)
    assert named(last_shapes, EAST)[["id", "population", "class"]].tolist() == ["430699202", 2, "urban"]
    assert named(last_table, EAST)[["id", "population", "class"]].tolist() == ["430699201", 1, "urban"]
    told = [n.zh for n in last_shapes.notes if n.code == "township_codes_replaced"]
    assert ["430699102 → 430699201" in told[0], "430699201 → 430699202" in told[1]] == [True, True]


@pytest.mark.parametrize("names", [("石门", EAST), (EAST, "石门")])
def test_a_townships_own_name_comes_before_its_short_one_in_any_order(tmp_path, names):
    people = {"石门": "10", EAST: "30"}
    rows = read(sheet(tmp_path, *({"名称": name, "人口": people[name]} for name in names)))
    assert named(rows, EAST)["population"] == 30
    reject = only_reject(rows)
    assert (reject.name, reject.code) == ("石门", "duplicate")
    assert f"row {2 + names.index(EAST)}:" in reject.en
    assert "townships_loosely" not in {note.code for note in rows.notes}


def test_a_township_of_another_kind_is_taken_for_the_only_one_of_that_name_and_told(tmp_path):
    rows = read(sheet(tmp_path, {"名称": "石门镇", "人口": "7"}, {"名称": WEST, "人口": "8"}))
    assert named(rows, EAST)["population"] == 7
    assert note(rows, "townships_loosely").ids == ("石门镇 = 石门乡",)


def test_a_code_finds_the_township_whose_name_is_another(tmp_path):
    rows = read(sheet(tmp_path, {"名称": "石门镇区", "代码": "430699102000", "人口": "7"}))
    assert named(rows, EAST)["population"] == 7
    assert "石门镇区 = 石门乡" in note(rows, "townships_by_code").zh


def test_a_new_code_becomes_the_id_and_is_told(tmp_path):
    rows = read(sheet(tmp_path, {"名称": EAST, "代码": "430699202000"}, {"名称": WEST, "代码": "9"}))
    assert rows.table["id"].tolist() == ["430699001", "430699101", "430699202"]
    assert "石门乡 430699102 → 430699202）" in note(rows, "township_codes_replaced").zh


def test_a_code_that_excel_spoilt_is_left_aside(tmp_path):
    rows = read(sheet(tmp_path, {"名称": EAST, "代码": "4.30699E+11", "人口": "7"}))
    assert named(rows, EAST)["id"] == "430699102"
    assert note(rows, "township_codes_lost").ids == (EAST,)


def test_a_file_whose_name_is_full_of_braces(tmp_path):
    path = sheet(tmp_path, {"名称": EAST, "代码": "4.30699E+11"}, name="{n}{x}.csv")
    assert note(read(path), "township_codes_lost").zh.startswith("{n}{x}.csv：")


# polygons


def test_polygons_take_the_place_of_all_that_were_known(tmp_path):
    file = outlines(
        tmp_path, ("城关街道", box(-6, -8, 10, 8)), ("新店镇", box(10, -8, 20, 8)), 人口=["53000", "900"]
    )
    rows = read(file)
    assert rows.table["name"].tolist() == [WEST, "新店镇"]
    assert rows.table["id"].tolist() == ["430699001", "t1"]
    assert rows.table["population"].tolist() == [53_000, 900]
    assert named(rows, WEST)["seat_lon"] == AREA.townships["seat_lon"].iloc[0]
    assert named(rows, WEST)["class"] == "urban"
    assert named(rows, "新店镇").geometry.symmetric_difference(box(10, -8, 20, 8)).area < 1
    assert note(rows, "townships_dropped").ids == (MIDDLE, EAST)
    assert "192 km² of the county (32 %)" in note(rows, "county_uncovered").en
    assert note(rows, "townships_class_assumed").ids == ("新店镇",)
    assert not rows.modelled


def test_a_table_adds_to_the_polygons_of_another_file_in_either_order(tmp_path):
    shapes = outlines(tmp_path, ("甲镇", box(-6, -8, 10, 8)), ("乙乡", box(10, -8, 32, 8)))
    table = sheet(tmp_path, {"名称": "小康县甲镇", "代码": "430699201", "人口": "5", **at(0, 0)})
    for files in ((shapes, table), (table, shapes)):
        rows = read(*files, known=None)
        assert rows.table["id"].tolist() == ["430699201", "t1"]
        assert rows.table["population"].tolist()[0] == 5
        assert math.isnan(rows.table["population"].tolist()[1])
        assert rows.table["seat_lat"].notna().tolist() == [True, False]
        assert not rejects(rows)


def test_outlines_of_one_township_in_several_pieces_are_one(tmp_path):
    file = outlines(
        tmp_path, ("甲镇", box(-6, -8, 0, 8)), ("乙镇", box(0, -8, 5, 8)), ("甲镇", box(5, -8, 8, 8))
    )
    rows = read(file, known=None)
    assert rows.table["name"].tolist() == ["甲镇", "乙镇"]
    assert rows.table.geometry.area.round().tolist() == [144e6, 80e6]
    assert [(a.n_read, a.n_used, a.n_merged) for a in rows.accounts] == [(3, 2, 1)]


def test_parts_of_a_township_fill_each_others_gaps(tmp_path):
    file = outlines(
        tmp_path,
        ("甲镇", box(-6, -8, 0, 8)),
        ("甲镇", box(5, -8, 8, 8)),
        ("甲镇", box(10, -8, 12, 8)),
        代码=["", "430699201000", "430699201"],
        人口=["", "2000", "2000"],
        城乡分类=["", "", "城区"],
        **{key: ["", *(at(x, 0)[key] for x in (6.5, 11))] for key in ("经度（WGS84）", "纬度（WGS84）")},
    )
    degrees = tmp_path / "degrees.gpkg"
    gpd.read_file(file).to_crs(WGS84).to_file(degrees)
    rows = read(degrees, known=None)
    assert [(a.n_read, a.n_used, a.n_merged) for a in rows.accounts] == [(3, 1, 2)]
    assert rows.table[["id", "class", "population"]].to_numpy().tolist() == [["430699201", "urban", 2000]]
    assert rows.table["seat_lon"].tolist() == [pytest.approx(float(at(6.5, 0)["经度（WGS84）"]))]
    assert rows.table.area.sum() == pytest.approx(176e6)


@pytest.mark.parametrize(
    ("column", "cells", "code", "words"),
    [
        (
            "人口",
            ["3000", "2000"],
            "township_contradictory",
            "row 1 with other figures: population 2,000 against 3,000",
        ),
        (
            "城乡分类",
            ["城区", "乡村"],
            "township_contradictory",
            "row 1 with other figures: rural against urban",
        ),
        (
            "代码",
            ["430699201", "430699202"],
            "duplicate",
            "row 1 is, but has code 430699202 and not 430699201",
        ),
    ],
)
def test_parts_of_a_township_that_say_different_things_are_told(tmp_path, column, cells, code, words):
    shapes = (("甲镇", box(-6, -8, 0, 8)), ("甲镇", box(5, -8, 8, 8)))
    rows = read(outlines(tmp_path, *shapes, **{column: cells}), known=None)
    reject = only_reject(rows)
    assert (reject.row, reject.code) == (2, code)
    assert words in reject.en
    assert rows.table.area.sum() == pytest.approx(96e6)


def test_rows_of_one_name_and_two_codes_are_told_apart_without_shapes_too(tmp_path):
    file = sheet(
        tmp_path,
        {"名称": EAST, "代码": "430699102", "人口": "5"},
        {"名称": EAST, "代码": "430699109", "人口": "6"},
    )
    rows = read(file)
    assert "code 430699109 and not 430699102" in only_reject(rows).en
    assert named(rows, EAST)[["id", "population"]].tolist() == ["430699102", 5]


def test_an_outline_that_crosses_itself_is_mended(tmp_path):
    bow = shapely.Polygon([(X0_M, Y0_M), (X0_M + 4e3, Y0_M + 4e3), (X0_M + 4e3, Y0_M), (X0_M, Y0_M + 4e3)])
    rows = read(outlines(tmp_path, ("甲镇", bow), ("乙镇", box(5, 0, 9, 8))), known=None)
    assert note(rows, "townships_repaired").ids == ("甲镇",)
    assert named(rows, "甲镇").geometry.is_valid
    assert named(rows, "甲镇").geometry.area == pytest.approx(8e6, rel=1e-6)


def test_outlines_over_each_other_are_named_in_pairs(tmp_path):
    file = outlines(
        tmp_path,
        ("甲镇", box(-6, -8, 5, 8)),
        ("乙镇", box(4, -8, 18, 8)),
        ("丙镇", box(17.999, -8, 32, 8)),  # a metre is how finely they are drawn
    )
    rows = read(file, known=None)
    assert note(rows, "townships_overlap").ids == ("甲镇 – 乙镇 16.0 km²",)


def test_a_seat_far_beyond_its_outline_is_named(tmp_path):
    rows = read(sheet(tmp_path, {"名称": EAST, **at(4, 0)}, {"名称": WEST, **at(5.5, 0)}))
    assert note(rows, "seats_outside").ids == (EAST,)


@pytest.mark.parametrize(
    ("shape", "code", "words"),
    [
        (shapely.Point(X0_M, Y0_M), "shape_unusable", "a point"),
        (
            shapely.LineString([(X0_M, Y0_M), (X0_M + 9, Y0_M), (X0_M, Y0_M)]),
            "shape_unusable",
            "Lines to polygons",
        ),
        (
            shapely.Polygon([(X0_M, Y0_M), (X0_M + 9, Y0_M), (X0_M + 4, Y0_M)]),
            "shape_unusable",
            "cannot be mended",
        ),
        (box(31, 0, 40, 8), "outside_area", "11 % of it within"),
    ],
)
def test_a_shape_that_cannot_be_used_is_rejected_by_itself(tmp_path, shape, code, words):
    rows = read(
        outlines(tmp_path, ("甲镇", box(-6, -8, 5, 8)), ("乙镇", shape), name="o.geojson"), known=None
    )
    reject = only_reject(rows)
    assert (reject.row, reject.name, reject.code) == (2, "乙镇", code)
    assert words in reject.en
    assert rows.table["name"].tolist() == ["甲镇"]


def test_a_township_whose_outline_comes_twice_is_rejected_with_the_other_row(tmp_path):
    file = outlines(tmp_path, ("甲镇", box(-6, -8, 5, 8)), ("甲镇", box(-6, -8, 4, 8)))
    assert "第1行" in only_reject(read(file, known=None)).zh
    other = outlines(tmp_path, ("甲镇", box(-6, -8, 4, 8)), name="other.gpkg")
    twice = outlines(tmp_path, ("甲镇", box(-6, -8, 5, 8)), name="first.gpkg")
    assert "row 1 (first.gpkg)" in only_reject(read(twice, other, known=None)).en


def test_outlines_that_fit_the_county_in_another_system_are_told(tmp_path):
    degrees = AREA.townships.to_crs(WGS84)

    def shift(raw):
        moved = convert(raw[:, 0], raw[:, 1], source="wgs84", target="gcj02")
        return np.column_stack([moved.x, moved.y])

    shifted = [shapely.transform(shapely.segmentize(polygon, 0.01), shift) for polygon in degrees.geometry]
    path = tmp_path / "amap.geojson"
    gpd.GeoDataFrame({"name": degrees["name"]}, geometry=shifted, crs=WGS84).to_file(path)
    told = note(read(path, known=None), "system_doubtful")
    assert "amap.geojson@gcj02" in told.zh
    silent = read(f"{path}@gcj02", known=None)
    assert "system_doubtful" not in {note.code for note in silent.notes}
    assert silent.table.union_all().symmetric_difference(AREA.boundary).area < 0.001 * AREA.boundary.area

    bare = tmp_path / "amap.shp"
    gpd.GeoDataFrame({"name": degrees["name"]}, geometry=shifted, crs=WGS84).to_file(bare)
    bare.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="amap.shp@gcj02.*fit the county best"):
        read(bare, known=None)
    with pytest.raises(CrsError, match=r"are degrees .*EPSG:4547 has metres: .*amap\.shp@gcj02"):
        read(f"{bare}@EPSG:4547", known=None)
    metres = outlines(tmp_path, ("甲镇", box(-6, -8, 5, 8)))
    with pytest.raises(CrsError, match=r"outlines\.gpkg: .*nowhere on Earth"):
        read(f"{metres}@wgs84", known=None)


# land by travel time


def test_a_township_without_an_outline_gets_the_free_land_by_travel_time(tmp_path):
    known = AREA.townships.iloc[[0]]
    file = sheet(tmp_path, {"名称": MIDDLE, **at(10, 0)}, {"名称": EAST, **at(26, 0), "代码": "430699102"})
    rows = read(file, known=known)
    assert rows.modelled
    assert note(rows, "townships_allocated").ids == (MIDDLE, EAST)
    assert rows.table["id"].tolist() == ["430699001", "t1", "430699102"]
    assert rows.table.union_all().symmetric_difference(AREA.boundary).area < 1e-6 * AREA.boundary.area
    assert rows.table.area.sum() == pytest.approx(AREA.boundary.area)
    # a track takes three times as long as a main road
    assert named(rows, MIDDLE).geometry.bounds[2] > X0_M + 19_000
    assert named(rows, EAST).geometry.contains(shapely.Point(X0_M + 26e3, Y0_M))
    dataclasses.replace(AREA, townships=rows.table, demand=AREA.demand.assign(township_id=""))


def test_slivers_between_outlines_are_no_free_land(tmp_path):
    known = AREA.townships.assign(geometry=AREA.townships.geometry.buffer(-40, join_style="mitre"))
    reject = only_reject(read(sheet(tmp_path, {"名称": "新店镇", **at(5, 0)}), known=known))
    assert reject.code == "township_without_land"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"名称": "新店镇"}, "neither polygon nor seat"),
        ({"名称": "新店镇", **at(0, 4)}, f"within the outline of {WEST}"),
        ({"名称": "新店镇", **at(20, 10)}, "beyond the county's free land"),
        ({"名称": "新店镇", **at(26, 0)}, f"very coordinates of {EAST}'s"),
    ],
)
def test_a_township_that_can_have_no_land_is_rejected(tmp_path, row, words):
    rows = read(sheet(tmp_path, {"名称": EAST, **at(26, 0)}, row), known=AREA.townships.iloc[:2])
    reject = only_reject(rows)
    assert (reject.row, reject.name, reject.code) == (3, "新店镇", "township_without_land")
    assert words in reject.en
    assert rows.table["name"].tolist() == [WEST, MIDDLE, EAST]


def test_without_roads_no_land_is_shared_out(tmp_path):
    file = sheet(tmp_path, {"名称": EAST, **at(26, 0)})
    rows = read(file, known=AREA.townships.iloc[:2], roads=None)
    assert "no roads" in only_reject(rows).en
    assert not rows.modelled


def test_a_row_that_new_outlines_leave_out_gets_what_they_leave_free(tmp_path):
    shapes = outlines(tmp_path, (WEST, box(-6, -8, 5, 8)), (MIDDLE, box(5, -8, 18, 8)))
    rows = read(shapes, sheet(tmp_path, {"名称": EAST, **at(26, 0), "人口": "3"}))
    east = named(rows, EAST)
    assert (east["id"], east["class"], east["population"]) == ("430699102", "rural", 3)
    assert east.geometry.symmetric_difference(box(18, -8, 32, 8)).area < 1
    assert rows.modelled


def three_seats(tmp_path, *rows, name="townships.csv"):
    return sheet(tmp_path, {"名称": WEST, **at(0.5, 0)}, *rows, {"名称": EAST, **at(26, 0)}, name=name)


def test_a_seat_that_was_missing_shares_the_modelled_land_it_lies_in(tmp_path):
    first = read(three_seats(tmp_path, {"名称": MIDDLE, **dict.fromkeys(at(0, 0), "")}), known=None)
    assert first.table["name"].tolist() == [WEST, EAST]
    mended = three_seats(tmp_path, {"名称": MIDDLE, **at(10, 0)}, {"名称": "新店镇", **at(14, 0)})
    rows = read(mended, known=first.table, known_modelled=True)
    assert [(a.n_read, a.n_used) for a in rows.accounts] == [(4, 4)]
    assert sorted(rows.table["name"]) == sorted([WEST, EAST, MIDDLE, "新店镇"])
    assert rows.table.union_all().symmetric_difference(AREA.boundary).area < 1e-6 * AREA.boundary.area
    assert rows.table.area.sum() == pytest.approx(AREA.boundary.area)
    for name, x_km in ((WEST, 0.5), (MIDDLE, 10), ("新店镇", 14), (EAST, 26)):
        assert named(rows, name).geometry.contains(shapely.Point(X0_M + 1000 * x_km, Y0_M))
    # halfway between two seats on one main road
    assert named(rows, MIDDLE).geometry.contains(shapely.Point(X0_M + 5.5e3, Y0_M))
    assert named(rows, WEST).geometry.contains(shapely.Point(X0_M + 5.0e3, Y0_M))
    divided = note(rows, "townships_divided")
    assert divided.ids == (f"{WEST} – {MIDDLE}", f"{WEST} – 新店镇")
    assert rows.modelled
    assert named(rows, EAST).geometry.equals(named(first, EAST).geometry)
    again = read(mended, known=rows.table, known_modelled=True)
    assert again.table.geometry.geom_equals(rows.table.geometry).all()
    assert "townships_divided" not in {n.code for n in again.notes}


@pytest.mark.parametrize(
    ("row", "words", "options"),
    [
        (at(8, 0), f"within the outline of {MIDDLE}", {"known_modelled": False}),
        (at(24, 0), f"within the outline of {EAST}", {}),  # which has no seat
        (at(8, 0), f"within the outline of {MIDDLE}", {"roads": None}),
    ],
)
def test_land_that_cannot_be_shared_anew_stays_as_it_is(tmp_path, row, words, options):
    rows = read(sheet(tmp_path, {"名称": "新店镇", **row}), **{"known_modelled": True, **options})
    reject = only_reject(rows)
    assert (reject.code, reject.name) == ("township_without_land", "新店镇")
    assert words in reject.en
    assert rows.table.geometry.geom_equals(AREA.townships.geometry).all()


@pytest.mark.parametrize(
    ("seat", "words"), [((10, 0), f"very coordinates of {MIDDLE}'s"), ((-4, -2), f"the outline of {MIDDLE}")]
)
def test_a_township_does_not_lose_its_land_to_a_new_seat(tmp_path, seat, words):
    new = (10, 0) if seat == (10, 0) else (5.5, 0)  # all roads of the land are quicker from it
    rows = read(
        sheet(tmp_path, {"名称": MIDDLE, **at(*seat)}, {"名称": "新店镇", **at(*new)}), known_modelled=True
    )
    assert words in only_reject(rows).en
    assert rows.table.geometry.geom_equals(AREA.townships.geometry).all()


def test_new_outlines_are_observed_whatever_there_was_before(tmp_path):
    shapes = outlines(tmp_path, (WEST, box(-6, -8, 5, 8)), (MIDDLE, box(5, -8, 32, 8)))
    rows = read(shapes, sheet(tmp_path, {"名称": "新店镇", **at(20, 0)}), known_modelled=True)
    assert f"within the outline of {MIDDLE}" in only_reject(rows).en


def test_a_known_township_that_nothing_names_gets_no_land_beside_new_outlines(tmp_path):
    seat = gpd.GeoSeries([shapely.Point(X0_M + 26e3, Y0_M)], crs=CRS).to_crs(WGS84).iloc[0]
    known = AREA.townships.assign(seat_lon=seat.x, seat_lat=seat.y)
    rows = read(outlines(tmp_path, (WEST, box(-6, -8, 5, 8)), (MIDDLE, box(5, -8, 18, 8))), known=known)
    assert rows.table["name"].tolist() == [WEST, MIDDLE]
    assert not rows.modelled


# rows that cannot be used


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        (
            {"名称": WEST, "代码": "430699102"},
            "township_contradictory",
            f"{WEST}, but code 430699102 is {EAST}'s",
        ),
        ({"名称": "", "代码": "430699777", "人口": "1"}, "name_missing", "code 430699777"),
        ({"名称": "", "人口": "800"}, "name_missing", "neither name nor code"),
        ({"名称": MIDDLE}, "duplicate", "row 2"),
        ({"名称": "柳林街道办事处"}, "duplicate", "row 2"),
        ({"名称": EAST, "城乡分类": "半城半乡"}, "class_unknown", "“半城半乡”"),
        ({"名称": EAST, "人口": "-5"}, "number_negative", "-5"),
        ({"名称": EAST, "人口": "很多"}, "number_unreadable", "“很多”"),
        ({"名称": EAST, "人口": "12345万"}, "number_impossible", "123,450,000"),
        ({"名称": "三里村", "代码": "430699102203"}, "not_a_township", f"of {EAST}, no township"),
        ({"名称": "三里村", "所属乡镇": EAST}, "not_a_township", f"of {EAST}, no township"),
        ({"名称": "三里社区居委会"}, "not_a_township", "hand the list of villages in with --population"),
        ({"名称": "小康县", "代码": "430699000000"}, "not_a_township", "whole county"),
        ({"名称": "小康县"}, "not_a_township", "whole county"),
        ({"名称": "合计", "人口": "85845"}, "not_a_place", "a total"),
        ({"名称": "城关镇", "代码": "430623101"}, "other_county", "another county"),
        ({"名称": EAST, "经度（WGS84）": "3", "纬度（WGS84）": "4"}, "outside_area", ""),
    ],
)
def test_a_bad_row_is_rejected_by_itself(tmp_path, row, code, words):
    good = {"名称": MIDDLE, "代码": "430699101", "人口": "7"}
    rows = read(sheet(tmp_path, good, row), county="小康县")
    reject = only_reject(rows)
    assert (reject.row, reject.name, reject.code) == (3, row["名称"], code)
    assert words in reject.en
    assert rows.accounts[0].n_used == 1
    assert named(rows, MIDDLE)["population"] == 7
    assert (
        rows.table[rows.table["name"] != MIDDLE]
        .drop(columns="geometry")
        .equals(AREA.townships[AREA.townships["name"] != MIDDLE].drop(columns="geometry"))
    )


def test_a_namesake_of_another_county_does_not_win(tmp_path):
    file = sheet(
        tmp_path,
        {"县（市、区）": "大康县", "乡镇": EAST, "人口": "99999"},
        {"县（市、区）": "小康县", "乡镇": EAST, "人口": "5000"},
    )
    rows = read(file, county="小康县")
    assert named(rows, EAST)["population"] == 5000
    assert only_reject(rows).code == "other_county"
    assert "is of 大康县 and not of 小康县" in only_reject(rows).en


def test_two_names_cannot_have_one_new_code(tmp_path):
    rows = read(sheet(tmp_path, {"名称": WEST, "代码": "430699300"}, {"名称": EAST, "代码": "430699300"}))
    assert f"{EAST}, but code 430699300 is {WEST}'s" in only_reject(rows).en


def test_a_town_and_its_rural_namesake_are_two(tmp_path):
    known = AREA.townships.iloc[[0]].assign(name="城关镇")
    file = sheet(tmp_path, {"名称": "城关镇", "人口": "1"}, {"名称": "城关乡", "人口": "2", **at(20, 0)})
    rows = read(file, known=known)
    assert rows.table["name"].tolist() == ["城关镇", "城关乡"]
    alone = read(sheet(tmp_path, {"名称": "城关乡", "人口": "2"}), known=known)
    assert alone.table["population"].tolist() == [2]


def test_a_short_name_that_ends_like_a_village_is_a_township_where_one_is_known_by_it(tmp_path):
    known = AREA.townships.assign(name=[WEST, MIDDLE, "中村乡"])
    rows = read(sheet(tmp_path, {"名称": "中村", "乡镇街道名称": "甲", "人口": "5"}), known=known)
    assert named(rows, "中村乡")["population"] == 5


def test_a_list_of_villages_is_none_of_townships(tmp_path):
    file = sheet(
        tmp_path,
        {"乡镇": EAST, "村": "一村", "人口": "100"},
        {"乡镇": EAST, "村": "二里", "人口": "200"},
        {"乡镇": EAST, "村": "小计", "人口": "300"},
        {"乡镇": MIDDLE, "村": "", "人口": "400"},
        {"乡镇": "", "村": "三村", "人口": "500"},
    )
    rows = read(file)
    assert rejects(rows) == [
        (2, EAST, "not_a_township"),
        (3, EAST, "not_a_township"),
        (6, "", "not_a_township"),
    ]
    assert "二里" in rows.accounts[0].rejects[1].zh
    assert rows.table["population"].tolist() == [52_000, 400, 300]


@pytest.mark.parametrize("cell", ["12", "12个", "一村、二村", "/", "全镇", EAST])
def test_a_column_about_the_villages_of_a_township_makes_it_no_village(tmp_path, cell):
    rows = read(sheet(tmp_path, {"乡镇": EAST, "村": cell, "人口": "100"}))
    assert rejects(rows) == []
    assert named(rows, EAST)["population"] == 100


def test_people_up_to_what_a_township_can_have(tmp_path):
    rows = read(sheet(tmp_path, {"名称": EAST, "人口": MAX_PEOPLE}, {"名称": WEST, "人口": MAX_PEOPLE + 1}))
    assert named(rows, EAST)["population"] == 5_000_000
    assert only_reject(rows).code == "number_impossible"


def test_a_file_without_one_township_is_refused_with_the_reasons(tmp_path):
    file = sheet(tmp_path, {"名称": "三里村", "代码": "430699102203"}, {"名称": "甲镇", "代码": "430699105"})
    words = r"townships\.csv gives a township \(.*village.* 1, township without .* 1\); row 2: is a village"
    with pytest.raises(SourceError, match=words):
        read(file, known=None)


# classes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("１１１", "urban"),
        ("112.0", "urban"),
        ("111 主城区", "urban"),
        ("220村庄", "rural"),
        ("Urban", "urban"),
        ("是", ""),
        ("111000", ""),
    ],
)
def test_classes_are_read_as_planners_write_them(text, expected):
    assert parse_class(text) == expected


def test_every_class_word_says_one_thing():
    words = [word for group in CLASS_WORDS.values() for word in group]
    assert len(words) == len(set(words))
    assert all(parse_class(word) == name for name, group in CLASS_WORDS.items() for word in group)


def test_a_column_that_asks_is_answered_by_yes_and_no(tmp_path):
    rows = read(sheet(tmp_path, {"名称": EAST, "是否城区": "是"}, {"名称": WEST, "是否城区": "否"}))
    assert rows.table["class"].tolist() == ["rural", "rural", "urban"]
    assert "石门乡（表中注明）" in note(rows, "townships_urban").zh
    file = sheet(tmp_path, {"名称": EAST, "是否农村": "否"}, {"名称": WEST, "是否农村": "是"})
    rows = read(f"{file}", columns={"城乡分类": "是否农村"})
    assert rows.table["class"].tolist() == ["rural", "rural", "urban"]


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("是否城区", "urban"),
        ("是否街道", "urban"),
        ("是否农村地区", "rural"),
        ("是否乡村（否即城区）", "rural"),
        ("is_urban", "urban"),
        ("Rural?", "rural"),
        ("rural (Y/N)", "rural"),
        ("是否达标", ""),
        ("城乡分类", ""),
    ],
)
def test_what_a_header_asks(header, asked):
    assert asked_class(header) == asked


def test_what_is_chosen_beats_the_row_the_row_what_was_known_and_that_the_name(tmp_path):
    known = AREA.townships.assign(name=["甲街道", "乙街道", "丙街道"], **{"class": "rural"})
    rows = read(
        sheet(tmp_path, {"名称": "甲", "分类": "乡村"}, {"名称": "乙", "分类": "城区"}),
        known=known,
        urban=["甲街道"],
    )
    assert rows.table["class"].tolist() == ["urban", "urban", "rural"]
    fresh = read(outlines(tmp_path, ("丙街道", box(0, 0, 9, 8)), ("丁镇", box(9, 0, 18, 8))), known=None)
    assert fresh.table["class"].tolist() == ["urban", "rural"]
    with pytest.raises(SourceError, match="--urban names townships that there are not: 戊"):
        read(sheet(tmp_path, {"名称": "甲"}), known=known, urban=["戊"])


# whatever comes

cells = st.fixed_dictionaries(
    {
        "名称": st.sampled_from(
            [WEST, MIDDLE, "柳林", EAST, "新店镇", "小康县新店镇", "三里村", "小康县", ""]
        ),
        "代码": st.sampled_from(
            ["", "430699001", "430699102000", "430699105", "430699102203", "4.3E+11", "7"]
        ),
        "城乡分类": st.sampled_from(["", "城区", "220", "?"]),
        "人口": st.sampled_from(["", "1.2万", "800", "-1", "x"]),
    }
)
places = st.one_of(st.just({}), st.builds(at, st.floats(-8, 34), st.floats(-9, 9)))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cells, places), min_size=1, max_size=6), st.integers(0, 3))
def test_no_row_is_lost_and_the_townships_stand_whatever_comes(tmp_path, table, n_known):
    blank = {"经度（WGS84）": "", "纬度（WGS84）": ""}
    file = sheet(tmp_path, *({**row, **blank, **place} for row, place in table))
    known = AREA.townships.iloc[:n_known] if n_known else None
    try:
        rows = read(file, known=known)
    except SourceError:
        assert not n_known
        return
    (account,) = rows.accounts
    n_blank = sum(not any({**row, **place}.values()) for row, place in table)
    assert account.n_read == len(table) - n_blank == account.n_used + account.n_merged + len(account.rejects)
    assert set(AREA.townships["name"].iloc[:n_known]) <= set(rows.table["name"])
    dataclasses.replace(AREA, townships=rows.table, demand=AREA.demand.assign(township_id=""))
    shared_m2 = rows.table.area.sum() - rows.table.union_all().area
    assert shared_m2 < 1e-6 * AREA.boundary.area


# the real county


@pytest.fixture(scope="module")
def linxiang():
    return read_study_area(Path(__file__).resolve().parents[2] / "data" / "boundaries" / "linxiang.gpkg")


def workbook(tmp_path, places: pd.DataFrame) -> Path:
    """Write the 13 townships as an office sends them: a title, figures as numbers, AMap's coordinates."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "乡镇街道"
    page.append(["临湘市乡镇（街道）基本情况表"])
    page.merge_cells("A1:E1")
    page.append(["序号", "乡镇街道名称", "行政区划代码", "驻地经度（高德）", "驻地纬度（高德）"])
    for number, row in enumerate(places.itertuples(), 1):
        seat = (row.经度, row.纬度) if row.经度 == row.经度 else (None, None)
        page.append([number, f"临湘市{row.名称}", int(row.代码), *seat])
    book.save(tmp_path / "临湘乡镇.xlsx")
    return tmp_path / "临湘乡镇.xlsx"


@pytest.fixture
def real_townships(shared_file):
    places = pd.read_csv(shared_file("linxiang_places_gcj02.csv"), dtype={"代码": str})
    return places[places["级别"] == 4]


def test_the_offices_workbook_over_the_shipped_county(tmp_path, linxiang, real_townships):
    frame = Frame(linxiang.boundary, linxiang.crs, 20_000.0)
    rows = read(
        workbook(tmp_path, real_townships),
        frame=frame,
        known=linxiang.townships,
        roads=linxiang.roads,
        county="临湘市",
    )
    assert not rejects(rows)
    assert rows.accounts[0].n_used == 13
    assert note(rows, "townships_unnamed").ids == ("云湖街道",)
    before = linxiang.townships
    for column in ("id", "name", "class", "population"):
        assert rows.table[column].tolist() == before[column].tolist()
    # the seats come from AMap, and lie where the shipped county has them to some tens of metres
    seats = gpd.GeoSeries.from_xy(rows.table["seat_lon"], rows.table["seat_lat"], crs=WGS84).to_crs(
        linxiang.crs
    )
    known = linxiang.seats()
    both = known.notna().to_numpy()
    assert both.sum() == 12
    assert seats[both].distance(known[both]).max() < 100
    assert math.isnan(named(rows, "五里牌街道")["seat_lon"])


def test_the_offices_list_of_all_places_over_the_shipped_county(linxiang, shared_file):
    frame = Frame(linxiang.boundary, linxiang.crs, 20_000.0)
    file = f"{shared_file('linxiang_places_gcj02.csv')}@gcj02"
    rows = read(file, frame=frame, known=linxiang.townships, roads=linxiang.roads)
    assert rows.accounts[0].n_used == 13
    assert {code for *_, code in rejects(rows)} == {"not_a_township"}
    assert len(rejects(rows)) == 148


def test_the_real_townships_from_scratch_within_amaps_outline(
    tmp_path, linxiang, real_townships, shared_file
):
    outline = shared_file("linxiang_outline_gcj02.geojson")
    boundary = to_wgs84(gpd.read_file(outline).geometry, "gcj02").iloc[0]
    frame = frame_of(boundary, 20_000.0)
    roads = Roads(linxiang.roads.nodes.to_crs(frame.crs), linxiang.roads.edges.to_crs(frame.crs))
    rows = read(workbook(tmp_path, real_townships), frame=frame, known=None, roads=roads)
    assert rejects(rows) == [(5, "临湘市五里牌街道", "township_without_land")]
    assert len(rows.table) == 12
    assert rows.modelled
    assert rows.table.union_all().symmetric_difference(frame.boundary).area < 1e-6 * frame.boundary.area
    assert rows.table["id"].tolist() == [c[:9] for c in real_townships["代码"] if c != "430682004000"]
    seats = gpd.GeoSeries.from_xy(rows.table["seat_lon"], rows.table["seat_lat"], crs=WGS84).to_crs(frame.crs)
    assert rows.table.geometry.contains(seats).all()
    # the land a road shares out is for the most part that of the real township
    shipped = linxiang.townships.to_crs(frame.crs).set_index("name").geometry
    rural = rows.table[rows.table["name"].str.endswith("镇")]
    for row in rural.itertuples():
        own = shipped[row.name.removeprefix("临湘市")]
        assert row.geometry.intersection(own).area > 0.6 * own.area
