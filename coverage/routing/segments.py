"""Road tables or graphs laid out as segments: pieces of road between two nodes, open one way or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.errors import NetworkError
from coverage.study_area import WGS84

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray
    from pyproj import CRS

# Nobody steps from an expressway's lane to a house, nor out of a tunnel.
CLOSED_CLASSES = ("motorway", "motorway_link")
_SAME_PLACE_M = 0.5  # two directions of one road share their course to well below this


@dataclass(frozen=True, eq=False)
class Segments:
    """
    Roads on arrays; a segment is a piece of road between two nodes, open one way or both.

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
    edge
        Shape (n_segments,), number of the row of the road table (or of the graph's edge) that shows each
        segment's geometry and direction: there its name and other attributes are found.
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
    edge: NDArray[np.int64]
    n_without_speed: int = 0


def graph_tables(graph: nx.MultiDiGraph[Any]) -> tuple[gpd.GeoSeries, gpd.GeoDataFrame]:
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


def lay_segments(
    nodes: gpd.GeoSeries,
    edges: gpd.GeoDataFrame,
    length_m: NDArray[np.float64],
    time_s: NDArray[np.float64],
) -> Segments:
    """Order the nodes, and lay the two directions of each road together as one segment."""
    if (time_s < 0).any():
        raise NetworkError(f"{int((time_s < 0).sum())} edges have a negative travel time")
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
    ends = [
        number.reindex(edges.index.get_level_values(level)[usable]).to_numpy(dtype=np.float64)
        for level in (0, 1)
    ]
    if np.isnan(ends).any():
        raise NetworkError("edges name nodes that do not exist")
    tail, head = (end.astype(np.int64) for end in ends)
    table = edges[usable]
    lines = from_tail_to_head(table.geometry.to_numpy(), nodes.to_numpy()[tail], nodes.to_numpy()[head])
    first, forward_s, backward_s = _pair_directions(tail, head, lines, time_s[usable])
    highway = first_text(table.iloc[first], "highway")
    closed = np.isin(highway, CLOSED_CLASSES) | in_tunnel(table.iloc[first])
    return Segments(
        crs=nodes.crs,
        node_id=nodes.index.to_numpy(),
        x_m=shapely.get_x(nodes.to_numpy()),
        y_m=shapely.get_y(nodes.to_numpy()),
        tail=tail[first],
        head=head[first],
        forward_s=forward_s,
        backward_s=backward_s,
        length_m=length_m[usable][first],
        geometry=lines[first],
        highway=highway,
        is_open=~closed if not closed.all() else np.ones(len(first), dtype=bool),
        edge=np.flatnonzero(usable)[first],
        n_without_speed=n_without_speed,
    )


def from_tail_to_head(
    lines: NDArray[np.object_], tails: NDArray[np.object_], heads: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Turn lines around that are drawn against their edge, as some graphs have them."""
    start = shapely.get_point(lines, 0)
    against = shapely.distance(start, heads) < shapely.distance(start, tails)
    turned = lines.copy()
    turned[against] = shapely.reverse(lines[against])
    return turned


def first_text(table: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Give a column's cells as texts, the first of a list; empty where absent, or without the column."""
    if name not in table:
        return np.full(len(table), "", dtype=object)
    cells = (cell[0] if isinstance(cell, list) and cell else cell for cell in table[name].tolist())
    texts = ["" if cell is None or cell != cell else str(cell) for cell in cells]  # noqa: PLR0124
    return np.array([text.split(";")[0] for text in texts], dtype=object)


def in_tunnel(edges: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which edges run in a tunnel."""
    return ~np.isin(first_text(edges, "tunnel"), ("", "no", "building_passage"))


def _pair_directions(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    lines: NDArray[np.object_],
    time_s: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """
    Find the pieces of road among directed edges.

    Returns
    -------
    first : ndarray
        Shape (n_segments,), an edge that shows each segment's geometry and direction.
    forward_s, backward_s : ndarray
        Shape (n_segments,), the quickest along that edge and against it, ``inf`` where there is none.
    """
    first, segment, along = pair_edges(tail, head, lines)
    forward_s, backward_s = np.full(len(first), np.inf), np.full(len(first), np.inf)
    np.minimum.at(forward_s, segment[along], time_s[along])
    np.minimum.at(backward_s, segment[~along], time_s[~along])
    return first, forward_s, backward_s


def pair_edges(
    tail: NDArray[np.int64], head: NDArray[np.int64], lines: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """
    Find the directed edges that are one piece of road.

    Edges between the same nodes whose lines share their middle and quarter are one piece, driven one way
    or both.

    Parameters
    ----------
    tail, head
        Shape (n_edges,), numbers of the nodes.
    lines
        Shape (n_edges,), each from its tail to its head, in a metric system.

    Returns
    -------
    first : ndarray
        Shape (n_segments,), an edge that shows each segment's geometry and direction.
    segment : ndarray
        Shape (n_edges,), number of the segment that each edge is.
    along : ndarray
        Shape (n_edges,), whether it runs as that first edge does.
    """
    middle, quarter, last_quarter = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, part, normalized=True))
        for part in (0.5, 0.25, 0.75)
    )
    # the quarter after the node of the lower number: a road and its reverse share it, a mirrored one not
    after_lower = np.where((tail < head)[:, None], quarter, last_quarter)
    loop = tail == head
    after_lower[loop] = np.minimum(quarter[loop], last_quarter[loop])
    places = np.concatenate((middle, after_lower), axis=1)
    keys = np.concatenate(
        (
            np.stack((np.minimum(tail, head), np.maximum(tail, head))),
            np.rint(places / _SAME_PLACE_M).astype(np.int64).T,
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
    # a loop's ends are alike: its first quarter tells its direction
    apart_m = np.hypot(*(quarter[loop] - quarter[leader[loop]]).T)
    along[loop] = apart_m < _SAME_PLACE_M
    return first, segment, along
