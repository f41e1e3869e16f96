"""Files as planners send them, each read for what it holds."""

from __future__ import annotations

import datetime as dt
import json
import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from coverage.errors import CrsError, FileError, SourceError
from coverage.sources.boundary_file import read_boundary
from coverage.sources.facility_table import read_facilities
from coverage.sources.layer_file import LayerFile
from coverage.sources.population_table import read_population
from coverage.sources.road_file import read_roads
from coverage.sources.tables import read_table
from coverage.sources.township_table import read_townships
from population_maps import roads, townships
from table_files import HEADER, MARKS, ROWS, beyond_columns, county, layer_file, map_file, text_file, workbook

PLAIN = [("名称", "经度", "纬度"), ("东站", 113.45, 29.47), ("西站", 113.5, 29.5)]


def read(path, layer="facilities", **more):
    table, notes = read_table(layer_file(path, **more), layer)
    return table, beyond_columns(notes)


def codes(notes):
    return [note.code for note in notes]


@pytest.mark.parametrize("encoding", sorted(MARKS))
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，", "；", "|"])
def test_text_files_in_every_encoding_and_with_every_delimiter(tmp_path, encoding, delimiter):
    mark, codec = MARKS[encoding]
    rows = [HEADER, *ROWS]
    table, notes = read(text_file(tmp_path / "f.csv", rows, encoding=codec, delimiter=delimiter, mark=mark))
    assert table.texts("name").tolist() == [row[0] for row in ROWS]
    assert table.numbers("ambulances")[0].tolist() == [3, 1, 2]
    assert table.row.tolist() == [2, 3, 4]
    assert (table.name, table.system, notes) == ("f.csv", "wgs84", ())


def columns_note(path, layer, **more):
    _, notes = read_table(layer_file(path, **more), layer)
    (found,) = [note for note in notes if note.code == "columns_read"]
    assert "\n" not in found.zh + found.en
    return found


def test_a_note_says_where_each_field_was_read_and_which_columns_were_not(tmp_path):
    header = ("序号", "村（社区）", "2022年末户籍人口", "所属乡镇", "X1", "Y1", "空列")
    path = text_file(tmp_path / "村人口.csv", [header, (1, "东村", 300, "城关镇", 113.4, 29.4, "")])
    found = columns_note(path, "demand")
    assert found.zh == (
        "村人口.csv：名称←村（社区），人口←2022年末户籍人口，乡镇←所属乡镇；"
        "未使用的列：X1、Y1（可用 --column 指定）"
    )
    assert found.en == (
        "村人口.csv: name ← 村（社区）, population ← 2022年末户籍人口, township ← 所属乡镇; "
        "columns not used: X1, Y1 (--column can name them)"
    )
    assert (found.count, found.ids) == (2, ("X1", "Y1"))
    named = columns_note(path, "demand", columns={"经度": "X1", "纬度": "Y1"})
    assert "经度←X1，纬度←Y1" in named.zh
    assert "未使用" not in named.zh


def test_odd_headers_are_named_in_one_line(tmp_path):
    header = ("名称", "类型", "经度", "纬度", "备{注}\n（如有）", "很" * 60, *(f"列{i}" for i in range(20)))
    path = text_file(tmp_path / "f.csv", [header, ("东站", "急救站", 113.4, 29.4, *["x"] * 22)])
    found = columns_note(path, "facilities")
    assert "备{注} （如有）、" + "很" * 23 + "…、列0、" in found.zh
    assert "… (22)" in found.zh
    assert found.count == 22


def test_shapes_come_before_columns_of_coordinates(tmp_path):
    columns = {"名称": ["东站", "西站"], "经度": ["1", "2"], "纬度": ["3", "4"]}
    path = map_file(tmp_path / "f.gpkg", columns, SHAPES, "EPSG:4326")
    assert columns_note(path, "facilities").zh == (
        "f.gpkg：名称←名称，位置←图形；未使用的列：经度、纬度（可用 --column 指定）"
    )


def test_rare_characters_of_names_survive_gb18030(tmp_path):
    path = text_file(tmp_path / "f.txt", [PLAIN[0], ("㙍头𠮷村", 113.4, 29.4)], encoding="gb18030")
    assert read(path)[0].texts("name").tolist() == ["㙍头𠮷村"]


