"""Ways told as a driver is told them: roads in their order, turns between them, lengths and seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from shapely.ops import substring

from coverage.dispatch.answer import Route, Step
from coverage.routing.segments import first_text
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.dispatch.answer import Turn
    from coverage.routing.network import RoadNetwork
    from coverage.routing.paths import Piece
    from coverage.study_area import Roads

_LOOK_M = 20.0
"""How far before and behind a junction a driver sees where the road leads."""
_SHORT_M = 25.0
"""The width of a junction: a piece between two turns that is shorter belongs to the second."""
_KEEPS_ROAD_DEG = 45.0
"""A road that bends more at a junction is turned into."""
_AS_STRAIGHT_DEG = 10.0
"""Of two ways that bend nearly alike neither is the one that goes on."""
_STRAIGHT_DEG = 20.0
_TURNS: tuple[tuple[float, str], ...] = (
    (_STRAIGHT_DEG, "straight"),
    (45.0, "slight"),
    (135.0, ""),
    (165.0, "sharp"),
)


@dataclass(frozen=True, eq=False)
class RoadBook:
    """
    What a turn list needs to know of a network's roads.

    Parameters
    ----------
    network
        The roads.
    name
        Shape (n_segments,), name of each, else its number; empty where it has neither.
    first_end, segment_at
        Segments at the nodes: those at node i are ``segment_at[first_end[i]:first_end[i + 1]]``, shapes
        (n_nodes + 1,) and (2 n_segments,); one that begins and ends at a node is there twice.
    to_wgs84
        From the network's system to degrees.
    """

    network: RoadNetwork
    name: NDArray[np.object_]
    first_end: NDArray[np.int64]
    segment_at: NDArray[np.int64]
    to_wgs84: pyproj.Transformer

    @classmethod
    def of(cls, roads: Roads, network: RoadNetwork) -> RoadBook:
        """
        Look roads up.

        Parameters
        ----------
        roads
            The tables that the network was made from.
        network
            The same roads, made ready for search.
        """
        edges = roads.edges.iloc[network.edge]
        name, ref = first_text(edges, "name"), first_text(edges, "ref")
        ends = np.concatenate((network.tail, network.head))
        return cls(
            network,
            np.where(name != "", name, ref),
            np.concatenate(([0], np.cumsum(np.bincount(ends, minlength=len(network.node_id))))),
            np.argsort(ends, kind="stable") % len(network.tail),
            pyproj.Transformer.from_crs(network.crs, WGS84, always_xy=True),
        )

    def route(self, way: Sequence[Piece], end: shapely.Point, *, leave_s: float, arrive_s: float) -> Route:
        """
        Tell a way.

        Parameters
        ----------
        way
            Pieces of road in driving order; none where it ends where it begins.
        end
            Where it ends, on the road.
        leave_s, arrive_s
            Off the road at either end.
        """
        courses = self._courses(way) if way else [np.array([[end.x, end.y]] * 2)]
        length_m, time_s = self._lengths(way), self._times(way)
        xy = np.concatenate([courses[0], *(course[1:] for course in courses[1:])])
        steps = self._steps(way, xy, _junctions_at(courses), length_m, time_s) if way else []
        lon, lat = self.to_wgs84.transform(*xy[-1])
        return Route(
            steps=(*steps, Step("arrive", "", "", 0.0, 0.0, float(lon), float(lat))),
            length_m=float(length_m.sum()),
            time_s=float(time_s.sum()),
            leave_s=leave_s,
            arrive_s=arrive_s,
            geometry=shapely.LineString(xy),
        )

    def _courses(self, way: Sequence[Piece]) -> list[NDArray[np.float64]]:
        """Give the pieces' vertices in driving order."""
        lines = self.network.geometry[[piece.segment for piece in way]]
        xy, line = shapely.get_coordinates(lines, return_index=True)
        whole = np.split(xy, np.searchsorted(line, np.arange(1, len(way))))
        return [
            (course if piece.along else course[::-1]) if piece.part >= 1 else _part_of(lines[k], piece)
            for k, (piece, course) in enumerate(zip(way, whole, strict=True))
        ]

    def _lengths(self, way: Sequence[Piece]) -> NDArray[np.float64]:
        segment, part = [piece.segment for piece in way], np.array([piece.part for piece in way])
        return part * self.network.length_m[np.array(segment, dtype=np.int64)]

    def _times(self, way: Sequence[Piece]) -> NDArray[np.float64]:
        net, part = self.network, np.array([piece.part for piece in way])
        segment = np.array([piece.segment for piece in way], dtype=np.int64)
        along = np.array([piece.along for piece in way], dtype=np.bool_)
        return part * np.where(along, net.forward_s[segment], net.backward_s[segment])

    def _steps(
        self,
        way: Sequence[Piece],
        xy: NDArray[np.float64],
        at: NDArray[np.int64],
        length_m: NDArray[np.float64],
        time_s: NDArray[np.float64],
    ) -> list[Step]:
        """Cut a way into roads; `at` says where in the course each piece begins."""
        before, after = _directions(xy, at)
        starts = self._starts(way, before, _angles(before, after), length_m)
        lon, lat = self.to_wgs84.transform(*xy[at[[first for first, _ in starts]]].T)
        steps = []
        for k, (first, named) in enumerate(starts):
            stop = starts[k + 1][0] if k + 1 < len(starts) else len(way)
            angle = float(_angles(before[[first]], after[[named]])[0])
            longest = way[named + int(length_m[named:stop].argmax())].segment
            steps.append(
                Step(
                    turn=_turn(angle) if k else "start",
                    road=str(self.name[way[named].segment]),
                    highway=str(self.network.highway[longest]),
                    length_m=float(length_m[first:stop].sum()),
                    time_s=float(time_s[first:stop].sum()),
                    lon=float(lon[k]),
                    lat=float(lat[k]),
                )
            )
        return steps

    def _starts(
        self,
        way: Sequence[Piece],
        before: NDArray[np.float64],
        angle: NDArray[np.float64],
        length_m: NDArray[np.float64],
    ) -> list[tuple[int, int]]:
        """Give the pieces where steps begin, and those that they are named after."""
        bends = np.abs(angle).tolist()
        starts = [0] + [
            k
            for k in range(1, len(way))
            if self._is_turn(way[k - 1], way[k], bends[k]) or self._is_fork(way, k, before[[k]], bends[k])
        ]
        ends = [*starts[1:], len(way)]
        kept: list[tuple[int, int]] = []
        pending: int | None = None
        for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
            first = start if pending is None else pending
            if 0 < k < len(starts) - 1 and length_m[start:end].sum() < _SHORT_M:
                pending = first
                continue
            kept.append((first, start))
            pending = None
        return kept

    def _is_turn(self, one: Piece, other: Piece, angle_deg: float) -> bool:
        """Tell whether a driver has to be told of a junction."""
        net = self.network
        node = (net.head if one.along else net.tail)[one.segment]
        name, next_name = self.name[one.segment], self.name[other.segment]
        if name != next_name:
            return True
        if self.first_end[node + 1] - self.first_end[node] <= 2:  # noqa: PLR2004 - a road that goes on
            return False
        if not name and angle_deg <= _STRAIGHT_DEG:
            return False  # nobody who drives straight on sees where one class ends
        is_other_class = not name and net.highway[one.segment] != net.highway[other.segment]
        return bool(is_other_class or angle_deg > _KEEPS_ROAD_DEG)

    def _is_fork(self, way: Sequence[Piece], k: int, before: NDArray[np.float64], angle_deg: float) -> bool:
        """Tell whether the way bears off where the road seems to go on straighter, under the same name."""
        if angle_deg <= _STRAIGHT_DEG:
            return False
        net, one, mine = self.network, way[k - 1].segment, way[k].segment
        node = (net.head if way[k - 1].along else net.tail)[one]
        ends = self.segment_at[self.first_end[node] : self.first_end[node + 1]]
        others = ends[(ends != one) & (ends != mine) & (self.name[ends] == self.name[mine])]
        for other in others.tolist():
            from_tail = bool(net.tail[other] == node)
            if np.isfinite((net.forward_s if from_tail else net.backward_s)[other]):
                bend = abs(float(_angles(before, self._ahead(other, from_tail=from_tail))[0]))
                if bend < angle_deg + _AS_STRAIGHT_DEG:
                    return True
        return False

    def _ahead(self, segment: int, *, from_tail: bool) -> NDArray[np.float64]:
        """Give the direction in which a road leaves the node at one of its ends, shape (1, 2)."""
        line = self.network.geometry[segment]
        look_m = min(_LOOK_M, line.length)
        here, there = (0.0, look_m) if from_tail else (line.length, line.length - look_m)
        ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [here, there]))
        return np.asarray(ends[[1]] - ends[[0]])


