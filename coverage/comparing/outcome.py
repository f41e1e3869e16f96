"""What one option makes of a county, beside the county as it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.assessment import response_bases, weighted_quantile
from coverage.comparing.equity import equity_of
from coverage.comparing.money import cost_of
from coverage.comparing.road_changes import closed_roads, new_roads
from coverage.comparison import Fleet, Outcome, Response
from coverage.norms import ambulances_required, known_ambulances
from coverage.routing.isochrones import isochrones
from coverage.situation import Situation

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.assessment import Assessment
    from coverage.comparing.ground import Setting
    from coverage.study_area import StudyArea


def outcome_of(
    setting: Setting, *, key: str, text: str, source: str, today: Outcome | None, years: float
) -> Outcome:
    """
    Say what an option makes of a county.

    Parameters
    ----------
    setting
        The county with it.
    key, text, source
        As in `Outcome`.
    today
        The county as it is; None where that is what `setting` is.
    years
        Over how many years running costs are counted.

    Raises
    ------
    AssessmentError
        If no base is staffed at the comparison's hour, or none that is lies near a road.
    """
    assessment = setting.assess()
    before = today.situation.assessment if today else assessment
    roads, works = (today.area if today else setting.area).roads, setting.option.roads
    limits = sorted({setting.standard.urban_s, setting.standard.rural_s})
    demand = _demand(before, assessment)
    return Outcome(
        key=key,
        option=setting.option,
        text=text,
        source=source,
        situation=Situation(
            area=setting.area,
            assessment=assessment,
            other_clock=setting.assess(setting.standard.other_clock()),
            areas=isochrones(assessment.reach, limits),
        ),
        condition=setting.condition,
        speeds=setting.speeds,
        response={name: _response(assessment, name) for name in ("urban", "rural", "all")},
        equity=equity_of(
            assessment.demand["response_s"],
            assessment.demand["state"] == "covered",
            assessment.demand["population"],
        ),
        fleet=_fleet(setting.area, is_counted=not setting.bases_assumed),
        cost=cost_of(setting.option, years),
        closed_roads=closed_roads(roads, works),
        new_roads=new_roads(setting.area.roads, works),
        loads=_loads((today.area if today else setting.area).facilities, assessment),
        townships=_townships(before, assessment, demand),
        demand=demand,
    )


def _demand(before: Assessment, after: Assessment) -> pd.DataFrame:
    was, now = (a.demand["state"].to_numpy() == "covered" for a in (before, after))
    change = np.select([~was & now, was & ~now, was & now], ["gained", "lost", "covered"], "uncovered")
    kept = after.demand[["id", "name", "township_id", "population"]]
    return kept.assign(
        before_s=before.demand["response_s"], after_s=after.demand["response_s"], change=change
    )


def _townships(before: Assessment, after: Assessment, demand: pd.DataFrame) -> pd.DataFrame:
    people = demand.pivot_table(
        index="township_id", columns="change", values="population", aggfunc="sum", fill_value=0.0
    )
    ids = after.townships["id"]

    def changed(change: str) -> pd.Series[float]:
        if change not in people:
            return pd.Series(0.0, index=ids.index)
        return ids.map(people[change]).fillna(0.0).astype(float)

    was, now = before.townships, after.townships
    return pd.DataFrame(
        {
            "id": ids,
            "name": now["name"],
            "class": now["class"],
            "population": now["population"],
            "before_population": was["covered_population"],
            "after_population": now["covered_population"],
            "gained_population": changed("gained"),
            "lost_population": changed("lost"),
            "verdict_before": was["verdict"],
            "verdict_after": now["verdict"],
            "median_before_s": was["median_s"],
            "median_after_s": now["median_s"],
        },
        index=now.index,
    )


def _response(assessment: Assessment, township_class: str) -> Response:
    demand = assessment.demand
    mine = demand if township_class == "all" else demand[demand["class"] == township_class]
    times, people = mine["response_s"].to_numpy(np.float64), mine["population"].to_numpy(np.float64)
    reached = np.isfinite(times)
    there = float(people[reached].sum())
    return Response(
        population=float(people.sum()),
        mean_s=float(times[reached] @ people[reached]) / there if there else math.nan,
        median_s=weighted_quantile(times, people, 0.5),
        p90_s=weighted_quantile(times, people, 0.9),
        p95_s=weighted_quantile(times, people, 0.95),
        worst_s=weighted_quantile(times, people, 1.0),
        unreached_population=float(people[~reached].sum()),
    )


def _fleet(area: StudyArea, *, is_counted: bool) -> Fleet:
    # where bases are assumed, the only ambulances that anybody has counted are an option's own
    ambulances = known_ambulances(area) if is_counted else math.nan
    required = ambulances_required(area)
    people = float(area.demand["population"].sum())
    if required < 0 or math.isnan(ambulances):
        per_ambulance = math.nan
    else:
        per_ambulance = people / ambulances if ambulances else math.inf
    return Fleet(ambulances, required, per_ambulance)


def _loads(today: gpd.GeoDataFrame, after: Assessment) -> pd.DataFrame:
    # whoever is off duty at the comparison's hour is no new base when the hours change
    bases_before = set(today["id"][response_bases(today)[0]])
    rows = after.facilities[after.facilities["is_base"]]
    counts = rows["ambulances"].to_numpy(np.float64)
    known = np.where(counts >= 1, counts, np.nan)
    table = pd.DataFrame(
        {
            "id": rows["id"],
            "name": rows["name"],
            "kind": rows["kind"],
            "ambulances": known,
            "first_population": rows["first_population"],
            "per_ambulance": rows["first_population"].to_numpy(np.float64) / known,
            "is_new": ~rows["id"].isin(bases_before),
        }
    )
    return table.sort_values("first_population", ascending=False, kind="stable").reset_index(drop=True)
