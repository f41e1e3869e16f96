"""The siting models beside other tools, on clustered demand of one seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE_KM = 100.0
RADIUS_KM = 6.0
N_CLUSTERS = 30
SCATTERED = 0.2  # share of the demand points that lie anywhere


def places(
    n_demand: int, n_sites: int, seed: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """
    Draw a county of towns of unequal size and scattered villages.

    Returns
    -------
    tuple of numpy.ndarray
        Demand points, shape (n_demand, 2), km; sites among them, shape (n_sites, 2); people, whole numbers.
    """
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, SIDE_KM, (N_CLUSTERS, 2))
    size = rng.lognormal(0, 0.6, N_CLUSTERS)
    spread_km = rng.uniform(1, 4, N_CLUSTERS)
    home = rng.choice(N_CLUSTERS, n_demand, p=size / size.sum())
    demand = centre[home] + rng.normal(0, 1, (n_demand, 2)) * spread_km[home, None]
    scattered = rng.random(n_demand) < SCATTERED
    demand[scattered] = rng.uniform(0, SIDE_KM, (int(scattered.sum()), 2))
    people = np.round(rng.lognormal(4, 1, n_demand))
    return demand, demand[rng.choice(n_demand, n_sites, replace=False)], people


def instance(n_demand: int, n_sites: int, seed: int = 1) -> tuple[sparse.csr_array, NDArray[np.float64]]:
    """
    Give a cover by straight distance, of which the ten best sites reach rather more than half of the people.

    Returns
    -------
    cover : scipy.sparse.csr_array
        Shape (n_demand, n_sites), ones.
    weight : numpy.ndarray
        Shape (n_demand,), people.
    """
    demand, sites, people = places(n_demand, n_sites, seed)
    tree = KDTree(demand)
    reached = [np.sort(np.array(tree.query_ball_point(site, RADIUS_KM), dtype=np.int32)) for site in sites]
    starts = np.cumsum([0, *(len(rows) for rows in reached)], dtype=np.int32)
    ones = np.ones(starts[-1], dtype=np.int8)
    cover = sparse.csc_array((ones, np.concatenate(reached), starts), shape=(n_demand, n_sites))
    return cover.tocsr(), people
