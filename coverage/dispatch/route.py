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
_TURNS: tuple[tuple[float, str], ...] = ((20.0, "straight"), (45.0, "slight"), (135.0, ""), (165.0, "sharp"))


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
    n_roads
        Shape (n_nodes,), how many segments meet at each.
    to_wgs84
        From the network's system to degrees.
    """

    network: RoadNetwork
    name: NDArray[np.object_]
    n_roads: NDArray[np.int64]
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
            np.bincount(ends, minlength=len(network.node_id)),
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
        courses = [self._course(piece) for piece in way] or [np.array([[end.x, end.y]] * 2)]
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

    def _course(self, piece: Piece) -> NDArray[np.float64]:
        """Give a piece's vertices in driving order."""
        line = self.network.geometry[piece.segment]
        if piece.part >= 1:
            xy = shapely.get_coordinates(line)
            return xy if piece.along else xy[::-1]
        finish = piece.begin + (piece.part if piece.along else -piece.part)
        return shapely.get_coordinates(substring(line, piece.begin, finish, normalized=True))

    def _lengths(self, way: Sequence[Piece]) -> NDArray[np.float64]:
        return np.array([piece.part * self.network.length_m[piece.segment] for piece in way])

    def _times(self, way: Sequence[Piece]) -> NDArray[np.float64]:
        net = self.network
        return np.array([p.part * (net.forward_s if p.along else net.backward_s)[p.segment] for p in way])

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
        starts = self._starts(way, _angles(before, after), length_m)
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
        self, way: Sequence[Piece], angle: NDArray[np.float64], length_m: NDArray[np.float64]
    ) -> list[tuple[int, int]]:
        """Give the pieces where steps begin, and those that they are named after."""
        starts = [0, *(k for k in range(1, len(way)) if self._is_turn(way[k - 1], way[k], abs(angle[k])))]
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
        is_junction = self.n_roads[node] > 2  # noqa: PLR2004 - a road that goes on has two ends there
        if not is_junction:
            return False
        is_other_class = not name and net.highway[one.segment] != net.highway[other.segment]
        return bool(is_other_class or angle_deg > _KEEPS_ROAD_DEG)


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
