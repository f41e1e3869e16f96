"""Land shared out among townships without a polygon: each place to the seat its nearest road leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from coverage.errors import SourceError, name_some
from coverage.routing.network import RoadNetwork
from coverage.routing.search import UNREACHED
from coverage.routing.snapping import Snapped

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from coverage.study_area import Roads

Polygonal = shapely.Polygon | shapely.MultiPolygon
SPACING_M = 100.0
_SAME_PLACE_M = 0.01


@dataclass(frozen=True)
class Allocation:
    """
    Land shared out among seats.

    Parameters
    ----------
    polygons
        One a seat, in their order: no gap, no overlap, together the land. Empty for a seat that lies beyond
        the land and that none of its roads belongs to.
    n_islands
        Pieces of road that no vehicle reaches from any seat, given to the seat nearest as the crow flies.
    n_exclaves
        Pieces of land cut off from their own seat, given to the neighbour with the longest common edge.
    """

    polygons: tuple[Polygonal, ...]
    n_islands: int
    n_exclaves: int


@dataclass(frozen=True)
class RoadSamples:
    """
    Places along the roads, and whose they are.

    Parameters
    ----------
    x_m, y_m
        Shape (n,), no two alike.
    owner
        Shape (n,), number of the seat.
    n_islands
        As in `Allocation`.
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    owner: NDArray[np.int64]
    n_islands: int


def allocate_townships(seats: gpd.GeoSeries, land: Polygonal, roads: Roads) -> Allocation:
    """
    Share out land among seats by travel time.

    Every road goes to the seat from which an ambulance is there first, at the program's default speeds and
    along one-way roads; every place of the land goes with the nearest road of the land that it can be
    reached from, and a seat's own place with the seat. Roads beyond the land carry vehicles and own nothing:
    they are other townships'. Roads are sampled every `SPACING_M`, and the land is cut along the Voronoi
    cells of the samples, so that an edge is true to about half of that. A township is of one piece as far as
    the land is.

    Parameters
    ----------
    seats
        Points in a metric system, none missing.
    land
        Polygon in the same system, valid.
    roads
        In the same system, reaching beyond the land.

    Returns
    -------
    Allocation
        The polygons of the seats.

    Raises
    ------
    SourceError
        If there is no seat, two are in one place, or there is no land.
    NetworkError
        If no road is open to ambulances.
    """
    if len(seats) == 0 or land.is_empty:
        raise SourceError("there is nothing to share out: no seat, or no land")
    if (same := seats.duplicated()).any():
        raise SourceError(f"seats in one place: {name_some(seats.index[same])}")
    samples = sample_roads(seats, land, roads)
    if len(seats) == 1:
        return Allocation((land,), samples.n_islands, 0)
    points = shapely.multipoints(np.column_stack((samples.x_m, samples.y_m)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=land.envelope, ordered=True))
    counted = shapely.intersects(land, cells)
    shares = []
    for seat in range(len(seats)):
        own = cells[counted & (samples.owner == seat)]
        shares.append(_polygonal(shapely.intersection(shapely.coverage_union_all(own), land)))
    polygons, n_exclaves = _in_one_piece(shares, seats.to_numpy())
    return Allocation(polygons, samples.n_islands, n_exclaves)


def sample_roads(seats: gpd.GeoSeries, land: Polygonal, roads: Roads) -> RoadSamples:
    """
    Find whose every place along the roads of a land is.

    Parameters
    ----------
    seats, land, roads
        As in `allocate_townships`.

    Returns
    -------
    RoadSamples
        About one in `SPACING_M` of every road that can be stopped on, and the seats themselves.
    """
    network = RoadNetwork.from_roads(roads)
    # a seat far from any road still is where it is
    snapped = network.snap_points(seats, snap_limit_m=np.inf)
    places, points = _places_along(network, land)
    _, owner = network.nearest(snapped).at(places)
    owner, n_islands = _with_islands(network, places, points, owner, seats.to_numpy())
    x_m = np.concatenate((seats.x.to_numpy(), shapely.get_x(points)))
    y_m = np.concatenate((seats.y.to_numpy(), shapely.get_y(points)))
    owner = np.concatenate((np.arange(len(seats)), owner))
    # where two roads cross, and where a seat stands on its road, one sample says it
    grid = np.round(np.column_stack((x_m, y_m)) / _SAME_PLACE_M)
    _, first = np.unique(grid, axis=0, return_index=True)
    first.sort()
    return RoadSamples(x_m[first], y_m[first], owner[first], n_islands)