def test_row_numbers_are_lines_of_the_file(tmp_path):
    path = tmp_path / "f.csv"
    lines = '急救站一览表,,\n\n名称,经度,纬度\n"东\n站",113.4,29.4\n\n,,\n西站,113.5,29.5\n'
    path.write_text(lines, encoding="utf-8")
    table, _ = read(path)
    assert table.row.tolist() == [4, 8]
    assert table.texts("name").tolist() == ["东\n站", "西站"]


def test_a_header_of_two_lines_in_a_text_file(tmp_path):
    rows = [("村名", "坐标", "", "人口", ""), ("", "经度", "纬度", "户籍", "常住")]
    rows += [("张村", 113.4, 29.4, 900, 800)]
    table, notes = read(text_file(tmp_path / "v.csv", rows), "demand")
    assert table.headers == {"name": "村名", "lon": "坐标经度", "lat": "坐标纬度", "population": "人口常住"}
    assert table.numbers("population")[0].tolist() == [800]
    assert table.row.tolist() == [3]
    assert codes(notes) == ["columns_passed_over"]


def test_more_cells_than_the_header_has_columns(tmp_path):
    path = tmp_path / "f.csv"
    lines = "名称,经度,纬度\n东站,113.4,29.4\n西站,113,400,29.4\n北站,113.4,29.5,,\n"
    path.write_text(lines, encoding="utf-8")
    assert read(path)[0].overlong.tolist() == [False, True, True]


TITLED = [("急救站一览表",), (), ("填报单位：县卫健局", "", "2024年"), *PLAIN]


@pytest.mark.parametrize("spread", [PLAIN, TITLED])
def test_workbooks_with_and_without_titles(tmp_path, spread):
    path = workbook(tmp_path / "f.xlsx", {"表": spread}, {"表": ["A1:C1"]} if len(spread) > 3 else None)
    table, notes = read(path)
    assert table.texts("name").tolist() == ["东站", "西站"]
    assert table.row.tolist() == ([2, 3] if len(spread) == 3 else [5, 6])
    assert (table.name, notes) == ("f.xlsx", ())


