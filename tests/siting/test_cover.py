"""Covers against every demand point judged on its own, and against the assessment itself."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from builders import toy_area
from coverage.assessment import assess, is_within, response_bases, snap_places
from coverage.routing.network import RoadNetwork
from coverage.siting.cover import cover_matrix, site_times
from coverage.standards import ResponseStandard, access_standard
from strategies import CRS, points, road_graphs

AREA = toy_area()
NETWORK = RoadNetwork.from_roads(AREA.roads)
PLACES = snap_places(AREA, NETWORK)


def test_a_time_of_zero_is_covered_and_a_missing_one_is_not():
    times = sparse.csr_array((np.array([0.0, 5.0]), (np.array([0, 1]), np.array([0, 1]))), shape=(2, 2))
    cover = cover_matrix(times, 0.0, np.array([1.0, 1.0]))
    assert cover.toarray().tolist() == [[1.0, 0.0], [0.0, 0.0]]


def test_every_point_has_its_own_limit_and_every_site_its_own_lead():
    times = sparse.csr_array(np.array([[100.0, 100.0, 200.0], [100.0, 100.0, 200.0]]))
    cover = cover_matrix(times, np.array([0.0, 60.0, 0.0]), np.array([100.0, 200.0]))
    assert cover.toarray().tolist() == [[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]


def test_half_a_millisecond_over_the_limit_is_kept_by_times_and_cover():
    times = sparse.csr_array(np.array([[900.0004, 900.0006]]))
    assert cover_matrix(times, 0.0, 900.0).toarray().tolist() == [[1.0, 0.0]]
    exact_s = NETWORK.travel_times(PLACES.facilities, PLACES.demand)[0, 0]
    found = site_times(NETWORK, PLACES.facilities, PLACES.demand, exact_s - 0.0004)
    assert cover_matrix(found, 0.0, exact_s - 0.0004)[0, 0] == 1.0


@pytest.mark.parametrize("clock", ["call", "departure"])
def test_the_cover_of_the_bases_is_what_the_assessment_calls_covered(clock):
    standard = ResponseStandard(clock=clock)
    is_base, _ = response_bases(AREA.facilities)
    sites = PLACES.facilities.take(np.flatnonzero(is_base))
    lead_s = np.array([standard.lead_s(t) for t in AREA.facilities["turnout_s"].to_numpy()[is_base]])
    demand = assess(AREA, NETWORK, standard, places=PLACES).demand
    limit_s = demand["limit_s"].to_numpy()
    cover = cover_matrix(site_times(NETWORK, sites, PLACES.demand, limit_s.max()), lead_s, limit_s)
    covered = np.asarray(cover.sum(axis=1) > 0)
    assert covered.tolist() == (demand["state"] == "covered").tolist()
    assert covered.any()
    assert not covered.all()


def test_people_travelling_to_a_facility_are_covered_as_the_reversed_assessment_says():
    standard, network = access_standard(1200.0), NETWORK.reversed()
    mask = np.array([True, False, True])
    demand = assess(AREA, network, standard, places=PLACES, bases=mask).demand
    sites = PLACES.facilities.take(np.flatnonzero(mask))
    cover = cover_matrix(site_times(network, sites, PLACES.demand, 1200.0), 0.0, 1200.0)
    assert (np.asarray(cover.sum(axis=1)) > 0).tolist() == (demand["state"] == "covered").tolist()


@settings(deadline=None)
@given(
    graph=road_graphs(),
    origins=points(),
    destinations=points(most=9),
    cutoff_s=st.one_of(st.just(0.0), st.floats(0, 800)),
    seed=st.integers(0, 99),
)
def test_the_cover_is_that_of_the_dense_table(graph, origins, destinations, cutoff_s, seed):
    network = RoadNetwork.from_graph(graph)
    sites, demand = (
        network.snap_points(gpd.GeoSeries.from_xy(*xy.T, crs=CRS)) for xy in (origins, destinations)
    )
    rng = np.random.default_rng(seed)
    lead_s = rng.choice([0.0, 50.0, 120.0], len(sites))
    limit_s = rng.uniform(0, cutoff_s, len(demand)) if cutoff_s else np.zeros(len(demand))
    dense_s = network.travel_times(sites, demand).T
    times = site_times(network, sites, demand, cutoff_s)
    assert not times.data[times.data > cutoff_s + 0.001].size
    cover = cover_matrix(times, lead_s, limit_s)
    np.testing.assert_array_equal(
        cover.toarray(), is_within(dense_s + lead_s, limit_s[:, None]).astype(float)
    )
    assert math.prod(cover.shape) >= cover.nnz
