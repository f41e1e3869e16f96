"""Tests of each ambulance away: the county without that base, point by point."""

from __future__ import annotations

import math

import numpy as np
import pytest

from coverage.assessment import assess
from coverage.comparing.away import send_away
from coverage.comparing.ground import today_setting
from coverage.geopackage import read_study_area
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.sources.counties import own_folder
from coverage.standards import ResponseStandard
from toy_settings import at_no_road, only_base_at_noon, toy_settings, toy_today


def _without(setting, facility_id):
    """Assess the county without that base, the plain way."""
    bases = setting.bases & (setting.area.facilities["id"] != facility_id).to_numpy()
    found = assess(setting.area, setting.network, setting.standard, places=setting.places, bases=bases)
    return found.totals["all"].covered_population


def _assert_as_assessed(setting):
    rows = send_away(setting, "A").rows
    assert set(rows["id"]) == set(setting.area.facilities["id"][setting.bases])
    all_there = setting.assess().totals["all"]
    for row in rows.itertuples():
        expected = all_there.covered_population if row.ambulances >= 2 else _without(setting, row.id)
        assert row.covered_population == expected
        assert row.covered_share == expected / all_there.population
        assert row.lost_population == all_there.covered_population - expected


@pytest.mark.parametrize("i", [i for i, s in enumerate(toy_settings()) if s.bases.sum() > 1])
def test_rows_are_the_county_without_each_base(i):
    _assert_as_assessed(toy_settings()[i])


def test_rows_are_the_county_without_each_base_where_counts_are_unknown():
    _assert_as_assessed(toy_today(ambulances_known=False))


def test_rows_are_the_county_without_each_base_in_linxiang():
    area = read_study_area(own_folder() / "linxiang.gpkg")
    for condition in ("siren", "peak"):
        _assert_as_assessed(
            today_setting(area, ResponseStandard(), speeds=DEFAULT_SPEEDS, condition=condition, at_min=720)
        )


def test_the_base_that_is_missed_most_comes_first():
    rows = send_away(toy_settings()[2], "B").rows
    assert rows["lost_population"].is_monotonic_decreasing
    assert rows["lost_population"].iloc[0] > rows["lost_population"].iloc[-1] == 0.0
    lost = dict(zip(rows["id"], rows["lost_population"], strict=True))
    assert lost["h1"] == 0.0  # it has a second one
    assert lost["n1"] > 0.0


def test_the_worst_is_what_the_type_says():
    away = send_away(toy_settings()[1], "A")
    assert away.worst_covered_population == away.rows["covered_population"].iloc[0]


def test_without_the_only_base_nobody_is_covered():
    rows = send_away(only_base_at_noon(), "A").rows
    assert rows[["id", "covered_population", "covered_share"]].values.tolist() == [["h1", 0.0, 0.0]]
    assert rows["lost_population"].iloc[0] > 0


def test_an_ambulance_that_no_road_leads_from_is_not_missed():
    today = toy_today()
    row = today.area.facilities["id"].tolist().index("s1")
    rows = send_away(at_no_road(today, row), "0").rows.set_index("id")
    assert rows.loc["s1", "lost_population"] == 0.0
    assert rows.loc["s1", "covered_population"] > 0.0


def test_an_unknown_number_is_shown_as_unknown():
    rows = send_away(toy_today(ambulances_known=False), "0").rows
    assert all(math.isnan(n) for n in rows["ambulances"])
    assert np.isfinite(rows["covered_population"]).all()
