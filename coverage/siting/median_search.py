"""Good plans for the p-median, quickly: greedy, then swaps of one site for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage.siting.median_rows import sums

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from coverage.siting.median_rows import NearRows, Numbers, Sites

_SHAKES = 60
_GAIN = 1e-9  # of the cost: a swap that gains less is a rounding error


def greedy_plan(
    rows: NearRows,
    p: int,
    start: Sites,
    penalty: Numbers,
    shut: Sequence[int] | Sites = (),
    check: Callable[[], None] | None = None,
) -> Sites:
    """
    Open the site that lowers the cost most, until `p` are open or none lowers it.

    Parameters
    ----------
    rows
        Clients and their sites.
    p
        Sites that may be open.
    start
        Sites that are open already.
    penalty
        Shape (n_clients,): what a client costs whom no open site reaches.
    shut
        Sites that may not be opened.
    check
        Is called before each site; may raise to stop.

    Returns
    -------
    ndarray of int64
        Open sites, ascending. The lower number wins between equals.
    """
    chosen = start.tolist()
    cost = np.minimum(rows.nearest_cost(start), penalty)
    while len(chosen) < p:
        if check is not None:
            check()
        client, site, near = rows.within(cost)
        gain = sums(site, rows.weight[client] * (cost[client] - near), rows.n_sites)
        gain[list(shut)] = 0.0
        best = int(gain.argmax())
        if gain[best] <= 0:
            break
        chosen.append(best)
        own = site == best
        cost[client[own]] = near[own]
    return np.sort(np.array(chosen, dtype=np.int64))


def swapped(rows: NearRows, sites: Sites, fixed: Sites, penalty: Numbers, check: Callable[[], None]) -> Sites:
    """
    Swap one open site for a closed one as long as that lowers the cost, the best swap first.

    All swaps are weighed at once from the nearest and second nearest open site of each client
    (Whitaker 1983 "A fast algorithm for the greedy interchange for large-scale clustering and median
    location problems", INFOR 21: 95-108; Resende and Werneck 2007 "A fast swap-based local search
    procedure for location problems", Annals of Operations Research 150: 205-230; the neighbourhood is
    that of Teitz and Bart 1968, Operations Research 16: 955-961)::

        saved(in j, out r) = sum_i w_i max(0, d1_i - c_ij)  -  sum_{i of r} w_i (d2_i - d1_i)
                             + sum_{i of r, c_ij < d2_i} w_i (d2_i - max(c_ij, d1_i))

    Parameters
    ----------
    rows, penalty
        As for `greedy_plan`.
    sites
        Open sites.
    fixed
        Those of them that stay.
    check
        Is called before each swap; may raise to stop.

    Returns
    -------
    ndarray of int64
        Open sites, ascending; no single swap improves them.
    """
    best, least = np.sort(sites), np.inf
    sites = best
    while len(sites):
        check()
        saved, cost = _savings(rows, sites, penalty)
        if not cost < least * (1 - _GAIN):  # counted anew: what a swap seems to save may be a rounding error
            return best
        best, least = sites, cost
        saved[np.isin(sites, fixed)] = -np.inf
        saved[:, sites] = -np.inf
        out, new = np.unravel_index(int(saved.argmax()), saved.shape)
        if not saved[out, new] > 0:
            return best
        sites = np.sort(np.append(np.delete(sites, out), new))
    return best


def shaken(rows: NearRows, sites: Sites, fixed: Sites, penalty: Numbers, check: Callable[[], None]) -> Sites:
    """
    Close some sites of a plan at random, refill it greedily and swap; keep what is better, many times.

    Iterated local search (Lourenço, Martin and Stützle 2003); the random numbers are always the same.

    Parameters
    ----------
    rows, sites, fixed, penalty, check
        As for `swapped`.

    Returns
    -------
    ndarray of int64
        Open sites, ascending; not dearer than `sites`.
    """
    random = np.random.default_rng(0)
    best, cost = sites, rows.total(sites)
    movable = np.setdiff1d(sites, fixed)
    for _ in range(_SHAKES if len(movable) else 0):
        closed = random.choice(movable, size=min(len(movable), int(random.integers(2, 5))), replace=False)
        plan = greedy_plan(rows, len(sites), np.setdiff1d(best, closed), penalty, closed, check)
        plan = swapped(rows, plan, fixed, penalty, check)
        found = rows.total(plan)
        if found < cost:
            best, cost = plan, found
            movable = np.setdiff1d(best, fixed)
    return best


def _savings(rows: NearRows, sites: Sites, penalty: Numbers) -> tuple[NDArray[np.float64], float]:
    """Weigh every swap, shape (n_open, n_sites), and give the cost as it is."""
    nearest, next_nearest = rows.nearest(sites, 2)
    first = np.minimum(rows.cost_at(nearest), penalty)
    second = np.minimum(rows.cost_at(next_nearest), penalty)
    slot = np.zeros(rows.n_sites + 1, dtype=np.int64)
    slot[sites] = np.arange(len(sites))
    own = slot[rows.site_at(nearest)]
    client, site, near = rows.within(second)
    weight, nearer = rows.weight[client], first[client]
    gain = sums(site, weight * np.maximum(nearer - near, 0.0), rows.n_sites)
    loss = sums(own, rows.weight * (second - first), len(sites))
    kept = sums(
        own[client] * rows.n_sites + site,
        weight * (second[client] - np.maximum(near, nearer)),
        len(sites) * rows.n_sites,
    ).reshape(len(sites), rows.n_sites)
    return gain - loss[:, None] + kept, float(rows.weight @ first)
