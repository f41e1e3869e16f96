"""The same calls were every ambulance free: a plain loop, the year with rare calls, and `assess`."""

from __future__ import annotations

import math
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from coverage.assessment import is_within
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.simulating.calls import draw_calls
from coverage.simulating.engine import play
from coverage.simulating.figures import summarise
from coverage.simulating.stage import lay_stage
from coverage.simulating.unhindered import Unhindered
from coverage.simulation import DAY_S, Rules, Shift
from simulated_years import RULES, rich_rules
from toy_settings import toy_settings, toy_today

RICH = replace(rich_rules(), days=30.0, redirect=True)
SPEEDS = replace(
    DEFAULT_SPEEDS, hours=MappingProxyType({"07:00-09:00": "normal", "12:30-12:31": "peak"}), source="own"
)
# the only ambulances of the county are there by day; the second base's come an hour later
BY_DAY = (Shift("h1", 2, "08:00-20:00"), Shift("s1", 1, "09:00-19:00"))
CASES = {
    "usual": (RULES, "call", DEFAULT_SPEEDS),
    "rich": (RICH, "call", SPEEDS),
    "nearest": (replace(RICH, dispatch="nearest"), "call", SPEEDS),
    "wheels": (replace(RICH, dispatch="nearest"), "departure", SPEEDS),
    "wheels, preparedness": (RICH, "departure", SPEEDS),
    "by day": (replace(RULES, days=60.0, shifts=BY_DAY), "call", SPEEDS),
    "by day, lost": (replace(RULES, days=60.0, shifts=BY_DAY, wait=False), "call", SPEEDS),
}


def stage_of(name):
    rules, clock, speeds = CASES[name]
    return lay_stage(replace(toy_today(clock=clock), speeds=speeds), rules)


def turnout_s(stage, unit, minute):
    """Give a unit's turnout: the hour's where the rules name it, else the base's, else the promise's."""
    for hours, seconds in stage.rules.turnout_s.items():
        first, last = (int(text[:2]) for text in hours.split("-"))
        if (minute // 60 - first) % 24 < (last - first) % 24:
            return seconds
    own = stage.setting.area.facilities["turnout_s"].iloc[stage.roster.base[unit]]
    return stage.setting.standard.turnout_s if math.isnan(own) else own


def best_at(stage, calls, k, minute, wait_s):
    """Give the least key of the units on duty, and the time on the promise's clock of whoever has it."""
    setting, rules, roster, travel = stage.setting, stage.rules, stage.roster, stage.travel
    place, priority = calls.place[k], rules.priorities[calls.priority[k]]
    span = max(i for i, start in enumerate(roster.start_min) if start <= minute % 1_440)
    condition = priority.condition or setting.speeds.condition_at(60.0 * (minute % 1_440), setting.condition)
    ratio = setting.speeds.factor(setting.condition) / setting.speeds.factor(condition)
    found = [(math.inf, math.inf)]
    for unit in np.flatnonzero(roster.on_duty[span]):
        post = roster.post[span][unit]
        road_s = travel.post_place_s[post, place] * ratio
        rolling_s = travel.posts.yard_s[post] + road_s + travel.places.walk_s[place]
        response_s = calls.handling_s[k] + wait_s + turnout_s(stage, unit, minute) + rolling_s
        if setting.standard.clock == "call":
            found.append((response_s, response_s))
        else:
            found.append((rolling_s if rules.dispatch == "preparedness" else response_s, rolling_s))
    return min(found)[1]


def plain_s(stage, calls):
    """Answer every call by itself, minute by minute until somebody who can get there is on duty."""
    answers = []
    for k in range(len(calls.time_s)):
        alarm_s = calls.time_s[k] + calls.handling_s[k] - stage.rules.warm_up_s
        now = int(alarm_s // 60)
        minutes = range(now, now + (1_441 if stage.rules.wait else 1))
        times = (best_at(stage, calls, k, m, max(60.0 * m - alarm_s, 0.0)) for m in minutes)
        answers.append(next((time for time in times if time < math.inf), math.inf))
    return np.array(answers)


@pytest.mark.parametrize("name", CASES)
def test_it_is_what_a_plain_loop_says(name):
    stage = stage_of(name)
    calls = draw_calls(stage, 0)
    calls = replace(calls, **{key: value[:120] for key, value in calls.__dict__.items()})
    # a place that nobody can ever reach needs no loop over the minutes of a day to say so
    calls = replace(calls, place=np.where(np.isin(calls.place, unreachable(stage)), 0, calls.place))
    response_s = Unhindered(stage).response_s(calls)
    np.testing.assert_allclose(response_s, plain_s(stage, calls), rtol=0, atol=1e-6)
    if name == "by day":
        assert response_s.max() > 8 * 3_600
    if name == "by day, lost":
        assert np.isinf(response_s).mean() > 0.3


def unreachable(stage):
    """Give the places that no post has a way to."""
    return np.flatnonzero(~np.isfinite(stage.travel.post_place_s).any(axis=0))


def test_nobody_comes_where_no_road_leads():
    stage = stage_of("by day")
    places = unreachable(stage)
    assert len(places)
    calls = draw_calls(stage, 0)
    calls = replace(calls, place=np.full(len(calls.time_s), places[0]))
    assert np.isinf(Unhindered(stage).response_s(calls)).all()


@pytest.mark.parametrize("name", ["usual", "nearest", "wheels", "rich", "by day", "by day, lost"])
def test_a_year_in_which_calls_are_rare_is_played_as_it_says(name):
    stage = stage_of(name)
    rare = lay_stage(stage.setting, replace(stage.rules, calls_per_day=0.2, days=1_500.0))
    calls = draw_calls(rare, 0)
    days = np.diff(calls.time_s) > DAY_S
    apart = np.append(True, days) & np.append(days, True)
    assert apart.sum() > 100
    played = play(rare, calls)
    played_s = played.response_s if stage.setting.standard.clock == "call" else played.rolling_s
    response_s = Unhindered(rare).response_s(calls)
    if name == "rich":
        # by the rule of preparedness another one may be sent that keeps the limit too
        limit_s = rare.place_limit_s[calls.place]
        assert (is_within(played_s, limit_s) == is_within(response_s, limit_s))[apart].all()
    else:
        np.testing.assert_allclose(response_s[apart], played_s[apart], rtol=0, atol=1e-6)


def test_by_the_usual_rules_it_is_the_assessment_weighted_by_calls():
    today, *_ = toy_settings()
    stage = lay_stage(today, Rules(days=20.0, calls_per_day=90.0))
    runs = [play(stage, draw_calls(stage, k)) for k in range(2)]
    groups = summarise(stage, "0", "", "", runs).groups.set_index(["group", "id"])
    place = np.concatenate([run.calls.place[run.calls.time_s >= DAY_S] for run in runs])
    demand = today.assess().demand.iloc[place]
    covered = demand["state"].to_numpy() == "covered"
    assert 0 < covered.mean() < 1
    assert groups.loc[("all", "all"), "unhindered_share"] == pytest.approx(covered.mean())
    for township in demand["township_id"].unique():
        mine = (demand["township_id"] == township).to_numpy()
        assert groups.loc[("township", township), "unhindered_share"] == pytest.approx(covered[mine].mean())
    urban = stage.place_class[place] == "urban"
    assert groups.loc[("class", "urban"), "unhindered_share"] == pytest.approx(covered[urban].mean())
    assert groups.loc[("all", "all"), "within_share"] < covered.mean()
