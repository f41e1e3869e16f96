"""
Wrong inputs, and the pages of the documentation that show the one line that each of them gets.

    python tests/wrong_inputs.py --write
"""

# ruff: noqa: E501 -- a case is read in one line

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import shapely

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import overpass_server as served  # noqa: E402
from builders import CRS, _box, _lonlat, _point, toy_area  # noqa: E402
from coverage.geopackage import write_study_area  # noqa: E402
from coverage.sources.coordinates import convert  # noqa: E402
from coverage.study_area import WGS84  # noqa: E402
from osm_xml import Osm, small_county  # noqa: E402
from population_maps import north_up, raster  # noqa: E402
from wrong_input_runs import Bench, Case, text_table, workbook  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wrong_input_runs import Maker

PAGES = {"en": ROOT / "docs" / "wrong-input.md", "zh": ROOT / "docs" / "wrong-input.zh.md"}


@dataclass(frozen=True)
class Section:
    """Cases under one heading."""

    zh: str
    en: str
    cases: tuple[Case, ...]

    @property
    def of_rows(self) -> bool:
        return self.cases[0].row is not None


# --- what the folder holds: files as planners have them, around the county of tests/builders.py ---


def place(x_km: float, y_km: float) -> tuple[float, float]:
    """Give a place with as many digits as maps give."""
    lon, lat = _lonlat(x_km, y_km)
    return round(lon, 6), round(lat, 6)


CITY, VILLAGE, PARIS = place(0.5, 0.1), place(9.0, 0.1), (2.35, 48.86)
HEADER = ("名称", "类型", "经度", "纬度", "救护车数")
GOOD = ("小康县人民医院", "医院", *CITY, 2)
STATIONS = text_table(HEADER, GOOD)


def update(*arguments: str) -> tuple[str, ...]:
    """Replace something of the study area that is there."""
    return ("import", "--county", "toy", *arguments)


def stations(name: str = "stations.csv", *arguments: str, crs: str = "@wgs84") -> tuple[str, ...]:
    return update("--facilities", f"{name}{crs}", *arguments)


def shapes(kind: list[Any], *, crs: str | None = WGS84, **columns: Any) -> Maker:
    """Write shapes in degrees, of a Shapefile, GeoPackage or GeoJSON as the name says."""

    def write(path: Path) -> None:
        rows = columns or {"name": [f"第{i + 1}个" for i in range(len(kind))]}
        table = gpd.GeoDataFrame(rows, geometry=kind, crs=crs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a missing system, which is meant
            table.to_file(path, **({"encoding": "utf-8"} if path.suffix == ".shp" else {}))

    return write


def degrees(*metric: Any) -> list[Any]:
    """Give shapes of the county's own system in degrees."""
    return list(gpd.GeoSeries(metric, crs=CRS).to_crs(WGS84))


def without(ending: str, maker: Callable[[Path], None]) -> Maker:
    """Write a Shapefile and leave out a part of it."""

    def write(path: Path) -> None:
        maker(path)
        path.with_suffix(ending).unlink()

    return write


def cut(maker: Callable[[Path], Any], share: float = 0.5) -> Maker:
    """Write a file and cut it short."""

    def write(path: Path) -> None:
        maker(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])

    return write


def folder(path: Path) -> None:
    path.mkdir()


OUTLINE, ROAD = (
    degrees(_box(-6, -8, 32, 8))[0],
    degrees(shapely.LineString([_point(-4, 0), _point(30, 0)]))[0],
)
SOUTH, WEST = degrees(_box(-6, -8, 32, 0))[0], degrees(_box(-6, -8, 5, 8))[0]
FAR = shapely.affinity.translate(OUTLINE, 3.0, 1.0)
BOW = shapely.Polygon([(112.4, 29.4), (112.7, 29.5), (112.7, 29.4), (112.4, 29.5)])
TURNED = shapely.transform(OUTLINE, lambda xy: xy[:, ::-1])
METRES = _box(-6, -8, 32, 8)
NEW_FILES: Mapping[str, Maker] = {
    "roads.geojson": shapes([ROAD], 道路等级=["二级公路"]),
    "outline.geojson": shapes([OUTLINE]),
}
NEW = ("import", "--county", "new", "--roads", "roads.geojson@wgs84", "--boundary", "outline.geojson@wgs84")


def new_with(*arguments: str) -> tuple[str, ...]:
    """Make a study area from scratch, with another outline, roads or more."""
    given = {word for word in arguments if word.startswith("--")}
    kept = ("--roads", "roads.geojson@wgs84") if "--roads" not in given and "--osm" not in given else ()
    kept += () if given & {"--boundary", "--boundary-relation"} else ("--boundary", "outline.geojson@wgs84")
    return ("import", "--county", "new", *kept, *arguments)


def osm(maker: Osm) -> Maker:
    return maker.write


def people_raster(**more: Any) -> Maker:
    """Write a raster of people over the county, 500 m a cell."""
    cells = more.pop("cells", np.full((33, 78), 2.0, dtype="float32"))
    place = {"origin": (633_500.0, 3_270_500.0), "size": 500.0} | more
    return lambda path: raster(path, cells, **place)


COMMANDS = (
    Case("county-not-given", "没有给出县名", "no county is named", ("import", "--facilities", "s.csv")),
    Case("county-unknown", "还没有研究区的县", "a county without a study area",
         ("import", "--county", "云梦", "--facilities", "stations.csv@wgs84"), {"stations.csv": STATIONS}),
    Case("county-misspelt", "文件名写错的县", "a county misspelt",
         ("import", "--county", "tooy", "--facilities", "stations.csv@wgs84"), {"stations.csv": STATIONS}),
    Case("county-with-slash", "县名中有斜杠", "a county's name with a slash",
         ("import", "--county", "湘/new", *NEW[3:]), NEW_FILES),
    Case("option-unknown", "选项名称写错", "an option misspelt", update("--facility", "stations.csv")),
    Case("option-without-value", "选项后面没有内容", "nothing behind an option", update("--facilities")),
    Case("word-too-many", "多出一个词（文件名前漏写选项）", "a file without its option",
         update("stations.csv"), {"stations.csv": STATIONS}),
    Case("code-short", "行政区划代码不是六位", "a county's code of five digits",
         new_with("--code", "43068"), NEW_FILES),
    Case("buffer-no-number", "缓冲距离写成文字", "a buffer in words",
         new_with("--buffer-km", "二十"), NEW_FILES),
    Case("buffer-negative", "缓冲距离为负数", "a negative buffer",
         new_with("--buffer-km", "-5"), NEW_FILES),
    Case("buffer-huge", "缓冲距离过大", "a buffer as wide as a country",
         new_with("--buffer-km", "2000"), NEW_FILES),
    Case("buffer-without-roads", "只换设施，却改缓冲距离", "another buffer without roads",
         stations("stations.csv", "--buffer-km", "10"), {"stations.csv": STATIONS}),
    Case("township-level-20", "乡镇的行政级别超出范围", "a township level that there is not",
         new_with("--township-level", "20"), NEW_FILES),
    Case("max-demand-zero", "人口点数上限为0", "no demand points at all",
         update("--population", "villages.csv@wgs84", "--max-demand", "0")),
    Case("scale-to-county", "不支持的调整目标", "people rescaled to what cannot be",
         update("--scale-to", "county")),
    Case("column-without-header", "--column 没有写列名", "a --column without a header",
         stations("stations.csv", "--column", "经度"), {"stations.csv": STATIONS}),
    Case("column-field-unknown", "--column 中的字段不存在", "a --column for a field that there is not",
         stations("stations.csv", "--column", "海拔=z"), {"stations.csv": STATIONS}),
    Case("column-header-nowhere", "--column 指定的列在表中找不到", "a --column that no table has",
         stations("stations.csv", "--column", "经度=lon_wgs"), {"stations.csv": STATIONS}),
)  # fmt: skip

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
HTML = "<html><body><table><tr><td>名称</td></tr></table></body></html>".encode()
TRADITIONAL = text_table(("名稱", "類型", "經度", "緯度"), ("臨湘醫院", "醫院", 113, 29), encoding="big5")
ZIP = b"PK\x03\x04" + bytes(200)

FILES = (
    Case("file-missing", "文件不存在", "a file that is not there", stations("stations.xlsx")),
    Case("file-name-empty", "文件名是空的", "an empty file name", update("--population", "")),
    Case("file-is-folder", "给出的是文件夹", "a folder in place of a file",
         stations("stations.xlsx"), {"stations.xlsx": folder}),
    Case("file-empty", "0字节的文件", "a file of no bytes", stations("stations.csv"), {"stations.csv": b""}),
    Case("file-kml", "不支持的文件类型", "a kind of file that is not read",
         stations("stations.kml"), {"stations.kml": b"<kml/>"}),
    Case("file-xls", "旧版Excel文件（.xls）", "an old Excel file (.xls)",
         stations("stations.xls"), {"stations.xls": OLE}),
    Case("xls-renamed", "把.xls改名为.xlsx", "an .xls renamed to .xlsx",
         stations("stations.xlsx"), {"stations.xlsx": OLE}),
    Case("xlsx-encrypted", "设了密码的Excel文件", "a workbook with a password",
         stations("stations.xlsx"), {"stations.xlsx": OLE + "EncryptedPackage".encode("utf-16-le")}),
    Case("xlsx-is-csv", "把.csv改名为.xlsx", "a .csv renamed to .xlsx",
         stations("stations.xlsx"), {"stations.xlsx": STATIONS}),
    Case("xlsx-is-html", "网页系统导出的“假Excel”", "a web page that calls itself a workbook",
         stations("stations.xlsx"), {"stations.xlsx": HTML}),
    Case("xlsx-cut", "没有下载完整的Excel文件", "a workbook cut short",
         stations("stations.xlsx"), {"stations.xlsx": cut(workbook(HEADER, GOOD))}),
    Case("xlsx-is-zip", "压缩包改名为.xlsx", "an archive renamed to .xlsx",
         stations("stations.xlsx"), {"stations.xlsx": ZIP}),
    Case("csv-is-xlsx", "把.xlsx改名为.csv", "an .xlsx renamed to .csv",
         stations("stations.csv"), {"stations.csv": workbook(HEADER, GOOD)}),
    Case("csv-utf16", "没有BOM的UTF-16文本", "UTF-16 without its mark",
         stations("stations.csv"), {"stations.csv": STATIONS.decode().encode("utf-16-le")}),
    Case("csv-big5", "Big5（繁体）编码的表", "a table in Big5",
         stations("stations.csv"), {"stations.csv": TRADITIONAL}),
    Case("csv-no-encoding", "无法识别的编码", "a text in no encoding that is known",
         stations("stations.csv"), {"stations.csv": STATIONS + b"\xff\xff\xff"}),
    Case("csv-quote-open", "英文双引号没有配对", "a quotation mark that is never closed",
         stations("stations.csv"), {"stations.csv": STATIONS + '"乙医院,医院,112.5,29.5,1\n'.encode()}),
    Case("geojson-cut", "没有下载完整的GeoJSON", "a GeoJSON cut short",
         new_with("--boundary", "cut.geojson@wgs84"), NEW_FILES | {"cut.geojson": cut(shapes([OUTLINE]))}),
    Case("geojson-other", "不是地图数据的JSON", "JSON that is no GeoJSON",
         new_with("--boundary", "answer.json@wgs84"),
         NEW_FILES | {"answer.json": b'{"status": "0", "info": "INVALID_USER_KEY"}'}),
    Case("gpkg-is-text", "内容不是GeoPackage的.gpkg", "a .gpkg that is none",
         stations("stations.gpkg"), {"stations.gpkg": STATIONS}),
    Case("shp-without-shx", "Shapefile缺少.shx", "a Shapefile without its .shx",
         stations("stations.shp"), {"stations.shp": without(".shx", shapes([shapely.Point(CITY)]))}),
    Case("shp-without-dbf", "Shapefile缺少.dbf", "a Shapefile without its .dbf",
         stations("stations.shp"), {"stations.shp": without(".dbf", shapes([shapely.Point(CITY)]))}),
    Case("raster-is-text", "内容不是栅格的.tif", "a .tif that is none",
         update("--population", "people.tif"), {"people.tif": STATIONS}),
    Case("raster-without-rasterio", "没有安装读取栅格的组件", "a raster where rasterio is not installed",
         update("--population", "people.tif"), {"people.tif": people_raster()}, without="rasterio"),
    Case("osm-cut", "没有下载完整的.osm.pbf", "an extract cut short",
         new_with("--osm", "hunan.osm.pbf"), NEW_FILES | {"hunan.osm.pbf": cut(osm(small_county()), 0.6)}),
    Case("osm-zip", "路网数据的文件类型不对", "an extract in an archive",
         new_with("--osm", "hunan.zip"), NEW_FILES | {"hunan.zip": ZIP}),
    Case("graphml-other", "不是OSMnx保存的.graphml", "a .graphml that is not OSMnx's",
         new_with("--osm", "roads.graphml"), NEW_FILES | {"roads.graphml": b"<graphml/>"}),
    Case("study-area-damaged", "原有研究区文件已损坏", "the study area to update is damaged",
         stations("stations.csv"), {"stations.csv": STATIONS, "data/boundaries/toy.gpkg": STATIONS}),
    Case("output-is-file", "输出文件夹的位置上有一个同名文件", "a file where the folder should be",
         new_with("--facilities", "stations.csv@wgs84", "--data", "results"),
         NEW_FILES | {"stations.csv": STATIONS, "results": b"1"}),
    Case("output-is-folder", "输出文件的位置上有一个同名文件夹", "a folder where the file should be",
         new_with("--facilities", "stations.csv@wgs84"),
         NEW_FILES | {"stations.csv": STATIONS, "data/boundaries/new.gpkg": folder}),
)  # fmt: skip

