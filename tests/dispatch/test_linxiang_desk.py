"""Decisions on the roads of a real county: as soon as the analysis says, by ways that hang together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from coverage.assessment import assess
from coverage.dispatch.desk import open_desk
from coverage.dispatch.fleet import base_fleet
from coverage.geopackage import read_study_area
from coverage.standards import ResponseStandard

LINXIANG = Path(__file__).parents[2] / "data" / "boundaries" / "linxiang.gpkg"


@pytest.fixture(scope="module")
def desk():
    return open_desk(read_study_area(LINXIANG), ResponseStandard())


def test_the_first_unit_is_the_one_of_the_analysis_and_its_route_is_whole(desk):
    planned = assess(desk.area, desk.network, desk.standard, places=desk.places)
    units = base_fleet(desk.area, desk.standard)
    lonlat = desk.area.demand.geometry.to_crs("EPSG:4326")
    for i in np.flatnonzero(np.isfinite(planned.demand["response_s"]))[::12]:
        found = desk.decide(units, lonlat.iloc[i].x, lonlat.iloc[i].y, "stroke")
        assert found.units[0].response_s == pytest.approx(planned.demand["response_s"].iloc[i], abs=0.01)
        for leg, travel_s in (
            (found.route, found.units[0].travel_s),
            (found.destination.route, found.destination.transport_s),
        ):
            assert leg.total_s == pytest.approx(travel_s, abs=0.01)
            assert sum(step.length_m for step in leg.steps) == pytest.approx(leg.length_m, abs=0.01)
            # the tables' lengths are measured on the globe, the course in the plane
            assert leg.geometry.length == pytest.approx(leg.length_m, rel=0.002, abs=1.0)
            assert leg.steps[-1].turn == "arrive"
