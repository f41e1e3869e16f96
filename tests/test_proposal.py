"""From a wish to a proposal: hand-solved on the toy county, and held against the assessment everywhere."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest

from builders import CRS, _box, _point, toy_area
from coverage.analysis import Note
from coverage.assessment import assess
from coverage.errors import SitingError, UnreachableError
from coverage.geopackage import read_study_area
from coverage.option import Change, Closing, Opening, Option
from coverage.options.writing import option_text
from coverage.proposal import Wish
from coverage.proposing import search, solving
from coverage.proposing.case import lay_case, lay_ground
from coverage.proposing.chosen import Chosen
from coverage.proposing.fleet import ambulances_at, handed_over
from coverage.proposing.merit import merit_of
from coverage.proposing.recipe import propose
from coverage.routing.network import RoadNetwork
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.scenario import apply_option
from coverage.standards import ResponseStandard, access_standard

# East of the toy county lies 石门乡 with 11,580 people whom one station can reach, and north of 柳林镇 a
# track with 2,500; 500 live on a road that joins no other, and 345 far from every road.
EAST, NORTH, ISLAND, FAR, COVERED, ALL = 11_580, 2_500, 500, 345, 71_000, 85_925
MODELS_OF_COUNT = (
    "maximal-covering",
    "greedy",
    "p-median",
    "p-center",
    "backup-covering",
    "double-standard",
    "expected-covering",
)


def wish(**given):
    return Wish(**({"kind": "station", "model": "maximal-covering"} | given))


@cache
def proposed(*, ambulances_known=True, **given):
    return propose(toy_area(ambulances_known=ambulances_known), wish(**given))


def totals(situation):
    return situation.assessment.totals["all"]


def codes(proposal):
    return {note.code for note in proposal.notes}


def places(*at, **columns):
    """Give candidates as they are read from a planner's list."""
    n = len(at)
    table = {
        "id": [f"c{i + 1}" for i in range(n)],
        "name": [f"地块{i + 1}" for i in range(n)],
        "kind": [""] * n,
        "facility_id": [""] * n,
        "ambulances": [math.nan] * n,
        "cost_wan": [math.nan] * n,
    }
    return gpd.GeoDataFrame(table | columns, geometry=[_point(*xy) for xy in at], crs=CRS)


# --- what is proposed ---


def test_one_station_goes_where_most_people_are_out_of_reach():
    proposal = proposed(count=1)
    (site,) = proposal.sites
    assert (totals(proposal.before).covered_population, totals(proposal.after).covered_population) == (
        COVERED,
        COVERED + EAST,
    )
    assert (site.added_population, site.sole_population) == (EAST, EAST)
    assert site.added == ("d21", "d22", "d23", "d24", "d25", "d26", "d29")
    assert [(c.name, c.before, c.after) for c in site.changes] == [("石门乡", "unmet", "met")]
    assert site.townships_gained == ("石门乡",)
    assert (proposal.plan.status, proposal.plan.objective, proposal.plan.gap) == (
        "optimal",
        COVERED + EAST,
        0,
    )


def test_the_second_goes_north_and_the_order_is_by_what_each_adds():
    proposal = proposed(count=2)
    assert [site.added_population for site in proposal.sites] == [EAST, NORTH]
    assert [site.rank for site in proposal.sites] == [1, 2]
    assert [c.name for c in proposal.sites[1].changes] == ["柳林镇"]
    assert totals(proposal.after).townships_met == 3
    assert all(site.name.endswith("急救站") for site in proposal.sites)
    assert proposal.option.name == "新增急救站2处"


def test_what_adds_nothing_is_left_out_and_said():
    proposal = proposed(count=9)
    assert [site.added_population for site in proposal.sites] == [EAST, NORTH, ISLAND]
    (note,) = [note for note in proposal.notes if note.code == "fewer_suffice"]
    assert (note.n, note.names) == (3, ("9",))
    assert "out_of_reach" in codes(proposal)


def test_a_promise_called_access_is_still_about_ambulances():
    """The name comes from the planner's file; the question does not."""
    same = propose(toy_area(), wish(count=1), ResponseStandard(profile="access"))
    assert totals(same.after) == totals(proposed(count=1).after)
    assert [site.id for site in same.sites] == [site.id for site in proposed(count=1).sites]
    assert same.before.other_clock is not None


@pytest.mark.parametrize("known", [True, False])
def test_no_other_single_place_covers_more_than_the_one_proposed(known):
    """Every candidate in turn, through the assessment alone."""
    proposal = proposed(count=1, ambulances_known=known)
    area = proposal.area
    network = RoadNetwork.from_roads(area.roads)
    covered = []
    for row in proposal.candidates[~proposal.candidates["existing"]].to_dict("records"):
        if row["facility_id"]:
            option = Option("x", change=(Change(row["facility_id"], ambulances=1),))
        else:
            new = Opening("new", "x", "ambulance_station", row["lon"], row["lat"], ambulances=1)
            option = Option("x", open=(new,))
        scenario = apply_option(area, option)
        after = assess(scenario.area, network, ResponseStandard(), bases=scenario.bases)
        covered.append(after.totals["all"].covered_population)
    assert max(covered) == totals(proposal.after).covered_population
    # the second best place, once the best is not to be had
    best = covered.index(max(covered))
    assert proposal.sites[0].alternative.covered_population == max(covered[:best] + covered[best + 1 :])


