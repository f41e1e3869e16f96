"""A proposal for the toy county, made by hand: two sites, a curve, and the situations that follow."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from builders import ODD_NAMES, toy_area
from coverage.analysis import Note
from coverage.assessment import assess, response_bases, snap_places
from coverage.option import Change, Closing, Opening, Option
from coverage.proposal import Alternative, Measure, Proposal, ProposedSite, SweepPoint, Wish
from coverage.routing.isochrones import isochrones
from coverage.routing.network import RoadNetwork
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.scenario import apply_option
from coverage.siting.plan import SitingPlan
from coverage.situation import Situation, VerdictChange
from coverage.standards import ResponseStandard, access_standard

if TYPE_CHECKING:
    from coverage.assessment import Assessment
    from coverage.study_area import StudyArea

PLACES = {"station": [(26.0, 0.1), (16.0, 5.0), (30.0, 0.1)], "subcentre": [(26.0, 0.1), (9.0, 0.05)]}


@cache
def toy_proposal(
    *,
    kind: str = "station",
    nothing: bool = False,
    closing: bool = False,
    sweep: bool = True,
    status: str = "optimal",
    odd_names: bool = False,
    demand_unit: str = "people",
    ambulances_known: bool = True,
) -> Proposal:
    """
    Propose, for a station: ambulances at the health centre in the east, and a new station in the north.

    For a sub-centre the health centre becomes one. With `closing`, the station in the middle goes. The
    same arguments give the same object, so nobody may change it.
    """
    area = toy_area(odd_names=odd_names, demand_unit=demand_unit, ambulances_known=ambulances_known)
    promise = _Promise(area, kind)
    option = _option(area, kind, closing=closing, odd_names=odd_names)
    if nothing:
        option = Option("nothing")
    before = promise.situation(Option("as it is"))
    after = promise.situation(option)
    sites = () if nothing else _sites(promise, option)
    plan = _plan(after.assessment, status, sites=(0, 1) if nothing else (0, 1, 2, 3)[: 2 + len(sites)])
    return Proposal(
        wish=Wish(
            kind="station" if kind == "station" else "subcentre",
            model="maximal-covering",
            count=2,
            sweep=(1, 2, 3) if sweep else (),
            close_allowed=closing,
        ),
        candidates=_candidates(area, option, sites),
        plan=plan,
        sites=sites,
        closed=tuple(c.name for c in option.close),
        before=before,
        after=after,
        sweep=_sweep(promise, option, after) if sweep and sites else (),
        option=option,
        speeds=DEFAULT_SPEEDS,
        condition="siren" if kind == "station" else "normal",
        **_lost(before.assessment, after.assessment),
        notes=(
            Note("modelled", 2, names=("demand", "roads")),
            Note("demand_unreachable", 1, 500.0, ("d27",)),
        ),
    )


def _lost(before: Assessment, after: Assessment) -> dict[str, Any]:
    gone = (before.demand["state"] == "covered") & (after.demand["state"] != "covered")
    lost = before.demand[gone]
    return {"lost_population": float(lost["population"].sum()), "lost": tuple(lost["id"])}


class _Promise:
    """The toy county's roads and promise, ready to be asked for any option."""

    def __init__(self, area: StudyArea, kind: str) -> None:
        self.area, self.kind = area, kind
        condition = "siren" if kind == "station" else "normal"
        network = RoadNetwork.from_roads(area.roads, speeds=DEFAULT_SPEEDS, condition=condition)
        self.network = network if kind == "station" else network.reversed()
        self.standard = ResponseStandard() if kind == "station" else access_standard(30 * 60.0)

    def situation(self, option: Option) -> Situation:
        area, mine, other = self.hold(option)
        limits = sorted({self.standard.urban_s, self.standard.rural_s})
        return Situation(area, mine, other, isochrones(mine.reach, limits))

    def hold(self, option: Option) -> tuple[StudyArea, Assessment, Assessment | None]:
        if self.kind == "station":
            scenario = apply_option(self.area, option, bases=response_bases(self.area.facilities)[0])
            area, bases = scenario.area, scenario.bases
        else:
            area = apply_option(self.area, option).area
            bases = area.facilities["kind"].isin(("hospital", "subcentre")).to_numpy()
        places = snap_places(area, self.network)
        mine = assess(area, self.network, self.standard, places=places, bases=bases)
        other = None
        if self.kind == "station":
            other = assess(area, self.network, self.standard.other_clock(), places=places, bases=bases)
        return area, mine, other


def with_answer(proposal: Proposal, model: str, status: str) -> Proposal:
    """Give a proposal as another model would have come to it, or with another end of the search."""
    is_share = model == "set-covering"
    wish = Wish(proposal.wish.kind, model, count=None if is_share else 2, reach=0.95 if is_share else None)
    plan = _plan(proposal.after.assessment, status, sites=proposal.plan.sites)
    if is_share:
        plan = replace(plan, objective=2.0, bound=2.0 if status == "optimal" else 1.2)
    return replace(proposal, wish=wish, plan=plan, measures=MEASURES.get(model, ()))


MEASURES = {
    "p-median": (Measure("mean_time", 678.0, 648.0),),
    "p-center": (Measure("worst_time", 2472.0, 1782.0),),
    "backup-covering": (Measure("covered_twice", 38_000.0, 40_100.0),),
    "double-standard": (
        Measure("covered_twice", 38_000.0, 40_100.0),
        Measure("within_wide", 80_000.0, 86_000.0),
    ),
    "expected-covering": (Measure("expected_covered", 50_000.5, 60_000.25),),
}


