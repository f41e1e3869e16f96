"""An option file as planners write it: what is read, and the one line that each fault gets."""

# ruff: noqa: E501 -- a case is read in one line

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from builders import _lonlat, toy_area
from coverage.errors import FileError, OptionError
from coverage.option import Change, Closing, Move, NewRoad, Opening, RoadClosure
from coverage.options.checking import resolve_names
from coverage.options.reading import check_option, read_option
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.scenario import apply_option
from coverage.sources.coordinates import convert
from coverage.study_area import Roads

AREA = toy_area()
LON, LAT = (round(x, 6) for x in _lonlat(16.0, 4.0))

EVERYTHING = f"""\
name = "南部"
note = "按人口"

[standard]
urban_min = 12
target_share = 0.8
turnout_s = 75

[speeds.class_kph]
primary = 60
[speeds.conditions]
rain = 0.7

[[open]]
name = "北站"
kind = "急救站"
lon = {LON}
lat = {LAT}
ambulances = 2
hours = "８:00－20:00"
capital_wan = 300
[[open]]
id = "own"
name = "南站"
kind = "clinic"
at = "w1"

[[close]]
id = "s1"
yearly_saved_wan = 40

[[move]]
id = "h1"
to = "own"
ambulances = 1
capital_wan = 0
yearly_wan = 1.5

[[change]]
id = "w1"
kind = "次中心"
hours = ""

[[roads.close]]
name = "水淹"
polygon = [[112.4, 29.4], [112.41, 29.4], [112.41, 29.41]]
[[roads.close]]
ways = [1, 2]
edges = [[3, 4], [4, 3]]
[[roads.new]]
name = "新桥"
highway = "secondary"
line = [[112.4, 29.4], [112.5, 29.4]]
oneway = true
maxspeed_kph = 60
capital_wan = 5000
"""


