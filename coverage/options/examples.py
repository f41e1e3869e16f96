"""What the examples of a new option file are about: places, facilities and roads of the county itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from coverage.assessment import ASSUMED_BASE_KINDS
from coverage.options.checking import is_near_road
from coverage.routing.segments import CLOSED_CLASSES, first_text, in_tunnel
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from coverage.study_area import StudyArea

    LonLat = tuple[float, float]
    Named = tuple[NDArray[np.object_], list[str]]

_BRIDGE_M = 100.0
_NEW_ROAD_M = (1_000.0, 5_000.0)
_MANY = 200


@dataclass(frozen=True)
class Site:
    """A place in the county, and what it is called; without a name where nothing stands there."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Examples:
    """
    What each table of an option may be about in this county.

    Parameters
    ----------
    site
        Where something may open: a township's seat far from every ambulance.
    donor, receiver
        Numbers of two facilities: ambulances of the first may move to the second; -1 where there is none.
    leaver, mover
        Numbers of a facility that may close, and of one that may move to another place; -1 likewise.
    new_place
        Where the mover may go: a little away from where it is.
    road_name
        Of a road that is not one of the expressways, empty where it has none.
    closed
        Corners of a square around a part of it.
    new_road
        Two places on existing roads between which one may be built; empty where there are none.
    """

    site: Site
    donor: int
    receiver: int
    leaver: int
    mover: int
    new_place: LonLat
    road_name: str
    closed: tuple[LonLat, ...]
    new_road: tuple[LonLat, ...]


def examples_of(area: StudyArea) -> Examples:
    """
    Choose what the examples are about, the same for the same study area.

    Parameters
    ----------
    area
        The study area.
    """
    donor, receiver, leaver, mover = _roles(area)
    edges = _usual_roads(area)
    middles = shapely.line_interpolate_point(edges.geometry.to_numpy(), 0.5, normalized=True)
    site = _site(area, middles)
    longest = int(np.argmax(edges["length"].to_numpy(dtype=np.float64)))
    square = shapely.buffer(middles[longest], _BRIDGE_M, cap_style="square")
    corners = list(square.exterior.coords)[:-1]
    moved = _moved(area, mover)
    return Examples(
        site=site,
        donor=donor,
        receiver=receiver,
        leaver=leaver,
        mover=mover if moved is not None else -1,
        new_place=_lonlat(area, [moved])[0] if moved is not None else (math.nan, math.nan),
        road_name=str(first_text(edges.iloc[[longest]], "name")[0]),
        closed=tuple(_lonlat(area, [shapely.Point(xy) for xy in corners])),
        new_road=tuple(_lonlat(area, _ends(edges))),
    )


def _lonlat(area: StudyArea, points: Sequence[shapely.Point]) -> list[LonLat]:
    """Give places in degrees, with as many digits as maps give: a tenth of a metre."""
    there = gpd.GeoSeries(list(points), crs=area.crs).to_crs(WGS84)
    return [(round(p.x, 6), round(p.y, 6)) for p in there]


def is_base(facilities: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell from which facilities ambulances start, as far as is known; a county may have none."""
    counts = facilities["ambulances"].to_numpy(dtype=np.float64)
    if np.isnan(counts).all():
        return np.asarray(facilities["kind"].isin(ASSUMED_BASE_KINDS).to_numpy(), dtype=np.bool_)
    return np.asarray(counts >= 1, dtype=np.bool_)


def _roles(area: StudyArea) -> tuple[int, int, int, int]:
    """Choose facilities that may give, receive, close and move, no two the same where there are four."""
    bases = is_base(area.facilities)
    counts = np.nan_to_num(area.facilities["ambulances"].to_numpy(dtype=np.float64))
    by_count = np.argsort(-counts, kind="stable")
    givers = [int(i) for i in by_count if bases[i]]
    donor = givers[0] if givers else -1
    # those without ambulances first, since they gain by receiving and lose little by closing; hospitals last
    is_hospital = (area.facilities["kind"] == "hospital").to_numpy()
    others = [int(i) for i in np.lexsort((is_hospital, bases)) if i != donor]
    receiver, leaver, mover = [*others[:3], *[-1] * 3][:3]
    if not others or donor < 0:
        return -1, receiver, leaver, mover
    return donor, receiver, leaver if leaver >= 0 else receiver, mover


def _usual_roads(area: StudyArea) -> gpd.GeoDataFrame:
    """Give the roads inside the county that an ambulance can stop on; all where there are none."""
    edges = area.roads.edges
    speeds = DEFAULT_SPEEDS.speeds_kph(edges.drop(columns=edges.geometry.name))
    usual = np.isfinite(speeds) & ~np.isin(first_text(edges, "highway"), CLOSED_CLASSES) & ~in_tunnel(edges)
    shapely.prepare(area.boundary)
    inside = shapely.contains_properly(area.boundary, edges.geometry.to_numpy())
    for wanted in (usual & inside, usual):
        if wanted.any():
            return edges[wanted]
    return edges


def _site(area: StudyArea, road_middles: NDArray[np.object_]) -> Site:
    """Choose the seat of a township far from every ambulance; any place on a road where no seat is known."""
    bases = area.facilities.geometry[is_base(area.facilities)].union_all()
    for points, names in _places(area, road_middles):
        near = shapely.contains(area.boundary, points)
        away_m = shapely.distance(points, bases) if not bases.is_empty else np.zeros(len(points))
        for i in np.argsort(-away_m, kind="stable").tolist():
            if near[i] and is_near_road(area.roads, DEFAULT_SPEEDS, points[i]):
                return Site(names[i], *_lonlat(area, [points[i]])[0])
    return Site("", *_lonlat(area, [road_middles[0]])[0])


def _places(
    area: StudyArea, road_middles: NDArray[np.object_]
) -> Iterator[tuple[NDArray[np.object_], list[str]]]:
    seats = area.seats()
    known = ~seats.isna().to_numpy()
    if known.any():
        yield seats.to_numpy()[known], area.townships["name"][known].astype(str).tolist()
    demand = area.demand.nlargest(_MANY, "population")
    yield demand.geometry.to_numpy(), demand["name"].astype(str).tolist()
    yield road_middles[:_MANY], [""] * min(len(road_middles), _MANY)


def _moved(area: StudyArea, mover: int) -> shapely.Point | None:
    """Give a place a little away from a facility, where ambulances could still come to a road."""
    if mover < 0:
        return None
    at = area.facilities.geometry.iloc[mover]
    for dx, dy in ((300.0, 0.0), (-300.0, 0.0), (0.0, 300.0), (0.0, -300.0), (0.0, 0.0)):
        place = shapely.Point(at.x + dx, at.y + dy)
        if area.boundary.contains(place) and is_near_road(area.roads, DEFAULT_SPEEDS, place):
            return place
    return None


def _ends(edges: gpd.GeoDataFrame) -> list[shapely.Point]:
    """Choose the ends of two roads that a new one may join, some kilometres apart."""
    starts = shapely.get_point(edges.geometry.to_numpy(), 0)
    away_m = shapely.distance(starts, starts[0])
    apart = np.flatnonzero((away_m >= _NEW_ROAD_M[0]) & (away_m <= _NEW_ROAD_M[1]))
    return [starts[0], starts[apart[np.argmax(away_m[apart])]]] if len(apart) else []