@pytest.mark.parametrize("model", MODELS_OF_COUNT)
@pytest.mark.parametrize("count", [2, 3])
def test_the_cover_of_the_model_is_the_assessment_s(model, count):
    proposal = proposed(model=model, count=count)
    gained = totals(proposal.after).covered_population - totals(proposal.before).covered_population
    assert sum(site.added_population for site in proposal.sites) == gained
    assert len({site.id for site in proposal.sites}) == len(proposal.sites) <= count
    if model in ("maximal-covering", "greedy"):
        assert proposal.plan.objective == totals(proposal.after).covered_population
        states = (proposal.after.assessment.demand["state"] == "covered").to_numpy()
        assert (proposal.plan.covered == states).all()


def test_bases_that_are_assumed_stay_so():
    proposal = proposed(count=1, ambulances_known=False)
    assert proposal.before.assessment.bases_assumed
    assert proposal.after.assessment.bases_assumed
    assert proposal.after.assessment.facilities["is_base"].sum() == 3
    assert "ambulances_assumed" in codes(proposal)
    assert proposal.sites[0].added_population == EAST


def test_the_proposal_says_what_it_rests_on():
    proposal = proposed(count=1)
    assert {"candidates_generated", "modelled", "demand_unreachable"} <= codes(proposal)
    assert (proposal.condition, proposal.before.other_clock.standard.clock) == ("siren", "departure")
    assert [area.limit_s for area in proposal.after.areas] == [900, 1800]
    assert proposal.candidates["existing"].tolist()[:2] == [True, True]


# --- sub-centres: people travel themselves ---


def test_a_subcentre_is_where_people_can_drive_to():
    proposal = proposed(kind="subcentre", count=1)
    (site,) = proposal.sites
    assert (site.id, site.facility_id, site.kind, site.added_population) == ("w1", "w1", "subcentre", 11_500)
    assert site.alternative is None
    assert [(c.id, c.kind, c.ambulances) for c in proposal.option.change] == [("w1", "subcentre", None)]
    assert proposal.after.area.facilities.set_index("id").loc["w1", "kind"] == "subcentre"
    assert proposal.after.assessment.facilities["is_base"].tolist() == [True, False, True]
    assert (proposal.condition, proposal.before.other_clock) == ("normal", None)
    assert proposal.before.standard == access_standard(1800)
    assert not {"ambulances_assumed", "candidates_generated"} & codes(proposal)


def one_way_east(area):
    """Make the main road one-way: from the west to the east, one cannot come back."""
    edges = area.roads.edges
    points = area.roads.nodes["x"]
    u, v = (edges.index.get_level_values(level).map(points) for level in (0, 1))
    kept = edges[(edges["name"] != "S101") | (np.asarray(v) >= np.asarray(u))]
    return replace(area, roads=replace(area.roads, edges=kept))


def test_people_drive_to_a_subcentre_and_ambulances_from_a_station():
    """On a road that leads east only the hospital in the west serves the east, and nobody gets back."""
    area = one_way_east(toy_area())
    station = propose(area, wish(count=1)).before.assessment.demand.set_index("id")["response_s"]
    access = propose(area, wish(kind="subcentre", count=1)).before.assessment.demand.set_index("id")
    assert math.isfinite(station["d12"])
    assert math.isinf(access.loc["d12", "response_s"])
    # towards the hospital, from the west
    assert math.isfinite(access.loc["d00", "response_s"])


def test_minutes_and_share_of_a_subcentre_are_its_own():
    area = toy_area()
    standard = ResponseStandard(target_share=0.8)
    proposal = propose(area, wish(kind="subcentre", count=1), standard, limit_s=900.0)
    assert proposal.before.standard == access_standard(900.0, target_share=0.8)
    assert totals(proposal.before).covered_population < 69_000


# --- money, shares, curves ---


def test_a_budget_buys_what_covers_most():
    given = places((29, 0.1), (16, 5), cost_wan=[300.0, 100.0])
    rich = propose(toy_area(), wish(budget_wan=400), candidates=given)
    poor = propose(toy_area(), wish(budget_wan=299), candidates=given)
    assert [site.cost_wan for site in rich.sites] == [300, 100]
    assert [site.id for site in poor.sites] == ["c2"]
    # the other one is too dear to take its place
    assert poor.sites[0].alternative is None
    assert poor.option.open[0].capital_wan == 100
    assert "candidates_generated" not in codes(poor)


def test_a_share_is_reached_by_the_fewest():
    share = (COVERED + EAST) / ALL
    enough = proposed(model="set-covering", reach=share - 1e-6)
    more = proposed(model="set-covering", reach=share + 1e-6)
    assert [len(p.sites) for p in (enough, more)] == [1, 2]
    assert totals(more.after).covered_population >= share * ALL


def test_a_share_no_candidate_reaches_is_refused_and_named():
    with pytest.raises(UnreachableError) as caught:
        proposed(model="set-covering", reach=1.0)
    most = math.floor((ALL - FAR) / ALL * 10_000) / 100
    assert f"{most:g}%" in str(caught.value)
    assert "第29村" in caught.value.line("zh")
    assert 28 in caught.value.points


def test_the_curve_never_falls_and_holds_the_proposal():
    proposal = proposed(sweep=(1, 2, 3, 4, 5))
    people = [point.covered_population for point in proposal.sweep]
    assert people == [COVERED + EAST, COVERED + EAST + NORTH, *[ALL - FAR] * 3]
    assert [point.townships_met for point in proposal.sweep] == [2, 3, 3, 3, 3]
    assert [len(point.names) for point in proposal.sweep] == [1, 2, 3, 3, 3]
    assert option_text(proposal.option, county="") == option_text(proposal.sweep[-1].option, county="")
    assert totals(proposal.after).covered_population == people[-1]


