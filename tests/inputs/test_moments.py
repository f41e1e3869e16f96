"""Dates and times as logs write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from coverage.inputs.moments import CHINA_TIME, read_moment, zone_of
from coverage.study_area import County
from tests.builders import toy_area

EIGHT = datetime(2026, 11, 22, 8, 30, 5)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22 08:30:05", EIGHT),
        ("2026/11/22 8:30:05", EIGHT),
        ("2026.11.22 8:30:05", EIGHT),
        ("２０２６－１１－２２　０８：３０：０５", EIGHT),
        ("20261122083005", EIGHT),
        ("2026-11-22T08:30:05", EIGHT),
        ("2026年11月22日 8时30分5秒", EIGHT),
        ("2026-11-22 星期日 08:30:05", EIGHT),
        ("2026-11-22 上午8:30:05", EIGHT),
        ("2026-11-22 08:30:05 PM", EIGHT + timedelta(hours=12)),
        ("2026-11-22 下午8点30分5秒", EIGHT + timedelta(hours=12)),
        ("2026-11-22 12:30:05 AM", EIGHT - timedelta(hours=8)),
        ("2026-11-22 08:30", EIGHT.replace(second=0)),
        ("2026-11-22 24:00:00", datetime(2026, 11, 23)),  # noqa: DTZ001
        ("2026-11-22T08:30:05Z", EIGHT.replace(tzinfo=UTC)),
        ("2026-11-22 08:30:05+0800", EIGHT.replace(tzinfo=CHINA_TIME)),
        ("2026-11-22 早上8:30:05", EIGHT),
        ("2026-11-22 08:30:05,0", EIGHT),
        ("2026-11-22 08:30:05,250", EIGHT + timedelta(milliseconds=250)),
        ("2026-11-22 08:30:05 +8", EIGHT.replace(tzinfo=CHINA_TIME)),
        ("2026-11-22 08:30:05 UTC+8", EIGHT.replace(tzinfo=CHINA_TIME)),
        ("2026-11-22 08:30:05 GMT+0800", EIGHT.replace(tzinfo=CHINA_TIME)),
        ("2026-11-22 08:30:05 UTC-5:30", EIGHT.replace(tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
        ("2026-11-22 08:30:05 UTC", EIGHT.replace(tzinfo=UTC)),
        ("2026-11-22 中午12:30", EIGHT.replace(hour=12, second=0)),
        ("2026-11-22 中午1:30", EIGHT.replace(hour=13, second=0)),
        ("2026-11-22 中午11:30", EIGHT.replace(hour=11, second=0)),
        ("2026-11-22 晚上8:30", EIGHT.replace(hour=20, second=0)),
        ("2026-11-22 晚上20:30", EIGHT.replace(hour=20, second=0)),
        ("2026-11-22 晚上12:00", datetime(2026, 11, 23)),  # noqa: DTZ001
        ("2026-11-22 晚上12:30", datetime(2026, 11, 23, 0, 30)),  # noqa: DTZ001
        ("2026-11-22 下午12:30", EIGHT.replace(hour=12, second=0)),
        ("2026-11-22 凌晨12:30", EIGHT.replace(hour=0, second=0)),
        ("2026-11-22 傍晚6:30", EIGHT.replace(hour=18, second=0)),
        ("46348.354224537", EIGHT),
        ("1795336205", EIGHT.replace(tzinfo=UTC)),
        ("1795336205000", EIGHT.replace(tzinfo=UTC)),
    ],
)
def test_one_moment_in_many_hands(text, expected):
    moment = read_moment(text)
    assert moment is not None
    assert moment.at == expected
    assert moment.has_clock


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 晚上1:00",
        "2026-11-22 晚上13:00",
        "2026-11-22 中午5:00",
        "2026-11-22 8:30-9",
        "2026-11-22 08:30 +99:00",
        "2026-11-22 24:30",
        "昨天",
        "2026-13-01 08:00",
        "2026-02-30",
        "2026-11-22 25:00",
        "2026-11-22 08:61",
        "03/04/2026",
        "12",
    ],
)
def test_what_is_no_moment(text):
    assert read_moment(text) is None


@pytest.mark.parametrize("clock", ["08:30:05", "8时30分5秒", "083005", "0.354224537"])
@pytest.mark.parametrize("day", ["2026-11-22", "2026年11月22日", "46348", "20261122"])
def test_date_and_time_in_two_columns(day, clock):
    assert read_moment(clock, day).at == EIGHT


def test_a_date_alone_says_so():
    assert not read_moment("2026-11-22").has_clock
    assert read_moment("08:30") is None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001
def test_what_is_written_by_iso_8601_is_read_back(at):
    at = at.replace(microsecond=0)
    assert read_moment(at.isoformat(" ")).at == at
    assert read_moment(f"{at:%Y%m%d%H%M%S}").at == at


def test_china_has_one_clock():
    assert zone_of(toy_area()) == CHINA_TIME


@pytest.mark.parametrize(
    ("county", "lon", "lat", "is_china"),
    [
        (County("milano", "Milano", "", "015146"), 9.19, 45.46, False),
        (County("barletta", "Barletta", "", "110002"), 16.28, 41.32, False),
        (County("tokyo", "東京都"), 139.69, 35.69, False),
        (County("fukuoka", "福岡市", "", "401307"), 130.4, 33.59, False),
        (County("linxiang", "Linxiang", "", "430682"), 113.45, 29.47, True),
        (County("linxiang", "临湘市"), 113.45, 29.47, True),
        (County("zhuanghe", "庄河市"), 122.97, 39.68, True),
        (County("fuyuan", "抚远市"), 134.3, 48.36, True),
        (County("tashkurgan", "塔什库尔干", "", "653131"), 75.23, 37.77, True),
        (County("nowhere", "Nowhere", "", "016146"), 113.45, 29.47, False),
    ],
)
def test_a_county_of_china_lies_there_and_is_called_so(county, lon, lat, is_china):
    place = gpd.GeoSeries([shapely.Point(lon, lat)], crs="EPSG:4326")
    crs = place.estimate_utm_crs()
    area = SimpleNamespace(county=county, boundary=place.to_crs(crs).iloc[0].buffer(5_000), crs=crs)
    assert (zone_of(area) == CHINA_TIME) is is_china


def test_elsewhere_it_is_this_computer_s():
    area = toy_area()
    object.__setattr__(area, "county", County("vaduz", "Vaduz"))
    assert zone_of(area) is None
