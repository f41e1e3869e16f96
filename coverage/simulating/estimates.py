"""Figures of several replications put together: one value, and Student's 95 % interval around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIDENCE = 0.95
_TAIL = (1 - CONFIDENCE) / 2


@dataclass(frozen=True)
class Sample:
    """
    What every replication says of some figures.

    Parameters
    ----------
    value
        Shape (n_replications, n_figures); NaN where `weight` is 0.
    weight
        Shape (n_replications, n_figures), how many calls (or how much time) each value stands on.
    is_share
        Whether the values are shares of the weight: inside [0, 1].
    """

    value: NDArray[np.float64]
    weight: NDArray[np.float64]
    is_share: bool = False


@dataclass(frozen=True)
class Intervals:
    """Figures with their 95 % intervals, each of shape (n_figures,); NaN where there is none."""

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def estimate(sample: Sample) -> Intervals:
    """
    Put the replications together.

    Parameters
    ----------
    sample
        What every replication says.

    Returns
    -------
    Intervals
        The mean of the replications, each with its weight; NaN without any weight. The bounds are NaN with
        one replication, and not below 0, where none of these figures can be.

    Notes
    -----
    A ratio of two sums over independent replications, with the residuals of its first order (Cochran,
    Sampling Techniques, 1977, chapter 6) and Student's quantile of n - 1 degrees; with equal weights it is
    the ordinary interval of a mean. Where a share is 0 or 1 in every replication, those residuals are all 0:
    the open side is then the exact bound of Clopper and Pearson (1934) for so many calls.
    """
    value, part = _ratio(sample)
    half = _half_width(part)
    low, high = np.maximum(value - half, 0.0), value + half
    if sample.is_share:
        high = np.minimum(high, 1.0)
        weight = sample.weight.sum(axis=0)
        with np.errstate(divide="ignore"):
            bound = np.where(weight > 0, _TAIL ** (1.0 / weight), np.nan)
        known = np.isfinite(half)
        high = np.where(known & (value == 0.0), 1.0 - bound, high)
        low = np.where(known & (value == 1.0), bound, low)
    return Intervals(value, low, high)


def estimate_difference(sample: Sample, base: Sample) -> Intervals:
    """
    Put the differences of paired replications together.

    Parameters
    ----------
    sample, base
        Of the same replications in the same order, played with the same random numbers.

    Returns
    -------
    Intervals
        `sample` less `base`: each put together as `estimate` does, and Student's interval from the
        replications' own differences, so that what is common to both cancels out.
    """
    value, part = _ratio(sample)
    base_value, base_part = _ratio(base)
    half = _half_width(part - base_part)
    return Intervals(value - base_value, value - base_value - half, value - base_value + half)


def _ratio(sample: Sample) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the weighted mean, and how far each replication moves it (times their number)."""
    weight = sample.weight
    total = weight.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(weight > 0, sample.value * weight, 0.0)
        value = np.where(total > 0, times.sum(axis=0) / total, np.nan)
        # the same value everywhere has no rounding of the sum in it
        first = sample.value[np.argmax(weight > 0, axis=0), np.arange(weight.shape[1])]
        is_same = ((sample.value == first) | (weight <= 0)).all(axis=0)
        value = np.where(is_same & (total > 0), first, value)
        part = np.where(weight > 0, weight * (sample.value - value), 0.0) / (total / len(weight))
    return value, part


def _half_width(part: NDArray[np.float64]) -> NDArray[np.float64]:
    n = len(part)
    if n < 2:  # noqa: PLR2004 - a single replication says nothing of how far others would be off
        return np.full(part.shape[1], np.nan)
    # the parts have mean 0 by construction
    error = np.sqrt((part**2).sum(axis=0) / (n * (n - 1)))
    return np.asarray(stdtrit(n - 1, 1 - _TAIL) * error, dtype=np.float64)