@pytest.mark.parametrize(("given", "n"), [({"count": 2}, 2), ({"model": "set-covering", "reach": 0.99}, 2)])
def test_a_curve_beside_another_wish(given, n):
    proposal = proposed(sweep=(1, 3), **given)
    assert [point.count for point in proposal.sweep] == [1, 3]
    assert len(proposal.sites) == n


def test_a_search_that_ends_early_never_falls_behind_fewer_sites(monkeypatch):
    """The second search is stopped at once and finds nothing; the curve keeps the first one's plan."""
    real = search.best_of_number

    def best(case, count, **more):
        plan = real(case, min(count, 1), **more)
        if count == 1:
            return plan
        bad = tuple(int(site) for site in case.existing)
        return replace(plan, sites=bad, objective=0.0, bound=9e4, gap=math.inf, status="time_limit")

    monkeypatch.setattr(search, "best_of_number", best)
    proposal = propose(toy_area(), wish(sweep=(1, 2)))
    assert [point.covered_population for point in proposal.sweep] == [COVERED + EAST] * 2
    (note,) = [note for note in proposal.notes if note.code == "plan_unproven"]
    assert note.names == ("8.99%",)  # 9e4 of 82,580 is 8.985 more, never rounded down


def test_what_is_stopped_in_the_middle_of_a_curve_is_completed_and_said(monkeypatch):
    real = search.best_of_number

    def best(case, count, **more):
        plan = real(case, count, **more)
        return replace(plan, status="interrupted", bound=math.inf, gap=math.inf) if count == 2 else plan

    monkeypatch.setattr(search, "best_of_number", best)
    proposal = propose(toy_area(), wish(sweep=(1, 2, 3)))
    assert [point.count for point in proposal.sweep] == [1, 2]
    assert [site.added_population for site in proposal.sites] == [EAST, NORTH, ISLAND]
    assert proposal.plan.status == "interrupted"
    assert {"plan_unbounded", "sweep_cut", "sweep_unproven"} <= codes(proposal)


# --- moving what there is ---


def test_a_station_moves_where_that_gains_people():
    proposal = proposed(count=1, close_allowed=True)
    assert proposal.closed == ("柳林急救站",)
    assert [site.added_population for site in proposal.sites] == [EAST, NORTH]
    assert proposal.option.close == (Closing("s1", "柳林急救站"),)
    assert totals(proposal.after).covered_population == COVERED + EAST + NORTH
    assert proposal.plan.objective == COVERED + EAST + NORTH


def test_a_hospital_gives_up_its_ambulances_and_keeps_standing():
    given = places((26, 0.1), (4, 0.0), (16, 5))
    area = toy_area()
    area.facilities.loc[0, "turnout_s"] = 1_000.0  # of no use to the town
    one = propose(area, wish(count=1, close_allowed=True), candidates=given)
    assert len(one.closed) == 1
    proposal = propose(area, wish(count=1, close_allowed=True, moves=2), candidates=given)
    assert proposal.closed == ("小康县人民医院", "柳林急救站")
    assert [(c.id, c.ambulances) for c in proposal.option.change] == [("h1", 0)]
    assert [c.id for c in proposal.option.close] == ["s1"]
    facilities = proposal.after.assessment.facilities
    assert dict(zip(facilities["id"], facilities["is_base"], strict=True)) == {
        "h1": False, "w1": False, "c1": True, "c2": True, "c3": True,
    }  # fmt: skip
    assert totals(proposal.after).covered_population == 85_000


def test_what_is_kept_stays():
    proposal = proposed(count=1, close_allowed=True, keep=("s1",))
    assert proposal.closed == ()
    assert len(proposal.sites) == 1


def test_nothing_moves_without_gain():
    """Two places for the station that are as good as its own: it stays."""
    given = places((9.3, 0.05), (9.6, 0.05), (28, 0.1))
    proposal = propose(toy_area(), wish(count=1, close_allowed=True), candidates=given)
    assert proposal.closed == ()
    assert [site.id for site in proposal.sites] == ["c3"]


def test_a_pure_move_keeps_the_number_of_stations():
    proposal = proposed(count=0, close_allowed=True)
    assert proposal.closed == ("柳林急救站",)
    (site,) = proposal.sites
    assert totals(proposal.after).covered_population > COVERED
    assert proposal.plan.objective == totals(proposal.after).covered_population
    assert site.alternative.covered_population == site.alternative.objective


@pytest.mark.parametrize("model", ["maximal-covering", "greedy"])
@pytest.mark.parametrize(("count", "moves"), [(0, 1), (0, 2), (1, 1), (1, 2), (2, 2)])
def test_what_sites_add_and_closures_lose_is_the_difference(model, count, moves):
    """Each site against today, all existing ones open; the closures come last."""
    proposal = proposed(model=model, count=count, close_allowed=True, moves=moves)
    before, after = totals(proposal.before), totals(proposal.after)
    added = sum(site.added_population for site in proposal.sites)
    assert added - proposal.lost_population == after.covered_population - before.covered_population
    assert after.covered_population >= before.covered_population
    assert len(proposal.closed) <= moves
    assert len(proposal.sites) - len(proposal.closed) <= count
    states = [
        s.assessment.demand.set_index("id")["state"] == "covered" for s in (proposal.before, proposal.after)
    ]
    assert set(proposal.lost) == set(states[0].index[states[0] & ~states[1]])