TABLES = (
    Case("sheet-empty", "空的工作表", "an empty sheet",
         stations("stations.xlsx"), {"stations.xlsx": workbook()}),
    Case("text-blank", "只有空行的文本", "a text of blank lines",
         stations("stations.csv"), {"stations.csv": b"\n,,\n\n"}),
    Case("header-missing", "没有表头", "a table without a header",
         stations("stations.csv"), {"stations.csv": text_table(GOOD)}),
    Case("header-alone", "只有表头，没有内容", "a header without rows",
         stations("stations.csv"), {"stations.csv": text_table(HEADER)}),
    Case("header-alone-population", "人口表只有表头", "a header of villages without rows",
         update("--population", "villages.csv@wgs84"), {"villages.csv": text_table(("村", "乡镇", "人口"))}),
    Case("header-alone-townships", "乡镇表只有表头", "a header of townships without rows",
         new_with("--facilities", "stations.csv@wgs84", "--townships", "townships.csv"),
         NEW_FILES | {"stations.csv": STATIONS, "townships.csv": text_table(("乡镇", "常住人口"))}),
    Case("sheet-unknown", "指定的工作表不存在", "a sheet that there is not",
         stations("stations.xlsx#2023年"), {"stations.xlsx": workbook(HEADER, GOOD)}),
    Case("sheet-of-text", "给没有工作表的文件指定工作表", "a sheet of a file that has none",
         stations("stations.csv#2023年"), {"stations.csv": STATIONS}),
    Case("latitude-missing", "设施表没有纬度列", "facilities without latitudes",
         stations("stations.csv"), {"stations.csv": text_table(HEADER[:3], GOOD[:3])}),
    Case("names-missing", "设施表既无名称列也无类型列", "facilities without names and kinds",
         stations("stations.csv"), {"stations.csv": text_table(HEADER[2:4], GOOD[2:4])}),
    Case("population-missing", "人口表没有人口列", "villages without their people",
         update("--population", "villages.csv@wgs84"),
         {"villages.csv": text_table(("村", "乡镇", "户数"), ("东风村", "柳林镇", 320))}),
    Case("township-names-missing", "乡镇表没有名称列", "townships without names",
         update("--townships", "townships.csv@wgs84"),
         {"townships.csv": text_table(("常住人口", "城乡分类"), (21500, "乡村"))}),
    Case("roads-as-table", "路网是没有图形的表", "roads as a table without shapes",
         new_with("--roads", "roads.xlsx"), NEW_FILES | {"roads.xlsx": workbook(("路线编号", "道路等级"),
                                                                              ("G107", "二级公路"))}),
    Case("boundary-as-table", "县界是没有图形的表", "an outline as a table without shapes",
         new_with("--boundary", "outline.xlsx"), NEW_FILES | {"outline.xlsx": workbook(HEADER, GOOD)}),
)  # fmt: skip


def amap(x_km: float, y_km: float) -> tuple[float, float]:
    """Give a place as AMap's picker does."""
    moved = convert(*_lonlat(x_km, y_km), source="wgs84", target="gcj02")
    return round(float(moved.x), 6), round(float(moved.y), 6)


ON_ROADS = [(-3.5, 0.01), (-1.2, 0.01), (0.5, 0.01), (1.3, 0.01), (3.1, 0.01), (6.2, 0.01), (9.4, 0.01)]
FROM_AMAP = text_table(
    HEADER, *((f"第{i}急救站", "急救站", *amap(*at), 1) for i, at in enumerate(ON_ROADS, 1))
)

SYSTEMS = (
    Case("crs-undeclared", "没有说明坐标系的表", "a table whose coordinates could be anyone's",
         stations("stations.csv", crs=""), {"stations.csv": STATIONS}),
    Case("crs-undeclared-fitting", "没有说明坐标系，但与道路比对可以看出", "the same, where the roads tell whose",
         stations("stations.csv", crs=""), {"stations.csv": FROM_AMAP}),
    Case("crs-geojson-silent", "没有注明坐标系的GeoJSON", "a GeoJSON that says nothing of its system",
         stations("stations.geojson", crs=""),
         {"stations.geojson": shapes([shapely.Point(CITY)], crs=None, name=["小康县人民医院"])}),
    Case("crs-word-unknown", "坐标系名称无法识别", "a coordinate system that is not known",
         stations("stations.csv", crs="@地方独立坐标系"), {"stations.csv": STATIONS}),
    Case("crs-option-unknown", "--crs 写错", "a --crs that is not known",
         stations("stations.csv", "--crs", "beijing", crs=""), {"stations.csv": STATIONS}),
    Case("crs-epsg-unknown", "不存在的EPSG代码", "an EPSG code that there is not",
         stations("stations.csv", crs="@EPSG:999999"), {"stations.csv": STATIONS}),
    Case("crs-epsg-height", "EPSG代码是高程系", "an EPSG code of heights",
         stations("stations.csv", crs="@EPSG:5737"), {"stations.csv": STATIONS}),
    Case("crs-boundary-undeclared", "县界Shapefile没有.prj", "an outline whose Shapefile has no .prj",
         new_with("--boundary", "outline.shp"), NEW_FILES | {"outline.shp": shapes([OUTLINE], crs=None)}),
    Case("crs-roads-undeclared", "路网Shapefile没有.prj", "roads whose Shapefile has no .prj",
         new_with("--roads", "roads.shp"), NEW_FILES | {"roads.shp": shapes([ROAD], crs=None)}),
    Case("crs-townships-undeclared", "乡镇边界Shapefile没有.prj", "townships whose Shapefile has no .prj",
         update("--townships", "townships.shp"),
         {"townships.shp": shapes([OUTLINE], crs=None, name=["城关街道"])}),
    Case("crs-cells-undeclared", "人口格网Shapefile没有.prj", "cells whose Shapefile has no .prj",
         update("--population", "cells.shp"),
         {"cells.shp": shapes([OUTLINE], crs=None, population=[80000])}),
    Case("crs-raster-undeclared", "栅格没有坐标系", "a raster without a coordinate system",
         update("--population", "people.tif"), {"people.tif": people_raster(crs=None)}),
    Case("crs-raster-shifted", "栅格声明为高德坐标", "a raster declared as AMap's",
         update("--population", "people.tif@gcj02"), {"people.tif": people_raster(crs=None)}),
    Case("crs-boundary-swapped", "县界的经纬度颠倒", "an outline with latitude first",
         new_with("--boundary", "outline.geojson@wgs84"), NEW_FILES | {"outline.geojson": shapes([TURNED])}),
    Case("crs-boundary-metres", "县界是平面坐标，却声明为经纬度", "an outline in metres declared as degrees",
         new_with("--boundary", "outline.shp@cgcs2000"),
         NEW_FILES | {"outline.shp": shapes([METRES], crs=None)}),
    Case("crs-degrees-as-metres", "县界是经纬度，却声明为平面坐标", "an outline in degrees declared as metres",
         new_with("--boundary", "outline.shp@EPSG:4547"),
         NEW_FILES | {"outline.shp": shapes([OUTLINE], crs=None)}),
)  # fmt: skip

LINES = degrees(shapely.LineString([_point(-6, -8), _point(32, -8), _point(32, 8)]))
OUTLINES = (
    Case("boundary-not-given", "新建研究区时没有给出县界", "a new study area without an outline",
         ("import", "--county", "new", "--osm", "hunan.osm"), {"hunan.osm": osm(small_county())}),
    Case("boundary-twice", "县界给出了两次", "two outlines",
         new_with("--osm", "hunan.osm", "--boundary", "outline.geojson", "--boundary-relation", "1"),
         NEW_FILES | {"hunan.osm": osm(small_county())}),
    Case("boundary-line", "县界是线，不是面", "an outline that is a line",
         new_with("--boundary", "outline.geojson@wgs84"), NEW_FILES | {"outline.geojson": shapes(LINES)}),
    Case("boundary-point", "县界文件里是点", "points in place of an outline",
         new_with("--boundary", "outline.gpkg"), NEW_FILES | {"outline.gpkg": shapes([shapely.Point(CITY)])}),
    Case("boundary-crossing", "县界自相交", "an outline that crosses itself",
         new_with("--boundary", "outline.geojson@wgs84"), NEW_FILES | {"outline.geojson": shapes([BOW])}),
    Case("boundary-empty", "空的GeoPackage", "a GeoPackage without features",
         new_with("--boundary", "outline.gpkg"), NEW_FILES | {"outline.gpkg": shapes([], name=[])}),
    Case("boundary-elsewhere", "县界与路网不在一处", "an outline far from the roads",
         new_with("--boundary", "outline.gpkg"), NEW_FILES | {"outline.gpkg": shapes([FAR])}),
    Case("boundary-moved", "新县界内没有原有道路", "a new outline that holds none of the roads",
         update("--boundary", "outline.gpkg"), {"outline.gpkg": shapes([FAR])}),
    Case("relation-without-extract", "给了县界关系编号，却没有OpenStreetMap数据", "a relation without an extract",
         ("import", "--county", "new", "--roads", "roads.geojson@wgs84", "--boundary-relation", "1"), NEW_FILES),
    Case("relation-unknown", "数据中没有这个县界关系", "a relation that the extract lacks",
         ("import", "--county", "new", "--osm", "hunan.osm", "--boundary-relation", "2147483"),
         {"hunan.osm": osm(small_county())}),
    Case("relation-cut", "县界在数据中不完整", "a relation that the extract has in part",
         ("import", "--county", "new", "--osm", "hunan.osm", "--boundary-relation", "1"),
         {"hunan.osm": osm(small_county().without("way", 13))}),
    Case("townships-nothing-to-unite", "要求合并乡镇为县界，却没有乡镇", "townships to unite that nobody gave",
         new_with("--boundary", "townships"), NEW_FILES),
    Case("townships-table-to-unite", "要求合并乡镇为县界，但乡镇表没有图形",
         "townships to unite from a table without shapes",
         new_with("--boundary", "townships", "--townships", "townships.csv"),
         NEW_FILES | {"townships.csv": text_table(("乡镇", "常住人口"), ("柳林镇", 21500))}),
)  # fmt: skip

