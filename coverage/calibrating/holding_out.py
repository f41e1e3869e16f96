"""How well trips are told by others that have not seen them, and how much the speeds move without some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from coverage.calibrating.driving import driven_m, find_ways, lay_drives
from coverage.calibrating.estimating import estimate
from coverage.calibrating.regression import predict_s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coverage.calibrating.driving import TripEnds, Ways
    from coverage.calibrating.estimating import Estimate

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

N_FOLDS = 5
# from the ways of all trips: a second round lets ways follow the speeds that the others tell
_ROUNDS = 2
# of trips that all take the same time
_NO_VARIANCE = 1e-12


@dataclass(frozen=True, eq=False)
class HeldOut:
    """
    What trips say of those that were held out.

    Parameters
    ----------
    time_s
        Shape (n_trips,), each trip's time by the speeds that the other folds tell, on the way that is
        quickest by them.
    widening
        How many times wider the intervals are than the regression's own, 1 or more: it takes the ways as
        they are, while they would be others for other trips.
    """

    time_s: Floats
    widening: float


def hold_out(
    ways: Ways,
    ends: TripEnds,
    hour: Ints,
    travel_s: Floats,
    told: Estimate,
    start: Mapping[str, float],
    factors: Sequence[float],
    *,
    seed: int,
) -> HeldOut:
    """
    Predict every trip by those of the other folds, ways and all.

    The variance of the delete-a-group jackknife, which has the ways found anew, is held against that of the
    regression. One figure's is a poor estimate with so few groups; the median over all figures is taken, by
    what it is where both agree.

    Parameters
    ----------
    ways, ends
        The roads, and where the trips begin and end.
    hour
        Shape (n_trips,), number of the condition each was driven in.
    travel_s
        Shape (n_trips,).
    told
        What all trips say.
    start, factors, seed
        As `coverage.calibrating.estimating.estimate` takes them.
    """
    n = len(travel_s)
    fold = np.random.default_rng(seed).permutation(n) % N_FOLDS
    time_s, beta = np.empty(n), np.empty((N_FOLDS, told.links.n))
    for k in range(N_FOLDS):
        mine, others = np.flatnonzero(fold == k), np.flatnonzero(fold != k)
        now = told
        for _ in range(_ROUNDS):
            theirs = ends.take(others)
            paths = find_ways(ways.driven_at(now.class_kph), theirs)
            drives, metres = (
                lay_drives(ways, theirs, paths, hour[others]),
                driven_m(ways, paths, len(others)),
            )
            now = estimate(drives, metres, travel_s[others], start, factors, seed=seed, near=now, like=told)
        paths = find_ways(ways.driven_at(now.class_kph), ends.take(mine))
        drives = lay_drives(ways, ends.take(mine), paths, hour[mine])
        time_s[mine] = predict_s(drives, now.class_kph, now.factor)
        beta[k] = now.fit.beta
    return HeldOut(time_s, _widening(beta, np.diag(told.fit.covariance)))


def _widening(beta: Floats, variance: Floats) -> float:
    """Hold the jackknife's variances against others, shapes (n_folds, n_estimated) and (n_estimated,)."""
    n = len(beta)
    known = np.isfinite(variance) & (variance > _NO_VARIANCE)
    if not known.any():
        return 1.0
    ratio = (n - 1) * beta[:, known].var(axis=0) / variance[known]
    usual = stats.chi2.median(n - 1) / (n - 1)
    return float(np.sqrt(max(np.median(ratio) / usual, 1.0)))