def test_a_closure_loses_people_who_are_named():
    """The hospital takes five minutes to turn out: one village then hangs on the station that goes."""
    area = toy_area()
    area.facilities.loc[0, "turnout_s"] = 300.0
    given = places((29, 0.1))
    proposal = propose(area, wish(count=0, close_allowed=True, keep=("h1",)), candidates=given)
    assert proposal.closed == ("柳林急救站",)
    assert [site.added_population for site in proposal.sites] == [EAST]
    assert (proposal.lost, proposal.lost_population) == (("d18",), 2_000)
    assert totals(proposal.after).covered_population == COVERED + EAST - 2_000


def test_where_no_move_helps_everything_stays_and_it_is_said():
    proposal = propose(toy_area(), wish(count=0, close_allowed=True), candidates=places((9.3, 0.05), (30, 9)))
    assert (proposal.sites, proposal.closed) == ((), ())
    assert codes(proposal) & {"nothing_moved", "nothing_gained"}


def fleet(situation):
    return situation.area.facilities["ambulances"].sum()


@pytest.mark.parametrize("model", ["maximal-covering", "greedy"])
@pytest.mark.parametrize(("count", "moves"), [(0, 1), (0, 2), (1, 2)])
def test_no_ambulance_is_lost_when_bases_move(model, count, moves):
    """Each new site brings one, but for pure moves; those of bases that close go to new sites near them."""
    proposal = proposed(model=model, count=count, close_allowed=True, moves=moves)
    assert proposal.closed
    n_brought = len(proposal.sites) if count else 0
    assert fleet(proposal.after) == fleet(proposal.before) + n_brought
    given = {site.id: site.ambulances for site in proposal.sites}
    known = proposal.before.area.facilities.set_index("name")["ambulances"]
    assert sum(given.values()) == n_brought + known[list(proposal.closed)].sum()
    assert given == {
        **{opened.id: opened.ambulances for opened in proposal.option.open},
        **{change.id: change.ambulances for change in proposal.option.change if change.ambulances},
    }


def test_the_ambulances_of_a_base_that_closes_go_to_the_nearest_new_site():
    """The station lies at 7 km: the place at 12 km is nearer to it than the one at 29 km, and it has one."""
    area = toy_area()
    area.facilities.loc[1, "ambulances"] = 4.0
    given = places((29, 0.1), (16, 5), ambulances=[2.0, 3.0])
    proposal = propose(area, wish(count=1, close_allowed=True, keep=("h1",)), candidates=given)
    assert proposal.closed == ("柳林急救站",)
    assert {site.id: site.ambulances for site in proposal.sites} == {"c1": 2, "c2": 3 + 4}
    (note,) = [note for note in proposal.notes if note.code == "ambulances_moved"]
    assert (note.n, note.names) == (4, ("柳林急救站 → 地块2: 4",))
    assert fleet(proposal.after) == fleet(proposal.before) + 2 + 3


def test_in_a_pure_move_every_base_hands_over_to_a_site_of_its_own():
    """Both bases lie nearest to the site at 6 km; one of them moves to the other site all the same."""
    table = gpd.GeoDataFrame(
        {"ambulances": [2.0, 4.0, 3.0, 3.0, 0.0]}, geometry=[_point(x, 0) for x in (0, 7, 20, 6, 1)], crs=CRS
    )
    move = SimpleNamespace(wish=wish(count=0, close_allowed=True, moves=3), table=table)
    hospital, station, far, near, empty = range(5)
    both = Chosen((), (hospital, station, empty), (near, far), {near: 1, far: 1}, {})
    assert handed_over(move, both) == {hospital: near, station: far}
    assert (ambulances_at(move, both, near), ambulances_at(move, both, far)) == (2, 4)
    one_site = Chosen((), (hospital, station), (near,), {near: 1}, {})
    assert ambulances_at(move, one_site, near) == 6
    # a site that takes nothing over brings what it has
    one_base = Chosen((hospital,), (station,), (near, far), {near: 1, far: 1}, {})
    assert (ambulances_at(move, one_base, near), ambulances_at(move, one_base, far)) == (4, 3)
    more = SimpleNamespace(wish=wish(count=1, close_allowed=True), table=table)
    assert ambulances_at(more, one_base, near) == 3 + 4


def test_bases_of_unknown_fleets_hand_over_nothing():
    proposal = proposed(count=0, close_allowed=True, moves=2, ambulances_known=False)
    assert proposal.closed
    assert {site.ambulances for site in proposal.sites} == {1}
    assert "ambulances_moved" not in codes(proposal)


def test_a_subcentre_that_is_given_up_is_a_health_centre_with_its_ambulances():
    area = toy_area()
    area.facilities["kind"] = ["hospital", "subcentre", "health_centre"]
    proposal = propose(area, wish(kind="subcentre", count=0, close_allowed=True))
    assert proposal.closed == ("柳林急救站",)
    assert proposal.option.close == ()
    after = proposal.after.area.facilities.set_index("id")
    assert after["kind"].to_dict() == {"h1": "hospital", "s1": "health_centre", "w1": "subcentre"}
    assert after["ambulances"].tolist() == area.facilities["ambulances"].tolist()
    assert proposal.option.name == "新增县域医疗次中心1处，关闭1处"


# --- each model by its own objective ---


