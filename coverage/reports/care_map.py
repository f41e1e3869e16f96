"""The way to definitive care on the map: a layer for each centre, and what the panel says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from coverage.care import has_centre
from coverage.reports import care_wording as words
from coverage.reports import map_style as style
from coverage.reports import wording
from coverage.reports.care_detours import (
    MOST,
    detour_row_text,
    is_small,
    referral_basis,
    way_back_is_the_same,
    wrong_lines,
)
from coverage.reports.map_geometry import dot_radius_px, label_points, pack_points, places
from coverage.reports.map_panel import capital, legend_item, point_name
from coverage.reports.map_words import word
from coverage.reports.palette import STATE_COLOURS, VERDICT_COLOURS
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from coverage.analysis import Analysis
    from coverage.care import Care
    from coverage.reports.wording import Lang
    from coverage.standards import Centre

_STATES: Mapping[str, str] = {"late": "door_late", "unreachable": "door_never"}


def layer_id(centre: str) -> str:
    """Name the layer of a centre."""
    return f"care-{centre}"


def care_data(analysis: Analysis, care: Care, lang: Lang) -> list[dict[str, Any]]:
    """
    Collect what ``assets/care.js`` draws: townships, demand points, hospitals and ways, for each centre.

    Parameters
    ----------
    analysis, care
        What was found.
    lang
        ``zh`` or ``en``.
    """
    seats = places(label_points(analysis.area.townships.geometry))
    missed = _missed(care)
    fullest = float(missed["population"].max()) if len(missed) else 0.0
    layers: list[dict[str, Any]] = []
    for centre in care.standard.targets:
        townships = care.townships[care.townships["centre"] == centre]
        hospitals = _hospitals(analysis, care, centre, lang)
        at = {hospital["id"]: hospital["at"] for hospital in hospitals}
        layers.append(
            {
                "layer": layer_id(centre),
                "title": _title(analysis, care, centre, lang),
                "panel": _panel(analysis, care, centre, lang),
                "townships": [
                    {
                        "name": f"{wording.one_line(row['name'])} · {wording.centre_text(centre, lang)}",
                        "verdict": row["verdict"],
                        "tip": _township_tip(row, analysis, lang),
                        "rows": _township_rows(row, analysis, lang),
                        "lines": [words.word("medians_card", lang)],
                    }
                    for row in townships.to_dict("records")
                ],
                "ways": _ways(seats, townships, at),
                "dots": _dots(analysis, missed[missed["centre"] == centre], fullest, lang),
                "hospitals": hospitals,
            }
        )
    return layers


def _missed(care: Care) -> pd.DataFrame:
    """Give the chains that are not at the door in time; none where nobody knows."""
    return care.demand[~care.demand["is_within"] & (care.demand["population"] > 0) & care.is_known]


def _title(analysis: Analysis, care: Care, centre: Centre, lang: Lang) -> str:
    """Say over the map what it shows now."""
    row = next(row for name, row in care.totals.iterrows() if name == centre)
    return words.word(
        "shown" if care.is_known else "shown_unknown",
        lang,
        centre=capital(wording.centre_text(centre, lang)),
        target=f"{care.standard.targets[centre].target_s / MINUTE_S:g}",
        share=words.share_text(row["within_share"], analysis),
        met=words.met_text(row),
    )


def _panel(analysis: Analysis, care: Care, centre: Centre, lang: Lang) -> dict[str, Any]:
    """Give what the panel says while the centre's layer is shown, in the places of the promise's figures."""
    row = next(row for name, row in care.totals.iterrows() if name == centre)
    unit = analysis.area.demand_unit
    counts = [(verdict, int(row[f"townships_{verdict}"])) for verdict in ("partial", "unmet", "unknown")]
    within, population = (
        wording.population_text(analysis, row[key], lang) for key in ("within_population", "population")
    )
    return {
        "kicker": words.word("care", lang),
        "promise": words.word(
            "panel_promise",
            lang,
            centre=capital(wording.centre_text(centre, lang)),
            target=f"{care.standard.targets[centre].target_s / MINUTE_S:g}",
            condition=wording.condition_text(analysis.condition, lang),
        ),
        "answers": [
            [
                words.met_text(row),
                word("met", lang),
                " · ".join(
                    f"{capital(wording.verdict_text(verdict, lang))} {n}" for verdict, n in counts if n
                ),
            ],
            [
                words.share_text(row["within_share"], analysis),
                words.word("panel_share" if unit == "people" else "panel_share_road", lang, unit),
                f"{within} / {population}",
            ],
        ],
        "gap": _nearest_text(analysis, care, centre, lang),
        **_panel_townships(analysis, care, centre, lang),
    }


def _nearest_text(analysis: Analysis, care: Care, centre: Centre, lang: Lang) -> str:
    """Name the townships whose nearest hospital is the wrong one for most."""
    if not care.is_known:
        return words.word("shown_unknown", lang, centre=capital(wording.centre_text(centre, lang)))
    unit = analysis.area.demand_unit
    lines = wrong_lines(care, lang, centre=centre)
    if not lines:
        return words.word("wrong_none", lang, unit)
    colon, comma = wording.pick(lang, "：", ": "), wording.pick(lang, "。", ". ")
    return words.word("wrong_head", lang, unit) + colon + comma.join(lines) + comma.strip()


def _panel_townships(analysis: Analysis, care: Care, centre: Centre, lang: Lang) -> dict[str, Any]:
    """Give the panel's table of townships for a centre, most people too late first."""
    rows = care.townships[care.townships["centre"] == centre]
    late = rows["population"] - rows["within_population"]
    ordered = rows.assign(late=late).sort_values("late", ascending=False, kind="stable")
    heads = [words.short_word("name", lang), words.word("panel_late", lang)]
    return {
        "heads": [*heads, *(words.short_word(key, lang) for key in ("within_share", "total"))],
        "townships": [
            {
                "id": str(row["id"]),
                "verdict": row["verdict"],
                "verdict_text": wording.verdict_text(row["verdict"], lang),
                "cells": [
                    wording.population_text(analysis, row["late"], lang),
                    words.share_text(row["within_share"], analysis),
                    wording.minutes_text(row["total_s"], lang, limit_s=row["target_s"]),
                ],
            }
            for row in ordered.to_dict("records")
        ],
    }


