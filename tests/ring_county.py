"""A county on one ring road that everybody drives round one way: there and back are never the same."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import geopandas as gpd
import shapely

from coverage.analysis import Analysis, analyze
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.standards import CareStandard, ResponseStandard
from coverage.study_area import County, Provenance, StudyArea
from road_grids import CRS, X0_M, Y0_M, make_roads

KM_A_MINUTE = replace(
    DEFAULT_SPEEDS,
    class_kph=MappingProxyType({**DEFAULT_SPEEDS.class_kph, "primary": 60.0}),
    conditions=MappingProxyType({"siren": 1.0}),
)
"""Every kilometre of the ring takes a minute."""


def ring_area(*, centres: tuple[str, ...] = ("stroke", "trauma", "", "newborn")) -> StudyArea:
    """
    Give a square ring of 24 km, driven from (0, 0) by (6, 0), (6, 6) and (0, 6) back to (0, 0).

    Along it, in kilometres: 1 县人民医院 with the ambulance, 50 m off the road (9 s); 4 the patients of 南镇,
    40 m off (36 s on foot); 8 县中医院; 14 the patients of 北镇; 15 the health centre of 北镇; 20 a hospital
    beyond the county line.

    Parameters
    ----------
    centres
        Of 县人民医院, 县中医院, the health centre and the hospital beyond.
    """
    corners = {1: (0, 0), 2: (6_000, 0), 3: (6_000, 6_000), 4: (0, 6_000)}
    sides = [
        {"u": u, "v": v, "highway": "primary", "oneway": True} for u, v in ((1, 2), (2, 3), (3, 4), (4, 1))
    ]
    return StudyArea(
        county=County("ring", "环县", "Ring", "430698"),
        boundary=_box(0.5, -1, 7, 7),
        townships=gpd.GeoDataFrame(
            {
                "id": ["s", "n"],
                "name": ["南镇", "北镇"],
                "class": ["rural", "rural"],
                "population": [100.0, 300.0],
                "seat_lon": [math.nan] * 2,
                "seat_lat": [math.nan] * 2,
            },
            geometry=[_box(0.5, -1, 7, 3), _box(0.5, 3, 7, 7)],
            crs=CRS,
        ),
        demand=gpd.GeoDataFrame(
            {
                "id": ["p1", "p2"],
                "name": ["", "北村"],
                "township_id": ["s", "n"],
                "population": [100.0, 300.0],
            },
            geometry=[_point(4, 0.04), _point(4, 6)],
            crs=CRS,
        ),
        facilities=gpd.GeoDataFrame(
            {
                "id": ["h1", "h2", "w1", "x1"],
                "name": ["县人民医院", "县中医院", "北镇卫生院", "邻县医院"],
                "kind": ["hospital", "hospital", "health_centre", "hospital"],
                "ambulances": [1.0, 0.0, 0.0, 0.0],
                "turnout_s": [math.nan] * 4,
                "centres": list(centres),
            },
            geometry=[_point(1, -0.05), _point(6, 2), _point(3, 6), _point(0, 4)],
            crs=CRS,
        ),
        roads=make_roads(sides, corners),
        provenance=(Provenance("roads", "test"),),
        buffer_m=4_000.0,
    )


@cache
def ring_analysis(*, clock: str = "call") -> Analysis:
    """Follow everybody of the ring to care; the same arguments give the same object."""
    standard = ResponseStandard(clock="call" if clock == "call" else "departure")
    return analyze(ring_area(), standard, speeds=KM_A_MINUTE, care=CareStandard())


def _point(x_km: float, y_km: float) -> shapely.Point:
    return shapely.Point(X0_M + 1000 * x_km, Y0_M + 1000 * y_km)


def _box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(X0_M + 1000 * x0, Y0_M + 1000 * y0, X0_M + 1000 * x1, Y0_M + 1000 * y1)
