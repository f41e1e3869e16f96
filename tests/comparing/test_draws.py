"""Tests of the paired draws: what is drawn, that it is the same for all, and the plain way of one draw."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from comparisons import toy_options
from coverage.assessment import assess
from coverage.comparing.draws import SPREAD, compare_pairs, draw_counties, draw_outcomes
from coverage.comparing.ground import lay_setting
from coverage.comparison import Draws
from coverage.option import Closing, Opening, Option
from coverage.routing.network import RoadNetwork
from coverage.routing.speeds import frozen_table
from toy_settings import only_base_at_noon, place_of, toy_settings, toy_today


def _plain_share(setting, county):
    """Build one county that may be from its tables, and assess it."""
    class_kph = {
        name: kph * county.speed * county.class_speed.get(name, 1.0)
        for name, kph in setting.speeds.class_kph.items()
    }
    speeds = replace(setting.speeds, class_kph=frozen_table(class_kph))
    # the option's road has a posted limit, which would hold a faster class back
    edges = setting.area.roads.edges.assign(maxspeed=None)
    network = RoadNetwork.from_roads(
        replace(setting.area.roads, edges=edges), speeds=speeds, condition=setting.condition
    )
    area = replace(
        setting.area,
        demand=setting.area.demand.assign(population=county.population),
        facilities=setting.area.facilities.assign(
            turnout_s=setting.area.facilities["turnout_s"] * county.delay
        ),
    )
    standard = replace(
        setting.standard,
        handling_s=setting.standard.handling_s * county.delay,
        turnout_s=setting.standard.turnout_s * county.delay,
    )
    return assess(area, network, standard, bases=setting.bases).totals["all"].covered_share


@pytest.mark.parametrize("clock", ["call", "departure"])
def test_a_draw_is_the_county_built_from_its_own_tables(clock):
    today = toy_today(clock=clock)
    options = [option for option in toy_options() if not option.roads]
    settings = [today, *(lay_setting(today, option) for option in options), *toy_settings()[-1:]]
    shares = draw_outcomes(settings, n_draws=4, seed=3).covered_share
    plain = [[_plain_share(s, county) for s in settings] for county in draw_counties(settings, 4, 3)]
    assert shares == pytest.approx(np.array(plain), rel=1e-12)
    assert len(np.unique(shares)) > len(settings)


def test_a_road_that_is_built_has_its_class_factor():
    with_road = toy_settings()[6]
    assert with_road.option.roads.new
    edges = with_road.area.roads.edges
    network = RoadNetwork.from_roads(
        replace(with_road.area.roads, edges=edges.assign(maxspeed=None)), speeds=with_road.speeds
    )
    with_road = replace(with_road, network=network)
    settings = [toy_today(), with_road]
    shares = draw_outcomes(settings, n_draws=6, seed=8).covered_share[:, 1]
    plain = [_plain_share(with_road, county) for county in draw_counties(settings, 6, 8)]
    assert shares == pytest.approx(np.array(plain), rel=1e-12)


def test_what_is_drawn_has_the_spread_that_is_said():
    counties = list(draw_counties([toy_today()], 2_000, 5))
    drawn = {
        "speed": [c.speed for c in counties],
        "class_speed": [c.class_speed["track"] for c in counties],
        "delay": [c.delay for c in counties],
        "people": [c.population[0] / toy_today().area.demand["population"].iloc[0] for c in counties],
    }
    for name, factors in drawn.items():
        assert np.mean(factors) == pytest.approx(1.0, abs=0.02), name
        assert np.std(factors) == pytest.approx(getattr(SPREAD, name), rel=0.06), name
        assert min(factors) > 0, name
    columns = np.array([*drawn.values(), [c.class_speed["primary"] for c in counties],
                        [c.population[1] for c in counties]])  # fmt: skip
    assert np.abs(np.corrcoef(columns) - np.eye(len(columns))).max() < 0.08  # each from a stream of its own


def test_same_seed_same_bytes():
    one, two = (draw_outcomes(toy_settings(), n_draws=8, seed=1) for _ in range(2))
    assert one.covered_share.tobytes() == two.covered_share.tobytes()
    other = draw_outcomes(toy_settings(), n_draws=8, seed=2)
    assert one.covered_share.tobytes() != other.covered_share.tobytes()
    assert (one.n, one.seed, other.seed) == (8, 1, 2)
    assert dict(one.sd) == {"speed": 0.1, "class_speed": 0.1, "delay": 0.2, "people": 0.2}


def test_another_option_changes_no_others_draws():
    settings = toy_settings()
    everything = draw_outcomes(settings, n_draws=8, seed=1).covered_share
    for chosen in ([0], [0, 1], [0, 6], [0, 2, 8]):
        some = draw_outcomes([settings[i] for i in chosen], n_draws=8, seed=1).covered_share
        assert some.tobytes() == np.ascontiguousarray(everything[:, chosen]).tobytes()


def test_more_draws_begin_with_the_same_ones():
    few, many = (draw_outcomes(toy_settings(), n_draws=n, seed=4).covered_share for n in (3, 9))
    assert few.tobytes() == many[:3].tobytes()


def test_the_order_of_rows_changes_nothing():
    today = toy_today()
    backwards = np.arange(len(today.area.demand))[::-1]
    demand = today.area.demand.iloc[backwards].reset_index(drop=True)
    turned = replace(
        today,
        scenario=replace(today.scenario, area=replace(today.area, demand=demand)),
        places=replace(today.places, demand=today.places.demand.take(backwards)),
    )
    one, two = (draw_outcomes([setting], n_draws=8, seed=1).covered_share for setting in (today, turned))
    assert one == pytest.approx(two, rel=1e-12)


def test_outcomes_that_are_alike_differ_by_nothing():
    today = toy_today()
    again = Opening("s9", "柳林急救站", "ambulance_station", at="s1", ambulances=1.0)
    settings = [
        today,
        lay_setting(today, Option("nothing")),
        lay_setting(today, Option("closed and opened again", open=(again,), close=(Closing("s1"),))),
    ]
    draws = draw_outcomes(settings, n_draws=20, seed=1)
    assert len(np.unique(draws.covered_share[:, 0])) > 10
    for pair in compare_pairs(draws, ["0", "A", "B"]):
        assert (pair.mean, pair.low, pair.high, pair.sign) == (0.0, 0.0, 0.0, "no_difference")


def test_one_more_base_never_covers_fewer():
    today = toy_today()
    more = Opening("n1", "东站", "ambulance_station", **place_of(24.0, 0.0), ambulances=1.0)
    draws = draw_outcomes([today, lay_setting(today, Option("more", open=(more,)))], n_draws=40, seed=1)
    assert (draws.covered_share[:, 1] > draws.covered_share[:, 0]).all()
    assert [pair.sign for pair in compare_pairs(draws, ["0", "A"])] == ["fewer"]


def test_without_a_base_or_without_people_there_is_nobody_to_cover():
    closed = replace(only_base_at_noon(), at_min=120)
    assert draw_outcomes([closed], n_draws=3, seed=1).covered_share.tolist() == [[0.0]] * 3
    both = draw_outcomes([closed, toy_today()], n_draws=3, seed=1).covered_share
    assert (both[:, 0] == 0).all()
    assert (both[:, 1] > 0).all()
    today = toy_today()
    empty = replace(today.area, demand=today.area.demand.assign(population=0.0))
    nobody = replace(today, scenario=replace(today.scenario, area=empty))
    draws = draw_outcomes([nobody, nobody], n_draws=3, seed=1)
    assert np.isnan(draws.covered_share).all()
    (pair,) = compare_pairs(draws, ["0", "A"])
    assert pair.sign == "no_difference"
    assert math.isnan(pair.mean)


@pytest.mark.parametrize(
    ("n_more", "n_fewer", "sign"),
    [
        (39, 1, "more"),
        (20, 0, "more"),  # the others are alike, and speak for neither
        (19, 0, "no_difference"),
        (25, 1, "no_difference"),
        (0, 39, "fewer"),
        (38, 2, "no_difference"),
        (0, 0, "no_difference"),
    ],
)
def test_a_difference_is_clear_where_nearly_all_draws_agree(n_more, n_fewer, sign):
    difference = np.zeros(40)
    difference[:n_more] = 0.25
    difference[40 - n_fewer :] = -0.5
    shares = np.stack((0.5 + difference, np.full(40, 0.5)), axis=1)
    (pair,) = compare_pairs(Draws(40, 1, shares, {}), ["A", "B"])
    assert (pair.first, pair.second, pair.sign) == ("A", "B", sign)
    assert pair.mean == pytest.approx(difference.mean())


def test_a_pairs_limits_hold_the_middle_95_of_100():
    shares = np.stack((np.arange(201) / 200, np.zeros(201)), axis=1)
    (pair,) = compare_pairs(Draws(201, 1, shares, {}), ["A", "B"])
    assert (pair.low, pair.high) == pytest.approx((0.025, 0.975))


def test_every_pair_comes_once_in_order():
    draws = draw_outcomes(toy_settings()[:4], n_draws=2, seed=1)
    pairs = [(p.first, p.second) for p in compare_pairs(draws, ["0", "A", "B", "C"])]
    assert pairs == [("0", "A"), ("0", "B"), ("0", "C"), ("A", "B"), ("A", "C"), ("B", "C")]


def test_progress_is_told_and_may_stop_the_work():
    told = []
    draw_outcomes([toy_today()], n_draws=3, seed=1, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_outcomes([toy_today()], n_draws=3, seed=1, progress=stop)
