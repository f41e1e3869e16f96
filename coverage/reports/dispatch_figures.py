"""The answer to a call as JSON, for programs: times in seconds, places in WGS84."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from coverage.care import has_centre
from coverage.dispatch.landmarks import names_near
from coverage.files import replace_text
from coverage.reports.dispatch_shown import live_side, planned_side
from coverage.reports.figures import (
    county_figures,
    judged_figures,
    number,
    records,
    source_figures,
    standard_figures,
    text,
    to_lines,
    totals_figures,
)
from coverage.reports.rows import not_covered
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.assessment import Assessment
    from coverage.dispatch.answer import Decision, Destination, Dispatch, Route
    from coverage.dispatch.units import Fleet, Unit
    from coverage.study_area import StudyArea

_DEGREES = 6


def dispatch_figures(dispatch: Dispatch) -> dict[str, Any]:
    """
    Give the figures as plain dictionaries, lists, texts and numbers.

    Times are seconds, those called ``response_s`` from the start of the promise's clock; None where there is
    no number. Of a way ``total_s`` is the sum of ``to_road_s``, ``drive_s`` and ``from_road_s``. The same
    answer always gives the same figures.

    Parameters
    ----------
    dispatch
        The answer.

    Returns
    -------
    dict
        Keys ``at``, ``is_live``, ``units``, ``left_out``, ``decision`` (None without a call), ``now``,
        ``planned``, ``meanwhile`` (None where no unit is left), ``losses``, ``townships``, ``uncovered``
        (demand points that nobody reaches in time now), ``closed_m``, and beside them what every file has.
    """
    now = live_side(dispatch).assessment
    decision, meanwhile = dispatch.decision, dispatch.meanwhile
    return {
        **county_figures(planned_side(dispatch)),
        "at": dispatch.fleet.at or None,
        "is_live": dispatch.fleet.is_live,
        "standard": standard_figures(planned_side(dispatch)),
        "decision": _decision(dispatch, decision) if decision else None,
        **_fleet(dispatch.fleet),
        "now": totals_figures(now, "all"),
        "planned": totals_figures(dispatch.planned, "all"),
        "meanwhile": totals_figures(meanwhile, "all") if meanwhile else None,
        "losses": [_loss(row) for row in records(dispatch.losses)],
        "townships": _townships(now, dispatch.planned),
        "uncovered": _uncovered(now),
        "closed_m": number(dispatch.closed_m),
        **source_figures(planned_side(dispatch)),
    }


def write_dispatch_json(figures: dict[str, Any], path: Path) -> None:
    """
    Write the figures as a UTF-8 file that a reader never finds missing or half written.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    replace_text(path, to_lines(figures))


def _place(lon: float, lat: float) -> dict[str, float]:
    return {"lon": round(float(lon), _DEGREES), "lat": round(float(lat), _DEGREES)}


def _fleet(fleet: Fleet) -> dict[str, Any]:
    return {
        "units": [_unit(unit) for unit in fleet.units],
        "left_out": [
            {
                "unit_id": text(one.unit_id) or None,
                "row": one.row,
                "reason": one.reason,
                "detail": text(one.detail),
            }
            for one in fleet.left_out
        ],
    }


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "id": text(unit.id),
        "name": text(unit.name),
        **_place(unit.lon, unit.lat),
        "state": unit.state,
        "turnout_s": number(unit.turnout_s),
        "facility_id": text(unit.facility_id) or None,
        "time": unit.time or None,
    }


def _decision(dispatch: Dispatch, decision: Decision) -> dict[str, Any]:
    to = decision.destination
    return {
        **_place(decision.lon, decision.lat),
        "access_m": number(decision.access_m),
        "township_id": decision.township_id or None,
        "township": text(decision.township_name) or None,
        "class": decision.township_class,
        "limit_s": number(decision.limit_s),
        "centre": decision.centre,
        "units": [
            {
                "id": text(time.unit.id),
                "travel_s": number(time.travel_s),
                "response_s": number(time.response_s),
                "call_s": number(time.call_s),
                "is_within": bool(time.is_within),
            }
            for time in decision.units
        ],
        "later_units": [text(unit.id) for unit in decision.untimed],
        "route": _route(decision.route, dispatch.area),
        "destination": _destination(dispatch, decision, to) if to else None,
    }


def _destination(dispatch: Dispatch, decision: Decision, to: Destination) -> dict[str, Any]:
    facilities = dispatch.area.facilities
    able = dict(zip(facilities["id"], has_centre(facilities, decision.centre), strict=True))
    return {
        "facility_id": text(to.facility_id),
        "facility_name": text(to.facility_name),
        "can_treat": bool(able.get(to.facility_id, False)),
        "fallback": to.fallback or None,
        "is_beyond": bool(to.is_beyond),
        "transport_s": number(to.transport_s),
        "nearest_id": text(to.nearest_id),
        "nearest_name": text(to.nearest_name),
        "nearest_s": number(to.nearest_s),
        "scene_s": number(to.scene_s),
        "door_s": number(to.door_s),
        "target_s": number(to.target_s),
        "route": _route(to.route, dispatch.area),
    }


def _route(route: Route, area: StudyArea) -> dict[str, Any]:
    """Give a way with its turn list and its course as longitudes and latitudes."""
    line = gpd.GeoSeries([route.geometry], crs=area.crs).to_crs(WGS84).iloc[0]
    return {
        "length_m": number(route.length_m),
        "to_road_s": number(route.leave_s),
        "drive_s": number(route.time_s),
        "from_road_s": number(route.arrive_s),
        "total_s": number(route.total_s),
        "steps": [
            {
                "turn": step.turn,
                "road": text(step.road) or None,
                "highway": step.highway or None,
                "length_m": number(step.length_m),
                "time_s": number(step.time_s),
                "near": text(near) or None,
                **_place(step.lon, step.lat),
            }
            for step, near in zip(route.steps, names_near(area, route.steps), strict=True)
        ],
        "coordinates": shapely.get_coordinates(line).round(_DEGREES).tolist(),
    }


def _loss(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": text(row["name"]),
        "class": row["class"],
        "population": number(row["population"]),
        "covered_before": number(row["covered_before"]),
        "covered_after": number(row["covered_after"]),
        "verdict_before": row["verdict_before"],
        "verdict_after": row["verdict_after"],
    }


def _townships(now: Assessment, planned: Assessment) -> list[dict[str, Any]]:
    rows = zip(records(now.townships), records(planned.townships), strict=True)
    return [
        {
            "id": mine["id"],
            "name": text(mine["name"]),
            "class": mine["class"],
            "limit_s": number(mine["limit_s"]),
            "now": judged_figures(mine),
            "planned": judged_figures(plan),
        }
        for mine, plan in rows
    ]


def _uncovered(now: Assessment) -> list[dict[str, Any]]:
    return [
        {
            "id": row["id"],
            "township_id": row["township_id"] or None,
            "population": number(row["population"]),
            "state": row["state"],
            "response_s": number(row["response_s"]),
            "unit_id": text(row["facility_id"]) or None,
        }
        for row in records(not_covered(now))
    ]