@pytest.fixture
def read(tmp_path):
    """Read a text as an option file called a.toml."""

    def run(text, encoding="utf-8", name="a.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_option(path)

    return run


@pytest.fixture
def refused(read):
    """Give the two lines with which a text is refused, and the number of the line they name."""

    def run(text, encoding="utf-8", *, area=None):
        with pytest.raises(OptionError) as caught:
            check_option(read(text, encoding), area or AREA)
        en, zh = caught.value.line("en"), caught.value.line("zh")
        found = re.match(r".*a\.toml:(\d+): ", en)
        assert found
        assert re.match(rf".*a\.toml:{found[1]}：", zh)
        assert re.search(r"[\u4e00-\u9fff]", zh.partition("：")[2])
        return int(found[1]), en[found.end() :], zh.partition("：")[2]

    return run


def test_everything_a_file_may_hold(read):
    file = read(EVERYTHING)
    option = file.option
    assert (option.name, option.note) == ("南部", "按人口")
    north, south = option.open
    assert north == Opening(
        "a-1", "北站", "ambulance_station", LON, LAT, "", 2.0, "08:00-20:00", 300.0, north.yearly_wan
    )
    assert math.isnan(north.yearly_wan)
    assert (south.id, south.kind, south.at) == ("own", "clinic", "w1")
    assert math.isnan(south.lon)
    assert math.isnan(south.ambulances)
    assert option.close == (Closing("s1", capital_wan=option.close[0].capital_wan, yearly_saved_wan=40.0),)
    assert option.move == (
        Move(
            "h1",
            lon=option.move[0].lon,
            lat=option.move[0].lat,
            to="own",
            ambulances=1.0,
            capital_wan=0.0,
            yearly_wan=1.5,
        ),
    )
    change = option.change[0]
    assert (change.id, change.kind, change.ambulances, change.hours) == ("w1", "subcentre", None, "")
    assert option.standard == {"urban_s": 720.0, "target_share": 0.8, "turnout_s": 75.0}
    assert option.speeds == {"class_kph": {"primary": 60.0}, "conditions": {"rain": 0.7}}
    corners = [(112.4, 29.4), (112.41, 29.4), (112.41, 29.41)]
    assert option.roads.close == (
        RoadClosure("水淹", shapely.Polygon(corners)),
        RoadClosure(ways=(1, 2), edges=((3, 4), (4, 3))),
    )
    line = ((112.4, 29.4), (112.5, 29.4))
    assert option.roads.new == (
        NewRoad("新桥", "secondary", line, True, 60.0, 5000.0, option.roads.new[0].yearly_wan),
    )
    assert file.text == EVERYTHING
    assert file.lines["open", 1, "at"] == 26


@pytest.mark.parametrize(
    "text", ['name = "x"', 'name = "x"\r\nnote = ""\r\n', '# only\nname = "x"\nopen = []\n']
)
def test_an_option_may_do_nothing(read, text):
    option = check_option(read(text), AREA)
    assert option.name == "x"
    assert apply_option(AREA, option).area.facilities["id"].tolist() == ["h1", "s1", "w1"]


def test_a_mark_of_the_byte_order_is_no_fault(read):
    assert read('name = "x"', "utf-8-sig").text == 'name = "x"'


def test_minutes_in_decimals_become_the_seconds_that_are_meant(read):
    for seconds in (31, 62, 123.5, 725):
        file = read(f'name = "x"\n[standard]\nrural_min = {seconds / 60!r}')
        assert file.option.standard["rural_s"] == seconds


@pytest.mark.parametrize("system", ["gcj02", "高德", "bd09", "cgcs2000", "EPSG:4547"])
def test_places_are_in_the_system_of_the_file(read, system):
    there = convert([112.4, 112.5, 112.5], [29.4, 29.4, 29.5], source="wgs84", target=system)
    (x0, x1, x2), (y0, y1, y2) = there.x.tolist(), there.y.tolist()
    option = read(
        f'name = "x"\ncrs = "{system}"\n[[open]]\nname = "a"\nkind = "医院"\nlon = {x0!r}\nlat = {y0!r}\n'
        f'[[move]]\nid = "h1"\nlon = {x1!r}\nlat = {y1!r}\n'
        f"[[roads.close]]\npolygon = [[{x0!r}, {y0!r}], [{x1!r}, {y1!r}], [{x2!r}, {y2!r}]]\n"
        f'[[roads.new]]\nname = "a"\nhighway = "primary"\nline = [[{x0!r}, {y0!r}], [{x2!r}, {y2!r}]]\n'
    ).option
    near = {"rel": 0, "abs": 1e-7}
    assert (option.open[0].lon, option.open[0].lat) == pytest.approx((112.4, 29.4), **near)
    assert (option.move[0].lon, option.move[0].lat) == pytest.approx((112.5, 29.4), **near)
    assert option.roads.close[0].polygon.bounds == pytest.approx((112.4, 29.4, 112.5, 29.5), **near)
    assert option.roads.new[0].line[1] == pytest.approx((112.5, 29.5), **near)


RING = [[112.4, 29.4], [112.5, 29.4], [112.5, 29.5], [112.4, 29.5]]
HOLE = [[112.42, 29.42], [112.44, 29.42], [112.44, 29.44]]
BESIDE = [[113.4, 29.4], [113.5, 29.4], [113.5, 29.5]]


@pytest.mark.parametrize(
    ("nested", "meant"),
    [
        (RING, shapely.Polygon(RING)),
        ([*RING, RING[0]], shapely.Polygon(RING)),
        ([RING, HOLE], shapely.Polygon(RING, [HOLE])),
        (
            [[RING, HOLE], [BESIDE]],
            shapely.MultiPolygon([shapely.Polygon(RING, [HOLE]), shapely.Polygon(BESIDE)]),
        ),
    ],
)
def test_polygons_are_nested_as_in_geojson(read, nested, meant):
    option = read(f'name = "x"\n[[roads.close]]\npolygon = {json.dumps(nested)}').option
    assert option.roads.close[0].polygon == meant


def test_polygons_may_be_in_a_file_beside(read, tmp_path):
    shape = {"type": "Polygon", "coordinates": [[*RING, RING[0]]]}
    content = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": shape}],
    }
    (tmp_path / "flood.geojson").write_text(json.dumps(content), "utf-8")
    head = 'name = "x"\n'
    tail = '[[roads.close]]\nfile = "flood.geojson{}"\n'
    as_said = read(head + tail.format("")).option.roads.close[0].polygon
    assert as_said.equals(shapely.Polygon(RING))
    amap = read(head + 'crs = "gcj02"\n' + tail.format("")).option.roads.close[0].polygon
    assert amap.equals(read(head + tail.format("@gcj02")).option.roads.close[0].polygon)
    assert 0.004 < amap.centroid.distance(as_said.centroid) < 0.01


