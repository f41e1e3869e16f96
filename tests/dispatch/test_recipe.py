"""What a county holds now, and what it lacks while the first unit is away."""

from __future__ import annotations

import geopandas as gpd
import pytest

from builders import CRS, _lonlat, _point, toy_area
from coverage.assessment import assess
from coverage.dispatch.desk import open_desk
from coverage.dispatch.fleet import base_fleet
from coverage.dispatch.recipe import dispatch
from coverage.dispatch.units import Fleet
from coverage.errors import DispatchError
from coverage.option import RoadClosure, Roadworks
from coverage.standards import ResponseStandard
from dispatch_county import fleet, street_county, street_desk, unit


@pytest.fixture(scope="module")
def desk():
    return open_desk(toy_area(), ResponseStandard())


def test_with_every_unit_at_its_base_the_promise_is_held_as_planned(desk):
    found = dispatch(desk, base_fleet(desk.area, desk.standard))
    planned = assess(desk.area, desk.network, desk.standard)
    assert found.decision is found.meanwhile is None
    assert found.losses.empty
    now, then = found.now.demand, planned.demand
    assert now["response_s"].to_numpy() == pytest.approx(then["response_s"].to_numpy())
    assert (now["state"] == then["state"]).all()
    assert list(found.unit_area.facilities["id"]) == ["h1-1", "h1-2", "s1-1"]
    assert found.planned.totals == planned.totals
    assert "modelled" in {note.code for note in found.notes}


def test_a_second_ambulance_at_the_base_leaves_nothing_lacking(desk):
    found = dispatch(desk, base_fleet(desk.area, desk.standard), at=_lonlat(0.05, 0.3))
    assert found.decision.units[0].unit.id == "h1-1"
    assert found.losses.empty
    assert found.meanwhile.totals == found.now.totals


def test_the_only_one_of_the_station_is_missed_where_it_was_first():
    desk = open_desk(toy_area(), ResponseStandard(rural_s=12 * 60.0))
    units = base_fleet(desk.area, desk.standard)
    found = dispatch(desk, units, at=_lonlat(12, 0.1))
    assert found.decision.units[0].unit.id == "s1-1"
    # the same as a county whose station is empty
    left = [unit.id != "s1-1" for unit in units.units]
    without = Fleet(tuple(u for u, stays in zip(units.units, left, strict=True) if stays))
    alone = dispatch(desk, without)
    assert found.meanwhile.demand["response_s"].tolist() == alone.now.demand["response_s"].tolist()
    lost = found.losses
    assert len(lost) >= 1
    assert (lost["covered_before"] > lost["covered_after"]).all()
    drop = (lost["covered_before"] - lost["covered_after"]).tolist()
    assert drop == sorted(drop, reverse=True)
    whole = found.now.totals["all"].covered_population - found.meanwhile.totals["all"].covered_population
    outside = found.now.demand["township_id"] == ""
    before, after = (a.demand.loc[outside & (a.demand["state"] == "covered"), "population"].sum()
                     for a in (found.now, found.meanwhile))  # fmt: skip
    assert sum(drop) == pytest.approx(whole - (before - after))


def test_while_the_last_one_is_away_nobody_is_covered(desk):
    found = dispatch(desk, fleet(unit("x", 0, 0)), at=_lonlat(0.05, 0.3))
    assert found.meanwhile is None
    assert (found.losses["covered_after"] == 0).all()
    assert found.losses["covered_before"].sum() == found.now.townships["covered_population"].sum()
    assert set(found.losses["verdict_after"]) == {"unmet"}


def test_busy_units_cover_nothing(desk):
    idle = unit("x", 9, 0, "idle", 90.0)
    alone = dispatch(desk, fleet(idle))
    both = dispatch(desk, fleet(idle, unit("y", 0, 0, "busy")))
    assert both.now.demand["response_s"].tolist() == alone.now.demand["response_s"].tolist()
    assert list(both.unit_area.facilities["id"]) == ["x"]


def _notes(found):
    return {note.code: note for note in found.notes}


@pytest.mark.parametrize("is_call", [True, False])
def test_a_live_unit_is_sent_where_no_base_has_an_ambulance(is_call):
    area = street_county(ambulances=[0.0, 0.0, 0.0])
    desk = open_desk(area, ResponseStandard())
    found = dispatch(desk, fleet(unit("r", 1, 0)), at=_lonlat(3, 0) if is_call else None)
    if is_call:
        assert found.decision.units[0].unit.id == "r"
    planned, now = found.planned, found.now
    assert planned.totals["all"].covered_population == 0 < now.totals["all"].covered_population
    assert not planned.facilities["is_base"].any()
    assert planned.facilities["on_network"].all()
    off = planned.demand["state"] == "off_network"
    assert (planned.demand.loc[~off, "state"] == "unreachable").all()
    assert off.tolist() == (now.demand["state"] == "off_network").tolist()
    notes = _notes(found)
    assert "planned_nobody" in notes
    assert "facility_off_network" not in notes
    assert "planned_nobody" not in _notes(dispatch(street_desk(), fleet(unit("r", 1, 0))))


def test_whom_and_what_closed_roads_cut_off_is_named():
    circle = gpd.GeoSeries([_point(0, 0).buffer(800)], crs=CRS).to_crs("EPSG:4326").iloc[0]
    desk = street_desk(closed=Roadworks((RoadClosure("封控", polygon=circle),)))
    units = base_fleet(desk.area, desk.standard)
    found = dispatch(desk, units, at=_lonlat(0.3, 0))
    notes = _notes(found)
    assert notes["cut_off_units"].names == ("甲医院 1", "甲医院 2")
    assert notes["cut_off_facilities"].names == ("甲医院",)
    assert notes["cut_off_patient"].names == ("500",)
    assert "facility_off_network" not in notes
    # what cannot get out covers nothing, at its base or not
    only_e = [u for u in units.units if u.facility_id == "e"]
    alone = dispatch(desk, fleet(*only_e))
    assert found.now.demand["response_s"].tolist() == alone.now.demand["response_s"].tolist()
    assert found.planned.facilities["is_base"].tolist() == [False, True, False]
    assert not {code for code in _notes(dispatch(street_desk(), units, at=_lonlat(0.3, 0)))
                if code.startswith("cut_off")}  # fmt: skip


def test_every_base_cut_off():
    area = street_county(ambulances=[2.0, 0.0, 0.0])
    circle = gpd.GeoSeries([_point(0, 0).buffer(800)], crs=CRS).to_crs("EPSG:4326").iloc[0]
    desk = open_desk(area, ResponseStandard(), works=Roadworks((RoadClosure("封控", polygon=circle),)))
    found = dispatch(desk, fleet(unit("r", 3.9, 0)), at=_lonlat(3, 0))
    assert found.decision.units[0].unit.id == "r"
    assert {"planned_nobody", "cut_off_facilities"} <= set(_notes(found))
    assert "facility_off_network" not in _notes(found)


def test_nobody_at_all(desk):
    found = dispatch(desk, fleet(unit("y", 0, 0, "busy")))
    assert found.now is None
    assert found.losses.empty
    assert found.unit_area is desk.area
    with pytest.raises(DispatchError):
        dispatch(desk, fleet(unit("y", 0, 0, "busy")), at=_lonlat(0, 0))
