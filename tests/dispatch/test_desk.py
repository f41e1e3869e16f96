"""Decisions on a county solved by hand, and on any fleet against brute force and NetworkX."""

from __future__ import annotations

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import CRS, _lonlat, _point, toy_area
from coverage.assessment import assess
from coverage.dispatch.desk import TIMED_UNITS, open_desk
from coverage.dispatch.fleet import base_fleet
from coverage.dispatch.standing import snap_units
from coverage.dispatch.units import Fleet, LeftOut
from coverage.errors import DispatchError, OptionError
from coverage.option import RoadClosure, Roadworks
from coverage.standards import CareStandard, ResponseStandard
from dispatch_county import fleet, street_county, street_desk, unit, xy_of
from oracles.times import place_times

# 2 km at 60, 70, 50 and 30 km/h; 4 km at 90 and 2 km at 60
MAIN_S, G107_S, RING_S, LANE_S, MOTORWAY_S, SLIP_S = 120.0, 7200 / 70, 144.0, 240.0, 160.0, 120.0


def decide(*units, at=(3.0, 0.0), centre=None, desk=None):
    desk = desk or street_desk()
    return desk.decide(units[0] if isinstance(units[0], Fleet) else fleet(*units), *_lonlat(*at), centre)


def test_the_first_there_goes_by_turnout_and_one_ways():
    # from A: 100 s, then 3 km of the main road; from E the lane leads south to C, then 1 km back
    found = decide(base_fleet(street_county(), ResponseStandard()))
    assert [time.unit.id for time in found.units] == ["a-1", "a-2", "e-1"]
    a, _, e = found.units
    assert a.travel_s == pytest.approx(1.5 * MAIN_S, abs=0.1)
    assert a.response_s == pytest.approx(60 + 100 + 1.5 * MAIN_S, abs=0.1)
    assert e.travel_s == pytest.approx(0.75 * LANE_S + 0.5 * MAIN_S, abs=0.1)
    assert e.response_s == pytest.approx(60 + 120 + 0.75 * LANE_S + 0.5 * MAIN_S, abs=0.1)
    assert found.limit_s == 900.0
    assert (found.township_id, found.township_class) == ("430699001", "urban")
    assert a.is_within
    assert found.access_m == pytest.approx(0.0, abs=0.1)


def test_a_returning_unit_is_there_without_turnout_and_a_busy_one_is_not_asked():
    found = decide(unit("r", 0.5, 0.0), unit("i", 2.5, 0.0, "idle", 120.0), unit("b", 3.0, 0.0, "busy"))
    assert [time.unit.id for time in found.units] == ["r", "i"]
    assert found.units[0].response_s == pytest.approx(60 + 1.25 * MAIN_S, abs=0.1)


def test_one_ways_make_the_near_one_late():
    # 0.5 km north of the place on the one-way lane, but the lane leads the other way
    found = decide(unit("n", 4.0, 0.5), unit("d", 2.0, 1.0), at=(4.0, 1.0))
    assert [time.unit.id for time in found.units] == ["d", "n"]
    assert found.units[0].travel_s == pytest.approx(0.5 * G107_S + RING_S + 0.5 * LANE_S, abs=0.2)
    around_s = 0.25 * LANE_S + MAIN_S + G107_S + RING_S + 0.5 * LANE_S
    assert found.units[1].travel_s == pytest.approx(around_s, abs=0.2)


def test_a_unit_may_stand_on_a_motorway_and_a_patient_not():
    found = decide(unit("m", 2.0, 4.0), at=(4.0, 1.0))
    assert found.units[0].travel_s == pytest.approx(MOTORWAY_S / 2 + SLIP_S + LANE_S / 2, abs=0.1)
    assert [step.road for step in found.route.steps] == ["京港澳高速", "", ""]
    # beside the motorway, the nearest road that can be stopped on is the ring road
    beside = decide(unit("m", 2.0, 2.0), at=(3.0, 2.9))
    assert beside.access_m == pytest.approx(900.0, abs=1.0)
    assert beside.route.arrive_s == pytest.approx(900 / (4 / 3.6), abs=1.0)


def test_the_clock_of_departure_counts_the_drive_and_still_sends_the_first_there():
    found = decide(
        unit("slow", 2.9, 0.0, "idle", 300.0), unit("r", 1.0, 0.0), desk=street_desk(clock="departure")
    )
    assert [time.unit.id for time in found.units] == ["r", "slow"]
    assert found.units[0].response_s == pytest.approx(MAIN_S, abs=0.1)


