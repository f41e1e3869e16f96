"""A network of lines as they were drawn: with ends that stop short, and crossings without a vertex."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Bools = NDArray[np.bool_]

SAME_PLACE_M = 0.05
"""Vertices nearer to each other than this are one: what rounding and conversion leave."""
LOOSE_END_M = 3.0
"""
An end that hangs loose joins a line as near as this.

Among the roads of Liechtenstein and Porto in OpenStreetMap, whose loose ends are meant, this joins 4 and 97;
5 m would join 10 and 219.
"""
TIED_END_M = 0.5
"""An end that is tied to another line already joins a third one as near as this."""
RETURN_M = 1.0
"""
A line meets itself only where it comes back after a way as long as this.

Lines from drawing programs have vertices closer to each other than `SAME_PLACE_M`, all along a curve.
"""
# so far apart that no search radius reaches from one line to the next
_APART_M = 1e8


@dataclass(frozen=True)
class Drawn:
    """
    Lines as they were drawn.

    Parameters
    ----------
    points
        Vertices in metres, line after line, shape (n, 2).
    line
        Number of the line that each vertex belongs to, ascending from 0, shape (n,).
    structure
        True for bridges and tunnels, shape (n_lines,).
    motorway
        True for motorways and their ramps, shape (n_lines,).
    level
        Level above or below the ground, shape (n_lines,).
    """

    points: Floats
    line: Ints
    structure: Bools
    motorway: Bools
    level: Ints


@dataclass(frozen=True)
class Network:
    """
    The same lines as sequences of nodes.

    Parameters
    ----------
    nodes
        Places in metres, shape (n_nodes, 2).
    vertex
        Vertex of `Drawn` that a node is, -1 for those made here, shape (n_nodes,).
    line, node
        Line by line its nodes in order, no node twice in a row, shape (m,).
    joined
        Lines whose ends were joined to others; a line is named once an end.
    n_crossings, n_apart
        Crossings without a common vertex: made a junction, and left as an over- or underpass.
    """

    nodes: Floats
    vertex: Ints
    line: Ints
    node: Ints
    joined: Ints
    n_crossings: int
    n_apart: int


@dataclass(frozen=True)
class _Segments:
    """Straight parts of lines: owner, first vertex, nodes and places at both ends, shape (k,) and (k, 2)."""

    line: Ints
    vertex: Ints
    start: Ints
    end: Ints
    a: Floats
    b: Floats

    @cached_property
    def length_m(self) -> Floats:
        return np.asarray(np.hypot(*(self.b - self.a).T), dtype=np.float64)

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        return np.asarray(shapely.linestrings(np.stack([self.a, self.b], axis=1)), dtype=object)

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)


@dataclass(frozen=True)
class _Meetings:
    """Where segments meet: the two segments, how far along each (0 to 1), and the place."""

    first: Ints
    second: Ints
    t: Floats
    u: Floats
    place: Floats


@dataclass(frozen=True)
class _Joins:
    """Ends that join a line: vertex of the end, segment it joins, how far along, and the place."""

    vertex: Ints
    segment: Ints
    t: Floats
    place: Floats


def connect(drawn: Drawn) -> Network:
    """
    Make a network of lines.

    Vertices of different lines within `SAME_PLACE_M` of each other are one node, and so are those of one line
    that comes back to its own place; neighbours on a line never are. Lines that cross without a common vertex
    meet at grade, unless one of them is a motorway, a ramp, a bridge or a tunnel, or they lie on different
    levels. One that ends on another meets it, unless it goes on there as a further line and one of the
    exceptions holds: two parts of a road that meet right under a bridge. A motorway is met along its way by
    motorways and ramps alone; all others need an end of it, or a vertex in common. An end that hangs loose
    within `LOOSE_END_M` of another line of its level, no bridge and no tunnel, is drawn on to it, as it is to
    another end; an end that is tied to some line joins a third one only within `TIED_END_M`.

    Parameters
    ----------
    drawn
        The lines; those whose vertices are all at one place have no nodes in the result.
    """
    place = _places(drawn)
    segments = _segments_of(drawn, place)
    if not len(segments.line):
        none = np.zeros(0, dtype=np.intp)
        return Network(np.zeros((0, 2)), none, none, none, none, 0, 0)
    meetings, at_grade = _crossings(drawn, segments, place)
    made = _Meetings(*(getattr(meetings, n)[at_grade] for n in ("first", "second", "t", "u", "place")))
    joins = _end_joins(drawn, segments, place, made)
    firsts = np.unique(place, return_index=True)[1]
    spots = np.concatenate([drawn.points[firsts], made.place, joins.place])
    label = _settled(spots, len(firsts))
    line, node = _weave(drawn, segments, label[place], made, joins, label[len(firsts) :])
    leading = np.unique(label, return_index=True)[1]
    vertex = np.append(firsts, np.full(len(spots) - len(firsts), -1))[leading]
    at_first, at_second = _ends_at(drawn, segments, made)
    ending = np.where(at_first, segments.line[made.first], segments.line[made.second])
    touch = at_first | at_second
    return Network(
        spots[leading],
        vertex,
        line,
        node,
        joined=np.append(drawn.line[joins.vertex], _each_once(made.place[touch], ending[touch])[0]),
        n_crossings=_count(segments, made, ~touch),
        n_apart=_count(segments, meetings, ~at_grade),
    )


def _each_once(places: Floats, *numbers: Ints) -> tuple[Ints, ...]:
    """Drop what is repeated at the same place: a vertex is met by the segments on both of its sides."""
    if not len(places):
        return numbers
    rows = np.unique(np.column_stack([_same_place(places), *numbers]), axis=0)
    return tuple(rows[:, i + 1] for i in range(len(numbers)))


def _count(segments: _Segments, meetings: _Meetings, chosen: Bools) -> int:
    """Count the places where two lines meet."""
    one, other = segments.line[meetings.first][chosen], segments.line[meetings.second][chosen]
    return len(_each_once(meetings.place[chosen], np.minimum(one, other), np.maximum(one, other))[0])


def _same_place(points: Floats) -> Ints:
    """Number the places of points, those within `SAME_PLACE_M` of each other alike."""
    exact, inverse = np.unique(points, axis=0, return_inverse=True)
    pairs = KDTree(exact).query_pairs(SAME_PLACE_M, output_type="ndarray")
    return _components(len(exact), pairs)[inverse.ravel()]


def _places(drawn: Drawn) -> Ints:
    """Number the places of vertices: as `_same_place`, but neighbours on a line stay apart."""
    exact, inverse = np.unique(drawn.points, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    pairs = KDTree(exact).query_pairs(SAME_PLACE_M, output_type="ndarray")
    along_m = _along_m(drawn)
    number = _components(len(exact), pairs)
    crowded = _crowded(number[inverse], inverse, drawn.line, along_m)
    if crowded.any():
        in_crowd = crowded[number[pairs[:, 0]]]
        few = np.flatnonzero(crowded[number[inverse]])
        kept = _uncrowded(exact, pairs[in_crowd], inverse[few], drawn.line[few], along_m[few])
        number = _components(len(exact), np.concatenate([pairs[~in_crowd], kept]))
    return number[inverse]


def _along_m(drawn: Drawn) -> Floats:
    """Give how far along its line each vertex stands."""
    step_m = np.hypot(*np.diff(drawn.points, axis=0).T)
    is_first = np.append(True, drawn.line[1:] != drawn.line[:-1])
    whole = np.cumsum(np.append(0.0, np.where(is_first[1:], 0.0, step_m)))
    return np.asarray(whole - whole[is_first][drawn.line], dtype=np.float64)


def _crowded(number: Ints, exact: Ints, line: Ints, along_m: Floats) -> Bools:
    """Tell which places have neighbours of one line in them, by number."""
    order = np.lexsort((along_m, line, number))
    one, next_one = order[:-1], order[1:]
    near = (number[one] == number[next_one]) & (line[one] == line[next_one]) & (exact[one] != exact[next_one])
    near &= along_m[next_one] - along_m[one] <= RETURN_M
    return np.bincount(number[one[near]], minlength=int(number.max()) + 1) > 0


def _uncrowded(exact: Floats, pairs: Ints, point: Ints, line: Ints, along_m: Floats) -> Ints:
    """Choose the pairs of points to be one place, the nearest first, that bring no neighbours together."""
    stands: dict[int, list[tuple[int, float]]] = {}
    for number, *where in zip(point.tolist(), line.tolist(), along_m.tolist(), strict=True):
        stands.setdefault(number, []).append((where[0], where[1]))
    leader = {number: number for number in stands}
    gap_m = np.hypot(*(exact[pairs[:, 0]] - exact[pairs[:, 1]]).T)
    kept = []
    for i in np.lexsort((pairs[:, 1], pairs[:, 0], gap_m)).tolist():
        a, b = (_leader(leader, number) for number in pairs[i].tolist())
        if a == b or _any_near(stands[a], stands[b]):
            continue
        leader[b] = a
        stands[a] = stands[a] + stands.pop(b)
        kept.append(i)
    return pairs[kept]


def _leader(leader: dict[int, int], number: int) -> int:
    while leader[number] != number:
        number = leader[number]
    return number


def _any_near(ours: list[tuple[int, float]], theirs: list[tuple[int, float]]) -> bool:
    return any(line == other and abs(m - n) <= RETURN_M for line, m in ours for other, n in theirs)


def _settled(spots: Floats, n_old: int) -> Ints:
    """Number spots: old ones, places already, each for itself, and a new one as the old one it is at."""
    number = np.arange(len(spots), dtype=np.intp)
    if len(spots) > n_old:
        gap_m, nearest = KDTree(spots[:n_old]).query(spots[n_old:])
        at_old = gap_m <= SAME_PLACE_M
        number[n_old:] = np.where(at_old, nearest, n_old + _same_place(spots[n_old:]))
    return np.unique(number, return_inverse=True)[1].astype(np.intp)


def _components(n: int, pairs: NDArray[np.intp]) -> Ints:
    links = coo_array((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.intp)


def _segments_of(drawn: Drawn, place: Ints) -> _Segments:
    """Give the segments that have a length, between one vertex and the next of the same line."""
    vertex = np.flatnonzero((drawn.line[1:] == drawn.line[:-1]) & (place[1:] != place[:-1]))
    return _Segments(
        drawn.line[vertex],
        vertex,
        place[vertex],
        place[vertex + 1],
        drawn.points[vertex],
        drawn.points[vertex + 1],
    )


def _crossings(drawn: Drawn, segments: _Segments, place: Ints) -> tuple[_Meetings, Bools]:
    """Find where segments without a common node meet, and which of these are at grade."""
    first, second = segments.tree.query(segments.shapes)
    new = (first < second) & ~_share_node(segments, first, second)
    first, second = first[new], second[new]
    # of a line, the later segment's beginning comes after the earlier one's end
    way_m = _along_m(drawn)
    back_m = way_m[segments.vertex[second]] - way_m[segments.vertex[first] + 1]
    apart = (segments.line[first] != segments.line[second]) | (back_m > RETURN_M)
    meetings = _meetings(segments, first[apart], second[apart])
    return meetings, _at_grade(drawn, segments, place, meetings)


def _at_grade(drawn: Drawn, segments: _Segments, place: Ints, meetings: _Meetings) -> Bools:
    """Tell which meetings are junctions."""
    one, other = segments.line[meetings.first], segments.line[meetings.second]
    special = drawn.structure | drawn.motorway
    plain = ~(special[one] | special[other]) & (drawn.level[one] == drawn.level[other])
    both_motorways = drawn.motorway[one] & drawn.motorway[other]
    degree = _degree(segments, place)

    def stops(segment: Ints, t: Floats) -> Bools:
        """Tell where a line ends and no other goes on from its end."""
        node = np.where(t < 0.5, segments.start[segment], segments.end[segment])  # noqa: PLR2004
        return np.asarray(degree[node] == 1, dtype=np.bool_)

    at_first, at_second = _ends_at(drawn, segments, meetings)
    meets = plain | both_motorways
    onto_other = at_first & (meets | (stops(meetings.first, meetings.t) & ~drawn.motorway[other]))
    onto_one = at_second & (meets | (stops(meetings.second, meetings.u) & ~drawn.motorway[one]))
    return np.asarray(plain | onto_other | onto_one | (at_first & at_second), dtype=np.bool_)


def _share_node(segments: _Segments, first: Ints, second: Ints) -> Bools:
    start, end = segments.start, segments.end
    shared = (start[first] == start[second]) | (start[first] == end[second])
    shared |= (end[first] == start[second]) | (end[first] == end[second])
    return np.asarray(shared, dtype=np.bool_)


def _meetings(segments: _Segments, first: Ints, second: Ints) -> _Meetings:
    """Intersect pairs of segments; those that run side by side do not count."""
    a, c = segments.a[first], segments.a[second]
    r, s = segments.b[first] - a, segments.b[second] - c
    length_r, length_s = np.hypot(*r.T), np.hypot(*s.T)
    turn = _cross(r, s)
    with np.errstate(divide="ignore", invalid="ignore"):
        t, u = _cross(c - a, s) / turn, _cross(c - a, r) / turn
        # an end within reach of the other segment meets it
        slack_t, slack_u = SAME_PLACE_M / length_r, SAME_PLACE_M / length_s
        hit = (np.abs(turn) > 1e-9 * length_r * length_s) & (t >= -slack_t) & (t <= 1 + slack_t)
        hit &= (u >= -slack_u) & (u <= 1 + slack_u)
    t, u = np.clip(t[hit], 0, 1), np.clip(u[hit], 0, 1)
    return _Meetings(first[hit], second[hit], t, u, a[hit] + t[:, None] * r[hit])


def _cross(p: Floats, q: Floats) -> Floats:
    return np.asarray(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0], dtype=np.float64)


def _ends_at(drawn: Drawn, segments: _Segments, meetings: _Meetings) -> tuple[Bools, Bools]:
    """Tell at which meetings the first line ends, and at which the second."""
    at_end = _line_ends(drawn)
    length_m = segments.length_m

    def ends(segment: Ints, t: Floats) -> Bools:
        vertex, along_m = segments.vertex[segment], t * length_m[segment]
        at_start = at_end[vertex] & (along_m <= SAME_PLACE_M)
        at_stop = at_end[vertex + 1] & (length_m[segment] - along_m <= SAME_PLACE_M)
        return np.asarray(at_start | at_stop, dtype=np.bool_)

    return ends(meetings.first, meetings.t), ends(meetings.second, meetings.u)


def _degree(segments: _Segments, place: Ints) -> Ints:
    """Count the segments that meet at each place: one where an end hangs loose."""
    both = np.concatenate([segments.start, segments.end])
    return np.bincount(both, minlength=int(place.max()) + 1).astype(np.intp)


def _line_ends(drawn: Drawn) -> Bools:
    """Tell which vertices are the first or the last of their line."""
    change = drawn.line[1:] != drawn.line[:-1]
    return np.asarray(np.append(True, change) | np.append(change, True), dtype=np.bool_)


def _end_joins(drawn: Drawn, segments: _Segments, place: Ints, made: _Meetings) -> _Joins:
    """Find the line that each end is to join, where there is one: the nearest."""
    ends, reach_m = _free_ends(drawn, segments, place, made)
    end, segment = segments.tree.query(
        shapely.points(drawn.points[ends]), predicate="dwithin", distance=LOOSE_END_M
    )
    vertex = ends[end]
    t, foot = _feet(segments, segment, drawn.points[vertex])
    gap_m = np.hypot(*(foot - drawn.points[vertex]).T)
    # the node of the line that the foot falls on, where it falls on one
    at_node = np.select([t <= 0, t >= 1], [segments.start[segment], segments.end[segment]], -1)
    fits = _may_join(drawn, segments, place, vertex, segment, t) & (gap_m <= reach_m[end])
    order = np.flatnonzero(fits)[np.lexsort((gap_m[fits], end[fits]))]
    order = order[np.unique(end[order], return_index=True)[1]]
    # of two ends that would join each other, one does
    pairs = set(zip(place[vertex[order]].tolist(), at_node[order].tolist(), strict=True))
    kept = np.array(
        [
            i
            for i, mine, theirs in zip(order, place[vertex[order]], at_node[order], strict=True)
            if theirs < mine or (theirs, mine) not in pairs
        ],
        dtype=np.intp,
    )
    return _Joins(vertex[kept], segment[kept], t[kept], foot[kept])


def _feet(segments: _Segments, segment: Ints, points: Floats) -> tuple[Floats, Floats]:
    """Give the places of segments that are nearest to points: how far along (0 to 1), and where."""
    a = segments.a[segment]
    along = segments.b[segment] - a
    t = np.clip(((points - a) * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
    return t, a + t[:, None] * along


def _may_join(
    drawn: Drawn, segments: _Segments, place: Ints, vertex: Ints, segment: Ints, t: Floats
) -> Bools:
    """Tell which ends may join which segments."""
    own, other = drawn.line[vertex], segments.line[segment]
    at_end = _line_ends(drawn)
    end_to_end = ((t <= 0) & at_end[segments.vertex[segment]]) | (
        (t >= 1) & at_end[segments.vertex[segment] + 1]
    )
    same_ground = (drawn.level[own] == drawn.level[other]) | drawn.structure[own]
    # a line that is tied to this very place is joined already
    n_lines = len(drawn.level)
    tied = np.isin(place[vertex] * n_lines + other, place * n_lines + drawn.line)
    along = same_ground & ~drawn.structure[other] & (drawn.motorway[own] | ~drawn.motorway[other])
    # where an end of a bridge or a motorway is tied, what it is tied to would have been asked first
    special = drawn.structure[own] | (drawn.motorway[own] & ~drawn.motorway[other])
    along &= ~(special & (_degree(segments, place)[place[vertex]] > 1))
    may = (own != other) & ~tied & (end_to_end | along)
    return np.asarray(may, dtype=np.bool_)


def _free_ends(drawn: Drawn, segments: _Segments, place: Ints, made: _Meetings) -> tuple[Ints, Floats]:
    """Give the ends that may join a line, one for each place, and how far each reaches."""
    with_length = np.zeros(len(drawn.level), dtype=bool)
    with_length[segments.line] = True
    ends = np.flatnonzero(_line_ends(drawn) & with_length[drawn.line])
    # of several at a place, one that is no bridge and no motorway speaks for it
    ends = ends[np.argsort((drawn.structure | drawn.motorway)[drawn.line[ends]], kind="stable")]
    ends = ends[np.unique(place[ends], return_index=True)[1]]
    degree = _degree(segments, place)
    junction = np.flatnonzero(degree[place] > 2)  # noqa: PLR2004
    tied_place = np.concatenate([drawn.points[junction], made.place, made.place])
    tied_line = np.concatenate([drawn.line[junction], segments.line[made.first], segments.line[made.second]])
    # an end that goes a little beyond a junction of its line is not loose
    past_m = _nearest_on_own_line(drawn.points[ends], drawn.line[ends], tied_place, tied_line)
    tied = degree[place[ends]] > 1
    free = tied | (past_m > LOOSE_END_M)
    return ends[free], np.where(tied, TIED_END_M, LOOSE_END_M)[free]


def _nearest_on_own_line(points: Floats, line: Ints, places: Floats, place_line: Ints) -> Floats:
    """Give each point's distance to the nearest place on its own line; infinite where there is none."""
    if not len(places):
        return np.full(len(points), np.inf)
    tree = KDTree(np.column_stack([places, place_line * _APART_M]))
    found, _ = tree.query(np.column_stack([points, line * _APART_M]), distance_upper_bound=_APART_M / 2)
    return np.asarray(found, dtype=np.float64)


