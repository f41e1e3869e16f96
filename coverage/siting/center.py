"""The p-center: `p` sites such that nobody is farther from one than need be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from coverage.siting.inputs import checked_p, checked_sites
from coverage.siting.median_rows import near_rows
from coverage.siting.plan import SitingPlan, relative_gap
from coverage.siting.reach import fractional_reach, quick_reach, reaching_plan
from coverage.siting.times import (
    checked_times,
    nearest_times,
    no_plan_in_time,
    no_plan_reaches_all,
    refuse_unreached,
)
from coverage.siting.watch import OutOfTime, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coverage.siting.median_rows import NearRows, Numbers, Sites
    from coverage.siting.plan import Progress

_FAR = np.finfo(np.float64).max / 2  # farther than any time there is


def p_center(
    cost: Any,
    p: int,
    *,
    fixed: Sequence[int] = (),
    time_limit_s: float = math.inf,
    progress: Progress | None = None,
) -> SitingPlan:
    """
    Open `p` sites such that the greatest time from any point to its nearest one is least.

    Minimises ``max_i min_{j open} c_ij`` (Hakimi 1964 "Optimum locations of switching centers and the
    absolute centers and medians of a graph", Operations Research 12: 450-459). The answer is one of the
    entries of `cost`, so it is found by halving their sorted list: a radius will do if and only if `p`
    sites cover everybody within it (Minieka 1970 "The m-center problem", SIAM Review 12: 138-139), which
    `coverage.siting.reach.reaching_plan` proves.

    Parameters
    ----------
    cost
        Shape (n_demand, n_sites), 0 or more: times, or whatever is to be small. Dense with ``inf`` for
        no path, or sparse, where what is absent is out of reach and a stored zero is a time of 0.
    p
        Sites that may be open, fixed ones included. Fewer are opened where they do as well.
    fixed
        Sites that are open in any case.
    time_limit_s
        Seconds after which the best plan so far is given.
    progress
        Is told of bound and best plan.

    Returns
    -------
    SitingPlan
        `objective` and `bound` in the unit of `cost`; `covered` is 1 everywhere.

    Raises
    ------
    SitingError
        If a figure makes no sense, or some points cannot be reached: by any site (they are named), or by
        any `p` of them.
    KeyboardInterrupt
        At Ctrl-C before any plan is known; later it gives the best so far.
    """
    watch = Watch(time_limit_s, progress)
    times = checked_times(cost)
    n_demand, n_sites = times.shape
    kept = checked_sites(fixed, n_sites)
    n_open = checked_p(p, n_sites, len(kept))
    refuse_unreached(times, np.ones(n_demand, dtype=bool))
    rows = near_rows(times, np.ones(n_demand), n_open)
    search = _Halving(rows, n_open, kept, watch)
    status: Literal["optimal", "time_limit", "interrupted"] = "optimal"
    try:
        search.run()
    except OutOfTime:
        status = "time_limit"
    except KeyboardInterrupt:
        if search.sites is None:
            raise
        status = "interrupted"
    if search.sites is None:
        raise no_plan_in_time()
    nearest = nearest_times(times, search.sites)
    objective, bound = float(nearest.max()), search.bound
    gap = relative_gap(objective, bound)
    return SitingPlan(
        sites=tuple(search.sites.tolist()),
        objective=objective,
        bound=bound,
        gap=gap,
        status="optimal" if gap == 0 else status,
        covered=np.isfinite(nearest).astype(np.float64),
        n_nodes=search.n_asked,
        seconds=watch.seconds,
    )


class _Halving:
    """Search among the distinct times; `sites` is the best plan so far, `bound` what is proven."""

    def __init__(self, rows: NearRows, p: int, fixed: Sites, watch: Watch) -> None:
        self.rows, self.p, self.fixed, self.watch = rows, p, fixed, watch
        self.sites: Sites | None = None
        self.best = math.inf
        self.bound = float(rows.cost[:, 0].max())  # all sites together do no better
        self.n_asked = 0
        self._core = [int(rows.cost[:, 0].argmax())]

    def run(self) -> None:
        """
        Narrow the radii down until the best plan is proven.

        From above by swaps, from below by shares of sites; only what lies between needs whole sites.
        """
        self._begin()
        if self.sites is not None and self.best <= self.bound:
            return
        anyhow = self._quick(_FAR) if self.sites is None else self.sites
        radii = self._between(self.bound, self._take(self._exact(_FAR) if anyhow is None else anyhow))
        radii = self._halve(radii, self._quick, proves=False)
        radii = self._halve(radii, self._relaxed, proves=True)
        self._halve(radii, self._exact, proves=True)

    def _begin(self) -> None:
        """
        Open the site nearest to whoever is farthest away, again and again; needs no clock.

        The farthest-point rule of Gonzalez 1985 "Clustering to minimize the maximum intercluster distance",
        Theoretical Computer Science 38: 293-306. Kept where it reaches everybody.
        """
        sites = self.fixed.tolist()
        cost = self.rows.nearest_cost(self.fixed)
        for _ in range(self.p - len(sites)):
            site = int(self.rows.site[int(cost.argmax()), 0])
            if site in sites:
                break
            sites.append(site)
            cost = np.minimum(cost, self.rows.nearest_cost(np.array([site])))
        plan = np.sort(np.array(sites, dtype=np.int64))
        if np.isfinite(cost).all():
            self._take(plan)

    def _halve(self, radii: Numbers, ask: Callable[[float], Sites | bool | None], *, proves: bool) -> Numbers:
        """
        Halve the radii by one way of asking.

        Parameters
        ----------
        radii
            Ascending; the least has a plan or has not, the greatest has.
        ask
            Gives a plan within a radius; True where it cannot rule one out; ``None`` or False: no.
        proves
            Whether a no is proven.

        Returns
        -------
        ndarray
            The radii that are left for others to ask.
        """
        low, high = 0, len(radii) - 1
        while low < high:
            middle = (low + high) // 2
            found = ask(float(radii[middle]))
            self.n_asked += 1
            if found is None or found is False:
                low = middle + 1
                self.bound = float(radii[low]) if proves else self.bound
            elif found is True:
                high = middle
            else:
                high = int(np.searchsorted(radii, self._take(found)))
            self.watch.tell(self.bound, self.best)
        return radii[(radii >= self.bound) & (radii <= self.best)]

    def _relaxed(self, radius: float) -> bool:
        return fractional_reach(self.rows, radius, self.p, self.fixed, self._core, self.watch)

    def _quick(self, radius: float) -> Sites | None:
        return quick_reach(self.rows, radius, self.p, self.fixed, self.watch)

    def _exact(self, radius: float) -> Sites | None:
        return reaching_plan(self.rows, radius, self.p, self.fixed, self._core, self.watch)

    def _take(self, sites: Sites | None) -> float:
        """Keep a plan, and give the greatest cost in it."""
        if sites is None:
            raise no_plan_reaches_all(self.p)
        self.sites = sites
        self.best = float(self.rows.nearest_cost(sites).max())
        return self.best

    def _between(self, least: float, most: float) -> Numbers:
        """List the distinct times from `least` to `most`."""
        cost = self.rows.cost
        return np.unique(cost[(cost >= least) & (cost <= most)])
