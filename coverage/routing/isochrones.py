"""Travel times made into polygons for eyes: nested areas within a limit, and each facility's own area."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import contourpy
import geopandas as gpd
import numpy as np
import shapely
from scipy import ndimage
from scipy.spatial import KDTree

from coverage.errors import NetworkError
from coverage.routing.snapping import Snapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.routing.network import NearestFacility, RoadNetwork

CELL_M = 100.0
SAMPLE_SPACING_M = 50.0
OFF_ROAD_M = 500.0
"""Ground farther from every road than this is in no area, so that a polygon has holes where no road goes."""
EDGE_M = 500.0
"""An area that reaches a road about this near to the edge of the road data may go on beyond it."""

CLOSE_CELLS = 0.35
"""A road this near to a cell's centre, in cells, counts as much as the nearest one: of two roads side by
side the quicker decides, without which one in a hundred metres within the limit was drawn outside."""
CEILING_S = 60.0
"""So much longer than the longest limit counts as not reached."""
_FILL_TYPE = contourpy.FillType.ChunkCombinedOffsetOffset
_BAY_SQUARES = 4
_USUAL_CELLS = 4_000_000  # a province of 200 x 200 km at 100 m
_MAX_CELLS = 25_000_000


@dataclass(frozen=True)
class Isochrone:
    """
    What is reached within a limit.

    Parameters
    ----------
    limit_s
        Seconds, those before the wheels turn included where the search counted them.
    polygon
        Valid polygon or multipolygon in the network's metric system, with holes; empty where nothing is
        reached. It lies inside the polygon of every longer limit of the same call.
    touches_edge
        True where it reaches the edge of the road data: the area may go on beyond.
    """

    limit_s: float
    polygon: shapely.Polygon | shapely.MultiPolygon
    touches_edge: bool


@dataclass(frozen=True)
class _Grid:
    """Cells around the roads, and the nearest place on a road for each; independent of any search."""

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    cell: NDArray[np.int64]  # flat numbers of the cells near a road, shape (n_near,)
    place: Snapped  # nearest place on a road of each, n_near of them
    close_cell: NDArray[np.int64]  # flat numbers of the cells with roads close to their centres
    close_start: NDArray[np.int64]  # where the places of each begin
    close_place: Snapped  # places on roads close to a cell's centre, cell by cell
    at_edge: NDArray[np.bool_]  # nodes at the edge of the road data, shape (n_nodes,)

    def spread(self, values: NDArray[Any], elsewhere: float) -> NDArray[Any]:
        """Lay values of the cells near a road onto the whole grid, shape (n_y, n_x)."""
        whole = np.full(len(self.y_m) * len(self.x_m), elsewhere, dtype=values.dtype)
        whole[self.cell] = values
        return whole.reshape(len(self.y_m), len(self.x_m))


_GRIDS: WeakKeyDictionary[RoadNetwork, dict[float, _Grid]] = WeakKeyDictionary()


def isochrones(
    reach: NearestFacility, limits_s: Sequence[float], *, cell_m: float | None = None
) -> tuple[Isochrone, ...]:
    """
    Draw what is reached within each limit.

    Every cell of a grid takes the time at its nearest road, or at one about as near that is reached
    sooner; the field is contoured (linear interpolation, marching squares), so that areas are nested, and
    have holes where no road goes. The walk from the road is left to the demand points, which are what
    counts: with it, a town's blocks would be riddled.

    Parameters
    ----------
    reach
        From one facility or from many at once (`RoadNetwork.nearest`).
    limits_s
        Seconds, ascending.
    cell_m
        Grid spacing, metres; `CELL_M` where not given, doubled until a very large extent fits into memory.

    Returns
    -------
    tuple of Isochrone
        One a limit.

    Raises
    ------
    NetworkError
        If the grid would be too fine for the extent, or limits are not positive and ascending.
    """
    limits = [float(limit) for limit in limits_s]
    if not limits or limits != sorted(set(limits)) or limits[0] <= 0 or not math.isfinite(limits[-1]):
        raise NetworkError(f"limits must be positive and ascending seconds, not {limits}")
    grid = _grid(reach.network, cell_m)
    time_s, _ = reach.at(grid.place)
    close_s, _ = reach.at(grid.close_place)
    # A little beyond the longest limit stands for "not reached": the contour then runs between the last
    # reached cell and the first unreached one, and one bound for all limits keeps the areas nested.
    ceiling_s = limits[-1] + CEILING_S
    field_s = grid.spread(np.minimum(time_s, ceiling_s), ceiling_s)
    soonest_s = np.minimum.reduceat(close_s, grid.close_start)
    field_s.ravel()[grid.close_cell] = np.minimum(field_s.ravel()[grid.close_cell], soonest_s)
    contours = contourpy.contour_generator(grid.x_m, grid.y_m, field_s, fill_type=_FILL_TYPE)
    edge_time_s = reach.time_s[grid.at_edge]
    return tuple(
        Isochrone(limit, _polygons(contours.filled(-math.inf, limit)), bool((edge_time_s <= limit).any()))
        for limit in limits
    )


def catchments(
    reach: NearestFacility,
    facilities: gpd.GeoDataFrame,
    *,
    within: shapely.Polygon | shapely.MultiPolygon,
    cell_m: float | None = None,
) -> gpd.GeoDataFrame:
    """
    Draw the area that each facility reaches first.

    Parameters
    ----------
    reach
        From all the facilities at once.
    facilities
        With ``id`` and ``name``, in the order of the search.
    within
        Polygon the areas are cut to.
    cell_m
        Grid spacing, metres, as for `isochrones`.

    Returns
    -------
    geopandas.GeoDataFrame
        ``facility_id``, ``name`` and polygon geometry, one row a facility that is first anywhere.
    """
    net = reach.network
    grid = _grid(net, cell_m)
    _, facility = reach.at(grid.place)
    owners = grid.spread(facility, -1)
    rows = []
    for number, (name, own_id) in enumerate(zip(facilities["name"], facilities["id"], strict=True)):
        polygon = shapely.intersection(_owned(owners == number, grid), within)
        if not polygon.is_empty:
            rows.append({"facility_id": own_id, "name": name, "geometry": _only_polygons(polygon)})
    return gpd.GeoDataFrame(
        rows, columns=["facility_id", "name", "geometry"], geometry="geometry", crs=net.crs
    )


def _owned(mine: NDArray[np.bool_], grid: _Grid) -> shapely.Geometry:
    """Outline the cells of one owner, halfway to their neighbours."""
    rows, columns = np.flatnonzero(mine.any(axis=1)), np.flatnonzero(mine.any(axis=0))
    if len(rows) == 0:
        return shapely.MultiPolygon()
    # the grid's own rim is far from every road, so there is always one more cell around
    high, wide = slice(rows[0] - 1, rows[-1] + 2), slice(columns[0] - 1, columns[-1] + 2)
    indicator = np.where(mine[high, wide], 0.0, 1.0)
    contours = contourpy.contour_generator(grid.x_m[wide], grid.y_m[high], indicator, fill_type=_FILL_TYPE)
    return _polygons(contours.filled(-math.inf, 0.5))


def _grid(net: RoadNetwork, cell_m: float | None) -> _Grid:
    """Lay the grid over a network's roads, once a network and spacing."""
    if cell_m is None:
        cell_m = CELL_M
        while _n_cells(net, cell_m) > _USUAL_CELLS:
            cell_m *= 2
    made = _GRIDS.setdefault(net, {})
    if cell_m not in made:
        n_cells = _n_cells(net, cell_m)
        if n_cells > _MAX_CELLS:
            raise NetworkError(
                f"a grid of {cell_m:g} m needs {n_cells:.0f} cells here: choose a wider spacing"
            )
        made[cell_m] = _make_grid(net, cell_m)
    return made[cell_m]


