"""Tests of the search that settings share: the seconds of each setting searched alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comparisons import toy_options
from coverage.comparing.ground import lay_setting
from coverage.comparing.reaching import response_s
from coverage.comparing.shared_roads import DrawnCounty, SharedRoads
from coverage.comparing.trials import slowed
from coverage.option import Opening, Option
from toy_settings import only_base_at_noon, place_of, toy_today

SAME_ROAD = Option(
    "on one road with a settlement",
    open=(Opening("n1", "", "ambulance_station", **place_of(28.9, 0.1), ambulances=1.0),),
)


def _drawn(speed=1.0, delay=1.0, **class_speed):
    setting = toy_today()
    names = {str(name) for name in setting.network.highway}
    factors = {name: class_speed.get(name, 1.0) for name in names}
    return DrawnCounty(speed, factors, delay, setting.area.demand["population"].to_numpy())


@pytest.fixture(scope="module")
def settings():
    today = toy_today()
    options = [o for o in toy_options() if not o.roads]
    nobody = replace(only_base_at_noon(), at_min=120)
    nobody = replace(nobody, network=today.network, places=replace(
        nobody.places, demand=today.places.demand))  # fmt: skip
    return [today, nobody, *(lay_setting(today, o) for o in (*options, SAME_ROAD))]


def test_as_things_are_assumed_the_seconds_are_those_of_the_assessment(settings):
    found = SharedRoads(settings).responses_s(_drawn())
    for row, setting in zip(found, settings, strict=True):
        if setting.bases.any():
            expected = setting.assess().demand["response_s"]
            assert row == pytest.approx(expected.to_numpy(), rel=1e-12)
        else:
            assert np.isinf(row).all()


def test_slower_roads_and_slower_crews_are_those_of_each_setting_alone(settings):
    found = SharedRoads(settings).responses_s(_drawn(speed=0.8, delay=1.5))
    for row, setting in zip(found, settings, strict=True):
        standard = setting.standard
        slow = replace(
            setting,
            standard=replace(standard, handling_s=90.0, turnout_s=180.0),
            scenario=replace(setting.scenario, area=replace(
                setting.area, facilities=setting.area.facilities.assign(
                    turnout_s=1.5 * setting.area.facilities["turnout_s"]))),
        )  # fmt: skip
        expected = response_s(slow, slow.bases, network=slowed(setting.network, 1 / 0.8))
        assert row == pytest.approx(expected, rel=1e-12)


def test_a_class_factor_moves_that_class_alone(settings):
    as_is, tracks = (SharedRoads(settings[:1]).responses_s(_drawn(**f))[0] for f in ({}, {"track": 0.5}))
    slower = tracks > as_is
    on_track = settings[0].network.highway[settings[0].places.demand.segment] == "track"
    assert (slower == (on_track & np.isfinite(as_is))).all()
    assert slower.any()


def test_below_the_cutoff_nothing_changes(settings):
    roads = SharedRoads(settings)
    full, cut = roads.responses_s(_drawn()), roads.responses_s(_drawn(), cutoff_s=900.0)
    assert (full <= 900.0).any()
    assert (full > 900.0).any()
    assert (cut[full <= 900.0] == full[full <= 900.0]).all()
    assert (cut[full > 900.0] > 900.0).all()
