"""Modelled expressways: two carriageways each, entered at interchanges alone."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely

from linxiang_model import facts
from linxiang_model.terrain import smooth_curve

_HALF_WIDTH_M = 13.0
_STEP_M = 220.0
_RAMP_M = 750.0
_TOLL_M = 420.0
_END_M = 350.0


@dataclass(frozen=True)
class Expressway:
    """
    The course of one expressway.

    Parameters
    ----------
    ref
        Its number.
    name
        Its name.
    course
        Centre line, metres.
    interchanges
        Where it can be entered: metres along the course, and the side of the toll gate (+1 left, -1 right);
        at each end the road goes on and is entered once more beyond the county line.
    """

    ref: str
    name: str
    course: shapely.LineString
    interchanges: tuple[tuple[float, int], ...]


# Longitude and latitude of the course; then of the interchanges, each with the centre it serves.
_G4 = (
    (113.742, 29.541), (113.690, 29.527), (113.640, 29.496), (113.600, 29.484), (113.550, 29.462),
    (113.500, 29.443), (113.455, 29.424), (113.412, 29.400), (113.376, 29.373), (113.345, 29.335),
    (113.312, 29.302), (113.284, 29.272),
)  # fmt: skip
_G56 = (
    (113.712, 29.345), (113.660, 29.331), (113.612, 29.322), (113.560, 29.337), (113.500, 29.334),
    (113.455, 29.343), (113.418, 29.364), (113.376, 29.3735), (113.330, 29.392), (113.270, 29.415),
)  # fmt: skip
_INTERCHANGES = {
    "G4": (((113.595, 29.482), "羊楼司镇"), ((113.503, 29.444), "长安街道")),
    "G56": (((113.602, 29.322), "詹桥镇"), ((113.507, 29.334), "忠防镇"), ((113.425, 29.361), "桃林镇")),
}


def expressways() -> tuple[Expressway, ...]:
    """Give the two expressways through the county."""
    roads = []
    for ref, name, points in (("G4", "京港澳高速", _G4), ("G56", "杭瑞高速", _G56)):
        course = smooth_curve(facts.metres(points))
        gates = []
        for at, unit_name in _INTERCHANGES[ref]:
            (spot,) = facts.metres((at,))
            s = course.project(shapely.Point(spot))
            (unit,) = (u for u in facts.UNITS if u.name == unit_name)
            (target,) = facts.metres((unit.centre,))
            left = _normal(course, s) @ (target - _at(course, s)) > 0
            gates.append((s, 1 if left else -1))
        ends = ((_END_M, 1), (course.length - _END_M, 1))
        roads.append(Expressway(ref, name, course, tuple(sorted((*gates, *ends)))))
    return tuple(roads)


def toll_spots(road: Expressway) -> np.ndarray:
    """Give where the toll gates would lie, shape (n_interchanges, 2), metres."""
    return np.array(
        [_at(road.course, s) + side * _TOLL_M * _normal(road.course, s) for s, side in road.interchanges]
    )


@dataclass(frozen=True)
class Link:
    """
    One one-way piece of an expressway or ramp.

    Parameters
    ----------
    start, end
        Keys of its nodes: a text for a place on a carriageway, a number for a node of the mesh.
    highway, ref, name
        As in OpenStreetMap.
    line
        From start to end, metres.
    """

    start: str | int
    end: str | int
    highway: str
    ref: str | None
    name: str | None
    line: np.ndarray


def build(roads: tuple[Expressway, ...], gates: list[np.ndarray], xy: np.ndarray) -> list[Link]:
    """
    Draw carriageways and ramps.

    Parameters
    ----------
    roads
        The expressways; where two cross, ramps join every carriageway to every one of the other.
    gates
        For each expressway, the mesh nodes of its toll gates, in the order of its interchanges.
    xy
        Shape (n, 2), where the nodes of the mesh lie, metres.
    """
    stops: dict[tuple[str, int], list[float]] = {(r.ref, way): [] for r in roads for way in (1, -1)}
    links: list[Link] = []
    for road, nodes in zip(roads, gates, strict=True):
        for (s, _), gate in zip(road.interchanges, nodes, strict=True):
            links += _gate_ramps(road, s, int(gate), xy[gate], stops)
    links += _crossing_ramps(roads, stops)
    for road in roads:
        for way in (1, -1):
            links += _carriageway(road, way, stops[road.ref, way])
    return links


def _gate_ramps(
    road: Expressway, s: float, gate: int, spot: np.ndarray, stops: dict[tuple[str, int], list[float]]
) -> list[Link]:
    ramps = []
    for way in (1, -1):
        first, last = s - way * _RAMP_M, s + way * _RAMP_M
        middle = _at(road.course, s) * 0.45 + spot * 0.55
        if 0 <= first <= road.course.length:
            stops[road.ref, way].append(first)
            bend = [_at(road.course, (first + s) / 2), middle]
            line = _bezier(_lane(road.course, first, way), *bend, spot)
            ramps.append(Link(_key(road, way, first), gate, "motorway_link", None, None, line))
        if 0 <= last <= road.course.length:
            stops[road.ref, way].append(last)
            bend = [middle, _at(road.course, (last + s) / 2)]
            line = _bezier(spot, *bend, _lane(road.course, last, way))
            ramps.append(Link(gate, _key(road, way, last), "motorway_link", None, None, line))
    return ramps


def _crossing_ramps(roads: tuple[Expressway, ...], stops: dict[tuple[str, int], list[float]]) -> list[Link]:
    ramps = []
    first, second = roads
    meeting = shapely.intersection(first.course, second.course)
    for spot in shapely.get_parts(meeting):
        for a, b in ((first, second), (second, first)):
            sa, sb = a.course.project(spot), b.course.project(spot)
            for from_way in (1, -1):
                for to_way in (1, -1):
                    leave, enter = sa - from_way * 1.2 * _RAMP_M, sb + to_way * 1.2 * _RAMP_M
                    stops[a.ref, from_way].append(leave)
                    stops[b.ref, to_way].append(enter)
                    line = _bezier(
                        _lane(a.course, leave, from_way),
                        _at(a.course, sa - from_way * 0.35 * _RAMP_M),
                        _at(b.course, sb + to_way * 0.35 * _RAMP_M),
                        _lane(b.course, enter, to_way),
                    )
                    start, end = _key(a, from_way, leave), _key(b, to_way, enter)
                    ramps.append(Link(start, end, "motorway_link", None, None, line))
    return ramps


def _carriageway(road: Expressway, way: int, stops: list[float]) -> list[Link]:
    places = sorted(set(stops), reverse=way < 0)
    pieces = []
    for a, b in itertools.pairwise(places):
        n = max(2, int(abs(b - a) / _STEP_M) + 1)
        line = np.array([_lane(road.course, s, way) for s in np.linspace(a, b, n)])
        pieces.append(Link(_key(road, way, a), _key(road, way, b), "motorway", road.ref, road.name, line))
    return pieces


def _key(road: Expressway, way: int, s: float) -> str:
    return f"{road.ref}{'+' if way > 0 else '-'}{s:.1f}"


def _at(course: shapely.LineString, s: float) -> np.ndarray:
    return shapely.get_coordinates(shapely.line_interpolate_point(course, s))[0]


def _tangent(course: shapely.LineString, s: float) -> np.ndarray:
    step = _at(course, min(s + 60, course.length)) - _at(course, max(s - 60, 0))
    return np.asarray(step / np.linalg.norm(step))


def _normal(course: shapely.LineString, s: float) -> np.ndarray:
    """Give the unit vector to the left of the course."""
    x, y = _tangent(course, s)
    return np.array([-y, x])


def _lane(course: shapely.LineString, s: float, way: int) -> np.ndarray:
    """Give the middle of a carriageway; traffic keeps to the right."""
    return np.asarray(_at(course, s) - way * _HALF_WIDTH_M * _normal(course, s))


def _bezier(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    t = np.linspace(0, 1, 9)[:, None]
    return np.asarray((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)
