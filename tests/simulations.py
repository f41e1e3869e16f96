"""Small counties, at random or made for one question, on which a year is played."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from coverage.comparing.ground import today_setting
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.simulation import Duration, Priority, Rules, Shift, Standby
from coverage.standards import ResponseStandard
from coverage.study_area import County, Provenance, StudyArea
from road_grids import CRS, X0_M, Y0_M, lonlat_of, make_roads, two_way

if TYPE_CHECKING:
    import numpy as np

SIDE_M = 12_000.0


def county_of(roads, demand, facilities) -> StudyArea:
    """
    Put a county around roads: its western half is urban, its eastern half rural.

    Parameters
    ----------
    roads
        In the tests' metres.
    demand
        Rows of x, y (metres from the origin of the tests) and people.
    facilities
        Rows of dictionaries with ``id``, ``xy`` and whatever is not usual.
    """
    half = SIDE_M / 2
    boxes = [
        shapely.box(-2_000, -2_000, half, SIDE_M + 2_000),
        shapely.box(half, -2_000, SIDE_M + 2_000, SIDE_M + 2_000),
    ]
    boxes = [shapely.transform(box, lambda xy: xy + (X0_M, Y0_M)) for box in boxes]
    townships = gpd.GeoDataFrame(
        {
            "id": ["t1", "t2"],
            "name": ["城关镇", "山乡"],
            "class": ["urban", "rural"],
            "population": [math.nan] * 2,
            "seat_lon": [math.nan] * 2,
            "seat_lat": [math.nan] * 2,
        },
        geometry=boxes,
        crs=CRS,
    )
    usual = {"kind": "hospital", "ambulances": 1.0, "turnout_s": math.nan, "centres": "", "hours": ""}
    rows = [{**usual, "name": row["id"], **row} for row in facilities]
    return StudyArea(
        county=County("small", "小县"),
        boundary=shapely.union_all(boxes),
        townships=townships,
        demand=gpd.GeoDataFrame(
            {
                "id": [f"d{i}" for i in range(len(demand))],
                "name": "",
                "township_id": ["t1" if x < half else "t2" for x, _, _ in demand],
                "population": [float(people) for _, _, people in demand],
            },
            geometry=[shapely.Point(X0_M + x, Y0_M + y) for x, y, _ in demand],
            crs=CRS,
        ),
        facilities=gpd.GeoDataFrame(
            [{k: v for k, v in row.items() if k != "xy"} for row in rows],
            geometry=[shapely.Point(X0_M + row["xy"][0], Y0_M + row["xy"][1]) for row in rows],
            crs=CRS,
        ),
        roads=roads,
        provenance=tuple(
            Provenance(x, "test") for x in ("boundary", "townships", "demand", "facilities", "roads")
        ),
    )


def random_county(rng: np.random.Generator) -> StudyArea:
    """Draw a county of a few villages, bases and hospitals on roads of which some are one-way."""
    n = int(rng.integers(5, 10))
    xy = rng.uniform(0, SIDE_M, (n, 2))
    nodes = {i: (float(x), float(y)) for i, (x, y) in enumerate(xy)}
    pairs = {(i, (i + 1) % n) for i in range(n)}
    pairs |= {tuple(sorted(rng.choice(n, 2, replace=False).tolist())) for _ in range(n)}
    pairs = {pair for pair in pairs if pair[::-1] not in pairs or pair[0] < pair[1]}
    rows = []
    for u, v in sorted(pairs):
        ways = two_way(u, v, highway=str(rng.choice(["residential", "primary", "track"])))
        rows += ways[:1] if rng.random() < 0.15 else ways

    def near() -> tuple[float, float]:
        row = rows[int(rng.integers(len(rows)))]
        part = rng.uniform(0.05, 0.95)
        x, y = xy[row["u"]] * (1 - part) + xy[row["v"]] * part + rng.normal(0, 100, 2)
        return float(x), float(y)

    demand = [(*near(), float(rng.uniform(10, 1_000))) for _ in range(int(rng.integers(3, 9)))]
    facilities = [
        {
            "id": f"f{i}",
            "xy": near(),
            "kind": "hospital" if i == 0 or rng.random() < 0.4 else "ambulance_station",
            "ambulances": float(rng.integers(1, 3)) if i == 0 else float(rng.integers(0, 3)),
            "turnout_s": math.nan if rng.random() < 0.5 else float(rng.uniform(30, 200)),
            "centres": str(rng.choice(["", "stroke", "stroke;trauma"])),
            "hours": str(rng.choice(["", "", "06:30-19:45", "18:00-07:00"])) if i else "",
        }
        for i in range(int(rng.integers(1, 5)))
    ]
    return county_of(make_roads(rows, nodes), demand, facilities)


def random_rules(rng: np.random.Generator, area: StudyArea, **fixed: object) -> Rules:
    """Draw rules for two or three busy days in a county."""
    base = area.facilities[area.facilities["ambulances"] >= 1]
    shifts, standby = [], []
    for facility_id, count in zip(base["id"], base["ambulances"], strict=True):
        if rng.random() < 0.4:
            hours = str(rng.choice(["07:00-15:30", "21:00-05:00", "00:00-12:00,13:00-20:00"]))
            shifts.append(Shift(facility_id, int(rng.integers(1, count + 1)), hours))
        if rng.random() < 0.4:
            row = area.demand.geometry.iloc[int(rng.integers(len(area.demand)))]
            lon, lat = lonlat_of((row.x - X0_M, row.y - Y0_M))
            standby.append(Standby(facility_id, lon, lat, hours=str(rng.choice(["", "09:15-17:00"]))))
    laws = [Duration(600.0, law) for law in ("fixed", "exponential", "lognormal", "gamma")]
    priorities = (Priority("A", 0.4, "", 0.9), Priority("B", 0.6, "normal"))
    figures = {
        "days": float(rng.choice([1.0, 2.0])),
        "calls_per_day": float(rng.choice([5.0, 20.0, 60.0])),
        "seed": int(rng.integers(1_000)),
        "priorities": priorities if rng.random() < 0.5 else (Priority("", 1.0),),
        "centre_shares": {"stroke": 0.3, "trauma": 0.2} if rng.random() < 0.5 else {},
        "handling": None if rng.random() < 0.5 else Duration(80.0, "exponential"),
        "turnout_s": {"22:00-06:00": 150.0} if rng.random() < 0.5 else {},
        "scene": laws[int(rng.integers(4))],
        "handover": laws[int(rng.integers(4))],
        "transport_share": float(rng.choice([0.0, 0.7, 1.0])),
        "busy_share": float(rng.uniform(0.1, 0.7)),
        "redirect": bool(rng.random() < 0.7),
        "wait": bool(rng.random() < 0.7),
        "dispatch": str(rng.choice(["nearest", "preparedness"])),
        "standby": tuple(standby),
        "shifts": tuple(shifts),
        "warm_up_s": float(rng.choice([0.0, 20_000.0, 86_400.0])),
    }
    return Rules(**{**figures, **fixed})


def setting_of(
    area: StudyArea, *, clock: str = "call", hours: dict[str, str] | None = None, condition: str = "siren"
):
    """Put a county on its roads."""
    speeds = replace(DEFAULT_SPEEDS, hours=hours or {})
    standard = ResponseStandard(urban_s=420.0, rural_s=780.0, clock=clock)
    return today_setting(area, standard, speeds=speeds, condition=condition, at_min=720)
