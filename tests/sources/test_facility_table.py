"""Facilities out of planners' tables: each once, with every row accounted for."""

from __future__ import annotations

import csv as csv_module
import math
from datetime import time

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import ODD_NAMES
from coverage.errors import SourceError
from coverage.sources.coordinates import to_wgs84
from coverage.sources.facility_table import read_facilities
from coverage.sources.frame import frame_of
from coverage.sources.osm_places import SAME_FACILITY_M
from coverage.sources.row_account import count_reasons
from coverage.sources.table_words import KIND_WORDS, KIND_WORDS_EN, centres_of, kind_of, unfit
from coverage.study_area import CENTRES, FACILITY_KINDS, WGS84
from table_files import (
    HEADER,
    KINDS,
    MARKS,
    ROWS,
    beyond_columns,
    county,
    layer_file,
    map_file,
    text_file,
    workbook,
)

FRAME = county()
COLUMNS = ["id", "name", "kind", "ambulances", "turnout_s", "centres", "geometry"]
SHORT = ("名称", "类型", "经度", "纬度", "救护车", "代码")


def facilities(*paths, frame=FRAME, **more):
    return read_facilities([layer_file(path, **more) for path in paths], frame, None)


def of_rows(tmp_path, *rows, header=SHORT, name="f.csv"):
    return facilities(text_file(tmp_path / name, [header, *rows]))


def rejects(layer):
    return [reject for account in layer.accounts for reject in account.rejects]


def codes(layer):
    return [reject.code for reject in rejects(layer)]


def test_a_plain_table(tmp_path):
    layer = facilities(text_file(tmp_path / "f.csv", [HEADER, *ROWS]))
    table = layer.table
    assert list(table.columns) == COLUMNS
    assert table.crs == FRAME.crs
    assert table["id"].tolist() == ["f1", "f2", "f3"]
    assert table["name"].tolist() == [row[0] for row in ROWS]
    assert table["kind"].tolist() == list(KINDS)
    assert table["ambulances"].tolist() == [3, 1, 2]
    np.testing.assert_array_equal(table["turnout_s"], [90, math.nan, 60])
    assert table["centres"].tolist() == ["chest_pain;stroke", "", ""]
    lonlat = table.geometry.to_crs(WGS84)
    assert lonlat.x.tolist() == pytest.approx([row[2] for row in ROWS])
    assert lonlat.y.tolist() == pytest.approx([row[3] for row in ROWS])
    (account,) = layer.accounts
    assert (account.n_read, account.n_used, account.n_merged, account.rejects) == (3, 3, 0, ())
    assert (beyond_columns(layer.notes), layer.modelled) == ((), False)


def test_several_files_are_one_layer(tmp_path):
    first = text_file(tmp_path / "a.csv", [SHORT, ("东站", "急救站", 113.4, 29.4, 1, "x")])
    second = text_file(
        tmp_path / "b.csv", [SHORT, ("西站", "急救站", 113.5, 29.4, 1, ""), ("南站", "", "", "", 2, "")]
    )
    layer = facilities(first, second)
    assert layer.table["id"].tolist() == ["x", "f2"]
    assert [(a.file, a.n_read, a.n_used) for a in layer.accounts] == [("a.csv", 1, 1), ("b.csv", 2, 1)]


def test_none_is_an_answer_for_ambulances_and_a_dash_is_not(tmp_path):
    words = ("无", "没有", "未配备", "None", "暂无", "无救护车", "零", "—", "/", "", "不详", "#N/A")
    rows = [(f"{i}号站", "急救站", 113.4 + i / 50, 29.4, word, "") for i, word in enumerate(words)]
    layer = of_rows(tmp_path, *rows)
    np.testing.assert_array_equal(layer.table["ambulances"], [*[0] * 7, *[math.nan] * 5])
    assert codes(layer) == []


def test_a_turnout_in_minutes_and_seconds_keeps_its_station(tmp_path):
    header = (*SHORT, "出车时间")
    rows = [
        ("甲站", "急救站", 113.4, 29.4, 12, "", "1分30秒"),
        ("乙站", "急救站", 113.5, 29.4, 2, "", "00:03:00"),
    ]
    path = workbook(
        tmp_path / "f.xlsx", {"站": [header, *rows, ("丙站", "急救站", 113.6, 29.4, 1, "", time(0, 2))]}
    )
    table = facilities(path).table
    assert table["ambulances"].tolist() == [12, 2, 1]
    assert table["turnout_s"].tolist() == [90, 180, 120]


