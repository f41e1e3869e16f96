"""The simulated year against what is known: Erlang's formulas, Larson's hypercube, Little, and `assess`."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

from builders import toy_area
from coverage.comparing.ground import today_setting
from coverage.geopackage import read_study_area
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.simulating.calls import draw_calls
from coverage.simulating.engine import play
from coverage.simulating.stage import lay_stage
from coverage.simulation import Calls, Duration, Rules
from coverage.standards import ResponseStandard
from road_grids import make_roads, two_way
from simulations import county_of

LINXIANG = Path(__file__).resolve().parents[2] / "data" / "boundaries" / "linxiang.gpkg"
SCENE_S = 3_600.0


def one_base(n_ambulances: int):
    """Put a base beside its only village, so that nothing takes time but the scene."""
    return street([(200.0, 10.0, 100.0)], [(200.0, n_ambulances)])


def street(demand, bases):
    """Lay a short street with villages and bases on it; nobody handles calls or turns out."""
    roads = make_roads(two_way(1, 2, highway="primary"), {1: (0.0, 0.0), 2: (3_000.0, 0.0)})
    facilities = [
        {"id": f"f{i}", "xy": (x, 0.0), "kind": "ambulance_station", "ambulances": float(n)}
        for i, (x, n) in enumerate(bases)
    ]
    area = county_of(roads, [(x, 0.0, people) for x, _, people in demand], facilities)
    standard = ResponseStandard(handling_s=0.0, turnout_s=0.0)
    return today_setting(area, standard, speeds=DEFAULT_SPEEDS, condition="siren", at_min=720)


def played_years(setting, rules: Rules):
    """Play every replication."""
    stage = lay_stage(setting, rules)
    return [play(stage, draw_calls(stage, k)) for k in range(rules.replications)]


def rules_of(load: float, **others) -> Rules:
    """Give rules with as many calls as keep `load` ambulances at work, and scenes of exponential length."""
    usual = {
        "days": 300.0,
        "calls_per_day": load * 86_400 / SCENE_S,
        "replications": 8,
        "seed": 5,
        "scene": Duration(SCENE_S, "exponential"),
        "transport_share": 0.0,
        "warm_up_s": 10 * 86_400.0,
    }
    return Rules(**{**usual, **others})


def assert_meets(samples, truth: float, *, widest: float = 0.05):
    """Tell whether a 99.9 % interval over replications holds the truth, and is narrow enough to say so."""
    samples = np.asarray(samples)
    half = student.ppf(0.9995, len(samples) - 1) * samples.std(ddof=1) / math.sqrt(len(samples))
    assert half < max(widest * truth, 0.01)
    assert abs(samples.mean() - truth) <= half


def recorded(played, rules):
    """Tell which calls count."""
    return played.calls.time_s >= rules.warm_up_s


@pytest.mark.parametrize(
    ("n", "load", "law"), [(1, 0.5, "exponential"), (3, 2.0, "exponential"), (3, 2.0, "lognormal")]
)
def test_without_waiting_the_share_lost_is_erlangs(n, load, law):
    rules = rules_of(load, wait=False, scene=Duration(SCENE_S, law))
    lost = [p.is_lost[recorded(p, rules)].mean() for p in played_years(one_base(n), rules)]
    terms = [load**k / math.factorial(k) for k in range(n + 1)]
    assert_meets(lost, terms[-1] / sum(terms))


@pytest.mark.parametrize(("n", "load"), [(1, 0.5), (4, 2.6)])
def test_with_waiting_share_and_length_of_waits_are_erlangs(n, load):
    rules = rules_of(load, replications=12)
    years = played_years(one_base(n), rules)
    last = load**n / math.factorial(n) * n / (n - load)
    share = last / (sum(load**k / math.factorial(k) for k in range(n)) + last)
    assert_meets([(p.wait_s[recorded(p, rules)] > 0).mean() for p in years], share)
    assert_meets(
        [p.wait_s[recorded(p, rules)].mean() for p in years], share * SCENE_S / (n - load), widest=0.15
    )


@pytest.mark.parametrize("wait", [False, True])
def test_two_stations_meet_larsons_hypercube(wait):
    # villages beside the two stations, 30 m of street between them: who goes where is a matter of order
    setting = street([(1_000.0, 0.0, 70.0), (1_030.0, 0.0, 30.0)], [(1_000.0, 1), (1_030.0, 1)])
    load = 1.1
    rules = rules_of(load, wait=wait)
    years = played_years(setting, rules)
    near, far = 0.7 * load, 0.3 * load
    # states: both free, the first busy, the second busy, both busy; jobs end at rate 1
    rates = np.zeros((4, 4))
    rates[0, 1], rates[0, 2] = near, far
    rates[1, 0], rates[1, 3] = 1.0, load
    rates[2, 0], rates[2, 3] = 1.0, load
    rates[3, 1] = rates[3, 2] = 1.0
    balance = (rates - np.diag(rates.sum(axis=1))).T
    state = np.linalg.lstsq(np.vstack((balance, np.ones(4))), np.array([0, 0, 0, 0, 1.0]), rcond=None)[0]
    if wait:
        # behind the state in which both are busy stands a queue: its tail is geometric
        full = state[3] / (1 - load / 2)
        state = np.append(state[:3], full) / (state[:3].sum() + full)
    busy = np.array([state[1] + state[3], state[2] + state[3]])
    for unit in (0, 1):
        assert_meets([p.busy_s[unit] / p.duty_s[unit] for p in years], busy[unit])
    share_kept = 1.0 if wait else 1 - state[3]
    queued = state[3] if wait else 0.0
    # of the first village's calls the second ambulance takes those that find only it free
    crossed = (state[1] + queued / 2) / share_kept
    found = []
    for p in years:
        counts = recorded(p, rules) & (p.unit >= 0) & (p.calls.place == 0)
        found.append((p.unit[counts] == 1).mean())
    assert_meets(found, crossed)


def test_littles_law_holds_in_the_queue_and_at_work():
    rules = rules_of(2.4, days=400.0, replications=3)
    for p in played_years(one_base(3), rules):
        alarm_s = p.calls.time_s + p.calls.handling_s
        at_s = np.random.default_rng(3).uniform(rules.warm_up_s, rules.warm_up_s + 390 * 86_400, 40_000)
        come, sent, gone = (
            np.searchsorted(np.sort(x), at_s, "right") for x in (alarm_s, alarm_s + p.wait_s, p.clear_s)
        )
        rate = len(alarm_s) / (p.calls.time_s[-1] - p.calls.time_s[0])
        assert (come - sent).mean() == pytest.approx(rate * p.wait_s.mean(), rel=0.06)
        at_work_s = p.clear_s - alarm_s - p.wait_s
        assert (sent - gone).mean() == pytest.approx(rate * at_work_s.mean(), rel=0.03)
        assert p.busy_s.sum() / p.duty_s[0] == pytest.approx(rate * at_work_s.mean(), rel=0.03)


@cache
def county(name: str):
    """Give a study area."""
    return toy_area() if name == "toy" else read_study_area(LINXIANG)


@pytest.mark.parametrize("name", ["toy", "linxiang"])
def test_rare_calls_are_answered_to_the_second_as_the_assessment_says(name):
    setting = today_setting(
        county(name), ResponseStandard(), speeds=DEFAULT_SPEEDS, condition="siren", at_min=720
    )
    stage = lay_stage(setting, Rules())
    n = len(stage.place_id)
    calls = Calls(
        time_s=86_400.0 * np.arange(1, n + 1),
        place=np.arange(n),
        priority=np.zeros(n, dtype=np.int64),
        centre=np.full(n, -1),
        handling_s=np.full(n, 60.0),
        scene_s=np.full(n, 600.0),
        handover_s=np.full(n, 600.0),
        is_transported=np.ones(n, dtype=bool),
    )
    played = play(stage, calls)
    demand = setting.assess().demand
    np.testing.assert_allclose(played.response_s, demand["response_s"], rtol=0, atol=1e-6)
    bases = np.append(stage.units["facility_id"].to_numpy(dtype=object), "")[played.unit]
    assert (bases == demand["facility_id"].to_numpy(dtype=object)).all()
    assert np.isinf(played.response_s).sum() == (2 if name == "toy" else 0)


def test_an_option_with_its_own_handling_answers_later_by_as_much():
    setting = one_base(2)
    rules = rules_of(0.5, days=30.0)
    calls = draw_calls(lay_stage(setting, rules), 0)
    slow = lay_stage(replace(setting, standard=replace(setting.standard, handling_s=45.0)), rules)
    usual, later = play(lay_stage(setting, rules), calls), play(slow, calls)
    free = (usual.wait_s == 0) & (later.wait_s == 0)
    np.testing.assert_allclose(later.response_s[free] - usual.response_s[free], 45.0)
    assert (later.calls.handling_s == 45.0).all()
