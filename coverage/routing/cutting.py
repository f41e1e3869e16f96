"""Road tables cut at places along their edges: pieces between nodes that both directions of a road share."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.routing.segments import from_tail_to_head, pair_edges
from coverage.study_area import WGS84, Roads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SAME_PLACE_M = 0.01
"""Places on a road that are nearer to each other than this are one."""
# what a piece has a share of
_SHARED = ("length", "travel_time")


@dataclass(frozen=True, eq=False)
class Courses:
    """
    Edges by the course of the road they are: its two directions, and copies of it, share one.

    Parameters
    ----------
    row
        Shape (n_edges,), places of the edges in the road table.
    course
        Shape (n_edges,), number of the course that each edge takes.
    along
        Shape (n_edges,), whether it runs as the course's line does.
    line
        Shape (n_courses,), shapely lines in the road table's metric system.
    tail, head
        Shape (n_courses,), ids of the nodes at the line's start and end.
    """

    row: NDArray[np.int64]
    course: NDArray[np.int64]
    along: NDArray[np.bool_]
    line: NDArray[np.object_]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cut:
    """
    Where one course is cut, and which of the pieces stay.

    Parameters
    ----------
    at_m
        Shape (n_cuts,), metres along the drawn line, ascending, apart from each other and from both ends.
    node
        Shape (n_cuts,), ids of the nodes that arise there.
    stays
        Shape (n_cuts + 1,), whether each piece stays.
    """

    at_m: NDArray[np.float64]
    node: NDArray[np.int64]
    stays: NDArray[np.bool_]


def courses_of(roads: Roads, rows: NDArray[np.int64]) -> Courses:
    """
    Find the courses of some edges, with all other edges that take them.

    Parameters
    ----------
    roads
        In a metric system.
    rows
        Places of edges in the table.
    """
    index = roads.edges.index
    u, v = (index.get_level_values(level).to_numpy() for level in (0, 1))
    # pairs of nodes in either order; only edges at a wanted node are looked at closer
    near = np.flatnonzero(np.isin(u, u[rows]) | np.isin(u, v[rows]))
    ends = pd.MultiIndex.from_arrays([np.minimum(u, v)[near], np.maximum(u, v)[near]])
    wanted = pd.MultiIndex.from_arrays([np.minimum(u, v)[rows], np.maximum(u, v)[rows]])
    row = near[ends.isin(wanted)]
    tail, head = u[row], v[row]
    places = roads.nodes.geometry
    lines = from_tail_to_head(
        shapely.force_2d(roads.edges.geometry.to_numpy()[row]),
        places.loc[tail].to_numpy(),
        places.loc[head].to_numpy(),
    )
    first, course, along = pair_edges(tail, head, lines)
    return Courses(row, course, along, lines[first], tail[first], head[first])


def crossings_m(
    lines: NDArray[np.object_], border: shapely.Geometry
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """
    Find where lines meet a border, side by side, so that a line which crosses itself is no trouble.

    Parameters
    ----------
    lines
        Shape (n_lines,).
    border
        A line or several.

    Returns
    -------
    line : ndarray
        Shape (n_crossings,), numbers of the lines.
    at_m : ndarray
        Shape (n_crossings,), how far along them; where a line runs on the border, both ends of that.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    side = np.flatnonzero(line[1:] == line[:-1])
    sides = np.asarray(shapely.linestrings(np.stack((xy[side], xy[side + 1]), axis=1)), dtype=object)
    shapely.prepare(border)
    meets = shapely.intersects(border, sides)
    side = side[meets]
    points, which = shapely.get_coordinates(shapely.intersection(sides[meets], border), return_index=True)
    at_m = along_m(xy, line)[side[which]] + np.hypot(*(points - xy[side[which]]).T)
    return line[side[which]], at_m


def along_m(xy: NDArray[np.float64], line: NDArray[np.int64]) -> NDArray[np.float64]:
    """
    Measure how far along its line each vertex is.

    Parameters
    ----------
    xy
        Shape (n, 2), vertices in metres, line after line.
    line
        Shape (n,), the line of each vertex, ascending.
    """
    step = np.zeros(len(xy))
    step[1:] = np.where(line[1:] == line[:-1], np.hypot(*np.diff(xy, axis=0).T), 0.0)
    total = np.cumsum(step)
    start = np.flatnonzero(np.r_[True, line[1:] != line[:-1]][: len(line)])
    return total - np.repeat(total[start], np.diff(np.r_[start, len(xy)]))


def pieces_of(line: shapely.LineString, at_m: NDArray[np.float64]) -> list[shapely.LineString]:
    """
    Cut a line into pieces; neighbours share their end to the last bit.

    Parameters
    ----------
    line
        In metres.
    at_m
        Shape (n_cuts,), ascending, inside of the line.

    Returns
    -------
    list of shapely.LineString
        One more than there are cuts.
    """
    xy = shapely.get_coordinates(line)
    far = along_m(xy, np.zeros(len(xy), dtype=np.int64))
    places = np.stack([np.interp(at_m, far, xy[:, axis]) for axis in (0, 1)], axis=1)
    ends = np.concatenate((xy[:1], places, xy[-1:]))
    limits = np.r_[0.0, at_m, far[-1]]
    # a vertex this near to a cut is the cut
    slack = SAME_PLACE_M / 10
    inner = [xy[(far > a + slack) & (far < b - slack)] for a, b in pairwise(limits)]
    return [
        shapely.LineString(np.concatenate((ends[i : i + 1], middle, ends[i + 1 : i + 2])))
        for i, middle in enumerate(inner)
    ]


