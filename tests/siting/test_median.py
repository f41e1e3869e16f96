"""The p-median: by hand, against the compact model, and at the edges of what it is asked."""

from __future__ import annotations

import itertools
import math
import signal
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from coverage.errors import SitingError
from coverage.siting import median, median_cuts
from coverage.siting.highs import solve
from coverage.siting.median import p_median

INF = math.inf
# five villages along a road at km 0, 1, 2, 6, 7; sites at km 1, 2, 6
ROAD = np.abs(np.array([0.0, 1, 2, 6, 7])[:, None] - np.array([1.0, 2, 6]))
PEOPLE = np.array([1.0, 1, 1, 1, 5])


def drawn(n_demand, n_sites, seed):
    """Points on a plane, and people."""
    random = np.random.default_rng(seed)
    points, sites = random.random((n_demand, 2)), random.random((n_sites, 2))
    return np.linalg.norm(points[:, None] - sites, axis=2) * 1000, random.integers(1, 50, n_demand).astype(
        float
    )


def compact_optimum(cost, weight, p):
    """Solve the textbook model: a variable for every pair."""
    n, m = cost.shape
    pair = np.arange(n * m)
    point, site = pair // m, pair % m
    rows = sparse.block_array(
        [
            [None, sparse.coo_array((np.ones(n * m), (point, pair)))],
            [sparse.coo_array((-np.ones(n * m), (pair, site))), sparse.eye_array(n * m)],
            [sparse.coo_array(np.ones((1, m))), None],
        ]
    )
    lower = np.concatenate([np.ones(n), np.full(n * m + 1, -INF)])
    upper = np.concatenate([np.ones(n), np.zeros(n * m), [p]])
    costs = np.concatenate([np.zeros(m), (weight[:, None] * cost).ravel()])
    return solve(costs, rows.tocsr(), lower, upper, 0.0, 1.0, np.arange(m + n * m) < m).objective


class TestByHand:
    def test_one_site_is_where_most_people_are(self):
        plan = p_median(ROAD, PEOPLE, 1)
        # km 6: 6 + 5 + 4 + 0 + 5 = 20; km 2: 2 + 1 + 0 + 4 + 25 = 32; km 1: 1 + 0 + 1 + 5 + 30 = 37
        assert (plan.sites, plan.objective, plan.status, plan.gap) == ((2,), 20.0, "optimal", 0.0)

    def test_two_sites_share_the_road(self):
        plan = p_median(ROAD, PEOPLE, 2)
        assert (plan.sites, plan.objective, plan.bound) == ((0, 2), 1 + 0 + 1 + 0 + 5, 7.0)
        assert plan.covered.tolist() == [1.0] * 5

    def test_a_fixed_site_stays_open(self):
        plan = p_median(ROAD, PEOPLE, 1, fixed=[1])
        assert (plan.sites, plan.objective) == ((1,), 32.0)

    def test_a_site_that_brings_nobody_nearer_stays_closed(self):
        plan = p_median(np.array([[1.0, 1.0], [2.0, 2.0]]), [1.0, 1.0], 2)
        assert (plan.sites, plan.objective) == ((0,), 3.0)

    def test_a_stored_zero_is_a_time_and_what_is_absent_is_out_of_reach(self):
        cost = sparse.csr_array((np.array([0.0, 5.0, 0.0]), ([0, 1, 1], [0, 0, 1])), shape=(2, 2))
        assert p_median(cost, [1.0, 1.0], 1).objective == 5.0
        assert p_median(cost, [1.0, 1.0], 2).objective == 0.0

    def test_a_full_site_sends_people_on(self):
        # site 0 takes 3 of the 4 people beside it, the fourth goes to site 1
        plan = p_median(np.array([[1.0, 10.0]]), [4.0], 2, capacity=[3.0, 9.0])
        assert (plan.sites, plan.status) == ((0, 1), "optimal")
        assert plan.objective == pytest.approx(3 * 1 + 1 * 10)

    def test_sites_that_are_large_enough_change_nothing(self):
        assert p_median(ROAD, PEOPLE, 2, capacity=[3.0, 0.0, 6.0]).sites == (0, 2)
        tight = p_median(ROAD, PEOPLE, 2, capacity=[3.0, 9.0, 5.0])
        # km 6 takes only the five of km 7; the one at km 6 goes back to km 2 (4), the others too: 2 + 1 + 0
        assert (tight.sites, tight.status) == ((1, 2), "optimal")
        assert tight.objective == pytest.approx(2 + 1 + 0 + 4 + 5)

    def test_points_without_people_may_stay_unreached(self):
        plan = p_median(np.array([[1.0, 2.0], [INF, INF], [INF, 3.0]]), [1.0, 0.0, 0.0], 1)
        assert (plan.sites, plan.objective) == ((0,), 1.0)
        assert plan.covered.tolist() == [1.0, 0.0, 0.0]

    def test_the_dear_plan_that_reaches_everybody_beats_the_cheap_one_that_does_not(self):
        cost = np.array([[1.0, INF, 900.0], [1.0, INF, 900.0], [INF, 1.0, 900.0]])
        plan = p_median(cost, [9.0, 9.0, 9.0], 1)
        assert (plan.sites, plan.objective) == ((2,), 24300.0)