def test_merged_headers_and_merged_cells(tmp_path):
    rows = [
        ("2023年各村基本情况",),
        ("乡镇", "村名", "坐标（高德）", "", "常住人口"),
        ("", "", "经度", "纬度", ""),
        ("长安街道", "张村", 113.45, 29.47, 1200),
        ("", "李村", 113.46, 29.48, ""),
        ("桃林镇", "王村", 113.47, 29.4, 900),
    ]
    merges = ["A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "A4:A5", "E4:E5"]
    table, notes = read(workbook(tmp_path / "v.xlsx", {"村": rows}, {"村": merges}), "demand", crs="")
    assert table.texts("township").tolist() == ["长安街道", "长安街道", "桃林镇"]
    assert (table.system, table.row.tolist()) == ("gcj02", [4, 5, 6])
    # one figure for two villages counts once
    people, unreadable = table.numbers("population")
    np.testing.assert_array_equal(people, [1200, np.nan, 900])
    assert not unreadable.any()
    assert codes(notes) == ["merged_figures"]
    assert "4" in notes[0].text("zh")


def test_the_unit_of_a_title_row(tmp_path):
    rows = [("各乡镇人口（单位：万人）",), ("名称", "人口"), ("长安街道", 5.2)]
    table, notes = read(workbook(tmp_path / "t.xlsx", {"表": rows}), "townships")
    assert table.numbers("population")[0].tolist() == [52000]
    assert codes(notes) == ["figures_scaled"]
    assert "10,000" in notes[0].text("en")


def test_a_row_of_data_is_no_part_of_the_header(tmp_path):
    rows = [
        ("名称", "级别", "经度", "纬度", ""),
        ("东站", "街道", "暂无", "", "五大中心"),
        ("西站", "镇", 113.4, 29.4, ""),
    ]
    for path in (text_file(tmp_path / "f.csv", rows), workbook(tmp_path / "f.xlsx", {"s": rows})):
        table, _ = read(path)
        assert table.texts("name").tolist() == ["东站", "西站"]
        assert table.row.tolist() == [2, 3]


def test_three_rows_of_header(tmp_path):
    rows = [
        ("名称", "坐标", "", "", ""),
        ("", "GPS", "", "高德", ""),
        ("", "经度", "纬度", "经度", "纬度"),
        ("东站", 113.4, 29.4, 113.5, 29.5),
    ]
    table, _ = read(
        workbook(tmp_path / "f.xlsx", {"s": rows}, {"s": ["A1:A3", "B1:E1", "B2:C2", "D2:E2"]}), crs=""
    )
    assert (table.system, table.texts("lon").tolist()) == ("wgs84", ["113.4"])
    table, _ = read(tmp_path / "f.xlsx", crs="gcj02")
    assert (table.system, table.texts("lon").tolist()) == ("gcj02", ["113.5"])


def test_rows_of_formulas_alone_are_rows(tmp_path):
    rows = [("名称", "经度", "纬度"), ("=甲!A1", "=甲!B1", "=甲!C1"), ("东站", 113, 29)]
    table, notes = read(workbook(tmp_path / "f.xlsx", {"s": rows}))
    assert table.row.tolist() == [2, 3]
    assert notes[0].ids == ("A2", "B2", "C2")


def test_cells_of_every_type(tmp_path):
    rows = [
        ("代码", "名称", "经度", "纬度", "地址"),
        (430682001000, "东站", 113.4500000001, 29.0, dt.date(2024, 3, 4)),
        ("007", " 西站 ", "113.5", "29.5", True),
        (1.5, "北站", 113, 29.25, dt.time(8, 30)),
    ]
    table, _ = read(workbook(tmp_path / "f.xlsx", {"s": rows}))
    assert table.texts("id").tolist() == ["430682001000", "007", "1.5"]
    assert table.texts("lon").tolist() == ["113.4500000001", "113.5", "113"]
    assert table.texts("address").tolist() == ["2024-03-04", "True", "08:30:00"]
    assert table.texts("name").tolist() == ["东站", "西站", "北站"]


def test_hidden_sheets_and_rows_are_read(tmp_path):
    path = workbook(tmp_path / "f.xlsx", {"空": [], "甲": PLAIN})
    book = openpyxl.load_workbook(path)
    book["甲"].sheet_state = "hidden"
    book["甲"].row_dimensions[3].hidden = True
    book.save(path)
    assert read(path)[0].texts("name").tolist() == ["东站", "西站"]


def test_formulas_give_their_stored_values_and_others_are_named(tmp_path):
    rows = [("名称", "经度", "纬度", "救护车"), ("东站", 113.4, 29.4, "=1+1")]
    path = workbook(tmp_path / "f.xlsx", {"s": rows})
    table, notes = read(path)
    assert table.texts("ambulances").tolist() == [""]
    assert (codes(notes), notes[0].ids) == (["formulas_without_value"], ("D2",))
    stored = tmp_path / "stored.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stored, "w") as new:
        for item in old.infolist():
            content = old.read(item).replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
            content = content.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
            new.writestr(item, content)
    table, notes = read(stored)
    assert (table.texts("ambulances").tolist(), notes) == (["2"], ())


def test_a_stray_cell_far_below_costs_nothing(tmp_path):
    path = workbook(tmp_path / "f.xlsx", {"s": PLAIN})
    book = openpyxl.load_workbook(path)
    book["s"].cell(1_000_000, 30, " ")
    book.save(path)
    assert len(read(path)[0]) == 2


def test_a_header_of_the_planners_own(tmp_path):
    rows = [("who", "lo", "la"), ("东站", 113.4, 29.4)]
    path = text_file(tmp_path / "f.csv", rows)
    columns = {"机构名称": "WHO", "经度": "lo", "lat": "la", "人口": "pop"}
    table, _ = read(path, columns=columns)
    assert table.headers == {"name": "who", "lon": "lo", "lat": "la"}
    assert table.columns_used == ("机构名称", "经度", "lat")


SHAPES = [shapely.Point(113.45, 29.47), shapely.Point(113.5, 29.5)]
COLUMNS = {"名称": ["东站", "西站"], "救护车": [2, 3]}


@pytest.mark.parametrize(
    ("name", "options", "system"),
    [
        ("f.geojson", {"driver": "GeoJSON"}, "wgs84"),
        ("f.gpkg", {"layer": "stations"}, "wgs84"),
        ("f.shp", {"encoding": "UTF-8"}, "wgs84"),
        ("f.shp", {"encoding": "GB18030"}, "wgs84"),
    ],
)
def test_files_with_shapes(tmp_path, name, options, system):
    path = map_file(tmp_path / name, COLUMNS, SHAPES, "EPSG:4326", **options)
    table, _ = read(path, crs="")
    assert table.texts("name").tolist() == ["东站", "西站"]
    assert table.numbers("ambulances")[0].tolist() == [2, 3]
    assert (table.row.tolist(), table.system) == ([1, 2], system)
    assert shapely.get_x(table.geometry.to_numpy()).tolist() == [113.45, 113.5]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("UTF-8", None), ("UTF-8", b""), ("UTF-8", b"UTF-8"), ("UTF-8", b"65001"), ("UTF-8", b"utf8\r\n")]
    + [("GB18030", said) for said in (None, b"", b"936", b"GBK", b"cp936", b"GB2312", b"odd")],
)
def test_shapefiles_with_any_mark_of_their_encoding_or_none(tmp_path, encoding, said):
    names = {"名称": ["羊楼司镇卫生院", "坦渡镇"]}
    path = map_file(tmp_path / "f.shp", names, SHAPES, "EPSG:4326", encoding=encoding)
    (tmp_path / "f.cpg").unlink(missing_ok=True)
    dbf = bytearray((tmp_path / "f.dbf").read_bytes())
    dbf[29] = 0
    (tmp_path / "f.dbf").write_bytes(bytes(dbf))
    if said is not None:
        (tmp_path / "f.cpg").write_bytes(said)
    assert read(path)[0].texts("name").tolist() == ["羊楼司镇卫生院", "坦渡镇"]


