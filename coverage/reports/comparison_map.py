"""What the maps of a comparison draw: the ground once, and of every outcome only what differs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from coverage.assessment import is_within
from coverage.reports import map_style as style
from coverage.reports import wording
from coverage.reports.comparison_names import full_title
from coverage.reports.comparison_page_words import word
from coverage.reports.comparison_wording import change_text
from coverage.reports.map import (
    area_data,
    facility_data,
    ground_data,
    township_ground,
    township_state,
)
from coverage.reports.map_geometry import dot_radius_px, pack_lines, pack_numbers, pack_points, places
from coverage.reports.map_panel import capital, facility_kinds, layer_groups, legend_item, point_name
from coverage.reports.map_words import word as map_word
from coverage.reports.palette import STATE_COLOURS, VERDICT_COLOURS
from coverage.reports.picture_changes import changes
from coverage.reports.shown import is_access, outcome_side, roadworks
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from coverage.comparison import Comparison, Outcome
    from coverage.reports.map_tiles import Tiles
    from coverage.reports.picture_changes import Changes
    from coverage.reports.shown import Side
    from coverage.reports.wording import Lang

STATE_LETTERS = {"covered": "c", "late": "l", "unreachable": "u", "off_network": "o"}
CHANGE_LETTERS = {"gained": "g", "lost": "l", "covered": "c", "uncovered": "u"}
"""One letter a demand point: of its state with an option, and of what becomes of it."""

CHANGES = ("gained", "lost", "uncovered", "covered")
"""In the order of the legend."""

_ROAD_TOLERANCE_M = 1.0
_NEVER = -1  # in tenths of a minute: nobody comes


class _Pool:
    """Things that many outcomes have in common, each held once and known by its number."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._number: dict[str, int] = {}

    def put(self, things: Sequence[Any]) -> list[int]:
        """Give the numbers of things, of those that are there already the ones they have."""
        numbers = []
        for thing in things:
            text = json.dumps(thing, sort_keys=True)
            if text not in self._number:
                self._number[text] = len(self.items)
                self.items.append(thing)
            numbers.append(self._number[text])
        return numbers


def comparison_data(comparison: Comparison, lang: Lang, tiles: Tiles | None = None) -> dict[str, Any]:
    """
    Collect what the page's script draws.

    Parameters
    ----------
    comparison
        The comparison.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, if wanted.

    Returns
    -------
    dict
        As ``assets/compare.js`` reads it: the ground as of any map (`coverage.reports.map.ground_data`, of
        the roads as they are), ``townships`` and ``demand`` that are the same in every outcome, pools of
        areas, township rows and facilities that outcomes share, and of every outcome the numbers of its own
        in them, a letter and tenths of a minute a demand point, what is new and what is gone.
    """
    sides = [outcome_side(comparison, outcome) for outcome in comparison.outcomes]
    today = sides[0]
    ground = ground_data(today, lang, tiles)
    pools = {name: _Pool() for name in ("areas", "townships", "facilities")}
    outcomes = [
        _outcome(outcome, side, today, pools, lang)
        for outcome, side in zip(comparison.outcomes, sides, strict=True)
    ]
    return {
        **ground,
        "words": {**ground["words"], **_words(lang)},
        "townships": township_ground(today),
        "demand": _demand(today, lang),
        "looks": {
            "states": {STATE_LETTERS[s]: STATE_COLOURS[s] for s in style.DOT_STATES},
            "roads": {kind: look._asdict() for kind, look in style.ROADWORK_LOOKS.items()},
            "casing": style.CASING_PX,
            "cross": {"size": style.CROSS_PX, "every": style.CROSS_EVERY_PX},
            "changes": {CHANGE_LETTERS[c]: {"kind": c, **style.CHANGE_LOOKS[c]} for c in CHANGES},
        },
        "pools": {name: pool.items for name, pool in pools.items()},
        "outcomes": outcomes,
    }


