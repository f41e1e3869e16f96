"""The simulated year against a plain SimPy model of the same rules, call by call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from coverage.comparing.ground import today_setting
from coverage.errors import SimulationError
from coverage.geopackage import read_study_area
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.simulating.calls import draw_calls
from coverage.simulating.engine import play
from coverage.simulating.stage import lay_stage
from coverage.simulation import Rules
from coverage.standards import ResponseStandard
from oracles.simpy_year import SimpyYear, TableStreets
from simulations import random_county, random_rules, setting_of

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