def test_formulas_that_fail_are_told(tmp_path):
    rows = [("甲站", "急救站", 113.4, 29.4, "#REF!", ""), ("乙站", "急救站", 113.5, 29.4, "#N/A", "")]
    (note,) = beyond_columns(of_rows(tmp_path, *rows).notes)
    assert (note.code, note.ids) == ("formulas_failed", ("救护车 2",))


def test_own_ids_stay_and_made_ones_keep_clear_of_them(tmp_path):
    rows = [
        ("甲站", "急救站", 113.4, 29.4, 1, ""),
        ("乙站", "急救站", 113.5, 29.4, 1, "f1"),
        ("丙站", "急救站", 113.6, 29.4, 1, ""),
    ]
    assert of_rows(tmp_path, *rows).table["id"].tolist() == ["f1_", "f1", "f3"]


FAR = ("外地医院", "医院", 113.7, 29.6, "", "")
EAST = ("东站", "急救站", 113.4, 29.4, 2, "")


@pytest.mark.parametrize(
    ("row", "merged", "words"),
    [
        (("东站", "急救站", 113.4, 29.4, 2, ""), True, ""),
        (("东 站", "急救站", 113.401, 29.4, "", "x"), True, ""),
        (("（东站）", "急救点", 113.404, 29.4, "", ""), True, ""),
        (("东站", "急救站", 113.4, 29.4, 3, ""), False, "row 2 with other figures: ambulances 3 against 2"),
        (("东站", "急救站", 113.406, 29.4, 3, ""), None, ""),
        (("东站", "医院", 113.4, 29.4, 3, ""), None, ""),
        (("东站点", "急救站", 113.4, 29.4, 3, ""), None, ""),
    ],
)
def test_what_is_the_same_facility(tmp_path, row, merged, words):
    layer = of_rows(tmp_path, EAST, row)
    (account,) = layer.accounts
    assert account.n_used == (2 if merged is None else 1)
    assert account.n_merged == (1 if merged else 0)
    assert codes(layer) == (["duplicate"] if merged is False else [])
    if merged is False:
        assert words in rejects(layer)[0].en
        assert "救护车数 3（前者为 2）" in rejects(layer)[0].zh


def test_a_row_fills_in_what_the_earlier_one_lacks(tmp_path):
    header = (*SHORT, "出车时间（分钟）", "五大中心")
    rows = [
        ("人民医院", "医院", 113.4, 29.4, "", "", "", ""),
        ("人民医院", "医院", 113.401, 29.4, 3, "", "", "胸痛"),
        ("人民医院", "医院", 113.401, 29.4, 3, "h1", "2", ""),
        ("人民医院", "医院", 113.401, 29.4, 4, "", "", ""),
        ("人民医院", "医院", 113.401, 29.4, "", "h2", "", ""),
    ]
    layer = of_rows(tmp_path, *rows, header=header)
    (row,) = layer.table.drop(columns="geometry").to_numpy().tolist()
    assert row == ["h1", "人民医院", "hospital", 3.0, 120.0, "chest_pain"]
    assert [(r.row, r.code) for r in rejects(layer)] == [(5, "duplicate"), (6, "duplicate")]
    assert "id h2 against h1" in rejects(layer)[1].en


def test_duplicates_name_the_other_file(tmp_path):
    first = text_file(tmp_path / "a.csv", [SHORT, EAST])
    second = text_file(tmp_path / "b.csv", [SHORT, (*EAST[:4], 9, ""), EAST])
    layer = facilities(first, second)
    (reject,) = rejects(layer)
    assert "duplicate of row 2 of a.csv with other figures: ambulances 9 against 2" in reject.en
    assert "a.csv第2行" in reject.zh
    assert layer.accounts[1].n_merged == 1