def test_a_shapefile_marked_by_its_code_page(tmp_path):
    path = map_file(tmp_path / "f.shp", {"名称": ["羊楼司", "坦渡"]}, SHAPES, "EPSG:4326", encoding="GB18030")
    (tmp_path / "f.cpg").unlink(missing_ok=True)
    dbf = bytearray((tmp_path / "f.dbf").read_bytes())
    dbf[29] = 0x4D
    (tmp_path / "f.dbf").write_bytes(bytes(dbf))
    assert read(path)[0].texts("name").tolist() == ["羊楼司", "坦渡"]


def test_the_layer_of_a_geopackage(tmp_path):
    path = tmp_path / "f.gpkg"
    map_file(path, COLUMNS, SHAPES, "EPSG:4326", layer="first")
    map_file(path, {"名称": ["南站", "北站"]}, SHAPES, "EPSG:4547", layer="facilities")
    table, notes = read(path, crs="")
    assert (table.name, table.system) == ("f.gpkg#facilities", "EPSG:4547")
    assert notes == ()
    assert read(path, sheet="first", crs="")[0].texts("name").tolist() == ["东站", "西站"]


def test_a_plain_table_in_a_geopackage(tmp_path):
    path = tmp_path / "f.gpkg"
    frame = pd.DataFrame({"名称": ["东站"], "经度": [113.45], "纬度": [29.47], "代码": [430682001000]})
    pyogrio.write_dataframe(frame, path, layer="t", driver="GPKG")
    table, _ = read(path, crs="gcj02")
    assert table.geometry is None
    assert (table.system, table.texts("lon").tolist()) == ("gcj02", ["113.45"])
    assert table.texts("id").tolist() == ["430682001000"]


