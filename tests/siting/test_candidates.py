"""Candidates of a county solved by hand: what is offered, what is left out and why, and what is fixed."""

from __future__ import annotations

import dataclasses
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import X0_M, Y0_M, toy_area
from coverage.assessment import assess, snap_places
from coverage.errors import AssessmentError, SitingError
from coverage.routing.network import RoadNetwork
from coverage.siting.candidates import (
    COLUMNS,
    STATION_SPACING_M,
    station_candidates,
    subcentre_candidates,
)
from coverage.siting.cover import cover_matrix, site_times
from coverage.standards import ResponseStandard, access_standard
from coverage.study_area import WGS84

AREA = toy_area()
NETWORK = RoadNetwork.from_roads(AREA.roads)
PLACES = snap_places(AREA, NETWORK)
STANDARD = ResponseStandard()


def stations(area=AREA, **more):
    return station_candidates(area, NETWORK, STANDARD, places=more.pop("places", None), **more)


def subcentres(area=AREA, **more):
    return subcentre_candidates(area, NETWORK.reversed(), access_standard(1800.0), **more)


def place(x_km, y_km):
    return shapely.Point(X0_M + 1000 * x_km, Y0_M + 1000 * y_km)


def listed(*places, **columns):
    """Give a planner's own list, as the reader of candidate tables does."""
    n = len(places)
    usual = {
        "id": [f"c{i + 1}" for i in range(n)],
        "name": [f"点{i + 1}" for i in range(n)],
        "kind": [""] * n,
        "facility_id": [""] * n,
        "ambulances": [math.nan] * n,
        "cost_wan": [math.nan] * n,
    }
    return gpd.GeoDataFrame(usual | columns, geometry=[place(*xy) for xy in places], crs=AREA.crs)


def new(found):
    return found.table[~found.table["existing"]]


def reasons(found):
    return {drop.reason: drop.n for drop in found.dropped}


def test_existing_bases_come_first_and_stay():
    found = stations()
    assert list(found.table.columns) == [*COLUMNS, "geometry"]
    assert found.table["id"].tolist()[:2] == ["h1", "s1"]
    assert found.table["existing"].tolist()[:3] == [True, True, False]
    assert found.fixed == (0, 1)
    assert found.n_existing == 2
    assert found.table["cost_wan"].tolist()[:2] == [0, 0]
    assert found.table["ambulances"].tolist()[:2] == [2, 1]
    # the hospital's turnout is the standard's, the station has its own
    assert found.lead_s.tolist()[:3] == [180, 150, 180]
    assert len(found.sites) == len(found.lead_s) == len(found.table)
    assert found.sites.on_network.all()


def test_places_come_by_weight_and_keep_their_distance():
    found = stations(spacing_m=2_000.0)
    origins = new(found)["origin"].tolist()
    assert origins == sorted(origins, key=["facility", "seat", "settlement", "road"].index)
    assert new(found)["id"].tolist()[0] == "w1"
    xy = shapely.get_coordinates(found.table.geometry.to_numpy())
    apart_m = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    assert (apart_m[np.triu_indices(len(xy), 1)] >= 2_000 - 1e-6).all()
    assert found.apart == ()
    assert (found.spacing_m, found.is_widened) == (2_000.0, False)


def test_a_place_is_left_out_only_for_one_that_is_near():
    """Every place that was thinned away lies near one that stays, and was no better than it."""
    found = stations(spacing_m=3_000.0)
    kept = shapely.STRtree(found.table.geometry.to_numpy())
    mine = AREA.demand[PLACES.demand.on_network]
    mine = mine[shapely.intersects(AREA.boundary, mine.geometry.to_numpy())]
    _, away_m = kept.query_nearest(mine.geometry.to_numpy(), return_distance=True, all_matches=False)
    assert away_m.max() < 3_000
    assert reasons(found)["thinned"] > 0


def test_the_usual_spacing_and_its_widening():
    usual = stations()
    assert usual.spacing_m == STATION_SPACING_M
    few = stations(max_candidates=7)
    assert 1 <= len(new(few)) <= 7
    assert few.is_widened
    assert few.spacing_m > STATION_SPACING_M