@pytest.mark.parametrize("kind", ["station", "subcentre"])
@pytest.mark.parametrize("model", [*MODELS_OF_COUNT, "set-covering"])
def test_the_yardstick_of_a_proposal_is_the_model_s_objective(kind, model):
    if (kind, model) == ("subcentre", "expected-covering"):
        pytest.skip("sub-centres send no ambulances that could be busy")
    area, limit_s, count = toy_area(), 1_800.0, 2 if kind == "station" else 1
    goal = {"reach": 0.9} if model == "set-covering" else {"count": count}
    standard = ResponseStandard(target_share=0.8)
    asked = wish(kind=kind, model=model, **goal)
    proposal = propose(area, asked, standard, limit_s=limit_s)
    ground = lay_ground(
        area, asked, proposal.before.standard, speeds=DEFAULT_SPEEDS, condition=proposal.condition
    )
    case = lay_case(
        asked, ground, proposal.before, given=None, no_build=None, spacing_m=None, cost_wan=math.nan
    )
    merit = merit_of(case)
    assert merit.objective(proposal.plan.sites) == pytest.approx(proposal.plan.objective, rel=1e-9)
    sign = -1 if merit.less_is_better else 1
    for site in proposal.sites:
        if site.alternative:
            # nothing that might stand there is better than the proven plan
            assert sign * site.alternative.objective <= sign * proposal.plan.objective + 1e-6


@pytest.mark.parametrize("model", ["maximal-covering", "backup-covering", "p-median", "p-center"])
def test_the_alternative_is_the_best_of_all_candidates_in_the_site_s_place(model):
    """Every one of four places by brute force, the other site kept."""
    given = places((29, 0.1), (26, 0.1), (16, 5), (4, 0.0))
    proposal = propose(toy_area(), wish(model=model, count=2), candidates=given)
    asked = proposal.wish
    ground = lay_ground(toy_area(), asked, ResponseStandard(), speeds=DEFAULT_SPEEDS, condition="siren")
    case = lay_case(
        asked, ground, proposal.before, given=given, no_build=None, spacing_m=None, cost_wan=math.nan
    )
    merit = merit_of(case)
    sign = -1 if merit.less_is_better else 1
    ids = case.table["id"].tolist()
    chosen = {ids.index(site.id) for site in proposal.sites}
    for site in proposal.sites:
        others = [*case.existing, *(chosen - {ids.index(site.id)})]
        free = [int(column) for column in case.new if column not in chosen]
        best = max(sign * merit.objective([*others, column]) for column in free)
        if site.alternative:
            assert sign * site.alternative.objective == pytest.approx(best)


def test_an_alternative_that_falls_short_of_the_share_is_none():
    share = (COVERED + EAST) / ALL - 1e-6
    given = places((29, 0.1), (16, 5))
    proposal = propose(toy_area(), wish(model="set-covering", reach=share), candidates=given)
    assert proposal.sites[0].alternative is None
    both = propose(
        toy_area(), wish(model="set-covering", reach=share), candidates=places((29, 0.1), (29.2, 0.1))
    )
    assert both.sites[0].alternative.objective == both.plan.objective == 1


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("maximal-covering", []),
        ("p-median", ["mean_time"]),
        ("p-center", ["worst_time"]),
        ("backup-covering", ["covered_twice"]),
        ("double-standard", ["covered_twice", "within_wide"]),
        ("expected-covering", ["expected_covered"]),
    ],
)
def test_what_the_model_looks_at_is_measured_before_and_after(model, expected):
    proposal = proposed(model=model, count=2)
    assert [measure.code for measure in proposal.measures] == expected
    for measure in proposal.measures:
        if measure.code in ("covered_twice", "within_wide", "expected_covered"):
            assert measure.before <= measure.after <= ALL
    by_code = {measure.code: measure.after for measure in proposal.measures}
    people = ALL - FAR
    if model == "p-median":
        assert by_code["mean_time"] * people == pytest.approx(proposal.plan.objective)
    if model in ("p-center", "double-standard", "expected-covering"):
        assert by_code[expected[0]] == pytest.approx(proposal.plan.objective)
    if model == "backup-covering":
        once = totals(proposal.after).covered_population
        assert (once + by_code["covered_twice"]) / 2 == pytest.approx(proposal.plan.objective)


def test_the_fewest_sites_are_counted_as_new_ones():
    proposal = proposed(model="set-covering", reach=0.99)
    assert (proposal.plan.objective, proposal.plan.bound, len(proposal.sites)) == (2, 2, 2)
    assert proposed(model="set-covering", reach=0.5).plan.objective == 0


def test_the_curve_is_not_solved_beyond_the_number_that_covers_everybody(monkeypatch):
    asked = []
    real = search.best_of_number
    monkeypatch.setattr(
        search, "best_of_number", lambda case, count, **more: asked.append(count) or real(case, count, **more)
    )
    proposal = propose(toy_area(), wish(sweep=tuple(range(1, 60))))
    assert asked == [1, 2, 3]
    assert [point.count for point in proposal.sweep] == list(range(1, 60))
    assert {point.covered_population for point in proposal.sweep[2:]} == {ALL - FAR}
    (note,) = [note for note in proposal.notes if note.code == "sweep_full"]
    assert note.n == 3


# --- figures that are easily mistaken for each other ---