OPEN = 'name = "x"\n[[open]]\nname = "a"\nkind = "clinic"\n'
CLOSE = 'name = "x"\n[[close]]\n'


@pytest.mark.parametrize(
    ("text", "line", "en", "zh"),
    [
        # not TOML
        ("", 1, "it is empty", "文件是空的"),
        (" \n\t\n", 1, "it is empty", "文件是空的"),
        ('name = "x"\nnote = 南部\n', 2, "text needs quotes", "文字要加英文引号"),
        ('name = "x\n', 1, "a closing quote is missing", "引号没有成对"),
        ("name = “x”\n", 1, "full-width marks “”", "全角符号 “”"),
        ('name = "x"\n[[open]]\nkind ＝ "医院"\n', 3, "full-width marks ＝", "全角符号 ＝"),
        ('name = "x"\nname = "y"\n', 2, "stands in the file twice", "同一名称出现两次"),
        ('name = "x"\n[standard]\n[standard]\n', 3, "have two brackets", "双方括号"),
        ('name = "C:\\data"\n', 1, "write \\\\ for a backslash", "反斜杠请写成 \\\\"),
        ('name = "x"\n名称 = 1\n', 2, "write key = value", "应写成 名称 = 值"),
        ('name = "x"\n[[open]\n', 2, "brackets do not match", "方括号没有成对"),
        ('name = "x" note = "y"\n', 1, "one key = value a line", "每行只写一项"),
        ('name = "x"\nopen = [\n\n', 2, "this is no TOML", "格式不对"),
        # keys
        ("# nothing\n", 1, "the file has no name", "缺少 name"),
        ('note = "x"\n\n[[open]]\n', 1, "the file has no name", "缺少 name"),
        ('\nname = " "\n', 2, "name is empty", "name 为空"),
        ("name = 12\n", 1, "name = 12 is no text", "name = 12 不是文字"),
        ("name = 2024-01-01\n", 1, "name = 2024-01-01 is no text", "不是文字"),
        ('name = "x"\ntitle = "y"\n', 2, "title is not understood: did you mean name?", "无法识别 title：是否指 name？"),
        ('name = "x"\nroad = 1\n', 2, "did you mean roads?", "是否指 roads？"),
        ('name = "x"\nzzz = 1\n', 2, "use name, note, crs", "可用的项为 name"),
        ('name = "x"\n[open]\n', 2, "write [[open]], with two brackets", "请写成 [[open]]"),
        ('name = "x"\nclose = ["h1"]\n', 2, "write [[close]]", "请写成 [[close]]"),
        ('name = "x"\n[[standard]]\n', 2, "write [standard]", "请写成 [standard]"),
        ('name = "x"\n[[roads]]\n', 2, "write [roads]", "请写成 [roads]"),
        ('name = "x"\n[roads.close]\n', 2, "write [[roads.close]]", "请写成 [[roads.close]]"),
        ('name = "x"\n[roads]\nbuild = 1\n', 3, "build is not understood in [roads]", "[roads] 中无法识别 build"),
        (OPEN + "lng = 112\n", 5, "did you mean lon?", "是否指 lon？"),
        (OPEN + "ambulence = 1\n", 5, "did you mean ambulances?", "是否指 ambulances？"),
        (OPEN + 'note = "y"\n', 5, "belongs at the head of the file", "应写在文件开头"),
        ('name = "x"\n[[open]]\nkind = "医院"\n', 2, "[[open]] has no name", "[[open]] 缺少 name"),
        ('name = "x"\n[[open]]\nname = "y"\n', 2, "[[open]] has no kind", "[[open]] 缺少 kind"),
        (OPEN.replace("clinic", "加油站"), 4, 'kind = "加油站" is not known', "无法识别"),
        (OPEN + "at = 12\n", 5, "at = 12 is no text", "at = 12 不是文字"),
        ('name = "x"\n[[close]]\nname = "柳林急救站"\n', 2, "[[close]] has no id", "[[close]] 缺少 id"),
        (CLOSE + "id = 12\n", 3, 'put it in quotes, id = "…"', "请加英文引号"),
        # figures
        (OPEN + 'lon = "112.5"\nlat = 29.4\n', 5, 'lon = "112.5" is a number in quotes: write lon = 112.5', "数字不要加引号"),
        (OPEN + 'lon = "东"\nlat = 29.4\n', 5, "is no number", "不是数字"),
        (OPEN + "lon = true\nlat = 29.4\n", 5, "lon = true is no number", "不是数字"),
        (OPEN + "lon = 112.5\n", 5, "lon stands without lat", "只有 lon，缺少 lat"),
        (OPEN + "lat = 29.5\n", 5, "lat stands without lon", "只有 lat，缺少 lon"),
        (OPEN + "lat = 112.5\nlon = 29.4\n", 6, "swapped: write lon = 112.5, lat = 29.4", "经纬度颠倒，应为 lon = 112.5"),
        (OPEN + "lon = 640000\nlat = 3262000\n", 5, "no place on Earth", "不是经纬度"),
        (OPEN, 2, "it has no place", "没有写明位置"),
        (OPEN + 'at = "w1"\ncapital_wan = inf\n', 6, "is no number that can be", "不是有效的数字"),
        (OPEN + 'at = "w1"\ncapital_wan = nan\n', 6, "is no number that can be", "不是有效的数字"),
        (OPEN + 'at = "w1"\ncapital_wan = -3\n', 6, "capital_wan = -3: give a cost of 0 or more", "不小于0的万元数"),
        (OPEN + 'at = "w1"\nambulances = 1.5\n', 6, "give a whole number", "不小于0的整数"),
        (OPEN + f'at = "w1"\nambulances = 1{"0" * 400}\n', 6, "is no number that can be", "不是有效的数字"),
        (OPEN + 'at = "w1"\nhours = "25:00-26:00"\n', 6, "hours '25:00-26:00' are none", "时段“25:00-26:00”不对"),
        (OPEN + 'at = "w1"\nhours = 8\n', 6, "hours = 8 is no text", "hours = 8 不是文字"),
        ('name = "x"\ncrs = "bj54"\n', 2, "“bj54” is no coordinate system", "无法识别坐标系“bj54”"),
        ('name = "x"\ncrs = "EPSG:4547"\n' + OPEN[11:] + "lon = 112.5\nlat = 29.4\n", 6, "the coordinates are degrees (112.5, 29.4)", "坐标是经纬度"),
        ('name = "x"\n[standard]\nurban = 15\n', 3, "did you mean urban_min?", "是否指 urban_min？"),
        ('name = "x"\n[standard]\nclock = "call"\n', 3, "both clocks are shown", "两种计时口径"),
        ('name = "x"\n[standard]\nrural_min = "30"\n', 3, "write rural_min = 30", "应写成 rural_min = 30"),
        ('name = "x"\n[standard]\nrural_min = 0\n', 3, "the rural limit is 0 minutes", "乡镇时限为 0 分钟"),
        ('name = "x"\n[speeds]\nclass = 1\n', 3, "class is not understood in [speeds]", "无法识别 class"),
        ('name = "x"\n[speeds]\nclass_kph = 60\n', 3, "write [speeds.class_kph]", "请写成 [speeds.class_kph]"),
        ('name = "x"\n[speeds.class_kph]\nprimary = "60"\n', 3, "primary = 60", "primary = 60"),
        ('name = "x"\n[speeds.class_kph]\nprimery = 60\n', 3, "did you mean primary?", "是否指 primary？"),
        ('name = "x"\n[speeds.conditions]\nrain = 0\n', 3, "conditions.rain = 0", "conditions.rain = 0"),
        # roads
        ('name = "x"\n[[roads.close]]\n', 2, "names nothing", "未指明路段"),
        ('name = "x"\n[[roads.close]]\npolygon = [[1, 2],\n [3, 4]]\n', 3, "fewer than three corners", "不足三个顶点"),
        ('name = "x"\n[[roads.close]]\npolygon = [[112.4, 29.4],\n [112.5],\n [112.5, 29.5]]\n', 4, "[112.5] is no place", "不是坐标"),
        ('name = "x"\n[[roads.close]]\npolygon = [[112.4, 29.4],\n [29.4, 112.5],\n [112.5, 29.5]]\n', 4, "swapped", "经纬度颠倒"),
        ('name = "x"\n[[roads.close]]\npolygon = [[112.4, 29.4], ["112.5",\n "29.5"]]\n', 3, "number in quotes", "不要加引号"),
        ('name = "x"\n[[roads.close]]\npolygon = "flood"\n', 3, "no list of places", "不是坐标列表"),
        ('name = "x"\n[[roads.close]]\npolygon = []\nfile = "a.geojson"\n', 4, "are two areas", "两个范围"),
        ('name = "x"\n[[roads.close]]\nfile = "no.geojson"\n', 3, "no.geojson", "no.geojson"),
        ('name = "x"\n[[roads.close]]\nways = 12\n', 3, "ways = 12 is no list", "ways = 12 不是列表"),
        ('name = "x"\n[[roads.close]]\nways = [1,\n 2.5]\n', 4, "2.5 is no whole number", "2.5 不是整数"),
        ('name = "x"\n[[roads.close]]\nedges = [[1, 2],\n [3]]\n', 4, "[3] is no pair of node ids", "不是一对节点编号"),
        ('name = "x"\n[[roads.close]]\nedges = 3\n', 3, "edges = 3 is no list", "不是列表"),
        ('name = "x"\n[[roads.new]]\n', 2, "[[roads.new]] has no name", "[[roads.new]] 缺少 name"),
        ('name = "x"\n[[roads.new]]\nname = "a"\n', 2, "has no highway", "缺少 highway"),
        ('name = "x"\n[[roads.new]]\nname = "a"\nhighway = "primary"\n', 2, "has no line", "缺少线路"),
        ('name = "x"\n[[roads.new]]\nname = "a"\nhighway = "primary"\nline = [[112.4, 29.4]]\n', 5, "fewer than two places", "不足两个点"),
        ('name = "x"\n[[roads.new]]\nname = "a"\nhighway = "primary"\nline = [[112.4, 29.4], [112.5, 29.4]]\noneway = "yes"\n', 6, "write true or false", "请写 true 或 false"),
        # what does not fit the county
        (CLOSE + 'id = "h1"\n[[close]]\nid = "s1"\n', 4, "no facility has an ambulance", "没有任何设施配备救护车"),
        (CLOSE + 'id = "h1"\n[[change]]\nid = "h1"\n', 5, "closed and changed", "既撤销又调整"),
        (CLOSE + 'id = "柳林"\n', 3, "no such facility", "没有这处设施"),
        ('name = "x"\n[[change]]\nid = "w1"\nname = "柳林急救站"\n', 4, 'name = "柳林急救站" is s1', "是 s1"),
        (OPEN + "ambulances = 1\nlon = 112.5\nlat = 18.0\n", 6, "outside the county, beyond its surroundings of 4 km", "在县界以外1,2"),
        (OPEN + "lon = 112.5\nlat = 18.0\n", 5, "outside the county", "在县界以外"),
        ('name = "x"\n[[move]]\nid = "h1"\nlon = 2.35\nlat = 48.86\n', 4, "outside the county", "在县界以外"),
        (OPEN + f"ambulances = 1\nlon = {_lonlat(10, 7)[0]}\nlat = {_lonlat(10, 7)[1]}\n", 6, "no road for ambulances within 1 km", "1公里内没有救护车可通行的道路"),
        # a road that is only for walking
        (OPEN + f"ambulances = 1\nlon = {_lonlat(3, 1.5)[0]}\nlat = {_lonlat(3, 1.5)[1]}\n[speeds.class_kph]\nresidential = 1\n[[roads.close]]\npolygon = {[list(_lonlat(x, y)) for x, y in ((3.1, -3), (5, -3), (5, 3), (3.1, 3))]}\n", 6, "no road for ambulances", "没有救护车"),
    ],
)  # fmt: skip
def test_every_fault_gets_its_line(refused, text, line, en, zh):
    found, said, said_zh = refused(text)
    assert (found, en in said, zh in said_zh) == (line, True, True), (found, said, said_zh)