class TestProof:
    @pytest.mark.parametrize(
        ("n_demand", "n_sites", "p"), [(40, 25, 4), (60, 20, 7), (30, 30, 3), (50, 15, 1)]
    )
    def test_it_agrees_with_the_compact_model(self, n_demand, n_sites, p):
        cost, weight = drawn(n_demand, n_sites, seed=p)
        plan = p_median(cost, weight, p)
        assert plan.status == "optimal"
        assert plan.objective == pytest.approx(compact_optimum(cost, weight, p), rel=2e-6)

    @settings(deadline=None, max_examples=15)
    @given(seed=st.integers(0, 10**6), p=st.integers(2, 6))
    def test_branch_and_bound_agrees_where_the_relaxation_leaves_a_gap(self, seed, p):
        # times without geometry: the relaxation is far from whole
        random = np.random.default_rng(seed)
        cost = random.integers(1, 30, (25, 12)).astype(float)
        weight = random.integers(1, 9, 25).astype(float)
        plan = p_median(cost, weight, p)
        assert plan.objective == pytest.approx(compact_optimum(cost, weight, p), rel=2e-6)

    def test_it_branches_and_never_claims_a_bound_that_is_too_high(self):
        random = np.random.default_rng(3)
        cost, weight = random.random((80, 25)) * 100, np.ones(80)
        told = []
        plan = p_median(cost, weight, 5, progress=lambda **figures: told.append(figures))
        assert plan.n_nodes > 1
        assert told
        assert all(
            t["bound"] <= plan.objective * (1 + 1e-9) and t["best"] >= plan.objective - 1e-6 for t in told
        )

    @settings(deadline=None, max_examples=10)
    @given(seed=st.integers(0, 10**6))
    def test_what_the_rows_are_called_changes_nothing(self, seed):
        random = np.random.default_rng(seed)
        cost, weight = drawn(30, 10, seed)
        cost[random.random(cost.shape) < 0.2] = INF
        cost[:, 0] = 5000.0
        cost, weight = np.vstack([cost, cost[:7]]), np.append(weight, weight[:7])
        order, columns = random.permutation(len(cost)), random.permutation(10)
        one = p_median(cost, weight, 3)
        row, column = np.nonzero(np.isfinite(cost))
        same = sparse.coo_array((cost[row, column], (row, column)), shape=cost.shape)
        other = p_median(cost[order][:, columns], weight[order], 3)
        assert other.objective == pytest.approx(one.objective, rel=2e-6)
        assert p_median(same, weight, 3).sites == one.sites

    @settings(deadline=None, max_examples=25)
    @given(seed=st.integers(0, 10**6), p=st.integers(1, 15))
    def test_it_ends_where_every_point_is_a_site_and_some_are_out_of_reach(self, seed, p):
        # sums near 0 beside the price of leaving somebody out: rounding errors must not look like gains
        random = np.random.default_rng(seed)
        places = random.random((15, 2))
        cost = np.linalg.norm(places[:, None] - places, axis=2) * 1e6
        cost[random.random(cost.shape) < 0.4] = INF
        np.fill_diagonal(cost, 0.0)
        weight = random.random(15) * 1e3
        plan = p_median(cost, weight, 15, fixed=range(p))
        assert (plan.objective, plan.status) == (0.0, "optimal")
        try:
            plan = p_median(cost, weight, p)
        except SitingError:
            assert all(
                np.isinf(cost[:, chosen].min(axis=1)).any() for chosen in itertools.combinations(range(15), p)
            )
            return
        sets = itertools.combinations(range(15), p)
        assert plan.objective == pytest.approx(min(weight @ cost[:, s].min(axis=1) for s in sets), rel=2e-6)

    def test_a_start_is_no_worse_than_none_and_a_long_one_is_no_matter(self):
        cost, weight = drawn(40, 15, seed=9)
        free = p_median(cost, weight, 4)
        assert p_median(cost, weight, 4, start=[0, 1]).objective == pytest.approx(free.objective, rel=2e-6)
        assert p_median(cost, weight, 4, start=range(15)).sites == free.sites

    def test_the_same_question_has_the_same_answer(self):
        cost, weight = drawn(200, 60, seed=4)
        first, second = p_median(cost, weight, 6), p_median(cost, weight, 6)
        assert (first.sites, first.n_nodes) == (second.sites, second.n_nodes)

    def test_nothing_that_is_given_is_changed(self):
        cost, weight = drawn(20, 8, seed=1)
        before = cost.copy(), weight.copy()
        p_median(cost, weight, 3)
        assert (cost == before[0]).all()
        assert (weight == before[1]).all()


