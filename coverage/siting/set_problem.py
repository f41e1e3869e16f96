"""The problem of covering everyone, or a share: checked, and reduced to what decides."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from coverage.errors import SitingError, UnreachableError, name_some
from coverage.siting.inputs import checked_cost, checked_cover, checked_weight
from coverage.siting.limits import site_limits
from coverage.siting.reductions import dominated_columns, implied_rows, merged_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from scipy import sparse

    from coverage.siting.limits import Groups, Pairs, SiteLimits

    Numbers = NDArray[np.float64]
    Sites = NDArray[np.int64]

SHARE_TOLERANCE = 1e-9
"""A share is met when the people covered fall short by at most this part of it: sums of floats differ."""

_ROUNDING = 1e-6  # of a hundredth of a per cent: 0.29 * 10000 is 2900


@dataclass(frozen=True)
class SetProblem:
    """
    What is to be covered, and what is left of it beside the fixed sites.

    Parameters
    ----------
    cover
        Shape (n_demand, n_sites), of ones.
    people
        Shape (n_demand,); 1 each where nothing is said.
    is_everyone
        Every point with people must be covered; a share of the people otherwise.
    need
        People to cover, `SHARE_TOLERANCE` taken off.
    cost
        Shape (n_sites,).
    limits
        Fixed sites, groups and pairs.
    unit
        What every site that is not fixed costs; ``nan`` where they differ or cost nothing.
    groups, apart
        As they were given, and are in `limits`.
    rows
        Shape (n_rows, n_open): what the fixed sites leave uncovered, reduced to what decides.
    gain
        Shape (n_rows,), people of each of these rows.
    sites
        Shape (n_open,), the candidates that the columns of `rows` are.
    """

    cover: sparse.csr_array
    people: Numbers
    is_everyone: bool
    need: float
    cost: Numbers
    limits: SiteLimits
    unit: float
    groups: Groups | None
    apart: Pairs
    rows: sparse.csr_array
    gain: Numbers
    sites: Sites

    @property
    def n_sites(self) -> int:
        """Number of candidate sites."""
        return int(self.cover.shape[1])

    @property
    def is_free(self) -> bool:
        """Tell whether any set of sites is allowed: there are neither groups nor pairs."""
        return not self.groups and not len(self.apart)

    def covered(self, sites: Sites) -> NDArray[np.bool_]:
        """Tell which demand points a set of sites covers."""
        units = np.zeros(self.n_sites)
        units[sites] = 1.0
        return np.asarray(self.cover @ units > 0)

    def is_enough(self, sites: Sites) -> bool:
        """Tell whether a set of sites covers what it must."""
        covered = self.covered(sites)
        if self.is_everyone:
            return bool(covered[self.people > 0].all())
        return float(self.people[covered].sum()) >= self.need

    def is_as_good(self, sites: Sites, as_sites: Sites) -> bool:
        """Tell whether a set of sites covers everyone whom another one does."""
        return bool(self.covered(sites)[self.covered(as_sites) & (self.people > 0)].all())

    def price(self, sites: Sites) -> float:
        """Say what a set of sites costs."""
        return float(self.cost[sites].sum())

    @property
    def missing(self) -> float:
        """People to cover beside those whom the fixed sites cover."""
        return self.need - float(self.people[self.covered(self.limits.fixed)].sum())

    @property
    def least_number(self) -> int:
        """Fewest sites that could be enough if none of them shared a person."""
        most = np.sort(self.rows.T @ self.gain)[::-1].cumsum()
        return len(self.limits.fixed) + 1 + int(np.searchsorted(most, self.missing * (1 - SHARE_TOLERANCE)))


def set_problem(
    cover: Any,
    weight: ArrayLike | None,
    target: float,
    fixed: Sequence[int],
    cost: ArrayLike | None,
    groups: Groups | None,
    apart: Pairs,
) -> SetProblem:
    """
    Check what comes in, see that it can be done, and reduce it.

    Parameters
    ----------
    cover, weight, target, fixed, cost, groups, apart
        As of `coverage.siting.set_cover.set_covering`.

    Raises
    ------
    UnreachableError
        If all sites together cover too little.
    SitingError
        If a figure is none.
    """
    within = checked_cover(cover)
    n_demand, n_sites = within.shape
    people = np.ones(n_demand) if weight is None else checked_weight(weight, n_demand)
    if not 0 < target <= 1:
        raise SitingError(
            f"the share to cover is {target:g}: give one above 0 and at most 1",
            zh=f"覆盖率目标为 {target:g}：应大于0且不超过1",
        )
    _check_reachable(within, people, target)
    limits = site_limits(n_sites, p=n_sites, fixed=fixed, groups=groups, apart=apart)
    money = checked_cost(cost, n_sites)
    others = np.delete(money, limits.fixed)
    problem = SetProblem(
        cover=within,
        people=people,
        is_everyone=target == 1,
        need=target * float(people.sum()) * (1 - SHARE_TOLERANCE),
        cost=money,
        limits=limits,
        unit=float(others[0]) if len(others) and 0 < others.min() == others.max() else math.nan,
        groups=groups,
        apart=apart,
        rows=within[:0],
        gain=np.empty(0),
        sites=np.empty(0, dtype=np.int64),
    )
    return _reduced(problem)


def _check_reachable(within: sparse.csr_array, people: Numbers, target: float) -> None:
    """Refuse a target that all sites together miss."""
    beyond = np.flatnonzero((np.diff(within.indptr) == 0) & (people > 0))
    share = 1 - float(people[beyond].sum()) / float(people.sum())
    if target == 1 and len(beyond):
        raise UnreachableError(
            f"no candidate site reaches demand points {name_some(beyond)}: add nearer candidates, widen the "
            f"limit, or ask for a share of at most {percent(share)}",
            zh=f"以下人口点没有任何候选点能够到达：{name_some(beyond, mark='、')}；请补充更近的候选点、"
            f"放宽时限，或将目标覆盖率设为不超过 {percent(share)}",
            points=beyond,
        )
    if share < target * (1 - SHARE_TOLERANCE):
        raise UnreachableError(
            f"all candidate sites together reach {percent(share)} of the people, not {percent(target)}: "
            f"add nearer candidates, or ask for less; out of reach are demand points {name_some(beyond)}",
            zh=f"全部候选点合计只能覆盖 {percent(share)} 的人口，低于目标 {percent(target)}："
            f"请补充更近的候选点或降低目标；无法到达的人口点：{name_some(beyond, mark='、')}",
            points=beyond,
        )


def percent(share: float) -> str:
    """Give a share in per cent with two digits, never rounded up."""
    return f"{math.floor(share * 10_000 + _ROUNDING) / 100:g}%"


def _reduced(problem: SetProblem) -> SetProblem:
    """Leave out what the fixed sites cover and what is implied."""
    open_rows = (problem.people > 0) & ~problem.covered(problem.limits.fixed)
    open_rows &= np.diff(problem.cover.indptr) > 0
    sites = np.setdiff1d(np.arange(problem.n_sites), problem.limits.fixed)
    rows = problem.cover[open_rows][:, sites]
    first, kind = merged_rows(rows)
    rows = rows[first]
    gain = np.bincount(kind, weights=problem.people[open_rows], minlength=len(first)).astype(np.float64)
    for _ in range(2):
        if problem.is_free:
            stays = ~dominated_columns(rows, problem.cost[sites])
            rows, sites = rows[:, stays], sites[stays]
        if problem.is_everyone:
            stays = ~implied_rows(rows)
            rows, gain = rows[stays], gain[stays]
    return replace(problem, rows=rows, gain=gain, sites=sites)
