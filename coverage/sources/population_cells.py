"""Cells that hold people, cut along the county's boundary and its townships by exact shares of area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.sources.road_pieces import NOWHERE, SPACING_M, RoadPieces, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A cell of this size is a point: nobody in it is farther from its middle than 177 m, and the people who are
# spread along roads are placed no finer. A walk across a larger one (1 km: up to 10 min) would be counted as
# part of the response, though its people live along the roads that cross it.
POINT_CELL_M2 = SPACING_M**2
# shares of area below this are rounding of the overlay
_MIN_SHARE = 1e-9
_TILE_CELLS = 16


@dataclass(frozen=True)
class Zones:
    """
    The land that counts, in the reference system of the cells.

    Parameters
    ----------
    boundary
        The county.
    townships
        Shape (n_townships,), polygons.
    """

    boundary: shapely.Polygon | shapely.MultiPolygon
    townships: NDArray[np.object_]

    def clipped(self, bounds: NDArray[np.float64]) -> Zones:
        """Give the zones as they are within a rectangle (west, south, east, north); none goes missing."""
        every = np.array([*self.townships, self.boundary], dtype=object)
        shapes = _areal(np.asarray(shapely.intersection(every, shapely.box(*bounds))))
        return Zones(shapes[-1], shapes[:-1])


@dataclass(frozen=True)
class Parts:
    """
    What lies of each cell in each township, within the boundary.

    Parameters
    ----------
    cell
        Shape (n_parts,), number of the cell.
    township
        Shape (n_parts,), position of the township, `NOWHERE` where the boundary reaches beyond all of them.
    share
        Shape (n_parts,), of the cell's area; the parts of a cell add up to its share within the boundary.
    x, y
        Shape (n_parts,), a place inside the part, in the system of the cells.
    """

    cell: NDArray[np.intp]
    township: NDArray[np.intp]
    share: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True)
class Pots:
    """
    People that belong to a part of a cell, before they are given places.

    Parameters
    ----------
    people
        Shape (n_pots,).
    township
        Shape (n_pots,), position of the township, `NOWHERE` for none.
    x, y
        Shape (n_pots,), a place in the part, metric.
    source
        Shape (n_pots,), the cell each is of.
    """

    people: NDArray[np.float64]
    township: NDArray[np.intp]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    source: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the pots."""
        return len(self.people)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Pots:
        """Give some of the pots."""
        return Pots(self.people[rows], self.township[rows], self.x[rows], self.y[rows], self.source[rows])

    def times(self, factor: NDArray[np.float64]) -> Pots:
        """Multiply the people, shape (n_pots,)."""
        return Pots(self.people * factor, self.township, self.x, self.y, self.source)

    def sums(self, n_townships: int) -> NDArray[np.float64]:
        """Add up the people of each township, shape (n_townships,); those in none are left out."""
        inside = self.township >= 0
        people = np.bincount(self.township[inside], weights=self.people[inside], minlength=n_townships)
        return people.astype(np.float64)

    def find(self, source: NDArray[np.int64], township: NDArray[np.intp]) -> NDArray[np.intp]:
        """
        Find the pot of a cell and township, of which there is one at most.

        Returns
        -------
        ndarray
            Position of the pot, `NOWHERE` where there is none.
        """
        if not len(self):
            return np.full(len(source), NOWHERE, dtype=np.intp)
        n = int(max(self.township.max(), township.max(initial=0))) + 2
        own, wanted = self.source * n + self.township + 1, source * n + township + 1
        order = np.argsort(own)
        at = np.minimum(np.searchsorted(own[order], wanted), len(own) - 1)
        return np.where(own[order[at]] == wanted, order[at], NOWHERE)

    def along(self, pieces: RoadPieces, pot_of: NDArray[np.intp]) -> Pots:
        """
        Spread the pots over pieces of road; one without any stays at its place.

        Parameters
        ----------
        pieces
            Of road.
        pot_of
            Shape (n_pieces,), the pot each serves, `NOWHERE` for none.
        """
        used, share = spread(self.people, pieces, pot_of)
        pot = pot_of[used]
        alone = self.take(np.setdiff1d(np.arange(len(self)), pot))
        return joined(
            [alone, Pots(share, self.township[pot], pieces.x[used], pieces.y[used], self.source[pot])]
        )


