"""
Make the example logs of dispatch, simulate and calibrate from the study area that ships with the program.

    python docs/logs/build.py

Positions of ambulances, calls of two months, drives and a closed road, in the shapes in which a dispatch
centre exports them, with AMap coordinates. All of it is drawn by chance over the modelled Linxiang; no row
tells anything of the real county.
"""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from coverage.assessment import response_bases, snap_places  # noqa: E402
from coverage.geopackage import read_study_area  # noqa: E402
from coverage.routing.network import RoadNetwork  # noqa: E402
from coverage.routing.speeds import SpeedTable, frozen_table  # noqa: E402
from coverage.sources.coordinates import convert  # noqa: E402
from coverage.study_area import WGS84, StudyArea  # noqa: E402

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 20, 8, 30, tzinfo=CHINA)
N_DIGITS = 6
N_DAYS, CALLS_PER_DAY = 60, 12
N_TRIPS = 400
# Speeds that were "really" driven: the trips of the example are driven by them, for calibrate to find.
DRIVEN_KPH = {"primary": 58.0, "secondary": 49.0, "tertiary": 41.0, "unclassified": 33.0, "residential": 24.0}
PEAK = 0.75
# More calls by day than by night, most in the morning and the evening.
HOURS = [0.5] * 6 + [0.9, 1.4, 1.6, 1.5, 1.3, 1.2, 1.1, 1.0, 1.1, 1.2, 1.2, 1.4, 1.5, 1.5, 1.3, 1.1, 0.9, 0.7]


def shifted(lon: Any, lat: Any) -> list[tuple[float, float]]:
    """Bring WGS84 to AMap's GCJ-02, with the six digits that AMap's picker gives."""
    moved = convert(np.asarray(lon, float), np.asarray(lat, float), source="wgs84", target="gcj02")
    return [
        (round(float(x), N_DIGITS), round(float(y), N_DIGITS)) for x, y in zip(moved.x, moved.y, strict=True)
    ]


