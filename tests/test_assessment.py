"""States and verdicts against hand-solved times, brute force and properties."""

from __future__ import annotations

import dataclasses
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import toy_area
from coverage.assessment import BAND_EDGES_S, assess, is_within, response_bases, weighted_quantile
from coverage.errors import AssessmentError
from coverage.routing.network import RoadNetwork
from coverage.standards import ResponseStandard
from coverage.study_area import Roads

AREA = toy_area()
NETWORK = RoadNetwork.from_roads(AREA.roads)
PRIMARY_MPS, RESIDENTIAL_MPS, WALK_MPS, YARD_MPS = 70 / 3.6, 30 / 3.6, 4 / 3.6, 20 / 3.6


def with_facilities(facilities):
    return dataclasses.replace(AREA, facilities=facilities)


def response_s(assessment, demand_id):
    return assessment.demand.set_index("id").loc[demand_id, "response_s"]


def test_response_is_handling_turnout_travel_and_access():
    assessment = assess(AREA, NETWORK, ResponseStandard())
    # the hospital stands on a street, 100 m from the main road; 4 km along it a street, 1.5 km, 50 m off it
    by_hand = 60 + 120 + 1600 / RESIDENTIAL_MPS + 4000 / PRIMARY_MPS + 50 / WALK_MPS
    assert response_s(assessment, "d09") == pytest.approx(by_hand, abs=0.01)


def test_a_facilitys_own_turnout_beats_the_standards():
    assessment = assess(AREA, NETWORK, ResponseStandard())
    by_hand = 60 + 90 + 50 / YARD_MPS + 1000 / PRIMARY_MPS + 100 / WALK_MPS
    assert response_s(assessment, "d14") == pytest.approx(by_hand, abs=0.01)


def test_the_departure_clock_starts_when_the_wheels_turn():
    assessment = assess(AREA, NETWORK, ResponseStandard(clock="departure"))
    by_hand = 50 / YARD_MPS + 1000 / PRIMARY_MPS + 100 / WALK_MPS
    assert response_s(assessment, "d14") == pytest.approx(by_hand, abs=0.01)


def test_every_state_and_verdict_is_there_and_adds_up():
    assessment = assess(AREA, NETWORK, ResponseStandard())
    states = assessment.demand.set_index("id")["state"]
    assert states["d27"] == "unreachable"
    assert states["d28"] == "off_network"
    assert set(states) == {"covered", "late", "unreachable", "off_network"}
    townships = assessment.townships.set_index("name")
    assert townships["verdict"].to_dict() == {"城关街道": "met", "柳林镇": "partial", "石门乡": "unmet"}
    by_state = townships[[f"{s}_population" for s in ("covered", "late", "unreachable", "off_network")]]
    assert by_state.sum(axis=1).to_dict() == townships["population"].to_dict()
    bands = assessment.bands.sum(axis=1)
    reached = (
        townships["population"] - by_state["unreachable_population"] - by_state["off_network_population"]
    )
    assert bands.to_numpy() == pytest.approx(reached.to_numpy())
    assert list(assessment.bands.columns) == list(BAND_EDGES_S)


def test_totals_are_the_townships_and_those_outside_all():
    assessment = assess(AREA, NETWORK, ResponseStandard())
    totals = assessment.totals
    outside = AREA.demand.loc[AREA.demand["township_id"] == "", "population"].sum()
    assert outside > 0
    assert totals["all"].population == AREA.demand["population"].sum()
    assert totals["urban"].population + totals["rural"].population == totals["all"].population
    assert totals["rural"].population == assessment.townships["population"].iloc[1:].sum() + outside
    assert (totals["all"].townships_met, totals["all"].townships_partial, totals["all"].townships_unmet) == (
        1,
        1,
        1,
    )


def test_the_seat_is_reported_beside_the_verdict():
    townships = assess(AREA, NETWORK, ResponseStandard()).townships.set_index("name")
    assert townships.loc["城关街道", "seat_time_s"] == pytest.approx(
        180 + 100 / RESIDENTIAL_MPS + 500 / PRIMARY_MPS, abs=0.1
    )
    assert math.isnan(townships.loc["石门乡", "seat_time_s"])


def test_only_facilities_with_an_ambulance_respond():
    assessment = assess(AREA, NETWORK, ResponseStandard())
    assert assessment.facilities["is_base"].tolist() == [True, True, False]
    assert "w1" not in set(assessment.demand["facility_id"])
    assert not assessment.bases_assumed
    first = assessment.facilities["first_population"].sum()
    reached = assessment.demand.loc[assessment.demand["facility_id"] != "", "population"].sum()
    assert first == reached


def test_without_any_count_hospitals_and_stations_are_assumed():
    assessment = assess(toy_area(ambulances_known=False), NETWORK, ResponseStandard())
    assert assessment.bases_assumed
    assert assessment.facilities["is_base"].tolist() == [True, True, False]


def test_no_ambulance_anywhere_is_an_error():
    none = AREA.facilities.assign(ambulances=0.0)
    with pytest.raises(AssessmentError, match="no facility has an ambulance"):
        response_bases(none)