def test_units_at_one_time_stand_in_the_order_of_the_fleet():
    found = decide(base_fleet(street_county(), ResponseStandard()))
    assert found.units[0].response_s == found.units[1].response_s


def test_the_route_is_told_with_turns_names_and_lengths():
    found = decide(unit("h", -1.0, 0.0), at=(4.0, 1.0))
    steps = found.route.steps
    assert [(s.turn, s.road, s.highway) for s in steps] == [
        ("start", "人民路", "secondary"),
        ("left", "G107", "primary"),
        ("right", "北环路", "tertiary"),
        ("right", "", "residential"),
        ("arrive", "", ""),
    ]
    assert [s.length_m for s in steps] == pytest.approx([3000, 2000, 2000, 1000, 0], abs=0.5)
    assert [s.time_s for s in steps] == pytest.approx([1.5 * MAIN_S, G107_S, RING_S, LANE_S / 2, 0], abs=0.1)
    assert [xy_of(s.lon, s.lat) for s in steps] == [
        pytest.approx(place, abs=1e-3) for place in ((-1, 0), (2, 0), (2, 2), (4, 2), (4, 1))
    ]
    route = found.route
    assert route.length_m == pytest.approx(8000, abs=1)
    assert route.geometry.length == pytest.approx(8000, abs=1)
    assert route.time_s == pytest.approx(sum(s.time_s for s in steps))
    assert route.total_s == pytest.approx(found.units[0].travel_s)


def test_a_unit_that_stands_there_already():
    found = decide(unit("h", 3.0, 0.0))
    assert [step.turn for step in found.route.steps] == ["arrive"]
    assert found.route.length_m == found.route.time_s == 0.0
    assert found.units[0].travel_s == pytest.approx(0.0, abs=0.2)


def test_the_second_leg_runs_to_the_centre_and_names_the_hospital_that_is_nearer():
    found = decide(unit("r", 3.5, 0.0), at=(1.0, 0.0), centre="stroke")
    to = found.destination
    assert (to.facility_id, to.facility_name, to.is_beyond) == ("d", "丁医院", False)
    assert to.transport_s == pytest.approx(MAIN_S / 2 + G107_S, abs=0.1)
    assert (to.nearest_id, to.nearest_name) == ("a", "甲医院")
    assert to.nearest_s == pytest.approx(MAIN_S / 2, abs=0.1)
    assert [s.road for s in to.route.steps] == ["人民路", "G107", ""]
    target = CareStandard().targets["stroke"]
    assert (to.scene_s, to.target_s) == (target.scene_s, target.target_s)
    call_s = 60 + 0 + found.units[0].travel_s + target.scene_s + to.transport_s
    assert to.door_s == pytest.approx(call_s)


def test_any_hospital_will_do_where_nothing_is_said():
    to = decide(unit("r", 3.5, 0.0), at=(1.0, 0.0)).destination
    assert (to.facility_id, to.nearest_id) == ("a", "a")
    assert to.nearest_s == to.transport_s
    assert np.isnan([to.door_s, to.scene_s, to.target_s]).all()


def test_the_second_leg_follows_the_one_ways():
    # from E's lane to D: south, west along the main road, north
    to = decide(unit("r", 3.5, 0.0), at=(4.0, 1.0), centre="stroke").destination
    assert to.transport_s == pytest.approx(LANE_S / 2 + MAIN_S + G107_S, abs=0.1)


def test_where_nobody_can_treat_it_the_nearest_hospital_is_named():
    to = decide(unit("r", 3.5, 0.0), at=(1.0, 0.0), centre="newborn").destination
    assert (to.facility_id, to.nearest_id, to.fallback) == ("a", "a", "none")
    assert to.transport_s == to.nearest_s == pytest.approx(MAIN_S / 2, abs=0.1)
    # the target is that of a centre
    assert math.isnan(to.target_s)
    assert math.isfinite(to.door_s)
    unfilled = open_desk(street_county(centres=["", None, ""]), ResponseStandard())
    to = decide(unit("r", 3.5, 0.0), at=(1.0, 0.0), centre="stroke", desk=unfilled).destination
    assert (to.facility_id, to.fallback) == ("a", "unfilled")
    assert decide(unit("r", 3.5, 0.0), at=(1.0, 0.0), centre="stroke").destination.fallback == ""
    none = open_desk(street_county(kind=["ambulance_station"] * 3, centres=[""] * 3), ResponseStandard())
    for centre in (None, "stroke"):
        assert decide(unit("r", 3.5, 0.0), at=(1.0, 0.0), centre=centre, desk=none).destination is None


