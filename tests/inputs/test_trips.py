"""Observed drives: both ends, when and how long, every row accounted for."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from coverage.errors import CrsError, SourceError
from coverage.inputs.trips import read_trips
from tests.builders import _lonlat, toy_area
from tests.table_files import layer_file, text_file

AREA = toy_area()
LON, LAT = _lonlat(10.0, 0.1)
HEADER = ("编号", "出车站点", "出发时间", "到达时间", "现场经度", "现场纬度")
GOOD = ("1", "小康县人民医院", "2026-11-23 08:30:00", "2026-11-23 08:40:30", LON, LAT)


def read(tmp_path, *rows, header=HEADER, crs="wgs84"):
    return read_trips(layer_file(text_file(tmp_path / "t.csv", [header, *rows]), crs=crs), AREA)


def test_a_trip_from_a_facility_by_its_clocks(tmp_path):
    trips, account, _ = read(tmp_path, GOOD)
    assert (trips.travel_s[0], trips.depart_s[0], trips.weekday[0]) == (630.0, 8.5 * 3600, 0)
    np.testing.assert_allclose([trips.start_lon[0], trips.start_lat[0]], _lonlat(0.0, 0.1), atol=1e-9)
    np.testing.assert_allclose([trips.end_lon[0], trips.end_lat[0]], (LON, LAT), atol=1e-9)
    assert (trips.id[0], trips.row[0], account.n_used) == ("1", 2, 1)


def test_a_trip_by_coordinates_and_what_it_took(tmp_path):
    header = ("起点坐标", "终点坐标", "出发时间", "用时（分钟）")
    start = ",".join(map(str, _lonlat(0.0, 0.0)))
    trips, _, _ = read(tmp_path, (start, f"{LON},{LAT}", "2026-11-23 08:30:00", "10.5"), header=header)
    assert trips.travel_s.tolist() == [630.0]
    assert trips.id.tolist() == ["2"]


def test_ends_at_two_facilities_need_no_coordinates(tmp_path):
    header = ("起点机构", "到达医院", "出发时间", "用时（秒）")
    trips, _, _ = read(tmp_path, ("s1", "h1", "2026-11-23 08:30:00", 600), header=header, crs="")
    np.testing.assert_allclose(trips.start_lon, _lonlat(9.0, 0.05)[0], atol=1e-9)


def test_a_clock_that_passes_midnight(tmp_path):
    header = ("日期", "出发时间", "到达时间", "起点机构", "终点机构")
    trips, _, _ = read(tmp_path, ("2026-11-23", "23:55", "00:05", "s1", "h1"), header=header, crs="")
    assert trips.travel_s.tolist() == [600.0]


@pytest.mark.parametrize(
    ("left", "arrived", "travel_s"),
    [
        ("2026-03-29T01:50:00+01:00", "2026-03-29T03:05:00+02:00", 900.0),
        ("2026-10-25T02:50:00+02:00", "2026-10-25T02:10:00+01:00", 1200.0),
        ("2026-03-29T01:50:00+01:00", "02:05:00+01:00", 900.0),
        ("2026-03-29T23:55:00+02:00", "00:05:00+02:00", 600.0),
    ],
)
def test_clocks_that_are_put_forward_on_the_way(tmp_path, monkeypatch, left, arrived, travel_s):
    monkeypatch.setattr("coverage.inputs.trips.zone_of", lambda _: ZoneInfo("Europe/Vaduz"))
    trips, account, _ = read(tmp_path, (*GOOD[:2], left, arrived, *GOOD[4:]))
    assert (trips.travel_s.tolist(), account.rejects) == ([travel_s], ())


OTHER = _lonlat(8.0, 0.1)


@pytest.mark.parametrize(
    ("changed", "n"),
    [
        ({}, 1),
        ({"编号": ""}, 1),
        ({"编号": "2"}, 1),
        ({"现场经度": OTHER[0], "现场纬度": OTHER[1]}, 1),
        ({"编号": "2", "现场经度": OTHER[0], "现场纬度": OTHER[1]}, 2),
        ({"到达时间": "2026-11-23 08:41:30"}, 2),
    ],
)
def test_a_drive_that_is_listed_again_counts_once(tmp_path, changed, n):
    row = tuple(changed.get(name, cell) for name, cell in zip(HEADER, GOOD, strict=True))
    trips, account, _ = read(tmp_path, GOOD, row)
    assert (len(trips.travel_s), account.n_merged) == (n, 2 - n)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"到达时间": "2026-11-23 08:20:00"}, "time_impossible"),
        ({"到达时间": "2026-11-23 08:30:00"}, "time_impossible"),
        ({"到达时间": "2026-11-23 16:30:00"}, "time_impossible"),
        ({"到达时间": ""}, "time_missing"),
        ({"出发时间": ""}, "time_missing"),
        ({"出发时间": "早上"}, "time_unreadable"),
        ({"出车站点": "火星站"}, "facility_unknown"),
        ({"出车站点": ""}, "coordinates_missing"),
        ({"现场经度": ""}, "coordinates_missing"),
        ({"现场经度": _lonlat(200, 0)[0]}, "outside_area"),
        ({"现场纬度": _lonlat(10, 5)[1]}, "off_network"),
    ],
)
def test_bad_rows_are_rejected_one_by_one(tmp_path, changed, code):
    row = tuple(changed.get(name, cell) for name, cell in zip(HEADER, GOOD, strict=True))
    trips, account, _ = read(tmp_path, GOOD, row)
    (reject,) = account.rejects
    assert (reject.row, reject.code) == (3, code)
    assert len(trips.travel_s) == 1


def test_reasons_say_which_end_they_are_about(tmp_path):
    _, account, _ = read(tmp_path, GOOD, (*GOOD[:4], "", ""), ("1", "火星站", *GOOD[2:]))
    assert [reject.en.split(":")[0] for reject in account.rejects] == ["the end", "the start"]
    assert [reject.zh.split("：")[0] for reject in account.rejects] == ["终点", "起点"]


def test_minutes_or_seconds_is_asked_where_nobody_can_tell(tmp_path):
    header = ("起点机构", "终点机构", "出发时间", "用时")
    with pytest.raises(SourceError, match="does not say its unit") as caught:
        read(tmp_path, ("s1", "h1", "2026-11-23 08:30:00", 12), header=header)
    assert "用时（分钟）" in caught.value.zh


def test_a_system_that_is_not_declared_is_asked_for(tmp_path):
    with pytest.raises(CrsError, match=r"t\.csv@"):
        read(tmp_path, GOOD, crs="")


def test_no_row_that_can_be_used_is_one_line(tmp_path):
    with pytest.raises(SourceError, match="none of 1 rows can be used") as caught:
        read(tmp_path, (*GOOD[:3], "", *GOOD[4:]))
    assert "\n" not in str(caught.value)
    assert "均无法使用" in caught.value.zh