TOWNSHIP_HEADER = ("乡镇", "代码", "城乡分类", "常住人口", "驻地经度", "驻地纬度")
TOWNSHIPS = (
    Case("townships-elsewhere", "外县的乡镇边界", "townships of another county",
         update("--townships", "townships.gpkg"),
         {"townships.gpkg": shapes([FAR], name=["柳林镇"])}),
    Case("townships-of-villages", "把村级名单当作乡镇表", "a list of villages for townships",
         new_with("--facilities", "stations.csv@wgs84", "--townships", "villages.csv@wgs84"),
         NEW_FILES | {"stations.csv": STATIONS,
                      "villages.csv": text_table(("名称", "代码"), ("东风村委会", "430699101201"))}),
    Case("townships-points-alone", "乡镇边界文件里全是点，而且没有名称", "townships as points without names",
         update("--townships", "townships.gpkg"),
         {"townships.gpkg": shapes([shapely.Point(CITY)], height=[50.5])}),
    Case("urban-without-townships", "没有乡镇文件却用了 --urban", "--urban without townships",
         stations("stations.csv", "--urban", "柳林镇"), {"stations.csv": STATIONS}),
    Case("urban-unknown", "--urban 中的乡镇不存在", "an --urban township that there is not",
         update("--townships", "townships.csv", "--urban", "柳林,杨柳镇"),
         {"townships.csv": text_table(("乡镇", "常住人口"), ("柳林镇", 21500))}),
    Case("level-unknown", "数据中没有该级别的行政区", "a township level that the extract lacks",
         ("import", "--county", "new", "--osm", "hunan.osm", "--boundary-relation", "1", "--township-level", "9"),
         {"hunan.osm": osm(small_county())}),
)  # fmt: skip

FACILITIES = (
    Case("facilities-not-given", "新建研究区时没有任何急救设施", "a new study area without facilities",
         NEW, NEW_FILES),
    Case("facilities-not-in-extract", "OpenStreetMap数据里没有医院", "an extract without a hospital",
         ("import", "--county", "new", "--osm", "hunan.osm", "--boundary-relation", "1"),
         {"hunan.osm": osm(small_county().without("node", 102))}),
    Case("facilities-as-lines", "设施图层是线", "facilities drawn as lines",
         stations("stations.gpkg", crs=""), {"stations.gpkg": shapes([ROAD], name=["柳林急救站"])}),
    Case("facilities-all-wrong", "平面坐标声明为经纬度，所有行都不能用",
         "metres declared as degrees, so that no row can be used",
         stations("stations.csv"), {"stations.csv": text_table(HEADER, (*GOOD[:2], 640500, 3262100, 2))}),
    Case("strict", "加了 --strict，而有一行不能用", "--strict, and a row that cannot be used",
         stations("stations.csv", "--strict"),
         {"stations.csv": text_table(HEADER, GOOD, ("柳林急救站", "急救站", "", "", 1))}),
)  # fmt: skip

PEOPLE = (
    Case("villages-all-wrong", "人口列全是文字", "people in words throughout",
         update("--population", "villages.csv@wgs84"),
         {"villages.csv": text_table(("村", "乡镇", "人口"), ("东风村", "柳林镇", "若干"))}),
    Case("max-demand-few", "人口点数上限少于乡镇数", "fewer demand points than townships",
         update("--population", "villages.csv@wgs84", "--max-demand", "2"),
         {"villages.csv": text_table(("乡镇", "人口"), ("城关街道", 50000), ("柳林镇", 2e4), ("石门乡", 1e4))}),
    Case("raster-elsewhere", "外省的人口栅格", "a raster of another province",
         update("--population", "people.tif"), {"people.tif": people_raster(origin=(100_000.0, 4_270_500.0))}),
    Case("raster-rotated", "有旋转的栅格", "a raster that is turned",
         update("--population", "people.tif"),
         {"people.tif": people_raster(transform=north_up(633_500.0, 3_270_500.0, 500.0).rotation(5))}),
    Case("raster-picture", "截图存成的.tif", "a picture as a .tif",
         update("--population", "people.tif"),
         {"people.tif": people_raster(cells=np.ones((3, 33, 78), dtype="uint8"), photometric="RGB")}),
    Case("raster-nobody", "县界内像元值全为0的栅格", "a raster with nobody in the county",
         update("--population", "people.tif"),
         {"people.tif": people_raster(cells=np.zeros((33, 78), dtype="float32"))}),
)  # fmt: skip

ROADS = (
    Case("roads-not-given", "新建研究区时没有路网", "a new study area without roads",
         ("import", "--county", "new", "--boundary", "outline.geojson", "--facilities", "stations.csv"),
         NEW_FILES | {"stations.csv": STATIONS}),
    Case("roads-points", "路网文件里是点", "points in place of roads",
         new_with("--roads", "roads.gpkg"), NEW_FILES | {"roads.gpkg": shapes([shapely.Point(CITY)])}),
    Case("roads-empty", "空的路网文件", "roads without features",
         new_with("--roads", "roads.gpkg"), NEW_FILES | {"roads.gpkg": shapes([], name=[])}),
    Case("roads-elsewhere", "外县的路网", "roads of another county",
         new_with("--roads", "roads.gpkg"),
         NEW_FILES | {"roads.gpkg": shapes([shapely.affinity.translate(ROAD, 3, 1)])}),
    Case("roads-footways", "全是人行道的路网", "footways for roads",
         new_with("--roads", "roads.gpkg"), NEW_FILES | {"roads.gpkg": shapes([ROAD], highway=["footway"])}),
    Case("extract-without-roads", "没有道路的OpenStreetMap数据", "an extract without roads",
         new_with("--osm", "hunan.osm"), NEW_FILES | {"hunan.osm": osm(Osm())}),
    Case("extract-elsewhere", "外地的OpenStreetMap数据", "an extract of another place",
         new_with("--osm", "hunan.osm"), NEW_FILES | {"hunan.osm": osm(small_county())}),
)  # fmt: skip

REPLACING = (
    Case("nothing-given", "没有给出任何文件", "nothing to import", update()),
    Case("replace-without-area", "替换图层，但研究区还不存在", "a layer to replace of no study area",
         ("import", "--county", "new", "--replace", "facilities", "--facilities", "stations.csv@wgs84"),
         {"stations.csv": STATIONS}),
    Case("replace-unknown", "要替换的图层名称写错", "a layer to replace that there is not",
         update("--replace", "hospitals", "--facilities", "stations.csv@wgs84"), {"stations.csv": STATIONS}),
    Case("replace-by-nothing", "要替换的图层没有给出文件", "a layer to replace that nothing is given for",
         update("--replace", "道路", "--facilities", "stations.csv@wgs84"), {"stations.csv": STATIONS}),
    Case("replace-kept", "给出了文件，却没有列入替换", "a file for a layer that is kept",
         update("--replace", "townships", "--townships", "townships.csv", "--facilities", "stations.csv@wgs84"),
         {"stations.csv": STATIONS, "townships.csv": text_table(("乡镇", "常住人口"), ("柳林镇", 21500))}),
    Case("replace-townships-of-osm", "用OpenStreetMap数据替换乡镇，但没有给出级别",
         "townships to replace by an extract without a level",
         update("--replace", "townships", "--osm", "hunan.osm"), {"hunan.osm": osm(small_county())}),
)  # fmt: skip

TEMPLATES = (
    Case("template-there", "模板文件已存在", "a template over a file that is there",
         ("template", "facilities", "--out", "stations.xlsx"), {"stations.xlsx": workbook(HEADER, GOOD)}),
    Case("template-ending", "模板文件的扩展名不对", "a template that is no .xlsx",
         ("template", "facilities", "--out", "stations.xls")),
    Case("template-unknown", "没有这个图层的模板", "a template of a layer that has none",
         ("template", "roads", "--out", "roads.xlsx")),
    Case("template-of-nothing", "没有说明要哪个模板", "no layer is named", ("template", "--out", "stations.xlsx")),
    Case("template-without-out", "没有说明模板写到哪里", "no file is named", ("template", "facilities")),
    Case("template-in-file", "输出文件夹的位置上是一个文件", "a file where the template's folder should be",
         ("template", "facilities", "--out", "forms/stations.xlsx"), {"forms": b"1"}),
)  # fmt: skip


def ask(*arguments: str) -> tuple[str, ...]:
    return ("fetch", "--county", "new", "--place", "试县, 试省",
            *("--nominatim", "{server}", "--endpoint", "{server}"), *arguments)  # fmt: skip


CLOSED = "http://127.0.0.1:9"
HUGE = {"osm_type": "relation", "osm_id": 1, "class": "boundary", "type": "administrative", "place_rank": 8,
        "importance": 0.9, "name": "中国", "display_name": "中国",
        "geojson": shapely.geometry.mapping(shapely.box(80, 25, 120, 45))}  # fmt: skip
POINT = {"osm_type": "node", "osm_id": 1, "class": "place", "type": "county", "display_name": "试县, 试省",
         "geojson": {"type": "Point", "coordinates": [112.4, 29.4]}}  # fmt: skip
BARRED = "<html><head><title>Access denied</title></head></html>"

FETCH = (
    Case("fetch-offline", "没有联网", "no connection",
         ("fetch", "--county", "new", "--nominatim", CLOSED, "--endpoint", CLOSED)),
    Case("fetch-no-address", "服务地址不是网址", "a server that is no web address",
         ("fetch", "--county", "new", "--endpoint", "overpass")),
    Case("fetch-no-time", "等待时间为0", "no time to wait",
         ("fetch", "--county", "new", "--timeout", "0")),
    Case("fetch-place-unknown", "地名查不到", "a place that OpenStreetMap does not know", ask(), fault=served.said([])),
    Case("fetch-place-point", "地名查到的只是一个点", "a place without an outline", ask(), fault=served.said([POINT])),
    Case("fetch-place-huge", "地名查到的是全国", "a place far larger than a county", ask(), fault=served.said([HUGE])),
    Case("fetch-page", "服务器返回网页（例如需要登录的公共网络）", "a web page in place of data",
         ask(), fault=served.page("<html><head><title>请登录校园网</title></head></html>")),
    Case("fetch-refused", "服务器拒绝请求", "a server that refuses", ask(), fault=served.page(BARRED, 403)),
    Case("fetch-other-server", "服务地址不是地名服务", "a server of another kind", ask(), fault=served.said({"ok": 1})),
    Case("fetch-nominatim-no-address", "地名服务地址不是网址", "a place server that is no web address",
         ("fetch", "--county", "new", "--nominatim", "http://")),
    Case("fetch-buffer", "缓冲距离为负数", "a negative buffer", ("fetch", "--county", "new", "--buffer-km", "-5")),
    Case("fetch-county-slash", "县名中有斜杠", "a county's name with a slash", ("fetch", "--county", "湖南/临湘")),
    Case("fetch-code", "行政区划代码含字母", "a county's code with letters",
         ("fetch", "--county", "new", "--code", "HN0682")),
)  # fmt: skip


# --- rows that are rejected: every batch is one import, and each of its wrong rows a case ---


def batch(
    arguments: tuple[str, ...],
    name: str,
    header: tuple[str, ...],
    *rows: tuple[Any, ...] | tuple[str, str, str, tuple[Any, ...]],
    first: int = 2,
    **files: Maker,
) -> tuple[Case, ...]:
    """Make the cases of one text file: rows that are right as they are, wrong ones behind id and names."""
    plain = [row[3] if is_case(row) else row for row in rows]
    every = {name: text_table(header, *plain), **files}
    return tuple(
        Case(row[0], row[1], row[2], arguments, every, row=number)
        for number, row in enumerate(rows, first)
        if is_case(row)
    )


def is_case(row: tuple[Any, ...]) -> bool:
    return len(row) == 4 and isinstance(row[3], tuple)


