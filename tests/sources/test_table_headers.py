"""Which column is which, by what it is called."""

from __future__ import annotations

import pytest

from coverage.errors import SourceError
from coverage.sources.osm_tags import plain_name
from coverage.sources.row_account import RowAccount
from coverage.sources.table_fields import (
    FIELDS,
    NEEDED,
    check_columns,
    field_of,
    markdown_fields,
    need_columns,
)
from coverage.sources.table_headers import match_headers


def fields(*headers, layer="facilities", columns=None, system=""):
    words = [(h,) if isinstance(h, str) else h for h in headers]
    return match_headers(words, layer, columns or {}, system=system)


@pytest.mark.parametrize("layer", sorted(FIELDS))
def test_no_header_means_two_fields(layer):
    owners = {}
    for own in FIELDS[layer]:
        for header in own.headers:
            owners.setdefault(plain_name(header), set()).add(own.name)
    assert {header: names for header, names in owners.items() if len(names) > 1} == {}
    assert "" not in owners


@pytest.mark.parametrize("layer", sorted(FIELDS))
def test_every_listed_header_is_recognized(layer):
    for own in FIELDS[layer]:
        for header in own.headers:
            assert fields(header, layer=layer).columns == {own.name: 0}, header


def test_what_is_needed_are_fields():
    for layer, groups in NEEDED.items():
        names = {own.name for own in FIELDS[layer]} | {"geometry"}
        assert {name for group in groups for name in group} <= names


@pytest.mark.parametrize(
    ("header", "name"),
    [
        *(
            (" 机构 名称 ", "name"),
            ("机构名称*", "name"),
            ("ＮＡＭＥ", "name"),
            ("Name:", "name"),
            ("救护车（辆）", "ambulances"),
        ),
        *(("救护车数量(台)", "ambulances"), ("救护车/辆", "ambulances"), ("2023年救护车数量", "ambulances")),
        *(
            ("X坐标", "lon"),
            ("LNG", "lon"),
            ("经度（°）", "lon"),
            ("东经(度)", "lon"),
            ("LAT", "lat"),
            ("高德经度", "lon"),
        ),
        *(("lng_gcj02", "lon"), ("WGS84纬度", "lat"), ("百度坐标", "lonlat"), ("经纬度（高德）", "lonlat")),
        *(
            ("Facility_Name", "name"),
            ("turnout_s", "turnout_s"),
            ("坐标系", "system"),
            ("坐标系（GCJ-02）", "system"),
        ),
    ],
)
def test_headers_are_compared_leniently(header, name):
    assert fields(header).columns == {name: 0}


@pytest.mark.parametrize("header", ["", "序号", "备注", "电话", "联系人", "#N/A", "经度2020坏"])
def test_other_headers_are_nothing(header):
    assert fields(header).columns == {}


@pytest.mark.parametrize(
    ("header", "layer", "name", "scale"),
    [
        ("人口（万人）", "demand", "population", 1e4),
        ("常住人口(万)", "demand", "population", 1e4),
        ("人口/千人", "demand", "population", 1e3),
        ("人口 万人", "demand", "population", 1e4),
        ("人口（人）", "demand", "population", 1.0),
        ("Population (thousand)", "demand", "population", 1e3),
        ("出车时间（分钟）", "facilities", "turnout_s", 60.0),
        ("出车时间(min)", "facilities", "turnout_s", 60.0),
        ("出车时间（秒）", "facilities", "turnout_s", 1.0),
        ("限速（mph）", "roads", "maxspeed", 1.609344),
        ("限速（km/h）", "roads", "maxspeed", 1.0),
    ],
)
def test_units_in_the_header(header, layer, name, scale):
    match = fields(header, layer=layer)
    assert match.columns == {name: 0}
    assert match.scales == {name: scale}