def test_where_no_road_leads_to_a_centre_the_nearest_hospital_is_named():
    # the way to D is closed, and the ring road starts there
    desk = street_desk(closed=Roadworks((RoadClosure("桥", edges=((2, 4), (4, 5))),)))
    to = decide(unit("r", 3.5, 0.0), at=(1.0, 0.0), centre="stroke", desk=desk).destination
    assert (to.facility_id, to.fallback) == ("a", "unreachable")


def test_the_time_from_the_call_is_given_on_either_clock():
    for clock in ("call", "departure"):
        found = decide(unit("i", 1.0, 0.0, "idle", 90.0), at=(3.0, 0.0), centre="stroke",
                       desk=street_desk(clock=clock))  # fmt: skip
        (first,), to = found.units, found.destination
        assert first.call_s == pytest.approx(60 + 90 + MAIN_S, abs=0.1)
        assert to.door_s == pytest.approx(first.call_s + to.scene_s + to.transport_s)


def test_a_patient_off_the_road_is_carried_to_it_before_the_drive():
    to = decide(unit("r", 3.5, 0.0), at=(1.0, -0.3), centre="chest_pain").destination
    assert to.transport_s == pytest.approx(300 / (4 / 3.6) + MAIN_S / 2, abs=0.5)
    assert to.route.leave_s == pytest.approx(300 / (4 / 3.6), abs=0.5)


def test_a_place_in_two_townships_is_of_the_first():
    county = street_county()
    twice = county.townships.iloc[[0, 0]].assign(**{"id": ["430699001", "x"], "class": ["urban", "rural"]})
    others = county.townships[county.townships["id"] != "430699001"]
    county = replace(county, townships=pd.concat([twice, others], ignore_index=True))
    found = open_desk(county, ResponseStandard()).decide(fleet(unit("r", 0, 0)), *_lonlat(3.0, 0.0))
    assert (found.township_id, found.limit_s) == ("430699001", 900.0)


def _around(x_km, y_km, radius_m):
    """Close every road within a circle."""
    circle = gpd.GeoSeries([_point(x_km, y_km).buffer(radius_m)], crs=CRS).to_crs("EPSG:4326").iloc[0]
    return Roadworks((RoadClosure("封控", polygon=circle),))


def test_units_whose_own_road_is_closed_are_named_and_not_sent():
    desk = street_desk(closed=_around(0, 0, 800))
    # two wait at A in the middle, one stands 100 m within the closed part, one far from it
    more = fleet(
        *base_fleet(street_county(), ResponseStandard()).units, unit("edge", 0.7, 0), unit("r", 3.9, 0)
    )
    found = decide(more, at=(1.0, 0.0), desk=desk)
    assert {u.id for u in found.cut_off} == {"a-1", "a-2"}
    assert {time.unit.id for time in found.units} == {"e-1", "edge", "r"}
    # without the closure they come first
    assert decide(more, at=(1.0, 0.0)).units[1].unit.id == "a-1"
    assert decide(more, at=(1.0, 0.0)).cut_off == ()
    alone = base_fleet(street_county(ambulances=[2.0, 0.0, 0.0]), ResponseStandard())
    with pytest.raises(DispatchError, match="no road leads from any ambulance"):
        decide(alone, at=(1.0, 0.0), desk=desk)


def test_a_hospital_whose_own_road_is_closed_receives_nobody():
    desk = street_desk(closed=_around(0, 0, 800))
    assert desk.cut_off.tolist() == [0]
    assert decide(unit("r", 3.9, 0), at=(1.0, 0.0), desk=desk).destination.facility_id == "d"
    assert street_desk().cut_off.tolist() == []


def test_a_patient_beside_a_closed_road_is_carried_farther():
    found = decide(unit("r", 3.9, 0), at=(0.3, 0.0), desk=street_desk(closed=_around(0, 0, 800)))
    assert found.detour_m == pytest.approx(500, abs=5)
    assert decide(unit("r", 3.9, 0), at=(0.3, 0.0)).detour_m == 0.0


def test_of_many_units_the_first_are_timed_and_the_others_are_later():
    # along the main road; of those within 1 km the nearer ones have the longer turnout
    near = [unit(f"n{k:02d}", 2.9 - k * 0.07, 0.0, "idle", 130.0 - 10 * k) for k in range(14)]
    far = [unit(f"z{k:02d}", -1.0 - k * 0.06, 0.0) for k in range(16)]
    found = decide(*near, *far, at=(3.0, 0.0))
    timed = [time.unit.id for time in found.units]
    assert timed[:TIMED_UNITS] == ["n13", "n12", "n11", "n10", "n09", "n08"]
    assert {u.id for u in found.untimed} == {u.id for u in (*near, *far)} - set(timed)
    assert len(found.untimed) >= 16
    whole = decide(*near[8:], at=(3.0, 0.0))
    assert whole.untimed == ()
    assert [time.travel_s for time in found.units[:TIMED_UNITS]] == pytest.approx(
        [t.travel_s for t in whole.units]
    )


