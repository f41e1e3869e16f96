"""A road that is built makes nobody wait longer, and what is not touched stays as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import X0_M, Y0_M, _lonlat, toy_area
from coverage.comparing.access import carried
from coverage.comparing.ground import lay_setting, today_setting
from coverage.errors import OptionError
from coverage.option import Move, NewRoad, Opening, Option, RoadClosure, Roadworks
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.standards import ResponseStandard

_AREA = toy_area()
_PLACE = st.tuples(st.floats(-6, 32), st.floats(-1, 6))


def _today(area=_AREA):
    return today_setting(area, ResponseStandard(), speeds=DEFAULT_SPEEDS, condition="siren", at_min=720)


def _waits(setting) -> np.ndarray:
    return setting.assess().demand["response_s"].to_numpy()


def test_a_bypass_beside_the_hospital_does_not_move_its_gate() -> None:
    facilities = _AREA.facilities.copy()
    facilities.loc[0, "geometry"] = shapely.Point(X0_M + 1000, Y0_M + 60)
    today = _today(replace(_AREA, facilities=facilities))
    bypass = tuple(_lonlat(*p) for p in ((-9, 0.0), (-8, 0.08), (7, 0.08), (8, 0.0)))
    option = Option("bypass", roads=Roadworks(new=(NewRoad("b", "primary", bypass),)))
    assert (_waits(lay_setting(today, option)) <= _waits(today) + 1e-6).all()


@pytest.mark.parametrize("highway", ["primary", "track"])
def test_a_road_drawn_over_one_that_is_there_slows_nobody(highway) -> None:
    line = (_lonlat(0.0, 0.0), _lonlat(14.0, 0.0))
    today = _today()
    after = lay_setting(today, Option("over", roads=Roadworks(new=(NewRoad("o", highway, line),))))
    assert (_waits(after) <= _waits(today) + 1e-6).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(_PLACE, min_size=2, max_size=4), st.booleans())
def test_no_new_road_makes_anybody_wait_longer(places, oneway) -> None:
    line = tuple(_lonlat(*place) for place in places)
    option = Option("road", roads=Roadworks(new=(NewRoad("r", "primary", line, oneway),)))
    today = _today()
    try:
        after = lay_setting(today, option)
    except OptionError:  # it meets no road
        return
    assert (_waits(after) <= _waits(today) + 1e-6).all()


def test_people_beside_a_new_road_are_reached_on_it() -> None:
    today = _today()
    # past the village that no road leads to
    line = tuple(_lonlat(*p) for p in ((24.0, 0.0), (24.0, -5.9), (24.0, -8.0), (30.0, -8.0), (30.0, 0.0)))
    after = lay_setting(today, Option("road", roads=Roadworks(new=(NewRoad("r", "primary", line),))))
    village = today.area.demand["id"].tolist().index("d27")
    assert np.isinf(_waits(today)[village])
    assert np.isfinite(_waits(after)[village])


def test_other_speeds_leave_everybody_where_they_are() -> None:
    today = _today()
    after = lay_setting(today, Option("fast", speeds={"class_kph": {"track": 40.0}}))
    for name in ("demand", "seats", "facilities"):
        was, now = (getattr(s.places, name) for s in (today, after))
        assert np.array_equal(was.on_network, now.on_network)
        assert now.access_m[now.on_network] == pytest.approx(was.access_m[was.on_network])
    assert (_waits(after) <= _waits(today) + 1e-6).all()


def test_who_lives_on_a_closed_road_goes_to_the_next() -> None:
    today = _today()
    middle = shapely.Polygon([_lonlat(*p) for p in ((7.5, -0.2), (8.5, -0.2), (8.5, 0.2), (7.5, 0.2))])
    after = lay_setting(today, Option("shut", roads=Roadworks(close=(RoadClosure("s", middle),))))
    nothing_built = np.zeros(len(after.network.tail), dtype=np.bool_)
    kept = carried(today.places.demand, today.network, after.network, nothing_built)
    lost = today.places.demand.on_network & ~kept.on_network
    assert [today.area.demand["name"][i] for i in np.flatnonzero(lost)] == ["第14村"]
    assert after.places.demand.on_network[lost].all()
    assert (after.places.demand.access_m[lost] > today.places.demand.access_m[lost]).all()


def test_what_opens_or_moves_takes_the_nearest_road_there_then_is() -> None:
    today = _today()
    line = tuple(_lonlat(*p) for p in ((6.0, 0.0), (6.0, 3.0), (14.0, 3.0), (14.0, 0.0)))
    road = Roadworks(new=(NewRoad("r", "primary", line),))
    station = Opening("n", "N", "ambulance_station", *_lonlat(10.0, 3.05), ambulances=1.0)
    after = lay_setting(today, Option("new", open=(station,), roads=road))
    assert after.places.facilities.access_m[-1] == pytest.approx(50.0, abs=1.0)
    moved = lay_setting(today, Option("moved", move=(Move("s1", "", *_lonlat(10.0, 3.05)),), roads=road))
    assert moved.places.facilities.access_m[1] == pytest.approx(50.0, abs=1.0)


def test_a_road_may_end_where_it_leads_to_what_is_built_with_it() -> None:
    spur = NewRoad("spur", "secondary", (_lonlat(12.0, 0.0), _lonlat(12.0, 3.0)))
    station = Opening("n", "N", "ambulance_station", *_lonlat(12.0, 3.05), ambulances=1.0)
    after = lay_setting(_today(), Option("both", open=(station,), roads=Roadworks(new=(spur,))))
    assert after.places.facilities.access_m[-1] == pytest.approx(50.0, abs=1.0)
    assert np.isfinite(_waits(after)).any()
    with pytest.raises(OptionError, match="spur"):
        lay_setting(_today(), Option("alone", roads=Roadworks(new=(spur,))))
