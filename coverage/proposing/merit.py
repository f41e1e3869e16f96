"""What sites are worth in the terms of the model that was asked: people, people twice, time, money."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

import numpy as np

from coverage.proposing.units import units_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from coverage.proposing.case import Case

    Numbers = NDArray[np.float64]
    Columns = NDArray[np.int64]

TOLERANCE = 1e-9
"""Share by which two sums of the same figures may differ."""

_NEVER_S = 86_400.0  # what never arrives counts a day, where sites are put in order


class Merit(Protocol):
    """Says what plans are worth by a model's own objective; a site of several units occurs several times."""

    less_is_better: bool

    def objective(self, sites: Sequence[int]) -> float:
        """Give the model's objective of a plan, in the unit of `SitingPlan.objective`."""

    def gains(self, others: Sequence[int], columns: Columns) -> Numbers:
        """Give what each of some columns improves beside others that are open, 0 or more."""

    def objectives(self, others: Sequence[int], columns: Columns, n_units: int) -> Numbers:
        """Give the objective with each column beside the others; NaN where the model allows no such plan."""


def merit_of(case: Case) -> Merit:
    """Give the yardstick of the model that was asked for."""
    model = case.wish.model
    if model in ("p-median", "p-center"):
        return _TimeMerit(case)
    if model == "set-covering":
        return _FewestMerit(case)
    if model == "double-standard":
        return _DoubleMerit(case)
    if model == "backup-covering":
        return _CountMerit(case, lambda n: (covered_once(n) + covered_twice(n)) / 2)
    if model == "expected-covering":
        return _CountMerit(case, lambda n: found_free(n, case.wish.busy))
    return _CountMerit(case, covered_once)


def covered_once(n: Numbers) -> Numbers:
    """Give 1 where somebody is covered, by as many sites as may be."""
    return (n >= 1).astype(np.float64)


def covered_twice(n: Numbers) -> Numbers:
    """Give 1 where somebody is covered by two."""
    return (n >= 2).astype(np.float64)  # noqa: PLR2004 - as the name says


def found_free(n: Numbers, busy: float) -> Numbers:
    """Give the probability that one of `n` ambulances is free, each of them busy a share of the time."""
    return np.asarray(1 - busy**n)


class _CountMerit:
    """People, by how many sites or ambulances cover each."""

    less_is_better = False

    def __init__(self, case: Case, worth: Callable[[Numbers], Numbers]) -> None:
        self._case, self._worth = case, worth

    def objective(self, sites: Sequence[int]) -> float:
        return float(self._case.weight @ self._worth(self._counts(sites)))

    def gains(self, others: Sequence[int], columns: Columns) -> Numbers:
        return self._gains(self._counts(others), columns, 1)

    def objectives(self, others: Sequence[int], columns: Columns, n_units: int) -> Numbers:
        counts = self._counts(others)
        return float(self._case.weight @ self._worth(counts)) + self._gains(counts, columns, n_units)

    def _counts(self, sites: Sequence[int]) -> Numbers:
        return np.asarray(self._case.cover @ units_of(sites, self._case), dtype=np.float64)

    def _gains(self, counts: Numbers, columns: Columns, n_units: int) -> Numbers:
        step = self._case.weight * (self._worth(counts + n_units) - self._worth(counts))
        return np.asarray(self._case.columns[:, columns].T @ step, dtype=np.float64)


class _FewestMerit(_CountMerit):
    """People while sites are put in order; number or cost of new sites where plans are compared."""

    less_is_better = True

    def __init__(self, case: Case) -> None:
        super().__init__(case, covered_once)

    def objective(self, sites: Sequence[int]) -> float:
        return float(self._case.price[np.asarray(sites, dtype=np.int64)].sum())

    def objectives(self, others: Sequence[int], columns: Columns, n_units: int) -> Numbers:
        people = super().objectives(others, columns, n_units)
        needed = (self._case.wish.reach or 1.0) * float(self._case.weight.sum())
        prices = self.objective(others) + self._case.price[columns]
        return np.where(people >= needed * (1 - TOLERANCE), prices, math.nan)


class _DoubleMerit(_CountMerit):
    """People within the limit of two ambulances, as long as both standards are kept."""

    def __init__(self, case: Case) -> None:
        super().__init__(case, covered_twice)

    def objectives(self, others: Sequence[int], columns: Columns, n_units: int) -> Numbers:
        case = self._case
        twice = super().objectives(others, columns, n_units)
        once = _CountMerit(case, covered_once).objectives(others, columns, 1)
        there = np.diff(case.wide.indptr) > 0
        missing = there & (case.weight > 0) & (case.wide @ units_of(others, case) == 0)
        wide = case.wide.tocsc()[:, columns].T @ missing.astype(np.float64) >= missing.sum()
        served = float(case.weight[there].sum()) * case.ground.standard.target_share
        return np.where(wide & (once >= served * (1 - TOLERANCE)), twice, math.nan)


class _TimeMerit:
    """Person-seconds of everybody, or the seconds of whoever is farthest off."""

    less_is_better = True

    def __init__(self, case: Case) -> None:
        rows = servable(case)
        self._all_s, weight = case.all_s[rows], case.weight[rows]
        self._of = (lambda times: weight @ times) if case.wish.model == "p-median" else _longest

    def objective(self, sites: Sequence[int]) -> float:
        return float(self._of(self._nearest_s(sites)))

    def gains(self, others: Sequence[int], columns: Columns) -> Numbers:
        now_s = np.minimum(self._nearest_s(others), _NEVER_S)
        return np.asarray(
            [self._of(now_s) - self._of(np.minimum(now_s, own_s)) for own_s in self._all_s.T[columns]]
        )

    def objectives(self, others: Sequence[int], columns: Columns, n_units: int) -> Numbers:
        del n_units  # a second one at the same place saves nobody time
        now_s = self._nearest_s(others)
        found = np.asarray([self._of(np.minimum(now_s, own_s)) for own_s in self._all_s.T[columns]])
        return np.where(np.isfinite(found), found, math.nan)

    def _nearest_s(self, sites: Sequence[int]) -> Numbers:
        open_s = self._all_s[:, np.asarray(sites, dtype=np.int64)]
        return np.asarray(open_s.min(axis=1, initial=math.inf))


def _longest(times: Numbers) -> float:
    return float(times.max(initial=0.0))


def servable(case: Case) -> Columns:
    """Give the demand points with people that some site can serve, however late."""
    return np.flatnonzero(np.isfinite(case.all_s).any(axis=1) & (case.weight > 0))
