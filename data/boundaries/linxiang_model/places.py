"""Modelled settlements: villages and hamlets by a seeded rule, and the people in them and in the towns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import KDTree

from linxiang_model import facts
from linxiang_model.terrain import BUFFER_M, BUILT_UP, SEED, Mesh, hilliness

_PEOPLE_A_VILLAGE_THOUSANDS = 1.2
_NEAR_ROAD_M = 1_200.0
_VILLAGE_SPREAD = 0.30
_HAMLET_SPACING_M = (640.0, 1_250.0)
_OUTSIDE_SPACING_M = 3_200.0
_STREET_POINT_SPACING_M = {True: 400.0, False: 300.0}


@dataclass(frozen=True)
class Places:
    """
    Settlements, as nodes of the mesh.

    Parameters
    ----------
    villages
        Shape (n_villages,), node of each.
    village_unit
        Shape (n_villages,), index into `facts.UNITS`.
    hamlets
        Nodes of groups of houses, which have roads and no people of their own: a village's people stand
        at its middle.
    outside
        Nodes of villages beyond the county line, which have roads alone.
    """

    villages: np.ndarray
    village_unit: np.ndarray
    hamlets: np.ndarray
    outside: np.ndarray


def settle(mesh: Mesh, shares: list[shapely.Polygon], main_roads: np.ndarray) -> Places:
    """
    Place villages and hamlets.

    Villages: as many a township as it has rural people, 1,200 each; blue noise inside the township, drawn
    towards low, level ground and main roads. Hamlets: blue noise over the county, about 640 m apart in the
    plain and up to 1,250 m apart in the hills, where there are fewer.

    Parameters
    ----------
    mesh
        The land.
    shares
        Township polygons, in the order of `facts.UNITS`.
    main_roads
        Nodes that main roads pass.
    """
    rng = np.random.default_rng(SEED + 36)
    points = shapely.points(mesh.xy)
    open_country = mesh.zone < BUILT_UP
    pull = np.exp(-2.0 * hilliness(mesh.height_m)) * (mesh.height_m < 420)
    near = KDTree(mesh.xy[main_roads]).query(mesh.xy)[0] < _NEAR_ROAD_M
    pull *= np.where(near, 1.6, 1.0)
    villages: list[np.ndarray] = []
    for unit, share in zip(facts.UNITS, shares, strict=True):
        # a village's middle lies well inside its township
        room = open_country & _within(share.buffer(-400), points)
        n = max(1, round(unit.rural_weight / _PEOPLE_A_VILLAGE_THOUSANDS))
        villages.append(_scatter(mesh.xy, np.flatnonzero(room & (pull > 0)), pull, n, share.area, rng))
    every = np.concatenate(villages)
    county = shapely.union_all(shares)
    return Places(
        villages=every,
        village_unit=np.repeat(np.arange(len(shares)), [len(v) for v in villages]),
        hamlets=_hamlets(mesh, open_country & _within(county.buffer(-100), points), every, rng),
        outside=_outside(mesh, ~_within(county.buffer(1_500), points), county, rng),
    )


def _within(area: shapely.Geometry, points: np.ndarray) -> np.ndarray:
    shapely.prepare(area)
    return np.asarray(shapely.contains(area, points))


def _scatter(
    xy: np.ndarray, room: np.ndarray, pull: np.ndarray, n: int, area_m2: float, rng: np.random.Generator
) -> np.ndarray:
    """Throw darts, the likelier where the pull is stronger, with ever smaller distance until `n` stick."""
    order = room[np.argsort(-np.log(1 - rng.random(len(room))) / pull[room])]
    apart = 0.95 * np.sqrt(area_m2 / n)
    while True:
        stuck: list[int] = []
        for node in order:
            if len(stuck) == n:
                return np.array(stuck)
            if not stuck or np.linalg.norm(xy[stuck] - xy[node], axis=1).min() > apart:
                stuck.append(int(node))
        if len(stuck) == n:
            return np.array(stuck)
        apart *= 0.94


def _hamlets(mesh: Mesh, room: np.ndarray, villages: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    high = hilliness(mesh.height_m)
    near, far = _HAMLET_SPACING_M
    apart = (near + (far - near) * high) * (0.55 + 0.9 * rng.random(len(high)))
    return _darts(mesh.xy, apart, np.flatnonzero(room & (rng.random(len(high)) > 0.9 * high)), villages, rng)


def _outside(mesh: Mesh, room: np.ndarray, county: shapely.Geometry, rng: np.random.Generator) -> np.ndarray:
    room = room & _within(county.buffer(BUFFER_M - 400), shapely.points(mesh.xy))
    apart = np.full(len(room), _OUTSIDE_SPACING_M)
    return _darts(mesh.xy, apart, np.flatnonzero(room & (mesh.height_m < 300)), np.array([], dtype=int), rng)


def _darts(
    xy: np.ndarray, apart: np.ndarray, room: np.ndarray, already: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Take nodes in chance order, each keeping its own distance from those already taken."""
    tree = KDTree(xy)
    blocked = np.zeros(len(xy), dtype=bool)
    for node in already:
        blocked[tree.query_ball_point(xy[node], apart[node])] = True
    taken: list[int] = []
    for node in room[np.argsort(rng.random(len(room)))]:
        if not blocked[node]:
            taken.append(int(node))
            blocked[tree.query_ball_point(xy[node], apart[node])] = True
    return np.array(taken, dtype=int)


