"""Where sites that can serve only so many people serve most of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from coverage.errors import SitingError
from coverage.siting.highs import plan_of, solve
from coverage.siting.inputs import checked_capacity, checked_sites
from coverage.siting.reductions import merged_rows
from coverage.siting.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from coverage.siting.highs import MilpAnswer
    from coverage.siting.limits import SiteLimits
    from coverage.siting.plan import Progress, SitingPlan

    Numbers = NDArray[np.float64]
    Sites = NDArray[np.int64]

_TINY = 1e-13  # of all who can be served: flows below this are smaller than any number HiGHS takes
_SCALE = 1e4  # all people who can be served, in the units the solver sees: its tolerances are absolute


def capacitated_covering(
    cover: sparse.csr_array,
    weight: Numbers,
    limits: SiteLimits,
    capacity: ArrayLike,
    *,
    start: Sequence[int] = (),
    time_limit_s: float = math.inf,
    progress: Progress | None = None,
) -> SitingPlan:
    """
    Serve as many people as possible from sites with a capacity.

    Capacitated maximal covering (Current and Storbeck 1988; Pirkul and Schilling 1991), with the people of
    one point split over sites at will::

        max  sum_ij f_ij
        s.t. sum_j f_ij <= w_i                   for each demand point i
             sum_i f_ij <= C_j y_j               for each site j
             f_ij <= min(w_i, C_j) y_j           for each i that j covers (implied by whole y, but tighter)
             y within the limits,  y_j in {0, 1},  f_ij >= 0

    where ``f_ij`` are the people of i whom j serves; there is one for every entry of the cover. Points with
    the same sites are one point.

    Parameters
    ----------
    cover
        Shape (n_demand, n_sites), of ones, as `coverage.siting.inputs.checked_cover` gives it.
    weight
        Shape (n_demand,), people.
    limits
        Which sets of sites are allowed.
    capacity
        Shape (n_sites,), people each open site can serve, 0 or more; ``inf`` for any number.
    start
        Sites to begin with.
    time_limit_s
        Seconds.
    progress
        Is told of bound and best plan, in people.

    Returns
    -------
    SitingPlan
        `objective` are the people served, `covered` the share of each point that is; a point without
        people is covered where an open site reaches it. Sites that would serve nobody stay closed.

    Raises
    ------
    SitingError
        If a capacity is negative or no number.
    """
    watch = Watch(time_limit_s, progress)
    flows = _flows(cover, weight, checked_capacity(capacity, cover.shape[1]))
    answer = _solve(flows, limits, _first_plan(flows, limits, checked_sites(start, cover.shape[1])), watch)
    sites = limits.fixed
    if answer.values is not None:
        sites = np.union1d(sites, np.flatnonzero(answer.values[: flows.n_sites] > 0.5))  # noqa: PLR2004 - whole
    served = flows.served(sites)
    used = np.bincount(flows.site, weights=served, minlength=flows.n_sites)
    sites = np.union1d(limits.fixed, sites[used[sites] > 0])
    covered = flows.share(served)
    reached = cover @ np.isin(np.arange(flows.n_sites), sites).astype(np.float64) > 0
    covered = np.where(weight > 0, covered, reached)
    return plan_of(
        sites,
        objective=float(weight @ covered),
        bound=min(answer.bound / flows.scale, float(flows.people.sum())),
        status=answer.status,
        covered=covered,
        n_nodes=answer.n_nodes,
        seconds=watch.seconds,
        maximise=True,
    )


@dataclass(frozen=True)
class _Flows:
    """Who may be served where: merged points (groups), sites, and an edge where one covers the other."""

    kind: Sites  # (n_demand,): the group of each demand point, -1 for points that count for nothing
    people: Numbers  # (n_groups,)
    room: Numbers  # (n_sites,): people, never more than the site reaches
    group: Sites  # (n_edges,)
    site: Sites  # (n_edges,)

    @property
    def n_sites(self) -> int:
        """Number of candidate sites."""
        return len(self.room)

    @property
    def scale(self) -> float:
        """Solver's units for one person."""
        total = float(min(self.people.sum(), self.room.sum()))
        return _SCALE / total if total > 0 else 1.0

    def served(self, sites: Sites) -> Numbers:
        """
        Say whom a set of sites serves at most: a maximum flow, solved as a linear program.

        Rounding errors are taken off, so that nobody is served twice and no site overrun.
        """
        served = np.zeros(len(self.site))
        on = np.flatnonzero(np.isin(self.site, sites))
        if not len(on):
            return served
        rows = sparse.vstack([_sums(self.group[on], len(self.people)), _sums(self.site[on], self.n_sites)])
        most = np.concatenate([self.people, self.room]) * self.scale
        answer = solve(
            np.ones(len(on)), sparse.csr_array(rows), -np.inf, most, 0.0, np.inf, False, maximise=True
        )
        if answer.values is None:
            raise SitingError("the solver did not recount a plan", zh="求解器未能重新核算方案")
        served[on] = np.maximum(answer.values, 0.0) / self.scale
        return self.clipped(served)

    def clipped(self, served: Numbers) -> Numbers:
        """Take off what goes beyond a site's room or a point's people."""
        for end, most in ((self.site, self.room), (self.group, self.people)):
            total = np.bincount(end, weights=served, minlength=len(most))
            part = np.divide(most, total, out=np.ones(len(most)), where=total > most)
            served = served * part[end]
        return served

    def share(self, served: Numbers) -> Numbers:
        """Give the share of each demand point that is served."""
        total = np.bincount(self.group, weights=served, minlength=len(self.people))
        share = np.minimum(
            1.0, np.divide(total, self.people, out=np.zeros(len(total)), where=self.people > 0)
        )
        return np.where(self.kind >= 0, np.append(share, 0.0)[self.kind], 0.0)


