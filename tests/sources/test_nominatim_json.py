"""Which of Nominatim's places is the county."""

from __future__ import annotations

import json

import pytest
import shapely

from coverage.errors import DownloadError
from coverage.sources.nominatim_json import choose_place, read_nominatim
from coverage.sources.osm_server import Server, TryAgain

SERVER = Server("http://nominatim.test", "--nominatim")
SQUARE = shapely.geometry.mapping(shapely.box(113, 29, 114, 30))


def found(title="临湘市, 岳阳市, 湖南省, 中国", **more):
    return {
        "osm_type": "relation",
        "osm_id": 3201,
        "class": "boundary",
        "type": "administrative",
        "place_rank": 12,
        "importance": 0.5,
        "display_name": title,
        "name": title.split(",")[0],
        "geojson": SQUARE,
        **more,
    }


POINT = {"geojson": {"type": "Point", "coordinates": [113.5, 29.5]}, "osm_type": "node"}


def refused(places, asked="临湘市"):
    with pytest.raises(DownloadError) as caught:
        choose_place(places, asked)
    assert caught.value.line("zh") != caught.value.line("en")
    return caught.value.line("en")


def test_the_county_is_taken_with_its_relation_and_level():
    place, note = choose_place([found()], "临湘市")
    assert (place.name, place.relation_id, place.admin_level) == ("临湘市", 3201, 6)
    assert place.polygon.bounds == (113, 29, 114, 30)
    assert note.en == "the outline is that of 临湘市, 岳阳市, 湖南省, 中国"
    assert note.zh == "边界取自：临湘市, 岳阳市, 湖南省, 中国"
    assert note.count == 1


def test_of_several_the_most_important_is_taken_and_the_others_are_named():
    places = [
        found("鼓楼区, 福州市", importance=0.3),
        found("鼓楼区, 南京市", importance=0.4),
        found("鼓楼区, 徐州市", importance=0.2),
    ]
    place, note = choose_place(places, "鼓楼区")
    assert place.title == "鼓楼区, 南京市"
    assert "passed over: 2 (鼓楼区, 福州市, 鼓楼区, 徐州市)" in note.en
    assert "另有2个同名区域" in note.zh
    assert note.ids == ("鼓楼区, 南京市", "鼓楼区, 福州市", "鼓楼区, 徐州市")


def test_an_administrative_area_beats_a_more_important_lake():
    lake = found("南湖, 岳阳市", **{"class": "natural", "type": "water", "importance": 0.9})
    assert choose_place([lake, found("南湖, 别处")], "南湖")[0].title == "南湖, 别处"
    only = choose_place([lake], "南湖")[0]
    assert (only.title, only.admin_level) == ("南湖, 岳阳市", None)


def test_a_point_more_important_than_the_area_is_passed_over():
    town = found("临湘市 (town)", importance=0.9, **POINT)
    place, note = choose_place([town, found()], "临湘市")
    assert place.relation_id == 3201
    assert note.count == 1


def test_nothing_found_says_how_to_write_the_name():
    line = refused([], "临香市")
    assert "no place called 临香市" in line
    assert "--place '临湘市, 岳阳市, 湖南省, 中国'" in line


def test_a_point_alone_asks_for_a_fuller_name():
    line = refused([found(**POINT)])
    assert "as a point without an outline (临湘市, 岳阳市, 湖南省, 中国)" in line
    assert "--place" in line


@pytest.mark.parametrize(
    "shape",
    [
        None,
        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0]]]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]},
    ],
)
def test_an_outline_that_holds_no_land_is_none(shape):
    assert "without an outline" in refused([found(geojson=shape)])


def test_an_outline_that_crosses_itself_is_mended():
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}
    polygon = choose_place([found(geojson=bow)], "x")[0].polygon
    assert polygon.is_valid
    assert polygon.area == pytest.approx(2.0)


def test_a_closed_way_has_no_relation_and_a_server_may_say_little():
    assert choose_place([found(osm_type="way")], "x")[0].relation_id is None
    sparse = {"display_name": "试县, 试省", "geojson": SQUARE}
    place, _ = choose_place([sparse], "试县")
    assert (place.name, place.relation_id, place.admin_level) == ("试县", None, None)
    newer = {**found(), "category": "boundary"}
    del newer["class"]
    assert choose_place([newer], "x")[0].admin_level == 6


def test_a_whole_answer_is_read_and_half_of_one_is_not():
    body = json.dumps([found()]).encode()
    assert read_nominatim(body, SERVER) == json.loads(body)
    assert read_nominatim(b"[]", SERVER) == []
    with pytest.raises(TryAgain):
        read_nominatim(body[:-9], SERVER)


@pytest.mark.parametrize(
    "more",
    [
        {"importance": "high"},
        {"importance": float("nan")},
        {"importance": [1]},
        {"display_name": 3},
        {"name": {"zh": "x"}},
        {"geojson": "x"},
        {"geojson": [1]},
        {"geojson": {"type": "Polygon", "coordinates": [[[0, 0], [float("nan"), 0], [1, 1], [0, 0]]]}},
        {"geojson": {"type": "Polygon", "coordinates": [[[0, 0], [400, 0], [1, 1], [0, 0]]]}},
        {"geojson": {"type": "Polygon", "coordinates": [[[0, 0], [1, 91], [1, 1], [0, 0]]]}},
    ],
    ids=str,
)
def test_a_place_that_cannot_be_used_is_refused_before_it_is_kept(more):
    with pytest.raises(DownloadError, match="does not answer as a Nominatim server"):
        read_nominatim(json.dumps([found(), found(**more)]).encode(), SERVER)


@pytest.mark.parametrize(
    "more",
    [
        {"importance": None},
        {"importance": "0.4"},
        {"name": None},
        {"geojson": None},
        {"place_rank": "x"},
        {"osm_id": "x"},
    ],
    ids=str,
)
def test_a_place_may_lack_what_has_a_stand_in(more):
    places = read_nominatim(json.dumps([found(), found(**more)]).encode(), SERVER)
    assert choose_place(places, "临湘市")[0].name == "临湘市"