@pytest.mark.parametrize(
    ("content", "line", "en", "zh"),
    [
        ('name = "x"\nnote = "南部"\n'.encode("gbk"), 2, "GBK", "另存为UTF-8"),
        ('name = "x"\n'.encode("utf-16"), 1, "UTF-16", "另存为UTF-8"),
        ('name = "x"\n'.encode("utf-16-le"), 1, "UTF-16", "另存为UTF-8"),
        (b"PK\x03\x04\x14\xff\xff\xfe\x81", 1, "this is no text", "不是文本文件"),
    ],
)
def test_other_encodings_are_named(refused, content, line, en, zh):
    found, said, said_zh = refused(content)
    assert found == line
    assert en in said
    assert zh in said_zh


def test_what_is_no_file_is_said_to_be_none(tmp_path):
    for path in (tmp_path, tmp_path / "no.toml", tmp_path / "a\0b"):
        with pytest.raises(FileError) as caught:
            read_option(path)
        assert str(path) in caught.value.line("en")
        assert "请给出方案文件" in caught.value.line("zh")


def test_swapped_degrees_that_could_be_a_place_are_found_by_the_county(refused, read):
    # Liechtenstein: both are below 90, so that only the county tells
    area = shifted(toy_area(), -102.0, 18.0)
    lon, lat = area.demand.geometry.to_crs("EPSG:4326").iloc[0].coords[0]
    assert max(lon, lat) < 90
    check_option(read(OPEN + f"lon = {lon}\nlat = {lat}\n"), area)
    _, said, zh = refused(OPEN + f"lon = {lat}\nlat = {lon}\n", area=area)
    assert f"swapped: write lon = {lon:.10g}, lat = {lat:.10g}" in said
    assert "颠倒" in zh


