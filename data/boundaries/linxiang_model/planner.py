"""Lays ordinary roads over the mesh, class by class, along the least costly paths."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Delaunay, KDTree

from linxiang_model import facts, terrain
from linxiang_model.terrain import BUILT_UP, SEED, STREET_SPACING_M, Mesh, hilliness

CLASSES = ("", "residential", "unclassified", "tertiary", "secondary", "primary")
RESIDENTIAL, UNCLASSIFIED, TERTIARY, SECONDARY, PRIMARY = range(1, 6)
_FEEDING_ON_ROAD, _CROSSING_ON_ROAD = 0.32, 0.75
# what a bridge over a stream, or a way under an expressway, is worth in metres of level road
_BRIDGE_M, _UNDERPASS_M = 1_800.0, 600.0
_NOWHERE = -9999
_DEAREST = 6.0

# G107 from Chibi to Yueyang, by way of the valley of the county seat.
_G107 = (
    (113.735, 29.555), (113.700, 29.529), (113.614, 29.509), (113.492, 29.490), (113.457, 29.477),
    (113.400, 29.452), (113.300, 29.418),
)  # fmt: skip
_G107_STUBS = (0, 1, -1)
# Where other through roads leave the county: longitude and latitude.
_WAYS_OUT = (
    (113.285, 29.360), (113.290, 29.490), (113.345, 29.165), (113.625, 29.235), (113.700, 29.345),
    (113.770, 29.600), (113.690, 29.700), (113.590, 29.800), (113.345, 29.535), (113.285, 29.610),
    (113.290, 29.270), (113.480, 29.225),
)  # fmt: skip


class Planner:
    """
    The roads laid so far.

    Parameters
    ----------
    mesh
        The land.
    expressways
        Centre lines, which ordinary roads cross as seldom as they can.
    """

    def __init__(self, mesh: Mesh, expressways: list[shapely.LineString]) -> None:
        self.mesh = mesh
        self.rank = np.zeros(len(mesh.edges), dtype=np.int64)
        tree = shapely.STRtree(shapely.linestrings(mesh.xy[mesh.edges]))
        self._cost = mesh.cost_m.copy()
        for lines, bridge_m in ((expressways, _UNDERPASS_M), (terrain.streams(), _BRIDGE_M)):
            for line in lines:
                self._cost[tree.query(line, predicate="intersects")] += bridge_m
        numbered = mesh.graph(np.arange(1, len(mesh.edges) + 1))
        order = np.argsort(numbered.data, kind="stable")
        self._places = order.reshape(-1, 2)
        # a feeder road keeps to the roads there are, a second way cuts across country
        self._feeding, self._crossing = mesh.graph(self._cost), mesh.graph(self._cost)
        self._edge_at = {(int(u), int(v)): e for e, (u, v) in enumerate(mesh.edges)}

    def on_road(self) -> np.ndarray:
        """Tell which nodes have a road, shape (n,)."""
        on = np.zeros(len(self.mesh.xy), dtype=bool)
        on[self.mesh.edges[self.rank > 0].ravel()] = True
        return on

    def node_near(self, xy: np.ndarray) -> np.ndarray:
        """Give the nodes nearest to points, shape (n,)."""
        return np.asarray(KDTree(self.mesh.xy).query(xy)[1])

    def link(self, start: int, end: int, rank: int) -> None:
        """Lay a road between two nodes; one far too dear to be worth it is left out."""
        limit = _DEAREST * float(np.linalg.norm(self.mesh.xy[start] - self.mesh.xy[end])) + 3_000
        _, before = dijkstra(self._crossing, indices=start, limit=limit, return_predecessors=True)
        self._lay(before, end, rank)

    def join(self, nodes: np.ndarray, rank: int) -> None:
        """Lay a road from each node to the nearest road, those with the least way to go first."""
        on_road = self.on_road()
        cost_at_first = dijkstra(self._feeding, indices=np.flatnonzero(on_road), min_only=True)
        for node in nodes[np.argsort(cost_at_first[nodes], kind="stable")]:
            if not on_road[node]:
                # roads laid since can only have brought the nearest one closer
                limit = 1.001 * float(cost_at_first[node])
                cost, before = dijkstra(self._feeding, indices=node, limit=limit, return_predecessors=True)
                cost[~on_road] = np.inf
                self._lay(before, int(np.argmin(cost)), rank)
                on_road = self.on_road()

    def close_loops(self, pairs: np.ndarray, rank: int, worth: np.ndarray) -> None:
        """
        Lay roads between pairs of neighbours that are far from each other on the roads there are.

        Parameters
        ----------
        pairs
            Shape (k, 2), nodes.
        rank
            Class of the new roads.
        worth
            Shape (k,), how many times the straight distance a way round may be before a road is laid.
        """
        xy = self.mesh.xy
        straight = np.linalg.norm(xy[pairs[:, 0]] - xy[pairs[:, 1]], axis=1)
        roads = self.mesh.graph(self.mesh.length_m, among=self.rank > 0)
        for i in np.argsort(straight, kind="stable"):
            a, b = pairs[i]
            way_round = dijkstra(roads, indices=a, limit=worth[i] * straight[i] + 1)[b]
            if way_round > worth[i] * straight[i]:
                self.link(int(a), int(b), rank)
                roads = self.mesh.graph(self.mesh.length_m, among=self.rank > 0)

    def lay_steps(self, steps: np.ndarray, rank: int) -> None:
        """Lay roads on chosen steps of the mesh, shape (m,), True where chosen."""
        self._raise(np.flatnonzero(steps), rank)

    def drop_islands(self) -> None:
        """Take away roads that hang together with no other."""
        _, piece = connected_components(self.mesh.graph(self.mesh.length_m, among=self.rank > 0))
        main = piece[self.mesh.centre[0]]
        self.rank[piece[self.mesh.edges[:, 0]] != main] = 0

    def _lay(self, before: np.ndarray, end: int, rank: int) -> None:
        steps = []
        while before[end] != _NOWHERE:
            u = int(before[end])
            steps.append(self._edge_at[min(u, end), max(u, end)])
            end = u
        self._raise(np.array(steps, dtype=int), rank)

    def _raise(self, steps: np.ndarray, rank: int) -> None:
        self.rank[steps] = np.maximum(self.rank[steps], rank)
        self._feeding.data[self._places[steps]] = (_FEEDING_ON_ROAD * self._cost[steps])[:, None]
        self._crossing.data[self._places[steps]] = (_CROSSING_ON_ROAD * self._cost[steps])[:, None]


def neighbours(xy: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """
    Pair places that have no third place nearer to both (relative neighbourhood graph).

    Returns
    -------
    ndarray
        Shape (k, 2), nodes.
    """
    at = xy[nodes]
    corners = Delaunay(at - at.mean(axis=0)).simplices
    pairs = np.unique(
        np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1), axis=0
    )
    tree = KDTree(at)
    length = np.linalg.norm(at[pairs[:, 0]] - at[pairs[:, 1]], axis=1)
    keep = []
    for (a, b), d in zip(pairs, length, strict=True):
        lens = set(tree.query_ball_point(at[a], d * 0.9999)) & set(tree.query_ball_point(at[b], d * 0.9999))
        keep.append(not lens - {a, b})
    return np.asarray(nodes[pairs[np.array(keep)]])


def lay_main_roads(planner: Planner, tolls: np.ndarray) -> np.ndarray:
    """
    Lay the G107, the roads between town seats, the ways out of the county and to the toll gates.

    Returns
    -------
    ndarray
        Nodes where the roads end beyond the county line.
    """
    mesh = planner.mesh
    trunk = planner.node_near(facts.metres(_G107))
    for a, b in itertools.pairwise(trunk):
        planner.link(int(a), int(b), PRIMARY)
    planner.join(mesh.centre, SECONDARY)
    pairs = neighbours(mesh.xy, mesh.centre)
    planner.close_loops(pairs, SECONDARY, np.full(len(pairs), 1.4))
    out = planner.node_near(facts.metres(_WAYS_OUT))
    planner.join(out, SECONDARY)
    planner.join(tolls, SECONDARY)
    return np.concatenate([trunk[list(_G107_STUBS)], out])


def lay_village_roads(planner: Planner, villages: np.ndarray, outside: np.ndarray, ends: np.ndarray) -> None:
    """Lay tertiary roads to the villages, and between neighbours where the way round is long."""
    mesh = planner.mesh
    planner.join(np.concatenate([villages, outside]), TERTIARY)
    pairs = neighbours(mesh.xy, np.concatenate([villages, outside, ends, mesh.centre]))
    planner.close_loops(pairs, TERTIARY, _worth(mesh, pairs, 3.0, 8.0))


def lay_hamlet_roads(planner: Planner, hamlets: np.ndarray, villages: np.ndarray) -> None:
    """Lay unclassified roads to the hamlets: loops in the plain, dead ends in the hills."""
    mesh = planner.mesh
    planner.join(hamlets, UNCLASSIFIED)
    pairs = neighbours(mesh.xy, np.concatenate([hamlets, villages, mesh.centre]))
    planner.close_loops(pairs, UNCLASSIFIED, _worth(mesh, pairs, 3.8, 14.0))


def lay_arterials(planner: Planner) -> None:
    """Lay the main streets of the county seat: three along the valley and four across."""
    along, across = terrain.street_axes(0)
    middle = planner.mesh.xy[planner.mesh.centre[0]]
    for axis, other, offsets_m in (
        (along, across, (-1_050, 1_050)),
        (across, along, (-1_250, -420, 630, 1_470)),
    ):
        for offset_m in offsets_m:
            half_m = float(np.sqrt(2_450.0**2 - offset_m**2))
            ends = planner.node_near(middle + offset_m * other + np.array([[-half_m], [half_m]]) * axis)
            planner.link(int(ends[0]), int(ends[1]), TERTIARY)


def lay_streets(planner: Planner, villages: np.ndarray) -> None:
    """Lay street grids in the built-up areas and a few streets in every village."""
    mesh, rng = planner.mesh, np.random.default_rng(SEED + 50)
    u, v = mesh.edges.T
    streets = (mesh.zone[u] >= BUILT_UP) & (mesh.zone[v] >= BUILT_UP) & (rng.random(len(u)) < 0.84)
    # diagonals of the grid are for through roads
    streets &= mesh.length_m < 1.22 * STREET_SPACING_M
    near = KDTree(mesh.xy[villages]).query(mesh.xy)[0] < 420
    lanes = near[u] & near[v] & (mesh.length_m < 420) & (rng.random(len(u)) < 0.31)
    planner.lay_steps(streets | lanes, RESIDENTIAL)
    planner.drop_islands()


def _worth(mesh: Mesh, pairs: np.ndarray, plain: float, hills: float) -> np.ndarray:
    high = hilliness(mesh.height_m[pairs]).max(axis=1)
    return np.asarray(plain + (hills - plain) * np.minimum(1, 1.6 * high))
