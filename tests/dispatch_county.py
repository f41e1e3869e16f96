"""A county of a few roads, one-ways and a motorway among them, and units on it: for the tests of dispatch."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import geopandas as gpd
import pandas as pd
import shapely

from builders import CRS, X0_M, Y0_M, _lonlat, _point, toy_area
from coverage.dispatch.desk import open_desk
from coverage.dispatch.units import Fleet, Unit
from coverage.standards import ResponseStandard
from coverage.study_area import Roads

PLACES = {
    "A": (0, 0), "B": (2, 0), "C": (4, 0), "D": (2, 2), "E": (4, 2), "F": (0, 4), "G": (4, 4), "H": (-2, 0),
}  # fmt: skip
"""Kilometres east and north; every road below is 2 km long but the motorway's 4."""
ROADS = (
    # ends, class, name, ref, driven both ways
    ("HA", "secondary", "人民路", None, True),
    ("AB", "secondary", "人民路", None, True),
    ("BC", "secondary", "人民路", None, True),
    ("BD", "primary", None, "G107", True),
    ("DE", "tertiary", "北环路", None, False),
    ("EC", "residential", None, None, False),
    ("FG", "motorway", "京港澳高速", "G4", False),
    ("GE", "motorway_link", None, None, False),
)


def streets() -> Roads:
    """
    Lay the roads.

        F ======> G          motorway one-way east, its slip road one-way south to E
                  |
            D --> E          D-E one-way east, E-C one-way south
            |     |
        H-A-B-----C          两-way, 人民路
    """
    number = {name: i + 1 for i, name in enumerate(PLACES)}
    rows = []
    for ends, highway, name, ref, both in ROADS:
        for u, v in ((*ends,), (*ends[::-1],))[: 1 + both]:
            shape = shapely.LineString([_point(*PLACES[u]), _point(*PLACES[v])])
            rows.append(
                {
                    "u": number[u],
                    "v": number[v],
                    "key": 0,
                    "highway": highway,
                    "name": name,
                    "ref": ref,
                    "length": shape.length,
                    "oneway": not both,
                    "geometry": shape,
                }
            )
    edges = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS).set_index(["u", "v", "key"])
    lonlat = [_lonlat(*place) for place in PLACES.values()]
    nodes = gpd.GeoDataFrame(
        {"x": [lon for lon, _ in lonlat], "y": [lat for _, lat in lonlat]},
        index=pd.Index(list(number.values()), name="osmid"),
        geometry=[_point(*place) for place in PLACES.values()],
        crs=CRS,
    )
    return Roads(nodes=nodes, edges=edges)


def street_county(**columns):
    """
    Give the toy county on these roads, with a hospital at A (2 ambulances, turnout 100 s), a station near E
    (1 ambulance, turnout of the standard) and a stroke centre at D.

    Parameters
    ----------
    columns
        Of the facilities, otherwise.
    """
    facilities = gpd.GeoDataFrame(
        {
            "id": ["a", "e", "d"],
            "name": ["甲医院", "戊急救站", "丁医院"],
            "kind": ["hospital", "ambulance_station", "hospital"],
            "ambulances": [2.0, 1.0, 0.0],
            "turnout_s": [100.0, math.nan, math.nan],
            "centres": ["chest_pain", "", "stroke"],
            **columns,
        },
        geometry=[_point(0, 0), _point(4, 1.5), _point(2, 2)],
        crs=CRS,
    )
    return replace(toy_area(), roads=streets(), facilities=facilities)


@cache
def street_desk(*, clock: str = "call", closed=None):
    """Open the desk of that county; the same arguments give the same object."""
    standard = ResponseStandard(clock="call" if clock == "call" else "departure")
    return open_desk(street_county(), standard, works=closed)


def unit(
    name: str, x_km: float, y_km: float, state: str = "returning", turnout_s: float = 0.0, **more
) -> Unit:
    """Put a unit at a place of the map."""
    lon, lat = _lonlat(x_km, y_km)
    return Unit(name, f"车{name}", lon, lat, state, turnout_s, **more)


def fleet(*units: Unit) -> Fleet:
    """Make units a live fleet."""
    return Fleet(tuple(units), at="2026-11-22T08:00:00+08:00", is_live=True)


def xy_of(lon: float, lat: float) -> tuple[float, float]:
    """Give a place of the map in its kilometres."""
    point = gpd.GeoSeries([shapely.Point(lon, lat)], crs="EPSG:4326").to_crs(CRS).iloc[0]
    return (point.x - X0_M) / 1000, (point.y - Y0_M) / 1000
