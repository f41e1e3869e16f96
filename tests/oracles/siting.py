"""
Siting models by brute force: every set of sites is looked at, nothing is left out, nothing is clever.

Sets of sites are rows of whole numbers, the units open at each site; `cover` is a dense array of 0 and 1,
one row a demand point.
"""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
from scipy.optimize import linprog

SLACK = 1e-9  # sums of floats that spend a limit to the last digit keep it


@cache
def all_sets(n_sites: int) -> np.ndarray:
    """Give every set of sites, shape (2 ** n_sites, n_sites)."""
    return np.array(list(itertools.product((0, 1), repeat=n_sites)), dtype=np.int64)


def all_units(n_sites: int, most: int, most_each: int) -> np.ndarray:
    """Give every way of placing up to `most` units, at most `most_each` at a site."""
    ways = itertools.product(range(most_each + 1), repeat=n_sites)
    return np.array([way for way in ways if sum(way) <= most], dtype=np.int64)


def keeps(sets, *, p=None, fixed=(), cost=None, budget=None, groups=None, apart=()) -> np.ndarray:
    """Tell of each set whether it keeps every limit."""
    sets = np.atleast_2d(sets)
    fine = (sets[:, list(fixed)] >= 1).all(axis=1)
    if p is not None:
        fine &= sets.sum(axis=1) <= p
    if budget is not None:
        fine &= sets @ np.asarray(cost) <= budget + SLACK * max(1, budget)
    for members, most in groups or ():
        fine &= sets[:, sorted(set(members))].sum(axis=1) <= most
    for pair in apart:
        if not set(pair) <= set(fixed):  # what stands, stands
            fine &= sets[:, list(pair)].sum(axis=1) <= 1
    return fine


def allowed(n_sites: int, **limits) -> np.ndarray:
    """Give the sets of sites that keep the limits, shape (n_sets, n_sites)."""
    every = all_sets(n_sites)
    return every[keeps(every, **limits)]


def units_of(sites, n_sites: int) -> np.ndarray:
    """Give a plan's sites as a row of units."""
    return np.bincount(np.asarray(sites, dtype=np.int64), minlength=n_sites)


def times_covered(cover, sets) -> np.ndarray:
    """Say how many units reach each demand point, shape (n_sets, n_demand)."""
    return np.rint(np.atleast_2d(sets).astype(float) @ np.asarray(cover, dtype=float).T).astype(int)


def maximal(cover, weight, sets) -> np.ndarray:
    """Give the people whom each set covers (Church and ReVelle 1974)."""
    return (times_covered(cover, sets) >= 1) @ weight


def expected(cover, weight, sets, busy: float) -> np.ndarray:
    """Give the people reached on average: the k-th unit adds (1 - busy) busy^(k-1) (Daskin 1983)."""
    n = times_covered(cover, sets)
    share = np.zeros(n.shape)
    for k in range(1, n.max(initial=0) + 1):
        share += np.where(n >= k, (1 - busy) * busy ** (k - 1), 0)
    return share @ weight


def backup(cover, weight, sets, first: float) -> np.ndarray:
    """Give what first and second cover are worth (Hogan and ReVelle 1986)."""
    n = times_covered(cover, sets)
    return (first * (n >= 1) + (1 - first) * (n >= 2)) @ weight


def twice(near, weight, sets) -> np.ndarray:
    """Give the people within the short limit of two units (Gendreau, Laporte and Semet 1997)."""
    return (times_covered(near, sets) >= 2) @ weight


def keeps_standards(near, far, weight, sets, share: float) -> np.ndarray:
    """Tell of each set whether everyone is within the wide limit and a share within the short one."""
    all_far = ((times_covered(far, sets) >= 1) | (np.asarray(weight) == 0)).all(axis=1)
    return all_far & (maximal(near, weight, sets) >= share * np.sum(weight) * (1 - SLACK))


def covers_share(cover, weight, sets, share: float) -> np.ndarray:
    """Tell of each set whether it covers a share of the people (Toregas et al. 1971 for all of them)."""
    if share == 1:
        return ((times_covered(cover, sets) >= 1) | (np.asarray(weight) == 0)).all(axis=1)
    return maximal(cover, weight, sets) >= share * np.sum(weight) * (1 - SLACK)


def median(cost, weight, sets) -> np.ndarray:
    """Give the weighted sum of the cost from the nearest open site (Hakimi 1964); nobody's cost is 0."""
    nearest = nearest_cost(cost, sets)
    return np.array([math.fsum(w * c for w, c in zip(weight, row, strict=True) if w) for row in nearest])


def centre(cost, sets) -> np.ndarray:
    """Give the largest cost from the nearest open site (Hakimi 1964)."""
    return nearest_cost(cost, sets).max(axis=1)


def nearest_cost(cost, sets) -> np.ndarray:
    """Give each demand point's cost from the nearest open site, `inf` where none is open."""
    return np.array([np.where(s > 0, cost, math.inf).min(axis=1) for s in np.atleast_2d(sets)])


def most_served(cover, weight, units, capacity) -> float:
    """Give the most people whom open sites can serve, each point's people split at will: a linear program."""
    pairs = [(i, j) for i, j in zip(*np.nonzero(np.asarray(cover)), strict=True) if units[j]]
    if not pairs:
        return 0.0
    rows = np.zeros((len(weight) + len(units), len(pairs)))
    for k, (i, j) in enumerate(pairs):
        rows[i, k] = rows[len(weight) + j, k] = 1
    room = np.concatenate([weight, np.minimum(np.multiply(units, capacity), np.sum(weight))])
    found = linprog(-np.ones(len(pairs)), A_ub=rows, b_ub=room, method="highs")
    assert found.status == 0, found.message
    return float(-found.fun)


def least_transport(cost, weight, units, capacity) -> float:
    """Give the least weighted cost of serving everyone from open sites with room, people split at will."""
    pairs = [(i, j) for i, j in itertools.product(range(len(weight)), range(len(units)))
             if units[j] and weight[i] and math.isfinite(cost[i][j])]  # fmt: skip
    if not pairs:
        return 0.0 if not np.any(weight) else math.inf
    each, room = np.zeros((len(weight), len(pairs))), np.zeros((len(units), len(pairs)))
    for k, (i, j) in enumerate(pairs):
        each[i, k] = room[j, k] = 1
    most = np.minimum(np.multiply(units, capacity), np.sum(weight))
    found = linprog(
        [cost[i][j] for i, j in pairs], A_ub=room, b_ub=most, A_eq=each, b_eq=weight, method="highs"
    )
    assert found.status in {0, 2}, found.message
    return float(found.fun) if found.status == 0 else math.inf


def greedy(cover, weight, *, cost=None, fixed=(), **limits) -> list[int]:
    """
    Open, one after another, the site that adds most people and keeps the limits, while one adds any.

    With a budget, most people for the money; of equals the lower number; what is free comes first.
    """
    n_sites = np.shape(cover)[1]
    chosen = sorted(set(fixed))
    while True:
        now = maximal(cover, weight, units_of(chosen, n_sites))[0]
        best, best_worth = -1, 0.0
        for j in range(n_sites):
            units = units_of([*chosen, j], n_sites)
            if j in chosen or not keeps(units, fixed=fixed, cost=cost, **limits)[0]:
                continue
            added = maximal(cover, weight, units)[0] - now
            worth = added
            if limits.get("budget") is not None and added > 0:
                worth = added / cost[j] if cost[j] else math.inf
            if worth > best_worth:
                best, best_worth = j, worth
        if best < 0:
            return sorted(chosen)
        chosen.append(best)
