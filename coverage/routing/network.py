"""Roads made ready for search: arrays in, travel times out, NetworkX at every door."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.errors import NetworkError
from coverage.routing.search import UNREACHED, Entries, costs_to_readings, nearest_source, sparse_graph
from coverage.routing.snapping import SNAP_LIMIT_M, Snapped, snap_to_lines
from coverage.routing.speeds import DEFAULT_SPEEDS, KPH_PER_MPS
from coverage.study_area import WGS84, metric_crs

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS
    from scipy.sparse import csr_array

    from coverage.routing.speeds import SpeedTable
    from coverage.study_area import Roads

# Nobody steps from an expressway's lane to a house, nor out of a tunnel.
_CLOSED_CLASSES = ("motorway", "motorway_link")
_MIDPOINT_GRID_M = 0.5  # two directions of one road share their midpoint to well below this


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """
    A road network on arrays; a segment is a piece of road between two nodes, open one way or both.

    Parameters
    ----------
    crs
        Metric reference system.
    node_id
        Shape (n_nodes,), the graph's own node ids, ordered along a Hilbert curve (neighbours in the plane
        are neighbours in memory, which is what the search waits for).
    x_m, y_m
        Shape (n_nodes,).
    tail, head
        Shape (n_segments,), node numbers at the geometry's start and end.
    forward_s, backward_s
        Shape (n_segments,), seconds from tail to head and back; ``inf`` where that way is barred.
    length_m
        Shape (n_segments,).
    geometry
        Shape (n_segments,), shapely lines.
    highway
        Shape (n_segments,), OSM road class, empty where unknown.
    is_open
        Shape (n_segments,), a point beside it can be reached from it (no expressway, no tunnel).
    n_without_speed
        Edges that were left out because their class is not for ambulances.
    """

    crs: CRS
    node_id: NDArray[Any]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    forward_s: NDArray[np.float64]
    backward_s: NDArray[np.float64]
    length_m: NDArray[np.float64]
    geometry: NDArray[np.object_]
    highway: NDArray[np.object_]
    is_open: NDArray[np.bool_]
    n_without_speed: int = 0

    @classmethod
    def from_roads(
        cls, roads: Roads, *, speeds: SpeedTable = DEFAULT_SPEEDS, condition: str = "siren"
    ) -> RoadNetwork:
        """
        Make a study area's road tables ready for search.

        Parameters
        ----------
        roads
            In a metric system.
        speeds, condition
            Speed table and driving condition; times stored in the tables are not used.

        Raises
        ------
        NetworkError
            If no road is open to ambulances.
        SpeedError
            If the table has no such condition.
        """
        edges = roads.edges
        speed_kph = speeds.speeds_kph(edges, condition)
        length_m = edges["length"].to_numpy(dtype=np.float64)
        return _assemble(roads.nodes.geometry, edges, length_m, length_m * KPH_PER_MPS / speed_kph)

    @classmethod
    def from_graph(
        cls, graph: nx.MultiDiGraph[Any], *, speeds: SpeedTable | None = None, condition: str = "siren"
    ) -> RoadNetwork:
        """
        Make any OSMnx graph ready for search.

        Parameters
        ----------
        graph
            Nodes with ``x`` and ``y``; edges with ``travel_time`` (seconds) or ``highway``, and where known
            ``length`` (metres), ``geometry``, ``maxspeed``; ``graph.graph["crs"]``, WGS84 where missing.
        speeds
            Where given, or where an edge has no ``travel_time``, its time follows from this table.
        condition
            Driving condition, where the table is used.

        Raises
        ------
        NetworkError
            If there are no nodes or edges, nodes lack coordinates, edges have neither time nor class, or
            no edge is open to ambulances.
        """
        nodes, edges = _tables(graph)
        projected = nodes if nodes.crs.is_projected else nodes.to_crs(metric_crs(nodes))
        edges = edges.to_crs(projected.crs)
        length_m = pd.to_numeric(edges["length"], errors="coerce").to_numpy(dtype=np.float64)
        length_m = np.where(np.isfinite(length_m), length_m, shapely.length(edges.geometry.to_numpy()))
        stored_s = pd.to_numeric(edges["travel_time"], errors="coerce").to_numpy(dtype=np.float64)
        if speeds is not None or np.isnan(stored_s).any():
            if edges["highway"].isna().all() and np.isnan(stored_s).any():
                raise NetworkError("edges have neither travel_time nor highway: add one of them")
            table_s = (
                length_m
                * KPH_PER_MPS
                / (speeds or DEFAULT_SPEEDS).speeds_kph(edges.drop(columns="geometry"), condition)
            )
            stored_s = table_s if speeds is not None else np.where(np.isnan(stored_s), table_s, stored_s)
        if (stored_s < 0).any():
            raise NetworkError(f"{int((stored_s < 0).sum())} edges have a negative travel time")
        return _assemble(projected, edges, length_m, stored_s)

    def to_graph(self) -> nx.MultiDiGraph[Any]:
        """
        Give the network back as OSMnx's kind of graph.

        Returns
        -------
        networkx.MultiDiGraph
            Own node ids; ``x``, ``y`` and geometries in WGS84; ``length`` (metres), ``travel_time``
            (seconds) and ``highway`` on every edge, ``tunnel`` where nobody can be reached from one.
        """
        import networkx as nx  # noqa: PLC0415

        points = gpd.GeoSeries(gpd.points_from_xy(self.x_m, self.y_m), crs=self.crs).to_crs(WGS84)
        lines = gpd.GeoSeries(self.geometry, crs=self.crs).to_crs(WGS84).to_numpy()
        graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs=WGS84)
        ids = self.node_id.tolist()
        for node, x, y in zip(ids, points.x.tolist(), points.y.tolist(), strict=True):
            graph.add_node(node, x=x, y=y)
        for way, starts, ends, shapes in (
            (self.forward_s, self.tail, self.head, lines),
            (self.backward_s, self.head, self.tail, shapely.reverse(lines)),
        ):
            for i in np.flatnonzero(np.isfinite(way)).tolist():
                known = {"highway": self.highway[i]} if self.highway[i] else {}
                if not self.is_open[i] and self.highway[i] not in _CLOSED_CLASSES:
                    known["tunnel"] = "yes"
                graph.add_edge(
                    ids[starts[i]],
                    ids[ends[i]],
                    length=float(self.length_m[i]),
                    travel_time=float(way[i]),
                    geometry=shapes[i],
                    **known,
                )
        return graph

    @cached_property
    def time_graph(self) -> csr_array:
        """Seconds along the direction of travel, shape (n_nodes, n_nodes)."""
        return self._graph(self.forward_s, self.backward_s)

    @cached_property
    def reverse_time_graph(self) -> csr_array:
        """Seconds against the direction of travel, shape (n_nodes, n_nodes)."""
        return self.time_graph.T.tocsr()

    @cached_property
    def _length_graph(self) -> csr_array:
        return self._graph(*self._ways_m)

    @property
    def _ways_m(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return (
            np.where(np.isfinite(self.forward_s), self.length_m, np.inf),
            np.where(np.isfinite(self.backward_s), self.length_m, np.inf),
        )

    def _graph(self, forward: NDArray[np.float64], backward: NDArray[np.float64]) -> csr_array:
        return sparse_graph(
            np.concatenate((self.tail, self.head)),
            np.concatenate((self.head, self.tail)),
            np.concatenate((forward, backward)),
            len(self.node_id),
        )

    @cached_property
    def _open_segments(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.is_open)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.geometry[self._open_segments])

    def snap(self, lon: ArrayLike, lat: ArrayLike, *, snap_limit_m: float = SNAP_LIMIT_M) -> Snapped:
        """
        Put points onto the nearest road that can be stopped on.

        Parameters
        ----------
        lon, lat
            Shape (n,), WGS84 degrees; NaN where a point is not known.
        snap_limit_m
            Points farther from every road are off the network.
        """
        x, y = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
        known = np.isfinite(x) & np.isfinite(y)
        points = np.full(len(x), None, dtype=object)
        points[known] = shapely.points(x[known], y[known])
        return self.snap_points(gpd.GeoSeries(points, crs=WGS84), snap_limit_m=snap_limit_m)

    def snap_points(self, points: gpd.GeoSeries, *, snap_limit_m: float = SNAP_LIMIT_M) -> Snapped:
        """
        Put points onto the nearest road that can be stopped on.

        Parameters
        ----------
        points
            Shape (n,), in any reference system; None where a point is not known.
        snap_limit_m
            Points farther from every road are off the network.
        """
        return snap_to_lines(
            points.to_crs(self.crs).to_numpy(), self._tree, self._open_segments, snap_limit_m=snap_limit_m
        )

    def nearest(
        self, facilities: Snapped, *, cutoff_s: float = math.inf, start_s: ArrayLike = 0.0
    ) -> NearestFacility:
        """
        Find, for every node, the facility that reaches it first.

        One search from all facilities at once, along the direction of travel, the facility's yard and the
        rest of its own road included.

        Parameters
        ----------
        facilities
            Places on roads, `n_facilities` of them; those off the network reach nothing.
        cutoff_s
            Nodes farther than this many seconds are left unreached.
        start_s
            Seconds on the clock before the wheels turn, one figure or one a facility.

        Returns
        -------
        NearestFacility
            ``time_s``, shape (n_nodes,), ``inf`` where unreached; ``facility``, shape (n_nodes,), -1 there.

        Raises
        ------
        NetworkError
            If no facility lies on the network.
        """
        if not facilities.on_network.any():
            raise NetworkError("no facility lies near a road: check the coordinates")
        wait_s = (
            np.broadcast_to(np.asarray(start_s, dtype=np.float64), (len(facilities),)) + facilities.yard_s
        )
        entries = _entries(self, facilities, wait_s, self.forward_s, self.backward_s)
        time_s, facility = nearest_source(self.time_graph, entries, cutoff=cutoff_s)
        return NearestFacility(self, facilities, wait_s, cutoff_s, time_s, facility)

    def travel_times(
        self, origins: Snapped, destinations: Snapped, *, cutoff_s: float = math.inf
    ) -> NDArray[np.float64]:
        """
        Find the travel time from every origin to every destination.

        Vehicle yard at the origin, road, walk with the stretcher at the destination. The search runs from
        the smaller side.

        Parameters
        ----------
        origins, destinations
            Places on roads.
        cutoff_s
            Times above it are ``inf``.

        Returns
        -------
        ndarray
            Seconds, shape (n_origins, n_destinations); ``inf`` = no path, never NaN.
        """
        there = (self.forward_s, self.backward_s)
        wait_s, walk_s = origins.yard_s, destinations.walk_s
        if len(origins) <= len(destinations):
            table = costs_to_readings(
                self.time_graph,
                _entries(self, origins, wait_s, *there),
                _arrivals(self, destinations, walk_s, *there),
                cutoff=cutoff_s,
            )
        else:
            # against the traffic, forward and backward change places
            table = costs_to_readings(
                self.reverse_time_graph,
                _entries(self, destinations, walk_s, self.backward_s, self.forward_s),
                _arrivals(self, origins, wait_s, self.backward_s, self.forward_s),
                cutoff=cutoff_s,
            ).T.copy()
        rows, columns = _same_segment(origins, destinations)
        direct_s = _along(origins, destinations, rows, columns, *there) + wait_s[rows] + walk_s[columns]
        within = direct_s <= cutoff_s
        np.minimum.at(table, (rows[within], columns[within]), direct_s[within])
        return table

    def nearest_distance_m(self, facilities: Snapped, places: Snapped) -> NDArray[np.float64]:
        """
        Measure the shortest way by road from any facility to each place.

        Parameters
        ----------
        facilities, places
            Places on roads; the metres off the road count at both ends.

        Returns
        -------
        ndarray
            Metres, shape (n_places,); ``inf`` where there is no path.
        """
        ways_m = self._ways_m
        entries = _entries(self, facilities, facilities.access_m, *ways_m)
        at_node_m, _ = nearest_source(self._length_graph, entries)
        ends = [at_node_m[node] + last for node, last in _arrivals(self, places, places.access_m, *ways_m)]
        distance_m = np.minimum.reduce(ends)
        rows, columns = _same_segment(facilities, places)
        direct_m = _along(facilities, places, rows, columns, *ways_m)
        direct_m += facilities.access_m[rows] + places.access_m[columns]
        np.minimum.at(distance_m, columns, direct_m)
        return np.asarray(distance_m)


@dataclass(frozen=True, eq=False)
class NearestFacility:
    """
    Which facility is first at every node of a network, and when.

    Parameters
    ----------
    network
        The network searched.
    facilities
        The places the search set out from.
    wait_s
        Shape (n_facilities,), seconds before each stands on its road.
    cutoff_s
        Times above it were not looked for.
    time_s
        Shape (n_nodes,), seconds, ``inf`` where unreached.
    facility
        Shape (n_nodes,), -1 where unreached.
    """

    network: RoadNetwork
    facilities: Snapped
    wait_s: NDArray[np.float64]
    cutoff_s: float
    time_s: NDArray[np.float64]
    facility: NDArray[np.int64]

    def at(self, places: Snapped) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """
        Read the answer at places on roads, the walk from the road included.

        Parameters
        ----------
        places
            Places on roads, n of them.

        Returns
        -------
        time_s : ndarray
            Shape (n,), seconds, ``inf`` where unreached or off the network.
        facility : ndarray
            Shape (n,), -1 there.
        """
        net = self.network
        walk_s = places.walk_s
        (tail, tail_s), (head, head_s) = _arrivals(net, places, walk_s, net.forward_s, net.backward_s)
        by_tail_s, by_head_s = self.time_s[tail] + tail_s, self.time_s[head] + head_s
        time_s = np.minimum(by_tail_s, by_head_s)
        facility = np.where(by_tail_s <= by_head_s, self.facility[tail], self.facility[head])
        rows, columns = _same_segment(self.facilities, places)
        direct_s = _along(self.facilities, places, rows, columns, net.forward_s, net.backward_s)
        direct_s = direct_s + self.wait_s[rows] + walk_s[columns]
        # the quickest direct way of each place comes last, and stays
        order = np.argsort(-direct_s, kind="stable")
        order = order[direct_s[order] < time_s[columns[order]]]
        time_s[columns[order]] = direct_s[order]
        facility[columns[order]] = rows[order]
        reached = np.isfinite(time_s) & (time_s <= self.cutoff_s)
        return np.where(reached, time_s, np.inf), np.where(reached, facility, UNREACHED)


def _part(fraction: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give part of a cost, where no part of a barred way costs nothing rather than NaN."""
    with np.errstate(invalid="ignore"):
        return np.where(fraction == 0, 0.0, fraction * whole)