def geojson(path, rows, **members):
    features = [
        {"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in rows
    ]
    text = json.dumps({"type": "FeatureCollection", **members, "features": features}, ensure_ascii=False)
    path.write_bytes(text.encode(members.get("encoding", "utf-8")))
    return path


POINT = {"type": "Point", "coordinates": [113.45, 29.47]}


def test_what_a_geojson_says_of_its_system(tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    said, notes = read(geojson(tmp_path / "a.geojson", [({"名称": "东站"}, POINT)], crs=crs), crs="")
    assert (said.system, notes) == ("cgcs2000", ())
    abroad = {"type": "Point", "coordinates": [9.5, 47.1]}
    # one shape in China is enough: others may be nowhere
    for shapes in ([POINT], [abroad, POINT], [None, POINT]):
        rows = [({"名称": "东站"}, shape) for shape in shapes]
        assert read(geojson(tmp_path / "b.json", rows), crs="")[0].system == ""
    path = geojson(tmp_path / "c.geojson", [({"名称": "东站"}, POINT)])
    declared, notes = read(path, crs="", default_crs="bd09")
    assert (declared.system, notes) == ("bd09", ())
    assert read(path, crs="gcj02")[0].system == "gcj02"
    outside = read(geojson(tmp_path / "d.geojson", [({"name": "Vaduz"}, abroad)]), crs="")[0]
    assert outside.system == "wgs84"


SILENT = {
    "boundary": shapely.box(113.3, 29.3, 113.7, 29.6),
    "townships": shapely.box(113.3, 29.3, 113.7, 29.6),
    "facilities": shapely.Point(113.5, 29.4),
    "roads": shapely.LineString([(113.4, 29.4), (113.5, 29.4)]),
    "cells": shapely.box(113.5, 29.4, 113.51, 29.41),
    "villages": shapely.Point(113.5, 29.4),
}


@pytest.mark.parametrize("layer", SILENT)
def test_every_layer_asks_for_the_system_of_a_silent_geojson_in_china(tmp_path, layer):
    limits = county()
    read_layer = {
        "boundary": read_boundary,
        "townships": lambda file: read_townships([file], limits, known=None, roads=None, road_tree=None),
        "facilities": lambda file: read_facilities([file], limits, None),
        "roads": lambda file: read_roads(file, limits.extent),
    }
    own = {"名称": "城关镇", "类型": "医院", "人口": 5}
    path = geojson(tmp_path / "b.geojson", [(own, shapely.geometry.mapping(SILENT[layer]))])
    with pytest.raises(CrsError) as told:
        read_layer.get(layer, lambda file: read_population(file, limits, townships(), roads(), None))(
            LayerFile(path)
        )
    for text in (str(told.value), told.value.zh):
        assert "b.geojson@" in text
        assert "DataV" in text or "gcj02" in text
        assert "wgs84" in text


def test_a_geojson_in_gb18030_with_nulls_and_lists(tmp_path):
    rows = [({"名称": "东站", "五大中心": ["胸痛", "卒中"]}, POINT), ({"名称": None, "五大中心": None}, None)]
    path = geojson(tmp_path / "f.geojson", rows, encoding="gb18030")
    table, _ = read(path)
    assert table.texts("name").tolist() == ["东站", ""]
    assert "卒中" in table.texts("centres")[0]
    assert table.geometry.isna().tolist() == [False, True]


def test_a_system_without_a_code_is_read_by_its_own_words(tmp_path):
    own = "+proj=tmerc +lat_0=0 +lon_0=113.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m"
    shapes = gpd.GeoSeries(SHAPES, crs="EPSG:4326").to_crs(own).tolist()
    table, _ = read(map_file(tmp_path / "f.shp", COLUMNS, shapes, own, encoding="UTF-8"), crs="")
    assert table.system == "wgs84"
    assert shapely.get_x(table.geometry.to_numpy()) == pytest.approx([113.45, 113.5], abs=1e-6)


@pytest.mark.parametrize(
    ("headers", "more", "system", "notes"),
    [
        (("名称", "高德经度", "高德纬度"), {"crs": ""}, "gcj02", []),
        (("名称", "高德经度", "高德纬度"), {"crs": "", "default_crs": "wgs84"}, "gcj02", []),
        (("名称", "高德经度", "高德纬度"), {"crs": "高德"}, "gcj02", []),
        (("名称", "高德经度", "高德纬度"), {"crs": "wgs84"}, "wgs84", ["system_contradictory"]),
        (("名称", "经度", "纬度"), {"crs": "", "default_crs": "百度"}, "bd09", []),
        (("名称", "经度", "纬度"), {"crs": ""}, "", []),
    ],
)
def test_the_system_in_force(tmp_path, headers, more, system, notes):
    table, found = read(text_file(tmp_path / "f.csv", [headers, PLAIN[1]]), **more)
    assert (table.system, codes(found)) == (system, notes)


def ole(path, body=b""):
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + body * 10)


def truncated(path):
    workbook(path, {"s": PLAIN})
    path.write_bytes(path.read_bytes()[:2000])


def docx(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")


def lonely_shp(path):
    map_file(path, COLUMNS, SHAPES, "EPSG:4326", encoding="UTF-8")
    path.with_suffix(".dbf").unlink()


def words(content, encoding="utf-8"):
    return lambda path: path.write_bytes(content.encode(encoding))


def rows(*lines):
    return lambda path: text_file(path, list(lines))


def renamed_workbook(path):
    workbook(path.with_suffix(".xlsx"), {"s": PLAIN}).rename(path)


def encrypted(path):
    ole(path, "EncryptedPackage".encode("utf-16-le"))


QUOTES = "名称,经度,纬度\n%s,113,29\n"
DAMAGED = (FileError, "damaged", "损坏")
RESAVE = (FileError, "save it as .xlsx", "另存为 .xlsx")
NO_ROW = (SourceError, "holds no row", "没有任何数据")
WRONG = [
    ("f.xls", ole, *RESAVE),
    ("f.et", ole, *RESAVE),
    ("f.doc", ole, *RESAVE),
    ("f.docx", docx, *RESAVE),
    ("f.kml", words("<kml/>"), FileError, "kind that is not read", "文件类型不能用在这里"),
    ("f.xlsx", ole, FileError, "old Excel file", "旧版Excel"),
    ("g.xlsx", encrypted, FileError, "remove the password", "密码"),
    ("h.xlsx", rows(*PLAIN), FileError, "no workbook", "内容却不是"),
    ("i.xlsx", docx, *DAMAGED),
    ("j.xlsx", truncated, *DAMAGED),
    ("k.xlsx", lambda path: workbook(path, {"s": []}), *NO_ROW),
    ("f.csv", words(""), FileError, "is empty", "空文件"),
    ("g.csv", words("\n\n,,\n"), *NO_ROW),
    ("h.csv", rows(("甲", "乙"), (1, 2)), SourceError, "no header that is recognized", "没有可识别的表头"),
    ("i.csv", rows(("名称", "类型"), (1, 2)), SourceError, "--column lon=HEADER", "--column 经度=表头"),
    ("j.csv", rows(("经度", "纬度"), (1, 2)), SourceError, "column name or kind", "名称或类型"),
    ("q.csv", rows(("名称", "经度", "人口"), (1, 2, 3)), SourceError, "column latitude", "纬度"),
    ("k.csv", renamed_workbook, FileError, "a workbook", "Excel工作簿"),
    (
        "l.csv",
        lambda path: path.write_bytes(b"\xff\xff\x80a\xff\xff"),
        FileError,
        "neither UTF-8",
        "既不是UTF-8",
    ),
    ("m.csv", words("名称,经度", "utf-16-le"), FileError, "UTF-16", "UTF-16"),
    ("n.csv", words(QUOTES % '"东站'), FileError, "line 2", "第 2 行"),
    ("o.csv", words(QUOTES % '"东"站'), FileError, "line 2", "第 2 行"),
    ("p.csv", ole, FileError, "old Excel", "旧版Excel"),
    ("f.geojson", words('{"type": "Feat'), *DAMAGED),
    ("g.json", words('[{"name": 1}]'), *DAMAGED),
    ("f.gpkg", words("SQLite format 3\x00"), *DAMAGED),
    ("f.shp", lonely_shp, FileError, "lacks f.dbf", ".dbf"),
]


@pytest.mark.parametrize(("name", "make", "error", "en", "zh"), WRONG, ids=[case[0] for case in WRONG])
def test_files_that_cannot_be_read_get_one_line(tmp_path, name, make, error, en, zh):
    path = tmp_path / name
    make(path)
    with pytest.raises(error) as caught:
        read(path)
    for lang, words in (("en", en), ("zh", zh)):
        line = caught.value.line(lang)
        assert words in line
        assert name in line
        assert "\n" not in line


def test_missing_files_sheets_columns_and_systems(tmp_path):
    path = workbook(tmp_path / "f.xlsx", {"甲": PLAIN, "乙": PLAIN})
    with pytest.raises(FileError, match="does not exist"):
        read(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="no sheet 丙: it has 甲, 乙"):
        read(path, sheet="丙")
    with pytest.raises(SourceError, match="without sheets"):
        read(text_file(tmp_path / "f.csv", PLAIN), sheet="丙")
    with pytest.raises(SourceError, match="no field 颜色"):
        read(path, columns={"颜色": "a"})
    with pytest.raises(CrsError, match="xyz"):
        read(path, crs="xyz")
    with pytest.raises(CrsError, match="xyz"):
        read(path, crs="", default_crs="xyz")


def test_a_population_file_needs_people_and_says_so(tmp_path):
    path = text_file(tmp_path / "v.csv", [("村名", "户数", "经度", "纬度"), ("张村", 30, 113, 29)])
    with pytest.raises(SourceError, match="lacks the column population") as caught:
        read_table(LayerFile(path), "demand")
    assert "户数" in caught.value.line("zh")