def _words(lang: Lang) -> dict[str, Any]:
    """Give the words that the script puts together itself, with blanks in braces."""
    state = {letter: wording.state_text(name, lang) for name, letter in STATE_LETTERS.items()}
    change = {letter: capital(change_text(name, lang)) for name, letter in CHANGE_LETTERS.items()}
    return {
        "states": state,
        "changes": change,
        "late": map_word("tip_response", lang, state="{state}", minutes="{minutes}", limit="{limit}"),
        "map_of": word("map_of", lang, outcome="{outcome}"),
        "change_of": word("change_of", lang, outcome="{outcome}"),
        "today_then": word("today_then", lang, before="{before}", after="{after}"),
        "minutes": word("minutes", lang, minutes="{minutes}"),
        "never": word("never", lang),
    }


def _lived_in(side: Side) -> pd.DataFrame:
    """Give the demand points that have people, the largest first so that no dot is hidden."""
    demand = side.assessment.demand
    return demand[demand["population"] > 0].sort_values("population", ascending=False, kind="stable")


def _demand(today: Side, lang: Lang) -> dict[str, Any]:
    """Pack the demand points: places, names, people, and the size of their dots."""
    demand = _lived_in(today)
    people = demand["population"].to_numpy(dtype=float)
    radius = dot_radius_px(people, float(people.max()) if len(people) else math.nan)
    return {
        "yx": pack_points(today.area.demand.geometry.loc[demand.index]),
        "name": [point_name(point, today, lang) for _, point in demand.iterrows()],
        "people": [wording.people_text(today, float(value), lang) for value in people],
        "radius": [round(float(r), 1) for r in radius],
        "urban": "".join("u" if name == "urban" else "r" for name in demand["class"]),
    }


