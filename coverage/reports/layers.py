"""The answer as a GeoPackage that opens in QGIS in the map's colours."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from coverage.assessment import BAND_EDGES_S, STATES
from coverage.files import cannot_write, whole_file
from coverage.reports import wording
from coverage.reports.care_layers import care_names, care_styles, care_tables
from coverage.reports.care_wording import care_assumptions
from coverage.reports.palette import (
    AREA_COLOURS,
    FACILITY_COLOURS,
    OUTLINE_COLOUR,
    ROAD_COLOUR,
    STATE_COLOURS,
    VERDICT_COLOURS,
)
from coverage.reports.qml import Category, Style, fill, hatch, line, marker
from coverage.reports.shown import is_access
from coverage.standards import MINUTE_S
from coverage.study_area import FACILITY_KINDS, WGS84
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from coverage.analysis import Analysis
    from coverage.assessment import Assessment
    from coverage.reports.shown import Shown
    from coverage.reports.wording import Lang
    from coverage.study_area import StudyArea

GEOMETRY_COLUMN = "geom"
_NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)
SHAPES = {
    "hospital": "cross_fill",
    "ambulance_station": "star",
    "subcentre": "square",
    "health_centre": "circle",
    "clinic": "diamond",
}
_ROAD_WIDTHS_MM = {
    "motorway": 0.9,
    "trunk": 0.8,
    "primary": 0.65,
    "secondary": 0.5,
    "tertiary": 0.35,
}
_OTHER_ROAD_MM = 0.18
DOT_SIZE = 'coalesce(min(6, max(0.8, 0.04 * sqrt("population"))), 0.8)'
# what changes with the clock, and so stands twice
_DATED = frozenset(
    (
        "covered_population",
        "covered_share",
        "facility_id",
        "first_population",
        "median_s",
        "p90_s",
        "response_s",
        "seat_time_s",
        "state",
        "verdict",
        "worst_s",
    )
)
_ROAD_COLUMNS = ("highway", "name", "ref", "oneway", "surface", "maxspeed", "bridge", "tunnel", "length")


def write_layers(analysis: Analysis, path: Path, *, lang: Lang) -> None:
    """
    Write the answer as a GeoPackage in WGS84, with a style for QGIS in each layer.

    Layers: ``boundary``, ``townships``, ``areas``, ``catchments``, ``roads``, ``demand``, ``facilities``, and
    those of `care_tables` where the way to care was followed; tables: ``assumptions``, ``provenance`` and
    QGIS' own ``layer_styles``. Times are seconds, null where nobody comes or nobody knows; the states say
    which.

    Parameters
    ----------
    analysis
        The analysis.
    path
        File to write; an older one stays as it is until the new one is complete.
    lang
        ``zh`` or ``en``: language of the styles' legends and of the column aliases.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    layers = {
        "boundary": boundary_layer(analysis, wording.headline(analysis, lang), lang),
        "townships": _townships(analysis),
        "areas": areas_layer(analysis, lang),
        "catchments": named(analysis.catchments),
        "roads": _roads(analysis),
        "demand": _demand(analysis),
        "facilities": facilities_layer(analysis.area, analysis.assessment, analysis.other_clock),
    }
    names = {name: wording.label(name, lang) for name in layers}
    styles, assumed = _styles(analysis, lang), assumptions(analysis, lang)
    if analysis.care:
        layers |= care_tables(analysis, analysis.care)
        names |= care_names(analysis.care, lang)
        styles |= care_styles(analysis, analysis.care, lang, townships=styles["townships"])
        assumed += care_assumptions(analysis, analysis.care, lang)
    write_package(path, layers, styles, names=names, assumptions=assumed, shown=analysis)


