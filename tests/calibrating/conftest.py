"""Counties with trips whose speeds are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from coverage.calibration import Trips
from coverage.geopackage import read_study_area
from coverage.routing.network import RoadNetwork
from coverage.routing.paths import find_paths
from coverage.routing.speeds import DEFAULT_SPEEDS, SpeedTable, frozen_table
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from coverage.study_area import StudyArea

LINXIANG = Path(__file__).resolve().parents[2] / "data" / "boundaries" / "linxiang.gpkg"
TRUE = replace(
    DEFAULT_SPEEDS,
    class_kph=frozen_table(
        {
            **DEFAULT_SPEEDS.class_kph,
            "primary": 58.0,
            "secondary": 52.0,
            "tertiary": 41.0,
            "unclassified": 33.0,
            "residential": 26.0,
            "trunk": 66.0,
            "service": 16.0,
        }
    ),
    conditions=frozen_table({**DEFAULT_SPEEDS.conditions, "peak": 0.8, "night": 1.08}),
    hours={"07:00-09:00,17:00-19:00": "peak", "22:00-06:00": "night"},
)


@dataclass(frozen=True)
class Driven:
    """A county, the speeds that trips were driven at, and a way to draw such trips."""

    area: StudyArea
    network: RoadNetwork
    true: SpeedTable

    def trips(self, n: int, seed: int, *, odd: float = 0.0, spread: float = 0.2) -> Trips:
        """Draw trips from bases to people; odd ones were parked (5 times as long) or have a wrong clock."""
        rng = np.random.default_rng(seed)
        bases = self.area.facilities[self.area.facilities["ambulances"] > 0].to_crs(WGS84).geometry
        people = self.area.demand["population"].to_numpy()
        points = self.area.demand.to_crs(WGS84).geometry
        start = rng.integers(0, len(bases), n)
        end = rng.choice(len(points), n, p=people / people.sum())
        places = (
            bases.x.to_numpy()[start],
            bases.y.to_numpy()[start],
            points.x.to_numpy()[end],
            points.y.to_numpy()[end],
        )
        origins = self.network.snap(*places[:2])
        road_s = find_paths(self.network, origins, self.network.snap(*places[2:])).time_s
        depart_s = rng.uniform(0.0, 86_400.0, n)
        factor = [self.true.factor(self.true.condition_at(at, "siren")) for at in depart_s]
        travel_s = (origins.yard_s + road_s / np.array(factor)) * np.exp(rng.normal(0.0, spread, n))
        wrong = np.stack(
            [5 * travel_s, np.full(n, 28_800.0), np.full(n, 60.0), np.full(n, -30.0), np.zeros(n)]
        )
        kind = rng.choice(5, n, p=[0.6, 0.1, 0.1, 0.1, 0.1])
        travel_s = np.where(rng.random(n) < odd, wrong[kind, np.arange(n)], travel_s)
        return Trips(
            id=np.array([f"t{i}" for i in range(n)], dtype=object),
            start_lon=places[0],
            start_lat=places[1],
            end_lon=places[2],
            end_lat=places[3],
            depart_s=depart_s,
            weekday=np.zeros(n, dtype=np.int64),
            travel_s=np.where(np.isfinite(travel_s), travel_s, 600.0),
            row=np.arange(n) + 2,
            source="trips.csv",
        )


@pytest.fixture(scope="session")
def linxiang() -> Driven:
    """Give the real roads of Linxiang, driven at speeds other than the defaults."""
    area = read_study_area(LINXIANG)
    return Driven(area, RoadNetwork.from_roads(area.roads, speeds=TRUE), TRUE)
