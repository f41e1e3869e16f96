"""Classes, directions, surfaces and structures in the words of bureaus, of Geofabrik and of OpenStreetMap."""

from __future__ import annotations

import pytest

from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.sources.osm_tags import ROAD_CLASSES
from coverage.sources.road_words import (
    CLASS_WORDS,
    UNKNOWN_CLASS,
    class_of_route,
    directions,
    is_structure,
    level,
    road_class,
    surface,
    track_type,
)


@pytest.mark.parametrize(
    ("words", "highway"),
    [
        ("高速公路 高速 国家高速公路 省级高速 Expressway", "motorway"),
        ("高速公路匝道 匝道 互通匝道 motorway_link", "motorway_link"),
        ("一级公路 一级 国道 普通国道 城市快速路 国道二级公路 trunk G", "trunk"),
        ("高速连接线 辅道", "trunk_link"),
        ("二级公路 二级 2级 ２级 省道 主干路 城市主干道 S", "primary"),
        ("三级公路 三级 县道 次干路 X", "secondary"),
        ("四级公路 四级 准四级 乡道 支路 城市支路 Y", "tertiary"),
        ("等外公路 等外 村道 通村公路 通组路 农村公路 专用公路 C Z unclassified", "unclassified"),
        ("街巷 小区道路 胡同 living_street", "living_street"),
        ("街道 residential", "residential"),
        ("内部道路 停车场通道 service", "service"),
        ("机耕路 田间道路 林道 track track_grade1 track_grade5", "track"),
        ("在建 在建高速公路 construction", "construction"),
        ("规划道路 规划一级公路", "proposed"),
        ("人行道 步行街 游步道 footway", "footway"),
        ("自行车道 cycleway", "cycleway"),
        ("铁路", "railway"),
        ("SECONDARY Secondary secondary", "secondary"),
        ("Living Street", "living_street"),
        ("非高速 非高速公路", ""),
        ("非高速一级公路", "trunk"),
        ("四级以下 四级以下公路 低于四级 等外公路 非等级 非等级公路 无等级", "unclassified"),
        ("三级以下", "tertiary"),
        ("在建非等级公路", "construction"),
        ("unknown 五类 5111 — 0", ""),
    ],
)
def test_classes(words, highway):
    for word in words.split(" ") if words != "Living Street" else [words]:
        assert road_class(word) == highway, word


def test_every_class_of_the_speed_table_is_itself():
    for highway in DEFAULT_SPEEDS.class_kph:
        assert road_class(highway) == highway


def test_better_classes_are_faster_and_the_unknown_one_is_slow():
    kph = DEFAULT_SPEEDS.class_kph
    speeds = [kph[road_class(word)] for word in ("高速公路", "一级", "二级", "三级", "四级", "等外")]
    assert speeds == sorted(speeds, reverse=True)
    speeds = [kph[road_class(word)] for word in ("国道", "省道", "县道", "乡道", "村道")]
    assert speeds == sorted(speeds, reverse=True)
    assert kph[UNKNOWN_CLASS] < min(speeds)


def test_words_mean_classes_that_are_driven_or_plainly_are_not():
    left_out = {"construction", "proposed", "footway", "cycleway", "railway", "ferry"}
    assert set(CLASS_WORDS) - ROAD_CLASSES == left_out


def test_grades_of_tracks():
    assert track_type("track_grade5") == "grade5"
    assert [track_type(word) for word in ("track", "track_grade6", "grade5", "")] == [""] * 4


@pytest.mark.parametrize(
    ("number", "highway"),
    [
        ("G4", "motorway"),
        ("G56", "motorway"),
        ("G0421", "motorway"),
        ("S20", "motorway"),
        ("G107", "trunk"),
        ("G4W2", "motorway"),
        ("G15W", "motorway"),
        ("G4京港澳高速", "motorway"),
        ("G4（京港澳高速）", "motorway"),
        ("G107京广线", "trunk"),
        ("S71 华常高速", "motorway"),
        ("X012430682 某线", "secondary"),
        ("X4W2", ""),
        ("G4;G107", ""),
        ("Ｇ107", "trunk"),
        ("g 107", "trunk"),
        ("S208", "primary"),
        ("X012", "secondary"),
        ("X012430682", "secondary"),
        ("Y123", "tertiary"),
        ("C045430682", "unclassified"),
        ("Z001", "unclassified"),
        ("", ""),
        ("107", ""),
        ("A1", ""),
        ("G", ""),
        ("G12345", ""),
        ("S208;X012", ""),
    ],
)
def test_the_number_of_a_road_tells_its_class(number, highway):
    assert class_of_route(number) == highway