@pytest.mark.parametrize("header", ["户数", "人口（户）", "总户数", "人口密度", "户籍户数", "人口（%）"])
def test_households_and_densities_are_not_people(header):
    assert fields(header, layer="demand").columns == {}


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        (["户籍人口", "常住人口"], 1),
        (["人口", "常住人口", "户籍人口"], 1),
        (["户籍人口", "总人口"], 1),
        (["2018年常住人口", "2020年常住人口", "2019年常住人口"], 1),
        (["2020年户籍人口", "2010年常住人口"], 1),
    ],
)
def test_residents_beat_the_registered_and_the_latest_beats_the_older(headers, taken):
    match = fields(*headers, layer="demand")
    assert match.columns["population"] == taken
    assert sorted(match.passed_over["population"]) == [i for i in range(len(headers)) if i != taken]


@pytest.mark.parametrize(
    ("headers", "system", "expected", "named"),
    [
        (["经度", "纬度", "高德经度", "高德纬度"], "", (2, 3), "gcj02"),
        (["经度", "纬度", "高德经度", "高德纬度"], "wgs84", (0, 1), ""),
        (["高德经度", "高德纬度", "GPS经度", "GPS纬度"], "", (2, 3), "wgs84"),
        (["高德经度", "高德纬度", "GPS经度", "GPS纬度"], "gcj02", (0, 1), "gcj02"),
        (["经度（2000）", "纬度（2000）"], "", (0, 1), "cgcs2000"),
        (["经度(国家2000)", "纬度(国家2000)"], "", (0, 1), "cgcs2000"),
        (["经度（2020）", "纬度（2020）"], "", (0, 1), ""),
        (["经度（天地图）", "纬度（天地图）"], "", (0, 1), "cgcs2000"),
        (["bd09_lng", "bd09_lat"], "", (0, 1), "bd09"),
        (["高德经度", "纬度"], "", (0, 1), "gcj02"),
    ],
)
def test_coordinates_belong_together_and_name_their_system(headers, system, expected, named):
    match = fields(*headers, system=system)
    assert (match.columns["lon"], match.columns["lat"], match.system) == (*expected, named)


def test_words_over_several_columns():
    match = fields(
        ("名称",),
        ("坐标（百度）", "经度"),
        ("坐标（百度）", "纬度"),
        ("人口", "户籍"),
        ("人口", "常住（万人）"),
        layer="demand",
    )
    assert match.columns == {"name": 0, "lon": 1, "lat": 2, "population": 4}
    assert (match.system, match.scales) == ("bd09", {"population": 1e4})


@pytest.mark.parametrize("key", ["经度", "lon", "LNG", "东经"])
def test_the_planners_own_columns_beat_the_list(key):
    match = fields("经度", "纬度", "lon_wgs", columns={key: "LON WGS"})
    assert match.columns == {"lon": 2, "lat": 1}
    assert match.by_user == (key,)


def test_a_header_named_for_one_field_is_no_other():
    match = fields("名称", "单位名称", columns={"乡镇": "名称"})
    assert match.columns == {"township": 0, "name": 1}


def test_columns_that_a_file_lacks_are_not_used():
    assert fields("名称", columns={"经度": "无此列"}).by_user == ()
    accounts = [RowAccount("facilities", "a.csv", 0, 0, 0, columns_used=("经度",))]
    need_columns({"经度": "lon_wgs"}, accounts)
    with pytest.raises(SourceError, match="人口=人数"):
        need_columns({"经度": "lon_wgs", "人口": "人数"}, accounts, otherwise=["roads"])
    need_columns({"道路等级": "dj"}, accounts, otherwise=["roads"])


def test_an_unknown_field_is_refused_with_those_there_are():
    check_columns(["经度", "population", "限速"])
    with pytest.raises(SourceError, match=r"no field 颜色; the fields are .*ambulances") as caught:
        check_columns(["颜色", "经度"])
    assert "救护车数" in caught.value.zh


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("layer", sorted(FIELDS))
def test_the_documented_table_has_every_header(layer, lang):
    text = markdown_fields(layer, lang)
    for own in FIELDS[layer]:
        line = next(line for line in text.splitlines() if f"| `{own.name}` |" in line)
        assert all(header in line for header in own.headers)


def test_fields_go_by_all_of_their_names():
    assert field_of("高程", "facilities") is None
    assert field_of("机构 名称", "facilities").name == "name"
    assert field_of("机构名称", "demand") is None
