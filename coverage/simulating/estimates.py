"""Figures of several replications put together: one value, and the 95 % interval around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, stdtrit

from coverage.simulating.notes import MIN_CALLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CONFIDENCE = 0.95
_TAIL = (1 - CONFIDENCE) / 2
N_RESAMPLES = 200
"""Draws of the bootstrap."""
_DUST = 1e-12  # what rounding may leave of shares that are all the same


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
        Whether the values are shares of the weight, which counts calls: inside [0, 1].
    of_calls
        Whether the weight counts calls.
    """

    value: NDArray[np.float64]
    weight: NDArray[np.float64]
    is_share: bool = False
    of_calls: bool = False


@dataclass(frozen=True)
class Intervals:
    """Figures with their 95 % intervals, each of shape (n_figures,); NaN where there is none."""

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True)
class Finding(Intervals):
    """
    Figures with their 95 % intervals, and what is needed to hold them against others.

    Parameters
    ----------
    sample
        What the replications say.
    part
        Shape (n_replications, n_figures), how far each replication moves the figure, times their number; 0
        of one without weight.
    resampled
        In place of parts, shape (`N_RESAMPLES`, n_figures): the figures of replications drawn again.
    """

    sample: Sample
    part: NDArray[np.float64] | None = None
    resampled: NDArray[np.float64] | None = None


def estimate(sample: Sample) -> Finding:
    """
    Put the replications together.

    Parameters
    ----------
    sample
        What every replication says.

    Returns
    -------
    Finding
        The mean of the replications, each with its weight; NaN without any weight. The bounds are NaN where
        fewer than two replications have any weight, or the calls of all of them are fewer than `MIN_CALLS`;
        they are not below 0, where none of these figures can be.

    Notes
    -----
    A ratio of two sums over independent replications, with the residuals of its first order (Cochran,
    Sampling Techniques, 1977, chapter 6) and Student's quantile of n - 1 degrees, n counting replications
    with weight; with equal weights it is the ordinary interval of a mean. Where a share is the same in every
    replication, those residuals are all 0: the bounds are then the exact ones of Clopper and Pearson (1934)
    for so many calls.
    """
    value, part = _ratio(sample)
    half = _half_width(part, _is_told(sample), sample.weight)
    low, high = np.maximum(value - half, 0.0), value + half
    if sample.is_share:
        exact_low, exact_high = _exact_bounds(value, sample.weight.sum(axis=0))
        never_varies = half <= _DUST
        low = np.where(never_varies, exact_low, low)
        high = np.where(never_varies, exact_high, np.minimum(high, 1.0))
    return Finding(value, low, high, sample, part)


def estimate_quantiles(
    seconds: NDArray[np.float64],
    replication: NDArray[np.int64],
    code: NDArray[np.int64],
    shape: tuple[int, int],
    shares: Sequence[float],
    *,
    seed: int | None = None,
) -> list[Finding]:
    """
    Give quantiles of the calls of all replications together.

    The mean of the replications' own quantiles would be off where each has few calls: of one call the 90th
    percentile is that call.

    Parameters
    ----------
    seconds, replication, code
        Shape (n_calls,): a time, and the numbers of its replication and its group.
    shape
        How many replications and groups there are.
    shares
        Which quantiles, in (0, 1).
    seed
        Of the replications that are drawn again, the same in all that is to be held against each other; None
        where nothing is.

    Returns
    -------
    list of Finding
        One a share, of figures by group: the smallest time that the share of a group's calls does not exceed
        (as `coverage.assessment.weighted_quantile`).

    Notes
    -----
    Bounds are those of Woodruff (1952, Confidence intervals for medians and other position measures, JASA
    47): the quantiles at both ends of the interval of the share of calls below the quantile, which is a
    ratio over the replications.
    """
    order = np.lexsort((seconds, code))
    pool = _Pool(seconds[order], replication[order], code[order], *shape)
    resampled = [None] * len(shares) if seed is None else pool.resampled(shares, seed)
    findings = []
    for share, again in zip(shares, resampled, strict=True):
        value = pool.at(np.full(shape[1], share))
        of_share = estimate(pool.below(value))
        ends = [np.clip(share + end - of_share.value, 0.0, 1.0) for end in (of_share.low, of_share.high)]
        sample = Sample(
            np.where(of_share.sample.weight > 0, value, np.nan), of_share.sample.weight, of_calls=True
        )
        findings.append(Finding(value, pool.at(ends[0]), pool.at(ends[1]), sample, resampled=again))
    return findings