def _places_along(network: RoadNetwork, land: Polygonal) -> tuple[Snapped, NDArray[np.object_]]:
    """Put places on the land's roads, each in the middle of a stretch of at most `SPACING_M`."""
    shapely.prepare(land)
    segment = np.flatnonzero(network.is_open & shapely.intersects(land, network.geometry))
    count = np.maximum(np.ceil(network.length_m[segment] / SPACING_M), 1).astype(np.int64)
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    fraction = (number + 0.5) / np.repeat(count, count)
    segment = np.repeat(segment, count)
    points = shapely.line_interpolate_point(network.geometry[segment], fraction, normalized=True)
    inside = shapely.intersects(land, points)
    segment, fraction = segment[inside], fraction[inside]
    return Snapped(segment, fraction, np.zeros(len(segment))), points[inside]


def _with_islands(
    network: RoadNetwork,
    places: Snapped,
    points: NDArray[np.object_],
    owner: NDArray[np.int64],
    seats: NDArray[np.object_],
) -> tuple[NDArray[np.int64], int]:
    """Give each piece of road that no seat reaches to the seat it comes nearest to."""
    lost = np.flatnonzero(owner == UNREACHED)
    if not len(lost):
        return owner, 0
    segment = places.segment[lost]
    n_nodes = len(network.node_id)
    links = coo_array(
        (np.ones(len(segment)), (network.tail[segment], network.head[segment])), shape=(n_nodes, n_nodes)
    )
    _, piece_of_node = connected_components(links, directed=False)
    pieces, piece = np.unique(piece_of_node[network.tail[segment]], return_inverse=True)
    distance_m = np.full((len(pieces), len(seats)), np.inf)
    for number, seat in enumerate(seats):
        np.minimum.at(distance_m[:, number], piece, shapely.distance(seat, points[lost]))
    owner = owner.copy()
    owner[lost] = distance_m.argmin(axis=1)[piece]
    return owner, len(pieces)


def _in_one_piece(shares: list[Polygonal], seats: NDArray[np.object_]) -> tuple[tuple[Polygonal, ...], int]:
    """Give what is cut off from its own seat to the neighbour with the longest common edge."""
    parts, owner = shapely.get_parts(np.array(shares, dtype=object), return_index=True)
    order = np.lexsort((shapely.distance(parts, seats[owner]), owner))
    parts, owner = parts[order], owner[order]
    is_home = np.append(True, owner[1:] != owner[:-1]) if len(parts) else np.zeros(0, dtype=bool)
    homes = {int(seat): [part] for seat, part in zip(owner[is_home], parts[is_home], strict=True)}
    loose = list(zip(parts[~is_home], owner[~is_home].tolist(), strict=True))
    n_exclaves = 0
    while True:
        numbers = list(homes)
        edges = [shapely.union_all(homes[seat]).boundary for seat in numbers]
        apart = []
        for part, seat in loose:
            common_m = shapely.length(shapely.intersection(part.boundary, edges))
            if common_m.max() > _SAME_PLACE_M:
                homes[numbers[int(common_m.argmax())]].append(part)
            else:
                apart.append((part, seat))
        if len(apart) == len(loose):
            break
        n_exclaves += len(loose) - len(apart)
        loose = apart
    for part, seat in loose:  # the land itself is in pieces here
        homes[seat].append(part)
    empty = shapely.Polygon()
    united = (_polygonal(shapely.union_all(homes.get(i, [empty]))) for i in range(len(seats)))
    return tuple(united), n_exclaves


def _polygonal(shape: shapely.Geometry) -> Polygonal:
    """Leave out the points and lines in which a cell touches the land's edge."""
    if isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        return shape
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    return shapely.MultiPolygon(parts)
