"""The simulated year against a plain SimPy model of the same rules, call by call."""

from __future__ import annotations

import numpy as np
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from coverage.errors import SimulationError
from coverage.simulating.calls import draw_calls
from coverage.simulating.engine import play
from coverage.simulating.stage import lay_stage
from oracles.simpy_year import SimpyYear
from simulations import random_county, random_rules, setting_of


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
