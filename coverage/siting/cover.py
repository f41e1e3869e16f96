"""Who is covered from where: travel times cut off at the limit, and the cover they make, all sparse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from coverage.assessment import is_within

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from coverage.routing.network import RoadNetwork
    from coverage.routing.snapping import Snapped

_ROUNDING_S = 0.001  # a limit is kept in whole milliseconds, so a time may lie half of one above it


def site_times(network: RoadNetwork, sites: Snapped, demand: Snapped, cutoff_s: float) -> sparse.csr_array:
    """
    Find the travel time from each site to each demand point that it reaches soon enough.

    Parameters
    ----------
    network
        The roads; reversed where people travel to the sites.
    sites, demand
        Places on roads.
    cutoff_s
        Seconds of travel beyond which nobody is covered: the longest limit less the shortest lead.

    Returns
    -------
    scipy.sparse.csr_array
        Seconds, shape (n_demand, n_sites). What is stored is reached, 0 seconds included; nothing that
        keeps the cut-off in whole milliseconds is missing.
    """
    times = network.travel_times_within(sites, demand, cutoff_s + _ROUNDING_S)
    return times.T.tocsr()


def cover_matrix(times: sparse.csr_array, lead_s: ArrayLike, limit_s: ArrayLike) -> sparse.csr_array:
    """
    Tell which demand points each site covers, each point judged against its own limit.

    Parameters
    ----------
    times
        Shape (n_demand, n_sites), as `site_times` gives them.
    lead_s
        Shape (n_sites,) or one figure: seconds on the clock before the wheels turn there.
    limit_s
        Shape (n_demand,) or one figure: the limit of each point's class.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (n_demand, n_sites), 1.0 where ``lead_s + time <= limit_s`` in whole milliseconds.
    """
    n_demand, n_sites = times.shape
    lead = np.broadcast_to(np.asarray(lead_s, dtype=np.float64), (n_sites,))
    limit = np.broadcast_to(np.asarray(limit_s, dtype=np.float64), (n_demand,))
    kept = is_within(lead[times.indices] + times.data, np.repeat(limit, np.diff(times.indptr)))
    starts = np.concatenate(([0], np.cumsum(kept)))[times.indptr]
    return sparse.csr_array(
        (np.ones(int(kept.sum())), times.indices[kept], starts), shape=(n_demand, n_sites)
    )
