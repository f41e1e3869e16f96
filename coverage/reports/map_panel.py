"""What the map's page says in text: panel, table, layer control, legend and foot."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from coverage.reports import map_style as style
from coverage.reports import wording
from coverage.reports.map_words import word
from coverage.reports.palette import VERDICT_COLOURS
from coverage.reports.road_words import road_word
from coverage.reports.shown import bases_are_assumed, is_access
from coverage.standards import MINUTE_S
from coverage.study_area import FACILITY_KINDS, WGS84
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.analysis import Analysis
    from coverage.reports.map_tiles import Tiles
    from coverage.reports.shown import Shown
    from coverage.reports.wording import Lang

MAX_LISTED = 100
"""Demand points named in the panel; all of them are on the map and in the workbook."""
_MANY_PLAIN = 25
_HEADINGS = ("summary", "more", "layers", "legend", "norms", "sources", "whole")


def capital(text: str) -> str:
    """Begin a label with a capital."""
    return text[:1].upper() + text[1:]


def map_title(analysis: Analysis, lang: Lang) -> str:
    """Name the map."""
    between = "" if lang == "zh" else ": "
    return wording.one_line(analysis.area.county.title(lang)) + between + word("title", lang)


def page_text(analysis: Analysis, lang: Lang, *, tiles: Tiles | None, data_hash: str) -> dict[str, Any]:
    """
    Collect everything the page says in text.

    Parameters
    ----------
    analysis
        The analysis.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, if wanted.
    data_hash
        Short hash of the figures.

    Returns
    -------
    dict
        As ``assets/page.html`` shows it; every text is escaped there.
    """
    townships = township_table(analysis, lang)
    uncovered = uncovered_list(analysis, lang)
    frame = frame_text(analysis, lang, tiles=tiles, data_hash=data_hash)
    return {
        **frame,
        "title": map_title(analysis, lang),
        "kicker": word("title", lang),
        "answers": _answers(analysis, lang),
        "gap": wording.gap_text(analysis, lang),
        "totals": _totals(analysis, lang),
        "townships": townships,
        "uncovered": uncovered,
        "norms": wording.norms_text(analysis, lang),
        "layer_groups": layer_groups([analysis], lang, tiles, catchments=True),
        "legend": legend_items([analysis], lang, catchments=True),
        "words": {
            **frame["words"],
            "township_table": word("township_table", lang, n=len(townships["rows"])),
            "uncovered_list": word("uncovered_list", lang, n=uncovered["n"]),
        },
    }


def frame_text(shown: Shown, lang: Lang, *, tiles: Tiles | None, data_hash: str) -> dict[str, Any]:
    """Collect what every map's page says: county and promise, banners, notes, symbols and foot."""
    notes = [wording.note_text(note, shown, lang) for note in shown.notes]
    return {
        "county": wording.one_line(shown.area.county.title(lang)),
        "promise": wording.promise_text(shown, lang),
        "banners": _banners(shown, lang),
        "notes": notes,
        "symbols": style.symbols(),
        "hatching": style.hatching(),
        "words": {
            **{key: word(key, lang) for key in _HEADINGS},
            "notes": word("notes", lang, n=len(notes)),
        },
        **_foot(shown, lang, tiles, data_hash),
    }


def _banners(shown: Shown, lang: Lang) -> list[str]:
    """Give what no reader and no print may miss."""
    banners = [wording.modelled_text(shown, lang)]
    if shown.area.demand_unit != "people":
        banners.append(word("road_share", lang))
    if bases_are_assumed(shown):
        banners.append(wording.bases_text(shown, lang))
    return [banner for banner in banners if banner]


def _answers(analysis: Analysis, lang: Lang) -> list[dict[str, str]]:
    totals = analysis.assessment.totals["all"]
    covered, population = (
        wording.population_text(analysis, value, lang)
        for value in (totals.covered_population, totals.population)
    )
    unit = analysis.area.demand_unit
    share = wording.share_text(totals.covered_share, target_share=analysis.standard.target_share)
    parts = (
        ("partial", totals.townships_partial),
        ("unmet", totals.townships_unmet),
        ("unknown", totals.townships_unknown),
    )
    rest = [f"{capital(wording.verdict_text(verdict, lang))} {n}" for verdict, n in parts if n]
    return [
        {"figure": wording.met_text(totals), "label": word("met", lang), "detail": " · ".join(rest)},
        {
            "figure": share,
            "label": word("of_people" if unit == "people" else "of_road", lang, unit),
            "detail": f"{covered} / {population}",
        },
    ]


