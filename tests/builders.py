"""Small study areas made by hand, for the tests of everything that stands on them."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import Transformer

from coverage.analysis import Analysis, analyze
from coverage.standards import ResponseStandard
from coverage.study_area import County, Provenance, Roads, StudyArea

CRS = "EPSG:32649"
X0_M, Y0_M = 640_000.0, 3_262_000.0
_TO_WGS84 = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)

ODD_NAMES = (
    '=HYPERLINK("http://example.org","x")',
    "<script>alert('x')</script>&amp;",
    "two\nlines\tand a tab",
    "\u202egnitirw\u202c עברית العربية",
    "🚑🏥👨‍👩‍👧 𠮷野屋",
    "长" * 200,
    "bell\x07 and \x1b[31mescape\x00",
    "+1+1@SUM(A1)'\"`{n}%s\\",
)
"""Names that break out of a careless report: formula, markup, breaks, direction, width, length, control."""


def toy_area(
    *,
    demand_unit: str = "people",
    ambulances_known: bool = True,
    modelled: bool = True,
    odd_names: bool = False,
) -> StudyArea:
    """
    Give a county of three townships along one road, 36 km from west to east.

    城关街道 (urban, west) has the hospital and is met. 柳林镇 (rural, middle) has a station and a farm track
    whose far end is late: partial by the call, met by the departure. 石门乡 (rural, east) is reached by
    tracks alone, too late for everyone; one of its settlements lies on a road that joins no other, one far
    from any road. Its seat is unknown.

    Parameters
    ----------
    demand_unit
        ``people`` or ``residential_road_m``.
    ambulances_known
        False leaves every count unknown, so that bases are assumed.
    modelled
        Whether roads and demand are said to be modelled.
    odd_names
        Gives every third thing a name that breaks out of a careless report.
    """
    townships, demand, facilities = _townships(), _demand(), _facilities()
    if not ambulances_known:
        facilities["ambulances"] = math.nan
    if odd_names:
        for table, step in ((townships, 1), (demand, 3), (facilities, 1)):
            for i in range(0, len(table), step):
                table.loc[i, "name"] = ODD_NAMES[(i // step) % len(ODD_NAMES)]
    return StudyArea(
        county=County("toy", "小康县", "Xiaokang", "430699"),
        boundary=_box(-6, -8, 32, 8),
        townships=townships,
        demand=demand,
        facilities=facilities,
        roads=_roads(),
        provenance=_provenance(modelled=modelled),
        buffer_m=4_000.0,
        demand_unit="people" if demand_unit == "people" else "residential_road_m",
    )


@cache
def toy_analysis(
    *,
    demand_unit: str = "people",
    ambulances_known: bool = True,
    modelled: bool = True,
    odd_names: bool = False,
    clock: str = "call",
    condition: str = "siren",
) -> Analysis:
    """Analyze the toy county; the same arguments give the same object, so nobody may change it."""
    area = toy_area(
        demand_unit=demand_unit,
        ambulances_known=ambulances_known,
        modelled=modelled,
        odd_names=odd_names,
    )
    standard = ResponseStandard(clock="call" if clock == "call" else "departure")
    return analyze(area, standard, condition=condition)


def _point(x_km: float, y_km: float) -> shapely.Point:
    return shapely.Point(X0_M + 1000 * x_km, Y0_M + 1000 * y_km)


def _box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(X0_M + 1000 * x0, Y0_M + 1000 * y0, X0_M + 1000 * x1, Y0_M + 1000 * y1)


def _lonlat(x_km: float, y_km: float) -> tuple[float, float]:
    lon, lat = _TO_WGS84.transform(X0_M + 1000 * x_km, Y0_M + 1000 * y_km)
    return float(lon), float(lat)


def _townships() -> gpd.GeoDataFrame:
    west, middle = _lonlat(0.5, 0.0), _lonlat(10.0, 0.0)
    return gpd.GeoDataFrame(
        {
            "id": ["430699001", "430699101", "430699102"],
            "name": ["城关街道", "柳林镇", "石门乡"],
            "class": ["urban", "rural", "rural"],
            "population": [52_000.0, 21_500.0, 12_345.0],
            "seat_lon": [west[0], middle[0], math.nan],
            "seat_lat": [west[1], middle[1], math.nan],
        },
        geometry=[_box(-6, -8, 5, 8), _box(5, -8, 18, 8), _box(18, -8, 32, 8)],
        crs=CRS,
    )


def _demand() -> gpd.GeoDataFrame:
    """Place thirty settlements: twelve in the west, nine in the middle, eight in the east, one in none."""
    west = [(x, y) for x in (-3.95, -1.95, 0.05, 3.95) for y in (-1.5, 0.3, 1.5)]
    middle = [(6.0, 0.1), (8.0, 0.1), (10.0, 0.1), (12.0, 0.1), (14.0, 0.1)]
    middle += [(16.0, y) for y in (1.0, 3.0, 5.2, 7.5)]
    east = [(x, 0.1) for x in (25.0, 26.0, 27.0, 28.0, 29.0, 30.0)] + [(24.0, -6.0), (30.0, 5.0)]
    places = [*west, *middle, *east, (33.0, 0.1)]
    township = ["430699001"] * 12 + ["430699101"] * 9 + ["430699102"] * 8 + [""]
    people = [4_000.0] * 11 + [8_000.0] + [3_000.0] * 5 + [2_000.0, 2_000.0, 1_500.0, 1_000.0]
    people += [2_000.0] * 5 + [1_500.0, 500.0, 345.0, 80.0]
    return gpd.GeoDataFrame(
        {
            "id": [f"d{i:02}" for i in range(len(places))],
            "name": ["" if i % 10 == 9 else f"第{i + 1}村" for i in range(len(places))],
            "township_id": township,
            "population": people,
        },
        geometry=[_point(x, y) for x, y in places],
        crs=CRS,
    )


def _facilities() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "id": ["h1", "s1", "w1"],
            "name": ["小康县人民医院", "柳林急救站", "石门乡卫生院"],
            "kind": ["hospital", "ambulance_station", "health_centre"],
            "ambulances": [2.0, 1.0, 0.0],
            "turnout_s": [math.nan, 90.0, math.nan],
            "centres": ["chest_pain;stroke", "", ""],
        },
        geometry=[_point(0.0, 0.1), _point(9.0, 0.05), _point(26.0, 0.1)],
        crs=CRS,
    )


def _roads() -> Roads:
    """Draw one main road, side roads in the town, tracks beyond, and one road that joins no other."""
    lines: list[tuple[str, str | None, list[tuple[float, float]]]] = [
        ("primary", None, [(x, 0.0) for x in range(-10, 19, 2)]),
        ("track", "dirt", [(x, 0.0) for x in range(18, 37, 2)]),
        ("track", "dirt", [(16, 0), (16, 2), (16, 4), (16, 6), (16, 8)]),
        ("residential", None, [(24, -6), (26, -6)]),
        ("footway", None, [(2, 0), (2, 2)]),
    ]
    lines += [("residential", None, [(x, -2), (x, 0), (x, 2)]) for x in (-4, -2, 0, 4)]
    places = sorted({place for _, _, line in lines for place in line})
    number = {place: i + 1 for i, place in enumerate(places)}
    rows = []
    for highway, surface, line in lines:
        for a, b in pairwise(line):
            for start, end in ((a, b), (b, a)):
                shape = shapely.LineString([_point(*start), _point(*end)])
                rows.append(
                    {
                        "u": number[start],
                        "v": number[end],
                        "key": 0,
                        "highway": highway,
                        "surface": surface,
                        "length": shape.length,
                        "oneway": False,
                        "name": "S101" if highway == "primary" else None,
                        "geometry": shape,
                    }
                )
    edges = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS).set_index(["u", "v", "key"])
    lonlat = [_lonlat(*place) for place in places]
    nodes = gpd.GeoDataFrame(
        {"x": [lon for lon, _ in lonlat], "y": [lat for _, lat in lonlat]},
        index=pd.Index(list(number.values()), name="osmid"),
        geometry=[_point(*place) for place in places],
        crs=CRS,
    )
    return Roads(nodes=nodes, edges=edges)


def _provenance(*, modelled: bool) -> tuple[Provenance, ...]:
    observed = Provenance("boundary", "国家统计局区划代码", "2023", "CC BY 4.0")
    return (
        observed,
        Provenance("townships", observed.source, "2023", observed.licence),
        Provenance("facilities", "test table", "2024-05-01", "", "ab" * 32, "three rows"),
        Provenance("demand", "rule of thumb", modelled=modelled, note="=1+1 is no formula"),
        Provenance("roads", "© OpenStreetMap contributors", "2024-01-01", "ODbL 1.0", modelled=modelled),
    )
