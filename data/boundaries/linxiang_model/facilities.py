"""Hospitals and health centres: the kinds and names a county has, their places and ambulances modelled."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from linxiang_model import facts

_BESIDE_THE_ROAD_M = 55.0
_ALL_CENTRES = "chest_pain;stroke;trauma;maternal;newborn"


@dataclass(frozen=True)
class _Site:
    name: str
    kind: str
    unit: str
    offset_m: tuple[float, float]
    ambulances: int
    centres: str = ""


_HOSPITALS = (
    _Site("临湘市人民医院", "hospital", "长安街道", (620.0, -380.0), 6, _ALL_CENTRES),
    _Site("临湘市中医医院", "hospital", "长安街道", (-700.0, 520.0), 0, "stroke;trauma"),
)
# Ambulances of the townships, modelled: 9 in the county, where one per 30,000 people would be 15.
_TOWNSHIP_AMBULANCES = {"桃林镇": 1, "羊楼司镇": 1, "聂市镇": 1}
_CHEST_PAIN_UNITS = ("桃林镇", "羊楼司镇")


def facilities(crossings: np.ndarray) -> gpd.GeoDataFrame:
    """
    Give the facilities: two hospitals at the county seat, a health centre in every other unit.

    Parameters
    ----------
    crossings
        Shape (n, 2), road nodes, metres; hospitals stand beside the one nearest to their place.
    """
    centres = {unit.name: xy for unit, xy in zip(facts.UNITS, facts.centres(), strict=True)}
    rows = []
    for i, site in enumerate((*_HOSPITALS, *_health_centres()), start=1):
        wanted = centres[site.unit] + site.offset_m
        spot = crossings[np.argmin(np.linalg.norm(crossings - wanted, axis=1))]
        rows.append((f"F{i:02d}", site.name, site.kind, float(site.ambulances), np.nan, site.centres, *spot))
    columns = ["id", "name", "kind", "ambulances", "turnout_s", "centres", "x", "y"]
    table = pd.DataFrame(rows, columns=columns)
    beside = np.array([0.6, 0.8]) * _BESIDE_THE_ROAD_M
    points = shapely.points((table[["x", "y"]].to_numpy() + beside).round(2))
    return gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=points, crs=facts.CRS)


def _health_centres() -> list[_Site]:
    sites = []
    for unit in facts.UNITS:
        if unit.name != "长安街道":
            word = "社区卫生服务中心" if unit.is_subdistrict else "卫生院"
            centres = "chest_pain" if unit.name in _CHEST_PAIN_UNITS else ""
            count = _TOWNSHIP_AMBULANCES.get(unit.name, 0)
            sites.append(_Site(unit.name + word, "health_centre", unit.name, (0.0, 0.0), count, centres))
    return sites
