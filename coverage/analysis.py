"""From a study area and a promise to everything a report shows, as one recipe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from coverage.assessment import ASSUMED_BASE_KINDS, assess, snap_places
from coverage.care import assess_care
from coverage.norms import national_norms
from coverage.routing.isochrones import catchments, isochrones
from coverage.routing.network import RoadNetwork
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.standards import MINUTE_S, ResponseStandard

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from coverage.assessment import Assessment
    from coverage.care import Care
    from coverage.norms import Norms
    from coverage.routing.isochrones import Isochrone
    from coverage.routing.speeds import SpeedTable
    from coverage.standards import CareStandard
    from coverage.study_area import StudyArea

NoteCode = Literal[
    "modelled",
    "rows_rejected",
    "road_share",
    "ambulances_assumed",
    "ambulances_unknown",
    "facility_off_network",
    "demand_off_network",
    "demand_unreachable",
    "demand_outside_townships",
    "townships_without_people",
    "seats_unknown",
    "roads_without_speed",
    "area_touches_edge",
    # of a dispatch
    "cut_off_units",
    "cut_off_facilities",
    "cut_off_patient",
    "planned_nobody",
    # of a proposal
    "everyone_covered",
    "target_reached",
    "nothing_gained",
    "fewer_suffice",
    "plan_unproven",
    "plan_unbounded",
    "plan_heuristic",
    "sweep_unproven",
    "sweep_cut",
    "out_of_reach",
    "demand_left_out",
    "candidates_generated",
    "candidates_widened",
    "candidates_outside",
    "candidates_off_network",
    "candidates_no_build",
    "candidates_too_near",
    "candidates_other_kind",
    "candidates_exist",
    "candidates_repeated",
    "cost_unknown",
    "nothing_moved",
    "ambulances_moved",
    "none_may_move",
    "sweep_full",
    "budget_ample",
    "candidates_rejected",
    # of a comparison
    "option_unpriced",
    "option_no_yearly",
    "option_other_standard",
    "option_other_speeds",
    "option_roads_changed",
    "option_hours",
    "option_changes_nothing",
    # of the way to definitive care
    "centres_unknown",
    "centre_beyond",
    "centre_nowhere",
    "care_assumed",
    # of a simulated year
    "simulation_once",
    "simulation_overloaded",
    "simulation_times_assumed",
    "simulation_calls_modelled",
    "simulation_hours_even",
    "simulation_one_condition",
    "simulation_no_centre",
    "simulation_no_door",
    "simulation_no_way_back",
    "simulation_few_calls",
    # of a calibration
    "calibration_no_better",
    "calibration_left_out",
    "calibration_outliers",
    "calibration_too_little",
    "calibration_never_driven",
    "calibration_hours_few",
    "calibration_conditions_kept",
    "calibration_odd_speeds",
    "calibration_whole_minutes",
    "calibration_not_settled",
]
"""What a reader must know before believing a figure; `coverage.reports.wording` has the sentences."""


@dataclass(frozen=True)
class Note:
    """
    One thing a reader must know before believing the figures.

    Parameters
    ----------
    code
        Which of the known notes.
    n
        How many things it concerns.
    population
        How many people (or metres of road); 0 where that does not apply.
    names
        Names or ids of what it concerns, all of them; a report shortens.
    """

    code: NoteCode
    n: int
    population: float = 0.0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """
    Everything the reports of ``coverage analyze`` show.

    Parameters
    ----------
    area
        The study area.
    assessment
        On the promise's own clock.
    other_clock
        The same promise on the other clock.
    areas
        What is reached within each limit of the promise on its own clock, ascending and nested.
    catchments
        For each base, the roads' surroundings it reaches first: ``facility_id``, ``name``, polygon geometry.
    norms
        The national norms beside the promise.
    speeds, condition
        The table and the driving condition the times were computed with.
    notes
        What a reader must know.
    care
        The way to definitive care, where it was asked for.
    """

    area: StudyArea
    assessment: Assessment
    other_clock: Assessment
    areas: tuple[Isochrone, ...]
    catchments: gpd.GeoDataFrame
    norms: Norms
    speeds: SpeedTable
    condition: str
    notes: tuple[Note, ...] = field(default=())
    care: Care | None = None

    @property
    def standard(self) -> ResponseStandard:
        """The promise, on its own clock."""
        return self.assessment.standard

    @property
    def by_clock(self) -> Mapping[str, Assessment]:
        """Both assessments, under ``call`` and ``departure``."""
        return {a.standard.clock: a for a in (self.assessment, self.other_clock)}


def analyze(
    area: StudyArea,
    standard: ResponseStandard | None = None,
    *,
    speeds: SpeedTable = DEFAULT_SPEEDS,
    condition: str = "siren",
    care: CareStandard | None = None,
) -> Analysis:
    """
    Find who is inside the promise, township by township.

    Parameters
    ----------
    area
        The study area.
    standard
        The promise; the national one where not given.
    speeds, condition
        Speed table and driving condition.
    care
        The targets of the way to definitive care; where given, it is followed too.

    Returns
    -------
    Analysis
        Verdicts on both clocks, areas, catchments, norms and notes, and the way to definitive care.

    Raises
    ------
    AssessmentError
        If no facility has an ambulance, or none that has lies near a road.
    NetworkError
        If no road is open to ambulances.
    SpeedError
        If the table has no such condition.
    """
    standard = standard or ResponseStandard()
    network = RoadNetwork.from_roads(area.roads, speeds=speeds, condition=condition)
    places = snap_places(area, network)
    assessment = assess(area, network, standard, places=places)
    other_clock = assess(area, network, standard.other_clock(), places=places)
    bases = area.facilities[assessment.facilities["is_base"].to_numpy()]
    areas = isochrones(assessment.reach, sorted({standard.urban_s, standard.rural_s}))
    by_call = assessment if standard.clock == "call" else other_clock
    followed = assess_care(area, network, by_call, care, places=places) if care else None
    return Analysis(
        area=area,
        assessment=assessment,
        other_clock=other_clock,
        areas=areas,
        catchments=catchments(assessment.reach, bases, within=area.boundary),
        norms=national_norms(area, network, places, assessment),
        speeds=speeds,
        condition=condition,
        notes=(
            *study_notes(area, network, assessment, areas),
            *(care_notes(area, followed) if followed else ()),
        ),
        care=followed,
    )


def study_notes(
    area: StudyArea,
    network: RoadNetwork,
    assessment: Assessment,
    areas: tuple[Isochrone, ...],
) -> tuple[Note, ...]:
    """
    Collect what a reader must know of the data, in the order of its weight.

    Parameters
    ----------
    area, network
        The study area, and its roads.
    assessment, areas
        What was found: states, verdicts, and what is reached within each limit.
    """
    notes: list[Note] = []

    def add(code: NoteCode, names: list[str], population: float = 0.0) -> None:
        if names:
            notes.append(Note(code, len(names), population, tuple(names)))

    facilities, demand, townships = assessment.facilities, assessment.demand, assessment.townships
    add("modelled", list(area.modelled_layers))
    rejected = [(row.source, row.n_rejected) for row in area.provenance if row.n_rejected]
    if rejected:
        named = tuple(f"{source} ({n})" for source, n in rejected)
        notes.append(Note("rows_rejected", sum(n for _, n in rejected), names=named))
    if area.demand_unit != "people":
        notes.append(Note("road_share", len(demand), float(demand["population"].sum())))
    if assessment.bases_assumed:
        add("ambulances_assumed", list(facilities.loc[facilities["is_base"], "name"]))
    else:
        unknown = facilities["ambulances"].isna() & facilities["kind"].isin(ASSUMED_BASE_KINDS)
        add("ambulances_unknown", list(facilities.loc[unknown, "name"]))
    add("facility_off_network", list(facilities.loc[~facilities["on_network"], "name"]))
    by_code: dict[NoteCode, pd.Series[bool]] = {
        "demand_off_network": demand["state"] == "off_network",
        "demand_unreachable": demand["state"] == "unreachable",
        "demand_outside_townships": demand["township_id"] == "",
    }
    for code, mine in by_code.items():
        rows = demand[mine]
        add(code, list(rows["name"].where(rows["name"] != "", rows["id"])), float(rows["population"].sum()))
    add("townships_without_people", list(townships.loc[townships["verdict"] == "unknown", "name"]))
    add("seats_unknown", list(townships.loc[townships["seat_time_s"].isna(), "name"]))
    if network.n_without_speed:
        notes.append(Note("roads_without_speed", network.n_without_speed))
    touching = [a for a in areas if a.touches_edge]
    add("area_touches_edge", [f"{a.limit_s / MINUTE_S:g}" for a in touching])
    return tuple(notes)


def care_notes(area: StudyArea, care: Care) -> tuple[Note, ...]:
    """
    Collect what a reader must know of the way to definitive care.

    Parameters
    ----------
    area
        The study area.
    care
        What was found.

    Returns
    -------
    tuple of Note
        A centre stands under its key among the names; after it, where the nearest is beyond the county line,
        that facility and the kilometres to it.
    """
    notes: list[Note] = []
    if not care.is_known:
        notes.append(Note("centres_unknown", len(area.facilities)))
    else:
        notes += [
            Note("centre_beyond", 1, names=(gap.centre, gap.facility_name, f"{gap.distance_m / 1000:.1f}"))
            for gap in care.missing
            if gap.facility_id
        ]
        nowhere = tuple(gap.centre for gap in care.missing if not gap.facility_id)
        if nowhere:
            notes.append(Note("centre_nowhere", len(nowhere), names=nowhere))
    assumed = tuple(centre for centre, target in care.standard.targets.items() if not target.source)
    if assumed:
        notes.append(Note("care_assumed", len(assumed), names=assumed))
    return tuple(notes)
