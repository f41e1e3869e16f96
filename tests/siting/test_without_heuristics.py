"""The proofs alone: with every heuristic off the models are exact, and stopped early their bounds hold."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from coverage.siting import (
    backup_covering,
    branch,
    expected_covering,
    maximal_covering,
    median_cuts,
    p_median,
)
from coverage.siting import watch as clock
from coverage.siting.watch import OutOfTime
from oracles import siting as oracle

NEAR = 1e-6  # of the objective: the limit of the proof itself


@pytest.fixture
def bare(monkeypatch):
    """Leave the search nothing but its linear programs: no plan is guessed, bettered or rounded."""
    monkeypatch.setattr(branch, "_greedy", lambda *_: [])
    monkeypatch.setattr(branch, "improve", lambda _problem, units, *_: units)
    monkeypatch.setattr(branch._Search, "_try", lambda *_: None)
    monkeypatch.setattr(median_cuts, "swapped", lambda _rows, sites, *_: sites)
    monkeypatch.setattr(median_cuts, "shaken", lambda _rows, sites, *_: sites)


@pytest.fixture
def talkative(monkeypatch):
    """Have progress told at every step, however soon."""
    monkeypatch.setattr(clock, "_TELL_EVERY_S", 0.0)


def drawn(seed):
    """Draw a case: cover, weights (whole at even seeds), sites to open, costs, and a generator for more."""
    some = np.random.default_rng(seed)
    n_demand, n_sites = int(some.integers(8, 30)), int(some.integers(6, 10))
    cover = (some.random((n_demand, n_sites)) < some.choice([0.1, 0.2, 0.4])).astype(int)
    cover[0, 0] = 1
    weight = some.integers(1, 9, n_demand).astype(float) if seed % 2 == 0 else some.random(n_demand) * 50
    return cover, weight, int(some.integers(2, 5)), some.integers(5, 60, n_sites) * 1.37, some


def limits_of(kind, n_sites, p, price, some):
    """Give the limits of a covering model of one kind."""
    if kind == "p":
        return {"p": p}
    if kind == "budget":
        return {"cost": price, "budget": float(price.sum() * 0.4)}
    members = np.sort(some.permutation(n_sites)[: n_sites // 2]).tolist()
    return {"p": p, "groups": [(members, 1)]}


def times_of(seed, shape, some):
    """Draw times: with many ties, or with none."""
    return some.integers(0, 9, shape).astype(float) if seed % 3 else some.random(shape)


def is_right(plan, best):
    """Say whether a plan is proven, and is worth what the best is worth."""
    return plan.status == "optimal" and math.isclose(plan.objective, best, rel_tol=NEAR, abs_tol=1e-12)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("kind", ["p", "budget", "groups"])
def test_maximal_covering_is_proven_by_cuts_and_branching_alone(kind):
    wrong = []
    for seed in range(24):
        cover, weight, p, price, some = drawn(seed)
        limits = limits_of(kind, cover.shape[1], p, price, some)
        best = oracle.maximal(cover, weight, oracle.allowed(cover.shape[1], **limits)).max()
        plan = maximal_covering(cover, weight, **limits)
        if not is_right(plan, best):
            wrong.append((seed, plan.status, plan.objective, best))
    assert wrong == []


@pytest.mark.usefixtures("bare")
def test_a_plan_that_is_one_person_short_of_the_best_is_not_called_the_best():
    wrong = []
    for seed in range(0, 60, 2):
        cover, weight, p, *_ = drawn(seed)
        weight = np.ceil(weight / 4)
        sets = oracle.allowed(cover.shape[1], p=p)
        people = oracle.maximal(cover, weight, sets)
        start = np.flatnonzero(sets[np.where(people < people.max(), people, -1).argmax()])
        plan = maximal_covering(cover, weight, p, start=start.tolist())
        if not is_right(plan, people.max()):
            wrong.append((seed, plan.status, plan.objective, people.max()))
    assert wrong == []


@pytest.mark.usefixtures("bare")
def test_backup_covering_is_proven_by_cuts_and_branching_alone():
    wrong = []
    for seed in range(20):
        cover, weight, p, *_ = drawn(seed)
        best = oracle.backup(cover, weight, oracle.allowed(cover.shape[1], p=p), 0.6).max()
        plan = backup_covering(cover, weight, p, first=0.6)
        if not is_right(plan, best):
            wrong.append((seed, plan.status, plan.objective, best))
    assert wrong == []


@pytest.mark.usefixtures("bare")
def test_expected_covering_is_proven_by_cuts_and_branching_alone():
    wrong = []
    for seed in range(16):
        cover, weight, p, *_ = drawn(seed)
        cover = cover[:, :5]
        best = oracle.expected(cover, weight, oracle.all_units(5, p, p), 0.4).max()
        plan = expected_covering(cover, weight, p, 0.4)
        if not is_right(plan, best):
            wrong.append((seed, plan.status, plan.objective, best))
    assert wrong == []


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("stall", [None, math.inf], ids=["cuts", "branching"])
def test_the_p_median_is_proven_by_cuts_and_branching_alone(monkeypatch, stall):
    if stall is not None:  # one round of cuts at each node, then the next: whole answers come early
        monkeypatch.setattr(median_cuts, "_STALL", stall)
    wrong = []
    for seed in range(40):
        cover, weight, p, _, some = drawn(seed)
        times = times_of(seed, cover.shape, some)
        sets = oracle.allowed(cover.shape[1], p=p)
        best = oracle.median(times, weight, sets[sets.sum(axis=1) == p]).min()
        plan = p_median(times, weight, p, start=range(p))
        if not is_right(plan, best):
            wrong.append((seed, plan.status, plan.objective, best))
    assert wrong == []


class Stop:
    """Progress that ends the search when it was told a number of times."""

    def __init__(self, after, how):
        self.left, self.how = after, how

    def __call__(self, **_told):
        if self.left == 0:
            raise self.how
        self.left -= 1


STOPS = [
    {"time_limit_s": 0.0},
    *((after, how) for after, how in itertools.product((0, 2, 4), (OutOfTime, KeyboardInterrupt))),
]


def stop_of(way):
    """Give the arguments that stop a search."""
    return way if isinstance(way, dict) else {"progress": Stop(*way)}


@pytest.mark.usefixtures("bare", "talkative")
@pytest.mark.parametrize("way", STOPS, ids=str)
def test_a_covering_that_is_stopped_has_a_bound_that_holds_and_leaves_nothing_behind(way):
    n_stopped = 0
    for seed, kind in itertools.product(range(4), ("p", "budget", "groups")):
        cover, weight, p, price, some = drawn(seed)
        n_sites = cover.shape[1]
        limits = limits_of(kind, n_sites, p, price, some)
        best = oracle.maximal(cover, weight, oracle.allowed(n_sites, **limits)).max()
        plan = maximal_covering(cover, weight, **limits, **stop_of(way))
        units = oracle.units_of(plan.sites, n_sites)
        assert oracle.keeps(units, **limits)[0], (seed, kind)
        assert math.isclose(plan.objective, oracle.maximal(cover, weight, units)[0])
        assert plan.bound >= best * (1 - NEAR), (seed, kind)
        assert plan.status != "optimal" or is_right(plan, best), (seed, kind)
        n_stopped += plan.status != "optimal"
        assert is_right(maximal_covering(cover, weight, **limits), best), (seed, kind)
    assert n_stopped > 0  # else nothing was stopped, and nothing tested


@pytest.mark.usefixtures("bare", "talkative")
@pytest.mark.parametrize("way", STOPS, ids=str)
def test_a_p_median_that_is_stopped_has_a_bound_that_holds_and_leaves_nothing_behind(way):
    n_stopped = 0
    for seed in range(6):
        cover, weight, p, _, some = drawn(seed)
        times = times_of(seed, cover.shape, some)
        sets = oracle.allowed(cover.shape[1], p=p)
        best = oracle.median(times, weight, sets[sets.sum(axis=1) == p]).min()
        plan = p_median(times, weight, p, start=range(p), **stop_of(way))
        assert len(plan.sites) <= p
        assert math.isclose(
            plan.objective, oracle.median(times, weight, oracle.units_of(plan.sites, cover.shape[1]))[0]
        )
        assert plan.bound <= best * (1 + NEAR), seed
        assert plan.status != "optimal" or is_right(plan, best), seed
        n_stopped += plan.status != "optimal"
        assert is_right(p_median(times, weight, p), best), seed
    assert n_stopped > 0  # else nothing was stopped, and nothing tested
