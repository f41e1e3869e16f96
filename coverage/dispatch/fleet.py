"""Units taken to be at their bases, where nobody reports where they are, and which of them can be sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from coverage.assessment import response_bases
from coverage.dispatch.units import Fleet, LeftOut, Unit
from coverage.option import Option
from coverage.scenario import apply_option
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea


def base_fleet(area: StudyArea, standard: ResponseStandard, *, at_min: int | None = None) -> Fleet:
    """
    Put every ambulance at its base, idle.

    Parameters
    ----------
    area
        The study area; where no ambulance count is known, one unit waits at each base that is assumed.
    standard
        Gives the turnout of bases without one of their own.
    at_min
        The hour of the day, minutes after midnight: units of bases that are not staffed then are left out.
        Every base counts as staffed where not given.

    Returns
    -------
    Fleet
        One unit an ambulance, named after its base.

    Raises
    ------
    AssessmentError
        If no facility has an ambulance.
    StudyAreaError
        If a base has hours that cannot be read.
    """
    facilities = area.facilities
    is_base, _ = response_bases(facilities)
    on_duty = is_base if at_min is None else apply_option(area, Option("")).bases_at(at_min)
    places = facilities.geometry.to_crs(WGS84)
    units, off_duty = [], []
    for row in np.flatnonzero(is_base).tolist():
        facility = facilities.iloc[row]
        own_s = float(facility["turnout_s"])
        first = Unit(
            id=str(facility["id"]),
            name=str(facility["name"]),
            lon=float(places.iloc[row].x),
            lat=float(places.iloc[row].y),
            state="idle",
            turnout_s=own_s if np.isfinite(own_s) else standard.turnout_s,
            facility_id=str(facility["id"]),
        )
        named = _numbered(first, _count(facility["ambulances"]))
        if on_duty[row]:
            units += named
        else:
            off_duty += [LeftOut(unit.id, 0, "off_duty", str(facility["hours"])) for unit in named]
    return Fleet(tuple(sorted(units, key=lambda unit: unit.id)), tuple(off_duty))


def _count(ambulances: float) -> int:
    """Give how many units a base has; one where nobody knows."""
    return int(ambulances) if np.isfinite(ambulances) and ambulances >= 1 else 1


def _numbered(unit: Unit, n: int) -> list[Unit]:
    """Give the units of a base ids of their own, and names where there are several."""
    return [
        replace(unit, id=f"{unit.id}-{k}", name=f"{unit.name} {k}" if n > 1 else unit.name)
        for k in range(1, n + 1)
    ]
