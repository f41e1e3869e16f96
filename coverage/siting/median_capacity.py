"""The p-median whose sites can serve only so many people, as one sparse model."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from coverage.errors import SitingError
from coverage.siting.highs import MilpAnswer, solve
from coverage.siting.inputs import checked_capacity
from coverage.siting.median_rows import sums
from coverage.siting.plan import SitingPlan, relative_gap
from coverage.siting.times import no_plan_in_time
from coverage.siting.watch import Watch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from coverage.siting.median_rows import Numbers, Sites
    from coverage.siting.times import Times

_ROOM = 1e-9  # of the people: sums of floats must not refuse a plan that fills every site
_HALF = 0.5
_UNIT = 1000.0  # the best plan in the unit of the solver, whose tolerances are absolute
_MARGIN = 1 + 1e-6  # rounding errors must not cut off the best plan itself
_CHEAP = 0.01  # a plan cheaper than this part of the last one is worth a finer unit
_TINY = 1e-9  # shares and parts of a site's room that HiGHS takes for nothing
_LEAST = 1e-300


def capacitated_median(
    times: Times, people: Numbers, p: int, fixed: Sites, room: Numbers, free: SitingPlan, watch: Watch
) -> SitingPlan:
    """
    Open `p` sites and share the people among them, none getting more than it can serve.

    Minimises ``sum_ij w_i c_ij x_ij`` with ``sum_j x_ij = 1``, ``sum_i w_i x_ij <= capacity_j y_j``,
    ``x_ij <= y_j`` and ``sum_j y_j <= p``; the shares ``x_ij`` of a point may be split (the transportation
    form of Mulvey and Beck 1984 "Solving capacitated clustering problems", European Journal of Operational
    Research 18: 339-348).

    Parameters
    ----------
    times
        From `coverage.siting.times.checked_times`; every point with people can be reached.
    people
        Shape (n_demand,).
    p
        Sites that may be open, those of `fixed` included.
    fixed
        Sites that are open in any case.
    room
        Shape (n_sites,), from `enough_capacity`.
    free
        The plan without capacities: the answer where nobody's site is too small, else a bound and a start.
    watch
        The clock.

    Returns
    -------
    SitingPlan
        `covered`: 1 for every point with people, 0 for the others.

    Raises
    ------
    SitingError
        If no `p` sites can serve everybody.
    """
    n_sites = times.shape[1]
    open_sites = np.array(free.sites)
    if _holds(times, people, room, open_sites):
        return replace(free, covered=(people > 0).astype(np.float64), seconds=watch.seconds)
    point, site, cost = _pairs(times, people)
    pairs = _Pairs(point, site, people[point] * cost, people, room, p, fixed)
    values, bound, answer = _searched(pairs, _first_plan(pairs, open_sites), watch)
    objective = pairs.cost(values)
    bound = min(max(bound, free.bound), objective)
    gap = relative_gap(1.0, bound / objective) if objective > 0 else 0.0
    interrupted = free.status == "interrupted" or (answer is not None and answer.status == "interrupted")
    return SitingPlan(
        sites=tuple(np.flatnonzero(values[:n_sites] > _HALF).tolist()),
        objective=objective,
        bound=objective if gap == 0 else bound,
        gap=gap,
        status="optimal" if gap == 0 else "interrupted" if interrupted else "time_limit",
        covered=(people > 0).astype(np.float64),
        n_nodes=0 if answer is None else answer.n_nodes,
        seconds=watch.seconds,
    )


@dataclass(frozen=True)
class _Pairs:
    """Points with people and the sites that reach them; plans are arrays of sites, then shares of pairs."""

    point: Sites  # (n_pairs,)
    site: Sites  # (n_pairs,)
    served: Numbers  # (n_pairs,): what all people of the point cost at this site
    people: Numbers  # (n_demand,)
    room: Numbers  # (n_sites,)
    p: int
    fixed: Sites

    @property
    def n_sites(self) -> int:
        """Number of candidate sites."""
        return len(self.room)

    def cost(self, values: Numbers) -> float:
        """Give the cost of a plan."""
        return float(values[self.n_sites :] @ self.served)

    def dearest(self) -> float:
        """Give what no plan costs more than."""
        most = np.zeros(len(self.people))
        np.maximum.at(most, self.point, self.served)
        return float(most.sum())

    def solve(
        self,
        most: float,
        watch: Watch,
        time_limit_s: float,
        start: Numbers | None = None,
        among: Sites | None = None,
    ) -> tuple[Numbers | None, float, MilpAnswer]:
        """
        Find the cheapest plan of those that cost `most` or less.

        Such a plan gives a dear pair no more than a share of ``most / served``, and none more than the site
        has room for. Counted in parts of that share, no pair costs more than `most` and no site gets more
        than it can hold: one huge or tiny figure does not drown the others in the tolerances.

        Returns
        -------
        tuple
            A plan, its bound in the unit of the costs, and what the solver says.
        """
        unit = most / _UNIT
        part = np.ones(len(self.served))
        np.divide(most * _MARGIN, self.served, out=part, where=self.served > most * _MARGIN)
        part = np.minimum(part, self.room[self.site] * (1 + _ROOM) / self.people[self.point])
        use = part > _TINY
        lower, upper = np.zeros(self.n_sites), np.ones(self.n_sites)
        lower[self.fixed] = 1.0
        if among is not None:
            upper = np.isin(np.arange(self.n_sites), among).astype(np.float64)
            lower = upper
            use &= upper[self.site] > 0
        kept = np.flatnonzero(use)
        n_kept = len(kept)
        answer = solve(
            np.append(np.zeros(self.n_sites), self.served[kept] * part[kept] / unit),
            *_rows(self.point[kept], self.site[kept], self.people, self.room, self.p, part[kept]),
            np.append(lower, np.zeros(n_kept)),
            np.append(upper, np.ones(n_kept)),
            (np.arange(self.n_sites + n_kept) < self.n_sites) & (among is None),
            start=None
            if start is None
            else np.append(start[: self.n_sites], start[self.n_sites :][kept] / part[kept]),
            time_limit_s=time_limit_s,
            progress=lambda *, bound, best, seconds: watch.tell(bound * unit, best * unit),  # noqa: ARG005
        )
        if answer.values is None:
            return None, answer.bound * unit, answer
        shares = np.zeros(len(self.served))
        shares[kept] = np.clip(answer.values[self.n_sites :], 0.0, 1.0) * part[kept]
        shares /= sums(self.point, shares, len(self.people))[self.point]
        return np.append(answer.values[: self.n_sites], shares), answer.bound * unit, answer


def _first_plan(pairs: _Pairs, near: Sites) -> Numbers | None:
    """Share the people among the sites of the plan without capacities, or among the largest sites."""
    others = np.setdiff1d(np.arange(pairs.n_sites), pairs.fixed)
    large = others[np.argsort(-pairs.room[others], kind="stable")][: pairs.p - len(pairs.fixed)]
    for sites in (near, np.union1d(pairs.fixed, large)):
        if not np.isin(np.flatnonzero(pairs.people > 0), pairs.point[np.isin(pairs.site, sites)]).all():
            continue
        values = pairs.solve(max(pairs.dearest(), _LEAST), Watch(), math.inf, among=sites)[0]
        if values is not None:
            return values
    return None


def _searched(pairs: _Pairs, first: Numbers | None, watch: Watch) -> tuple[Numbers, float, MilpAnswer | None]:
    """Search in the unit of the best plan, anew where that turns out to be far cheaper than it was."""
    best, bound, answer = first, 0.0, None
    while best is None or pairs.cost(best) > 0:
        most = max(pairs.dearest(), _LEAST) if best is None else pairs.cost(best)
        try:
            found, bound, answer = pairs.solve(most, watch, watch.left_s, best)
        except KeyboardInterrupt:
            if best is None:
                raise
            return best, 0.0, MilpAnswer(None, math.nan, 0.0, "interrupted", 0)
        if found is None:
            if best is None:
                raise _unserved(answer, pairs.p)
            return best, 0.0, answer
        if best is None or pairs.cost(found) < pairs.cost(best):
            best = found
        if answer.status != "optimal" or pairs.cost(best) > _CHEAP * most:
            break
    return best, bound, answer


def enough_capacity(capacity: ArrayLike, n_sites: int, people: Numbers, p: int, fixed: Sites) -> Numbers:
    """
    Give what each site can serve as numbers, and refuse what cannot serve everybody.

    Parameters
    ----------
    capacity
        Shape (n_sites,), people, 0 or more.
    n_sites
        Candidate sites.
    people
        Shape (n_demand,).
    p, fixed
        Sites that may be open, and those that are.

    Raises
    ------
    SitingError
        If the shape is another one, a capacity makes no sense, or the largest sites are too small together.
    """
    room = checked_capacity(capacity, n_sites)
    others = np.sort(np.delete(room, fixed))[::-1]
    most = float(room[fixed].sum() + others[: p - len(fixed)].sum())
    if most < people.sum() * (1 - _ROOM):
        raise SitingError(
            f"the {p} largest sites can serve {most:g} people, but there are {people.sum():g}: "
            "allow more sites or larger ones",
            zh=f"容量最大的 {p} 个站点共可服务 {most:g} 人，少于总人口 {people.sum():g}：请增加站点数或容量",
        )
    return room


def _holds(times: Times, people: Numbers, room: Numbers, sites: Sites) -> bool:
    """Tell whether every site can serve all to whom it is the nearest."""
    chosen = times[:, sites] if isinstance(times, np.ndarray) else _dense(times[:, sites])
    load = sums(sites[chosen.argmin(axis=1)], people, len(room))
    return bool((load <= room * (1 + _ROOM)).all())


def _dense(times: sparse.csr_array) -> Numbers:
    """Give a few columns as a dense table, ``inf`` where nothing is stored."""
    dense = np.full(times.shape, np.inf)
    entries = times.tocoo()
    dense[entries.row, entries.col] = entries.data
    return dense


def _pairs(times: Times, people: Numbers) -> tuple[Sites, Sites, Numbers]:
    """List the points with people, the sites that reach them, and the times."""
    if isinstance(times, np.ndarray):
        point, site = np.nonzero(np.isfinite(times) & (people > 0)[:, None])
        return point, site, times[point, site]
    entries = times.tocoo()
    some = people[entries.row] > 0
    return entries.row[some].astype(np.int64), entries.col[some].astype(np.int64), entries.data[some]


def _rows(
    point: Sites, site: Sites, people: Numbers, room: Numbers, p: int, part: Numbers
) -> tuple[sparse.csr_array, Numbers, Numbers]:
    """Build the rows of the model and their limits: each point, each site, each pair, the number of sites."""
    n_pairs, n_sites = len(point), len(room)
    pair = np.arange(n_pairs)
    ones = np.ones(n_pairs)
    need = np.flatnonzero(people > 0)
    limit = np.minimum(room * (1 + _ROOM), people.sum())
    unit = np.where(limit > 0, limit, 1.0)
    every = np.searchsorted(need, point)
    load_part = people[point] / unit[site] * part
    load_part[load_part <= _TINY] = 0.0
    some = np.flatnonzero(load_part)
    shares = sparse.coo_array((part, (every, pair)), shape=(len(need), n_pairs))
    load = sparse.coo_array((load_part[some], (site[some], pair[some])), shape=(n_sites, n_pairs))
    opened = sparse.coo_array((-ones, (pair, site)), shape=(n_pairs, n_sites))
    rows = sparse.block_array(
        [
            [None, shares],
            [sparse.diags_array(-limit / unit), load],
            [opened, sparse.eye_array(n_pairs)],
            [sparse.coo_array(np.ones((1, n_sites))), None],
        ],
        format="csr",
    )
    lower = np.concatenate([np.ones(len(need)), np.full(n_sites + n_pairs + 1, -np.inf)])
    upper = np.concatenate([np.ones(len(need)), np.zeros(n_sites + n_pairs), [p]])
    return sparse.csr_array(rows), lower, upper


def _unserved(answer: MilpAnswer, p: int) -> SitingError:
    """Give the error of a search that found no plan."""
    if answer.status == "infeasible":
        return SitingError(
            f"no {p} sites together can serve everybody: allow more sites or larger ones",
            zh=f"任何 {p} 个站点都无法服务全部人口：请增加站点数或容量",
        )
    return no_plan_in_time()