def test_whom_a_site_adds_and_who_hangs_on_it_are_two_things():
    """Two places reach the middle of the east: what the first adds there does not hang on it alone."""
    given = places((26, 0.1), (30, 0.1))
    standard = ResponseStandard(rural_s=900.0)
    proposal = propose(toy_area(), wish(count=2), standard, candidates=given)
    assert len(proposal.sites) == 2
    network = RoadNetwork.from_roads(proposal.area.roads)
    for site in proposal.sites:
        rest = tuple(o for o in proposal.option.open if o.id != site.id)
        scenario = apply_option(proposal.area, replace(proposal.option, open=rest))
        without = assess(scenario.area, network, standard, bases=scenario.bases).totals["all"]
        lost = totals(proposal.after).covered_population - without.covered_population
        assert site.sole_population == lost
    assert proposal.sites[0].sole_population < proposal.sites[0].added_population


def test_an_alternative_keeps_the_spacing_to_the_other_sites():
    """The third place would add most beside the first, but is nearer to it than the spacing."""
    given = places((26, 0.1), (16, 5), (30, 0.1))
    standard = ResponseStandard(rural_s=900.0)
    proposal = propose(toy_area(), wish(count=2), standard, candidates=given, spacing_m=5_000)
    instead = {site.id: site.alternative and site.alternative.id for site in proposal.sites}
    assert instead == {"c1": "c3", "c2": None}
    free = propose(toy_area(), wish(count=2), standard, candidates=given)
    assert {site.id: site.alternative and site.alternative.id for site in free.sites}["c2"] == "c3"


def test_an_alternative_may_only_cost_what_the_others_leave():
    given = places((29, 0.1), (16, 5), (26, 0.1), cost_wan=[100.0, 100.0, 150.0])
    tight = propose(toy_area(), wish(budget_wan=200), candidates=given)
    loose = propose(toy_area(), wish(budget_wan=250), candidates=given)
    assert {site.id for site in tight.sites} == {site.id for site in loose.sites} == {"c1", "c2"}
    assert [site.alternative for site in tight.sites] == [None, None]
    assert loose.sites[0].alternative.id == "c3"


def test_a_plan_that_may_move_sites_proves_people_and_no_bonus(monkeypatch):
    """The model counts a person for each existing site that stays; neither objective nor bound may tell."""
    real, bounds = solving.maximal_covering, []

    def open_ended(*arguments, **more):
        plan = real(*arguments, **more)
        bounds.append(plan.bound)
        return replace(plan, bound=plan.bound + 50, gap=0.1, status="time_limit")

    monkeypatch.setattr(solving, "maximal_covering", open_ended)
    proposal = propose(toy_area(), wish(count=1, close_allowed=True))
    n_kept = 2 - len(proposal.closed)
    assert n_kept > 0
    assert proposal.plan.objective == totals(proposal.after).covered_population
    assert proposal.plan.bound == bounds[0] - n_kept + 50
    assert proposal.plan.gap == pytest.approx(proposal.plan.bound / proposal.plan.objective - 1)


def test_one_more_ambulance_beside_one_that_is_assumed_makes_two():
    """No count is known: each base has one, which the new one does not take away."""
    proposal = proposed(model="expected-covering", count=1, busy=0.9, ambulances_known=False)
    (site,) = proposal.sites
    (change,) = proposal.option.change
    assert (site.origin, site.ambulances, change.ambulances) == ("existing", 1, 2)


def test_whom_a_quick_crew_reaches_last_is_covered_too():
    """Turnouts differ: the times go as far as the quickest crew drives, not as far as the slowest."""
    area = toy_area()
    area.facilities["turnout_s"] = [math.nan, 30.0, 600.0]
    standard = ResponseStandard(rural_s=1_500.0, turnout_s=300.0)
    asked = wish(count=1)
    ground = lay_ground(area, asked, standard, speeds=DEFAULT_SPEEDS, condition="siren")
    before = ground.situation(area, ground.bases)
    case = lay_case(asked, ground, before, given=None, no_build=None, spacing_m=None, cost_wan=math.nan)
    assert len(set(case.candidates.lead_s)) == 3
    wanted = case.all_s <= case.limit_s[:, None]
    assert (case.cover.toarray() > 0).tolist() == wanted.tolist()
    lead_s = case.candidates.lead_s
    assert (wanted & (case.all_s - lead_s > case.limit_s[:, None] - lead_s.max())).any()


# --- notes of files and money ---


def test_money_that_buys_everything_is_said():
    given = places((29, 0.1), (16, 5), cost_wan=[300.0, 100.0])
    ample = propose(toy_area(), wish(budget_wan=5e6), candidates=given)
    (note,) = [note for note in ample.notes if note.code == "budget_ample"]
    assert (note.n, note.names) == (2, ("400",))
    assert "budget_ample" not in codes(propose(toy_area(), wish(budget_wan=400), candidates=given))


def test_notes_of_the_files_are_carried():
    note = Note("candidates_rejected", 1, names=("巴黎",))
    assert note in propose(toy_area(), wish(count=1), notes=(note,)).notes


def test_a_listed_place_at_a_facility_is_called_by_both_names():
    area = toy_area()
    centre = area.facilities.set_index("id").loc["w1"]
    given = places((28.9, 0.1), name=["石门急救站"], facility_id=["w1"])
    (site,) = propose(area, wish(count=1), candidates=given).sites
    assert site.name == f"石门急救站（{centre['name']}）"
    given = places((28.9, 0.1), name=[centre["name"]], facility_id=["w1"])
    (site,) = propose(area, wish(count=1), candidates=given).sites
    assert site.name == centre["name"]


# --- plain answers ---


def everyone_near():
    area = toy_area()
    return replace(area, demand=area.demand[area.demand["township_id"] == "430699001"])


