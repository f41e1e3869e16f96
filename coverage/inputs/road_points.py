"""Rows put where they were, as far as roads lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.routing.segments import CLOSED_CLASSES, first_text
from coverage.routing.snapping import SNAP_LIMIT_M
from coverage.sources.frame import Frame
from coverage.sources.point_rows import place_points
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.sources.notes import Note
    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table
    from coverage.study_area import StudyArea


class RoadPlaces:
    """
    Puts rows of logs in their places in a county.

    Parameters
    ----------
    area
        The county.
    """

    def __init__(self, area: StudyArea) -> None:
        edges = area.roads.edges
        stop = ~np.isin(first_text(edges, "highway"), CLOSED_CLASSES)
        self._frame = Frame(area.boundary, area.crs, area.buffer_m)
        self._roads = shapely.STRtree(edges.geometry.to_numpy()[stop])

    def place(
        self, table: Table, sieve: RowSieve, *, required: bool = True
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[Note, ...]]:
        """
        Read the coordinates of rows, and reject those that no road leads to.

        Parameters
        ----------
        table, sieve
            The rows; only those alive are looked at.
        required
            False lets rows without coordinates pass.

        Returns
        -------
        lon, lat : ndarray
            Shape (n,), WGS84; NaN where a row has no place.
        notes : tuple of Note
            What a planner should know of them.

        Raises
        ------
        CrsError
            If the coordinate system is neither declared nor known.
        """
        placed = place_points(table, sieve, self._frame, self._roads, required=required)
        points = placed.points.to_numpy()
        there = np.flatnonzero(~shapely.is_missing(points))
        away_m = np.full(len(points), np.nan)
        (which, _), found_m = self._roads.query_nearest(
            points[there], return_distance=True, all_matches=False
        )
        away_m[there[which]] = found_m
        sieve.reject(
            away_m > SNAP_LIMIT_M,
            "off_network",
            f"lies {{km:.1f}} km from the nearest road, and up to {SNAP_LIMIT_M / 1000:g} km count: "
            "correct the coordinates or their system",
            f"距最近道路{{km:.1f}}公里，超过{SNAP_LIMIT_M / 1000:g}公里：请核对坐标或坐标系",
            km=away_m / 1000,
        )
        moved = placed.points.to_crs(WGS84).to_numpy()
        return shapely.get_x(moved), shapely.get_y(moved), placed.notes
