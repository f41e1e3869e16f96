"""Whether `p` sites can reach everybody within a radius: set covering on the few points that decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from coverage.siting.highs import solve
from coverage.siting.median_search import greedy_plan, swapped
from coverage.siting.watch import OutOfTime

if TYPE_CHECKING:
    from coverage.siting.median_rows import NearRows, Numbers, Sites
    from coverage.siting.watch import Watch

_NOISE = 1e-6
_HALF = 0.5
_ROUNDS = 40  # of linear programs at one radius
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
        answer = _covering(rows, radius, p, fixed, core, watch, whole=True)
        if answer is None:
            return None
        sites = np.flatnonzero(answer > _HALF)
        missed = np.flatnonzero(rows.nearest_cost(sites) > radius)
        if not len(missed):
            return sites
        core.extend(_apart(rows, radius, missed))


def fractional_reach(
    rows: NearRows, radius: float, p: int, fixed: Sites, core: list[int], watch: Watch
) -> bool:
    """
    Tell whether shares of sites that add up to `p` reach every client within a radius.

    Where they do not, whole sites do not either; to find that out takes linear programs alone.

    Parameters
    ----------
    rows, radius, p, fixed, core, watch
        As for `reaching_plan`.

    Returns
    -------
    bool
        False: no `p` sites reach everybody, proven. True: that could not be ruled out in a few rounds.

    Raises
    ------
    OutOfTime
        If the time is up.
    """
    for _ in range(_ROUNDS):
        answer = _covering(rows, radius, p, fixed, core, watch, whole=False)
        if answer is None:
            return False
        missed = np.flatnonzero(rows.cost_at(rows.position(answer, 1.0 - _NOISE)) > radius)
        missed = np.setdiff1d(missed, core)
        if not len(missed):
            break
        core.extend(_apart(rows, radius, missed))
    return True


def quick_reach(rows: NearRows, radius: float, p: int, fixed: Sites, watch: Watch) -> Sites | None:
    """
    Look for `p` sites that reach every client within a radius: greedily, then by swaps.

    Parameters
    ----------
    rows, radius, p, fixed, watch
        As for `reaching_plan`.

    Returns
    -------
    ndarray of int64 or None
        Open sites, ascending; ``None``: none were found, which proves nothing.
    """
    near = rows.cut_off(radius)
    one = np.ones(rows.n_clients)
    sites = swapped(near, greedy_plan(near, p, fixed, one), fixed, one, watch.check)
    return sites if near.total(sites) == 0 else None


def _covering(
    rows: NearRows, radius: float, p: int, fixed: Sites, core: list[int], watch: Watch, *, whole: bool
) -> Numbers | None:
    """Open `p` sites at most, or shares of them, to reach the clients of `core`; ``None``: that cannot be."""
    watch.check()
    near = rows.reach(np.array(core, dtype=np.int64), radius)
    lower = np.zeros(rows.n_sites)
    lower[fixed] = 1.0
    answer = solve(
        np.full(rows.n_sites, 0.0 if whole else 1.0),
        sparse.csr_array(np.vstack([near, np.ones(rows.n_sites)]).astype(float)),
        np.append(np.ones(len(near)), 0.0),
        np.append(np.full(len(near), np.inf), p),
        lower,
        np.ones(rows.n_sites),
        whole,
        time_limit_s=watch.left_s,
    )
    if answer.values is None and answer.status != "infeasible":
        raise OutOfTime
    return answer.values


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
