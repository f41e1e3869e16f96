"""The national norms, against distances measured by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import shapely

from builders import X0_M, Y0_M, toy_analysis, toy_area
from coverage.assessment import assess, snap_places
from coverage.norms import national_norms
from coverage.routing.network import RoadNetwork
from coverage.standards import ResponseStandard

AREA = toy_area()
NETWORK = RoadNetwork.from_roads(AREA.roads)
URBAN, RURAL = "430699001", "430699101"


def norms_of(**tables):
    """Give the norms of the toy county with other tables in it."""
    area = dataclasses.replace(AREA, **tables)
    places = snap_places(area, NETWORK)
    return national_norms(area, NETWORK, places, assess(area, NETWORK, ResponseStandard()))


def villages(*placed):
    """Give villages of one person each: township, kilometres east and north of the town's crossing."""
    points = [shapely.Point(X0_M + 1000 * x, Y0_M + 1000 * y) for _, x, y in placed]
    rows = AREA.demand.iloc[: len(placed)]
    return rows.assign(township_id=[township for township, _, _ in placed], population=1.0, geometry=points)


def bases(*placed):
    """Give the hospital and the station one ambulance each, where asked: kilometres east and north."""
    points = [shapely.Point(X0_M + 1000 * x, Y0_M + 1000 * y) for x, y in placed]
    return AREA.facilities.iloc[: len(placed)].assign(ambulances=1.0, geometry=points)


def test_one_ambulance_for_30_000_people_begun():
    norms = toy_analysis().norms
    assert norms.ambulances == 3
    people = toy_area().demand["population"].sum()
    assert norms.ambulances_required == math.ceil(people / 30_000)


@pytest.mark.parametrize(("people", "required"), [(60_000.0, 2), (60_001.0, 3)])
def test_the_first_person_above_30_000_needs_one_more_ambulance(people, required):
    demand = villages((URBAN, 0, 0)).assign(population=people)
    assert norms_of(demand=demand).ambulances_required == required


def test_a_neighbours_ambulance_counts_for_the_radius_alone():
    facilities = bases((0, 0), (34, 0))  # the county ends at 32 km
    norms = norms_of(facilities=facilities, demand=villages((RURAL, 31, 0)))
    assert norms.ambulances == 1
    assert norms.radii[1].road_share == 1


def test_unknown_counts_stay_unknown():
    assert math.isnan(toy_analysis(ambulances_known=False).norms.ambulances)


def test_without_people_no_number_of_ambulances_is_asked():
    assert toy_analysis(demand_unit="residential_road_m").norms.ambulances_required == -1


def test_radii_are_measured_straight_and_by_road():
    area = toy_area()
    network = RoadNetwork.from_roads(area.roads)
    places = snap_places(area, network)
    norms = national_norms(area, network, places, assess(area, network, ResponseStandard()))
    assert [(r.township_class, r.norm_m) for r in norms.radii] == [
        ("urban", 5_000.0),
        ("rural", 10_000.0),
        ("rural", 20_000.0),
    ]
    bases = area.facilities.geometry.iloc[:2]
    straight_m = np.min([area.demand.geometry.distance(b).to_numpy() for b in bases], axis=0)
    urban = area.demand["township_id"].eq("430699001").to_numpy()
    people = area.demand["population"].to_numpy()
    for radius in norms.radii:
        mine = urban if radius.township_class == "urban" else ~urban
        expected = people[mine & (straight_m <= radius.norm_m)].sum() / people[mine].sum()
        assert radius.straight_share == pytest.approx(expected)
        assert radius.road_share <= radius.straight_share
    # the farthest tenth of the east lives on a road that joins no other
    assert norms.radii[1].road_p90_m > norms.radii[1].straight_p90_m


def test_a_village_by_road_by_hand():
    area = toy_area()
    network = RoadNetwork.from_roads(area.roads)
    places = snap_places(area, network)
    distance_m = network.nearest_distance_m(places.facilities.take(np.array([0, 1])), places.demand)
    # d09: 1.6 km of street, 4 km of main road, 50 m off the road
    assert distance_m[9] == pytest.approx(5650, abs=0.5)


def test_a_village_exactly_at_the_norm_is_within_it():
    rural = [(RURAL, x, 0) for x in (10, 10.001, 20, 20.001)]
    demand = villages((URBAN, 5, 0), (URBAN, 5.001, 0), *rural)
    radii = norms_of(facilities=bases((0, 0)), demand=demand).radii
    assert [r.straight_share for r in radii] == [1 / 2, 1 / 4, 3 / 4]
    assert [r.road_share for r in radii] == [1 / 2, 1 / 4, 3 / 4]


def test_a_base_far_from_every_road_serves_no_radius():
    # the station stands 3 km south of the main road, beside the village; the hospital is 11 km away
    norms = norms_of(facilities=bases((0, 0), (11, -3)), demand=villages((RURAL, 11, 0)))
    assert (norms.radii[1].straight_share, norms.radii[2].straight_share) == (0, 1)
    assert norms.radii[1].straight_p90_m == pytest.approx(11_000)
