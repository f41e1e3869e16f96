"""Travel times by NetworkX on a graph in which every place is a node of its own."""

from __future__ import annotations

import math
from itertools import pairwise

import networkx as nx
import numpy as np


def node_times(graph: nx.MultiDiGraph, sources: dict[object, float]) -> dict[object, float]:
    """Give every node its time from the nearest source, each source starting at its own time."""
    above = nx.MultiDiGraph()
    above.add_nodes_from(graph.nodes)
    above.add_weighted_edges_from(
        [(u, v, d["travel_time"]) for u, v, d in graph.edges(data=True)], weight="travel_time"
    )
    above.add_weighted_edges_from([("above", n, t) for n, t in sources.items()], weight="travel_time")
    found = nx.single_source_dijkstra_path_length(above, "above", weight="travel_time")
    return {n: found.get(n, math.inf) for n in graph.nodes}


def place_times(network, origins, destinations, wait_s, walk_s) -> np.ndarray:
    """
    Give the time from every origin to every destination by cutting the roads at every place.

    `network` gives the segments (tail, head, both times); nothing else of it is used.
    """
    graph = nx.DiGraph()
    marks: dict[int, list[tuple[float, str]]] = {s: [] for s in range(len(network.tail))}
    for kind, places in (("o", origins), ("d", destinations)):
        for i in range(len(places)):
            if places.segment[i] >= 0:
                marks[int(places.segment[i])].append((float(places.fraction[i]), f"{kind}{i}"))
    for s, placed in marks.items():
        chain = [(0.0, int(network.tail[s])), *sorted(placed), (1.0, int(network.head[s]))]
        for (f0, a), (f1, b) in pairwise(chain):
            for start, end, whole in ((a, b, network.forward_s[s]), (b, a, network.backward_s[s])):
                part = 0.0 if f1 == f0 else (f1 - f0) * whole
                if math.isfinite(part):
                    old = graph.get_edge_data(start, end, {"t": math.inf})["t"]
                    graph.add_edge(start, end, t=min(old, part))
    table = np.full((len(origins), len(destinations)), math.inf)
    for i in range(len(origins)):
        if f"o{i}" in graph:
            found = nx.single_source_dijkstra_path_length(graph, f"o{i}", weight="t")
            for j in range(len(destinations)):
                if f"d{j}" in found:
                    table[i, j] = wait_s[i] + found[f"d{j}"] + walk_s[j]
    return table