def test_the_centre_lies_beyond_the_line():
    county = street_county(centres=["", "", "newborn"])
    county = replace(county, boundary=toy_area().boundary.intersection(_south()))
    desk = open_desk(county, ResponseStandard())
    to = decide(unit("r", 1, 0), at=(1, 0), centre="newborn", desk=desk).destination
    assert (to.facility_id, to.is_beyond) == ("d", True)


def _south():
    from builders import _box  # noqa: PLC0415

    return _box(-6, -8, 32, 1)


def test_a_place_outside_every_township_is_rural():
    found = decide(unit("r", -1.0, 0.0), at=(-2.0, 0.9))
    assert found.township_class == "urban"
    county = street_county()
    county = replace(county, townships=county.townships[county.townships["id"] != "430699001"],
                     demand=county.demand[county.demand["township_id"] != "430699001"])  # fmt: skip
    found = open_desk(county, ResponseStandard()).decide(fleet(unit("r", -1, 0)), *_lonlat(-2, 0.9))
    assert (found.township_id, found.township_name, found.township_class) == ("", "", "rural")
    assert found.limit_s == 1800.0


def test_at_their_bases_the_units_are_as_soon_as_the_analysis_says():
    desk = street_desk()
    found = assess(desk.area, desk.network, desk.standard, places=desk.places)
    units = base_fleet(desk.area, desk.standard)
    lonlat = desk.area.demand.geometry.to_crs("EPSG:4326")
    reached = np.flatnonzero(np.isfinite(found.demand["response_s"]))
    assert len(reached) >= 4
    for i in reached:
        decision = desk.decide(units, lonlat.iloc[i].x, lonlat.iloc[i].y)
        assert decision.units[0].response_s == pytest.approx(found.demand["response_s"].iloc[i], abs=1e-3)
        assert decision.units[0].unit.facility_id == found.demand["facility_id"].iloc[i]


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [
        (190.0, 30.0, "no place on Earth"),
        (math.nan, 30.0, "no place on Earth"),
        (116.4, 39.9, "km from the nearest road of Xiaokang"),
    ],
)
def test_a_place_that_is_none(lon, lat, words):
    with pytest.raises(DispatchError, match=words) as caught:
        street_desk().decide(fleet(unit("r", 1, 0)), lon, lat)
    assert "经度" in caught.value.line("zh")


def test_nobody_to_send():
    busy = Fleet((unit("b", 3.0, 0.0, "busy"),), (LeftOut("x", 3, "stale"), LeftOut("", 4, "no_id")))
    with pytest.raises(DispatchError, match=r"1 busy \(车b\), 2 left out \(x, row 4\)") as caught:
        decide(busy)
    assert "第4行" in caught.value.line("zh")
    with pytest.raises(DispatchError, match="none is known"):
        decide(Fleet(()))


def test_nobody_gets_there():
    # nothing leads back to the motorway
    with pytest.raises(DispatchError, match="no road leads from any ambulance"):
        decide(unit("r", 40.0, 40.0))
    bridge = Roadworks((RoadClosure("桥", edges=((1, 2), (8, 1))),))
    with pytest.raises(DispatchError, match="no road leads from any ambulance"):
        decide(unit("r", -2.0, 0.0), desk=street_desk(closed=bridge))


def test_a_closed_road_is_driven_around():
    ring = Roadworks((RoadClosure("修路", edges=((2, 3),)),))
    desk = street_desk(closed=ring)
    assert desk.closed_m == pytest.approx(4000, abs=1)
    found = decide(unit("r", 0.0, 0.0), at=(4.0, 0.2), desk=desk)
    assert [step.road for step in found.route.steps] == ["人民路", "G107", "北环路", "", ""]
    around_s = MAIN_S + G107_S + RING_S + 0.9 * LANE_S
    assert found.units[0].travel_s == pytest.approx(around_s, abs=0.2)
    straight = decide(unit("r", 0.0, 0.0), at=(3.8, 0.0))
    assert straight.units[0].travel_s == pytest.approx(1.9 * MAIN_S, abs=0.2)
    # what is closed is no road: the next one is 200 m off
    beside = decide(unit("r", 0.0, 0.0), at=(3.8, 0.0), desk=desk)
    assert beside.access_m == pytest.approx(200, abs=1)
    assert beside.units[0].travel_s == pytest.approx(around_s + 0.1 * LANE_S + 200 / (4 / 3.6), abs=0.5)


