"""Where units stand: at which base, and at which place of which road."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from coverage.assessment import response_bases
from coverage.errors import AssessmentError
from coverage.routing.snapping import Snapped
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

    from coverage.dispatch.units import Unit, VehicleReport
    from coverage.routing.network import RoadNetwork
    from coverage.study_area import StudyArea

AT_BASE_M = 200.0
"""An idle unit as near to a base as this waits there."""
CUT_OFF_M = 200.0
"""Nobody drives farther than this to the next open road, across what is closed or no road at all."""


def metric_points(crs: CRS, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.object_]:
    """
    Put places into a metric system.

    Parameters
    ----------
    crs
        The system.
    lon, lat
        Shape (n,), WGS84 degrees.

    Returns
    -------
    ndarray
        Shape (n,), shapely points.
    """
    lon, lat = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    points: NDArray[np.object_] = shapely.points(*_transformer(crs).transform(lon, lat))
    return points


def unit_points(area: StudyArea, units: Sequence[Unit | VehicleReport]) -> NDArray[np.object_]:
    """Give the units' places in the study area's system."""
    return metric_points(area.crs, [unit.lon for unit in units], [unit.lat for unit in units])


@lru_cache(maxsize=8)
def _transformer(crs: CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)


@dataclass(frozen=True, eq=False)
class Bases:
    """
    Where units may wait.

    Parameters
    ----------
    id
        Shape (n_facilities,), of every facility.
    points
        Shape (n_facilities,), in the study area's system.
    is_base
        Shape (n_facilities,), response starts there.
    """

    id: NDArray[np.object_]
    points: NDArray[np.object_]
    is_base: NDArray[np.bool_]

    @classmethod
    def of(cls, area: StudyArea) -> Bases:
        """Look the facilities of a study area up."""
        try:
            is_base, _ = response_bases(area.facilities)
        except AssessmentError:  # units are where they are, whatever the table of facilities counts
            is_base = np.zeros(len(area.facilities), dtype=np.bool_)
        points = area.facilities.geometry.to_numpy()
        return cls(area.facilities["id"].to_numpy(dtype=object), points, is_base)

    def at(self, points: NDArray[np.object_], facility_ids: Sequence[str]) -> NDArray[np.int64]:
        """
        Tell at which base units wait.

        Parameters
        ----------
        points
            Shape (n_units,), in the study area's system.
        facility_ids
            Shape (n_units,), the bases the units belong to; empty where not known.

        Returns
        -------
        ndarray
            Shape (n_units,), number of the unit's own facility where it is within `AT_BASE_M`, else of the
            nearest within it where response starts; -1 where there is none.
        """
        distance_m = shapely.distance(points[:, None], self.points[None, :])
        is_own = np.array(facility_ids, dtype=object).reshape(-1, 1) == self.id[None, :]
        near_m = np.where((self.is_base | is_own) & (distance_m <= AT_BASE_M), distance_m, np.inf)
        near_m[is_own & np.isfinite(near_m)] = -1.0
        nearest = near_m.argmin(axis=1)
        return np.where(np.isfinite(near_m[np.arange(len(points)), nearest]), nearest, -1)


def is_cut_off(now: Snapped, before: Snapped) -> NDArray[np.bool_]:
    """
    Tell which places no road leads to any more, because the one they lie at is closed.

    Parameters
    ----------
    now, before
        Shape (n,), the same places on the roads that are open, and on all of them.

    Returns
    -------
    ndarray
        Shape (n,), farther from the road by more than `CUT_OFF_M`.
    """
    return before.on_network & (now.access_m - before.access_m > CUT_OFF_M)


def snap_units(
    bases: Bases, network: RoadNetwork, units: Sequence[Unit], *, before: RoadNetwork | None = None
) -> Snapped:
    """
    Put units onto the roads.

    One that is idle at a base stands where its base is put, so that it drives as `coverage.assessment`
    has it drive; any other may stand on any road, motorways too.

    Parameters
    ----------
    bases, network
        Of the study area.
    units
        Their places are WGS84.
    before
        The network before roads were closed, where some are: a unit that they cut off is on no road.
    """
    stands = _snap_units(bases, network, units)
    if before is None:
        return stands
    return stands.only(~is_cut_off(stands, _snap_units(bases, before, units)))


def _snap_units(bases: Bases, network: RoadNetwork, units: Sequence[Unit]) -> Snapped:
    points = metric_points(network.crs, [unit.lon for unit in units], [unit.lat for unit in units])
    base = bases.at(points, [unit.facility_id for unit in units])
    waits = (base >= 0) & np.array([unit.state == "idle" for unit in units], dtype=np.bool_)
    points = np.where(waits, bases.points[base], points)
    nowhere = np.full(len(points), None, dtype=object)
    parked = network.snap_shapes(np.where(waits, points, nowhere))
    driving = network.snap_shapes(np.where(waits, nowhere, points), anywhere=True)
    return Snapped(
        np.where(waits, parked.segment, driving.segment),
        np.where(waits, parked.fraction, driving.fraction),
        np.where(waits, parked.access_m, driving.access_m),
    )
