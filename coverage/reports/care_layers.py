"""The GeoPackage's layers of the way to definitive care, with their styles for QGIS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from coverage.reports import care_wording as words
from coverage.reports import wording
from coverage.reports.palette import FACILITY_COLOURS
from coverage.reports.qml import Category, Style, marker

if TYPE_CHECKING:
    import pandas as pd

    from coverage.analysis import Analysis
    from coverage.care import Care
    from coverage.reports.wording import Lang
    from coverage.standards import Centre

_PLACE_COLUMNS = ("first_s", "transport_s", "total_s", "hospital_id", "nearest_id", "is_wrong", "is_within")


def layer_of(centre: str) -> str:
    """Name the layer of a centre."""
    return f"care_{centre}"


def care_tables(analysis: Analysis, care: Care) -> dict[str, gpd.GeoDataFrame]:
    """
    Give the layers: the townships for each centre, the demand points with all of them, the health centres.

    Parameters
    ----------
    analysis, care
        What was found.

    Returns
    -------
    dict
        By name: ``care_chest_pain`` and its four sisters, ``care_demand`` (a column is followed by its
        centre: ``total_s_stroke``) and ``referrals``.
    """
    area = analysis.area
    townships = area.townships.set_index("id").geometry
    layers = {}
    for centre in care.totals.index:
        table = care.townships[care.townships["centre"] == centre]
        layers[layer_of(centre)] = gpd.GeoDataFrame(
            table, geometry=townships.loc[table["id"]].to_numpy(), crs=area.crs
        )
    points = area.facilities.set_index("id").geometry
    layers["care_demand"] = _demand(analysis, care)
    layers["referrals"] = gpd.GeoDataFrame(
        care.referrals, geometry=points.loc[care.referrals["id"]].to_numpy(), crs=area.crs
    )
    return {name: _clean(layer) for name, layer in layers.items()}


def _demand(analysis: Analysis, care: Care) -> gpd.GeoDataFrame:
    """Put the chains of all centres beside each other, a row a demand point."""
    demand = analysis.assessment.demand[["id", "name", "township_id", "population"]].reset_index(drop=True)
    for centre in care.totals.index:
        mine = care.demand[care.demand["centre"] == centre].reset_index(drop=True)
        demand = demand.assign(**{f"{key}_{centre}": mine[key] for key in _PLACE_COLUMNS})
    return gpd.GeoDataFrame(demand, geometry=analysis.area.demand.geometry.to_numpy(), crs=analysis.area.crs)


def _clean(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Clean the names, and leave empty what has no number."""
    clean = layer.reset_index(drop=True)
    for name in clean.columns:
        if name == "name" or name.endswith("_name"):
            clean[name] = clean[name].map(wording.one_line)
        elif clean[name].dtype.kind == "f":
            clean[name] = clean[name].where(np.isfinite(clean[name]))
    return clean


def care_names(care: Care, lang: Lang) -> dict[str, str]:
    """Say what a reader calls the layers."""
    named = {
        layer_of(centre): f"{words.word('care', lang)} · {words.layer_name(centre, target, lang)}"
        for centre, target in care.standard.targets.items()
    }
    return {
        **named,
        "care_demand": f"{words.word('care', lang)} · {wording.label('demand', lang)}",
        "referrals": words.word("referral_table", lang),
    }


def care_styles(analysis: Analysis, care: Care, lang: Lang, *, townships: Style) -> dict[str, Style]:
    """
    Give the layers' styles.

    Parameters
    ----------
    analysis, care
        What was found.
    lang
        ``zh`` or ``en``.
    townships
        How townships look by their verdict.
    """
    unit = analysis.area.demand_unit

    def aliases(columns: pd.Index[str]) -> dict[str, str]:
        texts = {
            name: words.column_word(name, lang, unit) or wording.column_label(name, lang, unit)
            for name in columns
        }
        return {name: text for name, text in texts.items() if text}

    styles = {
        layer_of(centre): replace(townships, aliases=aliases(care.townships.columns))
        for centre in care.totals.index
    }
    dot = marker("circle", "#5f5f5f", size_mm=1.6)
    health_centre = marker("circle", FACILITY_COLOURS["health_centre"], size_mm=3.6)
    styles["care_demand"] = Style("marker", [Category("", "", (dot,))], aliases=_place_aliases(care, lang))
    styles["referrals"] = Style(
        "marker",
        [Category("", words.word("health_centre", lang), (health_centre,))],
        label_column="name",
        aliases={
            "up_s": words.column_word("up_s", lang),
            "down_s": words.column_word("down_s", lang),
            "hospital_id": words.word("referral_hospital_id", lang),
            "hospital_name": words.word("referral_hospital", lang),
            "ambulances": wording.label("ambulances", lang),
        },
    )
    return styles


def _place_aliases(care: Care, lang: Lang) -> dict[str, str]:
    def alias(key: str, centre: Centre) -> str:
        name = wording.bracketed(wording.centre_text(centre, lang), lang)
        return words.column_word(key, lang) + name

    return {f"{key}_{centre}": alias(key, centre) for centre in care.totals.index for key in _PLACE_COLUMNS}