def test_figures_of_very_different_sizes():
    cost = np.array([[1e9, 1e9, 0], [0, 1, 0], [1e9, 0, 5.0]])
    assert p_median(cost, [1e6, 1e9, 1.0], 1, start=[2]).sites == (2,)
    far = np.array([[1e9, 1.0, 2.0, 1e9], [1.0, 1e9, 2.0, 3.0], [1e9, 4.0, 1e9, 1.0], [2.0, 1e9, 1e9, 1.0]])
    for people in ([1e6, 1e9, 1.0, 1.0], [1.0, 1e-6, 1e6, 3.0]):
        plan = p_median(far, people, 2)
        plans = [far[:, pair].min(axis=1) @ people for pair in itertools.combinations(range(4), 2)]
        assert plan.objective == pytest.approx(min(plans))


class TestStopped:
    def test_no_time_gives_the_start_with_a_bound_below_it(self):
        cost, weight = drawn(300, 80, seed=2)
        plan = p_median(cost, weight, 6, time_limit_s=0.0)
        best = p_median(cost, weight, 6)
        assert plan.status == "time_limit"
        assert plan.bound <= best.objective <= plan.objective
        assert plan.objective == pytest.approx(weight @ cost[:, plan.sites].min(axis=1))
        assert plan.gap == pytest.approx((plan.objective - plan.bound) / plan.objective)

    def test_no_time_keeps_fixed_sites_and_reaches_everybody(self, monkeypatch):
        monkeypatch.setattr(median, "_GRACE_S", -1.0)
        cost, weight = drawn(300, 80, seed=2)
        cost[cost > 500] = INF
        plan = p_median(cost, weight, 8, fixed=[3], time_limit_s=0.0)
        assert 3 in plan.sites
        assert len(plan.sites) <= 8
        assert plan.bound <= plan.objective < INF
        assert plan.covered.all()

    def test_ctrl_c_gives_the_best_so_far(self, monkeypatch):
        cost, weight = drawn(300, 80, seed=2)
        monkeypatch.setattr(
            median_cuts._Tree, "branch_and_bound", lambda _: signal.raise_signal(signal.SIGINT)
        )
        assert threading.current_thread() is threading.main_thread()
        plan = p_median(cost, weight, 6)
        assert plan.status == "interrupted"
        assert 0 < plan.bound < plan.objective == pytest.approx(weight @ cost[:, plan.sites].min(axis=1))


