"""The p-median with capacities: figures of very different sizes, and too little time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from coverage.siting import median_capacity
from coverage.siting.median import p_median

FAR = 1e9  # stands for out of reach
COST = np.array(
    [
        [0.003, 0.003, 0.001, 0.003, 0.001],
        [0.001, 0.001, 0.002, 0.003, 0.001],
        [FAR, 0.003, 0.002, FAR, 0.001],
        [0.003, FAR, 0.003, 0.002, FAR],
    ]
)
PEOPLE = np.array([3.0, 3, 2, 2])
ROOM = np.array([math.inf, 3, 0, 10, 3])


def test_one_huge_time_does_not_hide_the_rest():
    plan = p_median([[5.0, FAR, 5.0, 1.0, 0.0]], [1.0], 2, fixed=[2, 4], capacity=[1, 0.5, 1, 0, 0.5])
    assert plan.objective == pytest.approx(2.5)


@pytest.mark.parametrize("scale", [1.0, 1e-8, 1e6])
def test_small_costs_and_weights_are_told_apart(scale):
    plan = p_median(COST, PEOPLE * scale, 3, capacity=ROOM * scale)
    assert plan.objective == pytest.approx(0.016 * scale)
    assert plan.status == "optimal"


def test_no_time_gives_a_plan_that_serves_everybody():
    plan = p_median(COST, PEOPLE, 3, capacity=ROOM, time_limit_s=0.0)
    assert plan.status == "time_limit"
    assert plan.bound <= 0.016 <= plan.objective < 1


def test_ctrl_c_gives_a_plan_that_serves_everybody(monkeypatch):
    whole = median_capacity.solve

    def stopped(*model, **options):
        if np.any(model[6]):
            raise KeyboardInterrupt
        return whole(*model, **options)

    monkeypatch.setattr(median_capacity, "solve", stopped)
    plan = p_median(COST, PEOPLE, 3, capacity=ROOM)
    assert plan.status == "interrupted"
    assert plan.bound <= 0.016 <= plan.objective < 1