def new_node_ids(roads: Roads, n: int) -> NDArray[np.int64]:
    """Give ids that no node has: negative, as map editors number what is not in OpenStreetMap yet."""
    lowest = min(0, int(roads.nodes.index.min()))
    return lowest - 1 - np.arange(n, dtype=np.int64)


def cut_roads(roads: Roads, courses: Courses, cuts: Mapping[int, Cut], gone: NDArray[np.bool_]) -> Roads:
    """
    Cut courses, with all edges that take them, and let go of the pieces and edges that do not stay.

    Parameters
    ----------
    roads
        In a metric system.
    courses
        Of these roads.
    cuts
        By number of the course.
    gone
        Shape (n_edges of the roads,), edges that go as a whole.

    Returns
    -------
    Roads
        Edges that are not cut come first, in their order, as they were; then the pieces, each with its
        share of the edge's length and time and with all else the edge has. Nodes without a road that had
        one before are gone.
    """
    pieces: list[_Piece] = []
    parts = {number: pieces_of(courses.line[number], cut.at_m) for number, cut in cuts.items()}
    keys = roads.edges.index.get_level_values(2)
    places: dict[int, tuple[float, ...]] = {}
    for row, number, along in zip(courses.row.tolist(), courses.course.tolist(), courses.along, strict=True):
        if number not in cuts or gone[row]:
            continue
        cut, total_m = cuts[number], courses.line[number].length
        share = np.diff(np.r_[0.0, cut.at_m, total_m]) / total_m
        nodes = [int(courses.tail[number]), *cut.node.tolist(), int(courses.head[number])]
        for i in np.flatnonzero(cut.stays).tolist():
            line, ends = parts[number][i], (nodes[i], nodes[i + 1])
            places.update({node: line.coords[end] for node, end in zip(ends, (0, -1), strict=True)})
            if along:
                pieces.append(_Piece(row, (*ends, keys[row]), share[i], line))
            else:
                pieces.append(_Piece(row, (*ends[::-1], keys[row]), share[i], line.reverse()))
    uncut = ~gone
    uncut[courses.row[np.isin(courses.course, list(cuts))]] = False
    return with_edges(roads, np.flatnonzero(uncut), _table(roads.edges, pieces), places)


class _Piece(NamedTuple):
    """A piece of an edge: its row, its own u, v and key, its share of the edge's length, and its line."""

    row: int
    ends: tuple[int, int, Any]
    share: float
    line: shapely.LineString


def _table(edges: gpd.GeoDataFrame, pieces: list[_Piece]) -> gpd.GeoDataFrame:
    """Give pieces of edges as rows of their table."""
    table = edges.iloc[[piece.row for piece in pieces]]
    if not pieces:
        return table
    share = np.array([piece.share for piece in pieces])
    shared = {name: table[name].to_numpy(dtype=np.float64) * share for name in _SHARED if name in table}
    lines = gpd.GeoSeries([piece.line for piece in pieces], index=table.index, crs=edges.crs)
    table = table.assign(**shared).set_geometry(lines)
    table.index = pd.MultiIndex.from_tuples([piece.ends for piece in pieces], names=edges.index.names)
    return table


def with_edges(
    roads: Roads,
    kept: NDArray[np.int64],
    more: gpd.GeoDataFrame,
    places: Mapping[int, tuple[float, ...]],
) -> Roads:
    """
    Put new edges below those that are kept, with the nodes they need.

    Parameters
    ----------
    roads
        In a metric system.
    kept
        Places of the edges that stay.
    more
        Rows of the same table.
    places
        Where nodes are, metres; those that the roads have already stay where they are.

    Returns
    -------
    Roads
        Without the nodes that have no road any more.
    """
    edges = roads.edges.iloc[kept]
    edges = pd.concat([edges, more]) if len(more) else edges
    there = roads.nodes.index
    lost = _has_road(there, roads.edges) & ~_has_road(there, edges)
    nodes = roads.nodes[~lost]
    new = [node for node in np.unique(_ends(more)).tolist() if node not in there]
    if new:
        nodes = pd.concat([nodes, _nodes(new, [places[node] for node in new], roads.nodes)])
    return Roads(cast("gpd.GeoDataFrame", nodes), cast("gpd.GeoDataFrame", edges))


def _ends(edges: gpd.GeoDataFrame) -> NDArray[np.int64]:
    return np.concatenate([edges.index.get_level_values(level).to_numpy() for level in (0, 1)])


def _has_road(nodes: pd.Index[Any], edges: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which nodes have a road."""
    # -1, for a node that is not among them, falls on the last place, which is left out
    has = np.zeros(len(nodes) + 1, dtype=np.bool_)
    has[nodes.get_indexer(pd.Index(_ends(edges)))] = True
    return has[:-1]


def _nodes(ids: list[int], places: list[tuple[float, ...]], like: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give new nodes as rows of the node table."""
    points = gpd.GeoSeries(shapely.points(np.array(places)), crs=like.crs)
    lonlat = points.to_crs(WGS84)
    table = {"x": lonlat.x.to_numpy(), "y": lonlat.y.to_numpy(), like.geometry.name: points.to_numpy()}
    index = pd.Index(ids, name=like.index.name)
    return gpd.GeoDataFrame(table, index=index, geometry=like.geometry.name, crs=like.crs)