def _tenths(response_s: NDArray[np.float64], limit_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give minutes in tenths as `coverage.reports.wording.minutes_text` rounds them; -1 for never."""
    tenths = np.rint(np.where(np.isfinite(response_s), response_s, 0.0) / MINUTE_S * 10)
    least = np.floor(limit_s / MINUTE_S * 10) + 1
    tenths = np.where(is_within(response_s, limit_s), tenths, np.maximum(tenths, least))
    return np.where(np.isfinite(response_s), tenths, _NEVER).astype(np.int64)


def _outcome(
    outcome: Outcome, side: Side, today: Side, pools: dict[str, _Pool], lang: Lang
) -> dict[str, Any]:
    order = _lived_in(today).index
    demand = side.assessment.demand.loc[order]
    change = outcome.demand["change"].loc[order]
    response_s, limit_s = (demand[name].to_numpy(dtype=float) for name in ("response_s", "limit_s"))
    standard = side.standard
    done = changes(today, side)
    areas = [{key: area[key] for key in ("shape", "colour")} for area in area_data(side)]
    return {
        "key": outcome.key,
        "title": full_title(outcome, lang),
        "areas": pools["areas"].put(areas),
        "townships": pools["townships"].put(township_state(side, lang)),
        "facilities": pools["facilities"].put(facility_data(side, lang, set(done.new_ids))),
        "new": _new(done, side, lang),
        "gone": _gone(done, today, lang),
        "roads": _roadworks(side, lang),
        "states": "".join(STATE_LETTERS[state] for state in demand["state"]),
        "changes": "".join(CHANGE_LETTERS[name] for name in change),
        "tenths": pack_numbers(_tenths(response_s, limit_s)),
        "limits": {
            "u": f"{standard.urban_s / MINUTE_S:g}",
            "r": f"{standard.rural_s / MINUTE_S:g}",
        },
    }


def _new(done: Changes, side: Side, lang: Lang) -> list[dict[str, Any]]:
    """Give what opens, moves here or becomes more, as facilities are given, with a name for the map."""
    ids = {str(name) for name in side.assessment.facilities["id"]}
    return [
        {**facility, "label": wording.short_name(facility["name"])}
        for site in done.new
        for facility in facility_data(side, lang, ids - {site.id})
    ]


def _gone(done: Changes, today: Side, lang: Lang) -> list[dict[str, Any]]:
    """Give where something closes, moves away or sends nobody any more."""
    comma, what = map_word("comma", lang), word("gone", lang)
    at = places(gpd.GeoSeries([site.at for site in done.gone], crs=today.area.crs))
    names = [site.name or wording.one_line(site.id) for site in done.gone]
    return [
        {"name": name, "kind": what, "label": f"{name}{comma}{what}", "at": place}
        for name, place in zip(names, at, strict=True)
    ]


def _roadworks(side: Side, lang: Lang) -> list[dict[str, Any]]:
    """Pack the roads that are closed and built, the new ones last, so that they lie on top."""
    packed = []
    for kind, table in roadworks(side).items():
        what = capital(map_word(f"{kind}_road", lang))
        for name, lines in zip(table["name"], table.geometry, strict=True):
            parts = gpd.GeoSeries(shapely.get_parts(lines), crs=table.crs).simplify(_ROAD_TOLERANCE_M)
            tip = [wording.one_line(name), what] if wording.one_line(name) else [what]
            packed.append({"kind": kind, "tip": tip, "lines": pack_lines(parts)})
    return packed


def map_layers(comparison: Comparison, lang: Lang, tiles: Tiles | None) -> list[dict[str, Any]]:
    """Give the layer control of all maps: groups of layers, with their ids, names and whether they are on."""
    sides = [outcome_side(comparison, outcome) for outcome in comparison.outcomes]
    groups = layer_groups(sides, lang, tiles, catchments=False)
    for group in groups:
        if any(layer["id"].startswith("area-") for layer in group["layers"]):
            group["layers"] = [{"id": "areas", "name": map_word("areas", lang), "on": True}]
    return groups


def map_legend(comparison: Comparison, lang: Lang) -> list[dict[str, Any]]:
    """Give the legend of the two maps that show outcomes."""
    sides = [outcome_side(comparison, outcome) for outcome in comparison.outcomes]
    access = is_access(sides[0])
    verdicts = {verdict for side in sides for verdict in side.assessment.townships["verdict"]}
    items = [
        legend_item("verdict", wording.verdict_text(v, lang), style.verdict_swatch(v), v)
        for v in VERDICT_COLOURS
        if v in verdicts
    ]
    items += [
        legend_item("areas", wording.within_text(limit_s, lang, access=access), style.area_swatch(position))
        for position, limit_s in _area_limits(sides)
    ]
    states = {state for side in sides for state in side.assessment.demand["state"]}
    items += [
        legend_item("uncovered", wording.state_text(state, lang), style.dot_swatch(state))
        for state in style.DOT_STATES
        if state in states
    ]
    return [*items, *_facility_legend(comparison, sides, lang)]


def _area_limits(sides: Sequence[Side]) -> list[tuple[int, float]]:
    """Give every limit of an area once, with the place of its colour."""
    found = {(position, area.limit_s) for side in sides for position, area in enumerate(side.areas)}
    return sorted(found)


def _facility_legend(comparison: Comparison, sides: Sequence[Side], lang: Lang) -> list[dict[str, Any]]:
    access = comparison.standard.is_access
    items = []
    for kind in facility_kinds(sides):
        of_kind = [
            t.loc[t["kind"] == kind, "is_base"] for t in (side.assessment.facilities for side in sides)
        ]
        for is_base in (True, False):
            if any((sends == is_base).any() for sends in of_kind):
                name = wording.kind_text(kind, lang)
                text = map_word("base" if is_base else "no_base", lang, access=access, kind=name)
                items.append(legend_item(f"kind-{kind}", text, style.facility_swatch(kind, is_base=is_base)))
    done = [changes(sides[0], side) for side in sides[1:]]
    kinds = list(dict.fromkeys(site.kind for one in done for site in one.new))
    if kinds:
        items.append(legend_item("sites", word("new", lang), style.site_swatch(kinds[0])))
    if any(one.gone for one in done):
        items.append(legend_item("sites", word("gone", lang), style.closed_swatch()))
    kinds_of_road = {kind for side in sides for kind in roadworks(side)}
    items += [
        legend_item("works", map_word(f"{kind}_road", lang), style.roadwork_swatch(kind))
        for kind in style.ROADWORK_LOOKS
        if kind in kinds_of_road
    ]
    return items


def change_legend(comparison: Comparison, lang: Lang) -> list[dict[str, Any]]:
    """Give the legend of the map of changes: only what some option brings about."""
    present = {change for outcome in comparison.options for change in outcome.demand["change"]}
    return [
        legend_item(name, change_text(name, lang), style.change_swatch(name))
        for name in CHANGES
        if name in present
    ]