def test_the_same_county_gives_the_same_ids_and_names():
    first, again = stations(), stations(toy_area())
    assert first.table.drop(columns="geometry").equals(again.table.drop(columns="geometry"))
    assert first.table["id"].is_unique
    assert first.table["name"].is_unique
    # an id belongs to a place, whatever else is offered
    wide = stations(spacing_m=4_000.0).table.set_index("id")
    usual = first.table.set_index("id")
    for i in set(wide.index) & set(usual.index):
        assert wide.geometry[i].equals(usual.geometry[i])


def test_what_lies_beyond_the_county_or_the_roads_is_no_candidate():
    found = stations()
    # d28 lies far from every road, d29 in no township and beyond the boundary
    assert not set(new(found)["id"]) & {"place-d28", "place-d29"}
    assert reasons(found)["outside"] == 1
    assert reasons(found)["off_network"] == 1
    assert shapely.intersects(AREA.boundary, new(found).geometry.to_numpy()).all()


def test_nothing_is_offered_in_a_no_build_zone():
    zone = shapely.box(X0_M + 10_000, Y0_M - 9_000, X0_M + 40_000, Y0_M + 9_000)
    found = stations(no_build=zone)
    assert not shapely.intersects(zone, new(found).geometry.to_numpy()).any()
    assert reasons(found)["no_build"] > 5


def test_names_are_those_a_planner_finds():
    names = dict(zip(stations().table["id"], stations().table["name"], strict=True))
    assert names["seat-430699101"] == "柳林镇政府驻地"
    assert names["place-d11"] == "第12村"
    # d19 has no name: its township and the nearest village say where it is
    wanted = next(name for i, name in names.items() if i == "place-d19")
    assert wanted.startswith("柳林镇居民点（第")
    roads = [name for i, name in names.items() if i.startswith("road-")]
    assert any(name.startswith("柳林镇S101路口（第18村") for name in roads)
    assert all("（" in name for name in roads)


def test_a_new_place_is_known_by_its_degrees():
    found = stations()
    back = gpd.GeoSeries.from_xy(found.table["lon"], found.table["lat"], crs=WGS84).to_crs(AREA.crs)
    assert back.distance(found.table.geometry, align=False).max() < 1e-3


def test_closing_is_for_bases_in_the_county_that_need_not_be_kept():
    assert stations(close_allowed=True).fixed == ()
    assert stations(close_allowed=True, keep=("小康县人民医院",)).fixed == (0,)
    assert stations(close_allowed=True, keep=("s1",)).fixed == (1,)
    assert stations(keep=("s1",)).fixed == (0, 1)
    beyond = AREA.facilities.copy()
    beyond.loc[1, "geometry"] = place(35.0, 0.0)
    area = dataclasses.replace(AREA, facilities=beyond)
    assert stations(area, close_allowed=True).fixed == (1,)


def test_places_beside_a_base_that_may_close_are_pairs():
    fixed, free = stations(spacing_m=1_500.0), stations(spacing_m=1_500.0, close_allowed=True)
    assert fixed.apart == ()
    assert reasons(fixed)["too_near"] > 0
    assert "too_near" not in reasons(free)
    assert free.apart
    for i, j in free.apart:
        assert i < free.n_existing <= j
        assert free.table.geometry[i].distance(free.table.geometry[j]) < 1_500


def test_listed_places_take_the_place_of_all_others():
    found = stations(
        given=listed((6, 0), (6.2, 0), (20, 0.5), cost_wan=[10.0, math.nan, 30.0]), cost_wan=50.0
    )
    assert new(found)["id"].tolist() == ["c1", "c2", "c3"]
    assert new(found)["origin"].unique().tolist() == ["file"]
    assert new(found)["kind"].unique().tolist() == ["ambulance_station"]
    assert new(found)["cost_wan"].tolist() == [10, 50, 30]
    assert new(found)["ambulances"].tolist() == [1, 1, 1]
    assert found.apart == ()
    assert found.spacing_m == 0


def test_listed_places_nearer_than_an_asked_spacing_exclude_each_other():
    found = stations(given=listed((6, 0), (6.2, 0), (20, 0.5), (0.1, 0.1)), spacing_m=1_000.0)
    assert found.apart == ((2, 3),)
    drops = {drop.reason: drop for drop in found.dropped}
    assert drops["too_near"].names == ("点4",)
    unsaid = stations(given=listed((6, 0), (0.1, 0.1)))
    assert len(new(unsaid)) == 2


