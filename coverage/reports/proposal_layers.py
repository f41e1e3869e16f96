"""A proposal as a GeoPackage that opens in QGIS in the map's colours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from coverage.reports import proposal_wording as words
from coverage.reports import wording
from coverage.reports.layers import (
    DOT_SIZE,
    SHAPES,
    area_style,
    areas_layer,
    assumptions,
    boundary_layer,
    facilities_layer,
    facility_style,
    named,
    outline_style,
    township_style,
    write_package,
)
from coverage.reports.map_style import INK, added_colour
from coverage.reports.palette import FACILITY_COLOURS, STATE_COLOURS
from coverage.reports.proposal_figures import proposal_hash
from coverage.reports.proposal_models import alternative_text
from coverage.reports.qml import Category, Style, marker, ring
from coverage.reports.shown import is_access, side
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from coverage.proposal import Proposal
    from coverage.reports.wording import Lang

_SIDED = (  # columns of the townships that change with the plan
    "covered_population",
    "covered_share",
    "late_population",
    "unreachable_population",
    "verdict",
    "seat_time_s",
    "median_s",
    "p90_s",
    "worst_s",
    "facility_id",
    "facility_name",
)
_SIDED_DEMAND = ("response_s", "state", "facility_id")
_QUIET = "#9AA5B3"


def write_proposal_layers(proposal: Proposal, path: Path, *, lang: Lang) -> None:
    """
    Write a proposal as a GeoPackage in WGS84, with a style for QGIS in each layer.

    Layers: ``boundary``, ``townships`` (columns ``…_before`` and ``…_after``), ``areas`` (after the plan),
    ``demand`` (before and after, the rank and name of the site that newly covers it, and whether it is lost
    by a closure), ``facilities``
    (after), ``candidates`` (``facility_kind``: what stands there today) and, where there
    are any, ``sites``; tables: ``assumptions``, ``provenance`` and QGIS' own
    ``layer_styles``. Times are seconds, null where nobody comes or nobody knows.

    Parameters
    ----------
    proposal
        The proposal.
    path
        File to write; an older one stays as it is until the new one is complete.
    lang
        ``zh`` or ``en``: language of the styles' legends and of the column aliases.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    after = side(proposal, proposal.after)
    layers = {
        "boundary": boundary_layer(after, words.headline(proposal, lang), lang),
        "townships": _townships(proposal),
        "areas": areas_layer(after, lang),
        "demand": _demand(proposal),
        "facilities": facilities_layer(after.area, after.assessment, proposal.after.other_clock),
        "candidates": _candidates(proposal),
    }
    if proposal.sites:
        layers["sites"] = _sites(proposal, lang)
    names = {
        name: words.label(name, proposal, lang)
        if name in {"candidates", "sites"}
        else wording.label_of(name, after, lang)
        for name in layers
    }
    write_package(
        path,
        layers,
        _styles(proposal, lang),
        names=names,
        assumptions=[*_method(proposal, lang), *assumptions(after, lang)],
        shown=after,
    )