def write_package(
    path: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    styles: Mapping[str, Style],
    *,
    names: Mapping[str, str],
    assumptions: Sequence[tuple[str, str]],
    shown: Shown,
) -> None:
    """
    Write layers, their styles, and the tables of assumptions and sources as one GeoPackage in WGS84.

    Equal contents make equal bytes: the moment of the last change that a GeoPackage has to name is not that
    of the writing but the date of the newest data in the study area.

    Parameters
    ----------
    path
        File to write; an older one stays as it is until the new one is complete.
    layers, styles, names
        By name: the tables, how QGIS shows them, and what a reader calls them.
    assumptions
        What was assumed: item and text.
    shown
        Whose sources are listed.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    moment = data_moment(shown.area)
    tables = {
        "assumptions": pd.DataFrame(list(assumptions), columns=["item", "text"]),
        "provenance": _provenance(shown),
        "layer_styles": _layer_styles(styles, moment),
    }
    try:
        with whole_file(path) as temporary, _gdal_options(moment):
            for name, layer in layers.items():
                _write(layer.to_crs(WGS84), temporary, name, names[name])
            for name, table in tables.items():
                # QGIS looks for its styles' number under the name id
                options = {"FID": "id"} if name == "layer_styles" else {}
                pyogrio.write_dataframe(table, temporary, layer=name, driver="GPKG", layer_options=options)
    except (DataSourceError, DataLayerError) as error:
        raise cannot_write(path, error) from error


def data_moment(area: StudyArea) -> datetime:
    """
    Give the moment that stands for a study area's data: the first of the newest day its sources name.

    The day the figures are of is what a reader of a file wants to know, and it is the same whenever the file
    is written; where no source names a day, it is the first that a zip archive, and so a workbook, can hold.

    Parameters
    ----------
    area
        The study area; days are the dates of its sources that begin as ``2024-05-31`` does.
    """
    days = []
    for source in area.provenance:
        with suppress(ValueError):
            days.append(datetime.strptime(source.date[:10], "%Y-%m-%d").replace(tzinfo=UTC))
    return max(days, default=_NO_DATE)


@contextmanager
def _gdal_options(moment: datetime) -> Iterator[None]:
    """
    Date what GDAL writes, and spare SQLite a wait for the disk after each layer.

    The file is a temporary one until it is whole. OGR_CURRENT_DATE is GDAL's own name for a moment that
    stands in for the present one.
    """
    options = {
        "OGR_SQLITE_SYNCHRONOUS": "OFF",
        "OGR_CURRENT_DATE": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _write(layer: gpd.GeoDataFrame, path: Path, name: str, description: str) -> None:
    polygons = layer.geom_type.isin(("Polygon", "MultiPolygon")).any()
    pyogrio.write_dataframe(
        layer,
        path,
        layer=name,
        driver="GPKG",
        geometry_type="MultiPolygon" if polygons else None,
        promote_to_multi=True if polygons else None,
        layer_options={"GEOMETRY_NAME": GEOMETRY_COLUMN, "DESCRIPTION": description},
    )


def boundary_layer(shown: Shown, headline: Sequence[str], lang: Lang) -> gpd.GeoDataFrame:
    """Give the county's outline with the answer in words."""
    county = shown.area.county
    return gpd.GeoDataFrame(
        {
            "name": [wording.one_line(county.name)],
            "name_en": [wording.one_line(county.name_en)],
            "code": [county.code],
            "headline": ["\n".join(headline)],
            "modelled": [wording.modelled_text(shown, lang)],
            "disclaimer": [wording.disclaimer_text(lang)],
        },
        geometry=[shown.area.boundary],
        crs=shown.area.crs,
    )


def _townships(analysis: Analysis) -> gpd.GeoDataFrame:
    mine, other = analysis.assessment.townships, analysis.other_clock.townships
    suffix = analysis.other_clock.standard.clock
    table = mine.assign(
        clock=analysis.standard.clock,
        **{f"{key}_{suffix}": other[key] for key in other.columns if key in _DATED},
    )
    people = analysis.assessment.bands.to_numpy()
    table = table.assign(**{name: people[:, i] for i, name in enumerate(_band_columns())})
    return named(gpd.GeoDataFrame(table, geometry=analysis.area.townships.geometry))


def _band_columns() -> list[str]:
    minutes = [f"{edge / MINUTE_S:g}" for edge in (0.0, *BAND_EDGES_S[:-1])]
    return [f"band_{low}_{high}_min" for low, high in zip(minutes, [*minutes[1:], "up"], strict=True)]


