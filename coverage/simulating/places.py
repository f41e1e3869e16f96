"""Where the calls of a simulated year come from: the study area's demand points, or calls of the past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.assessment import demand_limits
from coverage.errors import SimulationError
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting
    from coverage.routing.snapping import Snapped
    from coverage.simulation import PastCalls
    from coverage.study_area import StudyArea

MOST_PAST_PLACES = 3_000
"""More places of past calls than these are put together by the cells of a grid."""
_FIRST_CELL_M = 50.0


@dataclass(frozen=True, eq=False)
class CallPlaces:
    """
    The places that calls come from.

    Parameters
    ----------
    id
        Shape (n_places,), of the demand points; ``past-1``, ``past-2``, … of past calls.
    township
        Shape (n_places,), township ids, empty outside every one.
    township_class
        Shape (n_places,), ``urban`` or ``rural``.
    limit_s
        Shape (n_places,), the limit that holds there.
    weight
        Shape (n_places,), people, or calls of the past.
    at
        The places on the roads.
    past_place
        Shape (n_past_calls,), number of each past call's place; empty without past calls.
    """

    id: NDArray[np.object_]
    township: NDArray[np.object_]
    township_class: NDArray[np.object_]
    limit_s: NDArray[np.float64]
    weight: NDArray[np.float64]
    at: Snapped
    past_place: NDArray[np.int64]


def lay_places(setting: Setting, past: PastCalls | None) -> CallPlaces:
    """
    Say where calls come from.

    Parameters
    ----------
    setting
        The county on its roads.
    past
        Calls of the past; None for people at the demand points.

    Raises
    ------
    SimulationError
        If nobody lives at the demand points, or no past call is at hand.
    """
    return _of_people(setting) if past is None else _of_past(setting, past)


def _of_people(setting: Setting) -> CallPlaces:
    demand = setting.area.demand
    classes, limit_s = demand_limits(setting.area, setting.standard)
    weight = demand["population"].to_numpy(dtype=np.float64)
    if not weight.sum() > 0:
        raise SimulationError(
            "nobody lives at the demand points, so that no call can come: import the population",
            zh="人口需求点上没有人口，无法产生呼叫：请导入人口数据",
        )
    return CallPlaces(
        id=demand["id"].to_numpy(dtype=object),
        township=demand["township_id"].to_numpy(dtype=object),
        township_class=classes.to_numpy(dtype=object),
        limit_s=np.asarray(limit_s, dtype=np.float64),
        weight=weight,
        at=setting.places.demand,
        past_place=np.empty(0, dtype=np.int64),
    )


def _of_past(setting: Setting, past: PastCalls) -> CallPlaces:
    if len(past.time_s) == 0:
        raise SimulationError(
            f"{past.source}: no past call can be used: give at least one",
            zh=f"{past.source}：没有可用的历史呼叫：请至少提供一条",
        )
    area = setting.area
    points = gpd.GeoSeries(gpd.points_from_xy(past.lon, past.lat), crs=WGS84).to_crs(area.crs)
    xy = shapely.get_coordinates(points.to_numpy())
    place = _grouped(xy)
    at = points.iloc[_middles(xy, place)]
    township = _townships_at(area, at)
    classes = township.map(dict(zip(area.townships["id"], area.townships["class"], strict=True)))
    classes = classes.fillna("rural")
    return CallPlaces(
        id=np.array([f"past-{i + 1}" for i in range(len(at))], dtype=object),
        township=township.to_numpy(dtype=object),
        township_class=classes.to_numpy(dtype=object),
        limit_s=np.array([setting.standard.limit_s(c) for c in classes], dtype=np.float64),
        weight=np.bincount(place).astype(np.float64),
        at=setting.network.snap_points(at),
        past_place=place,
    )


def _grouped(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number the distinct places of calls, cells of a grid where there are too many of them."""
    cell_m, keys = _FIRST_CELL_M, xy
    while True:
        _, place = np.unique(keys, axis=0, return_inverse=True)
        if place.max() < MOST_PAST_PLACES:
            return place.ravel().astype(np.int64)
        keys, cell_m = np.floor(xy / cell_m), 2 * cell_m


def _middles(xy: NDArray[np.float64], place: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give for each group the call that is nearest to the mean of its calls."""
    mean = np.stack([np.bincount(place, xy[:, i]) for i in (0, 1)], axis=1) / np.bincount(place)[:, None]
    order = np.lexsort((np.hypot(*(xy - mean[place]).T), place))
    first = np.searchsorted(place[order], np.arange(len(mean)))
    return np.asarray(order[first], dtype=np.int64)


def _townships_at(area: StudyArea, points: gpd.GeoSeries) -> pd.Series[str]:
    """Give the township that each point lies in; empty outside every one."""
    which, township = shapely.STRtree(area.townships.geometry.to_numpy()).query(
        points.to_numpy(), predicate="intersects"
    )
    ids = np.full(len(points), "", dtype=object)
    # a point on the line between two belongs to the first; the first is written last
    ids[which[::-1]] = area.townships["id"].to_numpy(dtype=object)[township[::-1]]
    return pd.Series(ids, dtype=object)