def shifted(area, d_lon, d_lat):
    """Give a study area somewhere else on Earth."""
    crs = "EPSG:32632"

    def moved(table):
        there = table.to_crs("EPSG:4326")
        return there.set_geometry(there.geometry.translate(d_lon, d_lat)).to_crs(crs)

    outline = gpd.GeoDataFrame(geometry=[area.boundary], crs=area.crs)
    return replace(
        area,
        boundary=moved(outline).geometry.iloc[0],
        townships=moved(area.townships),
        demand=moved(area.demand),
        facilities=moved(area.facilities),
        roads=Roads(moved(area.roads.nodes), moved(area.roads.edges)),
    )


def test_a_facility_without_ambulances_may_stand_off_the_road(read):
    lon, lat = _lonlat(10, 7)
    option = check_option(read(OPEN + f"lon = {lon}\nlat = {lat}\n"), AREA)
    assert option.open[0].ambulances == 0


def test_a_new_road_may_lead_to_a_new_station(read):
    lon, lat = _lonlat(10, 7)
    x, y = _lonlat(10, 0)
    road = f'[[roads.new]]\nname = "r"\nhighway = "tertiary"\nline = [[{x}, {y}], [{lon}, {lat}], [{x + 0.02}, {y}]]\n'
    option = check_option(read(OPEN + f"ambulances = 1\nlon = {lon}\nlat = {lat}\n" + road), AREA)
    assert option.open[0].ambulances == 1


