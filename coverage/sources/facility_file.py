"""Facilities from a file a planner has: points in GeoJSON, GeoPackage or a Shapefile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.errors import CrsError, SourceError, name_some
from coverage.sources.boundary_file import read_layer
from coverage.sources.osm_file import check_file
from coverage.study_area import FACILITY_KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from pyproj import CRS

ENDINGS = (".geojson", ".json", ".gpkg", ".shp")


def read_facilities(path: Path, crs: CRS) -> gpd.GeoDataFrame:
    """
    Read the facilities a planner gives in place of those on OpenStreetMap.

    Parameters
    ----------
    path
        Points with ``kind`` (one of `FACILITY_KINDS`) and, where known, ``id``, ``name``, ``ambulances``,
        ``turnout_s`` and ``centres``; of a GeoPackage the layer ``facilities``, else the first one.
    crs
        Metric reference system of the result.

    Returns
    -------
    geopandas.GeoDataFrame
        As in `StudyArea.facilities`.

    Raises
    ------
    FileError
        If the file is missing, empty, damaged, or of another kind.
    CrsError
        If it has no reference system.
    SourceError
        If it holds no facility, a shape that is no point, no ``kind``, or figures that are no numbers.
    """
    check_file(path, ENDINGS)
    table = read_layer(path, "facilities")
    if table.crs is None:
        raise CrsError(
            f"{path} does not say its reference system: add it (a .prj file beside a Shapefile)",
            zh=f"{path} 没有坐标系信息：请补上（Shapefile需附.prj文件）",
        )
    if table.empty:
        raise SourceError(f"{path} holds no facility: add one", zh=f"{path} 中没有急救设施：请补充")
    rows = np.arange(1, len(table) + 1)
    not_points = rows[~(table.geom_type == "Point").to_numpy()]
    if len(not_points):
        raise SourceError(
            f"{path}: rows that are no points: {name_some(not_points)}; give each facility a point",
            zh=f"{path}：以下行不是点：{name_some(not_points)}，请为每个设施提供点位",
        )
    kinds = table["kind"].astype(object).tolist() if "kind" in table else [None] * len(table)
    strange = [f"{row} ({kind})" for row, kind in zip(rows, kinds, strict=True) if kind not in FACILITY_KINDS]
    if strange:
        raise SourceError(
            f"{path}: kind must be one of {', '.join(FACILITY_KINDS)} at rows {name_some(strange)}",
            zh=f"{path}：kind 只能是 {'、'.join(FACILITY_KINDS)}，请更正第 {name_some(strange)} 行",
        )
    return gpd.GeoDataFrame(
        {
            "id": _texts(table, "id", [f"f{row}" for row in rows]),
            "name": _texts(table, "name", [""] * len(table)),
            "kind": kinds,
            "ambulances": _numbers(path, table, "ambulances"),
            "turnout_s": _numbers(path, table, "turnout_s"),
            "centres": _texts(table, "centres", [""] * len(table)),
        },
        geometry=table.geometry.to_crs(crs).force_2d().to_numpy(),
        crs=crs,
    )


def _texts(table: gpd.GeoDataFrame, name: str, otherwise: list[str]) -> list[str]:
    if name not in table:
        return otherwise
    return [
        o if pd.isna(cell) else str(cell) for cell, o in zip(table[name].tolist(), otherwise, strict=True)
    ]


def _numbers(path: Path, table: gpd.GeoDataFrame, name: str) -> list[float]:
    if name not in table:
        return [float("nan")] * len(table)
    numbers = pd.to_numeric(table[name], errors="coerce")
    wrong = np.flatnonzero((numbers.isna() & table[name].notna()).to_numpy()) + 1
    if len(wrong):
        raise SourceError(
            f"{path}: {name} is no number at rows {name_some(wrong)}: correct them",
            zh=f"{path}：第 {name_some(wrong)} 行的 {name} 不是数字，请更正",
        )
    return [float(number) for number in numbers]
