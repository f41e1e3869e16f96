"""Where units stand: at which base, and at which place of which road."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from coverage.assessment import response_bases
from coverage.errors import AssessmentError
from coverage.routing.snapping import Snapped
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.dispatch.units import Unit, VehicleReport
    from coverage.routing.network import RoadNetwork
    from coverage.study_area import StudyArea

AT_BASE_M = 200.0
"""An idle unit as near to a base as this waits there."""


def metric_points(area: StudyArea, units: Sequence[Unit | VehicleReport]) -> gpd.GeoSeries:
    """Give the units' places in the study area's system."""
    lon, lat = np.array([u.lon for u in units], dtype=float), np.array([u.lat for u in units], dtype=float)
    points = gpd.GeoSeries(shapely.points(lon, lat), crs=WGS84)
    return points.to_crs(area.crs)


def base_at(area: StudyArea, points: gpd.GeoSeries, facility_ids: Sequence[str]) -> NDArray[np.int64]:
    """
    Tell at which base units wait.

    Parameters
    ----------
    area
        The study area.
    points
        Shape (n_units,), in its system.
    facility_ids
        Shape (n_units,), the bases the units belong to; empty where not known.

    Returns
    -------
    ndarray
        Shape (n_units,), number of the nearest facility within `AT_BASE_M` where response starts, or of the
        unit's own within it; -1 where there is none.
    """
    try:
        is_base, _ = response_bases(area.facilities)
    except AssessmentError:  # units are where they are, whatever the table of facilities counts
        is_base = np.zeros(len(area.facilities), dtype=np.bool_)
    ids = area.facilities["id"].to_numpy(dtype=object)
    distance_m = shapely.distance(
        points.to_numpy()[:, None], area.facilities.geometry.to_numpy()[None, :]
    ).reshape(len(points), len(ids))
    is_own = np.array(facility_ids, dtype=object).reshape(-1, 1) == ids[None, :]
    near_m = np.where((is_base[None, :] | is_own) & (distance_m <= AT_BASE_M), distance_m, np.inf)
    # a unit within reach of its own base waits there, even where another one is nearer
    near_m = np.where(is_own & np.isfinite(near_m), -1.0, near_m)
    nearest = near_m.argmin(axis=1)
    return np.where(np.isfinite(near_m[np.arange(len(points)), nearest]), nearest, -1)


def snap_units(area: StudyArea, network: RoadNetwork, units: Sequence[Unit]) -> Snapped:
    """
    Put units onto the roads.

    One that is idle at a base stands where its base is put, so that it drives as `coverage.assessment`
    has it drive; any other may stand on any road, motorways too.

    Parameters
    ----------
    area, network
        The study area and its roads.
    units
        Their places are WGS84.
    """
    points = metric_points(area, units)
    base = base_at(area, points, [unit.facility_id for unit in units])
    waits = (base >= 0) & np.array([unit.state == "idle" for unit in units], dtype=np.bool_)
    parked, driving = network.snap_points(points), network.snap_points(points, anywhere=True)
    return Snapped(
        np.where(waits, parked.segment, driving.segment),
        np.where(waits, parked.fraction, driving.fraction),
        np.where(waits, parked.access_m, driving.access_m),
    )