def test_names_stand_for_ids(read):
    text = (
        'name = "x"\n[[open]]\nname = "新站"\nkind = "急救站"\nat = "石门乡卫生院"\n[[close]]\nid = "柳林急救站"\n'
        '[[move]]\nid = "小康县人民医院"\nto = "新站"\nambulances = 1\n[[change]]\nid = "w1"\nhours = "8-20"\n'
    )
    option = check_option(read(text), AREA)
    assert (option.open[0].at, option.open[0].ambulances) == ("w1", 0)
    assert option.close[0] == Closing(
        "s1", "柳林急救站", option.close[0].capital_wan, option.close[0].yearly_saved_wan
    )
    assert (option.move[0].id, option.move[0].name, option.move[0].to) == ("h1", "小康县人民医院", "a-1")
    assert (option.change[0].name, option.change[0].hours) == ("石门乡卫生院", "08:00-20:00")


def test_a_name_of_several_is_refused(refused):
    area = toy_area()
    area.facilities["name"] = ["卫生院", "柳林急救站", "卫生院"]
    line, en, zh = refused(CLOSE + 'id = "卫生院"\n', area=area)
    assert line == 3
    assert en == 'id = "卫生院": 2 facilities bear this name: use the id of the one that is meant, h1, w1'
    assert zh == 'id = "卫生院"：有2处同名设施，请改填编号（h1、w1）'