def _demand(analysis: Analysis) -> gpd.GeoDataFrame:
    other = analysis.other_clock
    suffix = other.standard.clock
    table = analysis.assessment.demand.assign(
        **{f"{key}_{suffix}": other.demand[key] for key in other.demand.columns if key in _DATED}
    )
    return named(gpd.GeoDataFrame(table, geometry=analysis.area.demand.geometry))


def facilities_layer(area: StudyArea, mine: Assessment, other: Assessment | None) -> gpd.GeoDataFrame:
    """Give a study area's facilities with whom each reaches, on both clocks where there are two."""
    dated = {}
    if other is not None:
        suffix = other.standard.clock
        dated = {
            f"{key}_{suffix}": other.facilities[key] for key in other.facilities.columns if key in _DATED
        }
    table = mine.facilities.assign(
        base_assumed=mine.facilities["is_base"] & mine.bases_assumed,
        turnout_s=area.facilities["turnout_s"],
        centres=area.facilities["centres"],
        **dated,
    )
    return named(gpd.GeoDataFrame(table, geometry=area.facilities.geometry))


def areas_layer(shown: Shown, lang: Lang) -> gpd.GeoDataFrame:
    """Give what lies within each limit."""
    # the widest first, so that the narrower one is drawn on top of it
    areas = [area for area in reversed(shown.areas) if not area.polygon.is_empty]
    return gpd.GeoDataFrame(
        {
            "limit_min": [area.limit_s / MINUTE_S for area in areas],
            "name": [wording.within_text(area.limit_s, lang, access=is_access(shown)) for area in areas],
            "clock": [shown.standard.clock for _ in areas],
            "touches_edge": [area.touches_edge for area in areas],
        },
        geometry=[area.polygon for area in areas],
        crs=shown.area.crs,
    )


def _roads(analysis: Analysis) -> gpd.GeoDataFrame:
    edges = analysis.area.roads.edges
    kept = [name for name in _ROAD_COLUMNS if name in edges.columns]
    cells = {name: edges[name] if name == "length" else edges[name].map(_cell) for name in kept}
    roads = gpd.GeoDataFrame(cells, geometry=edges.geometry, crs=edges.crs)
    roads["speed_kph"] = analysis.speeds.speeds_kph(edges, analysis.condition)
    return roads.rename(columns={"length": "length_m"}).reset_index(drop=True)


def _cell(value: Any) -> str | None:
    """Give a tag as text; several are separated by ``;``."""
    if isinstance(value, list | tuple | set):
        return ";".join(wording.one_line(item) for item in value)
    return None if pd.isna(value) else wording.one_line(value)


def named(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Clean a table's names, and leave empty what has no number."""
    clean = table.copy()
    for name in clean.columns:
        if name in {"name", "facility_name"}:
            clean[name] = clean[name].map(wording.one_line)
        elif pd.api.types.is_float_dtype(clean[name].dtype):
            clean[name] = clean[name].where(np.isfinite(clean[name]))
    return clean.reset_index(drop=True)


def assumptions(shown: Shown, lang: Lang) -> list[tuple[str, str]]:
    """Say what holds for every figure: item and text."""
    rows = [
        ("program", f"emergency-coverage {__version__}"),
        ("standard", wording.standard_text(shown, lang)),
        ("bases", wording.bases_text(shown, lang)),
        ("snapping", wording.walking_text(lang, access=is_access(shown))),
        ("speed_source", wording.speed_source_text(shown.speeds.source, lang)),
        ("population", wording.unit_text(shown.area.demand_unit, lang)),
    ]
    named_rows = [(wording.label_of(key, shown, lang), text) for key, text in rows]
    return named_rows + [(note.code, wording.note_text(note, shown, lang)) for note in shown.notes]


def _provenance(shown: Shown) -> pd.DataFrame:
    rows = shown.area.provenance
    texts = ("layer", "source", "date", "licence", "sha256", "note")
    table: dict[str, list[Any]] = {key: [wording.one_line(getattr(p, key)) for p in rows] for key in texts}
    table |= {"modelled": [p.modelled for p in rows], "n_rejected": [p.n_rejected for p in rows]}
    return pd.DataFrame(table)


def _layer_styles(styles: Mapping[str, Style], moment: datetime) -> pd.DataFrame:
    """
    Give the table in which QGIS keeps styles.

    Columns and their meaning as `QgsOgrUtils::saveStyle` writes them; QGIS looks a layer's style up by an
    empty schema, the layer's name and its geometry column, and takes the default one first.
    """
    names = list(styles)
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": names,
            "f_geometry_column": GEOMETRY_COLUMN,
            "styleName": names,
            "styleQML": [styles[name].to_qml() for name in names],
            "styleSLD": "",
            "useAsDefault": True,
            "description": "emergency-coverage",
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp(moment),
        }
    )


