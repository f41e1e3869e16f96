"""Costs between places along roads and the nodes at their ends, where a way may be barred."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage.routing.search import Entries

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.routing.network import RoadNetwork
    from coverage.routing.snapping import Snapped

    Ways = tuple[NDArray[np.float64], NDArray[np.float64]]
    """Cost of each segment from tail to head and back, shape (n_segments,) each; ``inf`` where barred."""

SAME_PLACE = 1e-7
"""Of a road's length: 1 mm of 10 km. Places on a road that are nearer to each other are one place."""


def entries_from(net: RoadNetwork, places: Snapped, wait: NDArray[np.float64], ways: Ways) -> Entries:
    """
    Say where a search from places on roads enters the graph: at either end, as far as the way is open.

    Parameters
    ----------
    net
        Gives the segments' ends.
    places
        Those off the network enter nowhere.
    wait
        Shape (n_places,), cost before each stands on its road.
    ways
        Costs of the segments.
    """
    forward, backward = ways
    source = np.flatnonzero(places.on_network)
    segment, fraction = places.segment[source], places.fraction[source]
    node = np.stack((net.head[segment], net.tail[segment]), axis=1).ravel()
    cost = np.stack((_part(1 - fraction, forward[segment]), _part(fraction, backward[segment])), axis=1)
    cost = (cost + wait[source, None]).ravel()
    usable = np.isfinite(cost)
    return Entries(np.repeat(source, 2)[usable], node[usable], cost[usable], len(places))


def arrivals_at(
    net: RoadNetwork, places: Snapped, last: NDArray[np.float64], ways: Ways
) -> tuple[tuple[NDArray[np.int64], NDArray[np.float64]], tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """
    Say how to arrive at places on roads.

    Parameters
    ----------
    net
        Gives the segments' ends.
    places
        Those off the network cost ``inf``.
    last
        Shape (n_places,), cost from the road to each.
    ways
        Costs of the segments.

    Returns
    -------
    tuple
        For the tails, then for the heads: nodes to come from and costs from there, shape (n_places,) each.
    """
    forward, backward = ways
    segment = np.where(places.on_network, places.segment, 0)
    last = np.where(places.on_network, last, np.inf)
    return (
        (net.tail[segment], _part(places.fraction, forward[segment]) + last),
        (net.head[segment], _part(1 - places.fraction, backward[segment]) + last),
    )


def direct_pairs(
    origins: Snapped, destinations: Snapped, ways: Ways
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """
    Find the origins and destinations on the same piece of road, and the cost along it.

    Parameters
    ----------
    origins, destinations
        Places on roads.
    ways
        Costs of the segments.

    Returns
    -------
    origin, destination : ndarray
        Shape (n_pairs,), numbers of the places.
    cost : ndarray
        Shape (n_pairs,), ``inf`` where the way between them is barred.
    """
    by_segment = np.argsort(origins.segment, kind="stable")
    ordered = origins.segment[by_segment]
    first = np.searchsorted(ordered, destinations.segment, side="left")
    count = np.searchsorted(ordered, destinations.segment, side="right") - first
    count = np.where(destinations.on_network, count, 0)
    destination = np.repeat(np.arange(len(destinations)), count)
    offset = np.arange(len(destination)) - np.repeat(np.cumsum(count) - count, count)
    origin = by_segment[np.repeat(first, count) + offset]
    forward, backward = (way[origins.segment[origin]] for way in ways)
    ahead = destinations.fraction[destination] - origins.fraction[origin]
    # a place that has been to degrees and back must not lie beyond itself on a one-way road
    ahead = np.where(np.abs(ahead) < SAME_PLACE, 0.0, ahead)
    return origin, destination, np.where(ahead >= 0, _part(ahead, forward), _part(-ahead, backward))


def _part(fraction: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give part of a cost, where no part of a barred way costs nothing rather than NaN."""
    with np.errstate(invalid="ignore"):
        return np.where(fraction == 0, 0.0, fraction * whole)