def _entries(
    net: RoadNetwork,
    places: Snapped,
    wait: NDArray[np.float64],
    forward: NDArray[np.float64],
    backward: NDArray[np.float64],
) -> Entries:
    """Say where a search from places on roads enters the graph: at either end, as far as the way is open."""
    source = np.flatnonzero(places.on_network)
    segment, fraction = places.segment[source], places.fraction[source]
    node = np.stack((net.head[segment], net.tail[segment]), axis=1).ravel()
    cost = np.stack((_part(1 - fraction, forward[segment]), _part(fraction, backward[segment])), axis=1)
    cost = (cost + wait[source, None]).ravel()
    usable = np.isfinite(cost)
    return Entries(np.repeat(source, 2)[usable], node[usable], cost[usable], len(places))


def _arrivals(
    net: RoadNetwork,
    places: Snapped,
    last: NDArray[np.float64],
    forward: NDArray[np.float64],
    backward: NDArray[np.float64],
) -> tuple[tuple[NDArray[np.int64], NDArray[np.float64]], ...]:
    """Say how to arrive at places on roads: from the tail, and from the head, at what cost from there."""
    segment = np.where(places.on_network, places.segment, 0)
    last = np.where(places.on_network, last, np.inf)
    return (
        (net.tail[segment], _part(places.fraction, forward[segment]) + last),
        (net.head[segment], _part(1 - places.fraction, backward[segment]) + last),
    )


