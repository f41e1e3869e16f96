"""Sites that can serve only so many people."""

from __future__ import annotations

import math
import signal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from coverage.errors import SitingError
from coverage.siting import capacitated as module
from coverage.siting.capacitated import capacitated_covering
from coverage.siting.inputs import checked_cover
from coverage.siting.limits import site_limits
from oracles import siting as oracle
from strategies import siting_cases

# Site 0 reaches everyone, site 1 the first two villages, site 2 the last.
COVER = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1]])
PEOPLE = np.array([60.0, 40.0, 100.0])


def solve(cover, people, capacity, *, start=(), progress=None, time_limit_s=math.inf, **limits):
    within = checked_cover(cover)
    return capacitated_covering(
        within,
        np.asarray(people, dtype=float),
        site_limits(within.shape[1], **limits),
        capacity,
        start=start,
        progress=progress,
        time_limit_s=time_limit_s,
    )


class TestByHand:
    def test_the_widest_reach_is_not_the_best(self):
        plan = solve(COVER, PEOPLE, [90, 100, 80], p=1)
        assert plan.sites == (1,)
        assert (plan.objective, plan.status, plan.gap) == (100.0, "optimal", 0.0)
        assert plan.covered.tolist() == [1.0, 1.0, 0.0]

    def test_people_of_one_point_may_be_split(self):
        plan = solve([[1, 1]], [100], [30, 50], p=2)
        assert plan.sites == (0, 1)
        assert plan.objective == pytest.approx(80)
        assert plan.covered == pytest.approx([0.8])

    def test_room_for_everybody_is_maximal_covering(self):
        assert solve(COVER, PEOPLE, np.full(3, np.inf), p=1).sites == (0,)

    def test_no_room_at_all(self):
        plan = solve(COVER, PEOPLE, [0, 0, 0], p=2, fixed=[1])
        assert (plan.sites, plan.objective, plan.status) == ((1,), 0.0, "optimal")

    def test_whoever_would_serve_nobody_stays_closed(self):
        assert solve([[1, 1], [1, 0]], [10, 10], [20, 20], p=2).sites == (0,)

    def test_points_without_people_are_covered_where_they_are_reached(self):
        plan = solve([[1, 0], [1, 0], [0, 1], [0, 0]], [10, 0, 0, 0], [5, 5], p=1)
        assert plan.covered.tolist() == [0.5, 1.0, 0.0, 0.0]

    def test_money(self):
        plan = solve(COVER, PEOPLE, [150, 100, 100], cost=[9, 4, 4], budget=8)
        assert plan.sites == (1, 2)
        assert plan.objective == pytest.approx(200)


@given(case=siting_cases(most_sites=6, most_demand=9), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=60)
def test_like_brute_force_whatever_it_begins_with(case, seed):
    rng = np.random.default_rng(seed)
    capacity = rng.choice([0.0, 0.1, 0.3, 1.0], case.n_sites) * rng.uniform(0.5, 1.5, case.n_sites)
    capacity *= case.weight.sum()
    start = rng.permutation(case.n_sites)[: rng.integers(0, case.n_sites + 1)]
    plan = solve(case.cover, case.weight, capacity, start=start, **case.arguments)
    sets = oracle.allowed(case.n_sites, **case.arguments)
    best = max(oracle.most_served(case.cover, case.weight, s, capacity) for s in sets)
    units = oracle.units_of(plan.sites, case.n_sites)
    assert math.isclose(plan.objective, best, rel_tol=2e-6, abs_tol=2e-6)
    assert plan.bound >= best * (1 - 1e-9)
    assert math.isclose(
        plan.objective,
        oracle.most_served(case.cover, case.weight, units, capacity),
        rel_tol=1e-8,
        abs_tol=1e-8,
    )
    assert math.isclose(plan.objective, case.weight @ plan.covered, rel_tol=1e-12)
    assert plan.objective <= capacity[list(plan.sites)].sum() * (1 + 1e-12)
    assert oracle.keeps(units, **case.arguments)


@pytest.mark.parametrize("capacity", [[1, 2], [1, -1, 1], [1, np.nan, 1]])
def test_capacities_that_are_none(capacity):
    with pytest.raises(SitingError, match="capacities") as caught:
        solve(COVER, PEOPLE, capacity, p=1)
    assert "服务能力" in caught.value.zh


@pytest.fixture(scope="module")
def crowded() -> dict[str, object]:
    """Give 300 villages and 60 sites too small for them: the proof takes a while."""
    rng = np.random.default_rng(4)
    villages, sites = rng.random((300, 2)), rng.random((60, 2))
    near = np.hypot(*(villages[:, None] - sites[None]).transpose(2, 0, 1)) < 0.2
    people = rng.integers(10, 500, 300).astype(float)
    return {
        "cover": sparse.csr_array(near.astype(float)),
        "people": people,
        "capacity": people.sum() * rng.uniform(0.05, 0.12, 60),
        "p": 10,
    }


class TestStopped:
    def test_no_time_gives_the_greedy_plan(self, crowded):
        plan = solve(**crowded, time_limit_s=0)
        assert plan.status == "time_limit"
        assert 0 < plan.objective < plan.bound <= crowded["people"].sum()
        assert len(plan.sites) <= 10
        assert math.isclose(plan.objective, crowded["people"] @ plan.covered)

    def test_a_start_is_not_lost(self, crowded):
        better = solve(**crowded, time_limit_s=1)
        again = solve(**crowded, time_limit_s=0, start=better.sites)
        assert again.objective >= better.objective * (
            1 - 0.02
        )  # filled one site after another, then recounted

    def test_interruption_gives_the_best_so_far(self, crowded):
        def interrupt(**_):
            signal.raise_signal(signal.SIGINT)

        plan = solve(**crowded, progress=interrupt)
        assert plan.status == "interrupted"
        assert plan.objective > 0

    def test_progress_is_told_in_people(self, crowded):
        heard = []
        plan = solve(**crowded, time_limit_s=1, progress=lambda **told: heard.append(told))
        assert heard
        assert all(told["bound"] >= plan.bound * (1 - 1e-6) for told in heard)
        assert all(told["best"] <= plan.objective * (1 + 1e-6) for told in heard)


def test_a_recount_that_fails_is_no_plan(monkeypatch):
    solved = module.solve

    def never(*args, **options):
        answer = solved(*args, **options)
        return answer if "start" in options else type(answer)(None, math.nan, math.inf, "time_limit", 0)

    monkeypatch.setattr(module, "solve", never)
    with pytest.raises(SitingError, match="recount"):
        solve(COVER, PEOPLE, [90, 100, 80], p=1)


def test_a_point_of_next_to_nobody_beside_huge_ones():
    plan = solve(np.eye(3), [1e9, 1e9, 1e-4], [5.0, 5.0, 5.0], p=2)
    assert plan.sites == (0, 1)
    assert plan.objective == pytest.approx(10.0)
    every = solve(np.eye(3), [1e9, 1e9, 1e-6], [np.inf, np.inf, 5.0], p=2)
    assert every.sites == (0, 1)
