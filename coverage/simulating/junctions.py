"""Road seconds from every junction to every call place: all held where small, found on demand where large."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from coverage.routing.partial_edges import entries_from
from coverage.routing.search import cost_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.routing.network import RoadNetwork
    from coverage.routing.snapping import Snapped

WHOLE_BYTES = 64 * 2**20
"""Tables up to this size are held whole."""
KEPT_BYTES = 256 * 2**20
"""Of larger ones the rows asked for last are kept, up to this size."""
_LEAST_SEARCH_S = 300.0
_FARTHER = 1.5  # than asked for, so that the next question of a place often needs no search
_NO_WAY_S, _NO_WAY_EITHER_S = 1e15, 1e16
_SLACK_S = 1e-6  # sums of floats must not turn a bound into a falsehood


class JunctionTimes:
    """
    Road seconds from every junction of a network to each of some places.

    What it answers does not depend on what it has been asked before.

    Parameters
    ----------
    network
        The roads.
    places
        Places on them.
    node_mark_s, place_mark_s
        Shape (n_marks, n_nodes) and (n_places, n_marks): seconds to some landmarks. They tell that a place
        is too far without a search (Goldberg and Harrelson 2005, the triangle inequality).
    whole_bytes, kept_bytes
        Tables up to the first size are held whole; of larger ones rows up to the second are kept.
    """

    def __init__(
        self,
        network: RoadNetwork,
        places: Snapped,
        node_mark_s: NDArray[np.float64],
        place_mark_s: NDArray[np.float64],
        *,
        whole_bytes: int = WHOLE_BYTES,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        row_bytes = 8 * max(1, len(network.node_id))
        self.network, self.places = network, places
        self.is_whole = row_bytes * len(places) <= whole_bytes
        self._most_rows = max(1, kept_bytes // row_bytes)
        self._whole: NDArray[np.float64] | None = None
        self._rows: OrderedDict[int, tuple[memoryview[float], float]] = OrderedDict()
        self._node_mark_s = self._place_mark_s = np.empty((0, 0))
        if not self.is_whole:
            self._node_mark_s = np.where(np.isfinite(node_mark_s), node_mark_s, _NO_WAY_S).T.copy()
            self._place_mark_s = np.where(np.isfinite(place_mark_s), place_mark_s, _NO_WAY_EITHER_S)

    def road_s(self, node: int, place: int, most_s: float = math.inf) -> float:
        """
        Give the road seconds from a junction to a place.

        Parameters
        ----------
        node
            Number of the junction.
        place
            Number of the place.
        most_s
            Above it the answer may be ``inf``.
        """
        if self.is_whole:
            return self._row(place)[node]
        known = self._rows.get(place)
        if known is not None:
            row, searched_s = known
            if row[node] < math.inf or searched_s >= most_s:
                self._rows.move_to_end(place)
                return row[node]
        if self._least_s(node, place) > most_s:
            return math.inf
        return self._searched(place, most_s)[node]

    def _least_s(self, node: int, place: int) -> float:
        """Give a time below which nobody gets from a junction to a place."""
        return float((self._node_mark_s[node] - self._place_mark_s[place]).max()) - _SLACK_S

    def _row(self, place: int) -> memoryview[float]:
        known = self._rows.get(place)
        if known is None:
            if self._whole is None:
                self._whole = self._search(np.arange(len(self.places)), math.inf)
            known = self._rows[place] = _view(self._whole[place]), math.inf
        return known[0]

    def _searched(self, place: int, most_s: float) -> memoryview[float]:
        """Search around a place, keep what was found, and forget what was asked for longest ago."""
        searched_s = max(_LEAST_SEARCH_S, _FARTHER * most_s)
        row = _view(self._search(np.array([place]), searched_s)[0])
        self._rows[place] = row, searched_s
        self._rows.move_to_end(place)
        if len(self._rows) > self._most_rows:
            self._rows.popitem(last=False)
        return row

    def _search(self, which: NDArray[np.int64], most_s: float) -> NDArray[np.float64]:
        """Search against the traffic from some places to every junction."""
        net, places = self.network, self.places.take(which)
        entries = entries_from(net, places, np.zeros(len(which)), net.ways_s[::-1])
        every = (np.arange(len(net.node_id)), np.zeros(len(net.node_id)))
        blocks = cost_blocks(net.reverse_time_graph, entries, (every,), cutoff=most_s)
        return np.concatenate([block for _, block in blocks])

    def __getstate__(self) -> dict[str, Any]:
        """Travel to another process with the whole table, and without what was merely kept."""
        if self.is_whole and self._whole is None:
            self._whole = self._search(np.arange(len(self.places)), math.inf)
        return {**vars(self), "_rows": OrderedDict()}


def _view(row: NDArray[np.float64]) -> memoryview[float]:
    """Give a row the way the event loop reads it: its items are plain floats."""
    return cast("memoryview[float]", row.data)