def _same_segment(origins: Snapped, destinations: Snapped) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair origins with the destinations on the same piece of road; arrays of equal shape (n_pairs,)."""
    by_segment = np.argsort(origins.segment, kind="stable")
    ordered = origins.segment[by_segment]
    first = np.searchsorted(ordered, destinations.segment, side="left")
    count = np.searchsorted(ordered, destinations.segment, side="right") - first
    count = np.where(destinations.on_network, count, 0)
    column = np.repeat(np.arange(len(destinations)), count)
    offset = np.arange(len(column)) - np.repeat(np.cumsum(count) - count, count)
    return by_segment[np.repeat(first, count) + offset], column


def _along(
    origins: Snapped,
    destinations: Snapped,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    forward: NDArray[np.float64],
    backward: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give the cost from origin to destination along the one piece of road both are on."""
    ahead = destinations.fraction[columns] - origins.fraction[rows]
    segment = origins.segment[rows]
    return np.where(ahead >= 0, _part(ahead, forward[segment]), _part(-ahead, backward[segment]))


def _tables(graph: nx.MultiDiGraph[Any]) -> tuple[gpd.GeoSeries, gpd.GeoDataFrame]:
    """Put a graph's nodes and edges into tables; absent attributes become None, absent lines straight."""
    if graph.number_of_nodes() == 0 or graph.number_of_edges() == 0:
        raise NetworkError("the graph has no roads")
    ids = list(graph.nodes)
    try:
        xy = {n: (float(d["x"]), float(d["y"])) for n, d in graph.nodes(data=True)}
    except KeyError as error:
        raise NetworkError(f"nodes lack the coordinate {error}: OSMnx graphs have x and y") from error
    index = pd.Index(ids, dtype=object)
    crs = graph.graph.get("crs", WGS84)
    nodes = gpd.GeoSeries(shapely.points(np.array([xy[n] for n in ids])), index=index, crs=crs)
    names = ("highway", "length", "travel_time", "maxspeed", "surface", "smoothness", "tracktype", "tunnel")
    tails, heads, lines = [], [], []
    columns: dict[str, list[object]] = {name: [] for name in names}
    for u, v, data in graph.edges(data=True):
        tails.append(u)
        heads.append(v)
        for name in names:
            columns[name].append(data.get(name))
        line = data.get("geometry")
        lines.append(line if line is not None else shapely.linestrings([xy[u], xy[v]]))
    table = pd.DataFrame({n: pd.Series(c, dtype=object) for n, c in columns.items()})
    edges = gpd.GeoDataFrame(table, geometry=lines, crs=crs)
    keys = pd.MultiIndex.from_arrays([pd.Index(tails, dtype=object), pd.Index(heads, dtype=object)])
    return nodes, edges.set_index(keys)


