"""Road seconds between everything that a simulated ambulance drives between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coverage.routing.partial_edges import arrivals_at, direct_pairs
from coverage.routing.paths import Tree
from coverage.simulating.junctions import JunctionTimes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.routing.network import RoadNetwork
    from coverage.routing.snapping import Snapped

NO_NODE = -1


@dataclass(frozen=True, eq=False)
class Exits:
    """
    How a vehicle leaves places on roads: by the tail of their road, or by its head.

    Parameters
    ----------
    tail, head
        Shape (n,), nodes.
    tail_s, head_s
        Shape (n,), seconds to each; ``inf`` where that way is barred.
    """

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    tail_s: NDArray[np.float64]
    head_s: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Homeward:
    """
    Ways from wherever a job ends to a post, on the road alone.

    Parameters
    ----------
    node_s, next_node
        Shape (n_posts, n_nodes): seconds from every node to the post, and the next node on the way; -1
        where the next stop is the post itself.
    origin_s, first_node
        Shape (n_origins, n_posts): seconds from every origin, and the first node on the way, -1 where it
        leads straight along one road. Origins are the call places, then the hospitals, then the posts.
    """

    node_s: NDArray[np.float64]
    next_node: NDArray[np.int32]
    origin_s: NDArray[np.float64]
    first_node: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Travel:
    """
    Road seconds at the network's own driving condition; yards and walks are not in them.

    Parameters
    ----------
    network
        The roads.
    places, posts, hospitals
        Call places, places where ambulances wait, and hospitals, on the roads.
    exits
        Of the call places.
    post_place_s
        Shape (n_posts, n_places).
    place_hospital_s
        Shape (n_places, n_hospitals).
    hospital_place_s
        Shape (n_hospitals, n_places).
    homeward
        Ways back to the posts.
    junctions
        Seconds from every junction to every call place.
    """

    network: RoadNetwork
    places: Snapped
    posts: Snapped
    hospitals: Snapped
    exits: Exits
    post_place_s: NDArray[np.float64]
    place_hospital_s: NDArray[np.float64]
    hospital_place_s: NDArray[np.float64]
    homeward: Homeward
    junctions: JunctionTimes


def find_travel(
    network: RoadNetwork, places: Snapped, posts: Snapped, hospitals: Snapped, *, like: Travel | None = None
) -> Travel:
    """
    Find the road seconds of a simulated year.

    Parameters
    ----------
    network
        The roads.
    places, posts, hospitals
        Call places, places where ambulances wait, and hospitals, on the roads.
    like
        Of the same roads; what is about the same call places is shared with it.
    """
    homeward = _homeward(network, joined(places, hospitals, posts), posts)
    if like is not None and like.network is network and _is_alike(like.places, places):
        exits, junctions = like.exits, like.junctions
    else:
        exits = _exits(network, places)
        junctions = JunctionTimes(network, places, homeward.node_s, homeward.origin_s[: len(places)])
    return Travel(
        network=network,
        places=places,
        posts=posts,
        hospitals=hospitals,
        exits=exits,
        post_place_s=_road_s(network, posts, places),
        place_hospital_s=_road_s(network, places, hospitals),
        hospital_place_s=_road_s(network, hospitals, places),
        homeward=homeward,
        junctions=junctions,
    )


def joined(*parts: Snapped) -> Snapped:
    """Put several rows of places one behind the other."""
    return type(parts[0])(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("segment", "fraction", "access_m")
        )
    )


def _is_alike(first: Snapped, second: Snapped) -> bool:
    return first is second or (
        np.array_equal(first.segment, second.segment) and np.array_equal(first.fraction, second.fraction)
    )


def _road_s(network: RoadNetwork, origins: Snapped, destinations: Snapped) -> NDArray[np.float64]:
    return network.travel_times(
        origins,
        destinations,
        leave_s=np.zeros(len(origins)),
        arrive_s=np.zeros(len(destinations)),
    )


def _exits(network: RoadNetwork, places: Snapped) -> Exits:
    """Say how a vehicle leaves places on roads."""
    # leaving along the traffic is arriving against it
    (tail, tail_s), (head, head_s) = arrivals_at(network, places, np.zeros(len(places)), network.ways_s[::-1])
    return Exits(tail, head, tail_s, head_s)


def _homeward(network: RoadNetwork, origins: Snapped, posts: Snapped) -> Homeward:
    """Search against the traffic from every post, and say where the ways from the origins meet the trees."""
    exits = _exits(network, origins)
    n_nodes, n_posts = len(network.node_id), len(posts)
    node_s = np.full((n_posts, n_nodes), np.inf)
    next_node = np.full((n_posts, n_nodes), NO_NODE, dtype=np.int32)
    origin_s = np.full((len(origins), n_posts), np.inf)
    first_node = np.full((len(origins), n_posts), NO_NODE, dtype=np.int32)
    for k in np.flatnonzero(posts.on_network).tolist():
        tree = Tree.grow(network.reversed(), posts.take(np.array([k])))
        node_s[k], next_node[k] = tree.time_s, tree.before
        by_tail_s, by_head_s = tree.time_s[exits.tail] + exits.tail_s, tree.time_s[exits.head] + exits.head_s
        origin_s[:, k] = np.minimum(by_tail_s, by_head_s)
        first_node[:, k] = np.where(by_tail_s <= by_head_s, exits.tail, exits.head)
    row, column, direct_s = direct_pairs(origins, posts, network.ways_s)
    is_direct = direct_s <= origin_s[row, column]
    row, column, direct_s = row[is_direct], column[is_direct], direct_s[is_direct]
    origin_s[row, column], first_node[row, column] = direct_s, NO_NODE
    return Homeward(node_s, next_node, origin_s, first_node)
