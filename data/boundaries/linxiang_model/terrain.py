"""A modelled land: hills in the south, polders by the Yangtze, lakes, and the mesh that roads may follow."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from scipy.interpolate import CubicSpline
from scipy.ndimage import map_coordinates
from scipy.sparse import csr_array
from scipy.spatial import Delaunay

from linxiang_model import facts

SEED = 430682
REACH_M = 6_000.0
"""How far beyond the county line the land is modelled; the roads are kept to `BUFFER_M`."""
BUFFER_M = 5_000.0

COUNTRY, POLDER, BUILT_UP = 0, 1, 2
STREET_SPACING_M = 255.0
_COUNTRY_SPACING_M, _POLDER_SPACING_M = 230.0, 320.0

# Ranges of hills: longitude, latitude, radius in km, height in m.
_RANGES = (
    (113.715, 29.445, 5.5, 850.0),
    (113.540, 29.262, 4.5, 620.0),
    (113.450, 29.270, 4.0, 470.0),
    (113.300, 29.255, 4.0, 380.0),
    (113.555, 29.400, 5.5, 480.0),
    (113.440, 29.425, 2.6, 300.0),
    (113.660, 29.340, 4.5, 520.0),
    (113.590, 29.590, 4.5, 190.0),
    (113.420, 29.550, 4.0, 110.0),
)
# Valley floors, which carry the towns: longitude and latitude along each.
_VALLEYS = (
    ((113.602, 29.304), (113.555, 29.325), (113.498, 29.350), (113.455, 29.352), (113.411, 29.343),
     (113.350, 29.352)),
    ((113.411, 29.343), (113.378, 29.300), (113.346, 29.276), (113.368, 29.246), (113.401, 29.222)),
    ((113.690, 29.545), (113.614, 29.509), (113.555, 29.492), (113.492, 29.490), (113.457, 29.477),
     (113.400, 29.455)),
    ((113.466, 29.371), (113.462, 29.420), (113.457, 29.477)),
    ((113.602, 29.304), (113.622, 29.360), (113.635, 29.420), (113.614, 29.509)),
)  # fmt: skip
# Streams down the valleys, bridged here and there: longitude and latitude along each.
_STREAMS = (
    ((113.640, 29.318), (113.590, 29.318), (113.545, 29.318), (113.490, 29.342), (113.452, 29.340),
     (113.405, 29.330), (113.380, 29.338), (113.350, 29.318), (113.290, 29.325)),
    ((113.425, 29.215), (113.385, 29.232), (113.358, 29.262), (113.365, 29.300), (113.380, 29.338)),
    ((113.580, 29.430), (113.540, 29.478), (113.515, 29.510), (113.505, 29.560), (113.478, 29.600),
     (113.480, 29.660)),
    ((113.700, 29.420), (113.650, 29.480), (113.628, 29.535), (113.600, 29.570), (113.590, 29.630),
     (113.570, 29.690)),
    ((113.440, 29.500), (113.425, 29.530), (113.445, 29.590), (113.400, 29.650), (113.350, 29.690)),
    ((113.500, 29.420), (113.440, 29.440), (113.410, 29.470), (113.350, 29.480)),
)  # fmt: skip
# Lakes and waterlogged land: longitude, latitude, half axes in km, turned by degrees.
_LAKES = (
    (113.556, 29.712, 4.6, 3.0, 35.0),
    (113.468, 29.664, 4.4, 1.3, 48.0),
    (113.386, 29.664, 1.7, 0.8, 60.0),
)
# South bank of the Yangtze, beyond which nothing is modelled, as far as the modelled land reaches.
_BANK = ((113.230, 29.560), (113.302, 29.628), (113.396, 29.726), (113.566, 29.852), (113.640, 29.910))
_POLDER_SOUTH_LAT = 29.655
_POLDER_TURN_DEG = 45.0
_STREET_TURN_DEG = (24.0, 8.0, 24.0, 24.0, -12.0, 15.0, 45.0, 5.0, 33.0, -20.0, 12.0, 45.0, 30.0, -8.0)


@dataclass(frozen=True)
class Mesh:
    """
    Places a road may pass, and the steps between them: a plane graph.

    Parameters
    ----------
    xy
        Shape (n, 2), metres.
    height_m
        Shape (n,), modelled height above the sea.
    zone
        Shape (n,), `COUNTRY`, `POLDER`, or `BUILT_UP` + index of the unit whose streets they are.
    edges
        Shape (m, 2), each step once.
    length_m
        Shape (m,), as the crow flies.
    cost_m
        Shape (m,), metres of level ground that building a road there is worth.
    centre
        Shape (14,), the node of each unit's centre.
    """

    xy: np.ndarray
    height_m: np.ndarray
    zone: np.ndarray
    edges: np.ndarray
    length_m: np.ndarray
    cost_m: np.ndarray
    centre: np.ndarray
    lakes: shapely.Geometry = field(repr=False)

    def graph(self, weight: np.ndarray, *, among: np.ndarray | None = None) -> csr_array:
        """
        Give the mesh as a symmetric sparse matrix.

        Parameters
        ----------
        weight
            Shape (m,), of each step.
        among
            Shape (m,), True for the steps to take; all where it is not given.
        """
        chosen = np.ones(len(self.edges), dtype=bool) if among is None else among
        u, v = self.edges[chosen].T
        n = len(self.xy)
        both = (np.concatenate([weight[chosen]] * 2), (np.concatenate([u, v]), np.concatenate([v, u])))
        return csr_array(both, shape=(n, n))


def built_up_radius_m(unit: facts.Unit) -> float:
    """Give the radius of a unit's built-up area, at about 5,000 people a square kilometre or less."""
    return max(620.0, 255.0 * float(np.sqrt(unit.urban_weight)))


