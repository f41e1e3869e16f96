"""Roads made ready for search: arrays in, travel times out, NetworkX at every door."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.errors import NetworkError
from coverage.routing.partial_edges import arrivals_at, direct_pairs, entries_from
from coverage.routing.search import UNREACHED, cost_blocks, entries_within, graph_pattern, nearest_source
from coverage.routing.segments import CLOSED_CLASSES, Segments, graph_tables, lay_segments
from coverage.routing.snapping import SNAP_LIMIT_M, Snapped, snap_to_lines
from coverage.routing.speeds import DEFAULT_SPEEDS, KPH_PER_MPS
from coverage.study_area import WGS84, metric_crs

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

    from coverage.routing.partial_edges import Ways
    from coverage.routing.search import Blocks, GraphPattern
    from coverage.routing.speeds import SpeedTable
    from coverage.study_area import Roads

    _Ends = tuple[Snapped, NDArray[np.float64]]
    """Places on roads, and the seconds off the road at each."""


@dataclass(frozen=True, eq=False)
class RoadNetwork(Segments):
    """A road network on arrays, ready for search: places go in, travel times come out."""

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
        travel_s = length_m * KPH_PER_MPS / speed_kph
        return cls(**vars(lay_segments(roads.nodes.geometry, edges, length_m, travel_s)))

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
        nodes, edges = graph_tables(graph)
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
        return cls(**vars(lay_segments(projected, edges, length_m, stored_s)))

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
                if not self.is_open[i] and self.highway[i] not in CLOSED_CLASSES:
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

    def reversed(self) -> RoadNetwork:
        """
        Give the same roads driven the other way: every one-way turned round, every time kept.

        A search from a facility on it answers how people get TO that facility, with the vehicle's yard
        still at the facility's end and the walk still at theirs; so `nearest`, `travel_times` and
        isochrones answer questions of access as they answer those of response. Places put onto either
        network lie in the same place on the other.
        """
        return self._other_way

    @cached_property
    def _other_way(self) -> RoadNetwork:
        return replace(self, forward_s=self.backward_s, backward_s=self.forward_s)

    @cached_property
    def time_graph(self) -> csr_array:
        """Seconds along the direction of travel, shape (n_nodes, n_nodes)."""
        return self.graph_of(self.ways_s)

    @cached_property
    def reverse_time_graph(self) -> csr_array:
        """Seconds against the direction of travel, shape (n_nodes, n_nodes)."""
        return self.time_graph.T.tocsr()

    @cached_property
    def _length_graph(self) -> csr_array:
        return self.graph_of(self._ways_m)

    @property
    def ways_s(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Seconds along each segment and back, shape (n_segments,) each."""
        return self.forward_s, self.backward_s

    @property
    def _ways_m(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return (
            np.where(np.isfinite(self.forward_s), self.length_m, np.inf),
            np.where(np.isfinite(self.backward_s), self.length_m, np.inf),
        )

    @cached_property
    def _pattern(self) -> GraphPattern:
        return graph_pattern(
            np.concatenate((self.tail, self.head)),
            np.concatenate((self.head, self.tail)),
            np.isfinite(np.concatenate(self.ways_s)),
            len(self.node_id),
        )

    def graph_of(self, ways: Ways) -> csr_array:
        """
        Give the graph of the same roads at other costs.

        Parameters
        ----------
        ways
            Cost of each segment from tail to head and back, shape (n_segments,) each; finite where
            the network's own is.

        Returns
        -------
        scipy.sparse.csr_array
            Shape (n_nodes, n_nodes).
        """
        return self._pattern.fill(np.concatenate(ways))

    @cached_property
    def time_graph_edges(self) -> NDArray[np.int64]:
        """
        Which way each entry of `time_graph` is: the segment's number, `n_segments` more where driven back.

        Shape (n_entries,), aligned with the data of `time_graph`.
        """
        return self._pattern.cheapest(np.concatenate(self.ways_s))

    @cached_property
    def _open_segments(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.is_open)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.geometry[self._open_segments])

    @cached_property
    def _whole_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.geometry)

    def snap(
        self,
        lon: ArrayLike,
        lat: ArrayLike,
        *,
        snap_limit_m: float = SNAP_LIMIT_M,
        anywhere: bool = False,
    ) -> Snapped:
        """
        Put points onto the nearest road that can be stopped on.

        Parameters
        ----------
        lon, lat
            Shape (n,), WGS84 degrees; NaN where a point is not known.
        snap_limit_m
            Points farther from every road are off the network.
        anywhere
            On any road, motorways and tunnels too, as a vehicle that drives.
        """
        x, y = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
        known = np.isfinite(x) & np.isfinite(y)
        points = np.full(len(x), None, dtype=object)
        points[known] = shapely.points(x[known], y[known])
        series = gpd.GeoSeries(points, crs=WGS84)
        return self.snap_points(series, snap_limit_m=snap_limit_m, anywhere=anywhere)

    def snap_points(
        self, points: gpd.GeoSeries, *, snap_limit_m: float = SNAP_LIMIT_M, anywhere: bool = False
    ) -> Snapped:
        """
        Put points onto the nearest road that can be stopped on.

        Parameters
        ----------
        points
            Shape (n,), in any reference system; None where a point is not known.
        snap_limit_m
            Points farther from every road are off the network.
        anywhere
            On any road, motorways and tunnels too, as a vehicle that drives.
        """
        shapes = points.to_crs(self.crs).to_numpy()
        return self.snap_shapes(shapes, snap_limit_m=snap_limit_m, anywhere=anywhere)

    def snap_shapes(
        self, points: NDArray[np.object_], *, snap_limit_m: float = SNAP_LIMIT_M, anywhere: bool = False
    ) -> Snapped:
        """
        Put points that are in the network's own system onto the nearest road that can be stopped on.

        Parameters
        ----------
        points
            Shape (n,), shapely points; None where a point is not known.
        snap_limit_m, anywhere
            As in `snap_points`.
        """
        tree, numbers = (
            (self._whole_tree, np.arange(len(self.tail))) if anywhere else (self._tree, self._open_segments)
        )
        return snap_to_lines(points, tree, numbers, snap_limit_m=snap_limit_m)

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
        entries = entries_from(self, facilities, wait_s, self.ways_s)
        time_s, facility = nearest_source(self.time_graph, entries, cutoff=cutoff_s)
        return NearestFacility(self, facilities, wait_s, cutoff_s, time_s, facility)

    def travel_times(
        self,
        origins: Snapped,
        destinations: Snapped,
        *,
        cutoff_s: float = math.inf,
        leave_s: NDArray[np.float64] | None = None,
        arrive_s: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """
        Find the travel time from every origin to every destination.

        Vehicle yard at the origin, road, walk with the stretcher at the destination, as an ambulance drives
        to a patient. The search runs from the smaller side.

        Parameters
        ----------
        origins, destinations
            Places on roads.
        cutoff_s
            Times above it are ``inf``.
        leave_s, arrive_s
            Seconds off the road at each origin and destination where they are others: from a patient to a
            hospital they are ``origins.walk_s`` and ``destinations.yard_s``.

        Returns
        -------
        ndarray
            Seconds, shape (n_origins, n_destinations); ``inf`` = no path, never NaN.
        """
        start = (origins, origins.yard_s if leave_s is None else leave_s)
        end = (destinations, destinations.walk_s if arrive_s is None else arrive_s)
        if len(origins) <= len(destinations):
            blocks = [block for _, block in self._times_ahead(start, end, cutoff_s)]
            table = np.concatenate(blocks) if blocks else np.empty((0, len(destinations)))
        else:
            blocks = [block for _, block in self._times_back(start, end, cutoff_s)]
            table = (np.concatenate(blocks) if blocks else np.empty((0, len(origins)))).T.copy()
        return np.where(table <= cutoff_s, table, np.inf)

    def travel_times_within(self, origins: Snapped, destinations: Snapped, limit_s: float) -> csr_array:
        """
        Find the travel times from origins to destinations that do not exceed a limit, and only those.

        The figures are those of `travel_times`; the search runs from the smaller side, and at no time
        holds more than a few dozen rows of the whole table.

        Parameters
        ----------
        origins, destinations
            Places on roads.
        limit_s
            Times above it are left out.

        Returns
        -------
        scipy.sparse.csr_array
            Seconds, shape (n_origins, n_destinations), indices sorted. What is stored is reached, a time
            of 0 included; what is not stored is farther, or not reached at all.
        """
        start, end = (origins, origins.yard_s), (destinations, destinations.walk_s)
        if len(origins) <= len(destinations):
            blocks = self._times_ahead(start, end, limit_s)
            return entries_within(blocks, (len(origins), len(destinations)), limit_s)
        blocks = self._times_back(start, end, limit_s)
        return entries_within(blocks, (len(destinations), len(origins)), limit_s).T.tocsr()

    def _times_ahead(self, start: _Ends, end: _Ends, cutoff_s: float) -> Blocks:
        """Give the times from some origins at a time to every destination, along the traffic."""
        return self._times(self.time_graph, start, end, self.ways_s, cutoff_s)

    def _times_back(self, start: _Ends, end: _Ends, cutoff_s: float) -> Blocks:
        """Give the times to some destinations at a time from every origin, against the traffic."""
        # against the traffic, forward and backward change places
        return self._times(self.reverse_time_graph, end, start, self.ways_s[::-1], cutoff_s)

    def _times(
        self,
        graph: csr_array,
        first: _Ends,
        last: _Ends,
        ways_s: Ways,
        cutoff_s: float,
    ) -> Blocks:
        """Search block by block from places to places, each with its seconds off the road."""
        (sources, wait_s), (ends, walk_s) = first, last
        row, column, direct_s = direct_pairs(sources, ends, ways_s)
        direct_s = direct_s + wait_s[row] + walk_s[column]
        order = np.argsort(row, kind="stable")
        row, column, direct_s = row[order], column[order], direct_s[order]
        entries = entries_from(self, sources, wait_s, ways_s)
        readings = arrivals_at(self, ends, walk_s, ways_s)
        for start, block in cost_blocks(graph, entries, readings, cutoff=cutoff_s):
            mine = slice(*np.searchsorted(row, (start, start + len(block))))
            np.minimum.at(block, (row[mine] - start, column[mine]), direct_s[mine])
            yield start, block

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
        entries = entries_from(self, facilities, facilities.access_m, ways_m)
        at_node_m, _ = nearest_source(self._length_graph, entries)
        ends = [at_node_m[node] + last for node, last in arrivals_at(self, places, places.access_m, ways_m)]
        distance_m = np.minimum.reduce(ends)
        facility, place, direct_m = direct_pairs(facilities, places, ways_m)
        direct_m = direct_m + facilities.access_m[facility] + places.access_m[place]
        np.minimum.at(distance_m, place, direct_m)
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
        net, walk_s = self.network, places.walk_s
        (tail, tail_s), (head, head_s) = arrivals_at(net, places, walk_s, net.ways_s)
        by_tail_s, by_head_s = self.time_s[tail] + tail_s, self.time_s[head] + head_s
        time_s = np.minimum(by_tail_s, by_head_s)
        facility = np.where(by_tail_s <= by_head_s, self.facility[tail], self.facility[head])
        row, column, direct_s = direct_pairs(self.facilities, places, net.ways_s)
        direct_s = direct_s + self.wait_s[row] + walk_s[column]
        # the quickest direct way of each place comes last, and stays
        order = np.argsort(-direct_s, kind="stable")
        order = order[direct_s[order] < time_s[column[order]]]
        time_s[column[order]] = direct_s[order]
        facility[column[order]] = row[order]
        reached = np.isfinite(time_s) & (time_s <= self.cutoff_s)
        return np.where(reached, time_s, np.inf), np.where(reached, facility, UNREACHED)