def _styles(analysis: Analysis, lang: Lang) -> dict[str, Style]:
    aliases = {name: _aliases(analysis, lang, name) for name in ("townships", "demand", "facilities")}
    return {
        "boundary": outline_style(0.8),
        "townships": township_style(lang, aliases["townships"]),
        "areas": area_style(analysis, lang),
        "catchments": outline_style(0.4, label_column="name"),
        "roads": _road_style(),
        "demand": _demand_style(lang, aliases["demand"]),
        "facilities": facility_style(lang, aliases["facilities"]),
    }


def township_style(lang: Lang, aliases: Mapping[str, str], *, column: str = "verdict") -> Style:
    """Show townships by the verdict in a column, in the map's colours, the unmet hatched."""
    categories = []
    for verdict, colour in VERDICT_COLOURS.items():
        solid = fill(colour, 0.45, outline=OUTLINE_COLOUR)
        symbol = (solid, hatch(colour)) if verdict == "unmet" else (solid,)
        categories.append(Category(verdict, wording.verdict_text(verdict, lang), symbol))
    return Style("fill", categories, column=column, label_column="name", aliases=aliases)


def area_style(shown: Shown, lang: Lang) -> Style:
    """Show the areas in tints of one blue."""
    categories = [
        Category(
            area.limit_s / MINUTE_S,
            wording.within_text(area.limit_s, lang, access=is_access(shown)),
            (fill(colour, 0.5, outline=colour),),
        )
        for area, colour in zip(shown.areas, AREA_COLOURS, strict=False)
    ]
    return Style("fill", categories, column="limit_min")


def _road_style() -> Style:
    categories = [
        Category(name, name, (line(ROAD_COLOUR, width_mm=width),)) for name, width in _ROAD_WIDTHS_MM.items()
    ]
    other = Category("", "…", (line(ROAD_COLOUR, width_mm=_OTHER_ROAD_MM),))
    return Style("line", [*categories, other], column="highway")


def _demand_style(lang: Lang, aliases: Mapping[str, str]) -> Style:
    categories = [
        Category(
            state,
            wording.state_text(state, lang),
            (marker("circle", STATE_COLOURS[state], size_mm=2, size_expression=DOT_SIZE),),
        )
        for state in STATES
    ]
    return Style("marker", categories, column="state", aliases=aliases)


def facility_style(lang: Lang, aliases: Mapping[str, str]) -> Style:
    """Show facilities by their kind's shape and colour."""
    categories = [
        Category(
            kind, wording.kind_text(kind, lang), (marker(SHAPES[kind], FACILITY_COLOURS[kind], size_mm=4.5),)
        )
        for kind in FACILITY_KINDS
    ]
    return Style("marker", categories, column="kind", label_column="name", aliases=aliases)


def outline_style(width_mm: float, *, label_column: str = "") -> Style:
    """Show polygons by their outline alone."""
    symbol = (fill("#FFFFFF", 0.0, outline=OUTLINE_COLOUR, width_mm=width_mm),)
    return Style("fill", [Category("", "", symbol)], label_column=label_column)


def _aliases(analysis: Analysis, lang: Lang, layer: str) -> dict[str, str]:
    """Name a layer's columns as a reader would; times say their unit."""
    unit, other = analysis.area.demand_unit, analysis.other_clock.standard.clock
    columns = {
        "townships": analysis.assessment.townships.columns,
        "demand": analysis.assessment.demand.columns,
        "facilities": analysis.assessment.facilities.columns,
    }[layer]
    texts = {column: wording.column_label(column, lang, unit) for column in columns}
    known = {column: text for column, text in texts.items() if text}
    clock = wording.bracketed(wording.clock_text(other, lang), lang)
    return known | {f"{column}_{other}": text + clock for column, text in known.items() if column in _DATED}