def test_every_road_closed():
    with pytest.raises(OptionError, match="every road is closed"):
        street_desk(closed=Roadworks((RoadClosure("全部", polygon=shapely.box(112, 29, 113, 30)),)))


places = st.tuples(st.floats(-2.5, 5.0), st.floats(-0.5, 4.2))
states = st.sampled_from(["idle", "returning", "busy"])


@st.composite
def fleets(draw, least: int = 1):
    n = draw(st.integers(least, 5))
    units = []
    for k in range(n):
        state = draw(states) if k else "returning"
        turnout_s = draw(st.sampled_from([60.0, 120.0, 300.0])) if state == "idle" else 0.0
        units.append(unit(f"u{k}", *draw(places), state, turnout_s))
    return fleet(*units)


quick = settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much], deadline=None)


@quick
@given(fleets(), places)
def test_the_best_unit_is_the_best_of_all_tried(units, at):
    desk = street_desk()
    patient = desk.network.snap(*([value] for value in _lonlat(*at)))
    free = [u for u in units.units if u.state != "busy"]
    stands = snap_units(desk.bases, desk.network, free)
    expected = place_times(desk.network, stands, patient, stands.yard_s, patient.walk_s)[:, 0]
    arrival = expected + np.array([u.turnout_s for u in free])
    if not np.isfinite(arrival).any():
        with pytest.raises(DispatchError):
            decide(units, at=at)
        return
    found = decide(units, at=at)
    by_id = {time.unit.id: time.travel_s for time in found.units}
    reached = {u.id: float(t) for u, t in zip(free, expected, strict=True) if np.isfinite(t)}
    assert by_id == pytest.approx(reached, abs=0.01)
    best = found.units[0]
    assert best.unit.turnout_s + best.travel_s == pytest.approx(arrival.min(), abs=0.01)
    assert found.route.total_s == pytest.approx(best.travel_s, abs=0.01)


@quick
@given(st.lists(st.tuples(places, st.sampled_from([0.0, 60.0, 300.0])), min_size=8, max_size=22), places)
def test_the_first_of_many_are_the_first_of_all_tried(spread, at):
    units = fleet(*(unit(f"u{k:02d}", *where, "idle", wait_s) for k, (where, wait_s) in enumerate(spread)))
    desk = street_desk()
    patient = desk.network.snap(*([value] for value in _lonlat(*at)))
    stands = snap_units(desk.bases, desk.network, units.units)
    travel_s = desk.network.travel_times(stands, patient)[:, 0]
    arrival = np.sort(travel_s + np.array([u.turnout_s for u in units.units]))
    if not np.isfinite(arrival).any():
        return
    found = decide(units, at=at)
    mine = [time.unit.turnout_s + time.travel_s for time in found.units]
    assert len(mine) >= min(TIMED_UNITS, np.isfinite(arrival).sum())
    assert mine == pytest.approx(arrival[: len(mine)].tolist(), abs=0.01)
    if not found.untimed:
        assert len(mine) == np.isfinite(arrival).sum()


@quick
@given(fleets(), places, places, st.sampled_from([0.0, 120.0]))
def test_one_more_unit_never_makes_it_later(units, at, where, turnout_s):
    more = replace(units, units=(*units.units, unit("z", *where, "idle", turnout_s)))
    try:
        before = decide(units, at=at).units[0]
    except DispatchError:
        return
    after = decide(more, at=at).units[0]
    assert after.unit.turnout_s + after.travel_s <= before.unit.turnout_s + before.travel_s + 1e-6


@quick
@given(fleets(), places)
def test_a_closed_road_makes_nothing_quicker(units, at):
    closed = street_desk(closed=Roadworks((RoadClosure("修路", edges=((2, 4),)),)))
    try:
        after = decide(units, at=at, desk=closed)
        before = decide(units, at=at)
    except DispatchError:
        return
    # a place beside the closed road itself is put onto another one
    if not np.isclose(before.access_m, after.access_m, atol=0.01):
        return
    old = {time.unit.id: time for time in before.units}
    for time in after.units:
        stands = [snap_units(d.bases, d.network, [time.unit]).access_m[0] for d in (street_desk(), closed)]
        if np.isclose(*stands, atol=0.01):
            assert time.travel_s >= old[time.unit.id].travel_s - 1e-6
