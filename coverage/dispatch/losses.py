"""What a county holds of its promise with the units that can be sent, and what it lacks without one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.assessment import Places, assess
from coverage.dispatch.standing import snap_units, unit_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.assessment import Assessment
    from coverage.dispatch.desk import Desk
    from coverage.dispatch.units import Unit
    from coverage.study_area import StudyArea


LOSS_COLUMNS = (
    *("id", "name", "class", "population", "covered_before", "covered_after"),
    *("verdict_before", "verdict_after"),
)
"""Of a table of losses."""


def unit_area(area: StudyArea, units: Sequence[Unit]) -> StudyArea:
    """
    Give a study area with units for its facilities.

    Parameters
    ----------
    area
        The study area.
    units
        One or more.

    Returns
    -------
    StudyArea
        Every unit an ambulance station with one ambulance and the unit's turnout, in their order.
    """
    table = {
        "id": [unit.id for unit in units],
        "name": [unit.name for unit in units],
        "kind": "ambulance_station",
        "ambulances": 1.0,
        "turnout_s": [unit.turnout_s for unit in units],
        "centres": "",
    }
    return replace(area, facilities=gpd.GeoDataFrame(table, geometry=unit_points(area, units), crs=area.crs))


def hold_promise(desk: Desk, area: StudyArea, units: Sequence[Unit], *, away: str = "") -> Assessment | None:
    """
    Hold the promise with units where they stand.

    Parameters
    ----------
    desk
        The county, loaded.
    area
        As `unit_area` gives it.
    units
        In the order of its facilities.
    away
        Id of a unit that is not there; empty where all are.

    Returns
    -------
    Assessment or None
        None where no unit is left that stands near a road.
    """
    stand = snap_units(desk.bases, desk.network, units, before=desk.before)
    is_there = np.array([unit.id != away for unit in units], dtype=np.bool_)
    if not (is_there & stand.on_network).any():
        return None
    places = Places(desk.places.demand, desk.places.seats, stand)
    return assess(area, desk.network, desk.standard, places=places, bases=is_there)


def losses(before: Assessment | None, after: Assessment | None) -> pd.DataFrame:
    """
    Compare two assessments of the same townships.

    Parameters
    ----------
    before, after
        With a unit, and without it; None where nobody is there to be sent.

    Returns
    -------
    DataFrame
        One row a township that loses, as `coverage.dispatch.answer.Dispatch` has it.
    """
    if before is None:
        return pd.DataFrame(columns=list(LOSS_COLUMNS))
    old = before.townships
    # with nobody left, nobody is covered
    nobody = old.assign(
        covered_population=0.0, verdict=old["verdict"].where(old["verdict"] == "unknown", "unmet")
    )
    new = nobody if after is None else after.townships
    rows = pd.DataFrame(
        {
            **{name: old[name] for name in ("id", "name", "class", "population")},
            "covered_before": old["covered_population"],
            "covered_after": new["covered_population"].to_numpy(),
            "verdict_before": old["verdict"],
            "verdict_after": new["verdict"].to_numpy(),
        }
    )
    lost = (rows["covered_before"] - rows["covered_after"]).to_numpy()
    order = np.argsort(-lost, kind="stable")
    return rows.iloc[order[lost[order] > 0]].reset_index(drop=True)
