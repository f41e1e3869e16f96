"""Random small road networks and siting problems for property tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import shapely
from hypothesis import strategies as st

CRS = "EPSG:32649"
X0_M, Y0_M = 640_000.0, 3_262_000.0


@st.composite
def road_graphs(draw) -> nx.MultiDiGraph:
    """Draw a graph with one-ways, parallel roads, loops, islands and free roads, in a metric system."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    n = draw(st.integers(2, 9))
    xy = rng.uniform(0, 2_000, (n, 2)) + (X0_M, Y0_M)
    graph = nx.MultiDiGraph(crs=CRS)
    for i in range(n):
        graph.add_node(f"n{i}", x=float(xy[i, 0]), y=float(xy[i, 1]))
    for _ in range(draw(st.integers(1, 2 * n))):
        u, v = rng.integers(0, n, 2)
        # a bend of its own keeps parallel roads apart
        bend = (xy[u] + xy[v]) / 2 + rng.normal(0, 150, 2)
        other = bend + rng.normal(0, 150, 2)
        line = shapely.LineString([xy[u], bend, other, xy[v]])
        time_s = float(rng.choice([0.0, 7.0, rng.uniform(1, 300)]))
        _add(graph, f"n{u}", f"n{v}", line, time_s)
        if rng.random() < 0.6:
            back_s = time_s if rng.random() < 0.7 else float(rng.uniform(1, 300))
            _add(graph, f"n{v}", f"n{u}", line.reverse(), back_s)
    return graph


def _add(graph: nx.MultiDiGraph, u: str, v: str, line: shapely.LineString, time_s: float) -> None:
    graph.add_edge(u, v, length=line.length, geometry=line, travel_time=time_s, highway="residential")


@st.composite
def points(draw, most: int = 6) -> np.ndarray:
    """Draw places in and around the network, as metric coordinates of shape (n, 2)."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.uniform(-300, 2_300, (draw(st.integers(1, most)), 2)) + (X0_M, Y0_M)


@dataclass(frozen=True)
class SitingCase:
    """
    A siting problem small enough for every set of sites to be looked at.

    Parameters
    ----------
    cost
        Shape (n_demand, n_sites), from a site to a demand point; `inf` where there is no way.
    weight
        Shape (n_demand,), people; somebody lives somewhere.
    price
        Shape (n_sites,), what each site costs.
    fixed
        Sites that are open in any case.
    limits
        `p`, `budget`, `groups` and `apart` as drawn, any of them missing but one of the first two.
    """

    cost: np.ndarray
    weight: np.ndarray
    price: np.ndarray
    fixed: tuple[int, ...]
    limits: dict[str, Any]

    @property
    def cover(self) -> np.ndarray:
        """What lies within the limit, zeros and ones."""
        return (self.cost <= 1.0).astype(float)

    @property
    def wide(self) -> np.ndarray:
        """What lies within twice the limit."""
        return (self.cost <= 2.0).astype(float)

    @property
    def n_sites(self) -> int:
        """Number of candidate sites."""
        return self.cost.shape[1]

    @property
    def arguments(self) -> dict[str, Any]:
        """Give fixed sites and limits as a model that knows them all takes them."""
        paid = {"cost": self.price} if "budget" in self.limits else {}
        return {"fixed": self.fixed, **paid, **self.limits}


@st.composite
def siting_cases(draw, *, most_sites: int = 14, most_demand: int = 25, everyone: bool = False) -> SitingCase:
    """
    Draw a siting problem; somebody can be covered, and `everyone` if that is asked for.

    Sites that are twins, sites that reach nobody, points with the same sites, points that no site reaches,
    empty villages, costs of nothing, people by fractions and by millions all occur.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_sites, n_demand = draw(st.integers(1, most_sites)), draw(st.integers(1, most_demand))
    cost = rng.uniform(0, draw(st.sampled_from([1.5, 3.0, 6.0])), (n_demand, n_sites))
    cost[rng.random(cost.shape) < 0.1] = np.inf
    if rng.random() < 0.5:
        cost = cost[rng.integers(0, n_demand, n_demand)]  # several points with the same sites
    if rng.random() < 0.5:
        cost = cost[:, rng.integers(0, n_sites, n_sites)]  # several sites with the same points
    if rng.random() < 0.3:
        cost[:, rng.integers(n_sites)] = rng.choice([0.0, 1.0, np.inf])
    if rng.random() < 0.3:
        cost[rng.integers(n_demand)] = np.inf
    for i in np.flatnonzero((cost > 1).all(axis=1)) if everyone else ():
        cost[i, rng.integers(n_sites)] = rng.uniform(0, 1)
    if (cost > 1).all():
        cost[rng.integers(n_demand), rng.integers(n_sites)] = 0.5
    weight = _people(draw, rng, n_demand)
    price = (
        rng.choice([0.0, 1.0, 2.5, 10.0, 33.3], n_sites) if rng.random() < 0.5 else rng.uniform(1, 9, n_sites)
    )
    n_fixed = min(draw(st.sampled_from([0, 0, 1, 2])), n_sites)
    fixed = tuple(sorted(rng.choice(n_sites, n_fixed, replace=False).tolist()))
    return SitingCase(cost, weight, price, fixed, _limits(draw, rng, price, fixed))


def _people(draw, rng: np.random.Generator, n_demand: int) -> np.ndarray:
    kind = draw(st.sampled_from(["ones", "whole", "fractions", "millions"]))
    weight = {
        "ones": np.ones(n_demand),
        "whole": rng.integers(0, 500, n_demand).astype(float),
        "fractions": rng.uniform(0, 3, n_demand),
        "millions": np.round(np.exp(rng.uniform(0, 18, n_demand))),
    }[kind]
    weight[rng.random(n_demand) < 0.15] = 0.0
    if not weight.any():
        weight[rng.integers(n_demand)] = 7.5
    return weight


def _limits(draw, rng: np.random.Generator, price: np.ndarray, fixed: tuple[int, ...]) -> dict[str, Any]:
    """Draw limits that the fixed sites keep and that leave room for at least one more by money."""
    n_sites, limits = len(price), {}
    by = draw(st.sampled_from(["p", "p", "budget", "both"]))
    if by != "budget":
        limits["p"] = int(rng.integers(max(1, len(fixed)), n_sites + 1))
    if by != "p":
        others = np.delete(price, fixed)
        least = price[list(fixed)].sum() + (others.min() if len(others) else 0.0)
        limits["budget"] = float(least + rng.choice([0.0, rng.uniform(0, price.sum())]))
    if draw(st.booleans()):
        limits["groups"] = []
        for _ in range(int(rng.integers(1, 4))):
            members = rng.choice(n_sites, rng.integers(1, n_sites + 1), replace=False).tolist()
            limits["groups"].append((members, len({*members} & {*fixed}) + int(rng.integers(0, 3))))
    if draw(st.booleans()) and n_sites > 1:
        pairs = [tuple(rng.choice(n_sites, 2, replace=False).tolist()) for _ in range(rng.integers(1, 6))]
        limits["apart"] = pairs
    return limits