def _assemble(
    nodes: gpd.GeoSeries,
    edges: gpd.GeoDataFrame,
    length_m: NDArray[np.float64],
    time_s: NDArray[np.float64],
) -> RoadNetwork:
    """Order the nodes, and lay the two directions of each road together as one segment."""
    usable = np.isfinite(time_s)
    if not usable.any():
        raise NetworkError(
            "no road is open to ambulances: the classes known are in the speed table",
            zh="没有救护车可通行的道路：可通行的道路等级见速度表",
        )
    n_without_speed = int((~usable).sum())
    # distances along the curve repeat for nodes that share a cell: the stable sort keeps runs alike
    order = np.argsort(nodes.hilbert_distance().to_numpy(), kind="stable")
    nodes = nodes.iloc[order]
    number = pd.Series(np.arange(len(nodes)), index=nodes.index)
    if not number.index.is_unique:
        raise NetworkError("node ids repeat")
    tail = number.reindex(edges.index.get_level_values(0)[usable]).to_numpy(dtype=np.float64)
    head = number.reindex(edges.index.get_level_values(1)[usable]).to_numpy(dtype=np.float64)
    if np.isnan(tail).any() or np.isnan(head).any():
        raise NetworkError("edges name nodes that do not exist")
    table = edges[usable]
    lines = table.geometry.to_numpy()
    first, forward_s, backward_s = _pair_directions(
        tail.astype(np.int64), head.astype(np.int64), lines, time_s[usable]
    )
    highway = _first_text(table["highway"].iloc[first]) if "highway" in table else np.full(len(first), "")
    tunnel = _first_text(table["tunnel"].iloc[first]) if "tunnel" in table else np.full(len(first), "")
    closed = np.isin(highway, _CLOSED_CLASSES) | ~np.isin(tunnel, ("", "no", "building_passage"))
    return RoadNetwork(
        crs=nodes.crs,
        node_id=nodes.index.to_numpy(),
        x_m=shapely.get_x(nodes.to_numpy()),
        y_m=shapely.get_y(nodes.to_numpy()),
        tail=tail[first].astype(np.int64),
        head=head[first].astype(np.int64),
        forward_s=forward_s,
        backward_s=backward_s,
        length_m=length_m[usable][first],
        geometry=lines[first],
        highway=highway,
        is_open=~closed if not closed.all() else np.ones(len(first), dtype=bool),
        n_without_speed=n_without_speed,
    )


