"""The way to definitive care, solved by hand on a one-way ring, by NetworkX, and on real roads."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
import shapely.affinity

from builders import toy_area
from coverage.analysis import analyze
from coverage.assessment import assess, snap_places
from coverage.care import NoCentre, assess_care, has_centre, hospitals_by_centre, lies_beyond
from coverage.geopackage import read_study_area
from coverage.routing.network import RoadNetwork
from coverage.standards import CareStandard, ResponseStandard
from coverage.study_area import CENTRES
from oracles.times import place_times
from ring_county import KM_A_MINUTE, ring_analysis, ring_area

LINXIANG = Path(__file__).resolve().parents[1] / "data" / "boundaries" / "linxiang.gpkg"
INF = math.inf


def _follow(area, *, standard=None, care=None, speeds=KM_A_MINUTE):
    network = RoadNetwork.from_roads(area.roads, speeds=speeds)
    places = snap_places(area, network)
    assessment = assess(area, network, standard or ResponseStandard(), places=places)
    return assess_care(area, network, assessment, care or CareStandard(), places=places)


def _rows(care, centre):
    return care.demand[care.demand["centre"] == centre].set_index("id")


@pytest.fixture(scope="module")
def ring():
    return ring_analysis().care


@pytest.fixture(scope="module")
def linxiang():
    if not LINXIANG.is_file():
        pytest.skip("needs data/boundaries/linxiang.gpkg, which is not here")
    return analyze(read_study_area(LINXIANG), care=CareStandard())


@pytest.mark.parametrize(
    ("point", "centre", "transport_s", "hospital", "nearest", "nearest_s"),
    [
        # 21 of the ring's 24 km round to the hospital that stands 3 km behind the patient
        ("p1", "stroke", 21 * 60 + 36 + 9, "h1", "h2", 4 * 60 + 36),
        ("p2", "stroke", 11 * 60 + 9, "h1", "x1", 6 * 60),
        ("p1", "trauma", 4 * 60 + 36, "h2", "h2", 4 * 60 + 36),
        ("p2", "trauma", 18 * 60, "h2", "x1", 6 * 60),
        ("p1", "newborn", 16 * 60 + 36, "x1", "h2", 4 * 60 + 36),
        ("p2", "newborn", 6 * 60, "x1", "x1", 6 * 60),
        ("p1", "maternal", INF, "", "h2", 4 * 60 + 36),
    ],
)
def test_the_way_to_each_centre_by_hand(ring, point, centre, transport_s, hospital, nearest, nearest_s):
    row = _rows(ring, centre).loc[point]
    first_s = {"p1": 60 + 120 + 9 + 3 * 60 + 36, "p2": 60 + 120 + 9 + 13 * 60}[point]
    target = CareStandard().targets[centre]
    assert row["first_s"] == pytest.approx(first_s, abs=0.01)
    assert row["transport_s"] == pytest.approx(transport_s, abs=0.01)
    assert row["total_s"] == pytest.approx(first_s + target.scene_s + transport_s, abs=0.01)
    assert (row["hospital_id"], row["nearest_id"]) == (hospital, nearest)
    assert row["nearest_s"] == pytest.approx(nearest_s, abs=0.01)
    assert row["is_wrong"] == (hospital != nearest)
    assert row["is_within"] == (row["total_s"] <= target.target_s)


def test_townships_and_totals_by_hand(ring):
    stroke = ring.townships[ring.townships["centre"] == "stroke"].set_index("id")
    assert list(stroke["verdict"]) == ["met", "met"]
    assert stroke.loc["n", "total_s"] == pytest.approx(969 + 900 + 669, abs=0.01)
    assert list(stroke["hospital_name"]) == ["县人民医院"] * 2
    assert list(stroke["nearest_name"]) == ["县中医院", "邻县医院"]
    assert list(stroke["wrong_share"]) == [1.0, 1.0]
    assert stroke.loc["s", "detour_s"] == pytest.approx(17 * 60 + 9, abs=0.01)
    newborn = ring.townships[ring.townships["centre"] == "newborn"].set_index("id")
    assert list(newborn["is_beyond"]) == [True, True]
    assert math.isnan(newborn.loc["n", "detour_s"])
    trauma = ring.totals.loc["trauma"]
    assert (trauma["population"], trauma["within_population"], trauma["wrong_population"]) == (400, 400, 300)
    assert (trauma["townships_met"], trauma["n_capable"], trauma["n_beyond"]) == (2, 1, 0)
    assert trauma["wrong_share"] == pytest.approx(0.75)
    assert (ring.totals.loc["newborn", "n_capable"], ring.totals.loc["newborn", "n_beyond"]) == (1, 1)


def test_a_target_decides_a_verdict_to_the_millisecond():
    usual = CareStandard()
    total_s = 405 + 900 + 1305  # of 南镇, as above
    verdicts = {}
    for target_s in (total_s - 0.1, total_s + 0.1):
        targets = {**usual.targets, "stroke": replace(usual.targets["stroke"], target_s=target_s)}
        care = _follow(ring_area(), care=CareStandard(MappingProxyType(targets)))
        mine = care.townships[(care.townships["centre"] == "stroke") & (care.townships["id"] == "s")]
        verdicts[target_s < total_s] = mine["verdict"].item()
    assert verdicts == {True: "unmet", False: "met"}


def test_referrals_take_the_ring_s_direction(ring):
    assert list(ring.referrals["id"]) == ["w1"]
    row = ring.referrals.iloc[0]
    assert (row["hospital_id"], row["township_name"]) == ("h1", "北镇")
    assert row["up_s"] == pytest.approx(10 * 60 + 9, abs=0.01)
    assert row["down_s"] == pytest.approx(14 * 60 + 9, abs=0.01)


def test_what_the_county_has_not_is_named_with_the_nearest_beyond(ring):
    beyond = {gap.centre: gap for gap in ring.missing}
    assert list(beyond) == ["chest_pain", "maternal", "newborn"]
    assert beyond["newborn"] == NoCentre("newborn", "x1", "邻县医院", pytest.approx(500.0))
    assert beyond["maternal"].facility_id == ""
    assert math.isnan(beyond["maternal"].distance_m)
    notes = {note.code: note for note in ring_analysis().notes}
    assert notes["centre_beyond"].names == ("newborn", "邻县医院", "0.5")
    assert notes["centre_nowhere"].names == ("chest_pain", "maternal")
    assert notes["care_assumed"].names == ("newborn",)
    assert ring.totals.loc["maternal", "within_share"] == 0
    assert ring.totals.loc["maternal", "unreached_population"] == 400
    assert ring.totals.loc["maternal", "townships_unmet"] == 2


def test_where_nobody_filled_in_the_centres_nothing_is_judged():
    area = ring_area(centres=("", "", "", ""))
    analysis = analyze(area, speeds=KM_A_MINUTE, care=CareStandard())
    care = analysis.care
    assert not care.is_known
    assert set(care.townships["verdict"]) == {"unknown"}
    unknown = ["within_share", "within_population", "wrong_share", "unreached_population", "total_s"]
    assert care.totals[unknown].isna().all(axis=None)
    assert care.totals["first_s"].notna().all()
    assert not care.demand["is_wrong"].any()
    assert care.referrals["up_s"].item() == pytest.approx(609, abs=0.01)
    assert [n.code for n in analysis.notes if n.code.startswith("centre")] == ["centres_unknown"]


def test_a_hospital_off_every_road_treats_nobody():
    area = ring_area()
    facilities = area.facilities.copy()
    facilities.loc[1, "geometry"] = shapely.affinity.translate(facilities.geometry[1], 5_000)
    care = _follow(replace(area, facilities=facilities))
    rows = _rows(care, "trauma")
    assert (rows["transport_s"] == INF).all()
    assert (rows["hospital_id"] == "").all()
    # it is known all the same
    assert care.totals.loc["trauma", "n_capable"] == 1


def test_a_health_centre_that_is_a_centre_receives_patients_of_its_kind_alone():
    care = _follow(ring_area(centres=("stroke", "", "stroke", "newborn")))
    stroke, newborn = _rows(care, "stroke"), _rows(care, "newborn")
    assert (stroke.loc["p2", "hospital_id"], stroke.loc["p2", "nearest_id"]) == ("w1", "w1")
    assert stroke.loc["p2", "transport_s"] == pytest.approx(60, abs=0.01)
    assert newborn.loc["p2", "nearest_id"] == "x1"


@pytest.mark.parametrize("kind", ["hospital", "health_centre"])
def test_a_county_without_hospital_or_health_centre(kind):
    area = ring_area()
    facilities = area.facilities[area.facilities["kind"] != kind].reset_index(drop=True)
    facilities["ambulances"] = 1.0
    care = _follow(replace(area, facilities=facilities))
    if kind == "hospital":
        assert list(care.referrals["hospital_id"]) == [""]
        assert list(care.referrals["up_s"]) == list(care.referrals["down_s"]) == [INF]
    else:
        assert care.referrals.empty


def test_without_a_hospital_of_its_own_a_county_refers_beyond_its_line():
    area = ring_area()
    facilities = area.facilities[~area.facilities["id"].isin(["h1", "h2"])].reset_index(drop=True)
    facilities["ambulances"] = 1.0
    care = _follow(replace(area, facilities=facilities))
    assert list(care.referrals["hospital_id"]) == ["x1"]


def test_the_promise_s_clock_does_not_change_the_chain(ring):
    other = ring_analysis(clock="departure").care
    pd.testing.assert_frame_equal(other.demand, ring.demand)
    area = ring_area()
    # whoever has the departure's assessment at hand alone gets the call's chain as well
    alone = _follow(area, standard=ResponseStandard(clock="departure"))
    pd.testing.assert_frame_equal(alone.demand, ring.demand)


def test_who_can_treat_what():
    facilities = ring_area(centres=("stroke;trauma", "", "trauma", None)).facilities
    assert has_centre(facilities, "trauma").tolist() == [True, False, True, False]
    assert has_centre(facilities, None).tolist() == [True, True, False, True]
    assert hospitals_by_centre(facilities)["stroke"].tolist() == [0]
    assert lies_beyond(ring_area()).tolist() == [False, False, False, True]


def test_without_targets_nothing_is_followed():
    analysis = analyze(ring_area(), speeds=KM_A_MINUTE)
    assert analysis.care is None
    assert {"centre_beyond", "centre_nowhere", "care_assumed"}.isdisjoint(n.code for n in analysis.notes)


@pytest.mark.parametrize("centre", ["chest_pain", "trauma"])
def test_networkx_finds_the_same_ways(linxiang, centre):
    area, care = linxiang.area, linxiang.care
    network = RoadNetwork.from_roads(area.roads)
    places = snap_places(area, network)
    able = np.flatnonzero(has_centre(area.facilities, centre))
    some = np.arange(0, len(area.demand), 23)
    patients, hospitals = places.demand.take(some), places.facilities.take(able)
    table = place_times(network, patients, hospitals, patients.walk_s, hospitals.yard_s)
    mine = care.demand[care.demand["centre"] == centre].iloc[some]
    np.testing.assert_allclose(mine["transport_s"], table.min(axis=1), atol=1e-6)
    assert list(mine["hospital_id"]) == list(area.facilities["id"].to_numpy()[able][table.argmin(axis=1)])


def test_linxiang_is_what_its_parts_say(linxiang):
    care = linxiang.care
    demand = care.demand
    assert len(demand) == len(linxiang.area.demand) * len(CENTRES)
    by_call = linxiang.by_clock["call"].demand["response_s"].to_numpy()
    for centre in CENTRES:
        mine = _rows(care, centre)
        np.testing.assert_array_equal(mine["first_s"], by_call)
        assert (mine["nearest_s"] <= mine["transport_s"]).all()
        assert ((mine["nearest_id"] != mine["hospital_id"]) == mine["is_wrong"]).all()
        rows = care.townships[care.townships["centre"] == centre]
        inside = mine[mine["township_id"] != ""]
        assert rows["population"].sum() == pytest.approx(inside["population"].sum())
        assert rows["within_population"].sum() == pytest.approx(
            inside.loc[inside["is_within"], "population"].sum()
        )
    assert care.missing == ()
    # the hospital of Chinese medicine treats no heart: whoever lives nearer to it must pass it
    assert set(demand.loc[demand["is_wrong"], "nearest_id"]) == {"F02"}
    assert set(care.referrals["hospital_id"]) == {"F01", "F02"}


def test_one_more_centre_keeps_nobody_waiting(linxiang):
    area = linxiang.area
    facilities = area.facilities.copy()
    facilities.loc[facilities["id"] == "F02", "centres"] = ";".join(CENTRES)
    more = analyze(replace(area, facilities=facilities), care=CareStandard()).care
    assert (more.demand["transport_s"] <= linxiang.care.demand["transport_s"]).all()
    assert (more.totals["within_share"] >= linxiang.care.totals["within_share"]).all()
    assert not more.demand["is_wrong"].any()


def test_the_toy_county_s_castaways_get_nowhere():
    area = toy_area()
    care = analyze(area, care=CareStandard()).care
    stroke = _rows(care, "stroke")
    # one settlement on a road that joins no other, one far from any
    assert list(stroke.index[stroke["total_s"] == INF]) == ["d27", "d28"]
    row = care.townships[(care.townships["centre"] == "stroke") & (care.townships["id"] == "430699102")]
    assert row["unreached_population"].item() == stroke.loc[["d27", "d28"], "population"].sum()


def test_a_hospital_that_is_nearer_by_less_than_a_millisecond_is_not_nearer(monkeypatch):
    area = ring_area()
    for apart_s, is_wrong in ((0.0004, False), (0.002, True)):

        def nearest(_network, places, is_wanted, *, apart_s=apart_s):
            # the able ones of trauma are h2 alone
            able = is_wanted.tolist() == has_centre(area.facilities, "trauma").tolist()
            n = len(places.demand)
            return np.full(n, 600.0 + (apart_s if able else 0.0)), np.full(
                n, [*np.flatnonzero(is_wanted), -1][0]
            )

        monkeypatch.setattr("coverage.care._nearest", nearest)
        rows = _rows(_follow(area), "trauma")
        assert set(rows["is_wrong"]) == {is_wrong}
        assert set(rows["nearest_id"]) == ({"h1"} if is_wrong else {"h2"})


def test_a_referral_is_driven_from_yard_to_yard():
    area = ring_area()
    facilities = area.facilities.copy()
    (low,), (high,) = (np.flatnonzero(facilities["id"] == name) for name in ("w1", "h1"))
    facilities.loc[low, "geometry"] = shapely.affinity.translate(facilities.geometry[low], 120, 90)
    area = replace(area, facilities=facilities)
    row = _follow(area).referrals.iloc[0]
    network = RoadNetwork.from_roads(area.roads, speeds=KM_A_MINUTE)
    places = snap_places(area, network).facilities
    down, up = (places.take(np.array([k])) for k in (low, high))
    assert down.access_m[0] > 80
    yards_s = (down.access_m[0] + up.access_m[0]) / (20 / 3.6)
    nothing = np.zeros(1)
    for key, (start, end) in {"up_s": (down, up), "down_s": (up, down)}.items():
        road_s = network.travel_times(start, end, leave_s=nothing, arrive_s=nothing)[0, 0]
        assert row[key] == pytest.approx(road_s + yards_s, abs=0.01)
