"""The p-median whose sites can serve only so many people, as one sparse model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import sparse

from coverage.errors import SitingError, name_some
from coverage.siting.highs import solve
from coverage.siting.median_rows import sums
from coverage.siting.plan import SitingPlan, relative_gap
from coverage.siting.times import no_plan_in_time

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from coverage.siting.highs import MilpAnswer
    from coverage.siting.median_rows import Numbers, Sites
    from coverage.siting.times import Times
    from coverage.siting.watch import Watch

_ROOM = 1e-9  # of the people: sums of floats must not refuse a plan that fills every site
_HALF = 0.5


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
        Shape (n_sites,), from `checked_capacity`.
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
    y_lower = np.zeros(n_sites)
    y_lower[fixed] = 1.0
    begin = np.full(n_sites + len(point), np.nan)
    begin[:n_sites] = np.isin(np.arange(n_sites), open_sites)
    served = people[point] * cost
    unit = max(1.0, float(served.max(initial=0.0)))
    answer = solve(
        np.append(np.zeros(n_sites), served / unit),
        *_rows(point, site, people, room, p),
        np.append(y_lower, np.zeros(len(point))),
        np.ones(n_sites + len(point)),
        np.arange(n_sites + len(point)) < n_sites,
        start=begin,
        time_limit_s=watch.left_s,
        progress=lambda *, bound, best, seconds: watch.tell(bound * unit, best * unit),  # noqa: ARG005
    )
    if answer.values is None:
        raise _unserved(answer, p)
    shares = np.clip(answer.values[n_sites:], 0.0, 1.0)
    shares /= sums(point, shares, len(people))[point]
    objective = float(shares @ served)
    bound = min(max(answer.bound * unit, free.bound), objective)
    gap = relative_gap(objective, bound)
    return SitingPlan(
        sites=tuple(np.flatnonzero(answer.values[:n_sites] > _HALF).tolist()),
        objective=objective,
        bound=bound,
        gap=gap,
        status="optimal" if gap == 0 else _stopped(answer),
        covered=(people > 0).astype(np.float64),
        n_nodes=answer.n_nodes,
        seconds=watch.seconds,
    )


def _stopped(answer: MilpAnswer) -> Literal["time_limit", "interrupted"]:
    """Say what ended a search that proved nothing."""
    return "interrupted" if answer.status == "interrupted" else "time_limit"


def checked_capacity(capacity: ArrayLike, n_sites: int, people: Numbers, p: int, fixed: Sites) -> Numbers:
    """
    Give what each site can serve as numbers.

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
    room = np.array(capacity, dtype=np.float64)
    if room.shape != (n_sites,):
        raise SitingError(
            f"{n_sites} candidate sites but capacities of shape {room.shape}: give one capacity a site",
            zh=f"有{n_sites}个候选点，但容量数组的形状为{room.shape}：请为每个候选点给出一个容量",
        )
    bad = np.flatnonzero(~(room >= 0))
    if len(bad):
        raise SitingError(
            f"capacities negative or no number at sites {name_some(bad)}: give people, 0 or more",
            zh=f"以下候选点的容量为负数或不是数字：{name_some(bad, mark='、')}，请给出不小于0的人数",
        )
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
    point: Sites, site: Sites, people: Numbers, room: Numbers, p: int
) -> tuple[sparse.csr_array, Numbers, Numbers]:
    """Build the rows of the model and their limits: each point, each site, each pair, the number of sites."""
    n_pairs, n_sites = len(point), len(room)
    pair = np.arange(n_pairs)
    ones = np.ones(n_pairs)
    need = np.flatnonzero(people > 0)
    limit = np.minimum(room * (1 + _ROOM), people.sum())
    unit = np.where(limit > 0, limit, 1.0)
    every = np.searchsorted(need, point)
    shares = sparse.coo_array((ones, (every, pair)), shape=(len(need), n_pairs))
    load = sparse.coo_array((people[point] / unit[site], (site, pair)), shape=(n_sites, n_pairs))
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