def drawn(
    arguments: tuple[str, ...], name: str, *rows: tuple[Any, ...], crs: str = WGS84
) -> tuple[Case, ...]:
    """Make the cases of one file with shapes: ``(shape, columns)``, behind id and names where it is wrong."""
    plain = [row[3] if is_case(row) else row for row in rows]
    columns = {key: [columns[key] for _, columns in plain] for key in plain[0][1]}
    every = {name: shapes([shape for shape, _ in plain], crs=crs, **columns)}
    return tuple(
        Case(row[0], row[1], row[2], arguments, every, row=number)
        for number, row in enumerate(rows, 1)
        if is_case(row)
    )


FULL = ("机构名称", "类型", "经度", "纬度", "救护车数", "出车时间（秒）", "机构代码")
HOSPITAL = ("小康县人民医院", "医院", *CITY, 2, 90, "H1")
SEA, NEIGHBOUR = (124.5, 29.5), (113.13, 29.36)
MANY = dict(enumerate(place(x, 0.1) for x in range(30)))


def station(name: str, i: int = 9, kind: str = "急救站", n: object = 1, turnout: object = "", code: str = "",
            at: tuple[object, object] | None = None) -> tuple[object, ...]:  # fmt: skip
    return (name, kind, *(at or MANY[i]), n, turnout, code)


FACILITY_ROWS = (
    *batch(
        stations("stations.csv"), "stations.csv", FULL,
        HOSPITAL,
        ("coordinates-missing", "没有坐标", "no coordinates", station("东港急救站", at=("", ""))),
        ("coordinates-half", "只填了经度", "a longitude alone", station("西港急救站", at=(112.5, ""))),
        ("coordinates-zero", "坐标填成0", "zeros for coordinates", station("南港急救站", at=(0, 0))),
        ("coordinates-words", "坐标写成文字", "words for coordinates", station("北港急救站", at=("县城东侧", "见地图"))),
        ("coordinates-formula", "坐标列公式出错", "coordinates whose formula fails",
         station("中港急救站", at=("#REF!", "#REF!"))),
        ("coordinates-swapped", "经纬度填反", "latitude and longitude swapped", station("东湖急救站", at=CITY[::-1])),
        ("coordinates-metres", "填的是平面坐标（米）", "metres for degrees",
         station("西湖急救站", at=(640500, 3262100))),
        ("coordinates-sea", "点落在海里", "a point in the sea", station("南湖急救站", at=SEA)),
        ("coordinates-neighbour", "点落在外县", "a point in another county", station("北湖急救站", at=NEIGHBOUR)),
        ("facility-nameless", "名称、类型都没填", "neither name nor kind", station("", 3, kind="")),
        ("kind-unknown", "不认识的类型", "a kind that is not known", station("康民大药房", 4, kind="药店")),
        ("kind-not-told", "没填类型，名称也看不出", "no kind, and a name that does not tell",
         station("柳林服务部", 5, kind="")),
        ("ambulances-vague", "救护车数写成“两三辆”", "two or three ambulances", station("东山急救站", 6, n="两三辆")),
        ("ambulances-negative", "救护车数为负数", "minus one ambulance", station("西山急救站", 7, n=-1)),
        ("ambulances-half", "3.5辆救护车", "three and a half ambulances", station("南山急救站", 8, n=3.5)),
        ("ambulances-many", "救护车数多得不合理", "a thousand ambulances", station("北山急救站", 10, n=1000)),
        ("turnout-words", "出车时间写成文字", "turnout in words", station("东岭急救站", 11, turnout="很快")),
        ("turnout-negative", "出车时间为负数", "a negative turnout", station("西岭急救站", 12, turnout=-30)),
        ("turnout-hours", "出车时间超过一小时", "turnout of two hours", station("南岭急救站", 13, turnout=7200)),
        ("facility-repeated", "同一站点填了两次，救护车数不同", "a station twice, with other ambulances",
         ("小康县人民医院", "医院", *CITY, 3, 90, "")),
        ("id-repeated", "两个机构用了同一代码", "one id for two facilities", station("北岭急救站", 15, code="H1")),
        ("row-too-long", "地址里有逗号却没加引号，整行错位", "a comma without quotation marks",
         (*station("平江急救站", 16), "柳林镇", "一组")),
        ("row-total", "合计行", "a row of totals", ("合计", "", "", "", 12, "", "")),
        ("row-remark", "备注行", "a remark", ("备注：救护车数为值班车辆", "", "", "", "", "", "")),
        ("row-header", "中间重复的表头", "the header once more", FULL),
        ("row-other-table", "下方另有一张列序不同的表", "another table below, its columns in another order",
         (FULL[1], FULL[0], *FULL[2:])),
    ),
    *batch(
        stations("stations.csv", crs=""), "stations.csv", (*HEADER[:4], "坐标系"),
        ("小康县人民医院", "医院", *CITY, "WGS84"),
        ("system-unknown", "坐标系列填写的内容无法识别", "a coordinate system that is not known",
         ("柳林急救站", "急救站", *VILLAGE, "地方坐标")),
        ("system-empty", "其他行填了坐标系，这一行没填", "no coordinate system, where other rows have one",
         ("石门急救站", "急救站", *MANY[26], "")),
    ),
    *batch(
        stations("stations.csv", crs="@gcj02"), "stations.csv", HEADER,
        ("小康县人民医院", "医院", *amap(0.5, 0.1), 2),
        ("outside-china", "声明为高德坐标，点却在国外", "a point abroad, declared as AMap's",
         ("巴黎急救站", "急救站", *PARIS, 1)),
    ),
    *batch(
        stations("stations.csv", crs="@EPSG:32649"), "stations.csv", ("名称", "类型", "X坐标", "Y坐标"),
        ("小康县人民医院", "医院", 640500, 3262100),
        ("degrees-among-metres", "平面坐标表里混入经纬度", "degrees among metres", ("柳林急救站", "急救站", *VILLAGE)),
    ),
    *drawn(
        stations("stations.gpkg", crs=""), "stations.gpkg",
        (shapely.Point(CITY), {"name": "小康县人民医院", "type": "医院"}),
        ("facility-line", "设施画成了线", "a facility drawn as a line",
         (ROAD, {"name": "柳林急救站", "type": "急救站"})),
        ("facility-no-shape", "设施没有图形", "a facility without a shape",
         (None, {"name": "石门急救站", "type": "急救站"})),
    ),
    *batch(
        update("--facilities", "hospitals.csv@wgs84", "--facilities", "stations.csv@wgs84"), "stations.csv", FULL,
        station("柳林急救站"),
        ("facility-in-two-files", "两个文件中的同一机构数据不同", "one facility in two files, with other figures",
         ("小康县人民医院", "医院", *CITY, 3, 90, "")),
        **{"hospitals.csv": text_table(FULL, HOSPITAL)},
    ),
)  # fmt: skip

TOWNSHIP_ROWS = (
    *batch(
        update("--townships", "townships.csv@wgs84"), "townships.csv", TOWNSHIP_HEADER,
        ("城关街道", "430699001", "城区", 52000, *CITY),
        ("柳林镇", "430699101", "乡村", 21500, *VILLAGE),
        ("class-unknown", "城乡分类无法识别", "neither urban nor rural", ("石门乡", "", "重点", 12345, "", "")),
        ("township-people-words", "人口写成文字", "people in words", ("石门乡", "", "", "一万出头", "", "")),
        ("township-people-negative", "人口为负数", "fewer people than none", ("石门乡", "", "", -12345, "", "")),
        ("township-people-unit", "人口单位弄错", "people in the wrong unit", ("石门乡", "", "", "12345万", "", "")),
        ("township-contradictory", "名称与代码不是同一乡镇", "a name and another one's code",
         ("石门乡", "430699101", "", 12345, "", "")),
        ("township-elsewhere", "外县的乡镇", "a township of another county", ("桃林镇", "430682105", "", 40000, "", "")),
        ("township-is-village", "混入了村", "a village", ("东风村委会", "430699101201", "", 800, "", "")),
        ("township-is-county", "混入了全县一行", "the county itself", ("小康县", "430699000000", "", 85845, "", "")),
        ("township-is-county-by-name", "混入了全县一行（没有代码）", "the county itself, without a code",
         ("小康县", "", "", 85845, "", "")),
        ("township-nameless", "没有名称和代码", "neither name nor code", ("", "", "乡村", 9000, "", "")),
        ("township-code-alone", "只有代码，且不是已知乡镇", "a code alone that is not known",
         ("", "430699188", "", 9000, "", "")),
        ("township-repeated", "同一乡镇填了两次", "a township twice", ("柳林镇", "", "", 22000, "", "")),
        ("township-without-land", "新增乡镇既无边界也无驻地坐标", "a new township without outline and seat",
         ("新田乡", "", "乡村", 8000, "", "")),
        ("township-in-another", "新增乡镇没有边界，驻地位于另一乡镇", "a new township whose seat is in another one",
         ("高田乡", "", "乡村", 8000, *MANY[8])),
        ("township-total", "合计行", "a row of totals", ("全县合计", "", "", 85845, "", "")),
    ),
    *batch(
        new_with("--facilities", "stations.csv@wgs84", "--townships", "townships.csv@wgs84"), "townships.csv",
        TOWNSHIP_HEADER,
        ("城关街道", "", "城区", 52000, *CITY),
        ("柳林镇", "", "乡村", 21500, *VILLAGE),
        ("seat-repeated", "两个乡镇的驻地坐标相同", "one seat for two townships", ("石门乡", "", "", 12345, *VILLAGE)),
        ("seat-beyond", "驻地在县界以外", "a seat beyond the county", ("新田乡", "", "", 8000, *place(40, 0))),
        **NEW_FILES, **{"stations.csv": STATIONS},
    ),
    *drawn(
        update("--townships", "townships.gpkg"), "townships.gpkg",
        (WEST, {"乡镇": "城关街道"}),
        (degrees(_box(5, -8, 18, 8))[0], {"乡镇": "柳林镇"}),
        ("outline-point", "乡镇边界里混入了点", "a point among outlines",
         (shapely.Point(CITY), {"乡镇": "石门乡"})),
        ("outline-tiny", "面积不足1公顷的碎面", "an outline smaller than a hectare",
         (degrees(_box(20, 0, 20.05, 0.05))[0], {"乡镇": "石门乡"})),
        ("outline-far", "外县的面", "an outline beyond the county", (FAR, {"乡镇": "桃林镇"})),
        ("outline-repeated", "同一乡镇有两个重叠的面", "two outlines of one township that overlap",
         (degrees(_box(5, -8, 17, 8))[0], {"乡镇": "柳林镇"})),
    ),
)  # fmt: skip

