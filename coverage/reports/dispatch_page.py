"""The dispatcher's page: the answer, the units, both ways, what the county lacks, over a map of right now."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from coverage.assessment import is_within
from coverage.reports import dispatch_style as style
from coverage.reports import dispatch_wording as words
from coverage.reports import map_style, wording
from coverage.reports.dispatch_map import dispatch_block
from coverage.reports.dispatch_shown import live_side, planned_side
from coverage.reports.map_page import CountyFigure, PageBody
from coverage.reports.map_panel import capital, facility_kinds, frame_text, legend_item, uncovered_list
from coverage.reports.map_words import word
from coverage.reports.palette import VERDICT_COLOURS
from coverage.reports.rows import not_covered
from coverage.reports.wording import pick
from coverage.version import __version__

if TYPE_CHECKING:
    from coverage.dispatch.answer import Decision, Dispatch, Route
    from coverage.dispatch.units import UnitState
    from coverage.reports.map_tiles import Tiles
    from coverage.reports.wording import Lang

MAX_UNITS = 5
"""Units named first in the panel; all are in the list below it."""
_MANY_PLAIN = 25
_MOST_LEFT_OUT = 50
_STATES: tuple[UnitState, ...] = ("idle", "returning", "busy")


def render_dispatch_page(
    dispatch: Dispatch,
    lang: Lang = "zh",
    tiles: Tiles | None = None,
    *,
    refresh_s: float | None = None,
    trouble: str = "",
    known_as: str = "",
) -> str:
    """
    Give the page as text; the same answer gives the same page, to the byte.

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
    trouble
        What went wrong since, in `lang`: the page stands for an older moment.
    known_as
        Short hash of the figures.
    """
    page = page_text(dispatch, lang, tiles, trouble=trouble, known_as=known_as)
    figure = CountyFigure(
        page["title"],
        lang="zh-CN" if lang == "zh" else "en",
        generator=f"emergency-coverage {__version__}",
        style=map_style.facility_rules(),
        image_hosts=(tiles.host,) if tiles else (),
        more=("dispatch",),
    )
    data = dispatch_block(dispatch, lang, tiles, refresh_s=refresh_s, known_as=known_as)
    figure.html.add_child(PageBody("dispatch.html", page, data), name="page")
    return figure.render()


def page_text(
    dispatch: Dispatch, lang: Lang, tiles: Tiles | None, *, trouble: str, known_as: str
) -> dict[str, Any]:
    """
    Collect everything the page says in text.

    Returns
    -------
    dict
        As ``assets/dispatch.html`` shows it; every text is escaped there, symbols are markup.
    """
    frame = frame_text(planned_side(dispatch), lang, tiles=tiles, data_hash=known_as)
    decision, notes = dispatch.decision, words.note_lines(dispatch, lang)
    county = wording.one_line(dispatch.area.county.title(lang))
    heading = words.label("title", lang)
    return {
        **frame,
        "title": f"{county}{': ' if lang == 'en' else ''}{heading}",
        "kicker": f"{heading} · {county}",
        "bases": words.basis_text(dispatch, lang),
        "picture": words.picture_text(dispatch, lang),
        "trouble": trouble,
        "is_urgent": decision is None and dispatch.now is None,
        "send": _send(dispatch, decision, lang) if decision else words.fleet_text(dispatch, lang),
        "answers": _answers(dispatch, lang),
        "lines": words.headline(dispatch, lang)[1 if decision else 2 :],
        "units": _units(decision, lang) if decision else None,
        "routes": _routes(dispatch, decision, lang) if decision else [],
        "losses": _losses(dispatch, lang),
        "fleet": _fleet(dispatch, lang),
        "left_out": _left_out(dispatch, lang),
        "townships": _townships(dispatch, lang),
        "uncovered": _uncovered(dispatch, lang),
        "notes": notes,
        "symbols": {**map_style.symbols(), **style.symbols()},
        "layer_groups": _layer_groups(dispatch, lang, tiles),
        "legend": _legend(dispatch, lang),
        "words": {**frame["words"], **_headings(dispatch, lang), "notes": word("notes", lang, n=len(notes))},
    }


def _headings(dispatch: Dispatch, lang: Lang) -> dict[str, str]:
    counts = {
        "fleet": len(dispatch.fleet.units),
        "left_out": len(dispatch.fleet.left_out),
        "townships": len(dispatch.area.townships),
        "holes": len(not_covered(live_side(dispatch).assessment)),
    }
    headings = {key: words.label(key, lang, n=n) for key, n in counts.items()}
    headings["losses"] = words.losses_label(dispatch, lang)
    return headings | {key: words.label(key, lang) for key in ("units", "reason")}


def _send(dispatch: Dispatch, decision: Decision, lang: Lang) -> str:
    name = words.called(decision.units[0].unit, dispatch, lang)
    return words.live_word("send", lang, name=words.apart(name).rstrip() if lang == "zh" else name)


def _answers(dispatch: Dispatch, lang: Lang) -> list[dict[str, str]]:
    """Give the two figures that a glance must catch."""
    decision = dispatch.decision
    if decision is None:
        return _holding(dispatch, lang) if dispatch.now else []
    first, to = decision.units[0], decision.destination
    minutes = wording.minutes_text(first.response_s, lang, limit_s=decision.limit_s)
    answers = [
        {
            "figure": minutes,
            "label": words.label("to_patient", lang),
            "detail": words.limit_text(first, decision, lang),
            "mark": "met" if first.is_within else "unmet",
        }
    ]
    if to is None:
        return [*answers, {"figure": wording.DASH, "label": words.destination_text(decision, lang)}]
    is_timed = math.isfinite(to.door_s)
    kept = is_timed and is_within(to.door_s, to.target_s)
    door = wording.minutes_text(to.door_s if is_timed else to.transport_s, lang, limit_s=words.target_s(to))
    hospital = {
        "figure": door,
        "label": words.label("to_door" if is_timed else "to_hospital", lang),
        "detail": words.hospital_text(to, lang),
    }
    if is_timed and math.isfinite(to.target_s):
        hospital["mark"] = "met" if kept else "unmet"
    return [*answers, hospital]


def _holding(dispatch: Dispatch, lang: Lang) -> list[dict[str, str]]:
    """Give what is held at this moment: people and townships, beside what is with every unit at its base."""
    now, planned = live_side(dispatch).assessment.totals["all"], dispatch.planned.totals["all"]
    target, unit = dispatch.standard.target_share, dispatch.area.demand_unit
    shares = [wording.share_text(totals.covered_share, target_share=target) for totals in (now, planned)]
    usual = words.label("as_planned", lang)
    return [
        {
            "figure": shares[0],
            "label": word("of_people" if unit == "people" else "of_road", lang, unit),
            "detail": f"{usual} {shares[1]}",
        },
        {
            "figure": wording.met_text(now),
            "label": word("met", lang),
            "detail": f"{usual} {wording.met_text(planned)}",
        },
    ]


def _units(decision: Decision, lang: Lang) -> dict[str, Any]:
    keys = ("unit", "state", "arrival", "drive")
    rows = [
        {
            "id": wording.one_line(time.unit.id),
            "name": words.unit_name(time.unit),
            "state": time.unit.state,
            "mark": "met" if time.is_within else "unmet",
            "mark_text": words.limit_text(time, decision, lang),
            "cells": [
                words.state_text(time.unit.state, lang),
                wording.minutes_text(time.response_s, lang, limit_s=decision.limit_s),
                wording.minutes_text(time.travel_s, lang),
            ],
        }
        for time in decision.units[:MAX_UNITS]
    ]
    return {"heads": [words.label(key, lang) for key in keys], "rows": rows}


def _routes(dispatch: Dispatch, decision: Decision, lang: Lang) -> list[dict[str, Any]]:
    legs = [("leg-1", "route_1", decision.route)]
    if decision.destination is not None:
        legs.append(("leg-2", "route_2", decision.destination.route))
    return [
        {"id": leg, "swatch": style.leg_swatch(leg), **_route(key, way, dispatch, lang)}
        for leg, key, way in legs
    ]


def _route(heading: str, route: Route, dispatch: Dispatch, lang: Lang) -> dict[str, Any]:
    turns = words.turn_lines(route, lang, dispatch.area)
    first, last = words.end_lines(heading, route, lang)
    return {
        "heading": words.route_text(heading, route, lang),
        "turns": [
            {"turn": turn, "line": line, "at": f"{step.lat:.5f} {step.lon:.5f}"}
            for (turn, line), step in zip(turns, route.steps[1:], strict=True)
        ],
        "first": first,
        "last": last,
    }


def _losses(dispatch: Dispatch, lang: Lang) -> dict[str, Any] | None:
    if dispatch.losses.empty:
        return None
    shown = planned_side(dispatch)
    keys = ("township", "covered_before", "covered_after")
    rows = [
        {
            "id": str(row["id"]),
            "name": wording.one_line(row["name"]),
            "was": row["verdict_before"] if row["verdict_before"] != row["verdict_after"] else "",
            "was_text": wording.verdict_text(row["verdict_before"], lang),
            "verdict": row["verdict_after"],
            "verdict_text": wording.verdict_text(row["verdict_after"], lang),
            "cells": [
                wording.table_population_text(shown, row[key], lang)
                for key in ("covered_before", "covered_after")
            ],
        }
        for row in dispatch.losses.to_dict("records")
    ]
    return {"heads": [words.label(key, lang) for key in keys], "rows": rows}


def _fleet(dispatch: Dispatch, lang: Lang) -> dict[str, Any]:
    rows = [
        {
            "id": wording.one_line(unit.id),
            "name": words.unit_name(unit),
            "state": unit.state,
            "cells": [words.state_text(unit.state, lang)],
            "age": words.age_text(unit, dispatch, lang),
            "age_s": style.known_s(words.age_s(unit, dispatch)),
        }
        for unit in dispatch.fleet.units
    ]
    return {"heads": [words.label(k, lang) for k in ("unit", "state", "position")], "rows": rows}


def _left_out(dispatch: Dispatch, lang: Lang) -> list[str]:
    left_out = dispatch.fleet.left_out
    more = len(left_out) - _MOST_LEFT_OUT
    lines = [words.left_out_text(one, lang) for one in left_out[:_MOST_LEFT_OUT]]
    return [*lines, *([pick(lang, f"另有{more}条", f"{more} more")] if more > 0 else [])]


def _townships(dispatch: Dispatch, lang: Lang) -> dict[str, Any]:
    """List the townships as they are held now beside the plan, those that fall furthest first."""
    target = dispatch.standard.target_share
    now = live_side(dispatch).assessment.townships.to_dict("records")
    planned = dispatch.planned.townships.to_dict("records")
    both = sorted(
        zip(now, planned, strict=True),
        key=lambda pair: pair[0]["covered_population"] - pair[1]["covered_population"],
    )
    rows = [
        {
            "id": str(mine["id"]),
            "name": wording.one_line(mine["name"]),
            "verdict": mine["verdict"],
            "verdict_text": wording.verdict_text(mine["verdict"], lang),
            "cells": [wording.share_text(row["covered_share"], target_share=target) for row in (mine, plan)],
        }
        for mine, plan in both
    ]
    heads = [words.label(key, lang) for key in ("township", "live", "planned")]
    return {"heads": heads, "rows": rows}


def _uncovered(dispatch: Dispatch, lang: Lang) -> dict[str, Any]:
    """List the holes, the most people first; none by name while no unit can be sent at all."""
    if dispatch.now is None:
        return {"n": 0, "rows": [], "rest": ""}
    listed = uncovered_list(live_side(dispatch), lang)
    return {
        **listed,
        "rest": words.live_word("rest", lang, n=listed["n"] - len(listed["rows"])) if listed["rest"] else "",
    }


def _layer_groups(dispatch: Dispatch, lang: Lang, tiles: Tiles | None) -> list[dict[str, Any]]:
    """Give the layer control; who covers what is drawn at first where there is no call to look at."""
    decision, shown = dispatch.decision, planned_side(dispatch)
    states = {unit.state for unit in dispatch.fleet.units}
    kinds = []
    for kind in facility_kinds([shown]):
        mine = dispatch.planned.facilities[dispatch.planned.facilities["kind"] == kind]
        on = bool(mine["is_base"].any()) or kind == "hospital" or len(mine) <= _MANY_PLAIN
        kinds.append((f"kind-{kind}", capital(wording.kind_text(kind, lang)), on))
    legs = [("incident", words.label("incident", lang), True), ("leg-1", words.label("leg_1", lang), True)]
    if decision and decision.destination:
        legs.append(("leg-2", words.label("leg_2", lang), True))
    live = [
        ("verdict", word("verdict", lang), True),
        ("names", word("names", lang), True),
        ("uncovered", words.label("uncovered", lang), True),
        ("cover", words.label("cover", lang), decision is None),
    ]
    ground = [("roads", word("roads_layer", lang), True)]
    if tiles:
        ground.append(("tiles", word("base_tiles", lang), True))
    units = [(f"unit-{s}", capital(words.state_text(s, lang)), True) for s in _STATES if s in states]
    groups = [
        (words.label("call", lang), legs if decision else []),
        (words.label("units_layer", lang), units),
        (words.label("live", lang), live),
        (word("facilities", lang), kinds),
        (word("ground", lang), ground),
    ]
    return [
        {"name": name, "layers": [dict(zip(("id", "name", "on"), one, strict=True)) for one in layers]}
        for name, layers in groups
        if layers
    ]


def _legend(dispatch: Dispatch, lang: Lang) -> list[dict[str, Any]]:
    """Give the legend's rows, each with the layers that make it appear."""
    decision, assessment = dispatch.decision, live_side(dispatch).assessment
    items = []
    if decision:
        items += [
            legend_item("incident", words.label("incident", lang), style.incident_swatch()),
            legend_item("leg-1", words.label("leg_1", lang), style.leg_swatch("leg-1")),
        ]
        if decision.destination:
            items.append(legend_item("leg-2", words.label("leg_2", lang), style.leg_swatch("leg-2")))
    present = {unit.state for unit in dispatch.fleet.units}
    items += [
        legend_item(f"unit-{state}", words.state_text(state, lang), style.unit_swatch(state))
        for state in _STATES
        if state in present
    ]
    verdicts = set(assessment.townships["verdict"])
    items += [
        legend_item("verdict", wording.verdict_text(v, lang), map_style.verdict_swatch(v), v)
        for v in VERDICT_COLOURS
        if v in verdicts
    ]
    states = set(not_covered(assessment)["state"])
    items += [
        legend_item("uncovered", words.hole_text(state, lang), map_style.dot_swatch(state))
        for state in map_style.DOT_STATES
        if state in states
    ]
    items.append(legend_item("cover", words.label("cover", lang), style.cover_swatch()))
    return items + _ground_legend(dispatch, lang)


def _ground_legend(dispatch: Dispatch, lang: Lang) -> list[dict[str, Any]]:
    facilities = dispatch.planned.facilities
    items = []
    for kind in facility_kinds([planned_side(dispatch)]):
        is_base = bool(facilities.loc[facilities["kind"] == kind, "is_base"].any())
        name = capital(wording.kind_text(kind, lang))
        items.append(legend_item(f"kind-{kind}", name, map_style.facility_swatch(kind, is_base=is_base)))
    return [*items, legend_item("roads", word("roads", lang), map_style.road_swatch())]
