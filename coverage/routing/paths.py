"""Ways by road from places to places: the pieces of road in driving order, and the seconds along them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from coverage.routing.partial_edges import SAME_PLACE, arrivals_at, direct_pairs, entries_from
from coverage.routing.search import UNREACHED, nearest_tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.routing.network import RoadNetwork
    from coverage.routing.snapping import Snapped

_BY_TAIL, _BY_HEAD, _DIRECT = 0, 1, 2


class Piece(NamedTuple):
    """Part of a segment driven: which, where it begins (share from its tail), how much of it, which way."""

    segment: int
    begin: float
    part: float
    along: bool


@dataclass(frozen=True, eq=False)
class Paths:
    """
    The quickest ways of pairs of places, on the road alone.

    Parameters
    ----------
    time_s
        Shape (n_pairs,), seconds, ``inf`` where there is no way.
    pair
        Shape (n_pieces,), which pair a piece of road belongs to; ascending, in driving order within a pair.
    segment
        Shape (n_pieces,), number of the road segment.
    begin
        Shape (n_pieces,), where on the segment's geometry the piece begins, 0 at its tail to 1 at its head.
    part
        Shape (n_pieces,), share of the segment that is driven, above 0 and at most 1.
    along
        Shape (n_pieces,), driven from tail to head.
    """

    time_s: NDArray[np.float64]
    pair: NDArray[np.int64]
    segment: NDArray[np.int64]
    begin: NDArray[np.float64]
    part: NDArray[np.float64]
    along: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Tree:
    """
    The quickest ways from places on roads, each node reached from the place that is there first.

    Parameters
    ----------
    network
        The network searched.
    roots
        The places the search set out from.
    wait_s
        Shape (n_roots,), seconds before each stands on its road.
    time_s
        Shape (n_nodes,), seconds, ``inf`` where unreached.
    root
        Shape (n_nodes,), -1 where unreached.
    before
        Shape (n_nodes,), the node before on the way; -1 where the way comes from the root's own road.
    limit_s
        What is farther was not looked for, and counts as unreached.
    """

    network: RoadNetwork
    roots: Snapped
    wait_s: NDArray[np.float64]
    time_s: NDArray[np.float64]
    root: NDArray[np.int64]
    before: NDArray[np.int64]
    limit_s: float = math.inf

    @classmethod
    def grow(
        cls,
        network: RoadNetwork,
        roots: Snapped,
        *,
        wait_s: NDArray[np.float64] | None = None,
        limit_s: float = math.inf,
    ) -> Tree:
        """
        Search from some places at once.

        Parameters
        ----------
        network
            Roads; its `reversed` where the ways lead TO the places.
        roots
            Places on roads; those off the network reach nothing.
        wait_s
            Shape (n_roots,), seconds on the clock before each stands on its road; 0 where not given.
        limit_s
            How far to search, the wait included.
        """
        wait_s = np.zeros(len(roots)) if wait_s is None else wait_s
        entries = entries_from(network, roots, wait_s, network.ways_s)
        time_s, root, before = nearest_tree(network.time_graph, entries, cutoff=limit_s)
        return cls(network, roots, wait_s, time_s, root, before, limit_s)

    def at(self, places: Snapped) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """
        Read the tree at places on roads.

        Parameters
        ----------
        places
            Places on roads, n of them.

        Returns
        -------
        time_s : ndarray
            Shape (n,), seconds up to the road beside each, ``inf`` where unreached or off the network.
        root : ndarray
            Shape (n,), -1 there.
        """
        time_s, root, _ = self._read(places)
        return time_s, root

    def _read(self, places: Snapped) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """Give time, root, and by which end of its road each place is reached."""
        net = self.network
        (tail, tail_s), (head, head_s) = arrivals_at(net, places, np.zeros(len(places)), net.ways_s)
        by_tail_s, by_head_s = self.time_s[tail] + tail_s, self.time_s[head] + head_s
        time_s = np.minimum(by_tail_s, by_head_s)
        end = np.where(by_tail_s <= by_head_s, _BY_TAIL, _BY_HEAD)
        root = np.where(end == _BY_TAIL, self.root[tail], self.root[head])
        row, column, direct_s = direct_pairs(self.roots, places, net.ways_s)
        direct_s = direct_s + self.wait_s[row]
        # the quickest direct way of each place comes last, and stays; it is taken where it is as quick
        order = np.argsort(-direct_s, kind="stable")
        order = order[(direct_s[order] <= time_s[column[order]]) & np.isfinite(direct_s[order])]
        time_s[column[order]], end[column[order]] = direct_s[order], _DIRECT
        root[column[order]] = row[order]
        # beyond the limit there may be a quicker way by the road's other end
        time_s[time_s > self.limit_s] = np.inf
        return time_s, np.where(np.isfinite(time_s), root, UNREACHED), end

    def trace(self, places: Snapped) -> list[list[Piece]]:
        """
        Give the ways to places on roads, piece by piece in driving order.

        Parameters
        ----------
        places
            Places on roads, n of them.

        Returns
        -------
        list of list of Piece
            One list a place; empty where it is unreached, and where it is the root itself.
        """
        time_s, root, end = self._read(places)
        return [
            self._way(int(root[i]), int(places.segment[i]), float(places.fraction[i]), int(end[i]))
            if np.isfinite(time_s[i])
            else []
            for i in range(len(places))
        ]

    def _way(self, root: int, segment: int, fraction: float, end: int) -> list[Piece]:
        if end == _DIRECT:
            begin = float(self.roots.fraction[root])
            pieces = [Piece(segment, begin, abs(fraction - begin), fraction >= begin)]
        else:
            net = self.network
            node = int((net.tail if end == _BY_TAIL else net.head)[segment])
            nodes = self._nodes_to(node)
            last = (
                Piece(segment, 0.0, fraction, along=True)
                if end == _BY_TAIL
                else Piece(segment, 1.0, 1.0 - fraction, along=False)
            )
            pieces = [self._first(root, nodes[0]), *self._hops(nodes), last]
        return [piece for piece in pieces if piece.part > SAME_PLACE]

    def _nodes_to(self, node: int) -> list[int]:
        """Give the nodes from where the way enters the graph to some node."""
        before, nodes = self.before, [node]
        while (node := int(before[node])) != UNREACHED:
            nodes.append(node)
        return nodes[::-1]

    def _first(self, root: int, node: int) -> Piece:
        """Give the way from a root along its own road to the node at its end."""
        net, segment, fraction = self.network, int(self.roots.segment[root]), float(self.roots.fraction[root])
        ahead = Piece(segment, fraction, 1.0 - fraction, along=True)
        back = Piece(segment, fraction, fraction, along=False)
        # no part of a barred way costs nothing
        ahead_s = ahead.part * net.forward_s[segment] if ahead.part > 0 else 0.0
        back_s = back.part * net.backward_s[segment] if back.part > 0 else 0.0
        if net.head[segment] != node:
            return back
        return ahead if net.tail[segment] != node or ahead_s <= back_s else back

    def _hops(self, nodes: list[int]) -> list[Piece]:
        """Give the whole segments between nodes, the quickest of parallel ones."""
        graph, n_segments = self.network.time_graph, len(self.network.tail)
        here, then = (np.array(some, dtype=np.int64) for some in (nodes[:-1], nodes[1:]))
        entry, last = graph.indptr[here].astype(np.int64), graph.indptr[here + 1].astype(np.int64) - 1
        # all rows at once, entry by entry; the one that is sought is in each
        while (is_other := (graph.indices[np.minimum(entry, last)] != then) & (entry < last)).any():
            entry += is_other
        ways = self.network.time_graph_edges[entry]
        return [
            Piece(segment, 0.0 if along else 1.0, 1.0, along)
            for segment, along in zip((ways % n_segments).tolist(), (ways < n_segments).tolist(), strict=True)
        ]


def find_paths(network: RoadNetwork, origins: Snapped, destinations: Snapped) -> Paths:
    """
    Find the quickest way of every pair of places.

    Pair k runs from ``origins[k]`` to ``destinations[k]``, on the road alone. One search a distinct place of
    the side that has fewer of them.

    Parameters
    ----------
    network
        The roads, made ready for search.
    origins, destinations
        Shape (n_pairs,) each, places on roads.

    Returns
    -------
    Paths
        Its times are those of `RoadNetwork.travel_times` with nothing to leave and to arrive.

    Raises
    ------
    ValueError
        If there are more of one side than of the other.
    """
    if len(origins) != len(destinations):
        raise ValueError(f"{len(origins)} origins and {len(destinations)} destinations: give as many of each")
    from_here, from_there = _distinct(origins), _distinct(destinations)
    if len(from_there[0]) < len(from_here[0]):
        time_s, ways = _ways(network.reversed(), destinations, origins, from_there)
        ways = [turned(way) for way in ways]
    else:
        time_s, ways = _ways(network, origins, destinations, from_here)
    pieces = [piece for way in ways for piece in way]
    return Paths(
        time_s=time_s,
        pair=np.repeat(np.arange(len(ways)), [len(way) for way in ways]).astype(np.int64),
        segment=np.array([piece.segment for piece in pieces], dtype=np.int64),
        begin=np.array([piece.begin for piece in pieces], dtype=np.float64),
        part=np.array([piece.part for piece in pieces], dtype=np.float64),
        along=np.array([piece.along for piece in pieces], dtype=np.bool_),
    )


def turned(way: list[Piece]) -> list[Piece]:
    """Give a way found on the reversed network as it is driven."""
    return [
        Piece(p.segment, p.begin + (p.part if p.along else -p.part), p.part, not p.along)
        for p in reversed(way)
    ]


def _distinct(places: Snapped) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the places that differ: the first of each, and which each one is."""
    keys = np.stack((places.segment.astype(np.float64), places.fraction), axis=1)
    _, first, number = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return first.astype(np.int64), number.ravel().astype(np.int64)


def _ways(
    network: RoadNetwork,
    roots: Snapped,
    ends: Snapped,
    distinct: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> tuple[NDArray[np.float64], list[list[Piece]]]:
    """Search from every distinct root to the ends of its pairs."""
    first, number = distinct
    time_s = np.full(len(roots), np.inf)
    ways: list[list[Piece]] = [[] for _ in range(len(roots))]
    by_root = np.argsort(number, kind="stable")
    for mine in np.split(by_root, np.cumsum(np.bincount(number))[:-1]) if len(first) else []:
        root = roots.take(mine[:1])
        if not root.on_network[0]:
            continue
        tree = Tree.grow(network, root)
        places = ends.take(mine)
        time_s[mine], _ = tree.at(places)
        for k, way in zip(mine.tolist(), tree.trace(places), strict=True):
            ways[k] = way
    return time_s, ways