def test_an_id_belongs_to_one_facility(tmp_path):
    layer = of_rows(tmp_path, (*EAST[:5], "x"), ("西站", "急救站", 113.6, 29.4, 1, "x"))
    (reject,) = rejects(layer)
    assert (reject.row, reject.code) == (3, "duplicate")
    assert "the id x is that of 东站" in reject.en


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("救护车", "-1", "number_negative"),
        ("救护车", "1.5", "number_impossible"),
        ("救护车", "201", "number_impossible"),
        ("救护车", "很多", "number_unreadable"),
        ("救护车", "2-3", "number_unreadable"),
        ("出车时间（秒）", "-5", "number_negative"),
        ("出车时间（秒）", "3601", "number_impossible"),
        ("出车时间（分钟）", "61", "number_impossible"),
        ("出车时间（分钟）", "快", "number_unreadable"),
    ],
)
def test_figures_that_cannot_be(tmp_path, header, cell, code):
    rows = [
        ("名称", "经度", "纬度", header),
        ("东站急救站", 113.4, 29.4, cell),
        ("西站急救站", 113.6, 29.4, ""),
    ]
    layer = facilities(text_file(tmp_path / "f.csv", rows))
    assert layer.table["name"].tolist() == ["西站急救站"]
    (reject,) = rejects(layer)
    assert (reject.row, reject.code) == (2, code)
    assert cell in reject.en
    assert cell in reject.zh


@pytest.mark.parametrize(
    ("header", "cell", "field", "value"),
    [
        ("救护车（辆）", "３辆", "ambulances", 3),
        ("救护车", "两", "ambulances", 2),
        ("救护车", "0", "ambulances", 0),
        ("救护车", "—", "ambulances", math.nan),
        ("出车时间（分钟）", "1.5", "turnout_s", 90),
        ("出车时间", "2分钟", "turnout_s", 120),
        ("出车时间", "90", "turnout_s", 90),
        ("turnout_s", "3600", "turnout_s", 3600),
    ],
)
def test_figures_as_they_are_written(tmp_path, header, cell, field, value):
    rows = [("名称", "经度", "纬度", header), ("东站急救站", 113.4, 29.4, cell)]
    found = facilities(text_file(tmp_path / "f.csv", rows)).table[field].tolist()
    assert found == pytest.approx([value], nan_ok=True)


def test_a_turnout_of_two_seconds_is_doubted(tmp_path):
    rows = [("名称", "经度", "纬度", "出车时间"), ("东站急救站", 113.4, 29.4, 2)]
    layer = facilities(text_file(tmp_path / "f.csv", rows))
    (note,) = [note for note in layer.notes if note.code == "turnout_short"]
    assert "出车时间（分钟）" in note.zh
    assert layer.table["turnout_s"].tolist() == [2]


def test_the_name_decides_where_no_kind_is_given(tmp_path):
    rows = [
        ("临湘市人民医院", "", 113.4, 29.4, "", ""),
        ("桃林中心卫生院", "", 113.42, 29.4, "", ""),
        ("东站", "急救站", 113.44, 29.4, "", ""),
        ("东风药店", "", 113.46, 29.4, "", ""),
        ("西风药店", "药店", 113.48, 29.4, "", ""),
        ("", "", 113.5, 29.4, "", ""),
        ("", "医院", 113.52, 29.4, "", ""),
    ]
    layer = of_rows(tmp_path, *rows)
    assert layer.table["kind"].tolist() == ["hospital", "health_centre", "ambulance_station", "hospital"]
    assert [(r.row, r.code) for r in rejects(layer)] == [
        (5, "kind_unknown"),
        (6, "kind_unknown"),
        (7, "name_missing"),
    ]
    (note,) = beyond_columns(layer.notes)
    assert (note.code, note.count) == ("kinds_by_name", 2)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(
            ("急救站", "ambulance_station"),
            ("120急救站点", "ambulance_station"),
            ("急救中心", "ambulance_station"),
        ),
        *(("临湘市人民医院急救分站", "ambulance_station"), ("岳阳市紧急医疗救援中心", "ambulance_station")),
        *(
            ("医院", "hospital"),
            ("中医医院", "hospital"),
            ("县妇幼保健院", "hospital"),
            ("综合医院（二级）", "hospital"),
        ),
        *(
            ("中心卫生院", "health_centre"),
            ("乡镇卫生院", "health_centre"),
            ("长安社区卫生服务中心", "health_centre"),
        ),
        *(("县域医疗次中心", "subcentre"), ("羊楼司中心卫生院（县域医疗次中心）", "subcentre")),
        *(
            ("村卫生室", "clinic"),
            ("社区卫生服务站", "clinic"),
            ("张三诊所", "clinic"),
            ("医院门诊部", "clinic"),
        ),
        *(
            ("Ambulance_Station", "ambulance_station"),
            ("health_centre", "health_centre"),
            ("Clinics", "clinic"),
        ),
        *(
            ("Township Hospital", "health_centre"),
            ("Clinical Hospital", "hospital"),
            ("sub-centre", "subcentre"),
        ),
        *(("药店", ""), ("", ""), ("疾控中心", ""), ("血站", ""), ("hospitality", "")),
    ],
)
def test_kinds(text, kind):
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("爱心宠物医院", "动物"),
        ("临湘动物医院", "动物"),
        ("桃林兽医站卫生室", "动物"),
        ("Happy Pet Clinic", "动物"),
        ("人民医院停车场", "停车场"),
        ("人民医院停车场(东入口)", "停车场"),
        ("桃林急救站（已撤销）", "撤销或停业"),
        ("长塘卫生室 (停业)", "撤销或停业"),
        ("长塘卫生室【2023年关闭】", "撤销或停业"),
        ("长塘卫生院已撤并", "撤销或停业"),
    ],
)
def test_what_treats_no_people_is_no_facility(tmp_path, name, word):
    good = ("动物园急救站", "急救站", 113.4, 29.4, 1, "")
    layer = of_rows(tmp_path, good, (name, "医院", 113.5, 29.4, 1, ""), ("", name, 113.6, 29.4, 1, ""))
    assert codes(layer) == ["kind_unknown", "kind_unknown"]
    assert all(word in reject.zh for reject in rejects(layer))
    assert layer.table["name"].tolist() == ["动物园急救站"]


