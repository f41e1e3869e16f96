"""From a desk and its units to everything that the reports of a dispatch show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coverage.analysis import Note, study_notes
from coverage.dispatch.answer import Dispatch
from coverage.dispatch.losses import hold_promise, losses, unit_area

if TYPE_CHECKING:
    from coverage.analysis import NoteCode
    from coverage.dispatch.answer import Decision
    from coverage.dispatch.desk import Desk
    from coverage.dispatch.units import Fleet, Unit
    from coverage.standards import Centre

WALKED_M = 50.0
"""A patient who is farther from the road than before it was closed by more than this is spoken of."""


def dispatch(
    desk: Desk,
    fleet: Fleet,
    *,
    at: tuple[float, float] | None = None,
    centre: Centre | None = None,
) -> Dispatch:
    """
    Answer a call, or give the picture of the moment.

    Parameters
    ----------
    desk
        The county, loaded.
    fleet
        The units as they are.
    at
        Longitude and latitude of the call, WGS84 degrees; None for the picture alone.
    centre
        What the patient needs; None where it was not said.

    Returns
    -------
    Dispatch
        The decision, the promise as it is held now, and what is lacking while the first unit is away.

    Raises
    ------
    DispatchError
        If there is a call and it cannot be answered.
    """
    decision = desk.decide(fleet, *at, centre) if at is not None else None
    units = [unit for unit in fleet.units if unit.state != "busy"]
    area = unit_area(desk.area, units) if units else desk.area
    now = hold_promise(desk, area, units) if units else None
    first = decision.units[0].unit.id if decision else ""
    meanwhile = hold_promise(desk, area, units, away=first) if first else None
    return Dispatch(
        area=desk.area,
        standard=desk.standard,
        speeds=desk.speeds,
        condition=desk.condition,
        fleet=fleet,
        now=now,
        unit_area=area,
        planned=desk.planned,
        decision=decision,
        meanwhile=meanwhile,
        losses=losses(now, meanwhile if decision else now),
        closed_m=desk.closed_m,
        notes=(*_closure_notes(desk, units, decision), *_county_notes(desk)),
    )


def _closure_notes(desk: Desk, units: list[Unit], decision: Decision | None) -> list[Note]:
    """Name whom and what closed roads cut off."""
    names: dict[NoteCode, list[str]] = {
        "cut_off_units": [unit.name for unit in desk.cut_off_units(units)],
        "cut_off_facilities": desk.area.facilities["name"].iloc[desk.cut_off].tolist(),
    }
    notes = [Note(code, len(some), names=tuple(some)) for code, some in names.items() if some]
    if decision is not None and decision.detour_m > WALKED_M:
        notes.append(Note("cut_off_patient", 1, names=(f"{decision.detour_m:.0f}",)))
    return notes


def _county_notes(desk: Desk) -> list[Note]:
    """Tell what holds of the county at any time."""
    planned = desk.planned
    cut_off = set(desk.area.facilities["id"].iloc[desk.cut_off])
    # those are far from the open roads alone
    rows = planned.facilities
    rows = rows.assign(on_network=rows["on_network"] | rows["id"].isin(cut_off))
    notes = list(study_notes(desk.area, desk.network, replace(planned, facilities=rows), ()))
    if not planned.facilities["is_base"].any():
        notes.insert(0, Note("planned_nobody", 1))
    return notes
