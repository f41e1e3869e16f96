"""What a plan does to a county's facilities, as an option."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.option import Change, Closing, Opening, Option
from coverage.proposing.fleet import ambulances_at
from coverage.proposing.naming import option_words, site_name

if TYPE_CHECKING:
    from coverage.proposing.case import Case
    from coverage.proposing.chosen import Chosen


def option_of(case: Case, chosen: Chosen) -> Option:
    """
    Say what a plan opens, closes and changes.

    A new site at an existing facility is a change of that facility: it gets ambulances, or becomes a
    sub-centre. An ambulance station that is given up closes; a hospital or health centre that no ambulance
    starts from any more keeps standing, and a sub-centre that is one no longer is a health centre, with its
    ambulances.

    Parameters
    ----------
    case
        The wish on its county.
    chosen
        The plan, in order.
    """
    opened, changed, closed = [], [], []
    for column in chosen.new:
        if case.table["facility_id"].iloc[column]:
            changed.append(_change(case, chosen, column))
        else:
            opened.append(_opening(case, chosen, column))
    for column in chosen.closed:
        row = case.table.iloc[column]
        facility_id, name = str(row["facility_id"]), str(row["name"])
        if case.wish.kind == "subcentre":
            changed.append(Change(facility_id, name, kind="health_centre"))
        elif row["kind"] == "ambulance_station":
            closed.append(Closing(facility_id, name))
        else:
            changed.append(Change(facility_id, name, ambulances=0.0))
    name, note = option_words(case, chosen)
    return Option(name, note, open=tuple(opened), close=tuple(closed), change=tuple(changed))


def _opening(case: Case, chosen: Chosen, column: int) -> Opening:
    row = case.table.iloc[column]
    return Opening(
        id=str(row["id"]),
        name=site_name(case, column),
        kind=str(row["kind"]),
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        ambulances=ambulances_at(case, chosen, column),
        capital_wan=float(row["cost_wan"]),
    )


def _change(case: Case, chosen: Chosen, column: int) -> Change:
    row = case.table.iloc[column]
    if case.wish.kind == "subcentre":
        kind, ambulances = str(row["kind"]), None
    else:
        # one that stands there already, or is assumed to, is not taken away
        there = float(row["ambulances"]) if row["existing"] else 0.0
        there = 1.0 if math.isnan(there) else there
        kind, ambulances = None, there + ambulances_at(case, chosen, column)
    return Change(
        id=str(row["facility_id"]),
        name=str(row["name"]),
        kind=kind,
        ambulances=ambulances,
        capital_wan=math.nan if row["existing"] else float(row["cost_wan"]),
    )