def test_bases_far_from_every_road_are_an_error_and_named():
    far = AREA.facilities.copy()
    far["geometry"] = far.geometry.translate(0, 50_000)
    with pytest.raises(
        AssessmentError, match="no ambulance base lies near a road: 小康县人民医院, 柳林急救站"
    ):
        assess(with_facilities(far), NETWORK, ResponseStandard())


def test_one_base_far_from_every_road_is_kept_and_said():
    far = AREA.facilities.copy()
    far.loc[1, "geometry"] = far.geometry.translate(0, 50_000)[1]
    assessment = assess(with_facilities(far), NETWORK, ResponseStandard())
    assert assessment.facilities["on_network"].tolist() == [True, False, True]
    assert set(assessment.demand["facility_id"]) <= {"h1", ""}


@pytest.mark.parametrize(
    ("response", "limit", "within"),
    [
        (900.0, 900.0, True),
        (900.0004, 900.0, True),
        (900.0006, 900.0, False),
        (math.inf, 900.0, False),
        (0.1 + 0.2, 0.3, True),
    ],
)
def test_covered_is_judged_in_whole_milliseconds(response, limit, within):
    assert bool(is_within(response, limit)) is within


@pytest.mark.parametrize(
    ("response", "band"), [(299.0, 300.0), (300.0, 300.0), (300.0004, 300.0), (300.001, 600.0)]
)
def test_a_response_of_exactly_five_minutes_lies_in_the_first_band(response, band):
    """One village at the hospital's door: its response is the handling alone."""
    demand = AREA.demand.iloc[[0]].assign(geometry=AREA.facilities.geometry.iloc[:1].to_numpy())
    standard = ResponseStandard(handling_s=response, turnout_s=0.0)
    bands = assess(dataclasses.replace(AREA, demand=demand), NETWORK, standard).bands
    assert bands.loc["430699001"].idxmax() == band


@pytest.mark.parametrize(
    ("late_people", "verdict"), [(10.0, "met"), (10.001, "partial"), (100.0, "unmet"), (0.0, "met")]
)
def test_a_township_is_met_at_exactly_the_target_share(late_people, verdict):
    """Two villages: one covered, one far beyond its limit; together a hundred people."""
    demand = AREA.demand[AREA.demand["id"].isin(["d09", "d20"])].copy()
    demand["township_id"] = "430699001"
    demand["population"] = [100.0 - late_people, late_people]
    area = dataclasses.replace(AREA, demand=demand)
    assert assess(area, NETWORK, ResponseStandard()).townships["verdict"].iloc[0] == verdict


def test_a_station_off_every_road_is_no_base():
    facilities = AREA.facilities.copy()
    facilities.loc[1, "geometry"] = shapely.affinity.translate(facilities.geometry.iloc[1], yoff=5_000)
    assessment = assess(dataclasses.replace(AREA, facilities=facilities), NETWORK, ResponseStandard())
    assert assessment.facilities["is_base"].tolist() == [True, False, False]
    assert not assessment.facilities["on_network"].iloc[1]


def test_a_township_without_people_is_not_judged():
    demand = AREA.demand[AREA.demand["township_id"] != "430699102"]
    townships = assess(dataclasses.replace(AREA, demand=demand), NETWORK, ResponseStandard()).townships
    last = townships.iloc[2]
    assert last["verdict"] == "unknown"
    assert math.isnan(last["covered_share"])


@given(
    rows=st.lists(
        st.tuples(st.sampled_from([1.0, 2.5, 7.0, math.inf]), st.integers(0, 4)), min_size=1, max_size=12
    ),
    share=st.sampled_from([0.1, 0.5, 0.9, 1.0]),
)
def test_the_weighted_quantile_is_that_of_a_crowd(rows, share):
    crowd = sorted(value for value, n in rows for _ in range(n))
    found = weighted_quantile([v for v, _ in rows], [n for _, n in rows], share)
    if crowd:
        assert found == crowd[math.ceil(share * len(crowd) - 1e-9) - 1]
    else:
        assert math.isnan(found)


def test_the_whole_weight_reaches_the_largest_value_however_few_bear_it():
    assert weighted_quantile([10, 99], [1e6, 5e-4], 1.0) == 99
    assert weighted_quantile([10, 99], [1e6, 0.0], 1.0) == 10


@settings(deadline=None, max_examples=30)
@given(
    urban=st.floats(60, 3000), rural=st.floats(60, 3000), more=st.floats(0, 2000),
    clock=st.sampled_from(["call", "departure"]),
)  # fmt: skip
def test_a_laxer_standard_never_uncovers_anyone(urban, rural, more, clock):
    strict = ResponseStandard(urban_s=urban, rural_s=rural, clock=clock)
    lax = dataclasses.replace(strict, urban_s=urban + more, rural_s=rural + more)
    before, after = (assess(AREA, NETWORK, s).demand["state"] == "covered" for s in (strict, lax))
    assert (after | ~before).all()


