"""Which classes and hours the trips can tell, and what they say of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from coverage.calibrating.regression import Links, fit_trips, predict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coverage.calibrating.regression import Drives, Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

MIN_TRIPS = 10
"""Fewer trips than this tell nothing of a class or of hours."""
_TELLING_M = 300.0
_TRIPS_A_FIGURE = 5
# a standard error of 15 % is an interval from a quarter below to a third above
_MAX_ERROR = 0.15
# of logarithms of times about their median on a given way: what is expected before any time is looked at
_USUAL_SPREAD = 0.25
# no more than that a speed is between a third and three times of what was found: nothing
_UNTOLD_ERROR = 0.5
_LINK = "_link"


@dataclass(frozen=True, eq=False)
class Estimate:
    """
    What the trips say of every class and condition.

    Parameters
    ----------
    class_kph, factor
        Shape (n_classes,) and (n_hours,).
    measured, hours
        Numbers of the classes and conditions that have figures of their own, in the order of `links`.
    links
        What was estimated.
    class_error, factor_error
        Standard errors of their logarithms; NaN where they are not measured.
    fit
        The regression.
    """

    class_kph: Floats
    factor: Floats
    class_error: Floats
    factor_error: Floats
    measured: tuple[int, ...]
    hours: tuple[int, ...]
    links: Links
    fit: Fit

    @property
    def is_class_measured(self) -> Bools:
        """Shape (n_classes,): enough was driven to tell."""
        return np.isfinite(self.class_error)

    @property
    def is_hour_measured(self) -> Bools:
        """Shape (n_hours,)."""
        return np.isfinite(self.factor_error)

    def widened(self, by: float) -> Estimate:
        """Give the same figures with errors so many times as large."""
        return replace(self, class_error=self.class_error * by, factor_error=self.factor_error * by)


def estimate(
    drives: Drives,
    metres: Floats,
    travel_s: Floats,
    start: Mapping[str, float],
    factors: Sequence[float],
    *,
    seed: int,
    near: Estimate | None = None,
    like: Estimate | None = None,
) -> Estimate:
    """
    Estimate speeds and factors, as many of them as the trips can tell.

    The factor of the commonest condition of the most trips that is listed first is held: without that only
    the products of speeds and factors were known. A class that is driven too little moves as its main road
    does (of a slip road) or as those that are measured do, by the metres driven on them; hours with too few
    trips keep their factor. What is driven enough is settled by the ways alone, before any time is looked at:
    to keep what happens to come out narrow would keep too many narrow ones that are wrong.

    Parameters
    ----------
    drives
        The trips.
    metres
        Shape (n_trips, n_classes), driven on each class.
    travel_s
        Shape (n_trips,).
    start
        Speeds of the classes as they were given, km/h.
    factors
        Of the conditions as they were given; the first is held if it has trips enough, else the commonest.
    seed
        Of the regression.
    near
        What nearly the same trips said: the search begins there.
    like
        Tells the same figures as this one, enough driven or not.
    """
    classes = list(start)
    n_by_hour = np.bincount(drives.hour, minlength=len(factors))
    held = 0 if n_by_hour[0] >= MIN_TRIPS else int(n_by_hour.argmax())
    total_m = metres.sum(axis=0)
    if like is None:
        hours = [int(h) for h in np.flatnonzero(n_by_hour >= MIN_TRIPS) if h != held]
        measured = _driven_enough(drives, metres, hours, start, factors)
    else:
        measured, hours = list(like.measured), list(like.hours)
    while True:
        links = _links(classes, measured, hours, total_m, start, factors)
        fit = fit_trips(drives, links, travel_s, seed=seed, near=_near(near, links))
        error = np.sqrt(np.diag(fit.covariance))
        # a posted limit that holds everywhere hides the speed; a level common to all is told in any case
        is_hidden = like is None and bool(measured) and bool(error.max() > _UNTOLD_ERROR)
        if not is_hidden:
            break
        _give_up(measured, hours, int(error.argmax()))
    class_error, factor_error = np.full(len(classes), np.nan), np.full(len(factors), np.nan)
    class_error[measured] = error[: len(measured)]
    factor_error[hours] = error[len(measured) or 1 :]
    factor_error[held] = 0.0
    return Estimate(
        class_kph=links.speeds(fit.beta),
        factor=links.factors(fit.beta),
        class_error=class_error,
        factor_error=factor_error,
        measured=tuple(measured),
        hours=tuple(hours),
        links=links,
        fit=fit,
    )


def _driven_enough(
    drives: Drives, metres: Floats, hours: list[int], start: Mapping[str, float], factors: Sequence[float]
) -> list[int]:
    """Choose the classes to tell apart, by how often, how far and how separately they were driven."""
    classes, total_m = list(start), metres.sum(axis=0)
    n_trips = (metres >= _TELLING_M).sum(axis=0)
    room = max(len(metres) // _TRIPS_A_FIGURE - len(hours), 1)
    measured = sorted(sorted(np.flatnonzero(n_trips >= MIN_TRIPS).tolist(), key=lambda k: -total_m[k])[:room])
    free = replace(drives, cap_kph=np.full(len(drives.cap_kph), np.inf))
    while measured:
        links = _links(classes, measured, hours, total_m, start, factors)
        _, slope = predict(free, links, np.zeros(links.n))
        error = _USUAL_SPREAD * np.sqrt(np.diag(np.linalg.pinv(slope.T @ slope, hermitian=True)))
        error = np.where((slope**2).sum(axis=0) > 0, error, np.inf)[: len(measured)]
        if error.max() <= _MAX_ERROR:
            break
        measured.pop(int(error.argmax()))
    return measured


def _give_up(measured: list[int], hours: list[int], figure: int) -> None:
    """Leave a figure out of those that are estimated: the classes come first, then the hours."""
    (measured if figure < len(measured) else hours).pop(
        figure if figure < len(measured) else figure - len(measured)
    )


def _near(near: Estimate | None, links: Links) -> Floats | None:
    """Express an S-estimate in the figures that are estimated now."""
    if near is None:
        return None
    said = near.links
    moved = np.concatenate([said.class_of @ near.fit.s_beta, said.hour_of @ near.fit.s_beta])
    every = np.concatenate([links.class_of, links.hour_of])
    return np.asarray(np.linalg.lstsq(every, moved, rcond=None)[0])


def _links(
    classes: Sequence[str],
    measured: Sequence[int],
    hours: Sequence[int],
    total_m: Floats,
    start: Mapping[str, float],
    factors: Sequence[float],
) -> Links:
    """Say how classes and hours follow from what is estimated: the measured classes, then the hours."""
    n_levels = len(measured) or 1
    class_of = np.zeros((len(classes), n_levels + len(hours)))
    if measured:
        shares = total_m[list(measured)] / total_m[list(measured)].sum()
        class_of[:, :n_levels] = shares
        for k, name in enumerate(classes):
            main = name.removesuffix(_LINK)
            own = k if k in measured else classes.index(main) if main in classes else -1
            if own in measured:
                class_of[k] = 0.0
                class_of[k, measured.index(own)] = 1.0
    else:
        class_of[:, 0] = 1.0
    hour_of = np.zeros((len(factors), n_levels + len(hours)))
    for j, hour in enumerate(hours):
        hour_of[hour, n_levels + j] = 1.0
    return Links(np.log(list(start.values())), np.log(np.asarray(factors)), class_of, hour_of)
