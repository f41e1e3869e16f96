"""Speeds from travel times by robust regression: an S-estimate to begin with, an MM-estimate to end with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_BREAKDOWN = 0.5
# Tukey's biweight: half of the trips may be anything (Rousseeuw and Yohai 1984), then 95 % efficiency where
# the errors are normal (Yohai 1987)
_S_TUNING, _MM_TUNING = 1.547_645, 4.685_061
OUTLIER_SCALES = 3.5
"""Trips that differ from what is predicted by more than so many scales are called outliers."""
_N_STARTS, _N_KEPT, _N_FIRST_STEPS = 30, 3, 2
_MAX_STEPS = 60
_MAX_MOVE = 0.5
_SETTLED = 1e-6
_NORMAL_MEDIAN = 0.674_49
_HALVINGS = 6
_LEAST_SCALE = 1e-4
_RIDGE = 1e-9
CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class Drives:
    """
    What every trip drove, so that its time follows from the speeds.

    The time of a trip is ``off_s + sum(length / min(speed of the class, cap)) / factor of its hours``.

    Parameters
    ----------
    off_s
        Shape (n_trips,), seconds off the road.
    length
        Shape (n_trips, n_groups), metres a second at 1 km/h, so that a speed in km/h divides it into seconds;
        factors of the surface are in it.
    group_class
        Shape (n_groups,), number of the road class.
    cap_kph
        Shape (n_groups,), posted limit; ``inf`` where there is none.
    hour
        Shape (n_trips,), number of the driving condition.
    """

    off_s: Floats
    length: Floats
    group_class: Ints
    cap_kph: Floats
    hour: Ints

    def take(self, which: Ints) -> Drives:
        """Give some of the trips."""
        return Drives(self.off_s[which], self.length[which], self.group_class, self.cap_kph, self.hour[which])


@dataclass(frozen=True, eq=False)
class Links:
    """
    How the speeds and factors follow from what is estimated, all of them as logarithms.

    Parameters
    ----------
    class_start, hour_start
        Shape (n_classes,) and (n_hours,), logarithms of the figures that were given.
    class_of
        Shape (n_classes, n_estimated): what every estimate adds to each class.
    hour_of
        Shape (n_hours, n_estimated).
    """

    class_start: Floats
    hour_start: Floats
    class_of: Floats
    hour_of: Floats

    @property
    def n(self) -> int:
        """How many figures are estimated."""
        return int(self.class_of.shape[1])

    def speeds(self, beta: Floats) -> Floats:
        """Give the speed of every class, km/h."""
        return np.asarray(np.exp(self.class_start + self.class_of @ beta))

    def factors(self, beta: Floats) -> Floats:
        """Give the factor of every driving condition."""
        return np.asarray(np.exp(self.hour_start + self.hour_of @ beta))


@dataclass(frozen=True, eq=False)
class Fit:
    """
    What the trips say.

    Parameters
    ----------
    s_beta, beta
        Shape (n_estimated,), the S-estimate and the MM-estimate.
    covariance
        Shape (n_estimated, n_estimated); ``inf`` on the diagonal where nothing can be told.
    scale
        Of the logarithms of observed to predicted times.
    weight
        Shape (n_trips,), 0 to 1.
    residual
        Shape (n_trips,), logarithm of observed to predicted.
    quantile
        Of Student's t, for intervals of `CONFIDENCE`.
    """

    s_beta: Floats
    beta: Floats
    covariance: Floats
    scale: float
    weight: Floats
    residual: Floats
    quantile: float


def predict(drives: Drives, links: Links, beta: Floats) -> tuple[Floats, Floats]:
    """
    Give the logarithm of each trip's time, and how it changes with what is estimated.

    Returns
    -------
    log_s : ndarray
        Shape (n_trips,).
    slope : ndarray
        Shape (n_trips, n_estimated).
    """
    speed_kph = links.speeds(beta)[drives.group_class]
    factor = links.factors(beta)[drives.hour]
    time_s = drives.length / np.minimum(speed_kph, drives.cap_kph)
    road_s = time_s.sum(axis=1) / factor
    total_s = drives.off_s + road_s
    # where the posted limit holds, another speed of the class changes nothing
    free_s = np.where(speed_kph < drives.cap_kph, time_s, 0.0)
    slope = -(free_s @ links.class_of[drives.group_class]) / factor[:, None]
    slope -= road_s[:, None] * links.hour_of[drives.hour]
    return np.log(total_s), slope / total_s[:, None]


def predict_s(drives: Drives, class_kph: Floats, factor: Floats) -> Floats:
    """Give each trip's time at given speeds, shape (n_classes,), and factors, shape (n_hours,)."""
    speed_kph = np.minimum(class_kph[drives.group_class], drives.cap_kph)
    return np.asarray(drives.off_s + (drives.length / speed_kph).sum(axis=1) / factor[drives.hour])


