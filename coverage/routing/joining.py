"""Ends of new roads led to the roads that are there, and the nodes where they meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.routing.cutting import SAME_PLACE_M, Cut, pieces_of
from coverage.routing.segments import CLOSED_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

JUNCTION_M = 1.0
"""A road joins at a junction rather than beside it where that is as near as this."""

Place = tuple[float, ...]


@dataclass
class Joining:
    """
    Lines that new roads may join, and the nodes where they do; it grows road by road.

    Parameters
    ----------
    lines
        Courses of roads in metres; new roads come below them.
    ends
        Node ids at the start and end of each.
    classes
        Road class of each; None where nothing joins it.
    first_id
        Of the new nodes; the others follow below it.
    cuts
        By number of the line: how far along it is joined, metres, and the node there.
    places
        Where the new nodes are.
    """

    lines: list[shapely.LineString]
    ends: list[tuple[int, int]]
    classes: list[str | None]
    first_id: int
    cuts: dict[int, list[tuple[float, int]]] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)

    def nearest(self, point: shapely.Point, highway: str) -> tuple[float, int]:
        """
        Find the nearest line that a road of some class may join.

        Returns
        -------
        tuple of float and int
            Metres to it, ``inf`` where there is none, and its number.
        """
        may = [i for i, name in enumerate(self.classes) if name is not None and may_join(highway, name)]
        if not may:
            return np.inf, -1
        distance_m = shapely.distance(point, [self.lines[i] for i in may])
        best = int(np.argmin(distance_m))
        return float(distance_m[best]), may[best]

    def join(self, number: int, point: shapely.Point) -> int:
        """Give the node on a line that is nearest to a point, a new one where none is near enough."""
        line = self.lines[number]
        at_m, length_m = line.project(point), line.length
        if min(at_m, length_m - at_m) <= JUNCTION_M:
            return self.ends[number][int(at_m > length_m / 2)]
        beside = [(abs(cut_m - at_m), node) for cut_m, node in self.cuts.get(number, [])]
        if beside and min(beside)[0] <= JUNCTION_M:
            return min(beside)[1]
        node = self.add_node(line.interpolate(at_m))
        self.cuts.setdefault(number, []).append((at_m, node))
        return node

    def add_node(self, point: shapely.Point) -> int:
        """Make a node at a place."""
        node = self.first_id - len(self.places)
        self.places[node] = point.coords[0]
        return node

    def place_of(self, node: int) -> Place:
        """Tell where a node at the end of a line, or a new one, is."""
        if node in self.places:
            return self.places[node]
        number, end = next((i, pair.index(node)) for i, pair in enumerate(self.ends) if node in pair)
        return self.lines[number].coords[-end]

    def add_line(self, line: shapely.LineString, nodes: tuple[int, int], highway: str) -> None:
        """Lead a new road to the nodes at its ends, and let those after it join it."""
        xy = shapely.get_coordinates(line)
        start, end = (np.array(self.place_of(node)) for node in nodes)
        # an end that lies where its node is must not leave a second vertex there
        xy = xy[int(_is_at(xy[0], start)) : len(xy) - int(_is_at(xy[-1], end))]
        self.lines.append(shapely.LineString(np.concatenate(([start], xy, [end]))))
        self.ends.append(nodes)
        self.classes.append(highway)

    def cut(self, number: int) -> Cut:
        """Say where a line is cut by what joins it."""
        cuts = sorted(self.cuts.get(number, []))
        at_m, nodes = [at for at, _ in cuts], [node for _, node in cuts]
        return Cut(np.array(at_m), np.array(nodes, dtype=np.int64), np.ones(len(cuts) + 1, dtype=np.bool_))

    def pieces(self, number: int) -> Iterator[tuple[int, int, shapely.LineString]]:
        """Give a line's pieces with the nodes at their ends."""
        cut = self.cut(number)
        nodes = [self.ends[number][0], *cut.node.tolist(), self.ends[number][1]]
        yield from zip(nodes[:-1], nodes[1:], pieces_of(self.lines[number], cut.at_m), strict=True)


def may_join(highway: str, other: str) -> bool:
    """Tell whether a road of one class may join one of another: motorways are for slip roads alone."""
    return other not in CLOSED_CLASSES or highway in CLOSED_CLASSES


def _is_at(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.hypot(*(a - b)) <= SAME_PLACE_M)
