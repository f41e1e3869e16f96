"""Inequality of waiting, by hand and against the definition."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.comparing.equity import equity_of, weighted_gini

if TYPE_CHECKING:
    from random import Random

_PEOPLE = st.lists(st.tuples(st.floats(1.0, 7200.0), st.integers(1, 50)), min_size=1, max_size=12)


@given(_PEOPLE)
def test_gini_is_half_the_mean_difference_of_two_people_over_the_mean(
    people: list[tuple[float, int]],
) -> None:
    every = np.array([value for value, n in people for _ in range(n)])
    by_definition = np.abs(every[:, None] - every[None, :]).mean() / (2 * every.mean())
    values, weights = zip(*people, strict=True)
    assert weighted_gini(values, weights) == pytest.approx(by_definition, abs=1e-12)


@given(_PEOPLE, st.randoms(use_true_random=False))
def test_no_figure_depends_on_the_order_of_the_table(people: list[tuple[float, int]], random: Random) -> None:
    shuffled = list(people)
    random.shuffle(shuffled)
    first, second = (
        equity_of([v for v, _ in rows], [v <= 1800 for v, _ in rows], [n for _, n in rows])
        for rows in (people, shuffled)
    )
    assert first.gini == pytest.approx(second.gini, abs=1e-12)
    assert first.worst_decile_share == pytest.approx(second.worst_decile_share)
    assert first.worst_decile_covered_share == pytest.approx(second.worst_decile_covered_share)


@given(_PEOPLE)
def test_the_worst_tenth_is_that_of_people_counted_one_by_one(people: list[tuple[float, int]]) -> None:
    # ten times as many people: a tenth of them is a whole number
    every = np.sort([value for value, n in people for _ in range(10 * n)])[::-1]
    tail = every[: len(every) // 10]
    values, weights = zip(*people, strict=True)
    found = equity_of(values, [True] * len(values), weights)
    assert found.worst_decile_share == pytest.approx(tail.sum() / every.sum())
    assert found.worst_decile_mean_s == pytest.approx(tail.mean())


def test_who_waits_alike_shares_alike() -> None:
    found = equity_of([600.0] * 5, [True] * 5, [10, 20, 30, 40, 50])
    assert (found.gini, found.worst_decile_share) == (0.0, pytest.approx(0.1))
    assert found.worst_decile_mean_s == pytest.approx(600.0)
    assert found.worst_decile_covered_share == 1.0


def test_those_whom_nobody_reaches_are_the_worst_served_and_in_no_sum() -> None:
    found = equity_of([600.0, 600.0, math.inf], [True, True, False], [50, 45, 5])
    assert found.gini == 0.0
    # a tenth is ten people: five whom nobody reaches, five who are covered
    assert found.worst_decile_covered_share == pytest.approx(0.5)


def test_without_people_there_is_no_figure() -> None:
    for times, people in (([], []), ([600.0], [0.0]), ([math.inf], [5.0])):
        found = equity_of(times, [False] * len(times), people)
        assert math.isnan(found.gini)
        assert math.isnan(found.worst_decile_share)