def _totals(analysis: Analysis, lang: Lang) -> dict[str, Any]:
    """Give share and townships met by class, the promise's own clock first."""
    both = (analysis.assessment, analysis.other_clock)
    target = analysis.standard.target_share
    rows = []
    for name in ("all", "urban", "rural"):
        of_class = [assessment.totals[name] for assessment in both]
        cells = [
            cell
            for totals in of_class
            for cell in (
                wording.share_text(totals.covered_share, target_share=target),
                wording.met_text(totals),
            )
        ]
        rows.append({"name": capital(wording.class_text(name, lang)), "cells": cells})
    return {
        "heads": [word(a.standard.clock, lang) for a in both],
        "rows": rows,
        "caption": word("totals", lang),
    }


def township_table(shown: Shown, lang: Lang) -> dict[str, Any]:
    """Give the panel's table of townships, the largest gap first."""
    unit, target = shown.area.demand_unit, shown.standard.target_share
    townships = shown.assessment.townships
    # the parts, not a difference: rounding must leave no gap where there is none
    missing = townships[["late_population", "unreachable_population", "off_network_population"]].sum(axis=1)
    rows = []
    for i in np.argsort(-missing.to_numpy(), kind="stable"):
        t = townships.iloc[i]
        rows.append(
            {
                "id": str(t["id"]),
                "name": wording.one_line(t["name"]),
                "verdict": t["verdict"],
                "verdict_text": wording.verdict_text(t["verdict"], lang),
                "cells": [
                    wording.population_text(shown, float(missing.iloc[i]), lang),
                    wording.share_text(t["covered_share"], target_share=target),
                    wording.minutes_text(t["median_s"], lang, limit_s=t["limit_s"]),
                ],
            }
        )
    heads = [wording.short_label("name", lang), word("gap", lang)]
    heads += [wording.short_label(key, lang, unit) for key in ("covered_share", "median")]
    return {"heads": heads, "rows": rows}


def point_name(point: pd.Series[Any], shown: Shown, lang: Lang) -> str:
    """Name a demand point: by its name, or as the demand point of its id."""
    named = wording.one_line(point["name"])
    return (
        named
        or f"{wording.label('demand_point', lang, shown.area.demand_unit)} {wording.one_line(point['id'])}"
    )


def point_detail(point: pd.Series[Any], lang: Lang) -> str:
    """Say why a demand point is not covered, with its minutes where there are any."""
    state = wording.state_text(point["state"], lang)
    if not math.isfinite(point["response_s"]):
        return state
    minutes = wording.minutes_text(point["response_s"], lang, limit_s=point["limit_s"])
    return word("tip_response", lang, state=state, minutes=minutes, limit=f"{point['limit_s'] / MINUTE_S:g}")


def uncovered_list(shown: Shown, lang: Lang) -> dict[str, Any]:
    """Give the panel's list of demand points that are not covered, the most people first."""
    demand = shown.assessment.demand
    missed = demand[(demand["state"] != "covered") & (demand["population"] > 0)]
    listed = missed.sort_values("population", ascending=False, kind="stable").head(MAX_LISTED)
    places = shown.area.demand.geometry.loc[listed.index].to_crs(WGS84).to_numpy()
    names = dict(zip(shown.area.townships["id"], shown.area.townships["name"], strict=True))
    rows = []
    for (_, point), lon, lat in zip(
        listed.iterrows(), shapely.get_x(places), shapely.get_y(places), strict=True
    ):
        township = wording.one_line(names.get(point["township_id"], ""))
        detail = point_detail(point, lang)
        rows.append(
            {
                "name": point_name(point, shown, lang),
                "people": wording.population_text(shown, point["population"], lang),
                "at": f"{lat:.5f} {lon:.5f}",
                "detail": f"{township} · {detail}" if township else detail,
            }
        )
    more = len(missed) - len(listed)
    return {"n": len(missed), "rows": rows, "rest": word("rest", lang, n=more) if more else ""}


def facility_kinds(sides: Sequence[Shown]) -> list[str]:
    """Give the kinds of facilities there are, the weightiest first."""
    present = {kind for shown in sides for kind in shown.area.facilities["kind"]}
    return [kind for kind in FACILITY_KINDS if kind in present]


def layer_groups(
    sides: Sequence[Shown], lang: Lang, tiles: Tiles | None, *, catchments: bool
) -> list[dict[str, Any]]:
    """
    Give the layer control: groups of layers, with their ids, names and whether they are on at first.

    Parameters
    ----------
    sides
        What is shown, in one map: an analysis, or a county before and after.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, if wanted.
    catchments
        Whether the map has the bases' catchments.

    Notes
    -----
    Kinds of facilities that send nobody and are many (clinics, as a rule) start switched off.
    """
    shown = sides[-1]
    access, unit = is_access(shown), shown.area.demand_unit
    areas = [
        {"id": f"area-{a.limit_s:g}", "name": wording.within_text(a.limit_s, lang, access=access), "on": True}
        for a in shown.areas
    ]
    if catchments:
        areas.append({"id": "catchments", "name": wording.label("catchments", lang), "on": False})
    facilities = pd.concat([side.assessment.facilities for side in sides])
    kinds = []
    for kind in facility_kinds(sides):
        mine = facilities[facilities["kind"] == kind]
        on = bool(mine["is_base"].any()) or mine["id"].nunique() <= _MANY_PLAIN
        kinds.append({"id": f"kind-{kind}", "name": capital(wording.kind_text(kind, lang)), "on": on})
    base = [{"id": "roads", "name": word("roads_layer", lang), "on": True}]
    if tiles:
        base.append({"id": "tiles", "name": word("base_tiles", lang), "on": True})
    verdict = [{"id": key, "name": word(key, lang), "on": True} for key in ("verdict", "names")]
    uncovered = [{"id": "uncovered", "name": word("uncovered", lang), "on": True}]
    return [
        {"name": word("promise", lang), "layers": verdict},
        {"name": word("areas", lang), "layers": areas},
        {"name": word("people", lang, unit), "layers": uncovered},
        {"name": word("facilities", lang, access=access), "layers": kinds},
        {"name": word("ground", lang), "layers": base},
    ]