def test_names_like_those_of_what_treats_no_people():
    assert [unfit(name) for name in ("停车场急救点", "关闭山卫生室", "妇幼保健院（新区）", "")] == [None] * 4


def test_one_place_under_two_kinds_is_told(tmp_path):
    rows = [
        ("人民医院", "医院", 113.4, 29.4, 2, ""),
        ("人民医院急救站", "急救站", 113.4001, 29.4, 2, ""),
        ("中医医院", "医院", 113.5, 29.4, 2, ""),
        ("中医医院急救站", "急救站", 113.5, 29.4, 1, ""),
        ("妇幼保健院", "医院", 113.6, 29.4, 1, ""),
        ("妇幼保健院急救站", "急救站", 113.61, 29.4, 1, ""),
        ("长塘卫生院", "卫生院", 113.6, 29.5, 0, ""),
        ("长塘急救点", "急救站", 113.6, 29.5, 0, ""),
        ("白云医院", "医院", 113.7, 29.5, "", ""),
        ("白云急救点", "急救站", 113.7, 29.5, "", ""),
    ]
    layer = of_rows(tmp_path, *rows)
    (note,) = [note for note in layer.notes if note.code == "ambulances_twice"]
    assert note.ids == ("人民医院 – 人民医院急救站",)
    assert len(layer.table) == 10


def test_namesakes_are_found_wherever_they_lie(tmp_path):
    places = np.random.default_rng(3).random((200, 2)) * 0.05 + (113.3, 29.3)
    layer = of_rows(tmp_path, *(("卫生室", "", *place, "", "") for place in places))
    points = gpd.GeoSeries.from_xy(*places.T, crs=WGS84).to_crs(FRAME.crs).tolist()
    kept = []
    for i, point in enumerate(points):
        if all(point.distance(points[k]) > SAME_FACILITY_M for k in kept):
            kept.append(i)
    assert 20 < len(kept) < 100
    assert layer.table["id"].tolist() == [f"f{i + 1}" for i in kept]
    assert layer.accounts[0].n_merged == 200 - len(kept)


def test_of_several_namesakes_the_nearest_is_the_same(tmp_path):
    lons = [113.3, 113.3062, 113.3124]  # 600 m
    rows = [("卫生室", "", lon, 29.4, "", "") for lon in lons]
    merged = of_rows(tmp_path, *rows, ("卫生室", "", 113.3108, 29.4, "", "mine"))
    assert [(a.n_used, a.n_merged) for a in merged.accounts] == [(3, 1)]
    assert merged.table["id"].tolist() == ["f1", "f2", "mine"]


def test_every_word_for_a_kind_means_it():
    assert set(KIND_WORDS) == set(KIND_WORDS_EN) == set(FACILITY_KINDS)
    for words in (KIND_WORDS, KIND_WORDS_EN):
        assert {word: kind_of(word) for kind in words for word in words[kind]} == {
            word: kind for kind in words for word in words[kind]
        }
    assert [kind_of(kind) for kind in FACILITY_KINDS] == list(FACILITY_KINDS)


