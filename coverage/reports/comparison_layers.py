"""A comparison as a GeoPackage that opens in QGIS in the map's colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.reports import comparison_wording as words
from coverage.reports import wording
from coverage.reports.comparison_figures import comparison_hash
from coverage.reports.comparison_names import full_title, shown_of
from coverage.reports.layers import (
    DOT_SIZE,
    boundary_layer,
    facility_style,
    named,
    outline_style,
    township_style,
    write_package,
)
from coverage.reports.layers import assumptions as shared_assumptions
from coverage.reports.map_style import ROADWORK_LOOKS
from coverage.reports.map_words import word as map_word
from coverage.reports.palette import AREA_COLOURS, CHANGE_COLOURS
from coverage.reports.qml import Category, Style, fill, line, marker
from coverage.reports.shown import roadworks_of
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.comparison import Comparison, Outcome
    from coverage.reports.wording import Lang

_TODAY = "today"


def write_comparison_layers(comparison: Comparison, path: Path, *, lang: Lang) -> None:
    """
    Write a comparison as a GeoPackage in WGS84, with a style for QGIS in each layer.

    Layers: ``boundary``; ``townships`` and ``demand`` with columns for today (``today_…``) and for each
    option (``a_…``, ``b_…``); ``facilities``, a row for each state that one is in, with the outcomes it is in
    that state in (``open_in`` and ``in_today``, ``in_a`` …); ``areas``, what is reached within each limit,
    by outcome; ``roadworks``, the roads that each outcome closes and builds, where any does. The advised
    option is the one that is coloured, today where none is. Tables: ``assumptions`` with the options' text,
    ``provenance`` and QGIS' own ``layer_styles``. Times are seconds, null where nobody comes.

    Parameters
    ----------
    comparison
        The comparison.
    path
        File to write; an older one stays as it is until the new one is complete.
    lang
        ``zh`` or ``en``: language of the styles' legends and of the column aliases.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    today = shown_of(comparison)
    layers = {
        "boundary": boundary_layer(today, words.headline(comparison, lang), lang),
        "townships": _townships(comparison),
        "areas": _areas(comparison, lang),
        "demand": _demand(comparison),
        "facilities": _facilities(comparison),
    }
    names = {name: wording.label(name, lang, comparison.area.demand_unit) for name in layers}
    styles = _styles(comparison, lang)
    if any(roadworks_of(outcome) for outcome in comparison.outcomes):
        layers["roadworks"] = _roadworks(comparison, lang)
        names["roadworks"] = words.label("roadworks", comparison, lang)
        styles["roadworks"] = _roadwork_style(comparison, lang)
    write_package(
        path,
        layers,
        styles,
        names=names,
        assumptions=_assumptions(comparison, lang),
        shown=today,
    )


def _prefix(outcome: Outcome) -> str:
    """Begin the columns of an outcome."""
    return _TODAY if outcome.is_baseline else outcome.key.lower()


def _coloured(comparison: Comparison) -> Outcome:
    """Give the outcome that the styles show: the advised one; where none is, the option that covers most."""
    key = comparison.advice.key
    if key != comparison.baseline.key:
        return comparison.outcome(key)
    return comparison.outcome(next((k for k in comparison.order if k != key), key))


def _townships(comparison: Comparison) -> gpd.GeoDataFrame:
    table = comparison.baseline.townships[["id", "name", "class", "population"]].copy()
    for outcome in comparison.outcomes:
        rows, prefix = outcome.townships, _prefix(outcome)
        table[f"{prefix}_covered_population"] = rows["after_population"]
        if not outcome.is_baseline:
            table[f"{prefix}_gained_population"] = rows["gained_population"]
            table[f"{prefix}_lost_population"] = rows["lost_population"]
        table[f"{prefix}_verdict"] = rows["verdict_after"]
        table[f"{prefix}_median_s"] = rows["median_after_s"]
    return named(gpd.GeoDataFrame(table, geometry=comparison.area.townships.geometry))


def _demand(comparison: Comparison) -> gpd.GeoDataFrame:
    today = comparison.baseline
    table = today.demand[["id", "name", "township_id", "population"]].assign(
        today_response_s=today.demand["after_s"]
    )
    for outcome in comparison.options:
        prefix = _prefix(outcome)
        table[f"{prefix}_response_s"] = outcome.demand["after_s"]
        table[f"{prefix}_change"] = outcome.demand["change"]
    return named(gpd.GeoDataFrame(table, geometry=comparison.area.demand.geometry))


