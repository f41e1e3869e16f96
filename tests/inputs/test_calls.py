"""Past calls: every row used, merged or rejected with its reason."""

from __future__ import annotations

import numpy as np
import pytest

from coverage.errors import CrsError, SourceError
from coverage.inputs.calls import case_centre, read_calls
from tests.builders import _lonlat, toy_area
from tests.table_files import layer_file, text_file

AREA = toy_area()
LON, LAT = _lonlat(1.0, 0.2)
HEADER = ("编号", "呼救时间", "经度", "纬度", "级别", "病种")


def read(tmp_path, *rows, header=HEADER, crs="wgs84"):
    return read_calls(layer_file(text_file(tmp_path / "c.csv", [header, *rows]), crs=crs), AREA)


def test_times_are_those_of_the_week(tmp_path):
    # 2026-11-22 is a Sunday
    rows = [
        ("1", "2026-11-22 08:30:05", LON, LAT, "危重", "脑梗？"),
        ("2", "2026-11-30 00:00:30", LON, LAT, "", ""),
    ]
    calls, account, _ = read(tmp_path, *rows)
    assert calls.time_s.tolist() == [6 * 86_400 + 8 * 3600 + 30 * 60 + 5, 30.0]
    assert calls.n_days == 9
    assert calls.priority.tolist() == ["危重", ""]
    assert calls.centre.tolist() == ["stroke", ""]
    np.testing.assert_allclose(calls.lon, LON, atol=1e-9)
    assert (account.n_read, account.n_used, account.rejects) == (2, 2, ())


def test_an_export_with_date_and_time_in_two_columns(tmp_path):
    header = ("接警日期", "接警时间", "现场经度", "现场纬度")
    calls, _, _ = read(tmp_path, ("2026/11/23", "0:00:30", LON, LAT), header=header)
    assert calls.time_s.tolist() == [30.0]


BEYOND = _lonlat(10.0, 5.0)  # in the county, five kilometres from any road
FAR = _lonlat(200.0, 0.0)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("1", "", LON, LAT, "", ""), "time_missing"),
        (("1", "昨天", LON, LAT, "", ""), "time_unreadable"),
        (("1", "1899-01-01 08:00", LON, LAT, "", ""), "time_impossible"),
        (("1", "2026-11-22 08:30", "", "", "", ""), "coordinates_missing"),
        (("1", "2026-11-22 08:30", "东", LAT, "", ""), "coordinates_unreadable"),
        (("1", "2026-11-22 08:30", LAT, LON, "", ""), "coordinates_swapped"),
        (("1", "2026-11-22 08:30", *FAR, "", ""), "outside_area"),
        (("1", "2026-11-22 08:30", *BEYOND, "", ""), "off_network"),
    ],
)
def test_bad_rows_are_rejected_one_by_one(tmp_path, row, code):
    calls, account, _ = read(tmp_path, ("0", "2026-11-22 08:30", LON, LAT, "", ""), row)
    (reject,) = account.rejects
    assert (reject.row, reject.code) == (3, code)
    assert reject.en
    assert reject.zh
    assert len(calls.time_s) == 1


def test_a_call_listed_for_every_ambulance_counts_once(tmp_path):
    row = ("7", "2026-11-22 08:30", LON, LAT, "", "")
    calls, account, _ = read(tmp_path, row, row, ("8", "2026-11-22 08:30", LON, LAT, "", ""))
    assert len(calls.time_s) == 2
    assert account.n_merged == 1


def test_dates_without_times_are_no_calls(tmp_path):
    with pytest.raises(SourceError, match="without the time of the day") as caught:
        read(tmp_path, ("1", "2026-11-22", LON, LAT, "", ""), ("2", "2026-11-23", LON, LAT, "", ""))
    assert "只有日期" in caught.value.zh


def test_a_system_that_is_not_declared_is_asked_for(tmp_path):
    with pytest.raises(CrsError, match=r"c\.csv@"):
        read(tmp_path, ("1", "2026-11-22 08:30", LON, LAT, "", ""), crs="")


@pytest.mark.parametrize(
    ("text", "centre"),
    [
        ("胸痛2小时", "chest_pain"),
        ("急性心肌梗死", "chest_pain"),
        ("脑出血？", "stroke"),
        ("中风", "stroke"),
        ("车祸外伤", "trauma"),
        ("孕妇摔伤", "maternal"),
        ("新生儿窒息", "newborn"),
        ("Stroke", "stroke"),
        ("发热", ""),
        ("", ""),
    ],
)
def test_what_the_patient_has(text, centre):
    assert case_centre(text) == centre
