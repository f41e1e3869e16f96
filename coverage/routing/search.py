"""Shortest costs on a sparse road graph: the one place that knows which kernel does the search."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Blocks = Iterator[tuple[int, NDArray[np.float64]]]
    """Rows of a table of costs in order, some at a time: number of the first, and the rows."""

UNREACHED = -1
_ROWS_AT_ONCE = 64  # origins per dense block: 64 x 100,000 nodes are 51 MB


@dataclass(frozen=True)
class Entries:
    """
    Where searches enter the graph, and at what cost; a source may enter at several nodes.

    Parameters
    ----------
    source
        Shape (n_entries,), number of the source, ascending.
    node
        Shape (n_entries,), node it enters at.
    cost
        Shape (n_entries,), cost on arrival there; finite.
    n_sources
        How many sources there are, those without an entry included.
    """

    source: NDArray[np.int64]
    node: NDArray[np.int64]
    cost: NDArray[np.float64]
    n_sources: int


@dataclass(frozen=True)
class GraphPattern:
    """
    Where a sparse graph has edges, ready to be filled with one set of costs after another.

    Parameters
    ----------
    order
        Shape (n_used,), numbers of the edges that are used, parallel ones side by side.
    first
        Shape (n_pairs,), where in `order` the edges between each two nodes begin.
    indices, indptr
        Of the compressed rows.
    """

    order: NDArray[np.int64]
    first: NDArray[np.int64]
    indices: NDArray[np.int32]
    indptr: NDArray[np.int32]

    def cheapest(self, cost: NDArray[np.float64]) -> NDArray[np.int64]:
        """
        Give the number of the cheapest of parallel edges between every two nodes, as `fill` takes it.

        Parameters
        ----------
        cost
            Shape (n_edges,), finite for the edges that are used.

        Returns
        -------
        ndarray
            Shape (n_pairs,), aligned with the data of the graph that `fill` gives.
        """
        pair = np.repeat(np.arange(len(self.first)), np.diff(np.append(self.first, len(self.order))))
        by_cost = self.order[np.lexsort((cost[self.order], pair))]
        return by_cost[self.first]

    def fill(self, cost: NDArray[np.float64]) -> csr_array:
        """
        Give the graph with the cheapest of parallel edges between every two nodes.

        Parameters
        ----------
        cost
            Shape (n_edges,), finite for the edges that are used.
        """
        # a sparse matrix would add parallel edges up
        least = np.minimum.reduceat(cost[self.order], self.first) if len(self.first) else cost[:0]
        n_nodes = len(self.indptr) - 1
        return csr_array((least, self.indices, self.indptr), shape=(n_nodes, n_nodes))


def graph_pattern(
    tail: NDArray[np.int64], head: NDArray[np.int64], is_open: NDArray[np.bool_], n_nodes: int
) -> GraphPattern:
    """
    Sort edges into the rows of a sparse graph.

    Parameters
    ----------
    tail, head
        Shape (n_edges,), node numbers.
    is_open
        Shape (n_edges,); the others are left out, and so are edges from a node to itself.
    n_nodes
        Number of nodes.
    """
    used = np.flatnonzero(is_open & (tail != head))
    order = used[np.lexsort((head[used], tail[used]))]
    tail, head = tail[order], head[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    counts = np.bincount(tail[is_first], minlength=n_nodes)
    return GraphPattern(
        order,
        np.flatnonzero(is_first),
        head[is_first].astype(np.int32),
        np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
    )


def _with_sources(graph: csr_array, entries: Entries) -> csr_array:
    """Append one node a source, with an edge to each place where it enters."""
    n_nodes = graph.shape[0]
    n_all = n_nodes + entries.n_sources
    counts = np.bincount(entries.source, minlength=entries.n_sources)
    starts = graph.indptr[-1] + np.cumsum(counts)
    return csr_array(
        (
            np.concatenate((graph.data, entries.cost)),
            np.concatenate((graph.indices, entries.node.astype(np.int32))),
            np.concatenate((graph.indptr, starts.astype(np.int32))),
        ),
        shape=(n_all, n_all),
    )


def nearest_source(
    graph: csr_array, entries: Entries, *, cutoff: float = math.inf
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """
    Find, for every node, the source that reaches it at the lowest cost.

    One search from all sources at once (Dijkstra 1959, with a source node above the entries).

    Parameters
    ----------
    graph
        Shape (n_nodes, n_nodes).
    entries
        Where the sources enter.
    cutoff
        Nodes of a higher cost are left unreached.

    Returns
    -------
    cost : ndarray
        Shape (n_nodes,), ``inf`` where unreached.
    source : ndarray
        Shape (n_nodes,), `UNREACHED` where unreached.
    """
    n_nodes = graph.shape[0]
    cost, _, source = _search_at_once(graph, entries, cutoff)
    return cost, np.where(np.isfinite(cost), source.astype(np.int64) - n_nodes, UNREACHED)


def _search_at_once(
    graph: csr_array, entries: Entries, cutoff: float
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
    """Give cost, predecessor and source of every node, as scipy numbers them."""
    n_nodes = graph.shape[0]
    cost, before, source = dijkstra(
        _with_sources(graph, entries),
        indices=np.arange(n_nodes, n_nodes + entries.n_sources),
        min_only=True,
        limit=cutoff,
        return_predecessors=True,
    )
    return cost[:n_nodes], before[:n_nodes], source[:n_nodes]


def nearest_tree(
    graph: csr_array, entries: Entries, *, cutoff: float = math.inf
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """
    Find, for every node, the source that reaches it at the lowest cost, and the way there.

    Parameters
    ----------
    graph
        Shape (n_nodes, n_nodes).
    entries
        Where the sources enter.
    cutoff
        Nodes of a higher cost are left unreached.

    Returns
    -------
    cost : ndarray
        Shape (n_nodes,), ``inf`` where unreached.
    source : ndarray
        Shape (n_nodes,), `UNREACHED` where unreached.
    before : ndarray
        Shape (n_nodes,), the node before on the way; `UNREACHED` where the way enters, and where unreached.
    """
    n_nodes = graph.shape[0]
    cost, before, source = _search_at_once(graph, entries, cutoff)
    # what is unreached has a number far below 0 for both
    inside = np.where(before < n_nodes, before, UNREACHED)
    return (
        cost,
        np.maximum(source.astype(np.int64) - n_nodes, UNREACHED),
        np.maximum(inside, UNREACHED).astype(np.int64),
    )


def cost_blocks(
    graph: csr_array,
    entries: Entries,
    readings: tuple[tuple[NDArray[np.int64], NDArray[np.float64]], ...],
    *,
    cutoff: float = math.inf,
) -> Blocks:
    """
    Find the cost from every source to every destination, some sources at a time.

    Parameters
    ----------
    graph
        Shape (n_nodes, n_nodes).
    entries
        Where the sources enter.
    readings
        Ways to end at the destinations: pairs of arrays of shape (n_destinations,), the node to come
        from and the cost from there (``inf`` where that way is barred).
    cutoff
        The search goes no farther; costs beyond it may be ``inf``.

    Yields
    ------
    start : int
        Number of the block's first source; the blocks come in order and leave no source out.
    cost : ndarray
        Shape (n_sources of the block, n_destinations), ``inf`` where there is no path.
    """
    n_nodes = graph.shape[0]
    above = _with_sources(graph, entries)
    for start in range(0, entries.n_sources, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, entries.n_sources)
        cost = dijkstra(above, indices=np.arange(n_nodes + start, n_nodes + stop), limit=cutoff)
        yield start, np.minimum.reduce([cost[:, node] + last for node, last in readings])


def entries_within(blocks: Blocks, shape: tuple[int, int], limit: float) -> csr_array:
    """
    Keep of a table of costs what does not exceed a limit.

    Parameters
    ----------
    blocks
        Rows of the table, in order.
    shape
        Of the whole table.
    limit
        Costs above it are left out.

    Returns
    -------
    scipy.sparse.csr_array
        Indices sorted; a cost of 0 is stored as any other, an infinite one never.
    """
    counts, columns, costs = [np.zeros(1, dtype=np.int64)], [], []
    for _, block in blocks:
        row, column = np.nonzero((block <= limit) & (block < math.inf))
        counts.append(np.bincount(row, minlength=len(block)))
        columns.append(column.astype(np.int32))
        costs.append(block[row, column])
    starts = np.cumsum(np.concatenate(counts))
    if not costs:
        return csr_array(shape, dtype=np.float64)
    return csr_array((np.concatenate(costs), np.concatenate(columns), starts), shape=shape)