def test_a_listed_place_at_a_facility_is_that_facility():
    rows = listed(
        (12, 0),
        (26.2, 0.1),
        (28, 0),
        name=["新点", "石门乡卫生院", "石门乡卫生院"],
        facility_id=["", "", ""],
        ambulances=[3.0, 2.0, 0.0],
    )
    found = stations(given=rows)
    by_id = new(found).set_index("id")
    assert by_id.loc["w1", ["facility_id", "kind", "ambulances"]].tolist() == ["w1", "health_centre", 2]
    home = AREA.facilities.set_index("id").geometry["w1"]
    assert by_id.geometry["w1"].equals(home)
    # two kilometres off, a place of that name is another one
    assert by_id.loc["c3", "facility_id"] == ""
    assert by_id.loc["c3", "ambulances"] == 1


def test_an_id_that_is_a_facility_s_by_chance_makes_no_facility_of_a_place():
    """The planner numbers the places of a list; a facility elsewhere may have the same number."""
    found = stations(given=listed((12, 0), (26.2, 0.1), (20, 0), id=["w1", "w1", "w1-2"]))
    far, beside, third = new(found).to_dict("records")
    assert (far["facility_id"], beside["facility_id"], third["facility_id"]) == ("", "w1", "")
    assert far["geometry"].equals(place(12, 0))
    assert beside["id"] == "w1"
    assert len({"h1", "s1", far["id"], beside["id"], third["id"]}) == 5
    rows = listed((12, 0), id=["w1"])
    rows.geometry = [None]
    assert new(stations(given=rows))["facility_id"].tolist() == ["w1"]


@pytest.mark.parametrize("clock", ["call", "departure"])
def test_the_lead_is_of_floats_whatever_the_promise_is_of(clock):
    standard = ResponseStandard(urban_s=900, rural_s=1800, handling_s=60, turnout_s=120, clock=clock)
    assert station_candidates(AREA, NETWORK, standard).lead_s.dtype == np.float64
    none_of_them = dataclasses.replace(AREA, facilities=AREA.facilities.assign(turnout_s=math.nan))
    assert station_candidates(none_of_them, NETWORK, standard).lead_s.dtype == np.float64


def test_listed_places_that_are_no_choice_are_named():
    rows = listed(
        (0, 0.1),
        (26, 0.1),
        (26, 0.1),
        (6, 0),
        (40, 0),
        (30, 5),
        (8, 0),
        facility_id=["h1", "w1", "w1", "", "", "", ""],
        kind=["", "", "", "subcentre", "", "", ""],
    )
    found = stations(given=rows)
    assert new(found)["id"].tolist() == ["w1", "c7"]
    named = {drop.reason: drop.names for drop in found.dropped}
    assert named == {
        "other_kind": ("点4",),
        "exists": ("点1（小康县人民医院）",),
        "repeated": ("点3（石门乡卫生院）",),
        "outside": ("点5",),
        "off_network": ("点6",),
    }


def test_health_centres_may_become_subcentres():
    found = subcentres(cost_wan=200.0)
    assert found.table["id"].tolist() == ["h1", "w1"]
    assert found.table["kind"].tolist() == ["hospital", "subcentre"]
    assert found.table["facility_id"].tolist() == ["h1", "w1"]
    assert found.table["cost_wan"].tolist() == [0, 200]
    assert found.lead_s.tolist() == [0, 0]
    assert found.fixed == (0,)


def test_only_subcentres_may_close():
    kinds = AREA.facilities.assign(kind=["hospital", "subcentre", "health_centre"])
    area = dataclasses.replace(AREA, facilities=kinds)
    assert subcentres(area, close_allowed=True).fixed == (0,)
    assert subcentres(area, close_allowed=True, keep=("柳林急救站",)).fixed == (0, 1)


def test_listed_subcentres():
    rows = listed((12, 0), (20, 0), (26, 0.1), kind=["", "ambulance_station", "health_centre"])
    rows.loc[2, "facility_id"] = "w1"
    found = subcentres(given=rows)
    assert new(found)["id"].tolist() == ["c1", "w1"]
    assert new(found)["kind"].tolist() == ["subcentre", "subcentre"]
    assert reasons(found) == {"other_kind": 1}


