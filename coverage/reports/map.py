"""The county's map: what is drawn on it, and the one file it becomes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from coverage.files import whole_file
from coverage.reports import care_wording, wording
from coverage.reports import map_style as style
from coverage.reports.care_map import care_data, care_group, care_legend, care_page
from coverage.reports.figures import figures_hash
from coverage.reports.map_geometry import (
    ROAD_CLASSES,
    degrees,
    dot_radius_px,
    label_points,
    pack_lines,
    pack_points,
    pack_polygon,
    places,
    road_lines,
)
from coverage.reports.map_page import CountyFigure, CountyMap
from coverage.reports.map_panel import capital, facility_kinds, page_text, point_detail, point_name
from coverage.reports.map_tiles import parse_tiles
from coverage.reports.map_words import word
from coverage.reports.palette import STATE_COLOURS, VERDICT_COLOURS
from coverage.reports.shown import is_access
from coverage.standards import MINUTE_S
from coverage.study_area import WGS84
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from coverage.analysis import Analysis
    from coverage.reports.map_tiles import Tiles
    from coverage.reports.shown import Shown
    from coverage.reports.wording import Lang

MAX_ROADS_CHARS = 2_500_000
"""The roads may fill this much of the file; beyond, they are drawn coarser and without the smallest."""

_SURROUNDINGS_M = 6_000.0
_OUTLINE_TOLERANCE_M = 15.0
_AREA_TOLERANCE_M = 25.0
_GAP_M = 500.0
_ROAD_DETAIL = ((8.0, 6), (20.0, 6), (30.0, 5), (60.0, 4))  # tolerance in metres, number of classes


def write_map(analysis: Analysis, path: Path, *, lang: Lang = "zh", tiles: str | None = None) -> None:
    """
    Write the map as one file that opens with no internet.

    Parameters
    ----------
    analysis
        The analysis.
    path
        The file, replaced as a whole.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles (see `coverage.reports.map_tiles.parse_tiles`); none by default, and then the page
        fetches nothing.

    Raises
    ------
    FileError
        If the file cannot be written.
    TilesError
        If `tiles` is no tile service.
    """
    background = parse_tiles(tiles, lang) if tiles else None
    text = render_map(analysis, lang, background)
    write_page(text, path)


def write_page(text: str, path: Path) -> None:
    """Write a page; an older one stays as it is until the new one is complete."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def render_map(analysis: Analysis, lang: Lang = "zh", tiles: Tiles | None = None) -> str:
    """Give the map's page as text; the same analysis gives the same page, to the byte."""
    page = page_text(analysis, lang, tiles=tiles, data_hash=figures_hash(analysis))
    data = map_data(analysis, lang, tiles)
    if not analysis.care:
        return render_page(page, data, lang, tiles)
    care = analysis.care
    page["care"] = care_page(analysis, care, lang)
    page["method"] = [care_wording.standard_text(analysis, lang), care_wording.targets_line(care, lang)]
    page["layer_groups"].insert(1, care_group(care, lang))
    page["legend"] = [*care_legend(analysis, care, lang), *page["legend"]]
    page["symbols"] |= style.site_symbols()
    data["care"] = care_data(analysis, care, lang)
    return render_page(page, data, lang, tiles, first=("care",))


def render_page(
    page: Mapping[str, Any],
    data: Mapping[str, Any],
    lang: Lang,
    tiles: Tiles | None,
    *,
    first: Sequence[str] = (),
) -> str:
    """
    Put together what a map's page says and what it draws.

    Parameters
    ----------
    page
        As ``assets/page.html`` shows it.
    data
        As ``assets/map.js`` draws it.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, if wanted.
    first
        Names of assets whose rules and scripts come before the map's own.
    """
    (south, west), (north, east) = data["view"]
    name, *more = (*first, "map")
    figure = CountyFigure(
        page["title"],
        name=name,
        more=more,
        lang="zh-CN" if lang == "zh" else "en",
        generator=f"emergency-coverage {__version__}",
        style=style.facility_rules(),
        image_hosts=(tiles.host,) if tiles else (),
    )
    figure.add_child(CountyMap(page, data, location=((south + north) / 2, (west + east) / 2)), name="map")
    return figure.render()


