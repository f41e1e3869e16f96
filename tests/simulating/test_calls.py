"""Calls of a simulated year: how many, when, from where, and how long they last."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def test_past_calls_come_in_the_warm_up_too():
    rules = Rules(past_calls=past(), calls_per_day=20.0, days=7.0, warm_up_s=14 * 86_400.0)
    time_s = draw_calls(lay_stage(toy_today(), rules), 0).time_s
    assert (time_s < 14 * 86_400.0).sum() == pytest.approx(280, rel=0.2)
    assert (time_s < 7 * 86_400.0).any()


def test_past_calls_without_any_centre_take_the_rules_shares():
    nothing = past(centre=np.full(4, "", dtype=object))
    rules = Rules(past_calls=nothing, centre_shares={"stroke": 0.4}, days=200.0)
    centre = draw_calls(lay_stage(toy_today(), rules), 0).centre
    assert (centre == 1).mean() == pytest.approx(0.4, abs=0.03)
    # where the file names some, it names all
    some = draw_calls(lay_stage(toy_today(), replace(rules, past_calls=past())), 0).centre
    assert (some == 1).mean() == pytest.approx(0.25, abs=0.03)


@given(
    days=st.sampled_from([0.3, 1.0, 2.5, 6.0, 7.0, 10.0, 53.0]),
    weights=st.lists(st.floats(0.05, 20.0), min_size=168, max_size=168),
    warm_up_s=st.sampled_from([0.0, 5_000.0, 86_400.0]),
    is_past=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_calls_a_day_are_those_of_the_days_that_are_played(days, weights, warm_up_s, is_past):
    # a Monday alone has as many calls as a day has on average, and so has a year of 53 Mondays
    usual = {"days": days, "warm_up_s": warm_up_s, "calls_per_day": 4_000.0 / days}
    hours = np.repeat(np.arange(168), np.ceil(weights).astype(int))
    rules = Rules(**usual, hour_of_week=tuple(weights))
    if is_past:
        lonlat = {name: np.full(len(hours), getattr(past(), name)[0]) for name in ("lon", "lat")}
        empty = np.full(len(hours), "", dtype=object)
        log = past(time_s=hours * 3600.0, **lonlat, priority=empty, centre=empty)
        rules = Rules(**usual, past_calls=log)
    time_s = draw_calls(lay_stage(toy_today(), rules), 0).time_s
    assert abs((time_s >= warm_up_s).sum() - 4_000) < 5 * 4_000**0.5


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


def calls_at(lon, lat) -> PastCalls:
    """Give calls of the past at some places, of which nothing else is known."""
    n = len(lon)
    empty = np.full(n, "", dtype=object)
    return past(time_s=np.linspace(0, 600_000, n), lon=lon, lat=lat, priority=empty, centre=empty)


def test_a_past_call_outside_every_township_keeps_the_rural_limit():
    seat = toy_today().area.demand.to_crs("EPSG:4326").geometry.iloc[0]
    far = calls_at(np.array([seat.x, seat.x + 2.0]), np.array([seat.y, seat.y]))
    stage = lay_stage(toy_today(), Rules(past_calls=far))
    outside = stage.place_township == ""
    assert outside.sum() == 1
    assert stage.place_class[outside].tolist() == ["rural"]
    assert stage.place_limit_s[outside].tolist() == [toy_today().standard.rural_s]


def test_cells_of_many_past_places_double_until_they_are_few(monkeypatch):
    # a street of 40 places 20 m apart: cells of 50 m are 17 or so, of 100 m 9, of 200 m 5
    monkeypatch.setattr("coverage.simulating.places.MOST_PAST_PLACES", 12)
    area = toy_today().area
    start = area.demand.geometry.iloc[0]
    street = gpd.GeoSeries(
        gpd.points_from_xy(start.x + 20.0 * np.arange(40), np.full(40, start.y + 30.0)), crs=area.crs
    )
    lonlat = street.to_crs("EPSG:4326")
    stage = lay_stage(toy_today(), Rules(past_calls=calls_at(lonlat.x.to_numpy(), lonlat.y.to_numpy())))
    assert len(stage.place_id) in (8, 9, 10)


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
