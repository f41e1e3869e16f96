"""What the dispatcher's map draws: the call, units, both ways, what is held now, and the holes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from coverage.reports import dispatch_style as style
from coverage.reports import dispatch_wording as words
from coverage.reports import wording
from coverage.reports.dispatch_shown import live_side, planned_side
from coverage.reports.map import dot_group, fullest_missed, ground_data, township_ground
from coverage.reports.map_geometry import degrees, pack_lines, pack_points, places
from coverage.reports.map_page import json_block
from coverage.reports.map_panel import capital
from coverage.reports.map_style import DOT_STATES
from coverage.reports.palette import STATE_COLOURS
from coverage.reports.rows import not_covered
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.dispatch.answer import Decision, Dispatch, Route
    from coverage.dispatch.units import Unit
    from coverage.reports.map_tiles import Tiles
    from coverage.reports.shown import Side
    from coverage.reports.wording import Lang

_SAME_PLACE_DEG = 3e-4  # about 30 m: pins of units that stand together are fanned out
_COURSE_TOLERANCE_M = 3.0


class _Ground:
    """What stays the same from picture to picture: the county, the language, the background."""

    def __init__(self, shown: Side, lang: Lang, tiles: Tiles | None) -> None:
        self.shown, self.lang, self.tiles = shown, lang, tiles
        self._key = (id(shown.area), lang, tiles.urls if tiles else ())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ground) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=2)
def _ground(ground: _Ground) -> tuple[str, list[dict[str, Any]]]:
    """Write once what every picture of a county has: roads, boundary and outlines are most of the page."""
    fixed = ground_data(ground.shown, ground.lang, ground.tiles)
    return json_block(fixed), township_ground(ground.shown)


def dispatch_block(
    dispatch: Dispatch, lang: Lang, tiles: Tiles | None, *, refresh_s: float | None, known_as: str
) -> str:
    """
    Write what the page's scripts draw.

    Parameters
    ----------
    dispatch
        The answer.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, if wanted.
    refresh_s
        After how many seconds the page loads itself again; None where it does not.
    known_as
        Short hash of the figures.

    Returns
    -------
    str
        As `coverage.reports.map_page.json_block` writes it, for ``assets/map.js`` and
        ``assets/dispatch.js``.
    """
    fixed, outlines = _ground(_Ground(planned_side(dispatch), lang, tiles))
    moving = {
        "areas": [],
        "townships": _townships(dispatch, outlines, lang),
        "dots": _dots(dispatch, lang),
        "facilities": _facilities(dispatch, lang),
        "live": {
            "units": _units(dispatch, lang),
            "cover": _cover(dispatch),
            "cover_colour": style.COVER_COLOUR,
            **_call(dispatch, lang),
            "at": dispatch.fleet.at,
            "known_as": known_as,
            "refresh_s": refresh_s,
            "words": {key: words.live_word(key, lang) for key in words.LIVE_WORDS},
        },
    }
    return fixed[:-1] + "," + json_block(moving)[1:]


def _townships(dispatch: Dispatch, outlines: list[dict[str, Any]], lang: Lang) -> list[dict[str, Any]]:
    now = live_side(dispatch).assessment.townships.to_dict("records")
    planned = dispatch.planned.townships.to_dict("records")
    return [
        {
            **outline,
            "verdict": mine["verdict"],
            "tip": _township_tip(mine, plan, dispatch, lang),
            "rows": _township_rows(mine, plan, dispatch, lang),
            "bands": [],
        }
        for outline, mine, plan in zip(outlines, now, planned, strict=True)
    ]


def _share(row: Mapping[Any, Any], dispatch: Dispatch) -> str:
    return wording.share_text(row["covered_share"], target_share=dispatch.standard.target_share)


def _township_tip(
    mine: Mapping[Any, Any], plan: Mapping[Any, Any], dispatch: Dispatch, lang: Lang
) -> list[str]:
    return [
        capital(wording.verdict_text(mine["verdict"], lang)),
        words.live_word("share_now", lang, now=_share(mine, dispatch), planned=_share(plan, dispatch)),
    ]


def _township_rows(
    mine: Mapping[Any, Any], plan: Mapping[Any, Any], dispatch: Dispatch, lang: Lang
) -> list[list[str]]:
    shown, limit_s = live_side(dispatch), mine["limit_s"]
    people = {
        key: wording.population_text(shown, mine[key], lang) for key in ("population", "covered_population")
    }
    figures = [
        (wording.label_of("verdict", shown, lang), wording.verdict_text(mine["verdict"], lang)),
        (words.label("as_planned", lang), wording.verdict_text(plan["verdict"], lang)),
        (wording.label_of("limit", shown, lang), f"{limit_s / MINUTE_S:g}"),
        *((wording.label_of(key, shown, lang), text) for key, text in people.items()),
        (wording.label_of("covered_share", shown, lang), _share(mine, dispatch)),
        (words.label("as_planned", lang), _share(plan, dispatch)),
    ]
    figures += [
        (wording.label_of(key, shown, lang), wording.minutes_text(mine[f"{key}_s"], lang, limit_s=limit_s))
        for key in ("median", "worst")
    ]
    first = wording.one_line(mine["facility_name"]) or wording.DASH
    return [list(row) for row in (*figures, (words.label("first_unit", lang), first))]


def _dots(dispatch: Dispatch, lang: Lang) -> list[dict[str, Any]]:
    """Pack the holes: demand points that nobody reaches in time at this moment."""
    shown = live_side(dispatch)
    missed, fullest = not_covered(shown.assessment), fullest_missed(shown)
    groups = []
    for state in DOT_STATES:
        mine = missed[missed["state"] == state]
        if mine.empty:
            continue
        group = dot_group(mine, shown, lang, layer="uncovered", colour=STATE_COLOURS[state], fullest=fullest)
        if state != "late":
            # the roads are there; it is units that are not
            group["tip"] = [[people, words.hole_text(state, lang)] for people, _ in group["tip"]]
        groups.append(group)
    return groups


def _facilities(dispatch: Dispatch, lang: Lang) -> list[dict[str, Any]]:
    """Give the hospitals and bases; who sends ambulances is drawn solid, as on the county's map."""
    table = dispatch.planned.facilities
    centres = dispatch.area.facilities["centres"].fillna("").astype(str).tolist()
    at = places(dispatch.area.facilities.geometry)
    rows = table.to_dict("records")
    order = np.argsort(table["is_base"].to_numpy(), kind="stable").tolist()
    shown = planned_side(dispatch)
    facilities = []
    for i in order:
        kind = wording.kind_text(rows[i]["kind"], lang)
        count = rows[i]["ambulances"]
        able = wording.centres_text(centres[i], lang)
        figures = [[wording.label_of("ambulances", shown, lang), f"{count:g}"]] if count == count else []  # noqa: PLR0124
        facilities.append(
            {
                "name": wording.one_line(rows[i]["name"]) or wording.one_line(rows[i]["id"]),
                "kind": kind,
                "symbol": rows[i]["kind"],
                "layer": f"kind-{rows[i]['kind']}",
                "base": bool(rows[i]["is_base"]),
                "at": at[i],
                "tip": [kind, *([able] if able else [])],
                "rows": [*figures, *([[words.label("centres", lang), able]] if able else [])],
            }
        )
    return facilities


