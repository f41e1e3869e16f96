"""What a county holds now, and what it lacks while the first unit is away."""

from __future__ import annotations

import pytest

from builders import _lonlat, toy_area
from coverage.assessment import assess
from coverage.dispatch.desk import open_desk
from coverage.dispatch.fleet import base_fleet
from coverage.dispatch.recipe import dispatch
from coverage.dispatch.units import Fleet
from coverage.errors import DispatchError
from coverage.standards import ResponseStandard
from dispatch_county import fleet, unit


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


def test_nobody_at_all(desk):
    found = dispatch(desk, fleet(unit("y", 0, 0, "busy")))
    assert found.now is None
    assert found.losses.empty
    assert found.unit_area is desk.area
    with pytest.raises(DispatchError):
        dispatch(desk, fleet(unit("y", 0, 0, "busy")), at=_lonlat(0, 0))