GOOD = np.array([[1.0, 2.0], [3.0, 4.0]])
WRONG = {
    "negative time": ((np.array([[1.0, -2.0], [3.0, 4.0]]), [1, 1], 1), {}, "times negative", "时间为负数"),
    "time that is no number": (
        (np.array([[math.nan, 2.0], [3.0, 4.0]]), [1, 1], 1),
        {},
        "points 0",
        "人口点",
    ),
    "no site": ((np.empty((2, 0)), [1, 1], 1), {}, "no candidate sites", "没有人口点或没有候选点"),
    "a row": ((np.array([1.0, 2.0]), [1, 1], 1), {}, "no candidate sites", "没有人口点或没有候选点"),
    "too few weights": ((GOOD, [1], 1), {}, "one weight a demand point", "人口数组"),
    "negative weight": ((GOOD, [1, -1], 1), {}, "points 1", "人口为负数"),
    "no people": ((GOOD, [0, 0], 1), {}, "every weight is 0", "人口都是0"),
    "no site wanted": ((GOOD, [1, 1], 0), {}, "1 or more", "不小于1"),
    "more than there are": ((GOOD, [1, 1], 3), {}, "only 2 candidates", "候选点只有 2 个"),
    "kept site that is none": ((GOOD, [1, 1], 1), {"fixed": [5]}, "no candidates: 5", "不在候选点中"),
    "unreached": (
        (np.array([[1.0, 2.0], [INF, INF]]), [1, 1], 1),
        {},
        "reaches demand points 1",
        "无法|没有任何候选点",
    ),
    "nobody reaches all": ((np.array([[1.0, INF], [INF, 1.0]]), [1, 1], 1), {}, "no 1 candidate", "共同到达"),
    "few capacities": ((GOOD, [1, 1], 1), {"capacity": [5]}, "one capacity a site", "服务能力数组"),
    "negative capacity": ((GOOD, [1, 1], 1), {"capacity": [5, -1]}, "at sites 1", "服务能力为负数"),
    "small sites": ((GOOD, [2, 2], 1), {"capacity": [3, 2]}, "serve 3 people", "少于总人口 4"),
    "wrong large site": (
        (np.array([[1.0, INF], [1.0, 1.0]]), [2, 2], 1),
        {"capacity": [3, 4]},
        "can serve everybody",
        "无法服务全部人口",
    ),
}


@pytest.mark.parametrize(("given_", "options", "said", "said_zh"), WRONG.values(), ids=WRONG)
def test_wrong_figures_are_refused_in_one_line(given_, options, said, said_zh):
    with pytest.raises(SitingError, match=said) as caught:
        p_median(*given_, **options)
    assert "\n" not in str(caught.value)
    assert any(words in caught.value.line("zh") for words in said_zh.split("|"))


def test_sparse_times_are_checked_too():
    cost = sparse.csr_array((np.array([1.0, -1.0]), ([0, 1], [0, 0])), shape=(2, 1))
    with pytest.raises(SitingError, match="points 1"):
        p_median(cost, [1, 1], 1)
    cost = sparse.csr_array((np.array([1.0, INF]), ([0, 1], [0, 0])), shape=(2, 1))
    with pytest.raises(SitingError, match="reaches demand points 1"):
        p_median(cost, [1, 1], 1)
