"""Answers to calls in the toy county, put together by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import geopandas as gpd
import pandas as pd
import shapely

from builders import CRS, ODD_NAMES, X0_M, Y0_M, _lonlat, toy_area
from coverage.assessment import assess
from coverage.dispatch.answer import Decision, Destination, Dispatch, Route, Step, UnitTime
from coverage.dispatch.units import Fleet, LeftOut, Unit
from coverage.routing.network import RoadNetwork
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.standards import ResponseStandard

AT = "2026-03-01T14:05:32+08:00"


def unit(
    unit_id: str, x_km: float, y_km: float, state: str = "idle", *, name: str = "", base: str = ""
) -> Unit:
    """Place an ambulance in the toy county."""
    lon, lat = _lonlat(x_km, y_km)
    turnout_s = 0.0 if state == "returning" else 90.0
    time = "2026-03-01T14:05:02+08:00"
    return Unit(unit_id, name or unit_id, lon, lat, state, turnout_s, facility_id=base, time=time)


def toy_units(*, odd_names: bool = False) -> tuple[Unit, ...]:
    """Give four ambulances: one idle at the station, one idle in town, one on its way back, one busy."""
    units = (
        unit("湘F0001", 0.0, 0.0, name="人民医院1号", base="h1"),
        unit("湘F0002", 5.0, 0.0, "returning", name="人民医院2号", base="h1"),
        unit("湘F0003", 9.0, 0.0, name="柳林1号", base="s1"),
        unit("湘F0004", 16.0, 4.0, "busy", name="柳林2号", base="s1"),
    )
    if not odd_names:
        return units
    return tuple(replace(u, id=f"{u.id}{odd}", name=odd) for u, odd in zip(units, ODD_NAMES, strict=False))


LEFT_OUT = (
    LeftOut("湘F0009", 6, "stale", "2026-03-01T13:20:00+08:00"),
    LeftOut("", 7, "no_id"),
    LeftOut("湘F0010", 8, "off_network", "4.2 km"),
)


@cache
def toy_dispatch(
    *,
    at: tuple[float, float] | None = (10.0, 0.0),
    centre: str | None = "stroke",
    destination: bool = True,
    states: tuple[str, ...] = (),
    is_live: bool = True,
    odd_names: bool = False,
    left_out: tuple[LeftOut, ...] = LEFT_OUT,
    closed_m: float = 0.0,
    demand_unit: str = "people",
    clock: str = "call",
) -> Dispatch:
    """
    Answer a call in the toy county.

    Parameters
    ----------
    at
        Kilometres east and north of the hospital; None for the picture alone.
    centre
        What the patient needs.
    destination
        False leaves the patient without a hospital.
    states
        Of the four units, where not as `toy_units` has them.
    is_live
        False: the bases themselves are the units.
    odd_names
        Gives everything a name that breaks out of a careless report.
    left_out
        Reports that are not used.
    closed_m
        Metres of closed road.
    demand_unit, clock
        Of the county and the promise.
    """
    area = toy_area(odd_names=odd_names, demand_unit=demand_unit)
    standard = ResponseStandard(clock="call" if clock == "call" else "departure")
    network = RoadNetwork.from_roads(area.roads)
    units = toy_units(odd_names=odd_names)
    if states:
        units = tuple(replace(u, state=s) for u, s in zip(units, states, strict=True))
    if not is_live:
        units = tuple(replace(u, time="") for u in units)
    ready = [u for u in units if u.state != "busy"]
    unit_area = with_units(area, ready)
    now = assess(unit_area, network, standard) if ready else None
    decision = _decide(area, ready, at, centre, standard) if at and ready else None
    if decision and not destination:
        decision = replace(decision, destination=None)
    away = [u for u in ready if decision and u.id != decision.units[0].unit.id]
    bases = unit_area.facilities["id"].isin([u.id for u in away]).to_numpy()
    meanwhile = assess(unit_area, network, standard, bases=bases) if decision and away else None
    return Dispatch(
        area=area,
        standard=standard,
        speeds=DEFAULT_SPEEDS,
        condition="siren",
        fleet=Fleet(units, left_out if is_live else (), AT if is_live else "", is_live),
        now=now,
        unit_area=unit_area,
        planned=assess(area, network, standard),
        decision=decision,
        meanwhile=meanwhile,
        losses=losses(now, meanwhile),
        closed_m=closed_m,
    )


def with_units(area, units):
    """Put units into a study area in the place of its facilities."""
    table = gpd.GeoDataFrame(
        {
            "id": [u.id for u in units],
            "name": [u.name for u in units],
            "kind": ["ambulance_station"] * len(units),
            "ambulances": [1.0] * len(units),
            "turnout_s": [u.turnout_s for u in units],
            "centres": [""] * len(units),
        },
        geometry=gpd.points_from_xy([u.lon for u in units], [u.lat for u in units], crs="EPSG:4326").to_crs(
            area.crs
        ),
        crs=area.crs,
    )
    return replace(area, facilities=table) if units else area


def losses(now, meanwhile) -> pd.DataFrame:
    """Give the townships that lose, most first."""
    columns = ["id", "name", "class", "population", "covered_before", "covered_after"]
    columns += ["verdict_before", "verdict_after"]
    if now is None or meanwhile is None:
        return pd.DataFrame(columns=columns)
    before, after = now.townships, meanwhile.townships
    table = before[["id", "name", "class", "population"]].assign(
        covered_before=before["covered_population"],
        covered_after=after["covered_population"],
        verdict_before=before["verdict"],
        verdict_after=after["verdict"],
    )
    table["lost"] = table["covered_before"] - table["covered_after"]
    return table[table["lost"] > 0].sort_values("lost", ascending=False, kind="stable")[columns]


def _route(*legs: tuple[str, str, str, float, float, float, float], leave_s=0.0, arrive_s=0.0) -> Route:
    """Lay a way out of legs: turn, road, class, and the ends in kilometres; 20 m/s."""
    steps, xy = [], [(legs[0][3], legs[0][4])]
    for turn, road, highway, x0, y0, x1, y1 in legs:
        length_m = 1000 * math.hypot(x1 - x0, y1 - y0)
        lon, lat = _lonlat(x0, y0)
        steps.append(Step(turn, road, highway, length_m, length_m / 20, lon, lat))
        xy.append((x1, y1))
    lon, lat = _lonlat(*xy[-1])
    steps.append(Step("arrive", "", "", 0.0, 0.0, lon, lat))
    total_m = sum(step.length_m for step in steps)
    line = shapely.LineString([(X0_M + 1000 * x, Y0_M + 1000 * y) for x, y in xy])
    return Route(tuple(steps), total_m, total_m / 20, leave_s, arrive_s, line)


def _decide(area, ready, at, centre, standard) -> Decision:
    """Send the nearest along the one road, and take the patient to the hospital in the west."""
    lon, lat = _lonlat(*at)
    here = gpd.GeoSeries(gpd.points_from_xy([lon], [lat], crs="EPSG:4326")).to_crs(CRS).iloc[0]
    rows = [row for row in area.townships.to_dict("records") if row["geometry"].covers(here)]
    township = rows[0] if rows else {"id": "", "name": "", "class": "rural"}
    limit_s = standard.limit_s(township["class"])
    times = []
    for one in ready:
        x_m = gpd.GeoSeries(gpd.points_from_xy([one.lon], [one.lat], crs="EPSG:4326")).to_crs(CRS).iloc[0].x
        travel_s = abs(x_m - here.x) / 20 + 30
        response_s = standard.lead_s(one.turnout_s) + travel_s
        times.append(UnitTime(one, travel_s, response_s, response_s <= limit_s))
    times.sort(key=lambda t: t.response_s)
    side = "right" if at[0] > 5 else "left"
    x0 = times[0].travel_s * 20 / 1000 - 0.6
    route = _route(
        ("start", "S101", "primary", at[0] - x0, 0.0, at[0], 0.0),
        (side, "", "track", at[0], 0.0, at[0], 0.4),
        arrive_s=30.0,
    )
    back = _route(
        ("start", "", "track", at[0], 0.4, at[0], 0.0),
        ("left", "S101", "primary", at[0], 0.0, 0.0, 0.0),
        leave_s=30.0,
    )
    name = area.facilities["name"].iloc[0]
    scene_s, door_s, target_s = math.nan, math.nan, math.nan
    if centre:
        scene_s, target_s = 900.0, 3600.0
        door_s = times[0].response_s + scene_s + back.total_s
    destination = Destination(
        "h1", name, back.total_s, back, False, "h1", name, back.total_s, scene_s, door_s, target_s
    )
    return Decision(
        lon, lat, 42.0, township["id"], township["name"], township["class"], limit_s, centre,
        tuple(times), route, destination,
    )  # fmt: skip