@pytest.mark.parametrize(
    ("header", "column", "expected", "figures"),
    [
        ("", "F T B B", "yes -1 no no", ""),  # Geofabrik
        ("", "T F F", "yes no no", ""),  # true and false
        ("", "yes no -1 1 0 true False", "yes no -1 yes no yes no", ""),
        ("", "单行 双向 是 否 单向 逆向 正向 双向通行 非单行", "yes no yes no yes -1 yes no no", ""),
        ("单行", "0 1 2 3", "no no yes -1", "navigation"),
        ("通行方向", "1 2 2.0", "no yes yes", "navigation"),
        ("Direction", "0 1 2", "no no yes", "navigation"),
        ("是否单行", "1 2 1.0 2.00", "yes no yes no", "flags"),
        ("是否单行方向", "1 2", "yes no", "flags"),
        ("单行", "1 2", "yes no", "flags"),
        ("通行方向", "0 1 1", "no yes yes", ""),
        ("", "1.0 0.0 -1.0", "yes no -1", ""),
    ],
)
def test_directions(header, column, expected, figures):
    read = directions(column.split(), header)
    assert (read.oneway, read.unread, read.figures) == (expected.split(), [], figures)


def test_directions_that_are_not_understood_are_both_ways_and_named():
    read = directions(["yes", "", "东西向", "潮汐车道"])
    assert (read.oneway, read.unread) == (["yes", "no", "no", "no"], [2, 3])
    read = directions(["0", "1", "2"], "是否单行")
    assert (read.oneway, read.unread) == (["no", "yes", "no"], [2])


@pytest.mark.parametrize(
    "words",
    [
        "是 1 yes T Y 有 1.0 1.00 true",
        "长江大桥 viaduct 高架桥 鹅公岩隧道 building_passage",
        "无为大桥 不老河大桥",
    ],
)
def test_there_is_a_bridge(words):
    assert [word for word in words.split() if is_structure(word) is not True] == []


@pytest.mark.parametrize(
    "words",
    [
        "0 F no N false 0.0 0.00 0. -0 +0.0",
        "否 无 非 没有 无桥 无桥梁 不在桥上 不是桥梁 非桥 非隧道 不是 未设桥 没有隧道 无大桥 不详 未知",
        "<Null> NULL nan NaN None N/A 空",
    ],
)
def test_there_is_none(words):
    assert [word for word in ["", *words.split()] if is_structure(word) is not False] == []


def test_english_denials_are_no_bridges():
    assert [is_structure(word) for word in ("no bridge", "Not a bridge", "without tunnel")] == [False] * 3
    assert is_structure("Northbridge")


@pytest.mark.parametrize("word", ["其他", "2", "120.5", "道路", "?x"])
def test_words_that_say_neither_are_told_apart(word):
    assert is_structure(word) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("水泥混凝土 水泥 沥青混凝土 沥青 柏油 硬化 简易铺装路面 铺装", "paved"),
        ("砂石 泥结碎石 碎石土 级配", "gravel"),
        ("土路 素土 泥土", "ground"),
        ("未铺装路面 未硬化 无路面 简易路面 无铺装 没有硬化 不硬化 非硬化 没硬化", "unpaved"),
        ("asphalt", "asphalt"),
        ("Gravel", "gravel"),
        ("其他", ""),
    ],
)
def test_surfaces(words, expected):
    for word in words.split():
        assert surface(word) == expected, word


def test_unpaved_surfaces_are_slower():
    slow = {surface(word) for word in ("砂石", "土", "未铺装")}
    assert all(DEFAULT_SPEEDS.surface[word] < 1 for word in slow)
    assert surface("水泥") not in DEFAULT_SPEEDS.surface


@pytest.mark.parametrize(
    ("text", "expected"), [("1", 1), ("-2", -2), ("1.0", 1), ("0", 0), ("", 0), ("roads_2020", 0), ("12", 0)]
)
def test_levels(text, expected):
    assert level(text) == expected