def joined(pots: list[Pots]) -> Pots:
    """Put several lots of pots into one."""
    return Pots(
        np.concatenate([p.people for p in pots]),
        np.concatenate([p.township for p in pots]),
        np.concatenate([p.x for p in pots]),
        np.concatenate([p.y for p in pots]),
        np.concatenate([p.source for p in pots]),
    )


def overlay(cells: NDArray[np.object_], zones: Zones) -> Parts:
    """
    Cut cells along the boundary and the townships.

    Parameters
    ----------
    cells
        Shape (n_cells,), valid polygons.
    zones
        In the same reference system. Where townships overlap, they share the land.
    """
    if not len(cells):
        nothing = np.zeros(0)
        return Parts(np.zeros(0, np.intp), np.zeros(0, np.intp), nothing, nothing, nothing)
    found = []
    for own in _tiles(cells):
        parts = _overlay(cells[own], zones.clipped(shapely.total_bounds(cells[own])))
        found.append((own[parts.cell], parts.township, parts.share, parts.x, parts.y))
    return Parts(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _tiles(cells: NDArray[np.object_]) -> list[NDArray[np.intp]]:
    """Divide cells into neighbourhoods, so that each is cut along the outlines near it alone."""
    middle = shapely.get_coordinates(shapely.centroid(cells))
    side = _TILE_CELLS * np.sqrt(np.median(shapely.area(cells)))
    at = np.floor((middle - middle.min(axis=0)) / side)
    order = np.lexsort((at[:, 0], at[:, 1]))
    changes = np.flatnonzero((np.diff(at[order], axis=0) != 0).any(axis=1)) + 1
    return np.split(order, changes)


def _overlay(cells: NDArray[np.object_], zones: Zones) -> Parts:
    """Cut the cells of one neighbourhood."""
    area = shapely.area(cells)
    inside = _common(cells, np.full(len(cells), zones.boundary, dtype=object))
    inside_area = shapely.area(inside)
    cell, township = shapely.STRtree(zones.townships).query(inside, predicate="intersects")
    shape = _common(inside[cell], zones.townships[township])
    part_area = shapely.area(shape)
    real = part_area > _MIN_SHARE * area[cell]
    cell, township, shape, part_area = cell[real], township[real], shape[real], part_area[real]

    covered = np.bincount(cell, weights=part_area, minlength=len(cells))
    open_area = np.maximum(inside_area - covered, 0.0)
    gaps = np.flatnonzero(open_area > _MIN_SHARE * area)
    cell = np.concatenate([cell, gaps])
    township = np.concatenate([township, np.full(len(gaps), NOWHERE)])
    shape = np.concatenate([shape, _uncovered(inside[gaps], zones)])
    part_area = np.concatenate([part_area, open_area[gaps]])

    # what rounding and overlapping townships leave, the parts share, so that nobody is lost or doubled
    whole = np.bincount(cell, weights=part_area, minlength=len(cells))
    share = part_area / whole[cell] * (inside_area / area)[cell]
    x, y = _places(shape)
    return Parts(cell, township, share, x, y)


def _common(shapes: NDArray[np.object_], others: NDArray[np.object_]) -> NDArray[np.object_]:
    """Intersect pairwise; a shape that the other one covers stays as it is."""
    for other in {id(other): other for other in others.tolist()}.values():
        shapely.prepare(other)
    common = shapes.copy()
    cut = np.flatnonzero(~shapely.covers(others, shapes))
    common[cut] = shapely.intersection(shapes[cut], others[cut])
    return common


def _uncovered(shapes: NDArray[np.object_], zones: Zones) -> NDArray[np.object_]:
    """Give what the townships leave of some shapes."""
    rest = shapely.difference(shapes, shapely.union_all(zones.townships))
    gone = shapely.is_empty(rest)
    rest[gone] = shapes[gone]
    return rest


def _areal(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Take the lines and points off that a clip leaves where outlines touch."""
    shapes = shapes.copy()
    for i in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION):
        shapes[i] = shapely.union_all([p for p in shapes[i].geoms if p.area > 0])
    return shapes


def _places(shapes: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give each shape a place inside: its centroid where that is, else one that surely is."""
    points = shapely.centroid(shapes)
    out = np.flatnonzero(~shapely.intersects(shapes, points))
    points[out] = shapely.point_on_surface(shapes[out])
    return shapely.get_x(points), shapely.get_y(points)