@settings(deadline=None, max_examples=30)
@given(
    x=st.floats(-6_000, 32_000), y=st.floats(-8_000, 8_000), turnout=st.sampled_from([math.nan, 0.0, 600.0])
)
def test_one_more_station_never_worsens_a_response(x, y, turnout):
    more = AREA.facilities.iloc[[1]].assign(id="new", name="新站", turnout_s=turnout)
    more["geometry"] = more.geometry.translate(x - 9_000, y)
    facilities = gpd.GeoDataFrame(
        {c: [*AREA.facilities[c], *more[c]] for c in AREA.facilities.columns}, crs=AREA.crs
    )
    for clock in ("call", "departure"):
        standard = ResponseStandard(clock=clock)
        before = assess(AREA, NETWORK, standard).demand["response_s"]
        after = assess(with_facilities(facilities), NETWORK, standard).demand["response_s"]
        assert (after.to_numpy() <= before.to_numpy() + 1e-9).all()


def test_reordering_rows_and_renaming_ids_change_no_figure():
    rng = np.random.default_rng(4)

    def shuffled(table):
        return table.iloc[rng.permutation(len(table))]

    other = dataclasses.replace(
        AREA,
        townships=shuffled(AREA.townships.assign(id="T" + AREA.townships["id"])),
        demand=shuffled(
            AREA.demand.assign(
                id="D" + AREA.demand["id"],
                township_id=["T" + t if t else "" for t in AREA.demand["township_id"]],
            )
        ),
        facilities=shuffled(AREA.facilities.assign(id="F" + AREA.facilities["id"])),
        roads=Roads(shuffled(AREA.roads.nodes), shuffled(AREA.roads.edges)),
    )
    first = assess(AREA, NETWORK, ResponseStandard())
    second = assess(other, RoadNetwork.from_roads(other.roads), ResponseStandard())
    assert second.totals["all"].covered_population == first.totals["all"].covered_population
    a, b = (x.townships.set_index("name").drop(columns=["id", "facility_id"]) for x in (first, second))
    numbers = a.select_dtypes("number").columns
    np.testing.assert_allclose(b.loc[a.index, numbers], a[numbers], rtol=0, atol=1e-6)
    assert b.loc[a.index, "verdict"].tolist() == a["verdict"].tolist()


def test_another_metric_system_changes_no_verdict():
    crs = "EPSG:32650"  # the neighbouring UTM zone
    other = dataclasses.replace(
        AREA,
        boundary=gpd.GeoSeries([AREA.boundary], crs=AREA.crs).to_crs(crs).iloc[0],
        townships=AREA.townships.to_crs(crs),
        demand=AREA.demand.to_crs(crs),
        facilities=AREA.facilities.to_crs(crs),
        roads=Roads(AREA.roads.nodes.to_crs(crs), AREA.roads.edges.to_crs(crs)),
    )
    first = assess(AREA, NETWORK, ResponseStandard())
    second = assess(other, RoadNetwork.from_roads(other.roads), ResponseStandard())
    assert second.townships["verdict"].tolist() == first.townships["verdict"].tolist()
    # lengths are the tables' own; only the walk and the place along a road are measured anew
    assert second.demand["state"].tolist() == first.demand["state"].tolist()


def test_bases_that_are_named_take_the_place_of_those_with_ambulances():
    # the health centre has no ambulance, and it alone is to count
    mask = np.array([False, False, True])
    assessment = assess(AREA, NETWORK, ResponseStandard(), bases=mask)
    assert assessment.facilities["is_base"].tolist() == mask.tolist()
    assert set(assessment.demand["facility_id"]) == {"w1", ""}
    assert not assessment.bases_assumed
    without = with_facilities(AREA.facilities.assign(ambulances=math.nan))
    assert not assess(without, NETWORK, ResponseStandard(), bases=mask).bases_assumed


def test_naming_the_bases_there_are_changes_nothing():
    mask, _ = response_bases(AREA.facilities)
    named = assess(AREA, NETWORK, ResponseStandard(), bases=mask)
    assert named.demand.equals(assess(AREA, NETWORK, ResponseStandard()).demand)


@pytest.mark.parametrize(
    ("bases", "message"),
    [
        (np.array([False, False, False]), "no facility of the kind wanted"),
        (np.array([True]), "3 facilities, but bases of shape"),
        (np.array([1, 0, 0]), "say true or false"),
    ],
)
def test_bases_that_nobody_can_start_from(bases, message):
    with pytest.raises(AssessmentError, match=message):
        assess(AREA, NETWORK, ResponseStandard(), bases=bases)


def test_named_bases_far_from_every_road_are_no_ambulance_bases_in_the_message():
    far = AREA.facilities.copy()
    far.loc[2, "geometry"] = shapely.affinity.translate(far.geometry[2], 0, 500_000)
    area = with_facilities(far)
    with pytest.raises(AssessmentError, match="no facility of those wanted lies near a road: 石门乡卫生院"):
        assess(area, NETWORK, ResponseStandard(), bases=np.array([False, False, True]))
