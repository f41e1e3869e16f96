"""The national norms, against distances measured by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from builders import toy_analysis, toy_area
from coverage.assessment import assess, snap_places
from coverage.norms import national_norms
from coverage.routing.network import RoadNetwork
from coverage.standards import ResponseStandard


def test_one_ambulance_for_30_000_people_begun():
    norms = toy_analysis().norms
    assert norms.ambulances == 3
    people = toy_area().demand["population"].sum()
    assert norms.ambulances_required == math.ceil(people / 30_000)


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