@pytest.mark.parametrize(
    ("text", "centres", "unknown"),
    [
        ("", "", ()),
        ("胸痛", "chest_pain", ()),
        ("卒中中心、胸痛中心；创伤", "chest_pain;stroke;trauma", ()),
        ("危重孕产妇救治中心/危重新生儿救治中心", "maternal;newborn", ()),
        ("危重孕产妇和新生儿", "maternal;newborn", ()),
        ("五大中心", ";".join(CENTRES), ()),
        ("chest_pain;stroke", "chest_pain;stroke", ()),
        ("Chest pain, Trauma", "chest_pain;trauma", ()),
        ("胸痛、血透", "chest_pain", ("血透",)),
    ],
)
def test_centres(text, centres, unknown):
    assert centres_of(text) == (centres, unknown)


def test_centres_that_are_none_of_the_five_are_named(tmp_path):
    rows = [("名称", "经度", "纬度", "五大中心"), ("人民医院", 113.4, 29.4, "胸痛、血透")]
    layer = facilities(text_file(tmp_path / "f.csv", rows))
    assert layer.table["centres"].tolist() == ["chest_pain"]
    (note,) = [note for note in layer.notes if note.code == "centres_unknown"]
    assert "2 (血透)" in note.en


def test_nothing_left_is_an_error_with_the_reasons(tmp_path):
    rows = [
        ("东站", "急救站", "", "", 1, ""),
        ("西站", "急救站", 29.4, 113.4, 1, ""),
        ("南站", "急救站", "", "", 1, ""),
    ]
    with pytest.raises(SourceError, match=r"none of 3 rows .*coordinates missing 2, .*swapped 1") as caught:
        of_rows(tmp_path, *rows)
    assert "缺少坐标 2、经纬度颠倒 1" in caught.value.zh
    with pytest.raises(SourceError, match="holds no facility"):
        of_rows(tmp_path)


FORMATS = ["csv", "gb18030", "tsv", "xlsx", "xlsm", "geojson", "gpkg", "shp", "gpkg-table"]


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_written_is_read_in_every_format(tmp_path, form):
    """Odd names, unknown figures and all kinds survive; no format can hold control characters."""
    names = [name.replace("\x07", "").replace("\x1b", "").replace("\x00", "") for name in ODD_NAMES]
    if form == "shp":  # a DBF holds no line breaks and 254 bytes
        names = [name.replace("\n", " ").replace("\t", " ")[:60] for name in names]
    n = len(names)
    expected = pd.DataFrame(
        {
            "id": [f"id-{i}" for i in range(n)],
            "name": names,
            "kind": [FACILITY_KINDS[i % 5] for i in range(n)],
            "ambulances": [math.nan if i % 3 == 0 else float(i) for i in range(n)],
            "turnout_s": [math.nan if i % 2 else 60.0 + i for i in range(n)],
            "centres": [";".join(CENTRES[: i % 4]) for i in range(n)],
        }
    )
    lon, lat = 113.25 + 0.05 * np.arange(n), 29.25 + 0.04 * np.arange(n)
    path = write_as(form, tmp_path, expected, lon, lat)
    layer = facilities(path)
    found = layer.table
    pd.testing.assert_frame_equal(pd.DataFrame(found.drop(columns="geometry")), expected, check_dtype=False)
    np.testing.assert_allclose(found.geometry.to_crs(WGS84).x, lon, atol=1e-9)
    np.testing.assert_allclose(found.geometry.to_crs(WGS84).y, lat, atol=1e-9)
    assert beyond_columns(layer.notes) == ()


def write_as(form, folder, table, lon, lat):
    columns = {name: [None if pd.isna(v) else v for v in table[name].tolist()] for name in table}
    shapes = shapely.points(lon, lat).tolist()
    if form in ("geojson", "gpkg"):
        return map_file(folder / f"f.{form}", columns, shapes, WGS84)
    if form == "shp":
        return map_file(folder / "f.shp", columns, shapes, WGS84, encoding="UTF-8")
    columns |= {"lon": lon.tolist(), "lat": lat.tolist()}
    if form == "gpkg-table":
        pyogrio.write_dataframe(pd.DataFrame(columns), folder / "f.gpkg", layer="t", driver="GPKG")
        return folder / "f.gpkg"
    rows = [tuple(columns), *zip(*columns.values(), strict=True)]
    if form in ("xlsx", "xlsm"):
        path = workbook(folder / f"f.{form}", {"s": [tuple(columns)]})
        book = openpyxl.load_workbook(path)
        for i, row in enumerate(rows[1:], start=2):
            for j, value in enumerate(row, start=1):
                cell = book["s"].cell(i, j, value)
                cell.data_type = "s" if isinstance(value, str) else cell.data_type
        book.save(path)
        return path
    mark, codec = MARKS["gb18030" if form == "gb18030" else "utf-8"]
    delimiter = "\t" if form == "tsv" else ","
    ending = "tsv" if form == "tsv" else "csv"
    return text_file(folder / f"f.{ending}", rows, encoding=codec, delimiter=delimiter, mark=mark)