def map_data(analysis: Analysis, lang: Lang, tiles: Tiles | None = None) -> dict[str, Any]:
    """
    Collect what the page's script draws.

    Parameters
    ----------
    analysis
        The analysis.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, if wanted.

    Returns
    -------
    dict
        As ``assets/map.js`` reads it: texts, finite numbers, and geometry as `map_geometry` packs it.
    """
    state = state_data(analysis, lang)
    return {
        **ground_data(analysis, lang, tiles),
        "areas": state["areas"],
        "catchments": _catchments(analysis),
        **state,
    }


def ground_data(shown: Shown, lang: Lang, tiles: Tiles | None) -> dict[str, Any]:
    """Collect what stays the same whatever opens or closes: view, words, roads and boundary."""
    area = shown.area
    west, south, east, north = gpd.GeoSeries([area.boundary], crs=area.crs).to_crs(WGS84).total_bounds
    return {
        "view": [[degrees(south), degrees(west)], [degrees(north), degrees(east)]],
        "words": {
            "bands": wording.label_of("bands", shown, lang),
            **{key: word(key, lang) for key in ("close", "comma", "zoom_in", "zoom_out")},
        },
        "verdicts": {v: {"colour": c, **style.verdict_fill(v)} for v, c in VERDICT_COLOURS.items()},
        "tiles": [{"url": url, "options": dict(tiles.options)} for url in tiles.urls] if tiles else [],
        "roads": _roads(shown),
        "area_opacity": style.AREA_OPACITY,
        "boundary": pack_polygon(shapely.simplify(area.boundary, _OUTLINE_TOLERANCE_M), area.crs),
    }


def state_data(
    shown: Shown, lang: Lang, *, fullest: float | None = None, without: Collection[str] = ()
) -> dict[str, Any]:
    """
    Collect what follows from the facilities: areas, townships with their verdicts, dots, facilities.

    Parameters
    ----------
    shown
        What is shown.
    lang
        ``zh`` or ``en``.
    fullest
        People of the demand point with the largest dot; that of `shown` where not given.
    without
        Ids of facilities that are drawn otherwise.
    """
    fullest = fullest_missed(shown) if fullest is None else fullest
    return {
        "areas": area_data(shown),
        "townships": _townships(shown, lang),
        "dots": _dots(shown, lang, fullest),
        "facilities": facility_data(shown, lang, without),
    }


def _roads(shown: Shown) -> dict[str, dict[str, str]]:
    """Pack the roads in and around the county, in as much detail as the file has room for."""
    within = shown.area.boundary.buffer(min(shown.area.buffer_m, _SURROUNDINGS_M) + 1, quad_segs=4)
    packed: dict[str, dict[str, str]] = {}
    for tolerance_m, n_classes in _ROAD_DETAIL:
        lines = road_lines(shown.area.roads, within, tolerance_m=tolerance_m)
        packed = {
            name: pack_lines(series if i < n_classes else series.iloc[:0])
            for i, (name, series) in enumerate(lines.items())
        }
        if sum(len(text) for texts in packed.values() for text in texts.values()) <= MAX_ROADS_CHARS:
            break
    return {name: packed[name] for name in ROAD_CLASSES}


def area_data(shown: Shown) -> list[dict[str, Any]]:
    """Pack the areas, the widest first: the tighter ones lie on top of it."""
    packed = [
        {
            "layer": f"area-{area.limit_s:g}",
            "shape": pack_polygon(shapely.simplify(area.polygon, _AREA_TOLERANCE_M), shown.area.crs),
            "colour": style.area_colour(position),
        }
        for position, area in enumerate(shown.areas)
        if not area.polygon.is_empty
    ]
    return packed[::-1]


def _catchments(analysis: Analysis) -> list[dict[str, Any]]:
    """Pack the catchments as whole areas: their gaps between roads are closed, for eyes alone."""
    table = analysis.catchments
    table = table[~(table.geometry.isna() | table.geometry.is_empty).to_numpy()]
    closed = shapely.buffer(
        shapely.buffer(table.geometry.to_numpy(), _GAP_M, quad_segs=2), -_GAP_M, quad_segs=2
    )
    shapes = shapely.simplify(closed, 2 * _AREA_TOLERANCE_M)
    at = places(label_points(gpd.GeoSeries(shapes, crs=table.crs)))
    return [
        {"name": wording.one_line(name), "at": place, "shape": pack_polygon(shape, table.crs)}
        for name, place, shape in zip(table["name"], at, shapes, strict=True)
    ]