def write_table(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    """Write a table as Excel in China opens it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows([header, *rows])


def write_vehicles(area: StudyArea, path: Path) -> None:
    """Write where nine ambulances are: most at their bases, some on the way, two reports not to be used."""
    facilities = area.facilities.to_crs(WGS84)
    demand = area.demand.to_crs(WGS84)
    base = dict(zip(facilities["id"], shifted(facilities.geometry.x, facilities.geometry.y), strict=True))
    people = shifted(demand.geometry.x, demand.geometry.y)
    rows = []
    units = [("F01", "待命"), ("F01", "待命"), ("F01", "任务中"), ("F01", "返回"), ("F01", "待命"),
             ("F01", "任务中"), ("F07", "待命"), ("F09", "任务中"), ("F14", "待命")]  # fmt: skip
    for i, (own, state) in enumerate(units):
        lon, lat = base[own] if state == "待命" else people[37 * (i + 1) % len(people)]
        at = NOW - timedelta(seconds=20 + 7 * i)
        rows.append([f"湘F120{i + 1:02}", own, lon, lat, state, at.strftime("%Y-%m-%d %H:%M:%S")])
    old = NOW - timedelta(hours=2)
    rows.append(["湘F12010", "F01", *base["F01"], "待命", old.strftime("%Y-%m-%d %H:%M:%S")])
    rows.append(["湘F12011", "F01", 113.0, 28.2, "待命", NOW.strftime("%Y-%m-%d %H:%M:%S")])
    write_table(path, ["车辆编号", "所属站点", "经度", "纬度", "状态", "定位时间"], rows)


def write_calls(area: StudyArea, path: Path, rng: np.random.Generator) -> None:
    """Write the calls of two months: places by people, hours by the day's course."""
    demand = area.demand.to_crs(WGS84)
    weight = demand["population"].to_numpy(float)
    n = int(rng.poisson(N_DAYS * CALLS_PER_DAY))
    place = rng.choice(len(demand), n, p=weight / weight.sum())
    days, hours = rng.integers(N_DAYS, size=n), rng.choice(24, n, p=np.array(HOURS) / sum(HOURS))
    seconds = np.sort(days * 86_400 + hours * 3_600 + rng.integers(3_600, size=n))
    start = datetime(2026, 9, 14, tzinfo=CHINA)
    xy = shifted(demand.geometry.x.to_numpy()[place], demand.geometry.y.to_numpy()[place])
    level = rng.choice(["危重", "一般"], n, p=[0.3, 0.7])
    case = rng.choice(
        ["胸痛", "卒中", "创伤", "孕产妇", "新生儿", ""], n, p=[0.06, 0.07, 0.18, 0.01, 0.005, 0.675]
    )
    rows = [
        [(start + timedelta(seconds=int(s))).strftime("%Y-%m-%d %H:%M:%S"), *where, one, what]
        for s, where, one, what in zip(seconds, xy, level, case, strict=True)
    ]
    write_table(path, ["呼救时间", "经度", "纬度", "级别", "病种"], rows)


def write_trips(area: StudyArea, path: Path, rng: np.random.Generator) -> None:
    """Write drives from bases to patients, a few of them with the faults that such logs have."""
    speeds = SpeedTable()
    driven = SpeedTable(class_kph=frozen_table({**speeds.class_kph, **DRIVEN_KPH}))
    network = RoadNetwork.from_roads(area.roads, speeds=driven)
    places = snap_places(area, network)
    bases = np.flatnonzero(response_bases(area.facilities)[0])
    travel_s = network.travel_times(places.facilities.take(bases), places.demand)
    demand, facilities = area.demand.to_crs(WGS84), area.facilities
    xy = shifted(demand.geometry.x, demand.geometry.y)
    rows = []
    while len(rows) < N_TRIPS:
        i, j = int(rng.integers(len(bases))), int(rng.integers(len(demand)))
        if not np.isfinite(travel_s[i, j]):
            continue
        hour = int(rng.choice(24, p=np.array(HOURS) / sum(HOURS)))
        depart = datetime(2026, 9, 14, hour, tzinfo=CHINA) + timedelta(
            days=int(rng.integers(N_DAYS)), seconds=int(rng.integers(3_600))
        )
        slow = 1 / PEAK if hour in (7, 8, 17, 18) else 1.0
        seconds = travel_s[i, j] * slow * float(rng.lognormal(0.0, 0.15))
        if float(rng.random()) < 0.03:
            seconds *= 6  # parked, the clock running
        arrive = depart + timedelta(seconds=round(seconds))
        stamps = [at.strftime("%Y-%m-%d %H:%M:%S") for at in (depart, arrive)]
        rows.append([f"T{len(rows) + 1:04}", *stamps, facilities["name"].iloc[bases[i]], *xy[j]])
    write_table(path, ["任务编号", "出发时间", "到达时间", "出车站点", "现场经度", "现场纬度"], rows)


def write_closed_road(area: StudyArea, path: Path) -> None:
    """Draw a flooded stretch of the county's longest secondary road."""
    edges = area.roads.edges
    secondary = edges[edges["highway"] == "secondary"]
    middle = secondary.geometry.loc[secondary["length"].idxmax()].interpolate(0.5, normalized=True)
    ring = shapely.get_coordinates(middle.buffer(300.0, quad_segs=4))
    lon, lat = Transformer.from_crs(area.crs, WGS84, always_xy=True).transform(ring[:, 0], ring[:, 1])
    feature = {
        "type": "Feature",
        "properties": {"name": "积水路段"},
        "geometry": {"type": "Polygon", "coordinates": [shifted(lon, lat)]},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Write every file."""
    area = read_study_area(ROOT / "data" / "boundaries" / "linxiang.gpkg")
    rng = np.random.default_rng(20261120)
    write_vehicles(area, HERE / "vehicles.csv")
    write_calls(area, HERE / "calls.csv", rng)
    write_trips(area, HERE / "trips.csv", rng)
    write_closed_road(area, HERE / "closed.geojson")


if __name__ == "__main__":
    main()
