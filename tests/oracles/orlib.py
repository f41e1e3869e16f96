"""
The p-median files of the OR-Library (Beasley 1990, J. of the Operational Research Society 41: 1069-1072).

A file says `n m p`, then `m` times an edge with its two ends, from 1 on, and its length. Every node is a
point of weight 1 and a candidate. Where an edge occurs twice, the last one counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import shortest_path


@dataclass(frozen=True)
class Instance:
    """The distances between all nodes, shape (n, n), and the number of sites to open."""

    cost: np.ndarray
    p: int


def read_instance(text: str) -> Instance:
    """Read one file, and find all shortest paths."""
    numbers = [float(word) for word in text.split()]
    n, m, p = (int(number) for number in numbers[:3])
    if len(numbers) != 3 + 3 * m:
        raise ValueError(f"{m} edges are announced, but {(len(numbers) - 3) / 3:g} follow")
    length: dict[tuple[int, int], float] = {}
    for tail, head, cost in zip(*[iter(numbers[3:])] * 3, strict=True):
        length[min(int(tail), int(head)) - 1, max(int(tail), int(head)) - 1] = cost
    ends = np.array(list(length), dtype=np.int64).reshape(-1, 2)
    graph = sparse.csr_array((np.array(list(length.values())), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return Instance(shortest_path(graph, directed=False), p)


def read_optima(text: str) -> dict[str, float]:
    """Read `pmedopt`: the name and the optimum of each file, a heading before them."""
    rows = [line.split() for line in text.splitlines()]
    return {row[0]: float(row[1]) for row in rows if len(row) == 2 and row[1].replace(".", "").isdigit()}
