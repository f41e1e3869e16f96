"""The way from a study area and a wish to a proposal, as one recipe."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from coverage.errors import SitingError
from coverage.proposal import Proposal, SweepPoint
from coverage.proposing.case import hospital_grade, lay_case, lay_ground
from coverage.proposing.doing import option_of
from coverage.proposing.measures import measures_of
from coverage.proposing.merit import merit_of
from coverage.proposing.naming import site_name
from coverage.proposing.notes import collect_notes
from coverage.proposing.ranking import adds_nothing, choose, describe, lost_points
from coverage.proposing.search import Answers, search
from coverage.proposing.solving import nothing_more
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.scenario import apply_option
from coverage.siting.inputs import checked_weight
from coverage.standards import MINUTE_S, ResponseStandard, access_standard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import shapely

    from coverage.analysis import Note, NoteCode
    from coverage.option import Option
    from coverage.proposal import Wish
    from coverage.proposing.case import Case, Ground
    from coverage.routing.speeds import SpeedTable
    from coverage.siting.plan import Progress, SitingPlan
    from coverage.situation import Situation
    from coverage.study_area import StudyArea

ACCESS_LIMIT_S = 30 * MINUTE_S
"""Within which people reach a hospital-grade facility by themselves."""

_OF_COVERING = ("maximal-covering", "set-covering", "greedy")
_CONDITIONS = {"station": "siren", "subcentre": "normal"}


def propose(
    area: StudyArea,
    wish: Wish,
    standard: ResponseStandard | None = None,
    *,
    speeds: SpeedTable = DEFAULT_SPEEDS,
    condition: str | None = None,
    limit_s: float = ACCESS_LIMIT_S,
    candidates: gpd.GeoDataFrame | None = None,
    no_build: shapely.Geometry | None = None,
    spacing_m: float | None = None,
    cost_wan: float = math.nan,
    notes: Sequence[Note] = (),
    progress: Progress | None = None,
) -> Proposal:
    """
    Find where the next stations or sub-centres help most.

    Parameters
    ----------
    area
        The study area.
    wish
        What is asked for.
    standard
        The promise; the national one where not given. Of it only the target share holds for sub-centres.
    speeds, condition
        Speed table and driving condition; with the siren for ambulances and without for people where not
        given.
    limit_s
        For sub-centres: seconds within which people are to reach one, or a hospital.
    candidates
        The planner's own places, as `coverage.sources.candidate_table.read_candidates` gives them.
    no_build
        Zones where nothing may be built, in the area's system.
    spacing_m
        Least distance between two sites; see `coverage.siting.candidates`.
    cost_wan
        Cost of a new site that has no figure of its own, 万元.
    notes
        What a reader must know of the files that were read.
    progress
        Is told how far each search is.

    Returns
    -------
    Proposal
        Without sites where nothing is to be gained, and with a note that says so.

    Raises
    ------
    SitingError
        If there is no such plan: too few candidates, too little money, a share out of reach, nobody
        reached by any candidate.
    AssessmentError
        If no facility has an ambulance, or there is no hospital.
    """
    standard = _promise(wish, standard, limit_s)
    condition = condition or _CONDITIONS[wish.kind]
    ground = lay_ground(area, wish, standard, speeds=speeds, condition=condition)
    before = ground.situation(area, ground.bases)
    case = lay_case(
        wish, ground, before, given=candidates, no_build=no_build, spacing_m=spacing_m, cost_wan=cost_wan
    )
    answer = _plain_answer(case)
    answers = Answers(nothing_more(case), {}) if answer else search(case, progress)
    chosen = choose(case, answers.plan)
    option = option_of(case, chosen)
    after = situation_after(ground, option)
    sites, lost = describe(case, chosen), lost_points(case, chosen)
    own = collect_notes(case, before, after, sites, chosen, answers, answer, of_files=notes)
    return Proposal(
        wish=wish,
        candidates=case.table,
        plan=answers.plan,
        sites=sites,
        closed=tuple(str(case.table["name"].iloc[column]) for column in chosen.closed),
        before=before,
        after=after,
        sweep=_sweep_points(case, answers.sweep),
        option=option,
        speeds=speeds,
        condition=condition,
        notes=own,
        measures=measures_of(case, chosen),
        lost_population=case.people(lost),
        lost=tuple(str(name) for name in area.demand["id"].to_numpy(dtype=object)[lost]),
    )


def _promise(wish: Wish, standard: ResponseStandard | None, limit_s: float) -> ResponseStandard:
    standard = standard or ResponseStandard()
    if wish.kind == "station":
        return standard
    return access_standard(limit_s, target_share=standard.target_share)


def _plain_answer(case: Case) -> NoteCode | None:
    """Give the answer where nothing needs to be solved; None where it does."""
    checked_weight(case.weight, len(case.weight))
    if case.wish.model not in _OF_COVERING:
        return None
    covered = case.covered(case.existing)
    missing = case.people(~covered)
    if adds_nothing(case, missing):
        return "everyone_covered"
    if case.wish.reach is not None:
        is_there = case.people(covered) >= case.wish.reach * float(case.weight.sum()) * (1 - 1e-9)
        return "target_reached" if is_there else None
    if not np.diff(case.columns.indptr)[case.new].any():
        raise SitingError(
            f"none of the {len(case.new)} candidates reaches anybody within the limit: "
            "give nearer candidates, or widen the limit",
            zh=f"{len(case.new)} 处候选点在时限内都到达不了任何人：请补充更近的候选点，或放宽时限",
        )
    gains = merit_of(case).gains(case.existing.tolist(), case.new)
    return "nothing_gained" if adds_nothing(case, float(gains.max())) else None


def situation_after(ground: Ground, option: Option) -> Situation:
    """
    Hold the promise against a county after an option.

    Parameters
    ----------
    ground
        The county as it is.
    option
        What is done.
    """
    scenario = apply_option(ground.area, option, bases=ground.bases)
    bases = hospital_grade(scenario.area) if ground.is_access else scenario.bases
    return ground.situation(scenario.area, bases)


def _sweep_points(case: Case, sweep: Mapping[int, SitingPlan]) -> tuple[SweepPoint, ...]:
    """Hold the county against each plan of the curve; plans of the same sites are the same county."""
    points: dict[tuple[int, ...], SweepPoint] = {}
    for count, plan in sweep.items():
        if plan.sites not in points:
            points[plan.sites] = _sweep_point(case, count, plan)
    return tuple(replace(points[plan.sites], count=count, plan=plan) for count, plan in sweep.items())


def _sweep_point(case: Case, count: int, plan: SitingPlan) -> SweepPoint:
    chosen = choose(case, plan)
    option = option_of(case, chosen)
    totals = situation_after(case.ground, option).assessment.totals["all"]
    return SweepPoint(
        count=count,
        plan=plan,
        names=tuple(site_name(case, column) for column in chosen.new),
        population=totals.population,
        covered_population=totals.covered_population,
        covered_share=totals.covered_share,
        townships_met=totals.townships_met,
        option=option,
    )
