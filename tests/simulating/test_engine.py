"""The simulated year against a plain SimPy model of the same rules, call by call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from coverage.comparing.ground import today_setting
from coverage.errors import SimulationError
from coverage.geopackage import read_study_area
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.simulating import engine
from coverage.simulating.calls import draw_calls
from coverage.simulating.engine import play
from coverage.simulating.stage import lay_stage
from coverage.simulation import Calls, Duration, Rules
from coverage.standards import ResponseStandard
from oracles.simpy_year import SimpyYear, TableStreets
from road_grids import make_roads, two_way
from simulations import county_of, random_county, random_rules, setting_of

LINXIANG = Path(__file__).resolve().parents[2] / "data" / "boundaries" / "linxiang.gpkg"


def assert_same(played, year):
    """Compare every call and every ambulance."""
    answers = year.answers
    assert played.unit.tolist() == [a.unit for a in answers]
    for name in ("wait_s", "response_s", "rolling_s", "door_s", "clear_s"):
        ours, theirs = getattr(played, name), np.array([getattr(a, name) for a in answers])
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4, err_msg=name)
    for name in ("hospital", "is_lost", "was_redirected"):
        assert getattr(played, name).tolist() == [getattr(a, name) for a in answers], name
    np.testing.assert_allclose(played.busy_s, year.busy_s, atol=1e-2)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_every_call_is_answered_as_a_plain_simpy_model_answers_it(seed):
    rng = np.random.default_rng(seed)
    area = random_county(rng)
    hours = {"07:00-09:00": "peak", "20:00-06:00": "night"} if rng.random() < 0.5 else {}
    setting = setting_of(
        area,
        clock=str(rng.choice(["call", "departure"])),
        hours=hours,
        condition=str(rng.choice(["siren", "normal"])),
    )
    rules = random_rules(rng, area)
    try:
        stage = lay_stage(setting, rules)
    except SimulationError:
        reject()  # a one-way road bars a standby place
    calls = draw_calls(stage, 0)
    assert_same(play(stage, calls), SimpyYear(setting, rules, calls).run())


def one_way_out():
    """Give a county whose village is at the end of a one-way street, 3 km from the base and its hospital."""
    nodes = {1: (0.0, 0.0), 2: (3_000.0, 0.0)}
    roads = make_roads(two_way(1, 2, highway="primary")[:1], nodes)
    base = {"id": "f0", "xy": (100.0, 0.0), "kind": "ambulance_station", "ambulances": 1.0}
    return setting_of(county_of(roads, [(2_900.0, 0.0, 100.0)], [base]))


def test_where_no_way_leads_back_it_takes_as_long_as_the_way_there():
    rules = Rules(days=1.0, scene=Duration(600.0), transport_share=1.0, warm_up_s=0.0)
    stage = lay_stage(one_way_out(), rules)
    calls = replace(
        draw_calls(stage, 0),
        **{
            name: np.array(values)
            for name, values in {
                "time_s": [0.0, 1.0, 50_000.0],
                "place": [0] * 3,
                "priority": [0] * 3,
                "centre": [-1] * 3,
                "handling_s": [60.0] * 3,
                "scene_s": [600.0] * 3,
                "handover_s": [0.0] * 3,
                "is_transported": [True] * 3,
            }.items()
        },
    )
    played = play(stage, calls)
    assert played.is_stranded.tolist() == [True] * 3
    # nobody can be taken anywhere, and the second is served where the unit stands
    assert played.hospital.tolist() == [-1] * 3
    assert played.response_s[1] == pytest.approx(played.clear_s[0] - 1.0, abs=30.0)
    # what a call finds just before the unit is home again, and just after
    home_s = played.clear_s[2] + played.rolling_s[2]
    for after_s, wait_s in ((-5.0, 5.0), (5.0, 0.0)):
        later = {"time_s": np.array([0.0, 1.0, 50_000.0, home_s + after_s - 60.0])}
        rest = {n: np.append(v, v[-1]) for n, v in vars(calls).items() if n != "time_s"}
        again = play(stage, Calls(**later, **rest))
        assert again.wait_s[3] == pytest.approx(wait_s, abs=1e-6)


@pytest.mark.parametrize("dispatch", ["nearest", "preparedness"])
def test_nobody_is_asked_while_nobody_is_free(dispatch, monkeypatch):
    # one ambulance, and twice the calls that it can serve: a queue of hundreds
    area = random_county(np.random.default_rng(4))
    facilities = area.facilities.assign(ambulances=[1.0, *[0.0] * (len(area.facilities) - 1)], hours="")
    setting = setting_of(replace(area, facilities=facilities))
    rules = Rules(days=20.0, calls_per_day=60.0, dispatch=dispatch)
    stage = lay_stage(setting, rules)
    asked = []
    choose = engine._Year._choose

    def choose_and_count(self, call, at_s):
        asked.append(call)
        return choose(self, call, at_s)

    monkeypatch.setattr(engine._Year, "_choose", choose_and_count)
    calls = draw_calls(stage, 0)
    played = play(stage, calls)
    assert (played.wait_s > 86_400).sum() > 100
    assert len(asked) < 3 * len(calls.time_s)


def test_a_real_county_is_played_as_simpy_plays_it():
    area = read_study_area(LINXIANG)
    setting = today_setting(area, ResponseStandard(), speeds=DEFAULT_SPEEDS, condition="siren", at_min=720)
    rules = Rules(days=20.0, calls_per_day=90.0, centre_shares={"stroke": 0.2, "newborn": 0.05})
    stage = lay_stage(setting, rules)
    calls = draw_calls(stage, 0)
    played = play(stage, calls)
    assert_same(played, SimpyYear(setting, rules, calls, streets=TableStreets(stage)).run())
    assert played.was_redirected.sum() > 100
    assert (played.wait_s > 0).any()
