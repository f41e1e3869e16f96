"""Whether `p` sites can reach everybody within a radius: set covering on the few points that decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from coverage.siting.highs import solve
from coverage.siting.watch import OutOfTime

if TYPE_CHECKING:
    from coverage.siting.median_rows import NearRows, Sites
    from coverage.siting.watch import Watch

_ADDED = 8  # points that a plan misses and the next one must not


def reaching_plan(
    rows: NearRows, radius: float, p: int, fixed: Sites, core: list[int], watch: Watch
) -> Sites | None:
    """
    Find `p` sites at most that reach every client within a radius, or prove that there are none.

    Only the clients of `core` are asked for, and those that a plan misses join them, until a plan misses
    nobody (Chen and Chen 2009 "New relaxation-based algorithms for the optimal solution of the continuous
    and discrete p-center problems", Computers & Operations Research 36: 1646-1655; Contardo, Iori and
    Kramer 2019 "A scalable exact algorithm for the vertex p-center problem", ibid. 103: 211-220).

    Parameters
    ----------
    rows
        Clients and their sites.
    radius
        Greatest cost of a client.
    p
        Sites that may be open, those of `fixed` included.
    fixed
        Sites that are open in any case.
    core
        Clients that are asked for; grows, and serves the next radius as well.
    watch
        The clock.

    Returns
    -------
    ndarray of int64 or None
        Open sites, ascending; ``None``: there are none, proven.

    Raises
    ------
    OutOfTime
        If the time is up before either is known.
    """
    while True:
        watch.check()
        sites = _covering(rows, radius, p, fixed, core, watch)
        if sites is None:
            return None
        missed = np.flatnonzero(rows.nearest_cost(sites) > radius)
        if not len(missed):
            return sites
        core.extend(_apart(rows, radius, missed))


def greedy_reach(rows: NearRows, radius: float, p: int, fixed: Sites) -> Sites | None:
    """
    Open the site that reaches the most clients not yet reached within a radius, `p` times at most.

    Parameters
    ----------
    rows, radius, p, fixed
        As for `reaching_plan`.

    Returns
    -------
    ndarray of int64 or None
        Open sites, ascending; ``None`` where this way of choosing leaves somebody unreached.
    """
    client, site, _ = rows.within(np.full(rows.n_clients, np.nextafter(radius, np.inf)))
    by_site = sparse.csc_array((np.ones(len(client)), (client, site)), shape=(rows.n_clients, rows.n_sites))
    left = np.ones(rows.n_clients)
    chosen = list(fixed)
    left[by_site[:, fixed].sum(axis=1) > 0] = 0.0
    while left.any() and len(chosen) < p:
        best = int(np.asarray(by_site.T @ left).argmax())
        own = by_site.indices[by_site.indptr[best] : by_site.indptr[best + 1]]
        if not left[own].any():
            break
        left[own] = 0.0
        chosen.append(best)
    return None if left.any() else np.sort(np.array(chosen, dtype=np.int64))


def _covering(
    rows: NearRows, radius: float, p: int, fixed: Sites, core: list[int], watch: Watch
) -> Sites | None:
    """Find `p` sites at most that reach the clients of `core`; ``None``: there are none."""
    near = rows.reach(np.array(core, dtype=np.int64), radius)
    lower = np.zeros(rows.n_sites)
    lower[fixed] = 1.0
    answer = solve(
        np.zeros(rows.n_sites),
        sparse.csr_array(np.vstack([near, np.ones(rows.n_sites)]).astype(float)),
        np.append(np.ones(len(near)), 0.0),
        np.append(np.full(len(near), np.inf), p),
        lower,
        np.ones(rows.n_sites),
        np.ones(rows.n_sites, dtype=bool),
        time_limit_s=watch.left_s,
    )
    if answer.values is not None:
        return np.flatnonzero(answer.values > 0.5)  # noqa: PLR2004 - open or closed
    if answer.status == "infeasible":
        return None
    raise OutOfTime


def _apart(rows: NearRows, radius: float, missed: Sites) -> list[int]:
    """Choose a few of the clients that were missed, the hardest to reach first, none sharing a site."""
    near = rows.reach(missed, radius)
    chosen: list[int] = []
    taken = np.zeros(rows.n_sites, dtype=bool)
    for index in np.argsort(near.sum(axis=1), kind="stable"):
        if not (near[index] & taken).any():
            taken |= near[index]
            chosen.append(int(missed[index]))
            if len(chosen) == _ADDED:
                break
    return chosen