VILLAGE_HEADER = ("村", "所属乡镇", "代码", "人口", "经度", "纬度")
VILLAGE_ROWS = (
    *batch(
        update("--population", "villages.csv@wgs84"), "villages.csv", VILLAGE_HEADER,
        ("东风村", "柳林镇", "", 1260, *VILLAGE),
        ("红星村", "石门乡", "", 980, *MANY[26]),
        ("people-missing", "没填人口", "no people given", ("新民村", "柳林镇", "", "", *MANY[7])),
        ("people-words", "人口写成文字", "people in words", ("光明村", "柳林镇", "", "三百来户", *MANY[8])),
        ("people-formula", "人口列公式出错", "people whose formula fails", ("团结村", "柳林镇", "", "#REF!", *MANY[9])),
        ("people-negative", "人口为负数", "fewer people than none", ("和平村", "柳林镇", "", -45, *MANY[10])),
        ("people-many", "人口多得不合理", "more people than can be", ("胜利村", "柳林镇", "", 99999999, *MANY[11])),
        ("village-nowhere", "没有坐标，也没有乡镇", "neither coordinates nor a township", ("先锋村", "", "", 500, "", "")),
        ("village-township-unknown", "没有坐标，乡镇又不属于本县", "no coordinates, and another county's township",
         ("前进村", "桃林镇", "", 500, "", "")),
        ("village-contradictory", "乡镇名称与村代码不一致", "a township and a code of another one",
         ("幸福村", "柳林镇", "430699102201", 500, *MANY[12])),
        ("village-repeated", "同一个村填了两次", "a village twice", ("东风村", "柳林镇", "", 1260, *VILLAGE)),
        ("village-repeated-otherwise", "同一个村填了两次，人口不同", "a village twice, with other people",
         ("红星村", "石门乡", "", 1980, *MANY[26])),
        ("village-swapped", "经纬度填反", "latitude and longitude swapped", ("永丰村", "", "", 500, *MANY[13][::-1])),
        ("village-half", "只填了纬度", "a latitude alone", ("永红村", "柳林镇", "", 500, "", 29.48)),
        ("village-beyond", "点在县界外，又没有乡镇", "beyond the county, of no township",
         ("界外村", "", "", 500, *place(34, 0))),
        ("village-far", "点离县界很远", "far beyond the county", ("远方村", "柳林镇", "", 500, *SEA)),
        ("village-county", "混入了全县一行", "the county itself", ("小康县", "", "", 8500, "", "")),
        ("village-total", "合计行", "a row of totals", ("总计", "", "", 2240, "", "")),
    ),
    *batch(
        update("--population", "totals.csv"), "totals.csv", ("乡镇", "总人口"),
        ("柳林镇", 21500), ("城关街道", 52000),
        ("total-repeated", "同一乡镇有两个总人口", "two totals of one township", ("柳林镇政府", 22000)),
    ),
    *drawn(
        update("--population", "cells.gpkg"), "cells.gpkg",
        (degrees(_box(0, 0, 0.2, 0.2))[0], {"population": 40}),
        ("cell-outside", "格网在县界以外", "a cell beyond the county",
         (degrees(_box(50, 0, 50.2, 0.2))[0], {"population": 25})),
        ("cell-repeated", "同一格网出现两次", "a cell twice",
         (degrees(_box(0, 0, 0.2, 0.2))[0], {"population": 45})),
        ("cell-without-shape", "格网没有图形", "a cell without a shape", (None, {"population": 25})),
    ),
)  # fmt: skip


# --- what is taken all the same, and said ---


def noted(id_: str, zh: str, en: str, code: str, arguments: tuple[str, ...], **files: Maker) -> Case:
    return Case(id_, zh, en, arguments, files, note=code)


def people(*rows: tuple[Any, ...], header: tuple[str, ...] = VILLAGE_HEADER) -> bytes:
    return text_table(header, *rows)


def two_sheets(path: Path) -> None:
    """Write a workbook of two years, the second of which is hidden."""
    book = openpyxl.Workbook()
    for year in ("2022年", "2023年"):
        sheet = book.create_sheet(year)
        for row in (HEADER, GOOD):
            sheet.append(row)
    book.worksheets[1].sheet_state = "hidden"
    book.save(path)


CODES = (("城关街道", "4.30699E+11", "", 52000, "", ""),)
NOTES = (
    noted("note-formula", "公式没有保存计算结果", "formulas without a stored value", "formulas_without_value",
          stations("stations.xlsx"), **{"stations.xlsx": workbook(HEADER, (*GOOD[:4], "=1+1"))}),
    noted("note-formula-failed", "公式出错（#REF!）", "a formula that fails (#REF!)", "formulas_failed",
          stations("stations.csv"), **{"stations.csv": text_table(HEADER, (*GOOD[:4], "#REF!"))}),
    noted("note-merged", "救护车数为合并单元格", "ambulances in a merged cell", "merged_figures",
          stations("stations.xlsx"),
          **{"stations.xlsx": workbook(HEADER, GOOD, ("柳林急救站", "急救站", *VILLAGE, None), merges=("E2:E3",))}),
    noted("note-sheets", "隐藏的工作表也像设施表", "a hidden sheet that would do", "sheets_passed_over",
          stations("stations.xlsx"),
          **{"stations.xlsx": two_sheets}),
    noted("note-columns", "两列都像人口列", "two columns for one field", "columns_passed_over",
          update("--population", "villages.csv@wgs84"),
          **{"villages.csv": people(("东风村", 1260, 1420, *VILLAGE),
                                    header=("村", "常住人口", "户籍人口", "经度", "纬度"))}),
    noted("note-header-system", "表头写高德，却声明为WGS84", "a header that names another system",
          "system_contradictory", stations("stations.csv"),
          **{"stations.csv": text_table(("名称", "类型", "高德经度", "高德纬度"), GOOD[:4])}),
    noted("note-system", "高德坐标声明为WGS84", "AMap's coordinates declared as WGS84", "system_doubtful",
          stations("stations.csv"), **{"stations.csv": FROM_AMAP}),
    noted("note-turnout", "出车时间把分钟填进了秒", "minutes in a column of seconds", "turnout_short",
          stations("stations.csv"), **{"stations.csv": text_table(FULL, station("柳林急救站", turnout=2))}),
    noted("note-centres", "五大中心里有别的中心", "a centre that is none of the five", "centres_unknown",
          stations("stations.csv"),
          **{"stations.csv": text_table((*HEADER, "五大中心"), (*GOOD, "胸痛中心、体检中心"))}),
    noted("note-code", "代码被Excel写成科学计数法", "codes that Excel wrote as powers of ten",
          "township_codes_lost", update("--townships", "townships.csv"),
          **{"townships.csv": text_table(TOWNSHIP_HEADER, *CODES)}),
    noted("note-class", "新乡镇没有注明城乡", "townships that are neither urban nor rural",
          "townships_class_assumed", new_with("--facilities", "stations.csv@wgs84", "--townships", "t.csv@wgs84"),
          **NEW_FILES, **{"stations.csv": STATIONS,
                          "t.csv": text_table(TOWNSHIP_HEADER, ("柳林镇", "", "", 21500, *VILLAGE))}),
    noted("note-outline-crossing", "乡镇边界自相交", "an outline that crosses itself", "townships_repaired",
          update("--townships", "townships.gpkg"), **{"townships.gpkg": shapes([BOW], 乡镇=["柳林镇"])}),
    noted("note-outlines-overlap", "乡镇边界互相重叠", "outlines that overlap", "townships_overlap",
          update("--townships", "townships.gpkg"),
          **{"townships.gpkg": shapes([WEST, SOUTH], 乡镇=["城关街道", "柳林镇"])}),
    noted("note-outlines-few", "乡镇边界没有盖满全县", "outlines that leave land uncovered", "county_uncovered",
          update("--townships", "townships.gpkg"), **{"townships.gpkg": shapes([WEST], 乡镇=["城关街道"])}),
    noted("note-outlines-dropped", "新边界文件里少了原有乡镇", "outlines that leave out a township there was",
          "townships_dropped", update("--townships", "townships.gpkg"),
          **{"townships.gpkg": shapes([WEST, SOUTH], 乡镇=["城关街道", "柳林镇"])}),
    noted("note-seat", "驻地坐标不在本乡镇", "a seat far outside its township", "seats_outside",
          update("--townships", "townships.csv@wgs84"),
          **{"townships.csv": text_table(TOWNSHIP_HEADER, ("柳林镇", "", "", 21500, *MANY[25]))}),
    noted("note-totals", "村人口与乡镇总人口不一致", "villages that do not add up to the totals",
          "totals_differ", update("--population", "villages.csv@wgs84"),
          **{"villages.csv": people(("东风村", "柳林镇", "", 1260, *VILLAGE))}),
    noted("note-nobody", "有乡镇在人口文件中一个人也没有", "a township without people", "townships_without_people",
          update("--population", "villages.csv@wgs84"),
          **{"villages.csv": people(("东风村", "柳林镇", "", 1260, *VILLAGE))}),
    noted("note-village-elsewhere", "村的坐标落在别的乡镇", "a village in another township than it names",
          "villages_elsewhere", update("--population", "villages.csv@wgs84"),
          **{"villages.csv": people(("东风村", "柳林镇", "", 1260, *MANY[25]))}),
    noted("note-raster-part", "栅格没有覆盖全县", "a raster that ends within the county", "raster_partial",
          update("--population", "people.tif"),
          **{"people.tif": people_raster(cells=np.ones((33, 50), dtype="float32"))}),
    noted("note-raster-density", "栅格是人口密度，不是人数", "a raster of densities", "raster_density",
          update("--population", "people.tif"),
          **{"people.tif": people_raster(cells=np.full((33, 78), 9e3, dtype="float32"))}),
    noted("note-road-classless", "路网没有道路等级列", "roads without a class", "road_class_missing",
          new_with("--facilities", "stations.csv@wgs84", "--roads", "roads.gpkg"),
          **NEW_FILES, **{"stations.csv": STATIONS, "roads.gpkg": shapes([ROAD])}),
    noted("note-road-class", "道路等级无法识别", "a road class that is not known", "road_class_unknown",
          new_with("--facilities", "stations.csv@wgs84", "--roads", "roads.gpkg"),
          **NEW_FILES, **{"stations.csv": STATIONS, "roads.gpkg": shapes([ROAD], 道路等级=["特等"])}),
    noted("note-road-direction", "通行方向无法识别", "directions that are not understood", "road_oneway_unknown",
          new_with("--facilities", "stations.csv@wgs84", "--roads", "roads.gpkg"),
          **NEW_FILES, **{"stations.csv": STATIONS, "roads.gpkg": shapes([ROAD], 等级=["三级"], 单行=["向东北"])}),
    noted("note-no-townships", "没有给出乡镇", "a new study area without townships", "county_is_township",
          new_with("--facilities", "stations.csv@wgs84"), **NEW_FILES, **{"stations.csv": STATIONS}),
)  # fmt: skip


def sites(*arguments: str, kind: str = "station") -> tuple[str, ...]:
    """Ask where the next station or sub-centre helps most."""
    return ("propose", "--county", "toy", "--kind", kind, *arguments)


def among(*places: tuple[float, float], **columns: tuple[object, ...]) -> Mapping[str, Maker]:
    """Give a list of candidates."""
    header, rows = ["名称", "经度", "纬度", *columns], zip(*columns.values(), strict=True)
    more = list(rows) if columns else [()] * len(places)
    named = ((f"地块{i}", *at, *rest) for i, (at, rest) in enumerate(zip(places, more, strict=True), 1))
    return {"sites.csv": text_table(header, *named)}


def changed(**tables: Callable[[Any], Any]) -> Maker:
    """Write the study area with some of its tables changed."""

    def write(path: Path) -> None:
        area = toy_area()
        write_study_area(replace(area, **{k: v(getattr(area, k)) for k, v in tables.items()}), path)

    return write


