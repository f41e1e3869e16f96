"""Trips laid onto roads: what each drove of every road class, so that its time follows from the speeds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from coverage.calibrating.regression import Drives
from coverage.routing.network import RoadNetwork
from coverage.routing.paths import find_paths
from coverage.routing.speeds import parse_maxspeed
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.calibration import Trips
    from coverage.routing.paths import Paths
    from coverage.routing.snapping import Snapped
    from coverage.routing.speeds import SpeedTable
    from coverage.study_area import Roads, StudyArea

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

AT_FACILITY_M = 50.0
"""A trip that ends as near to a facility as this drives into its yard."""
_FREE = "free"


@dataclass(frozen=True, eq=False)
class Ways:
    """
    Every direction of every segment, as the speeds of the classes make its time.

    A way takes ``length / min(speed of its class, cap)`` seconds.

    Parameters
    ----------
    network
        The roads, driven freely.
    classes
        Names of the road classes.
    way_class
        Shape (n_segments,), number of the class.
    cap_kph
        Shape (n_segments,), posted limit; ``inf`` where there is none.
    forward, backward
        Shape (n_segments,), the length above; ``inf`` where that way is barred.
    """

    network: RoadNetwork
    classes: tuple[str, ...]
    way_class: Ints
    cap_kph: Floats
    forward: Floats
    backward: Floats

    def driven_at(self, class_kph: Floats) -> RoadNetwork:
        """Give the roads as they are driven at other speeds of the classes, shape (n_classes,)."""
        speed_kph = np.minimum(class_kph[self.way_class], self.cap_kph)
        return replace(self.network, forward_s=self.forward / speed_kph, backward_s=self.backward / speed_kph)


@dataclass(frozen=True, eq=False)
class TripEnds:
    """
    Where trips begin and end on the roads.

    Parameters
    ----------
    start, end
        Shape (n_trips,), places on roads.
    off_s
        Shape (n_trips,), seconds off the road: out of the yard, and into that of a facility. The walk to a
        patient is no drive.
    """

    start: Snapped
    end: Snapped
    off_s: Floats

    def take(self, which: Ints) -> TripEnds:
        """Give some of the trips."""
        return TripEnds(self.start.take(which), self.end.take(which), self.off_s[which])


def free_network(roads: Roads, speeds: SpeedTable) -> RoadNetwork:
    """Make roads ready for search at the speeds of a table's classes, whatever the condition."""
    free = replace(speeds, conditions=MappingProxyType({_FREE: 1.0}), hours=MappingProxyType({}))
    return RoadNetwork.from_roads(roads, speeds=free, condition=_FREE)


def lay_ways(roads: Roads, speeds: SpeedTable) -> Ways:
    """
    Tell class, limit and length of every way.

    Parameters
    ----------
    roads
        The study area's.
    speeds
        The table whose classes are told apart.
    """
    network = free_network(roads, speeds)
    edges = roads.edges.iloc[network.edge]
    number = {name: k for k, name in enumerate(speeds.class_kph)}
    way_class = np.array([number[_governing(cell, speeds)] for cell in edges["highway"]], dtype=np.int64)
    cap_kph = np.full(len(edges), np.inf)
    if "maxspeed" in edges.columns:
        posted = np.array([parse_maxspeed(cell) for cell in edges["maxspeed"]], dtype=np.float64)
        cap_kph = np.where(np.isnan(posted), np.inf, posted)
    speed_kph = np.minimum(np.array(list(speeds.class_kph.values()))[way_class], cap_kph)
    return Ways(
        network=network,
        classes=tuple(speeds.class_kph),
        way_class=way_class,
        cap_kph=cap_kph,
        forward=network.forward_s * speed_kph,
        backward=network.backward_s * speed_kph,
    )


def _governing(cell: object, speeds: SpeedTable) -> str:
    """Give the class that a road's speed comes from: the slowest of several."""
    texts = cell if isinstance(cell, list | tuple) else str(cell).split(";")
    known = [text for text in (str(t).strip() for t in texts) if text in speeds.class_kph]
    return min(known, key=lambda name: speeds.class_kph[name])


def find_ends(area: StudyArea, network: RoadNetwork, trips: Trips) -> TripEnds:
    """Put the ends of trips onto the roads."""
    start = network.snap(trips.start_lon, trips.start_lat)
    end = network.snap(trips.end_lon, trips.end_lat)
    points = gpd.GeoSeries(gpd.points_from_xy(trips.end_lon, trips.end_lat), crs=WGS84).to_crs(area.crs)
    known = np.flatnonzero(np.isfinite(trips.end_lon) & np.isfinite(trips.end_lat))
    away_m = np.full(len(points), np.inf)
    facilities = shapely.STRtree(area.facilities.geometry.to_numpy())
    (which, _), found_m = facilities.query_nearest(
        points.to_numpy()[known], return_distance=True, all_matches=False
    )
    away_m[known[which]] = found_m
    off_s = start.yard_s + np.where(away_m <= AT_FACILITY_M, end.yard_s, 0.0)
    return TripEnds(start, end, off_s)


def find_ways(network: RoadNetwork, ends: TripEnds) -> Paths:
    """Find the quickest way of every trip."""
    return find_paths(network, ends.start, ends.end)


def lay_drives(ways: Ways, ends: TripEnds, paths: Paths, hour: Ints) -> Drives:
    """
    Tell what every trip drove of each class and limit.

    Parameters
    ----------
    ways
        The roads.
    ends, paths
        Of the trips.
    hour
        Shape (n_trips,), number of the condition each was driven in.
    """
    keys = np.stack((ways.way_class[paths.segment].astype(np.float64), ways.cap_kph[paths.segment]))
    groups, group = np.unique(keys, axis=1, return_inverse=True)
    one_way = np.where(paths.along, ways.forward[paths.segment], ways.backward[paths.segment])
    length = np.zeros((len(ends.off_s), groups.shape[1]))
    np.add.at(length, (paths.pair, group.ravel()), one_way * paths.part)
    return Drives(ends.off_s, length, groups[0].astype(np.int64), groups[1], hour)


def driven_m(ways: Ways, paths: Paths, n_trips: int) -> Floats:
    """Give the metres that every trip drove on each class, shape (n_trips, n_classes)."""
    metres = np.zeros((n_trips, len(ways.classes)))
    np.add.at(
        metres,
        (paths.pair, ways.way_class[paths.segment]),
        ways.network.length_m[paths.segment] * paths.part,
    )
    return metres
