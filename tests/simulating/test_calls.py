"""Calls of a simulated year: how many, when, from where, and how long they last."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coverage.errors import SimulationError
from coverage.simulating.calls import draw_calls, lasting
from coverage.simulating.stage import lay_stage
from coverage.simulation import Duration, PastCalls, Priority, Rules
from toy_settings import toy_today

NAMES = ("time_s", "place", "priority", "centre", "handling_s", "scene_s", "handover_s", "is_transported")


def drawn(replication: int = 0, **rules):
    return draw_calls(lay_stage(toy_today(), Rules(**rules)), replication)


def same(first, second, *, but=()):
    return [n for n in NAMES if n not in but and not np.array_equal(getattr(first, n), getattr(second, n))]


def test_the_same_seed_gives_the_same_calls_and_another_replication_others():
    assert same(drawn(days=30.0), drawn(days=30.0)) == []
    assert len(drawn(days=30.0).time_s) != len(drawn(1, days=30.0).time_s)
    assert not np.array_equal(drawn(days=30.0, seed=2).time_s[:5], drawn(days=30.0).time_s[:5])


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ({"transport_share": 0.3}, "is_transported"),
        ({"scene": Duration(900.0, "gamma", 0.7)}, "scene_s"),
        ({"handover": Duration(60.0)}, "handover_s"),
        ({"handling": Duration(60.0, "lognormal")}, "handling_s"),
        ({"centre_shares": {"stroke": 0.4}}, "centre"),
        ({"priorities": (Priority("A", 0.5), Priority("B", 0.5))}, "priority"),
    ],
)
def test_what_one_attribute_takes_no_other_misses(rule, changed):
    assert same(drawn(), drawn(**rule)) == [changed]


def test_calls_are_as_many_as_said_and_follow_people_and_hours():
    profile = tuple(3.0 if 8 <= hour % 24 < 20 else 1.0 if hour < 120 else 0.0 for hour in range(168))
    rules = {"days": 700.0, "calls_per_day": 40.0, "hour_of_week": profile, "warm_up_s": 86_400.0}
    calls, stage = drawn(**rules), lay_stage(toy_today(), Rules(**rules))
    assert (np.diff(calls.time_s) >= 0).all()
    assert calls.time_s[0] >= 0
    assert calls.time_s[-1] < 701 * 86_400
    assert len(calls.time_s) == pytest.approx(40 * 701, rel=0.03)
    # the year begins on a Monday, the warm-up on the Sunday before
    hour = ((calls.time_s - 86_400) // 3600 % 168).astype(int)
    counts = np.bincount(hour, minlength=168) / 100
    expected = 40 / 24 * np.array(profile) / np.mean(profile)
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected / 100) + 0.2).all()
    assert counts[[h for h in range(168) if profile[h] == 0]].sum() == 0
    share = np.bincount(calls.place, minlength=len(stage.place_id)) / len(calls.place)
    assert np.abs(share - stage.place_weight / stage.place_weight.sum()).max() < 0.01


@pytest.mark.parametrize("law", ["exponential", "lognormal", "gamma"])
def test_times_have_the_mean_and_the_spread_that_are_asked_for(law):
    times = lasting(Duration(600.0, law, 0.4), np.random.default_rng(1).random(400_000))
    assert times.mean() == pytest.approx(600, rel=0.01)
    assert times.std() == pytest.approx(600 if law == "exponential" else 240, rel=0.02)
    assert np.isfinite(lasting(Duration(600.0, law), np.array([0.0, np.nextafter(1, 0)]))).all()
    assert lasting(Duration(600.0), np.array([0.1, 0.9])).tolist() == [600.0, 600.0]


def past(**columns) -> PastCalls:
    """Give four calls at three places: two of one on Monday 08:10, one on Tuesday night, one on Sunday."""
    seats = toy_today().area.demand.to_crs("EPSG:4326").geometry
    places = [seats.iloc[i] for i in (0, 0, 12, 28)]
    usual = {
        "time_s": np.array([29_400.0, 30_000.0, 86_400.0 + 7_200.0, 6 * 86_400.0 + 50_000.0]),
        "lon": np.array([p.x for p in places]),
        "lat": np.array([p.y for p in places]),
        "priority": np.array(["A", "", "B", "B"], dtype=object),
        "centre": np.array(["", "", "stroke", "trauma"], dtype=object),
        "n_days": 7.0,
        "source": "calls.csv",
    }
    return PastCalls(**{**usual, **columns})


def test_past_calls_come_again_at_their_places_and_hours():
    rules = Rules(past_calls=past(), calls_per_day=20.0, days=360.0)
    stage = lay_stage(toy_today(), rules)
    calls = draw_calls(stage, 0)
    assert stage.place_weight.tolist() in ([2.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0])
    assert set(stage.place_township) == {"430699001", "430699101", "430699102"}
    assert len(calls.time_s) == pytest.approx(20 * 361, rel=0.06)
    of_week = (calls.time_s - rules.warm_up_s) // 3600 % 168
    first = stage.places.past_place[0]
    assert set(of_week[calls.place == first]) == {8.0}
    assert set(of_week) == {8.0, 26.0, 6 * 24 + 13.0}
    assert set(calls.centre[calls.place == stage.places.past_place[2]]) == {1}
    assert set(calls.centre[calls.place == first]) == {-1}
    assert (np.diff(calls.time_s) >= 0).all()


def test_priorities_of_past_calls_hold_where_they_are_known():
    two = (Priority("A", 0.9), Priority("B", 0.1))
    stage = lay_stage(toy_today(), Rules(past_calls=past(), priorities=two, days=200.0))
    calls, group = draw_calls(stage, 0), stage.places.past_place
    assert set(calls.priority[calls.place == group[2]]) == {1}
    # half of the first place's calls are known to be of A, the others drawn
    assert 0.9 < (calls.priority[calls.place == group[0]] == 0).mean() < 1
    strange = replace(stage.rules, priorities=(Priority("A", 0.9), Priority("C", 0.1)))
    with pytest.raises(SimulationError, match=r"calls.csv: priorities that the rules do not name: B"):
        draw_calls(lay_stage(toy_today(), strange), 0)


def test_no_past_call_is_said():
    empty = past(**{n: getattr(past(), n)[:0] for n in ("time_s", "lon", "lat", "priority", "centre")})
    with pytest.raises(SimulationError, match=r"calls.csv: no past call can be used"):
        lay_stage(toy_today(), Rules(past_calls=empty))


def test_many_past_places_are_put_together(monkeypatch):
    monkeypatch.setattr("coverage.simulating.places.MOST_PAST_PLACES", 5)
    rng = np.random.default_rng(1)
    centre = toy_today().area.demand.to_crs("EPSG:4326").geometry.iloc[0]
    n = 300
    many = past(
        time_s=rng.uniform(0, 600_000, n),
        lon=centre.x + rng.normal(0, 0.002, n),
        lat=centre.y + rng.normal(0, 0.002, n),
        priority=np.full(n, "", dtype=object),
        centre=np.full(n, "", dtype=object),
    )
    stage = lay_stage(toy_today(), Rules(past_calls=many))
    assert 1 < len(stage.place_id) <= 5
    assert stage.place_weight.sum() == n
    assert (np.bincount(stage.places.past_place) == stage.place_weight).all()