def fit_trips(
    drives: Drives, links: Links, travel_s: Floats, *, seed: int, near: Floats | None = None
) -> Fit:
    """
    Estimate speeds and factors from trips, whatever up to half of them say.

    The logarithm of the observed time is regressed on that of the predicted one: errors of travel times are
    in proportion to them and skewed [1]_ [2]_, so that what is fitted is the median time. The regression is
    an MM-estimate [3]_ with Tukey's biweight: it begins at an S-estimate [4]_, whose scale is kept, found
    from random subsets as in [5]_ with Gauss-Newton steps in place of the linear ones [6]_. Up to half of the
    trips may be anything, and where none is odd it needs 5 % more trips than least squares. The covariance
    is the robust sandwich [7]_, which asks neither for equal nor for symmetric errors, with Student's t.

    Parameters
    ----------
    drives
        The trips.
    links
        What is estimated.
    travel_s
        Shape (n_trips,), above 0.
    seed
        Of the subsets.
    near
        Shape (n_estimated,), an S-estimate of nearly the same trips: the search begins there, without
        subsets.

    References
    ----------
    .. [1] Budge, Ingolfsson and Zerom (2010), Empirical analysis of ambulance travel times: the case of
       Calgary emergency medical services, Management Science 56, 716-723.
    .. [2] Westgate, Woodard, Matteson and Henderson (2013), Travel time estimation for ambulances using
       Bayesian data augmentation, Annals of Applied Statistics 7, 1139-1161.
    .. [3] Yohai (1987), High breakdown-point and high efficiency robust estimates for regression, Annals of
       Statistics 15, 642-656.
    .. [4] Rousseeuw and Yohai (1984), Robust regression by means of S-estimators, Lecture Notes in Statistics
       26, 256-272.
    .. [5] Salibian-Barrera and Yohai (2006), A fast algorithm for S-regression estimates, Journal of
       Computational and Graphical Statistics 15, 414-427.
    .. [6] Stromberg (1993), Computation of high breakdown nonlinear regression parameters, Journal of the
       American Statistical Association 88, 237-244.
    .. [7] Croux, Dhaene and Hoorelbeke (2003), Robust standard errors for robust estimators, KU Leuven,
       Center for Economic Studies, Discussion Paper 03.16.
    """
    log_s = np.log(travel_s)
    if near is None:
        beta, scale = _s_estimate(drives, links, log_s, seed)
    else:
        scale, beta = _improve(drives, links, log_s, near, _MAX_STEPS)
    # an S-scale of few trips is too small by the figures it has adapted to
    n = len(travel_s)
    scale *= math.sqrt(n / max(n - links.n, 1))
    s_beta, beta = beta, _descend(drives, links, log_s, beta, scale)
    predicted, slope = predict(drives, links, beta)
    residual = log_s - predicted
    unit = residual / scale
    return Fit(
        s_beta=s_beta,
        beta=beta,
        covariance=_sandwich(unit, slope, scale),
        scale=scale,
        weight=_weight(unit, _MM_TUNING),
        residual=residual,
        quantile=float(stats.t.ppf(0.5 + CONFIDENCE / 2, max(n - links.n, 1))),
    )


