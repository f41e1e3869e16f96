"""Road seconds from every junction to every call place: all held where small, found on demand where large."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np

from coverage.routing.partial_edges import entries_from
from coverage.routing.search import cost_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.routing.network import RoadNetwork
    from coverage.routing.snapping import Snapped

WHOLE_BYTES = 64 * 2**20
"""Tables up to this size are held whole."""
CACHE_BYTES = 256 * 2**20
"""Of larger ones the rows asked for last are kept, up to this size."""


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
    whole_bytes, cache_bytes
        Tables up to the first size are held whole; of larger ones rows up to the second are kept.
    """

    def __init__(
        self,
        network: RoadNetwork,
        places: Snapped,
        *,
        whole_bytes: int = WHOLE_BYTES,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        row_bytes = 8 * max(1, len(network.node_id))
        self.network, self.places = network, places
        self.is_whole = row_bytes * len(places) <= whole_bytes
        self._most_rows = max(1, cache_bytes // row_bytes)
        self._whole: NDArray[np.float64] | None = None
        self._kept: OrderedDict[int, memoryview[float]] = OrderedDict()

    def to(self, place: int) -> memoryview[float]:
        """
        Give the road seconds from every junction to one place.

        Parameters
        ----------
        place
            Number of the place.

        Returns
        -------
        memoryview
            Of ``float64``, shape (n_nodes,); ``inf`` where there is no way.
        """
        row = self._kept.get(place)
        if row is not None:
            self._kept.move_to_end(place)
            return row
        row = memoryview(self._row(place))
        self._kept[place] = row
        if not self.is_whole and len(self._kept) > self._most_rows:
            self._kept.popitem(last=False)
        return row

    def _row(self, place: int) -> NDArray[np.float64]:
        if not self.is_whole:
            return self._search(np.array([place]))[0]
        if self._whole is None:
            self._whole = self._search(np.arange(len(self.places)))
        whole: NDArray[np.float64] = self._whole
        return whole[place]

    def _search(self, which: NDArray[np.int64]) -> NDArray[np.float64]:
        """Search against the traffic from some places to every junction."""
        net, places = self.network, self.places.take(which)
        entries = entries_from(net, places, np.zeros(len(which)), net.ways_s[::-1])
        every = (np.arange(len(net.node_id)), np.zeros(len(net.node_id)))
        return np.concatenate([block for _, block in cost_blocks(net.reverse_time_graph, entries, (every,))])

    def __getstate__(self) -> dict[str, Any]:
        """Travel to another process with the whole table, and without what was merely kept."""
        if self.is_whole and self._whole is None:
            self._whole = self._search(np.arange(len(self.places)))
        return {**vars(self), "_kept": OrderedDict()}