def test_an_id_is_never_taken_for_a_name(read):
    area = toy_area()
    area.facilities["name"] = ["s1", "h1", "w1"]
    option = resolve_names(read(CLOSE + 'id = "s1"\n').option, area)
    assert (option.close[0].id, option.close[0].name) == ("s1", "h1")


def test_ids_that_are_made_do_not_meet_those_that_are_given(read):
    text = 'name = "x"\n' + 2 * '[[open]]\nname = "a"\nkind = "clinic"\nat = "w1"\n' + 'id = "a-1"\n'
    assert [o.id for o in read(text, name="a.option.toml").option.open] == ["a-1_", "a-1"]


def test_faults_raised_later_are_located_too(read):
    file = read(EVERYTHING)
    with pytest.raises(OptionError, match=r"a\.toml:26: wrong") as caught, file.located():
        raise OptionError("wrong", zh="不对", place=("open", 1, "at"))
    assert caught.value.line("zh").endswith("a.toml:26：不对")
    with pytest.raises(OptionError, match=r"a\.toml:1: all wrong"), file.located():
        raise OptionError("all wrong")


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from([*EVERYTHING.splitlines(), ""]), max_size=12).map("\n".join)
)
def test_no_text_ends_in_anything_but_an_option_or_a_line(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        check_option(read_option(path), AREA)
    except OptionError as error:
        lines = [error.line(lang) for lang in ("en", "zh")]
    else:
        return
    assert all(re.match(r".*any\.toml:\d+[:：]", line) for line in lines)


def test_change_of_nothing_is_no_change(read):
    option = check_option(read('name = "x"\n[[change]]\nid = "w1"\n'), AREA)
    assert option.change[0] == Change(
        "w1", "石门乡卫生院", None, None, None, *[option.change[0].capital_wan] * 3
    )


def test_a_class_of_road_that_the_speed_table_knows_may_be_built(read):
    (x0, y0), (x1, y1) = _lonlat(2, 0), _lonlat(2, 2)
    line = f"[[{x0}, {y0}], [{x1}, {y1}], [{x0 + 0.02}, {y0}]]"
    file = read(f'name = "x"\n[[roads.new]]\nname = "r"\nhighway = "path"\nline = {line}\n')
    with pytest.raises(OptionError, match="no speed on the class path"):
        check_option(file, AREA)
    known = replace(DEFAULT_SPEEDS, class_kph={**DEFAULT_SPEEDS.class_kph, "path": 10.0})
    assert check_option(file, AREA, speeds=known).roads.new[0].highway == "path"