@dataclass(frozen=True)
class Demand:
    """
    People at points.

    Parameters
    ----------
    unit
        Shape (n,), index into `facts.UNITS`.
    name
        Neutral names: township, then 城区, 镇区 or 村, then a number.
    people
        Shape (n,), whole numbers that add up to the census.
    xy
        Shape (n, 2), metres.
    """

    unit: np.ndarray
    name: tuple[str, ...]
    people: np.ndarray
    xy: np.ndarray


def share_out(total: int, weights: np.ndarray) -> np.ndarray:
    """
    Split a whole number by weights, the largest remainders rounded up.

    Returns
    -------
    ndarray
        Whole numbers that add up to `total`.
    """
    exact = total * weights / weights.sum()
    whole = np.floor(exact).astype(np.int64)
    # equal remainders go by position, so that no machine's rounding decides
    rest = np.argsort(-(exact - whole).round(9), kind="stable")[: total - int(whole.sum())]
    whole[rest] += 1
    return whole


def people(mesh: Mesh, shares: list[shapely.Polygon], places: Places, xy: np.ndarray) -> Demand:
    """
    Put the people of the census on the streets of the towns and in the villages.

    Urban people stand on a thinned street grid of the built-up area, denser towards the centre; a
    township's rural people are split over its villages by a log-normal share.

    Parameters
    ----------
    mesh
        The land.
    shares
        Township polygons, in the order of `facts.UNITS`.
    places
        The settlements.
    xy
        Shape (n, 2), where the nodes have come to lie, metres.
    """
    rng = np.random.default_rng(SEED + 40)
    urban = share_out(facts.N_URBAN, np.array([unit.urban_weight for unit in facts.UNITS]))
    rural = share_out(facts.N_RURAL, np.array([unit.rural_weight for unit in facts.UNITS]))
    nodes, units, names, counts = [], [], [], []
    for i, unit in enumerate(facts.UNITS):
        streets = _street_points(mesh, shares[i], i, rng)
        away = np.linalg.norm(mesh.xy[streets] - mesh.xy[mesh.centre[i]], axis=1)
        dense = np.exp(-away / (0.9 * away.max() + 1)) * np.exp(0.25 * _bell(rng, len(streets)))
        villages = places.villages[places.village_unit == i]
        size = np.exp(_VILLAGE_SPREAD * _bell(rng, len(villages)))
        nodes += [streets, villages]
        counts += [share_out(int(urban[i]), dense), share_out(int(rural[i]), size)]
        units.append(np.full(len(streets) + len(villages), i))
        word = "城区" if unit.is_subdistrict else "镇区"
        names += [f"{unit.name}·{word}{k:02d}" for k in range(1, len(streets) + 1)]
        names += [f"{unit.name}·村{k:02d}" for k in range(1, len(villages) + 1)]
    return Demand(np.concatenate(units), tuple(names), np.concatenate(counts), xy[np.concatenate(nodes)])


def _bell(rng: np.random.Generator, n: int) -> np.ndarray:
    """Give nearly normal numbers from plain uniform ones, alike on every machine."""
    return np.asarray(rng.random((n, 12)).sum(axis=1) - 6.0)


def _street_points(mesh: Mesh, share: shapely.Polygon, unit: int, rng: np.random.Generator) -> np.ndarray:
    """Give some crossings of a unit's built-up area, well apart, the centre first."""
    streets = np.flatnonzero(mesh.zone == BUILT_UP + unit)
    streets = streets[_within(share.buffer(-40), shapely.points(mesh.xy[streets]))]
    apart = np.full(len(mesh.xy), _STREET_POINT_SPACING_M[facts.UNITS[unit].is_subdistrict])
    centre = mesh.centre[unit : unit + 1]
    return np.concatenate([centre, _darts(mesh.xy, apart, streets, centre, rng)])
