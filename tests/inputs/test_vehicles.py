"""Live positions: every row a report, and what cannot be read in it left empty."""

from __future__ import annotations

import math

import pytest

from coverage.dispatch.units import UNIT_STATES
from coverage.errors import CrsError, FileError, SourceError
from coverage.inputs.vehicles import read_vehicles, state_of
from coverage.sources.coordinates import convert
from tests.builders import toy_area
from tests.table_files import layer_file, text_file, workbook

AREA = toy_area()
HEADER = ("车牌", "经度", "纬度", "状态", "定位时间", "所属站点")
ROWS = [
    ("湘F120A1", 112.45, 29.47, "待命", "2026-11-22 08:30:05", "柳林急救站"),
    ("湘F120A2", 112.46, 29.48, "返程", "2026/11/22 08:31", "h1"),
    ("湘F120A3", "", "", "任务中", "2026-11-22T00:30:05Z", ""),
    ("", 112.46, 29.48, "怪", "刚才", "不认识"),
]


def read(tmp_path, rows=ROWS, header=HEADER, crs="wgs84"):
    return read_vehicles(layer_file(text_file(tmp_path / "v.csv", [header, *rows]), crs=crs), AREA)


def test_every_row_becomes_a_report(tmp_path):
    first, second, third, fourth = read(tmp_path)
    assert (first.row, first.id, first.name, first.lon, first.lat) == (
        2,
        "湘F120A1",
        "湘F120A1",
        112.45,
        29.47,
    )
    assert (first.state, first.time, first.facility_id) == ("idle", "2026-11-22T08:30:05+08:00", "s1")
    assert (second.state, second.time, second.facility_id) == ("returning", "2026-11-22T08:31:00+08:00", "h1")
    assert math.isnan(third.lon)
    assert math.isnan(third.lat)
    assert (third.state, third.time) == ("busy", "2026-11-22T00:30:05+00:00")
    assert (fourth.id, fourth.state, fourth.time, fourth.facility_id) == ("", "", "", "")


def test_coordinates_of_maps_are_moved_where_they_belong(tmp_path):
    (report,) = read(tmp_path, ROWS[:1], crs="gcj02")
    moved = convert(112.45, 29.47, source="gcj02")
    assert (report.lon, report.lat) == (float(moved.x), float(moved.y))
    assert report.lon != 112.45


def test_a_row_may_say_its_own_system(tmp_path):
    rows = [(*ROWS[0], "gcj02"), (*ROWS[1], "wgs84"), (*ROWS[1], "火星坐标之外")]
    first, second, third = read(tmp_path, rows, (*HEADER, "坐标系"), crs="")
    assert first.lon == float(convert(112.45, 29.47, source="gcj02").x)
    assert second.lon == 112.46
    assert math.isnan(third.lon)


def test_a_system_that_is_not_declared_is_asked_for(tmp_path):
    with pytest.raises(CrsError, match=r"v\.csv@gcj02") as caught:
        read(tmp_path, crs="")
    assert "v.csv@gcj02" in caught.value.zh
    assert "\n" not in str(caught.value)


def test_one_column_of_coordinates_and_two_of_time(tmp_path):
    header = ("vehicle", "location", "status", "date", "time")
    (report,) = read(tmp_path, [("A1", "112.45,29.47", "en route", "2026-11-22", "08:30:05")], header)
    assert (report.lon, report.lat, report.state) == (112.45, 29.47, "busy")
    assert report.time == "2026-11-22T08:30:05+08:00"


def test_a_workbook_will_do(tmp_path):
    path = workbook(tmp_path / "v.xlsx", {"车辆": [HEADER, *ROWS]})
    assert [r.id for r in read_vehicles(layer_file(path, crs="wgs84"), AREA)] == [row[0] for row in ROWS]


def test_what_is_nowhere_on_earth_has_no_place(tmp_path):
    (report,) = read(tmp_path, [("A1", 712.45, 29.47, "待命", "2026-11-22 08:30:05", "")])
    assert math.isnan(report.lon)


def test_what_is_wrong_with_a_row_is_kept(tmp_path):
    rows = [
        ("A1", 29.47, 112.45, "待命", "2026-11-22 08:30:05", "h1"),
        ("A2", 112.45, 29.47, "待命", "08:30:05", "没有的站"),
        ("A3", 112.45, 29.47, "待命", "刚才", ""),
    ]
    found = read(tmp_path, rows)
    assert [(report.flaw, report.base) for report in found] == [
        ("swapped", ""),
        ("no_date", "没有的站"),
        ("", ""),
    ]
    assert math.isnan(found[0].lon)


def test_a_date_alone_is_no_time_of_a_report(tmp_path):
    (report,) = read(tmp_path, [("A1", 112.45, 29.47, "待命", "2026-11-22", "")])
    assert report.time == ""


@pytest.mark.parametrize("missing", ["经度", "状态", "定位时间", "车牌"])
def test_a_column_that_is_missing_is_named(tmp_path, missing):
    at = HEADER.index(missing)
    rows = [row[:at] + row[at + 1 :] for row in ROWS]
    with pytest.raises(SourceError):
        read(tmp_path, rows, HEADER[:at] + HEADER[at + 1 :])


def test_a_file_half_written_is_an_error_and_no_crash(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text('车牌,经度,纬度,状态,定位时间\n"湘F120', "utf-8")
    with pytest.raises(FileError):
        read_vehicles(layer_file(path, crs="wgs84"), AREA)
    path.write_text("", "utf-8")
    with pytest.raises((FileError, SourceError)):
        read_vehicles(layer_file(path, crs="wgs84"), AREA)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        *((word, "idle") for word in ("待命", "空闲", " 在站 ", "Available", "IDLE")),
        *((word, "returning") for word in ("返回", "返程", "返站途中", "returning", "途中待命")),
        *((word, "busy") for word in ("任务中", "出车", "转运中", "维修", "En route", "at hospital")),
        *((word, "") for word in ("怪", "", "?")),
    ],
)
def test_words_of_dispatch_systems(word, state):
    assert state_of(word) == state
    assert state in {*UNIT_STATES, ""}