CHOSEN = ("--candidates", "sites.csv@wgs84")
EAST, NORTH = place(29.0, 0.1), place(16.0, 5.0)
PROPOSALS = (
    Case("propose-kind-missing", "没有说明选址的是急救站还是次中心", "neither stations nor sub-centres are asked for",
         ("propose", "--county", "toy", "--count", "2")),
    Case("propose-nothing-asked", "没有给出数量、预算或覆盖目标", "no number, budget or share", sites()),
    Case("propose-asked-twice", "同时给出数量和预算", "a number and a budget",
         sites("--count", "2", "--budget", "300")),
    Case("propose-count-zero", "新增0处", "no new site at all", sites("--count", "0")),
    Case("propose-count-zero-of-nothing", "只调整现有站点，但没有可以调整的", "a pure move where nothing may move",
         sites("--count", "0", "--close-allowed", "--keep", "keep.txt"),
         {"keep.txt": "小康县人民医院\n柳林急救站\n".encode()}),
    Case("propose-count-too-many", "新增数量多于候选点", "more new sites than candidates",
         sites("--count", "3", *CHOSEN), among(EAST, NORTH)),
    Case("propose-sweep-descending", "数量范围前大后小", "a sweep that descends", sites("--sweep", "8..1")),
    Case("propose-sweep-too-many", "数量范围过大", "a sweep without end", sites("--sweep", "1..1000")),
    Case("propose-reach-above-one", "覆盖目标超过100%", "a share above the whole", sites("--reach", "120%")),
    Case("propose-reach-in-per-cent", "覆盖目标漏写百分号", "a share in per cent without its sign", sites("--reach", "98")),
    Case("propose-reach-too-far", "任何选址都达不到的覆盖目标", "a share that no choice of sites reaches",
         sites("--reach", "100%")),
    Case("propose-model-of-reach", "集合覆盖模型没有给出覆盖目标", "set covering without a share",
         sites("--count", "2", "--model", "集合覆盖")),
    Case("propose-model-of-money", "所选模型不计费用", "a budget for a model that counts no money",
         sites("--budget", "300", "--model", "p-median")),
    Case("propose-model-unknown", "没有这个模型", "a model that there is not",
         sites("--count", "2", "--model", "gravity")),
    Case("propose-budget-negative", "预算为负数", "a negative budget", sites("--budget", "-5")),
    Case("propose-budget-in-words", "预算写成文字", "a budget in words", sites("--budget", "五百万")),
    Case("propose-budget-below", "预算低于最便宜的候选点", "a budget below every cost",
         sites("--budget", "50", *CHOSEN), among(EAST, NORTH, 费用=(300, 80))),
    Case("propose-budget-without-cost", "按预算选址，但候选点没有费用", "a budget where costs are not known",
         sites("--budget", "300", *CHOSEN), among(EAST, NORTH, 费用=(300, ""))),
    Case("propose-keep-alone", "指定了保留的站点，但没有允许关闭", "sites to be kept where none may close",
         sites("--count", "1", "--keep", "keep.txt"), {"keep.txt": "柳林急救站\n".encode()}),
    Case("propose-keep-unknown", "要求保留的不是现有站点", "a site to be kept that is none",
         sites("--count", "1", "--close-allowed", "--keep", "keep.txt"), {"keep.txt": "石门乡卫生院\n".encode()}),
    Case("propose-keep-all", "既要求全部保留，又允许调整", "all sites to be kept, and some to be moved",
         sites("--count", "1", "--close-allowed", "--keep", "all")),
    Case("propose-moves-alone", "给出调整数，但没有允许调整", "moves where nothing may move",
         sites("--count", "1", "--moves", "2")),
    Case("propose-moves-zero", "允许调整0处", "no move at all",
         sites("--count", "1", "--close-allowed", "--moves", "0")),
    Case("propose-busy-unused", "所选模型不用占用率", "busy ambulances for a model that does not know them",
         sites("--count", "1", "--busy", "0.3")),
    Case("propose-time-unused", "所选模型不用求解时限", "a time limit for a model that does not search",
         sites("--count", "1", "--model", "greedy", "--time-limit", "30")),
    Case("propose-crs-unused", "给出坐标系，但没有文件", "a coordinate system of no file",
         sites("--count", "1", "--crs", "gcj02")),
    Case("propose-close-by-money", "按预算选址时允许关闭站点", "sites that may close under a budget",
         sites("--budget", "300", "--close-allowed")),
    Case("propose-minutes-of-station", "给急救站设了居民自行前往的时限", "minutes of sub-centres for stations",
         sites("--count", "1", "--minutes", "20")),
    Case("propose-limits-of-subcenter", "给次中心设了救护车的时限", "limits of ambulances for sub-centres",
         sites("--count", "1", "--rural", "20", kind="subcenter")),
    Case("propose-spacing-negative", "站点间距为负数", "a negative spacing", sites("--count", "1", "--spacing-km", "-2")),
    Case("propose-candidates-missing", "候选点文件不存在", "a list of candidates that there is not",
         sites("--count", "1", *CHOSEN)),
    Case("propose-candidates-placeless", "候选点表没有坐标", "candidates without coordinates",
         sites("--count", "1", *CHOSEN), {"sites.csv": text_table(("名称", "备注"), ("地块一", "近国道"))}),
    Case("propose-candidates-undeclared", "候选点表没有说明坐标系", "candidates whose coordinates could be anyone's",
         sites("--count", "1", "--candidates", "sites.csv"), among(EAST, NORTH)),
    Case("propose-candidates-elsewhere", "候选点全在外地", "candidates in another place",
         sites("--count", "1", *CHOSEN), among(PARIS)),
    Case("propose-candidates-exist", "候选点全是现有站点", "candidates that are existing sites",
         sites("--count", "1", *CHOSEN), {"sites.csv": text_table(("名称", "经度", "纬度"),
                                                                  ("小康县人民医院", *place(0.0, 0.1)))}),
    Case("propose-nobody-reached", "候选点在时限内到达不了任何人", "candidates that reach nobody",
         sites("--count", "1", "--urban", "3.1", "--rural", "3.1", *CHOSEN), among(place(20.0, 0.0))),
    Case("propose-no-build-lines", "禁建区是线，不是面", "no-build zones that are lines",
         sites("--count", "1", "--no-build", "zones.gpkg"), {"zones.gpkg": shapes(LINES)}),
    Case("propose-no-build-everywhere", "禁建区覆盖了所有候选点", "no-build zones over every candidate",
         sites("--count", "1", "--no-build", "zones.gpkg"), {"zones.gpkg": shapes([OUTLINE.buffer(0.1)])}),
    Case("propose-nobody-lives", "研究区的人口全是0", "a county where nobody lives",
         sites("--count", "1"), {"data/boundaries/toy.gpkg": changed(demand=lambda t: t.assign(population=0.0))}),
    Case("propose-no-ambulance", "没有任何设施配备救护车", "a county without an ambulance",
         sites("--count", "1"),
         {"data/boundaries/toy.gpkg": changed(facilities=lambda t: t.assign(ambulances=0.0))}),
    Case("propose-no-hospital", "没有医院和次中心", "a county without a hospital",
         sites("--count", "1", kind="subcenter"),
         {"data/boundaries/toy.gpkg": changed(facilities=lambda t: t.assign(kind="health_centre"))}),
    Case("propose-no-health-centre", "没有可以升级的卫生院", "a county without a health centre",
         sites("--count", "1", kind="subcenter"),
         {"data/boundaries/toy.gpkg": changed(facilities=lambda t: t.assign(kind="hospital"))}),
)  # fmt: skip
CANDIDATE_ROWS = batch(
    sites("--count", "1", *CHOSEN), "sites.csv", ("名称", "类型", "经度", "纬度", "依托机构", "费用"),
    ("地块一", "急救站", *EAST, "", 300),
    ("candidate-placeless", "候选点没有坐标", "a candidate without coordinates", ("地块二", "急救站", "", "", "", 300)),
    ("candidate-facility-unknown", "依托机构不在设施表中", "a candidate at a facility that there is not",
     ("地块三", "急救站", *NORTH, "杨柳卫生院", 300)),
    ("candidate-kind-unknown", "候选点的类型不认识", "a candidate for something else",
     ("地块四", "加油站", *place(16.0, 3.0), "", 300)),
    ("candidate-cost-words", "费用写成文字", "a cost in words", ("地块五", "急救站", *place(16.0, 2.0), "", "待定后报")),
    ("candidate-cost-negative", "费用为负数", "a negative cost", ("地块六", "急救站", *place(16.0, 1.0), "", -20)),
    ("candidate-elsewhere", "候选点在外地", "a candidate in another place", ("地块七", "急救站", *PARIS, "", 300)),
    ("candidate-repeated", "候选点写了两次", "a candidate twice", ("地块一", "急救站", *EAST, "", 320)),
)  # fmt: skip


def plan(text: str | bytes, *, name: str = "a.toml", **files: Maker) -> dict[str, Any]:
    """Compare an option of which this is the text."""
    content = text.encode() if isinstance(text, str) else text
    return {
        "arguments": ("compare", "--county", "toy", "--option", name),
        "files": {name: content, **files},
    }


NAME = 'name = "方案甲"\n'
NEW_STATION = NAME + '[[open]]\nname = "东站"\nkind = "急救站"\nambulances = 1\n'
AWAY = "lon = {}\nlat = {}\n"
OPTIONS = (
    Case("option-file-missing", "方案文件不存在", "an option file that is not there",
         ("compare", "--county", "toy", "--option", "南部.toml")),
    Case("option-file-folder", "给出的是文件夹", "a folder for an option", **plan(b"", name="a.toml/x")
         | {"arguments": ("compare", "--county", "toy", "--option", "a.toml")}),
    Case("option-empty", "方案文件是空的", "an empty option file", **plan("")),
    Case("option-gbk", "方案文件是GBK编码", "an option file in GBK", **plan((NAME + 'note = "南部"\n').encode("gbk"))),
    Case("option-utf16", "方案文件是UTF-16编码", "an option file in UTF-16", **plan(NAME.encode("utf-16"))),
    Case("option-not-text", "给出的是Excel工作簿", "a workbook for an option",
         **plan(b"PK\x03\x04\x14\x00\x08\xff\xfe\xd7")),
    Case("option-full-width", "引号是全角的", "full-width quotes", **plan("name = “方案甲”\n")),
    Case("option-no-quotes", "文字没有加引号", "a text without quotes", **plan("name = 方案甲\n")),
    Case("option-open-quote", "引号没有成对", "a quote that is not closed", **plan('name = "方案甲\n[[open]]\n')),
    Case("option-key-twice", "同一项写了两次", "a key that stands twice", **plan(NAME + NAME)),
    Case("option-no-name", "没有写方案名称", "an option without a name", **plan('note = "南部"\n')),
    Case("option-key-unknown", "项名写错", "a key misspelt", **plan(NEW_STATION + "ambulence = 1\n")),
    Case("option-key-below", "开头的项写在了表的下面", "a key of the head below a table",
         **plan(NEW_STATION + 'note = "南部"\n')),
    Case("option-one-bracket", "表名只有一层方括号", "a table with one bracket too few", **plan(NAME + '[close]\nid = "s1"\n')),
    Case("option-number-quoted", "数字加了引号", "a number in quotes",
         **plan(NEW_STATION + 'lon = "112.5"\nlat = 29.4\n')),
    Case("option-swapped", "经纬度颠倒", "longitude and latitude swapped",
         **plan(NEW_STATION + AWAY.format(*reversed(EAST)))),
    Case("option-sea", "新站在海上", "a station in the sea", **plan(NEW_STATION + AWAY.format(112.5, 18.0))),
    Case("option-off-road", "新站附近没有道路", "a station far from every road",
         **plan(NEW_STATION + AWAY.format(*place(10.0, 7.0)))),
    Case("option-no-place", "新站没有位置", "a station without a place", **plan(NEW_STATION)),
    Case("option-crs-unknown", "坐标系名称写错", "a coordinate system that there is not", **plan(NAME + 'crs = "北京54"\n')),
    Case("option-no-kind", "新设施没有写类型", "a facility without a kind", **plan(NAME + '[[open]]\nname = "东站"\n')),
    Case("option-kind-unknown", "类型不认识", "a kind that there is not",
         **plan(NEW_STATION.replace("急救站", "加油站") + 'at = "w1"\n')),
    Case("option-no-ambulances", "急救站没有写救护车数", "a station without a number of ambulances",
         **plan(NEW_STATION.replace("ambulances = 1\n", "") + 'at = "w1"\n')),
    Case("option-half-ambulance", "救护车数不是整数", "half an ambulance",
         **plan(NAME + '[[change]]\nid = "w1"\nambulances = 0.5\n')),
    Case("option-cost-negative", "费用为负数", "a cost below nothing",
         **plan(NEW_STATION + 'at = "w1"\ncapital_wan = -300\n')),
    Case("option-hours", "值班时段写错", "hours that are none", **plan(NEW_STATION + 'at = "w1"\nhours = "25:00-26:00"\n')),
    Case("option-facility-unknown", "设施名称写错", "a facility misspelt", **plan(NAME + '[[close]]\nid = "柳林急救"\n')),
    Case("option-name-of-two", "名称有两处设施相同", "a name that two facilities bear",
         **plan(NAME + '[[close]]\nid = "急救站"\n',
                **{"data/boundaries/toy.gpkg": changed(facilities=lambda t: t.assign(name=["医院", "急救站", "急救站"]))})),
    Case("option-id-taken", "编号已被占用", "an id that is taken", **plan(NEW_STATION + 'id = "s1"\nat = "w1"\n')),
    Case("option-closes-everything", "撤销了全部设施", "everything closed",
         **plan(NAME + "".join(f'[[close]]\nid = "{one}"\n' for one in ("h1", "s1", "w1")))),
    Case("option-no-base-left", "没有留下任何救护车", "no ambulance left",
         **plan(NAME + '[[close]]\nid = "h1"\n[[change]]\nid = "s1"\nambulances = 0\n')),
    Case("option-twice", "一处设施写了两次调整", "two changes to one facility",
         **plan(NAME + '[[change]]\nid = "w1"\nambulances = 1\n[[change]]\nid = "w1"\nkind = "次中心"\n')),
    Case("option-closed-and-moved", "既撤销又调出救护车", "a facility closed, and its ambulances moved",
         **plan(NAME + '[[close]]\nid = "s1"\n[[move]]\nid = "s1"\nto = "h1"\n')),
    Case("option-move-nowhere", "没有写迁到哪里", "a move to nowhere", **plan(NAME + '[[move]]\nid = "h1"\n')),
    Case("option-move-to-closed", "调往被撤销的设施", "a move to what closes",
         **plan(NAME + '[[close]]\nid = "s1"\n[[move]]\nid = "h1"\nto = "s1"\nambulances = 1\n')),
    Case("option-move-too-many", "调出的救护车比现有的多", "more ambulances moved than there are",
         **plan(NAME + '[[move]]\nid = "h1"\nto = "s1"\nambulances = 3\n')),
    Case("option-moved-and-set", "调入的设施又写了救护车数", "ambulances moved to where a change says their number",
         **plan(NAME + '[[move]]\nid = "h1"\nto = "w1"\nambulances = 1\n[[change]]\nid = "w1"\nambulances = 1\n')),
    Case("option-standard", "方案中的时限不对", "a limit that is none", **plan(NAME + "[standard]\nurban_min = 0\n")),
    Case("option-speed-class", "道路等级写错", "a road class misspelt",
         **plan(NAME + "[speeds.class_kph]\nsecundary = 50\n")),
    Case("option-polygon-short", "封闭范围只有两个点", "a closed area of two corners",
         **plan(NAME + "[[roads.close]]\npolygon = [[112.5, 29.4], [112.6, 29.4]]\n")),
    Case("option-polygon-elsewhere", "封闭范围内没有道路", "a closed area without a road",
         **plan(NAME + "[[roads.close]]\npolygon = [[100, 29], [101, 29], [101, 30]]\n")),
    Case("option-polygon-file", "封闭范围的文件不存在", "a closed area in a file that is not there",
         **plan(NAME + '[[roads.close]]\nname = "洪水"\nfile = "flood.geojson"\n')),
    Case("option-road-nowhere", "新建道路接不上现有道路", "a new road that meets no other",
         **plan(NAME + '[[roads.new]]\nname = "新路"\nhighway = "secondary"\nline = '
                f"[{list(place(10.0, 6.0))}, {list(place(12.0, 6.0))}]\n")),
    Case("option-new-taken", "输出文件已存在", "a file to start from that is there already",
         ("option", "new", "--county", "toy", "--out", "a.toml"), {"a.toml": NAME.encode()}),
)  # fmt: skip


