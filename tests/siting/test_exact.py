"""Every siting model beside brute force over all sets of sites, and what must hold of any answer."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse

from coverage.errors import SitingError
from coverage.siting import (
    SitingPlan,
    backup_covering,
    double_standard,
    expected_covering,
    greedy,
    maximal_covering,
    p_center,
    p_median,
    set_covering,
)
from coverage.siting.limits import site_limits
from coverage.siting.plan import PROOF_GAP
from oracles import siting as oracle
from strategies import SitingCase, siting_cases

many = settings(deadline=None, derandomize=True, max_examples=150)
some = settings(deadline=None, derandomize=True, max_examples=50)
few = settings(deadline=None, derandomize=True, max_examples=15)


def within(case: SitingCase) -> sparse.csr_array:
    """Give the cover as the models take it."""
    return sparse.csr_array(case.cover)


def near(a: float, b: float) -> bool:
    """Tell whether two figures are one within what a proof promises."""
    return math.isclose(a, b, rel_tol=2 * PROOF_GAP, abs_tol=2 * PROOF_GAP)


def check_proof(plan: SitingPlan, best: float, *, most: bool) -> None:
    """Hold a plan against the best value there is."""
    assert near(plan.objective, best), f"{plan.objective} is not the best, {best}"
    slack = 1e-9 * max(1.0, abs(best))
    assert plan.bound >= best - slack if most else plan.bound <= best + slack
    assert (plan.status, plan.gap) == ("optimal", 0.0)
    assert list(plan.sites) == sorted(plan.sites)
    assert plan.n_nodes >= 0
    assert plan.seconds >= 0
    assert ((plan.covered >= 0) & (plan.covered <= 1)).all()


def units(plan: SitingPlan, case: SitingCase) -> np.ndarray:
    return oracle.units_of(plan.sites, case.n_sites)


def number(case: SitingCase) -> int:
    """Give a number of sites that the fixed ones leave room in."""
    return max(1, len(case.fixed), case.n_sites // 2)


class TestBruteForce:
    @given(case=siting_cases(most_sites=10))
    @some
    def test_limits(self, case):
        limits = site_limits(case.n_sites, **case.arguments)
        every = oracle.all_sets(case.n_sites)
        ours = np.array([limits.allows(np.flatnonzero(chosen)) for chosen in every])
        assert (ours == oracle.keeps(every, **case.arguments)).all()

    @given(case=siting_cases())
    @many
    def test_maximal_covering(self, case):
        plan = maximal_covering(within(case), case.weight, **case.arguments)
        sets = oracle.allowed(case.n_sites, **case.arguments)
        check_proof(plan, oracle.maximal(case.cover, case.weight, sets).max(), most=True)
        assert oracle.keeps(units(plan, case), **case.arguments)
        assert max(units(plan, case)) <= 1
        assert (plan.covered == (case.cover @ units(plan, case) > 0)).all()
        assert math.isclose(plan.objective, case.weight @ plan.covered, rel_tol=1e-12)

    @given(case=siting_cases(most_sites=6, most_demand=10), seed=st.integers(0, 2**32 - 1))
    @some
    def test_maximal_covering_of_sites_that_fill_up(self, case, seed):
        rng = np.random.default_rng(seed)
        share = rng.choice([0.0, 0.1, 0.3, 1.0], case.n_sites) * rng.uniform(0.5, 1.5, case.n_sites)
        capacity = share * case.weight.sum()
        plan = maximal_covering(within(case), case.weight, capacity=capacity, **case.arguments)
        sets = oracle.allowed(case.n_sites, **case.arguments)
        served = [oracle.most_served(case.cover, case.weight, s, capacity) for s in sets]
        check_proof(plan, max(served), most=True)
        assert oracle.keeps(units(plan, case), **case.arguments)
        here = oracle.most_served(case.cover, case.weight, units(plan, case), capacity)
        assert near(plan.objective, here)
        assert near(plan.objective, case.weight @ plan.covered)

    @given(case=siting_cases(most_sites=12, most_demand=20), first=st.sampled_from([0.5, 0.6, 0.9, 1.0]))
    @some
    def test_backup_covering(self, case, first):
        plan = backup_covering(within(case), case.weight, number(case), fixed=case.fixed, first=first)
        sets = oracle.allowed(case.n_sites, p=number(case), fixed=case.fixed)
        check_proof(plan, oracle.backup(case.cover, case.weight, sets, first).max(), most=True)
        value = oracle.backup(case.cover, case.weight, units(plan, case), first)[0]
        assert math.isclose(plan.objective, value, rel_tol=1e-12)
        assert oracle.keeps(units(plan, case), p=number(case), fixed=case.fixed)

    @given(
        case=siting_cases(most_sites=6, most_demand=15),
        p=st.integers(1, 5),
        busy=st.sampled_from([0.0, 0.1, 0.35, 0.8]),
        most_each=st.sampled_from([None, 1, 2]),
    )
    @some
    def test_expected_covering(self, case, p, busy, most_each):
        p = max(len(case.fixed), min(p, case.n_sites))
        plan = expected_covering(within(case), case.weight, p, busy, fixed=case.fixed, max_per_site=most_each)
        ways = oracle.all_units(case.n_sites, p, most_each or p)
        ways = ways[oracle.keeps(ways, fixed=case.fixed)]
        check_proof(plan, oracle.expected(case.cover, case.weight, ways, busy).max(), most=True)
        value = oracle.expected(case.cover, case.weight, units(plan, case), busy)[0]
        assert math.isclose(plan.objective, value, rel_tol=1e-9)
        assert math.isclose(plan.objective, case.weight @ plan.covered, rel_tol=1e-9)
        assert max(units(plan, case)) <= (most_each or p)
        assert oracle.keeps(units(plan, case), p=p, fixed=case.fixed)

    @given(case=siting_cases(most_sites=12, everyone=True), priced=st.booleans())
    @some
    def test_set_covering_of_everyone(self, case, priced):
        cost = case.price if priced else np.ones(case.n_sites)
        plan = set_covering(within(case), fixed=case.fixed, cost=cost if priced else None)
        sets = oracle.allowed(case.n_sites, p=case.n_sites, fixed=case.fixed)
        fine = sets[oracle.covers_share(case.cover, np.ones(len(case.cover)), sets, 1.0)]
        check_proof(plan, (fine @ cost).min(), most=False)
        assert math.isclose(plan.objective, units(plan, case) @ cost, rel_tol=1e-12, abs_tol=1e-12)
        assert (plan.covered == 1).all()
        assert oracle.keeps(units(plan, case), fixed=case.fixed)

    @given(case=siting_cases(most_sites=12), asked=st.floats(0.05, 1.0), priced=st.booleans())
    @some
    def test_set_covering_of_a_share(self, case, asked, priced):
        cost = case.price if priced else np.ones(case.n_sites)
        reachable = oracle.maximal(case.cover, case.weight, np.ones(case.n_sites))[0] / case.weight.sum()
        target = asked * min(reachable, 0.999)
        assume(target > 0)
        plan = set_covering(
            within(case),
            weight=case.weight,
            target=target,
            fixed=case.fixed,
            cost=cost if priced else None,
        )
        sets = oracle.allowed(case.n_sites, p=case.n_sites, fixed=case.fixed)
        fine = sets[oracle.covers_share(case.cover, case.weight, sets, target)]
        check_proof(plan, (fine @ cost).min(), most=False)
        assert oracle.covers_share(case.cover, case.weight, units(plan, case), target)
        assert oracle.keeps(units(plan, case), fixed=case.fixed)

    @given(case=siting_cases(most_sites=12, most_demand=20))
    @some
    def test_p_median(self, case):
        sets = oracle.allowed(case.n_sites, p=number(case), fixed=case.fixed)
        best = oracle.median(case.cost, case.weight, sets).min()
        assume(math.isfinite(best))
        plan = p_median(case.cost, case.weight, number(case), fixed=case.fixed)
        check_proof(plan, best, most=False)
        value = oracle.median(case.cost, case.weight, units(plan, case))[0]
        assert math.isclose(plan.objective, value, rel_tol=1e-12)
        assert oracle.keeps(units(plan, case), p=number(case), fixed=case.fixed)

    @given(case=siting_cases(most_sites=5, most_demand=8), seed=st.integers(0, 2**32 - 1))
    @some
    def test_p_median_of_sites_that_fill_up(self, case, seed):
        rng = np.random.default_rng(seed)
        capacity = rng.uniform(0.2, 1.2, case.n_sites) * case.weight.sum()
        sets = oracle.allowed(case.n_sites, p=number(case), fixed=case.fixed)
        best = min(oracle.least_transport(case.cost, case.weight, s, capacity) for s in sets)
        assume(math.isfinite(best))
        plan = p_median(case.cost, case.weight, number(case), fixed=case.fixed, capacity=capacity)
        check_proof(plan, best, most=False)
        here = oracle.least_transport(case.cost, case.weight, units(plan, case), capacity)
        assert near(plan.objective, here)
        assert oracle.keeps(units(plan, case), p=number(case), fixed=case.fixed)

    @given(case=siting_cases(most_sites=12))
    @some
    def test_p_center(self, case):
        sets = oracle.allowed(case.n_sites, p=number(case), fixed=case.fixed)
        best = oracle.centre(case.cost, sets).min()
        assume(math.isfinite(best))
        plan = p_center(case.cost, number(case), fixed=case.fixed)
        check_proof(plan, best, most=False)
        assert plan.objective == oracle.centre(case.cost, units(plan, case))[0]
        assert oracle.keeps(units(plan, case), p=number(case), fixed=case.fixed)

    @given(
        case=siting_cases(most_sites=5, most_demand=12),
        p=st.integers(1, 5),
        share=st.sampled_from([0.0, 0.3, 0.9, 1.0]),
        most_each=st.sampled_from([None, 1, 2]),
    )
    @some
    def test_double_standard(self, case, p, share, most_each):
        p = max(len(case.fixed), min(p, case.n_sites * (most_each or p)))
        ways = oracle.all_units(case.n_sites, p, most_each or p)
        ways = ways[oracle.keeps(ways, fixed=case.fixed)]
        fine = ways[oracle.keeps_standards(case.cover, case.wide, case.weight, ways, share)]
        arguments = {"share": share, "fixed": case.fixed, "max_per_site": most_each}
        if not len(fine):
            with pytest.raises(SitingError):
                double_standard(within(case), case.wide, case.weight, p, **arguments)
            return
        plan = double_standard(within(case), case.wide, case.weight, p, **arguments)
        check_proof(plan, oracle.twice(case.cover, case.weight, fine).max(), most=True)
        placed = units(plan, case)
        assert oracle.keeps_standards(case.cover, case.wide, case.weight, placed, share)
        assert oracle.keeps(placed, p=p, fixed=case.fixed)
        assert max(placed) <= (most_each or p)
        assert (plan.covered == (case.cover @ placed >= 2)).all()
        assert math.isclose(plan.objective, case.weight @ plan.covered, rel_tol=1e-12)

    @given(case=siting_cases())
    @some
    def test_greedy_is_what_it_says(self, case):
        plan = greedy(within(case), case.weight, **case.arguments)
        assert list(plan.sites) == oracle.greedy(case.cover, case.weight, **case.arguments)
        assert plan.status == "heuristic"
        value = oracle.maximal(case.cover, case.weight, units(plan, case))[0]
        assert math.isclose(plan.objective, value, rel_tol=1e-12)
        sets = oracle.allowed(case.n_sites, **case.arguments)
        assert plan.bound >= oracle.maximal(case.cover, case.weight, sets).max() * (1 - 1e-9)


def test_fixed_sites_that_leave_no_room():
    cover = np.eye(3)
    limits = {"fixed": [0, 1], "groups": [([0, 1, 2], 2)], "budget": 3.0, "cost": [1.0, 1.0, 1.0]}
    plan = maximal_covering(cover, [0.3, 1.7, 2.9], 3, **limits, time_limit_s=20)
    assert (plan.sites, plan.status, plan.objective) == ((0, 1), "optimal", 2.0)


@dataclasses.dataclass(frozen=True)
class Model:
    """One model by number of sites; `sign` is 1 where more is better, -1 where less is."""

    solve: object
    sign: int


MODELS = {
    "maximal": Model(lambda c, p: maximal_covering(within(c), c.weight, p, fixed=c.fixed), 1),
    "backup": Model(lambda c, p: backup_covering(within(c), c.weight, p, fixed=c.fixed), 1),
    "expected": Model(lambda c, p: expected_covering(within(c), c.weight, p, 0.3, fixed=c.fixed), 1),
    "median": Model(lambda c, p: p_median(c.cost, c.weight, p, fixed=c.fixed), -1),
    "center": Model(lambda c, p: p_center(c.cost, p, fixed=c.fixed), -1),
}


@st.composite
def numbered_cases(draw) -> tuple[SitingCase, int]:
    """Draw a case in which every way can be gone, and a number of sites."""
    case = draw(siting_cases(most_sites=10, most_demand=18))
    case = dataclasses.replace(case, cost=np.where(np.isfinite(case.cost), case.cost, 40.0))
    return case, draw(st.integers(max(1, len(case.fixed)), case.n_sites))


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
class TestWhatMustHold:
    @given(drawn=numbered_cases(), seed=st.integers(0, 2**32 - 1))
    @few
    def test_numbering_means_nothing(self, model, drawn, seed):
        case, p = drawn
        rng = np.random.default_rng(seed)
        rows, columns = rng.permutation(len(case.cost)), rng.permutation(case.n_sites)
        moved = dataclasses.replace(
            case,
            cost=case.cost[rows][:, columns],
            weight=case.weight[rows],
            fixed=tuple(np.flatnonzero(np.isin(columns, case.fixed)).tolist()),
        )
        assert near(model.solve(case, p).objective, model.solve(moved, p).objective)

    @given(drawn=numbered_cases(), seed=st.integers(0, 2**32 - 1))
    @few
    def test_a_village_in_two_halves_is_the_same_village(self, model, drawn, seed):
        case, p = drawn
        rng = np.random.default_rng(seed)
        i, part = rng.integers(len(case.cost)), rng.uniform(0, 1)
        weight = np.append(case.weight, case.weight[i] * part)
        weight[i] *= 1 - part
        halves = dataclasses.replace(case, cost=np.vstack([case.cost, case.cost[i]]), weight=weight)
        assert near(model.solve(case, p).objective, model.solve(halves, p).objective)

    @given(drawn=numbered_cases(), seed=st.integers(0, 2**32 - 1))
    @few
    def test_one_more_candidate_never_worsens(self, model, drawn, seed):
        case, p = drawn
        column = np.random.default_rng(seed).uniform(0, 4, len(case.cost))
        more = dataclasses.replace(case, cost=np.column_stack([case.cost, column]))
        before, after = model.solve(case, p).objective, model.solve(more, p).objective
        assert model.sign * after >= model.sign * before - 2 * PROOF_GAP * max(1, abs(before))

    @given(drawn=numbered_cases())
    @few
    def test_one_more_site_never_worsens(self, model, drawn):
        case, p = drawn
        assume(p < case.n_sites)
        before, after = model.solve(case, p).objective, model.solve(case, p + 1).objective
        assert model.sign * after >= model.sign * before - 2 * PROOF_GAP * max(1, abs(before))

    @given(drawn=numbered_cases(), seed=st.integers(0, 2**32 - 1))
    @few
    def test_one_more_fixed_site_never_improves(self, model, drawn, seed):
        case, p = drawn
        assume(len(case.fixed) < p)
        kept = tuple(sorted({*case.fixed, int(np.random.default_rng(seed).integers(case.n_sites))}))
        bound = dataclasses.replace(case, fixed=kept)
        before, after = model.solve(case, p).objective, model.solve(bound, p).objective
        assert model.sign * after <= model.sign * before + 2 * PROOF_GAP * max(1, abs(before))

    @given(drawn=numbered_cases())
    @few
    def test_the_same_question_gets_the_same_plan(self, model, drawn):
        case, p = drawn
        assert model.solve(case, p).sites == model.solve(case, p).sites


@given(case=siting_cases(), more=st.floats(0, 30))
@some
def test_more_money_never_worsens(case, more):
    limits = {**case.arguments, "cost": case.price, "budget": case.arguments.get("budget", 40 * case.n_sites)}
    before = maximal_covering(within(case), case.weight, **limits).objective
    limits["budget"] += more
    after = maximal_covering(within(case), case.weight, **limits).objective
    assert after >= before * (1 - 2 * PROOF_GAP)