def _weave(
    drawn: Drawn, segments: _Segments, place: Ints, made: _Meetings, joins: _Joins, found: Ints
) -> tuple[Ints, Ints]:
    """Put the crossings and joins that were `found`, by node, into the lines; give lines and their nodes."""
    crossing, foot = found[: len(made.t)], found[len(made.t) :]
    is_first = np.append(True, drawn.line[1:] != drawn.line[:-1])
    # where on its line a node stands: vertices have their number, what lies between them a fraction more
    parts = (
        (drawn.line, np.arange(len(place), dtype=np.float64), place),
        (segments.line[made.first], segments.vertex[made.first] + made.t, crossing),
        (segments.line[made.second], segments.vertex[made.second] + made.u, crossing),
        (segments.line[joins.segment], segments.vertex[joins.segment] + joins.t, foot),
        (drawn.line[joins.vertex], joins.vertex + np.where(is_first[joins.vertex], -0.5, 0.5), foot),
    )
    line, key, node = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((key, line))
    line, node = line[order], node[order]
    new = np.append(True, (node[1:] != node[:-1]) | (line[1:] != line[:-1]))
    line, node = line[new], node[new]
    has_length = np.bincount(line, minlength=len(drawn.level))[line] > 1
    return line[has_length], node[has_length]