# --- calls, vehicles, simulated years and trips ---


def call(*arguments: str, at: str = "112.45,29.48@wgs84") -> tuple[str, ...]:
    """Ask for the answer to a call."""
    return ("dispatch", "--county", "toy", "--at", at, *arguments)


IN_TOWN = "{:.6f},{:.6f}@wgs84".format(*place(0.5, 0.2))
NOW = ("--now", "2026-11-20T08:30:00+08:00")
UNIT_HEADER = ("车辆编号", "经度", "纬度", "状态", "定位时间")
AT_EIGHT = "2026-11-20 08:29:50"


def units(
    *rows: tuple[object, ...], header: tuple[str, ...] = UNIT_HEADER, name: str = "units.csv"
) -> dict[str, Any]:
    """Answer a call with these vehicles."""
    return {
        "arguments": (*call(at=IN_TOWN), "--vehicles", f"{name}@wgs84", *NOW),
        "files": {name: text_table(header, *rows)},
    }


DISPATCH = (
    Case("call-nothing-asked", "既没有位置也没有车辆", "neither a place nor vehicles", ("dispatch", "--county", "toy")),
    Case("call-place-words", "位置写成地名", "a place in words", call(at="城关街道")),
    Case("call-place-swapped", "经纬度写反", "latitude before longitude", call(at="29.48,112.45@wgs84")),
    Case("call-place-system", "坐标系写错", "a coordinate system that is not known", call(at="112.45,29.48@地方坐标")),
    Case("call-place-far", "位置远离县域", "a place far from the county", call(at="2.35,48.86@wgs84")),
    Case("call-place-half", "只写了经度", "a longitude alone", call(at="112.45")),
    Case("call-condition", "病种写错", "a case that is none of the five", call("--condition", "感冒", at=IN_TOWN)),
    Case("call-driving", "行车条件写错", "a driving condition that is not known", call("--driving", "雪天", at=IN_TOWN)),
    Case("call-watch-alone", "持续更新，但没有车辆文件", "watching without vehicles", call("--watch", at=IN_TOWN)),
    Case("call-every-alone", "给了刷新间隔，但不持续更新", "an interval without watching",
         ("dispatch", "--county", "toy", "--vehicles", "units.csv@wgs84", "--every", "5")),
    Case("call-condition-alone", "给了病种，但没有位置", "a case without a place",
         ("dispatch", "--county", "toy", "--vehicles", "units.csv@wgs84", "--condition", "卒中")),
    Case("call-max-age-zero", "定位时效为0", "positions that are old at once",
         call("--vehicles", "units.csv@wgs84", "--max-age", "0", at=IN_TOWN)),
    Case("call-now-words", "时刻无法识别", "a moment that is none",
         call("--vehicles", "units.csv@wgs84", "--now", "刚才", at=IN_TOWN)),
    Case("vehicles-missing", "车辆文件不存在", "vehicles that are not there",
         call("--vehicles", "units.csv@wgs84", at=IN_TOWN)),
    Case("vehicles-undeclared", "车辆文件没有说明坐标系", "vehicles whose coordinates could be anyone's",
         call("--vehicles", "units.csv", *NOW, at=IN_TOWN),
         {"units.csv": text_table(UNIT_HEADER, ("甲1", *place(0.5, 0.0), "待命", AT_EIGHT))}),
    Case("vehicles-no-state", "车辆文件没有状态列", "vehicles without their states",
         **units(("甲1", *place(0.5, 0.0), AT_EIGHT), header=("车辆编号", "经度", "纬度", "定位时间"))),
    Case("vehicles-empty", "车辆文件只有表头", "a header of vehicles without rows", **units()),
    Case("vehicles-half", "车辆文件写到一半", "vehicles half written", call("--vehicles", "units.csv@wgs84", *NOW, at=IN_TOWN),
         {"units.csv": "车辆编号,经度,纬".encode()}),
    Case("vehicles-all-busy", "所有车辆都在任务中", "every vehicle busy",
         **units(("甲1", *place(0.5, 0.0), "任务中", AT_EIGHT), ("甲2", *place(3.0, 0.0), "任务中", AT_EIGHT))),
    Case("vehicles-all-stale", "所有定位都已过时", "every position too old",
         **units(("甲1", *place(0.5, 0.0), "待命", "2026-11-20 06:00:00"))),
    Case("closed-missing", "封闭道路文件不存在", "closed roads that are not there",
         call("--closed-roads", "closed.geojson@wgs84", at=IN_TOWN)),
    Case("closed-nowhere", "封闭范围内没有道路", "a closed area without a road",
         call("--closed-roads", "closed.geojson@wgs84", at=IN_TOWN),
         {"closed.geojson": shapes(degrees(_box(7.0, 5.0, 7.2, 5.2)))}),
    Case("closed-points", "封闭道路画成了点", "closed roads as points",
         call("--closed-roads", "closed.geojson@wgs84", at=IN_TOWN), {"closed.geojson": shapes([shapely.Point(CITY)])}),
    Case("care-unknown", "救治时限中的病种不认识", "a target of no centre",
         ("analyze", "--county", "toy", "--care-targets", "care.toml"), {"care.toml": b"[burns]\ntarget_min = 60\n"}),
    Case("care-key", "救治时限的项写错", "a key of targets misspelt",
         ("analyze", "--county", "toy", "--care-targets", "care.toml"), {"care.toml": b"[stroke]\ntarget = 60\n"}),
    Case("care-negative", "救治时限为负数", "a negative target",
         ("analyze", "--county", "toy", "--care-targets", "care.toml"), {"care.toml": b"[stroke]\ntarget_min = -60\n"}),
    Case("care-scene-negative", "现场时间为负数", "a negative time on scene",
         ("analyze", "--county", "toy", "--care-targets", "care.toml"), {"care.toml": b"[stroke]\nscene_min = -1\n"}),
)  # fmt: skip


def year(*arguments: str, rules: str = "") -> dict[str, Any]:
    """Play a week, by these rules."""
    words = ("simulate", "--county", "toy", "--days", "7", "--replications", "2", *arguments)
    if not rules:
        return {"arguments": words}
    return {"arguments": (*words, "--rules", "rules.toml"), "files": {"rules.toml": rules.encode()}}


