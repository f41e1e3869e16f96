"""What a reader of a proposal must know before believing it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from coverage.analysis import Note, study_notes
from coverage.proposing.fleet import handed_over
from coverage.proposing.merit import TOLERANCE, servable
from coverage.proposing.naming import site_name
from coverage.proposing.solving import demand_names, everyone_in_reach
from coverage.proposing.units import OF_UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coverage.analysis import NoteCode
    from coverage.proposal import ProposedSite
    from coverage.proposing.case import Case
    from coverage.proposing.chosen import Chosen
    from coverage.proposing.search import Answers
    from coverage.siting.candidates import DropReason
    from coverage.siting.plan import SitingPlan
    from coverage.situation import Situation

# Of the study area's own notes, those that only concern ambulances.
_OF_RESPONSE = ("ambulances_assumed", "ambulances_unknown")
_DROPPED: Mapping[DropReason, NoteCode] = {
    "outside": "candidates_outside",
    "off_network": "candidates_off_network",
    "no_build": "candidates_no_build",
    "too_near": "candidates_too_near",
    "other_kind": "candidates_other_kind",
    "exists": "candidates_exist",
    "repeated": "candidates_repeated",
}
_OF_TIMES = ("p-median", "p-center")


def collect_notes(
    case: Case,
    before: Situation,
    after: Situation,
    sites: Sequence[ProposedSite],
    chosen: Chosen,
    answers: Answers,
    answer: NoteCode | None,
    *,
    of_files: Sequence[Note] = (),
) -> tuple[Note, ...]:
    """
    Collect the notes of a proposal, in the order of their weight.

    Parameters
    ----------
    case, before, after
        The wish on its county, and the county without and with the plan.
    sites, chosen
        What is proposed.
    answers
        The plan, and those of the curve by number of sites.
    answer
        Why nothing needed to be solved; None where it was.
    of_files
        What is to be known of the planner's files.
    """
    of_study = study_notes(case.ground.area, case.ground.network, before.assessment, after.areas)
    notes = _answer_notes(case, before, answer) if answer else _plan_notes(case, chosen, answers.plan)
    notes += _fleet_notes(case, chosen)
    notes += _sweep_notes(case, answers.sweep, answer)
    notes += _cost_notes(case, sites)
    notes += of_files
    notes += _candidate_notes(case)
    notes += _reach_notes(case)
    notes += [note for note in of_study if not (case.ground.is_access and note.code in _OF_RESPONSE)]
    return tuple(notes)


def _answer_notes(case: Case, before: Situation, answer: NoteCode) -> list[Note]:
    """Say why nothing is proposed."""
    if answer == "everyone_covered":
        return [Note(answer, len(case.weight), float(case.weight.sum()))]
    if answer == "target_reached":
        return [Note(answer, 1, names=(f"{(case.wish.reach or 1) * 100:.4g}%",))]
    covered = (before.assessment.demand["state"] == "covered").to_numpy()
    return [_demand_note(case, answer, np.flatnonzero(~covered & (case.weight > 0)))]


def _demand_note(case: Case, code: NoteCode, rows: NDArray[np.int64]) -> Note:
    return Note(code, len(rows), float(case.weight[rows].sum()), tuple(demand_names(case, rows)))


def _plan_notes(case: Case, chosen: Chosen, plan: SitingPlan) -> list[Note]:
    """Say how good the plan is known to be, whether fewer sites do as well, and whether any moves."""
    notes, wish = [], case.wish
    if plan.status == "heuristic":
        notes.append(Note("plan_heuristic", 1))
    elif plan.status != "optimal" and math.isfinite(plan.gap):
        notes.append(Note("plan_unproven", 1, names=(_never_less(plan.gap),)))
    elif plan.status != "optimal":
        notes.append(Note("plan_unbounded", 1))
    n_more = max(len(chosen.new) - len(chosen.closed), 0)
    if wish.most is not None and n_more < wish.most and wish.model not in OF_UNITS:
        notes.append(Note("fewer_suffice", n_more, names=(str(wish.most),)))
    if wish.close_allowed and not len(case.closable):
        notes.append(Note("none_may_move", len(case.existing)))
    elif wish.close_allowed and not chosen.closed and plan.status == "optimal":
        notes.append(Note("nothing_moved", wish.moves))
    return notes


def _never_less(gap: float) -> str:
    """Give a gap in per cent with two decimals, as the reports do: never rounded down."""
    return f"{math.ceil(round(gap * 10_000, 6)) / 100:.2f}%"


def _fleet_notes(case: Case, chosen: Chosen) -> list[Note]:
    """Say which site takes over the ambulances of which base."""
    handed = handed_over(case, chosen)
    if not handed:
        return []
    counts = {base: float(case.table["ambulances"].iloc[base]) for base in handed}
    names = tuple(
        f"{case.table['name'].iloc[base]} → {site_name(case, site)}: {counts[base]:g}"
        for base, site in handed.items()
    )
    return [Note("ambulances_moved", int(sum(counts.values())), names=names)]


def _sweep_notes(case: Case, sweep: Mapping[int, SitingPlan], answer: NoteCode | None) -> list[Note]:
    """Say which points of the curve are not proven, missing, or no better than those before."""
    notes = []
    open_ends = tuple(str(n) for n, plan in sweep.items() if plan.status in ("time_limit", "interrupted"))
    missing = tuple(str(n) for n in case.wish.sweep if n not in sweep)
    full = [n for n, plan in sweep.items() if everyone_in_reach(case, plan)]
    if open_ends:
        notes.append(Note("sweep_unproven", len(open_ends), names=open_ends))
    if missing and answer is None:
        notes.append(Note("sweep_cut", len(missing), names=missing))
    if len(full) > 1:
        notes.append(Note("sweep_full", full[0]))
    return notes


def _cost_notes(case: Case, sites: Sequence[ProposedSite]) -> list[Note]:
    """Name sites without a cost, and say where the money does not decide anything."""
    budget, notes = case.wish.budget_wan, []
    unknown = tuple(site.name for site in sites if math.isnan(site.cost_wan))
    if unknown and budget is None and len(unknown) < len(sites):
        notes.append(Note("cost_unknown", len(unknown), names=unknown))
    total = float(case.cost_wan[case.new].sum())
    if budget is not None and budget > total * (1 + TOLERANCE):
        notes.append(Note("budget_ample", len(case.new), names=(f"{total:,.10g}",)))
    return notes


def _candidate_notes(case: Case) -> list[Note]:
    """Say where the candidates come from, and which of the planner's own are not used."""
    new, notes = case.table.iloc[case.new], []
    if not (new["origin"] == "file").any() and case.wish.kind == "station":
        notes.append(Note("candidates_generated", len(new)))
    if case.candidates.is_widened:
        notes.append(Note("candidates_widened", len(new), names=(f"{case.candidates.spacing_m / 1000:.3g}",)))
    for dropped in case.candidates.dropped:
        code = _DROPPED.get(dropped.reason)
        if code and dropped.names:
            notes.append(Note(code, dropped.n, names=dropped.names))
    return notes


def _reach_notes(case: Case) -> list[Note]:
    """Name the people whom no plan serves, whichever sites it opens."""
    if case.wish.model in _OF_TIMES:
        served = np.isin(np.arange(len(case.weight)), servable(case))
        code: NoteCode = "demand_left_out"
    else:
        served, code = np.diff(case.cover.indptr) > 0, "out_of_reach"
    rows = np.flatnonzero(~served & (case.weight > 0))
    return [_demand_note(case, code, rows)] if len(rows) else []
