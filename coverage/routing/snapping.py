"""Points onto the road network: which road, how far along it, and how far off it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

OFF_NETWORK = -1
SNAP_LIMIT_M = 1_000.0
"""Farther from any road than this is off the network."""
WALKING_KPH = 4.0
"""With a stretcher, from the road to the patient."""
YARD_KPH = 20.0
"""An ambulance from its garage to the road: the speed of a service road."""
END_TOLERANCE_M = 0.1  # nearer to a road's end than this is at the junction itself

_KPH_TO_MPS = 1000.0 / (60 * MINUTE_S)


@dataclass(frozen=True)
class Snapped:
    """
    Points put onto roads.

    Parameters
    ----------
    segment
        Shape (n,), number of the road segment; `OFF_NETWORK` where no road is near enough.
    fraction
        Shape (n,), how far along the segment's geometry, 0 to 1.
    access_m
        Shape (n,), metres from the point to the nearest road; ``inf`` for a point that is not known.
    """

    segment: NDArray[np.int64]
    fraction: NDArray[np.float64]
    access_m: NDArray[np.float64]

    def __len__(self) -> int:
        """Count the points."""
        return len(self.segment)

    @property
    def on_network(self) -> NDArray[np.bool_]:
        """Shape (n,): a road is near enough."""
        return np.not_equal(self.segment, OFF_NETWORK)

    @property
    def walk_s(self) -> NDArray[np.float64]:
        """Shape (n,): seconds on foot between road and point, `WALKING_KPH`."""
        return self.access_m / (WALKING_KPH * _KPH_TO_MPS)

    @property
    def yard_s(self) -> NDArray[np.float64]:
        """Shape (n,): seconds by vehicle between point and road, `YARD_KPH`."""
        return self.access_m / (YARD_KPH * _KPH_TO_MPS)

    def take(self, which: NDArray[np.int64]) -> Snapped:
        """Give some of the points, by number."""
        return Snapped(self.segment[which], self.fraction[which], self.access_m[which])

    def only(self, known: NDArray[np.bool_]) -> Snapped:
        """Give the same points with all but the `known` ones off the network."""
        return Snapped(
            np.where(known, self.segment, OFF_NETWORK), self.fraction, np.where(known, self.access_m, np.inf)
        )


def snap_to_lines(
    points: NDArray[np.object_],
    tree: shapely.STRtree,
    segment_of_line: NDArray[np.int64],
    *,
    snap_limit_m: float,
) -> Snapped:
    """
    Put points onto the nearest of many lines.

    Parameters
    ----------
    points
        Shape (n,), shapely points in a metric system; None where a point is not known.
    tree
        Over the lines a point may be put on.
    segment_of_line
        Shape (n_lines,), the segment each of the tree's lines is.
    snap_limit_m
        Points farther from every line are off the network; their `access_m` still says how far.
    """
    segment = np.full(len(points), OFF_NETWORK, dtype=np.int64)
    fraction = np.zeros(len(points))
    access_m = np.full(len(points), np.inf)
    known = np.flatnonzero(~shapely.is_missing(points))
    (which, line), distance_m = tree.query_nearest(points[known], return_distance=True, all_matches=False)
    which = known[which]
    access_m[which] = distance_m
    near = distance_m <= snap_limit_m
    which, line = which[near], line[near]
    lines = tree.geometries[line]
    length_m = shapely.length(lines)
    along_m = shapely.line_locate_point(lines, points[which])
    along_m = np.where(along_m < END_TOLERANCE_M, 0.0, along_m)
    along_m = np.where(along_m > length_m - END_TOLERANCE_M, length_m, along_m)
    segment[which] = segment_of_line[line]
    fraction[which] = np.divide(along_m, length_m, out=np.zeros(len(along_m)), where=length_m > 0)
    return Snapped(segment, fraction, access_m)
