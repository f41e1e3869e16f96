"""The siting models beside spopt's, which are other people's words for the same literature."""

from __future__ import annotations

import math

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spopt.locate import LSCP, LSCPB, MCLP, PCenter, PMedian

from coverage.siting import backup_covering, maximal_covering, p_center, p_median, set_covering
from coverage.siting.highs import N_THREADS
from oracles import siting as oracle
from strategies import SitingCase, siting_cases

# spopt asks PuLP 3 in a way that PuLP 4 will not know
pytestmark = pytest.mark.filterwarnings("ignore:Constructing LpVariable:DeprecationWarning")
few = settings(deadline=None, derandomize=True, max_examples=12)


def solver() -> pulp.LpSolver:
    """Give HiGHS with as many threads as this program lets it have: two numbers do not go together."""
    return pulp.HiGHS(msg=False, threads=N_THREADS)


def marks(case: SitingCase) -> dict[str, np.ndarray]:
    """Say which sites are fixed, in spopt's words."""
    arr = np.isin(np.arange(case.n_sites), case.fixed).astype(int)
    return {"predefined_facilities_arr": arr} if case.fixed else {}


def chosen(model) -> np.ndarray:
    """Give the sites that spopt opened; its own figures count solver noise and are not asked for."""
    return np.flatnonzero([round(pulp.value(y)) for y in model.fac_vars])


def number(case: SitingCase) -> int:
    return max(1, len(case.fixed), case.n_sites // 3)


def solved(model):
    assert pulp.LpStatus[model.problem.status] == "Optimal"
    return model


@given(case=siting_cases(most_sites=25, most_demand=60))
@few
def test_maximal_covering(case):
    p = number(case)
    theirs = solved(
        MCLP.from_cost_matrix(case.cost, case.weight, 1.0, p_facilities=p, **marks(case)).solve(solver())
    )
    ours = maximal_covering(case.cover, case.weight, p, fixed=case.fixed)
    value = oracle.maximal(case.cover, case.weight, oracle.units_of(chosen(theirs), case.n_sites))[0]
    assert ours.objective == pytest.approx(value, rel=1e-6)


@given(case=siting_cases(most_sites=25, most_demand=60, everyone=True))
@few
def test_set_covering(case):
    theirs = solved(LSCP.from_cost_matrix(case.cost, 1.0, **marks(case)).solve(solver()))
    assert set_covering(case.cover, fixed=case.fixed).objective == len(chosen(theirs))


@given(case=siting_cases(most_sites=15, most_demand=40, everyone=True))
@few
def test_backup_covering_among_the_smallest_plans_for_everyone(case):
    theirs = solved(LSCPB.from_cost_matrix(case.cost, 1.0, solver(), **marks(case)).solve())
    ones = np.ones(len(case.cost))
    first = 1 - 1 / (2 * len(ones) + 2)  # covering one more is worth more than all second cover
    ours = backup_covering(case.cover, ones, len(chosen(theirs)), fixed=case.fixed, first=first)
    value = oracle.backup(case.cover, ones, oracle.units_of(chosen(theirs), case.n_sites), first)[0]
    assert ours.objective == pytest.approx(value, rel=1e-6)


@given(case=siting_cases(most_sites=15, most_demand=30), seed=st.integers(0, 2**32 - 1))
@few
def test_p_median(case, seed):
    cost = np.random.default_rng(seed).uniform(0, 100, case.cost.shape)  # spopt knows no missing ways
    theirs = solved(
        PMedian.from_cost_matrix(cost, case.weight, p_facilities=number(case), **marks(case)).solve(solver())
    )
    ours = p_median(cost, case.weight, number(case), fixed=case.fixed)
    value = oracle.median(cost, case.weight, oracle.units_of(chosen(theirs), case.n_sites))[0]
    assert ours.objective == pytest.approx(value, rel=1e-6)


@given(case=siting_cases(most_sites=10, most_demand=20), seed=st.integers(0, 2**32 - 1))
@few
def test_p_center(case, seed):
    cost = np.random.default_rng(seed).uniform(0, 100, case.cost.shape)
    theirs = solved(PCenter.from_cost_matrix(cost, p_facilities=number(case), **marks(case)).solve(solver()))
    ours = p_center(cost, number(case), fixed=case.fixed)
    value = oracle.centre(cost, oracle.units_of(chosen(theirs), case.n_sites))[0]
    assert math.isclose(ours.objective, value, rel_tol=1e-6)
