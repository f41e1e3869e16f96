"""What options cost, and which of them others beat."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.comparing.money import cheaper_wan, cost_of, cost_per_person_yuan, dominated_by
from coverage.comparison import Cost
from coverage.option import Change, Closing, Move, NewRoad, Opening, Option, Roadworks


def test_everything_that_is_done_is_added_up() -> None:
    option = Option(
        "all",
        open=(Opening("n", "N", "ambulance_station", 113.0, 29.0, capital_wan=300.0, yearly_wan=60.0),),
        close=(Closing("a", "A", capital_wan=5.0, yearly_saved_wan=40.0), Closing("b")),
        move=(Move("c", lon=113.1, lat=29.1, capital_wan=80.0, yearly_wan=0.0),),
        change=(Change("d", ambulances=2.0, capital_wan=0.0, yearly_wan=30.0, yearly_saved_wan=10.0),),
        roads=Roadworks(new=(NewRoad("r", "primary", ((0, 0), (1, 1)), capital_wan=1000.0, yearly_wan=1.0),)),
    )
    cost = cost_of(option, 10.0)
    assert (cost.capital_wan, cost.yearly_wan, cost.unpriced) == (1385.0, 41.0, ())
    assert cost.total_wan == 1385.0 + 410.0


def test_what_has_no_price_makes_the_sum_unknown_and_is_named() -> None:
    option = Option(
        "x", open=(Opening("n", "北站", "clinic", 1.0, 1.0),), change=(Change("d", "医院", capital_wan=1.0),)
    )
    cost = cost_of(option, 10.0)
    assert math.isnan(cost.capital_wan)
    assert math.isnan(cost.total_wan)
    assert cost.unpriced == ("北站",)


def test_doing_nothing_is_free() -> None:
    cost = cost_of(Option("nothing"), 10.0)
    assert (cost.capital_wan, cost.yearly_wan, cost.total_wan) == (0.0, 0.0, 0.0)


def test_the_price_of_a_person_is_in_yuan() -> None:
    assert cost_per_person_yuan(120.0, 6_000.0) == pytest.approx(200.0)
    for wan, people in ((math.nan, 6_000.0), (120.0, 0.0), (120.0, -5.0)):
        assert math.isnan(cost_per_person_yuan(wan, people))


def _cheaper(cost: list[float]) -> np.ndarray:
    return cheaper_wan([Cost(wan, 0.0, 10.0) for wan in cost])


def test_money_that_is_saved_has_no_price_a_person() -> None:
    assert math.isnan(cost_per_person_yuan(-5.0, 100.0))
    assert cost_per_person_yuan(0.0, 100.0) == 0.0


def test_a_change_that_says_only_what_it_saves_adds_nothing_to_the_year() -> None:
    change = Change("d", ambulances=0.0, capital_wan=0.0, yearly_saved_wan=45.0)
    assert cost_of(Option("x", change=(change,)), 10.0).yearly_wan == -45.0


def test_what_is_left_out_makes_nothing_cheaper() -> None:
    both, other, unsaid, unsaid_too, unknown = (
        Cost(100.0, 10.0, 10.0),
        Cost(150.0, 0.0, 10.0),
        Cost(120.0, math.nan, 10.0),
        Cost(130.0, math.nan, 10.0),
        Cost(math.nan, math.nan, 10.0),
    )
    by = cheaper_wan([both, other, unsaid, unsaid_too, unknown])
    assert by[1, 0] == -by[0, 1] == 50.0  # 200 against 150 over ten years
    assert by[2, 3] == 10.0
    assert np.isnan(by[0, 2:]).all()
    assert np.isnan(by[4]).all()


def test_cents_of_arithmetic_beat_nobody() -> None:
    by = _cheaper([0.1 + 0.2, 0.3])
    assert dominated_by(by, [60.0, 60.0], [60.0, 60.0], [False, False]) == [(), ()]


def test_a_hand_solved_frontier() -> None:
    #       today  A      B      C(=B)  D dear  E unknown  F cheaper than today
    cost = [0.0, 100.0, 200.0, 200.0, 300.0, math.nan, -10.0]
    people = [50.0, 60.0, 70.0, 70.0, 65.0, 99.0, 50.0]
    assert dominated_by(_cheaper(cost), people, people, [False] * 7) == [(6,), (), (), (), (2, 3), (), ()]


@given(
    st.lists(
        st.tuples(st.one_of(st.just(math.nan), st.integers(0, 5).map(float)), st.integers(0, 5).map(float)),
        min_size=1,
        max_size=8,
    )
)
def test_whoever_is_beaten_is_beaten_by_somebody_who_is_not(rows: list[tuple[float, float]]) -> None:
    people = [p for _, p in rows]
    beaten = dominated_by(_cheaper([c for c, _ in rows]), people, people, [False] * len(rows))
    for i, by in enumerate(beaten):
        assert i not in by
        assert not by or any(not beaten[j] for j in by)
        for j in by:
            assert i not in beaten[j]


def test_what_is_cheap_because_nobody_is_there_at_night_beats_nothing_that_is() -> None:
    cost, people, limited = _cheaper([100.0, 80.0]), [60.0, 60.0], [False, True]
    assert dominated_by(cost, people, [55.0, 40.0], limited) == [(), ()]
    assert dominated_by(cost, people, [55.0, 55.0], limited) == [(1,), ()]
    # who is there round the clock is not asked for the night
    assert dominated_by(cost, people, [55.0, 40.0], [False, False]) == [(1,), ()]
