"""Which sets of sites are allowed: number, money, groups, neighbours, and those that are fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from coverage.errors import SitingError
from coverage.siting.inputs import checked_cost, checked_p, checked_sites

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Groups = Sequence[tuple[Sequence[int], int]]
    Pairs = Sequence[tuple[int, int]]

_TOLERANCE = 1e-9  # of a limit: sums of floats must not refuse a plan that spends it all


@dataclass(frozen=True)
class SiteLimits:
    """
    Which numbers of units at each site are allowed.

    With ``y`` the units open at each site: ``rows @ y <= most``, ``y >= 1`` at the fixed sites.

    Parameters
    ----------
    fixed
        Sites that are open in any case, ascending.
    rows
        Shape (n_limits, n_sites), not negative.
    most
        Shape (n_limits,).
    """

    fixed: NDArray[np.int64]
    rows: sparse.csc_array
    most: NDArray[np.float64]

    @property
    def n_sites(self) -> int:
        """Number of candidate sites."""
        return int(self.rows.shape[1])

    def used(self, sites: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Give what a set of sites uses of each limit, shape (n_limits,)."""
        units = np.bincount(np.asarray(sites, dtype=np.int64), minlength=self.n_sites)
        return np.asarray(self.rows @ units, dtype=np.float64)

    @property
    def room(self) -> NDArray[np.float64]:
        """What may be used of each limit, shape (n_limits,), the tolerance included."""
        return np.asarray(self.most + _TOLERANCE * np.maximum(1.0, np.abs(self.most)))

    def allows(self, sites: Sequence[int] | NDArray[np.int64]) -> bool:
        """Tell whether a set of sites keeps every limit and holds the fixed ones."""
        return bool((self.used(sites) <= self.room).all()) and bool(np.isin(self.fixed, sites).all())


def site_limits(
    n_sites: int,
    *,
    p: float | None = None,
    fixed: Sequence[int] = (),
    cost: ArrayLike | None = None,
    budget: float | None = None,
    groups: Groups | None = None,
    apart: Pairs = (),
) -> SiteLimits:
    """
    Collect what limits a plan.

    Parameters
    ----------
    n_sites
        Candidate sites.
    p
        Most sites that may be open, fixed ones included.
    fixed
        Sites that are open in any case.
    cost, budget
        What each site costs (fixed ones too), and what all may cost together.
    groups
        Pairs of member sites and the most of them that may be open, fixed ones included.
    apart
        Pairs of sites of which one at most may be open.

    Raises
    ------
    SitingError
        If there is neither `p` nor `budget`, a figure is none, or the fixed sites alone break a limit.
    """
    kept = checked_sites(fixed, n_sites, "fixed")
    rows: list[tuple[NDArray[np.int64], NDArray[np.float64], float]] = []
    every = np.arange(n_sites)
    if p is None and budget is None:
        raise SitingError("give a number of sites or a budget", zh="请给出站点数或预算")
    if p is not None:
        rows.append((every, np.ones(n_sites), checked_p(p, n_sites, len(kept))))
    if budget is not None:
        rows.append((every, *_budget(n_sites, cost, budget, kept)))
    for members, most in groups or ():
        group = checked_sites(members, n_sites)
        if np.isin(kept, group).sum() > most or most < 0:
            raise SitingError(
                f"a group may have {most} sites, but more than that are to be kept in it: allow it more",
                zh=f"某分组最多允许 {most} 个站点，少于其中要求保留的数量：请放宽该分组的上限",
            )
        rows.append((group, np.ones(len(group)), float(most)))
    pairs = [_pair(pair, n_sites) for pair in apart]
    rows += [(pair, np.ones(2), 1.0) for pair in pairs if not np.isin(pair, kept).all()]
    counts = [len(sites) for sites, _, _ in rows]
    matrix = sparse.csc_array(
        (
            np.concatenate([amounts for _, amounts, _ in rows]),
            (np.repeat(np.arange(len(rows)), counts), np.concatenate([sites for sites, _, _ in rows])),
        ),
        shape=(len(rows), n_sites),
    )
    return SiteLimits(kept, matrix, np.array([most for _, _, most in rows], dtype=np.float64))


def _pair(pair: Sequence[int], n_sites: int) -> NDArray[np.int64]:
    """Check a pair of sites that are to stand apart."""
    sites = checked_sites(pair, n_sites) if np.ndim(pair) == 1 else np.empty(0, dtype=np.int64)
    if len(sites) != 2:  # noqa: PLR2004 - a pair
        raise SitingError(
            f"{pair} is no pair of sites that stand apart: give two different numbers of candidates",
            zh=f"{pair} 不是一对互斥的站点：请给出两个不同的候选点编号",
        )
    return sites


def _budget(
    n_sites: int, cost: ArrayLike | None, budget: float, kept: NDArray[np.int64]
) -> tuple[NDArray[np.float64], float]:
    """Check a budget against what the sites cost."""
    if cost is None:
        raise SitingError(
            "a budget needs the cost of every candidate site", zh="按预算选址需要每个候选点的费用"
        )
    money = checked_cost(cost, n_sites)
    if not (np.isfinite(budget) and budget >= 0):
        raise SitingError(
            f"the budget is {budget:g}: give an amount of 0 or more",
            zh=f"预算为 {budget:g}：请给出不小于0的金额",
        )
    spent = float(money[kept].sum())
    others = np.delete(money, kept)
    if spent > budget * (1 + _TOLERANCE):
        raise SitingError(
            f"the sites to be kept cost {spent:g}, more than the budget of {budget:g}: raise it",
            zh=f"要求保留的站点共需 {spent:g}，超过预算 {budget:g}：请增加预算",
        )
    tolerance = _TOLERANCE * max(1.0, budget)
    # where those that are kept take it all, they are the plan
    is_spent = spent > 0 and budget - spent <= tolerance
    if len(others) and not is_spent and others.min() > budget - spent + tolerance:
        raise SitingError(
            f"a budget of {budget:g} is below the cost of every candidate; the cheapest costs "
            f"{others.min():g}: raise it",
            zh=f"预算 {budget:g} 低于所有候选点的费用，最便宜的为 {others.min():g}：请增加预算",
        )
    return money, float(budget)