def test_the_cover_of_the_candidates_is_the_assessment_with_them():
    found = stations(spacing_m=2_000.0)
    demand = assess(AREA, NETWORK, STANDARD, places=PLACES).demand
    limit_s = demand["limit_s"].to_numpy()
    times = site_times(NETWORK, found.sites, PLACES.demand, limit_s.max())
    cover = cover_matrix(times, found.lead_s, limit_s).toarray() > 0
    assert cover[:, list(found.fixed)].any(axis=1).tolist() == (demand["state"] == "covered").tolist()
    # with an ambulance at the health centre, which is the first candidate
    counts = AREA.facilities.assign(ambulances=[2.0, 1.0, 1.0])
    after = assess(dataclasses.replace(AREA, facilities=counts), NETWORK, STANDARD).demand
    assert cover[:, [0, 1, 2]].any(axis=1).tolist() == (after["state"] == "covered").tolist()
    # and with one at every other candidate in turn, built where its degrees say
    for i in range(3, len(found.table)):
        row = found.table.iloc[i]
        at = gpd.GeoSeries.from_xy([row["lon"]], [row["lat"]], crs=WGS84).to_crs(AREA.crs)
        more = AREA.facilities.copy()
        more.loc[3] = {
            **more.loc[2].to_dict(),
            "id": row["id"],
            "kind": "ambulance_station",
            "ambulances": 1.0,
            "geometry": at[0],
        }
        area = dataclasses.replace(AREA, facilities=more)
        states = assess(area, NETWORK, STANDARD).demand["state"]
        assert cover[:, [0, 1, i]].any(axis=1).tolist() == (states == "covered").tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"keep": ("w1", "nobody")},
            "to be kept, but no existing site: w1, nobody: the existing sites are 小康县",
        ),
        ({"spacing_m": -1.0}, "the spacing is -0.001 km"),
        ({"spacing_m": math.nan}, "the spacing is nan km"),
        (
            {"no_build": AREA.boundary},
            "no candidate is left of .*: 1 outside the county, 1 more than 1 km from",
        ),
        ({"given": listed((40, 0), (50, 0))}, "no candidate is left of 2: 2 outside the county: loosen"),
        ({"given": listed((0.2, 0.1)), "spacing_m": 5e3}, "1 nearer than 5 km to an existing site"),
        ({"given": listed((6, 0), facility_id=["x9"])}, "name facilities that are not there: x9"),
        ({"given": listed()}, "there is no place to choose from"),
    ],
)
def test_wishes_without_an_answer(arguments, message):
    with pytest.raises(SitingError, match=message) as caught:
        stations(**arguments)
    assert caught.value.zh != str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_county_without_a_health_centre_has_to_name_its_places():
    kinds = AREA.facilities.assign(kind=["hospital", "ambulance_station", "clinic"])
    with pytest.raises(SitingError, match="no health centre that could become a sub-centre"):
        subcentres(dataclasses.replace(AREA, facilities=kinds))


def test_a_county_without_any_base_is_refused_as_everywhere():
    none = AREA.facilities.assign(ambulances=0.0)
    with pytest.raises(AssessmentError, match="no facility has an ambulance"):
        stations(dataclasses.replace(AREA, facilities=none))


def test_odd_names_pass():
    found = stations(toy_area(odd_names=True))
    assert found.table["id"].is_unique
    assert found.table["name"].is_unique


@settings(deadline=None, max_examples=30)
@given(
    spacing_m=st.floats(0, 20_000),
    close_allowed=st.booleans(),
    n_listed=st.integers(0, 6),
    seed=st.integers(0, 99),
)
def test_nothing_is_lost_and_no_pair_is_forgotten(spacing_m, close_allowed, n_listed, seed):
    rng = np.random.default_rng(seed)
    rows = listed(*rng.uniform((-8, -3), (34, 3), (n_listed, 2)).tolist()) if n_listed else None
    try:
        found = stations(places=PLACES, given=rows, spacing_m=spacing_m, close_allowed=close_allowed)
    except SitingError as error:
        if "no candidate is left" not in str(error):
            raise
        return
    if rows is not None:
        assert len(new(found)) + sum(drop.n for drop in found.dropped) == n_listed
    xy = shapely.get_coordinates(found.table.geometry.to_numpy())
    existing = found.table["existing"].to_numpy()
    for i in range(len(xy)):
        for j in range(i + 1, len(xy)):
            too_near = np.hypot(*(xy[i] - xy[j])) < spacing_m * (1 - 1e-9)
            if not (existing[i] and existing[j]):
                assert too_near == ((i, j) in found.apart) or abs(np.hypot(*(xy[i] - xy[j])) - spacing_m) < 1
