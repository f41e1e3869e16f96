"""The p-median: `p` sites such that people are on average as near as can be to one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from coverage.siting.inputs import checked_p, checked_sites, checked_weight
from coverage.siting.median_capacity import capacitated_median, enough_capacity
from coverage.siting.median_cuts import MedianSearch
from coverage.siting.median_rows import near_rows
from coverage.siting.median_search import greedy_plan, swapped
from coverage.siting.plan import SitingPlan, relative_gap
from coverage.siting.reach import reaching_plan
from coverage.siting.times import (
    checked_times,
    nearest_times,
    no_plan_in_time,
    no_plan_reaches_all,
    refuse_unreached,
)
from coverage.siting.watch import OutOfTime, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from coverage.siting.median_rows import NearRows, Numbers, Sites
    from coverage.siting.plan import Progress
    from coverage.siting.times import Times

_SHARE = 0.3  # of the time for the model without capacities, a bound and a start for the one with them
_GRACE_S = 1.0  # beyond the limit for a good first plan
_WHOLE = 2.0**50  # sums of whole numbers below this are exact


def p_median(
    cost: Any,
    weight: ArrayLike,
    p: int,
    *,
    fixed: Sequence[int] = (),
    capacity: ArrayLike | None = None,
    start: Sequence[int] = (),
    time_limit_s: float = math.inf,
    progress: Progress | None = None,
) -> SitingPlan:
    """
    Open `p` sites such that everybody together is as near as can be to the nearest one.

    Minimises ``sum_i w_i min_{j open} c_ij`` (Hakimi 1964 "Optimum locations of switching centers and the
    absolute centers and medians of a graph", Operations Research 12: 450-459; as a linear program ReVelle
    and Swain 1970 "Central facilities location", Geographical Analysis 2: 30-42)::

        min sum_ij w_i c_ij x_ij   sum_j x_ij = 1   x_ij <= y_j   sum_j y_j <= p   y_j in {0, 1}

    Solved over the sites alone. With the sites of a point in order of cost and ``k`` the first at which
    the ``y`` before and at it add up to 1, what the point pays is at least
    ``c_ik - sum_{j: c_ij < c_ik} (c_ik - c_ij) y_j``; such cuts, summed over neighbouring points, are
    added where they are violated (Duran-Mateluna, Ales and Elloumi 2023 "An efficient Benders
    decomposition for the p-median problem", European Journal of Operational Research 308: 84-96).

    Parameters
    ----------
    cost
        Shape (n_demand, n_sites), 0 or more: times, or whatever is to be small. Dense with ``inf`` for
        no path, or sparse, where what is absent is out of reach and a stored zero is a time of 0.
    weight
        Shape (n_demand,), people. Points with 0 may stay unreached.
    p
        Sites that may be open, fixed ones included. Fewer are opened only where no further one would
        bring anybody nearer.
    fixed
        Sites that are open in any case.
    capacity
        Shape (n_sites,), people that each site can serve; the people of a point may then be split among
        sites, not all of them the nearest.
    start
        A plan to begin with; a hint, of no use where it has more than `p` sites.
    time_limit_s
        Seconds after which the best plan so far is given.
    progress
        Is told of bound and best plan.

    Returns
    -------
    SitingPlan
        `covered`: 1 where an open site reaches the point (with capacities: serves it).

    Raises
    ------
    SitingError
        If a figure makes no sense, or some people cannot be reached: by any site (they are named), or by
        any `p` of them.
    KeyboardInterrupt
        At Ctrl-C before any plan is known; later it gives the best so far.
    """
    watch = Watch(time_limit_s, progress)
    times = checked_times(cost)
    people = checked_weight(weight, times.shape[0])
    kept = checked_sites(fixed, times.shape[1])
    n_open = checked_p(p, times.shape[1], len(kept))
    refuse_unreached(times, people > 0)
    hint = checked_sites(start, times.shape[1])
    if capacity is None:
        return _nearest_median(times, people, n_open, kept, hint, watch)
    room = enough_capacity(capacity, times.shape[1], people, n_open, kept)
    ahead = Watch(_SHARE * watch.left_s)
    free = _nearest_median(times, people, n_open, kept, hint, ahead)
    if free.status == "interrupted":
        watch = Watch(0.0)  # no further search: the first plan that serves everybody will do
    return capacitated_median(times, people, n_open, kept, room, free, watch)


def _nearest_median(
    times: Times, people: Numbers, p: int, fixed: Sites, hint: Sites, watch: Watch
) -> SitingPlan:
    """Solve the model in which everybody goes to the nearest site."""
    rows = near_rows(times, people, p)
    try:
        search = _started(rows, p, fixed, hint, watch)
    except OutOfTime:
        raise no_plan_in_time() from None
    status: Literal["optimal", "time_limit", "interrupted"] = "optimal"
    try:
        search.run()
    except OutOfTime:
        status = "time_limit"
    except KeyboardInterrupt:
        status = "interrupted"
    return _recounted(times, people, search, status)


def _started(rows: NearRows, p: int, fixed: Sites, hint: Sites, watch: Watch) -> MedianSearch:
    """Find a plan to begin with that reaches everybody."""
    finite = np.where(np.isfinite(rows.cost), rows.cost, 0.0)
    penalty = (1.0 + rows.weight @ finite.max(axis=1)) / rows.weight
    hinted = np.union1d(fixed, hint)
    begins = [fixed] if len(hinted) > p else [hinted, fixed]
    patience = Watch(watch.left_s + _GRACE_S)
    try:
        plans = [greedy_plan(rows, p, begin, penalty, check=patience.check) for begin in begins]
    except OutOfTime:
        plans = [_hasty(rows, p, begin) for begin in begins]
    best = min(plans, key=rows.total)
    if not math.isfinite(rows.total(best)):
        best = swapped(rows, best, fixed, penalty, watch.check)
    if not math.isfinite(rows.total(best)):
        found = reaching_plan(rows, np.finfo(float).max / 2, p, fixed, [0], watch)
        if found is None:
            raise no_plan_reaches_all(p)
        best = greedy_plan(rows, p, found, penalty)
    return MedianSearch(rows, p, fixed, penalty, float(_is_whole(rows)), best, watch)


def _hasty(rows: NearRows, p: int, start: Sites) -> Sites:
    """Open the site that reaches most of those unreached, then those that are nearest to most people."""
    client, site, _ = rows.within(np.full(rows.n_clients, np.inf))
    order = np.argsort(site, kind="stable")
    client, ends = client[order], np.cumsum(np.bincount(site, minlength=rows.n_sites))
    left = ~np.isfinite(rows.nearest_cost(start))
    number = np.bincount(rows.site[left].ravel(), minlength=rows.n_sites + 1)[: rows.n_sites]
    chosen = start.tolist()
    while len(chosen) < p and left.any():
        best = int(number.argmax())
        reached = client[ends[best - 1] if best else 0 : ends[best]]
        reached = reached[left[reached]]
        left[reached] = False
        number -= np.bincount(rows.site[reached].ravel(), minlength=rows.n_sites + 1)[: rows.n_sites]
        chosen.append(best)
    near = np.bincount(rows.site[:, 0], weights=rows.weight, minlength=rows.n_sites)
    near[chosen] = 0.0
    more = np.argsort(-near, kind="stable")[: p - len(chosen)]
    return np.union1d(np.array(chosen, dtype=np.int64), more[near[more] > 0])


def _is_whole(rows: NearRows) -> bool:
    """Tell whether every plan costs a whole number."""
    cost = rows.cost[np.isfinite(rows.cost)]
    whole = bool((cost == np.round(cost)).all() and (rows.weight == np.round(rows.weight)).all())
    return whole and float(cost.max(initial=0.0) * rows.weight.sum()) < _WHOLE


def _recounted(
    times: Times,
    people: Numbers,
    search: MedianSearch,
    status: Literal["optimal", "time_limit", "interrupted"],
) -> SitingPlan:
    """Give the best plan of a search as the table of times has it."""
    nearest = nearest_times(times, search.sites)
    some = people > 0
    objective = float(people[some] @ nearest[some])
    bound = objective if status == "optimal" else min(search.bound, objective)
    gap = relative_gap(objective, bound)
    return SitingPlan(
        sites=tuple(search.sites.tolist()),
        objective=objective,
        bound=bound,
        gap=gap,
        status="optimal" if gap == 0 else status,
        covered=np.isfinite(nearest).astype(np.float64),
        n_nodes=search.n_nodes,
        seconds=search.watch.seconds,
    )