def _facilities(comparison: Comparison) -> gpd.GeoDataFrame:
    """Give every facility in each state that some outcome has it in, and in which outcomes."""
    parts = []
    for outcome in comparison.outcomes:
        table, judged = outcome.area.facilities, outcome.situation.assessment.facilities
        parts.append(
            table[["id", "name", "kind", "ambulances", "hours"]].assign(
                is_base=judged["is_base"].to_numpy(),
                key=outcome.key,
                wkb=shapely.to_wkb(table.geometry.to_numpy(), hex=True),
            )
        )
    every = pd.concat(parts, ignore_index=True)
    state = ["id", "name", "kind", "ambulances", "hours", "is_base", "wkb"]
    groups = every.groupby(state, sort=False, dropna=False)["key"].agg(list).reset_index()
    keys = groups.pop("key")
    groups["open_in"] = [" ".join(held) for held in keys]
    for outcome in comparison.outcomes:
        groups[f"in_{_prefix(outcome)}"] = [outcome.key in held for held in keys]
    shapes = shapely.from_wkb(groups.pop("wkb").to_numpy(dtype=object))
    return named(gpd.GeoDataFrame(groups, geometry=np.asarray(shapes), crs=comparison.area.crs))


def _areas(comparison: Comparison, lang: Lang) -> gpd.GeoDataFrame:
    """Give what is reached within each limit with each outcome, the widest first, so that it lies below."""
    rows = [
        (outcome, area)
        for outcome in comparison.outcomes
        for area in reversed(outcome.situation.areas)
        if not area.polygon.is_empty
    ]
    return gpd.GeoDataFrame(
        {
            "outcome": [outcome.key for outcome, _ in rows],
            "outcome_name": [full_title(outcome, lang) for outcome, _ in rows],
            "limit_min": [area.limit_s / MINUTE_S for _, area in rows],
            "name": [wording.within_text(area.limit_s, lang) for _, area in rows],
            "clock": [outcome.situation.standard.clock for outcome, _ in rows],
            "touches_edge": [area.touches_edge for _, area in rows],
            "view": [_view(outcome, area.limit_s) for outcome, area in rows],
        },
        geometry=[area.polygon for _, area in rows],
        crs=comparison.area.crs,
    )


def _roadworks(comparison: Comparison, lang: Lang) -> gpd.GeoDataFrame:
    """Give the roads that each outcome closes and builds, each piece in a row of its own."""
    rows = [
        (outcome, kind, name, line)
        for outcome in comparison.outcomes
        for kind, table in roadworks_of(outcome).items()
        for name, lines in zip(table["name"], table.geometry, strict=True)
        for line in shapely.get_parts(lines)
    ]
    return named(
        gpd.GeoDataFrame(
            {
                "outcome": [outcome.key for outcome, *_ in rows],
                "outcome_name": [full_title(outcome, lang) for outcome, *_ in rows],
                "kind": [kind for _, kind, *_ in rows],
                "name": [name for *_, name, _ in rows],
                "view": [f"{outcome.key} {kind}" for outcome, kind, *_ in rows],
            },
            geometry=[line for *_, line in rows],
            crs=comparison.area.crs,
        )
    )


def _view(outcome: Outcome, limit_s: float) -> str:
    return f"{outcome.key} {limit_s / MINUTE_S:g}"


def _assumptions(comparison: Comparison, lang: Lang) -> list[tuple[str, str]]:
    """Say how the comparison came about: item and text; the options' files word for word."""
    advice = words.label("advice", comparison, lang)
    condition = words.label("conditions", comparison, lang)
    file = words.label("option_file", comparison, lang)
    return [
        *((advice, line) for line in words.headline(comparison, lang)[1:]),
        *((condition, line) for line in words.condition_lines(comparison, lang)),
        (words.label("area_hash", comparison, lang), words.study_area_id(comparison)),
        (wording.label("figures_hash", lang), comparison_hash(comparison)),
        *words.method_rows(comparison, lang),
        *shared_assumptions(shown_of(comparison), lang),
        *(
            (f"{file} {full_title(o, lang)}" + wording.bracketed(wording.one_line(o.source), lang), o.text)
            for o in comparison.options
        ),
    ]


def _styles(comparison: Comparison, lang: Lang) -> dict[str, Style]:
    coloured = _coloured(comparison)
    return {
        "boundary": outline_style(0.8),
        "townships": township_style(
            lang, _township_aliases(comparison, lang), column=f"{_prefix(coloured)}_verdict"
        ),
        "areas": _area_style(comparison, coloured, lang),
        "demand": _demand_style(comparison, coloured, lang),
        "facilities": facility_style(lang, _facility_aliases(comparison, lang)),
    }