def _n_cells(net: RoadNetwork, cell_m: float) -> float:
    return float(np.ptp(net.x_m) / cell_m + 1) * float(np.ptp(net.y_m) / cell_m + 1)


def _make_grid(net: RoadNetwork, cell_m: float) -> _Grid:
    samples, xy = _sample_roads(net)
    rim_m = OFF_ROAD_M + 2 * cell_m
    low, high = xy.min(axis=0) - rim_m, xy.max(axis=0) + rim_m
    x_m, y_m = (np.arange(low[i], high[i] + cell_m, cell_m) for i in (0, 1))
    own = np.rint((xy - low) / cell_m).astype(np.int64)
    cell = _cells_near(own, cell_m, (len(y_m), len(x_m)))
    centres = np.stack((x_m[cell % len(x_m)], y_m[cell // len(x_m)]), axis=1)
    nearest = KDTree(xy).query(centres, distance_upper_bound=OFF_ROAD_M)
    off_road_m, sample = np.asarray(nearest[0]), np.asarray(nearest[1])
    near = np.isfinite(off_road_m)
    close = np.flatnonzero(np.hypot(*(xy - low - own * cell_m).T) <= CLOSE_CELLS * cell_m)
    close = close[np.argsort(own[close, 1] * len(x_m) + own[close, 0], kind="stable")]
    close_cell, close_start = np.unique(own[close, 1] * len(x_m) + own[close, 0], return_index=True)
    return _Grid(
        x_m=x_m,
        y_m=y_m,
        cell=cell[near],
        place=samples.take(sample[near]),
        close_cell=close_cell,
        close_start=close_start,
        close_place=samples.take(close),
        at_edge=_nodes_at_edge(net, xy),
    )


def _cells_near(own: NDArray[np.int64], cell_m: float, shape: tuple[int, int]) -> NDArray[np.int64]:
    """Give the flat numbers of the cells that a road may be near to, from the cells that roads are in."""
    column, row = own.T
    marked = np.zeros(shape, dtype=bool)
    marked[row, column] = True
    reach = math.ceil(OFF_ROAD_M / cell_m) + 1
    return np.flatnonzero(ndimage.binary_dilation(marked, np.ones((3, 3), dtype=bool), iterations=reach))


def _sample_roads(net: RoadNetwork) -> tuple[Snapped, NDArray[np.float64]]:
    """Give places along every open road, no farther apart than `SAMPLE_SPACING_M`, and their coordinates."""
    segments = np.flatnonzero(net.is_open)
    xy, line = shapely.get_coordinates(net.geometry[segments], return_index=True)
    step_m = np.hypot(*np.diff(xy, axis=0).T)
    step_m[line[1:] != line[:-1]] = 0.0
    # all lines laid end to end, so that one interpolation serves them all
    along_m = np.concatenate(([0.0], np.cumsum(step_m)))
    first = np.searchsorted(line, np.arange(len(segments)))
    last = np.append(first[1:], len(line)) - 1
    length_m = along_m[last] - along_m[first]
    count = np.ceil(length_m / SAMPLE_SPACING_M).astype(np.int64) + 1
    which = np.repeat(np.arange(len(segments)), count)
    place = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    fraction = place / np.maximum(count - 1, 1)[which]
    at_m = along_m[first][which] + fraction * length_m[which]
    # the vertex before each place; two lines share no stretch, so it is looked for within its own line
    before = np.searchsorted(along_m, at_m, side="right") - 1
    before = np.clip(before, first[which], np.maximum(last - 1, first)[which])
    stretch_m = along_m[before + 1] - along_m[before]
    part = np.divide(at_m - along_m[before], stretch_m, out=np.zeros(len(at_m)), where=stretch_m > 0)
    points = xy[before] + part[:, None] * (xy[before + 1] - xy[before])
    return Snapped(segments[which], fraction, np.zeros(len(which))), points


def _nodes_at_edge(net: RoadNetwork, road_xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """
    Tell which nodes lie at the edge of the road data.

    On squares of `EDGE_M` that hold a road, gaps of up to `_BAY_SQUARES` squares on either side are closed
    and what is enclosed is filled; a node in or beside a square of what then remains outside is at the edge.
    """
    rim = _BAY_SQUARES + 2
    low = road_xy.min(axis=0)
    shape = np.floor((road_xy.max(axis=0) - low) / EDGE_M).astype(np.int64) + 1 + 2 * rim
    block = np.ones((3, 3), dtype=bool)
    has_road = np.zeros(shape, dtype=bool)
    has_road[tuple(np.floor((road_xy - low) / EDGE_M).astype(np.int64).T + rim)] = True
    closed = ndimage.binary_closing(has_road, block, iterations=_BAY_SQUARES)
    beside_outside = ndimage.binary_dilation(~ndimage.binary_fill_holes(closed), block)
    nodes = np.floor((np.stack((net.x_m, net.y_m), axis=1) - low) / EDGE_M).astype(np.int64) + rim
    # a node of expressways alone may lie beyond every sampled road: that is the edge as well
    inside = ((nodes >= 0) & (nodes < shape)).all(axis=1)
    at_edge = np.ones(len(nodes), dtype=bool)
    at_edge[inside] = beside_outside[tuple(nodes[inside].T)]
    return at_edge


def _polygons(filled: Any) -> shapely.Polygon | shapely.MultiPolygon:
    """Make one valid shape of contourpy's outlines and holes."""
    points, ring_starts, polygon_starts = (chunk[0] for chunk in filled)
    if points is None:
        return shapely.MultiPolygon()
    parts = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, (ring_starts, polygon_starts))
    shape = shapely.MultiPolygon(list(parts)) if len(parts) > 1 else parts[0]
    return shape if shape.is_valid else _only_polygons(shapely.make_valid(shape))


def _only_polygons(shape: shapely.Geometry) -> shapely.Polygon | shapely.MultiPolygon:
    """Drop the points and lines that an intersection or a repair may leave beside polygons."""
    if isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        return shape
    parts = shapely.get_parts(shape)
    return shapely.MultiPolygon([p for p in parts if isinstance(p, shapely.Polygon) and not p.is_empty])
