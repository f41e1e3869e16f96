"""From a desk and its units to everything that the reports of a dispatch show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.analysis import study_notes
from coverage.dispatch.answer import Dispatch
from coverage.dispatch.losses import hold_promise, losses, unit_area

if TYPE_CHECKING:
    from coverage.dispatch.desk import Desk
    from coverage.dispatch.units import Fleet
    from coverage.standards import Centre


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
    AssessmentError
        If no facility of the county has an ambulance.
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
        notes=study_notes(desk.area, desk.network, desk.planned, ()),
    )