@dataclass(frozen=True)
class _Pool:
    """The calls of all replications by group and time, each of shape (n_calls,)."""

    seconds: NDArray[np.float64]
    replication: NDArray[np.int64]
    code: NDArray[np.int64]
    n_replications: int
    n: int

    def at(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the quantile of each group at a share of its own, shape (n_groups,); NaN where unknown."""
        counts = np.bincount(self.code, minlength=self.n)
        known = (counts > 0) & np.isfinite(share)
        nth = np.clip(_nth(np.where(known, share, 0.0), counts), 1, np.maximum(counts, 1))
        found = np.full(self.n, np.nan)
        found[known] = self.seconds[(np.cumsum(counts) - counts + nth - 1)[known]]
        return found

    def below(self, value: NDArray[np.float64]) -> Sample:
        """Give the share of each group's calls that take no longer than a time of its own."""
        shape = (self.n_replications, self.n)
        cell = self.code + self.n * self.replication
        weight = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
        mine = cell[self.seconds <= value[self.code]]
        hits = np.bincount(mine, minlength=shape[0] * shape[1]).reshape(shape)
        share = np.divide(hits, weight, out=np.full(shape, np.nan), where=weight > 0)
        return Sample(share, weight, is_share=True, of_calls=True)

    def resampled(self, shares: Sequence[float], seed: int) -> list[NDArray[np.float64]]:
        """Give quantiles of each group of replications drawn again, (N_RESAMPLES, n_groups) a share."""
        n = self.n_replications
        drawn = np.random.default_rng(seed).integers(0, n, (N_RESAMPLES, n))
        ends = np.cumsum(np.bincount(self.code, minlength=self.n))
        found = np.full((len(shares), N_RESAMPLES, self.n), np.nan)
        for k, chosen in enumerate(drawn):
            times = np.concatenate(([0], np.cumsum(np.bincount(chosen, minlength=n)[self.replication])))
            before = times[np.concatenate(([0], ends[:-1]))]
            counts = times[ends] - before
            for of_share, share in zip(found, shares, strict=True):
                at = np.searchsorted(times, before + np.maximum(_nth(share, counts), 1)) - 1
                of_share[k, counts > 0] = self.seconds[at[counts > 0]]
        return list(found)


def _nth(share: NDArray[np.float64] | float, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give which of some calls, in the order of time, a share of them does not exceed."""
    # 0.9 times a count may be a hair above the whole number it stands for
    return np.asarray(np.ceil(share * counts - 1e-9), dtype=np.int64)


def estimate_difference(found: Finding, base: Finding) -> Intervals:
    """
    Put the differences of paired replications together.

    Parameters
    ----------
    found, base
        Of the same replications in the same order, played with the same random numbers.

    Returns
    -------
    Intervals
        `found` less `base`, and Student's interval from the replications' own differences, so that what is
        common to both cancels out: of quantiles with the deviation over replications drawn again, both
        times the same (Efron's bootstrap). NaN where either has no interval. Where the difference of two
        shares is the same in every replication, the bounds are the exact ones of Clopper and Pearson for
        the calls that turned out otherwise, as many as there are at least.
    """
    value = found.value - base.value
    is_told = _is_told(found.sample) & _is_told(base.sample)
    weight = np.minimum(found.sample.weight, base.sample.weight)
    if found.part is not None and base.part is not None:
        half = _half_width(found.part - base.part, is_told, weight)
    else:
        assert found.resampled is not None
        assert base.resampled is not None
        half = _resampled_half_width(found.resampled - base.resampled, is_told, weight)
    low, high = value - half, value + half
    if found.sample.is_share:
        least, most = _exact_bounds(np.abs(value), weight.sum(axis=0))
        never_varies = half <= _DUST
        low = np.where(never_varies, np.where(value > 0, least, -most), low)
        high = np.where(never_varies, np.where(value < 0, -least, most), high)
    return Intervals(value, low, high)


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


def _is_told(sample: Sample) -> NDArray[np.bool_]:
    """Tell which figures stand on replications and calls enough for an interval, shape (n_figures,)."""
    several = (sample.weight > 0).sum(axis=0) > 1
    if sample.is_share or sample.of_calls:
        return np.asarray(several & (sample.weight.sum(axis=0) >= MIN_CALLS), dtype=np.bool_)
    return np.asarray(several, dtype=np.bool_)


def _half_width(
    part: NDArray[np.float64], is_told: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    n = np.maximum((weight > 0).sum(axis=0), 2)
    # the parts have mean 0 by construction; they are times the number of all replications
    error = np.sqrt((part**2).sum(axis=0) * n / (n - 1)) / max(len(part), 1)
    half = stdtrit(n - 1, 1 - _TAIL) * error
    return np.where(is_told, half, np.nan)


def _resampled_half_width(
    resampled: NDArray[np.float64], is_told: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    n = np.maximum((weight > 0).sum(axis=0), 2)
    known = np.isfinite(resampled)
    count = np.maximum(known.sum(axis=0), 2)
    mean = np.where(known, resampled, 0.0).sum(axis=0) / count
    variance = np.where(known, (resampled - mean) ** 2, 0.0).sum(axis=0) / (count - 1)
    # n replications drawn again vary by (n - 1) / n of what n new ones would
    half = stdtrit(n - 1, 1 - _TAIL) * np.sqrt(variance * n / (n - 1))
    return np.where(is_told, half, np.nan)


def _exact_bounds(
    share: NDArray[np.float64], n: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the bounds of Clopper and Pearson of a share of n calls."""
    n = np.maximum(n, 1.0)
    hits = np.clip(np.nan_to_num(np.round(share * n)), 0.0, n)
    # the inverse has no value where a parameter is 0
    low = betaincinv(np.maximum(hits, 1.0), n - hits + 1, _TAIL)
    high = betaincinv(hits + 1, np.maximum(n - hits, 1.0), 1 - _TAIL)
    return np.where(hits > 0, low, 0.0), np.where(hits < n, high, 1.0)