def _option(area: StudyArea, kind: str, *, closing: bool, odd_names: bool) -> Option:
    w1 = str(area.facilities.loc[2, "name"])
    if kind == "subcentre":
        return Option("两处次中心", change=(Change("w1", w1, kind="subcentre", capital_wan=800.0),))
    name = ODD_NAMES[1] if odd_names else "柳林北急救站"
    lon, lat = _lonlat(area, *PLACES["station"][1])
    return Option(
        "两处急救点",
        "两处",
        open=(Opening("n1", name, "ambulance_station", lon, lat, ambulances=1.0, capital_wan=120.0),),
        close=(Closing("s1", str(area.facilities.loc[1, "name"])),) if closing else (),
        change=(Change("w1", w1, ambulances=1.0, capital_wan=60.0),),
    )


def _lonlat(area: StudyArea, x_km: float, y_km: float) -> tuple[float, float]:
    place = shapely.Point(640_000.0 + 1000 * x_km, 3_262_000.0 + 1000 * y_km)
    at = gpd.GeoSeries([place], crs=area.crs).to_crs("EPSG:4326").iloc[0]
    return float(at.x), float(at.y)


def _sites(promise: _Promise, option: Option) -> tuple[ProposedSite, ...]:
    """Rank the health centre first and the new station second, and say what each adds."""
    steps = [Option("one", change=option.change), Option("both", change=option.change, open=option.open)]
    sites = []
    state = promise.hold(Option("as it is"))[1]
    for rank, step in enumerate(steps[: 1 + len(option.open)], start=1):
        now = promise.hold(step)[1]
        added = (now.demand["state"] == "covered") & (state.demand["state"] != "covered")
        is_new = rank == 2
        what = option.open[0] if is_new else option.change[0]
        x, y = PLACES[promise.kind][rank - 1]
        lon, lat = _lonlat(promise.area, x, y)
        people = float(now.demand.loc[added, "population"].sum())
        sites.append(
            ProposedSite(
                rank=rank,
                id=what.id,
                name=what.name,
                kind=what.kind or "health_centre",
                facility_id="" if is_new else what.id,
                origin="road" if is_new else "facility",
                lon=lon,
                lat=lat,
                ambulances=1.0 if promise.kind == "station" else 0.0,
                cost_wan=what.capital_wan,
                added_population=people,
                added=tuple(now.demand.loc[added, "id"]),
                sole_population=0.75 * people,
                changes=_changes(state, now),
                alternative=None if is_new else Alternative("c9", "第26村", 80_000.0, 80_000.0),
            )
        )
        state = now
    return tuple(sites)


def _changes(before: Assessment, after: Assessment) -> tuple[VerdictChange, ...]:
    rows = zip(before.townships.to_dict("records"), after.townships.to_dict("records"), strict=True)
    return tuple(
        VerdictChange(a["id"], a["name"], a["verdict"], b["verdict"])
        for a, b in rows
        if a["verdict"] != b["verdict"]
    )


def _plan(assessment: Assessment, status: str, *, sites: tuple[int, ...]) -> SitingPlan:
    objective = assessment.totals["all"].covered_population
    bound = {"optimal": objective, "time_limit": 1.01 * objective}.get(status, math.inf)
    return SitingPlan(
        sites=sites,
        objective=objective,
        bound=bound,
        gap=abs(bound - objective) / objective,
        status=status,
        covered=(assessment.demand["state"] == "covered").to_numpy(dtype=float),
        n_nodes=3,
        seconds=0.25,
    )


def _sweep(promise: _Promise, option: Option, after: Situation) -> tuple[SweepPoint, ...]:
    one = Option("one", change=option.change)
    points = []
    first, both = promise.hold(one)[1], after.assessment
    for count, step, assessment in ((1, one, first), (2, option, both), (3, option, both)):
        totals = assessment.totals["all"]
        names = [c.name for c in step.change] + [o.name for o in step.open]
        points.append(
            SweepPoint(
                count=count,
                plan=_plan(assessment, "optimal" if count < 3 else "time_limit", sites=(0, 1)),
                names=tuple(names),
                population=totals.population,
                covered_population=totals.covered_population,
                covered_share=totals.covered_share,
                townships_met=totals.townships_met,
                option=step,
            )
        )
    return tuple(points)


def _candidates(area: StudyArea, option: Option, sites: tuple[ProposedSite, ...]) -> gpd.GeoDataFrame:
    """Give the existing bases, then the places of the proposal, then one that nobody chose."""
    is_station = len(option.open) > 0
    existing = area.facilities.iloc[: 2 if is_station else 1]
    rows = [(f.id, f.name, f.kind, f.id, "existing", 0.0, 0.0) for f in existing.itertuples()]
    rows += [(s.id, s.name, s.kind, s.facility_id, s.origin, s.ambulances, s.cost_wan) for s in sites]
    rows.append(("c9", "第26村", "ambulance_station", "", "settlement", 1.0, math.nan))
    places = [*existing.geometry]
    lonlat = [(s.lon, s.lat) for s in sites] + [_lonlat(area, 26.0, 0.5)]
    points = gpd.GeoSeries(gpd.points_from_xy(*zip(*lonlat, strict=True)), crs="EPSG:4326").to_crs(area.crs)
    shapes = gpd.GeoSeries([*places, *points], crs=area.crs)
    at = shapes.to_crs("EPSG:4326")
    table = gpd.GeoDataFrame(
        rows,
        columns=["id", "name", "kind", "facility_id", "origin", "ambulances", "cost_wan"],
        geometry=shapes.to_numpy(),
        crs=area.crs,
    )
    return table.assign(
        existing=table["origin"] == "existing",
        may_close=False,
        lon=at.x.to_numpy(),
        lat=at.y.to_numpy(),
        turnout_s=np.full(len(table), math.nan),
    )
