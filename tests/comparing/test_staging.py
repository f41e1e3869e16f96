"""Tests of staging: every order tried through the assessment, the years of the money, parts tied together."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comparisons import toy_options
from coverage.comparing.ground import lay_setting
from coverage.comparing.staging import MOST_PARTS, stage_option
from coverage.errors import AssessmentError, OptionError
from coverage.option import Change, Closing, Move, Opening, Option
from toy_settings import OWN_FIGURES, only_base_at_noon, place_of, toy_today


def station(name, x_km, y_km, *, cost=math.nan, ambulances=1.0, hours=""):
    place = place_of(x_km, y_km)
    return Opening(
        name, name, "ambulance_station", **place, ambulances=ambulances, hours=hours, capital_wan=cost
    )


POOL = (
    station("n1", 26.0, 0.1, ambulances=0.0),
    station("n2", 16.0, 5.0),
    Closing("s1", "close s1"),
    Move("h1", "h1 to n1", to="n1", ambulances=1.0),
    Change("w1", "change w1", ambulances=1.0),
    station("n3", 30.0, 0.1, hours="20:00-08:00"),
)
TABLES = {Opening: "open", Closing: "close", Move: "move", Change: "change"}


def option_of(parts):
    tables = {name: tuple(p for p in parts if isinstance(p, kind)) for kind, name in TABLES.items()}
    return Option("some", **tables)


@cache
def uncovered(numbers):
    """Assess the toy county with some parts of the pool; None where they cannot stand so."""
    try:
        setting = lay_setting(toy_today(), option_of([POOL[i] for i in sorted(numbers)]))
        totals = setting.assess().totals["all"]
    except (OptionError, AssessmentError):
        return None
    return totals.population - totals.covered_population


def waiting(order, prices):
    """Sum up who waits while each part is paid for; None where the parts cannot stand in that order."""
    sets = [frozenset(order[:i]) for i in range(len(order) + 1)]
    people = [uncovered(numbers) for numbers in sets]
    if None in people:
        return None
    return sum(prices[i] * n for i, n in zip(order, people, strict=False))


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_order_leaves_fewer_waiting(data):
    numbers = data.draw(st.sets(st.integers(0, len(POOL) - 1), min_size=1), label="parts")
    numbers |= {0} if 3 in numbers else set()
    cost = st.one_of(st.integers(0, 5), st.floats(0.1, 900))
    prices = {i: float(data.draw(cost, label=POOL[i].name)) for i in sorted(numbers)}
    staging = stage_option(
        toy_today(), "A", option_of([replace(POOL[i], capital_wan=prices[i]) for i in sorted(numbers)])
    )
    number = {POOL[i].name: i for i in numbers}
    order = [number[name] for stage in staging.stages for name in stage.names]
    assert sorted(order) == sorted(numbers)
    assert all(len(stage.names) == 1 for stage in staging.stages)
    every = [w for p in permutations(numbers) if (w := waiting(p, prices)) is not None]
    assert waiting(order, prices) == pytest.approx(min(every), rel=1e-9, abs=1e-6)
    assert staging.is_best
    assert staging.is_priced


@pytest.mark.parametrize("option", [*toy_options()[:6], replace(OWN_FIGURES, open=POOL[:2])])
@pytest.mark.parametrize("per_year_wan", [math.nan, 150.0])
def test_each_stage_is_the_county_assessed_with_its_parts(option, per_year_wan):
    today = toy_today()
    staging = stage_option(today, "A", option, per_year_wan=per_year_wan)
    of_name = {p.name: p for p in (*option.open, *option.close, *option.move, *option.change)}
    done = []
    for stage in staging.stages:
        done += [of_name[name] for name in stage.names]
        with_done = replace(
            option_of(done), standard=option.standard, speeds=option.speeds, roads=option.roads
        )
        totals = lay_setting(today, with_done).assess().totals["all"]
        assert stage.covered_population == totals.covered_population
        assert stage.covered_share == totals.covered_share
        assert stage.townships_met == totals.townships_met
    assert len(done) == len(of_name)
    assert sorted(map(repr, done)) == sorted(repr(p) for stage in staging.stages for p in stage.parts)
    if staging.stages:
        outcome = lay_setting(today, option).assess().totals["all"]
        assert staging.stages[-1].covered_population == outcome.covered_population


@pytest.mark.parametrize(
    ("per_year_wan", "stages"),
    [
        (math.nan, [(("n1",), 1, 100.0), (("n2",), 2, 150.0), (("n3",), 3, 210.0)]),
        (100.0, [(("n1",), 1, 100.0), (("n2",), 2, 150.0), (("n3",), 3, 210.0)]),
        (75.0, [(("n1", "n2"), 2, 150.0), (("n3",), 3, 210.0)]),
        (30.0, [(("n1",), 4, 100.0), (("n2",), 5, 150.0), (("n3",), 7, 210.0)]),
        (1e4, [(("n1", "n2", "n3"), 1, 210.0)]),
    ],
)
def test_the_money_says_the_year(per_year_wan, stages):
    # the east has 10,000 people uncovered, the north 1,000; the third is there at night alone
    option = Option("three", open=(
        station("n3", 30.0, 0.1, cost=60.0, hours="20:00-08:00"), station("n2", 16.0, 7.0, cost=50.0),
        station("n1", 26.0, 0.1, cost=100.0),
    ))  # fmt: skip
    found = stage_option(toy_today(), "A", option, per_year_wan=per_year_wan).stages
    assert [(s.names, s.year, s.spent_wan) for s in found] == stages
    assert sum(s.cost_wan for s in found) == found[-1].spent_wan == 210.0
    assert found[0].covered_population > toy_today().assess().totals["all"].covered_population


def test_sums_of_tenths_begin_no_year_of_their_own():
    option = Option("three", open=tuple(station(f"n{i}", 24.0 + i, 0.1, cost=0.1) for i in range(3)))
    (stage,) = stage_option(toy_today(), "A", option, per_year_wan=0.3).stages
    assert (stage.year, len(stage.names)) == (1, 3)


def test_equals_keep_the_options_order():
    twins = Option("twins", open=tuple(station(f"n{i}", 26.0, 0.1, cost=70.0) for i in (3, 1, 2)))
    staging = stage_option(toy_today(), "A", twins)
    assert [s.names for s in staging.stages] == [("n3",), ("n1",), ("n2",)]


def test_what_helps_nobody_keeps_its_place_whatever_the_cents():
    costs = (13.389, 83.911, 75.637, 25.326, 49.099, 44.555)  # whose sums differ by their order
    idle = tuple(station(f"n{9 - i}", 0.1, 0.1, cost=cost) for i, cost in enumerate(costs))
    staging = stage_option(toy_today(), "A", Option("idle", open=idle))
    assert [s.names for s in staging.stages] == [(f"n{9 - i}",) for i in range(6)]


def test_a_place_without_an_ambulance_is_built_first_for_the_one_that_moves_there():
    empty = station("n1", 26.0, 0.1, cost=50.0, ambulances=0.0)  # covers nobody by itself
    north = station("n2", 16.0, 7.0, cost=30.0)  # covers some at once
    move = Move("h1", "h1 to n1", to="n1", ambulances=1.0, capital_wan=1.0)
    staging = stage_option(toy_today(), "A", Option("both", open=(north, empty), move=(move,)))
    assert [s.names for s in staging.stages] == [("n1",), ("h1 to n1",), ("n2",)]


def test_what_costs_nothing_is_not_waited_for():
    dear = station("n1", 24.0, 0.0, cost=500.0)
    free = Change("w1", "change w1", ambulances=1.0, capital_wan=0.0)
    closing = Closing("s1", "close s1")
    staging = stage_option(toy_today(), "A", Option("mixed", open=(dear,), close=(closing,), change=(free,)))
    assert [s.names for s in staging.stages] == [("change w1",), ("n1",), ("close s1",)]
    assert [s.cost_wan for s in staging.stages] == [0.0, 500.0, 0.0]
    assert staging.is_priced


def test_where_a_cost_is_missing_each_part_counts_alike():
    small = station("n2", 16.0, 7.0, cost=1.0)
    large = station("n1", 26.0, 0.1)
    staging = stage_option(toy_today(), "A", Option("unpriced", open=(small, large)), per_year_wan=100.0)
    assert not staging.is_priced
    assert staging.is_best
    assert [(s.names, s.year) for s in staging.stages] == [(("n1",), 1), (("n2",), 2)]
    assert math.isnan(staging.stages[0].cost_wan)
    assert math.isnan(staging.stages[1].spent_wan)
    assert staging.stages[1].cost_wan == 1.0


def test_parts_that_stand_only_together_are_done_together():
    east = station("n1", 24.0, 0.0, cost=10.0, ambulances=math.nan)  # its ambulance is the one that moves
    north = station("n2", 16.0, 7.0, cost=300.0)
    move = Move("h1", "h1 to n1", to="n1", ambulances=1.0, capital_wan=1.0)
    staging = stage_option(toy_today(), "A", Option("tied", open=(north, east), move=(move,)))
    assert [s.names for s in staging.stages] == [("n1", "h1 to n1"), ("n2",)]
    assert [s.cost_wan for s in staging.stages] == [11.0, 300.0]


def test_the_only_base_stays_until_the_next_one_stands():
    only = only_base_at_noon()
    option = Option("moved house", open=(station("n1", 2.0, 0.1, cost=90.0),), close=(Closing("h1"),))
    staging = stage_option(only, "A", option)
    assert [s.names for s in staging.stages] == [("n1",), ("小康县人民医院",)]


def test_the_only_base_closes_only_where_it_opens_again():
    again = Opening("h9", "again", "hospital", at="h1", ambulances=math.nan, capital_wan=5.0)
    option = Option("again", open=(again,), close=(Closing("h1"),))
    today = toy_today()
    alone = lay_setting(today, Option("alone", close=(Closing("s1"),)))
    (stage,) = stage_option(alone, "A", option).stages
    assert stage.names == ("again", "小康县人民医院")
    assert stage.covered_population == alone.assess().totals["all"].covered_population


def test_a_station_that_opens_again_with_what_it_had_does_so_in_one_step():
    only_station = lay_setting(toy_today(), Option("alone", close=(Closing("h1"),)))
    again = Opening("s9", "again", "ambulance_station", at="s1", ambulances=math.nan, capital_wan=5.0)
    (stage,) = stage_option(only_station, "A", Option("again", open=(again,), close=(Closing("s1"),))).stages
    assert stage.names == ("again", "柳林急救站")
    assert stage.covered_population == only_station.assess().totals["all"].covered_population


def test_before_anybody_is_staffed_everyone_waits():
    night = replace(only_base_at_noon(), at_min=120)
    option = Option("two", open=(station("n2", 30.0, 0.1, cost=10.0), station("n1", 0.5, 0.1, cost=10.0)))
    staging = stage_option(night, "A", option)
    assert [s.names for s in staging.stages] == [("n1",), ("n2",)]


@pytest.mark.parametrize("option", [Option("nothing"), replace(toy_options()[5]), OWN_FIGURES])
def test_where_there_is_nothing_to_order_there_are_no_stages(option):
    assert stage_option(toy_today(), "A", option).stages == ()


def test_many_parts_are_ordered_by_what_they_cover_for_their_money():
    places = [(30.0, 0.1), (24.0, -5.0), (16.0, 7.0), (26.0, 0.1), *((x, 0.2) for x in range(8))]
    option = Option("many", open=tuple(
        station(f"n{i:02}", *place, cost=0.0 if i == 11 else 50.0 + i) for i, place in enumerate(places)
    ), close=(Closing("s1", "close s1"),))  # fmt: skip
    assert len(option.open) > MOST_PARTS
    today = toy_today()
    staging = stage_option(today, "A", option)
    assert not staging.is_best
    names = [name for stage in staging.stages for name in stage.names]
    assert sorted(names) == ["close s1", *(f"n{i:02}" for i in range(len(places)))]
    before = today.assess().totals["all"].covered_population
    first = {
        o.id: (lay_setting(today, Option("", open=(o,))).assess().totals["all"].covered_population - before)
        / (o.capital_wan or 1e-9)
        for o in option.open
    }
    assert names[0] == max(first, key=first.get)
    outcome = lay_setting(today, option).assess().totals["all"]
    assert staging.stages[-1].covered_population == outcome.covered_population


def test_many_parts_tied_to_one_place_are_ordered_too():
    hospital = Opening("c1", "centre", "hospital", **place_of(24.0, 0.0), ambulances=1.0, capital_wan=9.0)
    today = toy_today()
    moves = (
        Move("h1", "one from h1", to="c1", ambulances=1.0, capital_wan=1.0),
        Move("s1", "all from s1", to="c1", capital_wan=1.0),
    )
    more = tuple(station(f"n{i}", float(i), 0.1, cost=5.0) for i in range(9))
    staging = stage_option(today, "A", Option("merge", open=(hospital, *more), move=moves))
    names = [name for stage in staging.stages for name in stage.names]
    assert names[0] == "centre"
    assert len(names) == 12


@pytest.mark.parametrize("per_year_wan", [0.0, -5.0])
def test_no_money_builds_nothing(per_year_wan):
    with pytest.raises(OptionError, match="a year builds nothing"):
        stage_option(toy_today(), "A", toy_options()[0], per_year_wan=per_year_wan)


def test_an_option_that_cannot_stand_has_no_order():
    night = Change("h1", hours="20:00-08:00")
    with pytest.raises(AssessmentError, match="no ambulance is staffed at 12:00"):
        stage_option(only_base_at_noon(), "A", Option("night", change=(night,)))
    with pytest.raises(OptionError, match="no facility has an ambulance any more"):
        stage_option(only_base_at_noon(), "A", Option("gone", close=(Closing("h1"),)))


def test_nobody_closes_a_station_for_the_years_until_it_is_rebuilt():
    again = Opening("s2", "again", "ambulance_station", at="s1", ambulances=1.0, capital_wan=300.0)
    option = Option(
        "rebuilt",
        open=(again,),
        close=(Closing("s1", "old"),),
        change=(Change("w1", "east", ambulances=1.0, capital_wan=100.0),),
    )
    stages = stage_option(toy_today(), "A", option, per_year_wan=100.0).stages
    assert [(stage.names, stage.year) for stage in stages] == [(("east",), 1), (("again", "old"), 4)]
    covered = [stage.covered_population for stage in stages]
    assert covered == sorted(covered)
