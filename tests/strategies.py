"""Random small road networks for property tests."""

from __future__ import annotations

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