names = st.sampled_from(["东站", "西站", "人民医院", "卫生院", "", "合计", "注：略", "药店"])
kinds = st.sampled_from(["急救站", "医院", "", "药店"])
degrees = st.sampled_from(["113.4", "29.4", "113.401", "120", "", "0", "x"])
figures = st.sampled_from(["", "1", "2", "-1", "1.5", "999", "多"])
ids = st.sampled_from(["", "", "a", "b"])
file_rows = st.lists(st.tuples(names, kinds, degrees, degrees, figures, ids), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(file_rows, min_size=1, max_size=2))
def test_no_row_is_lost(tmp_path_factory, tables):
    folder = tmp_path_factory.mktemp("f")
    anchor = ("锚站", "急救站", "113.7", "29.6", "1", "anchor")
    paths = [text_file(folder / f"{i}.csv", [SHORT, anchor, *rows]) for i, rows in enumerate(tables)]
    layer = facilities(*paths)
    assert layer.table["id"].is_unique
    assert len(layer.table) == sum(account.n_used for account in layer.accounts)
    assert sum(count_reasons(layer.accounts).values()) == len(rejects(layer))
    for account, rows in zip(layer.accounts, tables, strict=True):
        filled = [i for i, row in enumerate([anchor, *rows], start=2) if any(row)]
        numbers = [reject.row for reject in account.rejects]
        assert account.n_read == len(filled)
        assert account.n_used + account.n_merged + len(numbers) == len(filled)
        assert len(set(numbers)) == len(numbers)
        assert set(numbers) <= set(filled)


def amap_workbook(source, path):
    """Make the workbook a county sends: a title, a header of two rows, one township over many villages."""
    with source.open(encoding="utf-8-sig") as file:
        places = [row for row in csv_module.DictReader(file) if row["级别"] != "3"]
    rows = [("临湘市村卫生室一览表（坐标取自高德地图）",), ("乡镇", "机构", "", "坐标（高德）", "")]
    rows += [("", "名称", "类型", "经度", "纬度")]
    merges = ["A1:E1", "A2:A3", "B2:C2", "D2:E2"]
    last = None
    for place in places:
        township = place["乡镇"]
        lon, lat = (float(place[axis]) if place[axis] else "暂无" for axis in ("经度", "纬度"))
        rows.append((township if township != last else "", place["名称"], "村卫生室", lon, lat))
        last = township
    rows.append(("合计", "", f"{len(places)}家", "", ""))
    sheets = {"说明": [("填表说明：略",)], "村卫生室": rows}
    return workbook(path, sheets, {"村卫生室": merges}), places


def test_the_places_of_linxiang(shared_file, tmp_path):
    """161 rows, 113 of them with coordinates from AMap."""
    outline = gpd.read_file(shared_file("linxiang_outline_gcj02.geojson"))
    frame = frame_of(to_wgs84(outline.geometry, "gcj02").union_all(), 10_000)
    path, places = amap_workbook(shared_file("linxiang_places_gcj02.csv"), tmp_path / "村卫生室.xlsx")
    known = [place for place in places if place["经度"]]
    layer = facilities(path, frame=frame, crs="")
    (account,) = layer.accounts
    assert account.file == "村卫生室.xlsx#村卫生室"
    assert account.n_read == len(places) + 1
    assert count_reasons([account]) == {"coordinates_missing": len(places) - len(known), "not_a_place": 1}
    assert layer.table["name"].tolist() == [place["名称"] for place in known]
    assert set(layer.table["kind"]) == {"clinic"}
    # AMap's coordinates are off by some 600 m, and were shifted back
    lonlat = layer.table.geometry.to_crs(WGS84)
    points = gpd.points_from_xy([place["经度"] for place in known], [place["纬度"] for place in known])
    raw = gpd.GeoSeries(points, crs=WGS84)
    assert raw.to_crs(frame.crs).distance(layer.table.geometry).between(450, 800).all()
    assert lonlat.x.between(113.0, 114.0).all()