def _ways(
    seats: Sequence[list[float]], townships: pd.DataFrame, at: Mapping[str, list[float]]
) -> list[list[Any]]:
    """Lead from every township to the hospital of most of it; True where a nearer one cannot treat them."""
    ends = zip(seats, townships["hospital_id"], townships["nearest_id"], strict=True)
    return [
        [seat, at[hospital], bool(nearest != hospital)] for seat, hospital, nearest in ends if hospital in at
    ]


def _township_tip(row: Mapping[Any, Any], analysis: Analysis, lang: Lang) -> list[str]:
    legs = " · ".join(
        f"{words.short_word(key, lang)} {wording.minutes_text(row[f'{key}_s'], lang)}"
        for key in ("first", "scene", "transport")
    )
    total = wording.minutes_text(row["total_s"], lang, limit_s=row["target_s"])
    return [
        capital(wording.verdict_text(row["verdict"], lang)),
        words.word(
            "tip_within",
            lang,
            share=words.share_text(row["within_share"], analysis),
            within=wording.population_text(analysis, row["within_population"], lang),
            population=wording.population_text(analysis, row["population"], lang),
        ),
        words.word("tip_total", lang, total=total, target=f"{row['target_s'] / MINUTE_S:g}"),
        words.word("tip_legs", lang, legs=legs),
        words.hospital_text(row["hospital_name"], lang, is_beyond=row["is_beyond"]),
        *_wrong_tip(row, lang),
    ]


def _wrong_tip(row: Mapping[Any, Any], lang: Lang) -> list[str]:
    """Name nearest and right hospital with the detour, where they differ for most of the people."""
    if not row["wrong_share"] > MOST:
        return []
    wrong, right = (wording.one_line(row[key]) for key in ("wrong_name", "right_name"))
    lines = [words.word("tip_wrong", lang, wrong=wrong)]
    if np.isfinite(row["detour_s"]):
        key = "tip_right_small" if is_small(row["detour_s"]) else "tip_right"
        detour = wording.minutes_text(row["detour_s"], lang)
        lines.append(words.word(key, lang, right=right, detour=detour))
    return lines


def _township_rows(row: Mapping[Any, Any], analysis: Analysis, lang: Lang) -> list[list[str]]:
    """Give the full row of a township's chain: label and figure."""
    unit, limit_s = analysis.area.demand_unit, row["target_s"]
    figures = {
        "verdict": wording.verdict_text(row["verdict"], lang),
        "target": f"{limit_s / MINUTE_S:g}",
        "within_population": wording.population_text(analysis, row["within_population"], lang),
        "within_share": words.share_text(row["within_share"], analysis),
        **{key: wording.minutes_text(row[f"{key}_s"], lang) for key in ("first", "scene", "transport")},
        **{key: wording.minutes_text(row[f"{key}_s"], lang, limit_s=limit_s) for key in ("total", "p90")},
        "hospital_name": words.hospital_text(row["hospital_name"], lang, is_beyond=row["is_beyond"]),
    }
    if row["unreached_population"] > 0:
        figures["unreached_population"] = wording.population_text(analysis, row["unreached_population"], lang)
    if row["wrong_population"] > 0:
        figures["wrong_population"] = wording.population_text(analysis, row["wrong_population"], lang)
        figures["wrong_share"] = wording.share_text(row["wrong_share"])
        figures["wrong_name"] = wording.one_line(row["wrong_name"])
        figures["right_name"] = wording.one_line(row["right_name"]) or wording.DASH
        figures["detour"] = detour_row_text(row["detour_s"], lang)
    else:
        figures["nearest_name"] = wording.one_line(row["nearest_name"]) or wording.DASH
    return [[words.word(key, lang, unit), text] for key, text in figures.items()]