def test_where_everyone_is_covered_nothing_is_proposed():
    proposal = propose(everyone_near(), wish(count=2, sweep=(1, 2)))
    assert (proposal.sites, proposal.sweep, proposal.option.open) == ((), (), ())
    assert "everyone_covered" in codes(proposal)
    assert proposal.plan.status == "optimal"
    assert totals(proposal.after) == totals(proposal.before)


def test_where_the_share_is_reached_nothing_is_proposed():
    proposal = proposed(model="set-covering", reach=0.5)
    assert proposal.sites == ()
    (note,) = [note for note in proposal.notes if note.code == "target_reached"]
    assert note.names == ("50%",)


def test_where_no_candidate_adds_anybody_nothing_is_proposed():
    proposal = propose(toy_area(), wish(count=1), candidates=places((1, 0), (3, 0)))
    assert proposal.sites == ()
    (note,) = [note for note in proposal.notes if note.code == "nothing_gained"]
    assert note.population == ALL - COVERED


def test_people_nobody_can_serve_are_left_out_of_a_median():
    proposal = proposed(model="p-median", count=2)
    (note,) = [note for note in proposal.notes if note.code == "demand_left_out"]
    assert (note.names, note.population) == (("第29村",), FAR)


# --- what is refused ---


@pytest.mark.parametrize(
    ("given", "en", "zh"),
    [
        ({}, "nothing is asked for", "没有说明"),
        ({"count": 1, "reach": 0.5}, "exclude each other", "只能给出一项"),
        ({"count": 0}, "number of new sites is 0", "新增数量|新建数量为 0"),
        ({"budget_wan": -1.0}, "budget is -1", "预算为 -1"),
        ({"budget_wan": math.nan}, "budget is nan", "预算为"),
        ({"model": "set-covering", "reach": 0.0}, "share to reach is 0", "覆盖目标为 0"),
        ({"model": "set-covering", "reach": 1.5}, "share to reach is 1.5", "覆盖目标为 1.5"),
        ({"sweep": (3, 1)}, "does not ascend", "递增"),
        ({"sweep": (0, 1)}, "does not ascend", "递增"),
        ({"sweep": tuple(range(1, 200))}, "more than 100 points", "超过 100 个"),
        ({"count": 1, "time_limit_s": 0.0}, "time limit is 0", "求解时限"),
        ({"count": 1, "busy": 1.0}, "busy a share of 1", "占用率为 1"),
        ({"count": 1, "outer_factor": 0.5}, "wide limit is 0.5", "外圈时限"),
        ({"reach": 0.9}, "with --reach, use set-covering", "请选择 set-covering"),
        ({"model": "set-covering", "count": 1}, "give the share with --reach", "--reach"),
        ({"model": "p-median", "budget_wan": 5.0}, "does not count money", "不计费用"),
        ({"model": "p-median", "sweep": (1, 2)}, "draws no curve", "没有覆盖人口曲线"),
        ({"kind": "subcentre", "model": "expected-covering", "count": 1}, "ambulances that are busy", "占线"),
        ({"budget_wan": 5.0, "close_allowed": True}, "use --close-allowed with --count", "--count"),
        ({"model": "p-median", "count": 1, "close_allowed": True}, "moves no existing site", "不能调整"),
        ({"count": 1, "keep": ()}, "none may close", "没有允许关闭"),
        ({"count": -1, "close_allowed": True}, "number of new sites is -1", "新建数量为 -1"),
        ({"count": 1, "close_allowed": True, "moves": 0}, "sites that may move is 0", "调整的站点数为 0"),
    ],
)  # fmt: skip
def test_a_wish_that_contradicts_itself_is_refused_in_both_languages(given, en, zh):
    with pytest.raises(SitingError, match=en) as caught:
        wish(**given)
    assert any(part in caught.value.line("zh") for part in zh.split("|"))


@pytest.mark.parametrize(
    ("given", "more", "en", "zh"),
    [
        ({"count": 9}, {}, "only 2 candidates: ask for fewer", "候选点只有 2 处：请减少"),
        (
            {"count": 2},
            {"no_build": _box(15, 4, 17, 6)},
            r"only 1 candidates \(left out: 1 in a no-build zone\)",
            "候选点只有 1 处（已排除：在禁建区内1处）",
        ),
        ({"count": 1, "sweep": (1, 3)}, {}, "only 2 candidates", "候选点只有 2 处"),
        ({"budget_wan": 99.0}, {"cost_wan": 100.0}, "below the cost of every candidate", "低于所有候选点"),
        ({"budget_wan": 99.0}, {}, "needs the cost of every candidate", "每个候选点的费用"),
        ({"count": 1, "close_allowed": True, "keep": ("w1",)}, {}, "no existing site", "不是现有站点"),
        (
            {"count": 0, "close_allowed": True, "keep": ("h1", "s1")},
            {},
            "no existing site may move",
            "没有可以调整",
        ),
    ],
)
def test_a_wish_the_county_cannot_grant_is_refused(given, more, en, zh):
    with pytest.raises(SitingError, match=en) as caught:
        propose(toy_area(), wish(**given), candidates=places((29, 0.1), (16, 5)), **more)
    assert zh in caught.value.line("zh")


def test_costs_of_some_candidates_are_no_costs_to_save():
    """Neither the fewest nor the cheapest could be told; the one without a cost is named."""
    given = places((29, 0.1), (16, 5), cost_wan=[300.0, math.nan])
    with pytest.raises(
        SitingError, match=r"cost of every candidate, or of none.* not known of 地块2"
    ) as caught:
        propose(toy_area(), wish(model="set-covering", reach=0.9), candidates=given)
    assert "地块2" in caught.value.line("zh")
    assert "地块1" not in caught.value.line("zh")