def _sums(of: Sites, n: int) -> sparse.csr_array:
    """Give the matrix that sums columns by group."""
    return sparse.csr_array((np.ones(len(of)), (of, np.arange(len(of)))), shape=(n, len(of)))


def _flows(cover: sparse.csr_array, weight: Numbers, capacity: Numbers) -> _Flows:
    """Merge the demand points with the same sites, and list who may be served where."""
    counts = np.flatnonzero((weight > 0) & (np.diff(cover.indptr) > 0))
    first, merged = merged_rows(cover[counts])
    kind = np.full(cover.shape[0], -1, dtype=np.int64)
    kind[counts] = merged
    people = np.bincount(merged, weights=weight[counts], minlength=len(first)).astype(np.float64)
    edges = cover[counts[first]].tocoo()
    reach = np.bincount(edges.col, weights=people[edges.row], minlength=cover.shape[1])
    room = np.minimum(capacity, reach)
    least = _TINY * min(float(people.sum()), float(room.sum()))
    room[room <= least] = 0.0
    open_edges = np.minimum(people[edges.row], room[edges.col]) > least
    return _Flows(
        kind, people, room, edges.row[open_edges].astype(np.int64), edges.col[open_edges].astype(np.int64)
    )


def _first_plan(flows: _Flows, limits: SiteLimits, start: Sites) -> Numbers:
    """Give the better of two plans as values of the program's columns: greedy, and from where to begin."""
    plans = [_filled(flows, limits, limits.fixed, grows=True)]
    given = np.union1d(start, limits.fixed)
    if len(start) and limits.allows(given):
        plans.append(_filled(flows, limits, given, grows=False))
    return max(plans, key=lambda values: float(values[flows.n_sites :].sum()))


def _filled(flows: _Flows, limits: SiteLimits, sites: Sites, *, grows: bool) -> Numbers:
    """Fill sites one after another, then (`grows`) those that can serve most of the rest."""
    left, served = flows.people.copy(), np.zeros(len(flows.site))
    is_open, closed = np.zeros(flows.n_sites), np.zeros(flows.n_sites, dtype=bool)
    waiting = sites.tolist()
    while True:
        able = np.minimum(
            flows.room, np.bincount(flows.site, weights=left[flows.group], minlength=flows.n_sites)
        )
        if waiting:
            site = waiting.pop(0)
        elif grows:
            closed |= ~_may_open(limits, is_open)
            site = int(np.argmax(np.where(closed, 0.0, able)))
            if closed[site] or able[site] <= 0:
                break
        else:
            break
        on = np.flatnonzero(flows.site == site)
        here = left[flows.group[on]]
        served[on] = here * min(1.0, able[site] / here.sum()) if here.sum() > 0 else 0.0
        left[flows.group[on]] -= served[on]
        is_open[site], closed[site] = 1.0, True
    return np.concatenate([is_open, flows.clipped(served) * flows.scale])


def _may_open(limits: SiteLimits, is_open: Numbers) -> NDArray[np.bool_]:
    """Tell which sites one more limit allows beside those that are open."""
    spare = limits.room - limits.rows @ is_open
    entries = limits.rows.tocoo()
    blocked = entries.col[entries.data > spare[entries.row]]
    return ~np.isin(np.arange(limits.n_sites), blocked)


def _solve(flows: _Flows, limits: SiteLimits, first: Numbers, watch: Watch) -> MilpAnswer:
    """Write the program as arrays, sites first, then the flows, and solve it."""
    n_edges, n_sites = len(flows.site), flows.n_sites
    room, people = flows.room * flows.scale, flows.people * flows.scale
    each = np.minimum(people[flows.group], room[flows.site])
    link = sparse.csr_array((each, (np.arange(n_edges), flows.site)), shape=(n_edges, n_sites))
    rows = sparse.vstack(
        [
            sparse.hstack([limits.rows, sparse.csr_array((len(limits.most), n_edges))]),
            sparse.hstack([sparse.csr_array((len(people), n_sites)), _sums(flows.group, len(people))]),
            sparse.hstack([-sparse.diags_array(room), _sums(flows.site, n_sites)]),
            sparse.hstack([-link, sparse.eye_array(n_edges)]),
        ]
    )
    lower = np.zeros(n_sites + n_edges)
    lower[limits.fixed] = 1.0

    def tell(*, bound: float, best: float, seconds: float) -> None:  # noqa: ARG001 - the watch knows the time
        watch.tell(min(bound / flows.scale, float(flows.people.sum())), best / flows.scale)

    return solve(
        np.concatenate([np.zeros(n_sites), np.ones(n_edges)]),
        sparse.csr_array(rows),
        -np.inf,
        np.concatenate([limits.room, people, np.zeros(n_sites + n_edges)]),
        lower,
        np.concatenate([np.ones(n_sites), each]),
        np.arange(n_sites + n_edges) < n_sites,
        maximise=True,
        start=first,
        time_limit_s=watch.left_s,
        progress=tell,
    )
