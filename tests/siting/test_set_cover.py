"""The fewest or cheapest sites for everyone, or for a share."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse

from coverage.errors import SitingError, UnreachableError
from coverage.siting import set_cover as module
from coverage.siting.plan import SitingPlan
from coverage.siting.set_cover import set_covering
from oracles import siting as oracle
from strategies import siting_cases

some = settings(deadline=None, max_examples=60)

# Five villages in a row, a site in each, which reaches its neighbours.
ROW = np.array(
    [
        [1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 1, 1],
        [0, 0, 0, 1, 1],
    ]
)
PEOPLE = np.array([100, 10, 50, 10, 30])


class TestByHand:
    def test_everyone(self):
        plan = set_covering(ROW)
        assert plan.objective == 2
        assert (plan.status, plan.gap, plan.bound) == ("optimal", 0.0, 2.0)
        assert (plan.covered == 1).all()

    def test_the_cheapest_are_not_the_fewest(self):
        plan = set_covering(ROW, cost=[1, 9, 1, 9, 1])
        assert plan.sites == (0, 2, 4)
        assert plan.objective == 3

    def test_a_share(self):
        plan = set_covering(ROW, weight=PEOPLE, target=0.8)
        assert plan.sites == (1,)  # 160 of 200
        assert plan.covered.tolist() == [1, 1, 1, 0, 0]

    def test_of_equal_plans_the_one_that_covers_most(self):
        assert set_covering(ROW, weight=PEOPLE, target=0.05).sites == (1,)

    def test_of_plans_for_the_same_money_the_one_that_covers_most(self):
        plan = set_covering(ROW, weight=PEOPLE, target=0.2, cost=[3, 5, 3, 3, 9])
        assert plan.sites == (0,)  # 110; site 2 for as much, 70; site 3, 90
        assert plan.objective == 3

    def test_points_count_one_each_without_people(self):
        assert set_covering(ROW, target=0.6).objective == 1
        assert set_covering(ROW, target=0.61).objective == 2

    def test_points_without_people_need_not_be_covered(self):
        cover = np.array([[1, 0], [0, 1], [0, 0]])
        assert set_covering(cover, weight=[5, 0, 0]).sites == (0,)

    def test_fixed_sites_count(self):
        plan = set_covering(ROW, fixed=[2], cost=[1, 1, 7, 1, 1])
        assert plan.sites in {(0, 2, 3), (0, 2, 4), (1, 2, 3), (1, 2, 4)}
        assert plan.objective == 9

    @pytest.mark.parametrize("asked", [{}, {"weight": PEOPLE, "target": 0.9}])
    def test_fixed_sites_that_are_enough_stay_alone(self, asked):
        plan = set_covering(ROW, fixed=[1, 3], **asked)
        assert (plan.sites, plan.status, plan.objective, plan.bound) == ((1, 3), "optimal", 2.0, 2.0)

    def test_a_target_met_to_the_last_digit(self):
        tenths = np.full(10, 0.1)
        plan = set_covering(
            np.eye(10), weight=tenths, target=0.3
        )  # 0.1 + 0.1 + 0.1 is above 0.3, 3 of 10 below
        assert plan.objective == 3

    def test_what_costs_nothing_and_adds_nobody_stays_closed(self):
        plan = set_covering(ROW, cost=[0, 1, 0, 1, 1])
        assert plan.objective == 1
        assert all(
            (np.delete(ROW[:, plan.sites], k, axis=1).sum(axis=1) == 0).any() for k in range(len(plan.sites))
        )


class TestBruteForce:
    @given(
        case=siting_cases(most_sites=9, most_demand=15),
        asked=st.floats(0.05, 1.0),
        priced=st.booleans(),
        seed=st.integers(0, 2**32 - 1),
    )
    @some
    def test_groups_pairs_and_starts(self, case, asked, priced, seed):
        limits = {key: case.limits[key] for key in ("groups", "apart") if key in case.limits}
        cost = case.price if priced else np.ones(case.n_sites)
        sets = oracle.allowed(case.n_sites, p=case.n_sites, fixed=case.fixed, **limits)
        reachable = (case.cover.any(axis=1) @ case.weight) / case.weight.sum()
        target = asked * min(reachable, 0.999)
        assume(target > 0)
        fine = sets[oracle.covers_share(case.cover, case.weight, sets, target)]
        start = np.random.default_rng(seed).permutation(case.n_sites)[: seed % (case.n_sites + 1)]
        arguments = {
            "weight": case.weight,
            "target": target,
            "fixed": case.fixed,
            "cost": cost if priced else None,
            "start": start,
            **limits,
        }
        if not len(fine):
            with pytest.raises(SitingError, match="groups and distances"):
                set_covering(case.cover, **arguments)
            return
        plan = set_covering(case.cover, **arguments)
        best = (fine @ cost).min()
        units = oracle.units_of(plan.sites, case.n_sites)
        assert math.isclose(plan.objective, best, rel_tol=1e-9, abs_tol=1e-9)
        assert plan.status == "optimal"
        assert plan.bound <= best * (1 + 1e-9)
        assert oracle.keeps(units, p=case.n_sites, fixed=case.fixed, **limits)
        assert oracle.covers_share(case.cover, case.weight, units, target)
        assert (plan.covered == (case.cover @ units > 0)).all()

    @given(case=siting_cases(most_sites=8), asked=st.floats(0.05, 0.95))
    @some
    def test_fullest_of_the_fewest(self, case, asked):
        reachable = (case.cover.any(axis=1) @ case.weight) / case.weight.sum()
        assume(reachable > 0)
        plan = set_covering(case.cover, weight=case.weight, target=asked * reachable)
        sets = oracle.allowed(case.n_sites, p=len(plan.sites))
        most = oracle.maximal(case.cover, case.weight, sets).max()
        assert math.isclose(case.weight @ plan.covered, most, rel_tol=2e-6)


class TestRefuses:
    def test_everyone_where_some_are_out_of_reach(self):
        cover = np.zeros((9, 2))
        cover[[0, 3], 0] = 1
        with pytest.raises(UnreachableError, match=r"1, 2, 4, 5, 6 … \(7\)") as caught:
            set_covering(cover)
        assert caught.value.points == (1, 2, 4, 5, 6, 7, 8)
        assert "1、2、4、5、6" in caught.value.zh
        assert "22.22%" in str(caught.value)
        assert "\n" not in caught.value.line("zh")

    def test_a_share_that_all_sites_together_miss(self):
        with pytest.raises(UnreachableError, match=r"reach 60% of the people, not 70%") as caught:
            set_covering([[1, 0], [0, 0], [0, 1]], weight=[20, 40, 40], target=0.7)
        assert caught.value.points == (1,)
        assert set_covering([[1, 0], [0, 0], [0, 1]], weight=[20, 40, 40], target=0.6).sites == (0, 1)

    @pytest.mark.parametrize("target", [0, -0.1, 1.1, np.nan])
    def test_shares_that_are_none(self, target):
        with pytest.raises(SitingError, match="above 0 and at most 1"):
            set_covering(ROW, target=target)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"weight": [1, 2]},
            {"weight": [0] * 5},
            {"weight": [-1, 1, 1, 1, 1]},
            {"cost": [1, 2]},
            {"cost": [1, 1, -1, 1, 1]},
            {"fixed": [5]},
            {"start": [-1]},
        ],
    )
    def test_figures_that_are_none(self, wrong):
        with pytest.raises(SitingError):
            set_covering(ROW, **wrong)

    @pytest.mark.parametrize("target", [1.0, 0.99])
    def test_groups_that_leave_no_plan(self, target):
        with pytest.raises(SitingError, match="groups and distances"):
            set_covering(ROW, weight=PEOPLE, target=target, groups=[(range(5), 1)])


@pytest.fixture(scope="module")
def province() -> tuple[sparse.csr_array, np.ndarray]:
    """Give 600 villages with prices that leave the best set of 120 sites open for a while."""
    rng = np.random.default_rng(1)
    villages, sites = rng.random((600, 2)), rng.random((120, 2))
    near = np.hypot(*(villages[:, None] - sites[None]).transpose(2, 0, 1)) < 0.12
    near[np.arange(600), rng.integers(0, 120, 600)] = True
    return sparse.csr_array(near.astype(float)), rng.uniform(1, 2, 120)


class TestStopped:
    def test_no_time_gives_the_greedy_plan(self, province):
        cover, price = province
        plan = set_covering(cover, target=0.9, cost=price, time_limit_s=0)
        assert plan.status == "time_limit"
        assert plan.bound < plan.objective
        assert plan.gap > 0
        assert plan.covered.mean() >= 0.9
        assert math.isclose(plan.objective, price[list(plan.sites)].sum())

    def test_no_time_by_number(self, province):
        plan = set_covering(province[0], target=0.9, time_limit_s=0)
        assert plan.covered.mean() >= 0.9
        assert 0 < plan.bound <= plan.objective == len(plan.sites)

    def test_interruption_gives_the_best_so_far(self, province, monkeypatch):
        def interrupt(*_args, **_options):
            raise KeyboardInterrupt

        monkeypatch.setattr(module, "solve", interrupt)
        monkeypatch.setattr(module.Enough, "ask", interrupt)
        for cost in (None, province[1]):
            plan = set_covering(province[0], target=0.9, cost=cost)
            assert plan.status == "interrupted"
            assert plan.covered.mean() >= 0.9

    def test_interruption_of_the_tie_break_loses_nothing(self, monkeypatch):
        def interrupt(*_args, **_options):
            raise KeyboardInterrupt

        monkeypatch.setattr(module, "maximal_covering", interrupt)
        plan = set_covering(ROW, weight=PEOPLE, target=0.3)
        assert (plan.objective, plan.status) == (1.0, "optimal")

    def test_a_question_left_open_leaves_a_bound(self, province, monkeypatch):
        asked = []

        def too_few_but_for_the_first(_enough, number, lower, best):
            asked.append((number, lower, best))
            return None, "optimal" if len(asked) > 1 else "time_limit"

        monkeypatch.setattr(module.Enough, "ask", too_few_but_for_the_first)
        monkeypatch.setattr(module, "FULLER_S", 0.0)
        plan = set_covering(province[0], target=0.9, fixed=[3, 5])
        assert [number for number, _, _ in asked] == [plan.objective - 1, plan.objective - 2]
        assert all(2 < lower < best == plan.objective for _, lower, best in asked)
        assert (plan.status, plan.bound) == ("time_limit", plan.objective - 1)

    def test_interruption_before_there_is_a_plan(self, monkeypatch):
        def interrupt(*_args, **_options):
            raise KeyboardInterrupt

        monkeypatch.setattr(module, "solve", interrupt)
        greedy_fails = [([1, 3], 1), ([0, 4], 2), ([2], 0)]
        with pytest.raises(KeyboardInterrupt):
            set_covering(ROW, groups=[*greedy_fails, ([1, 4], 1), ([1, 0], 1)])

    @pytest.mark.parametrize("priced", [True, False])
    def test_progress_is_told_in_cost(self, province, priced):
        heard: list[dict[str, float]] = []
        plan = set_covering(
            province[0],
            target=0.95,
            cost=province[1] if priced else None,
            fixed=[0, 1],
            time_limit_s=0.5,
            progress=lambda **told: heard.append(told),
        )
        assert heard
        assert all(told["bound"] <= plan.bound * (1 + 1e-6) for told in heard)
        assert all(told["best"] >= plan.objective * (1 - 1e-6) for told in heard)

    def test_a_plan_that_falls_short_when_recounted_is_not_taken(self, monkeypatch):
        solve, told = module.solve, []

        def short(*args, **options):
            answer = solve(*args, **options)
            told.append(options["rows"].shape[0])
            if len(told) == 1:  # as a solver that takes 100 people for enough
                values = np.array([1, 0, 0, 0, 0, 1, 1, 1, 1, 1], dtype=float)
                return type(answer)(values, 1.0, 1.0, "optimal", 1)
            return answer

        monkeypatch.setattr(module, "solve", short)
        plan = set_covering(ROW, weight=PEOPLE, target=0.8, cost=[1, 2, 1, 2, 1])
        assert len(told) == 2
        assert told[1] == told[0] + 1
        assert plan.objective == 2
        assert isinstance(plan, SitingPlan)