def _dots(analysis: Analysis, missed: pd.DataFrame, fullest: float, lang: Lang) -> list[dict[str, Any]]:
    """Pack the demand points that are not at the door in time, the largest first so that no dot is hidden."""
    missed = missed.sort_values("population", ascending=False, kind="stable")
    # a demand point's chains stand below each other in the order of the study area
    demand = analysis.assessment.demand.reset_index(drop=True)
    row_of = {point: i for i, point in enumerate(demand["id"])}
    names = dict(zip(analysis.area.facilities["id"], analysis.area.facilities["name"], strict=True))
    is_late = np.isfinite(missed["total_s"].to_numpy())
    groups = []
    for state, mine in (("late", missed[is_late]), ("unreachable", missed[~is_late])):
        if mine.empty:
            continue
        rows = [row_of[point] for point in mine["id"]]
        radius = dot_radius_px(mine["population"].to_numpy(dtype=float), fullest)
        groups.append(
            {
                "colour": STATE_COLOURS[state],
                "yx": pack_points(analysis.area.demand.geometry.iloc[rows]),
                "radius": [round(float(r), 1) for r in radius],
                "name": [point_name(demand.iloc[i], analysis, lang) for i in rows],
                "tip": [_dot_tip(row, analysis, names, lang) for row in mine.to_dict("records")],
            }
        )
    return groups


def _dot_tip(row: Mapping[Any, Any], analysis: Analysis, names: Mapping[str, str], lang: Lang) -> list[str]:
    people = wording.people_text(analysis, row["population"], lang)
    if not np.isfinite(row["total_s"]):
        return [people, words.word("door_never", lang)]
    total = wording.minutes_text(row["total_s"], lang, limit_s=row["target_s"])
    return [
        people,
        words.word("tip_door", lang, total=total, target=f"{row['target_s'] / MINUTE_S:g}"),
        wording.one_line(names.get(row["hospital_id"], "")),
    ]


def _hospitals(analysis: Analysis, care: Care, centre: Centre, lang: Lang) -> list[dict[str, Any]]:
    """Give the facilities that can treat the case, with whom each serves."""
    facilities = analysis.area.facilities[has_centre(analysis.area.facilities, centre)]
    demand = care.demand[care.demand["centre"] == centre]
    served = demand.groupby("hospital_id")["population"].sum()
    hospitals = []
    for row, at in zip(facilities.to_dict("records"), places(facilities.geometry), strict=True):
        people = wording.people_text(analysis, float(served.get(row["id"], 0.0)), lang)
        kind = wording.kind_text(row["kind"], lang)
        label = capital(words.word("served", lang, analysis.area.demand_unit))
        hospitals.append(
            {
                "id": str(row["id"]),
                "name": wording.one_line(row["name"]) or wording.one_line(row["id"]),
                "kind": kind,
                "symbol": row["kind"],
                "at": at,
                "tip": [kind, f"{label} {people}"],
                "rows": [
                    [wording.label("centres", lang), wording.centres_text(str(row["centres"] or ""), lang)],
                    [label, people],
                ],
            }
        )
    return hospitals


def care_group(care: Care, lang: Lang) -> dict[str, Any]:
    """Give the group of the layer control; all its layers are off at first."""
    return {
        "name": words.word("care", lang),
        "layers": [
            {"id": layer_id(centre), "name": words.layer_name(centre, target, lang), "on": False}
            for centre, target in care.standard.targets.items()
        ],
    }


def care_legend(analysis: Analysis, care: Care, lang: Lang) -> list[dict[str, Any]]:
    """Give the legend's rows, each with the layers that make it appear."""
    by_verdict = dict(tuple(care.townships.groupby("verdict")["centre"]))
    items = [
        legend_item(layer_id(centre), words.legend_name(centre, target, lang), style.site_swatch("hospital"))
        for centre, target in care.standard.targets.items()
    ]
    items += [
        legend_item(
            _layers(by_verdict[verdict]),
            wording.verdict_text(verdict, lang),
            style.verdict_swatch(verdict),
            verdict,
        )
        for verdict in VERDICT_COLOURS
        if verdict in by_verdict
    ]
    missed = _missed(care)
    is_late = np.isfinite(missed["total_s"].to_numpy())
    for state, some in (("late", is_late), ("unreachable", ~is_late)):
        of = missed.loc[some, "centre"]
        if len(of):
            items.append(legend_item(_layers(of), words.word(_STATES[state], lang), style.dot_swatch(state)))
    if len(missed):
        dots = word("dot_size", lang, analysis.area.demand_unit)
        items.append(legend_item(_layers(missed["centre"]), dots, style.dot_size_swatch()))
    served = care.townships[care.townships["hospital_id"] != ""]
    if len(served):
        items.append(legend_item(_layers(served["centre"]), words.word("flow", lang), _way_swatch()))
    passed = served[served["hospital_id"] != served["nearest_id"]]
    if len(passed):
        past = words.word("flow_past", lang)
        items.append(legend_item(_layers(passed["centre"]), past, _way_swatch("5 3")))
    return items