def township_ground(shown: Shown) -> list[dict[str, Any]]:
    """Pack what stays the same of the townships: id, name, place and weight of the name, outline."""
    area, table = shown.area, shown.assessment.townships
    shapes = shapely.coverage_simplify(area.townships.geometry.to_numpy(), _OUTLINE_TOLERANCE_M)
    at = places(label_points(area.townships.geometry))
    return [
        {
            "id": str(row["id"]),
            "name": wording.one_line(row["name"]),
            "at": place,
            "weight": degrees(row["population"]),
            "shape": pack_polygon(shape, area.crs),
        }
        for row, place, shape in zip(table.to_dict("records"), at, shapes, strict=True)
    ]


def township_state(shown: Shown, lang: Lang) -> list[dict[str, Any]]:
    """Give what follows for the townships: verdict, tip, and the full row of a card."""
    return [
        {
            "verdict": row["verdict"],
            "tip": _township_tip(row, shown, lang),
            "rows": _township_rows(row, shown, lang),
        }
        for row in shown.assessment.townships.to_dict("records")
    ]


def _townships(shown: Shown, lang: Lang) -> list[dict[str, Any]]:
    states = zip(township_ground(shown), township_state(shown, lang), _bands(shown, lang), strict=True)
    return [
        {
            **{key: ground[key] for key in ("id", "name")},
            "verdict": state["verdict"],
            **{key: ground[key] for key in ("at", "weight", "shape")},
            **{key: state[key] for key in ("tip", "rows")},
            "bands": bands,
        }
        for ground, state, bands in states
    ]


def _township_tip(row: dict[Any, Any], shown: Shown, lang: Lang) -> list[str]:
    share = wording.share_text(row["covered_share"], target_share=shown.standard.target_share)
    covered, population = (
        wording.population_text(shown, row[key], lang) for key in ("covered_population", "population")
    )
    median, worst = (
        wording.minutes_text(row[key], lang, limit_s=row["limit_s"]) for key in ("median_s", "worst_s")
    )
    return [
        capital(wording.verdict_text(row["verdict"], lang)),
        word("tip_covered", lang, share=share, covered=covered, population=population),
        word("tip_times", lang, limit=f"{row['limit_s'] / MINUTE_S:g}", median=median, worst=worst),
    ]


def _township_rows(row: dict[Any, Any], shown: Shown, lang: Lang) -> list[list[str]]:
    """Give the full row of a township: label and figure."""
    limit_s = row["limit_s"]
    share = wording.share_text(row["covered_share"], target_share=shown.standard.target_share)
    figures = {
        "verdict": wording.verdict_text(row["verdict"], lang),
        "class": wording.class_text(row["class"], lang),
        "limit": f"{limit_s / MINUTE_S:g}",
        "population": wording.population_text(shown, row["population"], lang),
        "covered_population": wording.population_text(shown, row["covered_population"], lang),
        "covered_share": share,
    }
    for key in ("late_population", "unreachable_population", "off_network_population"):
        if row[key] > 0:
            figures[key] = wording.population_text(shown, row[key], lang)
    for key in ("seat_time", "median", "p90", "worst"):
        figures[key] = wording.minutes_text(row[f"{key}_s"], lang, limit_s=limit_s)
    figures["facility_name"] = wording.one_line(row["facility_name"]) or wording.DASH
    return [[wording.label_of(key, shown, lang), text] for key, text in figures.items()]


def _bands(shown: Shown, lang: Lang) -> list[list[list[Any]]]:
    """Give each township's people by five-minute band: label, share of the fullest, people, look."""
    table = shown.assessment.bands
    edges = [0.0, *table.columns]
    limits = shown.assessment.townships["limit_s"].to_numpy()
    every = []
    for people, limit_s in zip(table.to_numpy(dtype=float), limits, strict=True):
        used = np.flatnonzero(people)
        rows: list[list[Any]] = []
        for i in range(int(used[0]), int(used[-1]) + 1) if len(used) else ():
            text = wording.population_text(shown, people[i], lang) if people[i] else wording.DASH
            look = "late" if edges[i] >= limit_s else "covered"
            rows.append(
                [
                    wording.band_text(edges[i], edges[i + 1], lang),
                    degrees(people[i] / people.max()),
                    text,
                    look,
                ]
            )
        every.append(rows)
    return every


