"""Roads as short pieces along which people are placed, and the townships that places lie in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

# `service` is left out: driveways and car parks multiply around shops, not homes.
MINOR_CLASSES = ("residential", "living_street", "unclassified", "road")
SPACING_M = 250.0
NOWHERE = -1


@dataclass(frozen=True)
class RoadPieces:
    """
    Short pieces of road by their middle.

    Parameters
    ----------
    x, y
        Shape (n_pieces,), metric.
    metres
        Shape (n_pieces,), length.
    township
        Shape (n_pieces,), position of the township each lies in.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    metres: NDArray[np.float64]
    township: NDArray[np.intp]

    def __len__(self) -> int:
        """Count the pieces."""
        return len(self.x)


def road_pieces(edges: gpd.GeoDataFrame, townships: gpd.GeoDataFrame) -> RoadPieces:
    """
    Cut residential and minor roads into short pieces; a township without any gives all of its roads.

    Parameters
    ----------
    edges
        Road edges, indexed by u, v and key, with ``highway``, ``length`` and lines; both directions of a
        road count once.
    townships
        Polygons in the same metric system; roads outside of all of them are left out.
    """
    u, v = (edges.index.get_level_values(name).to_numpy() for name in ("u", "v"))
    once = pd.DataFrame(
        {
            "low": np.minimum(u, v),
            "high": np.maximum(u, v),
            "mm": np.round(edges["length"].to_numpy(dtype=float) * 1000),
        }
    )
    roads = edges[~once.duplicated().to_numpy()]
    lines = roads.geometry.to_numpy()
    metres = shapely.length(lines)
    counts = np.maximum(np.ceil(metres / SPACING_M), 1).astype(int)
    row = np.repeat(np.arange(len(roads)), counts)
    step = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    middle = shapely.line_interpolate_point(lines[row], (step + 0.5) / counts[row], normalized=True)
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    township = township_of(x, y, townships.geometry.to_numpy())
    minor = roads["highway"].isin(MINOR_CLASSES).to_numpy()[row]
    with_minor = np.isin(np.arange(len(townships)), township[minor])
    kept = (township >= 0) & (minor | ~np.append(with_minor, False)[township])
    return RoadPieces(x[kept], y[kept], (metres / counts)[row][kept], township[kept])


def township_of(
    x: NDArray[np.float64], y: NDArray[np.float64], polygons: NDArray[np.object_]
) -> NDArray[np.intp]:
    """
    Find the polygon each place lies in or on.

    Parameters
    ----------
    x, y
        Shape (n,), in the system of the polygons; NaN lies in none.
    polygons
        Shape (n_polygons,).

    Returns
    -------
    ndarray
        Shape (n,), position of the polygon, the first of several; `NOWHERE` for none.
    """
    found = np.full(len(x), NOWHERE, dtype=np.intp)
    for i, polygon in enumerate(polygons):
        west, south, east, north = polygon.bounds
        near = np.flatnonzero((found < 0) & (x >= west) & (x <= east) & (y >= south) & (y <= north))
        shapely.prepare(polygon)
        found[near[shapely.intersects_xy(polygon, x[near], y[near])]] = i
    return found


def spread(
    people: NDArray[np.float64], pieces: RoadPieces, pot_of: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """
    Share out each pot of people over its own pieces of road, by length.

    Parameters
    ----------
    people
        Shape (n_pots,).
    pieces
        Of road.
    pot_of
        Shape (n_pieces,), the pot a piece serves, `NOWHERE` for none.

    Returns
    -------
    ndarray
        Shape (n_used,), the pieces that get somebody.
    ndarray
        Shape (n_used,), how many people. A pot without pieces is not among them.
    """
    used = np.flatnonzero((pot_of >= 0) & (pieces.metres > 0))
    pot = pot_of[used]
    whole = np.bincount(pot, weights=pieces.metres[used], minlength=len(people))
    share = people[pot] * pieces.metres[used] / whole[pot]
    some = share > 0
    return used[some], share[some]