def _units(dispatch: Dispatch, lang: Lang) -> list[dict[str, Any]]:
    """Give the units, those that can be sent last, so that they lie on top."""
    times = {time.unit.id: time for time in dispatch.decision.units} if dispatch.decision else {}
    first = dispatch.decision.units[0].unit.id if dispatch.decision else ""
    bases = words.base_names(dispatch)
    fans = _fans(dispatch.fleet.units)
    rank = {"busy": 0, "returning": 1, "idle": 2}
    units = []
    for i in sorted(range(len(fans)), key=lambda i: rank[dispatch.fleet.units[i].state]):
        unit = dispatch.fleet.units[i]
        state = words.state_text(unit.state, lang)
        rows = [
            [words.label("state", lang), state],
            [words.label("base", lang), bases.get(unit.facility_id) or wording.DASH],
            [words.label("position", lang), words.age_text(unit, dispatch, lang)],
        ]
        tip = [state]
        if dispatch.decision and unit.id in times:
            limit_s = dispatch.decision.limit_s
            minutes = wording.minutes_text(times[unit.id].response_s, lang, limit_s=limit_s)
            rows.append([words.label("arrival", lang), minutes])
            tip.append(words.live_word("there_in", lang, minutes=minutes))
        units.append(
            {
                "id": wording.one_line(unit.id),
                "name": words.unit_name(unit),
                "state": unit.state,
                "state_text": state,
                "at": [degrees(unit.lat), degrees(unit.lon)],
                "fan": fans[i],
                "first": unit.id == first,
                "tip": tip,
                "rows": rows,
                "age_s": style.known_s(words.age_s(unit, dispatch)),
                "age_row": 2,
            }
        )
    return units


