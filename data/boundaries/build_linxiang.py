"""
Build `linxiang.gpkg`, the study area of Linxiang that ships with the program.

Facts where there are facts (units, seats, outline, people), a seeded model where there are none (township
lines, settlements, roads, places of facilities, ambulances); README.md beside this file tells them apart.
Needs neither the internet nor any other file.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from linxiang_model import expressways, facilities, facts, places, planner, tables, terrain, townships

from coverage.geopackage import write_study_area
from coverage.study_area import County, Provenance, StudyArea

if TYPE_CHECKING:
    from linxiang_model.places import Demand

HERE = Path(__file__).parent
_COUNTY = County(stem="linxiang", name="临湘市", name_en="Linxiang", code="430682")
_ADCODE = "高德点位与轮廓 / AMap points and outline, published as Vonng/adcode"
_CC_BY = "CC BY 4.0"
_SCRIPT = "模型 / model data/boundaries/build_linxiang.py, seed 430682"
_PROVENANCE = (
    Provenance(
        "boundary", _ADCODE, "2023", _CC_BY,
        note="轮廓由GCJ-02转为WGS84并人工简化，面积1,702平方公里（实际约1,718） / "
        "Outline brought from GCJ-02 to WGS84 and simplified by hand; encloses 1,702 km² of about 1,718",
    ),
    Provenance(
        "townships", f"2023年统计用区划代码 / national list of unit codes 2023; {_ADCODE}", "2023", _CC_BY,
        note="代码、名称和12个驻地属实；五里牌街道、云湖街道驻地未知 / "
        "Codes, names and 12 seats are facts; the seats of 五里牌街道 and 云湖街道 are not known",
    ),
    Provenance(
        "townships", _SCRIPT, "2026-11-21", "MIT", modelled=True,
        note="乡镇界线为模型：按到达各中心的最小代价划分 / "
        "Township lines: land shared out by the least cost of travel to the centres",
    ),
    Provenance(
        "demand", "2020年人口普查 / 2020 census: 433,200 (253,804 + 179,396)", "2020-11-01",
        note="全市城乡人口合计属实，城镇人口含各镇镇区 / "
        "County totals are facts; the urban people include those of the towns' built-up areas",
    ),
    Provenance(
        "demand", _SCRIPT, "2026-11-21", "MIT", modelled=True,
        note="乡镇、村、街道的人口分配及居民点位置为模型 / "
        "Split over townships, villages and streets, and the places of all settlements",
    ),
    Provenance(
        "facilities", _SCRIPT, "2026-11-21", "MIT", modelled=True,
        note="两家医院和各镇卫生院存在；在镇内的位置、救护车和五大中心为模型 / "
        "The two hospitals exist and every town has a health centre; their places within the town, "
        "ambulances and centres are modelled",
    ),
    Provenance(
        "roads", _SCRIPT, "2026-11-21", "MIT", modelled=True,
        note="G4、G56、G107过境属实；线位和其他道路均为模型 / "
        "G4, G56 and G107 cross the county; their courses and every other road are modelled",
    ),
)  # fmt: skip


def build() -> StudyArea:
    """Build the study area, the same on every run."""
    mesh = terrain.mesh()
    owner = townships.allocate(mesh)
    shares = townships.polygons(mesh, owner, facts.outline())
    fast = expressways.expressways()
    plan = planner.Planner(mesh, [road.course for road in fast])
    gates = [plan.node_near(expressways.toll_spots(road)) for road in fast]
    ends = planner.lay_main_roads(plan, np.concatenate(gates))
    planner.lay_arterials(plan)
    settled = places.settle(mesh, shares, np.flatnonzero(plan.on_road()))
    planner.lay_village_roads(plan, settled.villages, settled.outside, ends)
    planner.lay_hamlet_roads(plan, settled.hamlets, settled.villages)
    planner.lay_streets(plan, settled.villages)
    pinned = np.concatenate([mesh.centre, *gates])
    xy = tables.smooth_nodes(plan, pinned)
    links = expressways.build(fast, gates, xy)
    roads = tables.road_tables(plan, tables.chains(plan, pinned), xy, links)
    crossings = shapely.get_coordinates(roads.nodes.geometry.to_numpy())
    demand = places.people(mesh, shares, settled, xy)
    return StudyArea(
        county=_COUNTY,
        boundary=shapely.union_all(shares),
        townships=_townships(shares, demand),
        demand=_demand(demand),
        facilities=facilities.facilities(crossings),
        roads=roads,
        provenance=_PROVENANCE,
        buffer_m=terrain.BUFFER_M,
    )


def _townships(shares: list[shapely.Polygon], demand: Demand) -> gpd.GeoDataFrame:
    known = [unit.centre if unit.seat_known else (np.nan, np.nan) for unit in facts.UNITS]
    return gpd.GeoDataFrame(
        {
            "id": [unit.id for unit in facts.UNITS],
            "name": [unit.name for unit in facts.UNITS],
            "class": ["urban" if unit.is_subdistrict else "rural" for unit in facts.UNITS],
            "population": np.bincount(demand.unit, weights=demand.people),
            "seat_lon": [lon for lon, _ in known],
            "seat_lat": [lat for _, lat in known],
        },
        geometry=shares,
        crs=facts.CRS,
    )


def _demand(demand: Demand) -> gpd.GeoDataFrame:
    points = shapely.points(demand.xy.round(2))
    return gpd.GeoDataFrame(
        {
            "id": [
                f"{facts.UNITS[u].id}-{k:03d}"
                for u, k in zip(demand.unit, _count_up(demand.unit), strict=True)
            ],
            "name": list(demand.name),
            "township_id": [facts.UNITS[u].id for u in demand.unit],
            "population": demand.people.astype(float),
        },
        geometry=points,
        crs=facts.CRS,
    )


def _count_up(groups: np.ndarray) -> np.ndarray:
    """Number the members of each run of equal values from 1."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(groups)) + 1])
    lengths = np.diff(np.concatenate([starts, [len(groups)]]))
    return np.arange(len(groups)) - np.repeat(starts, lengths) + 1


def main() -> None:
    """Write the study area to the file that `--out` names."""
    parser = argparse.ArgumentParser(description="Build the study area of Linxiang.")
    parser.add_argument("--out", type=Path, default=HERE / "linxiang.gpkg", help="file to write")
    out = parser.parse_args().out
    area = build()
    write_study_area(area, out)
    print(f"{out}: {len(area.demand)} demand points, {len(area.roads.edges)} road rows")


if __name__ == "__main__":
    main()