def _area_style(comparison: Comparison, coloured: Outcome, lang: Lang) -> Style:
    """Show the areas of the coloured outcome; the others are in the legend, to be switched on."""
    categories = [
        Category(
            _view(outcome, area.limit_s),
            f"{words.title(outcome, lang)} {wording.within_text(area.limit_s, lang)}",
            (fill(colour, 0.5, outline=colour),),
            is_drawn=outcome.key == coloured.key,
        )
        for outcome in comparison.outcomes
        for area, colour in zip(outcome.situation.areas, AREA_COLOURS, strict=False)
    ]
    return Style("fill", categories, column="view")


def _roadwork_style(comparison: Comparison, lang: Lang) -> Style:
    """Show what the coloured outcome does to the roads; the others are in the legend, to be switched on."""
    categories, coloured = [], _coloured(comparison)
    for outcome in comparison.outcomes:
        for kind in roadworks_of(outcome):
            look = ROADWORK_LOOKS[kind]
            symbol = line(look.colour, width_mm=look.weight / 4, style="dash" if look.crossed else "solid")
            text = f"{words.title(outcome, lang)} {map_word(f'{kind}_road', lang)}"
            drawn = outcome.key == coloured.key
            categories.append(Category(f"{outcome.key} {kind}", text, (symbol,), is_drawn=drawn))
    return Style("line", categories, column="view", label_column="name")


def _demand_style(comparison: Comparison, coloured: Outcome, lang: Lang) -> Style:
    """Colour demand points by what becomes of them with the coloured option."""
    aliases = {"today_response_s": _response_alias(comparison, comparison.baseline, lang)}
    for outcome in comparison.options:
        prefix, title = _prefix(outcome), wording.bracketed(words.title(outcome, lang), lang)
        aliases[f"{prefix}_response_s"] = _response_alias(comparison, outcome, lang)
        aliases[f"{prefix}_change"] = words.label("change", comparison, lang) + title
    aliases |= _shared_aliases(comparison, ("name", "id", "population", "township_id"), lang)
    if coloured.is_baseline:
        dot = marker("circle", CHANGE_COLOURS["uncovered"], size_mm=2, size_expression=DOT_SIZE)
        return Style("marker", [Category("", "", (dot,))], aliases=aliases)
    categories = [
        Category(
            change,
            words.change_text(change, lang),
            (marker("circle", colour, size_mm=2, size_expression=DOT_SIZE),),
        )
        for change, colour in CHANGE_COLOURS.items()
    ]
    return Style("marker", categories, column=f"{_prefix(coloured)}_change", aliases=aliases)


def _response_alias(comparison: Comparison, outcome: Outcome, lang: Lang) -> str:
    text = wording.column_label("response_s", lang, comparison.area.demand_unit)
    return text + wording.bracketed(words.title(outcome, lang), lang)


def _township_aliases(comparison: Comparison, lang: Lang) -> dict[str, str]:
    aliases = _shared_aliases(comparison, ("name", "id", "class", "population"), lang)
    unit = comparison.area.demand_unit
    metres = "" if unit == "people" else wording.bracketed("米" if lang == "zh" else "m", lang)
    for outcome in comparison.outcomes:
        prefix, title = _prefix(outcome), wording.bracketed(words.title(outcome, lang), lang)
        for key in ("covered", "gained", "lost"):
            aliases[f"{prefix}_{key}_population"] = words.label(key, comparison, lang) + metres + title
        aliases[f"{prefix}_verdict"] = words.label("verdict", comparison, lang) + title
        aliases[f"{prefix}_median_s"] = wording.column_label("median_s", lang, unit) + title
    aliases.pop(f"{_TODAY}_gained_population")
    aliases.pop(f"{_TODAY}_lost_population")
    return aliases


def _facility_aliases(comparison: Comparison, lang: Lang) -> dict[str, str]:
    aliases = _shared_aliases(comparison, ("name", "id", "kind", "ambulances", "is_base"), lang)
    aliases["hours"] = words.label("hours", comparison, lang)
    aliases["open_in"] = words.label("open_in", comparison, lang)
    return aliases | {f"in_{_prefix(o)}": words.title(o, lang) for o in comparison.outcomes}


def _shared_aliases(comparison: Comparison, columns: tuple[str, ...], lang: Lang) -> dict[str, str]:
    return {c: wording.column_label(c, lang, comparison.area.demand_unit) for c in columns}
