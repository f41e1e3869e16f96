"""Reported positions: what holds becomes a unit, and each bad one is named with its reason."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from builders import _lonlat, _point
from coverage.dispatch.checking import check_reports, newest_stale
from coverage.dispatch.units import Fleet, Unit, VehicleReport
from coverage.errors import StudyAreaError
from dispatch_county import street_county, street_desk

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 22, 8, 0, 0, tzinfo=CHINA)


def report(row: int, name: str, x_km: float, y_km: float, *, ago_s: float = 10.0, **more) -> VehicleReport:
    lon, lat = _lonlat(x_km, y_km)
    time = (NOW - timedelta(seconds=ago_s)).isoformat()
    return replace(VehicleReport(row, name, f"车{name}", lon, lat, "idle", time), **more)


def check(*reports: VehicleReport, area=None, **more) -> Fleet:
    desk = street_desk()
    return check_reports(reports, area or desk.area, desk.network, desk.standard, now=NOW, **more)


def reasons(fleet: Fleet) -> list[tuple[str, int, str]]:
    return [(left.unit_id, left.row, left.reason) for left in fleet.left_out]


def test_units_stand_in_the_order_of_their_ids():
    found = check(report(2, "乙", 1, 0), report(3, "甲", 2, 0, state="busy"))
    assert [unit.id for unit in found.units] == ["乙", "甲"]
    assert [unit.name for unit in found.units] == ["车乙", "车甲"]
    assert found.is_live
    assert found.at == "2026-11-22T08:00:00+08:00"
    assert found.left_out == ()


def test_turnouts():
    found = check(
        report(2, "at a", 0.15, 0),
        report(3, "at e", 4, 1.4),
        report(4, "elsewhere", 1.0, 0),
        report(5, "beside d", 2, 2.1),
        report(6, "own d", 2, 2.1, facility_id="d"),
        report(7, "away", 1.0, 0, facility_id="a"),
        report(8, "returning", 0, 0, state="returning", facility_id="a"),
        report(9, "busy", 0, 0, state="busy"),
    )
    by_id = {unit.id: (unit.turnout_s, unit.facility_id) for unit in found.units}
    assert by_id == {
        "at a": (100.0, "a"),
        "at e": (120.0, "e"),
        "elsewhere": (120.0, ""),
        "beside d": (120.0, ""),
        "own d": (120.0, "d"),
        "away": (120.0, "a"),
        "returning": (0.0, "a"),
        "busy": (0.0, "a"),
    }


def test_a_unit_waits_at_its_own_base_where_another_is_nearer():
    area = street_county()
    # E's station 150 m from A's hospital
    area = replace(
        area, facilities=area.facilities.set_geometry([_point(0, 0), _point(0.15, 0), _point(2, 2)])
    )
    found = check(report(2, "own", 0.14, 0, facility_id="a"), report(3, "nearest", 0.14, 0), area=area)
    assert {unit.id: (unit.turnout_s, unit.facility_id) for unit in found.units} == {
        "own": (100.0, "a"), "nearest": (120.0, "e"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "reason", "detail"),
    [
        ({"id": ""}, "no_id", ""),
        ({"time": ""}, "no_time", ""),
        ({"time": "yesterday"}, "no_time", ""),
        ({"time": "2026-11-22T07:59:50"}, "no_time", ""),
        ({"ago_s": -61.0}, "ahead", "61 s"),
        ({"ago_s": 301.0}, "stale", "301 s"),
        ({"lon": math.nan}, "no_position", ""),
        ({"lat": 91.0}, "no_position", ""),
        ({"lon": math.inf}, "no_position", ""),
        ({"state": ""}, "no_state", ""),
        ({"state": "lunch"}, "no_state", ""),
    ],
)
def test_a_bad_report_is_named_and_the_others_stay(bad, reason, detail):
    found = check(report(2, "good", 1, 0), report(3, "bad", 1, 0, **bad))
    assert [unit.id for unit in found.units] == ["good"]
    (left,) = found.left_out
    assert (left.unit_id, left.row, left.reason, left.detail) == (bad.get("id", "bad"), 3, reason, detail)


def test_clocks_may_run_a_little_ahead_and_positions_be_as_old_as_is_said():
    assert len(check(report(2, "x", 1, 0, ago_s=-60.0), report(3, "y", 1, 0, ago_s=300.0)).units) == 2
    assert reasons(check(report(2, "x", 1, 0, ago_s=31.0), max_age_s=30.0)) == [("x", 2, "stale")]


def test_times_of_other_zones_are_the_same_moment():
    found = check(
        report(2, "x", 1, 0, time="2026-11-21T23:59:55+00:00"), report(3, "y", 1, 0, time="2026-11-21T23:00Z")
    )
    assert [unit.id for unit in found.units] == ["x"]
    assert reasons(found) == [("y", 3, "stale")]


def test_far_from_every_road():
    found = check(report(2, "x", 9, 9))
    assert reasons(found) == [("x", 2, "off_network")]
    assert found.left_out[0].detail.endswith(" km")
    # on the motorway, more than a kilometre from any road that can be stopped on
    assert len(check(report(2, "m", 2, 4, state="returning")).units) == 1


def test_the_latest_report_counts():
    found = check(
        report(2, "x", 1, 0, ago_s=60), report(3, "x", 3, 0, ago_s=5), report(4, "x", 2, 0, ago_s=30)
    )
    (unit,) = found.units
    assert (unit.lon, unit.lat) == pytest.approx(_lonlat(3, 0))
    assert reasons(found) == [("x", 2, "duplicate"), ("x", 4, "duplicate")]


def test_an_older_position_does_not_stand_in_for_a_later_bad_one():
    found = check(report(2, "x", 1, 0, ago_s=60), report(3, "x", 1, 0, ago_s=5, state="busy", lon=math.nan))
    assert found.units == ()
    assert reasons(found) == [("x", 2, "duplicate"), ("x", 3, "no_position")]


def test_a_report_from_the_future_hides_nothing():
    found = check(report(2, "x", 1, 0, ago_s=5), report(3, "x", 3, 0, ago_s=-900))
    assert [(unit.lon, unit.lat) for unit in found.units] == [pytest.approx(_lonlat(1, 0))]
    assert reasons(found) == [("x", 3, "ahead")]


def test_two_of_one_moment():
    same = check(report(2, "x", 1, 0), report(3, "x", 1, 0))
    assert len(same.units) == 1
    assert reasons(same) == [("x", 3, "duplicate")]
    for other in (report(3, "x", 2, 0), report(3, "x", 1, 0, state="busy")):
        found = check(report(2, "x", 1, 0), other, report(4, "x", 1, 0, ago_s=90))
        assert found.units == ()
        expected = [("x", 2, "contradictory"), ("x", 3, "contradictory"), ("x", 4, "duplicate")]
        assert reasons(found) == expected


def test_too_fast_since_the_fleet_before():
    before = check(report(2, "x", 0, 0, ago_s=70), report(3, "y", 0, 0, ago_s=70))
    # 4 km in a minute are 240 km/h, 3 km are 180
    found = check(report(2, "x", 4, 0), report(3, "y", 3, 0), before=before)
    assert [unit.id for unit in found.units] == ["y"]
    assert reasons(found) == [("x", 2, "too_fast")]
    assert found.left_out[0].detail == "4.0 km, 240 km/h"
    # at one moment nobody is in two places; what stands jitters
    again = check(report(2, "x", 1, 0, ago_s=70), report(3, "y", 0.2, 0, ago_s=70), before=before)
    assert reasons(again) == [("x", 2, "too_fast")]
    assert again.left_out[0].detail == "1.0 km"


def test_an_impossible_position_is_none_in_the_next_picture_either():
    first = check(report(2, "x", 0, 0, ago_s=10), report(3, "y", 1, 0, ago_s=10))
    jump = report(2, "x", 4, 0, ago_s=5)
    second = check(jump, report(3, "y", 1, 0, ago_s=5), before=first)
    assert reasons(second) == [("x", 2, "too_fast")]
    assert [unit.id for unit in second.last_seen] == ["x"]
    third = check(jump, report(3, "y", 1, 0, ago_s=3), before=second)
    assert [unit.id for unit in third.units] == ["y"]
    assert reasons(third) == [("x", 2, "too_fast")]
    # a picture without it forgets nothing, and where it can have driven to by then it is believed
    gone = check(report(3, "y", 1, 0, ago_s=2), before=third)
    assert reasons(check(jump, before=gone)) == [("x", 2, "too_fast")]
    home = check(report(2, "x", 0.2, 0, ago_s=1), before=gone)
    assert [(unit.id, unit.lon) for unit in home.units] == [("x", _lonlat(0.2, 0)[0])]
    assert [unit.id for unit in home.last_seen] == ["y"]


def test_a_unit_off_duty_is_where_it_was_when_it_comes_back():
    area = street_county(hours=["20:00-08:00", "", None])
    away = check(report(2, "x", 0, 0, ago_s=10), area=area)
    assert reasons(away) == [("x", 2, "off_duty")]
    assert reasons(check(report(2, "x", 4, 1.5, ago_s=5), area=area, before=away)) == [("x", 2, "too_fast")]


def test_an_older_report_than_the_one_before_is_judged_by_the_time_between_them():
    before = check(report(2, "x", 0, 0, ago_s=10))
    assert len(check(report(2, "x", 3, 0, ago_s=70), before=before).units) == 1
    assert reasons(check(report(2, "x", 3, 0, ago_s=20), before=before)) == [("x", 2, "too_fast")]


def test_of_a_long_log_the_latest_of_every_unit_count():
    rows = [report(2 + k, f"v{k % 5}", 1, 0, ago_s=20_000 - k) for k in range(20_000)]
    found = check(*rows)
    assert [unit.id for unit in found.units] == ["v0", "v1", "v2", "v3", "v4"]
    assert len(found.left_out) == 19_995
    assert {left.reason for left in found.left_out} == {"duplicate"}


def test_a_unit_that_was_only_taken_to_be_at_its_base_may_be_anywhere():
    before = Fleet((Unit("x", "x", *_lonlat(-2, 0), "idle", 120.0),))
    assert len(check(report(2, "x", 4, 0), before=before).units) == 1


def test_bases_that_are_not_staffed():
    area = street_county(hours=["20:00-08:00", "", None])
    found = check(
        report(2, "idle", 0, 0),
        report(3, "back", 1, 0, state="returning", facility_id="a"),
        report(4, "busy", 1, 0, state="busy", facility_id="a"),
        report(5, "e", 4, 1.5),
        area=area,
    )
    assert [unit.id for unit in found.units] == ["busy", "e"]
    assert reasons(found) == [("idle", 2, "off_duty"), ("back", 3, "off_duty")]
    assert found.left_out[0].detail == "20:00-08:00"
    with pytest.raises(StudyAreaError, match="facilities: a"):
        check(report(2, "idle", 0, 0), area=street_county(hours=["always", "", ""]))


def test_a_county_without_counts_still_has_units():
    area = street_county(ambulances=[0.0, 0.0, 0.0])
    assert [unit.turnout_s for unit in check(report(2, "x", 0, 0), area=area).units] == [120.0]


def test_nothing_reported_and_a_clock_without_a_zone():
    assert check() == Fleet((), (), "2026-11-22T08:00:00+08:00", is_live=True)
    desk = street_desk()
    with pytest.raises(ValueError, match="offset"):
        check_reports((), desk.area, desk.network, desk.standard, now=NOW.replace(tzinfo=None))
    assert NOW.astimezone(UTC).hour == 0


def test_swapped_coordinates_and_times_without_a_date_are_told_apart():
    here = report(2, "a", 1.0, 0)
    found = check(
        replace(here, lon=math.nan, lat=math.nan, flaw="swapped"),
        replace(here, row=3, id="b", lon=here.lat, lat=here.lon),
        replace(here, row=4, id="c", time="", flaw="no_date"),
        replace(here, row=5, id="d", lon=here.lon + 20),
    )
    assert [(left.unit_id, left.reason) for left in found.left_out] == [
        ("a", "swapped"), ("b", "swapped" if abs(here.lon) <= 90 else "no_position"), ("c", "no_date"),
        ("d", "off_network"),
    ]  # fmt: skip


def test_a_base_that_is_not_known_is_told_and_the_unit_used():
    found = check(report(2, "a", 1.0, 0, base="没有的站"), report(3, "b", 1.0, 0, base="没有的站"))
    assert [unit.id for unit in found.units] == ["a", "b"]
    assert found.unknown_bases == ("没有的站",)


def test_when_the_newest_of_all_was_made_that_are_too_old():
    old = check(report(2, "a", 1, 0, ago_s=4000), report(3, "b", 1, 0, ago_s=3600))
    assert newest_stale(old) == NOW - timedelta(hours=1)
    assert newest_stale(check(report(2, "a", 1, 0, ago_s=4000), report(3, "b", 1, 0))) is None
    assert newest_stale(check(report(2, "a", 1, 0, ago_s=4000), report(3, "", 1, 0))) is None