CALL_HEADER = ("呼救时间", "经度", "纬度", "级别", "病种")
SOME_CALLS = text_table(CALL_HEADER, ("2026-09-01 08:00", *place(0.5, 0.1), "", ""))
YEAR = (
    Case("year-days-negative", "天数为负数", "negative days",
         ("simulate", "--county", "toy", "--days", "-7", "--replications", "2")),
    Case("year-calls-zero", "一次呼救也没有", "no calls at all", **year("--calls-per-day", "0")),
    Case("year-calls-words", "日均呼救量写成文字", "calls a day in words", **year("--calls-per-day", "很多")),
    Case("year-calls-huge", "日均呼救量过大", "more calls a day than can be", **year("--calls-per-day", "1e9")),
    Case("year-dispatch-word", "派车规则写错", "a rule of dispatch that there is not", **year("--dispatch", "random")),
    Case("year-no-ambulance", "没有任何救护车", "no ambulance at all", ("simulate", "--county", "none"),
         {"data/boundaries/none.gpkg": changed(facilities=lambda table: table.assign(ambulances=0.0))}),
    Case("year-crs-alone", "给了坐标系，但没有呼救记录", "a system without past calls", **year("--crs", "gcj02")),
    Case("year-rules-missing", "规则文件不存在", "rules that are not there", **year("--rules", "规则.toml")),
    Case("year-rules-table", "规则文件中的表不认识", "a table of rules that is not known", **year(rules="[call]\nper_day = 3\n")),
    Case("year-rules-key", "规则文件中的项写错", "a key of rules misspelt", **year(rules="[calls]\nperday = 3\n")),
    Case("year-rules-negative", "现场时间为负数", "a negative time on scene",
         **year(rules="[times]\nscene = { mean_min = -5 }\n")),
    Case("year-rules-bare-time", "现场时间只写了数字", "a time on scene as a bare number", **year(rules="[times]\nscene = 15\n")),
    Case("year-rules-share", "送院比例写成百分数", "a share of 80", **year(rules="[transport]\nshare = 80\n")),
    Case("year-rules-overlap", "出车准备的时段重叠", "hours of turnout that overlap",
         **year(rules='[turnout]\n"20:00-08:00" = 240\n"07:00-20:00" = 120\n')),
    Case("year-option-is-rules", "把规则文件当作方案文件", "rules for an option",
         ("simulate", "--county", "toy", "--option", "rules.toml"), {"rules.toml": b"[calls]\nper_day = 3\n"}),
    Case("year-rules-two-means", "平均值写了两种单位", "a mean in two units",
         **year(rules="[times]\nscene = { mean_min = 5, mean_s = 300 }\n")),
    Case("year-rules-law", "分布名称写错", "a law of chance that is not known",
         **year(rules='[times]\nscene = { mean_min = 5, law = "正态" }\n')),
    Case("year-rules-hours", "小时权重不是24个", "weights of 23 hours",
         **year(rules=f"[calls]\nhour_of_day = {[1] * 23}\n")),
    Case("year-rules-weights", "权重为负数", "a negative weight", **year(rules="[calls]\nday_of_week = [1, 1, 1, -1, 1, 1, 1]\n")),
    Case("year-rules-centre", "病种写错", "a centre that is none of the five", **year(rules="[calls.centres]\nburns = 0.1\n")),
    Case("year-rules-shares", "病种占比超过1", "centres of more than all calls",
         **year(rules="[calls.centres]\nstroke = 0.7\ntrauma = 0.7\n")),
    Case("year-rules-turnout", "出车准备时间为负数", "a negative turnout", **year(rules='[turnout]\n"08:00-20:00" = -90\n')),
    Case("year-rules-span", "时段写错", "hours that are none", **year(rules='[turnout]\n"白天" = 90\n')),
    Case("year-rules-priorities", "优先级占比合计不是1", "priorities that do not add up",
         **year(rules='[[priority]]\nname = "危重"\nshare = 0.3\n')),
    Case("year-rules-priority-share", "优先级没有占比", "a priority without its share",
         **year(rules='[[priority]]\nname = "危重"\n')),
    Case("year-rules-condition", "优先级的行车条件写错", "a priority driven to as nobody knows",
         **year(rules='[[priority]]\nname = "危重"\nshare = 1\ncondition = "飞"\n')),
    Case("year-rules-base", "班次的站点不存在", "a shift of a base that there is not",
         **year(rules='[[shift]]\nbase = "F99"\nhours = "08:00-20:00"\n')),
    Case("year-rules-too-many", "班次的车辆多于站点的车辆", "a shift of more ambulances than there are",
         **year(rules='[[shift]]\nbase = "h1"\nambulances = 40\nhours = "08:00-20:00"\n')),
    Case("year-rules-standby-place", "待命点没有坐标", "a standby place without coordinates",
         **year(rules='[[standby]]\nbase = "h1"\n')),
    Case("year-rules-standby-far", "待命点远离道路", "a standby place at no road",
         **year(rules='crs = "wgs84"\n[[standby]]\nbase = "h1"\nlon = {}\nlat = {}\n'.format(*place(22.0, -6.9)))),
    Case("calls-missing", "呼救记录不存在", "past calls that are not there", **year("--calls", "calls.csv@wgs84")),
    Case("calls-undeclared", "呼救记录没有说明坐标系", "past calls whose coordinates could be anyone's",
         **(year("--calls", "calls.csv") | {"files": {"calls.csv": SOME_CALLS}})),
    Case("calls-no-time", "呼救记录没有时间列", "past calls without times",
         **(year("--calls", "calls.csv@wgs84") | {"files": {"calls.csv": text_table(CALL_HEADER[1:3], place(0.5, 0.1))}})),
    Case("calls-none-left", "呼救记录没有一行可用", "past calls of which none can be used",
         **(year("--calls", "calls.csv@wgs84")
            | {"files": {"calls.csv": text_table(CALL_HEADER, ("昨天", *place(0.5, 0.1), "", ""))}})),
)  # fmt: skip

CALL_ROWS = batch(
    (*year("--calls", "calls.csv@wgs84")["arguments"],), "calls.csv", CALL_HEADER,
    *((f"2026-09-{1 + i:02} 0{i % 10}:15", *place(0.3 * i, 0.1), "", "") for i in range(20)),
    ("call-no-time", "没有呼救时间", "a call without a time", ("", *place(0.5, 0.1), "", "")),
    ("call-time-words", "呼救时间写成文字", "a time in words", ("昨天上午", *place(0.5, 0.1), "", "")),
    ("call-no-place", "没有坐标", "a call without a place", ("2026-09-01 08:00", "", "", "", "")),
    ("call-off-roads", "位置远离道路", "a call far from every road", ("2026-09-01 08:00", *place(22.0, -6.9), "", "")),
)  # fmt: skip

TRIP_HEADER = ("出发时间", "到达时间", "起点经度", "起点纬度", "终点经度", "终点纬度")


def drives(
    *rows: tuple[object, ...], header: tuple[str, ...] = TRIP_HEADER, crs: str = "@wgs84"
) -> dict[str, Any]:
    """Calibrate speeds from these trips."""
    return {
        "arguments": ("calibrate", "--county", "toy", "--trips", f"trips.csv{crs}"),
        "files": {"trips.csv": text_table(header, *rows)},
    }


WEST, MIDDLE = place(0.5, 0.0), place(12.0, 0.0)
TRIPS = (
    Case("trips-missing", "行车记录不存在", "trips that are not there",
         ("calibrate", "--county", "toy", "--trips", "trips.csv@wgs84")),
    Case("trips-undeclared", "行车记录没有说明坐标系", "trips whose coordinates could be anyone's",
         **drives(("2026-09-01 08:00:00", "2026-09-01 08:20:00", *WEST, *MIDDLE), crs="")),
    Case("trips-few", "行车记录太少", "too few trips",
         **drives(("2026-09-01 08:00:00", "2026-09-01 08:20:00", *WEST, *MIDDLE))),
    Case("trips-no-end", "行车记录没有终点", "trips without an end",
         **drives(("2026-09-01 08:00:00", "2026-09-01 08:20:00", *WEST), header=TRIP_HEADER[:4])),
    Case("trips-no-time", "行车记录没有到达时间", "trips without an arrival",
         **drives(("2026-09-01 08:00:00", *WEST, *MIDDLE), header=(TRIP_HEADER[0], *TRIP_HEADER[2:]))),
    Case("speeds-hours", "速度表中的时段写错", "hours of a speed table that are none",
         ("analyze", "--county", "toy", "--speeds", "speeds.toml"), {"speeds.toml": '[hours]\n"早高峰" = "peak"\n'.encode()}),
    Case("speeds-hours-condition", "速度表中时段的行车条件写错", "hours of a condition that is not known",
         ("analyze", "--county", "toy", "--speeds", "speeds.toml"), {"speeds.toml": b'[hours]\n"7-9" = "jam"\n'}),
)  # fmt: skip

TRIP_ROWS = batch(
    drives()["arguments"], "trips.csv", TRIP_HEADER,
    *((f"2026-09-{1 + i % 28:02} {6 + i % 14:02}:00:00", f"2026-09-{1 + i % 28:02} {6 + i % 14:02}:{10 + i % 7:02}:00",
       *place(-3.0 + 0.2 * i, 0.0), *place(9.0 - 0.1 * i, 0.0)) for i in range(40)),
    ("trip-negative", "到达早于出发", "an arrival before the departure",
     ("2026-09-01 08:20:00", "2026-09-01 08:00:00", *WEST, *MIDDLE)),
    ("trip-a-day", "一趟开了八小时", "a drive of eight hours", ("2026-09-01 08:00:00", "2026-09-01 16:00:00", *WEST, *MIDDLE)),
)  # fmt: skip


SECTIONS = (
    Section("命令和选项", "Commands and options", COMMANDS),
    Section("文件", "Files", FILES),
    Section("表格", "Tables", TABLES),
    Section("坐标系", "Coordinate systems", SYSTEMS),
    Section("县界", "The outline", OUTLINES),
    Section("乡镇", "Townships", TOWNSHIPS),
    Section("急救设施", "Facilities", FACILITIES),
    Section("人口", "People", PEOPLE),
    Section("路网", "Roads", ROADS),
    Section("替换图层", "Replacing a layer", REPLACING),
    Section("模板", "Templates", TEMPLATES),
    Section("在线下载", "Downloads", FETCH),
    Section("选址", "Proposals", PROPOSALS),
    Section("方案文件", "Option files", OPTIONS),
    Section("派车与救治时限", "Dispatch and targets of care", DISPATCH),
    Section("模拟", "Simulated years", YEAR),
    Section("行车记录与速度表", "Trips and speed tables", TRIPS),
    Section("设施表中的行", "Rows of facilities", FACILITY_ROWS),
    Section("乡镇表中的行", "Rows of townships", TOWNSHIP_ROWS),
    Section("人口表中的行", "Rows of people", VILLAGE_ROWS),
    Section("候选点表中的行", "Rows of candidates", CANDIDATE_ROWS),
    Section("呼救记录中的行", "Rows of past calls", CALL_ROWS),
    Section("行车记录中的行", "Rows of trips", TRIP_ROWS),
    Section("照常导入，但有提示", "Imported all the same, and said", NOTES),
)
CASES = tuple(case for section in SECTIONS for case in section.cases)


HEADINGS = {
    "zh": ("| 哪里不对 | 程序提示 |", "| 哪里不对 | 统计原因 | 该行的说明 |"),
    "en": ("| what is wrong | what the program says |", "| what is wrong | counted as | what the row says |"),
}
INTRODUCTIONS = {
    "zh": """\
# 输入有误时的提示

*[English](wrong-input.md)*

各条命令遇到有问题的输入时，有三种处理方式：

- **报错**：只给出一行以“错误：”开头的提示，说明哪个文件、哪里不对、怎么办；退出代码为2。不写入任何文件，原有研究区保持原样。
- **个别行不能用**：其余各行照常导入，退出代码为3。未使用的行在 `<县名>.rejected.xlsx`（候选点为 `propose.rejected.xlsx`，呼救记录为 `simulate.rejected.xlsx`，行车记录为 `calibrate.rejected.xlsx`）中，逐行给出在原表中的行号、原因和处理办法；
  在自己的表里改正后重新导入即可。加 `--strict` 则只要有一行不能用就报错，不写入任何文件。
- **照常导入，但有提示**：退出代码为0。凡是程序作了选择或假定的地方，都会逐条说明。

以下列出{n}种情形，以及程序对每一种给出的提示。例子都围绕一个虚构的“小康县”：`toy` 是已有的研究区，`new` 是要新建的研究区。
本页由 `python tests/wrong_inputs.py --write` 按程序的实际输出写成，测试逐行核对。
""",
    "en": """\
# What wrong inputs get for an answer

*[中文](wrong-input.zh.md)*

The commands meet a wrong input in one of three ways:

- **An error**: one line that begins with `error:` and says which file, what is wrong and what to do; exit code 2. Nothing
  is written, and a study area that was there stays as it was.
- **A rejected row**: all other rows are imported, and the exit code is 3. The rejected ones are in
  `<county>.rejected.xlsx` (of candidates `propose.rejected.xlsx`, of past calls `simulate.rejected.xlsx`, of trips `calibrate.rejected.xlsx`), each with its number in your file, the reason and what to do; correct them in your own file
  and import it again. With `--strict` any of them is an error, and nothing is written.
- **A note**: everything is imported, and the exit code is 0. Where the program chose or assumed something, it says so.

These are {n} wrong inputs, and what the program says to each. They happen around a made-up county: `toy` is its study
area, `new` one that is yet to be made. The page is written by `python tests/wrong_inputs.py --write` from what the program
really says, and the tests hold it to that, line by line.
""",
}


def page_row(case: Case, lang: str, line: tuple[str, ...]) -> str:
    """Give the row of the page that shows a case."""
    cells = (case.zh if lang == "zh" else case.en, *line[:-1], f"`{line[-1]}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page_text(bench: Bench, lang: str) -> str:
    """Give a page of the documentation as it should stand."""
    parts = [INTRODUCTIONS[lang].replace("{n}", str(len(CASES)))]
    for section in SECTIONS:
        heading = HEADINGS[lang][section.of_rows]
        rule = "|---" * (heading.count("|") - 1) + "|"
        rows = [page_row(case, lang, bench.line(case, lang)) for case in section.cases]
        parts.append(
            "\n".join([f"## {section.zh if lang == 'zh' else section.en}", "", heading, rule, *rows, ""])
        )
    return "\n".join(parts)


def main() -> None:
    """Write both pages."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the pages in docs/")
    if not parser.parse_args().write:
        parser.error("say --write to write the pages")
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bench = Bench(Path(place))
        for lang, page in PAGES.items():
            page.write_text(page_text(bench, lang), "utf-8")


if __name__ == "__main__":
    main()