def _part_of(line: shapely.LineString, piece: Piece) -> NDArray[np.float64]:
    """Give the vertices of a piece that is not the whole of its road."""
    finish = piece.begin + (piece.part if piece.along else -piece.part)
    return shapely.get_coordinates(substring(line, piece.begin, finish, normalized=True))


def _junctions_at(courses: Sequence[NDArray[np.float64]]) -> NDArray[np.int64]:
    """Give the place in the joined course where each piece begins."""
    return np.concatenate(([0], np.cumsum([len(course) - 1 for course in courses[:-1]]))).astype(np.int64)


def _directions(
    xy: NDArray[np.float64], at: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the course's directions before and after some of its vertices, as far as a driver looks."""
    along_m = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))))
    here_m = along_m[at]

    def place(where_m: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([np.interp(where_m, along_m, xy[:, k]) for k in (0, 1)], axis=1)

    return xy[at] - place(here_m - _LOOK_M), place(here_m + _LOOK_M) - xy[at]


def _angles(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the degrees turned between directions, to the left above 0."""
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    return np.asarray(np.degrees(np.arctan2(cross, (before * after).sum(axis=1))))


def _turn(angle_deg: float) -> Turn:
    """Name a turn by its degrees, to the left above 0."""
    side = "left" if angle_deg > 0 else "right"
    for limit_deg, word in _TURNS:
        if abs(angle_deg) <= limit_deg:
            turns: dict[str, Turn] = {
                "straight": "straight",
                "slight": "slight_left" if side == "left" else "slight_right",
                "": "left" if side == "left" else "right",
                "sharp": "sharp_left" if side == "left" else "sharp_right",
            }
            return turns[word]
    return "u_turn"
