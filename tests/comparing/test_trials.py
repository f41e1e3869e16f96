"""Tests of the trials: figures of the plain way, and who is there at night."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from coverage.assessment import assess
from coverage.comparing.ground import lay_setting
from coverage.comparing.trials import hold_trials
from coverage.comparison import TRIAL_CODES
from coverage.errors import SpeedError
from coverage.option import Option
from coverage.routing.network import RoadNetwork
from coverage.routing.speeds import frozen_table
from toy_settings import only_base_at_noon, toy_settings, toy_today


def _plainly(setting, code):
    """Build the network anew with another speed table, and assess."""
    speeds, condition = setting.speeds, code
    if code.startswith("speed"):
        condition, left = setting.condition, int(code[-2:]) / 100
        slower = {name: factor * left for name, factor in speeds.conditions.items()}
        speeds = replace(speeds, conditions=frozen_table(slower))
    network = RoadNetwork.from_roads(setting.area.roads, speeds=speeds, condition=condition)
    bases = setting.scenario.bases_at(120) if code == "night" else setting.bases
    totals = assess(setting.area, network, setting.standard, places=setting.places, bases=bases).totals["all"]
    return totals.covered_population, totals.covered_share


@pytest.mark.parametrize("code", TRIAL_CODES)
def test_a_trial_is_the_county_on_slower_roads(code):
    settings = toy_settings()
    trial = next(t for t in hold_trials(settings) if t.code == code)
    assert list(zip(trial.covered_population, trial.covered_share, strict=True)) == [
        _plainly(setting, code) for setting in settings
    ]


def test_trials_come_in_their_order_and_move_something():
    trials = hold_trials(toy_settings())
    assert tuple(t.code for t in trials) == TRIAL_CODES
    assert len({t.covered_population for t in trials}) > 2


def test_the_comparisons_own_condition_is_reported_all_the_same():
    today = toy_today(condition="rain")
    rain = next(t for t in hold_trials([today]) if t.code == "rain")
    assert rain.covered_population == (today.assess().totals["all"].covered_population,)


def test_slower_roads_are_slower_than_the_condition_compared_at():
    by_day, at_peak = (hold_trials([toy_today(condition=c)])[0] for c in ("siren", "peak"))
    assert by_day.code == at_peak.code == "speed_90"
    assert at_peak.covered_population < by_day.covered_population


def test_at_night_only_those_count_who_are_there_at_two():
    trials = {t.code: t for t in hold_trials([toy_today(), only_base_at_noon()])}
    assert trials["peak"].covered_population[1] > 0
    assert trials["night"].covered_population[1] == trials["night"].covered_share[1] == 0.0
    assert trials["night"].covered_population[0] > 0


def test_a_county_where_nobody_lives_has_no_share():
    today = toy_today()
    empty = replace(today.area, demand=today.area.demand.assign(population=0.0))
    nobody = replace(today, scenario=replace(today.scenario, area=empty))
    for trial in hold_trials([nobody]):
        assert trial.covered_population == (0.0,)
        assert math.isnan(trial.covered_share[0])


def test_a_table_without_such_a_condition_is_refused():
    today = toy_today()
    speeds = replace(today.speeds, conditions=frozen_table({"siren": 1.0, "peak": 0.6}))
    with pytest.raises(SpeedError, match="unknown condition 'night'"):
        hold_trials([today, lay_setting(replace(today, speeds=speeds), Option("nothing"))])