def _layers(centres: pd.Series[str]) -> str:
    """Name the layers of some centres, as a row of the legend has them."""
    return " ".join(layer_id(centre) for centre in centres.unique())


def _way_swatch(dash: str = "none") -> str:
    return (
        f'<path d="M1 12L23 4" stroke="{style.CATCHMENT_COLOUR}" stroke-width="2" stroke-dasharray="{dash}"/>'
    )


def care_page(analysis: Analysis, care: Care, lang: Lang) -> dict[str, Any]:
    """Give what the panel says of the way to care."""
    unit = analysis.area.demand_unit
    rows = []
    for (centre, target), (_, row) in zip(care.standard.targets.items(), care.totals.iterrows(), strict=True):
        rows.append(
            {
                "layer": layer_id(centre),
                "name": words.layer_name(centre, target, lang),
                "cells": [
                    words.share_text(row["within_share"], analysis),
                    words.met_text(row),
                    wording.minutes_text(row["total_s"], lang, limit_s=row["target_s"]),
                ],
            }
        )
    heads = [words.short_word(key, lang) for key in ("centre", "within_share", "met", "total")]
    return {
        "title": words.word("care", lang),
        "heads": heads,
        "rows": rows,
        "caption": words.word("caption", lang, unit),
        "lines": _wrong_lines(analysis, care, lang),
        **_wrong_townships(analysis, care, lang),
        "referrals": _referrals(analysis, care, lang),
    }


def _wrong_lines(analysis: Analysis, care: Care, lang: Lang) -> list[str]:
    """Say for how many the nearest hospital is the wrong one, a line a centre."""
    return [
        words.word(
            "wrong_line_small" if is_small(row["detour_s"]) else "wrong_line",
            lang,
            centre=capital(wording.centre_text(str(centre), lang)),
            share=wording.share_text(row["wrong_share"]),
            people=wording.people_text(analysis, row["wrong_population"], lang),
            detour=wording.minutes_text(row["detour_s"], lang),
        )
        for centre, row in care.totals.iterrows()
        # where there is no right one, the notes say so
        if row["wrong_population"] > 0 and np.isfinite(row["detour_s"])
    ]


def _wrong_townships(analysis: Analysis, care: Care, lang: Lang) -> dict[str, Any]:
    """Name the townships whose nearest hospital is the wrong one for most, and say what counts as one."""
    unit = analysis.area.demand_unit
    lines = wrong_lines(care, lang)
    return {
        "wrong_head": words.word("wrong_head", lang, unit) if lines else "",
        "wrong_lines": lines,
        "wrong_basis": words.word("wrong_basis", lang, unit) if care.is_known else "",
    }


def _referrals(analysis: Analysis, care: Care, lang: Lang) -> dict[str, Any]:
    """Give the referrals, the longest first; the way back stands apart only where it differs."""
    rows: Sequence[Mapping[Any, Any]] = care.referrals.sort_values(
        "up_s", ascending=False, kind="stable"
    ).to_dict("records")
    is_same = way_back_is_the_same(care.referrals, lang)
    keys = ("both_ways",) if is_same else ("up", "down")
    return {
        "title": words.word("referral_list", lang, n=len(rows)),
        "heads": [words.word("health_centre", lang), *(words.short_word(key, lang) for key in keys)],
        "rows": [
            {
                "name": wording.one_line(row["name"]),
                "hospital": (wording.one_line(row["hospital_name"]) or wording.DASH)
                + (f" · {words.word('no_ambulance_mark', lang)}" if row["ambulances"] == 0 else ""),
                "cells": _both_ways(row, lang)[: len(keys)],
            }
            for row in rows
        ],
        "caption": referral_basis(analysis, lang),
    }


def _both_ways(row: Mapping[Any, Any], lang: Lang) -> list[str]:
    """Give the way there and the way back, in figures only once where they are equal."""
    up, down = (wording.minutes_text(row[key], lang) for key in ("up_s", "down_s"))
    return [up, words.word("down_as_up", lang) if up == down else down]
