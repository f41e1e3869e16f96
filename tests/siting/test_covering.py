"""Corners of the covering models that brute force on random covers does not come to."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from coverage.errors import SitingError
from coverage.siting import backup_covering, expected_covering, maximal_covering


def test_where_every_site_is_fixed_the_plan_is_there_already():
    assert maximal_covering([[1]], [1.0], 1, fixed=[0]).objective == 1.0
    assert backup_covering([[1]], [1.0], 1, fixed=[0]).objective == 0.5
    assert expected_covering([[1]], [1.0], 1, 0.3, fixed=[0]).objective == pytest.approx(0.7)


@pytest.mark.parametrize("pair", [(0, 0), (0, 1, 2), (0,), 1])
def test_a_pair_is_two_sites(pair):
    with pytest.raises(SitingError, match="no pair"):
        maximal_covering(np.eye(3), [1, 1, 1], 2, apart=[pair])


@pytest.mark.parametrize(("cost", "budget"), [([0.1, 0.2, 0.0], 0.3), ([1, 2, 3], 3)])
def test_kept_sites_may_spend_the_whole_budget(cost, budget):
    plan = maximal_covering(np.eye(3), [1, 1, 1], cost=cost, budget=budget, fixed=[0, 1])
    assert plan.sites == ((0, 1, 2) if cost[2] == 0 else (0, 1))


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_unit_of_people_and_money_changes_no_plan(unit):
    cover = [[1, 0, 1], [0, 1, 0], [1, 1, 0]]
    plans = [
        maximal_covering(cover, [1, 2, 3], cost=np.array([1, 2, 3]), budget=3),
        maximal_covering(cover, np.array([1, 2, 3]) * unit, cost=np.array([1, 2, 3]) * unit, budget=3 * unit),
    ]
    assert plans[0].sites == plans[1].sites
    assert plans[1].status == "optimal"


def test_no_time_at_all_gives_the_greedy_plan_with_a_bound():
    random = np.random.default_rng(5)
    cover = random.random((60, 20)) < 0.15
    plan = maximal_covering(cover, np.ones(60), 4, time_limit_s=0)
    best = maximal_covering(cover, np.ones(60), 4)
    assert plan.status in {"time_limit", "optimal"}
    assert 0 < plan.objective <= best.objective <= plan.bound


def test_a_solver_of_the_callers_own_with_other_threads_is_no_hindrance():
    # in a process of its own: the pool of threads stays, and would hinder the oracles of other tests
    text = """
import highspy, numpy as np
from coverage.siting import maximal_covering, p_median
other = highspy.Highs()
other.setOptionValue("output_flag", False)
other.setOptionValue("threads", 2)
other.maximize(other.addVariable(lb=0, ub=1))
random = np.random.default_rng(6)
times_s = random.random((80, 30))
print(maximal_covering(times_s < 0.1, np.ones(80), 5).status, p_median(times_s, np.ones(80), 5).status)
"""
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["optimal", "optimal"], done.stderr