def _fans(units: tuple[Unit, ...]) -> list[list[int]]:
    """Give every unit its pin's angle, degrees, and stem, pixels: fanned out where several are together."""
    together: dict[tuple[int, int], list[int]] = {}
    for i, unit in enumerate(units):
        cell = (round(unit.lat / _SAME_PLACE_DEG), round(unit.lon / _SAME_PLACE_DEG))
        together.setdefault(cell, []).append(i)
    fans = [[0, 0]] * len(units)
    for members in together.values():
        step, stem = min(44, 150 // len(members)), min(6 * max(len(members) - 2, 0), 40)
        for k, i in enumerate(members):
            fans[i] = [round(step * (k - (len(members) - 1) / 2)), stem]
    return fans


def _cover(dispatch: Dispatch) -> list[dict[str, Any]]:
    """Give for every unit the demand points that it reaches first and in time."""
    demand = live_side(dispatch).assessment.demand
    held = demand[(demand["state"] == "covered") & (demand["population"] > 0)]
    at = {unit.id: [degrees(unit.lat), degrees(unit.lon)] for unit in dispatch.fleet.units}
    geometry = dispatch.area.demand.geometry
    return [
        {"from": at[unit_id], "yx": pack_points(geometry.loc[mine.index])}
        for unit_id, mine in ((str(key), rows) for key, rows in held.groupby("facility_id", sort=True))
        if unit_id in at
    ]


def _call(dispatch: Dispatch, lang: Lang) -> dict[str, Any]:
    """Give the place of the call and the ways to and from it; nothing where only the picture is wanted."""
    decision = dispatch.decision
    if decision is None:
        return {"call": "", "incident": None, "legs": []}
    legs = [_leg("leg-1", "route_1", decision.route, dispatch, lang)]
    if decision.destination is not None:
        legs.append(_leg("leg-2", "route_2", decision.destination.route, dispatch, lang))
    return {
        "call": f"{decision.lon:.5f} {decision.lat:.5f} {decision.centre or ''}",
        "incident": _incident(dispatch, decision, lang),
        "legs": legs,
    }


def _incident(dispatch: Dispatch, decision: Decision, lang: Lang) -> dict[str, Any]:
    answer, place, *_ = words.headline(dispatch, lang)
    where = wording.one_line(decision.township_name)
    return {
        "name": words.label("incident", lang),
        "at": [degrees(decision.lat), degrees(decision.lon)],
        "tip": [where] if where else [],
        "rows": [],
        "lines": [answer, place],
    }


def _leg(leg: str, heading: str, route: Route, dispatch: Dispatch, lang: Lang) -> dict[str, Any]:
    look = style.LEGS[leg]
    course = shapely.simplify(route.geometry, _COURSE_TOLERANCE_M, preserve_topology=False)
    return {
        "layer": leg,
        **look._asdict(),
        **pack_lines(gpd.GeoSeries([course], crs=dispatch.area.crs)),
        "name": words.route_text(heading, route, lang),
    }
