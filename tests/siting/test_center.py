"""The p-center: by hand, against brute force with many points, and at the edges of what it is asked."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from coverage.errors import SitingError
from coverage.siting import center, reach
from coverage.siting.center import p_center
from coverage.siting.watch import OutOfTime

INF = math.inf
ROAD = np.abs(np.array([0.0, 1, 2, 6, 7])[:, None] - np.array([1.0, 2, 6]))


def brute(cost, p, fixed=()):
    """Look at every set of `p` sites."""
    sets = (s for s in itertools.combinations(range(cost.shape[1]), p) if set(fixed) <= set(s))
    return min(cost[:, s].min(axis=1).max() for s in sets)


def hard(seed, n_demand=60, n_sites=11):
    """Times without geometry: greedy choices are often wrong."""
    return np.random.default_rng(seed).integers(1, 200, (n_demand, n_sites)).astype(float)


def test_one_site_stands_in_the_middle():
    # km 1: 6 to km 7; km 2: 5 to km 7; km 6: 6 to km 0
    plan = p_center(ROAD, 1)
    assert (plan.sites, plan.objective, plan.bound, plan.status, plan.gap) == ((1,), 5.0, 5.0, "optimal", 0.0)
    assert plan.covered.tolist() == [1.0] * 5


def test_two_sites_and_a_fixed_one():
    assert p_center(ROAD, 2).objective == 1.0
    assert p_center(ROAD, 2, fixed=[1]).sites == (1, 2)
    assert p_center(ROAD, 1, fixed=[0]).objective == 6.0


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), p=st.integers(1, 5), kept=st.booleans())
def test_it_is_exact_where_greedy_fails(seed, p, kept):
    cost = hard(seed)
    cost[cost > 150] = INF
    cost[:, 10] = np.minimum(cost[:, 10], 400)
    fixed = [3] if kept else []
    best = brute(cost, p, fixed)
    if math.isinf(best):
        with pytest.raises(SitingError, match=f"no {p} candidate sites together"):
            p_center(cost, p, fixed=fixed)
        return
    plan = p_center(cost, p, fixed=fixed)
    assert plan.status == "optimal"
    assert plan.objective == plan.bound == best == cost[:, plan.sites].min(axis=1).max()
    assert len(plan.sites) <= p
    assert set(fixed) <= set(plan.sites)


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 10**6), p=st.integers(1, 10))
def test_one_more_site_never_makes_it_farther(seed, p):
    cost = hard(seed, 30)
    assert p_center(cost, p + 1).objective <= p_center(cost, p).objective


def test_a_sparse_table_says_the_same():
    cost = hard(5)
    assert p_center(sparse.csr_array(cost), 3).sites == p_center(cost, 3).sites
    zero = sparse.csr_array((np.array([0.0, 7.0]), ([0, 1], [0, 0])), shape=(2, 1))
    assert p_center(zero, 1).objective == 7.0


def test_the_bound_holds_when_time_is_up(monkeypatch):
    cost = hard(8)
    monkeypatch.setattr(center, "reaching_plan", lambda *_: (_ for _ in ()).throw(OutOfTime))
    plan = p_center(cost, 3)
    assert plan.status == "time_limit"
    assert plan.bound <= brute(cost, 3) <= plan.objective
    assert plan.objective == cost[:, plan.sites].min(axis=1).max()
    assert plan.gap > 0


def test_ctrl_c_gives_the_best_so_far(monkeypatch):
    cost = hard(8)
    monkeypatch.setattr(reach, "solve", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    plan = p_center(cost, 3)
    assert plan.status == "interrupted"
    assert plan.bound <= brute(cost, 3) <= plan.objective


def test_no_time_gives_a_plan_with_its_bound():
    cost = hard(8)
    plan = p_center(cost, 3, time_limit_s=0.0)
    assert plan.status == "time_limit"
    assert plan.bound <= brute(cost, 3) <= plan.objective == cost[:, plan.sites].min(axis=1).max()


def test_before_any_plan_it_is_said(monkeypatch):
    monkeypatch.setattr(center, "quick_reach", lambda *_: None)
    apart = np.array([[INF, 2.0, INF], [INF, INF, 1.0], [1.0, INF, INF]])
    with pytest.raises(SitingError, match="time limit was reached before any plan") as caught:
        p_center(apart, 1, time_limit_s=0.0)
    assert "延长求解时间" in caught.value.line("zh")


@pytest.mark.parametrize(
    ("cost", "p", "options", "said"),
    [
        (np.array([[1.0], [INF], [2.0]]), 1, {}, "reaches demand points 1:"),
        (np.array([[1.0, INF], [INF, 1.0]]), 1, {}, "no 1 candidate sites together"),
        (np.array([[1.0, -1.0]]), 1, {}, "times negative or no number at demand points 0"),
        (ROAD, 0, {}, "the number of sites is 0"),
        (ROAD, 4, {}, "only 3 candidates"),
        (ROAD, 1, {"fixed": [0, 1]}, "2 sites are to be kept"),
        (ROAD, 1, {"fixed": [-1]}, "no candidates: -1"),
        (np.empty((0, 3)), 1, {}, "no demand points"),
    ],
)
def test_wrong_figures_are_refused_in_one_line(cost, p, options, said):
    with pytest.raises(SitingError, match=said) as caught:
        p_center(cost, p, **options)
    assert "\n" not in str(caught.value)
    assert caught.value.zh != str(caught.value)