def _both(before: pd.DataFrame, after: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    """Set the columns that change with the plan beside each other, the others once."""
    pairs = {
        f"{key}_{when}": rows[key].map(wording.one_line) if key.endswith("name") else rows[key]
        for key in keys
        for when, rows in (("before", before), ("after", after))
    }
    return after.drop(columns=list(keys)).assign(**pairs)


def _townships(proposal: Proposal) -> gpd.GeoDataFrame:
    before, after = (s.assessment.townships for s in (proposal.before, proposal.after))
    table = _both(before, after, _SIDED).assign(
        gained_population=after["covered_population"] - before["covered_population"],
        verdict_changes=before["verdict"] != after["verdict"],
        clock=proposal.after.standard.clock,
    )
    return named(gpd.GeoDataFrame(table, geometry=proposal.area.townships.geometry))


def _demand(proposal: Proposal) -> gpd.GeoDataFrame:
    """Give the demand points with both states, and the site that newly covers them: 0 where none does."""
    before, after = (s.assessment.demand for s in (proposal.before, proposal.after))
    rank = {point: site.rank for site in proposal.sites for point in site.added}
    names = {site.rank: wording.one_line(site.name) for site in proposal.sites}
    ranks = after["id"].map(rank).fillna(0).astype(int)
    table = _both(before, after, _SIDED_DEMAND).assign(
        gained_by=ranks,
        gained_by_name=[names.get(rank, "") for rank in ranks],
        lost=after["id"].isin(proposal.lost),
    )
    return named(gpd.GeoDataFrame(table, geometry=proposal.area.demand.geometry))


def _candidates(proposal: Proposal) -> gpd.GeoDataFrame:
    """Give every place that was looked at, with what the plan does with it."""
    table = proposal.candidates
    is_open = np.zeros(len(table), dtype=bool)
    is_open[list(proposal.plan.sites)] = True
    rank = {site.id: site.rank for site in proposal.sites}
    existing = table["existing"].to_numpy(dtype=bool)
    state = np.select(
        [existing & is_open, existing, is_open], ["kept", "closed", "chosen"], default="not_chosen"
    )
    standing = dict(zip(proposal.area.facilities["id"], proposal.area.facilities["kind"], strict=True))
    kinds = [standing.get(i, "") for i in table["facility_id"]]
    ranked = table.assign(plan=state, facility_kind=kinds, rank=table["id"].map(rank).fillna(0).astype(int))
    return named(ranked.set_geometry(table.geometry.name))


def _sites(proposal: Proposal, lang: Lang) -> gpd.GeoDataFrame:
    sites = proposal.sites
    others = [site.alternative for site in sites]
    rows = {
        "rank": [s.rank for s in sites],
        "id": [s.id for s in sites],
        "name": [s.name for s in sites],
        "label": [f"{s.rank} {wording.one_line(s.name)}" for s in sites],
        "kind": [s.kind for s in sites],
        "facility_id": [s.facility_id for s in sites],
        "origin": [s.origin for s in sites],
        "ambulances": [float(s.ambulances) for s in sites],
        "cost_wan": [float(s.cost_wan) for s in sites],
        "added_population": [float(s.added_population) for s in sites],
        "sole_population": [float(s.sole_population) for s in sites],
        "townships_gained": [words.gained_names(s, lang) for s in sites],
        "verdict_changes": [words.changes_text(s, lang) for s in sites],
        "alternative": ["" if o is None else wording.one_line(o.name) for o in others],
        "alternative_covered_population": [
            math.nan if o is None else float(o.covered_population) for o in others
        ],
        "alternative_text": [alternative_text(s, proposal, lang) for s in sites],
    }
    places = gpd.points_from_xy([s.lon for s in sites], [s.lat for s in sites])
    return named(gpd.GeoDataFrame(rows, geometry=places, crs=WGS84))


def _method(proposal: Proposal, lang: Lang) -> list[tuple[str, str]]:
    """Say how the plan came about: item and text."""
    model = words.label("model", proposal, lang)
    lines = [*words.method_lines(proposal, lang), *words.headline(proposal, lang)[1:]]
    return [
        *((model, line) for line in lines),
        (wording.label("figures_hash", lang), proposal_hash(proposal)),
    ]


def _styles(proposal: Proposal, lang: Lang) -> dict[str, Style]:
    after = side(proposal, proposal.after)
    facilities = _aliases(proposal, proposal.after.assessment.facilities, lang)
    return {
        "boundary": outline_style(0.8),
        "townships": township_style(lang, _sided_aliases(proposal, lang), column="verdict_after"),
        "areas": area_style(after, lang),
        "demand": _demand_style(proposal),
        "facilities": facility_style(lang, facilities),
        "candidates": _candidate_style(lang),
        **({"sites": _site_style(proposal, lang)} if proposal.sites else {}),
    }


def _demand_style(proposal: Proposal) -> Style:
    """Colour demand points by the site that newly covers them; all others are grey."""
    categories = [
        Category(
            float(site.rank),
            f"{site.rank} {wording.one_line(site.name)}",
            (marker("circle", added_colour(site.rank), size_mm=2, size_expression=DOT_SIZE),),
        )
        for site in proposal.sites
    ]
    grey = marker("circle", STATE_COLOURS["off_network"], size_mm=2, size_expression=DOT_SIZE)
    return Style("marker", [*categories, Category("", "…", (grey,))], column="gained_by")


def _candidate_style(lang: Lang) -> Style:
    looks = (
        ("chosen", "diamond", INK, 3.0, {"existing": False, "is_open": True}),
        ("not_chosen", "diamond", _QUIET, 1.8, {"existing": False, "is_open": False}),
        ("kept", "square", INK, 2.4, {"existing": True, "is_open": True}),
        ("closed", "square", _QUIET, 2.4, {"existing": True, "is_open": False}),
    )
    categories = [
        Category(value, words.candidate_text(lang=lang, **what), (marker(shape, colour, size_mm=size),))
        for value, shape, colour, size, what in looks
    ]
    return Style("marker", categories, column="plan")


def _site_style(proposal: Proposal, lang: Lang) -> Style:
    """Show the sites as the map does: their kind's symbol inside a ring, rank and name beside it."""
    kinds = dict.fromkeys(site.kind for site in proposal.sites)
    categories = [
        Category(
            kind,
            wording.kind_text(kind, lang),
            (
                ring(INK, size_mm=8, width_mm=0.7),
                marker(SHAPES[kind], FACILITY_COLOURS[kind], size_mm=4.5),
            ),
        )
        for kind in kinds
    ]
    keys = {
        "rank": "rank",
        "name": "name",
        "cost_wan": "cost",
        "added_population": "added",
        "sole_population": "sole",
        "townships_gained": "townships_gained",
        "verdict_changes": "changed",
        "alternative": "alternative",
        "alternative_covered_population": "alternative_covered",
    }
    aliases = {column: words.label(key, proposal, lang) for column, key in keys.items()}
    return Style("marker", categories, column="kind", label_column="label", aliases=aliases)


def _aliases(proposal: Proposal, table: pd.DataFrame, lang: Lang) -> dict[str, str]:
    """Name a table's columns as a reader would; times say their unit."""
    after = side(proposal, proposal.after)
    texts = {
        str(column): wording.column_label(str(column), lang, after.area.demand_unit, access=is_access(after))
        for column in table.columns
    }
    return {column: text for column, text in texts.items() if text}


def _sided_aliases(proposal: Proposal, lang: Lang) -> dict[str, str]:
    every = _aliases(proposal, proposal.after.assessment.townships, lang)
    when = {key: wording.bracketed(words.label(key, proposal, lang), lang) for key in ("before", "after")}
    once = {column: text for column, text in every.items() if column not in _SIDED}
    both = {f"{key}_{w}": every[key] + text for key in _SIDED if key in every for w, text in when.items()}
    return once | both
