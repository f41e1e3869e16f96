"""Past calls: every row used, merged or rejected with its reason."""

from __future__ import annotations

import numpy as np
import pytest

from coverage.errors import CrsError, SourceError
from coverage.inputs.calls import read_calls
from coverage.inputs.complaints import case_centre
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


def daily(n, first="2026-09-01", start=0):
    days = np.datetime64(first) + np.arange(n)
    return [(f"c{start + i}", f"{day} 08:30", LON, LAT, "", "") for i, day in enumerate(days)]


@pytest.mark.parametrize("stray", ["2015-01-01 08:30", "2062-09-01 08:30"])
def test_one_date_of_another_year_does_not_thin_the_demand_out(tmp_path, stray):
    rows = [*daily(60), ("x", stray, LON, LAT, "", "")]
    calls, account, notes = read(tmp_path, *rows)
    assert (calls.n_days, len(calls.time_s)) == (60, 60)
    (reject,) = account.rejects
    assert (reject.row, reject.code) == (62, "time_impossible")
    assert "2026-09-01 – 2026-10-30" in reject.en
    (note,) = (note for note in notes if note.code == "calls_far_off")
    assert note.ids == ("62",)
    assert "第62行" in note.zh


def test_a_log_in_two_parts_counts_the_days_of_both_and_says_so(tmp_path):
    calls, account, notes = read(tmp_path, *daily(60), *daily(30, "2026-01-01", 60))
    assert (calls.n_days, len(calls.time_s), account.rejects) == (90, 90, ())
    (note,) = (note for note in notes if note.code == "calls_gaps")
    assert "2026-01-30 – 2026-09-01" in note.en


def test_a_log_with_few_calls_a_year_has_no_gaps(tmp_path):
    rows = [(str(i), f"2026-{1 + 2 * i:02d}-05 08:30", LON, LAT, "", "") for i in range(6)]
    calls, account, notes = read(tmp_path, *rows)
    assert (calls.n_days, account.rejects) == (305, ())
    assert not any(note.code == "calls_gaps" for note in notes)


@pytest.mark.parametrize(("n", "warned"), [(1, True), (99, True), (100, False)])
def test_a_log_of_few_calls_is_warned_of(tmp_path, n, warned):
    _, _, notes = read(tmp_path, *daily(n))
    few = [note for note in notes if note.code == "calls_few"]
    assert bool(few) == warned
    assert all(f"calls: {n}" in note.en and f"{n}次呼救" in note.zh for note in few)


def test_many_calls_of_few_days_are_warned_of_as_well(tmp_path):
    rows = [(str(i), f"2026-09-0{1 + i % 6} 08:30", LON, LAT, "", "") for i in range(120)]
    assert any(note.code == "calls_few" for note in read(tmp_path, *rows)[2])


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
        ("unstable angina", "chest_pain"),
        ("stable, fever", ""),
        ("cerebrovascular accident", "stroke"),
        ("heartburn", ""),
        ("acute kidney injury", ""),
        ("laboured breathing", ""),
        ("laboratory referral", ""),
        ("macs", ""),
        ("PACS", ""),
        ("acs", "chest_pain"),
        ("急性STEMI", "chest_pain"),
        ("chest_pain", "chest_pain"),
        ("Chest-pain", "chest_pain"),
        ("cerebral infarction", "stroke"),
        ("subarachnoid haemorrhage", "stroke"),
        ("postpartum haemorrhage", "maternal"),
        ("in labour", "maternal"),
        ("neonatal asphyxia", "newborn"),
        ("stab wound", "trauma"),
        ("burns to the arm", "trauma"),
        ("Traffic accident, chest pain", "trauma"),
        ("stroke, fell in the kitchen", "stroke"),
        ("non-traumatic chest pain", "chest_pain"),
        ("摔倒", "trauma"),
        ("撞车", "trauma"),
        ("突发肢体无力", "stroke"),
        ("脑梗后跌倒", "stroke"),
        ("车祸致胸痛", "trauma"),
        ("胸痛，无外伤史", "chest_pain"),
        ("产后出血", "maternal"),
        ("中风险", ""),
        ("", ""),
    ],
)
def test_what_the_patient_has(text, centre):
    assert case_centre(text) == centre
