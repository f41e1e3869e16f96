"""What is said of patients without a hospital, and of ambulances without a way back."""

from __future__ import annotations

from coverage.simulating.recipe import simulate
from coverage.simulation import Rules
from road_grids import make_roads, two_way
from simulations import county_of

RULES = Rules(days=20.0, replications=2)
NODES = {0: (0.0, 0.0), 1: (3_000.0, 0.0), 2: (6_000.0, 0.0)}
PEOPLE = [(1_500.0, 10.0, 100.0), (4_500.0, 10.0, 100.0)]


def codes(area) -> set[str]:
    return {note.code for note in simulate(area, rules=RULES).notes}


def county(edges, **facility):
    return county_of(make_roads(edges, NODES), PEOPLE, [{"id": "b", "xy": (10.0, 10.0), **facility}])


def test_a_county_with_a_hospital_and_ways_back_is_told_neither():
    told = codes(county([*two_way(0, 1, highway="secondary"), *two_way(1, 2, highway="secondary")]))
    assert not told & {"simulation_no_door", "simulation_no_way_back"}


def test_patients_without_a_hospital_are_told():
    edges = [*two_way(0, 1, highway="secondary"), *two_way(1, 2, highway="secondary")]
    assert "simulation_no_door" in codes(county(edges, kind="ambulance_station"))


def test_ambulances_without_a_way_back_are_told():
    edges = [*two_way(0, 1, highway="secondary"), {"u": 1, "v": 2, "highway": "secondary"}]
    assert "simulation_no_way_back" in codes(county(edges))
