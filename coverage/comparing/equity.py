"""How unequally people wait: the Gini coefficient, and the tenth who wait longest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from coverage.comparison import Equity

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_DECILE = 0.1


def equity_of(response_s: ArrayLike, covered: ArrayLike, weight: ArrayLike) -> Equity:
    """
    Say how unequally people wait.

    Parameters
    ----------
    response_s
        Shape (n,), seconds; ``inf`` where nobody comes: those people are left out but for
        ``worst_decile_covered_share``.
    covered
        Shape (n,), whether a point keeps its limit.
    weight
        Shape (n,), people.
    """
    times = np.asarray(response_s, dtype=np.float64)
    people = np.asarray(weight, dtype=np.float64)
    is_covered = np.asarray(covered, dtype=np.bool_)
    reached = np.isfinite(times) & (people > 0)
    tail = _last_tenth(times[reached], people[reached])
    waiting, worst = float(times[reached] @ people[reached]), float(times[reached] @ tail)
    whole_tail = _last_tenth(times, people)
    return Equity(
        gini=weighted_gini(times[reached], people[reached]),
        worst_decile_share=worst / waiting if waiting else math.nan,
        worst_decile_mean_s=worst / float(tail.sum()) if tail.any() else math.nan,
        worst_decile_covered_share=(
            float(whole_tail[is_covered].sum() / whole_tail.sum()) if whole_tail.any() else math.nan
        ),
    )


def weighted_gini(values: ArrayLike, weights: ArrayLike) -> float:
    """
    Give the Gini coefficient: half the mean difference of two people drawn at random, over the mean.

    Parameters
    ----------
    values
        Shape (n,), finite, not negative.
    weights
        Shape (n,), not negative.

    Returns
    -------
    float
        0 where all are alike; NaN where there is nobody, or nothing to share.

    Notes
    -----
    With sorted values, the sum over all pairs ``w_i w_j |x_i - x_j|`` is
    ``2 sum_i w_i x_i (W_i + W_{i-1} - W)``, where ``W_i`` are the cumulated weights and ``W`` their sum
    (Lerman & Yitzhaki 1989, "Improving the accuracy of estimates of Gini coefficients").
    """
    value, weight = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    order = np.argsort(value, kind="stable")
    value, weight = value[order], weight[order]
    total, whole = float(value @ weight), float(weight.sum())
    if not total or not whole:
        return math.nan
    upto = np.cumsum(weight)
    return max(0.0, float((weight * value) @ (2 * upto - weight - whole)) / (whole * total))


def _last_tenth(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how much of each weight belongs to the tenth with the largest values; ties share alike."""
    order = np.argsort(-values, kind="stable")
    sorted_values, sorted_weights = values[order], weights[order]
    # people who wait alike are one group: which of them counts must not depend on the table's order
    _, group = np.unique(-sorted_values, return_inverse=True)
    mass = np.bincount(group, sorted_weights).astype(np.float64)
    before = np.cumsum(mass) - mass
    taken = np.clip(_DECILE * weights.sum() - before, 0.0, mass)
    share = np.divide(taken, mass, out=np.zeros_like(mass), where=mass > 0)
    tail = np.zeros_like(weights)
    tail[order] = sorted_weights * share[group]
    return tail
