"""Where people and facilities meet the roads once an option has changed these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from coverage.assessment import Places, snap_places
from coverage.comparing.reaching import lead_s
from coverage.roadworks import built_by
from coverage.routing.snapping import SNAP_LIMIT_M, Snapped, snap_to_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting
    from coverage.routing.network import NearestFacility, RoadNetwork

_SAME_PLACE_M = 0.5
"""A place on today's road is found again on what is left of that road as near as this."""


def places_after(today: Setting, setting: Setting) -> Places:
    """
    Put a county's points onto its roads after an option.

    What stands today keeps its access to the road as long as that road is open: a road that is built past a
    hospital does not move its gate. People keep theirs as well, and take the way to a new road where an
    ambulance is with them sooner on it; so no new road makes anybody wait longer.

    Parameters
    ----------
    today
        The county as it is.
    setting
        The county with the option, on its roads; its own places are not looked at.
    """
    fresh = snap_places(setting.area, setting.network)
    built = built_segments(setting)
    facilities = _facilities(today, setting, built)
    facilities = _either(_stands_as_today(today, setting), facilities, fresh.facilities)
    old = (today.places.demand, today.places.seats)
    demand, seats = (carried(p, today.network, setting.network, built) for p in old)
    demand, seats = _kept(demand, fresh.demand), _kept(seats, fresh.seats)
    if built.any():
        reach = _reach(setting, facilities)
        demand = _sooner(reach, demand, _onto(setting.network, built, setting.area.demand.geometry))
        seats = _sooner(reach, seats, _onto(setting.network, built, setting.area.seats()))
    return Places(demand, seats, facilities)


def built_segments(setting: Setting) -> NDArray[np.bool_]:
    """Tell which segments of a setting's network are roads that its option builds."""
    network, edges = setting.network, setting.area.roads.edges
    new = edges[built_by(edges, setting.option.roads) >= 0]
    lines: dict[frozenset[Any], list[shapely.Geometry]] = {}
    for (u, v, _), line in zip(new.index, new.geometry, strict=True):
        lines.setdefault(frozenset((u, v)), []).append(line)
    built = np.zeros(len(network.tail), dtype=np.bool_)
    ids = network.node_id
    ends = np.isin(ids[network.tail], new.index.get_level_values(0).union(new.index.get_level_values(1)))
    for i in np.flatnonzero(ends):
        alike = lines.get(frozenset((ids[network.tail[i]], ids[network.head[i]])), [])
        built[i] = any(shapely.equals(network.geometry[i], line) for line in alike)
    return built


def carried(places: Snapped, before: RoadNetwork, after: RoadNetwork, built: NDArray[np.bool_]) -> Snapped:
    """
    Find places on roads again where those roads have been cut, closed or built on.

    Parameters
    ----------
    places
        On `before`.
    before, after
        The roads as they were, and as they then are.
    built
        Shape (n_segments of `after`,), roads that were not there before: one that lies on an old one is
        taken for it only where it has replaced it.

    Returns
    -------
    Snapped
        On `after`, as far off the road as they were; off the network where their road is closed.
    """
    points = np.full(len(places), None, dtype=object)
    on = np.flatnonzero(places.on_network)
    lines = before.geometry[places.segment[on]]
    points[on] = shapely.line_interpolate_point(lines, places.fraction[on], normalized=True)
    where = gpd.GeoSeries(points, crs=before.crs)
    found = _onto(after, ~built, where, snap_limit_m=_SAME_PLACE_M)
    if built.any():
        found = _kept(found, _onto(after, built, where, snap_limit_m=_SAME_PLACE_M))
    return Snapped(found.segment, found.fraction, np.where(found.on_network, places.access_m, np.inf))


def _onto(
    network: RoadNetwork,
    which: NDArray[np.bool_],
    points: gpd.GeoSeries,
    *,
    snap_limit_m: float = SNAP_LIMIT_M,
) -> Snapped:
    """Put points onto the nearest of some segments that can be stopped on."""
    segments = np.flatnonzero(which & network.is_open)
    tree = shapely.STRtree(network.geometry[segments])
    here = points.to_crs(network.crs).to_numpy()
    return snap_to_lines(here, tree, segments, snap_limit_m=snap_limit_m)


def _facilities(today: Setting, setting: Setting, built: NDArray[np.bool_]) -> Snapped:
    """Give today's places of the facilities that there then are; the first one's for those that are new."""
    row_of = {name: row for row, name in enumerate(today.area.facilities["id"])}
    rows = np.array([row_of.get(name, 0) for name in setting.area.facilities["id"]], dtype=np.int64)
    return carried(today.places.facilities, today.network, setting.network, built).take(rows)


def _stands_as_today(today: Setting, setting: Setting) -> NDArray[np.bool_]:
    """Tell which facilities stand where they stand today."""
    before = dict(zip(today.area.facilities["id"], today.area.facilities.geometry, strict=True))
    table = setting.area.facilities
    return np.array(
        [before.get(name) == place for name, place in zip(table["id"], table.geometry, strict=True)],
        dtype=np.bool_,
    )


def _either(is_first: NDArray[np.bool_], first: Snapped, second: Snapped) -> Snapped:
    """Give some points their first place and the others the second; the second where the first is none."""
    chosen = is_first & first.on_network
    return Snapped(
        np.where(chosen, first.segment, second.segment),
        np.where(chosen, first.fraction, second.fraction),
        np.where(chosen, first.access_m, second.access_m),
    )


def _kept(old: Snapped, new: Snapped) -> Snapped:
    return _either(np.ones(len(old), dtype=np.bool_), old, new)


def _reach(setting: Setting, facilities: Snapped) -> NearestFacility | None:
    """Find who is first everywhere; None where nobody is."""
    bases = np.flatnonzero(setting.bases & facilities.on_network)
    if not len(bases):
        return None
    return setting.network.nearest(facilities.take(bases), start_s=lead_s(setting, bases))


def _sooner(reach: NearestFacility | None, old: Snapped, new: Snapped) -> Snapped:
    """Give each point the place where somebody is with it sooner, the old one where both are alike."""
    if reach is None:
        return _kept(old, new)
    return _either(reach.at(old)[0] <= reach.at(new)[0], old, new)