def street_axes(unit: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the two directions of a unit's street grid, as unit vectors."""
    along, across = _turn(_STREET_TURN_DEG[unit]).T
    return along, across


def land() -> shapely.Polygon:
    """Give the modelled land: the county and what lies around it, as far as the Yangtze."""
    bank = facts.metres(_BANK)
    far = bank + np.array([-40_000.0, 40_000.0])
    river = shapely.Polygon([*bank, *far[::-1]])
    county = facts.outline()
    return shapely.union(shapely.difference(county.buffer(REACH_M), river), county.buffer(-50.0))


def streams() -> list[shapely.LineString]:
    """Give the modelled streams as smooth lines, metres."""
    return [smooth_curve(facts.metres(course)) for course in _STREAMS]


def smooth_curve(points: np.ndarray) -> shapely.LineString:
    """Draw a smooth curve through points, with a vertex every 100 m or so."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return shapely.LineString(CubicSpline(along, points)(np.linspace(0, along[-1], int(along[-1] / 100))))


def lakes() -> shapely.Geometry:
    """Give the modelled lakes, which no road crosses."""
    rng = np.random.default_rng(SEED + 1)
    shapes = []
    for lon, lat, a_km, b_km, turn_deg in _LAKES:
        (centre,) = facts.metres(((lon, lat),))
        angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
        wobble = 1 + sum(
            0.16 / k * np.sin(k * angle + phase)
            for k, phase in zip((2, 3, 5, 8), 2 * np.pi * rng.random(4), strict=True)
        )
        ring = np.column_stack([a_km * np.cos(angle), b_km * np.sin(angle)]) * wobble[:, None] * 1000
        shapes.append(shapely.Polygon(ring @ _turn(turn_deg).T + centre))
    return shapely.union_all(shapes)


def heights_m(xy: np.ndarray) -> np.ndarray:
    """
    Give the modelled height above the sea at points.

    Ranges of hills, carved by ridged noise of three wavelengths and worn down along the valleys.

    Parameters
    ----------
    xy
        Shape (n, 2), metres.
    """
    relief = np.full(len(xy), 45.0)
    for lon, lat, radius_km, top_m in _RANGES:
        (centre,) = facts.metres(((lon, lat),))
        away = np.linalg.norm(xy - centre, axis=1) / (radius_km * 1000)
        relief += top_m * np.exp(-(away**2))
    points = shapely.points(xy)
    for valley in _VALLEYS:
        away = shapely.distance(shapely.LineString(facts.metres(valley)), points)
        relief *= 1 - 0.85 * np.exp(-((away / 1_500) ** 2))
    plain = 1 / (1 + np.exp((xy[:, 1] - facts.metres(((113.5, 29.635),))[0, 1]) / 1_500))
    ridges = sum(
        share * (1 - np.abs(2 * _noise(xy, wavelength, SEED + i) - 1))
        for i, (wavelength, share) in enumerate(((5_000, 0.5), (2_400, 0.32), (1_200, 0.18)), start=10)
    )
    return np.asarray(25 + plain * relief * (0.25 + 1.1 * np.asarray(ridges)))


def hilliness(height_m: np.ndarray) -> np.ndarray:
    """Tell plain (0) from mountain (1) by height."""
    return np.clip((height_m - 60) / 340, 0, 1)


def mesh() -> Mesh:
    """
    Lay the mesh over the modelled land.

    A jittered triangular lattice in open country, a square one along the river in the polders, and a
    street grid in every built-up area, joined by a Delaunay triangulation without the steps that cross
    water. In the polders the diagonals are left out, so that roads meet at right angles.
    """
    ground, water = land(), lakes()
    xy, zone = _points(ground, water)
    edges = _triangulate(xy)
    length = np.linalg.norm(xy[edges[:, 0]] - xy[edges[:, 1]], axis=1)
    steps = shapely.linestrings(xy[edges])
    shapely.prepare(ground)
    keep = (length < 900) & shapely.covers(ground, steps) & ~shapely.intersects(steps, water)
    polder = (zone[edges] == POLDER).all(axis=1)
    keep &= ~(polder & (length > 1.22 * _POLDER_SPACING_M))
    edges, length = edges[keep], length[keep]
    height = heights_m(xy)
    return Mesh(
        xy=xy,
        height_m=height,
        zone=zone,
        edges=edges,
        length_m=length,
        cost_m=_costs(xy, height, zone, edges, length),
        centre=np.array([np.argmin(np.linalg.norm(xy - c, axis=1)) for c in facts.centres()]),
        lakes=water,
    )


def _points(ground: shapely.Polygon, water: shapely.Geometry) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(SEED)
    centres = facts.centres()
    radii = np.array([built_up_radius_m(unit) for unit in facts.UNITS])
    country = _lattice(ground, _COUNTRY_SPACING_M, 0.0, rng, jitter=0.27, hexagonal=True)
    polder = _lattice(ground, _POLDER_SPACING_M, _POLDER_TURN_DEG, rng, jitter=0.06, origin=_polder_origin())
    south = facts.metres(((113.45, _POLDER_SOUTH_LAT),))[0, 1]
    parts = [
        (country[country[:, 1] < _edge_of_polders(south, country)], COUNTRY),
        (polder[polder[:, 1] >= _edge_of_polders(south, polder) + 150], POLDER),
    ]
    outside = [(_outside(part, centres, radii), zone) for part, zone in parts]
    streets = []
    for i, turn_deg in enumerate(_STREET_TURN_DEG):
        disc = shapely.Point(centres[i]).buffer(radii[i])
        grid = _lattice(disc, STREET_SPACING_M, turn_deg, rng, jitter=0.05, origin=centres[i])
        nearer = np.linalg.norm(grid[:, None] - centres, axis=2) - radii
        # the centre itself is a crossing, exactly where it is known to be
        grid = grid[(np.argmin(nearer, axis=1) == i) & (np.linalg.norm(grid - centres[i], axis=1) > 90)]
        streets.append((np.vstack([centres[i], grid]), BUILT_UP + i))
    xy = np.vstack([part for part, _ in (*outside, *streets)])
    zone = np.concatenate([np.full(len(part), zone) for part, zone in (*outside, *streets)])
    shapely.prepare(ground)
    points = shapely.points(xy)
    dry = shapely.contains(ground, points) & ~shapely.intersects(shapely.buffer(water, 80), points)
    return xy[dry], zone[dry]


def _polder_origin() -> np.ndarray:
    return facts.metres(((113.48, 29.74),))[0]


def _edge_of_polders(south: float, xy: np.ndarray) -> np.ndarray:
    """Give the northing where the polders begin, which wanders along the foot of the hills."""
    return np.asarray(south + 1_300 * np.sin(xy[:, 0] / 2_900) + 700 * np.sin(xy[:, 0] / 1_130))


def _outside(xy: np.ndarray, centres: np.ndarray, radii: np.ndarray) -> np.ndarray:
    away = np.linalg.norm(xy[:, None] - centres, axis=2) - radii
    return xy[(away > 0.6 * STREET_SPACING_M).all(axis=1)]


def _lattice(
    area: shapely.Polygon,
    spacing_m: float,
    turn_deg: float,
    rng: np.random.Generator,
    *,
    jitter: float,
    hexagonal: bool = False,
    origin: np.ndarray | None = None,
) -> np.ndarray:
    """Give the points of a turned and jittered lattice over the bounding box of `area`."""
    x0, y0, x1, y1 = area.bounds
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2]) if origin is None else origin
    half = int(np.hypot(x1 - x0, y1 - y0) / spacing_m / 2) + 2
    i, j = np.meshgrid(np.arange(-half, half + 1), np.arange(-half, half + 1))
    column = i + 0.5 * (j % 2) if hexagonal else i.astype(float)
    row = j * (np.sqrt(3) / 2 if hexagonal else 1.0)
    lattice = np.column_stack([column.ravel(), row.ravel()])
    lattice += jitter * (2 * rng.random(lattice.shape) - 1)
    xy = spacing_m * lattice @ _turn(turn_deg).T + middle
    inside = (xy[:, 0] >= x0) & (xy[:, 0] <= x1) & (xy[:, 1] >= y0) & (xy[:, 1] <= y1)
    xy = xy[inside]
    return xy[shapely.contains_xy(area, xy[:, 0], xy[:, 1])]


def _turn(angle_deg: float) -> np.ndarray:
    c, s = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    return np.array([[c, -s], [s, c]])


def _triangulate(xy: np.ndarray) -> np.ndarray:
    corners = Delaunay(xy - xy.mean(axis=0)).simplices
    pairs = np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1)
    return np.unique(pairs, axis=0)


def _costs(
    xy: np.ndarray, height: np.ndarray, zone: np.ndarray, edges: np.ndarray, length: np.ndarray
) -> np.ndarray:
    """Price every step: steep and high ground is dear, and chance (soil, land, water) plays a part."""
    u, v = edges.T
    slope = np.abs(height[u] - height[v]) / length
    high = hilliness((height[u] + height[v]) / 2)
    middle = (xy[u] + xy[v]) / 2
    soil = 0.6 + 0.7 * _noise(middle, 1_500, SEED + 20) + 1.5 * _noise(middle, 620, SEED + 21)
    plots = 0.55 + 0.9 * np.random.default_rng(SEED + 22).random(len(edges))
    open_country = (zone[u] == COUNTRY) | (zone[v] == COUNTRY)
    chance = np.where(open_country, soil * plots, 0.65)
    polder = (zone[edges] == POLDER).all(axis=1)
    chance[polder] = np.where(_on_dyke(xy[u[polder]], xy[v[polder]]), 0.55, 1.6)
    return np.asarray(length * (1 + 110 * slope**2 + 1.5 * high) * chance)


def _on_dyke(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Tell which steps of the polders' squares follow every third line, the dyke that carries the road."""
    turned = (end - start) @ _turn(_POLDER_TURN_DEG)
    squares = ((start + end) / 2 - _polder_origin()) @ _turn(_POLDER_TURN_DEG) / _POLDER_SPACING_M
    along = np.abs(turned[:, 0]) > np.abs(turned[:, 1])
    return np.asarray(np.round(np.where(along, squares[:, 1], squares[:, 0])) % 3 == 0)


def _noise(xy: np.ndarray, wavelength_m: float, seed: int) -> np.ndarray:
    """Give smooth noise between 0 and 1."""
    rng = np.random.default_rng(seed)
    start = facts.metres(((113.0, 29.0),))[0]
    size = int(120_000 / wavelength_m) + 4
    grid = rng.random((size, size))
    at = (xy - start) / wavelength_m
    return np.clip(map_coordinates(grid, at.T, order=3, mode="nearest"), 0, 1)