def test_a_model_without_spacing_refuses_places_too_near_to_each_other():
    given = places((29, 0.1), (29.4, 0.1))
    with pytest.raises(SitingError, match="keeps no spacing") as caught:
        propose(toy_area(), wish(model="p-median", count=1), candidates=given, spacing_m=1_000)
    assert "间距" in caught.value.line("zh")
    proposal = propose(toy_area(), wish(count=2), candidates=given, spacing_m=1_000)
    assert len(proposal.sites) == 1


def test_both_standards_are_asked_for_in_new_ambulances():
    with pytest.raises(SitingError, match="3 of them are there already"):
        proposed(model="double-standard", count=1)


def test_several_ambulances_at_one_base_where_that_pays():
    """Nearly always busy, one more ambulance where most people live is worth more than a first elsewhere."""
    proposal = proposed(model="expected-covering", count=1, busy=0.9)
    (site,) = proposal.sites
    assert (site.origin, site.added_population, site.ambulances) == ("existing", 0, 1)
    (change,) = proposal.option.change
    known = proposal.area.facilities.set_index("id")["ambulances"]
    assert change.ambulances == known[change.id] + 1


def test_several_ambulances_at_one_base_are_described_by_what_they_add():
    """The base stays without the one more: nobody hangs on that one, and nobody knows what it costs."""
    (site,) = proposed(model="expected-covering", count=1, busy=0.9).sites
    assert (site.origin, site.sole_population) == ("existing", 0)
    assert math.isnan(site.cost_wan)
    assert site.alternative.covered_population == totals(proposed(count=1).before).covered_population


def test_a_model_of_ambulances_gives_the_ambulances_it_counted():
    """Three are listed for the place, the model has counted one; it takes more where more are asked for."""
    given = places((29, 0.1), ambulances=[3.0])
    one = propose(toy_area(), wish(model="expected-covering", count=1), candidates=given)
    assert [(site.id, site.ambulances) for site in one.sites] == [("c1", 1)]
    assert one.option.open[0].ambulances == 1
    four = propose(toy_area(), wish(model="expected-covering", count=4), candidates=given)
    assert sum(site.ambulances for site in four.sites) == 4
    assert fleet(four.after) == fleet(four.before) + 4
    covering = propose(toy_area(), wish(count=1), candidates=given)
    assert covering.option.open[0].ambulances == 3


def test_candidates_that_reach_nobody_are_refused():
    standard = ResponseStandard(urban_s=1e3, rural_s=200.0)
    with pytest.raises(SitingError, match="reaches anybody") as caught:
        propose(toy_area(), wish(count=1), standard, candidates=places((20, 0.0)))
    assert "到达不了任何人" in caught.value.line("zh")


def test_a_county_where_nobody_lives_is_refused():
    area = toy_area()
    area.demand["population"] = 0.0
    with pytest.raises(SitingError, match="nobody lives"):
        propose(area, wish(count=1))


def test_no_build_zones_hold_for_the_whole_proposal():
    zone = _box(18, -8, 32, 8)
    proposal = propose(toy_area(), wish(count=2), no_build=zone)
    chosen = gpd.GeoSeries(
        gpd.points_from_xy([s.lon for s in proposal.sites], [s.lat for s in proposal.sites])
    )
    assert not chosen.set_crs(4326).to_crs(CRS).intersects(zone).any()


# --- the parts ---


def test_the_case_holds_every_existing_base_and_the_cover_of_every_limit():
    area, asked = toy_area(), wish(count=1)
    ground = lay_ground(area, asked, ResponseStandard(), speeds=DEFAULT_SPEEDS, condition="siren")
    before = ground.situation(area, ground.bases)
    case = lay_case(asked, ground, before, given=None, no_build=None, spacing_m=None, cost_wan=math.nan)
    covered = (before.assessment.demand["state"] == "covered").to_numpy()
    assert (case.covered(case.existing) == covered).all()
    assert case.table["id"].iloc[case.existing].tolist() == ["h1", "s1"]


def test_linxiang_gains_what_it_says():
    """The county that ships with the program: figures of the proposal are those of the assessment."""
    area = read_study_area(Path(__file__).parents[1] / "data/boundaries/linxiang.gpkg")
    proposal = propose(area, wish(count=2, sweep=(1, 2)))
    assert proposal.plan.status == "optimal"
    gained = totals(proposal.after).covered_population - totals(proposal.before).covered_population
    assert sum(site.added_population for site in proposal.sites) == pytest.approx(gained)
    assert proposal.plan.objective == pytest.approx(totals(proposal.after).covered_population)
    assert proposal.sweep[0].covered_population < proposal.sweep[1].covered_population


def test_where_moving_gains_nothing_and_new_sites_do_it_is_said():
    given = places((9.3, 0.05), (9.6, 0.05), (28, 0.1))
    proposal = propose(toy_area(), wish(count=1, close_allowed=True, moves=2, keep=("h1",)), candidates=given)
    (note,) = [note for note in proposal.notes if note.code == "nothing_moved"]
    assert (note.n, proposal.closed) == (2, ())
    kept = propose(toy_area(), wish(count=1, close_allowed=True, keep=("h1", "s1")), candidates=given)
    (note,) = [note for note in kept.notes if note.code in ("nothing_moved", "none_may_move")]
    assert (note.code, note.n) == ("none_may_move", 2)