def _first_text(column: pd.Series[Any]) -> NDArray[np.object_]:
    """Give a column's cells as texts, the first of a list, empty where absent."""
    cells = (cell[0] if isinstance(cell, list) and cell else cell for cell in column.tolist())
    texts = ["" if cell is None or cell != cell else str(cell) for cell in cells]  # noqa: PLR0124
    return np.array([text.split(";")[0] for text in texts], dtype=object)


def _pair_directions(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    lines: NDArray[np.object_],
    time_s: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """
    Find the pieces of road among directed edges.

    Edges between the same nodes whose lines share their midpoint are one piece, driven one way or both.

    Returns
    -------
    first : ndarray
        Shape (n_segments,), an edge that shows each segment's geometry and direction.
    forward_s, backward_s : ndarray
        Shape (n_segments,), the quickest along that edge and against it, ``inf`` where there is none.
    """
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    keys = np.stack(
        (
            np.minimum(tail, head),
            np.maximum(tail, head),
            np.rint(shapely.get_x(middle) / _MIDPOINT_GRID_M).astype(np.int64),
            np.rint(shapely.get_y(middle) / _MIDPOINT_GRID_M).astype(np.int64),
        )
    )
    order = np.lexsort(keys[::-1])
    new = np.ones(len(order), dtype=bool)
    new[1:] = (keys[:, order[1:]] != keys[:, order[:-1]]).any(axis=0)
    segment = np.empty(len(order), dtype=np.int64)
    segment[order] = np.cumsum(new) - 1
    first = order[new]
    leader = first[segment]
    along = tail == tail[leader]
    loop = np.flatnonzero((tail == head) & (leader != np.arange(len(tail))))
    if len(loop):  # a loop's ends are alike: its first quarter tells its direction
        quarter = shapely.line_interpolate_point(lines, 0.25, normalized=True)
        along[loop] = shapely.distance(quarter[loop], quarter[leader[loop]]) < _MIDPOINT_GRID_M
    forward_s, backward_s = np.full(len(first), np.inf), np.full(len(first), np.inf)
    np.minimum.at(forward_s, segment[along], time_s[along])
    np.minimum.at(backward_s, segment[~along], time_s[~along])
    return first, forward_s, backward_s