def _missed(shown: Shown) -> pd.DataFrame:
    """Give the demand points that are not covered, the largest first so that no dot is hidden."""
    demand = shown.assessment.demand
    missed = demand[(demand["state"] != "covered") & (demand["population"] > 0)]
    return missed.sort_values("population", ascending=False, kind="stable")


def fullest_missed(shown: Shown) -> float:
    """Give the people of the largest demand point that is not covered; NaN where all are."""
    missed = _missed(shown)
    return float(missed["population"].iloc[0]) if len(missed) else math.nan


def _dots(shown: Shown, lang: Lang, fullest: float) -> list[dict[str, Any]]:
    """Pack the demand points that are not covered, by state."""
    missed = _missed(shown)
    groups = ((state, missed[missed["state"] == state]) for state in style.DOT_STATES)
    return [
        dot_group(mine, shown, lang, layer="uncovered", colour=STATE_COLOURS[state], fullest=fullest)
        for state, mine in groups
        if len(mine)
    ]


def dot_group(
    points: pd.DataFrame, shown: Shown, lang: Lang, *, layer: str, colour: str, fullest: float
) -> dict[str, Any]:
    """
    Pack demand points of one layer and colour.

    Parameters
    ----------
    points
        Rows of the assessment's ``demand``.
    shown
        Whose they are.
    lang
        ``zh`` or ``en``.
    layer, colour
        Of their dots.
    fullest
        People of the point with the largest dot.
    """
    radius = dot_radius_px(points["population"].to_numpy(dtype=float), fullest)
    return {
        "layer": layer,
        "colour": colour,
        "yx": pack_points(shown.area.demand.geometry.loc[points.index]),
        "radius": [round(float(r), 1) for r in radius],
        "name": [point_name(p, shown, lang) for _, p in points.iterrows()],
        "tip": [
            [wording.people_text(shown, p["population"], lang), point_detail(p, lang)]
            for _, p in points.iterrows()
        ],
    }


def facility_data(shown: Shown, lang: Lang, without: Collection[str]) -> list[dict[str, Any]]:
    """Give the facilities, those that send ambulances last, so that they lie on top."""
    table = shown.assessment.facilities
    at = places(shown.area.facilities.geometry)
    order: Sequence[int] = np.argsort(table["is_base"].to_numpy(), kind="stable").tolist()
    kinds = {kind: wording.kind_text(kind, lang) for kind in facility_kinds([shown])}
    rows = table.to_dict("records")
    return [
        {
            "name": wording.one_line(rows[i]["name"]) or wording.one_line(rows[i]["id"]),
            "kind": kinds[rows[i]["kind"]],
            "symbol": rows[i]["kind"],
            "layer": f"kind-{rows[i]['kind']}",
            "base": bool(rows[i]["is_base"]),
            "at": at[i],
            "tip": _facility_tip(rows[i], shown, lang),
            "rows": _facility_rows(rows[i], shown, lang),
        }
        for i in order
        if rows[i]["id"] not in without
    ]


def _facility_tip(row: dict[Any, Any], shown: Shown, lang: Lang) -> list[str]:
    lines = [wording.kind_text(row["kind"], lang)]
    if row["is_base"]:
        first, covered = (
            wording.population_text(shown, row[key], lang)
            for key in ("first_population", "covered_population")
        )
        access = is_access(shown)
        lines.append(word("tip_first", lang, access=access, population=first, covered=covered))
    return lines


def _facility_rows(row: dict[Any, Any], shown: Shown, lang: Lang) -> list[list[str]]:
    known = math.isfinite(row["ambulances"])
    ambulances = {"ambulances": f"{row['ambulances']:g}" if known else wording.DASH}
    figures = {} if is_access(shown) else ambulances
    figures |= {key: wording.yes_text(row[key], lang) for key in ("is_base", "on_network")}
    if row["is_base"]:
        for key in ("first_population", "covered_population"):
            figures[key] = wording.population_text(shown, row[key], lang)
    return [[wording.label_of(key, shown, lang), text] for key, text in figures.items()]