def _s_estimate(drives: Drives, links: Links, log_s: Floats, seed: int) -> tuple[Floats, float]:
    """Find the figures whose residuals have the least robust scale."""
    rng = np.random.default_rng(seed)
    n = len(log_s)
    size = min(n, links.n + 2)
    found: list[tuple[float, Floats]] = []
    for start in _starts(drives, links, log_s):
        found.append(_improve(drives, links, log_s, start, _N_FIRST_STEPS))
        for _ in range(_N_STARTS // 2):
            mine = np.sort(rng.choice(n, size, replace=False))
            beta = start
            for _ in range(_N_FIRST_STEPS):
                beta = beta + _step(drives.take(mine), links, log_s[mine], beta, np.ones(size))
            found.append(_improve(drives, links, log_s, beta, _N_FIRST_STEPS))
    found.sort(key=lambda pair: pair[0])
    best = min(
        (_improve(drives, links, log_s, beta, _MAX_STEPS) for _, beta in found[:_N_KEPT]),
        key=lambda pair: pair[0],
    )
    return best[1], best[0]


def _starts(drives: Drives, links: Links, log_s: Floats) -> list[Floats]:
    """Begin at the given figures with all speeds in the proportion that half of the trips ask for."""
    zero = np.zeros(links.n)
    predicted, _ = predict(drives, links, zero)
    shift = float(np.median(predicted - log_s))
    common = np.linalg.lstsq(links.class_of, np.full(len(links.class_of), shift), rcond=None)[0]
    starts = [np.clip(common, -1.5, 1.5)]
    # above a posted limit a class's speed tells nothing: begin below the lowest as well
    lowest = np.full(len(links.class_start), np.inf)
    np.minimum.at(lowest, drives.group_class, drives.cap_kph)
    reach = links.class_start + links.class_of @ starts[0]
    below = np.minimum(reach, np.log(0.95 * lowest))
    if (below < reach).any():
        driven = np.zeros(len(links.class_start))
        np.add.at(driven, drives.group_class, drives.length.sum(axis=0))
        root = np.sqrt(driven)
        wanted = root * (below - links.class_start)
        starts.append(np.linalg.lstsq(root[:, None] * links.class_of, wanted, rcond=None)[0])
    return starts


def _improve(drives: Drives, links: Links, log_s: Floats, beta: Floats, n_steps: int) -> tuple[float, Floats]:
    """Lower the scale step by step."""
    scale = _scale(log_s - predict(drives, links, beta)[0])
    for _ in range(n_steps):
        unit = (log_s - predict(drives, links, beta)[0]) / scale
        move = _step(drives, links, log_s, beta, _weight(unit, _S_TUNING))
        for _ in range(_HALVINGS):
            new_scale = _scale(log_s - predict(drives, links, beta + move)[0], scale)
            if new_scale < scale:
                break
            move = move / 2
        else:
            break
        settled = scale - new_scale < _SETTLED * scale
        beta, scale = beta + move, new_scale
        if settled:
            break
    return scale, beta


def _descend(drives: Drives, links: Links, log_s: Floats, beta: Floats, scale: float) -> Floats:
    """Lower the biweight loss at a given scale."""

    def loss(at: Floats) -> float:
        return float(_rho((log_s - predict(drives, links, at)[0]) / scale, _MM_TUNING).mean())

    now = loss(beta)
    for _ in range(_MAX_STEPS):
        unit = (log_s - predict(drives, links, beta)[0]) / scale
        move = _step(drives, links, log_s, beta, _weight(unit, _MM_TUNING))
        for _ in range(_HALVINGS):
            new = loss(beta + move)
            if new <= now:
                break
            move = move / 2
        else:
            break
        beta, now = beta + move, new
        if np.abs(move).max(initial=0.0) < _SETTLED:
            break
    return beta


def _step(drives: Drives, links: Links, log_s: Floats, beta: Floats, weight: Floats) -> Floats:
    """Take one Gauss-Newton step, of bounded length."""
    predicted, slope = predict(drives, links, beta)
    root = np.sqrt(weight)[:, None]
    left = np.vstack([root * slope, math.sqrt(_RIDGE * len(log_s)) * np.eye(links.n)])
    right = np.concatenate([root[:, 0] * (log_s - predicted), np.zeros(links.n)])
    move = np.linalg.lstsq(left, right, rcond=None)[0]
    return np.asarray(np.clip(move, -_MAX_MOVE, _MAX_MOVE))


def _sandwich(unit: Floats, slope: Floats, scale: float) -> Floats:
    """Give the covariance of what is estimated; leverage is taken out of the residuals (as in HC3)."""
    n, p = slope.shape
    bread = slope.T @ (slope * _psi_slope(unit, _MM_TUNING)[:, None])
    information = np.diag(bread)
    told = information > 1e-6 * n
    covariance = np.full((p, p), 0.0)
    covariance[np.diag_indices(p)] = np.inf
    if not told.any():
        return covariance
    inner = np.ix_(told, told)
    inverse = np.linalg.pinv(bread[inner])
    leverage = np.einsum("ij,jk,ik->i", slope[:, told], inverse, slope[:, told])
    leverage = np.clip(leverage * _weight(unit, _MM_TUNING), 0.0, 0.9)
    score = scale * _psi(unit, _MM_TUNING) / (1.0 - leverage)
    meat = (slope[:, told] * (score**2)[:, None]).T @ slope[:, told]
    covariance[inner] = inverse @ meat @ inverse
    return covariance


def _scale(residual: Floats, start: float | None = None) -> float:
    """Give the M-scale of residuals with a breakdown point of one half, by Newton's steps."""
    scale = start or max(float(np.median(np.abs(residual))) / _NORMAL_MEDIAN, _LEAST_SCALE)
    for _ in range(_MAX_STEPS):
        square = np.minimum((residual / (scale * _S_TUNING)) ** 2, 1.0)
        lack = float((1.0 - (1.0 - square) ** 3).mean()) - _BREAKDOWN
        slope = float((6.0 * square * (1.0 - square) ** 2).mean())
        move = float(np.clip(lack / max(slope, 0.1), -1.0, 1.0))
        scale = max(scale * math.exp(move), _LEAST_SCALE)
        if abs(move) < _SETTLED or scale == _LEAST_SCALE:
            break
    return scale


def _rho(unit: Floats, tuning: float) -> Floats:
    return np.asarray(1.0 - (1.0 - np.minimum((unit / tuning) ** 2, 1.0)) ** 3)


def _weight(unit: Floats, tuning: float) -> Floats:
    return np.asarray((1.0 - np.minimum((unit / tuning) ** 2, 1.0)) ** 2)


def _psi(unit: Floats, tuning: float) -> Floats:
    return unit * _weight(unit, tuning)


def _psi_slope(unit: Floats, tuning: float) -> Floats:
    square = (unit / tuning) ** 2
    return np.where(square < 1.0, (1.0 - square) * (1.0 - 5.0 * square), 0.0)
