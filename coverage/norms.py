"""The national norms beside the promise: ambulances per people, and the radius a base serves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.assessment import weighted_quantile
from coverage.standards import PEOPLE_PER_AMBULANCE, RURAL_RADIUS_M, URBAN_RADIUS_M

if TYPE_CHECKING:
    from coverage.assessment import Assessment, Places
    from coverage.routing.network import RoadNetwork
    from coverage.study_area import StudyArea


@dataclass(frozen=True)
class ServiceRadius:
    """
    How far the people of one class live from the nearest base.

    Parameters
    ----------
    township_class
        ``urban`` or ``rural``.
    norm_m
        Radius the norm allows.
    population
        People of that class.
    straight_share, road_share
        Share of them within the norm, as the crow flies and along the shortest road; NaN where nobody.
    straight_p90_m, road_p90_m
        Distance that 90 % of them do not exceed; ``inf`` where no road leads there.
    """

    township_class: str
    norm_m: float
    population: float
    straight_share: float
    road_share: float
    straight_p90_m: float
    road_p90_m: float


@dataclass(frozen=True)
class Norms:
    """
    A county beside 国卫医发〔2020〕19号.

    Parameters
    ----------
    ambulances
        Known ambulances of the county; NaN where no count is known.
    ambulances_required
        One for every 30,000 people, rounded up; -1 where the number of people is not known.
    population
        People, or the study area's demand unit.
    radii
        Urban 5 km; rural 10 and 20 km.
    """

    ambulances: float
    ambulances_required: int
    population: float
    radii: tuple[ServiceRadius, ...]


def national_norms(area: StudyArea, network: RoadNetwork, places: Places, assessment: Assessment) -> Norms:
    """
    Hold a county against the national norms (国卫医发〔2020〕19号).

    Parameters
    ----------
    area, network, places
        The study area, its roads, its points on them.
    assessment
        Gives each demand point its class and people, and says which facilities are bases.

    Notes
    -----
    Only ambulances of facilities inside the boundary count towards the ratio; a neighbour's base does
    count for the radius, as it does for the response.
    """
    is_base = assessment.facilities["is_base"].to_numpy()
    demand = assessment.demand
    population = float(demand["population"].sum())
    bases = np.flatnonzero(is_base & places.facilities.on_network)
    tree = shapely.STRtree(area.facilities.geometry.to_numpy()[bases])
    _, straight_m = tree.query_nearest(
        area.demand.geometry.to_numpy(), return_distance=True, all_matches=False
    )
    road_m = network.nearest_distance_m(places.facilities.take(bases), places.demand)
    radii = []
    for name, norms_m in (("urban", (URBAN_RADIUS_M,)), ("rural", RURAL_RADIUS_M)):
        mine = (demand["class"] == name).to_numpy()
        people = demand["population"].to_numpy()[mine]
        total = float(people.sum())
        radii += [
            ServiceRadius(
                township_class=name,
                norm_m=norm_m,
                population=total,
                straight_share=float(people[straight_m[mine] <= norm_m].sum() / total) if total else math.nan,
                road_share=float(people[road_m[mine] <= norm_m].sum() / total) if total else math.nan,
                straight_p90_m=weighted_quantile(straight_m[mine], people, 0.9),
                road_p90_m=weighted_quantile(road_m[mine], people, 0.9),
            )
            for norm_m in norms_m
        ]
    return Norms(
        ambulances=known_ambulances(area),
        ambulances_required=ambulances_required(area),
        population=population,
        radii=tuple(radii),
    )


def known_ambulances(area: StudyArea) -> float:
    """
    Count the ambulances of the facilities inside the boundary.

    Parameters
    ----------
    area
        The study area.

    Returns
    -------
    float
        NaN where no count is known.
    """
    counts = area.facilities["ambulances"].to_numpy(dtype=float)
    known = np.isfinite(counts) & shapely.intersects(area.boundary, area.facilities.geometry.to_numpy())
    return float(counts[known].sum()) if known.any() else math.nan


def ambulances_required(area: StudyArea) -> int:
    """
    Give the ambulances that the national norm asks for: one for every 30,000 people, rounded up.

    Parameters
    ----------
    area
        The study area.

    Returns
    -------
    int
        -1 where the number of people is not known.
    """
    if area.demand_unit != "people":
        return -1
    return math.ceil(float(area.demand["population"].sum()) / PEOPLE_PER_AMBULANCE)