def legend_items(sides: Sequence[Shown], lang: Lang, *, catchments: bool) -> list[dict[str, Any]]:
    """Give the legend's rows, each with the layers that make it appear; parameters as in `layer_groups`."""
    shown = sides[-1]
    access, unit = is_access(shown), shown.area.demand_unit
    present = {verdict for side in sides for verdict in side.assessment.townships["verdict"]}
    items = [
        legend_item("verdict", wording.verdict_text(v, lang), style.verdict_swatch(v), v)
        for v in VERDICT_COLOURS
        if v in present
    ]
    items += [
        legend_item(
            f"area-{a.limit_s:g}", wording.within_text(a.limit_s, lang, access=access), style.area_swatch(i)
        )
        for i, a in enumerate(shown.areas)
    ]
    if catchments:
        items.append(legend_item("catchments", wording.label("catchments", lang), style.catchment_swatch()))
    states = {state for side in sides for state in side.assessment.demand["state"]}
    items += [
        legend_item("uncovered", wording.state_text(state, lang), style.dot_swatch(state))
        for state in style.DOT_STATES
        if state in states
    ]
    if states - {"covered"}:
        items.append(legend_item("uncovered", word("dot_size", lang, unit), style.dot_size_swatch()))
    return [
        *items,
        *_facility_legend(sides, lang),
        legend_item("roads", word("roads", lang), style.road_swatch()),
    ]


def legend_item(layers: str, name: str, svg: str, mark: str = "") -> dict[str, Any]:
    """Give a row of the legend: the layers it explains, its name, its sample and its verdict's mark."""
    return {"layers": layers, "name": capital(name), "svg": svg, "mark": mark}


def _facility_legend(sides: Sequence[Shown], lang: Lang) -> list[dict[str, Any]]:
    facilities = pd.concat([side.assessment.facilities for side in sides])
    access = is_access(sides[-1])
    items = []
    for kind in facility_kinds(sides):
        sends = facilities.loc[facilities["kind"] == kind, "is_base"]
        items += [
            legend_item(
                f"kind-{kind}",
                word(
                    "base" if is_base else "no_base", lang, access=access, kind=wording.kind_text(kind, lang)
                ),
                style.facility_swatch(kind, is_base=is_base),
            )
            for is_base in (True, False)
            if (sends == is_base).any()
        ]
    return items


def _foot(shown: Shown, lang: Lang, tiles: Tiles | None, data_hash: str) -> dict[str, Any]:
    sources = dict.fromkeys(wording.provenance_text(p, lang) for p in shown.area.provenance)
    return {
        "disclaimer": wording.disclaimer_text(lang),
        "credit": _credit(tiles),
        "version": word("version", lang, version=__version__, hash=data_hash),
        "standard": wording.standard_text(shown, lang),
        "bases": wording.bases_text(shown, lang),
        "speeds": _speeds_text(shown, lang),
        "sources": list(sources),
    }


def _credit(tiles: Tiles | None) -> str:
    """Give the credit of the background as markup: the one link on the page, which a reader may follow."""
    if tiles is None:
        return ""
    name, link = (escape(part) for part in tiles.credit)
    return f'<a href="{link}" rel="noopener">{name}</a>' if link else name


def _speeds_text(shown: Shown, lang: Lang) -> str:
    """Give the speed table in one line, in the driving condition of what is shown."""
    table = shown.speeds
    factor = table.factor(shown.condition)
    by_speed: dict[str, list[str]] = {}
    for name, kph in table.class_kph.items():
        by_speed.setdefault(f"{kph * factor:.0f}", []).append(road_word(wording.one_line(name), lang))
    source = wording.speed_source_text(table.source, lang)
    head = word("speeds", lang, condition=wording.condition_text(shown.condition, lang), source=source)
    return head + ("；" if lang == "zh" else "; ").join(
        f"{', '.join(names)} {kph}" for kph, names in by_speed.items()
    )
