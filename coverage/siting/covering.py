"""Covering models in which the next cover of a point is worth no more than the last: one engine."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from coverage.errors import SitingError
from coverage.siting.branch import Found, maximise
from coverage.siting.capacitated import capacitated_covering
from coverage.siting.concave import ConcaveCover, concave_cover, count_covers
from coverage.siting.inputs import checked_cost, checked_cover, checked_p, checked_sites, checked_weight
from coverage.siting.limits import SiteLimits, site_limits
from coverage.siting.local_search import fill
from coverage.siting.plan import SitingPlan, relative_gap
from coverage.siting.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from scipy import sparse

    from coverage.siting.limits import Groups, Pairs
    from coverage.siting.plan import Progress, Status

    Numbers = NDArray[np.float64]


def maximal_covering(
    cover: Any,
    weight: ArrayLike,
    p: int | None = None,
    *,
    fixed: Sequence[int] = (),
    cost: ArrayLike | None = None,
    budget: float | None = None,
    groups: Groups | None = None,
    capacity: ArrayLike | None = None,
    apart: Pairs = (),
    start: Sequence[int] = (),
    time_limit_s: float = math.inf,
    progress: Progress | None = None,
) -> SitingPlan:
    """
    Cover the most people with a number of sites, or with a sum of money.

    The maximal covering location problem (Church and ReVelle 1974)::

        max  sum_i w_i z_i
        s.t. z_i <= sum_{j: a_ij = 1} x_j     for every demand point i
             sum_j x_j <= p   and / or   sum_j c_j x_j <= budget
             x_j in {0, 1},  0 <= z_i <= 1

    solved over the sites alone, with Benders cuts (Cordeau, Furini and Ljubic 2019). With a capacity it is
    another model: see `coverage.siting.capacitated`.

    Parameters
    ----------
    cover
        Shape (n_demand, n_sites), sparse or dense; what is not 0 is reached within the point's own limit.
    weight
        Shape (n_demand,), people.
    p
        Sites that may be open, fixed ones included; sites that add nobody stay closed.
    fixed
        Numbers of sites that are open in any case.
    cost, budget
        Shape (n_sites,), what each site costs (fixed ones too), and what all may cost together.
    groups
        Pairs of member sites and the most of them that may be open.
    capacity
        Shape (n_sites,), people each site can serve; the people of one point may be shared out.
    apart
        Pairs of sites of which one at most may be open.
    start
        Sites to begin with, where they are allowed.
    time_limit_s
        Seconds; the best plan so far is given when they are up, or at Ctrl-C.
    progress
        Is told of bound and best plan.

    Returns
    -------
    SitingPlan
        `objective` in people.

    Raises
    ------
    SitingError
        If the input makes no sense, nobody can be reached, or there is neither `p` nor `budget`.
    """
    watch = Watch(time_limit_s, progress)
    matrix = checked_cover(cover)
    people = checked_weight(weight, matrix.shape[0])
    limits = site_limits(
        matrix.shape[1], p=p, fixed=fixed, cost=cost, budget=budget, groups=groups, apart=apart
    )
    if capacity is not None:
        return capacitated_covering(
            matrix, people, limits, capacity, start=start, time_limit_s=time_limit_s, progress=progress
        )
    ones = np.ones(matrix.shape[1], dtype=np.int64)
    return _solve(matrix, people, np.ones(1), limits, _units(limits.fixed, len(ones)), ones, start, watch)


def backup_covering(
    cover: Any,
    weight: ArrayLike,
    p: int,
    *,
    fixed: Sequence[int] = (),
    first: float = 0.5,
    apart: Pairs = (),
    start: Sequence[int] = (),
    time_limit_s: float = math.inf,
    progress: Progress | None = None,
) -> SitingPlan:
    """
    Cover the most people once and twice, so that a second ambulance is near when the first is away.

    The second backup coverage problem (Hogan and ReVelle 1986, BACOP2)::

        max  first * sum_i w_i z_i + (1 - first) * sum_i w_i u_i
        s.t. z_i + u_i <= sum_{j: a_ij = 1} x_j,   u_i <= z_i     for every demand point i
             sum_j x_j <= p,   x_j in {0, 1},  0 <= u_i, z_i <= 1

    Parameters
    ----------
    cover, weight, p, fixed, apart, start, time_limit_s, progress
        As for `maximal_covering`.
    first
        What the first cover of a person counts, 0.5 to 1; the second counts the rest. (Below 0.5 the second
        would count more than the first.)

    Returns
    -------
    SitingPlan
        `objective` in people, the first and second cover counted as above; `covered` holds `first` where a
        point is covered once and 1 where it is covered twice or more.

    Raises
    ------
    SitingError
        If the input makes no sense, or nobody can be reached.
    """
    if not 0.5 <= first <= 1:  # noqa: PLR2004 - as the docstring says
        raise SitingError(
            f"the first cover counts {first:g}: give a share of 0.5 to 1",
            zh=f"首次覆盖的权重为 {first:g}：请给出0.5至1之间的数",
        )
    watch = Watch(time_limit_s, progress)
    matrix = checked_cover(cover)
    people = checked_weight(weight, matrix.shape[0])
    limits = site_limits(matrix.shape[1], p=p, fixed=fixed, apart=apart)
    ones = np.ones(matrix.shape[1], dtype=np.int64)
    gains = np.array([first, 1 - first])
    return _solve(matrix, people, gains, limits, _units(limits.fixed, len(ones)), ones, start, watch)


def expected_covering(
    cover: Any,
    weight: ArrayLike,
    p: int,
    busy: float,
    *,
    fixed: Sequence[int] = (),
    max_per_site: int | None = None,
    apart: Pairs = (),
    start: Sequence[int] = (),
    time_limit_s: float = math.inf,
    progress: Progress | None = None,
) -> SitingPlan:
    """
    Cover the most people by an ambulance that is free, when each is busy a share of the time.

    The maximum expected covering location problem (Daskin 1983): with ``n_i`` ambulances within the limit,
    independent of each other, one is free with probability ``1 - q^n_i``::

        max  sum_i w_i sum_{k=1..p} (1 - q) q^(k-1) z_ik
        s.t. sum_k z_ik <= sum_{j: a_ij = 1} x_j     for every demand point i
             sum_j x_j <= p,   x_j in {0, 1, 2, ...},  0 <= z_ik <= 1

    Parameters
    ----------
    cover, weight, apart, start, time_limit_s, progress
        As for `maximal_covering`; a site that occurs twice in `start` has two ambulances.
    p
        Ambulances, those of the fixed sites included.
    busy
        ``q``, share of the time that an ambulance is busy, 0 or more and below 1.
    fixed
        Sites of ambulances that are there in any case; a site with two of them occurs twice.
    max_per_site
        Ambulances one site may take; `p` where not given.

    Returns
    -------
    SitingPlan
        `sites` with repeats; `objective` is the expected number of people covered, `covered` the probability
        at each point.

    Raises
    ------
    SitingError
        If the input makes no sense, or nobody can be reached.
    """
    watch = Watch(time_limit_s, progress)
    if not 0 <= busy < 1:
        raise SitingError(
            f"ambulances are busy {busy:g} of the time: give a share of 0 or more and below 1, such as 0.3",
            zh=f"救护车忙碌比例为 {busy:g}：请给出不小于0、小于1的数，例如0.3",
        )
    matrix = checked_cover(cover)
    people = checked_weight(weight, matrix.shape[0])
    n_sites = matrix.shape[1]
    kept = list(fixed)
    checked_sites(kept, n_sites, "fixed")
    there = _units(kept, n_sites)
    n_wanted = checked_p(p, n_sites * int(np.iinfo(np.int32).max), 0)
    most = max_per_site if max_per_site is not None else n_wanted
    if most < 1 or most != int(most) or (there > most).any():
        raise SitingError(
            f"a site may take {most} ambulances: give a whole number, 1 or more and as many as are kept",
            zh=f"每个站点最多 {most} 辆救护车：请给出不小于1的整数，且不少于要求保留的车辆数",
        )
    n_units = checked_p(p, n_sites * int(most), int(there.sum()))
    if most > 1 and len(apart):
        raise SitingError(
            "sites that may take several ambulances cannot be kept apart: "
            "leave apart out, or allow one a site",
            zh="每站允许多辆救护车时不能设置站间距约束：请去掉该约束，或限定每站一辆",
        )
    limits = site_limits(n_sites, p=min(n_units, n_sites), apart=apart)
    # the first limit is that of the number, and counts units here
    limits = replace(limits, most=np.append(float(n_units), limits.most[1:]))
    gains = (1 - busy) * np.power(float(busy), np.arange(n_units))
    gains = gains[: max(1, int((gains > np.finfo(float).eps).sum()))]
    upper = np.full(n_sites, int(most))
    return _solve(matrix, people, gains, limits, there, upper, start, watch)


def greedy(
    cover: Any,
    weight: ArrayLike,
    p: int | None = None,
    *,
    fixed: Sequence[int] = (),
    cost: ArrayLike | None = None,
    budget: float | None = None,
    groups: Groups | None = None,
    apart: Pairs = (),
) -> SitingPlan:
    """
    Open the site that adds most people, again and again: for comparison, not for deciding.

    With p sites and nothing else to keep to it covers at least ``1 - (1 - 1/p)^p`` of what the best plan does
    (Nemhauser, Wolsey and Fisher 1978). Under a budget it takes what adds most for its money, what is free
    first.

    Parameters
    ----------
    cover, weight, p, fixed, cost, budget, groups, apart
        As for `maximal_covering`.

    Returns
    -------
    SitingPlan
        Status ``heuristic``; the bound is everybody whom any site reaches.

    Raises
    ------
    SitingError
        If the input makes no sense, nobody can be reached, or there is neither `p` nor `budget`.
    """
    watch = Watch()
    matrix = checked_cover(cover)
    people = checked_weight(weight, matrix.shape[0])
    n_sites = matrix.shape[1]
    limits = site_limits(n_sites, p=p, fixed=fixed, cost=cost, budget=budget, groups=groups, apart=apart)
    there, ones = _units(limits.fixed, n_sites), np.ones(n_sites, dtype=np.int64)
    problem = concave_cover(matrix, people, np.ones(1), limits, fixed_units=there, upper=ones)
    nothing = np.zeros(n_sites)
    price = None if budget is None else checked_cost(cost, n_sites)
    found = Found(fill(problem, nothing, price=price), float(problem.most.sum()), "optimal", 0)
    return _plan(matrix, people, np.ones(1), problem, there, found, watch, status="heuristic")


def _units(sites: Sequence[int] | NDArray[np.int64], n_sites: int) -> NDArray[np.int64]:
    """Count the units at each site."""
    return np.bincount(np.asarray(sites, dtype=np.int64), minlength=n_sites).astype(np.int64)


def _solve(
    cover: sparse.csr_array,
    weight: Numbers,
    gains: Numbers,
    limits: SiteLimits,
    there: NDArray[np.int64],
    upper: NDArray[np.int64],
    start: Sequence[int],
    watch: Watch,
) -> SitingPlan:
    """Find and recount the best plan."""
    problem = concave_cover(cover, weight, gains, limits, fixed_units=there, upper=upper)
    begin_at = list(start)
    checked_sites(begin_at, len(upper), "start")
    begin = np.clip(_units(begin_at, len(upper)) - there, 0, problem.upper)
    starts = [begin] if begin_at and problem.allows(begin) else []
    found = maximise(problem, starts, watch)
    return _plan(cover, weight, gains, problem, there, found, watch, status=found.status)


def _plan(
    cover: sparse.csr_array,
    weight: Numbers,
    gains: Numbers,
    problem: ConcaveCover,
    there: NDArray[np.int64],
    found: Found,
    watch: Watch,
    *,
    status: Status,
) -> SitingPlan:
    """Count anew, from the cover itself, what a plan covers."""
    units = there + np.rint(found.units).astype(np.int64)
    reach = np.concatenate([[0.0], np.cumsum(gains)])
    n_covers = np.minimum(count_covers(cover, units), len(gains))
    covered = reach[n_covers]
    objective = float(weight @ covered)
    bound = max(objective, problem.base + found.bound)
    return SitingPlan(
        sites=tuple(np.repeat(np.arange(len(units)), units).tolist()),
        objective=objective,
        bound=objective if status == "optimal" else bound,
        gap=0.0 if status == "optimal" else relative_gap(objective, bound),
        status=status,
        covered=covered,
        n_nodes=found.n_nodes,
        seconds=watch.seconds,
    )
